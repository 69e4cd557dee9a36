//! Who can use, delete or disable the log key: key policy, grants, SCPs, RCPs and the key account's own principals.

use std::sync::Arc;

use cucumber::then;
use logproof_estate::{
    ExchangeId, Fact, KeyRef,
    config::ReaderConfig,
    facts::KmsKey,
    record::{Observation, Subject},
    world::{Judged, LogproofWorld, Stop},
};
use logproof_policy::{Answer, Identity, Policy, Question, Scene, Source, Who, never, who_can};
use serde_json::{Value, json};

use crate::{
    scene::{
        actions::{take_key_away, use_key},
        claim::Claim,
        key_services::key_services,
        organization::{Ground, identities, shared},
        proposal::{Deny, Kind, On, Place, Remedy, Target, kept::Keeping},
    },
    vocabulary::{
        access::reader_limits::is_pattern,
        bucket::policy::{above, everybody_but, organization_id, outside},
    },
};

/// Everything a question about the log key needs.
pub(crate) struct KeyGround {
    pub(crate) asked: KeyRef,
    pub(crate) arn: String,
    pub(crate) policy: Arc<Policy>,
    pub(crate) ground: Ground,
    /// The key policy as it was read.
    text: String,
    multi_region: bool,
    exchanges: Vec<ExchangeId>,
}

/// Requests that must not be allowed on a key, what a finding says of them, and what would close it.
pub(crate) struct KeyRefusal {
    pub(crate) question: Question,
    pub(crate) expected: String,
    pub(crate) change: &'static str,
    pub(crate) remedy: Remedy,
}

impl KeyGround {
    pub(crate) async fn read(w: &mut LogproofWorld) -> Result<Self, Stop> {
        let (asked, key) = the_key(w)?;
        Self::of(w, asked, &key, key.exchanges(), "the key policy").await
    }

    /// A key that is there, with the exchanges that say so; `called` is what findings call its policy.
    pub(crate) async fn of(
        w: &mut LogproofWorld,
        asked: KeyRef,
        key: &KmsKey,
        seen: &[ExchangeId],
        called: &str,
    ) -> Result<Self, Stop> {
        let estate = w.estate()?;
        let text = w.see(estate.key_policy(&by_id(&asked, key)).await)?;
        let policy = shared(w, called, &text, "kms:GetKeyPolicy", &asked.account)?;
        let ground = Ground::read(w, &[&policy], &[]).await?;
        let exchanges = [seen, text.exchanges(), ground.exchanges()].concat();
        w.record.rest_on(&exchanges);
        Ok(Self {
            arn: key.arn.clone(),
            asked,
            policy,
            ground,
            text: (*text).clone(),
            multi_region: key.multi_region,
            exchanges,
        })
    }

    pub(crate) fn subject(&self) -> Subject {
        Subject::arn(&self.arn).at(&self.asked.account, Some(&self.asked.region))
    }

    pub(crate) fn claim(&self, expected: impl Into<String>, change: impl Into<String>) -> Claim {
        Claim {
            subject: self.subject(),
            account: self.asked.account.clone(),
            expected: expected.into(),
            change: change.into(),
            exchanges: self.exchanges.clone(),
            stood_for_by: None,
        }
    }

    /// The key with an administrator assumed in every account.
    pub(crate) fn scene(&self) -> Scene {
        self.ground.scene(&self.asked.account, Some(Arc::clone(&self.policy)))
    }

    /// The same, with an account that may be none of the organization's.
    pub(crate) fn scene_with(&self, account: &str) -> Scene {
        self.ground.scene_with_account(&self.asked.account, Some(Arc::clone(&self.policy)), account)
    }

    /// The key with the real users and roles of its own account.
    pub(crate) async fn scene_with_inventory(&mut self, w: &mut LogproofWorld) -> Result<Scene, Stop> {
        let inventory = self.inventory(w).await?;
        Ok(self.ground.scene_with_inventory(&self.asked.account, Some(Arc::clone(&self.policy)), &inventory))
    }

    /// Asks in a scene, records the answer and ends the step.
    pub(crate) async fn must_refuse(self, w: &mut LogproofWorld, scene: &Scene, refusal: KeyRefusal) -> Judged {
        let claim = self.claim(refusal.expected, refusal.change);
        claim.prove(w, scene, &refusal.question, refusal.remedy).await;
        w.settle()
    }

