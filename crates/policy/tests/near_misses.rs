//! What text matching gets wrong, as tables: TLS on a bucket, and a trail nobody can stop.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use logproof_policy::{Answer, Question, Scene, Who, never};

#[path = "support/zone.rs"]
mod zone;
use zone::*;

const DENY: &str = r#""Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["BUCKET", "BUCKET/*"]"#;
const HTTP: &str = r#""Condition": {"Bool": {"aws:SecureTransport": "false"}}"#;

fn describe(answer: &Answer) -> String {
    match answer {
        Answer::Holds => "holds".to_owned(),
        Answer::Violated(witness) => witness.sentence(),
        Answer::Undecided(reason) => format!("undecided: {reason}"),
    }
}

#[test]
fn tls_near_misses() {
    let d = DENY;
    let both = r#""Resource": ["BUCKET", "BUCKET/*"]"#;
    let everyone = r#""Effect": "Deny", "Principal": "*""#;
    let cases: Vec<(&str, String, bool)> = vec![
        ("full deny", format!("[{{{d}, {HTTP}}}]"), true),
        (
            "only service allows",
            r#"[{"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:PutObject", "Resource": "BUCKET/*"}]"#.into(),
            false,
        ),
        (
            "the sample's ANDed conditions",
            format!(r#"[{{{everyone}, "Action": "s3:PutObject", "Resource": "BUCKET/*", "Condition": {{"Null": {{"s3:x-amz-server-side-encryption": "true"}}, "NumericLessThan": {{"s3:TlsVersion": 1.2}}}}}}]"#),
            false,
        ),
        (
            "Bool ANDed to Null",
            format!(r#"[{{{d}, "Condition": {{"Null": {{"s3:x-amz-server-side-encryption": "true"}}, "Bool": {{"aws:SecureTransport": "false"}}}}}}]"#),
            false,
        ),
        ("PutObject only", format!(r#"[{{{everyone}, "Action": "s3:PutObject", {both}, {HTTP}}}]"#), false),
        ("Get* only", format!(r#"[{{{everyone}, "Action": "s3:Get*", {both}, {HTTP}}}]"#), false),
        ("NotAction", format!(r#"[{{{everyone}, "NotAction": "s3:GetBucketLocation", {both}, {HTTP}}}]"#), false),
        (
            "one role only",
            format!(r#"[{{"Effect": "Deny", "Principal": {{"AWS": "arn:aws:iam::222222222222:role/R"}}, "Action": "s3:*", {both}, {HTTP}}}]"#),
            false,
        ),
        (
            "extra source address",
            format!(r#"[{{{d}, "Condition": {{"Bool": {{"aws:SecureTransport": "false"}}, "IpAddress": {{"aws:SourceIp": "203.0.113.0/24"}}}}}}]"#),
            false,
        ),
        (
            "another bucket",
            format!(r#"[{{{everyone}, "Action": "s3:*", "Resource": ["arn:aws:s3:::other", "arn:aws:s3:::other/*"], {HTTP}}}]"#),
            false,
        ),
        ("objects but not the bucket", format!(r#"[{{{everyone}, "Action": "s3:*", "Resource": "BUCKET/*", {HTTP}}}]"#), false),
        ("the bucket but not its objects", format!(r#"[{{{everyone}, "Action": "s3:*", "Resource": "BUCKET", {HTTP}}}]"#), false),
        ("value in an array", format!(r#"[{{{d}, "Condition": {{"Bool": {{"aws:SecureTransport": ["false"]}}}}}}]"#), true),
        ("JSON false", format!(r#"[{{{d}, "Condition": {{"Bool": {{"aws:SecureTransport": false}}}}}}]"#), true),
        ("key in lowercase", format!(r#"[{{{d}, "Condition": {{"Bool": {{"aws:securetransport": "false"}}}}}}]"#), true),
        ("BoolIfExists", format!(r#"[{{{d}, "Condition": {{"BoolIfExists": {{"aws:SecureTransport": "false"}}}}}}]"#), true),
        ("a single statement", format!("{{{d}, {HTTP}}}"), true),
        (
            "Principal AWS star",
            format!(r#"[{{"Effect": "Deny", "Principal": {{"AWS": "*"}}, "Action": "s3:*", {both}, {HTTP}}}]"#),
            true,
        ),
        (
            "an unrelated second deny",
            format!(r#"[{{{d}, {HTTP}}}, {{{everyone}, "Action": "s3:DeleteBucket", "Resource": "BUCKET"}}]"#),
            true,
        ),
        (
            "a TLS floor without SecureTransport",
            format!(r#"[{{{d}, "Condition": {{"NumericLessThan": {{"s3:TlsVersion": "1.2"}}}}}}]"#),
            false,
        ),
        ("StringEquals false", format!(r#"[{{{d}, "Condition": {{"StringEquals": {{"aws:SecureTransport": "false"}}}}}}]"#), true),
        ("a wildcard bucket", format!(r#"[{{{everyone}, "Action": "*", "Resource": "*", {HTTP}}}]"#), true),
        (
            "services exempt",
            format!(r#"[{{{d}, "Condition": {{"Bool": {{"aws:SecureTransport": "false", "aws:PrincipalIsAWSService": "false"}}}}}}, {{"Effect": "Allow", "Principal": {{"Service": "cloudtrail.amazonaws.com"}}, "Action": "s3:PutObject", "Resource": "BUCKET/*"}}]"#),
            false,
        ),
    ];
    let mut wrong = Vec::new();
    for (name, statements, holds) in &cases {
        let answer = never(&bucket(statements), &plain_http());
        if answer.holds() != *holds || matches!(answer, Answer::Undecided(_)) {
            wrong.push(format!("{name}: {}", describe(&answer)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_tls_floor_and_plain_http_are_two_questions() {
    let floor = format!(r#"[{{{DENY}, "Condition": {{"NumericLessThan": {{"s3:TlsVersion": "1.2"}}}}}}]"#);
    let old_tls =
        on_bucket(Question::about(["s3:*"])).when(r#"{"NumericLessThan": {"s3:TlsVersion": "1.2"}}"#).unwrap();
    assert!(never(&bucket(&floor), &old_tls).holds());
    let answer = never(&bucket(&floor), &plain_http());
    let witness = answer.witness().expect("plain HTTP escapes a TLS floor");
    assert_eq!(witness.matters, [("aws:SecureTransport".to_owned(), Some("false".into()))], "{}", witness.sentence());
    let only_http = format!("[{{{DENY}, {HTTP}}}]");
    assert!(never(&bucket(&only_http), &old_tls).witness().is_some());
}

fn trail(member: &str, mgmt: &str) -> Scene {
    let deny = |name: &str, text: &str| {
        if text.is_empty() { vec![] } else { vec![policy(name, text)] }
    };
    let mut organization = organization();
    for account in &mut organization.accounts {
        let text = if account.management { mgmt } else { member };
        account.scps = Some(path(&deny("guard", text)));
    }
    Scene { organization, resource_account: MGMT.to_owned(), ..Scene::default() }
}

/// The trail lives in the management account; members act on shadow trails of their own account, so
/// the question is asked of an account's own trail ARN.
fn stop(scene: &Scene, account: &str) -> Answer {
    let trail = format!("arn:aws:cloudtrail:us-east-1:{account}:trail/org-trail");
    let scene = Scene { resource_account: account.to_owned(), ..scene.clone() };
    let actions =
        ["cloudtrail:StopLogging", "cloudtrail:DeleteTrail", "cloudtrail:UpdateTrail", "cloudtrail:PutEventSelectors"];
    let who = Who::account(account).except_arn("arn:aws:iam::222222222222:role/TrailAdmin");
    never(&scene, &Question::about(actions).on(&trail).by(who))
}

const GUARD: &str = r#"[{"Sid": "Trail", "Effect": "Deny", "Action": ["cloudtrail:StopLogging", "cloudtrail:DeleteTrail", "cloudtrail:UpdateTrail", "cloudtrail:PutEventSelectors"], "Resource": "arn:aws:cloudtrail:*:*:trail/org-trail", "Condition": {"ArnNotLike": {"aws:PrincipalArn": "EXEMPT"}}}]"#;

#[test]
fn trail_near_misses() {
    let exempt = |arn: &str| GUARD.replace("EXEMPT", arn);
    let good = exempt("arn:aws:iam::222222222222:role/TrailAdmin");
    let cases: Vec<(&str, Scene, bool)> = vec![
        ("guarded", trail(&good, ""), true),
        ("detached", trail("", ""), false),
        ("on the management account only", trail("", &good), false),
        ("exemption in any account", trail(&exempt("arn:aws:iam::*:role/TrailAdmin"), ""), false),
        ("exemption with a path wildcard", trail(&exempt("arn:aws:iam::222222222222:role/*TrailAdmin"), ""), true),
        ("other trail", trail(&good.replace("org-trail", "other"), ""), false),
        ("selectors left open", trail(&good.replace(r#", "cloudtrail:PutEventSelectors""#, ""), ""), false),
    ];
    for (name, scene, holds) in cases {
        let answer = stop(&scene, WORK);
        assert_eq!(answer.holds(), holds, "{name}: {}", describe(&answer));
        assert!(!matches!(answer, Answer::Undecided(_)), "{name}");
    }
    let management = stop(&trail(&good, &good), MGMT);
    assert!(management.witness().is_some(), "no SCP restricts the management account");
}

#[test]
fn an_exemption_for_a_session_arn_exempts_nobody() {
    let scene = trail(&GUARD.replace("EXEMPT", "arn:aws:sts::444444444444:assumed-role/TrailAdmin/*"), "");
    assert!(stop(&scene, WORK).holds());
}

#[test]
fn a_role_path_is_another_role() {
    let scene = trail(&GUARD.replace("EXEMPT", "arn:aws:iam::444444444444:role/TrailAdmin"), "");
    let trail = "arn:aws:cloudtrail:us-east-1:444444444444:trail/org-trail";
    let ask = |arn: &str| {
        let scene = Scene { resource_account: WORK.to_owned(), ..scene.clone() };
        never(&scene, &Question::about(["cloudtrail:StopLogging"]).on(trail).by(Who::account(WORK).only_arn(arn)))
    };
    assert!(ask("arn:aws:iam::444444444444:role/team/TrailAdmin").holds());
    assert!(!ask("arn:aws:iam::444444444444:role/TrailAdmin").holds());
}

#[test]
fn an_allow_list_without_the_service_stops_everybody() {
    let mut organization = organization();
    for account in &mut organization.accounts {
        let only = policy("only-s3", r#"[{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]"#);
        account.scps = Some(vec![vec![full()], vec![only], vec![full()]]);
    }
    let scene = Scene { organization, resource_account: WORK.to_owned(), ..Scene::default() };
    assert!(stop(&scene, WORK).holds());
}

#[test]
fn service_linked_roles_are_outside_every_scp() {
    let scene = trail(&GUARD.replace("EXEMPT", "arn:aws:iam::222222222222:role/TrailAdmin"), "");
    let scene = Scene { resource_account: WORK.to_owned(), ..scene };
    let question = Question::about(["cloudtrail:StopLogging"])
        .on("arn:aws:cloudtrail:us-east-1:444444444444:trail/org-trail")
        .by(Who::account(WORK).with_service_linked_roles());
    let answer = never(&scene, &question);
    assert!(answer.witness().is_some_and(|w| w.caller.contains("service-linked")), "{}", describe(&answer));
}

#[test]
fn one_question_covers_every_account() {
    let guard = GUARD.replace("EXEMPT", "arn:aws:iam::222222222222:role/TrailAdmin");
    let members =
        Who::organization().except_management_account().except_arn("arn:aws:iam::222222222222:role/TrailAdmin");
    let ask = |scene: Scene, who: &Who| {
        let question = Question::about(["cloudtrail:StopLogging", "cloudtrail:DeleteTrail"]).on(TRAIL).by(who.clone());
        never(&Scene::in_every_account(scene.organization), &question)
    };
    assert!(ask(trail(&guard, ""), &members).holds());
    let everybody =
        ask(trail(&guard, ""), &Who::organization().except_arn("arn:aws:iam::222222222222:role/TrailAdmin"));
    assert_eq!(everybody.witness().expect("open").request.principal().account(), Some(MGMT));
    let mut scene = trail(&guard, "");
    scene.organization.accounts[3].scps = Some(path(&[]));
    let answer = ask(scene, &members);
    assert_eq!(
        answer.witness().expect("one account is outside the guarded unit").request.principal().account(),
        Some(WORK)
    );
}
