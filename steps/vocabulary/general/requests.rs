//! Who can do what with the buckets and keys a scenario names: policies with parameters.

use cucumber::{gherkin, then};
use logproof_estate::world::{Judged, LogproofWorld, Stop};
use logproof_policy::{Who, actions};
use serde_json::{Value, json};

use crate::{
    judgement::{
        asked_actions,
        guide::{Below, Entry, Kind},
    },
    scene::{
        access::Callers,
        asked::{Actions, Principals, named_below, stop},
        asked_requests::{Requests, Spared},
        bucket::BucketAccess,
        key::KeyAccess,
        needed_access::NeededAccess,
        subjects::{buckets, every, keys},
    },
};

const BOTH: &[Kind] = &[Kind::Bucket, Kind::Key];

/// What is documented of the sentences of this file.
pub(crate) const GUIDE: &[Entry] = &[
    Entry {
        keyword: "Then",
        sentence: "no request over plain HTTP is allowed",
        about: "Proved for every S3 action on the bucket and its objects and any caller, an administrator assumed in every account.",
        kinds: &[Kind::Bucket],
        below: Below::Nothing,
        example: "no request over plain HTTP is allowed",
    },
    Entry {
        keyword: "Then",
        sentence: "no request to {actions} is allowed",
        about: "Proved for any caller: users, roles and the root user of the account, every other account, services, anonymous callers. Grants of a key count.",
        kinds: BOTH,
        below: Below::Nothing,
        example: "no request to s3:BypassGovernanceRetention is allowed",
    },
    Entry {
        keyword: "Then",
        sentence: "no request to {actions} is allowed, except by {principals}",
        about: "The same for any caller but these roles, users, root users or services, each by its whole ARN or its name. One that does not exist is a finding.",
        kinds: BOTH,
        below: Below::Nothing,
        example: "no request to s3:DeleteObject or s3:DeleteObjectVersion is allowed, except by arn:aws:iam::222222222222:role/LogArchive-Administrator",
    },
    Entry {
        keyword: "Then",
        sentence: "no request to {actions} is allowed when",
        about: "Proved for any caller in the circumstances below, an administrator assumed in every account.",
        kinds: BOTH,
        below: Below::Condition,
        example: "no request to s3:PutObject is allowed when",
    },
    Entry {
        keyword: "Then",
        sentence: "only these principals can {actions}",
        about: "Proved for any caller that is not in the table below: whole ARNs of roles, users or root users, or names of services. One that does not exist is a finding.",
        kinds: BOTH,
        below: Below::Table("principals"),
        example: "only these principals can s3:PutObject",
    },
    Entry {
        keyword: "Then",
        sentence: "nobody outside the organization can {actions}",
        about: "Proved for principals of other accounts and anonymous callers. Services are not counted as outsiders.",
        kinds: BOTH,
        below: Below::Nothing,
        example: "nobody outside the organization can s3:GetObject or s3:ListBucket",
    },
    Entry {
        keyword: "Then",
        sentence: "nobody outside the organization can {actions}, except by {principals}",
        about: "The same but for these principals.",
        kinds: BOTH,
        below: Below::Nothing,
        example: "nobody outside the organization can s3:GetObject, except by arn:aws:iam::777777777777:role/ExternalAudit",
    },
    Entry {
        keyword: "Then",
        sentence: "{principals} can {actions}",
        about: "A duty to work: each of these roles or users can make some request to each of these actions, with its own policies and everything above them. Actions on objects are asked of an object directly in the bucket.",
        kinds: BOTH,
        below: Below::Nothing,
        example: "arn:aws:iam::222222222222:role/LogArchive-Administrator can s3:PutBucketPolicy",
    },
    Entry {
        keyword: "Then",
        sentence: "{principals} can {actions} below {string}",
        about: "The same of an object below a prefix.",
        kinds: &[Kind::Bucket],
        below: Below::Nothing,
        example: "arn:aws:iam::333333333333:role/LogsReadOnlyFrequencyRole can s3:GetObject below \"AWSLogs/\"",
    },
];

#[then("no request over plain HTTP is allowed")]
#[then("no request over plain HTTP is allowed, for any principal, any S3 action, the bucket and its objects")]
async fn no_request_over_plain_http(w: &mut LogproofWorld) -> Judged {
    plain_http(w, "every request over plain HTTP is refused").await
}

#[then("the bucket of the copy refuses requests over plain HTTP")]
async fn the_copy_needs_tls(w: &mut LogproofWorld) -> Judged {
    plain_http(w, "every request to the copy over plain HTTP is refused").await
}

async fn plain_http(w: &mut LogproofWorld, expected: &str) -> Judged {
    let condition = json!({"Bool": {"aws:SecureTransport": "false"}});
    let requests = Requests {
        actions: vec!["s3:*".to_owned()],
        who: Who::anyone(),
        callers: Callers::Assumed,
        when: Some(condition.clone()),
        spared: Spared::These(Vec::new()),
        expected: expected.to_owned(),
        change: "deny s3:* to every principal on the bucket and its objects when aws:SecureTransport is false, with no other condition".to_owned(),
        sid: "RefusePlainHttp",
        denied: condition,
    };
    refused(w, &requests).await
}

