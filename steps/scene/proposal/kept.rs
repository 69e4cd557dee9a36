//! Who must lose nothing by a proposed policy: the log services, the log storage role, registered readers, the role that
//! replicates, the role of this program, and whoever becomes a role as its trust policy means.
//!
//! Each is a question about requests as they are really made; whatever of them is allowed today must be allowed with the
//! proposed policy.

use logproof_estate::{BucketRef, Estate, KeyRef, facts::Replication, world::LogproofWorld};
use logproof_policy::{Organization, Question, Scene, Who};
use serde_json::{Value, json};

use crate::scene::{
    actions::{administer, delete, read, write},
    key_services::key_services,
    principals::{is_pattern, principal},
};

/// Delivers access logs, besides the log services of the configuration.
const LOGGING: &str = "logging.s3.amazonaws.com";
/// What a service does where it delivers.
const DELIVER: [&str; 3] = ["s3:PutObject", "s3:GetBucketAcl", "s3:ListBucket"];
/// What replication reads of its source.
const REPLICATE_FROM: [&str; 7] = [
    "s3:GetReplicationConfiguration",
    "s3:ListBucket",
    "s3:GetObjectVersionForReplication",
    "s3:GetObjectVersionAcl",
    "s3:GetObjectVersionTagging",
    "s3:GetObjectRetention",
    "s3:GetObjectLegalHold",
];
/// What replication writes to its destination.
const REPLICATE_TO: [&str; 3] = ["s3:ReplicateObject", "s3:ReplicateTags", "s3:ObjectOwnerOverrideToBucketOwner"];
/// What this program reads of a bucket and of a key.
const AUDIT_BUCKET: [&str; 5] = [
    "s3:GetBucket*",
    "s3:GetEncryptionConfiguration",
    "s3:GetLifecycleConfiguration",
    "s3:GetReplicationConfiguration",
    "s3:ListBucket",
];
const AUDIT_KEY: [&str; 4] = ["kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListGrants"];
/// What a log service does with the log key.
const SERVICE_KEY: [&str; 4] = ["kms:GenerateDataKey*", "kms:Encrypt", "kms:Decrypt", "kms:DescribeKey"];

/// What must be kept.
pub(crate) struct Keep {
    /// Who, in words.
    pub(super) who: String,
    /// Requests of theirs.
    pub(super) question: Question,
    /// Where they are decided, if elsewhere than the finding.
    pub(super) scene: Option<Scene>,
}

