//! The seal: a DSSE envelope around an in-toto Statement with the test-result predicate, about `manifest.json`.
//!
//! See: <https://github.com/secure-systems-lab/dsse/blob/master/protocol.md>,
//! <https://github.com/in-toto/attestation/blob/main/spec/predicates/test-result.md>

use base64::{Engine, engine::general_purpose::STANDARD};
use logproof_estate::record::Verdict;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{keys::PublicKey, manifest::Manifest};
use crate::files::{CONFIGURATION, MANIFEST, REQUEST};

/// Media type of the payload.
pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";
/// Type of the statement's predicate.
pub const PREDICATE_TYPE: &str = "https://in-toto.io/attestation/test-result/v0.1";

/// A DSSE envelope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// Base64 of the payload.
    pub payload: String,
    /// Media type of the payload.
    #[serde(rename = "payloadType")]
    pub payload_type: String,
    /// Signatures over the pre-authentication encoding.
    pub signatures: Vec<Signature>,
}

/// One signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// Key id: SHA-256 of the public key's DER form.
    pub keyid: String,
    /// Base64 of the signature.
    pub sig: String,
    /// PEM of the public key: a convenience for the reader, never a reason to trust it.
    #[serde(default, rename = "publicKey", skip_serializing_if = "Option::is_none")]
    pub public_key: Option<String>,
}

/// What a seal says, once its signature is found good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Id of the key that signed.
    pub key_id: String,
    /// SHA-256 of the manifest the statement is about.
    pub manifest_sha256: String,
}

/// A seal that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Not an envelope with such a statement.
    #[error("the seal is not a DSSE envelope with an in-toto statement: {0}\nhint: do not use this bundle")]
    Form(String),
    /// No signature of this key.
    #[error("the seal is not signed by key {0}\nhint: name the public key of whoever sealed the bundle")]
    OtherKey(String),
    /// The signature does not verify.
    #[error(
        "the signature of key {0} does not verify\nhint: the seal or the manifest was changed; do not use this bundle"
    )]
    Forged(String),
}

/// What is signed: DSSE's pre-authentication encoding.
#[must_use]
pub fn pre_authentication(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut encoded = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len()).into_bytes();
    encoded.extend_from_slice(payload);
    encoded
}

/// The statement about a manifest.
#[must_use]
pub fn statement(manifest: &Manifest, manifest_sha256: &str) -> Value {
    let with = |verdict: Verdict| -> Vec<&String> {
        manifest.population.controls.iter().filter(|(_, v)| **v == verdict).map(|(id, _)| id).collect()
    };
    let failed = !with(Verdict::Fail).is_empty() || !with(Verdict::Error).is_empty();
    let incomplete = manifest.run.incomplete.is_some() || !manifest.population.missing.is_empty();
    let warned = !with(Verdict::Manual).is_empty() || !with(Verdict::Waived).is_empty();
    let result = if failed || incomplete {
        "FAILED"
    } else if warned {
        "WARNED"
    } else {
        "PASSED"
    };
    // ERROR is a failed test whose name says so: the predicate has no third state.
    let failed_tests: Vec<String> = with(Verdict::Fail)
        .into_iter()
        .cloned()
        .chain(with(Verdict::Error).into_iter().map(|id| format!("ERROR: {id}")))
        .collect();
    let configuration: Vec<Value> = manifest
        .files
        .iter()
        .filter(|file| {
            file.path.starts_with("features/") || file.path.starts_with("register/") || is_configuration(&file.path)
        })
        .map(|file| json!({"name": file.path, "digest": {"sha256": file.sha256}}))
        .chain(manifest.binary_sha256.iter().map(|digest| json!({"name": "logproof", "digest": {"sha256": digest}})))
        .collect();
    json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": MANIFEST, "digest": {"sha256": manifest_sha256}}],
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "result": result,
            "configuration": configuration,
            "passedTests": with(Verdict::Pass),
            "warnedTests": with(Verdict::Manual).into_iter().chain(with(Verdict::Waived)).collect::<Vec<_>>(),
            "failedTests": failed_tests,
            "erroredTests": with(Verdict::Error),
            "waivedTests": with(Verdict::Waived),
            "notRunTests": with(Verdict::NotApplicable),
            "population": population(manifest),
            "run": manifest.run.id,
            "predecessor": manifest.predecessor,
        }
    })
}

