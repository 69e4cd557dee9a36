//! The 25 traps of policy evaluation, one test or more each. The crate's documentation lists them;
//! `tests/mutation.py` takes each rule out and sees one of these fail.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::sync::Arc;

use logproof_policy::{
    Context, ContextValue, Decision, Policies, Policy, Principal, Question, Request, Scene, Who, decide, never, who_can,
};

const OBJECT: &str = "arn:aws:s3:::b/k";

fn doc(statements: &str) -> Arc<Policy> {
    let text = format!(r#"{{"Version": "2012-10-17", "Statement": {statements}}}"#);
    Arc::new(Policy::parse("p", text.as_bytes()).unwrap_or_else(|e| panic!("{e}\n{text}")))
}

fn admin() -> Arc<Policy> {
    doc(r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#)
}

fn user() -> Principal {
    Principal::User { arn: "arn:aws:iam::222222222222:user/bob".into(), account: "222222222222".into() }
}

fn role_in(account: &str, name: &str) -> Principal {
    Principal::Role {
        role_arn: format!("arn:aws:iam::{account}:role/{name}"),
        session_arn: format!("arn:aws:sts::{account}:assumed-role/{}/s", name.rsplit('/').next().unwrap()),
        account: account.into(),
        service_linked: name.starts_with("aws-service-role/"),
    }
}

fn role(name: &str) -> Principal {
    role_in("222222222222", name)
}

fn root() -> Principal {
    Principal::Root { arn: "arn:aws:iam::222222222222:root".into(), account: "222222222222".into() }
}

fn service() -> Principal {
    Principal::Service { name: "cloudtrail.amazonaws.com".into() }
}

fn get(who: Principal) -> Request {
    Request::new(who, "s3:GetObject", OBJECT).owned_by("222222222222")
}

fn ruling(request: &Request, policies: &Policies) -> String {
    decide(request, policies).decision.name().to_owned()
}

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

fn one(key: &str, value: &str) -> Context {
    Context::new().with(key, value)
}

fn none() -> Context {
    Context::new()
}

fn many(values: &[&str]) -> Context {
    Context::new().with("aws:TagKeys", values.iter().map(|v| (*v).to_owned()).collect::<Vec<_>>())
}

/// A resource policy alone.
fn resource(who: Principal, statements: &str) -> String {
    ruling(&get(who), &Policies { resource: Some(doc(statements)), ..Policies::default() })
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

#[test]
fn trap_15_principals_match_exactly_and_map_entries_or() {
    let allow =
        |principal: &str| format!(r#"{{"Effect": "Allow", "Principal": {principal}, "Action": "*", "Resource": "*"}}"#);
    assert_eq!(resource(role("X"), &allow(r#"{"AWS": "arn:aws:iam::222222222222:role/*"}"#)), "ImplicitDeny");
    assert_eq!(resource(service(), &allow(r#"{"Service": "cloudtrail.amazonaws.com.example.net"}"#)), "ImplicitDeny");
    assert_eq!(resource(service(), &allow(r#"{"Service": "*.amazonaws.com"}"#)), "ImplicitDeny");
    let map = allow(
        r#"{"AWS": "arn:aws:iam::222222222222:role/X", "Service": ["config.amazonaws.com", "cloudtrail.amazonaws.com"]}"#,
    );
    assert_eq!(resource(service(), &map), "Allowed");
    assert_eq!(resource(role("X"), &map), "Allowed");
    assert_eq!(resource(Principal::Anonymous, &map), "ImplicitDeny");
    for everyone in [r#""*""#, r#"{"AWS": "*"}"#] {
        assert_eq!(resource(Principal::Anonymous, &allow(everyone)), "Allowed");
    }
}

#[test]
fn trap_16_an_account_delegates_in_allow_and_covers_all_in_deny() {
    for account in ["arn:aws:iam::222222222222:root", "222222222222"] {
        let named = |effect: &str| {
            format!(r#"{{"Effect": "{effect}", "Principal": {{"AWS": "{account}"}}, "Action": "*", "Resource": "*"}}"#)
        };
        assert_eq!(resource(user(), &named("Allow")), "ImplicitDeny");
        let deny = Policies { identity: vec![admin()], resource: Some(doc(&named("Deny"))), ..Policies::default() };
        for who in [user(), role("X"), root()] {
            assert_eq!(ruling(&get(who), &deny), "ExplicitDeny");
        }
    }
}

#[test]
fn trap_17_one_side_or_both() {
    let named = r#"{"Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam::222222222222:user/bob", "arn:aws:iam::333333333333:role/X"]}, "Action": "*", "Resource": "*"}"#;
    assert_eq!(resource(user(), named), "Allowed");
    assert_eq!(ruling(&get(user()), &Policies { identity: vec![admin()], ..Policies::default() }), "Allowed");
    let stranger = || role_in("333333333333", "X");
    assert_eq!(resource(stranger(), named), "ImplicitDeny");
    assert_eq!(ruling(&get(stranger()), &Policies { identity: vec![admin()], ..Policies::default() }), "ImplicitDeny");
    let both = Policies { identity: vec![admin()], resource: Some(doc(named)), ..Policies::default() };
    assert_eq!(ruling(&get(stranger()), &both), "Allowed");
    let everyone = r#"{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}"#;
    assert_eq!(resource(stranger(), everyone), "ImplicitDeny");
    assert_eq!(resource(service(), everyone), "Allowed");
    assert_eq!(resource(Principal::Anonymous, everyone), "Allowed");
}

#[test]
fn trap_18_what_boundaries_and_sessions_cut() {
    let silent = || doc(r#"{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"}"#);
    let grant = |principal: &str| {
        doc(&format!(r#"{{"Effect": "Allow", "Principal": {principal}, "Action": "*", "Resource": "*"}}"#))
    };
    for session in [false, true] {
        let limits = |identity: Vec<Arc<Policy>>, resource: Option<Arc<Policy>>| Policies {
            identity,
            resource,
            boundary: (!session).then(silent),
            sessions: if session { vec![silent()] } else { vec![] },
            ..Policies::default()
        };
        assert_eq!(ruling(&get(role("X")), &limits(vec![admin()], None)), "ImplicitDeny");
        let by_role = grant(r#"{"AWS": "arn:aws:iam::222222222222:role/X"}"#);
        assert_eq!(ruling(&get(role("X")), &limits(vec![], Some(by_role))), "ImplicitDeny");
        for spared in [r#"{"AWS": "arn:aws:sts::222222222222:assumed-role/X/s"}"#, r#""*""#] {
            assert_eq!(ruling(&get(role("X")), &limits(vec![], Some(grant(spared)))), "Allowed");
        }
        let by_user = grant(r#"{"AWS": "arn:aws:iam::222222222222:user/bob"}"#);
        assert_eq!(ruling(&get(user()), &limits(vec![], Some(by_user))), "Allowed");
        let across = limits(vec![admin()], Some(grant(r#"{"AWS": "arn:aws:sts::333333333333:assumed-role/X/s"}"#)));
        assert_eq!(ruling(&get(role_in("333333333333", "X")), &across), "ImplicitDeny");
    }
}

const KEY: &str = "arn:aws:kms:us-east-1:222222222222:key/1";

fn decrypt(who: Principal, key_policy: Option<&str>) -> String {
    let request = Request::new(who, "kms:Decrypt", KEY).owned_by("222222222222");
    ruling(&request, &Policies { identity: vec![admin()], resource: key_policy.map(doc), ..Policies::default() })
}

#[test]
fn trap_19_keys_trust_nobody_by_themselves() {
    let account = |action: &str, more: &str| {
        format!(
            r#"{{"Effect": "Allow", "Principal": {{"AWS": "arn:aws:iam::222222222222:root"}}, "Action": "{action}", "Resource": "*"{more}}}"#
        )
    };
    let other = r#"{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::222222222222:role/Other"}, "Action": "kms:*", "Resource": "*"}"#;
    for who in [user(), role("X"), root()] {
        assert_eq!(decrypt(who.clone(), None), "ImplicitDeny");
        assert_eq!(decrypt(who.clone(), Some(other)), "ImplicitDeny");
        assert_eq!(decrypt(who.clone(), Some(&account("kms:Describe*", ""))), "ImplicitDeny");
        let via = r#", "Condition": {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}"#;
        assert_eq!(decrypt(who.clone(), Some(&account("kms:*", via))), "ImplicitDeny");
        assert_eq!(decrypt(who, Some(&account("kms:*", ""))), "Allowed");
    }
    assert_eq!(decrypt(role("Other"), Some(other)), "Allowed");
    let assume = Request::new(user(), "sts:AssumeRole", "arn:aws:iam::222222222222:role/X");
    assert_eq!(ruling(&assume, &Policies { identity: vec![admin()], ..Policies::default() }), "ImplicitDeny");
}

#[test]
fn trap_20_not_principal_spares_only_who_is_listed_in_full() {
    let spare = |list: &str| {
        doc(&format!(r#"{{"Effect": "Deny", "NotPrincipal": {{"AWS": [{list}]}}, "Action": "*", "Resource": "*"}}"#))
    };
    let with = |who: Principal, list: &str, bounded: bool| {
        let boundary = bounded.then(admin);
        ruling(
            &get(who),
            &Policies { identity: vec![admin()], resource: Some(spare(list)), boundary, ..Policies::default() },
        )
    };
    let bob = r#""arn:aws:iam::222222222222:user/bob""#;
    let account = r#""arn:aws:iam::222222222222:root""#;
    let (session, named) = (r#""arn:aws:sts::222222222222:assumed-role/X/s""#, r#""arn:aws:iam::222222222222:role/X""#);
    assert_eq!(with(user(), &format!("{bob}, {account}"), false), "Allowed");
    assert_eq!(with(user(), bob, false), "ExplicitDeny");
    assert_eq!(with(user(), &format!("{bob}, {account}"), true), "ExplicitDeny");
    assert_eq!(with(role("X"), &format!("{session}, {named}, {account}"), false), "Allowed");
    assert_eq!(with(role("X"), &format!("{named}, {account}"), false), "ExplicitDeny");
    let open =
        r#"{"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "*", "Resource": "*"}"#;
    let both =
        format!(r#"[{open}, {{"Effect": "Deny", "NotPrincipal": {{"AWS": {bob}}}, "Action": "*", "Resource": "*"}}]"#);
    assert_eq!(resource(service(), &both), "ExplicitDeny");
    let spared = both.replace(&format!(r#"{{"AWS": {bob}}}"#), r#"{"Service": "cloudtrail.amazonaws.com"}"#);
    assert_eq!(resource(service(), &spared), "Allowed");
}

fn under(who: Principal, action: &str, levels: Vec<Vec<Arc<Policy>>>) -> Policies {
    let management = who.account() == Some("111111111111");
    let _ = action;
    Policies {
        identity: vec![admin()],
        scps: Some(levels),
        principal_in_management_account: management,
        ..Policies::default()
    }
}

#[test]
fn trap_21_an_allow_on_every_level_and_a_deny_on_any() {
    let deny = || doc(r#"{"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*"}"#);
    let other = || doc(r#"{"Effect": "Allow", "Action": "kms:*", "Resource": "*"}"#);
    let with = |levels| ruling(&get(user()), &under(user(), "", levels));
    assert_eq!(with(vec![vec![admin()], vec![admin()]]), "Allowed");
    for level in 0..3 {
        let full = || vec![vec![admin()], vec![admin()], vec![admin()]];
        let mut levels = full();
        levels[level] = vec![other()];
        assert_eq!(with(levels), "ImplicitDeny");
        let mut levels = full();
        levels[level] = vec![];
        assert_eq!(with(levels), "ImplicitDeny");
        let mut levels = full();
        levels[level].push(deny());
        assert_eq!(with(levels), "ExplicitDeny");
        let mut levels = full();
        levels[level] = vec![doc(r#"{"Effect": "Deny", "Action": "kms:*", "Resource": "*"}"#)];
        assert_eq!(with(levels), "ImplicitDeny");
        let mut levels = full();
        levels[level].push(other());
        assert_eq!(with(levels), "Allowed");
    }
    let mut nobody = under(user(), "", vec![vec![admin()]]);
    nobody.identity.clear();
    assert_eq!(ruling(&get(user()), &nobody), "ImplicitDeny");
    let grant = doc(
        r#"{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::222222222222:user/bob"}, "Action": "*", "Resource": "*"}"#,
    );
    let capped = Policies { resource: Some(grant), ..under(user(), "", vec![vec![other()]]) };
    assert_eq!(ruling(&get(user()), &capped), "ImplicitDeny");
}

#[test]
fn trap_22_who_is_outside_every_scp() {
    let nothing = || vec![vec![]];
    let exempt =
        [role_in("111111111111", "Admin"), role("aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig")];
    for who in exempt {
        let request = Request::new(who.clone(), "s3:GetObject", OBJECT);
        assert_eq!(ruling(&request, &under(who, "", nothing())), "Allowed");
    }
    let open = doc(r#"{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}"#);
    for who in [service(), Principal::Anonymous] {
        let policies = Policies { resource: Some(open.clone()), ..under(who.clone(), "", nothing()) };
        assert_eq!(ruling(&get(who), &policies), "Allowed");
    }
    for who in [root(), role("DelegatedAdministrator")] {
        assert_eq!(ruling(&get(who.clone()), &under(who, "", nothing())), "ImplicitDeny");
    }
}

#[test]
fn trap_23_what_rcps_protect_and_from_whom() {
    let deny =
        || Some(vec![vec![doc(r#"{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}"#)], vec![]]);
    let open = doc(r#"{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}"#);
    let base =
        || Policies { identity: vec![admin()], resource: Some(open.clone()), rcps: deny(), ..Policies::default() };
    for who in [user(), root(), service(), Principal::Anonymous] {
        assert_eq!(ruling(&get(who), &base()), "ExplicitDeny");
    }
    let management = Policies { principal_in_management_account: true, ..base() };
    assert_eq!(ruling(&get(role_in("111111111111", "Admin")), &management), "ExplicitDeny");
    assert_eq!(ruling(&get(user()), &Policies { resource_in_management_account: true, ..base() }), "Allowed");
    assert_eq!(ruling(&get(role("aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig")), &base()), "Allowed");
    let on_key = |action: &str| Request::new(user(), action, KEY).owned_by("222222222222");
    assert_eq!(ruling(&on_key("kms:RetireGrant"), &base()), "Allowed");
    assert_eq!(ruling(&on_key("kms:Decrypt"), &base()), "ExplicitDeny");
    assert_eq!(ruling(&on_key("kms:Decrypt"), &Policies { resource_is_aws_managed_key: true, ..base() }), "Allowed");
    let trail = Request::new(user(), "cloudtrail:StopLogging", "arn:aws:cloudtrail:us-east-1:222222222222:trail/t");
    assert_eq!(ruling(&trail, &base()), "Allowed");
    let silent = Policies { rcps: Some(vec![vec![], vec![]]), ..base() };
    assert_eq!(ruling(&get(user()), &silent), "Allowed");
}

/// The scene of a bucket policy, in an organization of one member account.
fn bucket(statements: &str) -> Scene {
    Scene {
        organization: logproof_policy::Organization {
            id: Some("o-a".into()),
            accounts: vec![logproof_policy::Account::member("222222222222")],
            ..logproof_policy::Organization::default()
        },
        resource_account: "222222222222".into(),
        resource_policy: Some(doc(statements)),
        ..Scene::default()
    }
}

#[test]
fn trap_24_keys_hang_together() {
    let allow = |condition: &str| {
        bucket(&format!(
            r#"{{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*", "Condition": {{{condition}}}}}"#
        ))
    };
    let ask = |who: Who| Question::about(["s3:GetObject"]).on_all("arn:aws:s3:::b/*").by(who);
    let only_services = allow(r#""StringEquals": {"aws:SourceAccount": "222222222222"}"#);
    assert!(never(&only_services, &ask(Who::outsiders())).holds());
    assert!(!never(&only_services, &ask(Who::services())).holds());
    let in_organization = allow(r#""StringEquals": {"aws:PrincipalOrgID": "o-a"}"#);
    assert!(never(&in_organization, &ask(Who::outsiders())).holds());
    assert!(never(&in_organization, &ask(Who::services())).holds());
    assert!(!never(&in_organization, &ask(Who::organization())).holds());
    let both = allow(r#""Bool": {"aws:SecureTransport": "false"}, "Null": {"s3:TlsVersion": "false"}"#);
    assert!(never(&both, &ask(Who::outsiders())).holds());
    let plain =
        allow(r#""Bool": {"aws:SecureTransport": "false"}, "NumericLessThanIfExists": {"s3:TlsVersion": "1.2"}"#);
    assert!(!never(&plain, &ask(Who::outsiders())).holds());
    let endpoint = allow(r#""Null": {"aws:SourceVpce": "false", "aws:SourceIp": "false"}"#);
    assert!(never(&endpoint, &ask(Who::outsiders())).holds());
    let foreign_source = allow(r#""StringEquals": {"aws:SourceOrgID": "o-a", "aws:SourceAccount": "999999999999"}"#);
    assert!(never(&foreign_source, &ask(Who::services())).holds());
}

#[test]
fn trap_25_the_root_user_owns_its_account() {
    let deny = || doc(r#"{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}"#);
    let on_bucket = |action: &str| Request::new(root(), action, "arn:aws:s3:::b").owned_by("222222222222");
    assert_eq!(ruling(&on_bucket("s3:ListBucket"), &Policies::default()), "Allowed");
    assert_eq!(
        ruling(&on_bucket("s3:ListBucket"), &Policies { resource: Some(deny()), ..Policies::default() }),
        "ExplicitDeny"
    );
    for action in ["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"] {
        let denied = Policies { resource: Some(deny()), ..Policies::default() };
        assert_eq!(ruling(&on_bucket(action), &denied), "Allowed");
        let scp = doc(r#"{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}"#);
        let bound = Policies { scps: Some(vec![vec![admin(), scp]]), ..denied.clone() };
        assert_eq!(ruling(&on_bucket(action), &bound), "ExplicitDeny");
        let stranger = Principal::Root { arn: "arn:aws:iam::333333333333:root".into(), account: "333333333333".into() };
        let foreign = Request::new(stranger, action, "arn:aws:s3:::b").owned_by("222222222222");
        assert_eq!(ruling(&foreign, &denied), "ExplicitDeny");
        let user = Request::new(user(), action, "arn:aws:s3:::b").owned_by("222222222222");
        assert_eq!(ruling(&user, &denied), "ExplicitDeny");
    }
    let lockout = bucket(r#"{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}"#);
    let question = Question::about(["s3:PutBucketPolicy"]).on("arn:aws:s3:::b");
    assert!(never(&lockout, &question).holds());
    assert!(never(&lockout, &question.clone().with_owner_root_exemption()).witness().is_some());
    assert_eq!(who_can(&lockout, &question.with_owner_root_exemption()).can.len(), 1);
}

#[test]
fn parser_trap_unknown_things_are_never_false() {
    let odd = [
        r#"{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringMatches": {"a:x": "1"}}}"#,
        r#"{"Effect": "Allow", "Action": "*", "Resource": "*", "Conditions": {}}"#,
        r#"{"Effect": "allow", "Action": "*", "Resource": "*"}"#,
        r#"{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"DateLessThan": {"aws:CurrentTime": "tomorrow"}}}"#,
    ];
    for statement in odd {
        let policies = Policies { identity: vec![doc(statement)], ..Policies::default() };
        let request = get(user()).with_context(one("aws:CurrentTime", "2025-01-01"));
        assert_eq!(ruling(&request, &policies), "Undecided", "{statement}");
        let deny = doc(r#"{"Effect": "Deny", "Action": "*", "Resource": "*"}"#);
        let firm = Policies { identity: vec![doc(statement), deny], ..Policies::default() };
        assert_eq!(ruling(&request, &firm), "ExplicitDeny", "{statement}");
    }
    let elsewhere = doc(r#"{"Effect": "Deny", "Action": "kms:*", "Resource": "*", "Conditions": {}}"#);
    let policies = Policies { identity: vec![admin(), elsewhere], ..Policies::default() };
    assert_eq!(ruling(&get(user()), &policies), "Allowed");
    let _ = ContextValue::One(String::new());
}
