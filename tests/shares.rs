//! A check in shares: what several processes examined, merged, is what one process finds.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

#[path = "shares/refused.rs"]
mod refusals;
mod support;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use logproof_estate::{
    assessment::Assessment,
    cells::{Sum, digest, expectation, group_holds},
    record::{Observation, Record, Verdict},
};
use serde_json::Value;
use support::{Ran, run};
use tempfile::TempDir;

const FIRST: &str = "parts/organization";

/// A run, with the arguments that say what is examined.
struct Run<'a> {
    home: &'a Path,
    of: Vec<&'a str>,
}

impl Run<'_> {
    fn check(&self, args: &[&str]) -> Ran {
        run(self.home, &[&["check", "--quiet"], self.of.as_slice(), args].concat())
    }

    fn first(&self) -> Ran {
        self.check(&["--shard", "organization", "--out", "parts", "--leave-verdict-to-merge"])
    }

    fn share(&self, index: usize, count: usize) -> Ran {
        let share = format!("{index}/{count}");
        self.check(&["--organization", FIRST, "--shard", &share, "--out", "parts", "--leave-verdict-to-merge"])
    }

    /// The first job, every share, and the merge of all of them.
    fn in_shares(&self, count: usize) -> Ran {
        let _ = fs::remove_dir_all(self.home.join("parts"));
        let first = self.first();
        assert_eq!(first.code, 0, "{}{}", first.out, first.err);
        for index in 0..count {
            let share = self.share(index, count);
            assert_eq!(share.code, 0, "{index}/{count}: {}{}", share.out, share.err);
        }
        merge(self.home, &["parts", "--out", "merged"])
    }

    /// The bundle of the merged shares is that of a run that was not divided, but for times and numbers of calls.
    fn is_the_same_in(&self, counts: &[usize]) {
        let whole = self.check(&["--out", "whole"]);
        let expected = timeless(&self.home.join("whole"));
        for count in counts {
            let merged = self.in_shares(*count);
            assert_eq!(merged.code, whole.code, "{count}: {}{}", merged.out, merged.err);
            let found = timeless(&self.home.join("merged"));
            for (before, after) in expected.controls.iter().zip(&found.controls) {
                assert_eq!(before, after, "{count} shares: {}", before.id);
            }
            assert_eq!(expected, found, "{count} shares");
            assert_eq!(verified(self.home, "whole"), verified(self.home, "merged"), "{count} shares");
            holds(self.home, "merged");
            asked_once(self.home, *count);
            parts_are_the_whole(self.home, *count);
            assert_eq!(ledger(self.home, "whole"), ledger(self.home, "merged"), "{count} shares");
        }
    }
}

fn merge(home: &Path, args: &[&str]) -> Ran {
    run(home, &[&["merge", "--quiet"], args].concat())
}

/// The exit code of its verification: 3 where something could not be examined.
fn verified(home: &Path, bundle: &str) -> i32 {
    run(home, &["verify", bundle]).code
}

/// It is as it was made, and its features find the same on its exchanges.
fn holds(home: &Path, bundle: &str) {
    let replayed = run(home, &["replay", bundle]);
    assert!(replayed.code == 0 && replayed.out.contains("identical: "), "{bundle}: {}{}", replayed.out, replayed.err);
}

