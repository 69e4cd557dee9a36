//! Refuses features that could be green without checking anything.
//!
//! Gherkin accepts much that checks nothing: a misspelt keyword becomes a description, a scenario without steps passes.
//! Everything of that kind is a [`Problem`] here. `check` runs this before it asks AWS anything. It must not know
//! verdicts, and it makes no exceptions by tag.

mod scan;
mod shape;
mod wording;

use std::{collections::BTreeMap, fmt};

use logproof_steps::guide::Entry;

use crate::{
    catalogue::{self, CatalogueError, Control, FeatureFile, FeatureSet, StepCrate, vocabulary::Vocabulary},
    console::say,
};

/// Something in a feature that must not be there, or is missing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// File, as shown to people.
    pub file: String,
    /// Line in it.
    pub line: usize,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub hint: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}\nhint: {}", self.file, self.line, self.problem, self.hint)
    }
}

/// What came of examining the features.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Linted {
    /// Controls in natural order; complete only when there are no problems.
    pub controls: Vec<Control>,
    /// Problems, by file and line.
    pub problems: Vec<Problem>,
}

/// Examines features against the registered steps.
#[must_use]
pub fn examine(files: &[FeatureFile], vocabulary: &Vocabulary) -> Linted {
    let mut linted = Linted::default();
    if vocabulary.sentences.is_empty() {
        linted.problems.push(Problem {
            file: "features".to_owned(),
            line: 1,
            problem: "no step is registered in this program, so no feature can check anything".to_owned(),
            hint: "the program was built without its steps; build it again from its sources".to_owned(),
        });
        return linted;
    }
    linted.problems.extend(undocumented(vocabulary));
    for file in files {
        let mut report = Report { file: &file.shown, problems: &mut linted.problems };
        if let Some(control) = examine_file(file, vocabulary, &mut report) {
            linted.controls.push(control);
        }
    }
    duplicate_ids(files, &linted.controls, &mut linted.problems);
    linted.controls.sort_by_key(|control| catalogue::natural_key(&control.id));
    linted.problems.sort();
    linted.problems.dedup();
    linted
}

/// The controls, when none of them could be green without checking anything; what is wrong with them is printed on
/// standard error.
///
/// # Errors
/// [`CatalogueError::Features`] when there are problems, and when the features cannot be read.
pub fn sound(features: &FeatureSet) -> Result<(Vec<Control>, Vocabulary), CatalogueError> {
    let vocabulary = Vocabulary::registered();
    let linted = examine(&features.read()?, &vocabulary);
    if linted.problems.is_empty() {
        return Ok((linted.controls, vocabulary));
    }
    for problem in &linted.problems {
        say(&problem.to_string());
    }
    Err(CatalogueError::Features { number: linted.problems.len() })
}

/// Steps of an owner that nothing is documented of, and documentation of a step that is not there: what a `Given` names
/// and a `Then` judges would not be known, and nobody could find the sentence.
fn undocumented(vocabulary: &Vocabulary) -> Vec<Problem> {
    let steps = vocabulary.sentences.iter().filter(|sentence| !sentence.ours && !sentence.general);
    let steps = steps.map(|sentence| Problem {
        file: sentence.file.to_owned(),
        line: usize::try_from(sentence.line).unwrap_or(usize::MAX),
        problem: format!("nothing is documented of the step `{} {}`", sentence.keyword, sentence.text),
        hint: "add an `Entry` with this sentence, and an example that it matches, to `StepCrate::sentences`".to_owned(),
    });
    let is_there = |entry: &Entry| {
        vocabulary.sentences.iter().any(|one| (one.keyword, one.text.as_str()) == (entry.keyword, entry.sentence))
    };
    let of_crate = |one: &'static StepCrate| {
        one.entries().iter().filter(|entry| !is_there(entry)).map(|entry| Problem {
            file: one.name().to_owned(),
            line: 1,
            problem: format!(
                "no step is registered for the documented sentence `{} {}`",
                entry.keyword, entry.sentence
            ),
            hint: "correct the `Entry`, or name the module of the step so that it is linked".to_owned(),
        })
    };
    steps.chain(vocabulary.crates().iter().flat_map(of_crate)).collect()
}

