//! Two runs compared: nothing when nothing changed, a request when a policy was widened.

use std::{fs, path::Path};

use serde_json::Value;

use crate::{logproof, text};

const BUCKET: &str = "aws-acme-log-storage-222222222222-eu-central-1";

fn run(folder: &Path, zone: Option<&str>, out: &str) {
    let mut arguments = vec!["check", "--mock"];
    arguments.extend(zone);
    let run = logproof(folder, &[&arguments[..], &["--out", out, "-q"]].concat());
    assert!(matches!(run.status.code(), Some(0 | 1)), "{}", text(&run));
}

fn zone(folder: &Path, patch: &str) {
    fs::write(folder.join("zone.yaml"), format!("base: sample\njson_patch:\n{patch}\n")).unwrap();
}

#[test]
fn the_same_zone_twice_has_not_changed() {
    let home = tempfile::tempdir().unwrap();
    run(home.path(), None, "a");
    run(home.path(), None, "b");
    for format in ["text", "json", "markdown"] {
        let same = logproof(home.path(), &["diff", "a", "b", "--format", format]);
        assert_eq!(same.status.code(), Some(0), "{}", text(&same));
    }
    let same = logproof(home.path(), &["diff", "a", "b"]);
    assert!(text(&same).ends_with("nothing changed\n"), "{}", text(&same));
}

#[test]
fn a_widened_bucket_policy_is_shown_with_a_request_it_newly_allows() {
    let home = tempfile::tempdir().unwrap();
    run(home.path(), None, "a");
    // Without the Deny of what does not travel over TLS, and of old TLS.
    let remove = |at: usize| format!("- {{op: remove, path: /buckets/{BUCKET}/policy/Statement/{at}}}");
    zone(home.path(), &format!("{}\n{}", remove(9), remove(8)));
    run(home.path(), Some("zone.yaml"), "b");
    let diff = logproof(home.path(), &["diff", "a", "b", "--format", "json"]);
    assert_eq!(diff.status.code(), Some(1), "{}", text(&diff));
    let found: Value = serde_json::from_slice(&diff.stdout).unwrap();
    let policies = found["policies"].as_array().unwrap();
    assert_eq!(policies.len(), 1, "{found:#}");
    assert_eq!(policies[0]["policy"], format!("bucket policy of {BUCKET}"));
    assert_eq!(policies[0]["newly_allowed"]["effect"], "request");
    let sentence = policies[0]["newly_allowed"]["sentence"].as_str().unwrap();
    assert!(sentence.contains("can call") && sentence.contains(BUCKET), "{sentence}");
    assert_eq!(policies[0]["no_longer_allowed"]["effect"], "nothing");
    let facts = found["facts"].as_array().unwrap();
    assert!(facts.iter().any(|f| f["operation"] == "s3:GetBucketPolicy" && !f["members"][0].is_null()), "{found:#}");
    let verdicts = found["verdicts"].as_array().unwrap();
    assert!(verdicts.iter().any(|v| v["was"] == "PASS" && v["is"] == "FAIL"), "{found:#}");
    assert!(found["subjects"].as_array().unwrap().iter().any(|s| s["is"]["met"] == false), "{found:#}");

    for format in ["text", "markdown"] {
        let shown = text(&logproof(home.path(), &["diff", "a", "b", "--format", format]));
        assert!(shown.contains("can call") && shown.contains("bucket policy of"), "{shown}");
    }
    // The other way round the request is lost, not gained.
    let back = logproof(home.path(), &["diff", "b", "a", "--format", "json"]);
    let back: Value = serde_json::from_slice(&back.stdout).unwrap();
    assert_eq!(back["policies"][0]["newly_allowed"]["effect"], "nothing");
    assert_eq!(back["policies"][0]["no_longer_allowed"]["effect"], "request");
    assert!(back["cautions"].as_array().unwrap().is_empty(), "both stand for the same instant: {}", back["cautions"]);
}

