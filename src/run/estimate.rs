//! What a run of many accounts will take, from what it took so far.
//!
//! Nothing is assumed of what an account costs: it is counted. Each operation that was asked of some accounts is expected to
//! be asked of all of them, as often as it was of those; what concerns a few accounts only is counted as it is. Calls about
//! an account are those with its credentials, and those for its log files in the log archive.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    time::{Duration, Instant},
};

use logproof_wire::CallTag;

/// Accounts that must have been asked before anything is said.
const ENOUGH: usize = 20;
/// An operation that so few accounts were asked concerns these.
const FEW: usize = 5;
/// How far back the present rate reaches.
const LATELY: Duration = Duration::from_secs(20);
/// Between two marks of the rate.
const MARK: Duration = Duration::from_millis(250);
/// Where the path of log files names the account.
const LOGS: &str = "AWSLogs";

/// Calls of one operation about accounts.
#[derive(Debug, Clone, Default)]
struct Seen {
    calls: u64,
    /// One bit for each account that was asked.
    asked: Vec<u64>,
    accounts: usize,
}

impl Seen {
    fn note(&mut self, account: usize) {
        self.calls += 1;
        let (word, bit) = (account / 64, 1 << (account % 64));
        if self.asked.len() <= word {
            self.asked.resize(word + 1, 0);
        }
        if let Some(word) = self.asked.get_mut(word)
            && *word & bit == 0
        {
            *word |= bit;
            self.accounts += 1;
        }
    }

    /// Calls for all of so many accounts.
    fn expected(&self, accounts: usize) -> u64 {
        if self.accounts <= FEW {
            return self.calls;
        }
        let of_each = self.calls as f64 / self.accounts as f64;
        (of_each * accounts as f64).round() as u64
    }
}

/// Counts calls, and says how many there will be.
#[derive(Debug, Clone, Default)]
pub struct Estimate {
    /// Accounts that are alike, by number; those that the configuration names are not among them.
    accounts: HashMap<u64, usize>,
    /// By service and operation.
    seen: BTreeMap<String, BTreeMap<String, Seen>>,
    calls: u64,
    /// Calls about no account that is alike.
    others: u64,
    marks: VecDeque<(Instant, u64)>,
}

impl Estimate {
    /// Says which accounts are alike: all but those that the configuration gives a part of their own.
    pub fn accounts<'a>(&mut self, alike: impl Iterator<Item = &'a str>) {
        self.accounts = alike.filter_map(|id| id.parse().ok()).enumerate().map(|(at, id)| (id, at)).collect();
    }

    /// Counts a call.
    pub fn call(&mut self, tag: &CallTag, path: &str, now: Instant) {
        self.calls += 1;
        if self.marks.back().is_none_or(|(last, _)| now.saturating_duration_since(*last) >= MARK) {
            self.marks.push_back((now, self.calls));
            while self.marks.front().is_some_and(|(first, _)| now.saturating_duration_since(*first) > LATELY) {
                self.marks.pop_front();
            }
        }
        let of_credentials = tag.account.parse().ok().and_then(|id: u64| self.accounts.get(&id));
        let about = of_credentials.or_else(|| self.accounts.get(&logged(path)?)).copied();
        let Some(account) = about else {
            self.others += 1;
            return;
        };
        if !self.seen.get(&tag.service).is_some_and(|of| of.contains_key(&tag.operation)) {
            self.seen.entry(tag.service.clone()).or_default().insert(tag.operation.clone(), Seen::default());
        }
        if let Some(seen) = self.seen.get_mut(&tag.service).and_then(|of| of.get_mut(&tag.operation)) {
            seen.note(account);
        }
    }

    /// Calls so far.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.calls
    }

    /// Calls that the whole run will make, about; nothing before enough accounts were asked.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        let seen = || self.seen.values().flat_map(BTreeMap::values);
        let most = seen().map(|seen| seen.accounts).max().unwrap_or(0);
        let expected = || self.others + seen().map(|seen| seen.expected(self.accounts.len())).sum::<u64>();
        (most >= ENOUGH).then(expected).map(|total| total.max(self.calls))
    }

    /// Calls a second, lately; nothing before there is a second to count them in.
    #[must_use]
    pub fn rate(&self, now: Instant) -> Option<f64> {
        let (first, before) = self.marks.front()?;
        let passed = now.saturating_duration_since(*first);
        (passed >= Duration::from_secs(1)).then(|| (self.calls - before) as f64 / passed.as_secs_f64())
    }

    /// How long the rest will take at the present rate.
    #[must_use]
    pub fn left(&self, now: Instant) -> Option<Duration> {
        let (total, rate) = (self.total()?, self.rate(now).filter(|rate| *rate > 0.0)?);
        Duration::try_from_secs_f64((total - self.calls) as f64 / rate).ok()
    }
}

