//! `logproof register`: entries are written once, whole and readable; what is printed for a stream passes the controls.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

#[path = "intake/requests.rs"]
mod requests;
mod support;

use std::{
    collections::BTreeMap,
    fs,
    process::{Command, Stdio},
};

use logproof::run::register::Loaded;
use logproof_estate::register::Register;
use support::run;
use tempfile::TempDir;

const RETENTION: &str = r#"# Kept by hand.
[[retention]]
class = "network"
hot_days = 90
archive_days = 275
delete_after_days = 365
legal_basis = "PCI DSS 10.5.1"
owner = "ada@example.org"
approved_by = "grace@example.org"
reviewed = "2025-10-01"
"#;

const STREAM: [&str; 23] = [
    "register",
    "new",
    "stream",
    "--name",
    "flow",
    "--owner",
    "net@example.org",
    "--environment",
    "production",
    "--kind",
    "vpc-flow",
    "--bucket",
    "aws-acme-flow-log-storage-222222222222-eu-central-1",
    "--delivered-by",
    "delivery.logs.amazonaws.com",
    "--personal-data",
    "yes",
    "--regulation",
    "GDPR",
    "--retention-class",
    "network",
    "--request",
    "LOG-4",
];

const READER: [&str; 13] = [
    "register",
    "new",
    "reader",
    "--principal",
    "arn:aws:iam::333333333333:role/Reader",
    "--path",
    "AWSLogs/",
    "--purpose",
    "reports",
    "--from",
    "2026-01-01",
    "--approved-by",
    "grace@example.org",
];

const WAIVER: [&str; 19] = [
    "register",
    "new",
    "waiver",
    "--control",
    "LS-6.7",
    "--subject",
    "arn:aws:s3:::aws-acme-log-storage-222222222222-eu-central-1",
    "--reason",
    "the second \"Region\" opens in March",
    "--ticket",
    "SEC-1",
    "--owner",
    "ada@example.org",
    "--approved-by",
    "grace@example.org",
    "--from",
    "2026-01-01",
    "--until",
    "2026-04-01",
];

const ATTESTATION: [&str; 15] = [
    "register",
    "new",
    "attestation",
    "--control",
    "LS-6.8",
    "--statement",
    "the residual risk is accepted",
    "--evidence",
    "acceptance.md",
    "--by",
    "ciso@example.org",
    "--on",
    "2026-01-01",
    "--valid-until",
    "2026-12-31",
];

fn home() -> TempDir {
    let home = TempDir::new().unwrap();
    fs::create_dir(home.path().join("register")).unwrap();
    fs::write(home.path().join("register/retention.toml"), RETENTION).unwrap();
    fs::write(home.path().join("register/acceptance.md"), "accepted").unwrap();
    home
}

fn read(home: &TempDir) -> Register {
    Register::clone(&Loaded::of_folder(&home.path().join("register")).unwrap().register)
}

fn files(home: &TempDir) -> BTreeMap<String, String> {
    let entries = fs::read_dir(home.path().join("register")).unwrap().map(|entry| entry.unwrap());
    entries.map(|e| (e.file_name().into_string().unwrap(), fs::read_to_string(e.path()).unwrap())).collect()
}

fn with<'a>(args: &[&'a str], option: &str, value: &'a str) -> Vec<&'a str> {
    let mut args = args.to_vec();
    let at = args.iter().position(|arg| *arg == option).unwrap();
    args[at + 1] = value;
    args
}

#[test]
fn entries_are_written_read_back_and_never_twice() {
    let home = home();
    for args in [&STREAM[..], &READER, &WAIVER, &ATTESTATION] {
        let ran = run(home.path(), args);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{args:?}");
        let before = files(&home);
        let again = run(home.path(), args);
        assert_eq!(again.code, 2, "{args:?}");
        assert!(
            again.err.contains("hint: ") && (again.err.contains("already") || again.err.contains("twice")),
            "{}",
            again.err
        );
        assert_eq!(files(&home), before, "nothing is written");
    }
    let register = read(&home);
    let (stream, reader) = (&register.streams[0], &register.readers[0]);
    assert_eq!((stream.name.as_str(), stream.personal_data, stream.prefix.as_str()), ("flow", true, ""));
    assert_eq!(stream.regulations, ["GDPR"]);
    assert_eq!((reader.until, reader.last_reviewed), (None, "2026-01-01".parse().unwrap()));
    assert_eq!(register.waivers[0].reason, "the second \"Region\" opens in March");
    let today = "2026-06-01".parse().unwrap();
    assert_eq!(register.objection(&register.attestations[0], today), None, "the digest is that of the evidence");

    let second = run(home.path(), &with(&STREAM, "--name", "second"));
    assert_eq!(second.code, 0, "{}", second.err);
    let text = &files(&home)["streams.toml"];
    assert!(
        text.starts_with("[[stream]]\nname = \"flow\"\n") && text.contains("\n\n[[stream]]\nname = \"second\""),
        "{text}"
    );
    assert_eq!(read(&home).streams.len(), 2);
}

