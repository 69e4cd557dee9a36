//! The world a policy question is asked in, from real policies of the real accounts.
//!
//! Owns the way from facts (organization, SCPs, RCPs, bucket and key policies, users and roles) to the policy engine's
//! own model, and the grouping of accounts that no policy tells apart. Judges nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use logproof_estate::{
    AccountId, ExchangeId,
    facts::{Account as Member, Directory, OrgPolicyKind},
    record::Population,
    world::{LogproofWorld, Stop},
};
use logproof_policy::{Account, Cancellation, Identity, Organization, Policy, Scene};

use crate::scene::{
    grouping::{Naming, representatives},
    layers::Layer,
};

/// The organization as the policy engine sees it, with the exchanges it is based on.
pub(crate) struct OrganizationView {
    organization: Organization,
    /// Active member accounts other than the management account, by id.
    pub(crate) members: Vec<Member>,
    /// Accounts with a status other than `ACTIVE`, one line each.
    pub(crate) left_out: Vec<String>,
    /// The management account.
    pub(crate) management: AccountId,
    /// Account id to the organization path of each active account.
    paths: BTreeMap<AccountId, String>,
    /// Account id to the one role that the protection of the log store may exempt there, by its ARN.
    exempt: BTreeMap<AccountId, String>,
    /// Account id to the account that represents it: the same SCPs and RCPs, and named in no policy.
    represented_by: BTreeMap<AccountId, AccountId>,
    exchanges: Vec<ExchangeId>,
    /// Ends the scenario's questions.
    cancellation: Cancellation,
}

impl OrganizationView {
    /// Reads organization, SCPs and RCPs. `policies` are the other policies a question will look at, and `ids` what else
    /// it will name: an account named in one of them represents itself.
    pub(crate) async fn read(w: &mut LogproofWorld, policies: &[&Policy], ids: &[&str]) -> Result<Self, Stop> {
        let estate = w.estate()?;
        let organization = w.see(estate.organization().await)?;
        let directory = w.see(estate.directory().await)?;
        let mut exchanges = [organization.exchanges(), directory.exchanges()].concat();
        let mut layers = Vec::new();
        for kind in [OrgPolicyKind::ServiceControl, OrgPolicyKind::ResourceControl] {
            layers.push(Layer::read(w, &estate, &directory, kind, &mut exchanges).await?);
        }
        let (Some(rcps), Some(scps)) = (layers.pop(), layers.pop()) else {
            return Err(Stop::because("two policy layers were read"));
        };
        let mut naming = Naming { policies: policies.to_vec(), texts: named_in_configuration(w)? };
        naming.policies.extend(scps.policies.iter().chain(&rcps.policies).map(Arc::as_ref));
        naming.texts.extend(ids.iter().map(|id| (*id).to_owned()));
        let management = organization.management_account.clone();
        let active: Vec<Member> = directory.active().cloned().collect();
        let represented_by = representatives(&active, &directory, &scps, &rcps, &naming);
        let mut accounts = Vec::new();
        for member in &active {
            if represented_by.get(&member.id) != Some(&member.id) && member.id != management {
                continue;
            }
            accounts.push(account(member, &management, &directory, &organization.id, &scps, &rcps));
        }
        let left_out = directory
            .accounts
            .iter()
            .filter(|a| a.status != "ACTIVE")
            .map(|a| format!("{} ({}): {}", a.id, a.name, a.status))
            .collect();
        let paths = active.iter().map(|m| (m.id.clone(), org_path(m, &directory, &organization.id))).collect();
        let config = w.config()?;
        let exempt = active.iter().map(|m| (m.id.clone(), config.exempt_role(&m.id, &directory.path_of(m)))).collect();
        Ok(Self {
            cancellation: w.cancellation.clone(),
            paths,
            exempt,
            organization: Organization { id: Some(organization.id.clone()), partition: config.partition(), accounts },
            members: active.into_iter().filter(|member| member.id != management).collect(),
            left_out,
            management,
            represented_by,
            exchanges,
        })
    }

    /// The organization with its accounts, administrators assumed in each.
    pub(crate) fn organization(&self) -> &Organization {
        &self.organization
    }

    /// Exchanges the organization's part of an answer is based on.
    pub(crate) fn exchanges(&self) -> &[ExchangeId] {
        &self.exchanges
    }

    /// Where in the organization an active account is, as condition keys say it.
    pub(crate) fn path(&self, account: &str) -> Option<&str> {
        self.paths.get(account).map(String::as_str)
    }

    /// ARN of the one role that the protection of the log store may exempt in an account.
    pub(crate) fn exempt_role(&self, account: &AccountId) -> Result<&str, Stop> {
        let found = self.exempt.get(account).map(String::as_str);
        found.ok_or_else(|| Stop::because(format!("account {account} is not an active account of the organization")))
    }

