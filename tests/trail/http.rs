//! Over HTTP: trouble on the way, and a server that falls silent, leave the result open and never make it "invalid".

use super::*;

#[test]
fn over_http_with_keys_of_cloudtrail() {
    let generated = Plan::of_size(2, 2, 6, 3, 600).generate();
    let (home, server) = served(&generated, |_, _| Trouble::None);
    let period = period(&generated);
    let ran = ran(&over_http(home.path(), &server, &from_s3(&period, &["--out", "out", "--keys", "keys.json"]))
        .output()
        .unwrap());
    assert!(ran.code == 2 && ran.err.contains("cannot read `keys.json`"), "{}", ran.err);
    fs::write(home.path().join("keys.json"), &generated.keys_json).unwrap();
    let args = from_s3(&period, &["--out", "out", "--keys", "keys.json"]);
    let ran = support::ran(&over_http(home.path(), &server, &args).output().unwrap());
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let valid = |ran: &Ran| json(&ran.out)["report"]["totals"]["logs_valid"].as_u64().unwrap() as usize;
    let all = generated.chains.iter().map(|chain| chain.logs.len()).sum::<usize>();
    assert_eq!(valid(&ran), all);

    // The management account is asked for the keys; here all accounts answer at one address.
    let asked =
        support::ran(&over_http(home.path(), &server, &from_s3(&period, &["--out", "asked"])).output().unwrap());
    assert_eq!((asked.code, valid(&asked)), (0, all), "{}{}", asked.out, asked.err);
    let kept = fs::read_to_string(home.path().join("asked/public-keys.json")).unwrap();
    assert!(kept.contains("eu-west-1") && kept.contains("PublicKeyList"), "{kept}");
}

#[test]
fn trouble_on_the_way_is_never_tampering() {
    let generated = Plan::of_size(1, 1, 6, 3, 600).generate();
    let (bucket, key, _) = generated.chains[0].logs[5].clone();
    let object = format!("{bucket}/{key}");
    let period = period(&generated);
    let cases: [(&str, Trouble, usize, i32, &[&str]); 7] = [
        ("a cut connection, once", Trouble::Cut, 1, 0, &[]),
        ("a failing server, twice", Trouble::Failing, 2, 0, &[]),
        ("asked to slow down, twice", Trouble::SlowDown, 2, 0, &[]),
        ("a cut connection, always", Trouble::Cut, usize::MAX, 3, &["log.unreadable"]),
        ("a failing server, always", Trouble::Failing, usize::MAX, 3, &["log.unreadable"]),
        ("refused", Trouble::Denied, usize::MAX, 3, &["log.unreadable"]),
        ("slowed down, always", Trouble::SlowDown, usize::MAX, 3, &["log.unreadable"]),
    ];
    for (name, trouble, times, code, expected) in cases {
        let troubled = object.clone();
        let plot = move |what: &str, before: usize| match what == troubled && before < times {
            true => trouble,
            false => Trouble::None,
        };
        let (home, server) = served(&generated, plot);
        fs::write(home.path().join("keys.json"), &generated.keys_json).unwrap();
        let args = from_s3(&period, &["--out", "out", "--keys", "keys.json"]);
        let ran = support::ran(&over_http(home.path(), &server, &args).output().unwrap());
        assert_eq!(ran.code, code, "{name}: {}{}", ran.out, ran.err);
        let found = codes(&json(&ran.out)["report"]);
        assert_eq!(found, expected.iter().map(|code| (*code).to_owned()).collect(), "{name}");
    }
    let (home, server) =
        served(&generated, |what, _| if what.starts_with("LIST") { Trouble::Denied } else { Trouble::None });
    fs::write(home.path().join("keys.json"), &generated.keys_json).unwrap();
    let args = from_s3(&period, &["--out", "out", "--keys", "keys.json"]);
    let ran = support::ran(&over_http(home.path(), &server, &args).output().unwrap());
    assert_eq!(ran.code, 3, "{}{}", ran.out, ran.err);
    assert!(codes(&json(&ran.out)["report"]).contains("chain.unlistable"), "{}", ran.out);
}

/// Runs the command against a server that falls silent for what `silent` names.
fn against(
    generated: &Generated,
    trouble: Trouble,
    silent: impl Fn(&str) -> bool + Send + Sync + 'static,
) -> (Ran, Duration) {
    let (home, server) = served(generated, move |what, _| if silent(what) { trouble } else { Trouble::None });
    let impatient = CONFIG.replace("attempt_timeout_seconds = 5", "attempt_timeout_seconds = 1\nmax_attempts = 2");
    fs::write(home.path().join("logproof.toml"), impatient).unwrap();
    let period = period(generated);
    let began = Instant::now();
    let ran = ran(&over_http(home.path(), &server, &from_s3(&period, &["--out", "out"])).output().unwrap());
    (ran, began.elapsed())
}

/// As long as five attempts of a second each, the waits between them, and a busy machine may take.
const BOUND: Duration = Duration::from_secs(45);

#[test]
fn a_server_that_falls_silent_leaves_the_result_open() {
    let generated = Plan::of_size(1, 1, 6, 3, 600).generate();
    let (log, digest) = (generated.chains[0].logs[5].1.clone(), generated.chains[0].digests[3].1.clone());
    let folder = generated.chains[0].place.log_folder();
    let cases: [(&str, String, &[&str]); 4] = [
        ("a log file", log, &["log.unreadable"]),
        ("a digest", digest, &["digest.unreadable", "log.unproven"]),
        ("the list of log files", format!("LIST log-archive/{folder}"), &["log.unlistable"]),
        ("everything but the identity", "log-archive".to_owned(), &["chain.unlistable"]),
    ];
    std::thread::scope(|scope| {
        for (name, object, expected) in &cases {
            for trouble in [Trouble::Silent, Trouble::Stalled] {
                let generated = &generated;
                scope.spawn(move || {
                    let object = object.clone();
                    let (ran, took) = against(generated, trouble, move |what| what.contains(&object));
                    assert_eq!(ran.code, 3, "{name}, {trouble:?}: {}{}", ran.out, ran.err);
                    let report = &json(&ran.out)["report"];
                    let expected: BTreeSet<String> = expected.iter().map(|code| (*code).to_owned()).collect();
                    assert_eq!((codes(report), &report["outcome"]), (expected, &json("\"undetermined\"")), "{name}");
                    assert!(took < BOUND, "{name}, {trouble:?}: {took:?}");
                });
            }
        }
    });
}

#[test]
fn without_an_identity_or_keys_in_time_nothing_is_decided() {
    let generated = Plan::of_size(1, 1, 4, 1, 600).generate();
    for trouble in [Trouble::Silent, Trouble::Stalled] {
        let (ran, took) = against(&generated, trouble, |what| what == "IDENTITY");
        assert_eq!(ran.code, 3, "{trouble:?}: {}{}", ran.out, ran.err);
        assert!(ran.out.is_empty() && ran.err.contains("hint:") && took < BOUND, "{took:?} {}", ran.err);
        let (ran, took) = against(&generated, trouble, |what| what == "KEYS");
        assert_eq!(ran.code, 3, "{trouble:?}: {}{}", ran.out, ran.err);
        assert!(
            codes(&json(&ran.out)["report"]).contains("digest.key_unknown") && took < BOUND,
            "{took:?} {}",
            ran.out
        );
    }
}
