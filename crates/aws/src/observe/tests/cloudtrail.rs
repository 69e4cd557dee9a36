//! AWS CloudTrail.

use logproof_estate::facts::{
    AdvancedSelector, BasicSelector, EventSelectors, FieldSelector, Trail, TrailEvent, TrailEventQuery, TrailPublicKey,
    TrailStatus,
};
use serde_json::{Value, json};

use super::support::{Protocol, Wire, at, client, client_of, fails_apart, json as answer, malformed, refused};
use crate::observe::cloudtrail;

const TRAIL: &str = "arn:aws:cloudtrail:eu-central-1:111111111111:trail/org-trail";

fn trails() -> Wire {
    answer(json!({"trailList": [{
        "Name": "org-trail", "TrailARN": TRAIL, "HomeRegion": "eu-central-1", "S3BucketName": "logs",
        "S3KeyPrefix": "acme", "IsOrganizationTrail": true, "IsMultiRegionTrail": true,
        "IncludeGlobalServiceEvents": true, "LogFileValidationEnabled": true, "KmsKeyId": "arn:aws:kms:::key/1",
        "CloudWatchLogsLogGroupArn": "arn:aws:logs:::log-group:trail:*", "SnsTopicARN": "arn:aws:sns:::t",
    }]}))
}

fn status() -> Wire {
    answer(json!({
        "IsLogging": true, "LatestDeliveryTime": 1_768_478_400, "LatestDigestDeliveryTime": 1_768_474_800,
        "LatestDeliveryError": "", "LatestDigestDeliveryError": "NoSuchBucket", "StartLoggingTime": 1_767_225_600,
    }))
}

fn selectors() -> Wire {
    answer(json!({"TrailARN": TRAIL, "EventSelectors": [{
        "ReadWriteType": "WriteOnly", "IncludeManagementEvents": true,
        "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}],
        "ExcludeManagementEventSources": ["kms.amazonaws.com"],
    }]}))
}

fn event(id: &str, seconds: i64) -> Value {
    json!({"EventId": id, "EventName": "AssumeRole", "EventTime": seconds, "Username": "alice",
           "CloudTrailEvent": "{\"eventName\":\"AssumeRole\"}"})
}

fn query() -> TrailEventQuery {
    TrailEventQuery {
        attribute: "EventName".to_owned(),
        value: "AssumeRole".to_owned(),
        from: at("2026-01-01T00:00:00Z"),
        until: at("2026-01-15T12:00:00Z"),
    }
}

fails_apart!(trails_of_an_account: aws_sdk_cloudtrail::describe_trails, Json,
    "cloudtrail:DescribeTrails" needs "cloudtrail:DescribeTrails",
    trails(), |cloudtrail| cloudtrail::trails(cloudtrail));
fails_apart!(status_of_a_trail: aws_sdk_cloudtrail::get_trail_status, Json,
    "cloudtrail:GetTrailStatus" needs "cloudtrail:GetTrailStatus",
    status(), |cloudtrail| cloudtrail::trail_status(cloudtrail, TRAIL));
fails_apart!(selectors_of_a_trail: aws_sdk_cloudtrail::get_event_selectors, Json,
    "cloudtrail:GetEventSelectors" needs "cloudtrail:GetEventSelectors",
    selectors(), |cloudtrail| cloudtrail::event_selectors(cloudtrail, TRAIL));
fails_apart!(events: aws_sdk_cloudtrail::lookup_events, Json, "cloudtrail:LookupEvents" needs "cloudtrail:LookupEvents",
    answer(json!({"Events": [event("a", 1_768_000_000)]})), |cloudtrail| cloudtrail::trail_events(cloudtrail, &query()));

#[tokio::test]
async fn a_trail_with_everything() {
    let cloudtrail = client!(aws_sdk_cloudtrail: describe_trails => [trails(), answer(json!({"trailList": []}))]);
    let expected = Trail {
        name: "org-trail".to_owned(),
        arn: TRAIL.to_owned(),
        home_region: Some("eu-central-1".to_owned()),
        is_organization_trail: true,
        is_multi_region: true,
        include_global_service_events: true,
        log_file_validation: true,
        bucket: "logs".to_owned(),
        prefix: Some("acme".to_owned()),
        kms_key: Some("arn:aws:kms:::key/1".to_owned()),
        log_group_arn: Some("arn:aws:logs:::log-group:trail:*".to_owned()),
        sns_topic_arn: Some("arn:aws:sns:::t".to_owned()),
    };
    assert_eq!(cloudtrail::trails(&cloudtrail).await.unwrap(), [expected]);
    assert_eq!(cloudtrail::trails(&cloudtrail).await.unwrap(), []);
}

