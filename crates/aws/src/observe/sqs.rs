//! Amazon SQS.

use aws_sdk_sqs::{Client, types::QueueAttributeName};
use logproof_estate::{AccountId, Region, facts::Queue};

use super::{optional, policy};
use crate::failure::{Failure, absent};

/// What the service says of a queue that is not there, in the protocol of today and in that of before.
const ABSENT: [&str; 2] = ["QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"];

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
