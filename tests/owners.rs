//! What owners write themselves: controls beside the catalogue, their fixtures, and the list of sentences.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

#[path = "owners/subjects.rs"]
mod subjects;
mod support;

use std::{collections::BTreeSet, fs, path::PathBuf, sync::LazyLock};

use logproof::{
    catalogue::{
        FeatureFile, lint,
        vocabulary::{Resolved, Vocabulary},
    },
    command::steps::{StepsFormat, described, with_calls, write},
};
use logproof_estate::assessment::Assessment;
use support::run;
use tempfile::TempDir;

fn examples() -> PathBuf {
    support::root().join("examples/controls")
}

/// A control of one scenario with these steps.
fn control(id: &str, steps: &str) -> String {
    let steps: Vec<String> = steps.lines().map(|line| format!("    {}", line.trim_start())).collect();
    format!(
        "@{id} @severity:low @acme:1\nFeature: A control of ours\n\n  Requirement\n    It is so.\n\n  Scenario: One\n{}\n",
        steps.join("\n")
    )
}

/// What a check finds of a control of one scenario on a described landing zone. In this process: a run of the program
/// reads the whole catalogue each time.
#[track_caller]
fn judged(zone: &str, steps: &str) -> Assessment {
    static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(Vocabulary::registered);
    let (path, text) = ("one.feature".to_owned(), control("OWN-1", steps));
    let linted = lint::examine(&[FeatureFile::new(path.clone(), path, text.into_bytes())], &VOCABULARY);
    assert_eq!(linted.problems, [], "{steps}");
    support::check(zone, "zone.yaml", &linted.controls, &VOCABULARY).unwrap_or_else(|error| panic!("{error}: {zone}"))
}

#[track_caller]
fn verdict(zone: &str, steps: &str, expected: &str, words: &str) {
    let assessment = judged(zone, steps);
    let scenario = &assessment.controls[0].scenarios[0];
    assert_eq!(scenario.verdict.word(), expected, "{steps}: {}", scenario.reason);
    let all = serde_json::to_string(&scenario).unwrap();
    assert!(all.contains(words), "`{words}` is not in {all}");
}

/// A lint problem of a control of one scenario.
#[track_caller]
fn refused(steps: &str, words: &[&str]) {
    let home = TempDir::new().unwrap();
    fs::write(home.path().join("one.feature"), control("OWN-1", steps)).unwrap();
    let ran = run(home.path(), &["lint", "--with", "."]);
    assert_eq!(ran.code, 2, "accepted: {steps}\n{}", ran.out);
    for word in words {
        assert!(ran.out.contains(word), "`{word}` is not in {}", ran.out);
    }
}

const ADMINISTRATOR: &str = "arn:aws:iam::222222222222:role/LogArchive-Administrator";
const SAMPLE: &str = "base: sample\n";
const LOGS: &str = "aws-acme-log-storage-222222222222-eu-central-1";

#[test]
fn the_example_sets_show_what_their_fixtures_expect_and_fail_where_they_do_not() {
    for (set, fixtures) in
        [("audit-events", 34), ("break-glass", 34), ("cis", 41), ("data-lake", 13), ("finos", 45), ("keys", 10)]
    {
        let home = TempDir::new().unwrap();
        let folder = examples().join(set);
        let ran = run(home.path(), &["test", folder.to_str().unwrap(), "--strict", "--junit", "t.xml"]);
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
        assert_eq!(ran.out.matches("  ok     ").count(), fixtures, "{}", ran.out);
        assert!(ran.out.contains("weakened in what it asks for") && !ran.out.contains("not noticed"), "{}", ran.out);
        let junit = fs::read_to_string(home.path().join("t.xml")).unwrap();
        assert_eq!(junit.matches("<testcase ").count(), fixtures, "{junit}");
        assert!(!junit.contains("<failure"), "{junit}");
    }
}

