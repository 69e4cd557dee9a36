//! The world a policy question is asked in, from real policies of the real accounts.
//!
//! Owns the way from facts (organization, SCPs, RCPs, bucket and key policies, users and roles) to the policy engine's
//! own model, and the grouping of accounts that no policy tells apart. Judges nothing.

use std::{collections::BTreeSet, sync::Arc};

use logproof_estate::{
    AccountId, Estate, ExchangeId,
    facts::{Account as Member, OrgPolicyKind},
    record::Population,
    world::{LogproofWorld, Stop},
};
use logproof_policy::{Account, Cancellation, Identity, Organization, Policy, Scene};

use crate::scene::{
    grouping::{Grouping, Naming, Representatives},
    layers::Layer,
    policies::note_unclassified,
};

/// The organization as the policy engine sees it, with the exchanges it is based on.
pub(crate) struct OrganizationView {
    /// What is the same of every question.
    whole: Arc<Whole>,
    representatives: Representatives,
    /// The accounts that represent others, and those that represent themselves.
    organization: Organization,
    /// Ends the scenario's questions.
    cancellation: Cancellation,
}

/// The organization as every scenario of a run reads it.
struct Whole {
    id: String,
    accounts: Grouping,
    /// Service and resource control policies.
    policies: Vec<Arc<Policy>>,
    /// Accounts with a status other than `ACTIVE`, one line each.
    left_out: Vec<String>,
    exchanges: Vec<ExchangeId>,
}

impl Whole {
    /// Reads organization, SCPs and RCPs, or takes what another scenario read.
    async fn read(w: &mut LogproofWorld) -> Result<Arc<Self>, Stop> {
        let estate = w.estate()?;
        if let Some(whole) = Self::derived(w, &estate) {
            return Ok(whole);
        }
        let organization = w.see(estate.organization().await)?;
        let directory = w.see(estate.directory().await)?;
        let [of_services, of_resources] = [OrgPolicyKind::ServiceControl, OrgPolicyKind::ResourceControl];
        let service_control = Layer::ask(w, &estate, &directory, of_services).await?;
        let resource_control = Layer::ask(w, &estate, &directory, of_resources).await?;
        // Nearly all scenarios begin with this and have waited for the same answers: the first of them goes on.
        if let Some(whole) = Self::derived(w, &estate) {
            return Ok(whole);
        }
        let scps = Layer::of(w, of_services, service_control.as_ref())?;
        let rcps = Layer::of(w, of_resources, resource_control.as_ref())?;
        let accounts = Grouping::of(
            (&organization.id, &organization.management_account),
            (&directory, estate.active_accounts(&directory)),
            (&scps, &rcps),
            named_in_configuration(w)?,
            |account, path| estate.config().exempt_role(account, path),
        );
        let policies = [scps.policies, rcps.policies].concat();
        let layers = [service_control, resource_control].into_iter().flatten();
        let mut exchanges = [organization.exchanges(), directory.exchanges()].concat();
        layers.for_each(|layer| exchanges.extend_from_slice(layer.exchanges()));
        let (id, left_out) = (organization.id.clone(), directory.left_out(|_| true));
        Ok(estate.keep_derived(Self { id, accounts, policies, left_out, exchanges }))
    }

    fn derived(w: &mut LogproofWorld, estate: &Estate) -> Option<Arc<Self>> {
        let whole = estate.derived::<Self>()?;
        whole.policies.iter().for_each(|policy| note_unclassified(w, policy));
        Some(whole)
    }
}

impl OrganizationView {
    /// Reads organization, SCPs and RCPs. `policies` are the other policies a question will look at, and `ids` what else
    /// it will name: an account named in one of them represents itself.
    pub(crate) async fn read(w: &mut LogproofWorld, policies: &[&Policy], ids: &[&str]) -> Result<Self, Stop> {
        let whole = Whole::read(w).await?;
        let texts = ids.iter().map(|id| (*id).to_owned()).collect();
        let representatives = whole.accounts.representatives(&Naming { policies: policies.to_vec(), texts });
        let accounts = whole.accounts.represented(&representatives);
        let organization = Organization { id: Some(whole.id.clone()), partition: w.config()?.partition(), accounts };
        Ok(Self { cancellation: w.cancellation.clone(), whole, representatives, organization })
    }

    /// The organization with its accounts, administrators assumed in each.
    pub(crate) fn organization(&self) -> &Organization {
        &self.organization
    }

    /// Exchanges the organization's part of an answer is based on.
    pub(crate) fn exchanges(&self) -> &[ExchangeId] {
        &self.whole.exchanges
    }

    /// The management account.
    pub(crate) fn management(&self) -> &AccountId {
        self.whole.accounts.management()
    }

    /// Active member accounts other than the management account, by id.
    pub(crate) fn members(&self) -> impl Iterator<Item = &Member> {
        self.whole.accounts.members()
    }

    /// Accounts with a status other than `ACTIVE`, one line each.
    pub(crate) fn left_out(&self) -> &[String] {
        &self.whole.left_out
    }

    /// Where in the organization an active account is, as condition keys say it.
    pub(crate) fn path(&self, account: &str) -> Option<&str> {
        self.whole.accounts.path(account)
    }

    /// ARN of the one role that the protection of the log store may exempt in an account.
    pub(crate) fn exempt_role(&self, account: &AccountId) -> Result<&str, Stop> {
        let found = self.whole.accounts.exempt_role(account);
        found.ok_or_else(|| Stop::because(format!("account {account} is not an active account of the organization")))
    }

    /// The exempt roles of all member accounts, each once.
    pub(crate) fn exempt_roles(&self) -> Vec<String> {
        let of_members = self.members().filter_map(|member| self.whole.accounts.exempt_role(&member.id));
        of_members.collect::<BTreeSet<_>>().into_iter().map(str::to_owned).collect()
    }

    /// The member accounts as a population of which every one was examined.
    pub(crate) fn population(&self) -> Population {
        let count = self.members().count();
        Population {
            of: "active member accounts".to_owned(),
            expected: count,
            examined: count,
            source: "organizations:ListAccounts".to_owned(),
            left_out: self.left_out().to_vec(),
        }
    }

    /// Whether an account is an active member of the organization, or its management account.
    pub(crate) fn knows(&self, id: &str) -> bool {
        self.management().as_str() == id || self.path(id).is_some()
    }

    /// The account whose answer is this account's answer as well.
    pub(crate) fn representative<'g>(&'g self, account: &'g AccountId) -> &'g AccountId {
        self.whole.accounts.representative(&self.representatives, account)
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
        organization.accounts.extend(self.whole.accounts.account(id));
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
