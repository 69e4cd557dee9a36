//! Arguments of `register` and what each of them answers.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::fields::{Field, Kind};
use crate::catalogue::FeatureArgs;

/// Arguments of `register`.
#[derive(Debug, Clone, Args)]
pub struct RegisterArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: RegisterCommand,
}

/// Commands of `register`.
#[derive(Debug, Clone, Subcommand)]
pub enum RegisterCommand {
    /// Write a new entry into the register; asks for what no option answers.
    New(Box<NewArgs>),
    /// Print what must be deployed for a registered log stream.
    Request(RequestArgs),
}

/// Arguments of `register new`.
#[derive(Debug, Clone, Args)]
pub struct NewArgs {
    /// Kind of entry.
    #[command(subcommand)]
    pub entry: Entry,
    /// Configuration the register belongs to [default: logproof.toml in this folder, when there is one].
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// Folder of the register [default: the one of the configuration, or `register`].
    #[arg(long, value_name = "DIR", global = true)]
    pub register: Option<PathBuf>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would replace the help of the flattened arguments")]
    pub features: FeatureArgs,
}

/// Arguments of `register request`.
#[derive(Debug, Clone, Args)]
pub struct RequestArgs {
    /// Name of the log stream in streams.toml.
    #[arg(value_name = "STREAM")]
    pub stream: String,
    /// Configuration [default: logproof.toml in this folder].
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Folder of the register [default: the one of the configuration, or `register`].
    #[arg(long, value_name = "DIR")]
    pub register: Option<PathBuf>,
    /// Form of the request.
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    pub format: RequestFormat,
}

/// Form of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum RequestFormat {
    /// A CloudFormation template in JSON; the key policy statements stand in its metadata.
    #[default]
    Json,
    /// Terraform resources.
    Terraform,
}

/// A new entry.
#[derive(Debug, Clone, Subcommand)]
pub enum Entry {
    /// A log stream: what is delivered where, by whom, for how long.
    Stream(StreamArgs),
    /// A principal that may read log files.
    Reader(ReaderArgs),
    /// A failure that somebody accepts for a time.
    Waiver(WaiverArgs),
    /// A statement about what no program can check.
    Attestation(AttestationArgs),
}

/// A stream's fields.
#[derive(Debug, Clone, Default, Args)]
pub struct StreamArgs {
    /// Name of the stream, unique.
    #[arg(long)]
    pub name: Option<String>,
    /// Team or person that owns the logs.
    #[arg(long)]
    pub owner: Option<String>,
    /// Environment: production, staging, development or organization.
    #[arg(long)]
    pub environment: Option<String>,
    /// Kind of log, for example vpc-flow, dns, access, change.
    #[arg(long)]
    pub kind: Option<String>,
    /// Bucket in the log archive account [default: by the naming convention, where there is a configuration].
    #[arg(long)]
    pub bucket: Option<String>,
    /// Key prefix in the bucket [default: the whole bucket].
    #[arg(long)]
    pub prefix: Option<String>,
    /// Service or role ARN that delivers.
    #[arg(long, value_name = "SERVICE|ARN")]
    pub delivered_by: Option<String>,
    /// Whether the logs hold personal data: yes or no.
    #[arg(long, value_name = "YES|NO")]
    pub personal_data: Option<String>,
    /// Regulation the logs fall under; may be repeated.
    #[arg(long = "regulation", value_name = "NAME")]
    pub regulations: Vec<String>,
    /// Class in retention.toml.
    #[arg(long, value_name = "CLASS")]
    pub retention_class: Option<String>,
    /// Reference of the approved request.
    #[arg(long, value_name = "REFERENCE")]
    pub request: Option<String>,
}

impl StreamArgs {
    /// What must be known, with what is.
    #[must_use]
    pub fn fields(&self, conventional: Option<String>, classes: &[&str]) -> Vec<Field> {
        vec![
            Field::of("name", "name of the stream", &self.name),
            Field::of("owner", "team or person that owns the logs", &self.owner),
            Field::of("environment", "production, staging, development or organization", &self.environment),
            Field::of("kind", "kind of log (vpc-flow, dns, access, change ...)", &self.kind),
            Field::of("bucket", "bucket in the log archive account", &self.bucket).or(conventional),
            Field::of("prefix", "key prefix in the bucket", &self.prefix).or(Some(String::new())),
            Field::of("delivered_by", "service or role ARN that delivers", &self.delivered_by),
            Field::of("personal_data", "do the logs hold personal data (yes or no)", &self.personal_data)
                .as_a(Kind::YesNo),
            Field::list("regulations", "regulations the logs fall under", &self.regulations).or(Some(String::new())),
            Field::of("retention_class", &format!("retention class ({})", classes.join(", ")), &self.retention_class),
            Field::of("request", "reference of the approved request", &self.request),
        ]
    }
}

