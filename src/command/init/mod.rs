//! `logproof init`: looks at the organization with the caller's credentials and writes a commented `logproof.toml`. With
//! `--zone` it writes the names of a known landing zone without looking.
//!
//! What was found is written as a value; what could not be found is written as a question. Beside it stands a register to
//! begin with, in which nothing is signed.

mod discover;
mod draft;
mod error;
mod maker;
mod render;

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use clap::Args;
use logproof_aws::Options;
use logproof_estate::{AccountId, Region, config::AccessConfig, register::day};

pub use error::InitError;
pub use maker::Maker;

use crate::{clock, console::print, error::Unwritable, exit::Exit, files::REGISTER};

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
    /// Write the names of this landing zone instead of looking at the organization; needs no credentials.
    #[arg(long, value_name = "MAKER")]
    pub zone: Option<Maker>,
    /// Id of the organization, for `--zone`.
    #[arg(long, value_name = "ID", requires = "zone")]
    pub organization: Option<String>,
    /// Management account, for `--zone`.
    #[arg(long, value_name = "ACCOUNT", requires = "zone")]
    pub management_account: Option<AccountId>,
    /// Account of the log bucket, for `--zone`.
    #[arg(long, value_name = "ACCOUNT", requires = "zone")]
    pub log_archive_account: Option<AccountId>,
    /// Security tooling or audit account, for `--zone`.
    #[arg(long, value_name = "ACCOUNT", requires = "zone")]
    pub security_tooling_account: Option<AccountId>,
    /// File to write; never overwritten.
    #[arg(long, value_name = "FILE", default_value = "logproof.toml")]
    pub out: PathBuf,
}

impl InitArgs {
    fn known(&self) -> discover::KnownAccounts {
        discover::KnownAccounts {
            organization: self.organization.clone(),
            management: self.management_account.clone(),
            log_archive: self.log_archive_account.clone(),
            security_tooling: self.security_tooling_account.clone(),
        }
    }
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
    let found = match args.zone {
        Some(maker) => discover::of_maker(maker, &args.known(), &request),
        None => discover::discover(&request, Options::default()).await?,
    };
    let mut file = OpenOptions::new().write(true).create_new(true).open(&args.out).map_err(unwritable)?;
    file.write_all(found.render().as_bytes()).map_err(unwritable)?;
    let register = write_register(&args.out, &found.seen)?;
    print(|out| {
        writeln!(out, "wrote {}", args.out.display())?;
        if args.zone.is_none() && found.maker != Maker::Organizations {
            writeln!(out, "this is {}", found.maker.called())?;
        }
        register.iter().try_for_each(|file| writeln!(out, "wrote {}", file.display()))?;
        if !register.is_empty() {
            writeln!(out, "nothing in the register has an effect before somebody has signed it in place of ?")?;
        }
        writeln!(out, "read it, complete what is marked with ?, then run `logproof check`")
    });
    Ok(Exit::Success)
}

/// Writes a register to begin with beside the configuration; one that is there stays as it is.
fn write_register(config: &Path, seen: &draft::Seen) -> Result<Vec<PathBuf>, InitError> {
    let folder = config.parent().unwrap_or(Path::new("")).join(REGISTER);
    let files = draft::files(seen, day(clock::now()));
    if folder.exists() || files.is_empty() {
        return Ok(Vec::new());
    }
    let unwritable = |path: &Path, source| Unwritable { path: path.to_owned(), source };
    fs::create_dir_all(&folder).map_err(|source| unwritable(&folder, source))?;
    let mut written = Vec::new();
    for (name, text) in files {
        let path = folder.join(name);
        fs::write(&path, text).map_err(|source| unwritable(&path, source))?;
        written.push(path);
    }
    Ok(written)
}
