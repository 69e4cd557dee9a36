//! The whole program over HTTP against a simulator of AWS: the verdicts are those of the description, whatever latency,
//! quotas and broken connections lie between.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use std::time::Duration;

use logproof_simulator::{Behaviour, Outcome};
use support::{
    ran, run,
    simulated::{Simulated, assessment, verdicts},
};
use tempfile::TempDir;

/// Nothing lies between.
const UNDISTURBED: Behaviour =
    Behaviour { latency: Duration::ZERO, quotas: false, throttled: 0.0, reset: 0.0, keep: true };

#[test]
fn the_simulator_answers_as_the_description_does() {
    let home = TempDir::new().unwrap();
    let simulated = Simulated::start(home.path(), "base: sample", UNDISTURBED);
    let over_http = ran(&simulated.check(home.path(), &["--out", "live"]).output().unwrap());
    assert_eq!(over_http.code, 0, "{}{}", over_http.out, over_http.err);
    let described = run(home.path(), &["check", "--mock", "--out", "mock"]);
    assert_eq!(described.code, 0, "{}{}", described.out, described.err);
    let [live, mock] = ["live", "mock"].map(|bundle| assessment(&home.path().join(bundle)));
    assert_eq!(verdicts(&live), verdicts(&mock));
    let asked = simulated.simulator.asked();
    assert!(asked.iter().all(|one| one.outcome == Outcome::Answered), "nothing was throttled");
    assert_eq!(live.run.calls.values().sum::<u64>(), asked.len() as u64, "every call is counted");
}
