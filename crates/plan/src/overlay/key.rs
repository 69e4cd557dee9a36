//! Keys, by whatever name they are asked for.

use jiff::{SignedDuration, Timestamp};
use logproof_estate::{
    Answer, KeyRef,
    facts::{KeyAlias, KeyGrant, KeyRotation, KmsKey},
};

use super::{
    Overlay,
    lay::{Asked, State},
};
use crate::{
    edit::{Change, Edit, KeyChange},
    planned::{Planned, Unknown},
};

/// Which key is meant by a reference, after the change.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Meant {
    /// Ask for this; the ARN is known when any edit needs it.
    Key { ask: KeyRef, arn: String },
    /// The alias will not exist.
    Nothing,
    /// Which key the alias names is not known.
    Unknown(Unknown),
}

impl Overlay {
    fn alias<'e>(&'e self, key: &KeyRef) -> Option<(&'e Edit, Option<&'e Planned<String>>)> {
        let name = key.id.rsplit_once(":alias/").map_or_else(|| key.id.clone(), |(_, name)| format!("alias/{name}"));
        let mut found = None;
        for edit in self.edits.iter().filter(|edit| edit.account == key.account && edit.region == key.region) {
            if let Change::Alias { name: other, key } = &edit.change
                && *other == name
            {
                found = Some((edit, key.as_ref()));
            }
        }
        found
    }

    /// Edits that decide which key is meant.
    pub(super) fn of_alias(&self, key: &KeyRef) -> Vec<&Edit> {
        self.alias(key).into_iter().map(|(edit, _)| edit).collect()
    }

    /// Which key is meant.
    ///
    /// # Errors
    /// When what an alias names cannot be observed.
    pub(super) async fn meant(&self, key: &KeyRef) -> Result<Meant, logproof_estate::Unseen> {
        let of = |id: &str| {
            let ask = KeyRef { id: id.to_owned(), ..key.clone() };
            Meant::Key { arn: ask.arn(), ask }
        };
        if !key.id.contains("alias/") {
            return Ok(of(&key.id));
        }
        match self.alias(key) {
            Some((_, Some(Planned::Known(id)))) => return Ok(of(id)),
            Some((_, Some(Planned::Unknown(unknown)))) => return Ok(Meant::Unknown(unknown.clone())),
            Some((_, None)) => return Ok(Meant::Nothing),
            None => {}
        }
        if !self.edits.iter().any(|edit| matches!(edit.change, Change::Key { .. })) {
            return Ok(of(&key.id));
        }
        let found = self.base.key(key).await?;
        Ok(found.as_ref().map_or_else(|| of(&key.id), |found| Meant::Key { ask: key.clone(), arn: found.arn.clone() }))
    }

    /// Edits of the key with an ARN that a property depends on: those that create it, and those of the property.
    pub(super) fn of_key(&self, arn: &str, property: fn(&KeyChange) -> bool) -> Vec<&Edit> {
        self.chosen(|edit| {
            change_of(&edit.change, arn)
                .is_some_and(|change| property(change) || matches!(change, KeyChange::Created(_)))
        })
    }

    /// Whether the plan creates the key.
    pub(super) fn creates_key(&self, arn: &str) -> bool {
        self.edits.iter().any(|edit| matches!(change_of(&edit.change, arn), Some(KeyChange::Created(_))))
    }

    pub(super) async fn key_after(&self, asked: Asked<'_>, key: &KeyRef) -> Answer<Option<KmsKey>> {
        let alias = self.of_alias(key);
        let (ask, arn) = match self.meant(key).await? {
            Meant::Key { ask, arn } => (ask, arn),
            Meant::Nothing => return self.lay(asked, Some(None), self.base.key(key), &alias, |_, _, _, _| ()).await,
            Meant::Unknown(unknown) => {
                let apply = move |state: &mut State<Option<KmsKey>>, _: &Change, _: &Edit, _: &mut _| {
                    *state = State::Unknown(unknown.clone());
                };
                return self.lay(asked, Some(None), self.base.key(key), &alias, apply).await;
            }
        };
        self.clear(&Asked { subject: &arn, ..asked })?;
        let fresh = self.creates_key(&arn).then_some(None);
        let edits = self.of_key(&arn, |change| matches!(change, KeyChange::Enabled(_) | KeyChange::Deleted { .. }));
        let edits: Vec<&Edit> = alias.into_iter().chain(edits).collect();
        let as_of = self.setting.as_of;
        let apply = move |state: &mut State<Option<KmsKey>>, change: &Change, _: &Edit, _: &mut _| {
            if let Some(change) = change_of(change, &arn) {
                properties(state, change, as_of);
            }
        };
        self.lay(asked, fresh, self.base.key(&ask), &edits, apply).await
    }
}

