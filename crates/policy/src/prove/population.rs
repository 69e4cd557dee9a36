//! Everybody worth asking about: one caller per class that the policies can tell apart.
//!
//! Owns the principal cells and the context keys that follow from who asks. Must not know how
//! requests are decided.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, LazyLock};

use crate::context::Context;
use crate::decide::Policies;
use crate::glob::Glob;
use crate::model::Policy;
use crate::partition::Partition;
use crate::principal::{CLOUDFRONT, Entry, Principal};
use crate::prove::atoms::Atoms;
use crate::prove::automaton::{self, Machine};
use crate::prove::effort::Effort;
use crate::prove::question::{Caller, Question};
use crate::prove::scene::{Account, Identities, Identity, Scene};
use crate::prove::strangers;

/// One class of callers.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub(crate) principal: Principal,
    /// Who the caller stands for.
    pub(crate) label: String,
    /// Keys that follow from the caller.
    pub(crate) fixed: Context,
    /// Whether it is a user or role of an account of which all are known.
    pub(crate) inventoried: bool,
}

/// The users and roles that are known in a scene, by ARN.
pub(crate) struct Inventory<'s> {
    scene: &'s Scene,
    by_arn: HashMap<&'s str, &'s Identity>,
}

impl<'s> Inventory<'s> {
    pub(crate) fn of(scene: &'s Scene) -> Self {
        let mut by_arn = HashMap::new();
        for account in &scene.organization.accounts {
            if let Identities::Known(identities) = &account.identities {
                for identity in identities {
                    // The first of an ARN is the one that counts.
                    if let Some(arn) = identity.principal.condition_arn() {
                        by_arn.entry(arn).or_insert(identity);
                    }
                }
            }
        }
        Self { scene, by_arn }
    }

    /// Every policy that has a say when this caller asks in this scene.
    pub(crate) fn policies(&self, principal: &Principal) -> Policies {
        let found = principal.condition_arn().and_then(|arn| self.by_arn.get(arn).copied());
        policies_of(self.scene, principal, found.filter(|identity| same(&identity.principal, principal)))
    }
}

/// Why the classes could not be found.
pub(crate) const TOO_MANY: &str = "the ARN patterns have too many combinations to tell all callers apart";
const FOREIGN: &str = "the principal asked about is of another partition than the resource, so it cannot call at all";

static ADMINISTRATOR: LazyLock<Option<Arc<Policy>>> = LazyLock::new(|| {
    let text = br#"{"Statement": {"Sid": "Administrator", "Effect": "Allow", "Action": "*", "Resource": "*"}}"#;
    Policy::parse("assumed administrator policy", text).ok().map(Arc::new)
});

pub(crate) fn administrator() -> Vec<Arc<Policy>> {
    ADMINISTRATOR.iter().cloned().collect()
}

/// Every policy that has a say when this caller asks in this scene.
pub(crate) fn policies(scene: &Scene, principal: &Principal) -> Policies {
    let account = principal.account().and_then(|id| scene.organization.account(id));
    let found = match account.map(|account| &account.identities) {
        Some(Identities::Known(identities)) => identities.iter().find(|one| same(&one.principal, principal)),
        Some(Identities::Unknown) | None => None,
    };
    policies_of(scene, principal, found)
}

fn policies_of(scene: &Scene, principal: &Principal, identity: Option<&Identity>) -> Policies {
    let account = principal.account().and_then(|id| scene.organization.account(id));
    let owner = scene.organization.account(&scene.resource_account);
    let mut policies = Policies {
        resource: scene.resource_policy.clone(),
        scps: account.and_then(|a| a.scps.clone()),
        rcps: owner.and_then(|a| a.rcps.clone()),
        principal_in_management_account: account.is_some_and(|a| a.management),
        resource_in_management_account: owner.is_some_and(|a| a.management),
        ..Policies::default()
    };
    match account.map(|a| &a.identities) {
        Some(Identities::Known(_)) => {
            if let Some(identity) = identity {
                policies.identity = identity.policies.clone();
                policies.boundary = identity.boundary.clone();
            }
        }
        Some(Identities::Unknown) | None => policies.identity = administrator(),
    }
    policies
}

/// Whether there can be such a caller, by what is known of its partition and of the account it says it is of.
pub(crate) fn is_known(scene: &Scene, principal: &Principal) -> bool {
    if is_of_another_partition(scene, principal) {
        return false;
    }
    if matches!(principal, Principal::Root { .. }) {
        return true;
    }
    let account = principal.account().and_then(|id| scene.organization.account(id));
    match account.map(|account| &account.identities) {
        Some(Identities::Known(identities)) => identities.iter().any(|identity| same(&identity.principal, principal)),
        Some(Identities::Unknown) | None => true,
    }
}

