//! What a thread of scenarios computes and for how long, read by whoever must not wait for it.
//!
//! Only the time a scenario is polled counts, and of that not what its thread waited for a processor: waiting for an answer
//! costs a scenario nothing, and neither does a busy machine.

use std::{
    collections::HashMap,
    future::poll_fn,
    pin::pin,
    sync::{Mutex, MutexGuard, PoisonError},
    task::Poll,
    time::{Duration, Instant},
};

use logproof_policy::Cancellation;
use tokio::sync::Notify;

use super::delay::Delay;

/// How long a scenario may compute.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limit {
    seconds: u64,
}

impl Limit {
    /// What a scenario has to come back after it was told that its time is over.
    const GRACE: Duration = Duration::from_secs(1);

    pub(super) fn of_seconds(seconds: u64) -> Self {
        Self { seconds }
    }

    pub(super) fn time(self) -> Duration {
        Duration::from_secs(self.seconds)
    }

    /// Whether a scenario is to be told that its time is over.
    pub(super) fn is_reached(self, computed: Duration) -> bool {
        computed >= self.time()
    }

    /// Whether a scenario was told, and did not end.
    pub(super) fn is_exceeded(self, computed: Duration) -> bool {
        computed >= self.time() + Self::GRACE
    }

    /// Why there is no verdict.
    pub(super) fn reason(self) -> String {
        format!("not decided in {} s", self.seconds)
    }
}

/// What a scenario is doing that keeps its thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Busy {
    /// Which scenario.
    pub(super) index: usize,
    /// Since it was polled.
    pub(super) without_pause: Duration,
    /// All it has computed.
    pub(super) in_all: Duration,
}

/// Which scenarios of a thread are polled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Polled {
    All,
    Only(usize),
    None,
}

/// Watches one thread.
#[derive(Debug)]
pub(super) struct Watch {
    limit: Limit,
    state: Mutex<State>,
    dismissed: Notify,
}

#[derive(Debug)]
struct State {
    busy: Option<Turn>,
    delay: Delay,
    computed: HashMap<usize, Duration>,
    polled: Polled,
    last_poll: Instant,
}

/// A scenario that is being polled.
#[derive(Debug, Clone, Copy)]
struct Turn {
    index: usize,
    since: Instant,
    /// How long the thread had waited for a processor before.
    waited: Duration,
}

impl Turn {
    /// What it has computed.
    fn computed(&self, now: Instant, delay: &Delay) -> Duration {
        let waited = delay.so_far().saturating_sub(self.waited);
        now.saturating_duration_since(self.since).saturating_sub(waited)
    }
}

impl Watch {
    pub(super) fn new(limit: Limit) -> Self {
        let (computed, delay) = (HashMap::new(), Delay::default());
        let state = State { busy: None, delay, computed, polled: Polled::All, last_poll: Instant::now() };
        Self { limit, state: Mutex::new(state), dismissed: Notify::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The thread that calls this is the one that is watched.
    pub(super) fn this_thread(&self) {
        self.state().delay = Delay::of_this_thread();
    }

    /// What keeps the thread at this moment.
    pub(super) fn busy(&self, now: Instant) -> Option<Busy> {
        let state = self.state();
        let turn = state.busy?;
        let without_pause = turn.computed(now, &state.delay);
        let before = state.computed.get(&turn.index).copied().unwrap_or_default();
        Some(Busy { index: turn.index, without_pause, in_all: before + without_pause })
    }

    /// When something was last polled.
    pub(super) fn last_poll(&self) -> Instant {
        self.state().last_poll
    }

    /// From now on this scenario has the thread for itself.
    pub(super) fn leave_to(&self, index: usize) {
        self.state().polled = Polled::Only(index);
    }

    /// From now on nothing is polled, and the thread ends as soon as it can.
    pub(super) fn dismiss(&self) {
        self.state().polled = Polled::None;
        self.dismissed.notify_one();
    }

    /// Resolves when the thread is dismissed.
    pub(super) async fn dismissed(&self) {
        self.dismissed.notified().await;
    }

    /// Whether the scenario may be polled; if so its time runs.
    fn begin(&self, index: usize) -> bool {
        let mut state = self.state();
        let polled = match state.polled {
            Polled::All => true,
            Polled::Only(kept) => kept == index,
            Polled::None => false,
        };
        if polled {
            let now = Instant::now();
            state.busy = Some(Turn { index, since: now, waited: state.delay.so_far() });
            state.last_poll = now;
        }
        polled
    }

    /// All the time the scenario has computed.
    fn end(&self, index: usize) -> Duration {
        let mut state = self.state();
        let turn = state.busy.take().map(|turn| turn.computed(Instant::now(), &state.delay));
        let computed = state.computed.entry(index).or_default();
        *computed += turn.unwrap_or_default();
        *computed
    }

    /// Runs a scenario under watch; `None` when it comes back without an end after its time is over.
    pub(super) async fn over<F: Future>(
        &self,
        index: usize,
        cancellation: &Cancellation,
        scenario: F,
    ) -> Option<F::Output> {
        let mut scenario = pin!(scenario);
        poll_fn(|context| {
            if !self.begin(index) {
                // Nobody waits for this one any more: another thread runs it, or the run is over.
                return Poll::Pending;
            }
            let polled = scenario.as_mut().poll(context);
            let computed = self.end(index);
            if self.limit.is_reached(computed) {
                cancellation.cancel(self.limit.reason());
            }
            match polled {
                Poll::Ready(outcome) => Poll::Ready(Some(outcome)),
                Poll::Pending if self.limit.is_exceeded(computed) => Poll::Ready(None),
                Poll::Pending => Poll::Pending,
            }
        })
        .await
    }
}
