//! A request as a CloudFormation template in JSON.
//!
//! See: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html>

use serde_json::{Value, json};

use super::deployment::Deployment;

/// The template.
pub(super) fn render(deployment: &Deployment) -> String {
    let template = json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": format!("Log bucket of {}", deployment.streams.join(", ")),
        "Metadata": {
            "Account": deployment.account,
            "Region": deployment.region,
            "KeyPolicyStatements": deployment.key_statements,
            "Notes": deployment.notes,
        },
        "Resources": {
            "LogBucket": {
                "Type": "AWS::S3::Bucket",
                "DeletionPolicy": "Retain",
                "UpdateReplacePolicy": "Retain",
                "Properties": bucket(deployment),
            },
            "LogBucketPolicy": {
                "Type": "AWS::S3::BucketPolicy",
                "Properties": {"Bucket": {"Ref": "LogBucket"}, "PolicyDocument": deployment.policy},
            },
        },
    });
    format!("{template:#}\n")
}

fn bucket(deployment: &Deployment) -> Value {
    let encryption = match &deployment.key {
        Some(key) => json!({
            "ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key},
            "BucketKeyEnabled": true,
        }),
        None => json!({"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}),
    };
    let mut retention = json!({
        "Id": "retention",
        "Status": "Enabled",
        "ExpirationInDays": deployment.delete_after,
        "NoncurrentVersionExpiration": {"NoncurrentDays": deployment.delete_after},
    });
    if let Some(days) = deployment.archive_after {
        insert(&mut retention, "Transitions", json!([{"StorageClass": "GLACIER", "TransitionInDays": days}]));
    }
    let tool = [("managed-by".to_owned(), "cloudformation".to_owned())];
    let tags: Vec<Value> =
        deployment.tags.iter().chain(&tool).map(|(key, value)| json!({"Key": key, "Value": value})).collect();
    let mut properties = json!({
        "BucketName": deployment.bucket,
        "BucketEncryption": {"ServerSideEncryptionConfiguration": [encryption]},
        "PublicAccessBlockConfiguration": {
            "BlockPublicAcls": true,
            "BlockPublicPolicy": true,
            "IgnorePublicAcls": true,
            "RestrictPublicBuckets": true,
        },
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        "VersioningConfiguration": {"Status": "Enabled"},
        "LifecycleConfiguration": {"Rules": [
            retention,
            {
                "Id": "clean-up",
                "Status": "Enabled",
                "ExpiredObjectDeleteMarker": true,
                "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
            },
        ]},
        "Tags": tags,
    });
    if let Some((mode, days)) = &deployment.object_lock {
        insert(&mut properties, "ObjectLockEnabled", json!(true));
        let rule = json!({"DefaultRetention": {"Mode": mode, "Days": days}});
        insert(&mut properties, "ObjectLockConfiguration", json!({"ObjectLockEnabled": "Enabled", "Rule": rule}));
    }
    if let Some((bucket, prefix)) = &deployment.access_logs {
        let logging = json!({"DestinationBucketName": bucket, "LogFilePrefix": prefix});
        insert(&mut properties, "LoggingConfiguration", logging);
    }
    properties
}

fn insert(object: &mut Value, name: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(name.to_owned(), value);
    }
}
