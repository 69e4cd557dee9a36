//! Random policies and organizations, the same on every machine.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::sync::{Arc, LazyLock};

use logproof_policy::{Account, Identity, Organization, Policy, Principal, Scene};

pub(crate) const ORG: &str = "o-exampleorgid";
pub(crate) const HOME: &str = "222222222222";
pub(crate) const MEMBER: &str = "444444444444";
pub(crate) const OUTSIDE: &str = "999999999999";
pub(crate) const BUCKET: &str = "arn:aws:s3:::b";

pub(crate) fn rounds(usual: usize) -> usize {
    std::env::var("LOGPROOF_ROUNDS").ok().and_then(|r| r.parse().ok()).unwrap_or(usual)
}

pub(crate) static ADMIN: LazyLock<Arc<Policy>> = LazyLock::new(|| {
    Arc::new(Policy::parse("admin", br#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#).unwrap())
});

/// A small generator: the tests must be the same on every machine.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % sides
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, items: &[&'a T]) -> &'a T {
        items[self.roll(items.len())]
    }

    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.roll(100) < percent
    }
}

pub(crate) const TEXTS: [&str; 6] = ["a", "ab", "abc", "b", "A", "x"];
pub(crate) const GLOBS: [&str; 6] = ["a*", "*b", "a?c", "*", "ab", "?"];
pub(crate) const ARNS: [&str; 5] = [
    "arn:aws:iam::222222222222:role/R",
    "arn:aws:iam::*:role/R*",
    "arn:aws:iam::444444444444:*",
    "arn:aws:iam::222222222222:user/*",
    "arn:aws:iam::${aws:PrincipalAccount}:role/*",
];

pub(crate) fn condition(dice: &mut Dice) -> String {
    let if_exists = if dice.chance(30) { "IfExists" } else { "" };
    let two = |dice: &mut Dice, from: &[&str]| {
        if dice.chance(40) {
            format!(r#"["{}", "{}"]"#, dice.pick(from), dice.pick(from))
        } else {
            format!(r#""{}""#, dice.pick(from))
        }
    };
    match dice.roll(11) {
        0 => format!(r#""Bool{if_exists}": {{"aws:SecureTransport": "{}"}}"#, dice.pick(&["true", "false"])),
        1 => {
            let operator = dice.pick(&["NumericLessThan", "NumericGreaterThanEquals", "NumericNotEquals"]);
            format!(r#""{operator}{if_exists}": {{"s3:TlsVersion": "{}"}}"#, dice.pick(&["1.1", "1.2", "1.3"]))
        }
        2 => {
            let operator =
                dice.pick(&["StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"]);
            format!(r#""{operator}{if_exists}": {{"s3:x-amz-acl": {}}}"#, two(dice, &TEXTS))
        }
        3 => {
            let operator = dice.pick(&["StringLike", "StringNotLike"]);
            format!(r#""{operator}{if_exists}": {{"s3:x-amz-acl": {}}}"#, two(dice, &GLOBS))
        }
        4 => format!(
            r#""Null": {{"{}": "{}"}}"#,
            dice.pick(&["s3:x-amz-acl", "aws:SourceIp", "aws:PrincipalOrgID"]),
            dice.pick(&["true", "false"])
        ),
        5 => {
            let operator = dice.pick(&["IpAddress", "NotIpAddress"]);
            let ranges = ["203.0.113.0/24", "203.0.113.128/25", "2001:db8::/32"];
            format!(r#""{operator}{if_exists}": {{"aws:SourceIp": {}}}"#, two(dice, &ranges))
        }
        6 => {
            let operator = dice.pick(&["ArnLike", "ArnNotLike", "ArnEquals", "StringLike"]);
            format!(r#""{operator}{if_exists}": {{"aws:PrincipalArn": {}}}"#, two(dice, &ARNS))
        }
        7 => {
            let operator = dice.pick(&["StringEquals", "StringNotEquals"]);
            format!(r#""{operator}{if_exists}": {{"aws:PrincipalOrgID": "{ORG}"}}"#)
        }
        8 => {
            let set = dice.pick(&["ForAllValues", "ForAnyValue"]);
            let operator = dice.pick(&["StringEquals", "StringNotEquals", "StringLike"]);
            format!(r#""{set}:{operator}{if_exists}": {{"aws:TagKeys": {}}}"#, two(dice, &TEXTS))
        }
        9 => {
            let operator = dice.pick(&["DateLessThan", "DateGreaterThan", "DateEquals"]);
            format!(
                r#""{operator}{if_exists}": {{"aws:CurrentTime": "{}"}}"#,
                dice.pick(&["2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z"])
            )
        }
        _ => {
            let operator = dice.pick(&["StringEquals", "StringNotEquals"]);
            format!(r#""{operator}{if_exists}": {{"aws:SourceAccount": "{}"}}"#, dice.pick(&[HOME, OUTSIDE]))
        }
    }
}

pub(crate) fn statement(dice: &mut Dice, principal: bool) -> String {
    let effect = if dice.chance(45) { "Deny" } else { "Allow" };
    let who = match (principal, dice.roll(8)) {
        (false, _) => String::new(),
        (_, 0) => r#""Principal": {"AWS": "arn:aws:iam::222222222222:role/R"},"#.into(),
        (_, 1) => r#""Principal": {"Service": "cloudtrail.amazonaws.com"},"#.into(),
        (_, 2) => format!(r#""Principal": {{"AWS": ["{MEMBER}", "arn:aws:iam::{HOME}:user/u"]}},"#),
        (_, 3) => {
            format!(r#""NotPrincipal": {{"AWS": ["arn:aws:iam::{HOME}:user/u", "{HOME}"]}},"#)
        }
        _ => r#""Principal": "*","#.into(),
    };
    let actions = ["s3:GetObject", "s3:PutObject", "s3:*Object", "s3:*", "s3:Get*", "s3:ListBucket"];
    let action = format!(r#""{}": "{}""#, if dice.chance(15) { "NotAction" } else { "Action" }, dice.pick(&actions));
    let resources = [
        "*",
        "arn:aws:s3:::b",
        "arn:aws:s3:::b/*",
        "arn:aws:s3:::b/logs/*",
        "arn:aws:s3:::b*",
        "arn:aws:s3:::b/${aws:username}/*",
    ];
    let resource =
        format!(r#""{}": "{}""#, if dice.chance(15) { "NotResource" } else { "Resource" }, dice.pick(&resources));
    let mut conditions: Vec<String> = Vec::new();
    for _ in 0..[0, 0, 1, 1, 2, 3][dice.roll(6)] {
        let next = condition(dice);
        let operator = next.split(':').next().unwrap().to_owned();
        if !conditions.iter().any(|c| c.split(':').next() == Some(&operator)) {
            conditions.push(next);
        }
    }
    format!(r#"{{"Effect": "{effect}", {who} {action}, {resource}, "Condition": {{{}}}}}"#, conditions.join(", "))
}

pub(crate) fn policy(dice: &mut Dice, name: &str, principal: bool, most: usize) -> Arc<Policy> {
    let statements: Vec<String> = (0..=dice.roll(most)).map(|_| statement(dice, principal)).collect();
    let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{}]}}"#, statements.join(",\n"));
    let policy = Policy::parse(name, text.as_bytes()).unwrap_or_else(|e| panic!("{e}\n{text}"));
    assert!(policy.problems().is_empty(), "{:?}\n{text}", policy.problems());
    Arc::new(policy)
}

pub(crate) fn scene(dice: &mut Dice) -> Scene {
    let full = Arc::new(
        Policy::parse("full", br#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#).unwrap(),
    );
    let mut levels = vec![vec![full.clone()], vec![full]];
    if dice.chance(30) {
        levels[1].push(policy(dice, "scp", false, 2));
    }
    let mut home = Account::member(HOME).with_scps(levels.clone());
    if dice.chance(30) {
        home = home.with_rcps(vec![vec![policy(dice, "rcp", true, 2)]]);
    }
    // Half of the scenes know who is in the account, so that not everything is an administrator's doing.
    if dice.chance(50) {
        let mut identity = |principal: Principal| Identity {
            principal,
            policies: vec![policy(dice, "identity", false, 3)],
            boundary: dice.chance(30).then(|| policy(dice, "boundary", false, 3)),
            tags: Vec::new(),
        };
        home = home.with_identities(vec![
            identity(role(HOME, "R")),
            identity(role(HOME, "team/R")),
            identity(user(HOME, "u")),
        ]);
    }
    Scene {
        organization: Organization {
            id: Some(ORG.into()),
            accounts: vec![home, Account::member(MEMBER).with_scps(levels), Account::management("111111111111")],
        },
        resource_account: HOME.into(),
        resource_policy: dice.chance(90).then(|| policy(dice, "bucket", true, 6)),
        ..Scene::default()
    }
}

pub(crate) fn user(account: &str, name: &str) -> Principal {
    Principal::User { arn: format!("arn:aws:iam::{account}:user/{name}"), account: account.into() }
}

pub(crate) fn role(account: &str, name: &str) -> Principal {
    Principal::Role {
        role_arn: format!("arn:aws:iam::{account}:role/{name}"),
        session_arn: format!("arn:aws:sts::{account}:assumed-role/{name}/s"),
        account: account.into(),
        service_linked: false,
    }
}
