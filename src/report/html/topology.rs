//! The log store as a picture: what delivers into it, what protects it, who reads it, with the names the run saw and
//! the verdict of the controls on each part.

use std::collections::BTreeSet;

use logproof_estate::{
    assessment::{Assessment, ControlResult},
    record::{Observation, Verdict},
};
use maud::{Markup, html};

use super::{
    count,
    graph::{Arrow, Node, SIZE, sign},
    table,
};

/// A part: place on the grid, title, prefixes of the ids of the controls about it, what is known of it.
type Part = (u16, u16, &'static str, &'static [&'static str], fn(&Assessment) -> Vec<String>);

const PARTS: [Part; 9] = [
    (0, 0, "Accounts and Regions", &["LS-1."], accounts),
    (0, 1, "Organization trail", &["LS-4."], trail),
    (0, 2, "AWS Config", &["LS-5."], recorders),
    (1, 0, "Organization policies", &["LS-6."], policies),
    (1, 1, "Log bucket", &["LS-3."], bucket),
    (1, 2, "Log key", &["LS-2."], key),
    (2, 0, "Alerts and access logs", &["LS-7."], alerts),
    (2, 1, "Readers", &["LS-8."], readers),
    (2, 2, "Retention and intake", &["LS-9.", "LS-10."], retention),
];

/// Arrows: from, to, label, the control about it.
const ARROWS: [(usize, usize, &str, &str); 8] = [
    (0, 1, "record into", "LS-4.1"),
    (1, 4, "delivers to", "LS-4.3"),
    (2, 4, "delivers to", "LS-5.2"),
    (3, 4, "protect", "LS-6.1"),
    (5, 4, "encrypts", "LS-2.2"),
    (4, 6, "is watched by", "LS-7.2"),
    (4, 7, "is read by", "LS-8.2"),
    (4, 8, "is kept by", "LS-6.4"),
];

/// The section: the picture, and the same in words.
pub(super) fn section(assessment: &Assessment) -> Markup {
    let nodes: Vec<Node> = PARTS.iter().map(|part| node(part, assessment)).collect();
    let arrows = ARROWS.map(|(from, to, label, control)| {
        let control = assessment.controls.iter().find(|one| one.id == control).map(|one| (one.id.clone(), one.verdict));
        Arrow { from, to, label, control }
    });
    html! {
        div.scroll role="region" tabindex="0" aria-label="Picture of the log store" { (picture(&nodes, &arrows)) }
        details id="picture-words" {
            summary { "The same in words" }
            (table("The log store in words", &["Part", "Controls", "Seen"], &html! {
                @for node in &nodes {
                    tr {
                        th scope="row" { (node.title) }
                        td { (sign(node.verdict)) " " (node.status) }
                        td { (node.lines.join("; ")) }
                    }
                }
            }))
        }
    }
}

fn picture(nodes: &[Node], arrows: &[Arrow]) -> Markup {
    let (width, height) = SIZE;
    html! {
        svg viewBox={ "0 0 " (width) " " (height) } role="img"
            aria-labelledby="picture-title" aria-describedby="picture-words" {
            title id="picture-title" {
                "Parts of the log store, as this run saw them, and the verdict of the controls on each"
            }
            defs {
                marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto" {
                    path d="M0 0 10 5 0 10z" {}
                }
            }
            @for arrow in arrows { (arrow.draw(nodes)) }
            @for node in nodes { (node.draw()) }
        }
    }
}

fn node((column, row, title, ids, facts): &Part, assessment: &Assessment) -> Node {
    let verdicts: Vec<Verdict> = speaking_of(assessment, ids).map(|control| control.verdict).collect();
    let number = |wanted: Verdict| verdicts.iter().filter(|verdict| **verdict == wanted).count();
    let applicable = verdicts.len() - number(Verdict::NotApplicable);
    let verdict = Verdict::worst(verdicts.iter().copied());
    let status = match verdict {
        None => "no control selected".to_owned(),
        Some(Verdict::NotApplicable) => Verdict::NotApplicable.word().to_owned(),
        Some(verdict) => {
            format!("{}: {} of {} met", verdict.word(), number(Verdict::Pass), count(applicable, "control"))
        }
    };
    let lines = facts(assessment).into_iter().map(|line| line.replace('`', "")).collect();
    Node { column: *column, row: *row, title, lines, verdict, status }
}

fn speaking_of<'a>(assessment: &'a Assessment, ids: &'a [&str]) -> impl Iterator<Item = &'a ControlResult> {
    assessment.controls.iter().filter(move |control| ids.iter().any(|start| control.id.starts_with(start)))
}

fn observations<'a>(assessment: &'a Assessment, ids: &'a [&str]) -> impl Iterator<Item = &'a Observation> {
    speaking_of(assessment, ids)
        .flat_map(|control| &control.scenarios)
        .flat_map(|scenario| &scenario.record.observations)
}

/// ARNs of subjects with this in them, each once, in the order in which they were examined.
fn subjects<'a>(assessment: &'a Assessment, ids: &'a [&str], like: &str) -> Vec<&'a str> {
    let mut seen = BTreeSet::new();
    observations(assessment, ids)
        .map(|observation| observation.subject.arn.as_str())
        .filter(|arn| arn.contains(like) && !arn.ends_with('*') && seen.insert(*arn))
        .collect()
}

/// Part of an ARN by number: 3 is the Region, 4 the account.
fn part(arn: &str, index: usize) -> &str {
    arn.splitn(6, ':').nth(index).unwrap_or_default()
}

/// The name at the end of an ARN, in its account and Region.
fn named(arn: &str) -> String {
    let name = part(arn, 5).split_once('/').map_or(part(arn, 5), |(_, name)| name);
    let place: Vec<&str> = [part(arn, 4), part(arn, 3)].into_iter().filter(|text| !text.is_empty()).collect();
    if place.is_empty() { name.to_owned() } else { format!("{name}, {}", place.join(" ")) }
}

/// A few names, and how many more there are.
fn listed(arns: &[&str]) -> Vec<String> {
    const SHOWN: usize = 2;
    let mut lines: Vec<String> = arns.iter().take(SHOWN).map(|arn| named(arn)).collect();
    if arns.len() > SHOWN {
        lines.push(format!("and {} more", arns.len() - SHOWN));
    }
    lines
}

fn accounts(assessment: &Assessment) -> Vec<String> {
    let regions: Vec<&str> = assessment.run.regions.iter().map(logproof_estate::Region::as_str).collect();
    let accounts = assessment.run.accounts.as_ref().map(|all| count(all.len(), "active account"));
    accounts.into_iter().chain([regions.join(", ")]).collect()
}

fn trail(assessment: &Assessment) -> Vec<String> {
    listed(&subjects(assessment, &["LS-4.", "LS-2.3"], ":trail/"))
}

fn recorders(assessment: &Assessment) -> Vec<String> {
    let all = subjects(assessment, &["LS-5."], ":configuration-recorder");
    if all.is_empty() {
        return Vec::new();
    }
    let accounts: BTreeSet<&str> = all.iter().map(|arn| part(arn, 4)).collect();
    let regions: BTreeSet<&str> = all.iter().map(|arn| part(arn, 3)).collect();
    let place = format!("in {} and {}", count(accounts.len(), "account"), count(regions.len(), "Region"));
    vec![count(all.len(), "recorder"), place]
}

/// The policies are named in what was found: `` `ProtectLogStore` at r-exmp ``.
fn policies(assessment: &Assessment) -> Vec<String> {
    let mut names: Vec<&str> = Vec::new();
    for found in observations(assessment, &["LS-6."]).filter(|o| o.expected.contains("control policy that protects")) {
        for name in found.found.split(" and ").filter(|name| name.starts_with('`')) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names.into_iter().map(|name| name.replace('`', "")).collect()
}

fn bucket(assessment: &Assessment) -> Vec<String> {
    let all: Vec<&str> =
        subjects(assessment, &["LS-1.", "LS-3."], ":s3:::").into_iter().filter(|arn| !arn.contains('/')).collect();
    let mut lines: Vec<String> = all.iter().take(1).map(|arn| named(arn)).collect();
    if all.len() > 1 {
        lines.push(format!("and {} with evidence", count(all.len() - 1, "other bucket")));
    }
    lines
}

fn key(assessment: &Assessment) -> Vec<String> {
    subjects(assessment, &["LS-2."], ":key/")
        .into_iter()
        .take(1)
        .flat_map(|arn| {
            let id = part(arn, 5).trim_start_matches("key/").to_owned();
            [id, format!("{} {}", part(arn, 4), part(arn, 3))]
        })
        .collect()
}

fn alerts(assessment: &Assessment) -> Vec<String> {
    listed(&subjects(assessment, &["LS-7."], ":rule/"))
}

fn readers(assessment: &Assessment) -> Vec<String> {
    listed(&subjects(assessment, &["LS-2.8", "LS-8.2", "LS-8.4", "LS-8.5", "LS-8.6"], ":role/"))
}

/// The retention is what was found of it.
fn retention(assessment: &Assessment) -> Vec<String> {
    let first = |ids: &[&str]| observations(assessment, ids).next().map(|observation| observation.found.clone());
    first(&["LS-6.4"]).into_iter().chain(first(&["LS-9.3"])).collect()
}
