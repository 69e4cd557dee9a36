//! Roles that nothing tells apart are decided once: thousands of them take no more than one, and the one that differs is
//! found, whatever it differs by.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

#[path = "support/dice.rs"]
mod dice;

use std::{collections::BTreeSet, sync::Arc};

use dice::{Dice, rounds};
use logproof_policy::{
    Account, Identity, Organization, Policy, Principal, Question, Scene, Who, never, violations, who_can,
};

/// What it is about, policies of the crowd, the odd one, the policy of the bucket and the SCP.
type Row<'a> = (&'a str, &'a str, Identity, Option<Arc<Policy>>, Option<Arc<Policy>>);

const HOME: &str = "222222222222";

fn policy(name: &str, statements: &str) -> Arc<Policy> {
    let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#);
    Arc::new(Policy::parse(name, text.as_bytes()).unwrap())
}

fn arn(name: &str) -> String {
    format!("arn:aws:iam::{HOME}:role/{name}")
}

fn role(name: &str, policies: Vec<Arc<Policy>>) -> Identity {
    let principal = Principal::session(&arn(name), HOME, "session");
    Identity { principal, policies, boundary: None, tags: Vec::new() }
}

fn scene(identities: Vec<Identity>, bucket: Option<Arc<Policy>>, scp: Option<Arc<Policy>>) -> Scene {
    let mut account = Account::member(HOME).with_identities(identities);
    if let Some(scp) = scp {
        account = account.with_scps(vec![vec![scp]]);
    }
    let organization =
        Organization { id: Some("o-exampleorgid".to_owned()), accounts: vec![account], ..Organization::default() };
    Scene { organization, resource_account: HOME.to_owned(), resource_policy: bucket, ..Scene::default() }
}

fn question() -> Question {
    let who = Who::account(HOME).except_root_users();
    Question::about(["s3:GetObject", "s3:DeleteObject"]).on_all("arn:aws:s3:::b/*").by(who)
}

const NOTHING: &str = r#"{"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}"#;
const READ: &str = r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}"#;
const EVERYTHING: &str = r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#;

/// Many roles with one document, and the odd one among them.
fn many(count: usize, document: &str, odd: Identity) -> Vec<Identity> {
    let shared = policy("shared", document);
    let mut all: Vec<Identity> =
        (0..count).map(|n| role(&format!("app-{n}"), vec![Arc::new(shared.renamed(&format!("of app-{n}")))])).collect();
    all.insert(count / 2, odd);
    all
}

/// Gives the odd one the very document of the crowd: it differs by nothing but what a test is about.
fn as_the_crowd(all: &mut [Identity]) {
    let document = Arc::new(all[0].policies[0].renamed("own"));
    let odd = all.iter_mut().find(|one| one.principal.to_string().contains("odd")).unwrap();
    odd.policies = vec![document];
}

/// The odd role is the one that is found, by each way of asking.
fn assert_found(what: &str, scene: &Scene) {
    let answer = never(scene, &question());
    let witness = answer.witness().unwrap_or_else(|| panic!("{what}: {answer:?}"));
    assert!(witness.caller.contains("odd"), "{what}: {}", witness.caller);
    let found = violations(scene, &question());
    let callers: BTreeSet<&String> = found.allowed.iter().flat_map(|allowed| &allowed.callers).collect();
    assert!(!callers.is_empty() && callers.iter().all(|caller| caller.contains("odd")), "{what}: {callers:?}");
    assert!(found.undecided.is_empty() && !found.cut_off, "{what}: {:?}", found.undecided);
    let callers = who_can(scene, &question());
    let can: Vec<&str> = callers.can.iter().map(|witness| witness.caller.as_str()).collect();
    assert!(!can.is_empty() && can.iter().all(|caller| caller.contains("odd")), "{what}: {can:?}");
    assert!(callers.undecided.is_empty(), "{what}");
}

#[test]
fn ten_thousand_alike_are_decided_and_the_odd_one_is_named() {
    let all = many(10_000, NOTHING, role("odd", vec![policy("own", NOTHING)]));
    let scene_of = scene(all, None, None);
    assert!(never(&scene_of, &question()).holds());
    let all = many(10_000, NOTHING, role("odd", vec![policy("own", READ)]));
    assert_found("its own policy", &scene(all, None, None));
}

