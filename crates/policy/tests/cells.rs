//! One open cell among closed ones is found, whatever the dimension.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use logproof_policy::{Answer, Question, Who, never};

#[path = "support/zone.rs"]
mod zone;
use zone::*;

/// Asks outsiders and services about an Allow with this condition.
fn open(condition: &str) -> Answer {
    let scene = bucket(&format!(
        r#"[{{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "BUCKET/*", "Condition": {{{condition}}}}}]"#
    ));
    never(&scene, &on_bucket(Question::about(["s3:GetObject"])).by(Who::anyone().except_account(LOGS)))
}

#[test]
fn the_only_open_cell_is_found() {
    for condition in [
        r#""NumericGreaterThan": {"a:n": "1"}, "NumericLessThan": {"a:n": "3"}"#,
        r#""NumericGreaterThan": {"a:n": "1"}, "NumericLessThan": {"a:n": "1.001"}"#,
        r#""NumericGreaterThan": {"a:n": "5"}"#,
        r#""NumericLessThan": {"a:n": "-5"}"#,
        r#""NumericEquals": {"a:n": "7"}"#,
        r#""NumericGreaterThan": {"s3:object-lock-remaining-retention-days": "28"}, "NumericLessThan": {"s3:object-lock-remaining-retention-days": "30"}"#,
        r#""DateGreaterThan": {"aws:CurrentTime": "2025-01-01T00:00:00Z"}, "DateLessThan": {"aws:CurrentTime": "2025-01-01T00:00:02Z"}"#,
        r#""DateGreaterThan": {"aws:CurrentTime": "2099-01-01"}"#,
        r#""DateLessThan": {"aws:EpochTime": "1000"}"#,
        r#""IpAddress": {"aws:SourceIp": "10.0.0.0/8"}, "NotIpAddress": {"aws:SourceIp": ["10.0.0.0/9", "10.128.0.0/10"]}"#,
        r#""NotIpAddress": {"aws:SourceIp": "0.0.0.0/0"}, "Null": {"aws:SourceIp": "false"}"#,
        r#""NotIpAddress": {"aws:SourceIp": "::/0"}, "Null": {"aws:SourceIp": "false"}"#,
        r#""Null": {"aws:SourceIp": "true"}"#,
        r#""StringLike": {"a:x": "a*"}, "StringNotLike": {"a:x": ["aa*", "ab*"]}"#,
        r#""StringEqualsIgnoreCase": {"a:x": "abc"}, "StringNotEquals": {"a:x": ["abc", "ABC"]}"#,
        r#""StringLike": {"a:x": "?*"}, "StringNotLike": {"a:x": "?"}"#,
        r#""StringNotEquals": {"a:x": ["a", "x", "xx"]}, "Null": {"a:x": "false"}"#,
        r#""BinaryEquals": {"a:b": "QmluYXJ5"}"#,
        r#""Bool": {"aws:MultiFactorAuthPresent": "true"}"#,
        r#""BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}"#,
        r#""ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]}, "ForAnyValue:StringEquals": {"aws:TagKeys": "a"}, "Null": {"aws:TagKeys": "false"}"#,
        r#""ForAnyValue:StringEquals": {"aws:TagKeys": "a"}, "ForAnyValue:StringNotEquals": {"aws:TagKeys": "a"}"#,
        r#""Null": {"aws:username": "false"}"#,
        r#""StringEquals": {"aws:username": "admin"}"#,
        r#""StringEqualsIgnoreCase": {"aws:username": "Admin"}"#,
        r#""StringLike": {"aws:username": "adm?n-*"}, "StringNotLike": {"aws:username": "admin-*"}"#,
        r#""StringEquals": {"aws:username": "admin"}, "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/ops/*"}"#,
        r#""StringLike": {"aws:username": "?*"}, "StringNotLike": {"aws:username": ["x*", "a*"]}"#,
        r#""StringEquals": {"aws:PrincipalType": "Account"}"#,
        r#""ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/*"}"#,
        r#""StringEquals": {"aws:PrincipalOrgID": "o-another"}"#,
        r#""Null": {"aws:PrincipalArn": "true", "aws:PrincipalServiceName": "true"}"#,
        r#""StringEquals": {"aws:PrincipalServiceName": "config.amazonaws.com"}"#,
        r#""StringLike": {"aws:PrincipalServiceName": "?*"}, "StringNotEquals": {"aws:PrincipalServiceName": "config.amazonaws.com"}"#,
        r#""StringEquals": {"aws:PrincipalAccount": "999999999999"}"#,
        r#""StringEquals": {"aws:SourceAccount": "123123123123"}"#,
        r#""StringEquals": {"aws:SourceOrgID": "o-another"}"#,
        r#""ArnLike": {"aws:SourceArn": "arn:aws:sns:*:555555555555:topic"}"#,
        r#""StringEquals": {"aws:PrincipalTag/team": "${aws:ResourceAccount}"}"#,
        r#""NumericLessThan": {"s3:TlsVersion": "1.1"}, "Bool": {"aws:SecureTransport": "true"}"#,
        r#""StringEquals": {"aws:RequestedRegion": "eu-west-1"}"#,
    ] {
        let answer = open(condition);
        assert!(answer.witness().is_some(), "{condition}: {answer:?}");
    }
}

