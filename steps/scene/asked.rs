//! Actions and principals as an owner writes them in a sentence or a table, read and looked for.

use std::{convert::Infallible, str::FromStr};

use cucumber::{Parameter, gherkin};
use logproof_estate::{
    AccountId,
    record::{Observation, Subject},
    world::{LogproofWorld, Stop},
};
use logproof_policy::Who;
use serde_json::{Value, json};

use crate::{
    judgement::{asked_actions, guide::Misfit, key_name::account_of},
    scene::{principals::is_pattern, proposal::one_or_many, role::place_of},
};

/// Actions, joined by commas, "and" or "or".
#[derive(Debug, Clone, Parameter)]
#[param(
    name = "actions",
    regex = r"[A-Za-z0-9-]+:[A-Za-z0-9*?]+(?:(?:, and |, or |, | and | or )[A-Za-z0-9-]+:[A-Za-z0-9*?]+)*"
)]
pub(crate) struct Actions(String);

impl FromStr for Actions {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl Actions {
    /// As AWS writes them.
    pub(crate) fn names(&self) -> Result<Vec<String>, Stop> {
        asked_actions::read(&self.0).map_err(stop)
    }
}

/// A misfit as the end of a step: features are examined before, so that only a feature changed since comes here.
pub(crate) fn stop(misfit: Misfit) -> Stop {
    Stop::because(format!("{}; {}", misfit.problem, misfit.hint))
}

/// ARNs of roles, users or accounts, or names of services, joined by commas, "and" or "or".
#[derive(Debug, Clone, Parameter)]
#[param(
    name = "principals",
    regex = r"(?:arn:[\w+=.@/*?:-]+|[a-z0-9.-]+\.amazonaws\.com(?:\.cn)?)(?:(?:, and |, or |, | and | or )(?:arn:[\w+=.@/*?:-]+|[a-z0-9.-]+\.amazonaws\.com(?:\.cn)?))*"
)]
pub(crate) struct Principals(String);

impl FromStr for Principals {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl Principals {
    /// Each of them, looked for.
    pub(crate) async fn named(&self, w: &mut LogproofWorld) -> Result<Named, Stop> {
        let words = self.0.split([',', ' ']).filter(|word| word.contains(['.', ':']));
        Named::look(w, words.map(str::to_owned).collect()).await
    }
}

/// The principals of the table below a step, looked for.
pub(crate) async fn named_below(w: &mut LogproofWorld, step: &gherkin::Step) -> Result<Named, Stop> {
    Named::look(w, column_below(step)?).await
}

/// The same where identity providers have a place in the table too, by their ARNs. AWS is not asked whether they exist: one
/// that does not exist admits nobody.
pub(crate) async fn named_with_providers_below(w: &mut LogproofWorld, step: &gherkin::Step) -> Result<Named, Stop> {
    let (providers, others): (Vec<String>, Vec<String>) =
        column_below(step)?.into_iter().partition(|one| is_provider(one));
    if let Some(root) = others.iter().find(|name| name.ends_with(":root")) {
        let reason = format!("`{root}` is a root user, which cannot assume a role: name roles and users");
        return Err(Stop::because(reason));
    }
    Ok(Named { providers, ..Named::look(w, others).await? })
}

fn is_provider(name: &str) -> bool {
    name.starts_with("arn:") && (name.contains(":saml-provider/") || name.contains(":oidc-provider/"))
}

/// The cells of the one column below a step.
pub(crate) fn column_below(step: &gherkin::Step) -> Result<Vec<String>, Stop> {
    let rows = step.table.iter().flat_map(|table| &table.rows);
    let cells: Vec<String> = rows.flatten().map(|cell| cell.trim().to_owned()).collect();
    if cells.is_empty() {
        return Err(Stop::because("there is no table with rows below the sentence"));
    }
    Ok(cells)
}

/// Principals that a sentence names.
pub(crate) struct Named {
    /// Roles, users, root users and services.
    pub(crate) all: Vec<String>,
    /// Identity providers, where a sentence takes them.
    pub(crate) providers: Vec<String>,
}

impl Named {
    /// Looks for each: one of an account of the organization that is not there is a finding.
    async fn look(w: &mut LogproofWorld, all: Vec<String>) -> Result<Self, Stop> {
        for name in all.iter().filter(|name| name.starts_with("arn:")) {
            look_for(w, name).await?;
        }
        let is_one = |name: &&String| name.starts_with("arn:") || is_service(name);
        if let Some(other) = all.iter().find(|name| !is_one(name)) {
            let reason = format!(
                "`{other}` is neither the ARN of a role, user or account's root user nor the name of a service"
            );
            return Err(Stop::because(reason));
        }
        Ok(Self { all, providers: Vec::new() })
    }

