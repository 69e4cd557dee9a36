//! `logproof trail merge`: one result of the results of shards.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use logproof_estate::config::parse_instant;
use logproof_integrity::{Inventory, Report, Window, merge as merge_reports};

use super::{
    args::{MergeTrailArgs, TrailFormat},
    error::TrailError,
    exit, expected, output,
    place::{INVENTORY, SUMMARY, Summary},
};
use crate::{
    bundle::manifest::sha256_of_file,
    console::print,
    error::{Unreadable, Unwritable},
    exit::Exit,
};

/// `logproof trail merge`.
pub(super) fn merge(args: &MergeTrailArgs) -> Result<Exit, TrailError> {
    let mut reports = Vec::new();
    for folder in &args.folders {
        let paths = summaries(folder).map_err(Unreadable::at(folder))?;
        if paths.is_empty() {
            return Err(TrailError::NoSummary { folder: folder.clone() });
        }
        for path in paths {
            reports.push(read(&path)?);
        }
    }
    let inventory = inventory(args)?;
    let window = window(args, &reports)?;
    let merged = merge_reports(&inventory, window, reports);
    if let Some(path) = &args.out {
        let text = serde_json::to_string_pretty(&merged)?;
        fs::write(path, text).map_err(Unwritable::at(path))?;
    }
    print(|out| match args.format {
        TrailFormat::Text => output::text(&merged.report, &merged.problems, out),
        TrailFormat::Json => output::json(&merged, out),
    });
    Ok(exit(merged.report.outcome))
}

fn summaries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.starts_with(SUMMARY) && name.ends_with(".json") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Reads a summary, and holds it to the evidence beside it.
fn read(path: &Path) -> Result<Report, TrailError> {
    let summary: Summary = serde_json::from_str(&super::read(path)?)
        .map_err(|source| TrailError::Summary { path: path.to_owned(), source })?;
    let evidence = path.with_file_name(&summary.evidence);
    let (sha256, _) = sha256_of_file(&evidence)?;
    if sha256 != summary.sha256 {
        return Err(TrailError::OtherEvidence { evidence, summary: path.to_owned() });
    }
    Ok(summary.report)
}

fn inventory(args: &MergeTrailArgs) -> Result<Inventory, TrailError> {
    if let Some(path) = &args.inventory {
        return expected::read(path);
    }
    let mut all = args.folders.iter().map(|folder| (folder, expected::read(&folder.join(INVENTORY))));
    let Some((first, inventory)) = all.next() else { return Err(TrailError::NoFolders) };
    let inventory = inventory?;
    for (folder, other) in all {
        if other?.identity() != inventory.identity() {
            return Err(TrailError::DifferentChains { first: first.clone(), other: folder.clone() });
        }
    }
    Ok(inventory)
}

fn window(args: &MergeTrailArgs, reports: &[Report]) -> Result<Window, TrailError> {
    let given = |option: &'static str, text: &Option<String>| {
        let parsed = text.as_deref().map(parse_instant).transpose();
        parsed.map_err(|source| TrailError::Instant { option, source })
    };
    let from = given("--from", &args.from)?.or_else(|| reports.iter().map(|report| report.window.from).min());
    let to = given("--to", &args.to)?.or_else(|| reports.iter().map(|report| report.window.to).max());
    match (from, to) {
        (Some(from), Some(to)) if from < to => Ok(Window { from, to }),
        _ => Err(TrailError::NothingToCover),
    }
}
