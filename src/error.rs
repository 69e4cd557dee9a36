//! What every error that ends a command has in common: the problem in one line, a hint on a line of its own, and an
//! exit code.
//!
//! Each room has error types of its own. Here is only the contract, and what several rooms need.

use std::{
    error::Error,
    io,
    path::{Path, PathBuf},
};

use crate::exit::Exit;

/// An error that ends a command. Its text is the problem, then `hint:` on a line of its own.
pub trait CommandError: Error {
    /// The exit code that goes with it.
    fn exit(&self) -> Exit;
}

impl<E: CommandError + 'static> From<E> for Box<dyn CommandError> {
    fn from(error: E) -> Self {
        Box::<E>::new(error)
    }
}

/// A file or folder that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read `{path}`: {source}\nhint: check the path and that the file is readable UTF-8 text")]
pub struct Unreadable {
    /// The file or folder.
    pub path: PathBuf,
    /// Cause.
    pub source: io::Error,
}

impl Unreadable {
    /// The error of this path, to be completed with its cause.
    pub fn at(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self { path, source }
    }
}

impl CommandError for Unreadable {
    fn exit(&self) -> Exit {
        Exit::Usage
    }
}

/// A file or folder that cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write `{path}`: {source}\nhint: free space, or choose a writable folder with `--out`")]
pub struct Unwritable {
    /// The file or folder.
    pub path: PathBuf,
    /// Cause.
    pub source: io::Error,
}

impl Unwritable {
    /// The error of this path, to be completed with its cause.
    pub fn at(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self { path, source }
    }
}

impl CommandError for Unwritable {
    fn exit(&self) -> Exit {
        Exit::Unassessed
    }
}
