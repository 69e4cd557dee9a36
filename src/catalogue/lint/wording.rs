//! Every step of an expanded feature resolves to exactly one registered step, and every scenario has a name of its own.

use std::collections::BTreeMap;

use cucumber::gherkin::{self, StepType};
use logproof_steps::guide::{self, Entry};

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
        subjects(scenario, vocabulary, report);
    }
}

/// A subject that a `Given` names and no `Then` looks at, and a `Then` that has nothing to look at.
fn subjects(scenario: &Scenario, vocabulary: &Vocabulary, report: &mut Report<'_>) {
    let resolved = scenario.steps.iter().filter_map(|step| match vocabulary.resolve(step) {
        Resolved::One(found) => Some((step, found.entry)),
        _ => None,
    });
    let resolved: Vec<(&gherkin::Step, Option<&Entry>)> = resolved.collect();
    // What a misspelt sentence looks at is not known, and its own problem comes first.
    if resolved.len() < scenario.steps.len() {
        return;
    }
    let (given, then): (Vec<_>, Vec<_>) = resolved.into_iter().partition(|(step, _)| step.ty == StepType::Given);
    for (step, entry) in &given {
        let Some(entry) = entry else { continue };
        let looks = |then: &Entry| then.kinds.iter().any(|kind| entry.kinds.contains(kind));
        if !then.iter().filter_map(|(_, then)| *then).any(looks) {
            let kind = entry.kinds.first().map_or("subject", |kind| kind.word());
            report.add(
                step.position.line,
                format!("no `Then` of the scenario looks at the {kind} that this `Given` names"),
                format!("add a sentence about {}: `logproof steps --search {kind}` lists them", with_article(kind)),
            );
        }
    }
    // What the sentences of the log store name can be looked at too.
    if given.iter().any(|(_, entry)| entry.is_none()) {
        return;
    }
    for (step, entry) in &then {
        let Some(entry) = entry.filter(|entry| !entry.kinds.is_empty()) else { continue };
        let named = given.iter().filter_map(|(_, given)| *given).flat_map(|given| given.kinds);
        if !named.into_iter().any(|kind| entry.kinds.contains(kind)) {
            let kinds: Vec<String> = entry.kinds.iter().map(|kind| with_article(kind.word())).collect();
            report.add(
                step.position.line,
                format!("no `Given` of the scenario names {} for this sentence", kinds.join(" or ")),
                "name one: `logproof steps --search given` lists how",
            );
        }
    }
}

fn with_article(word: &str) -> String {
    let article = if word.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {word}")
}

fn examine_step(scenario: &Scenario, step: &gherkin::Step, vocabulary: &Vocabulary, report: &mut Report<'_>) {
    let line = step.position.line;
    placeholder(&step.value, line, report);
    let cells = step.table.iter().flat_map(|table| table.rows.iter().flatten());
    cells.chain(step.docstring.iter()).for_each(|text| placeholder(text, line, report));
    match vocabulary.resolve(step) {
        Resolved::One(found) => {
            for misfit in found.entry.iter().flat_map(|entry| guide::misfits(entry, step)) {
                report.add(line, misfit.problem, misfit.hint);
            }
        }
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
    let near: Vec<String> =
        vocabulary.nearest(&step.value).into_iter().map(|near| format!("`{} {}`", near.keyword, near.text)).collect();
    match near.as_slice() {
        [] => "use a registered sentence: `logproof steps` lists them".to_owned(),
        [near @ .., last] if !near.is_empty() => format!("did you mean {} or {last}?", near.join(", ")),
        near => format!("did you mean {}?", near.join("")),
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