/// An assessment without what only the clock and the number of processes decide.
fn timeless(bundle: &Path) -> Assessment {
    let text = fs::read_to_string(bundle.join("assessment.json")).unwrap();
    let mut assessment: Assessment = serde_json::from_str(&text).unwrap();
    let never = "1970-01-01T00:00:00Z".parse().unwrap();
    let run = &mut assessment.run;
    run.id = "run".to_owned();
    (run.started, run.ended) = (never, never);
    run.calls.clear();
    // The lines of the recording, which are in the order of the answers; the exchanges themselves are compared by digest.
    assessment.exchanges.clear();
    for scenario in assessment.controls.iter_mut().flat_map(|control| &mut control.scenarios) {
        (scenario.started, scenario.duration_ms) = (never, 0);
    }
    assessment
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn ledger(home: &Path, bundle: &str) -> Value {
    json(&home.join(bundle).join("manifest.json"))["population"].clone()
}

/// What each share recorded and the first job did not, by question.
fn questions(recording: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(recording).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let own = lines.filter(|line| line["service"] != "sts");
    own.map(|line| {
        let part = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        let request = |name: &str| line["request"][name].as_str().unwrap_or_default().to_owned();
        [part("account"), part("region"), part("service"), part("operation"), request("path"), request("body")]
            .join(" ")
    })
    .collect()
}

/// No question is asked by two processes, but those that follow from what two shares found.
fn asked_once(home: &Path, count: usize) {
    let first = questions(&home.join(FIRST).join("exchanges.jsonl"));
    let mut by: BTreeMap<String, usize> = BTreeMap::new();
    for index in 0..count {
        let recording = home.join(format!("parts/share-{index}-of-{count}/exchanges.jsonl"));
        for question in questions(&recording).into_iter().filter(|question| !first.contains(question)) {
            if let Some(other) = by.insert(question.clone(), index) {
                panic!("asked by shares {other} and {index} of {count}: {question}");
            }
        }
    }
}

/// Of each expectation, how many observations there are, and the sum of their digests.
type Observed = BTreeMap<String, (usize, Sum)>;

fn add(observed: &mut Observed, record: &Record) {
    let counted = |one: &Observation| record.counted.iter().any(|group| group_holds(&group.expected, one));
    for group in &record.counted {
        let entry = observed.entry(group.expected.to_string()).or_default();
        entry.0 += group.members;
        entry.1.join(&group.sha256_sum);
    }
    for one in record.observations.iter().filter(|one| !counted(one)) {
        let entry = observed.entry(expectation(one).to_string()).or_default();
        entry.0 += 1;
        entry.1.add(&digest(one));
    }
}

/// Every scenario is examined by the first job or by every share, and what the shares found of one that passes is what the
/// whole found.
fn parts_are_the_whole(home: &Path, count: usize) {
    let found = |bundle: &str, into: &mut BTreeMap<(String, String), Observed>| {
        for control in timeless(&home.join(bundle)).controls {
            for scenario in control.scenarios.iter().filter(|one| one.verdict != Verdict::NotApplicable) {
                add(into.entry((control.id.clone(), scenario.name.clone())).or_default(), &scenario.record);
            }
        }
    };
    let (whole, mut first, mut shares) = (timeless(&home.join("whole")), BTreeMap::new(), BTreeMap::new());
    found(FIRST, &mut first);
    (0..count).for_each(|index| found(&format!("parts/share-{index}-of-{count}"), &mut shares));
    for control in &whole.controls {
        for scenario in control.scenarios.iter().filter(|scenario| scenario.verdict == Verdict::Pass) {
            let name = (control.id.clone(), scenario.name.clone());
            let mut all = Observed::default();
            add(&mut all, &scenario.record);
            match (first.get(&name), shares.get(&name)) {
                (Some(of_first), None) => assert_eq!(of_first, &all, "{name:?}"),
                (None, Some(of_shares)) => assert_eq!(of_shares, &all, "{name:?}"),
                (first, shares) => panic!("{name:?}: {} {}", first.is_some(), shares.is_some()),
            }
        }
    }
}

fn home(zone: &str) -> TempDir {
    let home = TempDir::new().unwrap();
    fs::write(home.path().join("zone.yaml"), zone).unwrap();
    home
}

/// A zone in which accounts of several shares differ: one recorder is missing, one account cannot be looked into.
const UNEQUAL: &str = "base: sample
json_patch:
  - {op: add, path: /config_recorders/at, value: {444444444444/eu-west-1: null}}
faults:
  - {service: config, operation: DescribeDeliveryChannels, account: '333333333333', kind: access-denied}
";

#[test]
fn the_sample_in_shares_is_the_sample() {
    let home = TempDir::new().unwrap();
    Run { home: home.path(), of: vec!["--mock"] }.is_the_same_in(&[1, 2, 4]);
}

#[test]
fn findings_and_errors_of_several_shares_are_those_of_one_run() {
    let home = home(UNEQUAL);
    let run = Run { home: home.path(), of: vec!["--mock", "zone.yaml"] };
    run.is_the_same_in(&[2, 3]);
    let verdicts = ledger(home.path(), "merged")["controls"].clone();
    assert_eq!((&verdicts["LS-5.1"], &verdicts["LS-5.2"]), (&"FAIL".into(), &"ERROR".into()), "{verdicts}");
    // Each share and the first job can be verified and replayed alone.
    for bundle in [FIRST, "parts/share-0-of-3", "parts/share-2-of-3"] {
        holds(home.path(), bundle);
    }
}

/// An account in which a permission is missing, one whose answers cannot be read, services that refuse or break: for the first job, and
/// for the shares.
const BROKEN: &str = "base: sample
faults:
  - {service: cloudtrail, operation: DescribeTrails, account: '444444444444', kind: access-denied}
  - {service: config, operation: DescribeConfigurationRecorders, account: '333333333333', kind: malformed}
  - {service: cloudtrail, operation: ListPublicKeys, kind: access-denied}
  - {service: kms, operation: GetKeyPolicy, kind: server-error}
";

#[test]
fn what_cannot_be_seen_is_error_in_shares_as_in_one_run() {
    let home = home(BROKEN);
    Run { home: home.path(), of: vec!["--mock", "zone.yaml"] }.is_the_same_in(&[2]);
    let verdicts = ledger(home.path(), "merged")["controls"].clone();
    assert_eq!((&verdicts["LS-4.1"], &verdicts["LS-4.4"]), (&"ERROR".into(), &"ERROR".into()), "{verdicts}");
}

fn of_example(name: &str, counts: &[usize]) {
    let home = TempDir::new().unwrap();
    let examples = support::root().join("examples/controls").join(name);
    let (zone, features) = (examples.join("zone.yaml"), examples.display().to_string());
    let zone = if zone.is_file() { zone.display().to_string() } else { "sample".to_owned() };
    let mock = if zone == "sample" { vec!["--mock"] } else { vec!["--mock", zone.as_str()] };
    let of = [mock, vec!["--features", features.as_str()]].concat();
    Run { home: home.path(), of }.is_the_same_in(counts);
}

#[test]
fn payroll_buckets_in_shares() {
    of_example("data-lake", &[2]);
}

#[test]
fn break_glass_roles_in_shares() {
    of_example("break-glass", &[3]);
}

#[test]
fn keys_of_every_account_in_shares() {
    of_example("keys", &[2, 3]);
}

#[test]
fn topics_and_queues_of_audit_events_in_shares() {
    of_example("audit-events", &[2]);
}

#[test]
fn cis_in_shares() {
    of_example("cis", &[2]);
}

#[test]
fn finos_in_shares() {
    of_example("finos", &[4]);
}

#[test]
fn a_large_zone_in_shares() {
    const REGIONS: &str = "eu-central-1, eu-west-1, us-east-1, us-west-2";
    let zone = format!(
        "base: sample\npatch:\n  generated_accounts: {{count: 34, unit: ou-exmp-workload1}}\n  \
         config: {{organization: {{governed_regions: [{REGIONS}]}}}}\n  \
         config_recorders: {{regions: [{REGIONS}]}}\n  delivery_channels: {{regions: [{REGIONS}]}}\n"
    );
    let home = home(&zone);
    Run { home: home.path(), of: vec!["--mock", "zone.yaml"] }.is_the_same_in(&[4]);
    let accounts = |share: &str| json(&home.path().join(share).join("manifest.json"))["run"]["accounts"].clone();
    let of_shares: usize =
        (0..4).map(|index| accounts(&format!("parts/share-{index}-of-4")).as_array().unwrap().len()).sum();
    assert_eq!(of_shares, 40);
}

#[test]
fn the_merged_bundle_names_its_parts_and_is_sealed() {
    let home = home(UNEQUAL);
    let path = home.path();
    let key = run(path, &["key", "new", "audit.key"]);
    assert_eq!(key.code, 0, "{}", key.err);
    let of = vec!["--mock", "zone.yaml", "--control", "LS-5.1", "--key", "audit.key"];
    let parts = Run { home: path, of };
    parts.in_shares(2);
    let merged = merge(path, &["parts", "--out", "merged", "--key", "audit.key", "--parts-key", "audit.key.pub"]);
    assert_eq!(merged.code, 1, "{}{}", merged.out, merged.err);
    assert_eq!(run(path, &["key", "new", "other.key"]).code, 0);
    let other = merge(path, &["parts", "--out", "none", "--parts-key", "other.key.pub"]);
    refused(&other, 3, &["parts/organization", "seal.dsse.json"]);
    assert!(merged.out.contains("merged: the first job and 2 shares"), "{}", merged.out);
    let sealed = run(path, &["verify", "merged", "--key", "audit.key.pub"]);
    assert_eq!(sealed.code, 0, "{}{}", sealed.out, sealed.err);
    let manifest = json(&path.join("merged/manifest.json"));
    let parts = manifest["parts"].as_array().unwrap();
    let shares: Vec<&str> = parts.iter().map(|part| part["share"].as_str().unwrap()).collect();
    assert_eq!(shares, ["organization", "0/2", "1/2"]);
    assert!(parts.iter().all(|part| part["sealed_by"].is_string()), "{parts:?}");
    let share = json(&path.join("parts/share-1-of-2/manifest.json"));
    assert_eq!(share["organization"]["manifest_sha256"], parts[0]["manifest_sha256"]);
    assert_eq!(share["run"]["target"]["kind"], "share");
    let page = fs::read_to_string(path.join("parts/share-1-of-2/report.html")).unwrap();
    assert!(page.contains("PART OF A RUN, share 1/2 of the accounts"));

    // A share is no run that others are held against.
    let policy = ["plan", "--on", "parts/share-1-of-2", "--detach", "ProtectLogStore@root"];
    refused(&run(path, &policy), 2, &["is a share of a run"]);
    let period = run(path, &["period", "parts", "--from", "2026-01-01", "--to", "2027-01-01"]);
    assert!((period.out + &period.err).contains("is a share of a run"));
}

#[test]
fn what_is_known_is_accepted_of_the_whole() {
    let home = home(UNEQUAL);
    let parts = Run { home: home.path(), of: vec!["--mock", "zone.yaml", "--control", "LS-5.1"] };
    assert_eq!(parts.in_shares(2).code, 1);
    let accept = ["--baseline", "baseline.toml", "--update-baseline", "--baseline-owner", "logs@example.org"];
    merge(home.path(), &[&["parts", "--out", "merged"], accept.as_slice()].concat());
    let accepted = merge(home.path(), &["parts", "--out", "merged", "--baseline", "baseline.toml"]);
    assert_eq!(accepted.code, 0, "{}{}", accepted.out, accepted.err);
    assert_eq!(ledger(home.path(), "merged")["controls"]["LS-5.1"], "WAIVED");
    holds(home.path(), "merged");
}

/// What is refused, with the exit code and what the error has.
fn refused(ran: &Ran, code: i32, words: &[&str]) {
    assert_eq!(ran.code, code, "{}{}", ran.out, ran.err);
    for word in words {
        assert!(ran.err.contains(word), "no `{word}` in {}", ran.err);
    }
}
