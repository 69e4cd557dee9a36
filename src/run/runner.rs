//! Runs scenarios: resolves each step with cucumber's own collection, calls it on a fresh World, and says how the
//! scenario ended.
//!
//! cucumber's steps, World and matching are used as they are; its runner is not, for reasons that matter to verdicts:
//! it reports a step that returned `Err` and a step that panicked alike, it silences the panics of the whole process
//! while it runs, and it hands the World of a passed scenario to nobody. Here each scenario is one future on the
//! calling task; no verdict is decided here.

use std::{sync::Arc, time::Instant};

use cucumber::{World as _, gherkin};
use futures::{StreamExt as _, stream};
use logproof_estate::{
    Estate,
    assessment::{StepResult, StepState},
    record::{Ending, Record},
    world::LogproofWorld,
};

use crate::{
    catalogue::{
        Scenario,
        vocabulary::{Found, Resolved, Vocabulary},
    },
    guard::{self, Panic},
};

/// Scenarios in flight at once; what limits API calls is the estate's source.
const AT_ONCE: usize = 64;

/// How one scenario went.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// How it ended.
    pub ending: Ending,
    /// What its steps recorded.
    pub record: Record,
    /// How far each step got.
    pub steps: Vec<StepResult>,
    /// Milliseconds from the beginning of the run to that of the scenario.
    pub began_ms: u64,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

impl Outcome {
    /// The outcome of a scenario that never began or was cut off.
    #[must_use]
    pub fn not_run(scenario: &Scenario, why: &str, began_ms: u64) -> Self {
        Self {
            ending: Ending::Defect(why.to_owned()),
            record: Record::default(),
            steps: scenario.steps.iter().map(|step| step_result(step, StepState::NotReached)).collect(),
            began_ms,
            took_ms: 0,
        }
    }
}

/// Runs all scenarios concurrently and hands over each outcome, by index, as it is there.
///
/// Returns `false` when `interrupt` came first; the scenarios without an outcome were then not run to their end.
pub async fn run(
    scenarios: &[&Scenario],
    vocabulary: &Vocabulary,
    estate: &Arc<Estate>,
    interrupt: impl Future<Output = ()>,
    mut done: impl FnMut(usize, Outcome),
) -> bool {
    let begin = Instant::now();
    let jobs = scenarios.iter().enumerate();
    let mut outcomes = stream::iter(jobs)
        .map(|(index, scenario)| async move { (index, run_one(scenario, vocabulary, estate, begin).await) })
        .buffer_unordered(AT_ONCE);
    let mut interrupt = std::pin::pin!(interrupt);
    loop {
        tokio::select! {
            biased;
            () = &mut interrupt => return false,
            next = outcomes.next() => match next {
                Some((index, outcome)) => done(index, outcome),
                None => return true,
            },
        }
    }
}

async fn run_one(scenario: &Scenario, vocabulary: &Vocabulary, estate: &Arc<Estate>, begin: Instant) -> Outcome {
    let began = Instant::now();
    let mut reached = 0;
    let mut record = Record::default();
    let ending = match LogproofWorld::new().await {
        Ok(mut world) => {
            world.attach(Arc::clone(estate));
            let ending = run_steps(&scenario.steps, vocabulary, &mut world, &mut reached).await;
            record = std::mem::take(&mut world.record);
            ending
        }
        Err(error) => Ending::Defect(format!("its World cannot be made: {error}")),
    };
    let stopped = ending != Ending::AllStepsReturned;
    let state = |index: usize| match index {
        _ if index < reached => StepState::Passed,
        _ if index == reached && stopped => StepState::Stopped,
        _ => StepState::NotReached,
    };
    let steps = scenario.steps.iter().enumerate().map(|(index, step)| step_result(step, state(index)));
    Outcome {
        ending,
        record,
        steps: steps.collect(),
        began_ms: millis(began.duration_since(begin)),
        took_ms: millis(began.elapsed()),
    }
}

/// Runs steps until one does not return; `reached` counts those that did.
async fn run_steps(
    steps: &[gherkin::Step],
    vocabulary: &Vocabulary,
    world: &mut LogproofWorld,
    reached: &mut usize,
) -> Ending {
    for step in steps {
        let found = match vocabulary.resolve(step) {
            Resolved::One(found) => found,
            Resolved::Undefined => {
                return Ending::Defect(format!("no step is registered for `{}`", step.value));
            }
            Resolved::Ambiguous(several) => {
                return Ending::Defect(format!("`{}` matches {} registered steps", step.value, several.len()));
            }
        };
        let Found { function, location, context } = found;
        if let Err(panic) = guard::watch(async { function(world, context).await }).await {
            let registered = location.map(|place| (place.path, place.line));
            return ending_of(panic, registered);
        }
        *reached += 1;
    }
    Ending::AllStepsReturned
}

/// Tells a step that returned `Err` from one that panicked.
///
/// cucumber turns `Err(e)` into `panic!("{}", e)` in code it generates at the step's attribute; any other panic comes
/// from another line. An argument that cannot be parsed panics at the attribute too, with a text of cucumber's own.
fn ending_of(panic: Panic, registered: Option<(&str, u32)>) -> Ending {
    let at = panic.at.as_ref().map(|(file, line)| (file.as_str(), *line));
    let argument =
        panic.message.contains(" can not be parsed to ") || panic.message.starts_with("Failed to parse element at ");
    if registered.is_some() && at == registered && !argument {
        return Ending::StepStopped(panic.message);
    }
    let place = at.map(|(file, line)| format!(" at {file}:{line}")).unwrap_or_default();
    Ending::Defect(format!("a step failed{place}: {}", panic.message))
}

fn step_result(step: &gherkin::Step, state: StepState) -> StepResult {
    StepResult { keyword: step.keyword.trim().to_owned(), text: step.value.clone(), state }
}

fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
#[path = "runner_tests.rs"]
mod tests;
