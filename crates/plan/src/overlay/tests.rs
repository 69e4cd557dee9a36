#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod alerting;
mod bucket;
mod iam;
mod key;
mod organization;
mod trail;

use std::{any::Any, collections::HashMap, fmt::Debug, sync::Arc};

use async_trait::async_trait;
use jiff::Timestamp;
use logproof_estate::{
    AccountId, Answer, BucketRef, ExchangeId, Fact, KeyRef, Reason, Region, Source, Unseen, facts::*, for_each_question,
};
use serde_json::{Value, json};

use super::{Keeps, Laid, Overlay, QUESTIONS, Setting};
use crate::{
    document::Bound,
    edit::{BucketChange, Change, Edit, Origin},
    planned::{Planned, Unknown},
};

/// A landing zone that knows some answers and cannot give the others.
#[derive(Default)]
pub(super) struct Zone(HashMap<String, Arc<dyn Any + Send + Sync>>);

impl Zone {
    pub(super) fn with<T: Send + Sync + 'static>(mut self, question: &str, args: &[&dyn Debug], value: T) -> Self {
        let key = args.iter().fold(question.to_owned(), |key, arg| format!("{key}|{arg:?}"));
        let answer: Answer<T> = Ok(Fact::new(value, vec![ExchangeId::new(format!("observed {question}"))]));
        self.0.insert(key, Arc::new(answer));
        self
    }

    fn answer<T: 'static>(&self, key: &str) -> Answer<T> {
        let known = self.0.get(key).and_then(|known| known.downcast_ref::<Answer<T>>());
        known.cloned().unwrap_or_else(|| {
            Err(Unseen {
                operation: key.to_owned(),
                account: account(),
                region: None,
                subject: String::new(),
                reason: Reason::NotRecorded,
                detail: String::new(),
                hint: String::new(),
                exchanges: Vec::new(),
            })
        })
    }
}

