//! Reads a landing-zone description: YAML, a base to start from, patches, and a check that names exist.

use std::sync::LazyLock;

use serde_json::Value;

use super::format::Zone;

/// The embedded sample.
pub(crate) const SAMPLE: &str = include_str!("sample.yaml");

/// A description that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{origin}: {problem}\nhint: {hint}")]
pub struct ZoneError {
    /// The file, or `sample`.
    pub origin: String,
    /// What is wrong, with line and column or key where known.
    pub problem: String,
    /// What to do.
    pub hint: String,
}

impl ZoneError {
    fn new(origin: &str, problem: impl ToString, hint: &str) -> Self {
        Self { origin: origin.to_owned(), problem: one_line(&problem.to_string()), hint: hint.to_owned() }
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A description with its base and its patches applied.
pub(crate) fn resolve(text: &str, origin: &str) -> Result<Value, ZoneError> {
    resolve_on(text, origin, &only_sample(origin))
}

/// Finds the description that another one begins from, by the name it gives it.
pub(crate) type Bases<'a> = dyn Fn(&str) -> Result<Value, ZoneError> + 'a;

/// The same, where a description may begin from others than the sample.
pub(crate) fn resolve_on(text: &str, origin: &str, bases: &Bases<'_>) -> Result<Value, ZoneError> {
    let raw: Value = yaml(text, origin)?;
    if raw.as_object().is_some_and(|map| map.contains_key("base")) { variant(raw, origin, bases) } else { Ok(raw) }
}

/// What stands beside the description of a variant under a key of its own.
pub(crate) fn beside(text: &str, origin: &str, key: &str) -> Result<Option<Value>, ZoneError> {
    Ok(yaml(text, origin)?.get(key).cloned())
}

fn only_sample(origin: &str) -> impl Fn(&str) -> Result<Value, ZoneError> {
    let origin = origin.to_owned();
    move |base| {
        let problem = format!("`base` is \"{base}\", not `sample`");
        Err(ZoneError::new(&origin, problem, "write `base: sample`"))
    }
}

/// Reads a description, which may begin from others than the sample.
pub(crate) fn load_on(text: &str, origin: &str, bases: &Bases<'_>) -> Result<Zone, ZoneError> {
    let raw: Value = yaml(text, origin)?;
    let is_variant = raw.as_object().is_some_and(|map| map.contains_key("base"));
    let zone: Zone = if is_variant {
        typed(variant(raw, origin, bases)?, origin)?
    } else {
        // Parsed from the text itself, so that errors name line and column.
        serde_yaml_ng::from_str(text).map_err(|error| ZoneError::new(origin, error, HINT))?
    };
    check(&zone, origin)?;
    Ok(zone)
}

/// Reads a description, which may begin from the sample.
pub(crate) fn load(text: &str, origin: &str) -> Result<Zone, ZoneError> {
    load_on(text, origin, &only_sample(origin))
}

/// Takes a description that was read already, with its base and patches applied.
pub(crate) fn of_value(value: Value, origin: &str) -> Result<Zone, ZoneError> {
    let zone: Zone = typed(value, origin)?;
    check(&zone, origin)?;
    Ok(zone)
}

const HINT: &str = "the sample zone shows every key; `base: sample` with a `patch:` changes only what differs";

fn yaml(text: &str, origin: &str) -> Result<Value, ZoneError> {
    serde_yaml_ng::from_str(text).map_err(|error| ZoneError::new(origin, error, "the file must be YAML"))
}

/// The embedded sample, read once: tests build thousands of variants of it.
fn sample() -> Result<Value, ZoneError> {
    static READ: LazyLock<Result<Value, ZoneError>> = LazyLock::new(|| yaml(SAMPLE, "sample"));
    READ.clone()
}

fn typed(value: Value, origin: &str) -> Result<Zone, ZoneError> {
    serde_json::from_value(value).map_err(|error| ZoneError::new(origin, error, HINT))
}

/// A file that begins from another zone and changes it.
fn variant(raw: Value, origin: &str, bases: &Bases<'_>) -> Result<Value, ZoneError> {
    let Value::Object(mut file) = raw else {
        return Err(ZoneError::new(origin, "the file is not a mapping", HINT));
    };
    let mut zone = match file.remove("base") {
        Some(Value::String(base)) if base == "sample" => sample()?,
        Some(Value::String(base)) => bases(&base)?,
        other => {
            let problem = format!("`base` is {}, not `sample`", other.unwrap_or_default());
            return Err(ZoneError::new(origin, problem, "write `base: sample`"));
        }
    };
    if let Some(patch) = file.remove("patch") {
        json_patch::merge(&mut zone, &patch);
    }
    if let Some(config) = file.remove("config")
        && let Some(target) = zone.get_mut("config")
    {
        json_patch::merge(target, &config);
    }
    if let Some(faults) = file.remove("faults")
        && let Some(target) = zone.as_object_mut()
    {
        target.insert("faults".to_owned(), faults);
    }
    if let Some(operations) = file.remove("json_patch") {
        patch_in_order(&mut zone, operations).map_err(|(problem, hint)| ZoneError::new(origin, problem, hint))?;
    }
    // What a test expects of the zone stands beside it and is none of the zone's business.
    file.remove("expect");
    file.remove("why");
    if let Some(unknown) = file.keys().next() {
        let problem = format!("unknown key `{unknown}` beside `base`");
        return Err(ZoneError::new(
            origin,
            problem,
            "beside `base` stand `patch`, `json_patch`, `config` and `faults`",
        ));
    }
    Ok(zone)
}

/// Applies the operations of a JSON patch, in which a path may name a policy statement by its `Sid`:
/// `/policy/Statement/TlsOnly/Action`. An index keeps working, but means another statement once one is added before it.
fn patch_in_order(zone: &mut Value, operations: Value) -> Result<(), (String, &'static str)> {
    let format = |error: &dyn std::fmt::Display| (format!("json_patch: {error}"), "see RFC 6902");
    let operations: Vec<Value> = serde_json::from_value(operations).map_err(|error| format(&error))?;
    for mut operation in operations {
        for member in ["path", "from"] {
            if let Some(Value::String(path)) = operation.get_mut(member) {
                *path = by_index(zone, path).map_err(|problem| (problem, "name a statement that the policy has"))?;
            }
        }
        let operation: json_patch::Patch =
            serde_json::from_value(Value::Array(vec![operation])).map_err(|error| format(&error))?;
        json_patch::patch(zone, &operation)
            .map_err(|error| (format!("json_patch: {error}"), "check the paths: see RFC 6901"))?;
    }
    Ok(())
}

/// The path with each `Sid` after `Statement` replaced by the index of that statement.
fn by_index(zone: &Value, path: &str) -> Result<String, String> {
    if !path.starts_with('/') {
        return Ok(path.to_owned());
    }
    let mut out = String::new();
    let mut after_statement = false;
    for segment in path.split('/').skip(1) {
        let names_one = after_statement && segment != "-" && segment.parse::<usize>().is_err();
        let statements = names_one.then(|| zone.pointer(&out).and_then(Value::as_array)).flatten();
        out.push('/');
        match statements {
            Some(statements) => {
                let found = statements.iter().position(|one| one.get("Sid").and_then(Value::as_str) == Some(segment));
                let index =
                    found.ok_or_else(|| format!("json_patch: `{path}`: no statement has the Sid `{segment}`"))?;
                out.push_str(&index.to_string());
            }
            None => out.push_str(segment),
        }
        after_statement = segment == "Statement";
    }
    Ok(out)
}

/// Refuses a zone that refers to accounts or units it does not have.
fn check(zone: &Zone, origin: &str) -> Result<(), ZoneError> {
    let account = |id: &str, what: String| {
        if zone.accounts.contains_key(id) || id.len() == 12 && zone.generated_accounts.is_some() {
            return Ok(());
        }
        let hint = format!("accounts of the zone: {}", zone.accounts.keys().cloned().collect::<Vec<_>>().join(", "));
        Err(ZoneError::new(origin, format!("{what} is in account `{id}`, which the zone does not have"), &hint))
    };
    account(&zone.organization.management_account, "the organization's management".to_owned())?;
    for (id, one) in &zone.accounts {
        if id.len() != 12 || !id.bytes().all(|b| b.is_ascii_digit()) {
            return Err(ZoneError::new(
                origin,
                format!("account `{id}` is not 12 digits"),
                "quote account ids in YAML",
            ));
        }
        if let Some(unit) = one.unit.as_ref().filter(|unit| !zone.units.contains_key(*unit)) {
            let problem = format!("account `{id}` is in unit `{unit}`, which the zone does not have");
            return Err(ZoneError::new(origin, problem, "add the unit under `units`"));
        }
    }
    for (name, bucket) in &zone.buckets {
        account(&bucket.account, format!("bucket `{name}`"))?;
    }
    for (id, key) in &zone.keys {
        account(&key.account, format!("key `{id}`"))?;
    }
    for (name, trail) in &zone.trails {
        account(&trail.account, format!("trail `{name}`"))?;
    }
    check_targets(zone, origin)
}

fn check_targets(zone: &Zone, origin: &str) -> Result<(), ZoneError> {
    for (id, policy) in zone.service_control_policies.iter().chain(&zone.resource_control_policies) {
        for target in &policy.targets {
            let known = target == "everywhere"
                || *target == zone.organization.root
                || zone.units.contains_key(target)
                || zone.accounts.contains_key(target);
            if !known {
                let problem = format!("policy `{id}` is attached to `{target}`, which the zone does not have");
                return Err(ZoneError::new(origin, problem, "targets are the root, units, accounts or `everywhere`"));
            }
        }
    }
    Ok(())
}
