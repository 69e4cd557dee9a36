//! The register as files: found, read, kept in the bundle of the run and read back from there.
//!
//! What the entries mean is the business of `logproof_estate::register`; this module only knows folders and digests.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use logproof_digest::sha256_hex;
use logproof_estate::{
    Config,
    register::{FILES, Register, RegisterError, texts},
};
use logproof_zone::MockZone;

use crate::{
    error::{CommandError, Unreadable},
    exit::Exit,
    files::REGISTER,
};

/// Findings that are accepted for a time.
const BASELINE: &str = "baseline.toml";

/// Largest evidence file that is kept in a bundle, in bytes.
const LARGEST_EVIDENCE: u64 = 64 * 1024 * 1024;

/// Reads an evidence file by its path; nothing when it is not there.
type EvidenceReader<'a> = &'a dyn Fn(&str) -> Result<Option<Vec<u8>>, LoadError>;

/// A register that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// One of its files cannot be read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// What it holds cannot be used.
    #[error("cannot use the register `{place}`: {source}")]
    Register {
        /// The folder, or where in a zone the register is.
        place: String,
        /// What is wrong; ends with a hint.
        source: RegisterError,
    },
}

impl CommandError for LoadError {
    fn exit(&self) -> Exit {
        Exit::Usage
    }
}

/// A register with the files it was read from.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// What is registered.
    pub register: Arc<Register>,
    /// Every file by its path below the folder, evidence included.
    files: BTreeMap<String, Vec<u8>>,
}

impl Loaded {
    /// The register that belongs to a configuration file: the folder it names, or `register` beside it if there is one.
    ///
    /// # Errors
    /// [`LoadError`].
    pub fn beside(config: &Config, path: &Path) -> Result<Self, LoadError> {
        let home = path.parent().unwrap_or(Path::new(""));
        match &config.register {
            Some(named) => Self::of_folder(&home.join(named)),
            None if home.join(REGISTER).is_dir() => Self::of_folder(&home.join(REGISTER)),
            None => Ok(Self::default()),
        }
    }

    /// The register in a folder.
    ///
    /// # Errors
    /// [`LoadError`].
    pub fn of_folder(folder: &Path) -> Result<Self, LoadError> {
        let files = toml_files(folder)?;
        Self::read(files, &folder.display().to_string(), &|relative| evidence_file(folder, relative))
    }

    /// The register as it would be with another content of one file; the folder need not be there.
    ///
    /// # Errors
    /// [`LoadError`].
    pub fn of_folder_with(folder: &Path, name: &str, content: &[u8]) -> Result<Self, LoadError> {
        let mut files = if folder.exists() { toml_files(folder)? } else { BTreeMap::new() };
        files.insert(name.to_owned(), content.to_vec());
        Self::read(files, &folder.display().to_string(), &|relative| evidence_file(folder, relative))
    }

    /// The register in the description of a landing zone: entries by file name without `.toml`, and `evidence`, texts by
    /// path.
    ///
    /// # Errors
    /// [`LoadError::Register`].
    pub fn of_zone(zone: &MockZone, name: &str) -> Result<Self, LoadError> {
        let mut value = zone.register().clone();
        let evidence = value.as_object_mut().and_then(|entries| entries.remove("evidence")).unwrap_or_default();
        let place = format!("{name}, `register:`");
        let texts = texts(&value).map_err(|source| refuse(&place, source))?;
        let files = texts.into_iter().map(|(file, text)| (file, text.into_bytes())).collect();
        Self::read(files, &place, &|relative| Ok(evidence.get(relative).and_then(|t| t.as_str()).map(|t| t.into())))
    }

    /// The same with this baseline in place of the one it has, if any.
    ///
    /// # Errors
    /// [`LoadError`].
    pub fn with_baseline(mut self, path: &Path) -> Result<Self, LoadError> {
        let unreadable = |source| Unreadable { path: path.to_owned(), source };
        let bytes = fs::read(path).map_err(unreadable)?;
        let shown = path.display().to_string();
        let text = std::str::from_utf8(&bytes).map_err(|error| {
            let problem = format!("it is not UTF-8 after byte {}", error.valid_up_to());
            refuse(&shown, RegisterError::new(BASELINE, "file", problem, "save it as UTF-8 text"))
        })?;
        let read = Register::parse([(BASELINE, text)]).map_err(|source| refuse(&shown, source))?;
        let register = Arc::unwrap_or_clone(self.register);
        self.register = Arc::new(Register { baseline: read.baseline, ..register });
        self.files.insert(BASELINE.to_owned(), bytes);
        Ok(self)
    }

