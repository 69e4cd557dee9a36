//! Buckets.

use logproof_estate::{
    AccountId, BucketRef, Region,
    facts::{ArchiveTiering, BucketSummary, ObjectLock, Versioning},
};
use logproof_plan::{
    Change, Planned,
    edit::{AclChange, BucketChange},
};

use super::{HOME, Left, Making, block, document, observed, outright, value};
use crate::questions::Asked;

impl Making<'_> {
    pub(super) fn buckets(&mut self, asked: &Asked) -> Result<(), Left> {
        let (was, is): (Vec<BucketSummary>, Vec<BucketSummary>) =
            (value(&asked.before, asked)?, value(&asked.after, asked)?);
        let account: AccountId = asked.arg(0);
        for bucket in is.iter().filter(|bucket| !was.iter().any(|other| other.name == bucket.name)) {
            if !self.greenfield {
                // What a new bucket holds is observed when it is there.
                return Err(observed("what is in a bucket that is new"));
            }
            self.new_bucket(&account, &bucket.name)?;
        }
        for bucket in was.iter().filter(|bucket| !is.iter().any(|other| other.name == bucket.name)) {
            self.delete(&account, &bucket.name);
        }
        if was.iter().zip(&is).any(|(was, is)| was.name == is.name && was.created != is.created) {
            return Err(observed("when a bucket was created"));
        }
        Ok(())
    }

    /// A bucket that is created, with all its settings.
    pub(super) fn new_bucket(&mut self, owner: &AccountId, name: &str) -> Result<(), Left> {
        if !self.buckets.insert((owner.clone(), name.to_owned())) {
            return Ok(());
        }
        let source = &self.listening.after;
        let anywhere = BucketRef { name: name.to_owned(), owner: owner.clone(), region: HOME.parse().unwrap() };
        let region = (*block(source.bucket_location(&anywhere)).unwrap()).clone().unwrap();
        let bucket = BucketRef { region, ..anywhere };
        let lock = block(source.object_lock(&bucket)).unwrap();
        let policy = block(source.bucket_policy(&bucket)).unwrap();
        let mut changes = vec![
            BucketChange::Encryption(Planned::Known(outright(
                (*block(source.bucket_encryption(&bucket)).unwrap()).clone(),
            ))),
            BucketChange::PublicAccessBlock(Planned::Known(
                *block(source.bucket_public_access_block(&bucket)).unwrap(),
            )),
            BucketChange::Ownership(Planned::Known((*block(source.bucket_ownership(&bucket)).unwrap()).clone())),
            BucketChange::Policy(policy.as_deref().map(document)),
            BucketChange::Versioning(Planned::Known((*block(source.bucket_versioning(&bucket)).unwrap()).clone())),
            BucketChange::Lifecycle(Planned::Known((*block(source.bucket_lifecycle(&bucket)).unwrap()).clone())),
            BucketChange::Logging(Planned::Known((*block(source.bucket_logging(&bucket)).unwrap()).clone())),
            BucketChange::Replication(Planned::Known((*block(source.bucket_replication(&bucket)).unwrap()).clone())),
            BucketChange::Tags(Planned::Known((*block(source.bucket_tags(&bucket)).unwrap()).clone())),
        ];
        if let Some(lock) = lock.as_ref() {
            changes.push(BucketChange::ObjectLock(Planned::Known(lock.default_retention.clone())));
        }
        let object_lock = lock.is_some();
        let created = Change::Bucket { name: bucket.name.clone(), change: BucketChange::Created { object_lock } };
        self.add_as("create", &bucket.owner, &bucket.region, created);
        changes.into_iter().for_each(|change| self.bucket(&bucket, change));
        Ok(())
    }

    pub(super) fn delete(&mut self, account: &AccountId, name: &str) {
        self.buckets.insert((account.clone(), name.to_owned()));
        let change = Change::Bucket { name: name.to_owned(), change: BucketChange::Deleted };
        self.add(account, &HOME.parse().unwrap(), change);
    }

    /// What a bucket is.
    pub(super) fn setting(&mut self, asked: &Asked) -> Result<(), Left> {
        let bucket: BucketRef = asked.arg(0);
        if asked.question == "bucket_location" {
            let (was, is): (Option<Region>, Option<Region>) =
                (value(&asked.before, asked)?, value(&asked.after, asked)?);
            return match (was, is) {
                (Some(_), None) => {
                    self.delete(&bucket.owner, &bucket.name);
                    Ok(())
                }
                (None, Some(_)) if self.greenfield => self.new_bucket(&bucket.owner, &bucket.name),
                _ => Err(observed("what is in a bucket that is new")),
            };
        }
        if self.buckets.contains(&(bucket.owner.clone(), bucket.name.clone())) || self.greenfield {
            return Ok(());
        }
        let change = match asked.question {
            "bucket_encryption" => BucketChange::Encryption(Planned::Known(outright(value(&asked.after, asked)?))),
            "bucket_public_access_block" => {
                BucketChange::PublicAccessBlock(Planned::Known(value(&asked.after, asked)?))
            }
            "bucket_ownership" => BucketChange::Ownership(Planned::Known(value(&asked.after, asked)?)),
            "bucket_policy" => {
                let is: Option<String> = value(&asked.after, asked)?;
                BucketChange::Policy(is.as_deref().map(document))
            }
            "bucket_acl" => BucketChange::Acl(Planned::Known(AclChange::Grants(value(&asked.after, asked)?))),
            "bucket_versioning" => {
                let is: Versioning = value(&asked.after, asked)?;
                if is.status.is_none() {
                    return Err(Left::because("versioning cannot be taken back to never enabled"));
                }
                BucketChange::Versioning(Planned::Known(is))
            }
            "object_lock" => {
                let is: Option<ObjectLock> = value(&asked.after, asked)?;
                let Some(is) = is else {
                    return Err(Left::because("Object Lock cannot be taken from a bucket"));
                };
                BucketChange::ObjectLock(Planned::Known(is.default_retention))
            }
            "bucket_lifecycle" => BucketChange::Lifecycle(Planned::Known(value(&asked.after, asked)?)),
            "bucket_archive_tiering" => {
                let is: Vec<ArchiveTiering> = value(&asked.after, asked)?;
                let was: Vec<ArchiveTiering> = value(&asked.before, asked)?;
                let gone = was.into_iter().filter(|one| is.iter().all(|kept| kept.id != one.id));
                let removed = gone.map(|one| BucketChange::ArchiveTiering { id: one.id, to: Planned::Known(None) });
                let changes: Vec<BucketChange> = removed.collect();
                changes.into_iter().for_each(|change| self.bucket(&bucket, change));
                for one in is {
                    let (id, to) = (one.id.clone(), Planned::Known(Some(one)));
                    self.bucket(&bucket, BucketChange::ArchiveTiering { id, to });
                }
                return Ok(());
            }
            "bucket_logging" => BucketChange::Logging(Planned::Known(value(&asked.after, asked)?)),
            "bucket_replication" => BucketChange::Replication(Planned::Known(value(&asked.after, asked)?)),
            "bucket_tags" => BucketChange::Tags(Planned::Known(value(&asked.after, asked)?)),
            other => return Err(observed(other)),
        };
        if matches!(&change, BucketChange::Encryption(Planned::Known(None))) {
            return Err(Left::because("a bucket always has a default encryption"));
        }
        self.bucket(&bucket, change);
        Ok(())
    }
}
