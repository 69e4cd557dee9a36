//! Settings of the buckets a scenario names.

use cucumber::{gherkin, then};
use logproof_estate::{
    BucketRef, ExchangeId,
    facts::PublicAccessBlock,
    record::{Observation, Subject},
    world::{Judged, LogproofWorld, Stop},
};
use logproof_policy::Who;

use crate::{
    judgement::{
        guide::{Below, Entry, Kind},
        lifecycle::{Outcomes, Versions},
    },
    scene::{
        access::Callers,
        actions::read,
        asked::named_below,
        asked_requests::{Requests, Spared},
        copies::shortfalls,
        lifecycle::too_many_kinds,
        named_key::meant,
        subjects::{buckets, every},
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
    judges(
        "Block Public Access is on",
        "Each of the four settings is on, for the bucket or for its whole account.",
        "Block Public Access is on",
    ),
    judges(
        "its object ownership is {string}",
        "BucketOwnerEnforced, which disables access control lists, BucketOwnerPreferred or ObjectWriter. A bucket without the setting has ObjectWriter.",
        "its object ownership is \"BucketOwnerEnforced\"",
    ),
    judges("its versioning is on", "Versioning is Enabled, not suspended.", "its versioning is on"),
    judges(
        "Object Lock keeps new objects for at least {int} days",
        "Object Lock has a default retention of at least so many days, in either mode.",
        "Object Lock keeps new objects for at least 365 days",
    ),
    judges(
        "Object Lock keeps new objects for at least {int} days in compliance mode",
        "Object Lock has a default retention of at least so many days in mode COMPLIANCE, which nobody can shorten.",
        "Object Lock keeps new objects for at least 365 days in compliance mode",
    ),
    judges(
        "no lifecycle rule deletes an object before {int} days",
        "Of every kind of object that the lifecycle rules tell apart, the last version is kept for so many days after it was written.",
        "no lifecycle rule deletes an object before 365 days",
    ),
    judges(
        "its server access logs go to another bucket",
        "Server access logging is on, and its target is another bucket.",
        "its server access logs go to another bucket",
    ),
    judges(
        "a replication rule copies every object to another bucket",
        "One enabled rule without a filter copies everything, objects encrypted with SSE-KMS included.",
        "a replication rule copies every object to another bucket",
    ),
    judges(
        "it has the tag {string}",
        "The bucket has a tag with this key and a value that is not empty.",
        "it has the tag \"managed-by\"",
    ),
    judges(
        "it is tagged {string} = {string}",
        "The bucket has a tag with this key and this value.",
        "it is tagged \"managed-by\" = \"terraform\"",
    ),
    Entry {
        keyword: "Then",
        sentence: "only these principals can read its objects",
        about: "Proved for every action that shows the content of an object, and any caller that is not in the table below. What a key allows is a question about the key.",
        kinds: &[Kind::Bucket],
        below: Below::Table("principals"),
        example: "only these principals can read its objects",
    },
];

/// What is required of a setting, what is there, and what to change.
struct Setting {
    expected: String,
    found: String,
    met: bool,
    place: &'static str,
    hint: String,
    exchanges: Vec<ExchangeId>,
}

impl Setting {
    fn observe(self, w: &mut LogproofWorld, bucket: &BucketRef) {
        w.observe(
            Observation::new(Subject::bucket(bucket), self.expected, self.found, self.met)
                .place(self.place)
                .hint(self.hint)
                .resting_on(&self.exchanges),
        );
    }
}

/// Judges a setting of every bucket the scenario names.
async fn each(
    w: &mut LogproofWorld,
    look: impl AsyncFn(&mut LogproofWorld, &BucketRef) -> Result<Setting, Stop>,
) -> Judged {
    let buckets = buckets(w)?;
    let judge = async |w: &mut LogproofWorld, bucket: BucketRef| {
        let setting = look(w, &bucket).await?;
        setting.observe(w, &bucket);
        Ok(())
    };
    every(w, buckets, judge).await
}

fn is_kms(algorithm: &str) -> bool {
    ["aws:kms", "aws:kms:dsse"].contains(&algorithm)
}

#[then("its default encryption is SSE-KMS")]
async fn its_default_encryption_is_kms(w: &mut LogproofWorld) -> Judged {
    each(w, async |w: &mut LogproofWorld, bucket: &BucketRef| {
        let encryption = w.see(w.estate()?.bucket_encryption(bucket).await)?;
        let algorithm = encryption.as_ref().map(|one| one.algorithm.clone());
        Ok(Setting {
            expected: "aws:kms or aws:kms:dsse as default encryption".to_owned(),
            met: algorithm.as_deref().is_some_and(is_kms),
            found: algorithm.unwrap_or_else(|| "no default encryption".to_owned()),
            place: "ServerSideEncryptionConfiguration",
            hint: "set the bucket's default encryption to SSE-KMS with a customer managed key".to_owned(),
            exchanges: encryption.exchanges().to_vec(),
        })
    })
    .await
}

#[then(expr = "its default encryption uses the key {string}")]
async fn its_default_encryption_uses(w: &mut LogproofWorld, key: String) -> Judged {
    each(w, async |w: &mut LogproofWorld, bucket: &BucketRef| {
        let wanted = meant(w, &key, &bucket.owner, &bucket.region).await?;
        let Ok(arn) = wanted.key else {
            return Ok(Setting {
                expected: format!("the key `{key}` exists"),
                found: wanted.key.err().unwrap_or_default(),
                met: false,
                place: "ServerSideEncryptionConfiguration",
                hint: "correct the key in the feature, or create it".to_owned(),
                exchanges: wanted.exchanges,
            });
        };
        let encryption = w.see(w.estate()?.bucket_encryption(bucket).await)?;
        let mut exchanges = [wanted.exchanges.as_slice(), encryption.exchanges()].concat();
        let default = encryption.as_ref().map(|one| (one.algorithm.as_str(), one.kms_key.clone()));
        let (found, met) = match default {
            Some((algorithm, Some(named))) if is_kms(algorithm) => {
                let there = meant(w, &named, &bucket.owner, &bucket.region).await?;
                exchanges.extend_from_slice(&there.exchanges);
                match there.key {
                    Ok(there) => (format!("`{named}`, which is {there}"), there == arn),
                    Err(why) => (format!("`{named}`: {why}"), false),
                }
            }
            Some((algorithm, None)) if is_kms(algorithm) => {
                ("no key named: the AWS managed key aws/s3".to_owned(), false)
            }
            Some((algorithm, _)) => (algorithm.to_owned(), false),
            None => ("no default encryption".to_owned(), false),
        };
        Ok(Setting {
            expected: format!("key {arn} as default key"),
            found,
            met,
            place: "ServerSideEncryptionConfiguration",
            hint: format!("set the bucket's default encryption to SSE-KMS with {arn}"),
            exchanges,
        })
    })
    .await
}

#[then("Block Public Access is on")]
async fn block_public_access_is_on(w: &mut LogproofWorld) -> Judged {
    each(w, async |w: &mut LogproofWorld, bucket: &BucketRef| {
        let estate = w.estate()?;
        let of_bucket = w.see(estate.bucket_public_access_block(bucket).await)?;
        let on_bucket = (*of_bucket).unwrap_or_default();
        let mut exchanges = of_bucket.exchanges().to_vec();
        let all = |on: &PublicAccessBlock| {
            on.block_public_acls && on.ignore_public_acls && on.block_public_policy && on.restrict_public_buckets
        };
        let mut on_account = PublicAccessBlock::default();
        // What the bucket blocks is blocked, whatever the account has.
        if !all(&on_bucket) {
            let of_account = w.see(estate.account_public_access_block(&bucket.owner).await)?;
            exchanges.extend_from_slice(of_account.exchanges());
            on_account = (*of_account).unwrap_or_default();
        }
        let settings = [
            ("BlockPublicAcls", on_bucket.block_public_acls || on_account.block_public_acls),
            ("IgnorePublicAcls", on_bucket.ignore_public_acls || on_account.ignore_public_acls),
            ("BlockPublicPolicy", on_bucket.block_public_policy || on_account.block_public_policy),
            ("RestrictPublicBuckets", on_bucket.restrict_public_buckets || on_account.restrict_public_buckets),
        ];
        let off: Vec<&str> = settings.iter().filter(|(_, on)| !on).map(|(name, _)| *name).collect();
        Ok(Setting {
            expected: format!("all four settings on, for the bucket or for account {}", bucket.owner),
            found: if off.is_empty() {
                "all four are on".to_owned()
            } else {
                format!("off for the bucket and for the account: {}", off.join(", "))
            },
            met: off.is_empty(),
            place: "PublicAccessBlockConfiguration",
            hint: "turn on all four settings for the bucket".to_owned(),
            exchanges,
        })
    })
    .await
}

/// See: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html>
const OWNERSHIPS: [&str; 3] = ["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"];

#[then(expr = "its object ownership is {string}")]
async fn its_object_ownership_is(w: &mut LogproofWorld, wanted: String) -> Judged {
    if !OWNERSHIPS.contains(&wanted.as_str()) {
        let reason = format!("`{wanted}` is no setting of object ownership; there are {}", OWNERSHIPS.join(", "));
        return Err(Stop::because(reason));
    }
    each(w, async |w: &mut LogproofWorld, bucket: &BucketRef| {
        let ownership = w.see(w.estate()?.bucket_ownership(bucket).await)?;
        let found = ownership.as_ref().map_or("ObjectWriter", |one| one.object_ownership.as_str()).to_owned();
        Ok(Setting {
            expected: format!("object ownership {wanted}"),
            met: found == wanted,
            found: format!("object ownership {found}"),
            place: "ObjectOwnership",
            hint: format!("set object ownership of the bucket to {wanted}"),
            exchanges: ownership.exchanges().to_vec(),
        })
    })
    .await
}

#[then("its versioning is on")]
async fn its_versioning_is_on(w: &mut LogproofWorld) -> Judged {
    each(w, async |w: &mut LogproofWorld, bucket: &BucketRef| {
        let versioning = w.see(w.estate()?.bucket_versioning(bucket).await)?;
        let status = versioning.status.clone().unwrap_or_else(|| "never configured".to_owned());
        Ok(Setting {
            expected: "versioning Enabled".to_owned(),
            met: status == "Enabled",
            found: format!("versioning {status}"),
            place: "VersioningConfiguration",
            hint: "enable versioning of the bucket".to_owned(),
            exchanges: versioning.exchanges().to_vec(),
        })
    })
    .await
}

#[then(expr = "Object Lock keeps new objects for at least {int} days")]
async fn object_lock_keeps(w: &mut LogproofWorld, days: i64) -> Judged {
    locked(w, days, None).await
}

#[then(expr = "Object Lock keeps new objects for at least {int} days in compliance mode")]
async fn object_lock_keeps_in_compliance_mode(w: &mut LogproofWorld, days: i64) -> Judged {
    locked(w, days, Some("COMPLIANCE")).await
}

async fn locked(w: &mut LogproofWorld, days: i64, mode: Option<&str>) -> Judged {
    each(w, async |w: &mut LogproofWorld, bucket: &BucketRef| {
        let lock = w.see(w.estate()?.object_lock(bucket).await)?;
        let in_mode = mode.map(|mode| format!(" in mode {mode}")).unwrap_or_default();
        let (found, met) = match lock.as_ref().as_ref().map(|lock| lock.default_retention.as_ref()) {
            None => ("Object Lock is not enabled".to_owned(), false),
            Some(None) => ("Object Lock without a default retention".to_owned(), false),
            Some(Some(default)) => (
                format!("{} days in mode {}", default.days, default.mode),
                default.days >= days && mode.is_none_or(|mode| default.mode == mode),
            ),
        };
        Ok(Setting {
            expected: format!("a default retention of at least {days} days{in_mode}"),
            found,
            met,
            place: "ObjectLockConfiguration",
            hint: format!("set a default retention of {days} days{in_mode}"),
            exchanges: lock.exchanges().to_vec(),
        })
    })
    .await
}

#[then(expr = "no lifecycle rule deletes an object before {int} days")]
async fn no_rule_deletes_before(w: &mut LogproofWorld, days: i64) -> Judged {
    each(w, async |w: &mut LogproofWorld, bucket: &BucketRef| {
        let estate = w.estate()?;
        let rules = w.see(estate.bucket_lifecycle(bucket).await)?;
        let versioning = w.see(estate.bucket_versioning(bucket).await)?;
        let exchanges = [rules.exchanges(), versioning.exchanges()].concat();
        let outcomes = match Outcomes::under("", &rules, Versions::of(&versioning)) {
            Ok(outcomes) => outcomes,
            Err(detail) => {
                let stop = Stop::because(detail.clone());
                w.unseen(too_many_kinds(bucket, detail, &exchanges));
                return Err(stop);
            }
        };
        let (found, met) = match outcomes.first_gone() {
            None => ("no lifecycle rule deletes an object".to_owned(), true),
            Some((gone, kind, outcome)) => (format!("{kind} {}", outcome.end()), gone >= days),
        };
        if let Some((kind, expires)) = outcomes.first_expiry().filter(|(_, expires)| met && expires.days < days) {
            w.note(format!(
                "{}: a delete marker hides {kind} {expires}; its version stays, and is read by version id only",
                bucket.name
            ));
        }
        Ok(Setting {
            expected: format!("every object kept for at least {days} days"),
            found,
            met,
            place: "LifecycleConfiguration",
            hint: format!(
                "let no rule expire objects, and then noncurrent versions, in less than {days} days together"
            ),
            exchanges,
        })
    })
    .await
}

#[then("its server access logs go to another bucket")]
async fn its_access_logs_go_elsewhere(w: &mut LogproofWorld) -> Judged {
    each(w, async |w: &mut LogproofWorld, bucket: &BucketRef| {
        let logging = w.see(w.estate()?.bucket_logging(bucket).await)?;
        let (found, met) = match logging.as_ref() {
            None => ("server access logging is off".to_owned(), false),
            Some(target) => {
                (format!("logs to `{}` under `{}`", target.bucket, target.prefix), target.bucket != bucket.name)
            }
        };
        Ok(Setting {
            expected: "server access logs delivered to another bucket".to_owned(),
            found,
            met,
            place: "BucketLoggingStatus",
            hint: "turn on server access logging, to another bucket of the account and Region".to_owned(),
            exchanges: logging.exchanges().to_vec(),
        })
    })
    .await
}

#[then("a replication rule copies every object to another bucket")]
async fn a_rule_copies_every_object(w: &mut LogproofWorld) -> Judged {
    each(w, async |w: &mut LogproofWorld, bucket: &BucketRef| {
        let replication = w.see(w.estate()?.bucket_replication(bucket).await)?;
        let rules = replication.as_ref().as_ref().map(|one| one.rules.as_slice()).unwrap_or_default();
        let own = bucket.arn();
        let short: Vec<(String, Vec<String>)> = rules
            .iter()
            .map(|rule| {
                let mut short = shortfalls(rule, rules, "");
                if rule.destination_bucket == own {
                    short.push("copies to the bucket itself".to_owned());
                }
                (rule.id.clone(), short)
            })
            .collect();
        let complete = rules.iter().zip(&short).find(|(_, (_, short))| short.is_empty()).map(|(rule, _)| rule);
        let found = match (complete, short.is_empty()) {
            (Some(rule), _) => format!("rule `{}` copies to {}", rule.id, rule.destination_bucket),
            (None, true) => "no replication".to_owned(),
            (None, false) => {
                let each: Vec<String> =
                    short.iter().map(|(id, short)| format!("rule `{id}` {}", short.join(" and "))).collect();
                each.join("; ")
            }
        };
        Ok(Setting {
            expected: "one enabled rule that copies every object, those encrypted with SSE-KMS included".to_owned(),
            found,
            met: complete.is_some(),
            place: "ReplicationConfiguration",
            hint: "enable one replication rule without a filter, with SSE-KMS encrypted objects and a replica key"
                .to_owned(),
            exchanges: replication.exchanges().to_vec(),
        })
    })
    .await
}

#[then(expr = "it has the tag {string}")]
async fn it_has_the_tag(w: &mut LogproofWorld, key: String) -> Judged {
    tagged(w, &key, None).await
}

#[then(expr = "it is tagged {string} = {string}")]
async fn it_is_tagged(w: &mut LogproofWorld, key: String, value: String) -> Judged {
    tagged(w, &key, Some(&value)).await
}

async fn tagged(w: &mut LogproofWorld, key: &str, value: Option<&str>) -> Judged {
    each(w, async |w: &mut LogproofWorld, bucket: &BucketRef| {
        let tags = w.see(w.estate()?.bucket_tags(bucket).await)?;
        let there = tags.iter().find(|tag| tag.key == key).map(|tag| tag.value.clone());
        let expected = match value {
            Some(value) => format!("tag `{key}` = `{value}`"),
            None => format!("a tag `{key}` with a value"),
        };
        let met = there.as_deref().is_some_and(|there| value.map_or(!there.is_empty(), |value| there == value));
        Ok(Setting {
            hint: format!("add {expected} to the bucket"),
            expected,
            found: there.map_or_else(|| format!("no tag `{key}`"), |there| format!("tag `{key}` = `{there}`")),
            met,
            place: "TagSet",
            exchanges: tags.exchanges().to_vec(),
        })
    })
    .await
}

#[then("only these principals can read its objects")]
async fn only_these_read(w: &mut LogproofWorld, step: &gherkin::Step) -> Judged {
    let named = named_below(w, step).await?;
    let actions: Vec<String> = read().into_iter().map(str::to_owned).collect();
    let requests = Requests {
        who: named.excepted_from(Who::anyone()),
        callers: Callers::Inventory,
        when: None,
        spared: Spared::These(named.all.clone()),
        expected: format!("only {} can read objects", named.in_words()),
        change: format!(
            "deny {} on the bucket's objects to every principal but {}",
            actions.join(", "),
            named.in_words()
        ),
        sid: "OnlyNamedPrincipalsRead",
        denied: named.everybody_else(),
        actions,
    };
    let buckets = buckets(w)?;
    every(w, buckets, async |w: &mut LogproofWorld, bucket| requests.refused_by_bucket(w, bucket).await).await
}
