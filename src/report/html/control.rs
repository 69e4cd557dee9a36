//! One control on the page: its text, its scenarios, what was found and what it rests on.

use logproof_estate::{
    ExchangeId,
    assessment::{ControlResult, ScenarioResult, StepState},
    record::{Observation, Verdict},
};

use super::{badge, count, end_table, escaped, evidence::Exchanges, put, register, table};
use crate::report::identity::scenario_name;

/// Observations shown per scenario; the assessment holds all of them.
const SHOWN: usize = 50;

pub(super) fn article(page: &mut String, control: &ControlResult, exchanges: &Exchanges<'_>) {
    let id = escaped(&control.id);
    put(
        page,
        format_args!(
            "<article id=\"{id}\" aria-labelledby=\"{id}-title\"><header><h3 id=\"{id}-title\">{id} {}</h3>{}\
             <span class=\"meta\">severity {}{}</span></header>\n",
            escaped(&control.title),
            badge(control.verdict),
            escaped(&control.severity),
            if control.hardening { ", hardening beyond the requirements" } else { "" },
        ),
    );
    text(page, control);
    for scenario in &control.scenarios {
        self::scenario(page, control, scenario, exchanges);
    }
    put(
        page,
        format_args!(
            "<p class=\"meta\">Feature {} (SHA-256 <code>{}</code>). {}</p>\n</article>\n",
            escaped(&control.feature),
            escaped(&control.feature_sha256),
            escaped(&control.frameworks.join(" · ")),
        ),
    );
}

/// The requirement in the open, and how to meet it when it is not met; the rest folded away.
fn text(page: &mut String, control: &ControlResult) {
    let open = |heading: &str| {
        heading == "Requirement"
            || (heading == "Remediation" && matches!(control.verdict, Verdict::Fail | Verdict::Error | Verdict::Waived))
    };
    let (shown, folded): (Vec<_>, Vec<_>) = control.text.iter().partition(|(heading, _)| open(heading));
    let list = |page: &mut String, sections: &[&(String, String)]| {
        page.push_str("<dl class=\"text\">\n");
        for (heading, text) in sections {
            let text = if heading == "References" { links(text) } else { prose(text) };
            put(page, format_args!("<dt>{}</dt><dd>{text}</dd>\n", escaped(heading)));
        }
        page.push_str("</dl>\n");
    };
    if !shown.is_empty() {
        list(page, &shown);
    }
    if !folded.is_empty() {
        let headings: Vec<&str> = folded.iter().map(|(heading, _)| heading.as_str()).collect();
        put(page, format_args!("<details><summary>{}</summary>\n", escaped(&headings.join(", "))));
        list(page, &folded);
        page.push_str("</details>\n");
    }
}

/// Lines of a feature are as long as its file wants; paragraphs and list items stay.
fn prose(text: &str) -> String {
    let mut whole = String::new();
    for line in text.lines().map(str::trim) {
        let breaks = match whole.is_empty() {
            true => "",
            false if line.is_empty() => "<br/>",
            false if line.starts_with(['-', '*']) || whole.ends_with("<br/>") => "<br/>",
            false => " ",
        };
        whole.push_str(breaks);
        whole.push_str(&escaped(line));
    }
    whole
}

fn links(text: &str) -> String {
    text.split_whitespace()
        .map(|word| {
            let safe = escaped(word);
            if word.starts_with("https://") { format!("<a href=\"{safe}\">{safe}</a>") } else { safe }
        })
        .collect::<Vec<_>>()
        .join("<br/>")
}

fn scenario(page: &mut String, control: &ControlResult, scenario: &ScenarioResult, exchanges: &Exchanges<'_>) {
    let record = &scenario.record;
    put(
        page,
        format_args!(
            "<section class=\"scenario {}\"><h4>{} {}</h4>\n",
            super::class(scenario.verdict),
            escaped(&scenario.name),
            badge(scenario.verdict)
        ),
    );
    if let Some(rule) = &scenario.rule {
        put(page, format_args!("<p class=\"meta\">Rule: {}</p>\n", escaped(rule)));
    }
    let findings: Vec<&Observation> = record.findings().collect();
    // A waiver and the findings say the reason in full below.
    if findings.is_empty() && record.unseen.is_empty() && scenario.attestation.is_none() {
        put(page, format_args!("<p class=\"reason\">{}</p>\n", escaped(&scenario.reason)));
    }
    register::in_scenario(page, scenario);
    populations(page, scenario);
    unseen(page, scenario, exchanges);
    for finding in findings.iter().take(SHOWN) {
        self::finding(page, finding, &record.basis, exchanges);
    }
    more(page, findings.len());
    for note in &record.notes {
        put(page, format_args!("<p class=\"meta\">Note: {}</p>\n", escaped(note)));
    }
    folded(page, control, scenario, exchanges);
    page.push_str("</section>\n");
}

fn populations(page: &mut String, scenario: &ScenarioResult) {
    for population in &scenario.record.populations {
        let left_out = if population.left_out.is_empty() {
            String::new()
        } else {
            format!(" Left out: {}.", escaped(&population.left_out.join("; ")))
        };
        put(
            page,
            format_args!(
                "<p class=\"population\"><b>{} of {}</b> {} examined, counted by {}.{left_out}</p>\n",
                population.examined,
                population.expected,
                escaped(&population.of),
                escaped(&population.source),
            ),
        );
    }
}

