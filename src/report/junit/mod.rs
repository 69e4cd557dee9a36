//! JUnit in two dialects from one model.
//!
//! *Strict* satisfies the two schemas that are enforced in the wild (the one Jenkins' xUnit plugin rejects files by,
//! and the older Ant one) at once; *rich* adds what many readers understand and those schemas forbid. FAIL is a
//! failure, ERROR an error, NOT-APPLICABLE, MANUAL and WAIVED are skipped; because some readers merge these, the type
//! and the message begin with the verdict. The document is built with `junit-report`; a pass over its events adds what that crate
//! cannot express.

mod finish;

use std::io::{self, Write};

use junit_report::{Duration, OffsetDateTime, Report, TestCase, TestResult, TestSuite};
use logproof_estate::{
    assessment::{Assessment, ControlResult, ScenarioResult},
    record::Verdict,
};

use super::identity::{finding_text, frameworks, scenario_name, title, with_run};

/// Findings written into one case; the others are counted.
const FINDINGS: usize = 50;

/// Longest name of a case: Azure DevOps cuts at 512 characters.
const LONGEST_NAME: usize = 500;

/// Writes the strict dialect.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_strict(assessment: &Assessment, out: &mut dyn Write) -> io::Result<()> {
    write(assessment, None, out)
}

/// Writes the rich dialect; `folder` is the folder of the run as seen from where readers resolve attachments.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_rich(assessment: &Assessment, folder: &str, out: &mut dyn Write) -> io::Result<()> {
    write(assessment, Some(folder), out)
}

/// One suite: the controls of one group.
struct Suite<'a> {
    name: String,
    cases: Vec<Case<'a>>,
}

/// One case: a scenario.
struct Case<'a> {
    control: &'a ControlResult,
    scenario: &'a ScenarioResult,
    /// Whether it is the first of its control: what is the same for all of them stands there.
    first: bool,
}

impl Suite<'_> {
    fn count(&self, kind: Kind) -> usize {
        self.cases.iter().filter(|case| Kind::of(case.scenario.verdict) == kind).count()
    }

    fn millis(&self) -> u64 {
        self.cases.iter().map(|case| case.scenario.duration_ms).sum()
    }
}

/// What JUnit can say of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Passed,
    Failed,
    Error,
    Skipped,
}

impl Kind {
    fn of(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Pass => Self::Passed,
            Verdict::Fail => Self::Failed,
            Verdict::Error => Self::Error,
            Verdict::NotApplicable | Verdict::Manual | Verdict::Waived => Self::Skipped,
        }
    }
}

fn write(assessment: &Assessment, folder: Option<&str>, out: &mut dyn Write) -> io::Result<()> {
    let shown = with_run(assessment);
    let suites = suites(&shown);
    let mut report = Report::new();
    for suite in &suites {
        report.add_testsuite(built(assessment, suite, folder)?);
    }
    let mut draft = Vec::new();
    report.write_xml(&mut draft).map_err(io::Error::other)?;
    finish::finish(&draft, assessment, &suites, folder.is_some(), out)
}

/// Controls grouped by the section of their id: `LS-3.4` is in `LS-3`.
fn suites(assessment: &Assessment) -> Vec<Suite<'_>> {
    let mut suites: Vec<Suite<'_>> = Vec::new();
    for control in &assessment.controls {
        let name = section(control);
        let cases = control.scenarios.iter().enumerate();
        let cases = cases.map(|(index, scenario)| Case { control, scenario, first: index == 0 });
        match suites.iter_mut().find(|suite| suite.name == name) {
            Some(suite) => suite.cases.extend(cases),
            None => suites.push(Suite { name: name.to_owned(), cases: cases.collect() }),
        }
    }
    suites
}

fn section(control: &ControlResult) -> &str {
    control.id.split('.').next().unwrap_or(&control.id)
}

fn built(assessment: &Assessment, suite: &Suite<'_>, folder: Option<&str>) -> io::Result<TestSuite> {
    let mut built = TestSuite::new(&match assessment.run.target.caution() {
        Some(caution) => text(&format!("{} [{caution}]", suite.name)),
        None => text(&suite.name),
    });
    built.package = "log-storage".to_owned();
    let seconds = assessment.run.started.as_second();
    built.set_timestamp(OffsetDateTime::from_unix_timestamp(seconds).map_err(io::Error::other)?);
    built.add_testcases(suite.cases.iter().map(|case| built_case(case, folder)));
    built.set_system_out(&escaped(&format!("{}; run {}", title(assessment), assessment.run.id)));
    built.set_system_err(&escaped(assessment.run.incomplete.as_deref().unwrap_or_default()));
    Ok(built)
}

