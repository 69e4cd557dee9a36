//! Whether log files of the organization trail arrive: what CloudTrail reports of its deliveries, and what lies in the
//! bucket.

use std::sync::Arc;

use cucumber::then;
use jiff::Timestamp;
use logproof_estate::{
    AccountId, BucketRef, Estate, ExchangeId, Fact, Region, Unseen,
    facts::ObjectPage,
    record::{Observation, Subject},
    world::{Judged, LogproofWorld},
};

use crate::{
    judgement::delivery::{
        Delivered, Folder, age, delivered_at, is_ahead, last_time_of, newest_days, organization_root, within_hours,
    },
    scene::{
        questions::judge_each,
        trail_status::{
            at_region, delivered, error_observation, no_delivery_error, of_the_future, said, status_by_region,
        },
    },
};

#[then("log files were delivered for every governed Region within the organization's delivery time")]
async fn log_files_were_delivered_for_every_region(w: &mut LogproofWorld) -> Judged {
    let (config, trail) = (w.config()?, w.trail()?);
    let organization = &config.organization;
    // There is always something to log in the home Region: this examination itself.
    let busy = Some(&organization.home_region);
    delivered(w, &trail, organization.governed_regions.clone(), config.expectations.delivery_hours, busy).await?;
    w.settle()
}

#[then("the trail reports no delivery error in any governed Region")]
async fn the_trail_reports_no_delivery_error(w: &mut LogproofWorld) -> Judged {
    let (config, trail) = (w.config()?, w.trail()?);
    no_delivery_error(w, &trail, config.organization.governed_regions.clone()).await?;
    w.settle()
}

#[then("digests were delivered for every governed Region within the organization's delivery time, without error")]
async fn digests_were_delivered_for_every_region(w: &mut LogproofWorld) -> Judged {
    let (config, now, trail) = (w.config()?, w.now()?, w.trail()?);
    if !trail.log_file_validation {
        return Err(w.not_applicable(format!(
            "log file validation of {} is off (cloudtrail:DescribeTrails): there are no digests",
            trail.arn
        )));
    }
    let hours = config.expectations.delivery_hours;
    for (region, status) in status_by_region(w, &trail, config.organization.governed_regions.clone()).await? {
        let status_seen = status.as_ref();
        let digest = status_seen.and_then(|status| status.latest_digest_delivery);
        if let Some(at) = digest.filter(|at| is_ahead(now, *at)) {
            let unseen = of_the_future(w, &trail, &region, ("LatestDigestDeliveryTime", at), status.exchanges())?;
            w.unseen(unseen);
            continue;
        }
        let found = digest.map_or_else(|| "no digest was ever delivered".to_owned(), |at| age(now, at));
        let met = digest.is_some_and(|at| within_hours(now, at, hours));
        let subject = at_region(w, &trail, &region)?;
        w.observe(
            Observation::new(subject.clone(), format!("digests delivered in the last {hours} hours"), found, met)
                .place("LatestDigestDeliveryTime")
                .hint("see the trail's digest delivery error and the bucket policy")
                .resting_on(status.exchanges()),
        );
        let error = status_seen.and_then(|status| said(status.latest_digest_delivery_error.as_deref()));
        w.observe(error_observation(subject, "LatestDigestDeliveryError", error).resting_on(status.exchanges()));
    }
    w.settle()
}

#[then("the log bucket holds log files of each of these accounts, delivered within the organization's delivery time")]
async fn the_bucket_holds_log_files_of_each_account(w: &mut LogproofWorld) -> Judged {
    let (estate, config, now) = (w.estate()?, w.config()?, w.now()?);
    let (bucket, trail, everywhere) = (w.bucket()?, w.trail()?, w.everywhere()?);
    let organization = w.see(estate.organization().await)?;
    let root = organization_root(trail.prefix.as_deref(), &organization.id);
    let top = w.see(estate.bucket_level(&bucket, &root).await)?;
    let region = config.organization.home_region.clone();
    let hours = config.expectations.delivery_hours;
    let accounts = everywhere.accounts.iter().map(|account| account.id.clone());
    let question = |account| {
        let has_folder = top.prefixes.contains(&format!("{root}{account}/"));
        let search = Search { estate: Arc::clone(&estate), bucket: bucket.clone(), now, hours };
        let (root, region, digests) = (root.clone(), region.clone(), trail.log_file_validation);
        async move {
            let answer = if has_folder { search.newest_of(&root, &account, &region, digests).await } else { Ok(None) };
            (account, answer)
        }
    };
    let expected: Arc<str> = Arc::from(format!("a log file delivered in the last {hours} hours"));
    let mut examined = 0;
    judge_each(accounts, question, |(account, answer): (AccountId, _)| {
        let newest = match answer {
            Ok(newest) => newest.unwrap_or_else(|| Newest::none(format!("no folder {root}{account}/"))),
            Err(unseen) => {
                w.unseen(unseen);
                return;
            }
        };
        examined += 1;
        let subject = Subject::arn(format!("{}/{root}{account}/", bucket.arn())).at(&account, Some(&region));
        w.observe(newest.observed(subject, &expected).resting_on(top.exchanges()));
    })
    .await;
    w.population(everywhere.accounts_examined(examined));
    w.note(format!(
        "of each account, the log files of the home Region {region} were looked at; the other Regions by what \
         CloudTrail reports of its deliveries"
    ));
    w.settle()
}

/// What was found of one account's deliveries.
struct Newest {
    found: String,
    met: bool,
    exchanges: Vec<ExchangeId>,
}

impl Newest {
    fn none(found: String) -> Self {
        Self { found, met: false, exchanges: Vec::new() }
    }

