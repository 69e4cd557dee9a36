//! AWS Organizations.

use logproof_estate::facts::{
    Account, DelegatedAdministrator, Directory, OrgPolicy, OrgPolicyKind, Organization, OrganizationalUnit, Root,
};
use serde_json::{Value, json};

use super::support::{Protocol, Wire, at, client, fails_apart, json as answer, malformed, refused};
use crate::observe::organizations;

fn organization() -> Wire {
    answer(json!({"Organization": {
        "Id": "o-exampleorg1", "Arn": "arn:o", "FeatureSet": "ALL", "MasterAccountId": "111111111111",
    }}))
}

fn roots() -> Wire {
    let types = json!([
        {"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"},
        {"Type": "TAG_POLICY", "Status": "PENDING_ENABLE"},
    ]);
    answer(json!({"Roots": [{"Id": "r-exmp", "Arn": "arn:r", "Name": "Root", "PolicyTypes": types}]}))
}

fn units(ids: &[&str]) -> Wire {
    let units: Vec<Value> = ids.iter().map(|id| json!({"Id": id, "Arn": format!("arn:{id}"), "Name": id})).collect();
    answer(json!({"OrganizationalUnits": units}))
}

fn account(id: &str) -> Value {
    json!({"Id": id, "Arn": format!("arn:{id}"), "Name": id, "State": "ACTIVE", "Status": "SUSPENDED",
           "JoinedTimestamp": 1_767_225_600})
}

fn accounts(ids: &[&str], next: Option<&str>) -> Wire {
    let accounts: Vec<Value> = ids.iter().map(|id| account(id)).collect();
    answer(json!({"Accounts": accounts, "NextToken": next}))
}

fn policies(ids: &[&str], next: Option<&str>) -> Wire {
    let summary = |id: &&str| json!({"Id": id, "Arn": format!("arn:{id}"), "Name": id, "AwsManaged": true});
    answer(json!({"Policies": ids.iter().map(summary).collect::<Vec<_>>(), "NextToken": next}))
}

fails_apart!(the_organization: aws_sdk_organizations::describe_organization, Json,
    "organizations:DescribeOrganization" needs "organizations:DescribeOrganization",
    organization(), |organizations| organizations::organization(organizations));
fails_apart!(no_policies: aws_sdk_organizations::list_policies, Json,
    "organizations:ListPolicies" needs "organizations:ListPolicies",
    policies(&[], None), |organizations| organizations::policies(organizations, OrgPolicyKind::ServiceControl));
fails_apart!(administrators: aws_sdk_organizations::list_delegated_administrators, Json,
    "organizations:ListDelegatedAdministrators" needs "organizations:ListDelegatedAdministrators",
    answer(json!({"DelegatedAdministrators": []})),
    |organizations| organizations::delegated_administrators(organizations, "cloudtrail.amazonaws.com"));
fails_apart!(the_delegation_policy: aws_sdk_organizations::describe_resource_policy, Json,
    "organizations:DescribeResourcePolicy" needs "organizations:DescribeResourcePolicy",
    answer(json!({"ResourcePolicy": {"Content": "{}"}})),
    |organizations| organizations::delegation_policy(organizations));

#[tokio::test]
async fn an_organization_and_none() {
    let none = Protocol::Json.error(400, "AWSOrganizationsNotInUseException");
    let organizations = client!(aws_sdk_organizations: describe_organization => [organization(), none]);
    let expected = Organization {
        id: "o-exampleorg1".to_owned(),
        arn: "arn:o".to_owned(),
        management_account: "111111111111".parse().unwrap(),
        feature_set: "ALL".to_owned(),
    };
    assert_eq!(organizations::organization(&organizations).await.unwrap(), expected);
    let refused = refused(organizations::organization(&organizations).await);
    assert_eq!(refused, "AWSOrganizationsNotInUseException");
}

