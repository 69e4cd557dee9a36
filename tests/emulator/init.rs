//! `logproof init` looks at the emulated organization, and `check` accepts what it writes.

use std::{fs, path::Path};

use crate::{
    NOTHING_FAILS, SOMETHING_FAILS,
    harness::{Checked, Emulator, Sample, live},
};

/// What a configuration that was found, and no register, leaves open: control, verdict, and why. Everything else passes.
const OPEN: [(&str, &str, &str); 21] = [
    ("LS-1.4", "FAIL", "no log stream"),
    ("LS-1.5", "FAIL", "no log stream"),
    ("LS-2.4", "FAIL", "role/LogsReadOnlyFrequencyRole"),
    ("LS-2.8", "FAIL", "role/LogsReadOnlyFrequencyRole"),
    ("LS-3.7", "FAIL", "role/ExternalAudit"),
    ("LS-3.8", "FAIL", "outside account 777777777777"),
    ("LS-6.8", "MANUAL", "needs an attestation"),
    ("LS-7.5", "MANUAL", "needs an attestation"),
    ("LS-8.2", "NOT-APPLICABLE", "names a reader"),
    ("LS-8.3", "NOT-APPLICABLE", "the configuration names no auditor account"),
    ("LS-8.4", "NOT-APPLICABLE", "names a reader"),
    ("LS-8.6", "FAIL", "role/LogsReadOnlyFrequencyRole"),
    ("LS-8.7", "MANUAL", "needs an attestation"),
    ("LS-8.8", "NOT-APPLICABLE", "names a reader"),
    ("LS-9.1", "FAIL", "no retention class"),
    ("LS-9.4", "MANUAL", "needs an attestation"),
    ("LS-10.1", "FAIL", "no log stream"),
    ("LS-10.2", "FAIL", "not registered"),
    ("LS-10.3", "FAIL", "no log stream"),
    ("LS-10.4", "FAIL", "no log stream"),
    ("LS-10.5", "FAIL", "no retention class"),
];

/// Usage, or an organization that cannot be configured yet.
const USAGE: i32 = 2;

fn init(port: u16, folder: &Path, arguments: &[&str]) -> Checked {
    let mut command = live(port, folder);
    command.arg("init").args(["--region", "eu-central-1"]).args(arguments);
    Checked::run(command, folder)
}

fn written(folder: &Path) -> (String, toml::Value) {
    let text = fs::read_to_string(folder.join("logproof.toml")).expect("logproof.toml is there");
    let value = toml::from_str(&text).expect("TOML");
    (text, value)
}

#[test]
fn what_it_writes_names_the_landing_zone() {
    let port = Emulator::shared().copy();
    let folder = tempfile::tempdir().expect("a folder");
    let run = init(port, folder.path(), &[]);
    Emulator::shared().stop(port);

    assert_eq!(run.code, NOTHING_FAILS, "{run}");
    assert!(run.said().contains("wrote logproof.toml"), "{run}");
    let (text, found) = written(folder.path());
    let names = |table: &str, key: &str| found[table].get(key).cloned();
    let is = |table: &str, key: &str, value: &str| {
        assert_eq!(names(table, key), Some(toml::Value::from(value)), "{table}.{key}\n{text}");
    };
    is("organization", "id", "o-exampleorg1");
    is("organization", "management_account", "111111111111");
    is("organization", "log_archive_account", "222222222222");
    is("organization", "security_tooling_account", "333333333333");
    is("organization", "home_region", "eu-central-1");
    is("access", "role_name", "LogproofAudit");
    is("names", "prefix", "acme");
    is("names", "config_bucket", "aws-acme-config-log-storage-222222222222-eu-central-1");
    is("names", "key", "arn:aws:kms:eu-central-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab");
    is("names", "trail", "org-trail");
    let regions = toml::Value::from(vec!["eu-central-1", "eu-west-1"]);
    assert_eq!(names("organization", "governed_regions"), Some(regions), "{text}");

    // Every key that is not a value stands in a comment, and so do the accounts.
    for account in ["111111111111 management", "222222222222 log-archive", "666666666666 log-replica"] {
        assert!(text.contains(&format!("#   {account}\n")), "{account}\n{text}");
    }
    assert!(!text.contains('?'), "nothing is left open\n{text}");
    assert!(!text.contains("Not answered"), "{text}");
}

#[test]
fn check_accepts_what_it_writes_and_judges_as_with_a_configuration_by_hand() {
    let port = Emulator::shared().copy();
    let folder = tempfile::tempdir().expect("a folder");
    let discovered = init(port, folder.path(), &[]);
    assert_eq!(discovered.code, NOTHING_FAILS, "{discovered}");
    // The sample has digests of few hours: the one key that is changed by hand, as its owner would.
    let (text, _) = written(folder.path());
    let edited = text.replacen("# window_hours = 24\n", "window_hours = 3\n", 1);
    assert_ne!(edited, text);
    fs::write(folder.path().join("logproof.toml"), edited).expect("writable");
    let mut command = live(port, folder.path());
    command.args(["check", "--out", "out", "--as-of", &Sample::read().now]);
    let run = Checked::run(command, folder.path());
    Emulator::shared().stop(port);

    let verdicts = run.verdicts();
    assert!(verdicts.keys().eq(Sample::catalogue().iter()), "not every control ran\n{run}");
    for (id, verdict) in &verdicts {
        let (_, expected, why) = OPEN.iter().find(|open| open.0 == id).unwrap_or(&("", "PASS", ""));
        let reasons = run.reasons(id);
        assert!(verdict == expected && reasons.contains(why), "{id} is {verdict}, not {expected}: {reasons}\n{run}");
    }
    assert_eq!(run.code, SOMETHING_FAILS, "{run}");
}