/// Collects the problems of one file.
struct Report<'a> {
    file: &'a str,
    problems: &'a mut Vec<Problem>,
}

impl Report<'_> {
    fn add(&mut self, line: usize, problem: impl Into<String>, hint: impl Into<String>) {
        let (problem, hint) = (problem.into(), hint.into());
        self.problems.push(Problem { file: self.file.to_owned(), line, problem, hint });
    }
}

fn examine_file(file: &FeatureFile, vocabulary: &Vocabulary, report: &mut Report<'_>) -> Option<Control> {
    if !encoding(file, report) {
        return None;
    }
    let before = report.problems.len();
    let counts = scan::scan(&file.text, report);
    let scanned_clean = report.problems.len() == before;
    let feature = match catalogue::parse(&file.text) {
        Ok(feature) => feature,
        Err(unparsable) => {
            // The scan names the line and what was expected; the parser only where it gave up.
            if scanned_clean {
                let line = unparsable.line.unwrap_or(1).min(file.text.lines().count()).max(1);
                let near = file.text.lines().nth(line - 1).unwrap_or_default().trim();
                report.add(
                    line,
                    format!("{} at or just before `{near}`", unparsable.problem),
                    "expected `Feature:`, then `Background:`, `Rule:` or `Scenario:`, each with steps that begin with Given, When, Then, And or But",
                );
            }
            return None;
        }
    };
    if scanned_clean {
        scan::compare(&counts, &feature, report);
    }
    shape::examine(&file.text, &feature, report);
    if shape::is_too_long(&feature) {
        return None;
    }
    let expanded = match catalogue::expand(feature) {
        Ok(expanded) => expanded,
        Err((line, name)) => {
            let problem = format!("placeholder `<{name}>` is the name of no column");
            report.add(line, problem, "add the column to `Examples:`, or correct the name");
            return None;
        }
    };
    let control = catalogue::control(file, &expanded);
    wording::examine(&control, vocabulary, report);
    Some(control)
}

/// Largest feature file that is read: parsing costs more than lines squared, and a control is a page of text.
const LARGEST: usize = 256 * 1024;

/// Whether the bytes can be read as Gherkin at all.
fn encoding(file: &FeatureFile, report: &mut Report<'_>) -> bool {
    if file.bytes.len() > LARGEST {
        let problem = format!("is {} KiB long, more than {} KiB", file.bytes.len() / 1024, LARGEST / 1024);
        report.add(1, problem, "give each control a file of its own");
        return false;
    }
    if !file.path.ends_with(".feature") {
        report.add(1, "the name does not end in `.feature`, so it would not be run", "rename the file");
        return false;
    }
    if file.bytes.starts_with(b"\xef\xbb\xbf") {
        report.add(1, "begins with a byte order mark", "save the file as UTF-8 without a byte order mark");
        return false;
    }
    if let Err(error) = std::str::from_utf8(&file.bytes) {
        let valid = file.bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = valid.iter().filter(|byte| **byte == b'\n').count() + 1;
        report.add(line, "is not UTF-8 text", "save the file as UTF-8");
        return false;
    }
    true
}

fn duplicate_ids(files: &[FeatureFile], controls: &[Control], problems: &mut Vec<Problem>) {
    let mut first: BTreeMap<&str, &str> = BTreeMap::new();
    for control in controls.iter().filter(|control| !control.id.is_empty()) {
        let Some(earlier) = first.insert(&control.id, &control.path) else { continue };
        let shown = |path: &str| {
            let file = files.iter().find(|file| file.path == path);
            file.map_or_else(|| path.to_owned(), |file| file.shown.clone())
        };
        problems.push(Problem {
            file: shown(&control.path),
            line: 1,
            problem: format!("control `{}` is also in `{}`", control.id, shown(earlier)),
            hint: "give each control an id of its own".to_owned(),
        });
    }
}
