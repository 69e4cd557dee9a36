//! Every control on every landing zone of `tests/fixtures/<control>/`: the verdict, the subject and the reason, and
//! what it must leave alone.
//!
//! A fixture is a variant of the sample zone (`base: sample` with `patch`, `json_patch`, `config`, `faults`) and
//! `expect`: for each control named, its verdict, and for a verdict that has one, the subject and the reason; where a note
//! is what matters, the note. The reason of a finding may be its hint; that of a control that passes, what was found or
//! who was left out. Every other control whose verdict changes is listed in `tests/fixtures/others.toml`, and only those
//! are. The name of a file begins with the verdict it expects. Controls that get the same answers as on the sample are
//! not run again.
//!
//! `controls/partitions.rs` examines the same fixtures in other partitions.
//!
//! `LOGPROOF_FIXTURES=LS-2.6` runs the fixtures of one folder and shows why each other control changes.
//! `LOGPROOF_UPDATE_FIXTURES=1` rewrites `others.toml`; verdict, subject and reason of a fixture's own control stay the
//! author's.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

#[path = "controls/partitions.rs"]
mod partitions;
mod support;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use logproof::catalogue::{Control, vocabulary::Vocabulary};
use logproof_estate::{
    assessment::{Assessment, ControlResult},
    record::Verdict,
};
use logproof_zone::MockZone;
use serde::Deserialize;
use serde_json::Value;
use support::reach::Reach;

/// File names begin with one of these.
const KINDS: [(&str, Verdict); 5] = [
    ("compliant", Verdict::Pass),
    ("violating", Verdict::Fail),
    ("error", Verdict::Error),
    ("not-applicable", Verdict::NotApplicable),
    ("manual", Verdict::Manual),
];

#[derive(Debug, Deserialize)]
struct File {
    expect: Expect,
}

#[derive(Debug, Deserialize)]
struct Expect {
    #[serde(flatten)]
    controls: BTreeMap<String, Expected>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    verdict: Verdict,
    subject: Option<String>,
    reason: Option<String>,
    /// What a note of the control says.
    note: Option<String>,
}

/// One fixture: the control it is for, the name to show, the text, and the other controls that change on it.
struct Fixture {
    control: String,
    name: String,
    text: String,
    others: BTreeSet<String>,
}

/// Controls that change on a fixture besides its own, by `<control>/<file>`.
type Others = BTreeMap<String, BTreeSet<String>>;

const OTHERS: &str = "tests/fixtures/others.toml";
const OTHERS_HEAD: &str = "\
# Which other controls change their verdict on each fixture: written by
# `LOGPROOF_UPDATE_FIXTURES=1 cargo test --workspace --test controls`. Review the diff, do not edit it.

";

fn others() -> Others {
    toml::from_str(&fs::read_to_string(support::root().join(OTHERS)).unwrap()).unwrap()
}

fn fixtures() -> Vec<Fixture> {
    let home = support::root().join("tests/fixtures");
    let mut others = others();
    let mut found = Vec::new();
    for folder in sorted(&home).into_iter().filter(|entry| entry.is_dir()) {
        let control = folder.file_name().unwrap().to_str().unwrap().to_owned();
        for path in sorted(&folder) {
            let short = format!("{control}/{}", path.file_name().unwrap().to_str().unwrap());
            let others = others.remove(&short).unwrap_or_default();
            let text = fs::read_to_string(&path).unwrap();
            found.push(Fixture { control: control.clone(), name: format!("tests/fixtures/{short}"), text, others });
        }
    }
    assert_eq!(others, Others::new(), "{OTHERS} names fixtures that do not exist");
    found
}

fn sorted(folder: &PathBuf) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    entries
}

#[test]
fn the_list_of_published_mistakes_names_fixtures_that_run() {
    let list = fs::read_to_string(support::root().join("tests/fixtures/README.md")).unwrap();
    let known: BTreeSet<String> = fixtures().into_iter().map(|fixture| fixture.name).collect();
    let named: Vec<&str> = list.split('`').filter(|word| word.starts_with("LS-") && word.ends_with(".yaml")).collect();
    assert!(named.len() >= 15, "the list names {} fixtures", named.len());
    for name in named {
        assert!(known.contains(&format!("tests/fixtures/{name}")), "`{name}` is not a fixture");
    }
}

