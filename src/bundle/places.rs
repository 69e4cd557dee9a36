//! Exchanges of a bundle by the line of the recording that they are in, and how many lines each file has:
//! `exchanges.json`, beside a recording of several files.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    path::Path,
};

use logproof_estate::ExchangeId;
use serde::{Deserialize, Serialize};

use super::{
    BundleError,
    begin::read,
    line::{self, Line},
    manifest::Manifest,
    tape::{self, Lines, Place, TapeError},
    verify,
};
use crate::files::RECORDING_INDEX;

/// `exchanges.json`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct RecordingIndex {
    /// The files of the recording, in their order.
    pub(super) files: Vec<RecordingFile>,
}

/// One file of a recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RecordingFile {
    /// Its name.
    pub(super) file: String,
    /// How many exchanges are in it, one a line.
    pub(super) exchanges: u64,
}

/// What is looked for in a recording.
#[derive(Debug, Default)]
pub struct Wanted {
    /// By line, from 1.
    pub lines: BTreeSet<u64>,
    /// By id, where no line is known.
    pub ids: HashSet<ExchangeId>,
}

/// Where one exchange is.
#[derive(Debug)]
struct At {
    id: ExchangeId,
    line: u64,
    place: Place,
}

/// Exchanges of a bundle.
#[derive(Debug)]
pub struct Exchanges {
    lines: Lines,
    /// In the order of their lines.
    found: Vec<At>,
    /// The first of `found` with each id.
    by_id: HashMap<ExchangeId, usize>,
}

impl Exchanges {
    /// Finds exchanges, as far as the bundle has them. Only files that hold a wanted line are read; each must be the one
    /// that the manifest lists.
    ///
    /// # Errors
    /// [`BundleError`].
    pub fn find(bundle: &Path, manifest: &Manifest, wanted: &Wanted) -> Result<Self, BundleError> {
        let counts = counts(bundle, manifest)?;
        let (mut found, mut before) = (Vec::new(), 0);
        for (at, chunk) in tape::files(bundle)?.iter().enumerate() {
            let known = counts.get(at).copied();
            let is_there = |count| wanted.lines.range(before + 1..=before + count).next().is_some();
            if let (Some(count), true) = (known, wanted.ids.is_empty())
                && !is_there(count)
            {
                before += count;
                continue;
            }
            verify::as_listed(bundle, manifest, &chunk.name())?;
            let mut count = 0;
            tape::each_text(chunk, |number, place, text| {
                count = number as u64;
                let line = before + count;
                if wanted.ids.is_empty() && !wanted.lines.contains(&line) {
                    return Ok(());
                }
                let Line { id, .. } = line::checked(text)?;
                if wanted.lines.contains(&line) || wanted.ids.contains(&id) {
                    found.push(At { id, line, place });
                }
                Ok(())
            })?;
            before += count;
        }
        let by_id = found.iter().enumerate().rev().map(|(at, one)| (one.id.clone(), at)).collect();
        Ok(Self { lines: Lines::of(bundle)?, found, by_id })
    }

    /// The id of the exchange of a line that was found.
    #[must_use]
    pub fn id(&self, line: u64) -> Option<&ExchangeId> {
        let at = self.found.binary_search_by_key(&line, |at| at.line).ok()?;
        self.found.get(at).map(|at| &at.id)
    }

    /// An exchange that was found, with its line; `None` when the bundle does not have it.
    ///
    /// # Errors
    /// [`TapeError`].
    pub fn get(&self, id: &ExchangeId) -> Result<Option<(u64, Line)>, TapeError> {
        let Some(at) = self.by_id.get(id).and_then(|at| self.found.get(*at)) else { return Ok(None) };
        Ok(Some((at.line, self.lines.at(at.place)?)))
    }
}

/// How many exchanges each file of the recording has; nothing when that is not written down.
fn counts(bundle: &Path, manifest: &Manifest) -> Result<Vec<u64>, BundleError> {
    if !bundle.join(RECORDING_INDEX).is_file() {
        return Ok(Vec::new());
    }
    verify::as_listed(bundle, manifest, RECORDING_INDEX)?;
    let RecordingIndex { files } = read(&bundle.join(RECORDING_INDEX))?;
    Ok(files.into_iter().map(|file| file.exchanges).collect())
}
