//! Who can take away what guards the log store from above: the policies of the organization, the place of an account
//! under them, the right to change either.
//!
//! No service control policy binds the management account: who can do it there is listed. A member account can do it as
//! far as the organization's resource policy delegates it.

use cucumber::then;
use logproof_estate::{
    record::{Observation, Subject},
    world::{Judged, LogproofWorld, Stop},
};
use logproof_policy::{Question, Who};

use crate::scene::{
    actions::{undo_guards, undo_guards_of},
    claim::Claim,
    guardrails::management_callers,
    organization::OrganizationView,
    policies::shared,
    proposal::Remedy,
};

/// Types of policies that guard the log store. A resource policy may delegate others, such as tag policies.
///
/// See: <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_delegate_policies.html>
const GUARDING_TYPES: [&str; 3] = ["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY", "S3_POLICY"];

#[then(
    "the principals of the management account who can take a guard of the organization away are listed for acceptance"
)]
async fn who_can_take_a_guard_away(w: &mut LogproofWorld) -> Judged {
    let view = OrganizationView::read(w, &[], &[]).await?;
    let question = Question::about(undo_guards()).on_all("*");
    let callers = management_callers(w, &view, question, "take a guard of the organization away").await?;
    let estate = w.estate()?;
    // Whoever administers IAM for the organization acts as the root user of its members. See:
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-enable-root-access.html
    let partition = w.config()?.organization.home_region.partition().to_owned();
    let delegated = w.see(estate.delegated_administrators("iam.amazonaws.com").await)?;
    let subject = Subject::arn(format!("arn:{partition}:iam::{}:root", view.management()));
    let mut found = if callers.is_empty() {
        "the root user only".to_owned()
    } else {
        format!("the root user and {}: {}", callers.len(), callers.join("; "))
    };
    for one in delegated.iter() {
        found = format!(
            "{found}; as delegated administrator of IAM, account {} ({}) for sts:AssumeRoot",
            one.account, one.name
        );
    }
    let expected = "a complete list of who can detach or change the guarding policies, move accounts from under them, delegate that, or assume root";
    w.observe(
        Observation::new(subject.at(view.management(), None), expected, found, true)
            .resting_on(view.exchanges())
            .resting_on(delegated.exchanges()),
    );
    w.needs_attestation("the owner accepts the listed principals of the management account, and alerts on their use");
    w.settle()
}

#[then("nothing that takes a guard of the organization away is delegated to a member account")]
async fn nothing_is_delegated(w: &mut LogproofWorld) -> Judged {
    let estate = w.estate()?;
    let organization = w.see(estate.organization().await)?;
    let text = w.see(estate.delegation_policy().await)?;
    let exchanges = [organization.exchanges(), text.exchanges()].concat();
    let management = organization.management_account.clone();
    let subject = Subject::arn(&organization.arn).at(&management, None);
    let expected = "no member account can detach, change or delete a guarding policy, or disable its type";
    let Some(text) = text.as_ref() else {
        let found = "the organization has no resource policy: nothing is delegated by one";
        w.observe(Observation::new(subject, expected, found, true).resting_on(&exchanges));
        return w.settle();
    };
    let name = "the resource policy of the organization";
    let policy = shared(w, name, text, "organizations:DescribeResourcePolicy", &management)?;
    let view = OrganizationView::read(w, &[policy.as_ref()], &[]).await?;
    let types = serde_json::json!({"StringEqualsIfExists": {"organizations:PolicyType": GUARDING_TYPES}});
    let question = Question::about(undo_guards_of("organizations"))
        .on_all("*")
        .by(Who::organization().except_management_account())
        .when(&types.to_string())
        .map_err(|error| Stop::because(error.to_string()))?;
    let scene = view.scene(&management, Some(policy));
    let claim = Claim {
        subject,
        account: management,
        expected: expected.to_owned(),
        change: "take the action out of the resource policy, or narrow it with organizations:PolicyType to types that guard nothing".to_owned(),
        exchanges: [exchanges.as_slice(), view.exchanges()].concat(),
        represented_by: None,
    };
    let remedy = Remedy::Unknown(
        "what is delegated is closed by taking it out of the organization's resource policy, not by a statement beside it",
    );
    claim.prove(w, &scene, &question, remedy).await;
    w.settle()
}
