//! The planned landing zone equals the changed one, over the fixtures of every control.
//!
//! Each fixture is the sample with a patch. Every answer that differs between the two becomes an edit, the edits are laid
//! over the sample, and every control must then give the verdict that it gives on the patched zone. Where Terraform has
//! resources for all edits of a fixture, they are written as a plan and read back from it, which tests the reader as well.
//! Left out, each with its reason, are fixtures that no plan can produce: a denied call, another configuration or register,
//! what only time changes. `tests/plan_equivalence/coverage.toml` counts them by reason, and the test compares the counts.
//!
//! A third of the fixtures is examined, chosen by name, because all of them take as long as `controls.rs`.
//! `LOGPROOF_PLANS=all` examines all and compares the counts, `LOGPROOF_UPDATE_FIXTURES=1` rewrites the counts, and
//! `LOGPROOF_FIXTURES=LS-2.6` examines the fixtures of one folder.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

#[path = "plan_equivalence/edits/mod.rs"]
mod edits;
#[path = "plan_equivalence/questions.rs"]
mod questions;
mod support;
#[path = "support/terraform.rs"]
mod terraform;
#[path = "plan_equivalence/written/mod.rs"]
mod written;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use edits::{Left, Made};
use logproof::{
    catalogue::{Control, vocabulary::Vocabulary},
    run::target,
};
use logproof_aws::Options;
use logproof_estate::{
    Estate, Source,
    assessment::{Assessment, ControlResult},
    record::Verdict,
};
use logproof_plan::{Bound, Context, Edit, Keeps, Overlay, Remembered, Setting, Symbols, context::Places};
use logproof_zone::MockZone;
use questions::Listening;
use serde_json::Value;
use support::reach::Reach;

/// Counts of fixtures, committed.
const COVERAGE: &str = "tests/plan_equivalence/coverage.toml";

/// Of so many fixtures one is examined by every control; the others by those that the change can reach.
const EVERY: usize = 25;

struct Fixture {
    name: String,
    text: String,
}

fn fixtures() -> Vec<Fixture> {
    let home = support::root().join("tests/fixtures");
    let wanted = std::env::var("LOGPROOF_FIXTURES").unwrap_or_default();
    let mut found = Vec::new();
    for folder in sorted(&home).into_iter().filter(|entry| entry.is_dir()) {
        let control = folder.file_name().unwrap().to_str().unwrap().to_owned();
        if !wanted.is_empty() && control != wanted {
            continue;
        }
        for path in sorted(&folder) {
            let name = format!("{control}/{}", path.file_name().unwrap().to_str().unwrap());
            found.push(Fixture { name, text: fs::read_to_string(&path).unwrap() });
        }
    }
    found
}

fn sorted(folder: &PathBuf) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    entries
}

/// The sample, and what can be asked of it.
struct Origin {
    zone: Value,
    sample: Assessment,
    reach: Reach,
    controls: Vec<Control>,
    vocabulary: Vocabulary,
    /// The sample, asked at most once for each fact, whatever fixture it is for.
    before: target::Connected,
    base: Arc<dyn Source>,
    /// How many fixtures were read from a plan of Terraform.
    read: AtomicUsize,
}

impl Origin {
    fn new() -> Self {
        let (controls, vocabulary) = support::catalogue();
        let zone = MockZone::resolve(MockZone::sample_text(), "sample").unwrap();
        let sample = support::check(MockZone::sample_text(), "sample", &controls, &vocabulary).unwrap();
        let reach = Reach::of(&zone, &controls, &vocabulary);
        let parsed = MockZone::from_value(zone.clone(), "sample").unwrap();
        let before = target::described(parsed, "sample", Options::default()).unwrap();
        let base = remembered(&before);
        Self { zone, sample, reach, controls, vocabulary, before, base, read: AtomicUsize::default() }
    }

