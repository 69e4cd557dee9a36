//! Amazon SNS.

use logproof_estate::facts::{Subscription, Topic};

use super::support::{Protocol, Wire, client, fails_apart, malformed, text};
use crate::observe::sns;

const TOPIC: &str = "arn:aws:sns:eu-central-1:222222222222:log-store-alerts";

fn page(arn: &str, next: &str) -> Wire {
    text(&format!(
        "<ListSubscriptionsByTopicResponse><ListSubscriptionsByTopicResult><Subscriptions><member>\
         <SubscriptionArn>{arn}</SubscriptionArn><Owner>222222222222</Owner><Protocol>https</Protocol>\
         <Endpoint>https://alerts.example.com</Endpoint><TopicArn>{TOPIC}</TopicArn></member></Subscriptions>{next}\
         </ListSubscriptionsByTopicResult></ListSubscriptionsByTopicResponse>"
    ))
}

fn attributes(entries: &[(&str, &str)]) -> Wire {
    let entries: String =
        entries.iter().map(|(key, value)| format!("<entry><key>{key}</key><value>{value}</value></entry>")).collect();
    text(&format!(
        "<GetTopicAttributesResponse><GetTopicAttributesResult><Attributes>{entries}</Attributes>\
         </GetTopicAttributesResult></GetTopicAttributesResponse>"
    ))
}

fails_apart!(topic: aws_sdk_sns::get_topic_attributes, Query, "sns:GetTopicAttributes" needs "sns:GetTopicAttributes",
    attributes(&[("Policy", "{}")]), |sns| sns::topic(sns, TOPIC));
fails_apart!(subscriptions: aws_sdk_sns::list_subscriptions_by_topic, Query,
    "sns:ListSubscriptionsByTopic" needs "sns:ListSubscriptionsByTopic",
    page("PendingConfirmation", ""), |sns| sns::subscriptions(sns, TOPIC));

fails_apart!(topics: aws_sdk_sns::list_topics, Query, "sns:ListTopics" needs "sns:ListTopics",
    topics_page(TOPIC, ""), |sns| sns::topics(sns));
fails_apart!(topic_tags: aws_sdk_sns::list_tags_for_resource, Query,
    "sns:ListTagsForResource" needs "sns:ListTagsForResource", tags(&[]), |sns| sns::topic_tags(sns, TOPIC));

fn topics_page(arn: &str, next: &str) -> Wire {
    text(&format!(
        "<ListTopicsResponse><ListTopicsResult><Topics><member><TopicArn>{arn}</TopicArn></member></Topics>{next}\
         </ListTopicsResult></ListTopicsResponse>"
    ))
}

fn tags(all: &[(&str, &str)]) -> Wire {
    let all: String =
        all.iter().map(|(key, value)| format!("<member><Key>{key}</Key><Value>{value}</Value></member>")).collect();
    text(&format!(
        "<ListTagsForResourceResponse><ListTagsForResourceResult><Tags>{all}</Tags></ListTagsForResourceResult>\
         </ListTagsForResourceResponse>"
    ))
}

#[tokio::test]
async fn topics_of_two_pages_and_none() {
    let none = text("<ListTopicsResponse><ListTopicsResult><Topics/></ListTopicsResult></ListTopicsResponse>");
    let other = "arn:aws:sns:eu-central-1:222222222222:other";
    let next = "<NextToken>page-2</NextToken>";
    let pages = [topics_page(TOPIC, next), topics_page(other, ""), none];
    let sns = client!(aws_sdk_sns: list_topics => pages);
    assert_eq!(sns::topics(&sns).await.unwrap(), [TOPIC, other]);
    assert_eq!(sns::topics(&sns).await.unwrap(), [""; 0]);
    let sns = client!(aws_sdk_sns: list_topics => [topics_page(TOPIC, next), topics_page(other, next)]);
    assert!(malformed(sns::topics(&sns).await).starts_with("a page token came back"));
    let sns = client!(aws_sdk_sns: list_topics => [topics_page("", "")]);
    assert_eq!(malformed(sns::topics(&sns).await), "the answer has no topic ARN");
}

