//! The lines of a checkpoint, and what they come to when read again.
//!
//! Owns: their shape, and the difference between a line that a killed process left unfinished and a file that lost
//! lines. Must not know: how objects are judged.

use super::{CheckpointError, Mark, RunIdentity};
use crate::chain::Link;
use crate::digest::{LogEntry, VerifiedDigest};
use crate::finding::Finding;
use crate::hash::{Fingerprint, Sha256};
use crate::inventory::Trail;
use crate::report::ChainSummary;
use crate::totals::Totals;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;

/// Which trail a checkpoint is about. Bucket and prefix are not part of it: a trail may move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Whose {
    name: String,
    home_region: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    organization: Option<String>,
}

impl Whose {
    pub(super) fn of(trail: &Trail) -> Self {
        let Trail { name, home_region, organization, .. } = trail.clone();
        Self { name, home_region, organization }
    }
}

impl fmt::Display for Whose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whose = self.organization.as_deref().unwrap_or("one account");
        write!(f, "`{}` of {whose}, created in {}", self.name, self.home_region)
    }
}

/// A digest that was judged together with all its log files.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct DoneDigest {
    /// Nothing if the digest was refused.
    pub(crate) link: Option<Link>,
    pub(crate) totals: Totals,
    pub(crate) findings: Vec<Finding>,
}

/// A digest that verified, with log files that were not all judged.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct BegunDigest {
    pub(crate) verified: VerifiedDigest,
    pub(crate) totals: Totals,
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
    /// The log file, if sampling left it out: that it is there is proven later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) left_out: Option<LogEntry>,
}

impl DoneLog {
    pub(crate) fn new(end: Option<Timestamp>, hash: Sha256) -> Self {
        Self { end, hash, totals: Totals::default(), finding: None, left_out: None }
    }
}

/// What an interrupted run had judged of one chain.
#[derive(Debug, Clone, Default)]
pub(crate) struct Progress {
    pub(crate) digests: HashMap<Fingerprint, DoneDigest>,
    pub(crate) begun: HashMap<Fingerprint, BegunDigest>,
    pub(crate) logs: HashMap<Fingerprint, DoneLog>,
    /// Up to which log file the search for added ones had come.
    pub(crate) searched: Option<String>,
    pub(crate) search_findings: Vec<Finding>,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "snake_case")]
pub(super) enum Line {
    /// The first line: whose chains, and how many marks follow it at once.
    Trail {
        trail: Whose,
        marks: usize,
    },
    Mark {
        chain: String,
        mark: Mark,
    },
    Run {
        identity: RunIdentity,
    },
    Digest {
        chain: String,
        object: Fingerprint,
        done: DoneDigest,
    },
    Begun {
        chain: String,
        object: Fingerprint,
        begun: Box<BegunDigest>,
    },
    Log {
        chain: String,
        object: Fingerprint,
        done: DoneLog,
    },
    Searched {
        chain: String,
        key: String,
        findings: Vec<Finding>,
    },
    Done {
        summary: Box<ChainSummary>,
        findings: Vec<Finding>,
        mark: Option<Mark>,
    },
}

/// A chain that an interrupted run had finished.
pub(crate) type Finished = (ChainSummary, Vec<Finding>);

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) whose: Option<Whose>,
    promised: usize,
    pub(super) marks: BTreeMap<String, Mark>,
    pub(super) identity: Option<RunIdentity>,
    pub(super) progress: HashMap<String, Progress>,
    pub(super) finished: HashMap<String, Finished>,
    pub(super) new_marks: BTreeMap<String, Mark>,
}

/// How every line begins.
const LINE_BEGINS: &[u8] = br#"{"line":""#;

/// Reads all whole lines; what a killed process left unfinished is no line.
pub(super) fn read(path: &Path) -> Result<State, CheckpointError> {
    let failed = |source| CheckpointError::File { path: path.to_owned(), source };
    let mut reader = BufReader::new(File::open(path).map_err(failed)?);
    let (mut state, mut number, mut text) = (State::default(), 0, Vec::new());
    loop {
        text.clear();
        number += 1;
        if reader.read_until(b'\n', &mut text).map_err(failed)? == 0 {
            return state.whole(path);
        }
        let torn = text.last() != Some(&b'\n');
        // The first line is written at once: a file that ends in it was cut.
        if torn && number > 1 && text.iter().zip(LINE_BEGINS).all(|(found, expected)| found == expected) {
            return state.whole(path);
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
    /// Refuses a file that has lost marks: digests that disappeared with them would not be missed.
    fn whole(self, path: &Path) -> Result<Self, CheckpointError> {
        let (found, promised) = (self.marks.len(), self.promised);
        if found < promised {
            return Err(CheckpointError::Short { path: path.to_owned(), found, promised });
        }
        Ok(self)
    }

    fn take(&mut self, line: Line) {
        match line {
            Line::Trail { trail, marks } => (self.whose, self.promised) = (Some(trail), marks),
            Line::Mark { chain, mark } => {
                self.marks.insert(chain, mark);
            }
            Line::Run { identity } => {
                self.settle();
                self.identity = Some(identity);
            }
            Line::Digest { chain, object, done } => {
                let progress = self.progress.entry(chain).or_default();
                progress.begun.remove(&object);
                progress.digests.insert(object, done);
            }
            Line::Begun { chain, object, begun } => {
                self.progress.entry(chain).or_default().begun.insert(object, *begun);
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

    /// Ends a run: what it verified counts, what it only began does not.
    pub(super) fn settle(&mut self) {
        self.marks.append(&mut self.new_marks);
        self.progress.clear();
        self.finished.clear();
        self.identity = None;
    }
}
