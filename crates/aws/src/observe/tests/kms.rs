//! AWS KMS.

use logproof_estate::facts::{KeyAlias, KeyGrant, KeyRotation, KmsKey, Tags};
use serde_json::{Value, json};

use super::support::{Protocol, Wire, at, client, client_of, fails_apart, json as answer, malformed, refused};
use crate::observe::kms;

const KEY: &str = "1234abcd-12ab-34cd-56ef-1234567890ab";
const KEY_ARN: &str = "arn:aws:kms:eu-central-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const POLICY: &str = r#"{"Version":"2012-10-17","Statement":[]}"#;

fn metadata() -> Wire {
    answer(json!({"KeyMetadata": {
        "KeyId": KEY, "Arn": KEY_ARN, "KeyManager": "CUSTOMER", "KeyState": "PendingDeletion",
        "KeySpec": "SYMMETRIC_DEFAULT", "KeyUsage": "ENCRYPT_DECRYPT", "Origin": "AWS_KMS",
        "DeletionDate": 1_768_478_400, "MultiRegion": true,
    }}))
}

fn rotation() -> Wire {
    answer(json!({"KeyRotationEnabled": true, "RotationPeriodInDays": 365}))
}

fn grants(content: Value) -> Wire {
    answer(content)
}

fn grant(id: &str) -> Value {
    json!({
        "GrantId": id, "GranteePrincipal": "arn:aws:iam::222222222222:role/reader", "Operations": ["Decrypt", "Future"],
        "Constraints": {"EncryptionContextSubset": {"b": "2", "a": "1"}}, "Name": "",
    })
}

fails_apart!(key: aws_sdk_kms::describe_key, Json, "kms:DescribeKey" needs "kms:DescribeKey",
    metadata(), |kms| kms::key(kms, KEY));
fails_apart!(key_rotation: aws_sdk_kms::get_key_rotation_status, Json,
    "kms:GetKeyRotationStatus" needs "kms:GetKeyRotationStatus",
    rotation(), |kms| kms::key_rotation(kms, KEY));
fails_apart!(key_policy: aws_sdk_kms::get_key_policy, Json, "kms:GetKeyPolicy" needs "kms:GetKeyPolicy",
    answer(json!({"Policy": POLICY, "PolicyName": "default"})), |kms| kms::key_policy(kms, KEY));
fails_apart!(key_grants: aws_sdk_kms::list_grants, Json, "kms:ListGrants" needs "kms:ListGrants",
    grants(json!({"Grants": [grant("g")], "Truncated": false})), |kms| kms::key_grants(kms, KEY));

fails_apart!(keys: aws_sdk_kms::list_keys, Json, "kms:ListKeys" needs "kms:ListKeys",
    answer(json!({"Keys": [{"KeyId": KEY, "KeyArn": KEY_ARN}], "Truncated": false})), |kms| kms::keys(kms));
fails_apart!(key_aliases: aws_sdk_kms::list_aliases, Json, "kms:ListAliases" needs "kms:ListAliases",
    answer(json!({"Aliases": [], "Truncated": false})), |kms| kms::key_aliases(kms));
fails_apart!(key_tags: aws_sdk_kms::list_resource_tags, Json, "kms:ListResourceTags" needs "kms:ListResourceTags",
    answer(json!({"Tags": [], "Truncated": false})), |kms| kms::key_tags(kms, KEY));

#[tokio::test]
async fn keys_aliases_and_tags_of_two_pages() {
    let more = |mut body: Value| {
        body["Truncated"] = json!(true);
        body["NextMarker"] = json!("page-2");
        answer(body)
    };
    let other = "arn:aws:kms:eu-central-1:222222222222:key/other";
    let keys = |arn: &str| json!({"Keys": [{"KeyId": "k", "KeyArn": arn}], "Truncated": false});
    let kms = client!(aws_sdk_kms: list_keys => [more(keys(KEY_ARN)), answer(keys(other))]);
    assert_eq!(kms::keys(&kms).await.unwrap(), [KEY_ARN, other]);
    let own = json!({"Aliases": [{"AliasName": "alias/a", "TargetKeyId": KEY}], "Truncated": false});
    // An alias of AWS whose key is not there yet.
    let of_aws = json!({"Aliases": [{"AliasName": "alias/aws/sns"}], "Truncated": false});
    let kms = client!(aws_sdk_kms: list_aliases => [more(own), answer(of_aws)]);
    let alias = |name: &str, key: Option<&str>| KeyAlias { name: name.to_owned(), key_id: key.map(str::to_owned) };
    assert_eq!(kms::key_aliases(&kms).await.unwrap(), [alias("alias/a", Some(KEY)), alias("alias/aws/sns", None)]);
    let tags = |key: &str| json!({"Tags": [{"TagKey": key, "TagValue": ""}], "Truncated": false});
    let kms = client!(aws_sdk_kms: list_resource_tags => [more(tags("a")), answer(tags("b"))]);
    let expected: Tags = ["a", "b"].map(|key| (key.to_owned(), String::new())).into();
    assert_eq!(kms::key_tags(&kms, KEY).await.unwrap(), expected);
}

#[tokio::test]
async fn a_list_that_is_missing_or_has_no_end_is_no_list() {
    let kms = client!(aws_sdk_kms: list_keys =>
        [answer(json!({"Truncated": false})), answer(json!({"Keys": [], "Truncated": true}))]);
    assert_eq!(malformed(kms::keys(&kms).await), "the answer has no list of keys");
    assert!(malformed(kms::keys(&kms).await).contains("truncated but has no token"));
    let kms = client!(aws_sdk_kms: list_aliases => [answer(json!({"Truncated": false}))]);
    assert_eq!(malformed(kms::key_aliases(&kms).await), "the answer has no list of aliases");
    let kms = client!(aws_sdk_kms: list_resource_tags => [answer(json!({"Truncated": false}))]);
    assert_eq!(malformed(kms::key_tags(&kms, KEY).await), "the answer has no list of tags");
}

