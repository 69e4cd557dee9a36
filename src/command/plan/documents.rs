//! Changes given as documents and attachments on the command line, as edits.

mod lifecycle;
mod set;

use std::{
    fs,
    path::{Path, PathBuf},
};

use logproof_estate::{
    AccountId, KeyRef, Region,
    facts::{OrgPolicy, OrgPolicyKind},
};
use logproof_plan::{
    Change, Context, Document, Edit, Origin, Plan, Planned,
    edit::{BucketChange, Holder, IamChange, KeyChange, OrganizationChange},
};

use super::{args::DocumentArgs, base::Base, error::PlanError};

/// Makes edits of the arguments.
pub(super) struct Given<'a> {
    base: &'a Base,
    context: &'a Context,
    plan: Plan,
}

/// Reads every change that is given without a plan.
pub(super) async fn read(args: &DocumentArgs, base: &Base, context: &Context) -> Result<Plan, PlanError> {
    let mut given = Given { base, context, plan: Plan::default() };
    for (flag, kind, texts) in
        [("--scp", OrgPolicyKind::ServiceControl, &args.scp), ("--rcp", OrgPolicyKind::ResourceControl, &args.rcp)]
    {
        for text in texts {
            given.organization_policy(flag, kind, text).await?;
        }
    }
    for text in &args.detach {
        given.attachment("--detach", text, false).await?;
    }
    for text in &args.attach {
        given.attachment("--attach", text, true).await?;
    }
    for text in &args.bucket_policy {
        given.bucket_policy(text)?;
    }
    for text in &args.key_policy {
        given.key_policy(text).await?;
    }
    for text in &args.role_policy {
        given.role_policy(text)?;
    }
    for text in &args.trust_policy {
        given.trust_policy(text).await?;
    }
    for text in &args.lifecycle {
        given.lifecycle(text)?;
    }
    for setting in args.set.chunks(3) {
        if let [kind, name, field] = setting {
            given.set(kind, name, field).await?;
        }
    }
    given.plan.changed = given.plan.edits.len();
    Ok(given.plan)
}

