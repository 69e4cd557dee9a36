//! Proposed policies of one cause, put together: statements for the same policy are one block to paste.

use logproof_estate::record::ProposedPolicy;
use serde_json::{Value, json};

/// Largest service control policy, in characters. See:
/// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html>
const LARGEST: usize = 5_120;

/// Something to paste into one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Where it belongs: `add 3 statements to the bucket policy of arn:aws:s3:::logs`.
    pub what: String,
    /// JSON: the statements to add, or whole policies, each by itself.
    pub texts: Vec<String>,
}

/// The policies by target, each statement once.
pub(super) fn merged(policies: &[&ProposedPolicy]) -> Vec<Block> {
    let mut targets: Vec<(&ProposedPolicy, Vec<Value>)> = Vec::new();
    for policy in policies {
        let statements = statements(&policy.text);
        match targets.iter_mut().find(|(first, _)| same_place(first, policy)) {
            Some((_, all)) => add(all, statements),
            None => {
                let mut all = Vec::new();
                add(&mut all, statements);
                targets.push((policy, all));
            }
        }
    }
    targets.iter().map(|(policy, statements)| block(policy, statements)).collect()
}

fn same_place(one: &ProposedPolicy, other: &ProposedPolicy) -> bool {
    one.kind == other.kind && one.target == other.target && one.whole.is_some() == other.whole.is_some()
}

/// The statements of a policy, or the statement itself.
fn statements(text: &str) -> Vec<Value> {
    match serde_json::from_str::<Value>(text) {
        Ok(mut policy) => match policy.get_mut("Statement").map(Value::take) {
            Some(Value::Array(list)) => list,
            Some(one) => vec![one],
            None => vec![policy],
        },
        Err(_) => Vec::new(),
    }
}

/// Adds what is not there yet, each under a `Sid` of its own.
fn add(all: &mut Vec<Value>, more: Vec<Value>) {
    let without_sid = |statement: &Value| {
        let mut bare = statement.clone();
        if let Some(members) = bare.as_object_mut() {
            members.remove("Sid");
        }
        bare
    };
    for mut statement in more {
        if all.iter().any(|other| without_sid(other) == without_sid(&statement)) {
            continue;
        }
        let sid = statement.get("Sid").and_then(Value::as_str).map(str::to_owned);
        if let Some(sid) = sid {
            let taken = |sid: &str| all.iter().any(|other| other.get("Sid").and_then(Value::as_str) == Some(sid));
            let free = std::iter::once(sid.clone()).chain((2..).map(|number| format!("{sid}{number}")));
            if let (Some(free), Some(members)) = (free.into_iter().find(|sid| !taken(sid)), statement.as_object_mut()) {
                members.insert("Sid".to_owned(), json!(free));
            }
        }
        all.push(statement);
    }
}

fn block(policy: &ProposedPolicy, statements: &[Value]) -> Block {
    let counted = |number: usize, of: &str| if number == 1 { format!("this {of}") } else { format!("{number} {of}s") };
    if policy.whole.is_some() {
        let number = counted(statements.len(), "statement");
        let what = format!("add {number} to the {} of {}", policy.kind, policy.target);
        let text = match statements {
            [one] => format!("{one:#}"),
            many => format!("{:#}", Value::Array(many.to_vec())),
        };
        return Block { what, texts: vec![text] };
    }
    let documents = documents(statements);
    let what = match documents.len() {
        0 | 1 => format!("{}: {}", policy.kind, policy.how),
        many => format!("{many} policies of the kind {}: {}", policy.kind, policy.how.replacen("it", "them", 2)),
    };
    Block { what, texts: documents.iter().map(|document| format!("{document:#}")).collect() }
}

/// Whole policies with the statements, as few as their size allows.
fn documents(statements: &[Value]) -> Vec<Value> {
    let document = |statements: &[Value]| json!({"Version": "2012-10-17", "Statement": statements});
    let mut documents: Vec<Vec<Value>> = Vec::new();
    for statement in statements {
        let fits = documents.last_mut().filter(|last| {
            let mut with = (*last).clone();
            with.push(statement.clone());
            format!("{:#}", document(&with)).len() <= LARGEST
        });
        match fits {
            Some(last) => last.push(statement.clone()),
            None => documents.push(vec![statement.clone()]),
        }
    }
    documents.iter().map(|statements| document(statements)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(text: &str, whole: Option<&str>) -> ProposedPolicy {
        ProposedPolicy {
            kind: if whole.is_some() { "bucket policy" } else { "service control policy" }.to_owned(),
            how: if whole.is_some() { "add" } else { "create it and attach it to the root r-1" }.to_owned(),
            target: if whole.is_some() { "arn:aws:s3:::logs" } else { "r-1" }.to_owned(),
            text: text.to_owned(),
            whole: whole.map(str::to_owned),
        }
    }

    #[test]
    fn statements_for_one_policy_are_one_block_and_each_is_there_once() {
        let one = policy(r#"{"Sid": "Tls", "Effect": "Deny", "Action": "s3:*"}"#, Some("{}"));
        let same = policy(r#"{"Sid": "Again", "Effect": "Deny", "Action": "s3:*"}"#, Some("{}"));
        let other = policy(r#"{"Sid": "Tls", "Effect": "Deny", "Action": "s3:Put*"}"#, Some("{}"));
        let blocks = merged(&[&one, &same, &other]);
        let [block] = blocks.as_slice() else { panic!("{blocks:?}") };
        assert_eq!(block.what, "add 2 statements to the bucket policy of arn:aws:s3:::logs");
        let statements: Value = serde_json::from_str(&block.texts[0]).unwrap();
        assert_eq!(statements[1]["Sid"], "Tls2");
        assert_eq!(merged(&[&one])[0].what, "add this statement to the bucket policy of arn:aws:s3:::logs");
    }

    #[test]
    fn whole_policies_are_put_together_as_far_as_their_size_allows() {
        let text = |sid: &str, length: usize| {
            json!({"Version": "2012-10-17", "Statement": [{"Sid": sid, "Resource": sid.repeat(length)}]}).to_string()
        };
        let (a, b) = (policy(&text("A", 100), None), policy(&text("B", 100), None));
        let both = &merged(&[&a, &b])[0];
        assert_eq!(serde_json::from_str::<Value>(&both.texts[0]).unwrap()["Statement"].as_array().unwrap().len(), 2);
        assert_eq!(both.what, "service control policy: create it and attach it to the root r-1");
        let large = policy(&text("C", LARGEST - 250), None);
        let split = &merged(&[&a, &large, &b])[0];
        assert_eq!(split.texts.len(), 3);
        assert!(
            split.what.starts_with("3 policies") && split.what.contains("create them and attach them"),
            "{}",
            split.what
        );
    }
}
