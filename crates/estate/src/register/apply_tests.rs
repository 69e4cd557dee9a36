//! What waivers and attestations may do, and what they may not.

use serde_json::json;

use super::*;
use crate::record::{Ending, Observation, Population, Record, Subject};

const BUCKET: &str = "arn:aws:s3:::aws-acme-log-storage-222222222222-eu-central-1";

pub(in crate::register) fn at() -> Timestamp {
    "2026-01-15T12:00:00Z".parse().unwrap()
}

fn scenario(record: Record) -> ScenarioResult {
    let (verdict, reason) = record.verdict(&Ending::AllStepsReturned);
    ScenarioResult {
        name: "one".to_owned(),
        rule: None,
        line: 1,
        severity: None,
        verdict,
        reason,
        steps: Vec::new(),
        record,
        waivers: Vec::new(),
        attestation: None,
        started: at(),
        duration_ms: 0,
    }
}

fn failing(subjects: &[&str]) -> Record {
    let found = |subject: &&str| Observation::new(Subject::arn(*subject), "versioning", "none", false);
    Record { observations: subjects.iter().map(found).collect(), ..Record::default() }
}

pub(in crate::register) fn assessment(records: Vec<Record>) -> Assessment {
    let scenarios: Vec<ScenarioResult> = records.into_iter().map(scenario).collect();
    let verdict = Verdict::worst(scenarios.iter().map(|s| s.verdict)).unwrap();
    let run = json!({"id": "r", "target": {"kind": "live"}, "started": at(), "ended": at(), "as_of": at(), "caller": null,
        "organization": null, "accounts": null, "regions": [], "selection": {}, "incomplete": null, "calls": {}, "questions": 0});
    let control = ControlResult {
        id: "LS-6.5".to_owned(),
        title: "t".to_owned(),
        severity: "high".to_owned(),
        hardening: false,
        frameworks: Vec::new(),
        feature: "f".to_owned(),
        feature_sha256: String::new(),
        text: Vec::new(),
        verdict,
        scenarios,
    };
    Assessment {
        schema: crate::assessment::SCHEMA.to_owned(),
        tool: crate::assessment::Tool { name: "logproof".to_owned(), version: "0".to_owned(), steps: Vec::new() },
        run: serde_json::from_value(run).unwrap(),
        summary: Assessment::count(std::slice::from_ref(&control)),
        controls: vec![control],
        register: Vec::new(),
        baseline: None,
        exchanges: std::collections::BTreeMap::new(),
    }
}

fn waived_by(changes: serde_json::Value) -> Register {
    let mut waiver = json!({"control": "LS-6.5", "subjects": [BUCKET], "reason": "moving", "ticket": "SEC-1",
        "owner": "ada", "approved_by": "grace", "from": "2026-01-01", "until": "2026-02-01"});
    for (key, value) in changes.as_object().unwrap() {
        waiver[key] = value.clone();
    }
    Register { waivers: vec![serde_json::from_value(waiver).unwrap()], ..Register::default() }
}

fn after(records: Vec<Record>, register: &Register) -> (Verdict, Assessment) {
    let mut assessment = assessment(records);
    apply(&mut assessment, register, at());
    (assessment.controls[0].verdict, assessment)
}

#[test]
fn a_waiver_in_force_turns_fail_into_waived_and_shows() {
    let (verdict, assessment) = after(vec![failing(&[BUCKET])], &waived_by(json!({})));
    assert_eq!(verdict, Verdict::Waived);
    let scenario = &assessment.controls[0].scenarios[0];
    assert_eq!(scenario.waivers[0].approved_by, "grace");
    assert!(
        scenario.reason.contains("waived until 2026-02-01 by grace for ada (SEC-1): moving"),
        "{}",
        scenario.reason
    );
    assert_eq!((assessment.controls_with(Verdict::Waived), assessment.controls_with(Verdict::Fail)), (1, 0));
    assert_eq!(assessment.register, []);
}

#[test]
fn a_waiver_covers_every_finding_or_none() {
    let (verdict, assessment) = after(vec![failing(&[BUCKET, "arn:aws:s3:::other"])], &waived_by(json!({})));
    assert_eq!(verdict, Verdict::Fail);
    assert!(assessment.register[0].problem.contains("turns no verdict"), "{:?}", assessment.register);
}

