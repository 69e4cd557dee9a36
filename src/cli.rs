//! The command line: arguments and their help, nothing else.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use logproof_estate::AccountId;

use crate::{
    bundle::{sealing::KeySource, upload::Place},
    command::{ask::AskArgs, register::args::RegisterArgs, trail::args::TrailArgs},
};

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
    /// Look at the organization with your credentials and write logproof.toml.
    Init(InitArgs),
    /// Ask a policy question: can, who-can, never, difference.
    Ask(AskArgs),
    /// Prove that the delivered logs are untouched: verify CloudTrail's digests and log files.
    Trail(TrailArgs),
    /// Verify the evidence of a run: files, exchanges, seal, chain.
    Verify(VerifyArgs),
    /// Run a bundle's own features on its own exchanges, offline, and compare verdict by verdict.
    Replay(ReplayArgs),
    /// Write a report from the evidence of a run.
    Report(ReportArgs),
    /// Show what changed between two bundles: verdicts, subjects, facts, policies.
    #[command(after_help = "Exit codes: 0 nothing changed; 1 something changed; 2 usage; \
        3 a bundle is not as it was made, or the effect of a policy is undecided.")]
    Diff(DiffArgs),
    /// Show the state of each control over a period, from the bundles of its runs.
    Period(PeriodArgs),
    /// Make a signing key.
    Key(KeyArgs),
    /// Add to the owner's register, or print what a registered log stream needs.
    Register(RegisterArgs),
    /// List the IAM actions the audit role needs.
    Permissions,
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
    /// Folder for the reports [default: reports/RUN-ID].
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
    /// Go on with the newest interrupted run (or the one at `--out`).
    #[arg(long)]
    pub resume: bool,
}

/// An address that can be posted to.
fn url(text: &str) -> Result<String, String> {
    let host = ["http://", "https://"].iter().find_map(|scheme| text.strip_prefix(scheme));
    match host {
        Some(host) if !host.is_empty() && !text.contains(char::is_whitespace) => Ok(text.to_owned()),
        _ => Err(format!("`{text}` is not of the form https://HOST/PATH")),
    }
}

/// Arguments of `init`.
#[derive(Debug, Clone, Args)]
pub struct InitArgs {
    /// Home Region of the organization trail.
    #[arg(long, value_name = "REGION")]
    pub region: String,
    /// Governed Region; may be repeated [default: the Regions in which AWS Config records].
    #[arg(long = "governed-region", value_name = "REGION")]
    pub regions: Vec<String>,
    /// Role assumed in other accounts.
    #[arg(long, value_name = "NAME", default_value = "LogproofAudit")]
    pub role_name: String,
    /// External id sent with AssumeRole.
    #[arg(long, value_name = "ID")]
    pub external_id: Option<String>,
    /// Profile of the shared AWS configuration.
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// File to write; never overwritten.
    #[arg(long, value_name = "FILE", default_value = "logproof.toml")]
    pub out: PathBuf,
}

/// Arguments of `verify`.
#[derive(Debug, Clone, Args)]
pub struct VerifyArgs {
    /// Folder of the run.
    #[arg(value_name = "BUNDLE")]
    pub bundle: PathBuf,
    /// Public key the bundle must be sealed with.
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// Certificates (PEM) of which one must certify the authority that time-stamped the bundle.
    #[arg(long, value_name = "FILE")]
    pub tsa_ca: Option<PathBuf>,
    /// Bundle this one must follow.
    #[arg(long, value_name = "BUNDLE")]
    pub follows: Option<PathBuf>,
}

/// Arguments of `replay`.
#[derive(Debug, Clone, Args)]
pub struct ReplayArgs {
    /// Folder of the run.
    #[arg(value_name = "BUNDLE")]
    pub bundle: PathBuf,
}

/// Arguments of `report`.
#[derive(Debug, Clone, Args)]
pub struct ReportArgs {
    /// Folder of the run.
    #[arg(value_name = "BUNDLE")]
    pub bundle: PathBuf,
    /// Form of the report.
    #[arg(long, value_enum, value_name = "FORM")]
    pub format: crate::report::Format,
    /// File to write [default: standard output].
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Arguments of `diff`.
#[derive(Debug, Clone, Args)]
pub struct DiffArgs {
    /// Folder of the earlier run.
    #[arg(value_name = "FROM")]
    pub from: PathBuf,
    /// Folder of the later run.
    #[arg(value_name = "TO")]
    pub to: PathBuf,
    /// Public key both bundles must be sealed with.
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// Form of the answer.
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    pub format: DiffFormat,
}

/// Form of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum DiffFormat {
    /// For a terminal.
    #[default]
    Text,
    /// One JSON object.
    Json,
    /// For a pull request.
    Markdown,
}

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

/// Arguments of `key`.
#[derive(Debug, Clone, Args)]
pub struct KeyArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: KeyCommand,
}

/// Commands of `key`.
#[derive(Debug, Clone, Subcommand)]
pub enum KeyCommand {
    /// Make a private key, and its public half beside it with `.pub` appended.
    New {
        /// File to write; never overwritten.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Kind of key.
        #[arg(long, value_enum, default_value = "ed25519", value_name = "KIND")]
        algorithm: crate::bundle::keys::Algorithm,
    },
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
    /// An OSCAL catalog.
    OscalCatalog,
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
