//! Arguments of `logproof check`.

use std::path::PathBuf;

use clap::{ArgAction, Args};
use logproof_estate::{Share, ShareError};

use crate::{
    catalogue::FeatureArgs,
    ending::CustodyArgs,
    run::{baseline::BaselineArgs, selection::SelectionArgs, target::TargetArgs},
};

/// Arguments of `check`.
#[derive(Debug, Clone, Default, Args)]
pub struct CheckArgs {
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would replace the help of the flattened arguments")]
    pub target: TargetArgs,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would replace the help of the flattened arguments")]
    pub features: FeatureArgs,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would replace the help of the flattened arguments")]
    pub selection: SelectionArgs,
    /// Folder for the reports [default: reports/RUN-ID].
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would replace the help of the flattened arguments")]
    pub baseline: BaselineArgs,
    /// Date or RFC 3339 instant that stands for "now" [default: the clock, or the `now` of the mock].
    #[arg(long, value_name = "WHEN")]
    pub as_of: Option<String>,
    /// Also fail when a control needs an attestation that is not there (MANUAL).
    #[arg(long)]
    pub strict: bool,
    /// Show each API call on standard error; twice for more.
    #[arg(short, long, action = ArgAction::Count)]
    pub verbose: u8,
    /// Print only what does not pass, and the summary.
    #[arg(short, long)]
    pub quiet: bool,
    /// Show no progress bar.
    #[arg(long)]
    pub no_progress: bool,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would replace the help of the flattened arguments")]
    pub custody: CustodyArgs,
    /// Resume the newest interrupted run (or the one at `--out`).
    #[arg(long)]
    pub resume: bool,
    /// Examine only this share of the run: `organization` is what is not about single accounts, I/N a share of the
    /// accounts, counted from 0, for example 3/16.
    ///
    /// `organization` comes first; each I/N takes its bundle with `--organization`, and `logproof merge` makes one bundle
    /// of all. With `--organization` and without `--shard`, the index of an AWS Batch array job
    /// (AWS_BATCH_JOB_ARRAY_INDEX) or of a Kubernetes Indexed Job (JOB_COMPLETION_INDEX) is used; the number of shards
    /// then comes from AWS_BATCH_JOB_ARRAY_SIZE or LOGPROOF_SHARDS. The bundle of a share is a folder in that of `--out`.
    #[arg(long, value_name = "I/N|organization", value_parser = share, conflicts_with = "baseline")]
    pub shard: Option<Share>,
    /// Bundle that `--shard organization` made: its answers are taken over instead of asking again.
    #[arg(long, value_name = "BUNDLE", conflicts_with = "baseline")]
    pub organization: Option<PathBuf>,
    /// End with 0 when the share was examined, whatever was found: engines take any other code for a job that failed,
    /// and `logproof merge` gives the verdict.
    #[arg(long)]
    pub leave_verdict_to_merge: bool,
}

/// A share that is not the whole.
fn share(text: &str) -> Result<Share, ShareError> {
    // Nobody has to ask for the whole, and whoever writes it may mean something else.
    match text.parse()? {
        Share::Whole => "".parse(),
        share => Ok(share),
    }
}
