use super::*;
use crate::{Document, edit::KeyChange};

const ARN: &str = "arn:aws:kms:eu-central-1:222222222222:key/one";
const NEW: &str = "arn:aws:kms:eu-central-1:222222222222:key/new";

fn of(id: &str) -> KeyRef {
    KeyRef { id: id.to_owned(), account: account(), region: home() }
}

fn key(arn: &str) -> KmsKey {
    KmsKey {
        id: arn.rsplit('/').next().unwrap().to_owned(),
        arn: arn.to_owned(),
        manager: "CUSTOMER".to_owned(),
        state: "Enabled".to_owned(),
        spec: None,
        usage: None,
        origin: None,
        valid_to: None,
        deletion_date: None,
        multi_region: false,
    }
}

fn zone() -> Zone {
    let zone = Zone::default();
    ["alias/logs", "one", ARN].into_iter().fold(zone, |zone, id| {
        zone.with("key", &[&of(id)], Some(key(ARN)))
            .with("key_policy", &[&of(id)], "observed".to_owned())
            .with("key_rotation", &[&of(id)], KeyRotation { enabled: true, period_days: Some(90) })
            .with("key_grants", &[&of(id)], Vec::<KeyGrant>::new())
    })
}

fn change(arn: &str, change: KeyChange) -> Edit {
    edit(Change::Key { arn: arn.to_owned(), change })
}

#[tokio::test]
async fn a_key_is_edited_by_whatever_name_it_is_asked_for() {
    let policy = KeyChange::Policy(Some(Document::Text("planned".to_owned())));
    let overlay = overlay(zone(), vec![change(ARN, policy)]);
    for id in ["alias/logs", "one", ARN] {
        assert_eq!(*overlay.key_policy(&of(id)).await.unwrap(), "planned", "{id}");
        assert_eq!(overlay.key_policy(&of(id)).await.unwrap().exchanges().len(), 2);
        assert!(overlay.key_rotation(&of(id)).await.unwrap().enabled);
    }
}

#[tokio::test]
async fn a_deleted_key_is_pending_and_keeps_its_alias() {
    let overlay = overlay(zone(), vec![change(ARN, KeyChange::Deleted { days: Some(7) })]);
    let answer = overlay.key(&of("alias/logs")).await.unwrap();
    let found = answer.as_ref().unwrap();
    assert_eq!(found.state, "PendingDeletion");
    assert_eq!(found.deletion_date, Some("2026-01-22T12:00:00Z".parse().unwrap()));
    assert_eq!(*overlay.key_policy(&of("alias/logs")).await.unwrap(), "observed");
}

#[tokio::test]
async fn an_alias_names_what_the_plan_says() {
    let alias = |key: Option<Planned<String>>| edit(Change::Alias { name: "alias/logs".to_owned(), key });
    let created = change(NEW, KeyChange::Created(Planned::Known(key(NEW))));
    let overlay = overlay(zone(), vec![alias(Some(Planned::Known(NEW.to_owned()))), created]);
    assert_eq!(overlay.key(&of("alias/logs")).await.unwrap().as_ref().unwrap().arn, NEW);
    assert!(!overlay.key_rotation(&of("alias/logs")).await.unwrap().enabled);
    // Nobody gave the new key a policy: the account decides through IAM.
    let policy = overlay.key_policy(&of("alias/logs")).await.unwrap();
    assert!(policy.contains("arn:aws:iam::222222222222:root"), "{policy:?}");
    let gone = super::overlay(zone(), vec![alias(None)]);
    assert_eq!(*gone.key(&of("alias/logs")).await.unwrap(), None);
    assert!(matches!(refused(gone.key_policy(&of("alias/logs")).await), Reason::ServiceError { .. }));
    assert_eq!(*gone.key_policy(&of(ARN)).await.unwrap(), "observed");
    let open = super::overlay(zone(), vec![alias(Some(Planned::Unknown(unknown())))]);
    assert_eq!(refused(open.key(&of("alias/logs")).await), after_apply());
    assert_eq!(refused(open.key_rotation(&of("alias/logs")).await), after_apply());
}

