//! Reads the text of `logproof.toml`, with the place of a mistake and what to do about it.

use jiff::Timestamp;

use super::Config;

/// A configuration that cannot be used: where, what, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}\nhint: {hint}")]
pub struct ConfigError {
    /// `line:column`, or the key.
    pub place: String,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub hint: String,
}

impl Config {
    /// Parses the text of a `logproof.toml`.
    ///
    /// # Errors
    /// [`ConfigError`] with line and column, or the key, and what to do.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let config: Self = toml::from_str(text).map_err(|error| toml_error(text, &error))?;
        config.validate()?;
        Ok(config)
    }
}

/// Parses an RFC 3339 instant or a date (midnight UTC) for `--as-of`.
///
/// # Errors
/// [`ConfigError`] when it is neither.
pub fn parse_instant(text: &str) -> Result<Timestamp, ConfigError> {
    let date = format!("{text}T00:00:00Z");
    text.parse().or_else(|_| date.parse()).map_err(|_| ConfigError {
        place: format!("`{text}`"),
        problem: "is neither a date nor an RFC 3339 instant".to_owned(),
        hint: "write for example 2026-01-31 or 2026-01-31T12:00:00Z".to_owned(),
    })
}

pub(crate) fn toml_error(text: &str, error: &toml::de::Error) -> ConfigError {
    let place = error.span().map_or_else(|| "configuration".to_owned(), |span| line_and_column(text, span.start));
    let message = error.message().lines().next().unwrap_or("not valid TOML").to_owned();
    ConfigError { place, hint: hint_for(&message), problem: message }
}

fn line_and_column(text: &str, offset: usize) -> String {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    format!("line {line}, column {column}")
}

/// A hint for a serde message: for an unknown key, the nearest known one.
#[must_use]
pub fn hint_for(message: &str) -> String {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    if message.starts_with("unknown field")
        && let Some((unknown, known)) = quoted.split_first()
    {
        let nearest =
            known.iter().max_by(|a, b| strsim::jaro_winkler(unknown, a).total_cmp(&strsim::jaro_winkler(unknown, b)));
        if let Some(nearest) = nearest.filter(|near| strsim::jaro_winkler(unknown, near) > 0.75) {
            return format!("did you mean `{nearest}`? known keys: {}", known.join(", "));
        }
        return format!("known keys: {}", known.join(", "));
    }
    if message.starts_with("missing field")
        && let Some(name) = quoted.first()
    {
        return format!("add the key `{name}`; `logproof init` writes a complete file");
    }
    "see the commented file written by `logproof init`".to_owned()
}
