//! Tags, as most services have them.

use std::collections::BTreeMap;

/// Tags of a key, topic or queue: values by key.
pub type Tags = BTreeMap<String, String>;