/// A root with two accounts on two pages, one unit with a unit in it and an account there.
#[tokio::test]
async fn the_whole_tree() {
    let organizations = client!(aws_sdk_organizations:
        list_roots => [roots()],
        list_accounts_for_parent => [
            accounts(&["222222222222"], Some("page-2")), accounts(&["111111111111"], None),
            accounts(&[], None),
            accounts(&["333333333333"], None),
        ],
        list_organizational_units_for_parent => [units(&["ou-outer"]), units(&["ou-inner"]), units(&[])],
        list_accounts => [
            accounts(&["111111111111"], Some("page-2")), accounts(&["222222222222", "333333333333"], None),
        ],
    );
    let unit = |id: &str, parent: &str| OrganizationalUnit {
        id: id.to_owned(),
        arn: format!("arn:{id}"),
        name: id.to_owned(),
        parent: parent.to_owned(),
    };
    let account = |id: &str, parent: &str| Account {
        id: id.parse().unwrap(),
        arn: format!("arn:{id}"),
        name: id.to_owned(),
        status: "ACTIVE".to_owned(),
        parent: parent.to_owned(),
        joined: Some(at("2026-01-01T00:00:00Z")),
    };
    let found = organizations::directory(&organizations).await.unwrap();
    let expected = Directory {
        root: Root {
            id: "r-exmp".to_owned(),
            arn: "arn:r".to_owned(),
            enabled_policy_types: vec!["SERVICE_CONTROL_POLICY".to_owned()],
        },
        units: vec![unit("ou-outer", "r-exmp"), unit("ou-inner", "ou-outer")],
        accounts: vec![
            account("111111111111", "r-exmp"),
            account("222222222222", "r-exmp"),
            account("333333333333", "ou-inner"),
        ],
    };
    assert_eq!(found, expected);
    let path = found.path(&"333333333333".parse().unwrap());
    assert_eq!(path, ["r-exmp", "ou-outer", "ou-inner", "333333333333"]);
}

/// What is on the second page of roots and units counts too.
#[tokio::test]
async fn second_pages_of_the_tree() {
    let none = answer(json!({"Roots": [], "NextToken": "page-2"}));
    let first = answer(json!({"OrganizationalUnits": [], "NextToken": "page-2"}));
    let organizations = client!(aws_sdk_organizations:
        list_roots => [none, roots()],
        list_organizational_units_for_parent => [first, units(&["ou-late"]), units(&[])],
        list_accounts_for_parent => [accounts(&[], None), accounts(&["111111111111"], None)],
        list_accounts => [accounts(&["111111111111"], None)],
    );
    let found = organizations::directory(&organizations).await.unwrap();
    assert_eq!((found.units.len(), found.accounts[0].parent.as_str()), (1, "ou-late"));
}

#[tokio::test]
async fn a_tree_that_does_not_hold_the_listed_accounts_is_no_answer() {
    let answer = async |below: &[&str], listed: &[&str]| {
        let organizations = client!(aws_sdk_organizations:
            list_roots => [roots()],
            list_accounts_for_parent => [accounts(below, None)],
            list_organizational_units_for_parent => [units(&[])],
            list_accounts => [accounts(listed, None)],
        );
        malformed(organizations::directory(&organizations).await)
    };
    assert_eq!(
        answer(&["111111111111"], &["111111111111", "222222222222"]).await,
        "ListAccounts names 222222222222, found below no root or organizational unit"
    );
    assert_eq!(
        answer(&["111111111111", "222222222222"], &["111111111111"]).await,
        "222222222222 found below the root, not named by ListAccounts"
    );
    assert_eq!(
        answer(&["111111111111"], &["222222222222"]).await,
        "ListAccounts names 222222222222, found nowhere; 111111111111 found below the root, not named by ListAccounts"
    );
    assert_eq!(answer(&[], &[]).await, "an organization without accounts");
}

#[tokio::test]
async fn an_account_or_unit_has_one_parent() {
    let organizations = client!(aws_sdk_organizations:
        list_roots => [roots()],
        list_accounts_for_parent => [accounts(&["111111111111"], None), accounts(&["111111111111"], None)],
        list_organizational_units_for_parent => [units(&["ou-one"])],
        list_accounts => [accounts(&["111111111111"], None)],
    );
    let why = malformed(organizations::directory(&organizations).await);
    assert_eq!(why, "account 111111111111 is below two parents");

    let organizations = client!(aws_sdk_organizations:
        list_roots => [roots()],
        list_accounts_for_parent => [accounts(&[], None), accounts(&[], None)],
        list_organizational_units_for_parent => [units(&["ou-one"]), units(&["ou-one"])],
        list_accounts => [accounts(&["111111111111"], None)],
    );
    let why = malformed(organizations::directory(&organizations).await);
    assert_eq!(why, "organizational unit ou-one is below two parents");
}

#[tokio::test]
async fn one_branch_that_may_not_be_read_fails_the_tree() {
    let denied = || Protocol::Json.error(400, "AccessDeniedException");
    let organizations = client!(aws_sdk_organizations:
        list_roots => [roots()],
        list_accounts_for_parent => [accounts(&["111111111111"], None), denied()],
        list_organizational_units_for_parent => [units(&["ou-one"])],
        list_accounts => [accounts(&["111111111111"], None)],
    );
    assert_eq!(refused(organizations::directory(&organizations).await), "AccessDeniedException");
    let listed = || accounts(&["111111111111"], None);
    let organizations = client!(aws_sdk_organizations: list_roots => [denied()], list_accounts => [listed()]);
    assert_eq!(refused(organizations::directory(&organizations).await), "AccessDeniedException");
    let none = answer(json!({"Roots": []}));
    let organizations = client!(aws_sdk_organizations: list_roots => [none], list_accounts => [listed()]);
    assert_eq!(malformed(organizations::directory(&organizations).await), "0 roots, expected one");
}

