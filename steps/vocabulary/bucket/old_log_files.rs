//! That old log files are really there: rules say what will be deleted, only a look says what has been.

use std::collections::BTreeSet;

use cucumber::then;
use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date};
use logproof_estate::{
    BucketRef, Estate, ExchangeId, Unseen,
    facts::{Account, ObjectPage, Organization},
    record::{Observation, Population, Subject},
    register::day,
    world::{Judged, LogproofWorld},
};

use crate::{judgement::log_files::log_root, scene::questions::judge_each};

#[then("log files of every month the organization keeps are still there, for each of these accounts")]
async fn log_files_of_every_month(w: &mut LogproofWorld) -> Judged {
    let (estate, everywhere, config) = (w.estate()?, w.everywhere()?, w.config()?);
    let bucket = estate.log_bucket();
    let organization = w.see(estate.organization().await)?;
    let created = w.see(estate.buckets(&bucket.owner).await)?;
    let began = created.iter().find(|one| one.name == bucket.name).and_then(|one| one.created);
    let keeps = SignedDuration::from_hours(i64::from(estate.retention_days(&bucket.name)) * 24);
    let floor = w.now()?.checked_sub(keeps).unwrap_or(Timestamp::MIN);
    let region = &config.organization.home_region;
    let mut examined = 0;
    let question = |account: &Account| {
        let from = [Some(floor), began, account.joined].into_iter().flatten().max().unwrap_or(floor);
        // Logs of a month that has begun in part need not be there: an account may join on its last day.
        let months = months_after(day(from), estate.today());
        let root = place(&config, &organization, account.id.as_str(), region.as_str());
        let (estate, bucket, account) = (&estate, &bucket, account.id.clone());
        async move { (account, months_there(estate, bucket, &root, &months).await, root, months) }
    };
    judge_each(everywhere.accounts.iter(), question, |(account, seen, root, months)| {
        let (there, exchanges) = match seen {
            Ok(seen) => seen,
            Err(unseen) => {
                w.unseen(unseen);
                return;
            }
        };
        examined += 1;
        let missing: Vec<&str> = months.iter().filter(|month| !there.contains(*month)).map(String::as_str).collect();
        let found = match (missing.as_slice(), months.first()) {
            (_, None) => "it has not been in the organization for a whole month".to_owned(),
            ([], Some(first)) => format!("log files of each of {} months since {first}", months.len()),
            ([first, ..], _) => {
                format!("no log file of {first}, and of {} of {} months in all", missing.len(), months.len())
            }
        };
        w.observe(
            Observation::new(
                Subject::arn(format!("{}/{root}", bucket.arn())).at(&account, Some(region)),
                "log files of every month since the account and the bucket are there, up to the retention",
                found,
                missing.is_empty(),
            )
            .hint("find out what deleted them: an earlier lifecycle rule, a trail that was off, or somebody; restore them from the copy")
            .resting_on(&exchanges),
        );
    })
    .await;
    w.population(Population {
        of: "active accounts".to_owned(),
        expected: everywhere.accounts.len(),
        examined,
        source: everywhere.source.clone(),
        left_out: everywhere.left_out.clone(),
    });
    w.note(format!("looked for at least one object of each month under CloudTrail/{region}; whether every hour is there is covered by control LS-4.4"));
    w.settle()
}

/// Where the trail files the log of an account.
///
/// See: <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html>
fn place(config: &logproof_estate::Config, organization: &Organization, account: &str, region: &str) -> String {
    let root = log_root(config.names.log_prefix.as_deref());
    format!("{root}{}/{account}/CloudTrail/{region}/", organization.id)
}

/// `2025/03` of every whole month after a day, up to the one before today's.
fn months_after(from: Date, today: Date) -> Vec<String> {
    let mut months = Vec::new();
    let mut month = from.first_of_month();
    while let Ok(next) = month.checked_add(1.month()) {
        if next >= today.first_of_month() {
            break;
        }
        months.push(next.strftime("%Y/%m").to_string());
        month = next;
    }
    months
}

/// Which of the months have an object or a day below them.
///
/// # Errors
/// The first listing that could not be seen.
async fn months_there(
    estate: &Estate,
    bucket: &BucketRef,
    root: &str,
    months: &[String],
) -> Result<(BTreeSet<String>, Vec<ExchangeId>), Unseen> {
    let (mut there, mut exchanges) = (BTreeSet::new(), Vec::new());
    let years: BTreeSet<&str> = months.iter().filter_map(|month| month.split('/').next()).collect();
    for year in years {
        let level = format!("{root}{year}/");
        let page = estate.bucket_level(bucket, &level).await?;
        exchanges.extend_from_slice(page.exchanges());
        there.extend(below(&page, root));
    }
    Ok((there, exchanges))
}

/// `2025/03` of prefixes `<root>2025/03/`.
fn below(page: &ObjectPage, root: &str) -> Vec<String> {
    let months = page.prefixes.iter().filter_map(|prefix| prefix.strip_prefix(root));
    months.map(|month| month.trim_end_matches('/').to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_months_before_this_one_are_asked_for() {
        let months = |from: &str, today: &str| months_after(from.parse().unwrap(), today.parse().unwrap());
        assert_eq!(months("2025-11-30", "2026-03-01"), ["2025/12", "2026/01", "2026/02"]);
        assert_eq!(months("2025-11-01", "2025-12-31"), Vec::<String>::new());
        assert_eq!(months("2026-01-15", "2026-01-15"), Vec::<String>::new());
    }
}
