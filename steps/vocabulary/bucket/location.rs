//! Where the log store is: in an account of its own, in the home Region, under a name that says so.

use cucumber::then;
use logproof_estate::{
    AccountId, Estate, ExchangeId,
    facts::{Directory, Organization},
    record::{Observation, Subject},
    world::{Judged, LogproofWorld, Stop},
};

use crate::{
    judgement::{key_name::region_of, naming::ConventionalName},
    scene::questions::ask_each,
};

#[then("the log archive account is an active account of the organization")]
async fn the_log_archive_account_is_active(w: &mut LogproofWorld) -> Judged {
    let (estate, config) = (w.estate()?, w.config()?);
    let organization = w.see(estate.organization().await)?;
    let directory = w.see(estate.directory().await)?;
    let archive = &config.organization.log_archive_account;
    let account = directory.accounts.iter().find(|account| &account.id == archive);
    let found = match account {
        Some(account) => format!("`{}`, {}, in {}", account.name, account.status, path_of(&directory, archive)),
        None => format!("no such account among the {} of {}", directory.accounts.len(), organization.id),
    };
    let met = account.is_some_and(|account| account.status == "ACTIVE");
    w.observe(
        Observation::new(
            account_subject(&estate, &organization, archive),
            "an ACTIVE account of the organization",
            found,
            met,
        )
        .place("organization.log_archive_account")
        .hint("correct `organization.log_archive_account`, or bring the account into the organization")
        .resting_on(organization.exchanges())
        .resting_on(directory.exchanges()),
    );
    if let Some(expected) = &config.organization.id {
        w.observe(
            Observation::new(
                Subject::arn(&organization.arn),
                format!("organization {expected}"),
                format!("organization {}", organization.id),
                expected == &organization.id,
            )
            .place("organization.id")
            .hint("run with credentials of the organization named in the configuration")
            .resting_on(organization.exchanges()),
        );
    }
    w.settle()
}

#[then("the log archive account is not the management account of the organization")]
async fn the_log_archive_account_is_not_the_management_account(w: &mut LogproofWorld) -> Judged {
    let (estate, config) = (w.estate()?, w.config()?);
    let organization = w.see(estate.organization().await)?;
    let archive = &config.organization.log_archive_account;
    let management = &organization.management_account;
    let (found, met) = match archive == management {
        true => ("it is the management account".to_owned(), false),
        false => (format!("the management account is {management}"), true),
    };
    w.observe(
        Observation::new(
            account_subject(&estate, &organization, archive),
            "an account other than the management account",
            found,
            met,
        )
        .hint("move the log store to a member account: no service control policy binds the management account")
        .resting_on(organization.exchanges()),
    );
    w.settle()
}

#[then("the log archive account has no other part: it is neither the security tooling account nor an auditor's")]
async fn the_log_archive_account_has_no_other_part(w: &mut LogproofWorld) -> Judged {
    let (estate, config) = (w.estate()?, w.config()?);
    let organization = w.see(estate.organization().await)?;
    let named = &config.organization;
    let archive = &named.log_archive_account;
    let mut parts = Vec::new();
    if named.security_tooling_account.as_ref() == Some(archive) {
        parts.push("the security tooling account");
    }
    if named.auditor_accounts.contains(archive) {
        parts.push("an account of an external auditor");
    }
    let found =
        if parts.is_empty() { "no other part".to_owned() } else { format!("it is also {}", parts.join(" and ")) };
    w.observe(
        Observation::new(
            account_subject(&estate, &organization, archive),
            "an account with no other part in the configuration",
            found,
            parts.is_empty(),
        )
        .place("organization.security_tooling_account, organization.auditor_accounts")
        .hint("give the log archive an account of its own")
        .resting_on(organization.exchanges()),
    );
    w.settle()
}

#[then("the log archive account owns the log bucket")]
async fn the_log_archive_account_owns_the_log_bucket(w: &mut LogproofWorld) -> Judged {
    let estate = w.estate()?;
    let bucket = estate.log_bucket();
    let owned = w.see(estate.buckets(&bucket.owner).await)?;
    let expected = format!("the log bucket `{}` is owned by account {}", bucket.name, bucket.owner);
    let mut exchanges = owned.exchanges().to_vec();
    let (found, met) = match owned.iter().find(|one| one.name == bucket.name) {
        Some(one) => {
            let created = one.created.map(|at| format!(", created {at}")).unwrap_or_default();
            (format!("owned by account {}{created}", bucket.owner), true)
        }
        None => {
            let (found, seen) = who_owns(w, &estate, &bucket.name, &bucket.owner).await?;
            exchanges.extend(seen);
            (found, false)
        }
    };
    w.observe(
        // The account is the question: it is found, or not.
        Observation::new(Subject::arn(bucket.arn()), expected, found, met)
            .hint("create the log bucket in the log archive account and let the trail deliver there")
            .resting_on(&exchanges),
    );
    w.settle()
}

