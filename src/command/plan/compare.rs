//! The comparison of a landing zone as it is with what a plan makes of it.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use logproof_estate::{
    ExchangeId, Reason, Unseen,
    assessment::{Assessment, ControlResult, ScenarioResult, Target},
    record::{Observation, Verdict},
};
use logproof_plan::{DELETED, Laid, Origin, Symbols};

use super::outcome::{ControlChange, Direction, FileSummary, Finding, Prediction, SCHEMA};
use crate::run::planned::{Planned, Secret, secret};

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

/// What becomes of one control.
pub(super) fn change(
    before: &ControlResult,
    after: &ControlResult,
    laid: &BTreeMap<ExchangeId, Laid>,
    symbols: &Symbols,
) -> ControlChange {
    let (mut new, mut gone, mut stays, mut undecided) = (Vec::new(), Vec::new(), 0, Vec::new());
    let mut causes = Origins::default();
    for scenario in &after.scenarios {
        let Some(was) = before.scenarios.iter().find(|was| was.name == scenario.name) else { continue };
        let touching = origins(scenario.record.exchanges(), laid);
        // Where the last policy or bucket went, what was asked before names it.
        causes.add(&touching);
        let finding = |found: &Observation| Finding {
            more: allows_more(was, found),
            was: met_before(was, found).map(|before| symbols.shown(&before.found)),
            ..finding(scenario, found, laid, symbols)
        };
        let mut old: BTreeSet<String> = was.record.findings().map(key).collect();
        for found in scenario.record.findings() {
            if old.remove(&key(found)) && allows_more(was, found).is_empty() {
                stays += 1
            } else {
                new.push(finding(found))
            }
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
    let new = telling_first(new);
    // Several scenarios ask the same.
    let mut told = BTreeSet::new();
    undecided.retain(|reason| told.insert(reason.clone()));
    let direction = direction(before, after, &new, &gone, &undecided);
    ControlChange {
        id: after.id.clone(),
        title: after.title.clone(),
        severity: after.severity.clone(),
        before: before.verdict,
        after: after.verdict,
        direction,
        causes: causes.all,
        new,
        gone,
        stays,
        undecided,
        without: None,
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
        was: None,
        witness: None,
        hint: Some(unseen.hint.clone()),
        causes: origins(unseen.exchanges.iter(), laid),
        newly_allowed: None,
        request: None,
        more: Vec::new(),
    }
}

/// The first finding of each scenario that a request shows, then the others with a request, then the rest: the first few
/// are what is read, and what a request is looked for.
fn telling_first(findings: Vec<Finding>) -> Vec<Finding> {
    let mut scenarios = BTreeSet::new();
    let rank = |finding: &Finding| match finding.request {
        Some(_) if scenarios.insert(finding.scenario.clone()) => 0,
        Some(_) => 1,
        None => 2,
    };
    let ranks: Vec<u8> = findings.iter().map(rank).collect();
    let mut ranked: Vec<(u8, Finding)> = ranks.into_iter().zip(findings).collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, finding)| finding).collect()
}

/// The same as it was before, where it was as the control asks.
fn met_before<'s>(was: &'s ScenarioResult, found: &Observation) -> Option<&'s Observation> {
    was.record.observations.iter().find(|other| other.met && key(other) == key(found))
}

/// What makes a finding the same one before and after.
fn key(found: &Observation) -> String {
    format!("{}\u{0}{}\u{0}{}", found.subject.arn, found.expected, found.place.as_deref().unwrap_or_default())
}

/// The actions that a finding allows and that it did not allow before, where it was there.
fn allows_more(was: &ScenarioResult, found: &Observation) -> Vec<String> {
    let Some(now) = &found.allowed else { return Vec::new() };
    let before = was.record.findings().find(|other| key(other) == key(found)).and_then(|other| other.allowed.as_ref());
    let before: BTreeSet<&str> = before.into_iter().flat_map(|allowed| allowed.actions()).collect();
    now.actions().filter(|action| !before.contains(action)).map(str::to_owned).collect()
}

fn origins<'e>(exchanges: impl Iterator<Item = &'e ExchangeId>, laid: &BTreeMap<ExchangeId, Laid>) -> Vec<Origin> {
    let mut all = Origins::default();
    let mut seen = BTreeSet::new();
    for laid in exchanges.filter(|id| seen.insert(*id)).filter_map(|id| laid.get(id)) {
        all.add(&laid.origins);
    }
    all.all
}

/// Resources of the plan, each once, in the order they come. One answer may have thousands.
#[derive(Default)]
struct Origins {
    all: Vec<Origin>,
    seen: HashSet<Origin>,
}

impl Origins {
    fn add(&mut self, more: &[Origin]) {
        for origin in more {
            if self.seen.insert(origin.clone()) {
                self.all.push(origin.clone());
            }
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
        let (witness, hint, newly_allowed, request, more) = (None, None, None, None, Vec::new());
        return Finding {
            scenario,
            subject,
            expected,
            found: why,
            was: None,
            witness,
            hint,
            causes,
            newly_allowed,
            request,
            more,
        };
    }
    let (subject, expected) = (symbols.shown(&found.subject.arn), symbols.shown(&found.expected));
    Finding {
        scenario,
        subject,
        expected,
        found: symbols.shown(&found.found),
        was: None,
        witness: found.witness.as_ref().map(|witness| symbols.shown(&witness.sentence)),
        hint: found.hint.as_ref().map(|hint| symbols.shown(hint)),
        causes,
        newly_allowed: None,
        request: found.witness.as_ref().map(|witness| witness.request.clone()),
        more: Vec::new(),
    }
}
