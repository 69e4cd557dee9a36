//! Bad input: an error or an undecided answer with its place, in bounded time, never a panic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use logproof_policy::{
    Answer, Context, Decision, ParseError, Policies, Policy, Position, Principal, Question, Request, Scene, Severity,
    Who, decide, never,
};
use proptest::prelude::*;

fn place(text: &[u8]) -> Position {
    Policy::parse("p", text).unwrap_err().position().unwrap()
}

fn user() -> Principal {
    Principal::User { arn: "arn:aws:iam::222222222222:user/bob".into(), account: "222222222222".into() }
}

fn ask(policy: Policy, context: Context) -> Decision {
    let request = Request::new(user(), "s3:GetObject", "arn:aws:s3:::b/k").with_context(context);
    decide(&request, &Policies { identity: vec![Arc::new(policy)], ..Policies::default() }).decision
}

fn quick<T>(what: &str, run: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let out = run();
    // Debug builds on a loaded machine are slow; what is tested is the absence of an explosion.
    assert!(start.elapsed() < Duration::from_secs(90), "{what} took {:?}", start.elapsed());
    out
}

#[test]
fn errors_name_the_exact_place() {
    assert_eq!(place(b"{\n  \"Version\": ,\n}"), Position { line: 2, column: 14, offset: 15 });
    assert_eq!(place(b"{\"Statement\": [1 2]}"), Position { line: 1, column: 18, offset: 17 });
    assert_eq!(place(b"[]"), Position { line: 1, column: 1, offset: 0 });
    assert_eq!(place(b"{\"Statement\": \"\xff\"}"), Position { line: 1, column: 16, offset: 15 });
    assert_eq!(place("{\"é\": tru}".as_bytes()), Position { line: 1, column: 8, offset: 7 });
    assert_eq!(place(b"{\"Statement\": []} x"), Position { line: 1, column: 19, offset: 18 });
    assert_eq!(place(b"{\"Statement\": [\"\\ud800\"]}").line, 1);
    for bad in ["", "{", "{\"a\"", "[1,]", "01", "1.", "-", "\"\\x\"", "\"\n\"", "nul", "{\"a\":1,}", "\u{feff}{}"] {
        assert!(Policy::parse("p", bad.as_bytes()).is_err(), "{bad}");
    }
}

#[test]
fn problems_name_the_exact_place() {
    let text = "{\n \"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\",\n  \"Condition\": {\"StringMatches\": {\"a:x\": \"1\"}}}]}";
    let policy = Policy::parse("p", text.as_bytes()).unwrap();
    let problem = &policy.problems()[0];
    assert_eq!((problem.position.line, problem.position.column), (3, 17));
    assert_eq!(&text[problem.position.offset..problem.position.offset + 15], "\"StringMatches\"");
    assert!(problem.message.contains("`StringMatches`"));
    let span = policy.statements()[0].span();
    assert!(text[span.start..span.end].starts_with("{\"Effect\""));
    assert!(matches!(ask(policy, Context::new()), Decision::Undecided(reason) if reason.contains("line 3")));
}

#[test]
fn duplicate_members_are_reported_and_block() {
    let cases = [
        r#"{"Statement": [], "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}"#,
        r#"{"Statement": [{"Effect": "Allow", "Effect": "Deny", "Action": "*", "Resource": "*"}]}"#,
        r#"{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Null": {"a:x": "true"}, "Null": {"a:x": "true"}}}]}"#,
        r#"{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Null": {"a:x": "true", "a:x": "true"}}}]}"#,
        r#"{"Version": "2012-10-17", "Version": "2008-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}"#,
    ];
    for text in cases {
        let policy = Policy::parse("p", text.as_bytes()).unwrap();
        assert!(policy.blocking_problems().any(|p| p.message.contains("twice")), "{text}");
        assert!(matches!(ask(policy, Context::new()), Decision::Undecided(_)), "{text}");
    }
}

#[test]
fn the_grammar_is_accepted_in_every_shape() {
    let shapes = [
        r#"{"Version": "2008-10-17", "Id": "x", "Statement": {"Sid": "", "Effect": "Allow", "Action": ["s3:*"], "Resource": ["*"]}}"#,
        r#"{"Statement": [{"Effect": "Allow", "NotAction": "kms:*", "NotResource": "arn:aws:s3:::c"}]}"#,
        r#"{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {}}]}"#,
        r#"{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3"}]}"#,
        r#"{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "arn:aws:*"}]}"#,
    ];
    for text in shapes {
        let policy = Policy::parse("p", text.as_bytes()).unwrap();
        assert!(policy.problems().is_empty(), "{text} {:?}", policy.problems());
        assert_eq!(ask(policy, Context::new()), Decision::Allowed, "{text}");
    }
    let principals = [
        r#""*""#,
        r#"{"AWS": "*"}"#,
        r#"{"Federated": "accounts.google.com", "CanonicalUser": "0a", "Service": ["a.amazonaws.com"]}"#,
    ];
    for principal in principals {
        let text = format!(
            r#"{{"Statement": [{{"Effect": "Allow", "Principal": {principal}, "Action": "*", "Resource": "*"}}]}}"#
        );
        assert!(Policy::parse("p", text.as_bytes()).unwrap().problems().is_empty(), "{text}");
    }
}

