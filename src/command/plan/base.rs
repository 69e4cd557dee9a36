//! The landing zone before the change: live, described, or as a bundle recorded it.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use jiff::Timestamp;
use logproof_aws::Options;
use logproof_estate::{
    AccountId, Config, Estate, Region,
    assessment::Target,
    config::{Places, parse_instant},
};
use logproof_plan::Context;

use super::{args::PlanArgs, error::PlanError};
use crate::{
    bundle::playback::Playback,
    clock,
    run::{
        register::Loaded,
        target::{self, TargetArgs},
    },
};

/// The landing zone before the change.
pub(super) struct Base {
    pub(super) config: Arc<Config>,
    pub(super) register: Loaded,
    /// Asked at most once for each fact, before and after the change.
    pub(super) estate: Arc<Estate>,
    pub(super) target: Target,
    pub(super) as_of: Timestamp,
    places: Places,
}

impl Base {
    /// Connects to what the arguments name.
    pub(super) async fn open(args: &PlanArgs, options: Options) -> Result<Self, PlanError> {
        let as_of = args.as_of.as_deref().map(parse_instant).transpose()?;
        let (config, register, source, target, now) = match &args.on {
            Some(bundle) => {
                let playback = Playback::open(bundle, options)?;
                if !playback.request.share.is_whole() {
                    return Err(PlanError::Share { bundle: bundle.clone() });
                }
                let target = Target::Replay { bundle: bundle.display().to_string() };
                let source = playback.source();
                (playback.config, playback.register, source, target, Some(playback.request.as_of))
            }
            None => {
                let named = TargetArgs { config: args.config.clone(), mock: args.mock.clone() };
                let connected = target::connect(&named, options).await?;
                let source = connected.source();
                (connected.config, connected.register, source, connected.target, connected.now)
            }
        };
        let as_of = as_of.or(now).unwrap_or_else(clock::now);
        let beside = Path::new(target::DEFAULT_CONFIG);
        let named = args.config.as_deref().or_else(|| beside.exists().then_some(beside));
        let places = match named.filter(|_| args.on.is_some()) {
            Some(path) => target::config_file(path)?.plan,
            None => config.plan.clone(),
        };
        let estate = Estate::new(Arc::clone(&config), source, as_of);
        let estate = Arc::new(estate.with_register(Arc::clone(&register.register)));
        Ok(Self { config, register, estate, target, as_of, places })
    }

    /// What readers of plans know of it. An account whose buckets cannot be listed has none that is known.
    pub(super) async fn context(&self) -> Context {
        let organization = &self.config.organization;
        let mut accounts: Vec<&AccountId> =
            vec![&organization.log_archive_account, &organization.management_account, self.config.key_account()];
        accounts.extend(&organization.security_tooling_account);
        accounts.extend(&self.config.expectations.replica_account);
        let mut buckets: BTreeMap<String, (AccountId, Option<Region>)> = BTreeMap::new();
        for account in accounts {
            if let Ok(listed) = self.estate.buckets(account).await {
                buckets.extend(listed.iter().map(|bucket| (bucket.name.clone(), (account.clone(), None))));
            }
        }
        for name in [self.config.log_bucket_name(), self.config.config_bucket_name()] {
            let home = organization.home_region.clone();
            buckets.insert(name, (organization.log_archive_account.clone(), Some(home)));
        }
        Context {
            partition: self.config.partition(),
            home_region: organization.home_region.clone(),
            management_account: organization.management_account.clone(),
            buckets,
            places: self.places.clone(),
        }
    }
}
