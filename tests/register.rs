//! The register through the real program: waivers and attestations turn verdicts, are kept as evidence, and replay.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use std::{fs, path::Path};

use logproof_estate::{assessment::Assessment, record::Verdict};
use support::run;
use tempfile::TempDir;

/// A key that is not rotated, which LS-2.6 refuses, with a waiver for it; `SUBJECT`, `FROM` and `UNTIL` are to be replaced.
const ZONE: &str = r#"
base: sample
patch:
  keys:
    1234abcd-12ab-34cd-56ef-1234567890ab: {rotation: false}
  register:
    waivers:
      - control: LS-2.6
        subjects: ["SUBJECT"]
        reason: the key is replaced in March
        ticket: SEC-42
        owner: ada@example.org
        approved_by: grace@example.org
        from: "FROM"
        until: "UNTIL"
"#;

const KEY: &str = "arn:aws:kms:eu-central-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab";

fn zone(subject: &str, from: &str, until: &str) -> String {
    ZONE.replace("SUBJECT", subject).replace("FROM", from).replace("UNTIL", until)
}

/// Runs a zone with LS-2.6 only: exit code, output, assessment.
fn check(zone: &str, more: &[&str]) -> (i32, String, Assessment, TempDir) {
    let home = TempDir::new().unwrap();
    fs::write(home.path().join("zone.yaml"), zone).unwrap();
    let mut args = vec!["check", "--mock", "zone.yaml", "--control", "LS-2.6", "--out", "bundle"];
    args.extend(more);
    let ran = run(home.path(), &args);
    let text = fs::read_to_string(home.path().join("bundle/assessment.json"));
    let text = text.unwrap_or_else(|error| panic!("{error}: {}{}", ran.out, ran.err));
    (ran.code, ran.out, serde_json::from_str(&text).unwrap(), home)
}

fn read(home: &TempDir, name: &str) -> String {
    fs::read_to_string(home.path().join("bundle").join(name)).unwrap()
}

#[test]
fn a_waiver_turns_fail_into_waived_shows_everywhere_and_replays() {
    let (code, out, assessment, home) = check(&zone(KEY, "2026-01-01", "2026-04-01"), &[]);
    assert_eq!((code, assessment.controls[0].verdict), (0, Verdict::Waived), "{out}");
    let waiver = &assessment.controls[0].scenarios[0].waivers[0];
    assert_eq!((waiver.owner.as_str(), waiver.ticket.as_str()), ("ada@example.org", "SEC-42"));
    assert!(out.contains("waived until 2026-04-01 by grace@example.org for ada@example.org (SEC-42)"), "{out}");
    assert!(read(&home, "junit.xml").contains("WAIVED: waived until 2026-04-01"));
    assert!(read(&home, "register/waivers.toml").contains("SEC-42"), "the bundle holds the register");

    let replayed = run(home.path(), &["replay", "bundle"]);
    assert_eq!(replayed.code, 0, "{}{}", replayed.out, replayed.err);
    let kept = home.path().join("bundle/register/waivers.toml");
    fs::write(&kept, fs::read_to_string(&kept).unwrap().replace("SEC-42", "SEC-43")).unwrap();
    let verified = run(home.path(), &["verify", "bundle"]);
    assert_eq!(verified.code, 3);
    assert!(verified.out.contains("register/waivers.toml"), "{}", verified.out);
}

#[test]
fn a_waiver_that_does_not_hold_is_a_finding_and_waives_nothing() {
    for (zone, problem) in [
        (zone(KEY, "2025-06-01", "2026-01-14"), "expired on 2026-01-14"),
        (zone("arn:aws:kms:*", "2026-01-01", "2026-04-01"), "names no resource"),
        (zone("arn:aws:kms:eu-central-1:222222222222:key/other", "2026-01-01", "2026-04-01"), "turns no verdict"),
    ] {
        let (code, out, assessment, home) = check(&zone, &[]);
        assert_eq!((code, assessment.controls[0].verdict), (1, Verdict::Fail), "{out}");
        assert!(assessment.register[0].problem.contains(problem), "{:?}", assessment.register);
        assert!(out.contains(problem) && read(&home, "junit.xml").contains(problem), "{out}");
    }
    let unused = zone(KEY, "2026-01-01", "2026-04-01").replace("{rotation: false}", "{rotation: true}");
    let (code, out, assessment, _) = check(&unused, &[]);
    assert_eq!((code, assessment.controls[0].verdict), (1, Verdict::Pass), "an unused waiver alone: {out}");
}

