//! All customer managed keys of some accounts that a filter leaves.

use std::{collections::BTreeSet, sync::Arc};

use logproof_estate::{
    AccountId, ExchangeId, Fact, KeyRef, Region,
    subjects::Members,
    world::{LogproofWorld, Stop},
};

use crate::scene::{
    accounts::Searched,
    questions::ask_each,
    subjects::{AskedKey, Filter, nobody, none_tagged},
};

/// Every customer managed key of these accounts, in the governed Regions, that the filter leaves, those that wait for
/// their deletion included; none at all ends the scenario as not applicable.
pub(crate) async fn keys_of(
    w: &mut LogproofWorld,
    searched: Searched,
    filter: Filter,
) -> Result<Members<AskedKey>, Stop> {
    let Searched { accounts, mut left_out, called: searched } = searched;
    let regions = w.config()?.organization.governed_regions.clone();
    let cells = accounts.iter().flat_map(|account| regions.iter().map(|region| (account.id.clone(), region.clone())));
    let mut exchanges = Vec::new();
    let (seen, listed) = listed(w, cells.collect(), &filter, &mut exchanges).await?;
    let (all, managed) = described(w, listed, &mut exchanges).await?;
    let (all, why) = tagged(w, all, &filter, &mut exchanges).await?;
    w.record.rest_on(&exchanges);
    w.settle()?;
    let source = format!("kms:ListKeys of {searched} in {} governed Regions: {seen} keys", regions.len());
    if all.is_empty() && !w.is_examined_elsewhere() {
        // Of keys that the filter by alias left out it is not known who manages them.
        let source = match filter.alias {
            Some(_) => source,
            None => format!("{source}, {managed} of them managed by AWS"),
        };
        return Err(nobody(w, &source, &filter, why));
    }
    if managed > 0 {
        left_out.push(format!("{managed} keys that AWS manages: nobody else can change them"));
    }
    let called = Some(format!("customer managed keys{} of {searched}", filter.in_words()));
    Ok(Members { all, called, source, left_out, exchanges })
}

/// How many keys there are, and those with an alias that the filter takes.
async fn listed(
    w: &mut LogproofWorld,
    cells: Vec<(AccountId, Region)>,
    filter: &Filter,
    exchanges: &mut Vec<ExchangeId>,
) -> Result<(usize, Vec<KeyRef>), Stop> {
    let estate = w.estate()?;
    let by_alias = filter.alias.is_some();
    let answers = ask_each(cells, |(account, region)| {
        let estate = Arc::clone(&estate);
        async move {
            let keys = estate.keys(&account, &region).await;
            let aliases = if by_alias { Some(estate.key_aliases(&account, &region).await) } else { None };
            (account, region, keys, aliases)
        }
    })
    .await;
    let (mut seen, mut found) = (0, Vec::new());
    for (account, region, keys, aliases) in answers {
        let Some(keys) = w.see_or_note(keys) else { continue };
        exchanges.extend_from_slice(keys.exchanges());
        seen += keys.len();
        let mut meant: Option<BTreeSet<String>> = None;
        if let Some(aliases) = aliases {
            let Some(aliases) = w.see_or_note(aliases) else { continue };
            exchanges.extend_from_slice(aliases.exchanges());
            let taken = aliases.iter().filter(|alias| filter.takes_alias(&alias.name));
            meant = Some(taken.filter_map(|alias| alias.key_id.clone()).collect());
        }
        let of = |arn: &&String| {
            let id = arn.rsplit('/').next().unwrap_or_default();
            meant.as_ref().is_none_or(|meant| meant.contains(id))
        };
        found.extend(keys.iter().filter(of).map(|arn| KeyRef {
            id: arn.clone(),
            account: account.clone(),
            region: region.clone(),
        }));
    }
    Ok((seen, found))
}

/// Those that the customer manages, as they are, and how many AWS manages.
async fn described(
    w: &mut LogproofWorld,
    keys: Vec<KeyRef>,
    exchanges: &mut Vec<ExchangeId>,
) -> Result<(Vec<AskedKey>, usize), Stop> {
    let estate = w.estate()?;
    let answers = ask_each(keys, |asked| {
        let estate = Arc::clone(&estate);
        async move { (estate.key(&asked).await, asked) }
    })
    .await;
    let (mut found, mut managed) = (Vec::new(), 0);
    for (answer, asked) in answers {
        let Some(fact) = w.see_or_note(answer) else { continue };
        exchanges.extend_from_slice(fact.exchanges());
        match fact.as_ref() {
            Some(key) if key.manager == "CUSTOMER" => found.push((asked, Fact::new(key.clone(), fact.exchanges()))),
            Some(_) => managed += 1,
            None => w.note(format!("key {} was deleted during the run", asked.id)),
        }
    }
    Ok((found, managed))
}

/// Those that have the tag of the filter, if there is one; where there are keys and none has it, why.
async fn tagged(
    w: &mut LogproofWorld,
    keys: Vec<AskedKey>,
    filter: &Filter,
    exchanges: &mut Vec<ExchangeId>,
) -> Result<(Vec<AskedKey>, Option<String>), Stop> {
    let Some((key, value)) = &filter.tag else { return Ok((keys, None)) };
    let estate = w.estate()?;
    let answers = ask_each(keys, |one| {
        let estate = Arc::clone(&estate);
        async move { (estate.key_tags(&one.0).await, one) }
    })
    .await;
    let (mut found, mut there) = (Vec::new(), Vec::new());
    for (answer, one) in answers {
        let Some(tags) = w.see_or_note(answer) else { continue };
        exchanges.extend_from_slice(tags.exchanges());
        if tags.get(key) == Some(value) {
            found.push(one);
        }
        there.extend((*tags).clone());
    }
    let pairs = there.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    let why = found.is_empty().then(|| none_tagged("key", (key, value), pairs));
    Ok((found, why))
}
