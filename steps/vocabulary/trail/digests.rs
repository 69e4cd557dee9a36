//! Whether the delivered log files are the ones CloudTrail delivered: its digests, and what they say of the log files.

use std::{collections::HashMap, sync::Arc};

use cucumber::then;
use jiff::{SignedDuration, Timestamp};
use logproof_estate::{
    AccountId, BucketRef, ExchangeId, Fact, Reason, Region, Unseen,
    facts::{ChainFinding, ChainIntegrity, ChainQuery, Trail, TrailPublicKey},
    record::{Observation, Subject},
    world::{Judged, LogproofWorld, Stop},
};

use crate::{
    judgement::guide::{Below, Entry, Kind},
    scene::{
        questions::{ask_each, judge_each},
        subjects::{every, trails},
        trail::{home_of, owner_of, trail_subject},
    },
};

/// A key may have signed a digest of the period and have been out of use since shortly before it.
const KEYS_BEFORE: SignedDuration = SignedDuration::from_hours(2);

/// What is documented of the sentences of this file that fit any trail.
pub(crate) const GUIDE: &[Entry] = &[Entry {
    keyword: "Then",
    sentence: "its log file validation is on",
    about: "CloudTrail signs what the trail delivers, in digests.",
    kinds: &[Kind::Trail],
    below: Below::Nothing,
    example: "its log file validation is on",
}];

#[then("its log file validation is on")]
async fn its_log_file_validation_is_on(w: &mut LogproofWorld) -> Judged {
    let trails = trails(w)?;
    let judge = async |w: &mut LogproofWorld, trail: Fact<Trail>| {
        let met = trail.log_file_validation;
        let found = if met { "LogFileValidationEnabled is on" } else { "LogFileValidationEnabled is off" };
        w.observe(
            Observation::new(trail_subject(&trail), "LogFileValidationEnabled is on", found, met)
                .hint("turn log file validation on: CloudTrail then signs what it delivers")
                .resting_on(trail.exchanges()),
        );
        Ok(())
    };
    every(w, trails, judge).await
}

#[then("each of these accounts and Regions has an unbroken chain of signed digests over the period examined")]
async fn every_chain_is_unbroken(w: &mut LogproofWorld) -> Judged {
    judge(w, Part::Chain).await
}

#[then("every log file that was read has the content its digest records")]
async fn every_log_file_is_the_delivered_one(w: &mut LogproofWorld) -> Judged {
    judge(w, Part::LogFiles).await
}

#[then("no log file lies among them that no digest names")]
async fn no_log_file_was_added(w: &mut LogproofWorld) -> Judged {
    judge(w, Part::Added).await
}

/// What a sentence refers to; each finding belongs to one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Chain,
    LogFiles,
    Added,
}

impl Part {
    fn of(code: &str) -> Self {
        match code {
            "log.unreferenced" | "log.misplaced" | "log.unlistable" => Self::Added,
            code if code.starts_with("log.") => Self::LogFiles,
            _ => Self::Chain,
        }
    }

    fn expected(self, hours: u32) -> String {
        match self {
            Self::Chain => format!("an unbroken chain of signed digests over the last {hours} hours"),
            Self::LogFiles => "log files with the content their digests record".to_owned(),
            Self::Added => "no log file that no digest names".to_owned(),
        }
    }

    fn met(self, chain: &ChainIntegrity) -> String {
        match self {
            _ if !chain.due => "no digest was due in the period yet".to_owned(),
            Self::Chain => format!("{} digests verified", chain.digests_verified),
            Self::LogFiles => {
                format!("{} log files verified, {} left out", chain.log_files_verified, chain.log_files_left_out)
            }
            Self::Added => format!("none; {} wait for their digest", chain.log_files_pending),
        }
    }

    fn hint(self) -> &'static str {
        match self {
            Self::Chain => "find out who stopped the trail or deleted digests, and restore them from the replica",
            Self::LogFiles => "keep the object and all its versions, and compare it with the replica",
            Self::Added => "find out who wrote it: only CloudTrail may write there",
        }
    }
}

