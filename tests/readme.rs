//! What the documents for people say is there: paths, commands, versions, and the picture.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use clap::Parser as _;
use logproof::cli::Cli;
use support::root;

/// The documents.
const DOCUMENTS: [&str; 13] = [
    "README.md",
    "CONTRIBUTING.md",
    "reports/README.md",
    "deploy/README.md",
    "tests/fixtures/README.md",
    "CHANGELOG.md",
    "SECURITY.md",
    "docs/aws-changes.md",
    "docs/full-runs.md",
    "docs/style.md",
    "examples/controls/cis/README.md",
    "examples/controls/finos/README.md",
    "examples/own-steps/README.md",
];

/// Files of the reader, not of the repository: what a command of a document writes, or reads where the reader is.
const OF_THE_READER: [&str; 4] = ["reports/", "register/", "copy/", "mine/"];

fn read(document: &str) -> String {
    fs::read_to_string(root().join(document)).unwrap()
}

/// What stands between backticks in the prose, and the targets of links.
fn named(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let prose: Vec<&str> = text.split("```").step_by(2).collect();
    for part in prose {
        found.extend(part.split('`').skip(1).step_by(2).map(str::to_owned));
        let links = part.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
        found.extend(links.map(|(target, _)| target.to_owned()).filter(|target| !target.contains("://")));
    }
    found
}

/// Whether a word looks like the path of a file or folder in this repository.
fn is_path(word: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    let known = ["crates", "deploy", "docs", "features", "reports", "scripts", "src", "steps", "target", "tests"];
    let first = word.split('/').next().unwrap_or_default();
    let ending = Path::new(word).extension().and_then(|ending| ending.to_str());
    let file = ending.is_some_and(|ending| ["md", "rs", "py", "yaml", "toml", "svg", "lock"].contains(&ending));
    word.chars().all(plain) && (file || word.contains('/') && known.contains(&first))
}

#[test]
fn every_path_that_is_named_is_there() {
    let mut seen = BTreeSet::new();
    let mut missing = Vec::new();
    for document in DOCUMENTS {
        let beside = root().join(document).parent().unwrap().to_owned();
        for word in named(&read(document)).into_iter().filter(|word| is_path(word)) {
            let of_the_reader =
                OF_THE_READER.iter().any(|place| word.starts_with(place)) || word.starts_with("target/");
            let folders =
                fs::read_dir(&beside).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
            let mut places = vec![root(), beside.clone(), root().join("features")];
            // A document may name the folders beside it.
            places.extend(folders.filter(|_| beside != root()));
            let places = places.into_iter().map(|place| place.join(&word));
            let there = places.into_iter().any(|place| place.exists()) || names_a_file_of_the_reader(&word);
            if !there && !of_the_reader {
                missing.push(format!("{document}: {word}"));
            }
            seen.insert(word);
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
    assert!(seen.len() > 10, "only {seen:?} look like paths");
}

/// Files a reader writes or gets.
fn names_a_file_of_the_reader(word: &str) -> bool {
    ["logproof.toml", "zone.yaml", "summary.md", "plan.md"].contains(&word) || word == "error-denied.yaml"
}

/// Lines of the code blocks without a language or in a shell, continued ones joined, comments cut off.
fn commands(text: &str) -> Vec<String> {
    let blocks = text.split("```").skip(1).step_by(2);
    let shell = blocks.filter_map(|block| block.split_once('\n')).filter(|(language, _)| language.trim().is_empty());
    let joined: Vec<String> = shell.map(|(_, code)| code.replace("\\\n", " ")).collect();
    let lines = joined.iter().flat_map(|code| code.lines());
    lines.map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
}

/// Words as a shell makes them, up to a comment or the end of the command.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    let mut begun = false;
    for c in line.chars() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                begun = true;
            }
            (None, '#') if !begun => break,
            (None, '|' | '>' | ';' | '&') => break,
            (None, _) if c.is_whitespace() => {
                if begun {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            _ => {
                word.push(c);
                begun = true;
            }
        }
    }
    if begun {
        words.push(word);
    }
    words
}

#[test]
fn every_command_that_is_named_is_understood() {
    let mut understood = 0;
    for document in DOCUMENTS {
        let text = read(document);
        let inline =
            named(&text).into_iter().filter(|code| code.starts_with("logproof ") || code.starts_with("cargo "));
        for line in commands(&text).into_iter().chain(inline.map(|code| code.replace('\n', " "))) {
            let words = words(&line);
            let arguments = match words.first().map(String::as_str) {
                Some("logproof") => &words[..],
                Some("cargo") => match words.iter().position(|word| word == "--") {
                    Some(place) if words[1] == "run" => &words[place..],
                    _ => {
                        cargo(&words, document);
                        continue;
                    }
                },
                _ => continue,
            };
            let arguments = std::iter::once("logproof").chain(arguments[1..].iter().map(String::as_str));
            if let Err(error) = Cli::try_parse_from(arguments) {
                // A sentence may name a command without its arguments.
                let short = words.len() <= 3 && !error.to_string().contains("unrecognized");
                assert!(short, "{document}: `{line}`: {error}");
            }
            understood += 1;
        }
    }
    assert!(understood > 30, "only {understood} commands");
}