#[test]
fn a_waiver_never_touches_error() {
    let denied = json!({"operation": "s3:Get", "account": "222222222222", "region": null, "subject": BUCKET,
        "reason": {"kind": "denied", "action": "s3:Get"}, "detail": "d", "hint": "h", "exchanges": []});
    let mut record = failing(&[BUCKET]);
    record.unseen.push(serde_json::from_value(denied).unwrap());
    assert_eq!(after(vec![record], &waived_by(json!({}))).0, Verdict::Error);
    let short = Record {
        populations: vec![Population {
            of: "accounts".to_owned(),
            expected: 2,
            examined: 1,
            source: "q".to_owned(),
            left_out: Vec::new(),
        }],
        ..failing(&[BUCKET])
    };
    assert_eq!(after(vec![short], &waived_by(json!({}))).0, Verdict::Fail);
    let defect = Record::default();
    assert_eq!(after(vec![failing(&[BUCKET]), defect], &waived_by(json!({}))).0, Verdict::Error);
}

#[test]
fn expired_unused_and_over_broad_waivers_are_findings() {
    for (changes, records, problem) in [
        (json!({"until": "2026-01-14"}), vec![failing(&[BUCKET])], "expired on 2026-01-14"),
        (json!({"subjects": ["arn:aws:s3:::*"]}), vec![failing(&[BUCKET])], "names no resource"),
        (json!({"subjects": ["arn:aws:s3:::other"]}), vec![failing(&[BUCKET])], "turns no verdict"),
    ] {
        let (verdict, assessment) = after(records, &waived_by(changes));
        assert_eq!(verdict, Verdict::Fail, "{problem}");
        assert_eq!(assessment.register.len(), 1);
        assert!(assessment.register[0].problem.contains(problem), "{:?}", assessment.register);
    }
    let (_, later) = after(vec![failing(&[BUCKET])], &waived_by(json!({"from": "2026-01-16"})));
    assert_eq!((later.controls[0].verdict, later.register.len()), (Verdict::Fail, 0), "not yet in force");
}

fn attested(valid_until: &str, evidence: Option<&str>) -> Register {
    let attestation = json!({"control": "LS-6.5", "statement": "it is so", "evidence": "evidence/a.md",
        "evidence_sha256": "ab".repeat(32), "by": "ada", "on": "2026-01-01", "valid_until": valid_until});
    let evidence = evidence.map(|digest| ("evidence/a.md".to_owned(), digest.to_owned()));
    Register {
        attestations: vec![serde_json::from_value(attestation).unwrap()],
        evidence: evidence.into_iter().collect(),
        ..Register::default()
    }
}

#[test]
fn an_attestation_needs_its_time_and_its_evidence() {
    let manual = || Record { manual: Some("that it is so".to_owned()), ..Record::default() };
    let (good, other) = ("AB".repeat(32), "cd".repeat(32));
    for (valid_until, evidence, verdict, problem) in [
        ("2026-01-15", Some(good.as_str()), Verdict::Pass, None),
        ("2026-01-14", Some(good.as_str()), Verdict::Manual, Some("not on 2026-01-15")),
        ("2026-12-31", Some(other.as_str()), Verdict::Manual, Some("is not the attested file")),
        ("2026-12-31", None, Verdict::Manual, Some("is missing")),
    ] {
        let (found, assessment) = after(vec![manual()], &attested(valid_until, evidence));
        assert_eq!(found, verdict, "{problem:?}");
        match problem {
            Some(problem) => assert!(assessment.register[0].problem.contains(problem), "{:?}", assessment.register),
            None => {
                let scenario = &assessment.controls[0].scenarios[0];
                assert_eq!(scenario.attestation.as_ref().unwrap().by, "ada");
                assert!(scenario.reason.starts_with("attested by ada on 2026-01-01"), "{}", scenario.reason);
                assert_eq!(assessment.register, []);
            }
        }
    }
    let failing_too = Record { manual: Some("that it is so".to_owned()), ..failing(&[BUCKET]) };
    let (verdict, _) = after(vec![failing_too], &attested("2026-12-31", Some(good.as_str())));
    assert_eq!(verdict, Verdict::Fail, "an attestation never covers a failing check");
}

/// What the steps recorded.
fn record(kind: &str, needs_attestation: bool) -> Record {
    let mut record = match kind {
        "fails" => failing(&[BUCKET]),
        "passes" => Record {
            observations: vec![Observation::new(Subject::arn(BUCKET), "versioning", "on", true)],
            ..Record::default()
        },
        "does not apply" => Record { not_applicable: Some("no bucket".to_owned()), ..Record::default() },
        _ => {
            let denied = json!({"operation": "s3:Get", "account": "222222222222", "region": null, "subject": BUCKET,
                "reason": {"kind": "denied", "action": "s3:Get"}, "detail": "d", "hint": "h", "exchanges": []});
            Record { unseen: vec![serde_json::from_value(denied).unwrap()], ..failing(&[BUCKET]) }
        }
    };
    record.manual = needs_attestation.then(|| "that it is so".to_owned());
    record
}

