//! What an intruder, or an accident, does to a chain.
//!
//! Owns: the list of defects, how each is planted and under which codes it must be found. Must not know: how it is found.

use super::generate::{Generated, MadeChain, flip, gzip};
use super::sign::Signer;
use crate::gzip::inflate;
use crate::hash::Sha256;
use crate::memory::Stored;
use crate::names::LogKey;
use flate2::{Compression, write::GzEncoder};
use serde_json::Value;
use std::io::Write as _;

/// Defects that need the signing key, planted while a chain is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// None.
    None,
    /// A digest records a wrong hash for its predecessor.
    WrongPreviousHash {
        /// Which digest.
        digest: usize,
    },
    /// A digest records a wrong signature for its predecessor.
    WrongPreviousSignature {
        /// Which digest.
        digest: usize,
    },
    /// Logging was off for some hours.
    Stopped {
        /// After how many digests.
        after: usize,
        /// For how long.
        hours: u32,
        /// Whether a new chain began afterwards.
        fresh: bool,
    },
    /// Half of the log files of one digest are in a backfill digest.
    Backfill {
        /// Which digest.
        digest: usize,
    },
    /// The chain was elsewhere before.
    MovedFrom {
        /// The bucket it was in.
        bucket: String,
        /// The prefix it was under.
        prefix: Option<String>,
        /// For how many digests.
        until: usize,
    },
}

