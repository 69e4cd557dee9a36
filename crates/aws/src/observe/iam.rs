//! AWS IAM. Policy documents arrive percent-encoded and leave decoded.

use std::collections::HashMap;

use aws_sdk_iam::{
    Client,
    types::{
        AttachedPermissionsBoundary, AttachedPolicy, EntityType, GroupDetail, ManagedPolicyDetail, PolicyDetail,
        PolicyVersion, RoleDetail, Tag, UserDetail,
    },
};
use logproof_estate::facts::{AccountAuthorization, GroupPolicies, NamedPolicy, PrincipalPolicies, Role};

use super::{document, pages, present, required, timestamp};
use crate::failure::{Failure, absent};

/// A role by name. See: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html>
pub(super) async fn role(iam: &Client, name: &str) -> Result<Option<Role>, Failure> {
    let Some(output) = absent(iam.get_role().role_name(name).send().await, &["NoSuchEntity"])? else {
        return Ok(None);
    };
    let role = present(output.role(), "role")?;
    Ok(Some(Role {
        name: required(role.role_name(), "role name")?,
        arn: required(role.arn(), "role ARN")?,
        trust_policy: document(role.assume_role_policy_document(), "trust policy")?,
        last_used: role.role_last_used().and_then(|used| used.last_used_date()).and_then(timestamp),
        created: timestamp(role.create_date()),
        boundary: role
            .permissions_boundary()
            .map(|boundary| required(boundary.permissions_boundary_arn(), "permissions boundary ARN"))
            .transpose()?,
        max_session_seconds: role.max_session_duration().map(i64::from),
    }))
}

/// One record of the account's authorization details.
enum Detail {
    User(UserDetail),
    Group(GroupDetail),
    Role(RoleDetail),
    Policy(ManagedPolicyDetail),
}

/// Every user and role with all that grants it permissions, joined from one listing.
///
/// See: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html>
pub(super) async fn account_authorization(iam: &Client) -> Result<AccountAuthorization, Failure> {
    use EntityType::{AwsManagedPolicy, Group, LocalManagedPolicy, Role, User};
    let details = pages::all_pages(|marker| async move {
        let request = iam.get_account_authorization_details().set_marker(marker);
        let filter = vec![User, Role, Group, LocalManagedPolicy, AwsManagedPolicy];
        let output = request.set_filter(Some(filter)).send().await?;
        let next = pages::next_token(output.is_truncated(), output.marker())?;
        let users = output.user_detail_list().iter().cloned().map(Detail::User);
        let groups = output.group_detail_list().iter().cloned().map(Detail::Group);
        let roles = output.role_detail_list().iter().cloned().map(Detail::Role);
        let policies = output.policies().iter().cloned().map(Detail::Policy);
        Ok((users.chain(groups).chain(roles).chain(policies).collect(), next))
    })
    .await?;
    let listing = Listing::new(&details)?;
    let mut authorization = AccountAuthorization::default();
    for detail in &details {
        match detail {
            Detail::User(user) => authorization.users.push(listing.user(user)?),
            Detail::Role(role) => authorization.roles.push(listing.role(role)?),
            Detail::Group(group) => authorization.groups.push(listing.group(group)?),
            Detail::Policy(_) => {}
        }
    }
    Ok(authorization)
}

/// What users and roles refer to: managed policies by ARN, the policies of groups by group name.
struct Listing {
    managed: HashMap<String, NamedPolicy>,
    groups: HashMap<String, Vec<NamedPolicy>>,
}

impl Listing {
    fn new(details: &[Detail]) -> Result<Self, Failure> {
        let mut listing = Self { managed: HashMap::new(), groups: HashMap::new() };
        for detail in details {
            if let Detail::Policy(policy) = detail {
                let arn = required(policy.arn(), "managed policy ARN")?;
                let document = default_version(policy, &arn)?;
                listing.managed.insert(arn.clone(), NamedPolicy { name: arn, document });
            }
        }
        for detail in details {
            if let Detail::Group(group) = detail {
                let name = required(group.group_name(), "group name")?;
                let policies = listing.policies(group.group_policy_list(), group.attached_managed_policies(), &name)?;
                listing.groups.insert(name, policies);
            }
        }
        Ok(listing)
    }

