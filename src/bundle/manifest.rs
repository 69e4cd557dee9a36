//! `manifest.json`: every file of a bundle with its digest, and what the run was.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::{self, Read},
    path::{Component, Path, PathBuf},
};

use logproof_digest::{Hasher, sha256_hex};
use logproof_estate::{
    Share,
    assessment::{Run, Tool},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::ledger::Completeness;
use crate::files::{MANIFEST, UNLISTED};

/// Version of the manifest's form.
pub const SCHEMA: &str = "logproof/manifest/2";
/// Versions that are read. In the first, packed recordings have the ids of their exchanges, and cells name them.
const SCHEMAS: [&str; 2] = [SCHEMA, "logproof/manifest/1"];

/// The largest file of a bundle that is read into memory (manifest, seal, assessment).
pub const LARGEST_IN_MEMORY: u64 = 256 * 1024 * 1024;

/// What a bundle holds and what run made it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`SCHEMA`], or an older one.
    pub schema: String,
    /// The tool that made it.
    pub tool: Tool,
    /// SHA-256 of the tool's binary.
    pub binary_sha256: Option<String>,
    /// The run: id, target, caller, times, as-of instant, selection.
    pub run: Run,
    /// How the run was asked for, by option.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
    /// How much was expected and examined.
    pub population: Completeness,
    /// Bundle this one follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predecessor: Option<Predecessor>,
    /// Bundle whose answers about the organization this share of a run took over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<Predecessor>,
    /// Bundles this one was merged from: what is about the organization, then each share of the accounts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// Exchanges recorded.
    pub exchanges: u64,
    /// Exchanges taken over from an interrupted run.
    #[serde(default)]
    pub resumed_exchanges: u64,
    /// Every file of the bundle but the manifest, the seal and the time-stamp token, by path.
    pub files: Vec<FileEntry>,
}

/// The bundle before this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Predecessor {
    /// Its run id.
    pub run: String,
    /// SHA-256 of its manifest.
    pub manifest_sha256: String,
}

/// A bundle that was merged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// What of the run it examined.
    pub share: Share,
    /// Its run id.
    pub run: String,
    /// SHA-256 of its manifest.
    pub manifest_sha256: String,
    /// Key that sealed it, when it is sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed_by: Option<String>,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Path below the bundle, with `/`.
    pub path: String,
    /// Length in bytes.
    pub bytes: u64,
    /// SHA-256 of the content.
    pub sha256: String,
}

impl FileEntry {
    /// What is not as the manifest says of the file, in one line.
    ///
    /// # Errors
    /// [`ManifestError::Io`].
    pub fn change(&self, bundle: &Path) -> Result<Option<String>, ManifestError> {
        let path = bundle.join(&self.path);
        let length = fs::metadata(&path).map_err(|source| ManifestError::Io { path: path.clone(), source })?.len();
        // The length is compared first: a file is read only when it has the length the manifest claims.
        if length != self.bytes {
            return Ok(Some(format!(
                "{}: changed (it has {length} bytes, the manifest says {})",
                self.path, self.bytes
            )));
        }
        let (sha256, _) = sha256_of_file(&path)?;
        Ok((sha256 != self.sha256).then(|| format!("{}: changed", self.path)))
    }
}

/// A file of a bundle that is not as it should be.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// Reading failed.
    #[error("cannot read `{path}`: {source}\nhint: check that the bundle is complete and readable")]
    Io {
        /// The file.
        path: PathBuf,
        /// Cause.
        source: io::Error,
    },
    /// A path that leaves the bundle, or is no plain file.
    #[error("`{path}` {problem}\nhint: a bundle holds plain files only; do not use this one")]
    Unsafe {
        /// The path.
        path: String,
        /// What is wrong.
        problem: &'static str,
    },
    /// The manifest cannot be understood.
    #[error("`{path}` is not a manifest this version reads: {problem}\nhint: use the version of the tool that made it")]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
}

/// Reads a manifest.
///
/// # Errors
/// [`ManifestError`].
pub fn read(bundle: &Path) -> Result<(Manifest, String), ManifestError> {
    let path = bundle.join(MANIFEST);
    plain_file(&path, MANIFEST)?;
    let bytes = read_bounded(&path).map_err(|source| ManifestError::Io { path: path.clone(), source })?;
    let manifest: Manifest = serde_json::from_slice(&bytes)
        .map_err(|error| ManifestError::Manifest { path: path.clone(), problem: error.to_string() })?;
    if !SCHEMAS.contains(&manifest.schema.as_str()) {
        return Err(ManifestError::Manifest { path, problem: format!("schema `{}`", manifest.schema) });
    }
    for entry in &manifest.files {
        safe(&entry.path)?;
    }
    Ok((manifest, sha256_hex(&bytes)))
}

