//! Amazon SQS.

use aws_sdk_sqs::{Client, types::QueueAttributeName};
use logproof_estate::{
    AccountId, Region,
    facts::{Queue, Tags},
};

use super::{optional, pages::all_pages, policy};
use crate::failure::{Failure, absent};

/// What the service says of a queue that is not there, in the protocol of today and in that of before.
const ABSENT: [&str; 2] = ["QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"];

/// How many queues a page has: without a number, SQS ends the list after 1,000 and does not say that there are more.
const PAGE: i32 = 1000;

/// ARNs of all queues of an account and Region. SQS lists them by their URLs, which end with account and name.
///
/// See: <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html>
pub(super) async fn queues(sqs: &Client, account: &AccountId, region: &Region) -> Result<Vec<String>, Failure> {
    all_pages(|token| async move {
        let output = sqs.list_queues().max_results(PAGE).set_next_token(token).send().await?;
        let found = output.queue_urls().iter().map(|url| arn(account, region, url));
        Ok((found.collect::<Result<_, Failure>>()?, output.next_token().map(str::to_owned)))
    })
    .await
}

fn arn(account: &AccountId, region: &Region, url: &str) -> Result<String, Failure> {
    let mut parts = url.rsplit('/');
    match (parts.next(), parts.next()) {
        (Some(name), Some(owner)) if !name.is_empty() && owner == account.as_str() => {
            Ok(region.partition().arn("sqs", region.as_str(), owner, name))
        }
        _ => Err(Failure::Malformed(format!("`{url}` is not the URL of a queue of account {account}"))),
    }
}

/// Tags of a queue, `None` when there is no such queue. A queue has at most 50, in one answer.
///
/// See: <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueueTags.html>
pub(super) async fn queue_tags(sqs: &Client, url: &str) -> Result<Option<Tags>, Failure> {
    let Some(output) = absent(sqs.list_queue_tags().queue_url(url).send().await, &ABSENT)? else { return Ok(None) };
    Ok(Some(output.tags().into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())).collect()))
}

/// A queue with its access policy, `None` when there is no such queue. A queue without a policy or a KMS key has no such
/// attribute.
///
/// See: <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html>
pub(super) async fn queue(sqs: &Client, url: &str) -> Result<Option<Queue>, Failure> {
    let asked = [QueueAttributeName::QueueArn, QueueAttributeName::Policy, QueueAttributeName::KmsMasterKeyId];
    let answer = sqs.get_queue_attributes().queue_url(url).set_attribute_names(Some(asked.to_vec())).send().await;
    let Some(output) = absent(answer, &ABSENT)? else { return Ok(None) };
    let attributes = super::present(output.attributes(), "queue attributes")?;
    let text = |name: &QueueAttributeName| attributes.get(name).map(String::as_str);
    // It is asked for to tell an answer about the queue from an empty one.
    super::required(text(&QueueAttributeName::QueueArn), "queue ARN")?;
    let found = text(&QueueAttributeName::Policy).filter(|text| !text.is_empty());
    Ok(Some(Queue {
        policy: found.map(|text| policy(Some(text), "queue policy")).transpose()?,
        kms_key: optional(text(&QueueAttributeName::KmsMasterKeyId)),
    }))
}

/// The URL of a queue of an account and Region.
///
/// See: <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html>
pub(super) fn url(account: &AccountId, region: &Region, queue_arn: &str) -> String {
    let name = queue_arn.rsplit(':').next().unwrap_or_default();
    format!("https://sqs.{region}.{}/{account}/{name}", region.partition().dns_suffix())
}
