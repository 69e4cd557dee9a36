//! Every bucket with a registered log stream, not only the first: what each must be protected by.

use cucumber::then;
use logproof_estate::{
    BucketRef, ExchangeId, Fact,
    facts::{LifecycleRule, Versioning},
    record::{Observation, Subject},
    register::{RetentionClass, Stream},
    world::{Judged, LogproofWorld, Stop},
};

use crate::{
    judgement::lifecycle::{Outcomes, Versions},
    scene::{
        bucket::BucketAccess,
        buckets::registered_bucket,
        lifecycle::{first_out_of_reach, has_mfa_delete, too_many_kinds, unknown_class},
        population::examined,
        register::streams,
    },
};

/// Tags that show that a bucket belongs to a stack.
///
/// See: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html>
const STACK_TAG: &str = "aws:cloudformation:stack-";

/// The registered buckets that exist.
async fn population(w: &mut LogproofWorld) -> Result<Vec<BucketRef>, Stop> {
    streams(w)?;
    let names: Vec<String> = w.register()?.buckets().into_iter().map(str::to_owned).collect();
    let mut buckets = Vec::new();
    for name in &names {
        buckets.extend(registered_bucket(w, name).await?);
    }
    if buckets.is_empty() {
        return Err(w.not_applicable("no registered bucket exists: see control LS-10.2"));
    }
    examined(w, "registered buckets", buckets.len(), "streams.toml of the register, s3:ListBuckets");
    Ok(buckets)
}

fn observe(w: &mut LogproofWorld, bucket: &BucketRef, judged: Judgement<'_>, exchanges: &[ExchangeId]) {
    let Judgement { expected, found, met, place, hint } = judged;
    w.observe(
        Observation::new(Subject::bucket(bucket), expected, found, met).place(place).hint(hint).resting_on(exchanges),
    );
}

/// What is said of one bucket.
struct Judgement<'a> {
    expected: String,
    found: String,
    met: bool,
    place: &'a str,
    hint: &'a str,
}

#[then("every registered bucket blocks public access and owns its objects")]
async fn every_bucket_is_closed(w: &mut LogproofWorld) -> Judged {
    for bucket in population(w).await? {
        let estate = w.estate()?;
        let block = w.see(estate.bucket_public_access_block(&bucket).await)?;
        let account = w.see(estate.account_public_access_block(&bucket.owner).await)?;
        let flags = |found: &Option<logproof_estate::facts::PublicAccessBlock>| {
            let found = found.unwrap_or_default();
            [
                found.block_public_acls,
                found.ignore_public_acls,
                found.block_public_policy,
                found.restrict_public_buckets,
            ]
        };
        let (own, whole) = (flags(&block), flags(&account));
        let on = own.iter().zip(whole).filter(|(own, whole)| **own || *whole).count();
        let ownership = w.see(estate.bucket_ownership(&bucket).await)?;
        let setting = ownership.as_ref().as_ref().map_or("ObjectWriter", |one| one.object_ownership.as_str());
        let judged = Judgement {
            expected: "four Block Public Access settings and objects of the bucket owner".to_owned(),
            found: format!("{on} of 4 settings on, {setting}"),
            met: on == 4 && setting != "ObjectWriter",
            place: "PublicAccessBlock, ObjectOwnership",
            hint: "turn on all four settings, and set object ownership to BucketOwnerEnforced",
        };
        let exchanges = [block.exchanges(), account.exchanges(), ownership.exchanges()].concat();
        observe(w, &bucket, judged, &exchanges);
    }
    w.settle()
}

#[then("every registered bucket refuses requests over plain HTTP")]
async fn every_bucket_needs_tls(w: &mut LogproofWorld) -> Judged {
    for bucket in population(w).await? {
        let access = BucketAccess::of(w, bucket).await?;
        let change = "deny s3:* to every principal on the bucket and its objects when aws:SecureTransport is false";
        let refusal = access.plain_http(change)?;
        let claim = access.claim(refusal.expected, refusal.change);
        claim.prove(w, &access.scene(), &refusal.question, refusal.remedy).await;
    }
    w.settle()
}

