use super::*;
use crate::{
    Document,
    edit::{Holder, IamChange},
};

const TRUST: &str = r#"{"Statement": []}"#;

fn holder(kind: &str, name: &str, policies: &[(&str, &str)]) -> PrincipalPolicies {
    PrincipalPolicies {
        arn: format!("arn:aws:iam::222222222222:{kind}/{name}"),
        policies: policies
            .iter()
            .map(|(name, document)| NamedPolicy { name: (*name).to_owned(), document: (*document).to_owned() })
            .collect(),
        groups: vec![],
        boundary: None,
        trust_policy: (kind == "role").then(|| TRUST.to_owned()),
        tags: vec![],
    }
}

const SHARED: &str = "arn:aws:iam::222222222222:policy/Shared";

fn zone() -> Zone {
    let roles = vec![
        holder("role", "admin", &[("inline", "i"), (SHARED, "s")]),
        holder("role", "path/reader", &[(SHARED, "s")]),
    ];
    // What the group of bob grants stands behind his own.
    let bob = holder("user", "bob", &[(SHARED, "s"), ("of-staff", "o"), (SHARED, "s")]);
    let users = vec![
        holder("user", "eve", &[("mine", "m"), (SHARED, "s")]),
        PrincipalPolicies { groups: vec!["staff".to_owned()], ..bob },
    ];
    let policies = holder("group", "staff", &[("of-staff", "o"), (SHARED, "s")]).policies;
    let groups = vec![GroupPolicies { name: "staff".to_owned(), policies }];
    Zone::default().with("account_authorization", &[&account()], AccountAuthorization { users, roles, groups })
}

fn change(change: IamChange) -> Edit {
    edit(Change::Iam(change))
}

fn text(text: &str) -> Document {
    Document::Text(text.to_owned())
}

async fn after(edits: Vec<IamChange>) -> AccountAuthorization {
    let overlay = overlay(zone(), edits.into_iter().map(change).collect());
    (*overlay.account_authorization(&account()).await.unwrap()).clone()
}

fn names(one: &PrincipalPolicies) -> Vec<(&str, &str)> {
    one.policies.iter().map(|policy| (policy.name.as_str(), policy.document.as_str())).collect()
}

fn role_named(name: &str) -> IamChange {
    IamChange::Role {
        name: name.to_owned(),
        path: "/".to_owned(),
        trust: text("t"),
        boundary: Planned::Known(Some(SHARED.to_owned())),
        max_session: Planned::Known(Some(7200)),
        tags: Planned::Known(vec![("a".to_owned(), "b".to_owned())]),
    }
}

#[tokio::test]
async fn a_new_role_has_what_the_plan_gives_it_in_whatever_order() {
    let attached =
        IamChange::Attached { holder: Holder::Role, name: "new".to_owned(), policy: Planned::Known(SHARED.to_owned()) };
    let inline =
        IamChange::Inline { holder: Holder::Role, name: "new".to_owned(), policy: "p".to_owned(), to: Some(text("d")) };
    let all = after(vec![attached, inline, role_named("new")]).await;
    let new = &all.roles[2];
    assert_eq!(new.arn, "arn:aws:iam::222222222222:role/new");
    assert_eq!(names(new), [(SHARED, "s"), ("p", "d")]);
    assert_eq!(new.boundary.as_ref().unwrap().document, "s");
    assert_eq!((new.trust_policy.as_deref(), new.tags.len()), (Some("t"), 1));
}

