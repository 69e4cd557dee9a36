//! Looks at the organization with the caller's credentials.
//!
//! What could not be found stays open, so that `check` refuses the file until somebody has completed it. Nothing is
//! guessed silently.

use std::sync::Arc;

use futures::{StreamExt, stream};
use jiff::Timestamp;
use logproof_aws::{Aws, Options};
use logproof_estate::{
    AccountId, BucketRef, Config, Estate, KeyRef, Partition, Region,
    config::{
        AccessConfig, ConventionsConfig, ExpectationsConfig, IntegrityConfig, LimitsConfig, NamesConfig,
        OrganizationConfig, Places,
    },
    facts::{Account, Trail},
};

use super::{
    draft::{Seen, SeenBucket},
    error::InitError,
    maker::{Form, Maker},
};

/// Regions enabled in every account of a partition; none are published for the partitions of intelligence agencies.
///
/// See: <https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html>
const fn default_regions(partition: Partition) -> &'static [&'static str] {
    match partition {
        Partition::Commercial => &COMMERCIAL_REGIONS,
        Partition::UsGov => &["us-gov-east-1", "us-gov-west-1"],
        Partition::China => &["cn-north-1", "cn-northwest-1"],
        Partition::EuropeanSovereign => &["eusc-de-east-1"],
        Partition::Iso | Partition::IsoB | Partition::IsoE | Partition::IsoF => &[],
    }
}

const COMMERCIAL_REGIONS: [&str; 17] = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// What to look with.
#[derive(Debug, Clone)]
pub(super) struct Request {
    /// Region to begin in.
    pub region: Region,
    /// Governed Regions, when the caller names them; otherwise those in which AWS Config records are used.
    pub regions: Vec<Region>,
    /// How accounts are reached.
    pub access: AccessConfig,
}

/// What a configuration names of the organization trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trailed {
    pub(super) name: Option<String>,
    pub(super) bucket: Option<String>,
    pub(super) prefix: Option<String>,
    pub(super) kms_key: Option<String>,
}

impl From<&Trail> for Trailed {
    fn from(trail: &Trail) -> Self {
        Self {
            name: Some(trail.name.clone()),
            bucket: Some(trail.bucket.clone()),
            prefix: trail.prefix.clone(),
            kms_key: trail.kms_key.clone(),
        }
    }
}

/// What the caller of `init --zone` already knows.
#[derive(Debug, Clone, Default)]
pub(super) struct KnownAccounts {
    pub(super) organization: Option<String>,
    pub(super) management: Option<AccountId>,
    pub(super) log_archive: Option<AccountId>,
    pub(super) security_tooling: Option<AccountId>,
}

/// What was found, or is known without looking because everything of its maker is called so.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Discovery {
    pub(super) maker: Maker,
    pub(super) organization: Option<String>,
    pub(super) management: Option<AccountId>,
    pub(super) accounts: Vec<Account>,
    pub(super) trail: Trailed,
    /// Other organization trails, by name.
    pub(super) other_trails: Vec<String>,
    pub(super) home: Region,
    pub(super) regions: Vec<Region>,
    pub(super) regions_from: &'static str,
    pub(super) log_archive: Option<AccountId>,
    pub(super) security_tooling: Option<AccountId>,
    pub(super) config_bucket: Option<String>,
    /// Account that owns it, when it is the security tooling account.
    pub(super) config_account: Option<AccountId>,
    pub(super) access: AccessConfig,
    /// Questions without an answer, where that leaves something open.
    pub(super) unseen: Vec<String>,
    /// What a register can be begun from.
    pub(super) seen: Seen,
}

/// Looks at the organization of the caller.
///
/// # Errors
/// [`InitError`].
pub(super) async fn discover(request: &Request, options: Options) -> Result<Discovery, InitError> {
    let nobody: AccountId = "000000000000".parse()?;
    let first = Aws::live(&provisional(request, nobody), Options::default()).await?;
    let estate = estate_of(first, &provisional(request, "000000000000".parse()?));
    let caller = estate.caller_identity().await?;
    let config = provisional(request, caller.account.clone());
    let estate = estate_of(Aws::live(&config, options.clone()).await?, &config);
    let organization = estate.organization().await?;
    let (trail, other_trails) = organization_trail(&estate, &caller.account, &request.region).await?;
    // Everything else is asked where the organization is: in its management account.
    let config = provisional(request, organization.management_account.clone());
    let estate = estate_of(Aws::live(&config, options).await?, &config);
    let directory = estate.directory().await?;
    let accounts: Vec<Account> = directory.active().cloned().collect();
    let home = trail.home_region.as_deref().unwrap_or(request.region.as_str()).parse()?;
    let mut unseen = Vec::new();
    let log_archive = owner_of(&estate, &trail.bucket, &accounts, &home, &mut unseen).await;
    let (regions, regions_from) = governed_regions(&estate, request, log_archive.as_ref(), &home, &mut unseen).await;
    let config_bucket = config_bucket(&estate, log_archive.as_ref(), &home, &mut unseen).await;
    let security_tooling = named(&accounts, &["security-tooling", "security tooling", "audit"]);
    let config_account = match (&config_bucket, &security_tooling) {
        (Some(bucket), Some(account)) if *bucket != trail.bucket => match estate.buckets(account).await {
            Ok(owned) => owned.iter().any(|one| one.name == *bucket).then(|| account.clone()),
            Err(why) => {
                unseen.push(why.to_string());
                None
            }
        },
        _ => None,
    };
    let seen = match &log_archive {
        Some(account) => seen(&estate, account, &home, &trail, &mut unseen).await,
        None => Seen::default(),
    };
    Ok(Discovery {
        maker: Maker::recognize(&trail.name, config_bucket.as_deref()),
        organization: Some(organization.id.clone()),
        management: Some(organization.management_account.clone()),
        security_tooling,
        config_account,
        config_bucket: config_bucket.filter(|bucket| *bucket != trail.bucket),
        access: request.access.clone(),
        accounts,
        trail: Trailed::from(&trail),
        other_trails,
        home,
        regions,
        regions_from,
        log_archive,
        unseen,
        seen,
    })
}

