//! The configuration part of a plan: which expression each attribute was given, and which provider each resource has.
//!
//! Owns the tree of modules and the lookup in it. It holds no values but constants: an expression is known by what it
//! refers to. Must not know resource types.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;
use serde_json::Value;

use crate::tree::Tree;

/// The whole configuration.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Configuration {
    pub(super) provider_config: BTreeMap<String, Provider>,
    pub(super) root_module: Module,
}

/// A provider block.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Provider {
    pub(super) module_address: String,
    pub(super) expressions: Value,
}

/// A module.
#[derive(Debug, Default)]
pub(super) struct Module {
    resources: HashMap<(bool, String, String), Resource>,
    calls: HashMap<String, Call>,
    outputs: HashMap<String, Value>,
    defaults: HashMap<String, Value>,
}

/// A resource block.
#[derive(Debug)]
pub(super) struct Resource {
    pub(super) provider: String,
    pub(super) expressions: Value,
}

/// A module block.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Call {
    expressions: Value,
    module: Module,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RawModule {
    resources: Vec<RawResource>,
    module_calls: HashMap<String, Call>,
    outputs: HashMap<String, RawOutput>,
    variables: HashMap<String, RawVariable>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RawResource {
    mode: String,
    #[serde(rename = "type")]
    kind: String,
    name: String,
    provider_config_key: String,
    expressions: Value,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RawOutput {
    expression: Value,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RawVariable {
    default: Option<Value>,
}

impl<'de> Deserialize<'de> for Module {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = RawModule::deserialize(deserializer)?;
        let resource = |raw: RawResource| {
            let key = (raw.mode == "data", raw.kind, raw.name);
            (key, Resource { provider: raw.provider_config_key, expressions: raw.expressions })
        };
        Ok(Self {
            resources: raw.resources.into_iter().map(resource).collect(),
            calls: raw.module_calls,
            outputs: raw.outputs.into_iter().map(|(name, output)| (name, output.expression)).collect(),
            defaults: raw
                .variables
                .into_iter()
                .filter_map(|(name, variable)| Some((name, variable.default?)))
                .collect(),
        })
    }
}

/// The steps of a module path, as (name, key as written): `module.a["x"].module.b` is `[("a", "[\"x\"]"), ("b", "")]`.
pub(super) fn steps(module: &str) -> Vec<(String, String)> {
    let mut steps = Vec::new();
    let mut rest = module;
    while let Some(after) = rest.strip_prefix("module.") {
        let end = after.find(['.', '[']).unwrap_or(after.len());
        let (name, tail) = after.split_at(end);
        let key = bracket(tail);
        steps.push((name.to_owned(), key.to_owned()));
        rest = tail.strip_prefix(key).unwrap_or_default();
        rest = rest.strip_prefix('.').unwrap_or(rest);
    }
    steps
}

/// The `[...]` a text begins with; empty when there is none. A quoted key may contain brackets.
pub(super) fn bracket(text: &str) -> &str {
    if !text.starts_with('[') {
        return "";
    }
    let (mut quoted, mut escaped) = (false, false);
    for (at, char) in text.char_indices() {
        match char {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ']' if !quoted => return text.get(..=at).unwrap_or_default(),
            _ => {}
        }
    }
    ""
}

/// The path of the module around another: `module.a` of `module.a.module.b["x"]`.
pub(super) fn parent(module: &str) -> String {
    let mut steps = steps(module);
    steps.pop();
    steps.iter().map(|(name, key)| format!("module.{name}{key}")).collect::<Vec<_>>().join(".")
}

impl Configuration {
    /// The module at a path, whatever the keys of the instance.
    fn module(&self, path: &str) -> Option<&Module> {
        steps(path).iter().try_fold(&self.root_module, |module, (name, _)| Some(&module.calls.get(name)?.module))
    }

    /// A resource block.
    pub(super) fn resource(&self, module: &str, data: bool, kind: &str, name: &str) -> Option<&Resource> {
        self.module(module)?.resources.get(&(data, kind.to_owned(), name.to_owned()))
    }

    /// The expression that a module is given for one of its variables, to be read in the module around it.
    pub(super) fn argument(&self, module: &str, variable: &str) -> Option<&Value> {
        let (name, _) = steps(module).pop()?;
        self.module(&parent(module))?.calls.get(&name)?.expressions.get(variable)
    }

    /// The default of a variable.
    pub(super) fn default(&self, module: &str, variable: &str) -> Option<&Value> {
        self.module(module)?.defaults.get(variable)
    }

    /// The expression of an output, to be read in its own module.
    pub(super) fn output(&self, module: &str, output: &str) -> Option<&Value> {
        self.module(module)?.outputs.get(output)
    }

    /// The provider block of a resource, with its name. In modules the key need not be that of a block: the provider of
    /// the same name is then looked for in the modules around.
    pub(super) fn provider(&self, key: &str) -> (String, Option<&Provider>) {
        let (module, name) = key.rsplit_once(':').unwrap_or(("", key));
        let mut module = module.to_owned();
        loop {
            let full = if module.is_empty() { name.to_owned() } else { format!("{module}:{name}") };
            let own = self.provider_config.get(&full);
            if let Some(provider) = own.filter(|provider| module.is_empty() || !provider.expressions.is_null()) {
                return (full, Some(provider));
            }
            if module.is_empty() {
                return (key.to_owned(), None);
            }
            // In the configuration module paths have no `module.` before their names after the first step in some
            // versions: whatever the form, one step less is the module around.
            module = match module.rsplit_once('.') {
                Some((head, _)) => {
                    head.strip_suffix(".module").unwrap_or(if head == "module" { "" } else { head }).to_owned()
                }
                None => String::new(),
            };
        }
    }
}

/// Blocks that the provider keeps as a set: their order in a plan is not that of the configuration.
const SETS: [&str; 6] = ["inline_policy", "principals", "not_principals", "condition", "rule", "grant"];

/// Attributes by which blocks of one kind differ.
const NAMES: [&str; 6] = ["sid", "name", "id", "type", "variable", "test"];

/// The expressions of one of several blocks. Blocks that `dynamic` makes are missing in the configuration, so that the
/// numbers need not agree; a block is then found by its constant names, or not at all.
pub(super) fn block<'v>(expressions: Option<&'v Value>, name: &str, items: &[Tree], at: usize) -> Option<&'v Value> {
    let blocks = match expressions?.get(name)? {
        Value::Array(blocks) => blocks.as_slice(),
        single => std::slice::from_ref(single),
    };
    let ordered = items.len() == 1 || !SETS.contains(&name);
    if blocks.len() == items.len() && ordered {
        return blocks.get(at);
    }
    let item = items.get(at)?;
    let agrees = |block: &&Value| {
        let mut agreed = false;
        for name in NAMES {
            let (constant, own) = (block.get(name).and_then(|of| of.get("constant_value")), item.get(name).text());
            match (constant.and_then(Value::as_str), own) {
                (Some(constant), Ok(Some(own))) if constant == own => agreed = true,
                (Some(_), Ok(_)) => return false,
                _ => {}
            }
        }
        agreed
    };
    let mut found = blocks.iter().filter(agrees);
    let only = found.next();
    only.filter(|_| found.next().is_none())
}

