//! All trails of some accounts that a filter leaves.

use std::{collections::BTreeMap, sync::Arc};

use logproof_estate::{
    Fact,
    facts::Trail,
    subjects::Members,
    world::{LogproofWorld, Stop},
};

use crate::{
    judgement::key_name::account_of,
    scene::{
        accounts::Searched,
        questions::ask_each,
        subjects::{Filter, nobody},
    },
};

/// Every trail that these accounts own and that records a governed Region; none at all ends the scenario as not applicable.
pub(crate) async fn trails_of(
    w: &mut LogproofWorld,
    searched: Searched,
    filter: Filter,
) -> Result<Members<Fact<Trail>>, Stop> {
    let (estate, regions) = (w.estate()?, w.config()?.organization.governed_regions.clone());
    let Searched { accounts, left_out, called: searched } = searched;
    let number = regions.len();
    let cells = accounts.into_iter().flat_map(|account| regions.iter().map(move |region| (account.id.clone(), region)));
    let answers = ask_each(cells.collect(), |(account, region)| {
        let estate = Arc::clone(&estate);
        async move {
            let answer = estate.trails(&account, region).await;
            (account, answer)
        }
    })
    .await;
    let mut exchanges = Vec::new();
    // A trail of all Regions is seen in each.
    let mut found: BTreeMap<String, Fact<Trail>> = BTreeMap::new();
    for (account, answer) in answers {
        let Some(trails) = w.see_or_note(answer) else { continue };
        exchanges.extend_from_slice(trails.exchanges());
        for trail in trails.iter().filter(|trail| account_of(&trail.arn).as_ref() == Some(&account)) {
            found.entry(trail.arn.clone()).or_insert_with(|| Fact::new(trail.clone(), trails.exchanges()));
        }
    }
    w.record.rest_on(&exchanges);
    w.settle()?;
    let source =
        format!("cloudtrail:DescribeTrails of {searched} in {number} governed Regions: {} trails", found.len());
    let all: Vec<Fact<Trail>> = found.into_values().filter(|trail| filter.takes_name(&trail.name)).collect();
    if all.is_empty() && !w.is_examined_elsewhere() {
        return Err(nobody(w, &source, &filter, None));
    }
    let called = Some(format!("trails{} of {searched}", filter.in_words()));
    Ok(Members { all, called, source, left_out, exchanges })
}
