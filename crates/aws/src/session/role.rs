//! Credentials of the role that is assumed in an account.

use std::{
    sync::{Arc, Weak},
    time::{Duration, SystemTime},
};

use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, error::CredentialsError, future::ProvideCredentials as Providing},
};
use logproof_estate::AccountId;
use tokio::sync::Mutex;

use super::Sessions;
use crate::{
    clock,
    failure::Failure,
    seam::{Made, with_exchanges},
};

/// How long before they expire credentials are renewed.
const RENEW_BEFORE: Duration = Duration::from_secs(300);

/// What assuming the role of an account gave: the credentials, or why there are none. This is all that an account costs
/// once its questions are answered.
pub(super) type Entered = Mutex<Option<Result<Credentials, Box<Refused>>>>;

/// Why an account cannot be entered. Every question in it is told the same, with the exchanges that show it: which one came
/// first, and made the call, is a matter of scheduling.
#[derive(Debug, Clone)]
pub(crate) struct Refused {
    pub(crate) failure: Failure,
    pub(crate) made: Vec<Made>,
}

/// Credentials of an assumed role, renewed before they expire.
///
/// It keeps no client, which would be most of what an account costs in memory, and clients do not keep what it gives.
#[derive(Debug)]
pub(super) struct AssumedRole {
    sessions: Weak<Sessions>,
    account: AccountId,
    entered: Arc<Entered>,
}

impl AssumedRole {
    pub(super) fn new(sessions: &Arc<Sessions>, account: &AccountId, entered: Arc<Entered>) -> Self {
        Self { sessions: Arc::downgrade(sessions), account: account.clone(), entered }
    }

    /// Credentials that are valid for some time to come. A role that cannot be assumed is not asked for again.
    pub(super) async fn current(&self) -> Result<Credentials, Refused> {
        let mut entered = self.entered.lock().await;
        let soon = clock::system_time() + RENEW_BEFORE;
        match &*entered {
            Some(Err(refused)) => return Err((**refused).clone()),
            Some(Ok(valid)) if valid.expiry().is_none_or(|expiry| expiry > soon) => return Ok(valid.clone()),
            _ => {}
        }
        let (given, made) = with_exchanges(self.assume()).await;
        let given = given.map_err(|failure| Refused { failure, made });
        // Credentials that cannot be renewed now are asked for again by the next call.
        if given.is_ok() || entered.is_none() {
            *entered = Some(given.clone().map_err(Box::new));
        }
        given
    }

    async fn assume(&self) -> Result<Credentials, Failure> {
        let ended = || Failure::Credentials("the run has ended".to_owned());
        let sessions = self.sessions.upgrade().ok_or_else(ended)?;
        let output = sessions
            .base_session(self.account.as_str())
            .sts()
            .assume_role()
            .role_arn(sessions.role_in(&self.account))
            .role_session_name(&sessions.access.session_name)
            .set_external_id(sessions.access.external_id.clone())
            .send()
            .await?;
        let given = output
            .credentials()
            .ok_or_else(|| Failure::Malformed("AssumeRole answered without credentials".to_owned()))?;
        Ok(Credentials::new(
            given.access_key_id(),
            given.secret_access_key(),
            Some(given.session_token().to_owned()),
            SystemTime::try_from(*given.expiration()).ok(),
            "AssumeRole",
        ))
    }
}

impl ProvideCredentials for AssumedRole {
    fn provide_credentials<'a>(&'a self) -> Providing<'a>
    where
        Self: 'a,
    {
        Providing::new(async {
            self.current().await.map_err(|refused| CredentialsError::provider_error(refused.failure.to_string()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Beside the session token, which is as long as STS makes it.
    #[test]
    fn an_account_that_was_entered_costs_little() {
        let kept = size_of::<(AccountId, Arc<Entered>)>() + size_of::<Entered>();
        assert!(kept <= 160, "{kept} bytes");
    }
}