async fn judge(w: &mut LogproofWorld, part: Part) -> Judged {
    let (config, trail, everywhere) = (w.config()?, w.trail()?, w.everywhere()?);
    if !trail.log_file_validation {
        return Err(w.not_applicable(format!(
            "log file validation of {} is off (cloudtrail:DescribeTrails): there are no digests",
            trail.arn
        )));
    }
    let expected: Arc<str> = Arc::from(part.expected(config.integrity.window_hours));
    let root = folder_root(w, &trail).await?;
    let mut examined = 0;
    let queries = queries(w, &trail).await?;
    let (estate, bucket) = (w.estate()?, bucket_of(w, &trail)?);
    let question = |query: ChainQuery| {
        let (estate, bucket) = (Arc::clone(&estate), bucket.clone());
        async move { (estate.digest_chain(&bucket, &query).await, query) }
    };
    judge_each(queries, question, |(answer, ChainQuery { account, region, .. })| {
        let Some(chain) = w.see_or_note(answer) else { return };
        examined += 1;
        let arn = format!(
            "{root}{account}/{}/{region}/",
            if part == Part::Chain { "CloudTrail-Digest" } else { "CloudTrail" }
        );
        let subject = Subject::arn(arn).at(&account, Some(&region));
        for observation in observations(w, part, &chain, &account, &subject, &expected) {
            w.observe(observation.hint(part.hint()).resting_on(trail.exchanges()).resting_on(chain.exchanges()));
        }
    })
    .await;
    w.population(everywhere.cells_examined(examined));
    let percent = config.integrity.log_file_percent;
    if part == Part::Added {
        note_unlisted_accounts(w, &trail).await?;
    }
    if part == Part::LogFiles && percent < 100 {
        w.note(format!(
            "{percent} % of the log files were read, chosen by name; of the others only the presence is proven"
        ));
    }
    w.settle()
}

/// What a chain shows of the part. What could not be judged is recorded as such.
fn observations(
    w: &mut LogproofWorld,
    part: Part,
    chain: &Fact<ChainIntegrity>,
    account: &AccountId,
    subject: &Subject,
    expected: &Arc<str>,
) -> Vec<Observation> {
    let of_part: Vec<&ChainFinding> = chain.findings.iter().filter(|found| Part::of(&found.code) == part).collect();
    if of_part.is_empty() {
        return vec![Observation::new(subject.clone(), Arc::clone(expected), part.met(chain), true)];
    }
    // Log files whose digest is gone or bad are unproven because of a fact; otherwise something was not read.
    let broken = chain.findings.iter().any(|found| found.is_fact && Part::of(&found.code) == Part::Chain);
    let mut observed = Vec::new();
    for found in of_part {
        if found.is_fact || broken && found.code == "log.unproven" {
            let observation = Observation::new(subject.clone(), Arc::clone(expected), in_words(found), false);
            observed.push(match &found.object {
                Some(object) => observation.place(object),
                None => observation,
            });
        } else {
            w.unseen(unproven(found, account, subject, chain.exchanges()));
        }
    }
    observed
}

fn in_words(found: &ChainFinding) -> String {
    let count = if found.count > 1 { format!(", {} objects", found.count) } else { String::new() };
    let interval = found.interval.map(|(from, to)| format!(", {from} to {to}")).unwrap_or_default();
    format!("{}{count}{interval}: {}", found.code, found.detail)
}

fn unproven(found: &ChainFinding, account: &AccountId, subject: &Subject, exchanges: &[ExchangeId]) -> Unseen {
    let (operation, hint) = match found.code.as_str() {
        "digest.key_unknown" | "digest.key_not_in_use" => (
            "cloudtrail:ListPublicKeys",
            "ask with credentials for which the Region is enabled, or verify with `logproof trail verify --keys FILE`",
        ),
        _ => ("s3:GetObject", "see what the detail names, and run again"),
    };
    Unseen {
        operation: operation.to_owned(),
        account: account.clone(),
        region: subject.region.clone(),
        subject: found.object.clone().unwrap_or_else(|| subject.arn.clone()),
        reason: Reason::Unproven,
        detail: in_words(found),
        hint: hint.to_owned(),
        exchanges: exchanges.to_vec(),
    }
}

/// `arn:aws:s3:::bucket/prefix/AWSLogs/o-x/`.
async fn folder_root(w: &mut LogproofWorld, trail: &Trail) -> Result<String, Stop> {
    Ok(format!("{}/{}", bucket_of(w, trail)?.arn(), folder_of_accounts(w, trail).await?))
}

/// `prefix/AWSLogs/o-x/`.
async fn folder_of_accounts(w: &mut LogproofWorld, trail: &Trail) -> Result<String, Stop> {
    let organization = organization_id(w, trail).await?;
    let prefix = trail.prefix.as_ref().map(|prefix| format!("{prefix}/")).unwrap_or_default();
    let organization = organization.map(|id| format!("{id}/")).unwrap_or_default();
    Ok(format!("{prefix}AWSLogs/{organization}"))
}

