//! That those who examine the logs are not those who run the log store.

use std::sync::Arc;

use cucumber::then;
use logproof_estate::{
    Reason, Unseen,
    record::{Observation, Subject},
    world::{Judged, LogproofWorld, Stop},
};
use logproof_policy::{Answer, Effect, Named, Policy, Question, Who, never};

use crate::scene::{
    organization::OrganizationView,
    population::examined,
    principals::principal,
    role::{Role, place_of},
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
    let trust: Vec<&Policy> = role.trust.iter().map(Arc::as_ref).collect();
    let view = OrganizationView::read(w, &trust, &[]).await?;
    w.record.rest_on(view.exchanges());
    let scene = view.scene(&role.account, role.trust.clone());
    for reader in &readers {
        let named = trust.iter().find_map(|policy| names(policy, reader));
        // Whoever administers the reader's account could let it ask; what holds it back is the trust policy.
        let question = Question::about(["sts:AssumeRole"]).on(&storage).by(Who::exactly(principal(reader)));
        let found = match (named, never(&scene, &question)) {
            _ if is_same(&storage, reader) => "it is the log storage role".to_owned(),
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

/// The principal by which a trust policy lets in the people of `reader`.
fn names(trust_policy: &Policy, reader: &str) -> Option<String> {
    let allow = trust_policy.statements().iter().filter(|statement| statement.effect() == Some(Effect::Allow));
    let mut named = allow.flat_map(|statement| statement.principals());
    let found = named.find(|principal| match principal {
        Named::Arn(arn) => is_same(arn, reader),
        Named::Account(id) => reader.ends_with(":root") && reader.split(':').nth(4) == Some(*id),
        _ => false,
    });
    found.map(|principal| principal.to_string())
}

/// Whether two ARNs represent the same set of people: the same role, or roles IAM Identity Center made from one
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
        let policy = br#"{"Statement": [
            {"Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam::111111111111:role/a", "222222222222"]}},
            {"Effect": "Deny", "Principal": {"AWS": "arn:aws:iam::111111111111:role/c"}},
            {"Effect": "Allow", "Principal": {"Service": "d.amazonaws.com"}}]}"#;
        let policy = Policy::parse("the trust policy", policy).unwrap();
        let by = |reader: &str| names(&policy, reader);
        assert_eq!(by("arn:aws:iam::111111111111:role/a").as_deref(), Some("arn:aws:iam::111111111111:role/a"));
        assert_eq!(by("arn:aws:iam::222222222222:root").as_deref(), Some("222222222222"));
        for other in ["arn:aws:iam::111111111111:role/c", "arn:aws:iam::222222222222:role/r", "d.amazonaws.com"] {
            assert_eq!(by(other), None, "{other}");
        }
    }
}
