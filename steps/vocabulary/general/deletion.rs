//! What stands between the buckets a scenario names and somebody who wants to delete from them.

use cucumber::then;
use logproof_estate::{
    BucketRef,
    record::{Observation, Subject},
    world::{Judged, LogproofWorld},
};

use crate::{
    judgement::guide::{Entry, Kind},
    scene::subjects::{buckets, every},
};

/// What is documented of the sentences of this file.
pub(crate) const GUIDE: &[Entry] = &[Entry::then(
    "MFA delete is on",
    "Nobody deletes a version of an object, or changes versioning, without a code of the root user's MFA device.",
    "MFA delete is on",
)
.of(&[Kind::Bucket])];

/// See: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/MultiFactorAuthenticationDelete.html>
#[then("MFA delete is on")]
async fn mfa_delete_is_on(w: &mut LogproofWorld) -> Judged {
    let groups = buckets(w)?;
    every(w, groups, async |w: &mut LogproofWorld, bucket: BucketRef| {
        let versioning = w.see(w.estate()?.bucket_versioning(&bucket).await)?;
        let status = versioning.mfa_delete.clone().unwrap_or_else(|| "never configured".to_owned());
        let subject = Subject::bucket(&bucket);
        let met = status == "Enabled";
        w.observe(
            Observation::new(subject, "MFA delete Enabled", format!("MFA delete {status}"), met)
                .place("VersioningConfiguration")
                .hint("turn on MFA delete with the root user of the account, which nobody else can")
                .resting_on(versioning.exchanges()),
        );
        Ok(())
    })
    .await
}
