//! The register: the owner's own records beside the configuration.
//!
//! Retention classes, log streams, readers, exceptions, uses of the break-glass role, waivers and attestations, each
//! in a small TOML file under version control. This module owns their forms, their validation and what waivers and
//! attestations do to verdicts; it reads no files and no clock.

mod apply;
mod contradiction;
mod model;
mod parse;

pub use apply::{RegisterFinding, apply};
pub use model::{
    Attestation, BreakGlassUse, Environment, Exception, Reader, Register, RetentionClass, Stream, Waiver, day,
};
pub use parse::{FILES, RegisterError, texts};
