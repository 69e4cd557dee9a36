//! Which copies of the log store there are: what the replication rules take in, and where their destinations really are.

use std::sync::Arc;

use logproof_estate::{
    AccountId, BucketRef, ExchangeId, KeyRef, Unseen,
    facts::ReplicationRule,
    record::{Observation, Subject},
    world::{LogproofWorld, Stop},
};

use crate::{
    judgement::{
        key_name::{NamedKey, account_of, region_of},
        log_files::log_root,
    },
    scene::questions::ask_each,
};

/// A copy some enabled rule makes.
#[derive(Debug, Clone)]
pub(crate) struct Copy {
    pub(crate) rule: ReplicationRule,
    /// The destination, where it really is; `None` when no active account owns it.
    pub(crate) bucket: Option<BucketRef>,
    exchanges: Vec<ExchangeId>,
}

impl Copy {
    pub(crate) fn is_elsewhere(&self, home: &AccountId, wanted: Option<&AccountId>) -> bool {
        self.bucket.as_ref().is_some_and(|bucket| match wanted {
            Some(account) => &bucket.owner == account,
            None => &bucket.owner != home,
        })
    }

    pub(crate) fn resting_on(mut self, exchanges: &[ExchangeId]) -> Self {
        self.exchanges.extend_from_slice(exchanges);
        self
    }

    pub(crate) fn observe(&self, w: &mut LogproofWorld, expected: String, found: String, met: bool, hint: &str) {
        let subject = Subject::arn(&self.rule.destination_bucket);
        let subject = match &self.bucket {
            Some(bucket) => subject.at(&bucket.owner, Some(&bucket.region)),
            None => subject,
        };
        w.observe(
            Observation::new(subject, expected, found, met)
                .place(format!("replication rule `{}`", self.rule.id))
                .hint(hint)
                .resting_on(&self.exchanges),
        );
    }
}

/// The copies the log bucket's enabled rules make: complete ones, or all when none is.
pub(crate) struct Copies(Vec<Copy>);

impl Copies {
    pub(crate) async fn read(w: &mut LogproofWorld) -> Result<Self, Stop> {
        let (estate, config, bucket) = (w.estate()?, w.config()?, w.bucket()?);
        let replication = w.see(estate.bucket_replication(&bucket).await)?;
        let root = log_root(config.names.log_prefix.as_deref());
        let rules = replication.as_ref().map(|one| one.rules.as_slice()).unwrap_or_default();
        let mut chosen: Vec<&ReplicationRule> =
            rules.iter().filter(|rule| shortfalls(rule, rules, &root).is_empty()).collect();
        if chosen.is_empty() {
            chosen = rules.iter().filter(|rule| rule.enabled).collect();
        }
        if chosen.is_empty() {
            return Err(w.not_applicable("s3:GetBucketReplication returned no enabled rule, so there is no copy"));
        }
        let mut copies = Vec::new();
        for rule in chosen {
            if rule.destination_account.is_none() {
                w.note(format!("rule `{}` leaves the copies to the account of the log bucket, unless the bucket of the copy enforces its owner", rule.id));
            }
            if rule.delete_markers {
                w.note(format!("rule `{}` copies delete markers: what is hidden here is hidden there", rule.id));
            }
            if !rule.metrics {
                w.note(format!(
                    "rule `{}` has no replication metrics: a copy that falls behind goes unnoticed",
                    rule.id
                ));
            }
            let (found, seen) = locate(w, rule).await?;
            let exchanges = [replication.exchanges(), &seen].concat();
            copies.push(Copy { rule: rule.clone(), bucket: found, exchanges });
        }
        Ok(Self(copies))
    }

    /// Those in the right account where there are any: a further copy beside the log bucket does no harm.
    pub(crate) fn that_count(&self, home: &AccountId, wanted: Option<&AccountId>) -> Vec<&Copy> {
        let elsewhere: Vec<&Copy> = self.0.iter().filter(|copy| copy.is_elsewhere(home, wanted)).collect();
        if elsewhere.is_empty() { self.0.iter().collect() } else { elsewhere }
    }
}

/// The destination of a rule, in the account and Region it really is in. Which account that is no rule says for
/// certain, so that accounts are asked for their buckets: first those the rule or the owner names.
async fn locate(w: &mut LogproofWorld, rule: &ReplicationRule) -> Result<(Option<BucketRef>, Vec<ExchangeId>), Stop> {
    let (estate, config, home) = (w.estate()?, w.config()?, w.bucket()?);
    let name = rule.destination_bucket.rsplit(':').next().unwrap_or_default().to_owned();
    let directory = w.see(estate.directory().await)?;
    let named = rule.destination_account.as_deref().and_then(|account| account.parse::<AccountId>().ok());
    let first: Vec<AccountId> = config.expectations.replica_account.iter().cloned().chain(named).collect();
    let (mut likely, rest): (Vec<AccountId>, Vec<AccountId>) =
        directory.active().map(|account| account.id.clone()).partition(|id| first.contains(id) || *id == home.owner);
    likely.sort_by_key(|id| first.iter().position(|one| one == id).unwrap_or(first.len()));
    let mut hidden: Vec<Unseen> = Vec::new();
    for accounts in [likely, rest] {
        let answers = ask_each(accounts, |account| {
            let estate = Arc::clone(&estate);
            async move {
                let answer = estate.buckets(&account).await;
                (account, answer)
            }
        })
        .await;
        for (owner, answer) in answers {
            match answer {
                Ok(owned) if owned.iter().any(|one| one.name == name) => {
                    let asked = BucketRef { name: name.clone(), owner, region: home.region.clone() };
                    let location = w.see(estate.bucket_location(&asked).await)?;
                    let region = location.as_ref().cloned().unwrap_or_else(|| asked.region.clone());
                    let seen = [owned.exchanges(), location.exchanges()].concat();
                    return Ok((Some(BucketRef { region, ..asked }), seen));
                }
                Ok(_) => {}
                Err(unseen) => hidden.push(unseen),
            }
        }
    }
    // It may be in an account that could not be looked into.
    if let Some(first) = hidden.first() {
        let stop = Stop::because(first.to_string());
        hidden.into_iter().for_each(|unseen| w.unseen(unseen));
        return Err(stop);
    }
    Ok((None, directory.exchanges().to_vec()))
}

