//! Files that describe landing zones: each may begin from another one beside it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use logproof_zone::{MockZone, ZoneError};
use serde_json::Value;

/// Descriptions that begin from one another; more are a circle.
const DEPTH: usize = 8;

/// The description in a file, with what it begins from applied.
///
/// # Errors
/// [`ZoneError`] when this file, or one it begins from, cannot be read.
pub(crate) fn resolved(path: &Path) -> Result<Value, ZoneError> {
    at_depth(path, 0)
}

/// Finds the descriptions that the one in this file begins from, other than the sample: files beside it.
pub(crate) fn beside(path: &Path) -> impl Fn(&str) -> Result<Value, ZoneError> {
    from(path, 0)
}

fn from(path: &Path, depth: usize) -> impl Fn(&str) -> Result<Value, ZoneError> {
    let folder: PathBuf = path.parent().map(Path::to_owned).unwrap_or_default();
    move |base| at_depth(&folder.join(base), depth + 1)
}

fn at_depth(path: &Path, depth: usize) -> Result<Value, ZoneError> {
    let shown = path.display().to_string();
    let refuse = |problem: String, hint: &str| ZoneError { origin: shown.clone(), problem, hint: hint.to_owned() };
    if depth > DEPTH {
        return Err(refuse("its `base` leads back to itself".to_owned(), "write `base: sample` at the end"));
    }
    let text = fs::read_to_string(path).map_err(|error| {
        refuse(
            format!("cannot be read: {error}"),
            "a `base` is `sample`, or the path of a UTF-8 file from the folder of the file it is in",
        )
    })?;
    MockZone::resolve_on(&text, &shown, &from(path, depth))
}
