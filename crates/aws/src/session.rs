//! Sessions: credentials per account, clients per account, Region and service.
//!
//! Clients are built when their turn comes and dropped after: building one is cheaper than one call, keeping one per
//! account x Region x service is not. All share one HTTP connection pool (the seam), below which calls are paced; what an
//! account, Region and service may retry is its own, so that a failing account does not use up what others may.

mod role;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use aws_config::{BehaviorVersion, SdkConfig, identity::IdentityCache};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_runtime::client::retries::{ClientRateLimiter, RetryPartition, TokenBucket};
use aws_smithy_types::{retry::RetryConfig, timeout::TimeoutConfig};
use logproof_estate::{AccountId, Config, Region, config::AccessConfig};
use tokio::sync::Semaphore;

pub(crate) use role::Refused;
use role::{AssumedRole, Entered};

use crate::{
    call::{TagCalls, WholeAnswers},
    in_use::InUse,
    seam::Seam,
};

/// How long credentials may take: the SDK's 5 s are not enough for a throttled STS, or while other tasks compute.
const CREDENTIALS_TIMEOUT: Duration = Duration::from_secs(60);

/// Custom endpoints, from the environment or the shared configuration.
#[derive(Debug, Clone, Default)]
pub(crate) struct Endpoints {
    /// S3 is asked path-style at a custom endpoint: an emulator has no bucket host names.
    pub(crate) s3_path_style: bool,
    /// S3 Control is asked here without the account in the host name.
    pub(crate) s3control: Option<String>,
}

impl Endpoints {
    fn of(base: &SdkConfig) -> Self {
        let specific =
            |service: &str| std::env::var(format!("AWS_ENDPOINT_URL_{service}")).ok().filter(|url| !url.is_empty());
        let general = base.endpoint_url().map(str::to_owned);
        Self {
            s3_path_style: specific("S3").is_some() || general.is_some(),
            s3control: specific("S3_CONTROL").or(general),
        }
    }
}

/// Questions that may be open for each call in flight: what waits for its turn should not keep others from being sent.
const QUESTIONS_A_CALL: usize = 2;

/// All sessions of a run.
pub(crate) struct Sessions {
    base: SdkConfig,
    /// Account the base credentials belong to.
    own_account: Option<AccountId>,
    access: AccessConfig,
    home: Region,
    endpoints: Endpoints,
    /// Kept for the whole run: a role is assumed once in each account.
    accounts: Mutex<HashMap<AccountId, Arc<Entered>>>,
    /// Questions that are open, each of which may have a call in flight: what is made for them is what they cost.
    open: Semaphore,
    open_per_account: InUse<AccountId, Semaphore>,
    /// What calls of an account, service and Region may still cost in retries. The SDK's own table of these is never cleared.
    retries: InUse<(String, &'static str, Region), TokenBucket>,
    /// Part of what the SDK keeps for retries, and not used: calls are paced below it.
    unlimited: ClientRateLimiter,
}

impl Sessions {
    /// Sessions that begin with the standard credential chain of this machine.
    pub(crate) async fn live(config: &Config, seam: &Seam) -> Self {
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .region(aws_types::region::Region::new(config.organization.home_region.to_string()))
            .http_client(seam.clone())
            .retry_config(RetryConfig::standard().with_max_attempts(config.access.max_attempts))
            .identity_cache(IdentityCache::lazy().load_timeout(CREDENTIALS_TIMEOUT).build())
            .timeout_config(timeouts());
        if let Some(profile) = &config.access.profile {
            loader = loader.profile_name(profile);
        }
        let base = loader.load().await;
        Self::new(base, config)
    }

    /// Sessions over a server in this process: credentials that open nothing, no waiting between retries.
    pub(crate) fn served(config: &Config, seam: &Seam) -> Self {
        let nobody = Credentials::new("served", "served", None, None, "logproof-served");
        let base = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(aws_types::region::Region::new(config.organization.home_region.to_string()))
            .credentials_provider(SharedCredentialsProvider::new(nobody))
            .http_client(seam.clone())
            .retry_config(
                RetryConfig::standard()
                    .with_max_attempts(config.access.max_attempts)
                    .with_initial_backoff(Duration::from_millis(1))
                    .with_max_backoff(Duration::from_millis(4)),
            )
            // Nothing waits here but for the processor, and a busy one must not look like a network that is down.
            .identity_cache(IdentityCache::no_cache())
            .build();
        // A custom endpoint of this machine's environment is none of the server's business.
        Self { endpoints: Endpoints::default(), ..Self::new(base, config) }
    }

    fn new(base: SdkConfig, config: &Config) -> Self {
        Self {
            endpoints: Endpoints::of(&base),
            base,
            own_account: None,
            access: config.access.clone(),
            home: config.organization.home_region.clone(),
            accounts: Mutex::default(),
            open: Semaphore::new(config.access.max_calls_in_flight.max(1).saturating_mul(QUESTIONS_A_CALL)),
            open_per_account: InUse::default(),
            retries: InUse::default(),
            unlimited: ClientRateLimiter::default(),
        }
    }

