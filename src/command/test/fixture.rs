//! A fixture: a description of a landing zone, read with what it begins from, and tried on its control.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use logproof_aws::Options;
use logproof_estate::{Estate, assessment::ControlResult, record::Verdict};
use logproof_zone::{MockZone, ZoneError};
use serde_json::Value;

use super::{error::TestError, expect, weaken};
use crate::{
    catalogue::{Control, vocabulary::Vocabulary},
    clock,
    error::Unreadable,
    run::{
        assess::{self, Setting},
        target,
    },
};

/// Descriptions that begin from one another; more are a circle.
const DEPTH: usize = 8;

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
        let zone = resolved(path, 0)?;
        let expect = MockZone::expectations(&text, &shown)?;
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(Self { name, shown, zone, expect })
    }

    /// Runs the control on it, and compares.
    pub(super) async fn try_on(self, control: &Control, vocabulary: &Vocabulary) -> Tried {
        let expected = expect::of_control(self.expect.as_ref(), &control.id);
        let verdict = expected.as_ref().ok().map(|expected| expected.verdict);
        let judged = judged(self.zone.clone(), &self.shown, control, vocabulary).await;
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
        match judged(weakened.zone, "the weakened landing zone", control, vocabulary).await {
            Ok(result) if result.verdict != Verdict::Pass => {}
            Ok(_) => noticed.not.push(weakened.what),
            Err(problem) => noticed.not.push(format!("{}: {problem}", weakened.what)),
        }
    }
    noticed
}

/// The description in a file, with what it begins from applied. A `base` other than `sample` is a file beside it.
fn resolved(path: &Path, depth: usize) -> Result<Value, ZoneError> {
    let shown = path.display().to_string();
    let refuse = |problem: String, hint: &str| ZoneError { origin: shown.clone(), problem, hint: hint.to_owned() };
    if depth > DEPTH {
        return Err(refuse("its `base` leads back to itself".to_owned(), "write `base: sample` at the end"));
    }
    let text = fs::read_to_string(path)
        .map_err(|error| refuse(format!("cannot be read: {error}"), "check the path and that the file is UTF-8"))?;
    let beside: PathBuf = path.parent().map(Path::to_owned).unwrap_or_default();
    MockZone::resolve_on(&text, &shown, &|base| resolved(&beside.join(base), depth + 1))
}

async fn judged(zone: Value, shown: &str, control: &Control, vocabulary: &Vocabulary) -> Result<ControlResult, String> {
    let zone = MockZone::from_value(zone, shown).map_err(|error| error.to_string())?;
    let connected = target::described(zone, shown, Options::default()).map_err(|error| error.to_string())?;
    let now = connected.now.unwrap_or_else(clock::now);
    let estate = Estate::new(Arc::clone(&connected.config), connected.source(), now);
    let estate = Arc::new(estate.with_register(Arc::clone(&connected.register.register)));
    let setting = Setting {
        id: "test".to_owned(),
        target: connected.target.clone(),
        started: clock::now(),
        selection: BTreeMap::new(),
    };
    let calls = || connected.calls();
    let controls = std::slice::from_ref(control);
    let assessment =
        assess::assess(controls, vocabulary, &estate, &calls, setting, std::future::pending(), || ()).await;
    assessment.controls.into_iter().next().ok_or_else(|| "the control was not run".to_owned())
}
