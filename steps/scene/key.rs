//! The log key or another KMS key, its policy and its organization.

use logproof_estate::{
    ExchangeId, KeyRef,
    facts::KmsKey,
    world::{LogproofWorld, Stop},
};
use serde_json::Value;

use crate::scene::{
    access::{ResourceAccess, ResourceRead},
    key_services::key_services,
    proposal::{Deny, Kind, On, Place, Remedy, kept::Keeping},
};

/// A KMS key as it was asked about.
pub(crate) struct AskedKey {
    asked: KeyRef,
    pub(crate) multi_region: bool,
}

pub(crate) type KeyAccess = ResourceAccess<AskedKey>;

impl KeyAccess {
    /// The log key.
    pub(crate) async fn read(w: &mut LogproofWorld) -> Result<Self, Stop> {
        let (asked, key) = w.key()?;
        Self::of(w, asked, &key, key.exchanges(), "the key policy").await
    }

    /// A key that is there, with the exchanges that show it; `called` is what findings call its policy.
    pub(crate) async fn of(
        w: &mut LogproofWorld,
        asked: KeyRef,
        key: &KmsKey,
        seen: &[ExchangeId],
        called: &str,
    ) -> Result<Self, Stop> {
        Self::naming(w, asked, key, seen, called, &[]).await
    }

    /// The same for questions about accounts by their ids: no other account represents them.
    pub(crate) async fn naming(
        w: &mut LogproofWorld,
        asked: KeyRef,
        key: &KmsKey,
        seen: &[ExchangeId],
        called: &str,
        ids: &[&str],
    ) -> Result<Self, Stop> {
        let text = w.see(w.estate()?.key_policy(&by_id(&asked, key)).await)?;
        let read = ResourceRead {
            kind: Kind::Key,
            arn: key.arn.clone(),
            owner: asked.account.clone(),
            region: asked.region.clone(),
            text: Some((*text).clone()),
            policy: (called.to_owned(), "kms:GetKeyPolicy"),
            exchanges: [seen, text.exchanges()].concat(),
            resource: AskedKey { asked, multi_region: key.multi_region },
        };
        Self::around(w, read, ids).await
    }

    /// The services that may use the key: log services, and those that deliver a registered stream into a bucket that is
    /// encrypted with it.
    pub(crate) async fn services(&mut self, w: &mut LogproofWorld) -> Result<Vec<String>, Stop> {
        let estate = w.estate()?;
        let services = w.see(key_services(&estate, &self.arn).await)?;
        self.rest_on(services.exchanges());
        Ok(services.to_vec())
    }

    /// A statement about the key.
    pub(crate) fn deny(&self, sid: &'static str, places: Vec<Place>, condition: Value) -> Remedy {
        let keeping = Keeping::Key(self.resource.asked.clone(), self.arn.clone());
        Remedy::Deny(Box::new(Deny { sid, places, on: On::These(vec![self.arn.clone()]), condition, keeping }))
    }

    /// The same in the key's own policy.
    pub(crate) fn deny_in_own_policy(&self, sid: &'static str, condition: Value) -> Remedy {
        self.deny(sid, vec![self.own_policy()], condition)
    }
}

/// The key by its own id: GetKeyPolicy and ListGrants do not take aliases.
pub(crate) fn by_id(asked: &KeyRef, key: &KmsKey) -> KeyRef {
    KeyRef { id: key.arn.clone(), ..asked.clone() }
}
