//! A landing zone of three accounts and two Regions, compliant until a test changes it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use logproof_estate::{
    Config,
    facts::{
        Account, BasicSelector, BucketEncryption, Directory, EventSelectors, KeyRotation, KmsKey, Organization,
        OrganizationalUnit, PublicAccessBlock, Root, Trail, TrailStatus,
    },
};

/// Management account.
pub const MANAGEMENT: &str = "111111111111";
/// Log archive account.
pub const ARCHIVE: &str = "222222222222";
/// A workload account.
pub const WORKLOAD: &str = "444444444444";
/// The log bucket.
pub const BUCKET: &str = "aws-acme-log-storage-222222222222-eu-central-1";
/// The log bucket.
pub const BUCKET_ARN: &str = "arn:aws:s3:::aws-acme-log-storage-222222222222-eu-central-1";
/// The log key.
pub const KEY_ARN: &str = "arn:aws:kms:eu-central-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab";
/// The organization trail.
pub const TRAIL_ARN: &str = "arn:aws:cloudtrail:eu-central-1:111111111111:trail/org-trail";
/// The trail of data events.
pub const DATA_TRAIL_ARN: &str = "arn:aws:cloudtrail:eu-central-1:222222222222:trail/log-objects";

const CONFIG: &str = r#"
[organization]
management_account = "111111111111"
log_archive_account = "222222222222"
home_region = "eu-central-1"
governed_regions = ["eu-central-1", "eu-west-1"]
[names]
prefix = "acme"
key = "alias/acme-log-storage"
trail = "org-trail"
"#;

/// One bucket.
#[derive(Debug, Clone)]
pub struct Bucket {
    /// Owner.
    pub account: &'static str,
    /// Region.
    pub region: &'static str,
    /// Default encryption.
    pub encryption: Option<BucketEncryption>,
    /// Block Public Access.
    pub public_access_block: Option<PublicAccessBlock>,
    /// Object ownership.
    pub ownership: Option<&'static str>,
    /// Keys of its objects.
    pub objects: BTreeSet<String>,
}

/// One trail.
#[derive(Debug, Clone)]
pub struct TrailOf {
    /// What is described.
    pub trail: Trail,
    /// Its selectors.
    pub selectors: EventSelectors,
    /// Its status, by Region.
    pub status: BTreeMap<&'static str, TrailStatus>,
    /// Accounts and Regions that do not see it.
    pub hidden_in: BTreeSet<(&'static str, &'static str)>,
}

/// A landing zone.
#[derive(Debug, Clone)]
pub struct Zone {
    /// Now.
    pub now: Timestamp,
    /// The configuration.
    pub config: Config,
    /// The organization.
    pub organization: Organization,
    /// Its accounts.
    pub directory: Directory,
    /// Buckets by name.
    pub buckets: BTreeMap<&'static str, Bucket>,
    /// Keys by what resolves to them, as `account id-or-alias`.
    pub keys: BTreeMap<String, KmsKey>,
    /// Rotation of every key.
    pub rotation: KeyRotation,
    /// Account-level Block Public Access of the log archive.
    pub account_public_access_block: Option<PublicAccessBlock>,
    /// Trails.
    pub trails: Vec<TrailOf>,
    /// Questions that are denied: parts of `question argument argument`.
    pub denied: Vec<&'static str>,
}

/// An instant.
pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// All four settings on.
pub const BLOCKED: PublicAccessBlock = PublicAccessBlock {
    block_public_acls: true,
    ignore_public_acls: true,
    block_public_policy: true,
    restrict_public_buckets: true,
};

/// The compliant zone.
pub fn zone() -> Zone {
    let bucket = Bucket {
        account: ARCHIVE,
        region: "eu-central-1",
        encryption: Some(encryption("aws:kms", Some(KEY_ARN))),
        public_access_block: Some(BLOCKED),
        ownership: Some("BucketOwnerEnforced"),
        objects: [MANAGEMENT, ARCHIVE, WORKLOAD]
            .map(|account| log_file(account, "2026/01/15", "20260115T1130Z"))
            .into(),
    };
    let other = Bucket { objects: BTreeSet::new(), ..bucket.clone() };
    Zone {
        now: at("2026-01-15T12:00:00Z"),
        config: Config::parse(CONFIG).unwrap(),
        organization: Organization {
            id: "o-exampleorg1".to_owned(),
            arn: "arn:aws:organizations::111111111111:organization/o-exampleorg1".to_owned(),
            management_account: MANAGEMENT.parse().unwrap(),
            feature_set: "ALL".to_owned(),
        },
        directory: Directory {
            root: Root { id: "r-exmp".to_owned(), arn: "arn:root".to_owned(), enabled_policy_types: Vec::new() },
            units: vec![OrganizationalUnit {
                id: "ou-exmp-security1".to_owned(),
                arn: "arn:ou".to_owned(),
                name: "Security".to_owned(),
                parent: "r-exmp".to_owned(),
            }],
            accounts: vec![
                account(MANAGEMENT, "management", "r-exmp"),
                account(ARCHIVE, "log-archive", "ou-exmp-security1"),
                account(WORKLOAD, "workload-prod", "r-exmp"),
            ],
        },
        buckets: [(BUCKET, bucket), ("acme-object-events", other)].into(),
        keys: [
            ("222222222222 alias/acme-log-storage", key(KEY_ARN)),
            ("222222222222 1234abcd-12ab-34cd-56ef-1234567890ab", key(KEY_ARN)),
        ]
        .map(|(name, key)| (name.to_owned(), key))
        .into(),
        rotation: KeyRotation { enabled: true, period_days: Some(365) },
        account_public_access_block: None,
        trails: vec![organization_trail(), data_trail()],
        denied: Vec::new(),
    }
}