/// A path of the bundle is relative, without `..`, and not one of the files that cannot list themselves.
///
/// # Errors
/// [`ManifestError::Unsafe`].
pub fn safe(path: &str) -> Result<(), ManifestError> {
    let refuse = |problem| Err(ManifestError::Unsafe { path: path.to_owned(), problem });
    if path.is_empty() || path.contains('\\') || path.contains('\0') {
        return refuse("is not a path below the bundle");
    }
    if !Path::new(path).components().all(|part| matches!(part, Component::Normal(_))) {
        return refuse("leaves the bundle");
    }
    if UNLISTED.contains(&path) {
        return refuse("must not be listed in the manifest");
    }
    Ok(())
}

/// A document that a bundle may have; `None` when it does not.
///
/// # Errors
/// What is wrong with it, in one line that names it.
pub(super) fn optional<T: DeserializeOwned>(bundle: &Path, name: &str) -> Result<Option<T>, String> {
    match read_bounded(&bundle.join(name)) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|error| format!("{name}: {error}")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("{name}: {error}")),
    }
}

/// Reads a file that has a sane length; a longer one is refused before it is read.
///
/// # Errors
/// When it cannot be read, or is longer than [`LARGEST_IN_MEMORY`].
pub fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    if length > LARGEST_IN_MEMORY {
        let why = format!("it has {length} bytes, more than {LARGEST_IN_MEMORY}");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, why));
    }
    let mut bytes = Vec::new();
    // A file that grows while it is read ends here as well.
    file.take(LARGEST_IN_MEMORY).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn plain_file(path: &Path, name: &str) -> Result<(), ManifestError> {
    let metadata = fs::symlink_metadata(path).map_err(|source| ManifestError::Io { path: path.to_owned(), source })?;
    if metadata.file_type().is_file() {
        Ok(())
    } else {
        Err(ManifestError::Unsafe { path: name.to_owned(), problem: "is not a plain file" })
    }
}

/// Every plain file below the bundle, by path with `/`, sorted; a link or special file is refused.
///
/// # Errors
/// [`ManifestError`].
pub fn paths(bundle: &Path) -> Result<BTreeSet<String>, ManifestError> {
    let mut found = BTreeSet::new();
    let mut folders = vec![bundle.to_owned()];
    while let Some(folder) = folders.pop() {
        let io_error = |source| ManifestError::Io { path: folder.clone(), source };
        for entry in fs::read_dir(&folder).map_err(io_error)? {
            let path = entry.map_err(io_error)?.path();
            let name = path.strip_prefix(bundle).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            let kind = fs::symlink_metadata(&path).map_err(io_error)?.file_type();
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() {
                found.insert(name);
            } else {
                return Err(ManifestError::Unsafe { path: name, problem: "is not a plain file" });
            }
        }
    }
    Ok(found)
}

/// The entries of every file below the bundle that belongs into a manifest.
///
/// # Errors
/// [`ManifestError`].
pub fn entries(bundle: &Path) -> Result<Vec<FileEntry>, ManifestError> {
    let mut entries = Vec::new();
    for path in paths(bundle)? {
        if UNLISTED.contains(&path.as_str()) {
            continue;
        }
        let (sha256, bytes) = sha256_of_file(&bundle.join(&path))?;
        entries.push(FileEntry { path, bytes, sha256 });
    }
    Ok(entries)
}

/// Digest and length of a file, read in blocks.
///
/// # Errors
/// [`ManifestError::Io`].
pub fn sha256_of_file(path: &Path) -> Result<(String, u64), ManifestError> {
    let io_error = |source| ManifestError::Io { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(io_error)?;
    let mut hasher = Hasher::new();
    let mut block = vec![0_u8; 64 * 1024];
    let mut length = 0_u64;
    loop {
        let read = file.read(&mut block).map_err(io_error)?;
        if read == 0 {
            return Ok((hasher.finish().to_string(), length));
        }
        hasher.update(block.get(..read).unwrap_or_default());
        length += read as u64;
    }
}