    /// The same, where each must be somebody with policies of its own.
    pub(crate) fn with_own_policies(self) -> Result<Self, Stop> {
        match self.all.iter().find(|name| !name.starts_with("arn:") || name.ends_with(":root")) {
            Some(other) => Err(Stop::because(format!(
                "only of roles and users can it be asked what they can do, not of `{other}`"
            ))),
            None => Ok(self),
        }
    }

    /// A group of callers without them.
    pub(crate) fn excepted_from(&self, who: Who) -> Who {
        self.all.iter().fold(who, |who, name| match is_service(name) {
            true => who.except_service(name),
            false => who.except_arn(name),
        })
    }

    /// A condition that everybody meets but them.
    pub(crate) fn everybody_else(&self) -> Value {
        let (services, arns): (Vec<String>, Vec<String>) = self.all.iter().cloned().partition(|name| is_service(name));
        let mut condition = json!({});
        if let Some(operators) = condition.as_object_mut() {
            if !arns.is_empty() {
                operators.insert("ArnNotEquals".to_owned(), json!({"aws:PrincipalArn": one_or_many(&arns)}));
            }
            if !services.is_empty() {
                let keys = json!({"aws:PrincipalServiceName": one_or_many(&services)});
                operators.insert("StringNotEquals".to_owned(), keys);
            }
        }
        condition
    }

    /// In words.
    pub(crate) fn in_words(&self) -> String {
        [self.all.as_slice(), &self.providers].concat().join(", ")
    }

    /// As the ids of accounts that no other account may represent.
    pub(crate) fn ids(&self) -> Vec<&str> {
        self.all.iter().map(String::as_str).collect()
    }
}

fn is_service(name: &str) -> bool {
    name.ends_with(".amazonaws.com") || name.ends_with(".amazonaws.com.cn")
}

/// Records a finding where the organization has no such principal.
async fn look_for(w: &mut LogproofWorld, arn: &str) -> Result<(), Stop> {
    if is_pattern(arn) {
        return Err(Stop::because(format!("`{arn}` is a pattern: name each principal by its whole ARN")));
    }
    let estate = w.estate()?;
    let malformed = || Stop::because(format!("`{arn}` is not the ARN of a role, a user or an account's root user"));
    if arn.split(':').nth(2) != Some("iam") {
        return Err(malformed());
    }
    let account = account_of(arn).ok_or_else(malformed)?;
    let directory = w.see(estate.directory().await)?;
    w.record.rest_on(directory.exchanges());
    if !directory.active().any(|known| known.id == account) {
        w.note(format!(
            "{arn} is of account {account}, which is no active account of the organization: whether it exists was not looked into"
        ));
        return Ok(());
    }
    let (found, exchanges) = match arn.split(':').nth(5).unwrap_or_default() {
        "root" => return Ok(()),
        name if name.starts_with("role/") => role_like(w, arn).await?,
        name if name.starts_with("user/") => user_like(w, &account, arn).await?,
        _ => return Err(malformed()),
    };
    w.record.rest_on(&exchanges);
    let Some(found) = found else { return Ok(()) };
    w.observe(
        Observation::new(
            Subject::arn(arn).at(&account, None),
            "a principal that exists, named in the sentence",
            found,
            false,
        )
        .hint("correct the ARN in the feature (the path is part of it), or create the principal")
        .resting_on(&exchanges),
    );
    Ok(())
}

/// What is there in place of the principal, nothing when it is there itself; with the exchanges that show it.
type InPlaceOf = (Option<String>, Vec<logproof_estate::ExchangeId>);

async fn role_like(w: &mut LogproofWorld, arn: &str) -> Result<InPlaceOf, Stop> {
    let (account, name) = place_of(arn)?;
    let role = w.see(w.estate()?.role(&account, name).await)?;
    let found = match role.as_ref() {
        Some(role) if role.arn == arn => None,
        Some(role) => Some(format!("no such role, only {}", role.arn)),
        None => Some(format!("no role `{name}` in account {account}")),
    };
    Ok((found, role.exchanges().to_vec()))
}

async fn user_like(w: &mut LogproofWorld, account: &AccountId, arn: &str) -> Result<InPlaceOf, Stop> {
    let authorization = w.see(w.estate()?.account_authorization(account).await)?;
    let there = authorization.users.iter().any(|user| user.arn == arn);
    let found = (!there).then(|| format!("no such user among the {} of account {account}", authorization.users.len()));
    Ok((found, authorization.exchanges().to_vec()))
}
