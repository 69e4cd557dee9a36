//! One recording of the recordings of all parts.
//!
//! Each question has the answers of one part: the first job, or else the share with the lowest number, of those that had
//! a definite answer. So the whole run has asked each question once, and what several shares looked at (the key of many
//! buckets) is judged by one answer.

use std::collections::HashMap;

use logproof_wire::Recorder as _;

use super::parts::Parts;
use crate::bundle::{
    line::{self, Line},
    recording::Recording,
    tape::{self, TapeError},
};

/// How good an answer is, and by which part.
type Best = HashMap<u128, (Quality, usize)>;

/// What an exchange is worth as the answer to its question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Quality {
    /// The connection broke.
    NoAnswer,
    /// A refusal, or credentials, which every part asks for.
    Answer,
    /// Success, or that there is nothing.
    Definite,
}

impl Quality {
    fn of(line: &Line) -> Self {
        match line.exchange.status {
            None => Self::NoAnswer,
            Some(_) if line::worth_keeping(line) => Self::Definite,
            Some(_) => Self::Answer,
        }
    }
}

/// What the joined recording is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Joined {
    /// Exchanges in it.
    pub(super) taken: u64,
    /// Exchanges about which another part answers.
    pub(super) left_out: u64,
}

/// Writes the recordings of all parts into one.
pub(super) fn join(parts: &Parts, into: &Recording) -> Result<Joined, TapeError> {
    let mut best = Best::new();
    for (number, part) in parts.all().enumerate() {
        tape::each_line(&part.place, |line, _| {
            let found = (Quality::of(&line), number);
            let entry = best.entry(asked(&line)).or_insert(found);
            if found.0 > entry.0 {
                *entry = found;
            }
        })?;
    }
    let mut joined = Joined::default();
    for (number, part) in parts.all().enumerate() {
        tape::each_line(&part.place, |line, _| {
            if best.get(&asked(&line)).is_some_and(|(_, of)| *of == number) {
                let body = line.bytes().unwrap_or_default();
                into.record(&line.id, &line.exchange, &body.into());
                joined.taken += 1;
            } else {
                joined.left_out += 1;
            }
        })?;
    }
    Ok(joined)
}

/// What was asked, in few bytes: an organization is asked hundreds of thousands of questions.
fn asked(line: &Line) -> u128 {
    line::digest(&line::question(&line.exchange))
}
