//! What changed between two bundles: verdicts, subjects, facts, policies.
//!
//! Both bundles must be as they were made; everything reported comes from their assessments and recordings. It must not
//! know controls, and asks nobody.

use std::{collections::BTreeMap, path::Path};

use jiff::Timestamp;
use logproof_estate::{
    Config,
    assessment::{Assessment, ControlResult, Target},
    record::{Observation, Verdict},
};
use serde::Serialize;

use super::{
    DiffError,
    facts::{self, FactChange},
    policies::{self, Effect, PolicyChange},
};
use crate::{
    bundle::{keys::PublicKey, manifest, verify},
    files::{ASSESSMENT, CONFIGURATION, REGISTER},
};

/// One of the two runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Side {
    /// Run id.
    pub run: String,
    /// The instant that stood for "now".
    pub as_of: Timestamp,
    /// Organization, when it was known.
    pub organization: Option<String>,
    /// SHA-256 of the manifest.
    pub manifest_sha256: String,
    /// Key that sealed it.
    pub sealed_by: Option<String>,
}

/// A verdict that is not what it was; `None` on a side where there is no such control or scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct VerdictChange {
    /// Control id.
    pub control: String,
    /// Scenario; `None` for the control as a whole.
    pub scenario: Option<String>,
    /// Verdict before.
    pub was: Option<Verdict>,
    /// Verdict now.
    pub is: Option<Verdict>,
    /// Why, now (before, when there is none now).
    pub reason: String,
}

/// A subject of which something else was found, or that is only on one side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct SubjectChange {
    /// Control id.
    pub control: String,
    /// The subject.
    pub subject: String,
    /// What the control asks for.
    pub expected: String,
    /// What was found before.
    pub was: Option<Found>,
    /// What is found now.
    pub is: Option<Found>,
}

/// What was found of a subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Found {
    /// What is there.
    pub found: String,
    /// Whether it meets the control.
    pub met: bool,
}

/// Everything that changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Diff {
    /// The earlier bundle.
    pub from: Side,
    /// The later bundle.
    pub to: Side,
    /// What must be known to read the rest: another organization, another tool, another selection.
    pub cautions: Vec<String>,
    /// Verdicts.
    pub verdicts: Vec<VerdictChange>,
    /// Subjects.
    pub subjects: Vec<SubjectChange>,
    /// Answers of AWS.
    pub facts: Vec<FactChange>,
    /// Policies, with what they newly allow.
    pub policies: Vec<PolicyChange>,
}

impl Diff {
    /// Whether nothing changed.
    #[must_use]
    pub(super) fn is_empty(&self) -> bool {
        self.verdicts.is_empty() && self.subjects.is_empty() && self.facts.is_empty() && self.policies.is_empty()
    }

    /// Whether the effect of every changed policy was decided.
    #[must_use]
    pub(super) fn is_decided(&self) -> bool {
        let undecided = |effect: &Effect| matches!(effect, Effect::Undecided { .. });
        !self.policies.iter().any(|p| undecided(&p.newly_allowed) || undecided(&p.no_longer_allowed))
    }
}

struct Loaded {
    side: Side,
    assessment: Assessment,
    config: Config,
    /// Digests of the register's files, by path.
    register: BTreeMap<String, String>,
}

/// Compares two bundles.
///
/// # Errors
/// [`DiffError`].
pub(super) fn diff(from: &Path, to: &Path, key: Option<&PublicKey>) -> Result<Diff, DiffError> {
    let (before, after) = (load(from, key)?, load(to, key)?);
    let (facts, policies) = if before.is_predicted() || after.is_predicted() {
        // A prediction holds what AWS answered before the change, which its edits were laid over.
        (Vec::new(), Vec::new())
    } else {
        let around = policies::Around::of(&after.assessment, &after.config);
        let policies = policies::compare(from, to, &around)?;
        (facts::compare(from, to)?, policies)
    };
    Ok(Diff {
        cautions: cautions(&before, &after),
        verdicts: verdicts(&before.assessment, &after.assessment),
        subjects: subjects(&before.assessment, &after.assessment),
        facts,
        policies,
        from: before.side,
        to: after.side,
    })
}

impl Loaded {
    /// Whether it is of a plan.
    fn is_predicted(&self) -> bool {
        matches!(self.assessment.run.target, Target::Planned { .. })
    }
}

