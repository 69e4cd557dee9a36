//! Tags: a plan has all that are the owner's, and none that AWS sets.

use logproof_estate::facts::{BucketTag, Tags};

use super::lay::State;
use crate::Planned;

/// Tags that only AWS sets begin so; nobody else can change or remove them, and providers leave them alone.
///
/// See: <https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html>
const OF_AWS: &str = "aws:";

/// The tags there are, as far as they could be observed.
fn observed<T: Default>(state: &mut State<T>) -> T {
    match state {
        State::Is(tags) => std::mem::take(tags),
        _ => T::default(),
    }
}

/// Tags of a bucket, replaced by those that are planned.
pub(super) fn of_bucket(state: &mut State<Vec<BucketTag>>, to: &Planned<Vec<BucketTag>>) {
    let mut kept = observed(state);
    kept.retain(|tag| tag.key.starts_with(OF_AWS));
    state.set(to, |to| {
        kept.retain(|tag| to.iter().all(|planned| planned.key != tag.key));
        [to.as_slice(), &kept].concat()
    });
}

/// Tags of a role or user, replaced by those that are planned.
pub(super) fn replace_pairs(tags: &mut Vec<(String, String)>, to: Vec<(String, String)>) {
    tags.retain(|(key, _)| key.starts_with(OF_AWS) && to.iter().all(|(planned, _)| planned != key));
    tags.splice(0..0, to);
}

/// Tags of a key, replaced by those that are planned.
pub(super) fn of_key(state: &mut State<Tags>, to: &Planned<Tags>) {
    let there = observed(state);
    state.set(to, |to| replaced(&there, to));
}

/// Tags of a topic or queue, replaced by those that are planned.
pub(super) fn replaced(tags: &Tags, to: &Tags) -> Tags {
    let kept = tags.iter().filter(|(key, _)| key.starts_with(OF_AWS));
    kept.chain(to).map(|(key, value)| (key.clone(), value.clone())).collect()
}
