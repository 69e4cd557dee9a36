//! Policy documents with one more statement in them, within the sizes AWS accepts.
//!
//! Knows JSON and quotas; what a statement means it does not know.

use logproof_estate::{facts::OrgPolicyKind, record::ProposedPolicy};
use serde_json::{Value, json};

/// Largest service control policy, in characters; it was 5,120 until May 2026.
///
/// See: <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html>
const SERVICE_CONTROL: usize = 10_240;
/// Largest resource control policy, in characters.
const RESOURCE_CONTROL: usize = 5_120;
/// Largest bucket policy, in bytes.
///
/// See: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/add-bucket-policy.html>
const BUCKET: usize = 20 * 1024;
/// Largest key policy, in bytes.
///
/// See: <https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html>
const KEY: usize = 32 * 1024;
/// Largest trust policy without a quota raised, in characters other than white space.
///
/// See: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
const TRUST: usize = 2_048;

/// The kind of a resource's own policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Bucket,
    Key,
    Trust,
}

/// A resource with the policy it has.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) kind: Kind,
    pub(crate) arn: String,
    /// Its policy as it was read; `None` when it has none.
    pub(crate) text: Option<String>,
}

impl Target {
    /// The policy with the statement added.
    pub(super) fn with(&self, mut statement: Value) -> Result<ProposedPolicy, String> {
        let (kind, of, most) = match self.kind {
            Kind::Bucket => ("bucket policy", "the bucket policy", BUCKET),
            Kind::Key => ("key policy", "the key policy", KEY),
            Kind::Trust => ("trust policy", "the trust policy", TRUST),
        };
        let Some(text) = &self.text else {
            let text = fitting(&document(statement), most, of)?;
            let how = format!("put it on {}, which has no policy", self.arn);
            return Ok(ProposedPolicy { kind: kind.to_owned(), how, target: self.arn.clone(), text, whole: None });
        };
        let mut whole: Value = serde_json::from_str(text).map_err(|error| format!("{of} is not JSON: {error}"))?;
        let Some(slot) = whole.get_mut("Statement") else { return Err(format!("{of} has no `Statement`")) };
        let mut statements = match slot.take() {
            Value::Array(list) => list,
            one => vec![one],
        };
        rename_if_taken(&mut statement, &statements);
        let text = pretty(&statement);
        statements.push(statement);
        *slot = Value::Array(statements);
        let whole = fitting(&whole, most, of)?;
        let how = format!("add this statement to {of} of {}", self.arn);
        Ok(ProposedPolicy { kind: kind.to_owned(), how, target: self.arn.clone(), text, whole: Some(whole) })
    }
}

/// A policy of the organization with this statement.
pub(super) fn of_the_organization(
    kind: OrgPolicyKind,
    statement: Value,
    root: Option<&str>,
) -> Result<ProposedPolicy, String> {
    let (name, most) = match kind {
        OrgPolicyKind::ServiceControl => ("service control policy", SERVICE_CONTROL),
        OrgPolicyKind::ResourceControl => ("resource control policy", RESOURCE_CONTROL),
    };
    let text = fitting(&document(statement), most, &format!("the {name}"))?;
    let target = root.unwrap_or("the root of the organization").to_owned();
    let how = match root {
        Some(root) => format!("create it and attach it to the root {root}"),
        None => "create it and attach it to the root of the organization".to_owned(),
    };
    Ok(ProposedPolicy { kind: name.to_owned(), how, target, text, whole: None })
}

/// What the policies of a kind are called.
pub(super) fn plural(kind: OrgPolicyKind) -> &'static str {
    match kind {
        OrgPolicyKind::ServiceControl => "service control policies",
        OrgPolicyKind::ResourceControl => "resource control policies",
    }
}

fn document(statement: Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": [statement]})
}

