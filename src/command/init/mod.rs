//! `logproof init`: looks at the organization with the caller's credentials and writes a commented `logproof.toml`.
//!
//! What was found is written as a value; what could not be found is written as a question.

mod discover;
mod error;
mod render;

use std::{
    fs::OpenOptions,
    io::{self, Write as _},
    path::PathBuf,
};

use clap::Args;
use logproof_aws::Options;
use logproof_estate::{Region, config::AccessConfig};

pub use error::InitError;

use crate::{console::print, error::Unwritable, exit::Exit};

/// Arguments of `init`.
#[derive(Debug, Clone, Args)]
pub struct InitArgs {
    /// Home Region of the organization trail.
    #[arg(long, value_name = "REGION")]
    pub region: String,
    /// Governed Region; may be repeated [default: the Regions in which AWS Config records].
    #[arg(long = "governed-region", value_name = "REGION")]
    pub regions: Vec<String>,
    /// Role assumed in other accounts.
    #[arg(long, value_name = "NAME", default_value = "LogproofAudit")]
    pub role_name: String,
    /// External id sent with AssumeRole.
    #[arg(long, value_name = "ID")]
    pub external_id: Option<String>,
    /// Profile of the shared AWS configuration.
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// File to write; never overwritten.
    #[arg(long, value_name = "FILE", default_value = "logproof.toml")]
    pub out: PathBuf,
}

/// `logproof init`.
///
/// # Errors
/// [`InitError`].
pub async fn run(args: &InitArgs) -> Result<Exit, InitError> {
    if args.out.exists() {
        return Err(InitError::Exists { path: args.out.clone() });
    }
    let unwritable = |source| Unwritable { path: args.out.clone(), source };
    // Reported before anything is asked.
    if args.out.parent().is_some_and(|around| !around.as_os_str().is_empty() && !around.is_dir()) {
        return Err(unwritable(io::ErrorKind::NotFound.into()).into());
    }
    let region = |text: &String| text.parse::<Region>().map_err(InitError::Region);
    let request = discover::Request {
        region: region(&args.region)?,
        regions: args.regions.iter().map(region).collect::<Result<_, _>>()?,
        access: AccessConfig {
            role_name: args.role_name.clone(),
            external_id: args.external_id.clone(),
            profile: args.profile.clone(),
            ..AccessConfig::default()
        },
    };
    let found = discover::discover(&request, Options::default()).await?;
    let mut file = OpenOptions::new().write(true).create_new(true).open(&args.out).map_err(unwritable)?;
    file.write_all(found.render().as_bytes()).map_err(unwritable)?;
    print(|out| {
        writeln!(
            out,
            "wrote {}\nread it, complete what is marked with ?, then run `logproof check`",
            args.out.display()
        )
    });
    Ok(Exit::Success)
}
