//! The threads of a run: which scenarios are open, who runs them, and what is done about one that does not come back.
//!
//! All scenarios begin on one thread, in the order of the catalogue. One that computes for a while keeps that thread for
//! itself, and the others begin anew on another: what they had asked is known, so that costs next to nothing. One that
//! computes too long is told so; one that still does not come back is given up with its thread.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use logproof_estate::record::Ending;
use logproof_policy::Cancellation;
use tokio::sync::mpsc::UnboundedSender;

use super::{
    Outcome, not_reached,
    watch::{Busy, Watch},
    worker::{self, Ground, Job, millis},
};

/// How long a scenario may keep its thread from the others.
const PATIENCE: Duration = Duration::from_millis(500);

/// A scenario without an outcome.
struct Open {
    cancellation: Cancellation,
    /// The thread that runs it.
    thread: usize,
}

/// A thread, and what it does.
struct Thread {
    watch: Arc<Watch>,
    /// It is left to one scenario.
    left: bool,
    /// It was given up while that scenario computed.
    lost: bool,
}

/// All threads of a run.
pub(super) struct Crew {
    ground: Ground,
    outcomes: UnboundedSender<(usize, Outcome)>,
    open: BTreeMap<usize, Open>,
    threads: Vec<Thread>,
    last_outcome: Instant,
}

impl Crew {
    pub(super) fn new(ground: Ground, outcomes: UnboundedSender<(usize, Outcome)>) -> Self {
        Self { ground, outcomes, open: BTreeMap::new(), threads: Vec::new(), last_outcome: Instant::now() }
    }

    /// Starts a thread for these scenarios; outcomes of those for which there is none.
    pub(super) fn begin(&mut self, scenarios: Vec<usize>) -> Vec<(usize, Outcome)> {
        if scenarios.is_empty() {
            return Vec::new();
        }
        let job = |index| Job { index, cancellation: Cancellation::default() };
        let jobs: Vec<Job> = scenarios.into_iter().map(job).collect();
        let thread = self.threads.len();
        self.open.extend(jobs.iter().map(|job| (job.index, Open { cancellation: job.cancellation.clone(), thread })));
        let indices: Vec<usize> = jobs.iter().map(|job| job.index).collect();
        match worker::start(&self.ground, jobs, self.outcomes.clone()) {
            Ok(watch) => {
                self.threads.push(Thread { watch, left: false, lost: false });
                Vec::new()
            }
            Err(error) => {
                let ending = Ending::Defect(format!("no thread can be started: {error}"));
                indices.into_iter().filter_map(|index| self.settle(index, ending.clone())).collect()
            }
        }
    }

    /// Whether all scenarios have their outcome.
    pub(super) fn is_done(&self) -> bool {
        self.open.is_empty()
    }

    /// Notes that a scenario has its outcome; false when it already had one.
    pub(super) fn close(&mut self, index: usize) -> bool {
        let Some(open) = self.open.remove(&index) else { return false };
        self.last_outcome = Instant::now();
        if let Some(thread) = self.threads.get(open.thread).filter(|thread| thread.left) {
            thread.watch.dismiss();
        }
        true
    }

    /// Looks at every thread; outcomes of the scenarios that are given up.
    pub(super) fn inspect(&mut self) -> Vec<(usize, Outcome)> {
        let (now, limit) = (Instant::now(), self.ground.limit);
        let mut settled = Vec::new();
        for number in 0..self.threads.len() {
            let Some(busy) = self.threads.get(number).and_then(|thread| thread.watch.busy(now)) else { continue };
            let Some(open) = self.open.get(&busy.index).filter(|open| open.thread == number) else { continue };
            if limit.is_reached(busy.in_all) {
                open.cancellation.cancel(limit.reason());
            }
            if busy.without_pause >= PATIENCE {
                settled.extend(self.leave_to(number, &busy));
            }
            if limit.is_exceeded(busy.in_all) {
                settled.extend(self.settle(busy.index, Ending::Undecided(limit.reason())));
                if let Some(thread) = self.threads.get_mut(number) {
                    thread.lost = true;
                    thread.watch.dismiss();
                }
            }
        }
        settled.extend(self.stalled(now));
        settled
    }

    /// Ends all threads that can end.
    pub(super) fn dismiss(self, why: &str) {
        for open in self.open.values() {
            open.cancellation.cancel(why);
        }
        for thread in &self.threads {
            thread.watch.dismiss();
        }
    }

    /// Leaves a thread to the scenario that keeps it, and begins its other scenarios on another one.
    fn leave_to(&mut self, number: usize, busy: &Busy) -> Vec<(usize, Outcome)> {
        let Some(thread) = self.threads.get_mut(number).filter(|thread| !thread.left) else { return Vec::new() };
        thread.left = true;
        thread.watch.leave_to(busy.index);
        let theirs = |(index, open): (&usize, &Open)| (open.thread == number && *index != busy.index).then_some(*index);
        let others: Vec<usize> = self.open.iter().filter_map(theirs).collect();
        self.begin(others)
    }

    /// What may wait for something that a lost thread was doing: nothing else would ever end it.
    fn stalled(&mut self, now: Instant) -> Vec<(usize, Outcome)> {
        let lost = self.threads.iter().any(|thread| thread.lost && thread.watch.busy(now).is_some());
        let others = self.threads.iter().filter(|thread| !thread.lost);
        let last = others.map(|thread| thread.watch.last_poll()).chain([self.last_outcome]).max().unwrap_or(now);
        if !lost || now.saturating_duration_since(last) < self.ground.limit.time() {
            return Vec::new();
        }
        let reason = format!("{}: it waits for a scenario that did not come back", self.ground.limit.reason());
        let open: Vec<usize> = self.open.keys().copied().collect();
        open.into_iter().filter_map(|index| self.settle(index, Ending::Undecided(reason.clone()))).collect()
    }

    /// An outcome for a scenario whose thread does not give one.
    fn settle(&mut self, index: usize, ending: Ending) -> Option<(usize, Outcome)> {
        let scenario = self.ground.scenarios.get(index)?.clone();
        if !self.close(index) {
            return None;
        }
        let now_ms = millis(self.ground.begin.elapsed());
        Some((index, Outcome { ending, steps: not_reached(&scenario), ..Outcome::empty(now_ms) }))
    }
}