#[test]
fn a_fixture_that_shows_something_else_is_reported_and_so_is_a_control_without_a_violating_one() {
    let home = TempDir::new().unwrap();
    let feature =
        control("OWN-1", &format!("Given the bucket \"{LOGS}\" of account \"log-archive\"\nThen its versioning is on"));
    fs::write(home.path().join("one.feature"), feature).unwrap();
    let bare = run(home.path(), &["test", "."]);
    assert_eq!(bare.code, 0, "{}{}", bare.out, bare.err);
    assert!(bare.out.contains("no fixture violates it"), "{}", bare.out);
    assert_eq!(run(home.path(), &["test", ".", "--strict"]).code, 1);
    fs::create_dir(home.path().join("one.fixtures")).unwrap();
    let fixture = |name: &str, text: &str| fs::write(home.path().join("one.fixtures").join(name), text).unwrap();
    fixture("compliant.yaml", "base: sample\nexpect: {OWN-1: {verdict: PASS}}\n");
    let violating =
        format!("base: sample\njson_patch: [{{op: replace, path: /buckets/{LOGS}/versioning, value: Suspended}}]\n");
    let subject = format!("subject: \"arn:aws:s3:::{LOGS}\"");
    fixture(
        "violating.yaml",
        &format!("{violating}expect: {{OWN-1: {{verdict: FAIL, {subject}, reason: Suspended}}}}\n"),
    );
    let good = run(home.path(), &["test", ".", "--strict"]);
    assert_eq!(good.code, 0, "{}{}", good.out, good.err);
    for (text, words) in [
        (format!("{violating}expect: {{OWN-1: {{verdict: PASS}}}}\n"), "expected PASS, is FAIL"),
        (
            format!("{violating}expect: {{OWN-1: {{verdict: FAIL, {subject}, reason: elsewhere}}}}\n"),
            "for other reasons",
        ),
        (format!("{violating}expect: {{OWN-1: {{verdict: FAIL}}}}\n"), "no stated subject or reason"),
        (format!("{violating}expect: {{}}\n"), "expects nothing of OWN-1"),
    ] {
        fixture("violating.yaml", &text);
        let ran = run(home.path(), &["test", ".", "--junit", "t.xml"]);
        assert_eq!(ran.code, 1, "{text}: {}{}", ran.out, ran.err);
        assert!(ran.out.contains(words), "{}", ran.out);
        assert!(fs::read_to_string(home.path().join("t.xml")).unwrap().contains("<failure"));
    }
    fixture("violating.yaml", "base: ../gone.yaml\n");
    let ran = run(home.path(), &["test", "."]);
    assert_eq!(ran.code, 2, "{}", ran.out);
    assert!(ran.err.contains("gone.yaml") && ran.err.contains("hint:"), "{}", ran.err);
}

#[test]
fn features_of_a_further_folder_are_checked_reported_kept_and_replayed_with_the_catalogue() {
    let home = TempDir::new().unwrap();
    let (with, zone) = (examples().join("data-lake"), examples().join("data-lake/zone.yaml"));
    let (with, zone) = (with.to_str().unwrap(), zone.to_str().unwrap());
    let listed = run(home.path(), &["controls", "--with", with]);
    assert!(listed.out.contains("ACME-4.2") && listed.out.contains("LS-3.4"), "{}", listed.out);
    let explained = run(home.path(), &["explain", "ACME-4.2", "--with", with]);
    assert!(explained.out.contains("only these principals can read its objects"), "{}", explained.out);
    let words = ["check", "--mock", zone, "--with", with, "--control", "ACME-4.2", "--control", "LS-3.4"];
    let ran = run(home.path(), &[words.as_slice(), &["--out", "o", "--no-progress"]].concat());
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let bundle = home.path().join("o");
    assert!(bundle.join("features/data-lake/ACME-4.2-payroll.feature").is_file());
    for report in ["junit.xml", "report.html", "oscal-assessment-results.json", "findings.csv"] {
        let text = fs::read_to_string(bundle.join(report)).unwrap();
        assert!(text.contains("ACME-4.2") || text.contains("acme-4.2"), "{report} leaves it out");
    }
    let replayed = run(home.path(), &["replay", "o"]);
    assert_eq!(replayed.code, 0, "{}{}", replayed.out, replayed.err);
    assert!(replayed.out.contains("identical: 2 controls"), "{}", replayed.out);
}

#[test]
fn an_id_that_is_taken_is_an_error_with_both_paths() {
    let home = TempDir::new().unwrap();
    fs::create_dir(home.path().join("ours")).unwrap();
    let text = control("LS-3.4", "Given the log bucket of the log archive account\nThen its versioning is on");
    fs::write(home.path().join("ours/mine.feature"), text).unwrap();
    let ran = run(home.path(), &["lint", "--with", "ours"]);
    assert_eq!(ran.code, 2, "{}", ran.out);
    assert!(ran.out.contains("ours/mine.feature"), "{}", ran.out);
    assert!(ran.out.contains("LS-3.4-tls-only.feature"), "{}", ran.out);
    fs::create_dir(home.path().join("empty")).unwrap();
    let ran = run(home.path(), &["check", "--mock", "--with", "empty"]);
    assert_eq!(ran.code, 2, "{}", ran.out);
    assert!(ran.err.contains("no feature file in the folder"), "{}", ran.err);
}

