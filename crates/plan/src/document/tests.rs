#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use logproof_policy::{Context, Decision, Policies, Policy, Principal, Request, decide};
use serde_json::{Value, json};

use super::{Bound, Document, Kind, hole};
use crate::planned::Unknown;

fn partial(statement: Value) -> Document {
    let unknown = vec![Unknown::after_apply("aws_x.y", "arn")];
    Document::Partial { json: json!({"Version": "2012-10-17", "Id": hole(0), "Statement": [statement]}), unknown }
}

fn statements(document: &Document, bound: Bound) -> Value {
    let text = document.text(bound, Kind::Resource);
    assert!(!super::has_hole(&text), "{text}");
    assert!(Policy::parse("planned", text.as_bytes()).is_ok(), "{text}");
    serde_json::from_str::<Value>(&text).unwrap()["Statement"].clone()
}

/// Statement, and what it is as wide and as narrow as it can be; `null` when nothing is left of it.
fn bounds() -> Vec<(Value, Value, Value)> {
    let one = |name: &str, value: Value| {
        let mut statement = json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"});
        statement[name] = value;
        statement
    };
    let base = || one("Action", json!("s3:GetObject"));
    let condition = |operator: &str, value: Value| one("Condition", json!({operator: {"aws:SourceArn": value}}));
    let without = |name: &str| {
        let mut statement = base();
        statement.as_object_mut().unwrap().remove(name);
        statement
    };
    let negated = |name: &str, value: Value| {
        let mut statement = without(name.trim_start_matches("Not"));
        statement[name] = value;
        statement
    };
    let whole = hole(0);
    let within = format!("arn:aws:s3:::{}/*", hole(0));
    let begins = format!("{}/*", hole(0));
    vec![
        (one("Resource", json!(whole)), one("Resource", json!(["*"])), Value::Null),
        (one("Resource", json!(within)), one("Resource", json!(["arn:aws:s3:::*/*"])), Value::Null),
        (one("Resource", json!(begins)), one("Resource", json!(["*"])), Value::Null),
        (
            one("Resource", json!(["arn:aws:s3:::a", whole])),
            one("Resource", json!(["arn:aws:s3:::a", "*"])),
            one("Resource", json!(["arn:aws:s3:::a"])),
        ),
        (one("Action", json!(format!("s3:{whole}"))), one("Action", json!(["s3:*"])), Value::Null),
        (
            one("Principal", json!({"AWS": ["111111111111", whole]})),
            one("Principal", json!("*")),
            one("Principal", json!({"AWS": ["111111111111"]})),
        ),
        (negated("NotResource", json!([whole])), one("Resource", json!("*")), Value::Null),
        (
            negated("NotResource", json!(["arn:aws:s3:::a", whole])),
            negated("NotResource", json!(["arn:aws:s3:::a"])),
            Value::Null,
        ),
        (condition("StringEquals", json!(whole)), base(), Value::Null),
        (condition("StringEquals", json!(["a", whole])), base(), condition("StringEquals", json!(["a"]))),
        (condition("StringNotEquals", json!(whole)), base(), Value::Null),
        (condition("StringNotEquals", json!(["a", whole])), condition("StringNotEquals", json!(["a"])), Value::Null),
        (condition("ForAllValues:StringEquals", json!(["a", whole])), base(), Value::Null),
        (condition("Null", json!(whole)), base(), Value::Null),
    ]
}

#[test]
fn an_unknown_part_of_an_allow_matches_everything_or_nothing() {
    for (statement, wide, narrow) in bounds() {
        let document = partial(statement.clone());
        assert_eq!(statements(&document, Bound::Permissive), json!([wide]), "{statement}");
        let narrow = if narrow.is_null() { json!([]) } else { json!([narrow]) };
        assert_eq!(statements(&document, Bound::Restrictive), narrow, "{statement}");
    }
}

#[test]
fn an_unknown_part_of_a_deny_is_bounded_the_other_way_round() {
    for (mut statement, mut wide, mut narrow) in bounds() {
        for one in [&mut statement, &mut wide, &mut narrow].into_iter().filter(|one| !one.is_null()) {
            one["Effect"] = json!("Deny");
        }
        let document = partial(statement.clone());
        assert_eq!(statements(&document, Bound::Restrictive), json!([wide]), "{statement}");
        let narrow = if narrow.is_null() { json!([]) } else { json!([narrow]) };
        assert_eq!(statements(&document, Bound::Permissive), narrow, "{statement}");
    }
}

#[test]
fn what_is_known_stays_as_it_is() {
    let known = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}}});
    let unknown =
        json!({"Sid": hole(0), "Effect": "Allow", "Principal": "*", "Action": "s3:Get*", "Resource": hole(0)});
    let json = json!({"Statement": [known, unknown]});
    let document = Document::Partial { json, unknown: vec![Unknown::after_apply("a", "b")] };
    assert_eq!(statements(&document, Bound::Restrictive), json!([known]));
    assert_eq!(statements(&document, Bound::Permissive)[0], known);
    // A Sid decides nothing.
    assert!(statements(&document, Bound::Permissive)[1].get("Sid").is_none());
    assert_eq!(document.unknown().len(), 1);
    let text = r#"{ "Statement": [] }"#;
    assert_eq!(Document::Text(text.to_owned()).text(Bound::Permissive, Kind::Trust), text);
}

#[test]
fn a_document_of_which_nothing_is_known_allows_everything_or_denies_it() {
    let whole = Document::Unknown(Unknown::after_apply("aws_s3_bucket_policy.logs", "policy"));
    let effect = partial(json!({"Effect": hole(0), "Principal": "*", "Action": "*", "Resource": "*"}));
    let shapeless = Document::Partial { json: json!({"Statement": hole(0)}), unknown: Vec::new() };
    let caller = Principal::Role {
        role_arn: "arn:aws:iam::222222222222:role/a".to_owned(),
        session_arn: "arn:aws:sts::222222222222:assumed-role/a/s".to_owned(),
        account: "222222222222".to_owned(),
        service_linked: false,
    };
    for document in [whole, effect, shapeless] {
        for (bound, expected) in [(Bound::Permissive, Decision::Allowed), (Bound::Restrictive, Decision::ExplicitDeny)]
        {
            let text = document.text(bound, Kind::Resource);
            let policy = Policy::parse("planned", text.as_bytes()).unwrap();
            let policies = Policies { resource: Some(std::sync::Arc::new(policy)), ..Policies::default() };
            let request = Request::new(caller.clone(), "s3:GetObject", "arn:aws:s3:::logs/x")
                .owned_by("222222222222")
                .with_context(Context::new());
            assert_eq!(decide(&request, &policies).decision, expected, "{text}");
        }
    }
}
