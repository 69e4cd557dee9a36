//! The page: head, summary, table of controls, frameworks, facts of the run.

use std::collections::{BTreeMap, BTreeSet};

use logproof_estate::{
    assessment::{Assessment, ControlResult},
    record::Verdict,
};

use super::{
    badge, changes, class, coded, control, count, end_table, escaped,
    evidence::{Exchanges, link},
    put, register, table, topology,
};
use crate::report::{
    first::groups,
    identity::{not_applicable, title},
};

/// Verdicts in the order a reader wants them.
const ORDER: [Verdict; 6] =
    [Verdict::Fail, Verdict::Error, Verdict::Waived, Verdict::Manual, Verdict::Pass, Verdict::NotApplicable];

/// The sections, by anchor and heading.
const CONTENTS: [(&str, &str); 8] = [
    ("summary", "Summary"),
    ("topology", "The log store"),
    ("overview", "All controls"),
    ("register", "Waivers and attestations"),
    ("frameworks", "By framework"),
    ("controls", "The controls"),
    ("exchanges", "Exchanges"),
    ("run", "The run"),
];

pub(super) fn page(assessment: &Assessment) -> String {
    let generator = assessment.tool.to_string();
    let mut page = String::new();
    super::open(&mut page, &title(assessment), &generator);
    page.push_str("<a class=\"skip\" href=\"#controls\">Skip to the controls</a>\n");
    head(&mut page, assessment);
    let exchanges = Exchanges::of(assessment);
    let mut body = String::new();
    summary(&mut body, assessment);
    topology::section(&mut body, assessment);
    overview(&mut body, assessment);
    register::section(&mut body, assessment);
    frameworks(&mut body, assessment);
    body.push_str("<section aria-labelledby=\"controls\"><h2 id=\"controls\">The controls</h2>\n");
    for result in &assessment.controls {
        control::article(&mut body, result, &exchanges);
    }
    body.push_str("</section>\n");
    exchanges.section(&mut body);
    run(&mut body, assessment);
    contents(&mut page, &body);
    put(&mut page, format_args!("<main>\n{body}</main>\n</body>\n</html>\n"));
    page
}

fn head(page: &mut String, assessment: &Assessment) {
    let organization = assessment.run.organization.as_deref().unwrap_or("an unknown organization");
    put(page, format_args!("<header>\n<h1>Log store of {}</h1>\n", escaped(organization)));
    if let Some(caution) = assessment.run.target.caution() {
        put(page, format_args!("<p class=\"caution\">{}</p>\n", escaped(&caution)));
    }
    if let Some(why) = &assessment.run.incomplete {
        put(page, format_args!("<p class=\"caution\">Incomplete run: {}</p>\n", escaped(why)));
    }
    put(
        page,
        format_args!(
            "<p class=\"meta\">As of {}, run {}</p>\n</header>\n",
            assessment.run.as_of,
            escaped(&assessment.run.id)
        ),
    );
}

fn contents(page: &mut String, body: &str) {
    page.push_str("<nav aria-label=\"Contents\"><ul>\n");
    for (anchor, heading) in CONTENTS.iter().filter(|(anchor, _)| body.contains(&format!("<h2 id=\"{anchor}\""))) {
        put(page, format_args!("<li><a href=\"#{anchor}\">{heading}</a></li>\n"));
    }
    page.push_str("</ul></nav>\n");
}

