//! A table of patterns and events with what EventBridge makes of them.

use serde_json::json;

use super::*;

/// The fields the table refers to.
fn event() -> Value {
    json!({
        "version": "0",
        "source": "aws.s3",
        "detail-type": "AWS API Call via CloudTrail",
        "account": "222222222222",
        "region": "eu-central-1",
        "resources": [],
        "tags": ["red", "green"],
        "detail": {
            "eventName": "PutBucketPolicy",
            "readOnly": false,
            "errorCode": null,
            "count": 300,
            "ratio": 2.5,
            "sourceIPAddress": "10.0.0.33",
            "ipv6": "2001:db8::7",
            "path": "a/lib/b*c",
            "empty": "",
            "nobody": {},
            "requestParameters": {"bucketName": "acme-logs"},
            "resources": [
                {"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::acme-logs/x"},
                {"type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::acme-logs", "accountId": "222222222222"}
            ],
            "nested": [[{"name": "inner"}], {"name": "outer"}]
        }
    })
}

/// `"yes"`, `"no"` or a part of the reason.
fn verdict(pattern: &Value) -> String {
    match EventPattern::parse(&pattern.to_string()).map(|pattern| pattern.matches(&event())) {
        Ok(Matched::Yes) => "yes".to_owned(),
        Ok(Matched::No) => "no".to_owned(),
        Ok(Matched::Undecided(reason)) | Err(reason) => reason,
    }
}

#[track_caller]
fn check(cases: &[(Value, &str)]) {
    for (pattern, expected) in cases {
        let found = verdict(pattern);
        let met = match *expected {
            "yes" | "no" => found == *expected,
            part => found.contains(part),
        };
        assert!(met, "{pattern}: expected {expected}, found {found}");
    }
}

/// A pattern on one field of `detail`.
fn detail(name: &str, values: Value) -> Value {
    json!({"detail": {name: values}})
}

#[test]
fn values_are_compared_exactly() {
    check(&[
        (json!({"source": ["aws.s3"]}), "yes"),
        (json!({"source": ["aws.ec2", "aws.s3"]}), "yes"),
        (json!({"source": ["AWS.S3"]}), "no"),
        (json!({"source": ["aws.s"]}), "no"),
        (json!({"source": ["aws.s3"], "account": ["999999999999"]}), "no"),
        (json!({"sauce": ["aws.s3"]}), "no"),
        (detail("readOnly", json!([false])), "yes"),
        (detail("readOnly", json!([true])), "no"),
        (detail("readOnly", json!(["false"])), "no"),
        (detail("errorCode", json!([null])), "yes"),
        (detail("missing", json!([null])), "no"),
        (detail("empty", json!([""])), "yes"),
        (json!({"detail": {"requestParameters": {"bucketName": ["acme-logs"]}}}), "yes"),
        (json!({"detail": {"requestParameters": {"bucketName": ["acme-log"]}}}), "no"),
        (json!({"detail": {"eventName": {"bucketName": ["acme-logs"]}}}), "no"),
    ]);
}

#[test]
fn arrays_of_an_event_match_by_any_member() {
    check(&[
        (json!({"tags": ["green"]}), "yes"),
        (json!({"tags": ["blue"]}), "no"),
        (json!({"tags": [{"anything-but": "red"}]}), "yes"),
        (json!({"tags": [{"anything-but": ["red", "green"]}]}), "no"),
        (json!({"resources": [{"prefix": "arn"}]}), "no"),
        (json!({"resources": [{"exists": false}]}), "yes"),
    ]);
}

#[test]
fn fields_match_within_one_member_of_an_array() {
    let resource = |fields: Value| json!({"detail": {"resources": fields}});
    check(&[
        (resource(json!({"type": ["AWS::S3::Bucket"]})), "yes"),
        (resource(json!({"type": ["AWS::S3::Bucket"], "ARN": ["arn:aws:s3:::acme-logs"]})), "yes"),
        (resource(json!({"type": ["AWS::S3::Bucket"], "ARN": ["arn:aws:s3:::acme-logs/x"]})), "no"),
        (resource(json!({"accountId": [{"exists": true}], "type": ["AWS::S3::Object"]})), "no"),
        (resource(json!({"accountId": [{"exists": false}]})), "absence"),
        (resource(json!({"sessionName": [{"exists": false}]})), "yes"),
        (resource(json!({"accountId": [{"exists": false}], "type": ["AWS::KMS::Key"]})), "no"),
        (json!({"detail": {"nested": {"name": ["inner"]}}}), "yes"),
    ]);
}

