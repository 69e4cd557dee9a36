//! The controls on place, keys and bucket settings over a landing zone held in values, and what all structural
//! controls have in common.

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
    facts::{KeyRotation, PublicAccessBlock},
    record::Verdict::{Error, Fail, NotApplicable, Pass},
};
use support::*;

/// Every control and scenario of these tests.
const SCENARIOS: [(&str, &[&str]); 14] = [
    (
        "LS-1.1",
        &[
            "The log archive account is an active member of the organization",
            "The log archive account is not the management account",
            "The log archive account has no other part in the landing zone",
            "The log archive account owns the log bucket",
        ],
    ),
    ("LS-1.2", &["The log bucket is in the home Region", "The log key is in the Region of the log bucket"]),
    ("LS-1.3", &["The name of the log bucket states its account and Region"]),
    (
        "LS-2.1",
        &[
            "The log key is in the approved account",
            "The log key is customer managed",
            "The log key can be used",
            "The log key does not run out",
        ],
    ),
    ("LS-2.2", &["New objects are encrypted with SSE-KMS", "The default key is the log key"]),
    ("LS-2.3", &["The trail encrypts its log files with the log key"]),
    ("LS-2.6", &["AWS KMS rotates the log key"]),
    ("LS-3.1", &["All four Block Public Access settings are in effect"]),
    ("LS-3.2", &["The bucket owner owns what is delivered"]),
    (
        "LS-4.1",
        &[
            "The trail is an organization trail",
            "The trail belongs to the management account",
            "Every account sees the organization trail in every Region",
        ],
    ),
    (
        "LS-4.2",
        &[
            "The trail is logging",
            "The trail applies to all Regions",
            "The trail includes global services",
            "Every event that reads is recorded",
            "Every event that writes is recorded",
        ],
    ),
    ("LS-4.3", &["The trail delivers to the log bucket", "The trail delivers under the agreed key prefix"]),
    (
        "LS-4.6",
        &[
            "Log files were delivered for every Region",
            "No delivery fails",
            "Digests were delivered for every Region",
            "Log files of every account have arrived",
        ],
    ),
    (
        "LS-4.7",
        &[
            "Reads of log objects are recorded",
            "Writes to log objects are recorded elsewhere",
            "No trail records its own deliveries",
        ],
    ),
];

const ALL_ACCOUNTS: &str = "Every account sees the organization trail in every Region";
const ARRIVED: &str = "Log files of every account have arrived";
const DEFAULT_KEY: &str = "The default key is the log key";

#[test]
fn the_compliant_zone_passes_every_scenario_and_each_observation_rests_on_an_exchange() {
    for (id, scenarios) in SCENARIOS {
        for scenario in scenarios {
            let outcome = run(id, scenario, zone());
            assert_eq!(outcome.verdict, Pass, "{id} {scenario}: {}", outcome.reason);
            for observation in &outcome.record.observations {
                assert!(!observation.exchanges.is_empty(), "{id} {scenario} rests on nothing: {observation:?}");
                // What meets the control leaves nothing to change.
                assert!(
                    observation.hint.is_none() && !observation.found.is_empty(),
                    "{id} {scenario}: {observation:?}"
                );
            }
        }
    }
}

#[test]
fn without_the_log_bucket_every_control_of_it_fails_and_says_so() {
    for (id, scenario) in [
        ("LS-1.2", "The log bucket is in the home Region"),
        ("LS-1.3", "The name of the log bucket states its account and Region"),
        ("LS-2.2", DEFAULT_KEY),
        ("LS-3.1", "All four Block Public Access settings are in effect"),
        ("LS-4.3", "The trail delivers to the log bucket"),
        ("LS-4.6", ARRIVED),
        ("LS-4.7", "Reads of log objects are recorded"),
    ] {
        let mut zone = zone();
        zone.buckets.remove(BUCKET);
        let outcome = run(id, scenario, zone);
        assert_eq!(outcome.verdict, Fail, "{id}: {}", outcome.reason);
        assert_eq!(outcome.finding().subject.arn, BUCKET_ARN);
        assert!(outcome.finding().expected.contains("exists in account 222222222222"), "{id}");
    }
}

#[test]
fn a_list_of_buckets_that_may_not_be_read_does_not_hide_what_can_be_read() {
    let mut denied = zone();
    denied.denied = vec!["s3:ListAllMyBuckets", "s3:GetBucketLocation"];
    assert_eq!(run("LS-3.2", "The bucket owner owns what is delivered", denied.clone()).verdict, Pass);
    let owner = run("LS-1.1", "The log archive account owns the log bucket", denied);
    assert_eq!(owner.verdict, Error);
    assert!(owner.reason.contains("s3:ListAllMyBuckets"), "{}", owner.reason);
}