fn is_of_another_partition(scene: &Scene, principal: &Principal) -> bool {
    principal.partition().is_some_and(|partition| partition != scene.organization.partition)
}

/// The keys AWS derives from this caller in this scene, its tags included.
pub(crate) fn keys(scene: &Scene, principal: &Principal) -> Context {
    let account = principal.account().and_then(|id| scene.organization.account(id));
    let member = account.is_some_and(|account| account.member && scene.organization.id.is_some());
    let mut keys = fixed(principal, member.then_some(scene.organization.id.as_deref()).flatten(), account);
    if let Some(Identities::Known(identities)) = account.map(|account| &account.identities) {
        let tags = identities.iter().find(|identity| same(&identity.principal, principal)).map(|found| &found.tags);
        for (tag, value) in tags.into_iter().flatten() {
            keys.insert(&format!("aws:PrincipalTag/{tag}"), value.as_str());
        }
    }
    keys
}

/// The same identity, whatever the session.
fn same(a: &Principal, b: &Principal) -> bool {
    match (a, b) {
        (Principal::Role { role_arn: a, .. }, Principal::Role { role_arn: b, .. }) => a == b,
        _ => a == b,
    }
}

/// All callers that the question includes, and why there may be others.
pub(crate) fn candidates(
    scene: &Scene,
    question: &Question,
    atoms: &Atoms<'_>,
    facts: &Context,
    effort: &Effort,
) -> Result<(Vec<Candidate>, Option<&'static str>), &'static str> {
    let mut census = Census { scene, question, atoms, facts, effort, doubt: None, out: Vec::new() };
    if let Some(principal) = question.who.exact() {
        if is_of_another_partition(scene, principal) {
            return Ok((census.out, Some(FOREIGN)));
        }
        census.exact(principal);
        return Ok((census.out, None));
    }
    census.services();
    census.add(Principal::Anonymous, "anyone without credentials".to_owned(), None);
    for account in census.accounts()? {
        census.account(&account)?;
    }
    Ok((census.out, census.doubt))
}

struct Census<'c, 'p> {
    scene: &'c Scene,
    question: &'c Question,
    atoms: &'c Atoms<'p>,
    facts: &'c Context,
    effort: &'c Effort,
    doubt: Option<&'static str>,
    out: Vec<Candidate>,
}

impl Census<'_, '_> {
    /// Known accounts (the resource's first), accounts named in policies, and one stranger per class of ids.
    fn accounts(&self) -> Result<Vec<Account>, &'static str> {
        let scene = self.scene;
        let mut accounts: Vec<Account> = scene.organization.accounts.clone();
        if scene.organization.account(&scene.resource_account).is_none() && !scene.resource_account.is_empty() {
            accounts.push(Account::outside(&scene.resource_account));
        }
        accounts.sort_by_key(|a| (a.id != scene.resource_account, a.management, !a.member));
        let mut named: BTreeSet<String> = BTreeSet::new();
        for entry in &self.atoms.entries {
            named.extend(entry_account(entry, scene.organization.partition).map(str::to_owned));
        }
        let known: BTreeSet<&str> = accounts.iter().map(|account| account.id.as_str()).collect();
        named.retain(|id| !known.contains(id.as_str()));
        accounts.extend(named.iter().map(|id| Account::outside(id)));
        let taken = |id: &str| accounts.iter().any(|a| a.id == id);
        let strangers = strangers::ids(self.atoms, &strangers::CALLER, &taken, self.effort).ok_or(TOO_MANY)?;
        accounts.extend(strangers.iter().map(|id| Account::outside(id)));
        Ok(accounts)
    }

    fn account(&mut self, account: &Account) -> Result<(), &'static str> {
        self.effort.spend(self.atoms.entries.len()).map_err(|_| TOO_MANY)?;
        let known = self.scene.organization.account(&account.id).is_some() || account.id == self.scene.resource_account;
        let place = if known { format!("account {}", account.id) } else { format!("outside account {}", account.id) };
        match &account.identities {
            Identities::Known(identities) => {
                for identity in identities {
                    self.identity(identity, account);
                }
                self.sessions(account);
            }
            Identities::Unknown => self.unknown(account, &place)?,
        }
        if account.id != CLOUDFRONT {
            let root = Principal::Root { arn: self.iam(account, "root"), account: account.id.clone() };
            self.add(root, format!("the root user of {place}"), Some(account));
        }
        Ok(())
    }

    /// The ARN of something IAM has in an account.
    fn iam(&self, account: &Account, resource: &str) -> String {
        self.scene.organization.partition.arn("iam", "", &account.id, resource)
    }

    fn identity(&mut self, identity: &Identity, account: &Account) {
        let label = identity.principal.to_string();
        let before = self.out.len();
        self.add(identity.principal.clone(), label, Some(account));
        if let Some(candidate) = self.out.get_mut(before) {
            candidate.inventoried = true;
            for (tag, value) in &identity.tags {
                candidate.fixed.insert(&format!("aws:PrincipalTag/{tag}"), value.as_str());
            }
        }
    }

    /// One role and one user per class of ARN.
    fn unknown(&mut self, account: &Account, place: &str) -> Result<(), &'static str> {
        let mut known = self.facts.clone().with("aws:PrincipalAccount", account.id.as_str());
        if let (true, Some(organization)) = (account.member, &self.scene.organization.id) {
            known.insert("aws:PrincipalOrgID", organization.as_str());
        }
        let machines = self.question.who.machines();
        let (machines, all) = self.atoms.principal_machines(&account.id, machines, &known);
        let (names, all_names) = self.atoms.user_name_machines(&self.iam(account, "user/"), &known);
        let count = machines.len() + names.len();
        self.effort.spend(count.saturating_mul(count)).map_err(|_| TOO_MANY)?;
        if !all {
            self.doubt =
                Some("a policy variable stands in a pattern on `aws:PrincipalArn`, and its value is not known");
        } else if !all_names {
            self.doubt = Some("a policy variable stands in a pattern on `aws:username`, and its value is not known");
        }
        let of_users: Vec<Machine> = machines.iter().cloned().chain(names).collect();
        for (kind, machines) in [("role", &machines), ("user", &of_users)] {
            let base = Machine::glob(&Glob::new(&self.iam(account, &format!("{kind}/?*"))));
            for class in automaton::classes(Some(&base), machines, self.effort).ok_or(TOO_MANY)? {
                let text = class.text;
                let named = machines.iter().zip(&class.accepts).any(|(m, hit)| *hit && m.literal().is_some());
                if account.id == CLOUDFRONT && !named {
                    continue;
                }
                let alone = !class.accepts.contains(&true);
                let label = match (named, alone) {
                    (true, _) => format!("{kind} `{text}`"),
                    (false, true) => format!("any other {kind} of {place}"),
                    (false, false) => format!("any {kind} of {place} named like `{text}`"),
                };
                self.person(kind, &text, &account.id, label, account);
            }
        }
        self.sessions(account);
        if self.question.who.wants_service_linked_roles() {
            let arn = self.iam(account, "role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX");
            self.person("role", &arn, &account.id, format!("any service-linked role of {place}"), account);
        }
        Ok(())
    }

    fn person(&mut self, kind: &str, arn: &str, id: &str, label: String, account: &Account) {
        let principal = if kind == "user" {
            Principal::User { arn: arn.to_owned(), account: id.to_owned() }
        } else {
            Principal::session(arn, id, "any-session")
        };
        let label = if principal.is_service_linked_role() { format!("service-linked {label}") } else { label };
        self.add(principal, label.replace("service-linked any service-linked", "any service-linked"), Some(account));
    }

    /// Sessions and federated users that a policy names one by one.
    fn sessions(&mut self, account: &Account) {
        let partition = self.scene.organization.partition;
        let arns: Vec<String> = self.atoms.entries.iter().filter_map(|e| sts_arn(e, &account.id, partition)).collect();
        for arn in arns {
            let name = arn.splitn(6, ':').nth(5).unwrap_or_default().to_owned();
            let parts: Vec<&str> = name.split('/').collect();
            let principal = match parts.as_slice() {
                ["assumed-role", name, session] => match role_named(account, name, partition) {
                    Some(arn) => Principal::session(&arn, &account.id, session),
                    None => continue,
                },
                ["federated-user", user] => Principal::Federated {
                    arn: arn.clone(),
                    user_arn: self.iam(account, &format!("user/{user}")),
                    account: account.id.clone(),
                },
                _ => continue,
            };
            self.add(principal, format!("session `{arn}`"), Some(account));
        }
    }

    fn services(&mut self) {
        let mut names: BTreeSet<String> = self.question.who.named_services().map(str::to_owned).collect();
        for entry in &self.atoms.entries {
            if let Entry::Service(name) = entry {
                names.insert(name.clone());
            }
        }
        names.extend(self.atoms.literals("aws:principalservicename"));
        // A name that is no service principal belongs to nobody, so nobody can call with it.
        for name in names.into_iter().filter(|n| crate::parse::is_service(n)) {
            let label = format!("service `{name}`");
            self.add(Principal::Service { name }, label, None);
        }
        let other = Principal::Service { name: "any-other-service.amazonaws.com".to_owned() };
        self.add(other, "any other AWS service".to_owned(), None);
    }

    fn exact(&mut self, principal: &Principal) {
        let account = principal.account().and_then(|id| self.scene.organization.account(id).cloned());
        let found = account.as_ref().and_then(|account| match &account.identities {
            Identities::Known(list) => {
                let found = list.iter().find(|i| same(&i.principal, principal));
                // Whatever session the inventory shows, the one asked about is meant.
                found.map(|identity| Identity { principal: principal.clone(), ..identity.clone() })
            }
            Identities::Unknown => None,
        });
        match (found, account) {
            (Some(identity), Some(account)) => self.identity(&identity, &account),
            (_, account) => {
                let account = account.or_else(|| principal.account().map(Account::outside));
                self.add(principal.clone(), principal.to_string(), account.as_ref());
            }
        }
    }

    fn add(&mut self, principal: Principal, label: String, account: Option<&Account>) {
        let organization = &self.scene.organization;
        let member = account.is_some_and(|a| a.member && organization.id.is_some());
        let management = account.is_some_and(|a| a.management);
        if !self.question.who.includes(&Caller { principal: &principal, member, management }) {
            return;
        }
        let mut fixed = fixed(&principal, member.then_some(organization.id.as_deref()).flatten(), account);
        if self.scene.resource_account.is_empty() {
            // Each caller asks about a resource of its own account.
            for (own, of_resource) in [
                ("aws:PrincipalAccount", "aws:ResourceAccount"),
                ("aws:PrincipalOrgID", "aws:ResourceOrgID"),
                ("aws:PrincipalOrgPaths", "aws:ResourceOrgPaths"),
            ] {
                if let Some(value) = fixed.get(own).cloned() {
                    fixed.insert(of_resource, value);
                }
            }
        }
        self.out.push(Candidate { principal, label, fixed, inventoried: false });
    }
}

