use std::{sync::Arc, time::Duration};

use cucumber::{given, then, when};
use logproof_aws::{Aws, Options};
use logproof_estate::{
    AccountId, Config, Estate,
    assessment::StepState,
    record::{Observation, Population, Subject, Verdict},
    world::{Judged, LogproofWorld, Stop},
};
use logproof_wire::{CallTag, NoAnswer, Serve, WireRequest, WireResponse};

use super::*;
use crate::catalogue;

#[given("a quiet beginning")]
fn quiet(_: &mut LogproofWorld) {}

#[when("a finding is recorded")]
fn finding(w: &mut LogproofWorld) {
    w.observe(Observation::new(Subject::arn("arn:aws:s3:::b"), "a thing", "another", false));
}

#[then("it is as expected")]
async fn as_expected(w: &mut LogproofWorld) -> Judged {
    tokio::task::yield_now().await;
    w.observe(Observation::new(Subject::arn("arn:aws:s3:::b"), "a thing", "a thing", true));
    w.settle()
}

#[then("it stops without a record")]
async fn stops(_: &mut LogproofWorld) -> Judged {
    tokio::task::yield_now().await;
    Err(Stop::because("for no reason"))
}

#[then("it settles")]
fn settles(w: &mut LogproofWorld) -> Judged {
    w.settle()
}

#[then("it panics")]
async fn panics(_: &mut LogproofWorld) -> Judged {
    tokio::task::yield_now().await;
    let nothing: Vec<u8> = Vec::new();
    assert_eq!(nothing[0], 1);
    Ok(())
}

#[then(expr = "{word} of {word} were examined")]
fn so_many_examined(w: &mut LogproofWorld, examined: usize, expected: usize) -> Judged {
    w.observe(Observation::new(Subject::arn("arn:aws:s3:::b"), "a thing", "a thing", true));
    w.population(Population {
        of: "things".to_owned(),
        expected,
        examined,
        source: "a list".to_owned(),
        left_out: vec![],
    });
    w.settle()
}

#[then("the list of things is empty")]
fn empty(w: &mut LogproofWorld) -> Judged {
    Err(w.not_applicable("s3:ListThings returned none"))
}

#[then("the caller is known")]
async fn caller(w: &mut LogproofWorld) -> Judged {
    let answer = w.estate()?.caller_identity().await;
    w.see(answer)?;
    w.settle()
}

#[then(regex = "^it is said (once|twice)$")]
fn said(_: &mut LogproofWorld) {}

#[then("it is said twice")]
fn said_again(_: &mut LogproofWorld) {}

#[then("it waits forever")]
async fn forever(_: &mut LogproofWorld) {
    std::future::pending::<()>().await;
}

#[then(expr = "it computes for {int} ms")]
fn computes(w: &mut LogproofWorld, milliseconds: u64) -> Judged {
    std::thread::sleep(Duration::from_millis(milliseconds));
    w.observe(Observation::new(Subject::arn("arn:aws:s3:::b"), "a thing", "a thing", true));
    w.settle()
}