    /// The key's own policy, as a place for a statement.
    pub(crate) fn own_policy(&self) -> Place {
        Place::Resource(Target { kind: Kind::Key, arn: self.arn.clone(), text: Some(self.text.clone()) })
    }

    /// A statement about the key.
    pub(crate) fn deny(&self, sid: &'static str, places: Vec<Place>, condition: Value) -> Remedy {
        let keeping = Keeping::Key(self.asked.clone(), self.arn.clone());
        Remedy::Deny(Box::new(Deny { sid, places, on: On::These(vec![self.arn.clone()]), condition, keeping }))
    }

    /// The same in the key's own policy.
    pub(crate) fn deny_in_own_policy(&self, sid: &'static str, condition: Value) -> Remedy {
        self.deny(sid, vec![self.own_policy()], condition)
    }

    /// The services that may use the key: log services, and those that deliver a registered stream into a bucket that is
    /// encrypted with it.
    pub(crate) async fn services(&mut self, w: &mut LogproofWorld) -> Result<Vec<String>, Stop> {
        let estate = w.estate()?;
        let services = w.see(key_services(&estate, &self.arn).await)?;
        self.exchanges.extend_from_slice(services.exchanges());
        Ok(services.to_vec())
    }

    /// The users and roles of the key's account.
    pub(crate) async fn inventory(&mut self, w: &mut LogproofWorld) -> Result<Vec<Identity>, Stop> {
        let estate = w.estate()?;
        let authorization = w.see(estate.account_authorization(&self.asked.account).await)?;
        self.exchanges.extend_from_slice(authorization.exchanges());
        identities(w, &self.asked.account, &authorization)
    }
}

/// Notes what holds everybody else back: the key policy by itself, or policies above the accounts it leaves it to.
fn note_the_lock(w: &mut LogproofWorld, mut scene: Scene, question: &Question) {
    for account in &mut scene.organization.accounts {
        account.scps = None;
        account.rcps = None;
    }
    let callers = who_can(&scene, question);
    if let Some((who, reason)) = callers.undecided.first() {
        w.note(format!("whether the key policy alone leaves the key to {who} is undecided: {reason}"));
        return;
    }
    let mut accounts: Vec<&str> = callers.can.iter().filter_map(|one| one.request.principal().account()).collect();
    accounts.sort_unstable();
    accounts.dedup();
    w.note(if callers.can.is_empty() {
        "the key policy alone is a sufficient lock: it leaves the deletion and the administration of the key to no account and to nobody else".to_owned()
    } else {
        format!(
            "the key policy leaves the deletion or the administration of the key to others in account {}: only policies above the account hold an administrator there back",
            accounts.join(", ")
        )
    });
}

fn the_key(w: &LogproofWorld) -> Result<(KeyRef, Fact<KmsKey>), Stop> {
    w.key.clone().ok_or_else(|| Stop::because("no `Given` step named the log key"))
}

/// The key by its own id: GetKeyPolicy and ListGrants do not take aliases.
fn by_id(asked: &KeyRef, key: &KmsKey) -> KeyRef {
    KeyRef { id: key.arn.clone(), ..asked.clone() }
}

#[then("no service other than the log services can use the log key")]
async fn no_other_service_can_use_the_log_key(w: &mut LogproofWorld) -> Judged {
    let mut key = KeyGround::read(w).await?;
    let services = key.services(w).await?;
    let mut who = Who::services();
    for service in &services {
        who = who.except_service(service);
    }
    let condition = json!({
        "Bool": {"aws:PrincipalIsAWSService": "true"},
        "StringNotEquals": {"aws:PrincipalServiceName": services},
    });
    let refusal = KeyRefusal {
        question: Question::about(use_key()).on(&key.arn).by(who),
        expected: format!("no service other than {} uses the key", services.join(", ")),
        change: "remove the service from the key policy's statement",
        remedy: key.deny_in_own_policy("OnlyLogServicesUseTheKey", condition),
    };
    let scene = key.scene();
    key.must_refuse(w, &scene, refusal).await
}

