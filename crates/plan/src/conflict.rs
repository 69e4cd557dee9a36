//! One thing that two resources of a plan change in opposite ways.
//!
//! A configuration that is removed at one address and made at another, without `moved`, is deleted and created in an order
//! that the plan does not fix: which of the two stays is not known.

use std::collections::BTreeMap;

use crate::{
    edit::{AlertingChange, BucketChange, Change, Edit, KeyChange, Origin},
    plan::Plan,
    planned::{Planned, Unknown},
};

/// The question and subject of an edit that sets one thing as a whole, and whether it removes it.
fn setting(change: &Change) -> Option<(&'static str, &str, bool)> {
    fn gone<T>(to: &Planned<Option<T>>) -> bool {
        matches!(to, Planned::Known(None))
    }
    Some(match change {
        Change::Bucket { name, change } => {
            let (question, removed) = match change {
                BucketChange::Encryption(to) => ("bucket_encryption", gone(to)),
                BucketChange::PublicAccessBlock(to) => ("bucket_public_access_block", gone(to)),
                BucketChange::Ownership(to) => ("bucket_ownership", gone(to)),
                BucketChange::Policy(to) => ("bucket_policy", to.is_none()),
                BucketChange::ObjectLock(to) => ("object_lock", gone(to)),
                BucketChange::Lifecycle(to) => ("bucket_lifecycle", to.known().is_ok_and(Vec::is_empty)),
                BucketChange::Logging(to) => ("bucket_logging", gone(to)),
                BucketChange::Replication(to) => ("bucket_replication", gone(to)),
                _ => return None,
            };
            (question, name, removed)
        }
        Change::Key { arn, change: KeyChange::Policy(to) } => ("key_policy", arn, to.is_none()),
        Change::Alerting(AlertingChange::TopicPolicy { arn, to }) => ("topic", arn, to.is_none()),
        Change::Alerting(AlertingChange::QueuePolicy { arn, to }) => ("queue", arn, to.is_none()),
        _ => return None,
    })
}

/// Makes the answer unknown where a removal and a setting of one thing come from different addresses.
pub(crate) fn settle(plan: &mut Plan) {
    let mut by_thing: BTreeMap<(&str, &str), Vec<(&Edit, bool)>> = BTreeMap::new();
    for edit in &plan.edits {
        if let Some((question, subject, removed)) = setting(&edit.change) {
            by_thing.entry((question, subject)).or_default().push((edit, removed));
        }
    }
    let mut unclear = Vec::new();
    for ((question, subject), edits) in by_thing {
        let removed = edits.iter().find(|(edit, removed)| *removed && edit.origin.action == "delete");
        let set = edits.iter().find(|(_, removed)| !removed);
        let (Some((removed, _)), Some((set, _))) = (removed, set) else { continue };
        if removed.origin.address == set.origin.address {
            continue;
        }
        let why =
            format!("`{}` removes what this sets, in an order that the plan does not fix", removed.origin.address);
        let unknown = Unknown { address: set.origin.address.clone(), attribute: set.origin.attribute.clone(), why };
        unclear.push(Edit {
            origin: Origin { action: set.origin.action.clone(), ..set.origin.clone() },
            account: set.account.clone(),
            region: set.region.clone(),
            change: Change::Unclear { question: question.to_owned(), subject: Some(subject.to_owned()), unknown },
            before: None,
            sensitive: false,
        });
    }
    plan.edits.extend(unclear);
}
