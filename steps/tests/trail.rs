//! The controls on the organization trail, its deliveries and its data events over a landing zone held in values.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::result_large_err,
    missing_docs,
    unreachable_pub,
    reason = "test code"
)]

mod support;

use logproof_estate::{
    facts::{AdvancedSelector, FieldSelector},
    record::Verdict::{Error, Fail, NotApplicable, Pass},
};
use support::*;

const ALL_ACCOUNTS: &str = "Every account sees the organization trail in every Region";
const ARRIVED: &str = "Log files of every account have arrived";

#[test]
fn every_account_and_region_is_asked_and_counted() {
    let outcome = run("LS-4.1", ALL_ACCOUNTS, zone());
    let population = &outcome.record.populations[0];
    assert_eq!((population.expected, population.examined), (6, 6));
    assert_eq!(outcome.record.observations.len(), 6);
    let cells: Vec<_> = outcome.record.observations.iter().map(|o| (&o.subject.account, &o.subject.region)).collect();
    assert!(cells.is_sorted(), "{cells:?}");
}

#[test]
fn an_account_the_trail_does_not_reach_is_named() {
    let mut zone = zone();
    zone.org_trail().hidden_in.insert((WORKLOAD, "eu-west-1"));
    let outcome = run("LS-4.1", ALL_ACCOUNTS, zone);
    assert_eq!(outcome.verdict, Fail);
    assert_eq!(outcome.finding().subject.arn, "arn:aws:cloudtrail:eu-west-1:444444444444:*");
    assert_eq!(outcome.finding().found, "no trail at all");
}

#[test]
fn an_account_that_cannot_be_asked_is_an_error_and_not_counted() {
    let mut zone = zone();
    zone.denied = vec!["cloudtrail:DescribeTrails 444444444444"];
    let outcome = run("LS-4.1", ALL_ACCOUNTS, zone);
    assert_eq!(outcome.verdict, Error);
    let population = &outcome.record.populations[0];
    assert_eq!((population.expected, population.examined), (6, 4));
}

#[test]
fn a_suspended_account_is_left_out_by_name() {
    let mut zone = zone();
    zone.directory.accounts[2].status = "SUSPENDED".to_owned();
    zone.denied = vec!["cloudtrail:DescribeTrails 444444444444"];
    let outcome = run("LS-4.1", ALL_ACCOUNTS, zone);
    assert_eq!(outcome.verdict, Pass);
    let population = &outcome.record.populations[0];
    assert_eq!((population.expected, population.examined), (4, 4));
    assert!(population.left_out[0].contains("444444444444") && population.left_out[0].contains("SUSPENDED"));
}

#[test]
fn a_trail_of_one_account_is_not_the_organizations() {
    let mut zone = zone();
    zone.org_trail().trail.is_organization_trail = false;
    assert_eq!(run("LS-4.1", "The trail is an organization trail", zone.clone()).verdict, Fail);
    assert_eq!(run("LS-4.1", ALL_ACCOUNTS, zone).record.findings().count(), 4, "members do not see it");
    let mut gone = support::zone();
    gone.trails.remove(0);
    let outcome = run("LS-4.1", "The trail is an organization trail", gone);
    assert_eq!(outcome.finding().subject.arn, TRAIL_ARN);
    assert_eq!(outcome.finding().found, "no trail at all");
}

#[test]
fn a_trail_of_another_account_than_the_management_account_fails() {
    let mut zone = zone();
    zone.organization.management_account = WORKLOAD.parse().unwrap();
    let outcome = run("LS-4.1", "The trail belongs to the management account", zone);
    assert_eq!((outcome.verdict, outcome.finding().found.as_str()), (Fail, "owned by account 111111111111"));
}

#[test]
fn each_way_a_trail_records_less_is_a_finding() {
    let with = |scenario: &str, change: fn(&mut TrailOf)| {
        let mut zone = zone();
        change(zone.org_trail());
        run("LS-4.2", scenario, zone)
    };
    let stopped = with("The trail is logging", |one| {
        let status = one.status.get_mut("eu-central-1").unwrap();
        status.is_logging = false;
        status.stopped_logging = Some(at("2026-01-10T00:00:00Z"));
    });
    assert!(stopped.finding().found.contains("stopped on 2026-01-10"));
    let single = with("The trail applies to all Regions", |one| one.trail.is_multi_region = false);
    assert!(single.finding().found.contains("eu-central-1"));
    let local = with("The trail includes global services", |one| one.trail.include_global_service_events = false);
    assert_eq!(local.verdict, Fail);
    let excluded = with("Every event that writes is recorded", |one| {
        one.selectors.basic[0].excluded_sources.push("kms.amazonaws.com".to_owned());
    });
    assert_eq!(excluded.finding().found, "kms.amazonaws.com left out");
    let write_only: fn(&mut TrailOf) = |one| one.selectors.basic[0].read_write = "WriteOnly".to_owned();
    assert_eq!(with("Every event that reads is recorded", write_only).verdict, Fail);
    assert_eq!(with("Every event that writes is recorded", write_only).verdict, Pass);
}

