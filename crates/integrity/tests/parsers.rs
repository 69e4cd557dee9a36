//! Parsers take anything without harm, and what they format they read again.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use jiff::Timestamp;
use logproof_integrity::PublicKeys;
use logproof_integrity::digest::Digest;
use logproof_integrity::gzip::{GzipError, hash_inflated};
use logproof_integrity::names::{DigestKey, LogKey, Place};
use logproof_integrity::testkit::{Plan, gzip};
use proptest::prelude::*;

fn place() -> impl Strategy<Value = Place> {
    let prefix = proptest::option::of("[a-zA-Z0-9!_.*'()-]{1,12}(/[a-zA-Z0-9_-]{1,8}){0,2}");
    (prefix, proptest::option::of("o-[a-z0-9]{10,32}"), "[0-9]{12}", "[a-z]{2}-[a-z]{4,9}-[1-9]")
        .prop_map(|(prefix, organization, account, region)| Place { prefix, organization, account, region })
}

fn second() -> impl Strategy<Value = Timestamp> {
    (1_400_000_000_i64..4_000_000_000).prop_map(|second| Timestamp::from_second(second).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn digest_keys_are_read_as_they_were_written(
        place in place(), trail in "[a-zA-Z0-9][a-zA-Z0-9._-]{2,40}", home in "[a-z]{2}-[a-z]{4,9}-[1-9]",
        end in second(), backfill in any::<bool>(),
    ) {
        let key = DigestKey { place, trail, home_region: home, end, backfill };
        prop_assert_eq!(DigestKey::parse(&key.to_string()), Ok(key));
    }

    #[test]
    fn log_keys_are_read_as_they_were_written(place in place(), at in second(), unique in "[a-zA-Z0-9]{16}") {
        let delivered = Timestamp::from_second(at.as_second() / 60 * 60).unwrap();
        let key = LogKey { place, delivered, unique };
        prop_assert_eq!(LogKey::parse(&key.to_string()), Ok(key));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,200}", bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(key) = DigestKey::parse(&text) { prop_assert_eq!(key.to_string(), text.clone()); }
        if let Ok(key) = LogKey::parse(&text) { prop_assert_eq!(key.to_string(), text.clone()); }
        let _ = PublicKeys::from_json(&text);
        let _ = Digest::parse(&bytes);
        let _ = hash_inflated(&bytes, 1 << 20);
    }

    #[test]
    fn a_changed_byte_in_a_key_is_never_another_spelling(at in 0_usize..300, byte in 0x20_u8..0x7f) {
        let plan = Plan::default();
        let inventory = logproof_integrity::Inventory::of(plan.trail.clone(), &plan.accounts, &plan.regions);
        let key = inventory.digest_key(&inventory.rows[0], plan.start, false).to_string();
        let mut changed = key.clone().into_bytes();
        let at = at % changed.len();
        changed[at] = byte;
        let changed = String::from_utf8(changed).unwrap();
        if let Ok(read) = DigestKey::parse(&changed) { prop_assert_eq!(read.to_string(), changed); }
    }

    #[test]
    fn a_changed_or_lost_byte_of_a_log_file_is_noticed(at in any::<prop::sample::Index>(), flip in 1_u8..=255, cut in any::<bool>()) {
        let raw = br#"{"Records":[{"eventName":"GetObject","eventID":"0123456789abcdef"}]}"#;
        let good = gzip(raw);
        let expected = hash_inflated(&good, 1 << 20).unwrap().sha256;
        let mut bad = good.clone();
        let at = at.index(bad.len());
        if cut { bad.truncate(at); } else { bad[at] ^= flip; }
        // Bits that carry nothing may change: in the header, and between the last block and its checksum.
        match hash_inflated(&bad, 1 << 20) {
            Ok(read) => prop_assert!(read.sha256 == expected && !cut && (at < 10 || at == bad.len() - 9)),
            Err(error) => prop_assert_eq!(cut, error == GzipError::Truncated && bad.len() < good.len()),
        }
    }
}
