//! Reads the register from its files' texts; errors name file, line and key.

use std::collections::BTreeMap;

use serde::{Deserialize, de::DeserializeOwned};

use super::{
    baseline::Accepted,
    contradiction::contradiction,
    model::{Attestation, BreakGlassUse, Exception, Reader, Register, RetentionClass, Stream, Waiver},
    open::set_aside,
};
use crate::config::toml_error;

/// Files of the register; each may be absent.
pub const FILES: [&str; 8] = [
    "retention.toml",
    "streams.toml",
    "readers.toml",
    "exceptions.toml",
    "break-glass.toml",
    "waivers.toml",
    "attestations.toml",
    "baseline.toml",
];

/// The key of the entries in each of [`FILES`], in the same order.
pub(super) const KEYS: [&str; 8] =
    ["retention", "stream", "reader", "exception", "use", "waiver", "attestation", "accepted"];

/// A register that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {place}: {problem}\nhint: {hint}")]
pub struct RegisterError {
    /// The file.
    pub file: String,
    /// Line and column, or entry and key.
    pub place: String,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub hint: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Retention {
    #[serde(default)]
    retention: Vec<RetentionClass>,
}
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Streams {
    #[serde(default)]
    stream: Vec<Stream>,
}
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Readers {
    #[serde(default)]
    reader: Vec<Reader>,
}
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exceptions {
    #[serde(default)]
    exception: Vec<Exception>,
}
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BreakGlass {
    #[serde(default)]
    r#use: Vec<BreakGlassUse>,
}
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Waivers {
    #[serde(default)]
    waiver: Vec<Waiver>,
}
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Attestations {
    #[serde(default)]
    attestation: Vec<Attestation>,
}
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Baseline {
    #[serde(default)]
    accepted: Vec<Accepted>,
}

/// The texts of the files of a register that is given as one value: lists of entries by file name without `.toml`.
///
/// # Errors
/// [`RegisterError`]: a name that is no file of the register, or a value TOML cannot hold.
pub fn texts(value: &serde_json::Value) -> Result<BTreeMap<String, String>, RegisterError> {
    let mut texts = BTreeMap::new();
    for (name, entries) in value.as_object().into_iter().flatten() {
        let file = format!("{name}.toml");
        let Some((_, key)) = FILES.iter().zip(KEYS).find(|(known, _)| **known == file) else {
            return Err(unknown_file(&file));
        };
        let text = toml::to_string(&BTreeMap::from([(key, entries)])).map_err(|error| {
            refuse(&file, "entries", error.to_string(), "write the entries as a list of tables".to_owned())
        })?;
        texts.insert(file, text);
    }
    Ok(texts)
}

impl RegisterError {
    /// An error in `file` at `place`.
    #[must_use]
    pub fn new(file: &str, place: &str, problem: String, hint: &str) -> Self {
        refuse(file, place, problem, hint.to_owned())
    }
}

impl Register {
    /// Reads the register from (file name, text) pairs.
    ///
    /// # Errors
    /// [`RegisterError`] with file, place, problem and hint; a file that is none of [`FILES`] is refused.
    pub fn parse<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, RegisterError> {
        let mut register = Self::default();
        let files: Vec<(&str, &str)> = files.into_iter().collect();
        for (file, text) in files.iter().copied() {
            match file {
                "retention.toml" => register.retention = read::<Retention>(file, text)?.retention,
                "streams.toml" => register.streams = read::<Streams>(file, text)?.stream,
                "readers.toml" => register.readers = read::<Readers>(file, text)?.reader,
                "exceptions.toml" => register.exceptions = read::<Exceptions>(file, text)?.exception,
                "break-glass.toml" => register.break_glass = read::<BreakGlass>(file, text)?.r#use,
                "waivers.toml" => register.waivers = read::<Waivers>(file, text)?.waiver,
                "attestations.toml" => register.attestations = read::<Attestations>(file, text)?.attestation,
                "baseline.toml" => register.baseline = read::<Baseline>(file, text)?.accepted,
                other => return Err(unknown_file(other)),
            }
        }
        contradiction(&register).map_err(|found| {
            let text = files.iter().find(|(file, _)| *file == found.file).map(|(_, text)| *text);
            found.placed(text.unwrap_or_default())
        })?;
        set_aside(&mut register);
        Ok(register)
    }
}

fn unknown_file(name: &str) -> RegisterError {
    let problem = format!("`{name}` is no file of the register");
    refuse(name, "name", problem, format!("known files: {}", FILES.join(", ")))
}

fn read<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, RegisterError> {
    toml::from_str(text).map_err(|error| {
        let error = toml_error(text, &error);
        refuse(file, &error.place, error.problem, error.hint)
    })
}

fn refuse(file: &str, place: &str, problem: String, hint: String) -> RegisterError {
    RegisterError { file: file.to_owned(), place: place.to_owned(), problem, hint }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAIVER: &str = r#"
[[waiver]]
control = "LS-6.7"
subjects = ["arn:aws:s3:::aws-acme-log-storage-222222222222-eu-central-1"]
reason = "the second Region opens in March"
ticket = "SEC-1"
owner = "ada@example.org"
approved_by = "grace@example.org"
from = "2026-01-01"
until = "2026-04-01"
"#;

    #[test]
    fn a_good_waiver_is_read() {
        let register = Register::parse([("waivers.toml", WAIVER)]).unwrap();
        assert_eq!(register.waivers.len(), 1);
        assert!(register.waivers[0].covers("arn:aws:s3:::aws-acme-log-storage-222222222222-eu-central-1"));
    }

    #[test]
    fn bad_waivers_name_file_entry_and_problem() {
        for (from, to, expected) in [
            ("grace@example.org", "Ada@example.org", "who asks for it"),
            ("2026-04-01", "2027-04-01", "more than one year"),
            ("2026-04-01", "2025-04-01", "before it begins"),
            ("reason =", "raeson =", "unknown field `raeson`"),
            ("\"2026-01-01\"", "\"2026-13-01\"", "line"),
        ] {
            let error = Register::parse([("waivers.toml", WAIVER.replace(from, to).as_str())]).unwrap_err();
            assert_eq!(error.file, "waivers.toml");
            assert!(error.to_string().contains(expected), "{error}");
        }
    }

    #[test]
    fn an_unknown_key_is_answered_with_the_nearest_known_one() {
        let error = Register::parse([("waivers.toml", WAIVER.replace("reason =", "raeson =").as_str())]).unwrap_err();
        assert!(error.hint.contains("did you mean `reason`"), "{error}");
        assert!(error.place.starts_with("line 5"), "{error}");
    }

    #[test]
    fn an_unknown_file_is_refused() {
        let error = Register::parse([("waiver.toml", "")]).unwrap_err();
        assert!(error.to_string().contains("waivers.toml"), "{error}");
    }
}
