//! What is proposed for a finding is what closes it: policies with several holes, the policies that were proposed put in
//! place all at once, and the control run again.
//!
//! After that the control passes, and no other control is worse than it was.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use logproof::catalogue::{Control, vocabulary::Vocabulary};
use logproof_estate::{
    assessment::{Assessment, ControlResult},
    record::{Proposal, ProposedPolicy, Verdict},
};
use logproof_zone::MockZone;
use serde_json::{Value, json};

/// A zone with holes: a name, the control that finds them, how many actions it names at least, the edits of the sample.
struct Case {
    name: &'static str,
    control: &'static str,
    actions: usize,
    edits: &'static str,
}

const fn case(name: &'static str, control: &'static str, actions: usize, edits: &'static str) -> Case {
    Case { name, control, actions, edits }
}

/// The log bucket and its like are written short in the edits.
const SHORT: [(&str, &str); 6] = [
    ("BUCKET", "aws-acme-log-storage-222222222222-eu-central-1"),
    ("CONFIGB", "aws-acme-config-log-storage-222222222222-eu-central-1"),
    ("KEYID", "1234abcd-12ab-34cd-56ef-1234567890ab"),
    ("SCP", "/service_control_policies/p-protectlogs/document/Statement"),
    ("RCP", "/resource_control_policies/p-perimeter1/document/Statement"),
    ("STORAGE", "LogArchive-Administrator"),
];

