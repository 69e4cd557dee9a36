//! The claims matrix: every sentence of a control beside the fixtures that hold its steps to it.
//!
//! An auditor reads a feature as the control, so each sentence under *Requirement* and *How it is examined*, and each
//! `Then`, is either a claim, with fixtures whose verdict would be wrong if the steps did not do what it claims, or it
//! claims nothing about the steps, and `tests/claims/<control>.toml` says why:
//!
//! * `context`: explains AWS or a word, or gives a reason;
//! * `limit`: states what is not examined;
//! * `pointer`: names the control that examines it.
//!
//! What no landing zone can show, such as the requests that are sent, is held by `tests`, each `<file>::<function>`.
//!
//! A sentence that is added or changed fails this test until it has an entry. `LOGPROOF_UPDATE_CLAIMS=1` writes the
//! missing entries, without fixtures, and drops those whose sentence is gone.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

use logproof::catalogue::Control;
use serde::{Deserialize, Serialize};

/// The sections whose sentences an auditor takes for what is done.
const SECTIONS: [&str; 2] = ["Requirement", "How it is examined"];

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Matrix {
    #[serde(default, rename = "sentence")]
    sentences: Vec<Sentence>,
}

/// One sentence of a control.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Sentence {
    text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kind: Option<Kind>,
    /// `<control>/<file>`, or the file alone for a fixture of the control itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    fixtures: Vec<String>,
    /// `<file>::<function>` of the tests that hold what no fixture can show.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tests: Vec<String>,
}

/// Why a sentence is no claim about the steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Context,
    Limit,
    Pointer,
}

