//! Replays a bundle: a bundle's own features on its own exchanges with its own as-of date, offline.
//!
//! Verdicts, records and reports are compared with the bundle's own. What only the clock knows (start, end, durations)
//! is taken from the original, so that reports of the same version are the same to the byte.

use std::{fs, path::Path, sync::Arc};

use logproof_aws::Options;
use logproof_estate::{
    Estate,
    assessment::{Assessment, ControlResult, Target, Tool},
};

use super::{
    BundleError,
    begin::Request,
    laid::{Edits, Keeper},
    manifest,
    playback::Playback,
    sealing,
};
use crate::{
    catalogue::{Control, FeatureSet, lint, vocabulary::Vocabulary},
    files::FEATURES,
    report::Format,
    run::{
        assess::{self, Setting},
        planned::{Ground, make_presentable},
        selection::{Selection, SelectionError},
        share,
    },
};

/// What a replay found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Controls replayed.
    pub controls: usize,
    /// Exchanges of the bundle.
    pub exchanges: usize,
    /// What differs, one line each.
    pub differences: Vec<String>,
    /// Who made the bundle, where that may be why something differs.
    pub cause: Option<String>,
    /// Reports that are the same to the byte.
    pub same_reports: usize,
}

/// Replays a bundle.
///
/// # Errors
/// [`BundleError`]: the bundle does not verify or cannot be read.
pub async fn replay(place: &Path) -> Result<Outcome, BundleError> {
    let playback = Playback::open(place, Options::default())?;
    let Playback { original, request, .. } = &playback;
    let estate = Estate::new(Arc::clone(&playback.config), playback.source(), request.as_of);
    let estate = estate
        .with_register(Arc::clone(&playback.register.register))
        .with_share(request.share)
        .began_then(request.began_then)
        .asking_on(assess::on_this_runtime());
    let estate = Arc::new(estate);
    let vocabulary = Vocabulary::registered();
    let selected = share::to_run(request.share, controls(place, request, &original.tool, &vocabulary)?, &vocabulary);
    let setting = Setting {
        id: original.run.id.clone(),
        target: original.run.target.clone(),
        started: request.started,
        selection: request.selection.clone(),
    };
    let replayed = if matches!(original.run.target, Target::Planned { .. }) {
        let edits = Edits::of_bundle(place)?.ok_or_else(|| BundleError::NoEdits { path: place.to_owned() })?;
        planned(&estate, &selected, &vocabulary, edits, &setting).await
    } else {
        let calls = || playback.aws().calls();
        assess::assess(&selected, &vocabulary, &estate, &calls, setting, std::future::pending(), || ()).await
    };
    let tool = replayed.tool.clone();
    let mut outcome = compare(place, original, replayed, playback.exchanges);
    let (manifest, _) = manifest::read(place)?;
    let same_binary = manifest.binary_sha256.is_some() && manifest.binary_sha256 == sealing::binary_digest();
    outcome.cause = cause(&original.tool, &tool, same_binary, outcome.differences.is_empty());
    Ok(outcome)
}

/// The prediction of a plan, made again from its edits.
async fn planned(
    estate: &Arc<Estate>,
    controls: &[Control],
    vocabulary: &Vocabulary,
    Edits { edits, symbols }: Edits,
    setting: &Setting,
) -> Assessment {
    let ground = Ground { estate, keep: Arc::new(Keeper::default()), controls, vocabulary };
    let mut planned = ground.plan(&edits.into(), setting).await;
    make_presentable(&mut planned.assessment, &planned.laid, &symbols);
    planned.assessment
}

/// Why a replay may differ: another version may judge differently, the same program may not.
fn cause(made: &Tool, now: &Tool, same_binary: bool, identical: bool) -> Option<String> {
    if made != now {
        return Some(format!("made by {made}, replayed by {now}: another version may judge differently"));
    }
    match (identical, same_binary) {
        (true, _) => None,
        (false, true) => Some(
            "made and replayed by the same program: what differs does not follow from the recording; report this as a defect"
                .to_owned(),
        ),
        (false, false) => Some(format!("made by another build of {made}: it may judge differently")),
    }
}

