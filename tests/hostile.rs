//! Landing zones in which somebody wrote texts that are meant to keep this program busy or to break it.
//!
//! No control may panic, and none may compute for long, whatever stands in a policy, a name, a tag or a pattern.
//! `LOGPROOF_HOSTILE_ZONES` is the number of zones the property is tried on (8), some seconds for each, and
//! `LOGPROOF_HOSTILE_SEED` another seed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use logproof::{
    catalogue::{Control, vocabulary::Vocabulary},
    run::target,
};
use logproof_aws::Options;
use logproof_estate::{assessment::Assessment, record::Verdict};
use logproof_zone::MockZone;
use proptest::{
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Value, json};

/// Seconds one scenario may compute in these zones.
const SECONDS: u64 = 5;

fn sample() -> Value {
    MockZone::resolve(MockZone::sample_text(), "sample").unwrap()
}

fn check(zone: Value, controls: &[Control], vocabulary: &Vocabulary) -> Result<Assessment, String> {
    let zone = MockZone::from_value(zone, "hostile").map_err(|error| error.to_string())?;
    let connected = target::described(zone, "hostile", Options::default()).map_err(|error| error.to_string())?;
    Ok(support::assessed(&connected, connected.source(), &|| connected.calls(), controls, vocabulary))
}

fn verdicts(assessment: &Assessment) -> BTreeMap<&str, Verdict> {
    assessment.controls.iter().map(|control| (control.id.as_str(), control.verdict)).collect()
}

/// Why scenarios were not decided.
fn reasons(assessment: &Assessment) -> Vec<String> {
    let scenarios = assessment.controls.iter().flat_map(|control| {
        control.scenarios.iter().map(|scenario| format!("{} {}: {}", control.id, scenario.name, scenario.reason))
    });
    scenarios.collect()
}

/// What could not be seen, and why, in every scenario.
fn unseen(assessment: &Assessment) -> impl Iterator<Item = String> {
    let scenarios = assessment.controls.iter().flat_map(|control| &control.scenarios);
    scenarios.flat_map(|scenario| scenario.record.unseen.iter().map(ToString::to_string))
}

/// Pointers to every value below one that is wanted.
fn places(value: &Value, wanted: &dyn Fn(&Value) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), value)];
    while let Some((at, value)) = open.pop() {
        if wanted(value) {
            found.push(at.clone());
        }
        let below = |name: &str| format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
        match value {
            Value::Object(members) => open.extend(members.iter().map(|(name, member)| (below(name), member))),
            Value::Array(items) => {
                open.extend(items.iter().enumerate().map(|(index, item)| (below(&index.to_string()), item)))
            }
            _ => {}
        }
    }
    found.sort();
    found
}

fn policies(zone: &Value) -> Vec<String> {
    places(zone, &|value| value.get("Statement").is_some_and(Value::is_array))
}

/// A statement like the first one of a policy in form, which denies what this pattern matches.
fn denial(policy: &Value, pattern: &str) -> Value {
    let first = &policy["Statement"][0];
    let mut denial = json!({"Sid": "Hostile", "Effect": "Deny", "Action": format!("s3:{pattern}")});
    if first.get("Resource").is_some() || first.get("NotResource").is_some() {
        denial["Resource"] = json!(format!("arn:aws:s3:::{pattern}"));
    }
    if first.get("Principal").is_some() || first.get("NotPrincipal").is_some() {
        denial["Principal"] = json!("*");
    }
    denial["Condition"] = json!({"StringLike": {"aws:PrincipalArn": pattern, "aws:PrincipalTag/x": pattern}});
    denial
}

#[test]
fn sixty_stars_in_any_policy_change_nothing_and_take_no_time() {
    let (controls, vocabulary) = support::catalogue();
    let before = check(sample(), &controls, &vocabulary).unwrap();
    let stars = "*".repeat(60);
    // The last is looked for behind each of the others.
    for pattern in [format!("{stars}z"), format!("{}z", "*a".repeat(60)), format!("{}z", "?*".repeat(60))] {
        let mut zone = sample();
        let places = policies(&zone);
        assert!(places.len() > 20, "{places:?}");
        for place in &places {
            let policy = zone.pointer_mut(place).unwrap();
            let denial = denial(policy, &pattern);
            policy["Statement"].as_array_mut().unwrap().insert(0, denial);
        }
        let begun = Instant::now();
        let after = check(zone, &controls, &vocabulary).unwrap();
        let took = begun.elapsed();
        assert_eq!(verdicts(&after), verdicts(&before), "{pattern}: {:#?}", reasons(&after));
        // Less than a second on an idle machine; the old matchers took minutes for one of these policies.
        assert!(took < Duration::from_secs(20), "{pattern}: {took:?}");
    }
}

