//! Bundles that somebody has bent: refused with the file named, within bounded memory, nothing outside touched.

use std::{fs, os::unix::fs::symlink, path::Path, process::Command};

use serde_json::{Value, json};

use crate::{files, logproof, sealed_bundle, text};

pub(crate) fn manifest_of(bundle: &Path) -> Value {
    serde_json::from_slice(&fs::read(bundle.join("manifest.json")).unwrap()).unwrap()
}

/// Writes a manifest that fits what the bundle holds now, as somebody would who wants a change to go unnoticed.
pub(crate) fn refit(bundle: &Path, mut manifest: Value, change: impl FnOnce(&mut Value)) {
    for entry in manifest["files"].as_array_mut().unwrap() {
        let content = fs::read(bundle.join(entry["path"].as_str().unwrap())).unwrap();
        entry["bytes"] = json!(content.len());
        entry["sha256"] = json!(logproof_digest::sha256_hex(&content));
    }
    change(&mut manifest);
    fs::write(bundle.join("manifest.json"), manifest.to_string()).unwrap();
}

/// Runs with 1 GiB of address space: reading 2 GiB into memory would end the process.
fn bounded(folder: &Path, arguments: &str) -> (Option<i32>, String) {
    let program = env!("CARGO_BIN_EXE_logproof");
    let script = format!("ulimit -v 1048576; exec '{program}' {arguments}");
    let output = Command::new("sh").arg("-c").arg(script).current_dir(folder).output().unwrap();
    (output.status.code(), text(&output))
}

fn refused(folder: &Path, arguments: &str, named: &str) {
    let (code, said) = bounded(folder, arguments);
    assert_eq!(code, Some(3), "{arguments}: {said}");
    assert!(said.contains(named), "{arguments}: `{named}` in {said}");
}

#[test]
fn a_dropped_exchange_is_named_though_the_manifest_fits() {
    let home = tempfile::tempdir().unwrap();
    let bundle = sealed_bundle(home.path());
    let (path, manifest) = (bundle.join("exchanges.jsonl"), manifest_of(&bundle));
    let recording = fs::read_to_string(&path).unwrap();
    let mut kept: Vec<&str> = recording.lines().collect();
    let policy = kept.iter().position(|line| line.contains("GetBucketPolicy\"")).unwrap();
    let line: Value = serde_json::from_str(kept.remove(policy)).unwrap();
    fs::write(&path, kept.join("\n") + "\n").unwrap();
    refit(&bundle, manifest, |manifest| manifest["exchanges"] = json!(kept.len()));
    let named = format!("exchanges.jsonl: lacks exchange {}", line["id"].as_str().unwrap());
    refused(home.path(), "verify bundle", &named);
    refused(home.path(), "verify bundle --key audit.key.pub", "manifest.json: is not the manifest that was sealed");
    refused(home.path(), "replay bundle", &named);
}

#[test]
fn an_exchange_with_another_body_is_named() {
    let home = tempfile::tempdir().unwrap();
    let bundle = sealed_bundle(home.path());
    let (path, manifest) = (bundle.join("exchanges.jsonl"), manifest_of(&bundle));
    let recording = fs::read_to_string(&path).unwrap();
    fs::write(&path, recording.replacen("o-exampleorg1", "o-exampleorg2", 1)).unwrap();
    refit(&bundle, manifest, |_| ());
    refused(home.path(), "verify bundle", "exchanges.jsonl line 1: the body of exchange");
}

#[test]
fn a_changed_verdict_is_named_though_the_digests_fit() {
    let home = tempfile::tempdir().unwrap();
    let bundle = sealed_bundle(home.path());
    let (path, manifest) = (bundle.join("assessment.json"), manifest_of(&bundle));
    let mut assessment: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    assessment["controls"][0]["verdict"] = json!("FAIL");
    fs::write(&path, assessment.to_string()).unwrap();
    refit(&bundle, manifest, |_| ());
    refused(home.path(), "verify bundle", "its population is not the one of assessment.json");
}

#[test]
fn the_manifest_of_another_run_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let bundle = sealed_bundle(home.path());
    let other = logproof(home.path(), &["check", "--mock", "--out", "other", "--key", "audit.key", "-q"]);
    assert_eq!(other.status.code(), Some(0), "{}", text(&other));
    for name in ["manifest.json", "seal.dsse.json"] {
        fs::copy(home.path().join("other").join(name), bundle.join(name)).unwrap();
    }
    refused(home.path(), "verify bundle --key audit.key.pub", "assessment.json: changed");
    let run = manifest_of(&home.path().join("other"))["run"]["id"].as_str().unwrap().to_owned();
    refused(home.path(), "verify bundle --key audit.key.pub", &format!("manifest.json: is of run {run}"));
    refused(home.path(), "replay bundle", "assessment.json");
}

