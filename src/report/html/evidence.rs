//! The exchanges behind the verdicts: a number beside what is based on them, each exchange and each long list named once
//! at the end.

use std::collections::{BTreeMap, BTreeSet};

use logproof_estate::{
    ExchangeId,
    assessment::{Assessment, ExchangeLabel},
    record::Record,
};
use maud::{Markup, html};

use super::{count, joined, table};

/// Exchanges that are named where something rests on them; a longer list has a name of its own.
const INLINE: usize = 6;
/// Hex digits of a SHA-256 that the page shows, enough to tell exchanges apart; the recording has all 64.
const SHOWN: usize = 16;

/// The controls an exchange is evidence for.
type Used<'r> = BTreeMap<&'r ExchangeId, BTreeSet<&'r str>>;

/// What is known of the exchanges of a run.
pub(super) struct Exchanges<'a> {
    assessment: &'a Assessment,
    /// What each is called: `E12` for the exchange at line 12 of the recording.
    numbers: BTreeMap<ExchangeId, u64>,
    /// Long lists in the order in which the page comes to them.
    lists: Vec<&'a [ExchangeId]>,
}

impl<'a> Exchanges<'a> {
    pub(super) fn of(assessment: &'a Assessment) -> Self {
        let mut lists: Vec<&[ExchangeId]> = Vec::new();
        let mut known = BTreeSet::new();
        for list in records(assessment).flat_map(|(_, record)| parts(record)) {
            if list.len() > INLINE && known.insert(list) {
                lists.push(list);
            }
        }
        Self { assessment, numbers: assessment.numbered(), lists }
    }

    /// The exchanges behind something, in short: themselves, or the list of them.
    pub(super) fn links(&self, ids: &[ExchangeId]) -> Markup {
        match self.lists.iter().position(|list| *list == ids) {
            Some(index) => {
                let number = index + 1;
                html! { a href={ "#list-" (number) } { "list " (number) } " (" (count(ids.len(), "exchange")) ")" }
            }
            None => self.each(ids),
        }
    }

    /// Every exchange of a list by its operation, neighbours as a range.
    pub(super) fn each(&self, ids: &[ExchangeId]) -> Markup {
        let mut operations: Vec<(&str, BTreeSet<u64>)> = Vec::new();
        for id in ids {
            let operation = self.label(id).map_or("exchange", |label| label.operation.as_str());
            let number = self.numbers.get(id).copied().unwrap_or_default();
            match operations.iter_mut().find(|(other, _)| *other == operation) {
                Some((_, numbers)) => {
                    numbers.insert(number);
                }
                None => operations.push((operation, BTreeSet::from([number]))),
            }
        }
        let parts = operations.into_iter().map(|(operation, numbers)| {
            html! { (operation) " " (ranges_of(&numbers)) }
        });
        joined(parts, ", ")
    }

    /// The same by number alone: what each asked stands where the number leads to.
    pub(super) fn numbers(&self, ids: &[ExchangeId]) -> Markup {
        if self.lists.contains(&ids) {
            return self.links(ids);
        }
        ranges_of(&ids.iter().filter_map(|id| self.numbers.get(id).copied()).collect())
    }