#[tokio::test]
async fn the_role_itself_keeps_when_it_was_used() {
    let role = Role {
        name: "admin".to_owned(),
        arn: "arn:aws:iam::222222222222:role/admin".to_owned(),
        trust_policy: TRUST.to_owned(),
        last_used: Some(as_of()),
        created: None,
        boundary: None,
        max_session_seconds: Some(3600),
    };
    let zone = Zone::default().with("role", &[&account(), &"admin"], Some(role.clone()));
    let found = overlay(zone, vec![change(role_named("admin"))]);
    let expected = Role {
        trust_policy: "t".to_owned(),
        boundary: Some(SHARED.to_owned()),
        max_session_seconds: Some(7200),
        ..role
    };
    assert_eq!(*found.role(&account(), "admin").await.unwrap(), Some(expected));
    // A new one is not asked for, and was never used.
    let new = overlay(Zone::default(), vec![edit_as("create", Change::Iam(role_named("new")))]);
    let new = new.role(&account(), "new").await.unwrap();
    assert_eq!(new.as_ref().unwrap().last_used, None);
    let deleted = IamChange::Deleted { holder: Holder::Role, name: "admin".to_owned() };
    let gone = overlay(super::Zone::default(), vec![change(deleted)]);
    assert_eq!(*gone.role(&account(), "admin").await.unwrap(), None);
}

#[tokio::test]
async fn a_session_of_unknown_length_leaves_the_rest_of_the_role_known() {
    let of = async |given: Planned<Option<i64>>| {
        let IamChange::Role { name, path, trust, boundary, tags, .. } = role_named("new") else { panic!("a role") };
        let change = IamChange::Role { name, path, trust, boundary, max_session: given, tags };
        let overlay = overlay(Zone::default(), vec![edit_as("create", Change::Iam(change))]);
        let role = overlay.role(&account(), "new").await.unwrap();
        let role = role.as_ref().unwrap();
        (role.trust_policy.clone(), role.max_session_seconds)
    };
    assert_eq!(of(Planned::Known(Some(7200))).await, ("t".to_owned(), Some(7200)));
    assert_eq!(of(Planned::Known(None)).await, ("t".to_owned(), Some(3600)));
    let unknown = Planned::Unknown(Unknown::after_apply("aws_iam_role.new", "max_session_duration"));
    assert_eq!(of(unknown).await, ("t".to_owned(), None));
}

#[tokio::test]
async fn a_managed_policy_changes_for_everybody_who_has_it() {
    let all = after(vec![IamChange::ManagedPolicy { arn: SHARED.to_owned(), to: Some(text("new")) }]).await;
    let documents = all.roles.iter().chain(&all.users).map(|one| one.policies.last().unwrap().document.clone());
    assert_eq!(documents.collect::<Vec<_>>(), ["new"; 4]);
    assert_eq!(names(&all.users[1]), [(SHARED, "new"), ("of-staff", "o"), (SHARED, "new")]);
    let all = after(vec![IamChange::ManagedPolicy { arn: SHARED.to_owned(), to: None }]).await;
    assert_eq!(names(&all.roles[0]), [("inline", "i")]);
}

#[tokio::test]
async fn exclusive_lists_take_the_others_away() {
    let role = || (Holder::Role, "admin".to_owned());
    let (holder, name) = role();
    let all = after(vec![IamChange::InlineOnly { holder, name, policies: Planned::Known(vec![]) }]).await;
    assert_eq!(names(&all.roles[0]), [(SHARED, "s")]);
    let (holder, name) = role();
    let all = after(vec![IamChange::AttachedOnly { holder, name, policies: Planned::Known(vec![]) }]).await;
    assert_eq!(names(&all.roles[0]), [("inline", "i")]);
    let holders = Planned::Known(vec![(Holder::Role, "reader".to_owned())]);
    let all = after(vec![IamChange::AttachedTo { policy: SHARED.to_owned(), holders }]).await;
    assert_eq!((names(&all.roles[0]), names(&all.roles[1])), (vec![("inline", "i")], vec![(SHARED, "s")]));
}

