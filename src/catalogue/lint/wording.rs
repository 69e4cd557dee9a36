//! Every step of an expanded feature resolves to exactly one registered step, and every scenario has a name of its own.

use std::collections::BTreeMap;

use cucumber::gherkin::{self, StepType};

use super::Report;
use crate::catalogue::{
    Control, Scenario,
    vocabulary::{Resolved, Vocabulary, keyword},
};

/// Examines the scenarios of a control.
pub(super) fn examine(control: &Control, vocabulary: &Vocabulary, report: &mut Report<'_>) {
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    for scenario in &control.scenarios {
        // Reports are keyed by the words, not by the blanks between them.
        let name = scenario.name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        if let Some(earlier) = names.insert(name, scenario.line) {
            report.add(
                scenario.line,
                format!("the name `{}` is also that of the scenario in line {earlier}", scenario.name),
                "give each scenario a name of its own; in an outline, put a placeholder into the name",
            );
        }
        placeholder(&scenario.name, scenario.line, report);
        scenario.steps.iter().for_each(|step| examine_step(scenario, step, vocabulary, report));
    }
}

fn examine_step(scenario: &Scenario, step: &gherkin::Step, vocabulary: &Vocabulary, report: &mut Report<'_>) {
    let line = step.position.line;
    placeholder(&step.value, line, report);
    let cells = step.table.iter().flat_map(|table| table.rows.iter().flatten());
    cells.chain(step.docstring.iter()).for_each(|text| placeholder(text, line, report));
    match vocabulary.resolve(step) {
        Resolved::One(_) => {}
        Resolved::Undefined => {
            let problem = format!("no step is registered for `{} {}`", keyword(step.ty), step.value);
            report.add(line, problem, undefined_hint(step, vocabulary));
        }
        Resolved::Ambiguous(sentences) => {
            let list: Vec<String> = sentences.iter().map(|sentence| format!("`{sentence}`")).collect();
            let problem = format!("`{}` matches {} registered steps", step.value, sentences.len());
            report.add(line, problem, format!("word it so that one of them remains: {}", list.join(", ")));
        }
    }
    debug_assert!(scenario.background <= scenario.steps.len());
}

fn undefined_hint(step: &gherkin::Step, vocabulary: &Vocabulary) -> String {
    let others = [StepType::Given, StepType::When, StepType::Then].into_iter().filter(|ty| *ty != step.ty);
    for ty in others {
        let mut elsewhere = step.clone();
        elsewhere.ty = ty;
        if matches!(vocabulary.resolve(&elsewhere), Resolved::One(_)) {
            return format!(
                "the sentence is registered for `{}`; `And` and `But` take the word before them",
                keyword(ty)
            );
        }
    }
    match vocabulary.nearest(&step.value) {
        Some(near) => format!("did you mean `{} {}`?", near.keyword, near.text),
        None => "use a registered sentence, or add a step function for this one".to_owned(),
    }
}

/// Refuses a `<placeholder>` that is left after expansion.
fn placeholder(text: &str, line: usize, report: &mut Report<'_>) {
    let mut rest = text;
    while let Some((_, behind)) = rest.split_once('<') {
        let Some((name, after)) = behind.split_once('>') else { return };
        let plausible = !name.is_empty() && name.trim() == name && !name.contains('<');
        if plausible {
            let hint = "make it a `Scenario Outline:` with `Examples:`, or write the value";
            report.add(line, format!("the placeholder `<{name}>` is never filled in"), hint);
            return;
        }
        rest = if name.contains('<') { behind } else { after };
    }
}
