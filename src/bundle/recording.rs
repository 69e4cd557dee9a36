//! Writes every exchange of a run to `exchanges.jsonl`, and the files after it, as its answer arrives.
//!
//! One line per exchange, appended and flushed at once: after a crash the file holds every complete exchange and at
//! most one torn last line, which readers leave out. No answer is kept in memory: what a run asks again is read back.

use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions},
    io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use logproof_estate::ExchangeId;
use logproof_wire::{CallTag, Exchange, NoAnswer, Recorder, Serve, WireRequest, WireResponse};
use tokio::sync::Notify;

use super::{
    chunks::{self, LONGEST, LONGEST_LINE},
    line::{self, Line},
};
use crate::files::RECORDING;

/// Appends to a recording, and answers from it what was asked before in the same run.
#[derive(Debug)]
pub struct Recording {
    folder: PathBuf,
    state: Mutex<State>,
    broken: Notify,
}

#[derive(Debug)]
struct State {
    file: File,
    /// Number of the file that is appended to, from 1.
    chunk: u32,
    /// Its length.
    length: u64,
    written: u64,
    failed: Option<io::Error>,
    /// The bundle is being closed: what is observed from now on is not part of it.
    finished: bool,
    /// Where the last answer to each request begins, by digests: a few bytes for each of very many. A hash table would need
    /// room for three of itself whenever it doubles.
    answers: BTreeMap<u64, Start>,
}

/// Where a line begins.
#[derive(Debug, Clone, Copy)]
struct Start {
    chunk: u32,
    /// No file is appended to once it is longer than [`LONGEST`].
    offset: u32,
}

impl Recording {
    /// Appends to the recording in a folder, beginning it when there is none; a torn last line left by a crash is cut off
    /// first.
    ///
    /// # Errors
    /// When a file cannot be opened or read.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let chunks = chunks::of(folder, RECORDING)?;
        // A run that died while its recording was packed goes on in another file.
        let chunk = chunks.last().map_or(1, |last| last.number() + u32::from(last.is_packed()));
        let mut file = append_to(&folder.join(chunks::name(RECORDING, chunk, false)))?;
        cut_torn_line(&mut file)?;
        let length = file.seek(SeekFrom::End(0))?;
        let answers = BTreeMap::new();
        let state = State { file, chunk, length, written: 0, failed: None, finished: false, answers };
        Ok(Self { folder: folder.to_owned(), state: Mutex::new(state), broken: Notify::new() })
    }

    /// Ends the recording, and packs it when it has several files: exchanges written, or the first write that failed, for
    /// a run whose evidence is incomplete must not end well. What comes later is left out.
    ///
    /// # Errors
    /// The first failed write.
    pub fn finish(&self) -> io::Result<u64> {
        let written = {
            let mut state = self.state();
            state.finished = true;
            state.answers = BTreeMap::new();
            if let Some(error) = state.failed.take() {
                return Err(error);
            }
            state.file.sync_all()?;
            state.written
        };
        let chunks = chunks::of(&self.folder, RECORDING)?;
        if chunks.len() > 1 {
            chunks.iter().try_for_each(|chunk| chunk.pack(&self.folder, RECORDING, line::packed))?;
        }
        Ok(written)
    }

    /// Resolves when a write has failed: what is examined from then on leaves no evidence, so the run may as well stop.
    pub async fn failed(&self) {
        self.broken.notified().await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn append(&mut self, folder: &Path, asked: Option<u64>, line: &Line) -> io::Result<()> {
        let mut bytes = serde_json::to_vec(line).map_err(io::Error::other)?;
        bytes.push(b'\n');
        if self.length > LONGEST {
            self.file.sync_all()?;
            self.chunk += 1;
            self.file = append_to(&folder.join(chunks::name(RECORDING, self.chunk, false)))?;
            self.length = 0;
        }
        self.file.write_all(&bytes)?;
        if let (Some(asked), Ok(offset)) = (asked, u32::try_from(self.length)) {
            self.answers.insert(asked, Start { chunk: self.chunk, offset });
        }
        self.length += bytes.len() as u64;
        self.written += 1;
        Ok(())
    }
}

fn append_to(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).read(true).append(true).open(path)
}

/// A request by its digest; two that share it are told apart when the line is read.
fn short(asked: &str) -> u64 {
    u64::try_from(line::digest(asked) & u128::from(u64::MAX)).unwrap_or_default()
}

fn cut_torn_line(file: &mut File) -> io::Result<()> {
    let length = file.seek(SeekFrom::End(0))?;
    let mut end = length;
    let mut block = [0_u8; 4096];
    while end > 0 {
        let start = end.saturating_sub(4096);
        let want = usize::try_from(end - start).unwrap_or(4096);
        file.seek(SeekFrom::Start(start))?;
        let Some(part) = block.get_mut(..want) else { break };
        file.read_exact(part)?;
        if let Some(newline) = part.iter().rposition(|byte| *byte == b'\n') {
            let keep = start + newline as u64 + 1;
            return if keep == length { Ok(()) } else { file.set_len(keep) };
        }
        end = start;
    }
    if length == 0 { Ok(()) } else { file.set_len(0) }
}

