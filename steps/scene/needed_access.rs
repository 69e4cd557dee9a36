//! That who must be able to do something can: with its own policies, from where it must, at this moment.
//!
//! A caller is let in when there is some request it can make. Where all are refused, one is decided to say by what.

use std::{collections::BTreeMap, sync::Arc};

use logproof_estate::{
    AccountId,
    record::{Observation, Subject},
    world::{LogproofWorld, Stop},
};
use logproof_policy::{Answer, Context, Policy, Principal, Question, Scene, Who, never};
use serde_json::json;

use crate::scene::{
    bucket::BucketAccess,
    claim::Claim,
    organization::OrganizationView,
    principals::{identities, principal},
};

/// What somebody must be able to do.
pub(crate) struct NeededAccess<'a> {
    pub(crate) action: &'static str,
    pub(crate) resource: &'a str,
    pub(crate) owner: &'a AccountId,
    pub(crate) policy: Option<Arc<Policy>>,
    pub(crate) organization: &'a OrganizationView,
    /// Keys the request has, whoever makes it.
    pub(crate) keys: Vec<(&'static str, String)>,
    /// The service it is made through, by every name `kms:ViaService` may give it; empty when the caller asks itself.
    pub(crate) via: Vec<String>,
    /// Keys the request lacks, whoever makes it.
    pub(crate) without: &'static [&'static str],
}

impl<'a> NeededAccess<'a> {
    /// To read an object of a bucket.
    pub(crate) fn read(bucket: &'a BucketAccess, object: &'a str) -> Self {
        Self {
            action: "s3:GetObject",
            resource: object,
            owner: &bucket.owner,
            policy: bucket.policy.clone(),
            organization: &bucket.organization,
            keys: Vec::new(),
            via: Vec::new(),
            without: &[],
        }
    }

    /// Records whether the caller can, with its real policies where its account is one of the organization's.
    pub(crate) async fn must_be_possible(
        self,
        w: &mut LogproofWorld,
        caller: &str,
        mut claim: Claim,
    ) -> Result<(), Stop> {
        let (estate, who, now) = (w.estate()?, principal(caller), w.now()?.to_string());
        let mut scene = self.organization.scene(self.owner, self.policy.clone());
        let account = who.account().unwrap_or_default().to_owned();
        for known in scene.organization.accounts.iter_mut().filter(|known| known.id == account) {
            let id: AccountId = account.parse().map_err(|_| Stop::because(format!("`{account}` is no account id")))?;
            let authorization = w.see(estate.account_authorization(&id).await)?;
            claim.exchanges.extend_from_slice(authorization.exchanges());
            *known = known.clone().with_identities(identities(w, &id, &authorization)?);
        }
        claim.subject = Subject::arn(caller);
        let mut found: Option<String> = None;
        for via in self.vias() {
            let next = match self.answer(&scene, &who, &now, via)? {
                Ok(next) => next,
                Err(reason) => {
                    claim.undecided(w, reason);
                    return Ok(());
                }
            };
            if found.as_ref().is_some_and(|found| (found == ALLOWED) != (next == ALLOWED)) {
                let names = self.via.join("` and `");
                claim.undecided(w, format!("it depends on `kms:ViaService`, whose value in this partition is not documented: name both `{names}`"));
                return Ok(());
            }
            found.get_or_insert(next);
        }
        let found = found.unwrap_or_default();
        w.record.rest_on(&claim.exchanges);
        let met = found == ALLOWED;
        w.observe(Observation::new(claim.subject, claim.expected, found, met).place(self.resource).hint(claim.change));
        Ok(())
    }

    /// The service the request is made through: none, or each name it may have.
    fn vias(&self) -> Vec<Option<&str>> {
        if self.via.is_empty() { vec![None] } else { self.via.iter().map(|name| Some(name.as_str())).collect() }
    }

    /// What comes of it, or why that is undecided.
    fn answer(
        &self,
        scene: &Scene,
        who: &Principal,
        now: &str,
        via: Option<&str>,
    ) -> Result<Result<String, String>, Stop> {
        let mut keys: Vec<(&str, &str)> = self.keys.iter().map(|(key, value)| (*key, value.as_str())).collect();
        keys.extend(via.map(|via| ("kms:ViaService", via)));
        let equal: BTreeMap<&str, &str> = keys.iter().copied().collect();
        let absent: BTreeMap<&str, &str> = self.without.iter().map(|key| (*key, "true")).collect();
        let when = json!({"Bool": {"aws:SecureTransport": "true"}, "StringEquals": equal, "Null": absent});
        let question = Question::about([self.action])
            .on(self.resource)
            .by(Who::exactly(who.clone()))
            .at(now)
            .when(&when.to_string())
            .map_err(|error| Stop::because(error.to_string()))?;
        Ok(match never(scene, &question) {
            Answer::Undecided(reason) => Err(reason),
            Answer::Violated(_) => Ok(ALLOWED.to_owned()),
            Answer::Holds => {
                let context = Context::new()
                    .with("aws:SecureTransport", "true")
                    .with("s3:TlsVersion", "1.3")
                    .with("kms:CallerAccount", who.account().unwrap_or_default())
                    .with("aws:CurrentTime", now);
                // Whoever comes with a second factor, too, is refused by something else than the want of it.
                let context = match self.action {
                    "sts:AssumeRole" => context.with("aws:MultiFactorAuthPresent", "true"),
                    _ => context,
                };
                let context = keys.into_iter().fold(context, |context, (key, value)| context.with(key, value));
                Ok(match scene.decide(who, self.action, self.resource, &context) {
                    Some(decided) => format!("refused: {decided}"),
                    None => "refused: its account has no such user or role".to_owned(),
                })
            }
        })
    }
}

const ALLOWED: &str = "allowed";