#[test]
fn texts_by_prefix_suffix_case_and_wildcard() {
    check(&[
        (detail("eventName", json!([{"prefix": "PutBucket"}])), "yes"),
        (detail("eventName", json!([{"prefix": "putBucket"}])), "no"),
        (detail("eventName", json!([{"prefix": {"equals-ignore-case": "putbucket"}}])), "yes"),
        (detail("eventName", json!([{"suffix": "Policy"}])), "yes"),
        (detail("eventName", json!([{"suffix": "Put"}])), "no"),
        (detail("eventName", json!([{"suffix": {"equals-ignore-case": "POLICY"}}])), "yes"),
        (detail("eventName", json!([{"equals-ignore-case": "putbucketpolicy"}])), "yes"),
        (detail("eventName", json!([{"equals-ignore-case": "putbucketpolic"}])), "no"),
        (detail("eventName", json!([{"wildcard": "Put*Policy"}])), "yes"),
        (detail("eventName", json!([{"wildcard": "*Bucket*"}])), "yes"),
        (detail("eventName", json!([{"wildcard": "*bucket*"}])), "no"),
        (detail("eventName", json!([{"wildcard": "PutBucketPolicy"}])), "yes"),
        (detail("eventName", json!([{"wildcard": "Put*y*y"}])), "no"),
        (detail("eventName", json!([{"wildcard": "*"}])), "yes"),
        (detail("empty", json!([{"wildcard": "*"}])), "yes"),
        (detail("path", json!([{"wildcard": "*/lib/*"}])), "yes"),
        (detail("path", json!([{"wildcard": r"a/lib/b\*c"}])), "yes"),
        (detail("path", json!([{"wildcard": r"a/lib/\*"}])), "no"),
        (detail("eventName", json!([{"wildcard": "Put**"}])), "two stars"),
        (detail("eventName", json!([{"wildcard": r"Put\n"}])), "backslash"),
        (detail("readOnly", json!([{"prefix": "f"}])), "no"),
        (detail("count", json!([{"wildcard": "*"}])), "no"),
        (detail("eventName", json!([{"prefix": ["Put", "Delete"]}])), "operand of `prefix`"),
        (detail("eventName", json!([{"prefix": ""}])), "empty text"),
    ]);
}

#[test]
fn anything_but_needs_a_value() {
    check(&[
        (detail("eventName", json!([{"anything-but": "GetObject"}])), "yes"),
        (detail("eventName", json!([{"anything-but": "PutBucketPolicy"}])), "no"),
        (detail("eventName", json!([{"anything-but": ["GetObject", "PutBucketPolicy"]}])), "no"),
        (detail("eventName", json!([{"anything-but": {"prefix": "Get"}}])), "yes"),
        (detail("eventName", json!([{"anything-but": {"prefix": ["Get", "Put"]}}])), "no"),
        (detail("eventName", json!([{"anything-but": {"suffix": "Policy"}}])), "no"),
        (detail("eventName", json!([{"anything-but": {"suffix": ["Acl", "Tagging"]}}])), "yes"),
        (detail("eventName", json!([{"anything-but": {"wildcard": "*Bucket*"}}])), "no"),
        (detail("eventName", json!([{"anything-but": {"wildcard": ["*Object*", "*Key*"]}}])), "yes"),
        (detail("eventName", json!([{"anything-but": {"equals-ignore-case": "putBUCKETpolicy"}}])), "no"),
        (detail("eventName", json!([{"anything-but": {"equals-ignore-case": ["a", "b"]}}])), "yes"),
        (detail("missing", json!([{"anything-but": "x"}])), "no"),
        (detail("count", json!([{"anything-but": 300}])), "no"),
        (detail("count", json!([{"anything-but": [100, 200]}])), "yes"),
        (detail("count", json!([{"anything-but": "x"}])), "a value that is none"),
        (detail("eventName", json!([{"anything-but": 3}])), "a value that is none"),
        (detail("eventName", json!([{"anything-but": []}])), "operand of `anything-but`"),
        (detail("eventName", json!([{"anything-but": ["x", 3]}])), "operand of `anything-but`"),
        (detail("eventName", json!([{"anything-but": {"numeric": ["<", 3]}}])), "does not know"),
        (detail("eventName", json!([{"anything-but": {"prefix": ""}}])), "empty text"),
    ]);
}

#[test]
fn exists_looks_at_values_only() {
    check(&[
        (detail("eventName", json!([{"exists": true}])), "yes"),
        (detail("eventName", json!([{"exists": false}])), "no"),
        (detail("missing", json!([{"exists": true}])), "no"),
        (detail("missing", json!([{"exists": false}])), "yes"),
        (detail("errorCode", json!([{"exists": true}])), "yes"),
        // An object is no value, so its field does not exist.
        (detail("requestParameters", json!([{"exists": true}])), "no"),
        (detail("requestParameters", json!([{"exists": false}])), "yes"),
        (json!({"detail": {"absent": {"below": [{"exists": false}]}}}), "yes"),
        (json!({"detail": {"nobody": {"below": [{"exists": false}]}}}), "yes"),
        (json!({"detail": {"eventName": {"below": [{"exists": false}]}}}), "yes"),
        (detail("eventName", json!([{"exists": "true"}])), "operand of `exists`"),
    ]);
}