impl Given<'_> {
    /// Adds an edit that an argument makes.
    fn add(&mut self, argument: String, attribute: &str, (account, region): (&AccountId, &Region), change: Change) {
        let origin = Origin {
            file: "the command line".to_owned(),
            address: argument,
            attribute: attribute.to_owned(),
            action: "update".to_owned(),
        };
        let (account, region) = (account.clone(), region.clone());
        self.plan.edits.push(Edit { origin, account, region, change, before: None, sensitive: false });
    }

    fn home(&self) -> Region {
        self.context.home_region.clone()
    }

    async fn organization_policy(&mut self, flag: &str, kind: OrgPolicyKind, given: &str) -> Result<(), PlanError> {
        let (name, file) = pair(given, "NAME=FILE")?;
        let content = policy(file)?;
        let argument = format!("{flag} {name}");
        let found = self.policies(kind).await?.into_iter().find(|policy| policy.id == name || policy.name == name);
        let (id, name) = match found {
            Some(policy) => (policy.id, policy.name),
            None => (self.plan.symbols.policy_id(&argument), name.to_owned()),
        };
        let change = OrganizationChange::Policy { kind, id, name, content };
        let account = self.context.management_account.clone();
        self.add(argument, "content", (&account, &self.home()), Change::Organization(change));
        Ok(())
    }

    async fn policies(&self, kind: OrgPolicyKind) -> Result<Vec<OrgPolicy>, PlanError> {
        Ok((*self.base.estate.org_policies(kind).await?).clone())
    }

    async fn attachment(&mut self, flag: &str, given: &str, attached: bool) -> Result<(), PlanError> {
        let Some((policy, target)) = given.rsplit_once('@').filter(|(one, other)| !one.is_empty() && !other.is_empty())
        else {
            return Err(form(given, "POLICY@TARGET", "write for example p-abc123@ou-exmp-12345678"));
        };
        let policy = self.policy_id(policy).await?;
        let target = self.target_id(target).await?;
        let change = if attached {
            OrganizationChange::Attached { policy, target }
        } else {
            OrganizationChange::Detached { policy, target }
        };
        let account = self.context.management_account.clone();
        self.add(format!("{flag} {given}"), "", (&account, &self.home()), Change::Organization(change));
        Ok(())
    }

    /// A policy by id or name: one that exists, or one that another argument makes.
    async fn policy_id(&self, name: &str) -> Result<String, PlanError> {
        let made = self.plan.edits.iter().find_map(|edit| match &edit.change {
            Change::Organization(OrganizationChange::Policy { id, name: other, .. }) if other == name => Some(id),
            _ => None,
        });
        if let Some(id) = made {
            return Ok(id.clone());
        }
        for kind in [OrgPolicyKind::ServiceControl, OrgPolicyKind::ResourceControl] {
            let found = self.policies(kind).await?.into_iter().find(|one| one.id == name || one.name == name);
            if let Some(policy) = found {
                return Ok(policy.id);
            }
        }
        let hint = "name a policy by its id or name, or make it with `--scp NAME=FILE`".to_owned();
        Err(PlanError::Unknown { what: "the policy", name: name.to_owned(), problem: "does not exist", hint })
    }

    async fn target_id(&self, name: &str) -> Result<String, PlanError> {
        let directory = self.base.estate.directory().await?;
        let root = (&directory.root.id, "root");
        let units = directory.units.iter().map(|unit| (&unit.id, unit.name.as_str()));
        let found = std::iter::once(root).chain(units).find(|(id, other)| *id == name || *other == name);
        if let Some((id, _)) = found {
            return Ok(id.clone());
        }
        let account = directory.accounts.iter().find(|one| one.id.as_str() == name || one.name == name);
        account.map(|account| account.id.to_string()).ok_or_else(|| PlanError::Unknown {
            what: "the target",
            name: name.to_owned(),
            problem: "is not in the organization",
            hint: "name the root, a unit or an account, by its id or name".to_owned(),
        })
    }

    /// A bucket as an argument names it, with where it is.
    fn bucket<'n>(&self, given: &'n str) -> Result<(&'n str, AccountId, Region), PlanError> {
        if let Some((account, name)) = given.split_once('/') {
            let account = account
                .parse()
                .map_err(|_| form(given, "BUCKET or ACCOUNT/BUCKET", "an account id has twelve digits"))?;
            return Ok((name, account, self.home()));
        }
        let Some((account, region)) = self.context.buckets.get(given) else {
            return Err(PlanError::Unknown {
                what: "the bucket",
                name: given.to_owned(),
                problem: "is not known",
                hint: format!("write ACCOUNT/{given} with the account that owns it"),
            });
        };
        Ok((given, account.clone(), region.clone().unwrap_or_else(|| self.home())))
    }

    fn of_bucket(&mut self, flag: &str, bucket: &str, attribute: &str, change: BucketChange) -> Result<(), PlanError> {
        let (name, account, region) = self.bucket(bucket)?;
        let change = Change::Bucket { name: name.to_owned(), change };
        self.add(format!("{flag} {bucket}"), attribute, (&account, &region), change);
        Ok(())
    }

    fn bucket_policy(&mut self, given: &str) -> Result<(), PlanError> {
        let (bucket, file) = pair(given, "BUCKET=FILE")?;
        let to = policy_or_none(file)?;
        self.of_bucket("--bucket-policy", bucket, "policy", BucketChange::Policy(to))
    }

    fn lifecycle(&mut self, given: &str) -> Result<(), PlanError> {
        let (bucket, file) = pair(given, "BUCKET=FILE")?;
        let rules = if file == "-" { Vec::new() } else { lifecycle::read(Path::new(file))? };
        self.of_bucket("--lifecycle", bucket, "rules", BucketChange::Lifecycle(Planned::Known(rules)))
    }

    /// ARN of a key by id, ARN or alias.
    async fn key_arn(&self, name: &str) -> Result<String, PlanError> {
        let key = KeyRef { id: name.to_owned(), account: self.base.config.key_account().clone(), region: self.home() };
        let found = self.base.estate.key(&key).await?;
        found.as_ref().map(|key| key.arn.clone()).ok_or_else(|| PlanError::Unknown {
            what: "the key",
            name: name.to_owned(),
            problem: "does not exist",
            hint: "name a key by its id, ARN or alias".to_owned(),
        })
    }

    async fn of_key(
        &mut self,
        argument: String,
        name: &str,
        attribute: &str,
        change: KeyChange,
    ) -> Result<(), PlanError> {
        let arn = self.key_arn(name).await?;
        let account = self.base.config.key_account().clone();
        self.add(argument, attribute, (&account, &self.home()), Change::Key { arn, change });
        Ok(())
    }

    async fn key_policy(&mut self, given: &str) -> Result<(), PlanError> {
        let (key, file) = pair(given, "KEY=FILE")?;
        let to = policy_or_none(file)?;
        self.of_key(format!("--key-policy {key}"), key, "policy", KeyChange::Policy(to)).await
    }

    fn role_policy(&mut self, given: &str) -> Result<(), PlanError> {
        let (name, file) = pair(given, "ACCOUNT/ROLE/POLICY=FILE")?;
        let parts: Vec<&str> = name.split('/').collect();
        let [account, role, policy] = parts.as_slice() else {
            return Err(form(given, "ACCOUNT/ROLE/POLICY=FILE", "write the role by its name, without a path"));
        };
        let account: AccountId =
            account.parse().map_err(|_| form(given, "ACCOUNT/ROLE/POLICY=FILE", "an account id has twelve digits"))?;
        let change = IamChange::Inline {
            holder: Holder::Role,
            name: (*role).to_owned(),
            policy: (*policy).to_owned(),
            to: policy_or_none(file)?,
        };
        self.add(format!("--role-policy {name}"), "policy", (&account, &self.home()), Change::Iam(change));
        Ok(())
    }

    async fn trust_policy(&mut self, given: &str) -> Result<(), PlanError> {
        let (name, file) = pair(given, "ACCOUNT/ROLE=FILE")?;
        let refuse = || form(given, "ACCOUNT/ROLE=FILE", "an account id has twelve digits");
        let (account, role) = name.split_once('/').ok_or_else(refuse)?;
        let account: AccountId = account.parse().map_err(|_| refuse())?;
        let all = self.base.estate.account_authorization(&account).await?;
        let found = all.roles.iter().find(|one| one.arn.rsplit('/').next() == Some(role));
        let Some(found) = found else {
            return Err(PlanError::Unknown {
                what: "the role",
                name: name.to_owned(),
                problem: "does not exist",
                hint: "write the role by its name, without a path".to_owned(),
            });
        };
        let now = self.base.estate.role(&account, role).await?;
        let max_session = now.as_ref().as_ref().and_then(|role| role.max_session_seconds);
        let path = found.arn.split_once(":role").map_or("/", |(_, path)| path);
        let change = IamChange::Role {
            name: role.to_owned(),
            path: path.strip_suffix(role).unwrap_or("/").to_owned(),
            trust: policy(file)?,
            boundary: Planned::Known(found.boundary.as_ref().map(|boundary| boundary.name.clone())),
            max_session: Planned::Known(max_session),
            tags: Planned::Known(found.tags.clone()),
        };
        self.add(format!("--trust-policy {name}"), "policy", (&account, &self.home()), Change::Iam(change));
        Ok(())
    }
}

