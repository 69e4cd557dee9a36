//! A fixture: a description of a landing zone, read with what it begins from, and tried on its control.

use std::{fs, path::Path};

use logproof_estate::{assessment::ControlResult, record::Verdict};
use logproof_zone::MockZone;
use serde_json::Value;

use super::{error::TestError, expect, weaken};
use crate::{
    catalogue::{Control, vocabulary::Vocabulary},
    error::Unreadable,
    run::{description, trial},
};

/// A fixture as it is read.
pub(super) struct Fixture {
    name: String,
    shown: String,
    zone: Value,
    expect: Option<Value>,
}

/// What a fixture showed.
pub(super) struct Tried {
    /// Name of the file.
    pub(super) name: String,
    /// The verdict it expects of the control.
    pub(super) expected: Option<Verdict>,
    /// The verdict, and why in one line.
    pub(super) found: String,
    /// What is not as expected.
    pub(super) problem: Option<String>,
    /// The landing zone and the result, where it meets the control as expected.
    pub(super) met: Option<(Value, ControlResult)>,
}

/// Whether the control notices when what it asks for is taken away.
#[derive(Default)]
pub(super) struct Noticed {
    /// In how many ways the landing zone was weakened.
    pub(super) ways: usize,
    /// Those that the control does not notice.
    pub(super) not: Vec<String>,
}

impl Fixture {
    /// Reads a fixture.
    pub(super) fn read(path: &Path) -> Result<Self, TestError> {
        let shown = path.display().to_string();
        let text = fs::read_to_string(path).map_err(Unreadable::at(path))?;
        let zone = description::resolved(path)?;
        let expect = MockZone::expectations(&text, &shown)?;
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(Self { name, shown, zone, expect })
    }

    /// Runs the control on it, and compares.
    pub(super) async fn try_on(self, control: &Control, vocabulary: &Vocabulary) -> Tried {
        let expected = expect::of_control(self.expect.as_ref(), &control.id);
        let verdict = expected.as_ref().ok().map(|expected| expected.verdict);
        let judged = trial::judged(self.zone.clone(), &self.shown, control, vocabulary).await;
        let mut tried = Tried { name: self.name, expected: verdict, found: String::new(), problem: None, met: None };
        match (expected, judged) {
            (Err(problem), _) | (_, Err(problem)) => tried.problem = Some(problem),
            (Ok(expected), Ok(result)) => {
                tried.found = expect::in_words(&result);
                tried.problem = expect::problem(&expected, &result);
                if tried.problem.is_none() && result.verdict == Verdict::Pass {
                    tried.met = Some((self.zone, result));
                }
            }
        }
        tried
    }
}

/// Weakens a landing zone that meets the control in everything its sentences ask for, one thing at a time.
pub(super) async fn noticed(
    (zone, result): &(Value, ControlResult),
    control: &Control,
    vocabulary: &Vocabulary,
) -> Noticed {
    let mut noticed = Noticed::default();
    for weakened in weaken::weakened(zone, control, result, vocabulary) {
        noticed.ways += 1;
        match trial::judged(weakened.zone, "the weakened landing zone", control, vocabulary).await {
            Ok(result) if result.verdict != Verdict::Pass => {}
            Ok(_) => noticed.not.push(weakened.what),
            Err(problem) => noticed.not.push(format!("{}: {problem}", weakened.what)),
        }
    }
    noticed
}
