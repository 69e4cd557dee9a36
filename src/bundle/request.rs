//! The bundle of a run as the application fills it: request, features, configuration, recording, reports.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::Path,
    sync::Arc,
};

use jiff::Timestamp;
use logproof_estate::assessment::Assessment;
use serde::{Deserialize, Serialize};

use crate::{
    bundle::{
        CONFIGURATION, EXCHANGES, FEATURES, REQUEST,
        folder::{self, Folder},
        manifest,
        recording::Recording,
        tape::{Tape, Use},
    },
    catalogue::FeatureSet,
    cli::{CheckArgs, FeatureArgs},
    error::Error,
    report::Format,
    run::{register::Loaded, target::Connected},
};

/// What a run was asked, kept from its beginning so that an interrupted run goes on with the same.
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
    /// What the interrupted run already had.
    pub earlier: Option<Arc<Tape>>,
    /// What the interrupted run was asked.
    pub former: Option<Request>,
}

/// Begins a bundle, or goes on with the one an interrupted run left.
///
/// # Errors
/// [`Error`].
pub fn begin(args: &CheckArgs, reports: &str, started: Timestamp) -> Result<Begun, Error> {
    let reports = Path::new(reports);
    if !args.resume {
        let place = args.out.clone().unwrap_or_else(|| reports.join(folder::run_id(started)));
        let folder = Folder::begin(&place)?;
        let recording = open_recording(&folder)?;
        return Ok(Begun { folder, recording, earlier: None, former: None });
    }
    let place = args.out.clone().or_else(|| folder::interrupted(reports));
    let place = place.ok_or_else(|| Error::NothingToResume { path: reports.to_owned() })?;
    let folder = Folder::resume(&place)?;
    if !folder.working().join(REQUEST).is_file() {
        // It ended before it had asked anything.
        return Err(Error::NothingToResume { path: place });
    }
    // Opening for append cuts off a torn last line, so that what is read next is whole.
    let recording = open_recording(&folder)?;
    let tape =
        Tape::open(&folder.working().join(EXCHANGES), Use::Resume).map_err(|e| Error::Evidence(e.to_string()))?;
    let former = read_request(&folder.working().join(REQUEST))?;
    Ok(Begun { folder, recording, earlier: Some(Arc::new(tape)), former: Some(former) })
}

fn open_recording(folder: &Folder) -> Result<Arc<Recording>, Error> {
    let path = folder.working().join(EXCHANGES);
    Recording::open(&path).map(Arc::new).map_err(|source| Error::Unwritable { path, source })
}

/// Reads what a run was asked.
///
/// # Errors
/// [`Error::Unreadable`], [`Error::Evidence`].
pub fn read_request(path: &Path) -> Result<Request, Error> {
    let text = fs::read_to_string(path).map_err(|source| Error::Unreadable { path: path.to_owned(), source })?;
    serde_json::from_str(&text).map_err(|error| {
        Error::Evidence(format!(
            "`{}` is not the request of a run: {error}\nhint: use the bundle as it was made",
            path.display()
        ))
    })
}

/// The run id: the name of its folder when it has none of its own.
#[must_use]
pub fn id_of(folder: &Folder, args: &CheckArgs, started: Timestamp) -> String {
    match &args.out {
        Some(_) => folder::run_id(started),
        None => folder.place().file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
    }
}

/// Writes request, configuration and features at the beginning of a run; for a resumed run, refuses when they differ.
///
/// # Errors
/// [`Error`].
pub fn write_request(
    folder: &Folder,
    request: &Request,
    former: Option<&Request>,
    connected: &Connected,
    features: &FeatureArgs,
) -> Result<(), Error> {
    let configuration = pretty(&*connected.config)?;
    if let Some(former) = former {
        let path = folder.working().join(CONFIGURATION);
        let before = fs::read_to_string(&path).map_err(|source| Error::Unreadable { path, source })?;
        if before != configuration {
            return Err(Error::OtherRequest { what: "configuration" });
        }
        if !Loaded::of_bundle(folder.working())?.same_as(&connected.register) {
            return Err(Error::OtherRequest { what: "register" });
        }
        if former.selection != request.selection {
            return Err(Error::OtherRequest { what: "selection" });
        }
        same_features(folder, features)?;
    }
    folder.write(REQUEST, |out| out.write_all(pretty(request).map_err(io::Error::other)?.as_bytes()))?;
    folder.write(CONFIGURATION, |out| out.write_all(configuration.as_bytes()))?;
    connected.register.keep(folder)?;
    for file in FeatureSet::of(features.features.as_deref()).read()? {
        folder.write(&format!("{FEATURES}/{}", file.path), |out| out.write_all(&file.bytes))?;
    }
    Ok(())
}

/// The features an interrupted run had written are the ones of this run.
fn same_features(folder: &Folder, features: &FeatureArgs) -> Result<(), Error> {
    let place = folder.working().join(FEATURES);
    if !place.is_dir() {
        return Ok(());
    }
    let mut before: BTreeSet<String> = manifest::paths(&place).map_err(|error| Error::Evidence(error.to_string()))?;
    for file in FeatureSet::of(features.features.as_deref()).read()? {
        let path = place.join(&file.path);
        let same = !before.remove(&file.path) || fs::read(&path).is_ok_and(|bytes| bytes == file.bytes);
        if !same {
            return Err(Error::OtherRequest { what: "feature" });
        }
    }
    if before.is_empty() { Ok(()) } else { Err(Error::OtherRequest { what: "set of features" }) }
}

/// JSON that a person can read too.
///
/// # Errors
/// [`Error::Evidence`].
pub fn pretty(value: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string_pretty(value)
        .map(|text| text + "\n")
        .map_err(|error| Error::Evidence(format!("cannot write as JSON: {error}\nhint: report this as a defect")))
}

/// Writes every report; those that fail are said, the others are there.
#[must_use]
pub fn write_reports(assessment: &Assessment, folder: &Folder) -> Vec<Error> {
    Format::ALL
        .iter()
        .filter_map(|(format, name)| folder.write(name, |out| format.write(assessment, out)).err())
        .collect()
}
