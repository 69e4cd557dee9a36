//! What the plan makes of each control, and which of its resources causes it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use logproof_estate::{
    ExchangeId, Reason, Unseen,
    assessment::{Assessment, ControlResult, ScenarioResult, Target},
    record::{Observation, Verdict},
};
use logproof_plan::{DELETED, Laid, Origin, Plan, Stale, Symbols};
use serde::Serialize;

use crate::{
    exit::Exit,
    run::planned::{Planned, Secret, secret},
};

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
    /// A request that shows it.
    pub(super) witness: Option<String>,
    /// What to change.
    pub(super) hint: Option<String>,
    /// The resources of the plan behind it.
    pub(super) causes: Vec<Origin>,
}

/// What the plan does.
pub(super) fn compare(
    before: &Assessment,
    planned: &Planned,
    files: Vec<FileSummary>,
    edits: usize,
    symbols: &Symbols,
    target: Target,
) -> Prediction {
    let after = planned.assessment.controls.iter();
    let controls: Vec<ControlChange> = after
        .filter_map(|after| {
            let was = before.controls.iter().find(|was| was.id == after.id)?;
            Some(change(was, after, &planned.laid, symbols))
        })
        .collect();
    let touched = |control: &&ControlChange| !control.causes.is_empty();
    Prediction {
        schema: SCHEMA,
        target,
        as_of: planned.assessment.run.as_of,
        files,
        edits,
        concerned: controls.iter().filter(touched).count(),
        controls,
        stale: planned.stale.clone(),
        decided_twice: planned.twice,
    }
}

fn change(
    before: &ControlResult,
    after: &ControlResult,
    laid: &BTreeMap<ExchangeId, Laid>,
    symbols: &Symbols,
) -> ControlChange {
    let (mut new, mut gone, mut stays, mut undecided) = (Vec::new(), Vec::new(), 0, Vec::new());
    let mut causes = Vec::new();
    for scenario in &after.scenarios {
        let Some(was) = before.scenarios.iter().find(|was| was.name == scenario.name) else { continue };
        let touching = origins(scenario.record.exchanges(), laid);
        // Where the last policy or bucket went, what was asked before names it.
        add(&mut causes, &touching);
        let finding = |found: &Observation| finding(scenario, found, laid, symbols);
        let mut old: BTreeSet<String> = was.record.findings().map(key).collect();
        for found in scenario.record.findings() {
            if old.remove(&key(found)) && !allows_more(was, found) { stays += 1 } else { new.push(finding(found)) }
        }
        gone.extend(was.record.findings().filter(|found| old.contains(&key(found))).map(finding));
        // What the plan deletes cannot be asked about any more: that is decided.
        let (deleted, open): (Vec<&Unseen>, Vec<&Unseen>) =
            scenario.record.unseen.iter().partition(|unseen| unseen.detail == DELETED);
        new.extend(deleted.iter().map(|unseen| gone_with_the_plan(scenario, unseen, laid, symbols)));
        let planned = open.iter().any(|unseen| matches!(unseen.reason, Reason::AfterApply { .. }));
        let touched = planned || was.verdict != Verdict::Error || !touching.is_empty();
        if scenario.verdict == Verdict::Error && touched && (deleted.is_empty() || !open.is_empty()) {
            let reasons = if open.is_empty() {
                vec![scenario.reason.clone()]
            } else {
                open.iter().map(ToString::to_string).collect()
            };
            let reasons = secret(scenario, laid).map_or(reasons, |secret| vec![secret.why]);
            undecided.extend(reasons.iter().map(|reason| symbols.shown(reason)));
        }
    }
    let direction = direction(before, after, &new, &gone, &undecided);
    ControlChange {
        id: after.id.clone(),
        title: after.title.clone(),
        severity: after.severity.clone(),
        before: before.verdict,
        after: after.verdict,
        direction,
        causes,
        new,
        gone,
        stays,
        undecided,
    }
}

