//! A landing zone of many accounts: every account and Region is examined and counted, each question is asked once, and
//! what an account costs in memory is what is kept of it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{Read as _, Write as _},
    path::Path,
    process::Command,
};

use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use logproof::bundle::{cells, tape};
use logproof_digest::sha256_hex;
use logproof_estate::{assessment::Assessment, cells::LISTED, record::Verdict};
use serde_json::Value;
use support::run;
use tempfile::TempDir;

const REGIONS: [&str; 4] = ["eu-central-1", "eu-west-1", "us-east-1", "us-west-2"];

/// Accounts the sample zone has itself.
const OF_THE_SAMPLE: usize = 6;

/// Controls that ask every account in every Region, and every account.
const OF_EVERY_CELL: [&str; 8] =
    ["--control", "LS-5.1", "--control", "LS-5.2", "--control", "LS-5.3", "--control", "LS-4.1"];

/// The sample zone with so many accounts, and four Regions.
fn zone(accounts: usize) -> String {
    let (more, regions) = (accounts - OF_THE_SAMPLE, REGIONS.join(", "));
    format!(
        "base: sample\npatch:\n  generated_accounts: {{count: {more}, unit: ou-exmp-workload1}}\n  \
         config: {{organization: {{governed_regions: [{regions}]}}}}\n  \
         config_recorders: {{regions: [{regions}]}}\n  delivery_channels: {{regions: [{regions}]}}\n"
    )
}

fn home(accounts: usize) -> TempDir {
    let home = TempDir::new().unwrap();
    fs::write(home.path().join("zone.yaml"), zone(accounts)).unwrap();
    home
}

