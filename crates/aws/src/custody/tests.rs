//! Signing and storing against answers as KMS and S3 give them; what they leave behind.

use std::{collections::BTreeSet, fs, sync::Arc};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use logproof_digest::Sha256;
use logproof_estate::{Config, ExchangeId};

use super::{CUSTODY_OPERATIONS, Custody, KmsKeyArn, Lock, Parcel, Retention};
use logproof_wire::{Exchange, Recorder, Serve};
use logproof_zone::MockZone;

use crate::{
    Aws, OPERATIONS, Options,
    raw_answers::{RawAnswers, account, reply, s3_error},
};

const KEY: &str = "arn:aws:kms:eu-west-1:333333333333:key/5ea15ea1-0000-4000-8000-000000000001";

fn zone() -> Arc<MockZone> {
    let pair = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &SystemRandom::new()).unwrap();
    let text = format!(
        "base: sample\njson_patch:\n\
         - {{op: add, path: /keys/5ea15ea1-0000-4000-8000-000000000001, value: {{account: \"333333333333\", region: eu-west-1, \
         spec: ECC_NIST_P256, signing_key: \"{}\", policy: {{}}}}}}\n\
         - {{op: add, path: /buckets/evidence, value: {{account: \"222222222222\", region: eu-west-1, \
         object_lock: {{mode: GOVERNANCE, days: 10}}}}}}\n",
        STANDARD.encode(pair)
    );
    Arc::new(MockZone::parse(&text, "zone.yaml").unwrap())
}

fn custody(zone: &Arc<MockZone>) -> Custody {
    let config: Config = serde_json::from_value(zone.config().clone()).unwrap();
    let server = Arc::clone(zone) as Arc<dyn Serve>;
    Aws::served(server, &config.organization.management_account, &config, Options::default()).custody()
}

fn parcel(folder: &tempfile::TempDir, key: &str, content: &[u8]) -> Parcel {
    let file = folder.path().join("file");
    fs::write(&file, content).unwrap();
    Parcel { key: key.to_owned(), file, sha256: Sha256::of(content).bytes() }
}

#[tokio::test]
async fn a_file_is_kept_as_it_is_retained_and_never_overwritten() {
    let (zone, folder) = (zone(), tempfile::tempdir().unwrap());
    let custody = custody(&zone);
    // Found in another Region than the one it was looked for in.
    let vault = custody.vault("evidence", &account("222222222222"), &"eu-central-1".parse().unwrap()).await.unwrap();
    assert_eq!(vault.bucket.region.as_str(), "eu-west-1");
    assert_eq!(vault.lock, Lock::Default { mode: "GOVERNANCE".to_owned(), days: 10 });
    let bytes: Vec<u8> = (0..=255).collect();
    let first = parcel(&folder, "a b/manifest.tsr", &bytes);
    custody.put(&vault, &first, None).await.unwrap();
    assert_eq!(zone.kept("evidence", "a b/manifest.tsr"), Some(bytes.clone()));
    let kept = custody.retention(&vault, "a b/manifest.tsr").await.unwrap().unwrap();
    assert_eq!((kept.mode.as_str(), kept.retain_until.to_string().as_str()), ("GOVERNANCE", "2026-01-25T12:00:00Z"));

    // The same once more is the same; something else is refused.
    custody.put(&vault, &first, None).await.unwrap();
    let error = custody.put(&vault, &parcel(&folder, "a b/manifest.tsr", b"other"), None).await.unwrap_err();
    assert_eq!(error.why, "another object is there");
    assert_eq!(zone.kept("evidence", "a b/manifest.tsr"), Some(bytes));

    let until: Timestamp = "2030-01-01T00:00:00Z".parse().unwrap();
    custody.put(&vault, &parcel(&folder, "b", b""), Some(Retention { until })).await.unwrap();
    let kept = custody.retention(&vault, "b").await.unwrap().unwrap();
    assert_eq!((kept.mode.as_str(), kept.retain_until), ("COMPLIANCE", until));

    let changed = Parcel { sha256: [7; 32], ..parcel(&folder, "c", b"changed meanwhile") };
    assert!(custody.put(&vault, &changed, None).await.unwrap_err().why.contains("BadDigest"));
    assert_eq!(zone.kept("evidence", "c"), None);
}

#[tokio::test]
async fn a_bucket_of_another_account_takes_nothing() {
    let (zone, folder) = (zone(), tempfile::tempdir().unwrap());
    let custody = custody(&zone);
    let (home, stranger) = ("eu-west-1".parse().unwrap(), account("555555555555"));
    let error = custody.vault("evidence", &stranger, &home).await.unwrap_err();
    assert!(error.hint.contains("allow `s3:GetBucketObjectLockConfiguration` for the caller"), "{error}");
    let mut vault = custody.vault("evidence", &account("222222222222"), &home).await.unwrap();
    vault.bucket.owner = stranger;
    let error = custody.put(&vault, &parcel(&folder, "a", b"x"), None).await.unwrap_err();
    assert!(error.hint.contains("allow `s3:PutObject`"), "{error}");
    assert_eq!(zone.kept("evidence", "a"), None);
}