#[test]
fn contradictions_are_proven_closed() {
    for condition in [
        r#""NumericGreaterThan": {"s3:object-lock-remaining-retention-days": "29"}, "NumericLessThan": {"s3:object-lock-remaining-retention-days": "30"}"#,
        r#""NumericGreaterThan": {"a:n": "3"}, "NumericLessThan": {"a:n": "3"}"#,
        r#""IpAddress": {"aws:SourceIp": "10.0.0.0/8"}, "NotIpAddress": {"aws:SourceIp": ["10.0.0.0/9", "10.128.0.0/9"]}"#,
        r#""StringLike": {"a:x": "a*"}, "StringNotLike": {"a:x": "*"}"#,
        r#""StringEquals": {"a:x": "a"}, "Null": {"a:x": "true"}"#,
        r#""Bool": {"aws:SecureTransport": "true"}, "Null": {"s3:TlsVersion": "true"}"#,
        r#""NumericGreaterThan": {"s3:TlsVersion": "1.3"}"#,
        r#""StringEquals": {"aws:TagKeys": "a"}"#,
        r#""ArnLike": {"aws:PrincipalArn": "arn:aws:sts::*:assumed-role/*"}"#,
        r#""StringEquals": {"aws:SourceAccount": "999999999999", "aws:SourceOrgID": "o-exampleorgid"}"#,
        r#""Null": {"aws:PrincipalOrgID": "false", "aws:SourceArn": "false"}"#,
        r#""StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}"#,
    ] {
        let answer = open(condition);
        assert!(answer.holds(), "{condition}: {:?}", answer.witness().map(logproof_policy::Witness::sentence));
    }
}

#[test]
fn the_only_open_action_or_resource_is_found() {
    let scene = |action: &str, resource: &str| {
        bucket(&format!(r#"[{{"Effect": "Allow", "Principal": {{"AWS": "999999999999"}}, {action}, {resource}}}]"#))
    };
    let ask = on_bucket(Question::about(["s3:*"])).by(Who::outsiders());
    for (action, resource) in [
        (r#""Action": "s3:GetObjectTorrent""#, r#""Resource": "BUCKET/*""#),
        (r#""Action": "s3:*Torrent""#, r#""Resource": "*""#),
        (r#""Action": "s3:SomethingNew""#, r#""Resource": "BUCKET/*""#),
        (r#""NotAction": "s3:Get*""#, r#""Resource": "BUCKET""#),
        (r#""Action": "s3:GetObject""#, r#""Resource": "BUCKET/a/*/b?.gz""#),
        (r#""Action": "s3:GetObject""#, r#""NotResource": ["BUCKET/A*", "BUCKET/x*"]"#),
    ] {
        let answer = never(&scene(action, resource), &ask);
        assert!(answer.witness().is_some(), "{action} {resource}: {answer:?}");
    }
}
