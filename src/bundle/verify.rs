//! Verifies a bundle without credentials: files against the manifest, exchanges against their ids, the seal, the
//! chain, the population. Reads only below the bundle.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use jiff::SignedDuration;
use logproof_estate::{
    ExchangeId,
    assessment::{Assessment, ExchangeLabel},
};
use logproof_wire::CallTag;
use serde::Serialize;

use super::{
    BundleError, cells, chunks,
    keys::PublicKey,
    ledger::Completeness,
    lengths::Lengths,
    manifest::{self, Manifest, ManifestError},
    seal::{self, Envelope},
    tape::{self, TapeError},
    timestamp::{self, Anchors, LARGEST_ANSWER, Stamp},
};
use crate::files::{ASSESSMENT, EXCHANGES, MANIFEST, RECORDING, SEAL, TIMESTAMP_TOKEN, UNLISTED};

/// How far the clocks of a run and of a time-stamp authority may differ.
const SKEW: SignedDuration = SignedDuration::from_mins(10);

/// What verification found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// Run id of the bundle.
    pub run: String,
    /// SHA-256 of the manifest.
    pub manifest_sha256: String,
    /// Files checked.
    pub files: usize,
    /// Exchanges checked.
    pub exchanges: usize,
    /// Whether there is a seal, good or not.
    pub has_seal: bool,
    /// Key that sealed it; `None` when the bundle is not sealed, or its seal does not hold.
    pub sealed_by: Option<String>,
    /// Whether the sealing key was the one the reader named.
    pub key_was_given: bool,
    /// Run that it says it follows.
    pub follows: Option<String>,
    /// Whether the bundle of that run was the one the reader named.
    pub predecessor_was_given: bool,
    /// The time stamp, when there is one that holds.
    pub stamp: Option<Stamp>,
    /// Everything that is wrong, the first file first. Empty means the bundle is as it was made.
    pub problems: Vec<String>,
    /// What the run was expected to examine and did not: the bundle is as it was made, but the run was not complete.
    pub missing: Vec<String>,
}

impl Verification {
    /// Whether the bundle is as it was made and the run examined all that was expected.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.problems.is_empty() && self.missing.is_empty()
    }
}

/// What a reader knows that the bundle must agree with.
#[derive(Debug, Clone, Copy, Default)]
pub struct Known<'a> {
    /// Key it must be sealed with.
    pub key: Option<&'a PublicKey>,
    /// Certificates of which one must certify its time stamp.
    pub authorities: Option<&'a Anchors>,
    /// Bundle it must follow.
    pub predecessor: Option<&'a Path>,
}

/// Verifies a bundle, and refuses one that is not as it was made.
///
/// # Errors
/// [`BundleError::Changed`] with the first problem, and as [`verify`].
pub fn verified(bundle: &Path, known: Known<'_>) -> Result<Verification, BundleError> {
    let verification = verify(bundle, known)?;
    match verification.problems.first().cloned() {
        Some(problem) => Err(BundleError::Changed { path: bundle.to_owned(), problem }),
        None => Ok(verification),
    }
}

/// Refuses a file of a bundle that is not as its manifest lists it.
///
/// # Errors
/// [`BundleError::Changed`], or that it cannot be read.
pub fn as_listed(bundle: &Path, manifest: &Manifest, name: &str) -> Result<(), BundleError> {
    let problem = match manifest.files.iter().find(|file| file.path == name) {
        Some(file) => file.change(bundle)?,
        None => Some(format!("{name}: not listed in the manifest")),
    };
    match problem {
        Some(problem) => Err(BundleError::Changed { path: bundle.to_owned(), problem }),
        None => Ok(()),
    }
}

/// Verifies a bundle against itself and what the reader knows.
///
/// # Errors
/// [`ManifestError`] when there is no manifest to verify against, or the bundle holds something that is no plain file.
pub fn verify(bundle: &Path, known: Known<'_>) -> Result<Verification, ManifestError> {
    let Known { key, authorities, predecessor } = known;
    let (manifest, digest) = manifest::read(bundle)?;
    let mut problems = Vec::new();
    compare_files(bundle, &manifest, &mut problems)?;
    let assessment = read_assessment(bundle, &mut problems);
    let exchanges = check_exchanges(bundle, &manifest, assessment.as_ref(), &mut problems);
    if let Some(assessment) = &assessment {
        check_population(assessment, &manifest, &mut problems);
    }
    let missing = manifest.population.missing.clone();
    let sealed_by = check_seal(bundle, &digest, key, &mut problems);
    let stamp = check_stamp(bundle, &manifest, &digest, authorities, &mut problems);
    if let Some(predecessor) = predecessor {
        check_chain(predecessor, &manifest, &mut problems)?;
    }
    Ok(Verification {
        run: manifest.run.id,
        manifest_sha256: digest,
        files: manifest.files.len(),
        exchanges,
        has_seal: bundle.join(SEAL).exists(),
        sealed_by,
        key_was_given: key.is_some(),
        follows: manifest.predecessor.map(|predecessor| predecessor.run),
        predecessor_was_given: predecessor.is_some(),
        stamp,
        problems,
        missing,
    })
}

