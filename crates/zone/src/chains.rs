//! What CloudTrail delivered to a described zone: digests, signed with the sample's own key, and the log files they name.
//!
//! A chain continues for every account that the description says delivered something on the day it is described at, in
//! every governed Region, for the hours that LS-4.4 looks back. Bodies are made when they are first asked for.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use logproof_integrity::{
    Inventory, Row, Trail,
    sample::{SampleChain, SampleKey, SampleObjects, gzip},
};
use serde_json::{Value, json};

use super::format::{ChainFlaw, FlawKind, Object, Zone};

/// Hours that LS-4.4 looks back when the zone's configuration does not say it.
const DEFAULT_HOURS: u64 = 24;
/// How long ago the newest digest ended: all chains' minute and second.
const NEWEST_DIGEST: SignedDuration = SignedDuration::from_secs(49 * 60 + 40);

/// All chains of a zone.
#[derive(Debug, Default)]
pub(super) struct Chains {
    chains: Vec<SampleChain>,
    /// Chain of each key, by bucket.
    keys: HashMap<String, BTreeMap<String, usize>>,
    /// Log files with other content than their digest says, and log files in no digest.
    forged: HashSet<String>,
}

impl Chains {
    pub(super) fn of(zone: &Zone, accounts: impl Iterator<Item = String>) -> Self {
        let mut chains = Self::default();
        let regions = governed_regions(&zone.config);
        let accounts: Vec<_> = accounts.collect();
        for (name, trail) in zone.trails.iter().filter(|(_, trail)| trail.log_file_validation && trail.organization) {
            let Some(bucket) = zone.buckets.get(&trail.bucket) else { continue };
            let whole = Trail {
                name: name.clone(),
                home_region: trail.region.clone(),
                bucket: trail.bucket.clone(),
                prefix: trail.prefix.clone(),
                organization: Some(zone.organization.id.clone()),
            };
            let inventory = Inventory { trail: whole, rows: Vec::new() };
            let delivering = delivering(zone, &bucket.objects);
            for account in accounts.iter().filter(|account| delivering.contains(account.as_str())) {
                for region in &regions {
                    chains.add(zone, &inventory, Row::new(account, region));
                }
            }
        }
        chains
    }

    fn add(&mut self, zone: &Zone, inventory: &Inventory, row: Row) {
        let here = |flaw: &&ChainFlaw| flaw.account == row.account && flaw.region == row.region;
        let flaw = zone.chain_flaws.iter().find(here).map(|flaw| flaw.kind);
        let ends = ends(zone);
        let broken_link = (flaw == Some(FlawKind::LinkBroken)).then(|| ends.len().saturating_sub(1));
        let chain = SampleChain { inventory: inventory.clone(), row, ends, broken_link };
        let number = self.chains.len();
        let keys = self.keys.entry(inventory.trail.bucket.clone()).or_default();
        let digests: Vec<String> = chain.ends.iter().map(|end| chain.digest_key(*end)).collect();
        let logs: Vec<String> = chain.ends.iter().map(|end| chain.log_key(*end)).collect();
        let shown = match flaw {
            Some(FlawKind::ChainMissing) => 0,
            // The newest is not due yet; the one before it is.
            Some(FlawKind::TailMissing) => digests.len().saturating_sub(2),
            _ => digests.len(),
        };
        keys.extend(digests.into_iter().take(shown).map(|key| (key, number)));
        for (position, key) in logs.iter().enumerate() {
            match (flaw, position) {
                (Some(FlawKind::LogMissing), 0) => continue,
                (Some(FlawKind::LogModified), 0) => self.forged.insert(key.clone()),
                (Some(FlawKind::LogPlanted), 0) => {
                    let planted = key.replace(".json.gz", "").chars().rev().skip(16).collect::<Vec<_>>();
                    let planted: String = planted.into_iter().rev().chain("plantedplanted00.json.gz".chars()).collect();
                    keys.insert(planted.clone(), number);
                    self.forged.insert(planted)
                }
                _ => false,
            };
            keys.insert(key.clone(), number);
        }
        self.chains.push(chain);
    }

