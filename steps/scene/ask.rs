//! The same questions outside a feature: the scene around one resource of a landing zone.
//!
//! Used by the command line; judges nothing and records nothing.

use std::sync::Arc;

use logproof_estate::{
    AccountId, Estate, KeyRef, Reason, Unseen,
    world::{LogproofWorld, Stop},
};
use logproof_policy::{Policy, Scene};

use crate::scene::{organization::OrganizationView, policies::parse, principals::identities};

/// Who is in the accounts of a scene.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inhabitants {
    /// The real users and roles of every active account.
    Real,
    /// An administrator in every account: the worst case, without reading IAM.
    Administrators,
    /// The real users and roles of one account; an administrator in the others.
    RealIn(AccountId),
}

/// The scene around a resource: the organization with its SCPs and RCPs, and the resource's own policy where it is the
/// log bucket (or another bucket of the log archive account), a key, a topic or a role.
///
/// # Errors
/// [`Unseen`] for the first question that could not be answered.
pub async fn scene_around(estate: &Arc<Estate>, resource: &str, inhabitants: &Inhabitants) -> Result<Scene, Unseen> {
    let mut world = LogproofWorld::default();
    world.attach(Arc::clone(estate));
    match build(&mut world, estate, resource, inhabitants).await {
        Ok(scene) => Ok(scene),
        Err(stop) => Err(world.record.unseen.into_iter().next().unwrap_or_else(|| Unseen {
            operation: "policy evaluation".to_owned(),
            account: estate.config().organization.management_account.clone(),
            region: None,
            subject: resource.to_owned(),
            reason: Reason::Malformed,
            detail: stop.to_string(),
            hint: "this is a defect of the tool: report it with the command line".to_owned(),
            exchanges: Vec::new(),
        })),
    }
}

async fn build(
    w: &mut LogproofWorld,
    estate: &Arc<Estate>,
    resource: &str,
    inhabitants: &Inhabitants,
) -> Result<Scene, Stop> {
    let (owner, text) = resource_policy(w, estate, resource).await?;
    let policy: Option<Arc<Policy>> = match &text {
        Some((name, text, operation)) => Some(parse(w, name, text, operation, &owner)?),
        None => None,
    };
    // An account whose own users and roles are asked about represents itself.
    let named = match inhabitants {
        Inhabitants::Administrators => String::new(),
        Inhabitants::RealIn(account) => account.to_string(),
        Inhabitants::Real => {
            let directory = w.see(estate.directory().await)?;
            directory.active().map(|account| account.id.to_string()).collect::<Vec<_>>().join(" ")
        }
    };
    let own: Vec<&Policy> = policy.iter().map(Arc::as_ref).collect();
    let view = OrganizationView::read(w, &own, &[&named]).await?;
    let mut scene = view.scene(&owner, policy);
    for account in &mut scene.organization.accounts {
        let id: AccountId = account.id.parse().map_err(|_| Stop::because("an account id is not one"))?;
        if *inhabitants == Inhabitants::Real || *inhabitants == Inhabitants::RealIn(id.clone()) {
            let authorization = w.see(estate.account_authorization(&id).await)?;
            let inventory = identities(w, &id, &authorization)?;
            *account = account.clone().with_identities(inventory);
        }
    }
    Ok(scene)
}

/// The owner of a resource and the text of its own policy, with its name and the operation that read it.
async fn resource_policy(
    w: &mut LogproofWorld,
    estate: &Arc<Estate>,
    resource: &str,
) -> Result<(AccountId, Option<(String, String, &'static str)>), Stop> {
    let mut parts = resource.splitn(6, ':');
    let (service, account, path) =
        (parts.nth(2).unwrap_or_default(), parts.nth(1).unwrap_or_default(), parts.next().unwrap_or_default());
    let config = estate.config();
    match service {
        "s3" => {
            let name = path.split('/').next().unwrap_or_default();
            let bucket = estate.store_bucket(name);
            let text = w.see(estate.bucket_policy(&bucket).await)?;
            let named =
                (*text).clone().map(|text| (format!("the policy of bucket {name}"), text, "s3:GetBucketPolicy"));
            Ok((bucket.owner, named))
        }
        "kms" => {
            let owner = account.parse().unwrap_or_else(|_| config.key_account().clone());
            let asked =
                KeyRef { id: resource.to_owned(), account: owner, region: config.organization.home_region.clone() };
            let text = w.see(estate.key_policy(&asked).await)?;
            let named = Some(("the key policy".to_owned(), text.to_string(), "kms:GetKeyPolicy"));
            Ok((asked.account, named))
        }
        "sns" => {
            let owner = account.parse().map_err(|_| Stop::because(format!("`{resource}` is no topic")))?;
            let region = resource.split(':').nth(3).and_then(|region| region.parse().ok());
            let region = region.ok_or_else(|| Stop::because(format!("`{resource}` is no topic")))?;
            let topic = w.see(estate.topic(&owner, &region, resource).await)?;
            let text = (*topic).as_ref().map(|topic| topic.policy.clone());
            Ok((owner, text.map(|text| ("the policy of the topic".to_owned(), text, "sns:GetTopicAttributes"))))
        }
        "iam" if path.starts_with("role/") => {
            let owner = account.parse().map_err(|_| Stop::because(format!("`{resource}` is no role")))?;
            let name = path.rsplit('/').next().unwrap_or_default();
            let role = w.see(estate.role(&owner, name).await)?;
            let text = (*role).as_ref().map(|role| role.trust_policy.clone());
            Ok((owner, text.map(|text| (format!("the trust policy of {name}"), text, "iam:GetRole"))))
        }
        _ => Ok((account.parse().unwrap_or_else(|_| config.organization.management_account.clone()), None)),
    }
}
