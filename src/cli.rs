//! The command line: arguments and their help, nothing else.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

/// Examines an AWS log store against readable controls and leaves evidence of what was seen.
#[derive(Debug, Parser)]
#[command(name = "logproof", version, max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "Exit codes: 0 nothing fails; 1 a control fails; 2 usage, configuration or features; \
    3 something could not be assessed or a report not written; 4 nothing was assessed.")]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check a landing zone and write the reports.
    Check(CheckArgs),
    /// Find features that could be green without checking anything.
    Lint(FeatureArgs),
    /// List the controls.
    Controls(ControlsArgs),
    /// Show one control: its text, its steps and the API calls it makes.
    Explain(ExplainArgs),
}

/// Where the controls come from.
#[derive(Debug, Clone, Default, Args)]
pub struct FeatureArgs {
    /// Folder of feature files to use instead of the controls in this program.
    #[arg(long, value_name = "DIR")]
    pub features: Option<PathBuf>,
}

/// Arguments of `check`.
#[derive(Debug, Clone, Default, Args)]
pub struct CheckArgs {
    /// Configuration [default: logproof.toml in this folder, when there is one].
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Check a landing zone described in a file; without a value, the sample in this program.
    ///
    /// No account is asked. The `config:` table of the file is the configuration unless `--config` is given.
    #[arg(long, value_name = "ZONE.yaml", num_args = 0..=1)]
    pub mock: Option<Option<PathBuf>>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would replace the help of the flattened arguments")]
    pub features: FeatureArgs,
    /// Check only scenarios whose tags match, for example "@severity:critical and not @hardening".
    #[arg(long, value_name = "EXPR")]
    pub tags: Option<String>,
    /// Check only this control; may be repeated.
    #[arg(long = "control", value_name = "ID")]
    pub controls: Vec<String>,
    /// Folder for the reports [default: reports/<run id>].
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
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
}

/// Form of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum CatalogueFormat {
    /// A table for a terminal.
    #[default]
    Text,
    /// A JSON array with the whole text of each control.
    Json,
    /// A Markdown page with the whole text of each control.
    Markdown,
}

/// Arguments of `controls`.
#[derive(Debug, Clone, Default, Args)]
pub struct ControlsArgs {
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would replace the help of the flattened arguments")]
    pub features: FeatureArgs,
    /// Form of the list.
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    pub format: CatalogueFormat,
}

/// Arguments of `explain`.
#[derive(Debug, Clone, Default, Args)]
pub struct ExplainArgs {
    /// Control, for example LS-3.4.
    #[arg(value_name = "ID")]
    pub id: String,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would replace the help of the flattened arguments")]
    pub features: FeatureArgs,
}
