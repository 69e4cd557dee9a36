//! Chains as CloudTrail would deliver them.
//!
//! Owns: digests, log files, links and signatures of an imagined organization. Must not know: defects beyond the edits
//! that need the signing key.

use super::defects::Edit;
use super::sign::{Signer, public_keys_json};
use crate::hash::Sha256;
use crate::inventory::{Inventory, Row, Trail, Window};
use crate::memory::MemoryStore;
use crate::names::{DigestKey, LogKey, Place};
use crate::public_keys::PublicKeys;
use flate2::{Compression, write::GzEncoder};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write as _;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// What is generated.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The accounts.
    pub accounts: Vec<String>,
    /// The Regions.
    pub regions: Vec<String>,
    /// The trail.
    pub trail: Trail,
    /// The beginning of the window.
    pub start: Timestamp,
    /// The length of the window.
    pub hours: u32,
    /// Log files per chain and hour.
    pub logs_per_hour: u32,
    /// The size of a log file before compression.
    pub log_bytes: usize,
}

impl Default for Plan {
    fn default() -> Self {
        Self::of_size(1, 1, 24, 2, 600)
    }
}

impl Plan {
    /// A plan with so many accounts and Regions.
    #[must_use]
    pub fn of_size(accounts: usize, regions: usize, hours: u32, logs_per_hour: u32, log_bytes: usize) -> Self {
        const REGIONS: [&str; 4] = ["eu-west-1", "us-east-1", "eu-central-1", "ap-southeast-2"];
        let region = |index: usize| match REGIONS.get(index) {
            Some(name) => (*name).to_owned(),
            None => format!("xx-test-{index}"),
        };
        Self {
            accounts: (0..accounts).map(|index| format!("{:012}", 111_122_220_000_u64 + index as u64)).collect(),
            regions: (0..regions).map(region).collect(),
            trail: Trail {
                name: "org-trail".to_owned(),
                home_region: "us-east-1".to_owned(),
                bucket: "log-archive".to_owned(),
                prefix: None,
                organization: Some("o-exampleorg1".to_owned()),
            },
            start: "2026-01-10T00:00:00Z".parse().expect("a time"),
            hours,
            logs_per_hour,
            log_bytes,
        }
    }

    /// Generates everything, nothing amiss.
    #[must_use]
    pub fn generate(&self) -> Generated {
        self.generate_edited(|_| Edit::None)
    }

    /// Generates everything, some chains signed otherwise.
    #[must_use]
    pub fn generate_edited(&self, edit: impl Fn(&Row) -> Edit) -> Generated {
        let inventory = Inventory::of(self.trail.clone(), &self.accounts, &self.regions);
        let to = self.start + HOUR * i32::try_from(self.hours).expect("hours fit");
        let mut generated = Generated {
            store: MemoryStore::new(),
            window: Window { from: self.start, to },
            // Two days later: everything was due.
            now: to + SignedDuration::from_hours(48),
            keys_json: public_keys_json(&[&Signer::cloudtrail(), &Signer::intruder()]),
            chains: Vec::new(),
            inventory: inventory.clone(),
        };
        for row in &inventory.rows {
            let made = ChainMaker::new(self, &inventory, row, edit(row)).make(&mut generated.store);
            generated.chains.push(made);
        }
        generated
    }
}

/// An imagined organization.
#[derive(Debug, Clone)]
pub struct Generated {
    /// All objects.
    pub store: MemoryStore,
    /// The expected chains.
    pub inventory: Inventory,
    /// The period.
    pub window: Window,
    /// A time at which everything was due.
    pub now: Timestamp,
    /// The public keys, as the command line prints them.
    pub keys_json: String,
    /// What was made, by chain.
    pub chains: Vec<MadeChain>,
}

impl Generated {
    /// The public keys.
    #[must_use]
    pub fn keys(&self) -> PublicKeys {
        PublicKeys::from_json(&self.keys_json).expect("the kit's own keys can be read")
    }

    /// How many objects there are.
    #[must_use]
    pub fn objects(&self) -> usize {
        self.store.objects().count()
    }
}

/// One chain that was made.
#[derive(Debug, Clone)]
pub struct MadeChain {
    /// Its row.
    pub row: Row,
    /// Where it lies.
    pub place: Place,
    /// Bucket and key of each digest, in order.
    pub digests: Vec<(String, String)>,
    /// Bucket and key of each log file, and the number of its digest.
    pub logs: Vec<(String, String, usize)>,
}

