//! Exchanges of a bundle by the line of the recording that they are in.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    ops::Bound::{Excluded, Included},
    path::Path,
};

use logproof_estate::ExchangeId;

use super::{
    BundleError,
    lengths::Lengths,
    line::{self, Line},
    manifest::Manifest,
    tape::{self, Lines, Place, TapeError},
    verify,
};
use crate::files::RECORDING_INDEX;

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
        let as_listed = |name: &str| verify::as_listed(bundle, manifest, name);
        let changed = |problem| BundleError::Changed { path: bundle.to_owned(), problem };
        let lengths = Lengths::said(bundle).map_err(changed)?;
        if lengths.is_some() {
            as_listed(RECORDING_INDEX)?;
        }
        Self::search(bundle, lengths.as_ref(), wanted, &as_listed)
    }

    fn search(
        bundle: &Path,
        lengths: Option<&Lengths>,
        wanted: &Wanted,
        as_listed: &dyn Fn(&str) -> Result<(), BundleError>,
    ) -> Result<Self, BundleError> {
        let (mut found, mut before) = (Vec::new(), 0_u64);
        for (at, chunk) in tape::files(bundle)?.iter().enumerate() {
            if let (Some(count), true) = (lengths.and_then(|lengths| lengths.exchanges(at)), wanted.ids.is_empty()) {
                let last = before.saturating_add(count);
                if wanted.lines.range((Excluded(before), Included(last))).next().is_none() {
                    before = last;
                    continue;
                }
            }
            as_listed(&chunk.name())?;
            let mut count = 0;
            tape::each_text(chunk, |number, place, text| {
                count = number as u64;
                let line = before.saturating_add(count);
                if wanted.ids.is_empty() && !wanted.lines.contains(&line) {
                    return Ok(());
                }
                let Line { id, .. } = line::checked(text)?;
                if wanted.lines.contains(&line) || wanted.ids.contains(&id) {
                    found.push(At { id, line, place });
                }
                Ok(())
            })?;
            before = before.saturating_add(count);
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

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, fs};

    use super::*;

    fn line(number: u64) -> Line {
        line::synthetic(&format!("/{number}"), b"x")
    }

    /// A recording of three files with three exchanges each; what they are said to have.
    fn recording(said: &[u64]) -> tempfile::TempDir {
        let home = tempfile::tempdir().unwrap();
        for (file, first) in [("exchanges.jsonl", 1), ("exchanges-0002.jsonl", 4), ("exchanges-0003.jsonl", 7)] {
            let lines = (first..first + 3).map(|number| serde_json::to_string(&line(number)).unwrap() + "\n");
            fs::write(home.path().join(file), lines.collect::<String>()).unwrap();
        }
        let files: Vec<_> = said.iter().map(|count| serde_json::json!({"file": "x", "exchanges": count})).collect();
        fs::write(home.path().join(RECORDING_INDEX), serde_json::json!({"files": files}).to_string()).unwrap();
        home
    }

    fn search(home: &Path, with_lengths: bool, wanted: &Wanted) -> (Exchanges, Vec<String>) {
        let read = RefCell::new(Vec::new());
        let lengths = Lengths::said(home).unwrap().filter(|_| with_lengths);
        let as_listed = |name: &str| {
            read.borrow_mut().push(name.to_owned());
            Ok(())
        };
        (Exchanges::search(home, lengths.as_ref(), wanted, &as_listed).unwrap(), read.into_inner())
    }

    #[test]
    fn only_files_that_hold_a_wanted_line_are_read() {
        let home = recording(&[3, 3, 3]);
        let wanted = Wanted { lines: [5, 9].into(), ids: HashSet::new() };
        let (found, read) = search(home.path(), true, &wanted);
        assert_eq!(read, ["exchanges-0002.jsonl", "exchanges-0003.jsonl"]);
        for number in [5, 9] {
            assert_eq!(found.id(number), Some(&line(number).id));
            assert_eq!(found.get(&line(number).id).unwrap(), Some((number, line(number))));
        }
        assert_eq!((found.id(4), found.get(&line(4).id).unwrap()), (None, None));
    }

    #[test]
    fn an_exchange_whose_line_is_not_known_is_looked_for_in_every_file() {
        let home = recording(&[3, 3, 3]);
        let wanted = Wanted { lines: [2].into(), ids: [line(8).id].into() };
        for with_lengths in [true, false] {
            let (found, read) = search(home.path(), with_lengths, &wanted);
            assert_eq!(read.len(), 3);
            assert_eq!(found.get(&line(8).id).unwrap(), Some((8, line(8))));
            assert_eq!(found.id(2), Some(&line(2).id));
        }
    }

    #[test]
    fn numbers_that_are_not_true_are_survived() {
        let home = recording(&[u64::MAX, u64::MAX, 3]);
        let wanted = Wanted { lines: [5, u64::MAX].into(), ids: HashSet::new() };
        assert!(search(home.path(), true, &wanted).0.id(6).is_none());
    }
}
