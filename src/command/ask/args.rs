//! What `logproof ask` takes from the command line. Answers nothing.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// Arguments of `ask`.
#[derive(Debug, Clone, Args)]
pub struct AskArgs {
    /// The question.
    #[command(subcommand)]
    pub question: AskQuestion,
}

/// The questions.
#[derive(Debug, Clone, Subcommand)]
pub enum AskQuestion {
    /// Can this principal make this request? Decides one request, on policies from files or on a landing zone.
    Can(CanArgs),
    /// Who can do this? On a landing zone, with its real users and roles.
    WhoCan(WhoCanArgs),
    /// Is no request of a kind ever allowed? Answers that none is, or with a witness; then the exit code is 1.
    Never(NeverArgs),
    /// Does a new bucket or key policy allow a request that the old one did not? Then the exit code is 1.
    Difference(DifferenceArgs),
}

/// Form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum AnswerFormat {
    /// Sentences.
    #[default]
    Text,
    /// One JSON object.
    Json,
}

/// The landing zone a question is about.
#[derive(Debug, Clone, Default, Args)]
pub struct ZoneArgs {
    /// Configuration of the landing zone: its real policies are read.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Ask a landing zone described in a file; without a value, the sample in this program.
    #[arg(long, value_name = "ZONE.yaml", num_args = 0..=1)]
    pub mock: Option<Option<PathBuf>>,
}

/// The organization around policies from files.
#[derive(Debug, Clone, Default, Args)]
pub struct AroundArgs {
    /// Id of the organization; without it the owner is an account of its own.
    #[arg(long, value_name = "ID", conflicts_with_all = ["config", "mock"])]
    pub organization: Option<String>,
    /// Account that owns the resource [default: the account in the ARN].
    #[arg(long, value_name = "ID", conflicts_with_all = ["config", "mock"])]
    pub resource_account: Option<String>,
}

/// Policies from files.
#[derive(Debug, Clone, Default, Args)]
pub struct PolicyFiles {
    /// Policy of the bucket; `--key-policy` and `--trust-policy` are other names for the resource's policy. On a
    /// landing zone it stands in for the real one.
    #[arg(long, value_name = "FILE", visible_aliases = ["resource-policy", "key-policy", "trust-policy"])]
    pub bucket_policy: Option<PathBuf>,
    /// Policy of the user or role; may be repeated.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["config", "mock"])]
    pub identity_policy: Vec<PathBuf>,
    /// One level of SCPs, the root first; several policies of a level with commas; may be repeated. The word
    /// `FullAWSAccess` stands for AWS's own policy.
    #[arg(long, value_name = "FILE,..", conflicts_with_all = ["config", "mock"])]
    pub scp: Vec<String>,
    /// One level of RCPs, the root first; as `--scp`.
    #[arg(long, value_name = "FILE,..", conflicts_with_all = ["config", "mock"])]
    pub rcp: Vec<String>,
    /// Permissions boundary of the principal.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["config", "mock"])]
    pub boundary: Option<PathBuf>,
    /// Session policy; may be repeated.
    #[arg(long, value_name = "FILE")]
    pub session_policy: Vec<PathBuf>,
}

/// Arguments of `ask can`.
#[derive(Debug, Clone, Args)]
pub struct CanArgs {
    /// ARN of a user, role, assumed-role session or root user; a service such as cloudtrail.amazonaws.com; or `anonymous`.
    #[arg(long, value_name = "WHO")]
    pub principal: String,
    /// ARN of the role behind an assumed-role session, when it has a path.
    #[arg(long, value_name = "ARN")]
    pub role: Option<String>,
    /// Action, for example s3:PutObject.
    #[arg(long, value_name = "ACTION")]
    pub action: String,
    /// ARN of the resource.
    #[arg(long, value_name = "ARN")]
    pub resource: String,
    /// Account that owns the resource [default: the account in its ARN, else the principal's].
    #[arg(long, value_name = "ID")]
    pub resource_account: Option<String>,
    /// Condition key and value, for example aws:SecureTransport=false; repeat a key for several values.
    #[arg(long, value_name = "KEY=VALUE")]
    pub context: Vec<String>,
    /// The principal is of the management account, which no SCP binds.
    #[arg(long)]
    pub principal_in_management_account: bool,
    /// The resource is of the management account, which no RCP protects.
    #[arg(long)]
    pub resource_in_management_account: bool,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would replace the help of the flattened arguments")]
    pub policies: PolicyFiles,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would replace the help of the flattened arguments")]
    pub zone: ZoneArgs,
    /// Form of the answer.
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    pub format: AnswerFormat,
}

/// Arguments of `ask who-can`.
#[derive(Debug, Clone, Args)]
pub struct WhoCanArgs {
    /// Action or pattern, for example cloudtrail:StopLogging.
    #[arg(value_name = "ACTION")]
    pub action: String,
    /// ARN of the resource [default: the organization trail, log bucket or log key of the landing zone, by the service].
    #[arg(long, value_name = "ARN")]
    pub resource: Option<String>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would replace the help of the flattened arguments")]
    pub zone: ZoneArgs,
    /// Assume an administrator in every account instead of reading its users and roles.
    #[arg(long)]
    pub assume_administrators: bool,
    /// Form of the answer.
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    pub format: AnswerFormat,
}

/// Arguments of `ask never`.
#[derive(Debug, Clone, Args)]
pub struct NeverArgs {
    /// Action or pattern; may be repeated.
    #[arg(long, value_name = "ACTION", required = true)]
    pub action: Vec<String>,
    /// Resource ARN or pattern; may be repeated.
    #[arg(long, value_name = "ARN", required = true)]
    pub resource: Vec<String>,
    /// Condition element as JSON, for example '{"Bool": {"aws:SecureTransport": "false"}}'.
    #[arg(long, value_name = "JSON")]
    pub when: Option<String>,
    /// Policy of the bucket, key or role. On a landing zone it stands in for the real one.
    #[arg(long, value_name = "FILE", visible_aliases = ["resource-policy", "key-policy", "trust-policy"])]
    pub bucket_policy: Option<PathBuf>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would replace the help of the flattened arguments")]
    pub around: AroundArgs,
    /// One level of SCPs of the owner's account, the root first; as in `ask can`.
    #[arg(long, value_name = "FILE,..", conflicts_with_all = ["config", "mock"])]
    pub scp: Vec<String>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would replace the help of the flattened arguments")]
    pub zone: ZoneArgs,
    /// On a landing zone: assume an administrator in every account instead of reading its users and roles.
    #[arg(long)]
    pub assume_administrators: bool,
    /// Form of the answer.
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    pub format: AnswerFormat,
}

/// Arguments of `ask difference`.
#[derive(Debug, Clone, Args)]
pub struct DifferenceArgs {
    /// The policy as it was and the policy as it will be; on a landing zone the second only, the first is the real one.
    #[arg(value_name = "POLICY", num_args = 1..=2, required = true)]
    pub policies: Vec<PathBuf>,
    /// Action or pattern; may be repeated.
    #[arg(long, value_name = "ACTION", default_value = "*")]
    pub action: Vec<String>,
    /// Resource ARN or pattern; may be repeated.
    #[arg(long, value_name = "ARN", required = true)]
    pub resource: Vec<String>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would replace the help of the flattened arguments")]
    pub around: AroundArgs,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would replace the help of the flattened arguments")]
    pub zone: ZoneArgs,
    /// Form of the answer.
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    pub format: AnswerFormat,
}
