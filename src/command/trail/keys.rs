//! The public keys that signatures are verified with: CloudTrail's own, or those of a file.

use std::{collections::BTreeSet, path::Path};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures::future::join_all;
use jiff::SignedDuration;
use logproof_estate::{Region, facts::TrailPublicKey};
use logproof_integrity::{Inventory, PublicKeys};
use serde_json::{Map, Value, json};

use super::{connection::Connection, error::TrailError, plan::Plan};

/// How long before the period a key may have been in use that signed its first digests.
const BEFORE: SignedDuration = SignedDuration::from_hours(2);

/// Keys, and the text they were read from: part of the evidence.
pub(super) struct Keys {
    pub(super) keys: PublicKeys,
    pub(super) text: String,
}

/// Reads the file, or asks CloudTrail in every Region of the inventory. A Region that does not answer has no keys, and
/// its digests are then not judged; what it said is part of every finding.
pub(super) async fn find(
    file: Option<&Path>,
    connection: &Connection,
    inventory: &Inventory,
    plan: &Plan,
) -> Result<Keys, TrailError> {
    if let Some(path) = file {
        let text = super::read(path)?;
        let keys = PublicKeys::from_json(&text).map_err(|source| TrailError::Keys { path: path.to_owned(), source })?;
        return Ok(Keys { keys, text });
    }
    let estate = connection.estate().await?;
    let from = plan.window.from.saturating_sub(BEFORE).unwrap_or(plan.window.from);
    let names: BTreeSet<&str> = inventory.rows.iter().map(|row| row.region.as_str()).collect();
    let regions: Result<Vec<Region>, _> = names.iter().map(|name| name.parse()).collect();
    let regions = regions.map_err(TrailError::Region)?;
    let account = &estate.config().organization.management_account;
    // Regions are far apart: all of them are asked at once.
    let asked = regions.iter().map(|region| estate.trail_public_keys(account, region, from, plan.now));
    let (mut listed, mut unavailable) = (Map::new(), Vec::new());
    for (name, answer) in names.into_iter().zip(join_all(asked).await) {
        match answer {
            Ok(keys) => {
                let keys: Vec<Value> = keys.iter().map(as_listed).collect();
                listed.insert(name.to_owned(), json!({"PublicKeyList": keys}));
            }
            Err(unseen) => unavailable.push((name, unseen.to_string())),
        }
    }
    let text = Value::Object(listed).to_string();
    let mut keys = PublicKeys::from_json(&text).map_err(TrailError::ListedKeys)?;
    for (region, reason) in unavailable {
        keys.set_unavailable(region, &reason);
    }
    Ok(Keys { keys, text })
}

fn as_listed(key: &TrailPublicKey) -> Value {
    json!({
        "Value": STANDARD.encode(&key.value),
        "Fingerprint": key.fingerprint,
        "ValidityStartTime": key.valid_from.map(|at| at.to_string()),
        "ValidityEndTime": key.valid_until.map(|at| at.to_string()),
    })
}
