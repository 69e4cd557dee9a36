//! The accounts a sentence names: one, all that are active, or those of a unit.

use std::{convert::Infallible, str::FromStr};

use cucumber::Parameter;
use logproof_estate::{
    Fact,
    facts::{Account, Directory},
    record::{Observation, Subject},
    world::{LogproofWorld, Stop},
};

/// `account "X"`, `every active account` or `every active account of unit "X"`.
#[derive(Debug, Clone, Parameter)]
#[param(name = "accounts", regex = r#"account "[^"]*"|every active account of unit "[^"]*"|every active account"#)]
pub(crate) struct Accounts(String);

impl FromStr for Accounts {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

/// Accounts in which subjects are looked for.
pub(crate) struct Searched {
    /// Each of them, by id.
    pub(crate) accounts: Vec<Account>,
    /// Those left out, with the reason.
    pub(crate) left_out: Vec<String>,
    /// What they are called.
    pub(crate) called: String,
}

/// Whether a sentence has accounts of which a run in shares examines each in one of them: every active one, or those of
/// a unit. The values in quotes are not looked at.
pub(crate) fn names_every_account(text: &str) -> bool {
    text.split('"').step_by(2).any(|part| part.contains("every active account"))
}

impl Accounts {
    /// The accounts as the organization has them. That there is no such account or unit is a finding.
    pub(crate) async fn searched(&self, w: &mut LogproofWorld) -> Result<Searched, Stop> {
        let named = self.0.split('"').nth(1);
        match named {
            Some(name) if self.0.starts_with("account") => {
                let account = named_account(w, name).await?;
                let called = format!("account {}", account.id);
                Ok(Searched { accounts: vec![account], left_out: Vec::new(), called })
            }
            Some(unit) => of_unit(w, unit).await,
            None => active_accounts(w).await,
        }
    }
}

/// The account with this id or name; a finding and a stop when the organization has no such active account.
pub(crate) async fn named_account(w: &mut LogproofWorld, named: &str) -> Result<Account, Stop> {
    let estate = w.estate()?;
    let organization = w.see(estate.organization().await)?;
    let directory = w.see(estate.directory().await)?;
    let of_that_name = || directory.active().filter(|account| account.id.as_str() == named || account.name == named);
    if let (Some(account), 1) = (of_that_name().next(), of_that_name().count()) {
        w.record.rest_on(directory.exchanges());
        return Ok(account.clone());
    }
    let found = match directory.accounts.iter().find(|account| account.id.as_str() == named || account.name == named) {
        Some(account) if account.status != "ACTIVE" => format!("account {} is {}", account.id, account.status),
        Some(_) => format!("{} active accounts of that name", of_that_name().count()),
        None => format!("no such account among the {} of {}", directory.accounts.len(), organization.id),
    };
    let expected = format!("`{named}` is the id or the name of one active account of the organization");
    w.observe(
        Observation::new(Subject::arn(&organization.arn), expected, found, false)
            .hint("correct the account in the feature")
            .resting_on(organization.exchanges())
            .resting_on(directory.exchanges()),
    );
    w.settle()?;
    Err(Stop::because("there is no such account"))
}

/// Active accounts of the organization.
async fn active_accounts(w: &mut LogproofWorld) -> Result<Searched, Stop> {
    let directory: Fact<Directory> = w.see(w.estate()?.directory().await)?;
    w.record.rest_on(directory.exchanges());
    let (accounts, left_out) = parted(w, &directory, |_| true)?;
    let called = format!("{} active accounts", accounts.len());
    Ok(Searched { accounts, left_out, called })
}

/// Active accounts of a unit and of the units below it. A unit without any makes the scenario not applicable.
async fn of_unit(w: &mut LogproofWorld, named: &str) -> Result<Searched, Stop> {
    let estate = w.estate()?;
    let directory: Fact<Directory> = w.see(estate.directory().await)?;
    let of_that_name = || directory.units.iter().filter(|unit| unit.id == named || unit.name == named);
    let (Some(unit), 1) = (of_that_name().next(), of_that_name().count()) else {
        let found = match of_that_name().count() {
            0 => format!("no such unit among the {} of the organization", directory.units.len()),
            many => format!("{many} units of that name: write the id of one"),
        };
        let expected = format!("`{named}` is the id or the name of one unit of the organization");
        w.observe(
            Observation::new(Subject::arn(&directory.root.arn), expected, found, false)
                .hint("correct the unit in the feature")
                .resting_on(directory.exchanges()),
        );
        w.settle()?;
        return Err(Stop::because("there is no such unit"));
    };
    w.record.rest_on(directory.exchanges());
    let of_the_unit = |account: &Account| directory.path_of(account).contains(&unit.id);
    if !directory.active().any(of_the_unit) {
        let reason =
            format!("organizations:ListAccountsForParent: unit {} ({}) has no active account", unit.id, unit.name);
        return Err(w.not_applicable(reason));
    }
    let (accounts, left_out) = parted(w, &directory, of_the_unit)?;
    let called = format!("{} active accounts of unit {} ({})", accounts.len(), unit.id, unit.name);
    Ok(Searched { accounts, left_out, called })
}

/// The active accounts that are wanted and examined here, by id, and the others that are wanted, with their status.
fn parted(
    w: &LogproofWorld,
    directory: &Directory,
    wanted: impl Fn(&Account) -> bool,
) -> Result<(Vec<Account>, Vec<String>), Stop> {
    let here = w.active_accounts(directory)?;
    let accounts = here.iter().filter(|account| wanted(account)).cloned().collect();
    Ok((accounts, directory.left_out(wanted)))
}
