//! The share of a run that a check makes, and what the first job left for it.

use std::{path::PathBuf, sync::Arc};

use logproof_aws::Options;
use logproof_estate::{Config, Estate, Share, assessment::Tool};
use logproof_wire::{Recorder, Serve};

use super::args::CheckArgs;
use crate::{
    bundle::{
        BundleError,
        begin::{self, Begun, Request},
        part::PartBundle,
        taken::{InOrder, TakenOver},
        tape::{Tape, Use},
    },
    catalogue::FeatureSet,
    error::CommandError,
    exit::Exit,
    run::{
        register::Loaded,
        share::{self, EngineError},
    },
};

/// A share that cannot be examined.
#[derive(Debug, thiserror::Error)]
pub enum PartError {
    /// The bundle of the first job cannot be used.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The environment names no share, or several.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A share without the answers about the organization.
    #[error(
        "share `{share}` needs the bundle of the first job\nhint: run `check --shard organization`, and name its bundle with `--organization`"
    )]
    NoFirst {
        /// The share.
        share: Share,
    },
    /// The bundle of the first job, and no share.
    #[error("`--organization` is given, and not which share is to be examined\nhint: name it with `--shard I/N`")]
    NoShare,
    /// An option that only a share can have.
    #[error("`{option}` is for a share of a run\nhint: leave it out, or name the share with `--shard`")]
    NotAShare {
        /// The option.
        option: &'static str,
    },
    /// The bundle is not that of a first job.
    #[error("`{path}` is not the bundle of a first job\nhint: name the one that `check --shard organization` made")]
    NotFirst {
        /// The bundle.
        path: PathBuf,
    },
    /// The first job did not come to its end.
    #[error("the first job `{path}` is not complete: {why}\nhint: run `check --shard organization` again")]
    Incomplete {
        /// The bundle.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// The first job was made by another program.
    #[error(
        "the first job `{path}` was made by {made}, this is {now}\nhint: run all shares of a run with the same program"
    )]
    OtherTool {
        /// The bundle.
        path: PathBuf,
        /// What made it.
        made: Tool,
        /// What runs.
        now: Tool,
    },
    /// The first job was asked something else.
    #[error("the first job used another {what}\nhint: run all shares of a run with the same {what}")]
    OtherRequest {
        /// What differs.
        what: &'static str,
    },
    /// There are more shares than accounts.
    #[error(
        "share `{share}` has no account: the organization has {accounts} active ones\nhint: divide the run into at most {accounts} shares"
    )]
    NoAccount {
        /// The share.
        share: Share,
        /// Active accounts.
        accounts: usize,
    },
    /// Nothing of the selection is divided.
    #[error(
        "no selected scenario is about every active account, so there is nothing to divide\nhint: run `check` without `--shard`"
    )]
    NothingToDivide,
}

impl CommandError for PartError {
    fn exit(&self) -> Exit {
        match self {
            Self::Bundle(error) => error.exit(),
            Self::Incomplete { .. } => Exit::Unassessed,
            _ => Exit::Usage,
        }
    }
}

/// The share of a run that a check makes.
pub(super) struct Part {
    pub(super) share: Share,
    /// What the first job left.
    pub(super) first: Option<PartBundle>,
}

impl Part {
    /// What the arguments and the engine ask for.
    pub(super) fn of(args: &CheckArgs) -> Result<Self, PartError> {
        let share = share(args)?;
        let Some(path) = args.organization.clone() else { return Ok(Self { share, first: None }) };
        let first = PartBundle::open(&path, None)?;
        if first.share() != Share::Organization {
            return Err(PartError::NotFirst { path });
        }
        if let Some(why) = first.incomplete().map(str::to_owned) {
            return Err(PartError::Incomplete { path, why });
        }
        Ok(Self { share, first: Some(first) })
    }

    /// Where the bundle is to be: those of all shares share a folder, each with its own place in it.
    pub(super) fn out(&self, args: &CheckArgs) -> Option<PathBuf> {
        let folder = args.out.clone()?;
        Some(match self.share {
            Share::Whole => folder,
            Share::Organization => folder.join("organization"),
            Share::Accounts { index, count } => folder.join(format!("share-{index}-of-{count}")),
        })
    }

    /// What records the run, and answers before anybody else is asked.
    pub(super) fn options(&self, begun: &Begun) -> Result<Options, BundleError> {
        let mut earlier: Vec<Arc<dyn Serve>> = Vec::new();
        earlier.extend(begun.earlier.clone().map(|tape| tape as Arc<dyn Serve>));
        if let Some(first) = &self.first {
            let tape = Tape::open(&first.place, Use::Resume)?;
            earlier.push(Arc::new(TakenOver::from(tape, Arc::clone(&begun.recording))));
        }
        Ok(Options {
            recorder: Some(Arc::clone(&begun.recording) as Arc<dyn Recorder>),
            recorded: Some(Arc::clone(&begun.recording) as Arc<dyn Serve>),
            earlier: (!earlier.is_empty()).then(|| Arc::new(InOrder(earlier)) as Arc<dyn Serve>),
            ..Options::default()
        })
    }

    /// Refuses what the first job was not asked.
    pub(super) fn same_run(
        &self,
        request: &Request,
        judged: (&Config, &Loaded),
        features: &FeatureSet,
        tool: &Tool,
    ) -> Result<(), PartError> {
        let Some(first) = &self.first else { return Ok(()) };
        if first.manifest.tool != *tool {
            let (path, made, now) = (first.place.clone(), first.manifest.tool.clone(), tool.clone());
            return Err(PartError::OtherTool { path, made, now });
        }
        let differs = begin::difference(&first.place, &first.request, request, judged, features)?;
        let other_instant = (first.request.as_of != request.as_of).then_some("instant as now");
        match differs.or(other_instant) {
            Some(what) => Err(PartError::OtherRequest { what }),
            None => Ok(()),
        }
    }

    /// Refuses a share that nobody needs. That the accounts cannot be listed is told by what is examined.
    pub(super) async fn has_accounts(&self, estate: &Estate) -> Result<(), PartError> {
        let Share::Accounts { .. } = self.share else { return Ok(()) };
        match estate.directory().await {
            Ok(directory) if self.share.of(&directory).is_empty() => {
                Err(PartError::NoAccount { share: self.share, accounts: directory.active().count() })
            }
            _ => Ok(()),
        }
    }
}

fn share(args: &CheckArgs) -> Result<Share, PartError> {
    let share = match (args.shard, &args.organization) {
        (Some(Share::Organization), Some(_)) => return Err(PartError::NotAShare { option: "--organization" }),
        (Some(share @ Share::Accounts { .. }), None) => return Err(PartError::NoFirst { share }),
        (Some(share), _) => share,
        // A whole run may be one of many jobs, too: only the bundle of a first job makes it a share.
        (None, Some(_)) => match share::of_engine(share::environment)? {
            Some((index, count)) => Share::Accounts { index, count },
            None => return Err(PartError::NoShare),
        },
        (None, None) => Share::Whole,
    };
    if args.leave_verdict_to_merge && share.is_whole() {
        return Err(PartError::NotAShare { option: "--leave-verdict-to-merge" });
    }
    Ok(share)
}
