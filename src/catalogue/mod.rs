//! The controls: feature files read, parsed and turned into what a run and the reports need of them.
//!
//! This module knows Gherkin and the tags and headings of a control. Whether a feature may be trusted to check
//! something is the business of [`crate::catalogue::lint`]; nothing here decides a verdict.

mod error;
pub mod lint;
pub mod oscal;
pub mod own;
mod source;
mod text;
pub mod vocabulary;

use cucumber::{feature::Ext as _, gherkin};
use logproof_digest::sha256_hex;

pub use error::CatalogueError;
pub use own::StepCrate;
pub use source::{FeatureArgs, FeatureFile, FeatureSet};
pub use text::sections;

use crate::guard;

/// Severities, most severe first.
pub const SEVERITIES: [&str; 4] = ["critical", "high", "medium", "low"];

/// One control: a feature.
#[derive(Debug, Clone, PartialEq)]
pub struct Control {
    /// `LS-3.4`.
    pub id: String,
    /// Feature name.
    pub title: String,
    /// One of [`SEVERITIES`].
    pub severity: String,
    /// Framework references, for example `pci-dss-4.0:4.2.1`, in file order.
    pub frameworks: Vec<String>,
    /// Whether it is hardening.
    pub hardening: bool,
    /// Sections of the description by heading.
    pub text: Vec<(String, String)>,
    /// Path below the folder of features.
    pub path: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Scenarios in file order, outlines expanded.
    pub scenarios: Vec<Scenario>,
}

/// One scenario, with every step it runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// Scenario name.
    pub name: String,
    /// Rule it stands under.
    pub rule: Option<String>,
    /// Line in the file.
    pub line: usize,
    /// Tags of the scenario, its rule and its feature, without `@`.
    pub tags: Vec<String>,
    /// Steps of the backgrounds, then its own.
    pub steps: Vec<gherkin::Step>,
    /// How many of the steps come from backgrounds.
    pub background: usize,
}

impl Control {
    /// The severity of a scenario in parentheses, where it is not that of the control.
    #[must_use]
    pub fn own_severity(&self, scenario: &Scenario) -> String {
        let own = scenario.severity().filter(|own| *own != self.severity);
        own.map(|own| format!(" (severity {own})")).unwrap_or_default()
    }
}

impl Scenario {
    /// The severity of the scenario: its own, or that of its control.
    #[must_use]
    pub fn severity(&self) -> Option<&str> {
        // Its own tags stand behind those of the feature.
        self.tags.iter().rev().find_map(|tag| severity_of(tag))
    }
}

/// A feature that cannot be parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unparsable {
    /// Line the parser gave up at, when it said so.
    pub line: Option<usize>,
    /// What it said.
    pub problem: String,
}

/// Parses a feature as it is written, outlines not yet expanded.
///
/// # Errors
/// [`Unparsable`].
pub fn parse(text: &str) -> Result<gherkin::Feature, Unparsable> {
    // A defect of the parser on a strange file is that file's problem, not the end of the program.
    let parsed = guard::catch(|| gherkin::Feature::parse(text, gherkin::GherkinEnv::default()))
        .map_err(|panic| Unparsable { line: None, problem: format!("the Gherkin parser failed: {}", panic.message) })?;
    parsed.map_err(|error| {
        let said = error.to_string();
        let line = said.split_once("Error at ").and_then(|(_, rest)| rest.split(':').next()?.parse().ok());
        Unparsable { line, problem: "cannot be read as Gherkin".to_owned() }
    })
}

/// Expands the outlines of a feature.
///
/// # Errors
/// Line and name of a placeholder that no column is named after.
pub fn expand(feature: gherkin::Feature) -> Result<gherkin::Feature, (usize, String)> {
    feature.expand_examples().map_err(|error| (error.pos.line, error.name))
}

/// The scenarios of an expanded feature.
#[must_use]
pub fn scenarios(feature: &gherkin::Feature) -> Vec<Scenario> {
    let above = feature.background.iter().flat_map(|background| background.steps.clone()).collect::<Vec<_>>();
    let plain = feature.scenarios.iter().map(|scenario| flatten(scenario, None, &above, &feature.tags));
    let ruled = feature.rules.iter().flat_map(|rule| {
        let mut steps = above.clone();
        steps.extend(rule.background.iter().flat_map(|background| background.steps.clone()));
        let tags = [feature.tags.as_slice(), rule.tags.as_slice()].concat();
        rule.scenarios
            .iter()
            .map(move |scenario| flatten(scenario, Some(&rule.name), &steps, &tags))
            .collect::<Vec<_>>()
    });
    plain.chain(ruled).collect()
}

