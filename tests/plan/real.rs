//! Plan files, change sets and templates as people have them, laid over the sample's bundle: what was looked at, what was
//! not, what is not known, and which verdicts change.
//!
//! Each file of `tests/plan/real` has the structure of one that is public, with names of the sample; its README has what
//! each was chosen for. Beside it stands what is expected. `LOGPROOF_UPDATE_PLANS=1 cargo test --workspace --test plan
//! real` writes that again; look at the difference.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::{json, support::run};

const CONFIG: &str = r#"
[organization]
management_account = "111111111111"
log_archive_account = "222222222222"
home_region = "eu-central-1"
governed_regions = ["eu-central-1", "eu-west-1"]
[names]
prefix = "acme"
key = "alias/acme-log-storage"
trail = "org-trail"
[plan.modules]
"" = { account = "222222222222", region = "eu-central-1" }
[plan.stacks]
"#;

fn folder() -> PathBuf {
    crate::support::root().join("tests/plan/real")
}

fn files() -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|kind| kind != "expected" && kind != "md"));
    files.sort();
    files
}

fn name(file: &Path) -> String {
    file.file_name().unwrap().to_str().unwrap().to_owned()
}

/// A folder with the bundle of the sample, and the places of the stacks.
fn home() -> TempDir {
    let home = TempDir::new().unwrap();
    let made = run(home.path(), &["check", "--mock", "--out", "run", "--quiet", "--no-progress"]);
    assert_eq!(made.code, 0, "{}", made.err);
    let mut config = CONFIG.to_owned();
    for file in files().iter().map(|file| name(file)) {
        writeln!(config, "\"{file}\" = {{ account = \"222222222222\", region = \"eu-central-1\" }}").unwrap();
    }
    fs::write(home.path().join("logproof.toml"), config).unwrap();
    home
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

/// What a control becomes, and because of what.
fn changed(control: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let (direction, id) = (text(&control["direction"]), text(&control["id"]));
    let mut told = format!("{direction} {id}: {} -> {}\n", text(&control["before"]), text(&control["after"]));
    let cause = |origin: &Value| {
        format!("{} [{}] {}", text(&origin["address"]), text(&origin["attribute"]), text(&origin["action"]))
    };
    let causes: BTreeSet<String> = control["causes"].as_array().unwrap().iter().map(cause).collect();
    causes.iter().for_each(|cause| writeln!(told, "    because of {cause}").unwrap());
    for finding in control["new"].as_array().unwrap() {
        writeln!(told, "    {}: {}", text(&finding["subject"]), text(&finding["found"])).unwrap();
    }
    texts(&control["undecided"]).iter().for_each(|why| writeln!(told, "    not decided: {why}").unwrap());
    told
}

fn told(code: i32, answer: &Value) -> String {
    let file = &answer["files"][0];
    let mut told = format!("exit {code}; {} changed", file["changed"]);
    for (kind, count) in file["not_looked_at"].as_object().unwrap() {
        write!(told, "; not looked at: {kind} {count}").unwrap();
    }
    told.push('\n');
    for (what, lines) in
        [("incomplete", &file["incomplete"]), ("note", &file["notes"]), ("not known", &file["unknown"])]
    {
        texts(lines).iter().for_each(|line| writeln!(told, "{what}: {line}").unwrap());
    }
    for stale in answer["stale"].as_array().unwrap() {
        writeln!(told, "stale: {} {}", stale["origin"]["address"], stale["operation"]).unwrap();
    }
    let controls = answer["controls"].as_array().unwrap();
    controls.iter().filter(|control| control["direction"] != "same").for_each(|control| told += &changed(control));
    told
}

#[test]
fn every_file_is_laid_over_the_bundle_as_expected() {
    let (home, update) = (home(), std::env::var_os("LOGPROOF_UPDATE_PLANS").is_some());
    let (mut wrong, mut codes) = (Vec::new(), BTreeSet::new());
    for file in files() {
        let name = name(&file);
        fs::copy(&file, home.path().join(&name)).unwrap();
        let ran = run(home.path(), &["plan", &name, "--on", "run", "--format", "json"]);
        assert!([0, 1, 3].contains(&ran.code), "{name}: {} {}", ran.code, ran.err);
        assert!(!ran.out.contains("hunter") && !ran.err.contains("hunter"), "{name}: {}", ran.out);
        let found = told(ran.code, &json(&ran));
        // What is not decided names what is not known: an address with an attribute, or what was never asked.
        for line in found.lines().filter(|line| line.contains("not decided: ")) {
            assert!(line.contains("` of `") || line.contains("not in the recording"), "{name}: {line}");
        }
        let beside = file.with_extension("expected");
        if update {
            fs::write(&beside, &found).unwrap();
        }
        let expected = fs::read_to_string(&beside).unwrap_or_default();
        if found != expected {
            wrong.push(format!("{name}:\n--- expected\n{expected}--- found\n{found}"));
        }
        codes.insert(ran.code);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(codes, BTreeSet::from([0, 1, 3]), "some are harmless, some make worse, some cannot be decided");
}

#[test]
fn each_file_says_what_it_was_chosen_for() {
    let readme = fs::read_to_string(folder().join("README.md")).unwrap();
    let listed: Vec<&str> =
        readme.lines().filter_map(|line| line.strip_prefix("| `")).filter_map(|line| line.split('`').next()).collect();
    let there: Vec<String> = files().iter().map(|file| name(file)).collect();
    assert_eq!(listed, there);
    assert!(there.len() >= 20, "{}", there.len());
}
