//! Reads `iam-cases/1` files: one request, its policies and the expected decision per case.
#![allow(
    dead_code,
    clippy::indexing_slicing,
    reason = "shared by tests, the example and the benchmark; a JSON index gives null"
)]

use std::sync::Arc;

use logproof_policy::{Context, ContextValue, Policies, Policy, Principal, Request};
use serde_json::Value;

pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) certainty: String,
    pub(crate) expected: String,
    pub(crate) request: Request,
    pub(crate) policies: Policies,
}

pub(crate) fn read(bytes: &[u8]) -> Result<Vec<Case>, String> {
    let file: Value = serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
    if file.get("format").and_then(Value::as_str) != Some("iam-cases/1") {
        return Err("the format is not `iam-cases/1`".to_owned());
    }
    let cases = file.get("cases").and_then(Value::as_array).ok_or("no `cases`")?;
    cases.iter().map(case).collect()
}

fn case(case: &Value) -> Result<Case, String> {
    let id = text(case, "id")?;
    let fail = |what: String| format!("case `{id}`: {what}");
    Ok(Case {
        certainty: text(case, "certainty").map_err(fail)?,
        expected: text(case, "expected").map_err(fail)?,
        request: request(&case["request"]).map_err(fail)?,
        policies: policies(case).map_err(fail)?,
        id: id.clone(),
    })
}

fn text(value: &Value, key: &str) -> Result<String, String> {
    value.get(key).and_then(Value::as_str).map(str::to_owned).ok_or_else(|| format!("no text `{key}`"))
}

fn request(value: &Value) -> Result<Request, String> {
    let mut context = Context::new();
    for (key, entry) in value.get("context").and_then(Value::as_object).into_iter().flatten() {
        let entry = match entry {
            Value::Array(items) => ContextValue::Many(items.iter().map(plain).collect()),
            other => ContextValue::One(plain(other)),
        };
        context.insert(key, entry);
    }
    let request = Request::new(principal(&value["principal"])?, &text(value, "action")?, &text(value, "resource")?);
    let request = request.with_context(context);
    Ok(match value.get("resource_account").and_then(Value::as_str) {
        Some(account) => request.owned_by(account),
        None => request,
    })
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn principal(value: &Value) -> Result<Principal, String> {
    let kind = text(value, "type")?;
    let arn = || text(value, "arn");
    let account = || text(value, "account");
    Ok(match kind.as_str() {
        "IAMUser" => Principal::User { arn: arn()?, account: account()? },
        "AssumedRole" | "ServiceLinkedRole" => Principal::Role {
            role_arn: text(value, "role_arn")?,
            session_arn: arn()?,
            account: account()?,
            service_linked: kind == "ServiceLinkedRole",
        },
        "AccountRoot" => Principal::Root { arn: arn()?, account: account()? },
        "AWSService" => Principal::Service { name: text(value, "service")? },
        "Anonymous" => Principal::Anonymous,
        other => return Err(format!("unknown principal type `{other}`")),
    })
}

fn policies(case: &Value) -> Result<Policies, String> {
    let list = |key: &str| -> Result<Vec<Arc<Policy>>, String> {
        let items = case.get(key).and_then(Value::as_array).into_iter().flatten();
        items.enumerate().map(|(at, item)| policy(&format!("{key}[{at}]"), item)).collect()
    };
    let single = |key: &str| case.get(key).filter(|v| !v.is_null()).map(|v| policy(key, v)).transpose();
    let levels = |key: &str| -> Result<Option<Vec<Vec<Arc<Policy>>>>, String> {
        let Some(levels) = case.get(key).and_then(Value::as_array) else {
            return Ok(None);
        };
        let level = |(at, level): (usize, &Value)| {
            let items = level.as_array().into_iter().flatten().enumerate();
            items.map(|(i, item)| policy(&format!("{key}[{at}][{i}]"), item)).collect::<Result<Vec<_>, _>>()
        };
        levels.iter().enumerate().map(level).collect::<Result<Vec<_>, _>>().map(Some)
    };
    let flag = |key: &str| case.get(key).and_then(Value::as_bool).unwrap_or(false);
    Ok(Policies {
        identity: list("identity_policies")?,
        resource: single("resource_policy")?,
        scps: levels("scps")?,
        rcps: levels("rcps")?,
        boundary: single("permission_boundary")?,
        sessions: list("session_policies")?,
        principal_in_management_account: flag("principal_is_management_account"),
        resource_in_management_account: flag("resource_is_management_account"),
        resource_is_aws_managed_key: false,
    })
}

fn policy(name: &str, value: &Value) -> Result<Arc<Policy>, String> {
    Policy::parse(name, value.to_string().as_bytes()).map(Arc::new).map_err(|e| e.to_string())
}

/// The policy documents of every case, as text.
pub(crate) fn policy_texts(bytes: &[u8]) -> Result<Vec<Vec<String>>, String> {
    let file: Value = serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
    let cases = file.get("cases").and_then(Value::as_array).ok_or("no `cases`")?;
    let mut out = Vec::new();
    for case in cases {
        let mut texts = Vec::new();
        for key in ["identity_policies", "resource_policy", "scps", "rcps", "permission_boundary", "session_policies"] {
            collect(&case[key], &mut texts);
        }
        out.push(texts);
    }
    Ok(out)
}

fn collect(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, out)),
        Value::Object(_) => out.push(value.to_string()),
        _ => {}
    }
}
