//! Which key encrypts what is written to the buckets a scenario names, and what its trails deliver.
//!
//! The sentences of the log store are the same judgements, of the bucket, trail and key that the configuration names.

use cucumber::then;
use logproof_estate::{
    AccountId, BucketRef, ExchangeId, Fact, Region,
    facts::Trail,
    record::Observation,
    world::{Judged, LogproofWorld, Stop},
};

use crate::{
    judgement::guide::{Entry, Kind},
    scene::{
        named_key::{compared, meant},
        settings::{Setting, each},
        subjects::{every, trails},
        trail::{home_of, owner_of, trail_subject},
    },
};

const fn judges(sentence: &'static str, about: &'static str, example: &'static str) -> Entry {
    Entry::then(sentence, about, example).of(&[Kind::Bucket])
}

/// What is documented of the sentences of this file.
pub(crate) const GUIDE: &[Entry] = &[
    judges(
        "its default encryption is SSE-KMS",
        "New objects are encrypted with a KMS key (aws:kms or aws:kms:dsse) unless the writer asks for something else.",
        "its default encryption is SSE-KMS",
    ),
    judges(
        "its default encryption uses the key {string}",
        "The default key of the bucket is this key: its ARN, or an id or alias of the account and Region of the bucket.",
        "its default encryption uses the key \"alias/acme-log-storage\"",
    ),
    Entry::then(
        "its log files are encrypted with the key {string}",
        "The key of the trail is this key: its ARN, or an id or alias of the account and home Region of the trail.",
        "its log files are encrypted with the key \"arn:aws:kms:eu-central-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab\"",
    )
    .of(&[Kind::Trail]),
];

const PLACE: &str = "ServerSideEncryptionConfiguration";

