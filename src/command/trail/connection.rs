//! The landing zone behind a verification, connected to only when something is asked of it.

use std::sync::Arc;

use jiff::Timestamp;
use logproof_aws::{Options, TrailObjects};
use logproof_estate::{BucketRef, Estate};
use tokio::sync::OnceCell;

use super::args::ExpectedArgs;
use crate::{
    cli::CheckArgs,
    error::Error,
    run::target::{self, Connected},
};

/// A landing zone that may be asked.
pub(super) struct Connection {
    args: CheckArgs,
    connected: OnceCell<(Connected, Arc<Estate>)>,
}

impl Connection {
    pub(super) fn new(args: &ExpectedArgs) -> Self {
        let args = CheckArgs { config: args.config.clone(), mock: args.mock.clone(), ..CheckArgs::default() };
        Self { args, connected: OnceCell::new() }
    }

    async fn connected(&self) -> Result<&(Connected, Arc<Estate>), Error> {
        self.connected
            .get_or_try_init(|| async {
                let connected = target::connect(&self.args, Options::default()).await?;
                let now = connected.now.unwrap_or_else(Timestamp::now);
                let estate = Estate::new(Arc::clone(&connected.config), connected.source(), now);
                Ok((connected, Arc::new(estate)))
            })
            .await
    }

    /// What stands for now: the clock, or the instant a described landing zone states for itself.
    pub(super) async fn now(&self) -> Result<Timestamp, Error> {
        match self.args.mock {
            Some(_) => Ok(self.estate().await?.as_of()),
            None => Ok(Timestamp::now()),
        }
    }

    pub(super) async fn estate(&self) -> Result<Arc<Estate>, Error> {
        Ok(Arc::clone(&self.connected().await?.1))
    }

    /// The objects of a bucket of the log archive account.
    pub(super) async fn objects(&self, bucket: &str) -> Result<TrailObjects, Error> {
        let (connected, estate) = self.connected().await?;
        let bucket = BucketRef { name: bucket.to_owned(), ..estate.log_bucket() };
        connected.objects(&bucket).await.map_err(|unseen| Error::Unreachable(Box::new(unseen)))
    }
}
