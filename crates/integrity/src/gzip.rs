//! Exactly one gzip member, inflated in bounded memory.
//!
//! Owns: the rule that one member must consume all input. Must not know: what the bytes mean.
//!
//! One path serves all sizes: the inflater reports how many bytes it consumed, so that a second member cannot hide
//! behind the first, whatever its trailer says. A whole-buffer inflater is faster, but its safe binding does not tell
//! how much it consumed, and finding that out by a second call, without the last byte, makes it the slower of the two.

use crate::hash::{Hasher, Sha256};
use flate2::{Decompress, FlushDecompress, Status};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use thiserror::Error;

/// Bytes inflated at a time: a usual log file fits at once, and so does the processor's second-level cache.
const CHUNK_BYTES: usize = 128 * 1024;

thread_local! {
    static CHUNK: RefCell<Vec<u8>> = RefCell::new(vec![0; CHUNK_BYTES]);
}

/// Why bytes are not exactly one gzip member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GzipError {
    /// The member does not end within the object.
    #[error("the compressed data ends early; compare the size of the object with the size when it was delivered")]
    Truncated,
    /// The data is not gzip, or its checksum is wrong.
    #[error("the data is not a valid gzip member; compare the object with an older version of it")]
    Corrupt,
    /// The member ends, and more bytes follow.
    #[error("`{0}` bytes follow the end of the gzip member; readers that accept several members would see them")]
    TrailingData(usize),
    /// The inflated data is larger than allowed. This says nothing about the object being genuine.
    #[error("the data inflates to more than `{0}` bytes; raise the limit to judge it")]
    TooLarge(u64),
}

/// What inflating gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inflated {
    /// The hash of the inflated bytes.
    pub sha256: Sha256,
    /// How many bytes were inflated.
    pub bytes: u64,
}

/// Inflates one member and hashes what comes out, keeping none of it.
///
/// # Errors
///
/// When `compressed` is not exactly one gzip member of at most `limit` inflated bytes.
pub fn hash_inflated(compressed: &[u8], limit: u64) -> Result<Inflated, GzipError> {
    let mut hasher = Hasher::new();
    let bytes = inflate_pieces(compressed, limit, |piece| hasher.update(piece))?;
    Ok(Inflated { sha256: hasher.finish(), bytes })
}

/// Inflates one member into memory.
///
/// # Errors
///
/// As for [`hash_inflated`].
pub fn inflate(compressed: &[u8], limit: u64) -> Result<Vec<u8>, GzipError> {
    let mut out = Vec::new();
    inflate_pieces(compressed, limit, |piece| out.extend_from_slice(piece))?;
    Ok(out)
}

fn inflate_pieces(compressed: &[u8], limit: u64, each: impl FnMut(&[u8])) -> Result<u64, GzipError> {
    CHUNK.with(|chunk| match chunk.try_borrow_mut() {
        Ok(mut chunk) => inflate_with(&mut chunk, compressed, limit, each),
        Err(_) => inflate_with(&mut vec![0; CHUNK_BYTES], compressed, limit, each),
    })
}

fn inflate_with(
    chunk: &mut [u8],
    compressed: &[u8],
    limit: u64,
    mut each: impl FnMut(&[u8]),
) -> Result<u64, GzipError> {
    let mut inflater = Decompress::new_gzip(15);
    loop {
        let (read, written) = (inflater.total_in(), inflater.total_out());
        let rest = usize::try_from(read).ok().and_then(|read| compressed.get(read..)).unwrap_or_default();
        let status = inflater.decompress(rest, chunk, FlushDecompress::Finish).map_err(|_| GzipError::Corrupt)?;
        let piece = usize::try_from(inflater.total_out() - written).unwrap_or_default();
        if inflater.total_out() > limit {
            return Err(GzipError::TooLarge(limit));
        }
        each(chunk.get(..piece).unwrap_or_default());
        if matches!(status, Status::StreamEnd) {
            return end_of_member(compressed, &inflater);
        }
        // Without progress the inflater waits for input that is not there.
        if inflater.total_in() == read && piece == 0 {
            return Err(GzipError::Truncated);
        }
    }
}

fn end_of_member(compressed: &[u8], inflater: &Decompress) -> Result<u64, GzipError> {
    let consumed = usize::try_from(inflater.total_in()).unwrap_or(usize::MAX);
    match compressed.len().saturating_sub(consumed) {
        0 => Ok(inflater.total_out()),
        more => Err(GzipError::TrailingData(more)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    const LIMIT: u64 = 1 << 24;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn one_member_gives_the_hash_of_its_content() {
        for size in [0, 1, 20_000, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES] {
            let raw: Vec<u8> = (0..size).map(|i| u8::try_from(i % 251).unwrap()).collect();
            let inflated = hash_inflated(&gzip(&raw), LIMIT).unwrap();
            assert_eq!((inflated.sha256, inflated.bytes), (Sha256::of(&raw), size as u64));
            assert_eq!(inflate(&gzip(&raw), LIMIT).unwrap(), raw);
        }
    }

    #[test]
    fn every_cut_is_truncated() {
        let whole = gzip(b"{\"Records\":[]}");
        for end in 0..whole.len() {
            assert_eq!(hash_inflated(&whole[..end], LIMIT), Err(GzipError::Truncated), "cut at {end}");
        }
    }

    #[test]
    fn a_second_member_is_trailing_data_even_with_a_copied_trailer() {
        let first = gzip(b"genuine");
        let mut two = first.clone();
        two.extend_from_slice(&gzip(b"forged"));
        assert!(matches!(hash_inflated(&two, LIMIT), Err(GzipError::TrailingData(_))));
        // The last eight bytes are those of the genuine member: a check of checksum and size would be satisfied.
        let mut copied = first.clone();
        copied.extend_from_slice(b"forged");
        copied.extend_from_slice(&first[first.len() - 8..]);
        assert_eq!(hash_inflated(&copied, LIMIT), Err(GzipError::TrailingData(14)));
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let bomb = gzip(&vec![0; 8 << 20]);
        assert_eq!(hash_inflated(&bomb, 1 << 20), Err(GzipError::TooLarge(1 << 20)));
        assert_eq!(inflate(&bomb, 1 << 20), Err(GzipError::TooLarge(1 << 20)));
    }

    #[test]
    fn what_is_not_gzip_is_corrupt() {
        assert_eq!(hash_inflated(b"{\"Records\":[]}", LIMIT), Err(GzipError::Corrupt));
        let mut flipped = gzip(&[7; 4096]);
        let trailer = flipped.len() - 6;
        flipped[trailer] ^= 1;
        assert_eq!(hash_inflated(&flipped, LIMIT), Err(GzipError::Corrupt));
    }
}
