//! Every report is read back before a run hands it over: all agree with the assessment, and whatever is changed in one
//! of them is named.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use std::{collections::BTreeMap, fs, io};

use logproof::{
    bundle::{
        close::{disagreements, write_reports},
        folder::Folder,
    },
    error::CommandError as _,
    exit::Exit,
    report::{
        Format,
        consistency::{self, Disagreement},
    },
};
use logproof_estate::{assessment::Assessment, record::Verdict};
use support::specimen::{NASTY, assessment, registered};

type Reports = BTreeMap<&'static str, Vec<u8>>;

fn reports(assessment: &Assessment) -> Reports {
    let written = |format: Format| {
        let mut out = Vec::new();
        format.write(assessment, &mut out).unwrap();
        out
    };
    Format::ALL.iter().map(|(format, name)| (*name, written(*format))).collect()
}

fn check(assessment: &Assessment, reports: &Reports) -> Vec<Disagreement> {
    consistency::check(assessment, &|name| reports.get(name).cloned().ok_or(io::ErrorKind::NotFound.into()))
}

/// The problems of one report, and that no other has any.
fn problems_of(name: &str, found: &[Disagreement]) -> String {
    assert!(found.iter().all(|one| one.report == name), "{name}: {found:?}");
    found.iter().map(|one| one.problem.as_str()).collect::<Vec<_>>().join("; ")
}

#[test]
fn reports_agree_whatever_the_text() {
    let mut empty = assessment("text");
    empty.controls.clear();
    empty.summary.clear();
    for assessment in [
        assessment("text"),
        assessment(NASTY),
        registered("text"),
        registered(NASTY),
        registered("<b> | `x` \",\"=1+1"),
        empty,
    ] {
        assert_eq!(check(&assessment, &reports(&assessment)), []);
    }
}

#[test]
fn a_report_that_is_cut_off_altered_or_missing_is_named() {
    let assessment = registered("text");
    let good = reports(&assessment);
    for name in good.keys() {
        let mut bent = good.clone();
        bent.remove(name);
        assert!(problems_of(name, &check(&assessment, &bent)).contains("cannot be read back"), "{name}");

        let half = good[name].len() / 2;
        let mut bent = good.clone();
        bent.get_mut(name).unwrap().truncate(half);
        assert_ne!(problems_of(name, &check(&assessment, &bent)), "", "{name} cut off");
        bent.insert(name, vec![0xff; 40]);
        assert_ne!(problems_of(name, &check(&assessment, &bent)), "", "{name} is no text");
    }
}

const ALTERED: [(&str, &str, &str, &str); 16] = [
    ("assessment.json", "\"verdict\":\"FAIL\"", "\"verdict\":\"PASS\"", "is not the assessment"),
    ("junit.xml", "FAIL: ", "ERROR: ", "is ERROR and a `failure`"),
    ("junit.xml", "name=\"LS-1.1 Good\"", "name=\"LS-1.1 Better\"", "`LS-1.1 Good` is missing"),
    ("junit.xml", "failures=\"1\"", "failures=\"0\"", "claims"),
    ("junit-rich.xml", "name=\"run\" value=\"2026", "name=\"run\" value=\"2025", "names run `2025"),
    (
        "report.html",
        "<b>1</b> <span class=\"word\">FAIL",
        "<b>0</b> <span class=\"word\">FAIL",
        "counts 0 FAIL, the assessment 1",
    ),
    (
        "report.html",
        "<h4>Good <span class=\"badge pass\">PASS",
        "<h4>Good <span class=\"badge pass\">FAIL",
        "`LS-1.1 Good` is FAIL, in the assessment PASS",
    ),
    ("report.html", "<div class=\"finding\">", "<div class=\"found\">", "has 11 findings, in the assessment 12"),
    (
        "oscal-assessment-results.json",
        "\"state\":\"satisfied\"",
        "\"state\":\"not-satisfied\"",
        "is PASS and not-satisfied",
    ),
    (
        "oscal-assessment-results.json",
        "\"title\":\"LS-1.2 Bad\"",
        "\"title\":\"LS-1.2 Worse\"",
        "`LS-1.2 Worse` is not in the assessment",
    ),
    ("ocsf-findings.json", "\"status\":\"Fail\"", "\"status\":\"Pass\"", "is FAIL and its status Pass"),
    ("ocsf-findings.json", "\"findings\":12", "\"findings\":11", "has 11 findings"),
    ("results.sarif", "\"verdict\":\"FAIL\"", "\"verdict\":\"WAIVED\"", "is WAIVED and says another"),
    ("summary.md", "**2** ERROR", "**1** ERROR", "counts 1 ERROR, the assessment 2"),
    ("summary.md", "### FAIL LS-1.2", "### ERROR LS-1.2", "`LS-1.2` is ERROR, in the assessment FAIL"),
    ("findings.csv", "\"FAIL\"", "\"PASS\"", "LS-1.2 Bad"),
];

