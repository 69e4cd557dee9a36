//! Who can use, delete or disable the log key: key policy, grants, SCPs, RCPs and the key account's own principals.

use cucumber::then;
use logproof_estate::{
    record::{Observation, Subject},
    world::{Judged, LogproofWorld, Stop},
};
use logproof_policy::{Question, Scene, Source, Who, never, who_can};
use serde_json::json;

use crate::scene::{
    access::{Callers, Refusal},
    actions::{take_key_away, use_key},
    conditions::{above, everybody_but, organization_id, outside},
    key::{KeyAccess, by_id},
    readers::may_decrypt,
};

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

#[then("no service other than the log services can use the log key")]
async fn no_other_service_can_use_the_log_key(w: &mut LogproofWorld) -> Judged {
    let mut key = KeyAccess::read(w).await?;
    let services = key.services(w).await?;
    let mut who = Who::services();
    for service in &services {
        who = who.except_service(service);
    }
    let condition = json!({
        "Bool": {"aws:PrincipalIsAWSService": "true"},
        "StringNotEquals": {"aws:PrincipalServiceName": services},
    });
    let refusal = Refusal {
        question: Question::about(use_key()).on(&key.arn).by(who),
        callers: Callers::Assumed,
        expected: format!("no service other than {} uses the key", services.join(", ")),
        change: "remove the service from the key policy's statement".to_owned(),
        remedy: key.deny_in_own_policy("OnlyLogServicesUseTheKey", condition),
    };
    key.must_refuse(w, refusal).await
}

#[then("no trail outside the organization can be encrypted with the log key")]
async fn no_foreign_trail_can_be_encrypted(w: &mut LogproofWorld) -> Judged {
    let key = KeyAccess::read(w).await?;
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
    let refusal = Refusal {
        question,
        callers: Callers::Assumed,
        expected: "CloudTrail uses the key for trails of this organization only".to_owned(),
        change: "add a condition on kms:EncryptionContext:aws:cloudtrail:arn or on aws:SourceArn to the statement"
            .to_owned(),
        remedy: key.deny_in_own_policy("RefuseTrailsOfStrangers", condition),
    };
    key.must_refuse(w, refusal).await
}

#[then("nobody outside the organization can use the log key")]
async fn nobody_outside_can_use_the_log_key(w: &mut LogproofWorld) -> Judged {
    let key = KeyAccess::read(w).await?;
    let config = w.config()?;
    let mut who = Who::outsiders();
    for account in &config.organization.auditor_accounts {
        who = who.except_account(account.as_str());
    }
    let refusal = Refusal {
        question: Question::about(["kms:*"]).on(&key.arn).by(who),
        callers: Callers::Assumed,
        expected: "nobody outside the organization can do anything with the key".to_owned(),
        change: "remove the outsider from the key policy".to_owned(),
        remedy: key.deny_in_own_policy("RefuseOutsiders", outside(w).await?),
    };
    key.must_refuse(w, refusal).await
}

#[then(
    "nobody other than the named readers, the log storage role and the role that replicates the log bucket can decrypt with the log key"
)]
async fn nobody_else_can_decrypt(w: &mut LogproofWorld) -> Judged {
    let mut key = KeyAccess::read(w).await?;
    let allowed = may_decrypt(w).await?;
    key.rest_on(&allowed.exchanges);
    let mut condition = everybody_but(&allowed.arns);
    if let Some(operators) = condition.as_object_mut() {
        operators.insert("BoolIfExists".to_owned(), json!({"aws:PrincipalIsAWSService": "false"}));
    }
    let who = allowed.excepted_from(Who::anyone().except_services());
    let refusal = Refusal {
        question: Question::about(["kms:Decrypt", "kms:ReEncryptFrom"]).on(&key.arn).by(who),
        callers: Callers::Inventory,
        expected: "only named readers and the log storage role can decrypt".to_owned(),
        change: "take kms:Decrypt away from the principal, or name it as a reader in the configuration".to_owned(),
        remedy: key.deny_in_own_policy("OnlyNamedReadersDecrypt", condition),
    };
    key.must_refuse(w, refusal).await
}

#[then("every grant on the log key is to a log service, a named reader or an administrator")]
async fn every_grant_is_to_somebody_named(w: &mut LogproofWorld) -> Judged {
    let (asked, key) = w.key()?;
    let (config, estate) = (w.config()?, w.estate()?);
    let grants = w.see(estate.key_grants(&by_id(&asked, &key)).await)?;
    let subject = Subject::arn(&key.arn).at(&asked.account, Some(&asked.region));
    let expected = "grants only to log services, named readers and the log storage role";
    if grants.is_empty() {
        w.observe(Observation::new(subject, expected, "no grants", true).resting_on(grants.exchanges()));
        return w.settle();
    }
    let services = KeyAccess::read(w).await?.services(w).await?;
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

#[then("nobody other than the log storage role can delete, disable or re-purpose the log key")]
async fn nobody_else_can_take_the_key_away(w: &mut LogproofWorld) -> Judged {
    let mut key = KeyAccess::read(w).await?;
    let role = w.config()?.storage_role_arn();
    let question =
        Question::about(take_key_away(key.resource.multi_region)).on(&key.arn).by(Who::anyone().except_arn(&role));
    // A user or role that is there is the better witness; whoever administers the account can make others.
    let nobody_is_there = never(&key.scene_with_inventory(w).await?, &question).holds();
    note_the_lock(w, key.scene(), &question);
    let refusal = Refusal {
        question,
        callers: if nobody_is_there { Callers::Assumed } else { Callers::Inventory },
        expected: format!("only {role} can delete, disable or re-purpose the key"),
        change: "deny the action on the key in an SCP for every principal but the log storage role".to_owned(),
        remedy: key.deny("OnlyTheStorageRoleTakesTheKeyAway", vec![above(), key.own_policy()], everybody_but(&[role])),
    };
    key.must_refuse(w, refusal).await
}
