//! How much of what a compliant landing zone says the controls hold it to: every compliant zone is weakened one thing at a
//! time, and some control must notice.
//!
//! The sample zone is weakened everywhere and examined by every control; each other compliant fixture is weakened in what
//! makes it differ from the sample, and examined by the control it is for. A weakening that no control notices is a
//! survivor: `survivors.toml` says why it may be one, and a survivor that is not listed, like an entry that no survivor
//! needs, fails this test. `target/tmp/mutation.txt` lists who noticed what. `LOGPROOF_MUTANTS=text` examines those
//! whose name contains the text.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

#[path = "../support/mod.rs"]
mod support;

mod additions;
mod policies;
mod survivors;
mod weaken;
mod zone;

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs,
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use logproof::catalogue::{Control, vocabulary::Vocabulary};
use logproof_estate::{assessment::Assessment, record::Verdict};
use logproof_zone::MockZone;
use serde_json::Value;
use support::reach::Reach;
use survivors::Survivors;
use zone::Mutant;

/// A compliant zone and what weakens it.
struct Origin {
    /// `sample`, or control and file of the fixture.
    name: String,
    zone: Value,
    mutants: Vec<Mutant>,
    controls: Vec<Control>,
    /// What each control asks, where there are many controls.
    reach: Option<Reach>,
}

/// What became of one weakened zone.
enum Fate {
    /// Controls that no longer pass, with the verdict: FAIL, ERROR, or MANUAL where the attestation no longer holds.
    Noticed(Vec<String>),
    /// Nothing fails.
    Survived,
    /// It cannot be written: no zone, configuration or register is like this.
    Refused,
}

#[test]
fn what_weakens_a_compliant_zone_is_noticed_or_explained() {
    let (controls, vocabulary) = support::catalogue();
    let wanted = std::env::var("LOGPROOF_MUTANTS").unwrap_or_default();
    let origins = origins(&controls, &vocabulary);
    let all: Vec<(&Origin, &Mutant)> = origins
        .iter()
        .flat_map(|origin| origin.mutants.iter().map(move |mutant| (origin, mutant)))
        .filter(|(origin, mutant)| full_name(origin, mutant).contains(&wanted))
        .collect();
    let mut names = BTreeSet::new();
    let twice: Vec<String> = all
        .iter()
        .map(|(origin, mutant)| full_name(origin, mutant))
        .filter(|name| !names.insert(name.clone()))
        .collect();
    assert_eq!(twice, Vec::<String>::new(), "two mutants have one name");

    let mut fates = examine(&all, &vocabulary);
    fates.sort_by(|a, b| a.0.cmp(&b.0));
    let report = Report::of(&fates);
    fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join("mutation.txt"), &report.list).unwrap();

    let known = Survivors::read();
    let mut complaints = known.complaints(&report.survivors, wanted.is_empty());
    complaints.extend(known.unstated(&controls));
    assert!(complaints.is_empty(), "{}\n{}", report.sentence(&known), complaints.join("\n"));
    if wanted.is_empty() {
        let published = fs::read_to_string(support::root().join("reports/README.md")).unwrap();
        let sentence = report.sentence(&known);
        let published = published.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(published.contains(&sentence), "reports/README.md must say:\n{sentence}");
        assert!(report.share(&known) >= 95.0, "{sentence}");
    }
}

fn full_name(origin: &Origin, mutant: &Mutant) -> String {
    format!("{}: {}", origin.name, mutant.name)
}

/// The sample, and every compliant fixture that is another zone.
fn origins(controls: &[Control], vocabulary: &Vocabulary) -> Vec<Origin> {
    let sample = MockZone::resolve(MockZone::sample_text(), "sample").unwrap();
    let mut mutants = weaken::everything(&sample);
    mutants.extend(additions::everything());
    let reach = Some(Reach::of(&sample, controls, vocabulary));
    let controls_of_all = controls.to_vec();
    let name = "sample".to_owned();
    let mut found = vec![Origin { name, zone: sample.clone(), mutants, controls: controls_of_all, reach }];
    for control in controls {
        let folder = support::root().join("tests/fixtures").join(&control.id);
        let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        for file in files {
            let name = file.file_stem().unwrap().to_str().unwrap();
            if !name.starts_with("compliant") {
                continue;
            }
            let zone = MockZone::resolve(&fs::read_to_string(&file).unwrap(), name).unwrap();
            let changed = zone::differences(&sample, &zone);
            let mutants = weaken::everything(&zone);
            // What is taken away from a difference is the sample again, and history is not what a zone is.
            let here = |mutant: &Mutant| changed.iter().any(|place| mutant.is_below(place));
            let mutants = mutants.into_iter().filter(|mutant| here(mutant) && mutant.is_of_a_setting());
            found.push(Origin {
                name: format!("{}/{name}", control.id),
                mutants: mutants.collect(),
                zone,
                controls: vec![control.clone()],
                reach: None,
            });
        }
    }
    found
}