#[tokio::test]
async fn tags_of_a_topic_and_of_no_topic() {
    let sns = client!(aws_sdk_sns: list_tags_for_resource =>
        [tags(&[("use", "alerts"), ("empty", "")]), tags(&[]), Protocol::Query.error(404, "ResourceNotFound")]);
    let found = sns::topic_tags(&sns, TOPIC).await.unwrap().unwrap();
    let of = |key: &str| found.get(key).map(String::as_str);
    assert_eq!((found.len(), of("use"), of("empty")), (2, Some("alerts"), Some("")));
    assert!(sns::topic_tags(&sns, TOPIC).await.unwrap().unwrap().is_empty());
    assert_eq!(sns::topic_tags(&sns, TOPIC).await.unwrap(), None);
}

#[tokio::test]
async fn subscriptions_of_two_pages() {
    let confirmed = format!("{TOPIC}:6b0e71bd");
    let pages = [page(&confirmed, "<NextToken>page-2</NextToken>"), page("PendingConfirmation", "")];
    let sns = client!(aws_sdk_sns: list_subscriptions_by_topic => pages);
    let subscription = |arn: &str| Subscription {
        arn: arn.to_owned(),
        protocol: "https".to_owned(),
        endpoint: "https://alerts.example.com".to_owned(),
    };
    let found = sns::subscriptions(&sns, TOPIC).await.unwrap().unwrap();
    assert_eq!(found, [subscription(&confirmed), subscription("PendingConfirmation")]);
    assert_eq!(found.iter().map(Subscription::confirmed).collect::<Vec<_>>(), [true, false]);
}

#[tokio::test]
async fn a_topic_without_subscriptions_and_no_topic() {
    let none = "<ListSubscriptionsByTopicResponse><ListSubscriptionsByTopicResult><Subscriptions/>\
        </ListSubscriptionsByTopicResult></ListSubscriptionsByTopicResponse>";
    let sns = client!(aws_sdk_sns: list_subscriptions_by_topic =>
        [text(none), Protocol::Query.error(404, "NotFound")]);
    assert_eq!(sns::subscriptions(&sns, TOPIC).await.unwrap(), Some(Vec::new()));
    assert_eq!(sns::subscriptions(&sns, TOPIC).await.unwrap(), None);
}

#[tokio::test]
async fn a_repeated_page_token_is_an_error() {
    let next = "<NextToken>page-2</NextToken>";
    let sns = client!(aws_sdk_sns: list_subscriptions_by_topic => [page("Deleted", next), page("Deleted", next)]);
    assert!(malformed(sns::subscriptions(&sns, TOPIC).await).starts_with("a page token came back"));
}

#[tokio::test]
async fn a_topic_with_a_key_one_without_and_no_topic() {
    let sns = client!(aws_sdk_sns: get_topic_attributes => [
        attributes(&[("TopicArn", TOPIC), ("Policy", "{}"), ("KmsMasterKeyId", "alias/aws/sns")]),
        attributes(&[("Policy", "{}"), ("KmsMasterKeyId", "")]),
        Protocol::Query.error(404, "NotFound"),
    ]);
    let topic = |key: Option<&str>| Topic { policy: "{}".to_owned(), kms_key: key.map(str::to_owned) };
    assert_eq!(sns::topic(&sns, TOPIC).await.unwrap(), Some(topic(Some("alias/aws/sns"))));
    assert_eq!(sns::topic(&sns, TOPIC).await.unwrap(), Some(topic(None)));
    assert_eq!(sns::topic(&sns, TOPIC).await.unwrap(), None);
}

#[tokio::test]
async fn a_topic_whose_policy_is_missing_or_no_policy_is_no_answer() {
    let sns = client!(aws_sdk_sns: get_topic_attributes =>
        [attributes(&[("TopicArn", TOPIC)]), attributes(&[("Policy", "&lt;html&gt;")])]);
    assert_eq!(malformed(sns::topic(&sns, TOPIC).await), "the answer has no topic policy");
    assert!(malformed(sns::topic(&sns, TOPIC).await).starts_with("the topic policy is not JSON"));
}
