//! The calls a sentence makes: measured, so that no list of them can go out of date.
//!
//! Each sentence is run on a described landing zone in which the examples of all sentences name something that is there.

use std::sync::Arc;

use cucumber::gherkin;
use logproof_zone::MockZone;

use super::Described;
use crate::{
    catalogue::{self, vocabulary::Vocabulary},
    run::trial,
};

/// The sample landing zone with what the examples name besides.
const EXAMPLES: &str = include_str!("examples.yaml");

/// Measures calls.
pub(super) struct Measure<'a> {
    zone: Option<Arc<MockZone>>,
    vocabulary: &'a Vocabulary,
}

impl<'a> Measure<'a> {
    /// On the described landing zone of the examples.
    pub(super) fn on_examples(vocabulary: &'a Vocabulary) -> Self {
        Self { zone: MockZone::parse(EXAMPLES, "the examples").ok().map(Arc::new), vocabulary }
    }

    /// The calls a sentence makes; nothing where there is no way to use it.
    pub(super) async fn calls_of(&self, one: &Described) -> Option<Vec<String>> {
        let steps = match one.entry {
            Some(_) => self.example(one)?,
            None => one.first_use.clone(),
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
}
