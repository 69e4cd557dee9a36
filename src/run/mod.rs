//! A run: what it looks at, which scenarios it runs, and the assessment it ends with. It must not know commands.

pub mod assess;
pub mod baseline;
pub(crate) mod description;
pub mod estimate;
pub mod planned;
pub mod progress;
pub mod register;
pub mod runner;
pub mod selection;
pub mod share;
pub mod target;
pub(crate) mod trial;
