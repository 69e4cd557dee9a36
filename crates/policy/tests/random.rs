//! Random policies against brute-force sampling: the engine never says Holds where a sampled request
//! is a counter-example, and every witness is what it claims to be.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::sync::{Arc, LazyLock};

use logproof_policy::{
    Account, Answer, Context, ContextValue, Identities, Identity, Organization, Policies, Policy, Principal, Question,
    Request, Scene, Who, always, decide, difference, never,
};

const ORG: &str = "o-exampleorgid";
const HOME: &str = "222222222222";
const MEMBER: &str = "444444444444";
const OUTSIDE: &str = "999999999999";
const BUCKET: &str = "arn:aws:s3:::b";

fn rounds(usual: usize) -> usize {
    std::env::var("LOGPROOF_ROUNDS").ok().and_then(|r| r.parse().ok()).unwrap_or(usual)
}

static ADMIN: LazyLock<Arc<Policy>> = LazyLock::new(|| {
    Arc::new(Policy::parse("admin", br#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#).unwrap())
});

/// A small generator: the tests must be the same on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % sides
    }

    fn pick<'a, T: ?Sized>(&mut self, items: &[&'a T]) -> &'a T {
        items[self.roll(items.len())]
    }

    fn chance(&mut self, percent: usize) -> bool {
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

fn policy(dice: &mut Dice, name: &str, principal: bool, most: usize) -> Arc<Policy> {
    let statements: Vec<String> = (0..=dice.roll(most)).map(|_| statement(dice, principal)).collect();
    let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{}]}}"#, statements.join(",\n"));
    let policy = Policy::parse(name, text.as_bytes()).unwrap_or_else(|e| panic!("{e}\n{text}"));
    assert!(policy.problems().is_empty(), "{:?}\n{text}", policy.problems());
    Arc::new(policy)
}

fn scene(dice: &mut Dice) -> Scene {
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

fn user(account: &str, name: &str) -> Principal {
    Principal::User { arn: format!("arn:aws:iam::{account}:user/{name}"), account: account.into() }
}

fn role(account: &str, name: &str) -> Principal {
    Principal::Role {
        role_arn: format!("arn:aws:iam::{account}:role/{name}"),
        session_arn: format!("arn:aws:sts::{account}:assumed-role/{name}/s"),
        account: account.into(),
        service_linked: false,
    }
}

/// A request that AWS could make: keys appear only together with the callers that have them.
fn request(dice: &mut Dice, scene: &Scene) -> (Request, Policies) {
    let mut context = Context::new();
    let account = dice.pick(&[HOME, MEMBER, OUTSIDE, "111111111111"]).to_owned();
    let name = dice.pick(&["R", "R2", "u", "x", "team/R"]);
    let inventory = scene.organization.accounts.iter().find_map(|a| match &a.identities {
        Identities::Known(list) if a.id == account => Some(list),
        _ => None,
    });
    let mut own: Option<Identity> = None;
    let principal = match dice.roll(6) {
        1 => Principal::Root { arn: format!("arn:aws:iam::{account}:root"), account: account.clone() },
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
        0 => ("s3:ListBucket", BUCKET.to_owned()),
        1 => ("s3:GetObject", format!("{BUCKET}/logs/x")),
        2 => ("s3:PutObject", format!("{BUCKET}/u/x")),
        _ => (dice.pick(&["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]), format!("{BUCKET}/other")),
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

struct Asked {
    question: Question,
    includes: Box<dyn Fn(&Request) -> bool>,
}

fn question(dice: &mut Dice) -> Asked {
    let all = |actions: &'static [&'static str]| {
        Question::about(actions.iter().copied()).on(BUCKET).on_all("arn:aws:s3:::b/*")
    };
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
            question: all(&["s3:GetObject"]).by(Who::anyone().except_arn("arn:aws:iam::*:role/R")),
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

#[test]
fn holds_is_never_refuted_by_a_sample_and_witnesses_are_true() {
    let rounds = rounds(3_000);
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let (mut holds, mut violated, mut undecided, mut samples) = (0, 0, 0, 0u64);
    for round in 0..rounds {
        let scene = scene(&mut dice);
        let asked = question(&mut dice);
        let wanted = dice.chance(75);
        let answer = if wanted { never(&scene, &asked.question) } else { always(&scene, &asked.question) };
        match &answer {
            Answer::Undecided(reason) => {
                undecided += 1;
                assert!(reason.contains("variable"), "round {round}: {reason}");
            }
            Answer::Violated(witness) => {
                violated += 1;
                assert_eq!(witness.decided.is_allowed(), wanted, "round {round}: {}", witness.sentence());
                assert!((asked.includes)(&witness.request), "round {round}: {}", witness.sentence());
            }
            Answer::Holds => {
                holds += 1;
                for _ in 0..300 {
                    let (request, policies) = request(&mut dice, &scene);
                    if !(asked.includes)(&request) {
                        continue;
                    }
                    samples += 1;
                    let decided = decide(&request, &policies);
                    assert_eq!(
                        decided.is_allowed(),
                        !wanted,
                        "round {round}: {decided} refutes Holds of {}: {request:#?}\n{scene:#?}",
                        if wanted { "never" } else { "always" },
                    );
                }
            }
        }
    }
    println!("{holds} hold ({samples} samples), {violated} violated, {undecided} undecided");
    assert!(holds > rounds / 50 && violated > rounds / 4);
}

#[test]
fn a_difference_is_a_difference() {
    let mut dice = Dice(42);
    let (mut same, mut gained) = (0, 0);
    for _ in 0..rounds(600) {
        let old = scene(&mut dice);
        let mut new = old.clone();
        new.resource_policy = Some(policy(&mut dice, "new", true, 6));
        let everything = Question::about(["s3:*"]).on(BUCKET).on_all("arn:aws:s3:::b/*");
        match difference(&old, &new, &everything) {
            Answer::Violated(witness) => {
                gained += 1;
                assert!(witness.decided.is_allowed());
            }
            Answer::Holds => {
                same += 1;
                for _ in 0..200 {
                    let (request, policies) = request(&mut dice, &new);
                    let before = Policies { resource: old.resource_policy.clone(), ..policies.clone() };
                    let fresh = decide(&request, &policies).is_allowed() && !decide(&request, &before).is_allowed();
                    assert!(!fresh, "{request:#?}");
                }
            }
            Answer::Undecided(_) => {}
        }
        assert!(!matches!(difference(&old, &old, &everything), Answer::Violated(_)));
    }
    assert!(same > 0 && gained > same, "{same} {gained}");
}
