//! The committed list of weakened zones that no control notices, with the reason.

use std::fs;

use logproof_policy::Glob;
use serde::Deserialize;

use super::support;

/// `survivors.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Survivors {
    #[serde(rename = "survivor")]
    survivors: Vec<Survivor>,
}

/// Mutants that may survive, and why.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Survivor {
    /// Names of mutants; `*` stands for any text.
    mutants: Vec<String>,
    /// Why no control has to notice, or what is missing.
    why: String,
    /// Whether the zone no longer is what the catalogue asks for, and no control says so.
    #[serde(default)]
    gap: bool,
}

impl Survivors {
    pub(crate) fn read() -> Self {
        let path = support::root().join("tests/mutation/survivors.toml");
        toml::from_str(&fs::read_to_string(path).unwrap()).unwrap()
    }

    /// Whether a survivor is listed as something a control should notice.
    pub(crate) fn is_gap(&self, name: &str) -> bool {
        let mut entries = self.survivors.iter().filter(|entry| entry.mutants.iter().any(|pattern| fits(pattern, name)));
        entries.any(|entry| entry.gap)
    }

    /// What the list does not say, and what it says without need.
    pub(crate) fn complaints(&self, survivors: &[String], whole: bool) -> Vec<String> {
        let patterns = || self.survivors.iter().flat_map(|entry| &entry.mutants);
        let mut complaints: Vec<String> = survivors
            .iter()
            .filter(|name| !patterns().any(|pattern| fits(pattern, name)))
            .map(|name| format!("no control notices: {name}"))
            .collect();
        if whole {
            let idle = patterns().filter(|pattern| !survivors.iter().any(|name| fits(pattern, name)));
            complaints.extend(idle.map(|pattern| format!("survivors.toml names what does not survive: {pattern}")));
            let bare = self.survivors.iter().filter(|entry| entry.why.trim().len() < 20);
            complaints.extend(bare.map(|entry| format!("survivors.toml gives no reason: {:?}", entry.mutants)));
        }
        complaints
    }
}

/// Whether a pattern with `*` is the whole text.
fn fits(pattern: &str, text: &str) -> bool {
    Glob::stars(pattern).matches(text)
}
