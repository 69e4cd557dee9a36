//! `logproof doctor`: why a check would end in ERROR, before it is made.
//!
//! Asks a few questions of every account and Region and all questions of the log bucket and the log key, and prints what
//! stands in the way by its cause. Judges nothing.

mod cause;
mod questions;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use clap::Args;
use jiff::Timestamp;
use logproof_aws::Options;
use logproof_estate::Estate;

use crate::{
    clock,
    console::print,
    exit::Exit,
    report::terminal::clean,
    run::target::{self, Connected, TargetArgs, TargetError},
};
use cause::{Problem, problems};
use questions::{Asked, LONGEST, ask};

/// Bytes a run should find free: a bundle of a large organization with its recording.
const FREE: u64 = 512 * 1024 * 1024;
/// How far the clock may be off; AWS refuses requests that are more than five minutes old.
///
/// See: <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>
const SKEW: Duration = Duration::from_secs(5 * 60);
/// Variables that send requests elsewhere than to AWS.
const ENDPOINTS: &str = "AWS_ENDPOINT_URL";

/// Arguments of `doctor`.
#[derive(Debug, Clone, Default, Args)]
pub struct DoctorArgs {
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would replace the help of the flattened arguments")]
    pub target: TargetArgs,
    /// Folder the reports will be written to [default: reports].
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub out: PathBuf,
}

/// `logproof doctor`.
///
/// # Errors
/// [`TargetError`], when there is nothing to ask at all.
pub async fn run(args: &DoctorArgs) -> Result<Exit, TargetError> {
    let began = Instant::now();
    let connected = target::connect(&args.target, Options::default()).await?;
    let now = connected.now.unwrap_or_else(clock::now);
    let estate = Arc::new(Estate::new(Arc::clone(&connected.config), connected.source(), now));
    let asked = ask(&estate).await;
    let mut found = problems(&asked, &connected.config);
    found.extend(clock_problem(&asked, now));
    found.extend(disk_problem(&args.out));
    report(&connected, &asked, &found, began.elapsed());
    Ok(if found.is_empty() { Exit::Success } else { Exit::Unassessed })
}

/// What was looked at, then what stands in the way.
fn report(connected: &Connected, asked: &Asked, found: &[Problem], took: Duration) {
    let areas = ["credentials", "organization", "role", "region", "permission", "endpoint", "names", "clock", "disk"];
    let width = areas.iter().map(|area| area.len()).max().unwrap_or(0);
    print(|out| {
        for area in areas {
            let of_area: Vec<&Problem> = found.iter().filter(|problem| problem.area == area).collect();
            if of_area.is_empty() {
                writeln!(out, "ok       {area:width$}  {}", looked_at(area, connected, asked))?;
            }
            for problem in of_area {
                writeln!(out, "PROBLEM  {area:width$}  {}", clean(&problem.what))?;
                writeln!(out, "         {:width$}  hint: {}", "", clean(&problem.hint))?;
            }
        }
        let (questions, seconds) = (asked.answers.len(), took.as_secs());
        match found.len() {
            0 => writeln!(out, "\n{questions} questions in {seconds} s: nothing stands in the way of `logproof check`"),
            1 => writeln!(out, "\n{questions} questions in {seconds} s: 1 cause for which a check would have ERROR"),
            many => writeln!(
                out,
                "\n{questions} questions in {seconds} s: {many} causes for which a check would have ERROR"
            ),
        }
    });
}

/// What is in order, in a few words.
fn looked_at(area: &str, connected: &Connected, asked: &Asked) -> String {
    let config = &connected.config;
    match area {
        "credentials" => asked.caller.clone().unwrap_or_default(),
        "organization" => format!("{} with {} active accounts", asked.organization, asked.accounts.len()),
        "role" => format!("{} can be assumed in each of them", config.access.role_name),
        "region" => {
            let regions: Vec<&str> =
                config.organization.governed_regions.iter().map(|region| region.as_str()).collect();
            regions.join(" ")
        }
        "permission" => "no call was denied".to_owned(),
        "endpoint" => match std::env::vars().find(|(name, _)| name.starts_with(ENDPOINTS)) {
            Some((name, value)) => format!("every service answered; {name} is {value}"),
            None => "every service answered".to_owned(),
        },
        "names" => "log bucket, log key and trail are there".to_owned(),
        "clock" => "no answer is from the future".to_owned(),
        _ => "reports can be written".to_owned(),
    }
}

/// A clock that is behind what AWS has already recorded. One that is too far off either way is refused by AWS.
fn clock_problem(asked: &Asked, now: Timestamp) -> Option<Problem> {
    let newest = asked.newest?;
    let ahead = newest.duration_since(now);
    (ahead > jiff::SignedDuration::try_from(SKEW).unwrap_or_default()).then(|| Problem {
        area: "clock",
        what: format!("the clock of this machine says {now}, and AWS delivered a log file at {newest}"),
        hint: "set the clock, for example with NTP: AWS refuses requests that are off by more than five minutes"
            .to_owned(),
    })
}

/// A folder that cannot be written to, or has little room.
fn disk_problem(folder: &Path) -> Option<Problem> {
    let problem = |what: String, hint: &str| Some(Problem { area: "disk", what, hint: hint.to_owned() });
    // The folder is made by the first run.
    let existing = folder.ancestors().find(|place| place.is_dir()).unwrap_or(Path::new("."));
    let probe = tempfile::NamedTempFile::new_in(existing).and_then(|file| fs::write(file.path(), b"probe"));
    if let Err(error) = probe {
        return problem(
            format!("cannot write below `{}`: {error}", folder.display()),
            "name another folder with `--out`",
        );
    }
    let free = free(existing)?;
    if free < FREE {
        let what = format!("`{}` has {} MiB free", folder.display(), free / 1024 / 1024);
        return problem(what, "free space: a run keeps every answer as evidence");
    }
    None
}

#[cfg(unix)]
fn free(folder: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(folder).ok()?;
    Some(found.f_bavail.saturating_mul(found.f_frsize))
}

#[cfg(not(unix))]
fn free(_folder: &Path) -> Option<u64> {
    None
}

/// Seconds after which a question counts as not answered.
const fn longest() -> u64 {
    LONGEST.as_secs()
}