#[then("every registered bucket encrypts and keeps the versions of its objects")]
async fn every_bucket_encrypts_and_keeps_versions(w: &mut LogproofWorld) -> Judged {
    for bucket in population(w).await? {
        let estate = w.estate()?;
        let encryption = w.see(estate.bucket_encryption(&bucket).await)?;
        let versioning = w.see(estate.bucket_versioning(&bucket).await)?;
        let algorithm = encryption.as_ref().as_ref().map(|one| one.algorithm.clone());
        let receives = receives_access_logs(w, &bucket).await?;
        // S3 delivers access logs to a bucket with SSE-S3 only. See:
        // https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
        let encrypted = match algorithm.as_deref() {
            Some("aws:kms" | "aws:kms:dsse") => true,
            Some("AES256") => receives,
            _ => false,
        };
        let versioned = is_versioned(&versioning);
        let judged = Judgement {
            expected: if receives { "encryption and versioning" } else { "encryption with a KMS key and versioning" }
                .to_owned(),
            found: format!(
                "{}, versioning {}",
                algorithm.as_deref().unwrap_or("no default encryption"),
                versioning.status.as_deref().unwrap_or("never configured")
            ),
            met: encrypted && versioned,
            place: "ServerSideEncryptionConfiguration, Versioning",
            hint: match (encrypted, versioned) {
                (true, false) => "enable versioning",
                (false, true) => "encrypt the bucket with the log key",
                _ => "encrypt the bucket with the log key, and enable versioning",
            },
        };
        let exchanges = [encryption.exchanges(), versioning.exchanges()].concat();
        observe(w, &bucket, judged, &exchanges);
    }
    w.settle()
}

