//! Openings that a policy hides in a condition: each is found, and what only looks like one is not taken for it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use logproof_policy::{Account, Answer, Policy, Question, Source, Who, never};

#[path = "support/zone.rs"]
mod zone;
use zone::*;

/// What an Allow to everybody with this condition gives a group of callers.
fn gives(condition: &str, who: Who) -> Answer {
    let scene = bucket(&format!(
        r#"[{{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "BUCKET/*", "Condition": {{{condition}}}}}]"#
    ));
    never(&scene, &on_bucket(Question::about(["s3:GetObject"])).by(who))
}

#[track_caller]
fn opens(answer: &Answer, words: &str) {
    let said = answer.witness().unwrap_or_else(|| panic!("{answer:?}")).sentence();
    assert!(said.contains(words), "{said}");
}

fn outsiders(condition: &str) -> Answer {
    gives(condition, Who::outsiders())
}

#[test]
fn an_account_that_only_a_condition_names_is_asked_about() {
    for condition in [
        r#""StringEquals": {"aws:PrincipalAccount": "123412341234"}"#,
        r#""StringLike": {"aws:PrincipalAccount": "1234*"}"#,
        r#""ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::123412341234:role/Partner"}"#,
        r#""ArnLike": {"aws:PrincipalArn": "arn:aws:iam::1234????????:role/*"}"#,
        r#""StringLike": {"aws:PrincipalArn": "arn:aws:iam::1234*"}"#,
        r#""StringLike": {"aws:PrincipalArn": "*:123412341234:role/*"}"#,
        r#""StringLike": {"aws:PrincipalAccount": "1234*"}, "StringNotLike": {"aws:PrincipalAccount": "12349*"}"#,
    ] {
        opens(&outsiders(condition), "1234");
    }
    assert!(outsiders(r#""StringEquals": {"aws:PrincipalAccount": "444444444444"}"#).holds());
    assert!(outsiders(r#""StringLike": {"aws:PrincipalAccount": "12345"}"#).holds());
}

#[test]
fn an_account_that_only_a_condition_on_the_source_names_is_asked_about() {
    let services = |condition: &str| {
        let scene = bucket(&format!(
            r#"[{{"Effect": "Allow", "Principal": {{"Service": "cloudtrail.amazonaws.com"}}, "Action": "s3:PutObject", "Resource": "BUCKET/*", "Condition": {{{condition}}}}}]"#
        ));
        let question = on_bucket(Question::about(["s3:PutObject"])).by(Who::services()).from_source(Source::Foreign);
        never(&scene, &question)
    };
    for condition in [
        r#""StringLike": {"aws:SourceAccount": "5*"}"#,
        r#""ArnLike": {"aws:SourceArn": "arn:aws:cloudtrail:*:5*:trail/*"}"#,
        r#""StringLike": {"aws:SourceArn": "*:555555555555:trail/*"}"#,
    ] {
        opens(&services(condition), "on behalf of account 5");
    }
    // Ids of roots and units are unique within one organization only.
    opens(&services(r#""ForAnyValue:StringLike": {"aws:SourceOrgPaths": "*/r-exmp/*"}"#), "aws:SourceOrgPaths");
    opens(&services(r#""StringLike": {"aws:SourceOrgID": "o-*"}"#), "aws:SourceOrgID");
    assert!(services(&format!(r#""ForAnyValue:StringLike": {{"aws:SourceOrgPaths": "{ORG}/r-exmp/*"}}"#)).holds());
    assert!(services(r#""StringEquals": {"aws:SourceAccount": "111111111111"}"#).holds());
}

#[test]
fn strangers_never_have_our_organization_in_any_form() {
    for condition in [
        r#""ForAnyValue:StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}"#,
        r#""ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}, "Null": {"aws:PrincipalOrgID": "false"}"#,
        r#""ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-exampleorgid/r-exmp/*"}"#,
        r#""StringEquals": {"aws:PrincipalOrgID": "${aws:ResourceOrgID}"}"#,
        r#""StringEquals": {"aws:ResourceOrgID": "${aws:PrincipalOrgID}"}"#,
    ] {
        assert!(outsiders(condition).holds(), "{condition}: {:?}", outsiders(condition));
    }
    opens(&outsiders(r#""ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "*/r-exmp/*"}"#), "outside");
    // A set operator that is true of nothing lets in whoever has no organization at all.
    opens(
        &outsiders(r#""ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}"#),
        "anyone without credentials",
    );
    let ours = gives(r#""StringEquals": {"aws:ResourceOrgID": "${aws:PrincipalOrgID}"}"#, Who::organization());
    assert!(ours.witness().is_some(), "{ours:?}");
}

#[test]
fn as_many_values_as_there_are_tests_are_tried() {
    let demanded: Vec<String> = ["a", "b", "c", "d", "e"]
        .iter()
        .map(|tag| {
            format!(
                r#"{{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": {{"ForAllValues:StringNotEquals": {{"aws:TagKeys": "{tag}"}}}}}}"#
            )
        })
        .collect();
    let scene = bucket(&format!(
        r#"[{{"Effect": "Allow", "Principal": {{"AWS": "444444444444"}}, "Action": "s3:PutObjectTagging", "Resource": "BUCKET/*"}}, {}]"#,
        demanded.join(", ")
    ));
    let question = on_bucket(Question::about(["s3:PutObjectTagging"])).by(Who::account(WORK));
    opens(&never(&scene, &question), "[a, b, c, d, e]");
}

#[test]
fn a_variable_in_the_value_of_a_known_key_is_solved_or_doubted() {
    let role =
        |pattern: &str| gives(&format!(r#""StringLike": {{"aws:PrincipalArn": "{pattern}"}}"#), Who::account(WORK));
    opens(&role("arn:aws:iam::444444444444:role/of-${aws:ResourceAccount}"), "role/of-222222222222");
    assert!(!role("arn:aws:iam::444444444444:role/logs-${aws:PrincipalTag/team}").holds());
    // Both a tag of its own and the name of the account's number: one value meets both.
    let both = r#""StringEquals": {"aws:PrincipalAccount": "${aws:PrincipalTag/home}"}, "StringLike": {"aws:PrincipalTag/home": "4*"}"#;
    opens(&gives(both, Who::account(WORK)), "444444444444");
    let none = r#""StringEquals": {"aws:PrincipalAccount": "${aws:PrincipalTag/home}"}, "StringLike": {"aws:PrincipalTag/home": "9*"}"#;
    assert!(gives(none, Who::account(WORK)).holds());
    // Two open keys compared with each other are doubted, never taken for unequal.
    let open = r#""StringLike": {"aws:PrincipalTag/a": "a*"}, "StringEquals": {"aws:RequestTag/b": ["${aws:PrincipalTag/a}"]}, "StringLikeIfExists": {"aws:RequestTag/b": "abc"}"#;
    assert!(!gives(open, Who::account(WORK)).holds());
}

#[test]
fn a_distribution_of_cloudfront_is_an_outsider() {
    let scene = bucket(
        r#"[{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1EXAMPLE"},
            "Action": "s3:GetObject", "Resource": "BUCKET/*"}]"#,
    );
    let question = on_bucket(Question::about(["s3:GetObject"]));
    opens(&never(&scene, &question.by(Who::outsiders())), "Origin Access Identity E1EXAMPLE");
    assert!(scene.resource_policy.unwrap().problems().is_empty());
}

#[test]
fn a_key_in_other_letters_is_another_key() {
    // The Kelvin sign folds to `k`, but not for AWS: such a key is on no request.
    let kelvin =
        "\"StringEquals\": {\"aws:To\u{212a}enIssueTime\": \"x\"}, \"Null\": {\"aws:TokenIssueTime\": \"true\"}";
    assert!(outsiders(kelvin).witness().is_some());
    let scene = bucket(
        r#"[{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "BUCKET/*",
            "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid", "AWS:principalorgid": "o-stranger"}}}]"#,
    );
    let answer = never(&scene, &on_bucket(Question::about(["s3:GetObject"])).by(Who::outsiders()));
    assert!(matches!(&answer, Answer::Undecided(reason) if reason.contains("occurs twice")), "{answer:?}");
}

#[test]
fn a_fixed_time_is_told_by_both_keys() {
    let now = on_bucket(Question::about(["s3:GetObject"])).by(Who::outsiders()).at("2026-01-15T12:00:00Z");
    for (condition, open) in [
        (r#""NumericLessThan": {"aws:EpochTime": "1800000000"}"#, true),
        (r#""NumericLessThan": {"aws:EpochTime": "1700000000"}"#, false),
        (r#""DateLessThan": {"aws:EpochTime": "2026-01-15T12:00:01Z"}"#, true),
    ] {
        let scene = bucket(&format!(
            r#"[{{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "BUCKET/*", "Condition": {{{condition}}}}}]"#
        ));
        assert_eq!(never(&scene, &now).witness().is_some(), open, "{condition}");
    }
}

#[test]
fn in_every_account_the_resource_is_of_the_callers_own() {
    let own = policy(
        "own",
        r#"[{"Effect": "Allow", "Action": "*", "Resource": "*"},
            {"Effect": "Deny", "Action": "cloudtrail:*", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceOrgID": "o-exampleorgid"}}}]"#,
    );
    let mut organization = organization();
    organization.accounts = vec![Account::member(WORK).with_scps(vec![vec![own]])];
    let scene = logproof_policy::Scene::in_every_account(organization);
    let stop = Question::about(["cloudtrail:StopLogging"]).on(TRAIL).by(Who::organization());
    assert!(never(&scene, &stop).holds());
    assert!(Policy::parse("none", b"{}").is_err());
}