/// The controls of a bundle that its run was asked for.
///
/// # Errors
/// [`BundleError`] when this program does not have the steps they are written in.
pub(crate) fn controls(
    place: &Path,
    request: &Request,
    made: &Tool,
    vocabulary: &Vocabulary,
) -> Result<Vec<Control>, BundleError> {
    let linted = lint::examine(&FeatureSet::of(Some(&place.join(FEATURES))).read()?, vocabulary);
    if let Some(problem) = linted.problems.first() {
        let problem = format!("{}:{}: {}", problem.file, problem.line, problem.problem);
        return Err(unusable(made, vocabulary, problem));
    }
    Ok(select(linted.controls, request)?)
}

/// Why the features of a bundle cannot be run: steps of an owner that this program was built without, or another version.
fn unusable(made: &Tool, vocabulary: &Vocabulary, problem: String) -> BundleError {
    let there = vocabulary.crates();
    let missing: Vec<String> = made
        .steps
        .iter()
        .filter(|steps| there.iter().all(|there| there.name() != steps.name))
        .map(|steps| format!("`{steps}`"))
        .collect();
    match missing.is_empty() {
        true => BundleError::Features { problem },
        false => BundleError::StepsMissing { crates: missing.join(", "), problem },
    }
}

fn select(controls: Vec<Control>, request: &Request) -> Result<Vec<Control>, SelectionError> {
    let ids: Vec<String> = request
        .selection
        .get("controls")
        .map(|ids| ids.split_whitespace().map(str::to_owned).collect())
        .unwrap_or_default();
    Selection::new(request.selection.get("tags").map(String::as_str), &ids)?.apply(controls)
}

fn compare(place: &Path, original: &Assessment, mut replayed: Assessment, exchanges: usize) -> Outcome {
    take_over_the_clock(original, &mut replayed);
    let mut differences = Vec::new();
    for control in &original.controls {
        match replayed.controls.iter().find(|other| other.id == control.id) {
            None => differences.push(format!("{}: not replayed", control.id)),
            Some(other) => differences.extend(difference(control, other)),
        }
    }
    for control in replayed.controls.iter().filter(|c| !original.controls.iter().any(|o| o.id == c.id)) {
        differences.push(format!("{}: not in the bundle", control.id));
    }
    if original.register != replayed.register {
        differences.push("register: other findings on waivers and attestations".to_owned());
    }
    let same_version = original.tool == replayed.tool;
    let mut same_reports = 0;
    for (format, name) in Format::ALL {
        let mut made = Vec::new();
        let same =
            format.write(&replayed, &mut made).is_ok() && fs::read(place.join(name)).is_ok_and(|was| was == made);
        if same {
            same_reports += 1;
        } else if same_version && differences.is_empty() {
            differences.push(format!("{name}: the report made from the replay is not the same to the byte"));
        }
    }
    Outcome { controls: replayed.controls.len(), exchanges, differences, cause: None, same_reports }
}

/// Start, end, durations and counts of calls belong to the run, not to its re-performance.
fn take_over_the_clock(original: &Assessment, replayed: &mut Assessment) {
    replayed.run = original.run.clone();
    // Of the form that the bundle has: an older one says the same of what it can say.
    replayed.schema.clone_from(&original.schema);
    replayed.exchanges.clone_from(&original.exchanges);
    for control in &mut replayed.controls {
        let Some(before) = original.controls.iter().find(|other| other.id == control.id) else { continue };
        for scenario in &mut control.scenarios {
            if let Some(before) = before.scenarios.iter().find(|other| other.name == scenario.name) {
                scenario.started = before.started;
                scenario.duration_ms = before.duration_ms;
            }
        }
    }
}

fn difference(original: &ControlResult, replayed: &ControlResult) -> Vec<String> {
    if original == replayed {
        return Vec::new();
    }
    let mut lines = Vec::new();
    for scenario in &original.scenarios {
        match replayed.scenarios.iter().find(|other| other.name == scenario.name) {
            None => lines.push(format!("{} {}: not replayed", original.id, scenario.name)),
            Some(other) if other.verdict != scenario.verdict || other.reason != scenario.reason => lines.push(format!(
                "{} {}: was {} ({}), is {} ({})",
                original.id,
                scenario.name,
                scenario.verdict.word(),
                scenario.reason,
                other.verdict.word(),
                other.reason
            )),
            Some(other) if other != scenario => {
                lines.push(format!("{} {}: same verdict, other observations", original.id, scenario.name));
            }
            Some(_) => {}
        }
    }
    if lines.is_empty() {
        lines.push(format!("{}: the control's text differs", original.id));
    }
    lines
}
