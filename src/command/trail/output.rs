//! A result for people, and for programs.

use std::io::{self, Write};

use logproof_integrity::{Class, Expected, Outcome, Report, Sampling, merge::Problem};
use serde::Serialize;

/// Findings and problems shown; the evidence and the summary hold the rest.
const SHOWN: usize = 20;

/// Writes a result as JSON.
pub(super) fn json(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)
}

/// Writes a result for people, the verdict last.
pub(super) fn text(report: &Report, problems: &[Problem], out: &mut dyn Write) -> io::Result<()> {
    let trail = &report.trail;
    let whose = trail.organization.as_deref().unwrap_or("one account");
    let part = if report.shard.count > 1 { format!(", shard {}", report.shard) } else { String::new() };
    let rows = report.inventory_rows;
    writeln!(out, "trail {} of {whose}, bucket {}", trail.name, trail.bucket)?;
    writeln!(out, "period {} to {}, {rows} chains expected{part}", report.window.from, report.window.to)?;
    counts(report, out)?;
    let worth_saying = report.findings.iter().filter(|finding| finding.class != Class::Informative);
    for finding in worth_saying.clone().take(SHOWN) {
        let object = finding.object.as_deref().map(|object| format!(" {object}")).unwrap_or_default();
        let interval = finding.from.zip(finding.to).map(|(from, to)| format!(" {from} to {to}")).unwrap_or_default();
        let count = if finding.count > 1 { format!(" ({} objects)", finding.count) } else { String::new() };
        writeln!(out, "{} {}{object}{interval}{count}: {}", finding.code, finding.chain, finding.detail)?;
    }
    for problem in problems.iter().take(SHOWN) {
        writeln!(out, "{} {}: {}", problem.code.as_str(), problem.subject, problem.detail)?;
    }
    let shown = worth_saying.count().max(problems.len());
    if shown > SHOWN {
        writeln!(out, "... and more: see the summary and the evidence")?;
    }
    let verdict = match report.outcome {
        Outcome::Valid => "VALID: everything expected is there and genuine",
        Outcome::Invalid => "INVALID: something is missing, changed or added",
        Outcome::Undetermined => "UNDETERMINED: not everything could be judged, and nothing is proven wrong",
    };
    writeln!(out, "{verdict}")
}

fn counts(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let (valid, undetermined, invalid) = report.chain_counts();
    let not_due = report.chains.iter().filter(|chain| chain.expected != Expected::Judged).count();
    let totals = &report.totals;
    line(
        out,
        "chains",
        &[
            (valid as u64, "valid"),
            (invalid as u64, "invalid"),
            (undetermined as u64, "undetermined"),
            (not_due as u64, "not due in the period"),
        ],
    )?;
    line(
        out,
        "digests",
        &[
            (totals.digests_valid, "valid"),
            (totals.digests_invalid, "invalid"),
            (totals.digests_missing, "missing"),
            (totals.digests_undetermined, "undetermined"),
        ],
    )?;
    line(
        out,
        "log files",
        &[
            (totals.logs_valid, "valid"),
            (totals.logs_invalid, "invalid"),
            (totals.logs_missing, "missing"),
            (totals.logs_unreferenced, "in no digest"),
            (totals.logs_pending, "in no digest yet"),
            (totals.logs_undetermined, "undetermined"),
            (totals.logs_skipped, "left out by sampling"),
        ],
    )?;
    if let Sampling::PerMille { share, seed } = report.sampling {
        let percent = f64::from(share) / 10.0;
        writeln!(
            out,
            "  sampling  {percent} % of the log files were read (seed {seed}): the others are proven present only"
        )?;
    }
    Ok(())
}

/// The first count always, the others when there is something to count.
fn line(out: &mut dyn Write, what: &str, counts: &[(u64, &str)]) -> io::Result<()> {
    write!(out, "  {what:9}")?;
    for (number, (count, name)) in counts.iter().enumerate() {
        if number == 0 || *count > 0 {
            write!(out, " {count} {name} ")?;
        }
    }
    writeln!(out)
}
