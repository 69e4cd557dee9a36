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

/// The key with this ARN, where its ARN says it is.
pub(crate) fn place_of(arn: &str, region: &Region) -> Result<KeyRef, Stop> {
    let account = account_of(arn).ok_or_else(|| Stop::because(format!("`{arn}` is not the ARN of a key")))?;
    Ok(KeyRef { region: region_of(arn).unwrap_or_else(|| region.clone()), account, id: arn.to_owned() })
}
