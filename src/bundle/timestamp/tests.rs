//! A stamp that `openssl ts` made with throw-away keys, over the words below, and what becomes of it when it is bent.

use std::path::{Path, PathBuf};

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{Anchors, Query, StampError, check};

const WORDS: &[u8] = b"what is stamped";

fn stamp() -> Vec<u8> {
    let text = include_str!("testdata/stamp.tsr.b64");
    STANDARD.decode(text.split_whitespace().collect::<String>()).unwrap()
}

fn digest(of: &[u8]) -> [u8; 32] {
    logproof_digest::Sha256::of(of).bytes()
}

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bundle/timestamp/testdata").join(name)
}

fn anchors(name: &str) -> Anchors {
    Anchors::read(&data(name)).unwrap()
}

#[test]
fn a_stamp_holds_for_what_it_was_made_of() {
    let found = check(&stamp(), &digest(WORDS), None).unwrap();
    assert_eq!((found.at.to_string().as_str(), found.authority.as_str()), ("2026-11-23T14:59:56Z", "Test Time Stamps"));
    assert!(!found.trusted);
    for known in ["root.pem", "authority.pem"] {
        assert!(check(&stamp(), &digest(WORDS), Some(&anchors(known))).unwrap().trusted, "{known}");
    }
    assert_eq!(check(&stamp(), &digest(b"another"), None), Err(StampError::OtherDigest));
    // The token without the status around it: status is 5 bytes, the header of the response 4.
    assert!(check(&stamp()[9..], &digest(WORDS), None).is_ok());
}

#[test]
fn an_authority_of_somebody_else_is_not_trusted() {
    let home = tempfile::tempdir().unwrap();
    let other = other_root(home.path());
    let error = check(&stamp(), &digest(WORDS), Some(&other)).unwrap_err();
    assert!(matches!(&error, StampError::Untrusted { authority, .. } if authority == "Test Time Stamps"), "{error}");
    for (text, said) in [("", "X.509"), ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "X.509")] {
        let path = home.path().join("bad.pem");
        std::fs::write(&path, text).unwrap();
        assert!(Anchors::read(&path).unwrap_err().to_string().contains(said));
    }
}

/// The root with another key: one byte of the point is not what it was, its own signature is of no matter to an anchor.
fn other_root(folder: &Path) -> Anchors {
    let pem = std::fs::read_to_string(data("root.pem")).unwrap();
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let mut der = STANDARD.decode(body).unwrap();
    let point = der.windows(4).position(|bytes| bytes == [0x03, 0x42, 0x00, 0x04]).unwrap() + 20;
    der[point] ^= 1;
    let path = folder.join("other.pem");
    let text = format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", STANDARD.encode(der));
    std::fs::write(&path, text).unwrap();
    Anchors::read(&path).unwrap()
}

/// Whatever byte is flipped or wherever it is cut: no panic, and never another time or digest that holds. What is not
/// signed may differ: the status, version numbers, certificates that are not needed.
#[test]
fn a_bent_stamp_never_says_something_else() {
    let (whole, known) = (stamp(), anchors("root.pem"));
    let right = check(&whole, &digest(WORDS), Some(&known)).unwrap();
    for length in 0..whole.len() {
        assert!(check(&whole[..length], &digest(WORDS), Some(&known)).is_err(), "cut at {length}");
    }
    let at = |part: &[u8]| whole.windows(part.len()).position(|bytes| bytes == part).unwrap();
    let token = super::Token::read(&whole).unwrap();
    let covered = [token.info, token.signature, &token.attributes[1..]].map(|part| at(part)..at(part) + part.len());
    for place in 0..whole.len() {
        for bit in 0..8 {
            let mut bent = whole.clone();
            bent[place] ^= 1 << bit;
            if let Ok(found) = check(&bent, &digest(WORDS), Some(&known)) {
                assert_eq!(found, right, "byte {place}, bit {bit}");
                assert!(!covered.iter().any(|part| part.contains(&place)), "byte {place} is signed");
            }
        }
    }
}

#[test]
fn a_question_is_der_and_its_answer_must_be_to_it() {
    let (one, other) = (Query::about(digest(WORDS)).unwrap(), Query::about(digest(WORDS)).unwrap());
    assert_ne!(one.der(), other.der(), "each has its own nonce");
    let der = one.der();
    assert_eq!((der[0], usize::from(der[1])), (0x30, der.len() - 2));
    // Version 1; SHA-256 without parameters; the digest; a positive nonce; certificates are asked for.
    let before = "020101 3031 300d 0609 608648016503040201 0500 0420".replace(' ', "");
    let after = format!("0209 00{}0101ff", hex::encode(one.nonce)).replace(' ', "");
    assert_eq!(hex::encode(&der[2..]), format!("{before}{}{after}", hex::encode(digest(WORDS))));
    // The nonce of the stamp above is another one.
    assert_eq!(one.accept(&stamp()), Err(StampError::OtherQuestion));
}

#[test]
fn a_refusal_is_said_in_the_words_of_the_authority() {
    let refused = [&[0x30, 0x0f, 0x30, 0x0d, 0x02, 0x01, 0x02, 0x30, 0x08, 0x0c, 0x06][..], b"closed"].concat();
    assert_eq!(
        check(&refused, &[0; 32], None).unwrap_err().to_string(),
        "the authority gave no time stamp: status 2: closed"
    );
    for garbage in [&b""[..], b"<html>", &[0x30, 0x80, 0x00, 0x00], &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]] {
        assert!(matches!(check(garbage, &[0; 32], None), Err(StampError::Form(_))), "{garbage:?}");
    }
}
