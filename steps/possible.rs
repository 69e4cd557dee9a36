//! That who must be able to do something can: with its own policies, from where it must, at this moment.
//!
//! A caller is let in when there is some request it can make. Where all are refused, one is decided to say by what.

use std::{collections::BTreeMap, sync::Arc};

use logproof_estate::{
    AccountId,
    record::{Observation, Subject},
    world::{LogproofWorld, Stop},
};
use logproof_policy::{Answer, Context, Policy, Question, Who, never};
use serde_json::json;

use crate::{
    bucket_policy::BucketGround,
    policy_claim::Claim,
    policy_scene::{Ground, identities, principal},
};

/// What somebody must be able to do.
pub(crate) struct Wanted<'a> {
    pub(crate) action: &'static str,
    pub(crate) resource: &'a str,
    pub(crate) owner: &'a AccountId,
    pub(crate) policy: Option<Arc<Policy>>,
    pub(crate) ground: &'a Ground,
    /// Keys the request has, whoever makes it.
    pub(crate) keys: Vec<(&'static str, String)>,
    /// Keys the request lacks, whoever makes it.
    pub(crate) without: &'static [&'static str],
}

impl<'a> Wanted<'a> {
    /// To read an object of a bucket.
    pub(crate) fn read(bucket: &'a BucketGround, object: &'a str) -> Self {
        Self {
            action: "s3:GetObject",
            resource: object,
            owner: &bucket.bucket.owner,
            policy: bucket.policy.clone(),
            ground: &bucket.ground,
            keys: Vec::new(),
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
        let mut scene = self.ground.scene(self.owner, self.policy);
        let account = who.account().unwrap_or_default().to_owned();
        for known in scene.organization.accounts.iter_mut().filter(|known| known.id == account) {
            let id: AccountId = account.parse().map_err(|_| Stop::because(format!("`{account}` is no account id")))?;
            let authorization = w.see(estate.account_authorization(&id).await)?;
            claim.exchanges.extend_from_slice(authorization.exchanges());
            *known = known.clone().with_identities(identities(w, &id, &authorization)?);
        }
        let equal: BTreeMap<&str, &String> = self.keys.iter().map(|(key, value)| (*key, value)).collect();
        let absent: BTreeMap<&str, &str> = self.without.iter().map(|key| (*key, "true")).collect();
        let when = json!({"Bool": {"aws:SecureTransport": "true"}, "StringEquals": equal, "Null": absent});
        let question = Question::about([self.action])
            .on(self.resource)
            .by(Who::exactly(who.clone()))
            .at(&now)
            .when(&when.to_string())
            .map_err(|error| Stop::because(error.to_string()))?;
        claim.subject = Subject::arn(caller);
        let found = match never(&scene, &question) {
            Answer::Undecided(reason) => {
                claim.undecided(w, reason);
                return Ok(());
            }
            Answer::Violated(_) => "allowed".to_owned(),
            Answer::Holds => {
                let context = Context::new()
                    .with("aws:SecureTransport", "true")
                    .with("s3:TlsVersion", "1.3")
                    .with("kms:CallerAccount", account.as_str())
                    .with("aws:CurrentTime", now);
                let context =
                    self.keys.into_iter().fold(context, |context, (key, value)| context.with(key, value.as_str()));
                match scene.decide(&who, self.action, self.resource, &context) {
                    Some(decided) => format!("refused: {decided}"),
                    None => "refused: its account has no such user or role".to_owned(),
                }
            }
        };
        w.record.rest_on(&claim.exchanges);
        let met = found == "allowed";
        w.observe(Observation::new(claim.subject, claim.expected, found, met).place(self.resource).hint(claim.change));
        Ok(())
    }
}
