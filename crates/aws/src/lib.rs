//! The only crate that names the AWS SDK: asks live accounts, a described landing zone or a recording, and answers with
//! the facts of `logproof-estate`.
//!
//! It owns sessions and retries, the seam every request passes, and one observer per service. It must not
//! know controls or verdicts.

mod call;
mod clock;
pub mod custody;
mod failure;
mod in_use;
mod objects;
mod observe;
mod permissions;
mod post;
#[cfg(test)]
mod raw_answers;
mod receipt;
mod scrub;
mod seam;
mod session;
mod traffic;

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
    time::Duration,
};

use aws_smithy_http_client::tls;
use logproof_estate::{AccountId, Answer, Config, Fact, Region, Unseen, config::AccessConfig};
use logproof_wire::{Recorder, Serve};

pub use objects::TrailObjects;
pub use permissions::OPERATIONS;
pub use post::post;
pub use scrub::body as without_credentials;
pub use seam::OnCall;

use failure::{Asked, Failure};
use seam::{Seam, with_exchanges};
use session::{Permits, Refused, Session, Sessions};
use traffic::Traffic;

/// How calls to a network are sent.
fn traffic(access: &AccessConfig) -> Traffic {
    Traffic::new(access.max_calls_in_flight, Duration::from_secs(access.attempt_timeout_seconds.max(1)))
}

/// What else is wanted of a source.
#[derive(Clone, Default)]
pub struct Options {
    /// Told of every call as it ends.
    pub on_call: Option<OnCall>,
    /// Receives every exchange with its body.
    pub recorder: Option<Arc<dyn Recorder>>,
    /// Answers an interrupted run already has; asked before anybody else.
    pub earlier: Option<Arc<dyn Serve>>,
    /// Answers this run was given itself: what it asks again is not asked of AWS.
    pub recorded: Option<Arc<dyn Serve>>,
}

/// Facts from AWS, or from something that answers like it.
pub struct Aws {
    sessions: Arc<Sessions>,
    seam: Seam,
    management: AccountId,
    /// Where AWS Organizations is asked.
    organizations: AccountId,
    home: Region,
    /// The same, asking what this run recorded before anybody else; nobody, when nothing is recorded.
    again: OnceLock<Option<Arc<Aws>>>,
    /// Whether this is that one: its seam is not the sessions' own.
    is_again: bool,
}

impl Aws {
    /// Asks live accounts: standard credential chain, AssumeRole into every account other than the caller's own.
    ///
    /// # Errors
    /// [`Unseen`] when the caller's own identity cannot be determined (no, expired or refused credentials, no network).
    pub async fn live(config: &Config, options: Options) -> Result<Self, Unseen> {
        let client = aws_smithy_http_client::Builder::new()
            .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc))
            .build_https();
        let seam = Seam::network(client, traffic(&config.access), options);
        let mut aws = Self::new(Sessions::live(config, &seam).await, seam, config);
        let caller = aws.identify().await?;
        aws.own_account(caller.account.clone());
        Ok(aws)
    }

    /// Asks a server in this process: a mock zone or a recording, as a caller of account `caller`.
    #[must_use]
    pub fn served(server: Arc<dyn Serve>, caller: &AccountId, config: &Config, options: Options) -> Self {
        let seam = Seam::served(server, options);
        let mut aws = Self::new(Sessions::served(config, &seam), seam, config);
        aws.own_account(caller.clone());
        aws
    }

    fn new(sessions: Sessions, seam: Seam, config: &Config) -> Self {
        Self {
            sessions: Arc::new(sessions),
            seam,
            management: config.organization.management_account.clone(),
            organizations: config.organizations_account().clone(),
            home: config.organization.home_region.clone(),
            again: OnceLock::new(),
            is_again: false,
        }
    }

    /// What answers questions that were asked before; `None` when nothing is recorded that could answer them.
    pub(crate) fn asked_again(&self) -> Option<Arc<Self>> {
        let again = || {
            Some(Arc::new(Self {
                sessions: Arc::clone(&self.sessions),
                seam: self.seam.again()?,
                management: self.management.clone(),
                organizations: self.organizations.clone(),
                home: self.home.clone(),
                again: OnceLock::new(),
                is_again: true,
            }))
        };
        self.again.get_or_init(again).clone()
    }

    fn own_account(&mut self, account: AccountId) {
        if let Some(sessions) = Arc::get_mut(&mut self.sessions) {
            sessions.set_own_account(account);
        }
    }

    /// Calls so far by `service:Operation`, retries included.
    #[must_use]
    pub fn calls(&self) -> BTreeMap<String, u64> {
        self.seam.calls()
    }

    /// Asks one question in one account and Region: waits for a place, gets the session, makes the calls of `body`,
    /// and returns the value with the exchanges it is based on.
    pub(crate) async fn ask<T, F, Fut>(&self, asked: Asked<'_>, body: F) -> Answer<T>
    where
        F: FnOnce(Session) -> Fut + Send,
        Fut: Future<Output = Result<T, Failure>> + Send,
        T: Send,
    {
        let (_permits, session) = self.enter(&asked).await?;
        // Boxed only now: the future that makes the calls has some 20 kB, and many questions wait for their turn.
        let (result, made) = with_exchanges(Box::pin(body(session))).await;
        match result {
            Ok(value) => Ok(Fact::new(value, made.into_iter().map(|m| m.id).collect::<Vec<_>>())),
            Err(failure) => Err(failure.unseen(&asked, &made)),
        }
    }

    /// A place among the calls in flight, and a session in the account and Region that are asked.
    async fn enter<'a>(&'a self, asked: &Asked<'_>) -> Result<(Option<Permits<'a>>, Session), Unseen> {
        // What answers from the recording must not wait: whoever holds the places may be waiting for this answer.
        let permits = match self.is_again {
            true => None,
            false => Some(self.sessions.permit(asked.account).await),
        };
        // Exchanges of AssumeRole are evidence of a refusal only.
        let region = asked.region.unwrap_or(&self.home);
        match self.sessions.session(asked.account, region).await {
            Ok(session) if self.is_again => Ok((permits, session.over(self.seam.clone()))),
            Ok(session) => Ok((permits, session)),
            Err(Refused { failure, made }) => Err(failure.unseen(asked, &made)),
        }
    }

    async fn identify(&self) -> Answer<logproof_estate::facts::CallerIdentity> {
        let own_account = self.sessions.own_account();
        let asked = Asked {
            operation: "sts:GetCallerIdentity",
            account: own_account.unwrap_or(&self.management),
            region: None,
            subject: "the caller's credentials",
        };
        // Until it is known which account the credentials belong to, exchanges say just that.
        let session = self.sessions.base_session(own_account.map_or("caller", AccountId::as_str));
        let (result, made) = with_exchanges(async {
            if !self.sessions.has_credentials() {
                return Err(Failure::Credentials("no credential provider is configured".to_owned()));
            }
            observe::caller_identity(&session.sts()).await
        })
        .await;
        match result {
            Ok(value) => Ok(Fact::new(value, made.into_iter().map(|m| m.id).collect::<Vec<_>>())),
            Err(failure) => Err(failure.unseen(&asked, &made)),
        }
    }
}
