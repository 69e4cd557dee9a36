//! AWS Organizations: twenty items a page, for the management account and delegated administrators only.

use serde_json::{Value, json};

use logproof_wire::CallTag;

use super::{
    Member,
    format::{OrgPolicy, Zone},
    reply::{Reply, document, epoch, page},
    unknown,
};

const PAGE: usize = 20;

pub(super) fn answer(zone: &Zone, members: &[Member], tag: &CallTag, body: &Value) -> Reply {
    let organization = &zone.organization;
    let delegated = zone.delegated_administrators.values().any(|accounts| accounts.contains(&tag.account));
    if tag.account != organization.management_account && !delegated && tag.operation != "DescribeOrganization" {
        return Reply::denied(tag);
    }
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let token = body.get("NextToken").and_then(Value::as_str);
    let arn = |rest: String| zone.arn("organizations", &organization.management_account, &rest);
    match tag.operation.as_str() {
        "DescribeOrganization" => Reply::json(&json!({"Organization": {
            "Id": organization.id,
            "Arn": arn(format!("organization/{}", organization.id)),
            "FeatureSet": organization.feature_set,
            "MasterAccountId": organization.management_account,
            "MasterAccountArn": arn(format!("account/{}/{}", organization.id, organization.management_account)),
            "MasterAccountEmail": "management@example.org",
        }})),
        "ListRoots" => Reply::json(&json!({"Roots": [{
            "Id": organization.root,
            "Arn": arn(format!("root/{}/{}", organization.id, organization.root)),
            "Name": "Root",
            "PolicyTypes": organization.policy_types.iter().map(|kind| json!({"Type": kind, "Status": "ENABLED"})).collect::<Vec<_>>(),
        }]})),
        "ListAccounts" => accounts(zone, members.iter(), token),
        "ListAccountsForParent" => accounts(zone, members.iter().filter(|m| m.parent == text("ParentId")), token),
        "ListOrganizationalUnitsForParent" => {
            let units: Vec<Value> = zone
                .units
                .iter()
                .filter(|(_, unit)| unit.parent.as_deref().unwrap_or(&organization.root) == text("ParentId"))
                .map(|(id, unit)| json!({"Id": id, "Arn": arn(format!("ou/{}/{id}", organization.id)), "Name": unit.name}))
                .collect();
            paged("OrganizationalUnits", &units, token)
        }
        "ListPolicies" => {
            let policies: Vec<Value> =
                of_kind(zone, text("Filter")).map(|(id, policy)| summary(zone, id, policy)).collect();
            paged("Policies", &policies, token)
        }
        "DescribePolicy" => describe_policy(zone, text("PolicyId")),
        "ListTargetsForPolicy" => targets(zone, members, text("PolicyId"), token),
        "ListDelegatedAdministrators" => {
            let accounts = zone.delegated_administrators.get(text("ServicePrincipal")).cloned().unwrap_or_default();
            let listed: Vec<Value> = members
                .iter()
                .filter(|member| accounts.contains(&member.id))
                .map(|m| json!({"Id": m.id, "Name": m.name, "Status": m.status, "Arn": account_arn(zone, &m.id)}))
                .collect();
            paged("DelegatedAdministrators", &listed, token)
        }
        "DescribeResourcePolicy" => match &zone.delegation_policy {
            Some(policy) => Reply::json(&json!({"ResourcePolicy": {
                "ResourcePolicySummary": {
                    "Id": "rp-examplepol",
                    "Arn": arn(format!("resourcepolicy/{}/rp-examplepol", organization.id)),
                },
                "Content": document(policy),
            }})),
            None => Reply::error(400, "ResourcePolicyNotFoundException", "the organization has no resource policy"),
        },
        _ => unknown(tag),
    }
}

fn account_arn(zone: &Zone, id: &str) -> String {
    let organization = &zone.organization;
    zone.arn("organizations", &organization.management_account, &format!("account/{}/{id}", organization.id))
}

