//! The clock: the only module of the application that reads it. Everything else is given an instant.

use jiff::Timestamp;

/// The present instant.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place where the application reads the clock")]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}
