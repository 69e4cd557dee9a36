//! Whom identity providers let in to a role.
//!
//! A trust policy that names a provider names everybody the provider vouches for. At a public one that is everybody, so
//! the subject must be narrowed; the people of an own SAML provider are chosen where they are registered.

use std::sync::Arc;

use logproof_estate::{
    ExchangeId,
    record::Observation,
    world::{Judged, LogproofWorld, Stop},
};
use logproof_policy::{Answer, Policy, Principal, Question, Scene, Who, never};
use serde_json::json;

use crate::{
    judgement::federated::{Kind, Provider, providers, subjects_of_strangers},
    scene::{claim::Claim, organization::OrganizationView, proposal::Remedy, role::Role},
};

const WITH_A_TOKEN: &str = "sts:AssumeRoleWithWebIdentity";
const WITH_AN_ASSERTION: &str = "sts:AssumeRoleWithSAML";

/// Why no statement can be made.
const WHOSE: &str = "which identities of the provider are your own is known to you alone";
const WHICH: &str = "which provider should be trusted in its place is known to you alone";

const EXPECTED: &str = "identity providers let in to the role only whom its trust policy names by subject, and none of \
                        another account is trusted";

/// Judges one role; a role that does not exist is nobody's to put on, and that was looked at.
pub(crate) async fn no_strangers(w: &mut LogproofWorld, role: &Role) -> Judged {
    let Some(trust) = &role.trust else {
        w.observe(Observation::new(role.subject(), EXPECTED, "no such role", true).resting_on(&role.exchanges));
        return Ok(());
    };
    let named = providers(trust);
    if named.is_empty() {
        let found = "no provider is trusted";
        w.observe(Observation::new(role.subject(), EXPECTED, found, true).resting_on(&role.exchanges));
        return Ok(());
    }
    let view = OrganizationView::read(w, &[trust.as_ref()], &[]).await?;
    let scene = view.scene(&role.account, Some(Arc::clone(trust)));
    let examined = ExaminedRole { role, scene, further: view.exchanges(), trust, expected: EXPECTED };
    for provider in &named {
        examined.judge(w, provider).await?;
    }
    Ok(())
}

/// A role, with all that decides who may assume it.
struct ExaminedRole<'a> {
    role: &'a Role,
    trust: &'a Policy,
    scene: Scene,
    /// What the answer is based on besides the role.
    further: &'a [ExchangeId],
    /// What must hold.
    expected: &'a str,
}

/// What identities of providers may do with a role, other than those named in `spared`.
pub(crate) enum Providers<'a> {
    /// Nothing: no identity of another provider assumes it.
    Refused(&'a str),
    /// Nothing that can be decided here: how somebody signs in at a provider is not known.
    Undecided(&'a str),
}

/// Judges the identities of every provider that the trust policy names and that is not spared. None is named in most trust
/// policies: then nothing is recorded.
pub(crate) async fn others_by_provider(
    w: &mut LogproofWorld,
    role: &Role,
    spared: &[String],
    may: Providers<'_>,
) -> Judged {
    let Some(trust) = &role.trust else { return Ok(()) };
    let named: Vec<Provider> = providers(trust).into_iter().filter(|one| !spared.contains(&one.name)).collect();
    if named.is_empty() {
        return Ok(());
    }
    let view = OrganizationView::read(w, &[trust.as_ref()], &[]).await?;
    let scene = view.scene(&role.account, Some(Arc::clone(trust)));
    let (Providers::Refused(expected) | Providers::Undecided(expected)) = may;
    let examined = ExaminedRole { role, scene, further: view.exchanges(), trust, expected };
    for provider in &named {
        let name = match provider.kind {
            Kind::Any => examined.some_provider(w)?,
            Kind::Oidc(_) | Kind::Saml => provider.name.clone(),
        };
        let question = examined.anybody(&name);
        match may {
            Providers::Refused(_) => {
                let change = "remove the provider from the trust policy, or name it in the sentence";
                examined.claim(change).prove(w, &examined.scene, &question, Remedy::Unknown(WHICH)).await;
            }
            Providers::Undecided(_) if never(&examined.scene, &question).holds() => {}
            Providers::Undecided(_) => examined.claim("").undecided(
                w,
                format!("identities of {name} can assume the role, and how they sign in is decided there"),
            ),
        }
    }
    Ok(())
}

impl ExaminedRole<'_> {
    async fn judge(&self, w: &mut LogproofWorld, provider: &Provider) -> Judged {
        let own = provider.account.as_ref().is_none_or(|account| self.role.account.as_str() == account);
        match &provider.kind {
            Kind::Oidc(key) if own => {
                let change = format!("narrow `{key}` in the trust policy to identities of your own, owner included");
                let question = self.strangers_at(provider, key)?;
                self.claim(&change).prove(w, &self.scene, &question, Remedy::Unknown(WHOSE)).await;
            }
            Kind::Saml if own => {
                w.observe(Observation::new(
                    self.role.subject(),
                    EXPECTED,
                    format!("{} of the role's own account says who may", provider.name),
                    true,
                ));
                w.record.rest_on(&[&self.role.exchanges, self.further].concat());
                w.note(format!(
                    "who puts on {} by {} is decided there, and was not examined",
                    self.role.arn, provider.name
                ));
            }
            Kind::Any => {
                let some = self.some_provider(w)?;
                let change = "name the provider in the trust policy, and narrow the subject it vouches for";
                let question = self.anybody(&some);
                self.claim(change).prove(w, &self.scene, &question, Remedy::Unknown(WHICH)).await;
            }
            Kind::Oidc(_) | Kind::Saml => {
                let change = "trust a provider of the role's own account: nobody here decides whom another vouches for";
                let question = self.anybody(&provider.name);
                self.claim(change).prove(w, &self.scene, &question, Remedy::Unknown(WHICH)).await;
            }
        }
        Ok(())
    }

    /// The question by which somebody comes in whose subject the policy does not name; the last of all such questions
    /// if nobody does.
    fn strangers_at(&self, provider: &Provider, key: &str) -> Result<Question, Stop> {
        let mut undecided = None;
        let mut last = self.question(&[WITH_A_TOKEN], &provider.name);
        for subject in subjects_of_strangers(self.trust, key) {
            let when = json!({"StringEquals": {key: subject}}).to_string();
            let question = self.question(&[WITH_A_TOKEN], &provider.name).when(&when);
            let question = question.map_err(|error| Stop::because(error.to_string()))?;
            match never(&self.scene, &question) {
                Answer::Holds => last = question,
                Answer::Violated(_) => return Ok(question),
                Answer::Undecided(_) => undecided = Some(question),
            }
        }
        Ok(undecided.unwrap_or(last))
    }

    /// Whether anybody at all comes in by a provider.
    fn anybody(&self, provider: &str) -> Question {
        self.question(&[WITH_A_TOKEN, WITH_AN_ASSERTION], provider)
    }

    fn question(&self, actions: &[&str], provider: &str) -> Question {
        let who = Who::exactly(Principal::WebIdentity { provider: provider.to_owned() });
        Question::about(actions.iter().copied()).on(&self.role.arn).by(who)
    }

    /// A provider that no policy names.
    fn some_provider(&self, w: &LogproofWorld) -> Result<String, Stop> {
        let provider = "oidc-provider/any.example.com";
        Ok(w.config()?.partition().arn("iam", "", self.role.account.as_str(), provider))
    }

    fn claim(&self, change: &str) -> Claim {
        self.role.claim(self.expected, change, self.further)
    }
}
