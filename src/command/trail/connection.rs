//! The landing zone behind a verification, connected to only when something is asked of it.

use std::sync::Arc;

use jiff::Timestamp;
use logproof_aws::{Options, TrailObjects};
use logproof_estate::{BucketRef, Estate, config::IntegrityConfig};
use tokio::sync::OnceCell;

use super::error::TrailError;
use crate::{
    clock,
    run::target::{self, Connected, TargetArgs},
};

/// A landing zone that may be asked.
pub(super) struct Connection {
    target: TargetArgs,
    connected: OnceCell<(Connected, Arc<Estate>)>,
}

impl Connection {
    pub(super) fn new(target: &TargetArgs) -> Self {
        Self { target: target.clone(), connected: OnceCell::new() }
    }

    async fn connected(&self) -> Result<&(Connected, Arc<Estate>), TrailError> {
        self.connected
            .get_or_try_init(|| async {
                let connected = target::connect(&self.target, Options::default()).await?;
                let now = connected.now.unwrap_or_else(clock::now);
                let estate = Estate::new(Arc::clone(&connected.config), connected.source(), now);
                Ok((connected, Arc::new(estate)))
            })
            .await
    }

    /// What stands for now: the clock, or the instant a described landing zone states for itself.
    pub(super) async fn now(&self) -> Result<Timestamp, TrailError> {
        match self.target.mock {
            Some(_) => Ok(self.estate().await?.as_of()),
            None => Ok(clock::now()),
        }
    }

    /// Hours that are verified when no period is given: what the configuration says, where one is read anyway.
    pub(super) async fn default_hours(&self, asks: bool) -> Result<u32, TrailError> {
        if !asks && self.target.mock.is_none() {
            return Ok(IntegrityConfig::default().window_hours);
        }
        Ok(self.connected().await?.0.config.integrity.window_hours)
    }

    pub(super) async fn estate(&self) -> Result<Arc<Estate>, TrailError> {
        Ok(Arc::clone(&self.connected().await?.1))
    }

    /// The objects of a bucket of the log archive account.
    pub(super) async fn objects(&self, bucket: &str) -> Result<TrailObjects, TrailError> {
        let (connected, estate) = self.connected().await?;
        let bucket = BucketRef { name: bucket.to_owned(), ..estate.log_bucket() };
        Ok(connected.objects(&bucket).await?)
    }
}
