//! The calls a sentence makes: measured, so that no list of them can go out of date.
//!
//! Each sentence is run on a described landing zone in which the examples of all sentences name something that is there.

use cucumber::gherkin;
use logproof_zone::MockZone;
use serde_json::Value;

use super::Described;
use crate::{
    catalogue::{
        self, Control,
        vocabulary::{Resolved, Vocabulary},
    },
    run::trial,
};

/// The sample landing zone with what the examples name besides.
const EXAMPLES: &str = include_str!("examples.yaml");

/// Measures calls.
pub(super) struct Measure<'a> {
    zone: Option<Value>,
    controls: &'a [Control],
    vocabulary: &'a Vocabulary,
}

impl<'a> Measure<'a> {
    /// On the described landing zone of the examples.
    pub(super) fn on_examples(controls: &'a [Control], vocabulary: &'a Vocabulary) -> Self {
        Self { zone: MockZone::resolve(EXAMPLES, "the examples").ok(), controls, vocabulary }
    }

    /// The calls a sentence makes; nothing where there is no way to use it.
    pub(super) async fn calls_of(&self, one: &Described) -> Option<Vec<String>> {
        let steps = match one.entry {
            Some(_) => self.example(one)?,
            None => self.first_use(one)?,
        };
        let calls = trial::calls_of_last(&steps, self.zone.as_ref()?, self.vocabulary).await.ok()??;
        Some(calls.into_iter().collect())
    }

    /// Its example, after the first sentence that names a subject of its kind.
    fn example(&self, one: &Described) -> Option<Vec<gherkin::Step>> {
        let entry = one.entry?;
        let mut text = String::from("Feature: f\n  Scenario: s\n");
        if let ("Then", Some(kind)) = (one.keyword, entry.kinds.first()) {
            let given =
                self.vocabulary.entries().find(|given| given.keyword == "Given" && given.kinds.contains(kind))?;
            text.push_str(&format!("    Given {}\n", given.example));
        }
        text.push_str(&format!("    {}\n", one.example()?));
        catalogue::parse(&text).ok()?.scenarios.into_iter().next().map(|scenario| scenario.steps)
    }

    /// The first scenario that uses it, up to the step that does.
    fn first_use(&self, one: &Described) -> Option<Vec<gherkin::Step>> {
        let uses = |step: &gherkin::Step| match self.vocabulary.resolve(step) {
            Resolved::One(found) => found.location.is_some_and(|place| (place.path, place.line) == one.registered),
            _ => false,
        };
        let scenarios = self.controls.iter().flat_map(|control| &control.scenarios);
        scenarios.into_iter().find_map(|scenario| {
            let at = scenario.steps.iter().position(uses)?;
            scenario.steps.get(..=at).map(<[gherkin::Step]>::to_vec)
        })
    }
}
