//! Whether a policy document speaks of denying an action by name. A mention only: what the policy really keeps whom
//! from is a question for the policy engine.

use serde_json::Value;

/// Which of the actions a `Deny` statement of the document names. A bare `*` names nothing in particular.
///
/// # Errors
/// When the document is not a policy; a fragment in lower case.
pub(crate) fn actions_denied_by_name<'a>(document: &str, actions: &[&'a str]) -> Result<Vec<&'a str>, String> {
    let policy: Value = serde_json::from_str(document).map_err(|error| format!("not JSON: {error}"))?;
    let statements = one_or_many(policy.get("Statement").ok_or("no `Statement`")?);
    let denials = statements.iter().filter(|statement| statement.get("Effect").and_then(Value::as_str) == Some("Deny"));
    let patterns: Vec<&str> = denials
        .filter_map(|statement| statement.get("Action"))
        .flat_map(one_or_many)
        .filter_map(Value::as_str)
        .collect();
    Ok(actions.iter().copied().filter(|action| patterns.iter().any(|pattern| names(pattern, action))).collect())
}

fn one_or_many(value: &Value) -> &[Value] {
    match value {
        Value::Array(many) => many,
        one => std::slice::from_ref(one),
    }
}

/// Whether the pattern is of the action's service and matches it. Case does not matter in actions.
fn names(pattern: &str, action: &str) -> bool {
    let (pattern, action) = (pattern.to_ascii_lowercase(), action.to_ascii_lowercase());
    match (pattern.split_once(':'), action.split_once(':')) {
        (Some((of, pattern)), Some((service, name))) => of == service && fits(pattern.as_bytes(), name.as_bytes()),
        _ => false,
    }
}

/// `*` stands for any run of characters, `?` for one.
fn fits(pattern: &[u8], name: &[u8]) -> bool {
    match (pattern.split_first(), name.split_first()) {
        (None, rest) => rest.is_none(),
        (Some((b'*', after)), rest) => fits(after, name) || rest.is_some_and(|(_, rest)| fits(pattern, rest)),
        (Some((b'?', after)), Some((_, rest))) => fits(after, rest),
        (Some((wanted, after)), Some((character, rest))) => wanted == character && fits(after, rest),
        (Some(_), None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACTIONS: [&str; 2] = ["cloudtrail:StopLogging", "cloudtrail:DeleteTrail"];

    fn named(document: &str) -> Vec<&str> {
        actions_denied_by_name(document, &ACTIONS).unwrap()
    }

    #[test]
    fn a_deny_names_actions_outright_or_with_wildcards() {
        let one = r#"{"Statement": {"Effect": "Deny", "Action": "cloudtrail:stoplogging", "Resource": "*"}}"#;
        assert_eq!(named(one), ["cloudtrail:StopLogging"]);
        let many = r#"{"Statement": [{"Effect": "Deny", "Action": ["s3:*", "cloudtrail:*"], "Resource": "*"}]}"#;
        assert_eq!(named(many), ACTIONS);
        let part = r#"{"Statement": [{"Effect": "Deny", "Action": ["cloudtrail:Delete?rail"], "Resource": "*"}]}"#;
        assert_eq!(named(part), ["cloudtrail:DeleteTrail"]);
    }

    #[test]
    fn an_allow_a_bare_star_and_what_is_not_listed_name_nothing() {
        assert!(named(r#"{"Statement": [{"Effect": "Allow", "Action": "cloudtrail:*"}]}"#).is_empty());
        assert!(named(r#"{"Statement": [{"Effect": "Deny", "Action": "*"}]}"#).is_empty());
        assert!(named(r#"{"Statement": [{"Effect": "Deny", "NotAction": "s3:*"}]}"#).is_empty());
        assert!(named(r#"{"Statement": [{"Effect": "Deny", "Action": "cloudtrail:StopLog"}]}"#).is_empty());
    }

    #[test]
    fn what_is_no_policy_is_an_error() {
        assert!(actions_denied_by_name("{", &ACTIONS).unwrap_err().starts_with("not JSON"));
        assert_eq!(actions_denied_by_name("{}", &ACTIONS).unwrap_err(), "no `Statement`");
    }
}
