//! The exchanges behind the verdicts: a number beside what rests on them, each exchange and each long list named once
//! at the end.

use std::collections::{BTreeMap, BTreeSet};

use logproof_estate::{
    ExchangeId,
    assessment::{Assessment, ExchangeLabel},
    record::Record,
};

use super::{count, end_table, escaped, put, table};

/// Exchanges that are named where something rests on them; a longer list has a name of its own.
const INLINE: usize = 6;
/// Hex digits of a SHA-256 that the page shows, enough to tell exchanges apart; the recording has all 64.
const SHOWN: usize = 16;

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

    /// What something rests on, in short: the exchanges, or the list of them.
    pub(super) fn links(&self, ids: &[ExchangeId]) -> String {
        match self.lists.iter().position(|list| *list == ids) {
            Some(index) => {
                let number = index + 1;
                format!("<a href=\"#list-{number}\">list {number}</a> ({})", count(ids.len(), "exchange"))
            }
            None => self.each(ids),
        }
    }

    /// Every exchange of a list by its operation, neighbours as a range.
    pub(super) fn each(&self, ids: &[ExchangeId]) -> String {
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
        let parts: Vec<String> = operations
            .into_iter()
            .map(|(operation, numbers)| {
                let links: Vec<String> = ranges(&numbers).into_iter().map(range).collect();
                format!("{} {}", escaped(operation), links.join(" "))
            })
            .collect();
        parts.join(", ")
    }

    /// The same by number alone: what each asked stands where the number leads to.
    pub(super) fn numbers(&self, ids: &[ExchangeId]) -> String {
        if self.lists.contains(&ids) {
            return self.links(ids);
        }
        let numbers = ids.iter().filter_map(|id| self.numbers.get(id).copied()).collect();
        ranges(&numbers).into_iter().map(range).collect::<Vec<_>>().join(" ")
    }

    fn label(&self, id: &ExchangeId) -> Option<&'a ExchangeLabel> {
        self.assessment.exchanges.get(id)
    }

    /// Every exchange a verdict rests on, with the controls that do; and every long list.
    pub(super) fn section(&self, page: &mut String) {
        let mut used: BTreeMap<&ExchangeId, BTreeSet<&str>> = BTreeMap::new();
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
        if used.is_empty() {
            return;
        }
        put(
            page,
            format_args!(
                "<section aria-labelledby=\"exchanges\"><h2 id=\"exchanges\">Exchanges</h2>\n\
                 <p>{} with AWS that the verdicts rest on. E12 stands at line 12 of <code>exchanges.jsonl</code>, with request \
                 and answer, under a digest that begins as given here; <code>logproof replay</code> judges them again without \
                 access to the accounts.</p>\n",
                count(used.len(), "exchange"),
            ),
        );
        self.all(page, &used);
        self.named(page, &listed);
        page.push_str("</section>\n");
    }

    /// Exchanges that asked the same in the same place, under what they asked.
    fn all(&self, page: &mut String, used: &BTreeMap<&ExchangeId, BTreeSet<&str>>) {
        // Operation, account and Region; number and id.
        type Asked<'l> = Option<(&'l str, &'l str, &'l str)>;
        let mut rows: BTreeMap<Asked<'_>, Vec<(u64, &ExchangeId)>> = BTreeMap::new();
        for id in used.keys() {
            let label = self.label(id).map(|l| (l.operation.as_str(), l.account.as_str(), l.region.as_str()));
            rows.entry(label).or_default().push((self.numbers.get(*id).copied().unwrap_or_default(), *id));
        }
        table(
            page,
            "Every exchange a verdict rests on",
            &["Asked", "Number, start of its SHA-256, controls that rest on it"],
        );
        let every = self.assessment.controls.len();
        for (label, mut exchanges) in rows {
            let (operation, account, region) = label.unwrap_or(("exchange", "", ""));
            let [operation, account, region] = [operation, account, region].map(escaped);
            put(page, format_args!("<tr><th scope=\"row\">{operation}<br/>{account} {region}</th><td>"));
            exchanges.sort();
            // The first of several with the same controls names them; a long page is read by nobody.
            for alike in exchanges.chunk_by(|(_, one), (_, other)| used.get(one) == used.get(other)) {
                let Some(((first, id), _)) = alike.split_first() else { continue };
                let controls = used.get(id).map_or_else(String::new, |controls| match controls.len() {
                    all if all == every && all > 1 => "all".to_owned(),
                    _ => controls.iter().copied().map(escaped).collect::<Vec<_>>().join(" "),
                });
                let named_above = used.get(id).is_some_and(|controls| controls.len() > 1);
                for (number, id) in alike {
                    let again =
                        if named_above && number != first { format!("as for E{first}") } else { controls.clone() };
                    let digest: String = id.as_str().chars().take(SHOWN).collect();
                    put(
                        page,
                        format_args!("<p id=\"E{number}\">E{number} <code>{}</code> {again}</p>\n", escaped(&digest)),
                    );
                }
            }
            page.push_str("</td></tr>\n");
        }
        end_table(page);
    }

    fn named(&self, page: &mut String, listed: &BTreeMap<&[ExchangeId], Vec<&str>>) {
        if self.lists.is_empty() {
            return;
        }
        page.push_str("<h3>Lists of exchanges that something above rests on as a whole</h3>\n");
        table(page, "Lists of exchanges", &["List", "Exchanges", "Controls that rest on it"]);
        for (index, list) in self.lists.iter().enumerate() {
            let controls: Vec<String> = listed.get(list).into_iter().flatten().copied().map(link).collect();
            put(
                page,
                format_args!(
                    "<tr id=\"list-{number}\"><th scope=\"row\">list {number}</th><td>{}</td><td>{}</td></tr>\n",
                    self.each(list),
                    controls.join(" "),
                    number = index + 1,
                ),
            );
        }
        end_table(page);
    }
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

fn range((first, last): (u64, u64)) -> String {
    let link = |number: u64| format!("<a href=\"#E{number}\">E{number}</a>");
    match last - first {
        0 => link(first),
        1 => format!("{} {}", link(first), link(last)),
        _ => format!("{}–{}", link(first), link(last)),
    }
}

/// A link to a control.
pub(super) fn link(control: &str) -> String {
    let id = escaped(control);
    format!("<a href=\"#{id}\">{id}</a>")
}

#[cfg(test)]
mod tests {
    use super::{range, ranges};

    #[test]
    fn neighbours_are_a_range() {
        let numbers = [1, 2, 4, 7, 8, 9].into();
        assert_eq!(ranges(&numbers), [(1, 2), (4, 4), (7, 9)]);
        assert_eq!(range((7, 9)), "<a href=\"#E7\">E7</a>–<a href=\"#E9\">E9</a>");
        assert_eq!(range((1, 2)), "<a href=\"#E1\">E1</a> <a href=\"#E2\">E2</a>");
    }
}
