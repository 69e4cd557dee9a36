//! Where each exchange of a recording is: `exchanges.index`, beside a recording of several files.
//!
//! Records of 28 bytes, sorted: the first 8 bytes of the exchange's id, then, each as 4 bytes, the number of the file,
//! offset and length of the line in it, and as 8 bytes the line in the whole recording, all big-endian.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom, Write},
    path::Path,
};

use logproof_estate::ExchangeId;

use super::{
    cells,
    line::Line,
    tape::{self, Lines, Place, TapeError},
};
use crate::files::EXCHANGE_INDEX;

/// Bytes of a record.
const RECORD: usize = 28;

/// Where one exchange is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct At {
    id: u64,
    place: Place,
    line: u64,
}

/// All places of a recording, as they are found.
#[derive(Debug, Default)]
pub(super) struct Places(Vec<At>);

impl Places {
    /// Takes one in.
    pub(super) fn add(&mut self, id: &ExchangeId, place: Place, line: u64) {
        self.0.push(At { id: cells::short(id), place, line });
    }

    /// Writes the index.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub(super) fn write(mut self, out: &mut dyn Write) -> io::Result<()> {
        self.0.sort_by_key(|at| (at.id, at.line));
        for At { id, place, line } in self.0 {
            out.write_all(&id.to_be_bytes())?;
            out.write_all(&place.chunk.to_be_bytes())?;
            out.write_all(&u32::try_from(place.offset).unwrap_or(u32::MAX).to_be_bytes())?;
            out.write_all(&place.length.to_be_bytes())?;
            out.write_all(&line.to_be_bytes())?;
        }
        Ok(())
    }
}

/// Exchanges of a bundle, found by their ids.
#[derive(Debug)]
pub struct Exchanges {
    lines: Lines,
    index: Vec<At>,
}

impl Exchanges {
    /// The exchanges with these ids, as far as the bundle has them.
    ///
    /// # Errors
    /// [`TapeError`].
    pub fn of(bundle: &Path, ids: &[ExchangeId]) -> Result<Self, TapeError> {
        let path = bundle.join(EXCHANGE_INDEX);
        let io_error = |source| TapeError::Io { path: path.clone(), source };
        let index = match File::open(&path) {
            Ok(mut file) => {
                let found = ids.iter().map(|id| look_up(&mut file, cells::short(id))).collect::<io::Result<Vec<_>>>();
                found.map_err(io_error)?.into_iter().flatten().collect()
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => of_short_recording(bundle, ids)?,
            Err(error) => return Err(io_error(error)),
        };
        Ok(Self { lines: Lines::of(bundle)?, index })
    }

    /// One exchange with its line in the recording; `None` when the bundle does not have it.
    ///
    /// # Errors
    /// [`TapeError`].
    pub fn get(&self, id: &ExchangeId) -> Result<Option<(u64, Line)>, TapeError> {
        let wanted = cells::short(id);
        for at in self.index.iter().filter(|at| at.id == wanted) {
            let line = self.lines.at(at.place)?;
            if line.id == *id {
                return Ok(Some((at.line, line)));
            }
        }
        Ok(None)
    }
}

/// A recording of one file has no index: it is read from its beginning.
fn of_short_recording(bundle: &Path, ids: &[ExchangeId]) -> Result<Vec<At>, TapeError> {
    let (mut found, mut number) = (Vec::new(), 0);
    tape::each_line(bundle, |line, place| {
        number += 1;
        if ids.contains(&line.id) {
            found.push(At { id: cells::short(&line.id), place, line: number });
        }
    })?;
    Ok(found)
}

/// The records of an id, by bisection.
fn look_up(file: &mut File, id: u64) -> io::Result<Vec<At>> {
    let records = file.metadata()?.len() / RECORD as u64;
    let (mut low, mut high) = (0, records);
    while low < high {
        let middle = low + (high - low) / 2;
        if read(file, middle)?.id < id { low = middle + 1 } else { high = middle }
    }
    let mut found = Vec::new();
    while low < records {
        let at = read(file, low)?;
        if at.id != id {
            break;
        }
        found.push(at);
        low += 1;
    }
    Ok(found)
}

fn read(file: &mut File, record: u64) -> io::Result<At> {
    let mut bytes = [0; RECORD];
    file.seek(SeekFrom::Start(record * RECORD as u64))?;
    file.read_exact(&mut bytes)?;
    let number = |from: usize, length: usize| {
        bytes.iter().skip(from).take(length).fold(0_u64, |number, byte| number << 8 | u64::from(*byte))
    };
    let small = |from| u32::try_from(number(from, 4)).unwrap_or(u32::MAX);
    let place = Place { chunk: small(8), offset: number(12, 4), length: small(16) };
    Ok(At { id: number(0, 8), place, line: number(20, 8) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_found() {
        let home = tempfile::tempdir().unwrap();
        let id = |number: u64| ExchangeId::new(format!("{:016x}{}", number * 7919 % 1000, "0".repeat(48)));
        let mut places = Places::default();
        for number in 0..500 {
            let place = Place { chunk: 3, offset: number * 10, length: 10 };
            places.add(&id(number), place, number + 1);
        }
        places.add(&id(17), Place { chunk: 4, offset: 5, length: 6 }, 900);
        let path = home.path().join("index");
        places.write(&mut File::create(&path).unwrap()).unwrap();
        let mut file = File::open(path).unwrap();
        for number in 0..500 {
            let found = look_up(&mut file, cells::short(&id(number))).unwrap();
            assert_eq!(found[0].line, number + 1);
            assert_eq!(found.len(), if number == 17 { 2 } else { 1 }, "{number}");
        }
        assert_eq!(look_up(&mut file, 1_000_000).unwrap(), []);
    }
}