fn compare_files(bundle: &Path, manifest: &Manifest, problems: &mut Vec<String>) -> Result<(), ManifestError> {
    let present = manifest::paths(bundle)?;
    let listed: BTreeSet<&str> = manifest.files.iter().map(|file| file.path.as_str()).collect();
    if listed.len() != manifest.files.len() {
        problems.push(format!("{MANIFEST}: a file is listed twice"));
    }
    for file in &manifest.files {
        if !present.contains(&file.path) {
            problems.push(format!("{}: removed", file.path));
            continue;
        }
        problems.extend(file.change(bundle)?);
    }
    for path in &present {
        if !listed.contains(path.as_str()) && !UNLISTED.contains(&path.as_str()) {
            problems.push(format!("{path}: added"));
        }
    }
    let recording = [EXCHANGES.to_owned(), chunks::name(RECORDING, 1, true)];
    for needed in [&[ASSESSMENT.to_owned()][..], &recording] {
        if !needed.iter().any(|name| listed.contains(name.as_str())) {
            problems.push(format!("{}: not listed in the manifest", needed.first().map_or("", String::as_str)));
        }
    }
    Ok(())
}

/// Every exchange is what its id says, their number is the claimed one, and those that the assessment and the list of
/// accounts rest on are there.
fn check_exchanges(
    bundle: &Path,
    manifest: &Manifest,
    assessment: Option<&Assessment>,
    problems: &mut Vec<String>,
) -> usize {
    let mut wanted = assessment.map(rested_on).unwrap_or_default();
    wanted.extend(manifest.population.account_list.iter().map(|id| (id.clone(), "the list of accounts")));
    let mut numbered: BTreeMap<u64, (&ExchangeId, &ExchangeLabel)> =
        assessment.iter().flat_map(|a| &a.exchanges).map(|(id, label)| (label.line, (id, label))).collect();
    let (mut count, mut held) = (0, cells::Held::default());
    let mut lengths = Lengths::of(bundle).unwrap_or_default();
    let has_cells = assessment.is_some_and(cells::are_counted);
    let read = tape::each_line(bundle, |line, place| {
        count += 1;
        lengths.count(place);
        wanted.remove(&line.id);
        if has_cells {
            held.add(&line.id);
        }
        if numbered.get(&count).is_some_and(|(id, label)| **id == line.id && describes(label, &line.exchange.tag)) {
            numbered.remove(&count);
        }
    });
    match read {
        Err(TapeError::Line { path, line, problem }) => {
            let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            problems.push(format!("{file} line {line}: {problem}"));
        }
        // A recording that is not there was named as removed.
        Err(TapeError::Io { .. }) => {}
        Ok(()) if count != manifest.exchanges => {
            problems.push(format!("{EXCHANGES}: holds {count} exchanges, the manifest says {}", manifest.exchanges));
        }
        Ok(()) => {
            let lacking = |(id, what)| format!("{EXCHANGES}: lacks exchange {id}, on which {what} rests");
            problems.extend(wanted.into_iter().map(lacking));
            problems.extend(lengths.differ_from_what_is_said(bundle));
            if let Some((number, (id, _))) = numbered.into_iter().next() {
                problems.push(format!("{ASSESSMENT}: exchange {number} is not {id} as it describes it"));
            }
            problems.extend(assessment.into_iter().flat_map(|assessment| cells::problems(bundle, assessment, &held)));
        }
    }
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// Whether a label of the assessment says of an exchange what the recording says.
fn describes(label: &ExchangeLabel, tag: &CallTag) -> bool {
    label.operation == format!("{}:{}", tag.service, tag.operation)
        && label.account == tag.account
        && label.region == tag.region
}

/// The exchanges an assessment rests on, each with the control that does.
fn rested_on(assessment: &Assessment) -> BTreeMap<ExchangeId, &str> {
    let mut ids = BTreeMap::new();
    for control in &assessment.controls {
        for record in control.scenarios.iter().map(|scenario| &scenario.record) {
            ids.extend(record.exchanges().map(|id| (id.clone(), control.id.as_str())));
        }
    }
    ids
}

fn read_assessment(bundle: &Path, problems: &mut Vec<String>) -> Option<Assessment> {
    let parsed = manifest::read_bounded(&bundle.join(ASSESSMENT))
        .map_err(|error| error.to_string())
        .and_then(|bytes| serde_json::from_slice::<Assessment>(&bytes).map_err(|error| error.to_string()));
    parsed.map_err(|error| problems.push(format!("{ASSESSMENT}: cannot be read: {error}"))).ok()
}

/// The assessment and the manifest must name the same run and the same population.
fn check_population(assessment: &Assessment, manifest: &Manifest, problems: &mut Vec<String>) {
    if assessment.run.id != manifest.run.id {
        problems
            .push(format!("{MANIFEST}: is of run {}, the assessment of run {}", manifest.run.id, assessment.run.id));
    } else if assessment.run != manifest.run {
        problems.push(format!("{MANIFEST}: does not describe the run as {ASSESSMENT} does"));
    }
    if Completeness::of(assessment, &manifest.population.selected) != manifest.population {
        problems.push(format!("{MANIFEST}: its population is not the one of {ASSESSMENT}"));
    }
}

fn check_seal(bundle: &Path, digest: &str, key: Option<&PublicKey>, problems: &mut Vec<String>) -> Option<String> {
    let path = bundle.join(SEAL);
    if !path.exists() {
        if key.is_some() {
            problems.push(format!("{SEAL}: missing, but a key was given"));
        }
        return None;
    }
    let envelope = manifest::read_bounded(&path)
        .map_err(|error| error.to_string())
        .and_then(|bytes| serde_json::from_slice::<Envelope>(&bytes).map_err(|error| error.to_string()));
    match envelope {
        Err(error) => problems.push(format!("{SEAL}: cannot be read: {error}")),
        Ok(envelope) => match seal::open(&envelope, key) {
            Err(error) => problems.push(format!("{SEAL}: {}", error.to_string().lines().next().unwrap_or_default())),
            Ok(sealed) if sealed.manifest_sha256 != digest => {
                problems.push(format!("{MANIFEST}: is not the manifest that was sealed"));
            }
            Ok(sealed) => return Some(sealed.key_id),
        },
    }
    None
}

/// A stamp that is there must hold; one that was asked for, or can be checked, must be there.
fn check_stamp(
    bundle: &Path,
    manifest: &Manifest,
    digest: &str,
    authorities: Option<&Anchors>,
    problems: &mut Vec<String>,
) -> Option<Stamp> {
    let path = bundle.join(TIMESTAMP_TOKEN);
    if !path.exists() {
        if authorities.is_some() || manifest.parameters.contains_key("timestamp") {
            problems.push(format!(
                "{TIMESTAMP_TOKEN}: missing, though the run asked for a time stamp or a certificate was given"
            ));
        }
        return None;
    }
    let mut sha256 = [0; 32];
    let checked = hex::decode_to_slice(digest, &mut sha256)
        .map_err(|error| error.to_string())
        .and_then(|()| fs::metadata(&path).map_err(|error| error.to_string()))
        .and_then(|found| if found.len() > LARGEST_ANSWER as u64 { Err("is too large".to_owned()) } else { Ok(()) })
        .and_then(|()| fs::read(&path).map_err(|error| error.to_string()))
        .and_then(|bytes| timestamp::check(&bytes, &sha256, authorities).map_err(|error| error.to_string()));
    match checked {
        Err(why) => {
            problems.push(format!("{TIMESTAMP_TOKEN}: {why}"));
            None
        }
        Ok(stamp) if stamp.at < manifest.run.started.saturating_sub(SKEW).unwrap_or(manifest.run.started) => {
            problems.push(format!("{TIMESTAMP_TOKEN}: is of {}, before the run began by its own clock", stamp.at));
            None
        }
        Ok(stamp) => Some(stamp),
    }
}

fn check_chain(predecessor: &Path, manifest: &Manifest, problems: &mut Vec<String>) -> Result<(), ManifestError> {
    let (before, digest) = manifest::read(predecessor)?;
    match &manifest.predecessor {
        Some(named) if named.manifest_sha256 == digest && named.run == before.run.id => {}
        Some(named) if named.run == before.run.id => {
            problems.push(format!("{MANIFEST}: follows run {}, whose manifest is not the one given", named.run));
        }
        Some(named) => problems.push(format!("{MANIFEST}: follows run {}, not run {}", named.run, before.run.id)),
        None => problems.push(format!("{MANIFEST}: names no predecessor")),
    }
    Ok(())
}