#[then("it computes until it is told to stop")]
fn obedient(w: &mut LogproofWorld) -> Judged {
    loop {
        if let Some(reason) = w.cancellation.reason() {
            return Err(Stop::because(reason));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[then("it computes a little again and again")]
async fn in_pieces(_: &mut LogproofWorld) {
    loop {
        std::thread::sleep(Duration::from_millis(100));
        tokio::task::yield_now().await;
    }
}

#[derive(Debug)]
struct Silent;

impl Serve for Silent {
    fn serve(&self, _: &CallTag, _: &WireRequest) -> Result<WireResponse, NoAnswer> {
        Err(NoAnswer::NotRecorded("nothing is".to_owned()))
    }
}

fn estate() -> Arc<Estate> {
    let config = "[organization]\nmanagement_account = '111111111111'\nlog_archive_account = '222222222222'\n\
        home_region = 'eu-central-1'\ngoverned_regions = ['eu-central-1']\n[names]\nprefix = 'acme'\nkey = 'alias/k'\n\
        trail = 't'\n[limits]\ncomputing_seconds = 1\n";
    let config = Config::parse(config).unwrap();
    let caller: AccountId = "111111111111".parse().unwrap();
    let aws = Aws::served(Arc::new(Silent), &caller, &config, Options::default());
    Arc::new(Estate::new(Arc::new(config), Arc::new(aws), "2026-01-15T12:00:00Z".parse().unwrap()))
}

async fn outcomes(steps: &[&str]) -> Vec<Outcome> {
    let text: String = steps.iter().enumerate().map(|(n, s)| format!("  Scenario: {n}\n    {s}\n")).collect();
    let feature = catalogue::parse(&format!("Feature: F\n{text}")).unwrap();
    let scenarios = catalogue::scenarios(&feature);
    let scenarios: Vec<&Scenario> = scenarios.iter().collect();
    let mut outcomes = vec![None; scenarios.len()];
    let complete =
        run(&scenarios, &Vocabulary::registered(), &estate(), std::future::pending(), |i, o| outcomes[i] = Some(o))
            .await;
    assert!(complete);
    outcomes.into_iter().map(Option::unwrap).collect()
}

async fn verdict(steps: &str) -> (Verdict, String) {
    let outcome = outcomes(&[steps]).await.remove(0);
    outcome.record.verdict(&outcome.ending)
}

#[tokio::test]
async fn a_scenario_that_observed_what_is_expected_passes() {
    let (verdict, reason) = verdict("Given a quiet beginning\nThen it is as expected").await;
    assert_eq!((verdict, reason.as_str()), (Verdict::Pass, "a thing"));
}

#[tokio::test]
async fn a_step_that_returns_err_with_nothing_recorded_is_error() {
    let (verdict, reason) = verdict("Then it stops without a record").await;
    assert_eq!(verdict, Verdict::Error);
    assert!(reason.contains("stopped without recording why: for no reason"), "{reason}");
}

#[tokio::test]
async fn a_step_that_returns_err_after_a_finding_is_fail() {
    let (verdict, reason) = verdict("When a finding is recorded\nThen it settles").await;
    assert_eq!(verdict, Verdict::Fail);
    assert_eq!(reason, "expected a thing, found another, at arn:aws:s3:::b");
}

#[tokio::test]
async fn a_panic_is_error_even_after_a_finding() {
    for steps in ["Then it panics", "When a finding is recorded\nThen it panics"] {
        let (verdict, reason) = verdict(steps).await;
        assert_eq!(verdict, Verdict::Error, "{steps}");
        assert!(reason.contains("src/run/runner_tests.rs:") && reason.contains("out of bounds"), "{reason}");
    }
}

#[tokio::test]
async fn an_argument_that_cannot_be_parsed_is_error() {
    let (verdict, reason) = verdict("When a finding is recorded\nThen some of many were examined").await;
    assert_eq!(verdict, Verdict::Error);
    assert!(reason.contains("can not be parsed to usize"), "{reason}");
}

#[tokio::test]
async fn undefined_and_ambiguous_steps_are_error() {
    assert_eq!(verdict("Then nobody wrote this").await.0, Verdict::Error);
    assert_eq!(verdict("When a finding is recorded\nThen nobody wrote this").await.0, Verdict::Error);
    let (verdict, reason) = verdict("Then it is said twice").await;
    assert_eq!(verdict, Verdict::Error);
    assert!(reason.contains("matches 2 registered steps"), "{reason}");
}

#[tokio::test]
async fn nothing_observed_is_error() {
    for steps in ["", "Given a quiet beginning", "Then it is said once"] {
        let (verdict, reason) = verdict(steps).await;
        assert_eq!((verdict, reason.as_str()), (Verdict::Error, "nothing was examined"), "{steps}");
    }
}

#[tokio::test]
async fn an_empty_population_is_not_applicable_with_its_query() {
    let (verdict, reason) = verdict("Then the list of things is empty").await;
    assert_eq!((verdict, reason.as_str()), (Verdict::NotApplicable, "s3:ListThings returned none"));
}

#[tokio::test]
async fn a_population_examined_in_part_is_error() {
    assert_eq!(verdict("Then 3 of 3 were examined").await.0, Verdict::Pass);
    let (verdict, reason) = verdict("Then 2 of 3 were examined").await;
    assert_eq!((verdict, reason.as_str()), (Verdict::Error, "only 2 of 3 things were examined"));
}

#[tokio::test]
async fn what_cannot_be_seen_is_error() {
    let (verdict, reason) = verdict("Then the caller is known").await;
    assert_eq!(verdict, Verdict::Error);
    assert!(reason.contains("sts:GetCallerIdentity"), "{reason}");
}

#[tokio::test]
async fn steps_say_how_far_they_got() {
    let states = |outcome: &Outcome| outcome.steps.iter().map(|step| step.state).collect::<Vec<_>>();
    let all = outcomes(&[
        "Given a quiet beginning\nWhen a finding is recorded\nThen it settles\nAnd it is said once",
        "Given a quiet beginning\nThen it is as expected",
        "Then nobody wrote this\nThen it settles",
    ])
    .await;
    use StepState::{NotReached, Passed, Stopped};
    assert_eq!(states(&all[0]), [Passed, Passed, Stopped, NotReached]);
    assert_eq!(states(&all[1]), [Passed, Passed]);
    assert_eq!(states(&all[2]), [Stopped, NotReached]);
    assert_eq!(all[0].steps[3].keyword, "And");
}

#[tokio::test]
async fn an_interrupt_leaves_the_outcomes_that_are_there() {
    let feature = catalogue::parse(
        "Feature: F\n  Scenario: long\n    Then it waits forever\n  Scenario: short\n    Then it is as expected\n",
    )
    .unwrap();
    let scenarios = catalogue::scenarios(&feature);
    let scenarios: Vec<&Scenario> = scenarios.iter().collect();
    let mut ended = Vec::new();
    let soon = tokio::time::sleep(Duration::from_millis(50));
    let complete = run(&scenarios, &Vocabulary::registered(), &estate(), soon, |index, _| ended.push(index)).await;
    assert!(!complete);
    assert_eq!(ended, [1], "scenarios run side by side, and what has ended is kept");
}

/// Runs scenarios of one step each until `interrupt`; what ended when, and whether all did.
async fn timed(steps: &[&str], interrupt: impl Future<Output = ()>) -> (Vec<(usize, Verdict, String, Duration)>, bool) {
    let text: String = steps.iter().enumerate().map(|(n, s)| format!("  Scenario: {n}\n    Then {s}\n")).collect();
    let feature = catalogue::parse(&format!("Feature: F\n{text}")).unwrap();
    let scenarios = catalogue::scenarios(&feature);
    let scenarios: Vec<&Scenario> = scenarios.iter().collect();
    let (begun, mut ended) = (Instant::now(), Vec::new());
    let complete = run(&scenarios, &Vocabulary::registered(), &estate(), interrupt, |index, outcome| {
        let (verdict, reason) = outcome.record.verdict(&outcome.ending);
        ended.push((index, verdict, reason, begun.elapsed()));
    })
    .await;
    (ended, complete)
}

#[tokio::test]
async fn a_step_that_does_not_come_back_is_error_and_the_others_go_on() {
    let (ended, complete) = timed(
        &["it is as expected", "it computes for 20000 ms", "it is as expected", "the caller is known"],
        std::future::pending(),
    )
    .await;
    assert!(complete);
    assert_eq!(ended.len(), 4, "{ended:?}");
    let (number, verdict, reason, after) = &ended[3];
    assert_eq!(*number, 1, "{ended:?}");
    assert_eq!((*verdict, reason.as_str()), (Verdict::Error, "not decided in 1 s"));
    assert!(*after < Duration::from_secs(10), "{ended:?}");
    assert!(ended[2].3 < *after - Duration::from_millis(500), "the others do not wait for it: {ended:?}");
    assert_eq!(ended.iter().filter(|(_, verdict, ..)| *verdict == Verdict::Pass).count(), 2, "{ended:?}");
}

#[tokio::test]
async fn a_step_that_is_told_to_stop_ends_by_itself() {
    let (ended, complete) =
        timed(&["it computes until it is told to stop", "it is as expected"], std::future::pending()).await;
    assert!(complete);
    let told = ended.iter().find(|(index, ..)| *index == 0).unwrap();
    assert_eq!(told.1, Verdict::Error);
    assert!(told.2.contains("not decided in 1 s") && told.2.contains("stopped without recording"), "{ended:?}");
}

#[tokio::test]
async fn a_step_that_computes_in_pieces_has_the_same_time() {
    let (ended, complete) = timed(&["it computes a little again and again"], std::future::pending()).await;
    assert!(complete);
    assert_eq!((ended[0].1, ended[0].2.as_str()), (Verdict::Error, "not decided in 1 s"));
}

#[tokio::test]
async fn every_scenario_has_one_outcome_when_some_take_long() {
    let steps =
        ["it computes for 700 ms", "it is as expected", "it computes for 650 ms", "it is as expected", "it panics"];
    let (ended, complete) = timed(&steps, std::future::pending()).await;
    assert!(complete);
    let mut verdicts: Vec<(usize, Verdict)> = ended.iter().map(|(index, verdict, ..)| (*index, *verdict)).collect();
    verdicts.sort();
    let pass = Verdict::Pass;
    assert_eq!(verdicts, [(0, pass), (1, pass), (2, pass), (3, pass), (4, Verdict::Error)], "{ended:?}");
}

#[tokio::test]
async fn an_interrupt_is_obeyed_whatever_is_computed() {
    for step in
        ["it computes for 20000 ms", "it computes until it is told to stop", "it computes a little again and again"]
    {
        let begun = Instant::now();
        let soon = tokio::time::sleep(Duration::from_millis(800));
        let (ended, complete) = timed(&["it is as expected", step], soon).await;
        assert!(!complete);
        assert!(ended.iter().all(|(index, verdict, ..)| (*index, *verdict) == (0, Verdict::Pass)), "{step}: {ended:?}");
        assert!(begun.elapsed() < Duration::from_secs(2), "{step}: {:?}", begun.elapsed());
    }
}
