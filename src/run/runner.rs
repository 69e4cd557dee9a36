//! Runs scenarios: resolves each step with cucumber's own collection, calls it on a fresh World, and says how the
//! scenario ended.
//!
//! cucumber's steps, World and matching are used as they are; its runner is not, for reasons that matter to verdicts:
//! it reports a step that returned `Err` and a step that panicked alike, it silences the panics of the whole process
//! while it runs, and it hands the World of a passed scenario to nobody. Here each scenario is one future on a thread
//! of scenarios, and the calling task only waits: whatever a step computes, an interrupt is obeyed, the other scenarios
//! go on, and a scenario that takes too long ends as ERROR. No verdict is decided here.

mod crew;
mod delay;
mod watch;
mod worker;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use cucumber::gherkin;
use logproof_estate::{
    Estate,
    assessment::{StepResult, StepState},
    record::{Ending, Record},
};
use tokio::{sync::mpsc, time};

use crate::catalogue::{Scenario, vocabulary::Vocabulary};
use crew::Crew;
use watch::Limit;
use worker::Ground;

/// How often the threads are looked at.
const LOOK: Duration = Duration::from_millis(50);
/// How long threads may take to end when the run is over; one that computes does not hold it up longer.
const FAREWELL: Duration = Duration::from_millis(300);

/// How one scenario went.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// How it ended.
    pub ending: Ending,
    /// What its steps recorded.
    pub record: Record,
    /// The attempt whose observations the [`Cells`](logproof_estate::cells::Cells) of the estate took.
    pub attempt: Option<u64>,
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
        Self { ending: Ending::Defect(why.to_owned()), steps: not_reached(scenario), ..Self::empty(began_ms) }
    }

    fn empty(began_ms: u64) -> Self {
        let ending = Ending::AllStepsReturned;
        Self { ending, record: Record::default(), attempt: None, steps: Vec::new(), began_ms, took_ms: 0 }
    }
}

/// Runs all scenarios concurrently and hands over each outcome, by index, as it is there.
///
/// Returns `false` when `interrupt` came first; the scenarios without an outcome were then not run to their end. What a
/// scenario may compute is configured in `limits.computing_seconds`.
pub async fn run(
    scenarios: &[&Scenario],
    vocabulary: &Vocabulary,
    estate: &Arc<Estate>,
    interrupt: impl Future<Output = ()>,
    mut done: impl FnMut(usize, Outcome),
) -> bool {
    let ground = Ground {
        scenarios: scenarios.iter().map(|scenario| (*scenario).clone()).collect(),
        vocabulary: Arc::new(vocabulary.clone()),
        estate: Arc::clone(estate),
        limit: Limit::of_seconds(estate.config().limits.computing_seconds),
        begin: Instant::now(),
    };
    let (sender, mut outcomes) = mpsc::unbounded_channel();
    let mut crew = Crew::new(ground, sender);
    for (index, outcome) in crew.begin((0..scenarios.len()).collect()) {
        done(index, outcome);
    }
    let (mut interrupt, mut look) = (std::pin::pin!(interrupt), time::interval(LOOK));
    let mut complete = true;
    while complete && !crew.is_done() {
        tokio::select! {
            biased;
            () = &mut interrupt => complete = false,
            Some((index, outcome)) = outcomes.recv() => {
                if crew.close(index) {
                    done(index, outcome);
                }
            }
            _ = look.tick() => {
                for (index, outcome) in crew.inspect() {
                    done(index, outcome);
                }
            }
        }
    }
    crew.dismiss("the run was interrupted");
    // When the last thread has ended the channel is closed. What comes after the end of the run is nobody's.
    let ended = async { while outcomes.recv().await.is_some() {} };
    let _ = time::timeout(FAREWELL, ended).await;
    complete
}

fn not_reached(scenario: &Scenario) -> Vec<StepResult> {
    scenario.steps.iter().map(|step| step_result(step, StepState::NotReached)).collect()
}

fn step_result(step: &gherkin::Step, state: StepState) -> StepResult {
    StepResult { keyword: step.keyword.trim().to_owned(), text: step.value.clone(), state }
}

#[cfg(test)]
#[path = "runner_tests.rs"]
mod tests;
