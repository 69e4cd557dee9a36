//! The second copy of the log store: complete, somewhere else, kept in versions and encrypted there.

use std::sync::Arc;

use cucumber::{given, then};
use logproof_estate::{
    AccountId, BucketRef, ExchangeId, KeyRef, Unseen,
    facts::ReplicationRule,
    record::{Observation, Subject},
    world::{Judged, LogproofWorld, Stop},
};

use crate::{
    judgement::{
        key_name::{NamedKey, account_of, region_of},
        log_files::log_root,
    },
    population::{ask_each, existing_bucket},
};

#[given("the replica of the log bucket")]
async fn the_replica(w: &mut LogproofWorld) -> Judged {
    let (estate, config) = (w.estate()?, w.config()?);
    let home = existing_bucket(w, estate.log_bucket(), "the log bucket").await?;
    w.bucket = Some(home.clone());
    let copies = Copies::read(w).await?;
    let copies = copies.that_count(&home.owner, config.expectations.replica_account.as_ref());
    let Some(bucket) = copies.iter().find_map(|copy| copy.bucket.clone()) else {
        return Err(w.not_applicable("no account owns the bucket a replication rule names: see control LS-6.7"));
    };
    w.bucket = Some(bucket);
    w.settle()
}

#[then("a replication rule is on that copies every log file, the encrypted ones included")]
async fn a_rule_copies_every_log_file(w: &mut LogproofWorld) -> Judged {
    let (estate, config, bucket) = (w.estate()?, w.config()?, w.bucket()?);
    let replication = w.see(estate.bucket_replication(&bucket).await)?;
    let rules = replication.as_ref().map(|one| one.rules.as_slice()).unwrap_or_default();
    let root = log_root(config.names.log_prefix.as_deref());
    let shortfalls: Vec<Vec<String>> = rules.iter().map(|rule| shortfalls(rule, rules, &root)).collect();
    let met = shortfalls.iter().any(Vec::is_empty);
    let found: Vec<String> = rules
        .iter()
        .zip(&shortfalls)
        .filter(|(_, short)| !met || short.is_empty())
        .map(|(rule, short)| match short.as_slice() {
            [] => format!("rule `{}` copies to {}", rule.id, rule.destination_bucket),
            short => format!("rule `{}` {}", rule.id, short.join(" and ")),
        })
        .collect();
    w.observe(
        Observation::new(
            Subject::arn(bucket.arn()).at(&bucket.owner, Some(&bucket.region)),
            format!("one enabled rule that copies everything below `{root}`, objects encrypted with SSE-KMS included"),
            if found.is_empty() { "no replication".to_owned() } else { found.join("; ") },
            met,
        )
        .place("ReplicationConfiguration")
        .hint("enable one replication rule without a filter, with SSE-KMS encrypted objects and a replica key")
        .resting_on(replication.exchanges()),
    );
    w.settle()
}

#[then("the copy is in another account of the organization")]
async fn the_copy_is_in_another_account(w: &mut LogproofWorld) -> Judged {
    let config = w.config()?;
    let (home, wanted) = (w.bucket()?, config.expectations.replica_account.as_ref());
    let copies = Copies::read(w).await?;
    for copy in copies.that_count(&home.owner, wanted) {
        let (found, met) = match &copy.bucket {
            None => ("no active account of the organization owns it".to_owned(), false),
            Some(bucket) => {
                let same = if bucket.owner == home.owner { ", the account of the log bucket" } else { "" };
                let stated = copy.rule.destination_account.as_deref().filter(|stated| *stated != bucket.owner.as_str());
                // S3 refuses to change the ownership to an account that does not own the destination.
                let wrong = stated.map(|stated| format!("; the rule states account {stated}, so nothing is copied"));
                (
                    format!(
                        "in account {}{same}, {}{}",
                        bucket.owner,
                        bucket.region,
                        wrong.clone().unwrap_or_default()
                    ),
                    copy.is_elsewhere(&home.owner, wanted) && wrong.is_none(),
                )
            }
        };
        if copy.bucket.as_ref().is_some_and(|bucket| bucket.region == home.region) {
            w.note(format!(
                "the copy is in {}, the Region of the log bucket: both can be lost with the Region",
                home.region
            ));
        }
        let expected = match wanted {
            Some(account) => format!("in account {account}"),
            None => format!("in an account of the organization other than {}", home.owner),
        };
        copy.observe(
            w,
            expected,
            found,
            met,
            "replicate to a bucket of that account: whoever rules one account must not rule both copies",
        );
    }
    w.settle()
}

