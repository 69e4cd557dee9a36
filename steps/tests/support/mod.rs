//! A landing zone held in values, and a way to run one scenario of a control over it: the steps as a run sees them,
//! without SDK, HTTP or files other than the features.

#![allow(dead_code, reason = "each test file uses a part of it")]

mod answers;
mod zone;

use std::{fs, path::Path, sync::Arc};

use cucumber::{World as _, gherkin};
use futures::FutureExt;
use logproof_estate::{
    Estate, Source,
    record::{Ending, Record, Verdict},
    world::LogproofWorld,
};
use logproof_steps as _;

pub use zone::*;

/// What came of a scenario.
#[derive(Debug)]
pub struct Outcome {
    /// The verdict.
    pub verdict: Verdict,
    /// Why, in one line.
    pub reason: String,
    /// What was recorded.
    pub record: Record,
    /// How many distinct questions were asked.
    pub questions: usize,
}

impl Outcome {
    /// The only finding.
    pub fn finding(&self) -> &logproof_estate::record::Observation {
        let mut findings = self.record.findings();
        let first = findings.next().unwrap_or_else(|| panic!("no finding: {self:?}"));
        assert!(findings.next().is_none(), "more than one finding: {self:?}");
        first
    }
}

/// Runs the scenario called `scenario` of control `id` over `zone`.
pub fn run(id: &str, scenario: &str, zone: Zone) -> Outcome {
    let feature = feature(id);
    let plain = feature.scenarios.iter().map(|one| (None, one));
    let ruled =
        feature.rules.iter().flat_map(|rule| rule.scenarios.iter().map(move |one| (rule.background.as_ref(), one)));
    let (above, found) = plain
        .chain(ruled)
        .find(|(_, one)| one.name.trim_end_matches(": <bucket>") == scenario)
        .unwrap_or_else(|| panic!("control {id} has no scenario `{scenario}`"));
    let background = feature.background.iter().chain(above).flat_map(|background| &background.steps);
    let mut steps: Vec<gherkin::Step> = background.chain(&found.steps).cloned().collect();
    for step in &mut steps {
        // An outline is run for its first row, the log bucket.
        step.value = step.value.replace("<bucket>", "the log bucket of the log archive account");
    }

    let (config, now) = (Arc::new(zone.config.clone()), zone.now);
    let source: Arc<dyn Source> = Arc::new(zone);
    let estate = Arc::new(Estate::new(config, source, now));
    let mut world = LogproofWorld::default();
    world.attach(Arc::clone(&estate));
    let ending = futures::executor::block_on(walk(&mut world, &steps));
    let (verdict, reason) = world.record.verdict(&ending);
    Outcome { verdict, reason, record: world.record, questions: estate.questions_asked() }
}

async fn walk(world: &mut LogproofWorld, steps: &[gherkin::Step]) -> Ending {
    let collection = LogproofWorld::collection();
    for step in steps {
        let found = collection.find(step).unwrap_or_else(|error| panic!("`{}` is ambiguous: {error:?}", step.value));
        let (function, _, _, context) = found.unwrap_or_else(|| panic!("`{}` is no step", step.value));
        let stopped = std::panic::AssertUnwindSafe(function(world, context)).catch_unwind().await;
        if let Err(payload) = stopped {
            return match payload.downcast_ref::<String>() {
                Some(message) => Ending::StepStopped(message.clone()),
                None => Ending::Defect("a step panicked".to_owned()),
            };
        }
    }
    Ending::AllStepsReturned
}

fn feature(id: &str) -> gherkin::Feature {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../features");
    let folders = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let files = folders.flat_map(|folder| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
    let file = files
        .into_iter()
        .find(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&format!("{id}-"))))
        .unwrap_or_else(|| panic!("no feature for {id}"));
    gherkin::Feature::parse(fs::read_to_string(file).unwrap(), gherkin::GherkinEnv::default()).unwrap()
}