#[then("no trail outside the organization can be encrypted with the log key")]
async fn no_foreign_trail_can_be_encrypted(w: &mut LogproofWorld) -> Judged {
    let key = KeyGround::read(w).await?;
    // CloudTrail names the trail it encrypts for in the encryption context. See:
    // https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
    let stranger = r#"{"Null": {"kms:EncryptionContext:aws:cloudtrail:arn": "false"}}"#;
    let question = Question::about(["kms:GenerateDataKey*", "kms:Encrypt", "kms:Decrypt"])
        .on(&key.arn)
        .by(Who::service("cloudtrail.amazonaws.com"))
        .from_source(Source::Foreign)
        .when(stranger)
        .map_err(|error| Stop::because(error.to_string()))?;
    let condition = json!({
        "StringEquals": {"aws:PrincipalServiceName": "cloudtrail.amazonaws.com"},
        "StringNotEquals": {
            "aws:SourceOrgID": organization_id(w).await?,
            "kms:EncryptionContext:aws:cloudtrail:arn": w.config()?.trail_arn(),
        },
    });
    let refusal = KeyRefusal {
        question,
        expected: "CloudTrail uses the key for trails of this organization only".to_owned(),
        change: "add a condition on kms:EncryptionContext:aws:cloudtrail:arn or on aws:SourceArn to the statement",
        remedy: key.deny_in_own_policy("RefuseTrailsOfStrangers", condition),
    };
    let scene = key.scene();
    key.must_refuse(w, &scene, refusal).await
}

#[then("nobody outside the organization can use the log key")]
async fn nobody_outside_can_use_the_log_key(w: &mut LogproofWorld) -> Judged {
    let key = KeyGround::read(w).await?;
    let config = w.config()?;
    let mut who = Who::outsiders();
    for account in &config.organization.auditor_accounts {
        who = who.except_account(account.as_str());
    }
    let refusal = KeyRefusal {
        question: Question::about(["kms:*"]).on(&key.arn).by(who),
        expected: "nobody outside the organization can do anything with the key".to_owned(),
        change: "remove the outsider from the key policy",
        remedy: key.deny_in_own_policy("RefuseOutsiders", outside(w).await?),
    };
    let scene = key.scene();
    key.must_refuse(w, &scene, refusal).await
}

/// Who may decrypt the logs: readers, the log storage role and the roles that replicate the log bucket.
pub(crate) struct MayDecrypt {
    /// Their ARNs.
    pub(crate) arns: Vec<String>,
    pub(crate) exchanges: Vec<ExchangeId>,
}

impl MayDecrypt {
    /// A group of callers without them.
    pub(crate) fn excepted_from(&self, who: Who) -> Who {
        self.arns.iter().fold(who, |who, arn| who.except_arn(arn))
    }
}

/// Reads who may decrypt the logs: the key opens every bucket that is encrypted with it.
pub(crate) async fn may_decrypt(w: &mut LogproofWorld) -> Result<MayDecrypt, Stop> {
    let readers = w.estate()?.readers();
    with_readers(w, readers).await
}

/// Reads who may read log files of one bucket.
pub(crate) async fn may_read(w: &mut LogproofWorld, bucket: &str) -> Result<MayDecrypt, Stop> {
    let config = w.config()?;
    let mut readers = w.estate()?.readers();
    readers.retain(|reader| config.reader_bucket(reader) == bucket);
    with_readers(w, readers).await
}

async fn with_readers(w: &mut LogproofWorld, readers: Vec<ReaderConfig>) -> Result<MayDecrypt, Stop> {
    let (config, estate) = (w.config()?, w.estate()?);
    let mut arns = vec![config.storage_role_arn()];
    let readers = readers.into_iter().map(|reader| reader.principal);
    arns.extend(readers.filter(|principal| !is_pattern(principal)));
    let bucket = estate.log_bucket();
    if let Ok(owned) = estate.buckets(&bucket.owner).await
        && !owned.iter().any(|one| one.name == bucket.name)
    {
        // Whose bucket it is, if anybody's, is found by LS-1.1: nobody replicates logs of ours from there.
        return Ok(MayDecrypt { arns, exchanges: owned.exchanges().to_vec() });
    }
    let replication = w.see(estate.bucket_replication(&bucket).await)?;
    // Replication decrypts with the source's key. See:
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
    arns.extend(replication.as_ref().as_ref().map(|one| one.role.clone()));
    let mut seen = std::collections::BTreeSet::new();
    arns.retain(|arn| seen.insert(arn.clone()));
    Ok(MayDecrypt { arns, exchanges: replication.exchanges().to_vec() })
}

