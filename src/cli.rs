//! The command line: the list of commands. Each command owns its arguments.

use clap::{Parser, Subcommand};

use crate::{
    catalogue::FeatureArgs,
    command::{
        ask::AskArgs, check::CheckArgs, controls::ControlsArgs, diff::DiffArgs, doctor::DoctorArgs,
        explain::ExplainArgs, init::InitArgs, key::KeyArgs, merge::MergeArgs, new::NewArgs, period::PeriodArgs,
        plan::PlanArgs, register::RegisterArgs, replay::ReplayArgs, report::ReportArgs, show::ShowArgs,
        steps::StepsArgs, test::TestArgs, trail::TrailArgs, verify::VerifyArgs,
    },
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
    /// Make one bundle of the shares of a check that several processes made.
    Merge(Box<MergeArgs>),
    /// Find features that could be green without checking anything.
    Lint(FeatureArgs),
    /// List the controls.
    Controls(ControlsArgs),
    /// Show one control: its text, its steps and the API calls it makes.
    Explain(ExplainArgs),
    /// List the sentences controls are written in.
    Steps(StepsArgs),
    /// Lay down the files of a control of your own.
    New(NewArgs),
    /// Try your own controls on your own fixtures, both ways.
    #[command(
        after_help = "Exit codes: 0 every fixture shows what it expects; 1 one does not, or with --strict a control has \
        no fixture that meets or violates it; 2 usage, features or fixtures; 3 the results could not be written."
    )]
    Test(TestArgs),
    /// Find out why a check would end in ERROR: credentials, roles, permissions, Regions, clock, disk.
    #[command(
        after_help = "Exit codes: 0 nothing stands in the way; 2 usage or configuration; 3 a check would have ERROR."
    )]
    Doctor(DoctorArgs),
    /// Look at the organization with your credentials and write logproof.toml.
    Init(InitArgs),
    /// Compare the verdicts before and after a planned change, before it is made.
    #[command(
        after_help = "Exit codes: 0 nothing gets worse; 1 the plan makes something worse; 2 usage, or a plan that cannot be \
        read or placed; 3 something cannot be decided before the apply (outranks 1); 4 nothing was assessed."
    )]
    Plan(Box<PlanArgs>),
    /// Ask a policy question: can, who-can, never, difference.
    Ask(AskArgs),
    /// Prove that the delivered logs are untouched: verify CloudTrail's digests and log files.
    Trail(TrailArgs),
    /// Verify the evidence of a run: files, exchanges, seal, chain.
    Verify(VerifyArgs),
    /// Run a bundle's own features on its own exchanges, offline, and compare verdict by verdict.
    Replay(ReplayArgs),
    /// Show what a control observed of an account and Region, with AWS's answers.
    Show(ShowArgs),
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