fn built_case(case: &Case<'_>, folder: Option<&str>) -> TestCase {
    let name: String = text(&scenario_name(case.control, case.scenario)).chars().take(LONGEST_NAME).collect();
    let mut built = TestCase::success(&name, Duration::ZERO);
    let type_ = case.scenario.verdict.word().to_owned();
    let message = text(&format!("{type_}: {}", case.scenario.reason));
    let cause = Some(escaped(&details(&message, case.scenario)));
    built.result = match Kind::of(case.scenario.verdict) {
        Kind::Passed => TestResult::Success,
        Kind::Failed => TestResult::Failure { type_, message, cause },
        Kind::Error => TestResult::Error { type_, message, cause },
        Kind::Skipped => TestResult::SkippedWithCause { type_, message, cause },
    };
    built.set_classname(&format!("log-storage.{}", section(case.control)));
    if let Some(folder) = folder {
        built.set_system_out(&escaped(&beside(case, folder)));
    }
    built
}

/// The message again, because some readers show only the content, then everything found.
fn details(message: &str, scenario: &ScenarioResult) -> String {
    let record = &scenario.record;
    let mut lines = vec![message.to_owned()];
    lines.extend(record.unseen.iter().take(FINDINGS).map(|unseen| format!("{unseen}; to fix: {}", unseen.hint)));
    lines.extend(record.findings().take(FINDINGS).map(finding_text));
    let more = record.unseen.len().saturating_sub(FINDINGS) + record.findings().count().saturating_sub(FINDINGS);
    if more > 0 {
        lines.push(format!("and {more} more, all in assessment.json"));
    }
    lines.join("\n")
}

/// What the rich dialect says on the output of a case: the evidence file, and properties for readers that take them
/// from there.
fn beside(case: &Case<'_>, folder: &str) -> String {
    let mut lines = vec![case.scenario.reason.clone()];
    // The file is the same for every case, and as long as all the rest.
    if !case.first && Kind::of(case.scenario.verdict) == Kind::Passed {
        return lines.concat();
    }
    // Without the frameworks: they are properties already, and as long as all the rest.
    let short = properties(case).into_iter().filter(|(name, _)| name != "frameworks");
    lines.extend(short.map(|(name, value)| format!("[[PROPERTY|{name}={}]]", text(&value))));
    lines.push(format!("[[ATTACHMENT|{}/{}]]", folder.trim_end_matches('/'), crate::files::ASSESSMENT));
    lines.join("\n")
}

/// Properties of a case.
fn properties(case: &Case<'_>) -> Vec<(String, String)> {
    let mut all = vec![
        ("control".to_owned(), case.control.id.clone()),
        ("verdict".to_owned(), case.scenario.verdict.word().to_owned()),
        ("severity".to_owned(), case.control.severity_of(case.scenario).to_owned()),
    ];
    if case.control.hardening {
        all.push(("hardening".to_owned(), "true".to_owned()));
    }
    // Jenkins keeps one value per name, so all references are one value.
    if case.first && !case.control.frameworks.is_empty() {
        all.push(("frameworks".to_owned(), frameworks(case.control)));
    }
    let populations = case.scenario.record.populations.iter();
    let examined: Vec<String> = populations.map(|p| format!("{} of {} {}", p.examined, p.expected, p.of)).collect();
    if !examined.is_empty() {
        all.push(("examined".to_owned(), examined.join("; ")));
    }
    all
}

/// Text for an attribute: one line of characters that XML 1.0 allows.
pub(crate) fn text(from: &str) -> String {
    allowed(from).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Text for content, escaped before it is put into CDATA: it then cannot hold `]]>`. [`finish`] makes it plain
/// escaped text again.
fn escaped(from: &str) -> String {
    quick_xml::escape::partial_escape(allowed(from)).into_owned()
}

/// Replaces what XML 1.0 forbids, and the control characters it merely discourages.
/// See: <https://www.w3.org/TR/xml/#charsets>
fn allowed(from: &str) -> String {
    let fine = |c: char| match c {
        '\t' | '\n' => true,
        '\u{fffe}' | '\u{ffff}' => false,
        other => !other.is_control(),
    };
    from.chars().map(|c| if fine(c) { c } else { '\u{fffd}' }).collect()
}