#[tokio::test]
async fn states_rotation_and_grants() {
    let grant = |id: &str| KeyGrant {
        id: id.to_owned(),
        name: None,
        grantee: "arn:aws:iam::222222222222:role/r".to_owned(),
        operations: vec!["Decrypt".to_owned()],
        context: vec![],
    };
    let edits = vec![
        change(ARN, KeyChange::Enabled(Planned::Known(false))),
        change(ARN, KeyChange::Rotation(Planned::Known(KeyRotation { enabled: false, period_days: None }))),
        change(ARN, KeyChange::Granted(Planned::Known(grant("a")))),
        change(ARN, KeyChange::Granted(Planned::Known(grant("b")))),
        change(ARN, KeyChange::GrantEnded { id: "a".to_owned() }),
        change(ARN, KeyChange::Policy(None)),
    ];
    let overlay = overlay(zone(), edits);
    assert_eq!(overlay.key(&of(ARN)).await.unwrap().as_ref().unwrap().state, "Disabled");
    assert!(!overlay.key_rotation(&of(ARN)).await.unwrap().enabled);
    assert_eq!(*overlay.key_grants(&of(ARN)).await.unwrap(), [grant("b")]);
    assert!(overlay.key_policy(&of(ARN)).await.unwrap().contains("key-default-1"));
}

#[tokio::test]
async fn keys_aliases_and_tags_come_and_go() {
    let place: [&dyn Debug; 2] = [&account(), &home()];
    let alias = |name: &str, key: &str| KeyAlias { name: name.to_owned(), key_id: Some(key.to_owned()) };
    let tags = |value: &str| Tags::from([("data".to_owned(), value.to_owned())]);
    let of_a_stack = || Tags::from([("aws:cloudformation:stack-name".to_owned(), "log-store".to_owned())]);
    let zone = || {
        zone()
            .with("keys", &place, vec![ARN.to_owned()])
            .with("key_aliases", &place, vec![alias("alias/logs", "one"), alias("alias/old", "one")])
            .with("key_tags", &[&of(ARN)], [tags("a"), of_a_stack()].into_iter().flatten().collect::<Tags>())
    };
    let named = |name: &str, key: Option<&str>| {
        let key = key.map(|key| Planned::Known(key.to_owned()));
        edit(Change::Alias { name: name.to_owned(), key })
    };
    let edits = vec![
        change(NEW, KeyChange::Created(Planned::Known(key(NEW)))),
        change(ARN, KeyChange::Deleted { days: None }),
        change(ARN, KeyChange::Tags(Planned::Known(tags("b")))),
        named("alias/old", None),
        named("alias/new", Some(NEW)),
    ];
    let after = overlay(zone(), edits);
    assert_eq!(*after.keys(&account(), &home()).await.unwrap(), [ARN, NEW], "a key waits for its deletion");
    let expected = [alias("alias/logs", "one"), alias("alias/new", "new")];
    assert_eq!(*after.key_aliases(&account(), &home()).await.unwrap(), expected);
    let expected: Tags = [tags("b"), of_a_stack()].into_iter().flatten().collect();
    assert_eq!(*after.key_tags(&of(ARN)).await.unwrap(), expected, "what AWS sets stays");
    assert_eq!(*after.key_tags(&of(NEW)).await.unwrap(), Tags::new());
    let unknown = Planned::Unknown(Unknown::after_apply("aws_kms_alias.new", "target_key_id"));
    let open = overlay(zone(), vec![edit(Change::Alias { name: "alias/new".to_owned(), key: Some(unknown) })]);
    let unseen = open.key_aliases(&account(), &home()).await.unwrap_err();
    assert!(matches!(unseen.reason, Reason::AfterApply { .. }), "{unseen}");
}