#[test]
fn every_fixture_gets_its_verdict_for_its_reason_and_nothing_else_changes() {
    let (controls, vocabulary) = support::catalogue();
    let sample = support::check(MockZone::sample_text(), "sample", &controls, &vocabulary).unwrap();
    let wanted = std::env::var("LOGPROOF_FIXTURES").unwrap_or_default();
    let fixtures: Vec<Fixture> =
        fixtures().into_iter().filter(|fixture| wanted.is_empty() || fixture.control == wanted).collect();
    assert!(!fixtures.is_empty(), "there are fixtures to run");
    let update = std::env::var_os("LOGPROOF_UPDATE_FIXTURES").is_some();
    let (next, problems, changes) = (AtomicUsize::new(0), Mutex::new(Vec::new()), Mutex::new(Others::new()));
    let zone = MockZone::resolve(MockZone::sample_text(), "sample").unwrap();
    let reach = Reach::of(&zone, &controls, &vocabulary);
    let examine = |fixture: &Fixture| {
        let zone = MockZone::resolve(&fixture.text, &fixture.name).map_err(|error| error.to_string())?;
        examine(&zone, &fixture.name, &controls, &vocabulary, &sample, &reach)
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(fixture) = fixtures.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let found = match examine(fixture) {
                        Ok(assessment) if update => {
                            let changed = changed(fixture, &assessment, &sample);
                            let ids = changed.iter().map(|control| control.id.clone()).collect();
                            changes.lock().unwrap().insert(short(&fixture.name), ids);
                            compare(fixture, &assessment)
                        }
                        Ok(assessment) => {
                            let mut problems = compare(fixture, &assessment);
                            problems.extend(unexpected(fixture, &changed(fixture, &assessment, &sample)));
                            problems
                        }
                        Err(error) => vec![error],
                    };
                    let found = found.into_iter().map(|problem| format!("{}: {problem}", fixture.name));
                    problems.lock().unwrap().extend(found);
                }
            });
        }
    });
    if update {
        write_others(changes.into_inner().unwrap(), &controls);
    }
    let mut problems = problems.into_inner().unwrap();
    problems.sort();
    assert!(
        problems.is_empty(),
        "{} problems in {} fixtures:\n{}",
        problems.len(),
        fixtures.len(),
        problems.join("\n")
    );
}

/// What every control says of a fixture.
fn examine(
    zone: &Value,
    name: &str,
    controls: &[Control],
    vocabulary: &Vocabulary,
    sample: &Assessment,
    reach: &Reach,
) -> Result<Assessment, String> {
    let (reached, mut assessment) = reach.examine(zone, name, controls, vocabulary)?;
    let mut judged = std::mem::take(&mut assessment.controls).into_iter();
    let every = sample.controls.iter().enumerate();
    assessment.controls = every
        .map(|(index, before)| if reached.contains(&index) { judged.next().unwrap() } else { before.clone() })
        .collect();
    Ok(assessment)
}

/// Rewrites the list of other controls, for the fixtures that were run.
fn write_others(changes: Others, controls: &[Control]) {
    let mut all = others();
    all.extend(changes);
    let mut text = OTHERS_HEAD.to_owned();
    for (name, ids) in all.iter().filter(|(_, ids)| !ids.is_empty()) {
        let ids = controls.iter().filter(|control| ids.contains(&control.id));
        let ids: Vec<String> = ids.map(|control| format!("\"{}\"", control.id)).collect();
        text.push_str(&format!("\"{name}\" = [{}]\n", ids.join(", ")));
    }
    fs::write(support::root().join(OTHERS), text).unwrap();
}

fn short(name: &str) -> String {
    name.trim_start_matches("tests/fixtures/").to_owned()
}

/// What the fixture's own expectations do not find.
fn compare(fixture: &Fixture, assessment: &Assessment) -> Vec<String> {
    let file: File = match serde_yaml_ng::from_str(&fixture.text) {
        Ok(file) => file,
        Err(error) => return vec![format!("its `expect` cannot be read: {error}")],
    };
    let mut problems = Vec::new();
    match file.expect.controls.get(&fixture.control) {
        None => problems.push(format!("expects nothing of {}", fixture.control)),
        Some(expected) => {
            let base = fixture.name.rsplit('/').next().unwrap_or_default();
            let kind = KINDS.iter().find(|(prefix, _)| base.starts_with(prefix));
            if kind.map(|(_, verdict)| *verdict) != Some(expected.verdict) {
                problems.push(format!("its name does not say that it expects {}", expected.verdict.word()));
            }
        }
    }
    let known: BTreeSet<&str> = assessment.controls.iter().map(|control| control.id.as_str()).collect();
    for id in file.expect.controls.keys().filter(|id| !known.contains(id.as_str())) {
        problems.push(format!("names `{id}`, which is no control"));
    }
    problems.extend(
        assessment
            .controls
            .iter()
            .filter(|control| leaves_somebody_helpless(control))
            .map(|control| format!("{} has a finding and does not say what to change", control.id)),
    );
    let named = |control: &ControlResult| file.expect.controls.get(&control.id);
    problems.extend(assessment.controls.iter().filter_map(|control| as_expected(control, named(control)?)));
    problems
}

