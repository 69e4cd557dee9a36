//! Amazon SNS.

use aws_sdk_sns::Client;
use logproof_estate::facts::{Subscription, Tags, Topic};

use super::{optional, pages::all_pages, policy, present, required};
use crate::failure::{Failure, absent};

/// ARNs of all topics.
///
/// See: <https://docs.aws.amazon.com/sns/latest/api/API_ListTopics.html>
pub(super) async fn topics(sns: &Client) -> Result<Vec<String>, Failure> {
    all_pages(|token| async move {
        let output = sns.list_topics().set_next_token(token).send().await?;
        let found = output.topics().iter().map(|topic| required(topic.topic_arn(), "topic ARN"));
        Ok((found.collect::<Result<_, Failure>>()?, output.next_token().map(str::to_owned)))
    })
    .await
}

/// Tags of a topic, `None` when there is no such topic. A topic has at most 50, in one answer.
///
/// See: <https://docs.aws.amazon.com/sns/latest/api/API_ListTagsForResource.html>
pub(super) async fn topic_tags(sns: &Client, topic_arn: &str) -> Result<Option<Tags>, Failure> {
    let answer = sns.list_tags_for_resource().resource_arn(topic_arn).send().await;
    let Some(output) = absent(answer, &["ResourceNotFound", "ResourceNotFoundException"])? else { return Ok(None) };
    let found = output.tags().iter().map(|tag| Ok((required(tag.key(), "tag key")?, tag.value().to_owned())));
    Ok(Some(found.collect::<Result<_, Failure>>()?))
}

/// A topic with its access policy, `None` when there is no such topic.
///
/// See: <https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html>
pub(super) async fn topic(sns: &Client, topic_arn: &str) -> Result<Option<Topic>, Failure> {
    let answer = sns.get_topic_attributes().topic_arn(topic_arn).send().await;
    let Some(output) = absent(answer, &["NotFound"])? else { return Ok(None) };
    let attributes = present(output.attributes(), "topic attributes")?;
    let text = |name: &str| attributes.get(name).map(String::as_str);
    Ok(Some(Topic { policy: policy(text("Policy"), "topic policy")?, kms_key: optional(text("KmsMasterKeyId")) }))
}

/// Subscriptions of a topic, `None` when there is no such topic.
///
/// See: <https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html>
pub(super) async fn subscriptions(sns: &Client, topic_arn: &str) -> Result<Option<Vec<Subscription>>, Failure> {
    let pages = all_pages(|token| async move {
        let answer = sns.list_subscriptions_by_topic().topic_arn(topic_arn).set_next_token(token).send().await;
        let Some(output) = absent(answer, &["NotFound"])? else { return Ok((vec![None], None)) };
        let found = output.subscriptions().iter().map(|subscription| {
            Ok(Some(Subscription {
                arn: required(subscription.subscription_arn(), "subscription ARN")?,
                protocol: required(subscription.protocol(), "subscription protocol")?,
                endpoint: subscription.endpoint().unwrap_or_default().to_owned(),
            }))
        });
        Ok((found.collect::<Result<_, Failure>>()?, output.next_token().map(str::to_owned)))
    })
    .await?;
    // One `None` represents a topic that is gone, or went between two pages.
    Ok(pages.into_iter().collect())
}
