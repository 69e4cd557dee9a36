//! What keeps the log store as it is before policies are even evaluated: that service control policies can bind and are
//! attached where they must, Object Lock, versioning and MFA delete.

use std::sync::Arc;

use cucumber::then;
use logproof_estate::{
    AccountId, ExchangeId,
    facts::{DefaultRetention, ObjectLock, OrgPolicy, OrgPolicyKind},
    record::{Observation, Population, Subject},
    world::{Judged, LogproofWorld, Stop},
};

use logproof_policy::Statement;

use crate::scene::{
    actions::{administer, delete, stop_trail},
    policies::parse_org_policy,
    questions::pause,
};

#[then("the organization has all features enabled")]
async fn the_organization_has_all_features(w: &mut LogproofWorld) -> Judged {
    let estate = w.estate()?;
    let organization = w.see(estate.organization().await)?;
    let found = match organization.feature_set.as_str() {
        "CONSOLIDATED_BILLING" => "CONSOLIDATED_BILLING: consolidated billing only".to_owned(),
        set => set.to_owned(),
    };
    w.observe(
        Observation::new(Subject::arn(&organization.arn), "feature set ALL", found, organization.feature_set == "ALL")
            .hint("enable all features of the organization; with consolidated billing only no policy binds anybody")
            .resting_on(organization.exchanges()),
    );
    w.settle()
}

#[then("service control policies are enabled on the root of the organization")]
async fn service_control_policies_are_enabled(w: &mut LogproofWorld) -> Judged {
    let estate = w.estate()?;
    let directory = w.see(estate.directory().await)?;
    let kinds = &directory.root.enabled_policy_types;
    let found =
        if kinds.is_empty() { "no policy type enabled".to_owned() } else { format!("enabled: {}", kinds.join(", ")) };
    let wanted = OrgPolicyKind::ServiceControl.as_str();
    w.observe(
        Observation::new(
            Subject::arn(&directory.root.arn),
            format!("{wanted} enabled"),
            found,
            kinds.iter().any(|kind| kind == wanted),
        )
        .hint("enable service control policies on the root")
        .resting_on(directory.exchanges()),
    );
    w.settle()
}

#[then(
    "a service control policy that protects the organization trail is attached on the path of every active member account"
)]
async fn the_trail_is_protected_on_every_path(w: &mut LogproofWorld) -> Judged {
    let (estate, config) = (w.estate()?, w.config()?);
    let directory = w.see(estate.directory().await)?;
    let protecting = Protecting::read(w, &stop_trail()).await?;
    let management = &config.organization.management_account;
    let members = directory.active().filter(|account| &account.id != management);
    let mut members: Vec<_> = members.map(|account| (account, directory.path_of(account))).collect();
    members.sort_by(|(a, _), (b, _)| a.id.cmp(&b.id));
    if members.is_empty() {
        return Err(w.not_applicable("organizations:ListAccounts returned no active member account"));
    }
    w.observe(
        Observation::new(
            Subject::arn(&directory.root.arn),
            "a path from the root to every active member account",
            format!(
                "{} accounts and {} organizational units below the root",
                directory.accounts.len(),
                directory.units.len()
            ),
            members.iter().all(|(_, path)| !path.is_empty()),
        )
        .hint("let the audit role list every organizational unit and its accounts")
        .resting_on(directory.exchanges()),
    );
    w.record.rest_on(&protecting.exchanges);
    for (member, path) in &members {
        protecting.judge(w, path, (&member.id, &member.arn), "the organization trail");
        pause().await;
    }
    let mut left_out = directory.left_out(|_| true);
    left_out.push(format!("{management}: no service control policy binds the management account"));
    w.population(Population {
        of: "active member accounts".to_owned(),
        expected: members.len(),
        examined: members.len(),
        source: format!("organizations:ListAccounts, {} accounts in all", directory.accounts.len()),
        left_out,
    });
    w.settle()
}

#[then("a service control policy that protects the log bucket is attached on the path of the log archive account")]
async fn the_bucket_is_protected_on_the_path_of_the_archive(w: &mut LogproofWorld) -> Judged {
    let (estate, config) = (w.estate()?, w.config()?);
    let directory = w.see(estate.directory().await)?;
    let protecting = Protecting::read(w, &[administer(), delete()].concat()).await?;
    let archive = &config.organization.log_archive_account;
    w.record.rest_on(&[&protecting.exchanges[..], directory.exchanges()].concat());
    let known = directory.accounts.iter().find(|one| &one.id == archive);
    let (path, arn) = known.map_or((Vec::new(), archive.as_str()), |one| (directory.path_of(one), one.arn.as_str()));
    protecting.judge(w, &path, (archive, arn), "the log bucket");
    w.settle()
}

