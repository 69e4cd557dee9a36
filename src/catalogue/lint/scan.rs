//! Reads a feature line by line, as its author does, and finds what the Gherkin parser would swallow or misplace.
//!
//! House rule that makes this exact: prose stands below `Feature:` and `Rule:` only. Anywhere else a line that is not
//! a step, a table row or a doc string is a mistake, whatever the parser makes of it.

use cucumber::gherkin;

use super::Report;
use crate::catalogue::text::{BLOCKS, opens};

/// Keywords that begin a step.
const STEPS: [&str; 5] = ["Given", "When", "Then", "And", "But"];

/// What was seen, to compare with what the parser made of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    rules: usize,
    scenarios: usize,
    steps: usize,
}

/// Where a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Area {
    Top,
    /// Below `Feature:` or `Rule:`: prose.
    Prose,
    /// Below `Background:` or a scenario: steps.
    Steps,
    /// Below `Examples:`: a table.
    Examples,
}

struct Scan<'a, 'b> {
    report: &'a mut Report<'b>,
    counts: Counts,
    area: Area,
    feature_seen: bool,
    /// Line of the rule being read that has no scenario yet.
    empty_rule: Option<usize>,
    /// Whether the feature or rule being read has a scenario.
    has_scenario: bool,
    /// Line of tags that nothing has followed yet.
    tags: Option<usize>,
    /// Cells of the first row of the table being read.
    columns: Option<usize>,
    /// End of the doc string being read, and its first line.
    doc_string: Option<(&'static str, usize)>,
}

/// Scans a file.
pub(super) fn scan(text: &str, report: &mut Report<'_>) -> Counts {
    let mut scan = Scan {
        report,
        counts: Counts::default(),
        area: Area::Top,
        feature_seen: false,
        empty_rule: None,
        has_scenario: false,
        tags: None,
        columns: None,
        doc_string: None,
    };
    for (index, line) in text.lines().enumerate() {
        scan.line(index + 1, line.trim());
    }
    let last = text.lines().count().max(1);
    if let Some((_, opened)) = scan.doc_string {
        scan.report.add(opened, "the doc string is not closed", "end it with the same three quotes");
    }
    if let Some(line) = scan.tags {
        scan.stray_tags(line);
    }
    scan.end_rule();
    if !scan.feature_seen && scan.report.problems.iter().all(|p| p.file != scan.report.file) {
        scan.report.add(last, "holds no `Feature:`", "write the control, or remove the file");
    }
    scan.counts
}

/// Compares what the scan saw with what the parser understood.
pub(super) fn compare(counts: &Counts, feature: &gherkin::Feature, report: &mut Report<'_>) {
    let backgrounds = feature.background.iter().chain(feature.rules.iter().filter_map(|rule| rule.background.as_ref()));
    let scenarios = feature.scenarios.iter().chain(feature.rules.iter().flat_map(|rule| &rule.scenarios));
    let understood = Counts {
        rules: feature.rules.len(),
        scenarios: scenarios.clone().count(),
        steps: backgrounds.map(|b| b.steps.len()).sum::<usize>() + scenarios.map(|s| s.steps.len()).sum::<usize>(),
    };
    if *counts != understood {
        report.add(
            feature.position.line,
            format!(
                "has {} rules, {} scenarios and {} steps, of which the Gherkin parser understands {}, {} and {}",
                counts.rules, counts.scenarios, counts.steps, understood.rules, understood.scenarios, understood.steps
            ),
            "put backgrounds before scenarios, plain scenarios before rules, and examples after steps",
        );
    }
}

impl Scan<'_, '_> {
    fn line(&mut self, number: usize, line: &str) {
        if let Some((end, _)) = self.doc_string {
            if line.contains(end) {
                self.doc_string = None;
            }
            return;
        }
        if !line.starts_with('|') {
            self.columns = None;
        }
        if line.is_empty() || line.starts_with('#') {
            return self.language(number, line);
        }
        if line.starts_with('@') {
            return self.tag_line(number, line);
        }
        let block = BLOCKS.into_iter().find(|keyword| opens(line, keyword));
        if let Some(tags) = self.tags.take()
            && block.is_none_or(|keyword| keyword == "Background")
        {
            self.stray_tags(tags);
        }
        match block {
            Some(keyword) => self.block(number, keyword),
            None => self.content(number, line),
        }
    }