#[test]
fn whatever_one_differs_by_is_found() {
    let shared = |document| vec![policy("own", document)];
    let odd = |document| role("team/odd", shared(document));
    let tagged = |document| Identity { tags: vec![("Team".to_owned(), "ops".to_owned())], ..odd(document) };
    let allow = |principal: &str, condition: &str| {
        format!(
            r#"{{"Effect": "Allow", "Principal": {principal}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"{condition}}}"#
        )
    };
    let condition =
        |operator: &str, key: &str, value: &str| format!(r#", "Condition": {{"{operator}": {{"{key}": "{value}"}}}}"#);
    let bucket = |statement: String| Some(policy("bucket policy", &statement));
    let named = allow(&format!(r#"{{"AWS": "{}"}}"#, arn("team/odd")), "");
    let session = allow(&format!(r#"{{"AWS": "arn:aws:sts::{HOME}:assumed-role/odd/session"}}"#), "");
    let exempt = format!(
        r#"{{"Effect": "Deny", "NotPrincipal": {{"AWS": ["{}", "arn:aws:sts::{HOME}:assumed-role/odd/session", "{HOME}"]}}, "Action": "s3:*", "Resource": "*"}}"#,
        arn("team/odd")
    );
    let spared = |operator: &str, value: &str| {
        format!(
            r#"{{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": {{"{operator}": {{"aws:PrincipalArn": "{value}"}}}}}}"#
        )
    };
    let by_tag = r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/x", "Condition": {"StringEquals": {"aws:PrincipalTag/team": "ops"}}}"#;
    let scp = format!(
        r#"{EVERYTHING}, {{"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {{"ArnNotLike": {{"aws:PrincipalArn": "{}"}}}}}}"#,
        arn("team/*")
    );
    let rows: Vec<Row<'_>> = vec![
        ("a grant to its ARN", NOTHING, odd(NOTHING), bucket(named), None),
        ("a grant to its session", NOTHING, odd(NOTHING), bucket(session), None),
        ("NotPrincipal", READ, odd(READ), bucket(exempt), None),
        (
            "a pattern on its ARN",
            NOTHING,
            odd(NOTHING),
            bucket(allow(r#""*""#, &condition("ArnLike", "aws:PrincipalArn", &arn("team/*")))),
            None,
        ),
        (
            // The first holds the star for itself: no ARN has one.
            "a pattern whose text another operator takes literally",
            NOTHING,
            odd(NOTHING),
            bucket(
                ["StringEquals", "StringLike"]
                    .map(|operator| allow(r#""*""#, &condition(operator, "aws:PrincipalArn", &arn("team/*"))))
                    .join(", "),
            ),
            None,
        ),
        ("an exemption by its ARN", READ, odd(READ), bucket(spared("ArnNotEquals", &arn("team/odd"))), None),
        (
            "an exemption that ignores case",
            READ,
            odd(READ),
            bucket(spared("StringNotEqualsIgnoreCase", &arn("TEAM/ODD"))),
            None,
        ),
        ("a tag", by_tag, tagged(by_tag), None, None),
        ("a guardrail that spares its path", READ, odd(READ), None, Some(policy("scp", &scp))),
    ];
    for (what, document, odd, bucket, scp) in rows {
        let mut all = many(300, document, odd);
        as_the_crowd(&mut all);
        // One without the tag could be given it with a session.
        all.iter_mut()
            .filter(|one| one.tags.is_empty())
            .for_each(|one| one.tags = vec![("team".to_owned(), "dev".to_owned())]);
        assert_found(what, &scene(all, bucket, scp));
    }
}

#[test]
fn what_a_boundary_or_a_variable_tells_apart_is_found() {
    let bounded = policy("boundary", NOTHING);
    let mut all = many(300, READ, role("odd", vec![policy("own", READ)]));
    as_the_crowd(&mut all);
    let free = |identity: &Identity| identity.principal.to_string().contains("odd");
    all.iter_mut().filter(|one| !free(one)).for_each(|one| one.boundary = Some(Arc::clone(&bounded)));
    assert_found("no boundary", &scene(all, None, None));
    // Every role has a folder of its own; one has the folder that is asked about.
    let own = r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/${aws:PrincipalTag/team}/*"}"#;
    let mut all = many(50, own, role("odd", vec![policy("own", own)]));
    as_the_crowd(&mut all);
    for (n, one) in all.iter_mut().enumerate() {
        let team = if one.principal.to_string().contains("odd") { "ops".to_owned() } else { format!("team-{n}") };
        one.tags = vec![("team".to_owned(), team)];
    }
    let asked = question().except_on("arn:aws:s3:::b/team-*");
    let found = violations(&scene(all, None, None), &asked);
    let callers: BTreeSet<&String> = found.allowed.iter().flat_map(|allowed| &allowed.callers).collect();
    assert!(callers.len() == 1 && callers.iter().all(|caller| caller.contains("odd")), "{callers:?}");
}

/// A scene of a few roles that hold documents of a few kinds: parsed once each, or once for every holder, so that no two
/// are known to be the same.
fn random(dice: &Dice, apart: bool) -> Scene {
    let mut dice = dice.clone();
    let documents = [
        NOTHING,
        READ,
        r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {"StringEquals": {"aws:PrincipalTag/team": "a"}}}"#,
        r#"{"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "*"}"#,
        r#"{"Effect": "Allow", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::b/${aws:PrincipalTag/team}*"}"#,
    ];
    let parsed: Vec<Arc<Policy>> = documents.iter().map(|text| policy("document", text)).collect();
    let held = |dice: &mut Dice| {
        let at = dice.roll(documents.len());
        if apart { policy("document", documents[at]) } else { Arc::clone(&parsed[at]) }
    };
    let identities = (0..7).map(|n| {
        let path = dice.pick(&["", "team/", "other/"]);
        let policies = (0..dice.roll(3)).map(|_| held(&mut dice)).collect();
        let boundary = dice.chance(30).then(|| held(&mut dice));
        let tags = match dice.roll(3) {
            0 => Vec::new(),
            roll => vec![("team".to_owned(), ["a", "b"][roll - 1].to_owned())],
        };
        Identity { boundary, tags, ..role(&format!("{path}r{n}"), policies) }
    });
    let identities = identities.collect();
    let bucket = [
        format!(r#"{{"Effect": "Allow", "Principal": {{"AWS": "{}"}}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}}"#, arn("r1")),
        format!(r#"{{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": {{"ArnNotLike": {{"aws:PrincipalArn": "{}"}}}}}}"#, arn("team/*")),
        format!(r#"{{"Effect": "Deny", "NotPrincipal": {{"AWS": ["{}", "{HOME}"]}}, "Action": "s3:GetObject", "Resource": "*"}}"#, arn("r2")),
        r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*", "Condition": {"StringLike": {"aws:PrincipalArn": "*/r?"}, "Null": {"aws:PrincipalTag/team": "false"}}}"#.to_owned(),
    ];
    let chosen: Vec<&str> = bucket.iter().map(String::as_str).filter(|_| dice.chance(50)).collect();
    let bucket = (!chosen.is_empty()).then(|| policy("bucket policy", &chosen.join(", ")));
    scene(identities, bucket, None)
}

#[test]
fn one_of_each_class_answers_as_all_of_them() {
    let (mut dice, mut together) = (Dice(20_260_115), 0);
    for round in 0..rounds(300) {
        dice.roll(2);
        let (shared, apart) = (random(&dice, false), random(&dice, true));
        let both = [&shared, &apart].map(|scene| {
            let (found, callers) = (violations(scene, &question()), who_can(scene, &question()));
            let allowed: Vec<_> = found.allowed.iter().map(|one| (one.action.clone(), one.callers.clone())).collect();
            let undecided = found.undecided.iter().map(|one| one.caller.clone()).collect::<BTreeSet<_>>();
            let can: Vec<String> = callers.can.iter().map(|witness| witness.caller.clone()).collect();
            (never(scene, &question()).holds(), allowed, undecided, can, callers.undecided)
        });
        together += usize::from(both[0].0);
        assert_eq!(both[0], both[1], "round {round}");
    }
    assert!((1..rounds(300)).contains(&together), "{together} hold: the scenes are too much alike");
}
