//! The Gherkin vocabulary of the controls, one module per subject.
//!
//! A step asks the estate, records what it examined and judges it. It owns no I/O, no clock and no printing, and it
//! never names the AWS SDK. Steps register themselves: a program gets them by naming this crate
//! (`use logproof_steps as _;`).

mod access_analysis;
mod access_logging;
mod access_points;
mod action_classes;
mod alerting;
pub mod ask;
mod assuming;
mod auditors;
mod binding;
mod bucket_access;
mod bucket_ground;
mod bucket_policy;
mod bucket_population;
mod config_recording;
mod correction;
mod data_events;
mod delivery;
mod delivery_policy;
mod encryption;
mod ended_grants;
mod exemptions;
mod federation;
mod granting;
mod guard_alerts;
mod guards;
mod intake;
mod integrity;
mod judgement;
mod kept_files;
mod key_policy;
mod key_use;
mod latent;
mod metric_filters;
mod place;
mod policy_claim;
mod policy_scene;
mod population;
mod possible;
mod prevention;
mod proposal;
mod protection;
mod readers;
mod reading;
mod recorded_events;
mod replication;
mod retention;
mod retention_policy;
mod separation;
mod topics;
mod trail;
mod trust;
mod uploads;
