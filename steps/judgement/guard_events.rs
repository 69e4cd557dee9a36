//! What CloudTrail records when somebody touches what guards the log store: the trail, AWS Config, the log key, the
//! policy of the log bucket, and the policies of the organization that hold everybody else back.
//!
//! Owns a table of events after the lists of the CIS AWS Foundations Benchmark (monitoring of CloudTrail, AWS Config,
//! customer managed keys and bucket policies) and, for the organization, those by which a guard is taken away. Judges
//! nothing.
//!
//! See: <https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html>

use logproof_estate::{AccountId, Region};
use serde_json::{Map, Value, json};

/// What guards the log store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Guard {
    Trail,
    Config,
    Key,
    BucketPolicy,
    /// The policies of the organization, where its accounts are, and who may change that: acted on in the management
    /// account.
    Organization,
    /// That an account is of the organization: a member can leave.
    Membership,
    /// Sessions as the root user of a member account.
    RootSession,
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
            Self::Organization => &[
                "DetachPolicy",
                "UpdatePolicy",
                "DeletePolicy",
                "DisablePolicyType",
                "MoveAccount",
                "RemoveAccountFromOrganization",
                "PutResourcePolicy",
            ],
            Self::Membership => &["LeaveOrganization"],
            Self::RootSession => &["AssumeRoot"],
        }
    }

    fn service(self) -> &'static str {
        match self {
            Self::Trail => "cloudtrail",
            Self::Config => "config",
            Self::Key => "kms",
            Self::BucketPolicy => "s3",
            Self::Organization | Self::Membership => "organizations",
            Self::RootSession => "sts",
        }
    }

    /// Who can act, in words and as the type of an identity. Each can be left out by a pattern, so each is tried.
    fn callers(self) -> &'static [(&'static str, &'static str)] {
        match self {
            // A root user cannot assume anything. See:
            // https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoot.html
            Self::RootSession => &[("an administrator", "AssumedRole"), ("an IAM user", "IAMUser")],
            _ => &[("an administrator", "AssumedRole"), ("the root user", "Root"), ("an IAM user", "IAMUser")],
        }
    }

    /// How a caller may name the resource: by its ARN, or by what the ARN ends in. Both do the same.
    fn spellings(self, resource: &str) -> Vec<(&'static str, &str)> {
        let short = resource.rsplit('/').next().unwrap_or(resource);
        match self {
            Self::Trail | Self::Key if short != resource => vec![("by its ARN", resource), ("by its name", short)],
            _ => vec![("", resource)],
        }
    }

    /// What the record says of the resource whatever the caller called it.
    fn resources(self, account: &AccountId, region: &Region, resource: &str) -> Option<Value> {
        let of = |kind: &str, arn: String| json!([{"accountId": account.as_str(), "type": kind, "ARN": arn}]);
        match self {
            Self::Trail | Self::Config | Self::Organization | Self::Membership | Self::RootSession => None,
            Self::Key => Some(of("AWS::KMS::Key", resource.to_owned())),
            Self::BucketPolicy => Some(of("AWS::S3::Bucket", format!("arn:{}:s3:::{resource}", region.partition()))),
        }
    }

    fn parameters(self, name: &str, resource: &str, region: &Region) -> Value {
        match self {
            Self::Trail => json!({"name": resource}),
            Self::Config if name.ends_with("Channel") => json!({"deliveryChannelName": "default"}),
            Self::Config => json!({"configurationRecorderName": "default"}),
            Self::Key if name == "ScheduleKeyDeletion" => json!({"keyId": resource, "pendingWindowInDays": 7}),
            Self::Key => json!({"keyId": resource}),
            Self::BucketPolicy => json!({"bucketName": resource}),
            Self::Organization => match name {
                "DetachPolicy" => json!({"policyId": "p-examplepolicy", "targetId": resource}),
                "UpdatePolicy" | "DeletePolicy" => json!({"policyId": "p-examplepolicy"}),
                "DisablePolicyType" => json!({"rootId": resource, "policyType": "SERVICE_CONTROL_POLICY"}),
                "MoveAccount" => json!({
                    "accountId": "999999999999", "sourceParentId": "ou-exmp-example01", "destinationParentId": resource}),
                "RemoveAccountFromOrganization" => json!({"accountId": "999999999999"}),
                _ => json!({"content": "***"}),
            },
            Self::Membership => Value::Null,
            Self::RootSession => json!({
                "targetPrincipal": "999999999999",
                "taskPolicyArn": {"arn": region.partition().arn("iam", "", "aws", "policy/root-task/S3UnlockBucketPolicy")},
            }),
        }
    }
}

