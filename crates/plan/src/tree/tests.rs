use serde_json::json;

use super::*;

#[test]
fn unknown_leaves_that_the_value_leaves_out_are_unknown_and_not_absent() {
    let tree = Tree::merge(
        json!({"bucket": "logs", "rule": [{"enabled": true}, null], "ids": [null]}),
        &json!({"policy": true, "rule": [{"key": true}, true], "ids": [true], "nested": {"deep": true}}),
        &json!({}),
    );
    assert_eq!(tree.get("bucket").text(), Ok(Some("logs".to_owned())));
    assert!(matches!(tree.get("policy").text(), Err(Unusable::Unknown(gap)) if gap.attribute == "policy"));
    let rules = tree.get("rule").items().unwrap();
    assert_eq!(rules[0].get("enabled").flag(), Ok(Some(true)));
    assert!(matches!(rules[0].get("key").text(), Err(Unusable::Unknown(gap)) if gap.attribute == "rule[0].key"));
    assert!(matches!(rules[1].get("enabled").flag(), Err(Unusable::Unknown(gap)) if gap.attribute == "rule[1]"));
    assert!(tree.get("ids").texts().is_err());
    assert!(tree.get("nested").get("deep").text().is_err());
    assert!(tree.get("other").is_absent());
}

#[test]
fn a_sensitive_value_is_usable_and_marked() {
    let tree = Tree::merge(json!({"policy": "{}", "list": ["a"]}), &json!({}), &json!({"policy": true}));
    assert_eq!(tree.get("policy").text(), Ok(Some("{}".to_owned())));
    assert!(tree.get("policy").has_sensitive() && tree.has_sensitive() && !tree.get("list").has_sensitive());
}

#[test]
fn another_form_is_refused_without_its_value() {
    let tree = Tree::from(json!({"bucket": {"secret": 1}, "days": "ten", "on": "maybe", "big": 5_000_000_000_i64}));
    for told in [
        tree.get("bucket").text().unwrap_err(),
        tree.get("days").number().unwrap_err(),
        tree.get("on").flag().unwrap_err(),
        tree.get("big").small().unwrap_err(),
        tree.get("missing").need().unwrap_err(),
    ] {
        assert!(matches!(&told, Unusable::Malformed { .. }));
        assert!(!told.to_string().contains("secret") && !told.to_string().contains("maybe"));
    }
    assert_eq!(Tree::from(json!("7")).number(), Ok(Some(7)));
    assert_eq!(Tree::from(json!("")).text(), Ok(None));
    assert_eq!(Tree::from(json!("one")).texts(), Ok(vec!["one".to_owned()]));
}
