//! AWS Organizations: policies and attachments, units, accounts, delegation.

use logproof_estate::{
    AccountId,
    facts::{Account, OrgPolicyKind, OrganizationalUnit},
};

use super::{Changes, Scene, one};
use crate::{
    document::Document,
    edit::{Change, OrganizationChange},
    planned::Planned,
    tree::{Read, Tree, Unusable},
};

fn account_id(tree: &Tree) -> Read<AccountId> {
    tree.need()?.parse().map_err(|_| Unusable::Malformed { expected: "a 12-digit account id", found: "another text" })
}

/// The kinds of policies that take permissions away. Others, such as tag policies, answer no question.
fn kind(tree: &Tree) -> Read<Option<OrgPolicyKind>> {
    Ok(match tree.get("type").text()?.as_deref() {
        None | Some("SERVICE_CONTROL_POLICY") => Some(OrgPolicyKind::ServiceControl),
        Some("RESOURCE_CONTROL_POLICY") => Some(OrgPolicyKind::ResourceControl),
        Some(_) => None,
    })
}

pub(super) fn set(scene: &Scene<'_>, tree: &Tree) -> Read<Changes> {
    let (attribute, change) = match scene.kind {
        "aws_organizations_policy" => match kind(tree)? {
            Some(kind) => ("content", policy(scene, tree, kind)?),
            None => return Ok(Vec::new()),
        },
        "aws_organizations_policy_attachment" => ("", attachment(tree, true)?),
        "aws_organizations_organizational_unit" => ("", OrganizationChange::Unit(scene.planned("", unit(scene, tree)))),
        "aws_organizations_account" => ("", OrganizationChange::Account(scene.planned("", account(scene, tree)))),
        "aws_organizations_organization" => return Ok(organization(scene, tree)),
        "aws_organizations_resource_policy" => {
            ("content", OrganizationChange::DelegationPolicy(tree.get("content").document(scene.address)))
        }
        _ => ("", delegated(scene, tree, true)?),
    };
    Ok(one(attribute, Change::Organization(change)))
}

fn policy(scene: &Scene<'_>, tree: &Tree, kind: OrgPolicyKind) -> Read<OrganizationChange> {
    let missing = Unusable::Malformed { expected: "a policy", found: "nothing" };
    let content = tree.get("content").document(scene.address);
    Ok(OrganizationChange::Policy {
        kind,
        id: tree.get("id").need()?,
        name: tree.get("name").text()?.unwrap_or_default(),
        content: content.unwrap_or_else(|| Document::Unknown(scene.unknown("content", &missing))),
    })
}

fn attachment(tree: &Tree, on: bool) -> Read<OrganizationChange> {
    let (policy, target) = (tree.get("policy_id").need()?, tree.get("target_id").need()?);
    Ok(if on {
        OrganizationChange::Attached { policy, target }
    } else {
        OrganizationChange::Detached { policy, target }
    })
}

fn unit(scene: &Scene<'_>, tree: &Tree) -> Read<OrganizationalUnit> {
    let id = tree.get("id").need()?;
    let arn = tree.get("arn").text().ok().flatten();
    Ok(OrganizationalUnit {
        arn: arn
            .unwrap_or_else(|| scene.partition.arn("organizations", "", scene.account.as_str(), &format!("ou/{id}"))),
        id,
        name: tree.get("name").need()?,
        parent: tree.get("parent_id").need()?,
    })
}

fn account(scene: &Scene<'_>, tree: &Tree) -> Read<Account> {
    let id = account_id(tree.get("id"))?;
    let arn = tree.get("arn").text().ok().flatten();
    Ok(Account {
        arn: arn.unwrap_or_else(|| {
            scene.partition.arn("organizations", "", scene.account.as_str(), &format!("account/{id}"))
        }),
        id,
        name: tree.get("name").need()?,
        status: tree.get("status").text()?.unwrap_or_else(|| "ACTIVE".to_owned()),
        // Without one: the root for a new account, and no move of another.
        parent: tree.get("parent_id").text()?.unwrap_or_default(),
        joined: None,
    })
}

fn organization(scene: &Scene<'_>, tree: &Tree) -> Changes {
    let types = tree.get("enabled_policy_types").texts();
    let set = tree.get("feature_set").text().map(|set| set.unwrap_or_else(|| "ALL".to_owned()));
    let types = OrganizationChange::EnabledPolicyTypes(scene.planned("enabled_policy_types", types));
    let set = OrganizationChange::FeatureSet(scene.planned("feature_set", set));
    let mut changes = one("enabled_policy_types", Change::Organization(types));
    changes.extend(one("feature_set", Change::Organization(set)));
    changes
}

fn delegated(scene: &Scene<'_>, tree: &Tree, registered: bool) -> Read<OrganizationChange> {
    let service = match scene.kind {
        "aws_cloudtrail_organization_delegated_admin_account" => "cloudtrail.amazonaws.com".to_owned(),
        _ => tree.get("service_principal").need()?,
    };
    Ok(OrganizationChange::DelegatedAdministrator { service, account: account_id(tree.get("account_id"))?, registered })
}

/// A removed account leaves the organization, unless the provider is to close it.
// See: https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/organizations_account
pub(super) fn removed(scene: &Scene<'_>, tree: &Tree) -> Read<Changes> {
    if tree.get("skip_destroy").flag()? == Some(true) {
        return Ok(Vec::new());
    }
    let change = match scene.kind {
        "aws_organizations_policy" => match kind(tree)? {
            Some(_) => OrganizationChange::PolicyDeleted { id: tree.get("id").need()? },
            None => return Ok(Vec::new()),
        },
        "aws_organizations_policy_attachment" => attachment(tree, false)?,
        "aws_organizations_organizational_unit" => OrganizationChange::UnitDeleted { id: tree.get("id").need()? },
        "aws_organizations_account" => OrganizationChange::AccountGone {
            id: account_id(tree.get("id"))?,
            closed: tree.get("close_on_deletion").flag()?.unwrap_or_default(),
        },
        "aws_organizations_organization" => {
            let types = OrganizationChange::EnabledPolicyTypes(Planned::Known(Vec::new()));
            return Ok(one("", Change::Organization(types)));
        }
        "aws_organizations_resource_policy" => OrganizationChange::DelegationPolicy(None),
        _ => delegated(scene, tree, false)?,
    };
    Ok(one("", Change::Organization(change)))
}