#[test]
fn today_is_an_input() {
    let zone = zone(KEY, "2026-01-01", "2026-04-01");
    for (as_of, verdict) in [("2026-04-01T23:59:59Z", Verdict::Waived), ("2026-04-02", Verdict::Fail)] {
        let (_, out, assessment, _) = check(&zone, &["--as-of", as_of]);
        assert_eq!(assessment.controls[0].verdict, verdict, "{out}");
    }
}

#[test]
fn a_waiver_never_hides_an_error() {
    let denied = zone(KEY, "2026-01-01", "2026-04-01")
        + "faults:\n  - {service: kms, operation: GetKeyRotationStatus, kind: access-denied}\n";
    let (code, out, assessment, _) = check(&denied, &[]);
    assert_eq!((code, assessment.controls[0].verdict), (3, Verdict::Error), "{out}");
}

#[test]
fn a_register_in_a_folder_is_used_and_what_is_wrong_in_it_is_named() {
    let home = TempDir::new().unwrap();
    let folder = home.path().join("register");
    fs::create_dir(&folder).unwrap();
    fs::write(home.path().join("logproof.toml"), CONFIG).unwrap();
    let refused = |file: &str, text: &str, words: &[&str]| {
        fs::write(folder.join(file), text).unwrap();
        let ran = run(home.path(), &["check", "--mock", "--config", "logproof.toml", "--control", "LS-2.6"]);
        assert_eq!(ran.code, 2, "{}{}", ran.out, ran.err);
        for word in words {
            assert!(ran.err.contains(word), "`{word}` is not in {}", ran.err);
        }
        fs::remove_file(folder.join(file)).unwrap();
    };
    refused("waivers.toml", "[[waiver]]\ncontrol = 1\n", &["register", "waivers.toml: line 2, column 11", "hint: "]);
    refused("waviers.toml", "", &["`waviers.toml` is no file of the register", "known files: "]);
    let waiver = WAIVER.replace("LS-2.6", "LS-99.9");
    refused("waivers.toml", &waiver, &["`control` is `LS-99.9`, which is no control", "hint: "]);
    refused("waivers.toml", &WAIVER.replace("grace", "ada"), &["`approved_by` is `ada`, who asks for it"]);
    fs::write(folder.join("waivers.toml"), WAIVER).unwrap();
    let ran = run(home.path(), &["check", "--mock", "--config", "logproof.toml", "--control", "LS-2.6"]);
    assert_eq!(ran.code, 1, "the key of the sample is rotated, so the waiver is not used: {}", ran.err);
    assert!(ran.out.contains("REGISTER  waiver of LS-2.6"), "{}", ran.out);
}

const CONFIG: &str = r#"
[organization]
management_account = "111111111111"
log_archive_account = "222222222222"
home_region = "eu-central-1"
governed_regions = ["eu-central-1"]
[names]
prefix = "acme"
key = "alias/acme-log-storage"
trail = "org-trail"
"#;

const WAIVER: &str = r#"
[[waiver]]
control = "LS-2.6"
subjects = ["arn:aws:kms:eu-central-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab"]
reason = "the key is replaced in March"
ticket = "SEC-42"
owner = "ada"
approved_by = "grace"
from = "2026-01-01"
until = "2026-04-01"
"#;

#[test]
fn an_attested_manual_control_passes_and_says_so() {
    let zone = |digest: &str| {
        format!(
            "base: sample\npatch:\n  register:\n    attestations:\n      - {{control: LS-6.8, statement: the residual risk of the management account is accepted, \
             evidence: acceptance.md, evidence_sha256: {digest}, by: ciso@example.org, on: \"2026-01-01\", valid_until: \"2026-12-31\"}}\n    \
             evidence: {{acceptance.md: \"accepted\\n\"}}\n"
        )
    };
    let home = TempDir::new().unwrap();
    let go = |home: &Path, digest: &str| {
        fs::write(home.join("zone.yaml"), zone(digest)).unwrap();
        run(home, &["check", "--mock", "zone.yaml", "--control", "LS-6.8", "--strict", "--out", "bundle"])
    };
    let good = "0000000000000000000000000000000000000000000000000000000000000000";
    let refused = go(home.path(), good);
    assert_eq!(refused.code, 1, "{}", refused.out);
    assert!(refused.out.contains("evidence `acceptance.md` is not the attested file"), "{}", refused.out);
    let digest = logproof_digest::sha256_hex(b"accepted\n");
    let attested = go(home.path(), &digest);
    assert_eq!(attested.code, 0, "{}", attested.out);
    assert!(attested.out.contains("attested   by ciso@example.org on 2026-01-01"), "{}", attested.out);
    assert_eq!(fs::read_to_string(home.path().join("bundle/register/acceptance.md")).unwrap(), "accepted\n");
    let replayed = run(home.path(), &["replay", "bundle"]);
    assert_eq!(replayed.code, 0, "{}{}", replayed.out, replayed.err);
}
