//! What is answered, as sentences and for machines. Decides nothing.

use std::io::{self, Write};

use logproof_policy::{Answer, Callers, Decided, Decision, Principal};
use serde_json::{Value, json};

use super::args::AnswerFormat;
use crate::exit::Exit;

/// How a question ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Answered.
    Answered,
    /// What should never be is possible: there is a witness.
    Refuted,
    /// The policies do not decide it.
    Undecided,
}

impl Outcome {
    /// The exit code: 0 answered, 1 refuted, 3 not decided.
    #[must_use]
    pub fn exit(self) -> Exit {
        match self {
            Self::Answered => Exit::Success,
            Self::Refuted => Exit::Fail,
            Self::Undecided => Exit::Unassessed,
        }
    }
}

/// The answer to a question.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// Sentences.
    pub text: String,
    /// The same for machines.
    pub json: Value,
    /// How it ends.
    pub outcome: Outcome,
}

impl Reply {
    /// Writes the answer.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn write(&self, format: AnswerFormat, out: &mut dyn Write) -> io::Result<()> {
        match format {
            AnswerFormat::Text => writeln!(out, "{}", self.text),
            AnswerFormat::Json => writeln!(out, "{:#}", self.json),
        }
    }

    /// The decision of one request.
    #[must_use]
    pub fn decision(principal: &Principal, action: &str, resource: &str, decided: &Decided) -> Self {
        let undecided = matches!(decided.decision, Decision::Undecided(_));
        Self {
            text: format!("{decided}\n{principal} calling {action} on {resource}"),
            json: json!(decided),
            outcome: if undecided { Outcome::Undecided } else { Outcome::Answered },
        }
    }

    /// The answer to a property; `holds` says what it means that it holds.
    #[must_use]
    pub fn property(answer: &Answer, holds: &str) -> Self {
        match answer {
            Answer::Holds => {
                Self { text: format!("holds: {holds}"), json: json!({"answer": "holds"}), outcome: Outcome::Answered }
            }
            Answer::Violated(witness) => Self {
                text: format!("violated: {}", witness.sentence()),
                json: json!({"answer": "violated", "witness": witness}),
                outcome: Outcome::Refuted,
            },
            Answer::Undecided(reason) => Self {
                text: format!("undecided: {reason}"),
                json: json!({"answer": "undecided", "reason": reason}),
                outcome: Outcome::Undecided,
            },
        }
    }

    /// Who can, one caller a line.
    #[must_use]
    pub fn callers(callers: &Callers) -> Self {
        let mut lines: Vec<String> = callers.can.iter().map(|witness| format!("- {}", witness.sentence())).collect();
        lines.extend(callers.undecided.iter().map(|(who, why)| format!("- undecided for {who}: {why}")));
        if lines.is_empty() {
            lines.push("nobody can".to_owned());
        }
        let undecided: Vec<Value> =
            callers.undecided.iter().map(|(who, why)| json!({"who": who, "why": why})).collect();
        Self {
            text: lines.join("\n"),
            json: json!({"can": callers.can, "undecided": undecided}),
            outcome: if callers.undecided.is_empty() { Outcome::Answered } else { Outcome::Undecided },
        }
    }
}