fn direction(
    before: &ControlResult,
    after: &ControlResult,
    new: &[Finding],
    gone: &[Finding],
    undecided: &[String],
) -> Direction {
    let failed = |control: &ControlResult| control.verdict == Verdict::Fail;
    let waived = |control: &ControlResult| control.verdict == Verdict::Waived;
    let worse = !(new.is_empty() || waived(after) && waived(before))
        && (failed(after) || after.verdict == Verdict::Error)
        || failed(after) && !failed(before) && before.verdict != Verdict::Error;
    if worse {
        Direction::Worse
    } else if !undecided.is_empty() {
        Direction::Undecided
    } else if before.verdict == after.verdict {
        if !gone.is_empty() && new.is_empty() { Direction::Better } else { Direction::Same }
    } else if matches!(before.verdict, Verdict::Fail | Verdict::Error | Verdict::Waived)
        && matches!(after.verdict, Verdict::Pass | Verdict::NotApplicable | Verdict::Waived | Verdict::Manual)
    {
        Direction::Better
    } else {
        Direction::Other
    }
}

/// Something that a control asks about and that the plan deletes.
fn gone_with_the_plan(
    scenario: &ScenarioResult,
    unseen: &Unseen,
    laid: &BTreeMap<ExchangeId, Laid>,
    symbols: &Symbols,
) -> Finding {
    Finding {
        scenario: scenario.name.clone(),
        subject: symbols.shown(&unseen.subject),
        expected: "it is there".to_owned(),
        found: unseen.detail.clone(),
        witness: None,
        hint: Some(unseen.hint.clone()),
        causes: origins(unseen.exchanges.iter(), laid),
    }
}

/// What makes a finding the same one before and after.
fn key(found: &Observation) -> String {
    format!("{}\u{0}{}\u{0}{}", found.subject.arn, found.expected, found.place.as_deref().unwrap_or_default())
}

/// Whether a finding that was there before allows what it did not.
fn allows_more(was: &ScenarioResult, found: &Observation) -> bool {
    let Some(now) = &found.allowed else { return false };
    let before = was.record.findings().find(|other| key(other) == key(found)).and_then(|other| other.allowed.as_ref());
    let before: BTreeSet<&str> = before.into_iter().flat_map(|allowed| allowed.actions()).collect();
    now.actions().any(|action| !before.contains(action))
}

fn origins<'e>(exchanges: impl Iterator<Item = &'e ExchangeId>, laid: &BTreeMap<ExchangeId, Laid>) -> Vec<Origin> {
    let mut all = Vec::new();
    for id in exchanges {
        if let Some(laid) = laid.get(id) {
            add(&mut all, &laid.origins);
        }
    }
    all
}

fn add(all: &mut Vec<Origin>, more: &[Origin]) {
    for origin in more {
        if !all.contains(origin) {
            all.push(origin.clone());
        }
    }
}

fn finding(
    scenario: &ScenarioResult,
    found: &Observation,
    laid: &BTreeMap<ExchangeId, Laid>,
    symbols: &Symbols,
) -> Finding {
    let mut causes = origins(found.exchanges.iter(), laid);
    if causes.is_empty() {
        causes = origins(scenario.record.exchanges(), laid);
    }
    let secret = secret(scenario, laid);
    let scenario = scenario.name.clone();
    if let Some(Secret { why, subject }) = secret {
        let expected = why.clone();
        return Finding { scenario, subject, expected, found: why, witness: None, hint: None, causes };
    }
    let (subject, expected) = (symbols.shown(&found.subject.arn), symbols.shown(&found.expected));
    Finding {
        scenario,
        subject,
        expected,
        found: symbols.shown(&found.found),
        witness: found.witness.as_ref().map(|witness| symbols.shown(&witness.sentence)),
        hint: found.hint.as_ref().map(|hint| symbols.shown(hint)),
        causes,
    }
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
