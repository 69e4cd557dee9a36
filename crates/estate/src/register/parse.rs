//! Reads the register from its files' texts; errors name file, line and key.

use std::collections::BTreeMap;

use jiff::{ToSpan, civil::Date};
use serde::{Deserialize, de::DeserializeOwned};

use super::model::{Attestation, BreakGlassUse, Exception, Reader, Register, RetentionClass, Stream, Waiver};
use crate::config::toml_error;

/// Files of the register; each may be absent.
pub const FILES: [&str; 7] = [
    "retention.toml",
    "streams.toml",
    "readers.toml",
    "exceptions.toml",
    "break-glass.toml",
    "waivers.toml",
    "attestations.toml",
];

/// The key of the entries in each of [`FILES`], in the same order.
pub(super) const KEYS: [&str; 7] = ["retention", "stream", "reader", "exception", "use", "waiver", "attestation"];

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
        for (file, text) in files {
            match file {
                "retention.toml" => register.retention = read::<Retention>(file, text)?.retention,
                "streams.toml" => register.streams = read::<Streams>(file, text)?.stream,
                "readers.toml" => register.readers = read::<Readers>(file, text)?.reader,
                "exceptions.toml" => register.exceptions = read::<Exceptions>(file, text)?.exception,
                "break-glass.toml" => register.break_glass = read::<BreakGlass>(file, text)?.r#use,
                "waivers.toml" => register.waivers = read::<Waivers>(file, text)?.waiver,
                "attestations.toml" => register.attestations = read::<Attestations>(file, text)?.attestation,
                other => return Err(unknown_file(other)),
            }
        }
        register.validate()?;
        Ok(register)
    }

    /// Refuses entries that contradict themselves or each other.
    ///
    /// # Errors
    /// [`RegisterError`].
    pub fn validate(&self) -> Result<(), RegisterError> {
        self.validate_retention()?;
        self.validate_streams()?;
        for (index, reader) in self.readers.iter().enumerate() {
            let place = format!("reader {} ({})", index + 1, reader.principal);
            arn("readers.toml", &place, "principal", &reader.principal)?;
            period("readers.toml", &place, reader.from, reader.until)?;
        }
        for (index, exception) in self.exceptions.iter().enumerate() {
            let place = format!("exception {} ({})", index + 1, exception.id);
            period("exceptions.toml", &place, exception.from, Some(exception.until))?;
            two_people("exceptions.toml", &place, &exception.owner, &exception.approved_by)?;
        }
        for (index, used) in self.break_glass.iter().enumerate() {
            let place = format!("use {} ({})", index + 1, used.session);
            two_people("break-glass.toml", &place, &used.used_by, &used.approved_by)?;
        }
        self.validate_waivers()?;
        self.validate_attestations()
    }

    fn validate_retention(&self) -> Result<(), RegisterError> {
        for (index, class) in self.retention.iter().enumerate() {
            let place = format!("retention {} ({})", index + 1, class.class);
            if class.hot_days.saturating_add(class.archive_days) < class.delete_after_days {
                return Err(refuse(
                    "retention.toml",
                    &place,
                    "`hot_days` and `archive_days` together are less than `delete_after_days`".to_owned(),
                    "every day until deletion is either hot or archived".to_owned(),
                ));
            }
        }
        Ok(())
    }

    fn validate_streams(&self) -> Result<(), RegisterError> {
        for (index, stream) in self.streams.iter().enumerate() {
            let place = format!("stream {} ({})", index + 1, stream.name);
            if self.streams.iter().take(index).any(|other| other.name == stream.name) {
                let problem = "the name is given twice".to_owned();
                return Err(refuse("streams.toml", &place, problem, "give each stream its own name".to_owned()));
            }
            let classes: Vec<&str> = self.retention.iter().map(|class| class.class.as_str()).collect();
            if !classes.contains(&stream.retention_class.as_str()) {
                return Err(refuse(
                    "streams.toml",
                    &place,
                    format!("`retention_class` is `{}`, which retention.toml does not have", stream.retention_class),
                    format!("use one of: {}", classes.join(", ")),
                ));
            }
        }
        Ok(())
    }

    fn validate_waivers(&self) -> Result<(), RegisterError> {
        let file = "waivers.toml";
        for (index, waiver) in self.waivers.iter().enumerate() {
            let place = format!("waiver {} ({})", index + 1, waiver.control);
            period(file, &place, waiver.from, Some(waiver.until))?;
            two_people(file, &place, &waiver.owner, &waiver.approved_by)?;
            if waiver.subjects.is_empty() {
                let problem = "`subjects` is empty".to_owned();
                return Err(refuse(file, &place, problem, "name the ARNs the waiver is for".to_owned()));
            }
            if waiver.from.checked_add(1.year()).is_ok_and(|limit| waiver.until > limit) {
                let problem = "`until` is more than one year after `from`".to_owned();
                return Err(refuse(file, &place, problem, "renew the waiver every year".to_owned()));
            }
        }
        Ok(())
    }

    fn validate_attestations(&self) -> Result<(), RegisterError> {
        for (index, attestation) in self.attestations.iter().enumerate() {
            let place = format!("attestation {} ({})", index + 1, attestation.control);
            period("attestations.toml", &place, attestation.on, Some(attestation.valid_until))?;
            let path = &attestation.evidence;
            if path.is_empty()
                || path.starts_with('/')
                || path.contains('\\')
                || path.split('/').any(|part| part == "..")
            {
                return Err(refuse(
                    "attestations.toml",
                    &place,
                    format!("`evidence` is `{path}`, which is not below the folder of the register"),
                    "put the file into the folder of the register and give its path from there".to_owned(),
                ));
            }
            let digest = &attestation.evidence_sha256;
            if digest.len() != 64 || !digest.bytes().all(|b| b.is_ascii_hexdigit()) {
                return Err(refuse(
                    "attestations.toml",
                    &place,
                    "`evidence_sha256` is not a SHA-256 in hexadecimal".to_owned(),
                    "run `sha256sum` on the evidence file".to_owned(),
                ));
            }
        }
        Ok(())
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

fn period(file: &str, place: &str, from: Date, until: Option<Date>) -> Result<(), RegisterError> {
    match until {
        Some(until) if until < from => Err(refuse(
            file,
            place,
            format!("it ends on {until}, before it begins on {from}"),
            "correct the dates".to_owned(),
        )),
        _ => Ok(()),
    }
}

fn two_people(file: &str, place: &str, one: &str, other: &str) -> Result<(), RegisterError> {
    if one.trim().eq_ignore_ascii_case(other.trim()) {
        let problem = format!("`approved_by` is `{other}`, who asks for it");
        return Err(refuse(file, place, problem, "somebody else must approve it".to_owned()));
    }
    Ok(())
}

fn arn(file: &str, place: &str, key: &str, text: &str) -> Result<(), RegisterError> {
    if text.starts_with("arn:") && text.matches(':').count() >= 5 {
        return Ok(());
    }
    Err(refuse(file, place, format!("`{key}` is `{text}`, not an ARN"), "write the whole ARN".to_owned()))
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
