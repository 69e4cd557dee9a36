//! Serves a described landing zone as AWS at scale.
//!
//! ```text
//! logproof-simulator ZONE.yaml [--configuration FOLDER] [--latency-ms N] [--no-quotas]
//!                    [--throttled PERCENT] [--reset PERCENT] [--denied ACCOUNT]
//! ```
//!
//! Prints `ready URL NOW` (`NOW` is the instant the zone is described at), then its counts as a line of JSON for each line
//! of standard input, until that ends.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a tool of tests talks to its user")]

use std::{error::Error, fs, io, path::PathBuf, process::ExitCode, time::Duration};

use logproof_simulator::{Behaviour, Simulator, configuration, denying};
use logproof_zone::MockZone;

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
    let path = arguments.next().ok_or("give the file that describes the landing zone")?;
    let (mut behaviour, mut folder, mut denied) = (Behaviour::default(), None, None);
    while let Some(name) = arguments.next() {
        if name == "--no-quotas" {
            behaviour.quotas = false;
            continue;
        }
        let value = arguments.next().ok_or_else(|| format!("`{name}` needs a value"))?;
        match name.as_str() {
            "--configuration" => folder = Some(PathBuf::from(value)),
            "--latency-ms" => behaviour.latency = Duration::from_millis(value.parse()?),
            "--throttled" => behaviour.throttled = share(&value)?,
            "--reset" => behaviour.reset = share(&value)?,
            "--denied" => denied = Some(value),
            _ => return Err(format!("`{name}` is unknown").into()),
        }
    }
    let resolved = MockZone::resolve(&fs::read_to_string(&path)?, &path)?;
    let zone = match denied {
        Some(account) => denying(resolved, &account, &path)?,
        None => MockZone::from_value(resolved, &path)?,
    };
    if let Some(folder) = folder {
        configuration(&zone, &folder)?;
    }
    let now = zone.now();
    let simulator = Simulator::start(zone, behaviour)?;
    println!("ready {} {now}", simulator.url());
    for line in io::stdin().lines() {
        line?;
        println!("{}", simulator.tally().to_json());
    }
    Ok(())
}

/// A share from 0 to 1, given in percent.
fn share(percent: &str) -> Result<f64, Box<dyn Error>> {
    let percent: f64 = percent.parse()?;
    if (0.0..=100.0).contains(&percent) {
        Ok(percent / 100.0)
    } else {
        Err(format!("`{percent}` is no percentage").into())
    }
}
