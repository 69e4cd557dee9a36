//! What is wrong with an entry that can be read: empty where somebody must answer for it, against itself, or against
//! another entry. The first that is found is named with its file, line and key.

use jiff::{ToSpan, civil::Date};

use super::{
    baseline::Accepted,
    model::{Attestation, Register, Waiver},
    open::UNSIGNED,
    parse::{FILES, KEYS, RegisterError},
};

/// Something wrong with one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Contradiction {
    pub(super) file: &'static str,
    /// Which entry of the file, from nought.
    index: usize,
    /// What the entry is called.
    name: String,
    key: &'static str,
    problem: String,
    hint: String,
}

type Checked = Result<(), Contradiction>;

impl Contradiction {
    /// As an error that names line and key.
    pub(super) fn placed(self, text: &str) -> RegisterError {
        let entry = entry_of(self.file);
        let place = format!("{entry} {} ({}), `{}`", self.index + 1, self.name, self.key);
        let place = match line_of(text, entry, self.index, self.key) {
            Some(line) => format!("line {line}, {place}"),
            None => place,
        };
        RegisterError::new(self.file, &place, self.problem, &self.hint)
    }
}

/// The key of the entries of a file.
fn entry_of(file: &str) -> &'static str {
    FILES.iter().zip(KEYS).find(|(known, _)| **known == file).map_or("entry", |(_, key)| key)
}

/// The line of a key in one of the tables `[[entry]]`, or of the table when the key is not in it.
fn line_of(text: &str, entry: &str, index: usize, key: &str) -> Option<usize> {
    let header = format!("[[{entry}]]");
    let mut lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim()));
    let (begins, _) = lines.by_ref().filter(|(_, line)| line.replace(' ', "").starts_with(&header)).nth(index)?;
    let own = lines.take_while(|(_, line)| !line.starts_with("[["));
    let is_key = |line: &str| line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('='));
    Some(own.into_iter().find(|(_, line)| is_key(line)).map_or(begins, |(at, _)| at))
}

/// One entry, for what is checked of several kinds.
struct Entry<'a> {
    file: &'static str,
    index: usize,
    name: &'a str,
}

