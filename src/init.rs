//! `logproof init`: looks at the organization with the caller's credentials and writes a commented `logproof.toml`.
//!
//! What was found is written as a value; what could not be found is written as a question, so that `check` refuses
//! the file until somebody has answered it. Nothing is guessed silently.

use std::sync::Arc;

use futures::{StreamExt, stream};
use jiff::Timestamp;
use logproof_aws::{Aws, Options};
use logproof_estate::{
    AccountId, BucketRef, Config, Estate, Region, Unseen,
    config::{AccessConfig, ExpectationsConfig, IntegrityConfig, NamesConfig, OrganizationConfig},
    facts::{Account, Trail},
};

/// Regions enabled in every account. See: <https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html>
const DEFAULT_REGIONS: [&str; 17] = [
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
pub struct Request {
    /// Region to begin in.
    pub region: Region,
    /// Governed Regions, when the caller names them; otherwise those in which AWS Config records are used.
    pub regions: Vec<Region>,
    /// How accounts are reached.
    pub access: AccessConfig,
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Discovery {
    organization: String,
    management: AccountId,
    accounts: Vec<Account>,
    trail: Trail,
    home: Region,
    regions: Vec<Region>,
    regions_from: &'static str,
    log_archive: Option<AccountId>,
    security_tooling: Option<AccountId>,
    config_bucket: Option<String>,
    access: AccessConfig,
}

/// Why there is nothing to write.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// A question could not be answered.
    #[error("{0}\nhint: {hint}", hint = .0.hint)]
    Unseen(#[from] Unseen),
    /// There is no organization trail to begin from.
    #[error(
        "no organization trail is visible in account {account}, {region}\nhint: run in the trail's home Region (`--region`), or create the organization trail first"
    )]
    NoTrail {
        /// Account looked in.
        account: AccountId,
        /// Region looked in.
        region: Region,
    },
    /// An account id that AWS gave is not one.
    #[error("{0}\nhint: this is not an answer AWS gives; check the endpoint settings")]
    Place(#[from] logproof_estate::InvalidPlace),
}

/// Looks at the organization of the caller.
///
/// # Errors
/// [`InitError`].
pub async fn discover(request: &Request, options: Options) -> Result<Discovery, InitError> {
    let nobody: AccountId = "000000000000".parse()?;
    let first = Aws::live(&provisional(request, nobody), Options::default()).await?;
    let estate = estate_of(first, &provisional(request, "000000000000".parse()?));
    let caller = estate.caller_identity().await?;
    let config = provisional(request, caller.account.clone());
    let estate = estate_of(Aws::live(&config, options.clone()).await?, &config);
    let organization = estate.organization().await?;
    let trail = organization_trail(&estate, &caller.account, &request.region).await?;
    // Everything else is asked where the organization is: in its management account.
    let config = provisional(request, organization.management_account.clone());
    let estate = estate_of(Aws::live(&config, options).await?, &config);
    let directory = estate.directory().await?;
    let accounts: Vec<Account> = directory.active().cloned().collect();
    let home = trail.home_region.as_deref().unwrap_or(request.region.as_str()).parse()?;
    let log_archive = owner_of(&estate, &trail.bucket, &accounts, &home).await;
    let (regions, regions_from) = governed_regions(&estate, request, log_archive.as_ref(), &home).await;
    let config_bucket = config_bucket(&estate, log_archive.as_ref(), &home).await;
    Ok(Discovery {
        organization: organization.id.clone(),
        management: organization.management_account.clone(),
        security_tooling: named(&accounts, &["security-tooling", "security tooling", "audit"]),
        config_bucket: config_bucket.filter(|bucket| *bucket != trail.bucket),
        access: request.access.clone(),
        accounts,
        trail,
        home,
        regions,
        regions_from,
        log_archive,
    })
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
            key: "unknown".to_owned(),
            key_account: None,
            trail: "unknown".to_owned(),
            storage_role: None,
            admin_role: "unknown".to_owned(),
            reader_role: "unknown".to_owned(),
            log_services: Vec::new(),
        },
        register: None,
        readers: Vec::new(),
        expectations: ExpectationsConfig::default(),
        integrity: IntegrityConfig::default(),
    }
}

async fn organization_trail(estate: &Estate, account: &AccountId, region: &Region) -> Result<Trail, InitError> {
    let trails = estate.trails(account, region).await?;
    trails
        .iter()
        .find(|trail| trail.is_organization_trail)
        .cloned()
        .ok_or_else(|| InitError::NoTrail { account: account.clone(), region: region.clone() })
}