    /// The edits that the reader makes of a plan.
    fn read(&self, plan: &str, name: &str) -> Vec<Edit> {
        let organization = &self.before.config.organization;
        let context = Context {
            partition: self.before.config.partition(),
            home_region: organization.home_region.clone(),
            management_account: organization.management_account.clone(),
            buckets: BTreeMap::new(),
            places: Places::default(),
        };
        let read = logproof_plan::terraform::read(name, plan.as_bytes(), &context).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!((&read.unplaced, &read.unknown), (&Vec::new(), &Vec::new()), "{name}: {plan}");
        assert!(read.not_looked_at.is_empty() && !read.edits.is_empty(), "{name}: {plan}");
        read.edits
    }

    /// What a fixture comes to: a reason why it is left out, or the controls whose verdicts differ.
    fn examine(&self, number: usize, fixture: &Fixture) -> Result<Vec<String>, Left> {
        let zone = MockZone::resolve(&fixture.text, &fixture.name).map_err(|error| Left::because(error.to_string()))?;
        if zone.get("faults").and_then(Value::as_array).is_some_and(|faults| !faults.is_empty()) {
            return Err(Left::because("a call is denied, throttled or answered badly"));
        }
        for (part, what) in [
            ("config", "the configuration is another one"),
            ("register", "the register is another one"),
            ("now", "the instant is another one"),
        ] {
            if zone.get(part) != self.zone.get(part) {
                return Err(Left::because(what));
            }
        }
        let reached = self.reach.reaches(&zone, &fixture.name).map_err(Left::because)?;
        let every = number.is_multiple_of(EVERY);
        let run: Vec<Control> = self
            .controls
            .iter()
            .enumerate()
            .filter(|(index, _)| every || reached.contains(index))
            .map(|(_, control)| control.clone())
            .collect();
        let parse = |zone: &Value| MockZone::from_value(zone.clone(), &fixture.name).unwrap();
        let changed = target::described(parse(&zone), &fixture.name, Options::default()).unwrap();
        let listening = Arc::new(Listening::new(changed.source(), Arc::clone(&self.base)));
        let calls = BTreeMap::new;
        let source = Arc::clone(&listening) as Arc<dyn Source>;
        let expected = support::assessed(&changed, source, &calls, &run, &self.vocabulary);
        let Made { edits, bound } = edits::between(&listening)?;
        if edits.is_empty() {
            return Err(Left::because("no answer that a plan decides differs"));
        }
        let edits = match written::plan(&edits, &*listening.after) {
            Some(plan) => {
                self.read.fetch_add(1, Ordering::Relaxed);
                self.read(&plan, &fixture.name)
            }
            None => edits,
        };
        let planned = self.planned((&self.before, &self.base), edits, bound, &run);
        let pairs = planned.controls.iter().zip(&expected.controls);
        Ok(pairs
            .filter(|(is, wanted)| is.verdict != wanted.verdict)
            .map(|(is, wanted)| {
                let why: Vec<&str> = is.scenarios.iter().map(|scenario| scenario.reason.as_str()).collect();
                let why = why.join(" | ");
                format!(
                    "{}: {} is {}, planned {}: {why}",
                    fixture.name,
                    is.id,
                    wanted.verdict.word(),
                    is.verdict.word()
                )
            })
            .collect())
    }

    fn planned(
        &self,
        (before, base): (&target::Connected, &Arc<dyn Source>),
        edits: Vec<Edit>,
        bound: Bound,
        run: &[Control],
    ) -> Assessment {
        let management_account = before.config.organization.management_account.clone();
        let setting = Setting { bound, as_of: before.now.unwrap(), management_account };
        let overlay = Overlay::over(Arc::clone(base), edits.into(), setting, Arc::new(Keeps));
        support::assessed(before, Arc::new(overlay), &BTreeMap::new, run, &self.vocabulary)
    }
}

/// What is connected to, asked at most once for each fact.
fn remembered(connected: &target::Connected) -> Arc<dyn Source> {
    let estate = Estate::new(Arc::clone(&connected.config), connected.source(), connected.now.unwrap());
    Arc::new(Remembered(Arc::new(estate)))
}