/// Controls whose verdict is another than on the sample, without those that the fixture has an expectation for.
fn changed<'a>(fixture: &Fixture, assessment: &'a Assessment, sample: &Assessment) -> Vec<&'a ControlResult> {
    let named: BTreeSet<String> = serde_yaml_ng::from_str::<File>(&fixture.text)
        .map(|file| file.expect.controls.into_keys().collect())
        .unwrap_or_default();
    let pairs = assessment.controls.iter().zip(&sample.controls).filter(|(control, _)| !named.contains(&control.id));
    pairs.filter(|(control, before)| control.verdict != before.verdict).map(|(control, _)| control).collect()
}

/// Where the controls that change are not those listed.
fn unexpected(fixture: &Fixture, changed: &[&ControlResult]) -> Option<String> {
    let ids: BTreeSet<String> = changed.iter().map(|control| control.id.clone()).collect();
    if ids == fixture.others {
        return None;
    }
    let more: Vec<&String> = ids.difference(&fixture.others).collect();
    let fewer: Vec<&String> = fixture.others.difference(&ids).collect();
    let mut problem = format!(
        "other controls: {more:?} change and are not listed, {fewer:?} are listed and do not change (review, then run \
         with LOGPROOF_UPDATE_FIXTURES=1)"
    );
    if std::env::var_os("LOGPROOF_FIXTURES").is_some() {
        problem.extend(changed.iter().map(|c| format!("\n  {} {}: {}", c.id, c.verdict.word(), reasons(c))));
    }
    Some(problem)
}

fn leaves_somebody_helpless(control: &ControlResult) -> bool {
    control.scenarios.iter().flat_map(|scenario| scenario.record.findings()).any(|finding| finding.hint.is_none())
}

fn as_expected(control: &ControlResult, expected: &Expected) -> Option<String> {
    let id = &control.id;
    if control.verdict != expected.verdict {
        let (is, wanted) = (control.verdict.word(), expected.verdict.word());
        return Some(format!("{id} is {is}, expected {wanted}: {}", reasons(control)));
    }
    if let Some(wanted) = &expected.note {
        let notes: Vec<&String> = control.scenarios.iter().flat_map(|scenario| &scenario.record.notes).collect();
        if !notes.iter().any(|note| note.contains(wanted)) {
            return Some(format!("{id} has no note `{wanted}`, only {notes:?}"));
        }
    }
    let must_say = matches!(expected.verdict, Verdict::Fail) && expected.subject.is_none()
        || matches!(expected.verdict, Verdict::Fail | Verdict::Error) && expected.reason.is_none();
    if must_say {
        return Some(format!("{id} is {} as expected, but of no stated subject or reason", control.verdict.word()));
    }
    let statements = statements(control, expected.verdict);
    let fits = |(subject, text): &(String, String)| {
        expected.subject.as_ref().is_none_or(|wanted| subject == wanted)
            && expected.reason.as_ref().is_none_or(|wanted| text.contains(wanted.as_str()))
    };
    let nothing_asked = expected.subject.is_none() && expected.reason.is_none();
    if nothing_asked || statements.iter().any(fits) {
        return None;
    }
    let said: Vec<String> = statements.iter().map(|(subject, text)| format!("\n    {subject}: {text}")).collect();
    Some(format!("{id} is {} for other reasons: {}", control.verdict.word(), said.concat()))
}

