//! The world a policy question is asked in, from real policies of the real accounts.
//!
//! Owns the way from facts (organization, SCPs, RCPs, bucket and key policies, users and roles) to the policy engine's
//! own model, and the grouping of accounts that no policy tells apart. Judges nothing.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use logproof_estate::{
    AccountId, Estate, ExchangeId, Reason, Unseen,
    facts::{Account as Member, AccountAuthorization, Directory, OrgPolicy, OrgPolicyKind, PrincipalPolicies},
    record::Population,
    world::{LogproofWorld, Stop},
};
use logproof_policy::{
    Account, Cancellation, Identity, Levels, Organization, ParseError, Policy, Principal, Scene, Statement,
    actions::unclassified,
};

/// The organization as the policy engine sees it, with the exchanges it rests on.
pub(crate) struct Ground {
    organization: Organization,
    /// Active member accounts other than the management account, by id.
    pub(crate) members: Vec<Member>,
    /// Accounts with a status other than `ACTIVE`, one line each.
    pub(crate) left_out: Vec<String>,
    /// The management account.
    pub(crate) management: AccountId,
    /// Account id to the organization path of each active account.
    paths: BTreeMap<AccountId, String>,
    /// Account id to the account that stands for it: the same SCPs and RCPs, and named in no policy.
    stands_for: BTreeMap<AccountId, AccountId>,
    exchanges: Vec<ExchangeId>,
    /// Ends the scenario's questions.
    cancellation: Cancellation,
}

