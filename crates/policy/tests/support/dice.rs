//! Random policies, scenes, questions and requests, the same on every machine, in any partition.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::{
    cell::Cell,
    sync::{Arc, LazyLock},
};

use logproof_policy::{
    Account, Context, ContextValue, Identities, Identity, Organization, Partition, Policies, Policy, Principal,
    Question, Request, Scene, Who,
};

const ORG: &str = "o-exampleorgid";
pub(crate) const HOME: &str = "222222222222";
const MEMBER: &str = "444444444444";
const OUTSIDE: &str = "999999999999";
pub(crate) const BUCKET: &str = "arn:aws:s3:::b";

/// How many rounds a test plays: `LOGPROOF_ROUNDS`, or as many as usual.
pub(crate) fn rounds(usual: usize) -> usize {
    std::env::var("LOGPROOF_ROUNDS").ok().and_then(|r| r.parse().ok()).unwrap_or(usual)
}

thread_local! {
    static HERE: Cell<Partition> = const { Cell::new(Partition::Commercial) };
}

/// What is made from now on is of this partition.
pub(crate) fn go_to(partition: Partition) {
    HERE.set(partition);
}

/// A text with ARNs, in the partition gone to.
pub(crate) fn here(text: &str) -> String {
    text.replace("arn:aws:", &format!("arn:{}:", HERE.get()))
}

