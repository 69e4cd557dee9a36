//! The product automaton of several globs.
//!
//! Owns one question: which combinations of "matches / does not match" occur among all texts,
//! and which is a shortest text for each. Must not know what the texts are.

use std::collections::{HashMap, HashSet, VecDeque};

use crate::glob::{ArnGlob, Glob, Token};
use crate::prove::effort::Effort;

/// Most product states visited before giving up.
const MAX_STATES: usize = 20_000;
/// Most words of state kept, which bounds memory and time when there are many patterns.
const MAX_WORDS: usize = 2_000_000;

/// One step of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Step {
    Char(char),
    /// A character in either case.
    Letter(char),
    One,
    Digit,
    OneButColon,
    Many,
    ManyButColon,
}

/// A pattern as a chain of steps.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Machine {
    steps: Vec<Step>,
}

impl Machine {
    pub(crate) fn glob(glob: &Glob) -> Self {
        Self { steps: glob.tokens().into_iter().map(|t| step(t, false)).collect() }
    }

    pub(crate) fn arn(arn: &ArnGlob) -> Self {
        let mut steps = Vec::new();
        for (at, part) in arn.parts.iter().enumerate() {
            if at > 0 {
                steps.push(Step::Char(':'));
            }
            steps.extend(part.tokens().into_iter().map(|t| step(t, at < 5)));
        }
        Self { steps }
    }

    /// An ARN whose last component holds no colon either.
    pub(crate) fn flat_arn(arn: &ArnGlob) -> Self {
        let flat = |s| match s {
            Step::One => Step::OneButColon,
            Step::Many => Step::ManyButColon,
            other => other,
        };
        Self { steps: Self::arn(arn).steps.into_iter().map(flat).collect() }
    }

    /// A text without regard to case; the glob is lowercase.
    pub(crate) fn any_case(glob: &Glob) -> Self {
        let fold = |s| {
            if let Step::Char(c) = s { Step::Letter(c) } else { s }
        };
        Self { steps: Self::glob(glob).steps.into_iter().map(fold).collect() }
    }

    /// Any twelve digits: an account.
    pub(crate) fn account() -> Self {
        Self { steps: vec![Step::Digit; 12] }
    }

    /// A text matched by itself only, with or without regard to case.
    pub(crate) fn exactly(text: &str, fold: bool) -> Self {
        if fold { Self::any_case(&Glob::Exact(text.to_lowercase())) } else { Self::glob(&Glob::Exact(text.to_owned())) }
    }

    /// Whether the pattern matches a text.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let product = Product::new(None, std::iter::once(self));
        let end = text.chars().fold(product.start(), |state, c| product.step(&state, c));
        product.accepts(&end) == [true]
    }

    /// The characters every match begins with.
    fn head(&self) -> Vec<char> {
        self.steps.iter().map_while(|s| if let Step::Char(c) = s { Some(*c) } else { None }).collect()
    }

    /// The only text the pattern matches, if it has no wildcard.
    pub(crate) fn literal(&self) -> Option<String> {
        self.steps.iter().map(|s| if let Step::Char(c) = s { Some(*c) } else { None }).collect()
    }
}

fn step(token: Token, component: bool) -> Step {
    match (token, component) {
        (Token::Char(c), _) => Step::Char(c),
        (Token::One, false) => Step::One,
        (Token::One, true) => Step::OneButColon,
        (Token::Many, false) => Step::Many,
        (Token::Many, true) => Step::ManyButColon,
    }
}

/// One inhabited class: which machines match, and a shortest text that shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Class {
    pub(crate) accepts: Vec<bool>,
    pub(crate) text: String,
}

/// The classes of all texts that the base matches; `None` if there are too many states.
pub(crate) fn classes(base: Option<&Machine>, machines: &[Machine], effort: &Effort) -> Option<Vec<Class>> {
    if base.is_none() && machines.iter().all(|m| m.literal().is_some()) {
        effort.spend(machines.len().saturating_mul(machines.len())).ok()?;
        return Some(literals(machines));
    }
    let Some(base) = base else {
        return Product::new(None, machines.iter()).search(false, effort);
    };
    // A pattern whose beginning differs from the base's never matches here; most policies have many such.
    let head = base.head();
    let meets: Vec<bool> = machines.iter().map(|m| agree(&head, &m.head())).collect();
    let kept = machines.iter().zip(&meets).filter(|(_, meets)| **meets).map(|(m, _)| m);
    let mut classes = Product::new(Some(base), kept).search(true, effort)?;
    for class in &mut classes {
        let mut found = class.accepts.iter();
        class.accepts = meets.iter().map(|meets| *meets && found.next().is_some_and(|hit| *hit)).collect();
    }
    Some(classes)
}

