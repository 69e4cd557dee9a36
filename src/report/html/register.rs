//! Waivers and attestations: beside the scenario they turn, and all of them in one section.

use logproof_estate::{
    assessment::{Assessment, ControlResult, ScenarioResult},
    register::{Attestation, RegisterFinding, Waiver},
};
use maud::{Markup, display, html};

use super::{evidence::link, table};

/// What turned the verdict of a scenario.
pub(super) fn in_scenario(scenario: &ScenarioResult) -> Markup {
    html! {
        @for waiver in &scenario.waivers {
            p.waiver {
                b { "Accepted until " (display(waiver.until)) }
                " by " (waiver.approved_by) " for " (waiver.owner) ", ticket " (waiver.ticket) ": " (waiver.reason)
            }
        }
        @if let Some(attestation) = &scenario.attestation {
            p.attestation {
                b { "Attested" }
                " by " (attestation.by) " on " (display(attestation.on)) ", valid until "
                (display(attestation.valid_until)) ": " (attestation.statement)
            }
        }
    }
}

/// The section: exceptions with owner and expiry, and what is wrong with the register.
pub(super) fn section(assessment: &Assessment) -> Markup {
    let scenarios: Vec<(&ControlResult, &ScenarioResult)> =
        assessment.controls.iter().flat_map(|control| control.scenarios.iter().map(move |s| (control, s))).collect();
    let mut waivers: Vec<(&ControlResult, &Waiver)> = Vec::new();
    for (control, waiver) in scenarios.iter().flat_map(|(control, s)| s.waivers.iter().map(move |w| (*control, w))) {
        if !waivers.iter().any(|(other, same)| other.id == control.id && *same == waiver) {
            waivers.push((control, waiver));
        }
    }
    let attestations: Vec<(&ControlResult, &Attestation)> =
        scenarios.iter().filter_map(|(control, scenario)| Some((*control, scenario.attestation.as_ref()?))).collect();
    html! {
        @for finding in &assessment.register { (problem(finding)) }
        @if waivers.is_empty() && attestations.is_empty() {
            p { "No waiver and no attestation turned a verdict of this run." }
        }
        @if !waivers.is_empty() {
            h3 { "Waivers: findings that are accepted for a time" }
            (table(
                "Waivers",
                &["Control", "Subjects", "Reason", "Ticket", "Owner", "Approved by", "From", "Until"],
                &html! { @for (control, one) in waivers { (waiver(control, one)) } },
            ))
        }
        @if !attestations.is_empty() {
            h3 { "Attestations: what a person states and no program can see" }
            (table(
                "Attestations",
                &["Control", "Statement", "By", "On", "Valid until", "Evidence (SHA-256)"],
                &html! { @for (control, one) in attestations { (attestation(control, one)) } },
            ))
        }
    }
}

fn waiver(control: &ControlResult, waiver: &Waiver) -> Markup {
    html! {
        tr {
            th scope="row" { (link(&control.id)) }
            td.arn { (waiver.subjects.join(", ")) }
            td { (waiver.reason) }
            td { (waiver.ticket) }
            td { (waiver.owner) }
            td { (waiver.approved_by) }
            td.date { (display(waiver.from)) }
            td.date { (display(waiver.until)) }
        }
    }
}

fn attestation(control: &ControlResult, attestation: &Attestation) -> Markup {
    html! {
        tr {
            th scope="row" { (link(&control.id)) }
            td { (attestation.statement) }
            td { (attestation.by) }
            td.date { (display(attestation.on)) }
            td.date { (display(attestation.valid_until)) }
            td { (attestation.evidence) " " code { (attestation.evidence_sha256) } }
        }
    }
}

fn problem(finding: &RegisterFinding) -> Markup {
    html! {
        div.finding.register {
            dl {
                dt { (finding.entry) " of " (finding.control) }
                dd { (finding.problem) }
                @if let Some(known) = &finding.accepted {
                    dt { "Known" }
                    dd { (known.sentence()) }
                }
                dt { "To fix" }
                dd { (finding.hint) }
            }
        }
    }
}
