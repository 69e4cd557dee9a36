//! The period as a page for a person: each control as a line in time, with every gap named; no script, no network.

use std::io::{self, Write};

use jiff::Timestamp;
use logproof_estate::record::Verdict;
use maud::{Markup, display, html};

use super::states::{ControlPeriod, Gap, Period, Stretch};
use crate::report::html::{badge, class, count, document, sections, send, table, tile};

/// Width of a line in time.
const WIDTH: i128 = 1000;

/// Writes the period as one HTML file.
///
/// # Errors
/// When `out` cannot be written.
pub(super) fn write_html(period: &Period, out: &mut dyn Write) -> io::Result<()> {
    let title = format!("Log store from {} to {}", day(period.from), day(period.to));
    let body = html! {
        header {
            h1 { (title) }
            @for caution in &period.cautions { p.caution { (caution) } }
            p.meta { "The first day counts, the last does not. All times are UTC." }
        }
        (sections(&[
            ("summary", "Summary", summary(period)),
            ("gaps", "Gaps", gaps(period)),
            ("controls", "Controls", controls(period)),
            ("runs", "Runs", runs(period)),
        ]))
    };
    send(&document(&title, concat!("logproof ", env!("CARGO_PKG_VERSION")), &body), out)
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

fn summary(period: &Period) -> Markup {
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
    html! {
        p.lead { (lead) }
        ul.tiles {
            (tile("na", period.runs.len(), "RUNS", "whose bundles verify"))
            (tile("pass", clean, "MET", "for the whole period"))
            (tile("fail", ever([Verdict::Fail, Verdict::Waived]), "NOT MET", "at some time"))
            (tile("manual", ever([Verdict::Error, Verdict::Manual]), "OPEN", "not assessed or not attested, at some time"))
            (tile("error", all - gapless, "WITH A GAP", "a time without evidence"))
        }
    }
}

/// Gaps that several controls share are one line.
fn gaps(period: &Period) -> Markup {
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
    let all = |ids: &[&str]| ids.len() == period.controls.len();
    html! {
        @if period.runs.is_empty() {
            p { "No evidence from " (day(period.from)) " to " (day(period.to)) "." }
        } @else if shared.is_empty() {
            p { "There is evidence for every control at every time of the period." }
        } @else {
            (table("Times without evidence", &["From", "To", "Why", "Controls"], &html! {
                @for (gap, ids) in &shared {
                    tr {
                        td.date { (display(gap.from)) }
                        td.date { (display(gap.to)) }
                        td { (gap.why) }
                        td { @if all(ids) { "all" } @else { (ids.join(", ")) } }
                    }
                }
            }))
        }
        @if !period.left_out.is_empty() {
            h3 { "Bundles that do not count" }
            ul { @for left_out in &period.left_out { li { (left_out) } } }
        }
    }
}

fn controls(period: &Period) -> Markup {
    html! {
        @for control in &period.controls {
            @let id = &control.id;
            article id=(id) aria-labelledby={ (id) "-title" } {
                header { h3 id={ (id) "-title" } { (id) " " (control.title) } }
                (line(period, control))
                (table(&format!("States of {id}"), &["From", "To", "State", "Runs", "Reason"], &rows(control)))
            }
        }
    }
}

/// States and gaps of a control in the order of time.
fn rows(control: &ControlPeriod) -> Markup {
    let states = control.stretches.iter().map(|state| (state.from, state_row(state)));
    let gaps = control.gaps.iter().map(|gap| (gap.from, gap_row(gap)));
    let mut rows: Vec<(Timestamp, Markup)> = states.chain(gaps).collect();
    rows.sort_by_key(|(from, _)| *from);
    html! { @for (_, row) in rows { (row) } }
}

fn state_row(state: &Stretch) -> Markup {
    html! {
        tr {
            td.date { (display(state.from)) }
            td.date { (display(state.to)) }
            td { (badge(state.verdict)) }
            td { (state.runs) }
            td { (state.reason) }
        }
    }
}

fn gap_row(gap: &Gap) -> Markup {
    html! {
        tr {
            td.date { (display(gap.from)) }
            td.date { (display(gap.to)) }
            td { span.badge.na { "NO EVIDENCE" } }
            td { "0" }
            td { (gap.why) }
        }
    }
}

/// The control as a line in time; the table below says the same in words.
fn line(period: &Period, control: &ControlPeriod) -> Markup {
    let whole = period.to.duration_since(period.from).as_nanos().max(1);
    let at = |instant: Timestamp| instant.duration_since(period.from).as_nanos() * WIDTH / whole;
    html! {
        svg.time viewBox={ "0 0 " (WIDTH) " 26" } preserveAspectRatio="none" role="img"
            aria-label={ (control.id) " in time; the table says the same" } {
            rect.gap x="0" y="4" width=(WIDTH) height="18" {}
            @for state in &control.stretches {
                @let (from, to) = (at(state.from), at(state.to));
                // What does not pass stands out by its height too: colour is never the only sign.
                @let (y, height) = match state.verdict {
                    Verdict::Pass | Verdict::NotApplicable => (8, 10),
                    _ => (0, 26),
                };
                rect class=(class(state.verdict)) x=(from) y=(y) width=((to - from).max(2)) height=(height) {
                    title { (state.verdict.word()) " from " (display(state.from)) " to " (display(state.to)) }
                }
            }
        }
    }
}

fn runs(period: &Period) -> Markup {
    let columns = ["As of", "Run", "Follows the one before", "Sealed by key", "SHA-256 of the manifest"];
    html! {
        @if period.runs.is_empty() {
            p { "None." }
        } @else {
            (table("Runs that count", &columns, &html! {
                @for run in &period.runs {
                    tr {
                        td.date { (display(run.as_of)) }
                        td { (run.run) }
                        td { @if run.follows_previous { "yes" } @else { "no" } }
                        td { @if let Some(key) = &run.sealed_by { code { (key) } } @else { "not sealed" } }
                        td { code { (run.manifest_sha256) } }
                    }
                }
            }))
        }
    }
}