#[tokio::test]
async fn the_older_status_of_an_account() {
    let old = json!({"Id": "111111111111", "Arn": "a", "Name": "n", "Status": "SUSPENDED"});
    let page = || answer(json!({"Accounts": [old]}));
    let organizations = client!(aws_sdk_organizations:
        list_roots => [roots()],
        list_accounts_for_parent => [page()],
        list_organizational_units_for_parent => [units(&[])],
        list_accounts => [page()],
    );
    let found = organizations::directory(&organizations).await.unwrap();
    assert_eq!((found.accounts[0].status.as_str(), found.active().count()), ("SUSPENDED", 0));
}

#[tokio::test]
async fn policies_with_content_and_targets() {
    let content = r#"{"Version":"2012-10-17","Statement":[]}"#;
    let policy = || answer(json!({"Policy": {"Content": content}}));
    let targets = |id: &str, next: Option<&str>| answer(json!({"Targets": [{"TargetId": id}], "NextToken": next}));
    let organizations = client!(aws_sdk_organizations:
        list_policies => [policies(&["p-one"], Some("page-2")), policies(&["p-two"], None)],
        describe_policy => [policy(), policy()],
        list_targets_for_policy =>
            [targets("r-exmp", Some("page-2")), targets("111111111111", None), answer(json!({"Targets": []}))],
    );
    let expected = |id: &str, targets: &[&str]| OrgPolicy {
        id: id.to_owned(),
        arn: format!("arn:{id}"),
        name: id.to_owned(),
        aws_managed: true,
        content: content.to_owned(),
        targets: targets.iter().map(ToString::to_string).collect(),
    };
    let found = organizations::policies(&organizations, OrgPolicyKind::ServiceControl).await.unwrap();
    assert_eq!(found, [expected("p-one", &["r-exmp", "111111111111"]), expected("p-two", &[])]);
}

#[tokio::test]
async fn a_kind_of_policy_that_is_not_enabled_has_no_policies() {
    let organizations = client!(aws_sdk_organizations: list_policies => [
        Protocol::Json.error(400, "PolicyTypeNotEnabledException"),
        Protocol::Json.error(400, "AWSOrganizationsNotInUseException"),
    ]);
    assert_eq!(organizations::policies(&organizations, OrgPolicyKind::ResourceControl).await.unwrap(), []);
    let refused = refused(organizations::policies(&organizations, OrgPolicyKind::ResourceControl).await);
    assert_eq!(refused, "AWSOrganizationsNotInUseException");
}

#[tokio::test]
async fn a_policy_that_may_not_be_read_is_not_left_out() {
    let organizations = client!(aws_sdk_organizations:
        list_policies => [policies(&["p-one"], None)],
        describe_policy => [Protocol::Json.error(400, "AccessDeniedException")],
    );
    let refused = refused(organizations::policies(&organizations, OrgPolicyKind::ServiceControl).await);
    assert_eq!(refused, "AccessDeniedException");
}

#[tokio::test]
async fn delegated_administrators_of_two_pages() {
    let page = |id: &str, next: Option<&str>| {
        answer(json!({"DelegatedAdministrators": [{"Id": id, "Name": "n"}], "NextToken": next}))
    };
    let organizations = client!(aws_sdk_organizations:
        list_delegated_administrators => [page("333333333333", Some("page-2")), page("444444444444", None)]);
    let expected = |id: &str| DelegatedAdministrator { account: id.parse().unwrap(), name: "n".to_owned() };
    let found = organizations::delegated_administrators(&organizations, "config.amazonaws.com").await.unwrap();
    assert_eq!(found, [expected("333333333333"), expected("444444444444")]);
}

#[tokio::test]
async fn a_delegation_policy_and_none() {
    let content = r#"{"Version":"2012-10-17","Statement":[]}"#;
    let organizations = client!(aws_sdk_organizations: describe_resource_policy => [
        answer(json!({"ResourcePolicy": {"Content": content}})),
        Protocol::Json.error(400, "ResourcePolicyNotFoundException"),
        answer(json!({"ResourcePolicy": {}})),
    ]);
    assert_eq!(organizations::delegation_policy(&organizations).await.unwrap().as_deref(), Some(content));
    assert_eq!(organizations::delegation_policy(&organizations).await.unwrap(), None);
    assert!(malformed(organizations::delegation_policy(&organizations).await).contains("delegation policy"));
}