/// What an expression refers to, each reference in full and as often as it is written. The plan lists after each reference
/// its shorter forms.
pub(super) fn references(expression: &Value) -> Vec<String> {
    let mut full: Vec<String> = Vec::new();
    let mut group: Option<&str> = None;
    for reference in expression.get("references").and_then(Value::as_array).into_iter().flatten() {
        let Some(text) = reference.as_str() else { continue };
        let part_of = |longer: &str| longer.strip_prefix(text).is_some_and(|rest| rest.starts_with(['.', '[']));
        if group.is_some_and(part_of) {
            continue;
        }
        full.push(text.to_owned());
        group = Some(text);
    }
    full
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn module_paths_have_steps_and_keys() {
        let path = r#"module.a["x.y]"].module.b[0].module.c"#;
        let expected: Vec<(String, String)> =
            [("a", r#"["x.y]"]"#), ("b", "[0]"), ("c", "")].map(|(n, k)| (n.to_owned(), k.to_owned())).to_vec();
        assert_eq!(steps(path), expected);
        assert_eq!(parent(path), r#"module.a["x.y]"].module.b[0]"#);
        assert_eq!(parent("module.a"), "");
        assert!(steps("").is_empty());
    }

    #[test]
    fn references_are_taken_in_full_and_counted() {
        let expression = json!({"references": [
            "aws_s3_bucket.logs.arn", "aws_s3_bucket.logs", "aws_s3_bucket.logs.arn", "aws_s3_bucket.logs",
            "aws_kms_key.k[0].arn", "aws_kms_key.k[0]", "aws_kms_key.k", "each.key"]});
        let expected = ["aws_s3_bucket.logs.arn", "aws_s3_bucket.logs.arn", "aws_kms_key.k[0].arn", "each.key"];
        assert_eq!(references(&expression), expected);
    }

    #[test]
    fn blocks_are_found_by_place_or_by_name() {
        let blocks = json!({"statement": [
            {"sid": {"constant_value": "A"}, "resources": {"references": ["a.b.arn"]}},
            {"sid": {"constant_value": "B"}}]});
        let items = |sids: &[&str]| sids.iter().map(|sid| Tree::from(json!({"sid": sid}))).collect::<Vec<_>>();
        let sid = |items: &[Tree], at| {
            block(Some(&blocks), "statement", items, at).map(|b| b["sid"]["constant_value"].clone())
        };
        assert_eq!(sid(&items(&["x", "y"]), 1), Some(json!("B")), "as many: by place");
        assert_eq!(sid(&items(&["made", "A", "B"]), 1), Some(json!("A")), "more: by name");
        assert_eq!(sid(&items(&["made", "A", "B"]), 0), None);
        let set = json!({"inline_policy": [{"name": {"constant_value": "one"}}, {"name": {"constant_value": "two"}}]});
        let named = [Tree::from(json!({"name": "two"})), Tree::from(json!({"name": "one"}))];
        assert_eq!(block(Some(&set), "inline_policy", &named, 0).unwrap()["name"]["constant_value"], "two");
    }

    #[test]
    fn a_provider_is_found_in_the_modules_around() {
        let configuration: Configuration = serde_json::from_value(json!({"provider_config": {
            "aws": {"name": "aws", "expressions": {"region": {"constant_value": "eu-west-1"}}},
            "aws.audit": {"name": "aws", "alias": "audit", "expressions": {}}}}))
        .unwrap();
        assert_eq!(configuration.provider("module.a.module.b:aws").0, "aws");
        assert_eq!(configuration.provider("module.a:aws.audit").0, "aws.audit");
        assert!(configuration.provider("module.a:aws.other").1.is_none());
    }
}
