//! Decides every case of an `iam-cases/1` file and says where the expectation differs.
//!
//! `cargo run -p logproof-policy --example cases -- FILE` prints one JSON line per case and
//! exits with 1 if a case that is not contested disagrees, with 2 if the file cannot be read.

use std::process::ExitCode;

use logproof_policy::decide;

#[path = "../tests/support/cases.rs"]
mod cases;

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "an example prints its result")]
fn main() -> ExitCode {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("usage: cases FILE");
        return ExitCode::from(2);
    };
    let read = std::fs::read(&path).map_err(|e| e.to_string()).and_then(|bytes| cases::read(&bytes));
    let cases = match read {
        Ok(cases) => cases,
        Err(error) => {
            eprintln!("cannot read `{path}`: {error}");
            return ExitCode::from(2);
        }
    };
    let mut wrong = 0;
    for case in &cases {
        let decided = decide(&case.request, &case.policies);
        let decision = decided.decision.name();
        let agrees = decision == case.expected;
        if !agrees && case.certainty != "contested" {
            wrong += 1;
        }
        let line = serde_json::json!({
            "id": case.id,
            "decision": decision,
            "layer": decided.layer.to_string(),
            "statement": decided.statement.as_ref().map(ToString::to_string),
            "expected": case.expected,
            "agrees": agrees,
        });
        println!("{line}");
    }
    eprintln!("{} cases, {wrong} disagree", cases.len());
    ExitCode::from(u8::from(wrong > 0))
}