#[test]
fn every_cell_of_the_table() {
    let digest = "ab".repeat(32);
    for kind in ["cannot be assessed", "fails", "does not apply", "passes"] {
        for (waived, needed) in [(false, false), (false, true), (true, false), (true, true)] {
            for (until, holds) in [(None, false), (Some("2026-01-14"), false), (Some("2026-12-31"), true)] {
                let cell = format!("{kind}, waived {waived}, needs an attestation {needed}, one until {until:?}");
                let waivers = if waived { waived_by(json!({})).waivers } else { Vec::new() };
                let attested = until.map_or_else(Register::default, |until| attested(until, Some(&digest)));
                let (verdict, assessment) = after(vec![record(kind, needed)], &Register { waivers, ..attested });
                let scenario = &assessment.controls[0].scenarios[0];
                let expected = match (kind, waived, needed, holds) {
                    ("cannot be assessed", ..) => Verdict::Error,
                    ("does not apply", ..) => Verdict::NotApplicable,
                    ("fails", false, ..) => Verdict::Fail,
                    ("fails", true, true, false) => Verdict::Manual,
                    ("fails", true, ..) => Verdict::Waived,
                    (_, _, true, false) => Verdict::Manual,
                    (_, _, _, _) => Verdict::Pass,
                };
                assert_eq!((verdict, scenario.verdict), (expected, expected), "{cell}");
                let is_waived = kind == "fails" && waived;
                assert_eq!(scenario.waivers.len(), usize::from(is_waived), "{cell}");
                let asked = needed && (kind == "passes" || is_waived);
                assert_eq!(scenario.attestation.is_some(), asked && holds, "{cell}");
                let objected = assessment.register.iter().filter(|finding| finding.entry == "attestation").count();
                assert_eq!(objected, usize::from(asked && !holds && until.is_some()), "{cell}");
                let reason = &scenario.reason;
                assert_eq!(reason.contains("waived until 2026-02-01"), is_waived, "{cell}: {reason}");
                assert_eq!(
                    reason.contains("needs an attestation: that it is so"),
                    expected == Verdict::Manual,
                    "{cell}: {reason}"
                );
                assert_eq!(reason.contains("attested by ada"), asked && holds, "{cell}: {reason}");
            }
        }
    }
}

#[test]
fn an_open_question_of_a_control_outranks_a_waived_failure() {
    let manual = record("passes", true);
    assert_eq!(after(vec![failing(&[BUCKET]), manual], &waived_by(json!({}))).0, Verdict::Manual);
    let order =
        [Verdict::NotApplicable, Verdict::Pass, Verdict::Waived, Verdict::Manual, Verdict::Fail, Verdict::Error];
    for pair in order.windows(2) {
        assert_eq!(Verdict::worst(pair.iter().rev().copied()), Some(pair[1]));
    }
}

#[test]
fn a_check_that_was_not_reached_is_not_waived() {
    use StepState::{NotReached, Passed, Stopped};
    for (steps, expected) in [
        (vec![("Given ", Passed), ("Then ", Stopped)], Verdict::Waived),
        (vec![("Given ", Stopped), ("And ", NotReached), ("Then ", NotReached), ("And ", NotReached)], Verdict::Waived),
        (vec![("Given ", Passed), ("Then ", Stopped), ("And ", NotReached)], Verdict::Fail),
        (vec![("Then ", Stopped), ("But ", NotReached)], Verdict::Fail),
        (vec![("Then ", Stopped), ("Then ", NotReached)], Verdict::Fail),
        (vec![("Then ", Passed), ("And ", Stopped)], Verdict::Waived),
    ] {
        let mut assessment = assessment(vec![failing(&[BUCKET])]);
        let step = |(keyword, state): &(&str, StepState)| StepResult {
            keyword: (*keyword).to_owned(),
            text: "x".to_owned(),
            state: *state,
        };
        assessment.controls[0].scenarios[0].steps = steps.iter().map(step).collect();
        apply(&mut assessment, &waived_by(json!({})), at());
        assert_eq!(assessment.controls[0].verdict, expected, "{steps:?}");
        assert_eq!(assessment.register.len(), usize::from(expected == Verdict::Fail), "{steps:?}");
    }
}
