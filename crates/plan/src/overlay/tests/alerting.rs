use super::*;
use crate::{Document, edit::AlertingChange};

const TOPIC: &str = "arn:aws:sns:eu-central-1:222222222222:alerts";

fn change(change: AlertingChange) -> Edit {
    edit(Change::Alerting(change))
}

fn rule(name: &str, state: &str) -> EventRule {
    EventRule { name: name.to_owned(), arn: String::new(), state: state.to_owned(), pattern: None }
}

fn target(id: &str) -> RuleTarget {
    RuleTarget { id: id.to_owned(), arn: TOPIC.to_owned(), role: None }
}

#[tokio::test]
async fn rules_and_targets() {
    let at: [&dyn Debug; 3] = [&account(), &home(), &"default"];
    let zone = Zone::default().with("event_rules", &at, vec![rule("a", "ENABLED"), rule("b", "ENABLED")]).with(
        "rule_targets",
        &[&account(), &home(), &"default", &"a"],
        vec![target("1")],
    );
    let (to, bus) = (|rule| Some(Planned::Known(rule)), || "default".to_owned());
    let edits = vec![
        change(AlertingChange::Rule { bus: bus(), name: "a".to_owned(), to: to(rule("a", "DISABLED")) }),
        change(AlertingChange::Rule { bus: bus(), name: "b".to_owned(), to: None }),
        edit_as(
            "create",
            Change::Alerting(AlertingChange::Rule { bus: bus(), name: "c".to_owned(), to: to(rule("c", "ENABLED")) }),
        ),
        change(AlertingChange::Target { bus: bus(), rule: "a".to_owned(), id: "1".to_owned(), to: None }),
        change(AlertingChange::Target {
            bus: bus(),
            rule: "c".to_owned(),
            id: "2".to_owned(),
            to: Some(Planned::Known(target("2"))),
        }),
    ];
    let overlay = overlay(zone, edits);
    let rules = overlay.event_rules(&account(), &home(), "default").await.unwrap();
    assert_eq!(*rules, [rule("a", "DISABLED"), rule("c", "ENABLED")]);
    assert!(overlay.rule_targets(&account(), &home(), "default", "a").await.unwrap().is_empty());
    // The new rule is not asked for.
    assert_eq!(*overlay.rule_targets(&account(), &home(), "default", "c").await.unwrap(), [target("2")]);
}

