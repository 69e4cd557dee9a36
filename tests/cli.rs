//! The command line: help, exit codes, and what is said when something is wrong.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use logproof_estate::{assessment::Assessment, record::Verdict};
use support::{Ran, run};
use tempfile::TempDir;

/// A key that is not rotated: LS-2.6 fails.
const NOT_ROTATED: &str =
    "base: sample\npatch:\n  keys:\n    1234abcd-12ab-34cd-56ef-1234567890ab: {rotation: false}\n";

fn home(files: &[(&str, &str)]) -> TempDir {
    let home = TempDir::new().unwrap();
    for (name, content) in files {
        let path = home.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    home
}

fn assessment(folder: &Path) -> Assessment {
    serde_json::from_str(&fs::read_to_string(folder.join("assessment.json")).unwrap()).unwrap()
}

/// Runs in a folder with these files; the exit code and all words on standard error must be these.
#[track_caller]
fn refused(files: &[(&str, &str)], args: &[&str], code: i32, words: &[&str]) -> Ran {
    let home = home(files);
    let ran = run(home.path(), args);
    assert_eq!(ran.code, code, "{args:?}\n{}\n{}", ran.out, ran.err);
    for word in words {
        assert!(ran.err.contains(word), "`{word}` is not in:\n{}", ran.err);
    }
    assert!(!ran.err.contains("panicked"), "{}", ran.err);
    ran
}

#[test]
fn help_of_every_command() {
    let home = TempDir::new().unwrap();
    for args in [
        vec!["--help"],
        vec!["check", "--help"],
        vec!["merge", "--help"],
        vec!["lint", "--help"],
        vec!["controls", "--help"],
        vec!["explain", "--help"],
        vec!["doctor", "--help"],
    ] {
        let ran = run(home.path(), &args);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""));
        insta::assert_snapshot!(format!("help_{}", args[0].trim_start_matches('-')), ran.out);
    }
    assert_eq!(run(home.path(), &["--version"]).out, format!("logproof {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn exit_0_when_nothing_fails() {
    let home = TempDir::new().unwrap();
    let ran = run(home.path(), &["check", "--mock"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
    assert!(ran.out.starts_with("Log store of o-exampleorg1: SAMPLE LANDING ZONE, not your accounts\n"), "{}", ran.out);
    assert!(!ran.out.contains('\u{1b}'), "no colour without a terminal");
    let latest = fs::read_to_string(home.path().join("reports/latest")).unwrap();
    let assessment = assessment(&home.path().join("reports").join(latest.trim()));
    assert_eq!(assessment.run.id, latest.trim());
    assert!(assessment.controls_with(Verdict::Pass) > 10);
    assert_eq!(assessment.run.as_of.to_string(), "2026-01-15T12:00:00Z", "the zone's own now");
    assert!(assessment.run.calls.values().sum::<u64>() > 10);
}

#[test]
fn exit_1_when_a_control_fails() {
    let home = home(&[("zone.yaml", NOT_ROTATED)]);
    let ran = run(home.path(), &["check", "--mock", "zone.yaml", "--quiet"]);
    assert_eq!((ran.code, ran.err.as_str()), (1, ""), "{}", ran.out);
    for words in
        ["FAIL", "LS-2.6", "expected", "found      rotation is off", "where      arn:aws:kms:", "hint       ", "1 FAIL"]
    {
        assert!(ran.out.contains(words), "`{words}` is not in:\n{}", ran.out);
    }
    assert!(ran.out.contains("MOCK LANDING ZONE zone.yaml, not live accounts"), "{}", ran.out);
}

#[test]
fn exit_2_without_anything_to_check() {
    refused(&[], &["check"], 2, &["nothing to check", "hint: give `--config FILE`", "`--mock`"]);
    refused(&[], &["check", "--config", "mine.toml"], 2, &["cannot read `mine.toml`", "hint:"]);
    refused(&[], &["check", "--mock", "zone.yaml"], 2, &["cannot read `zone.yaml`", "hint:"]);
    refused(&[], &["check", "--mock", "--features", "mine"], 2, &["cannot read `mine`", "hint:"]);
    refused(&[], &[], 2, &["Usage:"]);
    refused(&[], &["chekc"], 2, &["check"]);
    refused(&[], &["check", "--mock", "--outt", "x"], 2, &["--out"]);
}

#[test]
fn exit_2_for_a_configuration_that_cannot_be_used() {
    let config = "[organization]\nmanagement_account = '1234'\n";
    refused(&[("logproof.toml", config)], &["check"], 2, &["cannot use `logproof.toml`", "line 2", "`1234`", "hint:"]);
    let config = "[organisation]\n";
    refused(&[("c.toml", config)], &["check", "--config", "c.toml"], 2, &["c.toml", "did you mean `organization`?"]);
    let zone = "base: sample\nconfig: {names: {prefixx: a}}\n";
    refused(&[("z.yaml", zone)], &["check", "--mock", "z.yaml"], 2, &["z.yaml, `config:`", "did you mean `prefix`?"]);
    refused(&[("z.yaml", "now: [\n")], &["check", "--mock", "z.yaml"], 2, &["z.yaml", "hint:"]);
    refused(&[("z.yaml", "base: sample\npatches: {}\n")], &["check", "--mock", "z.yaml"], 2, &["`patches`", "hint:"]);
}

#[test]
fn exit_2_for_what_is_of_another_partition() {
    for (config, words) in [
        ("{organization: {home_region: us-iso-east-1, governed_regions: [us-iso-east-1]}}", "`aws-iso`"),
        ("{organization: {governed_regions: [eu-central-1, eusc-de-east-1]}}", "`aws-eusc`"),
        ("{names: {storage_role: 'arn:aws-cn:iam::222222222222:role/Admin'}}", "`aws`"),
        ("{readers: [{principal: 'arn:aws-us-gov:iam::222222222222:role/R', path: ''}]}", "`aws`"),
    ] {
        let zone = format!("base: sample\nconfig: {config}\n");
        refused(&[("z.yaml", &zone)], &["check", "--mock", "z.yaml"], 2, &["partition", words, "hint:"]);
    }
}

#[test]
fn exit_2_for_another_organization() {
    let zone = "base: sample\nconfig: {organization: {id: o-another}}\n";
    refused(&[("z.yaml", zone)], &["check", "--mock", "z.yaml"], 2, &["`o-another`", "`o-exampleorg1`", "hint:"]);
}

#[test]
fn exit_2_for_a_selection_that_cannot_be_understood() {
    let check = |args: &[&'static str]| [&["check", "--mock"], args].concat();
    refused(&[], &check(&["--control", "LS-2.66"]), 2, &["there is no control `LS-2.66`", "did you mean `LS-2.6`?"]);
    refused(&[], &["explain", "LS-2.66"], 2, &["did you mean `LS-2.6`?"]);
    for expression in ["@a and", "critical", "@a @b", "", "(@a", "not"] {
        refused(
            &[],
            &["check", "--mock", "--tags", expression],
            2,
            &[&format!("`{expression}`"), "hint:", "@severity:critical"],
        );
    }
    let long = "@a and ".repeat(1000);
    refused(&[], &["check", "--mock", "--tags", &long], 2, &["longer than", "hint:"]);
    refused(&[], &check(&["--as-of", "tomorrow"]), 2, &["`tomorrow`", "hint: write for example 2026-01-31"]);
}

#[test]
fn exit_2_for_a_folder_that_is_not_a_run() {
    let ran = refused(
        &[("mine/thesis.txt", "text")],
        &["check", "--mock", "--out", "mine"],
        2,
        &["`mine` exists and is not the folder of a run", "hint:"],
    );
    assert_eq!(ran.out, "", "nothing is checked");
    refused(&[("file", "text")], &["check", "--mock", "--out", "file"], 2, &["`file` exists"]);
}

#[test]
fn a_run_may_replace_a_run() {
    let home = TempDir::new().unwrap();
    let args = ["check", "--mock", "--control", "LS-2.6", "--out", "run"];
    assert_eq!(run(home.path(), &args).code, 0);
    let first = assessment(&home.path().join("run")).run.id;
    assert_eq!(run(home.path(), &args).code, 0);
    assert_ne!(first, assessment(&home.path().join("run")).run.id);
}

#[test]
fn exit_3_when_a_call_is_denied_and_the_rest_goes_on() {
    let zone = "base: sample\nfaults: [{service: kms, operation: GetKeyRotationStatus, kind: access-denied}]\n";
    let home = home(&[("zone.yaml", zone)]);
    let ran = run(home.path(), &["check", "--mock", "zone.yaml"]);
    assert_eq!((ran.code, ran.err.as_str()), (3, ""), "{}", ran.out);
    for words in ["ERROR", "LS-2.6", "missing    kms:GetKeyRotationStatus", "1 ERROR", "PASS"] {
        assert!(ran.out.contains(words), "`{words}` is not in:\n{}", ran.out);
    }
}

#[test]
fn exit_3_outranks_1() {
    let zone = format!(
        "{NOT_ROTATED}faults: [{{service: s3, operation: GetBucketVersioning, kind: server-error}}, {{service: s3, operation: GetBucketLocation, kind: malformed}}]\n"
    );
    let home = home(&[("zone.yaml", &zone)]);
    let ran = run(home.path(), &["check", "--mock", "zone.yaml"]);
    assert_eq!(ran.code, 3, "{}", ran.out);
    assert!(ran.out.contains("FAIL") && ran.out.contains("ERROR"), "{}", ran.out);
}

#[cfg(unix)]
#[test]
fn exit_3_when_the_reports_cannot_be_written() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = home(&[("locked/x", "")]);
    let locked = home.path().join("locked");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).unwrap();
    let is_root = fs::write(locked.join("probe"), "").is_ok();
    // The superuser writes anywhere but below a file.
    let out = if is_root { "locked/x/run" } else { "locked/run" };
    let ran = run(home.path(), &["check", "--mock", "--out", out]);
    assert_eq!(ran.code, 3, "{}\n{}", ran.out, ran.err);
    assert!(
        ran.err.contains("cannot write") && ran.err.contains("hint: free space, or choose a writable folder"),
        "{}",
        ran.err
    );
}

#[test]
fn exit_4_when_nothing_is_selected() {
    let ran = refused(
        &[],
        &["check", "--mock", "--tags", "@nobody-has-this"],
        4,
        &["nothing was assessed", "hint:", "`@nobody-has-this`"],
    );
    assert_eq!(ran.out, "");
    refused(&[("f/README.md", "no feature")], &["check", "--mock", "--features", "f"], 4, &["nothing was assessed"]);
    refused(&[], &["check", "--mock", "--control", "LS-2.6", "--tags", "not @LS-2.6"], 4, &["nothing was assessed"]);
}

#[test]
fn a_selection_asks_less_and_says_what_it_was() {
    let home = TempDir::new().unwrap();
    let all = run(home.path(), &["check", "--mock", "--out", "all"]);
    let few = run(
        home.path(),
        &[
            "check",
            "--mock",
            "--out",
            "few",
            "--control",
            "ls-2.6",
            "--control",
            "LS-2.1",
            "--tags",
            "@severity:medium or @severity:high",
        ],
    );
    assert_eq!((all.code, few.code), (0, 0), "{}{}", all.out, few.out);
    let (all, few) = (assessment(&home.path().join("all")), assessment(&home.path().join("few")));
    let ids: Vec<&str> = few.controls.iter().map(|control| control.id.as_str()).collect();
    assert_eq!(ids, ["LS-2.1", "LS-2.6"]);
    assert_eq!(few.run.selection["controls"], "ls-2.6 LS-2.1");
    assert_eq!(few.run.selection["tags"], "@severity:medium or @severity:high");
    let calls = |assessment: &Assessment| assessment.run.calls.values().sum::<u64>();
    assert!(calls(&few) < calls(&all) / 2, "{} of {}", calls(&few), calls(&all));
    assert!(few.run.questions < all.run.questions);
}

#[test]
fn as_of_stands_for_now() {
    let home = TempDir::new().unwrap();
    run(home.path(), &["check", "--mock", "--control", "LS-2.6", "--out", "o", "--as-of", "2026-03-01"]);
    assert_eq!(assessment(&home.path().join("o")).run.as_of.to_string(), "2026-03-01T00:00:00Z");
}

#[test]
fn each_call_is_shown_when_asked_for() {
    let home = TempDir::new().unwrap();
    let check = ["check", "--mock", "--control", "LS-2.6", "--out", "o"];
    let ran = run(home.path(), &[check.as_slice(), &["-v"]].concat());
    assert!(ran.err.contains("kms:GetKeyRotationStatus in 222222222222 eu-central-1: 200"), "{}", ran.err);
    let calls: u64 = assessment(&home.path().join("o")).run.calls.values().sum();
    let shown = ran.err.lines().filter(|line| line.contains(" in 1") || line.contains(" in 2")).count();
    assert_eq!(shown as u64, calls, "each call once: {}", ran.err);
    let more = run(home.path(), &[check.as_slice(), &["-vv"]].concat());
    assert!(more.err.lines().count() > ran.err.lines().count());
    let asked = support::ran(&support::program(home.path(), &check).env("RUST_LOG", "logproof=info").output().unwrap());
    assert!(asked.err.contains("kms:GetKeyRotationStatus"), "{}", asked.err);
    assert_eq!(run(home.path(), &check).err, "");
}

#[test]
fn the_catalogue_in_three_forms() {
    let home = TempDir::new().unwrap();
    let text = run(home.path(), &["controls"]);
    assert!(text.out.contains("LS-2.6") && !text.out.contains('\u{1b}'), "{}", text.out);
    let json: serde_json::Value =
        serde_json::from_str(&run(home.path(), &["controls", "--format", "json"]).out).unwrap();
    let ids: Vec<&str> = json.as_array().unwrap().iter().map(|control| control["id"].as_str().unwrap()).collect();
    assert!(ids.iter().position(|id| *id == "LS-2.1") < ids.iter().position(|id| *id == "LS-2.6"));
    assert!(json[0]["text"]["Requirement"].as_str().unwrap().len() > 20);
    assert!(!json[0]["scenarios"][0]["steps"].as_array().unwrap().is_empty());
    let markdown = run(home.path(), &["controls", "--format", "markdown"]).out;
    for id in ids {
        assert!(markdown.contains(&format!("\n## {id} ")), "{id}");
        assert!(text.out.contains(id));
    }
}

#[test]
fn a_control_is_explained_with_the_calls_it_makes() {
    let home = TempDir::new().unwrap();
    let ran = run(home.path(), &["explain", "ls-2.6"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for words in [
        "LS-2.6 The log key is rotated",
        "\nRequirement\n",
        "\nScenario: ",
        "  Given the log key\n",
        "\nFrameworks\n",
        "  kms:GetKeyRotationStatus x1\n",
    ] {
        assert!(ran.out.contains(words), "`{words}` is not in:\n{}", ran.out);
    }
}

#[test]
fn an_owner_can_write_a_control_and_try_it_on_a_zone() {
    let feature = "@ACME-1 @severity:low\nFeature: Ours\n\n  Requirement\n    It is here.\n\n  Background:\n    Given the log bucket of the log archive account\n\n  Scenario: Place\n    Then the log bucket is in the home Region\n";
    let home = home(&[("mine/ACME-1.feature", feature)]);
    let ran = run(home.path(), &["check", "--mock", "--features", "mine", "--out", "o"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let assessment = assessment(&home.path().join("o"));
    assert_eq!(assessment.controls.len(), 1);
    assert_eq!(assessment.controls[0].feature, "ACME-1.feature");
    let junit = fs::read_to_string(home.path().join("o/junit.xml")).unwrap();
    assert!(junit.contains("classname=\"log-storage.ACME-1\" name=\"ACME-1 Place\""), "{junit}");
}

/// A server that knows who the caller is (unless not even that) and answers nothing else: every other call hangs.
/// Tells how many do.
#[cfg(unix)]
fn hanging_server(knows_the_caller: bool) -> (String, Arc<AtomicUsize>) {
    use std::io::{Read as _, Write as _};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let hanging = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&hanging);
    std::thread::spawn(move || {
        let mut kept = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0_u8; 16 * 1024];
            let length = stream.read(&mut request).unwrap();
            if knows_the_caller && String::from_utf8_lossy(&request[..length]).contains("GetCallerIdentity") {
                let body = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
                    <Arn>arn:aws:iam::111111111111:user/auditor</Arn><UserId>AIDAEXAMPLE</UserId><Account>111111111111</Account>\
                    </GetCallerIdentityResult></GetCallerIdentityResponse>";
                let head = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: text/xml\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                    body.len()
                );
                stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
            } else {
                kept.push(stream);
                count.fetch_add(1, Ordering::SeqCst);
            }
        }
    });
    (url, hanging)
}

/// A live check of accounts that never answer, stopped with a signal once calls hang.
#[cfg(unix)]
fn interrupted_run(home: &Path, signal: &str, knows_the_caller: bool) -> Ran {
    let (url, hanging) = hanging_server(knows_the_caller);
    let child = support::program(home, &["check", "--out", "run"])
        .env("AWS_ENDPOINT_URL", url)
        .env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let began = std::time::Instant::now();
    while hanging.load(Ordering::SeqCst) == 0 {
        assert!(began.elapsed().as_secs() < 60, "no call was made");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let kill = std::process::Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    support::ran(&child.wait_with_output().unwrap())
}

/// Accounts that may be there.
#[cfg(unix)]
const SOMEWHERE: &str = "[organization]\nmanagement_account = '111111111111'\nlog_archive_account = '222222222222'\n\
    home_region = 'eu-central-1'\ngoverned_regions = ['eu-central-1']\n[names]\nprefix = 'acme'\nkey = 'alias/k'\n\
    trail = 't'\n[access]\nmax_attempts = 1\n";

#[cfg(unix)]
#[test]
fn an_interrupt_writes_what_is_there_and_says_that_it_is_incomplete() {
    for signal in ["-INT", "-TERM"] {
        let home = home(&[("logproof.toml", SOMEWHERE)]);
        let ran = interrupted_run(home.path(), signal, true);
        assert_eq!(ran.code, 3, "{}\n{}", ran.out, ran.err);
        assert!(ran.out.contains("INCOMPLETE: interrupted: "), "{}", ran.out);
        let assessment = assessment(&home.path().join("run"));
        assert!(assessment.run.incomplete.is_some());
        assert!(assessment.controls.len() > 10, "nothing that was selected is missing");
        // A control may have been judged from the configuration alone before; none is green without having run.
        assert!(assessment.controls_with(Verdict::Error) > assessment.controls.len() / 2);
        let junit = fs::read_to_string(home.path().join("run/junit.xml")).unwrap();
        assert!(junit.contains("the run was interrupted before it ended"), "{junit}");
    }
}

#[cfg(unix)]
#[test]
fn an_interrupt_before_anything_was_seen_leaves_nothing() {
    let home = home(&[("logproof.toml", SOMEWHERE)]);
    let ran = interrupted_run(home.path(), "-INT", false);
    assert_eq!(ran.code, 3, "{}\n{}", ran.out, ran.err);
    assert!(ran.err.contains("interrupted before anything was examined\nhint: "), "{}", ran.err);
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1, "only the configuration is there");
}

#[test]
fn no_credentials_is_said_as_such() {
    let config = "[organization]\nmanagement_account = '111111111111'\nlog_archive_account = '222222222222'\n\
        home_region = 'eu-central-1'\ngoverned_regions = ['eu-central-1']\n[names]\nprefix = 'acme'\nkey = 'alias/k'\n\
        trail = 't'\n";
    let home = home(&[("logproof.toml", config)]);
    let mut program = support::program(home.path(), &["check"]);
    let ran = support::ran(&program.env("AWS_EC2_METADATA_DISABLED", "true").output().unwrap());
    assert_eq!(ran.code, 3, "{}\n{}", ran.out, ran.err);
    assert!(ran.err.contains("no usable credentials") && ran.err.contains("\nhint: "), "{}", ran.err);
    assert!(!home.path().join("reports").exists(), "nothing was done, nothing is left");
}
