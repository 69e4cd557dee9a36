//! Bad input is refused with what to do about it.

use super::*;

#[test]
fn bad_input_is_refused_with_what_to_do() {
    let generated = Plan::of_size(1, 1, 2, 1, 600).generate();
    let home = copied(&generated);
    fs::write(home.path().join("broken.json"), "{\"PublicKeyList\": 1}").unwrap();
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
