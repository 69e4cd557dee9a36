//! Reports: each is written from the assessment alone, so that no two of them can disagree.

pub mod consistency;
pub mod csv;
pub mod first;
mod format;
pub mod html;
pub mod identity;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod ocsf;
pub mod oscal;
pub mod outline;
pub mod owner;
pub mod sarif;
pub mod terminal;
pub mod wrap;

pub use format::Format;
