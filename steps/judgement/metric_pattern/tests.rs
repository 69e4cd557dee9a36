use serde_json::json;

use super::*;

fn event() -> Value {
    json!({
        "eventSource": "cloudtrail.amazonaws.com",
        "eventName": "StopLogging",
        "errorCode": null,
        "readOnly": false,
        "count": 12.5,
        "recipientAccountId": "111111111111",
        "userIdentity": {"type": "Root", "arn": "arn:aws:iam::111111111111:root"},
        "resources": [{"ARN": "arn:aws:s3:::acme"}],
        "odd.name": "x",
    })
}

fn sees(pattern: &str) -> Matched {
    MetricPattern::parse(pattern).map_or_else(Matched::Undecided, |pattern| pattern.matches(&event()))
}

#[test]
fn what_is_documented_matches_as_documented() {
    for pattern in [
        "",
        "   ",
        r#"{ $.eventName = "StopLogging" }"#,
        "{$.eventName=StopLogging}",
        r#"{ ($.eventName = CreateTrail) || ($.eventName = UpdateTrail) || ($.eventName = StopLogging) }"#,
        r#"{ $.eventName = "Stop*" }"#,
        r#"{ $.eventName = *Logging }"#,
        r#"{ $.eventName = "S*p*g" }"#,
        r#"{ $.eventName != "DeleteTrail" }"#,
        r#"{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventName != "AwsServiceEvent" }"#,
        "{ $.errorCode IS NULL }",
        "{ $.readOnly IS FALSE }",
        "{ $.count > 12 && $.count <= 12.5 && $.count = 1.25e1 }",
        r#"{ $.resources[0].ARN = "arn:aws:s3:::acme" }"#,
        r#"{ $["odd.name"] = "x" }"#,
        "{ $.eventName = %^Stop[A-Z]% }",
        // `&&` binds closer than `||`.
        "{ $.eventName = StopLogging || $.eventName = X && $.eventName = Y }",
    ] {
        assert_eq!(sees(pattern), Matched::Yes, "{pattern}");
    }
    for pattern in [
        r#"{ $.eventName = "stoplogging" }"#,
        r#"{ $.eventName = "StopLoggin" }"#,
        r#"{ $.eventName = "" }"#,
        r#"{ $.eventname = "StopLogging" }"#,
        "{ $.eventName NOT EXISTS }",
        "{ $.nothing IS NULL }",
        "{ $.nothing = x }",
        "{ $.readOnly IS TRUE }",
        "{ $.count < 12 }",
        "{ $.eventName > 3 }",
        r#"{ $.userIdentity = "*" }"#,
        r#"{ $.resources = "*acme*" }"#,
        r#"{ $.resources[1].ARN = "*" }"#,
        "{ ($.eventName = StopLogging || $.eventName = X) && $.eventName = Y }",
        "{ $.eventName = %^Start% }",
    ] {
        assert_eq!(sees(pattern), Matched::No, "{pattern}");
    }
}

#[test]
fn what_is_not_documented_or_not_readable_is_undecided_never_a_match() {
    for pattern in [
        "StopLogging",
        "?Stop ?Start",
        "[ip, user, ...]",
        "{ $.eventName = }",
        "{ $.eventName }",
        "{ eventName = StopLogging }",
        "{ $.eventName = StopLogging",
        "{ $.eventName = StopLogging } x",
        "{ $.eventName ~ StopLogging }",
        "{ $.resources[*].ARN = x }",
        "{ $.a NOT NULL }",
        "{ $.a IS 3 }",
        r#"{ $.eventName = "Stop }"#,
        "{ $.eventName = %[% }",
        "{ $.eventName = %x }",
        "{ $ = x }",
        "{ $. = x }",
        "{ $.a[ = x }",
        "{}",
        "{ $.nothing != x }",
        "{ $.readOnly = false }",
        "{ $.recipientAccountId = 111111111111 }",
    ] {
        assert!(matches!(sees(pattern), Matched::Undecided(_)), "{pattern}: {:?}", sees(pattern));
    }
    let deep = format!("{{ {}$.a = x{} }}", "(".repeat(4000), ")".repeat(4000));
    assert!(matches!(sees(&deep), Matched::Undecided(_)));
}

#[test]
fn what_is_certain_outweighs_what_is_undecided() {
    assert_eq!(sees("{ $.nothing != x || $.eventName = StopLogging }"), Matched::Yes);
    assert_eq!(sees("{ $.nothing != x && $.eventName = Other }"), Matched::No);
}

#[test]
fn an_error_says_where() {
    let problem = MetricPattern::parse("{ $.eventName ~ x }").unwrap_err();
    assert_eq!(problem, "a comparison is expected at character 15");
}

#[test]
fn what_cloudwatch_would_refuse_as_too_long_is_undecided() {
    let longest = format!(r#"{{ $.eventName = "{}" }}"#, "x".repeat(1004));
    assert_eq!((longest.len(), sees(&longest)), (1024, Matched::No));
    let longer = format!("{longest} ");
    assert!(matches!(sees(&longer), Matched::Undecided(reason) if reason.contains("more than 1024")));
}

#[test]
fn what_depends_on_a_field_that_is_not_known_is_undecided() {
    let event =
        serde_json::json!({"eventName": "DeleteTrail", "requestParameters": super::super::event_pattern::unknown()});
    let matched = |pattern: &str| MetricPattern::parse(pattern).unwrap().matches(&event);
    for test in ["= x", "IS NULL", "NOT EXISTS", "!= x"] {
        let pattern = |name: &str| format!("{{ ($.eventName = {name}) && ($.requestParameters.name {test}) }}");
        let Matched::Undecided(why) = matched(&pattern("DeleteTrail")) else { panic!("{test}") };
        assert!(why.contains("`$.requestParameters.name`"), "{why}");
        assert_eq!(matched(&pattern("StopLogging")), Matched::No, "another event whatever its parameters are");
    }
}
