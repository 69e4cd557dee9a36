//! What questions are asked of and decided on: the organization, buckets, keys, roles, alerts, and what an answer must be.
//!
//! Registers no sentence.

pub(crate) mod access_points;
pub(crate) mod actions;
pub(crate) mod alerts;
pub mod ask;
pub(crate) mod bucket;
pub(crate) mod claim;
pub(crate) mod copies;
pub(crate) mod key_services;
pub(crate) mod needed_access;
pub(crate) mod organization;
pub(crate) mod proposal;
pub(crate) mod role;