#[test]
fn a_service_name_that_is_none_is_a_lint_and_not_a_doubt() {
    for name in ["cloudtrail.amazonaws.com.example.net", "CLOUDTRAIL.amazonaws.com", "cloudtrail"] {
        let text = format!(
            r#"{{"Statement": [{{"Effect": "Allow", "Principal": {{"Service": "{name}"}}, "Action": "*", "Resource": "*"}}]}}"#
        );
        let policy = Policy::parse("p", text.as_bytes()).unwrap();
        assert_eq!(policy.problems().len(), 1, "{name}");
        assert_eq!(policy.problems()[0].severity, Severity::Lint);
        assert!(policy.problems()[0].message.contains("not an AWS service principal"));
    }
}

#[test]
fn dates_and_numbers_legal_and_illegal() {
    let judge = |operator: &str, key: &str, value: &str, found: &str| {
        let text = format!(
            r#"{{"Statement": [{{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {{"{operator}": {{"{key}": {value}}}}}}}]}}"#
        );
        let policy = Policy::parse("p", text.as_bytes()).unwrap();
        (policy.problems().len(), ask(policy, Context::new().with(key, found)))
    };
    let legal = [
        "\"2025\"",
        "\"2025-06\"",
        "\"2025-06-01\"",
        "\"2025-06-01T10:00Z\"",
        "\"2025-06-01T10:00:00Z\"",
        "\"2025-06-01T10:00:00.123+01:00\"",
        "1748736000",
        "\"1748736000\"",
        "\"1748736000.5\"",
        "\"-1\"",
    ];
    for value in legal {
        let (problems, decision) = judge("DateLessThan", "aws:CurrentTime", value, "2030-01-01");
        assert!(problems == 0 && !matches!(decision, Decision::Undecided(_)), "{value}");
    }
    let illegal = [
        "\"\"",
        "\"2025-13\"",
        "\"2025-02-30\"",
        "\"2025-6-1\"",
        "\"2025-06-01T10Z\"",
        "\"2025-06-01T10:00\"",
        "\"2025-06-01T24:00Z\"",
        "\"2025-06-01T10:60Z\"",
        "\"2025-06-01 10:00Z\"",
        "\"2025-06-01T10:00:00+1:00\"",
        "\"2025-06-01T10:00:61Z\"",
        "\"T10:00Z\"",
        "\"tomorrow\"",
        "\"2025-06T10:00Z\"",
        "\"99999999999999999999\"",
        "true",
        "\"2100-02-29\"",
    ];
    for value in illegal {
        let (problems, decision) = judge("DateLessThan", "aws:CurrentTime", value, "2030-01-01");
        assert!(problems == 1 && matches!(decision, Decision::Undecided(_)), "{value} {decision:?}");
    }
    for value in [
        "1e999",
        "-1e400",
        "\"1e-50\"",
        "123456789012345678901234567890",
        "\"0x10\"",
        "\"1,5\"",
        "\".\"",
        "\"1.\"",
        "\"NaN\"",
        "\"\"",
    ] {
        let (problems, decision) = judge("NumericLessThan", "a:n", value, "5");
        assert!(problems == 1 && matches!(decision, Decision::Undecided(_)), "{value} {decision:?}");
    }
    for value in ["10.0.0.0/33", "10.0.0", "10.0.0.0/", "2001:db8::/129", "x", "10.0.0.0/+8"] {
        let (problems, decision) = judge("IpAddress", "aws:SourceIp", &format!("\"{value}\""), "10.0.0.1");
        assert!(problems == 1 && matches!(decision, Decision::Undecided(_)), "{value}");
    }
    assert!(matches!(judge("NumericLessThan", "a:n", "5", "many").1, Decision::Undecided(_)));
}

