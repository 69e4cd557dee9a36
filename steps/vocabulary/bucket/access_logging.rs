//! Whether access to the log bucket is itself logged, to a place that takes the records.
//!
//! See: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html>

use cucumber::then;
use logproof_estate::{
    BucketRef, ExchangeId, Fact, Reason, Unseen,
    facts::{Acl, LoggingTarget},
    record::{Observation, Subject},
    world::{Judged, LogproofWorld, Stop},
};
use logproof_policy::{Context, Decided, Decision, Policies, Principal, Request, decide};

use crate::scene::policies::parse;

const LOGGING: &str = "logging.s3.amazonaws.com";
/// Grantee of the older way to let S3 deliver.
const LOG_DELIVERY_GROUP: &str = "http://acs.amazonaws.com/groups/s3/LogDelivery";

#[then("its account owns the bucket of the access logs, in the Region of the bucket")]
async fn the_archive_owns_the_access_logs(w: &mut LogproofWorld) -> Judged {
    let (estate, bucket) = (w.estate()?, w.bucket()?);
    let target = target_of(w, &bucket).await?;
    let access_logs = BucketRef { owner: bucket.owner.clone(), ..estate.archive_bucket(&target.bucket) };
    let owned = w.see(estate.buckets(&access_logs.owner).await)?;
    let mut exchanges = [target.exchanges(), owned.exchanges()].concat();
    let (found, met) = if owned.iter().any(|one| one.name == access_logs.name) {
        let location = w.see(estate.bucket_location(&access_logs).await)?;
        exchanges.extend_from_slice(location.exchanges());
        match location.as_ref() {
            Some(region) => (format!("owned by account {}, in {region}", access_logs.owner), *region == bucket.region),
            None => ("no such bucket any more".to_owned(), false),
        }
    } else {
        (format!("not among the {} buckets of account {}", owned.len(), access_logs.owner), false)
    };
    w.observe(
        Observation::new(
            Subject::arn(access_logs.arn()).at(&access_logs.owner, None),
            format!("a bucket of account {} in {}", access_logs.owner, bucket.region),
            found,
            met,
        )
        .hint("create the bucket there: S3 delivers access logs within one account and Region only")
        .resting_on(&exchanges),
    );
    w.settle()
}

#[then("S3 may write access logs to that bucket")]
async fn s3_may_write_access_logs(w: &mut LogproofWorld) -> Judged {
    let (estate, bucket) = (w.estate()?, w.bucket()?);
    let target = target_of(w, &bucket).await?;
    let Some(access_logs) = owned_target(w, &bucket, &target).await? else { return Err(no_target(w, &target)) };
    let text = w.see(estate.bucket_policy(&access_logs).await)?;
    let organization = w.see(estate.organization().await)?;
    let mut exchanges = [target.exchanges(), text.exchanges()].concat();
    let decided = match text.as_deref() {
        None => None,
        Some(text) => {
            let name = format!("the policy of bucket {}", access_logs.name);
            let policy = parse(w, &name, text, "s3:GetBucketPolicy", &access_logs.owner)?;
            let request = delivery(&bucket, &access_logs, &target, &organization.id);
            Some(decide(&request, &Policies { resource: Some(policy), ..Policies::default() }))
        }
    };
    let (found, met) = match decided {
        Some(Decided { decision: Decision::Undecided(reason), .. }) => {
            w.unseen(undecided(&access_logs, reason, &exchanges));
            return w.settle();
        }
        Some(decided) if decided.is_allowed() => ("the bucket policy lets it write".to_owned(), true),
        Some(decided) if decided.decision == Decision::ExplicitDeny => (format!("refused: {decided}"), false),
        not_allowed => {
            let (found, met, seen) = by_access_control_list(w, &access_logs, not_allowed.is_some()).await?;
            exchanges.extend(seen);
            (found, met)
        }
    };
    w.observe(
        Observation::new(
            Subject::bucket(&access_logs),
            format!("{LOGGING} may put objects below `{}`", target.prefix),
            found,
            met,
        )
        .place(format!("s3:PutObject on {}/{}*", access_logs.arn(), target.prefix))
        .hint("allow logging.s3.amazonaws.com s3:PutObject in the bucket policy, with aws:SourceArn of the bucket whose access is logged")
        .resting_on(&exchanges),
    );
    w.settle()
}

