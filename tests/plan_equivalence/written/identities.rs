//! Roles, users and their policies.

use logproof_plan::{
    Edit, Planned,
    edit::{Holder, IamChange},
};
use serde_json::{Map, Value, json};

use super::{Fate, Writing, known, text};

impl Writing<'_> {
    pub(super) fn identity(&mut self, edit: &Edit, change: &IamChange) -> Option<()> {
        match change {
            IamChange::Role { name, path, trust, boundary, max_session, tags } => {
                let attributes = json!({"name": name, "path": path, "assume_role_policy": text(trust)?,
                    "max_session_duration": known(max_session)?, "permissions_boundary": known(boundary)?, "tags_all": tagged(tags)?});
                self.put(edit, "aws_iam_role", name, Fate::Updated, attributes)
            }
            IamChange::User { name, path, boundary, tags } => {
                let attributes = json!({"name": name, "path": path, "permissions_boundary": known(boundary)?,
                    "tags_all": tagged(tags)?});
                self.put(edit, "aws_iam_user", name, Fate::Updated, attributes)
            }
            IamChange::Deleted { holder, name } => {
                let kind = match holder {
                    Holder::Role => "aws_iam_role",
                    Holder::User => "aws_iam_user",
                    Holder::Group => "aws_iam_group",
                };
                self.put(edit, kind, name, Fate::Deleted, json!({"name": name}))
            }
            IamChange::Inline { holder, name, policy, to } => {
                let (kind, whose) = match holder {
                    Holder::Role => ("aws_iam_role_policy", "role"),
                    Holder::User => ("aws_iam_user_policy", "user"),
                    Holder::Group => return None,
                };
                let (fate, document) = match to {
                    Some(to) => (Fate::Updated, Some(text(to)?)),
                    None => (Fate::Deleted, None),
                };
                let attributes = json!({whose: name, "name": policy, "policy": document});
                self.put(edit, kind, &format!("{name} {policy}"), fate, attributes)
            }
            IamChange::ManagedPolicy { arn, to: Some(to) } => {
                self.put(edit, "aws_iam_policy", arn, Fate::Updated, json!({"arn": arn, "policy": text(to)?}))
            }
            IamChange::Attached { holder, name, policy } => {
                self.attachment_to(edit, *holder, (name, known(policy)?), Fate::Created)
            }
            IamChange::Detached { holder, name, policy } => {
                self.attachment_to(edit, *holder, (name, policy), Fate::Deleted)
            }
            _ => None,
        }
    }

    fn attachment_to(&mut self, edit: &Edit, holder: Holder, (name, policy): (&str, &str), fate: Fate) -> Option<()> {
        let (kind, whose) = match holder {
            Holder::Role => ("aws_iam_role_policy_attachment", "role"),
            Holder::User => ("aws_iam_user_policy_attachment", "user"),
            Holder::Group => return None,
        };
        self.put(edit, kind, &format!("{name} {policy}"), fate, json!({whose: name, "policy_arn": policy}))
    }
}

fn tagged(tags: &Planned<Vec<(String, String)>>) -> Option<Map<String, Value>> {
    Some(known(tags)?.iter().map(|(key, value)| (key.clone(), Value::from(value.clone()))).collect())
}
