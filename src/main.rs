//! `logproof`: parses the command line, runs the command, ends with its exit code.

use std::process::ExitCode;

use clap::Parser as _;
use logproof::{
    cli::{Cli, Command},
    command, console,
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
    let result = runtime.block_on(command::run(cli));
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
