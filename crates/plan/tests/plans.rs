//! Every plan file, change set and template of `tests/plans`, and what is read from it.
//!
//! Beside each file stands what is expected of it, one line an edit. `LOGPROOF_UPDATE_PLANS=1 cargo test -p logproof-plan
//! --test plans` writes it again; look at the difference.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

use logproof_estate::Partition;
use logproof_plan::{
    Change, Context, Document, Edit, Plan,
    cloudformation::{self, Stack},
    context::{Placed, Places},
    terraform,
};

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plans")
}

fn placed(account: &str, region: &str) -> Placed {
    Placed { account: account.parse().unwrap(), region: Some(region.parse().unwrap()) }
}

/// A landing zone with a log archive that exists.
fn context() -> Context {
    let archive = "222222222222".parse().unwrap();
    let bucket = |name: &str| {
        (name.to_owned(), (logproof_estate::AccountId::clone(&archive), Some("eu-central-1".parse().unwrap())))
    };
    Context {
        partition: Partition::Commercial,
        home_region: "eu-central-1".parse().unwrap(),
        management_account: "111111111111".parse().unwrap(),
        buckets: BTreeMap::from([bucket("acme-logs"), bucket("acme-config-logs")]),
        places: Places {
            providers: BTreeMap::from([
                ("aws.audit".to_owned(), placed("333333333333", "eu-central-1")),
                ("aws.replica".to_owned(), placed("666666666666", "eu-west-1")),
            ]),
            modules: BTreeMap::from([("module.baseline".to_owned(), placed("444444444444", "eu-central-1"))]),
            stacks: BTreeMap::from([("log-archive".to_owned(), placed("222222222222", "eu-central-1"))]),
        },
    }
}

fn stack() -> Stack {
    let parameters = [("OrganizationId", "o-exampleorg1"), ("Retention", "2555"), ("Environment", "prod")];
    Stack {
        name: Some("log-archive".to_owned()),
        parameters: parameters.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
    }
}

fn read(file: &Path) -> Result<Plan, logproof_plan::ReadError> {
    let name = file.file_name().unwrap().to_str().unwrap();
    let bytes = fs::read(file).unwrap();
    if name.starts_with("tf-") {
        terraform::read(name, &bytes, &context())
    } else {
        cloudformation::read(name, &bytes, &stack(), &context())
    }
}

/// One line for people: symbols as their addresses, holes as numbers.
fn line(plan: &Plan, edit: &Edit) -> String {
    let show = |change: &Change| {
        let text = serde_json::to_string(change).unwrap().replace('\u{F0000}', "<hole ").replace('\u{F0001}', ">");
        plan.symbols.shown(&text)
    };
    let mut text = format!(
        "{} {} [{}] @{} {}\n    {}",
        edit.origin.action,
        edit.origin.address,
        edit.origin.attribute,
        edit.account,
        edit.region,
        if edit.sensitive { "(sensitive)".to_owned() } else { show(&edit.change) },
    );
    if let Some(before) = edit.before.as_ref().filter(|_| !edit.sensitive) {
        write!(text, "\n    was {}", if *before == edit.change { "the same".to_owned() } else { show(before) })
            .unwrap();
    }
    text
}

fn told(plan: &Plan) -> String {
    let mut text = String::new();
    writeln!(text, "{} changed", plan.changed).unwrap();
    for edit in &plan.edits {
        writeln!(text, "{}", line(plan, edit)).unwrap();
    }
    for (kind, addresses) in &plan.not_looked_at {
        writeln!(text, "not looked at: {kind}: {}", addresses.join(", ")).unwrap();
    }
    for unplaced in &plan.unplaced {
        writeln!(
            text,
            "unplaced: {} ({}) lacks {}: {:?}",
            unplaced.address, unplaced.kind, unplaced.lacks, unplaced.add
        )
        .unwrap();
    }
    for (what, lines) in [("incomplete", &plan.incomplete), ("note", &plan.notes)] {
        lines.iter().for_each(|line| writeln!(text, "{what}: {line}").unwrap());
    }
    for unknown in &plan.unknown {
        writeln!(text, "unknown: {}", plan.symbols.shown(&unknown.to_string())).unwrap();
    }
    text
}

fn files() -> Vec<std::path::PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|kind| kind != "expected"));
    files.sort();
    files
}

#[test]
fn every_file_is_read_as_expected() {
    let (mut wrong, update) = (Vec::new(), std::env::var_os("LOGPROOF_UPDATE_PLANS").is_some());
    for file in files() {
        let found = match read(&file) {
            Ok(plan) => told(&plan),
            Err(error) => format!("error: {error}\n"),
        };
        let beside = file.with_extension("expected");
        if update {
            fs::write(&beside, &found).unwrap();
        }
        let expected = fs::read_to_string(&beside).unwrap_or_default();
        if found != expected {
            wrong.push(format!("{}:\n--- expected\n{expected}--- found\n{found}", file.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(files().len() >= 20);
}

#[test]
fn no_sensitive_value_is_printed() {
    for file in files() {
        let text = fs::read_to_string(&file).unwrap();
        if !text.contains("hunter2") {
            continue;
        }
        let plan = read(&file).unwrap();
        let told = told(&plan);
        assert!(!told.contains("hunter2"), "{told}");
        assert!(plan.edits.iter().any(|edit| edit.sensitive && format!("{edit:?}").contains("hunter2")));
    }
}

#[test]
fn an_open_document_says_what_is_open() {
    let mut partial = 0;
    for file in files() {
        let Ok(plan) = read(&file) else { continue };
        for edit in &plan.edits {
            let text = serde_json::to_string(&edit.change).unwrap();
            if !text.contains("Partial") {
                continue;
            }
            partial += 1;
            let holes = text.matches('\u{F0000}').count();
            assert!(holes > 0 && text.contains("unknown"), "{text}");
        }
    }
    assert!(partial > 0);
    assert!(Document::Text(String::new()).unknown().is_empty());
}
