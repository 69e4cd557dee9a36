//! The landing zone a question is asked of. Owns the connection; decides nothing.

use std::sync::Arc;

use logproof_aws::Options;
use logproof_estate::Estate;
use logproof_policy::Scene;
use logproof_steps::ask::{Inhabitants, scene_around};

use super::{args::ZoneArgs, error::AskError};
use crate::{
    clock,
    run::target::{self, TargetArgs},
};

impl ZoneArgs {
    /// Whether a landing zone was named.
    pub(super) fn is_given(&self) -> bool {
        self.config.is_some() || self.mock.is_some()
    }
}

/// A landing zone that can be asked.
pub(super) struct Zone {
    estate: Arc<Estate>,
}

impl Zone {
    /// Connects, with `logproof.toml` when nothing is named.
    pub(super) async fn open(args: &ZoneArgs) -> Result<Self, AskError> {
        let named = TargetArgs { config: args.config.clone(), mock: args.mock.clone() };
        let connected = target::connect(&named, Options::default()).await?;
        let now = connected.now.unwrap_or_else(clock::now);
        let estate = Arc::new(Estate::new(Arc::clone(&connected.config), connected.source(), now));
        Ok(Self { estate })
    }

    /// The world around a resource: its own policy, the organization, users and roles.
    pub(super) async fn scene(&self, resource: &str, inhabitants: &Inhabitants) -> Result<Scene, AskError> {
        let around = resource.trim_end_matches("/*");
        Ok(scene_around(&self.estate, around, inhabitants).await?)
    }

    /// The resource of the log store that a service's actions are about; `None` for other services.
    pub(super) async fn own_resource(&self, action: &str) -> Result<Option<String>, AskError> {
        let estate = &self.estate;
        Ok(match action.split(':').next() {
            Some("s3") => Some(format!("{}/*", estate.log_bucket().arn())),
            Some("kms") => {
                let key = estate.key(&estate.log_key()).await?;
                let key = key.as_ref().as_ref().map(|key| key.arn.clone());
                Some(key.ok_or(AskError::NoLogKey)?)
            }
            Some("cloudtrail") => Some(estate.config().trail_arn()),
            _ => None,
        })
    }
}
