//! Observers: one file per service, each turning answers of the SDK into facts.
//!
//! An observer makes the calls of one question, all pages of them, and says absence as a value. It never judges.

mod cloudtrail;
mod kms;
mod sts;

pub(crate) use sts::caller_identity;

/// SDK time to a timestamp; `None` when it is out of range.
pub(crate) fn timestamp(time: &aws_smithy_types::DateTime) -> Option<jiff::Timestamp> {
    jiff::Timestamp::new(time.secs(), i32::try_from(time.subsec_nanos()).ok()?).ok()
}