#[then("nothing in the configuration of that bucket turns access logs away")]
async fn nothing_turns_access_logs_away(w: &mut LogproofWorld) -> Judged {
    let (estate, bucket) = (w.estate()?, w.bucket()?);
    let target = target_of(w, &bucket).await?;
    let Some(access_logs) = owned_target(w, &bucket, &target).await? else { return Err(no_target(w, &target)) };
    let lock = w.see(estate.object_lock(&access_logs).await)?;
    let encryption = w.see(estate.bucket_encryption(&access_logs).await)?;
    let retention = lock.as_ref().and_then(|lock| lock.default_retention.as_ref());
    let algorithm = encryption.as_ref().map_or("none", |one| one.algorithm.as_str());
    let mut obstacles = Vec::new();
    if let Some(retention) = retention {
        obstacles.push(format!("Object Lock, {} for {} days", retention.mode, retention.days));
    }
    if algorithm.starts_with("aws:kms") {
        obstacles.push(format!("default encryption {algorithm}"));
    }
    if lock.is_some() && retention.is_none() {
        w.note("the bucket of the access logs has Object Lock without a default retention: one page of AWS's documentation says that only a default retention keeps access logs out (enable-server-access-logging.html), another that no bucket with Object Lock can take them (object-lock-managing.html): look for records that have arrived");
    }
    let found = if obstacles.is_empty() {
        format!("no default retention, encryption {algorithm}")
    } else {
        obstacles.join(" and ")
    };
    w.observe(
        Observation::new(
            Subject::bucket(&access_logs),
            "neither a default retention nor SSE-KMS as default encryption: S3 delivers no access logs to such a bucket",
            found,
            obstacles.is_empty(),
        )
        .hint("encrypt the bucket with SSE-S3 and leave Object Lock off; protect it by policy, and replicate it into a locked bucket")
        .resting_on(target.exchanges())
        .resting_on(lock.exchanges())
        .resting_on(encryption.exchanges()),
    );
    w.settle()
}

/// Where the access logs go; NOT-APPLICABLE when they go nowhere, which another scenario finds.
async fn target_of(w: &mut LogproofWorld, bucket: &BucketRef) -> Result<Fact<LoggingTarget>, Stop> {
    let estate = w.estate()?;
    let logging = w.see(estate.bucket_logging(bucket).await)?;
    match logging.as_ref() {
        Some(target) => Ok(Fact::new(target.clone(), logging.exchanges())),
        None => Err(w.not_applicable("s3:GetBucketLogging returned no target: server access logging is off")),
    }
}

/// The target in the Region it is in; `None` when the account of the bucket does not own it.
async fn owned_target(
    w: &mut LogproofWorld,
    bucket: &BucketRef,
    target: &LoggingTarget,
) -> Result<Option<BucketRef>, Stop> {
    let estate = w.estate()?;
    let mut named = BucketRef { owner: bucket.owner.clone(), ..estate.archive_bucket(&target.bucket) };
    let owned = w.see(estate.buckets(&named.owner).await)?;
    if !owned.iter().any(|one| one.name == named.name) {
        return Ok(None);
    }
    let location = w.see(estate.bucket_location(&named).await)?;
    if let Some(region) = location.as_ref() {
        named.region = region.clone();
    }
    Ok(Some(named))
}

fn no_target(w: &mut LogproofWorld, target: &LoggingTarget) -> Stop {
    w.not_applicable(format!("s3:ListBuckets returned no bucket `{}` of the bucket's account", target.bucket))
}

/// The request S3 makes to deliver a record of access to `bucket`.
fn delivery(bucket: &BucketRef, access_logs: &BucketRef, target: &LoggingTarget, organization: &str) -> Request {
    let object = format!("{}/{}2026-01-15-12-00-00-0123456789ABCDEF", access_logs.arn(), target.prefix);
    let context = Context::new()
        .with("aws:SecureTransport", "true")
        .with("s3:TlsVersion", "1.3")
        .with("aws:PrincipalIsAWSService", "true")
        .with("aws:PrincipalServiceName", LOGGING)
        .with("aws:SourceAccount", bucket.owner.as_str())
        .with("aws:SourceArn", bucket.arn().as_str())
        .with("aws:SourceOrgID", organization)
        .with("aws:ResourceAccount", access_logs.owner.as_str());
    Request::new(Principal::Service { name: LOGGING.to_owned() }, "s3:PutObject", &object)
        .owned_by(access_logs.owner.as_str())
        .with_context(context)
}