/// What a maker's landing zone is called, without looking at one.
pub(super) fn of_maker(maker: Maker, accounts: &KnownAccounts, request: &Request) -> Discovery {
    let home = &request.region;
    let mut regions = request.regions.clone();
    if !regions.contains(home) {
        regions.push(home.clone());
    }
    let archive = accounts.log_archive.clone();
    let config_account = maker.config_bucket(None).and(accounts.security_tooling.clone());
    let settled = |form: Option<Form>| form.and_then(Form::name);
    let bucket = settled(maker.bucket(archive.as_ref(), home));
    let prefix = settled(maker.log_prefix(accounts.organization.as_deref()));
    Discovery {
        maker,
        organization: accounts.organization.clone(),
        management: accounts.management.clone(),
        accounts: Vec::new(),
        trail: Trailed { name: maker.trail().map(str::to_owned), bucket, prefix, kms_key: None },
        other_trails: Vec::new(),
        home: home.clone(),
        regions,
        regions_from: "as given with `--governed-region`, and the home Region",
        log_archive: archive,
        security_tooling: accounts.security_tooling.clone(),
        config_bucket: None,
        config_account,
        access: request.access.clone(),
        unseen: Vec::new(),
        seen: Seen::default(),
    }
}

fn estate_of(aws: Aws, config: &Config) -> Estate {
    Estate::new(Arc::new(config.clone()), Arc::new(aws), Timestamp::UNIX_EPOCH)
}

/// Enough configuration to ask before anything is known.
fn provisional(request: &Request, management: AccountId) -> Config {
    Config {
        organization: OrganizationConfig {
            id: None,
            log_archive_account: management.clone(),
            management_account: management,
            security_tooling_account: None,
            auditor_accounts: Vec::new(),
            home_region: request.region.clone(),
            governed_regions: vec![request.region.clone()],
        },
        access: request.access.clone(),
        names: NamesConfig {
            prefix: None,
            bucket: Some("unknown".to_owned()),
            log_prefix: None,
            config_bucket: None,
            config_account: None,
            key: "unknown".to_owned(),
            key_account: None,
            trail: "unknown".to_owned(),
            storage_role: None,
            administrators: Vec::new(),
            admin_role: "unknown".to_owned(),
            reader_role: "unknown".to_owned(),
            log_services: Vec::new(),
        },
        register: None,
        conventions: ConventionsConfig::default(),
        readers: Vec::new(),
        expectations: ExpectationsConfig::default(),
        integrity: IntegrityConfig::default(),
        limits: LimitsConfig::default(),
        plan: Places::default(),
    }
}

/// The first organization trail by name, and the names of the others.
async fn organization_trail(
    estate: &Estate,
    account: &AccountId,
    region: &Region,
) -> Result<(Trail, Vec<String>), InitError> {
    let trails = estate.trails(account, region).await?;
    let mut trails: Vec<Trail> = trails.iter().filter(|trail| trail.is_organization_trail).cloned().collect();
    trails.sort_by(|one, other| one.name.cmp(&other.name));
    let mut trails = trails.into_iter();
    let first = trails.next().ok_or_else(|| InitError::NoTrail { account: account.clone(), region: region.clone() })?;
    Ok((first, trails.map(|trail| trail.name).collect()))
}

