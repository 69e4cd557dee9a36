//! Arguments of `logproof trail`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::run::target::TargetArgs;

/// Arguments of `trail`.
#[derive(Debug, Clone, Args)]
pub struct TrailArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: TrailCommand,
}

/// Commands of `trail`.
#[derive(Debug, Clone, Subcommand)]
pub enum TrailCommand {
    /// Verify the digests and log files of the organization trail.
    #[command(
        after_help = "Exit codes: 0 everything expected is there and genuine; 1 something is missing, changed or \
        added; 2 usage or configuration; 3 something could not be judged, and nothing is proven wrong."
    )]
    Verify(Box<VerifyTrailArgs>),
    /// Make one result of the results of shards.
    Merge(MergeTrailArgs),
    /// Write the chains that are expected, for shards that must all expect the same.
    Inventory(InventoryTrailArgs),
}

/// Where the expected chains come from.
#[derive(Debug, Clone, Default, Args)]
pub struct ExpectedArgs {
    #[command(flatten)]
    // No doc comment: it would replace the help of the flattened arguments.
    pub target: TargetArgs,
    /// Only this account; may be repeated [default: every account of the organization].
    #[arg(long = "account", value_name = "ID")]
    pub accounts: Vec<String>,
    /// Only this Region; may be repeated [default: every governed Region].
    #[arg(long = "region", value_name = "REGION")]
    pub regions: Vec<String>,
}

/// Arguments of `trail verify`.
#[derive(Debug, Clone, Default, Args)]
pub struct VerifyTrailArgs {
    #[command(flatten)]
    // No doc comment: it would replace the help of the flattened arguments.
    pub expected: ExpectedArgs,
    /// Beginning of the period: a date or RFC 3339 instant [default: integrity.window_hours of the configuration before its end, 24 with an inventory].
    #[arg(long, value_name = "WHEN")]
    pub from: Option<String>,
    /// End of the period [default: now].
    #[arg(long, value_name = "WHEN")]
    pub to: Option<String>,
    /// Read a copy of the bucket from this folder instead of S3.
    ///
    /// The folder holds the keys of the bucket, or a folder of the bucket's name that does. The signature of a digest is
    /// in the metadata of its object only: keep the answer to `aws s3api head-object` beside it, as
    /// `<object>.metadata.json`.
    #[arg(long, value_name = "DIR")]
    pub local: Option<PathBuf>,
    /// Public keys, as `aws cloudtrail list-public-keys` prints them, alone or by Region [default: ask CloudTrail].
    #[arg(long, value_name = "FILE")]
    pub keys: Option<PathBuf>,
    /// Expected chains, as `logproof trail inventory` writes them [default: ask AWS Organizations and CloudTrail].
    #[arg(long, value_name = "FILE")]
    pub inventory: Option<PathBuf>,
    /// Verify only this share of the chains, counted from 0, for example 3/16.
    ///
    /// Without it, the index of an AWS Batch array job (AWS_BATCH_JOB_ARRAY_INDEX) or of a Kubernetes Indexed Job
    /// (JOB_COMPLETION_INDEX) is used, when there is one; the number of shards then comes from AWS_BATCH_JOB_ARRAY_SIZE
    /// or LOGPROOF_SHARDS.
    #[arg(long, value_name = "I/N")]
    pub shard: Option<String>,
    /// Read only this share of the log files, for example 5%; all digests are read. Part of every result.
    #[arg(long, value_name = "PERCENT")]
    pub sample: Option<String>,
    /// Number that makes the sample another one.
    #[arg(long, value_name = "N", default_value_t = 0, requires = "sample")]
    pub sample_seed: u64,
    /// File that remembers what was verified: an interrupted run resumes, and a digest that is gone is found. A shard
    /// adds its number to the name.
    #[arg(long, value_name = "FILE")]
    pub checkpoint: Option<PathBuf>,
    /// Begin each chain where the checkpoint says that everything before is valid.
    #[arg(long, requires = "checkpoint")]
    pub incremental: bool,
    /// End with 0 when the share was examined, whatever was found: engines take any other code for a job that failed,
    /// and `trail merge` gives the verdict.
    #[arg(long)]
    pub leave_verdict_to_merge: bool,
    /// Folder for evidence and summary [default: `reports/trail-TIME`].
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Form of the summary on standard output.
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    pub format: TrailFormat,
    /// Reads in flight at most.
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub in_flight: u16,
    /// Show no progress bar.
    #[arg(long)]
    pub no_progress: bool,
}

/// Arguments of `trail merge`.
#[derive(Debug, Clone, Args)]
pub struct MergeTrailArgs {
    /// Folders that `trail verify` wrote.
    #[arg(value_name = "DIR", required = true)]
    pub folders: Vec<PathBuf>,
    /// Beginning of the period that must be covered [default: the earliest of the results].
    #[arg(long, value_name = "WHEN")]
    pub from: Option<String>,
    /// End of the period that must be covered [default: the latest of the results].
    #[arg(long, value_name = "WHEN")]
    pub to: Option<String>,
    /// Expected chains [default: inventory.json of the folders, which must all be the same].
    #[arg(long, value_name = "FILE")]
    pub inventory: Option<PathBuf>,
    /// File to write the merged result to as JSON.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Form of the summary on standard output.
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    pub format: TrailFormat,
}

/// Arguments of `trail inventory`.
#[derive(Debug, Clone, Args)]
pub struct InventoryTrailArgs {
    #[command(flatten)]
    // No doc comment: it would replace the help of the flattened arguments.
    pub expected: ExpectedArgs,
    /// File to write [default: standard output].
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Form of a summary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum TrailFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object.
    Json,
}