#[tokio::test]
async fn a_signature_is_of_the_key_and_the_digest() {
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
    let zone = zone();
    let (custody, key) = (custody(&zone), KEY.parse::<KmsKeyArn>().unwrap());
    let der = custody.public_key(&key).await.unwrap();
    let signature = custody.sign(&key, Sha256::of(b"message").bytes()).await.unwrap();
    let point = der.strip_prefix(&der[..26]).unwrap();
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(b"message", &signature).unwrap();
    assert!(UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(b"another", &signature).is_err());
}

#[tokio::test]
async fn a_key_of_another_kind_is_refused_by_name() {
    for (spec, usage) in
        [("RSA_2048", "SIGN_VERIFY"), ("ECC_NIST_P256", "KEY_AGREEMENT"), ("ECC_SECG_P256K1", "SIGN_VERIFY")]
    {
        let server = RawAnswers::answering(move |_, _, _| {
            Some(Ok(reply(200, format!(r#"{{"PublicKey":"AAAA","KeySpec":"{spec}","KeyUsage":"{usage}"}}"#))))
        });
        let error = server.aws().custody().public_key(&KEY.parse().unwrap()).await.unwrap_err();
        assert_eq!(error.why, format!("it is of spec {spec} for {usage}"));
        assert!(error.hint.contains("ECC_NIST_P256"), "{error}");
    }
    let empty = RawAnswers::answering(|_, _, _| {
        Some(Ok(reply(200, r#"{"KeySpec":"ECC_NIST_P256","KeyUsage":"SIGN_VERIFY"}"#)))
    });
    assert!(empty.aws().custody().public_key(&KEY.parse().unwrap()).await.unwrap_err().why.contains("no public key"));
    let unsigned = RawAnswers::answering(|_, _, _| Some(Ok(reply(200, "{}"))));
    assert!(
        unsigned.aws().custody().sign(&KEY.parse().unwrap(), [0; 32]).await.unwrap_err().why.contains("no signature")
    );
}

#[derive(Debug)]
struct Nothing;

impl Recorder for Nothing {
    fn record(&self, _: &ExchangeId, exchange: &Exchange, _: &bytes::Bytes) {
        panic!("recorded: {:?}", exchange.tag);
    }
}

/// What was asked after a failure that is retried; none of it is recorded, and nothing but `PutObject` writes.
#[tokio::test]
async fn what_is_asked_is_what_is_listed_and_none_of_it_is_evidence() {
    let server = RawAnswers::answering(|tag, _, before| {
        Some(Ok(match (tag.operation.as_str(), before) {
            ("PutObject", 0) => reply(503, "<Error><Code>SlowDown</Code></Error>"),
            ("PutObject", 1) => reply(412, "<Error><Code>PreconditionFailed</Code></Error>"),
            ("PutObject", _) => s3_error(403, "AccessDenied"),
            ("HeadObject", _) => {
                let checksum = STANDARD.encode(Sha256::of(b"x").bytes());
                let mut answer = reply(200, "");
                answer.headers.push(("x-amz-checksum-sha256".to_owned(), checksum));
                answer
            }
            ("Sign", _) => reply(200, r#"{"Signature":"AAAA"}"#),
            ("GetObjectRetention", _) => {
                let until = "<RetainUntilDate>2033-01-01T00:00:00Z</RetainUntilDate>";
                reply(200, format!("<Retention><Mode>COMPLIANCE</Mode>{until}</Retention>"))
            }
            ("GetPublicKey", _) => {
                reply(200, r#"{"PublicKey":"AAAA","KeySpec":"ECC_NIST_P256","KeyUsage":"SIGN_VERIFY"}"#)
            }
            _ => return None,
        }))
    });
    let options = Options { recorder: Some(Arc::new(Nothing)), ..Options::default() };
    let custody = server.aws_with(&crate::raw_answers::config(), options).custody();
    let (key, folder) = (KEY.parse().unwrap(), tempfile::tempdir().unwrap());
    custody.public_key(&key).await.unwrap();
    custody.sign(&key, [0; 32]).await.unwrap();
    let vault = custody.vault("evidence", &account("222222222222"), &"eu-west-1".parse().unwrap()).await.unwrap();
    assert_eq!(vault.lock, Lock::Off);
    // The first answer was lost: the object is there, and it is the same.
    custody.put(&vault, &parcel(&folder, "a", b"x"), None).await.unwrap();
    custody.retention(&vault, "a").await.unwrap();
    assert!(custody.put(&vault, &parcel(&folder, "b", b"x"), None).await.unwrap_err().hint.contains("s3:PutObject"));
    let asked: BTreeSet<String> = server.operations().into_iter().collect();
    let listed: BTreeSet<String> = CUSTODY_OPERATIONS.iter().map(|(operation, _)| (*operation).to_owned()).collect();
    assert_eq!(asked, listed);
    assert_eq!(server.count("sts:AssumeRole"), 0, "the audit role only reads");
    let writes: Vec<_> = CUSTODY_OPERATIONS.iter().filter(|(name, _)| name.contains(":Put")).collect();
    assert_eq!(writes, [&("s3:PutObject", "s3:PutObject")]);
    assert!(OPERATIONS.iter().all(|(name, _)| !name.contains(":Put") && *name != "kms:Sign"));
}
