//! The chains that must be there: every account in every governed Region, as the organization itself says.

use std::{collections::BTreeSet, path::Path};

use logproof_estate::{Estate, Fact, facts};
use logproof_integrity::{Inventory, Row, Trail};

use super::{args::ExpectedArgs, connection::Connection, error::TrailError};

/// Expected chains, and what to know of accounts whose chains are not expected whole.
pub(super) struct Expected {
    pub(super) inventory: Inventory,
    pub(super) notes: Vec<String>,
}

/// Asks the organization and the trail.
pub(super) async fn ask(connection: &Connection) -> Result<Expected, TrailError> {
    let estate = connection.estate().await?;
    let trail = trail(&estate).await?;
    let organization = estate.organization().await?;
    let directory = estate.directory().await?;
    let config = estate.config();
    let home = config.organization.home_region.to_string();
    let home_region = trail.home_region.clone().unwrap_or(home);
    let regions: Vec<String> = match trail.is_multi_region {
        true => config.organization.governed_regions.iter().map(ToString::to_string).collect(),
        false => vec![home_region.clone()],
    };
    let mut expected = Expected {
        inventory: Inventory {
            trail: Trail {
                name: trail.name.clone(),
                home_region,
                bucket: trail.bucket.clone(),
                prefix: trail.prefix.clone(),
                organization: trail.is_organization_trail.then(|| organization.id.clone()),
            },
            rows: Vec::new(),
        },
        notes: Vec::new(),
    };
    for account in &directory.accounts {
        if !trail.is_organization_trail && account.id != config.organization.management_account {
            expected.notes.push(format!("left out: account {}: the trail is not an organization trail", account.id));
            continue;
        }
        // Organizations does not tell since when an account is suspended: what it left behind is judged, its end is not.
        let may_have_ended = account.status != "ACTIVE";
        if may_have_ended {
            expected.notes.push(format!("account {} is {}: its chains may have ended", account.id, account.status));
        }
        let row =
            |region: &String| Row { since: account.joined, may_have_ended, ..Row::new(account.id.as_str(), region) };
        expected.inventory.rows.extend(regions.iter().map(row));
    }
    Ok(expected)
}

async fn trail(estate: &Estate) -> Result<facts::Trail, TrailError> {
    let config = estate.config();
    let (account, region) = (&config.organization.management_account, &config.organization.home_region);
    let trails: Fact<Vec<facts::Trail>> = estate.trails(account, region).await?;
    let arn = config.trail_arn();
    trails.iter().find(|trail| trail.arn == arn).cloned().ok_or_else(|| {
        let names: Vec<&str> = trails.iter().map(|trail| trail.arn.as_str()).collect();
        let seen = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        TrailError::NoTrail { arn: arn.clone(), account: account.clone(), region: region.clone(), seen }
    })
}

/// Reads an inventory that `logproof trail inventory` wrote.
pub(super) fn read(path: &Path) -> Result<Inventory, TrailError> {
    serde_json::from_str(&super::read(path)?).map_err(|source| TrailError::Inventory { path: path.to_owned(), source })
}

/// Only the accounts and Regions that were asked for. One that is not expected is refused: it could never be missing.
pub(super) fn narrow(mut inventory: Inventory, args: &ExpectedArgs) -> Result<Inventory, TrailError> {
    let known = |of: fn(&Row) -> &String| inventory.rows.iter().map(of).collect::<BTreeSet<_>>();
    let (accounts, regions) = (known(|row| &row.account), known(|row| &row.region));
    let refuse = |what: &'static str, name: &str, known: &BTreeSet<&String>| {
        let some: Vec<&str> = known.iter().take(20).map(|name| name.as_str()).collect();
        let more = if known.len() > some.len() { ", ..." } else { "" };
        let expected = format!("{}{more}", some.join(", "));
        TrailError::NotExpected { what, name: name.to_owned(), expected }
    };
    if let Some(name) = args.accounts.iter().find(|name| !accounts.contains(name)) {
        return Err(refuse("account", name, &accounts));
    }
    if let Some(name) = args.regions.iter().find(|name| !regions.contains(name)) {
        return Err(refuse("Region", name, &regions));
    }
    let wanted = |list: &[String], name: &String| list.is_empty() || list.contains(name);
    inventory.rows.retain(|row| wanted(&args.accounts, &row.account) && wanted(&args.regions, &row.region));
    if inventory.rows.is_empty() {
        return Err(TrailError::NothingExpected);
    }
    Ok(inventory)
}