macro_rules! defects {
    ($($(#[doc = $doc:literal])+ $name:ident => [$($code:literal),*];)+) => {
        /// One thing done to one chain.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Defect { $($(#[doc = $doc])+ $name,)+ }

        impl Defect {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The codes under which it must be found: these and no others.
            #[must_use]
            pub fn codes(self) -> &'static [&'static str] {
                match self { $(Self::$name => &[$($code),*]),+ }
            }
        }
    };
}

defects! {
    /// Nothing: the control.
    Clean => [];
    /// A log file is deleted.
    LogDeleted => ["log.missing"];
    /// A log file is changed.
    LogModified => ["log.hash_mismatch"];
    /// Two log files change places.
    LogsSwapped => ["log.hash_mismatch"];
    /// A log file is cut.
    LogTruncated => ["log.truncated"];
    /// A log file is emptied.
    LogEmptied => ["log.truncated"];
    /// A forged member is appended to a log file.
    MemberAppended => ["log.trailing_data"];
    /// A forged member is appended, and after it the trailer of the genuine one.
    MemberAppendedWithTrailer => ["log.trailing_data"];
    /// A log file is stored without compression.
    LogNotCompressed => ["log.malformed"];
    /// A log file is compressed again: its content is the same.
    LogRecompressed => [];
    /// A log file is added that no digest names.
    LogPlanted => ["log.unreferenced"];
    /// An object is added whose name is not that of a log file.
    ObjectPlanted => ["log.unreferenced"];
    /// Objects are added beside the folders of days.
    StrayPlanted => ["log.misplaced"];
    /// A digest is deleted.
    DigestDeleted => ["digest.missing", "log.unproven"];
    /// Two neighbouring digests are deleted.
    TwoDigestsDeleted => ["digest.missing", "log.unproven"];
    /// The newest digest is deleted.
    NewestDigestDeleted => ["chain.tail_missing", "log.unproven"];
    /// The newest half of the digests is deleted.
    TailDeleted => ["chain.tail_missing", "log.unproven"];
    /// All digests are deleted.
    ChainDeleted => ["chain.missing"];
    /// The oldest digest is deleted.
    OldestDigestDeleted => ["digest.missing", "log.unproven"];
    /// One digit of a signature is changed.
    SignatureFlipped => ["digest.bad_signature", "log.unproven"];
    /// A signature is removed.
    SignatureRemoved => ["digest.bad_signature", "log.unproven"];
    /// A digest is signed with another known key.
    SignedByAnother => ["digest.bad_signature", "log.unproven"];
    /// A digest is signed with a key that nobody knows.
    SignedByUnknown => ["digest.key_unknown", "log.unproven"];
    /// A digest's list of log files is shortened.
    DigestEdited => ["digest.bad_signature", "log.unproven"];
    /// A digest is not JSON.
    DigestNotJson => ["digest.malformed", "log.unproven"];
    /// A digest inflates to 16 MiB: more than the limit that the test sets.
    DigestBomb => ["digest.unreadable", "log.unproven"];
    /// An older digest is copied over a newer one.
    DigestCopiedOver => ["digest.moved", "log.unproven"];
    /// A digest records a wrong hash for its predecessor.
    WrongPreviousHash => ["digest.link_mismatch"];
    /// A digest records a wrong signature for its predecessor.
    WrongPreviousSignature => ["digest.link_mismatch"];
    /// Logging was off for five hours, and the chain goes on.
    LoggingStopped => ["chain.gap"];
    /// Logging was off for five hours, and a new chain begins.
    LoggingStoppedNewChain => ["chain.gap"];
    /// Some log files are in a backfill digest.
    Backfilled => [];
    /// A log file in a backfill digest is changed.
    BackfilledLogModified => ["log.hash_mismatch"];
    /// The chain was in another bucket before.
    BucketChanged => ["chain.bucket_changed"];
    /// The chain was in another bucket before, and its digests there are deleted.
    BucketChangedAndLost => ["chain.bucket_changed", "digest.missing"];
    /// The chain was under another prefix of the same bucket before.
    PrefixChanged => ["chain.bucket_changed"];
    /// The chain was under another prefix before, and its digests there are deleted.
    PrefixChangedAndLost => ["chain.bucket_changed", "digest.missing"];
}

/// Where the chain was before its bucket changed.
const OLD_BUCKET: &str = "old-log-archive";

impl Defect {
    /// What of it must be done while the chain is made.
    #[must_use]
    pub fn edit(self) -> Edit {
        match self {
            Self::WrongPreviousHash => Edit::WrongPreviousHash { digest: 7 },
            Self::WrongPreviousSignature => Edit::WrongPreviousSignature { digest: 7 },
            Self::LoggingStopped => Edit::Stopped { after: 8, hours: 5, fresh: false },
            Self::LoggingStoppedNewChain => Edit::Stopped { after: 8, hours: 5, fresh: true },
            Self::Backfilled | Self::BackfilledLogModified => Edit::Backfill { digest: 6 },
            Self::BucketChanged | Self::BucketChangedAndLost => {
                Edit::MovedFrom { bucket: OLD_BUCKET.to_owned(), prefix: None, until: 9 }
            }
            Self::PrefixChanged | Self::PrefixChangedAndLost => {
                Edit::MovedFrom { bucket: "log-archive".to_owned(), prefix: Some("before/that".to_owned()), until: 9 }
            }
            _ => Edit::None,
        }
    }

    /// Plants the rest of it in one chain, which must be twelve hours long at least, with two log files an hour at least.
    pub fn plant(self, generated: &mut Generated, chain: usize) {
        let made = generated.chains[chain].clone();
        let mut damaged = DamagedChain { generated, made };
        match self {
            Self::LogDeleted => damaged.delete_log(9),
            Self::LogModified => damaged.change_log(9, |body| gzip(&changed(&inflated(body)))),
            Self::BackfilledLogModified => {
                let last = damaged.made.logs.iter().rposition(|(_, _, digest)| *digest == 6).expect("a log file");
                damaged.change_log(last, |body| gzip(&changed(&inflated(body))));
            }
            Self::LogsSwapped => damaged.swap_logs(9, 10),
            Self::LogTruncated => damaged.change_log(9, |body| body[..body.len() / 2].to_vec()),
            Self::LogEmptied => damaged.change_log(9, |_| Vec::new()),
            Self::MemberAppended => damaged.change_log(9, |body| [body, &gzip(b"forged")].concat()),
            Self::MemberAppendedWithTrailer => {
                damaged.change_log(9, |body| [body, &gzip(b"forged"), &body[body.len() - 8..]].concat());
            }
            Self::LogNotCompressed => damaged.change_log(9, inflated),
            Self::LogRecompressed => damaged.change_log(9, |body| stored(&inflated(body))),
            Self::LogPlanted => damaged.plant_log(),
            Self::ObjectPlanted => damaged.plant_object(),
            Self::StrayPlanted => damaged.plant_strays(),
            Self::DigestDeleted => damaged.delete_digests(5..6),
            Self::TwoDigestsDeleted => damaged.delete_digests(5..7),
            Self::OldestDigestDeleted => damaged.delete_digests(0..1),
            Self::NewestDigestDeleted => damaged.delete_newest(1),
            Self::TailDeleted => damaged.delete_newest(damaged.made.digests.len() / 2),
            Self::ChainDeleted => damaged.delete_newest(damaged.made.digests.len()),
            Self::BucketChangedAndLost | Self::PrefixChangedAndLost => damaged.delete_digests(0..9),
            Self::SignatureFlipped => damaged.change_signature(5, |signature| Some(flip(signature))),
            Self::SignatureRemoved => damaged.change_signature(5, |_| None),
            Self::SignedByAnother => damaged.sign_again(5, |_| {}),
            Self::SignedByUnknown => damaged.sign_again(5, |digest| {
                digest["digestPublicKeyFingerprint"] = "00000000000000000000000000000000".into();
            }),
            Self::DigestEdited => damaged.edit_digest(5, |digest| {
                digest["logFiles"].as_array_mut().expect("a list").pop();
            }),
            Self::DigestNotJson => damaged.change_digest(5, |_| gzip(b"not a digest")),
            Self::DigestBomb => damaged.change_digest(5, |_| gzip(&vec![b' '; 16 << 20])),
            Self::DigestCopiedOver => damaged.copy_digest(4, 5),
            Self::Clean
            | Self::WrongPreviousHash
            | Self::WrongPreviousSignature
            | Self::LoggingStopped
            | Self::LoggingStoppedNewChain
            | Self::Backfilled
            | Self::BucketChanged
            | Self::PrefixChanged => {}
        }
    }
}

struct DamagedChain<'a> {
    generated: &'a mut Generated,
    made: MadeChain,
}