/// What keeps a rule from copying every log file below `root`, each as the rest of a sentence; `rules` are all there are.
pub(crate) fn shortfalls(rule: &ReplicationRule, rules: &[ReplicationRule], root: &str) -> Vec<String> {
    let mut short = Vec::new();
    if !rule.enabled {
        short.push("is disabled".to_owned());
    }
    if !root.starts_with(&rule.prefix) {
        short.push(format!("copies only what is below `{}`", rule.prefix));
    }
    if rule.has_tag_filter {
        short.push("copies only objects with certain tags".to_owned());
    }
    if !rule.kms_objects {
        short.push("leaves out objects encrypted with SSE-KMS".to_owned());
    }
    // See: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ReplicationRule.html
    let stronger = rules.iter().find(|other| {
        other.enabled
            && other.destination_bucket == rule.destination_bucket
            && other.priority > rule.priority
            && (other.prefix.starts_with(root) || root.starts_with(&other.prefix))
            && !(other.kms_objects && other.replica_key.is_some())
    });
    if let Some(other) = stronger {
        let below = if other.prefix.is_empty() { String::new() } else { format!(" below `{}`", other.prefix) };
        short.push(format!(
            "gives way{below} to rule `{}` of higher priority, which leaves out objects encrypted with SSE-KMS",
            other.id
        ));
    }
    short
}

/// The replica key a rule names, where it is.
pub(crate) fn asked_key(name: &str, bucket: &BucketRef) -> KeyRef {
    match NamedKey::read(name, &bucket.owner, &bucket.region) {
        NamedKey::Ask(key) => key,
        NamedKey::Arn(arn) => KeyRef {
            account: account_of(&arn).unwrap_or_else(|| bucket.owner.clone()),
            region: region_of(&arn).unwrap_or_else(|| bucket.region.clone()),
            id: arn,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule() -> ReplicationRule {
        ReplicationRule {
            id: "r".to_owned(),
            enabled: true,
            prefix: String::new(),
            has_tag_filter: false,
            destination_bucket: "arn:aws:s3:::replica".to_owned(),
            destination_account: None,
            replica_key: None,
            kms_objects: true,
            delete_markers: false,
            metrics: true,
            priority: 1,
        }
    }

    #[test]
    fn a_rule_copies_every_log_file_when_its_filter_lets_all_of_them_in() {
        let short = |rule: &ReplicationRule| shortfalls(rule, &[], "AWSLogs/");
        assert!(short(&rule()).is_empty());
        assert!(short(&ReplicationRule { prefix: "AWSLogs/".to_owned(), ..rule() }).is_empty());
        assert!(short(&ReplicationRule { prefix: "AWS".to_owned(), ..rule() }).is_empty());
        let part = ReplicationRule { prefix: "AWSLogs/o-x/".to_owned(), ..rule() };
        assert_eq!(short(&part), ["copies only what is below `AWSLogs/o-x/`"]);
        let nothing = ReplicationRule { enabled: false, has_tag_filter: true, kms_objects: false, ..rule() };
        assert_eq!(short(&nothing).len(), 3);
    }

    #[test]
    fn of_two_rules_with_one_destination_the_one_with_the_higher_priority_acts() {
        let unencrypted = |priority: i32, prefix: &str, destination: &str| ReplicationRule {
            id: "other".to_owned(),
            kms_objects: false,
            priority,
            prefix: prefix.to_owned(),
            destination_bucket: destination.to_owned(),
            ..rule()
        };
        let same = "arn:aws:s3:::replica";
        for (other, expected) in [
            (unencrypted(2, "", same), 1),
            (unencrypted(2, "AWSLogs/o-x/1/", same), 1),
            (unencrypted(0, "", same), 0),
            (unencrypted(2, "else/", same), 0),
            (unencrypted(2, "", "arn:aws:s3:::another"), 0),
            (ReplicationRule { enabled: false, ..unencrypted(2, "", same) }, 0),
            (ReplicationRule { kms_objects: true, replica_key: Some("k".to_owned()), ..unencrypted(2, "", same) }, 0),
        ] {
            let rules = [rule(), other];
            assert_eq!(shortfalls(&rule(), &rules, "AWSLogs/").len(), expected, "{rules:?}");
        }
    }

    #[test]
    fn a_replica_key_is_asked_about_where_it_is() {
        let bucket = BucketRef {
            name: "replica".to_owned(),
            owner: "666666666666".parse().unwrap(),
            region: "eu-west-1".parse().unwrap(),
        };
        let key = asked_key("arn:aws:kms:eu-central-1:222222222222:key/1", &bucket);
        assert_eq!((key.account.as_str(), key.region.as_str()), ("222222222222", "eu-central-1"));
        let alias = asked_key("alias/x", &bucket);
        assert_eq!((alias.account.as_str(), alias.region.as_str()), ("666666666666", "eu-west-1"));
    }
}
