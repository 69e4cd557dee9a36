//! Shares that are no shares of one run are refused, and what is missing is examined alone.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{FIRST, Run, UNEQUAL, home, merge, refused, support, timeless};

fn copied(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let place = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copied(&path, &place);
        } else {
            fs::copy(&path, &place).unwrap();
        }
    }
}

#[test]
fn parts_that_are_no_whole_are_refused() {
    let home = home(UNEQUAL);
    let path = home.path();
    let of = |control: &'static str| Run { home: path, of: vec!["--mock", "zone.yaml", "--control", control] };
    let parts = of("LS-5.1");
    assert_eq!(parts.in_shares(3).code, 1);
    let place = |name: &str| -> PathBuf { path.join("parts").join(name) };
    let all = |out: &str| merge(path, &["parts", "--out", out]);

    // One is missing, and is made again alone.
    fs::rename(place("share-1-of-3"), path.join("kept")).unwrap();
    refused(&all("none"), 3, &["share `1/3` is missing", "hint: run `check --shard 1/3`"]);
    assert!(!path.join("none").exists() && !path.join(".none.partial").exists());
    assert_eq!(parts.share(1, 3).code, 0);
    assert_eq!(all("merged").code, 1);

    // One is there twice.
    let twice = merge(path, &["parts", "kept", "--out", "none"]);
    refused(&twice, 2, &["share `1/3` is there twice", "parts/share-1-of-3", "kept"]);

    // One was changed after it was made.
    let recording = place("share-1-of-3").join("exchanges.jsonl");
    let text = fs::read_to_string(&recording).unwrap();
    fs::write(&recording, text.replacen("true", "false", 1)).unwrap();
    refused(&all("none"), 3, &["share-1-of-3", "was changed", "exchanges.jsonl"]);
    fs::write(&recording, text).unwrap();

    // One is of another division.
    assert_eq!(parts.share(1, 4).code, 0);
    fs::rename(place("share-1-of-3"), path.join("other")).unwrap();
    refused(&all("none"), 2, &["another number of shares"]);
    fs::rename(place("share-1-of-4"), path.join("fourth")).unwrap();
    fs::rename(path.join("other"), place("share-1-of-3")).unwrap();

    // The first job is missing; a whole run is none; nothing is there.
    let shares = ["parts/share-0-of-3", "parts/share-1-of-3", "parts/share-2-of-3", "--out", "none"];
    refused(&merge(path, &shares), 2, &["the bundle of the first job is missing"]);
    assert_eq!(of("LS-5.1").check(&["--out", "whole"]).code, 1);
    refused(&merge(path, &["whole", "--out", "none"]), 2, &["`whole` is a whole run"]);
    fs::create_dir(path.join("empty")).unwrap();
    refused(&merge(path, &["empty", "--out", "none"]), 2, &["`empty` is no bundle and holds none"]);

    // Another first job: the shares were not made with it.
    copied(&place("organization"), &path.join("first"));
    assert_eq!(parts.first().code, 0);
    refused(&all("none"), 2, &["another bundle of the first job"]);
    let mixed = [&["first"], shares.as_slice()].concat();
    assert_eq!(merge(path, &[mixed.as_slice(), &[]].concat()).code, 1);
}

#[test]
fn a_share_examines_what_the_first_job_was_asked() {
    let home = home(UNEQUAL);
    let path = home.path();
    let of = |args: &[&'static str]| Run { home: path, of: [&["--mock", "zone.yaml"], args].concat() };
    let asked = of(&["--control", "LS-5.1"]);
    assert_eq!(asked.first().code, 0);

    refused(&of(&["--control", "LS-5.2"]).share(0, 2), 2, &["the first job used another selection"]);
    refused(&of(&["--control", "LS-5.1", "--as-of", "2026-01-01"]).share(0, 2), 2, &["another instant as now"]);
    fs::write(path.join("zone.yaml"), UNEQUAL.to_owned() + "patch: {config: {expectations: {hot_days: 91}}}\n")
        .unwrap();
    refused(&asked.share(0, 2), 2, &["another configuration"]);
    fs::write(path.join("zone.yaml"), UNEQUAL).unwrap();

    refused(&asked.share(6, 7), 2, &["share `6/7` has no account", "at most 6 shares"]);
    refused(&asked.check(&["--shard", "0/2"]), 2, &["share `0/2` needs the bundle of the first job"]);
    refused(&asked.check(&["--organization", FIRST]), 2, &["not which share is to be examined"]);
    refused(&asked.check(&["--leave-verdict-to-merge"]), 2, &["`--leave-verdict-to-merge` is for a share"]);
    refused(&asked.check(&["--shard", "2/2", "--organization", FIRST]), 2, &["`2/2` is no share"]);
    refused(&of(&["--control", "LS-1.1"]).first(), 2, &["nothing to divide"]);
    assert_eq!(asked.share(0, 2).code, 0);
    let args = ["--organization", "parts/share-0-of-2", "--shard", "1/2", "--out", "parts"];
    refused(&asked.check(&args), 2, &["is not the bundle of a first job"]);

    // The share is named by the engine.
    let engine = |index: &str| {
        let of =
            ["check", "-q", "--mock", "zone.yaml", "--control", "LS-5.1", "--organization", FIRST, "--out", "parts"];
        let mut command = support::program(path, &of);
        command.env("JOB_COMPLETION_INDEX", index).env("LOGPROOF_SHARDS", "2");
        support::ran(&command.output().unwrap())
    };
    // Without `--leave-verdict-to-merge` its verdict is that of its accounts.
    let codes = [engine("0").code, engine("1").code];
    assert!(codes.contains(&1) && codes.contains(&0), "{codes:?}");
    refused(&engine("2"), 2, &["there is no such share"]);
    assert_eq!(merge(path, &["parts", "--out", "merged"]).code, 1);
}

#[test]
fn a_share_that_was_interrupted_is_resumed() {
    let home = home(UNEQUAL);
    let path = home.path();
    let parts = Run { home: path, of: vec!["--mock", "zone.yaml", "--control", "LS-5.1"] };
    assert_eq!(parts.in_shares(2).code, 1);
    let before = timeless(&path.join("merged"));
    let share = path.join("parts/share-1-of-2");
    let partial = path.join("parts/.share-1-of-2.partial");
    fs::create_dir(&partial).unwrap();
    for name in ["request.json", "configuration.json"] {
        fs::copy(share.join(name), partial.join(name)).unwrap();
    }
    copied(&share.join("register"), &partial.join("register"));
    copied(&share.join("features"), &partial.join("features"));
    // It was killed half way.
    let text = fs::read_to_string(share.join("exchanges.jsonl")).unwrap();
    let half: Vec<&str> = text.lines().take(text.lines().count() / 2).collect();
    fs::write(partial.join("exchanges.jsonl"), half.join("\n") + "\n").unwrap();
    fs::remove_dir_all(&share).unwrap();
    refused(&merge(path, &["parts", "--out", "merged"]), 3, &["share `1/2` is missing"]);
    let args = ["--organization", FIRST, "--shard", "1/2", "--out", "parts", "--resume", "--leave-verdict-to-merge"];
    let resumed = parts.check(&args);
    assert_eq!(resumed.code, 0, "{}{}", resumed.out, resumed.err);
    assert!(resumed.out.contains(&format!("resumed: {} exchanges", half.len())), "{}", resumed.out);
    assert_eq!(merge(path, &["parts", "--out", "merged"]).code, 1);
    assert_eq!(timeless(&path.join("merged")), before);
}
