//! The answer: what the plan makes of each control, which of its resources causes it, and how the command ends.

use std::collections::BTreeMap;

use jiff::Timestamp;
use logproof_estate::{assessment::Target, record::Verdict};
use logproof_plan::{Origin, Plan, Stale};
use serde::Serialize;
use serde_json::Value;

use crate::exit::Exit;

/// Version of the JSON form.
pub(super) const SCHEMA: &str = "logproof-plan/1";

/// The answer: what the plan does to the verdicts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Prediction {
    /// Version of this form.
    pub(super) schema: &'static str,
    /// What the plan was laid over.
    pub(super) target: Target,
    /// The instant that represents "now".
    pub(super) as_of: Timestamp,
    /// What was given, and how much of it was looked at.
    pub(super) files: Vec<FileSummary>,
    /// Changes of what a control can ask for.
    pub(super) edits: usize,
    /// Controls that asked for something the plan changes.
    pub(super) concerned: usize,
    /// Every control.
    pub(super) controls: Vec<ControlChange>,
    /// Where the plan was made against another state.
    pub(super) stale: Vec<Stale>,
    /// Whether the controls were decided twice, because parts of policies are unknown.
    pub(super) decided_twice: bool,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct FileSummary {
    /// As given.
    pub(super) file: String,
    /// Resources it changes.
    pub(super) changed: usize,
    /// Of these, how many no control asks about, by type.
    pub(super) not_looked_at: BTreeMap<String, usize>,
    /// When it was made.
    pub(super) made: Option<Timestamp>,
    /// Why it is not all that will change.
    pub(super) incomplete: Vec<String>,
    /// What of it could not be resolved.
    pub(super) notes: Vec<String>,
    /// Values that are not known, whether a control needs them or not, with address and attribute.
    pub(super) unknown: Vec<String>,
}

impl FileSummary {
    /// The summary of a plan.
    #[must_use]
    pub(super) fn of(file: &str, plan: &Plan) -> Self {
        Self {
            file: file.to_owned(),
            changed: plan.changed,
            not_looked_at: plan.not_looked_at.iter().map(|(kind, all)| (kind.clone(), all.len())).collect(),
            made: plan.made,
            incomplete: plan.incomplete.clone(),
            notes: plan.notes.clone(),
            unknown: plan.unknown.iter().map(|unknown| plan.symbols.shown(&unknown.to_string())).collect(),
        }
    }

    /// How many of its resources were looked at.
    #[must_use]
    pub(super) fn looked_at(&self) -> usize {
        self.changed.saturating_sub(self.not_looked_at.values().sum())
    }
}

/// Where a control goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Direction {
    /// The plan makes it fail, or makes it fail for something more.
    Worse,
    /// The plan makes it impossible to decide before the apply.
    Undecided,
    /// The plan mends something.
    Better,
    /// Another verdict that is neither better nor worse.
    Other,
    /// As before.
    Same,
}

/// One control before and after.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct ControlChange {
    /// `LS-3.4`.
    pub(super) id: String,
    /// Its title.
    pub(super) title: String,
    /// Its severity.
    pub(super) severity: String,
    /// Verdict on the landing zone as it is.
    pub(super) before: Verdict,
    /// Verdict on the landing zone as it would be.
    pub(super) after: Verdict,
    /// Where it goes.
    pub(super) direction: Direction,
    /// The resources of the plan that decide what it asked for.
    pub(super) causes: Vec<Origin>,
    /// What is wrong after and was not before.
    pub(super) new: Vec<Finding>,
    /// What was wrong before and is not after.
    pub(super) gone: Vec<Finding>,
    /// What is wrong before and after.
    pub(super) stays: usize,
    /// Why it cannot be decided.
    pub(super) undecided: Vec<String>,
    /// The smallest part of the plan without which it gets no worse; only of a control that gets worse.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) without: Option<Without>,
}

/// A part of the plan without which a control gets no worse.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Without {
    /// These changes, all of them: with any of them made the control gets worse. An empty attribute is the whole resource.
    Changes(Vec<Origin>),
    /// It gets worse even without what it asked about: none was found.
    NotFound,
    /// The search ended before it came to this control.
    NotLookedFor,
}

/// Something wrong.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Finding {
    /// The scenario.
    pub(super) scenario: String,
    /// What is wrong.
    pub(super) subject: String,
    /// What the control asks for.
    pub(super) expected: String,
    /// What is there.
    pub(super) found: String,
    /// What was there before, where that was as the control asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) was: Option<String>,
    /// A request that shows it.
    pub(super) witness: Option<String>,
    /// What to change.
    pub(super) hint: Option<String>,
    /// The resources of the plan behind it.
    pub(super) causes: Vec<Origin>,
    /// A request that the plan newly allows, decided on both sides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) newly_allowed: Option<Gained>,
    /// The request of `witness`, to be decided on the other side.
    #[serde(skip)]
    pub(super) request: Option<Value>,
    /// Actions that it allows and that were not allowed before.
    #[serde(skip)]
    pub(super) more: Vec<String>,
}

/// A request that is refused on the landing zone as it is, and allowed on it as it would be.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Gained {
    /// The request, and what allows it after the change.
    pub(super) request: String,
    /// What refuses it before.
    pub(super) before: String,
    /// What the plan does to the statement that decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) statement: Option<String>,
}

impl Prediction {
    /// Controls that go somewhere.
    pub(super) fn going(&self, direction: Direction) -> impl Iterator<Item = &ControlChange> {
        self.controls.iter().filter(move |control| control.direction == direction)
    }

    /// Whether another plan follows, so that this is not all that changes.
    #[must_use]
    pub(super) fn is_incomplete(&self) -> bool {
        self.files.iter().any(|file| !file.incomplete.is_empty())
    }

    /// Resources of all files: changed, and looked at.
    #[must_use]
    pub(super) fn counts(&self) -> (usize, usize) {
        let changed = self.files.iter().map(|file| file.changed).sum();
        (changed, self.files.iter().map(FileSummary::looked_at).sum())
    }

    /// How the command ends: by what the plan makes worse or undecided; `strict` by whatever fails after it.
    #[must_use]
    pub(super) fn exit(&self, strict: bool) -> Exit {
        let any = |direction| self.going(direction).next().is_some();
        let after = |verdict| self.controls.iter().any(|control| control.after == verdict);
        if self.controls.is_empty() {
            Exit::Nothing
        } else if any(Direction::Undecided)
            || self
                .controls
                .iter()
                .any(|control| control.direction == Direction::Worse && !control.undecided.is_empty())
            || self.is_incomplete()
            || (strict && after(Verdict::Error))
        {
            Exit::Unassessed
        } else if any(Direction::Worse) || (strict && after(Verdict::Fail)) {
            Exit::Fail
        } else {
            Exit::Success
        }
    }
}
