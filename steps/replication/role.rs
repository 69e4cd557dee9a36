//! The role S3 replicates with: a complete rule copies nothing where the role cannot read here or write there, and
//! nothing says so but the replication status of each object.
//!
//! See: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html>,
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html>

use std::sync::Arc;

use cucumber::then;
use logproof_estate::{
    AccountId, ExchangeId,
    record::{Observation, Subject},
    world::{Judged, LogproofWorld, Stop},
};
use logproof_policy::Decision;

use super::{asked_key, copies::Copies};
use crate::{
    bucket_policy::BucketGround,
    delivery_policy::{by_service, context_of_service, decide_for_service},
    judgement::log_files::log_root,
    key_policy::KeyGround,
    policy_claim::Claim,
    policy_scene::{Ground, parse},
    possible::Wanted,
};

const S3: &str = "s3.amazonaws.com";
/// Reading objects with all that is copied of them.
const READ: [&str; 2] = ["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl"];
/// Reading what Object Lock says of objects, without which locked objects are not copied.
///
/// See: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html>
const READ_LOCKS: [&str; 2] = ["s3:GetObjectRetention", "s3:GetObjectLegalHold"];
/// S3 replicates from no network of ours.
const WITHOUT_NETWORK: &[&str] = &["aws:SourceVpc", "aws:SourceVpce"];

#[then("S3 can assume the replication role")]
async fn s3_can_assume_the_role(w: &mut LogproofWorld) -> Judged {
    let (estate, bucket) = (w.estate()?, w.bucket()?);
    let role = ReplicationRole::read(w).await?;
    let expected = "S3 can assume the role for the log bucket";
    let subject = Subject::arn(&role.arn).at(&role.account, None);
    let found = w.see(estate.role(&role.account, role.name()).await)?;
    let Some(trust) = found.as_ref() else {
        w.observe(
            Observation::new(subject, expected, "no such role", false)
                .hint("create the role, or name another one in the replication configuration")
                .resting_on(&[&role.exchanges, found.exchanges()].concat()),
        );
        return w.settle();
    };
    let called = format!("the trust policy of {}", role.name());
    let policy = parse(w, &called, &trust.trust_policy, "iam:GetRole", &role.account)?;
    let ground = Ground::read(w, &[&trust.trust_policy]).await?;
    let organization = w.see(estate.organization().await)?.id.clone();
    let context = context_of_service(&organization, &bucket.owner, &bucket.arn());
    let request = by_service(S3, "sts:AssumeRole", &role.arn, &role.account, context);
    let exchanges = [&role.exchanges, found.exchanges(), ground.exchanges()].concat();
    let Some(decided) = decide_for_service(&ground, &role.account, Some(policy), &request) else {
        return Err(Stop::because(format!("no request of {S3} could be decided")));
    };
    let change = "let the trust policy allow sts:AssumeRole to s3.amazonaws.com";
    if let Decision::Undecided(reason) = &decided.decision {
        role.claim(expected, change, exchanges).undecided(w, reason.clone());
        return w.settle();
    }
    let found = if decided.is_allowed() { "it can".to_owned() } else { format!("refused: {decided}") };
    w.observe(
        Observation::new(subject, expected, found, decided.is_allowed())
            .place("AssumeRolePolicyDocument")
            .hint(change)
            .resting_on(&exchanges),
    );
    w.settle()
}

#[then("the replication role can read log files, the encrypted and the locked ones included")]
async fn the_role_can_read(w: &mut LogproofWorld) -> Judged {
    let (estate, config, home) = (w.estate()?, w.config()?, w.bucket()?);
    let role = ReplicationRole::read(w).await?;
    let source = BucketGround::read(w).await?;
    let lock = w.see(estate.object_lock(&home).await)?;
    let mut actions = READ.to_vec();
    if lock.is_some() {
        actions.extend(READ_LOCKS);
    }
    let object = format!("{}/{}x", home.arn(), log_root(config.names.log_prefix.as_deref()));
    let change = "allow it in the role's own policy, and deny it to the role nowhere";
    for action in actions {
        let claim = source.claim(format!("the replication role can call {action} on log files"), change);
        may(Wanted::read(&source, &object), action).must_be_possible(w, &role.arn, claim).await?;
    }
    let asked = estate.log_key();
    let key = w.see(estate.key(&asked).await)?;
    let Some(found) = key.as_ref() else {
        w.note("no log key was found, so that nothing was asked about decrypting with it: see control LS-2.1");
        return w.settle();
    };
    let key = KeyGround::of(w, asked, found, key.exchanges(), "the policy of the log key").await?;
    let change = "allow kms:Decrypt on the log key in the role's own policy and in the key policy";
    let claim = key.claim("the replication role can decrypt with the log key", change);
    let decrypt = of_key(&key, "kms:Decrypt", &format!("s3.{}.amazonaws.com", home.region));
    decrypt.must_be_possible(w, &role.arn, claim).await?;
    w.settle()
}

