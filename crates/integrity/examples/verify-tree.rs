//! Verifies a directory that `make-chains` wrote, and says how fast.
//!
//! Owns: arguments and measurement. Must not know: how anything is verified.
//!
//! ```text
//! verify-tree DIR FROM TO [--latency-ms N] [--reads N] [--threads N] [--evidence FILE] [--checkpoint FILE]
//! ```
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example talks to its user")]

use logproof_integrity::testkit::FaultyStore;
use logproof_integrity::{Checkpoint, Config, Job, JsonLines, LocalStore, Outcome, PublicKeys, Verifier, Window};
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

fn main() -> ExitCode {
    match run() {
        Ok(outcome) => ExitCode::from(outcome.exit_code()),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<Outcome, Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut next = |what: &str| arguments.next().ok_or_else(|| format!("{what} is wanted"));
    let directory = next("a directory")?;
    let window = Window { from: next("a beginning")?.parse()?, to: next("an end")?.parse()? };
    let root = Path::new(&directory);
    let read = |name: &str| std::fs::read_to_string(root.join(name));
    let keys = PublicKeys::from_json(&read("public-keys.json")?)?;
    let inventory = serde_json::from_str(&read("inventory.json")?)?;
    // Long after: everything was due.
    let now = window.to.checked_add(jiff::SignedDuration::from_hours(48))?;
    let mut job = Job::new(keys, inventory, window, now);
    let (mut config, mut latency, mut threads) = (Config::default(), 0, 2);
    while let Ok(name) = next("an option") {
        let value = next("a value")?;
        match name.as_str() {
            "--latency-ms" => latency = value.parse()?,
            "--reads" => config.reads_at_most = value.parse()?,
            "--threads" => threads = value.parse()?,
            "--evidence" => job.sink = Arc::new(JsonLines::append(Path::new(&value))?),
            "--checkpoint" => job.checkpoint = Arc::new(Checkpoint::open(Path::new(&value))?),
            _ => return Err(format!("`{name}` is not an option of this example").into()),
        }
    }
    let store = FaultyStore::new(LocalStore::of_buckets(root)).with_latency(Duration::from_millis(latency));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build()?;
    let began = Instant::now();
    let report = runtime.block_on(Verifier::new(config).run(store, job))?;
    let seconds = began.elapsed().as_secs_f64();
    let objects = report.totals.objects();
    println!("{:?}: {} {:?}", report.outcome, serde_json::to_string(&report.totals)?, report.codes);
    println!("{objects} objects in {seconds:.2} s: {:.0} objects/s", f64::from(u32::try_from(objects)?) / seconds);
    if let Ok(status) = std::fs::read_to_string("/proc/self/status") {
        status.lines().filter(|line| line.starts_with("VmHWM")).for_each(|line| println!("{line}"));
    }
    Ok(report.outcome)
}
