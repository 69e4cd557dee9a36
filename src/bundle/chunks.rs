//! Long lists of lines, one JSON document each, that are kept in several files.
//!
//! A list begins as one file, `exchanges.jsonl`. What is longer than [`LONGEST`] goes on in `exchanges-0002.jsonl`, and
//! when such a list is complete every part of it is packed: `exchanges-0001.jsonl.gz`. Knows files, not what a line means.

use std::{
    borrow::Cow,
    collections::HashMap,
    fs::{self, File},
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use flate2::{Compression, GzBuilder, read::GzDecoder};

/// Bytes after which a list goes on in another file: few enough to unpack one in some 20 ms.
pub(super) const LONGEST: u64 = 16 * 1024 * 1024;
/// The longest line accepted: one claimed to be longer is refused, not read.
pub(super) const LONGEST_LINE: u64 = 64 * 1024 * 1024;
/// The most that a packed file may unpack to.
const LARGEST: u64 = LONGEST + LONGEST_LINE + 1;

/// One file of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chunk {
    number: u32,
    path: PathBuf,
    packed: bool,
}

/// Why the lines of a file cannot be gone through.
#[derive(Debug)]
pub(super) enum LineError {
    /// The file cannot be read.
    Io(io::Error),
    /// A line is not what it must be.
    Line {
        /// Its number, from 1.
        number: usize,
        /// What is wrong.
        problem: String,
    },
}

/// Where a line is: in which file, and where in it once unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Number of the file, from 1.
    pub chunk: u32,
    /// First byte.
    pub offset: u64,
    /// Bytes, the line's end included.
    pub length: u32,
}

/// The name of a file of a list.
pub(super) fn name(stem: &str, number: u32, packed: bool) -> String {
    match (number, packed) {
        (1, false) => format!("{stem}.jsonl"),
        (_, false) => format!("{stem}-{number:04}.jsonl"),
        (_, true) => format!("{stem}-{number:04}.jsonl.gz"),
    }
}

/// The files of a list in their order; empty when there is none.
///
/// # Errors
/// When the folder cannot be read, or a file between two others is not there.
pub(crate) fn of(folder: &Path, stem: &str) -> io::Result<Vec<Chunk>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let file = entry?.file_name();
        let Some((number, packed)) = file.to_str().and_then(|file| parsed(file, stem)) else { continue };
        found.push(Chunk { number, path: folder.join(file), packed });
    }
    // A file that was packed when the program died may be there in both forms: the packed one is complete.
    found.sort_by_key(|chunk| (chunk.number, !chunk.packed));
    found.dedup_by_key(|chunk| chunk.number);
    for (at, chunk) in (1_u32..).zip(&found) {
        if chunk.number != at {
            let missing = folder.join(name(stem, at, chunk.packed));
            return Err(io::Error::new(io::ErrorKind::NotFound, format!("`{}` is not there", missing.display())));
        }
    }
    Ok(found)
}

/// Number and form of a file of a list, by its name.
fn parsed(file: &str, stem: &str) -> Option<(u32, bool)> {
    let rest = file.strip_prefix(stem)?;
    let (rest, packed) = rest.strip_suffix(".gz").map_or((rest, false), |rest| (rest, true));
    let rest = rest.strip_suffix(".jsonl")?;
    if rest.is_empty() {
        return (!packed).then_some((1, false));
    }
    let number: u32 = rest.strip_prefix('-')?.parse().ok()?;
    (name(stem, number, packed) == file).then_some((number, packed))
}

impl Chunk {
    /// Its number, from 1.
    pub(super) fn number(&self) -> u32 {
        self.number
    }

    /// Its name.
    pub(super) fn name(&self) -> String {
        self.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is packed.
    pub(super) fn is_packed(&self) -> bool {
        self.packed
    }

    /// Goes through its lines, each with its number, from 1, and where it is; one is in memory at a time.
    ///
    /// # Errors
    /// [`LineError`], with what `seen` says of a line too.
    pub(super) fn each_line(
        &self,
        mut seen: impl FnMut(usize, Place, &[u8]) -> Result<(), String>,
    ) -> Result<(), LineError> {
        let mut reader = self.lines().map_err(LineError::Io)?;
        let (mut offset, mut text) = (0_u64, Vec::new());
        for number in 1.. {
            text.clear();
            let refuse = |problem: String| LineError::Line { number, problem };
            let read = match reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut text) {
                Ok(0) => break,
                Ok(read) => read as u64,
                // A packed file that is cut or damaged: what it holds cannot be had.
                Err(error) if self.packed => return Err(refuse(format!("cannot be unpacked: {error}"))),
                Err(error) => return Err(LineError::Io(error)),
            };
            if text.last() != Some(&b'\n') {
                let problem = if read == LONGEST_LINE { "is longer than 64 MiB" } else { "the line is not complete" };
                return Err(refuse(problem.to_owned()));
            }
            let place = Place { chunk: self.number, offset, length: u32::try_from(read).unwrap_or(u32::MAX) };
            seen(number, place, &text).map_err(refuse)?;
            offset += read;
        }
        Ok(())
    }