impl Zone {
    /// The log bucket.
    pub fn log_bucket(&mut self) -> &mut Bucket {
        self.buckets.get_mut(BUCKET).unwrap()
    }

    /// The organization trail.
    pub fn org_trail(&mut self) -> &mut TrailOf {
        &mut self.trails[0]
    }

    /// The trail of data events.
    pub fn data_trail(&mut self) -> &mut TrailOf {
        &mut self.trails[1]
    }
}

/// A default encryption.
pub fn encryption(algorithm: &str, key: Option<&str>) -> BucketEncryption {
    BucketEncryption {
        algorithm: algorithm.to_owned(),
        kms_key: key.map(str::to_owned),
        bucket_key_enabled: true,
        blocked: Vec::new(),
    }
}

/// The key of a log file of the home Region, of a day such as `2026/01/15`.
pub fn log_file(account: &str, day: &str, stamp: &str) -> String {
    format!(
        "AWSLogs/o-exampleorg1/{account}/CloudTrail/eu-central-1/{day}/{account}_CloudTrail_eu-central-1_{stamp}_x.json.gz"
    )
}

/// An account.
pub fn account(id: &str, name: &str, parent: &str) -> Account {
    Account {
        id: id.parse().unwrap(),
        arn: format!("arn:aws:organizations::111111111111:account/o-exampleorg1/{id}"),
        name: name.to_owned(),
        status: "ACTIVE".to_owned(),
        parent: parent.to_owned(),
        joined: None,
    }
}

/// A customer managed key.
pub fn key(arn: &str) -> KmsKey {
    KmsKey {
        id: arn.rsplit('/').next().unwrap().to_owned(),
        arn: arn.to_owned(),
        manager: "CUSTOMER".to_owned(),
        state: "Enabled".to_owned(),
        spec: Some("SYMMETRIC_DEFAULT".to_owned()),
        usage: Some("ENCRYPT_DECRYPT".to_owned()),
        origin: Some("AWS_KMS".to_owned()),
        valid_to: None,
        deletion_date: None,
        multi_region: false,
    }
}

fn organization_trail() -> TrailOf {
    let trail = Trail {
        name: "org-trail".to_owned(),
        arn: TRAIL_ARN.to_owned(),
        home_region: Some("eu-central-1".to_owned()),
        is_organization_trail: true,
        is_multi_region: true,
        include_global_service_events: true,
        log_file_validation: true,
        bucket: BUCKET.to_owned(),
        prefix: None,
        kms_key: Some(KEY_ARN.to_owned()),
        log_group_arn: None,
        sns_topic_arn: None,
    };
    let status = TrailStatus {
        is_logging: true,
        latest_delivery: Some(at("2026-01-15T11:55:00Z")),
        latest_digest_delivery: Some(at("2026-01-15T11:10:00Z")),
        ..TrailStatus::default()
    };
    TrailOf {
        trail,
        selectors: basic(true, &[]),
        status: [("eu-central-1", status.clone()), ("eu-west-1", status)].into(),
        hidden_in: BTreeSet::new(),
    }
}

fn data_trail() -> TrailOf {
    let organization = organization_trail();
    TrailOf {
        trail: Trail {
            name: "log-objects".to_owned(),
            arn: DATA_TRAIL_ARN.to_owned(),
            is_organization_trail: false,
            bucket: "acme-object-events".to_owned(),
            ..organization.trail
        },
        selectors: basic(false, &["arn:aws:s3:::aws-acme-log-storage-222222222222-eu-central-1/"]),
        hidden_in: BTreeSet::new(),
        status: organization.status,
    }
}

/// One basic selector of all reads and writes.
pub fn basic(management: bool, objects: &[&str]) -> EventSelectors {
    let values: Vec<String> = objects.iter().map(ToString::to_string).collect();
    EventSelectors {
        basic: vec![BasicSelector {
            read_write: "All".to_owned(),
            management_events: management,
            excluded_sources: Vec::new(),
            data_resources: if values.is_empty() { Vec::new() } else { vec![("AWS::S3::Object".to_owned(), values)] },
        }],
        advanced: Vec::new(),
    }
}
