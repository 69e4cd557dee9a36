//! What binds the accounts of the organization from above, and whom nothing above binds.

use std::collections::BTreeSet;

use logproof_estate::{
    AccountId,
    record::{Observation, Subject},
    world::{LogproofWorld, Stop},
};
use logproof_policy::{Question, Who, who_can};

use crate::scene::{
    conditions::{above, everybody_but},
    organization::OrganizationView,
    principals::identities,
    proposal::{Deny, On, Remedy, kept::Keeping},
};

/// A statement above all accounts that keeps everybody but the exempt roles from what stops several things.
pub(crate) fn keep_from_all(
    view: &OrganizationView,
    sid: &'static str,
    actions: Vec<&'static str>,
    on: Vec<String>,
    roles: &[String],
) -> Remedy {
    let organization = Box::new(view.organization().clone());
    Remedy::Deny(Box::new(Deny {
        sid,
        places: vec![above()],
        on: On::These(on.clone()),
        condition: everybody_but(roles),
        keeping: Keeping::Everywhere { organization, actions, on },
    }))
}

/// ARNs of the exempt roles: the log storage role, and the role of each active member account that has one meant for it.
pub(crate) async fn exempt_roles(w: &mut LogproofWorld) -> Result<Vec<String>, Stop> {
    let config = w.config()?;
    let mut roles = vec![config.storage_role_arn()];
    if config.names.administrators.is_empty() {
        return Ok(roles);
    }
    let directory = w.see(w.estate()?.directory().await)?;
    let members = directory.active().filter(|account| account.id != config.organization.management_account);
    let meant: BTreeSet<String> = members.map(|one| config.exempt_role(&one.id, &directory.path_of(one))).collect();
    roles.extend(meant.into_iter().filter(|role| *role != config.storage_role_arn()));
    Ok(roles)
}

/// Records accounts and units that a role is meant for and that are not there: nobody would miss them.
pub(crate) async fn exempt_roles_have_their_places(w: &mut LogproofWorld) -> Result<(), Stop> {
    let config = w.config()?;
    if config.names.administrators.is_empty() {
        return Ok(());
    }
    let directory = w.see(w.estate()?.directory().await)?;
    let is_there = |place: &str| {
        place == directory.root.id
            || directory.units.iter().any(|unit| unit.id == place)
            || directory.active().any(|account| account.id.as_str() == place)
    };
    for one in &config.names.administrators {
        let places = one.accounts.iter().map(AccountId::as_str).chain(one.units.iter().map(String::as_str));
        for place in places.filter(|place| !is_there(place)) {
            let subject = Subject::arn(&directory.root.arn).at(&config.organization.management_account, None);
            w.observe(
                Observation::new(
                    subject,
                    format!("{place}, which role {} is meant for, is in the organization", one.role),
                    format!("no unit and no active account {place}"),
                    false,
                )
                .hint("correct `names.administrators`")
                .resting_on(directory.exchanges()),
            );
        }
    }
    Ok(())
}

/// Users and roles of the management account who can do what is asked about, by their own policies.
pub(crate) async fn management_callers(
    w: &mut LogproofWorld,
    view: &OrganizationView,
    question: Question,
    what: &str,
) -> Result<Vec<String>, Stop> {
    let estate = w.estate()?;
    let authorization = w.see(estate.account_authorization(view.management()).await)?;
    let inventory = identities(w, view.management(), &authorization)?;
    let scene = view.scene_with_inventory(view.management(), None, &inventory);
    let question = question.by(Who::account(view.management().as_str()).except_root_users());
    let callers = who_can(&scene, &question);
    for (who, reason) in callers.undecided {
        w.note(format!("whether {who} can {what} is undecided: {reason}"));
    }
    Ok(callers.can.iter().map(|witness| format!("{} ({})", witness.caller, witness.request.action())).collect())
}
