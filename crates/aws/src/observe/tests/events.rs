//! Amazon EventBridge.

use logproof_estate::facts::{DEFAULT_BUS, EventBus, EventRule, RuleTarget};
use serde_json::json;

use super::support::{Protocol, Wire, client, fails_apart, json as answer, malformed};
use crate::observe::events;

fn rules(name: &str, next: Option<&str>) -> Wire {
    let arn = format!("arn:aws:events:eu-central-1:222222222222:rule/{name}");
    let pattern = "{\"source\":[\"aws.s3\"]}";
    answer(json!({
        "Rules": [{"Name": name, "Arn": arn, "State": "ENABLED", "EventPattern": pattern}], "NextToken": next,
    }))
}

fn targets(id: &str, next: Option<&str>) -> Wire {
    answer(json!({"Targets": [{"Id": id, "Arn": "arn:aws:sns:::t"}], "NextToken": next}))
}

fails_apart!(all_rules: aws_sdk_eventbridge::list_rules, Json, "events:ListRules" needs "events:ListRules",
    rules("changes", None), |events| events::rules(events, DEFAULT_BUS));
fails_apart!(a_bus: aws_sdk_eventbridge::describe_event_bus, Json,
    "events:DescribeEventBus" needs "events:DescribeEventBus",
    answer(json!({"Name": "central", "Arn": "arn:b", "Policy": "{}"})), |events| events::bus(events, "central"));
fails_apart!(targets_of_a_rule: aws_sdk_eventbridge::list_targets_by_rule, Json,
    "events:ListTargetsByRule" needs "events:ListTargetsByRule",
    targets("one", None), |events| events::targets(events, DEFAULT_BUS, "changes"));

#[tokio::test]
async fn rules_of_two_pages() {
    let events = client!(aws_sdk_eventbridge: list_rules => [rules("a", Some("page-2")), rules("b", None)]);
    let expected = |name: &str| EventRule {
        name: name.to_owned(),
        arn: format!("arn:aws:events:eu-central-1:222222222222:rule/{name}"),
        state: "ENABLED".to_owned(),
        pattern: Some("{\"source\":[\"aws.s3\"]}".to_owned()),
    };
    assert_eq!(events::rules(&events, DEFAULT_BUS).await.unwrap(), [expected("a"), expected("b")]);
}

#[tokio::test]
async fn a_scheduled_rule_has_no_pattern_and_a_rule_without_a_state_is_no_answer() {
    let scheduled = json!({"Name": "n", "Arn": "a", "State": "FUTURE", "ScheduleExpression": "rate(1 day)"});
    let events = client!(aws_sdk_eventbridge: list_rules =>
        [answer(json!({"Rules": [scheduled]})), answer(json!({"Rules": [{"Name": "n", "Arn": "a"}]}))]);
    let found = events::rules(&events, DEFAULT_BUS).await.unwrap();
    assert_eq!((found[0].state.as_str(), &found[0].pattern), ("FUTURE", &None));
    assert_eq!(malformed(events::rules(&events, DEFAULT_BUS).await), "the answer has no rule state");
}

#[tokio::test]
async fn targets_of_two_pages_and_of_no_rule() {
    let absent = Protocol::Json.error(400, "ResourceNotFoundException");
    let events = client!(aws_sdk_eventbridge: list_targets_by_rule =>
        [targets("one", Some("page-2")), targets("two", None), absent]);
    let expected = |id: &str| RuleTarget { id: id.to_owned(), arn: "arn:aws:sns:::t".to_owned(), role: None };
    assert_eq!(events::targets(&events, DEFAULT_BUS, "changes").await.unwrap(), [expected("one"), expected("two")]);
    assert_eq!(events::targets(&events, DEFAULT_BUS, "changes").await.unwrap(), []);
}

#[tokio::test]
async fn a_bus_with_and_without_a_policy_and_one_whose_policy_is_none() {
    let described = |policy: Option<&str>| answer(json!({"Name": "central", "Arn": "arn:b", "Policy": policy}));
    let key = json!({"Name": "central", "Arn": "arn:b", "KmsKeyIdentifier": "arn:k"});
    let events = client!(aws_sdk_eventbridge: describe_event_bus => [
        described(Some("{\"Statement\": []}")), described(None), answer(key), described(Some("<html>")),
        answer(json!({"Name": "central"})), Protocol::Json.error(400, "ResourceNotFoundException"),
    ]);
    let expected = |policy: Option<&str>, kms_key: Option<&str>| {
        Some(EventBus {
            arn: "arn:b".to_owned(),
            policy: policy.map(str::to_owned),
            kms_key: kms_key.map(str::to_owned),
        })
    };
    assert_eq!(events::bus(&events, "central").await.unwrap(), expected(Some("{\"Statement\": []}"), None));
    assert_eq!(events::bus(&events, "central").await.unwrap(), expected(None, None));
    assert_eq!(events::bus(&events, "central").await.unwrap(), expected(None, Some("arn:k")));
    assert!(malformed(events::bus(&events, "central").await).starts_with("the policy of the event bus is not JSON"));
    assert_eq!(malformed(events::bus(&events, "central").await), "the answer has no event bus ARN");
    assert_eq!(events::bus(&events, "central").await.unwrap(), None);
}