#[test]
fn numbers_by_value_and_by_range() {
    check(&[
        (detail("count", json!([300])), "yes"),
        (detail("count", json!([301])), "no"),
        (detail("count", json!(["300"])), "no"),
        (detail("count", json!([300.0])), "how it is written"),
        (detail("count", json!([{"numeric": ["=", 300.0]}])), "yes"),
        (detail("count", json!([{"numeric": [">", 0, "<=", 300]}])), "yes"),
        (detail("count", json!([{"numeric": [">", 0, "<", 300]}])), "no"),
        (detail("ratio", json!([{"numeric": [">=", 2.5]}])), "yes"),
        (detail("eventName", json!([{"numeric": [">", 0]}])), "no"),
        (detail("count", json!([{"numeric": ["!=", 0]}])), "operand of `numeric`"),
        (detail("count", json!([{"numeric": [">"]}])), "operand of `numeric`"),
        (detail("count", json!([{"numeric": [">", "0"]}])), "operand of `numeric`"),
        (detail("count", json!([{"numeric": []}])), "operand of `numeric`"),
    ]);
}

#[test]
fn addresses_by_network() {
    check(&[
        (detail("sourceIPAddress", json!([{"cidr": "10.0.0.0/24"}])), "yes"),
        (detail("sourceIPAddress", json!([{"cidr": "10.0.1.0/24"}])), "no"),
        (detail("sourceIPAddress", json!([{"cidr": "10.0.0.33/32"}])), "yes"),
        (detail("sourceIPAddress", json!([{"cidr": "0.0.0.0/0"}])), "yes"),
        (detail("ipv6", json!([{"cidr": "2001:db8::/32"}])), "yes"),
        (detail("ipv6", json!([{"cidr": "::/0"}])), "yes"),
        (detail("ipv6", json!([{"cidr": "2001:db9::/32"}])), "no"),
        (detail("ipv6", json!([{"cidr": "10.0.0.0/8"}])), "no"),
        (detail("eventName", json!([{"cidr": "10.0.0.0/8"}])), "no"),
        (detail("sourceIPAddress", json!([{"cidr": "10.0.0.0/33"}])), "operand of `cidr`"),
        (detail("sourceIPAddress", json!([{"cidr": "10.0.0.33"}])), "operand of `cidr`"),
    ]);
}

#[test]
fn or_chooses_between_fields() {
    check(&[
        (json!({"$or": [{"source": ["aws.ec2"]}, {"account": ["222222222222"]}]}), "yes"),
        (json!({"$or": [{"source": ["aws.ec2"]}, {"account": ["1"]}]}), "no"),
        (json!({"source": ["aws.s3"], "detail": {"$or": [{"eventName": ["X"]}, {"readOnly": [false]}]}}), "yes"),
        (json!({"source": ["aws.ec2"], "detail": {"$or": [{"eventName": ["X"]}, {"readOnly": [false]}]}}), "no"),
        (
            json!({"detail": {"$or": [
                {"eventName": ["X"], "readOnly": [false]},
                {"count": [300], "$or": [{"ratio": [1]}, {"path": [{"prefix": "a/"}]}]}
            ]}}),
            "yes",
        ),
        // Both sides refer to the same array, and must mean the same member.
        (
            json!({"detail": {"resources": {"type": ["AWS::S3::Bucket"]}, "$or": [
                {"resources": {"ARN": ["arn:aws:s3:::acme-logs/x"]}},
                {"resources": {"ARN": ["arn:aws:s3:::other"]}}
            ]}}),
            "no",
        ),
        (json!({"source": ["aws.s3"], "$or": [{"source": ["aws.s3"]}, {"account": ["1"]}]}), "both refer to `source`"),
        (json!({"$or": [{"source": ["aws.s3"]}]}), "two alternatives"),
        (json!({"$or": [{"prefix": "a"}, {"suffix": "b"}]}), "the comparison `prefix`"),
        (json!({"$or": ["a", "b"]}), "must list objects of fields"),
        (json!({"$or": {"source": ["aws.s3"]}}), "no"),
    ]);
}

