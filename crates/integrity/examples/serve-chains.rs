//! Serves an imagined organization's digests and log files over HTTP, as S3, CloudTrail and STS do.
//!
//! Owns: arguments. Must not know: how anything is served.
//!
//! ```text
//! serve-chains [--accounts N] [--regions N] [--hours N] [--logs-per-hour N] [--log-bytes N] [--latency-ms N]
//!              [--account ID] [--inventory FILE] [--plain]
//! ```
//!
//! Prints its endpoint, then serves until its standard input ends.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example talks to its user")]

use logproof_integrity::testkit::{Plan, StandIn, Trouble};
use std::error::Error;
use std::io::Read as _;
use std::process::ExitCode;
use std::time::Duration;

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
    let (mut accounts, mut regions, mut hours, mut logs, mut bytes, mut latency) = (2, 2, 24, 6, 20_000, 0);
    let (mut account, mut inventory, mut plain) = ("222222222222".to_owned(), None, false);
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
            "--latency-ms" => latency = value.parse()?,
            "--account" => account = value,
            "--inventory" => inventory = Some(value),
            _ => return Err(format!("`{name}` is not an option of this example").into()),
        }
    }
    let mut plan = Plan::of_size(accounts, regions, hours, logs, bytes);
    if plain {
        plan.trail.organization = None;
    }
    let generated = plan.generate();
    if let Some(path) = inventory {
        std::fs::write(path, serde_json::to_vec_pretty(&generated.inventory)?)?;
    }
    let server = StandIn::start(&generated, &account, Duration::from_millis(latency), |_, _| Trouble::None)?;
    println!("{} {} {} {}", server.url(), generated.objects(), generated.window.from, generated.window.to);
    let mut until_end = Vec::new();
    std::io::stdin().read_to_end(&mut until_end)?;
    Ok(())
}
