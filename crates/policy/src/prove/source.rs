//! On whose behalf a service calls: the `aws:Source*` keys hang together.
//!
//! Owns the values of those keys for one source account. Must not know the search.
// See: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html

use std::collections::BTreeSet;

use crate::context::{ContextValue, View};
use crate::glob::{ArnGlob, Glob};
use crate::partition::Partition;
use crate::prove::atoms::Atoms;
use crate::prove::automaton::Machine;
use crate::prove::catalog;
use crate::prove::cells::{self, Cell, Form, Stuck};
use crate::prove::effort::Effort;
use crate::prove::question::{Question, Source};
use crate::prove::scene::{Account, Scene};
use crate::prove::strangers;

/// The accounts a service may act for.
pub(crate) struct Sources {
    accounts: Vec<(String, bool)>,
    /// Where in the organization a source account is, for those of which it is known.
    paths: Vec<(String, String)>,
    organization: Option<String>,
    partition: Partition,
}

impl Sources {
    /// `None` if the policies tell too many accounts apart.
    pub(crate) fn new(scene: &Scene, question: &Question, atoms: &Atoms<'_>, effort: &Effort) -> Option<Self> {
        let organization = &scene.organization;
        let mut ids: Vec<String> = organization.accounts.iter().map(|a| a.id.clone()).collect();
        ids.extend(Some(scene.resource_account.clone()).filter(|id| crate::parse::is_account(id)));
        let taken = |id: &str| ids.iter().any(|known| known == id);
        let strangers = strangers::ids(atoms, &strangers::SOURCE, &taken, effort)?;
        ids.extend(strangers);
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
        let path = |account: &Account| Some((account.id.clone(), account.org_path.clone()?));
        let paths = organization.accounts.iter().filter(|account| account.member).filter_map(path).collect();
        Some(Self { accounts, paths, organization: organization.id.clone(), partition: organization.partition })
    }

    /// The source accounts themselves.
    pub(crate) fn choices(&self) -> Vec<Cell> {
        self.accounts.iter().map(|(id, _)| Some(ContextValue::One(id.clone()))).collect()
    }

    fn is_member(&self, account: &str) -> bool {
        self.accounts.iter().any(|(id, member)| id == account && *member)
    }

    /// Values of a source key, once the account is chosen.
    #[expect(clippy::too_many_arguments, reason = "one choice of the search, and what it may cost")]
    pub(crate) fn cells(
        &self,
        key: &str,
        source: &str,
        named: bool,
        service: &str,
        atoms: &Atoms<'_>,
        view: &impl View,
        effort: &Effort,
    ) -> Option<Result<Vec<Cell>, Stuck>> {
        let text = |value: &str| Some(ContextValue::One(value.to_owned()));
        Some(Ok(match key {
            "aws:sourceaccount" => vec![text(source), None],
            "aws:sourceorgid" | "aws:sourceorgpaths" if !named => vec![None],
            "aws:sourceorgid" => match &self.organization {
                Some(id) if self.is_member(source) => vec![text(id)],
                _ => {
                    let (base, never) = (Machine::glob(&Glob::new("o-?*")), self.organization.as_deref());
                    let never = never.map(|ours| Machine::exactly(ours, false));
                    return Some(cells::of_key(
                        key,
                        atoms.of_key(key),
                        &Form { never, ..Form::like(&base) },
                        view,
                        effort,
                    ));
                }
            },
            // See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourceorgpaths
            "aws:sourceorgpaths" if self.is_member(source) => {
                let (_, path) = self.paths.iter().find(|(id, _)| id == source)?;
                vec![Some(ContextValue::Many(vec![path.clone()]))]
            }
            "aws:sourceorgpaths" => {
                // Ids of roots and units are unique within one organization only: a stranger's may be the same.
                let (base, never) = (Machine::glob(&Glob::new("o-?*/r-?*/*")), self.organization.as_deref());
                let never = never.map(|ours| Machine::glob(&Glob::new(&format!("{ours}/*"))));
                return Some(cells::of_key(key, atoms.of_key(key), &Form { never, ..Form::like(&base) }, view, effort));
            }
            "aws:sourcearn" => {
                let (name, account) = source_form(service, source);
                let base = base(self.partition, name, account);
                return Some(cells::of_key(key, atoms.of_key(key), &Form::like(&base), view, effort));
            }
            // CloudTrail puts the trail's own ARN there, so it names the source account too.
            // See: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
            "kms:encryptioncontext:aws:cloudtrail:arn" if service == "cloudtrail" => {
                let base = base(self.partition, "cloudtrail", source);
                return Some(cells::of_key(key, atoms.of_key(key), &Form::like(&base), view, effort));
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
fn base(partition: Partition, service: &str, account: &str) -> Machine {
    let region = if service == "s3" { "" } else { "?*" };
    let name = if service == "cloudtrail" { "trail/?*" } else { "?*" };
    let parts = ["arn", partition.as_str(), service, region, account, name].map(Glob::new);
    let arn = ArnGlob { parts };
    if matches!(service, "cloudtrail" | "config") { Machine::flat_arn(&arn) } else { Machine::arn(&arn) }
}

/// Whether a key belongs to this module.
pub(crate) fn owns(key: &str) -> bool {
    catalog::is_source(key) || key == "kms:encryptioncontext:aws:cloudtrail:arn"
}
