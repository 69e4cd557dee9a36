//! Signatures by an asymmetric key of AWS KMS. The private key never leaves KMS; only a digest is sent.

use std::{fmt, str::FromStr};

use aws_sdk_kms::{
    primitives::Blob,
    types::{KeySpec, KeyUsageType, MessageType, SigningAlgorithmSpec},
};
use logproof_estate::{AccountId, Region};

use super::{Custody, CustodyError, refused};
use crate::failure::Failure;

/// A KMS key or alias by ARN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KmsKeyArn {
    arn: String,
    account: AccountId,
    region: Region,
}

impl KmsKeyArn {
    /// Account of the key.
    #[must_use]
    pub fn account(&self) -> &AccountId {
        &self.account
    }
}

impl fmt::Display for KmsKeyArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.arn)
    }
}

impl FromStr for KmsKeyArn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || {
            format!(
                "`{text}` is not the ARN of a KMS key\nhint: write \
                 awskms:arn:aws:kms:eu-central-1:111111111111:key/ID, or the ARN of an alias"
            )
        };
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let ["arn", _, "kms", region, account, name] = parts[..] else { return Err(expected()) };
        if !["key/", "alias/"].iter().any(|kind| name.strip_prefix(kind).is_some_and(|id| !id.is_empty())) {
            return Err(expected());
        }
        let account = account.parse().map_err(|_| expected())?;
        let region = region.parse().map_err(|_| expected())?;
        Ok(Self { arn: text.to_owned(), account, region })
    }
}

impl Custody {
    /// The public half of a P-256 signing key, as SubjectPublicKeyInfo in DER.
    ///
    /// See: <https://docs.aws.amazon.com/kms/latest/APIReference/API_GetPublicKey.html>
    ///
    /// # Errors
    /// [`CustodyError`], also when the key is of another kind.
    pub async fn public_key(&self, key: &KmsKeyArn) -> Result<Vec<u8>, CustodyError> {
        let what = || format!("use KMS key `{key}` to seal");
        let kms = self.session(&key.account, &key.region).kms();
        let output = kms.get_public_key().key_id(&key.arn).send().await.map_err(Failure::from);
        let output = output.map_err(|failure| refused(what(), "kms:GetPublicKey", &failure))?;
        let (spec, usage) = (output.key_spec(), output.key_usage());
        if spec != Some(&KeySpec::EccNistP256) || usage != Some(&KeyUsageType::SignVerify) {
            let name = |text: Option<&str>| text.unwrap_or("nothing").to_owned();
            return Err(CustodyError {
                what: what(),
                why: format!(
                    "it is of spec {} for {}",
                    name(spec.map(KeySpec::as_str)),
                    name(usage.map(KeyUsageType::as_str))
                ),
                hint: "make one with `aws kms create-key --key-spec ECC_NIST_P256 --key-usage SIGN_VERIFY`".to_owned(),
            });
        }
        let der = output.public_key().map(|blob| blob.as_ref().to_vec()).filter(|der| !der.is_empty());
        der.ok_or_else(|| {
            let failure = Failure::Malformed("the answer has no public key".to_owned());
            refused(what(), "kms:GetPublicKey", &failure)
        })
    }

    /// An ECDSA signature (ASN.1) over a message with this SHA-256.
    ///
    /// See: <https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html>
    ///
    /// # Errors
    /// [`CustodyError`].
    pub async fn sign(&self, key: &KmsKeyArn, sha256: [u8; 32]) -> Result<Vec<u8>, CustodyError> {
        let kms = self.session(&key.account, &key.region).kms();
        let request = kms
            .sign()
            .key_id(&key.arn)
            .message_type(MessageType::Digest)
            .signing_algorithm(SigningAlgorithmSpec::EcdsaSha256)
            .message(Blob::new(sha256));
        let signature = request.send().await.map_err(Failure::from).and_then(|output| {
            let signature = output.signature().map(|blob| blob.as_ref().to_vec());
            signature.ok_or_else(|| Failure::Malformed("the answer has no signature".to_owned()))
        });
        signature.map_err(|failure| refused(format!("seal with KMS key `{key}`"), "kms:Sign", &failure))
    }
}
