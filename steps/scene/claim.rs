//! What a policy question must answer, and how its answer becomes an observation.
//!
//! Owns the wording of proofs, witnesses and the smallest change. A finding names everything that is allowed and what
//! would close all of it.

use logproof_estate::{
    AccountId, ExchangeId, Reason, Unseen,
    record::{ActionGroup, AllowedActions, Observation, Proposal, Subject, WitnessReport},
    world::LogproofWorld,
};
use logproof_policy::{Answer, Layer, Question, Scene, Violations, Witness, violations};

use crate::{
    judgement::effects,
    scene::{
        access_points::{decided_part, never},
        proposal::{Asked, Remedy},
    },
};

/// Name the engine gives the policy it assumes for unknown users and roles.
const ASSUMED: &str = "assumed administrator policy";

/// A claim about a subject: no request of a set is allowed.
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
    /// What the answer is based on.
    pub(crate) exchanges: Vec<ExchangeId>,
    /// The account the answer was found for, when it represents this one.
    pub(crate) represented_by: Option<AccountId>,
}

/// What the policies say to a question: everything that a report needs.
#[derive(Clone)]
pub(crate) struct Answered {
    answer: Answer,
    /// Everything that is allowed, when something is.
    found: Option<Violations>,
}

impl Answered {
    /// Asks; only where something is allowed is everything looked for.
    pub(crate) fn of(scene: &Scene, question: &Question) -> Self {
        let answer = never(scene, question);
        let found = matches!(answer, Answer::Violated(_)).then(|| violations(scene, &decided_part(scene, question)));
        Self { answer, found }
    }

    /// Nothing is allowed, as was proved of more than is asked about.
    pub(crate) fn proved() -> Self {
        Self { answer: Answer::Holds, found: None }
    }

    /// Whether nothing is allowed.
    pub(crate) fn holds(&self) -> bool {
        self.answer.holds()
    }

    /// Takes another answer in: a request that is allowed outranks what is undecided.
    pub(crate) fn join(&mut self, other: Self) {
        if !matches!(self.answer, Answer::Violated(_)) && !other.answer.holds() {
            self.answer = other.answer;
        }
        let Some(more) = other.found else { return };
        let all = self.found.get_or_insert_default();
        let new = more.allowed.into_iter().filter(|one| all.allowed.iter().all(|known| known.action != one.action));
        let new: Vec<_> = new.collect();
        all.allowed.extend(new);
        all.undecided.extend(more.undecided);
        all.cut_off |= more.cut_off;
    }

    /// Everything that is allowed.
    pub(crate) fn found(&self) -> Option<&Violations> {
        self.found.as_ref()
    }
}

impl Claim {
    /// Asks, and records the answer: where something is allowed, everything that is, and what would close it.
    pub(crate) async fn prove(self, w: &mut LogproofWorld, scene: &Scene, question: &Question, remedy: Remedy) {
        let answered = Answered::of(scene, question);
        self.propose(w, scene, question, answered, remedy).await;
    }

    /// Records the engine's answer to the question, with what would close it where something is allowed.
    pub(crate) async fn propose(
        self,
        w: &mut LogproofWorld,
        scene: &Scene,
        question: &Question,
        answered: Answered,
        remedy: Remedy,
    ) {
        let proposal = match answered.found() {
            Some(found) => Some(remedy.proposed(w, &[Asked { scene, question, found }]).await),
            None => None,
        };
        self.conclude(w, answered, proposal);
    }

    /// Records the engine's answer.
    pub(crate) fn conclude(self, w: &mut LogproofWorld, answered: Answered, proposal: Option<Proposal>) {
        w.record.rest_on(&self.exchanges);
        self.conclude_as_one_of_many(w, answered, proposal);
    }

    /// The same, where the record was told already what all of many claims are based on: there are as many as accounts, and
    /// what each is based on is the list of all accounts.
    pub(crate) fn conclude_as_one_of_many(self, w: &mut LogproofWorld, answered: Answered, proposal: Option<Proposal>) {
        match answered.answer {
            Answer::Holds => {
                w.observe(Observation::new(self.subject, self.expected, "proved: no such request is allowed", true));
            }
            Answer::Violated(witness) => self.violated(w, &witness, &answered.found.unwrap_or_default(), proposal),
            Answer::Undecided(reason) => self.undecided(w, reason),
        }
    }

