//! Arguments of `logproof merge`.

use std::path::PathBuf;

use clap::Args;

use crate::{ending::CustodyArgs, run::baseline::BaselineArgs};

/// Arguments of `merge`.
#[derive(Debug, Clone, Default, Args)]
pub struct MergeArgs {
    /// Bundles of all shares of a run, or folders that hold them.
    #[arg(value_name = "BUNDLE", required = true)]
    pub bundles: Vec<PathBuf>,
    /// Folder for the bundle of the whole run.
    #[arg(long, value_name = "DIR", required = true)]
    pub out: PathBuf,
    /// Public key that the bundle of every share must be sealed with.
    #[arg(long, value_name = "FILE")]
    pub parts_key: Option<PathBuf>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would replace the help of the flattened arguments")]
    pub baseline: BaselineArgs,
    /// Also fail when a control needs an attestation that is not there (MANUAL).
    #[arg(long)]
    pub strict: bool,
    /// Print only what does not pass, and the summary.
    #[arg(short, long)]
    pub quiet: bool,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would replace the help of the flattened arguments")]
    pub custody: CustodyArgs,
}
