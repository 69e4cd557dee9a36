//! A lane against a service with a quota, in time that is counted and not waited for.

use super::*;

/// How long a call is on its way.
const LATENCY: Duration = Duration::from_millis(40);
const TICK: Duration = Duration::from_millis(1);

/// A service that answers so many calls a second and throttles others, some of them for no reason.
struct Service {
    quota: Option<Quota>,
    tokens: f64,
    /// So many calls of a thousand are throttled besides.
    whim: u64,
    calls: u64,
}

impl Service {
    fn answers(&mut self, passed: Duration) -> bool {
        self.calls += 1;
        // Without a pattern, and the same in every run. See: <https://prng.di.unimi.it/splitmix64.c>
        let mixed =
            (self.calls.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (self.calls << 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let spared = (mixed >> 33) % 1000 >= self.whim;
        let Some(quota) = self.quota else { return spared };
        self.tokens = (self.tokens + passed.as_secs_f64() * quota.rate).min(quota.burst);
        let within = self.tokens >= 1.0;
        if within {
            self.tokens -= 1.0;
        }
        within && spared
    }
}

/// What came of the calls of each second: answered, throttled.
type Seconds = Vec<(u32, u32)>;

/// Sends calls without end, `at_once` in flight at most, for so many seconds. A throttled call is sent again.
fn run(documented: Option<Quota>, service: &mut Service, at_once: usize, seconds: usize) -> Seconds {
    let begin = Instant::now();
    let mut pace = Pace::new(documented, begin);
    let mut in_flight: std::collections::VecDeque<Instant> = std::collections::VecDeque::new();
    let mut counts = vec![(0, 0); seconds];
    let (mut now, mut last, mut not_before) = (begin, begin, begin);
    for tick in 0..seconds * 1000 {
        now += TICK;
        while in_flight.front().is_some_and(|sent| *sent + LATENCY <= now) {
            let sent = in_flight.pop_front().unwrap();
            let passed = now - std::mem::replace(&mut last, now);
            if service.answers(passed) {
                counts[tick / 1000].0 += 1;
                pace.answered(now);
            } else {
                counts[tick / 1000].1 += 1;
                pace.throttled(sent, now);
            }
        }
        while in_flight.len() < at_once && not_before <= now {
            match pace.take(now) {
                None => in_flight.push_back(now),
                Some(wait) => not_before = now + wait,
            }
        }
    }
    counts
}

fn sums(seconds: &[(u32, u32)]) -> (f64, f64) {
    let sum = |part: fn(&(u32, u32)) -> u32| f64::from(seconds.iter().map(part).sum::<u32>());
    (sum(|one| one.0), sum(|one| one.1))
}

fn service(quota: Option<Quota>, whim: u64) -> Service {
    Service { quota, tokens: quota.map_or(0.0, |quota| quota.burst), whim, calls: 0 }
}

#[test]
fn a_quota_nobody_published_is_learned() {
    for (rate, burst, at_once) in [(5.0, 5.0, 8), (10.0, 20.0, 8), (20.0, 40.0, 32), (100.0, 100.0, 32), (2.0, 2.0, 4)]
    {
        let mut service = service(Some(Quota { rate, burst }), 0);
        let seconds = run(None, &mut service, at_once, 300);
        let (answered, throttled) = sums(&seconds[60..]);
        let share = throttled / (answered + throttled);
        // A quota of a few calls a second is felt for with a large part of them.
        let most = if rate < 10.0 { 0.06 } else { 0.03 };
        assert!(share < most, "{rate}/s: {share:.3} are throttled after the first minute");
        let used = answered / (240.0 * rate);
        assert!(used > 0.85, "{rate}/s: {used:.2} of the quota is used");
        let (_, in_the_first) = sums(&seconds[..60]);
        assert!(in_the_first < 60.0 + rate, "{rate}/s: {in_the_first} throttled in the first minute");
    }
}

#[test]
fn a_published_quota_is_kept_from_the_first_call_on() {
    for (operation, rate, burst) in [("ListRoots", 1.0, 2.0), ("DescribePolicy", 2.0, 2.0), ("ListAccounts", 8.0, 12.0)]
    {
        let documented = super::super::quota::documented("organizations", operation);
        let mut service = service(Some(Quota { rate, burst }), 0);
        let (answered, throttled) = sums(&run(documented, &mut service, 8, 120));
        assert_eq!(throttled, 0.0, "{operation}");
        assert!(answered > 120.0 * rate * 0.9, "{operation}: {answered}");
    }
}

#[test]
fn a_published_quota_that_others_use_too_is_lowered_and_comes_back() {
    let documented = super::super::quota::documented("organizations", "ListTargetsForPolicy");
    let mut shared = service(Some(Quota { rate: 2.0, burst: 2.0 }), 0);
    let (_, throttled) = sums(&run(documented, &mut shared, 8, 240)[60..]);
    assert!(throttled < 240.0 * 2.0 * 0.1, "{throttled} throttled");
    let quota = documented.unwrap();
    let begin = Instant::now();
    let mut pace = Pace::new(documented, begin);
    pace.lower(quota.rate / 2.0, begin);
    let mut now = begin;
    for _ in 0..20_000 {
        now += Duration::from_millis(10);
        if pace.take(now).is_none() {
            pace.answered(now);
        }
    }
    assert_eq!(pace.rate, Some(quota.rate), "no faster than published");
}

#[test]
fn calls_that_are_throttled_at_random_do_not_bring_a_lane_to_a_stand() {
    let mut free = service(None, 0);
    let (undisturbed, _) = sums(&run(None, &mut free, 8, 60));
    let mut moody = service(None, 50);
    let (answered, _) = sums(&run(None, &mut moody, 8, 60));
    assert!(answered > undisturbed / 4.0, "{answered} where {undisturbed} are answered without faults");
}

#[test]
fn a_free_lane_waits_for_nothing_and_is_soon_spare() {
    let begin = Instant::now();
    let mut pace = Pace::new(None, begin);
    for _ in 0..10_000 {
        assert_eq!(pace.take(begin), None);
        pace.answered(begin);
    }
    assert!(!pace.is_spare(begin + Duration::from_millis(10)), "what it sent lately is measured");
    assert!(pace.is_spare(begin + Duration::from_secs(2)));
}

#[test]
fn what_was_sent_before_the_rate_was_lowered_lowers_it_no_further() {
    let begin = Instant::now();
    let mut pace = Pace::new(None, begin);
    for _ in 0..100 {
        pace.take(begin);
    }
    let later = begin + LATENCY;
    for _ in 0..100 {
        pace.throttled(begin, later);
    }
    assert_eq!(pace.rate, Some(50.0));
    assert!(!pace.is_spare(later + Duration::from_secs(30)), "what was learned is kept for a while");
    assert!(pace.is_spare(later + Duration::from_secs(61)));
}

#[test]
fn a_lane_that_is_never_answered_slows_down_to_the_least() {
    let mut closed = service(Some(Quota { rate: 0.0, burst: 0.0 }), 0);
    let (answered, throttled) = sums(&run(None, &mut closed, 8, 600)[300..]);
    assert_eq!(answered, 0.0);
    assert!((100.0..200.0).contains(&throttled), "one call in two seconds: {throttled}");
}
