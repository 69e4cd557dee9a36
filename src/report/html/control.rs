//! One control on the page: its text, its scenarios, what was found and the exchanges it is based on.

use logproof_estate::{
    ExchangeId, Unseen,
    assessment::{ControlResult, ScenarioResult, StepResult, StepState},
    cells::Counted,
    record::{AllowedActions, Observation, Population, Proposal, Verdict},
};
use maud::{Markup, Render, html};

use super::{Coded, badge, count, evidence::Exchanges, lines, register};
use crate::report::{
    identity::{PROVED, effects, frameworks, introduction, without_policy},
    owner::made_by_aws,
};

/// Observations shown per scenario; the assessment holds all of them.
const SHOWN: usize = 50;

/// What needs no question: it follows from the configuration and the register of the bundle.
const NOTHING_ASKED: &str = "configuration and register of this run, no exchange";

pub(super) fn article(control: &ControlResult, exchanges: &Exchanges<'_>) -> Markup {
    let id = &control.id;
    html! {
        article id=(id) aria-labelledby={ (id) "-title" } {
            header {
                h3 id={ (id) "-title" } { (id) " " (control.title) }
                (badge(control.verdict))
                span.meta {
                    "severity " (control.severity)
                    @if control.hardening { ", hardening beyond the requirements" }
                }
            }
            (text(control))
            @for one in &control.scenarios { (scenario(one, exchanges)) }
            p.meta { "Feature " (control.feature) ". " (frameworks(control)) }
        }
    }
}

/// The requirement in the open, and how to meet it when it is not met; the rest folded away.
fn text(control: &ControlResult) -> Markup {
    let open = |heading: &str| {
        heading == "Requirement"
            || (heading == "Remediation" && matches!(control.verdict, Verdict::Fail | Verdict::Error | Verdict::Waived))
    };
    let (shown, folded): (Vec<_>, Vec<_>) = control.text.iter().partition(|(heading, _)| open(heading));
    let headings: Vec<&str> = folded.iter().map(|(heading, _)| heading.as_str()).collect();
    html! {
        @if !shown.is_empty() { (sections(&shown)) }
        @if !folded.is_empty() {
            details {
                summary { (headings.join(", ")) }
                (sections(&folded))
            }
        }
    }
}

fn sections(sections: &[&(String, String)]) -> Markup {
    html! {
        dl.text {
            @for (heading, text) in sections {
                dt { (heading) }
                dd { @if heading == "References" { (links(text)) } @else { (prose(text)) } }
            }
        }
    }
}

/// Lines of a feature are as long as its file wants; paragraphs and list items stay.
fn prose(text: &str) -> Markup {
    let lines = || text.lines().map(str::trim);
    let before = std::iter::once(None).chain(lines().map(Some));
    html! {
        @for (before, line) in before.zip(lines()) {
            @if let Some(before) = before {
                @if before.is_empty() || line.is_empty() || line.starts_with(['-', '*']) { br; } @else { " " }
            }
            (Coded(line))
        }
    }
}

fn links(text: &str) -> Markup {
    lines(text.split_whitespace().map(|word| {
        html! {
            @if word.starts_with("https://") { a href=(word) { (word) } } @else { (word) }
        }
    }))
}

fn scenario(scenario: &ScenarioResult, exchanges: &Exchanges<'_>) -> Markup {
    let record = &scenario.record;
    let findings: Vec<&Observation> = record.findings().collect();
    // A waiver, the findings and the populations give the reason in full below.
    let given = record.populations.iter().any(|population| scenario.reason == examined(population));
    let alone = findings.is_empty() && record.unseen.is_empty() && scenario.attestation.is_none() && !given;
    html! {
        section class={ "scenario " (super::class(scenario.verdict)) } {
            h4 { (scenario.name) " " (badge(scenario.verdict)) }
            @if let Some(severity) = &scenario.severity { p.meta { "Severity: " (severity) } }
            @if let Some(rule) = &scenario.rule { p.meta { "Rule: " (Coded(rule)) } }
            @if alone { p.reason { (Coded(&scenario.reason)) } }
            (register::in_scenario(scenario))
            @for one in &record.populations { (population(one)) }
            @for one in record.unseen.iter().take(SHOWN) { (unseen(one, exchanges)) }
            (more(record.unseen.len()))
            @for one in findings.iter().take(SHOWN) { (finding(one, &record.basis, exchanges)) }
            (more(findings.len()))
            @for note in &record.notes { p.meta { "Note: " (Coded(note)) } }
            (folded(scenario, exchanges))
        }
    }
}

fn population(population: &Population) -> Markup {
    html! {
        p.population {
            b { (population.examined) " of " (population.expected) }
            " " (population.of) " examined, counted by " (population.source) "."
            @if !population.left_out.is_empty() { " Left out: " (population.left_out.join("; ")) "." }
        }
    }
}

fn examined(population: &Population) -> String {
    format!("{} of {} {} examined", population.examined, population.expected, population.of)
}

/// A finding as a card: what, expected, found, an example, what to change, the exchanges behind it.
fn finding(finding: &Observation, basis: &[ExchangeId], exchanges: &Exchanges<'_>) -> Markup {
    html! {
        div.finding {
            dl {
                dt { "Subject" }
                dd.arn {
                    (finding.subject.arn)
                    @if let Some(place) = &finding.place { br; "at " (place) }
                }
                (entry("Expected", Coded(&finding.expected)))
                (entry("Found", Coded(&finding.found)))
                @if let Some(allowed) = &finding.allowed { (self::allowed(allowed)) }
                @if let Some(witness) = &finding.witness {
                    dt { "For example" }
                    dd {
                        (Coded(&witness.sentence))
                        @if let Some(statement) = &witness.statement { br; "Allowed by " (Coded(statement)) "." }
                    }
                    @if let Some(change) = &witness.change { (entry("Smallest change", Coded(change))) }
                }
                @if let Some(hint) = &finding.hint { (entry("To fix", Coded(hint))) }
                @if let Some(owner) = made_by_aws(&finding.subject.arn) { (entry("Owner", owner)) }
                @if let Some(accepted) = &finding.accepted { (entry("Known", accepted.sentence())) }
                @if let Some(proposal) = &finding.proposal { (entry("Proposed policy", self::proposal(proposal))) }
                (entry("Evidence", evidence(&finding.exchanges, basis, exchanges)))
            }
        }
    }
}