#[then(expr = "no request to {actions} is allowed")]
async fn no_request(w: &mut LogproofWorld, actions: Actions) -> Judged {
    let actions = actions.names()?;
    let list = actions.join(", ");
    let requests = Requests {
        who: Who::anyone(),
        callers: Callers::Inventory,
        when: None,
        spared: Spared::These(Vec::new()),
        expected: format!("no request to {list} is allowed"),
        change: format!("deny {list} to every principal"),
        sid: "RefuseEverybody",
        denied: json!({}),
        actions,
    };
    refused(w, &requests).await
}

#[then("nobody at all can shorten the retention of log files or bypass it")]
async fn nobody_can_bypass_retention(w: &mut LogproofWorld) -> Judged {
    let requests = Requests {
        actions: vec!["s3:BypassGovernanceRetention".to_owned()],
        who: Who::anyone(),
        callers: Callers::Inventory,
        when: None,
        spared: Spared::These(Vec::new()),
        expected: "nobody can bypass the retention of log files".to_owned(),
        change: "deny s3:BypassGovernanceRetention on the bucket's objects to every principal in the bucket policy"
            .to_owned(),
        sid: "NobodyBypassesRetention",
        denied: json!({}),
    };
    refused(w, &requests).await
}

#[then(expr = "no request to {actions} is allowed, except by {principals}")]
async fn no_request_except_by(w: &mut LogproofWorld, actions: Actions, principals: Principals) -> Judged {
    let named = principals.named(w).await?;
    refused(w, &only(actions.names()?, &named)).await
}

#[then(expr = "only these principals can {actions}")]
async fn only_these_principals(w: &mut LogproofWorld, actions: Actions, step: &gherkin::Step) -> Judged {
    let named = named_below(w, step).await?;
    refused(w, &only(actions.names()?, &named)).await
}

fn only(actions: Vec<String>, named: &crate::scene::asked::Named) -> Requests {
    let list = actions.join(", ");
    Requests {
        who: named.excepted_from(Who::anyone()),
        callers: Callers::Inventory,
        when: None,
        spared: Spared::These(named.all.clone()),
        expected: format!("only {} can {list}", named.in_words()),
        change: format!("deny {list} to every principal but {}", named.in_words()),
        sid: "OnlyNamedPrincipals",
        denied: named.everybody_else(),
        actions,
    }
}

#[then(expr = "no request to {actions} is allowed when")]
async fn no_request_when(w: &mut LogproofWorld, actions: Actions, step: &gherkin::Step) -> Judged {
    let actions = actions.names()?;
    let text = step.docstring.as_deref().unwrap_or_default();
    let condition: Value = serde_json::from_str(text)
        .map_err(|error| Stop::because(format!("the condition below the sentence cannot be read: {error}")))?;
    let list = actions.join(", ");
    let requests = Requests {
        who: Who::anyone(),
        callers: Callers::Assumed,
        when: Some(condition.clone()),
        spared: Spared::These(Vec::new()),
        expected: format!("no request to {list} is allowed when {condition}"),
        change: format!("deny {list} to every principal when {condition}"),
        sid: "RefuseInTheseCircumstances",
        denied: condition,
        actions,
    };
    refused(w, &requests).await
}

#[then(expr = "nobody outside the organization can {actions}")]
async fn nobody_outside(w: &mut LogproofWorld, actions: Actions) -> Judged {
    let requests = inside(w, actions.names()?, Vec::new()).await?;
    refused(w, &requests).await
}

#[then(expr = "nobody outside the organization can {actions}, except by {principals}")]
async fn nobody_outside_except_by(w: &mut LogproofWorld, actions: Actions, principals: Principals) -> Judged {
    let named = principals.named(w).await?;
    let requests = inside(w, actions.names()?, named.all).await?;
    refused(w, &requests).await
}

async fn inside(w: &mut LogproofWorld, actions: Vec<String>, except: Vec<String>) -> Result<Requests, Stop> {
    let list = actions.join(", ");
    let organization = crate::scene::conditions::organization_id(w).await?;
    let who = except.iter().fold(Who::outsiders(), |who, arn| who.except_arn(arn));
    let others = if except.is_empty() { String::new() } else { format!(" but {}", except.join(", ")) };
    let mut denied = json!({
        "StringNotEquals": {"aws:PrincipalOrgID": organization},
        "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
    });
    if let (Some(operators), false) = (denied.as_object_mut(), except.is_empty()) {
        operators.insert("ArnNotEquals".to_owned(), json!({"aws:PrincipalArn": except}));
    }
    Ok(Requests {
        who,
        callers: Callers::Assumed,
        when: None,
        spared: Spared::OursAnd(except),
        expected: format!("nobody outside the organization{others} can {list}"),
        change: "remove the outsider from the statement that allows it, or deny it when aws:PrincipalOrgID is not the organization's and aws:PrincipalIsAWSService is false".to_owned(),
        sid: "RefuseOutsiders",
        denied,
        actions,
    })
}

