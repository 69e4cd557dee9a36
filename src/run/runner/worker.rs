//! A thread that runs scenarios side by side.
//!
//! A World cannot change its thread, so the scenarios of a thread are polled there in turn. Judges nothing and decides
//! nothing about its own end: that is the business of the [`Crew`](super::crew::Crew).

use std::{
    io,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use cucumber::{World as _, gherkin};
use futures::{StreamExt as _, stream};
use logproof_estate::{
    Estate,
    assessment::StepState,
    record::{Ending, Record},
    world::LogproofWorld,
};
use logproof_policy::Cancellation;
use tokio::{runtime::Handle, sync::mpsc::UnboundedSender};

use super::{
    Outcome, step_result,
    watch::{Limit, Watch},
};
use crate::{
    catalogue::{
        Scenario,
        vocabulary::{Found, Resolved, Vocabulary},
    },
    guard::{self, Panic},
};

/// Scenarios in flight at once on one thread; what limits API calls is the estate's source.
const AT_ONCE: usize = 64;
/// As large as that of the main thread, on which scenarios ran before; only what is touched takes memory.
const STACK: usize = 8 * 1024 * 1024;

/// What all threads of a run share.
#[derive(Clone)]
pub(super) struct Ground {
    pub(super) scenarios: Arc<[Scenario]>,
    pub(super) vocabulary: Arc<Vocabulary>,
    pub(super) estate: Arc<Estate>,
    pub(super) limit: Limit,
    pub(super) begin: Instant,
}

/// One scenario to run.
#[derive(Clone)]
pub(super) struct Job {
    pub(super) index: usize,
    /// Ends what it computes.
    pub(super) cancellation: Cancellation,
}

/// Starts a thread for these scenarios; each outcome goes to `outcomes`, with the number of its scenario.
///
/// # Errors
/// When there is no thread to be had.
pub(super) fn start(
    ground: &Ground,
    jobs: Vec<Job>,
    outcomes: UnboundedSender<(usize, Outcome)>,
) -> io::Result<Arc<Watch>> {
    let watch = Arc::new(Watch::new(ground.limit));
    let (ground, theirs, runtime) = (ground.clone(), Arc::clone(&watch), Handle::current());
    thread::Builder::new().name("scenarios".to_owned()).stack_size(STACK).spawn(move || {
        theirs.this_thread();
        runtime.block_on(async {
            let run = |job: Job| {
                let (ground, watch) = (&ground, &theirs);
                async move { (job.index, run_one(ground, watch, &job).await) }
            };
            let mut ended = stream::iter(jobs).map(run).buffer_unordered(AT_ONCE);
            loop {
                tokio::select! {
                    biased;
                    () = theirs.dismissed() => return,
                    next = ended.next() => match next {
                        // Nobody listens when the run is over.
                        Some(outcome) => drop(outcomes.send(outcome)),
                        None => return,
                    },
                }
            }
        });
    })?;
    Ok(watch)
}

async fn run_one(ground: &Ground, watch: &Watch, job: &Job) -> Outcome {
    let (began, mut reached) = (Instant::now(), 0);
    let began_ms = millis(began.duration_since(ground.begin));
    let Some(scenario) = ground.scenarios.get(job.index) else {
        return Outcome { ending: Ending::Defect("there is no such scenario".to_owned()), ..Outcome::empty(began_ms) };
    };
    let (mut record, mut attempt) = (Record::default(), None);
    let run = async {
        let mut world = match LogproofWorld::new().await {
            Ok(world) => world,
            Err(error) => return Ending::Defect(format!("its World cannot be made: {error}")),
        };
        world.attach(Arc::clone(&ground.estate));
        if !ground.estate.share().is_whole() && ground.vocabulary.is_divided(scenario) {
            world.share = ground.estate.share();
        }
        world.cancellation = job.cancellation.clone();
        let ending = run_steps(&scenario.steps, &ground.vocabulary, &mut world, &mut reached).await;
        attempt = world.attempt();
        record = std::mem::take(&mut world.record);
        ending
    };
    let ended = watch.over(job.index, &job.cancellation, run).await;
    let ending = ended.unwrap_or_else(|| Ending::Undecided(ground.limit.reason()));
    let stopped = ending != Ending::AllStepsReturned;
    let state = |index: usize| match index {
        _ if index < reached => StepState::Passed,
        _ if index == reached && stopped => StepState::Stopped,
        _ => StepState::NotReached,
    };
    let steps = scenario.steps.iter().enumerate().map(|(index, step)| step_result(step, state(index)));
    Outcome { steps: steps.collect(), ending, record, attempt, began_ms, took_ms: millis(began.elapsed()) }
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
        let Found { function, location, context, .. } = found;
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

pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
