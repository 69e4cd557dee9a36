//! Service control policies and resource control policies: trees, exemptions.
//!
//! Owns who is bound by them. Must not know the other layers.

use std::sync::Arc;

use super::{Denies, Policies};
use crate::context::View;
use crate::decision::Layer;
use crate::evaluate::{self, Subject};
use crate::tri::Tri;

/// Services whose resources RCPs protect.
// See: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
// Five at launch in 2024-11 (s3, sts, kms, sqs, secretsmanager); the others came in 2025.
const RCP_SERVICES: [&str; 11] =
    ["s3", "sts", "kms", "sqs", "secretsmanager", "dynamodb", "ecr", "aoss", "cognito-identity", "cognito-idp", "logs"];

/// What the SCP tree says about allowing.
pub(super) struct Scps<'p> {
    pub(super) truth: Tri<'p>,
    /// The first level that does not clearly allow.
    pub(super) level: usize,
}

/// An Allow is needed on every level; a Deny counts on any.
// See: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
pub(super) fn scps<'p, V: View>(subject: &Subject<'_, V>, policies: &'p Policies, denies: &mut Denies<'p>) -> Scps<'p> {
    let mut scps = Scps { truth: Tri::Yes, level: 0 };
    let Some(levels) = &policies.scps else {
        return scps;
    };
    // Services and anonymous callers have no account; the other two are exempt by rule.
    // See: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
    let bound = subject.principal.account().is_some()
        && !subject.principal.is_service_linked_role()
        && !policies.principal_in_management_account;
    if !bound {
        return scps;
    }
    for (level, list) in levels.iter().enumerate() {
        let found = evaluate::layer(list.iter().map(Arc::as_ref), subject);
        denies.add(found.deny, Layer::Scp { level });
        if scps.truth.is_yes() || found.allow.truth.is_no() && !scps.truth.is_no() {
            scps.level = level;
        }
        scps.truth = scps.truth.and(found.allow.truth);
    }
    scps
}

/// RCPs only ever deny: `RCPFullAWSAccess` stands on every level and cannot be detached.
// See: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
pub(super) fn rcps<'p, V: View>(subject: &Subject<'_, V>, policies: &'p Policies, denies: &mut Denies<'p>) {
    let Some(levels) = &policies.rcps else { return };
    let service = subject.action.split(':').next().unwrap_or_default();
    let bound = RCP_SERVICES.contains(&service)
        && subject.action != "kms:retiregrant"
        && !subject.principal.is_service_linked_role()
        && !policies.resource_in_management_account
        && !policies.resource_is_aws_managed_key;
    if !bound {
        return;
    }
    for (level, list) in levels.iter().enumerate() {
        let found = evaluate::resource_layer(list.iter().map(Arc::as_ref), subject);
        denies.add(found.deny, Layer::Rcp { level });
    }
}