/// The account that owns the bucket: the one whose id stands in its name or that is called log archive first.
async fn owner_of(
    estate: &Estate,
    bucket: &str,
    accounts: &[Account],
    region: &Region,
    unseen: &mut Vec<String>,
) -> Option<AccountId> {
    let mut candidates: Vec<&Account> = accounts.iter().collect();
    candidates.sort_by_key(|account| {
        let name = account.name.to_lowercase();
        let likely = bucket.contains(account.id.as_str()) || (name.contains("log") && name.contains("archive"));
        !likely
    });
    let mut unanswered = Vec::new();
    for account in candidates {
        match estate.buckets(&account.id).await {
            Ok(buckets) if buckets.iter().any(|owned| owned.name == bucket) => {
                let asked = BucketRef { name: bucket.to_owned(), owner: account.id.clone(), region: region.clone() };
                return match estate.bucket_location(&asked).await {
                    Ok(found) => found.as_ref().map(|_| account.id.clone()),
                    Err(why) => {
                        unseen.push(why.to_string());
                        None
                    }
                };
            }
            Ok(_) => {}
            Err(why) => unanswered.push(why.to_string()),
        }
    }
    // Only now do they matter: any of these accounts may be the owner.
    unseen.append(&mut unanswered);
    None
}

async fn governed_regions(
    estate: &Estate,
    request: &Request,
    account: Option<&AccountId>,
    home: &Region,
    unseen: &mut Vec<String>,
) -> (Vec<Region>, &'static str) {
    if !request.regions.is_empty() {
        let mut regions = request.regions.clone();
        if !regions.contains(home) {
            regions.push(home.clone());
        }
        return (regions, "as given with `--governed-region`, and the home Region");
    }
    let Some(account) = account else {
        return (vec![home.clone()], "only the home Region: complete the list");
    };
    let mut candidates: Vec<Region> =
        default_regions(home.partition()).iter().filter_map(|name| name.parse().ok()).collect();
    if !candidates.contains(home) {
        candidates.push(home.clone());
    }
    let mut asked: Vec<_> = stream::iter(candidates)
        .map(|region| async move {
            let recorders = estate.config_recorders(account, &region).await;
            (region, recorders.map(|recorders| recorders.iter().any(|recorder| recorder.recording)))
        })
        .buffer_unordered(COMMERCIAL_REGIONS.len())
        .collect()
        .await;
    asked.sort_by(|one, other| one.0.cmp(&other.0));
    let mut found = Vec::new();
    for (region, records) in asked {
        match records {
            Ok(true) => found.push(region),
            Ok(false) => {}
            Err(why) => unseen.push(why.to_string()),
        }
    }
    if !found.contains(home) {
        found.push(home.clone());
        found.sort();
    }
    (found, "the Regions in which AWS Config records in the log archive account")
}

async fn config_bucket(
    estate: &Estate,
    account: Option<&AccountId>,
    home: &Region,
    unseen: &mut Vec<String>,
) -> Option<String> {
    match estate.config_delivery(account?, home).await {
        Ok(channels) => channels.first().map(|channel| channel.bucket.clone()),
        Err(why) => {
            unseen.push(why.to_string());
            None
        }
    }
}

/// The buckets of the log archive and who uses the key.
async fn seen(estate: &Estate, account: &AccountId, home: &Region, trail: &Trail, unseen: &mut Vec<String>) -> Seen {
    let mut seen = Seen { log_bucket: trail.bucket.clone(), ..Seen::default() };
    let buckets = match estate.buckets(account).await {
        Ok(buckets) => buckets,
        Err(why) => {
            unseen.push(why.to_string());
            return seen;
        }
    };
    for owned in buckets.iter() {
        let mut bucket = BucketRef { name: owned.name.clone(), owner: account.clone(), region: home.clone() };
        match estate.bucket_location(&bucket).await {
            Ok(found) => bucket.region = Option::clone(&found).unwrap_or(bucket.region),
            Err(why) => {
                unseen.push(why.to_string());
                continue;
            }
        }
        let (policy, lifecycle) = futures::join!(estate.bucket_policy(&bucket), estate.bucket_lifecycle(&bucket));
        let mut kept = SeenBucket { name: owned.name.clone(), ..SeenBucket::default() };
        match policy {
            Ok(policy) => kept.policy.clone_from(&policy),
            Err(why) => unseen.push(why.to_string()),
        }
        match lifecycle {
            Ok(rules) => kept.lifecycle.clone_from(&rules),
            Err(why) => unseen.push(why.to_string()),
        }
        seen.buckets.push(kept);
    }
    if let Some(arn) = &trail.kms_key
        && let Some(owner) = arn.split(':').nth(4).and_then(|account| account.parse().ok())
    {
        let key = KeyRef { id: arn.clone(), account: owner, region: home.clone() };
        let (policy, grants) = futures::join!(estate.key_policy(&key), estate.key_grants(&key));
        match policy {
            Ok(policy) => seen.key_policy = Some((*policy).clone()),
            Err(why) => unseen.push(why.to_string()),
        }
        match grants {
            Ok(grants) => seen.grants.clone_from(&grants),
            Err(why) => unseen.push(why.to_string()),
        }
    }
    seen
}

fn named(accounts: &[Account], names: &[&str]) -> Option<AccountId> {
    names.iter().find_map(|name| {
        accounts.iter().find(|account| account.name.to_lowercase() == *name).map(|account| account.id.clone())
    })
}
