//! Reads a landing-zone description: YAML, a base to start from, patches, and a check that names exist.

use serde_json::Value;

use super::zone::Zone;

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
    let raw: Value = yaml(text, origin)?;
    if raw.as_object().is_some_and(|map| map.contains_key("base")) { variant(raw, origin) } else { Ok(raw) }
}

/// Reads a description.
pub(crate) fn load(text: &str, origin: &str) -> Result<Zone, ZoneError> {
    let raw: Value = yaml(text, origin)?;
    let is_variant = raw.as_object().is_some_and(|map| map.contains_key("base"));
    let zone: Zone = if is_variant {
        typed(variant(raw, origin)?, origin)?
    } else {
        // Parsed from the text itself, so that errors name line and column.
        serde_yaml_ng::from_str(text).map_err(|error| ZoneError::new(origin, error, HINT))?
    };
    check(&zone, origin)?;
    Ok(zone)
}

const HINT: &str = "the sample zone shows every key; `base: sample` with a `patch:` changes only what differs";

fn yaml(text: &str, origin: &str) -> Result<Value, ZoneError> {
    serde_yaml_ng::from_str(text).map_err(|error| ZoneError::new(origin, error, "the file must be YAML"))
}

fn typed(value: Value, origin: &str) -> Result<Zone, ZoneError> {
    serde_json::from_value(value).map_err(|error| ZoneError::new(origin, error, HINT))
}

/// A file that begins from another zone and changes it.
fn variant(raw: Value, origin: &str) -> Result<Value, ZoneError> {
    let Value::Object(mut file) = raw else {
        return Err(ZoneError::new(origin, "the file is not a mapping", HINT));
    };
    match file.remove("base") {
        Some(Value::String(base)) if base == "sample" => {}
        other => {
            let problem = format!("`base` is {}, not `sample`", other.unwrap_or_default());
            return Err(ZoneError::new(origin, problem, "write `base: sample`"));
        }
    }
    let mut zone = yaml(SAMPLE, "sample")?;
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
        let operations: json_patch::Patch = serde_json::from_value(operations)
            .map_err(|error| ZoneError::new(origin, format!("json_patch: {error}"), "see RFC 6902"))?;
        json_patch::patch(&mut zone, &operations)
            .map_err(|error| ZoneError::new(origin, format!("json_patch: {error}"), "check the paths: see RFC 6901"))?;
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

/// Refuses a zone that speaks of accounts or units it does not have.
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
