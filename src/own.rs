//! Steps of your own in Rust: a program with your steps besides those of logproof.
//!
//! Where no sentence of `logproof steps` expresses what you require, write a step. Your crate depends on `logproof` and
//! on the version of `cucumber` that logproof uses, and its `main` is [`main_with`]. What it makes is the whole program: `check`, `lint`,
//! `steps`, `test`, `plan`, `replay` and the others know your sentences as they know their own. `examples/own-steps` is
//! such a crate, complete with a feature, its fixtures and tests.
//!
//! A step asks the [`Estate`] for facts, records what it examined in the [`LogproofWorld`], and judges. Answers come from
//! accounts, from a described landing zone or from a bundle; a step cannot tell which, and makes no calls by itself. It
//! reads no clock (`w.now()` is the instant that counts as now), no environment and no network: a verdict that depends
//! on them would not be the same when somebody replays it.
//!
//! ```standalone_crate
//! use cucumber::then;
//! use logproof::own::{
//!     BucketRef, Entry, Judged, Kind, LogproofWorld, Observation, StepCrate, Subject, every_bucket,
//! };
//!
//! const SENTENCES: &[Entry] = &[Entry::then(
//!     "its name begins with {string}",
//!     "The name of the bucket begins with this text.",
//!     "its name begins with \"acme-\"",
//! )
//! .of(&[Kind::Bucket])];
//!
//! #[then(expr = "its name begins with {string}")]
//! async fn its_name_begins_with(w: &mut LogproofWorld, prefix: String) -> Judged {
//!     every_bucket(w, async |w: &mut LogproofWorld, bucket: BucketRef| {
//!         // Of a fact that AWS is asked for: w.see(w.estate()?.bucket_tags(&bucket).await)?
//!         let subject = Subject::bucket(&bucket);
//!         let met = bucket.name.starts_with(&prefix);
//!         let expected = format!("a name that begins with `{prefix}`");
//!         w.observe(Observation::new(subject, expected, format!("`{}`", bucket.name), met).hint("move its objects"));
//!         Ok(())
//!     })
//!     .await
//! }
//!
//! const STEPS: StepCrate = StepCrate::new("acme-steps", "1.0.0").sentences(SENTENCES);
//!
//! // In `fn main() -> ExitCode`: logproof::own::main_with(&[STEPS]). The same with arguments of its own:
//! let exit = logproof::own::run_with(&[STEPS], ["acme", "steps", "--search", "its name begins with"]);
//! assert_eq!(exit, logproof::exit::Exit::Success);
//! ```
//!
//! # What stays as it is
//!
//! This module, with everything it passes on, is what logproof promises to owners: within one minor version (`0.1.x`,
//! later `1.x`) nothing of it is removed or changes its meaning, and what a new minor version changes is in
//! `CHANGELOG.md` under "Changed", with what to write instead. Questions, facts and variants are added at any time. All
//! other modules of this crate are public for its own tests and may change with every version.
//!
//! A bundle names the crates that made it, with their versions. A program without them can verify it and read its
//! reports; to replay it, it needs the steps, and reports which are missing.

pub use logproof_estate::{
    AccountId, Answer, BucketRef, Config, Estate, ExchangeId, Fact, KeyRef, Reason, Region, Unseen, facts,
    record::{Observation, Population, Subject},
    subjects::{NamedQueue, NamedRole, NamedTopic},
    world::{Judged, LogproofWorld, Stop},
};
pub use logproof_steps::{
    every_bucket, every_key, every_queue, every_role, every_topic, every_trail,
    guide::{Below, Entry, Kind},
};

pub use crate::{
    catalogue::own::StepCrate,
    program::{main_with, run_with},
};
