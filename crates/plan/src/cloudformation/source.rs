//! JSON, or YAML with CloudFormation's short tags, as one tree of plain JSON.

use serde_json::{Map, Value};
use serde_yaml_ng::Value as Yaml;

use crate::{
    input::{Problem, json_error},
    plan::ReadError,
};

/// CloudFormation takes templates of one megabyte.
const MOST_YAML: usize = 4 * 1024 * 1024;

const HINT: &str =
    "give a template, or the answer of `aws cloudformation describe-change-set --include-property-values`";

pub(super) fn parse(file: &str, text: &str) -> Result<Value, ReadError> {
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(text).map_err(|error| json_error(file, &error, HINT));
    }
    if text.len() > MOST_YAML {
        return Err(Problem::new(format!("it has {} bytes; YAML is read up to {MOST_YAML}", text.len()), HINT).of(file));
    }
    let yaml: Yaml = serde_yaml_ng::from_str(text).map_err(|error| {
        let place = error.location().map(|at| format!("line {}, column {}: ", at.line(), at.column()));
        Problem::new(format!("{}it is no YAML that can be read", place.unwrap_or_default()), HINT).of(file)
    })?;
    Ok(plain(yaml))
}

/// A YAML value as JSON, short tags as the functions they represent.
// See: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
fn plain(yaml: Yaml) -> Value {
    match yaml {
        Yaml::Null => Value::Null,
        Yaml::Bool(flag) => Value::Bool(flag),
        Yaml::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Value::from(whole),
            (None, Some(fraction)) => Value::from(fraction),
            (None, None) => Value::String(number.to_string()),
        },
        Yaml::String(text) => Value::String(text),
        Yaml::Sequence(items) => Value::Array(items.into_iter().map(plain).collect()),
        Yaml::Mapping(map) => Value::Object(map.into_iter().map(|(key, value)| (name(key), plain(value))).collect()),
        Yaml::Tagged(tagged) => {
            let tag = tagged.tag.to_string();
            let tag = tag.trim_start_matches('!');
            let value = plain(tagged.value);
            let (function, value) = match (tag, value) {
                ("Ref" | "Condition", value) => (tag.to_owned(), value),
                ("GetAtt", Value::String(path)) => {
                    let (resource, attribute) = path.split_once('.').unwrap_or((path.as_str(), ""));
                    ("Fn::GetAtt".to_owned(), Value::from(vec![resource, attribute]))
                }
                (tag, value) => (format!("Fn::{tag}"), value),
            };
            Value::Object(Map::from_iter([(function, value)]))
        }
    }
}

fn name(key: Yaml) -> String {
    match key {
        Yaml::String(text) => text,
        Yaml::Number(number) => number.to_string(),
        Yaml::Bool(flag) => flag.to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn short_tags_are_functions() {
        let text = "A: !Sub '${B}/*'\nC: !GetAtt D.Outputs.E\nF: !If [G, !Ref H, 2012-10-17]\nI: !Condition J\n";
        assert_eq!(
            parse("t", text).unwrap(),
            json!({"A": {"Fn::Sub": "${B}/*"}, "C": {"Fn::GetAtt": ["D", "Outputs.E"]},
                "F": {"Fn::If": ["G", {"Ref": "H"}, "2012-10-17"]}, "I": {"Condition": "J"}})
        );
    }

    #[test]
    fn what_is_neither_is_an_error_with_its_place() {
        assert!(parse("t", "{\"a\":").unwrap_err().problem.contains("ends in the middle"));
        assert!(parse("t", "a: [b\nc: d").unwrap_err().problem.contains("line"));
    }
}