/// A `Sid` is unique within a policy.
fn rename_if_taken(statement: &mut Value, others: &[Value]) {
    let Some(sid) = statement.get("Sid").and_then(Value::as_str).map(str::to_owned) else { return };
    let taken = |sid: &str| others.iter().any(|other| other.get("Sid").and_then(Value::as_str) == Some(sid));
    let free = std::iter::once(sid.clone()).chain((2..).map(|number| format!("{sid}{number}"))).find(|sid| !taken(sid));
    if let (Some(slot), Some(free)) = (statement.get_mut("Sid"), free) {
        *slot = json!(free);
    }
}

/// The document as text: readable where that fits, without white space where only that does.
fn fitting(document: &Value, most: usize, of: &str) -> Result<String, String> {
    let (pretty, compact) = (pretty(document), document.to_string());
    let length =
        |text: &str| if most == TRUST { text.chars().filter(|c| !c.is_whitespace()).count() } else { text.len() };
    if length(&pretty) <= most {
        return Ok(pretty);
    }
    if length(&compact) <= most {
        return Ok(compact);
    }
    Err(format!("{of} would have {} characters, and AWS accepts {most}", length(&compact)))
}

fn pretty(value: &Value) -> String {
    format!("{value:#}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(text: Option<&str>) -> Target {
        Target { kind: Kind::Bucket, arn: "arn:aws:s3:::b".to_owned(), text: text.map(str::to_owned) }
    }

    #[test]
    fn a_statement_is_added_behind_the_others_under_a_name_of_its_own() {
        let policy = r#"{"Version": "2008-10-17", "Id": "x", "Statement": {"Sid": "Tls", "Effect": "Allow"}}"#;
        let made = target(Some(policy)).with(json!({"Sid": "Tls", "Effect": "Deny"})).unwrap();
        let whole: Value = serde_json::from_str(made.whole.as_deref().unwrap()).unwrap();
        assert_eq!(
            whole,
            json!({"Version": "2008-10-17", "Id": "x",
                "Statement": [{"Sid": "Tls", "Effect": "Allow"}, {"Sid": "Tls2", "Effect": "Deny"}]})
        );
        assert_eq!(made.text, "{\n  \"Sid\": \"Tls2\",\n  \"Effect\": \"Deny\"\n}");
        assert_eq!(made.how, "add this statement to the bucket policy of arn:aws:s3:::b");
    }

    #[test]
    fn where_there_is_no_policy_the_statement_is_one() {
        let made = target(None).with(json!({"Sid": "Tls"})).unwrap();
        let text: Value = serde_json::from_str(&made.text).unwrap();
        assert_eq!(text, json!({"Version": "2012-10-17", "Statement": [{"Sid": "Tls"}]}));
        assert_eq!((made.whole, made.how.as_str()), (None, "put it on arn:aws:s3:::b, which has no policy"));
    }

    #[test]
    fn what_aws_would_not_accept_is_not_made() {
        let statement = |length: usize| json!({"Sid": "x".repeat(length)});
        let policy = |length| of_the_organization(OrgPolicyKind::ServiceControl, statement(length), Some("r-1"));
        assert!(policy(SERVICE_CONTROL).unwrap_err().ends_with("and AWS accepts 10240"));
        // White space counts, so it is left out where it must.
        let compact = policy(SERVICE_CONTROL - 60).unwrap();
        assert!(!compact.text.contains('\n') && compact.text.len() <= SERVICE_CONTROL);
        assert!(policy(100).unwrap().text.contains('\n'));
        let policy = |length| of_the_organization(OrgPolicyKind::ResourceControl, statement(length), None);
        assert!(policy(RESOURCE_CONTROL).is_err());
        assert_eq!(policy(1).unwrap().how, "create it and attach it to the root of the organization");
    }

    #[test]
    fn a_policy_that_is_none_gets_no_statement() {
        assert!(target(Some("{")).with(json!({})).unwrap_err().contains("is not JSON"));
        assert_eq!(target(Some("{}")).with(json!({})).unwrap_err(), "the bucket policy has no `Statement`");
    }
}
