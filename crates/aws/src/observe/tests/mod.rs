//! Every observer against answers as they come over the wire: present, absent, denied, throttled, cut short.

mod absence;
mod access_analyzer;
mod cloudtrail;
mod cloudwatch;
mod config;
mod events;
mod iam;
mod kms;
mod logs;
mod organizations;
mod questions;
mod s3;
mod s3_objects;
mod s3_rules;
mod s3control;
mod sns;
mod sqs;
mod sts;
mod support;