static ADMIN: LazyLock<Arc<Policy>> = LazyLock::new(|| {
    Arc::new(Policy::parse("admin", br#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#).unwrap())
});

/// A small generator: the tests must be the same on every machine.
#[derive(Clone)]
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

const TEXTS: [&str; 6] = ["a", "ab", "abc", "b", "A", "x"];
const GLOBS: [&str; 6] = ["a*", "*b", "a?c", "*", "ab", "?"];
const ARNS: [&str; 5] = [
    "arn:aws:iam::222222222222:role/R",
    "arn:aws:iam::*:role/R*",
    "arn:aws:iam::444444444444:*",
    "arn:aws:iam::222222222222:user/*",
    "arn:aws:iam::${aws:PrincipalAccount}:role/*",
];

fn condition(dice: &mut Dice) -> String {
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

fn statement(dice: &mut Dice, principal: bool) -> String {
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
    let text = here(&text);
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
            partition: HERE.get(),
            accounts: vec![home, Account::member(MEMBER).with_scps(levels), Account::management("111111111111")],
        },
        resource_account: HOME.into(),
        resource_policy: dice.chance(90).then(|| policy(dice, "bucket", true, 6)),
        ..Scene::default()
    }
}

fn user(account: &str, name: &str) -> Principal {
    Principal::User { arn: here(&format!("arn:aws:iam::{account}:user/{name}")), account: account.into() }
}

fn role(account: &str, name: &str) -> Principal {
    Principal::Role {
        role_arn: here(&format!("arn:aws:iam::{account}:role/{name}")),
        session_arn: here(&format!("arn:aws:sts::{account}:assumed-role/{name}/s")),
        account: account.into(),
        service_linked: false,
    }
}

/// A request that AWS could make: keys appear only together with the callers that have them.
pub(crate) fn request(dice: &mut Dice, scene: &Scene) -> (Request, Policies) {
    let mut context = Context::new();
    let account = dice.pick(&[HOME, MEMBER, OUTSIDE, "111111111111"]).to_owned();
    let name = dice.pick(&["R", "R2", "u", "x", "team/R"]);
    let inventory = scene.organization.accounts.iter().find_map(|a| match &a.identities {
        Identities::Known(list) if a.id == account => Some(list),
        _ => None,
    });
    let mut own: Option<Identity> = None;
    let principal = match dice.roll(6) {
        1 => Principal::Root { arn: here(&format!("arn:aws:iam::{account}:root")), account: account.clone() },
        2 => Principal::Service { name: dice.pick(&["cloudtrail.amazonaws.com", "config.amazonaws.com"]).into() },
        3 => Principal::Anonymous,
        kind => match (inventory, kind) {
            (Some(list), _) => {
                let identity = list[dice.roll(list.len())].clone();
                own = Some(identity.clone());
                identity.principal
            }
            (None, 0) => user(&account, name),
            (None, _) => role(&account, name),
        },
    };
    let known = scene.organization.accounts.iter().find(|a| a.id == account && principal.account().is_some());
    if let Some(arn) = principal.condition_arn() {
        context.insert("aws:PrincipalArn", arn);
        context.insert("aws:PrincipalAccount", account.as_str());
        context.insert("aws:PrincipalIsAWSService", "false");
        if known.is_some() {
            context.insert("aws:PrincipalOrgID", ORG);
        } else if dice.chance(30) {
            context.insert("aws:PrincipalOrgID", "o-other");
        }
    }
    if let Principal::User { arn, .. } = &principal {
        context.insert("aws:username", arn.rsplit('/').next().unwrap());
    }
    if let Principal::Service { name } = &principal {
        context.insert("aws:PrincipalIsAWSService", "true");
        context.insert("aws:PrincipalServiceName", name.as_str());
        if dice.chance(70) {
            context.insert("aws:SourceAccount", dice.pick(&[HOME, MEMBER, OUTSIDE]));
        }
    }
    let tls = dice.chance(60);
    context.insert("aws:SecureTransport", if tls { "true" } else { "false" });
    if tls {
        context.insert("s3:TlsVersion", dice.pick(&["1.0", "1.1", "1.2", "1.3"]));
    }
    context.insert(
        "aws:CurrentTime",
        dice.pick(&["2024-06-01T00:00:00Z", "2025-01-01T00:00:00Z", "2025-06-01", "2026-01-01", "2027"]),
    );
    if dice.chance(70) {
        context.insert(
            "aws:SourceIp",
            dice.pick(&["203.0.113.5", "203.0.113.200", "8.8.8.8", "2001:db8::7", "2001:db9::1"]),
        );
    }
    if dice.chance(60) {
        context.insert("s3:x-amz-acl", dice.pick(&["a", "ab", "abc", "b", "A", "x", "bb", "axc", "AB"]));
    }
    if dice.chance(60) {
        let size = dice.roll(4);
        context.insert("aws:TagKeys", ContextValue::Many((0..size).map(|_| dice.pick(&TEXTS).to_owned()).collect()));
    }
    let (action, resource) = match dice.roll(4) {
        0 => ("s3:ListBucket", here(BUCKET)),
        1 => ("s3:GetObject", here(&format!("{BUCKET}/logs/x"))),
        2 => ("s3:PutObject", here(&format!("{BUCKET}/u/x"))),
        _ => (dice.pick(&["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]), here(&format!("{BUCKET}/other"))),
    };
    let home = scene.organization.accounts.iter().find(|a| a.id == HOME).unwrap();
    let policies = Policies {
        identity: own.as_ref().map_or_else(|| vec![ADMIN.clone()], |i| i.policies.clone()),
        boundary: own.and_then(|i| i.boundary),
        resource: scene.resource_policy.clone(),
        scps: known.and_then(|a| a.scps.clone()),
        rcps: home.rcps.clone(),
        principal_in_management_account: known.is_some_and(|a| a.management),
        ..Policies::default()
    };
    (Request::new(principal, action, &resource).owned_by(HOME).with_context(context), policies)
}

pub(crate) struct Asked {
    pub(crate) question: Question,
    pub(crate) includes: Box<dyn Fn(&Request) -> bool>,
}

pub(crate) fn question(dice: &mut Dice) -> Asked {
    let all = |actions: &'static [&'static str]| on_bucket(Question::about(actions.iter().copied()));
    let text = |r: &Request, key: &str| match r.context().get(key) {
        Some(ContextValue::One(text)) => Some(text.clone()),
        _ => None,
    };
    match dice.roll(5) {
        0 => Asked { question: all(&["s3:*"]), includes: Box::new(|_| true) },
        1 => Asked {
            question: all(&["s3:*"]).when(r#"{"Bool": {"aws:SecureTransport": "false"}}"#).unwrap(),
            includes: Box::new(move |r| text(r, "aws:SecureTransport").as_deref() == Some("false")),
        },
        2 => Asked {
            question: all(&["s3:PutObject"]).by(Who::outsiders()),
            includes: Box::new(|r| {
                let outside = !matches!(r.principal().account(), Some(HOME | MEMBER | "111111111111"));
                r.action() == "s3:PutObject" && outside && !matches!(r.principal(), Principal::Service { .. })
            }),
        },
        3 => Asked {
            question: all(&["s3:GetObject"]).by(Who::anyone().except_arn(&here("arn:aws:iam::*:role/R"))),
            includes: Box::new(|r| {
                let exempt = r.principal().condition_arn().is_some_and(|a| a.ends_with(":role/R"));
                r.action() == "s3:GetObject" && !exempt
            }),
        },
        _ => Asked {
            question: all(&["s3:*"]).when(r#"{"StringLike": {"s3:x-amz-acl": "a*"}}"#).unwrap(),
            includes: Box::new(move |r| text(r, "s3:x-amz-acl").is_some_and(|t| t.starts_with('a'))),
        },
    }
}

/// The question on the bucket and its objects.
pub(crate) fn on_bucket(question: Question) -> Question {
    question.on(&here(BUCKET)).on_all(&here("arn:aws:s3:::b/*"))
}
