//! What CloudTrail hands to Amazon EventBridge when somebody touches the log bucket.
//!
//! Owns a table of synthetic events modelled on the documented records; an alert is examined by whether its pattern sees them.
//! Judges nothing.
//!
//! See: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html>,
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html>

use logproof_estate::{AccountId, BucketRef};
use serde_json::{Value, json};

/// What an event does to the bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Changes the bucket or its protection: a management event.
    Administration,
    /// Writes or deletes a log file, or changes what protects it: a data event.
    Write,
    /// Reads a log file or lists them: a data event.
    Read,
    /// Reads the bucket's settings: a management event that reads.
    Inspection,
}

/// The table: name of the event as CloudTrail records it. A setting and its removal are two events.
const EVENTS: [(Kind, &[&str]); 4] = [
    (
        Kind::Administration,
        &[
            "PutBucketPolicy",
            "DeleteBucketPolicy",
            "PutBucketAcl",
            "PutBucketPublicAccessBlock",
            "DeleteBucketPublicAccessBlock",
            "PutBucketOwnershipControls",
            "DeleteBucketOwnershipControls",
            "PutBucketEncryption",
            "DeleteBucketEncryption",
            "PutBucketVersioning",
            "PutBucketLifecycle",
            "DeleteBucketLifecycle",
            "PutBucketObjectLockConfiguration",
            "PutBucketReplication",
            "DeleteBucketReplication",
            "PutBucketLogging",
            "DeleteBucket",
        ],
    ),
    // `DeleteObjects` is what the console and batch deletions call, for a single object too.
    (
        Kind::Write,
        &[
            "PutObject",
            "CopyObject",
            "CompleteMultipartUpload",
            "DeleteObject",
            "DeleteObjects",
            "PutObjectAcl",
            "PutObjectTagging",
            "DeleteObjectTagging",
            "PutObjectRetention",
            "PutObjectLegalHold",
        ],
    ),
    (Kind::Read, &["GetObject", "HeadObject", "ListObjects"]),
    (Kind::Inspection, &["GetBucketPolicy", "GetBucketAcl", "GetBucketVersioning"]),
];

/// Who acts. Each can be left out by a pattern on the identity, so each is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Caller {
    /// The administrator role of the log archive, in a session.
    Administrator,
    /// The root user of the log archive account.
    RootUser,
    /// An IAM user of the log archive account.
    User,
    /// An administrator of the management account.
    Outside,
}

impl Caller {
    /// Every caller.
    pub(crate) const ALL: [Self; 4] = [Self::Administrator, Self::RootUser, Self::User, Self::Outside];

    /// The caller in words.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Administrator => "the administrator role",
            Self::RootUser => "the root user",
            Self::User => "an IAM user",
            Self::Outside => "a role of the management account",
        }
    }
}

/// The bucket and the callers that synthetic events are about.
#[derive(Debug, Clone)]
pub(crate) struct Scenery {
    /// The bucket touched.
    pub(crate) bucket: BucketRef,
    /// Name of the administrator role of the bucket's account.
    pub(crate) admin_role: String,
    /// The management account.
    pub(crate) management: AccountId,
}

/// One synthetic event. What EventBridge receives is made by [`Scenery::event`] when it is looked at: some 25 KB each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StoreEvent {
    kind: Kind,
    /// Name as CloudTrail records it.
    pub(crate) name: &'static str,
    /// Who acts.
    pub(crate) caller: Caller,
}

impl StoreEvent {
    /// Every event of a kind, by every caller.
    pub(crate) fn all(kind: Kind) -> impl Iterator<Item = Self> {
        let names = EVENTS.iter().filter(move |(of, _)| *of == kind).flat_map(|(_, names)| names.iter().copied());
        names.flat_map(move |name| Caller::ALL.map(|caller| Self { kind, name, caller }))
    }
}

impl Scenery {
    /// An event as EventBridge receives it.
    pub(crate) fn event(&self, event: StoreEvent) -> Value {
        let StoreEvent { kind, name, caller } = event;
        let owner = &self.bucket.owner;
        json!({
            "version": "0",
            "id": "11112222-3333-4444-5555-666677778888",
            "detail-type": "AWS API Call via CloudTrail",
            "source": "aws.s3",
            "account": owner.as_str(),
            "time": "2026-01-15T12:00:00Z",
            "region": self.bucket.region.as_str(),
            "resources": [],
            "detail": {
                "eventVersion": "1.11",
                "userIdentity": self.identity(caller),
                "eventTime": "2026-01-15T12:00:00Z",
                "eventSource": "s3.amazonaws.com",
                "eventName": name,
                "awsRegion": self.bucket.region.as_str(),
                "sourceIPAddress": "198.51.100.7",
                "userAgent": "aws-cli/2.31.0",
                "requestParameters": self.parameters(kind, name),
                "responseElements": null,
                "requestID": "ABCDEF0123456789",
                "eventID": "99998888-7777-6666-5555-444433332222",
                "readOnly": matches!(kind, Kind::Read | Kind::Inspection),
                "resources": self.resources(kind, name),
                "eventType": "AwsApiCall",
                "managementEvent": matches!(kind, Kind::Administration | Kind::Inspection),
                "recipientAccountId": owner.as_str(),
                "eventCategory": if matches!(kind, Kind::Write | Kind::Read) { "Data" } else { "Management" },
            }
        })
    }

    fn parameters(&self, kind: Kind, name: &str) -> Value {
        let mut parameters = json!({
            "bucketName": self.bucket.name,
            "Host": format!("{}.s3.{}.{}", self.bucket.name, self.bucket.region, self.bucket.region.partition().dns_suffix()),
        });
        if matches!(kind, Kind::Write | Kind::Read)
            && !of_many(name)
            && let Some(fields) = parameters.as_object_mut()
        {
            fields.insert("key".to_owned(), json!("AWSLogs/example.json.gz"));
        }
        parameters
    }

