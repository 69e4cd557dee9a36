//! Which scenarios a run is asked to run: by tag expression, by control.

use std::collections::{BTreeMap, BTreeSet};

use clap::Args;
use cucumber::{gherkin::tagexpr::TagOperation, tag::Ext as _};

use crate::{
    catalogue::{CatalogueError, Control, find},
    error::CommandError,
    exit::Exit,
};

/// Longest tag expression that is read.
const LONGEST_EXPRESSION: usize = 2000;

/// A selection that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum SelectionError {
    /// A tag expression that cannot be read.
    #[error(
        "cannot read the tag expression `{expression}`: {problem}\nhint: join tags with and, or, not and parentheses, each tag with its @, for example \"@severity:critical and not @hardening\""
    )]
    TagExpression {
        /// As given.
        expression: String,
        /// What was expected where.
        problem: String,
    },
    /// A control that is not in the catalogue.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
}

impl CommandError for SelectionError {
    fn exit(&self) -> Exit {
        Exit::Usage
    }
}

/// Arguments that select scenarios.
#[derive(Debug, Clone, Default, Args)]
pub struct SelectionArgs {
    /// Check only scenarios whose tags match, for example "@severity:critical and not @hardening".
    #[arg(long, value_name = "EXPR")]
    pub tags: Option<String>,
    /// Check only this control; may be repeated.
    #[arg(long = "control", value_name = "ID")]
    pub controls: Vec<String>,
}

impl SelectionArgs {
    /// The selection that was asked for.
    ///
    /// # Errors
    /// [`SelectionError::TagExpression`].
    pub fn selection(&self) -> Result<Selection, SelectionError> {
        Selection::new(self.tags.as_deref(), &self.controls)
    }
}

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
    /// [`SelectionError::TagExpression`].
    pub fn new(tags: Option<&str>, controls: &[String]) -> Result<Self, SelectionError> {
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
    /// [`SelectionError::Catalogue`].
    pub fn apply(&self, controls: Vec<Control>) -> Result<Vec<Control>, SelectionError> {
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

fn expression(text: &str) -> Result<TagOperation, SelectionError> {
    // The parser recurses; an expression longer than any real one must not exhaust the stack.
    if text.len() > LONGEST_EXPRESSION {
        let problem = format!("it is longer than {LONGEST_EXPRESSION} characters");
        return Err(SelectionError::TagExpression { expression: text.chars().take(60).collect(), problem });
    }
    text.trim().parse::<TagOperation>().map_err(|error| {
        let expression = text.to_owned();
        SelectionError::TagExpression {
            expression,
            problem: format!(
                "unexpected input at character {}, expected a tag such as `@LS-3.4`",
                error.location.column
            ),
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
