//! `logproof` with the steps it ships.

use std::process::ExitCode;

fn main() -> ExitCode {
    logproof::own::main_with(&[])
}
