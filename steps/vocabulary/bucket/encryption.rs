//! Which key the log store is encrypted with, and what kind of key it is.

use cucumber::then;
use logproof_estate::{
    AccountId, ExchangeId, KeyRef, Region,
    facts::KmsKey,
    record::{Observation, Subject},
    world::{Judged, LogproofWorld, Stop},
};

use crate::judgement::key_name::{NamedKey, account_of, region_of};

/// See: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingDSSEncryption.html>
const KMS_ALGORITHMS: [&str; 2] = ["aws:kms", "aws:kms:dsse"];

#[then("the log key is in the account approved for it")]
async fn the_log_key_is_in_the_approved_account(w: &mut LogproofWorld) -> Judged {
    let config = w.config()?;
    let approved = config.key_account();
    let (_, key) = w.key()?;
    let account = account_of(&key.arn);
    let found =
        account.as_ref().map_or_else(|| format!("key {}", key.arn), |a| format!("key {} in account {a}", key.arn));
    judge_key(
        w,
        format!("a key of account {approved}"),
        found,
        account.as_ref() == Some(approved),
        "create the log key in the approved account, or name that account in `names.key_account`",
    )
}

#[then("the log key is a customer managed key")]
async fn the_log_key_is_customer_managed(w: &mut LogproofWorld) -> Judged {
    let (_, key) = w.key()?;
    let found = match key.manager.as_str() {
        "AWS" => "an AWS managed key, whose policy nobody can change".to_owned(),
        manager => format!("key manager {manager}"),
    };
    judge_key(
        w,
        "key manager CUSTOMER",
        found,
        key.manager == "CUSTOMER",
        "create a customer managed key and encrypt the log bucket and the trail with it",
    )
}

#[then("the log key is enabled and encrypts symmetrically")]
async fn the_log_key_is_enabled_and_symmetric(w: &mut LogproofWorld) -> Judged {
    let (_, key) = w.key()?;
    let spec = key.spec.as_deref().unwrap_or("not stated");
    let deletion = key.deletion_date.map(|at| format!(", to be deleted on {at}")).unwrap_or_default();
    let found = format!("state {}{deletion}, key spec {spec}", key.state);
    let met = key.state == "Enabled" && spec == "SYMMETRIC_DEFAULT";
    judge_key(
        w,
        "state Enabled, key spec SYMMETRIC_DEFAULT",
        found,
        met,
        "cancel the deletion or enable the key; S3 and CloudTrail encrypt with symmetric keys only",
    )
}

#[then("the material of the log key does not expire")]
async fn the_material_of_the_log_key_does_not_expire(w: &mut LogproofWorld) -> Judged {
    let (_, key) = w.key()?;
    let origin = key.origin.as_deref().unwrap_or("not stated");
    let found = match key.valid_to {
        Some(until) => format!("origin {origin}, material expires on {until}"),
        None => format!("origin {origin}, no expiry"),
    };
    judge_key(
        w,
        "key material without an expiry date",
        found,
        key.valid_to.is_none(),
        "import the material without expiry, or use material made by AWS KMS: no log file can be read without it",
    )
}

#[then("the log key is rotated automatically, at least as often as the organization asks")]
async fn the_log_key_is_rotated(w: &mut LogproofWorld) -> Judged {
    let (estate, config) = (w.estate()?, w.config()?);
    let (asked, key) = w.key()?;
    if let Some(reason) = why_not_rotated_by_kms(&key) {
        return Err(w.not_applicable(format!(
            "kms:DescribeKey: {reason}; AWS KMS rotates only symmetric keys whose material it made"
        )));
    }
    // KMS does not take an alias here.
    let rotated = KeyRef { id: key.arn.clone(), ..asked };
    let rotation = w.see(estate.key_rotation(&rotated).await)?;
    let most = i64::from(config.expectations.key_rotation_days);
    let (found, met) = match (rotation.enabled, rotation.period_days) {
        (false, _) => ("rotation is off".to_owned(), false),
        (true, Some(days)) => (format!("rotated every {days} days"), i64::from(days) <= most),
        // See: https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyRotationStatus.html
        (true, None) => ("rotation is on, at the default of 365 days".to_owned(), 365 <= most),
    };
    w.observe(
        Observation::new(key_subject(&key), format!("rotated at least every {most} days"), found, met)
            .hint("turn on automatic rotation of the key with that period")
            .resting_on(key.exchanges())
            .resting_on(rotation.exchanges()),
    );
    w.settle()
}

