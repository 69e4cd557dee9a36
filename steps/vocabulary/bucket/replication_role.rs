//! The role S3 replicates with: a complete rule copies nothing where the role cannot read here or write there, and
//! nothing says so but the replication status of each object.
//!
//! See: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html>,
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html>

use std::sync::Arc;

use cucumber::then;
use logproof_estate::{
    BucketRef, ExchangeId, KeyRef, Region,
    record::Observation,
    world::{Judged, LogproofWorld, Stop},
};
use logproof_policy::{Decision, Question, Who};

use crate::{
    judgement::log_files::log_root,
    scene::{
        bucket::BucketAccess,
        copies::{Copies, asked_key},
        key::KeyAccess,
        needed_access::NeededAccess,
        organization::OrganizationView,
        proposal::kept::Entering,
        role::Role,
        service_requests::{by_service, context_of_service, decide_for_service},
    },
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
    let (arn, configured) = role_of(w).await?;
    let role = Role::read(w, &arn).await?;
    let expected = "S3 can assume the role for the log bucket";
    let Some(trust) = &role.trust else {
        w.observe(
            Observation::new(role.subject(), expected, "no such role", false)
                .hint("create the role, or name another one in the replication configuration")
                .resting_on(&[configured, role.exchanges].concat()),
        );
        return w.settle();
    };
    let view = OrganizationView::read(w, &[trust.as_ref()], &[]).await?;
    let organization = w.see(estate.organization().await)?.id.clone();
    let context = context_of_service(&organization, &bucket.owner, &bucket.arn());
    let request = by_service(S3, "sts:AssumeRole", &arn, &role.account, context);
    let further = [&configured, view.exchanges()].concat();
    let change = "let the trust policy allow sts:AssumeRole to s3.amazonaws.com";
    let claim = role.claim(expected, change, &further);
    let Some(decided) = decide_for_service(&view, &role.account, Some(Arc::clone(trust)), &request) else {
        return Err(Stop::because(format!("no request of {S3} could be decided")));
    };
    if let Decision::Undecided(reason) = &decided.decision {
        claim.undecided(w, reason.clone());
        return w.settle();
    }
    let found = if decided.is_allowed() { "it can".to_owned() } else { format!("refused: {decided}") };
    w.observe(
        Observation::new(claim.subject, claim.expected, found, decided.is_allowed())
            .place("AssumeRolePolicyDocument")
            .hint(claim.change)
            .resting_on(&claim.exchanges),
    );
    w.settle()
}

