//! What binds the accounts of the organization from above, and whom nothing above binds.

use logproof_estate::world::{LogproofWorld, Stop};
use logproof_policy::{Question, Who, who_can};

use crate::scene::{
    conditions::{above, everybody_but},
    organization::OrganizationView,
    principals::identities,
    proposal::{Deny, On, Remedy, kept::Keeping},
};

/// A statement above all accounts that keeps everybody but the log storage role from what stops several things.
pub(crate) fn keep_from_all(
    view: &OrganizationView,
    sid: &'static str,
    actions: Vec<&'static str>,
    on: Vec<String>,
    role: &str,
) -> Remedy {
    let organization = Box::new(view.organization().clone());
    Remedy::Deny(Box::new(Deny {
        sid,
        places: vec![above()],
        on: On::These(on.clone()),
        condition: everybody_but(&[role.to_owned()]),
        keeping: Keeping::Everywhere { organization, actions, on },
    }))
}

/// Users and roles of the management account who can do what is asked about, by their own policies.
pub(crate) async fn management_callers(
    w: &mut LogproofWorld,
    view: &OrganizationView,
    question: Question,
    what: &str,
) -> Result<Vec<String>, Stop> {
    let estate = w.estate()?;
    let authorization = w.see(estate.account_authorization(&view.management).await)?;
    let inventory = identities(w, &view.management, &authorization)?;
    let scene = view.scene_with_inventory(&view.management, None, &inventory);
    let question = question.by(Who::account(view.management.as_str()).except_root_users());
    let callers = who_can(&scene, &question);
    for (who, reason) in callers.undecided {
        w.note(format!("whether {who} can {what} is undecided: {reason}"));
    }
    Ok(callers.can.iter().map(|witness| format!("{} ({})", witness.caller, witness.request.action())).collect())
}
