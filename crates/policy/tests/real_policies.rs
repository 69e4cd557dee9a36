//! Bucket and key policies of the shapes that Control Tower, the Landing Zone Accelerator and the
//! hardened log store use: no false alarm, and the real holes are found.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use logproof_policy::{
    Account, Answer, Identity, Policy, Principal, Question, Scene, Source, Who, always, never, who_can,
};

#[path = "support/zone.rs"]
mod zone;
use zone::*;

const CONTROL_TOWER: &str = r#"[
    {"Sid": "AWSBucketPermissionsCheck", "Effect": "Allow", "Principal": {"Service": ["cloudtrail.amazonaws.com", "config.amazonaws.com"]},
     "Action": "s3:GetBucketAcl", "Resource": ["BUCKET"]},
    {"Sid": "AWSConfigBucketExistenceCheck", "Effect": "Allow", "Principal": {"Service": ["cloudtrail.amazonaws.com", "config.amazonaws.com"]},
     "Action": "s3:ListBucket", "Resource": ["BUCKET"]},
    {"Sid": "AWSBucketDeliveryForConfig", "Effect": "Allow", "Principal": {"Service": "config.amazonaws.com"},
     "Action": "s3:PutObject", "Resource": ["BUCKET/o-exampleorgid/AWSLogs/*/*"], "Condition": {"StringEquals": {"aws:SourceOrgID": "o-exampleorgid"}}},
    {"Sid": "AWSBucketDeliveryForOrganizationCloudTrail", "Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"},
     "Action": "s3:PutObject", "Resource": ["BUCKET/o-exampleorgid/AWSLogs/o-exampleorgid/*"], "Condition": {"StringEquals": {"aws:SourceOrgID": "o-exampleorgid"}}},
    {"Sid": "AllowSSLRequestsOnly", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
     "Resource": ["BUCKET", "BUCKET/*"], "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]"#;

const ACCELERATOR: &str = r#"[
    {"Sid": "deny-insecure-connections", "Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "s3:*",
     "Resource": ["BUCKET", "BUCKET/*"], "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
    {"Effect": "Allow", "Principal": {"Service": ["cloudtrail.amazonaws.com", "config.amazonaws.com", "delivery.logs.amazonaws.com"]},
     "Action": "s3:PutObject", "Resource": "BUCKET/*", "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceOrgID": "o-exampleorgid"}}},
    {"Effect": "Allow", "Principal": {"Service": ["cloudtrail.amazonaws.com", "config.amazonaws.com", "delivery.logs.amazonaws.com"]},
     "Action": ["s3:GetBucketAcl", "s3:ListBucket"], "Resource": "BUCKET"},
    {"Sid": "Allow Organization principals to use of the bucket", "Effect": "Allow", "Principal": {"AWS": "*"},
     "Action": ["s3:GetBucketLocation", "s3:PutObject"], "Resource": ["BUCKET", "BUCKET/*"],
     "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}}}]"#;

fn shown(answer: &Answer) -> String {
    match answer {
        Answer::Holds => "holds".to_owned(),
        Answer::Violated(witness) => witness.sentence(),
        Answer::Undecided(reason) => format!("undecided: {reason}"),
    }
}

fn holds(answer: &Answer) {
    assert!(answer.holds(), "{}", shown(answer));
}

fn delivery(prefix: &str) -> Question {
    Question::about(["s3:PutObject"])
        .on_all(&format!("{BUCKET}/{prefix}/*"))
        .by(Who::service("cloudtrail.amazonaws.com"))
        .from_source(Source::Account(MGMT.to_owned()))
        .when(&format!(
            r#"{{"StringEquals": {{"s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceArn": "{TRAIL}", "aws:SourceAccount": "{MGMT}"}},
                "Bool": {{"aws:SecureTransport": "true"}}, "NumericGreaterThanEquals": {{"s3:TlsVersion": "1.2"}}}}"#
        ))
        .unwrap()
}

