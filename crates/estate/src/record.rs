//! What one scenario examined, and the verdict that follows from it.
//!
//! Steps write here before they return; the verdict is computed from the record alone, so a step cannot make a
//! scenario green by returning early, and a defect in a step (a failure with nothing recorded) is ERROR.

mod observation;

use serde::{Deserialize, Serialize};

pub use observation::{ActionGroup, AllowedActions, Observation, Proposal, ProposedPolicy, Subject, WitnessReport};

use crate::{
    cells::{Counted, Sum},
    source::{ExchangeId, Unseen},
};

/// The closed set of verdicts. WAIVED is an overlay on FAIL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING-KEBAB-CASE")]
pub enum Verdict {
    /// The population is empty: nothing the control applies to exists.
    NotApplicable,
    /// Every subject meets the control.
    Pass,
    /// Fails, and every failing subject is covered by a valid waiver.
    Waived,
    /// Needs an attestation that is not there: an open question outranks an accepted failure.
    Manual,
    /// At least one subject does not meet the control.
    Fail,
    /// Could not be assessed.
    Error,
}

impl Verdict {
    /// The word reports use.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::NotApplicable => "NOT-APPLICABLE",
            Self::Pass => "PASS",
            Self::Manual => "MANUAL",
            Self::Waived => "WAIVED",
            Self::Fail => "FAIL",
            Self::Error => "ERROR",
        }
    }

    /// The verdict of a whole from its parts: the worst one, where ERROR outranks FAIL. NOT-APPLICABLE only when all are.
    #[must_use]
    pub fn worst(parts: impl IntoIterator<Item = Self>) -> Option<Self> {
        parts.into_iter().max()
    }
}

/// How many of how many were examined, and where the number comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Population {
    /// What is counted, in the plural: "active accounts", "account x Region cells".
    pub of: String,
    /// How many there are.
    pub expected: usize,
    /// How many were examined.
    pub examined: usize,
    /// The query or setting the expected number comes from.
    pub source: String,
    /// Members left out on purpose, with the reason (for example a suspended account).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
}

/// Everything a scenario recorded.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Record {
    /// Subjects examined; of many that meet the same expectation, the first [`LISTED`](crate::cells::LISTED).
    pub observations: Vec<Observation>,
    /// The expectations that more subjects meet than are listed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counted: Vec<Counted>,
    /// Questions that could not be answered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unseen: Vec<Unseen>,
    /// Populations examined.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub populations: Vec<Population>,
    /// Why the control does not apply, with the query that returned nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_applicable: Option<String>,
    /// What an attestation must say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manual: Option<String>,
    /// Limits of the examination the reader must know; never changes a verdict.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Exchanges that every observation of the scenario rests on, besides its own: the organization and its policies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub basis: Vec<ExchangeId>,
    /// What it rests on beyond those.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub further: Option<Further>,
}

/// Exchanges that are counted instead of listed: of every account and Region one, for example.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Further {
    /// How often something rested on one.
    pub exchanges: usize,
    /// Sum of their content addresses.
    pub sha256_sum: Sum,
}

/// How many exchanges a scenario as a whole rests on are listed.
const BASIS_LISTED: usize = 200;

/// How the runner saw the scenario end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// Every step returned.
    AllStepsReturned,
    /// A step stopped with this message.
    StepStopped(String),
    /// What it computes was not decided in the time it has.
    Undecided(String),
    /// A step panicked, was undefined or ambiguous, or the scenario could not be set up.
    Defect(String),
}

