//! The values of one key that the policies can tell apart.
//!
//! Owns cutting a key's values into classes on which every test agrees, one value per class.
//! Must not know requests beyond the keys a variable needs.

use std::collections::{BTreeSet, HashSet};

use crate::condition::{Condition, SetOperator, Test, Values};
use crate::context::{ContextValue, Lookup, View};
use crate::prove::automaton::{self, Machine};
use crate::prove::catalog;
use crate::prove::effort::{Effort, Exhausted};
use crate::scalar::{self, Fixed, Network, ONE};
use crate::template::{Resolved, Template};
use crate::tri::Tri;

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

impl From<Exhausted> for Stuck {
    fn from(_: Exhausted) -> Self {
        Self::TooMany
    }
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

/// What is known of a key's texts beyond the tests on it.
#[derive(Default)]
pub(crate) struct Form<'m> {
    /// Every text matches this.
    pub(crate) base: Option<&'m Machine>,
    /// No text matches this.
    pub(crate) never: Option<Machine>,
    /// Further patterns that tell texts apart.
    pub(crate) also: Vec<Machine>,
}

impl<'m> Form<'m> {
    pub(crate) fn like(base: &'m Machine) -> Self {
        Self { base: Some(base), ..Self::default() }
    }
}

/// Cuts a key into classes.
pub(crate) fn of_key(
    key: &str,
    conditions: &[&Condition],
    form: &Form<'_>,
    view: &impl View,
    effort: &Effort,
) -> Result<Vec<Cell>, Stuck> {
    let mut tests = Tests::default();
    for condition in conditions {
        tests.add(condition, view, effort)?;
    }
    for machine in form.never.iter().chain(&form.also) {
        tests.tell_apart(machine.clone(), effort)?;
    }
    let mut values = tests.values(key, form.base, effort)?;
    if let Some(never) = &form.never {
        values.retain(|value| !never.matches(value));
    }
    let mut cells: Vec<Cell> = Vec::new();
    if !catalog::always_present(key) {
        cells.push(None);
    }
    let multivalued = catalog::is_multivalued(key);
    let single = catalog::is_single(key);
    if single || !multivalued && (tests.sets == 0 || tests.plain > 0) {
        cells.extend(values.iter().cloned().map(|v| Some(ContextValue::One(v))));
    }
    if multivalued || tests.sets > 0 && !single {
        cells.extend(sets(key, &values, conditions, view, effort)?.into_iter().map(|s| Some(ContextValue::Many(s))));
    }
    Ok(cells)
}

