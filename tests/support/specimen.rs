//! Assessments made by hand: every verdict, and text as hostile as an account can hold.

use std::collections::BTreeMap;

use logproof_estate::{
    Reason, Unseen,
    assessment::{Assessment, ControlResult, Run, SCHEMA, ScenarioResult, StepResult, StepState, Target, Tool},
    record::{Ending, Observation, Population, Record, Subject, Verdict, WitnessReport},
    register::{Attestation, RegisterFinding, Waiver},
};
use serde_json::Value;

/// Text as an account can hold it: what XML forbids, what ends CDATA, what a terminal obeys.
pub(crate) const NASTY: &str = "a\u{0}b\u{1b}[31mc]]>d<e>&\"f\u{ffff}g\u{85}h \u{1f980} line\r\nbreak";

pub(crate) fn instant(text: &str) -> jiff::Timestamp {
    text.parse().unwrap()
}

pub(crate) fn scenario(name: &str, record: Record, ending: &Ending) -> ScenarioResult {
    let (verdict, reason) = record.verdict(ending);
    ScenarioResult {
        name: name.to_owned(),
        rule: None,
        line: 30,
        severity: None,
        verdict,
        reason,
        steps: vec![StepResult { keyword: "Then".to_owned(), text: "x".to_owned(), state: StepState::Passed }],
        record,
        waivers: Vec::new(),
        attestation: None,
        started: instant("2026-01-15T12:00:00.25Z"),
        duration_ms: 1234,
    }
}

pub(crate) fn control(id: &str, scenarios: Vec<ScenarioResult>) -> ControlResult {
    ControlResult {
        id: id.to_owned(),
        title: format!("Title of {id}"),
        severity: "high".to_owned(),
        hardening: id.ends_with('2'),
        frameworks: vec!["cis-aws-6.0:3.1.1".to_owned(), "nist-800-53r5:au-9".to_owned()],
        feature: format!("folder/{id}-x.feature"),
        feature_sha256: "00".to_owned(),
        text: vec![("Requirement".to_owned(), "It is so.".to_owned())],
        verdict: Verdict::worst(scenarios.iter().map(|scenario| scenario.verdict)).unwrap(),
        scenarios,
    }
}

pub(crate) fn met() -> Record {
    Record {
        observations: vec![Observation::new(Subject::arn("arn:aws:s3:::logs"), "this", "this", true)],
        populations: vec![Population {
            of: "active accounts".to_owned(),
            expected: 6,
            examined: 6,
            source: "organizations:ListAccounts".to_owned(),
            left_out: vec![],
        }],
        ..Record::default()
    }
}

pub(crate) fn broken(text: &str, times: usize) -> Record {
    let finding = |n: usize| {
        let subject = Subject::arn(format!("arn:aws:s3:::logs-{n}"));
        let subject = subject.at(&"222222222222".parse().unwrap(), Some(&"eu-central-1".parse().unwrap()));
        Observation::new(subject, "this", text, false).hint("change it").place("statement 3").witness(WitnessReport {
            sentence: "anybody may".to_owned(),
            statement: Some("statement 3 `AllowAll`".to_owned()),
            change: Some("deny it".to_owned()),
            request: Value::Null,
        })
    };
    Record { observations: (0..times).map(finding).collect(), ..Record::default() }
}

pub(crate) fn unseen(detail: &str) -> Record {
    let unseen = Unseen {
        operation: "s3:GetBucketEncryption".to_owned(),
        account: "222222222222".parse().unwrap(),
        region: Some("eu-central-1".parse().unwrap()),
        subject: "logs".to_owned(),
        reason: Reason::Denied { action: "s3:GetEncryptionConfiguration".to_owned() },
        detail: detail.to_owned(),
        hint: "add the action to the audit role".to_owned(),
        exchanges: vec![],
    };
    Record { unseen: vec![unseen], ..Record::default() }
}