/// Asks it of the buckets and of the keys the scenario names, whichever the actions work on.
async fn refused(w: &mut LogproofWorld, requests: &Requests) -> Judged {
    let (of_buckets, of_keys) = by_subject(&requests.actions)?;
    if of_buckets {
        let buckets = buckets(w)?;
        every(w, buckets, async |w: &mut LogproofWorld, bucket| requests.refused_by_bucket(w, bucket).await).await?;
    }
    if of_keys {
        let keys = keys(w)?;
        every(w, keys, async |w: &mut LogproofWorld, key| requests.refused_by_key(w, key).await).await?;
    }
    w.settle()
}

/// Whether there are actions on buckets, and on keys; others are on neither.
fn by_subject(actions: &[String]) -> Result<(bool, bool), Stop> {
    let of = |service: &str| actions.iter().any(|action| action.split(':').next() == Some(service));
    if let Some(other) = actions.iter().find(|action| !action.starts_with("s3:") && !action.starts_with("kms:")) {
        return Err(Stop::because(format!("`{other}` works on neither a bucket nor a key")));
    }
    Ok((of("s3"), of("kms")))
}

#[then(expr = "{principals} can {actions}")]
async fn can(w: &mut LogproofWorld, principals: Principals, actions: Actions) -> Judged {
    possible(w, &principals, &actions, "").await
}

#[then(expr = "{principals} can {actions} below {string}")]
async fn can_below(w: &mut LogproofWorld, principals: Principals, actions: Actions, prefix: String) -> Judged {
    possible(w, &principals, &actions, &prefix).await
}

async fn possible(w: &mut LogproofWorld, principals: &Principals, actions: &Actions, prefix: &str) -> Judged {
    let (named, names) = (principals.named(w).await?, actions.names()?);
    w.settle()?;
    let (of_buckets, of_keys) = by_subject(&names)?;
    if named.all.iter().any(|name| !name.starts_with("arn:")) {
        return Err(Stop::because("only of roles, users and root users can it be asked whether they can do something"));
    }
    let each = |service: &str| -> Result<Vec<&'static actions::Action>, Stop> {
        let mine = asked_actions::of_service(&names, service).map_err(stop)?;
        let one = |name: &String| {
            actions::find(name).ok_or_else(|| Stop::because(format!("`{name}` is a pattern: name each action")))
        };
        mine.iter().map(one).collect()
    };
    let (of_bucket, of_key) = (each("s3")?, each("kms")?);
    if of_buckets {
        let buckets = buckets(w)?;
        let judge = async |w: &mut LogproofWorld, bucket| {
            let access = BucketAccess::naming(w, bucket, &named.ids()).await?;
            for (who, action) in named.all.iter().flat_map(|who| of_bucket.iter().map(move |action| (who, action))) {
                let resource = match action.kind {
                    actions::Kind::Object => format!("{}/{prefix}x", access.arn),
                    _ => access.arn.clone(),
                };
                let needed = NeededAccess {
                    action: action.name,
                    resource: &resource,
                    owner: &access.owner,
                    policy: access.policy.clone(),
                    organization: &access.organization,
                    keys: Vec::new(),
                    via: Vec::new(),
                    without: &[],
                };
                let claim = access.claim(format!("{who} can {} on {resource}", action.name), ALLOW);
                needed.must_be_possible(w, who, claim).await?;
            }
            Ok(())
        };
        every(w, buckets, judge).await?;
    }
    if of_keys {
        let keys = keys(w)?;
        let judge = async |w: &mut LogproofWorld, (asked, key): (logproof_estate::KeyRef, logproof_estate::Fact<_>)| {
            let called = "the key policy";
            let access = KeyAccess::naming(w, asked, &key, key.exchanges(), called, &named.ids()).await?;
            for (who, action) in named.all.iter().flat_map(|who| of_key.iter().map(move |action| (who, action))) {
                let needed = NeededAccess {
                    action: action.name,
                    resource: &access.arn,
                    owner: &access.owner,
                    policy: access.policy.clone(),
                    organization: &access.organization,
                    keys: Vec::new(),
                    via: Vec::new(),
                    without: &[],
                };
                let claim = access.claim(format!("{who} can {} on {}", action.name, access.arn), ALLOW);
                needed.must_be_possible(w, who, claim).await?;
            }
            Ok(())
        };
        every(w, keys, judge).await?;
    }
    w.settle()
}

const ALLOW: &str = "allow it in the principal's own policy and, across accounts, in the policy of the resource; see that nothing denies it";