#[test]
fn nesting_does_not_overflow_the_stack() {
    for open in ["[", "{\"Statement\":", "{\"a\":[", "[[{\"\":"] {
        let text = open.repeat(20 * 1024 / open.len());
        assert!(Policy::parse("p", text.as_bytes()).is_err());
    }
    let inside = format!("{{\"Statement\": [{{\"Condition\": {}}}]}}", "[".repeat(20_000));
    assert!(Policy::parse("p", inside.as_bytes()).is_err());
    let deep = format!("{{\"Statement\": {{\"Effect\": {}1{}}}}}", "[".repeat(40), "]".repeat(40));
    assert!(Policy::parse("p", deep.as_bytes()).unwrap().blocking_problems().count() > 0);
}

#[test]
fn huge_policies_stay_bounded() {
    let one = |i: usize| {
        format!(
            r#"{{"Sid": "S{i}", "Effect": "Deny", "Principal": "*", "Action": "s3:Get*", "Resource": "arn:aws:s3:::b{i}/*", "Condition": {{"StringEquals": {{"s3:key{i}": "v{i}"}}}}}}"#
        )
    };
    let text = format!(r#"{{"Statement": [{}]}}"#, (0..10_000).map(one).collect::<Vec<_>>().join(","));
    let policy = quick("parsing 10,000 statements", || Policy::parse("p", text.as_bytes()).unwrap());
    assert_eq!(policy.statements().len(), 10_000);
    let scene =
        Scene { resource_account: "222222222222".into(), resource_policy: Some(Arc::new(policy)), ..Scene::default() };
    let question = Question::about(["s3:GetObject"]).on("arn:aws:s3:::b7/x");
    assert!(quick("a property of 10,000 statements", || never(&scene, &question)).witness().is_some());
    let same = text.replace("b{i}", "b").replace("arn:aws:s3:::b", "arn:aws:s3:::*b");
    let policy = Policy::parse("p", same.as_bytes()).unwrap();
    let scene = Scene { resource_policy: Some(Arc::new(policy)), ..scene };
    let patterned = Question::about(["s3:*"]).on("arn:aws:s3:::b").on_all("arn:aws:s3:::b/*");
    quick("10,000 keys and globs", || never(&scene, &patterned));
    let large = vec![b' '; 5 * 1024 * 1024];
    assert!(matches!(Policy::parse("p", &large), Err(ParseError::TooLarge { .. })));
}

#[test]
fn nasty_globs_stay_bounded() {
    let globs = [
        "a*a*a*a*a*a*a*a*b",
        "*a*a*a*a*",
        "?*?*?*?*?*?*x",
        "*ab*ba*ab*ba*",
        "*b*????????????????*",
        "*c????????????????*",
    ];
    let statements: Vec<String> = globs
        .iter()
        .map(|g| format!(r#"{{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "arn:aws:s3:::b/{g}", "Condition": {{"StringLike": {{"a:x": "{g}"}}}}}}"#))
        .collect();
    let text = format!(r#"{{"Statement": [{}]}}"#, statements.join(","));
    let policy = Policy::parse("p", text.as_bytes()).unwrap();
    let long = "a".repeat(10_000);
    quick("a long text", || ask(policy.clone(), Context::new().with("a:x", long.as_str())));
    let scene =
        Scene { resource_account: "222222222222".into(), resource_policy: Some(Arc::new(policy)), ..Scene::default() };
    quick("a property of nasty globs", || never(&scene, &Question::about(["s3:GetObject"]).on_all("arn:aws:s3:::b/*")));
}

/// More pigeons than holes: no placement passes every Deny, and seeing that takes going through all.
fn pigeons(pigeons: usize, holes: usize) -> Answer {
    let deny = |condition: String| {
        format!(
            r#"{{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*", "Condition": {{{condition}}}}}"#
        )
    };
    let names: Vec<String> = (0..holes).map(|h| format!("\"h{h}\"")).collect();
    let mut statements: Vec<String> =
        (0..pigeons).map(|p| deny(format!(r#""StringNotEquals": {{"k:{p}": [{}]}}"#, names.join(", ")))).collect();
    for a in 0..pigeons {
        for b in a + 1..pigeons {
            statements.extend(names.iter().map(|h| deny(format!(r#""StringEquals": {{"k:{a}": {h}, "k:{b}": {h}}}"#))));
        }
    }
    let text = format!(r#"{{"Statement": [{}]}}"#, statements.join(","));
    let scene = Scene {
        resource_account: "222222222222".into(),
        resource_policy: Some(Arc::new(Policy::parse("p", text.as_bytes()).unwrap())),
        ..Scene::default()
    };
    let who = Who::account("222222222222").except_root_users();
    never(&scene, &Question::about(["s3:GetObject"]).on("arn:aws:s3:::b/x").by(who))
}

#[test]
fn an_exponential_product_ends_undecided_at_the_cap() {
    assert!(pigeons(4, 3).holds());
    assert!(pigeons(3, 3).witness().is_some());
    let answer = quick("an exponential product", || pigeons(11, 10));
    assert!(matches!(&answer, Answer::Undecided(reason) if reason.contains("combinations")), "{answer:?}");
}

fn fuzz_text() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("\"Statement\":"),
        Just("\"Effect\":"),
        Just("\"Allow\""),
        Just("\"Deny\""),
        Just("\"Action\":"),
        Just("\"NotAction\":"),
        Just("\"Resource\":"),
        Just("\"Principal\":"),
        Just("\"NotPrincipal\":"),
        Just("\"AWS\":"),
        Just("\"Condition\":"),
        Just("\"StringLike\":"),
        Just("\"ForAllValues:ArnLikeIfExists\":"),
        Just("\"NumericLessThan\":"),
        Just("\"Null\":"),
        Just("\"aws:SourceArn\":"),
        Just("\"${aws:username, 'x'}\""),
        Just("\"arn:aws:s3:::b/*\""),
        Just("\"*\""),
        Just("\"s3:*\""),
        Just("{"),
        Just("}"),
        Just("["),
        Just("]"),
        Just(","),
        Just("1e5"),
        Just("true"),
        Just("null"),
        Just("\"\\ud83d\\ude00\""),
        Just("\"2012-10-17\""),
        Just("\"Version\":"),
    ];
    proptest::collection::vec(word, 0..60).prop_map(|words| words.concat())
}

fn fuzz_statement() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        Just("\"*\"".to_owned()),
        Just("[]".to_owned()),
        Just("[\"s3:*\", 5]".to_owned()),
        Just("{\"AWS\": \"*\"}".to_owned()),
        Just("null".to_owned()),
        Just("\"${\"".to_owned()),
        Just("\"${a, 'b'}\"".to_owned()),
        Just("{\"StringLike\": {\"a:x\": [\"*\", true, {}]}}".to_owned()),
        Just("{\"Service\": [\"x\", {}]}".to_owned()),
        Just("\"Allow\"".to_owned()),
        Just("\"Deny\"".to_owned()),
        "\"[a-z*?:$/{}]{0,12}\"",
    ];
    let key = prop_oneof![
        Just("Effect"),
        Just("Action"),
        Just("NotAction"),
        Just("Resource"),
        Just("NotResource"),
        Just("Principal"),
        Just("NotPrincipal"),
        Just("Condition"),
        Just("Sid"),
        Just("Other")
    ];
    proptest::collection::vec((key, value), 0..7).prop_map(|members| {
        let members: Vec<String> = members.iter().map(|(k, v)| format!("\"{k}\": {v}")).collect();
        format!("{{\"Version\": \"2012-10-17\", \"Statement\": [{{{}}}]}}", members.join(", "))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, ..ProptestConfig::default() })]

    #[test]
    fn bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = Policy::parse("fuzz", &bytes);
    }

    #[test]
    fn words_never_panic(text in fuzz_text()) {
        if let Ok(policy) = Policy::parse("fuzz", text.as_bytes()) {
            ask(policy, Context::new());
        }
    }

    /// Whatever a statement says, it is decided or undecided; adding a Deny never grants, and order is no matter.
    #[test]
    fn statements_never_panic(a in fuzz_statement(), b in fuzz_statement()) {
        let parse = |text: &str| Arc::new(Policy::parse("fuzz", text.as_bytes()).unwrap());
        let request = Request::new(user(), "s3:GetObject", "arn:aws:s3:::b/k").owned_by("222222222222");
        let with = |list: Vec<Arc<Policy>>| decide(&request, &Policies { identity: list.clone(), resource: list.first().cloned(), ..Policies::default() });
        let one = with(vec![parse(&a)]);
        for problem in parse(&a).problems() {
            prop_assert!(problem.position.offset <= a.len() && problem.position.line == 1);
        }
        let deny = parse(r#"{"Statement": {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}}"#);
        prop_assert!(!with(vec![parse(&a), deny]).is_allowed());
        let both = |x: &str, y: &str| {
            let list = vec![parse(x), parse(y)];
            decide(&request, &Policies { identity: list, ..Policies::default() }).decision.name().to_owned()
        };
        prop_assert_eq!(both(&a, &b), both(&b, &a));
        if !one.is_allowed() && one.decision == Decision::ExplicitDeny {
            prop_assert_eq!(with(vec![parse(&a), parse(&b)]).decision, Decision::ExplicitDeny);
        }
    }
}