#[tokio::test]
async fn a_bus_of_its_own_with_its_policy_and_rules() {
    let name = || "central".to_owned();
    let planned = EventBus { arn: "arn:bus".to_owned(), policy: None, kms_key: None };
    let document = |text: &str| Some(Document::Text(text.to_owned()));
    let put = |to: &EventBus| AlertingChange::Bus { name: name(), to: Some(Planned::Known(to.clone())) };
    let asked =
        |overlay: Overlay| async move { (*overlay.event_bus(&account(), &home(), "central").await.unwrap()).clone() };
    // A new bus is not asked for, and has no rules but those of the plan.
    let policy = change(AlertingChange::BusPolicy { bus: name(), to: document("{}") });
    let of_rule =
        AlertingChange::Rule { bus: name(), name: "a".to_owned(), to: Some(Planned::Known(rule("a", "ENABLED"))) };
    let new = || edit_as("create", Change::Alerting(put(&planned)));
    let overlay = overlay(Zone::default(), vec![new(), policy.clone(), change(of_rule)]);
    assert_eq!(*overlay.event_rules(&account(), &home(), "central").await.unwrap(), [rule("a", "ENABLED")]);
    assert_eq!(asked(overlay).await, Some(EventBus { policy: Some("{}".to_owned()), ..planned.clone() }));
    // One that is there keeps its policy, until it is taken away.
    let observed = EventBus { policy: Some("observed".to_owned()), ..planned.clone() };
    let zone = || Zone::default().with("event_bus", &[&account(), &home(), &"central"], Some(observed.clone()));
    let keyed = EventBus { kms_key: Some("k".to_owned()), ..planned.clone() };
    let set = super::overlay(zone(), vec![change(put(&keyed))]);
    assert_eq!(asked(set).await, Some(EventBus { kms_key: Some("k".to_owned()), ..observed.clone() }));
    let without = super::overlay(zone(), vec![change(AlertingChange::BusPolicy { bus: name(), to: None })]);
    assert_eq!(asked(without).await, Some(planned.clone()));
    // Of a policy that several resources give statements, one takes its own away.
    let of = |statements: &str| {
        let policy = Some(format!(r#"{{"Statement":{statements}}}"#));
        let bus = EventBus { policy, ..planned.clone() };
        Zone::default().with("event_bus", &[&account(), &home(), &"central"], Some(bus))
    };
    let removed = |id: &str| vec![change(AlertingChange::BusStatementRemoved { bus: name(), id: id.to_owned() })];
    let left =
        async |statements: &str, id: &str| asked(super::overlay(of(statements), removed(id))).await.unwrap().policy;
    let (one, two) = (r#"[{"Sid":"a"}]"#, r#"[{"Sid":"a"},{"Sid":"b"}]"#);
    assert_eq!(left(two, "b").await, Some(format!(r#"{{"Statement":{one}}}"#)));
    assert_eq!(left(one, "b").await, Some(format!(r#"{{"Statement":{one}}}"#)));
    assert_eq!(left(one, "a").await, None);
    assert_eq!(left(r#"{"Sid":"a"}"#, "a").await, None);
    assert_eq!(left("7", "a").await, Some(r#"{"Statement":7}"#.to_owned()));
    let gone = super::overlay(zone(), vec![change(AlertingChange::Bus { name: name(), to: None })]);
    assert_eq!(asked(gone).await, None);
}

#[tokio::test]
async fn a_topic_and_its_policy() {
    let new = |kms_key: Option<&str>| {
        let kms_key = Planned::Known(kms_key.map(str::to_owned));
        edit_as("create", Change::Alerting(AlertingChange::Topic { arn: TOPIC.to_owned(), kms_key }))
    };
    let overlay = overlay(Zone::default(), vec![new(Some("alias/k"))]);
    let topic = overlay.topic(&account(), &home(), TOPIC).await.unwrap();
    let topic = topic.as_ref().unwrap();
    assert!(topic.policy.contains("__default_policy_ID") && topic.kms_key.as_deref() == Some("alias/k"));
    assert_eq!(*overlay.topic_subscriptions(&account(), &home(), TOPIC).await.unwrap(), Some(vec![]));
    let observed = Topic { policy: "observed".to_owned(), kms_key: Some("k".to_owned()) };
    let zone = || Zone::default().with("topic", &[&account(), &home(), &TOPIC], Some(observed.clone()));
    let to = |to: Option<&str>| {
        let to = to.map(|text| Document::Text(text.to_owned()));
        change(AlertingChange::TopicPolicy { arn: TOPIC.to_owned(), to })
    };
    for (text, expected) in [(Some("{}"), "{}"), (None, "__default_policy_ID")] {
        let answer = super::overlay(zone(), vec![to(text)]).topic(&account(), &home(), TOPIC).await.unwrap();
        let topic = answer.as_ref().unwrap();
        assert!(topic.policy.contains(expected) && topic.kms_key.as_deref() == Some("k"), "{topic:?}");
    }
    let gone = super::overlay(zone(), vec![change(AlertingChange::TopicDeleted { arn: TOPIC.to_owned() })]);
    assert_eq!(*gone.topic(&account(), &home(), TOPIC).await.unwrap(), None);
    assert_eq!(*gone.topic_subscriptions(&account(), &home(), TOPIC).await.unwrap(), None);
}

/// Questions that list, with what there is of tags, before and after something comes and goes.
#[tokio::test]
async fn topics_and_queues_come_and_go_with_their_tags() {
    let place: [&dyn Debug; 2] = [&account(), &home()];
    let tags = |value: &str| Tags::from([("use".to_owned(), value.to_owned())]);
    let arn = |service: &str, name: &str| format!("arn:aws:{service}:eu-central-1:222222222222:{name}");
    let zone = || {
        let (topic, queue) = (arn("sns", "old"), arn("sqs", "old"));
        Zone::default()
            .with("topics", &place, vec![topic.clone()])
            .with("queues", &place, vec![queue.clone()])
            .with("topic_tags", &[&account(), &home(), &topic.as_str()], Some(tags("a")))
            .with("queue_tags", &[&account(), &home(), &queue.as_str()], Some(tags("a")))
    };
    let topic = |name: &str| AlertingChange::Topic { arn: arn("sns", name), kms_key: Planned::Known(None) };
    let queue = |name: &str| AlertingChange::Queue { arn: arn("sqs", name), kms_key: Planned::Known(None) };
    let created = |one: AlertingChange| edit_as("create", Change::Alerting(one));
    let to = || Planned::Known(tags("b"));
    let edits = vec![
        change(topic("old")),
        created(topic("new")),
        change(AlertingChange::TopicTags { arn: arn("sns", "old"), to: to() }),
        change(queue("old")),
        created(queue("new")),
        change(AlertingChange::QueueTags { arn: arn("sqs", "old"), to: to() }),
    ];
    let after = overlay(zone(), edits);
    assert_eq!(*after.topics(&account(), &home()).await.unwrap(), [arn("sns", "old"), arn("sns", "new")]);
    assert_eq!(*after.queues(&account(), &home()).await.unwrap(), [arn("sqs", "old"), arn("sqs", "new")]);
    for (name, expected) in [("old", tags("b")), ("new", Tags::new())] {
        let of_topic = after.topic_tags(&account(), &home(), &arn("sns", name)).await.unwrap();
        let of_queue = after.queue_tags(&account(), &home(), &arn("sqs", name)).await.unwrap();
        assert_eq!((of_topic.as_ref(), of_queue.as_ref()), (Some(&expected), Some(&expected)), "{name}");
    }
    let gone = vec![
        change(AlertingChange::TopicDeleted { arn: arn("sns", "old") }),
        change(AlertingChange::QueueDeleted { arn: arn("sqs", "old") }),
    ];
    let after = overlay(zone(), gone);
    assert!(after.topics(&account(), &home()).await.unwrap().is_empty());
    assert!(after.queues(&account(), &home()).await.unwrap().is_empty());
    assert_eq!(*after.topic_tags(&account(), &home(), &arn("sns", "old")).await.unwrap(), None);
    assert_eq!(*after.queue_tags(&account(), &home(), &arn("sqs", "old")).await.unwrap(), None);
    // What is not known of the tags is not known of the answer.
    let unknown = Planned::Unknown(Unknown::after_apply("aws_sns_topic.old", "tags"));
    let open = overlay(zone(), vec![change(AlertingChange::TopicTags { arn: arn("sns", "old"), to: unknown })]);
    let unseen = open.topic_tags(&account(), &home(), &arn("sns", "old")).await.unwrap_err();
    assert!(matches!(unseen.reason, Reason::AfterApply { .. }), "{unseen}");
    assert_eq!(open.topics(&account(), &home()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_new_e_mail_endpoint_has_to_confirm() {
    let one = |protocol: &str, endpoint: &str, arn: &str| Subscription {
        arn: arn.to_owned(),
        protocol: protocol.to_owned(),
        endpoint: endpoint.to_owned(),
    };
    let confirmed = one("email", "a@example.org", "arn:aws:sns:eu-central-1:222222222222:alerts:1");
    let zone =
        Zone::default().with("topic_subscriptions", &[&account(), &home(), &TOPIC], Some(vec![confirmed.clone()]));
    let subscribed =
        |to: Subscription| change(AlertingChange::Subscribed { topic: TOPIC.to_owned(), to: Planned::Known(to) });
    let edits = vec![
        subscribed(one("email", "a@example.org", "arn:other")),
        subscribed(one("email", "b@example.org", "arn:new")),
        subscribed(one("sqs", "arn:aws:sqs:eu-central-1:222222222222:q", "arn:sqs")),
    ];
    let overlay = overlay(zone, edits);
    let answer = overlay.topic_subscriptions(&account(), &home(), TOPIC).await.unwrap();
    let all = answer.as_ref().unwrap();
    assert_eq!(all[0], confirmed, "what is confirmed stays so");
    assert_eq!(all.iter().map(Subscription::confirmed).collect::<Vec<_>>(), [true, false, true]);
    assert_eq!(all[2].arn, "arn:sqs");
}

#[tokio::test]
async fn filters_alarms_and_analyzers() {
    let at: [&dyn Debug; 2] = [&account(), &home()];
    let analyzer = |status: &str, findings: Vec<AnalyzerFinding>| AccessAnalyzer {
        arn: String::new(),
        name: "a".to_owned(),
        kind: "ORGANIZATION".to_owned(),
        status: status.to_owned(),
        findings,
    };
    let finding = AnalyzerFinding { id: "1".to_owned(), resource: "r".to_owned(), status: "ACTIVE".to_owned() };
    let filter = |pattern: &str| MetricFilter { name: "f".to_owned(), pattern: pattern.to_owned(), metrics: vec![] };
    let zone = || {
        Zone::default()
            .with("metric_filters", &[&account(), &home(), &"group"], vec![filter("x")])
            .with("alarms", &at, Vec::<Alarm>::new())
            .with("access_analyzers", &at, vec![analyzer("ACTIVE", vec![finding.clone()])])
    };
    let edits = vec![
        change(AlertingChange::MetricFilter {
            log_group: "group".to_owned(),
            name: "f".to_owned(),
            to: Some(Planned::Known(filter("y"))),
        }),
        change(AlertingChange::Analyzer {
            name: "a".to_owned(),
            to: Some(Planned::Known(analyzer("CREATING", vec![]))),
        }),
        change(AlertingChange::Alarm { name: "none".to_owned(), to: None }),
    ];
    let found = overlay(zone(), edits);
    assert_eq!(*found.metric_filters(&account(), &home(), "group").await.unwrap(), [filter("y")]);
    assert!(found.alarms(&account(), &home()).await.unwrap().is_empty());
    // What it found stays.
    assert_eq!(
        *found.access_analyzers(&account(), &home()).await.unwrap(),
        [analyzer("ACTIVE", vec![finding.clone()])]
    );
    let gone = overlay(zone(), vec![change(AlertingChange::Analyzer { name: "a".to_owned(), to: None })]);
    assert!(gone.access_analyzers(&account(), &home()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_log_group_that_goes_takes_its_metric_filters_along() {
    let filter = |name: &str| MetricFilter { name: name.to_owned(), pattern: String::new(), metrics: vec![] };
    let zone = || Zone::default().with("metric_filters", &[&account(), &home(), &"group"], vec![filter("a")]);
    let deleted = || change(AlertingChange::LogGroupDeleted { name: "group".to_owned() });
    let found = overlay(zone(), vec![deleted()]);
    assert!(found.metric_filters(&account(), &home(), "group").await.unwrap().is_empty());
    // What is planned for a group that is made again comes after the old one is gone, wherever it stands.
    let put = change(AlertingChange::MetricFilter {
        log_group: "group".to_owned(),
        name: "b".to_owned(),
        to: Some(Planned::Known(filter("b"))),
    });
    let found = overlay(zone(), vec![put, deleted()]);
    assert_eq!(*found.metric_filters(&account(), &home(), "group").await.unwrap(), [filter("b")]);
    let other = overlay(zone(), vec![change(AlertingChange::LogGroupDeleted { name: "other".to_owned() })]);
    assert_eq!(*other.metric_filters(&account(), &home(), "group").await.unwrap(), [filter("a")]);
}
