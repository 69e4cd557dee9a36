//! Arguments of `logproof check`.

use std::path::PathBuf;

use clap::{ArgAction, Args};
use jiff::civil::Date;
use logproof_estate::AccountId;

use crate::{
    bundle::{
        sealing::KeySource,
        upload::{Destination, Place},
    },
    catalogue::FeatureArgs,
    run::{selection::SelectionArgs, target::TargetArgs},
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
    /// Findings that are known and do not fail the run; what is not among them does.
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Write the baseline again without what is mended; with `--baseline-owner` also with all that fails now.
    #[arg(long, requires = "baseline")]
    pub update_baseline: bool,
    /// Who answers for the findings that are taken into the baseline.
    #[arg(long, value_name = "WHO", requires = "update_baseline")]
    pub baseline_owner: Option<String>,
    /// Last day on which the findings taken in are accepted, at most a year ahead [default: in 90 days].
    #[arg(long, value_name = "DAY", requires = "baseline_owner")]
    pub baseline_until: Option<Date>,
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
    /// Private key to seal the evidence with: a file that `logproof key new` made, or awskms:ARN of a P-256 signing key.
    #[arg(long, value_name = "FILE|awskms:ARN")]
    pub key: Option<KeySource>,
    /// Put the sealed bundle into S3, with your own credentials: the only write this program can make.
    ///
    /// Each file becomes an object below s3://BUCKET/PREFIX/RUN-ID, retained by the Object Lock of the bucket when it has
    /// one. Nothing is overwritten.
    #[arg(long, value_name = "s3://BUCKET/PREFIX", requires = "key")]
    pub upload: Option<Place>,
    /// Account the bucket of `--upload` must belong to [default: the log archive account].
    #[arg(long, value_name = "ACCOUNT", requires = "upload")]
    pub upload_owner: Option<AccountId>,
    /// Retain what is uploaded for so many days in compliance mode, whatever the bucket's default is.
    #[arg(long, value_name = "DAYS", requires = "upload", value_parser = clap::value_parser!(u16).range(1..))]
    pub upload_retain: Option<u16>,
    /// Time-stamp authority (RFC 3161) to ask for a token over the manifest's digest.
    #[arg(long, value_name = "URL", value_parser = url)]
    pub timestamp: Option<String>,
    /// Bundle of the run before this one: its digest is named in the manifest.
    #[arg(long, value_name = "BUNDLE")]
    pub follows: Option<PathBuf>,
    /// Resume the newest interrupted run (or the one at `--out`).
    #[arg(long)]
    pub resume: bool,
}

impl CheckArgs {
    /// Where the bundle is to be uploaded, when that was asked.
    #[must_use]
    pub fn destination(&self) -> Option<Destination> {
        let place = self.upload.clone()?;
        Some(Destination { place, owner: self.upload_owner.clone(), retain_days: self.upload_retain })
    }
}

/// An address that can be posted to.
fn url(text: &str) -> Result<String, String> {
    let host = ["http://", "https://"].iter().find_map(|scheme| text.strip_prefix(scheme));
    match host {
        Some(host) if !host.is_empty() && !text.contains(char::is_whitespace) => Ok(text.to_owned()),
        _ => Err(format!("`{text}` is not of the form https://HOST/PATH")),
    }
}