    fn resources(&self, kind: Kind, name: &str) -> Value {
        let bucket = json!({
            "accountId": self.bucket.owner.as_str(),
            "type": "AWS::S3::Bucket",
            "ARN": self.bucket.arn(),
        });
        if matches!(kind, Kind::Administration | Kind::Inspection) {
            return json!([bucket]);
        }
        if of_many(name) {
            return json!([{"type": "AWS::S3::Object", "ARNPrefix": format!("{}/", self.bucket.arn())}, bucket]);
        }
        json!([
            {"type": "AWS::S3::Object", "ARN": format!("{}/AWSLogs/example.json.gz", self.bucket.arn())},
            bucket
        ])
    }

    /// See: <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html>
    fn identity(&self, caller: Caller) -> Value {
        let partition = self.bucket.region.partition();
        let (account, role) = match caller {
            Caller::RootUser => {
                let account = &self.bucket.owner;
                return json!({
                    "type": "Root",
                    "principalId": account.as_str(),
                    "arn": format!("arn:{partition}:iam::{account}:root"),
                    "accountId": account.as_str(),
                });
            }
            Caller::User => {
                let account = &self.bucket.owner;
                return json!({
                    "type": "IAMUser",
                    "principalId": "AIDAEXAMPLEEXAMPLE000",
                    "arn": format!("arn:{partition}:iam::{account}:user/someone"),
                    "accountId": account.as_str(),
                    "accessKeyId": "AKIAEXAMPLEEXAMPLE00",
                    "userName": "someone",
                });
            }
            Caller::Administrator => (&self.bucket.owner, self.admin_role.as_str()),
            Caller::Outside => (&self.management, "OrganizationAdministrator"),
        };
        json!({
            "type": "AssumedRole",
            "principalId": "AROAEXAMPLEEXAMPLE000:someone",
            "arn": format!("arn:{partition}:sts::{account}:assumed-role/{role}/someone"),
            "accountId": account.as_str(),
            "accessKeyId": "ASIAEXAMPLEEXAMPLE00",
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "principalId": "AROAEXAMPLEEXAMPLE000",
                    "arn": format!("arn:{partition}:iam::{account}:role/{role}"),
                    "accountId": account.as_str(),
                    "userName": role,
                },
                "attributes": {"creationDate": "2026-01-15T11:00:00Z", "mfaAuthenticated": "true"},
            },
        })
    }
}

/// Whether an event is about many objects, and names none.
fn of_many(name: &str) -> bool {
    matches!(name, "ListObjects" | "DeleteObjects")
}

#[cfg(test)]
mod tests {
    use crate::judgement::event_pattern::{EventPattern, Matched};

    use super::*;

    fn scenery() -> Scenery {
        Scenery {
            bucket: BucketRef {
                name: "acme-logs".to_owned(),
                owner: "222222222222".parse().unwrap(),
                region: "eu-central-1".parse().unwrap(),
            },
            admin_role: "LogArchive-Administrator".to_owned(),
            management: "111111111111".parse().unwrap(),
        }
    }

    fn seen(pattern: &Value, kind: Kind) -> Vec<(&'static str, Caller)> {
        let pattern = EventPattern::parse(&pattern.to_string()).unwrap();
        let scenery = scenery();
        let seen = StoreEvent::all(kind).filter(|event| pattern.matches(&scenery.event(*event)) == Matched::Yes);
        seen.map(|event| (event.name, event.caller)).collect()
    }

    #[test]
    fn a_pattern_on_the_bucket_and_on_changes_sees_every_change_and_no_reading() {
        let pattern = json!({
            "source": ["aws.s3"],
            "detail-type": ["AWS API Call via CloudTrail"],
            "detail": {
                "eventSource": ["s3.amazonaws.com"],
                "requestParameters": {"bucketName": ["acme-logs"]},
                "readOnly": [false]
            }
        });
        assert_eq!(seen(&pattern, Kind::Administration).len(), 17 * 4);
        assert_eq!(seen(&pattern, Kind::Write).len(), 10 * 4);
        assert!(seen(&pattern, Kind::Read).is_empty());
        assert!(seen(&pattern, Kind::Inspection).is_empty());
    }

    #[test]
    fn a_pattern_by_resource_sees_objects_of_the_bucket() {
        let pattern = json!({"detail": {"resources": {"ARN": [{"prefix": "arn:aws:s3:::acme-logs/"}]}}});
        assert_eq!(seen(&pattern, Kind::Write).len(), 9 * 4, "a batch deletion names no object");
        assert!(seen(&pattern, Kind::Administration).is_empty());
    }

    #[test]
    fn a_pattern_on_roles_misses_the_root_user() {
        let pattern =
            json!({"detail": {"userIdentity": {"type": ["AssumedRole", "IAMUser"]}, "eventName": ["DeleteBucket"]}});
        let callers: Vec<Caller> = seen(&pattern, Kind::Administration).into_iter().map(|(_, caller)| caller).collect();
        assert_eq!(callers, [Caller::Administrator, Caller::User, Caller::Outside]);
    }

    #[test]
    fn a_pattern_that_exempts_the_administrator_misses_it_only() {
        let pattern = json!({"detail": {
            "eventName": [{"prefix": "PutBucketPolicy"}],
            "userIdentity": {"arn": [{"anything-but": {"wildcard": "*assumed-role/LogArchive-Administrator/*"}}]}
        }});
        let callers: Vec<Caller> = seen(&pattern, Kind::Administration).into_iter().map(|(_, caller)| caller).collect();
        assert_eq!(callers, [Caller::RootUser, Caller::User, Caller::Outside]);
    }
}
