use super::*;
use crate::{Document, edit::OrganizationChange};

fn directory() -> Directory {
    let root = Root {
        id: "r-1".to_owned(),
        arn: String::new(),
        enabled_policy_types: vec!["SERVICE_CONTROL_POLICY".to_owned()],
    };
    Directory { root, units: vec![unit("ou-a", "r-1")], accounts: vec![member(&account(), "ou-a")] }
}

fn unit(id: &str, parent: &str) -> OrganizationalUnit {
    OrganizationalUnit { id: id.to_owned(), arn: String::new(), name: id.to_owned(), parent: parent.to_owned() }
}

fn member(id: &AccountId, parent: &str) -> Account {
    Account {
        id: id.clone(),
        arn: String::new(),
        name: "log-archive".to_owned(),
        status: "ACTIVE".to_owned(),
        parent: parent.to_owned(),
        joined: Some(as_of()),
    }
}

fn policy(id: &str, aws_managed: bool, targets: &[&str]) -> OrgPolicy {
    OrgPolicy {
        id: id.to_owned(),
        arn: String::new(),
        name: id.to_owned(),
        aws_managed,
        content: "{}".to_owned(),
        targets: targets.iter().map(|target| (*target).to_owned()).collect(),
    }
}

fn zone() -> Zone {
    let full = policy("p-FullAWSAccess", true, &["r-1", "ou-a", "222222222222"]);
    Zone::default()
        .with("directory", &[], directory())
        .with("org_policies", &[&OrgPolicyKind::ServiceControl], vec![full, policy("p-guard", false, &["r-1"])])
        .with("org_policies", &[&OrgPolicyKind::ResourceControl], vec![policy("p-rcp", false, &["r-1"])])
}

fn change(change: OrganizationChange) -> Edit {
    edit(Change::Organization(change))
}

#[tokio::test]
async fn a_new_unit_and_account_are_part_of_the_population_and_have_full_access() {
    let new: AccountId = "000000000007".parse().unwrap();
    // The attachment comes before the unit it names, as it may in a plan.
    let edits = vec![
        change(OrganizationChange::Attached { policy: "p-guard".to_owned(), target: "ou-c".to_owned() }),
        change(OrganizationChange::Account(Planned::Known(member(&new, "ou-c")))),
        change(OrganizationChange::Unit(Planned::Known(unit("ou-c", "ou-b")))),
        change(OrganizationChange::Unit(Planned::Known(unit("ou-b", "r-1")))),
    ];
    let overlay = overlay(zone(), edits);
    let directory = overlay.directory().await.unwrap();
    assert_eq!(directory.path(&new), ["r-1", "ou-b", "ou-c", "000000000007"]);
    let ids: Vec<&str> = directory.units.iter().map(|unit| unit.id.as_str()).collect();
    assert_eq!(ids, ["ou-a", "ou-b", "ou-c"], "parents come before children");
    let policies = overlay.org_policies(OrgPolicyKind::ServiceControl).await.unwrap();
    for target in ["ou-b", "ou-c", "000000000007"] {
        assert!(policies[0].targets.contains(&target.to_owned()), "{target}");
    }
    assert_eq!(policies[1].targets, ["r-1", "ou-c"]);
}

