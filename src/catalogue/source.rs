//! Feature files: embedded in the program, or in a folder of the owner.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
};

use clap::Args;
use include_dir::{Dir, include_dir};

use super::own::{self, StepCrate};
use crate::error::Unreadable;

static EMBEDDED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/features");

/// Folders below the given one that are looked into; deeper ones are a mistake or a loop of links.
const DEPTH: usize = 16;

/// What names features on a command line.
#[derive(Debug, Clone, Default, Args)]
pub struct FeatureArgs {
    /// Folder of feature files to use instead of the controls in this program.
    #[arg(long, value_name = "DIR")]
    pub features: Option<PathBuf>,
    /// Folder of your own feature files to use besides the others; may be repeated.
    #[arg(long, value_name = "DIR")]
    pub with: Vec<PathBuf>,
}

impl FeatureArgs {
    /// The features these arguments name.
    #[must_use]
    pub fn set(&self) -> FeatureSet {
        FeatureSet::of(self.features.as_deref()).with(&self.with)
    }
}

/// Where features come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FeatureSet {
    /// The controls in this program, with those of the crates of owners it was built with.
    Embedded,
    /// A folder.
    Folder(PathBuf),
    /// Those, and the ones of further folders.
    With(Box<Self>, Vec<PathBuf>),
}

impl FeatureSet {
    /// A folder when one is given.
    #[must_use]
    pub fn of(folder: Option<&Path>) -> Self {
        folder.map_or(Self::Embedded, |folder| Self::Folder(folder.to_owned()))
    }

    /// The same with the features of further folders.
    #[must_use]
    pub fn with(self, folders: &[PathBuf]) -> Self {
        if folders.is_empty() { self } else { Self::With(Box::new(self), folders.to_vec()) }
    }

    /// Every feature file, by path.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn read(&self) -> Result<Vec<FeatureFile>, Unreadable> {
        let mut files = Vec::new();
        match self {
            Self::Embedded => {
                embedded(&EMBEDDED, &mut files);
                own::installed().iter().for_each(|one| of_crate(one, &mut files));
            }
            Self::Folder(folder) => walk(folder, folder, 0, &mut files)?,
            Self::With(base, folders) => {
                files = base.read()?;
                for folder in folders {
                    further(folder, &mut files)?;
                }
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(files)
    }
}

impl fmt::Display for FeatureSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Embedded => f.write_str("features"),
            Self::Folder(folder) => write!(f, "{}", folder.display()),
            Self::With(base, folders) => {
                write!(f, "{base}")?;
                folders.iter().try_for_each(|folder| write!(f, " and {}", folder.display()))
            }
        }
    }
}

/// One feature file as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeatureFile {
    /// Path below the folder, with `/`.
    pub path: String,
    /// Path to show to people.
    pub shown: String,
    /// The file.
    pub bytes: Vec<u8>,
    /// The file as text; bytes that are not UTF-8 replaced.
    pub text: String,
}

impl FeatureFile {
    /// A file of these bytes.
    #[must_use]
    pub fn new(path: String, shown: String, bytes: Vec<u8>) -> Self {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Self { path, shown, bytes, text }
    }
}

/// A file that was meant to be a feature, whatever its ending.
fn is_feature(name: &str) -> bool {
    name.to_lowercase().contains(".feature") && !name.starts_with('.')
}

fn embedded(dir: &Dir<'_>, files: &mut Vec<FeatureFile>) {
    for file in dir.files() {
        let path = file.path().to_string_lossy().replace('\\', "/");
        if is_feature(path.rsplit('/').next().unwrap_or(&path)) {
            files.push(FeatureFile::new(path.clone(), format!("features/{path}"), file.contents().to_vec()));
        }
    }
    for dir in dir.dirs() {
        embedded(dir, files);
    }
}

/// Adds the features that a crate with steps of an owner brings, below a folder of its name.
fn of_crate(crate_: &StepCrate, files: &mut Vec<FeatureFile>) {
    for (path, text) in crate_.files() {
        let shown = format!("{}: {path}", crate_.name());
        files.push(FeatureFile::new(format!("{}/{path}", crate_.name()), shown, text.as_bytes().to_vec()));
    }
}

/// Adds the features of a further folder, below a folder of its name: a bundle keeps all of them in one.
fn further(folder: &Path, files: &mut Vec<FeatureFile>) -> Result<(), Unreadable> {
    let mut found = Vec::new();
    walk(folder, folder, 0, &mut found)?;
    if found.is_empty() {
        let source = io::Error::new(io::ErrorKind::NotFound, "no feature file in the folder");
        return Err(Unreadable { path: folder.to_owned(), source });
    }
    let whole = fs::canonicalize(folder).map_err(Unreadable::at(folder))?;
    let name = whole.file_name().map_or_else(|| "with".to_owned(), |name| name.to_string_lossy().into_owned());
    let taken = |name: &str, files: &[FeatureFile]| files.iter().any(|file| file.path.starts_with(&format!("{name}/")));
    let mut own = name.clone();
    let mut number = 1;
    while taken(&own, files) {
        number += 1;
        own = format!("{name}-{number}");
    }
    files.extend(found.into_iter().map(|file| FeatureFile { path: format!("{own}/{}", file.path), ..file }));
    Ok(())
}

fn walk(root: &Path, folder: &Path, depth: usize, files: &mut Vec<FeatureFile>) -> Result<(), Unreadable> {
    let unreadable = |path: &Path, source: io::Error| Unreadable { path: path.to_owned(), source };
    if depth > DEPTH {
        return Err(unreadable(folder, io::Error::other("folders are nested too deeply")));
    }
    for entry in fs::read_dir(folder).map_err(|source| unreadable(folder, source))? {
        let path = entry.map_err(|source| unreadable(folder, source))?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        // Links are followed: an owner may link a common set into place.
        let kind = fs::metadata(&path).map_err(|source| unreadable(&path, source))?;
        if kind.is_dir() {
            walk(root, &path, depth + 1, files)?;
        } else if is_feature(&name) {
            let bytes = fs::read(&path).map_err(|source| unreadable(&path, source))?;
            let below = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            files.push(FeatureFile::new(below, path.display().to_string(), bytes));
        }
    }
    Ok(())
}