#[tokio::test]
async fn a_key_and_none() {
    let absent = Protocol::Json.error(400, "NotFoundException");
    let kms = client!(aws_sdk_kms: describe_key => [metadata(), absent]);
    let expected = KmsKey {
        id: KEY.to_owned(),
        arn: KEY_ARN.to_owned(),
        manager: "CUSTOMER".to_owned(),
        state: "PendingDeletion".to_owned(),
        spec: Some("SYMMETRIC_DEFAULT".to_owned()),
        usage: Some("ENCRYPT_DECRYPT".to_owned()),
        origin: Some("AWS_KMS".to_owned()),
        valid_to: None,
        deletion_date: Some(at("2026-01-15T12:00:00Z")),
        multi_region: true,
    };
    assert_eq!(kms::key(&kms, "alias/acme-log-storage").await.unwrap(), Some(expected));
    assert_eq!(kms::key(&kms, "alias/acme-log-storage").await.unwrap(), None);
}

#[tokio::test]
async fn what_emulators_leave_out_is_optional_but_the_state_is_not() {
    let little = json!({"KeyId": KEY, "Arn": KEY_ARN, "KeyManager": "CUSTOMER", "KeyState": "FutureState"});
    let mut less = little.clone();
    less.as_object_mut().unwrap().remove("KeyState");
    let kms = client!(aws_sdk_kms: describe_key =>
        [answer(json!({"KeyMetadata": little})), answer(json!({"KeyMetadata": less}))]);
    let key = kms::key(&kms, KEY).await.unwrap().unwrap();
    assert_eq!((key.state.as_str(), key.usage, key.multi_region), ("FutureState", None, false));
    assert_eq!(malformed(kms::key(&kms, KEY).await), "the answer has no key state");
}

/// Only DescribeKey takes an alias.
#[tokio::test]
async fn an_alias_is_resolved_first() {
    let rotation = aws_smithy_mocks::mock!(aws_sdk_kms::Client::get_key_rotation_status)
        .match_requests(|request| request.key_id() == Some(KEY_ARN))
        .then_http_response(|| rotation().response());
    let describe = aws_smithy_mocks::mock!(aws_sdk_kms::Client::describe_key)
        .match_requests(|request| request.key_id() == Some("alias/acme-log-storage"))
        .then_http_response(|| metadata().response());
    let kms = client_of!(aws_sdk_kms, [describe.clone(), rotation.clone()]);
    let expected = KeyRotation { enabled: true, period_days: Some(365) };
    assert_eq!(kms::key_rotation(&kms, "alias/acme-log-storage").await.unwrap(), expected);
    assert_eq!(kms::key_rotation(&kms, KEY_ARN).await.unwrap(), expected);
    assert_eq!((describe.num_calls(), rotation.num_calls()), (1, 2));
}

#[tokio::test]
async fn an_alias_of_nothing_has_no_policy() {
    let absent = Protocol::Json.error(400, "NotFoundException");
    let kms = client!(aws_sdk_kms: describe_key => [absent]);
    let alias = "arn:aws:kms:eu-central-1:222222222222:alias/gone";
    assert_eq!(refused(kms::key_policy(&kms, alias).await), "NotFoundException");
}

#[tokio::test]
async fn a_key_policy_is_json() {
    let kms = client!(aws_sdk_kms: get_key_policy =>
        [answer(json!({"Policy": POLICY})), answer(json!({"Policy": "<html>"})), answer(json!({}))]);
    assert_eq!(kms::key_policy(&kms, KEY).await.unwrap(), POLICY);
    assert!(malformed(kms::key_policy(&kms, KEY).await).starts_with("the key policy is not JSON"));
    assert_eq!(malformed(kms::key_policy(&kms, KEY).await), "the answer has no key policy");
}

#[tokio::test]
async fn grants_of_two_pages() {
    let kms = client!(aws_sdk_kms: list_grants => [
        grants(json!({"Grants": [grant("one")], "Truncated": true, "NextMarker": "page-2"})),
        grants(json!({"Grants": [grant("two")], "Truncated": false})),
    ]);
    let expected = |id: &str| KeyGrant {
        id: id.to_owned(),
        name: None,
        grantee: "arn:aws:iam::222222222222:role/reader".to_owned(),
        operations: vec!["Decrypt".to_owned(), "Future".to_owned()],
        context: vec![("a".to_owned(), "1".to_owned()), ("b".to_owned(), "2".to_owned())],
    };
    assert_eq!(kms::key_grants(&kms, KEY).await.unwrap(), [expected("one"), expected("two")]);
}

#[tokio::test]
async fn no_grants_has_to_be_said() {
    let kms = client!(aws_sdk_kms: list_grants => [
        grants(json!({"Grants": [], "Truncated": false})),
        grants(json!({})),
        grants(json!({"Grants": [], "Truncated": true})),
    ]);
    assert_eq!(kms::key_grants(&kms, KEY).await.unwrap(), []);
    assert_eq!(malformed(kms::key_grants(&kms, KEY).await), "the answer has no list of grants");
    assert_eq!(malformed(kms::key_grants(&kms, KEY).await), "a list says it is truncated but has no token");
}
