//! The values of one key that the policies can tell apart.
//!
//! Owns cutting a key's values into classes on which every test agrees, one value per class.
//! Must not know requests beyond the keys a variable needs.

use std::collections::BTreeSet;

use crate::condition::{Condition, SetOperator, Test, Values};
use crate::context::{ContextValue, View};
use crate::prove::automaton::{self, Machine};
use crate::prove::catalog;
use crate::scalar::{self, Fixed, Network, ONE};
use crate::template::{Resolved, Template};

/// A value of a key; `None` is "absent".
pub(crate) type Cell = Option<ContextValue>;

/// Most values kept for one key.
const MAX_VALUES: usize = 2_000;

/// Why a key could not be cut into classes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stuck {
    /// Another key must be chosen first: a variable refers to it.
    First(String),
    /// Too many classes.
    TooMany,
}

/// The tests on one key, sorted by kind.
#[derive(Default)]
struct Tests {
    machines: Vec<Machine>,
    numbers: BTreeSet<Fixed>,
    dates: BTreeSet<Fixed>,
    networks: Vec<Network>,
    blobs: Vec<Vec<u8>>,
    bools: bool,
    sets: usize,
    plain: usize,
}

/// Cuts a key into classes. `base` limits the texts, for keys whose form is known.
pub(crate) fn of_key(
    key: &str,
    conditions: &[&Condition],
    base: Option<&Machine>,
    view: &impl View,
) -> Result<Vec<Cell>, Stuck> {
    let mut tests = Tests::default();
    for condition in conditions {
        tests.add(condition, view)?;
    }
    let values = tests.values(key, base)?;
    let mut cells: Vec<Cell> = Vec::new();
    if !catalog::always_present(key) {
        cells.push(None);
    }
    let multivalued = catalog::is_multivalued(key);
    if !multivalued && (tests.sets == 0 || tests.plain > 0) {
        cells.extend(values.iter().cloned().map(|v| Some(ContextValue::One(v))));
    }
    if multivalued || tests.sets > 0 {
        let size = tests.sets.clamp(1, 3);
        cells.extend(subsets(&values, size)?.into_iter().map(|s| Some(ContextValue::Many(s))));
    }
    Ok(cells)
}

impl Tests {
    fn add(&mut self, condition: &Condition, view: &impl View) -> Result<(), Stuck> {
        match condition.set {
            SetOperator::Plain => self.plain += 1,
            SetOperator::All | SetOperator::Any => self.sets += 1,
        }
        let Test::Compare { values, .. } = &condition.test else {
            return Ok(());
        };
        match values {
            Values::Text(texts) => self.texts(texts.iter().flatten(), false, view)?,
            Values::TextIgnoringCase(texts) => self.texts(texts.iter().flatten(), true, view)?,
            Values::Number(_, numbers) => self.numbers.extend(numbers.iter().flatten()),
            Values::Date(_, dates) => self.dates.extend(dates.iter().flatten()),
            Values::Bool(_) => self.bools = true,
            Values::Ip(networks) => self.networks.extend(networks.iter().flatten()),
            Values::Binary(blobs) => self.blobs.extend(blobs.iter().flatten().cloned()),
        }
        Ok(())
    }