#[test]
fn control_tower_raises_no_false_alarm() {
    let scene = bucket(CONTROL_TOWER);
    holds(&never(&scene, &plain_http()));
    holds(&always(&scene, &delivery("o-exampleorgid/AWSLogs/o-exampleorgid")));
    holds(&never(&scene, &on_bucket(Question::about(["s3:*"])).by(Who::outsiders())));
    let deputy = Question::about(["s3:PutObject"])
        .on_all(&format!("{BUCKET}/*"))
        .by(Who::services())
        .from_source(Source::Foreign);
    holds(&never(&scene, &deputy));
}

#[test]
fn the_accelerator_raises_no_false_alarm() {
    let scene = bucket(ACCELERATOR);
    holds(&never(&scene, &plain_http()));
    holds(&always(&scene, &delivery("AWSLogs/o-exampleorgid")));
    holds(&never(&scene, &on_bucket(Question::about(["s3:*"])).by(Who::outsiders())));
    let deputy = Question::about(["s3:PutObject"])
        .on_all(&format!("{BUCKET}/*"))
        .by(Who::services())
        .from_source(Source::Foreign);
    holds(&never(&scene, &deputy));
}

#[test]
fn a_service_allow_without_a_source_condition_is_a_confused_deputy() {
    let scene = bucket(
        r#"[{"Sid": "Write", "Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:PutObject",
             "Resource": "BUCKET/AWSLogs/*", "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}}]"#,
    );
    let deputy = Question::about(["s3:PutObject"])
        .on_all(&format!("{BUCKET}/*"))
        .by(Who::services())
        .from_source(Source::Foreign);
    let answer = never(&scene, &deputy);
    let witness = answer.witness().expect("open");
    assert_eq!(witness.decided.statement.as_ref().unwrap().sid.as_deref(), Some("Write"));
    assert!(witness.sentence().contains("on behalf of account 999999999999"), "{}", witness.sentence());
}

#[test]
fn if_exists_on_the_source_is_vacuous() {
    let scene = bucket(
        r#"[{"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:PutObject", "Resource": "BUCKET/*",
             "Condition": {"StringEqualsIfExists": {"aws:SourceAccount": "111111111111"}}}]"#,
    );
    let deputy = Question::about(["s3:PutObject"])
        .on_all(&format!("{BUCKET}/*"))
        .by(Who::services())
        .from_source(Source::Foreign);
    assert!(never(&scene, &deputy).witness().is_some());
}

#[test]
fn a_wildcard_source_account_is_no_restriction() {
    let scene = |arn: &str| {
        bucket(&format!(
            r#"[{{"Effect": "Allow", "Principal": {{"Service": "cloudtrail.amazonaws.com"}}, "Action": "s3:PutObject", "Resource": "BUCKET/*",
                 "Condition": {{"ArnLike": {{"aws:SourceArn": "{arn}"}}}}}}]"#
        ))
    };
    let deputy = Question::about(["s3:PutObject"])
        .on_all(&format!("{BUCKET}/*"))
        .by(Who::services())
        .from_source(Source::Foreign);
    assert!(never(&scene("arn:aws:cloudtrail:*:*:trail/org-trail"), &deputy).witness().is_some());
    holds(&never(&scene("arn:aws:cloudtrail:*:111111111111:trail/*"), &deputy));
}

#[test]
fn delivery_is_refused_where_the_prefix_or_the_header_is_wrong() {
    let scene = bucket(CONTROL_TOWER);
    let answer = always(&scene, &delivery("AWSLogs"));
    assert!(answer.witness().is_some_and(|w| w.sentence().contains("cannot call")), "{}", shown(&answer));
    let with_header = CONTROL_TOWER.replacen(
        '[',
        r#"[{"Sid": "Sse", "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "BUCKET/*",
             "Condition": {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}},"#,
        1,
    );
    let answer = always(&bucket(&with_header), &delivery("o-exampleorgid/AWSLogs/o-exampleorgid"));
    let witness = answer.witness().expect("default encryption needs no header, so the Deny stops delivery");
    assert!(
        witness.matters.iter().any(|(k, v)| k == "s3:x-amz-server-side-encryption" && v.is_none()),
        "{}",
        witness.sentence()
    );
}

