//! logproof with the steps of ACME: all of its commands, and sentences of our own.

mod cost_centre;

use std::process::ExitCode;

use logproof::own::{StepCrate, main_with};

/// This crate, as every bundle that is made with it names it.
const STEPS: StepCrate = StepCrate::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
    .sentences(cost_centre::SENTENCES)
    .features(&[("ACME-9.1-cost-centres.feature", include_str!("../controls/ACME-9.1-cost-centres.feature"))]);

fn main() -> ExitCode {
    main_with(&[STEPS])
}
