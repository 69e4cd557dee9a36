//! The page: head, summary, table of controls, frameworks, facts of the run.

use std::collections::{BTreeMap, BTreeSet};

use logproof_estate::{
    assessment::{Assessment, ControlResult},
    record::Verdict,
};
use maud::{Markup, display, html};

use super::{
    Coded, badge, changes, class, control, count,
    evidence::{Exchanges, link},
    joined, register, table, tile, topology,
};
use crate::report::{
    first::groups,
    identity::{not_applicable, title},
};

/// Verdicts in the order a reader wants them.
const ORDER: [Verdict; 6] =
    [Verdict::Fail, Verdict::Error, Verdict::Waived, Verdict::Manual, Verdict::Pass, Verdict::NotApplicable];

/// A section: anchor, heading and what is in it. One with nothing in it is left out, here and in the contents.
type Section = (&'static str, &'static str, Markup);

pub(super) fn page(assessment: &Assessment) -> Markup {
    let exchanges = Exchanges::of(assessment);
    let controls = html! { @for result in &assessment.controls { (control::article(result, &exchanges)) } };
    let mut sections: Vec<Section> = vec![
        ("summary", "Summary", summary(assessment)),
        ("topology", "The log store", topology::section(assessment)),
        ("overview", "All controls", overview(assessment)),
        ("register", "Waivers and attestations", register::section(assessment)),
        ("frameworks", "By framework", frameworks(assessment)),
        ("controls", "The controls", controls),
        ("exchanges", "Exchanges", exchanges.section()),
        ("run", "The run", run(assessment)),
    ];
    sections.retain(|(anchor, _, content)| *anchor == "controls" || !content.0.is_empty());
    super::document(
        &title(assessment),
        &assessment.tool.to_string(),
        &html! {
            a.skip href="#controls" { "Skip to the controls" }
            (head(assessment))
            (super::sections(&sections))
        },
    )
}

fn head(assessment: &Assessment) -> Markup {
    let run = &assessment.run;
    html! {
        header {
            h1 { "Log store of " (run.organization.as_deref().unwrap_or("an unknown organization")) }
            @if let Some(caution) = run.target.caution() { p.caution { (caution) } }
            @if let Some(why) = &run.incomplete { p.caution { "Incomplete run: " (why) } }
            p.meta { "As of " (display(run.as_of)) ", run " (run.id) }
        }
    }
}

fn summary(assessment: &Assessment) -> Markup {
    html! {
        p.lead { (sentence(assessment)) }
        ul.tiles {
            @for verdict in ORDER {
                @let number = assessment.controls_with(verdict);
                @if number > 0 { (tile(class(verdict), number, verdict.word(), meaning(verdict))) }
            }
        }
        @if let Some(baseline) = &assessment.baseline { p { (Coded(&baseline.sentence())) } }
        (changes::section(&groups(assessment)))
        (to_act_on(assessment))
    }
}

/// What the run says, in a few words.
fn sentence(assessment: &Assessment) -> String {
    let of = |verdict| assessment.controls_with(verdict);
    let applicable = assessment.controls.len().saturating_sub(of(Verdict::NotApplicable));
    if assessment.controls.is_empty() {
        return "No control was assessed.".to_owned();
    }
    let mut text = match (of(Verdict::Fail), of(Verdict::Error)) {
        (0, 0) => format!("Nothing fails: {} of {applicable} controls that apply are met.", of(Verdict::Pass)),
        (fail, 0) => format!("Not met: {fail} of {applicable} controls that apply."),
        (0, error) => format!("Could not be assessed: {error} of {applicable} controls that apply."),
        (fail, error) => {
            format!("Not met: {fail} of {applicable} controls that apply. Could not be assessed: {error}.")
        }
    };
    if !assessment.register.is_empty() {
        text.push_str(&format!(" Entries of the register that do not hold: {}.", assessment.register.len()));
    }
    text
}

/// What a verdict means, for whoever reads the first page only.
fn meaning(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Fail => "not met",
        Verdict::Error => "could not be assessed",
        Verdict::Waived => "not met, accepted for a time",
        Verdict::Manual => "needs an attestation",
        Verdict::Pass => "met",
        Verdict::NotApplicable => "nothing it applies to exists",
    }
}

fn to_act_on(assessment: &Assessment) -> Markup {
    let mut open: Vec<&ControlResult> =
        assessment.controls.iter().filter(|c| !matches!(c.verdict, Verdict::Pass | Verdict::NotApplicable)).collect();
    open.sort_by_key(|control| ORDER.iter().position(|verdict| *verdict == control.verdict));
    html! {
        @if !open.is_empty() || !assessment.register.is_empty() {
            h3 { "To act on" }
            ul.open {
                @for control in open {
                    @let scenario = control.scenarios.iter().find(|scenario| scenario.verdict == control.verdict);
                    li {
                        (badge(control.verdict)) " "
                        a href={ "#" (control.id) } { (control.id) " " (control.title) }
                        br;
                        (Coded(scenario.map_or("", |scenario| scenario.reason.as_str())))
                    }
                }
                @for finding in &assessment.register {
                    li {
                        (badge(if finding.accepted.is_some() { Verdict::Waived } else { Verdict::Fail })) " "
                        a href="#register" { "The " (finding.entry) " of " (finding.control) }
                        br;
                        (finding.problem)
                    }
                }
            }
        }
    }
}

