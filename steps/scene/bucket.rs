//! A bucket, its policy and its organization.

use logproof_estate::{
    BucketRef,
    world::{LogproofWorld, Stop},
};
use logproof_policy::{Answer, Question};
use serde_json::{Value, json};

use crate::scene::{
    access::{Callers, Refusal, ResourceAccess, ResourceRead},
    access_points::never,
    conditions::when,
    proposal::{Deny, Kind, On, Place, Remedy, kept::Keeping},
};

pub(crate) type BucketAccess = ResourceAccess<BucketRef>;

impl BucketAccess {
    /// The bucket the scenario refers to.
    pub(crate) async fn read(w: &mut LogproofWorld) -> Result<Self, Stop> {
        let bucket = w.bucket()?;
        Self::of(w, bucket).await
    }

    pub(crate) async fn of(w: &mut LogproofWorld, bucket: BucketRef) -> Result<Self, Stop> {
        Self::naming(w, bucket, &[]).await
    }

    /// The same for questions about accounts by their ids: no other account represents them.
    pub(crate) async fn naming(w: &mut LogproofWorld, bucket: BucketRef, ids: &[&str]) -> Result<Self, Stop> {
        let text = w.see(w.estate()?.bucket_policy(&bucket).await)?;
        let read = ResourceRead {
            kind: Kind::Bucket,
            arn: bucket.arn(),
            owner: bucket.owner.clone(),
            region: bucket.region.clone(),
            text: (*text).clone(),
            policy: (format!("the policy of bucket {}", bucket.name), "s3:GetBucketPolicy"),
            exchanges: text.exchanges().to_vec(),
            resource: bucket,
        };
        Self::around(w, read, ids).await
    }

    pub(crate) fn objects(&self) -> String {
        format!("{}/*", self.arn)
    }

    /// The bucket and its objects.
    pub(crate) fn all(&self) -> On {
        On::These(vec![self.arn.clone(), self.objects()])
    }

    /// A question about the bucket and its objects.
    pub(crate) fn about_all(&self, actions: &[&'static str]) -> Question {
        Question::about(actions.iter().copied()).on(&self.arn).on_all(&self.objects())
    }

    /// Asks about the bucket with an administrator assumed in every account.
    pub(crate) fn assume_administrators(&self, question: &Question) -> Answer {
        never(&self.scene(), question)
    }

    /// A statement about the bucket.
    pub(crate) fn deny(&self, sid: &'static str, places: Vec<Place>, on: On, condition: Value) -> Remedy {
        Remedy::Deny(Box::new(Deny { sid, places, on, condition, keeping: Keeping::Bucket(self.resource.clone()) }))
    }

    /// The same in the bucket's own policy.
    pub(crate) fn deny_in_own_policy(&self, sid: &'static str, on: On, condition: Value) -> Remedy {
        self.deny(sid, vec![self.own_policy()], on, condition)
    }

    /// Every request over plain HTTP.
    pub(crate) fn plain_http(&self, change: &str) -> Result<Refusal, Stop> {
        let condition = json!({"Bool": {"aws:SecureTransport": "false"}});
        Ok(Refusal {
            question: when(self.about_all(&["s3:*"]), &condition)?,
            callers: Callers::Assumed,
            expected: "every request over plain HTTP is refused".to_owned(),
            change: change.to_owned(),
            remedy: self.deny_in_own_policy("RefusePlainHttp", self.all(), condition),
        })
    }
}
