//! A stable share of an inventory.
//!
//! Owns: which shard a chain belongs to. Must not know: who runs shards.

use crate::hash::Sha256;
use crate::inventory::Row;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// One of `count` shares, counted from zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Shard {
    /// Which share.
    pub index: u32,
    /// Of how many.
    pub count: u32,
}

/// A share that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is not a shard\nhint: write `index/count` with an index from 0 up to count less 1, as in `0/4`")]
pub struct ShardError(String);

impl Shard {
    /// Everything.
    pub const WHOLE: Self = Self { index: 0, count: 1 };

    /// A share.
    ///
    /// # Errors
    ///
    /// When there is no such share.
    pub fn new(index: u32, count: u32) -> Result<Self, ShardError> {
        if index < count { Ok(Self { index, count }) } else { Err(ShardError(format!("{index}/{count}"))) }
    }

    /// Whether a chain belongs to this share. Depends on account and Region only, so that it stays when others come and go.
    #[must_use]
    pub fn covers(self, row: &Row) -> bool {
        self.count <= 1
            || Sha256::of(row.chain().as_bytes()).leading_number() % u64::from(self.count) == u64::from(self.index)
    }
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let refused = || ShardError(text.to_owned());
        let (index, count) = text.split_once('/').ok_or_else(refused)?;
        let (index, count) = (index.parse().map_err(|_| refused())?, count.parse().map_err(|_| refused())?);
        Self::new(index, count).map_err(|_| refused())
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_in_exactly_one_shard() {
        for count in [1, 2, 4, 7, 64] {
            for account in 0..50 {
                let row = Row::new(&format!("{account:012}"), "eu-west-1");
                let covering = (0..count).filter(|index| Shard::new(*index, count).unwrap().covers(&row)).count();
                assert_eq!(covering, 1);
            }
        }
    }

    #[test]
    fn shards_are_counted_from_zero() {
        assert_eq!("3/4".parse(), Ok(Shard { index: 3, count: 4 }));
        for text in ["4/4", "0/0", "-1/4", "1", "a/b", ""] {
            assert_eq!(text.parse::<Shard>(), Err(ShardError(text.to_owned())));
        }
    }
}
