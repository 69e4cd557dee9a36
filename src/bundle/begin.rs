//! The beginning of a bundle: the request, the configuration, the register and the features of a run, and its recording.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    sync::Arc,
};

use jiff::Timestamp;
use logproof_estate::Config;
use serde::{Deserialize, Serialize};

use super::{
    BundleError,
    cells::Spool,
    folder::{self, Folder},
    manifest,
    recording::Recording,
    tape::{Tape, Use},
};
use crate::{
    catalogue::FeatureSet,
    error::{Unreadable, Unwritable},
    files::{CELLS, CONFIGURATION, EXCHANGES, FEATURES, REGISTER, REQUEST},
    run::register::Loaded,
};

/// What a run was asked, kept from its beginning so that an interrupted run resumes with the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Run id.
    pub id: String,
    /// Start of the run.
    pub started: Timestamp,
    /// The instant that stands for "now".
    pub as_of: Timestamp,
    /// The selection as given.
    pub selection: BTreeMap<String, String>,
}

/// A bundle that has been begun.
pub struct Begun {
    /// Its folder.
    pub folder: Folder,
    /// Its recording.
    pub recording: Arc<Recording>,
    /// What takes the observations that are counted and not listed.
    pub cells: Arc<Spool>,
    /// What the interrupted run already had.
    pub earlier: Option<Arc<Tape>>,
    /// What the interrupted run was asked.
    pub former: Option<Request>,
}

/// Where a bundle is to be, and whether one that was interrupted is to be resumed.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Folder of runs.
    pub reports: &'a Path,
    /// Folder of this run, when it was named.
    pub out: Option<&'a Path>,
    /// Resume the newest interrupted run, or the one at `out`.
    pub resume: bool,
}

impl Place<'_> {
    /// The run id: the name of its folder when it has none of its own.
    #[must_use]
    pub fn id_of(&self, folder: &Folder, started: Timestamp) -> String {
        match self.out {
            Some(_) => folder::run_id(started),
            None => folder.place().file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
        }
    }
}

/// Begins a bundle, or resumes the one an interrupted run left.
///
/// # Errors
/// [`BundleError`].
pub fn begin(asked: Place<'_>, started: Timestamp) -> Result<Begun, BundleError> {
    let Place { reports, out, resume } = asked;
    let out = out.map(Path::to_owned);
    if !resume {
        let place = out.unwrap_or_else(|| reports.join(folder::run_id(started)));
        let folder = Folder::begin(&place)?;
        let recording = open_recording(&folder)?;
        let cells = spool(&folder)?;
        return Ok(Begun { folder, recording, cells, earlier: None, former: None });
    }
    let place = out.or_else(|| folder::interrupted(reports));
    let place = place.ok_or_else(|| BundleError::NothingToResume { path: reports.to_owned() })?;
    let folder = Folder::resume(&place)?;
    if !folder.working().join(REQUEST).is_file() {
        // It ended before it had asked anything.
        return Err(BundleError::NothingToResume { path: place });
    }
    // Opening for append cuts off a torn last line, so that what is read next is whole.
    let recording = open_recording(&folder)?;
    let tape = Tape::open(folder.working(), Use::Resume)?;
    let former = read_request(&folder.working().join(REQUEST))?;
    let cells = spool(&folder)?;
    Ok(Begun { folder, recording, cells, earlier: Some(Arc::new(tape)), former: Some(former) })
}

fn open_recording(folder: &Folder) -> Result<Arc<Recording>, Unwritable> {
    let unwritable = |source| Unwritable { path: folder.working().join(EXCHANGES), source };
    Recording::open(folder.working()).map(Arc::new).map_err(unwritable)
}

fn spool(folder: &Folder) -> Result<Arc<Spool>, Unwritable> {
    let unwritable = |source| Unwritable { path: folder.working().join(CELLS), source };
    Spool::begin(folder.working()).map(Arc::new).map_err(unwritable)
}

/// Reads what a run was asked.
///
/// # Errors
/// [`BundleError::Unreadable`], [`BundleError::Form`].
pub fn read_request(path: &Path) -> Result<Request, BundleError> {
    let text = fs::read_to_string(path).map_err(Unreadable::at(path))?;
    serde_json::from_str(&text).map_err(|problem| BundleError::Form { path: path.to_owned(), problem })
}

/// Writes configuration, register, features and request at the beginning of a run; for a resumed run, which has them,
/// refuses when they differ.
///
/// # Errors
/// [`BundleError`].
pub fn write_request(
    folder: &Folder,
    request: &Request,
    former: Option<&Request>,
    (config, register): (&Config, &Loaded),
    features: &FeatureSet,
) -> Result<(), BundleError> {
    let configuration = pretty(CONFIGURATION, config)?;
    if let Some(former) = former {
        let path = folder.working().join(CONFIGURATION);
        let before = fs::read_to_string(&path).map_err(|source| Unreadable { path, source })?;
        if before != configuration {
            return Err(BundleError::OtherRequest { what: "configuration" });
        }
        if !Loaded::of_bundle(folder.working())?.same_as(register) {
            return Err(BundleError::OtherRequest { what: "register" });
        }
        if former.selection != request.selection {
            return Err(BundleError::OtherRequest { what: "selection" });
        }
        same_features(folder, features)?;
        // What was written at the beginning stays as it is: a run that is killed now can be resumed again.
        return write_features(folder, features);
    }
    let request = pretty(REQUEST, request)?;
    folder.write(CONFIGURATION, |out| out.write_all(configuration.as_bytes()))?;
    for (path, bytes) in register.files() {
        folder.write(&format!("{REGISTER}/{path}"), |out| out.write_all(bytes))?;
    }
    write_features(folder, features)?;
    // Last, and whole or not at all: a run that was killed before has nothing that could be resumed.
    folder.write_at_once(REQUEST, |out| out.write_all(request.as_bytes()))?;
    Ok(())
}

/// Writes the features that are not there.
fn write_features(folder: &Folder, features: &FeatureSet) -> Result<(), BundleError> {
    for file in features.read()? {
        let name = format!("{FEATURES}/{}", file.path);
        if !folder.working().join(&name).exists() {
            folder.write_at_once(&name, |out| out.write_all(&file.bytes))?;
        }
    }
    Ok(())
}

/// JSON that a person can read too.
///
/// # Errors
/// [`BundleError::Json`].
pub(super) fn pretty(what: &'static str, value: &impl Serialize) -> Result<String, BundleError> {
    let text = serde_json::to_string_pretty(value).map_err(|problem| BundleError::Json { what, problem })?;
    Ok(text + "\n")
}

/// The features an interrupted run had written are the ones of this run.
fn same_features(folder: &Folder, features: &FeatureSet) -> Result<(), BundleError> {
    let place = folder.working().join(FEATURES);
    if !place.is_dir() {
        return Ok(());
    }
    let mut before: BTreeSet<String> = manifest::paths(&place)?;
    for file in features.read()? {
        let path = place.join(&file.path);
        let same = !before.remove(&file.path) || fs::read(&path).is_ok_and(|bytes| bytes == file.bytes);
        if !same {
            return Err(BundleError::OtherRequest { what: "feature" });
        }
    }
    if before.is_empty() { Ok(()) } else { Err(BundleError::OtherRequest { what: "set of features" }) }
}