#[test]
fn a_planned_change_gives_the_verdicts_of_the_changed_zone() {
    let origin = Origin::new();
    assert!(origin.sample.controls.iter().all(|control| control.verdict == Verdict::Pass), "the sample is compliant");
    let mut fixtures = fixtures();
    let total = fixtures.len();
    let set = |name: &str| std::env::var_os(name).is_some();
    let whole = set("LOGPROOF_PLANS") || set("LOGPROOF_UPDATE_FIXTURES");
    if !whole && !set("LOGPROOF_FIXTURES") {
        fixtures.retain(|fixture| fixture.name.bytes().map(usize::from).sum::<usize>().is_multiple_of(3));
    }
    let (next, problems, left) =
        (AtomicUsize::new(0), Mutex::new(Vec::new()), Mutex::new(BTreeMap::<String, BTreeSet<String>>::new()));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(fixture) = fixtures.get(number) else { break };
                    match origin.examine(number, fixture) {
                        Ok(found) => problems.lock().unwrap().extend(found),
                        Err(why) => {
                            left.lock().unwrap().entry(why.0).or_default().insert(fixture.name.clone());
                        }
                    }
                }
            });
        }
    });
    let (mut problems, left) = (problems.into_inner().unwrap(), left.into_inner().unwrap());
    problems.sort();
    let not: usize = left.values().map(BTreeSet::len).sum();
    let covered = fixtures.len() - not;
    let read = origin.read.load(Ordering::Relaxed);
    if whole {
        coverage(covered, read, &left);
    } else if set("LOGPROOF_FIXTURES") {
        eprintln!("{covered} of {} fixtures covered; left out: {left:#?}", fixtures.len());
    } else {
        plausible(total, covered, &left);
    }
    eprintln!("{covered} of {} fixtures covered, {read} of them through a plan of Terraform", fixtures.len());
    if !set("LOGPROOF_FIXTURES") {
        assert!(read * 4 >= covered * 3, "only {read} of {covered} fixtures were read from a plan of Terraform");
    }
    assert!(problems.is_empty(), "{} problems in {covered} fixtures:\n{}", problems.len(), problems.join("\n"));
}

/// The committed counts are enough, not more than there are fixtures, and have every reason that was found.
fn plausible(total: usize, covered: usize, left: &BTreeMap<String, BTreeSet<String>>) {
    let committed = fs::read_to_string(support::root().join(COVERAGE)).unwrap();
    let committed: toml::Table = toml::from_str(&committed).unwrap();
    let number = |value: &toml::Value| usize::try_from(value.as_integer().unwrap()).unwrap();
    let reasons = committed["left_out"].as_table().unwrap();
    let counted = number(&committed["covered"]) + reasons.values().map(number).sum::<usize>();
    assert!(number(&committed["covered"]) >= 400 && counted <= total, "{counted} of {total} fixtures are counted");
    let unknown: Vec<_> = left.iter().filter(|(why, _)| !reasons.contains_key(*why)).collect();
    assert!(unknown.is_empty(), "{COVERAGE} has no such reason: {unknown:#?}");
    assert!(covered * 8 >= total, "only {covered} of {total} fixtures were laid over the sample");
}

