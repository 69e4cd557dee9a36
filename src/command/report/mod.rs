//! `logproof report`: a report written again from the evidence of a run.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::Args;

use crate::{
    bundle::{
        BundleError, begin,
        verify::{Known, verified},
    },
    console::print,
    error::Unwritable,
    exit::Exit,
    files::ASSESSMENT,
    report::Format,
};

/// Arguments of `report`.
#[derive(Debug, Clone, Args)]
pub struct ReportArgs {
    /// Folder of the run.
    #[arg(value_name = "BUNDLE")]
    pub bundle: PathBuf,
    /// Form of the report.
    #[arg(long, value_enum, value_name = "FORM")]
    pub format: Format,
    /// File to write [default: standard output].
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// `logproof report`.
///
/// # Errors
/// [`BundleError`].
pub fn run(args: &ReportArgs) -> Result<Exit, BundleError> {
    verified(&args.bundle, Known::default())?;
    let assessment = begin::read(&args.bundle.join(ASSESSMENT))?;
    let mut report = Vec::new();
    let out = args.out.as_deref().unwrap_or(Path::new("standard output"));
    args.format.write(&assessment, &mut report).map_err(Unwritable::at(out))?;
    match &args.out {
        Some(out) => fs::write(out, &report).map_err(Unwritable::at(out))?,
        None => print(|out| out.write_all(&report)),
    }
    Ok(Exit::Success)
}
