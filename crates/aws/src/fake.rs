//! A server in this process for tests: answers every operation used with the least the SDK can read, and keeps a log.

use std::{
    fmt,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use logproof_estate::{AccountId, Config};

use logproof_wire::{CallTag, NoAnswer, Serve, WireRequest, WireResponse};

use crate::{Aws, Options};

type Answer = Result<WireResponse, NoAnswer>;
/// Answers one request, or leaves it to [`least`]; told how many requests of the operation came before in the account.
type Override = Box<dyn Fn(&CallTag, &WireRequest, usize) -> Option<Answer> + Send + Sync>;

pub(crate) struct Fake {
    answer: Override,
    log: Mutex<Vec<(CallTag, WireRequest)>>,
}

impl fmt::Debug for Fake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fake")
    }
}

impl Fake {
    /// Answers everything with the least.
    pub(crate) fn new() -> Arc<Self> {
        Self::answering(|_, _, _| None)
    }

    pub(crate) fn answering(
        answer: impl Fn(&CallTag, &WireRequest, usize) -> Option<Answer> + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self { answer: Box::new(answer), log: Mutex::default() })
    }

    /// `Aws` asking this server as a caller of the management account.
    pub(crate) fn aws(self: &Arc<Self>) -> Aws {
        self.aws_with(&config(), Options::default())
    }

    pub(crate) fn aws_with(self: &Arc<Self>, config: &Config, options: Options) -> Aws {
        Aws::served(Arc::clone(self) as Arc<dyn Serve>, &config.organization.management_account, config, options)
    }

    /// What was asked, in order, as the server saw it.
    pub(crate) fn log(&self) -> Vec<(CallTag, WireRequest)> {
        self.log.lock().unwrap().clone()
    }

    /// `service:Operation` of everything asked, in order.
    pub(crate) fn operations(&self) -> Vec<String> {
        self.log().iter().map(|(tag, _)| name(tag)).collect()
    }

    /// How often an operation was asked.
    pub(crate) fn count(&self, operation: &str) -> usize {
        self.operations().iter().filter(|name| *name == operation).count()
    }
}

impl Serve for Fake {
    fn serve(&self, tag: &CallTag, request: &WireRequest) -> Answer {
        let before = {
            let mut log = self.log.lock().unwrap();
            let before = log.iter().filter(|(t, _)| t.account == tag.account && name(t) == name(tag)).count();
            log.push((tag.clone(), request.clone()));
            before
        };
        (self.answer)(tag, request, before).unwrap_or_else(|| least(tag))
    }
}

pub(crate) fn name(tag: &CallTag) -> String {
    format!("{}:{}", tag.service, tag.operation)
}

pub(crate) fn reply(status: u16, body: impl Into<Bytes>) -> WireResponse {
    WireResponse { status, headers: Vec::new(), body: body.into() }
}

/// An error as S3 puts it.
pub(crate) fn s3_error(status: u16, code: &str) -> WireResponse {
    reply(status, format!("<Error><Code>{code}</Code><Message>as S3 puts it</Message></Error>"))
}

/// An error as STS and IAM put it.
pub(crate) fn query_error(status: u16, code: &str) -> WireResponse {
    let error = format!("<Error><Type>Sender</Type><Code>{code}</Code><Message>as STS puts it</Message></Error>");
    reply(status, format!("<ErrorResponse>{error}<RequestId>1</RequestId></ErrorResponse>"))
}

/// Credentials that hold until `expiration`.
pub(crate) fn credentials(expiration: &str) -> WireResponse {
    reply(
        200,
        format!(
            "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAX</AccessKeyId>\
             <SecretAccessKey>very-secret</SecretAccessKey><SessionToken>token-secret</SessionToken>\
             <Expiration>{expiration}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
        ),
    )
}

/// A digest of account 222222222222.
const DIGEST: &str = "AWSLogs/o-exampleorg1/222222222222/CloudTrail-Digest/eu-central-1/2026/01/15/\
    222222222222_CloudTrail-Digest_eu-central-1_org-trail_eu-central-1_20260115T081020Z.json.gz";

