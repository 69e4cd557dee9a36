//! AWS KMS.

use logproof_estate::facts::{KeyGrant, KeyRotation};
use serde_json::{Value, json};

use super::support::{Protocol, client, fails_apart, json as answer, malformed};
use crate::{failure::Failure, observe::kms};

const KEY: &str = "1234abcd-12ab-34cd-56ef-1234567890ab";
const KEY_ARN: &str = "arn:aws:kms:eu-central-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab";

fn metadata() -> Value {
    json!({"KeyMetadata": {
        "KeyId": KEY, "Arn": KEY_ARN, "KeyManager": "CUSTOMER", "KeyState": "PendingDeletion",
        "KeySpec": "SYMMETRIC_DEFAULT", "KeyUsage": "ENCRYPT_DECRYPT", "Origin": "AWS_KMS",
        "DeletionDate": 1_768_478_400, "MultiRegion": true,
    }})
}

fails_apart!(key: aws_sdk_kms::describe_key, Json, "kms:DescribeKey" needs "kms:DescribeKey",
    answer(metadata()), |kms| kms::key(kms, KEY));
