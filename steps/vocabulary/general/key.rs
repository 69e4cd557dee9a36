//! State of the keys a scenario names, and who administers them.

use cucumber::{gherkin, then};
use logproof_estate::{
    Fact, KeyRef,
    facts::KmsKey,
    record::{Observation, Subject},
    world::{Judged, LogproofWorld},
};
use logproof_policy::Who;

use crate::{
    judgement::guide::{Below, Entry, Kind},
    scene::{
        access::Callers,
        actions::take_key_away,
        asked::{Named, named_below},
        asked_requests::{Requests, Spared},
        key::by_id,
        subjects::{every, keys},
    },
};

const fn judges(sentence: &'static str, about: &'static str, example: &'static str) -> Entry {
    Entry::then(sentence, about, example).of(&[Kind::Key])
}

const fn of_table(sentence: &'static str, about: &'static str) -> Entry {
    judges(sentence, about, sentence).below(Below::Table("principals"))
}

/// What is documented of the sentences of this file.
pub(crate) const GUIDE: &[Entry] = &[
    judges("it is enabled", "The state of the key is Enabled: neither disabled nor pending deletion.", "it is enabled"),
    judges(
        "it is a customer managed key",
        "The key is managed by the customer, not by AWS.",
        "it is a customer managed key",
    ),
    judges(
        "it is rotated automatically at least every {int} days",
        "Automatic rotation is on with a period of at most so many days. A key that AWS KMS cannot rotate is a finding.",
        "it is rotated automatically at least every 365 days",
    ),
    judges(
        "it is rotated automatically at least every {int} days, if AWS KMS can rotate it",
        "The same, and a key that AWS KMS cannot rotate meets it: an asymmetric one, one with material of another origin, and one that waits for its deletion.",
        "it is rotated automatically at least every 365 days, if AWS KMS can rotate it",
    ),
    of_table(
        "only these principals can administer it",
        "Proved for every action that takes the key away, disables it or gives it to others, and any caller that is not in the table below. An administrator is assumed in its account too.",
    ),
    of_table(
        "only these principals can decrypt with it",
        "Proved for kms:Decrypt and kms:ReEncryptFrom and any caller, services included, that is not in the table below. Grants count.",
    ),
];

type Asked = (KeyRef, Fact<KmsKey>);

fn observation(key: &Asked, expected: impl Into<std::sync::Arc<str>>, found: String, met: bool) -> Observation {
    let (asked, key) = key;
    let subject = Subject::arn(&key.arn).at(&asked.account, Some(&asked.region));
    Observation::new(subject, expected, found, met).resting_on(key.exchanges())
}

#[then("it is enabled")]
async fn it_is_enabled(w: &mut LogproofWorld) -> Judged {
    let keys = keys(w)?;
    let judge = async |w: &mut LogproofWorld, key: Asked| {
        let deletion = key.1.deletion_date.map(|at| format!(", to be deleted on {at}")).unwrap_or_default();
        let found = format!("state {}{deletion}", key.1.state);
        let met = key.1.state == "Enabled" && key.1.deletion_date.is_none();
        w.observe(
            observation(&key, "state Enabled", found, met)
                .hint("cancel the deletion (kms:CancelKeyDeletion) and enable the key (kms:EnableKey)"),
        );
        Ok(())
    };
    every(w, keys, judge).await
}

#[then("it is a customer managed key")]
async fn it_is_customer_managed(w: &mut LogproofWorld) -> Judged {
    let keys = keys(w)?;
    let judge = async |w: &mut LogproofWorld, key: Asked| {
        let (found, met) = (format!("key manager {}", key.1.manager), key.1.manager == "CUSTOMER");
        w.observe(observation(&key, "key manager CUSTOMER", found, met).hint("use a customer managed key"));
        Ok(())
    };
    every(w, keys, judge).await
}