    fn observed(self, subject: Subject, expected: &Arc<str>) -> Observation {
        Observation::new(subject, Arc::clone(expected), self.found, self.met)
            .hint("see whether the organization trail covers the account and CloudTrail may write under its prefix")
            .resting_on(&self.exchanges)
    }
}

/// A search for the newest delivery in the log bucket.
struct Search {
    estate: Arc<Estate>,
    bucket: BucketRef,
    now: Timestamp,
    hours: u32,
}

impl Search {
    /// The newest log file of an account and Region, or the digest that says there was nothing to log.
    async fn newest_of(
        &self,
        root: &str,
        account: &AccountId,
        region: &Region,
        digests: bool,
    ) -> Result<Option<Newest>, Unseen> {
        let mut exchanges = Vec::new();
        let logs = self.newest(&Folder::of(root, account, Delivered::Logs, region), &mut exchanges).await?;
        if let Some(at) = logs.filter(|at| self.in_time(*at)) {
            return Ok(Some(Newest { found: age(self.now, at), met: true, exchanges }));
        }
        if digests {
            let digest = self.newest(&Folder::of(root, account, Delivered::Digests, region), &mut exchanges).await?;
            if let Some(at) = digest.filter(|at| self.in_time(*at)) {
                let found = format!("no log file, but a digest of {} says there was nothing to log", age(self.now, at));
                return Ok(Some(Newest { found, met: true, exchanges }));
            }
        }
        let found =
            logs.map_or_else(|| format!("no log file for {region}"), |at| format!("newest of {}", age(self.now, at)));
        Ok(Some(Newest { found, met: false, exchanges }))
    }

    fn in_time(&self, at: Timestamp) -> bool {
        within_hours(self.now, at, self.hours)
    }

    /// When the newest file of a folder was delivered. Looks at the newest hours and days first, and lists the years,
    /// months and days only when there is nothing there.
    async fn newest(&self, folder: &Folder, exchanges: &mut Vec<ExchangeId>) -> Result<Option<Timestamp>, Unseen> {
        for hour in folder.newest_hours(self.now) {
            let newest = self.newest_in(&*self.level(&hour, exchanges).await?);
            if newest.is_some_and(|at| self.in_time(at)) {
                return Ok(newest);
            }
        }
        for day in newest_days(self.now, self.hours) {
            let newest = self.newest_of_day(&folder.day(day), exchanges).await?;
            if newest.is_some() {
                return Ok(newest);
            }
        }
        let (mut place, last) = (folder.prefix.clone(), folder.last_day(self.now));
        for _ in ["year", "month", "day"] {
            let page = self.level(&place, exchanges).await?;
            match page.prefixes.iter().filter(|one| **one <= last).max() {
                Some(newest) => place.clone_from(newest),
                None => return Ok(self.newest_in(&page)),
            }
        }
        self.newest_of_day(&place, exchanges).await
    }

    /// A listing begins with the oldest file. When it does not reach the end of the day, the newest file is found by
    /// the digits of the time in the names, latest first.
    async fn newest_of_day(&self, day: &str, exchanges: &mut Vec<ExchangeId>) -> Result<Option<Timestamp>, Unseen> {
        let mut page = self.level(day, exchanges).await?;
        let first = self.newest_in(&page);
        if first.is_some_and(|at| self.in_time(at)) || !page.more_objects {
            return Ok(first);
        }
        let Some(stem) = page.objects.first().and_then(|object| stem_of(&object.key)) else { return Ok(first) };
        let mut prefix = format!("{day}{stem}");
        let last = format!("{prefix}{}", last_time_of(day, self.now));
        for most in [2, 9, 5, 9] {
            for digit in (0..=most).rev() {
                let name = format!("{prefix}{digit}");
                if name > last {
                    continue;
                }
                let narrower = self.level(&name, exchanges).await?;
                if !narrower.objects.is_empty() {
                    prefix = name;
                    page = narrower;
                    break;
                }
            }
            if !page.more_objects {
                break;
            }
        }
        Ok(self.newest_in(&page))
    }

    /// A name in the future is no delivery.
    fn newest_in(&self, page: &ObjectPage) -> Option<Timestamp> {
        page.objects.iter().filter_map(delivered_at).filter(|at| !is_ahead(self.now, *at)).max()
    }

    async fn level(&self, prefix: &str, exchanges: &mut Vec<ExchangeId>) -> Result<Fact<ObjectPage>, Unseen> {
        let page = self.estate.bucket_level(&self.bucket, prefix).await?;
        exchanges.extend(page.exchanges().iter().cloned());
        Ok(page)
    }
}

/// `<account>_CloudTrail_<region>_20260115T` of a file named `<account>_CloudTrail_<region>_20260115T1130Z_...`.
fn stem_of(key: &str) -> Option<&str> {
    let name = key.rsplit('/').next()?;
    let (before, _) = name.split_once("Z_").or_else(|| name.split_once("Z."))?;
    let (stem, _) = before.rsplit_once('T').filter(|(stem, _)| stem.ends_with(|c: char| c.is_ascii_digit()))?;
    Some(name.get(..=stem.len()).unwrap_or(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hours_of_a_busy_day_are_found_by_the_names_of_its_files() {
        let key = "AWSLogs/o-x/4/CloudTrail/eu-west-1/2026/01/15/444444444444_CloudTrail_eu-west-1_20260115T0005Z_abc.json.gz";
        assert_eq!(stem_of(key), Some("444444444444_CloudTrail_eu-west-1_20260115T"));
        let digest = "a/444444444444_CloudTrail-Digest_eu-west-1_org-trail_eu-central-1_20260115T110012Z.json.gz";
        assert_eq!(stem_of(digest), Some("444444444444_CloudTrail-Digest_eu-west-1_org-trail_eu-central-1_20260115T"));
        assert_eq!(stem_of("a/b/c"), None);
    }
}