struct ChainMaker<'a> {
    plan: &'a Plan,
    /// With the bucket and prefix of the hour that is made.
    inventory: Inventory,
    signer: Signer,
    bucket: String,
    edit: Edit,
    previous: Option<(String, String, String, String)>,
    made: MadeChain,
    serial: u64,
}

impl<'a> ChainMaker<'a> {
    fn new(plan: &'a Plan, inventory: &'a Inventory, row: &Row, edit: Edit) -> Self {
        let made = MadeChain { place: inventory.place(row), row: row.clone(), digests: Vec::new(), logs: Vec::new() };
        let (inventory, bucket) = (inventory.clone(), inventory.trail.bucket.clone());
        Self { plan, inventory, signer: Signer::cloudtrail(), bucket, edit, previous: None, made, serial: 0 }
    }

    fn move_to(&mut self, bucket: &str, prefix: Option<String>) {
        bucket.clone_into(&mut self.bucket);
        self.inventory.trail.prefix = prefix;
        self.made.place = self.inventory.place(&self.made.row);
    }

    /// Digests are not delivered on the hour: each chain has its own minute and second.
    fn first_start(&self) -> Timestamp {
        let offset = Sha256::of(self.made.row.chain().as_bytes()).leading_number() % 3540 + 30;
        self.plan.start - SignedDuration::from_secs(i64::try_from(offset).expect("small"))
    }

    fn make(mut self, store: &mut MemoryStore) -> MadeChain {
        let mut start = self.first_start();
        let end = self.plan.start + HOUR * i32::try_from(self.plan.hours).expect("hours fit");
        if let Edit::MovedFrom { bucket, prefix, .. } = self.edit.clone() {
            self.move_to(&bucket, prefix);
        }
        while start < end {
            let number = self.made.digests.len();
            match &self.edit {
                Edit::Stopped { after, hours, fresh } if number == *after => {
                    start += HOUR * i32::try_from(*hours).expect("hours fit");
                    if *fresh {
                        self.previous = None;
                    }
                }
                Edit::MovedFrom { until, .. } if number == *until => {
                    let trail = &self.plan.trail;
                    self.move_to(&trail.bucket, trail.prefix.clone());
                }
                _ => {}
            }
            self.hour(store, start, number);
            start += HOUR;
        }
        self.made
    }

    fn hour(&mut self, store: &mut MemoryStore, start: Timestamp, number: usize) {
        let count = self.plan.logs_per_hour;
        let logs: Vec<Value> = (0..count).map(|index| self.log(store, start, index, count, number)).collect();
        let late = matches!(self.edit, Edit::Backfill { digest } if digest == number);
        let (logs, backfilled) = if late { logs.split_at(logs.len() / 2) } else { (logs.as_slice(), &[][..]) };
        let previous = self.previous.clone().map(|(bucket, key, mut hash, mut signature)| {
            match self.edit {
                Edit::WrongPreviousHash { digest } if digest == number => hash = flip(&hash),
                Edit::WrongPreviousSignature { digest } if digest == number => signature = flip(&signature),
                _ => {}
            }
            (bucket, key, hash, signature)
        });
        let made = self.digest(store, start, logs, previous, false);
        self.made.digests.push((made.0.clone(), made.1.clone()));
        self.previous = Some(made);
        if late {
            self.digest(store, start, backfilled, None, true);
        }
    }

    fn log(&mut self, store: &mut MemoryStore, start: Timestamp, index: u32, count: u32, number: usize) -> Value {
        self.serial += 1;
        let within = (i64::from(index) * 2 + 1) * 3600 / (i64::from(count) * 2);
        let delivered = start + SignedDuration::from_secs(within);
        let name = Sha256::of(format!("{}{}", self.made.row.chain(), self.serial).as_bytes()).to_string();
        let unique = name[..16].to_owned();
        let minute = Timestamp::from_second(delivered.as_second() / 60 * 60).expect("a time");
        let key = LogKey { place: self.made.place.clone(), delivered: minute, unique }.to_string();
        let content = log_content(&self.made.row, self.serial, self.plan.log_bytes);
        store.put(&self.bucket, &key, gzip(&content), Some(BTreeMap::new()));
        self.made.logs.push((self.bucket.clone(), key.clone(), number));
        json!({
            "s3Bucket": self.bucket, "s3Object": key, "hashAlgorithm": "SHA-256",
            "hashValue": Sha256::of(&content).to_string(),
            "oldestEventTime": start.to_string(), "newestEventTime": delivered.to_string(),
        })
    }