/// One control of each verdict, in two sections.
pub(crate) fn assessment(text: &str) -> Assessment {
    let all = Ending::AllStepsReturned;
    let manual = Record { manual: Some(format!("somebody confirms {text}")), ..met() };
    let absent = Record { not_applicable: Some(format!("s3:ListBuckets returned none {text}")), ..Record::default() };
    let mut waived = control("LS-2.3", vec![scenario("Waived", broken(text, 1), &all)]);
    waived.verdict = Verdict::Waived;
    waived.scenarios[0].verdict = Verdict::Waived;
    let controls = vec![
        control("LS-1.1", vec![scenario("Good", met(), &all), scenario("Also good", met(), &all)]),
        control("LS-1.2", vec![scenario("Good", met(), &all), scenario("Bad", broken(text, 12), &all)]),
        control("LS-1.10", vec![scenario("Unseen", unseen(text), &all)]),
        control("LS-2.1", vec![scenario("Manual", manual, &all)]),
        control("LS-2.2", vec![scenario("None", absent, &all)]),
        waived,
        control("ACME-7", vec![scenario("Defect", Record::default(), &Ending::Defect(format!("panic {text}")))]),
    ];
    Assessment {
        schema: SCHEMA.to_owned(),
        tool: Tool { name: "logproof".to_owned(), version: "0.0.0".to_owned(), steps: Vec::new() },
        run: Run {
            id: "20260115t120000z-abcdef".to_owned(),
            target: Target::Mock { zone: "sample".to_owned() },
            started: instant("2026-01-15T12:00:00.25Z"),
            ended: instant("2026-01-15T12:00:02.75Z"),
            as_of: instant("2026-01-15T12:00:00Z"),
            caller: None,
            organization: Some("o-exampleorg1".to_owned()),
            accounts: Some(vec!["111111111111".parse().unwrap(), "222222222222".parse().unwrap()]),
            accounts_from: Vec::new(),
            regions: vec!["eu-central-1".parse().unwrap()],
            assumed: vec!["retention classes network".to_owned()],
            selection: BTreeMap::new(),
            incomplete: None,
            calls: BTreeMap::from([("s3:GetBucketPolicy".to_owned(), 1), ("kms:DescribeKey".to_owned(), 2)]),
            questions: 3,
        },
        summary: Assessment::count(&controls),
        controls,
        register: Vec::new(),
        baseline: None,
        exchanges: BTreeMap::new(),
    }
}

/// The same with what the owner's register says: a waiver, an attestation, and an entry that does not hold.
pub(crate) fn registered(text: &str) -> Assessment {
    let mut assessment = assessment(text);
    let waived = assessment.controls.iter_mut().find(|control| control.verdict == Verdict::Waived).unwrap();
    waived.scenarios[0].waivers = vec![Waiver {
        control: waived.id.clone(),
        subjects: vec!["arn:aws:s3:::logs-0".to_owned()],
        reason: format!("accepted {text}"),
        ticket: "SEC-42".to_owned(),
        owner: "ada@example.org".to_owned(),
        approved_by: "grace@example.org".to_owned(),
        from: "2026-01-01".parse().unwrap(),
        until: "2026-04-01".parse().unwrap(),
    }];
    waived.scenarios[0].reason = waived.scenarios[0].waivers[0].sentence();
    let mut attested = control("LS-2.4", vec![scenario("Attested", met(), &Ending::AllStepsReturned)]);
    attested.scenarios[0].attestation = Some(Attestation {
        control: attested.id.clone(),
        statement: format!("it is so {text}"),
        evidence: "acceptance.md".to_owned(),
        evidence_sha256: "ab".repeat(32),
        by: "ciso@example.org".to_owned(),
        on: "2026-01-01".parse().unwrap(),
        valid_until: "2026-12-31".parse().unwrap(),
    });
    attested.scenarios[0].reason = attested.scenarios[0].attestation.as_ref().unwrap().sentence();
    assessment.controls.push(attested);
    assessment.summary = Assessment::count(&assessment.controls);
    assessment.register = vec![RegisterFinding {
        entry: "waiver".to_owned(),
        control: "LS-1.1".to_owned(),
        problem: format!("SEC-41: expired on 2025-12-31 {text}"),
        hint: "remove it, or have it approved again".to_owned(),
        accepted: None,
    }];
    assessment
}
