//! What `logproof plan` takes from the command line.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::{catalogue::FeatureArgs, run::selection::SelectionArgs};

/// Form of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum PlanFormat {
    /// For a terminal.
    #[default]
    Text,
    /// For a pull request.
    Markdown,
    /// One JSON object.
    Json,
}

/// Arguments of `plan`.
#[derive(Debug, Clone, Default, Args)]
pub struct PlanArgs {
    /// Plans (`terraform show -json`, `tofu show -json`), change sets (`aws cloudformation describe-change-set
    /// --include-property-values`) and templates; all of them are laid over one landing zone.
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Use what the run of a bundle observed: no account is asked, and no credentials are needed.
    #[arg(long, value_name = "BUNDLE", conflicts_with = "mock")]
    pub on: Option<PathBuf>,
    /// Use a landing zone described in a file; without a value, the sample in this program.
    #[arg(long, value_name = "ZONE.yaml", num_args = 0..=1)]
    pub mock: Option<Option<PathBuf>>,
    /// Configuration of the landing zone [default: logproof.toml in this folder]; with `--on` only its `[plan]` table is
    /// used, which tells where the providers and modules of a plan deploy.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Parameter of the templates; may be repeated.
    #[arg(long, value_name = "NAME=VALUE")]
    pub parameter: Vec<String>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would replace the help of the flattened arguments")]
    pub features: FeatureArgs,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would replace the help of the flattened arguments")]
    pub selection: SelectionArgs,
    /// Date or RFC 3339 instant that represents "now" [default: the clock, that of the bundle, or the `now` of the mock].
    #[arg(long, value_name = "WHEN")]
    pub as_of: Option<String>,
    /// Fail for every control that fails after the change, also where it failed before.
    #[arg(long)]
    pub strict: bool,
    /// Form of the answer.
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    pub format: PlanFormat,
    /// Folder for the answer in every form, in the bundle of the prediction: every report of the landing zone after the
    /// change, what was asked, and the edits, so that `verify`, `replay` and `diff` take it as that of a run.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would replace the help of the flattened arguments")]
    pub documents: DocumentArgs,
}

/// Changes given as documents and settings.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Changes without a plan")]
pub struct DocumentArgs {
    /// Content of a service control policy, by name or id; one that does not exist is created.
    #[arg(long, value_name = "NAME=FILE")]
    pub scp: Vec<String>,
    /// Content of a resource control policy, by name or id; one that does not exist is created.
    #[arg(long, value_name = "NAME=FILE")]
    pub rcp: Vec<String>,
    /// Attach a policy, by name or id, to the root, a unit or an account, by id or name.
    #[arg(long, value_name = "POLICY@TARGET")]
    pub attach: Vec<String>,
    /// Detach a policy from the root, a unit or an account.
    #[arg(long, value_name = "POLICY@TARGET")]
    pub detach: Vec<String>,
    /// Policy of a bucket; `-` instead of a file removes it. A bucket of another account than the log archive is written
    /// ACCOUNT/BUCKET.
    #[arg(long, value_name = "BUCKET=FILE")]
    pub bucket_policy: Vec<String>,
    /// Policy of a key, by id, ARN or alias.
    #[arg(long, value_name = "KEY=FILE")]
    pub key_policy: Vec<String>,
    /// Inline policy of a role; `-` instead of a file removes it.
    #[arg(long, value_name = "ACCOUNT/ROLE/POLICY=FILE")]
    pub role_policy: Vec<String>,
    /// Trust policy of a role that exists.
    #[arg(long, value_name = "ACCOUNT/ROLE=FILE")]
    pub trust_policy: Vec<String>,
    /// Lifecycle rules of a bucket, in the form of `aws s3api put-bucket-lifecycle-configuration`; `-` removes them.
    #[arg(long, value_name = "BUCKET=FILE")]
    pub lifecycle: Vec<String>,
    /// A simple setting: `bucket NAME versioning=Suspended`, `bucket NAME object-lock=GOVERNANCE:30`, `key KEY
    /// state=Disabled`, `trail NAME logging=off`, `recorder ACCOUNT/REGION recording=off`.
    #[arg(long, num_args = 3, value_names = ["TYPE", "NAME", "FIELD=VALUE"])]
    pub set: Vec<String>,
}

impl DocumentArgs {
    /// Whether none is given.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        [
            &self.scp,
            &self.rcp,
            &self.attach,
            &self.detach,
            &self.bucket_policy,
            &self.key_policy,
            &self.role_policy,
            &self.trust_policy,
            &self.lifecycle,
            &self.set,
        ]
        .iter()
        .all(|given| given.is_empty())
    }
}