/// Whether one beginning continues the other.
fn agree(a: &[char], b: &[char]) -> bool {
    a.iter().zip(b).all(|(x, y)| x == y)
}

/// Without wildcards the classes are each text and "something else".
fn literals(machines: &[Machine]) -> Vec<Class> {
    let texts: Vec<String> = machines.iter().filter_map(Machine::literal).collect();
    let mut fresh = "x".to_owned();
    while texts.contains(&fresh) {
        fresh.push('x');
    }
    let mut seen = HashSet::new();
    let all = texts.iter().chain([&fresh]).filter(|t| seen.insert(t.as_str()));
    all.map(|text| Class { accepts: texts.iter().map(|t| t == text).collect(), text: text.clone() }).collect()
}

/// Position sets of all machines side by side, 64 positions to a word.
type State = Box<[u64]>;

struct Product<'m> {
    machines: Vec<&'m Machine>,
    /// First word of each machine.
    offsets: Vec<usize>,
    words: usize,
}

impl<'m> Product<'m> {
    fn new(base: Option<&'m Machine>, machines: impl Iterator<Item = &'m Machine>) -> Self {
        let machines: Vec<&Machine> = base.into_iter().chain(machines).collect();
        let mut offsets = Vec::with_capacity(machines.len());
        let mut words = 0;
        for machine in &machines {
            offsets.push(words);
            words += machine.steps.len() / 64 + 1;
        }
        Self { machines, offsets, words }
    }

    fn search(&self, based: bool, effort: &Effort) -> Option<Vec<Class>> {
        let start = self.start();
        let mut texts: Vec<(usize, char)> = vec![(0, ' ')];
        let mut seen: HashMap<State, ()> = HashMap::from([(start.clone(), ())]);
        let mut queue = VecDeque::from([(start, 0usize)]);
        let mut found: HashSet<Vec<bool>> = HashSet::new();
        let mut classes = Vec::new();
        while let Some((state, id)) = queue.pop_front() {
            let mut accepts = self.accepts(&state);
            let inside = if based { accepts.remove(0) } else { true };
            if inside && found.insert(accepts.clone()) {
                let text = self.readable(text(&texts, id), &accepts, based);
                classes.push(Class { accepts, text });
            }
            let alphabet = self.alphabet(&state);
            // A step looks at every active position of every pattern, and writes a new state.
            let positions = state.iter().map(|word| word.count_ones() as usize).sum::<usize>();
            effort.spend((1 + alphabet.len()) * (1 + positions + self.words / 8)).ok()?;
            for c in alphabet {
                let next = self.step(&state, c);
                let dead = based && self.dead(&next);
                if dead || seen.insert(next.clone(), ()).is_some() {
                    continue;
                }
                if texts.len() >= MAX_STATES || texts.len() * self.words >= MAX_WORDS {
                    return None;
                }
                texts.push((id, c));
                queue.push_back((next, texts.len() - 1));
            }
        }
        Some(classes)
    }

    /// A name after a final slash reads better than none, if it makes no difference.
    fn readable(&self, text: String, accepts: &[bool], based: bool) -> String {
        if !text.ends_with('/') {
            return text;
        }
        let longer = format!("{text}x");
        let end = longer.chars().fold(self.start(), |state, c| self.step(&state, c));
        let found = self.accepts(&end);
        let same = if based { found.split_first() == Some((&true, accepts)) } else { found == accepts };
        if same { longer } else { text }
    }

