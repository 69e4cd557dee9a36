//! The state of each control over a period, from the bundles of its runs, with gaps named.
//!
//! Reads manifests and assessments only. A run counts when its bundle verifies; a bundle that does not is named and
//! left out, and the time it would have covered is a gap.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use jiff::{SignedDuration, Timestamp};
use logproof_estate::{
    assessment::{Assessment, Target},
    record::Verdict,
};
use serde::Serialize;

use crate::{
    bundle::{keys::PublicKey, manifest, verify},
    catalogue::natural_key,
    files::{ASSESSMENT, MANIFEST},
    report::csv::quoted,
};

/// What is asked.
#[derive(Debug, Clone)]
pub(super) struct Request {
    /// First instant of the period.
    pub from: Timestamp,
    /// End of the period.
    pub to: Timestamp,
    /// Longest time one run stands for.
    pub longest_gap: SignedDuration,
    /// Key every bundle must be sealed with, when given.
    pub key: Option<PublicKey>,
}

/// One run of the period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct RunEntry {
    /// Run id.
    pub run: String,
    /// Instant it stands for.
    pub as_of: Timestamp,
    /// Folder of the bundle.
    pub bundle: PathBuf,
    /// SHA-256 of its manifest.
    pub manifest_sha256: String,
    /// Key that sealed it.
    pub sealed_by: Option<String>,
    /// Whether it names the run before it.
    pub follows_previous: bool,
}

/// A time without evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Gap {
    /// From.
    pub from: Timestamp,
    /// Until.
    pub to: Timestamp,
    /// Why it is one.
    pub why: String,
}

/// A time during which a control had one verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Stretch {
    /// From.
    pub from: Timestamp,
    /// Until.
    pub to: Timestamp,
    /// Verdict of the runs in it.
    pub verdict: Verdict,
    /// Reason of the first of them.
    pub reason: String,
    /// Runs in it.
    pub runs: usize,
}

/// One control over the period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct ControlPeriod {
    /// Control id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Stretches in time order.
    pub stretches: Vec<Stretch>,
    /// Times without evidence for this control.
    pub gaps: Vec<Gap>,
}

/// The whole answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Period {
    /// First instant.
    pub from: Timestamp,
    /// End.
    pub to: Timestamp,
    /// What must be known to read the rest: runs that did not look at live accounts, runs that were not complete.
    pub cautions: Vec<String>,
    /// Runs that count, in time order.
    pub runs: Vec<RunEntry>,
    /// Bundles left out, with the reason.
    pub left_out: Vec<String>,
    /// Controls in the order of the catalogue.
    pub controls: Vec<ControlPeriod>,
}

impl Period {
    /// Whether every control passed (or did not apply) without a gap.
    #[must_use]
    pub(super) fn is_clean(&self) -> bool {
        !self.runs.is_empty()
            && self.left_out.is_empty()
            && self.controls.iter().all(|control| {
                control.gaps.is_empty()
                    && control.stretches.iter().all(|s| matches!(s.verdict, Verdict::Pass | Verdict::NotApplicable))
            })
    }
}

struct Loaded {
    entry: RunEntry,
    assessment: Assessment,
    predecessor: Option<String>,
    missing: Vec<String>,
}

/// Reads the bundles below `folder` and lays them along the period.
///
/// # Errors
/// When the folder cannot be read.
pub(super) fn period(folder: &Path, request: &Request) -> io::Result<Period> {
    let mut left_out = Vec::new();
    let mut loaded = Vec::new();
    let mut places: Vec<PathBuf> = fs::read_dir(folder)?.filter_map(Result::ok).map(|entry| entry.path()).collect();
    places.sort();
    for place in places.into_iter().filter(|place| place.join(MANIFEST).is_file()) {
        match load(&place, request) {
            Ok(Some(run)) => loaded.push(run),
            Ok(None) => {}
            Err(problem) => left_out.push(format!("{}: {problem}", place.display())),
        }
    }
    loaded.sort_by(|a, b| a.entry.as_of.cmp(&b.entry.as_of).then_with(|| a.entry.run.cmp(&b.entry.run)));
    one_organization(&mut loaded, &mut left_out);
    let mut previous: Option<String> = None;
    for run in &mut loaded {
        run.entry.follows_previous = run.predecessor.is_some() && run.predecessor == previous;
        previous = Some(run.entry.manifest_sha256.clone());
    }
    let controls = controls(&loaded, request);
    Ok(Period {
        from: request.from,
        to: request.to,
        cautions: cautions(&loaded),
        runs: loaded.into_iter().map(|run| run.entry).collect(),
        left_out,
        controls,
    })
}

/// A period is about one organization, that of its first run: verdicts on another say nothing of it.
fn one_organization(loaded: &mut Vec<Loaded>, left_out: &mut Vec<String>) {
    let Some(organization) = loaded.iter().find_map(|run| run.assessment.run.organization.clone()) else { return };
    loaded.retain(|run| match &run.assessment.run.organization {
        Some(other) if *other != organization => {
            left_out.push(format!("{}: is of organization {other}, not {organization}", run.entry.bundle.display()));
            false
        }
        _ => true,
    });
}