/// The keys that AWS derives from the caller.
// See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
fn fixed(principal: &Principal, organization: Option<&str>, account: Option<&Account>) -> Context {
    let mut keys = Context::new();
    let kind = match principal {
        Principal::User { .. } => "User",
        Principal::Role { .. } => "AssumedRole",
        Principal::Federated { .. } => "FederatedUser",
        Principal::Root { .. } => "Account",
        Principal::Anonymous | Principal::WebIdentity { .. } => "Anonymous",
        Principal::Service { name } => {
            keys.insert("aws:PrincipalIsAWSService", "true");
            keys.insert("aws:PrincipalServiceName", name.as_str());
            return keys;
        }
    };
    keys.insert("aws:PrincipalType", kind);
    if let (Some(arn), Some(id)) = (principal.condition_arn(), principal.account()) {
        keys.insert("aws:PrincipalArn", arn);
        keys.insert("aws:PrincipalAccount", id);
        keys.insert("kms:CallerAccount", id);
        keys.insert("aws:PrincipalIsAWSService", "false");
        if let Some(organization) = organization {
            keys.insert("aws:PrincipalOrgID", organization);
            if let Some(path) = account.and_then(|a| a.org_path.clone()) {
                keys.insert("aws:PrincipalOrgPaths", vec![path]);
            }
        }
    }
    if let Principal::User { arn, .. } = principal {
        keys.insert("aws:username", arn.rsplit('/').next().unwrap_or_default());
    }
    keys
}

