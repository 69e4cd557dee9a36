//! Log streams: what the owner registered, held against the buckets of the log archive account in both directions.

use std::collections::{BTreeMap, BTreeSet};

use cucumber::then;
use logproof_estate::{
    BucketRef, ExchangeId, Reason, Unseen,
    record::{Observation, Subject},
    register::{Environment, Register, Stream},
    world::{Judged, LogproofWorld},
};
use logproof_policy::{Named, Policy, Principal, Question, Source, Statement, Who};

use crate::scene::{
    actions::write,
    bucket::BucketAccess,
    buckets::registered_bucket,
    population::examined,
    proposal::{On, Remedy},
    register::{in_register, streams},
};

fn named(stream: &Stream) -> String {
    format!("stream {}", stream.name)
}

#[then("every registered log stream has all that a request must state")]
async fn every_stream_states_everything(w: &mut LogproofWorld) -> Judged {
    let streams = streams(w)?;
    let register = w.register()?;
    for stream in &streams {
        let missing = missing_of(&register, stream);
        let found = match missing.as_slice() {
            [] => {
                let data = if stream.personal_data { "with personal data" } else { "without personal data" };
                format!("request {} of {}, {data}, delivered by {}", stream.request, stream.owner, stream.delivered_by)
            }
            some => format!("without {}", some.join(", ")),
        };
        let expected = "owner, approved request, retention, personal data, regulations and who delivers are stated";
        w.observe(
            Observation::new(in_register(w, "streams.toml")?, expected, found, missing.is_empty())
                .place(named(stream))
                .hint("ask the owner of the logs, and complete the entry"),
        );
    }
    examined(w, "registered log streams", streams.len(), "streams.toml of the register");
    w.settle()
}

fn missing_of(register: &Register, stream: &Stream) -> Vec<&'static str> {
    let blank = |text: &str| text.trim().is_empty();
    let delivers = stream.delivered_by.starts_with("arn:") || Principal::is_service_name(&stream.delivered_by);
    let class = register.retention.iter().any(|class| class.class == stream.retention_class);
    // Personal data always falls under some regulation; which one decides how it may be kept.
    let unregulated = stream.personal_data && stream.regulations.is_empty();
    [
        ("`owner`", blank(&stream.owner)),
        ("`request`", blank(&stream.request)),
        ("`kind`", blank(&stream.kind)),
        ("a service or a role's ARN in `delivered_by`", !delivers),
        ("a class of retention.toml in `retention_class`", !class),
        ("`regulations`, although it holds personal data", unregulated),
    ]
    .into_iter()
    .filter_map(|(what, lacks)| lacks.then_some(what))
    .collect()
}

#[then("every bucket of the log archive account holds a registered log stream")]
async fn every_bucket_is_registered(w: &mut LogproofWorld) -> Judged {
    let (estate, register) = (w.estate()?, w.register()?);
    let archive = estate.log_bucket().owner;
    let owned = w.see(estate.buckets(&archive).await)?;
    if owned.is_empty() {
        return Err(w.not_applicable(format!("s3:ListBuckets of account {archive} returned no bucket")));
    }
    for bucket in owned.iter() {
        let names: Vec<&str> =
            register.streams.iter().filter(|s| s.bucket == bucket.name).map(|s| s.name.as_str()).collect();
        let found = if names.is_empty() { "not registered".to_owned() } else { names.join(", ") };
        let subject = Subject::arn(estate.archive_bucket(&bucket.name).arn()).at(&archive, None);
        w.observe(
            Observation::new(subject, "the bucket holds a registered log stream", found, !names.is_empty())
                .place("register/streams.toml")
                .hint("register what the bucket holds, or move what is no log out of the account")
                .resting_on(owned.exchanges()),
        );
    }
    examined(w, "buckets of the log archive account", owned.len(), "s3:ListBuckets");
    w.settle()
}