    fn texts<'t>(
        &mut self,
        texts: impl Iterator<Item = &'t Template>,
        fold: bool,
        view: &impl View,
    ) -> Result<(), Stuck> {
        for text in texts {
            let machine = match text.resolve(view) {
                Resolved::Text(glob) if fold => Machine::any_case(&glob),
                Resolved::Text(glob) => Machine::glob(&glob),
                Resolved::Arn(arn) => Machine::arn(&arn),
                Resolved::Open(key) => return Err(Stuck::First(key.to_owned())),
                Resolved::Nothing | Resolved::Unresolved => continue,
            };
            if !self.machines.contains(&machine) {
                self.machines.push(machine);
            }
        }
        Ok(())
    }

    fn values(&self, key: &str, base: Option<&Machine>) -> Result<Vec<String>, Stuck> {
        if let Some(domain) = catalog::domain(key) {
            return Ok(domain.iter().map(|v| (*v).to_owned()).collect());
        }
        let mut values: Vec<String> = Vec::new();
        let mut add = |value: String| {
            if !values.contains(&value) {
                values.push(value);
            }
        };
        if self.bools {
            ["true", "false"].into_iter().map(str::to_owned).for_each(&mut add);
        }
        points(&self.dates).into_iter().map(scalar::show_number).for_each(&mut add);
        let whole = catalog::is_whole(key);
        let numbers = points(&self.numbers).into_iter().filter(|n| !whole || n % ONE == 0 && *n >= 0);
        numbers.map(scalar::show_number).for_each(&mut add);
        addresses(&self.networks).into_iter().for_each(&mut add);
        for blob in &self.blobs {
            add(scalar::show_base64(blob));
        }
        if !self.blobs.is_empty() {
            add(scalar::show_base64(&self.blobs.concat().iter().copied().chain([0]).collect::<Vec<u8>>()));
        }
        let untyped = self.plain + self.sets > 0 && !self.bools && self.no_typed();
        if base.is_some() || !self.machines.is_empty() || untyped {
            let classes = automaton::classes(base, &self.machines).ok_or(Stuck::TooMany)?;
            classes.into_iter().map(|c| c.text).for_each(&mut add);
        }
        if values.is_empty() {
            values.push("x".to_owned());
        }
        if values.len() > MAX_VALUES { Err(Stuck::TooMany) } else { Ok(values) }
    }

    fn no_typed(&self) -> bool {
        self.dates.is_empty() && self.numbers.is_empty() && self.networks.is_empty() && self.blobs.is_empty()
    }
}

/// The cut points, and one point in each gap between and around them.
fn points(cuts: &BTreeSet<Fixed>) -> Vec<Fixed> {
    let mut out = Vec::new();
    let mut last: Option<Fixed> = None;
    for cut in cuts {
        match last {
            None => out.push(cut - ONE),
            Some(previous) => out.extend(between(previous, *cut)),
        }
        out.push(*cut);
        last = Some(*cut);
    }
    out.extend(last.map(|cut| cut + ONE));
    out
}

/// A whole number strictly between if there is one, else the middle.
fn between(low: Fixed, high: Fixed) -> Option<Fixed> {
    let whole = (low.div_euclid(ONE) + 1) * ONE;
    if whole < high {
        return Some(whole);
    }
    let middle = low + (high - low) / 2;
    (middle > low).then_some(middle)
}

/// One address per class of prefixes, and one of each family outside all of them.
fn addresses(networks: &[Network]) -> Vec<String> {
    if networks.is_empty() {
        return Vec::new();
    }
    let mut points: Vec<(bool, u128)> = Vec::new();
    for network in networks {
        let ceiling = if network.v6 { u128::MAX } else { u128::from(u32::MAX) };
        points.extend([(network.v6, network.low), (network.v6, network.high)]);
        points.extend(network.low.checked_sub(1).map(|p| (network.v6, p)));
        points.extend(network.high.checked_add(1).filter(|p| *p <= ceiling).map(|p| (network.v6, p)));
    }
    for text in ["198.51.100.1", "2001:db8::1"] {
        points.extend(scalar::address_bits(text));
    }
    let mut seen: BTreeSet<(bool, Vec<bool>)> = BTreeSet::new();
    let class = |p: &(bool, u128)| (p.0, networks.iter().map(|n| n.contains(*p)).collect());
    points.into_iter().filter(|p| seen.insert(class(p))).map(|(v6, bits)| scalar::show_address(v6, bits)).collect()
}

/// Sets of at most `size` values, none of them empty.
fn subsets(values: &[String], size: usize) -> Result<Vec<Vec<String>>, Stuck> {
    let mut out: Vec<Vec<String>> = Vec::new();
    let mut last: Vec<(Vec<String>, usize)> = vec![(Vec::new(), 0)];
    for _ in 0..size {
        let mut next = Vec::new();
        for (set, from) in &last {
            for (at, value) in values.iter().enumerate().skip(*from) {
                let mut longer = set.clone();
                longer.push(value.clone());
                out.push(longer.clone());
                next.push((longer, at + 1));
                if out.len() > MAX_VALUES {
                    return Err(Stuck::TooMany);
                }
            }
        }
        last = next;
    }
    Ok(out)
}
