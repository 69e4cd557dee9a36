//! The key that a name means where it is used.

use logproof_estate::{
    AccountId, ExchangeId, KeyRef, Region,
    world::{LogproofWorld, Stop},
};

use crate::judgement::key_name::{NamedKey, account_of, region_of};

/// The ARN of the key that a name means, or why there is none.
pub(crate) struct Meant {
    pub(crate) key: Result<String, String>,
    pub(crate) exchanges: Vec<ExchangeId>,
}

/// The key that an ARN, id or alias means where it is used for something of this account and Region.
pub(crate) async fn meant(
    w: &mut LogproofWorld,
    name: &str,
    account: &AccountId,
    region: &Region,
) -> Result<Meant, Stop> {
    let asked = match NamedKey::read(name, account, region) {
        NamedKey::Ask(asked) => asked,
        NamedKey::Arn(arn) => place_of(&arn, region)?,
    };
    let directory = w.see(w.estate()?.directory().await)?;
    if !directory.active().any(|account| account.id == asked.account) {
        // Nobody here can look into that account; an ARN is the key itself.
        let key = match asked.id.starts_with("arn:") {
            true => Ok(asked.id.clone()),
            false => Err(format!("account {} is none of the organization", asked.account)),
        };
        return Ok(Meant { key, exchanges: directory.exchanges().to_vec() });
    }
    let answer = w.see(w.estate()?.key(&asked).await)?;
    let key = answer.as_ref().as_ref().map(|key| key.arn.clone());
    let key = key.ok_or_else(|| format!("no such key in account {}, {}", asked.account, asked.region));
    Ok(Meant { key, exchanges: answer.exchanges().to_vec() })
}

/// What a name means, against the key that is wanted.
pub(crate) struct Compared {
    pub(crate) found: String,
    pub(crate) is_it: bool,
    pub(crate) exchanges: Vec<ExchangeId>,
}

/// The key that a name means where it is used for something of this account and Region, compared with the one that has
/// this ARN.
pub(crate) async fn compared(
    w: &mut LogproofWorld,
    named: &str,
    account: &AccountId,
    region: &Region,
    wanted: &str,
) -> Result<Compared, Stop> {
    let known = |arn: &str| match account_of(arn) {
        Some(account) => format!("key {arn} in account {account}"),
        None => format!("key {arn}"),
    };
    let asked = match NamedKey::read(named, account, region) {
        NamedKey::Arn(arn) => {
            return Ok(Compared { found: known(&arn), is_it: arn == wanted, exchanges: Vec::new() });
        }
        // An alias of an account that nobody here can look into is wanted as it is written.
        NamedKey::Ask(asked) if asked.id == wanted => {
            return Ok(Compared { found: known(wanted), is_it: true, exchanges: Vec::new() });
        }
        NamedKey::Ask(asked) => asked,
    };
    // An alias or id means a key of its own account and Region: elsewhere it cannot be the one that is wanted.
    if account_of(wanted).as_ref() != Some(&asked.account) || region_of(wanted).as_ref() != Some(&asked.region) {
        let found = format!("`{named}`, a key of account {} in {}", asked.account, asked.region);
        return Ok(Compared { found, is_it: false, exchanges: Vec::new() });
    }
    let answer = w.see(w.estate()?.key(&asked).await)?;
    let exchanges = answer.exchanges().to_vec();
    Ok(match answer.as_ref() {
        Some(key) => {
            Compared { found: format!("`{named}`, which is {}", known(&key.arn)), is_it: key.arn == wanted, exchanges }
        }
        None => Compared {
            found: format!("`{named}`, which is no key of account {}", asked.account),
            is_it: false,
            exchanges,
        },
    })
}

/// The key with this ARN, where its ARN says it is.
pub(crate) fn place_of(arn: &str, region: &Region) -> Result<KeyRef, Stop> {
    let account = account_of(arn).ok_or_else(|| Stop::because(format!("`{arn}` is not the ARN of a key")))?;
    Ok(KeyRef { region: region_of(arn).unwrap_or_else(|| region.clone()), account, id: arn.to_owned() })
}
