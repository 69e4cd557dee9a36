//! The exchanges behind the verdicts: short links beside what rests on them, the whole list at the end.

use std::collections::{BTreeMap, BTreeSet};

use logproof_estate::{ExchangeId, assessment::Assessment};

use super::{count, end_table, escaped, put, table};

/// Exchanges linked per observation; the assessment names all of them.
const SHOWN: usize = 12;

/// Digits of a digest that tell exchanges of one run apart.
const DIGITS: usize = 12;

/// What is known of the exchanges of a run.
pub(super) struct Exchanges<'a> {
    assessment: &'a Assessment,
}

impl<'a> Exchanges<'a> {
    pub(super) fn of(assessment: &'a Assessment) -> Self {
        Self { assessment }
    }

    /// Links to the exchanges something rests on.
    pub(super) fn links(&self, ids: &[ExchangeId]) -> String {
        if ids.is_empty() {
            return "<span class=\"meta\">none of its own</span>".to_owned();
        }
        let mut text = String::from("<ul class=\"exchanges\">");
        for id in ids.iter().take(SHOWN) {
            let short = escaped(short(id));
            let operation = self.label(id).map_or("exchange", |label| label.operation.as_str());
            put(
                &mut text,
                format_args!("<li><a href=\"#x-{short}\">{} <code>{short}</code></a></li>", escaped(operation)),
            );
        }
        if ids.len() > SHOWN {
            put(&mut text, format_args!("<li>and {} more</li>", ids.len() - SHOWN));
        }
        text.push_str("</ul>");
        text
    }

    fn label(&self, id: &ExchangeId) -> Option<&'a logproof_estate::assessment::ExchangeLabel> {
        self.assessment.exchanges.get(id)
    }

    /// Every exchange a verdict rests on, with the controls that do.
    pub(super) fn section(&self, page: &mut String) {
        let mut used: BTreeMap<&ExchangeId, BTreeSet<&str>> = BTreeMap::new();
        for control in &self.assessment.controls {
            for record in control.scenarios.iter().map(|scenario| &scenario.record) {
                let of_unseen = record.unseen.iter().flat_map(|unseen| &unseen.exchanges);
                let of_observations = record.observations.iter().flat_map(|observation| &observation.exchanges);
                for id in of_observations.chain(of_unseen).chain(&record.basis) {
                    used.entry(id).or_default().insert(&control.id);
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
                 <p>{} with AWS that the verdicts rest on. Request and answer of each are in <code>exchanges.jsonl</code>, \
                 under the digest given here; <code>logproof replay</code> judges them again without access to the accounts.</p>\n",
                count(used.len(), "exchange"),
            ),
        );
        let mut rows: Vec<_> = used.into_iter().collect();
        rows.sort_by_key(|(id, _)| (self.label(id), *id));
        table(
            page,
            "Every exchange a verdict rests on",
            &["Operation", "Account", "Region", "SHA-256", "Controls that rest on it"],
        );
        for (id, controls) in rows {
            let label = self.label(id);
            let controls: Vec<String> = controls.into_iter().map(link).collect();
            put(
                page,
                format_args!(
                    "<tr id=\"x-{}\"><td>{}</td><td>{}</td><td>{}</td><td><code>{}</code></td><td>{}</td></tr>\n",
                    escaped(short(id)),
                    escaped(label.map_or("", |label| &label.operation)),
                    escaped(label.map_or("", |label| &label.account)),
                    escaped(label.map_or("", |label| &label.region)),
                    escaped(id.as_str()),
                    controls.join(" "),
                ),
            );
        }
        end_table(page);
        page.push_str("</section>\n");
    }
}

/// A link to a control.
pub(super) fn link(control: &str) -> String {
    let id = escaped(control);
    format!("<a href=\"#{id}\">{id}</a>")
}

fn short(id: &ExchangeId) -> &str {
    id.as_str().get(..DIGITS).unwrap_or(id.as_str())
}