#[then(
    "nobody other than the named readers, the log storage role and the role that replicates the log bucket can decrypt with the log key"
)]
async fn nobody_else_can_decrypt(w: &mut LogproofWorld) -> Judged {
    let mut key = KeyGround::read(w).await?;
    let allowed = may_decrypt(w).await?;
    key.exchanges.extend(allowed.exchanges.iter().cloned());
    let mut condition = everybody_but(&allowed.arns);
    if let Some(operators) = condition.as_object_mut() {
        operators.insert("BoolIfExists".to_owned(), json!({"aws:PrincipalIsAWSService": "false"}));
    }
    let who = allowed.excepted_from(Who::anyone().except_services());
    let refusal = KeyRefusal {
        question: Question::about(["kms:Decrypt", "kms:ReEncryptFrom"]).on(&key.arn).by(who),
        expected: "only named readers and the log storage role can decrypt".to_owned(),
        change: "take kms:Decrypt away from the principal, or name it as a reader in the configuration",
        remedy: key.deny_in_own_policy("OnlyNamedReadersDecrypt", condition),
    };
    let scene = key.scene_with_inventory(w).await?;
    key.must_refuse(w, &scene, refusal).await
}

#[then("every grant on the log key is to a log service, a named reader or an administrator")]
async fn every_grant_is_to_somebody_named(w: &mut LogproofWorld) -> Judged {
    let (asked, key) = the_key(w)?;
    let (config, estate) = (w.config()?, w.estate()?);
    let grants = w.see(estate.key_grants(&by_id(&asked, &key)).await)?;
    let subject = Subject::arn(&key.arn).at(&asked.account, Some(&asked.region));
    let expected = "grants only to log services, named readers and the log storage role";
    if grants.is_empty() {
        w.observe(Observation::new(subject, expected, "no grants", true).resting_on(grants.exchanges()));
        return w.settle();
    }
    let services = KeyGround::read(w).await?.services(w).await?;
    for grant in grants.iter() {
        let named = services.contains(&grant.grantee)
            || estate.readers().iter().any(|reader| reader.principal == grant.grantee)
            || config.storage_role_arn() == grant.grantee;
        let found = format!("grant {} to {} for {}", grant.id, grant.grantee, grant.operations.join(", "));
        w.observe(
            Observation::new(subject.clone(), expected, found, named)
                .place(format!("grant {}", grant.id))
                .hint("revoke the grant (kms:RevokeGrant), or name the grantee as a reader")
                .resting_on(grants.exchanges()),
        );
    }
    w.settle()
}

#[then("the log key is enabled and not pending deletion")]
async fn the_log_key_is_enabled(w: &mut LogproofWorld) -> Judged {
    let (asked, key) = the_key(w)?;
    let found = match key.deletion_date {
        Some(date) => format!("state {}, deletion on {date}", key.state),
        None => format!("state {}", key.state),
    };
    let subject = Subject::arn(&key.arn).at(&asked.account, Some(&asked.region));
    w.observe(
        Observation::new(subject, "state Enabled", found, key.state == "Enabled" && key.deletion_date.is_none())
            .hint("cancel the deletion (kms:CancelKeyDeletion) and enable the key (kms:EnableKey)")
            .resting_on(key.exchanges()),
    );
    w.settle()
}

#[then("nobody other than the log storage role can delete, disable or re-purpose the log key")]
async fn nobody_else_can_take_the_key_away(w: &mut LogproofWorld) -> Judged {
    let mut key = KeyGround::read(w).await?;
    let role = w.config()?.storage_role_arn();
    let refusal = KeyRefusal {
        question: Question::about(take_key_away(key.multi_region)).on(&key.arn).by(Who::anyone().except_arn(&role)),
        expected: format!("only {role} can delete, disable or re-purpose the key"),
        change: "deny the action on the key in an SCP for every principal but the log storage role",
        remedy: key.deny("OnlyTheStorageRoleTakesTheKeyAway", vec![above(), key.own_policy()], everybody_but(&[role])),
    };
    // A user or role that is there is the better witness; whoever administers the account can make others.
    let (scene, assumed) = (key.scene_with_inventory(w).await?, key.scene());
    let scene = if matches!(never(&scene, &refusal.question), Answer::Holds) { assumed.clone() } else { scene };
    note_the_lock(w, assumed, &refusal.question);
    key.must_refuse(w, &scene, refusal).await
}
