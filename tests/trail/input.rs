//! Bad input is refused with what to do about it.

use super::*;

#[test]
fn bad_input_is_refused_with_what_to_do() {
    let generated = Plan::of_size(1, 1, 2, 1, 600).generate();
    let home = copied(&generated);
    fs::write(home.path().join("broken.json"), "{\"PublicKeyList\": 1}").unwrap();
    fs::write(home.path().join("no-key.json"), r#"{"PublicKeyList": [{"Value": "AQID", "Fingerprint": "ab"}]}"#)
        .unwrap();
    fs::create_dir(home.path().join("empty")).unwrap();
    let inventory = ["--inventory", "tree/inventory.json", "--keys", "tree/public-keys.json"];
    let with = |more: &[&'static str]| [&["trail", "verify", "--out", "out"], &inventory[..], more].concat();
    let cases: Vec<(Vec<&str>, &[&str])> = vec![
        (with(&["--local", "nowhere"]), &["`nowhere` is not a folder", "hint:"]),
        (with(&["--local", "empty"]), &["holds neither a folder `log-archive` nor the folder `AWSLogs`", "hint:"]),
        (with(&["--local", "tree", "--from", "yesterday"]), &["--from", "`yesterday`", "hint:"]),
        (with(&["--local", "tree", "--from", "2026-02-01", "--to", "2026-01-01"]), &["is empty", "hint:"]),
        (with(&["--local", "tree", "--from", "2999-01-01", "--to", "2999-01-02"]), &["period of the past"]),
        (with(&["--local", "tree", "--shard", "4/4"]), &["`4/4` is not a shard", "hint:"]),
        (with(&["--local", "tree", "--sample", "half"]), &["`--sample half`", "hint:"]),
        (with(&["--local", "tree", "--account", "999999999999"]), &["account `999999999999` is not expected", "hint:"]),
        (with(&["--local", "tree", "--region", "mars"]), &["Region `mars` is not expected", "eu-west-1"]),
        (
            with(&["--local", "tree", "--checkpoint", "tree/inventory.json"]),
            &["checkpoint `tree/inventory.json`", "hint:"],
        ),
        (vec!["trail", "verify", "--local", "tree", "--inventory", "broken.json"], &["is not an inventory", "hint:"]),
        (
            vec![
                "trail",
                "verify",
                "--local",
                "tree",
                "--inventory",
                "tree/inventory.json",
                "--keys",
                "broken.json",
                "--out",
                "k",
            ],
            &["cannot use `broken.json`", "list-public-keys"],
        ),
        (
            vec!["trail", "verify", "--local", "tree", "--inventory", "tree/inventory.json", "--keys", "no-key.json"],
            &["cannot use `no-key.json`", "public key `ab` is not", "list-public-keys"],
        ),
        (vec!["trail", "merge", "empty"], &["holds no summary", "hint:"]),
        (vec!["trail", "merge", "nowhere"], &["cannot read `nowhere`", "hint:"]),
        (vec!["trail", "verify", "--incremental"], &["--checkpoint"]),
        (vec!["trail", "verify", "--in-flight", "0"], &["--in-flight"]),
    ];
    for (args, words) in cases {
        let ran = run(home.path(), &args);
        assert_eq!(ran.code, 2, "{args:?}: {}{}", ran.out, ran.err);
        for word in words {
            assert!(ran.err.contains(word), "{args:?}: `{word}` is not in:\n{}", ran.err);
        }
        assert!(!ran.err.contains("panicked") && ran.out.is_empty(), "{args:?}: {}{}", ran.out, ran.err);
    }
    let mut lone = program(home.path(), &["trail", "verify", "--local", "tree"]);
    let lone = support::ran(&lone.env("JOB_COMPLETION_INDEX", "0").output().unwrap());
    assert!(lone.code == 2 && lone.err.contains("LOGPROOF_SHARDS"), "{}", lone.err);
}

#[test]
fn keys_that_are_not_the_right_ones_decide_nothing() {
    let generated = Plan::of_size(1, 1, 2, 1, 600).generate();
    let (home, period) = (copied(&generated), period(&generated));
    let elsewhere = format!("{{\"ap-southeast-2\": {}}}", generated.keys_json);
    for (name, keys) in [("none", r#"{"PublicKeyList": []}"#), ("elsewhere", elsewhere.as_str())] {
        fs::write(home.path().join("tree/public-keys.json"), keys).unwrap();
        let ran = run(home.path(), &from_copy(&period, &["--out", name]));
        assert!(ran.code == 3 && ran.out.contains("digest.key_unknown"), "{name}: {}{}", ran.out, ran.err);
    }
}

#[test]
fn a_period_that_reaches_into_the_future_is_judged_as_far_as_it_is_due() {
    let generated = Plan::of_size(1, 1, 2, 1, 600).generate();
    let (home, (from, _)) = (copied(&generated), period(&generated));
    let period = (from, "2999-01-01".to_owned());
    let ran = run(home.path(), &from_copy(&period, &["--out", "out"]));
    assert!(ran.code == 1 && ran.out.contains("chain.tail_missing"), "{}{}", ran.out, ran.err);
}

#[test]
fn an_account_that_is_suspended_is_expected_up_to_an_unknown_end() {
    let home = TempDir::new().unwrap();
    fs::write(home.path().join("zone.yaml"), include_str!("../fixtures/LS-4.1/compliant-suspended-account.yaml"))
        .unwrap();
    let ran = run(home.path(), &["trail", "inventory", "--mock", "zone.yaml"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("is SUSPENDED: its chains may have ended"), "{}", ran.err);
    let rows = json(&ran.out)["rows"].as_array().unwrap().clone();
    let ended = rows.iter().filter(|row| row["may_have_ended"] == true).count();
    assert!(ended > 0 && ended < rows.len(), "{}", ran.out);
}
