//! The folder of a verification: what was expected, the keys, the evidence and the summary, one file each per shard.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use logproof_integrity::{Checkpoint, Inventory, Report, Shard};
use serde::{Deserialize, Serialize};

use super::{args::VerifyTrailArgs, error::TrailError, expected, plan::Plan};
use crate::{bundle::manifest::sha256_of_file, clock, error::Unwritable};

/// Name of the file of expected chains.
pub(super) const INVENTORY: &str = "inventory.json";
/// Beginning of the names of summaries.
pub(super) const SUMMARY: &str = "summary";

/// A summary, with the evidence it rests on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Summary {
    /// Name of the evidence beside the summary.
    pub(super) evidence: String,
    /// SHA-256 of the evidence.
    pub(super) sha256: String,
    /// The result.
    pub(super) report: Report,
}

/// A folder that may be written to.
pub(super) struct Place {
    folder: PathBuf,
    suffix: String,
}

impl Place {
    /// Makes the folder, and refuses one in which results would mix.
    pub(super) fn prepare(
        args: &VerifyTrailArgs,
        plan: &Plan,
        inventory: &Inventory,
        checkpoint: &Checkpoint,
    ) -> Result<Self, TrailError> {
        let stamp = || clock::now().strftime("%Y%m%dT%H%M%SZ").to_string();
        let folder = args.out.clone().unwrap_or_else(|| Path::new("reports").join(format!("trail-{}", stamp())));
        let suffix = match plan.shard {
            Shard::WHOLE => String::new(),
            Shard { index, count } => format!("-{index}-of-{count}"),
        };
        let place = Self { folder, suffix };
        fs::create_dir_all(&place.folder).map_err(|source| place.unwritable(source))?;
        if place.file(SUMMARY, "json").exists() {
            return Err(TrailError::ResultThere { folder: place.folder });
        }
        if place.evidence().exists() && checkpoint.interrupted() != Some(plan.window) {
            return Err(TrailError::EvidenceThere { folder: place.folder });
        }
        place.keep_inventory(inventory)?;
        Ok(place)
    }

    fn keep_inventory(&self, inventory: &Inventory) -> Result<(), TrailError> {
        let path = self.folder.join(INVENTORY);
        if path.exists() && expected::read(&path)?.identity() != inventory.identity() {
            return Err(TrailError::OtherChains { path });
        }
        self.keep(INVENTORY, &serde_json::to_string_pretty(inventory)?)?;
        Ok(())
    }

    /// Writes a file whole: shards that share the folder write the same.
    pub(super) fn keep(&self, name: &str, text: &str) -> Result<(), Unwritable> {
        let write = || {
            let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
            io::Write::write_all(&mut file, text.as_bytes())?;
            file.persist(self.folder.join(name)).map_err(|error| error.error)?;
            Ok(())
        };
        write().map_err(|source| self.unwritable(source))
    }

    fn file(&self, name: &str, kind: &str) -> PathBuf {
        self.folder.join(format!("{name}{}.{kind}", self.suffix))
    }

    /// The evidence: one JSON object a line.
    pub(super) fn evidence(&self) -> PathBuf {
        self.file("evidence", "jsonl")
    }

    /// Writes the summary, which ends the run.
    pub(super) fn summarise(&self, report: &Report) -> Result<Summary, TrailError> {
        let evidence = self.evidence();
        let (sha256, _) = sha256_of_file(&evidence)?;
        let name = evidence.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let summary = Summary { evidence: name, sha256, report: report.clone() };
        let text = serde_json::to_string_pretty(&summary)?;
        self.keep(&format!("{SUMMARY}{}.json", self.suffix), &text)?;
        Ok(summary)
    }

    pub(super) fn unwritable(&self, source: io::Error) -> Unwritable {
        Unwritable { path: self.folder.clone(), source }
    }
}
