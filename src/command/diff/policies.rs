//! Policies that changed, each with a request that it newly allows, or a proof that there is none.
//!
//! A policy is compared by itself, in the organization of the later run with an administrator assumed in every account:
//! what is said is what the policy lets through, not what the other policies around it leave of that.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use logproof_estate::{Config, assessment::Assessment};
use logproof_policy::{Account, Answer, Organization, Partition, Policy, Question, Scene, Statement, difference};
use serde::Serialize;
use serde_json::Value;

use crate::bundle::{
    line::Line,
    tape::{self, TapeError},
};

/// A policy that is not what it was.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct PolicyChange {
    /// What it is: "bucket policy of ...".
    pub policy: String,
    /// Whether there was one before.
    pub existed: bool,
    /// Whether there is one now.
    pub exists: bool,
    /// What it allows that it did not.
    pub newly_allowed: Effect,
    /// What it allowed and does not any more.
    pub no_longer_allowed: Effect,
}

/// What a change comes to.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "effect")]
pub(super) enum Effect {
    /// Proven: no request.
    Nothing,
    /// At least this request.
    Request {
        /// In one sentence.
        sentence: String,
        /// For machines.
        request: Value,
    },
    /// It could not be decided.
    Undecided {
        /// Why.
        reason: String,
    },
}

/// The organization and the resources that service and resource control policies are asked about.
pub(super) struct Around {
    organization: Organization,
    management: String,
    log_archive: String,
    log_store: Vec<String>,
}

impl Around {
    pub(super) fn of(assessment: &Assessment, config: &Config) -> Self {
        let management = config.organization.management_account.to_string();
        let log_archive = config.organization.log_archive_account.to_string();
        let mut ids: Vec<String> = assessment.run.accounts.iter().flatten().map(ToString::to_string).collect();
        for id in [&management, &log_archive] {
            if !ids.contains(id) {
                ids.push(id.clone());
            }
        }
        let account = |id: &String| if *id == management { Account::management(id) } else { Account::member(id) };
        let bucket = config.partition().arn("s3", "", "", &config.log_bucket_name());
        Self {
            organization: Organization {
                id: assessment.run.organization.clone(),
                partition: config.partition(),
                accounts: ids.iter().map(account).collect(),
            },
            log_store: vec![bucket.clone(), format!("{bucket}/*"), config.trail_arn()],
            management,
            log_archive,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Bucket,
    Key,
    ServiceControl,
    ResourceControl,
}

/// A policy as recorded; without text when the resource has none.
#[derive(Debug, Clone)]
struct Document {
    account: String,
    resource: String,
    title: String,
    text: Option<String>,
}

type Documents = BTreeMap<(Kind, String), Document>;

pub(super) fn compare(before: &Path, after: &Path, around: &Around) -> Result<Vec<PolicyChange>, TapeError> {
    let (old, new) = (documents(before)?, documents(after)?);
    let mut keys: Vec<_> = old.keys().chain(new.keys()).collect();
    keys.sort();
    keys.dedup();
    let mut changes = Vec::new();
    for key in keys {
        // A policy that only one of the runs looked at has not changed as far as anybody knows, except for one of the
        // organization, of which a run reads all.
        let organizational = matches!(key.0, Kind::ServiceControl | Kind::ResourceControl);
        let absent = |there: &Document| Document { text: None, ..there.clone() };
        let (was, is) = match (old.get(key), new.get(key)) {
            (Some(was), Some(is)) => (was.clone(), is.clone()),
            (None, Some(is)) if organizational => (absent(is), is.clone()),
            (Some(was), None) if organizational => (was.clone(), absent(was)),
            _ => continue,
        };
        if canonical(was.text.as_deref()) != canonical(is.text.as_deref()) {
            changes.push(change(key.0, &was, &is, around));
        }
    }
    Ok(changes)
}

fn canonical(text: Option<&str>) -> Option<String> {
    text.map(|text| serde_json::from_str::<Value>(text).map_or_else(|_| text.to_owned(), |value| value.to_string()))
}

fn change(kind: Kind, was: &Document, is: &Document, around: &Around) -> PolicyChange {
    let scenes = (scene(kind, was, around), scene(kind, is, around));
    let effect = |old: &Result<Scene, String>, new: &Result<Scene, String>| match (old, new) {
        (Ok(old), Ok(new)) => effect(difference(old, new, &question(kind, is, around))),
        (Err(reason), _) | (_, Err(reason)) => Effect::Undecided { reason: reason.clone() },
    };
    PolicyChange {
        policy: is.title.clone(),
        existed: was.text.is_some(),
        exists: is.text.is_some(),
        newly_allowed: effect(&scenes.0, &scenes.1),
        no_longer_allowed: effect(&scenes.1, &scenes.0),
    }
}

fn effect(answer: Answer) -> Effect {
    match answer {
        Answer::Holds => Effect::Nothing,
        Answer::Violated(witness) => Effect::Request {
            sentence: witness.sentence(),
            request: serde_json::to_value(&*witness).unwrap_or(Value::Null),
        },
        Answer::Undecided(reason) => Effect::Undecided { reason },
    }
}

fn question(kind: Kind, document: &Document, around: &Around) -> Question {
    match kind {
        Kind::Bucket => Question::about(["s3:*"]).on(&document.resource).on_all(&format!("{}/*", document.resource)),
        Kind::Key => Question::about(["kms:*"]).on(&document.resource),
        Kind::ServiceControl | Kind::ResourceControl => {
            around.log_store.iter().fold(Question::about(["s3:*", "cloudtrail:*"]), |question, resource| {
                if resource.ends_with('*') { question.on_all(resource) } else { question.on(resource) }
            })
        }
    }
}

/// The world with this one policy in it.
fn scene(kind: Kind, document: &Document, around: &Around) -> Result<Scene, String> {
    let parse =
        |text: &str| Policy::parse(&document.title, text.as_bytes()).map(Arc::new).map_err(|error| error.to_string());
    let policy = document.text.as_deref().map(parse).transpose()?;
    let mut scene = Scene {
        organization: around.organization.clone(),
        resource_account: document.account.clone(),
        ..Scene::default()
    };
    match kind {
        Kind::Bucket | Kind::Key => scene.resource_policy = policy,
        Kind::ServiceControl | Kind::ResourceControl => {
            let everything = parse(if kind == Kind::ServiceControl { SCP_EVERYTHING } else { RCP_EVERYTHING })?;
            // An allow list stands for itself; a list of denials stands beside AWS's own policy, as it must.
            let allows = policy.iter().any(|policy| policy.statements().iter().any(Statement::may_allow));
            let level: Vec<Arc<Policy>> =
                if allows { policy.into_iter().collect() } else { policy.into_iter().chain([everything]).collect() };
            scene.resource_account.clone_from(&around.log_archive);
            for account in scene.organization.accounts.iter_mut().filter(|account| account.id != around.management) {
                match kind {
                    Kind::ServiceControl => account.scps = Some(vec![level.clone()]),
                    _ => account.rcps = Some(vec![level.clone()]),
                }
            }
        }
    }
    Ok(scene)
}

/// `FullAWSAccess`. See: <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html>
const SCP_EVERYTHING: &str =
    r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}"#;
/// `RCPFullAWSAccess`. See: <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html>
const RCP_EVERYTHING: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}"#;

