//! The whole program over HTTP against a simulator of AWS: the verdicts are those of the description, whatever latency,
//! quotas, broken connections, kills and full disks lie between.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use std::{
    collections::BTreeMap,
    fs,
    hash::{BuildHasher, RandomState},
    path::{Path, PathBuf},
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use logproof_estate::record::Verdict;
use logproof_simulator::{Asked, Behaviour, Outcome};
use support::{
    ran, run,
    simulated::{Simulated, assessment, verdicts},
};
use tempfile::TempDir;

/// Nothing lies between.
const UNDISTURBED: Behaviour =
    Behaviour { latency: Duration::ZERO, quotas: false, throttled: 0.0, reset: 0.0, keep: true };

/// An account that the description generates.
const DENIED: &str = "700000000007";

/// Calls that are in flight at once, where that is counted.
const IN_FLIGHT: usize = 8;

/// Controls that ask every account and Region, the organization, buckets and keys.
const SOME: [&str; 12] = [
    "--control",
    "LS-4.1",
    "--control",
    "LS-5.1",
    "--control",
    "LS-5.2",
    "--control",
    "LS-2.6",
    "--control",
    "LS-3.4",
    "--control",
    "LS-1.1",
];

/// The sample with so many accounts more.
fn zone(more: usize) -> String {
    format!(
        "base: sample\npatch:\n  generated_accounts: {{count: {more}, unit: ou-exmp-workload1}}\n  \
         config: {{access: {{max_calls_in_flight: {IN_FLIGHT}}}}}\n"
    )
}

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

/// Five of a hundred calls throttled, one connection of a hundred reset, one account denied: what can be seen is judged as
/// ever, and what cannot is an ERROR that names the account.
#[test]
fn trouble_on_the_way_changes_no_verdict() {
    let home = TempDir::new().unwrap();
    let denied = format!("{}faults: [{{account: '{DENIED}', kind: access-denied}}]\n", zone(14));
    fs::write(home.path().join("zone.yaml"), &denied).unwrap();
    let latency = Duration::from_millis(10);
    let took = |behaviour: Behaviour, out: &str| {
        let simulated = Simulated::start(home.path(), &denied, behaviour);
        let begun = Instant::now();
        let ran = ran(&simulated.check(home.path(), &["--out", out]).output().unwrap());
        assert_eq!(ran.code, 3, "{}{}", ran.out, ran.err);
        (simulated.simulator.tally(), begun.elapsed())
    };
    let (_, undisturbed) = took(Behaviour { latency, quotas: true, ..UNDISTURBED }, "quiet");
    let trouble = Behaviour { latency, quotas: true, throttled: 0.05, reset: 0.01, keep: true };
    let (tally, disturbed) = took(trouble, "troubled");
    assert!(tally.throttled.values().sum::<u64>() > 20 && tally.reset > 3, "{tally:?}");
    // How long it takes depends on what else the machine does: it is told, not judged.
    eprintln!("{undisturbed:.1?} undisturbed, {disturbed:.1?} with faults");

    run(home.path(), &["check", "--mock", "zone.yaml", "--out", "mock"]);
    let [mock, quiet, troubled] = ["mock", "quiet", "troubled"].map(|bundle| assessment(&home.path().join(bundle)));
    assert_eq!(verdicts(&quiet), verdicts(&mock));
    assert_eq!(verdicts(&troubled), verdicts(&mock));
    let scenarios = troubled.controls.iter().flat_map(|control| &control.scenarios);
    let errors: Vec<_> = scenarios.filter(|scenario| scenario.verdict == Verdict::Error).collect();
    assert!(!errors.is_empty());
    for scenario in errors {
        let accounts: Vec<&str> = scenario.record.unseen.iter().map(|unseen| unseen.account.as_str()).collect();
        assert!(accounts.iter().all(|account| *account == DENIED) && !accounts.is_empty(), "{accounts:?}");
        assert!(scenario.reason.contains(DENIED), "{}", scenario.reason);
    }
}

/// Before a run of many accounts it is told how many calls it will make, about, from what the first accounts took.
#[test]
fn a_run_of_many_accounts_is_estimated_from_its_first_accounts() {
    const REGIONS: &str = "[eu-central-1, eu-west-1, us-east-1, us-west-2]";
    let home = TempDir::new().unwrap();
    let zone = zone(60)
        + &format!(
            "  config_recorders: {{regions: {REGIONS}}}\n  delivery_channels: {{regions: {REGIONS}}}\n\
             config: {{organization: {{governed_regions: {REGIONS}}}}}\n"
        );
    let behaviour = Behaviour { latency: Duration::from_millis(60), ..UNDISTURBED };
    let simulated = Simulated::start(home.path(), &zone, behaviour);
    let args = ["--control", "LS-4.1", "--control", "LS-5.1", "--control", "LS-5.2", "--out", "run"];
    let ran = ran(&simulated.check(home.path(), &args).output().unwrap());
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let (announced, estimate) = ran.err.split_once('\n').expect("two lines");
    assert_eq!(announced, "examining 66 accounts x 4 Regions; an estimate follows");
    let about = estimate.strip_prefix("about ").and_then(|rest| rest.split(' ').next()).expect(estimate);
    let (about, made) = (about.parse::<f64>().unwrap(), simulated.simulator.asked().len() as f64);
    assert!((made * 0.75..made * 1.25).contains(&about), "{about} were expected, {made} were made");
    assert!(estimate.contains(" left at ") && estimate.ends_with(" calls a second\n"), "{estimate}");

    let quiet = simulated.check(home.path(), &[&args[..], &["--quiet"]].concat()).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&quiet.stderr), "", "who wants no more than findings is told no more");
}