/// The least the SDK can read, with one item in each list that another question hangs on.
fn least(tag: &CallTag) -> Answer {
    let iam =
        |name: &str, content: &str| format!("<{name}Response><{name}Result>{content}</{name}Result></{name}Response>");
    let body: Vec<u8> = match name(tag).as_str() {
        "sts:AssumeRole" => return Ok(credentials("2999-01-01T00:00:00Z")),
        "sts:GetCallerIdentity" => {
            let content = format!("<Arn>arn:x</Arn><UserId>AROAX</UserId><Account>{}</Account>", tag.account);
            iam("GetCallerIdentity", &content).into()
        }
        "s3:ListBuckets" => "<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>".into(),
        "s3:GetBucketLocation" => "<LocationConstraint>eu-central-1</LocationConstraint>".into(),
        "s3:GetBucketEncryption" => {
            "<ServerSideEncryptionConfiguration><Rule/></ServerSideEncryptionConfiguration>".into()
        }
        "s3:GetPublicAccessBlock" | "s3control:GetPublicAccessBlock" => "<PublicAccessBlockConfiguration/>".into(),
        "s3:GetBucketOwnershipControls" => {
            "<OwnershipControls><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule></OwnershipControls>".into()
        }
        "s3:GetBucketPolicy" => "{}".into(),
        "s3:GetBucketAcl" => "<AccessControlPolicy><Owner><ID>c0ffee</ID></Owner></AccessControlPolicy>".into(),
        "s3:GetBucketVersioning" => "<VersioningConfiguration/>".into(),
        "s3:GetObjectLockConfiguration" => "<ObjectLockConfiguration/>".into(),
        "s3:GetBucketLifecycleConfiguration" => "<LifecycleConfiguration/>".into(),
        "s3:GetBucketLogging" => "<BucketLoggingStatus/>".into(),
        "s3:ListBucketIntelligentTieringConfigurations" => "<ListBucketIntelligentTieringConfigurationsOutput/>".into(),
        "s3:GetBucketReplication" => "<ReplicationConfiguration><Role>r</Role></ReplicationConfiguration>".into(),
        "s3:GetBucketTagging" => "<Tagging><TagSet/></Tagging>".into(),
        "s3:ListObjectsV2" => {
            format!("<ListBucketResult><Contents><Key>{DIGEST}</Key><Size>1</Size></Contents></ListBucketResult>")
                .into()
        }
        "s3:GetObject" => "not a digest".into(),
        "s3:GetObjectRetention" => {
            "<Retention><Mode>COMPLIANCE</Mode><RetainUntilDate>2033-01-01T00:00:00Z</RetainUntilDate></Retention>"
                .into()
        }
        "kms:DescribeKey" => {
            r#"{"KeyMetadata":{"KeyId":"k","Arn":"arn:k","KeyManager":"CUSTOMER","KeyState":"Enabled"}}"#.into()
        }
        "kms:GetKeyRotationStatus" => r#"{"KeyRotationEnabled":true}"#.into(),
        "kms:GetKeyPolicy" => r#"{"Policy":"{}"}"#.into(),
        "kms:ListKeys" => r#"{"Keys":[],"Truncated":false}"#.into(),
        "kms:ListAliases" => r#"{"Aliases":[],"Truncated":false}"#.into(),
        "kms:ListResourceTags" => r#"{"Tags":[],"Truncated":false}"#.into(),
        "kms:ListGrants" => r#"{"Grants":[],"Truncated":false}"#.into(),
        "cloudtrail:GetTrailStatus" => r#"{"IsLogging":true}"#.into(),
        "cloudtrail:ListPublicKeys" => r#"{"PublicKeyList":[]}"#.into(),
        "cloudtrail:LookupEvents" => r#"{"Events":[]}"#.into(),
        "config:DescribeConfigurationRecorders" => r#"{"ConfigurationRecorders":[{"name":"default"}]}"#.into(),
        "access-analyzer:ListAnalyzers" => {
            let dated = r#""createdAt":"2026-01-01T00:00:00Z""#;
            format!(r#"{{"analyzers":[{{"arn":"a","name":"n","type":"ACCOUNT","status":"ACTIVE",{dated}}}]}}"#).into()
        }
        "organizations:DescribeOrganization" => {
            r#"{"Organization":{"Id":"o","Arn":"a","FeatureSet":"ALL","MasterAccountId":"111111111111"}}"#.into()
        }
        "organizations:ListRoots" => r#"{"Roots":[{"Id":"r-exmp","Arn":"a"}]}"#.into(),
        "organizations:ListAccounts" | "organizations:ListAccountsForParent" => {
            r#"{"Accounts":[{"Id":"111111111111","Arn":"a","Name":"n","State":"ACTIVE"}]}"#.into()
        }
        "organizations:ListPolicies" => r#"{"Policies":[{"Id":"p","Arn":"a","Name":"n"}]}"#.into(),
        "organizations:DescribePolicy" => r#"{"Policy":{"Content":"{}"}}"#.into(),
        "organizations:DescribeResourcePolicy" => r#"{"ResourcePolicy":{"Content":"{}"}}"#.into(),
        // A map without entries: CloudWatch speaks CBOR.
        "cloudwatch:DescribeAlarms" => vec![0xa0],
        "sns:GetTopicAttributes" => {
            iam("GetTopicAttributes", "<Attributes><entry><key>Policy</key><value>{}</value></entry></Attributes>")
                .into()
        }
        "sqs:GetQueueAttributes" => r#"{"Attributes":{"QueueArn":"arn:t"}}"#.into(),
        "sns:ListTopics" => iam("ListTopics", "<Topics/>").into(),
        "sns:ListTagsForResource" => iam("ListTagsForResource", "<Tags/>").into(),
        "sns:ListSubscriptionsByTopic" => iam("ListSubscriptionsByTopic", "<Subscriptions/>").into(),
        "iam:GetRole" => {
            let role = "<RoleName>r</RoleName><Arn>a</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate>";
            let trust = "<AssumeRolePolicyDocument>%7B%7D</AssumeRolePolicyDocument>";
            iam("GetRole", &format!("<Role>{role}{trust}</Role>")).into()
        }
        "iam:GetAccountAuthorizationDetails" => {
            iam("GetAccountAuthorizationDetails", "<IsTruncated>false</IsTruncated>").into()
        }
        "events:DescribeEventBus" => r#"{"Name":"default","Arn":"a"}"#.into(),
        // Lists of the JSON services that may be empty.
        "cloudtrail:DescribeTrails"
        | "cloudtrail:GetEventSelectors"
        | "config:DescribeConfigurationRecorderStatus"
        | "config:DescribeDeliveryChannels"
        | "config:DescribeDeliveryChannelStatus"
        | "events:ListRules"
        | "events:ListTargetsByRule"
        | "sqs:ListQueues"
        | "sqs:ListQueueTags"
        | "logs:DescribeMetricFilters"
        | "access-analyzer:ListFindingsV2"
        | "organizations:ListTargetsForPolicy"
        | "organizations:ListDelegatedAdministrators"
        | "organizations:ListOrganizationalUnitsForParent" => "{}".into(),
        other => return Err(NoAnswer::NotRecorded(format!("{other} is not answered by the fake"))),
    };
    Ok(reply(200, body))
}

pub(crate) fn account(id: &str) -> AccountId {
    id.parse().unwrap()
}

/// A configuration with few attempts; the management account is 111111111111.
pub(crate) fn config() -> Config {
    Config::parse(
        r#"
        [organization]
        management_account = "111111111111"
        log_archive_account = "222222222222"
        home_region = "eu-central-1"
        governed_regions = ["eu-central-1", "eu-west-1"]
        [access]
        external_id = "external-secret"
        session_name = "audit-2026"
        max_attempts = 3
        [names]
        prefix = "acme"
        key = "alias/acme-log-storage"
        trail = "org-trail"
        "#,
    )
    .unwrap()
}