#[tokio::test]
async fn trails_of_other_regions_are_asked_for() {
    let rule = aws_smithy_mocks::mock!(aws_sdk_cloudtrail::Client::describe_trails)
        .match_requests(|request| request.include_shadow_trails() == Some(true))
        .then_http_response(|| trails().response());
    let found = cloudtrail::trails(&client_of!(aws_sdk_cloudtrail, [rule.clone()])).await.unwrap();
    assert_eq!((found.len(), rule.num_calls()), (1, 1));
}

#[tokio::test]
async fn what_is_left_out_of_a_trail_is_off() {
    let little = json!({"Name": "t", "TrailARN": TRAIL, "S3BucketName": "b"});
    let cloudtrail = client!(aws_sdk_cloudtrail: describe_trails => [answer(json!({"trailList": [little]}))]);
    let found = cloudtrail::trails(&cloudtrail).await.unwrap().remove(0);
    let flags = [
        found.is_organization_trail,
        found.is_multi_region,
        found.include_global_service_events,
        found.log_file_validation,
    ];
    assert_eq!((flags, found.kms_key, found.prefix), ([false; 4], None, None));
}

#[tokio::test]
async fn a_trail_without_a_bucket_is_no_answer() {
    let cloudtrail = client!(aws_sdk_cloudtrail: describe_trails =>
        [answer(json!({"trailList": [{"Name": "org-trail", "TrailARN": TRAIL}]}))]);
    assert_eq!(malformed(cloudtrail::trails(&cloudtrail).await), "the answer has no trail bucket");
}

#[tokio::test]
async fn status_and_no_trail() {
    let absent = Protocol::Json.error(400, "TrailNotFoundException");
    let cloudtrail = client!(aws_sdk_cloudtrail: get_trail_status => [status(), absent, answer(json!({}))]);
    let expected = TrailStatus {
        is_logging: true,
        latest_delivery: Some(at("2026-01-15T12:00:00Z")),
        latest_delivery_error: None,
        latest_digest_delivery: Some(at("2026-01-15T11:00:00Z")),
        latest_digest_delivery_error: Some("NoSuchBucket".to_owned()),
        started_logging: Some(at("2026-01-01T00:00:00Z")),
        stopped_logging: None,
    };
    assert_eq!(cloudtrail::trail_status(&cloudtrail, TRAIL).await.unwrap(), Some(expected));
    assert_eq!(cloudtrail::trail_status(&cloudtrail, TRAIL).await.unwrap(), None);
    assert_eq!(malformed(cloudtrail::trail_status(&cloudtrail, TRAIL).await), "the answer has no `IsLogging`");
}

#[tokio::test]
async fn basic_selectors() {
    let cloudtrail = client!(aws_sdk_cloudtrail: get_event_selectors =>
        [selectors(), answer(json!({"TrailARN": TRAIL, "EventSelectors": [{}]}))]);
    let written = BasicSelector {
        read_write: "WriteOnly".to_owned(),
        management_events: true,
        excluded_sources: vec!["kms.amazonaws.com".to_owned()],
        data_resources: vec![("AWS::S3::Object".to_owned(), vec!["arn:aws:s3".to_owned()])],
    };
    let expected = EventSelectors { basic: vec![written], advanced: Vec::new() };
    assert_eq!(cloudtrail::event_selectors(&cloudtrail, TRAIL).await.unwrap(), expected);
    let by_default = cloudtrail::event_selectors(&cloudtrail, TRAIL).await.unwrap().basic;
    assert_eq!((by_default[0].read_write.as_str(), by_default[0].management_events), ("All", true));
}

#[tokio::test]
async fn advanced_selectors() {
    let field = json!({
        "Field": "eventSource", "Equals": ["a"], "StartsWith": ["b"], "EndsWith": ["c"], "NotEquals": ["d"],
        "NotStartsWith": ["e"], "NotEndsWith": ["f"],
    });
    let body = json!({"TrailARN": TRAIL, "AdvancedEventSelectors": [{"Name": "n", "FieldSelectors": [field]}]});
    let cloudtrail = client!(aws_sdk_cloudtrail: get_event_selectors => [answer(body)]);
    let one = |text: &str| vec![text.to_owned()];
    let fields = vec![FieldSelector {
        field: "eventSource".to_owned(),
        equals: one("a"),
        starts_with: one("b"),
        ends_with: one("c"),
        not_equals: one("d"),
        not_starts_with: one("e"),
        not_ends_with: one("f"),
    }];
    let advanced = vec![AdvancedSelector { name: Some("n".to_owned()), fields }];
    let found = cloudtrail::event_selectors(&cloudtrail, TRAIL).await.unwrap();
    assert_eq!(found, EventSelectors { basic: Vec::new(), advanced });
}

