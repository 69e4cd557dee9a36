use logproof_estate::{
    Reason,
    facts::{EventRule, RuleTarget, Subscription},
};
use serde_json::json;

use super::*;
use crate::judgement::{
    alarm::{Forwarded, Subscribed},
    event_pattern::EventPattern,
};

const TOPIC: &str = "arn:aws:sns:eu-central-1:333333333333:alerts";
const BUS: &str = "arn:aws:events:eu-central-1:333333333333:event-bus/central";

fn place(account: &str, region: &str, name: &str) -> BusPlace {
    BusPlace { account: account.parse().unwrap(), region: region.parse().unwrap(), name: name.to_owned() }
}

fn destination(arn: &str, landing: Landing) -> Destination {
    Destination { target: RuleTarget { id: "t".to_owned(), arn: arn.to_owned(), role: None }, landing }
}

fn topic() -> Destination {
    let subscription = Subscription {
        arn: format!("{TOPIC}:1"),
        protocol: "https".to_owned(),
        endpoint: "https://example.org".to_owned(),
    };
    let subscribed = Subscribed { subscription, delivery: Ok(Publishing::Allowed) };
    destination(TOPIC, Landing::Topic(Some((vec![subscribed], Publishing::Allowed))))
}

fn rule(name: &str, state: &str, pattern: &str, destinations: Vec<Destination>) -> Alarm {
    let rule = EventRule {
        name: name.to_owned(),
        arn: format!("arn:aws:events:eu-central-1:333333333333:rule/central/{name}"),
        state: state.to_owned(),
        pattern: Some(pattern.to_owned()),
    };
    Alarm { pattern: EventPattern::parse(pattern), rule, destinations, exchanges: Vec::new() }
}

/// A rule for everything of S3 that puts it on a bus with this entry and these rules.
fn over(entry: Publishing, rules: Vec<Alarm>) -> Alarm {
    let listed = rules.len();
    let bus = Landing::Bus(Forwarded { entry, rules, listed });
    rule("forward", "ENABLED", S3, vec![destination(BUS, bus)])
}

const S3: &str = r#"{"source": ["aws.s3"]}"#;
const ODD: &str = r#"{"source": [{"regex": "aws.*"}]}"#;

#[test]
fn the_arn_of_a_bus_names_its_place_and_nothing_else_does() {
    assert_eq!(BusPlace::of_arn(BUS), Some(place("333333333333", "eu-central-1", "central")));
    let partner = "arn:aws:events:eu-central-1:333333333333:event-bus/aws.partner/example.org/1";
    assert_eq!(BusPlace::of_arn(partner).unwrap().name, "aws.partner/example.org/1");
    for other in [
        "arn:aws:events:eu-central-1:333333333333:api-destination/x/1",
        "arn:aws:events:eu-central-1:333333333333:event-bus/",
        "arn:aws:events::333333333333:event-bus/x",
        "arn:aws:sqs:eu-central-1:333333333333:event-bus/x",
        "arn:aws:lambda:eu-central-1:333333333333:function:f",
        "event-bus/x",
        "",
    ] {
        assert_eq!(BusPlace::of_arn(other), None, "{other}");
    }
}

#[test]
fn an_event_is_sent_on_once() {
    let (a, b, c) = (
        place("111111111111", "eu-central-1", "default"),
        place("222222222222", "eu-central-1", "default"),
        place("333333333333", "eu-central-1", "c"),
    );
    let (far, farther) = (place("222222222222", "us-east-1", "default"), place("333333333333", "eu-west-1", "default"));
    let of = |path: &[&BusPlace], to: &BusPlace| {
        crossing(&path.iter().map(|place| (*place).clone()).collect::<Vec<_>>(), to)
    };
    let lost = |crossing: &Crossing| matches!(crossing, Crossing::Lost(_));
    assert_eq!(of(&[&a], &b), Crossing::Sent);
    assert_eq!(of(&[&a], &far), Crossing::Sent);
    // To itself, back and forth, to a third bus of the Region or of a third one.
    assert!(lost(&of(&[&a], &a)));
    assert!(lost(&of(&[&a, &b], &a)));
    assert!(lost(&of(&[&a, &far], &a)));
    assert!(lost(&of(&[&a, &b], &c)));
    assert!(lost(&of(&[&a, &far], &farther)));
    // One step of each kind is not decided, and a third one of any kind is lost.
    assert!(matches!(of(&[&a, &b], &farther), Crossing::Undecided(_)));
    assert!(matches!(of(&[&a, &far], &place("444444444444", "us-east-1", "x")), Crossing::Undecided(_)));
    assert!(lost(&of(&[&a, &b, &farther], &c)));
    assert!(lost(&of(&[&a, &b, &farther], &place("444444444444", "eu-west-1", "x"))));
}

