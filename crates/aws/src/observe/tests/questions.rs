//! Every question of the port, asked through the whole of `Aws`: which operations it takes, how often, and that none
//! of them writes.

use std::{
    collections::{BTreeMap, BTreeSet},
    pin::Pin,
    sync::Arc,
};

use futures::future::join_all;
use logproof_estate::{
    BucketRef, Estate, KeyRef, Unseen,
    facts::{ChainQuery, OrgPolicyKind, TrailEventQuery},
};

use super::support::{account, at, region};
use crate::{
    OPERATIONS,
    raw_answers::{RawAnswers, config, query_error, reply, s3_error},
};

type Asking<'a> = Pin<Box<dyn Future<Output = Result<(), Unseen>> + 'a>>;

/// Defines [`NAMES`] and [`every_question`] from one list, so that neither can lack what the other has.
macro_rules! questions {
    ($($name:ident($($arg:expr),*)),+ $(,)?) => {
        const NAMES: &[&str] = &[$(stringify!($name)),+];

        fn every_question(estate: &Estate) -> Vec<Asking<'_>> {
            vec![$(Box::pin(async move { estate.$name($($arg),*).await.map(drop) })),+]
        }
    };
}

questions! {
    caller_identity(),
    organization(),
    directory(),
    org_policies(OrgPolicyKind::ServiceControl),
    delegated_administrators("config.amazonaws.com"),
    delegation_policy(),
    buckets(&account()),
    bucket_location(&log_bucket()),
    bucket_encryption(&log_bucket()),
    bucket_public_access_block(&log_bucket()),
    account_public_access_block(&account()),
    bucket_ownership(&log_bucket()),
    bucket_policy(&log_bucket()),
    bucket_acl(&log_bucket()),
    bucket_versioning(&log_bucket()),
    object_lock(&log_bucket()),
    bucket_lifecycle(&log_bucket()),
    bucket_archive_tiering(&log_bucket()),
    bucket_logging(&log_bucket()),
    bucket_replication(&log_bucket()),
    bucket_tags(&log_bucket()),
    bucket_level(&log_bucket(), "AWSLogs/"),
    object_retention(&log_bucket(), LOG_FILE),
    keys(&account(), &region()),
    key_aliases(&account(), &region()),
    key_tags(&log_key()),
    key(&log_key()),
    key_rotation(&log_key()),
    key_policy(&log_key()),
    key_grants(&log_key()),
    trails(&account(), &region()),
    trail_status(&account(), &region(), TRAIL),
    event_selectors(&account(), &region(), TRAIL),
    trail_events(&account(), &region(), &lookup()),
    trail_public_keys(&account(), &region(), at("2026-01-14T12:00:00Z"), at("2026-01-15T12:00:00Z")),
    digest_chain(&log_bucket(), &chain()),
    config_recorders(&account(), &region()),
    config_delivery(&account(), &region()),
    config_delivery_status(&account(), &region()),
    event_bus(&account(), &region(), "default"),
    event_rules(&account(), &region(), "default"),
    rule_targets(&account(), &region(), "default", "log-store-changes"),
    topics(&account(), &region()),
    topic_tags(&account(), &region(), TOPIC),
    topic(&account(), &region(), TOPIC),
    topic_subscriptions(&account(), &region(), TOPIC),
    queues(&account(), &region()),
    queue_tags(&account(), &region(), QUEUE),
    queue(&account(), &region(), QUEUE),
    metric_filters(&account(), &region(), "group"),
    alarms(&account(), &region()),
    access_analyzers(&account(), &region()),
    role(&account(), "reader"),
    account_authorization(&account()),
}

const TRAIL: &str = "arn:aws:cloudtrail:eu-central-1:222222222222:trail/log-store-data-events";
const LOG_FILE: &str = "AWSLogs/o-exampleorg1/111111111111/CloudTrail/eu-central-1/2025/11/14/\
    111111111111_CloudTrail_eu-central-1_20251114T0900Z_bbbbbbbbbbbbbbbb.json.gz";
const TOPIC: &str = "arn:aws:sns:eu-central-1:222222222222:log-store-alerts";
const QUEUE: &str = "arn:aws:sqs:eu-central-1:222222222222:none";

fn log_bucket() -> BucketRef {
    let name = "aws-acme-log-storage-222222222222-eu-central-1".to_owned();
    BucketRef { name, owner: account(), region: region() }
}

fn log_key() -> KeyRef {
    KeyRef { id: "1234abcd-12ab-34cd-56ef-1234567890ab".to_owned(), account: account(), region: region() }
}

fn lookup() -> TrailEventQuery {
    TrailEventQuery {
        attribute: "EventName".to_owned(),
        value: "AssumeRole".to_owned(),
        from: at("2026-01-01T00:00:00Z"),
        until: at("2026-01-15T12:00:00Z"),
    }
}

fn estate(server: &Arc<RawAnswers>) -> Estate {
    Estate::new(Arc::new(config()), Arc::new(server.aws()), at("2026-01-15T12:00:00Z"))
}

/// Of a window in which the sample has digests.
fn chain() -> ChainQuery {
    ChainQuery {
        trail: "org-trail".to_owned(),
        home_region: region(),
        prefix: None,
        organization: Some("o-exampleorg1".to_owned()),
        account: account(),
        region: region(),
        since: None,
        from: at("2026-01-15T06:00:00Z"),
        until: at("2026-01-15T12:00:00Z"),
        log_files_per_mille: 1000,
        keys: [].into(),
    }
}