/// How much of how much; which scenario counted what stands in the manifest that the statement is about.
fn population(manifest: &Manifest) -> Value {
    let all = &manifest.population;
    json!({
        "accounts": all.accounts,
        "account_list": all.account_list,
        "regions": all.regions,
        "expected_cells": all.expected_cells,
        "examined_cells": all.examined_cells,
        "missing": all.missing,
    })
}

fn is_configuration(path: &str) -> bool {
    [CONFIGURATION, REQUEST].contains(&path)
}

/// A statement that waits for its signature.
pub struct Unsigned {
    payload: Vec<u8>,
}

impl Unsigned {
    /// The statement about a manifest.
    #[must_use]
    pub fn about(manifest: &Manifest, manifest_sha256: &str) -> Self {
        Self { payload: statement(manifest, manifest_sha256).to_string().into_bytes() }
    }

    /// What is to be signed.
    #[must_use]
    pub fn message(&self) -> Vec<u8> {
        pre_authentication(PAYLOAD_TYPE, &self.payload)
    }

    /// The envelope with the signature over [`message`](Self::message).
    #[must_use]
    pub fn signed(self, signature: Signature) -> Envelope {
        Envelope {
            payload: STANDARD.encode(self.payload),
            payload_type: PAYLOAD_TYPE.to_owned(),
            signatures: vec![signature],
        }
    }
}

/// Checks a seal against a key, or against the key it names itself when none is given (which shows integrity only).
///
/// # Errors
/// [`SealError`].
pub fn open(envelope: &Envelope, key: Option<&PublicKey>) -> Result<Sealed, SealError> {
    let form = |why: &str| SealError::Form(why.to_owned());
    let payload = STANDARD.decode(&envelope.payload).map_err(|_| form("the payload is not base64"))?;
    if envelope.payload_type != PAYLOAD_TYPE {
        return Err(form("the payload has another type"));
    }
    let message = pre_authentication(&envelope.payload_type, &payload);
    let (signature, key) = choose(envelope, key)?;
    let bytes = STANDARD.decode(&signature.sig).map_err(|_| form("the signature is not base64"))?;
    if !key.verifies(&message, &bytes) {
        return Err(SealError::Forged(key.id()));
    }
    let statement: Value = serde_json::from_slice(&payload).map_err(|_| form("the payload is not JSON"))?;
    if statement.pointer("/predicateType").and_then(Value::as_str) != Some(PREDICATE_TYPE) {
        return Err(form("the statement has another predicate"));
    }
    let digest = statement
        .pointer("/subject/0/digest/sha256")
        .and_then(Value::as_str)
        .ok_or_else(|| form("the statement names no digest"))?;
    Ok(Sealed { key_id: key.id(), manifest_sha256: digest.to_owned() })
}

fn choose<'a>(envelope: &'a Envelope, key: Option<&PublicKey>) -> Result<(&'a Signature, PublicKey), SealError> {
    if let Some(key) = key {
        let id = key.id();
        let named = |s: &&Signature| s.keyid == id || s.public_key.as_deref() == Some(key.pem().as_str());
        let signature = envelope.signatures.iter().find(named).ok_or(SealError::OtherKey(id))?;
        return Ok((signature, key.clone()));
    }
    let signature = envelope.signatures.first().ok_or_else(|| SealError::Form("there is no signature".to_owned()))?;
    let der = signature
        .public_key
        .as_deref()
        .map(|pem| pem.lines().filter(|line| !line.starts_with("-----")).collect::<String>());
    let key = der
        .and_then(|text| STANDARD.decode(text).ok())
        .and_then(|der| PublicKey::from_der(&der))
        .ok_or_else(|| SealError::Form("the seal names no public key; give one with `--key`".to_owned()))?;
    Ok((signature, key))
}
