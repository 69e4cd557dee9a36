//! AWS IAM.

use logproof_estate::facts::{GroupPolicies, NamedPolicy, PrincipalPolicies, Role};

use super::support::{Protocol, Wire, at, client, fails_apart, malformed, text};
use crate::observe::iam;

/// `{"Statement":[]}`, as IAM sends it.
const ENCODED: &str = "%7B%22Statement%22%3A%5B%5D%7D";
const DECODED: &str = r#"{"Statement":[]}"#;
const ACCOUNT: &str = "arn:aws:iam::222222222222";

fn role() -> String {
    format!(
        "<GetRoleResponse><GetRoleResult><Role><Path>/</Path><RoleName>reader</RoleName><RoleId>AROAX</RoleId>\
         <Arn>{ACCOUNT}:role/reader</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate>\
         <AssumeRolePolicyDocument>{ENCODED}</AssumeRolePolicyDocument>\
         <PermissionsBoundary><PermissionsBoundaryType>Policy</PermissionsBoundaryType>\
         <PermissionsBoundaryArn>{ACCOUNT}:policy/limit</PermissionsBoundaryArn></PermissionsBoundary>\
         <RoleLastUsed><LastUsedDate>2026-01-15T12:00:00Z</LastUsedDate><Region>eu-central-1</Region></RoleLastUsed>\
         <MaxSessionDuration>7200</MaxSessionDuration></Role></GetRoleResult></GetRoleResponse>"
    )
}

fn details(content: &str, marker: Option<&str>) -> Wire {
    let next = marker.map(|marker| format!("<Marker>{marker}</Marker>")).unwrap_or_default();
    let truncated = marker.is_some();
    text(&format!(
        "<GetAccountAuthorizationDetailsResponse><GetAccountAuthorizationDetailsResult>\
         <IsTruncated>{truncated}</IsTruncated>{next}{content}\
         </GetAccountAuthorizationDetailsResult></GetAccountAuthorizationDetailsResponse>"
    ))
}

fn attached(name: &str) -> String {
    format!("<member><PolicyName>{name}</PolicyName><PolicyArn>{ACCOUNT}:policy/{name}</PolicyArn></member>")
}

fn user(attached: &str) -> String {
    format!(
        "<UserDetailList><member><UserName>alice</UserName><Arn>{ACCOUNT}:user/alice</Arn>\
         <UserPolicyList><member><PolicyName>inline</PolicyName><PolicyDocument>{ENCODED}</PolicyDocument></member>\
         </UserPolicyList><GroupList><member>readers</member></GroupList>\
         <AttachedManagedPolicies>{attached}</AttachedManagedPolicies>\
         <Tags><member><Key>team</Key><Value>audit</Value></member></Tags></member></UserDetailList>"
    )
}

fn group() -> String {
    let attached = attached("of-group");
    format!(
        "<GroupDetailList><member><GroupName>readers</GroupName><Arn>{ACCOUNT}:group/readers</Arn>\
         <GroupPolicyList><member><PolicyName>shared</PolicyName><PolicyDocument>{ENCODED}</PolicyDocument></member>\
         </GroupPolicyList><AttachedManagedPolicies>{attached}</AttachedManagedPolicies></member></GroupDetailList>"
    )
}

fn role_detail(boundary: &str) -> String {
    format!(
        "<RoleDetailList><member><RoleName>reader</RoleName><Arn>{ACCOUNT}:role/reader</Arn>\
         <AssumeRolePolicyDocument>{ENCODED}</AssumeRolePolicyDocument><RolePolicyList/>\
         <AttachedManagedPolicies/>\
         <PermissionsBoundary><PermissionsBoundaryType>Policy</PermissionsBoundaryType>\
         <PermissionsBoundaryArn>{ACCOUNT}:policy/{boundary}</PermissionsBoundaryArn></PermissionsBoundary>\
         </member></RoleDetailList>"
    )
}

/// A policy whose default version is the second one; the first lets everything in.
fn policy(name: &str) -> String {
    format!(
        "<member><PolicyName>{name}</PolicyName><Arn>{ACCOUNT}:policy/{name}</Arn>\
         <DefaultVersionId>v2</DefaultVersionId><PolicyVersionList>\
         <member><Document>%5B%5D</Document><VersionId>v1</VersionId><IsDefaultVersion>false</IsDefaultVersion></member>\
         <member><Document>{ENCODED}</Document><VersionId>v2</VersionId><IsDefaultVersion>true</IsDefaultVersion></member>\
         </PolicyVersionList></member>"
    )
}

fn policies(names: &[&str]) -> String {
    format!("<Policies>{}</Policies>", names.iter().map(|name| policy(name)).collect::<String>())
}

fails_apart!(a_role: aws_sdk_iam::get_role, Query, "iam:GetRole" needs "iam:GetRole",
    text(&role()), |iam| iam::role(iam, "reader"));
