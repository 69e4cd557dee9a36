//! What fixtures showed, as JUnit: a suite per control, a case per fixture.

use std::io::{self, Write};

use junit_report::{Duration, Report, TestCase, TestSuite};

use super::Tested;
use crate::report::junit::text;

/// Writes the document.
pub(super) fn write(all: &[Tested], out: &mut dyn Write) -> io::Result<()> {
    let mut report = Report::new();
    for one in all {
        let mut suite = TestSuite::new(&text(&format!("{} {}", one.id, one.title)));
        for tried in &one.tried {
            let name = text(&tried.name);
            let mut case = match &tried.problem {
                None => TestCase::success(&name, Duration::ZERO),
                Some(problem) => TestCase::failure(&name, Duration::ZERO, "not as expected", &text(problem)),
            };
            case.set_classname(&text(&one.id));
            suite.add_testcase(case);
        }
        let not_noticed = one.weakened.not.iter().map(|line| format!("not noticed: {line}"));
        for line in one.missing.iter().cloned().chain(not_noticed) {
            let mut case = TestCase::skipped(&text(&line));
            case.set_classname(&text(&one.id));
            suite.add_testcase(case);
        }
        report.add_testsuite(suite);
    }
    report.write_xml(&mut *out).map_err(io::Error::other)?;
    writeln!(out)
}
