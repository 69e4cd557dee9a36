//! `docs/plan.md` says what the table of types says, and every row of the table of removals is shown by a plan.
//!
//! `LOGPROOF_UPDATE_PLANS=1 cargo test -p logproof-plan --test coverage` writes the tables again.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::{collections::BTreeSet, fmt::Write as _, fs, path::Path};

use logproof_plan::coverage::{CARRIERS, FROM_THE_ESTATE, REMOVALS, Reach, TABLE};
use serde_json::Value;

const BEGIN: &str = "<!-- from the table of types: begin -->\n";
const END: &str = "<!-- from the table of types: end -->\n";

const REMOVAL: &str = "\
A resource that Terraform forgets (`removed` with `destroy = false`) stays as it is, and so does one that CloudFormation keeps:
`DeletionPolicy` of `Retain` or `RetainExceptOnCreate` when it is removed, `UpdateReplacePolicy` of `Retain` when it is replaced. What AWS
refuses is taken for done: the apply fails there, and leaves it as it was.";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().parent().unwrap()
}

fn ticked(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn tables() -> String {
    let mut text = String::from(
        "\n## What is looked at\n\n| Terraform and OpenTofu | CloudFormation | where | questions it changes |\n|---|---|---|---|\n",
    );
    for row in TABLE {
        let reach = match row.reach {
            Reach::Organization => "management account",
            Reach::Account => "account",
            Reach::Region => "account and Region",
        };
        let (terraform, stack, questions) = (ticked(row.terraform), ticked(row.cloudformation), ticked(row.questions));
        writeln!(text, "| {terraform} | {stack} | {reach} | {questions} |").unwrap();
    }
    text.push_str("\nAnswered from what is observed, whatever is planned:\n\n| question | why |\n|---|---|\n");
    for (question, why) in FROM_THE_ESTATE {
        writeln!(text, "| `{question}` | {why} |").unwrap();
    }
    write!(text, "\n## What a removal means\n\n{REMOVAL}\n\n| removed | afterwards |\n|---|---|\n").unwrap();
    for (kinds, meaning) in REMOVALS {
        writeln!(text, "| {} | {meaning} |", ticked(kinds)).unwrap();
    }
    text.push_str("\n## What may change the log store unseen\n\nNamed as not looked into wherever a plan changes one:\n\n| type | why |\n|---|---|\n");
    for (kind, does) in CARRIERS {
        writeln!(text, "| `{kind}` | {does} |").unwrap();
    }
    text.push_str("| `awscc_*` | is of another provider |\n\n");
    text
}

#[test]
fn the_documentation_has_the_tables() {
    let file = root().join("docs/plan.md");
    let text = fs::read_to_string(&file).unwrap();
    let (before, rest) = text.split_once(BEGIN).expect("the mark where the tables begin");
    let (found, after) = rest.split_once(END).expect("the mark where they end");
    if std::env::var_os("LOGPROOF_UPDATE_PLANS").is_some() {
        fs::write(&file, format!("{before}{BEGIN}{}{END}{after}", tables())).unwrap();
    } else {
        assert_eq!(found, tables(), "run it with LOGPROOF_UPDATE_PLANS=1");
    }
}

#[test]
fn every_type_that_is_looked_at_has_its_removal_in_the_table_and_in_a_plan() {
    let plan = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plans/tf-deletes.json")).unwrap();
    let plan: Value = serde_json::from_slice(&plan).unwrap();
    let changes = plan["resource_changes"].as_array().unwrap();
    let shown: BTreeSet<&str> = changes.iter().map(|change| change["type"].as_str().unwrap()).collect();
    let looked_at: BTreeSet<&str> = TABLE.iter().flat_map(|row| row.terraform).copied().collect();
    let told: Vec<&str> = REMOVALS.iter().flat_map(|(kinds, _)| *kinds).copied().collect();
    assert_eq!(shown, looked_at);
    assert_eq!(told.iter().copied().collect::<BTreeSet<_>>(), looked_at);
    assert_eq!(told.len(), looked_at.len(), "a type twice");
    assert!(changes.iter().all(|change| change["change"]["actions"] == serde_json::json!(["delete"])));
}