#[then("new objects are encrypted with SSE-KMS unless the writer says otherwise")]
async fn new_objects_are_encrypted_with_sse_kms(w: &mut LogproofWorld) -> Judged {
    let (estate, bucket) = (w.estate()?, w.bucket()?);
    let encryption = w.see(estate.bucket_encryption(&bucket).await)?;
    let algorithm = encryption.as_ref().map(|one| one.algorithm.clone());
    let met = algorithm.as_deref().is_some_and(|one| KMS_ALGORITHMS.contains(&one));
    w.observe(
        Observation::new(
            Subject::bucket(&bucket),
            "SSE-KMS (aws:kms) or DSSE-KMS (aws:kms:dsse) as default encryption",
            algorithm_in_words(algorithm.as_deref()),
            met,
        )
        .hint("set the bucket's default encryption to SSE-KMS with the log key")
        .resting_on(encryption.exchanges()),
    );
    w.settle()
}

#[then("the default key of the bucket is the log key")]
async fn the_default_key_of_the_log_bucket_is_the_log_key(w: &mut LogproofWorld) -> Judged {
    let (estate, bucket, (_, key)) = (w.estate()?, w.bucket()?, w.key()?);
    let encryption = w.see(estate.bucket_encryption(&bucket).await)?;
    let mut exchanges = encryption.exchanges().to_vec();
    let default = encryption.as_ref();
    let (found, met) = match default.map(|one| (one.algorithm.as_str(), one.kms_key.as_deref())) {
        Some((algorithm, Some(named))) if KMS_ALGORITHMS.contains(&algorithm) => {
            let meant = what_is_meant(w, named, &bucket.owner, &bucket.region).await?;
            exchanges.extend(meant.exchanges);
            if meant.is_the_log_key && !named.starts_with("arn:") {
                w.note(format!("the bucket names its key as `{named}`: S3 looks it up in the account of each writer; an ARN is safer"));
            }
            (meant.found, meant.is_the_log_key)
        }
        Some((algorithm, None)) if KMS_ALGORITHMS.contains(&algorithm) => {
            ("no key named: the AWS managed key aws/s3".to_owned(), false)
        }
        other => (format!("no key: {}", algorithm_in_words(other.map(|(algorithm, _)| algorithm))), false),
    };
    w.observe(
        Observation::new(Subject::bucket(&bucket), format!("key {}, the log key", key.arn), found, met)
            .hint("name the ARN of the log key in the bucket's default encryption")
            .resting_on(key.exchanges())
            .resting_on(&exchanges),
    );
    w.settle()
}

#[then("the trail encrypts its log files with the log key")]
async fn the_trail_encrypts_its_log_files_with_the_log_key(w: &mut LogproofWorld) -> Judged {
    let (config, trail, (_, key)) = (w.config()?, w.trail()?, w.key()?);
    let owner = account_of(&trail.arn).unwrap_or_else(|| config.organization.management_account.clone());
    let region = region_of(&trail.arn).unwrap_or_else(|| config.organization.home_region.clone());
    let mut exchanges = trail.exchanges().to_vec();
    let (found, met) = match trail.kms_key.as_deref() {
        None => ("no key: SSE-S3 (AES256)".to_owned(), false),
        Some(named) => {
            let meant = what_is_meant(w, named, &owner, &region).await?;
            exchanges.extend(meant.exchanges);
            (meant.found, meant.is_the_log_key)
        }
    };
    w.observe(
        Observation::new(
            Subject::arn(&trail.arn).at(&owner, Some(&region)),
            format!("key {}, the log key", key.arn),
            found,
            met,
        )
        .hint("set the trail's KMS key to the ARN of the log key")
        .resting_on(key.exchanges())
        .resting_on(&exchanges),
    );
    w.settle()
}

/// What a configured key name means, against the log key.
struct Meant {
    found: String,
    is_the_log_key: bool,
    exchanges: Vec<ExchangeId>,
}

