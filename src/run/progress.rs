//! How far a run is: a bar on standard error, on a terminal only, and an estimate before a run of many accounts.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use indicatif::{HumanDuration, ProgressBar, ProgressStyle};
use logproof_wire::Exchange;

use super::estimate::Estimate;
use crate::console;

/// Accounts times Regions from which on a run is announced and estimated.
const MANY: usize = 200;
/// The accounts of a run of many that are examined before it is estimated: a while, so that the rate is a rate.
const BEFORE: Duration = Duration::from_secs(5);

/// A bar over the scenarios of a run, or nothing; and what is told of a run of many accounts.
#[derive(Debug, Clone)]
pub struct Progress {
    bar: ProgressBar,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    estimate: Estimate,
    begun: Instant,
    /// Whether an estimate is still to be told.
    untold: bool,
}

impl Progress {
    /// A bar when it is wanted and somebody can see it.
    #[must_use]
    pub fn new(wanted: bool) -> Self {
        let state = State { estimate: Estimate::default(), begun: Instant::now(), untold: false };
        let state = Arc::new(Mutex::new(state));
        if !wanted || !console::shows_progress() {
            return Self { bar: ProgressBar::hidden(), state };
        }
        let bar = ProgressBar::new(0);
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} scenarios, {msg}") {
            bar.set_style(style);
        }
        bar.set_message("0 calls");
        bar.enable_steady_tick(Duration::from_millis(200));
        Self { bar, state }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says how many scenarios there are.
    pub fn begin(&self, scenarios: usize) {
        self.bar.set_length(scenarios as u64);
    }

    /// Says what is examined: the accounts that are alike, how many there are in all, and in how many Regions. A run of
    /// many is announced, and estimated as soon as enough of them were asked.
    pub fn examine<'a>(&self, alike: impl Iterator<Item = &'a str>, accounts: usize, regions: usize) {
        if accounts * regions < MANY {
            return;
        }
        let mut state = self.state();
        state.estimate.accounts(alike);
        (state.untold, state.begun) = (true, Instant::now());
        drop(state);
        self.tell(&format!("examining {accounts} accounts x {regions} Regions; an estimate follows"));
    }

    /// Counts an API call.
    pub fn call(&self, exchange: &Exchange) {
        let now = Instant::now();
        let mut state = self.state();
        state.estimate.call(&exchange.tag, &exchange.request.path, now);
        let ready = state.untold && now.saturating_duration_since(state.begun) >= BEFORE;
        let told = if ready { announced(&state.estimate, now) } else { None };
        state.untold &= told.is_none();
        let shown = (!self.bar.is_hidden()).then(|| counted(&state.estimate, now));
        drop(state);
        if let Some(told) = told {
            self.tell(&told);
        }
        if let Some(shown) = shown {
            self.bar.set_message(shown);
        }
    }

    /// One scenario has ended.
    pub fn finished_one(&self) {
        self.bar.inc(1);
    }

    /// Takes the bar away.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }

    /// A line of its own, above the bar.
    fn tell(&self, line: &str) {
        self.bar.suspend(|| console::say(line));
    }
}

/// The estimate of a run of many accounts.
fn announced(estimate: &Estimate, now: Instant) -> Option<String> {
    let (total, left, rate) = (estimate.total()?, estimate.left(now)?, estimate.rate(now)?);
    let left = HumanDuration(Duration::from_secs(left.as_secs()));
    Some(format!("about {total} calls, {left} left at {rate:.0} calls a second"))
}

/// What stands beside the bar.
fn counted(estimate: &Estimate, now: Instant) -> String {
    let calls = estimate.calls();
    let Some(total) = estimate.total() else { return format!("{calls} call{}", if calls == 1 { "" } else { "s" }) };
    let rate = estimate.rate(now).map_or_else(String::new, |rate| format!(", {rate:.0}/s"));
    let left = estimate.left(now).map(|left| HumanDuration(Duration::from_secs(left.as_secs())));
    let left = left.map_or_else(String::new, |left| format!(", about {left} left"));
    format!("{calls} of about {total} calls{rate}{left}")
}

#[cfg(test)]
mod tests {
    use logproof_wire::CallTag;

    use super::*;

    #[test]
    fn it_says_how_many_how_fast_and_how_long() {
        let (mut estimate, begin) = (Estimate::default(), Instant::now());
        assert_eq!(counted(&estimate, begin), "0 calls");
        let ids: Vec<String> = (0..100).map(|number| (700_000_000_000_u64 + number).to_string()).collect();
        estimate.accounts(ids.iter().map(String::as_str));
        for (number, account) in ids.iter().take(40).enumerate() {
            let tag = CallTag {
                account: account.clone(),
                region: "eu-central-1".to_owned(),
                service: "config".to_owned(),
                operation: "DescribeDeliveryChannels".to_owned(),
            };
            estimate.call(&tag, "/", begin + Duration::from_millis(number as u64 * 250));
        }
        let now = begin + Duration::from_secs(10);
        assert_eq!(counted(&estimate, now), "40 of about 100 calls, 4/s, about 15 seconds left");
        assert_eq!(announced(&estimate, now).unwrap(), "about 100 calls, 15 seconds left at 4 calls a second");
    }
}