macro_rules! zone {
    ($($(#[$doc:meta])* $name:ident($($arg:ident : $ty:ty),*) -> $out:ty;)*) => {
        #[async_trait]
        impl Source for Zone {
            $(async fn $name(&self, $($arg: $ty),*) -> Answer<$out> {
                self.answer(&[stringify!($name).to_owned(), $(format!("{:?}", $arg)),*].join("|"))
            })*
        }
    };
}

for_each_question!(zone);

pub(super) fn account() -> AccountId {
    "222222222222".parse().unwrap()
}

pub(super) fn management() -> AccountId {
    "111111111111".parse().unwrap()
}

pub(super) fn home() -> Region {
    "eu-central-1".parse().unwrap()
}

pub(super) fn as_of() -> Timestamp {
    "2026-01-15T12:00:00Z".parse().unwrap()
}

/// An edit of what exists.
pub(super) fn edit(change: Change) -> Edit {
    edit_as("update", change)
}

pub(super) fn edit_as(action: &str, change: Change) -> Edit {
    let account = if matches!(change, Change::Organization(_)) { management() } else { account() };
    let origin = Origin {
        file: "plan.json".to_owned(),
        address: "aws_thing.one".to_owned(),
        attribute: "attribute".to_owned(),
        action: action.to_owned(),
    };
    Edit { origin, account, region: home(), change, before: None, sensitive: false }
}

pub(super) fn overlay(zone: Zone, edits: Vec<Edit>) -> Overlay {
    bounded(zone, edits, Bound::Permissive)
}

pub(super) fn bounded(zone: Zone, edits: Vec<Edit>, bound: Bound) -> Overlay {
    let setting = Setting { bound, as_of: as_of(), management_account: management() };
    Overlay::over(Arc::new(zone), edits.into(), setting, Arc::new(Keeps))
}

pub(super) fn unknown() -> Unknown {
    Unknown::after_apply("aws_thing.one", "attribute")
}

/// The reason why there is no answer.
pub(super) fn refused<T: Debug>(answer: Answer<T>) -> Reason {
    answer.map(|fact| format!("{fact:?}")).unwrap_err().reason
}

pub(super) fn after_apply() -> Reason {
    Reason::AfterApply { address: "aws_thing.one".to_owned(), attribute: "attribute".to_owned() }
}

fn logs() -> BucketRef {
    BucketRef { name: "logs".to_owned(), owner: account(), region: home() }
}

fn versioning(status: &str) -> Versioning {
    Versioning { status: Some(status.to_owned()), mfa_delete: None }
}

fn suspended() -> Change {
    Change::Bucket {
        name: "logs".to_owned(),
        change: BucketChange::Versioning(Planned::Known(versioning("Suspended"))),
    }
}

#[test]
fn every_question_has_a_name() {
    assert!(QUESTIONS.contains(&"bucket_policy") && QUESTIONS.len() >= 41, "{QUESTIONS:?}");
}

#[tokio::test]
async fn a_question_that_no_edit_touches_is_answered_as_before() {
    let bucket = BucketRef { name: "other".to_owned(), ..logs() };
    let zone = Zone::default().with("bucket_versioning", &[&bucket], versioning("Enabled"));
    let overlay = overlay(zone, vec![edit(suspended())]);
    let answer = overlay.bucket_versioning(&bucket).await.unwrap();
    assert_eq!((&*answer, answer.exchanges().len()), (&versioning("Enabled"), 1));
    assert!(overlay.trace().laid.is_empty());
    // The same name in another account is another bucket.
    let elsewhere = BucketRef { owner: management(), ..logs() };
    assert_eq!(refused(overlay.bucket_versioning(&elsewhere).await), Reason::NotRecorded);
}

#[tokio::test]
async fn a_laid_fact_names_the_exchange_it_replaces_and_the_resource() {
    let zone = Zone::default().with("bucket_versioning", &[&logs()], versioning("Enabled"));
    let overlay = overlay(zone, vec![edit(suspended())]);
    let answer = overlay.bucket_versioning(&logs()).await.unwrap();
    assert_eq!(*answer, versioning("Suspended"));
    let [replaced, record] = answer.exchanges() else { panic!("{:?}", answer.exchanges()) };
    assert_eq!(replaced.as_str(), "observed bucket_versioning");
    let laid = &overlay.trace().laid[record];
    assert_eq!(
        (laid.origins[0].address.as_str(), laid.replaced.as_slice()),
        ("aws_thing.one", [replaced.clone()].as_slice())
    );
    // That there is an answer; the answer itself is where the record is kept.
    assert_eq!(laid.value, Some(Value::Null));
    let kept = Laid { value: Some(json!({"status": "Suspended", "mfa_delete": null})), ..laid.clone() };
    assert_eq!(&kept.digest(), record);
}

#[tokio::test]
async fn a_sensitive_value_is_used_and_not_recorded() {
    let zone = Zone::default().with("bucket_versioning", &[&logs()], versioning("Enabled"));
    let before = Some(Change::Bucket {
        name: "logs".to_owned(),
        change: BucketChange::Versioning(Planned::Known(versioning("Suspended"))),
    });
    let overlay = overlay(zone, vec![Edit { sensitive: true, before, ..edit(suspended()) }]);
    assert_eq!(*overlay.bucket_versioning(&logs()).await.unwrap(), versioning("Suspended"));
    let trace = overlay.trace();
    let laid = trace.laid.values().next().unwrap();
    assert!(laid.sensitive && laid.value.is_none());
    assert_eq!((&trace.stale[0].believed, &trace.stale[0].observed), (&None, &None));
}

#[tokio::test]
async fn an_unknown_value_is_no_answer_and_names_address_and_attribute() {
    let zone = Zone::default().with("bucket_versioning", &[&logs()], versioning("Enabled"));
    let change = BucketChange::Versioning(Planned::Unknown(unknown()));
    let change = Change::Bucket { name: "logs".to_owned(), change };
    let overlay = overlay(zone, vec![edit(change)]);
    let unseen = overlay.bucket_versioning(&logs()).await.unwrap_err();
    assert_eq!(unseen.reason, after_apply());
    assert_eq!((unseen.subject.as_str(), unseen.exchanges.len()), ("logs", 2));
    assert!(unseen.to_string().contains("known after apply: `attribute` of `aws_thing.one`"), "{unseen}");
}

#[tokio::test]
async fn an_unclear_edit_makes_the_question_unknown_where_it_says() {
    let unclear = |question: &str, subject: Option<&str>| {
        edit(Change::Unclear { question: question.to_owned(), subject: subject.map(str::to_owned), unknown: unknown() })
    };
    let zone = || Zone::default().with("bucket_versioning", &[&logs()], versioning("Enabled"));
    for (edit, known) in [
        (unclear("bucket_versioning", None), false),
        (unclear("bucket_versioning", Some("logs")), false),
        (unclear("bucket_versioning", Some("other")), true),
        (unclear("bucket_policy", None), true),
        (Edit { account: management(), ..unclear("bucket_versioning", None) }, true),
    ] {
        let answer = overlay(zone(), vec![edit.clone()]).bucket_versioning(&logs()).await;
        assert_eq!(answer.is_ok(), known, "{edit:?}");
    }
}

#[tokio::test]
async fn a_plan_made_against_another_state_is_found() {
    let policy = |text: &str| Change::Bucket {
        name: "logs".to_owned(),
        change: BucketChange::Policy(Some(crate::Document::Text(text.to_owned()))),
    };
    let observed = r#"{"Statement": [{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["b", "a"]}]}"#;
    for (believed, stale) in [
        (r#"{"Statement":{"Resource":["a","b"],"Action":"s3:GetObject","Effect":"Allow"}}"#, false),
        (r#"{"Statement":{"Resource":["a"],"Action":"s3:GetObject","Effect":"Allow"}}"#, true),
    ] {
        let zone = Zone::default().with("bucket_policy", &[&logs()], Some(observed.to_owned()));
        let planned = Edit { before: Some(policy(believed)), ..edit(policy("{}")) };
        let overlay = overlay(zone, vec![planned]);
        assert_eq!((*overlay.bucket_policy(&logs()).await.unwrap()).as_deref(), Some("{}"));
        let trace = overlay.trace();
        assert_eq!(trace.stale.len(), usize::from(stale), "{believed}");
        assert!(trace.stale.iter().all(|one| one.subject == "logs" && one.observed.is_some()));
    }
}