/// The account that owns the bucket: the one whose id stands in its name or that is called log archive first.
async fn owner_of(estate: &Estate, bucket: &str, accounts: &[Account], region: &Region) -> Option<AccountId> {
    let mut candidates: Vec<&Account> = accounts.iter().collect();
    candidates.sort_by_key(|account| {
        let name = account.name.to_lowercase();
        let likely = bucket.contains(account.id.as_str()) || (name.contains("log") && name.contains("archive"));
        !likely
    });
    for account in candidates {
        if let Ok(buckets) = estate.buckets(&account.id).await
            && buckets.iter().any(|owned| owned.name == bucket)
        {
            let asked = BucketRef { name: bucket.to_owned(), owner: account.id.clone(), region: region.clone() };
            return estate
                .bucket_location(&asked)
                .await
                .ok()
                .and_then(|found| found.as_ref().map(|_| account.id.clone()));
        }
    }
    None
}

async fn governed_regions(
    estate: &Estate,
    request: &Request,
    account: Option<&AccountId>,
    home: &Region,
) -> (Vec<Region>, &'static str) {
    if !request.regions.is_empty() {
        return (request.regions.clone(), "as given with `--regions`");
    }
    let Some(account) = account else {
        return (vec![home.clone()], "only the home Region: complete the list");
    };
    let candidates: Vec<Region> = DEFAULT_REGIONS.iter().filter_map(|name| name.parse().ok()).collect();
    let mut found: Vec<Region> = stream::iter(candidates)
        .map(|region| async move {
            let recorders = estate.config_recorders(account, &region).await.ok()?;
            recorders.iter().any(|recorder| recorder.recording).then_some(region)
        })
        .buffer_unordered(17)
        .filter_map(|region| async move { region })
        .collect()
        .await;
    if !found.contains(home) {
        found.push(home.clone());
    }
    found.sort();
    (found, "the Regions in which AWS Config records in the log archive account")
}

async fn config_bucket(estate: &Estate, account: Option<&AccountId>, home: &Region) -> Option<String> {
    let channels = estate.config_delivery(account?, home).await.ok()?;
    channels.first().map(|channel| channel.bucket.clone())
}

fn named(accounts: &[Account], names: &[&str]) -> Option<AccountId> {
    names.iter().find_map(|name| {
        accounts.iter().find(|account| account.name.to_lowercase() == *name).map(|account| account.id.clone())
    })
}

impl Discovery {
    /// The commented `logproof.toml`.
    #[must_use]
    pub fn render(&self) -> String {
        let mut text = self.render_organization();
        text.push_str(&self.render_access());
        text.push_str(&self.render_names());
        text.push_str(&expectations());
        text.push_str(&integrity());
        text
    }

    fn render_organization(&self) -> String {
        let question = "?\" # not found: fill in the account id";
        let archive = self.log_archive.as_ref().map_or(question.to_owned(), |id| format!("{id}\""));
        let tooling =
            self.security_tooling.as_ref().map_or("# security_tooling_account = \"123456789012\"".to_owned(), |id| {
                format!("security_tooling_account = \"{id}\"")
            });
        let regions: Vec<String> = self.regions.iter().map(|region| format!("\"{region}\"")).collect();
        let names: Vec<String> = self.accounts.iter().map(|a| format!("#   {} {}", a.id, a.name)).collect();
        format!(
            "# Written by `logproof init`. Every key is shown; a key in a comment has its default.\n\
             # Active accounts found:\n{}\n\n\
             [organization]\n\
             # The organization must be this one.\n\
             id = \"{}\"\n\
             management_account = \"{}\"\n\
             # The account that owns bucket {}.\n\
             log_archive_account = \"{archive}\n\
             # The account analysts and the read-only role work in.\n\
             {tooling}\n\
             # Accounts of external auditors that may read.\n\
             # auditor_accounts = []\n\
             # The Region the log store is in: the home Region of trail {}.\n\
             home_region = \"{}\"\n\
             # \"Every Region\" in a control means these: {}.\n\
             governed_regions = [{}]\n\n",
            names.join("\n"),
            self.organization,
            self.management,
            self.trail.bucket,
            self.trail.name,
            self.home,
            self.regions_from,
            regions.join(", "),
        )
    }

    fn render_access(&self) -> String {
        let external = self
            .access
            .external_id
            .as_ref()
            .map_or("# external_id = \"...\"".to_owned(), |id| format!("external_id = \"{id}\""));
        format!(
            "[access]\n\
             # Role assumed in every account other than the caller's own.\n\
             role_name = \"{}\"\n\
             # External id sent with AssumeRole.\n\
             {external}\n\
             session_name = \"{}\"\n\
             # Profile of the shared AWS configuration; the standard credential chain decides when it is absent.\n\
             # profile = \"audit\"\n\
             # API calls in flight at once, in all and per account.\n\
             # max_calls_in_flight = 32\n\
             # max_calls_in_flight_per_account = 8\n\
             # Attempts per call, the first included, and seconds one attempt may take.\n\
             # max_attempts = 6\n\
             # attempt_timeout_seconds = 30\n\n",
            self.access.role_name, self.access.session_name
        )
    }