    fn positions<'s>(&'s self, state: &'s State, machine: usize) -> impl Iterator<Item = usize> + 's {
        let first = self.offsets.get(machine).copied().unwrap_or(0);
        let last = self.offsets.get(machine + 1).copied().unwrap_or(self.words);
        state.get(first..last).unwrap_or_default().iter().enumerate().flat_map(|(at, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                if rest == 0 {
                    return None;
                }
                let bit = rest.trailing_zeros() as usize;
                rest &= rest - 1;
                Some(at * 64 + bit)
            })
        })
    }

    /// Marks a position and those reachable without reading: a run of nothing passes a `*`.
    fn mark(&self, state: &mut State, machine: usize, mut position: usize) {
        let Some(first) = self.offsets.get(machine) else {
            return;
        };
        let Some(steps) = self.machines.get(machine).map(|m| &m.steps) else {
            return;
        };
        loop {
            if let Some(word) = state.get_mut(first + position / 64) {
                *word |= 1 << (position % 64);
            }
            match steps.get(position) {
                Some(Step::Many | Step::ManyButColon) => position += 1,
                _ => return,
            }
        }
    }

    fn start(&self) -> State {
        let mut state: State = vec![0; self.words].into_boxed_slice();
        for machine in 0..self.machines.len() {
            self.mark(&mut state, machine, 0);
        }
        state
    }

    fn step(&self, state: &State, c: char) -> State {
        let mut next: State = vec![0; self.words].into_boxed_slice();
        for (at, machine) in self.machines.iter().enumerate() {
            for position in self.positions(state, at) {
                let Some(step) = machine.steps.get(position) else {
                    continue;
                };
                let stays = match step {
                    Step::Many => true,
                    Step::ManyButColon => c != ':',
                    Step::Char(_) | Step::Letter(_) | Step::One | Step::Digit | Step::OneButColon => false,
                };
                let moves = match step {
                    Step::Char(want) => *want == c,
                    Step::Letter(want) => c.to_lowercase().eq([*want]),
                    Step::One => true,
                    Step::Digit => c.is_ascii_digit(),
                    Step::OneButColon => c != ':',
                    Step::Many | Step::ManyButColon => false,
                };
                if stays {
                    self.mark(&mut next, at, position);
                }
                if moves {
                    self.mark(&mut next, at, position + 1);
                }
            }
        }
        next
    }

    fn accepts(&self, state: &State) -> Vec<bool> {
        self.machines
            .iter()
            .enumerate()
            .map(|(at, machine)| {
                let end = machine.steps.len();
                let first = self.offsets.get(at).copied().unwrap_or(0);
                state.get(first + end / 64).is_some_and(|word| word >> (end % 64) & 1 == 1)
            })
            .collect()
    }

    fn dead(&self, state: &State) -> bool {
        self.positions(state, 0).next().is_none()
    }

    /// Characters that can make a difference here, and one that stands for all others.
    fn alphabet(&self, state: &State) -> Vec<char> {
        let mut special = Vec::new();
        let mut add = |c: char| {
            if !special.contains(&c) {
                special.push(c);
            }
        };
        for (at, machine) in self.machines.iter().enumerate() {
            for step in self.positions(state, at).filter_map(|p| machine.steps.get(p)) {
                match step {
                    Step::Char(c) => add(*c),
                    Step::Letter(c) => {
                        add(*c);
                        c.to_uppercase().for_each(&mut add);
                    }
                    Step::Digit => "9876543210".chars().for_each(&mut add),
                    Step::OneButColon | Step::ManyButColon => add(':'),
                    Step::One | Step::Many => {}
                }
            }
        }
        let fresh = "xyzabcdefghijklmnopqrstuvw0123456789".chars().find(|c| !special.contains(c));
        let fresh = fresh.or_else(|| ('\u{4e00}'..'\u{9fff}').find(|c| !special.contains(c)));
        fresh.into_iter().chain(special).collect()
    }
}

fn text(texts: &[(usize, char)], mut id: usize) -> String {
    let mut out = Vec::new();
    while id != 0 {
        let Some((parent, c)) = texts.get(id) else {
            break;
        };
        out.push(*c);
        id = *parent;
    }
    out.into_iter().rev().collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::cancellation::Cancellation;

    fn effort() -> Effort {
        Effort::new(&Cancellation::default())
    }

    fn machine(pattern: &str) -> Machine {
        Machine::glob(&Glob::new(pattern))
    }

    #[test]
    fn every_class_has_a_text_that_shows_it() {
        let patterns = ["a*", "*b", "a*c*b", "abc", "??"];
        let machines: Vec<Machine> = patterns.iter().map(|p| machine(p)).collect();
        let classes = classes(None, &machines, &effort()).unwrap();
        for class in &classes {
            for (pattern, accepts) in patterns.iter().zip(&class.accepts) {
                assert_eq!(Glob::new(pattern).matches(&class.text), *accepts, "{pattern} on {}", class.text);
            }
        }
        assert!(classes.iter().any(|c| c.accepts == [true, true, true, false, false]));
    }

    #[test]
    fn a_base_limits_the_texts() {
        let base = machine("arn:aws:s3:::b/?*");
        let machines = [machine("arn:aws:s3:::b/AWSLogs/*"), machine("arn:aws:s3:::c*")];
        let classes = classes(Some(&base), &machines, &effort()).unwrap();
        assert_eq!(classes.len(), 2);
        assert!(classes.iter().all(|c| c.text.starts_with("arn:aws:s3:::b/")));
    }

    #[test]
    fn too_many_states_are_reported() {
        let nasty: Vec<Machine> =
            (0..12).map(|i| machine(&format!("*{}?????????????*", char::from(b'a' + i)))).collect();
        assert!(classes(None, &nasty, &effort()).is_none());
    }
}
