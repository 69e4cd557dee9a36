//! The `Then` sentences, by subject.
//!
//! A file here holds sentences and what only they need. Files do not import each other: what several need is in `scene`,
//! or in `judgement` where it is a question of values.

pub(crate) mod access;
pub(crate) mod alerting;
pub(crate) mod bucket;
pub(crate) mod config;
pub(crate) mod general;
pub(crate) mod guardrails;
pub(crate) mod key;
pub(crate) mod register;
pub(crate) mod roles;
pub(crate) mod trail;