#[test]
fn too_many_combinations_are_not_evaluated() {
    let ten = |name: &str| {
        let alternatives: Vec<Value> = (0..10).map(|n| json!({(format!("{name}{n}")): ["x"]})).collect();
        json!({"$or": alternatives})
    };
    let three = json!({"a": ten("a"), "b": ten("b"), "c": ten("c")});
    assert_eq!(verdict(&three), "no");
    let four = json!({"a": ten("a"), "b": ten("b"), "c": ten("c"), "d": ten("d")});
    assert!(verdict(&four).contains("1000"));
}

#[test]
fn what_is_not_known_is_neither_a_match_nor_none() {
    check(&[
        (detail("eventName", json!([{"regex": "Put.*"}])), "`regex`, an operator"),
        (detail("eventName", json!([{"regex": "Put.*"}, "PutBucketPolicy"])), "yes"),
        (json!({"source": ["aws.ec2"], "detail": {"eventName": [{"regex": "Put.*"}]}}), "no"),
        (detail("missing", json!([{"regex": "x"}])), "`regex`, an operator"),
        (detail("eventName", json!([{"prefix": "Put", "suffix": "Policy"}])), "exactly one operator"),
        (detail("eventName", json!([{}])), "exactly one operator"),
        (detail("eventName", json!([["PutBucketPolicy"]])), "a list within a list"),
        (detail("eventName", json!("PutBucketPolicy")), "neither a list nor an object"),
        (detail("eventName", json!([])), "is empty"),
        (json!({}), "empty object"),
        (json!({"detail": {}}), "empty object"),
        (json!({"detail.eventName": ["PutBucketPolicy"]}), "holds a dot"),
        (json!([]), "not a JSON object"),
    ]);
    assert!(EventPattern::parse("{").unwrap_err().contains("not JSON"));
}

#[test]
fn parts_decide_as_soon_as_they_can() {
    use Matched::{No, Undecided, Yes};
    let unknown = || Undecided("x".to_owned());
    assert_eq!(Matched::all([Yes, unknown(), No]), No);
    assert_eq!(Matched::all([Yes, unknown(), Yes]), unknown());
    assert_eq!(Matched::all([]), Yes);
    assert_eq!(Matched::any([No, unknown(), Yes]), Yes);
    assert_eq!(Matched::any([No, unknown(), No]), unknown());
    assert_eq!(Matched::any([]), No);
}

#[test]
fn a_pattern_that_stands_for_too_much_is_not_multiplied_out() {
    let choice = |name: &str| {
        format!(
            r#"{{"$or": [{}]}}"#,
            (0..10).map(|n| format!(r#"{{"{name}{n}": ["x"]}}"#)).collect::<Vec<_>>().join(", ")
        )
    };
    // Ten times ten below each of twenty alternatives.
    let below = |n: usize| format!(r#"{{"a{n}": {}, "b{n}": {}}}"#, choice("c"), choice("d"));
    let text = format!(r#"{{"$or": [{}]}}"#, (0..11).map(below).collect::<Vec<_>>().join(", "));
    assert!(EventPattern::parse(&text).unwrap_err().contains("more than 1000 combinations"), "{text}");
    let plain: Vec<String> = (0..150).map(|n| format!(r#""f{n}": ["x"]"#)).collect();
    let ors = (0..3).map(|n| format!(r#""g{n}": {}"#, choice("h"))).collect::<Vec<_>>().join(", ");
    let wide = format!("{{{}, {ors}}}", plain.join(", "));
    assert_eq!(EventPattern::parse(&wide).map(|pattern| pattern.alternatives.len()), Ok(1000));
    let long = format!(r#"{{"source": ["{}"]}}"#, "x".repeat(4096));
    assert!(EventPattern::parse(&long).unwrap_err().contains("characters"));
}

#[test]
fn what_depends_on_a_field_that_is_not_known_is_undecided() {
    let event = serde_json::json!({"detail": {"eventName": "DeleteTrail", "requestParameters": unknown()}});
    let matched = |pattern: &str| EventPattern::parse(pattern).unwrap().matches(&event);
    assert_eq!(matched(r#"{"detail": {"eventName": ["DeleteTrail"]}}"#), Matched::Yes);
    for parameters in [r#"["x"]"#, r#"{"name": ["x"]}"#, r#"{"name": [{"exists": false}]}"#, r#"{"a": {"b": ["x"]}}"#] {
        let pattern =
            |name: &str| format!(r#"{{"detail": {{"eventName": ["{name}"], "requestParameters": {parameters}}}}}"#);
        let Matched::Undecided(why) = matched(&pattern("DeleteTrail")) else { panic!("{parameters}") };
        assert!(why.contains("`requestParameters`"), "{why}");
        assert_eq!(matched(&pattern("StopLogging")), Matched::No, "another event whatever its parameters are");
    }
}
