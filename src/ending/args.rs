//! Arguments about what becomes of a bundle.

use std::path::PathBuf;

use clap::Args;
use logproof_estate::AccountId;

use crate::{
    bundle::{
        BundleError,
        sealing::{KeySource, Signer},
        upload::{self, Destination, Place, Upload},
    },
    console::say,
    run::target::Connected,
};

/// Arguments about what becomes of a bundle.
#[derive(Debug, Clone, Default, Args)]
pub struct CustodyArgs {
    /// Private key to seal the evidence with: a file that `logproof key new` made, or awskms:ARN of a P-256 signing key.
    #[arg(long, value_name = "FILE|awskms:ARN")]
    pub key: Option<KeySource>,
    /// Put the sealed bundle into S3, with your own credentials: the only write this program can make.
    ///
    /// Each file becomes an object below s3://BUCKET/PREFIX/RUN-ID, retained by the Object Lock of the bucket when it has
    /// one. Nothing is overwritten.
    #[arg(long, value_name = "s3://BUCKET/PREFIX", requires = "key")]
    pub upload: Option<Place>,
    /// Account the bucket of `--upload` must belong to [default: the log archive account].
    #[arg(long, value_name = "ACCOUNT", requires = "upload")]
    pub upload_owner: Option<AccountId>,
    /// Retain what is uploaded for so many days in compliance mode, whatever the bucket's default is.
    #[arg(long, value_name = "DAYS", requires = "upload", value_parser = clap::value_parser!(u16).range(1..))]
    pub upload_retain: Option<u16>,
    /// Time-stamp authority (RFC 3161) to ask for a token over the manifest's digest.
    #[arg(long, value_name = "URL", value_parser = url)]
    pub timestamp: Option<String>,
    /// Bundle of the run before this one: its digest is named in the manifest.
    #[arg(long, value_name = "BUNDLE")]
    pub follows: Option<PathBuf>,
}

impl CustodyArgs {
    /// Where the bundle is to be uploaded, when that was asked.
    fn destination(&self) -> Option<Destination> {
        let place = self.upload.clone()?;
        Some(Destination { place, owner: self.upload_owner.clone(), retain_days: self.upload_retain })
    }
}

impl CustodyArgs {
    /// Who signs the bundle and where it goes, both asked for what they are before the run.
    ///
    /// # Errors
    /// [`BundleError`]: the key or the place cannot be used.
    pub async fn prepare(&self, connected: &Connected) -> Result<(Option<Signer>, Option<Upload>), BundleError> {
        let key = match &self.key {
            Some(source) => Some(Signer::of(source, connected).await?),
            None => None,
        };
        let upload = match self.destination() {
            Some(destination) => Some(upload::prepare(destination, connected).await?),
            None => None,
        };
        if let Some(upload) = &upload {
            say(&upload.announcement());
        }
        Ok((key, upload))
    }

    /// Whether live accounts are needed for it.
    #[must_use]
    pub fn is_of_aws(&self) -> bool {
        matches!(self.key, Some(KeySource::Kms(_))) || self.upload.is_some()
    }

    /// What was asked, for the manifest.
    pub fn parameters(&self) -> impl Iterator<Item = (&'static str, Option<String>)> + use<> {
        let asked = [
            ("follows", self.follows.as_ref().map(|bundle| bundle.display().to_string())),
            ("sealed-with", self.key.as_ref().and_then(KeySource::kms)),
            ("upload", self.upload.as_ref().map(ToString::to_string)),
            ("upload-owner", self.upload_owner.as_ref().map(ToString::to_string)),
            ("upload-retain", self.upload_retain.as_ref().map(ToString::to_string)),
            ("timestamp", self.timestamp.clone()),
        ];
        asked.into_iter()
    }
}

/// An address that can be posted to.
fn url(text: &str) -> Result<String, String> {
    let host = ["http://", "https://"].iter().find_map(|scheme| text.strip_prefix(scheme));
    match host {
        Some(host) if !host.is_empty() && !text.contains(char::is_whitespace) => Ok(text.to_owned()),
        _ => Err(format!("`{text}` is not of the form https://HOST/PATH")),
    }
}