#[test]
fn a_file_that_is_there_is_not_touched() {
    let port = Emulator::shared().copy();
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("logproof.toml"), "mine").expect("writable");
    let run = init(port, folder.path(), &[]);
    let requests = Emulator::shared().requests(port);
    let elsewhere = init(port, folder.path(), &["--out", "other.toml"]);
    Emulator::shared().stop(port);

    assert_eq!(run.code, USAGE, "{run}");
    assert!(run.said().contains("`logproof.toml` exists") && run.said().contains("hint:"), "{run}");
    assert_eq!(requests, 0, "nothing is asked\n{run}");
    assert_eq!(fs::read_to_string(folder.path().join("logproof.toml")).expect("readable"), "mine");
    assert_eq!(elsewhere.code, NOTHING_FAILS, "{elsewhere}");
    assert!(folder.path().join("other.toml").exists());
}

#[test]
fn without_an_organization_trail_it_says_so_and_writes_nothing() {
    let port = Emulator::shared().with_defect("trail-of-one-account");
    let folder = tempfile::tempdir().expect("a folder");
    let run = init(port, folder.path(), &[]);
    Emulator::shared().stop(port);

    assert_eq!(run.code, USAGE, "{run}");
    for words in ["no organization trail is visible in account 111111111111, eu-central-1", "hint:", "`--region`"] {
        assert!(run.said().contains(words), "`{words}`\n{run}");
    }
    assert!(!folder.path().join("logproof.toml").exists());
}

#[test]
fn a_region_it_is_told_to_govern_is_written_as_it_is() {
    let port = Emulator::shared().copy();
    let folder = tempfile::tempdir().expect("a folder");
    let run = init(port, folder.path(), &["--governed-region", "eu-north-1", "--external-id", "x\"y"]);
    Emulator::shared().stop(port);

    assert_eq!(run.code, NOTHING_FAILS, "{run}");
    let (text, found) = written(folder.path());
    // The home Region is governed, whatever is left out.
    let regions = toml::Value::from(vec!["eu-north-1", "eu-central-1"]);
    assert_eq!(found["organization"]["governed_regions"], regions, "{text}");
    assert_eq!(found["access"]["external_id"].as_str(), Some("x\"y"), "{text}");
}

/// A landing zone of AWS Control Tower, as AWS leaves it.
const CONTROL_TOWER: &str = include_str!("../zones/control-tower-3.yaml");

/// Starts the zone, and answers its port.
fn control_tower(folder: &Path, zone: &str) -> u16 {
    let file = folder.join("zone.yaml");
    fs::write(&file, zone).expect("writable");
    Emulator::shared().zone(&file).expect("the emulator can hold it")
}

#[test]
fn a_control_tower_is_recognized_and_only_what_is_new_after_its_first_evening_fails() {
    let folder = tempfile::tempdir().expect("a folder");
    let port = control_tower(folder.path(), CONTROL_TOWER);
    let discovered = init(port, folder.path(), &[]);
    assert_eq!(discovered.code, NOTHING_FAILS, "{discovered}");
    assert!(discovered.said().contains("this is AWS Control Tower, landing zone 3.x"), "{discovered}");
    let (text, found) = written(folder.path());
    let described: toml::Value = {
        let zone: serde_json::Value = serde_yaml_ng::from_str(CONTROL_TOWER).expect("YAML");
        toml::Value::try_from(&zone["config"]).expect("a configuration")
    };
    assert_eq!(found["organization"], described["organization"], "{text}");
    for name in ["bucket", "log_prefix", "key", "key_account", "trail", "admin_role", "reader_role"] {
        assert_eq!(found["names"].get(name), described["names"].get(name), "{name}\n{text}");
    }
    let edited = text.replacen("# window_hours = 24\n", "window_hours = 3\n", 1);
    fs::write(folder.path().join("logproof.toml"), edited).expect("writable");
    // What was drafted for the register fails the gate until somebody signs it: that is for another evening.
    fs::remove_dir_all(folder.path().join("register")).expect("a register was drafted");

    let now = "2026-01-15T12:00:00Z";
    let check = |port: u16, out: &str, arguments: &[&str]| {
        let mut command = live(port, folder.path());
        command.args(["check", "--out", out, "--as-of", now, "--baseline", "baseline.toml"]).args(arguments);
        Checked::run_into(command, &folder.path().join(out))
    };
    // What fails on the first evening is taken into the baseline, and fails the gate no more.
    let taken = ["--update-baseline", "--baseline-owner", "platform@example.org", "--baseline-until", "2026-06-30"];
    let first = check(port, "first", &taken);
    let again = check(port, "again", &[]);
    Emulator::shared().stop(port);
    assert_eq!(first.verdicts().values().filter(|verdict| *verdict == "ERROR").count(), 0, "{first}");
    let failing = first.verdicts().values().filter(|verdict| *verdict == "FAIL").count();
    assert!(failing > 20, "{failing} controls fail on the first evening\n{first}");
    assert_eq!(again.code, NOTHING_FAILS, "{again}");

    // Somebody switches off the validation of log files.
    let port =
        control_tower(folder.path(), &CONTROL_TOWER.replace("log_file_validation: true", "log_file_validation: false"));
    let changed = check(port, "changed", &[]);
    Emulator::shared().stop(port);
    assert_eq!(changed.code, SOMETHING_FAILS, "{changed}");
    let failing = changed.verdicts().into_iter().filter(|(_, verdict)| verdict == "FAIL");
    assert_eq!(failing.map(|(id, _)| id).collect::<Vec<_>>(), ["LS-4.4"], "{changed}");
    assert!(changed.said().contains("1 finding new"), "{changed}");
}
