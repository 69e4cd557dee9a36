//! How much work one question may take.
//!
//! Owns the count. Every loop whose length somebody else's text decides spends here, so that an answer takes about a
//! second at most, on whatever machine the same number of steps. Must not know what the work is.

use std::cell::Cell;

use crate::cancellation::Cancellation;

/// Most steps for one question. A step is a statement looked at, a character compared: some tens of nanoseconds.
const MAX_STEPS: u64 = 20_000_000;

/// The steps that are left for one question.
#[derive(Debug)]
pub(crate) struct Effort {
    left: Cell<u64>,
    cancellation: Cancellation,
}

/// There is too much to go through, or somebody said stop; [`Effort::reason`] knows which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exhausted;

impl Effort {
    pub(crate) fn new(cancellation: &Cancellation) -> Self {
        Self { left: Cell::new(MAX_STEPS), cancellation: cancellation.clone() }
    }

    /// Takes so many steps. Once refused, always refused.
    pub(crate) fn spend(&self, steps: usize) -> Result<(), Exhausted> {
        let left = self.left.get().checked_sub(steps as u64).filter(|_| self.cancellation.reason().is_none());
        self.left.set(left.unwrap_or(0));
        left.filter(|left| *left > 0).map(|_| ()).ok_or(Exhausted)
    }

    /// Why nothing more may be looked at, if it may not.
    pub(crate) fn reason(&self) -> Option<String> {
        if let Some(reason) = self.cancellation.reason() {
            return Some(reason.to_owned());
        }
        (self.left.get() == 0).then(|| {
            format!("more combinations than {MAX_STEPS} steps can go through; simplify the conditions and patterns")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn effort_once_spent_stays_spent() {
        let effort = Effort::new(&Cancellation::default());
        assert_eq!((effort.spend(7), effort.reason()), (Ok(()), None));
        assert_eq!(effort.spend(usize::MAX), Err(Exhausted));
        assert_eq!(effort.spend(1), Err(Exhausted));
        assert!(effort.reason().is_some_and(|reason| reason.contains("combinations")));
    }

    #[test]
    fn the_word_to_stop_ends_it_with_its_reason() {
        let cancellation = Cancellation::default();
        let effort = Effort::new(&cancellation);
        assert_eq!(effort.spend(1), Ok(()));
        cancellation.cancel("enough");
        cancellation.cancel("too late");
        assert_eq!((effort.spend(1), effort.reason().as_deref()), (Err(Exhausted), Some("enough")));
    }
}