/// Service control policies that deny one of some actions by name: whoever wrote them meant to protect something.
struct Protecting {
    policies: Vec<OrgPolicy>,
    exchanges: Vec<ExchangeId>,
}

impl Protecting {
    async fn read(w: &mut LogproofWorld, actions: &[&str]) -> Result<Self, Stop> {
        let estate = w.estate()?;
        let all = w.see(estate.org_policies(OrgPolicyKind::ServiceControl).await)?;
        let mut policies = Vec::new();
        for policy in all.iter() {
            // One that cannot be read is recorded as such; the others are still looked at.
            let Ok(parsed) = parse_org_policy(w, OrgPolicyKind::ServiceControl, policy) else { continue };
            // A mention only: what the policy really keeps whom from is a question for the policy engine.
            let named = |statement: &Statement| actions.iter().any(|action| statement.denies_by_name(action));
            if parsed.statements().iter().any(named) {
                policies.push(policy.clone());
            }
        }
        Ok(Self { policies, exchanges: all.exchanges().to_vec() })
    }

    /// Whether one of the policies is attached to the account or to something above it. What all of this is based on is the
    /// same of every account: the record is told of it once.
    fn judge(&self, w: &mut LogproofWorld, path: &[String], (account, arn): (&AccountId, &str), protected: &str) {
        let attached: Vec<String> = self
            .policies
            .iter()
            .filter_map(|policy| {
                let place = path.iter().find(|place| policy.targets.contains(place))?;
                Some(format!("`{}` at {place}", policy.name))
            })
            .collect();
        let found = if path.is_empty() {
            "no account of the organization".to_owned()
        } else if attached.is_empty() {
            format!("none on {}; {}", path.join(" > "), self.elsewhere())
        } else {
            attached.join(", ")
        };
        w.observe(
            Observation::new(
                Subject::arn(arn).at(account, None),
                format!("a service control policy that protects {protected}, attached to the account or above it"),
                found,
                !attached.is_empty(),
            )
            .hint("attach the protecting service control policy to the root, or to a unit above the account"),
        );
    }

    fn elsewhere(&self) -> String {
        if self.policies.is_empty() {
            return "no service control policy of the organization denies such a change by name".to_owned();
        }
        let places = |policy: &OrgPolicy| match policy.targets.as_slice() {
            [] => format!("`{}` is attached nowhere", policy.name),
            targets => format!("`{}` is attached to {}", policy.name, targets.join(", ")),
        };
        self.policies.iter().map(places).collect::<Vec<_>>().join("; ")
    }
}

#[then("Object Lock gives new objects a retention that cannot be lifted")]
async fn object_lock_cannot_be_lifted(w: &mut LogproofWorld) -> Judged {
    let wanted = w.config()?.expectations.object_lock_mode.clone();
    let expected = format!("a default retention in {wanted} mode");
    judge_lock(w, &expected, |lock| match default_of(lock) {
        // What COMPLIANCE keeps, nobody can delete; GOVERNANCE can be bypassed with a permission.
        Some(retention) => retention.mode == wanted || retention.mode == "COMPLIANCE",
        None => false,
    })
    .await
}

#[then("that retention lasts at least as long as the organization keeps log files")]
async fn object_lock_lasts_long_enough(w: &mut LogproofWorld) -> Judged {
    let wanted = i64::from(w.estate()?.object_lock_days(&w.bucket()?.name));
    let expected = format!("a default retention of at least {wanted} days");
    judge_lock(w, &expected, |lock| default_of(lock).is_some_and(|retention| retention.days >= wanted)).await
}

#[then("versioning of the bucket is enabled")]
async fn versioning_is_enabled(w: &mut LogproofWorld) -> Judged {
    let (estate, bucket) = (w.estate()?, w.bucket()?);
    let versioning = w.see(estate.bucket_versioning(&bucket).await)?;
    let found = versioning.status.as_deref().unwrap_or("never configured");
    w.observe(
        Observation::new(Subject::bucket(&bucket), "versioning Enabled", found, found == "Enabled")
            .hint("enable versioning: without it a delete or an overwrite is final")
            .resting_on(versioning.exchanges()),
    );
    w.settle()
}

