//! `logproof trail` as a process: from a copy and over HTTP, in shards, killed and resumed, and with every planted defect.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use logproof_integrity::testkit::{Defect, Edit, Generated, Plan, StandIn, Trouble, write_tree};
use serde_json::Value;
use support::{Ran, program, ran, run};
use tempfile::TempDir;

const CONFIG: &str = r#"
[organization]
management_account = "111111111111"
log_archive_account = "222222222222"
home_region = "us-east-1"
governed_regions = ["us-east-1", "eu-west-1"]
[access]
attempt_timeout_seconds = 5
[names]
bucket = "log-archive"
key = "alias/logs"
trail = "org-trail"
"#;

/// A folder with a copy of the bucket, the keys and the inventory.
fn copied(generated: &Generated) -> TempDir {
    let home = TempDir::new().unwrap();
    write_tree(generated, &home.path().join("tree")).unwrap();
    fs::write(home.path().join("logproof.toml"), CONFIG).unwrap();
    home
}

const FROM_COPY: [&str; 8] =
    ["trail", "verify", "--local", "tree", "--inventory", "tree/inventory.json", "--keys", "tree/public-keys.json"];

/// The arguments that verify the copy for the period of what was generated.
fn from_copy<'a>(period: &'a (String, String), more: &[&'a str]) -> Vec<&'a str> {
    [&FROM_COPY[..], &["--from", &period.0, "--to", &period.1], more].concat()
}

fn period(generated: &Generated) -> (String, String) {
    (generated.window.from.to_string(), generated.window.to.to_string())
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn summary(folder: &Path, name: &str) -> Value {
    json(&fs::read_to_string(folder.join(name)).unwrap())
}

/// A report without what only the clock knows.
fn timeless(mut report: Value) -> Value {
    report["now"] = Value::Null;
    report
}

fn codes(report: &Value) -> BTreeSet<String> {
    report["codes"].as_object().unwrap().keys().cloned().collect()
}

#[test]
fn every_planted_defect_is_named_and_has_its_exit_code() {
    let plan = Plan::of_size(2, 1, 16, 3, 600);
    let account = plan.accounts[1].clone();
    let mut wrong = Vec::new();
    // A digest bomb needs a limit that the command does not let anybody lower.
    for defect in Defect::ALL.iter().filter(|defect| **defect != Defect::DigestBomb) {
        let edit = defect.edit();
        let mut generated = plan.generate_edited(|row| if row.account == account { edit.clone() } else { Edit::None });
        defect.plant(&mut generated, 1);
        let (home, period) = (copied(&generated), period(&generated));
        let ran = run(home.path(), &from_copy(&period, &["--out", "out", "--format", "json"]));
        let expected_code = match defect {
            Defect::Clean | Defect::LogRecompressed | Defect::Backfilled | Defect::BucketChanged => 0,
            Defect::SignedByUnknown => 3,
            _ => 1,
        };
        let expected: BTreeSet<String> = defect.codes().iter().map(|code| (*code).to_owned()).collect();
        let found = codes(&json(&ran.out)["report"]);
        if ran.code != expected_code || found != expected || !ran.err.is_empty() {
            wrong.push(format!("{defect:?}: exit {}, {found:?}, expected {expected:?} {}", ran.code, ran.err));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_summary_counts_and_the_evidence_holds_one_line_per_object() {
    let generated = Plan::of_size(2, 2, 6, 2, 600).generate();
    let (home, period) = (copied(&generated), period(&generated));
    let ran = run(home.path(), &from_copy(&period, &["--out", "out"]));
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let (digests, logs) = (
        generated.chains.iter().map(|chain| chain.digests.len()).sum::<usize>(),
        generated.chains.iter().map(|chain| chain.logs.len()).sum::<usize>(),
    );
    for words in
        ["4 chains expected", "chains    4 valid", &format!("{digests} valid"), &format!("{logs} valid"), "VALID"]
    {
        assert!(ran.out.contains(words), "`{words}` is not in:\n{}", ran.out);
    }
    assert!(!ran.out.contains("INVALID"), "{}", ran.out);
    let mut lines: BTreeMap<String, usize> = BTreeMap::new();
    for line in fs::read_to_string(home.path().join("out/evidence.jsonl")).unwrap().lines() {
        *lines.entry(json(line)["record"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    let expected = [("chain", 4), ("digest", digests), ("log", logs)].map(|(name, count)| (name.to_owned(), count));
    assert_eq!(lines, BTreeMap::from(expected));
    let again = run(home.path(), &from_copy(&period, &["--out", "out"]));
    assert!(again.code == 2 && again.err.contains("holds the result of a run\nhint:"), "{}", again.err);
}

#[test]
fn a_sample_is_said_in_every_result() {
    let generated = Plan::of_size(1, 1, 12, 10, 600).generate();
    let (home, period) = (copied(&generated), period(&generated));
    let ran = run(home.path(), &from_copy(&period, &["--out", "out", "--sample", "10%"]));
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(
        ran.out.contains("left out by sampling") && ran.out.contains("10 % of the log files were read"),
        "{}",
        ran.out
    );
    let totals = &summary(&home.path().join("out"), "summary.json")["report"]["totals"];
    let (read, skipped) = (totals["logs_valid"].as_u64().unwrap(), totals["logs_skipped"].as_u64().unwrap());
    assert!(read > 0 && read < skipped, "{read} read, {skipped} left out");
}

#[test]
fn four_shards_as_processes_merge_to_the_whole() {
    let plan = Plan::of_size(5, 2, 8, 2, 600);
    let mut generated = plan.generate();
    Defect::LogModified.plant(&mut generated, 3);
    let (home, period) = (copied(&generated), period(&generated));
    // Two shards as an AWS Batch array job gives them, two as a Kubernetes Indexed Job does.
    let shards: Vec<_> = (0..4)
        .map(|index| {
            let mut command = program(home.path(), &from_copy(&period, &["--out", "shards"]));
            match index {
                0 | 1 => {
                    command.env("AWS_BATCH_JOB_ARRAY_INDEX", index.to_string()).env("AWS_BATCH_JOB_ARRAY_SIZE", "4")
                }
                _ => command.env("JOB_COMPLETION_INDEX", index.to_string()).env("LOGPROOF_SHARDS", "4"),
            };
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    let shards: Vec<Ran> = shards.into_iter().map(|child| ran(&child.wait_with_output().unwrap())).collect();
    let mut exits: Vec<i32> = shards.iter().map(|shard| shard.code).collect();
    exits.sort_unstable();
    assert_eq!(exits, [0, 0, 0, 1], "{:?}", shards.iter().map(|shard| &shard.err).collect::<Vec<_>>());
    let guilty = shards.iter().position(|shard| shard.code == 1).unwrap();
    let share = format!("{guilty}/4");
    let left = run(
        home.path(),
        &from_copy(&period, &["--out", "left", "--shard", &share, "--checkpoint", "mark", "--leave-verdict-to-merge"]),
    );
    assert!(left.code == 0 && left.out.contains("INVALID"), "{}{}", left.out, left.err);
    assert!(home.path().join(format!("mark-{guilty}-of-4")).exists(), "each shard has a checkpoint of its own");
    let merged = run(home.path(), &["trail", "merge", "shards", "--format", "json", "--out", "merged.json"]);
    assert_eq!(merged.code, 1, "{}{}", merged.out, merged.err);
    let whole = run(home.path(), &from_copy(&period, &["--out", "whole"]));
    assert_eq!(whole.code, 1);
    let merged = json(&merged.out);
    assert_eq!(merged["problems"], json("[]"));
    let whole = summary(&home.path().join("whole"), "summary.json");
    assert_eq!(timeless(merged["report"].clone()), timeless(whole["report"].clone()));
    assert_eq!(merged, summary(home.path(), "merged.json"));

    // Nothing stands for a shard that is missing, or was run twice.
    let clean = shards.iter().position(|shard| shard.code == 0).unwrap();
    fs::remove_file(home.path().join(format!("shards/summary-{clean}-of-4.json"))).unwrap();
    let short = run(home.path(), &["trail", "merge", "shards"]);
    assert!(short.out.contains("shard.missing"), "{}", short.out);
    assert_eq!(short.code, 1, "the modified log file is still a fact: {}", short.out);
    let twice = run(home.path(), &["trail", "merge", "whole", "whole"]);
    assert!(twice.out.contains("shard.covered_twice"), "{}", twice.out);
}

#[test]
fn a_missing_shard_of_a_clean_organization_is_undetermined() {
    let generated = Plan::of_size(4, 2, 4, 1, 600).generate();
    let (home, period) = (copied(&generated), period(&generated));
    for shard in ["0/2", "1/2"] {
        let ran = run(home.path(), &from_copy(&period, &["--out", "out", "--shard", shard]));
        assert_eq!(ran.code, 0, "{}", ran.err);
    }
    assert_eq!(run(home.path(), &["trail", "merge", "out"]).code, 0);
    fs::remove_file(home.path().join("out/summary-0-of-2.json")).unwrap();
    let merged = run(home.path(), &["trail", "merge", "out"]);
    assert_eq!(merged.code, 3, "{}", merged.out);
    fs::write(home.path().join("out/evidence-1-of-2.jsonl"), "{}\n").unwrap();
    let other = run(home.path(), &["trail", "merge", "out"]);
    assert!(other.code == 3 && other.err.contains("is not the evidence"), "{} {}", other.code, other.err);
}

/// The program against a server, in a home with configuration, keys and inventory.
fn over_http(home: &Path, server: &StandIn, args: &[&str]) -> Command {
    let mut command = program(home, args);
    command
        .env("AWS_ENDPOINT_URL", server.url())
        .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "example")
        .env("AWS_EC2_METADATA_DISABLED", "true");
    command
}

fn served(generated: &Generated, plot: impl Fn(&str, usize) -> Trouble + Send + Sync + 'static) -> (TempDir, StandIn) {
    let home = TempDir::new().unwrap();
    fs::write(home.path().join("logproof.toml"), CONFIG).unwrap();
    fs::write(home.path().join("inventory.json"), serde_json::to_vec(&generated.inventory).unwrap()).unwrap();
    let server = StandIn::start(generated, "222222222222", Duration::from_millis(2), plot).unwrap();
    (home, server)
}

fn from_s3<'a>(period: &'a (String, String), more: &[&'a str]) -> Vec<&'a str> {
    let fixed = ["trail", "verify", "--inventory", "inventory.json", "--format", "json", "--from", &period.0, "--to"];
    [&fixed[..], &[&period.1], more].concat()
}

#[test]
fn over_http_with_keys_of_cloudtrail() {
    let generated = Plan::of_size(2, 2, 6, 3, 600).generate();
    let (home, server) = served(&generated, |_, _| Trouble::None);
    let period = period(&generated);
    // The management account's role is asked for keys; here all accounts answer at one address.
    let ran = ran(&over_http(home.path(), &server, &from_s3(&period, &["--out", "out", "--keys", "keys.json"]))
        .output()
        .unwrap());
    assert!(ran.code == 2 && ran.err.contains("cannot read `keys.json`"), "{}", ran.err);
    fs::write(home.path().join("keys.json"), &generated.keys_json).unwrap();
    let args = from_s3(&period, &["--out", "out", "--keys", "keys.json"]);
    let ran = support::ran(&over_http(home.path(), &server, &args).output().unwrap());
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let valid = json(&ran.out)["report"]["totals"]["logs_valid"].as_u64().unwrap();
    assert_eq!(valid as usize, generated.chains.iter().map(|chain| chain.logs.len()).sum::<usize>());
}

#[test]
fn trouble_on_the_way_is_never_tampering() {
    let generated = Plan::of_size(1, 1, 6, 3, 600).generate();
    let (bucket, key, _) = generated.chains[0].logs[5].clone();
    let object = format!("{bucket}/{key}");
    let period = period(&generated);
    let cases: [(&str, Trouble, usize, i32, &[&str]); 7] = [
        ("a cut connection, once", Trouble::Cut, 1, 0, &[]),
        ("a failing server, twice", Trouble::Failing, 2, 0, &[]),
        ("asked to slow down, twice", Trouble::SlowDown, 2, 0, &[]),
        ("a cut connection, always", Trouble::Cut, usize::MAX, 3, &["log.unreadable"]),
        ("a failing server, always", Trouble::Failing, usize::MAX, 3, &["log.unreadable"]),
        ("refused", Trouble::Denied, usize::MAX, 3, &["log.unreadable"]),
        ("slowed down, always", Trouble::SlowDown, usize::MAX, 3, &["log.unreadable"]),
    ];
    for (name, trouble, times, code, expected) in cases {
        let troubled = object.clone();
        let plot = move |what: &str, before: usize| match what == troubled && before < times {
            true => trouble,
            false => Trouble::None,
        };
        let (home, server) = served(&generated, plot);
        fs::write(home.path().join("keys.json"), &generated.keys_json).unwrap();
        let args = from_s3(&period, &["--out", "out", "--keys", "keys.json"]);
        let ran = support::ran(&over_http(home.path(), &server, &args).output().unwrap());
        assert_eq!(ran.code, code, "{name}: {}{}", ran.out, ran.err);
        let found = codes(&json(&ran.out)["report"]);
        assert_eq!(found, expected.iter().map(|code| (*code).to_owned()).collect(), "{name}");
    }
    let (home, server) =
        served(&generated, |what, _| if what.starts_with("LIST") { Trouble::Denied } else { Trouble::None });
    fs::write(home.path().join("keys.json"), &generated.keys_json).unwrap();
    let args = from_s3(&period, &["--out", "out", "--keys", "keys.json"]);
    let ran = support::ran(&over_http(home.path(), &server, &args).output().unwrap());
    assert_eq!(ran.code, 3, "{}{}", ran.out, ran.err);
    assert!(codes(&json(&ran.out)["report"]).contains("chain.unlistable"), "{}", ran.out);
}

#[test]
fn killed_in_the_middle_and_resumed_it_comes_to_the_same() {
    let mut generated = Plan::of_size(3, 2, 12, 8, 600).generate();
    Defect::LogModified.plant(&mut generated, 2);
    let period = period(&generated);
    let (home, server) = served(&generated, |_, _| Trouble::None);
    fs::write(home.path().join("keys.json"), &generated.keys_json).unwrap();
    let in_flight = 8;
    let more = ["--keys", "keys.json", "--in-flight", "8", "--checkpoint", "checkpoint", "--out", "out"];
    let args = from_s3(&period, &more);
    let mut killed =
        over_http(home.path(), &server, &args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let logs_read =
        || server.asked().iter().filter(|what| what.contains("/CloudTrail/") && !what.starts_with("LIST")).count();
    let all = generated.chains.iter().map(|chain| chain.logs.len()).sum::<usize>();
    let began = Instant::now();
    while logs_read() < all / 3 {
        assert!(
            began.elapsed() < Duration::from_secs(60) && killed.try_wait().unwrap().is_none(),
            "it is still at work"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert!(logs_read() < all, "it was killed in the middle");
    let resumed = ran(&over_http(home.path(), &server, &args).output().unwrap());
    assert_eq!(resumed.code, 1, "{}{}", resumed.out, resumed.err);
    let mut reads: BTreeMap<String, usize> = BTreeMap::new();
    for what in server.asked().into_iter().filter(|what| what.contains("/CloudTrail/") && !what.starts_with("LIST")) {
        *reads.entry(what).or_default() += 1;
    }
    // A log file that is refused is read twice, to be sure.
    let twice = reads.values().filter(|count| **count > 1).count();
    assert!(twice <= in_flight + 1, "{twice} log files were read twice, {in_flight} were in flight");
    assert_eq!(reads.len(), all);

    let whole = from_s3(&period, &["--keys", "keys.json", "--out", "whole"]);
    let whole = ran(&over_http(home.path(), &server, &whole).output().unwrap());
    let report = |ran: &Ran| timeless(json(&ran.out)["report"].clone());
    assert_eq!(report(&resumed), report(&whole));

    // What was verified and is gone is found although nothing that is left shows it.
    let after = fs::read_to_string(home.path().join("checkpoint")).unwrap();
    assert!(after.lines().all(|line| json(line)["line"] == "mark"), "only marks remain: {after}");
}

#[test]
fn a_digest_that_was_verified_and_is_gone_is_a_rollback() {
    let mut generated = Plan::of_size(1, 1, 6, 1, 600).generate();
    let (home, period) = (copied(&generated), period(&generated));
    let checked = ["--checkpoint", "checkpoint"];
    let first = run(home.path(), &from_copy(&period, &[&checked[..], &["--out", "first"]].concat()));
    assert_eq!(first.code, 0, "{}", first.out);
    Defect::ChainDeleted.plant(&mut generated, 0);
    fs::remove_dir_all(home.path().join("tree/log-archive")).unwrap();
    write_tree(&generated, &home.path().join("tree")).unwrap();
    let second = run(home.path(), &from_copy(&period, &[&checked[..], &["--out", "second"]].concat()));
    assert_eq!(second.code, 1, "{}", second.out);
    assert!(second.out.contains("chain.rollback"), "{}", second.out);
}

#[test]
fn bad_input_is_refused_with_what_to_do() {
    let generated = Plan::of_size(1, 1, 2, 1, 600).generate();
    let home = copied(&generated);
    fs::write(home.path().join("broken.json"), "{\"PublicKeyList\": 1}").unwrap();
    fs::create_dir(home.path().join("empty")).unwrap();
    let inventory = ["--inventory", "tree/inventory.json", "--keys", "tree/public-keys.json"];
    let with = |more: &[&'static str]| [&["trail", "verify", "--out", "out"], &inventory[..], more].concat();
    let cases: Vec<(Vec<&str>, &[&str])> = vec![
        (with(&["--local", "nowhere"]), &["`nowhere` is not a folder", "hint:"]),
        (with(&["--local", "empty"]), &["holds neither a folder `log-archive` nor the folder `AWSLogs`", "hint:"]),
        (with(&["--local", "tree", "--from", "yesterday"]), &["--from", "`yesterday`", "hint:"]),
        (with(&["--local", "tree", "--from", "2026-02-01", "--to", "2026-01-01"]), &["is empty", "hint:"]),
        (with(&["--local", "tree", "--from", "2999-01-01", "--to", "2999-01-02"]), &["period of the past"]),
        (with(&["--local", "tree", "--shard", "4/4"]), &["`4/4` is not a shard", "hint:"]),
        (with(&["--local", "tree", "--sample", "half"]), &["`--sample half`", "hint:"]),
        (with(&["--local", "tree", "--account", "999999999999"]), &["account `999999999999` is not expected", "hint:"]),
        (with(&["--local", "tree", "--region", "mars"]), &["Region `mars` is not expected", "eu-west-1"]),
        (
            with(&["--local", "tree", "--checkpoint", "tree/inventory.json"]),
            &["checkpoint `tree/inventory.json`", "hint:"],
        ),
        (vec!["trail", "verify", "--local", "tree", "--inventory", "broken.json"], &["is not an inventory", "hint:"]),
        (
            vec![
                "trail",
                "verify",
                "--local",
                "tree",
                "--inventory",
                "tree/inventory.json",
                "--keys",
                "broken.json",
                "--out",
                "k",
            ],
            &["cannot use `broken.json`", "list-public-keys"],
        ),
        (vec!["trail", "merge", "empty"], &["holds no summary", "hint:"]),
        (vec!["trail", "merge", "nowhere"], &["cannot read `nowhere`", "hint:"]),
        (vec!["trail", "verify", "--incremental"], &["--checkpoint"]),
        (vec!["trail", "verify", "--in-flight", "0"], &["--in-flight"]),
    ];
    for (args, words) in cases {
        let ran = run(home.path(), &args);
        assert_eq!(ran.code, 2, "{args:?}: {}{}", ran.out, ran.err);
        for word in words {
            assert!(ran.err.contains(word), "{args:?}: `{word}` is not in:\n{}", ran.err);
        }
        assert!(!ran.err.contains("panicked") && ran.out.is_empty(), "{args:?}: {}{}", ran.out, ran.err);
    }
    let mut lone = program(home.path(), &["trail", "verify", "--local", "tree"]);
    let lone = support::ran(&lone.env("JOB_COMPLETION_INDEX", "0").output().unwrap());
    assert!(lone.code == 2 && lone.err.contains("LOGPROOF_SHARDS"), "{}", lone.err);
}
