//! What is shown, for a person and for a program.

use std::{collections::BTreeMap, io::Write as _};

use logproof_estate::{
    ExchangeId,
    assessment::{Assessment, ControlResult, ExchangeLabel},
    record::Observation,
};
use serde_json::{Value, json};

use super::{ShowError, Shown};
use crate::bundle::{line::Line, places::Exchanges};

/// What is shown.
pub(super) struct Answer<'a> {
    pub(super) assessment: &'a Assessment,
    pub(super) control: &'a ControlResult,
    pub(super) shown: &'a [Shown],
    pub(super) exchanges: &'a Exchanges,
}

impl Answer<'_> {
    /// Writes the answer for a person, with the bodies of what AWS answered.
    pub(super) fn text(&self, out: &mut Vec<u8>) -> Result<(), ShowError> {
        let Self { assessment, control, exchanges, .. } = self;
        let caution = assessment.run.target.caution().map(|caution| format!(" ({caution})")).unwrap_or_default();
        let mut line = |text: &str| drop(writeln!(out, "{text}"));
        line(&format!("{} {}", control.id, control.title));
        line(&format!("run {}, as of {}{caution}", assessment.run.id, assessment.run.as_of));
        for one in self.shown {
            line(&format!("\n{}", one.scenario));
            for observation in &one.observations {
                let Observation { subject, expected, found, met, place, .. } = observation;
                let met = if *met { "met" } else { "NOT MET" };
                let place = place.as_ref().map(|place| format!(", at {place}")).unwrap_or_default();
                line(&format!("  {met}: {}{place}\n    expected {expected}\n    found    {found}", subject.arn));
                for id in &observation.exchanges {
                    line(&exchange(exchanges, id)?);
                }
            }
            for unseen in &one.unseen {
                line(&format!("  NOT SEEN: {unseen}\n    hint: {}", unseen.hint));
                for id in &unseen.exchanges {
                    line(&exchange(exchanges, id)?);
                }
            }
            self.basis(one).iter().for_each(|text| line(text));
        }
        Ok(())
    }

    /// What all of a scenario is based on, by what was asked: one line for each operation, account and Region.
    fn basis(&self, one: &Shown) -> Vec<String> {
        if one.basis.is_empty() {
            return Vec::new();
        }
        let mut asked = BTreeMap::<_, Vec<String>>::new();
        for id in &one.basis {
            let (of, number) = match self.assessment.exchanges.get(id) {
                Some(ExchangeLabel { line, operation, account, region }) => {
                    (format!("{operation} in {account} {region}"), format!("E{line}"))
                }
                None => ("not in the recording".to_owned(), id.to_string()),
            };
            asked.entry(of).or_default().push(number);
        }
        let mut lines = vec!["  the whole scenario is based on (answers: `--format json`)".to_owned()];
        lines.extend(asked.iter().map(|(of, numbers)| format!("    {of}: {}", numbers.join(", "))));
        lines.extend(one.and_more.then(|| "    and on more, which the assessment counts".to_owned()));
        lines
    }

    /// Writes the answer for a program.
    pub(super) fn json(&self, out: &mut Vec<u8>) -> Result<(), ShowError> {
        let Self { assessment, control, shown, exchanges } = self;
        let mut all = serde_json::Map::new();
        let observed = shown.iter().flat_map(|one| &one.observations).flat_map(|observation| &observation.exchanges);
        for id in observed.chain(shown.iter().flat_map(|one| &one.basis)) {
            if let Some((number, line)) = exchanges.get(id)? {
                all.insert(id.to_string(), json!({"line": number, "exchange": line}));
            }
        }
        let answer = json!({
            "run": assessment.run.id,
            "as_of": assessment.run.as_of,
            "control": control.id,
            "scenarios": shown,
            "exchanges": all,
        });
        // Into memory.
        let _ = writeln!(out, "{answer:#}");
        Ok(())
    }
}

fn exchange(exchanges: &Exchanges, id: &ExchangeId) -> Result<String, ShowError> {
    let Some((number, line)) = exchanges.get(id)? else {
        return Ok(format!("    exchange {id} is not in the recording: `logproof verify` says what else is wrong"));
    };
    let Line { exchange, body, .. } = &line;
    let (tag, request) = (&exchange.tag, &exchange.request);
    let status = exchange.status.map_or_else(|| "no answer".to_owned(), |status| format!("HTTP {status}"));
    let head = format!(
        "    E{number} {}:{} in {} {}, {}: {status}\n      {} {} {}",
        tag.service,
        tag.operation,
        tag.account,
        tag.region,
        exchange.started,
        request.method,
        request.path,
        request.body
    );
    let body = body.as_deref().map_or_else(|| "(not text)".to_owned(), indented);
    Ok(format!("{}\n{body}", head.trim_end()))
}

/// The body of an answer: JSON laid out, anything else as it came, each line indented.
fn indented(body: &str) -> String {
    let parsed: Result<Value, _> = serde_json::from_str(body);
    let text = parsed.ok().and_then(|value| serde_json::to_string_pretty(&value).ok());
    let text = text.unwrap_or_else(|| body.to_owned());
    let clean = |line: &str| line.chars().filter(|c| !c.is_control()).collect::<String>();
    text.lines().map(|line| format!("      {}", clean(line))).collect::<Vec<_>>().join("\n")
}
