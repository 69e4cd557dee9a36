//! Every report by validators that are not ours, whatever text an account holds; and that these validators refuse.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use logproof::{exit::Exit, report::Format};
use logproof_estate::{
    ExchangeId, Reason, Share, Unseen,
    assessment::{Assessment, ExchangeLabel, StepResult, StepState, Target},
    cells::{Counted, Found, Sum},
    facts::CallerIdentity,
    record::{ActionGroup, AllowedActions, Further, Proposal, ProposedPolicy},
    register::{Acceptance, BaselineState, FindingRef},
};
use serde_json::Value;
use support::specimen::{NASTY, assessment, registered};

/// Forms a third party validates, with the name the validator has for them. JUnit has a test of its own.
const FORMS: [(&str, Format); 6] = [
    ("oscal", Format::Oscal),
    ("assessment", Format::Json),
    ("ocsf", Format::Ocsf),
    ("sarif", Format::Sarif),
    ("csv", Format::Csv),
    ("markdown", Format::Markdown),
];

/// What a forge would make links, mentions, references, formulas and markup of.
const LURING: &str =
    "see https://example.net www.example.net ftp://example.net a@example.net @team #1 ~~x~~ `y` [z](q) =1+1 <b>w</b>";

/// What the validators say of each file.
fn validated(files: &[(&str, PathBuf)]) -> Vec<Vec<String>> {
    let mut command = Command::new(support::python());
    command.arg(support::root().join("tests/schema/validate.py"));
    for (form, path) in files {
        command.arg(form).arg(path);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn written(assessment: &Assessment, format: Format) -> String {
    let mut out = Vec::new();
    format.write(assessment, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn none_of_it(assessment: &Assessment) -> Assessment {
    let mut empty = assessment.clone();
    empty.controls.clear();
    empty.summary.clear();
    empty.run.caller = None;
    empty.run.organization = None;
    empty.run.accounts = None;
    empty.run.incomplete = Some("interrupted".to_owned());
    empty
}

#[test]
fn every_form_is_valid_by_a_third_party_whatever_the_text() {
    let home = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    let plain = assessment("plain text");
    for (name, assessment) in [
        ("plain", plain.clone()),
        ("nasty", assessment(NASTY)),
        ("luring", assessment(LURING)),
        ("registered", registered("plain text")),
        ("registered-nasty", registered(NASTY)),
        ("empty", none_of_it(&plain)),
    ] {
        for (form, format) in FORMS {
            let path = home.path().join(format!("{name}.{form}"));
            fs::write(&path, written(&assessment, format)).unwrap();
            files.push((form, path));
        }
    }
    for ((_, path), problems) in files.iter().zip(validated(&files)) {
        assert_eq!(problems, Vec::<String>::new(), "{}", path.display());
    }
}

/// A report, what is changed in it, and how.
type Spoilt = (&'static str, Format, &'static str, &'static str);

const SPOILT: [Spoilt; 23] = [
    ("assessment", Format::Json, "\"verdict\":\"FAIL\"", "\"verdict\":\"BAD\""),
    ("assessment", Format::Json, "\"hardening\":", "\"hardened\":"),
    ("assessment", Format::Json, "\"as_of\": \"2026-01-15T12:00:00Z\"", "\"as_of\": \"today\""),
    ("assessment", Format::Json, "\"line\":30", "\"line\":\"30\""),
    ("assessment", Format::Json, "\"kind\":\"denied\"", "\"kind\":\"refused\""),
    ("assessment", Format::Json, "logproof/assessment/2", "logproof/assessment/9"),
    ("oscal", Format::Oscal, "\"satisfied\"", "\"almost\""),
    ("oscal", Format::Oscal, "\"ls-1.2_obj\"", "\"LS 1.2(2)\""),
    ("oscal", Format::Oscal, "\"2026-01-15T12:00:02.75Z\"", "\"2026-01-15T12:00:02\""),
    ("oscal", Format::Oscal, "\"import-ap\"", "\"import-plan\""),
    (
        "oscal",
        Format::Oscal,
        "\"observation-uuid\":\"",
        "\"observation-uuid\":\"11111111-1111-4111-8111-111111111111\", \"x\": \"",
    ),
    ("ocsf", Format::Ocsf, "\"severity_id\":4", "\"severity_id\":17"),
    ("ocsf", Format::Ocsf, "\"type_uid\":200301", "\"type_uid\":7"),
    ("ocsf", Format::Ocsf, "\"finding_info\"", "\"finding\""),
    ("ocsf", Format::Ocsf, "\"status_details\"", "\"status_hints\""),
    ("ocsf", Format::Ocsf, "/LS-1.2\"", "/LS-1.1\""),
    ("sarif", Format::Sarif, "\"level\":\"error\"", "\"level\":\"fatal\""),
    ("sarif", Format::Sarif, "\"ruleIndex\":1", "\"ruleIndex\":0"),
    ("sarif", Format::Sarif, "\"startLine\":30", "\"startLine\":0"),
    ("sarif", Format::Sarif, "\"semanticVersion\"", "\"colour\""),
    ("csv", Format::Csv, "\"LS-1.2\",", "\"LS-1.2\",\"more\","),
    ("csv", Format::Csv, "\"LS-1.2\",", "\"=1+1\","),
    ("markdown", Format::Markdown, "expected this", "<b>this</b>"),
];

#[test]
fn the_validators_refuse_what_is_wrong() {
    let home = tempfile::tempdir().unwrap();
    let assessment = assessment("text");
    let mut files = Vec::new();
    for (index, (form, format, from, to)) in SPOILT.iter().enumerate() {
        let good = written(&assessment, *format);
        assert!(good.contains(from), "`{from}` is not in {good}");
        let path = home.path().join(format!("{index}.{form}"));
        fs::write(&path, good.replacen(from, to, 1)).unwrap();
        files.push((*form, path));
    }
    for (spoilt, problems) in SPOILT.iter().zip(validated(&files)) {
        assert_ne!(problems, Vec::<String>::new(), "`{}` in place of `{}` is accepted", spoilt.3, spoilt.2);
    }
}

/// A zone in which a key is not rotated.
const FAILING: &str = "base: sample\npatch:\n  keys:\n    1234abcd-12ab-34cd-56ef-1234567890ab: {rotation: false}\n";

fn sealed(home: &Path, zone: &str, algorithm: &str, expected: Exit) -> Vec<(&'static str, PathBuf)> {
    fs::write(home.join("zone.yaml"), zone).unwrap();
    let made = support::run(home, &["key", "new", "seal.key", "--algorithm", algorithm]);
    assert_eq!(made.code, 0, "{}", made.err);
    let ran = support::run(home, &["check", "--mock", "zone.yaml", "--out", "run", "--key", "seal.key", "-q"]);
    assert_eq!(ran.code, i32::from(expected.code()), "{}{}", ran.out, ran.err);
    let run = home.join("run");
    let name = |format: Format| Format::ALL.iter().find(|(one, _)| *one == format).unwrap().1;
    let mut files: Vec<_> = FORMS.iter().map(|(form, format)| (*form, run.join(name(*format)))).collect();
    files.push(("seal", seal_of(home)));
    files
}

fn seal_of(home: &Path) -> PathBuf {
    format!("{}:{}", home.join("run/seal.dsse.json").display(), home.join("seal.key.pub").display()).into()
}

#[test]
fn real_runs_and_their_seals_are_valid_by_a_third_party() {
    for (zone, algorithm, exit) in [("base: sample\n", "ed25519", Exit::Success), (FAILING, "ecdsa-p256", Exit::Fail)] {
        let home = tempfile::tempdir().unwrap();
        let files = sealed(home.path(), zone, algorithm, exit);
        for ((_, path), problems) in files.iter().zip(validated(&files)) {
            assert_eq!(problems, Vec::<String>::new(), "{}", path.display());
        }
        let path = home.path().join("run/seal.dsse.json");
        let good = fs::read_to_string(&path).unwrap();
        let (head, tail) = good.split_once("\"payload\": \"").unwrap();
        fs::write(&path, format!("{head}\"payload\": \"{}", tail.replacen("eyJf", "eyJg", 1))).unwrap();
        let problems = validated(&[("seal", seal_of(home.path()))]);
        assert!(problems[0][0].starts_with("securesystemslib: "), "{problems:?}");
    }
}

/// Every reason there is; the compiler names this place when there is one more.
fn reasons() -> Vec<Reason> {
    let all = vec![
        Reason::Denied { action: "a".to_owned() },
        Reason::RoleNotAssumable { role: "r".to_owned() },
        Reason::ServiceError { code: "c".to_owned() },
        Reason::Throttled,
        Reason::Unreachable,
        Reason::Malformed,
        Reason::NoCredentials,
        Reason::NotRecorded,
        Reason::Undecided,
        Reason::Unproven,
        Reason::AfterApply { address: "a".to_owned(), attribute: "b".to_owned() },
    ];
    for reason in &all {
        match reason {
            Reason::Denied { .. }
            | Reason::RoleNotAssumable { .. }
            | Reason::ServiceError { .. }
            | Reason::Throttled
            | Reason::Unreachable
            | Reason::Malformed
            | Reason::NoCredentials
            | Reason::NotRecorded
            | Reason::Undecided
            | Reason::Unproven
            | Reason::AfterApply { .. } => {}
        }
    }
    all
}

/// Assessments that between them have every member and every kind that there is.
fn everything() -> Vec<Assessment> {
    let id = ExchangeId::new("ab".repeat(32));
    let mut full = registered("text");
    full.run.caller = Some(CallerIdentity {
        account: "222222222222".parse().unwrap(),
        arn: "arn:aws:iam::222222222222:role/Audit".to_owned(),
        user_id: "AROA:audit".to_owned(),
    });
    full.run.accounts_from = vec![id.clone()];
    full.run.selection.insert("tags".to_owned(), "@severity:high".to_owned());
    full.run.incomplete = Some("interrupted".to_owned());
    let label = ExchangeLabel {
        line: 1,
        operation: "s3:ListBuckets".to_owned(),
        account: "222222222222".to_owned(),
        region: "eu-central-1".to_owned(),
    };
    full.exchanges.insert(id.clone(), label);
    let scenario = &mut full.controls[0].scenarios[0];
    scenario.rule = Some("a rule".to_owned());
    scenario.severity = Some("low".to_owned());
    scenario.steps.extend([StepState::Stopped, StepState::NotReached].map(|state| StepResult {
        keyword: "And".to_owned(),
        text: "y".to_owned(),
        state,
    }));
    scenario.record.notes.push("a limit".to_owned());
    scenario.record.basis = vec![id.clone()];
    scenario.record.observations[0].exchanges = vec![id];
    scenario.record.populations[0].left_out.push("an account".to_owned());
    let unseen =
        full.controls.iter().flat_map(|control| &control.scenarios).find_map(|s| s.record.unseen.first().cloned());
    let unseen = unseen.unwrap();
    let each = reasons().into_iter().map(|reason| Unseen { reason, ..unseen.clone() });
    full.controls[0].scenarios[0].record.unseen = each.collect();
    let observations = &mut full.controls[0].scenarios[0].record.observations;
    let mut first = observations[0].clone();
    first.allowed = Some(AllowedActions {
        groups: vec![ActionGroup { effect: "delete".to_owned(), actions: vec!["s3:DeleteObject".to_owned()] }],
        callers: vec!["any role".to_owned()],
        undecided: vec!["whether another can".to_owned()],
    });
    let policy = ProposedPolicy {
        kind: "bucket policy".to_owned(),
        how: "add this statement".to_owned(),
        target: "arn:aws:s3:::logs".to_owned(),
        text: "{}".to_owned(),
        whole: Some("{}".to_owned()),
    };
    observations.last_mut().unwrap().for_account = Some("444444444444".parse().unwrap());
    observations.last_mut().unwrap().accepted = Some(Box::new(Acceptance {
        owner: "ada@example.org".to_owned(),
        since: "2026-01-01".parse().unwrap(),
        until: "2026-04-01".parse().unwrap(),
    }));
    let proposals =
        [Proposal::Policies(vec![policy]), Proposal::AsFor("a".to_owned()), Proposal::NotOffered("b".to_owned())];
    observations.extend(proposals.map(|proposal| first.clone().proposal(Some(proposal))));
    let record = &mut full.controls[0].scenarios[0].record;
    record.counted = vec![Counted {
        expected: "this".into(),
        members: 101,
        sha256_sum: Sum::default(),
        found: vec![Found { text: "this".to_owned(), members: 1 }],
    }];
    record.further = Some(Further { exchanges: 1, sha256_sum: Sum::default() });
    full.baseline = Some(BaselineState {
        known: 1,
        new: 2,
        mended: vec![FindingRef {
            control: "LS-1.1".to_owned(),
            scenario: "Good".to_owned(),
            subject: "arn:aws:s3:::logs".to_owned(),
            expected: "versioning".to_owned(),
        }],
    });
    let mut others = vec![full];
    let planned = Target::Planned { over: Box::new(Target::Live), files: vec!["plan.json".to_owned()] };
    let share = Target::Share { of: Box::new(Target::Live), share: Share::Accounts { index: 3, count: 16 } };
    for target in [Target::Live, Target::Replay { bundle: "b".to_owned() }, planned, share] {
        let mut other = others[0].clone();
        other.run.target = target;
        others.push(other);
    }
    others
}

#[test]
fn the_schema_of_the_assessment_names_every_member_and_no_other() {
    let home = tempfile::tempdir().unwrap();
    let (mut files, mut written_members) = (Vec::new(), BTreeSet::new());
    for (index, assessment) in everything().iter().enumerate() {
        let path = home.path().join(format!("{index}.json"));
        let text = written(assessment, Format::Json);
        members(&serde_json::from_str(&text).unwrap(), &mut written_members);
        fs::write(&path, text).unwrap();
        files.push(("assessment", path));
    }
    for ((_, path), problems) in files.iter().zip(validated(&files)) {
        assert_eq!(problems, Vec::<String>::new(), "{}", path.display());
    }
    let schema = fs::read_to_string(support::root().join("docs/schema/assessment.schema.json")).unwrap();
    let mut named = BTreeSet::new();
    properties(&serde_json::from_str(&schema).unwrap(), &mut named);
    assert_eq!(named, written_members, "the schema, and what is written");
}

/// Names of all members, but for those that an account or a person chooses.
fn members(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Array(list) => list.iter().for_each(|one| members(one, found)),
        Value::Object(map) => {
            for (name, inner) in map {
                found.insert(name.clone());
                if !["request", "calls", "selection", "summary"].contains(&name.as_str()) {
                    members(inner, found);
                }
            }
        }
        _ => {}
    }
}

/// Names of all properties of a schema.
fn properties(schema: &Value, found: &mut BTreeSet<String>) {
    match schema {
        Value::Array(list) => list.iter().for_each(|one| properties(one, found)),
        Value::Object(map) => {
            for (name, inner) in map {
                if let ("properties", Value::Object(properties)) = (name.as_str(), inner) {
                    found.extend(properties.keys().cloned());
                }
                properties(inner, found);
            }
        }
        _ => {}
    }
}
