//! The application: features in, verdicts and reports out.
//!
//! It reads and lints the controls, connects to a landing zone, runs the scenarios, builds the assessment and writes
//! the reports. It must not know AWS services, and no report sees anything but the assessment.

pub mod ask;
pub mod assess;
pub mod bundle;
pub mod catalogue;
pub mod check;
pub mod cli;
pub mod commands;
pub mod console;
pub mod deliver;
pub mod describe;
pub mod diff;
pub mod error;
pub mod evidence;
pub mod exit;
pub mod folder;
pub mod guard;
pub mod init;
pub mod intake;
pub mod lint;
pub mod logging;
pub mod outline;
pub mod period;
pub mod progress;
pub mod register;
pub mod replay;
pub mod report;
pub mod run;
pub mod runner;
pub mod sealing;
pub mod selection;
pub mod target;
pub mod trail;
pub mod upload;
pub mod vocabulary;