fn overview(assessment: &Assessment) -> Markup {
    let columns = ["Control", "Requirement", "Severity", "Verdict", "Examined"];
    table(
        "Every control with its verdict",
        &columns,
        &html! {
            @for control in &assessment.controls {
                tr {
                    th scope="row" { (link(&control.id)) }
                    td { (control.title) }
                    td { (control.severity) }
                    td { (badge(control.verdict)) }
                    td { (joined(std::iter::once(examined(control)).chain(not_applicable(control)), "; ")) }
                }
            }
        },
    )
}

/// How much was looked at: the populations, or else the subjects.
fn examined(control: &ControlResult) -> String {
    let mut populations: Vec<String> = Vec::new();
    let mut subjects: BTreeSet<&str> = BTreeSet::new();
    for record in control.scenarios.iter().map(|scenario| &scenario.record) {
        for population in &record.populations {
            let text = format!("{} of {} {}", population.examined, population.expected, population.of);
            if !populations.contains(&text) {
                populations.push(text);
            }
        }
        subjects.extend(record.observations.iter().map(|observation| observation.subject.arn.as_str()));
    }
    let groups = control.scenarios.iter().flat_map(|scenario| &scenario.record.counted);
    let unlisted: usize = groups.map(logproof_estate::cells::Counted::unlisted).sum();
    match (populations.is_empty(), subjects.len()) {
        (false, _) => populations.join("; "),
        (true, 0) => "nothing".to_owned(),
        (true, number) => count(number + unlisted, "subject"),
    }
}

fn frameworks(assessment: &Assessment) -> Markup {
    let mut by_framework: BTreeMap<&str, BTreeMap<&str, Vec<&ControlResult>>> = BTreeMap::new();
    for control in &assessment.controls {
        for reference in &control.frameworks {
            let (framework, id) = reference.split_once(':').unwrap_or((reference, ""));
            by_framework.entry(framework).or_default().entry(id).or_default().push(control);
        }
    }
    html! {
        @if !by_framework.is_empty() {
            p { "A control supports a requirement; no requirement is met by these controls alone." }
            @for (framework, ids) in by_framework {
                h3 { (framework) }
                (table(&format!("Framework {framework}"), &["Requirement", "Controls"], &html! {
                    @for (ids, controls) in alike(ids) {
                        tr {
                            th scope="row" { (ids.join(", ")) }
                            td { (by_verdict(&controls)) }
                        }
                    }
                }))
            }
        }
    }
}

/// What needs attention first, each verdict once.
fn by_verdict(controls: &[&ControlResult]) -> Markup {
    html! {
        @for verdict in ORDER {
            @let with: Vec<Markup> = controls.iter().filter(|c| c.verdict == verdict).map(|c| link(&c.id)).collect();
            @if !with.is_empty() {
                span.pair { (badge(verdict)) " " (joined(with, " ")) }
            }
        }
    }
}

/// Requirements that the same controls support, together: where the first of them stands.
fn alike<'a>(ids: BTreeMap<&'a str, Vec<&'a ControlResult>>) -> Vec<(Vec<&'a str>, Vec<&'a ControlResult>)> {
    let mut found: Vec<(Vec<&str>, Vec<&ControlResult>)> = Vec::new();
    for (id, controls) in ids {
        let same = |known: &&mut (Vec<&str>, Vec<&ControlResult>)| {
            known.1.iter().map(|control| &control.id).eq(controls.iter().map(|control| &control.id))
        };
        match found.iter_mut().find(same) {
            Some((others, _)) => others.push(id),
            None => found.push((vec![id], controls)),
        }
    }
    found
}

fn run(assessment: &Assessment) -> Markup {
    let run = &assessment.run;
    let unknown = || "could not be determined".to_owned();
    let caller = run.caller.as_ref().map_or_else(unknown, |caller| caller.arn.clone());
    let accounts = run.accounts.as_ref().map_or_else(unknown, |accounts| format!("{} active", accounts.len()));
    let regions: Vec<&str> = run.regions.iter().map(logproof_estate::Region::as_str).collect();
    let selection: Vec<String> = run.selection.iter().map(|(name, value)| format!("{name} {value}")).collect();
    let calls: u64 = run.calls.values().sum();
    html! {
        dl.facts {
            @for (name, value) in [
                ("Run", run.id.clone()),
                ("Started, ended (UTC)", format!("{} to {}", run.started, run.ended)),
                ("As of", run.as_of.to_string()),
                ("Asked by", caller),
                ("Accounts", accounts),
                ("Governed Regions", regions.join(", ")),
                ("Selection", if selection.is_empty() { "every control".to_owned() } else { selection.join(", ") }),
                ("API calls", format!("{calls}, for {} distinct questions", run.questions)),
                ("Tool", assessment.tool.to_string()),
            ] {
                dt { (name) }
                dd { (value) }
            }
        }
        p {
            "This page is one of the files of a bundle. " code { "logproof verify" } " checks that none of them was changed, "
            code { "logproof replay" } " repeats the assessment from the recorded exchanges."
        }
    }
}