impl Tests {
    fn add(&mut self, condition: &Condition, view: &impl View, effort: &Effort) -> Result<(), Stuck> {
        match condition.set {
            SetOperator::Plain => self.plain += 1,
            SetOperator::All | SetOperator::Any => self.sets += 1,
        }
        let Test::Compare { values, .. } = &condition.test else {
            return Ok(());
        };
        match values {
            Values::Text(texts) => self.texts(texts.iter().flatten(), false, view, effort)?,
            Values::TextIgnoringCase(texts) => self.texts(texts.iter().flatten(), true, view, effort)?,
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
        effort: &Effort,
    ) -> Result<(), Stuck> {
        for text in texts {
            let machine = match text.resolve(view) {
                Resolved::Text(glob) if fold => Machine::any_case(&glob),
                Resolved::Text(glob) => Machine::glob(&glob),
                Resolved::Arn(arn) => Machine::arn(&arn),
                Resolved::Open(key) => return Err(Stuck::First(key.to_owned())),
                Resolved::Nothing | Resolved::Unresolved => continue,
            };
            self.tell_apart(machine, effort)?;
        }
        Ok(())
    }

    fn tell_apart(&mut self, machine: Machine, effort: &Effort) -> Result<(), Stuck> {
        effort.spend(1 + self.machines.len())?;
        if !self.machines.contains(&machine) {
            self.machines.push(machine);
        }
        Ok(())
    }

    fn values(&self, key: &str, base: Option<&Machine>, effort: &Effort) -> Result<Vec<String>, Stuck> {
        if let Some(domain) = catalog::domain(key) {
            return Ok(domain.iter().map(|v| (*v).to_owned()).collect());
        }
        // Each typed value is a cut and leaves a gap beside it.
        if self.dates.len() + self.numbers.len() + self.networks.len() + self.blobs.len() > MAX_VALUES {
            return Err(Stuck::TooMany);
        }
        let mut values: Vec<String> = Vec::new();
        let mut seen: HashSet<String> = HashSet::new();
        let mut add = |value: String| {
            if seen.insert(value.clone()) {
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
        addresses(&self.networks, effort)?.into_iter().for_each(&mut add);
        for blob in &self.blobs {
            add(scalar::show_base64(blob));
        }
        if !self.blobs.is_empty() {
            add(scalar::show_base64(&self.blobs.concat().iter().copied().chain([0]).collect::<Vec<u8>>()));
        }
        let untyped = self.plain + self.sets > 0 && !self.bools && self.no_typed();
        if base.is_some() || !self.machines.is_empty() || untyped {
            let classes = automaton::classes(base, &self.machines, effort).ok_or(Stuck::TooMany)?;
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
fn addresses(networks: &[Network], effort: &Effort) -> Result<Vec<String>, Stuck> {
    if networks.is_empty() {
        return Ok(Vec::new());
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
    effort.spend(points.len() * networks.len())?;
    let mut seen: BTreeSet<(bool, Vec<bool>)> = BTreeSet::new();
    let class = |p: &(bool, u128)| (p.0, networks.iter().map(|n| n.contains(*p)).collect());
    let apart = points.into_iter().filter(|p| seen.insert(class(p)));
    Ok(apart.map(|(v6, bits)| scalar::show_address(v6, bits)).collect())
}

/// One set of values per combination of answers that the tests can give to a set, the smallest first.
///
/// A test asks whether all or any of the values meet it, so what it says of a set with one more value follows from
/// what it says of the set and of the value: growing only sets that say something new finds every combination.
fn sets(
    key: &str,
    values: &[String],
    conditions: &[&Condition],
    view: &impl View,
    effort: &Effort,
) -> Result<Vec<Vec<String>>, Stuck> {
    let mut seen: BTreeSet<(bool, Vec<u8>)> = BTreeSet::new();
    let mut out: Vec<Vec<String>> = Vec::new();
    let mut grown = 0;
    let tests: usize = conditions.iter().map(|condition| condition.size()).sum();
    let mut offer = |set: Vec<String>, out: &mut Vec<Vec<String>>| {
        effort.spend(set.len() * tests)?;
        let chosen = ContextValue::Many(set.clone());
        let said = Assumed { key, value: &chosen, rest: view };
        let answers = conditions.iter().map(|condition| answer(condition.holds(&said))).collect();
        // Empty texts alone count as no value at all, which says nothing of larger sets.
        if seen.insert((set.iter().all(String::is_empty), answers)) {
            out.push(set);
        }
        Ok::<(), Stuck>(())
    };
    for value in values {
        offer(vec![value.clone()], &mut out)?;
    }
    // Of values about which every test says the same, one is enough.
    let apart = out.concat();
    while let Some(set) = out.get(grown).cloned() {
        grown += 1;
        for value in apart.iter().filter(|value| !set.contains(value)) {
            offer([set.as_slice(), std::slice::from_ref(value)].concat(), &mut out)?;
        }
        if out.len() > MAX_VALUES {
            return Err(Stuck::TooMany);
        }
    }
    Ok(out)
}

fn answer(truth: Tri<'_>) -> u8 {
    match truth {
        Tri::No => 0,
        Tri::Yes => 1,
        Tri::Maybe(_) => 2,
    }
}

/// A view in which one key has a value.
pub(crate) struct Assumed<'a, V> {
    pub(crate) key: &'a str,
    pub(crate) value: &'a ContextValue,
    pub(crate) rest: &'a V,
}

impl<V: View> View for Assumed<'_, V> {
    fn lookup(&self, lower: &str) -> Lookup<'_> {
        if catalog::canonical(lower) == self.key { Lookup::from(self.value) } else { self.rest.lookup(lower) }
    }
}
