//! What makes a thing absent: the exact code that the service documents, in an error document that arrived whole. Every
//! call that turns a code into absence stands in the table; anything else that looks like it is a failure.

use std::fmt::Debug;

use logproof_estate::facts::OrgPolicyKind;

use super::support::{Protocol, Wire, account, bucket, client, text};
use crate::{
    failure::Failure,
    observe::{cloudtrail, events, iam, kms, logs, organizations, s3, s3control, sns, sqs},
};

/// Answers that are not the service's word that the thing does not exist, each with what is wrong with it.
fn look_alikes(word: &Wire, protocol: Protocol, code: &str) -> Vec<(String, Wire)> {
    let length = word.body.len();
    let after_code = word.body.windows(code.len()).position(|part| part == code.as_bytes()).unwrap() + code.len();
    let close = after_code + "</Code>".len().min(length - after_code - 1);
    let mut found: Vec<(String, Wire)> = [0, 1, length / 2, after_code, close, length - 1]
        .into_iter()
        .map(|end| (format!("cut after {end}"), Wire { body: word.body[..end].to_vec(), ..word.clone() }))
        .collect();
    let page = |body: String| text(&body).status(word.status);
    found.extend([
        ("a page".to_owned(), page("<html><body><h1>Not Found</h1></body></html>".to_owned())),
        ("a page with the code".to_owned(), page(format!("<html><Code>{code}</Code></html>"))),
        ("a page that is the code".to_owned(), page(code.to_owned())),
        ("a server's error".to_owned(), word.clone().status(500)),
        ("a gateway's error".to_owned(), word.clone().status(503)),
    ]);
    for other in [format!("{code}X"), code.to_lowercase(), format!("X{code}"), "NoSuchBucket".to_owned()] {
        if other != code {
            found.push((format!("`{other}`"), protocol.error(word.status, &other)));
        }
    }
    found
}

/// `$absent` is what the observer says of a thing that does not exist.
macro_rules! is_absent {
    ($name:ident: $krate:ident::$operation:ident, $protocol:ident $status:literal $code:literal, $absent:expr,
     |$client:ident| $ask:expr) => {
        #[tokio::test]
        async fn $name() {
            let word = Protocol::$protocol.error($status, $code);
            let ask = async |answer: Wire| {
                let $client = &client!($krate: $operation => vec![answer; 3]);
                $ask.await
            };
            assert_eq!(ask(word.clone()).await.unwrap(), $absent, "{word:?}");
            for (what, answer) in look_alikes(&word, Protocol::$protocol, $code) {
                is_a_failure(&what, ask(answer).await);
            }
        }
    };
}

fn is_a_failure<T: Debug>(what: &str, answer: Result<T, Failure>) {
    let failure = answer.expect_err(what);
    assert!(matches!(failure, Failure::Service { .. } | Failure::Malformed(_)), "{what}: {failure:?}");
}

is_absent!(location: aws_sdk_s3::get_bucket_location, S3 404 "NoSuchBucket", None,
    |s3| s3::bucket_location(s3, &bucket()));
is_absent!(encryption: aws_sdk_s3::get_bucket_encryption, S3 404 "ServerSideEncryptionConfigurationNotFoundError", None,
    |s3| s3::bucket_encryption(s3, &bucket()));
is_absent!(block: aws_sdk_s3::get_public_access_block, S3 404 "NoSuchPublicAccessBlockConfiguration", None,
    |s3| s3::public_access_block(s3, &bucket()));
is_absent!(ownership: aws_sdk_s3::get_bucket_ownership_controls, S3 404 "OwnershipControlsNotFoundError", None,
    |s3| s3::bucket_ownership(s3, &bucket()));
is_absent!(bucket_policy: aws_sdk_s3::get_bucket_policy, S3 404 "NoSuchBucketPolicy", None,
    |s3| s3::bucket_policy(s3, &bucket()));
is_absent!(object_lock: aws_sdk_s3::get_object_lock_configuration, S3 404 "ObjectLockConfigurationNotFoundError", None,
    |s3| s3::object_lock(s3, &bucket()));
