//! Every observation of a large population, in files by account: `cells-0001.jsonl.gz` and `cells.json`, which says which
//! account is in which file.
//!
//! The assessment lists the first observations that meet an expectation and counts the others. Here they all are, one
//! JSON object a line, with the exchanges each is based on; the assessment holds the sum of their digests.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt::Display,
    fs::{self, File, OpenOptions},
    io::{self, BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use logproof_estate::{
    AccountId, ExchangeId,
    assessment::{Assessment, Target},
    cells::{Cells, Counted, Sum, account_of, digest, expectation},
    record::Observation,
};
use serde::{Deserialize, Serialize};

use super::chunks::{self, LineError};
use crate::files::{CELL_INDEX, CELLS};

/// Accounts in one file: few enough to read one in some 50 ms.
const ACCOUNTS: usize = 32;
/// Bytes that wait for an account's file.
const WAITING: usize = 16 * 1024;
/// What observations without an account are under.
const NO_ACCOUNT: &str = "-";

/// One observation of one scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// Control id.
    pub control: String,
    /// Scenario.
    pub scenario: String,
    /// What was observed.
    pub observation: Observation,
}

/// `cells.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// The files, in their order.
    pub files: Vec<CellFile>,
}

/// One file of cells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellFile {
    /// Its name.
    pub file: String,
    /// The accounts in it.
    pub accounts: Vec<String>,
    /// How many observations are in it.
    pub observations: usize,
}

/// Takes observations while a run goes on. Unlike the recording it need not outlive a crash: what a resumed run examines
/// it examines again.
#[derive(Debug)]
pub struct Spool {
    folder: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    attempts: u64,
    /// Which scenario each attempt that counts was of.
    kept: HashMap<u64, (String, String)>,
    /// The number of the file of each account, from 1.
    file_of: HashMap<String, u32>,
    /// What waits to be written, by file.
    waiting: BTreeMap<u32, Vec<u8>>,
    failed: Option<io::Error>,
}

impl Spool {
    /// Begins to take observations; what an interrupted run left in the folder goes.
    ///
    /// # Errors
    /// When the folder cannot be read or written.
    pub fn begin(folder: &Path) -> io::Result<Self> {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if name.strip_prefix(CELLS).is_some_and(|rest| rest.starts_with(['-', '.'])) {
                fs::remove_file(path)?;
            }
        }
        Ok(Self { folder: folder.to_owned(), state: Mutex::default() })
    }

    /// Writes the files of the attempts that count, and the index; nothing when nothing was taken.
    ///
    /// # Errors
    /// The first write that failed.
    pub fn finish(&self) -> io::Result<()> {
        let mut state = self.state();
        let State { waiting, failed, kept, file_of, .. } = &mut *state;
        if let Some(error) = failed.take() {
            return Err(error);
        }
        for (file, bytes) in std::mem::take(waiting) {
            append(&self.spooled(file), &bytes)?;
        }
        let mut accounts: BTreeMap<u32, Vec<String>> = BTreeMap::new();
        for (account, file) in file_of.drain() {
            accounts.entry(file).or_default().push(account);
        }
        let mut index = Index { files: Vec::new() };
        for (number, mut accounts) in accounts {
            let spooled = self.spooled(number);
            let lines = sorted(&spooled, kept)?;
            let file = chunks::name(CELLS, number, true);
            chunks::write_packed(&self.folder.join(&file), |out| {
                lines.iter().try_for_each(|line| writeln!(out, "{line}"))
            })?;
            fs::remove_file(spooled)?;
            accounts.sort();
            index.files.push(CellFile { file, accounts, observations: lines.len() });
        }
        if !index.files.is_empty() {
            let text = serde_json::to_string_pretty(&index).map_err(io::Error::other)?;
            fs::write(self.folder.join(CELL_INDEX), text + "\n")?;
        }
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn spooled(&self, file: u32) -> PathBuf {
        self.folder.join(format!("{CELLS}-{file:04}.spool"))
    }
}

impl Cells for Spool {
    fn begin(&self) -> u64 {
        let mut state = self.state();
        state.attempts += 1;
        state.attempts
    }

