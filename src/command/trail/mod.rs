//! `logproof trail`: whether the delivered logs are the ones CloudTrail delivered, for the whole organization.
//!
//! Brings together the expected chains, the public keys and the objects, runs the verifier of `logproof-integrity` and
//! keeps its evidence. It must not know how anything is verified.

mod args;
mod connection;
mod error;
mod expected;
mod keys;
mod merge;
mod output;
mod place;
mod plan;
mod progress;

use std::{path::Path, sync::Arc};

use logproof_integrity::{Checkpoint, Config, Inventory, Job, JsonLines, LocalStore, ObjectStore, Report, Verifier};

use crate::{
    console::{interrupt, print, say},
    error::{Unreadable, Unwritable},
    exit::Exit,
};
use args::{InventoryTrailArgs, TrailCommand, TrailFormat, VerifyTrailArgs};
use connection::Connection;
use place::Place;
use plan::Plan;
pub use {args::TrailArgs, error::TrailError};

/// `logproof trail`.
///
/// # Errors
/// [`TrailError`].
pub async fn run(args: &TrailArgs) -> Result<Exit, TrailError> {
    match &args.command {
        TrailCommand::Verify(args) => verify(args).await,
        TrailCommand::Merge(args) => merge::merge(args),
        TrailCommand::Inventory(args) => inventory(args).await,
    }
}

fn exit(outcome: logproof_integrity::Outcome) -> Exit {
    match outcome {
        logproof_integrity::Outcome::Valid => Exit::Success,
        logproof_integrity::Outcome::Invalid => Exit::Fail,
        logproof_integrity::Outcome::Undetermined => Exit::Unassessed,
    }
}

fn read(path: &Path) -> Result<String, Unreadable> {
    std::fs::read_to_string(path).map_err(Unreadable::at(path))
}

async fn inventory(args: &InventoryTrailArgs) -> Result<Exit, TrailError> {
    let connection = Connection::new(&args.expected.target);
    let expected = expected::ask(&connection).await?;
    for note in &expected.notes {
        say(note);
    }
    let inventory = expected::narrow(expected.inventory, &args.expected)?;
    let mut text = serde_json::to_string_pretty(&inventory)?;
    text.push('\n');
    match &args.out {
        Some(path) => std::fs::write(path, text).map_err(Unwritable::at(path))?,
        None => print(|out| out.write_all(text.as_bytes())),
    }
    Ok(Exit::Success)
}

async fn verify(args: &VerifyTrailArgs) -> Result<Exit, TrailError> {
    let shard = plan::shard(args)?;
    let checkpoint = match &args.checkpoint {
        Some(path) => Checkpoint::open(&plan::checkpoint(path, shard))?,
        None => Checkpoint::none(),
    };
    let connection = Connection::new(&args.expected.target);
    let default_hours = connection.default_hours(args.inventory.is_none()).await?;
    let plan = Plan::of(args, shard, &checkpoint, connection.now().await?, default_hours)?;
    let inventory = expected_chains(args, &connection).await?;
    checkpoint.serves(&inventory.trail)?;
    let copy = args.local.as_deref().map(|folder| local(folder, &inventory)).transpose()?;
    let place = Place::prepare(args, &plan, &inventory, &checkpoint)?;
    let keys = keys::find(args.keys.as_deref(), &connection, &inventory, &plan).await?;
    place.keep("public-keys.json", &keys.text)?;
    let sink = JsonLines::append(&place.evidence()).map_err(|source| place.unwritable(source))?;
    let job = Job {
        keys: Arc::new(keys.keys),
        inventory: inventory.clone(),
        window: plan.window,
        now: plan.now,
        shard: plan.shard,
        checkpoint: Arc::new(checkpoint),
        sink: Arc::new(sink),
        progress: progress::on_terminal(!args.no_progress),
    };
    let config = settings(args, &plan);
    let report = match copy {
        Some(copy) => examine(config, copy, job, args).await?,
        None => examine(config, connection.objects(&inventory.trail.bucket).await?, job, args).await?,
    };
    let summary = place.summarise(&report)?;
    print(|out| match args.format {
        TrailFormat::Text => output::text(&report, &[], out)
            .and_then(|()| writeln!(out, "evidence: {} (sha256 {})", place.evidence().display(), summary.sha256)),
        TrailFormat::Json => output::json(&summary, out),
    });
    Ok(if args.leave_verdict_to_merge { Exit::Success } else { exit(report.outcome) })
}

async fn examine<S: ObjectStore>(
    config: Config,
    store: S,
    job: Job,
    args: &VerifyTrailArgs,
) -> Result<Report, TrailError> {
    let verifier = Verifier::new(config);
    let result = tokio::select! {
        biased;
        () = interrupt() => {
            if let Some(path) = &args.checkpoint {
                say(&format!("what was verified so far is in `{}`: the same command resumes", path.display()));
            }
            return Err(TrailError::Stopped);
        }
        result = verifier.run(store, job) => result,
    };
    Ok(result?)
}

fn settings(args: &VerifyTrailArgs, plan: &Plan) -> Config {
    let most = usize::from(args.in_flight);
    let default = Config::default();
    Config {
        reads_at_first: default.reads_at_first.min(most),
        reads_at_most: most,
        // The session's own limit, which can be configured, holds for each attempt.
        read_timeout: None,
        sampling: plan.sampling,
        incremental: args.incremental,
        ..default
    }
}

async fn expected_chains(args: &VerifyTrailArgs, connection: &Connection) -> Result<Inventory, TrailError> {
    let whole = match &args.inventory {
        Some(path) => expected::read(path)?,
        None => {
            let expected = expected::ask(connection).await?;
            for note in &expected.notes {
                say(note);
            }
            expected.inventory
        }
    };
    expected::narrow(whole, &args.expected)
}

/// A copy of the bucket. That there is none must not look like a bucket without logs.
fn local(folder: &Path, inventory: &Inventory) -> Result<LocalStore, TrailError> {
    let bucket = &inventory.trail.bucket;
    if !folder.is_dir() {
        return Err(TrailError::NotAFolder { folder: folder.to_owned(), bucket: bucket.clone() });
    }
    if folder.join(bucket).is_dir() {
        return Ok(LocalStore::of_buckets(folder));
    }
    let prefix = inventory.trail.prefix.as_deref().unwrap_or_default();
    if folder.join(prefix).join("AWSLogs").is_dir() {
        return Ok(LocalStore::of_bucket(folder, bucket));
    }
    let logs = Path::new(prefix).join("AWSLogs");
    Err(TrailError::NotACopy { folder: folder.to_owned(), bucket: bucket.clone(), logs })
}