#[then("nobody can delete a version of a log file for good without MFA, or Object Lock rules it out altogether")]
async fn deleting_needs_mfa_or_is_ruled_out(w: &mut LogproofWorld) -> Judged {
    let (estate, bucket) = (w.estate()?, w.bucket()?);
    let versioning = w.see(estate.bucket_versioning(&bucket).await)?;
    let mut exchanges = versioning.exchanges().to_vec();
    // While versioning is suspended a delete without a version removes what was written meanwhile, and asks for no MFA.
    // See: https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeletingObjectsfromVersioningSuspendedBuckets.html
    let mfa_delete = versioning.mfa_delete.as_deref() == Some("Enabled");
    let suspended = versioning.status.as_deref() != Some("Enabled");
    let (found, met) = if mfa_delete && !suspended {
        // See: https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-and-other-bucket-config.html
        w.note("S3 refuses lifecycle rules on a bucket with MFA delete: see control LS-9.2");
        ("MFA delete is Enabled".to_owned(), true)
    } else {
        let lock = w.see(estate.object_lock(&bucket).await)?;
        exchanges.extend_from_slice(lock.exchanges());
        let compliance = default_of(lock.as_ref()).is_some_and(|retention| retention.mode == "COMPLIANCE");
        let mfa = if mfa_delete { "MFA delete is Enabled, and versioning is not" } else { "MFA delete is off" };
        (format!("{mfa}; {}", lock_in_words(lock.as_ref())), compliance)
    };
    w.observe(
        Observation::new(
            Subject::bucket(&bucket),
            "MFA delete, or in its place Object Lock with a default retention in COMPLIANCE mode",
            found,
            met,
        )
        .hint("set a default retention in COMPLIANCE mode; MFA delete can only be enabled by the root user and rules out lifecycle rules")
        .resting_on(&exchanges),
    );
    w.settle()
}

async fn judge_lock(w: &mut LogproofWorld, expected: &str, meets: impl Fn(Option<&ObjectLock>) -> bool) -> Judged {
    let (estate, config, bucket) = (w.estate()?, w.config()?, w.bucket()?);
    let lock = w.see(estate.object_lock(&bucket).await)?;
    let lock_of = lock.as_ref();
    let shared = config.config_bucket_name() == bucket.name;
    let hint = if shared {
        "first give AWS Config a bucket of its own, `names.config_bucket`: it delivers to this one, and cannot deliver to a bucket with Object Lock; then set the default retention"
    } else {
        "set the default retention of Object Lock on the log bucket"
    };
    if shared {
        w.note("AWS Config delivers to the log bucket, and cannot deliver to a bucket with Object Lock");
    }
    w.note(
        "the default retention is given to objects as they are written; what was written before it was set has none",
    );
    let expected: Arc<str> = Arc::from(expected);
    w.observe(
        Observation::new(Subject::bucket(&bucket), expected, lock_in_words(lock_of), meets(lock_of))
            .place("ObjectLockConfiguration")
            .hint(hint)
            .resting_on(lock.exchanges()),
    );
    w.settle()
}

fn default_of(lock: Option<&ObjectLock>) -> Option<&DefaultRetention> {
    lock.and_then(|lock| lock.default_retention.as_ref())
}

fn lock_in_words(lock: Option<&ObjectLock>) -> String {
    match (lock, default_of(lock)) {
        (None, _) => "no Object Lock".to_owned(),
        (Some(_), None) => "Object Lock without a default retention".to_owned(),
        (Some(_), Some(retention)) => format!("Object Lock, {} for {} days", retention.mode, retention.days),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn object_lock_without_a_rule_is_told_from_none_at_all() {
        assert_eq!(lock_in_words(None), "no Object Lock");
        let bare = ObjectLock { default_retention: None };
        assert_eq!(lock_in_words(Some(&bare)), "Object Lock without a default retention");
        let retention = DefaultRetention { mode: "GOVERNANCE".to_owned(), days: 1 };
        let ruled = ObjectLock { default_retention: Some(retention) };
        assert_eq!(lock_in_words(Some(&ruled)), "Object Lock, GOVERNANCE for 1 days");
    }
}
