//! Why the logs cannot be verified, or results not be merged.

use std::path::PathBuf;

use jiff::Timestamp;
use logproof_estate::{AccountId, InvalidPlace, Region, Unseen, config::ConfigError};
use logproof_integrity::{CheckpointError, KeysError, RunError, shard::ShardError};

use crate::{
    bundle::manifest::ManifestError,
    error::{CommandError, Unreadable, Unwritable},
    exit::Exit,
    run::{share::EngineError, target::TargetError},
};

/// A verification that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum TrailError {
    /// The landing zone.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// A file cannot be read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// A file cannot be written.
    #[error(transparent)]
    Unwritable(#[from] Unwritable),
    /// The evidence cannot be read.
    #[error(transparent)]
    Evidence(#[from] ManifestError),
    /// The checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The verifier has no result.
    #[error(transparent)]
    Run(#[from] RunError),
    /// Somebody stopped the verification.
    #[error("interrupted: there is no result\nhint: run it again; with `--checkpoint FILE` it resumes where it was")]
    Stopped,
    /// The trail of the configuration does not exist.
    #[error(
        "there is no trail `{arn}`: seen in account {account}, {region}: {seen}\nhint: correct `names.trail` in the configuration"
    )]
    NoTrail {
        /// The trail.
        arn: String,
        /// Account asked.
        account: AccountId,
        /// Region asked.
        region: Region,
        /// Trails that exist.
        seen: String,
    },
    /// A file is not an inventory.
    #[error("`{path}` is not an inventory: {source}\nhint: make one with `logproof trail inventory --out FILE`")]
    Inventory {
        /// The file.
        path: PathBuf,
        /// Cause.
        source: serde_json::Error,
    },
    /// An account or Region that was named is not expected to have a chain.
    #[error("{what} `{name}` is not expected to have a chain\nhint: expected are {expected}")]
    NotExpected {
        /// `account` or `Region`.
        what: &'static str,
        /// As given.
        name: String,
        /// Some that are.
        expected: String,
    },
    /// Nothing would be verified.
    #[error("no chain is expected: nothing would be verified\nhint: name other accounts or Regions")]
    NothingExpected,
    /// The folder holds the result of another run.
    #[error("`{folder}` holds the result of a run\nhint: name another folder with `--out`")]
    ResultThere {
        /// The folder.
        folder: PathBuf,
    },
    /// The folder holds the evidence of a run that did not end.
    #[error(
        "`{folder}` holds the evidence of an interrupted run\nhint: resume it with its `--checkpoint` and its period, or name another folder with `--out`"
    )]
    EvidenceThere {
        /// The folder.
        folder: PathBuf,
    },
    /// The inventory in the folder expects other chains.
    #[error("`{path}` expects other chains\nhint: name another folder with `--out`, or the same `--inventory`")]
    OtherChains {
        /// The inventory in the folder.
        path: PathBuf,
    },
    /// Something cannot be written as JSON.
    #[error("cannot write the result as JSON: {0}\nhint: this is a defect of the program; report it")]
    Json(#[from] serde_json::Error),
    /// A folder holds no summary.
    #[error("`{folder}` holds no summary\nhint: name folders that `logproof trail verify --out DIR` wrote")]
    NoSummary {
        /// The folder.
        folder: PathBuf,
    },
    /// A file is not a summary.
    #[error("`{path}` is not a summary: {source}\nhint: run the shard again with this version")]
    Summary {
        /// The file.
        path: PathBuf,
        /// Cause.
        source: serde_json::Error,
    },
    /// The evidence is not the one the summary was made from.
    #[error("`{evidence}` is not the evidence that `{summary}` is based on\nhint: run the shard again")]
    OtherEvidence {
        /// The evidence.
        evidence: PathBuf,
        /// The summary.
        summary: PathBuf,
    },
    /// Two folders expect other chains.
    #[error(
        "`{first}` and `{other}` expect other chains\nhint: run all shards with one `--inventory`, or name the right one here"
    )]
    DifferentChains {
        /// One folder.
        first: PathBuf,
        /// The other.
        other: PathBuf,
    },
    /// No folder to merge.
    #[error("no folder is named\nhint: name one or more")]
    NoFolders,
    /// Nothing to cover.
    #[error("the period to cover is empty\nhint: name a beginning with `--from` that is before its end")]
    NothingToCover,
    /// The public keys cannot be used.
    #[error("cannot use `{path}`: {source}\nhint: write it with `aws cloudtrail list-public-keys --region REGION`")]
    Keys {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: KeysError,
    },
    /// The public keys CloudTrail gave cannot be used.
    #[error("cannot use the public keys of CloudTrail: {0}\nhint: run it again, or give them with `--keys FILE`")]
    ListedKeys(KeysError),
    /// The inventory names a Region that is none.
    #[error("{0}\nhint: correct the inventory")]
    Region(InvalidPlace),
    /// An option is no instant.
    #[error("cannot use `{option}`: {source}")]
    Instant {
        /// The option.
        option: &'static str,
        /// What is wrong; ends with a hint.
        source: ConfigError,
    },
    /// The period would begin before time does.
    #[error("cannot use `--to`: {0}\nhint: name a later end")]
    TooEarly(jiff::Error),
    /// The period is empty.
    #[error("the period from `{from}` to `{to}` is empty\nhint: name a beginning with `--from` that is before its end")]
    EmptyPeriod {
        /// Beginning.
        from: Timestamp,
        /// End.
        to: Timestamp,
    },
    /// The period is in the future.
    #[error("the period begins at `{from}`, and it is only `{now}`\nhint: name a period of the past")]
    Future {
        /// Beginning.
        from: Timestamp,
        /// Now.
        now: Timestamp,
    },
    /// `--shard` is no share.
    #[error("cannot use `--shard`: {0}")]
    Shard(ShardError),
    /// The environment names no share, or several.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// `--sample` is no share.
    #[error(
        "`--sample {text}` is not a share of the log files\nhint: write for example 5% or 0.5%; 100% reads all of them"
    )]
    Sample {
        /// As given.
        text: String,
    },
    /// The copy of the bucket is not a folder.
    #[error("`{folder}` is not a folder\nhint: name the folder that holds the copy of bucket `{bucket}`")]
    NotAFolder {
        /// As given.
        folder: PathBuf,
        /// The bucket.
        bucket: String,
    },
    /// The folder holds no copy of the bucket.
    #[error(
        "`{folder}` holds neither a folder `{bucket}` nor the folder `{logs}`\nhint: copy the bucket with its keys as they are, for example with `aws s3 sync s3://{bucket} DIR`"
    )]
    NotACopy {
        /// As given.
        folder: PathBuf,
        /// The bucket.
        bucket: String,
        /// Where its logs would be.
        logs: PathBuf,
    },
}

impl From<Unseen> for TrailError {
    fn from(unseen: Unseen) -> Self {
        Self::Target(unseen.into())
    }
}

impl CommandError for TrailError {
    fn exit(&self) -> Exit {
        match self {
            Self::Target(error) => error.exit(),
            Self::Evidence(error) => error.exit(),
            Self::Unwritable(_) | Self::Run(RunError::Evidence(_)) | Self::Stopped | Self::OtherEvidence { .. } => {
                Exit::Unassessed
            }
            _ => Exit::Usage,
        }
    }
}