fn examine(all: &[(&Origin, &Mutant)], vocabulary: &Vocabulary) -> Vec<(String, Fate)> {
    let (next, fates) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some((origin, mutant)) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let fate = fate(origin, &mutant.of(&origin.zone), vocabulary);
                    fates.lock().unwrap().push((full_name(origin, mutant), fate));
                }
            });
        }
    });
    fates.into_inner().unwrap()
}

fn fate(origin: &Origin, weakened: &Value, vocabulary: &Vocabulary) -> Fate {
    let assessment = match &origin.reach {
        Some(reach) => {
            let examined = reach.examine(weakened, "mutant", &origin.controls, vocabulary);
            examined.map(|(_, assessment)| assessment)
        }
        None => support::check(&weakened.to_string(), "mutant", &origin.controls, vocabulary),
    };
    assessment.map_or(Fate::Refused, |assessment| noticed(&assessment))
}

/// A control that does not apply, or passes, has noticed nothing.
fn noticed(assessment: &Assessment) -> Fate {
    let quiet = [Verdict::Pass, Verdict::NotApplicable];
    let noticing = assessment.controls.iter().filter(|control| !quiet.contains(&control.verdict));
    let noticing: Vec<String> = noticing.map(|control| format!("{} {}", control.id, control.verdict.word())).collect();
    if noticing.is_empty() { Fate::Survived } else { Fate::Noticed(noticing) }
}

/// What a whole run found.
struct Report {
    noticed: usize,
    without_fail: usize,
    survivors: Vec<String>,
    list: String,
}

impl Report {
    fn of(fates: &[(String, Fate)]) -> Self {
        let mut report = Self { noticed: 0, without_fail: 0, survivors: Vec::new(), list: String::new() };
        for (name, fate) in fates {
            match fate {
                Fate::Noticed(controls) => {
                    report.noticed += 1;
                    report.without_fail += usize::from(!controls.iter().any(|control| control.ends_with("FAIL")));
                    writeln!(report.list, "{name}\n    {}", controls.join(", ")).unwrap();
                }
                Fate::Survived => {
                    report.survivors.push(name.clone());
                    writeln!(report.list, "{name}\n    SURVIVED").unwrap();
                }
                Fate::Refused => writeln!(report.list, "{name}\n    refused").unwrap(),
            }
        }
        report
    }

    /// Weakened zones that some control notices, of those that no longer are what the catalogue asks for.
    fn share(&self, known: &Survivors) -> f64 {
        let share = |part: usize, whole: usize| {
            100.0 * f64::from(u32::try_from(part).unwrap()) / f64::from(u32::try_from(whole).unwrap())
        };
        share(self.noticed, self.noticed + self.gaps(known) + self.beyond_limits(known))
    }

    fn gaps(&self, known: &Survivors) -> usize {
        self.survivors.iter().filter(|name| known.is_gap(name)).count()
    }

    fn beyond_limits(&self, known: &Survivors) -> usize {
        self.survivors.iter().filter(|name| known.is_beyond_a_limit(name)).count()
    }

    fn sentence(&self, known: &Survivors) -> String {
        let (gaps, limits) = (self.gaps(known), self.beyond_limits(known));
        format!(
            "Of {} compliant landing zones weakened in one thing, {} are noticed ({} of them by ERROR or MANUAL \
             alone), {} still meet every control and are listed with the reason, {limits} are beyond what the text of \
             a control states that it examines, {gaps} are gaps: {:.1} %.",
            self.noticed + self.survivors.len(),
            self.noticed,
            self.without_fail,
            self.survivors.len() - gaps - limits,
            self.share(known),
        )
    }
}