/// Resolves `named`, as used in `account` and `region`, to a key ARN and compares it with the log key's.
async fn what_is_meant(
    w: &mut LogproofWorld,
    named: &str,
    account: &AccountId,
    region: &Region,
) -> Result<Meant, Stop> {
    let estate = w.estate()?;
    let (_, log_key) = w.key()?;
    let known = |arn: &str| match account_of(arn) {
        Some(account) => format!("key {arn} in account {account}"),
        None => format!("key {arn}"),
    };
    let asked = match NamedKey::read(named, account, region) {
        NamedKey::Arn(arn) => {
            return Ok(Meant { found: known(&arn), is_the_log_key: arn == log_key.arn, exchanges: Vec::new() });
        }
        NamedKey::Ask(asked) => asked,
    };
    // An alias or id means a key of its own account and Region: elsewhere it cannot be the log key.
    if account_of(&log_key.arn).as_ref() != Some(&asked.account)
        || region_of(&log_key.arn).as_ref() != Some(&asked.region)
    {
        let found = format!("`{named}`, a key of account {} in {}", asked.account, asked.region);
        return Ok(Meant { found, is_the_log_key: false, exchanges: Vec::new() });
    }
    let answer = w.see(estate.key(&asked).await)?;
    let exchanges = answer.exchanges().to_vec();
    Ok(match answer.as_ref() {
        Some(key) => Meant {
            found: format!("`{named}`, which is {}", known(&key.arn)),
            is_the_log_key: key.arn == log_key.arn,
            exchanges,
        },
        None => Meant {
            found: format!("`{named}`, which is no key of account {}", asked.account),
            is_the_log_key: false,
            exchanges,
        },
    })
}

fn judge_key(
    w: &mut LogproofWorld,
    expected: impl Into<std::sync::Arc<str>>,
    found: String,
    met: bool,
    hint: &str,
) -> Judged {
    let (_, key) = w.key()?;
    w.observe(Observation::new(key_subject(&key), expected, found, met).hint(hint).resting_on(key.exchanges()));
    w.settle()
}

fn key_subject(key: &KmsKey) -> Subject {
    let subject = Subject::arn(&key.arn);
    match account_of(&key.arn) {
        Some(account) => subject.at(&account, region_of(&key.arn).as_ref()),
        None => subject,
    }
}

/// Why AWS KMS cannot rotate the key by itself.
///
/// See: <https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html>
fn why_not_rotated_by_kms(key: &KmsKey) -> Option<String> {
    if let Some(origin) = key.origin.as_deref().filter(|origin| *origin != "AWS_KMS") {
        return Some(format!("the key material has origin {origin}"));
    }
    key.spec.as_deref().filter(|spec| *spec != "SYMMETRIC_DEFAULT").map(|spec| format!("the key spec is {spec}"))
}

fn algorithm_in_words(algorithm: Option<&str>) -> String {
    match algorithm {
        None => "no default encryption".to_owned(),
        Some("AES256") => "SSE-S3 (AES256)".to_owned(),
        Some("aws:kms") => "SSE-KMS (aws:kms)".to_owned(),
        Some("aws:kms:dsse") => "DSSE-KMS (aws:kms:dsse)".to_owned(),
        Some(other) => format!("`{other}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(spec: Option<&str>, origin: Option<&str>) -> KmsKey {
        KmsKey {
            id: "k".to_owned(),
            arn: "arn:aws:kms:eu-central-1:222222222222:key/k".to_owned(),
            manager: "CUSTOMER".to_owned(),
            state: "Enabled".to_owned(),
            spec: spec.map(str::to_owned),
            usage: None,
            origin: origin.map(str::to_owned),
            valid_to: None,
            deletion_date: None,
            multi_region: false,
        }
    }

    #[test]
    fn only_symmetric_keys_made_by_kms_are_rotated_by_kms() {
        assert_eq!(why_not_rotated_by_kms(&key(Some("SYMMETRIC_DEFAULT"), Some("AWS_KMS"))), None);
        assert!(
            why_not_rotated_by_kms(&key(Some("SYMMETRIC_DEFAULT"), Some("EXTERNAL"))).unwrap().contains("EXTERNAL")
        );
        assert!(why_not_rotated_by_kms(&key(Some("RSA_2048"), Some("AWS_KMS"))).unwrap().contains("RSA_2048"));
    }
}
