//! The period as a page for a person: each control as a line in time, with every gap named; no script, no network.

use std::io::{self, Write};

use jiff::Timestamp;
use logproof_estate::record::Verdict;

use super::states::{ControlPeriod, Gap, Period};
use crate::report::html::{badge, class, count, end_table, escaped, open, put, table};

/// Width of a line in time.
const WIDTH: i128 = 1000;

/// Writes the period as one HTML file.
///
/// # Errors
/// When `out` cannot be written.
pub(super) fn write_html(period: &Period, out: &mut dyn Write) -> io::Result<()> {
    let mut page = String::new();
    let title = format!("Log store from {} to {}", day(period.from), day(period.to));
    let caution = |caution: &String| format!("<p class=\"caution\">{}</p>\n", escaped(caution));
    let cautions: String = period.cautions.iter().map(caution).collect();
    open(&mut page, &title, concat!("logproof ", env!("CARGO_PKG_VERSION")));
    put(
        &mut page,
        format_args!(
            "<header>\n<h1>{title}</h1>\n{cautions}<p class=\"meta\">The first day counts, the last does not. All times are UTC.</p>\n</header>\n\
             <nav aria-label=\"Contents\"><ul><li><a href=\"#summary\">Summary</a></li><li><a href=\"#gaps\">Gaps</a></li>\
             <li><a href=\"#controls\">Controls</a></li><li><a href=\"#runs\">Runs</a></li></ul></nav>\n<main>\n"
        ),
    );
    summary(&mut page, period);
    gaps(&mut page, period);
    controls(&mut page, period);
    runs(&mut page, period);
    page.push_str("</main>\n</body>\n</html>\n");
    out.write_all(page.as_bytes())
}

/// A day where the instant is the beginning of one.
fn day(instant: Timestamp) -> String {
    let text = instant.to_string();
    text.strip_suffix("T00:00:00Z").unwrap_or(&text).to_owned()
}

/// Whether a control passed, or did not apply, whenever it was looked at.
fn held(control: &ControlPeriod) -> bool {
    control.stretches.iter().all(|stretch| matches!(stretch.verdict, Verdict::Pass | Verdict::NotApplicable))
}

fn summary(page: &mut String, period: &Period) {
    let all = period.controls.len();
    let gapless = period.controls.iter().filter(|control| control.gaps.is_empty()).count();
    let clean = period.controls.iter().filter(|control| control.gaps.is_empty() && held(control)).count();
    let ever = |verdicts: [Verdict; 2]| {
        let had =
            |control: &&ControlPeriod| control.stretches.iter().any(|stretch| verdicts.contains(&stretch.verdict));
        period.controls.iter().filter(had).count()
    };
    let lead = if period.runs.is_empty() {
        "There is no evidence for this period: no run counts.".to_owned()
    } else if period.is_clean() {
        format!("Every control was met for the whole period: {clean} of {all}.")
    } else {
        format!("Met for the whole period, without a gap: {clean} of {} assessed.", count(all, "control"))
    };
    put(
        page,
        format_args!(
            "<section aria-labelledby=\"summary\"><h2 id=\"summary\">Summary</h2>\n<p class=\"lead\">{lead}</p>\n<ul class=\"tiles\">\n"
        ),
    );
    for (class, number, word, meaning) in [
        ("na", period.runs.len(), "RUNS", "whose bundles verify"),
        ("pass", clean, "MET", "for the whole period"),
        ("fail", ever([Verdict::Fail, Verdict::Waived]), "NOT MET", "at some time"),
        ("manual", ever([Verdict::Error, Verdict::Manual]), "OPEN", "not assessed or not attested, at some time"),
        ("error", all - gapless, "WITH A GAP", "a time without evidence"),
    ] {
        put(
            page,
            format_args!(
                "<li class=\"{class}\"><b>{number}</b> <span class=\"word\">{word}</span> <span class=\"meta\">{meaning}</span></li>\n"
            ),
        );
    }
    page.push_str("</ul>\n</section>\n");
}

/// Gaps that several controls share are one line.
fn gaps(page: &mut String, period: &Period) {
    page.push_str("<section aria-labelledby=\"gaps\"><h2 id=\"gaps\">Gaps</h2>\n");
    let mut shared: Vec<(&Gap, Vec<&str>)> = Vec::new();
    for control in &period.controls {
        for gap in &control.gaps {
            match shared.iter_mut().find(|(other, _)| *other == gap) {
                Some((_, ids)) => ids.push(&control.id),
                None => shared.push((gap, vec![&control.id])),
            }
        }
    }
    shared.sort_by_key(|(gap, _)| (gap.from, gap.to));
    if shared.is_empty() && !period.runs.is_empty() {
        page.push_str("<p>There is evidence for every control at every time of the period.</p>\n");
    } else if period.runs.is_empty() {
        put(page, format_args!("<p>No evidence from {} to {}.</p>\n", day(period.from), day(period.to)));
    } else {
        table(page, "Times without evidence", &["From", "To", "Why", "Controls"]);
        for (gap, ids) in shared {
            let ids = if ids.len() == period.controls.len() { "all".to_owned() } else { ids.join(", ") };
            put(
                page,
                format_args!(
                    "<tr><td class=\"date\">{}</td><td class=\"date\">{}</td><td>{}</td><td>{}</td></tr>\n",
                    gap.from,
                    gap.to,
                    escaped(&gap.why),
                    escaped(&ids)
                ),
            );
        }
        end_table(page);
    }
    if !period.left_out.is_empty() {
        page.push_str("<h3>Bundles that do not count</h3>\n<ul>\n");
        for left_out in &period.left_out {
            put(page, format_args!("<li>{}</li>\n", escaped(left_out)));
        }
        page.push_str("</ul>\n");
    }
    page.push_str("</section>\n");
}