/// Without a policy that allows it, an access control list can, unless ownership has switched lists off.
async fn by_access_control_list(
    w: &mut LogproofWorld,
    access_logs: &BucketRef,
    has_policy: bool,
) -> Result<(String, bool, Vec<ExchangeId>), Stop> {
    let estate = w.estate()?;
    let policy = if has_policy { "the bucket policy does not let it write" } else { "no bucket policy" };
    let ownership = w.see(estate.bucket_ownership(access_logs).await)?;
    if ownership.as_ref().is_some_and(|one| one.object_ownership == "BucketOwnerEnforced") {
        let found = format!("{policy}, and access control lists are off");
        return Ok((found, false, ownership.exchanges().to_vec()));
    }
    let acl = w.see(estate.bucket_acl(access_logs).await)?;
    let seen = [ownership.exchanges(), acl.exchanges()].concat();
    if lets_the_group_write(&acl) {
        return Ok(("the access control list lets the log delivery group write".to_owned(), true, seen));
    }
    Ok((format!("{policy}, and no access control list lets the log delivery group write"), false, seen))
}

fn lets_the_group_write(acl: &Acl) -> bool {
    let to_group = |permission: &str| matches!(permission, "WRITE" | "FULL_CONTROL");
    acl.grants.iter().any(|grant| grant.grantee == LOG_DELIVERY_GROUP && to_group(&grant.permission))
}

fn undecided(access_logs: &BucketRef, reason: String, exchanges: &[ExchangeId]) -> Unseen {
    Unseen {
        operation: "policy evaluation".to_owned(),
        account: access_logs.owner.clone(),
        region: Some(access_logs.region.clone()),
        subject: access_logs.arn(),
        reason: Reason::Undecided,
        detail: reason,
        hint: "rewrite the statement that cannot be evaluated, or examine this by hand".to_owned(),
        exchanges: exchanges.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use logproof_estate::facts::AclGrant;
    use logproof_policy::Policy;

    use super::*;

    fn bucket(name: &str) -> BucketRef {
        BucketRef {
            name: name.to_owned(),
            owner: "222222222222".parse().unwrap(),
            region: "eu-central-1".parse().unwrap(),
        }
    }

    fn accepted(condition: &str) -> bool {
        let policy = format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"Service": "{LOGGING}"}},
            "Action": "s3:PutObject", "Resource": "arn:aws:s3:::access/logs/*", "Condition": {condition}}}]}}"#
        );
        let policy = Arc::new(Policy::parse("p", policy.as_bytes()).unwrap());
        let target = LoggingTarget { bucket: "access".to_owned(), prefix: "logs/".to_owned() };
        let request = delivery(&bucket("store"), &bucket("access"), &target, "o-x");
        decide(&request, &Policies { resource: Some(policy), ..Policies::default() }).is_allowed()
    }

    #[test]
    fn the_usual_conditions_let_our_own_deliveries_in_and_those_for_others_do_not() {
        assert!(accepted("{}"));
        assert!(accepted(r#"{"ArnLike": {"aws:SourceArn": "arn:aws:s3:::store"}}"#));
        assert!(accepted(r#"{"StringEquals": {"aws:SourceAccount": "222222222222", "aws:SourceOrgID": "o-x"}}"#));
        assert!(!accepted(r#"{"ArnLike": {"aws:SourceArn": "arn:aws:s3:::other"}}"#));
        assert!(!accepted(r#"{"StringEquals": {"aws:SourceAccount": "999999999999"}}"#));
    }

    #[test]
    fn only_a_write_of_the_delivery_group_counts() {
        let acl = |grantee: &str, permission: &str| Acl {
            owner: "x".to_owned(),
            grants: vec![AclGrant {
                grantee: grantee.to_owned(),
                kind: "Group".to_owned(),
                permission: permission.to_owned(),
            }],
        };
        assert!(lets_the_group_write(&acl(LOG_DELIVERY_GROUP, "WRITE")));
        assert!(!lets_the_group_write(&acl(LOG_DELIVERY_GROUP, "READ_ACP")));
        assert!(!lets_the_group_write(&acl("http://acs.amazonaws.com/groups/global/AllUsers", "WRITE")));
    }
}