/// A run that was expected to examine more than it did is not green, however it was sealed.
#[test]
fn a_cell_that_is_expected_and_missing_is_named() {
    let home = tempfile::tempdir().unwrap();
    let bundle = sealed_bundle(home.path());
    fs::remove_file(bundle.join("seal.dsse.json")).unwrap();
    let manifest = manifest_of(&bundle);
    let control = manifest["population"]["controls"].as_object().unwrap().keys().next().unwrap().clone();
    refit(&bundle, manifest, |manifest| {
        let population = &mut manifest["population"];
        let scenarios = population["selected"][&control].as_u64().unwrap();
        population["selected"][&control] = json!(scenarios + 1);
        let line = format!("{control}: {scenarios} of {} selected scenarios have a verdict", scenarios + 1);
        population["missing"] = json!([line]);
    });
    refused(home.path(), "verify bundle", &format!("not examined: {control}:"));
}

#[test]
fn two_gibibytes_claimed_or_there_are_refused_in_bounded_memory() {
    let home = tempfile::tempdir().unwrap();
    let bundle = sealed_bundle(home.path());
    let manifest = manifest_of(&bundle);
    let claim = |manifest: &mut Value, name: &str| {
        let entries = manifest["files"].as_array_mut().unwrap();
        let entry = entries.iter_mut().find(|entry| entry["path"] == name).unwrap();
        entry["bytes"] = json!(2_147_483_648_u64);
    };
    refit(&bundle, manifest.clone(), |manifest| claim(manifest, "exchanges.jsonl"));
    refused(home.path(), "verify bundle", "exchanges.jsonl: changed (it has");

    // A file that really has them (of holes): the line is refused, not read.
    for (name, said) in [
        ("exchanges.jsonl", "exchanges.jsonl line 1: is longer than 64 MiB"),
        ("assessment.json", "assessment.json: cannot be read: it has 2147483648 bytes"),
        ("manifest.json", "manifest.json`: it has 2147483648 bytes"),
    ] {
        let path = bundle.join(name);
        let original = fs::read(&path).unwrap();
        refit(&bundle, manifest.clone(), |manifest| {
            if name != "manifest.json" {
                claim(manifest, name);
            }
        });
        fs::File::create(&path).unwrap().set_len(2_147_483_648).unwrap();
        refused(home.path(), "verify bundle", said);
        fs::write(&path, original).unwrap();
    }
}

#[test]
fn what_is_no_plain_file_is_refused_and_nothing_outside_is_touched() {
    let home = tempfile::tempdir().unwrap();
    let bundle = sealed_bundle(home.path());
    let canary = home.path().join("canary");
    fs::write(&canary, "untouched").unwrap();
    let before = files(home.path());
    for name in ["assessment.json", "manifest.json", "seal.dsse.json", "features"] {
        let (path, aside) = (bundle.join(name), home.path().join("aside"));
        fs::rename(&path, &aside).unwrap();
        symlink(&aside, &path).unwrap();
        for command in ["verify", "replay"] {
            refused(home.path(), &format!("{command} bundle"), &format!("`{name}` is not a plain file"));
        }
        fs::remove_file(&path).unwrap();
        fs::rename(&aside, &path).unwrap();
    }
    assert!(Command::new("mkfifo").arg(bundle.join("pipe")).status().unwrap().success());
    refused(home.path(), "verify bundle", "`pipe` is not a plain file");
    fs::remove_file(bundle.join("pipe")).unwrap();

    let manifest = fs::read_to_string(bundle.join("manifest.json")).unwrap();
    for path in ["../canary", "/etc/passwd", "features/../../canary", "", "a\\\\..\\\\b"] {
        let bent = manifest.replacen("\"assessment.json\"", &format!("\"{path}\""), 1);
        assert_ne!(bent, manifest);
        fs::write(bundle.join("manifest.json"), bent).unwrap();
        for command in ["verify", "replay"] {
            let (code, said) = bounded(home.path(), &format!("{command} bundle"));
            assert_eq!(code, Some(3), "{path}: {said}");
            let named = path.replace("\\\\", "\\");
            assert!(said.contains(&format!("`{named}`")), "{path}: {said}");
        }
    }
    fs::write(bundle.join("manifest.json"), manifest).unwrap();
    assert_eq!(fs::read_to_string(&canary).unwrap(), "untouched");
    assert_eq!(files(home.path()), before);
}