/// A line of a card.
fn entry(name: &str, value: impl Render) -> Markup {
    html! { dt { (name) } dd { (value) } }
}

/// Everything that is allowed, by what it would do, and to whom.
fn allowed(allowed: &AllowedActions) -> Markup {
    let coded = |texts: &[String]| lines(texts.iter().map(|text| Coded(text)));
    html! {
        @if allowed.count() > 1 { (entry("Allowed", coded(&effects(allowed, usize::MAX)))) }
        (entry("To", coded(&allowed.callers)))
        @if !allowed.undecided.is_empty() { (entry("Open", coded(&allowed.undecided))) }
    }
}

/// The policies that would close it, to copy.
fn proposal(proposal: &Proposal) -> Markup {
    html! {
        @if let Some(instead) = without_policy(proposal) { (Coded(&instead)) }
        @if let Proposal::Policies(policies) = proposal {
            @for policy in policies {
                (Coded(&introduction(policy)))
                pre.policy { (policy.text) }
                @if let Some(whole) = &policy.whole {
                    details {
                        summary { "The whole policy with it" }
                        pre.policy { (whole) }
                    }
                }
            }
            (PROVED)
        }
    }
}

/// The exchanges behind a finding: its own, and those behind the whole scenario, each of them at hand.
fn evidence(own: &[ExchangeId], basis: &[ExchangeId], exchanges: &Exchanges<'_>) -> Markup {
    let all: Vec<ExchangeId> = own.iter().chain(basis).cloned().collect();
    html! { @if all.is_empty() { (NOTHING_ASKED) } @else { (exchanges.each(&all)) } }
}

fn unseen(unseen: &Unseen, exchanges: &Exchanges<'_>) -> Markup {
    html! {
        div.finding.unseen {
            dl {
                (entry("Not seen", Coded(&unseen.to_string())))
                (entry("To do", Coded(&unseen.hint)))
                dt { "Evidence" }
                dd {
                    @if unseen.exchanges.is_empty() { "no answer was recorded" } @else { (exchanges.each(&unseen.exchanges)) }
                }
            }
        }
    }
}

/// How it was examined: the steps, what was as expected, the exchanges behind all of it.
fn folded(scenario: &ScenarioResult, exchanges: &Exchanges<'_>) -> Markup {
    let record = &scenario.record;
    let met: Vec<&Observation> = record.observations.iter().filter(|observation| observation.met).collect();
    let unlisted: usize = record.counted.iter().map(Counted::unlisted).sum();
    html! {
        details {
            summary {
                "How it was examined: " (count(scenario.steps.len(), "step"))
                @if !met.is_empty() { ", " (met.len() + unlisted) " as expected" }
            }
            @if !scenario.steps.is_empty() {
                ul.steps { @for one in &scenario.steps { (step(one)) } }
            }
            (as_expected(&met, exchanges))
            @for group in &record.counted { (counted(group)) }
            @if !record.basis.is_empty() {
                p.basis { "All of it is based on " (exchanges.links(&record.basis)) " as well." }
            } @else if !met.is_empty() && record.exchanges().next().is_none() {
                p.basis { "All of it is based on " (NOTHING_ASKED) "." }
            }
        }
    }
}

/// What is as the control asks, under what it asks for: the subject, what was found, the exchanges.
fn as_expected(met: &[&Observation], exchanges: &Exchanges<'_>) -> Markup {
    let shown = met.get(..SHOWN).unwrap_or(met);
    html! {
        @for alike in shown.chunk_by(|one, other| one.expected == other.expected) {
            @if let Some(first) = alike.first() {
                p.asked { b { "Expected" } " " (Coded(&first.expected)) }
            }
            ul.met {
                @for observation in alike {
                    li {
                        code {
                            (observation.subject.arn)
                            @if let Some(place) = &observation.place { br; "at " (place) }
                        }
                        span { (Coded(&observation.found)) }
                        span { (exchanges.numbers(&observation.exchanges)) }
                    }
                }
            }
        }
        (more(met.len()))
    }
}

/// A group of which not all are listed: what was found of the others.
fn counted(group: &Counted) -> Markup {
    html! {
        p.asked {
            b { "Expected" }
            " " (Coded(&group.expected)) ": met by " (group.members) " in all, of which " (group.unlisted())
            " are not listed. They were found like this:"
        }
        ul.met {
            @for found in &group.found {
                li { span { (Coded(&found.text)) } span { (found.members) } }
            }
        }
        p.meta { "each with its exchanges: logproof show" }
    }
}

fn step(step: &StepResult) -> Markup {
    let line = html! { b { (step.keyword.trim()) } " " (Coded(&step.text)) };
    html! {
        @match step.state {
            StepState::Passed => li { "✓ " (line) },
            StepState::Stopped => li.stopped { "✗ " (line) " " span.meta { "(stopped here)" } },
            StepState::NotReached => li.meta { "– " (line) " (not reached)" },
        }
    }
}

fn more(count: usize) -> Markup {
    html! {
        @if count > SHOWN { p.meta { "and " (count - SHOWN) " more, all in assessment.json" } }
    }
}