    /// The exempt roles of all member accounts, each once.
    pub(crate) fn exempt_roles(&self) -> Vec<String> {
        let of_members = self.members.iter().filter_map(|member| self.exempt.get(&member.id));
        of_members.cloned().collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// The member accounts as a population of which every one was examined.
    pub(crate) fn population(&self) -> Population {
        Population {
            of: "active member accounts".to_owned(),
            expected: self.members.len(),
            examined: self.members.len(),
            source: "organizations:ListAccounts".to_owned(),
            left_out: self.left_out.clone(),
        }
    }

    /// Whether an account is an active member of the organization, or its management account.
    pub(crate) fn knows(&self, id: &str) -> bool {
        self.management.as_str() == id || self.paths.contains_key(id)
    }

    /// The account whose answer is this account's answer as well.
    pub(crate) fn representative<'g>(&'g self, account: &'g AccountId) -> &'g AccountId {
        self.represented_by.get(account).unwrap_or(account)
    }

    /// A scene around a resource of `owner`.
    pub(crate) fn scene(&self, owner: &AccountId, resource_policy: Option<Arc<Policy>>) -> Scene {
        let mut organization = self.organization.clone();
        // The resource control policies of the owner bind the resource, also where another account represents it.
        self.add_as_itself(&mut organization, owner);
        let cancellation = self.cancellation.clone();
        Scene { organization, resource_account: owner.to_string(), resource_policy, cancellation }
    }

    /// Adds an account of the organization that another one represents.
    fn add_as_itself(&self, organization: &mut Organization, id: &AccountId) {
        if organization.accounts.iter().any(|account| account.id == id.as_str()) {
            return;
        }
        let known = organization.accounts.iter().find(|account| account.id == self.representative(id).as_str());
        let itself = known.cloned().map(|account| Account {
            id: id.to_string(),
            org_path: self.path(id.as_str()).map(str::to_owned),
            ..account
        });
        organization.accounts.extend(itself);
    }

    /// The same scene with what is known of the users and roles of one account, which calls.
    pub(crate) fn scene_with_caller(
        &self,
        owner: &AccountId,
        resource_policy: Option<Arc<Policy>>,
        caller: &AccountId,
        identities: Vec<Identity>,
    ) -> Scene {
        let mut scene = self.scene(owner, resource_policy);
        self.add_as_itself(&mut scene.organization, caller);
        for account in scene.organization.accounts.iter_mut().filter(|account| account.id == caller.as_str()) {
            *account = account.clone().with_identities(identities.clone());
        }
        scene
    }

    /// The same scene with an account that may be none of the organization's.
    pub(crate) fn scene_with_account(
        &self,
        owner: &AccountId,
        resource_policy: Option<Arc<Policy>>,
        account: &str,
    ) -> Scene {
        let mut scene = self.scene(owner, resource_policy);
        if !scene.organization.accounts.iter().any(|known| known.id == account) {
            scene.organization.accounts.push(Account::outside(account));
        }
        scene
    }

    /// The same scene with the real users and roles of one account; everywhere else an administrator is assumed.
    pub(crate) fn scene_with_inventory(
        &self,
        owner: &AccountId,
        resource_policy: Option<Arc<Policy>>,
        inventory: &[Identity],
    ) -> Scene {
        let mut scene = self.scene(owner, resource_policy);
        for account in &mut scene.organization.accounts {
            if account.id == owner.as_str() {
                *account = account.clone().with_identities(inventory.to_vec());
            }
        }
        scene
    }
}

fn account(
    member: &Member,
    management: &AccountId,
    directory: &Directory,
    organization: &str,
    scps: &Layer,
    rcps: &Layer,
) -> Account {
    let path = directory.path_of(member);
    let mut account = if &member.id == management {
        Account::management(management.as_str())
    } else {
        Account::member(member.id.as_str())
    };
    account.scps = scps.levels(&path);
    account.rcps = rcps.levels(&path);
    account.org_path = Some(org_path(member, directory, organization));
    account
}

/// The value of `aws:PrincipalOrgPaths` and its like for an account.
fn org_path(member: &Member, directory: &Directory, organization: &str) -> String {
    let path = directory.path_of(member);
    let above = path.split_last().map_or(&[][..], |(_, above)| above);
    format!("{organization}/{}/", above.join("/"))
}

/// What the owner names: accounts with a part in the log store, and readers. Questions are asked about each
/// of them, so none may be spoken for by another.
fn named_in_configuration(w: &LogproofWorld) -> Result<Vec<String>, Stop> {
    let (config, estate) = (w.config()?, w.estate()?);
    let parts = &config.organization;
    let accounts = [&parts.log_archive_account, config.key_account()].into_iter();
    let accounts = accounts.chain(&parts.security_tooling_account).chain(&parts.auditor_accounts);
    let mut named: Vec<String> =
        accounts.chain(&config.expectations.replica_account).map(ToString::to_string).collect();
    named.push(config.storage_role_arn());
    named.extend(config.names.administrators.iter().flat_map(|one| &one.accounts).map(ToString::to_string));
    named.extend(estate.readers().into_iter().map(|reader| reader.principal));
    Ok(named)
}
