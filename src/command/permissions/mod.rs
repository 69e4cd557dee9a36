//! `logproof permissions`: the least-privilege policy of the audit role.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use logproof_aws::OPERATIONS;
use serde_json::json;

use crate::{console::print, exit::Exit};

/// `logproof permissions`.
#[must_use]
pub fn run() -> Exit {
    print(|out| policy(out));
    Exit::Success
}

fn policy(out: &mut dyn Write) -> io::Result<()> {
    let mut by_service: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (_, action) in OPERATIONS.iter().filter(|(operation, _)| !operation.starts_with("sts:")) {
        by_service.entry(action.split(':').next().unwrap_or_default()).or_default().push(action);
    }
    let actions: Vec<&str> = by_service
        .into_values()
        .flat_map(|mut actions| {
            actions.sort_unstable();
            actions.dedup();
            actions
        })
        .collect();
    let policy = json!({
        "Version": "2012-10-17",
        "Statement": [{"Sid": "LogproofReads", "Effect": "Allow", "Action": actions, "Resource": "*"}],
    });
    writeln!(out, "{policy:#}")
}