/// A text that somebody might write to break a program.
fn hostile_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("*".to_owned()),
        Just("?".to_owned()),
        Just("*a".to_owned()),
        Just("${aws:PrincipalTag/x}".to_owned()),
        Just("${".to_owned()),
        Just("(a+)+$".to_owned()),
        Just("%(\\w{40}){40}%".to_owned()),
        Just("{ $.a = ".to_owned()),
        Just(" || ".to_owned()),
        Just("[[[[".to_owned()),
        Just("\"\\u0000".to_owned()),
        Just("\u{202e}\u{0}\u{7f}\n".to_owned()),
        Just("🪵é".to_owned()),
        Just("../".to_owned()),
        Just("%2f%".to_owned()),
        Just(":".to_owned()),
        Just("arn:aws:iam::*:role/".to_owned()),
        Just("9".repeat(40)),
        Just("<a href='x'>&amp;]]>".to_owned()),
        Just("=cmd|' /C calc'!A0".to_owned()),
        Just("AWSLogs/".to_owned()),
        "[ -~]{0,12}",
        "\\PC{0,6}",
    ];
    (proptest::collection::vec(piece, 0..6), prop_oneof![Just(1_usize), Just(20), Just(60), Just(400)])
        .prop_map(|(pieces, times)| pieces.iter().map(|piece| piece.repeat(times)).collect())
}

/// Keys that conditions compare, some of them unknown.
const KEYS: [&str; 12] = [
    "aws:PrincipalArn",
    "aws:SourceArn",
    "aws:SourceAccount",
    "aws:PrincipalOrgPaths",
    "aws:PrincipalAccount",
    "aws:SourceIp",
    "aws:CurrentTime",
    "aws:TagKeys",
    "s3:prefix",
    "s3:TlsVersion",
    "aws:PrincipalTag/a",
    "aws:RequestTag/b",
];

fn hostile_condition() -> impl Strategy<Value = (String, String, Vec<String>)> {
    let operator = prop_oneof![
        Just("StringLike"),
        Just("StringNotLike"),
        Just("ForAllValues:StringLike"),
        Just("ForAnyValue:StringNotEquals"),
        Just("ArnLike"),
        Just("StringEqualsIgnoreCase"),
        Just("NumericLessThan"),
        Just("DateGreaterThan"),
        Just("NotIpAddress"),
        Just("Null"),
    ];
    let value = prop_oneof![
        3 => hostile_text(),
        1 => (0_u32..100_000).prop_map(|number| number.to_string()),
        1 => (0_u8..255, 0_u8..32).prop_map(|(byte, bits)| format!("10.{byte}.0.0/{bits}")),
        1 => (0_u8..26).prop_map(|letter| format!("*{}?????*", char::from(b'a' + letter))),
        1 => Just("true".to_owned()),
    ];
    (operator, proptest::sample::select(&KEYS[..]), proptest::collection::vec(value, 1..40))
        .prop_map(|(operator, key, values)| (operator.to_owned(), key.to_owned(), values))
}

/// A statement whose conditions multiply.
fn hostile_statement() -> impl Strategy<Value = Value> {
    let conditions = proptest::collection::vec(hostile_condition(), 0..8);
    let effect = prop_oneof![Just("Allow"), Just("Deny")];
    (effect, hostile_text(), hostile_text(), conditions).prop_map(|(effect, action, resource, conditions)| {
        let mut condition = json!({});
        for (operator, key, values) in conditions {
            condition[operator][key] = json!(values);
        }
        let (action, resource) = (format!("s3:{action}"), format!("arn:aws:s3:::{resource}"));
        json!({"Effect": effect, "Action": [action, "s3:*"], "Resource": [resource, "*"], "Condition": condition})
    })
}

/// What is done to a zone.
#[derive(Debug, Clone)]
enum Change {
    /// The text at this place, by number, becomes another.
    Text(usize, String),
    /// The policy, by number, gets more statements.
    Statements(usize, Vec<Value>),
    /// The log bucket gets lifecycle rules that tell many kinds of objects apart.
    Lifecycle(Vec<(String, i64)>),
}

fn change() -> impl Strategy<Value = Change> {
    let statements = proptest::collection::vec(hostile_statement(), 1..12);
    prop_oneof![
        4 => (any::<usize>(), hostile_text()).prop_map(|(place, text)| Change::Text(place, text)),
        3 => (any::<usize>(), statements).prop_map(|(place, statements)| Change::Statements(place, statements)),
        1 => proptest::collection::vec((hostile_text(), 0_i64..1_000_000), 1..60).prop_map(Change::Lifecycle),
    ]
}

