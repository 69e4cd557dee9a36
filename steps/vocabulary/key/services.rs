//! What the log services need of the log key, and for whom they may use it.
//!
//! A key policy that forgets a service stops its delivery without an error anybody sees; one that lets a service act
//! for everybody lets strangers use the key.

use cucumber::then;
use logproof_estate::{
    AccountId,
    record::{Observation, Population},
    world::{Judged, LogproofWorld},
};
use logproof_policy::{Decision, Question, Request, Source, Who};
use serde_json::json;

use crate::scene::{
    access::{Callers, Refusal},
    actions::use_key,
    buckets::config_bucket,
    conditions::organization_id,
    key::KeyAccess,
    questions::pause,
    service_requests::{CLOUDTRAIL, CONFIG, by_service, config_arn, context_of_service, decide_for_service},
};

#[then("CloudTrail can encrypt the logs of the organization trail with the log key")]
async fn cloudtrail_can_encrypt(w: &mut LogproofWorld) -> Judged {
    let key = KeyAccess::read(w).await?;
    let config = w.config()?;
    let organization = organization_id(w).await?;
    let trail = config.trail_arn();
    // See: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
    let context = context_of_service(&organization, &config.organization.management_account, &trail)
        .with("kms:EncryptionContext:aws:cloudtrail:arn", trail.as_str());
    let request = by_service(CLOUDTRAIL, "kms:GenerateDataKey", &key.arn, &key.owner, context);
    must_be_allowed(
        w,
        &key,
        &request,
        ("CloudTrail's data key for the organization trail", None),
        "allow cloudtrail.amazonaws.com kms:GenerateDataKey* in the key policy, for the ARN of the organization trail",
    );
    w.settle()
}

#[then("AWS Config can encrypt what it delivers for every active account with the log key")]
async fn config_can_encrypt(w: &mut LogproofWorld) -> Judged {
    let (estate, config) = (w.estate()?, w.config()?);
    let bucket = config_bucket(w).await?;
    let encryption = w.see(estate.bucket_encryption(&bucket).await)?;
    if !encryption.as_ref().is_some_and(|one| one.algorithm.starts_with("aws:kms")) {
        return Err(w.not_applicable(format!(
            "s3:GetEncryptionConfiguration of `{}` returned no KMS key: see control LS-2.2",
            bucket.name
        )));
    }
    let key = KeyAccess::read(w).await?;
    let organization = organization_id(w).await?;
    let region = &config.organization.home_region;
    let members = key.organization.members().map(|member| member.id.clone());
    let accounts: Vec<AccountId> = members.chain([key.organization.management().clone()]).collect();
    for account in &accounts {
        pause().await;
        let source = config_arn(region, account);
        let context = context_of_service(&organization, account, &source);
        // See: https://docs.aws.amazon.com/config/latest/developerguide/s3-kms-key-policy.html
        let request = by_service(CONFIG, "kms:GenerateDataKey", &key.arn, &key.owner, context);
        must_be_allowed(
            w,
            &key,
            &request,
            (&format!("AWS Config's data key for account {account}"), Some(account)),
            "allow config.amazonaws.com kms:GenerateDataKey and kms:Decrypt in the key policy, with aws:SourceAccount or aws:SourceOrgID",
        );
    }
    w.population(Population {
        of: "active accounts".to_owned(),
        expected: accounts.len(),
        examined: accounts.len(),
        source: "organizations:ListAccounts".to_owned(),
        left_out: key.organization.left_out().to_vec(),
    });
    w.settle()
}

#[then("no log service but CloudTrail can use the log key on behalf of an account outside the organization")]
async fn no_service_uses_the_key_for_a_stranger(w: &mut LogproofWorld) -> Judged {
    let key = KeyAccess::read(w).await?;
    // What CloudTrail encrypts for is told by its encryption context, which another sentence asks about.
    let question = Question::about(use_key())
        .on(&key.arn)
        .by(Who::services().except_service(CLOUDTRAIL))
        .from_source(Source::Foreign);
    let condition = json!({
        "Bool": {"aws:PrincipalIsAWSService": "true"},
        "StringNotEquals": {"aws:SourceOrgID": organization_id(w).await?},
        "ArnNotEquals": {"aws:SourceArn": w.config()?.trail_arn()},
    });
    let refusal = Refusal {
        question,
        callers: Callers::Assumed,
        expected: "services use the key for accounts of this organization only".to_owned(),
        change: "add a condition on aws:SourceArn, aws:SourceAccount or aws:SourceOrgID to the statement that allows the service".to_owned(),
        remedy: key.deny_in_own_policy("RefuseServicesOfStrangers", condition),
    };
    key.must_refuse(w, refusal).await
}

/// Records whether one request of a service is allowed by the key policy and the RCPs.
fn must_be_allowed(
    w: &mut LogproofWorld,
    key: &KeyAccess,
    request: &Request,
    (what, account): (&str, Option<&AccountId>),
    change: &str,
) {
    let expected = format!("{what} is granted");
    let policy = key.policy.clone();
    let Some(decided) = decide_for_service(&key.organization, &key.owner, policy, request) else {
        return;
    };
    if let Decision::Undecided(reason) = &decided.decision {
        key.claim(expected, change).undecided(w, reason.clone());
        return;
    }
    let found = if decided.is_allowed() { "granted".to_owned() } else { format!("refused: {decided}") };
    w.observe(
        Observation::new(key.subject(), expected, found, decided.is_allowed())
            .for_account(account)
            .place(format!("{} by {}", request.action(), request.principal()))
            .hint(change),
    );
}
