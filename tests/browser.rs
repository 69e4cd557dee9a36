//! A real browser looks at the HTML report: everything of the assessment is to be seen, nothing is asked of a network,
//! it fits a narrow screen, prints, and is accessible.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use logproof_estate::{
    assessment::{Assessment, ControlResult, ScenarioResult},
    record::Verdict,
};
use serde_json::{Value, json};
use support::specimen::{NASTY, registered};

/// Names a Chromium goes by.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// The browser, or a notice that there is none; where one is required, its absence is a failure.
fn browser() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let found =
        env::split_paths(&path).flat_map(|folder| NAMES.map(|name| folder.join(name))).find(|one| one.is_file());
    if found.is_none() {
        support::may_be_missing("LOGPROOF_REQUIRE_BROWSER", &format!("no Chromium in PATH, none of {NAMES:?}"));
    }
    found
}

/// What the browser makes of a page; pictures stay below the target folder.
fn look(browser: &Path, page: &Path, name: &str, axe: bool) -> Value {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser").join(name);
    fs::create_dir_all(&folder).unwrap();
    let mut command = Command::new("python3");
    command.arg(support::root().join("tests/browser/look.py")).args([browser, page, &folder]);
    if axe {
        command.arg(axe_script());
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for (picture, start) in
        [("desktop.png", "\u{89}PNG"), ("narrow.png", "\u{89}PNG"), ("print.png", "\u{89}PNG"), ("page.pdf", "%PDF-")]
    {
        let bytes = fs::read(folder.join(picture)).unwrap();
        let start: Vec<u8> = start.chars().map(|c| c as u8).collect();
        assert!(bytes.starts_with(&start) && bytes.len() > 20_000, "{picture} has {} bytes", bytes.len());
    }
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The accessibility checks, as the Python package carries them.
fn axe_script() -> PathBuf {
    let code = "import importlib.util as u; print(u.find_spec('axe_playwright_python').submodule_search_locations[0])";
    let output = Command::new(support::python()).args(["-c", code]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Path::new(String::from_utf8(output.stdout).unwrap().trim()).join("axe.min.js")
}

/// What holds of every page.
fn is_sound(looked: &Value, page: &Path) {
    assert_eq!(looked["console"], json!([]));
    assert_eq!(looked["requests"], json!([format!("file://{}", page.canonicalize().unwrap().display())]));
    for screen in ["desktop", "narrow"] {
        let fits = &looked["fits"][screen];
        assert_eq!(fits["out"], json!([]), "{screen}");
        assert_eq!(fits["scroll"], fits["width"], "{screen} scrolls sideways");
    }
    assert!(looked["pages"].as_u64().unwrap() >= 1, "{}", looked["pages"]);
    let seen = &looked["seen"];
    assert_eq!(seen["landmarks"], json!(["header", "nav", "main"]));
    assert_eq!((&seen["dead"], &seen["scripts"]), (&json!([]), &json!(0)));
    let headings: Vec<i64> = seen["headings"].as_array().unwrap().iter().map(|level| level.as_i64().unwrap()).collect();
    assert_eq!(headings.iter().filter(|level| **level == 1).count(), 1);
    assert!(headings.windows(2).all(|pair| pair[1] <= pair[0] + 1), "a heading level is left out: {headings:?}");
}

/// The picture of the log store is whole, and what is written in a box stays in it.
fn picture_is_sound(seen: &Value) {
    assert_eq!(seen["picture"].as_array().unwrap().len(), 9);
    for part in seen["picture"].as_array().unwrap() {
        assert_eq!(part["fits"], true, "{part}");
    }
    assert_eq!(seen["arrows"].as_array().unwrap().len(), 8);
}

/// Everything of the assessment is to be seen on the page.
fn agrees(seen: &Value, assessment: &Assessment) {
    let tiles: serde_json::Map<String, Value> =
        assessment.summary.iter().map(|(verdict, number)| (verdict.word().to_owned(), json!(number))).collect();
    assert_eq!(seen["tiles"], Value::Object(tiles));
    let controls = seen["controls"].as_array().unwrap();
    assert_eq!(controls.len(), assessment.controls.len());
    for (shown, control) in controls.iter().zip(&assessment.controls) {
        assert_eq!((&shown["id"], &shown["verdict"]), (&json!(control.id), &json!(control.verdict.word())));
        assert_eq!(shown["title"], format!("{} {}", control.id, control.title));
        let scenarios = shown["scenarios"].as_array().unwrap();
        assert_eq!(scenarios.len(), control.scenarios.len());
        for (shown, scenario) in scenarios.iter().zip(&control.scenarios) {
            scenario_agrees(shown, scenario);
        }
    }
    for word in ["LS-", "Requirement"] {
        assert!(controls.iter().all(|c| word == "LS-" || c["text"].as_str().is_some_and(|text| text.contains(word))));
    }
}

fn scenario_agrees(shown: &Value, scenario: &ScenarioResult) {
    assert_eq!(shown["verdict"], scenario.verdict.word());
    assert_eq!(words(&shown["name"]), words(&json!(format!("{} {}", scenario.name, scenario.verdict.word()))));
    let record = &scenario.record;
    let says = shown["says"].as_array().unwrap();
    for population in &record.populations {
        let line = format!("{} of {} {} examined", population.examined, population.expected, population.of);
        assert!(says.iter().any(|one| words(one).starts_with(&line)), "{line} is not in {says:?}");
    }
    let findings = shown["findings"].as_array().unwrap();
    assert_eq!(findings.len(), record.findings().count() + record.unseen.len(), "{}", scenario.name);
    for (shown, unseen) in findings.iter().zip(&record.unseen) {
        assert_eq!(words(&shown["To do"]), words(&json!(unseen.hint)));
    }
    for (shown, finding) in findings.iter().skip(record.unseen.len()).zip(record.findings()) {
        assert_eq!(words(&shown["Expected"]), words(&json!(*finding.expected)));
        assert_eq!(words(&shown["Found"]), words(&json!(finding.found)));
        assert_eq!(shown.get("To fix").map(words), finding.hint.as_ref().map(|hint| words(&json!(hint))));
        assert_eq!(shown.get("For example").is_some(), finding.witness.is_some());
    }
    assert_eq!(shown["rows"], json!(record.observations.iter().filter(|one| one.met).count()), "{}", scenario.name);
    let mut rests =
        record.observations.iter().map(|one| &one.exchanges).chain(record.unseen.iter().map(|one| &one.exchanges));
    let rests = !record.basis.is_empty() || rests.any(|exchanges| !exchanges.is_empty());
    assert_eq!(shown["exchanges"].as_u64().unwrap() > 0, rests, "{}", scenario.name);
}

/// Text without the line breaks a browser makes of it, and without the backticks it shows as another font.
fn words(text: &Value) -> String {
    text.as_str().unwrap_or_default().replace('`', "").split_whitespace().collect::<Vec<_>>().join(" ")
}

fn run(home: &Path, zone: &str) -> (PathBuf, Assessment) {
    fs::write(home.join("zone.yaml"), zone).unwrap();
    let ran = support::run(home, &["check", "--mock", "zone.yaml", "--out", "run", "-q"]);
    let text = fs::read_to_string(home.join("run/assessment.json"));
    let text = text.unwrap_or_else(|error| panic!("{error}: {}{}", ran.out, ran.err));
    (home.join("run/report.html"), serde_json::from_str(&text).unwrap())
}

fn of(assessment: &Assessment, id: &str) -> ControlResult {
    assessment.controls.iter().find(|control| control.id == id).unwrap().clone()
}

#[test]
fn a_compliant_zone_is_shown_as_it_is() {
    let Some(browser) = browser() else { return };
    let home = tempfile::tempdir().unwrap();
    let (page, assessment) = run(home.path(), "base: sample\n");
    let looked = look(&browser, &page, "compliant", false);
    is_sound(&looked, &page);
    let seen = &looked["seen"];
    picture_is_sound(seen);
    agrees(seen, &assessment);
    assert!(seen["lead"].as_str().unwrap().starts_with("Nothing fails: "), "{}", seen["lead"]);
    assert!(seen["cautions"][0].as_str().unwrap().contains("not live accounts"), "{}", seen["cautions"]);
    let facts: Vec<&str> = seen["picture"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|part| part["facts"].as_array().unwrap())
        .map(|fact| fact.as_str().unwrap())
        .collect();
    for fact in [
        "6 active accounts",
        "org-trail, 111111111111 eu-central-1",
        "12 recorders",
        "ProtectLogStore at r-exmp",
        "1234abcd-12ab-34cd-56ef-1234567890ab",
        "WorkloadAuditor, 444444444444",
        "Object Lock, COMPLIANCE for 2555 days",
    ] {
        assert!(facts.contains(&fact), "`{fact}` is not in the picture: {facts:?}");
    }
    assert!(seen["arrows"].as_array().unwrap().iter().all(|arrow| arrow.as_str().unwrap().ends_with(" PASS")));
    assert!(seen["exchanges"].as_u64().unwrap() > 100, "{}", seen["exchanges"]);
}

/// A key that is not rotated, with a waiver; a waiver that ended; an attestation; plain HTTP; a question that is denied.
const FAILING: &str = r#"
base: sample
patch:
  keys:
    1234abcd-12ab-34cd-56ef-1234567890ab: {rotation: false}
  register:
    waivers:
      - {control: LS-2.6, subjects: ["arn:aws:kms:eu-central-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab"],
         reason: the key is replaced in March, ticket: SEC-42, owner: ada@example.org, approved_by: grace@example.org,
         from: "2026-01-01", until: "2026-04-01"}
      - {control: LS-1.3, subjects: ["arn:aws:s3:::another"], reason: moved, ticket: SEC-7, owner: ada@example.org,
         approved_by: grace@example.org, from: "2025-01-01", until: "2025-12-31"}
    attestations:
      - {control: LS-6.8, statement: the residual risk is accepted, evidence: acceptance.md, by: ciso@example.org,
         evidence_sha256: 4825c38ba9e071bc3e19961e7c1bd0c1a2fcc575a5cff7e416d7f7c772597271, on: "2026-01-01",
         valid_until: "2026-12-31"}
    evidence: {acceptance.md: "accepted\n"}
json_patch:
  - {op: remove, path: /buckets/aws-acme-log-storage-222222222222-eu-central-1/policy/Statement/TlsOnly}
faults:
  - {service: kms, operation: ListGrants, kind: access-denied}
"#;

#[test]
fn a_failing_zone_says_what_fails_and_why_and_who_accepted_what() {
    let Some(browser) = browser() else { return };
    let home = tempfile::tempdir().unwrap();
    let (page, assessment) = run(home.path(), FAILING);
    for (id, verdict) in
        [("LS-3.4", Verdict::Fail), ("LS-2.4", Verdict::Error), ("LS-2.6", Verdict::Waived), ("LS-6.8", Verdict::Pass)]
    {
        assert_eq!(of(&assessment, id).verdict, verdict, "{id}");
    }
    let looked = look(&browser, &page, "failing", false);
    is_sound(&looked, &page);
    let seen = &looked["seen"];
    picture_is_sound(seen);
    agrees(seen, &assessment);
    let lead = seen["lead"].as_str().unwrap();
    assert!(lead.starts_with("Not met: 2 of ") && lead.contains("Could not be assessed: 1."), "{lead}");
    let register = seen["register"].to_string();
    for text in ["SEC-42", "ada@example.org", "2026-04-01", "expired on 2025-12-31", "ciso@example.org", "2026-12-31"] {
        assert!(register.contains(text), "`{text}` is not in {register}");
    }
    let status = |name: &str| {
        seen["picture"].as_array().unwrap().iter().find(|part| part["name"] == name).unwrap()["status"].clone()
    };
    assert_eq!(status("Log bucket"), "✗ FAIL: 7 of 8 controls met");
    assert_eq!(status("Log key"), "! ERROR: 6 of 8 controls met");
}

#[test]
fn every_verdict_is_accessible_and_hostile_text_is_only_text() {
    let Some(browser) = browser() else { return };
    let home = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("every-verdict", "plain text"),
        ("hostile", NASTY),
        ("script", "<script>alert(1)</script><img src=x onerror=alert(1)>"),
    ] {
        let assessment = registered(text);
        let page = home.path().join(format!("{name}.html"));
        let mut out = Vec::new();
        logproof::report::html::write(&assessment, &mut out).unwrap();
        fs::write(&page, out).unwrap();
        let looked = look(&browser, &page, name, name == "every-verdict");
        is_sound(&looked, &page);
        assert_eq!(looked["axe"], json!([]), "{name}");
        let seen = &looked["seen"];
        picture_is_sound(seen);
        assert_eq!(seen["controls"].as_array().unwrap().len(), assessment.controls.len());
        if text == NASTY {
            assert!(seen["register"].to_string().contains('\u{1f980}'), "{}", seen["register"]);
        } else {
            agrees(seen, &assessment);
        }
    }
}

#[test]
fn the_page_of_a_period_is_as_sound() {
    let Some(browser) = browser() else { return };
    let home = tempfile::tempdir().unwrap();
    for (day, zone) in [("11", "base: sample\n"), ("12", FAILING), ("14", "base: sample\n")] {
        fs::write(home.path().join("zone.yaml"), zone).unwrap();
        let (as_of, out) = (format!("2026-01-{day}T12:00:00Z"), format!("runs/{day}"));
        let args = ["check", "--mock", "zone.yaml", "--control", "LS-2.4", "--as-of", &as_of, "--out", &out, "-q"];
        let ran = support::run(home.path(), &args);
        assert!(ran.out.contains("reports: "), "{}{}", ran.out, ran.err);
    }
    let args = ["period", "runs", "--from", "2026-01-10", "--to", "2026-01-15", "--format", "html"];
    let page = home.path().join("period.html");
    fs::write(&page, support::run(home.path(), &args).out).unwrap();
    let looked = look(&browser, &page, "period", true);
    is_sound(&looked, &page);
    assert_eq!(looked["axe"], json!([]));
    let seen = &looked["seen"];
    assert_eq!(seen["sections"], json!(["Summary", "Gaps", "Controls", "Runs"]));
    assert_eq!(seen["tiles"], json!({"RUNS": 3, "MET": 0, "NOT MET": 0, "OPEN": 1, "WITH A GAP": 1}));
    assert_eq!(seen["controls"][0]["title"], "LS-2.4 Only the log services and named principals use the log key");
}