/// The change, when it is one of this key.
pub(super) fn change_of<'c>(change: &'c Change, arn: &str) -> Option<&'c KeyChange> {
    match change {
        Change::Key { arn: other, change } if other == arn => Some(change),
        _ => None,
    }
}

fn properties(state: &mut State<Option<KmsKey>>, change: &KeyChange, as_of: Timestamp) {
    match change {
        KeyChange::Created(key) => state.set(key, |key| Some(key.clone())),
        KeyChange::Enabled(on) => state.change_by(on, |key, on| {
            if let Some(key) = key {
                key.state = if *on { "Enabled" } else { "Disabled" }.to_owned();
            }
        }),
        KeyChange::Deleted { days } => state.change(|key| {
            if let Some(key) = key {
                key.state = "PendingDeletion".to_owned();
                key.deletion_date = days_after(as_of, days.unwrap_or(30));
            }
        }),
        _ => {}
    }
}

fn days_after(from: Timestamp, days: i64) -> Option<Timestamp> {
    from.checked_add(SignedDuration::from_hours(days.checked_mul(24)?)).ok()
}

/// A key that waits for its deletion is listed like the others.
pub(super) fn listed(state: &mut State<Vec<String>>, change: &Change) {
    if let Change::Key { arn, change: KeyChange::Created(_) } = change {
        state.change(|all| {
            if !all.contains(arn) {
                all.push(arn.clone());
            }
        });
    }
}

pub(super) fn aliases(state: &mut State<Vec<KeyAlias>>, change: &Change) {
    let Change::Alias { name, key } = change else { return };
    state.change(|all| all.retain(|one| one.name != *name));
    let Some(key) = key else { return };
    state.change_by(key, |all, key| {
        let id = key.rsplit('/').next().unwrap_or(key).to_owned();
        all.push(KeyAlias { name: name.clone(), key_id: Some(id) });
    });
}

pub(super) fn rotation(state: &mut State<KeyRotation>, change: &KeyChange) {
    if let KeyChange::Rotation(to) = change {
        state.set(to, Clone::clone);
    }
}

pub(super) fn grants(state: &mut State<Vec<KeyGrant>>, change: &KeyChange) {
    match change {
        KeyChange::Granted(grant) => state.change_by(grant, |grants, grant| {
            grants.retain(|other| other.id != grant.id);
            grants.push(grant.clone());
        }),
        KeyChange::GrantEnded { id } => {
            state.change(|grants| grants.retain(|grant| &grant.id != id && grant.name.as_ref() != Some(id)));
        }
        _ => {}
    }
}

/// The policy of a key for which none is given: the account decides, through IAM.
///
/// See: <https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html>
pub(super) fn default_policy(arn: &str) -> String {
    let parts: Vec<&str> = arn.split(':').collect();
    let (partition, account) = (parts.get(1).unwrap_or(&"aws"), parts.get(4).unwrap_or(&""));
    serde_json::json!({
        "Version": "2012-10-17",
        "Id": "key-default-1",
        "Statement": [{
            "Sid": "Enable IAM User Permissions",
            "Effect": "Allow",
            "Principal": {"AWS": format!("arn:{partition}:iam::{account}:root")},
            "Action": "kms:*",
            "Resource": "*",
        }],
    })
    .to_string()
}