    /// Objects of a bucket below a prefix, without their sizes: bodies are made for those that are listed themselves.
    pub(super) fn below<'a>(&'a self, bucket: &str, prefix: &'a str) -> impl Iterator<Item = (&'a String, Object)> {
        let keys = self.keys.get(bucket).into_iter();
        keys.flat_map(move |keys| keys.range(prefix.to_owned()..).take_while(move |(key, _)| key.starts_with(prefix)))
            .map(|(key, chain)| {
                let newest = self.chains.get(*chain).and_then(|chain| chain.ends.last().copied());
                (key, Object { last_modified: newest, ..Object::default() })
            })
    }

    /// The size that lists state for an object; nothing when there is none.
    pub(super) fn size(&self, bucket: &str, key: &str) -> Option<i64> {
        self.object(bucket, key).and_then(|(body, _)| i64::try_from(body.len()).ok())
    }

    /// Content and metadata of an object; nothing when there is none.
    pub(super) fn object(&self, bucket: &str, key: &str) -> Option<(Bytes, BTreeMap<String, String>)> {
        let chain = self.chains.get(*self.keys.get(bucket)?.get(key)?)?;
        if self.forged.contains(key) {
            return Some((gzip(br#"{"Records":[]}"#).ok()?, BTreeMap::new()));
        }
        made(chain)?.get(key).cloned()
    }
}

/// Signing is what takes time, and zones differ little: what was made once in this process serves all zones.
fn made(chain: &SampleChain) -> Option<Arc<SampleObjects>> {
    static MADE: OnceLock<Mutex<HashMap<String, Arc<SampleObjects>>>> = OnceLock::new();
    let all = MADE.get_or_init(Mutex::default);
    let name = format!("{chain:?}");
    if let Some(objects) = all.lock().unwrap_or_else(PoisonError::into_inner).get(&name) {
        return Some(Arc::clone(objects));
    }
    let objects = Arc::new(chain.objects(key()?).ok()?);
    all.lock().unwrap_or_else(PoisonError::into_inner).insert(name, Arc::clone(&objects));
    Some(objects)
}

fn key() -> Option<&'static SampleKey> {
    static KEY: OnceLock<Option<SampleKey>> = OnceLock::new();
    KEY.get_or_init(SampleKey::read).as_ref()
}

/// What CloudTrail lists as its public keys in a Region.
pub(super) fn public_keys(zone: &Zone, region: &str) -> Value {
    let unknown = zone.chain_flaws.iter().any(|flaw| flaw.kind == FlawKind::KeyUnknown && flaw.region == region);
    let keys: Vec<Value> = key()
        .filter(|_| !unknown)
        .map(|key| {
            json!({
                "Value": STANDARD.encode(key.public_der()), "Fingerprint": key.fingerprint(),
                "ValidityStartTime": 1_577_836_800, "ValidityEndTime": 2_208_988_800_u32,
            })
        })
        .into_iter()
        .collect();
    json!({ "PublicKeyList": keys })
}

/// Accounts that delivered something on the day the zone is described at.
fn delivering<'z>(zone: &Zone, objects: &'z BTreeMap<String, Object>) -> HashSet<&'z str> {
    let today = zone.now.strftime("/%Y/%m/%d/").to_string();
    let of_today = objects.keys().filter(|key| key.contains(&today));
    of_today.filter_map(|key| key.split("AWSLogs/").nth(1)?.split('/').nth(1)).collect()
}

fn governed_regions(config: &Value) -> Vec<String> {
    let regions = config.pointer("/organization/governed_regions").and_then(Value::as_array);
    regions.into_iter().flatten().filter_map(|region| region.as_str().map(str::to_owned)).collect()
}

/// The ends of all digests of the hours that LS-4.4 looks back, oldest first.
fn ends(zone: &Zone) -> Vec<Timestamp> {
    let hours = zone.config.pointer("/integrity/window_hours").and_then(Value::as_u64).unwrap_or(DEFAULT_HOURS);
    let newest = zone.now.saturating_sub(NEWEST_DIGEST).unwrap_or(zone.now);
    let back = |hours: u64| newest.checked_sub(SignedDuration::from_hours(i64::try_from(hours).ok()?)).ok();
    (0..hours.min(24 * 31)).rev().filter_map(back).collect()
}
