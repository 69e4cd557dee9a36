//! The commands. Each has a folder with its arguments, its handler, its errors and what only it needs.
//!
//! A command may use every other room of the application; no room may know a command, and no command another one.

pub mod ask;
pub mod check;
pub mod controls;
pub mod diff;
pub mod doctor;
pub mod explain;
pub mod init;
pub mod key;
pub mod lint;
pub mod merge;
pub mod new;
pub mod period;
pub mod permissions;
pub mod plan;
pub mod register;
pub mod replay;
pub mod report;
pub mod show;
pub mod steps;
pub mod test;
pub mod trail;
pub mod verify;