/// Notes the folders of accounts that the organization does not list: it may have had them once, or never.
async fn note_unlisted_accounts(w: &mut LogproofWorld, trail: &Trail) -> Result<(), Stop> {
    let (estate, bucket) = (w.estate()?, bucket_of(w, trail)?);
    let folder = folder_of_accounts(w, trail).await?;
    let level = w.see(estate.bucket_level(&bucket, &folder).await)?;
    let directory = w.see(estate.directory().await)?;
    let names = level.prefixes.iter().filter_map(|prefix| prefix.strip_prefix(folder.as_str()));
    let names = names.map(|name| name.trim_end_matches('/'));
    let unlisted: Vec<&str> =
        names.filter(|name| directory.accounts.iter().all(|account| account.id.as_str() != *name)).collect();
    w.record.rest_on(level.exchanges());
    if !unlisted.is_empty() {
        w.note(format!(
            "not verified: what lies below `{folder}` for {}, which AWS Organizations does not list",
            unlisted.join(", ")
        ));
    }
    Ok(())
}

/// The bucket the trail delivers to; that it is the log bucket is another control's finding.
fn bucket_of(w: &LogproofWorld, trail: &Trail) -> Result<BucketRef, Stop> {
    Ok(BucketRef { name: trail.bucket.clone(), ..w.bucket()? })
}

async fn organization_id(w: &mut LogproofWorld, trail: &Trail) -> Result<Option<String>, Stop> {
    let organization = w.estate()?.organization().await;
    let organization = w.see(organization)?;
    w.record.rest_on(organization.exchanges());
    Ok(trail.is_organization_trail.then(|| organization.id.clone()))
}

/// Every chain to verify; a Region whose keys cannot be had leaves its chains unexamined.
async fn queries(w: &mut LogproofWorld, trail: &Trail) -> Result<impl Iterator<Item = ChainQuery> + use<>, Stop> {
    let (config, now, everywhere) = (w.config()?, w.now()?, w.everywhere()?);
    let hours = SignedDuration::from_hours(i64::from(config.integrity.window_hours));
    let from = now.checked_sub(hours).map_err(|error| Stop::because(error.to_string()))?;
    let keys = public_keys(w, trail, &everywhere.regions).await?;
    let whole = ChainQuery {
        trail: trail.name.clone(),
        home_region: home_of(w, trail)?,
        prefix: trail.prefix.clone(),
        organization: organization_id(w, trail).await?,
        account: config.organization.management_account.clone(),
        region: config.organization.home_region.clone(),
        since: None,
        from,
        until: now,
        log_files_per_mille: u16::try_from(config.integrity.log_file_percent).unwrap_or(100).saturating_mul(10),
        keys: Arc::default(),
    };
    let joined: HashMap<AccountId, Option<Timestamp>> =
        everywhere.accounts.iter().map(|account| (account.id.clone(), account.joined)).collect();
    Ok(everywhere.cells().filter_map(move |(account, region)| {
        let keys = Arc::clone(keys.get(&region)?);
        let since = joined.get(&account).copied().flatten();
        Some(ChainQuery { account, region, since, keys, ..whole.clone() })
    }))
}

/// The keys of each Region that told them.
async fn public_keys(
    w: &mut LogproofWorld,
    trail: &Trail,
    regions: &[Region],
) -> Result<HashMap<Region, Arc<[TrailPublicKey]>>, Stop> {
    let (estate, config, now, owner) = (w.estate()?, w.config()?, w.now()?, owner_of(w, trail)?);
    let back = SignedDuration::from_hours(i64::from(config.integrity.window_hours)) + KEYS_BEFORE;
    let from = now.checked_sub(back).map_err(|error| Stop::because(error.to_string()))?;
    let answers = ask_each(regions.to_vec(), |region| {
        let (estate, owner) = (Arc::clone(&estate), owner.clone());
        async move {
            let answer = estate.trail_public_keys(&owner, &region, from, now).await;
            (region, answer)
        }
    })
    .await;
    let mut known = HashMap::new();
    for (region, answer) in answers {
        if let Some(keys) = w.see_or_note(answer) {
            w.record.rest_on(keys.exchanges());
            known.insert(region, Arc::from(keys.as_slice()));
        }
    }
    Ok(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_finding_belongs_to_one_sentence() {
        for (code, part) in [
            ("chain.missing", Part::Chain),
            ("digest.key_unknown", Part::Chain),
            ("log.hash_mismatch", Part::LogFiles),
            ("log.unproven", Part::LogFiles),
            ("log.unreferenced", Part::Added),
            ("log.misplaced", Part::Added),
            ("log.unlistable", Part::Added),
        ] {
            assert_eq!(Part::of(code), part, "{code}");
        }
    }
}