/// A service control policy still keeps everybody from deleting, so no verdict changes; the bucket policy was widened all
/// the same.
#[test]
fn a_widened_policy_is_shown_though_no_verdict_changed() {
    let home = tempfile::tempdir().unwrap();
    run(home.path(), None, "a");
    zone(
        home.path(),
        &format!(
            "- {{op: add, path: /buckets/{BUCKET}/policy/Statement/-, value: {{Sid: Widened, Effect: Allow, Principal: {{AWS: \
             \"arn:aws:iam::555555555555:root\"}}, Action: \"s3:DeleteObject\", Resource: \"arn:aws:s3:::{BUCKET}/*\"}}}}"
        ),
    );
    run(home.path(), Some("zone.yaml"), "b");
    let diff = logproof(home.path(), &["diff", "a", "b"]);
    assert_eq!(diff.status.code(), Some(1), "{}", text(&diff));
    let shown = text(&diff);
    assert!(shown.contains("verdicts: no change"), "{shown}");
    assert!(shown.contains("account 555555555555 can call `s3:DeleteObject`"), "{shown}");
}

/// A policy that says the same in other words has changed and allows nothing new.
#[test]
fn a_weaker_service_control_policy_is_shown_and_a_reworded_one_is_proven_the_same() {
    let home = tempfile::tempdir().unwrap();
    run(home.path(), None, "a");
    zone(home.path(), "- {op: remove, path: /service_control_policies/p-protectlogs/document/Statement/ProtectTrail}");
    run(home.path(), Some("zone.yaml"), "weaker");
    let diff = logproof(home.path(), &["diff", "a", "weaker", "--format", "json"]);
    let found: Value = serde_json::from_slice(&diff.stdout).unwrap();
    assert!(found["policies"][0]["policy"].as_str().unwrap().contains("p-protectlogs"), "{found:#}");
    assert_eq!(found["policies"][0]["newly_allowed"]["effect"], "request", "{found:#}");

    zone(home.path(), &format!("- {{op: add, path: /buckets/{BUCKET}/policy/Id, value: reworded}}"));
    run(home.path(), Some("zone.yaml"), "reworded");
    let diff = logproof(home.path(), &["diff", "a", "reworded", "--format", "json"]);
    let found: Value = serde_json::from_slice(&diff.stdout).unwrap();
    assert_eq!(found["policies"][0]["newly_allowed"]["effect"], "nothing", "{found:#}");
    assert_eq!(found["policies"][0]["no_longer_allowed"]["effect"], "nothing", "{found:#}");
    assert_eq!(found["verdicts"].as_array().unwrap().len(), 0, "{found:#}");
}

/// The owner's own records are part of what a verdict means.
#[test]
fn another_register_is_a_caution() {
    let home = tempfile::tempdir().unwrap();
    let key = "1234abcd-12ab-34cd-56ef-1234567890ab";
    let unrotated = format!("base: sample\npatch:\n  keys:\n    {key}: {{rotation: false}}\n");
    let waiver = format!(
        "  register:\n    waivers:\n      - {{control: LS-2.6, subjects: [\"arn:aws:kms:eu-central-1:222222222222:key/{key}\"], \
         reason: replaced in March, ticket: SEC-42, owner: ada@example.org, approved_by: grace@example.org, \
         from: \"2026-01-01\", until: \"2026-04-01\"}}\n"
    );
    for (out, zone) in [("a", unrotated.clone()), ("b", unrotated + &waiver)] {
        fs::write(home.path().join("zone.yaml"), zone).unwrap();
        run(home.path(), Some("zone.yaml"), out);
    }
    let diff = logproof(home.path(), &["diff", "a", "b"]);
    assert_eq!(diff.status.code(), Some(1), "{}", text(&diff));
    let shown = text(&diff);
    assert!(shown.contains("caution: the runs used different registers"), "{shown}");
    assert!(shown.contains("LS-2.6: FAIL -> WAIVED"), "{shown}");
    assert!(shown.contains("facts: no change"), "{shown}");
}

#[test]
fn a_bundle_that_was_changed_is_neither_compared_nor_reported() {
    let home = tempfile::tempdir().unwrap();
    run(home.path(), None, "a");
    run(home.path(), None, "b");
    let path = home.path().join("b/summary.md");
    fs::write(&path, fs::read_to_string(&path).unwrap() + "x").unwrap();
    for arguments in [&["diff", "a", "b"][..], &["diff", "b", "a"], &["report", "b", "--format", "csv"]] {
        let refused = logproof(home.path(), arguments);
        assert_eq!(refused.status.code(), Some(3), "{}", text(&refused));
        assert!(text(&refused).contains("summary.md: changed"), "{}", text(&refused));
    }
    let nothing = logproof(home.path(), &["diff", "a", "none"]);
    assert_eq!(nothing.status.code(), Some(3), "{}", text(&nothing));
    assert!(text(&nothing).contains("none/manifest.json"), "{}", text(&nothing));
}
