//! How long a thread waited for a processor: on a busy machine what it computes takes longer than it is long.

use std::time::Duration;

/// The waiting of one thread, read by any other.
#[derive(Debug, Default)]
pub(super) struct Delay {
    #[cfg(target_os = "linux")]
    told: Option<std::fs::File>,
}

#[cfg(target_os = "linux")]
impl Delay {
    /// That of the thread that calls this.
    pub(super) fn of_this_thread() -> Self {
        Self { told: std::fs::File::open("/proc/thread-self/schedstat").ok() }
    }

    /// All the time the thread could have run and did not; nothing where the system does not tell.
    ///
    /// See: <https://docs.kernel.org/scheduler/sched-stats.html#proc-pid-schedstat>
    pub(super) fn so_far(&self) -> Duration {
        use std::os::unix::fs::FileExt as _;
        let mut text = [0_u8; 96];
        let read = self.told.as_ref().and_then(|file| file.read_at(&mut text, 0).ok()).unwrap_or_default();
        let waited = text.get(..read).and_then(|text| std::str::from_utf8(text).ok()).and_then(nanoseconds);
        waited.map(Duration::from_nanos).unwrap_or_default()
    }
}

/// Time on a processor, time waited for one, number of turns.
#[cfg(target_os = "linux")]
fn nanoseconds(text: &str) -> Option<u64> {
    text.split_ascii_whitespace().nth(1)?.parse().ok()
}

#[cfg(not(target_os = "linux"))]
impl Delay {
    /// Not known here.
    pub(super) fn of_this_thread() -> Self {
        Self::default()
    }

    /// Nothing: not known here.
    pub(super) fn so_far(&self) -> Duration {
        Duration::ZERO
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn a_thread_that_shares_its_processor_waits_and_one_that_sleeps_does_not() {
        let asleep = Delay::of_this_thread();
        let before = asleep.so_far();
        if asleep.told.is_none() {
            // A kernel that does not tell: nothing is subtracted there.
            return;
        }
        std::thread::sleep(Duration::from_millis(200));
        assert!(asleep.so_far() - before < Duration::from_millis(150));

        // Four times as many threads as processors compute for as long.
        let number = 4 * std::thread::available_parallelism().unwrap().get();
        let compute = || {
            let (delay, begun) = (Delay::of_this_thread(), Instant::now());
            while begun.elapsed() < Duration::from_millis(400) {
                std::hint::black_box(0);
            }
            delay.so_far()
        };
        let waited: Duration = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..number).map(|_| scope.spawn(compute)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert!(waited > Duration::from_millis(400), "{waited:?}");
    }
}
