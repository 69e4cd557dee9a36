//! The 25 traps of policy evaluation, one test or more each. The crate's documentation lists them;
//! `tests/mutation.py` takes each rule out and sees one of these fail.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[path = "traps/conditions.rs"]
mod conditions;

use std::sync::Arc;

use logproof_policy::{
    Context, ContextValue, Policies, Policy, Principal, Question, Request, Scene, Who, decide, never, who_can,
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

fn one(key: &str, value: &str) -> Context {
    Context::new().with(key, value)
}

/// A resource policy alone.
fn resource(who: Principal, statements: &str) -> String {
    ruling(&get(who), &Policies { resource: Some(doc(statements)), ..Policies::default() })
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
