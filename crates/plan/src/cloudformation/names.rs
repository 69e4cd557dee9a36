//! What `Ref` and `Fn::GetAtt` of a resource give: known where they follow from names, else symbols.
// See: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-template-resource-type-ref.html

use serde_json::Value;

use super::evaluate::{At, Scope};
use crate::tree::Tree;

impl Scope<'_> {
    /// The value of an attribute of a resource; that of `Ref` when the attribute is empty.
    pub(super) fn attribute(&self, resource: &str, attribute: &str, at: &At) -> Tree {
        let Some(block) = self.template.get("Resources").and_then(|all| all.get(resource)) else {
            return at.unknown(format!("there is no `{resource}`"));
        };
        let kind = block.get("Type").and_then(Value::as_str).unwrap_or_default();
        match self.identity(resource, block, kind, attribute, at) {
            Some(text) => Tree::Text(text),
            None => {
                let attribute = if attribute.is_empty() { "Ref" } else { attribute };
                at.unknown(format!("`{attribute}` of `{resource}` ({kind}) is not known"))
            }
        }
    }

    fn identity(&self, resource: &str, block: &Value, kind: &str, attribute: &str, at: &At) -> Option<String> {
        let own = |property: &str| self.own_name(resource, block, property, at);
        let partition = self.context.partition;
        let regional = |service: &str, rest: &str| {
            let place = self.place?;
            Some(partition.arn(service, place.region.as_str(), place.account.as_str(), rest))
        };
        let iam = |what: &str, property: &str| {
            let path = self.property(block, "Path", at).text().ok()?.unwrap_or_else(|| "/".to_owned());
            let rest = format!("{what}{path}{}", own(property));
            Some(partition.arn("iam", "", self.place?.account.as_str(), &rest))
        };
        match (kind, attribute) {
            ("AWS::S3::Bucket", "") => Some(own("BucketName")),
            ("AWS::S3::Bucket", "Arn") => Some(partition.arn("s3", "", "", &own("BucketName"))),
            ("AWS::KMS::Key" | "AWS::KMS::ReplicaKey", "" | "KeyId") => {
                Some(self.symbols.borrow_mut().key_id(resource))
            }
            ("AWS::KMS::Key" | "AWS::KMS::ReplicaKey", "Arn") => {
                let place = self.place?;
                Some(self.symbols.borrow_mut().key_arn(resource, partition, &place.account, &place.region))
            }
            ("AWS::KMS::Alias", "") => Some(own("AliasName")),
            ("AWS::IAM::Role", "") => Some(own("RoleName")),
            ("AWS::IAM::Role", "Arn") => iam("role", "RoleName"),
            ("AWS::IAM::User", "") => Some(own("UserName")),
            ("AWS::IAM::User", "Arn") => iam("user", "UserName"),
            ("AWS::IAM::Group", "") => Some(own("GroupName")),
            ("AWS::IAM::Group", "Arn") => iam("group", "GroupName"),
            ("AWS::IAM::ManagedPolicy", "" | "PolicyArn") => iam("policy", "ManagedPolicyName"),
            ("AWS::SNS::Topic", "" | "TopicArn") => regional("sns", &own("TopicName")),
            ("AWS::SNS::Topic", "TopicName") => Some(own("TopicName")),
            ("AWS::SQS::Queue", "" | "QueueUrl") => {
                let place = self.place?;
                let (region, account) = (&place.region, &place.account);
                Some(format!("https://sqs.{region}.{}/{account}/{}", partition.dns_suffix(), own("QueueName")))
            }
            ("AWS::SQS::Queue", "Arn") => regional("sqs", &own("QueueName")),
            ("AWS::SQS::Queue", "QueueName") => Some(own("QueueName")),
            ("AWS::CloudTrail::Trail", "") => Some(own("TrailName")),
            ("AWS::CloudTrail::Trail", "Arn") => regional("cloudtrail", &format!("trail/{}", own("TrailName"))),
            ("AWS::Logs::LogGroup", "") => Some(own("LogGroupName")),
            ("AWS::Logs::LogGroup", "Arn") => regional("logs", &format!("log-group:{}:*", own("LogGroupName"))),
            ("AWS::Events::EventBus", "" | "Name") => Some(own("Name")),
            ("AWS::Events::EventBus", "Arn") => regional("events", &format!("event-bus/{}", own("Name"))),
            ("AWS::Events::Rule", "") => Some(own("Name")),
            ("AWS::Events::Rule", "Arn") => regional("events", &format!("rule/{}", own("Name"))),
            ("AWS::CloudWatch::Alarm" | "AWS::CloudWatch::CompositeAlarm", "") => Some(own("AlarmName")),
            ("AWS::CloudWatch::Alarm" | "AWS::CloudWatch::CompositeAlarm", "Arn") => {
                regional("cloudwatch", &format!("alarm:{}", own("AlarmName")))
            }
            ("AWS::Config::ConfigurationRecorder" | "AWS::Config::DeliveryChannel", "") => Some(own("Name")),
            ("AWS::Organizations::Policy", "" | "Id") => Some(self.symbols.borrow_mut().policy_id(resource)),
            ("AWS::Organizations::OrganizationalUnit", "" | "Id") => Some(self.symbols.borrow_mut().unit_id(resource)),
            ("AWS::Organizations::Account", "" | "AccountId") => {
                self.symbols.borrow_mut().account_id(resource).map(String::from)
            }
            ("AWS::AccessAnalyzer::Analyzer", "" | "Arn") => {
                regional("access-analyzer", &format!("analyzer/{}", own("AnalyzerName")))
            }
            _ => None,
        }
    }

    fn property(&self, block: &Value, property: &str, at: &At) -> Tree {
        let value = block.get("Properties").and_then(|all| all.get(property));
        let at = At { path: at.path.clone(), depth: at.depth + 1 };
        value.map_or(Tree::Null, |value| self.value(value, &at))
    }

    /// The name a resource is given, or a symbol where CloudFormation will choose one.
    fn own_name(&self, resource: &str, block: &Value, property: &str, at: &At) -> String {
        match self.property(block, property, at).text() {
            Ok(Some(name)) => name,
            _ => self.symbols.borrow_mut().name(resource, property),
        }
    }
}