#[test]
fn what_the_owner_wrote_by_hand_stays() {
    let home = home();
    let kept = "# why: see LOG-1\n[[reader]]\nprincipal = \"arn:aws:iam::1:role/a\" # the auditor\npath = \"AWSLogs/\"\npurpose = \"p\"\nfrom = \"2026-01-01\"\napproved_by = \"g\"\nlast_reviewed = \"2026-01-01\"\n\n\n";
    fs::write(home.path().join("register/readers.toml"), kept).unwrap();
    assert_eq!(run(home.path(), &READER).code, 0);
    assert!(files(&home)["readers.toml"].starts_with(kept.trim_end()));
    assert_eq!(read(&home).readers.len(), 2);
}

#[test]
fn what_cannot_be_used_is_said_and_not_written() {
    let home = home();
    for (args, expected) in [
        (with(&STREAM, "--retention-class", "dns"), "use one of: network"),
        (with(&STREAM, "--environment", "moon"), "moon"),
        (with(&STREAM, "--personal-data", "maybe"), "neither yes nor no"),
        (
            STREAM.iter().copied().filter(|arg| !["--regulation", "GDPR"].contains(arg)).collect(),
            "falls under no regulation",
        ),
        (STREAM.iter().copied().take(21).collect(), "--request is missing"),
        (READER.iter().copied().take(5).collect(), "--path, --purpose, --approved-by are missing"),
        (with(&READER, "--principal", "Reader"), "not an ARN"),
        (with(&READER, "--from", "2026-02-30"), "`2026-02-30` is no day"),
        (with(&WAIVER, "--control", "LS-99.1"), "there is no control `LS-99.1`"),
        (with(&WAIVER, "--subject", "*"), "names no resource"),
        (with(&WAIVER, "--until", "2027-04-01"), "more than one year"),
        (with(&WAIVER, "--approved-by", "ada@example.org"), "somebody else must approve it"),
        (with(&ATTESTATION, "--evidence", "none.md"), "cannot be read"),
        (with(&ATTESTATION, "--evidence", "../register/acceptance.md"), "not below the folder"),
        (with(&ATTESTATION, "--statement", " "), "it may not be empty"),
    ] {
        let before = files(&home);
        let ran = run(home.path(), &args);
        assert_eq!(ran.code, 2, "{args:?}: {}{}", ran.out, ran.err);
        assert!(ran.err.contains(expected) && ran.err.contains("\nhint: "), "{args:?}: {}", ran.err);
        assert_eq!(files(&home), before, "{args:?}");
    }
    let first = TempDir::new().unwrap();
    assert_eq!(run(first.path(), &READER).code, 0, "the folder is made for the first entry");
    assert!(first.path().join("register/readers.toml").exists());
}

/// Answers each question that ends in `: ` at a terminal of its own, and prints what was shown.
const AT_TERMINAL: &str = r#"
import os, pty, sys
answers = iter(sys.stdin.read().split("\n"))
program, folder = sys.argv[1], sys.argv[2]
child, terminal = pty.fork()
if child == 0:
    os.chdir(folder)
    os.execv(program, [program, *sys.argv[3:]])
shown = b""
while True:
    try:
        piece = os.read(terminal, 4096)
    except OSError:
        break
    if not piece:
        break
    shown += piece
    if piece.endswith(b": "):
        os.write(terminal, (next(answers) + "\n").encode())
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"#;

#[test]
fn at_a_terminal_what_is_missing_is_asked() {
    let home = home();
    let mut python = Command::new("python3")
        .args(["-c", AT_TERMINAL, env!("CARGO_BIN_EXE_logproof")])
        .arg(home.path())
        .args(["register", "new", "reader", "--path", "AWSLogs/"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let answers = b"arn:aws:iam::333333333333:role/Reader\nreports\n2026-13-01\n2026-01-01\n\ngrace@example.org\n\n";
    std::io::Write::write_all(&mut python.stdin.take().unwrap(), answers).unwrap();
    let output = python.wait_with_output().unwrap();
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{shown}");
    assert!(shown.contains("`2026-13-01` is no day") && shown.contains("wrote register/readers.toml"), "{shown}");
    let reader = read(&home).readers.remove(0);
    assert_eq!((reader.purpose.as_str(), reader.until), ("reports", None));
    assert_eq!(reader.from, "2026-01-01".parse().unwrap());
}
