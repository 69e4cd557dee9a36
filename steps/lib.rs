//! The Gherkin vocabulary of the controls, one module per subject.
//!
//! A step asks the estate, records what it examined and judges it. It owns no I/O, no clock and no printing, and it
//! never names the AWS SDK. Steps register themselves: a program gets them by naming this crate
//! (`use logproof_steps as _;`).

mod given;
mod judgement;
mod scene;
mod vocabulary;

pub use scene::ask;
