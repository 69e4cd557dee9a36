//! What a run remembers: how far each chain was verified, and what an interrupted run had already judged.
//!
//! Owns: the file, its lines and what they mean when read again. Must not know: how objects are judged.
//!
//! The file holds JSON lines. While a run lasts, a line is appended for every object that was judged for good, so that a
//! killed run continues where it was. What could not be judged is not remembered: the next run tries it again. When a
//! run ends, the file is replaced by one line per chain. Keep it in another account, or under Object Lock: whoever can
//! change it can hide that digests disappeared.

use crate::chain::{HOUR, Link, add};
use crate::config::Sampling;
use crate::evidence::JsonLines;
use crate::finding::Finding;
use crate::hash::{Fingerprint, Sha256};
use crate::inventory::Window;
use crate::report::ChainSummary;
use crate::shard::Shard;
use crate::totals::Totals;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File, TryLockError};
use std::io::{self, BufRead as _, BufReader, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use thiserror::Error;

/// A checkpoint that cannot be used.
#[derive(Debug, Error)]
pub enum CheckpointError {
    /// The file cannot be read or written.
    #[error("the checkpoint `{path}` cannot be used: {source}")]
    File {
        /// Its path.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another run uses the file.
    #[error("the checkpoint `{0}` is in use by another run; wait for it, or use one file per shard")]
    InUse(PathBuf),
    /// A line cannot be understood.
    #[error(
        "line `{line}` of the checkpoint `{path}` cannot be read: {source}; restore the file, or begin with a new one"
    )]
    Line {
        /// The path of the file.
        path: PathBuf,
        /// Which line.
        line: usize,
        /// Why.
        source: serde_json::Error,
    },
}

/// How far a chain was verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The last digest up to which everything was valid.
    pub link: Link,
    /// All digests that verified, as runs of hourly ends.
    pub verified: Vec<HourRun>,
    /// Counts over all runs.
    pub totals: Totals,
}

/// Digests that end one hour after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HourRun {
    /// The end of the first.
    pub first: Timestamp,
    /// How many there are.
    pub count: u32,
}

impl HourRun {
    /// The ends of all digests of the run.
    pub fn ends(self) -> impl Iterator<Item = Timestamp> {
        std::iter::successors(Some(self.first), |end| Some(add(*end, HOUR))).take(self.count as usize)
    }

    fn next(self) -> Timestamp {
        add(self.first, HOUR * i32::try_from(self.count).unwrap_or(i32::MAX))
    }
}

/// Adds a digest to runs; digests must come in order of time to stay in few runs.
pub(crate) fn add_end(runs: &mut Vec<HourRun>, end: Timestamp) {
    match runs.last_mut() {
        Some(last) if last.next() == end => last.count += 1,
        Some(last) if last.first <= end && end < last.next() => {}
        _ => runs.push(HourRun { first: end, count: 1 }),
    }
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

/// A digest that was judged together with all its log files.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct DoneDigest {
    /// Nothing if the digest was refused.
    pub(crate) link: Option<Link>,
    pub(crate) totals: Totals,
    pub(crate) findings: Vec<Finding>,
}

/// A log file that was judged.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct DoneLog {
    /// The end of the digest that names it; nothing for a backfill digest.
    pub(crate) end: Option<Timestamp>,
    /// The hash it was compared with.
    pub(crate) hash: Sha256,
    pub(crate) totals: Totals,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) finding: Option<Finding>,
}

/// What an interrupted run had judged of one chain.
#[derive(Debug, Clone, Default)]
pub(crate) struct Progress {
    pub(crate) digests: HashMap<Fingerprint, DoneDigest>,
    pub(crate) logs: HashMap<Fingerprint, DoneLog>,
    /// Up to which log file the search for added ones had come.
    pub(crate) searched: Option<String>,
    pub(crate) search_findings: Vec<Finding>,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "snake_case")]
enum Line {
    Mark { chain: String, mark: Mark },
    Run { identity: RunIdentity },
    Digest { chain: String, object: Fingerprint, done: DoneDigest },
    Log { chain: String, object: Fingerprint, done: DoneLog },
    Searched { chain: String, key: String, findings: Vec<Finding> },
    Done { summary: Box<ChainSummary>, findings: Vec<Finding>, mark: Option<Mark> },
}

/// A chain that an interrupted run had finished.
pub(crate) type Finished = (ChainSummary, Vec<Finding>);

#[derive(Debug, Default)]
struct State {
    marks: BTreeMap<String, Mark>,
    identity: Option<RunIdentity>,
    progress: HashMap<String, Progress>,
    finished: HashMap<String, Finished>,
    new_marks: BTreeMap<String, Mark>,
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
        let state = read(path)?;
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

    /// Begins a run, or continues the interrupted one if it is the same.
    pub(crate) fn begin(&self, identity: RunIdentity) -> io::Result<()> {
        let mut state = self.state();
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

/// How every line begins.
const LINE_BEGINS: &[u8] = br#"{"line":""#;

/// Reads all whole lines; what a killed process left unfinished is no line.
fn read(path: &Path) -> Result<State, CheckpointError> {
    let failed = |source| CheckpointError::File { path: path.to_owned(), source };
    let mut reader = BufReader::new(File::open(path).map_err(failed)?);
    let (mut state, mut number, mut text) = (State::default(), 0, Vec::new());
    loop {
        text.clear();
        number += 1;
        if reader.read_until(b'\n', &mut text).map_err(failed)? == 0 {
            return Ok(state);
        }
        let torn = text.last() != Some(&b'\n');
        if torn && text.iter().zip(LINE_BEGINS).all(|(found, expected)| found == expected) {
            return Ok(state);
        }
        let line = serde_json::from_slice(&text).map_err(|source| CheckpointError::Line {
            path: path.to_owned(),
            line: number,
            source,
        })?;
        state.take(line);
    }
}

impl State {
    fn take(&mut self, line: Line) {
        match line {
            Line::Mark { chain, mark } => {
                self.marks.insert(chain, mark);
            }
            Line::Run { identity } => {
                self.settle();
                self.identity = Some(identity);
            }
            Line::Digest { chain, object, done } => {
                self.progress.entry(chain).or_default().digests.insert(object, done);
            }
            Line::Log { chain, object, done } => {
                self.progress.entry(chain).or_default().logs.insert(object, done);
            }
            Line::Searched { chain, key, findings } => {
                let progress = self.progress.entry(chain).or_default();
                progress.searched = Some(key);
                progress.search_findings.extend(findings);
            }
            Line::Done { summary, findings, mark } => {
                let chain = summary.row.chain();
                self.progress.remove(&chain);
                if let Some(mark) = mark {
                    self.new_marks.insert(chain.clone(), mark);
                }
                self.finished.insert(chain, (*summary, findings));
            }
        }
    }

    fn settle(&mut self) {
        self.marks.append(&mut self.new_marks);
        self.progress.clear();
        self.finished.clear();
        self.identity = None;
    }
}