    fn label(&self, id: &ExchangeId) -> Option<&'a ExchangeLabel> {
        self.assessment.exchanges.get(id)
    }

    /// Every exchange a verdict is based on, with its controls; and every long list.
    pub(super) fn section(&self) -> Markup {
        let mut used: Used<'_> = BTreeMap::new();
        let mut listed: BTreeMap<&[ExchangeId], Vec<&str>> = BTreeMap::new();
        for (control, record) in records(self.assessment) {
            for id in record.exchanges() {
                used.entry(id).or_default().insert(control);
            }
            for list in parts(record) {
                let controls = listed.entry(list).or_default();
                if controls.last() != Some(&control) {
                    controls.push(control);
                }
            }
        }
        html! {
            @if !used.is_empty() {
                p {
                    (count(used.len(), "exchange"))
                    " with AWS that the verdicts are based on. E12 is line 12 of " code { "exchanges.jsonl" }
                    ", with request and answer, under a digest that begins as given here; " code { "logproof replay" }
                    " judges them again without access to the accounts."
                }
                (self.all(&used))
                (self.named(&listed))
            }
        }
    }

    /// Exchanges that asked the same in the same place, under what they asked.
    fn all(&self, used: &Used<'_>) -> Markup {
        // Operation, account and Region; number and id.
        type Asked<'l> = Option<(&'l str, &'l str, &'l str)>;
        let mut rows: BTreeMap<Asked<'_>, Vec<(u64, &ExchangeId)>> = BTreeMap::new();
        for id in used.keys() {
            let label = self.label(id).map(|l| (l.operation.as_str(), l.account.as_str(), l.region.as_str()));
            rows.entry(label).or_default().push((self.numbers.get(*id).copied().unwrap_or_default(), *id));
        }
        rows.values_mut().for_each(|exchanges| exchanges.sort());
        let columns = ["Asked", "Number, start of its SHA-256, controls that are based on it"];
        table(
            "Every exchange that a verdict is based on",
            &columns,
            &html! {
                @for (label, exchanges) in &rows {
                    @let (operation, account, region) = label.unwrap_or(("exchange", "", ""));
                    tr {
                        th scope="row" { (operation) br; (account) " " (region) }
                        td { (self.numbered(exchanges, used)) }
                    }
                }
            },
        )
    }

    /// The first of several exchanges with the same controls names them; a long page is read by nobody.
    fn numbered(&self, exchanges: &[(u64, &ExchangeId)], used: &Used<'_>) -> Markup {
        let every = self.assessment.controls.len();
        html! {
            @for alike in exchanges.chunk_by(|(_, one), (_, other)| used.get(one) == used.get(other)) {
                @for (index, (number, id)) in alike.iter().enumerate() {
                    @let controls = used.get(id);
                    @let several = controls.map_or(0, BTreeSet::len);
                    p id={ "E" (number) } {
                        "E" (number) " " code { (start(id)) } " "
                        @match alike.first() {
                            Some((first, _)) if index > 0 && several > 1 => { "as for E" (first) }
                            _ if several == every && several > 1 => "all",
                            _ => (joined(controls.into_iter().flatten(), " ")),
                        }
                    }
                }
            }
        }
    }

    fn named(&self, listed: &BTreeMap<&[ExchangeId], Vec<&str>>) -> Markup {
        html! {
            @if !self.lists.is_empty() {
                h3 { "Lists of exchanges that something above is based on as a whole" }
                (table("Lists of exchanges", &["List", "Exchanges", "Controls that are based on it"], &html! {
                    @for (index, list) in self.lists.iter().enumerate() {
                        tr id={ "list-" (index + 1) } {
                            th scope="row" { "list " (index + 1) }
                            td { (self.each(list)) }
                            td { (joined(listed.get(list).into_iter().flatten().copied().map(link), " ")) }
                        }
                    }
                }))
            }
        }
    }
}

/// The beginning of an exchange's digest.
fn start(id: &ExchangeId) -> &str {
    id.as_str().get(..SHOWN).unwrap_or(id.as_str())
}

fn records(assessment: &Assessment) -> impl Iterator<Item = (&str, &Record)> {
    assessment
        .controls
        .iter()
        .flat_map(|control| control.scenarios.iter().map(move |scenario| (control.id.as_str(), &scenario.record)))
}

/// The lists of a record as the page shows them.
fn parts(record: &Record) -> impl Iterator<Item = &[ExchangeId]> {
    let unseen = record.unseen.iter().map(|unseen| unseen.exchanges.as_slice());
    let observed = record.observations.iter().map(|observation| observation.exchanges.as_slice());
    unseen.chain(observed).chain([record.basis.as_slice()])
}

/// Numbers that follow each other, as first and last.
fn ranges(numbers: &BTreeSet<u64>) -> Vec<(u64, u64)> {
    let mut ranges: Vec<(u64, u64)> = Vec::new();
    for number in numbers {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == *number => *last = *number,
            _ => ranges.push((*number, *number)),
        }
    }
    ranges
}

fn ranges_of(numbers: &BTreeSet<u64>) -> Markup {
    joined(ranges(numbers).into_iter().map(range), " ")
}

fn range((first, last): (u64, u64)) -> Markup {
    let link = |number: u64| html! { a href={ "#E" (number) } { "E" (number) } };
    html! {
        (link(first))
        @match last - first {
            0 => {},
            1 => { " " (link(last)) }
            _ => { "–" (link(last)) }
        }
    }
}

/// A link to a control.
pub(super) fn link(control: &str) -> Markup {
    html! { a href={ "#" (control) } { (control) } }
}

#[cfg(test)]
mod tests {
    use super::{range, ranges};

    #[test]
    fn neighbours_are_a_range() {
        let numbers = [1, 2, 4, 7, 8, 9].into();
        assert_eq!(ranges(&numbers), [(1, 2), (4, 4), (7, 9)]);
        assert_eq!(range((7, 9)).0, "<a href=\"#E7\">E7</a>–<a href=\"#E9\">E9</a>");
        assert_eq!(range((1, 2)).0, "<a href=\"#E1\">E1</a> <a href=\"#E2\">E2</a>");
    }
}