impl Recorder for Recording {
    fn record(&self, id: &ExchangeId, exchange: &Exchange, body: &Bytes) {
        let line = Line::new(id, exchange, body);
        // A connection that broke is no answer.
        let asked = exchange.status.map(|_| short(&line::asked(&exchange.tag, &exchange.request)));
        let mut state = self.state();
        if state.failed.is_some() || state.finished {
            return;
        }
        if let Err(error) = state.append(&self.folder, asked, &line) {
            state.failed = Some(error);
            self.broken.notify_one();
        }
    }
}

/// Answers requests as they were answered last in this run.
impl Serve for Recording {
    fn serve(&self, tag: &CallTag, request: &WireRequest) -> Result<WireResponse, NoAnswer> {
        let asked = line::asked(tag, request);
        let start = self.state().answers.get(&short(&asked)).copied();
        let start = start.ok_or_else(|| NoAnswer::NotRecorded(asked.clone()))?;
        let path = self.folder.join(chunks::name(RECORDING, start.chunk, false));
        let line = line_from(&path, start.offset.into());
        let line = line.map_err(|error| NoAnswer::NotRecorded(format!("{asked} (cannot be read: {error})")))?;
        if line::question(&line.exchange) != asked {
            return Err(NoAnswer::NotRecorded(asked));
        }
        line::answer(&line)
    }
}

fn line_from(path: &Path, offset: u64) -> io::Result<Line> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(offset))?;
    let mut text = Vec::new();
    BufReader::new(file).take(LONGEST_LINE).read_until(b'\n', &mut text)?;
    line::checked(&text).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::tape;

    fn exchange(number: usize, status: Option<u16>, body: &[u8]) -> Exchange {
        Exchange { status, ..line::synthetic(&format!("/{number}"), body).exchange }
    }

    fn record(recording: &Recording, number: usize, status: Option<u16>, body: &[u8]) {
        let exchange = exchange(number, status, body);
        recording.record(&exchange.id(), &exchange, &Bytes::copy_from_slice(body));
    }

    fn asked(recording: &Recording, number: usize) -> Result<WireResponse, NoAnswer> {
        let exchange = exchange(number, None, b"");
        recording.serve(&exchange.tag, &exchange.request)
    }

    #[test]
    fn what_was_answered_is_answered_again_as_it_was_last() {
        let home = tempfile::tempdir().unwrap();
        let recording = Recording::open(home.path()).unwrap();
        assert!(matches!(asked(&recording, 1), Err(NoAnswer::NotRecorded(_))));
        record(&recording, 1, Some(503), b"slow down");
        record(&recording, 1, Some(200), b"it");
        record(&recording, 2, None, b"");
        assert_eq!(asked(&recording, 1).unwrap().body, "it");
        assert!(matches!(asked(&recording, 2), Err(NoAnswer::NotRecorded(_))), "a broken connection is asked again");
        assert_eq!(recording.finish().unwrap(), 3);
        assert!(home.path().join("exchanges.jsonl").is_file(), "a short recording is one file to read");
    }

    #[test]
    fn a_long_recording_goes_on_in_other_files_which_are_packed_at_its_end() {
        let home = tempfile::tempdir().unwrap();
        let body = vec![b'x'; 1024 * 1024];
        let recording = Recording::open(home.path()).unwrap();
        (0..20).for_each(|number| record(&recording, number, Some(200), &body));
        assert!(home.path().join("exchanges-0002.jsonl").is_file());
        drop(recording);
        // It was interrupted, and goes on where it was.
        let recording = Recording::open(home.path()).unwrap();
        (20..40).for_each(|number| record(&recording, number, Some(200), &body));
        assert_eq!(asked(&recording, 39).unwrap().body.len(), body.len());
        assert_eq!(recording.finish().unwrap(), 20);
        let mut files: Vec<_> = std::fs::read_dir(home.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
        files.sort();
        assert_eq!(files, ["exchanges-0001.jsonl.gz", "exchanges-0002.jsonl.gz", "exchanges-0003.jsonl.gz"]);
        let mut paths = Vec::new();
        let lines = tape::Lines::of(home.path()).unwrap();
        tape::each_line(home.path(), |line, place| {
            assert_eq!(lines.at(place).unwrap(), line);
            paths.push(line.exchange.request.path);
        })
        .unwrap();
        assert_eq!(paths, (0..40).map(|number| format!("/{number}")).collect::<Vec<_>>());
        let tape = tape::Tape::open(home.path(), tape::Use::Replay).unwrap();
        let again = exchange(17, None, b"");
        assert_eq!(tape.serve(&again.tag, &again.request).unwrap().body.len(), body.len());
    }
}
