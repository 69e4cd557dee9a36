//! The parts of a run: found, verified, and proved to be all parts of one and the same run.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use logproof_estate::{AccountId, Share, assessment::Target, record::Verdict};

use super::error::MergeError;
use crate::{
    bundle::{keys::PublicKey, manifest::FileEntry, part::PartBundle},
    error::Unreadable,
    files::{CONFIGURATION, FEATURES, MANIFEST, REGISTER},
};

/// All parts of one run.
pub(super) struct Parts {
    /// What is about the organization.
    pub(super) first: PartBundle,
    /// The shares of the accounts, by their number.
    pub(super) shares: Vec<PartBundle>,
}

impl Parts {
    /// Opens the bundles, and refuses those that are not all parts of one run, each there once, all sealed with the key when
    /// one is given.
    pub(super) fn open(places: &[PathBuf], key: Option<&PublicKey>) -> Result<Self, MergeError> {
        let (mut first, mut shares): (Option<PartBundle>, BTreeMap<u32, PartBundle>) = (None, BTreeMap::new());
        for place in bundles(places)? {
            let part = PartBundle::open(&place, key)?;
            let other = match part.share() {
                Share::Whole => return Err(MergeError::Whole { path: place }),
                Share::Organization => first.replace(part),
                Share::Accounts { index, .. } => shares.insert(index, part),
            };
            if let Some(other) = other {
                return Err(MergeError::Twice { share: other.share(), one: other.place, other: place });
            }
        }
        let parts = Self { first: first.ok_or(MergeError::NoFirst)?, shares: shares.into_values().collect() };
        parts.are_of_one_run()?;
        parts.are_all()?;
        parts.examine_each_account_once()?;
        Ok(parts)
    }

    /// The first job, then the shares by their number.
    pub(super) fn all(&self) -> impl Iterator<Item = &PartBundle> {
        std::iter::once(&self.first).chain(&self.shares)
    }

    fn are_of_one_run(&self) -> Result<(), MergeError> {
        let refuse =
            |part: &PartBundle, what| Err(MergeError::OtherRun { path: part.place.clone(), share: part.share(), what });
        for part in self.all() {
            if let Some(why) = part.incomplete() {
                let (path, share, why) = (part.place.clone(), part.share(), why.to_owned());
                return Err(MergeError::Incomplete { path, share, why });
            }
        }
        for part in &self.shares {
            if let Some(what) = difference(&self.first, part) {
                return refuse(part, what);
            }
            if part.manifest.organization.as_ref() != Some(&self.first.named()) {
                return refuse(part, "bundle of the first job");
            }
            if part.share().count() != self.count() {
                return refuse(part, "number of shares");
            }
        }
        Ok(())
    }

    /// Into how many shares the accounts were divided.
    fn count(&self) -> Option<u32> {
        self.shares.first().and_then(|part| part.share().count())
    }

    fn are_all(&self) -> Result<(), MergeError> {
        let count = self.count().unwrap_or(1);
        let there = |index: u32| self.shares.iter().any(|part| part.share() == Share::Accounts { index, count });
        let missing: Vec<Share> =
            (0..count).filter(|index| !there(*index)).map(|index| Share::Accounts { index, count }).collect();
        let Some(first) = missing.first().copied() else { return Ok(()) };
        let named: Vec<String> = missing.iter().take(10).map(|share| format!("`{share}`")).collect();
        let more = if missing.len() > named.len() { ", ..." } else { "" };
        let are = if missing.len() == 1 { "share" } else { "shares" };
        let verb = if missing.len() == 1 { "is" } else { "are" };
        Err(MergeError::Missing { what: format!("{are} {}{more} {verb}", named.join(", ")), first })
    }

    fn examine_each_account_once(&self) -> Result<(), MergeError> {
        let Some(accounts) = &self.first.manifest.run.accounts else {
            let (path, share) = (self.first.place.clone(), self.first.share());
            return Err(MergeError::Incomplete { path, share, why: "the accounts could not be listed".to_owned() });
        };
        let known: BTreeSet<&AccountId> = accounts.iter().collect();
        let mut by: BTreeMap<&AccountId, Vec<&PartBundle>> = accounts.iter().map(|id| (id, Vec::new())).collect();
        for part in &self.shares {
            for id in part.manifest.run.accounts.iter().flatten() {
                by.entry(id).or_default().push(part);
            }
        }
        for (id, parts) in by {
            let (problem, hint) = match parts.as_slice() {
                [_] if known.contains(id) => continue,
                [] => ("is examined by no share".to_owned(), "run all shares again"),
                [one] => {
                    let problem = format!("is examined by share `{}`, and the first job does not list it", one.share());
                    (problem, "run this share again")
                }
                [one, other, ..] => (
                    format!("is examined by two shares, `{}` and `{}`", one.share(), other.share()),
                    "run both shares again",
                ),
            };
            return Err(MergeError::Account { account: id.clone(), problem, hint: hint.to_owned() });
        }
        Ok(())
    }

    /// The shares in which a control is ERROR, as the end of a hint.
    pub(super) fn with_errors(&self) -> String {
        let has = |part: &&PartBundle| part.manifest.population.controls.values().any(|one| *one == Verdict::Error);
        let named: Vec<String> = self.all().filter(has).map(|part| format!("`{}`", part.share())).collect();
        if named.is_empty() { String::new() } else { format!(": {}", named.join(", ")) }
    }
}

/// What a share was asked that differs from what the first job was.
fn difference(first: &PartBundle, part: &PartBundle) -> Option<&'static str> {
    let same_files = |below: &str| files(first, below) == files(part, below);
    let checks = [
        ("program", first.manifest.tool == part.manifest.tool),
        ("landing zone", of(first) == of(part)),
        ("organization", first.manifest.run.organization == part.manifest.run.organization),
        ("configuration", same_files(CONFIGURATION)),
        ("register", same_files(REGISTER)),
        ("set of features", same_files(FEATURES)),
        ("selection", first.request.selection == part.request.selection),
        ("instant as now", first.request.as_of == part.request.as_of),
    ];
    checks.into_iter().find(|(_, same)| !same).map(|(what, _)| what)
}

/// What was examined a part of.
pub(super) fn of(part: &PartBundle) -> &Target {
    match &part.manifest.run.target {
        Target::Share { of, .. } => of,
        whole => whole,
    }
}

/// A file of a bundle, or those below a folder of it.
fn files<'p>(part: &'p PartBundle, name: &str) -> Vec<&'p FileEntry> {
    let is_it = |file: &&FileEntry| Path::new(&file.path).starts_with(name);
    part.manifest.files.iter().filter(is_it).collect()
}

/// Every bundle that is named, or is in a folder that is.
fn bundles(places: &[PathBuf]) -> Result<Vec<PathBuf>, MergeError> {
    let mut found = Vec::new();
    for place in places {
        if place.join(MANIFEST).is_file() {
            found.push(place.clone());
            continue;
        }
        let mut within = Vec::new();
        for entry in fs::read_dir(place).map_err(Unreadable::at(place))? {
            let path = entry.map_err(Unreadable::at(place))?.path();
            // What is being written, or was left by a crash, is hidden.
            let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
            if !hidden && path.join(MANIFEST).is_file() {
                within.push(path);
            }
        }
        if within.is_empty() {
            return Err(MergeError::NoBundle { folder: place.clone() });
        }
        within.sort();
        found.append(&mut within);
    }
    Ok(found)
}