#[test]
fn an_event_gets_as_far_as_every_step_lets_it() {
    let event = json!({"source": "aws.s3", "detail": {"eventName": "PutBucketPolicy"}});
    let policies = r#"{"detail": {"eventName": ["PutBucketPolicy"]}}"#;
    let objects = r#"{"detail": {"eventName": ["PutObject"]}}"#;
    let function = || destination("arn:aws:lambda:eu-central-1:333333333333:function:f", Landing::Elsewhere);
    let on_bus = |state: &str, pattern: &str| vec![rule("central", state, pattern, vec![topic()])];
    let refused = || Publishing::Refused("no statement".to_owned());
    let open = || Publishing::Undecided("a variable".to_owned());
    let doubt = Arrival::Open(Doubt::Policy(BUS.to_owned(), "a variable".to_owned()));
    let cases = [
        (over(Publishing::Allowed, on_bus("ENABLED", policies)), Arrival::Subscriber),
        (over(Publishing::Allowed, on_bus("DISABLED", policies)), Arrival::Nobody),
        (over(Publishing::Allowed, on_bus("ENABLED", objects)), Arrival::Nobody),
        (over(Publishing::Allowed, Vec::new()), Arrival::Nobody),
        (over(refused(), on_bus("ENABLED", policies)), Arrival::Nobody),
        (over(open(), on_bus("ENABLED", policies)), doubt),
        (over(open(), on_bus("ENABLED", objects)), Arrival::Nobody),
        (
            over(Publishing::Allowed, vec![rule("central", "ENABLED", policies, vec![function()])]),
            Arrival::Unfollowed(function().target.arn),
        ),
        (
            over(Publishing::Allowed, vec![rule("central", "ENABLED", policies, vec![function(), topic()])]),
            Arrival::Subscriber,
        ),
    ];
    for (alarm, expected) in cases {
        assert_eq!(alarm.carry(&event), expected, "{alarm:?}");
        let off = Alarm { rule: EventRule { state: "DISABLED".to_owned(), ..alarm.rule.clone() }, ..alarm };
        assert_eq!(off.carry(&event), Arrival::Nobody);
    }
    let other = json!({"source": "aws.kms", "detail": {"eventName": "PutBucketPolicy"}});
    assert_eq!(over(Publishing::Allowed, on_bus("ENABLED", policies)).carry(&other), Arrival::Nobody);
}

#[test]
fn a_pattern_that_is_not_evaluated_is_a_doubt_only_where_the_way_goes_on() {
    let event = json!({"source": "aws.s3"});
    let odd = |state: &str| rule("odd", state, ODD, vec![topic()]);
    let Arrival::Open(Doubt::Pattern(subject, _)) = over(Publishing::Allowed, vec![odd("ENABLED")]).carry(&event)
    else {
        panic!("a doubt about the pattern");
    };
    assert!(subject.ends_with("rule/central/odd"));
    assert_eq!(over(Publishing::Allowed, vec![odd("DISABLED")]).carry(&event), Arrival::Nobody);
    let sure = rule("sure", "ENABLED", S3, vec![topic()]);
    assert_eq!(over(Publishing::Allowed, vec![odd("ENABLED"), sure]).carry(&event), Arrival::Subscriber);
}

#[test]
fn what_could_not_be_looked_at_is_a_doubt() {
    let unseen = Unseen {
        operation: "events:DescribeEventBus".to_owned(),
        account: "333333333333".parse().unwrap(),
        region: None,
        subject: "central".to_owned(),
        reason: Reason::Unreachable,
        detail: String::new(),
        hint: String::new(),
        exchanges: Vec::new(),
    };
    let event = json!({"source": "aws.s3"});
    let hidden = || destination(BUS, Landing::Unseen(Box::new(unseen.clone())));
    let alarm = |destinations| rule("forward", "ENABLED", S3, destinations);
    assert_eq!(alarm(vec![hidden()]).carry(&event), Arrival::Open(Doubt::Unseen(Box::new(unseen.clone()))));
    assert_eq!(alarm(vec![hidden()]).reach(), Reach::Undecided);
    assert_eq!(alarm(vec![hidden(), topic()]).carry(&event), Arrival::Subscriber);
}

#[test]
fn the_step_that_breaks_is_named() {
    let on_bus = |state: &str| vec![rule("central", state, S3, vec![topic()])];
    let said = over(Publishing::Allowed, on_bus("DISABLED")).in_words();
    assert_eq!(
        said,
        format!(
            "rule is ENABLED, event bus {BUS}: rule `central` there is DISABLED, topic {TOPIC} has 1 of 1 subscriptions confirmed"
        )
    );
    let said = over(Publishing::Refused("no statement".to_owned()), Vec::new()).in_words();
    assert_eq!(said, format!("rule is ENABLED, event bus {BUS} is not reached: no statement"));
    let said = over(Publishing::Allowed, Vec::new()).in_words();
    assert_eq!(said, format!("rule is ENABLED, event bus {BUS}: none of the 0 rules there sees the event"));
}
