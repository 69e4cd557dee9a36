//! `logproof replay`: a bundle's own features on its own exchanges, compared verdict by verdict.

use std::path::PathBuf;

use clap::Args;

use crate::{
    bundle::{BundleError, replay::replay},
    console::print,
    exit::Exit,
};

/// Arguments of `replay`.
#[derive(Debug, Clone, Args)]
pub struct ReplayArgs {
    /// Folder of the run.
    #[arg(value_name = "BUNDLE")]
    pub bundle: PathBuf,
}

/// `logproof replay`: exit 1 when a verdict differs.
///
/// # Errors
/// [`BundleError`].
pub async fn run(args: &ReplayArgs) -> Result<Exit, BundleError> {
    let outcome = replay(&args.bundle).await?;
    print(|out| {
        for line in &outcome.differences {
            writeln!(out, "{line}")?;
        }
        if let Some(cause) = &outcome.cause {
            writeln!(out, "{cause}")?;
        }
        let verdict = if outcome.differences.is_empty() { "identical" } else { "DIFFERENT" };
        writeln!(
            out,
            "{verdict}: {} controls replayed from {} exchanges, {} reports the same to the byte",
            outcome.controls, outcome.exchanges, outcome.same_reports
        )
    });
    Ok(if outcome.differences.is_empty() { Exit::Success } else { Exit::Fail })
}
