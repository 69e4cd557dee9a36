//! Questions about keys.

use logproof_estate::{
    AccountId, Answer, KeyRef, Region,
    facts::{KeyAlias, KeyGrant, KeyRotation, KmsKey, Tags},
};

use crate::{
    document::Kind,
    edit::{Change, Edit, KeyChange},
    overlay::{
        Overlay, key,
        key::Meant,
        lay::{Asked, Pen, State},
        tags,
    },
};

impl Overlay {
    pub(in crate::overlay) async fn planned_keys(&self, account: &AccountId, region: &Region) -> Answer<Vec<String>> {
        regional!(self.keys(account, region), "kms:ListKeys", about "the keys", fresh None,
            |change| matches!(change, Change::Key { change: KeyChange::Created(_), .. }) =>
            |state: &mut State<_>, change: &Change, _: &Edit, _: &mut Pen| key::listed(state, change))
    }

    pub(in crate::overlay) async fn planned_key_aliases(
        &self,
        account: &AccountId,
        region: &Region,
    ) -> Answer<Vec<KeyAlias>> {
        regional!(self.key_aliases(account, region), "kms:ListAliases", about "the aliases", fresh None,
            |change| matches!(change, Change::Alias { .. }) =>
            |state: &mut State<_>, change: &Change, _: &Edit, _: &mut Pen| key::aliases(state, change))
    }

    pub(in crate::overlay) async fn planned_key_tags(&self, key: &KeyRef) -> Answer<Tags> {
        key_property!(self.key_tags(key), "kms:ListResourceTags",
        new |_: &str| Tags::new(),
        KeyChange::Tags(_) => |state: &mut State<Tags>, change: &KeyChange, _: &str, _: &mut Pen| {
            if let KeyChange::Tags(to) = change {
                tags::of_key(state, to);
            }
        })
    }

    pub(in crate::overlay) async fn planned_key(&self, key: &KeyRef) -> Answer<Option<KmsKey>> {
        let asked = Asked {
            question: "key",
            operation: "kms:DescribeKey",
            account: &key.account,
            region: Some(&key.region),
            subject: &key.id,
        };
        self.key_after(asked, key).await
    }

    pub(in crate::overlay) async fn planned_key_rotation(&self, key: &KeyRef) -> Answer<KeyRotation> {
        key_property!(self.key_rotation(key), "kms:GetKeyRotationStatus",
        new |_: &str| KeyRotation { enabled: false, period_days: None },
        KeyChange::Rotation(_) => |state: &mut State<_>, change: &KeyChange, _: &str, _: &mut Pen| {
            key::rotation(state, change);
        })
    }

    pub(in crate::overlay) async fn planned_key_policy(&self, key: &KeyRef) -> Answer<String> {
        key_property!(self.key_policy(key), "kms:GetKeyPolicy",
        new key::default_policy,
        KeyChange::Policy(_) => |state: &mut State<String>, change: &KeyChange, arn: &str, pen: &mut Pen| {
            if let KeyChange::Policy(to) = change {
                let text = to.as_ref().map(|to| pen.text(to, Kind::Resource));
                *state = State::Is(text.unwrap_or_else(|| key::default_policy(arn)));
            }
        })
    }

    pub(in crate::overlay) async fn planned_key_grants(&self, key: &KeyRef) -> Answer<Vec<KeyGrant>> {
        key_property!(self.key_grants(key), "kms:ListGrants",
            new |_: &str| Vec::new(),
            KeyChange::Granted(_) | KeyChange::GrantEnded { .. } =>
            |state: &mut State<_>, change: &KeyChange, _: &str, _: &mut Pen| key::grants(state, change))
    }
}
