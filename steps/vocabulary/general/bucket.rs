//! Settings of the buckets a scenario names.

use cucumber::{gherkin, then};
use logproof_estate::{
    BucketRef,
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
        lifecycle::too_many_kinds,
        settings::{Setting, each},
        subjects::{buckets, every},
    },
};

const fn judges(sentence: &'static str, about: &'static str, example: &'static str) -> Entry {
    Entry::then(sentence, about, example).of(&[Kind::Bucket])
}

/// What is documented of the sentences of this file.
pub(crate) const GUIDE: &[Entry] = &[
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
