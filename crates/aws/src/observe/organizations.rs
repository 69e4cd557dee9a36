//! AWS Organizations, asked in the management account.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use aws_sdk_organizations::{Client, types::PolicyTypeStatus};
use logproof_estate::{
    AccountId,
    facts::{
        Account, DelegatedAdministrator, Directory, OrgPolicy, OrgPolicyKind, Organization, OrganizationalUnit, Root,
    },
};

use super::{pages::all_pages, policy, present, required, timestamp};
use crate::{
    failure::{Failure, absent},
    seam::side_by_side,
};

/// The organization. Not being in one is a failure: every question about it presumes one.
///
/// See: <https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeOrganization.html>
pub(super) async fn organization(organizations: &Client) -> Result<Organization, Failure> {
    let output = organizations.describe_organization().send().await?;
    let found = present(output.organization(), "organization")?;
    Ok(Organization {
        id: required(found.id(), "organization id")?,
        arn: required(found.arn(), "organization ARN")?,
        management_account: account_id(found.master_account_id())?,
        feature_set: required(found.feature_set().map(|set| set.as_str()), "feature set")?,
    })
}

/// The tree from the root down, which must hold exactly the accounts `ListAccounts` names.
///
/// Both are read at the same time: at the rate AWS allows, 2,100 accounts take 21 s and 12 s.
pub(super) async fn directory(organizations: &Client) -> Result<Directory, Failure> {
    let (found, listed) = side_by_side(tree(organizations), listed_accounts(organizations)).await?;
    let below_root = found.accounts.iter().map(|account| account.id.clone()).collect();
    same_accounts(&below_root, &listed.into_iter().collect())?;
    Ok(found)
}

async fn tree(organizations: &Client) -> Result<Directory, Failure> {
    let root = root(organizations).await?;
    let mut units = Vec::new();
    let mut accounts = BTreeMap::new();
    let mut parents = VecDeque::from([root.id.clone()]);
    while let Some(parent) = parents.pop_front() {
        for account in accounts_below(organizations, &parent).await? {
            let id = account.id.clone();
            if accounts.insert(id.clone(), account).is_some() {
                return Err(Failure::Malformed(format!("account {id} is below two parents")));
            }
        }
        for unit in units_below(organizations, &parent).await? {
            if units.iter().any(|known: &OrganizationalUnit| known.id == unit.id) {
                return Err(Failure::Malformed(format!("organizational unit {} is below two parents", unit.id)));
            }
            parents.push_back(unit.id.clone());
            units.push(unit);
        }
    }
    Ok(Directory { root, units, accounts: accounts.into_values().collect() })
}

/// A caller who may list one parent but not another must not see a smaller organization.
fn same_accounts(below_root: &BTreeSet<AccountId>, listed: &BTreeSet<AccountId>) -> Result<(), Failure> {
    let names = |ids: Vec<&AccountId>| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let lost = names(listed.difference(below_root).collect());
    let unlisted = names(below_root.difference(listed).collect());
    let problem = match (lost.is_empty(), unlisted.is_empty()) {
        (true, true) if listed.is_empty() => "an organization without accounts".to_owned(),
        (true, true) => return Ok(()),
        (false, true) => format!("ListAccounts names {lost}, found below no root or organizational unit"),
        (true, false) => format!("{unlisted} found below the root, not named by ListAccounts"),
        (false, false) => {
            format!(
                "ListAccounts names {lost}, found nowhere; {unlisted} found below the root, not named by ListAccounts"
            )
        }
    };
    Err(Failure::Malformed(problem))
}

