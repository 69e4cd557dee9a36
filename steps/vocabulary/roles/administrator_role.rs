//! The role that administers the log store: that it is there, and how long it has unused_for.

use cucumber::then;
use logproof_estate::{
    ExchangeId,
    facts::Role,
    record::{Observation, Subject},
    world::{Judged, LogproofWorld, Stop},
};

use crate::scene::role_use::unused_for;

#[then("the administrator role exists in the log archive account")]
async fn the_administrator_role_exists(w: &mut LogproofWorld) -> Judged {
    let (role, exchanges) = administrator(w).await?;
    let found = match &role {
        None => "no role of that name".to_owned(),
        Some(role) => match role.created {
            Some(created) => format!("role {}, created {}", role.arn, created.strftime("%Y-%m-%d")),
            None => format!("role {}", role.arn),
        },
    };
    let (name, account) = named(w)?;
    w.observe(
        Observation::new(
            subject(w, role.as_ref())?,
            format!("role `{name}` in account {account}"),
            found,
            role.is_some(),
        )
        .place("names.admin_role")
        .hint("create the role in the log archive account, or name the right one in `names.admin_role`")
        .resting_on(&exchanges),
    );
    w.settle()
}

#[then("the administrator role has not been used within the quiet period")]
async fn the_administrator_role_is_quiet(w: &mut LogproofWorld) -> Judged {
    let quiet_days = i64::from(w.config()?.expectations.admin_role_quiet_days);
    let (role, exchanges) = administrator(w).await?;
    let Some(role) = role else {
        let (name, account) = named(w)?;
        return Err(w.not_applicable(format!("iam:GetRole returned no role `{name}` in account {account}")));
    };
    let subject = subject(w, Some(&role))?;
    unused_for(w, subject, &role, quiet_days, &exchanges)?;
    w.settle()
}

async fn administrator(w: &mut LogproofWorld) -> Result<(Option<Role>, Vec<ExchangeId>), Stop> {
    let estate = w.estate()?;
    let (name, account) = named(w)?;
    let account = account.parse().map_err(|_| Stop::because("an account id is not one"))?;
    let role = w.see(estate.role(&account, &name).await)?;
    Ok((role.as_ref().cloned(), role.exchanges().to_vec()))
}

/// Name of the role and id of its account.
fn named(w: &LogproofWorld) -> Result<(String, String), Stop> {
    let config = w.config()?;
    Ok((config.names.admin_role.clone(), config.organization.log_archive_account.to_string()))
}

fn subject(w: &LogproofWorld, role: Option<&Role>) -> Result<Subject, Stop> {
    let config = w.config()?;
    let organization = &config.organization;
    let (name, account) = (&config.names.admin_role, &organization.log_archive_account);
    let arn = match role {
        Some(role) => role.arn.clone(),
        None => config.role_arn(account, name),
    };
    Ok(Subject::arn(arn).at(account, None))
}
