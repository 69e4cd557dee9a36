//! Plays a recording back: an index of requests over `exchanges.jsonl`, read from disk when asked.
//!
//! A request is found by what it asks (account, Region, service, operation, path, body), never by call order; the
//! n-th repeat gets the n-th answer, then the last one again.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use logproof_wire::{CallTag, Exchange, NoAnswer, Serve, WireRequest, WireResponse, sha256_hex};

use super::recording::Line;

/// The longest line accepted: an exchange claimed to be larger is refused, not read.
const MAX_LINE_BYTES: u64 = 64 * 1024 * 1024;

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

#[derive(Debug, Default)]
struct Answers {
    places: Vec<(u64, u32)>,
    next: usize,
}

/// A recording, indexed.
#[derive(Debug)]
pub struct Tape {
    path: PathBuf,
    file: Mutex<File>,
    answers: Mutex<HashMap<String, Answers>>,
    exchanges: usize,
}

impl Tape {
    /// Indexes a recording and checks every line against its content address.
    ///
    /// # Errors
    /// [`TapeError`] naming the file and the line.
    pub fn open(path: &Path, purpose: Use) -> Result<Self, TapeError> {
        let mut answers: HashMap<String, Answers> = HashMap::new();
        let mut exchanges = 0;
        each_line(path, |line, place| {
            if purpose == Use::Replay || worth_keeping(&line) {
                let entry = answers.entry(key(&line.exchange.tag, &line.exchange.request)).or_default();
                if purpose == Use::Resume {
                    entry.places.clear();
                }
                entry.places.push(place);
            }
            exchanges += 1;
        })?;
        let file = File::open(path).map_err(|source| TapeError::Io { path: path.to_owned(), source })?;
        Ok(Self { path: path.to_owned(), file: Mutex::new(file), answers: Mutex::new(answers), exchanges })
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

    fn read(&self, (offset, length): (u64, u32)) -> io::Result<Line> {
        let mut bytes = vec![0_u8; length as usize];
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(offset))?;
        file.read_exact(&mut bytes)?;
        serde_json::from_slice(&bytes).map_err(io::Error::other)
    }
}

/// Goes through a recording line by line, each checked against its content address; one line is in memory at a time.
///
/// # Errors
/// [`TapeError`] naming the file and the line.
pub fn each_line(path: &Path, mut seen: impl FnMut(Line, (u64, u32))) -> Result<(), TapeError> {
    let io_error = |source| TapeError::Io { path: path.to_owned(), source };
    let mut reader = BufReader::new(File::open(path).map_err(io_error)?);
    let (mut offset, mut number) = (0_u64, 0_usize);
    let mut text = Vec::new();
    loop {
        text.clear();
        let read = reader.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut text).map_err(io_error)?;
        if read == 0 {
            return Ok(());
        }
        number += 1;
        let refuse = |problem: String| TapeError::Line { path: path.to_owned(), line: number, problem };
        if text.last() != Some(&b'\n') {
            let long = read as u64 == MAX_LINE_BYTES;
            let problem = if long { "is longer than 64 MiB" } else { "the line is not complete" };
            return Err(refuse(problem.to_owned()));
        }
        let line = checked(&text).map_err(refuse)?;
        seen(line, (offset, u32::try_from(read).unwrap_or(u32::MAX)));
        offset += read as u64;
    }
}

