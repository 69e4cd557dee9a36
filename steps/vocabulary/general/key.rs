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
#[then("the log key is enabled and not pending deletion")]
async fn it_is_enabled(w: &mut LogproofWorld) -> Judged {
    let keys = keys(w)?;
    let judge = async |w: &mut LogproofWorld, key: Asked| {
        let deletion = key.1.deletion_date.map(|at| format!(", deletion on {at}")).unwrap_or_default();
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
#[then("the log key is a customer managed key")]
async fn it_is_customer_managed(w: &mut LogproofWorld) -> Judged {
    let keys = keys(w)?;
    let judge = async |w: &mut LogproofWorld, key: Asked| {
        let found = match key.1.manager.as_str() {
            "AWS" => "an AWS managed key, whose policy nobody can change".to_owned(),
            manager => format!("key manager {manager}"),
        };
        let met = key.1.manager == "CUSTOMER";
        w.observe(
            observation(&key, "key manager CUSTOMER", found, met)
                .hint("create a customer managed key, and encrypt with it in place of this one"),
        );
        Ok(())
    };
    every(w, keys, judge).await
}

/// What becomes of a key that AWS KMS does not rotate.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unrotated {
    /// It is a finding.
    Finding,
    /// It meets the sentence, and so does one that waits for its deletion.
    Meets,
    /// The control does not apply.
    NotApplicable,
}

/// Why AWS KMS does not rotate a key by itself.
///
/// See: <https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html>
fn why_not_rotated(key: &KmsKey) -> Option<String> {
    if let Some(origin) = key.origin.as_deref().filter(|origin| *origin != "AWS_KMS") {
        return Some(format!("the key material has origin {origin}"));
    }
    key.spec.as_deref().filter(|spec| *spec != "SYMMETRIC_DEFAULT").map(|spec| format!("the key spec is {spec}"))
}

#[then(expr = "it is rotated automatically at least every {int} days")]
async fn it_is_rotated(w: &mut LogproofWorld, most: i64) -> Judged {
    rotated(w, most, Unrotated::Finding).await
}

#[then(expr = "it is rotated automatically at least every {int} days, if AWS KMS can rotate it")]
async fn it_is_rotated_if_it_can_be(w: &mut LogproofWorld, most: i64) -> Judged {
    rotated(w, most, Unrotated::Meets).await
}

#[then("the log key is rotated automatically, at least as often as the organization asks")]
async fn the_log_key_is_rotated(w: &mut LogproofWorld) -> Judged {
    let most = i64::from(w.config()?.expectations.key_rotation_days);
    rotated(w, most, Unrotated::NotApplicable).await
}

async fn rotated(w: &mut LogproofWorld, most: i64, unrotated: Unrotated) -> Judged {
    let keys = keys(w)?;
    let judge = async |w: &mut LogproofWorld, key: Asked| {
        let pending = key.1.state.starts_with("Pending") && key.1.state.ends_with("Deletion");
        let pending = pending.then(|| format!("the key state is {}", key.1.state));
        let why = why_not_rotated(&key.1).or(pending.filter(|_| unrotated == Unrotated::Meets));
        match why {
            Some(why) if unrotated == Unrotated::NotApplicable => Err(w.not_applicable(format!(
                "kms:DescribeKey: {why}; AWS KMS rotates only symmetric keys whose material it made"
            ))),
            Some(why) => {
                let found = format!("a key that AWS KMS does not rotate: {why}");
                w.observe(
                    observation(&key, rotated_every(most), found, unrotated == Unrotated::Meets)
                        .hint("use a symmetric key whose material AWS KMS made, or leave this key out of the sentence"),
                );
                Ok(())
            }
            None => often_enough(w, &key, most).await,
        }
    };
    every(w, keys, judge).await
}

fn rotated_every(most: i64) -> String {
    format!("rotated at least every {most} days")
}

async fn often_enough(w: &mut LogproofWorld, key: &Asked, most: i64) -> Judged {
    // KMS does not take an alias here.
    let rotation = w.see(w.estate()?.key_rotation(&by_id(&key.0, &key.1)).await)?;
    let (found, met) = match (rotation.enabled, rotation.period_days) {
        (false, _) => ("rotation is off".to_owned(), false),
        (true, Some(days)) => (format!("rotated every {days} days"), i64::from(days) <= most),
        // See: https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyRotationStatus.html
        (true, None) => ("rotation is on, at the default of 365 days".to_owned(), 365 <= most),
    };
    w.observe(
        observation(key, rotated_every(most), found, met)
            .hint(format!("turn on automatic rotation of the key with a period of at most {most} days"))
            .resting_on(rotation.exchanges()),
    );
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn key(spec: Option<&str>, origin: Option<&str>) -> KmsKey {
        KmsKey {
            id: "k".to_owned(),
            arn: "arn:aws:kms:eu-central-1:222222222222:key/k".to_owned(),
            manager: "CUSTOMER".to_owned(),
            state: "Enabled".to_owned(),
            spec: spec.map(str::to_owned),
            usage: None,
            origin: origin.map(str::to_owned),
            valid_to: None,
            deletion_date: None,
            multi_region: false,
        }
    }

    #[test]
    fn only_symmetric_keys_made_by_kms_are_rotated_by_kms() {
        assert_eq!(why_not_rotated(&key(Some("SYMMETRIC_DEFAULT"), Some("AWS_KMS"))), None);
        assert!(why_not_rotated(&key(Some("SYMMETRIC_DEFAULT"), Some("EXTERNAL"))).unwrap().contains("EXTERNAL"));
        assert!(why_not_rotated(&key(Some("RSA_2048"), Some("AWS_KMS"))).unwrap().contains("RSA_2048"));
    }
}