    fn take(&self, attempt: u64, observation: &Observation) {
        let account = account_of(observation).map_or(NO_ACCOUNT, AccountId::as_str);
        let line = serde_json::to_string(observation);
        let mut state = self.state();
        if state.failed.is_some() {
            return;
        }
        let file = match state.file_of.get(account) {
            Some(file) => *file,
            None => {
                let file = u32::try_from(state.file_of.len() / ACCOUNTS + 1).unwrap_or(u32::MAX);
                state.file_of.insert(account.to_owned(), file);
                file
            }
        };
        let waiting = state.waiting.entry(file).or_default();
        let written = line.map_err(io::Error::other).and_then(|line| {
            writeln!(waiting, "{attempt}\t{line}")?;
            if waiting.len() < WAITING {
                return Ok(());
            }
            append(&self.spooled(file), &std::mem::take(waiting))
        });
        state.failed = written.err();
    }

    fn keep(&self, attempt: u64, control: &str, scenario: &str) {
        self.state().kept.insert(attempt, (control.to_owned(), scenario.to_owned()));
    }
}

fn append(path: &Path, bytes: &[u8]) -> io::Result<()> {
    OpenOptions::new().create(true).append(true).open(path)?.write_all(bytes)
}

/// The lines of a file of cells from what was spooled for it: those of attempts that count, by control and scenario, and
/// then as they were observed.
fn sorted(spooled: &Path, kept: &HashMap<u64, (String, String)>) -> io::Result<Vec<String>> {
    let mut lines: Vec<(&(String, String), String)> = Vec::new();
    for line in BufReader::new(File::open(spooled)?).lines() {
        let line = line?;
        let Some((attempt, observation)) = line.split_once('\t') else { continue };
        let Some(scenario) = attempt.parse().ok().and_then(|attempt: u64| kept.get(&attempt)) else { continue };
        lines.push((scenario, observation.to_owned()));
    }
    lines.sort_by(|a, b| a.0.cmp(b.0));
    let line = |((control, scenario), observation): (&(String, String), String)| {
        let (control, scenario) = (serde_json::to_string(control)?, serde_json::to_string(scenario)?);
        Ok(format!(r#"{{"control":{control},"scenario":{scenario},"observation":{observation}}}"#))
    };
    lines.into_iter().map(line).collect()
}

/// The index of the cells of a bundle; `None` when it has none.
///
/// # Errors
/// What is wrong with it, in one line.
pub fn index(bundle: &Path) -> Result<Option<Index>, String> {
    let path = bundle.join(CELL_INDEX);
    match super::manifest::read_bounded(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|error| format!("{CELL_INDEX}: {error}")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("{CELL_INDEX}: {error}")),
    }
}

/// Goes through one file of cells; one line is in memory at a time.
///
/// # Errors
/// What is wrong with it, in one line that names the file.
pub fn each_cell(bundle: &Path, file: &str, mut seen: impl FnMut(Cell)) -> Result<(), String> {
    each_line(bundle, file, |line| {
        seen(serde_json::from_str(line).map_err(|error| error.to_string())?);
        Ok(())
    })
}

fn each_line(bundle: &Path, file: &str, mut seen: impl FnMut(&str) -> Result<(), String>) -> Result<(), String> {
    let refuse = |problem: &dyn Display| format!("{file}: {problem}");
    let chunks = chunks::of(bundle, CELLS).map_err(|error| refuse(&error))?;
    let chunk = chunks.iter().find(|chunk| chunk.path().file_name().is_some_and(|name| name == file));
    let chunk = chunk.ok_or_else(|| refuse(&"is not there"))?;
    let read = chunk.each_line(|_, _, line| seen(String::from_utf8_lossy(line).trim_end()));
    read.map_err(|error| match error {
        LineError::Io(error) => refuse(&error),
        LineError::Line { number, problem } => refuse(&format!("line {number}: {problem}")),
    })
}

/// Goes through the cells of one control in a file, of one account where it is given. Other lines are not parsed: a file
/// of many thousand takes some milliseconds.
///
/// # Errors
/// As [`each_cell`].
pub fn each_cell_of(
    bundle: &Path,
    file: &str,
    control: &str,
    account: Option<&AccountId>,
    mut seen: impl FnMut(Cell),
) -> Result<(), String> {
    let head = format!(r#"{{"control":{},"#, serde_json::to_string(control).unwrap_or_default());
    let account = account.map(AccountId::to_string);
    each_line(bundle, file, |line| {
        if line.starts_with(&head) && account.as_ref().is_none_or(|account| line.contains(account.as_str())) {
            seen(serde_json::from_str(line).map_err(|error| error.to_string())?);
        }
        Ok(())
    })
}

/// What of the cells of a bundle is not as its assessment counts it, one line each. `held` are the exchanges of the
/// recording.
#[must_use]
pub fn problems(bundle: &Path, assessment: &Assessment, held: &HashSet<u64>) -> Vec<String> {
    // A prediction keeps no observations of its own: it is made again from what it was laid over.
    if matches!(assessment.run.target, Target::Planned { .. }) && index(bundle).is_ok_and(|index| index.is_none()) {
        return Vec::new();
    }
    match count(bundle, held) {
        Err(problem) => vec![problem],
        Ok((found, mut problems)) => {
            problems.extend(differences(&counted(assessment), &found));
            problems
        }
    }
}

/// Whether an assessment counts observations that it does not list.
#[must_use]
pub fn are_counted(assessment: &Assessment) -> bool {
    assessment
        .controls
        .iter()
        .flat_map(|control| &control.scenarios)
        .any(|scenario| !scenario.record.counted.is_empty())
}

/// Control, scenario and what is expected.
type Group = (String, String, String);

/// How many observations a group has, and the sum of their digests.
type Groups = BTreeMap<Group, (usize, Sum)>;

fn counted(assessment: &Assessment) -> Groups {
    let mut groups = BTreeMap::new();
    for control in &assessment.controls {
        for scenario in &control.scenarios {
            for Counted { expected, members, sha256_sum, .. } in &scenario.record.counted {
                let group = (control.id.clone(), scenario.name.clone(), expected.to_string());
                groups.insert(group, (*members, *sha256_sum));
            }
        }
    }
    groups
}

fn count(bundle: &Path, held: &HashSet<u64>) -> Result<(Groups, Vec<String>), String> {
    let (mut groups, mut problems): (Groups, _) = (BTreeMap::new(), Vec::new());
    for CellFile { file, accounts, observations } in index(bundle)?.map(|index| index.files).unwrap_or_default() {
        let accounts: HashSet<String> = accounts.into_iter().collect();
        let (mut number, mut stray, mut lacking) = (0, None, None);
        each_cell(bundle, &file, |cell| {
            number += 1;
            let account = account_of(&cell.observation).map_or(NO_ACCOUNT, AccountId::as_str);
            if !accounts.contains(account) {
                stray.get_or_insert_with(|| account.to_owned());
            }
            let unknown = cell.observation.exchanges.iter().find(|id| !held.contains(&short(id)));
            if let (Some(id), None) = (unknown, &lacking) {
                lacking =
                    Some(format!("{file}: {} is based on exchange {id}, which the recording lacks", cell.control));
            }
            let expected = expectation(&cell.observation).to_string();
            let group = groups.entry((cell.control, cell.scenario, expected)).or_default();
            group.0 += 1;
            group.1.add(&digest(&cell.observation));
        })?;
        problems.extend(lacking);
        problems
            .extend(stray.map(|account| format!("{file}: holds account {account}, which {CELL_INDEX} does not say")));
        if number != observations {
            problems.push(format!("{file}: holds {number} observations, {CELL_INDEX} says {observations}"));
        }
    }
    Ok((groups, problems))
}

fn differences(said: &Groups, found: &Groups) -> Vec<String> {
    let groups: std::collections::BTreeSet<&Group> = said.keys().chain(found.keys()).collect();
    let one = |group: &Group| {
        let (control, scenario, expected) = group;
        let place = format!("{CELLS}: {control} {scenario}, `{expected}`");
        match (said.get(group), found.get(group)) {
            (Some(said), Some(found)) if said == found => None,
            (Some((said, _)), Some((found, _))) if said == found => {
                Some(format!("{place}: not the observations that were counted"))
            }
            (said, found) => {
                let number = |group: Option<&(usize, Sum)>| group.map_or(0, |(members, _)| *members);
                Some(format!("{place}: {} observations, the assessment counts {}", number(found), number(said)))
            }
        }
    };
    groups.into_iter().filter_map(one).collect()
}

/// An exchange by its first digits: enough to tell that one is missing.
#[must_use]
pub fn short(id: &ExchangeId) -> u64 {
    id.as_str().get(..16).and_then(|digits| u64::from_str_radix(digits, 16).ok()).unwrap_or_default()
}
