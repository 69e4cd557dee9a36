//! Lays edits over one answer.

use std::collections::HashSet;

use logproof_digest::sha256_hex;
use logproof_estate::{AccountId, Answer, ExchangeId, Fact, Reason, Region, Unseen};
use serde::Serialize;
use serde_json::Value;

use super::{Overlay, stale};
use crate::{
    document::{Bound, Document, Kind},
    edit::{Change, Edit, Origin},
    planned::{Planned, Unknown},
};

/// The detail of a question about what the plan deletes.
pub const DELETED: &str = "the plan deletes it";

/// A record of what was laid over an answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Laid {
    /// Name of the question.
    pub question: String,
    /// API operation of the question.
    pub operation: String,
    /// Account asked.
    pub account: AccountId,
    /// Region asked, where the service has Regions.
    pub region: Option<Region>,
    /// What is asked about.
    pub subject: String,
    /// The resources of the plan that decide the answer, in the order they are applied.
    pub origins: Vec<Origin>,
    /// The exchanges the answer would rest on without them.
    pub replaced: Vec<ExchangeId>,
    /// Which of two answers, where parts of a policy are unknown.
    pub bound: Option<Bound>,
    /// What of the answer is unknown.
    pub unknown: Vec<Unknown>,
    /// The answer; absent when a part of it is sensitive, or it is not known. A [`Trace`](super::Trace) has null for it.
    pub value: Option<Value>,
    /// Whether a part of it is sensitive: nothing that is found in it is shown.
    pub sensitive: bool,
}

impl Laid {
    /// Whether there is an answer, one of two.
    #[must_use]
    pub fn value_is_one_of_two(&self) -> bool {
        self.bound.is_some() && (self.value.is_some() || self.sensitive)
    }

    /// Lower-case hex SHA-256 of the record.
    #[must_use]
    pub fn digest(&self) -> ExchangeId {
        // A record is plain data: it has a JSON form.
        let text = serde_json::to_vec(self).unwrap_or_default();
        ExchangeId::new(sha256_hex(text))
    }
}

/// Records what is laid over answers.
pub trait Keep: Send + Sync {
    /// Keeps a record, and returns its content address.
    fn keep(&self, laid: &Laid) -> ExchangeId;
}

/// A question being asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) question: &'static str,
    pub(super) operation: &'static str,
    pub(super) account: &'a AccountId,
    pub(super) region: Option<&'a Region>,
    pub(super) subject: &'a str,
}

impl Asked<'_> {
    /// An answer that only the apply will tell.
    pub(super) fn after_apply(&self, unknown: &Unknown) -> Unseen {
        self.unseen(
            Reason::AfterApply { address: unknown.address.clone(), attribute: unknown.attribute.clone() },
            unknown.why.clone(),
            "give the value in the plan, or apply what it depends on first and plan again".to_owned(),
        )
    }

    /// What the service answers for what is not there.
    pub(super) fn no_such(&self, code: &str) -> Unseen {
        self.unseen(
            Reason::ServiceError { code: code.to_owned() },
            DELETED.to_owned(),
            "keep what is deleted, or correct its name under `[names]` in the configuration".to_owned(),
        )
    }

    fn unseen(&self, reason: Reason, detail: String, hint: String) -> Unseen {
        Unseen {
            operation: self.operation.to_owned(),
            account: self.account.clone(),
            region: self.region.cloned(),
            subject: self.subject.to_owned(),
            reason,
            detail,
            hint,
            exchanges: Vec::new(),
        }
    }
}

/// An answer while edits are applied to it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum State<T> {
    Is(T),
    /// Only the apply will tell.
    Unknown(Unknown),
    /// Could not be observed.
    Unseen(Unseen),
}

impl<T> State<T> {
    /// Replaced by what is planned, whatever it was.
    pub(super) fn set<U>(&mut self, to: &Planned<U>, make: impl FnOnce(&U) -> T) {
        *self = match to {
            Planned::Known(value) => Self::Is(make(value)),
            Planned::Unknown(unknown) => Self::Unknown(unknown.clone()),
        };
    }