    fn language(&mut self, number: usize, line: &str) {
        let directive = line.trim_start_matches('#').trim().strip_prefix("language");
        let language = directive.and_then(|rest| rest.trim_start().strip_prefix(':')).map(str::trim);
        if let Some(language) = language.filter(|language| *language != "en") {
            self.report.add(
                number,
                format!("keywords in the language `{language}` cannot be examined for spelling"),
                "write the keywords in English; the sentences are English in any case",
            );
        }
    }

    fn tag_line(&mut self, number: usize, line: &str) {
        let words = line.split_whitespace().take_while(|word| !word.starts_with('#'));
        for word in words.filter(|word| !word.starts_with('@')) {
            self.report.add(number, format!("`{word}` in a line of tags is no tag"), format!("write `@{word}`"));
        }
        self.tags.get_or_insert(number);
    }

    fn stray_tags(&mut self, line: usize) {
        self.report.add(
            line,
            "these tags belong to nothing",
            "tags stand directly above `Feature:`, `Rule:`, `Scenario:` or `Examples:`",
        );
    }

    fn block(&mut self, number: usize, keyword: &str) {
        let opens_feature = matches!(keyword, "Feature" | "Business Need" | "Ability");
        if !self.feature_seen && !opens_feature {
            self.report.add(number, format!("`{keyword}:` stands before `Feature:`"), "begin the file with `Feature:`");
        }
        self.area = match keyword {
            _ if opens_feature => {
                if self.feature_seen {
                    self.report.add(number, "a second `Feature:` in one file", "give each control a file of its own");
                }
                self.feature_seen = true;
                Area::Prose
            }
            "Rule" => {
                self.end_rule();
                self.counts.rules += 1;
                self.empty_rule = Some(number);
                self.has_scenario = false;
                Area::Prose
            }
            "Examples" | "Scenarios" => {
                if !self.has_scenario {
                    let hint = "put `Examples:` below the steps of a `Scenario Outline:`";
                    self.report.add(number, format!("`{keyword}:` belongs to no scenario"), hint);
                }
                Area::Examples
            }
            "Background" => {
                // The parser would take this for the description of the scenario above.
                if self.has_scenario {
                    let hint = "put `Background:` in front of the first scenario of the feature or rule";
                    self.report.add(number, "`Background:` stands behind a scenario", hint);
                }
                Area::Steps
            }
            _ => {
                self.counts.scenarios += 1;
                self.empty_rule = None;
                self.has_scenario = true;
                Area::Steps
            }
        };
    }

    /// Refuses a rule without scenarios: the parser would take the next `Rule:` for its description.
    fn end_rule(&mut self) {
        if let Some(line) = self.empty_rule.take() {
            self.report.add(line, "the rule has no scenario", "add a `Scenario:`, or remove the rule");
        }
    }

    fn content(&mut self, number: usize, line: &str) {
        let step = line.starts_with("* ") || STEPS.iter().any(|keyword| is_word(line, keyword));
        let doc_string = ["\"\"\"", "```"].into_iter().find(|quotes| line.starts_with(quotes));
        match self.area {
            Area::Top => self.report.add(number, format!("`{line}` stands before `Feature:`"), spelling(line, true)),
            Area::Prose => self.prose(number, line),
            Area::Steps if step => self.counts.steps += 1,
            Area::Steps | Area::Examples if line.starts_with('|') => self.row(number, line),
            Area::Steps if doc_string.is_some() => {
                let quotes = doc_string.unwrap_or_default();
                if !line.get(quotes.len()..).unwrap_or_default().contains(quotes) {
                    self.doc_string = doc_string.map(|quotes| (quotes, number));
                }
            }
            Area::Steps => self.report.add(number, format!("`{line}` is not a step"), spelling(line, false)),
            Area::Examples => {
                let problem = format!("`{line}` is not a row of the table of examples");
                self.report.add(number, problem, spelling(line, false));
            }
        }
    }

