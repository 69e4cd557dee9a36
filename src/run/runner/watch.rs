//! What a thread of scenarios computes and for how long, read by whoever must not wait for it.
//!
//! Only the time a scenario is polled counts: waiting for an answer costs a scenario nothing.

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
    busy: Option<(usize, Instant)>,
    computed: HashMap<usize, Duration>,
    polled: Polled,
    last_poll: Instant,
}

impl Watch {
    pub(super) fn new(limit: Limit) -> Self {
        let state = State { busy: None, computed: HashMap::new(), polled: Polled::All, last_poll: Instant::now() };
        Self { limit, state: Mutex::new(state), dismissed: Notify::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What keeps the thread at this moment.
    pub(super) fn busy(&self, now: Instant) -> Option<Busy> {
        let state = self.state();
        let (index, since) = state.busy?;
        let without_pause = now.saturating_duration_since(since);
        let before = state.computed.get(&index).copied().unwrap_or_default();
        Some(Busy { index, without_pause, in_all: before + without_pause })
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
            state.busy = Some((index, now));
            state.last_poll = now;
        }
        polled
    }

    /// All the time the scenario has computed.
    fn end(&self, index: usize) -> Duration {
        let mut state = self.state();
        let since = state.busy.take().map(|(_, since)| since);
        let computed = state.computed.entry(index).or_default();
        *computed += since.map(|since| since.elapsed()).unwrap_or_default();
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