fn flatten(scenario: &gherkin::Scenario, rule: Option<&str>, above: &[gherkin::Step], tags: &[String]) -> Scenario {
    Scenario {
        name: scenario.name.trim().to_owned(),
        rule: rule.map(|name| name.trim().to_owned()),
        line: scenario.position.line,
        tags: [tags, scenario.tags.as_slice()].concat(),
        steps: [above, scenario.steps.as_slice()].concat(),
        background: above.len(),
    }
}

/// The control a sound, expanded feature describes.
#[must_use]
pub fn control(file: &FeatureFile, feature: &gherkin::Feature) -> Control {
    let frameworks = feature.tags.iter().filter(|tag| tag.contains(':') && severity_of(tag).is_none());
    Control {
        id: feature.tags.iter().find(|tag| is_control_id(tag)).cloned().unwrap_or_default(),
        title: feature.name.trim().to_owned(),
        severity: feature.tags.iter().find_map(|tag| severity_of(tag)).unwrap_or_default().to_owned(),
        frameworks: frameworks.cloned().collect(),
        hardening: feature.tags.iter().any(|tag| tag == "hardening"),
        text: sections(&file.text),
        path: file.path.clone(),
        sha256: sha256_hex(&file.bytes),
        scenarios: scenarios(feature),
    }
}

/// The severity a tag states.
#[must_use]
pub fn severity_of(tag: &str) -> Option<&str> {
    tag.strip_prefix("severity:")
}

/// `LS-3.4`, `PAY-1`, `ACME-S3-12.1`: words in capital letters and digits, joined by hyphens, the first of them beginning
/// with a letter; then a hyphen and numbers joined by dots.
#[must_use]
pub fn is_control_id(tag: &str) -> bool {
    let Some((words, numbers)) = tag.rsplit_once('-') else { return false };
    let number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let word = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    let begins = words.starts_with(|c: char| c.is_ascii_uppercase());
    begins && words.split('-').all(word) && numbers.split('.').all(number)
}

/// Sorts ids the way people count: LS-2.10 after LS-2.9.
#[must_use]
pub fn natural_key(id: &str) -> Vec<(u64, String)> {
    let mut key = Vec::new();
    let mut rest = id;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        if digits > 0 {
            let (number, tail) = rest.split_at(digits);
            key.push((number.parse().unwrap_or(u64::MAX), String::new()));
            rest = tail;
        } else {
            let letters = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
            let (word, tail) = rest.split_at(letters);
            // A word sorts after every number.
            key.push((u64::MAX, word.to_owned()));
            rest = tail;
        }
    }
    key
}

/// The control of this id.
///
/// # Errors
/// [`CatalogueError::UnknownControl`] with the nearest id.
pub fn find<'a>(controls: &'a [Control], id: &str) -> Result<&'a Control, CatalogueError> {
    if let Some(control) = controls.iter().find(|control| control.id.eq_ignore_ascii_case(id)) {
        return Ok(control);
    }
    let near = |control: &Control| strsim::jaro_winkler(&control.id.to_lowercase(), &id.to_lowercase());
    let best = controls.iter().max_by(|a, b| near(a).total_cmp(&near(b)));
    let hint = match best.filter(|best| near(best) > 0.7) {
        Some(best) => format!("did you mean `{}`? `logproof controls` lists them all", best.id),
        None => "`logproof controls` lists them all".to_owned(),
    };
    Err(CatalogueError::UnknownControl { id: id.to_owned(), hint })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_the_way_people_count() {
        let mut ids = ["LS-10.1", "LS-2.10", "LS-2.9", "LS-2.1", "ACME-3", "LS-3"];
        ids.sort_by_key(|id| natural_key(id));
        assert_eq!(ids, ["ACME-3", "LS-2.1", "LS-2.9", "LS-2.10", "LS-3", "LS-10.1"]);
    }

    #[test]
    fn only_ids_are_ids() {
        assert!(["LS-3.4", "ACME-12", "A-1.2.3", "ACME-S3-4.2", "PAY2-1"].into_iter().all(is_control_id));
        assert!(
            !["hardening", "ls-3.4", "LS-", "LS-3.", "nist-800-53r5:sc-8", "-3", "LS3", "3-LS-4", "LS--4"]
                .into_iter()
                .any(is_control_id)
        );
    }
}
