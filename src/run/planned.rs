//! The landing zone as a plan would make it: the controls run on an estate with the edits laid over it.
//!
//! Where parts of policies are unknown, every control is decided on the most permissive and on the most restrictive
//! landing zone that the plan can lead to; what they agree on is decided.

use std::{collections::BTreeMap, sync::Arc};

use logproof_estate::{
    Estate, ExchangeId, Reason, Source, Unseen,
    assessment::{Assessment, ControlResult, ScenarioResult},
    record::{Ending, Observation, Verdict},
};
use logproof_plan::{Bound, Edit, Keep, Laid, Overlay, Remembered, Setting as Laying, Stale, Symbols, Trace};

use super::assess::{self, Setting};
use crate::catalogue::{Control, vocabulary::Vocabulary};

/// What a plan is laid over, and by which controls it is judged.
pub struct Ground<'a> {
    /// The landing zone as it is.
    pub estate: &'a Arc<Estate>,
    /// Records what is laid over answers.
    pub keep: Arc<dyn Keep>,
    /// The controls.
    pub controls: &'a [Control],
    /// The steps they are written in.
    pub vocabulary: &'a Vocabulary,
}

/// What the plan would lead to.
pub struct Planned {
    /// The controls on the landing zone as it would be.
    pub assessment: Assessment,
    /// What was laid over which answers, whichever of two documents was taken.
    pub laid: BTreeMap<ExchangeId, Laid>,
    /// Where the plan was made against another state.
    pub stale: Vec<Stale>,
    /// Whether parts of policies are unknown, so that the controls were decided twice.
    pub twice: bool,
    /// The landing zone as it would be; two of them, the most permissive and the most restrictive, when decided twice.
    pub estates: Vec<Arc<Estate>>,
}

impl Ground<'_> {
    /// Runs the controls on the landing zone as the edits make it.
    pub async fn plan(&self, edits: &Arc<[Edit]>, setting: &Setting) -> Planned {
        let (mut assessment, trace, estate) = self.bounded(edits, Bound::Permissive, setting).await;
        let (Trace { mut laid, stale }, mut estates) = (trace, vec![estate]);
        let twice = laid.values().any(Laid::value_is_one_of_two);
        if twice {
            let (other, trace, estate) = self.bounded(edits, Bound::Restrictive, setting).await;
            laid.extend(trace.laid);
            assessment = agreed(assessment, &other, &laid);
            estates.push(estate);
        }
        Planned { assessment, laid, stale, twice, estates }
    }

    async fn bounded(&self, edits: &Arc<[Edit]>, bound: Bound, setting: &Setting) -> (Assessment, Trace, Arc<Estate>) {
        let (config, as_of) = (self.estate.config(), self.estate.as_of());
        let laying = Laying { bound, as_of, management_account: config.organization.management_account.clone() };
        let below = Arc::new(Remembered(Arc::clone(self.estate)));
        let overlay = Arc::new(Overlay::over(below, Arc::clone(edits), laying, Arc::clone(&self.keep)));
        let source = Arc::clone(&overlay) as Arc<dyn Source>;
        let estate = Estate::new(Arc::new(config.clone()), source, as_of);
        let estate = Arc::new(estate.with_register(Arc::clone(self.estate.register())));
        (self.assess(&estate, setting.clone()).await, overlay.trace(), estate)
    }

    /// Runs the controls on an estate.
    pub async fn assess(&self, estate: &Arc<Estate>, setting: Setting) -> Assessment {
        let calls = BTreeMap::new;
        assess::assess(self.controls, self.vocabulary, estate, &calls, setting, std::future::pending(), || ()).await
    }
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
    let failing = matches!(one.verdict, Verdict::Fail | Verdict::Waived);
    if one.verdict == other.verdict && !failing {
        return;
    }
    // Found whatever the unknown parts are: what only one of the two documents has is not known.
    one.record
        .observations
        .retain(|observation| observation.met || other.record.findings().any(|found| same(found, observation)));
    if one.verdict == other.verdict && one.record.findings().next().is_some() {
        return;
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

/// What takes the place of what a scenario found, where a part of what it was answered is sensitive.
pub struct Secret {
    /// Why it is not shown.
    pub why: String,
    /// What was asked about.
    pub subject: String,
}

/// Whether what a scenario found may be shown.
#[must_use]
pub fn secret(scenario: &ScenarioResult, laid: &BTreeMap<ExchangeId, Laid>) -> Option<Secret> {
    let secret = scenario.record.exchanges().find_map(|id| laid.get(id).filter(|laid| laid.sensitive))?;
    let named: Vec<String> =
        secret.origins.iter().map(|origin| format!("`{}` of `{}`", origin.attribute, origin.address)).collect();
    let why = format!("not shown, because {} is marked sensitive", named.join(" and "));
    Some(Secret { why, subject: secret.subject.clone() })
}

/// Takes from the assessment of the landing zone after the change what is sensitive, and prints symbols as what they
/// represent.
pub fn make_presentable(after: &mut Assessment, laid: &BTreeMap<ExchangeId, Laid>, symbols: &Symbols) {
    for scenario in after.controls.iter_mut().flat_map(|control| &mut control.scenarios) {
        match secret(scenario, laid) {
            Some(secret) => conceal(scenario, &secret),
            None => print(scenario, symbols),
        }
    }
}

fn conceal(scenario: &mut ScenarioResult, secret: &Secret) {
    let hide = |text: &mut String| text.clone_from(&secret.why);
    hide(&mut scenario.reason);
    let record = &mut scenario.record;
    record.notes.iter_mut().chain(&mut record.not_applicable).chain(&mut record.manual).for_each(hide);
    record.populations.iter_mut().flat_map(|population| &mut population.left_out).for_each(hide);
    for unseen in &mut record.unseen {
        hide(&mut unseen.detail);
        unseen.subject.clone_from(&secret.subject);
    }
    for group in &mut record.counted {
        group.expected = secret.why.as_str().into();
        group.found.iter_mut().map(|found| &mut found.text).for_each(hide);
    }
    for found in &mut record.observations {
        hide(&mut found.found);
        found.subject.arn.clone_from(&secret.subject);
        found.expected = secret.why.as_str().into();
        found.hint.iter_mut().chain(&mut found.place).for_each(hide);
        (found.witness, found.allowed, found.proposal) = (None, None, None);
    }
}

fn print(scenario: &mut ScenarioResult, symbols: &Symbols) {
    let shown = |text: &mut String| *text = symbols.shown(text);
    shown(&mut scenario.reason);
    let record = &mut scenario.record;
    record.notes.iter_mut().chain(&mut record.not_applicable).chain(&mut record.manual).for_each(shown);
    record.populations.iter_mut().flat_map(|population| &mut population.left_out).for_each(shown);
    for unseen in &mut record.unseen {
        shown(&mut unseen.detail);
        shown(&mut unseen.subject);
    }
    for group in &mut record.counted {
        group.expected = symbols.shown(&group.expected).into();
        group.found.iter_mut().map(|found| &mut found.text).for_each(shown);
    }
    for found in &mut record.observations {
        shown(&mut found.found);
        shown(&mut found.subject.arn);
        found.expected = symbols.shown(&found.expected).into();
        found.hint.iter_mut().chain(&mut found.place).for_each(shown);
        if let Some(witness) = &mut found.witness {
            shown(&mut witness.sentence);
        }
    }
}