fn cautions(loaded: &[Loaded]) -> Vec<String> {
    let mut cautions: Vec<String> = Vec::new();
    for run in loaded {
        let looked = run.assessment.run.target.caution();
        let short = run.missing.first().map(|what| format!("run {} was not complete: {what}", run.entry.run));
        for caution in looked.into_iter().chain(short) {
            if !cautions.contains(&caution) {
                cautions.push(caution);
            }
        }
    }
    cautions
}

fn load(place: &Path, request: &Request) -> Result<Option<Loaded>, String> {
    let first_line = |error: String| error.lines().next().unwrap_or_default().to_owned();
    let (manifest, digest) = manifest::read(place).map_err(|error| first_line(error.to_string()))?;
    if manifest.run.as_of < request.from || manifest.run.as_of >= request.to {
        return Ok(None);
    }
    if matches!(manifest.run.target, Target::Planned { .. }) {
        return Err("is the prediction of a plan, not a run".to_owned());
    }
    if matches!(manifest.run.target, Target::Share { .. }) {
        return Err("is a share of a run: `logproof merge` makes the run of its shares".to_owned());
    }
    let verification = verify::verify(place, verify::Known { key: request.key.as_ref(), ..verify::Known::default() })
        .map_err(|error| first_line(error.to_string()))?;
    if let Some(problem) = verification.problems.first() {
        return Err(problem.clone());
    }
    let bytes = fs::read(place.join(ASSESSMENT)).map_err(|error| error.to_string())?;
    let assessment: Assessment = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
    Ok(Some(Loaded {
        entry: RunEntry {
            run: manifest.run.id.clone(),
            as_of: manifest.run.as_of,
            bundle: place.to_owned(),
            manifest_sha256: digest,
            sealed_by: verification.sealed_by,
            follows_previous: false,
        },
        assessment,
        predecessor: manifest.predecessor.map(|predecessor| predecessor.manifest_sha256),
        missing: verification.missing,
    }))
}

fn controls(loaded: &[Loaded], request: &Request) -> Vec<ControlPeriod> {
    let mut titles: BTreeMap<&str, &str> = BTreeMap::new();
    for run in loaded {
        for control in &run.assessment.controls {
            titles.insert(&control.id, &control.title);
        }
    }
    let mut titles: Vec<_> = titles.into_iter().collect();
    titles.sort_by_key(|(id, _)| natural_key(id));
    titles.into_iter().map(|(id, title)| control(id, title, loaded, request)).collect()
}

fn control(id: &str, title: &str, loaded: &[Loaded], request: &Request) -> ControlPeriod {
    let mut stretches: Vec<Stretch> = Vec::new();
    let mut gaps = Vec::new();
    let mut covered = request.from;
    for run in loaded {
        let Some(result) = run.assessment.controls.iter().find(|control| control.id == id) else { continue };
        let as_of = run.entry.as_of;
        let reason = result
            .scenarios
            .iter()
            .find(|scenario| scenario.verdict == result.verdict)
            .map(|scenario| scenario.reason.clone())
            .unwrap_or_default();
        if as_of > covered {
            // The first run of the period may come up to one interval after its start.
            let slack = if stretches.is_empty() { request.longest_gap } else { SignedDuration::ZERO };
            if as_of.duration_since(covered) > slack {
                gaps.push(gap(loaded, covered, as_of));
            }
        }
        let until = as_of.checked_add(request.longest_gap).unwrap_or(request.to).min(request.to);
        match stretches.last_mut() {
            Some(last) if last.verdict == result.verdict && last.to >= as_of => {
                last.to = until;
                last.runs += 1;
            }
            last => {
                if let Some(last) = last {
                    last.to = last.to.min(as_of);
                }
                stretches.push(Stretch { from: as_of, to: until, verdict: result.verdict, reason, runs: 1 });
            }
        }
        covered = covered.max(until);
    }
    if covered < request.to {
        gaps.push(gap(loaded, covered, request.to));
    }
    ControlPeriod { id: id.to_owned(), title: title.to_owned(), stretches, gaps }
}

/// A time without evidence for a control: without a run, or with runs that did not look at it.
fn gap(loaded: &[Loaded], from: Timestamp, to: Timestamp) -> Gap {
    let runs = loaded.iter().filter(|run| run.entry.as_of >= from && run.entry.as_of < to).count();
    let why = if runs == 0 { "no run".to_owned() } else { format!("not assessed by the runs of that time ({runs})") };
    Gap { from, to, why }
}

/// Writes the period as CSV: a row per stretch and gap.
///
/// # Errors
/// When `out` cannot be written.
pub(super) fn write_csv(period: &Period, out: &mut dyn Write) -> io::Result<()> {
    let row = |out: &mut dyn Write, cells: &[&str]| {
        let line: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
        write!(out, "{}\r\n", line.join(","))
    };
    row(out, &["control", "title", "from", "to", "state", "runs", "reason"])?;
    for control in &period.controls {
        for stretch in &control.stretches {
            let (from, to, runs) = (stretch.from.to_string(), stretch.to.to_string(), stretch.runs.to_string());
            row(out, &[&control.id, &control.title, &from, &to, stretch.verdict.word(), &runs, &stretch.reason])?;
        }
        for gap in &control.gaps {
            row(
                out,
                &[
                    &control.id,
                    &control.title,
                    &gap.from.to_string(),
                    &gap.to.to_string(),
                    "NO EVIDENCE",
                    "0",
                    &gap.why,
                ],
            )?;
        }
    }
    Ok(())
}