#[then("the replication role can write the copy and encrypt it")]
async fn the_role_can_write(w: &mut LogproofWorld) -> Judged {
    let (config, home) = (w.config()?, w.bucket()?);
    let role = ReplicationRole::read(w).await?;
    let copies = Copies::read(w).await?;
    let copies = copies.that_count(&home.owner, config.expectations.replica_account.as_ref());
    // A bucket or a key that does not exist is told by the scenarios about them.
    if copies.iter().all(|copy| copy.bucket.is_none()) {
        return Err(w.not_applicable("no active account of the organization owns the bucket a replication rule names"));
    }
    for copy in copies {
        let Some(bucket) = copy.bucket.clone() else { continue };
        let destination = BucketGround::of(w, bucket.clone()).await?;
        let object = format!("{}/{}x", bucket.arn(), log_root(config.names.log_prefix.as_deref()));
        let mut actions = vec!["s3:ReplicateObject"];
        if copy.rule.destination_account.is_some() {
            actions.push("s3:ObjectOwnerOverrideToBucketOwner");
        }
        let change = "allow it in the role's own policy and in the policy of the copy's bucket";
        for action in actions {
            let claim = destination.claim(format!("the replication role can call {action} on the copy"), change);
            may(Wanted::read(&destination, &object), action).must_be_possible(w, &role.arn, claim).await?;
        }
        if let Some(name) = &copy.rule.replica_key {
            let asked = asked_key(name, &bucket);
            let key = w.see(w.estate()?.key(&asked).await)?;
            let Some(found) = key.as_ref() else { continue };
            let key = KeyGround::of(w, asked, found, key.exchanges(), "the policy of the replica key").await?;
            let change = "allow kms:Encrypt on the replica key in the role's own policy and in the key policy";
            let claim = key.claim("the replication role can encrypt with the replica key", change);
            let encrypt = of_key(&key, "kms:Encrypt", &format!("s3.{}.amazonaws.com", bucket.region));
            encrypt.must_be_possible(w, &role.arn, claim).await?;
        }
    }
    w.settle()
}

fn may<'a>(wanted: Wanted<'a>, action: &'static str) -> Wanted<'a> {
    Wanted { action, without: WITHOUT_NETWORK, ..wanted }
}

fn of_key<'a>(key: &'a KeyGround, action: &'static str, via: &str) -> Wanted<'a> {
    Wanted {
        action,
        resource: &key.arn,
        owner: &key.asked.account,
        policy: Some(Arc::clone(&key.policy)),
        ground: &key.ground,
        keys: vec![("kms:ViaService", via.to_owned())],
        without: WITHOUT_NETWORK,
    }
}

/// The role the replication configuration names.
struct ReplicationRole {
    arn: String,
    account: AccountId,
    exchanges: Vec<ExchangeId>,
}

impl ReplicationRole {
    async fn read(w: &mut LogproofWorld) -> Result<Self, Stop> {
        let (estate, bucket) = (w.estate()?, w.bucket()?);
        let replication = w.see(estate.bucket_replication(&bucket).await)?;
        let Some(configured) = replication.as_ref() else {
            return Err(w.not_applicable(
                "s3:GetBucketReplication returned no configuration, so no role replicates the bucket",
            ));
        };
        let arn = configured.role.clone();
        let Some(account) = arn.split(':').nth(4).and_then(|id| id.parse().ok()) else {
            return Err(Stop::because(format!("the replication role `{arn}` is not the ARN of a role")));
        };
        Ok(Self { arn, account, exchanges: replication.exchanges().to_vec() })
    }

    fn name(&self) -> &str {
        self.arn.rsplit('/').next().unwrap_or_default()
    }

    fn claim(&self, expected: &str, change: &str, exchanges: Vec<ExchangeId>) -> Claim {
        Claim {
            subject: Subject::arn(&self.arn).at(&self.account, None),
            account: self.account.clone(),
            expected: expected.to_owned(),
            change: change.to_owned(),
            exchanges,
            stood_for_by: None,
        }
    }
}