#[then("the bucket of every registered log stream exists in the log archive account")]
async fn every_registered_bucket_exists(w: &mut LogproofWorld) -> Judged {
    let streams = streams(w)?;
    let estate = w.estate()?;
    for stream in &streams {
        let bucket = estate.store_bucket(&stream.bucket);
        let owned = w.see(estate.buckets(&bucket.owner).await)?;
        let exists = owned.iter().any(|one| one.name == stream.bucket);
        let found = if exists { "it exists" } else { "no such bucket in the account" };
        let subject = Subject::arn(bucket.arn()).at(&bucket.owner, None);
        let expected = format!("the bucket of {} exists in account {}", named(stream), bucket.owner);
        w.observe(
            Observation::new(subject, expected, found, exists)
                .place("register/streams.toml")
                .hint("create the bucket (`logproof register request STREAM`), or remove the stream from the register")
                .resting_on(owned.exchanges()),
        );
    }
    examined(w, "registered log streams", streams.len(), "streams.toml of the register");
    w.settle()
}

#[then("no bucket holds log streams of two owners")]
async fn no_bucket_has_two_owners(w: &mut LogproofWorld) -> Judged {
    one_of_each(w, "owner", |stream| stream.owner.clone(), "give each owner's logs a bucket of their own")
}

#[then("no bucket holds log streams of two environments")]
async fn no_bucket_has_two_environments(w: &mut LogproofWorld) -> Judged {
    let hint = "give each environment a bucket of its own, and move the streams";
    one_of_each(w, "environment", |stream| stream.environment.word().to_owned(), hint)
}

fn one_of_each(w: &mut LogproofWorld, what: &str, of: impl Fn(&Stream) -> String, hint: &str) -> Judged {
    let (streams, estate) = (streams(w)?, w.estate()?);
    let mut found: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for stream in &streams {
        found.entry(&stream.bucket).or_default().insert(of(stream));
    }
    for (bucket, values) in &found {
        let bucket = estate.store_bucket(bucket);
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        let subject = Subject::arn(bucket.arn()).at(&bucket.owner, None);
        w.observe(
            Observation::new(subject, format!("streams of one {what}"), values.join(", "), values.len() == 1)
                .place("register/streams.toml")
                .hint(hint),
        );
    }
    examined(w, "registered buckets", found.len(), "streams.toml of the register");
    w.settle()
}

#[then("the environment tag of every registered bucket names its registered environment")]
async fn the_tag_is_the_registered_environment(w: &mut LogproofWorld) -> Judged {
    let (streams, estate) = (streams(w)?, w.estate()?);
    let config = w.config()?;
    let conventions = &config.conventions;
    let environments: BTreeMap<&str, Environment> =
        streams.iter().map(|stream| (stream.bucket.as_str(), stream.environment)).collect();
    let mut seen = 0;
    for (name, environment) in &environments {
        let Some(bucket) = registered_bucket(w, name).await? else { continue };
        seen += 1;
        let tags = w.see(estate.bucket_tags(&bucket).await)?;
        let key = conventions.environment_tag.as_str();
        let tag = tags.iter().find(|tag| tag.key == key).map(|tag| tag.value.as_str());
        let found = tag.map_or_else(|| format!("no tag `{key}`"), |value| format!("{key} = {value}"));
        let met = tag.is_some_and(|value| conventions.is_environment(value, environment.word()));
        let subject = Subject::bucket(&bucket);
        let values = conventions.environment_values.get(environment.word());
        let expected = values.map_or_else(|| environment.word().to_owned(), |values| values.join(" or "));
        let expected = format!("{key} = {expected}");
        w.observe(
            Observation::new(subject, expected, found, met)
                .place("Tagging")
                .hint("tag the bucket with its environment, or correct the register")
                .resting_on(tags.exchanges()),
        );
    }
    if seen == 0 {
        return Err(w.not_applicable("no registered bucket exists: see control LS-10.2"));
    }
    examined(w, "registered buckets", seen, "streams.toml of the register, s3:ListBuckets");
    w.settle()
}

