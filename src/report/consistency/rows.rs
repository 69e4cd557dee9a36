//! Reads the reports that are lines and rows: CSV and Markdown.

use std::collections::BTreeMap;

use super::{Cell, Said};

type Read = Result<Said, String>;

/// Rows of RFC 4180: quotes doubled, line breaks allowed between quotes.
fn table(text: &str) -> Result<Vec<Vec<String>>, String> {
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut quoted = false;
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match (quoted, c) {
            (true, '"') if characters.next_if_eq(&'"').is_some() => cell.push('"'),
            (_, '"') => quoted = !quoted,
            (true, _) => cell.push(c),
            (false, ',') => row.push(std::mem::take(&mut cell)),
            (false, '\r') => {}
            (false, '\n') => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            (false, _) => cell.push(c),
        }
    }
    if quoted || !cell.is_empty() || !row.is_empty() {
        return Err("the last row is not complete".to_owned());
    }
    Ok(rows)
}

pub(super) fn csv(text: &str) -> Read {
    let rows = table(text)?;
    let (head, rows) = rows.split_first().ok_or("there is no row")?;
    let column = |name: &str| head.iter().position(|cell| cell == name).ok_or(format!("there is no column `{name}`"));
    let (control, scenario, verdict) = (column("control")?, column("scenario")?, column("verdict")?);
    let (subject, run) = (column("subject")?, column("run")?);
    let mut said = Said::default();
    let mut found: BTreeMap<(String, String), usize> = BTreeMap::new();
    for row in rows {
        let cell = |index: usize| row.get(index).map(String::as_str).ok_or("a row is too short");
        let name = format!("{} {}", cell(control)?, cell(scenario)?);
        let findings = found.entry((name, cell(verdict)?.to_owned())).or_default();
        *findings += usize::from(!cell(subject)?.is_empty());
        said.of_run(cell(run)?);
    }
    said.scenarios = Some(found.iter().map(|((name, verdict), n)| Cell::new(name, verdict, Some(*n))).collect());
    Ok(said)
}

pub(super) fn markdown(text: &str) -> Read {
    let mut said = Said { counts: Some(BTreeMap::new()), ..Said::default() };
    let mut controls = Vec::new();
    for line in text.lines() {
        if let Some(heading) = line.strip_prefix("### ").filter(|heading| heading.ends_with(')')) {
            let mut words = heading.split(' ');
            let (verdict, id) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
            controls.push(Cell::new(id, verdict, None));
        } else if let Some(row) = line.strip_prefix("| ").filter(|row| !row.starts_with("control |")) {
            let id = row.split(' ').next().unwrap_or_default();
            let verdict = row.split(" | ").nth(1).ok_or("a row has no verdict")?;
            controls.push(Cell::new(id, verdict, None));
        } else if let Some((counts, rest)) = line.split_once(" · run `") {
            said.run = rest.split('`').next().map(str::to_owned);
            said.counts = Some(self::counts(counts)?);
        }
    }
    said.controls = Some(controls);
    Ok(said)
}

/// `**2** FAIL · **48** PASS`
fn counts(line: &str) -> Result<BTreeMap<String, usize>, String> {
    line.split(" · ")
        .filter(|part| !part.trim().is_empty())
        .map(|part| {
            let (number, verdict) = part.trim().split_once(' ').ok_or("a count has no verdict")?;
            let number = number.trim_matches('*').parse().map_err(|_| format!("`{number}` is not a count"))?;
            Ok((verdict.to_owned(), number))
        })
        .collect()
}