/// One synthetic event.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct GuardEvent {
    /// Name as CloudTrail records it.
    pub(crate) name: String,
    /// Who acts, in words.
    pub(crate) caller: &'static str,
    /// How many kinds of callers can act.
    pub(crate) possible_callers: usize,
    /// What the resource is called by, in words; empty where there is one way only.
    pub(crate) spelling: &'static str,
    /// The event as EventBridge receives it; `detail` is the CloudTrail record.
    pub(crate) event: Value,
}

impl GuardEvent {
    /// The record as it stands in a log group.
    pub(crate) fn record(&self) -> &Value {
        self.event.get("detail").unwrap_or(&Value::Null)
    }
}

/// A call that CloudTrail records.
pub(crate) struct Call<'a> {
    /// The service, as the beginning of `eventSource`.
    pub(crate) service: &'a str,
    /// The event.
    pub(crate) name: &'a str,
    pub(crate) account: &'a AccountId,
    pub(crate) region: &'a Region,
    /// `userIdentity`.
    pub(crate) caller: Value,
}

impl Call<'_> {
    /// The event as EventBridge receives it, of a call that changes something and succeeded; `details` are further fields of
    /// the record, or others in place of those that are here.
    pub(crate) fn event(self, details: Map<String, Value>) -> Value {
        let Self { service, name, account, region, caller } = self;
        let mut event = json!({
            "version": "0",
            "id": "11112222-3333-4444-5555-666677778888",
            "detail-type": "AWS API Call via CloudTrail",
            "source": format!("aws.{service}"),
            "account": account.as_str(),
            "time": "2026-01-15T12:00:00Z",
            "region": region.as_str(),
            "resources": [],
            "detail": {
                "eventVersion": "1.11",
                "userIdentity": caller,
                "eventTime": "2026-01-15T12:00:00Z",
                "eventSource": format!("{service}.amazonaws.com"),
                "eventName": name,
                "awsRegion": region.as_str(),
                "sourceIPAddress": "198.51.100.7",
                "userAgent": "aws-cli/2.31.0",
                "requestID": "99998888-1111-6666-5555-444433332222",
                "eventID": "99998888-7777-6666-5555-444433332222",
                "readOnly": false,
                "eventType": "AwsApiCall",
                "managementEvent": true,
                "recipientAccountId": account.as_str(),
                "eventCategory": "Management",
            }
        });
        if let Some(record) = event.get_mut("detail").and_then(Value::as_object_mut) {
            record.extend(details);
        }
        event
    }
}

/// Every event on `resource` in one account and Region, by every caller, the resource called by each of its names.
pub(crate) fn events(guard: Guard, account: &AccountId, region: &Region, resource: &str) -> Vec<GuardEvent> {
    let mut made_up = Vec::new();
    for &name in guard.events() {
        for (spelling, called) in guard.spellings(resource) {
            for &(caller, kind) in guard.callers() {
                let call =
                    Call { service: guard.service(), name, account, region, caller: identity(account, region, kind) };
                let mut details = Map::from_iter([
                    ("requestParameters".to_owned(), guard.parameters(name, called, region)),
                    ("responseElements".to_owned(), Value::Null),
                ]);
                if let Some(resources) = guard.resources(account, region, resource) {
                    details.insert("resources".to_owned(), resources);
                }
                let event = call.event(details);
                let possible_callers = guard.callers().len();
                made_up.push(GuardEvent { name: name.to_owned(), caller, possible_callers, spelling, event });
            }
        }
    }
    made_up
}

