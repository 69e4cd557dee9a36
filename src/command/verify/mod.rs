//! `logproof verify`: whether a bundle is as it was made, without credentials.

use std::{
    io::{self, Write},
    path::PathBuf,
};

use clap::Args;

use crate::{
    bundle::{
        keys::{KeyError, PublicKey},
        manifest::ManifestError,
        timestamp::{Anchors, Stamp},
        verify::{Known, Verification, verify},
    },
    console::print,
    error::CommandError,
    exit::Exit,
};

/// Arguments of `verify`.
#[derive(Debug, Clone, Args)]
pub struct VerifyArgs {
    /// Folder of the run.
    #[arg(value_name = "BUNDLE")]
    pub bundle: PathBuf,
    /// Public key the bundle must be sealed with.
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// Certificates (PEM) of which one must certify the authority that time-stamped the bundle.
    #[arg(long, value_name = "FILE")]
    pub tsa_ca: Option<PathBuf>,
    /// Bundle this one must follow.
    #[arg(long, value_name = "BUNDLE")]
    pub follows: Option<PathBuf>,
}

/// A bundle that cannot be verified.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// A key or certificate that was given.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The manifest, or a file it lists.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
}

impl CommandError for VerifyError {
    fn exit(&self) -> Exit {
        Exit::Unassessed
    }
}

/// `logproof verify`.
///
/// # Errors
/// [`VerifyError`].
pub fn run(args: &VerifyArgs) -> Result<Exit, VerifyError> {
    let key = args.key.as_deref().map(PublicKey::read).transpose()?;
    let authorities = args.tsa_ca.as_deref().map(Anchors::read).transpose()?;
    let known = Known { key: key.as_ref(), authorities: authorities.as_ref(), predecessor: args.follows.as_deref() };
    let found = verify(&args.bundle, known)?;
    print(|out| summary(&found, out));
    Ok(if found.holds() { Exit::Success } else { Exit::Unassessed })
}

/// Writes what verification found.
fn summary(found: &Verification, out: &mut dyn Write) -> io::Result<()> {
    for problem in &found.problems {
        writeln!(out, "{problem}")?;
    }
    for cell in &found.missing {
        writeln!(out, "not examined: {cell}")?;
    }
    let verdict = match (found.problems.is_empty(), found.missing.is_empty()) {
        (true, true) => "verified",
        (true, false) => "NOT COMPLETE, though unchanged",
        (false, _) => "NOT VERIFIED",
    };
    writeln!(
        out,
        "{verdict}: run {}, {} files, {} exchanges, manifest {}",
        found.run, found.files, found.exchanges, found.manifest_sha256
    )?;
    match (&found.sealed_by, found.key_was_given) {
        (Some(id), true) => writeln!(out, "sealed by the given key {id}"),
        (Some(id), false) => writeln!(out, "sealed by key {id}; give `--key` to know that it is the right one"),
        (None, _) if found.has_seal => writeln!(out, "the seal does not hold"),
        (None, _) => writeln!(out, "not sealed: the manifest shows changes to files, not to itself"),
    }?;
    match (&found.follows, found.predecessor_was_given) {
        (None, _) => Ok(()),
        (Some(run), true) => writeln!(out, "says that it follows run {run}, compared with the given bundle"),
        (Some(run), false) => writeln!(out, "says that it follows run {run}; give `--follows` to compare it"),
    }?;
    match &found.stamp {
        None => Ok(()),
        Some(Stamp { at, authority, trusted: true }) => {
            writeln!(out, "time-stamped at {at} by {authority}, certified by a given certificate")
        }
        Some(Stamp { at, authority, trusted: false }) => {
            writeln!(
                out,
                "time-stamped at {at} by one that calls itself {authority}; give `--tsa-ca` to know who it is"
            )
        }
    }
}