    /// Records a request that is allowed although it must not be, and all others.
    fn violated(self, w: &mut LogproofWorld, witness: &Witness, all: &Violations, proposal: Option<Proposal>) {
        let report = WitnessReport {
            sentence: self.in_words_of_the_subject(&witness.sentence()),
            statement: allowed_by(witness),
            change: None,
            request: self.in_words_of_the_subject_json(witness),
        };
        let first = format!("{} can call {}", witness.caller, witness.request.action());
        let found = self.in_words_of_the_subject(&format!("{first}{}", the_others(witness, all)));
        let observation = Observation::new(self.subject.clone(), self.expected.clone(), found, false);
        w.observe(
            observation
                .hint(self.change.clone())
                .witness(report)
                .allowed(self.everything(witness, all))
                .proposal(proposal),
        );
    }

    /// Every action by what it would do, every kind of caller, and what remains open.
    fn everything(&self, witness: &Witness, all: &Violations) -> AllowedActions {
        let mut groups: Vec<ActionGroup> = Vec::new();
        let mut callers: Vec<String> = Vec::new();
        for one in &all.allowed {
            let effect = effects::effect_of(&one.action);
            match groups.iter_mut().find(|group| group.effect == effect) {
                Some(group) => group.actions.push(one.action.clone()),
                None => groups.push(ActionGroup { effect: effect.to_owned(), actions: vec![one.action.clone()] }),
            }
            for caller in one.callers.iter().map(|caller| self.in_words_of_the_subject(caller)) {
                if !callers.contains(&caller) {
                    callers.push(caller);
                }
            }
        }
        groups.sort_by_key(|group| effects::rank(&group.effect));
        if groups.is_empty() {
            // The list was cut off before it began; what is known is the one request.
            let action = witness.request.action().to_owned();
            groups.push(ActionGroup { effect: effects::effect_of(&action).to_owned(), actions: vec![action] });
            callers.push(self.in_words_of_the_subject(&witness.caller));
        }
        AllowedActions { groups, callers, undecided: self.open(all) }
    }

    /// What is not known of the rest.
    fn open(&self, all: &Violations) -> Vec<String> {
        let mut open: Vec<String> = Vec::new();
        for one in &all.undecided {
            let what = if one.actions.is_empty() { "anything else".to_owned() } else { one.actions.join(", ") };
            let line = format!("whether {} can call {what} is undecided: {}", one.caller, one.reason);
            let line = self.in_words_of_the_subject(&line);
            if !open.contains(&line) {
                open.push(line);
            }
        }
        if all.cut_off {
            open.push("the search ended before everything was looked at: more may be allowed".to_owned());
        }
        open
    }

    /// A witness about the account that represents this one, told of this one: no policy tells the two apart.
    fn in_words_of_the_subject(&self, text: &str) -> String {
        match &self.represented_by {
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

/// How many other actions, for the sentence of a finding; all of them are listed beside it.
fn the_others(witness: &Witness, all: &Violations) -> String {
    let others = all.allowed.iter().filter(|one| one.action != witness.request.action()).count();
    match others {
        0 => String::new(),
        1 => ", and one more action is allowed".to_owned(),
        more => format!(", and {more} more actions are allowed"),
    }
}

fn allowed_by(witness: &Witness) -> Option<String> {
    let layer = witness.decided.layer;
    if let Some(statement) = &witness.decided.statement
        && &*statement.policy_name == ASSUMED
    {
        return Some(
            "the policy of the administrator that is assumed in the account: no statement denies it".to_owned(),
        );
    }
    match (&witness.decided.statement, layer) {
        (Some(statement), _) => Some(format!("{statement} ({layer})")),
        (None, Layer::RootUser) => Some(layer.to_string()),
        (None, _) => None,
    }
}