/// Around what something must be kept.
pub(crate) enum Keeping {
    /// A bucket of the log archive.
    Bucket(BucketRef),
    /// A key, as it is asked for and its ARN.
    Key(KeyRef, String),
    /// Becoming a role: whoever can today, in these circumstances.
    Role { arn: String, of: Entering },
    /// What the log storage role can do in its own account to what is everywhere.
    Everywhere { organization: Box<Organization>, actions: Vec<&'static str>, on: Vec<String> },
}

/// Who may become a role.
pub(crate) enum Entering {
    /// Everybody who signs in with multi-factor authentication.
    WithMfa,
    /// Principals of these accounts, and services.
    From(Vec<String>),
    /// These principals and services.
    These(Vec<String>),
    /// Principals of the organization, and services.
    Inside,
}

type Kept = Result<Vec<Keep>, String>;

impl Keeping {
    /// The questions; the error says what could not be found out.
    pub(super) async fn questions(&self, w: &mut LogproofWorld) -> Kept {
        let estate = w.estate().map_err(|stop| stop.to_string())?;
        match self {
            Self::Bucket(bucket) => around_bucket(&estate, bucket).await,
            Self::Key(key, arn) => around_key(&estate, key, arn).await,
            Self::Role { arn, of } => entering(arn, of),
            Self::Everywhere { organization, actions, on } => {
                let role = estate.config().storage_role_arn();
                let question = Question::about(actions.iter().copied()).by(Who::exactly(principal(&role)));
                let question = on.iter().fold(question, |question, arn| question.on(arn));
                let scene = Scene::in_every_account((**organization).clone());
                Ok(vec![Keep { who: format!("role {role}"), question, scene: Some(scene) }])
            }
        }
    }
}

fn keep(who: impl Into<String>, question: Question, when: &Value) -> Result<Keep, String> {
    let question = question.when(&when.to_string()).map_err(|error| error.to_string())?;
    Ok(Keep { who: who.into(), question, scene: None })
}

/// A request over a TLS that is new enough, which leaves the encryption of what it writes to the bucket.
fn proper(estate: &Estate) -> Value {
    json!({
        "Bool": {"aws:SecureTransport": "true"},
        "NumericGreaterThanEquals": {"s3:TlsVersion": estate.config().expectations.minimum_tls},
        "Null": {
            "s3:x-amz-server-side-encryption": "true",
            "s3:x-amz-server-side-encryption-aws-kms-key-id": "true",
            "s3:x-amz-server-side-encryption-customer-algorithm": "true",
        },
    })
}

/// The same, with further conditions under one operator.
fn proper_and(estate: &Estate, operator: &str, keys: Value) -> Value {
    let mut when = proper(estate);
    if let Some(operators) = when.as_object_mut() {
        operators.insert(operator.to_owned(), keys);
    }
    when
}

/// Id of the organization.
async fn organization(estate: &Estate) -> Result<String, String> {
    estate.organization().await.map(|found| found.id.clone()).map_err(|unseen| unseen.to_string())
}

/// The replication of the log bucket, if it is replicated.
async fn replication(estate: &Estate) -> Result<Option<Replication>, String> {
    let bucket = estate.log_bucket();
    let owned = estate.buckets(&bucket.owner).await.map_err(|unseen| unseen.to_string())?;
    if owned.iter().all(|one| one.name != bucket.name) {
        return Ok(None);
    }
    let replication = estate.bucket_replication(&bucket).await.map_err(|unseen| unseen.to_string())?;
    Ok((*replication).clone())
}

/// What the replication of the log bucket does with a bucket: nothing with one that it neither reads nor writes.
fn replicates(replication: &Replication, bucket: &BucketRef, source: &BucketRef) -> Vec<&'static str> {
    let mut does = Vec::new();
    if bucket.name == source.name {
        does.extend(REPLICATE_FROM);
    }
    if replication.rules.iter().any(|rule| rule.destination_bucket == bucket.arn()) {
        does.extend(REPLICATE_TO);
    }
    does
}