impl Ground {
    /// Reads organization, SCPs and RCPs. `policies` are the other policies a question will look at, and `ids` what else
    /// it will name: an account named in one of them stands for itself.
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
        let stands_for = representatives(&active, &directory, &scps, &rcps, &naming);
        let mut accounts = Vec::new();
        for member in &active {
            if stands_for.get(&member.id) != Some(&member.id) && member.id != management {
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
        Ok(Self {
            cancellation: w.cancellation.clone(),
            paths,
            organization: Organization {
                id: Some(organization.id.clone()),
                partition: w.config()?.partition(),
                accounts,
            },
            members: active.into_iter().filter(|member| member.id != management).collect(),
            left_out,
            management,
            stands_for,
            exchanges,
        })
    }

    /// The organization with its accounts, administrators assumed in each.
    pub(crate) fn organization(&self) -> &Organization {
        &self.organization
    }

    /// Exchanges the organization's part of an answer rests on.
    pub(crate) fn exchanges(&self) -> &[ExchangeId] {
        &self.exchanges
    }

    /// Where in the organization an active account is, as condition keys say it.
    pub(crate) fn path(&self, account: &str) -> Option<&str> {
        let found = self.paths.iter().find(|(id, _)| id.as_str() == account);
        found.map(|(_, path)| path.as_str())
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
        self.management.as_str() == id || self.members.iter().any(|member| member.id.as_str() == id)
    }

    /// The account whose answer is this account's answer as well.
    pub(crate) fn representative<'g>(&'g self, account: &'g AccountId) -> &'g AccountId {
        self.stands_for.get(account).unwrap_or(account)
    }

    /// A scene around a resource of `owner`.
    pub(crate) fn scene(&self, owner: &AccountId, resource_policy: Option<Arc<Policy>>) -> Scene {
        let mut organization = self.organization.clone();
        // The resource control policies of the owner bind the resource, also where another account stands for it.
        if !organization.accounts.iter().any(|account| account.id == owner.as_str()) {
            let known = organization.accounts.iter().find(|account| account.id == self.representative(owner).as_str());
            let owner = known.cloned().map(|account| Account {
                id: owner.to_string(),
                org_path: self.path(owner.as_str()).map(str::to_owned),
                ..account
            });
            organization.accounts.extend(owner);
        }
        let cancellation = self.cancellation.clone();
        Scene { organization, resource_account: owner.to_string(), resource_policy, cancellation }
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

/// Policies with their index, by the id of what they are attached to.
type ByTarget = HashMap<String, Vec<(usize, Arc<Policy>)>>;

/// The policies of one kind, parsed, by target.
struct Layer {
    /// `None` when the organization has no such layer.
    by_target: Option<ByTarget>,
    policies: Vec<Arc<Policy>>,
}

impl Layer {
    async fn read(
        w: &mut LogproofWorld,
        estate: &Estate,
        directory: &Directory,
        kind: OrgPolicyKind,
        exchanges: &mut Vec<ExchangeId>,
    ) -> Result<Self, Stop> {
        if !directory.root.enabled_policy_types.iter().any(|enabled| enabled == kind.as_str()) {
            return Ok(Self { by_target: None, policies: Vec::new() });
        }
        let policies = w.see(estate.org_policies(kind).await)?;
        exchanges.extend_from_slice(policies.exchanges());
        let mut by_target = ByTarget::new();
        let mut all = Vec::new();
        for (index, policy) in policies.iter().enumerate() {
            let parsed = parse_org_policy(w, kind, policy)?;
            for target in &policy.targets {
                by_target.entry(target.clone()).or_default().push((index, Arc::clone(&parsed)));
            }
            all.push(parsed);
        }
        Ok(Self { by_target: Some(by_target), policies: all })
    }

    /// Policies per level of a path; `None` without such a layer.
    fn levels(&self, path: &[String]) -> Option<Levels> {
        let by_target = self.by_target.as_ref()?;
        let attached = |node: &String| by_target.get(node).map_or(&[][..], Vec::as_slice);
        Some(path.iter().map(|node| attached(node).iter().map(|(_, policy)| Arc::clone(policy)).collect()).collect())
    }

    /// Which policies stand at which level: equal for accounts that no policy of this layer tells apart.
    fn signature(&self, path: &[String]) -> Vec<Vec<usize>> {
        let Some(by_target) = self.by_target.as_ref() else { return Vec::new() };
        let attached = |node: &String| by_target.get(node).map_or(&[][..], Vec::as_slice);
        path.iter().map(|node| attached(node).iter().map(|(index, _)| *index).collect()).collect()
    }
}

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

/// Notes the actions a policy allows that no question is made from: what they do, nobody has decided.
fn note_unclassified(w: &mut LogproofWorld, policy: &Policy) {
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

fn account(
    member: &Member,
    management: &AccountId,
    directory: &Directory,
    organization: &str,
    scps: &Layer,
    rcps: &Layer,
) -> Account {
    let path = directory.path(&member.id);
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
    let path = directory.path(&member.id);
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
    named.extend(estate.readers().into_iter().map(|reader| reader.principal));
    Ok(named)
}

/// What a question looks at that may name an account.
struct Naming<'p> {
    policies: Vec<&'p Policy>,
    /// ARNs and ids.
    texts: Vec<String>,
}

impl Naming<'_> {
    fn names(&self, id: &str) -> bool {
        self.policies.iter().any(|policy| policy.names_account(id)) || self.texts.iter().any(|text| text.contains(id))
    }
}

/// Groups accounts that no policy can tell apart and names the first of each group.
///
/// An account that is named stands for itself, and so does every account when a policy matches parts of account ids.
fn representatives(
    active: &[Member],
    directory: &Directory,
    scps: &Layer,
    rcps: &Layer,
    naming: &Naming<'_>,
) -> BTreeMap<AccountId, AccountId> {
    let alone = naming.policies.iter().any(|policy| policy.matches_parts_of_account_ids());
    let mut first: BTreeMap<Signature, AccountId> = BTreeMap::new();
    let mut stands_for = BTreeMap::new();
    for member in active {
        let named = alone || naming.names(member.id.as_str());
        let representative = if named {
            member.id.clone()
        } else {
            let path = directory.path(&member.id);
            let signature = (scps.signature(&path), rcps.signature(&path), member.parent.clone());
            first.entry(signature).or_insert_with(|| member.id.clone()).clone()
        };
        stands_for.insert(member.id.clone(), representative);
    }
    stands_for
}

/// Policies per level of both layers, and the parent (organization paths can be named in conditions).
type Signature = (Vec<Vec<usize>>, Vec<Vec<usize>>, String);

/// The users and roles of an account as the policy engine wants them.
pub(crate) fn identities(
    w: &mut LogproofWorld,
    account: &AccountId,
    authorization: &AccountAuthorization,
) -> Result<Vec<Identity>, Stop> {
    let mut identities = Vec::new();
    let users = authorization.users.iter().map(|user| (user, true));
    for (principal, is_user) in users.chain(authorization.roles.iter().map(|role| (role, false))) {
        identities.push(identity(w, account, principal, is_user)?);
    }
    Ok(identities)
}

fn identity(
    w: &mut LogproofWorld,
    account: &AccountId,
    principal: &PrincipalPolicies,
    is_user: bool,
) -> Result<Identity, Stop> {
    let operation = "iam:GetAccountAuthorizationDetails";
    let mut policies = Vec::new();
    for policy in &principal.policies {
        let name = format!("policy {} of {}", policy.name, principal.arn);
        policies.push(parse(w, &name, &policy.document, operation, account)?);
    }
    let boundary = match &principal.boundary {
        Some(policy) => {
            let name = format!("boundary {} of {}", policy.name, principal.arn);
            Some(parse(w, &name, &policy.document, operation, account)?)
        }
        None => None,
    };
    let who = if is_user {
        Principal::User { arn: principal.arn.clone(), account: account.to_string() }
    } else {
        role(&principal.arn)
    };
    Ok(Identity { principal: who, policies, boundary, tags: principal.tags.clone() })
}

/// A session of the role with this ARN.
pub(crate) fn role(arn: &str) -> Principal {
    Principal::session(arn, arn.split(':').nth(4).unwrap_or_default(), "session")
}

/// The user, role or root user an ARN names.
pub(crate) fn principal(arn: &str) -> Principal {
    let account = arn.split(':').nth(4).unwrap_or_default().to_owned();
    if arn.ends_with(":root") {
        Principal::Root { arn: arn.to_owned(), account }
    } else if arn.contains(":user/") {
        Principal::User { arn: arn.to_owned(), account }
    } else {
        role(arn)
    }
}

#[cfg(test)]
mod tests {
    use super::principal;
    use logproof_policy::Principal;

    #[test]
    fn an_arn_names_a_principal_of_its_kind() {
        assert!(matches!(principal("arn:aws:iam::111111111111:root"), Principal::Root { .. }));
        assert!(matches!(principal("arn:aws:iam::111111111111:user/a/b"), Principal::User { .. }));
        let Principal::Role { session_arn, .. } = principal("arn:aws:iam::111111111111:role/team/x") else {
            panic!("a role");
        };
        assert_eq!(session_arn, "arn:aws:sts::111111111111:assumed-role/x/session");
        let Principal::Role { session_arn, .. } = principal("arn:aws-cn:iam::111111111111:role/team/x") else {
            panic!("a role");
        };
        assert_eq!(session_arn, "arn:aws-cn:sts::111111111111:assumed-role/x/session");
    }
}
