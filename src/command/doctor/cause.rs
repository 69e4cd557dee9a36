//! Why questions had no answer, each cause once with what it concerns.

use std::collections::{BTreeMap, BTreeSet};

use logproof_estate::{Config, Reason, Unseen};

use super::{
    longest,
    questions::{Answered, Asked},
};

/// One cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    /// What it is about, one of the areas of the report.
    pub(super) area: &'static str,
    /// What was found.
    pub(super) what: String,
    /// What to do.
    pub(super) hint: String,
}

/// A cause by what tells it from another one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Cause {
    Credentials(String),
    Role(String),
    /// A Region that refuses what another one answers in the same account.
    Region {
        name: String,
        why: &'static str,
    },
    Permission(String),
    Other {
        hint: String,
        why: String,
    },
    NotInTime,
}

/// The causes of everything that was not answered.
pub(super) fn problems(asked: &Asked, config: &Config) -> Vec<Problem> {
    let mut causes: BTreeMap<Cause, BTreeSet<String>> = BTreeMap::new();
    for answer in &asked.answers {
        match &answer.result {
            Some(Ok(())) => {}
            None => {
                causes.entry(Cause::NotInTime).or_default().insert(answer.what.clone());
            }
            Some(Err(unseen)) => {
                causes.entry(cause(unseen, &asked.answers)).or_default().insert(unseen.account.to_string());
            }
        }
    }
    let mut problems: Vec<Problem> =
        causes.into_iter().map(|(cause, concerned)| problem(&cause, &concerned, config)).collect();
    problems.extend(asked.missing.iter().map(|what| Problem {
        area: "names",
        what: what.clone(),
        hint: "correct `[names]` in the configuration, or the account under `[organization]`".to_owned(),
    }));
    if let Some(configured) = config.organization.id.as_ref().filter(|id| **id != asked.organization)
        && !asked.organization.is_empty()
    {
        problems.push(Problem {
            area: "organization",
            what: format!("the configuration is for {configured}, the credentials belong to {}", asked.organization),
            hint: "use credentials of the right organization, or correct `organization.id`".to_owned(),
        });
    }
    problems
}

fn cause(unseen: &Unseen, answers: &[Answered]) -> Cause {
    // The same account answers elsewhere, so neither its role nor the credentials are the cause.
    let elsewhere = unseen.region.as_ref().filter(|region| {
        answers.iter().any(|other| {
            other.account == unseen.account
                && other.region.as_ref().is_some_and(|other| other != *region)
                && matches!(other.result, Some(Ok(())))
        })
    });
    let refused_here = |region: &logproof_estate::Region| {
        !answers.iter().any(|other| {
            other.account == unseen.account
                && other.region.as_ref() == Some(region)
                && matches!(other.result, Some(Ok(())))
        })
    };
    match (&unseen.reason, elsewhere) {
        (Reason::NoCredentials, Some(region)) => Cause::Region { name: region.to_string(), why: "is not enabled" },
        (Reason::Denied { .. }, Some(region)) if refused_here(region) => {
            Cause::Region { name: region.to_string(), why: "denies every call" }
        }
        (Reason::NoCredentials, None) => Cause::Credentials(unseen.detail.clone()),
        (Reason::RoleNotAssumable { role }, _) => Cause::Role(role.rsplit('/').next().unwrap_or(role).to_owned()),
        (Reason::Denied { action }, _) => Cause::Permission(action.clone()),
        _ => Cause::Other { hint: unseen.hint.clone(), why: because(unseen) },
    }
}

/// The reason without the subject, so that the same cause is one.
fn because(unseen: &Unseen) -> String {
    let service = unseen.operation.split(':').next().unwrap_or_default();
    match &unseen.reason {
        Reason::Throttled => format!("{service} refuses for too many requests"),
        Reason::Unreachable => format!("{service} does not answer: {}", unseen.detail),
        Reason::ServiceError { code } => format!("{service} answered `{code}`: {}", unseen.detail),
        Reason::Malformed => format!("an answer of {service} cannot be read: {}", unseen.detail),
        _ => unseen.to_string(),
    }
}

fn problem(cause: &Cause, concerned: &BTreeSet<String>, config: &Config) -> Problem {
    let accounts = accounts(concerned);
    match cause {
        Cause::Credentials(detail) => Problem {
            area: if detail.contains("ime") && detail.contains("kew") { "clock" } else { "credentials" },
            what: format!("not accepted in {accounts}: {detail}"),
            hint: "renew the credentials (`aws sso login`, or the environment); when they are new, set the clock"
                .to_owned(),
        },
        Cause::Role(name) => Problem {
            area: "role",
            what: format!("{name} cannot be assumed in {accounts}"),
            hint: format!(
                "create it there with a trust policy for the caller (`logproof permissions` lists what it needs), or set \
                 `access.role_name` and `access.external_id`; AWS Control Tower makes no `{name}` by itself"
            ),
        },
        Cause::Region { name, why } => Problem {
            area: "region",
            what: format!("{name} {why} in {accounts}"),
            hint: format!(
                "exempt the role {} from the SCP that denies the Region, enable the Region, or take it out of \
                 `organization.governed_regions`",
                config.access.role_name
            ),
        },
        Cause::Permission(action) => Problem {
            area: "permission",
            what: format!("{action} is denied in {accounts}"),
            hint: format!(
                "allow it for {}, and look for an SCP, RCP or resource policy that denies it",
                config.access.role_name
            ),
        },
        Cause::Other { hint, why } => {
            Problem { area: "endpoint", what: format!("{why}, in {accounts}"), hint: hint.clone() }
        }
        Cause::NotInTime => Problem {
            area: "endpoint",
            what: format!("no answer within {} seconds", longest()),
            hint: "check the network, proxy and endpoint settings (`AWS_ENDPOINT_URL`)".to_owned(),
        },
    }
}

/// `account 1`, `accounts 1, 2 and 3 more`.
fn accounts(concerned: &BTreeSet<String>) -> String {
    const NAMED: usize = 4;
    let shown: Vec<&str> = concerned.iter().take(NAMED).map(String::as_str).collect();
    let plural = if concerned.len() == 1 { "" } else { "s" };
    match concerned.len().saturating_sub(NAMED) {
        0 => format!("account{plural} {}", shown.join(", ")),
        more => format!("accounts {} and {more} more", shown.join(", ")),
    }
}
