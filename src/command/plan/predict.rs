//! Both sides of the change: the same controls on the landing zone as it is and as the plan makes it, of one estate.

use std::{collections::BTreeMap, sync::Arc};

use logproof_estate::{
    Estate, ExchangeId, Reason, Unseen,
    assessment::{Assessment, ControlResult, ScenarioResult},
    record::{Ending, Observation, Verdict},
};
use logproof_plan::{Bound, Edit, Keeps, Laid, Overlay, Remembered, Setting as Laying, Trace};

use super::base::Base;
use crate::{
    catalogue::{Control, vocabulary::Vocabulary},
    clock,
    run::assess::{self, Setting},
};

/// Both sides.
pub(super) struct Both {
    /// The controls on the landing zone as it is.
    pub(super) before: Assessment,
    /// The controls on the landing zone as it would be.
    pub(super) after: Assessment,
    /// What was laid over which answers, whichever of two documents was taken.
    pub(super) laid: BTreeMap<ExchangeId, Laid>,
    /// Where the plan was made against another state.
    pub(super) stale: Vec<logproof_plan::Stale>,
    /// Whether parts of policies are unknown, so that the controls were decided twice.
    pub(super) twice: bool,
}

/// Assesses before and after.
pub(super) async fn predict(base: &Base, edits: Vec<Edit>, controls: &[Control], vocabulary: &Vocabulary) -> Both {
    let before = assessed(base, &base.estate, "before", controls, vocabulary).await;
    let edits: Arc<[Edit]> = edits.into();
    let (mut after, trace) = planned(base, &edits, Bound::Permissive, controls, vocabulary).await;
    let Trace { mut laid, stale } = trace;
    let twice = laid.values().any(|one| one.bound.is_some() && one.value_is_one_of_two());
    if twice {
        let (other, trace) = planned(base, &edits, Bound::Restrictive, controls, vocabulary).await;
        laid.extend(trace.laid);
        after = agreed(after, &other, &laid);
    }
    Both { before, after, laid, stale, twice }
}

async fn planned(
    base: &Base,
    edits: &Arc<[Edit]>,
    bound: Bound,
    controls: &[Control],
    vocabulary: &Vocabulary,
) -> (Assessment, Trace) {
    let laying =
        Laying { bound, as_of: base.as_of, management_account: base.config.organization.management_account.clone() };
    let below = Arc::new(Remembered(Arc::clone(&base.estate)));
    let overlay = Arc::new(Overlay::over(below, Arc::clone(edits), laying, Arc::new(Keeps)));
    let source = Arc::clone(&overlay) as Arc<dyn logproof_estate::Source>;
    let estate = Estate::new(Arc::clone(&base.config), source, base.as_of);
    let estate = Arc::new(estate.with_register(Arc::clone(base.estate.register())));
    let after = assessed(base, &estate, "after", controls, vocabulary).await;
    (after, overlay.trace())
}

async fn assessed(
    base: &Base,
    estate: &Arc<Estate>,
    id: &str,
    controls: &[Control],
    vocabulary: &Vocabulary,
) -> Assessment {
    let setting =
        Setting { id: id.to_owned(), target: base.target.clone(), started: clock::now(), selection: BTreeMap::new() };
    assess::assess(controls, vocabulary, estate, &BTreeMap::new, setting, std::future::pending(), || ()).await
}

/// What both documents say: a verdict that they share, else ERROR with what is unknown.
fn agreed(mut one: Assessment, other: &Assessment, laid: &BTreeMap<ExchangeId, Laid>) -> Assessment {
    for (control, other) in one.controls.iter_mut().zip(&other.controls) {
        for (scenario, other) in control.scenarios.iter_mut().zip(&other.scenarios) {
            agree(scenario, other, laid);
        }
        control.verdict = worst(control);
    }
    one.summary = Assessment::count(&one.controls);
    one
}

fn worst(control: &ControlResult) -> Verdict {
    Verdict::worst(control.scenarios.iter().map(|scenario| scenario.verdict)).unwrap_or(Verdict::Error)
}

fn agree(one: &mut ScenarioResult, other: &ScenarioResult, laid: &BTreeMap<ExchangeId, Laid>) {
    if one.verdict == other.verdict && !matches!(one.verdict, Verdict::Fail | Verdict::Waived) {
        return;
    }
    if one.verdict == other.verdict {
        // Found whatever the unknown parts are: what only one of the two documents has is not known.
        let shared: Vec<Observation> = one
            .record
            .observations
            .iter()
            .filter(|observation| observation.met || other.record.findings().any(|found| same(found, observation)))
            .cloned()
            .collect();
        if shared.iter().any(|observation| !observation.met) {
            one.record.observations = shared;
            return;
        }
    }
    let unknown = unknown(one, other, laid);
    if unknown.is_empty() {
        // Nothing of the scenario is unknown: the two runs differ for another reason, and neither is believed.
        one.record.unseen.extend(other.record.unseen.iter().cloned());
    }
    one.record.unseen.extend(unknown);
    (one.verdict, one.reason) = one
        .record
        .verdict(&Ending::Undecided("the parts of policies that are known only after the apply decide it".to_owned()));
    if let Some(first) = one.record.unseen.first() {
        one.reason = first.to_string();
    }
    one.waivers.clear();
    one.attestation = None;
}

/// Whether two findings are the same.
fn same(one: &Observation, other: &Observation) -> bool {
    !one.met && one.subject == other.subject && one.expected == other.expected && one.place == other.place
}

/// What of the answers that a scenario got is unknown.
fn unknown(one: &ScenarioResult, other: &ScenarioResult, laid: &BTreeMap<ExchangeId, Laid>) -> Vec<Unseen> {
    let mut all: Vec<Unseen> = Vec::new();
    for id in one.record.exchanges().chain(other.record.exchanges()) {
        let Some(laid) = laid.get(id) else { continue };
        for unknown in &laid.unknown {
            let unseen = Unseen {
                operation: laid.operation.clone(),
                account: laid.account.clone(),
                region: laid.region.clone(),
                subject: laid.subject.clone(),
                reason: Reason::AfterApply { address: unknown.address.clone(), attribute: unknown.attribute.clone() },
                detail: unknown.why.clone(),
                hint: "give the value in the plan, or apply what it depends on first and plan again".to_owned(),
                exchanges: vec![id.clone()],
            };
            let known = |other: &Unseen| other.reason == unseen.reason && other.subject == unseen.subject;
            if !all.iter().any(known) {
                all.push(unseen);
            }
        }
    }
    all
}