/// See: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingDSSEncryption.html>
fn is_kms(algorithm: &str) -> bool {
    ["aws:kms", "aws:kms:dsse"].contains(&algorithm)
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

#[then("its default encryption is SSE-KMS")]
#[then("new objects are encrypted with SSE-KMS unless the writer says otherwise")]
async fn its_default_encryption_is_kms(w: &mut LogproofWorld) -> Judged {
    each(w, async |w: &mut LogproofWorld, bucket: &BucketRef| {
        let encryption = w.see(w.estate()?.bucket_encryption(bucket).await)?;
        let algorithm = encryption.as_ref().map(|one| one.algorithm.clone());
        Ok(Setting {
            expected: "SSE-KMS (aws:kms) or DSSE-KMS (aws:kms:dsse) as default encryption".to_owned(),
            met: algorithm.as_deref().is_some_and(is_kms),
            found: algorithm_in_words(algorithm.as_deref()),
            place: PLACE,
            hint: "set the bucket's default encryption to SSE-KMS with a customer managed key".to_owned(),
            exchanges: encryption.exchanges().to_vec(),
        })
    })
    .await
}

/// A key that something must be encrypted with.
struct Wanted {
    arn: String,
    /// The key, as what is expected calls it.
    called: String,
    exchanges: Vec<ExchangeId>,
}

impl Wanted {
    /// The log key, as a `Given` found it.
    fn log_key(w: &LogproofWorld) -> Result<Self, Stop> {
        let (_, key) = w.key()?;
        let called = format!("key {}, the log key", key.arn);
        Ok(Self { arn: key.arn.clone(), called, exchanges: key.exchanges().to_vec() })
    }

    /// The key that a name means where it is used; why there is none, with the exchanges that show it.
    async fn named(
        w: &mut LogproofWorld,
        name: &str,
        account: &AccountId,
        region: &Region,
    ) -> Result<Result<Self, (String, Vec<ExchangeId>)>, Stop> {
        let meant = meant(w, name, account, region).await?;
        Ok(match meant.key {
            Ok(arn) => Ok(Self { called: format!("key {arn}"), arn, exchanges: meant.exchanges }),
            Err(why) => Err((why, meant.exchanges)),
        })
    }
}

#[then(expr = "its default encryption uses the key {string}")]
async fn its_default_encryption_uses(w: &mut LogproofWorld, key: String) -> Judged {
    each(w, async |w: &mut LogproofWorld, bucket: &BucketRef| {
        match Wanted::named(w, &key, &bucket.owner, &bucket.region).await? {
            Ok(wanted) => default_key(w, bucket, &wanted).await,
            Err((found, exchanges)) => Ok(Setting {
                expected: format!("the key `{key}` exists"),
                found,
                met: false,
                place: PLACE,
                hint: "correct the key in the feature, or create it".to_owned(),
                exchanges,
            }),
        }
    })
    .await
}

#[then("the default key of the bucket is the log key")]
async fn the_default_key_is_the_log_key(w: &mut LogproofWorld) -> Judged {
    let wanted = Wanted::log_key(w)?;
    each(w, async |w: &mut LogproofWorld, bucket: &BucketRef| default_key(w, bucket, &wanted).await).await
}

async fn default_key(w: &mut LogproofWorld, bucket: &BucketRef, wanted: &Wanted) -> Result<Setting, Stop> {
    let encryption = w.see(w.estate()?.bucket_encryption(bucket).await)?;
    let mut exchanges = [wanted.exchanges.as_slice(), encryption.exchanges()].concat();
    let default = encryption.as_ref().map(|one| (one.algorithm.as_str(), one.kms_key.as_deref()));
    let (found, met) = match default {
        Some((algorithm, Some(named))) if is_kms(algorithm) => {
            let there = compared(w, named, &bucket.owner, &bucket.region, &wanted.arn).await?;
            exchanges.extend(there.exchanges);
            if there.is_it && !named.starts_with("arn:") {
                w.note(format!(
                    "bucket {} names its key as `{named}`: S3 looks it up in the account of each writer; an ARN is safer",
                    bucket.name
                ));
            }
            (there.found, there.is_it)
        }
        Some((algorithm, None)) if is_kms(algorithm) => ("no key named: the AWS managed key aws/s3".to_owned(), false),
        other => (format!("no key: {}", algorithm_in_words(other.map(|(algorithm, _)| algorithm))), false),
    };
    Ok(Setting {
        expected: wanted.called.clone(),
        found,
        met,
        place: PLACE,
        hint: format!("name {} in the bucket's default encryption with SSE-KMS", wanted.arn),
        exchanges,
    })
}

#[then(expr = "its log files are encrypted with the key {string}")]
async fn its_log_files_are_encrypted_with(w: &mut LogproofWorld, key: String) -> Judged {
    let trails = trails(w)?;
    let judge = async |w: &mut LogproofWorld, trail: Fact<Trail>| {
        let (owner, home) = (owner_of(w, &trail)?, home_of(w, &trail)?);
        match Wanted::named(w, &key, &owner, &home).await? {
            Ok(wanted) => trail_key(w, &trail, &wanted).await,
            Err((found, exchanges)) => {
                w.observe(
                    Observation::new(trail_subject(&trail), format!("the key `{key}` exists"), found, false)
                        .place("KmsKeyId")
                        .hint("correct the key in the feature, or create it")
                        .resting_on(trail.exchanges())
                        .resting_on(&exchanges),
                );
                Ok(())
            }
        }
    };
    every(w, trails, judge).await
}

#[then("the trail encrypts its log files with the log key")]
async fn the_trail_encrypts_with_the_log_key(w: &mut LogproofWorld) -> Judged {
    let (trails, wanted) = (trails(w)?, Wanted::log_key(w)?);
    every(w, trails, async |w: &mut LogproofWorld, trail: Fact<Trail>| trail_key(w, &trail, &wanted).await).await
}

async fn trail_key(w: &mut LogproofWorld, trail: &Fact<Trail>, wanted: &Wanted) -> Judged {
    let (owner, home) = (owner_of(w, trail)?, home_of(w, trail)?);
    let mut exchanges = [trail.exchanges(), &wanted.exchanges].concat();
    let (found, met) = match trail.kms_key.as_deref() {
        None => ("no key: SSE-S3 (AES256)".to_owned(), false),
        Some(named) => {
            let there = compared(w, named, &owner, &home, &wanted.arn).await?;
            exchanges.extend(there.exchanges);
            (there.found, there.is_it)
        }
    };
    w.observe(
        Observation::new(trail_subject(trail), wanted.called.clone(), found, met)
            .place("KmsKeyId")
            .hint(format!("set the trail's KMS key to {}", wanted.arn))
            .resting_on(&exchanges),
    );
    Ok(())
}