#[test]
fn what_is_altered_in_a_report_is_said() {
    let assessment = registered("text");
    let good = reports(&assessment);
    for (name, from, to, said) in ALTERED {
        let text = String::from_utf8(good[name].clone()).unwrap();
        // Depending on how far a document is laid out there is a blank after a colon.
        let from = if text.contains(from) { from.to_owned() } else { from.replace("\":", "\": ") };
        assert!(text.contains(&from), "`{from}` is not in {name}: {text}");
        let mut bent = good.clone();
        bent.insert(name, text.replacen(&from, to, 1).into_bytes());
        let problems = problems_of(name, &check(&assessment, &bent));
        assert!(problems.contains(said), "{name}, `{to}`: {problems}");
    }
}

/// How an assessment is altered, and the reports that cannot show it.
type Altered = (&'static str, fn(&mut Assessment), &'static [&'static str]);

const UNLIKE: [Altered; 4] = [
    (
        "a verdict",
        |a| {
            a.controls[1].scenarios[1].verdict = Verdict::Error;
            a.controls[1].verdict = Verdict::Error;
            a.summary = Assessment::count(&a.controls);
        },
        &[],
    ),
    (
        "a control",
        |a| {
            a.controls.remove(1);
            a.summary = Assessment::count(&a.controls);
        },
        &[],
    ),
    // What passes is not in SARIF; the summary has one line for a control.
    (
        "a scenario",
        |a| {
            a.controls[0].scenarios.remove(1);
        },
        &["results.sarif", "summary.md"],
    ),
    (
        "a finding",
        |a| {
            a.controls[1].scenarios[1].record.observations.pop();
        },
        &["junit.xml", "junit-rich.xml", "oscal-assessment-results.json", "summary.md"],
    ),
];

#[test]
fn reports_of_another_assessment_are_all_named() {
    let assessment = registered("text");
    for (what, alter, unable) in UNLIKE {
        let mut other = assessment.clone();
        alter(&mut other);
        let found = check(&assessment, &reports(&other));
        for (_, name) in Format::ALL {
            let named = found.iter().any(|one| one.report == name);
            assert_eq!(named, !unable.contains(&name), "{what} altered, {name}: {found:?}");
        }
    }
}

#[test]
fn a_run_with_a_report_that_disagrees_ends_with_3_and_names_it() {
    let home = tempfile::tempdir().unwrap();
    let folder = Folder::begin(&home.path().join("run")).unwrap();
    let assessment = registered(NASTY);
    assert!(write_reports(&assessment, &folder).is_empty());
    assert!(disagreements(&assessment, &folder).is_empty());
    let path = folder.working().join("summary.md");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("### FAIL LS-1.2", "### PASS LS-1.2", 1)).unwrap();
    let errors = disagreements(&assessment, &folder);
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(
        errors[0].to_string().contains("run/summary.md` disagrees with the assessment: `LS-1.2` is PASS"),
        "{}",
        errors[0]
    );
    assert_eq!(errors[0].exit(), Exit::Unassessed);
}
