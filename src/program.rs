//! The program: parses the command line, runs the command, ends with its exit code.

use std::{ffi::OsString, process::ExitCode};

use clap::{CommandFactory as _, FromArgMatches as _};

use crate::{
    catalogue::own::{self, StepCrate},
    cli::{Cli, Command},
    command::{
        ask, check, controls, diff, doctor, explain, init, key, lint, merge, new, period, permissions, plan, register,
        replay, report, show, steps, test, trail, verify,
    },
    console,
    error::CommandError,
    exit::Exit,
    logging,
};

/// The whole program with the steps of these crates besides its own, on the command line of the process: what the
/// `main` of an owner's program calls, and returns.
///
/// ```no_run
/// use logproof::own::StepCrate;
///
/// const STEPS: StepCrate = StepCrate::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
///
/// fn main() -> std::process::ExitCode {
///     logproof::own::main_with(&[STEPS])
/// }
/// ```
#[must_use]
pub fn main_with(crates: &'static [StepCrate]) -> ExitCode {
    run_with(crates, std::env::args_os()).into()
}

/// The same with these words in place of the command line, the name of the program first.
///
/// The crates are added once in a process: a later call runs with those of the first.
///
/// ```
/// use logproof::{exit::Exit, own};
///
/// assert_eq!(own::run_with(&[], ["logproof", "lint"]), Exit::Success);
/// assert_eq!(own::run_with(&[], ["logproof", "explain", "LS-0.0"]), Exit::Usage);
/// ```
#[must_use]
pub fn run_with<W: Into<OsString> + Clone>(crates: &'static [StepCrate], words: impl IntoIterator<Item = W>) -> Exit {
    own::install(crates);
    let parsed = named().try_get_matches_from(words).and_then(|matches| Cli::from_arg_matches(&matches));
    let command = match parsed {
        Ok(cli) => cli.command,
        Err(shown) => {
            // Nothing can be done when the stream is closed.
            let _ = shown.print();
            return if shown.use_stderr() { Exit::Usage } else { Exit::Success };
        }
    };
    let verbosity = match &command {
        Command::Check(args) => args.verbose,
        _ => 0,
    };
    logging::init(verbosity);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            console::say(&format!("error: cannot start: {error}\nhint: free memory or threads on this machine"));
            return Exit::Unassessed;
        }
    };
    let result = runtime.block_on(run(command));
    // A call that hangs must not hold up the end of the program.
    runtime.shutdown_background();
    result.unwrap_or_else(|error| {
        console::say(&format!("error: {error}"));
        error.exit()
    })
}

/// The command line; its version names the crates that were added.
fn named() -> clap::Command {
    let command = Cli::command();
    let crates: Vec<String> = own::installed().iter().map(|one| format!("{} {}", one.name(), one.version())).collect();
    if crates.is_empty() {
        return command;
    }
    // Once in a process, and kept to its end.
    let version = format!("{} with {}", env!("CARGO_PKG_VERSION"), crates.join(" and "));
    command.version(&*version.leak())
}

async fn run(command: Command) -> Result<Exit, Box<dyn CommandError>> {
    Ok(match command {
        // Boxed, or the compiler follows all of it into the future of this function.
        Command::Check(args) => Box::pin(check::run(&args)).await?,
        Command::Merge(args) => Box::pin(merge::run(&args)).await?,
        Command::Lint(args) => lint::run(&args)?,
        Command::Controls(args) => controls::run(&args)?,
        Command::Explain(args) => explain::run(&args).await?,
        Command::Steps(args) => Box::pin(steps::run(&args)).await?,
        Command::New(args) => Box::pin(new::run(&args)).await?,
        Command::Test(args) => test::run(&args).await?,
        Command::Doctor(args) => Box::pin(doctor::run(&args)).await?,
        Command::Init(args) => init::run(&args).await?,
        Command::Plan(args) => Box::pin(plan::run(&args)).await?,
        Command::Ask(args) => ask::run(&args).await?,
        Command::Trail(args) => Box::pin(trail::run(&args)).await?,
        Command::Verify(args) => verify::run(&args)?,
        Command::Replay(args) => replay::run(&args).await?,
        Command::Show(args) => show::run(&args)?,
        Command::Report(args) => report::run(&args)?,
        Command::Diff(args) => diff::run(&args)?,
        Command::Period(args) => period::run(&args)?,
        Command::Key(args) => key::run(&args)?,
        Command::Register(args) => register::run(&args)?,
        Command::Permissions => permissions::run(),
    })
}
