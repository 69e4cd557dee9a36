//! What a bundle says of its own making: the manifest, the seal and the chain in what `verify` prints, and a replay
//! that comes to another verdict.

use std::{fs, path::Path, process::Command};

use serde_json::{Value, json};

use crate::{
    hostile::{manifest_of, refit},
    logproof, sealed_bundle, text,
};

fn json_of(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

#[test]
fn the_manifest_says_who_asked_with_what_when_and_how_much_of_how_much() {
    let home = tempfile::tempdir().unwrap();
    let bundle = sealed_bundle(home.path());
    let manifest = manifest_of(&bundle);
    let program = fs::read(env!("CARGO_BIN_EXE_logproof")).unwrap();
    assert_eq!(manifest["binary_sha256"], logproof_digest::sha256_hex(&program));
    assert_eq!(manifest["tool"]["version"], env!("CARGO_PKG_VERSION"));
    let run = &manifest["run"];
    assert!(run["caller"]["arn"].as_str().unwrap().contains(":assumed-role/"), "{run}");
    assert_eq!(run["as_of"], "2026-01-15T12:00:00Z");
    assert!(run["started"].as_str() < run["ended"].as_str(), "{run}");
    assert_eq!(manifest["parameters"], json!({"mock": "sample"}));
    assert_eq!((run["accounts"].as_array().unwrap().len(), run["regions"].as_array().unwrap().len()), (6, 2));

    let population = &manifest["population"];
    assert_eq!((&population["accounts"], &population["regions"]), (&json!(6), &json!(2)));
    assert_eq!(population["expected_cells"], population["examined_cells"]);
    assert_eq!(population["missing"], json!([]));
    let controls = population["controls"].as_object().unwrap();
    assert_eq!(controls.len(), population["selected"].as_object().unwrap().len());
    let pairs = "pairs of active account and governed Region";
    let counted = population["populations"].as_array().unwrap();
    assert!(counted.iter().any(|one| one["of"] == pairs && one["expected"] == 12 && one["examined"] == 12));

    // The account list's own exchanges are in the recording, and one of them lists the accounts.
    let recording = fs::read_to_string(bundle.join("exchanges.jsonl")).unwrap();
    let exchanges: Vec<Value> = recording.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(manifest["exchanges"], exchanges.len());
    let list = population["account_list"].as_array().unwrap();
    let of_list = |id: &Value| exchanges.iter().find(|exchange| exchange["id"] == *id).unwrap()["operation"].clone();
    assert!(list.iter().any(|id| of_list(id) == "ListAccounts"), "{list:?}");

    // Each exchange has one number, which is its line in the recording.
    let assessment = json_of(&bundle.join("assessment.json"));
    let table = assessment["exchanges"].as_array().unwrap();
    assert!(table.len() > 100, "{}", table.len());
    for named in table {
        let line = &exchanges[usize::try_from(named["number"].as_u64().unwrap()).unwrap() - 1];
        assert_eq!((&line["id"], &line["account"]), (&named["sha256"], &named["account"]));
    }
}

#[test]
fn an_exchange_that_the_assessment_describes_wrongly_is_named() {
    let home = tempfile::tempdir().unwrap();
    let bundle = sealed_bundle(home.path());
    fs::remove_file(bundle.join("seal.dsse.json")).unwrap();
    let path = bundle.join("assessment.json");
    let good = json_of(&path);
    for (member, other) in [("operation", json!("s3:Other")), ("account", json!("999999999999"))] {
        let mut assessment = good.clone();
        assessment["exchanges"][7][member] = other;
        fs::write(&path, assessment.to_string()).unwrap();
        refit(&bundle, manifest_of(&bundle), |_| ());
        let verified = logproof(home.path(), &["verify", "bundle"]);
        assert_eq!(verified.status.code(), Some(3), "{member}: {}", text(&verified));
        let named = format!("assessment.json: exchange {} is not ", good["exchanges"][7]["number"]);
        assert!(text(&verified).contains(&named), "{member}: {}", text(&verified));
    }
}

#[test]
fn verify_says_who_sealed_and_what_it_follows() {
    let home = tempfile::tempdir().unwrap();
    sealed_bundle(home.path());
    logproof(home.path(), &["key", "new", "other.key"]);
    let said = |arguments: &[&str]| text(&logproof(home.path(), arguments));
    let other = said(&["verify", "bundle", "--key", "other.key.pub"]);
    assert!(other.contains("the seal does not hold") && !other.contains("not sealed:"), "{other}");
    fs::remove_file(home.path().join("bundle/seal.dsse.json")).unwrap();
    let unsealed = said(&["verify", "bundle"]);
    assert!(unsealed.contains("not sealed:") && !unsealed.contains("follows"), "{unsealed}");

    let arguments = ["check", "--mock", "--control", "LS-1.1", "--out", "next", "--follows", "bundle", "-q"];
    assert_eq!(logproof(home.path(), &arguments).status.code(), Some(0));
    let run = manifest_of(&home.path().join("bundle"))["run"]["id"].as_str().unwrap().to_owned();
    let alone = said(&["verify", "next"]);
    assert!(alone.contains(&format!("says that it follows run {run}; give `--follows`")), "{alone}");
    let given = said(&["verify", "next", "--follows", "bundle"]);
    assert!(given.contains(&format!("says that it follows run {run}, compared with the given bundle")), "{given}");
}

/// As a former version would have left it: the verdict it came to is shown beside the one of today.
#[test]
fn a_replay_that_judges_differently_shows_both_verdicts_and_why_that_can_be() {
    let home = tempfile::tempdir().unwrap();
    let bundle = sealed_bundle(home.path());
    fs::remove_file(bundle.join("seal.dsse.json")).unwrap();
    let path = bundle.join("assessment.json");
    let mut assessment = json_of(&path);
    let control = &mut assessment["controls"][0];
    (control["verdict"], control["scenarios"][0]["verdict"]) = (json!("FAIL"), json!("FAIL"));
    control["scenarios"][0]["reason"] = json!("judged so then");
    let (id, scenario) = (control["id"].as_str().unwrap().to_owned(), control["scenarios"][0]["name"].clone());
    let was = format!("{id} {}: was FAIL (judged so then), is PASS (", scenario.as_str().unwrap());
    for (version, why) in [
        (env!("CARGO_PKG_VERSION"), "made and replayed by the same program: what differs does not follow"),
        ("0.0.1", "made by logproof 0.0.1, replayed by logproof 0.1.0: another version may judge differently"),
    ] {
        assessment["tool"]["version"] = json!(version);
        fs::write(&path, assessment.to_string()).unwrap();
        refit(&bundle, manifest_of(&bundle), |manifest| manifest["population"]["controls"][&id] = json!("FAIL"));
        let replayed = logproof(home.path(), &["replay", "bundle"]);
        assert_eq!(replayed.status.code(), Some(1), "{}", text(&replayed));
        let said = text(&replayed);
        assert!(said.contains(&was) && said.contains(why) && said.contains("DIFFERENT: "), "{said}");
    }
    // Another build of the same version.
    assessment["tool"]["version"] = json!(env!("CARGO_PKG_VERSION"));
    fs::write(&path, assessment.to_string()).unwrap();
    refit(&bundle, manifest_of(&bundle), |manifest| manifest["binary_sha256"] = json!("00".repeat(32)));
    let replayed = text(&logproof(home.path(), &["replay", "bundle"]));
    assert!(replayed.contains("made by another build of logproof 0.1.0: it may judge differently"), "{replayed}");
}

#[test]
fn ids_are_what_another_program_computes_from_the_lines() {
    let home = tempfile::tempdir().unwrap();
    let bundle = sealed_bundle(home.path());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/evidence/ids.py");
    let computed = || {
        let ran = Command::new("python3").arg(&script).arg(&bundle).output().unwrap();
        (ran.status.success(), text(&ran))
    };
    let (good, said) = computed();
    assert!(good && said.trim_end().ends_with(" named, 0 wrong"), "{said}");
    // As a packed recording has them.
    let path = bundle.join("exchanges.jsonl");
    let whole = fs::read_to_string(&path).unwrap();
    let short = whole.lines().map(|line| {
        let mut exchange: Value = serde_json::from_str(line).unwrap();
        let members = exchange.as_object_mut().unwrap();
        assert!(members.shift_remove("id").is_some() && members.shift_remove("body_sha256").is_some());
        format!("{exchange}\n")
    });
    let short: String = short.collect();
    fs::write(&path, &short).unwrap();
    assert_eq!(computed(), (true, said));
    fs::write(&path, short.replacen("SSEAlgorithm", "SSEAlgorithn", 1)).unwrap();
    let (good, said) = computed();
    assert!(!good && said.trim_end().ends_with(" named, 1 wrong"), "{said}");
}