impl DamagedChain<'_> {
    fn object(&self, (bucket, key): &(String, String)) -> Stored {
        self.generated.store.object(bucket, key).expect("it was made").clone()
    }

    fn put(&mut self, (bucket, key): &(String, String), stored: Stored) {
        self.generated.store.put(bucket, key, stored.body, stored.metadata);
    }

    fn log(&self, index: usize) -> (String, String) {
        let (bucket, key, _) = &self.made.logs[index];
        (bucket.clone(), key.clone())
    }

    fn delete_log(&mut self, index: usize) {
        let (bucket, key) = self.log(index);
        self.generated.store.remove(&bucket, &key).expect("it was made");
    }

    fn change_log(&mut self, index: usize, change: impl FnOnce(&[u8]) -> Vec<u8>) {
        let name = self.log(index);
        let mut stored = self.object(&name);
        stored.body = change(&stored.body).into();
        self.put(&name, stored);
    }

    fn swap_logs(&mut self, one: usize, other: usize) {
        let (one, other) = (self.log(one), self.log(other));
        let (first, second) = (self.object(&one), self.object(&other));
        self.put(&one, second);
        self.put(&other, first);
    }

    fn plant_log(&mut self) {
        let (bucket, key) = self.log(9);
        let mut planted = LogKey::parse(&key).expect("it was made");
        planted.unique = "PlantedByHand000".to_owned();
        let body = gzip(b"{\"Records\":[]}");
        self.generated.store.put(&bucket, &planted.to_string(), body, None);
    }

    fn plant_object(&mut self) {
        let (bucket, key) = self.log(9);
        let folder = key.rsplit_once('/').expect("a folder").0;
        self.generated.store.put(&bucket, &format!("{folder}/innocent.json.gz"), gzip(b"{}"), None);
    }

    /// At the top, before and after the folders of years, and in the folders of the year and the month.
    fn plant_strays(&mut self) {
        let (bucket, key) = self.log(9);
        let folders: Vec<&str> = key.match_indices('/').rev().map(|(at, _)| &key[..at]).collect();
        let (month, year, top) = (folders[1], folders[2], folders[3]);
        for stray in [format!("{top}/+.json.gz"), format!("{top}/x"), format!("{year}/x"), format!("{month}/x")] {
            self.generated.store.put(&bucket, &stray, gzip(b"{}"), None);
        }
    }

    fn delete_digests(&mut self, digests: std::ops::Range<usize>) {
        for (bucket, key) in &self.made.digests[digests] {
            self.generated.store.remove(bucket, key).expect("it was made");
        }
    }

    fn delete_newest(&mut self, count: usize) {
        let all = self.made.digests.len();
        self.delete_digests(all - count..all);
    }

    fn change_digest(&mut self, index: usize, change: impl FnOnce(&[u8]) -> Vec<u8>) {
        let name = self.made.digests[index].clone();
        let mut stored = self.object(&name);
        stored.body = change(&stored.body).into();
        self.put(&name, stored);
    }

    fn edit_digest(&mut self, index: usize, edit: impl FnOnce(&mut Value)) {
        self.change_digest(index, |body| {
            let mut digest: Value = serde_json::from_slice(&inflated(body)).expect("it was made");
            edit(&mut digest);
            gzip(digest.to_string().as_bytes())
        });
    }

    fn change_signature(&mut self, index: usize, change: impl FnOnce(&str) -> Option<String>) {
        let name = self.made.digests[index].clone();
        let mut stored = self.object(&name);
        let mut metadata = stored.metadata.take().expect("digests have metadata");
        let signature = metadata.remove("signature").expect("digests are signed");
        metadata.extend(change(&signature).map(|signature| ("signature".to_owned(), signature)));
        stored.metadata = Some(metadata);
        self.put(&name, stored);
    }

    /// Signs a digest with the intruder's key, which is not the one it names.
    fn sign_again(&mut self, index: usize, edit: impl FnOnce(&mut Value)) {
        self.edit_digest(index, edit);
        let name = self.made.digests[index].clone();
        let content = inflated(&self.object(&name).body);
        let digest: Value = serde_json::from_slice(&content).expect("it was made");
        let text = |field: &str| digest[field].as_str().unwrap_or("null").to_owned();
        let hash = Sha256::of(&content);
        let signed =
            format!("{}\n{}/{}\n{hash}\n{}", text("digestEndTime"), name.0, name.1, text("previousDigestSignature"));
        let signature = Signer::intruder().sign(signed.as_bytes());
        self.change_signature(index, |_| Some(signature));
    }

    fn copy_digest(&mut self, from: usize, to: usize) {
        let (from, to) = (self.made.digests[from].clone(), self.made.digests[to].clone());
        let older = self.object(&from);
        self.put(&to, older);
    }
}

fn inflated(body: &[u8]) -> Vec<u8> {
    inflate(body, 1 << 30).expect("it was made")
}

fn changed(content: &[u8]) -> Vec<u8> {
    let mut content = content.to_vec();
    let middle = content.len() / 2;
    content[middle] ^= 1;
    content
}

fn stored(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::none());
    encoder.write_all(content).expect("memory takes all");
    encoder.finish().expect("memory takes all")
}