    /// Tells which account the base credentials belong to: no role is assumed there.
    pub(crate) fn set_own_account(&mut self, account: AccountId) {
        self.own_account = Some(account);
    }

    /// Account the base credentials belong to, once known.
    pub(crate) fn own_account(&self) -> Option<&AccountId> {
        self.own_account.as_ref()
    }

    pub(crate) fn has_credentials(&self) -> bool {
        self.base.credentials_provider().is_some()
    }

    /// Waits until one more question may be open, first in the account, then in all: a question that waits for others of
    /// its account keeps no other account waiting.
    pub(crate) async fn permit<'a>(&'a self, account: &AccountId) -> Permits<'a> {
        let most = self.access.max_calls_in_flight_per_account.max(1);
        let of_account = self.open_per_account.get(account.clone(), || Semaphore::new(most), |_| true);
        // Neither semaphore is ever closed.
        let account_permit = of_account.acquire_owned().await.ok();
        let total_permit = self.open.acquire().await.ok();
        Permits { _account: account_permit, _total: total_permit }
    }

    /// A session with the base credentials, whosever they are.
    pub(crate) fn base_session(self: &Arc<Self>, tag_account: &str) -> Session {
        Session {
            sessions: Arc::clone(self),
            credentials: None,
            account: tag_account.to_owned(),
            region: self.home.clone(),
            seam: None,
        }
    }

    /// A session in an account and Region; assumes the audit role there once in a run, unless the account is ours.
    pub(crate) async fn session(self: &Arc<Self>, account: &AccountId, region: &Region) -> Result<Session, Refused> {
        let credentials =
            if self.own_account.as_ref() == Some(account) { None } else { Some(Box::pin(self.assume(account)).await?) };
        Ok(Session {
            sessions: Arc::clone(self),
            credentials,
            account: account.to_string(),
            region: region.clone(),
            seam: None,
        })
    }

    /// ARN of the role that is assumed in an account.
    fn role_in(&self, account: &AccountId) -> String {
        format!("arn:{}:iam::{account}:role/{}", self.home.partition(), self.access.role_name)
    }

    async fn assume(self: &Arc<Self>, account: &AccountId) -> Result<SharedCredentialsProvider, Refused> {
        let entered = {
            let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(accounts.entry(account.clone()).or_default())
        };
        let role = AssumedRole::new(self, account, entered);
        // Assumed once up front, so that a role that cannot be assumed is said as such, not as a failed call.
        let assuming = |Refused { failure, made }| Refused { failure: failure.assuming(self.role_in(account)), made };
        role.current().await.map_err(assuming)?;
        Ok(SharedCredentialsProvider::new(role))
    }
}

/// Room for one open question, given back on drop.
pub(crate) struct Permits<'a> {
    _account: Option<tokio::sync::OwnedSemaphorePermit>,
    _total: Option<tokio::sync::SemaphorePermit<'a>>,
}

/// How long an answer may take is the business of the seam: the SDK would count what a call waits for its turn.
fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder().connect_timeout(Duration::from_secs(10)).build()
}

/// Credentials of one account and one Region; makes clients.
#[derive(Clone)]
pub(crate) struct Session {
    sessions: Arc<Sessions>,
    credentials: Option<SharedCredentialsProvider>,
    account: String,
    region: Region,
    /// Another way than the run's own.
    seam: Option<Seam>,
}

