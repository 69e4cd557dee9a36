//! Runs selected controls on an estate and builds the assessment: the one place where outcomes become verdicts.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use futures::FutureExt as _;
use jiff::Timestamp;
use logproof_estate::{
    AccountId, Estate, Share, Spawn,
    assessment::{Assessment, ControlResult, Run, SCHEMA, ScenarioResult, StepsOf, Target, Tool},
    facts::Directory,
    record::Verdict,
};

use crate::{
    catalogue::{Control, Scenario, StepCrate, vocabulary::Vocabulary},
    run::{
        runner::{self, Outcome},
        share,
    },
};

/// What is known of a run before it begins.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Run id.
    pub id: String,
    /// What is examined.
    pub target: Target,
    /// Start of the run.
    pub started: Timestamp,
    /// The selection as given.
    pub selection: BTreeMap<String, String>,
}

/// Drives questions on the threads of the runtime.
pub(crate) fn on_this_runtime() -> Spawn {
    let runtime = tokio::runtime::Handle::current();
    Arc::new(move |question| drop(runtime.spawn(question)))
}

/// Runs the controls; `finished` is told of each scenario as it ends. A run that `interrupt` cuts short is complete in
/// form: what was not run is ERROR, and the run says that it is incomplete.
pub async fn assess(
    controls: &[Control],
    vocabulary: &Vocabulary,
    estate: &Arc<Estate>,
    calls: &dyn Fn() -> BTreeMap<String, u64>,
    setting: Setting,
    interrupt: impl Future<Output = ()>,
    mut finished: impl FnMut(),
) -> Assessment {
    let begin = Instant::now();
    let interrupt = interrupt.shared();
    let scenarios: Vec<&Scenario> = controls.iter().flat_map(|control| &control.scenarios).collect();
    let mut outcomes: Vec<Option<Outcome>> = scenarios.iter().map(|_| None).collect();
    let complete = runner::run(&scenarios, vocabulary, estate, interrupt.clone(), |index, outcome| {
        if let Some(slot) = outcomes.get_mut(index) {
            *slot = Some(outcome);
        }
        finished();
    })
    .await;
    let cut_off = outcomes.iter().filter(|outcome| outcome.is_none()).count();
    let interrupted = (!complete)
        .then(|| format!("interrupted: {cut_off} of {} scenarios were not run to their end", outcomes.len()));
    keep_cells(controls, vocabulary, &outcomes, estate);
    let mut outcomes = outcomes.into_iter();
    let mut results: Vec<ControlResult> =
        controls.iter().map(|control| control_result(control, &mut outcomes, &setting, begin)).collect();
    share::leave_to_others(estate.share(), &mut results, controls, vocabulary);
    let mut run = describe(estate, setting, interrupt).await;
    run.incomplete = interrupted.or(run.incomplete);
    run.calls = calls();
    run.questions = estate.questions_asked();
    run.ended = after(run.started, begin.elapsed());
    let mut assessment = Assessment {
        schema: SCHEMA.to_owned(),
        tool: tool(vocabulary),
        run,
        summary: Assessment::count(&results),
        controls: results,
        register: Vec::new(),
        baseline: None,
        exchanges: BTreeMap::new(),
    };
    logproof_estate::register::apply(&mut assessment, estate.register(), estate.as_of());
    assessment
}

/// Tells who took observations which scenario each attempt was of.
fn keep_cells(controls: &[Control], vocabulary: &Vocabulary, outcomes: &[Option<Outcome>], estate: &Estate) {
    let Some(cells) = estate.cells() else { return };
    let scenarios = controls.iter().flat_map(|control| control.scenarios.iter().map(move |one| (control, one)));
    for ((control, scenario), outcome) in scenarios.zip(outcomes) {
        let left_to_others = estate.share() == Share::Organization && vocabulary.is_divided(scenario);
        if let Some(attempt) = outcome.as_ref().and_then(|outcome| outcome.attempt).filter(|_| !left_to_others) {
            cells.keep(attempt, &control.id, &scenario.name);
        }
    }
}

