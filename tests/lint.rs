//! Every way a feature could be green without checking anything is refused, by the real program, with file and line.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use std::fs;

use cucumber::{
    codegen::{LazyRegex, LocalBoxFuture, Regex},
    gherkin::StepType,
    step::{Context, Location},
};
use logproof::catalogue::{
    Control, FeatureFile, lint,
    vocabulary::{Registered, Vocabulary},
};
use logproof_estate::world::LogproofWorld;
use support::{Ran, run};
use tempfile::TempDir;

/// A control that has nothing wrong.
const SOUND: &str = "\
@LS-1.1 @severity:high @nist-800-53r5:au-2
Feature: Logs are kept

  Requirement
    They are kept.
    All of them are.

  Background:
    Given the log bucket of the log archive account

  Scenario: First
    Then the log bucket is in the home Region
";

fn lint_bytes(files: &[(&str, &[u8])]) -> Ran {
    let home = TempDir::new().unwrap();
    for (name, content) in files {
        let path = home.path().join("f").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    let ran = run(home.path(), &["lint", "--features", "f"]);
    // A run that would check the same features is refused the same way, before it asks anybody anything.
    let check = run(home.path(), &["check", "--mock", "--features", "f", "--out", "o"]);
    if ran.code == 2 && !files.is_empty() {
        assert_eq!(check.code, 2, "{}", check.err);
        assert!(check.err.contains(&ran.out), "{}", check.err);
        assert!(!home.path().join("o").exists());
    }
    ran
}

fn linted(text: &str) -> Ran {
    lint_bytes(&[("c.feature", text.as_bytes())])
}

/// A change to the sound control is refused at this line with these words.
#[track_caller]
fn refused(from: &str, to: &str, line: usize, words: &[&str]) {
    assert!(SOUND.contains(from), "`{from}` is in the sound control");
    refused_text(&SOUND.replacen(from, to, 1), line, words);
}

#[track_caller]
fn refused_text(text: &str, line: usize, words: &[&str]) {
    let ran = linted(text);
    assert_eq!(ran.code, 2, "accepted:\n{text}\n{}", ran.out);
    let place = format!("f/c.feature:{line}: ");
    let problems: Vec<&str> = ran.out.split_inclusive("\nhint: ").collect();
    assert!(problems.len() >= 2, "every problem has a hint: {}", ran.out);
    let at_line = ran.out.lines().zip(ran.out.lines().skip(1)).find(|(problem, _)| problem.starts_with(&place));
    let Some((problem, hint)) = at_line else { panic!("nothing at line {line}:\n{}", ran.out) };
    for word in words {
        assert!(problem.contains(word) || hint.contains(word), "`{word}` is not in:\n{problem}\n{hint}");
    }
}

#[test]
fn a_sound_control_is_accepted() {
    let ran = linted(SOUND);
    assert_eq!((ran.code, ran.out.as_str()), (0, "1 controls, 1 scenarios, no problems\n"), "{}", ran.err);
    // Windows line ends and a missing last line end change nothing.
    assert_eq!(linted(&SOUND.replace('\n', "\r\n")).code, 0);
    assert_eq!(linted(SOUND.trim_end()).code, 0);
}

#[test]
fn the_controls_of_this_program_are_sound() {
    let home = TempDir::new().unwrap();
    let ran = run(home.path(), &["lint"]);
    assert_eq!(ran.code, 0, "{}", ran.out);
    assert!(ran.out.ends_with("no problems\n"));
}

#[test]
fn a_misspelt_keyword_that_becomes_a_description_is_refused() {
    refused("  Scenario: First", "  Scenaro: First", 11, &["`Scenaro: First`", "did you mean `Scenario:`?"]);
    refused("  Scenario: First", "  Scenario First", 11, &["Scenario First"]);
    refused("  Scenario: First", "  scenario: First", 11, &["did you mean `Scenario:`?"]);
    refused("  Scenario: First", "  Scenario : First", 11, &["did you mean `Scenario:`?"]);
    refused("    Given the log", "    Givn the log", 9, &["is not a step", "did you mean `Given`?"]);
    refused("    Then the log bucket", "    Than the log bucket", 12, &["is not a step", "did you mean `Then`?"]);
    refused("  Background:", "  Backgroud:", 8, &["did you mean `Background:`?"]);
    refused("Feature: Logs", "Featur: Logs", 2, &["did you mean `Feature:`?"]);
    refused("    They are kept.", "    They are kept.\n\n  Rul: All of them", 7, &["did you mean `Rule:`?"]);
}

#[test]
fn a_scenario_swallowed_by_a_description_is_refused() {
    let text = SOUND.replace("  Background:\n", "").replace("  Scenario: First\n", "");
    refused_text(&text, 8, &["read as part of a description"]);
    refused("  Requirement", "  Rules of the house\n  Requirement", 4, &["begins with the keyword `Rule`"]);
}

#[test]
fn prose_among_steps_is_refused() {
    refused("  Scenario: First", "  Scenario: First\n    Some words.", 12, &["`Some words.` is not a step"]);
    refused("  Background:", "  Background:\n    Some words.", 9, &["`Some words.` is not a step"]);
    let ran = linted(&SOUND.replace("  Scenario: First", "  # Some words.\n  Scenario: First\n    # More."));
    assert_eq!(ran.code, 0, "a comment is the place for them: {}", ran.out);
}

#[test]
fn a_feature_without_scenarios_is_refused() {
    let text = SOUND.split("  Background:").next().unwrap();
    refused_text(text, 2, &["has no scenario"]);
    refused("  Background:", "  Rule: Empty\n\n  Rule: Full\n\n  Background:", 8, &["the rule has no scenario"]);
}

#[test]
fn a_scenario_without_steps_is_refused() {
    refused("  Scenario: First", "  Scenario: Zero\n\n  Scenario: First", 11, &["no steps"]);
}

#[test]
fn a_scenario_without_then_is_refused() {
    refused(
        "    Then the log bucket is in the home Region\n",
        "    Given the log bucket of the log archive account\n",
        11,
        &["no `Then`"],
    );
}

#[test]
fn an_undefined_step_is_refused_with_the_nearest_sentence() {
    refused(
        "is in the home Region",
        "is in the hoem Region",
        12,
        &[
            "no step is registered for `Then the log bucket is in the hoem Region`",
            "did you mean `Then the log bucket is in the home Region`",
        ],
    );
    refused(
        "    Given the log bucket",
        "    When the log bucket",
        9,
        &["no step is registered", "registered for `Given`"],
    );
    refused("Then the log bucket is in the home Region", "Then zzz", 12, &["`logproof steps` lists them"]);
}

#[test]
fn placeholders_that_nothing_fills_are_refused() {
    refused("  Scenario: First", "  Scenario: First <one>", 11, &["`<one>` is never filled in"]);
    let outline = SOUND.replace("  Scenario: First", "  Scenario Outline: First <one>");
    refused_text(&outline, 11, &["the outline has no examples"]);
    refused_text(&format!("{outline}\n    Examples:\n"), 14, &["no table"]);
    refused_text(&format!("{outline}\n    Examples:\n      | one |\n"), 14, &["a header and no rows"]);
    refused_text(
        &format!("{outline}\n    Examples:\n      | two |\n      | 2 |\n"),
        16,
        &["`<one>` is the name of no column"],
    );
    assert_eq!(linted(&format!("{outline}\n    Examples:\n      | one |\n      | 1 |\n      | 2 |\n")).code, 0);
}

#[test]
fn tables_whose_cells_would_be_lost_are_refused() {
    let outline = SOUND.replace("  Scenario: First", "  Scenario Outline: First <one>");
    let with = |rows: &str| format!("{outline}\n    Examples:\n{rows}");
    refused_text(&with("      | one |\n      | 1 | 2 |\n"), 16, &["has 2 cells", "has 1"]);
    refused_text(&with("      | one | two |\n      | 1 |\n"), 16, &["has 1 cells", "has 2"]);
    refused_text(&with("      | one |\n      | 1\n"), 16, &["does not end with `|`"]);
    refused_text(&with("      | one | one |\n      | 1 | 2 |\n"), 14, &["two columns are named `one`"]);
    let many: String = (0..101).map(|n| format!("      | {n} |\n")).collect();
    refused_text(&with(&format!("      | one |\n{many}")), 11, &["more than 100 rows"]);
    assert_eq!(linted(&with("      | one |\n      | a \\| b |\n")).code, 0);
}

#[test]
fn names_and_ids_that_are_not_unique_are_refused() {
    let again = SOUND.split("  Background:").nth(1).unwrap().split("  Scenario").nth(1).unwrap();
    refused_text(&format!("{SOUND}\n  Scenario{again}"), 14, &["`First`", "line 11"]);
    refused("  Scenario: First", "  Scenario:", 11, &["no name"]);
    refused("Feature: Logs are kept", "Feature:", 2, &["no title"]);
    let ran = lint_bytes(&[("a/one.feature", SOUND.as_bytes()), ("b/two.feature", SOUND.as_bytes())]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.out.starts_with("f/b/two.feature:1: control `LS-1.1` is also in `f/a/one.feature`\nhint: "),
        "{}",
        ran.out
    );
}

#[test]
fn a_control_has_one_id_one_severity_and_a_requirement() {
    refused("@LS-1.1 ", "", 1, &["no id"]);
    refused("@LS-1.1", "@LS-1.1 @LS-1.2", 1, &["2 ids", "`LS-1.2`"]);
    refused("@severity:high", "@hardening", 1, &["no severity"]);
    refused("@severity:high", "@severity:hihg", 1, &["`hihg` is not a severity"]);
    refused("@severity:high", "@severity:high @severity:low", 1, &["more than one severity"]);
    refused("@severity:high", "@severity:high @hardning", 1, &["did you mean `@hardening`?"]);
    refused("  Scenario: First", "  @LS-1.2\n  Scenario: First", 12, &["ids and severities belong to the feature"]);
    let of_scenario = |tag: &str| format!("  @severity:{tag}\n  Scenario: First");
    for (tag, words) in [
        ("high", "no lower than the severity of the control"),
        ("critical", "no lower than the severity of the control"),
        ("lwo", "`lwo` is not a severity"),
        ("low @severity:medium", "more than one severity"),
    ] {
        refused("  Scenario: First", &of_scenario(tag), 12, &[words]);
    }
    let ran = linted(&SOUND.replace("  Scenario: First", &of_scenario("low")));
    assert_eq!(ran.code, 0, "{}", ran.out);
    refused("  Requirement\n    They are kept.\n    All of them are.\n", "", 2, &["does not say what it requires"]);
    refused("  Requirement", "  Requirment", 2, &["did you mean `Requirement` by `Requirment`?"]);
}

#[test]
fn tags_that_would_turn_a_verdict_are_refused() {
    for tag in ["retry", "retry(3)", "retry.after(1s)"] {
        refused("  Scenario: First", &format!("  @{tag}\n  Scenario: First"), 12, &[tag, "until it is green"]);
        refused("@severity:high", &format!("@severity:high @{tag}"), 1, &[tag]);
    }
    refused("@severity:high", "@severity:high @allow.skipped", 1, &["let undefined steps pass"]);
}

#[test]
fn tags_that_belong_to_nothing_are_refused() {
    refused("  Background:", "  @lonely\n  Background:", 8, &["belong to nothing"]);
    refused("    Then the log bucket", "    @lonely\n    Then the log bucket", 12, &["belong to nothing"]);
    refused_text(&format!("{SOUND}\n  @lonely\n"), 14, &["belong to nothing"]);
    refused("@severity:high", "severity:high", 1, &["is no tag", "write `@severity:high`"]);
}

#[test]
fn what_is_not_a_feature_is_refused() {
    refused_text("", 1, &["no `Feature:`"]);
    refused_text("\n\n", 2, &["no `Feature:`"]);
    refused_text("Some words.\n", 1, &["stands before `Feature:`"]);
    refused_text(&format!("{SOUND}\nFeature: Another\n"), 14, &["second `Feature:`"]);
    refused("@LS-1.1", "# language: de\n@LS-1.1", 1, &["`de`"]);
    refused("  Scenario: First", "  Examples:\n    | a |\n  Scenario: First", 11, &["belongs to no scenario"]);
    refused_text(&format!("{SOUND}    \"\"\"\n    open\n"), 13, &["not closed"]);
    let mark = [b"\xef\xbb\xbf".as_slice(), SOUND.as_bytes()].concat();
    let ran = lint_bytes(&[("c.feature", &mark)]);
    assert_eq!(ran.code, 2);
    assert!(ran.out.contains("f/c.feature:1: begins with a byte order mark"), "{}", ran.out);
    let latin = SOUND.replace("They are", "They \u{e9} are").chars().map(|c| c as u8).collect::<Vec<_>>();
    let ran = lint_bytes(&[("c.feature", &latin)]);
    assert!(ran.out.contains("f/c.feature:5: is not UTF-8 text"), "{}", ran.out);
    let ran = lint_bytes(&[("c.feature.txt", SOUND.as_bytes()), ("d.feature", SOUND.as_bytes())]);
    assert!(ran.out.contains("f/c.feature.txt:1: the name does not end in `.feature`"), "{}", ran.out);
}

#[test]
fn a_parse_error_says_file_line_and_what_was_expected() {
    let text = format!("{SOUND}    Nonsense here\n");
    refused_text(&text, 13, &["`Nonsense here` is not a step", "Given, When, Then, And or But"]);
    refused(
        "  Scenario: First",
        "  Scenario: First\n  Background:\n    Given the log bucket of the log archive account\n  Scenario: Other",
        12,
        &["behind a scenario"],
    );
}

#[test]
fn every_problem_is_listed_at_once() {
    let text = SOUND.replace("Scenario: First", "Scenario: <First>").replace("@severity:high", "@retry");
    let text = text.replace("home Region", "home").replace("@LS-1.1 ", "");
    let ran = linted(&text);
    let problems = ran.out.lines().filter(|line| line.starts_with("f/c.feature:")).count();
    assert!(problems >= 4, "{}", ran.out);
}

#[test]
fn a_folder_without_features_is_no_green_run() {
    let home = TempDir::new().unwrap();
    fs::create_dir(home.path().join("f")).unwrap();
    let ran = run(home.path(), &["lint", "--features", "f"]);
    assert_eq!(ran.code, 2);
    assert!(ran.out.contains("holds no feature"), "{}", ran.out);
    let ran = run(home.path(), &["lint", "--features", "missing"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("cannot read `missing`"), "{}", ran.err);
}

/// Everything that can go wrong with one keystroke in a word.
fn slips(word: &str) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    let mut slips = vec![word.to_lowercase(), word.to_uppercase(), format!("{word} ")];
    for place in 0..letters.len() {
        let mut shorter = letters.clone();
        shorter.remove(place);
        slips.push(shorter.iter().collect());
        let mut doubled = letters.clone();
        doubled.insert(place, letters[place]);
        slips.push(doubled.iter().collect());
        let mut swapped = letters.clone();
        swapped.swap(place, (place + 1).min(letters.len() - 1));
        slips.push(swapped.iter().collect());
    }
    slips.retain(|slip| slip != word);
    slips
}

#[test]
fn no_slip_in_a_keyword_makes_anything_disappear() {
    let vocabulary = Vocabulary::registered();
    let examine = |text: &str| {
        let file = FeatureFile::new("c.feature".to_owned(), "c.feature".to_owned(), text.as_bytes().to_vec());
        lint::examine(&[file], &vocabulary)
    };
    let extent = |controls: &[Control]| -> Vec<(String, usize)> {
        let scenarios = controls.iter().flat_map(|control| &control.scenarios);
        scenarios.map(|scenario| (scenario.name.clone(), scenario.steps.len())).collect()
    };
    let outline = "  Scenario Outline: Second <n>\n    Then the log bucket is in the home Region\n    And the log bucket is in the \
        home Region\n\n    Examples:\n      | n |\n      | 1 |\n\n  Rule: Third\n\n    Scenario: Fourth\n      Then the log \
        bucket is in the home Region\n";
    let text = format!("{SOUND}\n{outline}");
    let sound = examine(&text);
    assert_eq!(sound.problems, []);
    assert_eq!(extent(&sound.controls).len(), 3);
    let mut tried = 0;
    for (number, line) in text.lines().enumerate() {
        let indented = line.trim_start();
        let word = indented.split([':', ' ']).next().unwrap();
        let keywords = ["Feature", "Background", "Rule", "Scenario", "Examples", "Given", "Then", "And"];
        if !keywords.contains(&word) {
            continue;
        }
        for slip in slips(word) {
            let changed = line.replacen(word, &slip, 1);
            let text: Vec<&str> =
                text.lines().enumerate().map(|(n, l)| if n == number { &changed } else { l }).collect();
            let linted = examine(&format!("{}\n", text.join("\n")));
            let harmless = extent(&linted.controls) == extent(&sound.controls);
            assert!(harmless || !linted.problems.is_empty(), "line {}: `{changed}` is accepted", number + 1);
            tried += 1;
        }
    }
    assert!(tried > 100, "{tried}");
}

fn in_process(text: &str, vocabulary: &Vocabulary) -> Vec<String> {
    let file = FeatureFile::new("c.feature".to_owned(), "c.feature".to_owned(), text.as_bytes().to_vec());
    lint::examine(&[file], vocabulary).problems.iter().map(ToString::to_string).collect()
}

#[test]
fn a_program_without_its_steps_checks_nothing() {
    let problems = in_process(SOUND, &Vocabulary::of(Vec::new()));
    assert_eq!(problems.len(), 1);
    assert!(problems[0].contains("no step is registered in this program"), "{problems:?}");
}

#[test]
fn a_step_that_several_sentences_match_is_refused() {
    fn nothing<'a>(_: &'a mut LogproofWorld, _: Context) -> LocalBoxFuture<'a, ()> {
        Box::pin(async {})
    }
    let registered = |ty, line, pattern: LazyRegex| {
        let location = Location { path: "steps/x.rs", line, column: 1 };
        Registered::new(ty, location, pattern, nothing)
    };
    let mut steps = vec![
        registered(StepType::Given, 1, || Regex::new("^the log bucket of the log archive account$").unwrap()),
        registered(StepType::Then, 2, || Regex::new("^the log bucket is in the home Region$").unwrap()),
    ];
    assert_eq!(in_process(SOUND, &Vocabulary::of(steps.clone())), Vec::<String>::new());
    steps.push(registered(StepType::Then, 3, || Regex::new("^the log (bucket|key) is in the home Region$").unwrap()));
    let problems = in_process(SOUND, &Vocabulary::of(steps));
    assert_eq!(problems.len(), 1, "{problems:?}");
    for words in ["c.feature:12: ", "matches 2 registered steps", "`the log (bucket|key) is in the home Region`"] {
        assert!(problems[0].contains(words), "`{words}` is not in {}", problems[0]);
    }
}

#[test]
fn files_and_names_beyond_measure_are_refused() {
    refused("  Scenario: First", &format!("  Scenario: {}", "long ".repeat(50)), 11, &["longer than 200 characters"]);
    let ran = linted(&format!("{SOUND}{}", "  # more\n".repeat(40_000)));
    assert_eq!(ran.code, 2);
    assert!(ran.out.contains("f/c.feature:1: is 351 KiB long, more than 256 KiB"), "{}", ran.out);
}
