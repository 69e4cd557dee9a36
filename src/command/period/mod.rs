//! `logproof period`: the state of each control over a period, from the bundles of its runs.

mod page;
mod states;

use std::{io, path::PathBuf};

use clap::{Args, ValueEnum};
use jiff::{SignedDuration, Timestamp};
use logproof_estate::config::{ConfigError, parse_instant};

use crate::{
    bundle::keys::{KeyError, PublicKey},
    console::{print, say},
    error::{CommandError, Unreadable},
    exit::Exit,
};

/// Arguments of `period`.
#[derive(Debug, Clone, Args)]
pub struct PeriodArgs {
    /// Folder of runs.
    #[arg(value_name = "DIR")]
    pub reports: PathBuf,
    /// First day or instant.
    #[arg(long, value_name = "WHEN")]
    pub from: String,
    /// End: the first day or instant after the period.
    #[arg(long, value_name = "WHEN")]
    pub to: String,
    /// Hours one run stands for.
    #[arg(long, value_name = "HOURS", default_value_t = 26)]
    pub every_hours: u32,
    /// Public key every bundle must be sealed with.
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// Form of the answer.
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    pub format: PeriodFormat,
}

/// Form of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum PeriodFormat {
    /// A row per stretch and gap.
    #[default]
    Csv,
    /// One JSON object.
    Json,
    /// A page for a person.
    Html,
}

/// A period that cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum PeriodError {
    /// `--from` or `--to` is no instant.
    #[error(transparent)]
    Instant(ConfigError),
    /// The period ends before it begins.
    #[error("the period ends at {to}, not after {from}\nhint: `--to` is the day after its last")]
    Empty {
        /// Beginning.
        from: Timestamp,
        /// End.
        to: Timestamp,
    },
    /// The key that was given.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The folder of runs cannot be read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
}

impl CommandError for PeriodError {
    fn exit(&self) -> Exit {
        match self {
            Self::Key(error) => error.exit(),
            _ => Exit::Usage,
        }
    }
}

/// `logproof period`: exit 1 when a control did not pass, 3 when there are gaps.
///
/// # Errors
/// [`PeriodError`].
pub fn run(args: &PeriodArgs) -> Result<Exit, PeriodError> {
    let instant = |text: &str| parse_instant(text).map_err(PeriodError::Instant);
    let request = states::Request {
        from: instant(&args.from)?,
        to: instant(&args.to)?,
        longest_gap: SignedDuration::from_hours(i64::from(args.every_hours)),
        key: args.key.as_deref().map(PublicKey::read).transpose()?,
    };
    if request.from >= request.to {
        return Err(PeriodError::Empty { from: request.from, to: request.to });
    }
    let found = states::period(&args.reports, &request).map_err(Unreadable::at(&args.reports))?;
    print(|out| match args.format {
        PeriodFormat::Csv => states::write_csv(&found, out),
        PeriodFormat::Html => page::write_html(&found, out),
        PeriodFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, &found).map_err(io::Error::from).and_then(|()| writeln!(out))
        }
    });
    for left_out in &found.left_out {
        say(&format!("left out: {left_out}"));
    }
    let gaps = found.runs.is_empty() || !found.left_out.is_empty() || found.controls.iter().any(|c| !c.gaps.is_empty());
    Ok(match (gaps, found.is_clean()) {
        (true, _) => Exit::Unassessed,
        (false, false) => Exit::Fail,
        (false, true) => Exit::Success,
    })
}