fn load(place: &Path, key: Option<&PublicKey>) -> Result<Loaded, DiffError> {
    let refuse = |why: String| DiffError::Changed { path: place.to_owned(), why };
    let found = verify::verify(place, verify::Known { key, ..verify::Known::default() })?;
    if let Some(problem) = found.problems.first() {
        return Err(refuse(problem.clone()));
    }
    let assessment: Assessment = read(&place.join(ASSESSMENT)).map_err(refuse)?;
    let config = read(&place.join(CONFIGURATION)).map_err(refuse)?;
    let (manifest, _) = manifest::read(place)?;
    let register = manifest.files.into_iter().filter(|file| Path::new(&file.path).starts_with(REGISTER));
    Ok(Loaded {
        register: register.map(|file| (file.path, file.sha256)).collect(),
        side: Side {
            run: found.run,
            as_of: assessment.run.as_of,
            organization: assessment.run.organization.clone(),
            manifest_sha256: found.manifest_sha256,
            sealed_by: found.sealed_by,
        },
        assessment,
        config,
    })
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, String> {
    let bytes = manifest::read_bounded(path).map_err(|error| format!("`{}`: {error}", path.display()))?;
    serde_json::from_slice(&bytes).map_err(|error| format!("`{}`: {error}", path.display()))
}

fn cautions(before: &Loaded, after: &Loaded) -> Vec<String> {
    let (a, b) = (&before.assessment, &after.assessment);
    let mut cautions = Vec::new();
    if before.is_predicted() || after.is_predicted() {
        cautions
            .push("one is the prediction of a plan: verdicts and subjects are compared, not AWS's answers".to_owned());
    }
    if a.run.organization != b.run.organization {
        cautions.push("the bundles are of different organizations".to_owned());
    }
    if a.tool != b.tool {
        cautions.push(format!("made by {} and by {}", a.tool, b.tool));
    }
    if a.run.selection != b.run.selection {
        cautions.push("the runs selected different controls".to_owned());
    }
    if before.config != after.config {
        cautions.push("the runs used different configurations".to_owned());
    }
    if before.register != after.register {
        cautions.push("the runs used different registers".to_owned());
    }
    let texts = |assessment: &Assessment| -> BTreeMap<String, String> {
        assessment.controls.iter().map(|c| (c.feature.clone(), c.feature_sha256.clone())).collect()
    };
    let (old, new) = (texts(a), texts(b));
    let changed = new.iter().filter(|(path, digest)| old.get(*path).is_some_and(|was| was != *digest));
    cautions.extend(changed.map(|(path, _)| format!("the text of {path} changed")));
    if b.run.as_of < a.run.as_of {
        cautions.push("the second bundle is the earlier one".to_owned());
    }
    cautions
}

fn verdicts(before: &Assessment, after: &Assessment) -> Vec<VerdictChange> {
    let mut changes = Vec::new();
    for (id, (was, is)) in paired(&before.controls, &after.controls, |control| control.id.clone()) {
        let (old, new) = (was.map(|c| c.verdict), is.map(|c| c.verdict));
        if old != new {
            let reason = is.or(was).map(reason_of).unwrap_or_default();
            changes.push(VerdictChange { control: id.clone(), scenario: None, was: old, is: new, reason });
        }
        let scenarios = |control: Option<&ControlResult>| control.map(|c| c.scenarios.clone()).unwrap_or_default();
        let (ours, theirs) = (scenarios(was), scenarios(is));
        if ours.is_empty() || theirs.is_empty() {
            continue;
        }
        for (name, (was, is)) in paired(&ours, &theirs, |scenario| scenario.name.clone()) {
            let (old, new) = (was.map(|s| s.verdict), is.map(|s| s.verdict));
            if old != new {
                let reason = is.or(was).map(|s| s.reason.clone()).unwrap_or_default();
                let scenario = Some(name);
                changes.push(VerdictChange { control: id.clone(), scenario, was: old, is: new, reason });
            }
        }
    }
    changes
}

/// The reason of the scenario that decided the control.
fn reason_of(control: &ControlResult) -> String {
    let decided = control.scenarios.iter().find(|scenario| scenario.verdict == control.verdict);
    decided.map(|scenario| scenario.reason.clone()).unwrap_or_default()
}

fn subjects(before: &Assessment, after: &Assessment) -> Vec<SubjectChange> {
    let listed = |assessment: &Assessment| {
        let mut listed: BTreeMap<(String, String, String), Vec<Found>> = BTreeMap::new();
        for control in &assessment.controls {
            for observation in control.scenarios.iter().flat_map(|scenario| &scenario.record.observations) {
                let Observation { subject, expected, found, met, .. } = observation;
                let key = (control.id.clone(), subject.arn.clone(), expected.to_string());
                listed.entry(key).or_default().push(Found { found: found.clone(), met: *met });
            }
        }
        listed
    };
    let (old, new) = (listed(before), listed(after));
    let mut keys: Vec<_> = old.keys().chain(new.keys()).collect();
    keys.sort();
    keys.dedup();
    let mut changes = Vec::new();
    for key in keys {
        let only = |here: Option<&Vec<Found>>, there: Option<&Vec<Found>>| -> Vec<Found> {
            let there = there.cloned().unwrap_or_default();
            here.into_iter().flatten().filter(|found| !there.contains(found)).cloned().collect()
        };
        let (was, is) = (only(old.get(key), new.get(key)), only(new.get(key), old.get(key)));
        let (control, subject, expected) = key.clone();
        for number in 0..was.len().max(is.len()) {
            changes.push(SubjectChange {
                control: control.clone(),
                subject: subject.clone(),
                expected: expected.clone(),
                was: was.get(number).cloned(),
                is: is.get(number).cloned(),
            });
        }
    }
    changes
}

/// Items of both sides by name.
fn paired<'a, T>(
    before: &'a [T],
    after: &'a [T],
    name: impl Fn(&T) -> String,
) -> BTreeMap<String, (Option<&'a T>, Option<&'a T>)> {
    let mut pairs: BTreeMap<String, (Option<&T>, Option<&T>)> = BTreeMap::new();
    for item in before {
        pairs.entry(name(item)).or_default().0 = Some(item);
    }
    for item in after {
        pairs.entry(name(item)).or_default().1 = Some(item);
    }
    pairs
}
