//! What a recording costs: CPU beside that of the run, bytes on disk, memory.
//!
//! `cargo test --test evidence cost -- --nocapture` prints the figures.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use bytes::Bytes;
use logproof::bundle::{recording::Recording, tape};
use logproof_aws::without_credentials;
use logproof_digest::sha256_hex;
use logproof_wire::{Exchange, Recorder};

use crate::{files, logproof, text};

/// CPU time of this thread; wall clock where the system does not tell.
fn cpu(work: impl FnOnce()) -> Duration {
    let spent = || {
        let told = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        told.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
    };
    let (begun, before) = (Instant::now(), spent());
    work();
    match (before, spent()) {
        (Some(before), Some(after)) => after - before,
        _ => begun.elapsed(),
    }
}

/// CPU time of a run, as the shell tells it of its children.
fn cpu_of_run(folder: &Path, out: &str) -> Duration {
    let program = env!("CARGO_BIN_EXE_logproof");
    let script = format!("'{program}' check --mock --out {out} -q --no-progress >/dev/null 2>&1; times");
    let run = Command::new("sh").arg("-c").arg(script).current_dir(folder).stderr(Stdio::inherit()).output().unwrap();
    let told = text(&run);
    let children = told.lines().nth(1).unwrap_or_else(|| panic!("{told}"));
    let seconds = |text: &str| -> f64 {
        let (minutes, rest) = text.split_once('m').unwrap();
        minutes.parse::<f64>().unwrap() * 60.0 + rest.trim_end_matches('s').parse::<f64>().unwrap()
    };
    Duration::from_secs_f64(children.split_whitespace().map(seconds).sum())
}

fn exchanges_of(recording: &Path) -> Vec<(Exchange, Bytes)> {
    let mut found = Vec::new();
    tape::each_line(recording, |line, _| found.push((line.exchange.clone(), line.bytes().unwrap().into()))).unwrap();
    found
}

/// The files of a recording that is not complete yet.
fn recorded(folder: &Path) -> Vec<std::path::PathBuf> {
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files.filter(|path| path.to_string_lossy().ends_with(".jsonl")).collect()
}

/// Everything that is done because an exchange is evidence: credentials out, digest, content address, line on disk.
fn record(recording: &Recording, exchanges: &[(Exchange, Bytes)]) {
    for (exchange, body) in exchanges {
        let body = without_credentials(body);
        assert_eq!(sha256_hex(&body), exchange.body_sha256);
        recording.record(&exchange.id(), exchange, &body);
    }
}

#[test]
fn recording_costs_under_a_tenth_of_a_run() {
    const PASSES: u32 = 20;
    let home = tempfile::tempdir().unwrap();
    let runs = ["one", "two", "three"].map(|out| cpu_of_run(home.path(), out));
    let run = runs.into_iter().min().unwrap();
    let exchanges = exchanges_of(&home.path().join("one"));
    assert!(exchanges.len() > 100, "{} exchanges", exchanges.len());
    let recording = Recording::open(home.path()).unwrap();
    let cost = cpu(|| (0..PASSES).for_each(|_| record(&recording, &exchanges))) / PASSES;
    assert_eq!(recording.finish().unwrap(), u64::from(PASSES) * exchanges.len() as u64);
    let share = cost.as_secs_f64() / run.as_secs_f64();
    eprintln!("{} exchanges recorded in {cost:?} CPU, a run takes {run:?}: {:.1} %", exchanges.len(), share * 100.0);
    assert!(share < 0.1, "recording takes {:.1} % of a run's CPU", share * 100.0);
}

#[test]
fn a_recording_keeps_nothing_in_memory() {
    let resident = || -> u64 {
        let told = fs::read_to_string("/proc/self/statm").unwrap_or_default();
        told.split_whitespace().nth(1).map_or(0, |pages| pages.parse::<u64>().unwrap() * 4096)
    };
    if resident() == 0 {
        eprintln!("SKIPPED: this system does not tell how much memory a process has");
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let run = logproof(home.path(), &["check", "--mock", "--control", "LS-1.1", "--out", "bundle", "-q"]);
    assert_eq!(run.status.code(), Some(0), "{}", text(&run));
    let exchanges = exchanges_of(&home.path().join("bundle"));
    let recording = Recording::open(home.path()).unwrap();
    record(&recording, &exchanges);
    let before = resident();
    let passes = 30_000 / exchanges.len();
    (0..passes).for_each(|_| record(&recording, &exchanges));
    // Other tests of this process allocate meanwhile; what was written is far more than they do.
    let grown = resident().saturating_sub(before);
    let size: u64 = recorded(home.path()).iter().map(|path| fs::metadata(path).unwrap().len()).sum();
    let written = recording.finish().unwrap();
    eprintln!("{written} exchanges, {size} bytes on disk, memory grew by {grown} bytes");
    assert!(grown < size / 2, "memory grew by {grown} bytes while {size} were recorded");
}

/// The sample zone has 6 accounts and 2 Regions. Unpacked, file by file, so that a report that grows is seen.
#[test]
fn a_bundle_is_small() {
    const MIB: f64 = 1024.0 * 1024.0;
    /// Bytes of evidence and reports that one control may add, on average.
    const PER_CONTROL: u64 = 40 << 10;
    let home = tempfile::tempdir().unwrap();
    let run = logproof(home.path(), &["check", "--mock", "--out", "bundle", "-q"]);
    assert_eq!(run.status.code(), Some(0), "{}", text(&run));
    let bundle = home.path().join("bundle");
    let mut parts: BTreeMap<String, u64> = BTreeMap::new();
    for path in files(&bundle) {
        let name = path.strip_prefix(&bundle).unwrap().components().next().unwrap();
        *parts.entry(name.as_os_str().to_string_lossy().into_owned()).or_default() +=
            fs::metadata(&path).unwrap().len();
    }
    let size: u64 = parts.values().sum();
    let packed = Command::new("sh").args(["-c", "tar cz bundle | wc -c"]).current_dir(home.path()).output().unwrap();
    let packed: u64 = text(&packed).trim().parse().unwrap();
    let measured =
        format!("{:.2} MiB, {:.2} MiB packed; bytes by part: {parts:?}", size as f64 / MIB, packed as f64 / MIB);
    eprintln!("{measured}");
    let assessment = fs::read(bundle.join("assessment.json")).unwrap();
    let assessment: serde_json::Value = serde_json::from_slice(&assessment).unwrap();
    let controls = u64::try_from(assessment["controls"].as_array().unwrap().len()).unwrap();
    assert!(size < PER_CONTROL * controls, "a control takes more than {PER_CONTROL} bytes: {measured}");
    assert!(packed < 1 << 19, "a packed bundle must stay below 0.5 MiB: {measured}");
    assert!(parts["exchanges.jsonl"] < 1 << 19, "the recording must stay below 0.5 MiB: {measured}");
}
