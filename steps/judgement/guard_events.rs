//! What CloudTrail records when somebody touches what guards the log store: the trail, AWS Config, the log key, the
//! policy of the log bucket.
//!
//! Owns a table of events after the lists of the CIS AWS Foundations Benchmark (monitoring of CloudTrail, AWS Config,
//! customer managed keys and bucket policies). Judges nothing.
//!
//! See: <https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html>

use logproof_estate::{AccountId, Region};
use serde_json::{Value, json};

/// What guards the log store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Guard {
    Trail,
    Config,
    Key,
    BucketPolicy,
}

impl Guard {
    /// The events of the benchmark's list, as CloudTrail names them.
    fn events(self) -> &'static [&'static str] {
        match self {
            Self::Trail => &["CreateTrail", "UpdateTrail", "DeleteTrail", "StartLogging", "StopLogging"],
            Self::Config => &[
                "StopConfigurationRecorder",
                "DeleteDeliveryChannel",
                "PutDeliveryChannel",
                "PutConfigurationRecorder",
            ],
            Self::Key => &["DisableKey", "ScheduleKeyDeletion"],
            Self::BucketPolicy => &[
                "PutBucketAcl",
                "PutBucketPolicy",
                "PutBucketCors",
                "PutBucketLifecycle",
                "PutBucketReplication",
                "DeleteBucketPolicy",
                "DeleteBucketCors",
                "DeleteBucketLifecycle",
                "DeleteBucketReplication",
            ],
        }
    }

    fn service(self) -> &'static str {
        match self {
            Self::Trail => "cloudtrail",
            Self::Config => "config",
            Self::Key => "kms",
            Self::BucketPolicy => "s3",
        }
    }

    fn parameters(self, name: &str, resource: &str) -> Value {
        match self {
            Self::Trail => json!({"name": resource}),
            Self::Config if name.ends_with("Channel") => json!({"deliveryChannelName": "default"}),
            Self::Config => json!({"configurationRecorderName": "default"}),
            Self::Key if name == "ScheduleKeyDeletion" => json!({"keyId": resource, "pendingWindowInDays": 7}),
            Self::Key => json!({"keyId": resource}),
            Self::BucketPolicy => json!({"bucketName": resource}),
        }
    }
}

/// One made-up event.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct GuardEvent {
    /// Name as CloudTrail records it.
    pub(crate) name: &'static str,
    /// Who acts, in words.
    pub(crate) caller: &'static str,
    /// The event as EventBridge receives it; `detail` is the CloudTrail record.
    pub(crate) event: Value,
}

impl GuardEvent {
    /// The record as it stands in a log group.
    pub(crate) fn record(&self) -> &Value {
        self.event.get("detail").unwrap_or(&Value::Null)
    }
}

/// Every event on `resource` in one account and Region, by an administrator's role and by the root user.
pub(crate) fn events(guard: Guard, account: &AccountId, region: &Region, resource: &str) -> Vec<GuardEvent> {
    let callers = [("an administrator", true), ("the root user", false)];
    let named = guard.events().iter().flat_map(|name| callers.map(|(caller, role)| (*name, caller, role)));
    named
        .map(|(name, caller, role)| GuardEvent {
            name,
            caller,
            event: json!({
                "version": "0",
                "id": "11112222-3333-4444-5555-666677778888",
                "detail-type": "AWS API Call via CloudTrail",
                "source": format!("aws.{}", guard.service()),
                "account": account.as_str(),
                "time": "2026-01-15T12:00:00Z",
                "region": region.as_str(),
                "resources": [],
                "detail": {
                    "eventVersion": "1.11",
                    "userIdentity": identity(account, region, role),
                    "eventTime": "2026-01-15T12:00:00Z",
                    "eventSource": format!("{}.amazonaws.com", guard.service()),
                    "eventName": name,
                    "awsRegion": region.as_str(),
                    "sourceIPAddress": "198.51.100.7",
                    "userAgent": "aws-cli/2.31.0",
                    "requestParameters": guard.parameters(name, resource),
                    "responseElements": null,
                    "requestID": "99998888-1111-6666-5555-444433332222",
                    "eventID": "99998888-7777-6666-5555-444433332222",
                    "readOnly": false,
                    "eventType": "AwsApiCall",
                    "managementEvent": true,
                    "recipientAccountId": account.as_str(),
                    "eventCategory": "Management",
                }
            }),
        })
        .collect()
}

