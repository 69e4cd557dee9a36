//! What CloudTrail delivered to a described zone: digests, signed with the sample's own key, and the log files they name.
//!
//! A chain continues for every account that the description says delivered something on the day it is described at, in
//! every governed Region, for the hours that LS-4.4 looks back. Bodies are made when they are first asked for.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    num::NonZeroUsize,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use logproof_integrity::{
    Inventory, Row, Trail,
    sample::{SampleChain, SampleKey, SampleObjects, gzip},
};
use lru::LruCache;
use serde_json::{Value, json};

use super::format::{ChainFlaw, FlawKind, Object, Zone};

/// Hours that LS-4.4 looks back when the zone's configuration does not say it.
const DEFAULT_HOURS: u64 = 24;
/// How long ago the newest digest ended: all chains' minute and second.
const NEWEST_DIGEST: SignedDuration = SignedDuration::from_secs(49 * 60 + 40);

/// All chains of a zone. Of each only what tells it from the others is kept: a zone may have many thousand.
#[derive(Debug, Default)]
pub(super) struct Chains {
    trails: Vec<Inventory>,
    accounts: Vec<String>,
    regions: Vec<String>,
    /// The ends of the digests of every chain, oldest first.
    ends: Vec<Timestamp>,
    /// The folders that CloudTrail fills, by bucket: all keys of one stand together in the order of keys.
    folders: HashMap<String, BTreeMap<String, Folder>>,
}

/// One folder: the digests of a chain, or its log files. Trail, account and Region by their places.
#[derive(Debug, Clone, Copy)]
struct Folder {
    trail: u32,
    account: u32,
    region: u32,
    flaw: Option<FlawKind>,
}

impl Chains {
    pub(super) fn of(zone: &Zone, accounts: impl Iterator<Item = String>) -> Self {
        let (accounts, regions) = (accounts.collect(), governed_regions(&zone.config));
        let mut chains = Self { ends: ends(zone), accounts, regions, ..Self::default() };
        for (name, trail) in zone.trails.iter().filter(|(_, trail)| trail.log_file_validation && trail.organization) {
            let Some(bucket) = zone.buckets.get(&trail.bucket) else { continue };
            let whole = Trail {
                name: name.clone(),
                home_region: trail.region.clone(),
                bucket: trail.bucket.clone(),
                prefix: trail.prefix.clone(),
                organization: Some(zone.organization.id.clone()),
            };
            chains.trails.push(Inventory { trail: whole, rows: Vec::new() });
            chains.add_all(zone, &delivering(zone, &bucket.objects));
        }
        chains
    }

    /// The folders of the last trail, of each account that delivers.
    fn add_all(&mut self, zone: &Zone, delivering: &HashSet<&str>) {
        let trail = place(self.trails.len().saturating_sub(1));
        let mut folders = Vec::new();
        for (at, account) in
            self.accounts.iter().enumerate().filter(|(_, account)| delivering.contains(account.as_str()))
        {
            for (in_region, region) in self.regions.iter().enumerate() {
                let here = |flaw: &&ChainFlaw| flaw.account == *account && flaw.region == *region;
                let flaw = zone.chain_flaws.iter().find(here).map(|flaw| flaw.kind);
                folders.push(Folder { trail, account: place(at), region: place(in_region), flaw });
            }
        }
        folders.into_iter().for_each(|folder| self.add(folder));
    }

    fn add(&mut self, folder: Folder) {
        let (Some(chain), Some(end)) = (self.chain(&folder), self.ends.last()) else { return };
        let of_bucket = self.folders.entry(chain.inventory.trail.bucket.clone()).or_default();
        for key in [chain.digest_key(*end), chain.log_key(*end)] {
            of_bucket.insert(folder_of(&key).to_owned(), folder);
        }
    }

    /// The chain of a folder.
    fn chain(&self, folder: &Folder) -> Option<SampleChain> {
        let ends = self.ends.clone();
        let broken_link = (folder.flaw == Some(FlawKind::LinkBroken)).then(|| ends.len().saturating_sub(1));
        let row = Row::new(self.accounts.get(folder.account as usize)?, self.regions.get(folder.region as usize)?);
        Some(SampleChain { inventory: self.trails.get(folder.trail as usize)?.clone(), row, ends, broken_link })
    }

