//! IAM and Organizations.

use super::{Frame, Shaped, items, tags};
use crate::tree::Tree;

pub(super) fn shape(kind: &str, frame: &Frame<'_>, properties: &Tree) -> Vec<Shaped> {
    let get = |name: &str| properties.get(name).clone();
    let id = || frame.id.clone();
    match kind {
        "AWS::IAM::Role" => role(frame, properties),
        "AWS::IAM::User" => user(frame, properties),
        "AWS::IAM::Group" => {
            let mut parts = vec![Frame::part("aws_iam_group", "", vec![("name", id())])];
            parts.extend(inline("aws_iam_group_policy", "group", &frame.id, properties.get("Policies")));
            let arns = properties.get("ManagedPolicyArns");
            parts.extend(attached("aws_iam_group_policy_attachment", "group", &frame.id, arns));
            parts
        }
        "AWS::IAM::ManagedPolicy" => managed(frame, properties),
        "AWS::IAM::Policy" => policy(properties),
        "AWS::IAM::RolePolicy" => vec![own("aws_iam_role_policy", "role", &get("RoleName"), properties)],
        "AWS::IAM::UserPolicy" => vec![own("aws_iam_user_policy", "user", &get("UserName"), properties)],
        "AWS::IAM::GroupPolicy" => vec![own("aws_iam_group_policy", "group", &get("GroupName"), properties)],
        "AWS::IAM::UserToGroupAddition" => vec![Frame::part(
            "aws_iam_group_membership",
            "",
            vec![("group", get("GroupName")), ("users", get("Users"))],
        )],
        "AWS::Organizations::Policy" => {
            let mut parts = vec![Frame::part(
                "aws_organizations_policy",
                "",
                vec![("id", id()), ("name", get("Name")), ("type", get("Type")), ("content", get("Content"))],
            )];
            for target in items(properties.get("TargetIds")) {
                let entries = vec![("policy_id", id()), ("target_id", target.clone())];
                parts.push(Frame::part("aws_organizations_policy_attachment", &label(&target), entries));
            }
            parts
        }
        "AWS::Organizations::OrganizationalUnit" => vec![Frame::part(
            "aws_organizations_organizational_unit",
            "",
            vec![("id", id()), ("name", get("Name")), ("parent_id", get("ParentId"))],
        )],
        "AWS::Organizations::Account" => vec![Frame::part(
            "aws_organizations_account",
            "",
            vec![
                ("id", id()),
                ("name", get("AccountName")),
                // It has one parent, though the property is a list.
                ("parent_id", items(properties.get("ParentIds")).into_iter().next().unwrap_or(Tree::Null)),
                // CloudFormation closes an account that it deletes.
                ("close_on_deletion", super::yes()),
            ],
        )],
        "AWS::Organizations::Organization" => {
            vec![Frame::part("aws_organizations_organization", "", vec![("feature_set", get("FeatureSet"))])]
        }
        "AWS::Organizations::ResourcePolicy" => {
            vec![Frame::part("aws_organizations_resource_policy", "", vec![("content", get("Content"))])]
        }
        _ => Vec::new(),
    }
}

/// What tells one of several parts from the others: its name, where that is known.
fn label(tree: &Tree) -> String {
    tree.text().ok().flatten().unwrap_or_default()
}

fn own(kind: &'static str, attribute: &str, holder: &Tree, properties: &Tree) -> Shaped {
    let name = properties.get("PolicyName").clone();
    let document = properties.get("PolicyDocument").clone();
    let discriminator = format!("{} {}", label(holder), label(&name));
    Frame::part(kind, &discriminator, vec![(attribute, holder.clone()), ("name", name), ("policy", document)])
}

fn inline(kind: &'static str, attribute: &str, holder: &Tree, policies: &Tree) -> Vec<Shaped> {
    items(policies).iter().map(|policy| own(kind, attribute, holder, policy)).collect()
}

fn attached(kind: &'static str, attribute: &str, holder: &Tree, arns: &Tree) -> Vec<Shaped> {
    let attach = |arn: &Tree| {
        let discriminator = format!("{} {}", label(holder), label(arn));
        Frame::part(kind, &discriminator, vec![(attribute, holder.clone()), ("policy_arn", arn.clone())])
    };
    items(arns).iter().map(attach).collect()
}

fn role(frame: &Frame<'_>, properties: &Tree) -> Vec<Shaped> {
    let get = |name: &str| properties.get(name).clone();
    let mut parts = vec![Frame::part(
        "aws_iam_role",
        "",
        vec![
            ("name", frame.id.clone()),
            ("path", get("Path")),
            ("assume_role_policy", get("AssumeRolePolicyDocument")),
            ("permissions_boundary", get("PermissionsBoundary")),
            ("max_session_duration", get("MaxSessionDuration")),
            ("tags", tags(properties.get("Tags"))),
        ],
    )];
    parts.extend(inline("aws_iam_role_policy", "role", &frame.id, properties.get("Policies")));
    let arns = properties.get("ManagedPolicyArns");
    parts.extend(attached("aws_iam_role_policy_attachment", "role", &frame.id, arns));
    parts
}

fn user(frame: &Frame<'_>, properties: &Tree) -> Vec<Shaped> {
    let get = |name: &str| properties.get(name).clone();
    let mut parts = vec![Frame::part(
        "aws_iam_user",
        "",
        vec![
            ("name", frame.id.clone()),
            ("path", get("Path")),
            ("permissions_boundary", get("PermissionsBoundary")),
            ("tags", tags(properties.get("Tags"))),
        ],
    )];
    parts.extend(inline("aws_iam_user_policy", "user", &frame.id, properties.get("Policies")));
    let arns = properties.get("ManagedPolicyArns");
    parts.extend(attached("aws_iam_user_policy_attachment", "user", &frame.id, arns));
    if !properties.get("Groups").is_absent() {
        let entries = vec![("user", frame.id.clone()), ("groups", get("Groups"))];
        parts.push(Frame::part("aws_iam_user_group_membership", "", entries));
    }
    parts
}

fn managed(frame: &Frame<'_>, properties: &Tree) -> Vec<Shaped> {
    let arn = frame.id.clone();
    let document = properties.get("PolicyDocument").clone();
    let mut parts = vec![Frame::part("aws_iam_policy", "", vec![("arn", arn.clone()), ("policy", document)])];
    for (kind, attribute, property) in [
        ("aws_iam_role_policy_attachment", "role", "Roles"),
        ("aws_iam_user_policy_attachment", "user", "Users"),
        ("aws_iam_group_policy_attachment", "group", "Groups"),
    ] {
        for holder in items(properties.get(property)) {
            let entries = vec![(attribute, holder.clone()), ("policy_arn", arn.clone())];
            parts.push(Frame::part(kind, &label(&holder), entries));
        }
    }
    parts
}

/// An inline policy that CloudFormation puts into several roles, users and groups.
fn policy(properties: &Tree) -> Vec<Shaped> {
    let mut parts = Vec::new();
    for (kind, attribute, property) in [
        ("aws_iam_role_policy", "role", "Roles"),
        ("aws_iam_user_policy", "user", "Users"),
        ("aws_iam_group_policy", "group", "Groups"),
    ] {
        parts.extend(items(properties.get(property)).iter().map(|holder| own(kind, attribute, holder, properties)));
    }
    parts
}
