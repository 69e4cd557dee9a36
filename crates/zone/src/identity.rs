//! AWS IAM, AWS STS and Amazon SNS: query services with XML answers.

use std::collections::BTreeMap;

use logproof_estate::Partition;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use logproof_wire::CallTag;

use super::{
    format::{Role, User, Zone},
    reply::{Reply, document, element, optional, page},
    unknown,
};

/// Users and roles per page of GetAccountAuthorizationDetails.
const PAGE: usize = 20;

type Form = BTreeMap<String, String>;

pub(super) fn answer(zone: &Zone, tag: &CallTag, form: &Form) -> Reply {
    match (tag.service.as_str(), tag.operation.as_str()) {
        ("sts", "GetCallerIdentity") => caller(zone, tag),
        ("sts", "AssumeRole") => assume_role(zone, tag, form),
        ("iam", "GetRole") => get_role(zone, tag, form),
        ("iam", "GetAccountAuthorizationDetails") => authorization(zone, tag, form),
        ("sns", "ListTopics") => topics(zone, tag, form),
        ("sns", "ListTagsForResource") => topic_tags(zone, form),
        ("sns", "GetTopicAttributes") => topic(zone, form),
        ("sns", "ListSubscriptionsByTopic") => subscriptions(zone, form),
        _ => unknown(tag),
    }
}

fn caller(zone: &Zone, tag: &CallTag) -> Reply {
    let account = if tag.account.len() == 12 { &tag.account } else { &zone.organization.management_account };
    Reply::Query(format!(
        "{}{}{}",
        element("Arn", zone.arn("sts", account, "assumed-role/LogproofAudit/logproof")),
        element("UserId", "AROAEXAMPLE:logproof"),
        element("Account", account)
    ))
}

fn assume_role(zone: &Zone, tag: &CallTag, form: &Form) -> Reply {
    let arn = form.get("RoleArn").map_or("", String::as_str);
    let name = arn.rsplit('/').next().unwrap_or_default();
    let elsewhere = Partition::of_arn(arn) != Some(zone.partition());
    if elsewhere || role(zone, &tag.account, name).is_none() {
        return Reply::error(
            403,
            "AccessDenied",
            format!("User is not authorized to perform: sts:AssumeRole on resource: {arn}"),
        );
    }
    Reply::Query(format!(
        "<Credentials>{}{}{}{}</Credentials><AssumedRoleUser>{}{}</AssumedRoleUser>",
        element("AccessKeyId", "ASIAMOCKMOCKMOCKMOCK"),
        element("SecretAccessKey", "mock-secret-access-key"),
        element("SessionToken", "mock-session-token"),
        element("Expiration", "9999-12-31T23:59:59Z"),
        element("AssumedRoleId", "AROAEXAMPLE:logproof"),
        element("Arn", zone.arn("sts", &tag.account, &format!("assumed-role/{name}/logproof"))),
    ))
}

fn role<'z>(zone: &'z Zone, account: &str, name: &str) -> Option<&'z Role> {
    zone.roles.get(account).and_then(|roles| roles.get(name)).or_else(|| zone.roles_everywhere.get(name))
}

/// The roles of an account, those that exist everywhere included.
fn roles<'z>(zone: &'z Zone, account: &str) -> BTreeMap<&'z str, &'z Role> {
    let mut roles: BTreeMap<&str, &Role> =
        zone.roles_everywhere.iter().map(|(name, role)| (name.as_str(), role)).collect();
    roles.extend(zone.roles.get(account).into_iter().flatten().map(|(name, role)| (name.as_str(), role)));
    roles
}

/// A document as IAM sends it: percent-encoded; `ACCOUNT` represents the account's id.
fn encoded(document_value: &Value, account: &str) -> String {
    let text = document(document_value).replace("ACCOUNT", account);
    utf8_percent_encode(&text, NON_ALPHANUMERIC).to_string()
}

fn common(zone: &Zone, account: &str, name: &str, role: &Role) -> String {
    format!(
        "{}{}{}{}{}{}",
        element("Path", &role.path),
        element("RoleName", name),
        element("RoleId", format!("AROA{}", name.to_uppercase().replace('-', ""))),
        element("Arn", zone.arn("iam", account, &format!("role{}{name}", role.path))),
        element("CreateDate", "2025-01-01T00:00:00Z"),
        element("AssumeRolePolicyDocument", encoded(&role.trust, account)),
    )
}