    /// Its lines, unpacked.
    fn lines(&self) -> io::Result<Box<dyn BufRead>> {
        let file = File::open(&self.path)?;
        Ok(if self.packed {
            Box::new(BufReader::with_capacity(64 * 1024, GzDecoder::new(BufReader::new(file)).take(LARGEST)))
        } else {
            Box::new(BufReader::with_capacity(64 * 1024, file))
        })
    }

    /// Packs it, each line as `kept` makes it; the unpacked file goes when the packed one is on the disk.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub(super) fn pack(&self, folder: &Path, stem: &str, kept: fn(&[u8]) -> Cow<'_, [u8]>) -> io::Result<()> {
        let unpacked = folder.join(name(stem, self.number, false));
        if !self.packed {
            let packed = folder.join(name(stem, self.number, true));
            let partial = packed.with_extension("gz.partial");
            write_packed(&partial, |out| {
                let (mut lines, mut line) = (self.lines()?, Vec::new());
                while lines.read_until(b'\n', &mut line)? > 0 {
                    out.write_all(&kept(&line))?;
                    line.clear();
                }
                Ok(())
            })?;
            fs::rename(partial, packed)?;
        }
        match fs::remove_file(unpacked) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// Writes a packed file. The same content gives the same bytes: no time and no name is kept in it.
///
/// # Errors
/// When it cannot be written.
pub(super) fn write_packed(path: &Path, body: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = GzBuilder::new().write(io::BufWriter::new(File::create(path)?), Compression::new(6));
    body(&mut out)?;
    out.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
}

/// Reads lines at places. A packed file that is read from is unpacked once, into a file without a name that goes with
/// this: scenarios go through a recording side by side, each at a place of its own, and what is unpacked in memory for one
/// would make room for the others.
#[derive(Debug)]
pub(crate) struct Reader {
    chunks: Vec<Chunk>,
    unpacked: Mutex<Unpacked>,
}

/// Packed files, one after the other as they were first read from.
#[derive(Debug, Default)]
struct Unpacked {
    file: Option<File>,
    /// Where each begins, and its length.
    at: HashMap<u32, (u64, u64)>,
    length: u64,
}

impl Reader {
    /// Reads the lines of a list.
    ///
    /// # Errors
    /// As [`of`].
    pub(crate) fn open(folder: &Path, stem: &str) -> io::Result<Self> {
        Ok(Self { chunks: of(folder, stem)?, unpacked: Mutex::default() })
    }

    /// The line at a place, its end included.
    ///
    /// # Errors
    /// When it cannot be read, or cannot be unpacked for want of room.
    pub(crate) fn line_at(&self, place: Place) -> io::Result<Vec<u8>> {
        let chunk = self.chunks.iter().find(|chunk| chunk.number == place.chunk);
        let chunk = chunk.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        if chunk.packed {
            self.unpacked.lock().unwrap_or_else(PoisonError::into_inner).line_at(chunk, place)
        } else {
            read_from(&mut File::open(&chunk.path)?, place.offset, place.length)
        }
    }
}

impl Unpacked {
    fn line_at(&mut self, chunk: &Chunk, place: Place) -> io::Result<Vec<u8>> {
        let (start, length) = match self.at.get(&chunk.number) {
            Some(known) => *known,
            None => self.unpack(chunk)?,
        };
        if place.offset.saturating_add(place.length.into()) > length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let file = self.file.as_mut().ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        read_from(file, start + place.offset, place.length)
    }

