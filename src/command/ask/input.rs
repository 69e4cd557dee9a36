//! From words and files to what the policy engine takes: principals, actions, contexts, policies. Decides nothing.

use std::{fs, path::Path, sync::Arc};

use logproof_policy::{Context, Levels, Policy, Principal, Question};

use super::error::AskError;

/// A caller from an ARN, a service name or `anonymous`. `role` is the ARN behind an assumed-role session with a path.
pub(super) fn principal(text: &str, role: Option<&str>) -> Result<Principal, AskError> {
    let refuse = || AskError::Principal(text.to_owned());
    if text == "anonymous" || text == "*" {
        return Ok(Principal::Anonymous);
    }
    if !text.starts_with("arn:") {
        if Principal::is_service_name(text) {
            return Ok(Principal::Service { name: text.to_owned() });
        }
        return Err(if text.contains(".amazonaws.com") { AskError::Service(text.to_owned()) } else { refuse() });
    }
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let [_, _, service, _, account, path] = parts.as_slice() else { return Err(refuse()) };
    if account.len() != 12 || !account.bytes().all(|b| b.is_ascii_digit()) {
        return Err(refuse());
    }
    let (arn, account) = (text.to_owned(), (*account).to_owned());
    match (*service, path.split_once('/')) {
        ("iam", None) if *path == "root" => Ok(Principal::Root { arn, account }),
        ("iam", Some(("user", _))) => Ok(Principal::User { arn, account }),
        ("iam", Some(("role", rest))) => {
            let name = rest.rsplit('/').next().unwrap_or_default();
            let session = format!("arn:aws:sts::{account}:assumed-role/{name}/session");
            Ok(session_of(arn, session, account))
        }
        ("sts", Some(("assumed-role", rest))) => {
            let name = rest.split('/').next().unwrap_or_default();
            let role_arn = role.map_or_else(|| format!("arn:aws:iam::{account}:role/{name}"), str::to_owned);
            Ok(session_of(role_arn, arn, account))
        }
        _ => Err(refuse()),
    }
}

fn session_of(role_arn: String, session_arn: String, account: String) -> Principal {
    Principal::Role { service_linked: role_arn.contains(":role/aws-service-role/"), role_arn, session_arn, account }
}

/// An action or a pattern of actions: `service:Name`.
pub(super) fn action(text: &str) -> Result<&str, AskError> {
    let parts = text.split_once(':');
    let named = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-*?".contains(&b));
    match parts {
        _ if text == "*" => Ok(text),
        Some((service, name)) if named(service) && named(name) => Ok(text),
        _ => Err(AskError::Action(text.to_owned())),
    }
}

/// A resource: an ARN, a pattern of ARNs, or `*`.
pub(super) fn resource(text: &str) -> Result<&str, AskError> {
    if text == "*" || (text.starts_with("arn:") && text.splitn(6, ':').filter(|part| !part.is_empty()).count() >= 4) {
        Ok(text)
    } else {
        Err(AskError::Resource(text.to_owned()))
    }
}

/// The account in an ARN.
pub(super) fn account_in(arn: &str) -> Option<String> {
    arn.split(':').nth(4).filter(|id| id.len() == 12 && id.bytes().all(|b| b.is_ascii_digit())).map(str::to_owned)
}

/// A question about actions and resources.
pub(super) fn question(actions: &[String], resources: &[String], when: Option<&str>) -> Result<Question, AskError> {
    let actions: Vec<&str> = actions.iter().map(|text| action(text)).collect::<Result<_, _>>()?;
    let mut question = Question::about(actions);
    for text in resources {
        let text = resource(text)?;
        question = if text.contains(['*', '?']) { question.on_all(text) } else { question.on(text) };
    }
    match when {
        Some(when) => Ok(question.when(when)?),
        None => Ok(question),
    }
}

/// Condition keys with their values from `KEY=VALUE` pairs.
pub(super) fn context(pairs: &[String]) -> Result<Context, AskError> {
    let mut values: Vec<(String, Vec<String>)> = Vec::new();
    for pair in pairs {
        let (key, value) =
            pair.split_once('=').filter(|(key, _)| key.contains(':')).ok_or_else(|| AskError::Context(pair.clone()))?;
        match values.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(key)) {
            Some((_, values)) => values.push(value.to_owned()),
            None => values.push((key.to_owned(), vec![value.to_owned()])),
        }
    }
    let mut context = Context::new();
    for (key, values) in values {
        match <[String; 1]>::try_from(values) {
            Ok([one]) => context.insert(&key, one),
            Err(many) => context.insert(&key, many),
        }
    }
    Ok(context)
}

/// Levels of organization policies; `None` when no level is given.
pub(super) fn levels(given: &[String]) -> Result<Option<Levels>, AskError> {
    if given.is_empty() {
        return Ok(None);
    }
    let level =
        |text: &String| text.split(',').map(|name| policy(Path::new(name.trim()))).collect::<Result<Vec<_>, _>>();
    Ok(Some(given.iter().map(level).collect::<Result<_, _>>()?))
}

/// A policy from a file.
pub(super) fn policy(path: &Path) -> Result<Arc<Policy>, AskError> {
    if path == Path::new("FullAWSAccess") {
        let text = br#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}"#;
        return Ok(Arc::new(Policy::parse("FullAWSAccess", text)?));
    }
    let text = fs::read(path).map_err(|source| AskError::Read { path: path.to_owned(), source })?;
    Ok(Arc::new(Policy::parse(&path.display().to_string(), &text)?))
}
