//! Typed facts, one file per AWS service family. Names are AWS's own; units are in the names.
//!
//! Facts are plain values: they hold what the service said, resolved where the service is ambiguous (an empty
//! location constraint is `us-east-1`), and no judgement.

mod alerting;
mod bucket;
mod iam;
mod integrity;
mod key;
mod organization;
mod recorder;
mod tags;
mod trail;

pub use alerting::*;
pub use bucket::*;
pub use iam::*;
pub use integrity::*;
pub use key::*;
pub use organization::*;
pub use recorder::*;
pub use tags::*;
pub use trail::*;
