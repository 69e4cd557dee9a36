//! Amazon SQS.

use logproof_estate::facts::Queue;
use serde_json::{Value, json};

use super::support::{Protocol, Wire, account, client, fails_apart, json as answer, malformed, region};
use crate::observe::sqs;

const URL: &str = "https://sqs.eu-central-1.amazonaws.com/222222222222/log-store-alerts";
const ARN: &str = "arn:aws:sqs:eu-central-1:222222222222:log-store-alerts";

fn attributes(attributes: Value) -> Wire {
    answer(json!({ "Attributes": attributes }))
}

fails_apart!(queue: aws_sdk_sqs::get_queue_attributes, Json, "sqs:GetQueueAttributes" needs "sqs:GetQueueAttributes",
    attributes(json!({"QueueArn": ARN})), |sqs| sqs::queue(sqs, URL));

fails_apart!(queues: aws_sdk_sqs::list_queues, Json, "sqs:ListQueues" needs "sqs:ListQueues",
    answer(json!({"QueueUrls": [URL]})), |sqs| sqs::queues(sqs, &account(), &region()));
fails_apart!(queue_tags: aws_sdk_sqs::list_queue_tags, Json, "sqs:ListQueueTags" needs "sqs:ListQueueTags",
    answer(json!({"Tags": {}})), |sqs| sqs::queue_tags(sqs, URL));

#[tokio::test]
async fn queues_of_two_pages_and_none() {
    let other = "https://sqs.eu-central-1.amazonaws.com/222222222222/other.fifo";
    let sqs = client!(aws_sdk_sqs: list_queues => [
        answer(json!({"QueueUrls": [URL], "NextToken": "page-2"})),
        answer(json!({"QueueUrls": [other]})),
        answer(json!({})),
    ]);
    let ask = async || sqs::queues(&sqs, &account(), &region()).await;
    assert_eq!(ask().await.unwrap(), [ARN, "arn:aws:sqs:eu-central-1:222222222222:other.fifo"]);
    assert_eq!(ask().await.unwrap(), [""; 0]);
}

#[tokio::test]
async fn a_page_token_that_comes_back_and_a_url_of_another_account_are_no_list() {
    let again = || answer(json!({"QueueUrls": [URL], "NextToken": "page-2"}));
    let sqs = client!(aws_sdk_sqs: list_queues => [again(), again()]);
    assert!(malformed(sqs::queues(&sqs, &account(), &region()).await).starts_with("a page token came back"));
    for url in ["https://sqs.eu-central-1.amazonaws.com/333333333333/q", "q", ""] {
        let sqs = client!(aws_sdk_sqs: list_queues => [answer(json!({"QueueUrls": [url]}))]);
        let problem = malformed(sqs::queues(&sqs, &account(), &region()).await);
        assert!(problem.contains("is not the URL of a queue of account 222222222222"), "{problem}");
    }
}

#[tokio::test]
async fn tags_of_a_queue_and_of_no_queue() {
    let sqs = client!(aws_sdk_sqs: list_queue_tags => [
        answer(json!({"Tags": {"use": "alerts"}})),
        answer(json!({})),
        Protocol::Json.error(400, "QueueDoesNotExist"),
    ]);
    let found = sqs::queue_tags(&sqs, URL).await.unwrap().unwrap();
    assert_eq!((found.len(), found.get("use").map(String::as_str)), (1, Some("alerts")));
    assert!(sqs::queue_tags(&sqs, URL).await.unwrap().unwrap().is_empty());
    assert_eq!(sqs::queue_tags(&sqs, URL).await.unwrap(), None);
}

#[tokio::test]
async fn a_queue_with_and_without_policy_and_key_and_no_queue() {
    let sqs = client!(aws_sdk_sqs: get_queue_attributes => [
        attributes(json!({"QueueArn": ARN, "Policy": "{}", "KmsMasterKeyId": "alias/alerts"})),
        attributes(json!({"QueueArn": ARN, "Policy": ""})),
        Protocol::Json.error(400, "QueueDoesNotExist"),
    ]);
    let queue = |policy: Option<&str>, key: Option<&str>| {
        Some(Queue { policy: policy.map(str::to_owned), kms_key: key.map(str::to_owned) })
    };
    assert_eq!(sqs::queue(&sqs, URL).await.unwrap(), queue(Some("{}"), Some("alias/alerts")));
    assert_eq!(sqs::queue(&sqs, URL).await.unwrap(), queue(None, None));
    assert_eq!(sqs::queue(&sqs, URL).await.unwrap(), None);
}

#[tokio::test]
async fn an_answer_about_nothing_and_a_policy_that_is_none_are_no_answer() {
    let sqs = client!(aws_sdk_sqs: get_queue_attributes =>
        [attributes(json!({})), attributes(json!({"QueueArn": ARN, "Policy": "<html>"}))]);
    assert_eq!(malformed(sqs::queue(&sqs, URL).await), "the answer has no queue ARN");
    assert!(malformed(sqs::queue(&sqs, URL).await).starts_with("the queue policy is not JSON"));
}

#[test]
fn the_url_is_that_of_the_partition() {
    let of = |region: &str| sqs::url(&"222222222222".parse().unwrap(), &region.parse().unwrap(), ARN);
    assert_eq!(of("eu-central-1"), URL);
    assert_eq!(of("cn-north-1"), "https://sqs.cn-north-1.amazonaws.com.cn/222222222222/log-store-alerts");
}
