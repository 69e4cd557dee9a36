//! The beginning of a bundle: the request, the configuration, the register and the features of a run, and its recording.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    sync::Arc,
};

use jiff::Timestamp;
use logproof_estate::{Config, Share};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{
    BundleError,
    cells::Spool,
    folder::{self, Folder},
    manifest::{self, Predecessor},
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
    /// Whether it is the one at which the run began, so that everything was observed after it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub began_then: bool,
    /// The selection as given.
    pub selection: BTreeMap<String, String>,
    /// The share that was examined.
    #[serde(default, skip_serializing_if = "Share::is_whole")]
    pub share: Share,
    /// The bundle whose answers about the organization were taken over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<Predecessor>,
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
    let former = read(&folder.working().join(REQUEST))?;
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

/// Reads a document of a bundle.
///
/// # Errors
/// [`BundleError::Unreadable`], [`BundleError::Form`].
pub(crate) fn read<T: DeserializeOwned>(path: &Path) -> Result<T, BundleError> {
    let text = fs::read(path).map_err(Unreadable::at(path))?;
    serde_json::from_slice(&text).map_err(|problem| BundleError::Form { path: path.to_owned(), problem })
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
        let differs = difference(folder.working(), former, request, (config, register), features)?;
        let other_part = (former.share != request.share).then_some("share");
        let other_first = (former.organization != request.organization).then_some("bundle of the first job");
        if let Some(what) = differs.or(other_part).or(other_first) {
            return Err(BundleError::OtherRequest { what });
        }
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

/// What a run was asked that differs from what another one was, of which `place` holds the files.
///
/// # Errors
/// [`BundleError`] when they cannot be read.
pub fn difference(
    place: &Path,
    other: &Request,
    request: &Request,
    (config, register): (&Config, &Loaded),
    features: &FeatureSet,
) -> Result<Option<&'static str>, BundleError> {
    let path = place.join(CONFIGURATION);
    let before = fs::read_to_string(&path).map_err(|source| Unreadable { path, source })?;
    if before != pretty(CONFIGURATION, config)? {
        return Ok(Some("configuration"));
    }
    if !Loaded::of_bundle(place)?.same_as(register) {
        return Ok(Some("register"));
    }
    if other.selection != request.selection {
        return Ok(Some("selection"));
    }
    other_features(&place.join(FEATURES), features)
}

/// What differs between the features a run had written, if it came so far, and the ones of this run.
fn other_features(place: &Path, features: &FeatureSet) -> Result<Option<&'static str>, BundleError> {
    if !place.is_dir() {
        return Ok(None);
    }
    let mut before: BTreeSet<String> = manifest::paths(place)?;
    for file in features.read()? {
        let path = place.join(&file.path);
        let same = !before.remove(&file.path) || fs::read(&path).is_ok_and(|bytes| bytes == file.bytes);
        if !same {
            return Ok(Some("feature"));
        }
    }
    Ok((!before.is_empty()).then_some("set of features"))
}
