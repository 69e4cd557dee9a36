//! A copy on disk gives the same result as the bucket.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use logproof_integrity::testkit::{Plan, write_tree};
use logproof_integrity::{Config, Inventory, Job, LocalStore, ObjectStore, Outcome, PublicKeys, StoreError, Verifier};
use std::fs;

#[tokio::test]
async fn a_tree_is_verified_with_what_lies_beside_it() {
    let generated = Plan::of_size(2, 1, 12, 2, 300).generate();
    let folder = tempfile::tempdir().unwrap();
    write_tree(&generated, folder.path()).unwrap();
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    let inventory: Inventory = serde_json::from_str(&read("inventory.json")).unwrap();
    let keys = PublicKeys::from_json(&read("public-keys.json")).unwrap();
    for store in [
        LocalStore::of_buckets(folder.path()),
        LocalStore::of_bucket(folder.path().join(&inventory.trail.bucket), &inventory.trail.bucket),
    ] {
        let job = Job::new(keys.clone(), inventory.clone(), generated.window, generated.now);
        let report = Verifier::new(Config::default()).run(store, job).await.unwrap();
        assert_eq!((report.outcome, report.totals.objects()), (Outcome::Valid, generated.objects() as u64));
    }
}

#[tokio::test]
async fn lists_are_paged_in_order_and_leave_out_metadata() {
    let folder = tempfile::tempdir().unwrap();
    let bucket = folder.path().join("b/x");
    fs::create_dir_all(&bucket).unwrap();
    for number in 0..1500 {
        fs::write(bucket.join(format!("{number:04}")), b"").unwrap();
    }
    fs::write(bucket.join("0000.metadata.json"), b"{}").unwrap();
    // What is named like metadata of nothing is no metadata.
    fs::write(bucket.join("1499~.metadata.json"), b"{}").unwrap();
    let store = LocalStore::of_buckets(folder.path());
    let first = store.list("b", "x/", None).await.unwrap();
    assert_eq!((first.entries.len(), first.more, first.entries[0].key.as_str()), (1000, true, "x/0000"));
    let rest = store.list("b", "x/", Some("x/0999")).await.unwrap();
    assert_eq!((rest.entries.len(), rest.more, rest.entries[0].key.as_str()), (501, false, "x/1000"));
    assert_eq!(rest.entries[500].key, "x/1499~.metadata.json");
    let absent = StoreError::NotCopied("c".to_owned());
    let only = LocalStore::of_bucket(folder.path().join("b"), "b");
    for store in [&store, &only] {
        assert_eq!(store.list("c", "x/", None).await.unwrap_err(), absent);
        assert_eq!(store.get("c", "x/0000").await.unwrap_err(), absent);
    }
    assert!(store.list("b", "y/", None).await.unwrap().entries.is_empty());
}

#[tokio::test]
async fn what_is_not_a_plain_object_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("b")).unwrap();
    for (name, sidecar) in
        [("cold", r#"{"StorageClass":"DEEP_ARCHIVE"}"#), ("odd", "{"), ("warm", r#"{"Metadata":{"a":"b"}}"#)]
    {
        fs::write(folder.path().join("b").join(name), b"x").unwrap();
        fs::write(folder.path().join("b").join(format!("{name}.metadata.json")), sidecar).unwrap();
    }
    let store = LocalStore::of_buckets(folder.path());
    assert_eq!(store.get("b", "cold").await.unwrap_err(), StoreError::Archived("DEEP_ARCHIVE".to_owned()));
    assert!(matches!(store.get("b", "odd").await, Err(StoreError::Transport(_))));
    assert_eq!(store.get("b", "warm").await.unwrap().metadata.unwrap()["a"], "b");
    for key in ["../../etc/passwd", "/etc/passwd", "a/../../x", "none", "a\0b"] {
        assert_eq!(store.get("b", key).await.unwrap_err(), StoreError::NotFound, "{key:?}");
    }
}
