//! Observations of a large population as they are taken and written.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write as _,
    fs::{self, File, OpenOptions},
    io::{self, BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use logproof_estate::{
    AccountId,
    cells::{Cells, account_of},
    record::Observation,
};

use super::{CellFile, Index, NO_ACCOUNT, Numbers};
use crate::{
    bundle::chunks,
    files::{CELL_INDEX, CELLS},
};

/// Accounts in one file: few enough to read one in some 50 ms.
const ACCOUNTS: usize = 32;
/// Bytes that wait for an account's file.
const WAITING: usize = 16 * 1024;

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

    /// Writes the files of the attempts that count, and the index; nothing when nothing was taken. Exchanges are named by
    /// their `numbers`.
    ///
    /// # Errors
    /// The first write that failed.
    pub fn finish(&self, numbers: &Numbers) -> io::Result<()> {
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
            let lines = sorted(&spooled, kept, numbers)?;
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
        let line = waiting_line(attempt, observation);
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
        let written = line.and_then(|line| {
            waiting.extend_from_slice(line.as_bytes());
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

/// An observation as it waits: its attempt, and without its exchanges, which follow it.
fn waiting_line(attempt: u64, observation: &Observation) -> io::Result<String> {
    let mut line = format!("{attempt}\t{}", head(observation)?);
    for id in &observation.exchanges {
        let _ = write!(line, "\t{id}");
    }
    line.push('\n');
    Ok(line)
}

/// The JSON form of an observation without its exchanges, which are its last member.
fn head(observation: &Observation) -> io::Result<String> {
    let mut text = serde_json::to_string(observation).map_err(io::Error::other)?;
    let end = text.rfind(r#","exchanges":["#).ok_or_else(|| io::Error::other("an observation has no exchanges"))?;
    text.truncate(end);
    text.push('}');
    Ok(text)
}

fn append(path: &Path, bytes: &[u8]) -> io::Result<()> {
    OpenOptions::new().create(true).append(true).open(path)?.write_all(bytes)
}

/// The lines of a file of cells from what was spooled for it: those of attempts that count, by control and scenario, and
/// then as they were observed.
fn sorted(path: &Path, kept: &HashMap<u64, (String, String)>, numbers: &Numbers) -> io::Result<Vec<String>> {
    let mut lines: Vec<(&(String, String), String)> = Vec::new();
    for line in BufReader::new(File::open(path)?).lines() {
        let line = line?;
        // No member of a JSON text holds a tab: it is escaped there.
        let mut parts = line.split('\t');
        let (Some(attempt), Some(observation)) = (parts.next(), parts.next()) else { continue };
        let Some(scenario) = attempt.parse().ok().and_then(|attempt: u64| kept.get(&attempt)) else { continue };
        lines.push((scenario, based_on(observation, parts, numbers)));
    }
    lines.sort_by(|a, b| a.0.cmp(b.0));
    let line = |((control, scenario), rest): (&(String, String), String)| {
        let (control, scenario) = (serde_json::to_string(control)?, serde_json::to_string(scenario)?);
        Ok(format!(r#"{{"control":{control},"scenario":{scenario},{rest}}}"#))
    };
    lines.into_iter().map(line).collect()
}

/// An observation with the lines of its exchanges. An exchange that the recording does not have keeps its id, so that
/// verification names it.
fn based_on<'a>(observation: &str, ids: impl Iterator<Item = &'a str>, numbers: &Numbers) -> String {
    let (mut lines, mut lacking) = (String::new(), String::new());
    for id in ids {
        match numbers.of(id) {
            Some(number) => drop(write!(lines, "{}{number}", comma(&lines))),
            None => drop(write!(lacking, "{}\"{id}\"", comma(&lacking))),
        }
    }
    let head = observation.strip_suffix('}').unwrap_or(observation);
    format!(r#""observation":{head},"exchanges":[{lacking}]}},"lines":[{lines}]"#)
}

fn comma(list: &str) -> &'static str {
    if list.is_empty() { "" } else { "," }
}

#[cfg(test)]
mod tests {
    use logproof_estate::{ExchangeId, record::Subject};

    use super::*;
    use crate::bundle::cells::{Cell, each_cell, index};

    fn observation(account: u64, found: &str, exchanges: &[&str]) -> Observation {
        let account: AccountId = format!("{account:012}").parse().unwrap();
        let mut one = Observation::new(Subject::arn("arn:aws:x").at(&account, None), "a\tb", found, true);
        one.exchanges = exchanges.iter().map(|id| ExchangeId::new(id.repeat(32))).collect();
        one
    }

    #[test]
    fn observations_of_attempts_that_count_are_written_with_their_lines() {
        let home = tempfile::tempdir().unwrap();
        let spool = Spool::begin(home.path()).unwrap();
        let (void, second, first) = (spool.begin(), spool.begin(), spool.begin());
        spool.take(void, &observation(1, "void", &["aa"]));
        for account in 1..=40 {
            spool.take(second, &observation(account, "two", &["aa", "cc", "bb"]));
        }
        spool.take(first, &observation(7, r#""exchanges":["]"#, &[]));
        spool.keep(second, "LS-2", "two");
        spool.keep(first, "LS-1", "one");
        let mut numbers = Numbers::default();
        for (line, id) in [(1, "bb"), (9, "aa"), (12, "aa")] {
            numbers.add(&ExchangeId::new(id.repeat(32)), line);
        }
        spool.finish(&numbers.sorted()).unwrap();

        let files = index(home.path()).unwrap().unwrap().files;
        assert_eq!(files.iter().map(|file| file.observations).collect::<Vec<_>>(), [33, 8]);
        let mut cells = Vec::new();
        for file in files {
            each_cell(home.path(), &file.file, |cell| cells.push(cell)).unwrap();
        }
        let Cell { control, observation: one, lines, .. } = &cells[0];
        assert_eq!((control.as_str(), lines.as_slice()), ("LS-1", &[][..]));
        assert_eq!(*one, observation(7, r#""exchanges":["]"#, &[]));
        let Cell { scenario, observation: one, lines, .. } = &cells[1];
        assert_eq!((scenario.as_str(), lines.as_slice()), ("two", &[9, 1][..]), "the first line of an exchange");
        assert_eq!(*one, observation(1, "two", &["cc"]), "what the recording lacks keeps its id");
        assert!(cells.iter().all(|cell| cell.observation.found != "void"));
        assert!(
            std::fs::read_dir(home.path())
                .unwrap()
                .all(|file| { !file.unwrap().file_name().to_string_lossy().ends_with(".spool") })
        );
    }
}