async fn around_bucket(estate: &Estate, bucket: &BucketRef) -> Kept {
    let config = estate.config();
    let proper = proper(estate);
    let objects = format!("{}/*", bucket.arn());
    let exactly = |arn: &str| Who::exactly(principal(arn));
    let on_both =
        |actions: &[&'static str]| Question::about(actions.iter().copied()).on(&bucket.arn()).on_all(&objects);

    let mut kept = services_of(estate, bucket).await?;
    // Nobody at all bypasses retention, the storage role neither.
    let mut administration: Vec<&'static str> = [administer(), delete(), read(), write()].concat();
    administration.retain(|action| *action != "s3:BypassGovernanceRetention");
    let role = config.storage_role_arn();
    kept.push(keep(format!("role {role}"), on_both(&administration).by(exactly(&role)), &proper)?);
    let audit = config.role_arn(&bucket.owner, &config.access.role_name);
    kept.push(keep(format!("role {audit}"), on_both(&AUDIT_BUCKET).by(exactly(&audit)), &proper)?);
    if let Some(replication) = replication(estate).await? {
        let does = replicates(&replication, bucket, &estate.log_bucket());
        if !does.is_empty() {
            let role = &replication.role;
            kept.push(keep(format!("role {role}"), on_both(&does).by(exactly(role)), &proper)?);
        }
    }
    let now = estate.as_of();
    for reader in estate.readers().iter().filter(|reader| reader.ends().is_none_or(|end| end > now)) {
        if is_pattern(&reader.principal) || config.reader_bucket(reader) != bucket.name {
            continue;
        }
        let path = format!("{}/{}*", bucket.arn(), reader.path);
        let question = Question::about(read()).on_all(&path).by(exactly(&reader.principal)).at(&now.to_string());
        kept.push(keep(reader.principal.as_str(), question, &proper)?);
    }
    Ok(kept)
}

/// Deliveries of the log services for this organization: with the bucket's default encryption, and with the log key.
async fn services_of(estate: &Estate, bucket: &BucketRef) -> Kept {
    let config = estate.config();
    let organization = organization(estate).await?;
    let objects = format!("{}/*", bucket.arn());
    let key = estate.key(&estate.log_key()).await.map_err(|unseen| unseen.to_string())?;
    let key = key.as_ref().as_ref().map(|key| key.arn.clone());
    let mut services: Vec<&str> = config.names.log_services.iter().map(String::as_str).collect();
    if bucket.name != config.log_bucket_name() {
        services.push(LOGGING);
    }
    let ours = json!({"aws:SourceOrgID": organization});
    let mut kept = Vec::new();
    for service in services {
        let question = || Question::about(DELIVER).on(&bucket.arn()).on_all(&objects).by(Who::service(service));
        kept.push(keep(format!("service {service}"), question(), &proper_and(estate, "StringEquals", ours.clone()))?);
        if let Some(arn) = &key {
            let mut when = proper(estate);
            let headers = json!({
                "aws:SourceOrgID": organization,
                "s3:x-amz-server-side-encryption": "aws:kms",
                "s3:x-amz-server-side-encryption-aws-kms-key-id": arn,
            });
            if let Some(operators) = when.as_object_mut() {
                operators.insert("StringEquals".to_owned(), headers);
                operators
                    .insert("Null".to_owned(), json!({"s3:x-amz-server-side-encryption-customer-algorithm": "true"}));
            }
            kept.push(keep(format!("service {service}"), question(), &when)?);
        }
    }
    Ok(kept)
}

async fn around_key(estate: &Estate, key: &KeyRef, arn: &str) -> Kept {
    let config = estate.config();
    let now = estate.as_of().to_string();
    let exactly = |arn: &str| Who::exactly(principal(arn));
    let anyhow = json!({});
    let organization = organization(estate).await?;
    let mut kept = Vec::new();
    let services = key_services(estate, arn).await.map_err(|unseen| unseen.to_string())?;
    for service in services.iter() {
        let question = Question::about(SERVICE_KEY).on(arn).by(Who::service(service));
        kept.push(keep(
            format!("service {service}"),
            question,
            &json!({"StringEquals": {"aws:SourceOrgID": organization}}),
        )?);
    }
    let role = config.storage_role_arn();
    kept.push(keep(format!("role {role}"), Question::about(["kms:*"]).on(arn).by(exactly(&role)), &anyhow)?);
    let audit = config.role_arn(&key.account, &config.access.role_name);
    kept.push(keep(format!("role {audit}"), Question::about(AUDIT_KEY).on(arn).by(exactly(&audit)), &anyhow)?);
    let mut decrypting: Vec<String> = replication(estate).await?.into_iter().map(|one| one.role).collect();
    let active = estate.readers().into_iter().filter(|reader| reader.ends().is_none_or(|end| end > estate.as_of()));
    decrypting.extend(active.map(|reader| reader.principal).filter(|principal| !is_pattern(principal)));
    for who in decrypting {
        let question = Question::about(["kms:Decrypt"]).on(arn).by(exactly(&who)).at(&now);
        kept.push(keep(who, question, &anyhow)?);
    }
    Ok(kept)
}

fn entering(arn: &str, of: &Entering) -> Kept {
    let question = || Question::about(["sts:AssumeRole"]).on(arn);
    match of {
        Entering::WithMfa => {
            let when = json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}});
            Ok(vec![keep("whoever signs in with multi-factor authentication", question(), &when)?])
        }
        Entering::From(accounts) => {
            let mut kept = vec![keep("every service", question().by(Who::services()), &json!({}))?];
            for account in accounts {
                kept.push(keep(format!("account {account}"), question().by(Who::account(account)), &json!({}))?);
            }
            Ok(kept)
        }
        Entering::These(named) => {
            let one = |name: &String| match name.starts_with("arn:") {
                true => keep(name.as_str(), question().by(Who::exactly(principal(name))), &json!({})),
                false => keep(format!("service {name}"), question().by(Who::service(name)), &json!({})),
            };
            named.iter().map(one).collect()
        }
        Entering::Inside => Ok(vec![
            keep("every service", question().by(Who::services()), &json!({}))?,
            keep("the organization", question().by(Who::organization()), &json!({}))?,
        ]),
    }
}