fn summary(page: &mut String, assessment: &Assessment) {
    page.push_str("<section aria-labelledby=\"summary\"><h2 id=\"summary\">Summary</h2>\n");
    put(page, format_args!("<p class=\"lead\">{}</p>\n<ul class=\"tiles\">\n", escaped(&sentence(assessment))));
    for verdict in ORDER {
        let number = assessment.controls_with(verdict);
        if number > 0 {
            put(
                page,
                format_args!(
                    "<li class=\"{}\"><b>{number}</b> <span class=\"word\">{}</span> <span class=\"meta\">{}</span></li>\n",
                    class(verdict),
                    verdict.word(),
                    meaning(verdict)
                ),
            );
        }
    }
    page.push_str("</ul>\n");
    if let Some(baseline) = &assessment.baseline {
        put(page, format_args!("<p>{}</p>\n", coded(&baseline.sentence())));
    }
    changes::section(page, &groups(assessment));
    to_act_on(page, assessment);
    page.push_str("</section>\n");
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
        put(&mut text, format_args!(" Entries of the register that do not hold: {}.", assessment.register.len()));
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

fn to_act_on(page: &mut String, assessment: &Assessment) {
    let mut open: Vec<&ControlResult> =
        assessment.controls.iter().filter(|c| !matches!(c.verdict, Verdict::Pass | Verdict::NotApplicable)).collect();
    open.sort_by_key(|control| ORDER.iter().position(|verdict| *verdict == control.verdict));
    if open.is_empty() && assessment.register.is_empty() {
        return;
    }
    page.push_str("<h3>To act on</h3>\n<ul class=\"open\">\n");
    for control in open {
        let scenario = control.scenarios.iter().find(|scenario| scenario.verdict == control.verdict);
        put(
            page,
            format_args!(
                "<li>{} <a href=\"#{id}\">{id} {}</a><br/>{}</li>\n",
                badge(control.verdict),
                escaped(&control.title),
                coded(scenario.map_or("", |scenario| scenario.reason.as_str())),
                id = escaped(&control.id),
            ),
        );
    }
    for finding in &assessment.register {
        put(
            page,
            format_args!(
                "<li>{} <a href=\"#register\">The {} of {}</a><br/>{}</li>\n",
                badge(Verdict::Fail),
                escaped(&finding.entry),
                escaped(&finding.control),
                escaped(&finding.problem),
            ),
        );
    }
    page.push_str("</ul>\n");
}

fn overview(page: &mut String, assessment: &Assessment) {
    page.push_str("<section aria-labelledby=\"overview\"><h2 id=\"overview\">All controls</h2>\n");
    table(page, "Every control with its verdict", &["Control", "Requirement", "Severity", "Verdict", "Examined"]);
    for control in &assessment.controls {
        put(
            page,
            format_args!(
                "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                link(&control.id),
                escaped(&control.title),
                escaped(&control.severity),
                badge(control.verdict),
                escaped(
                    &[Some(examined(control)), not_applicable(control)]
                        .into_iter()
                        .flatten()
                        .collect::<Vec<_>>()
                        .join("; ")
                ),
            ),
        );
    }
    end_table(page);
    page.push_str("</section>\n");
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

fn frameworks(page: &mut String, assessment: &Assessment) {
    let mut by_framework: BTreeMap<&str, BTreeMap<&str, Vec<&ControlResult>>> = BTreeMap::new();
    for control in &assessment.controls {
        for reference in &control.frameworks {
            let (framework, id) = reference.split_once(':').unwrap_or((reference, ""));
            by_framework.entry(framework).or_default().entry(id).or_default().push(control);
        }
    }
    if by_framework.is_empty() {
        return;
    }
    page.push_str("<section aria-labelledby=\"frameworks\"><h2 id=\"frameworks\">By framework</h2>\n");
    page.push_str("<p>A control supports a requirement; no requirement is met by these controls alone.</p>\n");
    for (framework, ids) in by_framework {
        put(page, format_args!("<h3>{}</h3>\n", escaped(framework)));
        table(page, &format!("Framework {framework}"), &["Requirement", "Controls"]);
        for (ids, controls) in alike(ids) {
            put(page, format_args!("<tr><th scope=\"row\">{}</th><td>", escaped(&ids.join(", "))));
            // What needs attention first, each verdict once.
            for verdict in ORDER {
                let with: Vec<String> = controls.iter().filter(|c| c.verdict == verdict).map(|c| link(&c.id)).collect();
                if !with.is_empty() {
                    put(page, format_args!("<span class=\"pair\">{} {}</span>", badge(verdict), with.join(" ")));
                }
            }
            page.push_str("</td></tr>\n");
        }
        end_table(page);
    }
    page.push_str("</section>\n");
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

fn run(page: &mut String, assessment: &Assessment) {
    let run = &assessment.run;
    let unknown = || "could not be determined".to_owned();
    let caller = run.caller.as_ref().map_or_else(unknown, |caller| caller.arn.clone());
    let accounts = run.accounts.as_ref().map_or_else(unknown, |accounts| format!("{} active", accounts.len()));
    let regions: Vec<&str> = run.regions.iter().map(logproof_estate::Region::as_str).collect();
    let selection: Vec<String> = run.selection.iter().map(|(name, value)| format!("{name} {value}")).collect();
    let calls: u64 = run.calls.values().sum();
    page.push_str("<section aria-labelledby=\"run\"><h2 id=\"run\">The run</h2>\n<dl class=\"facts\">\n");
    for (name, value) in [
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
        put(page, format_args!("<dt>{name}</dt><dd>{}</dd>\n", escaped(&value)));
    }
    page.push_str(
        "</dl>\n<p>This page is one of the files of a bundle. <code>logproof verify</code> tells whether any of them was \
         changed, <code>logproof replay</code> judges the recorded exchanges again.</p>\n</section>\n",
    );
}
