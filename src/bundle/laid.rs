//! What a plan lays over answers, kept in a bundle as exchanges of their own, and the edits that were laid.
//!
//! The edits are kept so that the bundle replays. A plan with a sensitive value has no edits in its bundle, and its
//! reports do not have what was found in it.

use std::{
    collections::BTreeSet,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use jiff::Timestamp;
use logproof_digest::sha256_hex;
use logproof_estate::ExchangeId;
use logproof_plan::{Edit, Keep, Laid, Symbols};
use logproof_wire::{CallTag, Exchange, Recorder as _, WireRequest};
use serde::{Deserialize, Serialize};

use super::{BundleError, begin::read, recording::Recording};
use crate::files::EDITS;

/// What was laid over the landing zone, as a bundle keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Edits {
    /// The edits, in their order.
    pub edits: Vec<Edit>,
    /// How symbols in them are printed.
    pub symbols: Symbols,
}

impl Edits {
    /// The edits of a bundle; `None` when nothing was planned in it, or nothing was kept.
    ///
    /// # Errors
    /// [`BundleError::Unreadable`], [`BundleError::Form`].
    pub fn of_bundle(place: &Path) -> Result<Option<Self>, BundleError> {
        let path = place.join(EDITS);
        if !path.is_file() {
            return Ok(None);
        }
        read(&path).map(Some)
    }
}

/// Gives each record of what was laid the id of an exchange, and writes it to a recording when there is one.
#[derive(Debug, Default)]
pub struct Keeper {
    recording: Option<Arc<Recording>>,
    /// What was written: of two documents between which a policy lies most answers are the same.
    written: Mutex<BTreeSet<ExchangeId>>,
}

impl Keeper {
    /// Writes to a recording.
    #[must_use]
    pub fn into(recording: Option<Arc<Recording>>) -> Self {
        Self { recording, written: Mutex::default() }
    }
}

impl Keep for Keeper {
    fn keep(&self, laid: &Laid) -> ExchangeId {
        let body = laid.value.as_ref().map(ToString::to_string).unwrap_or_default();
        let asked = serde_json::json!({
            "origins": laid.origins,
            "replaced": laid.replaced,
            "bound": laid.bound,
            "unknown": laid.unknown,
            "sensitive": laid.sensitive,
        });
        // What is laid has no time of its own: the same plan over the same answers is the same record.
        let exchange = Exchange {
            tag: CallTag {
                account: laid.account.to_string(),
                region: laid.region.as_ref().map(ToString::to_string).unwrap_or_default(),
                service: "plan".to_owned(),
                operation: laid.question.clone(),
            },
            request: WireRequest {
                method: "PLAN".to_owned(),
                host: String::new(),
                path: format!("/{}", laid.subject),
                body: asked.to_string(),
            },
            status: Some(200),
            headers: Vec::new(),
            body_sha256: sha256_hex(body.as_bytes()),
            failure: None,
            started: Timestamp::UNIX_EPOCH,
            ended: Timestamp::UNIX_EPOCH,
        };
        let id = exchange.id();
        let new = self.written.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone());
        if let Some(recording) = self.recording.as_ref().filter(|_| new) {
            recording.record(&id, &exchange, &Bytes::from(body));
        }
        id
    }
}
