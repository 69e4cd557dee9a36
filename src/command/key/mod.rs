//! `logproof key`: makes signing keys.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::{
    bundle::keys::{Algorithm, KeyError, PrivateKey, public_path},
    console::print,
    exit::Exit,
};

/// Arguments of `key`.
#[derive(Debug, Clone, Args)]
pub struct KeyArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: KeyCommand,
}

/// Commands of `key`.
#[derive(Debug, Clone, Subcommand)]
pub enum KeyCommand {
    /// Make a private key, and its public half beside it with `.pub` appended.
    New {
        /// File to write; never overwritten.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Kind of key.
        #[arg(long, value_enum, default_value = "ed25519", value_name = "KIND")]
        algorithm: Algorithm,
    },
}

/// `logproof key`.
///
/// # Errors
/// [`KeyError`].
pub fn run(args: &KeyArgs) -> Result<Exit, KeyError> {
    let KeyCommand::New { file, algorithm } = &args.command;
    let public = PrivateKey::create(file, *algorithm)?;
    print(|out| writeln!(out, "wrote {} and {}\nkey id {}", file.display(), public_path(file).display(), public.id()));
    Ok(Exit::Success)
}