/// Asks everything `times` over at once and returns what the server was asked, sorted.
async fn asked(times: usize) -> Vec<String> {
    let server = RawAnswers::new();
    let estate = estate(&server);
    let all = (0..times).flat_map(|_| every_question(&estate));
    for (number, answer) in join_all(all).await.into_iter().enumerate() {
        answer.unwrap_or_else(|unseen| panic!("{}: {unseen}", NAMES[number % NAMES.len()]));
    }
    assert_eq!(estate.questions_asked(), NAMES.len());
    let mut operations = server.operations();
    operations.sort();
    operations
}

/// The port is a macro: its questions are the lines `name(..) -> ..;` of its source.
#[test]
fn no_question_of_the_port_is_left_out() {
    let source = include_str!("../../../../estate/src/source.rs");
    let (_, list) = source.split_once("{ $callback! {").unwrap();
    let (list, _) = list.split_once("\n}\n").unwrap();
    let declared: BTreeSet<&str> = list
        .lines()
        .filter(|line| line.contains(") -> "))
        .filter_map(|line| line.trim().split_once('(').map(|(name, _)| name))
        .collect();
    assert!(declared.len() > 30, "{declared:?}");
    assert_eq!(NAMES.iter().copied().collect::<BTreeSet<_>>(), declared);
}

#[tokio::test]
async fn the_operations_used_are_the_operations_listed() {
    let used: BTreeSet<String> = asked(1).await.into_iter().collect();
    let listed: BTreeSet<String> = OPERATIONS.iter().map(|(operation, _)| (*operation).to_owned()).collect();
    assert_eq!(used, listed);
}

#[tokio::test]
async fn a_question_is_asked_once_however_many_ask_at_once() {
    assert_eq!(asked(4).await, asked(1).await);
}

#[test]
fn nothing_that_is_used_can_write() {
    let reads = |name: &str| ["Get", "List", "Describe", "Lookup", "Head"].iter().any(|verb| name.starts_with(verb));
    for (operation, action) in OPERATIONS {
        for name in [operation, action] {
            let (service, verb) = name.split_once(':').unwrap();
            assert!(reads(verb) || (service, verb) == ("sts", "AssumeRole"), "{name}");
        }
    }
}

#[test]
fn operations_are_listed_once_and_in_order() {
    let names: Vec<&str> = OPERATIONS.iter().map(|(operation, _)| *operation).collect();
    assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
}

/// What is asked in which account: the organization in the management account, everything else where it is.
#[tokio::test]
async fn questions_go_to_the_account_they_are_about() {
    let server = RawAnswers::new();
    let estate = estate(&server);
    join_all(every_question(&estate)).await;
    let mut accounts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (tag, _) in server.log() {
        accounts.entry(tag.account).or_default().insert(tag.service);
    }
    let management: Vec<&str> = accounts["111111111111"].iter().map(String::as_str).collect();
    assert_eq!(management, ["organizations", "sts"]);
    assert_eq!(accounts.keys().collect::<Vec<_>>(), ["111111111111", "222222222222"]);
    assert!(!accounts["222222222222"].contains("organizations"));
}

/// A denial of the first call of every question names the IAM action that is missing.
#[tokio::test]
async fn a_denial_names_the_action_that_is_missing() {
    let denied = |tag: &logproof_wire::CallTag| match tag.service.as_str() {
        "s3" => s3_error(403, "AccessDenied"),
        "iam" | "sns" | "sts" | "s3control" => query_error(403, "AccessDenied"),
        "cloudwatch" => reply(403, &b"\xa1\x66__type\x6cAccessDenied"[..]),
        _ => reply(400, r#"{"__type":"AccessDeniedException"}"#),
    };
    let server = RawAnswers::answering(move |tag, _, _| (tag.operation != "AssumeRole").then(|| Ok(denied(tag))));
    let estate = estate(&server);
    for (number, answer) in join_all(every_question(&estate)).await.into_iter().enumerate() {
        let unseen = answer.unwrap_err();
        let (_, action) = OPERATIONS.iter().find(|(operation, _)| *operation == unseen.operation).unwrap();
        let expected = logproof_estate::Reason::Denied { action: (*action).to_owned() };
        assert_eq!(unseen.reason, expected, "{}", NAMES[number]);
        assert_eq!(unseen.exchanges.len(), 1, "{}", NAMES[number]);
        assert!(unseen.hint.contains(action), "{}", unseen.hint);
    }
}

/// The accounts are listed while the tree is read: a denial names the call that was denied, whichever ended last.
#[tokio::test]
async fn a_denial_names_the_call_that_was_denied_among_calls_at_the_same_time() {
    let read_until = [
        ("ListRoots", 1),
        ("ListAccountsForParent", 2),
        ("ListOrganizationalUnitsForParent", 3),
        // The whole tree: a root and two units.
        ("ListAccounts", 8),
    ];
    for (denied, exchanges) in read_until {
        let refused = || Ok(reply(400, r#"{"__type":"AccessDeniedException"}"#));
        let server = RawAnswers::answering(move |tag, _, _| (tag.operation == denied).then(refused));
        let unseen = estate(&server).directory().await.unwrap_err();
        assert_eq!(unseen.operation, format!("organizations:{denied}"));
        assert_eq!(unseen.exchanges.len(), exchanges, "{denied}");
        assert_eq!(server.count("organizations:ListAccounts"), 1, "{denied}");
    }
}
