//! The shape of a control: its tags, its headings, its scenarios and their examples, before outlines are expanded.

use std::collections::BTreeMap;

use cucumber::gherkin::{self, StepType};

use super::Report;
use crate::catalogue::{self, SEVERITIES};

/// Rows of examples in one feature; a population belongs into a step, and expansion costs more than rows squared.
const MOST_ROWS: usize = 100;

/// Characters of a scenario's name: reports are keyed by it, and some readers cut long ones.
const LONGEST_NAME: usize = 200;

/// Examines a feature as it is written.
pub(super) fn examine(text: &str, feature: &gherkin::Feature, report: &mut Report<'_>) {
    let top = feature.position.line;
    if feature.name.trim().is_empty() {
        report.add(top, "the control has no title", "write it behind `Feature:`");
    }
    feature_tags(text, feature, report);
    requirement(text, top, report);
    let total = feature.scenarios.len() + feature.rules.iter().map(|rule| rule.scenarios.len()).sum::<usize>();
    if total == 0 {
        report.add(top, "the feature has no scenario, so nothing would be checked", "add a `Scenario:`");
    }
    for rule in &feature.rules {
        banned_tags(&rule.tags, rule.position.line, report);
    }
    for scenario in all_scenarios(feature) {
        scenario_tags(feature, scenario, report);
        examine_scenario(scenario, report);
    }
}

/// Whether outlines have more rows than are expanded.
pub(super) fn is_too_long(feature: &gherkin::Feature) -> bool {
    all_scenarios(feature).map(rows).sum::<usize>() > MOST_ROWS
}

fn all_scenarios(feature: &gherkin::Feature) -> impl Iterator<Item = &gherkin::Scenario> {
    feature.scenarios.iter().chain(feature.rules.iter().flat_map(|rule| &rule.scenarios))
}

fn rows(scenario: &gherkin::Scenario) -> usize {
    let tables = scenario.examples.iter().filter_map(|examples| examples.table.as_ref());
    tables.map(|table| table.rows.len().saturating_sub(1)).sum()
}

fn feature_tags(text: &str, feature: &gherkin::Feature, report: &mut Report<'_>) {
    let tags = &feature.tags;
    let line = tags
        .first()
        .and_then(|tag| text.lines().position(|line| line.trim_start().starts_with(&format!("@{tag}"))))
        .map_or(feature.position.line, |index| index + 1);
    let ids: Vec<&String> = tags.iter().filter(|tag| catalogue::is_control_id(tag)).collect();
    match ids.as_slice() {
        [] => report.add(line, "the control has no id", "tag the feature with one, for example `@LS-3.4`"),
        [_] => {}
        several => {
            let list: Vec<String> = several.iter().map(|id| format!("`{id}`")).collect();
            report.add(line, format!("the control has {} ids: {}", ids.len(), list.join(", ")), "keep one of them");
        }
    }
    let severities: Vec<&str> = tags.iter().filter_map(|tag| catalogue::severity_of(tag)).collect();
    let choices = format!("tag the feature `@severity:` and one of {}", SEVERITIES.join(", "));
    match severities.as_slice() {
        [] => report.add(line, "the control has no severity", choices),
        [one] if SEVERITIES.contains(one) => {}
        [one] => report.add(line, format!("`{one}` is not a severity"), choices),
        _ => report.add(line, "the control has more than one severity", choices),
    }
    for tag in tags {
        forbidden(tag, line, report);
        let distance = strsim::osa_distance(tag, "hardening");
        if distance == 1 || distance == 2 {
            report.add(line, format!("`@{tag}` is not a tag this program knows"), "did you mean `@hardening`?");
        }
    }
}

/// Tags of a scenario: one of them may be a severity lower than that of the control.
fn scenario_tags(feature: &gherkin::Feature, scenario: &gherkin::Scenario, report: &mut Report<'_>) {
    let line = scenario.position.line;
    let rank = |severity: &str| SEVERITIES.iter().position(|known| *known == severity);
    let of_control = feature.tags.iter().find_map(|tag| catalogue::severity_of(tag)).and_then(rank);
    let (own, others): (Vec<String>, Vec<String>) =
        scenario.tags.iter().cloned().partition(|tag| catalogue::severity_of(tag).is_some());
    banned_tags(&others, line, report);
    for (index, tag) in own.iter().enumerate() {
        let severity = catalogue::severity_of(tag).unwrap_or_default();
        let problem = match rank(severity) {
            None => format!("`{severity}` is not a severity"),
            Some(_) if index > 0 => "the scenario has more than one severity".to_owned(),
            Some(rank) if Some(rank) <= of_control => {
                format!("`@{tag}` is no lower than the severity of the control")
            }
            Some(_) => continue,
        };
        report.add(line, problem, "tag a scenario with a severity only where it is lower than that of the feature");
    }
}

