//! What the roles a scenario names are allowed by their own policies, and their settings.

use cucumber::then;
use logproof_estate::{
    Fact, Reason, Unseen,
    facts::Role,
    record::{Observation, Subject},
    subjects::NamedRole,
    world::{Judged, LogproofWorld, Stop},
};

use crate::{
    judgement::guide::{Entry, Kind},
    scene::{
        asked::Actions,
        role::place_of,
        role_side::must_not_allow,
        role_use::unused_for,
        subjects::{every, roles},
    },
};

const fn judges(sentence: &'static str, about: &'static str, example: &'static str) -> Entry {
    Entry::then(sentence, about, example).of(&[Kind::Role])
}

/// What is documented of the sentences of this file.
pub(crate) const GUIDE: &[Entry] = &[
    judges(
        "its own policies allow no request to {actions}",
        "Proved for every resource of any account by its own policies, its permissions boundary and the service control policies above its account. What a bucket or key grants it besides is a question about that bucket or key; what it can do by assuming another role, one about that role.",
        "its own policies allow no request to iam:CreateUser or iam:CreateAccessKey",
    ),
    judges(
        "its own policies allow no request to {actions} on {string}",
        "The same for the resources whose ARN matches the pattern; `arn:aws:s3:::bucket/*` is every object of a bucket.",
        "its own policies allow no request to s3:DeleteObject on \"arn:aws:s3:::aws-acme-log-storage-222222222222-eu-central-1/*\"",
    ),
    judges(
        "its sessions last at most {int} hours",
        "The maximum session duration of the role is at most so long. Sessions that another role opens last an hour at most, whatever the setting.",
        "its sessions last at most 1 hours",
    ),
    judges(
        "it has a permissions boundary",
        "A managed policy is attached to the role as its permissions boundary.",
        "it has a permissions boundary",
    ),
    judges(
        "its permissions boundary is {string}",
        "The managed policy with this ARN is attached to the role as its permissions boundary.",
        "its permissions boundary is \"arn:aws:iam::333333333333:policy/Boundary\"",
    ),
    judges(
        "it has not been used in the last {int} days",
        "IAM shows no use of the role in these days. IAM tracks uses for 400 days, and shows one some hours late.",
        "it has not been used in the last 30 days",
    ),
];

fn subject_of(named: &NamedRole) -> Subject {
    Subject::arn(&named.arn).at(&named.account, None)
}

/// The role as IAM describes it now; one that is gone since it was found is an ERROR.
async fn described(w: &mut LogproofWorld, named: &NamedRole) -> Result<Fact<Role>, Stop> {
    let (account, name) = place_of(&named.arn)?;
    let role = w.see(w.estate()?.role(&account, name).await)?;
    match role.as_ref() {
        Some(found) => Ok(Fact::new(found.clone(), role.exchanges())),
        None => Err(Stop::because(format!("role {} was deleted during the run", named.arn))),
    }
}

#[then(expr = "its own policies allow no request to {actions}")]
async fn its_policies_do_not_allow(w: &mut LogproofWorld, actions: Actions) -> Judged {
    not_allowed(w, &actions.names()?, None).await
}

#[then(expr = "its own policies allow no request to {actions} on {string}")]
async fn its_policies_do_not_allow_on(w: &mut LogproofWorld, actions: Actions, pattern: String) -> Judged {
    not_allowed(w, &actions.names()?, Some(&pattern)).await
}

async fn not_allowed(w: &mut LogproofWorld, actions: &[String], on: Option<&str>) -> Judged {
    let roles = roles(w)?;
    let judge = async |w: &mut LogproofWorld, role: Fact<NamedRole>| must_not_allow(w, &role, actions, on).await;
    every(w, roles, judge).await
}

#[then(expr = "its sessions last at most {int} hours")]
async fn its_sessions_last_at_most(w: &mut LogproofWorld, hours: i64) -> Judged {
    let roles = roles(w)?;
    let judge = async |w: &mut LogproofWorld, named: Fact<NamedRole>| {
        let role = described(w, &named).await?;
        let Some(seconds) = role.max_session_seconds else {
            w.unseen(Unseen {
                operation: "iam:GetRole".to_owned(),
                account: named.account.clone(),
                region: None,
                subject: named.arn.clone(),
                reason: Reason::Unproven,
                detail: "the answer has no `MaxSessionDuration`".to_owned(),
                hint: "see that what answers as IAM returns it".to_owned(),
                exchanges: role.exchanges().to_vec(),
            });
            return Ok(());
        };
        let (expected, found) = (format!("sessions of at most {hours} hours"), in_hours(seconds));
        let met = seconds <= hours.saturating_mul(3600);
        w.observe(
            Observation::new(subject_of(&named), expected, found, met)
                .place("MaxSessionDuration")
                .hint(format!("set the maximum session duration of the role to {} seconds", hours.saturating_mul(3600)))
                .resting_on(role.exchanges()),
        );
        Ok(())
    };
    every(w, roles, judge).await
}

fn in_hours(seconds: i64) -> String {
    match (seconds / 3600, seconds % 3600 / 60) {
        (hours, 0) => format!("sessions of at most {hours} hours"),
        (hours, minutes) => format!("sessions of at most {hours} hours and {minutes} minutes"),
    }
}

#[then("it has a permissions boundary")]
async fn it_has_a_boundary(w: &mut LogproofWorld) -> Judged {
    bounded(w, None).await
}

#[then(expr = "its permissions boundary is {string}")]
async fn its_boundary_is(w: &mut LogproofWorld, policy: String) -> Judged {
    bounded(w, Some(&policy)).await
}

async fn bounded(w: &mut LogproofWorld, wanted: Option<&str>) -> Judged {
    let roles = roles(w)?;
    let judge = async |w: &mut LogproofWorld, named: Fact<NamedRole>| {
        let role = described(w, &named).await?;
        let expected = wanted.map_or_else(|| "a permissions boundary".to_owned(), |arn| format!("the boundary {arn}"));
        let there = role.boundary.as_deref();
        let met = there.is_some_and(|there| wanted.is_none_or(|wanted| wanted == there));
        let found = there.map_or_else(|| "no permissions boundary".to_owned(), |there| format!("the boundary {there}"));
        w.observe(
            Observation::new(subject_of(&named), expected, found, met)
                .place("PermissionsBoundary")
                .hint("attach the managed policy as permissions boundary (iam:PutRolePermissionsBoundary)")
                .resting_on(role.exchanges()),
        );
        Ok(())
    };
    every(w, roles, judge).await
}

#[then(expr = "it has not been used in the last {int} days")]
async fn it_was_not_used(w: &mut LogproofWorld, days: i64) -> Judged {
    let roles = roles(w)?;
    let judge = async |w: &mut LogproofWorld, named: Fact<NamedRole>| {
        let role = described(w, &named).await?;
        unused_for(w, subject_of(&named), &role, days, role.exchanges())
    };
    every(w, roles, judge).await
}