is_absent!(lifecycle: aws_sdk_s3::get_bucket_lifecycle_configuration, S3 404 "NoSuchLifecycleConfiguration", [],
    |s3| s3::bucket_lifecycle(s3, &bucket()));
is_absent!(replication: aws_sdk_s3::get_bucket_replication, S3 404 "ReplicationConfigurationNotFoundError", None,
    |s3| s3::bucket_replication(s3, &bucket()));
is_absent!(tags: aws_sdk_s3::get_bucket_tagging, S3 404 "NoSuchTagSet", [], |s3| s3::bucket_tags(s3, &bucket()));
is_absent!(retention: aws_sdk_s3::get_object_retention, S3 404 "NoSuchObjectLockConfiguration", None,
    |s3| s3::object_retention(s3, &bucket(), "key"));
is_absent!(block_of_an_account: aws_sdk_s3control::get_public_access_block,
    Query 404 "NoSuchPublicAccessBlockConfiguration", None,
    |s3control| s3control::public_access_block(s3control, &account()));
is_absent!(role: aws_sdk_iam::get_role, Query 404 "NoSuchEntity", None, |iam| iam::role(iam, "r"));
is_absent!(topic: aws_sdk_sns::list_subscriptions_by_topic, Query 404 "NotFound", None,
    |sns| sns::subscriptions(sns, "arn:aws:sns:eu-central-1:222222222222:alerts"));
is_absent!(queue: aws_sdk_sqs::get_queue_attributes, Json 400 "QueueDoesNotExist", None,
    |sqs| sqs::queue(sqs, "https://sqs.eu-central-1.amazonaws.com/222222222222/alerts"));
is_absent!(key: aws_sdk_kms::describe_key, Json 400 "NotFoundException", None, |kms| kms::key(kms, "k"));
is_absent!(trail_status: aws_sdk_cloudtrail::get_trail_status, Json 400 "TrailNotFoundException", None,
    |cloudtrail| cloudtrail::trail_status(cloudtrail, "t"));
is_absent!(event_bus: aws_sdk_eventbridge::describe_event_bus, Json 400 "ResourceNotFoundException", None,
    |events| events::bus(events, "central"));
is_absent!(rules: aws_sdk_eventbridge::list_rules, Json 400 "ResourceNotFoundException", [],
    |events| events::rules(events, "central"));
is_absent!(targets: aws_sdk_eventbridge::list_targets_by_rule, Json 400 "ResourceNotFoundException", [],
    |events| events::targets(events, "default", "r"));
is_absent!(metric_filters: aws_sdk_cloudwatchlogs::describe_metric_filters, Json 400 "ResourceNotFoundException", [],
    |logs| logs::metric_filters(logs, "g"));
is_absent!(policies: aws_sdk_organizations::list_policies, Json 400 "PolicyTypeNotEnabledException", [],
    |organizations| organizations::policies(organizations, OrgPolicyKind::ResourceControl));

/// S3 has no code of its own for the retention of an object in a bucket without Object Lock: the sentence is the code.
#[tokio::test]
async fn only_the_exact_sentence_makes_a_retention_absent() {
    let said = |message: &str, status: u16| {
        text(&format!("<Error><Code>InvalidRequest</Code><Message>{message}</Message></Error>")).status(status)
    };
    let exact = "Bucket is missing Object Lock Configuration";
    let ask = async |answer: Wire| {
        let s3 = client!(aws_sdk_s3: get_object_retention => vec![answer; 3]);
        s3::object_retention(&s3, &bucket(), "key").await
    };
    assert_eq!(ask(said(exact, 400)).await.unwrap(), None);
    for answer in [said("Bucket is missing something", 400), said(exact, 500), said("", 400)] {
        is_a_failure(&format!("{answer:?}"), ask(answer).await);
    }
    let cut = said(exact, 400);
    let end = cut.body.len() - "</Message></Error>".len();
    is_a_failure("cut after the sentence", ask(Wire { body: cut.body[..end].to_vec(), ..cut }).await);
}
