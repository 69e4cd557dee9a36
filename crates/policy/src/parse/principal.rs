//! `Principal` and `NotPrincipal`.
// See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html

use super::{Notes, items};
use crate::json::{Node, Value};
use crate::partition::Partition;
use crate::principal::{CLOUDFRONT, Entry, PrincipalElement};

pub(super) fn read(node: &Node, negated: bool, notes: &mut Notes<'_>) -> PrincipalElement {
    let mut entries = Vec::new();
    match &node.value {
        Value::String(text) if text == "*" => entries.push(Entry::Everyone),
        Value::Object(members) => {
            if let Some(problem) = notes.duplicates(members) {
                entries.push(Entry::Unknown(problem));
            }
            for member in members {
                for item in items(&member.value) {
                    entries.push(entry(&member.key, item, notes));
                }
            }
        }
        other => {
            let message = format!("a principal is `*` or an object such as `{{\"AWS\": ...}}`, found {}", other.kind());
            entries.push(Entry::Unknown(notes.block(node.span.start, message)));
        }
    }
    if entries.is_empty() {
        entries.push(Entry::Unknown(notes.block(node.span.start, "an empty principal; name somebody".to_owned())));
    }
    PrincipalElement { negated, entries }
}

fn entry(kind: &str, node: &Node, notes: &mut Notes<'_>) -> Entry {
    let at = node.span.start;
    let text = match &node.value {
        Value::String(text) => text.as_str(),
        // An account number without quotes is a number that lost its leading zeros, if it had any.
        other => {
            let message = format!("a principal is a string, found {}; put it in quotes", other.kind());
            return Entry::Unknown(notes.block(at, message));
        }
    };
    match kind {
        "AWS" => aws(text, at, notes),
        "Service" if text == "*" => Entry::AnyService,
        "Service" => {
            service(text, at, notes);
            Entry::Service(text.to_owned())
        }
        "Federated" if text == "*" => Entry::AnyProvider,
        "Federated" => Entry::Provider(text.to_owned()),
        "CanonicalUser" => Entry::Canonical(text.to_owned()),
        other => {
            let message =
                format!("unknown kind of principal `{other}`; use `AWS`, `Service`, `Federated` or `CanonicalUser`");
            Entry::Unknown(notes.block(at, message))
        }
    }
}

fn aws(text: &str, at: usize, notes: &mut Notes<'_>) -> Entry {
    if text == "*" {
        return Entry::Everyone;
    }
    if is_account(text) {
        return Entry::Account { id: text.to_owned(), partition: None };
    }
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    if let ["arn", partition, "iam" | "sts", "", account, name] = parts.as_slice() {
        if text.contains(['*', '?']) {
            let hint = "use a condition on `aws:PrincipalArn` instead";
            notes.lint(at, format!("a wildcard inside the principal `{text}` matches nobody; {hint}"));
            return Entry::Nobody(text.to_owned());
        }
        let Some(partition) = Partition::named(partition) else {
            notes.lint(at, format!("the principal `{text}` is of no partition of AWS and matches nobody"));
            return Entry::Nobody(text.to_owned());
        };
        if is_account(account) && *name == "root" {
            return Entry::Account { id: (*account).to_owned(), partition: Some(partition) };
        }
        if !is_account(account) && *account != CLOUDFRONT {
            notes.lint(at, format!("the principal `{text}` has no 12-digit account and matches nobody"));
        }
        return Entry::Arn(text.to_owned());
    }
    let hint = "write an ARN, a 12-digit account or `*`";
    notes.lint(
        at,
        format!("the principal `{text}` is no ARN and matches nobody (a deleted principal looks so); {hint}"),
    );
    Entry::Nobody(text.to_owned())
}

pub(crate) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// Whether a name has the form of a service principal.
pub(crate) fn is_service(name: &str) -> bool {
    let host = name.strip_suffix(".amazonaws.com").or_else(|| name.strip_suffix(".amazonaws.com.cn"));
    let label = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    host.is_some_and(|host| host.split('.').all(label))
}

/// Says what a service name that no service has really is.
fn service(name: &str, at: usize, notes: &mut Notes<'_>) {
    if is_service(name) {
        return;
    }
    let meant = name.find(".amazonaws.com").and_then(|at| name.get(..at + ".amazonaws.com".len()));
    let hint = match meant {
        Some(meant) if meant != name => format!("`{meant}` may be meant: remove what follows it"),
        _ => "service principals end in `.amazonaws.com`, in lowercase".to_owned(),
    };
    notes.lint(at, format!("`{name}` is not an AWS service principal and matches no service; {hint}"));
}