fn get_role(zone: &Zone, tag: &CallTag, form: &Form) -> Reply {
    let name = form.get("RoleName").map_or("", String::as_str);
    let Some(role) = role(zone, &tag.account, name) else {
        return Reply::error(404, "NoSuchEntity", format!("The role with name {name} cannot be found."));
    };
    let last_used = role.last_used.map_or_else(String::new, |time| {
        format!("{}{}", element("LastUsedDate", time), element("Region", &tag.region))
    });
    let boundary = role.boundary.as_ref().map_or_else(String::new, |(arn, _)| boundary(arn));
    Reply::Query(format!(
        "<Role>{}{}{boundary}<RoleLastUsed>{last_used}</RoleLastUsed></Role>",
        common(zone, &tag.account, name, role),
        element("MaxSessionDuration", role.max_session_seconds),
    ))
}

fn boundary(arn: &str) -> String {
    format!(
        "<PermissionsBoundary>{}{}</PermissionsBoundary>",
        element("PermissionsBoundaryType", "Policy"),
        element("PermissionsBoundaryArn", arn)
    )
}

fn inline(name: &str, policies: &BTreeMap<String, Value>, account: &str) -> String {
    let members: String = policies
        .iter()
        .map(|(policy, text)| {
            format!(
                "<member>{}{}</member>",
                element("PolicyName", policy),
                element("PolicyDocument", encoded(text, account))
            )
        })
        .collect();
    format!("<{name}>{members}</{name}>")
}

fn attached(policies: &BTreeMap<String, Value>) -> String {
    let members: String = policies
        .keys()
        .map(|arn| {
            let name = arn.rsplit('/').next().unwrap_or_default();
            format!("<member>{}{}</member>", element("PolicyName", name), element("PolicyArn", arn))
        })
        .collect();
    format!("<AttachedManagedPolicies>{members}</AttachedManagedPolicies>")
}

fn tags(tags: &BTreeMap<String, String>) -> String {
    let members: String = tags
        .iter()
        .map(|(key, value)| format!("<member>{}{}</member>", element("Key", key), element("Value", value)))
        .collect();
    format!("<Tags>{members}</Tags>")
}

/// Users first, then roles, then the managed policies they name, a page at a time.
fn authorization(zone: &Zone, tag: &CallTag, form: &Form) -> Reply {
    let account = tag.account.as_str();
    let mut items: Vec<(&str, String)> = Vec::new();
    let mut managed: BTreeMap<&str, &Value> = BTreeMap::new();
    for (name, user) in zone.users.get(account).into_iter().flatten() {
        managed.extend(
            user.managed.iter().chain(user.boundary.as_ref().map(|(a, d)| (a, d))).map(|(a, d)| (a.as_str(), d)),
        );
        items.push(("UserDetailList", user_detail(zone, account, name, user)));
    }
    for (name, role) in roles(zone, account) {
        managed.extend(
            role.managed.iter().chain(role.boundary.as_ref().map(|(a, d)| (a, d))).map(|(a, d)| (a.as_str(), d)),
        );
        items.push(("RoleDetailList", role_detail(zone, account, name, role)));
    }
    for (arn, text) in managed {
        items.push(("Policies", managed_policy(arn, text, account)));
    }
    let (part, next) = page(&items, form.get("Marker").map(String::as_str), PAGE);
    let mut body = String::new();
    for list in ["UserDetailList", "RoleDetailList", "Policies"] {
        let members: String = part.iter().filter(|(kind, _)| *kind == list).map(|(_, text)| text.as_str()).collect();
        body.push_str(&format!("<{list}>{members}</{list}>"));
    }
    body.push_str("<GroupDetailList></GroupDetailList>");
    body.push_str(&element("IsTruncated", next.is_some()));
    body.push_str(&optional("Marker", next));
    Reply::Query(body)
}

fn user_detail(zone: &Zone, account: &str, name: &str, user: &User) -> String {
    format!(
        "<member>{}{}{}{}{}{}{}<GroupList></GroupList>{}{}</member>",
        element("Path", &user.path),
        element("UserName", name),
        element("UserId", format!("AIDA{}", name.to_uppercase())),
        element("Arn", zone.arn("iam", account, &format!("user{}{name}", user.path))),
        element("CreateDate", "2025-01-01T00:00:00Z"),
        inline("UserPolicyList", &user.policies, account),
        attached(&user.managed),
        user.boundary.as_ref().map_or_else(String::new, |(arn, _)| boundary(arn)),
        tags(&user.tags),
    )
}

