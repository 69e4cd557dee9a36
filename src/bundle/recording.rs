//! Writes every exchange of a run to `exchanges.jsonl` as its answer arrives.
//!
//! One line per exchange, appended and flushed at once: after a crash the file holds every complete exchange and at
//! most one torn last line, which readers leave out. Nothing is kept in memory.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::Path,
    sync::{Mutex, PoisonError},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use logproof_estate::ExchangeId;
use logproof_wire::{Exchange, Recorder};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

/// One line of the recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Content address of the exchange.
    pub id: ExchangeId,
    /// The exchange.
    #[serde(flatten)]
    pub exchange: Exchange,
    /// Response body, when it is UTF-8 text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Response body in base64, when it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_base64: Option<String>,
}

impl Line {
    /// The line for one exchange.
    #[must_use]
    pub fn new(id: &ExchangeId, exchange: &Exchange, body: &[u8]) -> Self {
        let text = std::str::from_utf8(body).ok().map(str::to_owned);
        let body_base64 = if text.is_none() { Some(STANDARD.encode(body)) } else { None };
        Self { id: id.clone(), exchange: exchange.clone(), body: text, body_base64 }
    }

    /// The response body.
    ///
    /// # Errors
    /// When the base64 form is not base64.
    pub fn bytes(&self) -> Result<Vec<u8>, base64::DecodeError> {
        match (&self.body, &self.body_base64) {
            (Some(text), _) => Ok(text.clone().into_bytes()),
            (None, Some(encoded)) => STANDARD.decode(encoded),
            (None, None) => Ok(Vec::new()),
        }
    }
}

/// Appends to a recording.
#[derive(Debug)]
pub struct Recording {
    state: Mutex<State>,
    broken: Notify,
}

#[derive(Debug)]
struct State {
    file: File,
    written: u64,
    failed: Option<io::Error>,
    /// The bundle is being closed: what is observed from now on is not part of it.
    finished: bool,
}

impl Recording {
    /// Appends to `path`, creating it; a torn last line left by a crash is cut off first.
    ///
    /// # Errors
    /// When the file cannot be opened or read.
    pub fn open(path: &Path) -> io::Result<Self> {
        let mut file = OpenOptions::new().create(true).read(true).append(true).open(path)?;
        cut_torn_line(&mut file)?;
        let state = Mutex::new(State { file, written: 0, failed: None, finished: false });
        Ok(Self { state, broken: Notify::new() })
    }

    /// Ends the recording: exchanges written, or the first write that failed, for a run whose evidence is incomplete must
    /// not end well. What comes later is left out.
    ///
    /// # Errors
    /// The first failed write.
    pub fn finish(&self) -> io::Result<u64> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.finished = true;
        if let Some(error) = state.failed.take() {
            return Err(error);
        }
        state.file.sync_all()?;
        Ok(state.written)
    }

    /// Resolves when a write has failed: what is examined from then on leaves no evidence, so the run may as well stop.
    pub async fn failed(&self) {
        self.broken.notified().await;
    }
}

fn cut_torn_line(file: &mut File) -> io::Result<()> {
    use std::io::{Read, Seek, SeekFrom};
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
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.failed.is_some() || state.finished {
            return;
        }
        let result = serde_json::to_vec(&line).map_err(io::Error::other).and_then(|mut bytes| {
            bytes.push(b'\n');
            state.file.write_all(&bytes)
        });
        match result {
            Ok(()) => state.written += 1,
            Err(error) => {
                state.failed = Some(error);
                self.broken.notify_one();
            }
        }
    }
}