#[test]
fn every_sentence_of_a_control_is_held_by_fixtures_or_claims_nothing() {
    let (controls, _) = support::catalogue();
    let reacting = reacting();
    let update = std::env::var_os("LOGPROOF_UPDATE_CLAIMS").is_some();
    let mut problems = Vec::new();
    for control in &controls {
        let written = sentences(control);
        if update {
            rewrite(control, &written);
        }
        let matrix = read(control);
        problems.extend(compare(control, &written, &matrix));
        problems.extend(matrix.sentences.iter().flat_map(|sentence| unproved(control, sentence, &reacting)));
    }
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn the_matrix_has_a_file_for_each_control_and_no_other() {
    let (controls, _) = support::catalogue();
    let ids: BTreeSet<String> = controls.into_iter().map(|control| format!("{}.toml", control.id)).collect();
    let folder = fs::read_dir(support::root().join("tests/claims")).unwrap();
    let files: BTreeSet<String> = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(files, ids);
}

/// Sentences of a control as they are written, each once.
fn sentences(control: &Control) -> Vec<String> {
    let sections = control.text.iter().filter(|(heading, _)| SECTIONS.contains(&heading.as_str()));
    let mut found: Vec<String> = sections.flat_map(|(_, text)| split(text)).collect();
    for scenario in &control.scenarios {
        let own = scenario.steps.iter().skip(scenario.background);
        let claims = own.filter(|step| step.ty == cucumber::gherkin::StepType::Then);
        found.extend(claims.map(|step| format!("Then {}", step.value)));
    }
    let mut seen = BTreeSet::new();
    found.retain(|sentence| seen.insert(sentence.clone()));
    found
}

/// Splits prose into sentences: at a full stop, or at a blank line.
fn split(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for paragraph in text.split("\n\n") {
        let words: Vec<&str> = paragraph.split_whitespace().collect();
        let mut sentence: Vec<&str> = Vec::new();
        for (index, word) in words.iter().enumerate() {
            sentence.push(word);
            let ends = word.trim_end_matches([')', '"', '`']).ends_with(['.', '?', '!']);
            let next = words.get(index + 1).and_then(|next| next.trim_start_matches(['(', '"', '`']).chars().next());
            if ends && next.is_none_or(|next| next.is_uppercase() || next.is_ascii_digit() || next == '<') {
                found.push(sentence.join(" "));
                sentence.clear();
            }
        }
        if !sentence.is_empty() {
            found.push(sentence.join(" "));
        }
    }
    found
}

fn file(control: &Control) -> PathBuf {
    support::root().join("tests/claims").join(format!("{}.toml", control.id))
}

fn read(control: &Control) -> Matrix {
    let text = fs::read_to_string(file(control)).unwrap_or_default();
    toml::from_str(&text).unwrap_or_else(|error| panic!("tests/claims/{}.toml: {error}", control.id))
}

/// Writes the entries in the order of the feature; what is known of a sentence stays.
fn rewrite(control: &Control, written: &[String]) {
    let known: BTreeMap<String, Sentence> =
        read(control).sentences.into_iter().map(|sentence| (sentence.text.clone(), sentence)).collect();
    let entry = |text: &String| {
        let unknown = Sentence { text: text.clone(), kind: None, fixtures: Vec::new(), tests: Vec::new() };
        known.get(text).cloned().unwrap_or(unknown)
    };
    let matrix = Matrix { sentences: written.iter().map(entry).collect() };
    fs::write(file(control), toml::to_string_pretty(&matrix).unwrap()).unwrap();
}

/// Sentences without an entry, and entries without a sentence.
fn compare(control: &Control, written: &[String], matrix: &Matrix) -> Vec<String> {
    let entries: Vec<&String> = matrix.sentences.iter().map(|sentence| &sentence.text).collect();
    let missing = written.iter().filter(|text| !entries.contains(text)).map(|text| ("has no entry", text));
    let gone = entries.iter().filter(|text| !written.contains(text)).map(|text| ("is not in the feature", *text));
    missing.chain(gone).map(|(what, text)| format!("{}: `{text}` {what}", control.id)).collect()
}

/// What keeps an entry from holding the steps to the sentence.
fn unproved(control: &Control, sentence: &Sentence, reacting: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let complain = |what: String| format!("{}: `{}`: {what}", control.id, sentence.text);
    match (sentence.kind, sentence.fixtures.is_empty() && sentence.tests.is_empty()) {
        (None, true) => return vec![complain("names no fixture, nor why it claims nothing".to_owned())],
        (Some(_), false) => return vec![complain("claims nothing, and yet names what holds it".to_owned())],
        (Some(Kind::Pointer), true) if !sentence.text.contains("LS-") => {
            return vec![complain("names no control".to_owned())];
        }
        _ => {}
    }
    let absent =
        sentence.tests.iter().filter(|test| !is_test(test)).map(|test| complain(format!("`{test}` is no test")));
    let whole = |name: &String| if name.contains('/') { name.clone() } else { format!("{}/{name}", control.id) };
    let names = sentence.fixtures.iter().map(whole);
    let unheld = names.filter_map(|name| match reacting.get(&name) {
        None => Some(complain(format!("`{name}` is no fixture"))),
        Some(ids) if !ids.contains(&control.id) => {
            Some(complain(format!("`{name}` expects nothing of {}, whose verdict it does not change", control.id)))
        }
        Some(_) => None,
    });
    absent.chain(unheld).collect()
}

/// Whether `<file>::<function>` is a function of a file of this repository.
fn is_test(name: &str) -> bool {
    name.split_once("::").is_some_and(|(file, function)| {
        fs::read_to_string(support::root().join(file)).is_ok_and(|text| text.contains(&format!("fn {function}(")))
    })
}

/// Controls that each fixture expects something of, or that change their verdict on it, by `<control>/<file>`.
fn reacting() -> BTreeMap<String, BTreeSet<String>> {
    #[derive(Deserialize)]
    struct File {
        expect: BTreeMap<String, serde_json::Value>,
    }
    let home = support::root().join("tests/fixtures");
    let others: BTreeMap<String, BTreeSet<String>> =
        toml::from_str(&fs::read_to_string(home.join("others.toml")).unwrap()).unwrap();
    let mut found = BTreeMap::new();
    for folder in fs::read_dir(&home).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        for path in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = format!(
                "{}/{}",
                folder.file_name().unwrap().to_str().unwrap(),
                path.file_name().unwrap().to_str().unwrap()
            );
            let file: File = serde_yaml_ng::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            let mut ids: BTreeSet<String> = file.expect.into_keys().collect();
            ids.extend(others.get(&name).into_iter().flatten().cloned());
            found.insert(name, ids);
        }
    }
    found
}

#[test]
fn prose_is_split_where_sentences_end() {
    let text = "The bucket is read, e.g. its policy\nand its key. It is `s3:*`.\n\nA list:\n\nNo request (over HTTP). LS-6.8 is next.";
    let expected = [
        "The bucket is read, e.g. its policy and its key.",
        "It is `s3:*`.",
        "A list:",
        "No request (over HTTP).",
        "LS-6.8 is next.",
    ];
    assert_eq!(split(text), expected);
}
