//! All worked cases, with their decisions.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use logproof_policy::{Decision, decide};

#[path = "support/cases.rs"]
mod cases;

#[test]
fn every_case_is_decided_as_documented() {
    agree(include_bytes!("data/iam-cases.json"), 167);
}

#[test]
fn every_case_of_our_own_is_decided_as_documented() {
    agree(include_bytes!("data/own-cases.json"), 304);
}

fn agree(file: &[u8], least: usize) {
    let cases = cases::read(file).unwrap();
    assert!(cases.len() >= least);
    let mut wrong = Vec::new();
    for case in &cases {
        let decided = decide(&case.request, &case.policies);
        if decided.decision.name() != case.expected && case.certainty != "contested" {
            wrong.push(format!("{}: expected {}, found {decided}", case.id, case.expected));
        }
        let firm = matches!(decided.decision, Decision::Allowed | Decision::ExplicitDeny);
        let own = decided.layer == logproof_policy::Layer::RootUser;
        assert!(decided.statement.is_some() == (firm && !own), "{}: {decided}", case.id);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