/// The account whose log files a path names.
fn logged(path: &str) -> Option<u64> {
    let (_, below) = path.split_once(LOGS)?;
    let is_id = |text: &&str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    // A key has slashes; in a parameter they are encoded.
    below.split('/').flat_map(|part| part.split("%2F")).take(4).find(is_id)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(account: u64, operation: &str) -> CallTag {
        CallTag {
            account: account.to_string(),
            region: "eu-central-1".to_owned(),
            service: "config".to_owned(),
            operation: operation.to_owned(),
        }
    }

    fn of_accounts(count: u64) -> Estimate {
        let mut estimate = Estimate::default();
        let ids: Vec<String> = (0..count).map(|number| (700_000_000_000 + number).to_string()).collect();
        estimate.accounts(ids.iter().map(String::as_str));
        estimate
    }

    #[test]
    fn what_some_accounts_cost_all_will_cost() {
        let (mut estimate, begin) = (of_accounts(1000), Instant::now());
        for _ in 0..50 {
            estimate.call(&tag(111_111_111_111, "DescribeOrganization"), "/", begin);
        }
        estimate.call(&tag(700_000_000_003, "GetBucketPolicy"), "/replica", begin);
        for account in 700_000_000_000..700_000_000_019_u64 {
            estimate.call(&tag(account, "DescribeConfigurationRecorders"), "/", begin);
        }
        assert_eq!(estimate.total(), None, "nineteen accounts are too few");
        let path = "/logs/?list-type=2&prefix=AWSLogs%2Fo-exampleorg1%2F";
        for account in 700_000_000_000..700_000_000_100_u64 {
            for _ in 0..4 {
                estimate.call(&tag(account, "DescribeDeliveryChannels"), "/", begin);
            }
            let listed = format!("{path}{account}%2FCloudTrail%2F");
            estimate.call(&tag(222_222_222_222, "ListObjectsV2"), &listed, begin);
        }
        // 50 and 1 as they are; 1, 4 and 1 an account.
        assert_eq!(estimate.total(), Some(51 + 6000));
        assert_eq!(estimate.calls(), 50 + 1 + 19 + 500);
    }

    #[test]
    fn the_rest_takes_as_long_as_its_calls_at_the_present_rate() {
        let (mut estimate, begin) = (of_accounts(100), Instant::now());
        for number in 0..50_u64 {
            estimate.call(
                &tag(700_000_000_000 + number, "DescribeTrails"),
                "/",
                begin + Duration::from_millis(40 * number),
            );
        }
        let now = begin + Duration::from_secs(2);
        let rate = estimate.rate(now).unwrap();
        assert!((24.0..25.0).contains(&rate), "{rate}");
        assert_eq!(estimate.left(now).unwrap().as_secs(), 2);
        assert_eq!(estimate.rate(begin + Duration::from_millis(900)), None, "too early");
    }

    #[test]
    fn the_account_of_a_log_file_is_read_from_its_path() {
        for (path, expected) in [
            ("/bucket/AWSLogs/o-exampleorg1/700000000007/CloudTrail-Digest/eu-central-1/x", Some(700_000_000_007)),
            ("/bucket/?prefix=p%2FAWSLogs%2F700000000007%2FConfig%2F", Some(700_000_000_007)),
            ("/bucket/AWSLogs/o-exampleorg1/", None),
            ("/bucket-700000000007/?policy", None),
        ] {
            assert_eq!(logged(path), expected, "{path}");
        }
    }
}
