//! Why a bundle cannot be begun, resumed, closed, uploaded or replayed.

use std::path::PathBuf;

use logproof_aws::custody::{CustodyError, KmsKeyArn};

use super::{keys::KeyError, manifest::ManifestError, tape::TapeError, timestamp::StampError};
use crate::{
    catalogue::CatalogueError,
    error::{CommandError, Unreadable, Unwritable},
    exit::Exit,
    run::{register::LoadError, selection::SelectionError},
};

/// A bundle that cannot be made or used.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// A file cannot be read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// A file cannot be written.
    #[error(transparent)]
    Unwritable(#[from] Unwritable),
    /// The manifest, or a file it lists.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The recording.
    #[error(transparent)]
    Tape(#[from] TapeError),
    /// The key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// AWS KMS or S3 did not do what the bundle needs.
    #[error(transparent)]
    Custody(#[from] CustodyError),
    /// The features.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// The selection.
    #[error(transparent)]
    Selection(#[from] SelectionError),
    /// The register.
    #[error(transparent)]
    Register(#[from] LoadError),
    /// Something that is not a run is in the place of the reports.
    #[error(
        "`{path}` exists and is not the folder of a run\nhint: choose another folder with `--out`, or remove it yourself"
    )]
    Occupied {
        /// The place.
        path: PathBuf,
    },
    /// `--resume` without an interrupted run.
    #[error("there is no interrupted run to resume at `{path}`\nhint: run without `--resume`")]
    NothingToResume {
        /// The place.
        path: PathBuf,
    },
    /// The interrupted run was asked something else.
    #[error("the interrupted run used another {what}\nhint: ask for the same again, or run without `--resume`")]
    OtherRequest {
        /// What differs.
        what: &'static str,
    },
    /// A file of the bundle does not have the form it should have.
    #[error("`{path}` cannot be used: {problem}\nhint: use the version of the tool that made the bundle")]
    Form {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: serde_json::Error,
    },
    /// The bundle of a plan without its edits.
    #[error(
        "`{path}` is the prediction of a plan with sensitive values, which are not kept\nhint: make it again with `logproof plan` and the plan itself"
    )]
    NoEdits {
        /// The bundle.
        path: PathBuf,
    },
    /// Something could not be written as JSON.
    #[error("cannot write `{what}` as JSON: {problem}\nhint: this is a defect of the program; report it")]
    Json {
        /// The file.
        what: &'static str,
        /// Cause.
        problem: serde_json::Error,
    },
    /// KMS has no public key that a seal can be verified with.
    #[error("KMS gave no P-256 public key for `{key}`\nhint: name a key of spec ECC_NIST_P256")]
    KmsKey {
        /// The key.
        key: KmsKeyArn,
    },
    /// KMS signed with another key.
    #[error(
        "the signature of KMS key `{key}` is not of the public key KMS gave for it\nhint: an alias that was moved in the meantime does this; name the key itself"
    )]
    KmsSignature {
        /// The key.
        key: KmsKeyArn,
    },
    /// The time-stamp authority gave no answer.
    #[error("no time stamp of `{authority}`: {problem}\nhint: the bundle is whole without; see README, Evidence")]
    NoStamp {
        /// The authority.
        authority: String,
        /// Why not.
        problem: String,
    },
    /// The time-stamp authority gave an answer that does not hold.
    #[error("no time stamp of `{authority}`: {source}\nhint: the bundle is whole without; see README, Evidence")]
    Stamp {
        /// The authority.
        authority: String,
        /// What is wrong with it.
        source: StampError,
    },
    /// A retention was asked for where there is none.
    #[error(
        "nothing can be retained in `{bucket}`: it has no Object Lock\nhint: name a bucket with Object Lock, or leave out `--upload-retain`"
    )]
    NoObjectLock {
        /// The bucket.
        bucket: String,
    },
    /// An object of the bundle is not retained.
    #[error("`s3://{bucket}/{key}` is there and not retained\nhint: look at the Object Lock of the bucket")]
    NotRetained {
        /// The bucket.
        bucket: String,
        /// The object.
        key: String,
    },
    /// A report does not agree with the assessment.
    #[error(
        "`{path}` disagrees with the assessment: {problem}\nhint: this is a defect of the program or of the disk; report it, and do not use the report"
    )]
    Disagrees {
        /// The report.
        path: PathBuf,
        /// What differs.
        problem: String,
    },
    /// The bundle is not as it was made.
    #[error("`{path}` was changed: {problem}\nhint: `logproof verify` lists everything")]
    Changed {
        /// The bundle.
        path: PathBuf,
        /// The first problem.
        problem: String,
    },
    /// The features of the bundle use steps of an owner that this program was built without.
    #[error(
        "the bundle was made with steps of {crates}, which this program does not have: {problem}\nhint: replay it with the program that was built with them"
    )]
    StepsMissing {
        /// The crates, with their versions.
        crates: String,
        /// The first problem.
        problem: String,
    },
    /// This version cannot run the features of the bundle.
    #[error("the bundle's features cannot be run: {problem}\nhint: use the version of the tool that made the bundle")]
    Features {
        /// The first problem.
        problem: String,
    },
}

impl CommandError for BundleError {
    fn exit(&self) -> Exit {
        match self {
            Self::Unreadable(error) => error.exit(),
            Self::Unwritable(error) => error.exit(),
            Self::Catalogue(error) => error.exit(),
            Self::Selection(error) => error.exit(),
            Self::Register(error) => error.exit(),
            Self::Occupied { .. }
            | Self::NothingToResume { .. }
            | Self::OtherRequest { .. }
            | Self::NoObjectLock { .. } => Exit::Usage,
            _ => Exit::Unassessed,
        }
    }
}

impl CommandError for ManifestError {
    fn exit(&self) -> Exit {
        Exit::Unassessed
    }
}

impl CommandError for TapeError {
    fn exit(&self) -> Exit {
        Exit::Unassessed
    }
}

impl CommandError for KeyError {
    fn exit(&self) -> Exit {
        Exit::Unassessed
    }
}
