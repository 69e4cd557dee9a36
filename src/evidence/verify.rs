//! Verifies a bundle without credentials: files against the manifest, exchanges against their ids, the seal, the
//! chain, the population. Reads only below the bundle.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{BufRead, BufReader},
    path::Path,
};

use logproof_estate::assessment::Assessment;
use serde::Serialize;

use super::{
    ASSESSMENT, EXCHANGES, MANIFEST, SEAL, TIMESTAMP_TOKEN,
    keys::PublicKey,
    manifest::{self, BundleError, Completeness, Manifest},
    seal::{self, Envelope},
    tape,
};

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
    /// Key that sealed it; `None` when the bundle is not sealed.
    pub sealed_by: Option<String>,
    /// Whether the sealing key was the one the reader named.
    pub key_was_given: bool,
    /// Everything that is wrong, the first file first. Empty means the bundle is as it was made.
    pub problems: Vec<String>,
}

impl Verification {
    /// Whether the bundle is as it was made.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.problems.is_empty()
    }
}

/// Verifies a bundle; with `predecessor`, also that it follows that bundle.
///
/// # Errors
/// [`BundleError`] when there is no manifest to verify against, or the bundle holds something that is no plain file.
pub fn verify(bundle: &Path, key: Option<&PublicKey>, predecessor: Option<&Path>) -> Result<Verification, BundleError> {
    let (manifest, digest) = manifest::read(bundle)?;
    let mut problems = Vec::new();
    compare_files(bundle, &manifest, &mut problems)?;
    let exchanges = check_exchanges(bundle, &manifest, &mut problems);
    check_population(bundle, &manifest, &mut problems);
    let sealed_by = check_seal(bundle, &digest, key, &mut problems);
    if let Some(predecessor) = predecessor {
        check_chain(predecessor, &manifest, &mut problems)?;
    }
    Ok(Verification {
        run: manifest.run.id,
        manifest_sha256: digest,
        files: manifest.files.len(),
        exchanges,
        sealed_by,
        key_was_given: key.is_some(),
        problems,
    })
}

fn compare_files(bundle: &Path, manifest: &Manifest, problems: &mut Vec<String>) -> Result<(), BundleError> {
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
        let path = bundle.join(&file.path);
        let length = fs::metadata(&path).map_err(|source| BundleError::Io { path: path.clone(), source })?.len();
        // The length is compared first: a file is read only when it has the length the manifest claims.
        if length != file.bytes {
            problems.push(format!("{}: changed (it has {length} bytes, the manifest says {})", file.path, file.bytes));
            continue;
        }
        let (sha256, _) = manifest::sha256_of_file(&path)?;
        if sha256 != file.sha256 {
            problems.push(format!("{}: changed", file.path));
        }
    }
    for path in &present {
        if !listed.contains(path.as_str()) && ![MANIFEST, SEAL, TIMESTAMP_TOKEN].contains(&path.as_str()) {
            problems.push(format!("{path}: added"));
        }
    }
    for needed in [ASSESSMENT, EXCHANGES] {
        if !listed.contains(needed) {
            problems.push(format!("{needed}: not listed in the manifest"));
        }
    }
    Ok(())
}

fn check_exchanges(bundle: &Path, manifest: &Manifest, problems: &mut Vec<String>) -> usize {
    let Ok(file) = File::open(bundle.join(EXCHANGES)) else { return 0 };
    let mut count = 0;
    for (index, line) in BufReader::new(file).split(b'\n').enumerate() {
        let checked = line.map_err(|error| error.to_string()).and_then(|text| tape::checked(&text));
        match checked {
            Ok(_) => count += 1,
            Err(problem) => {
                problems.push(format!("{EXCHANGES} line {}: {problem}", index + 1));
                break;
            }
        }
    }
    if problems.is_empty() && count as u64 != manifest.exchanges {
        problems.push(format!("{EXCHANGES}: holds {count} exchanges, the manifest says {}", manifest.exchanges));
    }
    count
}

/// The assessment and the manifest must speak of the same run and the same, complete population.
fn check_population(bundle: &Path, manifest: &Manifest, problems: &mut Vec<String>) {
    let parsed = fs::read(bundle.join(ASSESSMENT))
        .map_err(|error| error.to_string())
        .and_then(|bytes| serde_json::from_slice::<Assessment>(&bytes).map_err(|error| error.to_string()));
    let assessment = match parsed {
        Ok(assessment) => assessment,
        Err(error) => {
            problems.push(format!("{ASSESSMENT}: cannot be read: {error}"));
            return;
        }
    };
    if assessment.run.id != manifest.run.id {
        problems
            .push(format!("{MANIFEST}: is of run {}, the assessment of run {}", manifest.run.id, assessment.run.id));
    }
    if Completeness::of(&assessment) != manifest.population {
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
    let envelope = fs::read(&path)
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

fn check_chain(predecessor: &Path, manifest: &Manifest, problems: &mut Vec<String>) -> Result<(), BundleError> {
    let (before, digest) = manifest::read(predecessor)?;
    match &manifest.predecessor {
        Some(named) if named.manifest_sha256 == digest && named.run == before.run.id => {}
        Some(named) => problems.push(format!("{MANIFEST}: follows run {}, not run {}", named.run, before.run.id)),
        None => problems.push(format!("{MANIFEST}: names no predecessor")),
    }
    Ok(())
}
