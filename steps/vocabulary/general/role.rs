//! Who can assume the roles a scenario names.

use cucumber::{gherkin, then};
use logproof_estate::{
    Fact,
    subjects::NamedRole,
    world::{Judged, LogproofWorld, Stop},
};
use logproof_policy::Who;

use crate::{
    judgement::{
        guide::{Below, Entry, Kind},
        key_name::account_of,
    },
    scene::{
        asked::{Named, Principals, named_with_providers_below},
        identity_providers::{Providers, no_strangers, others_by_provider},
        needed_access::NeededAccess,
        organization::OrganizationView,
        role::{Role, with_those_behind},
        subjects::{every, roles},
        trust::{no_outsiders, only_the_named, only_these, only_with_mfa},
    },
};

const fn judges(sentence: &'static str, about: &'static str, example: &'static str) -> Entry {
    Entry::then(sentence, about, example).of(&[Kind::Role])
}

const fn of_table(sentence: &'static str, about: &'static str) -> Entry {
    judges(sentence, about, sentence).below(Below::Table("principals"))
}

/// What is documented of the sentences of this file.
pub(crate) const GUIDE: &[Entry] = &[
    of_table(
        "only these principals can assume it",
        "Proved by the trust policy and the policies above it for any caller that is not in the table below: whole ARNs of roles, users or identity providers, or names of services. The users and roles of its account are known, in every other account an administrator is assumed, so that a trust policy that names a whole account is a finding. A role or user that does not exist is a finding.",
    ),
    of_table(
        "only these principals can assume it, directly or through other roles",
        "The same of it, of every role in the table below, and of every role that one of these trusts by its ARN.",
    ),
    judges(
        "nobody can assume it without multi-factor authentication",
        "Proved for any caller of sts:AssumeRole, services too, with the key aws:MultiFactorAuthPresent absent or false. How somebody signs in at an identity provider is decided there: where the identities of one are admitted, the control is ERROR.",
        "nobody can assume it without multi-factor authentication",
    ),
    judges(
        "nobody can assume it without multi-factor authentication, except {principals}",
        "The same of anybody but these roles, users or services.",
        "nobody can assume it without multi-factor authentication, except arn:aws:iam::222222222222:role/LogReplication",
    ),
    judges(
        "nobody outside the organization can assume it",
        "Proved for principals of accounts outside the organization, anonymous callers, providers of other accounts and strangers at identity providers. Services are not counted as outsiders.",
        "nobody outside the organization can assume it",
    ),
    judges(
        "nobody can assume it whom its trust policy does not name",
        "Only principals of the accounts of the organization that the trust policy names can assume it: a wildcard names none.",
        "nobody can assume it whom its trust policy does not name",
    ),
    judges(
        "no identity provider lets strangers assume it",
        "A provider of tokens is trusted for subjects of an owner that the trust policy names, and none of another account is trusted. Whom an own SAML provider admits is decided there.",
        "no identity provider lets strangers assume it",
    ),
    judges(
        "{principals} can assume it",
        "A duty to work: each of these roles or users can assume it in some way, with its own policies and everything above them.",
        "arn:aws:iam::333333333333:role/BreakGlass can assume it",
    ),
];

/// Judges each role the scenario names.
async fn each(w: &mut LogproofWorld, judge: impl AsyncFn(&mut LogproofWorld, &Role) -> Judged) -> Judged {
    let roles = roles(w)?;
    let one = async |w: &mut LogproofWorld, named: Fact<NamedRole>| {
        let role = Role::of(w, &named)?;
        judge(w, &role).await
    };
    every(w, roles, one).await
}

#[then("only these principals can assume it")]
async fn only_these_assume(w: &mut LogproofWorld, step: &gherkin::Step) -> Judged {
    let named = named_with_providers_below(w, step).await?;
    each(w, async |w: &mut LogproofWorld, role: &Role| only_these(w, role, &named).await).await
}

