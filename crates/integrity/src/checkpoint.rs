//! What a run remembers: how far each chain was verified, and what an interrupted run had already judged.
//!
//! Owns: the file, its lines and what they mean when read again. Must not know: how objects are judged.
//!
//! The file holds JSON lines. While a run lasts, a line is appended for every object that was judged for good, so that a
//! killed run continues where it was. What could not be judged is not remembered: the next run tries it again. When a
//! run ends, the file is replaced by one line per chain. Its first line says whose chains they are, and how many. Keep it in another account, or under Object Lock: whoever can
//! change it can hide that digests disappeared.

mod lines;
mod mark;

use crate::config::Sampling;
use crate::evidence::JsonLines;
use crate::finding::Finding;
use crate::hash::{Fingerprint, Sha256};
use crate::inventory::{Trail, Window};
use crate::report::ChainSummary;
use crate::shard::Shard;
use lines::{Finished, Line, State, Whose};
use serde::{Deserialize, Serialize};
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use thiserror::Error;

pub(crate) use lines::{BegunDigest, DoneDigest, DoneLog, Progress};
pub use mark::{HourRun, Mark};
pub(crate) use mark::{add_end, join_runs};

/// A checkpoint that cannot be used.
#[derive(Debug, Error)]
pub enum CheckpointError {
    /// The file cannot be read or written.
    #[error("the checkpoint `{path}` cannot be used: {source}\nhint: name a file in a folder you can write to")]
    File {
        /// Its path.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another run uses the file.
    #[error("the checkpoint `{0}` is in use by another run\nhint: wait for it, or use one file per shard")]
    InUse(PathBuf),
    /// A line cannot be understood.
    #[error(
        "line `{line}` of the checkpoint `{path}` cannot be read: {source}\nhint: restore the file, or begin with a new one"
    )]
    Line {
        /// The path of the file.
        path: PathBuf,
        /// Which line.
        line: usize,
        /// Why.
        source: serde_json::Error,
    },
    /// Lines are gone.
    #[error(
        "the checkpoint `{path}` was cut: it knows {found} of {promised} chains\nhint: restore it from a copy, or begin with a new \
         one and verify the whole period again"
    )]
    Short {
        /// The path of the file.
        path: PathBuf,
        /// How many marks it holds.
        found: usize,
        /// How many it held.
        promised: usize,
    },
    /// It is about another trail.
    #[error("the checkpoint `{path}` is about trail {found}, not {wanted}\nhint: name another file for this trail")]
    OtherTrail {
        /// The path of the file.
        path: PathBuf,
        /// Which trail it is about.
        found: String,
        /// Which trail is verified.
        wanted: String,
    },
}

/// What makes two runs the same, so that one may continue the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunIdentity {
    pub(crate) window: Window,
    pub(crate) inventory: Sha256,
    pub(crate) shard: Shard,
    pub(crate) sampling: Sampling,
    pub(crate) completeness: bool,
}

/// The memory of runs, in a file or nowhere.
#[derive(Debug, Default)]
pub struct Checkpoint {
    file: Option<(PathBuf, JsonLines)>,
    state: Mutex<State>,
    /// Held, not used: lines of two runs would mix.
    _lock: Option<File>,
}

impl Checkpoint {
    /// A checkpoint that remembers nothing.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Opens or creates a file.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or holds something else.
    pub fn open(path: &Path) -> Result<Self, CheckpointError> {
        let failed = |source| CheckpointError::File { path: path.to_owned(), source };
        let lock = File::options().create(true).truncate(false).write(true).open(path).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(CheckpointError::InUse(path.to_owned())),
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        let state = lines::read(path)?;
        // Only now is the file known to be a checkpoint: opening it for appending cuts off a torn last line.
        let lines = JsonLines::append(path).map_err(failed)?;
        Ok(Self { file: Some((path.to_owned(), lines)), state: Mutex::new(state), _lock: Some(lock) })
    }

    /// How far a chain was verified by earlier runs.
    #[must_use]
    pub fn mark(&self, chain: &str) -> Option<Mark> {
        self.state().marks.get(chain).cloned()
    }

    /// Whether an interrupted run is remembered that judged at least one object.
    #[must_use]
    pub fn is_interrupted(&self) -> bool {
        let state = self.state();
        !state.progress.is_empty() || !state.finished.is_empty()
    }

    /// The period of an interrupted run that judged at least one object.
    #[must_use]
    pub fn interrupted(&self) -> Option<Window> {
        let state = self.state();
        let judged = !state.progress.is_empty() || !state.finished.is_empty();
        state.identity.as_ref().filter(|_| judged).map(|identity| identity.window)
    }

