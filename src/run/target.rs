//! What a run looks at: live accounts or a described landing zone, with the configuration that goes with it.

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

use jiff::Timestamp;
use logproof_aws::{Aws, MockZone, Options, TrailObjects, custody::Custody};
use logproof_estate::{
    BucketRef, Config, Source, Unseen,
    assessment::Target,
    config::{ConfigError, hint_for},
};

use crate::{cli::CheckArgs, error::Error, run::register::Loaded};

/// Configuration that is used when there is one and none is given.
pub(crate) const DEFAULT_CONFIG: &str = "logproof.toml";

/// A landing zone that can be asked.
pub struct Connected {
    /// What the owner expects.
    pub config: Arc<Config>,
    /// What the owner registered.
    pub register: Loaded,
    /// What was connected to, for the title of every report.
    pub target: Target,
    /// The instant the landing zone states for itself, when it is a described one.
    pub now: Option<Timestamp>,
    aws: Arc<Aws>,
}

impl Connected {
    /// The port for questions.
    #[must_use]
    pub fn source(&self) -> Arc<dyn Source> {
        Arc::clone(&self.aws) as Arc<dyn Source>
    }

    /// The objects of a trail's bucket.
    ///
    /// # Errors
    /// [`Unseen`] when the bucket's account cannot be entered.
    pub async fn objects(&self, bucket: &BucketRef) -> Result<TrailObjects, Unseen> {
        self.aws.trail_objects(bucket).await
    }

    /// What signs and stores finished bundles.
    #[must_use]
    pub fn custody(&self) -> Custody {
        self.aws.custody()
    }

    /// Calls so far by `service:Operation`.
    #[must_use]
    pub fn calls(&self) -> BTreeMap<String, u64> {
        self.aws.calls()
    }
}

/// Connects to what the arguments name.
///
/// # Errors
/// When neither a mock nor a configuration is there, either cannot be used, or no account can be reached.
pub async fn connect(args: &CheckArgs, options: Options) -> Result<Connected, Error> {
    match &args.mock {
        Some(None) => mock(sample()?, "sample", args, options),
        Some(Some(path)) => {
            let shown = path.display().to_string();
            let zone = MockZone::parse(&read(path)?, &shown).map_err(|e| Error::Zone { problem: e.to_string() })?;
            mock(zone, &shown, args, options)
        }
        None => live(args, options).await,
    }
}

/// The sample landing zone in this program.
///
/// # Errors
/// [`Error::Zone`], which would be a defect of this program.
pub fn sample() -> Result<MockZone, Error> {
    MockZone::sample().map_err(|error| Error::Zone { problem: error.to_string() })
}

/// Connects to a described landing zone with the configuration it carries.
///
/// # Errors
/// [`Error::Config`].
pub fn described(zone: MockZone, name: &str, options: Options) -> Result<Connected, Error> {
    let config = zone_config(&zone, name)?;
    let register = Loaded::of_zone(&zone, name)?;
    Ok(serve(zone, name, config, register, options))
}

fn mock(zone: MockZone, name: &str, args: &CheckArgs, options: Options) -> Result<Connected, Error> {
    match &args.config {
        Some(path) => {
            let config = config_file(path)?;
            let register = Loaded::beside(&config, path)?;
            Ok(serve(zone, name, config, register, options))
        }
        None => described(zone, name, options),
    }
}

fn serve(zone: MockZone, name: &str, config: Config, register: Loaded, options: Options) -> Connected {
    let now = zone.now();
    let caller = config.organization.management_account.clone();
    let aws = Aws::served(Arc::new(zone), &caller, &config, options);
    let target = Target::Mock { zone: name.to_owned() };
    Connected { config: Arc::new(config), register, target, now: Some(now), aws: Arc::new(aws) }
}

async fn live(args: &CheckArgs, options: Options) -> Result<Connected, Error> {
    let path = match &args.config {
        Some(path) => path.as_path(),
        None if Path::new(DEFAULT_CONFIG).exists() => Path::new(DEFAULT_CONFIG),
        None => return Err(Error::NoTarget),
    };
    let config = config_file(path)?;
    let register = Loaded::beside(&config, path)?;
    let aws = Aws::live(&config, options).await.map_err(|unseen| Error::Unreachable(Box::new(unseen)))?;
    Ok(Connected { config: Arc::new(config), register, target: Target::Live, now: None, aws: Arc::new(aws) })
}

/// Reads a configuration.
pub(crate) fn config_file(path: &Path) -> Result<Config, Error> {
    Config::parse(&read(path)?).map_err(|source| Error::Config { path: path.display().to_string(), source })
}

fn zone_config(zone: &MockZone, name: &str) -> Result<Config, Error> {
    let path = format!("{name}, `config:`");
    let refuse = |source| Error::Config { path: path.clone(), source };
    let config: Config = serde_json::from_value(zone.config().clone()).map_err(|error| {
        let problem = error.to_string();
        refuse(ConfigError { place: "configuration".to_owned(), hint: hint_for(&problem), problem })
    })?;
    config.validate().map_err(refuse)?;
    Ok(config)
}

fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|source| Error::Unreadable { path: path.to_owned(), source })
}
