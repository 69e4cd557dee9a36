//! `logproof trail` as a process: from a copy and over HTTP, in shards, killed and resumed, and with every planted defect.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

#[path = "trail/checkpoint.rs"]
mod checkpoint;
#[path = "trail/http.rs"]
mod http;
#[path = "trail/input.rs"]
mod input;
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
            Defect::Clean
            | Defect::LogRecompressed
            | Defect::Backfilled
            | Defect::BucketChanged
            | Defect::PrefixChanged => 0,
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
fn what_a_sample_leaves_out_is_proven_to_be_there() {
    let mut generated = Plan::of_size(1, 1, 16, 3, 600).generate();
    Defect::LogDeleted.plant(&mut generated, 0);
    let (home, period) = (copied(&generated), period(&generated));
    let ran = run(home.path(), &from_copy(&period, &["--out", "out", "--sample", "0%"]));
    assert!(ran.code == 1 && ran.out.contains("log.missing"), "{}{}", ran.out, ran.err);
}

#[test]
fn what_is_not_in_the_copy_is_not_called_gone() {
    let plan = Plan::of_size(1, 1, 16, 3, 600);
    let mut generated = plan.generate_edited(|_| Defect::BucketChanged.edit());
    Defect::BucketChanged.plant(&mut generated, 0);
    let (home, period) = (copied(&generated), period(&generated));
    let verified = |out| run(home.path(), &from_copy(&period, &["--out", out]));
    let whole = verified("whole");
    assert_eq!(whole.code, 0, "{}{}", whole.out, whole.err);
    fs::remove_dir_all(home.path().join("tree/old-log-archive")).unwrap();
    let part = verified("part");
    assert!(part.code == 3 && part.out.contains("the copy does not hold bucket `old-log-archive`"), "{}", part.out);
}

#[test]
fn what_cannot_be_read_on_disk_leaves_the_result_open() {
    let generated = Plan::of_size(1, 1, 6, 3, 600).generate();
    let (home, period) = (copied(&generated), period(&generated));
    let path = |(bucket, key): (&str, &str)| home.path().join("tree").join(bucket).join(key);
    let (bucket, key, _) = &generated.chains[0].logs[5];
    let log = path((bucket, key));
    fs::remove_file(&log).unwrap();
    std::os::unix::fs::symlink(&log, &log).unwrap();
    let ran = run(home.path(), &from_copy(&period, &["--out", "log"]));
    assert!(ran.code == 3 && ran.out.contains("log.unreadable"), "{}{}", ran.out, ran.err);
    fs::remove_file(&log).unwrap();
    // Beside the log file that is gone lies its metadata, which no digest names.
    let ran = run(home.path(), &from_copy(&period, &["--out", "gone"]));
    assert!(ran.code == 1 && ran.out.contains("log.missing"), "{}{}", ran.out, ran.err);
    let (bucket, key) = &generated.chains[0].digests[2];
    let metadata = path((bucket, &format!("{key}.metadata.json")));
    fs::write(&metadata, "{").unwrap();
    let ran = run(home.path(), &from_copy(&period, &["--out", "metadata"]));
    assert!(ran.out.contains("is not the answer to `head-object`"), "{}{}", ran.out, ran.err);
    fs::remove_file(&metadata).unwrap();
    let ran = run(home.path(), &from_copy(&period, &["--out", "lost"]));
    assert!(ran.out.contains("copy it together with the object"), "{}{}", ran.out, ran.err);
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
