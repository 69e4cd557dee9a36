//! Policies as text made into policies of the engine. One that cannot be parsed was not seen.

use std::sync::Arc;

use logproof_estate::{
    AccountId, Reason, Unseen,
    facts::{OrgPolicy, OrgPolicyKind},
    world::{LogproofWorld, Stop},
};
use logproof_policy::{ParseError, Policy, Statement, actions::unclassified};
use serde_json::json;

/// Parses an SCP or RCP, once for all scenarios.
pub(crate) fn parse_org_policy(
    w: &mut LogproofWorld,
    kind: OrgPolicyKind,
    policy: &OrgPolicy,
) -> Result<Arc<Policy>, Stop> {
    let layer = match kind {
        OrgPolicyKind::ServiceControl => "SCP",
        OrgPolicyKind::ResourceControl => "RCP",
    };
    let management = w.config()?.organization.management_account.clone();
    shared(w, &format!("{layer} {}", policy.name), &policy.content, "organizations:DescribePolicy", &management)
}

/// Parses a policy that many scenarios ask about; see [`parse`].
pub(crate) fn shared(
    w: &mut LogproofWorld,
    name: &str,
    text: &str,
    operation: &str,
    account: &AccountId,
) -> Result<Arc<Policy>, Stop> {
    let parsed = w.estate()?.policy(name, text);
    let policy = parsed.map_err(|error| malformed(w, name, &error, operation, account))?;
    note_unclassified(w, &policy);
    Ok(policy)
}

/// Parses a policy; one that cannot be parsed is recorded as something that could not be seen.
pub(crate) fn parse(
    w: &mut LogproofWorld,
    name: &str,
    text: &str,
    operation: &str,
    account: &AccountId,
) -> Result<Arc<Policy>, Stop> {
    let parsed = Policy::parse(name, text.as_bytes());
    let policy = parsed.map(Arc::new).map_err(|error| malformed(w, name, &error, operation, account))?;
    note_unclassified(w, &policy);
    Ok(policy)
}

/// The policy of a resource that leaves everything to the policies of an account, as the default policy of a key does.
///
/// See: <https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html>
pub(crate) fn delegating(w: &mut LogproofWorld, account: &str) -> Result<Arc<Policy>, Stop> {
    let text = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": account}, "Action": "*", "Resource": "*"}]});
    let name = "a resource's policy that leaves all to its account";
    let parsed = w.estate()?.policy(name, &text.to_string());
    parsed.map_err(|error| Stop::because(error.to_string()))
}

/// Notes the actions a policy allows that no question is made from: what they do, nobody has decided.
pub(crate) fn note_unclassified(w: &mut LogproofWorld, policy: &Policy) {
    for (action, statement) in unclassified(policy) {
        let sid = policy.statements().get(statement).and_then(Statement::sid);
        let place = sid.map_or_else(|| format!("statement {}", statement + 1), |sid| format!("statement `{sid}`"));
        let note = format!(
            "{place} of {} allows `{action}`, which is misspelt or newer than the table of actions: what it does is not examined",
            policy.name()
        );
        if !w.record.notes.contains(&note) {
            w.note(note);
        }
    }
}

fn malformed(w: &mut LogproofWorld, name: &str, error: &ParseError, operation: &str, account: &AccountId) -> Stop {
    let detail = error.to_string().lines().next().unwrap_or_default().to_owned();
    let stop = Stop::because(format!("{name}: {detail}"));
    w.unseen(Unseen {
        operation: operation.to_owned(),
        account: account.clone(),
        region: None,
        subject: name.to_owned(),
        reason: Reason::Malformed,
        detail,
        hint: "correct the policy document".to_owned(),
        exchanges: Vec::new(),
    });
    stop
}