fn apply(zone: &mut Value, change: &Change) {
    match change {
        Change::Text(number, text) => {
            let places = places(zone, &Value::is_string);
            *zone.pointer_mut(&places[number % places.len()]).unwrap() = json!(text);
        }
        Change::Statements(number, statements) => {
            let places = policies(zone);
            let policy = zone.pointer_mut(&places[number % places.len()]).unwrap();
            let with_principal = policy["Statement"][0].get("Principal").is_some();
            for statement in statements {
                let mut statement = statement.clone();
                if with_principal {
                    statement["Principal"] = json!("*");
                }
                policy["Statement"].as_array_mut().unwrap().push(statement);
            }
        }
        Change::Lifecycle(rules) => {
            for place in places(zone, &|value| value.get("lifecycle").is_some_and(Value::is_object)) {
                let lifecycle = zone.pointer_mut(&place).unwrap()["lifecycle"].as_object_mut().unwrap();
                lifecycle.extend(rules.iter().enumerate().map(|(number, (tag, size))| {
                    let end = if number % 2 == 0 { "expiration_days" } else { "noncurrent_expiration_days" };
                    (format!("r{number}"), json!({"tags": {"a": tag}, "size_greater_than": size, end: 400}))
                }));
            }
        }
    }
}

#[test]
fn no_control_panics_or_computes_for_long_whatever_is_written_anywhere() {
    let (controls, vocabulary) = support::catalogue();
    let wanted: u32 = std::env::var("LOGPROOF_HOSTILE_ZONES").ok().and_then(|n| n.parse().ok()).unwrap_or(8);
    let config = Config { failure_persistence: None, ..Config::default() };
    let seed = std::env::var("LOGPROOF_HOSTILE_SEED").map_or([7_u8; 32], |text| {
        let mut seed = [0_u8; 32];
        seed.iter_mut().zip(text.bytes()).for_each(|(slot, byte)| *slot = byte);
        seed
    });
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
    let (mut tried, mut refused) = (0, 0);
    while tried < wanted {
        assert!(refused <= 20 * (tried + 5), "{refused} of {} zones cannot be read", tried + refused);
        let changes = proptest::collection::vec(change(), 1..10).new_tree(&mut runner).unwrap().current();
        let mut zone = sample();
        changes.iter().for_each(|change| apply(&mut zone, change));
        zone["config"]["limits"] = json!({"computing_seconds": SECONDS});
        let begun = Instant::now();
        // A zone that is no zone any more is refused when it is read.
        let Ok(assessment) = check(zone.clone(), &controls, &vocabulary) else {
            refused += 1;
            continue;
        };
        tried += 1;
        let reasons = reasons(&assessment);
        let defects: Vec<&String> = reasons.iter().filter(|reason| reason.contains("could not be run")).collect();
        assert!(defects.is_empty(), "{defects:#?}\n{changes:#?}");
        if let Some(slow) = reasons.iter().find(|reason| reason.contains("not decided in")) {
            // The limit is one of wall time, and other programs may have had the processor meanwhile: what computes for
            // too long does so again, with as much time again twice for the others.
            zone["config"]["limits"] = json!({"computing_seconds": 3 * SECONDS});
            let again = check(zone, &controls, &vocabulary).map(|again| self::reasons(&again)).unwrap_or_default();
            let slow_again = again.iter().find(|reason| reason.contains("not decided in"));
            assert!(slow_again.is_none(), "{slow} (twice, {:?})\n{changes:#?}", begun.elapsed());
        }
    }
    assert!(tried >= wanted);
}