    fn digest(
        &self,
        store: &mut MemoryStore,
        start: Timestamp,
        logs: &[Value],
        previous: Option<(String, String, String, String)>,
        backfill: bool,
    ) -> (String, String, String, String) {
        let end = start + HOUR;
        let DigestKey { place, trail, home_region, .. } = self.inventory.digest_key(&self.made.row, end, backfill);
        let key = DigestKey { place, trail, home_region, end, backfill }.to_string();
        let part = |index: usize| {
            previous.as_ref().map(|(bucket, key, hash, signature)| [bucket, key, hash, signature][index].clone())
        };
        let content = json!({
            "awsAccountId": self.made.row.account,
            "digestStartTime": start.to_string(), "digestEndTime": end.to_string(),
            "digestS3Bucket": self.bucket, "digestS3Object": key,
            "digestPublicKeyFingerprint": self.signer.fingerprint(), "digestSignatureAlgorithm": "SHA256withRSA",
            "newestEventTime": null, "oldestEventTime": null,
            "previousDigestS3Bucket": part(0), "previousDigestS3Object": part(1), "previousDigestHashValue": part(2),
            "previousDigestHashAlgorithm": previous.as_ref().map(|_| "SHA-256"),
            "previousDigestSignature": part(3),
            "logFiles": logs,
        });
        let content = content.to_string().into_bytes();
        let hash = Sha256::of(&content).to_string();
        let last = part(3).unwrap_or_else(|| "null".to_owned());
        let signed = format!("{end}\n{}/{key}\n{hash}\n{last}", self.bucket);
        let signature = self.signer.sign(signed.as_bytes());
        let mut metadata = BTreeMap::from([
            ("signature".to_owned(), signature.clone()),
            ("signature-algorithm".to_owned(), "SHA256withRSA".to_owned()),
        ]);
        if backfill {
            let generated = (end + SignedDuration::from_hours(7)).to_string();
            metadata.insert("backfill-generation-timestamp".to_owned(), generated);
        }
        store.put(&self.bucket, &key, gzip(&content), Some(metadata));
        (self.bucket.clone(), key, hash, signature)
    }
}

/// Another valid hexadecimal text of the same length.
pub(super) fn flip(hex_digits: &str) -> String {
    let last = if hex_digits.ends_with('0') { "1" } else { "0" };
    format!("{}{last}", &hex_digits[..hex_digits.len() - 1])
}

/// Bytes as one gzip member.
#[must_use]
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
    encoder.write_all(bytes).expect("memory takes all");
    encoder.finish().expect("memory takes all")
}

/// Records that compress about as well as real ones.
fn log_content(row: &Row, serial: u64, bytes: usize) -> Vec<u8> {
    let mut text = String::from("{\"Records\":[");
    let mut number = 0_u64;
    while text.len() + 2 < bytes || number == 0 {
        let id = Sha256::of(format!("{}/{serial}/{number}", row.chain()).as_bytes()).to_string();
        let comma = if number == 0 { "" } else { "," };
        text.push_str(&format!(
            "{comma}{{\"eventVersion\":\"1.09\",\"userIdentity\":{{\"type\":\"AssumedRole\",\"principalId\":\"AROA{}\",\
             \"accountId\":\"{}\",\"sessionContext\":{{\"attributes\":{{\"mfaAuthenticated\":\"false\"}}}}}},\
             \"eventTime\":\"2026-01-10T00:00:00Z\",\"eventSource\":\"s3.amazonaws.com\",\"eventName\":\"GetObject\",\
             \"awsRegion\":\"{}\",\"sourceIPAddress\":\"10.0.0.1\",\"userAgent\":\"aws-sdk-rust/1.3 os/linux\",\
             \"requestParameters\":{{\"bucketName\":\"example\",\"key\":\"{}\"}},\"responseElements\":null,\
             \"eventID\":\"{}\",\"readOnly\":true,\"eventType\":\"AwsApiCall\",\"managementEvent\":true}}",
            &id[..16],
            row.account,
            row.region,
            &id[16..32],
            &id[32..]
        ));
        number += 1;
    }
    text.push_str("]}");
    text.into_bytes()
}
