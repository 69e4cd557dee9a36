//! The register: the owner's own records beside the configuration.
//!
//! Retention classes, log streams, readers, exceptions, uses of the break-glass role, waivers, attestations and the
//! findings of a baseline, each in a small TOML file under version control. This module owns their forms, their
//! validation and what waivers, attestations and a baseline do to verdicts; it reads no files and no clock.

mod apply;
mod baseline;
mod contradiction;
mod model;
mod open;
mod parse;

pub use apply::{RegisterFinding, apply};
pub use baseline::{Acceptance, Accepted, BaselineState, FindingRef, every_finding, updated};
pub use model::{
    Attestation, BreakGlassUse, Environment, Exception, OpenEntry, REGISTER, Reader, Register, RetentionClass, Stream,
    Waiver, day,
};
pub use open::UNSIGNED;
pub use parse::{FILES, RegisterError, texts};