#[test]
fn two_folders_of_one_name_are_kept_apart() {
    let home = TempDir::new().unwrap();
    for (place, id) in [("a/ours", "OWN-1"), ("b/ours", "OWN-2")] {
        fs::create_dir_all(home.path().join(place)).unwrap();
        let text = control(id, "Given the log bucket of the log archive account\nThen its versioning is on");
        fs::write(home.path().join(place).join("one.feature"), text).unwrap();
    }
    let ran = run(home.path(), &["controls", "--with", "a/ours", "--with", "b/ours", "--format", "json"]);
    assert!(ran.out.contains("\"ours/one.feature\"") && ran.out.contains("\"ours-2/one.feature\""), "{}", ran.err);
}

#[test]
fn what_would_be_green_without_looking_is_refused() {
    let bucket = "Given the bucket \"b\" of account \"222222222222\"\n";
    refused(
        &format!("{bucket}Then no request to s3:DeleteObjects is allowed"),
        &["`s3:DeleteObjects` is no action", "`s3:DeleteObject`"],
    );
    refused(&format!("{bucket}Then no request to dynamodb:GetItem is allowed"), &["not in the table of actions"]);
    refused(&format!("{bucket}Then only these principals can read its objects"), &["no table of principals"]);
    refused(
        &format!("{bucket}Then only these principals can read its objects\n  | a | b |"),
        &["more than one column"],
    );
    refused(&format!("{bucket}Then its versioning is on\n  | a |"), &["takes no table"]);
    refused(&format!("{bucket}Then no request to s3:PutObject is allowed when"), &["no condition below"]);
    refused(
        &format!("{bucket}Then no request to s3:PutObject is allowed when\n  \"\"\"\n  {{\"Booh\": {{}}}}\n  \"\"\""),
        &["the condition cannot be read"],
    );
    refused(&format!("{bucket}Then it is enabled"), &["no `Then` of the scenario looks at the bucket", "names a key"]);
    refused(
        &format!("{bucket}Then an administrator of account \"222222222222\" cannot s3:DeleteBucket"),
        &["no `Then` of the scenario looks at the bucket"],
    );
    refused("Then its versioning is on", &["no `Given` of the scenario names a bucket"]);
    refused(&format!("{bucket}Then its versionning is on"), &["did you mean `Then its versioning is on`"]);
    refused(
        &format!("{bucket}Then no requests to s3:PutObject are allowed"),
        &["`Then no request to {actions} is allowed`"],
    );
}

#[test]
fn what_does_not_exist_is_a_finding_and_what_is_empty_does_not_apply() {
    let tls = "\nThen no request over plain HTTP is allowed";
    verdict(
        SAMPLE,
        &format!("Given the bucket \"gone\" of account \"log-archive\"{tls}"),
        "FAIL",
        "no bucket of that name",
    );
    verdict(SAMPLE, &format!("Given the bucket \"b\" of account \"999999999999\"{tls}"), "FAIL", "no such account");
    let none = "Given every bucket of every active account that is tagged \"dta\" = \"payroll\"";
    verdict(SAMPLE, &format!("{none}{tls}"), "NOT-APPLICABLE", "keys of tags that buckets have: environment");
    verdict(
        SAMPLE,
        &format!("Given every bucket of account \"workload-prod\"{tls}"),
        "NOT-APPLICABLE",
        "s3:ListBuckets of account 444444444444",
    );
    let denied = "base: sample\nfaults: [{service: s3, operation: ListBuckets, kind: access-denied}]\n";
    verdict(denied, &format!("Given every bucket of every active account{tls}"), "ERROR", "s3:ListAllMyBuckets");
    let key = "Given the key \"alias/gone\" of account \"log-archive\"\nThen it is enabled";
    verdict(SAMPLE, key, "FAIL", "no such key");
    let user = format!(
        "Given the bucket \"{LOGS}\" of account \"222222222222\"\nThen no request to s3:BypassGovernanceRetention is allowed, except by arn:aws:iam::222222222222:user/nobody"
    );
    verdict(SAMPLE, &user, "FAIL", "no such user");
    let pattern = format!(
        "Given the bucket \"{LOGS}\" of account \"222222222222\"\nThen only these principals can s3:PutObject\n  | arn:aws:iam::222222222222:role/* |"
    );
    verdict(SAMPLE, &pattern, "ERROR", "whole ARN");
}

#[test]
fn every_population_is_counted() {
    let steps = "Given every bucket of every active account whose name matches \"aws-acme-*\"\nThen its versioning is on\nAnd no request over plain HTTP is allowed";
    let assessment = judged(SAMPLE, steps);
    let record = &assessment.controls[0].scenarios[0].record;
    let [population] = record.populations.as_slice() else { panic!("{:?}", record.populations) };
    assert!(population.expected > 2 && population.expected == population.examined, "{population:?}");
    assert!(population.of.contains("whose name matches `aws-acme-*`"), "{population:?}");
    assert!(population.source.contains("s3:ListBuckets of 6 active accounts"), "{population:?}");
}

