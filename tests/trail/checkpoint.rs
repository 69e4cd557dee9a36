//! What a run remembers: killed and resumed, and held against what is there later.

use super::*;

#[test]
fn killed_in_the_middle_and_resumed_it_comes_to_the_same() {
    let mut generated = Plan::of_size(3, 2, 12, 8, 600).generate();
    Defect::LogModified.plant(&mut generated, 2);
    let period = period(&generated);
    let (home, server) = served(&generated, |_, _| Trouble::None);
    fs::write(home.path().join("keys.json"), &generated.keys_json).unwrap();
    let in_flight = 8;
    let more = ["--keys", "keys.json", "--in-flight", "8", "--checkpoint", "checkpoint", "--out", "out"];
    let args = from_s3(&period, &more);
    let mut killed =
        over_http(home.path(), &server, &args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let logs_read =
        || server.asked().iter().filter(|what| what.contains("/CloudTrail/") && !what.starts_with("LIST")).count();
    let all = generated.chains.iter().map(|chain| chain.logs.len()).sum::<usize>();
    let began = Instant::now();
    while logs_read() < all / 3 {
        assert!(
            began.elapsed() < Duration::from_secs(60) && killed.try_wait().unwrap().is_none(),
            "it is still at work"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert!(logs_read() < all, "it was killed in the middle");
    let resumed = ran(&over_http(home.path(), &server, &args).output().unwrap());
    assert_eq!(resumed.code, 1, "{}{}", resumed.out, resumed.err);
    let mut reads: BTreeMap<String, usize> = BTreeMap::new();
    for what in server.asked().into_iter().filter(|what| what.starts_with("log-archive/")) {
        *reads.entry(what).or_default() += 1;
    }
    // A log file that is refused is read twice, to be sure.
    let twice = reads.values().filter(|count| **count > 1).count();
    assert!(twice <= in_flight + 1, "{twice} objects were read twice, {in_flight} were in flight");
    assert_eq!(reads.len(), generated.objects());

    let whole = from_s3(&period, &["--keys", "keys.json", "--out", "whole"]);
    let whole = ran(&over_http(home.path(), &server, &whole).output().unwrap());
    let report = |ran: &Ran| timeless(json(&ran.out)["report"].clone());
    assert_eq!(report(&resumed), report(&whole));

    // What was verified and is gone is found although nothing that is left shows it.
    let after = fs::read_to_string(home.path().join("checkpoint")).unwrap();
    let mut lines = after.lines().map(json);
    let first = lines.next().unwrap();
    assert_eq!((&first["line"], &first["marks"]), (&json("\"trail\""), &json("6")));
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