#[then("the bucket of the copy exists and keeps versions")]
async fn the_copy_keeps_versions(w: &mut LogproofWorld) -> Judged {
    let (estate, config) = (w.estate()?, w.config()?);
    let (home, wanted) = (w.bucket()?, config.expectations.replica_account.as_ref());
    let copies = Copies::read(w).await?;
    for copy in copies.that_count(&home.owner, wanted) {
        let (found, met, seen) = match &copy.bucket {
            None => ("no such bucket in any active account of the organization".to_owned(), false, Vec::new()),
            Some(bucket) => {
                let versioning = w.see(estate.bucket_versioning(bucket).await)?;
                let status = versioning.status.as_deref().unwrap_or("never configured");
                (format!("versioning {status}"), status == "Enabled", versioning.exchanges().to_vec())
            }
        };
        let copy = copy.clone().resting_on(&seen);
        copy.observe(
            w,
            "an existing bucket with versioning Enabled".to_owned(),
            found,
            met,
            "create the bucket and enable its versioning: S3 replicates nothing to a bucket without",
        );
    }
    w.settle()
}

#[then("the copy is encrypted with an enabled key of its own Region")]
async fn the_copy_is_encrypted_there(w: &mut LogproofWorld) -> Judged {
    let (estate, config) = (w.estate()?, w.config()?);
    let (home, wanted) = (w.bucket()?, config.expectations.replica_account.as_ref());
    let copies = Copies::read(w).await?;
    for copy in copies.that_count(&home.owner, wanted) {
        let (found, met, seen) = match (&copy.bucket, &copy.rule.replica_key) {
            (_, None) => ("no replica key".to_owned(), false, Vec::new()),
            (None, Some(key)) => (format!("key `{key}` for a bucket that does not exist"), false, Vec::new()),
            (Some(bucket), Some(name)) => {
                let asked = asked_key(name, bucket);
                let key = w.see(estate.key(&asked).await)?;
                let seen = key.exchanges().to_vec();
                match key.as_ref() {
                    None => (format!("there is no key `{name}`"), false, seen),
                    Some(key) => {
                        let place = region_of(&key.arn);
                        let where_it_is = place.as_ref().map_or("no Region", |region| region.as_str());
                        let met = key.state == "Enabled" && place.as_ref() == Some(&bucket.region);
                        (format!("key {} is {}, in {where_it_is}", key.arn, key.state), met, seen)
                    }
                }
            }
        };
        let copy = copy.clone().resting_on(&seen);
        copy.observe(w, "an enabled KMS key of the Region of the copy".to_owned(), found, met, "name an enabled key of the destination's Region as replica key: without one encrypted objects are not copied");
    }
    w.settle()
}

/// What keeps a rule from copying every log file below `root`, each as the rest of a sentence; `rules` are all there are.
fn shortfalls(rule: &ReplicationRule, rules: &[ReplicationRule], root: &str) -> Vec<String> {
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

fn asked_key(name: &str, bucket: &BucketRef) -> KeyRef {
    match NamedKey::read(name, &bucket.owner, &bucket.region) {
        NamedKey::Ask(key) => key,
        NamedKey::Arn(arn) => KeyRef {
            account: account_of(&arn).unwrap_or_else(|| bucket.owner.clone()),
            region: region_of(&arn).unwrap_or_else(|| bucket.region.clone()),
            id: arn,
        },
    }
}

/// A copy some enabled rule makes.
#[derive(Debug, Clone)]
struct Copy {
    rule: ReplicationRule,
    /// The destination, where it really is; `None` when no active account owns it.
    bucket: Option<BucketRef>,
    exchanges: Vec<ExchangeId>,
}

impl Copy {
    fn is_elsewhere(&self, home: &AccountId, wanted: Option<&AccountId>) -> bool {
        self.bucket.as_ref().is_some_and(|bucket| match wanted {
            Some(account) => &bucket.owner == account,
            None => &bucket.owner != home,
        })
    }

    fn resting_on(mut self, exchanges: &[ExchangeId]) -> Self {
        self.exchanges.extend_from_slice(exchanges);
        self
    }

    fn observe(&self, w: &mut LogproofWorld, expected: String, found: String, met: bool, hint: &str) {
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
struct Copies(Vec<Copy>);

impl Copies {
    async fn read(w: &mut LogproofWorld) -> Result<Self, Stop> {
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
    fn that_count(&self, home: &AccountId, wanted: Option<&AccountId>) -> Vec<&Copy> {
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
