//! Conditions and callers that questions and proposed statements share.

use logproof_estate::{
    facts::OrgPolicyKind,
    world::{LogproofWorld, Stop},
};
use logproof_policy::{Question, Who};
use serde_json::{Value, json};

use crate::scene::proposal::{Place, one_or_many};

/// A question limited to requests that meet a condition.
pub(crate) fn when(question: Question, condition: &Value) -> Result<Question, Stop> {
    question.when(&condition.to_string()).map_err(|error| Stop::because(error.to_string()))
}

/// A condition that everybody meets but the principals with these ARNs.
pub(crate) fn everybody_but(arns: &[String]) -> Value {
    json!({"ArnNotEquals": {"aws:PrincipalArn": one_or_many(arns)}})
}

/// A policy that binds the accounts of the organization from above.
pub(crate) fn above() -> Place {
    Place::Organization(OrgPolicyKind::ServiceControl)
}

/// Id of the organization.
pub(crate) async fn organization_id(w: &mut LogproofWorld) -> Result<String, Stop> {
    let estate = w.estate()?;
    Ok(w.see(estate.organization().await)?.id.clone())
}

/// Everybody outside the organization but the auditors it names.
pub(crate) fn outsiders(w: &LogproofWorld) -> Result<Who, Stop> {
    let mut who = Who::outsiders();
    for account in &w.config()?.organization.auditor_accounts {
        who = who.except_account(account.as_str());
    }
    Ok(who)
}

/// A condition that outsiders meet: nobody of the organization, no auditor and no service.
pub(crate) async fn outside(w: &mut LogproofWorld) -> Result<Value, Stop> {
    let mut ours = json!({"aws:PrincipalOrgID": organization_id(w).await?});
    let auditors = &w.config()?.organization.auditor_accounts;
    if let (Some(keys), false) = (ours.as_object_mut(), auditors.is_empty()) {
        keys.insert("aws:PrincipalAccount".to_owned(), json!(auditors));
    }
    Ok(json!({"StringNotEquals": ours, "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}))
}