    fn unpack(&mut self, chunk: &Chunk) -> io::Result<(u64, u64)> {
        let mut file = match self.file.take() {
            Some(file) => file,
            None => temporary_file(&temporary_folders())?,
        };
        file.seek(SeekFrom::Start(self.length))?;
        let written = io::copy(&mut chunk.lines()?, &mut file);
        self.file = Some(file);
        let at = (self.length, written?);
        self.at.insert(chunk.number, at);
        self.length += at.1;
        Ok(at)
    }
}

/// Folders to unpack in: `TMPDIR`, or where large temporary files belong, because `/tmp` often is memory.
///
/// See: <https://systemd.io/TEMPORARY_DIRECTORIES/>
fn temporary_folders() -> Vec<PathBuf> {
    let large = std::env::var_os("TMPDIR").is_none().then(|| PathBuf::from("/var/tmp"));
    large.into_iter().chain([std::env::temp_dir()]).collect()
}

/// A file without a name in the first of these folders in which there can be one.
fn temporary_file(folders: &[PathBuf]) -> io::Result<File> {
    let mut refused = io::Error::from(io::ErrorKind::NotFound);
    for folder in folders {
        match tempfile::tempfile_in(folder) {
            Ok(file) => return Ok(file),
            Err(error) => {
                let why = format!("no file can be made in `{}` to unpack it: {error}; set TMPDIR", folder.display());
                refused = io::Error::new(error.kind(), why);
            }
        }
    }
    Err(refused)
}

fn read_from(file: &mut File, offset: u64, length: u32) -> io::Result<Vec<u8>> {
    if u64::from(length) > LONGEST_LINE {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a line is longer than 64 MiB"));
    }
    file.seek(SeekFrom::Start(offset))?;
    let mut bytes = vec![0_u8; length as usize];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(number: u32, folder: &Path, packed: bool) -> Chunk {
        Chunk { number, path: folder.join(name("list", number, packed)), packed }
    }

    #[test]
    fn files_of_a_list_are_found_in_their_order() {
        let home = tempfile::tempdir().unwrap();
        for other in ["list.json", "list-2.jsonl", "lists.jsonl", "list-0009.jsonl.gz.partial", "list.jsonl.gz"] {
            fs::write(home.path().join(other), "x").unwrap();
        }
        assert_eq!(of(home.path(), "list").unwrap(), []);
        for number in [1, 2, 3] {
            fs::write(home.path().join(name("list", number, false)), "x").unwrap();
        }
        let expected: Vec<Chunk> = (1..=3).map(|number| chunk(number, home.path(), false)).collect();
        assert_eq!(of(home.path(), "list").unwrap(), expected);
        fs::remove_file(home.path().join("list-0002.jsonl")).unwrap();
        assert!(of(home.path(), "list").unwrap_err().to_string().contains("list-0002.jsonl` is not there"));
    }

    #[test]
    fn a_packed_file_holds_the_same_lines_at_the_same_places() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("list.jsonl"), "one\nlonger\n").unwrap();
        let place = Place { chunk: 1, offset: 4, length: 7 };
        let line = || Reader::open(home.path(), "list").unwrap().line_at(place).unwrap();
        assert_eq!(line(), b"longer\n");
        for chunk in of(home.path(), "list").unwrap() {
            chunk.pack(home.path(), "list", |line| Cow::Borrowed(line)).unwrap();
        }
        assert_eq!(of(home.path(), "list").unwrap(), [chunk(1, home.path(), true)]);
        assert_eq!(line(), b"longer\n");
        let bytes = fs::read(home.path().join("list-0001.jsonl.gz")).unwrap();

        // Packing that was cut off is done again, and gives the same.
        fs::write(home.path().join("list.jsonl"), "one\nlonger\n").unwrap();
        for chunk in of(home.path(), "list").unwrap() {
            chunk.pack(home.path(), "list", |line| Cow::Borrowed(line)).unwrap();
        }
        assert!(!home.path().join("list.jsonl").exists());
        assert_eq!(fs::read(home.path().join("list-0001.jsonl.gz")).unwrap(), bytes);
        let beyond = Place { chunk: 1, offset: 9, length: 7 };
        assert!(Reader::open(home.path(), "list").unwrap().line_at(beyond).is_err());
    }

    #[test]
    fn a_file_to_unpack_into_is_made_where_it_can_be() {
        let home = tempfile::tempdir().unwrap();
        let (missing, there) = (home.path().join("missing"), home.path().to_owned());
        assert!(temporary_file(&[missing.clone(), there]).is_ok());
        let refused = temporary_file(&[missing]).unwrap_err().to_string();
        assert!(refused.contains("missing` to unpack it: ") && refused.ends_with("; set TMPDIR"), "{refused}");
    }
}