#[tokio::test]
async fn policies_are_made_changed_detached_and_deleted_each_of_its_kind() {
    let edits = vec![
        change(OrganizationChange::Detached { policy: "p-guard".to_owned(), target: "r-1".to_owned() }),
        change(OrganizationChange::Policy {
            kind: OrgPolicyKind::ServiceControl,
            id: "p-new".to_owned(),
            name: "new".to_owned(),
            content: Document::Text("{\"new\": 1}".to_owned()),
        }),
        change(OrganizationChange::Attached { policy: "p-new".to_owned(), target: "ou-a".to_owned() }),
        change(OrganizationChange::PolicyDeleted { id: "p-rcp".to_owned() }),
    ];
    let overlay = overlay(zone(), edits);
    let service = overlay.org_policies(OrgPolicyKind::ServiceControl).await.unwrap();
    assert_eq!(service.iter().map(|one| one.targets.len()).collect::<Vec<_>>(), [3, 0, 1]);
    assert_eq!((service[2].name.as_str(), service[2].content.as_str()), ("new", "{\"new\": 1}"));
    assert!(overlay.org_policies(OrgPolicyKind::ResourceControl).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_edit_of_one_kind_does_not_touch_the_other() {
    let detached = OrganizationChange::Detached { policy: "p-guard".to_owned(), target: "r-1".to_owned() };
    let overlay = overlay(zone(), vec![change(detached)]);
    let answer = overlay.org_policies(OrgPolicyKind::ResourceControl).await.unwrap();
    assert_eq!(answer.exchanges().len(), 1, "only what was observed");
}

#[tokio::test]
async fn a_type_that_is_disabled_has_no_policy_in_force() {
    let types = OrganizationChange::EnabledPolicyTypes(Planned::Known(vec!["RESOURCE_CONTROL_POLICY".to_owned()]));
    let overlay = overlay(zone(), vec![change(types)]);
    // They stay, attached to nothing.
    let policies = overlay.org_policies(OrgPolicyKind::ServiceControl).await.unwrap();
    assert!(policies.len() == 2 && policies.iter().all(|policy| policy.targets.is_empty()), "{policies:?}");
    assert_eq!(overlay.org_policies(OrgPolicyKind::ResourceControl).await.unwrap().len(), 1);
    assert_eq!(overlay.directory().await.unwrap().root.enabled_policy_types, ["RESOURCE_CONTROL_POLICY"]);
}

#[tokio::test]
async fn a_type_that_is_enabled_begins_with_full_access_everywhere() {
    let detached = vec![policy("p-FullAWSAccess", true, &[]), policy("p-guard", false, &[])];
    let zone = Zone::default().with("directory", &[], directory()).with(
        "org_policies",
        &[&OrgPolicyKind::ServiceControl],
        detached,
    );
    let types = OrganizationChange::EnabledPolicyTypes(Planned::Known(vec!["SERVICE_CONTROL_POLICY".to_owned()]));
    let guard = OrganizationChange::Attached { policy: "p-guard".to_owned(), target: "r-1".to_owned() };
    let overlay = overlay(zone, vec![change(guard), change(types)]);
    let policies = overlay.org_policies(OrgPolicyKind::ServiceControl).await.unwrap();
    assert_eq!(policies[0].targets, ["r-1", "ou-a", "222222222222"]);
    assert_eq!(policies[1].targets, ["r-1"]);
}

#[tokio::test]
async fn accounts_move_close_and_leave() {
    let moved = Account { status: "SUSPENDED".to_owned(), joined: None, ..member(&account(), "r-1") };
    let found = overlay(zone(), vec![change(OrganizationChange::Account(Planned::Known(moved)))]);
    // Status and date are observed, whatever the edit has.
    assert_eq!(found.directory().await.unwrap().accounts, [member(&account(), "r-1")]);
    // Without a parent another account stays where it is, and a new one is below the root.
    let stays = overlay(zone(), vec![change(OrganizationChange::Account(Planned::Known(member(&account(), ""))))]);
    assert_eq!(stays.directory().await.unwrap().accounts, directory().accounts);
    let new: AccountId = "000000000007".parse().unwrap();
    let added = overlay(zone(), vec![change(OrganizationChange::Account(Planned::Known(member(&new, ""))))]);
    assert_eq!(added.directory().await.unwrap().path(&new), ["r-1", "000000000007"]);
    let gone = |closed| change(OrganizationChange::AccountGone { id: account(), closed });
    assert_eq!(overlay(zone(), vec![gone(true)]).directory().await.unwrap().accounts[0].status, "SUSPENDED");
    let left = overlay(zone(), vec![gone(false)]);
    assert!(left.directory().await.unwrap().accounts.is_empty());
    let policies = left.org_policies(OrgPolicyKind::ServiceControl).await.unwrap();
    assert_eq!(policies[0].targets, ["r-1", "ou-a"]);
}

#[tokio::test]
async fn delegation() {
    let zone =
        || {
            zone()
                .with("delegated_administrators", &[&"config.amazonaws.com"], Vec::<DelegatedAdministrator>::new())
                .with("delegation_policy", &[], None::<String>)
        };
    let edits = vec![
        change(OrganizationChange::DelegatedAdministrator {
            service: "config.amazonaws.com".to_owned(),
            account: account(),
            registered: true,
        }),
        change(OrganizationChange::DelegationPolicy(Some(Document::Text("{}".to_owned())))),
    ];
    let overlay = overlay(zone(), edits);
    let expected = DelegatedAdministrator { account: account(), name: "log-archive".to_owned() };
    assert_eq!(*overlay.delegated_administrators("config.amazonaws.com").await.unwrap(), [expected]);
    assert_eq!((*overlay.delegation_policy().await.unwrap()).as_deref(), Some("{}"));
}