impl Record {
    /// Whether anything recorded so far keeps the control from being met.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.unseen.is_empty() && self.observations.iter().all(|o| o.met)
    }

    /// Adds exchanges that every observation rests on.
    pub fn rest_on(&mut self, exchanges: &[ExchangeId]) {
        for id in exchanges {
            if self.basis.contains(id) {
                continue;
            }
            if self.basis.len() < BASIS_LISTED {
                self.basis.push(id.clone());
                continue;
            }
            let further = self.further.get_or_insert(Further { exchanges: 0, sha256_sum: Sum::default() });
            further.exchanges += 1;
            // A content address is a digest already.
            let mut digest = [0; 32];
            let _ = hex::decode_to_slice(id.as_str(), &mut digest);
            further.sha256_sum.add(&digest);
        }
    }

    /// How many observations there are, listed or counted.
    #[must_use]
    pub fn observed(&self) -> usize {
        self.observations.len() + self.counted.iter().map(Counted::unlisted).sum::<usize>()
    }

    /// Every exchange it rests on; one may come more than once.
    pub fn exchanges(&self) -> impl Iterator<Item = &ExchangeId> {
        let observed = self.observations.iter().flat_map(|observation| &observation.exchanges);
        let unseen = self.unseen.iter().flat_map(|unseen| &unseen.exchanges);
        observed.chain(unseen).chain(&self.basis)
    }

    /// Observations that do not meet the control.
    pub fn findings(&self) -> impl Iterator<Item = &Observation> {
        self.observations.iter().filter(|o| !o.met)
    }

    /// The verdict, and why in one line.
    #[must_use]
    pub fn verdict(&self, ending: &Ending) -> (Verdict, String) {
        if let Ending::Defect(message) = ending {
            return (Verdict::Error, format!("the scenario could not be run: {message}"));
        }
        if let Ending::Undecided(message) = ending {
            return (Verdict::Error, message.clone());
        }
        if let Some(unseen) = self.unseen.first() {
            let more = self.unseen.len() - 1;
            let tail = if more == 0 { String::new() } else { format!(", and {more} more") };
            return (Verdict::Error, format!("{unseen}{tail}"));
        }
        let broken = self.findings().count();
        if broken > 0 {
            return (Verdict::Fail, self.failure_line(broken));
        }
        if let Some(short) = self.populations.iter().find(|p| p.examined != p.expected) {
            let line = format!("only {} of {} {} were examined", short.examined, short.expected, short.of);
            return (Verdict::Error, line);
        }
        if let Some(reason) = &self.not_applicable {
            return (Verdict::NotApplicable, reason.clone());
        }
        if let Ending::StepStopped(message) = ending {
            return (Verdict::Error, format!("a step stopped without recording why: {message}"));
        }
        if let Some(statement) = &self.manual {
            return (Verdict::Manual, format!("needs an attestation: {statement}"));
        }
        if self.observations.is_empty() {
            return (Verdict::Error, "nothing was examined".to_owned());
        }
        (Verdict::Pass, self.pass_line())
    }

    fn failure_line(&self, broken: usize) -> String {
        let Some(first) = self.findings().next() else { return String::new() };
        let more = if broken > 1 { format!(" (and {} more)", broken - 1) } else { String::new() };
        format!("expected {}, found {}, at {}{more}", first.expected, first.found, first.subject.arn)
    }

    fn pass_line(&self) -> String {
        match self.populations.first() {
            Some(p) => format!("{} of {} {} examined", p.examined, p.expected, p.of),
            None => match self.observations.as_slice() {
                [only] => only.found.clone(),
                _ => format!("{} observations, all as expected", self.observed()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_observation_has_each_exchange_once_however_many_there_are() {
        let ids: Vec<ExchangeId> = (0..100).map(|n| ExchangeId::new(format!("{n:064x}"))).collect();
        let observation = || Observation::new(Subject::arn("arn:aws:s3:::b"), "a thing", "a thing", true);
        let (first, twice) = (&ids[..20], [&ids[..], &ids[..]].concat());
        let all = observation().resting_on(first).resting_on(&twice).resting_on(&ids);
        assert_eq!(all.exchanges, ids);
        assert_eq!(observation().resting_on(first).resting_on(first).exchanges, first);
    }

    #[test]
    fn of_very_many_exchanges_the_first_are_listed_and_the_others_summed_up() {
        let ids: Vec<ExchangeId> = (0..=BASIS_LISTED).map(|number| ExchangeId::new(format!("{number:064x}"))).collect();
        let mut record = Record::default();
        record.rest_on(&ids[..BASIS_LISTED]);
        record.rest_on(&ids[..BASIS_LISTED]);
        assert_eq!((record.basis.len(), &record.further), (BASIS_LISTED, &None), "each is listed once");
        record.rest_on(&ids);
        record.rest_on(&ids);
        let further = record.further.unwrap();
        assert_eq!((record.basis.len(), further.exchanges), (BASIS_LISTED, 2));
        assert_eq!(further.sha256_sum.to_string(), format!("{:064x}", 2 * BASIS_LISTED));
    }
}