/// The committed counts are those found, and enough fixtures are covered.
fn coverage(covered: usize, read: usize, left: &BTreeMap<String, BTreeSet<String>>) {
    let mut text = format!(
        "# Fixtures that `tests/plan_equivalence.rs` lays over the sample as a plan, and why it leaves out the others.\n\
         # Written by `LOGPROOF_UPDATE_FIXTURES=1 cargo test --workspace --test plan_equivalence`.\n\ncovered = {covered}\n\
         # Of these, written as a plan of Terraform and read from it.\nread_from_terraform = {read}\n\n[left_out]\n"
    );
    for (why, names) in left {
        text.push_str(&format!("\"{}\" = {}\n", why.replace('"', "'"), names.len()));
    }
    let path = support::root().join(COVERAGE);
    if std::env::var_os("LOGPROOF_UPDATE_FIXTURES").is_some() {
        fs::write(&path, &text).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(covered >= 400, "only {covered} fixtures are covered: {left:#?}");
    assert_eq!(committed, text, "{COVERAGE} is not what was found: run with LOGPROOF_UPDATE_FIXTURES=1");
}

/// The sample without what a log store is made of: accounts and units are there, and nothing else.
fn nothing_yet(mut zone: Value) -> Value {
    for part in [
        "buckets",
        "keys",
        "trails",
        "event_rules",
        "metric_filters",
        "alarms",
        "topics",
        "analyzers",
        "roles",
        "account_public_access_block",
    ] {
        assert!(zone[part].as_object().is_some_and(|all| !all.is_empty()), "the sample has {part}");
        zone[part] = Value::Object(serde_json::Map::new());
    }
    for (part, policy) in [("service_control_policies", "p-protectlogs"), ("resource_control_policies", "p-perimeter1")]
    {
        zone[part].as_object_mut().unwrap().remove(policy).unwrap();
    }
    for part in ["config_recorders", "delivery_channels"] {
        zone.as_object_mut().unwrap().remove(part).unwrap();
    }
    zone
}

/// Edits with every id that the service chooses as a symbol of the resource at an address.
fn symbolic(edits: &[Edit], prefix: &str) -> (Vec<Edit>, Symbols) {
    let mut symbols = Symbols::default();
    let mut text = serde_json::to_string(edits).unwrap();
    for (id, name) in
        [("1234abcd-12ab-34cd-56ef-1234567890ab", "logs"), ("5678efab-56ef-78ab-90cd-567890abcdef", "replica")]
    {
        assert!(text.contains(id), "{id} is in no edit");
        text = text.replace(id, &symbols.key_id(&format!("{prefix}aws_kms_key.{name}")));
    }
    for (id, name) in [("p-protectlogs", "protect"), ("p-perimeter1", "perimeter")] {
        assert!(text.contains(id), "{id} is in no edit");
        text = text.replace(id, &symbols.policy_id(&format!("{prefix}aws_organizations_policy.{name}")));
    }
    (serde_json::from_str(&text).unwrap(), symbols)
}

#[test]
fn a_log_store_of_one_plan_is_decided_before_it_is_there() {
    let origin = Origin::new();
    let parse = |zone: &Value| MockZone::from_value(zone.clone(), "zone").unwrap();
    let before = target::described(parse(&nothing_yet(origin.zone.clone())), "before", Options::default()).unwrap();
    let after = target::described(parse(&origin.zone), "after", Options::default()).unwrap();
    let base = remembered(&before);
    let listening = Arc::new(Listening::new(after.source(), Arc::clone(&base)));
    let source = Arc::clone(&listening) as Arc<dyn Source>;
    support::assessed(&after, source, &BTreeMap::new, &origin.controls, &origin.vocabulary);
    let edits = edits::greenfield(&listening);
    let verdicts = |prefix: &str| {
        let (edits, symbols) = symbolic(&edits, prefix);
        let planned = origin.planned((&before, &base), edits, Bound::Permissive, &origin.controls);
        let why = |control: &ControlResult| {
            let reasons = control.scenarios.iter().filter(|scenario| scenario.verdict == control.verdict);
            reasons.map(|scenario| symbols.shown(&scenario.reason)).collect::<Vec<_>>().join(" | ")
        };
        let all = planned.controls.iter().map(|control| (control.id.clone(), control.verdict, why(control)));
        all.collect::<Vec<_>>()
    };
    let found = verdicts("");
    let of = |verdict: Verdict| found.iter().filter(move |(_, other, _)| *other == verdict);
    let undecided: Vec<_> = of(Verdict::Error).collect();
    assert!(found.len() - undecided.len() >= 55, "{} are undecided: {undecided:#?}", undecided.len());
    for (id, _, why) in &undecided {
        assert!(why.contains("known after apply") || why.contains("only after the apply"), "{id}: {why}");
    }
    // What fails is true after the apply: nobody has confirmed a subscription that was just made.
    let failing: Vec<_> = of(Verdict::Fail).collect();
    let unheard = |why: &str| why.contains("confirmed") || why.contains("reaches somebody");
    assert!(failing.iter().all(|(_, _, why)| unheard(why)), "{failing:#?}");
    // Another name of the same symbol changes no verdict.
    let renamed: Vec<_> = verdicts("module.elsewhere.").into_iter().map(|(id, verdict, _)| (id, verdict)).collect();
    assert_eq!(renamed, found.into_iter().map(|(id, verdict, _)| (id, verdict)).collect::<Vec<_>>());
}