    /// Changed, where it is known.
    pub(super) fn change(&mut self, change: impl FnOnce(&mut T)) {
        if let Self::Is(value) = self {
            change(value);
        }
    }

    /// Changed by what is planned, where it is known.
    pub(super) fn change_by<U>(&mut self, to: &Planned<U>, change: impl FnOnce(&mut T, &U)) {
        match (&mut *self, to) {
            (Self::Is(value), Planned::Known(to)) => change(value, to),
            (_, Planned::Unknown(unknown)) => *self = Self::Unknown(unknown.clone()),
            _ => {}
        }
    }
}

/// Makes texts of documents, and remembers what in them was unknown.
#[derive(Debug, Clone)]
pub(super) struct Pen {
    pub(super) bound: Bound,
    pub(super) unknown: Vec<Unknown>,
}

impl Pen {
    pub(super) fn new(bound: Bound) -> Self {
        Self { bound, unknown: Vec::new() }
    }

    pub(super) fn text(&mut self, document: &Document, kind: Kind) -> String {
        self.doubt(document.unknown());
        document.text(self.bound, kind)
    }

    /// Marks that the answer is one of two.
    pub(super) fn doubt(&mut self, unknown: &[Unknown]) {
        for one in unknown {
            if !self.unknown.contains(one) {
                self.unknown.push(one.clone());
            }
        }
    }
}

impl Overlay {
    /// The edits that a predicate chooses, in their order.
    pub(super) fn chosen(&self, wanted: impl Fn(&Edit) -> bool) -> Vec<&Edit> {
        self.edits.iter().filter(|edit| wanted(edit)).collect()
    }

    /// Lays `edits` over an answer. `fresh` is what it is before them where the source below need not be asked: what the
    /// plan creates does not exist there.
    pub(super) async fn lay<T: Clone + Serialize + Send>(
        &self,
        asked: Asked<'_>,
        fresh: Option<T>,
        base: impl Future<Output = Answer<T>> + Send,
        edits: &[&Edit],
        apply: impl Fn(&mut State<T>, &Change, &Edit, &mut Pen) + Send + Sync,
    ) -> Answer<T> {
        self.clear(&asked)?;
        if edits.is_empty() && fresh.is_none() {
            return base.await;
        }
        let (mut state, replaced) = match fresh {
            Some(value) => (State::Is(value), Vec::new()),
            None => match base.await {
                Ok(fact) => (State::Is((*fact).clone()), fact.exchanges().to_vec()),
                Err(unseen) => {
                    let exchanges = unseen.exchanges.clone();
                    (State::Unseen(unseen), exchanges)
                }
            },
        };
        if let State::Is(observed) = &state {
            let believing: Vec<&Edit> = edits.iter().copied().filter(|edit| edit.before.is_some()).collect();
            self.compare(&asked, observed, &believing, &apply);
        }
        let mut pen = Pen::new(self.setting.bound);
        for edit in edits {
            apply(&mut state, &edit.change, edit, &mut pen);
        }
        match state {
            State::Is(value) => Ok(self.laid(&asked, value, replaced, edits, pen)),
            State::Unknown(unknown) => {
                Err(self.refused(&asked, edits, asked.after_apply(&unknown), replaced, vec![unknown]))
            }
            // What could not be observed stays so, whatever would be laid over it.
            State::Unseen(unseen) => {
                let unknown = Vec::new();
                Err(self.refused(&asked, edits, unseen, replaced, unknown))
            }
        }
    }

    /// Refuses a question of which an edit makes the answer unclear.
    pub(super) fn clear(&self, asked: &Asked<'_>) -> Result<(), Unseen> {
        let Some((edit, unknown)) = self.unclear(asked) else { return Ok(()) };
        Err(self.refused(asked, &[edit], asked.after_apply(unknown), Vec::new(), vec![unknown.clone()]))
    }

