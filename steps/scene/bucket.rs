//! Everything a question about a bucket needs, and the one way such a question is asked, answered and recorded.

use std::sync::Arc;

use logproof_estate::{
    BucketRef, ExchangeId,
    record::Subject,
    world::{Judged, LogproofWorld, Stop},
};
use logproof_policy::{Answer, Identity, Policy, Question, Scene};
use serde_json::Value;

use crate::scene::{
    access_points::never,
    claim::Claim,
    organization::{Ground, identities, shared},
    proposal::{Deny, Kind, On, Place, Remedy, Target, kept::Keeping},
};

/// Everything a question about a bucket needs.
pub(crate) struct BucketGround {
    pub(crate) bucket: BucketRef,
    pub(crate) policy: Option<Arc<Policy>>,
    pub(crate) ground: Ground,
    /// The bucket policy as it was read.
    text: Option<String>,
    exchanges: Vec<ExchangeId>,
}

/// Whose users and roles a question about a bucket is asked of; administrators are assumed everywhere else.
#[derive(Clone, Copy)]
pub(crate) enum Callers {
    /// An administrator in the bucket's own account, too.
    Assumed,
    /// The users and roles the bucket's own account has.
    Inventory,
}

/// Requests that must not be allowed on a bucket, what a finding says of them, and what would close it.
pub(crate) struct Refusal {
    pub(crate) question: Question,
    pub(crate) callers: Callers,
    pub(crate) expected: String,
    pub(crate) change: String,
    pub(crate) remedy: Remedy,
}

impl BucketGround {
    /// The bucket the scenario speaks of.
    pub(crate) async fn read(w: &mut LogproofWorld) -> Result<Self, Stop> {
        let bucket = w.bucket()?;
        Self::of(w, bucket).await
    }

    pub(crate) async fn of(w: &mut LogproofWorld, bucket: BucketRef) -> Result<Self, Stop> {
        Self::naming(w, bucket, &[]).await
    }

    /// The same for questions about accounts by their ids: no other account stands for them.
    pub(crate) async fn naming(w: &mut LogproofWorld, bucket: BucketRef, ids: &[&str]) -> Result<Self, Stop> {
        let estate = w.estate()?;
        let text = w.see(estate.bucket_policy(&bucket).await)?;
        let policy = match text.as_deref() {
            Some(text) => Some(shared(
                w,
                &format!("the policy of bucket {}", bucket.name),
                text,
                "s3:GetBucketPolicy",
                &bucket.owner,
            )?),
            None => None,
        };
        let own: Vec<&Policy> = policy.iter().map(Arc::as_ref).collect();
        let ground = Ground::read(w, &own, ids).await?;
        let exchanges = [text.exchanges(), ground.exchanges()].concat();
        w.record.rest_on(&exchanges);
        Ok(Self { bucket, policy, ground, text: (*text).clone(), exchanges })
    }

    pub(crate) fn subject(&self) -> Subject {
        Subject::arn(self.bucket.arn()).at(&self.bucket.owner, Some(&self.bucket.region))
    }

    pub(crate) fn objects(&self) -> String {
        format!("{}/*", self.bucket.arn())
    }

    pub(crate) fn claim(&self, expected: impl Into<String>, change: impl Into<String>) -> Claim {
        Claim {
            subject: self.subject(),
            account: self.bucket.owner.clone(),
            expected: expected.into(),
            change: change.into(),
            exchanges: self.exchanges.clone(),
            stood_for_by: None,
        }
    }

    /// Adds what the answers rest on besides.
    pub(crate) fn rest_on(&mut self, further: &[ExchangeId]) {
        self.exchanges.extend_from_slice(further);
    }

    pub(crate) fn exchanges(&self) -> &[ExchangeId] {
        &self.exchanges
    }

    /// The bucket with an administrator assumed in every account.
    pub(crate) fn scene(&self) -> Scene {
        self.ground.scene(&self.bucket.owner, self.policy.clone())
    }

    /// Asks about the bucket with an administrator assumed in every account.
    pub(crate) fn assume_administrators(&self, question: &Question) -> Answer {
        never(&self.scene(), question)
    }

    /// The same, with an account that may be none of the organization's.
    pub(crate) fn scene_with(&self, account: &str) -> Scene {
        self.ground.scene_with_account(&self.bucket.owner, self.policy.clone(), account)
    }

    /// The bucket with the real users and roles of its own account.
    pub(crate) async fn scene_with_inventory(&mut self, w: &mut LogproofWorld) -> Result<Scene, Stop> {
        let inventory = self.inventory(w).await?;
        Ok(self.ground.scene_with_inventory(&self.bucket.owner, self.policy.clone(), &inventory))
    }

    /// Asks, records the answer and ends the step.
    pub(crate) async fn must_refuse(mut self, w: &mut LogproofWorld, refusal: Refusal) -> Judged {
        let scene = match refusal.callers {
            Callers::Assumed => self.scene(),
            Callers::Inventory => self.scene_with_inventory(w).await?,
        };
        let claim = self.claim(refusal.expected, refusal.change);
        claim.prove(w, &scene, &refusal.question, refusal.remedy).await;
        w.settle()
    }

    /// The bucket's own policy, as a place for a statement.
    pub(crate) fn own_policy(&self) -> Place {
        Place::Resource(Target { kind: Kind::Bucket, arn: self.bucket.arn(), text: self.text.clone() })
    }

    /// The bucket and its objects.
    pub(crate) fn all(&self) -> On {
        On::These(vec![self.bucket.arn(), self.objects()])
    }

    /// A statement about the bucket.
    pub(crate) fn deny(&self, sid: &'static str, places: Vec<Place>, on: On, condition: Value) -> Remedy {
        Remedy::Deny(Box::new(Deny { sid, places, on, condition, keeping: Keeping::Bucket(self.bucket.clone()) }))
    }

    /// The same in the bucket's own policy.
    pub(crate) fn deny_in_own_policy(&self, sid: &'static str, on: On, condition: Value) -> Remedy {
        self.deny(sid, vec![self.own_policy()], on, condition)
    }

    /// Everything of the question about the bucket and its objects.
    pub(crate) fn about_all(&self, actions: &[&'static str]) -> Question {
        Question::about(actions.iter().copied()).on(&self.bucket.arn()).on_all(&self.objects())
    }

    async fn inventory(&mut self, w: &mut LogproofWorld) -> Result<Vec<Identity>, Stop> {
        let estate = w.estate()?;
        let authorization = w.see(estate.account_authorization(&self.bucket.owner).await)?;
        self.exchanges.extend_from_slice(authorization.exchanges());
        identities(w, &self.bucket.owner, &authorization)
    }
}