/// One line of a recording, at a place that [`each_line`] told.
///
/// # Errors
/// [`TapeError`].
pub fn line_at(path: &Path, (offset, length): (u64, u32)) -> Result<Line, TapeError> {
    let io_error = |source| TapeError::Io { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(io_error)?;
    let mut text = vec![0_u8; length as usize];
    file.seek(SeekFrom::Start(offset)).and_then(|_| file.read_exact(&mut text)).map_err(io_error)?;
    checked(&text).map_err(|problem| TapeError::Line { path: path.to_owned(), line: 0, problem })
}

/// What an exchange asked, wherever it was sent: the same for every answer to the same question.
#[must_use]
pub fn question(exchange: &Exchange) -> String {
    key(&exchange.tag, &exchange.request)
}

/// Parses a line and checks its content address and body digest.
///
/// # Errors
/// What is wrong, in one line.
pub fn checked(text: &[u8]) -> Result<Line, String> {
    let line: Line = serde_json::from_slice(text).map_err(|error| format!("not an exchange: {error}"))?;
    let body = line.bytes().map_err(|error| format!("the body is not base64: {error}"))?;
    if sha256_hex(&body) != line.exchange.body_sha256 {
        return Err(format!("the body of exchange {} is not the recorded one", line.id));
    }
    if line.exchange.id() != line.id {
        return Err(format!("exchange {} does not have the content its id names", line.id));
    }
    Ok(line)
}

/// Whether the answer is AWS's last word: success, or that there is nothing. Credentials are asked for each time.
pub(crate) fn worth_keeping(line: &Line) -> bool {
    line.exchange.status.is_some_and(|status| (200..300).contains(&status) || status == 404)
        && line.exchange.tag.service != "sts"
}

/// What a request asks, apart from the endpoint it is sent to.
fn key(tag: &CallTag, request: &WireRequest) -> String {
    let path = request.canonical_path(&tag.service);
    let CallTag { account, region, service, operation } = tag;
    format!(
        "{account}/{region}/{service}/{operation} {} {path} {}",
        request.method,
        sha256_hex(request.body.as_bytes())
    )
}

impl Tape {
    /// The exchange that answers a request.
    ///
    /// # Errors
    /// [`NoAnswer::NotRecorded`] when there is none.
    pub fn exchange(&self, tag: &CallTag, request: &WireRequest) -> Result<Line, NoAnswer> {
        let mut request = request.clone();
        if tag.service == "sts" && tag.operation != "GetCallerIdentity" {
            // As recorded: the body of credential calls is not kept.
            request.body.clear();
        }
        let key = key(tag, &request);
        let place = {
            let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
            let found = answers.get_mut(&key).and_then(|entry| {
                let place = entry.places.get(entry.next).or_else(|| entry.places.last()).copied();
                entry.next += 1;
                place
            });
            found.ok_or_else(|| NoAnswer::NotRecorded(key.clone()))?
        };
        self.read(place).map_err(|error| {
            NoAnswer::NotRecorded(format!("{key} (`{}` cannot be read: {error})", self.path.display()))
        })
    }
}

impl Serve for Tape {
    fn serve(&self, tag: &CallTag, request: &WireRequest) -> Result<WireResponse, NoAnswer> {
        answer(&self.exchange(tag, request)?)
    }
}

/// What a recorded exchange answers.
///
/// # Errors
/// [`NoAnswer::Broken`] when there was no answer.
pub(super) fn answer(line: &Line) -> Result<WireResponse, NoAnswer> {
    let Some(status) = line.exchange.status else {
        return Err(NoAnswer::Broken(line.exchange.failure.clone().unwrap_or_default()));
    };
    let tag = &line.exchange.tag;
    if tag.service == "sts" && tag.operation == "AssumeRole" && status == 200 {
        return Ok(WireResponse { status, headers: line.exchange.headers.clone(), body: assumed().into() });
    }
    let body = line.bytes().unwrap_or_default();
    Ok(WireResponse { status, headers: line.exchange.headers.clone(), body: body.into() })
}

/// Credentials that open nothing: the real ones were never recorded, and a replay needs none.
fn assumed() -> String {
    concat!(
        r#"<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>"#,
        "<AccessKeyId>REPLAYED</AccessKeyId><SecretAccessKey>REPLAYED</SecretAccessKey>",
        "<SessionToken>REPLAYED</SessionToken><Expiration>9999-12-31T23:59:59Z</Expiration></Credentials>",
        "</AssumeRoleResult></AssumeRoleResponse>"
    )
    .to_owned()
}