fn accounts<'m>(zone: &Zone, members: impl Iterator<Item = &'m Member>, token: Option<&str>) -> Reply {
    let listed: Vec<&Member> = members.collect();
    let (part, next) = page(&listed, token, PAGE);
    let part: Vec<Value> = part
        .iter()
        .map(|member| {
            json!({
                "Id": member.id,
                "Arn": account_arn(zone, &member.id),
                "Name": member.name,
                "Email": format!("{}@example.org", member.name),
                "Status": member.status,
                "JoinedMethod": "CREATED",
                "JoinedTimestamp": epoch(member.joined.unwrap_or(zone.now)),
            })
        })
        .collect();
    Reply::json(&with_token("Accounts", part, next))
}

fn paged(name: &str, items: &[Value], token: Option<&str>) -> Reply {
    let (part, next) = page(items, token, PAGE);
    Reply::json(&with_token(name, part, next))
}

fn with_token(name: &str, items: Vec<Value>, next: Option<String>) -> Value {
    let mut body = json!({ name: items });
    if let (Some(next), Some(object)) = (next, body.as_object_mut()) {
        object.insert("NextToken".to_owned(), json!(next));
    }
    body
}

fn of_kind<'z>(zone: &'z Zone, kind: &str) -> impl Iterator<Item = (&'z String, &'z OrgPolicy)> {
    let policies = match kind {
        "SERVICE_CONTROL_POLICY" => Some(&zone.service_control_policies),
        "RESOURCE_CONTROL_POLICY" => Some(&zone.resource_control_policies),
        _ => None,
    };
    policies.into_iter().flatten()
}

fn summary(zone: &Zone, id: &str, policy: &OrgPolicy) -> Value {
    let kind = if zone.service_control_policies.contains_key(id) {
        "SERVICE_CONTROL_POLICY"
    } else {
        "RESOURCE_CONTROL_POLICY"
    };
    let owner = if policy.aws_managed { "aws".to_owned() } else { zone.organization.management_account.clone() };
    let place = if policy.aws_managed { String::new() } else { format!("{}/", zone.organization.id) };
    json!({
        "Id": id,
        "Arn": zone.arn("organizations", &owner, &format!("policy/{place}{}/{id}", kind.to_lowercase())),
        "Name": policy.name,
        "Description": "",
        "Type": kind,
        "AwsManaged": policy.aws_managed,
    })
}

fn find<'z>(zone: &'z Zone, id: &str) -> Option<&'z OrgPolicy> {
    zone.service_control_policies.get(id).or_else(|| zone.resource_control_policies.get(id))
}

fn describe_policy(zone: &Zone, id: &str) -> Reply {
    match find(zone, id) {
        Some(policy) => Reply::json(&json!({"Policy": {
            "PolicySummary": summary(zone, id, policy),
            "Content": document(&policy.document),
        }})),
        None => Reply::error(400, "PolicyNotFoundException", "We can't find a policy with the specified PolicyId"),
    }
}

fn targets(zone: &Zone, members: &[Member], id: &str, token: Option<&str>) -> Reply {
    let Some(policy) = find(zone, id) else {
        return Reply::error(400, "PolicyNotFoundException", "We can't find a policy with the specified PolicyId");
    };
    let everywhere = [zone.organization.root.clone()]
        .into_iter()
        .chain(zone.units.keys().cloned())
        .chain(members.iter().map(|member| member.id.clone()));
    let ids: Vec<String> = if policy.targets.iter().any(|target| target == "everywhere") {
        everywhere.collect()
    } else {
        policy.targets.clone()
    };
    let (part, next) = page(&ids, token, PAGE);
    let part = part
        .into_iter()
        .map(|target| {
            let kind = if target == zone.organization.root {
                "ROOT"
            } else if zone.units.contains_key(&target) {
                "ORGANIZATIONAL_UNIT"
            } else {
                "ACCOUNT"
            };
            json!({"TargetId": target, "Arn": account_arn(zone, &target), "Name": target, "Type": kind})
        })
        .collect();
    Reply::json(&with_token("Targets", part, next))
}
