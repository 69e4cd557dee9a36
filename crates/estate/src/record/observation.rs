//! One subject examined for one requirement, and what shows it.

use std::{collections::HashSet, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{
    place::{AccountId, BucketRef, Region},
    register::Acceptance,
    source::ExchangeId,
};

/// The thing examined.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Subject {
    /// ARN, or for an account x Region cell `arn:aws:config:<region>:<account>:...` as the service would name it.
    pub arn: String,
    /// Account it belongs to, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// Region it is in, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
}

impl Subject {
    /// A subject known by its ARN alone.
    #[must_use]
    pub fn arn(arn: impl Into<String>) -> Self {
        Self { arn: arn.into(), account: None, region: None }
    }

    /// A bucket, in its account and Region.
    #[must_use]
    pub fn bucket(bucket: &BucketRef) -> Self {
        Self::arn(bucket.arn()).at(&bucket.owner, Some(&bucket.region))
    }

    /// The account (and Region) it belongs to.
    #[must_use]
    pub fn at(mut self, account: &AccountId, region: Option<&Region>) -> Self {
        self.account = Some(account.clone());
        self.region = region.cloned();
        self
    }
}

/// A concrete request that a policy lets through although it must not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WitnessReport {
    /// The request in one sentence an auditor can read.
    pub sentence: String,
    /// The statement that let it through, for example "bucket policy, statement 3 `AllowRead`".
    pub statement: Option<String>,
    /// The smallest change that would stop it.
    pub change: Option<String>,
    /// The request itself, machine-readable.
    pub request: serde_json::Value,
}

/// Everything a policy question found allowed although it must not be.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AllowedActions {
    /// Every action, grouped by what it would do.
    pub groups: Vec<ActionGroup>,
    /// The kinds of callers that can, such as "any other role of account 222222222222".
    pub callers: Vec<String>,
    /// What could not be decided beside it, and where the search ended early.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undecided: Vec<String>,
}

impl AllowedActions {
    /// How many actions.
    #[must_use]
    pub fn count(&self) -> usize {
        self.groups.iter().map(|group| group.actions.len()).sum()
    }

    /// Every action, group by group.
    pub fn actions(&self) -> impl Iterator<Item = &str> {
        self.groups.iter().flat_map(|group| &group.actions).map(String::as_str)
    }
}

/// Actions that would do the same kind of thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionGroup {
    /// What they would do, as the beginning of a line: `delete log files`.
    pub effect: String,
    /// Their names, `service:Name`.
    pub actions: Vec<String>,
}

/// What would close everything a finding names: either policies, or why none is offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Proposal {
    /// Policies that were proved: with all of them in place nothing of the finding is allowed, and nobody who needs
    /// something lost it.
    Policies(Vec<ProposedPolicy>),
    /// The policies proposed for another subject of the same finding cover this one too.
    AsFor(String),
    /// None could be proved.
    NotOffered(String),
}

/// One policy as it would be put in place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposedPolicy {
    /// Its kind: `service control policy`, `bucket policy`.
    pub kind: String,
    /// What to do with the text: `attach it to the root r-exmp`.
    pub how: String,
    /// ARN or id of what it is put on.
    pub target: String,
    /// What is new, as JSON: a statement to add, or a whole policy.
    pub text: String,
    /// The whole policy with the new statement in it, where `text` is a statement only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whole: Option<String>,
}

/// One subject examined for one requirement: what was expected, what was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// What was examined.
    pub subject: Subject,
    /// The account it is for, where that is not the subject's: whose log files a bucket must take, for example.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub for_account: Option<AccountId>,
    /// What the control asks for.
    pub expected: Arc<str>,
    /// What is there.
    pub found: String,
    /// Whether found meets expected.
    pub met: bool,
    /// Where to look, when it is narrower than the subject: a statement, a rule id, a configuration key.
    #[serde(rename = "where", default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// What to change, when it is not met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// A request that shows it, when it is not met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witness: Option<WitnessReport>,
    /// Everything the policies allow of what they must not, when it is not met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed: Option<AllowedActions>,
    /// What would close all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<Proposal>,
    /// Until when the baseline accepts it, when it is not met and was there when the baseline was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Box<Acceptance>>,
    /// Exchanges it rests on.
    pub exchanges: Vec<ExchangeId>,
}

impl Observation {
    /// An observation of `subject`.
    #[must_use]
    pub fn new(subject: Subject, expected: impl Into<Arc<str>>, found: impl Into<String>, met: bool) -> Self {
        Self {
            subject,
            for_account: None,
            expected: expected.into(),
            found: found.into(),
            met,
            place: None,
            hint: None,
            witness: None,
            allowed: None,
            proposal: None,
            accepted: None,
            exchanges: Vec::new(),
        }
    }

    /// The account it is for.
    #[must_use]
    pub fn for_account(mut self, account: Option<&AccountId>) -> Self {
        self.for_account = account.cloned();
        self
    }

    /// What to change.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Where to look.
    #[must_use]
    pub fn place(mut self, place: impl Into<String>) -> Self {
        self.place = Some(place.into());
        self
    }

    /// A request that shows it.
    #[must_use]
    pub fn witness(mut self, witness: WitnessReport) -> Self {
        self.witness = Some(witness);
        self
    }

    /// Everything that is allowed.
    #[must_use]
    pub fn allowed(mut self, allowed: AllowedActions) -> Self {
        self.allowed = Some(allowed);
        self
    }

    /// What would close it.
    #[must_use]
    pub fn proposal(mut self, proposal: Option<Proposal>) -> Self {
        self.proposal = proposal;
        self
    }

    /// Adds exchanges it rests on.
    #[must_use]
    pub fn resting_on(mut self, exchanges: &[ExchangeId]) -> Self {
        let mut known: HashSet<&ExchangeId> = self.exchanges.iter().collect();
        let further: Vec<ExchangeId> = exchanges.iter().filter(|id| known.insert(id)).cloned().collect();
        self.exchanges.extend(further);
        self
    }
}