/// See: <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html>
fn identity(account: &AccountId, region: &Region, role: bool) -> Value {
    let partition = region.partition();
    if !role {
        return json!({
            "type": "Root",
            "principalId": account.as_str(),
            "arn": format!("arn:{partition}:iam::{account}:root"),
            "accountId": account.as_str(),
        });
    }
    json!({
        "type": "AssumedRole",
        "principalId": "AROAEXAMPLEEXAMPLE000:someone",
        "arn": format!("arn:{partition}:sts::{account}:assumed-role/Administrator/someone"),
        "accountId": account.as_str(),
        "accessKeyId": "ASIAEXAMPLEEXAMPLE00",
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": "AROAEXAMPLEEXAMPLE000",
                "arn": format!("arn:{partition}:iam::{account}:role/Administrator"),
                "accountId": account.as_str(),
                "userName": "Administrator",
            },
            "attributes": {"creationDate": "2026-01-15T11:00:00Z", "mfaAuthenticated": "true"},
        },
    })
}

/// The names of events, each once; by whom, where only one of the callers is concerned.
pub(crate) fn in_words(events: &[&GuardEvent]) -> String {
    let mut words: Vec<String> = Vec::new();
    for event in events {
        let alone = events.iter().filter(|other| other.name == event.name).count() == 1;
        let word = if alone { format!("{} by {}", event.name, event.caller) } else { event.name.to_owned() };
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use crate::judgement::{event_pattern::Matched, metric_pattern::MetricPattern};

    use super::*;

    fn counted(guard: Guard, pattern: &str) -> usize {
        let (account, region) = ("111111111111".parse().unwrap(), "eu-central-1".parse().unwrap());
        let pattern = MetricPattern::parse(pattern).unwrap();
        let events = events(guard, &account, &region, "x");
        events.iter().filter(|event| pattern.matches(event.record()) == Matched::Yes).count()
    }

    #[test]
    fn the_patterns_of_the_benchmark_count_every_event() {
        let trail = "{($.eventName=CreateTrail) || ($.eventName=UpdateTrail) || ($.eventName=DeleteTrail) || ($.eventName=StartLogging) || ($.eventName=StopLogging)}";
        let config = "{($.eventSource=config.amazonaws.com) && (($.eventName=StopConfigurationRecorder) || ($.eventName=DeleteDeliveryChannel) || ($.eventName=PutDeliveryChannel) || ($.eventName=PutConfigurationRecorder))}";
        let key =
            "{($.eventSource=kms.amazonaws.com) && (($.eventName=DisableKey) || ($.eventName=ScheduleKeyDeletion))}";
        let bucket = "{($.eventSource=s3.amazonaws.com) && (($.eventName=PutBucketAcl) || ($.eventName=PutBucketPolicy) || ($.eventName=PutBucketCors) || ($.eventName=PutBucketLifecycle) || ($.eventName=PutBucketReplication) || ($.eventName=DeleteBucketPolicy) || ($.eventName=DeleteBucketCors) || ($.eventName=DeleteBucketLifecycle) || ($.eventName=DeleteBucketReplication))}";
        assert_eq!(counted(Guard::Trail, trail), 10);
        assert_eq!(counted(Guard::Config, config), 8);
        assert_eq!(counted(Guard::Key, key), 4);
        assert_eq!(counted(Guard::BucketPolicy, bucket), 18);
        assert_eq!(counted(Guard::Key, config), 0);
    }

    #[test]
    fn a_caller_is_named_where_the_other_is_seen() {
        let (account, region) = ("111111111111".parse().unwrap(), "eu-central-1".parse().unwrap());
        let events = events(Guard::Key, &account, &region, "k");
        let some: Vec<&GuardEvent> = events.iter().take(3).collect();
        assert_eq!(in_words(&some), "DisableKey, ScheduleKeyDeletion by an administrator");
    }
}
