//! The whole run, judged again from the joined recording.
//!
//! The scenarios are run as in a run that is not divided, on what all parts together have recorded. So no verdict depends
//! on how the accounts were divided, and what is about all accounts together is judged on all of them.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use jiff::Timestamp;
use logproof_estate::assessment::Assessment;
use logproof_wire::{CallTag, NoAnswer, Serve, WireRequest, WireResponse};
use serde::Deserialize;

use super::{error::MergeError, parts::Parts};
use crate::{
    bundle::{
        begin,
        ledger::{Completeness, Counted},
        tape::Tape,
    },
    files::ASSESSMENT,
};

/// Populations that are counted by account: their shares add up.
const BY_ACCOUNT: [&str; 2] = ["active accounts", "pairs of active account and governed Region"];

/// Serves the joined recording, and notes what it does not hold.
#[derive(Debug)]
pub(super) struct Asked {
    tape: Tape,
    missing: Mutex<(usize, Option<String>)>,
}

impl Asked {
    pub(super) fn of(tape: Tape) -> Self {
        Self { tape, missing: Mutex::default() }
    }

    /// Refuses a whole for which something was asked that is in no part.
    pub(super) fn all_answered(&self, parts: &Parts) -> Result<(), MergeError> {
        match &*self.missing.lock().unwrap_or_else(PoisonError::into_inner) {
            (0, _) => Ok(()),
            (number, first) => Err(MergeError::NotAsked {
                number: *number,
                first: first.clone().unwrap_or_default(),
                shares: parts.with_errors(),
            }),
        }
    }
}

impl Serve for Asked {
    fn serve(&self, tag: &CallTag, request: &WireRequest) -> Result<WireResponse, NoAnswer> {
        let answer = self.tape.serve(tag, request);
        if let Err(NoAnswer::NotRecorded(_)) = &answer {
            let mut missing = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
            missing.0 += 1;
            let CallTag { account, region, service, operation } = tag;
            missing.1.get_or_insert_with(|| format!("{service}:{operation} of account {account} in {region}"));
        }
        answer
    }

    fn is_recording(&self) -> bool {
        true
    }
}

/// Refuses a whole in which an account and Region was not examined by exactly one share.
pub(super) fn covered(
    parts: &Parts,
    assessment: &Assessment,
    selected: &BTreeMap<String, usize>,
) -> Result<(), MergeError> {
    let whole = by_scenario(Completeness::of(assessment, selected).populations);
    let shares: Vec<_> =
        parts.shares.iter().map(|part| by_scenario(part.manifest.population.populations.clone())).collect();
    for (scenario, populations) in &whole {
        for (place, population) in populations.iter().enumerate() {
            let of_shares = || shares.iter().filter_map(|share| share.get(scenario)?.get(place));
            // What no share has is not divided.
            if of_shares().next().is_none() {
                continue;
            }
            let expected = of_shares().map(|one| one.expected).sum();
            let examined = of_shares().map(|one| one.examined).sum();
            if (expected, examined) != (population.expected, population.examined) {
                let scenario = format!("{} {}", population.control, population.scenario);
                let (of, whole) = (population.of.clone(), population.expected);
                return Err(MergeError::Uncovered { scenario, of, examined, expected, whole });
            }
        }
    }
    Ok(())
}

/// Populations by control, scenario and what they count.
type ByScenario = BTreeMap<(String, String, String), Vec<Counted>>;

fn by_scenario(populations: Vec<Counted>) -> ByScenario {
    let mut found = ByScenario::new();
    for one in populations.into_iter().filter(|one| BY_ACCOUNT.contains(&one.of.as_str())) {
        found.entry((one.control.clone(), one.scenario.clone(), one.of.clone())).or_default().push(one);
    }
    found
}

/// When the whole began and ended, how long its scenarios took and how many calls were made is known to the parts.
pub(super) fn take_over_the_clock(parts: &Parts, assessment: &mut Assessment) -> Result<(), MergeError> {
    let run = &mut assessment.run;
    run.started = parts.all().map(|part| part.manifest.run.started).min().unwrap_or(run.started);
    run.ended = parts.all().map(|part| part.manifest.run.ended).max().unwrap_or(run.ended);
    run.calls.clear();
    for (operation, number) in parts.all().flat_map(|part| &part.manifest.run.calls) {
        *run.calls.entry(operation.clone()).or_insert(0) += number;
    }
    let mut taken: BTreeMap<(String, String), (Timestamp, u64)> = BTreeMap::new();
    for part in parts.all() {
        let times: Times = begin::read(&part.place.join(ASSESSMENT))?;
        for control in times.controls {
            for Took { name, started, duration_ms } in control.scenarios {
                let entry = taken.entry((control.id.clone(), name)).or_insert((started, 0));
                *entry = (entry.0.min(started), entry.1 + duration_ms);
            }
        }
    }
    for control in &mut assessment.controls {
        for scenario in &mut control.scenarios {
            if let Some((started, took)) = taken.get(&(control.id.clone(), scenario.name.clone())) {
                (scenario.started, scenario.duration_ms) = (*started, *took);
            }
        }
    }
    Ok(())
}

/// When the scenarios of a part began, of all that its assessment has.
#[derive(Deserialize)]
struct Times {
    controls: Vec<ControlTimes>,
}

#[derive(Deserialize)]
struct ControlTimes {
    id: String,
    scenarios: Vec<Took>,
}

#[derive(Deserialize)]
struct Took {
    name: String,
    started: Timestamp,
    duration_ms: u64,
}
