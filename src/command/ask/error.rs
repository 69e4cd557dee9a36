//! Why a question cannot be asked.

use std::{io, path::PathBuf};

use logproof_estate::Unseen;

use crate::{error::CommandError, exit::Exit, run::target::TargetError};

/// A question that cannot be asked.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// A file cannot be read.
    #[error("cannot read `{path}`: {source}\nhint: name a file with a policy in JSON")]
    Read {
        /// The file.
        path: PathBuf,
        /// Cause.
        source: io::Error,
    },
    /// A file is not a policy.
    #[error("{0}\nhint: correct the policy document")]
    Policy(#[from] logproof_policy::ParseError),
    /// A condition key without a value.
    #[error("`{0}` is not KEY=VALUE with a condition key\nhint: write for example --context aws:SecureTransport=false")]
    Context(String),
    /// Not a principal.
    #[error(
        "`{0}` is not a principal\nhint: give the ARN of an IAM or STS principal, a service principal such as cloudtrail.amazonaws.com, or `anonymous`"
    )]
    Principal(String),
    /// Looks like a service principal, but is not one.
    #[error(
        "`{0}` is not an AWS service principal: nobody can call with it\nhint: service principals end in `.amazonaws.com`, in lowercase"
    )]
    Service(String),
    /// Not an action.
    #[error("`{0}` is not an action\nhint: write service and name, for example s3:PutObject or s3:Put*")]
    Action(String),
    /// Not the ARN of a resource.
    #[error("`{0}` is not the ARN of a resource\nhint: write for example arn:aws:s3:::bucket/key, or * for any")]
    Resource(String),
    /// What is asked about is of several partitions.
    #[error("{0} are of different partitions of AWS\nhint: nobody calls across partitions; ask about one of them")]
    Partitions(String),
    /// A caller that does not exist in its account.
    #[error("{principal} does not exist\nhint: `ask who-can` lists the users and roles that do")]
    NoSuchCaller {
        /// The caller.
        principal: String,
    },
    /// Two policies were expected, or one.
    #[error("{0} policy files were given\nhint: {1}")]
    Policies(usize, &'static str),
    /// The landing zone.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The log key has no ARN to ask about.
    #[error("the log key does not exist\nhint: give `--resource`")]
    NoLogKey,
}

impl From<Unseen> for AskError {
    fn from(unseen: Unseen) -> Self {
        Self::Target(unseen.into())
    }
}

impl CommandError for AskError {
    fn exit(&self) -> Exit {
        match self {
            Self::Target(error) => error.exit(),
            _ => Exit::Usage,
        }
    }
}