#[tokio::test]
async fn a_policy_nobody_knows_is_decided_twice() {
    let attached = IamChange::Attached {
        holder: Holder::Role,
        name: "reader".to_owned(),
        policy: Planned::Known("arn:aws:iam::aws:policy/Odd".to_owned()),
    };
    for (bound, effect) in [(Bound::Permissive, "Allow"), (Bound::Restrictive, "Deny")] {
        let overlay = bounded(zone(), vec![change(attached.clone())], bound);
        let all = overlay.account_authorization(&account()).await.unwrap();
        assert!(all.roles[1].policies[1].document.contains(effect), "{:?}", all.roles[1]);
        let trace = overlay.trace();
        let laid = trace.laid.values().next().unwrap();
        assert!(laid.value_is_one_of_two() && laid.unknown[0].why.contains("policy/Odd"), "{laid:?}");
    }
}

#[tokio::test]
async fn a_policy_that_a_user_has_from_a_group_too_stays() {
    let detached =
        |name: &str| IamChange::Detached { holder: Holder::User, name: name.to_owned(), policy: SHARED.to_owned() };
    let all = after(vec![detached("eve"), detached("bob")]).await;
    assert_eq!(names(&all.users[0]), [("mine", "m")]);
    assert_eq!(names(&all.users[1]), [("of-staff", "o"), (SHARED, "s")]);
}

fn of_staff(policy: &str, to: Option<&str>) -> IamChange {
    let (holder, name) = (Holder::Group, "staff".to_owned());
    IamChange::Inline { holder, name, policy: policy.to_owned(), to: to.map(text) }
}

#[tokio::test]
async fn what_a_group_grants_changes_for_its_members_alone() {
    let all = after(vec![of_staff("of-staff", None), of_staff("more", Some("d"))]).await;
    assert_eq!(names(&all.users[1]), [(SHARED, "s"), (SHARED, "s"), ("more", "d")]);
    assert_eq!(names(&all.users[0]), [("mine", "m"), (SHARED, "s")]);
    let joins = |user: &str, member| IamChange::Member { group: "staff".to_owned(), user: user.to_owned(), member };
    let all = after(vec![joins("eve", true), joins("bob", false), of_staff("of-staff", Some("d"))]).await;
    assert_eq!(names(&all.users[0]), [("mine", "m"), (SHARED, "s"), ("of-staff", "d"), (SHARED, "s")]);
    assert_eq!(names(&all.users[1]), [(SHARED, "s")]);
    let gone = after(vec![IamChange::Deleted { holder: Holder::Group, name: "staff".to_owned() }]).await;
    assert_eq!((names(&gone.users[1]), gone.groups.len()), (vec![(SHARED, "s")], 0));
    let holders = Planned::Known(vec![(Holder::Group, "staff".to_owned())]);
    let all = after(vec![IamChange::AttachedTo { policy: SHARED.to_owned(), holders }]).await;
    assert_eq!(names(&all.users[1]), [("of-staff", "o"), (SHARED, "s")]);
    assert_eq!(names(&all.users[0]), [("mine", "m")]);
}

#[tokio::test]
async fn a_group_that_nobody_knows_makes_the_answer_unknown_and_a_new_one_does_not() {
    let (holder, name, policy) = (Holder::Group, "team".to_owned(), "p".to_owned());
    let inline = || IamChange::Inline { holder, name: name.clone(), policy: policy.clone(), to: Some(text("d")) };
    let overlay = overlay(zone(), vec![change(inline())]);
    let group = Reason::AfterApply { address: "aws_thing.one".to_owned(), attribute: "group".to_owned() };
    assert_eq!(refused(overlay.account_authorization(&account()).await), group);
    let member = IamChange::Member { group: "team".to_owned(), user: "eve".to_owned(), member: true };
    let all = after(vec![member, inline(), IamChange::Group { name: "team".to_owned() }]).await;
    assert_eq!(names(&all.users[0]).last(), Some(&("p", "d")));
}

#[tokio::test]
async fn deleted_principals_are_gone() {
    let all = after(vec![
        IamChange::Deleted { holder: Holder::Role, name: "admin".to_owned() },
        IamChange::Deleted { holder: Holder::User, name: "eve".to_owned() },
    ])
    .await;
    assert_eq!((all.roles.len(), all.users.len()), (1, 1));
}
