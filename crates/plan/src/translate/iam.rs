//! Roles, users, groups and what grants them permissions.

use super::{Changes, Scene, all_tags, one};
use crate::{
    document::Document,
    edit::{Change, Holder, IamChange},
    tree::{Read, Tree, Unusable},
};

fn iam(attribute: &str, change: IamChange) -> (String, Change) {
    (attribute.to_owned(), Change::Iam(change))
}

/// The holder a type is about, and the attribute that names it.
fn holder(kind: &str) -> Option<(Holder, &'static str)> {
    Some(match kind {
        "aws_iam_role_policy" | "aws_iam_role_policy_attachment" => (Holder::Role, "role"),
        "aws_iam_user_policy" | "aws_iam_user_policy_attachment" => (Holder::User, "user"),
        "aws_iam_group_policy" | "aws_iam_group_policy_attachment" => (Holder::Group, "group"),
        "aws_iam_role_policies_exclusive" | "aws_iam_role_policy_attachments_exclusive" => (Holder::Role, "role_name"),
        "aws_iam_user_policies_exclusive" | "aws_iam_user_policy_attachments_exclusive" => (Holder::User, "user_name"),
        "aws_iam_group_policies_exclusive" | "aws_iam_group_policy_attachments_exclusive" => {
            (Holder::Group, "group_name")
        }
        "aws_iam_role" => (Holder::Role, "name"),
        "aws_iam_user" => (Holder::User, "name"),
        "aws_iam_group" => (Holder::Group, "name"),
        _ => return None,
    })
}

fn document(scene: &Scene<'_>, tree: &Tree, attribute: &str) -> Document {
    let missing = Unusable::Malformed { expected: "a policy", found: "nothing" };
    tree.document(scene.address).unwrap_or_else(|| Document::Unknown(scene.unknown(attribute, &missing)))
}

fn tags(scene: &Scene<'_>, tree: &Tree) -> crate::planned::Planned<Vec<(String, String)>> {
    scene.planned("tags", all_tags(tree))
}

pub(super) fn set(scene: &Scene<'_>, tree: &Tree) -> Read<Changes> {
    let (holder, name) = match holder(scene.kind) {
        Some((holder, attribute)) => (holder, tree.get(attribute).need()?),
        None => return others(scene, tree),
    };
    let boundary = || scene.planned("permissions_boundary", tree.get("permissions_boundary").text());
    let path = || Ok(tree.get("path").text()?.unwrap_or_else(|| "/".to_owned()));
    Ok(match scene.kind {
        "aws_iam_role" => role(scene, tree, name, path()?),
        "aws_iam_user" => {
            vec![iam("", IamChange::User { name, path: path()?, boundary: boundary(), tags: tags(scene, tree) })]
        }
        "aws_iam_group" => vec![iam("", IamChange::Group { name })],
        kind if kind.ends_with("_policy") => {
            let to = Some(document(scene, tree.get("policy"), "policy"));
            vec![iam("policy", IamChange::Inline { holder, name, policy: tree.get("name").need()?, to })]
        }
        kind if kind.ends_with("_policy_attachment") => {
            let policy = scene.planned("policy_arn", tree.get("policy_arn").need());
            vec![iam("policy_arn", IamChange::Attached { holder, name, policy })]
        }
        kind if kind.ends_with("_policies_exclusive") => {
            let policies = scene.planned("policy_names", tree.get("policy_names").texts());
            vec![iam("policy_names", IamChange::InlineOnly { holder, name, policies })]
        }
        _ => {
            // An exclusive list attaches what is missing, too.
            let policies = tree.get("policy_arns").texts();
            let mut changes = attached(holder, &name, &policies);
            let policies = scene.planned("policy_arns", policies);
            changes.push(iam("policy_arns", IamChange::AttachedOnly { holder, name, policies }));
            changes
        }
    })
}

fn attached(holder: Holder, name: &str, policies: &Read<Vec<String>>) -> Changes {
    let policies = policies.as_ref().map(Vec::as_slice).unwrap_or_default();
    let attach = |policy: &String| {
        let attribute = format!("policy_arns[{policy}]");
        let policy = crate::planned::Planned::Known(policy.clone());
        iam(&attribute, IamChange::Attached { holder, name: name.to_owned(), policy })
    };
    policies.iter().map(attach).collect()
}

fn role(scene: &Scene<'_>, tree: &Tree, name: String, path: String) -> Changes {
    let mut changes = vec![iam(
        "assume_role_policy",
        IamChange::Role {
            name: name.clone(),
            path,
            trust: document(scene, tree.get("assume_role_policy"), "assume_role_policy"),
            boundary: scene.planned("permissions_boundary", tree.get("permissions_boundary").text()),
            max_session: scene.planned("max_session_duration", tree.get("max_session_duration").number()),
            tags: tags(scene, tree),
        },
    )];
    let holder = Holder::Role;
    // Where the role is given its inline policies or attachments itself, it has no others.
    let inline = tree.get("inline_policy");
    if !inline.is_absent() {
        for (policy, block) in named_blocks(inline) {
            let to = Some(document(scene, block.get("policy"), "inline_policy"));
            let attribute = format!("inline_policy[{policy}]");
            changes.push(iam(&attribute, IamChange::Inline { holder, name: name.clone(), policy, to }));
        }
        let names = inline.items().and_then(|blocks| {
            blocks.iter().filter_map(|block| block.get("name").text().transpose()).collect::<Read<Vec<_>>>()
        });
        let policies = scene.planned("inline_policy", names);
        changes.push(iam("inline_policy", IamChange::InlineOnly { holder, name: name.clone(), policies }));
    }
    let managed = tree.get("managed_policy_arns");
    if !managed.is_absent() {
        let arns = managed.texts();
        changes.extend(attached(holder, &name, &arns));
        let policies = scene.planned("managed_policy_arns", arns);
        changes.push(iam("managed_policy_arns", IamChange::AttachedOnly { holder, name, policies }));
    }
    changes
}