fn role_detail(zone: &Zone, account: &str, name: &str, role: &Role) -> String {
    format!(
        "<member>{}{}{}{}{}<InstanceProfileList></InstanceProfileList></member>",
        common(zone, account, name, role),
        inline("RolePolicyList", &role.policies, account),
        attached(&role.managed),
        role.boundary.as_ref().map_or_else(String::new, |(arn, _)| boundary(arn)),
        tags(&role.tags),
    )
}

fn managed_policy(arn: &str, text: &Value, account: &str) -> String {
    let name = arn.rsplit('/').next().unwrap_or_default();
    format!(
        "<member>{}{}{}{}<PolicyVersionList><member>{}{}{}</member></PolicyVersionList></member>",
        element("PolicyName", name),
        element("PolicyId", format!("ANPA{}", name.to_uppercase())),
        element("Arn", arn),
        element("DefaultVersionId", "v1"),
        element("VersionId", "v1"),
        element("IsDefaultVersion", true),
        element("Document", encoded(text, account)),
    )
}

fn topics(zone: &Zone, tag: &CallTag, form: &Form) -> Reply {
    let here = Partition::of_region(&tag.region).arn("sns", &tag.region, &tag.account, "");
    let listed = zone.topics.keys().filter(|arn| arn.starts_with(&here));
    let listed: Vec<String> = listed.map(|arn| format!("<member>{}</member>", element("TopicArn", arn))).collect();
    let (part, next) = page(&listed, form.get("NextToken").map(String::as_str), PAGE);
    Reply::Query(format!("<Topics>{}</Topics>{}", part.concat(), optional("NextToken", next)))
}

fn topic_tags(zone: &Zone, form: &Form) -> Reply {
    let Some(topic) = zone.topics.get(form.get("ResourceArn").map_or("", String::as_str)) else {
        return Reply::error(404, "ResourceNotFound", "Resource does not exist");
    };
    Reply::Query(tags(&topic.tags))
}

fn topic(zone: &Zone, form: &Form) -> Reply {
    let arn = form.get("TopicArn").map_or("", String::as_str);
    let Some(topic) = zone.topics.get(arn) else {
        return Reply::error(404, "NotFound", "Topic does not exist");
    };
    let entry = |name: &str, value: &str| format!("<entry>{}{}</entry>", element("key", name), element("value", value));
    let policy = document(topic.policy.as_ref().unwrap_or(&policy_of_a_new_topic(arn)));
    let key = topic.kms_key.as_ref().map_or_else(String::new, |key| entry("KmsMasterKeyId", key));
    Reply::Query(format!("<Attributes>{}{}{key}</Attributes>", entry("TopicArn", arn), entry("Policy", &policy)))
}

/// What SNS writes into a topic that is created without a policy: its owner may use it.
///
/// See: <https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html>
fn policy_of_a_new_topic(arn: &str) -> Value {
    json!({
        "Version": "2008-10-17",
        "Id": "__default_policy_ID",
        "Statement": [{
            "Sid": "__default_statement_ID",
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": [
                "SNS:GetTopicAttributes",
                "SNS:SetTopicAttributes",
                "SNS:AddPermission",
                "SNS:RemovePermission",
                "SNS:DeleteTopic",
                "SNS:Subscribe",
                "SNS:ListSubscriptionsByTopic",
                "SNS:Publish",
            ],
            "Resource": arn,
            "Condition": {"StringEquals": {"AWS:SourceOwner": arn.split(':').nth(4)}},
        }],
    })
}

fn subscriptions(zone: &Zone, form: &Form) -> Reply {
    let arn = form.get("TopicArn").map_or("", String::as_str);
    let Some(topic) = zone.topics.get(arn) else {
        return Reply::error(404, "NotFound", "Topic does not exist");
    };
    let listed: Vec<String> = topic
        .subscriptions
        .iter()
        .enumerate()
        .map(|(index, subscription)| {
            let id = if subscription.confirmed {
                format!("{arn}:00000000-0000-0000-0000-{index:012}")
            } else {
                "PendingConfirmation".to_owned()
            };
            format!(
                "<member>{}{}{}{}{}</member>",
                element("SubscriptionArn", id),
                element("Owner", arn.split(':').nth(4).unwrap_or_default()),
                element("Protocol", &subscription.protocol),
                element("Endpoint", &subscription.endpoint),
                element("TopicArn", arn),
            )
        })
        .collect();
    let (part, next) = page(&listed, form.get("NextToken").map(String::as_str), PAGE);
    Reply::Query(format!("<Subscriptions>{}</Subscriptions>{}", part.concat(), optional("NextToken", next)))
}
