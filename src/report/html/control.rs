//! One control on the page: its text, its scenarios, what was found and what it rests on.

use logproof_estate::{
    ExchangeId,
    assessment::{ControlResult, ScenarioResult, StepState},
    cells::Counted,
    record::{AllowedActions, Observation, Population, Proposal, Verdict},
};

use super::{badge, coded, count, escaped, evidence::Exchanges, put, register};
use crate::report::{
    identity::{PROVED, effects, frameworks, introduction, without_policy},
    owner::made_by_aws,
};

/// Observations shown per scenario; the assessment holds all of them.
const SHOWN: usize = 50;

/// What needs no question: it follows from the configuration and the register of the bundle.
const NOTHING_ASKED: &str = "configuration and register of this run, no exchange";

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
        self::scenario(page, scenario, exchanges);
    }
    put(
        page,
        format_args!(
            "<p class=\"meta\">Feature {}. {}</p>\n</article>\n",
            escaped(&control.feature),
            escaped(&frameworks(control)),
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
        whole.push_str(&coded(line));
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

fn scenario(page: &mut String, scenario: &ScenarioResult, exchanges: &Exchanges<'_>) {
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
    if let Some(severity) = &scenario.severity {
        put(page, format_args!("<p class=\"meta\">Severity: {}</p>\n", escaped(severity)));
    }
    if let Some(rule) = &scenario.rule {
        put(page, format_args!("<p class=\"meta\">Rule: {}</p>\n", coded(rule)));
    }
    let findings: Vec<&Observation> = record.findings().collect();
    // A waiver, the findings and the populations say the reason in full below.
    let told = record.populations.iter().any(|p| scenario.reason == examined(p));
    if findings.is_empty() && record.unseen.is_empty() && scenario.attestation.is_none() && !told {
        put(page, format_args!("<p class=\"reason\">{}</p>\n", coded(&scenario.reason)));
    }
    register::in_scenario(page, scenario);
    populations(page, scenario);
    unseen(page, scenario, exchanges);
    for finding in findings.iter().take(SHOWN) {
        self::finding(page, finding, &record.basis, exchanges);
    }
    more(page, findings.len());
    for note in &record.notes {
        put(page, format_args!("<p class=\"meta\">Note: {}</p>\n", coded(note)));
    }
    folded(page, scenario, exchanges);
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

fn examined(population: &Population) -> String {
    format!("{} of {} {} examined", population.examined, population.expected, population.of)
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
            coded(&finding.expected),
            coded(&finding.found),
        ),
    );
    if let Some(allowed) = &finding.allowed {
        self::allowed(page, allowed);
    }
    if let Some(witness) = &finding.witness {
        put(page, format_args!("<dt>For example</dt><dd>{}", coded(&witness.sentence)));
        if let Some(statement) = &witness.statement {
            put(page, format_args!("<br/>Let through by {}.", coded(statement)));
        }
        page.push_str("</dd>\n");
        if let Some(change) = &witness.change {
            put(page, format_args!("<dt>Smallest change</dt><dd>{}</dd>\n", coded(change)));
        }
    }
    if let Some(hint) = &finding.hint {
        put(page, format_args!("<dt>To fix</dt><dd>{}</dd>\n", coded(hint)));
    }
    if let Some(owner) = made_by_aws(&finding.subject.arn) {
        put(page, format_args!("<dt>Owner</dt><dd>{}</dd>\n", escaped(owner)));
    }
    if let Some(accepted) = &finding.accepted {
        put(page, format_args!("<dt>Known</dt><dd>{}</dd>\n", escaped(&accepted.sentence())));
    }
    if let Some(proposal) = &finding.proposal {
        self::proposal(page, proposal);
    }
    put(page, format_args!("<dt>Evidence</dt><dd>{}</dd>\n</dl></div>\n", rests(&finding.exchanges, basis, exchanges)));
}

/// Everything that is allowed, by what it would do, and to whom.
fn allowed(page: &mut String, allowed: &AllowedActions) {
    let lines = |lines: &[String]| lines.iter().map(|line| coded(line)).collect::<Vec<_>>().join("<br/>");
    if allowed.count() > 1 {
        put(page, format_args!("<dt>Allowed</dt><dd>{}</dd>\n", lines(&effects(allowed, usize::MAX))));
    }
    put(page, format_args!("<dt>To</dt><dd>{}</dd>\n", lines(&allowed.callers)));
    if !allowed.undecided.is_empty() {
        put(page, format_args!("<dt>Open</dt><dd>{}</dd>\n", lines(&allowed.undecided)));
    }
}

/// The policies that would close it, to copy.
fn proposal(page: &mut String, proposal: &Proposal) {
    page.push_str("<dt>Proposed policy</dt><dd>");
    if let Some(instead) = without_policy(proposal) {
        page.push_str(&coded(&instead));
    }
    if let Proposal::Policies(policies) = proposal {
        for policy in policies {
            let text = escaped(&policy.text);
            put(page, format_args!("{}<pre class=\"policy\">{text}</pre>", coded(&introduction(policy))));
            if let Some(whole) = &policy.whole {
                let whole = escaped(whole);
                put(
                    page,
                    format_args!(
                        "<details><summary>The whole policy with it</summary><pre class=\"policy\">{whole}</pre></details>"
                    ),
                );
            }
        }
        page.push_str(&escaped(PROVED));
    }
    page.push_str("</dd>\n");
}

/// What a finding rests on: exchanges of its own, and those that the whole scenario rests on, each of them at hand.
fn rests(own: &[ExchangeId], basis: &[ExchangeId], exchanges: &Exchanges<'_>) -> String {
    let all: Vec<ExchangeId> = own.iter().chain(basis).cloned().collect();
    if all.is_empty() { NOTHING_ASKED.to_owned() } else { exchanges.each(&all) }
}

fn unseen(page: &mut String, scenario: &ScenarioResult, exchanges: &Exchanges<'_>) {
    let all = &scenario.record.unseen;
    for unseen in all.iter().take(SHOWN) {
        put(
            page,
            format_args!(
                "<div class=\"finding unseen\"><dl>\n<dt>Not seen</dt><dd>{}</dd>\n<dt>To do</dt><dd>{}</dd>\n\
                 <dt>Evidence</dt><dd>{}</dd>\n</dl></div>\n",
                coded(&unseen.to_string()),
                coded(&unseen.hint),
                if unseen.exchanges.is_empty() {
                    "no answer was recorded".to_owned()
                } else {
                    exchanges.each(&unseen.exchanges)
                }
            ),
        );
    }
    more(page, all.len());
}

/// How it was examined: the steps, what was as expected, what all of it rests on.
fn folded(page: &mut String, scenario: &ScenarioResult, exchanges: &Exchanges<'_>) {
    let met: Vec<&Observation> = scenario.record.observations.iter().filter(|observation| observation.met).collect();
    let mut parts = vec![count(scenario.steps.len(), "step")];
    let unlisted: usize = scenario.record.counted.iter().map(Counted::unlisted).sum();
    if !met.is_empty() {
        parts.push(format!("{} as expected", met.len() + unlisted));
    }
    put(page, format_args!("<details><summary>How it was examined: {}</summary>\n", parts.join(", ")));
    self::steps(page, scenario);
    as_expected(page, &met, exchanges);
    scenario.record.counted.iter().for_each(|group| counted(page, group));
    let basis = &scenario.record.basis;
    if !basis.is_empty() {
        put(page, format_args!("<p class=\"basis\">All of it rests on {} as well.</p>\n", exchanges.links(basis)));
    } else if !met.is_empty() && scenario.record.exchanges().next().is_none() {
        put(page, format_args!("<p class=\"basis\">All of it rests on {NOTHING_ASKED}.</p>\n"));
    }
    page.push_str("</details>\n");
}

/// What is as the control asks, under what it asks for: the subject, what was found, the exchanges.
fn as_expected(page: &mut String, met: &[&Observation], exchanges: &Exchanges<'_>) {
    let shown = met.get(..SHOWN).unwrap_or(met);
    for alike in shown.chunk_by(|one, other| one.expected == other.expected) {
        let Some(first) = alike.first() else { continue };
        put(
            page,
            format_args!("<p class=\"asked\"><b>Expected</b> {}</p><ul class=\"met\">\n", coded(&first.expected)),
        );
        for observation in alike {
            let place = observation.place.as_ref().map(|place| format!("<br/>at {}", escaped(place)));
            put(
                page,
                format_args!(
                    "<li><code>{}{}</code><span>{}</span><span>{}</span></li>\n",
                    escaped(&observation.subject.arn),
                    place.unwrap_or_default(),
                    coded(&observation.found),
                    exchanges.numbers(&observation.exchanges),
                ),
            );
        }
        page.push_str("</ul>\n");
    }
    more(page, met.len());
}

/// A group of which not all are listed: what was found of the others.
fn counted(page: &mut String, group: &Counted) {
    put(
        page,
        format_args!(
            "<p class=\"asked\"><b>Expected</b> {}: met by {} in all, of which {} are not listed. They were found like this:</p>\n\
             <ul class=\"met\">\n",
            coded(&group.expected),
            group.members,
            group.unlisted(),
        ),
    );
    for found in &group.found {
        put(page, format_args!("<li><span>{}</span><span>{}</span></li>\n", coded(&found.text), found.members));
    }
    page.push_str("</ul>\n<p class=\"meta\">each with its exchanges: logproof show</p>\n");
}

fn steps(page: &mut String, scenario: &ScenarioResult) {
    if scenario.steps.is_empty() {
        return;
    }
    page.push_str("<ul class=\"steps\">\n");
    for step in &scenario.steps {
        let (keyword, text) = (escaped(step.keyword.trim()), coded(&step.text));
        let line = match step.state {
            StepState::Passed => format!("<li>✓ <b>{keyword}</b> {text}</li>\n"),
            StepState::Stopped => {
                format!(
                    "<li class=\"stopped\">✗ <b>{keyword}</b> {text} <span class=\"meta\">(stopped here)</span></li>\n"
                )
            }
            StepState::NotReached => {
                format!("<li class=\"meta\">– <b>{keyword}</b> {text} (not reached)</li>\n")
            }
        };
        page.push_str(&line);
    }
    page.push_str("</ul>\n");
}

fn more(page: &mut String, count: usize) {
    if count > SHOWN {
        put(page, format_args!("<p class=\"meta\">and {} more, all in assessment.json</p>\n", count - SHOWN));
    }
}