/// The blocks whose name is known. One without a name is how the provider writes that there are none.
fn named_blocks(blocks: &Tree) -> Vec<(String, &Tree)> {
    let blocks = blocks.items().unwrap_or_default();
    blocks.iter().filter_map(|block| Some((block.get("name").text().ok()??, block))).collect()
}

fn members(tree: &Tree, member: bool) -> Read<Changes> {
    let change = |group: String, user: String| {
        iam(&format!("users[{user} in {group}]"), IamChange::Member { group, user, member })
    };
    if tree.get("groups").is_absent() {
        let group = tree.get("group").need()?;
        return Ok(tree.get("users").texts()?.into_iter().map(|user| change(group.clone(), user)).collect());
    }
    let user = tree.get("user").need()?;
    Ok(tree.get("groups").texts()?.into_iter().map(|group| change(group, user.clone())).collect())
}

fn holders(tree: &Tree) -> Read<Vec<(Holder, String)>> {
    let mut holders = Vec::new();
    for (holder, attribute) in [(Holder::Role, "roles"), (Holder::User, "users"), (Holder::Group, "groups")] {
        holders.extend(tree.get(attribute).texts()?.into_iter().map(|name| (holder, name)));
    }
    Ok(holders)
}

/// One of the attachments that `aws_iam_policy_attachment` makes, or takes away.
fn attachment_of(holder: Holder, name: String, policy: &str, on: bool) -> (String, Change) {
    let attribute = match holder {
        Holder::Role => "roles",
        Holder::User => "users",
        Holder::Group => "groups",
    };
    let attribute = format!("{attribute}[{name}]");
    let policy = policy.to_owned();
    if on {
        let policy = crate::planned::Planned::Known(policy);
        iam(&attribute, IamChange::Attached { holder, name, policy })
    } else {
        iam(&attribute, IamChange::Detached { holder, name, policy })
    }
}

fn others(scene: &Scene<'_>, tree: &Tree) -> Read<Changes> {
    Ok(match scene.kind {
        "aws_iam_policy" => {
            let to = Some(document(scene, tree.get("policy"), "policy"));
            vec![iam("policy", IamChange::ManagedPolicy { arn: tree.get("arn").need()?, to })]
        }
        "aws_iam_policy_attachment" => {
            // It attaches what it names. Others keep the policy, until a later plan finds them and takes them out.
            // See: https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/iam/policy_attachment.go
            let policy = tree.get("policy_arn").need()?;
            let attach = |(holder, name): (Holder, String)| attachment_of(holder, name, &policy, true);
            holders(tree)?.into_iter().map(attach).collect()
        }
        _ => members(tree, true)?,
    })
}

/// An exclusive list that is removed leaves everything as it is. The users of a list of members leave the group.
pub(super) fn removed(scene: &Scene<'_>, tree: &Tree) -> Read<Changes> {
    if scene.kind.ends_with("_exclusive") {
        return Ok(Vec::new());
    }
    let Some((holder, attribute)) = holder(scene.kind) else {
        return Ok(match scene.kind {
            "aws_iam_policy" => vec![iam("", IamChange::ManagedPolicy { arn: tree.get("arn").need()?, to: None })],
            "aws_iam_policy_attachment" => {
                let policy = tree.get("policy_arn").need()?;
                let detach = |(holder, name): (Holder, String)| attachment_of(holder, name, &policy, false);
                holders(tree)?.into_iter().map(detach).collect()
            }
            _ => members(tree, false)?,
        });
    };
    let name = tree.get(attribute).need()?;
    Ok(match scene.kind {
        "aws_iam_role" | "aws_iam_user" | "aws_iam_group" => one("", Change::Iam(IamChange::Deleted { holder, name })),
        kind if kind.ends_with("_attachment") => {
            vec![iam("", IamChange::Detached { holder, name, policy: tree.get("policy_arn").need()? })]
        }
        _ => vec![iam("", IamChange::Inline { holder, name, policy: tree.get("name").need()?, to: None })],
    })
}

/// Members and holders that an update takes out of a list.
pub(super) fn dropped(scene: &Scene<'_>, before: &Tree, after: &Tree) -> Changes {
    if scene.kind == "aws_iam_policy_attachment" {
        let (Ok(was), Ok(will)) = (holders(before), holders(after)) else { return Vec::new() };
        let Ok(policy) = before.get("policy_arn").need() else { return Vec::new() };
        let gone = was.into_iter().filter(|one| !will.contains(one));
        return gone.map(|(holder, name)| attachment_of(holder, name, &policy, false)).collect();
    }
    if !matches!(scene.kind, "aws_iam_group_membership" | "aws_iam_user_group_membership") {
        return Vec::new();
    }
    let (Ok(was), Ok(will)) = (members(before, false), members(after, false)) else { return Vec::new() };
    was.into_iter().filter(|change| !will.contains(change)).collect()
}
