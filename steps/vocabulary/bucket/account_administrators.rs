//! What service control policies keep from an administrator of the log archive account.
//!
//! The users and roles an account has today say little about tomorrow: whoever administers it can make another. So an
//! administrator and the root user are assumed here, and only policies above the account, and those of the bucket
//! itself, hold them back.

use cucumber::then;
use logproof_estate::world::{Judged, LogproofWorld};
use logproof_policy::{Question, Who, never};

use crate::scene::{
    access::{Callers, Refusal},
    actions::{adjust_bucket, administer, delete, left_open},
    bucket::BucketAccess,
    conditions::{above, everybody_but},
    proposal::On,
};

#[then(
    "an administrator of the log archive account cannot re-configure or delete the bucket, unless it is the log storage role"
)]
async fn an_administrator_cannot_reconfigure(w: &mut LogproofWorld) -> Judged {
    let bucket = BucketAccess::read(w).await?;
    let role = w.config()?.storage_role_arn();
    let scene = bucket.scene();
    let adjusted = left_open(adjust_bucket(), |action| {
        let who = Who::account(bucket.owner.as_str()).except_arn(&role);
        never(&scene, &Question::about([action]).on(&bucket.arn).by(who))
    });
    if !adjusted.is_empty() {
        w.note(format!(
            "an administrator can also change settings of bucket {} that neither expose, delete, re-route nor blind anything: {}",
            bucket.resource.name,
            adjusted.join(", ")
        ));
    }
    let refusal = Refusal {
        question: Question::about(administer())
            .on(&bucket.arn)
            .by(Who::account(bucket.owner.as_str()).except_arn(&role)),
        callers: Callers::Assumed,
        expected: format!("nobody in the account but {role} can re-configure or delete the bucket"),
        change:
            "deny the action on the bucket in an SCP above the account, for every principal but the log storage role"
                .to_owned(),
        remedy: bucket.deny(
            "OnlyTheStorageRoleConfigures",
            vec![above()],
            On::These(vec![bucket.arn.clone()]),
            everybody_but(&[role]),
        ),
    };
    bucket.must_refuse(w, refusal).await
}

#[then(
    "an administrator of the log archive account cannot delete what the bucket holds, unless it is the log storage role"
)]
async fn an_administrator_cannot_delete(w: &mut LogproofWorld) -> Judged {
    let bucket = BucketAccess::read(w).await?;
    let role = w.config()?.storage_role_arn();
    let refusal = Refusal {
        question: Question::about(delete())
            .on_all(&bucket.objects())
            .by(Who::account(bucket.owner.as_str()).except_arn(&role)),
        callers: Callers::Assumed,
        expected: format!("nobody in the account but {role} can delete what is stored or lift its protection"),
        change: "deny the action on the bucket's objects in an SCP above the account, for every principal but the log storage role".to_owned(),
        remedy: bucket.deny(
            "OnlyTheStorageRoleDeletes",
            vec![above()],
            On::These(vec![bucket.objects()]),
            everybody_but(&[role]),
        ),
    };
    bucket.must_refuse(w, refusal).await
}
