//! The copy of the log bucket that S3 replication keeps.

use cucumber::given;
use logproof_estate::world::{Judged, LogproofWorld};

use crate::scene::{buckets::existing_bucket, copies::Copies};

#[given("the replica of the log bucket")]
async fn the_replica(w: &mut LogproofWorld) -> Judged {
    let (estate, config) = (w.estate()?, w.config()?);
    let home = existing_bucket(w, estate.log_bucket(), "the log bucket").await?;
    w.bucket = Some(home.clone());
    let copies = Copies::read(w).await?;
    let copies = copies.that_count(&home.owner, config.expectations.replica_account.as_ref());
    let Some(bucket) = copies.iter().find_map(|copy| copy.bucket.clone()) else {
        return Err(w.not_applicable("no account owns the bucket a replication rule names: see control LS-6.7"));
    };
    w.bucket = Some(bucket);
    w.settle()
}