#[then("no account that delivers logs of one environment can write to the bucket of another")]
async fn no_account_writes_to_another_environment(w: &mut LogproofWorld) -> Judged {
    let streams = streams(w)?;
    let mut asked = 0;
    let delivering: BTreeSet<(&str, Environment)> =
        streams.iter().filter_map(|stream| Some((stream.delivering_account()?, stream.environment))).collect();
    if delivering.is_empty() {
        return Err(
            w.not_applicable("streams.toml names no role that delivers: every stream comes from an AWS service")
        );
    }
    let buckets: BTreeMap<&str, Environment> = streams.iter().map(|s| (s.bucket.as_str(), s.environment)).collect();
    for (name, environment) in &buckets {
        let Some(bucket) = registered_bucket(w, name).await? else { continue };
        // Each account asked about represents itself, so that a finding names it and no other.
        let ids: Vec<&str> = delivering.iter().map(|(account, _)| *account).collect();
        let access = BucketAccess::naming(w, bucket, &ids).await?;
        for (account, theirs) in delivering.iter().filter(|(_, theirs)| theirs != environment) {
            asked += 1;
            let question = Question::about(write()).on_all(&access.objects()).by(Who::account(account));
            let expected = format!(
                "account {account}, which delivers logs of {}, cannot write logs of {}",
                theirs.word(),
                environment.word()
            );
            let condition = serde_json::json!({"StringEquals": {"aws:PrincipalAccount": account}});
            let on = On::These(vec![access.objects()]);
            let remedy = access.deny_in_own_policy("RefuseOtherEnvironments", on, condition);
            let claim = access.claim(expected, "allow writing to the roles of the bucket's own environment only");
            claim.prove(w, &access.scene_with(account), &question, remedy).await;
            // What services deliver for the whole organization is one environment.
            if *environment == Environment::Organization {
                continue;
            }
            let source = Source::Account((*account).to_owned());
            let question = Question::about(write()).on_all(&access.objects()).by(Who::services()).from_source(source);
            let expected = format!(
                "no AWS service writes logs of {} on behalf of account {account}, which delivers logs of {}",
                environment.word(),
                theirs.word()
            );
            let claim = access.claim(expected, "add a condition on aws:SourceAccount, aws:SourceArn or aws:SourceOrgPaths that only accounts of the bucket's own environment meet to the statement that allows the service");
            let remedy = Remedy::Unknown(
                "which accounts of the bucket's own environment the service acts for is known to its owner alone",
            );
            claim.prove(w, &access.scene_with(account), &question, remedy).await;
        }
    }
    if asked == 0 {
        return Err(w.not_applicable("streams.toml names no two environments that could write to each other"));
    }
    examined(w, "pairs of account and bucket", asked, "streams.toml of the register");
    w.settle()
}

#[then("every key prefix of the bucket belongs to a registered log stream")]
async fn every_prefix_is_registered(w: &mut LogproofWorld) -> Judged {
    let (estate, bucket) = (w.estate()?, w.bucket()?);
    let streams = streams(w)?;
    let prefixes: Vec<&str> =
        streams.iter().filter(|stream| stream.bucket == bucket.name).map(|stream| stream.prefix.as_str()).collect();
    let (mut open, mut seen) = (vec![String::new()], 0);
    while let Some(level) = open.pop() {
        let page = w.see(estate.bucket_level(&bucket, &level).await)?;
        let keys = page.objects.iter().map(|object| &object.key).filter(|key| !key.ends_with('/'));
        for name in page.prefixes.iter().chain(keys) {
            // A prefix above a registered one is looked into; the registered one itself is the stream's.
            if name.ends_with('/')
                && prefixes.iter().any(|prefix| prefix.len() > name.len() && prefix.starts_with(name))
            {
                open.push(name.clone());
                continue;
            }
            seen += 1;
            let registered = prefixes.iter().any(|prefix| name.starts_with(prefix));
            let found = if registered { "registered" } else { "no registered stream" };
            let subject = Subject::arn(format!("{}/{name}", bucket.arn())).at(&bucket.owner, Some(&bucket.region));
            w.observe(
                Observation::new(subject, "belongs to a registered log stream of the bucket", found, registered)
                    .place("register/streams.toml")
                    .hint("find out who writes there; move these logs to a bucket of their own, and register them")
                    .resting_on(page.exchanges()),
            );
        }
    }
    if seen == 0 {
        return Err(w.not_applicable("s3:ListObjectsV2 returned no object"));
    }
    examined(w, "key prefixes", seen, "s3:ListObjectsV2");
    w.settle()
}

