//! On whose behalf a service calls: the `aws:Source*` keys hang together.
//!
//! Owns the values of those keys for one source account. Must not know the search.
// See: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html

use std::collections::BTreeSet;

use crate::context::{ContextValue, View};
use crate::glob::{ArnGlob, Glob};
use crate::prove::atoms::Atoms;
use crate::prove::automaton::Machine;
use crate::prove::catalog;
use crate::prove::cells::{self, Cell, Stuck};
use crate::prove::question::{Question, Source};
use crate::prove::scene::Scene;
use crate::template::Shape;

/// The accounts a service may act for.
pub(crate) struct Sources {
    accounts: Vec<(String, bool)>,
    organization: Option<String>,
}

impl Sources {
    pub(crate) fn new(scene: &Scene, question: &Question, atoms: &Atoms<'_>) -> Self {
        let organization = &scene.organization;
        let mut ids: Vec<String> = organization.accounts.iter().map(|a| a.id.clone()).collect();
        let mut named: BTreeSet<String> = atoms.literals("aws:sourceaccount").into_iter().collect();
        for (template, _) in atoms.templates("aws:sourcearn") {
            let account = match &template.shape {
                Shape::Arn(arn) => {
                    arn.parts.get(4).and_then(|p| if let Glob::Exact(id) = p { Some(id.clone()) } else { None })
                }
                _ => template.raw.split(':').nth(4).map(str::to_owned),
            };
            named.extend(account);
        }
        named.insert(scene.resource_account.clone());
        ids.extend(named.into_iter().filter(|id| crate::parse::is_account(id)));
        // Two strangers, so that one is left when a policy names the other.
        ids.extend(["999999999999", "888888888888"].map(str::to_owned));
        let mut seen = BTreeSet::new();
        ids.retain(|id| seen.insert(id.clone()));
        let foreign = |id: &str| match &organization.id {
            Some(_) => !organization.is_member(id),
            None => id != scene.resource_account && organization.account(id).is_none(),
        };
        let accounts = ids.into_iter().filter(|id| match &question.source {
            Source::Any => true,
            Source::Foreign => foreign(id),
            Source::Account(wanted) => id == wanted,
        });
        let accounts: Vec<(String, bool)> = accounts.map(|id| (id.clone(), organization.is_member(&id))).collect();
        let accounts = match (&question.source, accounts.is_empty()) {
            (Source::Account(id), true) => vec![(id.clone(), organization.is_member(id))],
            _ => accounts,
        };
        Self { accounts, organization: organization.id.clone() }
    }

    /// The source accounts themselves.
    pub(crate) fn choices(&self) -> Vec<Cell> {
        self.accounts.iter().map(|(id, _)| Some(ContextValue::One(id.clone()))).collect()
    }

    fn is_member(&self, account: &str) -> bool {
        self.accounts.iter().any(|(id, member)| id == account && *member)
    }

    /// Values of a source key, once the account is chosen.
    pub(crate) fn cells(
        &self,
        key: &str,
        source: &str,
        named: bool,
        service: &str,
        atoms: &Atoms<'_>,
        view: &impl View,
    ) -> Option<Result<Vec<Cell>, Stuck>> {
        let text = |value: &str| Some(ContextValue::One(value.to_owned()));
        Some(Ok(match key {
            "aws:sourceaccount" => vec![text(source), None],
            "aws:sourceorgid" | "aws:sourceorgpaths" if !named => vec![None],
            "aws:sourceorgid" => match &self.organization {
                Some(id) if self.is_member(source) => vec![text(id)],
                _ => {
                    let ours = self.organization.as_deref();
                    let others = atoms.literals(key).into_iter().filter(|id| Some(id.as_str()) != ours);
                    let mut cells: Vec<Cell> = vec![None, text("o-otherorg")];
                    cells.extend(others.map(|id| text(&id)));
                    cells
                }
            },
            "aws:sourceorgpaths" if !self.is_member(source) => {
                vec![None, Some(ContextValue::Many(vec!["o-otherorg/r-other/".to_owned()]))]
            }
            "aws:sourcearn" => {
                let (name, account) = source_form(service, source);
                let base = base(name, account);
                return Some(cells::of_key(key, atoms.of_key(key), Some(&base), view));
            }
            // CloudTrail puts the trail's own ARN there, so it names the source account too.
            // See: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
            "kms:encryptioncontext:aws:cloudtrail:arn" if service == "cloudtrail" => {
                let base = base("cloudtrail", source);
                return Some(cells::of_key(key, atoms.of_key(key), Some(&base), view));
            }
            _ => return None,
        }))
    }
}

/// The service and account fields of the ARN a service puts into `aws:SourceArn`.
fn source_form<'s>(service: &'s str, source: &'s str) -> (&'s str, &'s str) {
    match service {
        "cloudtrail" | "config" => (service, source),
        // Bucket ARNs carry no account.
        "s3" | "logging" => ("s3", ""),
        _ => ("*", source),
    }
}

/// The ARNs a service can put there. Names of trails and rules hold no colon, so a `StringLike`
/// that globs across colons cannot be fooled by them; names of other services' resources can.
fn base(service: &str, account: &str) -> Machine {
    let region = if service == "s3" { "" } else { "?*" };
    let name = if service == "cloudtrail" { "trail/?*" } else { "?*" };
    let parts = ["arn", "aws", service, region, account, name].map(Glob::new);
    let arn = ArnGlob { parts };
    if matches!(service, "cloudtrail" | "config") { Machine::flat_arn(&arn) } else { Machine::arn(&arn) }
}

/// Whether a key belongs to this module.
pub(crate) fn owns(key: &str) -> bool {
    catalog::is_source(key) || key == "kms:encryptioncontext:aws:cloudtrail:arn"
}