    fn row(&mut self, number: usize, line: &str) {
        let Some(cells) = cells(line) else {
            self.report.add(number, "the row does not end with `|`", "close the last cell with `|`");
            return;
        };
        let columns = *self.columns.get_or_insert(cells);
        if cells != columns {
            self.report.add(
                number,
                format!("the row has {cells} cells, the first row of the table has {columns}"),
                "give each row one cell per column; write a `|` inside a cell as `\\|`",
            );
        }
    }

    /// A line of a description: anything but a keyword that went wrong.
    fn prose(&mut self, number: usize, line: &str) {
        let swallowed = || format!("`{line}` is read as part of a description, so nothing of it would run");
        if let Some(keyword) = resembles(line) {
            self.report.add(number, swallowed(), format!("did you mean `{keyword}:`? otherwise word it differently"));
        } else if is_word(line, "Given") || is_word(line, "Then") {
            let hint = "put steps below a `Scenario:` or `Background:`; otherwise word it differently";
            self.report.add(number, swallowed(), hint);
        } else if let Some(keyword) =
            ["Background", "Rule", "Scenario", "Example"].iter().find(|k| line.starts_with(*k))
        {
            let problem = format!("the line begins with the keyword `{keyword}`, which ends a description");
            self.report.add(number, problem, "begin the line with another word");
        }
    }
}

fn is_word(line: &str, word: &str) -> bool {
    line.strip_prefix(word).is_some_and(|rest| rest.starts_with(' '))
}

/// Cells of a table row, `None` when the last one is not closed.
fn cells(line: &str) -> Option<usize> {
    let mut bars = 0_usize;
    let mut escaped = false;
    let mut last_is_bar = false;
    for character in line.chars() {
        last_is_bar = character == '|' && !escaped;
        bars += usize::from(last_is_bar);
        escaped = character == '\\' && !escaped;
    }
    last_is_bar.then(|| bars.saturating_sub(1)).filter(|cells| *cells > 0)
}

/// The block keyword a line of prose was meant to begin with.
fn resembles(line: &str) -> Option<&'static str> {
    let distance = |text: &str, keyword: &str| strsim::osa_distance(&text.to_lowercase(), &keyword.to_lowercase());
    let near = |text: &str, keyword: &str| distance(text, keyword) <= if keyword.len() >= 6 { 2 } else { 1 };
    if let Some((head, _)) = line.split_once(':') {
        let head = head.trim();
        // Of two equally near, the singular is what somebody meant.
        let nearest = BLOCKS.into_iter().min_by_key(|keyword| (distance(head, keyword), keyword.len()));
        if let Some(keyword) = nearest.filter(|keyword| near(head, keyword)) {
            return Some(keyword);
        }
    }
    let first = line.split_whitespace().next().unwrap_or_default();
    let misses_colon = line == first || line.starts_with("Scenario");
    ["Scenario", "Background"].into_iter().find(|keyword| {
        let exact = first == *keyword;
        near(first, keyword) && (!exact || misses_colon)
    })
}

/// A hint for a line that is neither a step nor anything else that may stand there.
fn spelling(line: &str, before_feature: bool) -> String {
    if let Some(keyword) = resembles(line) {
        return format!("did you mean `{keyword}:`?");
    }
    if before_feature {
        return "expected tags, a comment or `Feature:`".to_owned();
    }
    let first = line.split_whitespace().next().unwrap_or_default().to_lowercase();
    let nearest = STEPS.into_iter().min_by_key(|keyword| strsim::osa_distance(&first, &keyword.to_lowercase()));
    match nearest.filter(|keyword| strsim::osa_distance(&first, &keyword.to_lowercase()) <= 2) {
        Some(keyword) => format!("did you mean `{keyword}`? prose belongs below `Feature:` or `Rule:`"),
        None => "expected a step that begins with Given, When, Then, And or But; prose belongs below `Feature:` or `Rule:`, or in a comment".to_owned(),
    }
}