fn controls(page: &mut String, period: &Period) {
    page.push_str("<section aria-labelledby=\"controls\"><h2 id=\"controls\">Controls</h2>\n");
    for control in &period.controls {
        let id = escaped(&control.id);
        put(
            page,
            format_args!(
                "<article id=\"{id}\" aria-labelledby=\"{id}-title\"><header><h3 id=\"{id}-title\">{id} {}</h3></header>\n",
                escaped(&control.title)
            ),
        );
        line(page, period, control);
        table(page, &format!("States of {}", control.id), &["From", "To", "State", "Runs", "Reason"]);
        let mut rows: Vec<(Timestamp, String)> = Vec::new();
        for stretch in &control.stretches {
            let row = format!(
                "<tr><td class=\"date\">{}</td><td class=\"date\">{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                stretch.from,
                stretch.to,
                badge(stretch.verdict),
                stretch.runs,
                escaped(&stretch.reason)
            );
            rows.push((stretch.from, row));
        }
        for gap in &control.gaps {
            let row = format!(
                "<tr><td class=\"date\">{}</td><td class=\"date\">{}</td><td><span class=\"badge na\">NO EVIDENCE</span></td>\
                 <td>0</td><td>{}</td></tr>\n",
                gap.from,
                gap.to,
                escaped(&gap.why)
            );
            rows.push((gap.from, row));
        }
        rows.sort();
        rows.iter().for_each(|(_, row)| page.push_str(row));
        end_table(page);
        page.push_str("</article>\n");
    }
    page.push_str("</section>\n");
}

/// The control as a line in time; the table below says the same in words.
fn line(page: &mut String, period: &Period, control: &ControlPeriod) {
    let whole = period.to.duration_since(period.from).as_nanos().max(1);
    let at = |instant: Timestamp| instant.duration_since(period.from).as_nanos() * WIDTH / whole;
    put(
        page,
        format_args!(
            "<svg class=\"time\" viewBox=\"0 0 {WIDTH} 26\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{} in time; the table says the same\">\
             <rect class=\"gap\" x=\"0\" y=\"4\" width=\"{WIDTH}\" height=\"18\"/>",
            escaped(&control.id)
        ),
    );
    for stretch in &control.stretches {
        let (from, to) = (at(stretch.from), at(stretch.to));
        put(
            page,
            format_args!(
                "<rect class=\"{}\" x=\"{from}\" y=\"{}\" width=\"{}\" height=\"{}\"><title>{} from {} to {}</title></rect>",
                class(stretch.verdict),
                // What does not pass stands out by its height too: colour is never the only sign.
                if matches!(stretch.verdict, Verdict::Pass | Verdict::NotApplicable) { 8 } else { 0 },
                (to - from).max(2),
                if matches!(stretch.verdict, Verdict::Pass | Verdict::NotApplicable) { 10 } else { 26 },
                stretch.verdict.word(),
                stretch.from,
                stretch.to
            ),
        );
    }
    page.push_str("</svg>\n");
}

fn runs(page: &mut String, period: &Period) {
    page.push_str("<section aria-labelledby=\"runs\"><h2 id=\"runs\">Runs</h2>\n");
    if period.runs.is_empty() {
        page.push_str("<p>None.</p>\n</section>\n");
        return;
    }
    table(
        page,
        "Runs that count",
        &["As of", "Run", "Follows the one before", "Sealed by key", "SHA-256 of the manifest"],
    );
    for run in &period.runs {
        put(
            page,
            format_args!(
                "<tr><td class=\"date\">{}</td><td>{}</td><td>{}</td><td>{}</td><td><code>{}</code></td></tr>\n",
                run.as_of,
                escaped(&run.run),
                if run.follows_previous { "yes" } else { "no" },
                run.sealed_by
                    .as_ref()
                    .map_or_else(|| "not sealed".to_owned(), |key| format!("<code>{}</code>", escaped(key))),
                escaped(&run.manifest_sha256),
            ),
        );
    }
    end_table(page);
    page.push_str("</section>\n");
}
