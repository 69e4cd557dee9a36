//! The progress bar: on standard error, on a terminal only.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::console;

/// A bar over the scenarios of a run, or nothing.
#[derive(Debug, Clone)]
pub struct Progress(ProgressBar);

impl Progress {
    /// A bar when it is wanted and somebody can see it.
    #[must_use]
    pub fn new(wanted: bool) -> Self {
        if !wanted || !console::shows_progress() {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::new(0);
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} scenarios, {msg}") {
            bar.set_style(style);
        }
        bar.set_message("0 calls");
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(bar)
    }

    /// Says how many scenarios there are.
    pub fn begin(&self, scenarios: usize) {
        self.0.set_length(scenarios as u64);
    }

    /// Says how many API calls have been made.
    pub fn calls(&self, calls: u64) {
        self.0.set_message(format!("{calls} call{}", if calls == 1 { "" } else { "s" }));
    }

    /// One scenario has ended.
    pub fn finished_one(&self) {
        self.0.inc(1);
    }

    /// Takes the bar away.
    pub fn end(&self) {
        self.0.finish_and_clear();
    }
}