/// What a control reports with its verdict: subject and text. Of a control that does not fail also who was left
/// out and what was found.
fn statements(control: &ControlResult, verdict: Verdict) -> Vec<(String, String)> {
    let mut statements = Vec::new();
    for scenario in control.scenarios.iter().filter(|scenario| scenario.verdict == verdict) {
        let record = &scenario.record;
        match verdict {
            Verdict::Fail => statements.extend(record.findings().map(|finding| {
                let place = finding.place.as_deref().unwrap_or_default();
                let witness = finding.witness.as_ref().map(|witness| {
                    format!("{} {}", witness.sentence, witness.statement.as_deref().unwrap_or_default())
                });
                let witness = witness.unwrap_or_default();
                let hint = finding.hint.as_deref().unwrap_or_default();
                let text = format!("expected {}, found {} {place} {witness} {hint}", finding.expected, finding.found);
                (finding.subject.arn.clone(), text)
            })),
            Verdict::Error if !record.unseen.is_empty() => {
                statements.extend(record.unseen.iter().map(|unseen| (unseen.subject.clone(), unseen.to_string())));
            }
            _ => {
                let left_out = record.populations.iter().flat_map(|population| &population.left_out);
                let said = [&scenario.reason].into_iter().chain(left_out);
                statements.extend(said.map(|text| (String::new(), text.clone())));
                let met = record.observations.iter().map(|one| (one.subject.arn.clone(), one.found.clone()));
                statements.extend(met);
            }
        }
    }
    statements
}

fn reasons(control: &ControlResult) -> String {
    let worst = control.scenarios.iter().filter(|scenario| scenario.verdict == control.verdict);
    worst.map(|scenario| format!("\n    {}: {}", scenario.name, scenario.reason)).collect()
}

#[test]
fn every_control_has_fixtures_and_every_fixture_a_control() {
    let (controls, _) = support::catalogue();
    let ids: BTreeSet<String> = controls.iter().map(|control| control.id.clone()).collect();
    let mut kinds: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for fixture in fixtures() {
        let base = fixture.name.rsplit('/').next().unwrap().to_owned();
        let kind = KINDS.iter().find(|(prefix, _)| base.starts_with(prefix)).map(|(prefix, _)| *prefix);
        assert!(kind.is_some() && base.ends_with(".yaml"), "{}: the name does not begin with a verdict", fixture.name);
        kinds.entry(fixture.control).or_default().extend(kind);
    }
    let with_fixtures: BTreeSet<String> = kinds.keys().cloned().collect();
    assert_eq!(ids, with_fixtures, "controls on the left, folders of fixtures on the right");
    let lacking: Vec<String> = kinds
        .iter()
        // A control that only lists what somebody must accept neither passes nor fails by itself.
        .filter(|(_, kinds)| !kinds.contains("manual"))
        .flat_map(|(id, kinds)| {
            let lacks = ["compliant", "violating"].into_iter().filter(|kind| !kinds.contains(kind));
            lacks.map(move |kind| format!("{id} has no {kind} fixture"))
        })
        .collect();
    assert_eq!(lacking, Vec::<String>::new());
}

#[test]
fn file_names_begin_with_the_id_of_their_control() {
    let (controls, _) = support::catalogue();
    for control in controls {
        let file = control.path.rsplit('/').next().unwrap().to_owned();
        assert!(file.starts_with(&format!("{}-", control.id)), "{} is in {}", control.id, control.path);
    }
}

#[test]
fn nothing_on_the_sample_fails_or_cannot_be_assessed() {
    let (controls, vocabulary) = support::catalogue();
    let sample = support::check(MockZone::sample_text(), "sample", &controls, &vocabulary).unwrap();
    let bad = sample.controls.iter().filter(|control| matches!(control.verdict, Verdict::Fail | Verdict::Error));
    let bad: Vec<String> = bad.map(|control| format!("{} {}", control.id, reasons(control))).collect();
    assert_eq!(bad, Vec::<String>::new());
    assert!(sample.controls_with(Verdict::Pass) > 0);
}

#[test]
fn every_file_of_steps_is_compiled_and_registers() {
    let declared: BTreeSet<String> = logproof::catalogue::vocabulary::Vocabulary::registered()
        .sentences
        .iter()
        .map(|s| s.file.replace('\\', "/"))
        .collect();
    let steps = support::root().join("steps");
    let mut with_steps = BTreeSet::new();
    let mut folders = vec![steps.clone()];
    while let Some(folder) = folders.pop() {
        for path in sorted(&folder) {
            let name = path.strip_prefix(support::root()).unwrap().to_str().unwrap().replace('\\', "/");
            if path.is_dir() && name != "steps/tests" && name != "steps/target" {
                folders.push(path);
            } else if name.ends_with(".rs") && registers(&fs::read_to_string(&path).unwrap()) {
                with_steps.insert(name);
            }
        }
    }
    assert!(!with_steps.is_empty());
    assert_eq!(declared, with_steps, "registered on the left, files with step attributes on the right");
}

/// Whether a source file has a step attribute.
fn registers(source: &str) -> bool {
    source
        .lines()
        .any(|line| ["#[given(", "#[when(", "#[then("].iter().any(|attribute| line.trim().starts_with(attribute)))
}
