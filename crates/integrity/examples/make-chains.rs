//! Writes an imagined organization's digests and log files to a directory.
//!
//! Owns: arguments. Must not know: how chains are made.
//!
//! ```text
//! make-chains DIR [--accounts N] [--regions N] [--hours N] [--logs-per-hour N] [--log-bytes N] [--bucket NAME]
//!             [--start TIME] [--plain]
//! ```
//!
//! `--plain` leaves out the organization's id, as in the trail of a single account.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example talks to its user")]

use logproof_integrity::testkit::{Plan, write_tree};
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let directory = arguments.next().ok_or("name a directory to write to")?;
    let (mut accounts, mut regions, mut hours, mut logs, mut bytes) = (2, 2, 24, 6, 20_000);
    let (mut bucket, mut start, mut plain) = (None, None, false);
    while let Some(name) = arguments.next() {
        if name == "--plain" {
            plain = true;
            continue;
        }
        let value = arguments.next().ok_or_else(|| format!("`{name}` needs a value"))?;
        match name.as_str() {
            "--accounts" => accounts = value.parse()?,
            "--regions" => regions = value.parse()?,
            "--hours" => hours = value.parse()?,
            "--logs-per-hour" => logs = value.parse()?,
            "--log-bytes" => bytes = value.parse()?,
            "--bucket" => bucket = Some(value),
            "--start" => start = Some(value.parse()?),
            _ => return Err(format!("`{name}` is not an option of this example").into()),
        }
    }
    let mut plan = Plan::of_size(accounts, regions, hours, logs, bytes);
    plan.trail.bucket = bucket.unwrap_or(plan.trail.bucket);
    plan.start = start.unwrap_or(plan.start);
    if plain {
        plan.trail.organization = None;
    }
    let generated = plan.generate();
    write_tree(&generated, Path::new(&directory))?;
    println!("{} objects, window {} to {}", generated.objects(), generated.window.from, generated.window.to);
    Ok(())
}