fails_apart!(authorization: aws_sdk_iam::get_account_authorization_details, Query,
    "iam:GetAccountAuthorizationDetails" needs "iam:GetAccountAuthorizationDetails",
    details(&format!("{}{}", role_detail("limit"), policies(&["limit"])), None),
    |iam| iam::account_authorization(iam));

#[tokio::test]
async fn a_role_and_none() {
    let unused = role().replace("<LastUsedDate>2026-01-15T12:00:00Z</LastUsedDate>", "");
    let iam = client!(aws_sdk_iam: get_role =>
        [text(&role()), text(&unused), Protocol::Query.error(404, "NoSuchEntity")]);
    let expected = Role {
        name: "reader".to_owned(),
        arn: format!("{ACCOUNT}:role/reader"),
        trust_policy: DECODED.to_owned(),
        last_used: Some(at("2026-01-15T12:00:00Z")),
        created: Some(at("2026-01-01T00:00:00Z")),
        boundary: Some(format!("{ACCOUNT}:policy/limit")),
        max_session_seconds: Some(7200),
    };
    assert_eq!(iam::role(&iam, "reader").await.unwrap(), Some(expected));
    assert_eq!(iam::role(&iam, "reader").await.unwrap().unwrap().last_used, None);
    assert_eq!(iam::role(&iam, "reader").await.unwrap(), None);
}

#[tokio::test]
async fn a_trust_policy_that_cannot_be_read_is_no_answer() {
    for (document, why) in [
        ("", "the answer has no trust policy"),
        ("%FF", "the trust policy is not percent-encoded UTF-8"),
        ("%7B", "the trust policy is not JSON: EOF while parsing an object at line 1 column 1"),
    ] {
        let iam = client!(aws_sdk_iam: get_role => [text(&role().replace(ENCODED, document))]);
        assert_eq!(malformed(iam::role(&iam, "reader").await), why);
    }
}

/// Groups and managed policies arrive on a later page than the user they belong to.
#[tokio::test]
async fn principals_with_all_they_may_do() {
    let iam = client!(aws_sdk_iam: get_account_authorization_details => [
        details(&format!("{}{}", user(&attached("own")), role_detail("limit")), Some("page-2")),
        details(&format!("{}{}", group(), policies(&["own", "of-group", "limit"])), None),
    ]);
    let found = iam::account_authorization(&iam).await.unwrap();
    let named = |name: &str| NamedPolicy { name: name.to_owned(), document: DECODED.to_owned() };
    let managed = |name: &str| named(&format!("{ACCOUNT}:policy/{name}"));
    let user = PrincipalPolicies {
        arn: format!("{ACCOUNT}:user/alice"),
        policies: vec![named("inline"), managed("own"), named("shared"), managed("of-group")],
        groups: vec!["readers".to_owned()],
        boundary: None,
        trust_policy: None,
        tags: vec![("team".to_owned(), "audit".to_owned())],
    };
    let role = PrincipalPolicies {
        arn: format!("{ACCOUNT}:role/reader"),
        policies: Vec::new(),
        groups: Vec::new(),
        boundary: Some(managed("limit")),
        trust_policy: Some(DECODED.to_owned()),
        tags: Vec::new(),
    };
    let group = GroupPolicies { name: "readers".to_owned(), policies: vec![named("shared"), managed("of-group")] };
    assert_eq!((found.users, found.roles, found.groups), (vec![user], vec![role], vec![group]));
}

#[tokio::test]
async fn what_is_attached_must_be_in_the_answer() {
    let answer = async |content: String| {
        let iam = client!(aws_sdk_iam: get_account_authorization_details => [details(&content, None)]);
        malformed(iam::account_authorization(&iam).await)
    };
    let alice = format!("{ACCOUNT}:user/alice");
    assert_eq!(
        answer(format!("{}{}{}", user(&attached("lost")), group(), policies(&["of-group"]))).await,
        format!("policy `{ACCOUNT}:policy/lost` of `{alice}` is not in the answer")
    );
    assert_eq!(
        answer(format!("{}{}", group(), policies(&[]))).await,
        format!("policy `{ACCOUNT}:policy/of-group` of `readers` is not in the answer")
    );
    assert_eq!(answer(user("")).await, format!("group `readers` of `{alice}` is not in the answer"));
    assert_eq!(
        answer(role_detail("lost")).await,
        format!("policy `{ACCOUNT}:policy/lost` of `{ACCOUNT}:role/reader` is not in the answer")
    );
    let no_default = policies(&["p"]).replace("<VersionId>v2</VersionId>", "<VersionId>v3</VersionId>");
    assert_eq!(answer(no_default).await, format!("the answer has no default version of policy `{ACCOUNT}:policy/p`"));
}

#[tokio::test]
async fn truncated_without_a_marker_is_no_answer() {
    let cut = details("", None).body;
    let cut = String::from_utf8(cut).unwrap().replace("<IsTruncated>false", "<IsTruncated>true");
    let iam = client!(aws_sdk_iam: get_account_authorization_details => [text(&cut)]);
    let why = malformed(iam::account_authorization(&iam).await);
    assert_eq!(why, "a list says it is truncated but has no token");
}