#[test]
fn a_log_bucket_in_a_workload_account_is_found_there() {
    let mut zone = zone();
    zone.log_bucket().account = WORKLOAD;
    let outcome = run("LS-1.1", "The log archive account owns the log bucket", zone);
    assert_eq!(outcome.verdict, Fail);
    assert_eq!(outcome.finding().found, "owned by account 444444444444 (`workload-prod`)");
}

#[test]
fn a_log_archive_that_is_suspended_missing_or_busy_with_something_else_fails() {
    let active = "The log archive account is an active member of the organization";
    let mut suspended = zone();
    suspended.directory.accounts[1].status = "SUSPENDED".to_owned();
    assert!(run("LS-1.1", active, suspended).finding().found.contains("SUSPENDED"));
    let mut missing = zone();
    missing.directory.accounts.remove(1);
    assert!(run("LS-1.1", active, missing).finding().found.contains("no such account among the 2"));
    let mut other = zone();
    other.config.organization.id = Some("o-somebodyelse".to_owned());
    assert_eq!(run("LS-1.1", active, other).finding().expected.as_ref(), "organization o-somebodyelse");
    let mut management = zone();
    management.organization.management_account = ARCHIVE.parse().unwrap();
    assert_eq!(run("LS-1.1", "The log archive account is not the management account", management).verdict, Fail);
    let mut tooling = zone();
    tooling.config.organization.security_tooling_account = ARCHIVE.parse().ok();
    let outcome = run("LS-1.1", "The log archive account has no other part in the landing zone", tooling);
    assert_eq!(outcome.finding().found, "it is also the security tooling account");
}

#[test]
fn a_bucket_name_that_lies_fails_and_one_of_the_owners_own_does_not_apply() {
    let scenario = "The name of the log bucket states its account and Region";
    let renamed = |name: &'static str| {
        let mut zone = zone();
        zone.config.names.bucket = Some(name.to_owned());
        let bucket = zone.buckets.remove(BUCKET).unwrap();
        zone.buckets.insert(name, bucket);
        run("LS-1.3", scenario, zone)
    };
    let lying = renamed("aws-acme-log-storage-444444444444-eu-central-1");
    assert_eq!(lying.verdict, Fail);
    assert!(lying.finding().found.contains("the name says account 444444444444"), "{}", lying.finding().found);
    let own = renamed("aws-controltower-logs-222222222222-eu-central-1");
    assert_eq!(own.verdict, NotApplicable);
    assert!(own.reason.contains("names.bucket"), "{}", own.reason);
    assert_eq!(renamed("aws-other-log-storage-222222222222-eu-central-1").verdict, Pass);
    let mut moved = zone();
    moved.log_bucket().region = "eu-west-1";
    assert!(run("LS-1.3", scenario, moved).finding().found.contains("the bucket is in eu-west-1"));
}

#[test]
fn a_bucket_or_key_in_another_region_fails() {
    let mut moved = zone();
    moved.log_bucket().region = "eu-west-1";
    assert_eq!(run("LS-1.2", "The log bucket is in the home Region", moved.clone()).finding().found, "eu-west-1");
    let outcome = run("LS-1.2", "The log key is in the Region of the log bucket", moved);
    assert_eq!((outcome.verdict, outcome.finding().found.as_str()), (Fail, "eu-central-1"));
}

#[test]
fn each_quality_of_the_key_is_a_scenario_of_its_own() {
    let with = |scenario: &str, change: fn(&mut logproof_estate::facts::KmsKey)| {
        let mut zone = zone();
        change(zone.keys.get_mut("222222222222 alias/acme-log-storage").unwrap());
        run("LS-2.1", scenario, zone)
    };
    let aws = with("The log key is customer managed", |key| key.manager = "AWS".to_owned());
    assert!(aws.finding().found.starts_with("an AWS managed key"));
    let pending = with("The log key can be used", |key| key.state = "PendingDeletion".to_owned());
    assert!(pending.finding().found.contains("PendingDeletion"));
    let signing = with("The log key can be used", |key| key.spec = Some("RSA_2048".to_owned()));
    assert!(signing.finding().found.contains("RSA_2048"));
    let expiring = with("The log key does not run out", |key| {
        key.origin = Some("EXTERNAL".to_owned());
        key.valid_to = Some(at("2026-06-01T00:00:00Z"));
    });
    assert!(expiring.finding().found.contains("expires on 2026-06-01"));
    let elsewhere =
        with("The log key is in the approved account", |key| key.arn = key.arn.replace(ARCHIVE, "333333333333"));
    assert!(elsewhere.finding().found.ends_with("in account 333333333333"));
    let mut gone = zone();
    gone.keys.clear();
    assert_eq!(run("LS-2.1", "The log key can be used", gone).finding().found, "no such key");
}

