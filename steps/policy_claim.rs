//! What a policy question must answer, and how its answer becomes an observation.
//!
//! Owns the wording of proofs, witnesses and the smallest change. Asks nothing itself.

use logproof_estate::{
    AccountId, ExchangeId, Reason, Unseen,
    record::{Observation, Subject, WitnessReport},
    world::LogproofWorld,
};
use logproof_policy::{Answer, Layer, Witness};

/// Name the engine gives the policy it assumes for unknown users and roles.
const ASSUMED: &str = "assumed administrator policy";

/// A claim about a subject: no request of a set is let through.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    /// What the claim is about.
    pub(crate) subject: Subject,
    /// Account the policies were read from; named when they do not decide.
    pub(crate) account: AccountId,
    /// What must hold, as the reader will read it after "expected".
    pub(crate) expected: String,
    /// The change that would stop a violation.
    pub(crate) change: String,
    /// What the answer rests on.
    pub(crate) exchanges: Vec<ExchangeId>,
    /// The account the answer was found for, when it stands for this one.
    pub(crate) stood_for_by: Option<AccountId>,
}

impl Claim {
    /// Records the engine's answer.
    pub(crate) fn conclude(self, w: &mut LogproofWorld, answer: Answer) {
        w.record.rest_on(&self.exchanges);
        match answer {
            Answer::Holds => {
                w.observe(Observation::new(
                    self.subject,
                    self.expected,
                    "proved: no such request is let through",
                    true,
                ));
            }
            Answer::Violated(witness) => self.violated(w, &witness),
            Answer::Undecided(reason) => self.undecided(w, reason),
        }
    }

    /// Records a request that is let through although it must not be.
    pub(crate) fn violated(self, w: &mut LogproofWorld, witness: &Witness) {
        let report = WitnessReport {
            sentence: self.in_words_of_the_subject(&witness.sentence()),
            statement: let_through_by(witness),
            change: None,
            request: self.in_words_of_the_subject_json(witness),
        };
        let found = format!("{} can call {}", witness.caller, witness.request.action());
        let found = self.in_words_of_the_subject(&found);
        w.observe(Observation::new(self.subject, self.expected, found, false).hint(self.change).witness(report));
    }

    /// A witness about the account that stands for this one, told of this one: no policy tells the two apart.
    fn in_words_of_the_subject(&self, text: &str) -> String {
        match &self.stood_for_by {
            Some(other) if *other != self.account => text.replace(other.as_str(), self.account.as_str()),
            _ => text.to_owned(),
        }
    }

    fn in_words_of_the_subject_json(&self, witness: &Witness) -> serde_json::Value {
        let text = serde_json::to_string(witness).unwrap_or_default();
        serde_json::from_str(&self.in_words_of_the_subject(&text)).unwrap_or_default()
    }

    /// Records that the policies do not decide.
    pub(crate) fn undecided(self, w: &mut LogproofWorld, reason: String) {
        w.unseen(Unseen {
            operation: "policy evaluation".to_owned(),
            account: self.account,
            region: self.subject.region,
            subject: self.subject.arn,
            reason: Reason::Undecided,
            detail: reason,
            hint: "rewrite the statement that cannot be evaluated, or examine this by hand".to_owned(),
            exchanges: self.exchanges,
        });
    }
}

fn let_through_by(witness: &Witness) -> Option<String> {
    let layer = witness.decided.layer;
    if let Some(statement) = &witness.decided.statement
        && &*statement.policy_name == ASSUMED
    {
        return Some("no statement that denies it (an administrator is assumed in the account)".to_owned());
    }
    match (&witness.decided.statement, layer) {
        (Some(statement), _) => Some(format!("{statement} ({layer})")),
        (None, Layer::RootUser) => Some(layer.to_string()),
        (None, _) => None,
    }
}
