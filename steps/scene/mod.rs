//! What questions are asked of and decided on: the organization, buckets, keys, roles, alerts, and what an answer must be.
//!
//! Registers no sentence.

pub(crate) mod access;
pub(crate) mod access_points;
pub(crate) mod accounts;
pub(crate) mod actions;
pub(crate) mod alerts;
pub mod ask;
pub(crate) mod asked;
pub(crate) mod asked_requests;
pub(crate) mod bucket;
pub(crate) mod buckets;
pub(crate) mod claim;
pub(crate) mod conditions;
pub(crate) mod copies;
pub(crate) mod grouping;
pub(crate) mod guardrails;
pub(crate) mod identity_providers;
pub(crate) mod key;
pub(crate) mod key_services;
pub(crate) mod layers;
pub(crate) mod lifecycle;
pub(crate) mod listed;
pub(crate) mod listed_keys;
pub(crate) mod messages;
pub(crate) mod named_key;
pub(crate) mod needed_access;
pub(crate) mod organization;
pub(crate) mod own;
pub(crate) mod policies;
pub(crate) mod population;
pub(crate) mod principals;
pub(crate) mod proposal;
pub(crate) mod questions;
pub(crate) mod readers;
pub(crate) mod register;
pub(crate) mod role;
pub(crate) mod role_side;
pub(crate) mod role_use;
pub(crate) mod roles;
pub(crate) mod service_requests;
pub(crate) mod subjects;
pub(crate) mod trail;
pub(crate) mod trail_status;
pub(crate) mod trails;
pub(crate) mod trust;
