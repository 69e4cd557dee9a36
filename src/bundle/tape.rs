//! Plays a recording back: an index of requests over its files, read from disk when asked.
//!
//! A request is found by what it asks (account, Region, service, operation, path, body), never by call order; the
//! n-th repeat gets the n-th answer, then the last one again.

use std::{
    collections::HashMap,
    io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use logproof_wire::{CallTag, NoAnswer, Serve, WireRequest, WireResponse};

pub use super::chunks::Place;
use super::{
    chunks::{self, Chunk, LineError, Reader},
    line::{Line, answer, asked, checked, digest, question, worth_keeping},
};
use crate::files::{EXCHANGES, RECORDING};

/// A recording that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum TapeError {
    /// The file cannot be read.
    #[error("cannot read `{path}`: {source}\nhint: check that the bundle is complete and readable")]
    Io {
        /// The recording.
        path: PathBuf,
        /// Cause.
        source: io::Error,
    },
    /// A line is not an exchange, or not the one its id names.
    #[error(
        "`{path}` line {line}: {problem}\nhint: the recording has been changed; `logproof verify` names what else was"
    )]
    Line {
        /// The recording.
        path: PathBuf,
        /// Line number, from 1.
        line: usize,
        /// What is wrong.
        problem: String,
    },
}

/// What is served from the recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Everything, failures too: a replay.
    Replay,
    /// Only answers worth keeping (success, or not found): an interrupted run resumes and asks the rest again.
    Resume,
}

/// An answer to a request: the request by its digest, and where the answer is.
#[derive(Debug, Clone, Copy)]
struct Answer {
    asked: u128,
    place: Place,
}

/// A recording, indexed.
#[derive(Debug)]
pub struct Tape {
    folder: PathBuf,
    reader: Reader,
    /// By request, in the order they arrived.
    answers: Vec<Answer>,
    /// How often a request was answered that has several answers.
    given: Mutex<HashMap<u128, usize>>,
    exchanges: usize,
}

impl Tape {
    /// Indexes the recording in a folder and checks every line against its content address.
    ///
    /// # Errors
    /// [`TapeError`] naming the file and the line.
    pub fn open(folder: &Path, purpose: Use) -> Result<Self, TapeError> {
        let (mut answers, mut exchanges) = (Vec::new(), 0);
        each_line(folder, |line, place| {
            if purpose == Use::Replay || worth_keeping(&line) {
                answers.push(Answer { asked: digest(&question(&line.exchange)), place });
            }
            exchanges += 1;
        })?;
        answers.sort_by_key(|answer| answer.asked);
        if purpose == Use::Resume {
            // The last answer is the one the interrupted run went on with.
            answers.reverse();
            answers.dedup_by_key(|answer| answer.asked);
            answers.reverse();
        }
        answers.shrink_to_fit();
        let reader = Reader::open(folder, RECORDING).map_err(|source| io_error(folder, source))?;
        Ok(Self { folder: folder.to_owned(), reader, answers, given: Mutex::default(), exchanges })
    }

    /// How many exchanges the recording holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.exchanges
    }

    /// Whether the recording holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.exchanges == 0
    }

    /// Where the next answer to a request is: the n-th repeat gets the n-th answer, then the last one again.
    fn next(&self, asked: u128) -> Option<Place> {
        let from = self.answers.partition_point(|answer| answer.asked < asked);
        let to = self.answers.partition_point(|answer| answer.asked <= asked);
        let answers = self.answers.get(from..to)?;
        if answers.len() < 2 {
            return answers.first().map(|answer| answer.place);
        }
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        let before = given.entry(asked).or_insert(0);
        let answer = answers.get(*before).or_else(|| answers.last());
        *before += 1;
        answer.map(|answer| answer.place)
    }
}

fn io_error(folder: &Path, source: io::Error) -> TapeError {
    TapeError::Io { path: folder.join(EXCHANGES), source }
}

/// The files of the recording in a folder, in their order.
///
/// # Errors
/// [`TapeError::Io`], also when there is none.
pub(super) fn files(folder: &Path) -> Result<Vec<Chunk>, TapeError> {
    let chunks = chunks::of(folder, RECORDING).map_err(|source| io_error(folder, source))?;
    if chunks.is_empty() {
        return Err(io_error(folder, io::ErrorKind::NotFound.into()));
    }
    Ok(chunks)
}

/// Goes through one file of a recording as it is written; each line with its number in the file, from 1.
///
/// # Errors
/// [`TapeError`], with what `seen` says of a line too.
pub(super) fn each_text(
    chunk: &Chunk,
    seen: impl FnMut(usize, Place, &[u8]) -> Result<(), String>,
) -> Result<(), TapeError> {
    let path = || chunk.path().to_owned();
    chunk.each_line(seen).map_err(|error| match error {
        LineError::Io(source) => TapeError::Io { path: path(), source },
        LineError::Line { number, problem } => TapeError::Line { path: path(), line: number, problem },
    })
}

/// Goes through the recording in a folder line by line, each checked against its content address; one line is in memory
/// at a time.
///
/// # Errors
/// [`TapeError`] naming the file and the line.
pub fn each_line(folder: &Path, mut seen: impl FnMut(Line, Place)) -> Result<(), TapeError> {
    files(folder)?.iter().try_for_each(|chunk| {
        each_text(chunk, |_, place, text| {
            seen(checked(text)?, place);
            Ok(())
        })
    })
}

/// Lines of a recording at places that [`each_line`] told.
#[derive(Debug)]
pub struct Lines {
    folder: PathBuf,
    reader: Reader,
}

impl Lines {
    /// Lines of the recording in a folder.
    ///
    /// # Errors
    /// [`TapeError::Io`].
    pub fn of(folder: &Path) -> Result<Self, TapeError> {
        let reader = Reader::open(folder, RECORDING).map_err(|source| io_error(folder, source))?;
        Ok(Self { folder: folder.to_owned(), reader })
    }

    /// One line.
    ///
    /// # Errors
    /// [`TapeError`].
    pub fn at(&self, place: Place) -> Result<Line, TapeError> {
        let text = self.reader.line_at(place).map_err(|source| io_error(&self.folder, source))?;
        checked(&text).map_err(|problem| TapeError::Line { path: self.folder.join(EXCHANGES), line: 0, problem })
    }
}

impl Tape {
    /// The exchange that answers a request.
    ///
    /// # Errors
    /// [`NoAnswer::NotRecorded`] when there is none.
    pub fn exchange(&self, tag: &CallTag, request: &WireRequest) -> Result<Line, NoAnswer> {
        let key = asked(tag, request);
        let place = self.next(digest(&key)).ok_or_else(|| NoAnswer::NotRecorded(key.clone()))?;
        let unreadable = |error: &dyn std::fmt::Display| {
            NoAnswer::NotRecorded(format!("{key} (`{}` cannot be read: {error})", self.folder.display()))
        };
        let text = self.reader.line_at(place).map_err(|error| unreadable(&error))?;
        checked(&text).map_err(|problem| unreadable(&problem))
    }
}

impl Serve for Tape {
    fn serve(&self, tag: &CallTag, request: &WireRequest) -> Result<WireResponse, NoAnswer> {
        answer(&self.exchange(tag, request)?)
    }

    fn is_recording(&self) -> bool {
        true
    }
}
