//! A generated organization on disk.
//!
//! Owns: writing what [`crate::LocalStore`] reads. Must not know: chains.

use super::generate::Generated;
use crate::local::{SIDECAR_SUFFIX, Sidecar};
use std::path::Path;
use std::{fs, io};

/// Writes `DIR/<bucket>/<key>`, metadata beside digests, `DIR/public-keys.json` and `DIR/inventory.json`.
///
/// # Errors
///
/// When a file cannot be written.
pub fn write_tree(generated: &Generated, root: &Path) -> io::Result<()> {
    for (bucket, key, stored) in generated.store.objects() {
        let path = root.join(bucket).join(key);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, &stored.body)?;
        if let Some(metadata) = stored.metadata.clone().filter(|metadata| !metadata.is_empty()) {
            let sidecar = Sidecar { metadata, storage_class: None };
            let mut name = path.into_os_string();
            name.push(SIDECAR_SUFFIX);
            fs::write(name, serde_json::to_vec(&sidecar)?)?;
        }
    }
    fs::create_dir_all(root)?;
    fs::write(root.join("public-keys.json"), &generated.keys_json)?;
    fs::write(root.join("inventory.json"), serde_json::to_vec_pretty(&generated.inventory)?)
}