fn documents(path: &Path) -> Result<Documents, TapeError> {
    let mut documents = Documents::new();
    tape::each_line(path, |line, _| {
        if let Some((kind, document)) = document(&line) {
            documents.insert((kind, document.resource.clone()), document);
        }
    })?;
    Ok(documents)
}

/// What is left of an answer, or a page of a proxy, does not say that there is no policy.
fn says_no_policy(body: &str) -> bool {
    body.contains("<Error>")
        && body.contains("<Code>NoSuchBucketPolicy</Code>")
        && body.trim_end().ends_with("</Error>")
}

/// The policy an exchange tells of: there, or certainly not there. Denials and failures tell nothing.
fn document(line: &Line) -> Option<(Kind, Document)> {
    let exchange = &line.exchange;
    let body = line.bytes().ok()?;
    let json = || serde_json::from_slice::<Value>(&body).ok();
    let asked = || serde_json::from_str::<Value>(&exchange.request.body).ok();
    let account = exchange.tag.account.clone();
    match (exchange.tag.service.as_str(), exchange.tag.operation.as_str(), exchange.status?) {
        ("s3", "GetBucketPolicy", status @ (200 | 404)) => {
            let path = exchange.request.canonical_path("s3");
            let bucket = path.trim_start_matches('/').split(['?', '/']).next()?;
            let text = (status == 200).then(|| String::from_utf8_lossy(&body).into_owned());
            if status == 404 && !says_no_policy(&String::from_utf8_lossy(&body)) {
                return None;
            }
            let title = format!("bucket policy of {bucket}");
            let resource = Partition::of_region(&exchange.tag.region).arn("s3", "", "", bucket);
            Some((Kind::Bucket, Document { account, resource, title, text }))
        }
        ("kms", "GetKeyPolicy", 200) => {
            let resource = asked()?.get("KeyId")?.as_str()?.to_owned();
            let text = json()?.get("Policy")?.as_str()?.to_owned();
            // The account in the ARN owns the key, whoever asks.
            let account = resource.split(':').nth(4).map_or(account, str::to_owned);
            let title = format!("key policy of {resource}");
            Some((Kind::Key, Document { account, resource, title, text: Some(text) }))
        }
        ("organizations", "DescribePolicy", 200) => {
            let answer = json()?;
            let summary = |name: &str| answer.pointer(&format!("/Policy/PolicySummary/{name}"))?.as_str();
            let (kind, what) = match summary("Type")? {
                "SERVICE_CONTROL_POLICY" => (Kind::ServiceControl, "service control policy"),
                "RESOURCE_CONTROL_POLICY" => (Kind::ResourceControl, "resource control policy"),
                _ => return None,
            };
            let resource = summary("Id")?.to_owned();
            let title = format!("{what} {} ({resource})", summary("Name").unwrap_or_default());
            let text = answer.pointer("/Policy/Content")?.as_str()?.to_owned();
            Some((kind, Document { account, resource, title, text: Some(text) }))
        }
        _ => None,
    }
}