const CASES: [Case; 24] = [
    case(
        "an SCP names four actions on the buckets only",
        "LS-6.1",
        10,
        r#"[{"op": "replace", "path": "SCP/ProtectBuckets/Action", "value": ["s3:PutBucketPolicy", "s3:PutLifecycleConfiguration", "s3:PutBucketLogging", "s3:DeleteBucket*"]},
            {"op": "remove", "path": "SCP/NoMemberRootUser"}]"#,
    ),
    case(
        "an SCP names four actions on the buckets, and an administrator exists",
        "LS-6.2",
        10,
        r#"[{"op": "replace", "path": "SCP/ProtectBuckets/Action", "value": ["s3:PutBucketPolicy", "s3:PutLifecycleConfiguration", "s3:PutBucketLogging", "s3:DeleteBucket*"]},
            {"op": "add", "path": "/roles/222222222222/Admin", "value": {"trust": {"Version": "2012-10-17", "Statement": []}, "policies": {"all": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}}}}]"#,
    ),
    case(
        "nothing binds the root user of the log archive",
        "LS-6.2",
        2,
        r#"[{"op": "remove", "path": "SCP/NoMemberRootUser"},
            {"op": "replace", "path": "SCP/ProtectBuckets/Condition", "value": {"ArnNotLike": {"aws:PrincipalArn": ["arn:aws:iam::222222222222:role/STORAGE", "arn:aws:iam::222222222222:root"]}}}]"#,
    ),
    case(
        "another account may change the bucket by its policy, and the SCP is gone",
        "LS-6.2",
        3,
        r#"[{"op": "remove", "path": "SCP/ProtectBuckets"}, {"op": "remove", "path": "RCP/OrganizationOnly"},
            {"op": "add", "path": "/buckets/BUCKET/policy/Statement/-", "value": {"Sid": "Partner", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::888888888888:root"}, "Action": ["s3:PutBucketAcl", "s3:PutBucketVersioning", "s3:PutBucketTagging", "s3:PutBucketLogging"], "Resource": "arn:aws:s3:::BUCKET"}}]"#,
    ),
    case(
        "an SCP protects the trail from being stopped only",
        "LS-4.5",
        3,
        r#"[{"op": "replace", "path": "SCP/ProtectTrail/Action", "value": ["cloudtrail:StopLogging"]}, {"op": "remove", "path": "SCP/NoMemberRootUser"}]"#,
    ),
    case(
        "an SCP protects another trail",
        "LS-4.5",
        4,
        r#"[{"op": "replace", "path": "SCP/ProtectTrail/Resource", "value": "arn:aws:cloudtrail:*:111111111111:trail/other"}]"#,
    ),
    case(
        "an SCP protects half of AWS Config",
        "LS-5.4",
        5,
        r#"[{"op": "replace", "path": "SCP/ProtectConfig/Action", "value": ["config:Stop*", "config:DeleteConfigurationRecorder", "config:DeleteDeliveryChannel"]}]"#,
    ),
    case(
        "a role of that name is exempt in any account",
        "LS-6.3",
        4,
        r#"[{"op": "replace", "path": "SCP/ProtectTrail/Condition", "value": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*STORAGE*"}}}]"#,
    ),
    case(
        "TLS is asked of reading only",
        "LS-3.4",
        40,
        r#"[{"op": "replace", "path": "/buckets/BUCKET/policy/Statement/TlsOnly/Action", "value": "s3:Get*"},
            {"op": "remove", "path": "/buckets/BUCKET/policy/Statement/NoOldTls"}]"#,
    ),
    case(
        "TLS is asked of one role, and of the objects only",
        "LS-3.4",
        40,
        r#"[{"op": "replace", "path": "/buckets/BUCKET/policy/Statement/TlsOnly/Principal", "value": {"AWS": "arn:aws:iam::333333333333:role/LogsReadOnlyFrequencyRole"}},
            {"op": "replace", "path": "/buckets/CONFIGB/policy/Statement/TlsOnly/Resource", "value": "arn:aws:s3:::CONFIGB/*"}]"#,
    ),
    case(
        "a whole account uploads, and a service that delivers nothing",
        "LS-3.5",
        1,
        r#"[{"op": "add", "path": "/buckets/BUCKET/policy/Statement/-", "value": {"Sid": "Upload", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::555555555555:root", "Service": "delivery.logs.amazonaws.com"}, "Action": "s3:*", "Resource": "arn:aws:s3:::BUCKET/*"}},
            {"op": "remove", "path": "SCP/ProtectBuckets"}]"#,
    ),
    case(
        "log services write for anybody",
        "LS-3.6",
        1,
        r#"[{"op": "replace", "path": "/buckets/BUCKET/policy/Statement/CloudTrailWrite/Condition", "value": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}},
            {"op": "remove", "path": "/buckets/BUCKET/policy/Statement/CloudTrailAclCheck/Condition"}]"#,
    ),
    case(
        "an outsider may do everything with the objects",
        "LS-3.7",
        20,
        r#"[{"op": "remove", "path": "RCP/OrganizationOnly"},
            {"op": "add", "path": "/buckets/BUCKET/policy/Statement/-", "value": {"Sid": "Partner", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::888888888888:root"}, "Action": "s3:*", "Resource": "arn:aws:s3:::BUCKET/*"}}]"#,
    ),
    case(
        "anybody may list and read two kinds of settings",
        "LS-3.7",
        2,
        r#"[{"op": "remove", "path": "RCP/OrganizationOnly"},
            {"op": "add", "path": "/buckets/BUCKET/policy/Statement/-", "value": {"Sid": "Open", "Effect": "Allow", "Principal": "*", "Action": ["s3:ListBucket", "s3:GetBucketPolicy"], "Resource": "arn:aws:s3:::BUCKET"}}]"#,
    ),
    case(
        "the perimeter asks of two actions only",
        "LS-3.8",
        30,
        r#"[{"op": "replace", "path": "RCP/OrganizationOnly/Action", "value": ["s3:GetObject", "s3:PutObject", "kms:*", "sts:AssumeRole"]}]"#,
    ),
    case(
        "uploads choose their encryption and their key",
        "LS-2.5",
        1,
        r#"[{"op": "remove", "path": "/buckets/BUCKET/policy/Statement/WrongEncryption"}, {"op": "remove", "path": "/buckets/BUCKET/policy/Statement/WrongKey"}]"#,
    ),
    case(
        "a reader may do everything everywhere",
        "LS-8.2",
        20,
        r#"[{"op": "replace", "path": "/buckets/BUCKET/policy/Statement/ReadWorkloadProd/Action", "value": "s3:*"},
            {"op": "replace", "path": "/buckets/BUCKET/policy/Statement/ReadWorkloadProd/Resource", "value": ["arn:aws:s3:::BUCKET", "arn:aws:s3:::BUCKET/*"]},
            {"op": "remove", "path": "SCP/ProtectBuckets"}]"#,
    ),
    case(
        "roles of the log archive and of a workload read the logs",
        "LS-8.6",
        2,
        r#"[{"op": "remove", "path": "/buckets/BUCKET/policy/Statement/OnlyNamedReaders"},
            {"op": "add", "path": "/buckets/BUCKET/policy/Statement/-", "value": {"Sid": "More", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::555555555555:root"}, "Action": ["s3:GetObject", "s3:GetObjectVersion"], "Resource": "arn:aws:s3:::BUCKET/*"}}]"#,
    ),
    case(
        "the auditor may write and change settings",
        "LS-8.3",
        3,
        r#"[{"op": "replace", "path": "/buckets/BUCKET/policy/Statement/ExternalAudit/Action", "value": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:PutObjectTagging", "s3:RestoreObject"]}]"#,
    ),
    case(
        "outsiders, strangers' trails, a service and a role use the key",
        "LS-2.4",
        3,
        r#"[{"op": "remove", "path": "/keys/KEYID/policy/Statement/CloudTrailEncrypts/Condition"},
            {"op": "remove", "path": "/keys/KEYID/policy/Statement/ConfigEncrypts/Condition"},
            {"op": "remove", "path": "RCP/OrganizationOnly"},
            {"op": "add", "path": "/keys/KEYID/policy/Statement/-", "value": {"Sid": "More", "Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam::888888888888:root", "arn:aws:iam::222222222222:role/LogproofAudit"], "Service": "logs.eu-central-1.amazonaws.com"}, "Action": ["kms:Decrypt", "kms:Encrypt", "kms:ReEncrypt*"], "Resource": "*"}}]"#,
    ),
    case(
        "the key is in the hands of its account",
        "LS-2.7",
        6,
        r#"[{"op": "remove", "path": "SCP/ProtectKey"},
            {"op": "add", "path": "/keys/KEYID/policy/Statement/-", "value": {"Sid": "Account", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::222222222222:root"}, "Action": "kms:*", "Resource": "*"}},
            {"op": "add", "path": "/roles/222222222222/KeyAdmin", "value": {"trust": {"Version": "2012-10-17", "Statement": []}, "policies": {"all": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:*", "Resource": "*"}]}}}}]"#,
    ),
    case(
        "the storage role is put on without multi-factor authentication",
        "LS-6.3",
        1,
        r#"[{"op": "remove", "path": "/roles/222222222222/STORAGE/trust/Statement/BreakGlass/Condition"}]"#,
    ),
    case(
        "the storage role trusts everybody with multi-factor authentication",
        "LS-6.3",
        1,
        r#"[{"op": "add", "path": "/roles/222222222222/STORAGE/trust/Statement/-", "value": {"Sid": "Everybody", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}}]"#,
    ),
    case(
        "governance can be bypassed by whoever may do everything",
        "LS-6.4",
        1,
        r#"[{"op": "remove", "path": "/buckets/BUCKET/policy/Statement/NoBypass"}, {"op": "remove", "path": "SCP/ProtectBuckets"},
            {"op": "add", "path": "/roles/222222222222/Admin", "value": {"trust": {"Version": "2012-10-17", "Statement": []}, "policies": {"all": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}}}}]"#,
    ),
];

/// The zone of a case, with its edits applied.
fn zone(case: &Case) -> Value {
    let edits = SHORT.iter().fold(case.edits.to_owned(), |text, (short, long)| text.replace(short, long));
    MockZone::resolve(&format!("base: sample\njson_patch: {edits}\n"), case.name).unwrap()
}

fn of<'a>(assessment: &'a Assessment, control: &str) -> &'a ControlResult {
    assessment.controls.iter().find(|one| one.id == control).unwrap()
}

/// Every policy proposed for a control; a finding of a policy question without one is a problem.
fn proposed(control: &ControlResult) -> Result<Vec<ProposedPolicy>, String> {
    let mut all: Vec<ProposedPolicy> = Vec::new();
    let findings = control.scenarios.iter().flat_map(|scenario| scenario.record.findings());
    for finding in findings.filter(|finding| finding.allowed.is_some()) {
        match &finding.proposal {
            Some(Proposal::Policies(policies)) => {
                all.extend(policies.iter().filter(|one| !all.contains(one)).cloned().collect::<Vec<_>>());
            }
            Some(Proposal::AsFor(_)) => {}
            other => return Err(format!("{}: {other:?}", finding.found)),
        }
    }
    Ok(all)
}

/// Puts a policy in place, as its owner would.
fn put(zone: &mut Value, policy: &ProposedPolicy, number: usize) {
    let text: Value = serde_json::from_str(&policy.text).unwrap();
    let organization = match policy.kind.as_str() {
        "service control policy" => Some("service_control_policies"),
        "resource control policy" => Some("resource_control_policies"),
        _ => None,
    };
    if let Some(kind) = organization {
        assert!(policy.text.len() <= 10_240 && policy.whole.is_none());
        let attached = json!({"name": format!("Proposed{number}"), "targets": [policy.target], "document": text});
        zone[kind][format!("p-proposed{number}")] = attached;
        return;
    }
    let name = policy.target.rsplit([':', '/']).next().unwrap();
    let slot = match policy.kind.as_str() {
        "bucket policy" => &mut zone["buckets"][name]["policy"],
        "key policy" => &mut zone["keys"][name]["policy"],
        "trust policy" => {
            let account = policy.target.split(':').nth(4).unwrap();
            &mut zone["roles"][account][name]["trust"]
        }
        other => panic!("{other}"),
    };
    match &policy.whole {
        None => *slot = text,
        Some(whole) => {
            let mut whole: Value = serde_json::from_str(whole).unwrap();
            let statements = whole["Statement"].as_array_mut().unwrap();
            assert_eq!(statements.pop().as_ref(), Some(&text), "the whole policy ends with the new statement");
            // Another finding may have been closed in the same policy before.
            slot["Statement"].as_array_mut().unwrap().push(text);
        }
    }
}

/// What is wrong with the proposal for one case.
fn examine(case: &Case, controls: &[Control], vocabulary: &Vocabulary, sample: &Assessment) -> Result<(), String> {
    let check = |zone: &Value| support::check(&zone.to_string(), case.name, controls, vocabulary);
    let mut zone = zone(case);
    let before = check(&zone)?;
    let control = of(&before, case.control);
    if control.verdict != Verdict::Fail {
        return Err(format!("is {} before anything is mended", control.verdict.word()));
    }
    let findings = control.scenarios.iter().flat_map(|scenario| scenario.record.findings());
    let most =
        findings.filter_map(|finding| finding.allowed.as_ref()).map(|allowed| allowed.count()).max().unwrap_or(0);
    if most < case.actions {
        return Err(format!("names {most} actions, and {} are allowed", case.actions));
    }
    let policies = proposed(control)?;
    if policies.is_empty() {
        return Err("nothing is proposed".to_owned());
    }
    for (number, policy) in policies.iter().enumerate() {
        put(&mut zone, policy, number);
    }
    let after = check(&zone)?;
    let mended = of(&after, case.control);
    if mended.verdict != of(sample, case.control).verdict {
        let reasons: Vec<&str> = mended.scenarios.iter().map(|scenario| scenario.reason.as_str()).collect();
        return Err(format!("is {} with the policies in place: {}", mended.verdict.word(), reasons.join("; ")));
    }
    for ((now, was), best) in after.controls.iter().zip(&before.controls).zip(&sample.controls) {
        if now.verdict != was.verdict && now.verdict != best.verdict {
            return Err(format!("{} became {} by it", now.id, now.verdict.word()));
        }
    }
    Ok(())
}

#[test]
fn what_is_proposed_closes_every_hole_at_once_and_breaks_nothing() {
    let (controls, vocabulary) = support::catalogue();
    let sample = support::check(MockZone::sample_text(), "sample", &controls, &vocabulary).unwrap();
    let wanted = std::env::var("LOGPROOF_PROPOSAL").unwrap_or_default();
    let cases: Vec<&Case> = CASES.iter().filter(|case| case.name.contains(&wanted)).collect();
    let (next, problems) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(problem) = examine(case, &controls, &vocabulary, &sample) {
                        problems.lock().unwrap().push(format!("{} ({}): {problem}", case.name, case.control));
                    }
                }
            });
        }
    });
    let problems = problems.into_inner().unwrap();
    assert!(problems.is_empty(), "{} of {} cases:\n{}", problems.len(), cases.len(), problems.join("\n"));
}

#[test]
fn nothing_is_proposed_that_would_take_something_needed_away() {
    let (controls, vocabulary) = support::catalogue();
    // The reader is the log storage role itself, and its access has ended: a statement against it would be against the
    // only role that can administer the store.
    let storage = "arn:aws:iam::222222222222:role/LogArchive-Administrator";
    let text = format!(
        r#"{{"base": "sample", "json_patch": [{{"op": "add", "path": "/config/readers", "value": [{{"principal": "{storage}", "path": "", "until": "2025-01-01"}}]}}]}}"#
    );
    let assessment = support::check(&text, "storage role as a reader", &controls, &vocabulary).unwrap();
    let findings = of(&assessment, "LS-8.4").scenarios.iter().flat_map(|scenario| scenario.record.findings());
    let finding = findings.into_iter().find(|finding| finding.subject.arn == storage).expect("it can still read");
    match &finding.proposal {
        Some(Proposal::NotOffered(why)) => {
            assert!(why.contains(storage) && why.contains("would lose something it needs"), "{why}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_report_shows_the_actions_and_the_policy() {
    let (controls, vocabulary) = support::catalogue();
    let zone = zone(&CASES[1]);
    let assessment = support::check(&zone.to_string(), "reports", &controls, &vocabulary).unwrap();
    let policies = proposed(of(&assessment, "LS-6.2")).unwrap();
    assert!(policies[0].text.contains("OnlyTheStorageRoleConfigures"), "{}", policies[0].text);
    for (format, name) in logproof::report::Format::ALL {
        let mut made = Vec::new();
        format.write(&assessment, &mut made).unwrap();
        let text = String::from_utf8(made).unwrap();
        for needed in ["OnlyTheStorageRoleConfigures", "s3:PutBucketVersioning", "PutEncryptionConfiguration"] {
            assert!(text.contains(needed), "{name} does not show {needed}");
        }
    }
    let mut terminal = Vec::new();
    logproof::report::terminal::write(&assessment, Default::default(), &mut terminal).unwrap();
    let terminal = String::from_utf8(terminal).unwrap();
    assert!(terminal.contains("allowed    ") && terminal.contains("proposal   service control policy: create it"));
    // Many policies are not printed on a terminal: the reports above have them, under the numbers of what to do first.
    assert!(terminal.contains("The policies to paste are in summary.md and report.html"), "{terminal}");
}
