//! How many reads may be in flight.
//!
//! Owns: the number, which grows while all goes well and halves when the store asks to slow down. Must not know: reads.
// See: https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Below this, halving does not help.
const FEWEST: usize = 4;

#[derive(Debug)]
struct State {
    limit: usize,
    most: usize,
    /// Places to take away as soon as they are free.
    debt: usize,
    answers: usize,
    slowed: bool,
}

/// Bounds what is in flight.
#[derive(Debug, Clone)]
pub(crate) struct Gate {
    places: Arc<Semaphore>,
    state: Arc<Mutex<State>>,
}

/// A place in flight, given back when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    permit: Option<OwnedSemaphorePermit>,
    state: Arc<Mutex<State>>,
}

impl Gate {
    pub(crate) fn new(at_first: usize, most: usize) -> Self {
        let most = most.max(1);
        let limit = at_first.clamp(1, most);
        let state = State { limit, most, debt: 0, answers: 0, slowed: false };
        Self { places: Arc::new(Semaphore::new(limit)), state: Arc::new(Mutex::new(state)) }
    }

    pub(crate) async fn enter(&self) -> Place {
        // The semaphore is never closed; without a permit the read would only be unbounded, not wrong.
        let permit = Arc::clone(&self.places).acquire_owned().await.ok();
        Place { permit, state: Arc::clone(&self.state) }
    }

    pub(crate) fn limit(&self) -> usize {
        lock(&self.state).limit
    }

    /// An answer arrived in good order.
    pub(crate) fn went_well(&self) {
        let mut state = lock(&self.state);
        state.answers += 1;
        if state.answers < state.limit || state.limit >= state.most {
            return;
        }
        state.answers = 0;
        // Double until the store complains for the first time, then feel the way.
        let step = if state.slowed { (state.limit / 16).max(1) } else { state.limit };
        let step = step.min(state.most - state.limit);
        state.limit += step;
        let forgiven = step.min(state.debt);
        state.debt -= forgiven;
        self.places.add_permits(step - forgiven);
    }

    /// The store asked to slow down. Complaints about requests that were already under way count once.
    pub(crate) fn slow_down(&self) {
        let mut state = lock(&self.state);
        if state.slowed && state.answers < state.limit / 2 {
            state.answers += 1;
            return;
        }
        let limit = (state.limit / 2).max(FEWEST.min(state.limit));
        state.debt += state.limit - limit;
        state.limit = limit;
        state.answers = 0;
        state.slowed = true;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = lock(&self.state);
        if state.debt > 0
            && let Some(permit) = self.permit.take()
        {
            state.debt -= 1;
            permit.forget();
        }
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_limit_grows_to_the_most_and_halves_on_complaint() {
        let gate = Gate::new(4, 20);
        for _ in 0..200 {
            let _place = gate.enter().await;
            gate.went_well();
        }
        assert_eq!(gate.limit(), 20);
        gate.slow_down();
        gate.slow_down();
        assert_eq!(gate.limit(), 10);
        for _ in 0..10 {
            drop(gate.enter().await);
        }
        assert_eq!(gate.places.available_permits(), 10);
    }
}
