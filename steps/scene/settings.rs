//! Settings of buckets: each of those a scenario names, judged in one way.

use logproof_estate::{
    BucketRef, ExchangeId,
    record::{Observation, Subject},
    world::{Judged, LogproofWorld, Stop},
};

use crate::scene::subjects::{buckets, every};

/// What is required of a setting, what is there, and what to change.
pub(crate) struct Setting {
    pub(crate) expected: String,
    pub(crate) found: String,
    pub(crate) met: bool,
    pub(crate) place: &'static str,
    pub(crate) hint: String,
    pub(crate) exchanges: Vec<ExchangeId>,
}

impl Setting {
    fn observe(self, w: &mut LogproofWorld, bucket: &BucketRef) {
        w.observe(
            Observation::new(Subject::bucket(bucket), self.expected, self.found, self.met)
                .place(self.place)
                .hint(self.hint)
                .resting_on(&self.exchanges),
        );
    }
}

/// Judges a setting of every bucket the scenario names, or of the one of the log store.
pub(crate) async fn each(
    w: &mut LogproofWorld,
    look: impl AsyncFn(&mut LogproofWorld, &BucketRef) -> Result<Setting, Stop>,
) -> Judged {
    let buckets = buckets(w)?;
    let judge = async |w: &mut LogproofWorld, bucket: BucketRef| {
        let setting = look(w, &bucket).await?;
        setting.observe(w, &bucket);
        Ok(())
    };
    every(w, buckets, judge).await
}
