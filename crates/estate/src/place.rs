//! Where things are: account ids, Regions and the names by which a bucket or a key is asked for.

use std::fmt;

use logproof_policy::Partition;
use serde::{Deserialize, Serialize};

/// A text that is not an account id, a Region or a bucket reference.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {expected}")]
pub struct InvalidPlace {
    /// What was given.
    pub text: String,
    /// What was expected, for example "a 12-digit account id".
    pub expected: &'static str,
}

/// A 12-digit AWS account id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountId(String);

impl AccountId {
    /// The twelve digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Looked up by its digits; ids are ordered as these are.
impl std::borrow::Borrow<str> for AccountId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for AccountId {
    type Error = InvalidPlace;

    fn try_from(text: String) -> Result<Self, InvalidPlace> {
        if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Self(text))
        } else {
            Err(InvalidPlace { text, expected: "a 12-digit account id" })
        }
    }
}

impl std::str::FromStr for AccountId {
    type Err = InvalidPlace;

    fn from_str(text: &str) -> Result<Self, InvalidPlace> {
        Self::try_from(text.to_owned())
    }
}

impl From<AccountId> for String {
    fn from(id: AccountId) -> Self {
        id.0
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An AWS Region code such as `eu-central-1`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Region(String);

impl Region {
    /// The Region code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The partition it is in.
    #[must_use]
    pub fn partition(&self) -> Partition {
        Partition::of_region(&self.0)
    }
}

impl TryFrom<String> for Region {
    type Error = InvalidPlace;

    fn try_from(text: String) -> Result<Self, InvalidPlace> {
        let parts: Vec<&str> = text.split('-').collect();
        let shaped = parts.len() >= 3
            && parts.iter().all(|part| !part.is_empty())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && parts.last().is_some_and(|part| part.bytes().all(|b| b.is_ascii_digit()));
        if shaped {
            Ok(Self(text))
        } else {
            Err(InvalidPlace { text, expected: "a Region code such as `eu-central-1`" })
        }
    }
}

impl std::str::FromStr for Region {
    type Err = InvalidPlace;

    fn from_str(text: &str) -> Result<Self, InvalidPlace> {
        Self::try_from(text.to_owned())
    }
}

impl From<Region> for String {
    fn from(region: Region) -> Self {
        region.0
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A bucket as it is asked about: its name, the account expected to own it (sent as `ExpectedBucketOwner`) and the
/// Region it is expected in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BucketRef {
    /// Bucket name.
    pub name: String,
    /// Account whose credentials ask, and that must own the bucket.
    pub owner: AccountId,
    /// Region the requests are sent to.
    pub region: Region,
}

impl BucketRef {
    /// Its ARN, in the partition of its Region.
    #[must_use]
    pub fn arn(&self) -> String {
        self.region.partition().arn("s3", "", "", &self.name)
    }
}

/// A KMS key as it is asked about: by id, ARN or alias, in an account and Region.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct KeyRef {
    /// Key id, key ARN, alias name (`alias/x`) or alias ARN.
    pub id: String,
    /// Account whose credentials ask.
    pub account: AccountId,
    /// Region the request is sent to.
    pub region: Region,
}

impl KeyRef {
    /// The ARN that stands for what was asked: the id itself where it is one, else that of the key or alias.
    #[must_use]
    pub fn arn(&self) -> String {
        if self.id.starts_with("arn:") {
            return self.id.clone();
        }
        let name = if self.id.starts_with("alias/") { self.id.clone() } else { format!("key/{}", self.id) };
        self.region.partition().arn("kms", self.region.as_str(), self.account.as_str(), &name)
    }
}
