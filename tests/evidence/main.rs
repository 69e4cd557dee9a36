//! The evidence of a run through the real binary: it verifies, it replays, and whatever is changed in it is named.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    missing_docs
)]

mod account;
mod cost;
mod custody;
mod difference;
mod emulated;
mod hostile;
mod http;
mod interrupted;
mod secrets;
mod timestamp;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// Copies the register of a bundle into the working folder of an interrupted run.
fn copy_register(bundle: &Path, partial: &Path) {
    let mut open = vec![std::path::PathBuf::from("register")];
    while let Some(folder) = open.pop() {
        fs::create_dir_all(partial.join(&folder)).unwrap();
        for entry in fs::read_dir(bundle.join(&folder)).unwrap() {
            let entry = entry.unwrap();
            let name = folder.join(entry.file_name());
            if entry.path().is_dir() {
                open.push(name);
            } else {
                fs::copy(entry.path(), partial.join(name)).unwrap();
            }
        }
    }
}

fn logproof(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_logproof"))
        .args(arguments)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .env("AWS_SECRET_ACCESS_KEY", "a-known-secret-access-key")
        .env("AWS_SESSION_TOKEN", "a-known-session-token")
        .output()
        .unwrap()
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn sealed_bundle(folder: &Path) -> PathBuf {
    assert_eq!(logproof(folder, &["key", "new", "audit.key"]).status.code(), Some(0));
    let run = logproof(folder, &["check", "--mock", "--out", "bundle", "--key", "audit.key", "-q"]);
    assert_eq!(run.status.code(), Some(0), "{}", text(&run));
    folder.join("bundle")
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

#[test]
fn a_bundle_verifies_with_the_right_key_only_and_replays_to_the_byte() {
    let home = tempfile::tempdir().unwrap();
    sealed_bundle(home.path());
    let verified = logproof(home.path(), &["verify", "bundle", "--key", "audit.key.pub"]);
    assert_eq!(verified.status.code(), Some(0), "{}", text(&verified));
    assert!(text(&verified).contains("sealed by the given key"), "{}", text(&verified));

    logproof(home.path(), &["key", "new", "other.key", "--algorithm", "ecdsa-p256"]);
    let refused = logproof(home.path(), &["verify", "bundle", "--key", "other.key.pub"]);
    assert_eq!(refused.status.code(), Some(3), "{}", text(&refused));
    assert!(text(&refused).contains("not signed by key"), "{}", text(&refused));

    let replayed = logproof(home.path(), &["replay", "bundle"]);
    assert_eq!(replayed.status.code(), Some(0), "{}", text(&replayed));
    assert!(text(&replayed).contains("9 reports the same to the byte"), "{}", text(&replayed));
}

#[test]
fn every_file_that_is_flipped_dropped_or_added_is_named() {
    let home = tempfile::tempdir().unwrap();
    let bundle = sealed_bundle(home.path());
    let names = |path: &Path| path.strip_prefix(&bundle).unwrap().to_string_lossy().replace('\\', "/");
    for path in files(&bundle) {
        let original = fs::read(&path).unwrap();
        let mut changed = original.clone();
        let middle = changed.len() / 2;
        changed[middle] ^= 1;
        fs::write(&path, &changed).unwrap();
        let flipped = logproof(home.path(), &["verify", "bundle", "--key", "audit.key.pub"]);
        assert_eq!(flipped.status.code(), Some(3), "{} flipped: {}", names(&path), text(&flipped));
        let named = text(&flipped).contains(&names(&path)) || text(&flipped).contains("manifest.json");
        assert!(named, "{} flipped: {}", names(&path), text(&flipped));

        fs::remove_file(&path).unwrap();
        let dropped = logproof(home.path(), &["verify", "bundle", "--key", "audit.key.pub"]);
        assert_eq!(dropped.status.code(), Some(3), "{} dropped: {}", names(&path), text(&dropped));
        assert!(text(&dropped).contains(&names(&path)), "{} dropped: {}", names(&path), text(&dropped));
        fs::write(&path, &original).unwrap();
    }
    fs::write(bundle.join("features/extra.feature"), "x").unwrap();
    let added = logproof(home.path(), &["verify", "bundle"]);
    assert_eq!(added.status.code(), Some(3));
    assert!(text(&added).contains("features/extra.feature: added"), "{}", text(&added));
}

#[cfg(unix)]
#[test]
fn a_link_or_a_path_that_leaves_the_bundle_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let bundle = sealed_bundle(home.path());
    std::os::unix::fs::symlink("/etc/passwd", bundle.join("link")).unwrap();
    let linked = logproof(home.path(), &["verify", "bundle"]);
    assert_eq!(linked.status.code(), Some(3), "{}", text(&linked));
    assert!(text(&linked).contains("`link` is not a plain file"), "{}", text(&linked));
    fs::remove_file(bundle.join("link")).unwrap();

    let manifest = fs::read_to_string(bundle.join("manifest.json")).unwrap();
    for (path, problem) in [("../outside", "leaves the bundle"), ("/etc/passwd", "leaves the bundle")] {
        let bent = manifest.replacen("\"assessment.json\"", &format!("\"{path}\""), 1);
        assert_ne!(bent, manifest);
        fs::write(bundle.join("manifest.json"), bent).unwrap();
        let slipped = logproof(home.path(), &["verify", "bundle"]);
        assert_eq!(slipped.status.code(), Some(3), "{}", text(&slipped));
        assert!(text(&slipped).contains(problem), "{}", text(&slipped));
    }
    let claimed = manifest.replacen("\"bytes\":", "\"bytes\":2147483648", 1);
    assert_ne!(claimed, manifest);
    fs::write(bundle.join("manifest.json"), claimed).unwrap();
    let huge = logproof(home.path(), &["verify", "bundle"]);
    assert_eq!(huge.status.code(), Some(3), "{}", text(&huge));
}

#[test]
fn a_changed_bundle_is_not_replayed() {
    let home = tempfile::tempdir().unwrap();
    let bundle = sealed_bundle(home.path());
    let path = bundle.join("exchanges.jsonl");
    let text_of = fs::read_to_string(&path).unwrap();
    let without_first = text_of.split_once('\n').unwrap().1.to_owned();
    fs::write(&path, without_first).unwrap();
    let replayed = logproof(home.path(), &["replay", "bundle"]);
    assert_eq!(replayed.status.code(), Some(3), "{}", text(&replayed));
    assert!(text(&replayed).contains("exchanges.jsonl"), "{}", text(&replayed));
}

#[test]
fn a_run_can_follow_another() {
    let home = tempfile::tempdir().unwrap();
    sealed_bundle(home.path());
    let next = logproof(home.path(), &["check", "--mock", "--out", "next", "--follows", "bundle", "-q"]);
    assert_eq!(next.status.code(), Some(0), "{}", text(&next));
    let follows = logproof(home.path(), &["verify", "next", "--follows", "bundle"]);
    assert_eq!(follows.status.code(), Some(0), "{}", text(&follows));
    let third = logproof(home.path(), &["check", "--mock", "--out", "third", "--follows", "next", "-q"]);
    assert_eq!(third.status.code(), Some(0), "{}", text(&third));
    let skipped = logproof(home.path(), &["verify", "third", "--follows", "bundle"]);
    assert_eq!(skipped.status.code(), Some(3), "{}", text(&skipped));
    assert!(text(&skipped).contains("manifest.json: follows run "), "{}", text(&skipped));
    // The one before was made over: its name is the same, its manifest is not.
    let manifest = home.path().join("bundle/manifest.json");
    fs::write(&manifest, fs::read_to_string(&manifest).unwrap() + "\n").unwrap();
    let remade = logproof(home.path(), &["verify", "next", "--follows", "bundle"]);
    assert_eq!(remade.status.code(), Some(3), "{}", text(&remade));
    assert!(text(&remade).contains("whose manifest is not the one given"), "{}", text(&remade));
    // Told before the run, not after it.
    let none = logproof(home.path(), &["check", "--mock", "--out", "never", "--follows", "nothing", "-q"]);
    assert_eq!(none.status.code(), Some(3), "{}", text(&none));
    assert!(text(&none).contains("nothing/manifest.json") && !text(&none).contains("PASS"), "{}", text(&none));
    assert!(!home.path().join(".never.partial").exists());

    let other = logproof(home.path(), &["verify", "bundle", "--follows", "next"]);
    assert_eq!(other.status.code(), Some(3), "{}", text(&other));
    assert!(text(&other).contains("names no predecessor"), "{}", text(&other));
}

#[test]
fn an_interrupted_run_goes_on_with_what_it_has() {
    let home = tempfile::tempdir().unwrap();
    let bundle = sealed_bundle(home.path());
    // What `kill -9` leaves: a working folder with the request and the exchanges so far, the last line torn.
    let partial = home.path().join(".again.partial");
    fs::create_dir(&partial).unwrap();
    for name in ["request.json", "configuration.json"] {
        fs::copy(bundle.join(name), partial.join(name)).unwrap();
    }
    copy_register(&bundle, &partial);
    let whole = fs::read_to_string(bundle.join("exchanges.jsonl")).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    let half = lines.len() / 2;
    let torn = format!("{}\n{}", lines[..half].join("\n"), &lines[half][..40]);
    fs::write(partial.join("exchanges.jsonl"), torn).unwrap();

    let resumed = logproof(home.path(), &["check", "--mock", "--out", "again", "--resume", "-q"]);
    assert_eq!(resumed.status.code(), Some(0), "{}", text(&resumed));
    assert!(text(&resumed).contains(&format!("resumed: {half} exchanges")), "{}", text(&resumed));
    let verified = logproof(home.path(), &["verify", "again"]);
    assert_eq!(verified.status.code(), Some(0), "{}", text(&verified));
    let replayed = logproof(home.path(), &["replay", "again"]);
    assert_eq!(replayed.status.code(), Some(0), "{}", text(&replayed));

    let nothing = logproof(home.path(), &["check", "--mock", "--out", "never", "--resume", "-q"]);
    assert_eq!(nothing.status.code(), Some(2), "{}", text(&nothing));
}

#[test]
fn every_report_can_be_made_again() {
    let home = tempfile::tempdir().unwrap();
    let bundle = sealed_bundle(home.path());
    for (format, name) in [
        ("junit", "junit.xml"),
        ("html", "report.html"),
        ("oscal", "oscal-assessment-results.json"),
        ("ocsf", "ocsf-findings.json"),
        ("sarif", "results.sarif"),
        ("markdown", "summary.md"),
        ("csv", "findings.csv"),
    ] {
        let report = logproof(home.path(), &["report", "bundle", "--format", format]);
        assert_eq!(report.status.code(), Some(0), "{}", text(&report));
        assert_eq!(report.stdout, fs::read(bundle.join(name)).unwrap(), "{name}");
    }
}
