//! Traps 1 to 14: conditions, their operators, keys and variables.

use std::sync::Arc;

use logproof_policy::{Context, Decision, Policies, Policy, Question, Request, Scene, Who, decide, never};

use super::{OBJECT, doc, get, one, resource, role, root, ruling, user};

/// Whether an Allow with this condition applies.
fn applies(condition: &str, context: Context) -> bool {
    let text = format!(r#"{{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {{{condition}}}}}"#);
    let policies = Policies { identity: vec![doc(&text)], ..Policies::default() };
    match decide(&get(user()).with_context(context), &policies).decision {
        Decision::Allowed => true,
        Decision::ImplicitDeny => false,
        other => panic!("{other:?} for {condition}"),
    }
}

fn none() -> Context {
    Context::new()
}

fn many(values: &[&str]) -> Context {
    Context::new().with("aws:TagKeys", values.iter().map(|v| (*v).to_owned()).collect::<Vec<_>>())
}

#[test]
fn trap_01_operators_and_keys_and_values_or_negated_nor() {
    let two_keys = r#""StringEquals": {"a:x": "1", "a:y": "1"}"#;
    assert!(!applies(two_keys, one("a:x", "1")));
    assert!(applies(two_keys, one("a:x", "1").with("a:y", "1")));
    let two_operators = r#""StringEquals": {"a:x": "1"}, "Bool": {"a:z": "true"}"#;
    assert!(!applies(two_operators, one("a:x", "1").with("a:z", "false")));
    assert!(applies(r#""StringEquals": {"a:x": ["1", "2"]}"#, one("a:x", "2")));
    assert!(!applies(r#""StringNotEquals": {"a:x": ["1", "2"]}"#, one("a:x", "2")));
    assert!(applies(r#""StringNotEquals": {"a:x": ["1", "2"]}"#, one("a:x", "3")));
}

#[test]
fn trap_02_absent_key_positive_false_negated_true() {
    for operator in ["StringEquals", "StringLike", "ArnLike"] {
        assert!(!applies(&format!(r#""{operator}": {{"a:x": "arn:aws:iam::1:role/x"}}"#), none()));
    }
    for operator in ["StringNotEquals", "StringNotLike", "ArnNotLike", "ArnNotEquals", "StringNotEqualsIgnoreCase"] {
        assert!(applies(&format!(r#""{operator}": {{"a:x": "arn:aws:iam::1:role/x"}}"#), none()));
    }
    assert!(applies(r#""NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}"#, none()));
    assert!(applies(r#""NumericNotEquals": {"a:n": "1"}"#, none()));
    assert!(!applies(r#""Bool": {"a:x": "false"}"#, none()));
}

#[test]
fn trap_03_if_exists_is_true_when_absent() {
    assert!(applies(r#""StringEqualsIfExists": {"a:x": "1"}"#, none()));
    assert!(applies(r#""StringNotEqualsIfExists": {"a:x": "1"}"#, none()));
    assert!(applies(r#""ForAnyValue:StringEqualsIfExists": {"aws:TagKeys": "1"}"#, none()));
    assert!(!applies(r#""StringEqualsIfExists": {"a:x": "1"}"#, one("a:x", "2")));
}

#[test]
fn trap_04_null_tests_presence_in_every_spelling() {
    for yes in [r#""true""#, "true", r#"["true"]"#, r#""True""#] {
        assert!(applies(&format!(r#""Null": {{"a:x": {yes}}}"#), none()));
        assert!(!applies(&format!(r#""Null": {{"a:x": {yes}}}"#), one("a:x", "1")));
    }
    for no in [r#""false""#, "false", "[false]"] {
        assert!(applies(&format!(r#""Null": {{"a:x": {no}}}"#), one("a:x", "1")));
        assert!(!applies(&format!(r#""Null": {{"a:x": {no}}}"#), none()));
    }
}

#[test]
fn trap_05_set_operators() {
    let all = r#""ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]}"#;
    let any = r#""ForAnyValue:StringEquals": {"aws:TagKeys": ["a", "b"]}"#;
    assert!(applies(all, none()) && applies(all, many(&[])) && applies(all, many(&["a", "b"])));
    assert!(!applies(all, many(&["a", "c"])));
    assert!(!applies(any, none()) && !applies(any, many(&[])) && !applies(any, many(&["c"])));
    assert!(applies(any, many(&["c", "a"])));
    let any_not = r#""ForAnyValue:StringNotEquals": {"aws:TagKeys": ["a", "b"]}"#;
    assert!(applies(any_not, many(&["a", "c"])) && !applies(any_not, many(&["a", "b"])) && !applies(any_not, none()));
    let all_not = r#""ForAllValues:StringNotEquals": {"aws:TagKeys": ["a", "b"]}"#;
    assert!(!applies(all_not, many(&["a", "c"])) && applies(all_not, many(&["c", "d"])) && applies(all_not, none()));
}

#[test]
fn trap_06_a_plain_operator_never_matches_a_multivalued_key() {
    assert!(!applies(r#""StringEquals": {"aws:TagKeys": "a"}"#, many(&["a", "b"])));
    assert!(!applies(r#""StringEquals": {"aws:TagKeys": "a"}"#, many(&["a"])));
    assert!(!applies(r#""StringLike": {"aws:TagKeys": "*"}"#, many(&["a", "b"])));
}

#[test]
fn trap_07_arn_operators_glob_by_component() {
    let source = |value: &str| one("aws:SourceArn", value);
    for operator in ["ArnEquals", "ArnLike"] {
        let trail = format!(r#""{operator}": {{"aws:SourceArn": "arn:aws:cloudtrail:*:1:trail/*"}}"#);
        assert!(applies(&trail, source("arn:aws:cloudtrail:eu-west-1:1:trail/t")));
        assert!(!applies(&trail, source("arn:aws:cloudtrail:eu:2:x:1:trail/t")));
    }
    assert!(applies(
        r#""StringLike": {"aws:SourceArn": "arn:aws:cloudtrail:*:1:trail/*"}"#,
        source("arn:aws:cloudtrail:eu:2:x:1:trail/t")
    ));
    assert!(!applies(r#""StringEquals": {"aws:SourceArn": "arn:*"}"#, source("arn:aws:s3:::b")));
    assert!(applies(r#""StringEquals": {"aws:SourceArn": "arn:*"}"#, source("arn:*")));
    assert!(applies(
        r#""ArnLike": {"aws:SourceArn": "arn:aws:logs:*:1:log-group:*"}"#,
        source("arn:aws:logs:eu:1:log-group:a:b")
    ));
}

#[test]
fn trap_08_principal_arn_of_a_session_is_the_roles() {
    assert_eq!(role("team/X").condition_arn(), Some("arn:aws:iam::222222222222:role/team/X"));
    assert_eq!(root().condition_arn(), Some("arn:aws:iam::222222222222:root"));
    let scene = |pattern: &str| Scene {
        resource_account: "222222222222".into(),
        resource_policy: Some(doc(&format!(
            r#"{{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*", "Condition": {{"ArnLike": {{"aws:PrincipalArn": "{pattern}"}}}}}}"#
        ))),
        ..Scene::default()
    };
    let ask = Question::about(["s3:GetObject"]).on(OBJECT).by(Who::exactly(role("team/X")));
    assert!(!never(&scene("arn:aws:sts::222222222222:assumed-role/X/*"), &ask).holds());
    assert!(!never(&scene("arn:aws:iam::222222222222:role/X"), &ask).holds());
    assert!(never(&scene("arn:aws:iam::222222222222:role/team/X"), &ask).holds());
}

#[test]
fn trap_09_what_ignores_case() {
    assert!(applies(r#""StringEquals": {"AWS:principaltag/TEAM": "a"}"#, one("aws:PrincipalTag/team", "a")));
    assert!(!applies(r#""StringEquals": {"a:x": "A"}"#, one("a:x", "a")));
    assert!(applies(r#""StringEqualsIgnoreCase": {"a:x": "A"}"#, one("a:x", "a")));
    assert!(applies(r#""Bool": {"a:x": "FALSE"}"#, one("a:x", "false")));
    let act = |action: &str, resource: &str| {
        let text = format!(r#"{{"Effect": "Allow", "Action": "{action}", "Resource": "{resource}"}}"#);
        ruling(&get(user()), &Policies { identity: vec![doc(&text)], ..Policies::default() })
    };
    assert_eq!(act("S3:getOBJECT", OBJECT), "Allowed");
    assert_eq!(act("s3:GetObject", "arn:aws:s3:::b/K"), "ImplicitDeny");
    let named = r#"{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::222222222222:user/BOB"}, "Action": "*", "Resource": "*"}"#;
    assert_eq!(resource(user(), named), "ImplicitDeny");
}

#[test]
fn trap_10_numbers_compare_as_numbers() {
    let n = |value: &str| one("a:n", value);
    assert!(applies(r#""NumericEquals": {"a:n": "1.20"}"#, n("1.2")));
    assert!(applies(r#""NumericLessThan": {"a:n": 10}"#, n("9")));
    assert!(!applies(r#""NumericLessThan": {"a:n": "1.2"}"#, n("1.2")));
    assert!(applies(r#""NumericLessThanEquals": {"a:n": 1.2}"#, n("1.20")));
    assert!(applies(r#""NumericGreaterThan": {"a:n": "-2"}"#, n("-1")));
    assert!(!applies(r#""NumericGreaterThan": {"a:n": "1"}"#, n("1.0")));
    assert!(applies(r#""NumericGreaterThanEquals": {"a:n": 1e2}"#, n("100")));
    assert!(applies(r#""NumericEquals": {"a:n": "0.1"}"#, n("0.10")));
    assert!(!applies(r#""NumericEquals": {"a:n": "9007199254740993"}"#, n("9007199254740992")));
}

#[test]
fn trap_11_dates_compare_as_instants() {
    let at = |value: &str| one("aws:CurrentTime", value);
    let same = [
        "2025-06-01T00:00:00Z",
        "2025-06-01",
        "2025-06",
        "2025-06-01T00:00Z",
        "2025-06-01T02:00:00+02:00",
        "2025-05-31T19:00:00.000-05:00",
        "1748736000",
    ];
    for a in same {
        for b in same {
            assert!(applies(&format!(r#""DateEquals": {{"aws:CurrentTime": "{a}"}}"#), at(b)), "{a} {b}");
            assert!(!applies(&format!(r#""DateLessThan": {{"aws:CurrentTime": "{a}"}}"#), at(b)));
        }
    }
    assert!(applies(r#""DateEquals": {"aws:EpochTime": 1748736000}"#, one("aws:EpochTime", "1748736000")));
    assert!(applies(r#""DateLessThan": {"aws:CurrentTime": "2025-06-01T00:00:00.5Z"}"#, at("2025-06-01T00:00:00.25Z")));
    assert!(applies(r#""DateEquals": {"aws:CurrentTime": "2024"}"#, at("2024-01-01T00:00:00Z")));
    assert!(applies(r#""DateEquals": {"aws:CurrentTime": "2024-02-29"}"#, at("1709164800")));
}

#[test]
fn trap_12_address_families_never_meet() {
    let ip = |value: &str| one("aws:SourceIp", value);
    assert!(applies(r#""IpAddress": {"aws:SourceIp": "203.0.113.9"}"#, ip("203.0.113.9")));
    assert!(!applies(r#""IpAddress": {"aws:SourceIp": "203.0.113.9"}"#, ip("203.0.113.10")));
    assert!(!applies(r#""IpAddress": {"aws:SourceIp": "0.0.0.0/0"}"#, ip("::1")));
    assert!(!applies(r#""IpAddress": {"aws:SourceIp": "::/0"}"#, ip("10.0.0.1")));
    assert!(!applies(r#""IpAddress": {"aws:SourceIp": "0.0.0.0/0"}"#, ip("::ffff:10.0.0.1")));
    assert!(applies(r#""NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}"#, ip("2001:db8::1")));
    assert!(applies(r#""IpAddress": {"aws:SourceIp": "2001:DB8::/32"}"#, ip("2001:db8::7")));
    assert!(applies(r#""IpAddress": {"aws:SourceIp": "2001:db8::7"}"#, ip("2001:db8:0:0:0:0:0:7")));
    assert!(!applies(r#""IpAddress": {"aws:SourceIp": "0.0.0.0/0"}"#, none()));
}

/// Decides with one identity statement of the given version.
fn versioned(version: &str, element: &str, resource: &str, context: Context) -> String {
    let text = format!(r#"{{{version} "Statement": {{"Effect": "Allow", "Action": "*", {element}}}}}"#);
    let policy = Arc::new(Policy::parse("p", text.as_bytes()).unwrap());
    let request = Request::new(user(), "s3:GetObject", resource).with_context(context);
    ruling(&request, &Policies { identity: vec![policy], ..Policies::default() })
}

#[test]
fn trap_13_variables_by_version_and_place() {
    let home = r#""Resource": "arn:aws:s3:::b/${aws:username}/*""#;
    let bob = || one("aws:username", "bob");
    let v2012 = r#""Version": "2012-10-17","#;
    assert_eq!(versioned(v2012, home, "arn:aws:s3:::b/bob/x", bob()), "Allowed");
    assert_eq!(versioned(r#""Version": "2008-10-17","#, home, "arn:aws:s3:::b/bob/x", bob()), "ImplicitDeny");
    assert_eq!(versioned("", home, "arn:aws:s3:::b/bob/x", bob()), "ImplicitDeny");
    assert_eq!(versioned("", home, "arn:aws:s3:::b/${aws:username}/x", bob()), "Allowed");
    let early = r#""Resource": "arn:aws:${aws:username}:::b/x""#;
    assert_eq!(versioned(v2012, early, "arn:aws:bob:::b/x", bob()), "ImplicitDeny");
    assert!(applies(r#""StringEquals": {"a:x": "${aws:username}"}"#, bob().with("a:x", "bob")));
    assert!(applies(
        r#""ArnLike": {"a:x": "arn:aws:iam::1:user/${aws:username}"}"#,
        bob().with("a:x", "arn:aws:iam::1:user/bob")
    ));
}

#[test]
fn trap_14_unresolved_variables_match_nothing_and_text_is_literal() {
    let v2012 = r#""Version": "2012-10-17","#;
    let home = r#""Resource": "arn:aws:s3:::b/${aws:username}/*""#;
    assert_eq!(versioned(v2012, home, "arn:aws:s3:::b//x", none()), "ImplicitDeny");
    assert_eq!(versioned(v2012, home, "arn:aws:s3:::b/eve/x", one("aws:username", "*")), "ImplicitDeny");
    let default = r#""Resource": "arn:aws:s3:::b/${aws:username, 'all'}/*""#;
    assert_eq!(versioned(v2012, default, "arn:aws:s3:::b/all/x", none()), "Allowed");
    assert_eq!(versioned(v2012, default, "arn:aws:s3:::b/all/x", one("aws:username", "bob")), "ImplicitDeny");
    for (escape, literal) in [("${*}", "*"), ("${?}", "?"), ("${$}", "$")] {
        let element = format!(r#""Resource": "arn:aws:s3:::b/{escape}x""#);
        assert_eq!(versioned(v2012, &element, &format!("arn:aws:s3:::b/{literal}x"), none()), "Allowed");
        assert_eq!(versioned(v2012, &element, "arn:aws:s3:::b/yx", none()), "ImplicitDeny");
    }
}
