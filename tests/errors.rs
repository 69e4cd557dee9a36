//! The texts of errors: one style for all of them, held for every variant of every error type of the application.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

#[path = "errors/samples.rs"]
mod samples;

use std::{collections::BTreeSet, fs, path::Path};

use samples::all;

/// Types whose text is a part of another error's, which has the hint.
const FRAGMENTS: [&str; 1] = ["StampError"];

/// Every variant with a text of its own in the sources of the application: `Type::Variant`.
fn declared() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(path).unwrap_or_default();
            for body in text.split("pub enum ").skip(1).map(|rest| rest.split("\n}").next().unwrap_or_default()) {
                let kind = body.split([' ', '{']).next().unwrap_or_default();
                // Behind the attribute, which ends a line, comes the variant.
                for after in body.split("    #[error(").skip(1).filter(|after| !after.starts_with("transparent")) {
                    let variant = after.split_once(")]\n").unwrap().1.trim_start();
                    let variant = variant.split([' ', '(', '{', ',']).next().unwrap_or_default();
                    found.insert(format!("{kind}::{variant}"));
                }
            }
        }
    }
    found
}

#[test]
fn every_variant_has_a_sample_here() {
    let sampled: BTreeSet<String> = all().into_keys().collect();
    let fragment = |name: &String| FRAGMENTS.iter().any(|kind| name.starts_with(&format!("{kind}::")));
    let missing: Vec<String> =
        declared().into_iter().filter(|name| !sampled.contains(name) && !fragment(name)).collect();
    assert_eq!(missing, Vec::<String>::new());
    assert!(declared().contains("TrailError::NotACopy") && declared().contains("CheckError::Interrupted"));
}

#[test]
fn an_error_is_one_line_and_a_hint() {
    let complaints: Vec<String> = all()
        .iter()
        .flat_map(|(name, text)| style(text).into_iter().map(move |what| format!("{name}: {what}: {text}")))
        .collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// What is wrong with the form of an error.
fn style(text: &str) -> Vec<String> {
    let Some((problem, hint)) = text.split_once("\nhint: ") else { return vec!["no hint".to_owned()] };
    let mut wrong = Vec::new();
    let mut must = |holds: bool, what: &str| {
        if !holds {
            wrong.push(what.to_owned());
        }
    };
    must(!hint.trim().is_empty() && !hint.contains('\n'), "the hint is not one line");
    must(!problem.contains('\n'), "the problem is not one line");
    must(!problem.starts_with(char::is_uppercase) || problem.starts_with("KMS "), "it begins in upper case");
    for part in [problem, hint] {
        must(!part.ends_with(['.', ';', ':']), "it ends like a sentence");
        for private in [" says ", " said ", "stands for", "speaks of", "rests on", "goes on", "Err(", "Some("] {
            must(!part.contains(private), private);
        }
    }
    wrong
}
