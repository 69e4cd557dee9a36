//! The list of everything that is allowed equals what asking action by action gives.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeSet;

use logproof_policy::{Answer, Question, Source, Who, never, violations, who_can};

#[path = "support/dice.rs"]
mod dice;
use dice::{BUCKET, Dice, scene};
#[path = "support/zone.rs"]
mod zone;

fn rounds(usual: usize) -> usize {
    std::env::var("LOGPROOF_ROUNDS").ok().and_then(|r| r.parse().ok()).unwrap_or(usual)
}

/// Actions the random policies tell apart, and some they do not.
const ACTIONS: [&str; 9] = [
    "s3:GetObject",
    "s3:GetObjectVersion",
    "s3:PutObject",
    "s3:PutObjectAcl",
    "s3:DeleteObject",
    "s3:ListBucket",
    "s3:GetBucketPolicy",
    "s3:PutBucketPolicy",
    "s3:DeleteBucket",
];

fn asked(dice: &mut Dice, actions: &[&str]) -> Question {
    let question = Question::about(actions.iter().copied()).on(BUCKET).on_all("arn:aws:s3:::b/*");
    match dice.roll(6) {
        0 => question,
        1 => question.when(r#"{"Bool": {"aws:SecureTransport": "false"}}"#).unwrap(),
        2 => question.by(Who::outsiders()),
        3 => question.by(Who::anyone().except_arn("arn:aws:iam::*:role/R")),
        4 => question.by(Who::services()).from_source(Source::Foreign),
        _ => question.by(Who::account("222222222222")),
    }
}

#[test]
fn the_list_equals_asking_action_by_action() {
    let mut dice = Dice(0x2545_f491_4f6c_dd1d);
    let (mut listed, mut several, mut nothing, mut undecided) = (0, 0, 0, 0);
    for round in 0..rounds(1_000) {
        let scene = scene(&mut dice);
        let turn = dice.0;
        let all = violations(&scene, &asked(&mut dice, &ACTIONS));
        assert!(!all.cut_off, "round {round}");
        let found: BTreeSet<&str> = all.allowed.iter().map(|one| one.action.as_str()).collect();
        assert_eq!(found.len(), all.allowed.len(), "round {round}: an action is listed twice");
        listed += found.len();
        several += usize::from(found.len() > 1);
        nothing += usize::from(all.holds());
        for action in ACTIONS {
            // The same question about one action.
            let one = asked(&mut Dice(turn), &[action]);
            match never(&scene, &one) {
                Answer::Violated(_) => assert!(found.contains(action), "round {round}: {action} is not listed"),
                Answer::Holds => {
                    assert!(!found.contains(action), "round {round}: {action} is listed and refused");
                    let doubt = all.undecided.iter().find(|one| one.actions.iter().any(|a| a == action));
                    assert!(doubt.is_none(), "round {round}: {action} is decided: {doubt:?}");
                }
                Answer::Undecided(reason) => {
                    undecided += 1;
                    assert!(!found.contains(action), "round {round}: {action} is listed, though {reason}");
                    let carried = all.undecided.iter().any(|one| one.actions.iter().any(|a| a == action));
                    assert!(carried, "round {round}: {action} is undecided and not carried: {reason}");
                }
            }
        }
        let same = asked(&mut Dice(turn), &ACTIONS);
        let callers: BTreeSet<String> = who_can(&scene, &same).can.into_iter().map(|w| w.caller).collect();
        let named: BTreeSet<String> = all.allowed.iter().flat_map(|one| one.callers.iter().cloned()).collect();
        assert_eq!(named, callers, "round {round}");
        for one in &all.allowed {
            assert_eq!(one.witness.request.action(), one.action, "round {round}");
            assert!(one.witness.decided.is_allowed() && one.callers[0] == one.witness.caller, "round {round}");
        }
    }
    println!("{listed} listed, {several} lists of several, {nothing} hold, {undecided} undecided");
    assert!(several > 100 && nothing > 50 && undecided > 10);
}

#[test]
fn actions_no_policy_tells_apart_are_all_named() {
    let scene = zone::bucket(
        r#"[{"Sid": "Open", "Effect": "Allow", "Principal": {"AWS": "999999999999"}, "Action": "s3:Put*", "Resource": ["BUCKET", "BUCKET/*"]},
            {"Effect": "Deny", "Principal": "*", "Action": "s3:PutBucketPolicy", "Resource": "BUCKET"}]"#,
    );
    let question = zone::on_bucket(Question::about(["s3:PutBucket*"])).by(Who::outsiders());
    let found = violations(&scene, &question);
    let actions: Vec<&str> = found.allowed.iter().map(|one| one.action.as_str()).collect();
    assert!(actions.len() > 10 && actions.contains(&"s3:PutBucketCORS") && actions.contains(&"s3:PutBucketAcl"));
    assert!(!actions.contains(&"s3:PutBucketPolicy"), "{actions:?}");
    for one in &found.allowed {
        assert!(one.witness.sentence().contains(&format!("`{}`", one.action)), "{}", one.witness.sentence());
        assert!(one.callers.iter().any(|caller| caller.contains("999999999999")), "{:?}", one.callers);
    }
}

#[test]
fn what_is_undecided_is_carried_beside_what_is_allowed() {
    let scene = zone::bucket(
        r#"[{"Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "BUCKET/*"},
            {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "BUCKET/*",
             "Condition": {"StringFuzzy": {"s3:x-amz-acl": "x"}}}]"#,
    );
    let found = violations(&scene, &zone::on_bucket(Question::about(["s3:GetObject", "s3:PutObject"])));
    let allowed: Vec<&str> = found.allowed.iter().map(|one| one.action.as_str()).collect();
    assert_eq!(allowed, ["s3:GetObject"]);
    let doubt = found.undecided.iter().find(|one| one.actions == ["s3:PutObject"]).expect("carried");
    assert!(doubt.reason.contains("StringFuzzy"), "{}", doubt.reason);
    assert!(!found.holds());
}

#[test]
fn a_question_about_nothing_is_not_answered() {
    let found = violations(&zone::bucket("[]"), &Question::about(["s3:GetObject"]));
    assert!(found.allowed.is_empty() && !found.holds());
    assert!(found.undecided[0].reason.contains("nothing was examined"), "{:?}", found.undecided);
}
