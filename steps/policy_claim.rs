//! What a policy question must answer, and how its answer becomes an observation.
//!
//! Owns the wording of proofs, witnesses and the smallest change. Asks nothing itself.

use logproof_estate::{
    AccountId, ExchangeId, Reason, Unseen,
    record::{Observation, Subject, WitnessReport},
    world::LogproofWorld,
};
use logproof_policy::{Answer, Layer, Witness};

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
}

impl Claim {
    /// Records the engine's answer.
    pub(crate) fn conclude(self, w: &mut LogproofWorld, answer: Answer) {
        match answer {
            Answer::Holds => w.observe(
                Observation::new(self.subject, self.expected, "proved: no such request is let through", true)
                    .resting_on(&self.exchanges),
            ),
            Answer::Violated(witness) => self.violated(w, &witness),
            Answer::Undecided(reason) => self.undecided(w, reason),
        }
    }

    /// Records a request that is let through although it must not be.
    pub(crate) fn violated(self, w: &mut LogproofWorld, witness: &Witness) {
        let report = WitnessReport {
            sentence: witness.sentence(),
            statement: let_through_by(witness),
            change: Some(self.change.clone()),
            request: serde_json::to_value(witness).unwrap_or_default(),
        };
        let found = format!("{} can call {}", witness.caller, witness.request.action());
        w.observe(
            Observation::new(self.subject, self.expected, found, false)
                .hint(self.change)
                .witness(report)
                .resting_on(&self.exchanges),
        );
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
    match (&witness.decided.statement, layer) {
        (Some(statement), _) => Some(format!("{statement} ({layer})")),
        (None, Layer::RootUser) => Some(layer.to_string()),
        (None, _) => None,
    }
}
