//! The progress bar of a verification: on standard error, on a terminal only.

use std::{sync::Arc, time::Duration};

use indicatif::{HumanDuration, ProgressBar, ProgressStyle};
use logproof_integrity::{Progress, Snapshot, progress::NoProgress};

use crate::console;

struct Bar(ProgressBar);

/// A bar when it is wanted and somebody can see it.
pub(super) fn on_terminal(wanted: bool) -> Arc<dyn Progress> {
    if !wanted || !console::shows_progress() {
        return Arc::new(NoProgress);
    }
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} digests, {msg}") {
        bar.set_style(style);
    }
    Arc::new(Bar(bar))
}

impl Progress for Bar {
    fn update(&self, snapshot: &Snapshot) {
        self.0.set_length(snapshot.digests_expected.max(snapshot.digests));
        self.0.set_position(snapshot.digests);
        self.0.set_message(words(snapshot));
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

fn words(snapshot: &Snapshot) -> String {
    // Seconds are enough.
    let left = snapshot.left().map(|left| Duration::from_secs(left.as_secs()));
    let left = left.map_or_else(String::new, |left| format!(", {} left", HumanDuration(left)));
    let wrong = if snapshot.invalid > 0 { format!(", {} WRONG", snapshot.invalid) } else { String::new() };
    let open = if snapshot.undetermined > 0 { format!(", {} open", snapshot.undetermined) } else { String::new() };
    format!("{} log files, {:.0}/s{left}{wrong}{open}", snapshot.logs, snapshot.objects_per_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_how_fast_how_long_and_what_is_wrong() {
        let snapshot = Snapshot {
            digests_expected: 100,
            digests: 50,
            logs: 150,
            invalid: 2,
            elapsed: Duration::from_secs(10),
            ..Snapshot::default()
        };
        assert_eq!(words(&snapshot), "150 log files, 20/s, 10 seconds left, 2 WRONG");
        assert_eq!(words(&Snapshot::default()), "0 log files, 0/s");
    }
}
