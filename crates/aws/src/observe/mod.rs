//! Observers: one file per service, each turning answers of the SDK into facts; [`source`] asks them.
//!
//! An observer makes the calls of one question, all pages of them, and says absence as a value. It never judges.
//! Fields the service always sends are required: an answer without one is malformed, never a default.

mod access_analyzer;
mod cloudtrail;
mod cloudwatch;
mod config;
mod events;
mod iam;
mod integrity;
mod kms;
mod logs;
mod organizations;
mod pages;
mod s3;
mod s3control;
mod sns;
mod source;
mod sqs;
mod sts;
#[cfg(test)]
mod tests;

use percent_encoding::percent_decode_str;

use crate::failure::Failure;

pub(crate) use s3::{object_retention, to_object_lock};
pub(crate) use sts::caller_identity;

/// SDK time to a timestamp; `None` when it is out of range.
pub(crate) fn timestamp(time: &aws_smithy_types::DateTime) -> Option<jiff::Timestamp> {
    jiff::Timestamp::new(time.secs(), i32::try_from(time.subsec_nanos()).ok()?).ok()
}

/// What the SDK puts in place of a required enum that the answer does not have.
const UNSET: &str = "no value was set";

/// A text the service always sends. The SDK replaces required fields that are missing by placeholders, which are no
/// more an answer than a missing one.
///
/// # Errors
/// [`Failure::Malformed`] naming `what`.
fn required<'a>(text: impl Into<Option<&'a str>>, what: &str) -> Result<String, Failure> {
    match text.into() {
        Some(text) if !text.is_empty() && text != UNSET => Ok(text.to_owned()),
        _ => Err(missing(what)),
    }
}

/// A part of an answer that the service always sends.
///
/// # Errors
/// [`Failure::Malformed`] naming `what`.
fn present<T>(part: Option<T>, what: &str) -> Result<T, Failure> {
    part.ok_or_else(|| missing(what))
}

fn missing(what: &str) -> Failure {
    Failure::Malformed(format!("the answer has no {what}"))
}

/// A text that may be missing; some services send it empty instead.
fn optional(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A policy document: JSON text, or no answer. A proxy's page is not a policy.
///
/// # Errors
/// [`Failure::Malformed`] when there is none, or it is not JSON.
fn policy(text: Option<&str>, what: &str) -> Result<String, Failure> {
    let text = required(text, what)?;
    match serde_json::from_str::<serde::de::IgnoredAny>(&text) {
        Ok(_) => Ok(text),
        Err(error) => Err(Failure::Malformed(format!("the {what} is not JSON: {error}"))),
    }
}

/// A policy document as IAM sends it: percent-encoded. See:
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html>
///
/// # Errors
/// [`Failure::Malformed`] when there is none, or it does not decode to a policy.
fn document(encoded: Option<&str>, what: &str) -> Result<String, Failure> {
    let encoded = required(encoded, what)?;
    match percent_decode_str(&encoded).decode_utf8() {
        Ok(text) => policy(Some(&text), what),
        Err(_) => Err(Failure::Malformed(format!("the {what} is not percent-encoded UTF-8"))),
    }
}
