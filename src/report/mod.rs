//! Reports: each is written from the assessment alone, so that no two of them can disagree.

pub mod identity;
pub mod json;
pub mod terminal;