impl Entry<'_> {
    fn refuse(&self, key: &'static str, problem: impl Into<String>, hint: impl Into<String>) -> Checked {
        Err(Contradiction {
            file: self.file,
            index: self.index,
            name: self.name.to_owned(),
            key,
            problem: problem.into(),
            hint: hint.into(),
        })
    }

    /// What is said of a person, a reason or a ticket must say something.
    fn said(&self, texts: &[(&'static str, &str)]) -> Checked {
        match texts.iter().find(|(_, text)| text.trim().is_empty()) {
            Some((key, _)) => self.refuse(
                key,
                format!("`{key}` is empty"),
                "somebody must answer for the entry: say who, what and why",
            ),
            None => Ok(()),
        }
    }

    fn period<T: PartialOrd + std::fmt::Display>(&self, key: &'static str, from: &T, until: &T) -> Checked {
        if until < from {
            return self.refuse(key, format!("it ends on {until}, before it begins on {from}"), "correct the dates");
        }
        Ok(())
    }

    fn two_people(&self, one: &str, other: &str) -> Checked {
        if other.trim() != UNSIGNED && one.trim().eq_ignore_ascii_case(other.trim()) {
            let problem = format!("`approved_by` is `{other}`, who asks for it");
            return self.refuse("approved_by", problem, "somebody else must approve it");
        }
        Ok(())
    }
}

/// The first thing that is wrong.
pub(super) fn contradiction(register: &Register) -> Checked {
    retention(register)?;
    streams(register)?;
    for (index, reader) in register.readers.iter().enumerate() {
        let entry = Entry { file: "readers.toml", index, name: &reader.principal };
        if !reader.principal.starts_with("arn:") || reader.principal.matches(':').count() < 5 {
            let problem = format!("`principal` is `{}`, not an ARN", reader.principal);
            return entry.refuse("principal", problem, "write the whole ARN");
        }
        entry.said(&[("purpose", &reader.purpose), ("approved_by", &reader.approved_by)])?;
        if let Some(until) = &reader.until {
            entry.period("until", &reader.from, until)?;
        }
    }
    exceptions(register)?;
    for (index, used) in register.break_glass.iter().enumerate() {
        let entry = Entry { file: "break-glass.toml", index, name: &used.session };
        entry.said(&[
            ("session", &used.session),
            ("ticket", &used.ticket),
            ("reason", &used.reason),
            ("used_by", &used.used_by),
            ("approved_by", &used.approved_by),
        ])?;
        entry.period("until", &used.from, &used.until)?;
        entry.two_people(&used.used_by, &used.approved_by)?;
    }
    for (index, one) in register.waivers.iter().enumerate() {
        waiver(&Entry { file: "waivers.toml", index, name: &one.control }, one)?;
    }
    for (index, one) in register.attestations.iter().enumerate() {
        attestation(&Entry { file: "attestations.toml", index, name: &one.control }, one)?;
    }
    for (index, one) in register.baseline.iter().enumerate() {
        accepted(&Entry { file: "baseline.toml", index, name: &one.control }, one)?;
    }
    Ok(())
}

/// A baseline is a way to begin, not to end: somebody answers for each finding, for at most a year.
fn accepted(entry: &Entry<'_>, accepted: &Accepted) -> Checked {
    entry.said(&[("owner", &accepted.owner), ("subject", &accepted.subject)])?;
    if accepted.owner.trim() == UNSIGNED {
        return entry.refuse("owner", "`owner` is `?`", "say who answers for the finding until it is mended");
    }
    entry.period("until", &accepted.since, &accepted.until)?;
    let longest = accepted.since.saturating_add(1.year());
    if accepted.until > longest {
        let problem = format!("it accepts the finding until {}, more than one year", accepted.until);
        return entry.refuse("until", problem, format!("the last possible day is {longest}"));
    }
    Ok(())
}

fn retention(register: &Register) -> Checked {
    for (index, class) in register.retention.iter().enumerate() {
        let entry = Entry { file: "retention.toml", index, name: &class.class };
        if register.retention.iter().take(index).any(|other| other.class == class.class) {
            return entry.refuse("class", "the class is given twice", "give each class its own name");
        }
        if class.hot_days.saturating_add(class.archive_days) < class.delete_after_days {
            return entry.refuse(
                "delete_after_days",
                "`hot_days` and `archive_days` together are less than `delete_after_days`",
                "every day until deletion is either hot or archived",
            );
        }
    }
    Ok(())
}

fn streams(register: &Register) -> Checked {
    for (index, stream) in register.streams.iter().enumerate() {
        let entry = Entry { file: "streams.toml", index, name: &stream.name };
        if register.streams.iter().take(index).any(|other| other.name == stream.name) {
            return entry.refuse("name", "the name is given twice", "give each stream its own name");
        }
        let classes: Vec<&str> = register.retention.iter().map(|class| class.class.as_str()).collect();
        if !classes.contains(&stream.retention_class.as_str()) {
            return entry.refuse(
                "retention_class",
                format!("`retention_class` is `{}`, which retention.toml does not have", stream.retention_class),
                format!("use one of: {}", classes.join(", ")),
            );
        }
    }
    Ok(())
}

fn exceptions(register: &Register) -> Checked {
    for (index, exception) in register.exceptions.iter().enumerate() {
        let entry = Entry { file: "exceptions.toml", index, name: &exception.id };
        entry.said(&[
            ("id", &exception.id),
            ("bucket", &exception.bucket),
            ("action", &exception.action),
            ("reason", &exception.reason),
            ("owner", &exception.owner),
            ("approved_by", &exception.approved_by),
        ])?;
        if register.exceptions.iter().take(index).any(|other| other.id == exception.id) {
            return entry.refuse("id", "the reference is given twice", "give each exception its own");
        }
        entry.period("until", &exception.from, &exception.until)?;
        entry.two_people(&exception.owner, &exception.approved_by)?;
    }
    Ok(())
}

fn waiver(entry: &Entry<'_>, waiver: &Waiver) -> Checked {
    entry.said(&[
        ("control", &waiver.control),
        ("reason", &waiver.reason),
        ("ticket", &waiver.ticket),
        ("owner", &waiver.owner),
        ("approved_by", &waiver.approved_by),
    ])?;
    entry.period("until", &waiver.from, &waiver.until)?;
    entry.two_people(&waiver.owner, &waiver.approved_by)?;
    if waiver.subjects.is_empty() {
        return entry.refuse("subjects", "`subjects` is empty", "name the ARNs the waiver is for");
    }
    if waiver.from.checked_add(1.year()).is_ok_and(|limit: Date| waiver.until > limit) {
        return entry.refuse("until", "`until` is more than one year after `from`", "renew the waiver every year");
    }
    Ok(())
}

fn attestation(entry: &Entry<'_>, attestation: &Attestation) -> Checked {
    entry.said(&[("control", &attestation.control), ("statement", &attestation.statement), ("by", &attestation.by)])?;
    entry.period("valid_until", &attestation.on, &attestation.valid_until)?;
    let path = &attestation.evidence;
    if path.is_empty() || path.starts_with('/') || path.contains('\\') || path.split('/').any(|part| part == "..") {
        return entry.refuse(
            "evidence",
            format!("`evidence` is `{path}`, which is not below the folder of the register"),
            "put the file into the folder of the register and give its path from there",
        );
    }
    let digest = &attestation.evidence_sha256;
    if digest.len() != 64 || !digest.bytes().all(|b| b.is_ascii_hexdigit()) {
        return entry.refuse(
            "evidence_sha256",
            "`evidence_sha256` is not a SHA-256 in hexadecimal",
            "run `sha256sum` on the evidence file",
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::register::{Register, RegisterError};

    const WAIVERS: &str = r#"# Accepted failures.
[[waiver]]
control = "LS-6.5"
subjects = ["arn:aws:s3:::acme-logs"]
reason = "one"
ticket = "SEC-1"
owner = "ada"
approved_by = "grace"
from = "2026-01-01"
until = "2026-04-01"

[[waiver]]
control = "LS-6.7"
subjects = ["arn:aws:s3:::acme-logs"]
reason = "two"
ticket = "SEC-2"
owner = "ada"
approved_by = "grace"
from = "2026-01-01"
until = "2026-04-01"
"#;

    fn refused(file: &str, text: &str) -> RegisterError {
        Register::parse([(file, text)]).unwrap_err()
    }

    #[test]
    fn what_is_wrong_is_named_by_line_entry_and_key() {
        let second = |from: &str, to: &str| {
            let (first, second) = WAIVERS.split_at(WAIVERS.rfind("[[waiver]]").unwrap());
            refused("waivers.toml", &format!("{first}{}", second.replace(from, to)))
        };
        for (from, to, place, problem) in [
            ("\"grace\"", "\"ADA \"", "line 18, waiver 2 (LS-6.7), `approved_by`", "who asks for it"),
            ("\"grace\"", "\" \"", "line 18, waiver 2 (LS-6.7), `approved_by`", "`approved_by` is empty"),
            ("\"SEC-2\"", "\"\"", "line 16, waiver 2 (LS-6.7), `ticket`", "`ticket` is empty"),
            ("2026-04-01", "2027-01-02", "line 20, waiver 2 (LS-6.7), `until`", "more than one year"),
            ("2026-04-01", "2025-12-31", "line 20, waiver 2 (LS-6.7), `until`", "before it begins"),
            ("[\"arn:aws:s3:::acme-logs\"]", "[]", "line 14, waiver 2 (LS-6.7), `subjects`", "is empty"),
        ] {
            let error = second(from, to);
            assert_eq!((error.file.as_str(), error.place.as_str()), ("waivers.toml", place), "{error}");
            assert!(error.problem.contains(problem), "{error}");
        }
        assert!(Register::parse([("waivers.toml", WAIVERS.replace("2026-04-01", "2027-01-01").as_str())]).is_ok());
    }

    #[test]
    fn nobody_approves_by_an_empty_name() {
        let used = r#"[[use]]
session = "INC-7"
ticket = "INC-7"
reason = "restore"
used_by = "ada"
approved_by = ""
from = "2026-01-01T08:00:00Z"
until = "2026-01-01T10:00:00Z"
"#;
        let error = refused("break-glass.toml", used);
        assert_eq!(error.place, "line 6, use 1 (INC-7), `approved_by`");
        let backwards = used.replace("\"\"", "\"grace\"").replace("T10", "T07");
        assert_eq!(refused("break-glass.toml", &backwards).place, "line 8, use 1 (INC-7), `until`");
    }

    #[test]
    fn nobody_approves_an_exception_of_his_own() {
        let exception = |approved_by: &str| {
            format!(
                "[[exception]]\nid = \"EX-1\"\nbucket = \"acme-logs\"\nprefix = \"\"\naction = \"shorten\"\nreason = \"court order\"\nowner = \"ada\"\napproved_by = \"{approved_by}\"\nfrom = \"2026-01-01\"\nuntil = \"2026-01-02\"\n"
            )
        };
        let error = refused("exceptions.toml", &exception("Ada"));
        assert_eq!(error.place, "line 8, exception 1 (EX-1), `approved_by`");
        assert!(Register::parse([("exceptions.toml", exception("grace").as_str())]).is_ok());
    }

    #[test]
    fn a_stream_has_a_class_that_is_registered() {
        let stream = "[[stream]]\nname = \"trail\"\nowner = \"ada\"\nenvironment = \"organization\"\nkind = \"cloudtrail\"\nbucket = \"acme-logs\"\nprefix = \"\"\ndelivered_by = \"cloudtrail.amazonaws.com\"\npersonal_data = false\nregulations = []\nretention_class = \"audit\"\nrequest = \"LOG-1\"\n";
        let error = refused("streams.toml", stream);
        assert_eq!(error.place, "line 11, stream 1 (trail), `retention_class`");
        assert!(error.problem.contains("which retention.toml does not have"), "{error}");
    }

    #[test]
    fn a_name_stands_for_one_entry() {
        let class = |days: u32| {
            format!(
                "[[retention]]\nclass = \"audit\"\nhot_days = {days}\narchive_days = 0\ndelete_after_days = {days}\nlegal_basis = \"law\"\nowner = \"ada\"\napproved_by = \"grace\"\nreviewed = \"2026-01-01\"\n"
            )
        };
        let error = refused("retention.toml", &[class(2555), class(1)].concat());
        assert_eq!(
            (error.place.as_str(), error.problem.as_str()),
            ("line 11, retention 2 (audit), `class`", "the class is given twice")
        );
    }
}
