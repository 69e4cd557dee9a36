//! The application: features in, verdicts and reports out.
//!
//! It reads and lints the controls, connects to a landing zone, runs the scenarios, builds the assessment and writes
//! the reports. It must not know AWS services, and no report sees anything but the assessment.
//!
//! Owners add steps of their own with what is in [`own`]; only that is promised to stay.

pub mod bundle;
pub mod catalogue;
pub mod cli;
mod clock;
pub mod command;
pub mod console;
pub mod ending;
pub mod error;
pub mod exit;
mod files;
mod guard;
pub mod logging;
pub mod own;
mod program;
pub mod report;
pub mod run;
