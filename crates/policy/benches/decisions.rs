//! Decisions per second over the worked cases, and properties of real policies.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use logproof_policy::{Account, Question, Scene, Source, Who, always, decide, never, who_can};

#[path = "../tests/support/cases.rs"]
mod cases;
#[path = "../tests/support/zone.rs"]
mod zone;

const CASES: &[u8] = include_bytes!("../tests/data/iam-cases.json");
const BUCKET_POLICY: &str = include_str!("../tests/data/log-bucket-policy.json");

fn decisions(c: &mut Criterion) {
    let cases = cases::read(CASES).unwrap();
    let mut group = c.benchmark_group("cases");
    group.throughput(Throughput::Elements(cases.len() as u64));
    group.bench_function("pre-parsed", |b| {
        b.iter(|| cases.iter().filter(|case| decide(&case.request, &case.policies).is_allowed()).count());
    });
    let texts = cases::policy_texts(CASES).unwrap();
    group.bench_function("with parsing", |b| {
        b.iter(|| {
            for text in texts.iter().flatten() {
                black_box(logproof_policy::Policy::parse("p", text.as_bytes()).unwrap());
            }
            cases.iter().filter(|case| decide(&case.request, &case.policies).is_allowed()).count()
        });
    });
    group.finish();
}

fn properties(c: &mut Criterion) {
    let scene = zone::bucket(BUCKET_POLICY);
    let deputy = Question::about(["s3:PutObject"])
        .on_all(&format!("{}/*", zone::BUCKET))
        .by(Who::services())
        .from_source(Source::Foreign);
    let delivery = Question::about(["s3:PutObject"])
        .on_all(&format!("{}/AWSLogs/o-exampleorgid/*", zone::BUCKET))
        .by(Who::service("cloudtrail.amazonaws.com"))
        .from_source(Source::Account(zone::MGMT.to_owned()))
        .when(&format!(
            r#"{{"StringEquals": {{"s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceArn": "{}", "s3:x-amz-server-side-encryption": "aws:kms", "aws:SourceAccount": "111111111111"}},
                "Bool": {{"aws:SecureTransport": "true"}}, "NumericGreaterThanEquals": {{"s3:TlsVersion": "1.2"}}}}"#,
            zone::TRAIL
        ))
        .unwrap();
    let outsiders = zone::on_bucket(Question::about(["s3:*"])).by(Who::outsiders());
    let delete = zone::on_bucket(Question::about(["s3:DeleteObject", "s3:DeleteObjectVersion"]))
        .by(Who::anyone().except_arn("arn:aws:iam::222222222222:role/BreakGlass"));
    let mut group = c.benchmark_group("properties");
    group.bench_function("no plain HTTP", |b| b.iter(|| assert!(never(&scene, &zone::plain_http()).holds())));
    group.bench_function("no confused deputy", |b| b.iter(|| assert!(never(&scene, &deputy).holds())));
    group.bench_function("delivery always works", |b| b.iter(|| assert!(always(&scene, &delivery).holds())));
    group.bench_function("no outsider", |b| b.iter(|| assert!(never(&scene, &outsiders).holds())));
    group.bench_function("no deletion", |b| b.iter(|| assert!(never(&scene, &delete).holds())));
    let readers = zone::on_bucket(Question::about(["s3:GetObject"]));
    group.bench_function("who can read", |b| b.iter(|| assert!(!who_can(&scene, &readers).can.is_empty())));
    let guard = zone::policy(
        "guard",
        r#"[{"Effect": "Deny", "Action": ["cloudtrail:StopLogging", "cloudtrail:DeleteTrail"], "Resource": "*",
             "Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::222222222222:role/TrailAdmin"}}}]"#,
    );
    let mut organization = zone::organization();
    let members = (0..50).map(|i| Account::member(&format!("{:012}", 600_000_000_000u64 + i)));
    organization.accounts.extend(members);
    for account in &mut organization.accounts {
        account.scps = Some(zone::path(std::slice::from_ref(&guard)));
    }
    let everywhere = Scene::in_every_account(organization);
    let stop = Question::about(["cloudtrail:StopLogging", "cloudtrail:DeleteTrail"])
        .on(zone::TRAIL)
        .by(Who::organization().except_management_account().except_arn("arn:aws:iam::222222222222:role/TrailAdmin"));
    group.bench_function("no stopping in 54 accounts", |b| b.iter(|| assert!(never(&everywhere, &stop).holds())));
    group.finish();
}

criterion_group!(benches, decisions, properties);
criterion_main!(benches);