/// Tags of a rule or of examples, and those of a scenario that are no severity.
fn banned_tags(tags: &[String], line: usize, report: &mut Report<'_>) {
    for tag in tags {
        forbidden(tag, line, report);
        if catalogue::is_control_id(tag) || catalogue::severity_of(tag).is_some() {
            report.add(
                line,
                format!("`@{tag}` stands on a part of the control"),
                "ids and severities belong to the feature; give another control a file of its own",
            );
        }
    }
}

fn forbidden(tag: &str, line: usize, report: &mut Report<'_>) {
    if tag.starts_with("retry") {
        let hint = "remove the tag; throttled calls are retried below the steps, verdicts never";
        report.add(line, format!("`@{tag}` would repeat a control until it is green"), hint);
    }
    if tag == "allow.skipped" {
        report.add(line, "`@allow.skipped` would let undefined steps pass", "remove the tag and define the steps");
    }
}

fn requirement(text: &str, line: usize, report: &mut Report<'_>) {
    let sections = catalogue::sections(text);
    if sections.iter().any(|(heading, body)| heading == "Requirement" && !body.is_empty()) {
        return;
    }
    let near = sections.iter().find(|(heading, _)| {
        let heading = heading.trim_end_matches(':').to_lowercase();
        strsim::osa_distance(&heading, "requirement") <= 2
    });
    let hint = match near {
        Some((heading, _)) if heading != "Requirement" => format!("did you mean `Requirement` by `{heading}`?"),
        _ => "below `Feature:` write the heading `Requirement` and, indented below it, what must be true".to_owned(),
    };
    report.add(line, "the control does not say what it requires", hint);
}

fn examine_scenario(scenario: &gherkin::Scenario, report: &mut Report<'_>) {
    let line = scenario.position.line;
    if scenario.name.trim().is_empty() {
        report.add(line, "the scenario has no name", "write it behind `Scenario:`; reports are keyed by it");
    }
    if scenario.name.chars().count() > LONGEST_NAME {
        let problem = format!("the name of the scenario is longer than {LONGEST_NAME} characters");
        report.add(line, problem, "say it shorter; the requirement stands in the `Then`");
    }
    if scenario.steps.is_empty() {
        report.add(line, "the scenario has no steps and would pass", "add steps, or remove it");
    } else if !scenario.steps.iter().any(|step| step.ty == StepType::Then) {
        let hint = "add a `Then` that states the requirement";
        report.add(line, "the scenario has no `Then` and would pass without judging anything", hint);
    }
    examples(scenario, report);
}

fn examples(scenario: &gherkin::Scenario, report: &mut Report<'_>) {
    let line = scenario.position.line;
    let is_outline = scenario.keyword.ends_with("Outline") || scenario.keyword.ends_with("Template");
    if is_outline && scenario.examples.is_empty() {
        let hint = "add `Examples:` with a table, or make it a `Scenario:`";
        report.add(line, "the outline has no examples and would run with its placeholders", hint);
    }
    for examples in &scenario.examples {
        let place = examples.position.line;
        banned_tags(&examples.tags, place, report);
        let Some(table) = &examples.table else {
            report.add(place, "the examples have no table, so nothing would run", "add a table with a row per example");
            continue;
        };
        if table.rows.len() < 2 {
            report.add(place, "the examples have a header and no rows, so nothing would run", "add a row per example");
        }
        duplicate_columns(table, place, report);
    }
    if rows(scenario) > MOST_ROWS {
        let hint = "let one step examine every member of the population and record each";
        report.add(line, format!("the outline has more than {MOST_ROWS} rows"), hint);
    }
}

fn duplicate_columns(table: &gherkin::Table, line: usize, report: &mut Report<'_>) {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for column in table.rows.first().into_iter().flatten() {
        *seen.entry(column.as_str()).or_default() += 1;
    }
    for (column, _) in seen.into_iter().filter(|(_, count)| *count > 1) {
        let hint = "name each column once; only the first would be used";
        report.add(line, format!("two columns are named `{column}`"), hint);
    }
}
