//! The page: head, run facts, summary, table of controls, frameworks.

use std::collections::BTreeMap;

use logproof_estate::{
    assessment::{Assessment, ControlResult},
    record::Verdict,
};

use super::{badge, class, control, escaped, put, topology};
use crate::report::identity::title;

/// Verdicts in the order a reader wants them.
const ORDER: [Verdict; 6] =
    [Verdict::Fail, Verdict::Error, Verdict::Waived, Verdict::Manual, Verdict::Pass, Verdict::NotApplicable];

pub(super) fn page(assessment: &Assessment) -> String {
    let title = escaped(&title(assessment));
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"generator\" content=\"{} {}\">\n<title>{title}</title>\n<style>\n{}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#controls\">Skip to the controls</a>\n<header>\n<h1>{title}</h1>\n",
        escaped(&assessment.tool.name),
        escaped(&assessment.tool.version),
        include_str!("style.css"),
    );
    head(&mut page, assessment);
    page.push_str("</header>\n<main>\n");
    summary(&mut page, assessment);
    page.push_str(&topology::section(assessment));
    table(&mut page, assessment);
    frameworks(&mut page, assessment);
    page.push_str("<section aria-labelledby=\"controls\"><h2 id=\"controls\">The controls</h2>\n");
    for result in &assessment.controls {
        control::article(&mut page, result);
    }
    page.push_str("</section>\n</main>\n</body>\n</html>\n");
    page
}

fn head(page: &mut String, assessment: &Assessment) {
    let run = &assessment.run;
    if let Some(caution) = run.target.caution() {
        put(page, format_args!("<p class=\"caution\" role=\"note\">{}</p>\n", escaped(&caution)));
    }
    if let Some(why) = &run.incomplete {
        put(page, format_args!("<p class=\"caution\" role=\"alert\">Incomplete run: {}</p>\n", escaped(why)));
    }
    let unknown = || "could not be determined".to_owned();
    let caller = run.caller.as_ref().map_or_else(unknown, |caller| caller.arn.clone());
    let accounts = run.accounts.as_ref().map_or_else(unknown, |accounts| format!("{} active", accounts.len()));
    let regions: Vec<&str> = run.regions.iter().map(logproof_estate::Region::as_str).collect();
    let calls: u64 = run.calls.values().sum();
    page.push_str("<dl class=\"facts\">\n");
    for (name, value) in [
        ("Run", run.id.clone()),
        ("Started, ended (UTC)", format!("{} to {}", run.started, run.ended)),
        ("As of", run.as_of.to_string()),
        ("Asked by", caller),
        ("Accounts", accounts),
        ("Governed Regions", regions.join(", ")),
        ("API calls", format!("{calls}, for {} distinct questions", run.questions)),
        ("Tool", format!("{} {}", assessment.tool.name, assessment.tool.version)),
    ] {
        put(page, format_args!("<dt>{name}</dt><dd>{}</dd>\n", escaped(&value)));
    }
    page.push_str("</dl>\n");
}

fn summary(page: &mut String, assessment: &Assessment) {
    page.push_str("<section aria-labelledby=\"summary\"><h2 id=\"summary\">Summary</h2>\n<ul class=\"tiles\">\n");
    for verdict in ORDER {
        let count = assessment.controls_with(verdict);
        if count > 0 {
            put(page, format_args!("<li class=\"{}\"><b>{count}</b>{}</li>\n", class(verdict), verdict.word()));
        }
    }
    page.push_str("</ul>\n");
    let open: Vec<&ControlResult> =
        assessment.controls.iter().filter(|c| !matches!(c.verdict, Verdict::Pass | Verdict::NotApplicable)).collect();
    if open.is_empty() {
        page.push_str("<p>Every control that applies is met.</p>\n");
    } else {
        page.push_str("<p>To act on:</p>\n<ul>\n");
        for control in open {
            let reason = control
                .scenarios
                .iter()
                .find(|scenario| scenario.verdict == control.verdict)
                .map_or("", |scenario| scenario.reason.as_str());
            put(
                page,
                format_args!(
                    "<li>{} <a href=\"#{id}\">{id} {}</a>: {}</li>\n",
                    badge(control.verdict),
                    escaped(&control.title),
                    escaped(reason),
                    id = escaped(&control.id),
                ),
            );
        }
        page.push_str("</ul>\n");
    }
    page.push_str("</section>\n");
}

fn table(page: &mut String, assessment: &Assessment) {
    page.push_str(
        "<section aria-labelledby=\"overview\"><h2 id=\"overview\">All controls</h2>\n<div class=\"scroll\"><table>\n\
         <thead><tr><th scope=\"col\">Control</th><th scope=\"col\">Requirement</th><th scope=\"col\">Severity</th>\
         <th scope=\"col\">Verdict</th><th scope=\"col\">Examined</th></tr></thead>\n<tbody>\n",
    );
    for control in &assessment.controls {
        let examined: Vec<String> = control
            .scenarios
            .iter()
            .flat_map(|scenario| &scenario.record.populations)
            .map(|population| format!("{} of {} {}", population.examined, population.expected, population.of))
            .collect();
        let observed: usize = control.scenarios.iter().map(|scenario| scenario.record.observations.len()).sum();
        let examined = if examined.is_empty() { format!("{observed} observations") } else { examined.join("; ") };
        put(
            page,
            format_args!(
                "<tr><th scope=\"row\"><a href=\"#{id}\">{id}</a></th><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                escaped(&control.title),
                escaped(&control.severity),
                badge(control.verdict),
                escaped(&examined),
                id = escaped(&control.id),
            ),
        );
    }
    page.push_str("</tbody></table></div></section>\n");
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
    page.push_str(
        "<p class=\"meta\">A control supports a requirement; no requirement is met by these controls alone.</p>\n",
    );
    for (framework, ids) in by_framework {
        put(
            page,
            format_args!(
                "<h4>{}</h4>\n<div class=\"scroll\"><table><thead><tr><th scope=\"col\">Requirement</th>\
                 <th scope=\"col\">Controls</th></tr></thead><tbody>\n",
                escaped(framework)
            ),
        );
        for (id, controls) in ids {
            let cells: Vec<String> = controls
                .iter()
                .map(|c| format!("<a href=\"#{0}\">{0}</a> {1}", escaped(&c.id), badge(c.verdict)))
                .collect();
            put(page, format_args!("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", escaped(id), cells.join(" ")));
        }
        page.push_str("</tbody></table></div>\n");
    }
    page.push_str("</section>\n");
}