#[then("only these principals can assume it, directly or through other roles")]
async fn only_these_become(w: &mut LogproofWorld, step: &gherkin::Step) -> Judged {
    let named = named_with_providers_below(w, step).await?;
    let directory = w.see(w.estate()?.directory().await)?;
    let ours = |arn: &&String| account_of(arn).is_some_and(|id| directory.active().any(|account| account.id == id));
    let listed: Vec<String> = named.all.iter().filter(|arn| arn.contains(":role/")).filter(ours).cloned().collect();
    each(w, async |w: &mut LogproofWorld, role: &Role| {
        only_these(w, role, &named).await?;
        let all = std::iter::once(role.arn.clone()).chain(listed.iter().cloned());
        for behind in with_those_behind(w, all).await?.iter().filter(|behind| behind.arn != role.arn) {
            only_these(w, behind, &named).await?;
        }
        Ok(())
    })
    .await
}

#[then("nobody can assume it without multi-factor authentication")]
async fn nobody_without_mfa(w: &mut LogproofWorld) -> Judged {
    without_mfa(w, None).await
}

#[then(expr = "nobody can assume it without multi-factor authentication, except {principals}")]
async fn nobody_without_mfa_except(w: &mut LogproofWorld, principals: Principals) -> Judged {
    let named = principals.named(w).await?;
    without_mfa(w, Some(named)).await
}

async fn without_mfa(w: &mut LogproofWorld, except: Option<Named>) -> Judged {
    let expected = "the role can be assumed with multi-factor authentication only";
    each(w, async |w: &mut LogproofWorld, role: &Role| {
        let who = except.as_ref().map_or_else(Who::anyone, |named| named.excepted_from(Who::anyone()));
        let ids = except.as_ref().map(Named::ids).unwrap_or_default();
        only_with_mfa(w, role, who, &ids).await?;
        others_by_provider(w, role, &[], Providers::Undecided(expected)).await
    })
    .await
}

#[then("nobody outside the organization can assume it")]
async fn nobody_outside_assumes(w: &mut LogproofWorld) -> Judged {
    each(w, async |w: &mut LogproofWorld, role: &Role| no_outsiders(w, role).await).await
}

#[then("nobody can assume it whom its trust policy does not name")]
async fn nobody_unnamed_assumes(w: &mut LogproofWorld) -> Judged {
    each(w, async |w: &mut LogproofWorld, role: &Role| only_the_named(w, role).await).await
}

#[then("no identity provider lets strangers assume it")]
async fn no_provider_lets_strangers(w: &mut LogproofWorld) -> Judged {
    each(w, async |w: &mut LogproofWorld, role: &Role| no_strangers(w, role).await).await
}

#[then(expr = "{principals} can assume it")]
async fn can_assume(w: &mut LogproofWorld, principals: Principals) -> Judged {
    let named = principals.named(w).await?;
    w.settle()?;
    if named.all.iter().any(|name| !name.starts_with("arn:") || name.ends_with(":root")) {
        return Err(Stop::because("only of roles and users can it be asked whether they can assume a role"));
    }
    each(w, async |w: &mut LogproofWorld, role: &Role| {
        let trust: Vec<_> = role.trust.iter().map(AsRef::as_ref).collect();
        let view = OrganizationView::read(w, &trust, &named.ids()).await?;
        for who in &named.all {
            let needed = NeededAccess {
                action: "sts:AssumeRole",
                resource: &role.arn,
                owner: &role.account,
                policy: role.trust.clone(),
                organization: &view,
                keys: Vec::new(),
                via: Vec::new(),
                without: &[],
            };
            let change = "allow it in the trust policy and, across accounts, in the principal's own policy; see that nothing denies it";
            let claim = role.claim(&format!("{who} can assume {}", role.arn), change, view.exchanges());
            needed.must_be_possible(w, who, claim).await?;
        }
        Ok(())
    })
    .await
}
