//! The description of a feature, split at its headings.
//!
//! The Gherkin parser drops indentation and empty lines, so this reads the file itself: within the description, a line
//! that is followed by a deeper one is a heading, and the deeper lines are its text.

/// Keywords that open a block, longest first where one begins another.
pub(super) const BLOCKS: [&str; 11] = [
    "Feature",
    "Business Need",
    "Ability",
    "Background",
    "Rule",
    "Scenario Outline",
    "Scenario Template",
    "Scenarios",
    "Scenario",
    "Examples",
    "Example",
];

/// Whether a line opens a block with this keyword.
pub(super) fn opens(line: &str, keyword: &str) -> bool {
    line.trim_start().strip_prefix(keyword).is_some_and(|rest| rest.starts_with(':'))
}

/// Sections by heading, in file order; text in front of the first heading has an empty one.
#[must_use]
pub fn sections(feature: &str) -> Vec<(String, String)> {
    let lines = description(feature);
    let depth = |line: &str| line.len() - line.trim_start().len();
    let outer = lines.iter().filter(|line| !line.trim().is_empty()).map(|line| depth(line)).min().unwrap_or(0);
    let mut sections: Vec<(String, Vec<&str>)> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let next = lines.iter().skip(index + 1).find(|line| !line.trim().is_empty());
        let is_heading =
            !line.trim().is_empty() && depth(line) == outer && next.is_some_and(|next| depth(next) > outer);
        if is_heading {
            sections.push((line.trim().to_owned(), Vec::new()));
        } else if let Some((_, text)) = sections.last_mut() {
            text.push(line);
        } else if !line.trim().is_empty() {
            sections.push((String::new(), vec![line]));
        }
    }
    sections.into_iter().map(|(heading, text)| (heading, dedented(&text))).collect()
}

/// Lines between `Feature:` and the first background, rule, scenario or tag.
fn description(feature: &str) -> Vec<&str> {
    feature
        .lines()
        .skip_while(|line| !opens(line, "Feature"))
        .skip(1)
        .take_while(|line| {
            let line = line.trim_start();
            !line.starts_with('@') && !BLOCKS.iter().any(|keyword| opens(line, keyword))
        })
        .filter(|line| !line.trim_start().starts_with('#'))
        .collect()
}

fn dedented(lines: &[&str]) -> String {
    let depth = |line: &str| line.len() - line.trim_start().len();
    let common = lines.iter().filter(|line| !line.trim().is_empty()).map(|line| depth(line)).min().unwrap_or(0);
    let text: Vec<&str> = lines.iter().map(|line| line.get(common..).unwrap_or_default().trim_end()).collect();
    text.join("\n").trim_matches('\n').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FEATURE: &str = "# a comment\n@LS-1.1\nFeature: Title\n\n  Requirement\n    One line\n    and another.\n\n    A second paragraph.\n  References\n    https://a\n    https://b\n\n  @tag\n  Scenario: S\n    Then x\n";

    #[test]
    fn headings_and_their_text() {
        assert_eq!(
            sections(FEATURE),
            [
                ("Requirement".to_owned(), "One line\nand another.\n\nA second paragraph.".to_owned()),
                ("References".to_owned(), "https://a\nhttps://b".to_owned()),
            ]
        );
    }

    #[test]
    fn text_without_heading_is_kept() {
        let found = sections("Feature: T\n  Some text\n  more text\n  Scenario: S\n");
        assert_eq!(found, [(String::new(), "Some text\nmore text".to_owned())]);
        assert_eq!(sections("Feature: T\n"), []);
    }
}