#[then("every principal its policy lets write delivers a registered log stream")]
async fn every_writer_is_registered(w: &mut LogproofWorld) -> Judged {
    let (estate, bucket) = (w.estate()?, w.bucket()?);
    let streams = streams(w)?;
    let mut known: BTreeSet<String> = streams
        .iter()
        .filter(|stream| stream.bucket == bucket.name)
        .map(|stream| stream.delivered_by.clone())
        .collect();
    known.insert(w.config()?.storage_role_arn());
    // A policy that cannot be read at all is refused here, as ERROR.
    let access = BucketAccess::of(w, bucket.clone()).await?;
    let Some(policy) = access.policy.as_deref() else {
        return Err(w.not_applicable("s3:GetBucketPolicy returned no policy, so nobody writes by one"));
    };
    let read = w.see(estate.bucket_policy(&bucket).await)?;
    if let Some(problem) = policy.problem() {
        w.unseen(unreadable(&bucket, problem.to_string(), read.exchanges()));
    }
    let writers = writers_of(policy);
    for (writer, statement) in &writers {
        if *writer == Named::Unreadable {
            let detail = format!("{statement} may allow writing, and whom cannot be read");
            w.unseen(unreadable(&bucket, detail, read.exchanges()));
            continue;
        }
        let met = known.contains(&writer.to_string());
        let found = if met { "registered".to_owned() } else { format!("`{writer}` delivers no registered stream") };
        let subject = Subject::bucket(&bucket);
        w.observe(
            Observation::new(subject, format!("`{writer}` delivers a registered stream of the bucket"), found, met)
                .place(format!("bucket policy, {statement}"))
                .hint("register the stream this principal delivers, or take the statement away")
                .resting_on(read.exchanges()),
        );
    }
    if writers.is_empty() && policy.problem().is_none() {
        return Err(w.not_applicable("the bucket policy lets nobody write"));
    }
    examined(w, "principals the policy lets write", writers.len(), "s3:GetBucketPolicy");
    w.settle()
}

fn unreadable(bucket: &BucketRef, detail: String, exchanges: &[ExchangeId]) -> Unseen {
    Unseen {
        operation: "s3:GetBucketPolicy".to_owned(),
        account: bucket.owner.clone(),
        region: Some(bucket.region.clone()),
        subject: bucket.name.clone(),
        reason: Reason::Undecided,
        detail,
        hint: "correct the statement of the bucket policy".to_owned(),
        exchanges: exchanges.to_vec(),
    }
}

/// Principals of statements that allow to write, with the statement.
fn writers_of(policy: &Policy) -> Vec<(Named<'_>, String)> {
    let writes =
        |statement: &&Statement| statement.may_allow() && write().iter().any(|action| statement.covers_action(action));
    let statements = policy.statements().iter().filter(writes);
    statements.flat_map(|statement| statement.principals().map(|writer| (writer, place_of(statement)))).collect()
}

/// Where a finding about a statement of the bucket policy points.
fn place_of(statement: &Statement) -> String {
    let number = statement.index() + 1;
    statement.sid().map_or_else(|| format!("statement {number}"), |sid| format!("statement {number} `{sid}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writers_are_those_of_statements_that_allow_putting() {
        let policy = br#"{"Statement": [
            {"Effect": "Allow", "Principal": {"Service": ["a.amazonaws.com", "b.amazonaws.com"]}, "Action": "s3:Put*"},
            {"Sid": "Two", "Effect": "Allow", "Principal": "*", "NotAction": "s3:GetObject"},
            {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::1:role/r"}, "Action": ["s3:GetObject"]},
            {"Effect": "Allow", "Principal": "*", "NotAction": ["s3:Put*", "s3:ReplicateObject"]},
            {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject"}]}"#;
        let policy = Policy::parse("the bucket policy", policy).unwrap();
        let found: Vec<String> = writers_of(&policy).into_iter().map(|(who, place)| format!("{who} {place}")).collect();
        assert_eq!(found, ["a.amazonaws.com statement 1", "b.amazonaws.com statement 1", "* statement 2 `Two`"]);
    }

    #[test]
    fn what_cannot_be_read_may_write() {
        let policy =
            br#"{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:Get*", "NotAction": "s3:*"}}"#;
        let policy = Policy::parse("the bucket policy", policy).unwrap();
        assert_eq!(writers_of(&policy), [(Named::Unreadable, "statement 1".to_owned())]);
    }
}
