//! What kind of key the log key is.

use cucumber::then;
use logproof_estate::{
    facts::KmsKey,
    record::{Observation, Subject},
    world::{Judged, LogproofWorld},
};

use crate::judgement::key_name::{account_of, region_of};

#[then("the log key is in the account approved for it")]
async fn the_log_key_is_in_the_approved_account(w: &mut LogproofWorld) -> Judged {
    let config = w.config()?;
    let approved = config.key_account();
    let (_, key) = w.key()?;
    let account = account_of(&key.arn);
    let found =
        account.as_ref().map_or_else(|| format!("key {}", key.arn), |a| format!("key {} in account {a}", key.arn));
    judge_key(
        w,
        format!("a key of account {approved}"),
        found,
        account.as_ref() == Some(approved),
        "create the log key in the approved account, or name that account in `names.key_account`",
    )
}

#[then("the log key is enabled and encrypts symmetrically")]
async fn the_log_key_is_enabled_and_symmetric(w: &mut LogproofWorld) -> Judged {
    let (_, key) = w.key()?;
    let spec = key.spec.as_deref().unwrap_or("not stated");
    let deletion = key.deletion_date.map(|at| format!(", to be deleted on {at}")).unwrap_or_default();
    let found = format!("state {}{deletion}, key spec {spec}", key.state);
    let met = key.state == "Enabled" && spec == "SYMMETRIC_DEFAULT";
    judge_key(
        w,
        "state Enabled, key spec SYMMETRIC_DEFAULT",
        found,
        met,
        "cancel the deletion or enable the key; S3 and CloudTrail encrypt with symmetric keys only",
    )
}

#[then("the material of the log key does not expire")]
async fn the_material_of_the_log_key_does_not_expire(w: &mut LogproofWorld) -> Judged {
    let (_, key) = w.key()?;
    let origin = key.origin.as_deref().unwrap_or("not stated");
    let found = match key.valid_to {
        Some(until) => format!("origin {origin}, material expires on {until}"),
        None => format!("origin {origin}, no expiry"),
    };
    judge_key(
        w,
        "key material without an expiry date",
        found,
        key.valid_to.is_none(),
        "import the material without expiry, or use material made by AWS KMS: no log file can be read without it",
    )
}

fn judge_key(
    w: &mut LogproofWorld,
    expected: impl Into<std::sync::Arc<str>>,
    found: String,
    met: bool,
    hint: &str,
) -> Judged {
    let (_, key) = w.key()?;
    w.observe(Observation::new(key_subject(&key), expected, found, met).hint(hint).resting_on(key.exchanges()));
    w.settle()
}

fn key_subject(key: &KmsKey) -> Subject {
    let subject = Subject::arn(&key.arn);
    match account_of(&key.arn) {
        Some(account) => subject.at(&account, region_of(&key.arn).as_ref()),
        None => subject,
    }
}
