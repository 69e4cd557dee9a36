//! The clock: the only module of this crate that reads it. When an exchange was made and what a request is signed with is
//! part of what this crate does; no other crate below the application reads the clock.

use std::time::SystemTime;

use jiff::Timestamp;

/// The present instant, for the record of an exchange.
#[expect(clippy::disallowed_methods, reason = "the one place where this crate reads the clock")]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// The present instant, in the form that credentials and signatures have.
#[expect(clippy::disallowed_methods, reason = "the one place where this crate reads the clock")]
pub(crate) fn system_time() -> SystemTime {
    SystemTime::now()
}