#[test]
fn a_similar_bucket_and_another_prefix_are_not_the_log_bucket() {
    let mut similar = zone();
    similar.org_trail().trail.bucket = format!("{BUCKET}-old");
    let outcome = run("LS-4.3", "The trail delivers to the log bucket", similar);
    assert!(outcome.finding().found.ends_with("-old`"));
    let mut prefixed = zone();
    prefixed.org_trail().trail.prefix = Some("audit".to_owned());
    let outcome = run("LS-4.3", "The trail delivers under the agreed key prefix", prefixed.clone());
    assert_eq!(
        (outcome.finding().expected.as_ref(), outcome.finding().found.as_str()),
        ("no key prefix", "key prefix `audit/`")
    );
    prefixed.config.names.log_prefix = Some("audit/".to_owned());
    assert_eq!(run("LS-4.3", "The trail delivers under the agreed key prefix", prefixed).verdict, Pass);
}

#[test]
fn a_late_delivery_is_a_finding_in_the_region_it_is_late_in() {
    let late = "Log files were delivered for every Region";
    let mut home = zone();
    home.org_trail().status.get_mut("eu-central-1").unwrap().latest_delivery = Some(at("2026-01-14T11:00:00Z"));
    let outcome = run("LS-4.6", late, home.clone());
    assert_eq!(outcome.finding().subject.region, "eu-central-1".parse().ok());
    assert!(outcome.finding().found.contains("25 hours ago"));
    home.config.expectations.delivery_hours = 26;
    assert_eq!(run("LS-4.6", late, home).verdict, Pass, "the owner decides what is late");

    let mut quiet = zone();
    quiet.org_trail().status.get_mut("eu-west-1").unwrap().latest_delivery = Some(at("2026-01-01T11:00:00Z"));
    assert_eq!(run("LS-4.6", late, quiet.clone()).verdict, Pass, "a digest says that there was nothing to log");
    quiet.org_trail().trail.log_file_validation = false;
    assert_eq!(run("LS-4.6", late, quiet.clone()).verdict, Fail);
    quiet.org_trail().status.get_mut("eu-west-1").unwrap().latest_delivery = None;
    assert_eq!(run("LS-4.6", late, quiet.clone()).finding().found, "no log file was ever delivered");
    quiet.org_trail().status.remove("eu-west-1");
    assert_eq!(run("LS-4.6", late, quiet).finding().found, "no such trail in this Region");
}

#[test]
fn delivery_errors_and_late_digests_are_findings() {
    let mut failing = zone();
    failing.org_trail().status.get_mut("eu-west-1").unwrap().latest_delivery_error = Some("AccessDenied".to_owned());
    let outcome = run("LS-4.6", "No delivery fails", failing);
    assert_eq!((outcome.verdict, outcome.finding().found.as_str()), (Fail, "`AccessDenied`"));

    let digests = "Digests were delivered for every Region";
    let mut late = zone();
    late.org_trail().status.get_mut("eu-west-1").unwrap().latest_digest_delivery = None;
    assert_eq!(run("LS-4.6", digests, late).finding().found, "no digest was ever delivered");
    let mut failing = zone();
    failing.org_trail().status.get_mut("eu-west-1").unwrap().latest_digest_delivery_error =
        Some("AccessDenied".to_owned());
    assert_eq!(run("LS-4.6", digests, failing).finding().place.as_deref(), Some("LatestDigestDeliveryError"));
    let mut off = zone();
    off.org_trail().trail.log_file_validation = false;
    assert_eq!(run("LS-4.6", digests, off).verdict, NotApplicable);
    let mut denied = zone();
    denied.denied = vec!["cloudtrail:GetTrailStatus eu-west-1"];
    let outcome = run("LS-4.6", digests, denied);
    assert_eq!((outcome.verdict, outcome.record.populations[0].examined), (Error, 1));
}

#[test]
fn the_newest_log_file_of_each_account_is_found_in_few_questions() {
    let outcome = run("LS-4.6", ARRIVED, zone());
    assert_eq!((outcome.record.populations[0].expected, outcome.record.populations[0].examined), (3, 3));
    // Organization, directory, buckets, location, trails, the folder of the organization, and one per account.
    assert_eq!(outcome.questions, 9);
}

