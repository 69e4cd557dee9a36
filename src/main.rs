//! `logproof`: parses the command line, runs the command, ends with its exit code.

use std::process::ExitCode;

use clap::Parser as _;
use logproof::{
    cli::{Cli, Command},
    command::{
        ask, check, controls, diff, doctor, explain, init, key, lint, period, permissions, plan, register, replay,
        report, steps, test, trail, verify,
    },
    console,
    error::CommandError,
    exit::Exit,
    logging,
};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let verbosity = match &cli.command {
        Command::Check(args) => args.verbose,
        _ => 0,
    };
    logging::init(verbosity);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            console::say(&format!("error: cannot start: {error}\nhint: free memory or threads on this machine"));
            return Exit::Unassessed.into();
        }
    };
    let result = runtime.block_on(run(cli.command));
    // A call that hangs must not hold up the end of the program.
    runtime.shutdown_background();
    match result {
        Ok(exit) => exit.into(),
        Err(error) => {
            console::say(&format!("error: {error}"));
            error.exit().into()
        }
    }
}

async fn run(command: Command) -> Result<Exit, Box<dyn CommandError>> {
    Ok(match command {
        // Boxed, or the compiler follows all of it into the future of this function.
        Command::Check(args) => Box::pin(check::run(&args)).await?,
        Command::Lint(args) => lint::run(&args)?,
        Command::Controls(args) => controls::run(&args)?,
        Command::Explain(args) => explain::run(&args).await?,
        Command::Steps(args) => steps::run(&args)?,
        Command::Test(args) => test::run(&args).await?,
        Command::Doctor(args) => Box::pin(doctor::run(&args)).await?,
        Command::Init(args) => init::run(&args).await?,
        Command::Plan(args) => Box::pin(plan::run(&args)).await?,
        Command::Ask(args) => ask::run(&args).await?,
        Command::Trail(args) => Box::pin(trail::run(&args)).await?,
        Command::Verify(args) => verify::run(&args)?,
        Command::Replay(args) => replay::run(&args).await?,
        Command::Report(args) => report::run(&args)?,
        Command::Diff(args) => diff::run(&args)?,
        Command::Period(args) => period::run(&args)?,
        Command::Key(args) => key::run(&args)?,
        Command::Register(args) => register::run(&args)?,
        Command::Permissions => permissions::run(),
    })
}
