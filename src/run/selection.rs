//! Which scenarios a run is asked to run: by tag expression, by control.

use std::collections::{BTreeMap, BTreeSet};

use cucumber::{gherkin::tagexpr::TagOperation, tag::Ext as _};

use crate::{catalogue::Control, error::Error};

/// Longest tag expression that is read.
const LONGEST_EXPRESSION: usize = 2000;

/// A selection; empty selects everything.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    tags: Option<(String, TagOperation)>,
    controls: Vec<String>,
}

impl Selection {
    /// Reads a selection as it was asked for.
    ///
    /// # Errors
    /// [`Error::TagExpression`].
    pub fn new(tags: Option<&str>, controls: &[String]) -> Result<Self, Error> {
        let tags = match tags {
            Some(text) => Some((text.to_owned(), expression(text)?)),
            None => None,
        };
        Ok(Self { tags, controls: controls.to_vec() })
    }

    /// The selection as given, for the record of the run.
    #[must_use]
    pub fn as_given(&self) -> BTreeMap<String, String> {
        let tags = self.tags.iter().map(|(text, _)| ("tags".to_owned(), text.clone()));
        let controls = (!self.controls.is_empty()).then(|| ("controls".to_owned(), self.controls.join(" ")));
        tags.chain(controls).collect()
    }

    /// Tags of the expression that no scenario has: probably misspelt.
    #[must_use]
    pub fn unknown_tags(&self, controls: &[Control]) -> BTreeSet<String> {
        let known: BTreeSet<&String> = controls.iter().flat_map(|c| &c.scenarios).flat_map(|s| &s.tags).collect();
        let mut named = BTreeSet::new();
        if let Some((_, operation)) = &self.tags {
            names(operation, &mut named);
        }
        named.into_iter().filter(|tag| !known.contains(tag)).collect()
    }

    /// The selected controls, each with its selected scenarios.
    ///
    /// # Errors
    /// [`Error::UnknownControl`].
    pub fn apply(&self, controls: Vec<Control>) -> Result<Vec<Control>, Error> {
        for id in &self.controls {
            find(&controls, id)?;
        }
        let wanted = |control: &Control| {
            self.controls.is_empty() || self.controls.iter().any(|id| id.eq_ignore_ascii_case(&control.id))
        };
        let mut selected: Vec<Control> = controls.into_iter().filter(wanted).collect();
        if let Some((_, operation)) = &self.tags {
            for control in &mut selected {
                control.scenarios.retain(|scenario| operation.eval(&scenario.tags));
            }
        }
        selected.retain(|control| !control.scenarios.is_empty());
        Ok(selected)
    }
}

/// The control of this id.
///
/// # Errors
/// [`Error::UnknownControl`] with the nearest id.
pub fn find<'a>(controls: &'a [Control], id: &str) -> Result<&'a Control, Error> {
    if let Some(control) = controls.iter().find(|control| control.id.eq_ignore_ascii_case(id)) {
        return Ok(control);
    }
    let near = |control: &Control| strsim::jaro_winkler(&control.id.to_lowercase(), &id.to_lowercase());
    let best = controls.iter().max_by(|a, b| near(a).total_cmp(&near(b)));
    let hint = match best.filter(|best| near(best) > 0.7) {
        Some(best) => format!("did you mean `{}`? `logproof controls` lists them all", best.id),
        None => "`logproof controls` lists them all".to_owned(),
    };
    Err(Error::UnknownControl { id: id.to_owned(), hint })
}

fn expression(text: &str) -> Result<TagOperation, Error> {
    // The parser recurses; an expression longer than any real one must not exhaust the stack.
    if text.len() > LONGEST_EXPRESSION {
        let problem = format!("it is longer than {LONGEST_EXPRESSION} characters");
        return Err(Error::TagExpression { expression: text.chars().take(60).collect(), problem });
    }
    text.trim().parse::<TagOperation>().map_err(|error| {
        let expression = text.to_owned();
        Error::TagExpression {
            expression,
            problem: format!("it stops making sense at character {}", error.location.column),
        }
    })
}

fn names(operation: &TagOperation, into: &mut BTreeSet<String>) {
    match operation {
        TagOperation::And(left, right) | TagOperation::Or(left, right) => {
            names(left, into);
            names(right, into);
        }
        TagOperation::Not(inner) => names(inner, into),
        TagOperation::Tag(tag) => {
            into.insert(tag.clone());
        }
    }
}
