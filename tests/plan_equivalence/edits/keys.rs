//! Keys.

use logproof_estate::{
    KeyRef,
    facts::{KeyGrant, KmsKey},
};
use logproof_plan::{Change, Planned, edit::KeyChange};

use super::{Left, Making, block, document, value};
use crate::questions::Asked;

impl Making<'_> {
    /// A key that is created, with all its properties and the alias it is asked for by.
    pub(super) fn new_key(&mut self, key: &KeyRef, is: &KmsKey) {
        let source = &self.listening.after;
        let policy = (*block(source.key_policy(key)).unwrap()).clone();
        let rotation = (*block(source.key_rotation(key)).unwrap()).clone();
        let grants = (*block(source.key_grants(key)).unwrap()).clone();
        let mut changes = vec![
            KeyChange::Created(Planned::Known(is.clone())),
            KeyChange::Policy(Some(document(&policy))),
            KeyChange::Rotation(Planned::Known(rotation)),
        ];
        changes.extend(grants.into_iter().map(|grant| KeyChange::Granted(Planned::Known(grant))));
        for change in changes {
            self.add_as("create", &key.account, &key.region, Change::Key { arn: is.arn.clone(), change });
        }
    }

    pub(super) fn key(&mut self, asked: &Asked) -> Result<(), Left> {
        let key: KeyRef = asked.arg(0);
        let (was, is): (Option<KmsKey>, Option<KmsKey>) = (value(&asked.before, asked)?, value(&asked.after, asked)?);
        let alias = key.id.contains("alias/").then(|| {
            let name = key.id.rsplit_once(":alias/").map_or(key.id.clone(), |(_, name)| format!("alias/{name}"));
            (name, key.account.clone(), key.region.clone())
        });
        match (was, is) {
            (Some(was), Some(is)) if was.arn == is.arn => {
                let change = match (&was, &is) {
                    _ if KmsKey { state: is.state.clone(), ..was.clone() } == is && is.state == "Disabled" => {
                        KeyChange::Enabled(Planned::Known(false))
                    }
                    _ if is.state == "PendingDeletion" => {
                        let expected =
                            KmsKey { state: is.state.clone(), deletion_date: is.deletion_date, ..was.clone() };
                        if expected != is {
                            return Err(Left::because("a key has other properties"));
                        }
                        KeyChange::Deleted { days: None }
                    }
                    _ => return Err(Left::because("a key has properties that no plan changes on a key that exists")),
                };
                self.add(&key.account, &key.region, Change::Key { arn: is.arn, change });
            }
            (Some(_), None) => match alias {
                Some((name, account, region)) => self.add(&account, &region, Change::Alias { name, key: None }),
                None => return Err(Left::because("a key is gone at once")),
            },
            (_, Some(is)) if self.greenfield => {
                self.new_key(&key, &is);
                if let Some((name, account, region)) = alias {
                    let key = Some(Planned::Known(is.arn));
                    self.add_as("create", &account, &region, Change::Alias { name, key });
                }
            }
            (_, Some(is)) => match alias {
                Some((name, account, region)) => {
                    let key = Some(Planned::Known(is.arn));
                    self.add(&account, &region, Change::Alias { name, key });
                }
                None => return Err(Left::because("a key is there that was not")),
            },
            (None, None) => {}
        }
        Ok(())
    }

    pub(super) fn key_property(&mut self, asked: &Asked) -> Result<(), Left> {
        let key: KeyRef = asked.arg(0);
        if self.greenfield {
            return Ok(());
        }
        // Where the alias names another key, its properties are those of that key.
        let other = self.edits.iter().any(|edit| matches!(&edit.change, Change::Alias { .. }));
        if other {
            return Ok(());
        }
        let arn = self.key_arn(&key)?;
        let change = match asked.question {
            "key_rotation" => KeyChange::Rotation(Planned::Known(value(&asked.after, asked)?)),
            "key_policy" => {
                let is: String = value(&asked.after, asked)?;
                KeyChange::Policy(Some(document(&is)))
            }
            _ => {
                let (was, is): (Vec<KeyGrant>, Vec<KeyGrant>) =
                    (value(&asked.before, asked)?, value(&asked.after, asked)?);
                for grant in was.iter().filter(|grant| !is.contains(grant)) {
                    let change = KeyChange::GrantEnded { id: grant.id.clone() };
                    self.add(&key.account, &key.region, Change::Key { arn: arn.clone(), change });
                }
                for grant in is.into_iter().filter(|grant| !was.contains(grant)) {
                    let change = KeyChange::Granted(Planned::Known(grant));
                    self.add(&key.account, &key.region, Change::Key { arn: arn.clone(), change });
                }
                return Ok(());
            }
        };
        self.add(&key.account, &key.region, Change::Key { arn, change });
        Ok(())
    }

    pub(super) fn key_arn(&self, key: &KeyRef) -> Result<String, Left> {
        let found = block(self.listening.before.key(key)).map_err(|_| Left::because("`key` cannot be answered"))?;
        found.as_ref().map(|key| key.arn.clone()).ok_or_else(|| Left::because("a key is there that was not"))
    }
}
