//! From words and files to what the policy engine takes: principals, actions, contexts, policies. Decides nothing.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use logproof_policy::{Context, Levels, Partition, Policy, Principal, Question};

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
    let named = Principal::named(text).ok_or_else(refuse)?;
    Ok(match (named, role) {
        (Principal::Role { session_arn, account, .. }, Some(role)) if session_arn == text => {
            let service_linked = role.contains(":role/aws-service-role/");
            Principal::Role { role_arn: role.to_owned(), session_arn, account, service_linked }
        }
        (named, _) => named,
    })
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

/// Refuses ARNs of more than one partition.
pub(super) fn one_partition<'t>(arns: impl IntoIterator<Item = &'t str>) -> Result<Option<Partition>, AskError> {
    one(arns.into_iter().filter_map(Partition::of_arn).collect())
}

/// The partition a question on files is about: that of the resources, else the one the policies name. `aws` where
/// neither names any.
pub(super) fn partition(resources: &[String], texts: &[String]) -> Result<Partition, AskError> {
    if let Some(partition) = one_partition(resources.iter().map(String::as_str))? {
        return Ok(partition);
    }
    let named = texts.iter().flat_map(|text| text.split("arn:").skip(1));
    let named = named.filter_map(|rest| rest.split(':').next().and_then(Partition::named));
    Ok(one(named.collect())?.unwrap_or_default())
}

fn one(partitions: BTreeSet<Partition>) -> Result<Option<Partition>, AskError> {
    let names: Vec<String> = partitions.iter().map(|partition| format!("ARNs of `{partition}`")).collect();
    if names.len() > 1 { Err(AskError::Partitions(names.join(" and "))) } else { Ok(partitions.first().copied()) }
}

/// The texts of policies from files, those of levels too.
pub(super) fn texts(files: &[PathBuf], levels: &[String]) -> Result<Vec<String>, AskError> {
    let listed = levels.iter().flat_map(|level| level.split(',')).map(|name| Path::new(name.trim()));
    let listed = listed.filter(|path| *path != Path::new("FullAWSAccess"));
    files.iter().map(PathBuf::as_path).chain(listed).map(text).collect()
}

fn text(path: &Path) -> Result<String, AskError> {
    let bytes = fs::read(path).map_err(|source| AskError::Read { path: path.to_owned(), source })?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
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
