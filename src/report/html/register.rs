//! Waivers and attestations: beside the scenario they turn, and all of them in one section.

use logproof_estate::{
    assessment::{Assessment, ControlResult, ScenarioResult},
    register::{Attestation, Waiver},
};

use super::{end_table, escaped, evidence::link, put, table};

/// What turned the verdict of a scenario.
pub(super) fn in_scenario(page: &mut String, scenario: &ScenarioResult) {
    for waiver in &scenario.waivers {
        put(
            page,
            format_args!(
                "<p class=\"waiver\"><b>Accepted until {}</b> by {} for {}, ticket {}: {}</p>\n",
                waiver.until,
                escaped(&waiver.approved_by),
                escaped(&waiver.owner),
                escaped(&waiver.ticket),
                escaped(&waiver.reason)
            ),
        );
    }
    if let Some(attestation) = &scenario.attestation {
        put(
            page,
            format_args!(
                "<p class=\"attestation\"><b>Attested</b> by {} on {}, valid until {}: {}</p>\n",
                escaped(&attestation.by),
                attestation.on,
                attestation.valid_until,
                escaped(&attestation.statement)
            ),
        );
    }
}

/// The section: exceptions with owner and expiry, and what is wrong with the register.
pub(super) fn section(page: &mut String, assessment: &Assessment) {
    page.push_str("<section aria-labelledby=\"register\"><h2 id=\"register\">Waivers and attestations</h2>\n");
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
    problems(page, assessment);
    if waivers.is_empty() && attestations.is_empty() {
        page.push_str("<p>No waiver and no attestation turned a verdict of this run.</p>\n");
    }
    if !waivers.is_empty() {
        page.push_str("<h3>Waivers: findings that are accepted for a time</h3>\n");
        table(page, "Waivers", &["Control", "Subjects", "Reason", "Ticket", "Owner", "Approved by", "From", "Until"]);
        for (control, waiver) in waivers {
            self::waiver(page, control, waiver);
        }
        end_table(page);
    }
    if !attestations.is_empty() {
        page.push_str("<h3>Attestations: what a person states and no program can see</h3>\n");
        table(page, "Attestations", &["Control", "Statement", "By", "On", "Valid until", "Evidence (SHA-256)"]);
        for (control, attestation) in attestations {
            self::attestation(page, control, attestation);
        }
        end_table(page);
    }
    page.push_str("</section>\n");
}

fn waiver(page: &mut String, control: &ControlResult, waiver: &Waiver) {
    put(
        page,
        format_args!(
            "<tr><th scope=\"row\">{}</th><td class=\"arn\">{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>\
             <td class=\"date\">{}</td><td class=\"date\">{}</td></tr>\n",
            link(&control.id),
            escaped(&waiver.subjects.join(", ")),
            escaped(&waiver.reason),
            escaped(&waiver.ticket),
            escaped(&waiver.owner),
            escaped(&waiver.approved_by),
            waiver.from,
            waiver.until,
        ),
    );
}

fn attestation(page: &mut String, control: &ControlResult, attestation: &Attestation) {
    put(
        page,
        format_args!(
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td class=\"date\">{}</td><td class=\"date\">{}</td>\
             <td>{} <code>{}</code></td></tr>\n",
            link(&control.id),
            escaped(&attestation.statement),
            escaped(&attestation.by),
            attestation.on,
            attestation.valid_until,
            escaped(&attestation.evidence),
            escaped(&attestation.evidence_sha256),
        ),
    );
}

fn problems(page: &mut String, assessment: &Assessment) {
    for finding in &assessment.register {
        let known = finding.accepted.as_ref();
        let known =
            known.map(|known| format!("<dt>Known</dt><dd>{}</dd>\n", escaped(&known.sentence()))).unwrap_or_default();
        put(
            page,
            format_args!(
                "<div class=\"finding register\"><dl>\n<dt>{} of {}</dt><dd>{}</dd>\n{known}<dt>To fix</dt><dd>{}</dd>\n</dl></div>\n",
                escaped(&finding.entry),
                escaped(&finding.control),
                escaped(&finding.problem),
                escaped(&finding.hint)
            ),
        );
    }
}
