//! Who is named as a reader of log files, and who may decrypt them.

use std::collections::{BTreeMap, BTreeSet};

use logproof_estate::{
    ExchangeId,
    config::ReaderConfig,
    record::{Observation, Subject},
    world::{LogproofWorld, Stop},
};
use logproof_policy::Who;

use crate::{
    judgement::key_name::account_of,
    scene::{bucket::BucketAccess, buckets::existing_bucket, principals::is_pattern},
};

/// The named readers; that there are none leaves nothing to examine, and that one may be many is a finding.
pub(crate) async fn readers(w: &mut LogproofWorld) -> Result<Vec<ReaderConfig>, Stop> {
    let readers = w.estate()?.readers();
    if readers.is_empty() {
        return Err(w.not_applicable("neither the register nor the configuration names a reader"));
    }
    for reader in readers.iter().filter(|reader| is_pattern(&reader.principal)) {
        w.observe(
            Observation::new(Subject::arn(&reader.principal), "the ARN of one reader", "a pattern, not an ARN", false)
                .place("readers")
                .hint("register each role or user that reads, by its whole ARN"),
        );
    }
    w.settle()?;
    Ok(readers)
}

/// The bucket of each reader, with what decides on requests for it.
pub(crate) struct ReaderBuckets(BTreeMap<String, BucketAccess>);

impl ReaderBuckets {
    /// Reads them; that a reader's bucket does not exist is a finding.
    pub(crate) async fn read(w: &mut LogproofWorld, readers: &[ReaderConfig]) -> Result<Self, Stop> {
        let (config, estate, referred_to) = (w.config()?, w.estate()?, w.bucket()?);
        let names: BTreeSet<String> = readers.iter().map(|reader| config.reader_bucket(reader)).collect();
        let mut buckets = BTreeMap::new();
        for name in names {
            let bucket = if name == referred_to.name {
                referred_to.clone()
            } else {
                existing_bucket(w, estate.store_bucket(&name), "the bucket of a reader").await?
            };
            buckets.insert(name, BucketAccess::of(w, bucket).await?);
        }
        Ok(Self(buckets))
    }

    /// That of one reader.
    pub(crate) fn of(&self, w: &LogproofWorld, reader: &ReaderConfig) -> Result<&BucketAccess, Stop> {
        let name = w.config()?.reader_bucket(reader);
        self.0.get(&name).ok_or_else(|| Stop::because(format!("bucket `{name}` was not read")))
    }
}

/// The ARN of the read-only role of the security tooling account, where the configuration names that account.
pub(crate) fn reader_role_arn(w: &LogproofWorld) -> Result<Option<String>, Stop> {
    let config = w.config()?;
    let name = &config.names.reader_role;
    let readers = w.estate()?.readers();
    let Some(account) = &config.organization.security_tooling_account else { return Ok(None) };
    let there = config.role_arn(account, "");
    let is_it = |arn: &String| arn.starts_with(&there) && arn.rsplit('/').next() == Some(name);
    Ok(Some(readers.into_iter().map(|r| r.principal).find(is_it).unwrap_or_else(|| format!("{there}{name}"))))
}

/// ARNs of the roles that are named as readers. Those in an auditor's account outside the organization, which nobody here
/// can look into, are noted and left out.
pub(crate) async fn reader_roles(w: &mut LogproofWorld) -> Result<BTreeSet<String>, Stop> {
    let (estate, config) = (w.estate()?, w.config()?);
    let readers = estate.readers().into_iter().map(|reader| reader.principal);
    let roles: BTreeSet<String> = readers.filter(|arn| arn.contains(":role/")).collect();
    if roles.is_empty() {
        return Err(w.not_applicable("no role is named as a reader"));
    }
    let directory = w.see(estate.directory().await)?;
    let is_theirs = |arn: &String| {
        account_of(arn).is_some_and(|id| {
            config.organization.auditor_accounts.contains(&id) && directory.accounts.iter().all(|known| known.id != id)
        })
    };
    let (elsewhere, ours): (BTreeSet<String>, BTreeSet<String>) = roles.into_iter().partition(is_theirs);
    for arn in &elsewhere {
        w.note(format!("who can assume {arn} is decided by the auditor, whose account was not looked into"));
    }
    if ours.is_empty() {
        return Err(w.not_applicable("every role named as a reader is one of an external auditor"));
    }
    Ok(ours)
}

/// Who may decrypt the logs: readers, the log storage role and the roles that replicate the log bucket.
pub(crate) struct MayDecrypt {
    /// Their ARNs.
    pub(crate) arns: Vec<String>,
    pub(crate) exchanges: Vec<ExchangeId>,
}

impl MayDecrypt {
    /// A group of callers without them.
    pub(crate) fn excepted_from(&self, who: Who) -> Who {
        self.arns.iter().fold(who, |who, arn| who.except_arn(arn))
    }
}

/// Reads who may decrypt the logs: the key opens every bucket that is encrypted with it.
pub(crate) async fn may_decrypt(w: &mut LogproofWorld) -> Result<MayDecrypt, Stop> {
    let readers = w.estate()?.readers();
    with_readers(w, readers).await
}

/// Reads who may read log files of one bucket.
pub(crate) async fn may_read(w: &mut LogproofWorld, bucket: &str) -> Result<MayDecrypt, Stop> {
    let config = w.config()?;
    let mut readers = w.estate()?.readers();
    readers.retain(|reader| config.reader_bucket(reader) == bucket);
    with_readers(w, readers).await
}

async fn with_readers(w: &mut LogproofWorld, readers: Vec<ReaderConfig>) -> Result<MayDecrypt, Stop> {
    let (config, estate) = (w.config()?, w.estate()?);
    let mut arns = vec![config.storage_role_arn()];
    let readers = readers.into_iter().map(|reader| reader.principal);
    arns.extend(readers.filter(|principal| !is_pattern(principal)));
    let bucket = estate.log_bucket();
    if let Ok(owned) = estate.buckets(&bucket.owner).await
        && !owned.iter().any(|one| one.name == bucket.name)
    {
        // Whose bucket it is, if anybody's, is found by LS-1.1: nobody replicates logs of ours from there.
        return Ok(MayDecrypt { arns, exchanges: owned.exchanges().to_vec() });
    }
    let replication = w.see(estate.bucket_replication(&bucket).await)?;
    // Replication decrypts with the source's key. See:
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
    arns.extend(replication.as_ref().as_ref().map(|one| one.role.clone()));
    let mut seen = BTreeSet::new();
    arns.retain(|arn| seen.insert(arn.clone()));
    Ok(MayDecrypt { arns, exchanges: replication.exchanges().to_vec() })
}