#[tokio::test]
async fn selectors_of_no_trail_are_no_empty_selectors() {
    let absent = Protocol::Json.error(400, "TrailNotFoundException");
    let cloudtrail = client!(aws_sdk_cloudtrail: get_event_selectors => [absent]);
    assert_eq!(refused(cloudtrail::event_selectors(&cloudtrail, TRAIL).await), "TrailNotFoundException");
}

#[tokio::test]
async fn events_of_two_pages_within_the_period() {
    let first =
        json!({"Events": [event("at-the-end", 1_768_478_400), event("in", 1_768_478_399)], "NextToken": "page-2"});
    let second = json!({"Events": [event("at-the-start", 1_767_225_600), event("before", 1_767_225_599)]});
    let cloudtrail = client!(aws_sdk_cloudtrail: lookup_events => [answer(first), answer(second)]);
    let found = cloudtrail::trail_events(&cloudtrail, &query()).await.unwrap();
    let expected = |id: &str, time: &str| TrailEvent {
        id: id.to_owned(),
        name: "AssumeRole".to_owned(),
        time: at(time),
        username: Some("alice".to_owned()),
        record: "{\"eventName\":\"AssumeRole\"}".to_owned(),
    };
    let expected = [expected("in", "2026-01-15T11:59:59Z"), expected("at-the-start", "2026-01-01T00:00:00Z")];
    assert_eq!(found, expected);
}

#[tokio::test]
async fn no_events_has_to_be_said() {
    let cloudtrail = client!(aws_sdk_cloudtrail: lookup_events => [answer(json!({"Events": []})), answer(json!({}))]);
    assert_eq!(cloudtrail::trail_events(&cloudtrail, &query()).await.unwrap(), []);
    assert_eq!(malformed(cloudtrail::trail_events(&cloudtrail, &query()).await), "the answer has no list of events");
}

#[tokio::test]
async fn more_events_than_can_be_read_are_no_answer() {
    let page = |number: usize| {
        let events: Vec<Value> = (0..50).map(|_| event("e", 1_768_000_000)).collect();
        answer(json!({"Events": events, "NextToken": number.to_string()}))
    };
    let cloudtrail = client!(aws_sdk_cloudtrail: lookup_events => (0..21).map(page));
    let why = malformed(cloudtrail::trail_events(&cloudtrail, &query()).await);
    assert_eq!(why, "more than 1000 items: not read to the end");
}

fn keys(fingerprint: &str) -> Wire {
    answer(json!({"PublicKeyList": [{
        "Fingerprint": fingerprint, "Value": "AQID",
        "ValidityStartTime": 1_767_225_600, "ValidityEndTime": 1_769_904_000,
    }]}))
}

fails_apart!(public_keys: aws_sdk_cloudtrail::list_public_keys, Json,
    "cloudtrail:ListPublicKeys" needs "cloudtrail:ListPublicKeys",
    keys("ab"), |cloudtrail| cloudtrail::public_keys(cloudtrail, query().from, query().until));

#[tokio::test]
async fn public_keys_of_a_region() {
    let cloudtrail = client!(aws_sdk_cloudtrail: list_public_keys => [keys("ab")]);
    let expected = TrailPublicKey {
        fingerprint: "ab".to_owned(),
        value: vec![1, 2, 3],
        valid_from: Some(at("2026-01-01T00:00:00Z")),
        valid_until: Some(at("2026-02-01T00:00:00Z")),
    };
    let found = cloudtrail::public_keys(&cloudtrail, query().from, query().until).await.unwrap();
    assert_eq!(found, [expected]);
    let cloudtrail = client!(aws_sdk_cloudtrail: list_public_keys => [answer(json!({"PublicKeyList": []}))]);
    assert_eq!(cloudtrail::public_keys(&cloudtrail, query().from, query().until).await.unwrap(), []);
    let cloudtrail = client!(aws_sdk_cloudtrail: list_public_keys => [keys("")]);
    let why = malformed(cloudtrail::public_keys(&cloudtrail, query().from, query().until).await);
    assert_eq!(why, "the answer has no fingerprint of the public key");
}