    fn group(&self, group: &GroupDetail) -> Result<GroupPolicies, Failure> {
        let name = required(group.group_name(), "group name")?;
        let policies = self.groups.get(&name).cloned().unwrap_or_default();
        Ok(GroupPolicies { name, policies })
    }

    fn user(&self, user: &UserDetail) -> Result<PrincipalPolicies, Failure> {
        let arn = required(user.arn(), "user ARN")?;
        let mut policies = self.policies(user.user_policy_list(), user.attached_managed_policies(), &arn)?;
        for group in user.group_list() {
            let of_group = self.groups.get(group);
            policies.extend(of_group.ok_or_else(|| not_listed("group", group, &arn))?.iter().cloned());
        }
        let boundary = self.boundary(user.permissions_boundary(), &arn)?;
        let groups = user.group_list().to_vec();
        Ok(PrincipalPolicies { policies, groups, boundary, trust_policy: None, tags: tags(user.tags()), arn })
    }

    fn role(&self, role: &RoleDetail) -> Result<PrincipalPolicies, Failure> {
        let arn = required(role.arn(), "role ARN")?;
        Ok(PrincipalPolicies {
            policies: self.policies(role.role_policy_list(), role.attached_managed_policies(), &arn)?,
            groups: Vec::new(),
            boundary: self.boundary(role.permissions_boundary(), &arn)?,
            trust_policy: Some(document(role.assume_role_policy_document(), "trust policy")?),
            tags: tags(role.tags()),
            arn,
        })
    }

    fn policies(
        &self,
        inline: &[PolicyDetail],
        attached: &[AttachedPolicy],
        holder: &str,
    ) -> Result<Vec<NamedPolicy>, Failure> {
        let inline = inline.iter().map(|policy| {
            Ok(NamedPolicy {
                name: required(policy.policy_name(), "inline policy name")?,
                document: document(policy.policy_document(), "inline policy")?,
            })
        });
        let attached =
            attached.iter().map(|policy| self.managed(&required(policy.policy_arn(), "attached policy ARN")?, holder));
        inline.chain(attached).collect()
    }

    fn boundary(
        &self,
        boundary: Option<&AttachedPermissionsBoundary>,
        holder: &str,
    ) -> Result<Option<NamedPolicy>, Failure> {
        let arn = |boundary: &AttachedPermissionsBoundary| {
            required(boundary.permissions_boundary_arn(), "permissions boundary ARN")
        };
        boundary.map(|boundary| self.managed(&arn(boundary)?, holder)).transpose()
    }

    /// A principal with a policy that cannot be read could do more (or, with a boundary, less) than what is seen.
    fn managed(&self, arn: &str, holder: &str) -> Result<NamedPolicy, Failure> {
        self.managed.get(arn).cloned().ok_or_else(|| not_listed("policy", arn, holder))
    }
}

fn not_listed(what: &str, name: &str, holder: &str) -> Failure {
    Failure::Malformed(format!("{what} `{name}` of `{holder}` is not in the answer"))
}

fn default_version(policy: &ManagedPolicyDetail, arn: &str) -> Result<String, Failure> {
    let default = |version: &&PolicyVersion| match policy.default_version_id() {
        Some(id) => version.version_id() == Some(id),
        None => version.is_default_version(),
    };
    let version = policy.policy_version_list().iter().find(default);
    let version = present(version, &format!("default version of policy `{arn}`"))?;
    document(version.document(), "managed policy")
}

fn tags(tags: &[Tag]) -> Vec<(String, String)> {
    tags.iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect()
}
