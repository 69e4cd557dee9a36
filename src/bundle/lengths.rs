//! How many exchanges each file of a recording of several files has: `exchanges.json`. Who looks for a line reads the file
//! that has it, and no other.

use std::{io, path::Path};

use serde::{Deserialize, Serialize};

use super::{chunks, manifest, tape::Place};
use crate::files::{RECORDING, RECORDING_INDEX};

/// `exchanges.json`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Lengths {
    files: Vec<Length>,
}

/// One file of a recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Length {
    /// Its name.
    file: String,
    /// How many exchanges are in it, one a line.
    exchanges: u64,
}

impl Lengths {
    /// The files of the recording in a folder, whose lines are to be counted.
    ///
    /// # Errors
    /// As [`chunks::of`].
    pub(super) fn of(folder: &Path) -> io::Result<Self> {
        let files = chunks::of(folder, RECORDING)?.into_iter().map(|chunk| Length { file: chunk.name(), exchanges: 0 });
        Ok(Self { files: files.collect() })
    }

    /// What a bundle says; nothing where it has one file, or is of `logproof/manifest/1`.
    ///
    /// # Errors
    /// What is wrong with it, in one line.
    pub(super) fn said(bundle: &Path) -> Result<Option<Self>, String> {
        manifest::optional(bundle, RECORDING_INDEX)
    }

    /// Counts the line at a place.
    pub(super) fn count(&mut self, place: Place) {
        let at = usize::try_from(place.chunk).unwrap_or(usize::MAX);
        if let Some(file) = self.files.get_mut(at.wrapping_sub(1)) {
            file.exchanges += 1;
        }
    }

    /// How what a bundle says differs from these, in one line.
    pub(super) fn differ_from_what_is_said(&self, bundle: &Path) -> Option<String> {
        match Self::said(bundle) {
            Err(problem) => Some(problem),
            Ok(None) => None,
            Ok(Some(said)) => {
                (said != *self).then(|| format!("{RECORDING_INDEX}: does not say how many exchanges each file has"))
            }
        }
    }

    /// Whether there are several files.
    pub(super) fn are_several(&self) -> bool {
        self.files.len() > 1
    }

    /// The exchanges of a file, by its place in the list.
    pub(super) fn exchanges(&self, at: usize) -> Option<u64> {
        self.files.get(at).map(|file| file.exchanges)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_is_said_of_a_recording_is_compared_with_its_lines() {
        let home = tempfile::tempdir().unwrap();
        for file in ["exchanges.jsonl", "exchanges-0002.jsonl"] {
            fs::write(home.path().join(file), "").unwrap();
        }
        let mut lengths = Lengths::of(home.path()).unwrap();
        assert!(lengths.are_several());
        for chunk in [1, 2, 2, 9, 0] {
            lengths.count(Place { chunk, offset: 0, length: 1 });
        }
        assert_eq!((lengths.exchanges(0), lengths.exchanges(1), lengths.exchanges(2)), (Some(1), Some(2), None));
        assert_eq!(lengths.differ_from_what_is_said(home.path()), None, "nothing is said");
        let write = |text: &str| fs::write(home.path().join(RECORDING_INDEX), text).unwrap();
        write(&serde_json::to_string(&lengths).unwrap());
        assert_eq!(lengths.differ_from_what_is_said(home.path()), None);
        write(&serde_json::to_string(&lengths).unwrap().replace('2', "3"));
        assert!(lengths.differ_from_what_is_said(home.path()).unwrap().starts_with("exchanges.json: does not say"));
        write("{");
        assert!(lengths.differ_from_what_is_said(home.path()).unwrap().starts_with("exchanges.json: EOF"));
    }
}