/// A command of cargo: its test targets and packages must exist.
fn cargo(words: &[String], document: &str) {
    let value = |name: &str| words.iter().position(|word| word == name).and_then(|place| words.get(place + 1));
    assert!(["run", "test", "build", "install", "clippy", "fmt"].contains(&words[1].as_str()), "{document}: {words:?}");
    if let Some(target) = value("--test") {
        let places = [root().join(format!("tests/{target}.rs")), root().join(format!("tests/{target}/main.rs"))];
        let steps = root().join("steps/tests").join(format!("{target}.rs"));
        let of_crate = value("-p").and_then(|package| package.strip_prefix("logproof-"));
        let of_crate =
            of_crate.is_some_and(|folder| root().join(format!("crates/{folder}/tests/{target}.rs")).exists());
        let there = of_crate || steps.exists() || places.iter().any(|place| place.exists());
        assert!(there, "{document}: no test `{target}`");
    }
    if let Some(package) = value("-p") {
        assert!(read("Cargo.lock").contains(&format!("name = \"{package}\"\n")), "{document}: no package `{package}`");
    }
}

#[test]
fn scripts_that_are_named_run() {
    for script in fs::read_dir(root().join("scripts")).unwrap().map(|entry| entry.unwrap().path()) {
        if script.extension().is_some() {
            continue;
        }
        let help = Command::new(&script).arg("--help").output().unwrap();
        assert!(help.status.success(), "{}: {}", script.display(), String::from_utf8_lossy(&help.stderr));
        let name = script.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
        assert!(DOCUMENTS.iter().any(|document| read(document).contains(&name)), "no document names {name}");
    }
}

#[test]
fn the_versions_it_asks_for_are_those_the_project_is_built_with() {
    let manifest: toml::Value = toml::from_str(&read("Cargo.toml")).unwrap();
    let rust = manifest["workspace"]["package"]["rust-version"].as_str().unwrap().to_owned();
    for document in ["README.md", "CONTRIBUTING.md"] {
        assert!(read(document).contains(&format!("Rust {rust} or newer")), "{document} and `rust-version` {rust}");
        assert!(read(document).contains("Python 3.10 or newer"), "{document}");
    }
}

#[test]
fn the_picture_shows_what_a_run_prints() {
    let shown = "](docs/terminal.svg)";
    assert!(read("README.md").contains(shown), "README.md does not show the picture");
    let picture: PathBuf = root().join("scripts/picture");
    let done =
        Command::new("python3").arg(picture).arg(env!("CARGO_BIN_EXE_logproof")).arg("--check").output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// Phrases that `docs/style.md` replaces, and that need no context to be recognized.
const REPLACED: [&str; 14] = [
    "rest on",
    "rests on",
    "rested on",
    "stand for",
    "stands for",
    "speak of",
    "speaks of",
    "made up",
    "let through",
    "lets through",
    "the business of",
    "goes on in",
    "falls silent",
    "anew",
];

/// What people read: whole documents and features, and of sources the lines with a text that is no comment.
fn read_by_people(folder: &Path, found: &mut BTreeMap<PathBuf, String>) {
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !["target", "tests", "testdata"].contains(&name.as_str()) {
                read_by_people(&path, found);
            }
            continue;
        }
        let text = || fs::read_to_string(&path).unwrap();
        if name.ends_with(".feature") || name.ends_with(".md") {
            found.insert(path.clone(), text());
        } else if name.ends_with(".rs") && !name.ends_with("tests.rs") {
            let text = text();
            let program = text.split("\n#[cfg(test)]\n").next().unwrap();
            let spoken = program.lines().filter(|line| !line.trim_start().starts_with("//") && line.contains('"'));
            found.insert(path.clone(), spoken.collect::<Vec<_>>().join("\n"));
        }
    }
}

#[test]
fn what_people_read_keeps_to_the_words_of_the_style_guide() {
    let mut texts: BTreeMap<_, _> = DOCUMENTS.map(|document| (root().join(document), read(document))).into();
    for folder in ["features", "examples", "docs", "src", "steps", "crates"] {
        read_by_people(&root().join(folder), &mut texts);
    }
    assert!(texts.len() > 400, "only {} texts", texts.len());
    let mut wrong = Vec::new();
    for (path, text) in texts.iter().filter(|(path, _)| !path.ends_with("docs/style.md")) {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let words = format!(" {} ", words.collect::<Vec<_>>().join(" ").to_lowercase());
        let found = REPLACED.iter().filter(|phrase| words.contains(&format!(" {phrase} ")));
        wrong.extend(found.map(|phrase| format!("{}: `{phrase}`", path.display())));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
