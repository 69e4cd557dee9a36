//! Ids that only the apply will tell, as symbols: each equal to itself everywhere in the plan and different from every
//! other id, with the form its type dictates.
//!
//! A symbol is a plain text, so that facts and policies need no other types. It is minted from the address of what it
//! belongs to: the same plan always mints the same. [`Symbols::shown`] prints it as `⟨aws_kms_key.logs.arn⟩`.

use std::collections::BTreeMap;

use logproof_digest::sha256_hex;
use logproof_estate::{AccountId, Partition, Region};
use serde::{Deserialize, Serialize};

/// Marks minted ids of types that leave room for it, so that no observed id is like one.
const MARK: &str = "0known0after0apply0";

/// The symbols of a plan: how each is printed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Symbols {
    /// Printed form by minted text.
    printed: BTreeMap<String, String>,
}

impl Symbols {
    /// A key id (a UUID) of the key at `address`.
    pub fn key_id(&mut self, address: &str) -> String {
        let digest = sha256_hex(address);
        let id = format!("00000000-0000-4000-8000-{}", digest.get(..12).unwrap_or_default());
        self.keep(id, address, "key_id")
    }

    /// ARN of the key at `address`: it contains [`Self::key_id`].
    pub fn key_arn(&mut self, address: &str, partition: Partition, account: &AccountId, region: &Region) -> String {
        let id = self.key_id(address);
        let arn = partition.arn("kms", region.as_str(), account.as_str(), &format!("key/{id}"));
        self.keep(arn, address, "arn")
    }

    /// Id of an organizations policy: `p-...`.
    pub fn policy_id(&mut self, address: &str) -> String {
        let id = format!("p-{MARK}{}", short(address));
        self.keep(id, address, "id")
    }

    /// Id of an organizational unit: `ou-...`.
    pub fn unit_id(&mut self, address: &str) -> String {
        let id = format!("ou-{MARK}-{}", short(address));
        self.keep(id, address, "id")
    }

    /// Id of an account that does not exist yet: twelve digits, of a range AWS does not assign.
    pub fn account_id(&mut self, address: &str) -> Option<AccountId> {
        let number = u64::from_str_radix(sha256_hex(address).get(..12)?, 16).ok()? % 100_000_000;
        let id = format!("0000{number:08}");
        self.keep(id, address, "id").parse().ok()
    }

    /// Any other name or id that the service chooses: a generated bucket name, a canonical user id, a topic subscription.
    /// `attribute` is the attribute of the resource it is the value of.
    pub fn name(&mut self, address: &str, attribute: &str) -> String {
        let name = format!("{MARK}{}", short(&format!("{address}.{attribute}")));
        self.keep(name, address, attribute)
    }

    /// Keeps how a text that contains symbols is to be printed: ARNs made of a minted name.
    pub fn keep(&mut self, text: String, address: &str, attribute: &str) -> String {
        self.printed.entry(text.clone()).or_insert_with(|| format!("⟨{address}.{attribute}⟩"));
        text
    }

    /// Whether a text contains a symbol.
    #[must_use]
    pub fn occur_in(&self, text: &str) -> bool {
        self.printed.keys().any(|minted| text.contains(minted.as_str()))
    }

    /// A text for people: every symbol in it as `⟨address.attribute⟩`, whole ARNs before the ids in them.
    #[must_use]
    pub fn shown(&self, text: &str) -> String {
        let mut longest: Vec<(&String, &String)> =
            self.printed.iter().filter(|(minted, _)| text.contains(minted.as_str())).collect();
        longest.sort_by_key(|(minted, _)| std::cmp::Reverse(minted.len()));
        longest.into_iter().fold(text.to_owned(), |text, (minted, shown)| text.replace(minted.as_str(), shown))
    }

    /// Takes over the symbols of another plan.
    pub fn extend(&mut self, other: Self) {
        self.printed.extend(other.printed);
    }
}

fn short(text: &str) -> String {
    sha256_hex(text).chars().take(12).collect()
}