#[test]
fn the_default_key_may_be_named_in_four_ways() {
    for name in [
        KEY_ARN,
        "1234abcd-12ab-34cd-56ef-1234567890ab",
        "alias/acme-log-storage",
        "arn:aws:kms:eu-central-1:222222222222:alias/acme-log-storage",
    ] {
        let mut zone = zone();
        zone.log_bucket().encryption = Some(encryption("aws:kms", Some(name)));
        let outcome = run("LS-2.2", DEFAULT_KEY, zone);
        assert_eq!(outcome.verdict, Pass, "{name}: {}", outcome.reason);
        assert_eq!(outcome.record.notes.is_empty(), name.starts_with("arn:"), "a name each writer resolves is noted");
    }
}

#[test]
fn another_default_key_fails_and_both_are_named() {
    let with = |encryption| {
        let mut zone = zone();
        let other = KEY_ARN.replace("1234abcd", "ffffffff");
        zone.keys.insert("222222222222 alias/other".to_owned(), key(&other));
        zone.log_bucket().encryption = Some(encryption);
        run("LS-2.2", DEFAULT_KEY, zone)
    };
    let alias = with(encryption("aws:kms", Some("alias/other")));
    assert_eq!(alias.verdict, Fail);
    assert!(alias.finding().found.contains("key/ffffffff") && alias.finding().expected.contains(KEY_ARN));
    let foreign = with(encryption("aws:kms", Some("arn:aws:kms:eu-central-1:333333333333:key/aaaa")));
    assert!(foreign.finding().found.ends_with("in account 333333333333"), "{}", foreign.finding().found);
    let foreign_alias =
        with(encryption("aws:kms", Some("arn:aws:kms:eu-central-1:333333333333:alias/acme-log-storage")));
    assert!(foreign_alias.finding().found.contains("a key of account 333333333333"));
    let dangling = with(encryption("aws:kms", Some("alias/gone")));
    assert!(dangling.finding().found.contains("which is no key of account 222222222222"));
    let managed = with(encryption("aws:kms", None));
    assert!(managed.finding().found.contains("aws/s3"));
    let sse_s3 = with(encryption("AES256", None));
    assert_eq!(sse_s3.finding().found, "no key: SSE-S3 (AES256)");
}

#[test]
fn the_algorithm_is_judged_apart_from_the_key() {
    let scenario = "New objects are encrypted with SSE-KMS";
    let with = |encryption| {
        let mut zone = zone();
        zone.log_bucket().encryption = encryption;
        run("LS-2.2", scenario, zone)
    };
    assert_eq!(with(Some(encryption("AES256", None))).finding().found, "SSE-S3 (AES256)");
    assert_eq!(with(None).finding().found, "no default encryption");
    assert_eq!(with(Some(encryption("aws:kms:dsse", Some(KEY_ARN)))).verdict, Pass);
}

#[test]
fn an_alias_that_now_leads_elsewhere_is_caught() {
    let mut zone = zone();
    let other = KEY_ARN.replace("1234abcd", "ffffffff");
    zone.keys.insert("222222222222 alias/acme-log-storage".to_owned(), key(&other));
    let bucket = run("LS-2.2", DEFAULT_KEY, zone.clone());
    assert!(bucket.finding().expected.contains(&other) && bucket.finding().found.contains(KEY_ARN));
    let trail = run("LS-2.3", "The trail encrypts its log files with the log key", zone);
    assert!(trail.finding().expected.contains(&other) && trail.finding().found.contains(KEY_ARN));
}

#[test]
fn a_trail_without_a_key_or_with_another_fails() {
    let with = |key: Option<&str>| {
        let mut zone = zone();
        zone.org_trail().trail.kms_key = key.map(str::to_owned);
        run("LS-2.3", "The trail encrypts its log files with the log key", zone)
    };
    assert_eq!(with(None).finding().found, "no key: SSE-S3 (AES256)");
    // An alias in a trail of the management account can only mean a key of that account.
    assert!(with(Some("alias/acme-log-storage")).finding().found.contains("a key of account 111111111111"));
    assert_eq!(with(Some("arn:aws:kms:eu-central-1:222222222222:alias/acme-log-storage")).verdict, Pass);
}