/// Whether the log bucket or another registered one delivers its access logs there: each Region needs a target.
async fn receives_access_logs(w: &mut LogproofWorld, bucket: &BucketRef) -> Result<bool, Stop> {
    let (estate, register) = (w.estate()?, w.register()?);
    let log_bucket = estate.log_bucket().name;
    let mut sources = Vec::new();
    for name in [log_bucket.as_str()].into_iter().chain(register.buckets()) {
        sources.extend(registered_bucket(w, name).await?);
    }
    for source in sources.iter().filter(|source| source.name != bucket.name) {
        let logging = w.see(estate.bucket_logging(source).await)?;
        if logging.as_ref().as_ref().is_some_and(|target| target.bucket == bucket.name) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn is_versioned(versioning: &Versioning) -> bool {
    versioning.status.as_deref() == Some("Enabled")
}

#[then("every registered bucket is itself logged, or receives the access logs")]
async fn every_bucket_is_logged(w: &mut LogproofWorld) -> Judged {
    for bucket in population(w).await? {
        let estate = w.estate()?;
        let logging = w.see(estate.bucket_logging(&bucket).await)?;
        let receives = receives_access_logs(w, &bucket).await?;
        let found = match logging.as_ref().as_ref().map(|target| target.bucket.as_str()) {
            Some(target) => format!("access is logged to {target}"),
            None if receives => "it receives the access logs of a registered bucket".to_owned(),
            None => "access is not logged".to_owned(),
        };
        let met = receives || logging.as_ref().as_ref().is_some_and(|target| target.bucket != bucket.name);
        let judged = Judgement {
            expected: "access is logged to another bucket".to_owned(),
            found,
            met,
            place: "LoggingEnabled",
            hint: "turn on server access logging to the bucket of access logs",
        };
        observe(w, &bucket, judged, logging.exchanges());
    }
    w.settle()
}

#[then("no lifecycle rule of a registered bucket deletes a log before its registered retention ends")]
async fn no_bucket_deletes_too_early(w: &mut LogproofWorld) -> Judged {
    for kept in kept_streams(w).await? {
        let KeptStream { stream, class, outcomes, .. } = &kept;
        let (found, met) = match outcomes.first_gone() {
            None => ("no rule deletes them".to_owned(), true),
            Some((days, kind, outcome)) => {
                (format!("{kind} {}", outcome.end()), days >= i64::from(class.delete_after_days))
            }
        };
        let expected =
            format!("stream {} kept for {} days, by class {}", stream.name, class.delete_after_days, class.class);
        let hint = "lengthen the rules of the bucket, or have another retention approved and registered";
        kept.observe(w, expected, found, met, hint);
    }
    w.settle()
}

#[then("every log of a registered bucket is directly readable for the hot days of its class")]
async fn every_stream_stays_hot(w: &mut LogproofWorld) -> Judged {
    for mut kept in kept_streams(w).await? {
        let hot = i64::from(kept.class.hot_days);
        if let Some(to) = kept.outcomes.unknown_move_before(hot) {
            w.unseen(unknown_class(&kept.bucket, &to.storage_class, &kept.exchanges()));
            continue;
        }
        let out_of_reach;
        (out_of_reach, kept.seen) = first_out_of_reach(w, &kept.bucket, &kept.outcomes).await?;
        let KeptStream { stream, class, .. } = &kept;
        let (found, met) = match out_of_reach {
            None => ("no rule moves them out of reach or ends them".to_owned(), true),
            Some((days, words)) => (words, days >= hot),
        };
        let expected =
            format!("stream {} readable without a restore for {hot} days, by class {}", stream.name, class.class);
        let hint =
            "move logs to GLACIER or DEEP_ARCHIVE after the hot days only, or have fewer approved and registered";
        kept.observe(w, expected, found, met, hint);
    }
    w.settle()
}

#[then("every log of a registered bucket is eventually deleted by a lifecycle rule")]
async fn every_stream_ends(w: &mut LogproofWorld) -> Judged {
    for kept in kept_streams(w).await? {
        let (found, met) = match (kept.outcomes.endless(), kept.outcomes.last_gone_days()) {
            // See: https://docs.aws.amazon.com/AmazonS3/latest/userguide/MultiFactorAuthenticationDelete.html
            _ if has_mfa_delete(&kept.versioning) => {
                ("MFA delete is on, and S3 takes no lifecycle rules for such a bucket".to_owned(), true)
            }
            (Some((kind, outcome)), _) => (format!("{kind} {}", outcome.end()), false),
            (None, last) => {
                (format!("every log is deleted, the last kind after {} days", last.unwrap_or_default()), true)
            }
        };
        let expected = format!("every log of stream {} deleted by a rule some day", kept.stream.name);
        let hint = "enable a rule for the prefix, without size or tag filters, that expires objects and then removes noncurrent versions";
        kept.observe(w, expected, found, met, hint);
    }
    w.settle()
}

/// A registered stream of an existing bucket, its class, and what the rules of the bucket make of its logs.
struct KeptStream {
    bucket: BucketRef,
    stream: Stream,
    class: RetentionClass,
    rules: Fact<Vec<LifecycleRule>>,
    versioning: Fact<Versioning>,
    outcomes: Outcomes,
    /// Exchanges besides those of the rules and of versioning.
    seen: Vec<ExchangeId>,
}

impl KeptStream {
    fn exchanges(&self) -> Vec<ExchangeId> {
        [self.rules.exchanges(), self.versioning.exchanges(), &self.seen].concat()
    }

    fn observe(&self, w: &mut LogproofWorld, expected: String, found: String, met: bool, hint: &str) {
        let judged = Judgement { expected, found, met, place: "LifecycleConfiguration", hint };
        observe(w, &self.bucket, judged, &self.exchanges());
    }
}

/// The streams of the registered buckets that exist. That a stream names no class of the register is control LS-10.1's.
async fn kept_streams(w: &mut LogproofWorld) -> Result<Vec<KeptStream>, Stop> {
    let mut kept = Vec::new();
    for bucket in population(w).await? {
        let (estate, register) = (w.estate()?, w.register()?);
        let rules = w.see(estate.bucket_lifecycle(&bucket).await)?;
        let versioning = w.see(estate.bucket_versioning(&bucket).await)?;
        for stream in register.streams.iter().filter(|stream| stream.bucket == bucket.name) {
            let Some(class) = register.retention.iter().find(|class| class.class == stream.retention_class) else {
                w.note(format!("stream {} names no class of retention.toml: see control LS-10.1", stream.name));
                continue;
            };
            let outcomes = match Outcomes::under(&stream.prefix, &rules, Versions::of(&versioning)) {
                Ok(outcomes) => outcomes,
                Err(detail) => {
                    w.unseen(too_many_kinds(&bucket, detail, rules.exchanges()));
                    continue;
                }
            };
            kept.push(KeptStream {
                bucket: bucket.clone(),
                stream: stream.clone(),
                class: class.clone(),
                rules: rules.clone(),
                versioning: versioning.clone(),
                outcomes,
                seen: Vec::new(),
            });
        }
    }
    Ok(kept)
}

#[then("every registered bucket carries the tag of the automation that owns it")]
async fn every_bucket_is_automated(w: &mut LogproofWorld) -> Judged {
    let config = w.config()?;
    let owner = config.conventions.automation_tag.as_str();
    let accepted = &config.conventions.automation_values;
    let is_tool = |value: &String| if accepted.is_empty() { is_tool(value) } else { accepted.contains(value) };
    for bucket in population(w).await? {
        let estate = w.estate()?;
        let tags = w.see(estate.bucket_tags(&bucket).await)?;
        let tag = tags.iter().find(|tag| tag.key.starts_with(STACK_TAG) || (tag.key == owner && is_tool(&tag.value)));
        let judged = Judgement {
            expected: format!("a tag {STACK_TAG}... or {owner}"),
            found: tag.map_or_else(|| "neither of the tags".to_owned(), |tag| format!("{} = {}", tag.key, tag.value)),
            met: tag.is_some(),
            place: "Tagging",
            hint: "make the bucket with the stack that owns the log store, or have the tool tag it as its own",
        };
        observe(w, &bucket, judged, tags.exchanges());
    }
    w.settle()
}

/// Whether the owner a tag names is a tool and not a person.
fn is_tool(owner: &str) -> bool {
    let owner = owner.trim().to_lowercase();
    !owner.is_empty() && !["manual", "hand", "console", "none"].contains(&owner.as_str()) && !owner.contains('@')
}