macro_rules! client {
    ($(#[$doc:meta])* $name:ident, $krate:ident) => {
        $(#[$doc])*
        pub(crate) fn $name(&self) -> $krate::Client {
            let mut builder = $krate::config::Builder::from(&self.sessions.base)
                .region(aws_types::region::Region::new(self.region.to_string()))
                .interceptor(self.tag())
                .interceptor(WholeAnswers)
                .retry_partition(self.partition(stringify!($name)));
            if let Some(seam) = &self.seam {
                builder = builder.http_client(seam.clone());
            }
            if let Some(credentials) = &self.credentials {
                builder = builder.identity_cache(IdentityCache::no_cache()).credentials_provider(credentials.clone());
            }
            $krate::Client::from_conf(builder.build())
        }
    };
}

impl Session {
    client!(cloudtrail, aws_sdk_cloudtrail);
    client!(config, aws_sdk_config);
    client!(events, aws_sdk_eventbridge);
    client!(iam, aws_sdk_iam);
    client!(kms, aws_sdk_kms);
    client!(organizations, aws_sdk_organizations);
    client!(sns, aws_sdk_sns);
    client!(sqs, aws_sdk_sqs);
    client!(sts, aws_sdk_sts);
    client!(logs, aws_sdk_cloudwatchlogs);
    client!(cloudwatch, aws_sdk_cloudwatch);
    client!(access_analyzer, aws_sdk_accessanalyzer);

    /// S3, path-style at a custom endpoint.
    pub(crate) fn s3(&self) -> aws_sdk_s3::Client {
        aws_sdk_s3::Client::from_conf(self.s3_config().build())
    }

    /// S3 for reading very many objects: one attempt a call, because the reader itself repeats, and slows down for all
    /// objects when one is throttled; no checksum beside the one that the reader compares.
    pub(crate) fn s3_for_objects(&self, receipts: bool) -> aws_sdk_s3::Client {
        let mut builder = self
            .s3_config()
            .retry_config(RetryConfig::disabled())
            .response_checksum_validation(aws_sdk_s3::config::ResponseChecksumValidation::WhenRequired);
        if receipts {
            builder = builder.interceptor(crate::receipt::AskForReceipts);
        }
        aws_sdk_s3::Client::from_conf(builder.build())
    }

    fn s3_config(&self) -> aws_sdk_s3::config::Builder {
        let mut builder = aws_sdk_s3::config::Builder::from(&self.sessions.base)
            .region(aws_types::region::Region::new(self.region.to_string()))
            .force_path_style(self.sessions.endpoints.s3_path_style)
            .interceptor(self.tag())
            .interceptor(WholeAnswers)
            .retry_partition(self.partition("s3"));
        if let Some(seam) = &self.seam {
            builder = builder.http_client(seam.clone());
        }
        if let Some(credentials) = &self.credentials {
            builder = builder.identity_cache(IdentityCache::no_cache()).credentials_provider(credentials.clone());
        }
        builder
    }

    /// S3 Control; a custom endpoint is used as it stands, without the account in front of its host.
    pub(crate) fn s3control(&self) -> aws_sdk_s3control::Client {
        let mut builder = aws_sdk_s3control::config::Builder::from(&self.sessions.base)
            .region(aws_types::region::Region::new(self.region.to_string()))
            .interceptor(self.tag())
            .interceptor(WholeAnswers)
            .retry_partition(self.partition("s3control"));
        if let Some(seam) = &self.seam {
            builder = builder.http_client(seam.clone());
        }
        if let Some(url) = &self.sessions.endpoints.s3control {
            builder = builder.endpoint_resolver(FixedEndpoint(url.clone()));
        }
        if let Some(credentials) = &self.credentials {
            builder = builder.identity_cache(IdentityCache::no_cache()).credentials_provider(credentials.clone());
        }
        aws_sdk_s3control::Client::from_conf(builder.build())
    }

    /// What the clients sign with.
    pub(crate) fn credentials(&self) -> Option<SharedCredentialsProvider> {
        self.credentials.clone().or_else(|| self.sessions.base.credentials_provider())
    }

    /// How long one attempt may take.
    pub(crate) fn attempt_timeout(&self) -> Duration {
        Duration::from_secs(self.sessions.access.attempt_timeout_seconds.max(1))
    }

    /// How often a call is attempted, and how long to wait before the second attempt.
    pub(crate) fn patience(&self) -> (u32, Duration) {
        let retries = self.sessions.base.retry_config();
        let wait = retries.map_or(Duration::from_secs(1), RetryConfig::initial_backoff);
        (self.sessions.access.max_attempts.max(1), wait)
    }

    /// Region of this session.
    pub(crate) fn region(&self) -> &Region {
        &self.region
    }

    /// The same credentials in another Region.
    pub(crate) fn in_region(&self, region: Region) -> Self {
        Self { region, ..self.clone() }
    }

    /// The same session over another seam.
    pub(crate) fn over(self, seam: Seam) -> Self {
        Self { seam: Some(seam), ..self }
    }

    fn tag(&self) -> TagCalls {
        TagCalls { account: self.account.clone(), region: self.region.to_string() }
    }

    /// What calls of this account, service and Region may cost in retries, of these sessions alone.
    fn partition(&self, service: &'static str) -> RetryPartition {
        let name = (self.account.clone(), service, self.region.clone());
        let bucket = self.sessions.retries.get(name, TokenBucket::default, TokenBucket::is_full);
        RetryPartition::custom(service)
            .token_bucket((*bucket).clone())
            .client_rate_limiter(self.sessions.unlimited.clone())
            .build()
    }
}

#[derive(Debug)]
struct FixedEndpoint(String);

impl aws_sdk_s3control::config::endpoint::ResolveEndpoint for FixedEndpoint {
    fn resolve_endpoint<'a>(
        &'a self,
        _params: &'a aws_sdk_s3control::config::endpoint::Params,
    ) -> aws_sdk_s3control::config::endpoint::EndpointFuture<'a> {
        let endpoint = aws_smithy_types::endpoint::Endpoint::builder().url(self.0.clone()).build();
        aws_sdk_s3control::config::endpoint::EndpointFuture::ready(Ok(endpoint))
    }
}

#[cfg(test)]
mod tests;
