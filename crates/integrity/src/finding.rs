//! What can be found, by stable code, and which of three results each finding means.
//!
//! Owns: the closed set of codes. Must not know: how findings come about.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a finding means for the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Worth knowing; changes no result.
    Informative,
    /// Could not be judged: a refused or failed read, an archived object, an unknown key.
    Undetermined,
    /// A fact about what is stored: something is missing, changed or added.
    Invalid,
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal, $class:ident;)+) => {
        /// The kind of a finding. The text form is stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Code {
            $($(#[doc = $doc])+ #[serde(rename = $text)] $name,)+
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The stable text form.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }

            /// What the code means for the result.
            #[must_use]
            pub fn class(self) -> Class {
                match self { $(Self::$name => Class::$class),+ }
            }

            /// One sentence for readers of a report.
            #[must_use]
            pub fn explanation(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+).trim_ascii_start()),+ }
            }
        }
    };
}

codes! {
    /// The inventory expects a chain of digests, and the window holds not one.
    ChainMissing = "chain.missing", Invalid;
    /// The chain ends before the window does, although its next digest was due.
    ChainTailMissing = "chain.tail_missing", Invalid;
    /// No digest covers an interval: logging or validation was off.
    ChainGap = "chain.gap", Invalid;
    /// A digest that an earlier run verified is gone or was replaced.
    ChainRollback = "chain.rollback", Invalid;
    /// The chain comes from another bucket or folder.
    ChainBucketChanged = "chain.bucket_changed", Informative;
    /// The digests of a chain could not be listed.
    ChainUnlistable = "chain.unlistable", Undetermined;
    /// A digest that another digest names as its predecessor is not there.
    DigestMissing = "digest.missing", Invalid;
    /// The signature is absent, or does not verify.
    DigestBadSignature = "digest.bad_signature", Invalid;
    /// The digest was delivered under another name.
    DigestMoved = "digest.moved", Invalid;
    /// The hash or signature that a digest records for its predecessor is not the predecessor's.
    DigestLinkMismatch = "digest.link_mismatch", Invalid;
    /// The object is not a digest.
    DigestMalformed = "digest.malformed", Invalid;
    /// The public key is not known in the digest's Region.
    DigestKeyUnknown = "digest.key_unknown", Undetermined;
    /// The public key was not in use when the digest was signed.
    DigestKeyNotInUse = "digest.key_not_in_use", Undetermined;
    /// The digest could not be read.
    DigestUnreadable = "digest.unreadable", Undetermined;
    /// An object among the digests is not named like a digest.
    DigestUnexpectedName = "digest.unexpected_name", Informative;
    /// A log file that a digest names is not there.
    LogMissing = "log.missing", Invalid;
    /// The content of a log file is not what its digest says.
    LogHashMismatch = "log.hash_mismatch", Invalid;
    /// A log file ends early.
    LogTruncated = "log.truncated", Invalid;
    /// Bytes follow the compressed content of a log file.
    LogTrailingData = "log.trailing_data", Invalid;
    /// A log file is not compressed data.
    LogMalformed = "log.malformed", Invalid;
    /// A log file is in no digest, and no digest for it is still to come.
    LogUnreferenced = "log.unreferenced", Invalid;
    /// An object lies among the log files, and in the folder of no day.
    LogMisplaced = "log.misplaced", Invalid;
    /// Log files lie where the digest that should name them is missing, bad or not read.
    LogUnproven = "log.unproven", Undetermined;
    /// A log file could not be read.
    LogUnreadable = "log.unreadable", Undetermined;
    /// The log files of a day could not be listed, so nothing is said about added ones.
    LogUnlistable = "log.unlistable", Undetermined;
    /// A log file is in no digest yet, and one may still come.
    LogPending = "log.pending", Informative;
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One thing found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The kind.
    pub code: Code,
    /// What it means for the result.
    pub class: Class,
    /// The chain: `account/region`.
    pub chain: String,
    /// The object, as `bucket/key`, if one is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// The beginning of the interval, if one is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// The end of the interval, if one is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Timestamp>,
    /// How many objects it stands for.
    pub count: u64,
    /// What was seen, and what to do.
    pub detail: String,
}

impl Finding {
    /// A finding about one thing.
    #[must_use]
    pub fn new(code: Code, chain: &str, detail: impl Into<String>) -> Self {
        let (chain, detail) = (chain.to_owned(), detail.into());
        Self { code, class: code.class(), chain, object: None, from: None, to: None, count: 1, detail }
    }

    /// Names the object.
    #[must_use]
    pub fn object(mut self, bucket: &str, key: &str) -> Self {
        self.object = Some(format!("{bucket}/{key}"));
        self
    }

    /// Names the interval.
    #[must_use]
    pub fn between(mut self, from: Timestamp, to: Timestamp) -> Self {
        (self.from, self.to) = (Some(from), Some(to));
        self
    }

    /// Says how many objects are meant.
    #[must_use]
    pub fn count(mut self, count: u64) -> Self {
        self.count = count;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_dotted_and_survive_serialisation() {
        let mut seen = std::collections::BTreeSet::new();
        for code in Code::ALL {
            assert!(seen.insert(code.as_str()) && code.as_str().contains('.'));
            let text = serde_json::to_string(code).unwrap();
            assert_eq!(text, format!("\"{code}\""));
            assert_eq!(serde_json::from_str::<Code>(&text).unwrap(), *code);
            assert!(code.explanation().ends_with('.'));
        }
    }
}
