//! That those who examine the logs are not those who run the log store.

use std::sync::Arc;

use cucumber::then;
use logproof_estate::{
    Reason, Unseen,
    record::{Observation, Subject},
    world::{Judged, LogproofWorld, Stop},
};
use logproof_policy::{Answer, Question, Who, never};
use serde_json::Value;

use crate::{
    intake::examined,
    policy_scene::{Ground, principal},
    trust::{Role, place_of},
};

/// Readers that are roles or users, each once; that there are none leaves nothing to separate.
fn readers(w: &mut LogproofWorld) -> Result<Vec<String>, Stop> {
    let mut readers: Vec<String> = w.estate()?.readers().into_iter().map(|reader| reader.principal).collect();
    readers.sort();
    readers.dedup();
    if readers.is_empty() {
        return Err(w.not_applicable("neither the register nor the configuration names a reader"));
    }
    Ok(readers)
}

/// What is found of a reader who only reads.
const NOT_AN_OPERATOR: &str = "it neither is the role nor may put it on";

#[then("no reader of log files may act as the log storage role")]
async fn no_reader_is_an_operator(w: &mut LogproofWorld) -> Judged {
    let readers = readers(w)?;
    let storage = w.config()?.storage_role_arn();
    let (_, name) = place_of(&storage)?;
    // A trust policy that cannot be read names nobody, which would be no answer: it is an ERROR.
    let role = Role::read(w, &storage).await?;
    let text = role.trust.as_ref().map_or("", |trust| trust.text.as_str());
    let trusted = trusted_by(text);
    let ground = Ground::read(w, &[text]).await?;
    w.record.rest_on(ground.exchanges());
    let scene = ground.scene(&role.account, role.trust.as_ref().map(|trust| Arc::clone(&trust.policy)));
    for reader in &readers {
        let same = [&storage].into_iter().chain(&trusted).find(|operator| is_same(operator, reader));
        // Whoever administers the reader's account could let it ask; what holds it back is the trust policy.
        let question = Question::about(["sts:AssumeRole"]).on(&storage).by(Who::exactly(principal(reader)));
        let found = match (same, never(&scene, &question)) {
            (Some(operator), _) if *operator == storage => "it is the log storage role".to_owned(),
            (Some(operator), _) => format!("the trust policy of {name} names {operator}"),
            (None, Answer::Holds) => NOT_AN_OPERATOR.to_owned(),
            (None, Answer::Violated(witness)) => witness.sentence(),
            (None, Answer::Undecided(reason)) => {
                w.unseen(Unseen {
                    operation: "policy evaluation".to_owned(),
                    account: role.account.clone(),
                    region: None,
                    subject: storage.clone(),
                    reason: Reason::Undecided,
                    detail: reason,
                    hint: "rewrite the statement of the trust policy that cannot be evaluated".to_owned(),
                    exchanges: role.exchanges.clone(),
                });
                continue;
            }
        };
        let is_reader_only = found == NOT_AN_OPERATOR;
        w.observe(
            Observation::new(
                Subject::arn(reader),
                format!("{reader} reads, and does not operate"),
                found,
                is_reader_only,
            )
            .place(format!("trust policy of {name}"))
            .hint("give reading and operating to different roles, assigned to different people")
            .resting_on(&role.exchanges),
        );
    }
    examined(w, "readers", readers.len(), "readers of the register and of the configuration");
    w.settle()
}

#[then("no reader of log files lives in the log archive account")]
async fn no_reader_lives_in_the_archive(w: &mut LogproofWorld) -> Judged {
    let readers = readers(w)?;
    let archive = w.config()?.organization.log_archive_account.clone();
    for reader in &readers {
        let account = reader.split(':').nth(4).unwrap_or_default();
        let subject = Subject::arn(reader);
        w.observe(
            Observation::new(
                subject,
                format!("a reader in another account than the log archive {archive}"),
                format!("in account {account}"),
                account != archive.as_str(),
            )
            .hint("let readers come from the security tooling account or their own, through the bucket policy"),
        );
    }
    examined(w, "readers", readers.len(), "readers of the register and of the configuration");
    w.settle()
}

#[then("somebody answers for it that different people run and examine the log store")]
async fn different_people(w: &mut LogproofWorld) -> Judged {
    let role = w.config()?.storage_role_arn();
    w.needs_attestation(format!(
        "nobody who may act as {role} is among the people who examine the logs or assess the log store"
    ));
    Ok(())
}

/// ARNs a trust policy names as principals.
fn trusted_by(trust_policy: &str) -> Vec<String> {
    let Ok(document) = serde_json::from_str::<Value>(trust_policy) else { return Vec::new() };
    let statements = document.get("Statement").map(listed).unwrap_or_default();
    let allow = statements.iter().filter(|s| s.get("Effect").and_then(Value::as_str) == Some("Allow"));
    allow
        .filter_map(|statement| statement.get("Principal")?.get("AWS"))
        .flat_map(listed)
        .filter_map(|one| one.as_str().map(str::to_owned))
        .collect()
}

fn listed(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(list) => list.clone(),
        one => vec![one.clone()],
    }
}

/// Whether two ARNs stand for the same set of people: the same role, or roles IAM Identity Center made from one
/// permission set in different accounts.
///
/// See: <https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html>
fn is_same(one: &str, other: &str) -> bool {
    if one == other {
        return true;
    }
    matches!((permission_set(one), permission_set(other)), (Some(one), Some(other)) if one == other)
}

/// `X` of a role `AWSReservedSSO_X_0123456789abcdef`.
fn permission_set(arn: &str) -> Option<&str> {
    let rest = arn.rsplit('/').next()?.strip_prefix("AWSReservedSSO_")?;
    rest.rsplit_once('_').map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_permission_set_is_the_same_people_in_every_account() {
        let of = |account: &str, name: &str| {
            format!("arn:aws:iam::{account}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_{name}")
        };
        assert!(is_same(&of("1", "Log_Admin_0123"), &of("2", "Log_Admin_4567")));
        assert!(!is_same(&of("1", "LogAdmin_0123"), &of("2", "LogReader_0123")));
        assert!(!is_same("arn:aws:iam::1:role/A", "arn:aws:iam::2:role/A"));
    }

    #[test]
    fn a_trust_policy_names_principals_of_allow_statements() {
        let policy = r#"{"Statement": [{"Effect": "Allow", "Principal": {"AWS": ["a", "b"]}}, {"Effect": "Deny", "Principal": {"AWS": "c"}},
            {"Effect": "Allow", "Principal": {"Service": "d"}}]}"#;
        assert_eq!(trusted_by(policy), ["a", "b"]);
        assert_eq!(trusted_by("{"), Vec::<String>::new());
    }
}
