//! The committed list of weakened zones that no control notices, with the reason.

use std::fs;

use logproof::catalogue::Control;
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
    /// Control and sentence that state that this is not examined, as `LS-x.y: sentence`.
    limit: Option<String>,
    /// Whether the zone is worse, and no control notices or states that it does not look there.
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
        self.entries(name).any(|entry| entry.gap)
    }

    /// Whether a survivor is listed as something a control states that it does not examine.
    pub(crate) fn is_beyond_a_limit(&self, name: &str) -> bool {
        self.entries(name).any(|entry| entry.limit.is_some())
    }

    fn entries(&self, name: &str) -> impl Iterator<Item = &Survivor> {
        self.survivors.iter().filter(move |entry| entry.mutants.iter().any(|pattern| fits(pattern, name)))
    }

    /// Limits that no text of a control states.
    pub(crate) fn unstated(&self, controls: &[Control]) -> Vec<String> {
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let states = |limit: &str| {
            limit.split_once(": ").is_some_and(|(id, sentence)| {
                let texts = controls.iter().filter(|control| control.id == id).flat_map(|control| &control.text);
                texts.into_iter().any(|(_, text)| words(text).contains(sentence))
            })
        };
        let limits = self.survivors.iter().filter_map(|entry| entry.limit.as_deref());
        limits.filter(|limit| !states(limit)).map(|limit| format!("no control states: {limit}")).collect()
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
