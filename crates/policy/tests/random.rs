//! Random policies against brute-force sampling: the engine never says Holds where a sampled request
//! is a counter-example, and every witness is what it claims to be.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use logproof_policy::{
    Answer, Context, ContextValue, Identities, Identity, Policies, Principal, Question, Request, Scene, Who, always,
    decide, difference, never,
};

#[path = "support/random.rs"]
mod random;
use random::*;

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
