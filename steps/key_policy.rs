//! Who can use, delete or disable the log key: key policy, grants, SCPs, RCPs and the key account's own principals.

use std::sync::Arc;

use cucumber::then;
use logproof_estate::{
    ExchangeId, Fact, KeyRef,
    facts::KmsKey,
    record::{Observation, Subject},
    world::{Judged, LogproofWorld, Stop},
};
use logproof_policy::{Answer, Identity, Policy, Question, Scene, Source, Who, never, who_can};

use crate::{
    action_classes::{take_key_away, use_key},
    policy_claim::Claim,
    policy_scene::{Ground, identities, shared},
    readers::is_pattern,
};

/// Everything a question about the log key needs.
pub(crate) struct KeyGround {
    pub(crate) asked: KeyRef,
    pub(crate) arn: String,
    pub(crate) policy: Arc<Policy>,
    pub(crate) ground: Ground,
    multi_region: bool,
    exchanges: Vec<ExchangeId>,
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
        Ok(Self { arn: key.arn.clone(), asked, policy, ground, multi_region: key.multi_region, exchanges })
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
    let key = KeyGround::read(w).await?;
    let config = w.config()?;
    let mut who = Who::services();
    for service in &config.names.log_services {
        who = who.except_service(service);
    }
    let question = Question::about(use_key()).on(&key.arn).by(who);
    let answer = never(&key.ground.scene(&key.asked.account, Some(Arc::clone(&key.policy))), &question);
    let expected = format!("no service other than {} uses the key", config.names.log_services.join(", "));
    key.claim(expected, "remove the service from the key policy's statement").conclude(w, answer);
    w.settle()
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
    let answer = never(&key.ground.scene(&key.asked.account, Some(Arc::clone(&key.policy))), &question);
    key.claim(
        "CloudTrail uses the key for trails of this organization only",
        "add a condition on kms:EncryptionContext:aws:cloudtrail:arn or on aws:SourceArn to the statement",
    )
    .conclude(w, answer);
    w.settle()
}

#[then("nobody outside the organization can use the log key")]
async fn nobody_outside_can_use_the_log_key(w: &mut LogproofWorld) -> Judged {
    let key = KeyGround::read(w).await?;
    let config = w.config()?;
    let mut who = Who::outsiders();
    for account in &config.organization.auditor_accounts {
        who = who.except_account(account.as_str());
    }
    let question = Question::about(["kms:*"]).on(&key.arn).by(who);
    let answer = never(&key.ground.scene(&key.asked.account, Some(Arc::clone(&key.policy))), &question);
    key.claim(
        "nobody outside the organization can do anything with the key",
        "remove the outsider from the key policy",
    )
    .conclude(w, answer);
    w.settle()
}

/// Readers, the log storage role and the roles that replicate the log bucket.
pub(crate) async fn may_decrypt(w: &mut LogproofWorld, mut who: Who) -> Result<(Who, Vec<ExchangeId>), Stop> {
    let (config, estate) = (w.config()?, w.estate()?);
    who = who.except_arn(&config.storage_role_arn());
    for reader in estate.readers().iter().filter(|reader| !is_pattern(&reader.principal)) {
        who = who.except_arn(&reader.principal);
    }
    let bucket = estate.log_bucket();
    if let Ok(owned) = estate.buckets(&bucket.owner).await
        && !owned.iter().any(|one| one.name == bucket.name)
    {
        // Whose bucket it is, if anybody's, is found by LS-1.1: nobody replicates logs of ours from there.
        return Ok((who, owned.exchanges().to_vec()));
    }
    let replication = w.see(estate.bucket_replication(&bucket).await)?;
    if let Some(replication) = replication.as_ref() {
        // Replication decrypts with the source's key. See:
        // https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
        who = who.except_arn(&replication.role);
    }
    Ok((who, replication.exchanges().to_vec()))
}

#[then(
    "nobody other than the named readers, the log storage role and the role that replicates the log bucket can decrypt with the log key"
)]
async fn nobody_else_can_decrypt(w: &mut LogproofWorld) -> Judged {
    let mut key = KeyGround::read(w).await?;
    let (who, exchanges) = may_decrypt(w, Who::anyone().except_services()).await?;
    key.exchanges.extend(exchanges);
    let inventory = key.inventory(w).await?;
    let question = Question::about(["kms:Decrypt", "kms:ReEncryptFrom"]).on(&key.arn).by(who);
    let scene = key.ground.scene_with_inventory(&key.asked.account, Some(Arc::clone(&key.policy)), &inventory);
    let answer = never(&scene, &question);
    key.claim(
        "only named readers and the log storage role can decrypt",
        "take kms:Decrypt away from the principal, or name it as a reader in the configuration",
    )
    .conclude(w, answer);
    w.settle()
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
    for grant in grants.iter() {
        let named = config.names.log_services.contains(&grant.grantee)
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
    let config = w.config()?;
    let inventory = key.inventory(w).await?;
    let who = Who::anyone().except_arn(&config.storage_role_arn());
    let question = Question::about(take_key_away(key.multi_region)).on(&key.arn).by(who);
    // A user or role that is there is the better witness; whoever administers the account can make others.
    let scene = key.ground.scene_with_inventory(&key.asked.account, Some(Arc::clone(&key.policy)), &inventory);
    let assumed = key.ground.scene(&key.asked.account, Some(Arc::clone(&key.policy)));
    let answer = match never(&scene, &question) {
        Answer::Holds => never(&assumed, &question),
        other => other,
    };
    note_the_lock(w, assumed, &question);
    key.claim(
        format!("only {} can delete, disable or re-purpose the key", config.storage_role_arn()),
        "deny the action on the key in an SCP for every principal but the log storage role",
    )
    .conclude(w, answer);
    w.settle()
}
