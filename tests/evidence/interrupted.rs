//! Runs that do not come to their end: killed, or without room to write.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{copy_register, files, logproof, sealed_bundle, text};

/// The sample zone with so many accounts that a run of it can be killed in the middle.
fn large_zone(folder: &Path, accounts: usize) {
    let mut zone = "base: sample\njson_patch:\n".to_owned();
    for number in 0..accounts {
        let id = 700_000_000_000_usize + number;
        zone.push_str(&format!(
            "- {{op: add, path: /accounts/{id}, value: {{name: w{number}, unit: ou-exmp-workload1, joined: \"2024-02-01T00:00:00Z\"}}}}\n"
        ));
    }
    fs::write(folder.join("large.yaml"), zone).unwrap();
}

fn lines_in(path: &Path) -> usize {
    fs::read(path).map_or(0, |bytes| bytes.iter().filter(|byte| **byte == b'\n').count())
}

#[test]
fn a_killed_run_leaves_the_former_bundle_and_is_gone_on_with() {
    let home = tempfile::tempdir().unwrap();
    let bundle = sealed_bundle(home.path());
    let before = contents(&bundle);
    large_zone(home.path(), 150);
    let check = ["check", "--mock", "large.yaml", "--out", "bundle", "-q", "--no-progress"];
    let mut running = Command::new(env!("CARGO_BIN_EXE_logproof"))
        .args(check)
        .current_dir(home.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let recording = home.path().join(".bundle.partial/exchanges.jsonl");
    let begun = Instant::now();
    while lines_in(&recording) < 40 {
        assert!(running.try_wait().unwrap().is_none(), "the run ended before it could be killed");
        assert!(begun.elapsed() < Duration::from_secs(120), "the run records nothing");
        thread::sleep(Duration::from_millis(2));
    }
    // SIGKILL on Unix.
    running.kill().unwrap();
    assert_eq!(running.wait().unwrap().code(), None, "the run was killed, it did not end by itself");
    assert_eq!(contents(&bundle), before, "the former bundle is as it was");
    let had = lines_in(&recording);

    let resumed = logproof(home.path(), &[&check[..], &["--resume"]].concat());
    assert!(
        text(&resumed).contains(&format!("resumed: {had} exchanges were taken over from run ")),
        "{}",
        text(&resumed)
    );
    let verified = logproof(home.path(), &["verify", "bundle"]);
    assert_eq!(verified.status.code(), Some(0), "{}", text(&verified));
    let replayed = logproof(home.path(), &["replay", "bundle"]);
    assert!(text(&replayed).contains("identical: "), "{}", text(&replayed));
    assert!(!home.path().join(".bundle.partial").exists());
    let recorded = fs::read_to_string(bundle.join("exchanges.jsonl")).unwrap();
    let list = recorded.lines().filter(|line| line.contains("\"operation\":\"DescribeOrganization\"")).count();
    assert_eq!(list, 1, "what was observed is not asked again");
}

#[test]
fn an_interrupted_run_is_gone_on_with_as_it_was_asked() {
    let home = tempfile::tempdir().unwrap();
    let bundle = sealed_bundle(home.path());
    let partial = home.path().join(".again.partial");
    let again = ["check", "--mock", "--out", "again", "--resume", "-q"];
    fs::create_dir(&partial).unwrap();
    // Killed before it had asked anything.
    let nothing = logproof(home.path(), &again);
    assert_eq!(nothing.status.code(), Some(2), "{}", text(&nothing));
    assert!(text(&nothing).contains("no interrupted run"), "{}", text(&nothing));

    for name in ["request.json", "configuration.json", "exchanges.jsonl"] {
        fs::copy(bundle.join(name), partial.join(name)).unwrap();
    }
    let register = logproof(home.path(), &again);
    assert_eq!(register.status.code(), Some(2), "{}", text(&register));
    assert!(text(&register).contains("another register"), "{}", text(&register));
    copy_register(&bundle, &partial);
    fs::create_dir_all(partial.join("features/other")).unwrap();
    fs::write(partial.join("features/other/one.feature"), "Feature: another").unwrap();
    let other = logproof(home.path(), &again);
    assert_eq!(other.status.code(), Some(2), "{}", text(&other));
    assert!(text(&other).contains("another set of features"), "{}", text(&other));

    let tags = logproof(home.path(), &[&again[..], &["--control", "LS-1.1"]].concat());
    assert!(text(&tags).contains("another selection"), "{}", text(&tags));
    assert!(partial.join("exchanges.jsonl").exists(), "a refusal keeps what there is");
}

fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    files(folder).into_iter().map(|path| (path.clone(), fs::read(&path).unwrap())).collect()
}

/// A limit on the size of files stands for a full disk: the write that goes over it fails.
#[test]
fn a_run_without_room_ends_with_3_and_leaves_the_former_bundle() {
    let home = tempfile::tempdir().unwrap();
    let bundle = sealed_bundle(home.path());
    let before = contents(&bundle);
    // In blocks of 512 bytes: the recording does not fit; the recording fits, a report does not.
    for (blocks, named) in [(64, "exchanges.jsonl"), (880, "report.html")] {
        let program = env!("CARGO_BIN_EXE_logproof");
        // With the signal ignored the write itself fails, as it does on a full disk.
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec '{program}' check --mock --out bundle -q");
        let run = Command::new("sh").arg("-c").arg(script).current_dir(home.path()).output().unwrap();
        assert_eq!(run.status.code(), Some(3), "{blocks} blocks: {}", text(&run));
        assert!(text(&run).contains(named), "{blocks} blocks: {}", text(&run));
        assert!(text(&run).contains("what was there before is as it was"), "{blocks} blocks: {}", text(&run));
        assert_eq!(contents(&bundle), before, "{blocks} blocks");
    }
    let verified = logproof(home.path(), &["verify", "bundle", "--key", "audit.key.pub"]);
    assert_eq!(verified.status.code(), Some(0), "{}", text(&verified));
}

/// The same on a file system that is really full; needs the right to mount one, which a plain user has not.
#[test]
fn a_run_on_a_full_file_system_ends_with_3() {
    let home = tempfile::tempdir().unwrap();
    let program = env!("CARGO_BIN_EXE_logproof");
    let script = format!(
        "mount -t tmpfs -o size=1m none disk || exit 77; cd disk; '{program}' check --mock --out bundle -q; echo \"ended $?\"; \
         test ! -e bundle && echo \"no bundle\""
    );
    fs::create_dir(home.path().join("disk")).unwrap();
    let run = Command::new("unshare").args(["-m", "sh", "-c", &script]).current_dir(home.path()).output();
    let Ok(run) = run else { return };
    if text(&run).contains("ended") {
        assert!(text(&run).contains("ended 3") && text(&run).contains("no bundle"), "{}", text(&run));
        assert!(text(&run).contains("No space left on device"), "{}", text(&run));
    } else {
        eprintln!("skipped: no file system can be mounted here: {}", text(&run));
    }
}
