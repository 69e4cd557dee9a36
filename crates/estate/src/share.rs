//! The share of an examination that one of several processes makes.
//!
//! Accounts are divided by their place in the list of active accounts, sorted by id: the account at place `p`, counted
//! from 0, belongs to share `p` modulo the number of shares. All shares of a run see one and the same list, so that each
//! account belongs to exactly one of them.

use std::{collections::BTreeSet, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::{facts::Directory, place::AccountId};

/// Which accounts the sentences about every active account examine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Share {
    /// All of them.
    #[default]
    Whole,
    /// None of them: the share of what is not about single accounts, which is examined once for all shares.
    Organization,
    /// One share of them, counted from 0.
    Accounts {
        /// Which share.
        index: u32,
        /// Of how many; more than `index`.
        count: u32,
    },
}

/// A text that names no share.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no share\nhint: write `index/count` with an index from 0 up to count less 1, as in `0/4`, or `organization`"
)]
pub struct ShareError(String);

impl Share {
    /// Whether nothing is left to others.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        *self == Self::Whole
    }

    /// Into how many shares the accounts are divided, when this is one of them.
    #[must_use]
    pub fn count(self) -> Option<u32> {
        match self {
            Self::Accounts { count, .. } => Some(count),
            Self::Whole | Self::Organization => None,
        }
    }

    /// The active accounts of the share.
    #[must_use]
    pub fn of(self, directory: &Directory) -> BTreeSet<AccountId> {
        let sorted: BTreeSet<&AccountId> = directory.active().map(|account| &account.id).collect();
        self.among(sorted).cloned().collect()
    }

    /// Those of the share among all active accounts, which come sorted by id.
    pub(crate) fn among<T>(self, sorted: impl IntoIterator<Item = T>) -> impl Iterator<Item = T> {
        sorted.into_iter().zip(0_u32..).filter(move |(_, place)| self.takes(*place)).map(|(account, _)| account)
    }

    fn takes(self, place: u32) -> bool {
        match self {
            Self::Whole => true,
            Self::Organization => false,
            Self::Accounts { index, count } => place % count.max(1) == index,
        }
    }
}

impl fmt::Display for Share {
    /// `whole`, `organization` or `3/16`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => f.write_str("whole"),
            Self::Organization => f.write_str("organization"),
            Self::Accounts { index, count } => write!(f, "{index}/{count}"),
        }
    }
}

impl FromStr for Share {
    type Err = ShareError;

    fn from_str(text: &str) -> Result<Self, ShareError> {
        let refused = || ShareError(text.to_owned());
        match text {
            "whole" => return Ok(Self::Whole),
            "organization" => return Ok(Self::Organization),
            _ => {}
        }
        let (index, count) = text.split_once('/').ok_or_else(refused)?;
        let (index, count) = (index.parse().map_err(|_| refused())?, count.parse().map_err(|_| refused())?);
        if index < count { Ok(Self::Accounts { index, count }) } else { Err(refused()) }
    }
}

impl Serialize for Share {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|error: ShareError| D::Error::custom(error.to_string().lines().next().unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::facts::{Account, Root};

    fn directory(ids: &[&str]) -> Directory {
        let account = |id: &&str| Account {
            id: id.parse().unwrap(),
            arn: String::new(),
            name: String::new(),
            status: if id.starts_with('9') { "SUSPENDED" } else { "ACTIVE" }.to_owned(),
            joined: None,
            parent: String::new(),
        };
        let root = Root { id: "r-1".to_owned(), arn: String::new(), enabled_policy_types: Vec::new() };
        Directory { root, units: Vec::new(), accounts: ids.iter().map(account).collect() }
    }

    #[test]
    fn every_active_account_belongs_to_exactly_one_share_whatever_the_order_of_the_list() {
        let ids = ["300000000000", "900000000000", "100000000000", "200000000000", "400000000000", "500000000000"];
        let (directory, mut reversed) = (directory(&ids), ids);
        reversed.reverse();
        for count in 1..8 {
            let of = |index| Share::Accounts { index, count };
            let mut all: Vec<AccountId> = (0..count).flat_map(|index| of(index).of(&directory)).collect();
            all.sort();
            assert_eq!(all, Share::Whole.of(&directory).into_iter().collect::<Vec<_>>(), "{count}");
            assert!((0..count).all(|index| of(index).of(&directory) == of(index).of(&self::directory(&reversed))));
        }
        assert_eq!(Share::Whole.of(&directory).len(), 5);
        assert!(Share::Organization.of(&directory).is_empty());
        let second: Vec<String> =
            Share::Accounts { index: 1, count: 2 }.of(&directory).iter().map(ToString::to_string).collect();
        assert_eq!(second, ["200000000000", "400000000000"]);
    }

    #[test]
    fn a_share_is_written_as_it_is_read() {
        for text in ["whole", "organization", "0/1", "3/16"] {
            let share: Share = text.parse().unwrap();
            assert_eq!(share.to_string(), text);
            let json = serde_json::to_string(&share).unwrap();
            assert_eq!(serde_json::from_str::<Share>(&json).unwrap(), share);
        }
        for text in ["", "4", "4/4", "-1/4", "0/0", "1/x", "Organization"] {
            assert!(text.parse::<Share>().unwrap_err().to_string().contains("hint:"), "{text}");
        }
    }
}