/// See: <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html>
pub(crate) fn identity(account: &AccountId, region: &Region, kind: &str) -> Value {
    let partition = region.partition();
    if kind == "IAMUser" {
        return json!({
            "type": kind,
            "principalId": "AIDAEXAMPLEEXAMPLE000",
            "arn": format!("arn:{partition}:iam::{account}:user/someone"),
            "accountId": account.as_str(),
            "accessKeyId": "AKIAEXAMPLEEXAMPLE00",
            "userName": "someone",
        });
    }
    if kind == "Root" {
        return json!({
            "type": kind,
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

/// The names of events, each once; by whom, and what was called how, where only some of that is concerned.
pub(crate) fn in_words(events: &[&GuardEvent]) -> String {
    let mut words: Vec<String> = Vec::new();
    for event in events {
        let same: Vec<&&GuardEvent> = events.iter().filter(|other| other.name == event.name).collect();
        let each = |of: fn(&GuardEvent) -> &'static str| {
            let mut found: Vec<&str> = Vec::new();
            for one in &same {
                if !found.contains(&of(one)) {
                    found.push(of(one));
                }
            }
            found
        };
        let (callers, spellings) = (each(|one| one.caller), each(|one| one.spelling));
        let mut word = event.name.clone();
        if callers.len() < event.possible_callers {
            word = format!("{word} by {}", callers.join(" and "));
        }
        if let [only] = spellings.as_slice()
            && !only.is_empty()
        {
            word = format!("{word} (the resource called {only})");
        }
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
        assert_eq!(counted(Guard::Trail, trail), 15);
        assert_eq!(counted(Guard::Config, config), 12);
        assert_eq!(counted(Guard::Key, key), 6);
        assert_eq!(counted(Guard::BucketPolicy, bucket), 27);
        assert_eq!(counted(Guard::Key, config), 0);
    }

    #[test]
    fn the_benchmarks_pattern_for_the_organization_leaves_two_events_out() {
        let cis = "{($.eventSource=organizations.amazonaws.com) && (($.eventName=AcceptHandshake) || ($.eventName=AttachPolicy) || ($.eventName=CreateAccount) || ($.eventName=DeletePolicy) || ($.eventName=DetachPolicy) || ($.eventName=DisablePolicyType) || ($.eventName=LeaveOrganization) || ($.eventName=MoveAccount) || ($.eventName=RemoveAccountFromOrganization) || ($.eventName=UpdatePolicy))}";
        assert_eq!(counted(Guard::Organization, cis), 18, "all but PutResourcePolicy");
        assert_eq!(counted(Guard::Membership, cis), 3);
        assert_eq!(counted(Guard::RootSession, cis), 0);
        assert_eq!(counted(Guard::RootSession, "{ $.eventName = AssumeRoot }"), 2);
    }

    #[test]
    fn callers_and_names_are_said_where_only_some_are_concerned() {
        let (account, region) = ("111111111111".parse().unwrap(), "eu-central-1".parse().unwrap());
        let events = events(Guard::Key, &account, &region, "arn:aws:kms:eu-central-1:222222222222:key/k");
        let chosen = |wanted: fn(&GuardEvent) -> bool| {
            in_words(&events.iter().filter(|event| wanted(event)).collect::<Vec<_>>())
        };
        assert_eq!(chosen(|_| true), "DisableKey, ScheduleKeyDeletion");
        assert_eq!(
            chosen(|one| one.name == "DisableKey" || one.caller == "the root user"),
            "DisableKey, ScheduleKeyDeletion by the root user"
        );
        assert_eq!(
            chosen(|one| one.name == "DisableKey" && one.spelling == "by its name"),
            "DisableKey (the resource called by its name)"
        );
    }

    #[test]
    fn the_key_is_named_in_the_record_whatever_the_caller_called_it() {
        let arn = "arn:aws:kms:eu-central-1:222222222222:key/1234abcd";
        let (account, region) = ("222222222222".parse().unwrap(), "eu-central-1".parse().unwrap());
        let events = events(Guard::Key, &account, &region, arn);
        let counted = |pattern: &str| {
            let pattern = MetricPattern::parse(pattern).unwrap();
            events.iter().filter(|event| pattern.matches(event.record()) == Matched::Yes).count()
        };
        assert_eq!(counted(&format!("{{ $.resources[0].ARN = \"{arn}\" }}")), 12);
        assert_eq!(counted(&format!("{{ $.requestParameters.keyId = \"{arn}\" }}")), 6);
        assert_eq!(counted("{ $.requestParameters.keyId = \"*1234abcd\" }"), 12);
    }
}
