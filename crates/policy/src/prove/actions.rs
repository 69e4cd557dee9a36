//! The actions a question can be about.
//!
//! Owns which actions of the ledger a pattern ranges over, so that witnesses name something that exists, and on which
//! resource each can be asked. For a service that is not in the ledger, names are invented from the patterns themselves.

use crate::actions::{self, Kind};

/// What an action works on, as far as questions tell resources apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Works {
    Bucket,
    Object,
    /// Something of S3 that is neither: an access point, a job, the account.
    BesideBuckets,
    Anything,
}

fn works(action: &actions::Action) -> Works {
    match (action.service(), action.kind) {
        ("s3", Kind::Bucket) => Works::Bucket,
        ("s3", Kind::Object) => Works::Object,
        ("s3", _) => Works::BesideBuckets,
        _ => Works::Anything,
    }
}

/// Every action of a service in the ledger, as `service:Name`.
pub(crate) fn of_service(service: &str) -> Option<impl Iterator<Item = &'static str>> {
    let of_it = move |name: &&str| name.split(':').next() == Some(service);
    actions::covers(service).then(|| actions::all().iter().map(|action| action.name).filter(of_it))
}

/// What an action works on, if it is in the ledger.
pub(crate) fn works_on(action: &str) -> Works {
    actions::find(action).map_or(Works::Anything, works)
}

/// Whether an action can be asked on a resource: bucket actions are not asked on objects.
pub(crate) fn fits(works: Works, resource: &str) -> bool {
    let mut parts = resource.splitn(6, ':');
    let (arn, service, name) = (parts.next(), parts.nth(1), parts.nth(2));
    let (Some("arn"), Some(service), Some(name)) = (arn, service, name) else { return true };
    // An access point is named by Region and account, a bucket and its objects by neither.
    let of_a_bucket = service == "s3" && resource.splitn(6, ':').skip(3).take(2).all(str::is_empty);
    match works {
        Works::Anything => true,
        Works::BesideBuckets => !of_a_bucket,
        Works::Object => name.contains('/'),
        Works::Bucket => !name.contains('/'),
    }
}

/// Actions with a rule of their own, which no other action may stand for.
pub(crate) fn is_special(action: &str) -> bool {
    let lower = action.to_ascii_lowercase();
    lower.starts_with("sts:assumerole")
        || matches!(
            lower.as_str(),
            "kms:retiregrant" | "s3:getbucketpolicy" | "s3:putbucketpolicy" | "s3:deletebucketpolicy"
        )
}