/// The ARN of the role a session is of: its path is known from an inventory only.
fn role_named(account: &Account, name: &str, partition: Partition) -> Option<String> {
    let Identities::Known(identities) = &account.identities else {
        return Some(partition.arn("iam", "", &account.id, &format!("role/{name}")));
    };
    let arns = identities.iter().filter_map(|i| match &i.principal {
        Principal::Role { role_arn, .. } => Some(role_arn),
        _ => None,
    });
    arns.into_iter().find(|arn| arn.rsplit('/').next() == Some(name)).cloned()
}

/// The account an entry names in this partition.
fn entry_account(entry: &Entry, here: Partition) -> Option<&str> {
    match entry {
        Entry::Account { id, partition } => partition.is_none_or(|partition| partition == here).then_some(id.as_str()),
        Entry::Arn(arn) if Partition::of_arn(arn) == Some(here) => {
            arn.split(':').nth(4).filter(|id| crate::parse::is_account(id) || *id == CLOUDFRONT)
        }
        _ => None,
    }
}

fn sts_arn(entry: &Entry, account: &str, here: Partition) -> Option<String> {
    match entry {
        Entry::Arn(arn) if arn.split(':').nth(2) == Some("sts") && entry_account(entry, here) == Some(account) => {
            Some(arn.clone())
        }
        _ => None,
    }
}