#[test]
fn an_account_whose_log_files_stopped_is_named_with_the_newest_one() {
    let mut zone = zone();
    let objects = &mut zone.log_bucket().objects;
    objects.retain(|key| !key.contains(WORKLOAD));
    let missing = run("LS-4.6", ARRIVED, zone.clone());
    assert!(missing.finding().found.starts_with("no folder AWSLogs/o-exampleorg1/444444444444/"));

    zone.log_bucket().objects.insert(log_file(WORKLOAD, "2025/12/30", "20251230T2355Z"));
    zone.log_bucket().objects.insert(log_file(WORKLOAD, "2026/01/02", "20260102T0810Z"));
    let stale = run("LS-4.6", ARRIVED, zone.clone());
    assert_eq!(stale.finding().found, "newest of 2026-01-02T08:10:00Z (13 days ago)");
    assert!(stale.finding().subject.arn.ends_with("/AWSLogs/o-exampleorg1/444444444444/"));

    let digest = log_file(WORKLOAD, "2026/01/15", "20260115T110012Z").replace("CloudTrail", "CloudTrail-Digest");
    zone.log_bucket().objects.insert(digest);
    let quiet = run("LS-4.6", ARRIVED, zone);
    assert_eq!(quiet.verdict, Pass, "{}", quiet.reason);
}

#[test]
fn the_newest_file_of_a_day_with_more_files_than_a_page_is_found() {
    let mut zone = zone();
    zone.config.expectations.delivery_hours = 2;
    let objects = &mut zone.log_bucket().objects;
    objects.retain(|key| !key.contains(WORKLOAD));
    for stamp in ["20260115T0005Z", "20260115T0010Z", "20260115T0015Z", "20260115T0020Z", "20260115T1125Z"] {
        objects.insert(log_file(WORKLOAD, "2026/01/15", stamp));
    }
    assert_eq!(run("LS-4.6", ARRIVED, zone.clone()).verdict, Pass);
    zone.log_bucket().objects.remove(&log_file(WORKLOAD, "2026/01/15", "20260115T1125Z"));
    assert_eq!(run("LS-4.6", ARRIVED, zone).finding().found, "newest of 2026-01-15T00:20:00Z (11 hours ago)");
}

const READS: &str = "Reads of log objects are recorded";
const WRITES: &str = "Writes to log objects are recorded elsewhere";
const LOOP: &str = "No trail records its own deliveries";

#[test]
fn log_objects_that_nobody_records_are_a_finding() {
    let mut none = zone();
    none.data_trail().selectors = basic(false, &["arn:aws:s3:::aws-acme-log-storage-222222222222/"]);
    let outcome = run("LS-4.7", READS, none);
    assert_eq!(outcome.verdict, Fail);
    assert_eq!(outcome.finding().subject.arn, BUCKET_ARN);
    assert!(outcome.finding().found.contains("trail `log-objects` records none"), "{}", outcome.finding().found);

    let mut part = zone();
    part.data_trail().selectors = basic(false, &[&format!("{BUCKET_ARN}/AWSLogs/")]);
    assert!(run("LS-4.7", WRITES, part).finding().found.contains("only objects below"));

    let mut stopped = zone();
    stopped.data_trail().status.get_mut("eu-central-1").unwrap().is_logging = false;
    assert!(run("LS-4.7", WRITES, stopped).finding().found.contains("is not logging"));
}

#[test]
fn a_trail_that_feeds_on_its_own_deliveries_is_a_finding() {
    let mut own = zone();
    own.trails.remove(1);
    own.org_trail().selectors = basic(true, &["arn:aws:s3"]);
    assert_eq!(run("LS-4.7", READS, own.clone()).verdict, Pass, "reads make no loop");
    assert!(run("LS-4.7", WRITES, own.clone()).finding().found.contains("delivers into the log bucket itself"));
    let looping = run("LS-4.7", LOOP, own.clone());
    assert_eq!(looping.finding().subject.arn, TRAIL_ARN);

    own.org_trail().selectors = logproof_estate::facts::EventSelectors {
        basic: Vec::new(),
        advanced: vec![AdvancedSelector {
            name: None,
            fields: vec![
                field("eventCategory", |field| field.equals = vec!["Data".to_owned()]),
                field("resources.type", |field| field.equals = vec!["AWS::S3::Object".to_owned()]),
                field("resources.ARN", |field| field.not_starts_with = vec![format!("{BUCKET_ARN}/")]),
            ],
        }],
    };
    assert_eq!(run("LS-4.7", LOOP, own).verdict, Pass);
}

#[test]
fn nothing_is_said_of_a_loop_when_no_trail_delivers_here() {
    let mut zone = zone();
    zone.org_trail().trail.bucket = "elsewhere".to_owned();
    assert_eq!(run("LS-4.7", LOOP, zone).verdict, NotApplicable);
}

fn field(name: &str, change: impl FnOnce(&mut FieldSelector)) -> FieldSelector {
    let mut field = FieldSelector { field: name.to_owned(), ..FieldSelector::default() };
    change(&mut field);
    field
}
