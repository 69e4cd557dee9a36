//! The catalogue as an OSCAL catalog: each control with its text as parts, its scenarios as objectives, its frameworks
//! as properties.
//!
//! The ids are those that the assessment results of a run refer to, so that both documents can be read together. The
//! identity of the document follows from the features: the same features give the same document but for its date.
//! See: <https://pages.nist.gov/OSCAL/resources/concepts/layer/control/catalog/>

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::Control;
use crate::report::oscal::{OSCAL, insert_unless_empty, line, or, prop, token};

/// Namespace of the identities of catalogs.
const CATALOGS: Uuid = Uuid::from_u128(0x6c6f_6770_726f_5f66_8e2a_5d1c_2f4b_9a08);

/// Part of OSCAL that a heading of a feature becomes, with the ending of its id. What is not listed is guidance.
const PARTS: [(&str, &str, &str); 3] = [
    ("Requirement", "statement", "smt"),
    ("How it is examined", "assessment-objective", "obj"),
    ("Remediation", "guidance", "rem"),
];

/// The document.
#[must_use]
pub fn document(controls: &[Control], now: Timestamp) -> Value {
    let digests: Vec<&str> = controls.iter().map(|control| control.sha256.as_str()).collect();
    let mut groups: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for control in controls {
        groups.entry(theme(control)).or_default().push(one(control));
    }
    let groups: Vec<Value> = groups
        .into_iter()
        .map(|(theme, controls)| json!({"id": format!("theme-{}", token(theme)), "title": title(theme), "controls": controls}))
        .collect();
    let mut catalog = json!({
        "uuid": Uuid::new_v5(&CATALOGS, digests.join("\u{1f}").as_bytes()).to_string(),
        "metadata": {
            "title": "Controls of the AWS log store",
            "last-modified": now.to_string(),
            "version": env!("CARGO_PKG_VERSION"),
            "oscal-version": OSCAL,
        },
    });
    insert_unless_empty(&mut catalog, "groups", groups);
    json!({"catalog": catalog})
}

/// Folder of the feature; controls in no folder are in a group of their own.
fn theme(control: &Control) -> &str {
    control.path.split_once('/').map_or("controls", |(folder, _)| folder)
}

/// `log-integrity` in words.
fn title(theme: &str) -> String {
    let words = theme.replace(['-', '/'], " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
}

fn one(control: &Control) -> Value {
    let id = token(&control.id);
    let mut props = vec![
        json!({"name": "label", "value": or(&line(&control.id), "none")}),
        prop("severity", &control.severity),
        prop("feature", &control.path),
        prop("feature-sha256", &control.sha256),
    ];
    if control.hardening {
        props.push(prop("hardening", "yes"));
    }
    props.extend(control.frameworks.iter().map(|reference| prop("framework", reference)));
    let mut object = json!({
        "id": id,
        "title": or(&line(&control.title), &control.id),
        "props": props,
    });
    insert_unless_empty(&mut object, "links", links(control));
    insert_unless_empty(&mut object, "parts", parts(control, &id));
    object
}

fn links(control: &Control) -> Vec<Value> {
    let references = control.text.iter().filter(|(heading, _)| heading == "References");
    let words = references.flat_map(|(_, body)| body.split_whitespace());
    words.filter(|word| word.starts_with("http")).map(|url| json!({"href": url, "rel": "reference"})).collect()
}

fn parts(control: &Control, id: &str) -> Vec<Value> {
    let mut parts = Vec::new();
    let mut examined = false;
    for (number, (heading, body)) in control.text.iter().enumerate().filter(|(_, (heading, _))| heading != "References")
    {
        let known = PARTS.iter().find(|(known, ..)| known == heading);
        let (name, ending) = match known {
            Some((_, name, ending)) => (*name, (*ending).to_owned()),
            None => ("guidance", format!("gdn.{}", number + 1)),
        };
        let mut part = part(&format!("{id}_{ending}"), name, or(&line(heading), "Text"), body);
        if name == "assessment-objective" {
            examined = true;
            insert_unless_empty(&mut part, "parts", scenarios(control, id));
        }
        parts.push(part);
    }
    if !examined {
        let mut objective = part(&format!("{id}_obj"), "assessment-objective", "How it is examined", "");
        insert_unless_empty(&mut objective, "parts", scenarios(control, id));
        parts.push(objective);
    }
    parts
}

/// What a program checks: one part each, with the steps as they stand.
fn scenarios(control: &Control, id: &str) -> Vec<Value> {
    let each = control.scenarios.iter().enumerate();
    each.map(|(index, scenario)| {
        let steps: Vec<String> =
            scenario.steps.iter().map(|step| format!("{} {}", step.keyword.trim(), step.value)).collect();
        part(&format!("{id}_obj.{}", index + 1), "assessment-objective", &line(&scenario.name), &steps.join("\n"))
    })
    .collect()
}

fn part(id: &str, name: &str, title: &str, prose: &str) -> Value {
    let mut part = Map::new();
    part.insert("id".to_owned(), json!(id));
    part.insert("name".to_owned(), json!(name));
    part.insert("title".to_owned(), json!(or(title, id)));
    if !prose.trim().is_empty() {
        part.insert("prose".to_owned(), json!(prose.trim()));
    }
    Value::Object(part)
}