/// A reader's fields.
#[derive(Debug, Clone, Default, Args)]
pub struct ReaderArgs {
    /// ARN of the role or user.
    #[arg(long, value_name = "ARN")]
    pub principal: Option<String>,
    /// Bucket it may read [default: the log bucket].
    #[arg(long, value_name = "NAME")]
    pub bucket: Option<String>,
    /// Exact key prefix it may read below.
    #[arg(long, value_name = "PREFIX")]
    pub path: Option<String>,
    /// What it reads for.
    #[arg(long)]
    pub purpose: Option<String>,
    /// First day [default: today].
    #[arg(long, value_name = "DAY")]
    pub from: Option<String>,
    /// Last day [default: standing access].
    #[arg(long, value_name = "DAY")]
    pub until: Option<String>,
    /// Who approved it.
    #[arg(long, value_name = "WHO")]
    pub approved_by: Option<String>,
    /// When it was last reviewed [default: the first day].
    #[arg(long, value_name = "DAY")]
    pub last_reviewed: Option<String>,
}

impl ReaderArgs {
    /// What must be known, with what is.
    #[must_use]
    pub fn fields(&self, today: &str) -> Vec<Field> {
        let reviewed = self.from.clone().unwrap_or_else(|| today.to_owned());
        vec![
            Field::of("principal", "ARN of the role or user", &self.principal),
            Field::of("path", "exact key prefix it may read below", &self.path),
            Field::of("purpose", "what it reads for", &self.purpose),
            Field::of("from", "first day", &self.from).as_a(Kind::Day).or(Some(today.to_owned())),
            Field::of("until", "last day, nothing for standing access", &self.until)
                .as_a(Kind::OptionalDay)
                .or(Some(String::new())),
            Field::of("approved_by", "who approved it", &self.approved_by),
            Field::of("last_reviewed", "when it was last reviewed", &self.last_reviewed)
                .as_a(Kind::Day)
                .or(Some(reviewed)),
        ]
    }
}

/// A waiver's fields.
#[derive(Debug, Clone, Default, Args)]
pub struct WaiverArgs {
    /// Control, for example LS-6.7.
    #[arg(long, value_name = "ID")]
    pub control: Option<String>,
    /// ARN pattern of what the failure is accepted for; may be repeated.
    #[arg(long = "subject", value_name = "ARN")]
    pub subjects: Vec<String>,
    /// Why it is accepted.
    #[arg(long)]
    pub reason: Option<String>,
    /// Ticket.
    #[arg(long)]
    pub ticket: Option<String>,
    /// Who answers for it.
    #[arg(long, value_name = "WHO")]
    pub owner: Option<String>,
    /// Who approved it, not the owner.
    #[arg(long, value_name = "WHO")]
    pub approved_by: Option<String>,
    /// First day [default: today].
    #[arg(long, value_name = "DAY")]
    pub from: Option<String>,
    /// Last day, at most one year later.
    #[arg(long, value_name = "DAY")]
    pub until: Option<String>,
}

impl WaiverArgs {
    /// What must be known, with what is.
    #[must_use]
    pub fn fields(&self, today: &str) -> Vec<Field> {
        vec![
            Field::of("control", "control", &self.control),
            Field::list("subjects", "ARN patterns of what it is accepted for", &self.subjects),
            Field::of("reason", "why it is accepted", &self.reason),
            Field::of("ticket", "ticket", &self.ticket),
            Field::of("owner", "who answers for it", &self.owner),
            Field::of("approved_by", "who approved it, not the owner", &self.approved_by),
            Field::of("from", "first day", &self.from).as_a(Kind::Day).or(Some(today.to_owned())),
            Field::of("until", "last day, at most one year later", &self.until).as_a(Kind::Day),
        ]
    }
}

/// An attestation's fields.
#[derive(Debug, Clone, Default, Args)]
pub struct AttestationArgs {
    /// Control, for example LS-6.8.
    #[arg(long, value_name = "ID")]
    pub control: Option<String>,
    /// What is stated.
    #[arg(long)]
    pub statement: Option<String>,
    /// Evidence file, relative to the register.
    #[arg(long, value_name = "FILE")]
    pub evidence: Option<String>,
    /// Who states it.
    #[arg(long, value_name = "WHO")]
    pub by: Option<String>,
    /// Day it is stated [default: today].
    #[arg(long, value_name = "DAY")]
    pub on: Option<String>,
    /// Last day it is valid.
    #[arg(long, value_name = "DAY")]
    pub valid_until: Option<String>,
}

impl AttestationArgs {
    /// What must be known, with what is. The digest of the evidence is not asked for: it is taken.
    #[must_use]
    pub fn fields(&self, today: &str) -> Vec<Field> {
        vec![
            Field::of("control", "control", &self.control),
            Field::of("statement", "what is stated", &self.statement),
            Field::of("evidence", "evidence file, relative to the register", &self.evidence),
            Field::of("by", "who states it", &self.by),
            Field::of("on", "day it is stated", &self.on).as_a(Kind::Day).or(Some(today.to_owned())),
            Field::of("valid_until", "last day it is valid", &self.valid_until).as_a(Kind::Day),
        ]
    }
}
