//! Reports: both JUnit dialects valid by our schema and read by a parser that is not ours, whatever text an account
//! holds; the terminal; the folder of a run.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::Command,
};

use logproof::{
    exit::Exit,
    report::{json, junit, markdown, terminal},
};
use logproof_estate::{
    assessment::{Assessment, Target},
    record::{Ending, Verdict},
};
use serde_json::Value;
use support::specimen::{NASTY, assessment, control, registered, scenario, unseen};

fn written(body: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    body(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn strict(assessment: &Assessment) -> String {
    written(|out| junit::write_strict(assessment, out))
}

fn rich(assessment: &Assessment) -> String {
    written(|out| junit::write_rich(assessment, "reports/run", out))
}

/// What the independent reader makes of both dialects.
fn read(strict: &Path, rich: &Path) -> Value {
    let schema = support::root().join("tests/schema");
    let output = Command::new(support::python())
        .arg(schema.join("read_junit.py"))
        .args([&schema.join("junit-strict.xsd"), strict, rich])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn read_texts(strict: &str, rich: &str) -> Value {
    let home = tempfile::tempdir().unwrap();
    let (one, other) = (home.path().join("junit.xml"), home.path().join("junit-rich.xml"));
    fs::write(&one, strict).unwrap();
    fs::write(&other, rich).unwrap();
    read(&one, &other)
}

#[test]
fn both_dialects_are_valid_and_say_what_the_assessment_says_whatever_the_text() {
    for text in ["plain text", NASTY] {
        let assessment = assessment(text);
        let read = read_texts(&strict(&assessment), &rich(&assessment));
        assert_eq!(read["problems"], serde_json::json!([]), "{text:?}");
        for dialect in ["strict", "rich"] {
            let suites = read[dialect].as_array().unwrap();
            let counts: Vec<Vec<u64>> = suites
                .iter()
                .map(|s| ["tests", "failures", "errors", "skipped"].map(|name| s[name].as_u64().unwrap()).to_vec())
                .collect();
            assert_eq!(counts, [[5, 1, 1, 0], [3, 0, 0, 3], [1, 0, 1, 0]], "{dialect}");
            agree(&assessment, suites);
        }
    }
}

/// Each scenario is one case with the result its verdict has in JUnit, and the message says the verdict.
fn agree(assessment: &Assessment, suites: &[Value]) {
    let cases: BTreeMap<&str, &Value> =
        suites.iter().flat_map(|s| s["cases"].as_array().unwrap()).map(|c| (c["name"].as_str().unwrap(), c)).collect();
    let mut seen = 0;
    for control in &assessment.controls {
        for scenario in &control.scenarios {
            let case = cases[format!("{} {}", control.id, scenario.name).as_str()];
            let section = control.id.split('.').next().unwrap();
            assert_eq!(case["classname"], format!("log-storage.{section}"));
            let kind = match scenario.verdict {
                Verdict::Pass => None,
                Verdict::Fail => Some("failure"),
                Verdict::Error => Some("error"),
                Verdict::NotApplicable | Verdict::Manual | Verdict::Waived => Some("skipped"),
            };
            let results = case["results"].as_array().unwrap();
            assert_eq!(results.first().map(|result| result[0].as_str().unwrap()), kind);
            for result in results {
                let (message, content) = (result[1].as_str().unwrap(), result[2].as_str().unwrap());
                assert!(message.starts_with(&format!("{}: ", scenario.verdict.word())), "{message}");
                assert!(content.starts_with(message), "{content}\n{message}");
            }
            assert_eq!(case["time"], 1.234);
            seen += 1;
        }
    }
    assert_eq!(seen, cases.len());
}

#[test]
fn what_is_wrong_with_the_register_is_a_valid_case_that_failed() {
    for text in ["plain text", NASTY] {
        let assessment = registered(text);
        let read = read_texts(&strict(&assessment), &rich(&assessment));
        assert_eq!(read["problems"], serde_json::json!([]), "{text:?}");
        let last = read["strict"].as_array().unwrap().last().unwrap();
        assert_eq!((last["tests"].as_u64(), last["failures"].as_u64()), (Some(1), Some(1)));
        assert!(last["cases"][0]["results"][0][1].as_str().unwrap().contains("SEC-41: expired on 2025-12-31"));
    }
}

#[test]
fn a_failure_says_everything_found_and_the_nasty_text_survives() {
    let assessment = assessment(NASTY);
    let read = read_texts(&strict(&assessment), &rich(&assessment));
    let bad = read["strict"][0]["cases"].as_array().unwrap().iter().find(|c| c["name"] == "LS-1.2 Bad").unwrap();
    let content = bad["results"][0][2].as_str().unwrap();
    assert_eq!(content.matches("expected this, found").count(), 13, "the message and each finding: {content}");
    for part in ["c]]>d<e>&\"f", "\u{1f980}", "arn:aws:s3:::logs-11", "(statement 3)", "to fix: change it"] {
        assert!(content.contains(part), "`{part}` is not in {content}");
    }
    assert!(!content.contains('\u{1b}') && !content.contains('\u{0}'));
}

#[test]
fn the_rich_dialect_adds_properties_places_and_the_evidence_file() {
    let assessment = assessment("text");
    let read = read_texts(&strict(&assessment), &rich(&assessment));
    let case = &read["rich"][0]["cases"][0];
    assert_eq!(case["properties"]["control"], "LS-1.1");
    assert_eq!(case["properties"]["frameworks"], "cis-aws-6.0:3.1.1 nist-800-53r5:au-9");
    assert_eq!(case["properties"]["examined"], "6 of 6 active accounts");
    let output = case["output"].as_str().unwrap();
    assert!(output.contains("[[PROPERTY|severity=high]]"), "{output}");
    assert!(output.ends_with("[[ATTACHMENT|reports/run/assessment.json]]"), "{output}");
    assert_eq!(read["strict"][0]["cases"][0]["properties"], serde_json::json!({}));
    let rich = rich(&assessment);
    assert!(rich.contains("file=\"features/folder/LS-1.1-x.feature\" line=\"30\""), "{rich}");
    assert!(rich.contains("tests=\"9\" failures=\"1\" errors=\"2\" skipped=\"3\" time=\"11.106\""), "{rich}");
    assert!(rich.contains("SAMPLE LANDING ZONE, not your accounts"));
}

#[test]
fn identities_do_not_depend_on_lines_or_findings() {
    let names = |text: &str| -> BTreeSet<String> {
        text.lines()
            .filter_map(|line| line.trim().strip_prefix("<testcase ")?.split(" time=").next().map(str::to_owned))
            .collect()
    };
    let mut moved = assessment("other text");
    moved.controls.iter_mut().flat_map(|control| &mut control.scenarios).for_each(|scenario| scenario.line += 100);
    let before = names(&strict(&assessment("text")));
    assert_eq!(before.len(), 9, "no two cases have the same class and name");
    assert_eq!(before, names(&strict(&moved)));
}

#[test]
fn a_schema_that_everything_passes_would_be_no_schema() {
    let assessment = assessment("text");
    let (good, rich) = (strict(&assessment), rich(&assessment));
    let spoilt = [
        ("<testsuites>", "<testsuites name=\"x\">"),
        (" time=\"1.234\"", " time=\"1.2345\""),
        ("timestamp=\"2026-01-15T12:00:00\"", "timestamp=\"2026-01-15T12:00:00Z\""),
        (" classname=\"log-storage.LS-1\"", ""),
        ("name=\"LS-1.1 Also good\"", "name=\"LS-1.1 Good\""),
        (" skipped=\"0\"", ""),
        ("message=\"FAIL: ", "message=\""),
        ("type=\"ERROR\"", "type=\"FAIL\""),
        ("<skipped ", "<skipped type=\"MANUAL\" "),
        ("  <system-err></system-err>\n", ""),
    ];
    for (from, to) in spoilt {
        assert!(good.contains(from), "`{from}` is not in {good}");
        let read = read_texts(&good.replacen(from, to, 1), &rich);
        assert_ne!(read["problems"], serde_json::json!([]), "`{to}` in place of `{from}` is accepted");
    }
    assert_ne!(read_texts(&rich, &rich)["problems"], serde_json::json!([]), "the rich dialect is not the strict one");
}

#[test]
fn the_assessment_can_be_read_back() {
    for text in ["text", NASTY] {
        let assessment = assessment(text);
        let written = written(|out| json::write(&assessment, out));
        assert!(written.starts_with("{\n  \"schema\": \"logproof/assessment/2\"") && written.ends_with("}\n"));
        assert_eq!(serde_json::from_str::<Assessment>(&written).unwrap(), assessment);
    }
}

#[test]
fn exit_codes() {
    let mut assessment = assessment("text");
    let of = |assessment: &Assessment, strict, written| Exit::of(assessment, strict, written).code();
    assert_eq!(of(&assessment, false, true), 3, "ERROR outranks FAIL");
    assessment.controls.retain(|control| control.verdict != Verdict::Error);
    assert_eq!(of(&assessment, false, true), 1);
    assert_eq!(of(&assessment, false, false), 3, "a report that was not written outranks FAIL");
    assessment.controls.retain(|control| control.verdict != Verdict::Fail);
    assert_eq!(of(&assessment, false, true), 0, "MANUAL, NOT-APPLICABLE and WAIVED do not fail");
    assert_eq!(of(&assessment, true, true), 1, "MANUAL fails a strict run");
    assessment.controls.retain(|control| control.verdict != Verdict::Manual);
    assert_eq!(of(&assessment, true, true), 0);
    assessment.run.incomplete = Some("interrupted".to_owned());
    assert_eq!(of(&assessment, false, true), 3);
    assessment.run.incomplete = None;
    assessment.controls.clear();
    assert_eq!(of(&assessment, false, true), 4);
    assert_eq!(of(&assessment, false, false), 3);
}

#[test]
fn the_terminal_wraps_at_its_width_and_breaks_no_word() {
    let long = "a reason that is longer than any terminal is wide, with arn:aws:s3:::a-bucket-with-a-long-name/and/a/long/key \
        and https://docs.aws.amazon.com/AmazonS3/latest/userguide/a-very-long-page-name-that-stays-whole.html in it";
    for width in [80, 120] {
        let form = terminal::Form { width, ..terminal::Form::default() };
        let text = written(|out| terminal::write(&assessment(long), form, out));
        // Only a word that is wider than what is left of a line may stick out.
        let mut too_wide = text.lines().filter(|line| line.chars().count() > width);
        assert!(too_wide.all(|line| line.split_whitespace().count() == 1), "{text}");
        for whole in
            ["arn:aws:s3:::a-bucket-with-a-long-name/and/a/long/key", "a-very-long-page-name-that-stays-whole.html"]
        {
            assert!(text.contains(whole), "{whole} at {width}:\n{text}");
        }
    }
    let form = |width| terminal::Form { width, ..terminal::Form::default() };
    let words = |width| {
        let text = written(|out| terminal::write(&assessment(long), form(width), out));
        text.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(words(80), words(1000), "wrapping loses no word");
    assert_eq!(words(0), words(1000), "whatever the width");
}

#[test]
fn the_terminal_says_what_was_expected_and_found_and_where_and_what_to_do() {
    let text = written(|out| terminal::write(&assessment("text"), terminal::Form::default(), out));
    insta::assert_snapshot!(text);
}

#[test]
fn the_terminal_says_the_same_thing_once_per_control() {
    let all = Ending::AllStepsReturned;
    let twice = vec![scenario("One", unseen("text"), &all), scenario("Two", unseen("text"), &all)];
    let mut assessment = assessment("text");
    assessment.controls =
        vec![control("LS-1.1", twice), control("LS-1.2", vec![scenario("One", unseen("text"), &all)])];
    let text = written(|out| terminal::write(&assessment, terminal::Form::default(), out));
    assert_eq!(text.matches("add the action to the audit role").count(), 2, "{text}");
    assert_eq!(text.matches("as above").count(), 1, "{text}");
}

#[test]
fn the_terminal_never_passes_on_control_characters() {
    let form = terminal::Form::default();
    let text = written(|out| terminal::write(&assessment(NASTY), form, out));
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
    let form = terminal::Form { colour: true, ..terminal::Form::default() };
    let coloured = written(|out| terminal::write(&assessment("text"), form, out));
    assert!(coloured.contains("\u{1b}[32mPASS"), "{coloured:?}");
    let plain = written(|out| terminal::write(&assessment("text"), terminal::Form::default(), out));
    assert_eq!(console::strip_ansi_codes(&coloured), plain, "colour adds nothing but colour");
}

#[test]
fn the_summary_says_what_could_not_be_seen_and_who_accepted_what() {
    let mut assessment = registered("text");
    // Not seen and found at once: the first outranks the second, and neither hides the other.
    let mixed = assessment.controls.iter_mut().find(|control| control.verdict == Verdict::Fail).unwrap();
    mixed.scenarios[1].record.unseen = unseen("text").unseen;
    (mixed.verdict, mixed.scenarios[1].verdict) = (Verdict::Error, Verdict::Error);
    let text = written(|out| markdown::write(&assessment, out));
    let (_, open) = text.split_once("### ERROR LS-1.2").unwrap();
    let (open, _) = open.split_once("###").unwrap();
    let at = |part: &str| open.find(part).unwrap_or_else(|| panic!("`{part}` is not in {open}"));
    assert!(at("  - ERROR: cannot read") < at("    - to do: add the action to the audit role"), "{open}");
    assert!(at("to do: ") < at("expected this, found **text**"), "{open}");
    assert!(text.contains("waived until 2026-04-01 by grace"), "{text}");
}

#[test]
fn a_quiet_terminal_leaves_out_what_passes() {
    let form = terminal::Form { quiet: true, ..terminal::Form::default() };
    let text = written(|out| terminal::write(&assessment("text"), form, out));
    assert!(!text.contains("LS-1.1 ") && text.contains("LS-1.2") && text.contains("7 controls"), "{text}");
    assert!(text.contains("SAMPLE LANDING ZONE"), "a run on the sample says so even then: {text}");
}

#[test]
fn a_run_leaves_its_reports_and_all_of_them_agree() {
    let home = tempfile::tempdir().unwrap();
    let zone = "base: sample\npatch:\n  keys:\n    1234abcd-12ab-34cd-56ef-1234567890ab: {rotation: false}\n";
    fs::write(home.path().join("zone.yaml"), zone).unwrap();
    let ran = support::run(home.path(), &["check", "--mock", "zone.yaml", "--out", "out/run"]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    let out = home.path().join("out/run");
    let text = fs::read_to_string(out.join("assessment.json")).unwrap();
    let assessment: Assessment = serde_json::from_str(&text).unwrap();
    assert_eq!(assessment.run.target, Target::Mock { zone: "zone.yaml".to_owned() });
    let read = read(&out.join("junit.xml"), &out.join("junit-rich.xml"));
    assert_eq!(read["problems"], serde_json::json!([]));
    let scenarios: usize = assessment.controls.iter().map(|control| control.scenarios.len()).sum();
    for dialect in ["strict", "rich"] {
        let suites = read[dialect].as_array().unwrap();
        let total = |name: &str| suites.iter().map(|suite| suite[name].as_u64().unwrap()).sum::<u64>();
        let with = |verdicts: &[Verdict]| {
            let all = assessment.controls.iter().flat_map(|control| &control.scenarios);
            all.filter(|scenario| verdicts.contains(&scenario.verdict)).count() as u64
        };
        assert_eq!(total("tests"), scenarios as u64);
        assert_eq!(total("failures"), with(&[Verdict::Fail]));
        assert_eq!(total("errors"), with(&[Verdict::Error]));
        assert_eq!(total("skipped"), with(&[Verdict::NotApplicable, Verdict::Manual, Verdict::Waived]));
    }
    let left: BTreeSet<String> =
        fs::read_dir(home.path().join("out")).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(left, BTreeSet::from(["run".to_owned()]), "no working folder stays behind");
}