/// This program, with the steps it was built with.
pub(crate) fn tool(vocabulary: &Vocabulary) -> Tool {
    let of = |one: &StepCrate| StepsOf { name: one.name().to_owned(), version: one.version().to_owned() };
    let steps = vocabulary.crates().iter().map(of).collect();
    Tool { name: "logproof".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned(), steps }
}

/// Facts about the run; they do not hold up somebody who wants to stop. Evidence of which nobody knows who gathered it is
/// incomplete: verdicts depend on what the caller may see.
async fn describe(estate: &Estate, setting: Setting, interrupt: impl Future<Output = ()>) -> Run {
    let asked = async { futures::join!(estate.caller_identity(), estate.organization(), estate.directory()) };
    let (caller, organization, directory) = tokio::select! {
        biased;
        () = interrupt => (Err("interrupted".to_owned()), None, None),
        (caller, organization, directory) = asked => {
            (caller.map_err(|unseen| unseen.to_string()), organization.ok(), directory.ok())
        }
    };
    let incomplete = caller.as_ref().err().map(|why| format!("it is not known who asked: {why}"));
    Run {
        id: setting.id,
        target: setting.target,
        started: setting.started,
        ended: setting.started,
        as_of: estate.as_of(),
        caller: caller.ok().map(|caller| (*caller).clone()),
        organization: organization.map(|organization| organization.id.clone()),
        accounts_from: directory.as_ref().map(|directory| directory.exchanges().to_vec()).unwrap_or_default(),
        accounts: directory.map(|directory| accounts(estate.share(), &directory)),
        regions: estate.config().organization.governed_regions.clone(),
        assumed: estate.config().assumed(),
        selection: setting.selection,
        incomplete,
        calls: BTreeMap::new(),
        questions: 0,
    }
}

/// The active accounts a run is about; what is not about single accounts is about all of them.
fn accounts(share: Share, directory: &Directory) -> Vec<AccountId> {
    let share = if share == Share::Organization { Share::Whole } else { share };
    let of = share.of(directory);
    directory.active().map(|account| account.id.clone()).filter(|id| of.contains(id)).collect()
}

fn control_result(
    control: &Control,
    outcomes: &mut impl Iterator<Item = Option<Outcome>>,
    setting: &Setting,
    begin: Instant,
) -> ControlResult {
    let scenarios: Vec<ScenarioResult> = control
        .scenarios
        .iter()
        .map(|scenario| {
            let elapsed = u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX);
            let outcome = outcomes.next().flatten();
            let outcome = outcome
                .unwrap_or_else(|| Outcome::not_run(scenario, "the run was interrupted before it ended", elapsed));
            scenario_result(control, scenario, outcome, setting)
        })
        .collect();
    ControlResult {
        id: control.id.clone(),
        title: control.title.clone(),
        severity: control.severity.clone(),
        hardening: control.hardening,
        frameworks: control.frameworks.clone(),
        feature: control.path.clone(),
        feature_sha256: control.sha256.clone(),
        text: control.text.clone(),
        // A control without scenarios is refused before; should one come here, it was not assessed.
        verdict: Verdict::worst(scenarios.iter().map(|scenario| scenario.verdict)).unwrap_or(Verdict::Error),
        scenarios,
    }
}

fn scenario_result(control: &Control, scenario: &Scenario, outcome: Outcome, setting: &Setting) -> ScenarioResult {
    let (verdict, reason) = outcome.record.verdict(&outcome.ending);
    ScenarioResult {
        name: scenario.name.clone(),
        rule: scenario.rule.clone(),
        line: scenario.line,
        severity: scenario.severity().filter(|own| *own != control.severity).map(str::to_owned),
        verdict,
        reason,
        steps: outcome.steps,
        record: outcome.record,
        waivers: Vec::new(),
        attestation: None,
        started: after(setting.started, Duration::from_millis(outcome.began_ms)),
        duration_ms: outcome.took_ms,
    }
}

/// An instant some time after another, to the millisecond.
fn after(start: Timestamp, elapsed: Duration) -> Timestamp {
    let millis = i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_millisecond(start.as_millisecond().saturating_add(millis)).unwrap_or(start)
}
