//! The first evening with a log store that was there before: what to do first, a baseline, and why a check would be ERROR.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use std::{fs, path::Path};

use logproof_estate::{assessment::Assessment, record::Verdict};
use support::{Ran, run};
use tempfile::TempDir;

const CONTROL_TOWER: &str = include_str!("zones/control-tower-3.yaml");

fn home(files: &[(&str, &str)]) -> TempDir {
    let home = TempDir::new().unwrap();
    for (name, content) in files {
        fs::write(home.path().join(name), content).unwrap();
    }
    home
}

fn check(home: &Path, zone: &str, more: &[&str]) -> Ran {
    run(home, &[&["check", "--mock", zone, "--out", "o", "--no-progress"], more].concat())
}

fn assessment(home: &Path) -> Assessment {
    serde_json::from_str(&fs::read_to_string(home.join("o/assessment.json")).unwrap()).unwrap()
}

/// A variant of the sample.
fn zone(changes: &str) -> String {
    format!("base: sample\n{changes}\n")
}

const KEY: &str = "1234abcd-12ab-34cd-56ef-1234567890ab";
const BUCKET: &str = "aws-acme-log-storage-222222222222-eu-central-1";

#[test]
fn a_control_tower_as_it_is_says_what_to_do_first_on_one_screen() {
    let home = home(&[("zone.yaml", CONTROL_TOWER)]);
    let ran = check(home.path(), "zone.yaml", &[]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let (_, list) = ran.out.split_once("\nWhat to do first\n").expect("a list of what to do first");
    let (list, _) = list.split_once("\n\n").unwrap();
    let numbers = list.lines().filter(|line| line.get(..3).is_some_and(|begin| begin.ends_with('.'))).count();
    assert!((5..=10).contains(&numbers), "{list}");
    assert!(list.lines().count() <= 50, "{} lines\n{list}", list.lines().count());
    // The worst comes first, and the one cause of many findings is told once.
    assert!(list.lines().nth(1).unwrap().contains("critical, policy to paste; clears"), "{list}");
    assert_eq!(list.matches("attach them to the root r-exmp").count(), 1, "{list}");
    assert_eq!(list.matches("a mandatory control keeps its policy from being changed").count(), 1, "{list}");

    let markdown = fs::read_to_string(home.path().join("o/summary.md")).unwrap();
    let (first, _) = markdown.split_once("</details>").unwrap();
    let blocks: Vec<&str> = first.split("```json").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(!blocks.is_empty());
    for block in blocks {
        serde_json::from_str::<serde_json::Value>(block).unwrap_or_else(|error| panic!("{error}: {block}"));
    }
    let html = fs::read_to_string(home.path().join("o/report.html")).unwrap();
    assert!(html.contains("<h3>What to do first</h3>") && html.contains("<ol class=\"changes\" start=\"1\">"));
}

#[test]
fn what_to_do_first_is_empty_when_nothing_is_to_be_done() {
    let home = home(&[]);
    let ran = run(home.path(), &["check", "--mock", "--out", "o"]);
    assert_eq!(ran.code, 0);
    assert!(!ran.out.contains("What to do first"), "{}", ran.out);
}

#[test]
fn one_command_is_printed_and_what_could_not_be_seen_comes_before_it() {
    let not_rotated = zone(&format!("patch:\n  keys:\n    {KEY}: {{rotation: false}}"));
    let denied = format!("{not_rotated}faults: [{{service: s3, operation: GetBucketTagging, kind: access-denied}}]\n");
    let home = home(&[("rotation.yaml", &not_rotated), ("denied.yaml", &denied)]);
    let ran = check(home.path(), "rotation.yaml", &["--control", "LS-2.6"]);
    let line = format!(
        "    aws kms enable-key-rotation --key-id arn:aws:kms:eu-central-1:222222222222:key/{KEY} \
         --rotation-period-in-days 365 --region eu-central-1\n"
    );
    assert!(ran.out.contains(&line), "{}", ran.out);
    let ran =
        check(home.path(), "denied.yaml", &["--control", "LS-2.6", "--control", "LS-1.5", "--control", "LS-10.4"]);
    assert_eq!(ran.code, 3);
    let first = ran.out.split_once("What to do first\n").unwrap().1.lines().next().unwrap().to_owned();
    assert!(first.contains("1. allow s3:GetBucketTagging for the audit role in account"), "{}", ran.out);
}

#[test]
fn a_baseline_lets_what_is_known_pass_and_what_is_new_fail() {
    let known = zone(&format!("patch:\n  keys:\n    {KEY}: {{rotation: false}}"));
    let new = zone(&format!(
        "patch:\n  keys:\n    {KEY}: {{rotation: false}}\n  buckets:\n    {BUCKET}: {{versioning: Suspended}}"
    ));
    let home = home(&[("known.yaml", &known), ("new.yaml", &new), ("good.yaml", "base: sample\n")]);
    let with = ["--baseline", "baseline.toml"];
    let missing = check(home.path(), "known.yaml", &with);
    assert_eq!(missing.code, 2, "{}", missing.out);
    assert!(missing.err.contains("there is no baseline at `baseline.toml`\nhint: make it"), "{}", missing.err);

    let making = ["--update-baseline", "--baseline-owner", "ada@example.org", "--baseline-until", "2026-04-01"];
    let made = check(home.path(), "known.yaml", &[with.as_slice(), &making].concat());
    assert_eq!(made.code, 1, "the run that makes it fails as it did: {}", made.out);
    assert!(made.out.contains("baseline: baseline.toml has 1 findings, 1 taken in and 0 taken out"), "{}", made.out);
    let text = fs::read_to_string(home.path().join("baseline.toml")).unwrap();
    assert!(text.contains("control = \"LS-2.6\"") && text.contains("owner = \"ada@example.org\""), "{text}");

    let again = check(home.path(), "known.yaml", &with);
    assert_eq!(again.code, 0, "{}{}", again.out, again.err);
    assert!(again.out.contains("WAIVED  LS-2.6") || again.out.contains("WAIVED          LS-2.6"), "{}", again.out);
    assert!(again.out.contains("known      known since 2026-01-15, accepted in the baseline until 2026-04-01 for ada"));
    assert!(again.out.contains("baseline: 1 finding known, 0 findings new"), "{}", again.out);
    for report in [
        "summary.md",
        "report.html",
        "findings.csv",
        "junit.xml",
        "results.sarif",
        "assessment.json",
        "ocsf-findings.json",
        "oscal-assessment-results.json",
    ] {
        let written = fs::read_to_string(home.path().join("o").join(report)).unwrap();
        assert!(written.contains("2026-04-01") && written.contains("ada"), "{report} shows who accepted it");
    }
    // The evidence replays to the same verdicts: the baseline is in the bundle.
    let replayed = run(home.path(), &["replay", "o"]);
    assert_eq!(replayed.code, 0, "{}{}", replayed.out, replayed.err);

    let ran = check(home.path(), "new.yaml", &with);
    assert_eq!(ran.code, 1, "{}", ran.out);
    let verdicts = assessment(home.path());
    let of = |id: &str| verdicts.controls.iter().find(|control| control.id == id).unwrap().verdict;
    assert_eq!((of("LS-2.6"), of("LS-6.5")), (Verdict::Waived, Verdict::Fail));
    let sarif: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(home.path().join("o/results.sarif")).unwrap()).unwrap();
    let state = |rule: &str| {
        let results = sarif["runs"][0]["results"].as_array().unwrap().iter();
        results.filter(|result| result["ruleId"] == rule).map(|one| one["baselineState"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(state("LS-2.6"), ["unchanged"]);
    assert!(state("LS-6.5").iter().all(|state| state == "new") && !state("LS-6.5").is_empty());

    // An update takes out what is mended and takes nothing in.
    let update = check(home.path(), "new.yaml", &[with.as_slice(), &["--update-baseline"]].concat());
    assert_eq!(update.code, 1);
    assert_eq!(fs::read_to_string(home.path().join("baseline.toml")).unwrap(), text, "{}", update.out);
    let mended = check(home.path(), "good.yaml", &[with.as_slice(), &["--update-baseline"]].concat());
    assert_eq!(mended.code, 0, "{}", mended.out);
    assert!(mended.out.contains("0 taken in and 1 taken out"), "{}", mended.out);
    let back = check(home.path(), "known.yaml", &with);
    assert_eq!(back.code, 1, "what is mended and comes back is new: {}", back.out);
}

#[test]
fn a_baseline_hides_no_error_and_ends() {
    let known = zone(&format!("patch:\n  keys:\n    {KEY}: {{rotation: false}}"));
    let denied = format!("{known}faults: [{{service: kms, operation: GetKeyRotationStatus, kind: access-denied}}]\n");
    let home = home(&[("known.yaml", &known), ("denied.yaml", &denied)]);
    let with = ["--baseline", "b.toml", "--control", "LS-2.6"];
    let making = ["--update-baseline", "--baseline-owner", "ada", "--baseline-until", "2026-02-01"];
    check(home.path(), "known.yaml", &[with.as_slice(), &making].concat());
    let error = check(home.path(), "denied.yaml", &with);
    assert_eq!(error.code, 3, "{}", error.out);
    let over = check(home.path(), "known.yaml", &[with.as_slice(), &["--as-of", "2026-02-02"]].concat());
    assert_eq!(over.code, 1, "{}", over.out);
    assert!(over.out.contains("1 finding is there still, accepted until 2026-02-01 for ada"), "{}", over.out);
    for (owner, until, words) in [("?", "2026-02-01", "nobody answers"), ("ada", "2028-01-01", "not within the year")] {
        let refused = check(
            home.path(),
            "known.yaml",
            &[&with[..], &["--update-baseline", "--baseline-owner", owner, "--baseline-until", until]].concat(),
        );
        assert_eq!(refused.code, 2);
        assert!(refused.err.contains(words) && refused.err.contains("hint:"), "{}", refused.err);
    }
}

#[test]
fn what_fails_on_a_control_tower_is_known_to_the_next_run() {
    let home = home(&[("zone.yaml", CONTROL_TOWER)]);
    let making = ["--baseline", "b.toml", "--update-baseline", "--baseline-owner", "ada"];
    let made = check(home.path(), "zone.yaml", &making);
    assert_eq!(made.code, 1, "{}", made.err);
    let again = check(home.path(), "zone.yaml", &["--baseline", "b.toml"]);
    let fails: Vec<String> = assessment(home.path())
        .controls
        .iter()
        .filter(|control| control.verdict == Verdict::Fail)
        .map(|control| control.id.clone())
        .collect();
    assert_eq!((again.code, fails), (0, Vec::new()), "{}", again.err);
}

#[test]
fn what_nobody_has_signed_has_no_effect() {
    // A reader of the sample's register whose approval is a question mark.
    let open = zone(
        "json_patch:\n  - {op: replace, path: /register/readers/0/approved_by, value: \"?\"}\n  \
         - {op: replace, path: /register/retention/0/owner, value: \"?\"}",
    );
    let home = home(&[("zone.yaml", &open)]);
    let ran = check(home.path(), "zone.yaml", &["--control", "LS-8.8", "--control", "LS-9.1", "--control", "LS-2.4"]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert!(ran.out.contains("REGISTER  reader of LS-8.8"), "{}", ran.out);
    assert!(ran.out.contains("`approved_by` is `?`, which nobody has signed"), "{}", ran.out);
    assert!(ran.out.contains("REGISTER  retention class of LS-9.1"), "{}", ran.out);
    let found = assessment(home.path());
    let of = |id: &str| found.controls.iter().find(|control| control.id == id).unwrap().verdict;
    assert_eq!(of("LS-2.4"), Verdict::Fail, "who is not approved is no reader: {}", ran.out);
}

fn doctor(zone: &str) -> Ran {
    let home = home(&[("zone.yaml", zone)]);
    run(home.path(), &["doctor", "--mock", "zone.yaml"])
}

#[test]
fn the_doctor_finds_nothing_in_the_sample() {
    let ran = doctor("base: sample\n");
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
    for area in ["credentials", "organization", "role", "region", "permission", "endpoint", "names", "clock", "disk"] {
        assert!(ran.out.lines().any(|line| line.starts_with("ok ") && line.contains(area)), "{area}\n{}", ran.out);
    }
    assert!(ran.out.contains("nothing stands in the way of `logproof check`"), "{}", ran.out);
}

#[test]
fn the_doctor_names_each_cause_once() {
    for (faults, line) in [
        (
            "[{service: sts, operation: AssumeRole, account: \"444444444444\", kind: access-denied}]",
            "PROBLEM  role          LogproofAudit cannot be assumed in account 444444444444",
        ),
        (
            "[{region: eu-west-1, kind: access-denied}]",
            "PROBLEM  region        eu-west-1 denies every call in accounts 111111111111, 222222222222, 333333333333, \
             444444444444 and 2 more",
        ),
        ("[{region: eu-west-1, kind: expired-token}]", "PROBLEM  region        eu-west-1 is not enabled in accounts"),
        (
            "[{service: s3, operation: GetBucketPolicy, kind: access-denied}]",
            "PROBLEM  permission    s3:GetBucketPolicy is denied in account 222222222222",
        ),
        ("[{service: kms, operation: DescribeKey, kind: unreachable}]", "PROBLEM  endpoint      kms does not answer"),
        (
            "[{service: organizations, operation: ListAccounts, kind: access-denied}]",
            "PROBLEM  permission    organizations:ListAccounts is denied in account 111111111111",
        ),
    ] {
        let ran = doctor(&format!("base: sample\nfaults: {faults}\n"));
        assert_eq!(ran.code, 3, "{faults}\n{}{}", ran.out, ran.err);
        assert!(ran.out.contains(line), "{line}\n{}{}", ran.out, ran.err);
        assert_eq!(ran.out.matches("PROBLEM").count(), 1, "{faults}\n{}", ran.out);
        assert!(ran.out.contains("1 cause for which a check would have ERROR"), "{}", ran.out);
    }
}

#[test]
fn the_doctor_finds_wrong_names_and_another_organization() {
    let names =
        doctor("base: sample\nconfig: {names: {key: alias/other, trail: other}, organization: {id: o-other}}\n");
    assert_eq!(names.code, 3, "{}{}", names.out, names.err);
    for line in ["there is no key `alias/other`", "there is no trail `other`", "the configuration is for o-other"] {
        assert!(names.out.contains(line), "{line}\n{}", names.out);
    }
}

#[test]
fn the_organization_is_asked_from_a_delegated_administrator() {
    let delegated = |account: &str| {
        zone(&format!(
            "patch:\n  delegated_administrators: {{config.amazonaws.com: [\"333333333333\"]}}\n  \
             config: {{access: {{organizations_account: \"{account}\"}}}}"
        ))
    };
    let home = home(&[("delegated.yaml", &delegated("333333333333")), ("member.yaml", &delegated("444444444444"))]);
    let ran = check(home.path(), "delegated.yaml", &[]);
    assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
    let assessment = assessment(home.path());
    assert_eq!(assessment.controls_with(Verdict::Pass), assessment.controls.len());

    // A member that is none cannot look, and the reason names the account that was asked.
    fs::remove_dir_all(home.path().join("o")).unwrap();
    let ran = check(home.path(), "member.yaml", &["--control", "LS-6.1"]);
    assert_eq!(ran.code, 3, "{}\n{}", ran.out, ran.err);
    assert!(ran.out.contains("444444444444") && ran.out.contains("organizations:"), "{}", ran.out);
}

#[test]
fn a_baseline_accepts_entries_that_nobody_has_signed_until_they_are_signed_or_become_others() {
    let unsigned = |index: usize| {
        format!("json_patch:\n  - {{op: replace, path: /register/readers/{index}/approved_by, value: \"?\"}}")
    };
    let (known, other) = (zone(&unsigned(0)), zone(&unsigned(1)));
    let home = home(&[("known.yaml", &known), ("other.yaml", &other), ("good.yaml", "base: sample\n")]);
    let with = ["--baseline", "b.toml"];
    let making = ["--update-baseline", "--baseline-owner", "ada@example.org", "--baseline-until", "2026-04-01"];
    let made = check(home.path(), "known.yaml", &[with.as_slice(), &making].concat());
    assert_eq!(made.code, 1, "{}", made.out);
    let text = fs::read_to_string(home.path().join("b.toml")).unwrap();
    assert!(text.contains("control = \"REGISTER\"") && text.contains("nobody has signed"), "{text}");

    let again = check(home.path(), "known.yaml", &with);
    assert_eq!(again.code, 0, "{}{}", again.out, again.err);
    assert!(again.out.contains("REGISTER  reader of "), "{}", again.out);
    assert!(again.out.contains("accepted in the baseline until 2026-04-01 for ada"), "{}", again.out);
    assert!(again.out.contains("0 findings new"), "{}", again.out);
    for report in ["summary.md", "report.html", "junit.xml", "results.sarif", "ocsf-findings.json", "assessment.json"] {
        let written = fs::read_to_string(home.path().join("o").join(report)).unwrap();
        assert!(written.contains("nobody has signed") && written.contains("2026-04-01"), "{report}");
    }
    let replayed = run(home.path(), &["replay", "o"]);
    assert_eq!(replayed.code, 0, "{}{}", replayed.out, replayed.err);

    // Another entry is another finding, and what was signed drops out.
    let ran = check(home.path(), "other.yaml", &with);
    assert_eq!(ran.code, 1, "{}", ran.out);
    let mended = check(home.path(), "good.yaml", &[with.as_slice(), &["--update-baseline"]].concat());
    assert_eq!(mended.code, 0, "{}", mended.out);
    let text = fs::read_to_string(home.path().join("b.toml")).unwrap();
    assert!(!text.contains("REGISTER"), "{text}");
}
