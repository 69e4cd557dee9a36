//! The smallest part of a plan without which a control gets no worse: parts are left out, and the control is decided again.

use std::{
    collections::{BTreeSet, HashMap},
    slice,
    sync::Arc,
};

use logproof_estate::assessment::Assessment;
use logproof_plan::{Edit, Keeps, Origin, Symbols};

use super::{
    compare,
    outcome::{ControlChange, Direction, Without},
};
use crate::{
    catalogue::Control,
    run::{assess::Setting, planned::Ground},
};

/// How often controls are decided again, for all of them together; less often where every time takes long.
const TRIALS: std::ops::RangeInclusive<usize> = 20..=300;
/// How many edits are laid again, for all of them together.
const LAID_AGAIN: usize = 2_000_000;

/// Looks for what to leave out of a plan.
pub(super) struct Search<'a> {
    pub(super) ground: &'a Ground<'a>,
    pub(super) edits: &'a [Edit],
    pub(super) symbols: &'a Symbols,
    pub(super) setting: &'a Setting,
    pub(super) before: &'a Assessment,
}

/// A part of a plan that can be left out: a resource, or one attribute of one that is updated.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Unit {
    file: String,
    address: String,
    action: String,
    /// Every attribute when there is none.
    attribute: Option<String>,
}

impl Unit {
    fn resource(origin: &Origin) -> Self {
        let (file, address, action) = (origin.file.clone(), origin.address.clone(), origin.action.clone());
        Self { file, address, action, attribute: None }
    }

    fn holds(&self, origin: &Origin) -> bool {
        self.file == origin.file
            && self.address == origin.address
            && self.attribute.as_ref().is_none_or(|attribute| *attribute == origin.attribute)
    }

    fn origin(&self) -> Origin {
        Origin {
            file: self.file.clone(),
            address: self.address.clone(),
            attribute: self.attribute.clone().unwrap_or_default(),
            action: self.action.clone(),
        }
    }
}

/// What a part of a plan does to a control.
enum Trial {
    NoWorse,
    /// It gets worse, or cannot be decided, because of these.
    Worse(Vec<Origin>),
    /// The search has ended.
    NotMade,
}

impl Search<'_> {
    /// Adds to each control that gets worse what to leave out.
    pub(super) async fn add(&self, controls: &mut [ControlChange]) {
        let mut left = (LAID_AGAIN / self.edits.len().max(1)).clamp(*TRIALS.start(), *TRIALS.end());
        for change in controls.iter_mut().filter(|control| control.direction == Direction::Worse) {
            let control = self.ground.controls.iter().find(|control| control.id == change.id);
            change.without = match control {
                Some(control) if left > 0 => Some(self.without(control, &change.causes, &mut left).await),
                _ => Some(Without::NotLookedFor),
            };
        }
    }

    async fn without(&self, control: &Control, causes: &[Origin], left: &mut usize) -> Without {
        let mut causes: BTreeSet<Unit> = causes.iter().map(Unit::resource).collect();
        if causes.is_empty() {
            return Without::NotFound;
        }
        let resources = loop {
            let resources: Vec<Unit> = causes.iter().cloned().collect();
            let more = match self.trial(control, &resources, left).await {
                Trial::NoWorse => break resources,
                Trial::Worse(causes) => causes,
                Trial::NotMade => return Without::NotLookedFor,
            };
            // With these left out the control asks further, and finds what else of the plan makes it worse.
            let known = causes.len();
            causes.extend(more.iter().map(Unit::resource));
            if causes.len() == known {
                return Without::NotFound;
            }
        };
        let resources = self.reduced(control, resources, left).await;
        let attributes: Vec<Unit> = resources.iter().flat_map(|unit| self.attributes(unit)).collect();
        let parts =
            if attributes.len() > resources.len() { self.reduced(control, attributes, left).await } else { attributes };
        Without::Changes(parts.iter().map(Unit::origin).collect())
    }

    /// The attributes of a resource that is updated, each by itself. A resource that comes or goes does so as a whole.
    fn attributes(&self, unit: &Unit) -> Vec<Unit> {
        if unit.action != "update" {
            return vec![unit.clone()];
        }
        let of_unit = self.edits.iter().filter(|edit| unit.holds(&edit.origin));
        let names: BTreeSet<&String> = of_unit.map(|edit| &edit.origin.attribute).collect();
        names.into_iter().map(|name| Unit { attribute: Some(name.clone()), ..unit.clone() }).collect()
    }

    /// Parts of which none can be made without the control getting worse, from some that restore it: delta debugging.
    async fn reduced(&self, control: &Control, mut parts: Vec<Unit>, left: &mut usize) -> Vec<Unit> {
        let mut pieces = 2;
        while parts.len() > 1 {
            let size = parts.len().div_ceil(pieces);
            let mut smaller = None;
            for start in (0..parts.len()).step_by(size) {
                let (piece, rest) = split(&parts, start, size);
                if self.no_worse(control, &piece, left).await {
                    smaller = Some((piece, 2));
                    break;
                }
                if pieces > 2 && self.no_worse(control, &rest, left).await {
                    smaller = Some((rest, pieces - 1));
                    break;
                }
            }
            match smaller {
                Some((found, next)) => (parts, pieces) = (found, next),
                None if size == 1 => break,
                None => pieces = parts.len().min(pieces * 2),
            }
        }
        parts
    }

    /// Whether the control gets no worse when these are left out.
    async fn no_worse(&self, control: &Control, out: &[Unit], left: &mut usize) -> bool {
        matches!(self.trial(control, out, left).await, Trial::NoWorse)
    }

    /// What becomes of the control when these are left out. A plan of which nothing is left changes nothing.
    async fn trial(&self, control: &Control, out: &[Unit], left: &mut usize) -> Trial {
        let mut left_out: HashMap<&str, Vec<&Unit>> = HashMap::new();
        out.iter().for_each(|unit| left_out.entry(&unit.address).or_default().push(unit));
        let stays = |edit: &&Edit| {
            let units = left_out.get(edit.origin.address.as_str());
            !units.is_some_and(|units| units.iter().any(|unit| unit.holds(&edit.origin)))
        };
        let stay: Arc<[Edit]> = self.edits.iter().filter(stays).cloned().collect();
        if stay.is_empty() {
            return Trial::NoWorse;
        }
        if *left == 0 {
            return Trial::NotMade;
        }
        *left -= 1;
        let ground = Ground {
            estate: self.ground.estate,
            keep: Arc::new(Keeps),
            controls: slice::from_ref(control),
            vocabulary: self.ground.vocabulary,
        };
        let planned = ground.plan(&stay, self.setting).await;
        let was = self.before.controls.iter().find(|was| was.id == control.id);
        let (Some(was), [is]) = (was, planned.assessment.controls.as_slice()) else { return Trial::NotMade };
        let change = compare::change(was, is, &planned.laid, self.symbols);
        if change.new.is_empty() && !matches!(change.direction, Direction::Worse | Direction::Undecided) {
            Trial::NoWorse
        } else {
            Trial::Worse(change.causes)
        }
    }
}

/// A piece of a list, and the rest of it.
fn split(parts: &[Unit], start: usize, size: usize) -> (Vec<Unit>, Vec<Unit>) {
    let inside = |at: usize| (start..start.saturating_add(size)).contains(&at);
    let (piece, rest): (Vec<_>, Vec<_>) = parts.iter().cloned().enumerate().partition(|(at, _)| inside(*at));
    let units = |list: Vec<(usize, Unit)>| list.into_iter().map(|(_, unit)| unit).collect();
    (units(piece), units(rest))
}
