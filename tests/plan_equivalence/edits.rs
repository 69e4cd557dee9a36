//! The edits that make the answers of one zone those of another, question by question.

use std::collections::BTreeSet;

use logproof_estate::{AccountId, BucketRef, KeyRef, Region, facts::*};
use logproof_plan::{
    Bound, Change, Document, Edit, Origin, Planned,
    edit::{
        AclChange, AlertingChange, BucketChange, ConfigChange, Holder, IamChange, KeyChange, OrganizationChange,
        TrailChange,
    },
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::questions::{Asked, Listening};

/// Why a fixture is left out.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Left(pub(crate) String);

impl Left {
    pub(crate) fn because(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

/// Edits, and how documents and doubts are taken.
pub(crate) struct Made {
    pub(crate) edits: Vec<Edit>,
    pub(crate) bound: Bound,
}

/// What is made while the questions are gone through.
struct Making<'a> {
    listening: &'a Listening,
    greenfield: bool,
    edits: Vec<Edit>,
    /// Buckets that are there in one zone only.
    buckets: BTreeSet<(AccountId, String)>,
}

const MANAGEMENT: &str = "111111111111";
const HOME: &str = "eu-central-1";

/// The edits between what was answered before and after.
pub(crate) fn between(listening: &Listening) -> Result<Made, Left> {
    made(listening, false)
}

/// The same where everything is new: what a new thing only shows when it is there is left to the apply.
pub(crate) fn greenfield(listening: &Listening) -> Vec<Edit> {
    made(listening, true).unwrap_or_else(|left| panic!("{left:?}")).edits
}

fn made(listening: &Listening, greenfield: bool) -> Result<Made, Left> {
    let differing = listening.differing();
    let mut making = Making { listening, greenfield, edits: Vec::new(), buckets: BTreeSet::new() };
    // What comes and goes first: the settings of a bucket that is deleted are no edits.
    for asked in differing.iter().filter(|asked| ["buckets", "bucket_location"].contains(&asked.question)) {
        making.question(asked)?;
    }
    for asked in differing.iter().filter(|asked| !["buckets", "bucket_location"].contains(&asked.question)) {
        making.question(asked)?;
    }
    let mut edits: Vec<Edit> = Vec::new();
    for edit in making.edits {
        if !edits.contains(&edit) {
            edits.push(edit);
        }
    }
    Ok(Made { edits, bound: Bound::Restrictive })
}

fn value<T: DeserializeOwned>(answer: &Result<Value, String>, asked: &Asked) -> Result<T, Left> {
    match answer {
        Ok(value) => Ok(serde_json::from_value(value.clone()).unwrap()),
        Err(_) => Err(Left::because(format!("`{}` cannot be answered", asked.question))),
    }
}

fn document(text: &str) -> Document {
    Document::Text(text.to_owned())
}

/// What only time or the service decides.
fn observed(what: &str) -> Left {
    Left::because(format!("what differs is only observed: {what}"))
}

impl Making<'_> {
    fn add(&mut self, account: &AccountId, region: &Region, change: Change) {
        self.add_as("update", account, region, change);
    }

    fn add_as(&mut self, action: &str, account: &AccountId, region: &Region, change: Change) {
        let origin = Origin {
            file: "fixture".to_owned(),
            address: "planned.resource".to_owned(),
            attribute: String::new(),
            action: action.to_owned(),
        };
        let (account, region) = (account.clone(), region.clone());
        self.edits.push(Edit { origin, account, region, change, before: None, sensitive: false });
    }

    fn organization(&mut self, change: OrganizationChange) {
        self.add(&MANAGEMENT.parse().unwrap(), &HOME.parse().unwrap(), Change::Organization(change));
    }

    fn bucket(&mut self, bucket: &BucketRef, change: BucketChange) {
        let change = Change::Bucket { name: bucket.name.clone(), change };
        self.add(&bucket.owner, &bucket.region, change);
    }

    fn question(&mut self, asked: &Asked) -> Result<(), Left> {
        match asked.question {
            "organization" => {
                let (was, is): (Organization, Organization) =
                    (value(&asked.before, asked)?, value(&asked.after, asked)?);
                let feature_set = is.feature_set.clone();
                if (Organization { feature_set, ..was }) != is {
                    return Err(Left::because("the organization is another one"));
                }
                self.organization(OrganizationChange::FeatureSet(Planned::Known(is.feature_set)));
            }
            "directory" => self.directory(&value(&asked.before, asked)?, &value(&asked.after, asked)?)?,
            "org_policies" => {
                let (was, is): (Vec<OrgPolicy>, Vec<OrgPolicy>) =
                    (value(&asked.before, asked)?, value(&asked.after, asked)?);
                self.policies(asked.arg(0), &was, &is)?;
            }
            "delegated_administrators" => {
                let (was, is): (Vec<DelegatedAdministrator>, Vec<DelegatedAdministrator>) =
                    (value(&asked.before, asked)?, value(&asked.after, asked)?);
                let service: String = asked.arg(0);
                for (one, registered) in was.iter().map(|one| (one, false)).chain(is.iter().map(|one| (one, true))) {
                    let (service, account) = (service.clone(), one.account.clone());
                    self.organization(OrganizationChange::DelegatedAdministrator { service, account, registered });
                }
            }
            "delegation_policy" => {
                let is: Option<String> = value(&asked.after, asked)?;
                self.organization(OrganizationChange::DelegationPolicy(is.as_deref().map(document)));
            }
            "buckets" => self.buckets(asked)?,
            "account_public_access_block" => {
                let is: Option<PublicAccessBlock> = value(&asked.after, asked)?;
                self.add(&asked.arg(0), &HOME.parse().unwrap(), Change::AccountPublicAccessBlock(Planned::Known(is)));
            }
            question if question.starts_with("bucket_") || question == "object_lock" => self.setting(asked)?,
            "key" => self.key(asked)?,
            "key_rotation" | "key_policy" | "key_grants" => self.key_property(asked)?,
            "trails" => self.trails(asked)?,
            "trail_status" => self.trail_status(asked)?,
            "event_selectors" => {
                let (account, region): (AccountId, Region) = (asked.arg(0), asked.arg(1));
                let is: EventSelectors = value(&asked.after, asked)?;
                let change = TrailChange::Selectors(Planned::Known(is));
                self.add(&account, &region, Change::Trail { arn: asked.arg(2), change });
            }
            "config_recorders" | "config_delivery" | "config_delivery_status" => self.config(asked)?,
            "event_bus"
            | "event_rules"
            | "rule_targets"
            | "topic"
            | "topic_subscriptions"
            | "metric_filters"
            | "alarms"
            | "access_analyzers" => self.alerting(asked)?,
            "role" => self.role(asked)?,
            "account_authorization" => self.iam(asked)?,
            _ if self.greenfield => {}
            other => return Err(observed(other)),
        }
        Ok(())
    }

    fn directory(&mut self, was: &Directory, is: &Directory) -> Result<(), Left> {
        if was.root.id != is.root.id {
            return Err(Left::because("the organization is another one"));
        }
        if was.root.enabled_policy_types != is.root.enabled_policy_types {
            let types = is.root.enabled_policy_types.clone();
            self.organization(OrganizationChange::EnabledPolicyTypes(Planned::Known(types)));
        }
        for unit in is.units.iter().filter(|unit| !was.units.contains(unit)) {
            self.organization(OrganizationChange::Unit(Planned::Known(unit.clone())));
        }
        for unit in was.units.iter().filter(|unit| !is.units.iter().any(|other| other.id == unit.id)) {
            self.organization(OrganizationChange::UnitDeleted { id: unit.id.clone() });
        }
        for account in is.accounts.iter().filter(|account| !was.accounts.contains(account)) {
            let before = was.accounts.iter().find(|other| other.id == account.id);
            match before {
                Some(before) if before.status != account.status && account.status == "SUSPENDED" => {
                    let id = account.id.clone();
                    self.organization(OrganizationChange::AccountGone { id, closed: true });
                }
                Some(before) if before.status != account.status || before.joined != account.joined => {
                    return Err(observed("the status of an account"));
                }
                _ => self.organization(OrganizationChange::Account(Planned::Known(account.clone()))),
            }
        }
        for account in was.accounts.iter().filter(|account| !is.accounts.iter().any(|other| other.id == account.id)) {
            self.organization(OrganizationChange::AccountGone { id: account.id.clone(), closed: false });
        }
        Ok(())
    }

    fn policies(&mut self, kind: OrgPolicyKind, was: &[OrgPolicy], is: &[OrgPolicy]) -> Result<(), Left> {
        for policy in is.iter().filter(|policy| !was.contains(policy)) {
            let before = was.iter().find(|other| other.id == policy.id);
            if before.is_some_and(|before| before.aws_managed != policy.aws_managed)
                || before.is_none() && policy.aws_managed
            {
                return Err(Left::because("a policy that AWS manages is another one"));
            }
            if before.is_none_or(|before| before.content != policy.content || before.name != policy.name) {
                let (id, name) = (policy.id.clone(), policy.name.clone());
                self.organization(OrganizationChange::Policy { kind, id, name, content: document(&policy.content) });
            }
            let targets = before.map(|before| before.targets.clone()).unwrap_or_default();
            for target in targets.iter().filter(|target| !policy.targets.contains(target)) {
                let (policy, target) = (policy.id.clone(), target.clone());
                self.organization(OrganizationChange::Detached { policy, target });
            }
            for target in policy.targets.iter().filter(|target| !targets.contains(target)) {
                let (policy, target) = (policy.id.clone(), target.clone());
                self.organization(OrganizationChange::Attached { policy, target });
            }
        }
        for policy in was.iter().filter(|policy| !is.iter().any(|other| other.id == policy.id)) {
            self.organization(OrganizationChange::PolicyDeleted { id: policy.id.clone() });
        }
        Ok(())
    }

    fn buckets(&mut self, asked: &Asked) -> Result<(), Left> {
        let (was, is): (Vec<BucketSummary>, Vec<BucketSummary>) =
            (value(&asked.before, asked)?, value(&asked.after, asked)?);
        let account: AccountId = asked.arg(0);
        for bucket in is.iter().filter(|bucket| !was.iter().any(|other| other.name == bucket.name)) {
            if !self.greenfield {
                // What a new bucket holds is observed when it is there.
                return Err(observed("what is in a bucket that is new"));
            }
            self.new_bucket(&account, &bucket.name)?;
        }
        for bucket in was.iter().filter(|bucket| !is.iter().any(|other| other.name == bucket.name)) {
            self.delete(&account, &bucket.name);
        }
        if was.iter().zip(&is).any(|(was, is)| was.name == is.name && was.created != is.created) {
            return Err(observed("when a bucket was created"));
        }
        Ok(())
    }

    /// A bucket that is created, with all its settings.
    fn new_bucket(&mut self, owner: &AccountId, name: &str) -> Result<(), Left> {
        if !self.buckets.insert((owner.clone(), name.to_owned())) {
            return Ok(());
        }
        let source = &self.listening.after;
        let anywhere = BucketRef { name: name.to_owned(), owner: owner.clone(), region: HOME.parse().unwrap() };
        let region = (*block(source.bucket_location(&anywhere)).unwrap()).clone().unwrap();
        let bucket = BucketRef { region, ..anywhere };
        let lock = block(source.object_lock(&bucket)).unwrap();
        let policy = block(source.bucket_policy(&bucket)).unwrap();
        let mut changes = vec![
            BucketChange::Encryption(Planned::Known(outright(
                (*block(source.bucket_encryption(&bucket)).unwrap()).clone(),
            ))),
            BucketChange::PublicAccessBlock(Planned::Known(
                *block(source.bucket_public_access_block(&bucket)).unwrap(),
            )),
            BucketChange::Ownership(Planned::Known((*block(source.bucket_ownership(&bucket)).unwrap()).clone())),
            BucketChange::Policy(policy.as_deref().map(document)),
            BucketChange::Versioning(Planned::Known((*block(source.bucket_versioning(&bucket)).unwrap()).clone())),
            BucketChange::Lifecycle(Planned::Known((*block(source.bucket_lifecycle(&bucket)).unwrap()).clone())),
            BucketChange::Logging(Planned::Known((*block(source.bucket_logging(&bucket)).unwrap()).clone())),
            BucketChange::Replication(Planned::Known((*block(source.bucket_replication(&bucket)).unwrap()).clone())),
            BucketChange::Tags(Planned::Known((*block(source.bucket_tags(&bucket)).unwrap()).clone())),
        ];
        if let Some(lock) = lock.as_ref() {
            changes.push(BucketChange::ObjectLock(Planned::Known(lock.default_retention.clone())));
        }
        let object_lock = lock.is_some();
        let created = Change::Bucket { name: bucket.name.clone(), change: BucketChange::Created { object_lock } };
        self.add_as("create", &bucket.owner, &bucket.region, created);
        changes.into_iter().for_each(|change| self.bucket(&bucket, change));
        Ok(())
    }

    /// A key that is created, with all its properties and the alias it is asked for by.
    fn new_key(&mut self, key: &KeyRef, is: &KmsKey) {
        let source = &self.listening.after;
        let policy = (*block(source.key_policy(key)).unwrap()).clone();
        let rotation = (*block(source.key_rotation(key)).unwrap()).clone();
        let grants = (*block(source.key_grants(key)).unwrap()).clone();
        let mut changes = vec![
            KeyChange::Created(Planned::Known(is.clone())),
            KeyChange::Policy(Some(document(&policy))),
            KeyChange::Rotation(Planned::Known(rotation)),
        ];
        changes.extend(grants.into_iter().map(|grant| KeyChange::Granted(Planned::Known(grant))));
        for change in changes {
            self.add_as("create", &key.account, &key.region, Change::Key { arn: is.arn.clone(), change });
        }
    }

    fn delete(&mut self, account: &AccountId, name: &str) {
        self.buckets.insert((account.clone(), name.to_owned()));
        let change = Change::Bucket { name: name.to_owned(), change: BucketChange::Deleted };
        self.add(account, &HOME.parse().unwrap(), change);
    }

    /// What a bucket is.
    fn setting(&mut self, asked: &Asked) -> Result<(), Left> {
        let bucket: BucketRef = asked.arg(0);
        if asked.question == "bucket_location" {
            let (was, is): (Option<Region>, Option<Region>) =
                (value(&asked.before, asked)?, value(&asked.after, asked)?);
            return match (was, is) {
                (Some(_), None) => {
                    self.delete(&bucket.owner, &bucket.name);
                    Ok(())
                }
                (None, Some(_)) if self.greenfield => self.new_bucket(&bucket.owner, &bucket.name),
                _ => Err(observed("what is in a bucket that is new")),
            };
        }
        if self.buckets.contains(&(bucket.owner.clone(), bucket.name.clone())) || self.greenfield {
            return Ok(());
        }
        let change = match asked.question {
            "bucket_encryption" => BucketChange::Encryption(Planned::Known(outright(value(&asked.after, asked)?))),
            "bucket_public_access_block" => {
                BucketChange::PublicAccessBlock(Planned::Known(value(&asked.after, asked)?))
            }
            "bucket_ownership" => BucketChange::Ownership(Planned::Known(value(&asked.after, asked)?)),
            "bucket_policy" => {
                let is: Option<String> = value(&asked.after, asked)?;
                BucketChange::Policy(is.as_deref().map(document))
            }
            "bucket_acl" => BucketChange::Acl(Planned::Known(AclChange::Grants(value(&asked.after, asked)?))),
            "bucket_versioning" => {
                let is: Versioning = value(&asked.after, asked)?;
                if is.status.is_none() {
                    return Err(Left::because("versioning cannot be taken back to never enabled"));
                }
                BucketChange::Versioning(Planned::Known(is))
            }
            "object_lock" => {
                let is: Option<ObjectLock> = value(&asked.after, asked)?;
                let Some(is) = is else {
                    return Err(Left::because("Object Lock cannot be taken from a bucket"));
                };
                BucketChange::ObjectLock(Planned::Known(is.default_retention))
            }
            "bucket_lifecycle" => BucketChange::Lifecycle(Planned::Known(value(&asked.after, asked)?)),
            "bucket_logging" => BucketChange::Logging(Planned::Known(value(&asked.after, asked)?)),
            "bucket_replication" => BucketChange::Replication(Planned::Known(value(&asked.after, asked)?)),
            "bucket_tags" => BucketChange::Tags(Planned::Known(value(&asked.after, asked)?)),
            other => return Err(observed(other)),
        };
        if matches!(&change, BucketChange::Encryption(Planned::Known(None))) {
            return Err(Left::because("a bucket always has a default encryption"));
        }
        self.bucket(&bucket, change);
        Ok(())
    }

    fn key(&mut self, asked: &Asked) -> Result<(), Left> {
        let key: KeyRef = asked.arg(0);
        let (was, is): (Option<KmsKey>, Option<KmsKey>) = (value(&asked.before, asked)?, value(&asked.after, asked)?);
        let alias = key.id.contains("alias/").then(|| {
            let name = key.id.rsplit_once(":alias/").map_or(key.id.clone(), |(_, name)| format!("alias/{name}"));
            (name, key.account.clone(), key.region.clone())
        });
        match (was, is) {
            (Some(was), Some(is)) if was.arn == is.arn => {
                let change = match (&was, &is) {
                    _ if KmsKey { state: is.state.clone(), ..was.clone() } == is && is.state == "Disabled" => {
                        KeyChange::Enabled(Planned::Known(false))
                    }
                    _ if is.state == "PendingDeletion" => {
                        let expected =
                            KmsKey { state: is.state.clone(), deletion_date: is.deletion_date, ..was.clone() };
                        if expected != is {
                            return Err(Left::because("a key has other properties"));
                        }
                        KeyChange::Deleted { days: None }
                    }
                    _ => return Err(Left::because("a key has properties that no plan changes on a key that exists")),
                };
                self.add(&key.account, &key.region, Change::Key { arn: is.arn, change });
            }
            (Some(_), None) => match alias {
                Some((name, account, region)) => self.add(&account, &region, Change::Alias { name, key: None }),
                None => return Err(Left::because("a key is gone at once")),
            },
            (_, Some(is)) if self.greenfield => {
                self.new_key(&key, &is);
                if let Some((name, account, region)) = alias {
                    let key = Some(Planned::Known(is.arn));
                    self.add_as("create", &account, &region, Change::Alias { name, key });
                }
            }
            (_, Some(is)) => match alias {
                Some((name, account, region)) => {
                    let key = Some(Planned::Known(is.arn));
                    self.add(&account, &region, Change::Alias { name, key });
                }
                None => return Err(Left::because("a key is there that was not")),
            },
            (None, None) => {}
        }
        Ok(())
    }

    fn key_property(&mut self, asked: &Asked) -> Result<(), Left> {
        let key: KeyRef = asked.arg(0);
        if self.greenfield {
            return Ok(());
        }
        // Where the alias names another key, its properties are those of that key.
        let other = self.edits.iter().any(|edit| matches!(&edit.change, Change::Alias { .. }));
        if other {
            return Ok(());
        }
        let arn = self.key_arn(&key)?;
        let change = match asked.question {
            "key_rotation" => KeyChange::Rotation(Planned::Known(value(&asked.after, asked)?)),
            "key_policy" => {
                let is: String = value(&asked.after, asked)?;
                KeyChange::Policy(Some(document(&is)))
            }
            _ => {
                let (was, is): (Vec<KeyGrant>, Vec<KeyGrant>) =
                    (value(&asked.before, asked)?, value(&asked.after, asked)?);
                for grant in was.iter().filter(|grant| !is.contains(grant)) {
                    let change = KeyChange::GrantEnded { id: grant.id.clone() };
                    self.add(&key.account, &key.region, Change::Key { arn: arn.clone(), change });
                }
                for grant in is.into_iter().filter(|grant| !was.contains(grant)) {
                    let change = KeyChange::Granted(Planned::Known(grant));
                    self.add(&key.account, &key.region, Change::Key { arn: arn.clone(), change });
                }
                return Ok(());
            }
        };
        self.add(&key.account, &key.region, Change::Key { arn, change });
        Ok(())
    }

    fn key_arn(&self, key: &KeyRef) -> Result<String, Left> {
        let found = block(self.listening.before.key(key)).map_err(|_| Left::because("`key` cannot be answered"))?;
        found.as_ref().map(|key| key.arn.clone()).ok_or_else(|| Left::because("a key is there that was not"))
    }

    fn trails(&mut self, asked: &Asked) -> Result<(), Left> {
        let (was, is): (Vec<Trail>, Vec<Trail>) = (value(&asked.before, asked)?, value(&asked.after, asked)?);
        let place = |arn: &str| {
            let parts: Vec<&str> = arn.split(':').collect();
            (parts[4].parse::<AccountId>().unwrap(), parts[3].parse::<Region>().unwrap())
        };
        for trail in is.iter().filter(|trail| !was.contains(trail)) {
            let (account, region) = place(&trail.arn);
            if !was.iter().any(|other| other.arn == trail.arn) {
                if !self.greenfield {
                    return Err(observed("what a new trail delivers"));
                }
                let (arn, source) = (trail.arn.clone(), &self.listening.after);
                let selectors = (*block(source.event_selectors(&account, &region, &arn)).unwrap()).clone();
                let set = TrailChange::Set(Planned::Known(trail.clone()));
                let logging = TrailChange::Logging(Planned::Known(true));
                for change in [set, logging, TrailChange::Selectors(Planned::Known(selectors))] {
                    self.add_as("create", &account, &region, Change::Trail { arn: arn.clone(), change });
                }
                continue;
            }
            let change = TrailChange::Set(Planned::Known(trail.clone()));
            self.add(&account, &region, Change::Trail { arn: trail.arn.clone(), change });
        }
        for trail in was.iter().filter(|trail| !is.iter().any(|other| other.arn == trail.arn)) {
            // A trail that is no longer seen here may only have become one of fewer accounts or Regions.
            let home = place(&trail.arn);
            let still = block(self.listening.after.trails(&home.0, &home.1))
                .map_err(|_| Left::because("`trails` cannot be answered"))?;
            match still.iter().find(|other| other.arn == trail.arn) {
                Some(is) if is == trail => return Err(observed("where a trail is seen")),
                Some(is) => {
                    let change = TrailChange::Set(Planned::Known(is.clone()));
                    self.add(&home.0, &home.1, Change::Trail { arn: trail.arn.clone(), change });
                }
                None => {
                    let arn = trail.arn.clone();
                    self.add(&home.0, &home.1, Change::Trail { arn, change: TrailChange::Deleted });
                }
            }
        }
        Ok(())
    }

    fn trail_status(&mut self, asked: &Asked) -> Result<(), Left> {
        if self.greenfield {
            return Ok(());
        }
        let (was, is): (Option<TrailStatus>, Option<TrailStatus>) =
            (value(&asked.before, asked)?, value(&asked.after, asked)?);
        let arn: String = asked.arg(2);
        match (was, is) {
            (Some(was), Some(is)) => {
                let logging = TrailStatus { is_logging: is.is_logging, ..was.clone() };
                if logging != is {
                    return Err(observed("the deliveries of a trail"));
                }
                let change = TrailChange::Logging(Planned::Known(is.is_logging));
                self.add(&asked.arg(0), &asked.arg(1), Change::Trail { arn, change });
                Ok(())
            }
            (_, None) => Ok(()),
            (None, Some(_)) => Err(observed("what a new trail delivers")),
        }
    }

    fn config(&mut self, asked: &Asked) -> Result<(), Left> {
        let (account, region): (AccountId, Region) = (asked.arg(0), asked.arg(1));
        let mut changes = Vec::new();
        match asked.question {
            "config_recorders" => {
                let (was, is): (Vec<ConfigRecorder>, Vec<ConfigRecorder>) =
                    (value(&asked.before, asked)?, value(&asked.after, asked)?);
                for recorder in is.iter().filter(|recorder| !was.contains(recorder)) {
                    let Some(before) = was.iter().find(|other| other.name == recorder.name) else {
                        if self.greenfield {
                            let (name, on) = (recorder.name.clone(), Planned::Known(true));
                            changes.push(ConfigChange::Recorder(Planned::Known(recorder.clone())));
                            changes.push(ConfigChange::Recording { name, on });
                            continue;
                        }
                        return Err(observed("the status of a recorder"));
                    };
                    let same = ConfigRecorder { recording: recorder.recording, ..recorder.clone() };
                    if (same.last_status, same.last_error, same.last_status_change)
                        != (before.last_status.clone(), before.last_error.clone(), before.last_status_change)
                    {
                        return Err(observed("the status of a recorder"));
                    }
                    changes.push(ConfigChange::Recorder(Planned::Known(recorder.clone())));
                    let (name, on) = (recorder.name.clone(), Planned::Known(recorder.recording));
                    changes.push(ConfigChange::Recording { name, on });
                }
                for one in was.iter().filter(|one| !is.iter().any(|other| other.name == one.name)) {
                    changes.push(ConfigChange::RecorderDeleted { name: one.name.clone() });
                }
            }
            "config_delivery" => {
                let (was, is): (Vec<ConfigDelivery>, Vec<ConfigDelivery>) =
                    (value(&asked.before, asked)?, value(&asked.after, asked)?);
                for channel in is.iter().filter(|channel| !was.contains(channel)) {
                    if !self.greenfield && !was.iter().any(|other| other.name == channel.name) {
                        return Err(observed("the deliveries of a channel"));
                    }
                    changes.push(ConfigChange::Delivery(Planned::Known(channel.clone())));
                }
                for one in was.iter().filter(|one| !is.iter().any(|other| other.name == one.name)) {
                    changes.push(ConfigChange::DeliveryDeleted { name: one.name.clone() });
                }
            }
            _ => {
                let (was, is): (Vec<ConfigDeliveryStatus>, Vec<ConfigDeliveryStatus>) =
                    (value(&asked.before, asked)?, value(&asked.after, asked)?);
                if self.greenfield {
                    return Ok(());
                }
                if is.iter().any(|one| !was.contains(one)) {
                    return Err(observed("the deliveries of a channel"));
                }
                for one in was.iter().filter(|one| !is.contains(one)) {
                    changes.push(ConfigChange::DeliveryDeleted { name: one.name.clone() });
                }
            }
        }
        changes.into_iter().for_each(|change| self.add(&account, &region, Change::Config(change)));
        Ok(())
    }

    fn alerting(&mut self, asked: &Asked) -> Result<(), Left> {
        let (account, region): (AccountId, Region) = (asked.arg(0), asked.arg(1));
        let mut changes = Vec::new();
        match asked.question {
            "event_bus" => {
                let bus: String = asked.arg(2);
                let is: Option<EventBus> = value(&asked.after, asked)?;
                let policy = is.as_ref().and_then(|is| is.policy.clone()).map(Document::Text);
                let to = is.clone().map(|is| Planned::Known(EventBus { policy: None, ..is }));
                changes.push(AlertingChange::Bus { name: bus.clone(), to });
                if is.is_some() {
                    changes.push(AlertingChange::BusPolicy { bus, to: policy });
                }
            }
            "event_rules" => {
                let bus: String = asked.arg(2);
                listed(
                    asked,
                    |rule: &EventRule| rule.name.clone(),
                    |name, to| changes.push(AlertingChange::Rule { bus: bus.clone(), name, to }),
                )?;
            }
            "rule_targets" => {
                let (bus, rule): (String, String) = (asked.arg(2), asked.arg(3));
                if asked.before.is_err() && asked.after.is_ok() {
                    let is: Vec<RuleTarget> = value(&asked.after, asked)?;
                    for target in is {
                        let (bus, rule, id) = (bus.clone(), rule.clone(), target.id.clone());
                        changes.push(AlertingChange::Target { bus, rule, id, to: Some(Planned::Known(target)) });
                    }
                } else {
                    listed(
                        asked,
                        |target: &RuleTarget| target.id.clone(),
                        |id, to| {
                            changes.push(AlertingChange::Target { bus: bus.clone(), rule: rule.clone(), id, to });
                        },
                    )?;
                }
            }
            "metric_filters" => {
                let log_group: String = asked.arg(2);
                listed(
                    asked,
                    |filter: &MetricFilter| filter.name.clone(),
                    |name, to| {
                        changes.push(AlertingChange::MetricFilter { log_group: log_group.clone(), name, to });
                    },
                )?;
            }
            "alarms" => {
                listed(
                    asked,
                    |alarm: &Alarm| alarm.name.clone(),
                    |name, to| changes.push(AlertingChange::Alarm { name, to }),
                )?;
            }
            "access_analyzers" => {
                let (was, is): (Vec<AccessAnalyzer>, Vec<AccessAnalyzer>) =
                    (value(&asked.before, asked)?, value(&asked.after, asked)?);
                let differs = |one: &AccessAnalyzer| match was.iter().find(|other| other.name == one.name) {
                    Some(was) => was.findings != one.findings || was.status != one.status,
                    None => !one.findings.is_empty(),
                };
                if is.iter().any(differs) {
                    return Err(observed("the findings of an analyzer"));
                }
                listed(
                    asked,
                    |one: &AccessAnalyzer| one.name.clone(),
                    |name, to| {
                        changes.push(AlertingChange::Analyzer { name, to });
                    },
                )?;
            }
            "topic" => {
                let (was, is): (Option<Topic>, Option<Topic>) =
                    (value(&asked.before, asked)?, value(&asked.after, asked)?);
                let arn: String = asked.arg(2);
                match is {
                    None => changes.push(AlertingChange::TopicDeleted { arn }),
                    Some(is) => {
                        if was.as_ref().is_none_or(|was| was.kms_key != is.kms_key) {
                            let kms_key = Planned::Known(is.kms_key.clone());
                            changes.push(AlertingChange::Topic { arn: arn.clone(), kms_key });
                        }
                        changes.push(AlertingChange::TopicPolicy { arn, to: Some(document(&is.policy)) });
                    }
                }
            }
            _ => {
                let (was, is): (Option<Vec<Subscription>>, Option<Vec<Subscription>>) =
                    (value(&asked.before, asked)?, value(&asked.after, asked)?);
                let topic: String = asked.arg(2);
                let (was, is) = match (was, is) {
                    (Some(was), Some(is)) => (was, is),
                    (None, Some(is)) => (Vec::new(), is),
                    _ => return Ok(()),
                };
                for one in was.iter().filter(|one| !is.contains(one)) {
                    if is.iter().any(|other| other.endpoint == one.endpoint && other.arn != one.arn) {
                        return Err(observed("whether a subscription is confirmed"));
                    }
                    changes.push(AlertingChange::Unsubscribed { topic: topic.clone(), arn: one.arn.clone() });
                }
                for one in is.iter().filter(|one| !was.contains(one)) {
                    if !self.greenfield
                        && one.confirmed()
                        && (one.protocol.starts_with("email") || one.protocol.starts_with("http"))
                    {
                        return Err(observed("whether a subscription is confirmed"));
                    }
                    let (topic, to) = (topic.clone(), Planned::Known(one.clone()));
                    changes.push(AlertingChange::Subscribed { topic, to });
                }
            }
        }
        let action = if self.greenfield { "create" } else { "update" };
        changes.into_iter().for_each(|change| self.add_as(action, &account, &region, Change::Alerting(change)));
        Ok(())
    }

    /// A role is in the listing of its account too, which has its tags.
    fn role(&mut self, asked: &Asked) -> Result<(), Left> {
        let (account, name): (AccountId, String) = (asked.arg(0), asked.arg(1));
        let (was, is): (Option<Role>, Option<Role>) = (value(&asked.before, asked)?, value(&asked.after, asked)?);
        let Some(is) = is else {
            let change = IamChange::Deleted { holder: Holder::Role, name };
            self.add(&account, &HOME.parse().unwrap(), Change::Iam(change));
            return Ok(());
        };
        let used = was.as_ref().is_some_and(|was| (was.last_used, was.created) != (is.last_used, is.created))
            || was.is_none() && is.last_used.is_some();
        if used && !self.greenfield {
            return Err(observed("when a role was used"));
        }
        let all = block(self.listening.after.account_authorization(&account))
            .map_err(|_| Left::because("`account_authorization` cannot be answered"))?;
        match all.roles.iter().find(|one| one.arn == is.arn) {
            Some(role) => self.principal(&account, Holder::Role, role),
            None => return Err(Left::because("a role is not in the listing of its account")),
        }
        Ok(())
    }

    /// A role or user with everything but its policies.
    fn principal(&mut self, account: &AccountId, holder: Holder, one: &PrincipalPolicies) {
        let name = one.arn.rsplit('/').next().unwrap().to_owned();
        let path = one.arn.split_once(":role").or(one.arn.split_once(":user")).unwrap().1;
        let path = path.strip_suffix(name.as_str()).unwrap().to_owned();
        let boundary = Planned::Known(one.boundary.as_ref().map(|boundary| boundary.name.clone()));
        let tags = Planned::Known(one.tags.clone());
        let change = match holder {
            Holder::Role => {
                let trust = document(one.trust_policy.as_deref().unwrap());
                IamChange::Role { name, path, trust, boundary, tags }
            }
            _ => IamChange::User { name, path, boundary, tags },
        };
        self.add_as(
            if self.greenfield { "create" } else { "update" },
            account,
            &HOME.parse().unwrap(),
            Change::Iam(change),
        );
        if let Some(boundary) = &one.boundary {
            let change =
                IamChange::ManagedPolicy { arn: boundary.name.clone(), to: Some(document(&boundary.document)) };
            self.add(account, &HOME.parse().unwrap(), Change::Iam(change));
        }
    }

    fn iam(&mut self, asked: &Asked) -> Result<(), Left> {
        let account: AccountId = asked.arg(0);
        let (was, is): (AccountAuthorization, AccountAuthorization) =
            (value(&asked.before, asked)?, value(&asked.after, asked)?);
        for (holder, was, is) in [(Holder::Role, &was.roles, &is.roles), (Holder::User, &was.users, &is.users)] {
            for one in is.iter().filter(|one| !was.contains(one)) {
                let before = was.iter().find(|other| other.arn == one.arn);
                let same = before.is_some_and(|before| {
                    (&before.trust_policy, &before.boundary, &before.tags)
                        == (&one.trust_policy, &one.boundary, &one.tags)
                });
                if !same {
                    self.principal(&account, holder, one);
                }
                self.held(&account, holder, before, one);
            }
            for one in was.iter().filter(|one| !is.iter().any(|other| other.arn == one.arn)) {
                let name = one.arn.rsplit('/').next().unwrap().to_owned();
                if is.iter().any(|other| other.arn.rsplit('/').next() == Some(name.as_str())) {
                    continue;
                }
                self.add(&account, &HOME.parse().unwrap(), Change::Iam(IamChange::Deleted { holder, name }));
            }
        }
        Ok(())
    }

    /// The policies of a principal.
    fn held(
        &mut self,
        account: &AccountId,
        holder: Holder,
        before: Option<&PrincipalPolicies>,
        one: &PrincipalPolicies,
    ) {
        let name = one.arn.rsplit('/').next().unwrap().to_owned();
        let home: Region = HOME.parse().unwrap();
        let had = before.map(|before| before.policies.clone()).unwrap_or_default();
        for policy in had.iter().filter(|policy| !one.policies.iter().any(|other| other.name == policy.name)) {
            let (name, policy) = (name.clone(), policy.name.clone());
            let change = if policy.starts_with("arn:") {
                IamChange::Detached { holder, name, policy }
            } else {
                IamChange::Inline { holder, name, policy, to: None }
            };
            self.add(account, &home, Change::Iam(change));
        }
        for policy in one.policies.iter().filter(|policy| !had.contains(policy)) {
            let (name, to) = (name.clone(), Some(document(&policy.document)));
            if policy.name.starts_with("arn:") {
                let (arn, held) = (policy.name.clone(), Planned::Known(policy.name.clone()));
                self.add(account, &home, Change::Iam(IamChange::ManagedPolicy { arn, to }));
                self.add(account, &home, Change::Iam(IamChange::Attached { holder, name, policy: held }));
            } else {
                let policy = policy.name.clone();
                self.add(account, &home, Change::Iam(IamChange::Inline { holder, name, policy, to }));
            }
        }
    }
}

/// What of a list is set and what is gone.
fn listed<T: DeserializeOwned + PartialEq + Clone>(
    asked: &Asked,
    name: impl Fn(&T) -> String,
    mut change: impl FnMut(String, Option<Planned<T>>),
) -> Result<(), Left> {
    let (was, is): (Vec<T>, Vec<T>) = (value(&asked.before, asked)?, value(&asked.after, asked)?);
    for one in was.iter().filter(|one| !is.iter().any(|other| name(other) == name(one))) {
        change(name(one), None);
    }
    for one in is.iter().filter(|one| !was.contains(one)) {
        change(name(one), Some(Planned::Known(one.clone())));
    }
    Ok(())
}

/// Answers of a described zone are there at once.
fn block<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// Encryption as a plan writes it: nothing blocked is `NONE`, for an empty list leaves what is blocked as it is.
fn outright(mut encryption: Option<BucketEncryption>) -> Option<BucketEncryption> {
    if let Some(encryption) = encryption.as_mut().filter(|encryption| encryption.blocked.is_empty()) {
        encryption.blocked.push("NONE".to_owned());
    }
    encryption
}