    /// The keys in a folder, in their order, each with whether its content is another than the digest says.
    fn keys(&self, name: &str, folder: &Folder) -> Vec<(String, bool)> {
        let Some(chain) = self.chain(folder) else { return Vec::new() };
        let digests = chain.ends.iter().map(|end| chain.digest_key(*end));
        if folder_of(&chain.digest_key(self.ends.last().copied().unwrap_or_default())) == name {
            let shown = match folder.flaw {
                Some(FlawKind::ChainMissing) => 0,
                // The newest is not due yet; the one before it is.
                Some(FlawKind::TailMissing) => chain.ends.len().saturating_sub(2),
                _ => chain.ends.len(),
            };
            return digests.take(shown).map(|key| (key, false)).collect();
        }
        let mut keys = Vec::new();
        for (position, end) in chain.ends.iter().enumerate() {
            let key = chain.log_key(*end);
            match (folder.flaw, position) {
                (Some(FlawKind::LogMissing), 0) => continue,
                (Some(FlawKind::LogModified), 0) => keys.push((key, true)),
                (Some(FlawKind::LogPlanted), 0) => {
                    let planted = key.replace(".json.gz", "").chars().rev().skip(16).collect::<Vec<_>>();
                    let planted = planted.into_iter().rev().chain("plantedplanted00.json.gz".chars()).collect();
                    keys.extend([(key, false), (planted, true)]);
                }
                _ => keys.push((key, false)),
            }
        }
        keys.sort();
        keys
    }

    /// The first key in a folder.
    fn first_key(&self, name: &str, folder: &Folder) -> Option<(String, bool)> {
        if folder.flaw.is_some() {
            return self.keys(name, folder).into_iter().next();
        }
        let (chain, first) = (self.chain(folder)?, *self.ends.first()?);
        let keys = [chain.digest_key(first), chain.log_key(first)];
        keys.into_iter().find(|key| folder_of(key) == name).map(|key| (key, false))
    }

    /// Objects of a bucket below a prefix in the order of their keys, without their sizes: bodies are made for those that
    /// are listed themselves. Of a folder that the delimiter rolls up into one common prefix, the first object.
    pub(super) fn below<'a>(
        &'a self,
        bucket: &str,
        prefix: &'a str,
        delimiter: &'a str,
    ) -> impl Iterator<Item = (String, Object)> + 'a {
        let rolled_up = move |name: &str| {
            let rest = name.get(prefix.len()..).unwrap_or_default();
            !delimiter.is_empty() && name.starts_with(prefix) && rest.contains(delimiter)
        };
        let folders = self.folders.get(bucket).into_iter();
        let fits = move |name: &str| name.starts_with(prefix) || prefix.starts_with(name);
        // The folder that the prefix leads into sorts before it.
        let before = move |folders: &'a BTreeMap<String, Folder>| folders.range(..prefix.to_owned()).next_back();
        let from = move |folders: &'a BTreeMap<String, Folder>| {
            let after = folders.range(prefix.to_owned()..).take_while(move |(name, _)| name.starts_with(prefix));
            before(folders).into_iter().filter(move |(name, _)| fits(name)).chain(after)
        };
        let newest = self.ends.last().copied();
        folders
            .flat_map(from)
            .flat_map(move |(name, folder)| match rolled_up(name) {
                true => self.first_key(name, folder).into_iter().collect(),
                false => self.keys(name, folder),
            })
            .filter(move |(key, _)| key.starts_with(prefix))
            .map(move |(key, _)| (key, Object { last_modified: newest, ..Object::default() }))
    }

    /// The size that lists state for an object; nothing when there is none.
    pub(super) fn size(&self, bucket: &str, key: &str) -> Option<i64> {
        self.object(bucket, key).and_then(|(body, _)| i64::try_from(body.len()).ok())
    }

    /// Content and metadata of an object; nothing when there is none.
    pub(super) fn object(&self, bucket: &str, key: &str) -> Option<(Bytes, BTreeMap<String, String>)> {
        let name = folder_of(key);
        let folder = self.folders.get(bucket)?.get(name)?;
        if folder.flaw.is_some() {
            let (_, is_forged) = self.keys(name, folder).into_iter().find(|(there, _)| there == key)?;
            if is_forged {
                return Some((gzip(br#"{"Records":[]}"#).ok()?, BTreeMap::new()));
            }
        }
        made(&self.chain(folder)?)?.get(key).cloned()
    }
}

fn place(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

/// The folder of a chain that a key is in: all but the day and the name.
fn folder_of(key: &str) -> &str {
    key.rmatch_indices('/').nth(3).and_then(|(at, _)| key.get(..=at)).unwrap_or_default()
}

/// How many chains are held as they were made.
const HELD: NonZeroUsize = NonZeroUsize::new(512).unwrap();

/// Signing is what takes time, and zones differ little: what was made last in this process serves all zones.
fn made(chain: &SampleChain) -> Option<Arc<SampleObjects>> {
    static MADE: OnceLock<Mutex<LruCache<String, Arc<SampleObjects>>>> = OnceLock::new();
    let all = MADE.get_or_init(|| Mutex::new(LruCache::new(HELD)));
    let (first, last) = (chain.ends.first()?, chain.ends.last()?);
    let name = format!("{:?} {:?} {first} {last} {:?}", chain.inventory.trail, chain.row, chain.broken_link);
    if let Some(objects) = all.lock().unwrap_or_else(PoisonError::into_inner).get(&name) {
        return Some(Arc::clone(objects));
    }
    let objects = Arc::new(chain.objects(key()?).ok()?);
    all.lock().unwrap_or_else(PoisonError::into_inner).put(name, Arc::clone(&objects));
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
