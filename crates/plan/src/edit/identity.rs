//! What changes in IAM.

use serde::{Deserialize, Serialize};

use crate::{document::Document, planned::Planned};

/// A kind of IAM principal that holds policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Holder {
    /// Role.
    Role,
    /// User.
    User,
    /// Group.
    Group,
}

fn not_given<T>() -> Planned<Option<T>> {
    Planned::Known(None)
}

/// What changes in IAM. Holders are named by name, managed policies by ARN.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum IamChange {
    /// A role is created, or its properties are set.
    Role {
        /// Its name.
        name: String,
        /// Its path, `/` when none is given.
        path: String,
        /// Its trust policy.
        trust: Document,
        /// ARN of its permission boundary.
        boundary: Planned<Option<String>>,
        /// Longest session, in seconds; nothing when none is given.
        #[serde(default = "not_given")]
        max_session: Planned<Option<i64>>,
        /// Its tags, all of them.
        tags: Planned<Vec<(String, String)>>,
    },
    /// A user is created, or its properties are set.
    User {
        /// Its name.
        name: String,
        /// Its path.
        path: String,
        /// ARN of its permission boundary.
        boundary: Planned<Option<String>>,
        /// Its tags, all of them.
        tags: Planned<Vec<(String, String)>>,
    },
    /// A role, user or group is deleted, with its inline policies and attachments.
    Deleted {
        /// What it is.
        holder: Holder,
        /// Its name.
        name: String,
    },
    /// An inline policy is set; `None` when it is removed.
    Inline {
        /// Whose.
        holder: Holder,
        /// Name of the holder.
        name: String,
        /// Name of the policy.
        policy: String,
        /// The policy.
        to: Option<Document>,
    },
    /// Inline policies other than these are removed.
    InlineOnly {
        /// Whose.
        holder: Holder,
        /// Name of the holder.
        name: String,
        /// Names of the policies that stay.
        policies: Planned<Vec<String>>,
    },
    /// A managed policy is created, or its document is set; `None` when it is deleted.
    ManagedPolicy {
        /// Its ARN.
        arn: String,
        /// Its document.
        to: Option<Document>,
    },
    /// A managed policy is attached.
    Attached {
        /// To what.
        holder: Holder,
        /// Name of the holder.
        name: String,
        /// ARN of the policy.
        policy: Planned<String>,
    },
    /// A managed policy is detached.
    Detached {
        /// From what.
        holder: Holder,
        /// Name of the holder.
        name: String,
        /// ARN of the policy.
        policy: String,
    },
    /// Managed policies other than these are detached from the holder.
    AttachedOnly {
        /// From what.
        holder: Holder,
        /// Name of the holder.
        name: String,
        /// ARNs of the policies that stay.
        policies: Planned<Vec<String>>,
    },
    /// The policy is attached to these and to nobody else. No reader makes it any more: predictions of older versions
    /// hold it in their bundles.
    AttachedTo {
        /// ARN of the policy.
        policy: String,
        /// Holders by kind and name.
        holders: Planned<Vec<(Holder, String)>>,
    },
    /// A group is created: only what the plan gives it is known of it, which is all there is.
    Group {
        /// Its name.
        name: String,
    },
    /// A user is put into a group, or taken out of it.
    Member {
        /// The group.
        group: String,
        /// The user.
        user: String,
        /// Whether it is a member from now on.
        member: bool,
    },
}