/// `NAME=FILE`.
fn pair<'t>(given: &'t str, form: &'static str) -> Result<(&'t str, &'t str), PlanError> {
    given
        .split_once('=')
        .filter(|(name, file)| !name.is_empty() && !file.is_empty())
        .ok_or_else(|| self::form(given, form, "write the name, then `=`, then the file"))
}

fn form(given: &str, form: &'static str, hint: &str) -> PlanError {
    PlanError::Form { given: given.to_owned(), form, hint: hint.to_owned() }
}

fn policy_or_none(file: &str) -> Result<Option<Document>, PlanError> {
    if file == "-" { Ok(None) } else { policy(file).map(Some) }
}

fn policy(file: &str) -> Result<Document, PlanError> {
    let path = PathBuf::from(file);
    let text = text(&path)?;
    match serde_json::from_str::<serde_json::Value>(&text) {
        Ok(value) if value.is_object() => Ok(Document::Text(text)),
        Ok(_) => Err(PlanError::Document { path, problem: "it is not an object".to_owned() }),
        Err(problem) => Err(PlanError::Document { path, problem: problem.to_string() }),
    }
}

fn text(path: &Path) -> Result<String, PlanError> {
    Ok(fs::read_to_string(path).map_err(crate::error::Unreadable::at(path))?)
}