#[test]
fn access_control_lists_that_policies_do_not_overrule_leave_it_undecided() {
    let zone = |ownership: &str| {
        format!("base: sample\njson_patch: [{{op: replace, path: /buckets/{LOGS}/ownership, value: {ownership}}}]\n")
    };
    let bucket = format!("Given the bucket \"{LOGS}\" of account \"log-archive\"\n");
    let outsiders = format!("{bucket}Then nobody outside the organization can s3:PutObject");
    verdict(&zone("BucketOwnerEnforced"), &outsiders, "PASS", "proved");
    verdict(&zone("ObjectWriter"), &outsiders, "ERROR", "access control lists");
    // What policies deny is denied, whatever a list grants.
    let tls = format!("{bucket}Then no request over plain HTTP is allowed");
    verdict(&zone("ObjectWriter"), &tls, "PASS", "proved");
    // No list grants this action.
    let policy = format!("{bucket}Then no request to s3:PutBucketPolicy is allowed, except by {ADMINISTRATOR}");
    verdict(&zone("ObjectWriter"), &policy, "PASS", "proved");
}

#[test]
fn every_general_sentence_resolves_by_its_example_and_is_registered_as_it_is_documented() {
    let vocabulary = Vocabulary::registered();
    let mut places = BTreeSet::new();
    for entry in logproof_steps::general() {
        assert!(!entry.about.is_empty() && entry.about.ends_with('.'), "{entry:?}");
        let text = format!("Feature: f\n  Scenario: s\n    {} {}\n", entry.keyword, entry.example);
        let step = logproof::catalogue::parse(&text).unwrap().scenarios[0].steps[0].clone();
        let Resolved::One(found) = vocabulary.resolve(&step) else { panic!("{entry:?} does not resolve") };
        let location = found.location.unwrap();
        assert_eq!(found.entry.map(|found| found.sentence), Some(entry.sentence));
        let source = fs::read_to_string(support::root().join(location.path)).unwrap();
        let at: Vec<&str> = source.lines().skip(location.line as usize - 1).take(4).collect();
        let literal = format!("\"{}\"", entry.sentence);
        assert!(at.join("\n").contains(&literal), "{literal} is not registered at {}:{}", location.path, location.line);
        assert!(places.insert((location.path, location.line)), "{entry:?} is documented twice");
    }
    assert!(places.len() > 80, "{} sentences", places.len());
}

#[test]
fn every_sentence_is_documented_or_used_by_a_control_and_the_page_is_fresh() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let all = runtime.block_on(with_calls(described().unwrap()));
    for one in &all {
        let calls = one.calls.as_ref().unwrap_or_else(|| panic!("the calls of `{}` are not known", one.sentence));
        // A sentence about an answer that a `Given` has got, or about what the owner states, makes none.
        assert!(!calls.is_empty() || one.keyword == "Then", "`{} {}` asks nothing", one.keyword, one.sentence);
        assert!(
            one.entry.is_some() || !one.used_by.is_empty(),
            "`{} {}` has no doc and no user",
            one.keyword,
            one.sentence
        );
    }
    let mut page = Vec::new();
    write(&all, StepsFormat::Markdown, &mut page).unwrap();
    let page = String::from_utf8(page).unwrap();
    let path = support::root().join("docs/steps.md");
    if std::env::var_os("LOGPROOF_UPDATE_STEPS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == page, "docs/steps.md is out of date: run this test with LOGPROOF_UPDATE_STEPS=1");
}

#[test]
fn sentences_are_searched_by_word_in_three_forms() {
    let home = TempDir::new().unwrap();
    let found = run(home.path(), &["steps", "--search", "object lock"]);
    assert!(found.out.contains("Then Object Lock keeps new objects for at least {int} days"), "{}", found.out);
    assert!(!found.out.contains("Block Public Access is on"), "{}", found.out);
    let json = run(home.path(), &["steps", "--format", "json", "--search", "it is enabled"]);
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json[0]["subjects"], serde_json::json!(["key"]), "{json}");
    let json = run(home.path(), &["steps", "--format", "json", "--search", "its versioning is on"]);
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json[0]["calls"], serde_json::json!(["s3:GetBucketVersioning"]), "{json}");
    // The whole list is written at once; what is measured on a landing zone is asked for.
    let all = run(home.path(), &["steps"]);
    assert!(!all.out.contains("\n  calls: ") && all.out.contains("`--calls`"), "{}", all.out);
    let searched = run(home.path(), &["steps", "--search", "its versioning is on"]);
    assert!(searched.out.contains("\n  calls: s3:GetBucketVersioning\n"), "{}", searched.out);
    let none = run(home.path(), &["steps", "--search", "zzzz"]);
    assert_eq!(none.code, 4);
    assert!(none.out.contains("hint:"), "{}", none.out);
}