#[test]
fn rotation_is_judged_by_its_period_and_does_not_apply_to_every_key() {
    let with = |rotation: KeyRotation, origin: &str| {
        let mut zone = zone();
        zone.rotation = rotation;
        zone.keys.get_mut("222222222222 alias/acme-log-storage").unwrap().origin = Some(origin.to_owned());
        run("LS-2.6", "AWS KMS rotates the log key", zone)
    };
    let rotation = |enabled, period_days| KeyRotation { enabled, period_days };
    assert_eq!(with(rotation(false, None), "AWS_KMS").finding().found, "rotation is off");
    assert_eq!(with(rotation(true, Some(730)), "AWS_KMS").finding().found, "rotated every 730 days");
    assert_eq!(with(rotation(true, None), "AWS_KMS").verdict, Pass);
    let imported = with(rotation(false, None), "EXTERNAL");
    assert_eq!(imported.verdict, NotApplicable);
    assert!(imported.reason.contains("EXTERNAL"));
}

#[test]
fn public_access_is_blocked_by_the_bucket_or_by_the_account_setting_by_setting() {
    let scenario = "All four Block Public Access settings are in effect";
    let with = |bucket, account| {
        let mut zone = zone();
        zone.log_bucket().public_access_block = bucket;
        zone.account_public_access_block = account;
        run("LS-3.1", scenario, zone)
    };
    assert_eq!(with(None, None).record.findings().count(), 4, "absent is off, not an error");
    assert_eq!(with(None, Some(BLOCKED)).verdict, Pass);
    let half = PublicAccessBlock { block_public_acls: true, ignore_public_acls: true, ..PublicAccessBlock::default() };
    let rest = PublicAccessBlock { block_public_policy: true, restrict_public_buckets: false, ..half };
    let outcome = with(Some(half), Some(rest));
    assert_eq!(outcome.finding().place.as_deref(), Some("RestrictPublicBuckets"));
    let mut denied = zone();
    denied.denied = vec!["s3:GetBucketPublicAccessBlock"];
    assert_eq!(run("LS-3.1", scenario, denied).verdict, Error, "denied is neither on nor off");
    let mut account_denied = zone();
    account_denied.denied = vec!["s3:GetAccountPublicAccessBlock"];
    assert_eq!(run("LS-3.1", scenario, account_denied).verdict, Pass, "the account is not asked about without need");
}

#[test]
fn objects_belong_to_the_bucket_owner_enforced_or_preferred() {
    let with = |ownership: Option<&'static str>| {
        let mut zone = zone();
        zone.log_bucket().ownership = ownership;
        run("LS-3.2", "The bucket owner owns what is delivered", zone)
    };
    let preferred = with(Some("BucketOwnerPreferred"));
    assert_eq!((preferred.verdict, preferred.record.notes.len()), (Pass, 1));
    assert_eq!(with(Some("ObjectWriter")).finding().found, "ObjectWriter");
    assert!(with(None).finding().found.contains("ObjectWriter"));
}

#[test]
fn each_control_is_an_error_when_its_question_is_denied() {
    for (id, scenario, action) in [
        ("LS-1.1", "The log archive account is an active member of the organization", "organizations:ListAccounts"),
        ("LS-1.2", "The log bucket is in the home Region", "s3:GetBucketLocation"),
        ("LS-1.3", "The name of the log bucket states its account and Region", "s3:GetBucketLocation"),
        ("LS-2.1", "The log key can be used", "kms:DescribeKey"),
        ("LS-2.2", DEFAULT_KEY, "s3:GetEncryptionConfiguration"),
        ("LS-2.3", "The trail encrypts its log files with the log key", "cloudtrail:DescribeTrails"),
        ("LS-2.6", "AWS KMS rotates the log key", "kms:GetKeyRotationStatus"),
        ("LS-3.1", "All four Block Public Access settings are in effect", "s3:GetBucketPublicAccessBlock"),
        ("LS-3.2", "The bucket owner owns what is delivered", "s3:GetBucketOwnershipControls"),
        ("LS-4.1", ALL_ACCOUNTS, "cloudtrail:DescribeTrails"),
        ("LS-4.2", "Every event that reads is recorded", "cloudtrail:GetEventSelectors"),
        ("LS-4.3", "The trail delivers to the log bucket", "cloudtrail:DescribeTrails"),
        ("LS-4.6", ARRIVED, "s3:ListBucket AWSLogs"),
        ("LS-4.7", "No trail records its own deliveries", "cloudtrail:GetEventSelectors"),
    ] {
        let mut zone = zone();
        zone.denied = vec![action];
        let outcome = run(id, scenario, zone);
        assert_eq!(outcome.verdict, Error, "{id}: {}", outcome.reason);
        let named = action.split(' ').next().unwrap();
        assert!(outcome.reason.contains(named), "{id}: {}", outcome.reason);
    }
}