fn json<T: serde::de::DeserializeOwned>(path: &Path) -> T {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn every_cell_of_a_large_zone_is_examined_and_counted() {
    const ACCOUNTS: usize = 60;
    const CELLS: usize = ACCOUNTS * REGIONS.len();
    let home = home(ACCOUNTS);
    let ran = run(home.path(), &["check", "--mock", "zone.yaml", "--out", "run"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);

    let assessment: Assessment = json(&home.path().join("run/assessment.json"));
    assert_eq!(assessment.run.accounts.as_ref().map(Vec::len), Some(ACCOUNTS));
    assert_eq!(assessment.run.regions.len(), REGIONS.len());
    for control in &assessment.controls {
        let good = matches!(control.verdict, Verdict::Pass | Verdict::NotApplicable);
        assert!(good, "{} is {}\n{}", control.id, control.verdict.word(), ran.out);
        for population in control.scenarios.iter().flat_map(|scenario| &scenario.record.populations) {
            let whole = match population.of.as_str() {
                "active accounts" => ACCOUNTS,
                // A scenario may concern one Region, of every account in it: IAM is recorded in one.
                "pairs of active account and governed Region" if population.expected == ACCOUNTS => ACCOUNTS,
                "pairs of active account and governed Region" => CELLS,
                _ => population.expected,
            };
            let counted = (population.expected, population.examined);
            assert_eq!(counted, (whole, whole), "{}: {}", control.id, population.of);
        }
    }
    // Counted is what was looked at: one observation for each cell, of that cell; the first are listed, all are kept.
    let recording = assessment.controls.iter().find(|control| control.id == "LS-5.1").unwrap();
    let scenario = &recording.scenarios[0];
    assert_eq!(scenario.record.populations[0].expected, CELLS);
    assert_eq!((scenario.record.observations.len(), scenario.record.observed()), (LISTED, CELLS));
    let bundle = home.path().join("run");
    let mut places = BTreeSet::new();
    for file in cells::index(&bundle).unwrap().expect("observations were counted").files {
        cells::each_cell_of(&bundle, &file.file, "LS-5.1", None, |cell| {
            assert!(cell.observation.met);
            if cell.scenario == scenario.name {
                let subject = cell.observation.subject;
                assert!(places.insert((subject.account, subject.region)), "observed twice");
            }
        })
        .unwrap();
    }
    assert_eq!(places.len(), CELLS);
    let verified = run(home.path(), &["verify", "run"]);
    assert_eq!(verified.code, 0, "{}{}", verified.out, verified.err);
    let replayed = run(home.path(), &["replay", "run"]);
    assert_eq!(replayed.code, 0, "{}{}", replayed.out, replayed.err);

    let manifest: Value = json(&home.path().join("run/manifest.json"));
    let ledger = &manifest["population"];
    assert_eq!(ledger["expected_cells"], ledger["examined_cells"]);
    assert_eq!(ledger["missing"].as_array().map_or(0, Vec::len), 0, "{ledger}");
    assert!(ledger["expected_cells"].as_u64().unwrap() >= 3 * CELLS as u64, "{ledger}");
}

#[test]
fn one_cell_of_a_large_zone_that_differs_is_the_one_that_is_named() {
    let home = TempDir::new().unwrap();
    let place = format!("700000000147/{}", REGIONS[2]);
    let zone =
        zone(60) + &format!("json_patch:\n  - {{op: add, path: /config_recorders/at, value: {{{place}: null}}}}\n");
    fs::write(home.path().join("zone.yaml"), zone).unwrap();
    let ran = run(home.path(), &["check", "--mock", "zone.yaml", "--control", "LS-5.1", "--quiet", "--out", "run"]);
    assert_eq!(ran.code, 1, "{}\n{}", ran.out, ran.err);
    let assessment: Assessment = json(&home.path().join("run/assessment.json"));
    let findings: Vec<_> = assessment.controls[0].scenarios.iter().flat_map(|one| one.record.findings()).collect();
    assert!(!findings.is_empty(), "{}", ran.out);
    for finding in findings {
        assert_eq!(finding.subject.account.as_ref().unwrap().as_str(), "700000000147");
        assert_eq!(finding.subject.region.as_ref().unwrap().as_str(), REGIONS[2]);
    }
}

#[test]
fn what_was_observed_of_one_account_and_region_is_shown_with_the_answers() {
    let home = home(60);
    let ran = run(home.path(), &["check", "--mock", "zone.yaml", "--control", "LS-5.1", "--quiet"]);
    assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
    // The last accounts are counted, the first ones listed: both are shown, from the newest run.
    for account in ["700000000357", "111111111111"] {
        let shown = run(home.path(), &["show", "LS-5.1", account, "us-west-2"]);
        assert_eq!(shown.code, 0, "{}{}", shown.out, shown.err);
        assert!(
            shown.out.contains(&format!("met: arn:aws:config:us-west-2:{account}:configuration-recorder")),
            "{}",
            shown.out
        );
        assert!(
            shown.out.contains(&format!("config:DescribeConfigurationRecorders in {account} us-west-2")),
            "{}",
            shown.out
        );
        assert!(shown.out.contains("\"allSupported\": true"), "the answer itself:\n{}", shown.out);
        assert!(!shown.out.contains("us-east-1"), "of no other Region:\n{}", shown.out);
    }
    let json = run(home.path(), &["show", "LS-5.1", "700000000357", "--format", "json"]);
    let json: Value = serde_json::from_str(&json.out).unwrap();
    let observed = json["scenarios"][0]["observations"].as_array().unwrap();
    assert_eq!(observed.len(), REGIONS.len());
    let named = observed[0]["exchanges"][0].as_str().unwrap();
    assert_eq!(json["exchanges"][named]["exchange"]["account"], "700000000357");

    let nobody = run(home.path(), &["show", "LS-5.1", "999999999999"]);
    assert_eq!(nobody.code, 2);
    assert!(
        nobody.err.contains("nothing was observed by LS-5.1 of account 999999999999\nhint: it looked at "),
        "{}",
        nobody.err
    );
    let other = run(home.path(), &["show", "LS-9.9"]);
    assert!(other.code == 2 && other.err.contains("has no control `LS-9.9`\nhint: it has LS-5.1"), "{}", other.err);

    // What was changed since is not shown as evidence.
    let bundle = fs::read_to_string(home.path().join("reports/latest")).unwrap();
    let bundle = home.path().join("reports").join(bundle.trim());
    let cells = bundle.join("cells-0002.jsonl.gz");
    let mut bytes = fs::read(&cells).unwrap();
    let last = bytes.len() - 9;
    bytes[last] ^= 1;
    fs::write(&cells, bytes).unwrap();
    let changed = run(home.path(), &["show", "LS-5.1", "700000000357"]);
    assert_ne!(changed.code, 0);
    assert!(changed.err.contains("cells-0002.jsonl.gz: changed"), "{}", changed.err);
}

#[test]
fn observations_that_are_not_the_counted_ones_are_noticed() {
    let home = home(60);
    let ran = run(home.path(), &["check", "--mock", "zone.yaml", "--control", "LS-5.1", "--quiet", "--out", "run"]);
    assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
    let assessment: Assessment = json(&home.path().join("run/assessment.json"));
    let mut held = cells::Held::default();
    tape::each_line(&home.path().join("run"), |line, _| held.add(&line.id)).unwrap();
    let problems = |change: fn(&mut Assessment)| {
        let mut changed = assessment.clone();
        change(&mut changed);
        cells::problems(&home.path().join("run"), &changed, &held)
    };
    assert_eq!(problems(|_| ()), Vec::<String>::new());
    let fewer = problems(|assessment| assessment.controls[0].scenarios[0].record.counted[0].members -= 1);
    assert!(fewer[0].ends_with("240 observations, the assessment counts 239"), "{fewer:?}");
    let others = problems(|assessment| {
        let counted = &mut assessment.controls[0].scenarios[0].record.counted[0];
        counted.sha256_sum.add(&[1; 32]);
    });
    assert!(others[0].ends_with("not the observations that were counted"), "{others:?}");
    let none = problems(|assessment| assessment.controls[0].scenarios[0].record.counted.clear());
    assert!(none[0].ends_with("240 observations, the assessment counts 0"), "{none:?}");
    let lacking = cells::problems(&home.path().join("run"), &assessment, &cells::Held::default());
    assert!(lacking[0].contains("LS-5.1 is based on line ") && lacking[0].ends_with("which the recording lacks"));
}

/// As bundles of `logproof/manifest/1` were made: observations name their exchanges by id.
#[test]
fn observations_that_name_exchanges_by_id_are_added_up_and_shown_as_before() {
    let home = home(60);
    let ran = run(home.path(), &["check", "--mock", "zone.yaml", "--control", "LS-5.1", "--quiet", "--out", "run"]);
    assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
    let bundle = home.path().join("run");
    let shown = |account: &str| run(home.path(), &["show", "LS-5.1", account, "--on", "run"]).out;
    let before = shown("700000000357");
    assert!(before.contains("config:DescribeConfigurationRecorders"), "{before}");
    let mut ids = Vec::new();
    tape::each_line(&bundle, |line, _| ids.push(line.id)).unwrap();
    let mut manifest: Value = json(&bundle.join("manifest.json"));
    manifest["schema"] = "logproof/manifest/1".into();
    for file in cells::index(&bundle).unwrap().unwrap().files {
        let path = bundle.join(&file.file);
        let mut text = String::new();
        GzDecoder::new(fs::File::open(&path).unwrap()).read_to_string(&mut text).unwrap();
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        for line in text.lines() {
            let mut cell: Value = serde_json::from_str(line).unwrap();
            let lines = cell.as_object_mut().unwrap().remove("lines").unwrap();
            let named = lines.as_array().unwrap().iter().map(|line| {
                let at = usize::try_from(line.as_u64().unwrap()).unwrap() - 1;
                Value::from(ids[at].as_str())
            });
            cell["observation"]["exchanges"] = named.collect();
            writeln!(packed, "{cell}").unwrap();
        }
        let bytes = packed.finish().unwrap();
        let entry = manifest["files"].as_array_mut().unwrap().iter_mut().find(|one| one["path"] == *file.file).unwrap();
        entry["bytes"] = bytes.len().into();
        entry["sha256"] = sha256_hex(&bytes).into();
        fs::write(path, bytes).unwrap();
    }
    fs::write(bundle.join("manifest.json"), manifest.to_string()).unwrap();
    let verified = run(home.path(), &["verify", "run"]);
    assert_eq!(verified.code, 0, "{}{}", verified.out, verified.err);
    assert_eq!(shown("700000000357"), before);

    // One that the recording lacks is named.
    let none = cells::problems(&bundle, &json(&bundle.join("assessment.json")), &cells::Held::default());
    assert!(
        none[0].contains("LS-5.1 is based on exchange ") && none[0].ends_with("which the recording lacks"),
        "{none:?}"
    );
}

/// Calls by operation, and the most memory the process had, in KiB.
fn measured(accounts: usize, controls: &[&str]) -> (BTreeMap<String, u64>, u64) {
    // In a process of its own, so that it counts nothing but the program: a process begins with the peak of its parent.
    const PEAK: &str = "import resource, subprocess, sys\n\
        code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)\n\
        rss = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss\n\
        print(rss // 1024 if sys.platform == 'darwin' else rss)\n\
        sys.exit(code)";
    let home = home(accounts);
    let mut command = Command::new("python3");
    command.arg("-c").arg(PEAK).arg(env!("CARGO_BIN_EXE_logproof"));
    command.args(["check", "--mock", "zone.yaml", "--out", "run"]).args(controls).current_dir(home.path());
    let done = command.output().expect("python3 runs");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let peak = String::from_utf8(done.stdout).unwrap().trim().parse().unwrap();
    (json::<Assessment>(&home.path().join("run/assessment.json")).run.calls, peak)
}

/// What an account costs is its entry in the list of accounts, its credentials, where its exchanges are, and what the
/// described zone has of it; no answer and no observation. 3 to 5 KiB in a development build when this was last measured.
const KIB_AN_ACCOUNT: u64 = 6;

#[test]
fn memory_grows_little_with_the_accounts() {
    // More accounts than answers are held of.
    let [small, large] = [1_100, 2_100].map(|accounts| measured(accounts, &["--control", "LS-5.1"]).1);
    let grown = large.saturating_sub(small) / 1_000;
    assert!(grown < KIB_AN_ACCOUNT, "{grown} KiB an account: {small} and {large} KiB");
}

#[test]
fn what_a_whole_scenario_is_based_on_is_shown_with_it() {
    let home = home(OF_THE_SAMPLE);
    let ran = run(home.path(), &["check", "--mock", "zone.yaml", "--control", "LS-6.1", "--quiet"]);
    assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
    let shown = run(home.path(), &["show", "LS-6.1", "444444444444"]);
    assert_eq!(shown.code, 0, "{}{}", shown.out, shown.err);
    let basis = |scenario: &str| {
        let text = shown.out.split(scenario).nth(1).and_then(|text| text.split("\n\n").next()).unwrap();
        text.split_once("the whole scenario is based on").expect(text).1.to_owned()
    };
    let attached = basis("\nThe trail is protected in every member account\n");
    for operation in
        ["organizations:ListPolicies", "organizations:DescribePolicy", "organizations:ListTargetsForPolicy"]
    {
        assert!(
            attached.contains(&format!("\n    {operation} in 111111111111 eu-central-1: E")),
            "{operation}: {attached}"
        );
    }
    let proved = basis("\nAn administrator of a member account cannot stop the trail\n");
    assert!(proved.contains("organizations:ListAccounts in 111111111111 eu-central-1: E"), "{proved}");

    let json = run(home.path(), &["show", "LS-6.1", "444444444444", "--format", "json"]);
    let json: Value = serde_json::from_str(&json.out).unwrap();
    for scenario in json["scenarios"].as_array().unwrap() {
        for id in scenario["basis"].as_array().unwrap() {
            assert!(
                json["exchanges"][id.as_str().unwrap()]["exchange"].is_object(),
                "{id} of {}",
                scenario["scenario"]
            );
        }
    }
}

#[test]
fn calls_grow_with_the_cells() {
    // Whole pages of accounts, so that as many more cost as many calls more.
    let [small, middle, large] = [20, 60, 100].map(|accounts| measured(accounts, &OF_EVERY_CELL));
    let operations: Vec<&String> = large.0.keys().collect();
    for operation in operations {
        let of = |measured: &(BTreeMap<String, u64>, u64)| measured.0.get(operation).copied().unwrap_or(0);
        assert_eq!(of(&large) - of(&middle), of(&middle) - of(&small), "{operation}: {small:?} {middle:?} {large:?}");
    }
    let cells = |operation: &str| (large.0[operation] - small.0[operation]) / 80;
    assert_eq!(
        cells("config:DescribeConfigurationRecorders"),
        REGIONS.len() as u64,
        "once for each account and Region"
    );
    assert_eq!(cells("sts:AssumeRole"), 1, "once for each account");
}