/// Why AWS KMS does not rotate a key by itself.
///
/// See: <https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html>
fn why_not_rotated(key: &KmsKey) -> Option<String> {
    if let Some(origin) = key.origin.as_deref().filter(|origin| *origin != "AWS_KMS") {
        return Some(format!("its material has origin {origin}"));
    }
    if let Some(spec) = key.spec.as_deref().filter(|spec| *spec != "SYMMETRIC_DEFAULT") {
        return Some(format!("its spec is {spec}"));
    }
    let pending = key.state.starts_with("Pending") && key.state.ends_with("Deletion");
    pending.then(|| format!("its state is {}", key.state))
}

#[then(expr = "it is rotated automatically at least every {int} days")]
async fn it_is_rotated(w: &mut LogproofWorld, most: i64) -> Judged {
    rotated(w, most, false).await
}

#[then(expr = "it is rotated automatically at least every {int} days, if AWS KMS can rotate it")]
async fn it_is_rotated_if_it_can_be(w: &mut LogproofWorld, most: i64) -> Judged {
    rotated(w, most, true).await
}

async fn rotated(w: &mut LogproofWorld, most: i64, if_it_can_be: bool) -> Judged {
    let keys = keys(w)?;
    let judge = async |w: &mut LogproofWorld, key: Asked| {
        let expected = format!("rotated automatically at least every {most} days");
        if let Some(why) = why_not_rotated(&key.1) {
            let found = format!("a key that AWS KMS does not rotate: {why}");
            w.observe(
                observation(&key, expected, found, if_it_can_be)
                    .hint("use a symmetric key whose material AWS KMS made, or leave this key out of the sentence"),
            );
            return Ok(());
        }
        let rotation = w.see(w.estate()?.key_rotation(&by_id(&key.0, &key.1)).await)?;
        let (found, met) = match (rotation.enabled, rotation.period_days) {
            (false, _) => ("rotation is off".to_owned(), false),
            (true, Some(days)) => (format!("rotated every {days} days"), i64::from(days) <= most),
            // See: https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyRotationStatus.html
            (true, None) => ("rotation is on, at the default of 365 days".to_owned(), 365 <= most),
        };
        w.observe(
            observation(&key, expected, found, met)
                .hint(format!("turn on automatic rotation of the key with a period of at most {most} days"))
                .resting_on(rotation.exchanges()),
        );
        Ok(())
    };
    every(w, keys, judge).await
}

/// What nobody but these principals may do with a key.
fn only(actions: Vec<String>, named: &Named, callers: Callers, what: &str) -> Requests {
    Requests {
        who: named.excepted_from(Who::anyone()),
        callers,
        when: None,
        spared: Spared::These(named.all.clone()),
        expected: format!("only {} can {what} the key", named.in_words()),
        change: format!("deny {} to every principal but {}", actions.join(", "), named.in_words()),
        sid: "OnlyNamedPrincipals",
        denied: named.everybody_else(),
        actions,
    }
}

#[then("only these principals can administer it")]
async fn only_these_administer(w: &mut LogproofWorld, step: &gherkin::Step) -> Judged {
    let named = named_below(w, step).await?;
    let keys = keys(w)?;
    let judge = async |w: &mut LogproofWorld, key: Asked| {
        let actions = take_key_away(key.1.multi_region).into_iter().map(str::to_owned).collect();
        let requests = only(actions, &named, Callers::Assumed, "delete, disable or re-purpose");
        requests.refused_by_key(w, key).await
    };
    every(w, keys, judge).await
}

#[then("only these principals can decrypt with it")]
async fn only_these_decrypt(w: &mut LogproofWorld, step: &gherkin::Step) -> Judged {
    let named = named_below(w, step).await?;
    let actions = vec!["kms:Decrypt".to_owned(), "kms:ReEncryptFrom".to_owned()];
    let requests = only(actions, &named, Callers::Inventory, "decrypt with");
    let keys = keys(w)?;
    every(w, keys, async |w: &mut LogproofWorld, key| requests.refused_by_key(w, key).await).await
}