    fn render_names(&self) -> String {
        let account = self.log_archive.as_ref().map(AccountId::as_str).unwrap_or_default();
        let conventional = self
            .trail
            .bucket
            .strip_prefix("aws-")
            .and_then(|rest| rest.strip_suffix(&format!("-log-storage-{account}-{}", self.home)))
            .filter(|prefix| !prefix.is_empty());
        let bucket = match conventional {
            Some(prefix) => format!(
                "# Prefix of the convention aws-[prefix]-log-storage-[account ID]-[Region].\nprefix = \"{prefix}\"\n\
                 # bucket = \"{}\"\n",
                self.trail.bucket
            ),
            None => format!(
                "# The bucket does not follow aws-[prefix]-log-storage-[account ID]-[Region].\nbucket = \"{}\"\n",
                self.trail.bucket
            ),
        };
        let prefix = self
            .trail
            .prefix
            .as_ref()
            .map_or("# log_prefix = \"\"".to_owned(), |prefix| format!("log_prefix = \"{prefix}\""));
        let config = self
            .config_bucket
            .as_ref()
            .map_or("# config_bucket = \"...\"".to_owned(), |bucket| format!("config_bucket = \"{bucket}\""));
        let key = self
            .trail
            .kms_key
            .as_ref()
            .map_or("key = \"alias/?\" # the trail names no key: fill in the log key".to_owned(), |key| {
                format!("key = \"{key}\"")
            });
        let key_account = self
            .trail
            .kms_key
            .as_deref()
            .and_then(|arn| arn.split(':').nth(4))
            .filter(|id| *id != account)
            .map_or("# key_account = \"...\"".to_owned(), |id| format!("key_account = \"{id}\""));
        format!(
            "[names]\n{bucket}# Key prefix in front of AWSLogs/.\n{prefix}\n\
             # Bucket AWS Config delivers to, when it is another one.\n{config}\n\
             # Alias, id or ARN of the log key, and the account that holds it when it is not the log archive.\n{key}\n{key_account}\n\
             trail = \"{}\"\n\
             # ARN of the one role that may change the log store.\n# storage_role = \"arn:aws:iam::{account}:role/LogArchive-Administrator\"\n\
             # Break-glass role in the log archive account; read-only role in the security tooling account.\n\
             # admin_role = \"LogArchive-Administrator\"\n# reader_role = \"LogsReadOnlyFrequencyRole\"\n\n",
            self.trail.name
        )
    }
}

fn expectations() -> String {
    let default = ExpectationsConfig::default();
    format!(
        "[expectations]\n\
         # minimum_tls = \"{}\"\n\
         # Days a log object must exist, and must stay directly readable.\n\
         # retention_days = {}\n# hot_days = {}\n\
         # Object Lock of the log bucket; the days default to retention_days.\n\
         # object_lock_mode = \"{}\"\n# object_lock_days = {}\n\
         # Longest accepted period of key rotation, in days.\n# key_rotation_days = {}\n\
         # Longest accepted interval between AWS Config snapshots.\n# config_snapshot_frequency = \"{}\"\n\
         # Hours within which logs must have arrived.\n# delivery_hours = {}\n\
         # Days the administrator role must not have been used.\n# admin_role_quiet_days = {}\n\
         # Account that must hold the replica; any other account of the organization when absent.\n# replica_account = \"...\"\n\n",
        default.minimum_tls,
        default.retention_days,
        default.hot_days,
        default.object_lock_mode,
        default.retention_days,
        default.key_rotation_days,
        default.config_snapshot_frequency,
        default.delivery_hours,
        default.admin_role_quiet_days,
    )
}

fn integrity() -> String {
    let default = IntegrityConfig::default();
    format!(
        "[integrity]\n\
         # Hours before the run whose digests are verified.\n# window_hours = {}\n\
         # Percent of the log files whose content is read.\n# log_file_percent = {}\n\n\
         # Who may read log files: one table per role or user. Without one, nobody may.\n\
         # [[readers]]\n# principal = \"arn:aws:iam::123456789012:role/LogReader\"\n# path = \"AWSLogs/\"\n\
         # purpose = \"...\"\n# until = \"2030-12-31\"\n",
        default.window_hours, default.log_file_percent
    )
}
