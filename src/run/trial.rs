//! A control, or single sentences, tried on a described landing zone: outside any run, without evidence.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use cucumber::{World as _, gherkin};
use logproof_aws::Options;
use logproof_estate::{Estate, assessment::ControlResult, world::LogproofWorld};
use logproof_zone::MockZone;
use serde_json::Value;

use super::{
    assess::{self, Setting},
    target::{self, Connected},
};
use crate::{
    catalogue::{
        Control,
        vocabulary::{Resolved, Vocabulary},
    },
    clock, guard,
};

/// How an account is entered: no question of a sentence, and made once for all of them.
const ENTRY: &str = "sts:AssumeRole";

/// What a control shows on a description with what it begins from applied.
///
/// # Errors
/// A text that names what is wrong with the description.
pub(crate) async fn judged(
    zone: Value,
    shown: &str,
    control: &Control,
    vocabulary: &Vocabulary,
) -> Result<ControlResult, String> {
    let zone = MockZone::from_value(zone, shown).map_err(|error| error.to_string())?;
    let connected = connected(&Arc::new(zone), shown)?;
    let estate = estate(&connected);
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

/// The calls the last of these steps makes when nothing is known yet: `service:Operation` by name. What the steps before
/// it ask is not counted. Nothing, when a step before it does not return.
///
/// # Errors
/// As [`judged`].
pub(crate) async fn calls_of_last(
    steps: &[gherkin::Step],
    zone: &Arc<MockZone>,
    vocabulary: &Vocabulary,
) -> Result<Option<BTreeSet<String>>, String> {
    let mut world = LogproofWorld::new().await.map_err(|error| error.to_string())?;
    let mut calls = None;
    for (index, step) in steps.iter().enumerate() {
        let Resolved::One(found) = vocabulary.resolve(step) else { return Ok(None) };
        // An estate of its own: an answer that is there already would be no call.
        let connected = connected(zone, "the described landing zone")?;
        world.attach(estate(&connected));
        let returned = guard::watch(async { (found.function)(&mut world, found.context).await }).await.is_ok();
        let is_last = index + 1 == steps.len();
        calls = is_last.then(|| connected.calls().into_keys().filter(|call| call != ENTRY).collect());
        if !returned && !is_last {
            return Ok(None);
        }
    }
    Ok(calls)
}

fn connected(zone: &Arc<MockZone>, shown: &str) -> Result<Connected, String> {
    target::shared(zone, shown, Options::default()).map_err(|error| error.to_string())
}

fn estate(connected: &Connected) -> Arc<Estate> {
    let now = connected.now.unwrap_or_else(clock::now);
    let estate = Estate::new(Arc::clone(&connected.config), connected.source(), now);
    Arc::new(estate.with_register(Arc::clone(&connected.register.register)))
}