#[test]
fn the_source_documents_proxy_principal_is_linted_and_useless() {
    let text = CONTROL_TOWER
        .replace("cloudtrail.amazonaws.com", "cloudtrail.amazonaws.com.rproxy.goskope.com")
        .replace("BUCKET", BUCKET);
    let policy = Policy::parse("p", format!(r#"{{"Statement": {text}}}"#).as_bytes()).unwrap();
    let lint = policy.problems().iter().find(|p| p.message.contains("rproxy")).unwrap();
    assert!(lint.message.contains("`cloudtrail.amazonaws.com` may be meant"), "{lint}");
    let broken = bucket(&CONTROL_TOWER.replace("cloudtrail.amazonaws.com", "cloudtrail.amazonaws.com.example.net"));
    assert!(always(&broken, &delivery("o-exampleorgid/AWSLogs/o-exampleorgid")).witness().is_some());
}

const KEY_POLICY: &str = r#"[
    {"Sid": "EnableIAM", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::222222222222:root"}, "Action": "kms:*", "Resource": "*"},
    {"Sid": "CloudTrailEncrypt", "Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "kms:GenerateDataKey*", "Resource": "*",
     "Condition": {"StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": "arn:aws:cloudtrail:*:111111111111:trail/*"}}},
    {"Sid": "Describe", "Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "kms:DescribeKey", "Resource": "*"}]"#;

#[test]
fn key_use_is_known_by_class_of_caller() {
    let mut scene = bucket("[]");
    scene.resource_policy = Some(policy("key policy", KEY_POLICY));
    let callers = who_can(&scene, &Question::about(["kms:Decrypt"]).on(KEY));
    let names: Vec<&str> = callers.can.iter().map(|w| w.caller.as_str()).collect();
    assert!(callers.undecided.is_empty(), "{:?}", callers.undecided);
    assert!(names.iter().all(|n| n.contains("222222222222")), "{names:?}");
    assert!(names.contains(&"the root user of account 222222222222"), "{names:?}");
    let deputy = Question::about(["kms:GenerateDataKey*"]).on(KEY).by(Who::services()).from_source(Source::Foreign);
    holds(&never(&scene, &deputy));
    let any_trail = KEY_POLICY.replace(":111111111111:trail/*", ":*:trail/*");
    scene.resource_policy = Some(policy("key policy", &any_trail));
    assert!(never(&scene, &deputy).witness().is_some());
}

#[test]
fn readers_stay_on_their_path() {
    let reader = Principal::Role {
        role_arn: "arn:aws:iam::333333333333:role/Reader".to_owned(),
        session_arn: "arn:aws:sts::333333333333:assumed-role/Reader/s".to_owned(),
        account: AUDIT.to_owned(),
        service_linked: false,
    };
    let scene = |path: &str| {
        let identity = Identity {
            principal: reader.clone(),
            policies: vec![policy("reader", r#"[{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]"#)],
            boundary: None,
            tags: Vec::new(),
        };
        let mut scene = bucket(&format!(
            r#"[{{"Sid": "Read", "Effect": "Allow", "Principal": {{"AWS": "arn:aws:iam::333333333333:role/Reader"}}, "Action": "s3:GetObject", "Resource": "{path}"}}]"#
        ));
        let audit = scene.organization.accounts.iter_mut().find(|a| a.id == AUDIT).unwrap();
        *audit = Account::member(AUDIT).with_identities(vec![identity]);
        scene
    };
    let beyond =
        on_bucket(Question::about(["s3:*"])).by(Who::account(AUDIT)).except_on(&format!("{BUCKET}/AWSLogs/a/*"));
    holds(&never(&scene("BUCKET/AWSLogs/a/*"), &beyond));
    let answer = never(&scene("BUCKET/*"), &beyond);
    let witness = answer.witness().expect("the whole bucket is more than the path");
    assert_eq!(witness.request.action(), "s3:GetObject");
    assert_eq!(witness.caller, "role `arn:aws:iam::333333333333:role/Reader`");
    let more = never(&scene("BUCKET/AWSLogs/a*"), &beyond);
    assert!(more.witness().is_some_and(|w| w.request.resource().contains("/AWSLogs/a")), "{}", shown(&more));
}

#[test]
fn temporary_grants_expire() {
    let scene = bucket(
        r#"[{"Sid": "Until", "Effect": "Allow", "Principal": {"AWS": "999999999999"}, "Action": "s3:GetObject", "Resource": "BUCKET/*",
             "Condition": {"DateLessThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}}}]"#,
    );
    let ask = |now: &str| never(&scene, &on_bucket(Question::about(["s3:GetObject"])).by(Who::outsiders()).at(now));
    assert!(ask("2025-12-31").witness().is_some());
    holds(&ask("2026-01-01"));
}

#[test]
fn a_sentence_reads_well() {
    let scene = bucket(
        r#"[{"Sid": "Public", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "BUCKET/*"},
            {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["BUCKET", "BUCKET/*"], "Condition": {"Bool": {"aws:SecureTransport": "false"}, "StringNotEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}}}]"#,
    );
    let answer = never(&scene, &plain_http().by(Who::organization().except_root_users()));
    let sentence = answer.witness().expect("open").sentence();
    assert_eq!(
        sentence,
        "any other role of account 222222222222 can call `s3:GetObject` on \
         `arn:aws:s3:::aws-acme-log-storage-222222222222-us-east-1/x` when `aws:SecureTransport` is `false`: \
         statement `Administrator` of `assumed administrator policy` allows it (identity policy)"
    );
}

#[test]
fn an_empty_question_proves_nothing() {
    let scene = bucket(CONTROL_TOWER);
    for question in [
        Question::about(["s3:*"]),
        Question::about(["s3:PutObject"]).on(BUCKET),
        on_bucket(Question::about(["s3:GetObject"])).by(Who::account("000000000000")),
        on_bucket(Question::about(Vec::new())),
    ] {
        assert!(matches!(never(&scene, &question), Answer::Undecided(_)));
    }
}

#[test]
fn an_unknown_operator_is_undecided_unless_something_else_decides() {
    let odd = r#"{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["BUCKET", "BUCKET/*"], "Condition": {"StringMatches": {"aws:SourceIp": "x"}}}"#;
    let scene: Scene = bucket(&format!("[{odd}]"));
    let answer = never(&scene, &plain_http());
    assert!(matches!(&answer, Answer::Undecided(reason) if reason.contains("StringMatches")), "{}", shown(&answer));
    let firm = r#"{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["BUCKET", "BUCKET/*"]}"#;
    holds(&never(&bucket(&format!("[{odd}, {firm}]")), &plain_http()));
}

#[test]
fn a_session_named_in_a_policy_is_asked_about_although_the_inventory_shows_another() {
    let session = |name: &str| Principal::Role {
        role_arn: "arn:aws:iam::222222222222:role/team/Ops".to_owned(),
        session_arn: format!("arn:aws:sts::222222222222:assumed-role/Ops/{name}"),
        account: LOGS.to_owned(),
        service_linked: false,
    };
    let identity = Identity { principal: session("any"), policies: vec![], boundary: None, tags: vec![] };
    let mut scene = bucket(
        r#"[{"Effect": "Allow", "Principal": {"AWS": "arn:aws:sts::222222222222:assumed-role/Ops/alice"}, "Action": "s3:GetObject", "Resource": "BUCKET/*"}]"#,
    );
    scene.organization.accounts[1] = Account::member(LOGS).with_identities(vec![identity]);
    let ask = |who: Who| never(&scene, &on_bucket(Question::about(["s3:GetObject"])).by(who));
    assert!(ask(Who::account(LOGS).except_root_users()).witness().is_some());
    assert!(ask(Who::exactly(session("alice"))).witness().is_some());
    holds(&ask(Who::exactly(session("bob"))));
}