    /// Reads the texts, then the evidence they name.
    fn read(
        mut files: BTreeMap<String, Vec<u8>>,
        place: &str,
        evidence: EvidenceReader<'_>,
    ) -> Result<Self, LoadError> {
        let mut texts = Vec::new();
        for (name, bytes) in &files {
            let text = std::str::from_utf8(bytes).map_err(|error| {
                let problem = format!("it is not UTF-8 after byte {}", error.valid_up_to());
                refuse(place, RegisterError::new(name, "file", problem, "save it as UTF-8 text"))
            })?;
            texts.push((name.as_str(), text));
        }
        let mut register = Register::parse(texts).map_err(|source| refuse(place, source))?;
        for attestation in &register.attestations {
            let path = &attestation.evidence;
            if !files.contains_key(path)
                && let Some(bytes) = evidence(path)?
            {
                files.insert(path.clone(), bytes);
            }
        }
        register.evidence = files
            .iter()
            .filter(|(path, _)| !FILES.contains(&path.as_str()))
            .map(|(path, bytes)| (path.clone(), sha256_hex(bytes)))
            .collect();
        Ok(Self { register: Arc::new(register), files })
    }

    /// Refuses waivers and attestations for controls that do not exist.
    ///
    /// # Errors
    /// [`LoadError::Register`].
    pub fn speaks_of(&self, controls: &[String]) -> Result<(), LoadError> {
        let waivers = self.register.waivers.iter().map(|waiver| ("waivers.toml", "waiver", &waiver.control));
        let attestations = self.register.attestations.iter().map(|a| ("attestations.toml", "attestation", &a.control));
        for (file, entry, control) in waivers.chain(attestations) {
            if !controls.contains(control) {
                let problem = format!("`control` is `{control}`, which is no control");
                let place = format!("{entry} of {control}");
                let hint = "`logproof controls` lists the controls";
                return Err(refuse(REGISTER, RegisterError::new(file, &place, problem, hint)));
            }
        }
        Ok(())
    }

    /// Every file of the register with its path below `REGISTER`, evidence included.
    pub fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
    }

    /// The register in the folder of a run, which has none when nothing was registered.
    ///
    /// # Errors
    /// [`LoadError`].
    pub fn of_bundle(bundle: &Path) -> Result<Self, LoadError> {
        let folder = bundle.join(REGISTER);
        if folder.is_dir() { Self::of_folder(&folder) } else { Ok(Self::default()) }
    }

    /// Whether the files are the same.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        self.files == other.files
    }
}

/// The register's own files.
fn toml_files(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>, LoadError> {
    let unreadable = |path: &Path, source| Unreadable { path: path.to_owned(), source };
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(|source| unreadable(folder, source))? {
        let path = entry.map_err(|source| unreadable(folder, source))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // Beside the register's own files stand evidence, a README and what editors leave; a TOML file that is
        // none of the register's is a misspelt one.
        if name.ends_with(".toml") && !name.starts_with('.') {
            files.insert(name, fs::read(&path).map_err(|source| unreadable(&path, source))?);
        }
    }
    Ok(files)
}

/// An evidence file, or nothing when it is not there.
fn evidence_file(folder: &Path, relative: &str) -> Result<Option<Vec<u8>>, LoadError> {
    let path: PathBuf = folder.join(relative);
    let unreadable = |source| Unreadable { path: path.clone(), source };
    match fs::metadata(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unreadable(error).into()),
        Ok(found) if found.len() > LARGEST_EVIDENCE => {
            let problem = format!("evidence `{relative}` is larger than {} MiB", LARGEST_EVIDENCE / 1024 / 1024);
            let hint = "attest a file that lists its digest instead";
            Err(refuse(REGISTER, RegisterError::new("attestations.toml", "evidence", problem, hint)))
        }
        Ok(_) => Ok(Some(fs::read(&path).map_err(unreadable)?)),
    }
}

fn refuse(place: &str, source: RegisterError) -> LoadError {
    LoadError::Register { place: place.to_owned(), source }
}

#[cfg(test)]
#[path = "register_tests.rs"]
mod tests;