    /// An edit that makes the answer unclear.
    fn unclear(&self, asked: &Asked<'_>) -> Option<(&Edit, &Unknown)> {
        self.edits.iter().find_map(|edit| match &edit.change {
            Change::Unclear { question, subject, unknown }
                if question == asked.question
                    && (&edit.account == asked.account)
                    && asked.region.is_none_or(|region| region == &edit.region || is_global(asked.question))
                    && subject.as_deref().is_none_or(|subject| subject == asked.subject) =>
            {
                Some((edit, unknown))
            }
            _ => None,
        })
    }

    /// Where the plan was made against another state. What all edits believe is tried at once, and halves of it only where
    /// that is not what is observed: an answer may be as large as an account, and a plan change ten thousand parts of it.
    fn compare<T: Clone + Serialize>(
        &self,
        asked: &Asked<'_>,
        observed: &T,
        edits: &[&Edit],
        apply: &impl Fn(&mut State<T>, &Change, &Edit, &mut Pen),
    ) {
        let (Some(first), count) = (edits.first(), edits.len()) else { return };
        let mut believed = State::Is(observed.clone());
        let mut pen = Pen::new(self.setting.bound);
        for (edit, before) in edits.iter().filter_map(|edit| Some((edit, edit.before.as_ref()?))) {
            apply(&mut believed, before, edit, &mut pen);
        }
        let stale = match &believed {
            State::Is(believed) => match stale::between(asked, first, believed, observed) {
                None => return,
                stale => stale,
            },
            _ => None,
        };
        if count > 1 {
            let (one, other) = edits.split_at(count / 2);
            self.compare(asked, observed, one, apply);
            self.compare(asked, observed, other, apply);
        } else if let Some(stale) = stale {
            let mut trace = self.trace.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            if !trace.stale.contains(&stale) {
                trace.stale.push(stale);
            }
        }
    }

    fn laid<T: Serialize>(
        &self,
        asked: &Asked<'_>,
        value: T,
        mut replaced: Vec<ExchangeId>,
        edits: &[&Edit],
        pen: Pen,
    ) -> Fact<T> {
        let mut record = self.record(asked, edits, replaced.clone(), pen.unknown);
        if !record.sensitive {
            record.value = serde_json::to_value(&value).ok();
        }
        replaced.push(self.enter(record));
        Fact::new(value, replaced)
    }

    /// An answer that there is none, with a record of the edits that decide it.
    pub(super) fn refused(
        &self,
        asked: &Asked<'_>,
        edits: &[&Edit],
        mut unseen: Unseen,
        replaced: Vec<ExchangeId>,
        unknown: Vec<Unknown>,
    ) -> Unseen {
        let id = self.enter(self.record(asked, edits, replaced.clone(), unknown));
        unseen.exchanges = replaced;
        unseen.exchanges.push(id);
        unseen
    }

    fn record(&self, asked: &Asked<'_>, edits: &[&Edit], replaced: Vec<ExchangeId>, unknown: Vec<Unknown>) -> Laid {
        let mut seen = HashSet::new();
        let first = edits.iter().map(|edit| &edit.origin).filter(|origin| seen.insert(*origin));
        let origins: Vec<Origin> = first.cloned().collect();
        Laid {
            question: asked.question.to_owned(),
            operation: asked.operation.to_owned(),
            account: asked.account.clone(),
            region: asked.region.cloned(),
            subject: asked.subject.to_owned(),
            origins,
            replaced,
            bound: (!unknown.is_empty()).then_some(self.setting.bound),
            unknown,
            value: None,
            sensitive: edits.iter().any(|edit| edit.sensitive),
        }
    }

    fn enter(&self, record: Laid) -> ExchangeId {
        let id = self.keep.keep(&record);
        // Kept is the answer itself; here it is enough that there is one, which may be as large as an account.
        let record = Laid { value: record.value.map(|_| Value::Null), ..record };
        self.trace.lock().unwrap_or_else(std::sync::PoisonError::into_inner).laid.insert(id.clone(), record);
        id
    }
}

/// Questions about what is in no Region, or whose Region need not be the one it is asked in.
fn is_global(question: &str) -> bool {
    question.starts_with("bucket") || question.starts_with("object") || question == "trails"
}
