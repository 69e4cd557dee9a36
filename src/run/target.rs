//! What a run looks at: live accounts or a described landing zone, with the configuration that goes with it.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use jiff::Timestamp;
use logproof_aws::{Aws, Options, TrailObjects, custody::Custody};
use logproof_estate::{
    BucketRef, Config, Source, Unseen,
    assessment::Target,
    config::{ConfigError, hint_for},
};
use logproof_zone::{MockZone, ZoneError};

use super::{
    description,
    register::{LoadError, Loaded},
};
use crate::{
    error::{CommandError, Unreadable},
    exit::Exit,
};

/// Configuration that is used when there is one and none is given.
pub(crate) const DEFAULT_CONFIG: &str = "logproof.toml";

/// What names a landing zone on a command line.
#[derive(Debug, Clone, Default, Args)]
pub struct TargetArgs {
    /// Configuration [default: logproof.toml in this folder, when there is one].
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Use a landing zone described in a file instead of AWS; without a value, the sample in this program.
    ///
    /// No account is asked. The `config:` table of the file is the configuration unless `--config` is given.
    #[arg(long, value_name = "ZONE.yaml", num_args = 0..=1)]
    pub mock: Option<Option<PathBuf>>,
}

/// A landing zone that cannot be examined.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// Neither a configuration nor a mock.
    #[error(
        "nothing to check: there is no `logproof.toml` in this folder\nhint: give `--config FILE` for your landing zone, or `--mock` to try the sample one"
    )]
    NoTarget,
    /// The configuration cannot be used.
    #[error("cannot use `{path}`: {source}")]
    Config {
        /// The file, or where in a zone the configuration is.
        path: String,
        /// What is wrong; ends with a hint.
        source: ConfigError,
    },
    /// The register cannot be used.
    #[error(transparent)]
    Register(#[from] LoadError),
    /// The configuration or the description cannot be read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// The description of a landing zone cannot be used.
    #[error(transparent)]
    Zone(#[from] ZoneError),
    /// The landing zone cannot be reached at all.
    #[error("{0}\nhint: {hint}", hint = .0.hint)]
    Unreachable(Box<Unseen>),
}

impl From<Unseen> for TargetError {
    fn from(unseen: Unseen) -> Self {
        Self::Unreachable(Box::new(unseen))
    }
}

impl CommandError for TargetError {
    fn exit(&self) -> Exit {
        match self {
            Self::Unreachable(_) => Exit::Unassessed,
            _ => Exit::Usage,
        }
    }
}

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
    /// What `aws` answers of, whatever it is.
    pub(crate) fn of(config: Arc<Config>, register: Loaded, target: Target, aws: Arc<Aws>) -> Self {
        Self { config, register, target, now: None, aws }
    }

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
pub async fn connect(args: &TargetArgs, options: Options) -> Result<Connected, TargetError> {
    match &args.mock {
        Some(None) => mock(sample()?, "sample", args, options),
        Some(Some(path)) => {
            let shown = path.display().to_string();
            let zone = MockZone::parse_on(&read(path)?, &shown, &description::beside(path))?;
            mock(zone, &shown, args, options)
        }
        None => live(args, options).await,
    }
}

/// The sample landing zone in this program.
///
/// # Errors
/// [`TargetError::Zone`], which would be a defect of this program.
pub fn sample() -> Result<MockZone, TargetError> {
    Ok(MockZone::sample()?)
}

/// Connects to a described landing zone with the configuration it carries.
///
/// # Errors
/// [`TargetError::Config`], [`TargetError::Register`].
pub fn described(zone: MockZone, name: &str, options: Options) -> Result<Connected, TargetError> {
    shared(&Arc::new(zone), name, options)
}

/// The same of a landing zone that others are connected to as well: each has answers and counts of its own.
///
/// # Errors
/// As [`described`].
pub(crate) fn shared(zone: &Arc<MockZone>, name: &str, options: Options) -> Result<Connected, TargetError> {
    let config = zone_config(zone, name)?;
    let register = Loaded::of_zone(zone, name)?;
    Ok(serve(Arc::clone(zone), name, config, register, options))
}

fn mock(zone: MockZone, name: &str, args: &TargetArgs, options: Options) -> Result<Connected, TargetError> {
    match &args.config {
        Some(path) => {
            let config = config_file(path)?;
            let register = Loaded::beside(&config, path)?;
            Ok(serve(Arc::new(zone), name, config, register, options))
        }
        None => described(zone, name, options),
    }
}

fn serve(zone: Arc<MockZone>, name: &str, config: Config, register: Loaded, options: Options) -> Connected {
    let now = zone.now();
    let caller = config.organization.management_account.clone();
    let aws = Aws::served(zone, &caller, &config, options);
    let target = Target::Mock { zone: name.to_owned() };
    Connected { config: Arc::new(config), register, target, now: Some(now), aws: Arc::new(aws) }
}

async fn live(args: &TargetArgs, options: Options) -> Result<Connected, TargetError> {
    let path = match &args.config {
        Some(path) => path.as_path(),
        None if Path::new(DEFAULT_CONFIG).exists() => Path::new(DEFAULT_CONFIG),
        None => return Err(TargetError::NoTarget),
    };
    let config = config_file(path)?;
    let register = Loaded::beside(&config, path)?;
    live_with(config, register, options).await
}

/// Connects to live accounts.
pub(crate) async fn live_with(config: Config, register: Loaded, options: Options) -> Result<Connected, TargetError> {
    let aws = Aws::live(&config, options).await?;
    Ok(Connected::of(Arc::new(config), register, Target::Live, Arc::new(aws)))
}

/// Reads a configuration.
pub(crate) fn config_file(path: &Path) -> Result<Config, TargetError> {
    Config::parse(&read(path)?).map_err(|source| TargetError::Config { path: path.display().to_string(), source })
}

fn zone_config(zone: &MockZone, name: &str) -> Result<Config, TargetError> {
    let path = format!("{name}, `config:`");
    let refuse = |source| TargetError::Config { path: path.clone(), source };
    let config: Config = serde_json::from_value(zone.config().clone()).map_err(|error| {
        let problem = error.to_string();
        refuse(ConfigError { place: "configuration".to_owned(), hint: hint_for(&problem), problem })
    })?;
    config.validate().map_err(refuse)?;
    Ok(config)
}

fn read(path: &Path) -> Result<String, TargetError> {
    Ok(fs::read_to_string(path).map_err(Unreadable::at(path))?)
}
