//! In which line of the recording each exchange is, while cells are written.

use logproof_estate::ExchangeId;

/// The first line of each exchange, by the first digits of its id.
#[derive(Debug, Default)]
pub struct Numbers(Vec<(u64, u64)>);

impl Numbers {
    /// Takes in the exchange of a line.
    pub(in crate::bundle) fn add(&mut self, id: &ExchangeId, line: u64) {
        self.0.push((short(id.as_str()), line));
    }

    /// How many lines there are.
    pub(in crate::bundle) fn lines(&self) -> u64 {
        self.0.len() as u64
    }

    /// Ready to be asked.
    pub(in crate::bundle) fn sorted(mut self) -> Self {
        self.0.sort_unstable();
        self
    }

    /// The first line with an exchange.
    pub(super) fn of(&self, id: &str) -> Option<u64> {
        let id = short(id);
        let at = self.0.partition_point(|(known, _)| *known < id);
        self.0.get(at).filter(|(known, _)| *known == id).map(|(_, line)| *line)
    }
}

/// An exchange by its first digits: 8 bytes tell those of any recording apart, and two that share them would be found by
/// verification.
fn short(id: &str) -> u64 {
    id.get(..16).and_then(|digits| u64::from_str_radix(digits, 16).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_of_an_exchange_is_found() {
        let id = |number: u64| ExchangeId::new(format!("{:016x}{}", number * 7919 % 1000 + 1, "0".repeat(48)));
        let mut numbers = Numbers::default();
        (0..500).for_each(|number| numbers.add(&id(number), number + 1));
        numbers.add(&id(17), 900);
        let numbers = numbers.sorted();
        for number in 0..500 {
            assert_eq!(numbers.of(id(number).as_str()), Some(number + 1));
        }
        assert_eq!(numbers.of(&"f".repeat(64)), None);
    }
}