#[then("nobody but AWS services can assume the replication role")]
async fn only_services_assume_the_role(w: &mut LogproofWorld) -> Judged {
    let (arn, configured) = role_of(w).await?;
    let role = Role::read(w, &arn).await?;
    let Some(trust) = &role.trust else {
        return Err(w.not_applicable("iam:GetRole returned no such role: nobody can assume it"));
    };
    let view = OrganizationView::read(w, &[trust.as_ref()], &[]).await?;
    let question = Question::about(["sts:AssumeRole"]).on(&arn).by(Who::anyone().except_services());
    let scene = view.scene(&role.account, Some(Arc::clone(trust)));
    let nobody_else = serde_json::json!({"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}});
    let remedy = role.deny("OnlyServices", nobody_else, Entering::From(Vec::new()));
    let change = "let the trust policy name s3.amazonaws.com and nobody else";
    let further = [&configured, view.exchanges()].concat();
    role.claim("no user and no role can assume the role", change, &further).prove(w, &scene, &question, remedy).await;
    w.settle()
}

#[then("the replication role can read log files, the encrypted and the locked ones included")]
async fn the_role_can_read(w: &mut LogproofWorld) -> Judged {
    let (estate, home) = (w.estate()?, w.bucket()?);
    let (role, _) = role_of(w).await?;
    let lock = w.see(estate.object_lock(&home).await)?;
    let mut actions = READ.to_vec();
    if lock.is_some() {
        actions.extend(READ_LOCKS);
    }
    let change = "allow it in the role's own policy, and deny it to the role nowhere";
    can_call(w, &role, &home, &actions, "log files", change).await?;
    if !can_use(w, &role, estate.log_key(), &home.region, &DECRYPT).await? {
        w.note("no log key was found, so that nothing was asked about decrypting with it: see control LS-2.1");
    }
    w.settle()
}

#[then("the replication role can write the copy and encrypt it")]
async fn the_role_can_write(w: &mut LogproofWorld) -> Judged {
    let (config, home) = (w.config()?, w.bucket()?);
    let (role, _) = role_of(w).await?;
    let copies = Copies::read(w).await?;
    let copies = copies.that_count(&home.owner, config.expectations.replica_account.as_ref());
    // A bucket or a key that does not exist is told by the scenarios about them.
    if copies.iter().all(|copy| copy.bucket.is_none()) {
        return Err(w.not_applicable("no active account of the organization owns the bucket a replication rule names"));
    }
    for copy in copies {
        let Some(bucket) = &copy.bucket else { continue };
        let mut actions = vec!["s3:ReplicateObject"];
        if copy.rule.destination_account.is_some() {
            actions.push("s3:ObjectOwnerOverrideToBucketOwner");
        }
        let change = "allow it in the role's own policy and in the policy of the copy's bucket";
        can_call(w, &role, bucket, &actions, "the copy", change).await?;
        if let Some(name) = &copy.rule.replica_key {
            can_use(w, &role, asked_key(name, bucket), &bucket.region, &ENCRYPT).await?;
        }
    }
    w.settle()
}

/// The role the replication configuration names, and what says so.
async fn role_of(w: &mut LogproofWorld) -> Result<(String, Vec<ExchangeId>), Stop> {
    let (estate, bucket) = (w.estate()?, w.bucket()?);
    let replication = w.see(estate.bucket_replication(&bucket).await)?;
    match replication.as_ref() {
        Some(configured) => Ok((configured.role.clone(), replication.exchanges().to_vec())),
        None => {
            Err(w.not_applicable("s3:GetBucketReplication returned no configuration, so no role replicates the bucket"))
        }
    }
}

/// Records whether the role can call each of `actions` on the log files in a bucket, which are called `what`.
async fn can_call(
    w: &mut LogproofWorld,
    role: &str,
    bucket: &BucketRef,
    actions: &[&'static str],
    what: &str,
    change: &str,
) -> Result<(), Stop> {
    let root = log_root(w.config()?.names.log_prefix.as_deref());
    let access = BucketAccess::of(w, bucket.clone()).await?;
    let object = format!("{}/{root}x", bucket.arn());
    for action in actions {
        let claim = access.claim(format!("the replication role can call {action} on {what}"), change);
        let wanted = NeededAccess { action, without: WITHOUT_NETWORK, ..NeededAccess::read(&access, &object) };
        wanted.must_be_possible(w, role, claim).await?;
    }
    Ok(())
}

/// What the role does with a key.
struct Use {
    action: &'static str,
    policy: &'static str,
    expected: &'static str,
    change: &'static str,
}

const DECRYPT: Use = Use {
    action: "kms:Decrypt",
    policy: "the policy of the log key",
    expected: "the replication role can decrypt with the log key",
    change: "allow kms:Decrypt on the log key in the role's own policy and in the key policy",
};
const ENCRYPT: Use = Use {
    action: "kms:Encrypt",
    policy: "the policy of the replica key",
    expected: "the replication role can encrypt with the replica key",
    change: "allow kms:Encrypt on the replica key in the role's own policy and in the key policy",
};

/// Records whether the role can use a key through S3 of a Region; `false` when there is no such key.
async fn can_use(w: &mut LogproofWorld, role: &str, asked: KeyRef, region: &Region, by: &Use) -> Result<bool, Stop> {
    let key = w.see(w.estate()?.key(&asked).await)?;
    let Some(found) = key.as_ref() else { return Ok(false) };
    let access = KeyAccess::of(w, asked, found, key.exchanges(), by.policy).await?;
    let wanted = NeededAccess {
        action: by.action,
        resource: &access.arn,
        owner: &access.owner,
        policy: access.policy.clone(),
        organization: &access.organization,
        keys: Vec::new(),
        via: region.partition().via_service("s3", region.as_str()),
        without: WITHOUT_NETWORK,
    };
    wanted.must_be_possible(w, role, access.claim(by.expected, by.change)).await?;
    Ok(true)
}