/// A zone whose SCP takes a second of search for each account, and tells all accounts apart: more pigeons than holes, so
/// that no request passes every Deny, and seeing that takes going through all placements.
fn laborious(accounts: usize, seconds: u64) -> String {
    let mut zone = sample();
    zone["config"]["limits"] = json!({"computing_seconds": seconds});
    for number in 0..accounts {
        let (id, name) = (format!("7{number:011}"), format!("workload-{number}"));
        zone["accounts"][id] = json!({"name": name, "unit": "ou-exmp-workload1", "joined": "2024-02-01T00:00:00Z"});
    }
    let deny = |condition: Value| json!({"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition});
    let holes: Vec<String> = (0..10).map(|hole| format!("h{hole}")).collect();
    let statements = zone["service_control_policies"]["p-protectlogs"]["document"]["Statement"].as_array_mut().unwrap();
    statements.retain(|statement| statement["Sid"] != "ProtectTrail");
    statements.push(deny(json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::8*:role/x"}})));
    for pigeon in 0..11 {
        statements.push(deny(json!({"StringNotEquals": {format!("k:{pigeon}"): holes}})));
        for other in pigeon + 1..11 {
            let both = |hole| deny(json!({"StringEquals": {format!("k:{pigeon}"): hole, format!("k:{other}"): hole}}));
            statements.extend(holes.iter().map(both));
        }
    }
    zone.to_string()
}

#[test]
fn a_control_that_computes_too_long_is_error_and_the_others_are_examined() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("zone.yaml"), laborious(120, 2)).unwrap();
    let wanted = ["LS-2.6", "LS-4.5", "LS-5.1"];
    let controls = wanted.iter().flat_map(|id| ["--control", id]);
    let args: Vec<&str> = ["check", "--mock", "zone.yaml", "--out", "run", "-q"].into_iter().chain(controls).collect();
    let begun = Instant::now();
    let ran = support::run(home.path(), &args);
    assert_eq!(ran.code, 3, "{}\n{}", ran.out, ran.err);
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
    let text = std::fs::read_to_string(home.path().join("run/assessment.json")).unwrap();
    let assessment: Assessment = serde_json::from_str(&text).unwrap();
    let verdicts = verdicts(&assessment);
    assert_eq!(
        (verdicts["LS-2.6"], verdicts["LS-4.5"]),
        (Verdict::Pass, Verdict::Error),
        "{:#?}",
        reasons(&assessment)
    );
    // A fast machine gives up the first accounts for the number of their combinations, and only then runs out of time.
    let undecided: Vec<String> = reasons(&assessment).into_iter().chain(unseen(&assessment)).collect();
    assert!(undecided.iter().any(|reason| reason.contains("not decided in 2 s")), "{undecided:#?}");
}

/// Starts a run that computes for minutes, sends it signals one after the other once it does, and waits for its end.
#[cfg(unix)]
fn interrupted(home: &std::path::Path, signals: &[&str]) -> (support::Ran, Duration) {
    use std::{process::Stdio, thread::sleep};
    std::fs::write(home.join("zone.yaml"), laborious(400, 600)).unwrap();
    let args =
        ["check", "--mock", "zone.yaml", "--out", "run", "--control", "LS-4.5", "--control", "LS-2.6", "--no-progress"];
    let mut program = support::program(home, &args);
    let child = program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let begun = Instant::now();
    let recorded = || std::fs::read_to_string(home.join(".run.partial/exchanges.jsonl")).unwrap_or_default();
    // The last thing it asks before it computes.
    while !recorded().contains("DescribePolicy") {
        assert!(begun.elapsed() < Duration::from_secs(120), "the run asks nothing");
        sleep(Duration::from_millis(20));
    }
    sleep(Duration::from_secs(2));
    let signalled = Instant::now();
    for signal in signals {
        let kill = std::process::Command::new("kill").args([*signal, &child.id().to_string()]).status().unwrap();
        assert!(kill.success(), "the run ended before it could be interrupted");
    }
    let ran = support::ran(&child.wait_with_output().unwrap());
    (ran, signalled.elapsed())
}

#[cfg(unix)]
#[test]
fn a_signal_ends_a_run_in_good_order_whatever_it_computes() {
    for signal in ["-TERM", "-INT"] {
        let home = tempfile::tempdir().unwrap();
        let (ran, took) = interrupted(home.path(), &[signal]);
        assert_eq!(ran.code, 3, "{}\n{}", ran.out, ran.err);
        assert!(ran.out.contains("INCOMPLETE: interrupted: "), "{}\n{}", ran.out, ran.err);
        assert!(took < Duration::from_secs(2), "{signal}: {took:?}");
        let verified = support::run(home.path(), &["verify", "run"]);
        let verified = format!("{}\n{}", verified.out, verified.err);
        assert!(verified.contains("NOT COMPLETE, though unchanged"), "the bundle is whole: {verified}");
    }
}

#[cfg(unix)]
#[test]
fn a_second_signal_ends_a_run_at_once() {
    let home = tempfile::tempdir().unwrap();
    let (ran, took) = interrupted(home.path(), &["-INT", "-TERM"]);
    assert_eq!(ran.code, 3, "{}\n{}", ran.out, ran.err);
    assert!(ran.err.contains("ended at once\nhint: "), "{}\n{}", ran.out, ran.err);
    assert!(took < Duration::from_secs(2), "{took:?}");
    assert!(!home.path().join("run").exists() && home.path().join(".run.partial").exists());
}