/// A finding as a card: what, expected, found, an example, what to change, what it rests on.
fn finding(page: &mut String, finding: &Observation, basis: &[ExchangeId], exchanges: &Exchanges<'_>) {
    put(
        page,
        format_args!(
            "<div class=\"finding\"><dl>\n<dt>Subject</dt><dd class=\"arn\">{}{}</dd>\n<dt>Expected</dt><dd>{}</dd>\n\
             <dt>Found</dt><dd>{}</dd>\n",
            escaped(&finding.subject.arn),
            finding.place.as_ref().map(|place| format!("<br/>at {}", escaped(place))).unwrap_or_default(),
            escaped(&finding.expected),
            escaped(&finding.found),
        ),
    );
    if let Some(witness) = &finding.witness {
        put(page, format_args!("<dt>For example</dt><dd>{}", escaped(&witness.sentence)));
        if let Some(statement) = &witness.statement {
            put(page, format_args!("<br/>Let through by {}.", escaped(statement)));
        }
        page.push_str("</dd>\n");
        if let Some(change) = &witness.change {
            put(page, format_args!("<dt>Smallest change</dt><dd>{}</dd>\n", escaped(change)));
        }
    }
    if let Some(hint) = &finding.hint {
        put(page, format_args!("<dt>To fix</dt><dd>{}</dd>\n", escaped(hint)));
    }
    let mut evidence = finding.exchanges.clone();
    evidence.extend(basis.iter().filter(|id| !finding.exchanges.contains(id)).cloned());
    put(page, format_args!("<dt>Evidence</dt><dd>{}</dd>\n</dl></div>\n", exchanges.links(&evidence)));
}

fn unseen(page: &mut String, scenario: &ScenarioResult, exchanges: &Exchanges<'_>) {
    let all = &scenario.record.unseen;
    for unseen in all.iter().take(SHOWN) {
        put(
            page,
            format_args!(
                "<div class=\"finding unseen\"><dl>\n<dt>Not seen</dt><dd>{}</dd>\n<dt>To do</dt><dd>{}</dd>\n\
                 <dt>Evidence</dt><dd>{}</dd>\n</dl></div>\n",
                escaped(&unseen.to_string()),
                escaped(&unseen.hint),
                exchanges.links(&unseen.exchanges)
            ),
        );
    }
    more(page, all.len());
}

/// How it was examined: the steps, what was as expected, what all of it rests on.
fn folded(page: &mut String, control: &ControlResult, scenario: &ScenarioResult, exchanges: &Exchanges<'_>) {
    let met: Vec<&Observation> = scenario.record.observations.iter().filter(|observation| observation.met).collect();
    let mut parts = vec![count(scenario.steps.len(), "step")];
    if !met.is_empty() {
        parts.push(format!("{} as expected", count(met.len(), "observation")));
    }
    put(page, format_args!("<details><summary>How it was examined: {}</summary>\n", parts.join(", ")));
    self::steps(page, scenario);
    if !met.is_empty() {
        let label = format!("As expected: {}", scenario_name(control, scenario));
        table(page, &label, &["Subject", "Expected", "Found", "Exchanges"]);
        for observation in met.iter().take(SHOWN) {
            row(page, observation, exchanges);
        }
        end_table(page);
        more(page, met.len());
    }
    if !scenario.record.basis.is_empty() {
        put(
            page,
            format_args!(
                "<p>All of it rests on the organization as it is, too:</p>{}\n",
                exchanges.links(&scenario.record.basis)
            ),
        );
    }
    page.push_str("</details>\n");
}

fn steps(page: &mut String, scenario: &ScenarioResult) {
    if scenario.steps.is_empty() {
        return;
    }
    page.push_str("<ul class=\"steps\">\n");
    for step in &scenario.steps {
        let (class, word) = match step.state {
            StepState::Passed => ("passed", "done"),
            StepState::Stopped => ("stopped", "stopped here"),
            StepState::NotReached => ("not-reached", "not reached"),
        };
        put(
            page,
            format_args!(
                "<li class=\"{class}\"><b>{}</b> {} <span class=\"meta\">({word})</span></li>\n",
                escaped(step.keyword.trim()),
                escaped(&step.text)
            ),
        );
    }
    page.push_str("</ul>\n");
}

fn row(page: &mut String, observation: &Observation, exchanges: &Exchanges<'_>) {
    let place =
        observation.place.as_ref().map(|place| format!("<br/><span class=\"meta\">at {}</span>", escaped(place)));
    put(
        page,
        format_args!(
            "<tr><td class=\"arn\">{}{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
            escaped(&observation.subject.arn),
            place.unwrap_or_default(),
            escaped(&observation.expected),
            escaped(&observation.found),
            exchanges.links(&observation.exchanges),
        ),
    );
}

fn more(page: &mut String, count: usize) {
    if count > SHOWN {
        put(page, format_args!("<p class=\"meta\">and {} more, all in assessment.json</p>\n", count - SHOWN));
    }
}
