//! What steps of owners need besides the World: the subjects a scenario names, examined one after the other.

use logproof_estate::{
    BucketRef, Fact, KeyRef,
    facts::{KmsKey, Trail},
    subjects::{NamedQueue, NamedRole, NamedTopic},
    world::{Judged, LogproofWorld},
};

use crate::scene::subjects::{buckets, every, keys, queues, roles, topics, trails};

/// Judges each bucket that the scenario names, and counts those that were examined.
///
/// `judge` records an observation of the bucket, or why it could not be seen ([`LogproofWorld::see`] does). What could
/// not be seen of one bucket does not keep the others from being examined; the scenario is then ERROR.
///
/// # Errors
/// When no `Given` names a bucket, when `judge` stops without having recorded anything, and when the scenario is not met
/// or could not be examined.
pub async fn every_bucket(
    w: &mut LogproofWorld,
    judge: impl AsyncFn(&mut LogproofWorld, BucketRef) -> Judged,
) -> Judged {
    let groups = buckets(w)?;
    every(w, groups, judge).await
}

/// Judges each key that the scenario names, as [`every_bucket`] does: as it was asked for, and as it is.
///
/// # Errors
/// As [`every_bucket`].
pub async fn every_key(
    w: &mut LogproofWorld,
    judge: impl AsyncFn(&mut LogproofWorld, (KeyRef, Fact<KmsKey>)) -> Judged,
) -> Judged {
    let groups = keys(w)?;
    every(w, groups, judge).await
}

/// Judges each role that the scenario names, as [`every_bucket`] does.
///
/// # Errors
/// As [`every_bucket`].
pub async fn every_role(
    w: &mut LogproofWorld,
    judge: impl AsyncFn(&mut LogproofWorld, Fact<NamedRole>) -> Judged,
) -> Judged {
    let groups = roles(w)?;
    every(w, groups, judge).await
}

/// Judges each trail that the scenario names, or the organization trail, as [`every_bucket`] does.
///
/// # Errors
/// As [`every_bucket`].
pub async fn every_trail(
    w: &mut LogproofWorld,
    judge: impl AsyncFn(&mut LogproofWorld, Fact<Trail>) -> Judged,
) -> Judged {
    let groups = trails(w)?;
    every(w, groups, judge).await
}

/// Judges each topic that the scenario names, as [`every_bucket`] does.
///
/// # Errors
/// As [`every_bucket`].
pub async fn every_topic(
    w: &mut LogproofWorld,
    judge: impl AsyncFn(&mut LogproofWorld, Fact<NamedTopic>) -> Judged,
) -> Judged {
    let groups = topics(w)?;
    every(w, groups, judge).await
}

/// Judges each queue that the scenario names, as [`every_bucket`] does.
///
/// # Errors
/// As [`every_bucket`].
pub async fn every_queue(
    w: &mut LogproofWorld,
    judge: impl AsyncFn(&mut LogproofWorld, Fact<NamedQueue>) -> Judged,
) -> Judged {
    let groups = queues(w)?;
    every(w, groups, judge).await
}
