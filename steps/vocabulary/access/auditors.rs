//! What the accounts of external auditors cannot do: anything but read, with the log bucket and with the log key.

use cucumber::then;
use logproof_estate::{
    AccountId,
    record::Subject,
    world::{Judged, LogproofWorld, Stop},
};
use logproof_policy::{Question, Who};
use serde_json::{Value, json};

use crate::scene::{
    actions::{other_than_decrypting, other_than_reading},
    bucket::BucketAccess,
    claim::Claim,
    key::KeyAccess,
    population::examined,
};

#[then("no principal of an auditor account can do anything other than read")]
async fn auditors_only_read(w: &mut LogproofWorld) -> Judged {
    let accounts = auditors(w)?;
    let access = BucketAccess::read(w).await?;
    for account in &accounts {
        let question = Question::about(other_than_reading())
            .on(&access.arn)
            .on_all(&access.objects())
            .by(Who::account(account.as_str()));
        let remedy = access.deny_in_own_policy("AuditorsOnlyRead", access.all(), of_account(account));
        let claim = access.claim(
            format!("principals of auditor account {account} only read"),
            "limit the auditor's statements to s3:GetObject and s3:ListBucket",
        );
        about(w, claim, account)?.prove(w, &access.scene_with(account.as_str()), &question, remedy).await;
    }
    examined(w, "auditor accounts", accounts.len(), "organization.auditor_accounts");
    w.settle()
}

#[then("no principal of an auditor account can do anything other than decrypt with the log key")]
async fn auditors_only_decrypt(w: &mut LogproofWorld) -> Judged {
    let accounts = auditors(w)?;
    let key = KeyAccess::read(w).await?;
    for account in &accounts {
        let question = Question::about(other_than_decrypting()).on(&key.arn).by(Who::account(account.as_str()));
        let remedy = key.deny_in_own_policy("AuditorsOnlyDecrypt", of_account(account));
        let claim = key.claim(
            format!("principals of auditor account {account} only decrypt"),
            "limit the auditor's statement in the key policy to kms:Decrypt",
        );
        about(w, claim, account)?.prove(w, &key.scene_with(account.as_str()), &question, remedy).await;
    }
    examined(w, "auditor accounts", accounts.len(), "organization.auditor_accounts");
    w.settle()
}

fn auditors(w: &mut LogproofWorld) -> Result<Vec<AccountId>, Stop> {
    let accounts = w.config()?.organization.auditor_accounts.clone();
    if accounts.is_empty() {
        return Err(w.not_applicable("the configuration names no auditor account (`organization.auditor_accounts`)"));
    }
    Ok(accounts)
}

/// A condition that the principals of an account meet.
fn of_account(account: &AccountId) -> Value {
    json!({"StringEquals": {"aws:PrincipalAccount": account}})
}

fn about(w: &LogproofWorld, claim: Claim, account: &AccountId) -> Result<Claim, Stop> {
    Ok(Claim { subject: Subject::arn(w.config()?.root_arn(account)).at(account, None), ..claim })
}
