//! Whether the observations of a bundle are those that its assessment counts.

use std::{
    cell::OnceCell,
    collections::{BTreeMap, HashSet},
    path::Path,
};

use logproof_estate::{
    AccountId, ExchangeId,
    assessment::{Assessment, Target},
    cells::{Counted, Sum, account_of, digest, expectation},
};

use super::{Cell, CellFile, NO_ACCOUNT, each_cell, index};
use crate::files::{CELL_INDEX, CELLS};

/// The exchanges that a recording holds, in the order of its lines.
#[derive(Debug, Default)]
pub struct Held {
    ids: Vec<[u8; 32]>,
    /// The same, made when a cell names exchanges by their ids.
    named: OnceCell<HashSet<[u8; 32]>>,
}

/// The digest that an id is; zeros when it is none, as no exchange has.
fn bytes(id: &ExchangeId) -> [u8; 32] {
    let mut bytes = [0; 32];
    match hex::decode_to_slice(id.as_str(), &mut bytes) {
        Ok(()) => bytes,
        Err(_) => [0; 32],
    }
}

impl Held {
    /// Takes the exchange of the next line.
    pub fn add(&mut self, id: &ExchangeId) {
        self.ids.push(bytes(id));
    }

    /// The exchange of a line.
    fn at(&self, line: u64) -> Option<ExchangeId> {
        let at = usize::try_from(line.checked_sub(1)?).ok()?;
        self.ids.get(at).map(|id| ExchangeId::new(hex::encode(id)))
    }

    fn lacks(&self, id: &ExchangeId) -> bool {
        let named = self.named.get_or_init(|| self.ids.iter().copied().collect());
        !named.contains(&bytes(id))
    }

    /// Names the exchanges of an observation by their ids, and returns the first that the recording lacks.
    fn resolve(&self, cell: &mut Cell) -> Option<String> {
        let lacking = cell.observation.exchanges.iter().find(|id| self.lacks(id));
        let mut lacking = lacking.map(|id| format!("exchange {id}"));
        for line in &cell.lines {
            match self.at(*line) {
                Some(id) => cell.observation.exchanges.push(id),
                None => drop(lacking.get_or_insert_with(|| format!("line {line}"))),
            }
        }
        lacking
    }
}

/// What of the cells of a bundle is not as its assessment counts it, one line each. `held` are the exchanges of the
/// recording.
#[must_use]
pub fn problems(bundle: &Path, assessment: &Assessment, held: &Held) -> Vec<String> {
    // A prediction keeps no observations of its own: it is made again from what it was laid over.
    if matches!(assessment.run.target, Target::Planned { .. }) && index(bundle).is_ok_and(|index| index.is_none()) {
        return Vec::new();
    }
    match count(bundle, held) {
        Err(problem) => vec![problem],
        Ok((found, mut problems)) => {
            problems.extend(differences(&counted(assessment), &found));
            problems
        }
    }
}

/// Whether an assessment counts observations that it does not list.
#[must_use]
pub fn are_counted(assessment: &Assessment) -> bool {
    assessment
        .controls
        .iter()
        .flat_map(|control| &control.scenarios)
        .any(|scenario| !scenario.record.counted.is_empty())
}

/// Control, scenario and what is expected.
type Group = (String, String, String);

/// How many observations a group has, and the sum of their digests.
type Groups = BTreeMap<Group, (usize, Sum)>;

fn counted(assessment: &Assessment) -> Groups {
    let mut groups = BTreeMap::new();
    for control in &assessment.controls {
        for scenario in &control.scenarios {
            for Counted { expected, members, sha256_sum, .. } in &scenario.record.counted {
                let group = (control.id.clone(), scenario.name.clone(), expected.to_string());
                groups.insert(group, (*members, *sha256_sum));
            }
        }
    }
    groups
}

fn count(bundle: &Path, held: &Held) -> Result<(Groups, Vec<String>), String> {
    let (mut groups, mut problems): (Groups, _) = (BTreeMap::new(), Vec::new());
    for CellFile { file, accounts, observations } in index(bundle)?.map(|index| index.files).unwrap_or_default() {
        let accounts: HashSet<String> = accounts.into_iter().collect();
        let (mut number, mut stray, mut lacking) = (0, None, None);
        each_cell(bundle, &file, |mut cell| {
            number += 1;
            let account = account_of(&cell.observation).map_or(NO_ACCOUNT, AccountId::as_str);
            if !accounts.contains(account) {
                stray.get_or_insert_with(|| account.to_owned());
            }
            if let (Some(what), None) = (held.resolve(&mut cell), &lacking) {
                lacking = Some(format!("{file}: {} is based on {what}, which the recording lacks", cell.control));
            }
            let expected = expectation(&cell.observation).to_string();
            let group = groups.entry((cell.control, cell.scenario, expected)).or_default();
            group.0 += 1;
            group.1.add(&digest(&cell.observation));
        })?;
        problems.extend(lacking);
        problems
            .extend(stray.map(|account| format!("{file}: holds account {account}, which {CELL_INDEX} does not say")));
        if number != observations {
            problems.push(format!("{file}: holds {number} observations, {CELL_INDEX} says {observations}"));
        }
    }
    Ok((groups, problems))
}

fn differences(said: &Groups, found: &Groups) -> Vec<String> {
    let groups: std::collections::BTreeSet<&Group> = said.keys().chain(found.keys()).collect();
    let one = |group: &Group| {
        let (control, scenario, expected) = group;
        let place = format!("{CELLS}: {control} {scenario}, `{expected}`");
        match (said.get(group), found.get(group)) {
            (Some(said), Some(found)) if said == found => None,
            (Some((said, _)), Some((found, _))) if said == found => {
                Some(format!("{place}: not the observations that were counted"))
            }
            (said, found) => {
                let number = |group: Option<&(usize, Sum)>| group.map_or(0, |(members, _)| *members);
                Some(format!("{place}: {} observations, the assessment counts {}", number(found), number(said)))
            }
        }
    };
    groups.into_iter().filter_map(one).collect()
}
