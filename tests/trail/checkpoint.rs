//! What a run remembers: killed and resumed, and held against what is there later.

use super::*;

#[test]
fn killed_in_the_middle_and_resumed_it_comes_to_the_same() {
    let mut generated = Plan::of_size(3, 2, 12, 8, 600).generate();
    Defect::LogModified.plant(&mut generated, 2);
    let period = period(&generated);
    let whole = {
        let (home, server) = served(&generated, |_, _| Trouble::None);
        fs::write(home.path().join("keys.json"), &generated.keys_json).unwrap();
        let args = from_s3(&period, &["--keys", "keys.json", "--out", "whole"]);
        json(&ran(&over_http(home.path(), &server, &args).output().unwrap()).out)
    };
    for sixths in [1, 3, 5] {
        let (home, server) = served(&generated, |_, _| Trouble::None);
        fs::write(home.path().join("keys.json"), &generated.keys_json).unwrap();
        let in_flight = 8;
        let more = ["--keys", "keys.json", "--in-flight", "8", "--checkpoint", "checkpoint", "--out", "out"];
        let args = from_s3(&period, &more);
        kill_after(&server, over_http(home.path(), &server, &args), generated.objects() * sixths / 6);
        assert!(objects_read(&server).len() < generated.objects(), "it was killed in the middle");
        let resumed = ran(&over_http(home.path(), &server, &args).output().unwrap());
        assert_eq!(resumed.code, 1, "{}{}", resumed.out, resumed.err);
        let reads = objects_read(&server);
        assert_eq!(reads.len(), generated.objects());
        // Digests as well as log files. One log file is refused: it is read twice, to be sure.
        let twice = reads.values().filter(|count| **count > 1).count();
        assert!(twice <= in_flight + 1, "{twice} objects were read twice, {in_flight} were in flight");
        assert_eq!(timeless(json(&resumed.out)["report"].clone()), timeless(whole["report"].clone()), "{sixths}");
        only_marks_remain(home.path(), generated.chains.len());
    }
}

/// How often each object was asked for.
fn objects_read(server: &StandIn) -> BTreeMap<String, usize> {
    let mut reads = BTreeMap::new();
    for what in server.asked().into_iter().filter(|what| what.starts_with("log-archive/")) {
        *reads.entry(what).or_default() += 1;
    }
    reads
}

/// Kills the process, as `kill -9` does, when it has asked for so many objects.
fn kill_after(server: &StandIn, mut command: Command, objects: usize) {
    let mut killed = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let began = Instant::now();
    while objects_read(server).len() < objects {
        let at_work = killed.try_wait().unwrap().is_none();
        assert!(at_work && began.elapsed() < Duration::from_secs(60), "it is still at work");
        std::thread::sleep(Duration::from_millis(2));
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
}

fn only_marks_remain(home: &Path, chains: usize) {
    let after = fs::read_to_string(home.join("checkpoint")).unwrap();
    let mut lines = after.lines().map(json);
    let first = lines.next().unwrap();
    assert_eq!((&first["line"], &first["marks"]), (&Value::from("trail"), &Value::from(chains)));
    assert!(lines.all(|line| line["line"] == "mark"), "only marks remain: {after}");
}

#[test]
fn a_digest_that_was_verified_and_is_gone_is_a_rollback() {
    let mut generated = Plan::of_size(1, 1, 6, 1, 600).generate();
    let (home, period) = (copied(&generated), period(&generated));
    let checked = ["--checkpoint", "checkpoint"];
    let first = run(home.path(), &from_copy(&period, &[&checked[..], &["--out", "first"]].concat()));
    assert_eq!(first.code, 0, "{}", first.out);
    Defect::ChainDeleted.plant(&mut generated, 0);
    fs::remove_dir_all(home.path().join("tree/log-archive")).unwrap();
    write_tree(&generated, &home.path().join("tree")).unwrap();
    let second = run(home.path(), &from_copy(&period, &[&checked[..], &["--out", "second"]].concat()));
    assert_eq!(second.code, 1, "{}", second.out);
    assert!(second.out.contains("chain.rollback"), "{}", second.out);
}

#[test]
fn a_checkpoint_that_is_another_trails_or_was_cut_is_refused() {
    let generated = Plan::of_size(2, 2, 4, 1, 600).generate();
    let (home, period) = (copied(&generated), period(&generated));
    let verify = |out: &str| run(home.path(), &from_copy(&period, &["--checkpoint", "checkpoint", "--out", out]));
    assert_eq!(verify("first").code, 0);
    let (path, inventory) = (home.path().join("checkpoint"), home.path().join("tree/inventory.json"));
    let (mark, expected) = (fs::read(&path).unwrap(), fs::read_to_string(&inventory).unwrap());

    fs::write(&path, &mark[..mark.len() / 2]).unwrap();
    let cut = verify("cut");
    assert!(cut.code == 2 && cut.err.contains("was cut") && cut.err.contains("hint: restore"), "{}", cut.err);

    fs::write(&path, &mark).unwrap();
    fs::write(&inventory, expected.replace("\"org-trail\"", "\"other-trail\"")).unwrap();
    let other = verify("other");
    assert!(other.code == 2 && other.err.contains("is about trail `org-trail`"), "{}{}", other.out, other.err);
    assert!(other.err.contains("hint: name another file") && !home.path().join("other").exists(), "{}", other.err);
    assert_eq!(fs::read(&path).unwrap(), mark, "it was left as it was");
}
