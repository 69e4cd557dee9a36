//! One control on the page: its text, its scenarios, what was found and what it rests on.

use logproof_estate::{
    ExchangeId,
    assessment::{ControlResult, ScenarioResult, StepState},
    record::Observation,
};

use super::{badge, escaped, put};

/// Observations shown per scenario; the assessment holds all of them.
const SHOWN: usize = 50;

pub(super) fn article(page: &mut String, control: &ControlResult) {
    let id = escaped(&control.id);
    put(
        page,
        format_args!(
            "<article id=\"{id}\" aria-labelledby=\"{id}-title\"><header><h3 id=\"{id}-title\">{id} {}</h3>{}\
             <span class=\"meta\">severity {}{}</span></header>\n",
            escaped(&control.title),
            badge(control.verdict),
            escaped(&control.severity),
            if control.hardening { ", hardening" } else { "" },
        ),
    );
    page.push_str("<dl class=\"text\">\n");
    for (heading, text) in &control.text {
        if heading == "References" {
            put(page, format_args!("<dt>References</dt><dd>{}</dd>\n", links(text)));
        } else {
            put(page, format_args!("<dt>{}</dt><dd>{}</dd>\n", escaped(heading), escaped(text)));
        }
    }
    page.push_str("</dl>\n");
    for scenario in &control.scenarios {
        self::scenario(page, scenario);
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

fn links(text: &str) -> String {
    text.split_whitespace()
        .map(|word| {
            let safe = escaped(word);
            if word.starts_with("https://") { format!("<a href=\"{safe}\">{safe}</a>") } else { safe }
        })
        .collect::<Vec<_>>()
        .join("<br>")
}

fn scenario(page: &mut String, scenario: &ScenarioResult) {
    put(page, format_args!("<section><h4>{} {}</h4>\n", escaped(&scenario.name), badge(scenario.verdict)));
    if let Some(rule) = &scenario.rule {
        put(page, format_args!("<p class=\"meta\">Rule: {}</p>\n", escaped(rule)));
    }
    put(page, format_args!("<p>{}</p>\n", escaped(&scenario.reason)));
    steps(page, scenario);
    for population in &scenario.record.populations {
        put(
            page,
            format_args!(
                "<p class=\"meta\">Population: {} of {} {} examined, from {}.{}</p>\n",
                population.examined,
                population.expected,
                escaped(&population.of),
                escaped(&population.source),
                if population.left_out.is_empty() {
                    String::new()
                } else {
                    format!(" Left out: {}.", escaped(&population.left_out.join("; ")))
                },
            ),
        );
    }
    for note in &scenario.record.notes {
        put(page, format_args!("<p class=\"meta\">Note: {}</p>\n", escaped(note)));
    }
    unseen(page, scenario);
    let findings: Vec<&Observation> = scenario.record.findings().collect();
    observations(page, "Findings", &findings);
    let met: Vec<&Observation> = scenario.record.observations.iter().filter(|o| o.met).collect();
    observations(page, "Examined and as expected", &met);
    page.push_str("</section>\n");
}

fn steps(page: &mut String, scenario: &ScenarioResult) {
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

fn unseen(page: &mut String, scenario: &ScenarioResult) {
    if scenario.record.unseen.is_empty() {
        return;
    }
    page.push_str(
        "<h4>Could not be seen</h4><div class=\"scroll\"><table><thead><tr><th scope=\"col\">What</th>\
         <th scope=\"col\">To do</th><th scope=\"col\">Exchanges</th></tr></thead><tbody>\n",
    );
    for unseen in scenario.record.unseen.iter().take(SHOWN) {
        let (what, hint) = (escaped(&unseen.to_string()), escaped(&unseen.hint));
        put(page, format_args!("<tr><td>{what}</td><td>{hint}</td><td>{}</td></tr>\n", exchanges(&unseen.exchanges)));
    }
    page.push_str("</tbody></table></div>\n");
    more(page, scenario.record.unseen.len());
}

fn observations(page: &mut String, heading: &str, observations: &[&Observation]) {
    if observations.is_empty() {
        return;
    }
    put(
        page,
        format_args!(
            "<h4>{heading}</h4><div class=\"scroll\"><table><thead><tr><th scope=\"col\">Subject</th>\
             <th scope=\"col\">Expected</th><th scope=\"col\">Found</th><th scope=\"col\">Exchanges</th></tr></thead><tbody>\n"
        ),
    );
    for observation in observations.iter().take(SHOWN) {
        let place =
            observation.place.as_ref().map(|place| format!("<br><span class=\"meta\">at {}</span>", escaped(place)));
        put(
            page,
            format_args!(
                "<tr><td class=\"arn\">{}{}</td><td>{}</td><td>{}{}</td><td>{}</td></tr>\n",
                escaped(&observation.subject.arn),
                place.unwrap_or_default(),
                escaped(&observation.expected),
                escaped(&observation.found),
                advice(observation),
                exchanges(&observation.exchanges),
            ),
        );
    }
    page.push_str("</tbody></table></div>\n");
    more(page, observations.len());
}

fn advice(observation: &Observation) -> String {
    let mut text = String::new();
    if let Some(witness) = &observation.witness {
        put(&mut text, format_args!("<div class=\"witness\"><b>For example:</b> {}", escaped(&witness.sentence)));
        if let Some(statement) = &witness.statement {
            put(&mut text, format_args!("<br>Let through by {}.", escaped(statement)));
        }
        if let Some(change) = &witness.change {
            put(&mut text, format_args!("<br>Smallest change: {}", escaped(change)));
        }
        text.push_str("</div>");
    }
    if let Some(hint) = &observation.hint {
        put(&mut text, format_args!("<br><b>To fix:</b> {}", escaped(hint)));
    }
    text
}

/// Short ids; the whole one is in the title and in the assessment.
fn exchanges(ids: &[ExchangeId]) -> String {
    ids.iter()
        .take(12)
        .map(|id| {
            let whole = escaped(id.as_str());
            let short: String = whole.chars().take(10).collect();
            format!("<code title=\"{whole}\">{short}</code>")
        })
        .collect::<Vec<_>>()
        .join(" ")
}

fn more(page: &mut String, count: usize) {
    if count > SHOWN {
        put(page, format_args!("<p class=\"meta\">and {} more, all in assessment.json</p>\n", count - SHOWN));
    }
}