#[then("the log key is in the Region of the log bucket")]
async fn the_log_key_is_in_the_region_of_the_log_bucket(w: &mut LogproofWorld) -> Judged {
    let (estate, bucket, (asked, key)) = (w.estate()?, w.bucket()?, w.key()?);
    let location = w.see(estate.bucket_location(&bucket).await)?;
    let key_region = region_of(&key.arn);
    let bucket_region = (*location).clone();
    let found = key_region.as_ref().map_or_else(|| format!("`{}`", key.arn), ToString::to_string);
    let expected = bucket_region.as_ref().map_or_else(|| "a Region".to_owned(), ToString::to_string);
    w.observe(
        Observation::new(
            Subject::arn(&key.arn).at(&asked.account, key_region.as_ref()),
            format!("in {expected}, the Region of the log bucket `{}`", bucket.name),
            found,
            bucket_region.is_some() && key_region == bucket_region,
        )
        .hint("create the log key in the Region of the log bucket: S3 encrypts with keys of the bucket's Region only")
        .resting_on(key.exchanges())
        .resting_on(location.exchanges()),
    );
    w.settle()
}

#[then("its name is aws-[prefix]-log-storage-[account ID]-[Region], with the account and the Region it is in")]
async fn its_name_follows_the_convention(w: &mut LogproofWorld) -> Judged {
    let (estate, config, bucket) = (w.estate()?, w.config()?, w.bucket()?);
    let owned = w.see(estate.buckets(&bucket.owner).await)?;
    let location = w.see(estate.bucket_location(&bucket).await)?;
    let region = (*location).clone().unwrap_or_else(|| bucket.region.clone());
    let name = ConventionalName::read(&bucket.name);
    if name.is_none() && config.names.bucket.is_some() {
        return Err(w.not_applicable(format!(
            "the owner names the log bucket `{}` with `names.bucket`, outside the naming convention",
            bucket.name
        )));
    }
    let wrong = name.as_ref().map(|name| name.contradictions(&bucket.owner, &region));
    let found = match &wrong {
        None => format!("`{}`, which does not have that form", bucket.name),
        Some(wrong) if wrong.is_empty() => format!("`{}`", bucket.name),
        Some(wrong) => format!("`{}`: {}", bucket.name, wrong.join("; ")),
    };
    let expected = format!("aws-[prefix]-log-storage-{}-{region}", bucket.owner);
    w.observe(
        Observation::new(
            Subject::arn(bucket.arn()).at(&bucket.owner, Some(&region)),
            expected,
            found,
            wrong.is_some_and(|wrong| wrong.is_empty()),
        )
        .hint("create the log bucket under a name of the convention, or name it in `names.bucket`")
        .resting_on(owned.exchanges())
        .resting_on(location.exchanges()),
    );
    w.settle()
}

/// The account that owns a bucket the log archive account does not own. Accounts that do not let their buckets be
/// listed are noted only: whoever owns the bucket, it is not the log archive account.
async fn who_owns(
    w: &mut LogproofWorld,
    estate: &Estate,
    bucket: &str,
    archive: &AccountId,
) -> Result<(String, Vec<ExchangeId>), Stop> {
    let directory = w.see(estate.directory().await)?;
    let others: Vec<_> = directory.active().filter(|account| &account.id != archive).cloned().collect();
    let searched = others.len();
    let answers = ask_each(others, |account| async move {
        let answer = estate.buckets(&account.id).await;
        (account, answer)
    })
    .await;
    let (mut hidden, mut exchanges) = (Vec::new(), directory.exchanges().to_vec());
    for (account, answer) in answers {
        match answer {
            Ok(owned) if owned.iter().any(|one| one.name == bucket) => {
                let found = format!("owned by account {} (`{}`)", account.id, account.name);
                return Ok((found, owned.exchanges().to_vec()));
            }
            Ok(owned) => exchanges.extend(owned.exchanges().iter().cloned()),
            Err(_) => hidden.push(account.id.to_string()),
        }
    }
    if !hidden.is_empty() {
        w.note(format!("buckets could not be listed in {}", hidden.join(", ")));
    }
    let seen = searched - hidden.len();
    let found = format!("not owned by that account, nor by the {seen} other active accounts that could be searched");
    Ok((found, exchanges))
}

fn account_subject(estate: &Estate, organization: &Organization, account: &AccountId) -> Subject {
    let partition = estate.config().partition();
    let (management, id) = (&organization.management_account, &organization.id);
    Subject::arn(format!("arn:{partition}:organizations::{management}:account/{id}/{account}")).at(account, None)
}

/// Names of the root and units above an account.
fn path_of(directory: &Directory, account: &AccountId) -> String {
    let path = directory.path(account);
    let above = path.iter().take(path.len().saturating_sub(1));
    let name = |id: &String| {
        let unit = directory.units.iter().find(|unit| &unit.id == id);
        unit.map_or_else(|| id.clone(), |unit| format!("{} ({id})", unit.name))
    };
    above.map(name).collect::<Vec<_>>().join(" / ")
}