/// How often a question was answered; what every run begins with is asked again by the next.
fn repeated(asked: &[Asked]) -> usize {
    let mut times: BTreeMap<(&str, &str, &str, &str), usize> = BTreeMap::new();
    for one in asked.iter().filter(|one| one.outcome == Outcome::Answered && one.tag.service != "sts") {
        let tag = &one.tag;
        *times.entry((&tag.account, &tag.region, &tag.operation, &one.question)).or_insert(0) += 1;
    }
    times.values().map(|times| times - 1).sum()
}

/// Killed at instants that nobody chose, and gone on with: `LOGPROOF_KILLS` says how often.
#[test]
fn a_run_that_is_killed_at_any_instant_is_gone_on_with_and_asks_nothing_twice() {
    let kills: u32 = std::env::var("LOGPROOF_KILLS").ok().map_or(5, |kills| kills.parse().expect("a number"));
    let home = TempDir::new().unwrap();
    let behaviour = Behaviour { latency: Duration::from_millis(10), ..UNDISTURBED };
    let simulated = Simulated::start(home.path(), &zone(24), behaviour.clone());
    let undisturbed = ran(&simulated.check(home.path(), &[&SOME[..], &["--out", "whole"]].concat()).output().unwrap());
    assert_eq!(undisturbed.code, 0, "{}{}", undisturbed.out, undisturbed.err);
    let asked = simulated.simulator.asked();
    assert_eq!(repeated(&asked), 0, "an undisturbed run asks nothing twice");
    let expected = verdicts(&assessment(&home.path().join("whole")));
    let mut cut_short = 0;
    for number in 0..kills {
        let chance =
            (f64::from(number) + RandomState::new().hash_one(number) as f64 / u64::MAX as f64) / f64::from(kills);
        let calls = (asked.len() as f64 * chance) as usize;
        cut_short += u32::from(killed(home.path(), &behaviour, (number, calls), &expected));
    }
    // One is killed before it has begun, or while its bundle is put in its place.
    assert!(cut_short * 3 >= kills * 2, "{cut_short} of {kills} runs were cut short");
}

/// Kills a run when it has made so many calls, or a little later, goes on with it, and compares; whether there was
/// something to go on with.
fn killed(
    home: &Path,
    behaviour: &Behaviour,
    (number, calls): (u32, usize),
    expected: &BTreeMap<(String, String), (Verdict, String)>,
) -> bool {
    let simulated = Simulated::start(home, &zone(24), behaviour.clone());
    let out = format!("killed-{number}");
    let check = [&SOME[..], &["--out", &out, "-q"]].concat();
    let mut running =
        simulated.check(home, &check).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts");
    while simulated.simulator.asked().len() < calls && running.try_wait().unwrap().is_none() {
        thread::sleep(Duration::from_millis(1));
    }
    thread::sleep(Duration::from_micros(RandomState::new().hash_one(calls) % 20_000));
    // SIGKILL on Unix. One that has ended cannot be killed any more.
    let _ = running.kill();
    running.wait().unwrap();
    let had = recorded(&home.join(format!(".{out}.partial/exchanges.jsonl")));
    // What was sent before it was killed may be read only now.
    thread::sleep(Duration::from_millis(50));
    let lost = simulated.simulator.asked().iter().filter(|one| one.tag.service != "sts").count().saturating_sub(had);
    let resumed = ran(&simulated.check(home, &[&check[..], &["--resume"]].concat()).output().unwrap());
    let at = format!("killed after {calls} calls with {had} answers: {}{}", resumed.out, resumed.err);
    if resumed.code == 2 {
        // It had ended, or had not begun.
        assert!(resumed.err.contains("no interrupted run"), "{at}");
        return false;
    }
    assert_eq!(resumed.code, 0, "{at}");
    assert_eq!(&verdicts(&assessment(&home.join(&out))), expected, "{at}");
    let verified = run(home, &["verify", &out]);
    assert_eq!(verified.code, 0, "{at}{}{}", verified.out, verified.err);
    assert!(lost <= IN_FLIGHT, "{lost} answers were not recorded, {IN_FLIGHT} can be in flight; {at}");
    let twice = repeated(&simulated.simulator.asked());
    assert!(twice <= lost, "{twice} questions were asked twice, the answers of {lost} were lost; {at}");
    true
}

/// Answers in a recording, but for those that every run asks for again.
fn recorded(recording: &Path) -> usize {
    let text = fs::read_to_string(recording).unwrap_or_default();
    let whole = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
    whole.filter(|line| !line.contains("\"service\":\"sts\"")).count()
}

#[test]
fn a_run_that_cannot_keep_its_evidence_asks_no_further() {
    let home = TempDir::new().unwrap();
    let behaviour = Behaviour { latency: Duration::from_millis(10), ..UNDISTURBED };
    let simulated = Simulated::start(home.path(), &zone(24), behaviour);
    let args = [&SOME[..], &["--out", "bundle"]].concat();
    let whole = ran(&simulated.check(home.path(), &args).output().unwrap());
    assert_eq!(whole.code, 0, "{}{}", whole.out, whole.err);
    let (needed, before) = (simulated.simulator.asked().len(), contents(&home.path().join("bundle")));

    let full = ran(&simulated.check_in_blocks(home.path(), 64, &args).output().unwrap());
    assert_eq!(full.code, 3, "{}{}", full.out, full.err);
    assert!(full.err.contains("exchanges.jsonl"), "{}", full.err);
    assert!(full.err.contains("what was there before is as it was"), "{}", full.err);
    assert_eq!(contents(&home.path().join("bundle")), before);
    let asked = simulated.simulator.asked().len() - needed;
    assert!(asked < needed / 2, "{asked} calls without room for their answers, where a whole run makes {needed}");
}

fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(contents(&path));
        } else {
            found.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    found
}