    /// Whether it may serve the verification of a trail: the marks of another one would be taken for digests that are gone.
    ///
    /// # Errors
    ///
    /// When it is about another trail.
    pub fn serves(&self, trail: &Trail) -> Result<(), CheckpointError> {
        let wanted = Whose::of(trail);
        match (&self.file, &self.state().whose) {
            (Some((path, _)), Some(found)) if *found != wanted => Err(CheckpointError::OtherTrail {
                path: path.clone(),
                found: found.to_string(),
                wanted: wanted.to_string(),
            }),
            _ => Ok(()),
        }
    }

    /// Begins a run, or continues the interrupted one if it is the same.
    pub(crate) fn begin(&self, trail: &Trail, identity: RunIdentity) -> io::Result<()> {
        let mut state = self.state();
        if state.whose.is_none() {
            let trail = Whose::of(trail);
            state.whose = Some(trail.clone());
            self.append(&Line::Trail { trail, marks: 0 })?;
        }
        if state.identity.as_ref() == Some(&identity) {
            return Ok(());
        }
        // Another run: what the interrupted one verified still counts, what it only began does not.
        state.settle();
        state.identity = Some(identity.clone());
        self.append(&Line::Run { identity })
    }

    pub(crate) fn finished(&self, chain: &str) -> Option<Finished> {
        self.state().finished.get(chain).cloned()
    }

    pub(crate) fn progress(&self, chain: &str) -> Progress {
        self.state().progress.remove(chain).unwrap_or_default()
    }

    /// Whether anything is kept at all, so that callers need not build what nobody reads.
    pub(crate) fn is_kept(&self) -> bool {
        self.file.is_some()
    }

    pub(crate) fn digest(&self, chain: &str, object: Fingerprint, done: &DoneDigest) -> io::Result<()> {
        if !self.is_kept() {
            return Ok(());
        }
        self.append(&Line::Digest { chain: chain.to_owned(), object, done: done.clone() })
    }

    /// Takes a digest whose log files are still to be judged.
    pub(crate) fn begun(
        &self,
        chain: &str,
        object: Fingerprint,
        begun: impl FnOnce() -> BegunDigest,
    ) -> io::Result<()> {
        if !self.is_kept() {
            return Ok(());
        }
        self.append(&Line::Begun { chain: chain.to_owned(), object, begun: Box::new(begun()) })
    }

    pub(crate) fn log(&self, chain: &str, object: Fingerprint, done: DoneLog) -> io::Result<()> {
        if !self.is_kept() {
            return Ok(());
        }
        self.append(&Line::Log { chain: chain.to_owned(), object, done })
    }

    pub(crate) fn searched(&self, chain: &str, key: &str, findings: &[Finding]) -> io::Result<()> {
        if !self.is_kept() {
            return Ok(());
        }
        self.append(&Line::Searched { chain: chain.to_owned(), key: key.to_owned(), findings: findings.to_vec() })
    }

    /// Takes a chain that was judged for good.
    pub(crate) fn done(&self, summary: &ChainSummary, findings: &[Finding], mark: Option<Mark>) -> io::Result<()> {
        if let Some(mark) = &mark {
            self.state().new_marks.insert(summary.row.chain(), mark.clone());
        }
        if !self.is_kept() {
            return Ok(());
        }
        self.append(&Line::Done { summary: Box::new(summary.clone()), findings: findings.to_vec(), mark })
    }

    /// Remembers how far a chain came although something in it could not be judged.
    pub(crate) fn advance(&self, chain: &str, mark: Mark) {
        self.state().new_marks.insert(chain.to_owned(), mark);
    }

    /// Ends a run: only the marks remain.
    pub(crate) fn end(&self) -> io::Result<()> {
        let mut state = self.state();
        state.settle();
        let Some((path, lines)) = &self.file else { return Ok(()) };
        lines.sync()?;
        let mut beside = path.clone().into_os_string();
        beside.push(".new");
        let beside = PathBuf::from(beside);
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let compact = JsonLines::append(&beside)?;
        if let Some(trail) = state.whose.clone() {
            compact.write(&Line::Trail { trail, marks: state.marks.len() })?;
        }
        for (chain, mark) in &state.marks {
            compact.write(&Line::Mark { chain: chain.clone(), mark: mark.clone() })?;
        }
        compact.sync()?;
        // INVARIANT: at every moment the path names a whole file, the old one or the new one.
        fs::rename(&beside, path)
    }

    fn append(&self, line: &Line) -> io::Result<()> {
        match &self.file {
            Some((_, lines)) => lines.write(line),
            None => Ok(()),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