async fn root(organizations: &Client) -> Result<Root, Failure> {
    let roots = all_pages(|token| async move {
        let output = organizations.list_roots().set_next_token(token).send().await?;
        Ok((output.roots().to_vec(), output.next_token().map(str::to_owned)))
    })
    .await?;
    let [root] = roots.as_slice() else {
        return Err(Failure::Malformed(format!("{} roots, expected one", roots.len())));
    };
    Ok(Root {
        id: required(root.id(), "root id")?,
        arn: required(root.arn(), "root ARN")?,
        enabled_policy_types: root
            .policy_types()
            .iter()
            .filter(|policy_type| policy_type.status() == Some(&PolicyTypeStatus::Enabled))
            .map(|policy_type| required(policy_type.r#type().map(|kind| kind.as_str()), "policy type"))
            .collect::<Result<_, _>>()?,
    })
}

async fn units_below(organizations: &Client, parent: &str) -> Result<Vec<OrganizationalUnit>, Failure> {
    all_pages(|token| async move {
        let request = organizations.list_organizational_units_for_parent().parent_id(parent);
        let output = request.set_next_token(token).send().await?;
        let units = output.organizational_units().iter().map(|unit| {
            Ok(OrganizationalUnit {
                id: required(unit.id(), "organizational unit id")?,
                arn: required(unit.arn(), "organizational unit ARN")?,
                name: required(unit.name(), "organizational unit name")?,
                parent: parent.to_owned(),
            })
        });
        Ok((units.collect::<Result<_, Failure>>()?, output.next_token().map(str::to_owned)))
    })
    .await
}

async fn accounts_below(organizations: &Client, parent: &str) -> Result<Vec<Account>, Failure> {
    all_pages(|token| async move {
        let request = organizations.list_accounts_for_parent().parent_id(parent);
        let output = request.set_next_token(token).send().await?;
        let accounts = output.accounts().iter().map(|account| to_account(account, parent));
        Ok((accounts.collect::<Result<_, _>>()?, output.next_token().map(str::to_owned)))
    })
    .await
}

async fn listed_accounts(organizations: &Client) -> Result<Vec<AccountId>, Failure> {
    all_pages(|token| async move {
        let output = organizations.list_accounts().set_next_token(token).send().await?;
        let ids = output.accounts().iter().map(|account| account_id(account.id()));
        Ok((ids.collect::<Result<_, _>>()?, output.next_token().map(str::to_owned)))
    })
    .await
}

fn to_account(account: &aws_sdk_organizations::types::Account, parent: &str) -> Result<Account, Failure> {
    // `State` has taken the place of `Status`, which AWS retires on 2026-09-09; older answers have only the latter.
    // See: https://docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html
    let status = account.state().map(|state| state.as_str()).or(account.status().map(|status| status.as_str()));
    Ok(Account {
        id: account_id(account.id())?,
        arn: required(account.arn(), "account ARN")?,
        name: account.name().unwrap_or_default().to_owned(),
        status: required(status, "account status")?,
        parent: parent.to_owned(),
        joined: account.joined_timestamp().and_then(timestamp),
    })
}

fn account_id(id: Option<&str>) -> Result<AccountId, Failure> {
    let id = required(id, "account id")?;
    id.parse().map_err(|_| Failure::Malformed(format!("`{id}` is not an account id")))
}

/// All policies of one kind. A kind the root has not enabled has no policy in force: an empty list.
pub(super) async fn policies(organizations: &Client, kind: OrgPolicyKind) -> Result<Vec<OrgPolicy>, Failure> {
    let summaries = all_pages(|token| async move {
        let request = organizations.list_policies().filter(kind.as_str().into()).set_next_token(token);
        // See: https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListPolicies.html
        match absent(request.send().await, &["PolicyTypeNotEnabledException"])? {
            Some(output) => Ok((output.policies().to_vec(), output.next_token().map(str::to_owned))),
            None => Ok((Vec::new(), None)),
        }
    })
    .await?;
    let mut policies = Vec::with_capacity(summaries.len());
    for summary in &summaries {
        let id = required(summary.id(), "policy id")?;
        let output = organizations.describe_policy().policy_id(&id).send().await?;
        let content = output.policy().and_then(|policy| policy.content());
        policies.push(OrgPolicy {
            arn: required(summary.arn(), "policy ARN")?,
            name: required(summary.name(), "policy name")?,
            aws_managed: summary.aws_managed(),
            content: policy(content, "policy content")?,
            targets: targets(organizations, &id).await?,
            id,
        });
    }
    Ok(policies)
}

async fn targets(organizations: &Client, policy: &str) -> Result<Vec<String>, Failure> {
    all_pages(|token| async move {
        let output = organizations.list_targets_for_policy().policy_id(policy).set_next_token(token).send().await?;
        let ids = output.targets().iter().map(|target| required(target.target_id(), "policy target id"));
        Ok((ids.collect::<Result<_, _>>()?, output.next_token().map(str::to_owned)))
    })
    .await
}

/// See: <https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListDelegatedAdministrators.html>
pub(super) async fn delegated_administrators(
    organizations: &Client,
    service: &str,
) -> Result<Vec<DelegatedAdministrator>, Failure> {
    all_pages(|token| async move {
        let request = organizations.list_delegated_administrators().service_principal(service);
        let output = request.set_next_token(token).send().await?;
        let found = output.delegated_administrators().iter().map(|administrator| {
            Ok(DelegatedAdministrator {
                account: account_id(administrator.id())?,
                name: administrator.name().unwrap_or_default().to_owned(),
            })
        });
        Ok((found.collect::<Result<_, Failure>>()?, output.next_token().map(str::to_owned)))
    })
    .await
}

/// See: <https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeResourcePolicy.html>
pub(super) async fn delegation_policy(organizations: &Client) -> Result<Option<String>, Failure> {
    let sent = organizations.describe_resource_policy().send().await;
    let Some(output) = absent(sent, &["ResourcePolicyNotFoundException"])? else { return Ok(None) };
    let content = output.resource_policy().and_then(|found| found.content());
    Ok(Some(policy(content, "delegation policy")?))
}
