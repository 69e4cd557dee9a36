//! The entries of the register. Dates are days in UTC; a period runs from its first day to the end of its last.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

use logproof_policy::Glob;

use super::baseline::Accepted;
use crate::config::ReaderConfig;

/// The name under which findings of the register stand beside those of controls.
pub const REGISTER: &str = "REGISTER";

/// Everything the owner registered.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Register {
    /// Retention per class of logs (`retention.toml`).
    #[serde(default)]
    pub retention: Vec<RetentionClass>,
    /// Log streams (`streams.toml`).
    #[serde(default)]
    pub streams: Vec<Stream>,
    /// Readers (`readers.toml`).
    #[serde(default)]
    pub readers: Vec<Reader>,
    /// Exceptions to retention and deletion (`exceptions.toml`).
    #[serde(default)]
    pub exceptions: Vec<Exception>,
    /// Justified uses of the break-glass role (`break-glass.toml`).
    #[serde(default)]
    pub break_glass: Vec<BreakGlassUse>,
    /// Waivers (`waivers.toml`).
    #[serde(default)]
    pub waivers: Vec<Waiver>,
    /// Attestations (`attestations.toml`).
    #[serde(default)]
    pub attestations: Vec<Attestation>,
    /// Findings that were there when the baseline was made (`baseline.toml`); none when no baseline is in use.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub baseline: Vec<Accepted>,
    /// Entries that nobody has signed yet: they have no effect.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<OpenEntry>,
    /// SHA-256 of the evidence files that are there, by the path attestations give; whoever reads files fills it in.
    #[serde(skip)]
    pub evidence: BTreeMap<String, String>,
}

/// An entry in which `?` stands where somebody must sign: a form to fill in, as `logproof init` writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenEntry {
    /// What it is: `reader`, `stream`, `retention class` ...
    pub entry: String,
    /// Its name.
    pub name: String,
    /// The key that is `?`.
    pub key: String,
    /// Control that reads it.
    pub control: String,
}

/// How long a class of logs is kept, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetentionClass {
    /// Name of the class, for example `cloudtrail`.
    pub class: String,
    /// Days in a directly readable storage class.
    pub hot_days: u32,
    /// Days in an archive storage class after that.
    pub archive_days: u32,
    /// Age in days at which objects are deleted.
    pub delete_after_days: u32,
    /// Law, regulation or policy the period comes from.
    pub legal_basis: String,
    /// Who answers for it.
    pub owner: String,
    /// Who approved it.
    pub approved_by: String,
    /// When it was last reviewed.
    pub reviewed: Date,
}

/// Environment of a log stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Environment {
    /// Logs of production.
    Production,
    /// Logs of staging.
    Staging,
    /// Logs of development.
    Development,
    /// Logs of the whole organization, such as CloudTrail's.
    Organization,
}

/// A log stream and where it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stream {
    /// Name of the stream, unique.
    pub name: String,
    /// Team or person that owns the logs.
    pub owner: String,
    /// Environment they come from.
    pub environment: Environment,
    /// Kind of log: `cloudtrail`, `config`, `vpc-flow`, `dns`, `access`, `change` ...
    pub kind: String,
    /// Bucket in the log archive account.
    pub bucket: String,
    /// Key prefix in the bucket; empty for the whole bucket.
    #[serde(default)]
    pub prefix: String,
    /// Service or role ARN that delivers.
    pub delivered_by: String,
    /// Whether the logs hold personal data.
    pub personal_data: bool,
    /// Regulations the logs fall under; may be empty.
    #[serde(default)]
    pub regulations: Vec<String>,
    /// Class in `retention.toml`.
    pub retention_class: String,
    /// Reference of the approved request.
    pub request: String,
}

/// A principal that may read log files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reader {
    /// ARN of the role or user.
    pub principal: String,
    /// Bucket it may read; the log bucket where none is given. One that reads several has an entry for each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bucket: Option<String>,
    /// Exact key prefix it may read below.
    pub path: String,
    /// What it reads for.
    pub purpose: String,
    /// First day.
    pub from: Date,
    /// Last day; none for standing access.
    #[serde(default)]
    pub until: Option<Date>,
    /// Who approved it.
    pub approved_by: String,
    /// When it was last reviewed.
    pub last_reviewed: Date,
}

/// An approved exception to retention or deletion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// Reference, unique.
    pub id: String,
    /// Bucket it concerns.
    pub bucket: String,
    /// Key prefix it concerns.
    #[serde(default)]
    pub prefix: String,
    /// What is done: early deletion, early archiving, legal hold ...
    pub action: String,
    /// Why.
    pub reason: String,
    /// Who asked.
    pub owner: String,
    /// Who approved it.
    pub approved_by: String,
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
}

/// A justified use of the break-glass role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BreakGlassUse {
    /// Role session name, or the ticket it must contain.
    pub session: String,
    /// Ticket.
    pub ticket: String,
    /// Why.
    pub reason: String,
    /// Who used it.
    pub used_by: String,
    /// Who approved it, not the one who used it.
    pub approved_by: String,
    /// First instant.
    pub from: Timestamp,
    /// Last instant.
    pub until: Timestamp,
}

/// An accepted failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// Control id.
    pub control: String,
    /// ARN patterns of the subjects; `*` stands for any text.
    pub subjects: Vec<String>,
    /// Why it is accepted.
    pub reason: String,
    /// Ticket.
    pub ticket: String,
    /// Who answers for it.
    pub owner: String,
    /// Who approved it, not the owner.
    pub approved_by: String,
    /// First day.
    pub from: Date,
    /// Last day, at most one year later.
    pub until: Date,
}

/// What somebody states about a control that cannot be checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attestation {
    /// Control id.
    pub control: String,
    /// What is stated.
    pub statement: String,
    /// Evidence file, relative to the register.
    pub evidence: String,
    /// SHA-256 of the evidence file.
    pub evidence_sha256: String,
    /// Who states it.
    pub by: String,
    /// When it was stated.
    pub on: Date,
    /// Last day it is valid.
    pub valid_until: Date,
}

/// The day an instant falls on, in UTC.
pub fn day(instant: Timestamp) -> Date {
    instant.to_zoned(TimeZone::UTC).date()
}

impl Waiver {
    /// Whether the waiver is in force on this day.
    #[must_use]
    pub fn in_force(&self, day: Date) -> bool {
        self.from <= day && day <= self.until
    }

    /// Whether the waiver names this subject.
    #[must_use]
    pub fn covers(&self, subject: &str) -> bool {
        self.subjects.iter().any(|pattern| Glob::stars(pattern).matches(subject))
    }

    /// Why the waiver is broader than it may be, if it is: a pattern that names no resource, or no account.
    #[must_use]
    pub fn over_broad(&self) -> Option<String> {
        self.subjects.iter().find_map(|pattern| Some(format!("the pattern `{pattern}` {}", left_open(pattern)?)))
    }
}

/// What a pattern of subjects leaves open that it must name.
fn left_open(pattern: &str) -> Option<&'static str> {
    const NO_RESOURCE: Option<&str> = Some("names no resource");
    let named = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).count() >= 3;
    let parts: Vec<&str> = pattern.splitn(6, ':').collect();
    let [_, _, service, region, account, resource] = parts.as_slice() else {
        // What stands in the register is no resource of AWS.
        return if named(pattern) && !pattern.contains('*') { None } else { NO_RESOURCE };
    };
    if account.contains('*') {
        return Some("names no account");
    }
    let own_name = match *service {
        "s3" => resource.split('/').next(),
        // `role/path/name`, `trail/name`: the kind and the path stand before the name.
        _ => resource.rsplit(['/', ':']).next(),
    };
    // A service in one Region of one account is a subject by itself.
    let one_place = *resource == "*" && !account.is_empty() && !region.is_empty() && !region.contains('*');
    let service_named = named(service) && !service.contains('*') || *service == "s3";
    if service_named && (own_name.is_some_and(named) || one_place) { None } else { NO_RESOURCE }
}

impl Waiver {
    /// Who accepted what until when, in one sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        format!(
            "waived until {} by {} for {} ({}): {}",
            self.until, self.approved_by, self.owner, self.ticket, self.reason
        )
    }
}

impl Attestation {
    /// Who stated what until when, in one sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        format!("attested by {} on {}, valid until {}: {}", self.by, self.on, self.valid_until, self.statement)
    }
}

impl Reader {
    /// The same as the configuration would name it; access ends when the last day has passed.
    #[must_use]
    pub fn as_configured(&self) -> ReaderConfig {
        ReaderConfig {
            principal: self.principal.clone(),
            bucket: self.bucket.clone(),
            path: self.path.clone(),
            purpose: Some(self.purpose.clone()),
            until: self.until.map(|last| last.tomorrow().unwrap_or(last).to_string()),
        }
    }
}

impl Environment {
    /// The word of the register and of the tag `environment`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Staging => "staging",
            Self::Development => "development",
            Self::Organization => "organization",
        }
    }
}

impl Stream {
    /// Account of the role that delivers, when it is a role and not a service.
    #[must_use]
    pub fn delivering_account(&self) -> Option<&str> {
        self.delivered_by.starts_with("arn:").then(|| self.delivered_by.split(':').nth(4)).flatten()
    }
}

impl Register {
    /// Retention classes of the streams in a bucket.
    pub fn classes_of<'a>(&'a self, bucket: &'a str) -> impl Iterator<Item = &'a RetentionClass> {
        let streams = self.streams.iter().filter(move |stream| stream.bucket == bucket);
        streams.filter_map(|stream| self.retention.iter().find(|class| class.class == stream.retention_class))
    }

    /// Names of the buckets that hold registered streams, each once.
    #[must_use]
    pub fn buckets(&self) -> BTreeSet<&str> {
        self.streams.iter().map(|stream| stream.bucket.as_str()).collect()
    }

    /// Why an attestation cannot be relied on today, and what to do about it.
    #[must_use]
    pub fn objection(&self, attestation: &Attestation, today: Date) -> Option<(String, String)> {
        let because = |problem: String, hint: &str| Some((problem, hint.to_owned()));
        if today < attestation.on || today > attestation.valid_until {
            let problem = format!("valid from {} to {}, not on {today}", attestation.on, attestation.valid_until);
            return because(problem, "attest again, or remove the entry");
        }
        match self.evidence.get(&attestation.evidence) {
            None => {
                because(format!("evidence `{}` is missing", attestation.evidence), "put the file back, or attest again")
            }
            Some(digest) if !digest.eq_ignore_ascii_case(&attestation.evidence_sha256) => because(
                format!("evidence `{}` is not the attested file", attestation.evidence),
                "attest the new file, or put the attested one back",
            ),
            Some(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_waiver_covers_whole_subjects() {
        for (pattern, subject, expected) in
            [("a*c*e", "abcde", true), ("a*c*e", "abde", false), ("a", "ab", false), ("a?", "ab", false)]
        {
            assert_eq!(waiver(pattern).covers(subject), expected, "{pattern} {subject}");
        }
    }

    fn waiver(subject: &str) -> Waiver {
        Waiver {
            control: "LS-6.5".to_owned(),
            subjects: vec![subject.to_owned()],
            reason: "r".to_owned(),
            ticket: "t".to_owned(),
            owner: "o".to_owned(),
            approved_by: "a".to_owned(),
            from: "2026-01-01".parse().unwrap(),
            until: "2026-02-01".parse().unwrap(),
        }
    }

    #[test]
    fn a_waiver_that_names_no_resource_is_over_broad() {
        assert!(waiver("*").over_broad().is_some());
        assert!(waiver("arn:aws:s3:::*").over_broad().is_some());
        for (pattern, expected) in [
            ("arn:aws:s3:::aws-acme-*", None),
            ("arn:aws:s3:::acme-logs/AWSLogs/*", None),
            ("arn:aws:s3:::*/AWSLogs/", Some("names no resource")),
            ("arn:aws:iam::222222222222:role/LogArchive-*", None),
            ("arn:aws:iam::222222222222:role/*", Some("names no resource")),
            ("arn:aws:iam::222222222222:role/teams/*", Some("names no resource")),
            ("arn:aws:iam::*:role/LogArchive-Administrator", Some("names no account")),
            ("arn:aws:kms:eu-central-1:222222222222:key/*", Some("names no resource")),
            ("arn:aws:config:*:*:configuration-recorder", Some("names no account")),
            ("arn:aws:config:*:444444444444:configuration-recorder", None),
            ("arn:aws:organizations::111111111111:account/o-exampleorg1/*", Some("names no resource")),
            ("arn:aws:organizations::111111111111:account/o-exampleorg1/444444444444", None),
            ("arn:aws:cloudtrail:eu-west-1:444444444444:*", None),
            ("arn:aws:cloudtrail:*:444444444444:*", Some("names no resource")),
            ("arn:aws:iam::444444444444:*", Some("names no resource")),
            ("arn:aws:*:eu-west-1:444444444444:trail/org-trail", Some("names no resource")),
            ("register/streams.toml", None),
            ("register/*", Some("names no resource")),
        ] {
            let found = waiver(pattern).over_broad();
            assert_eq!(
                found.as_deref().map(|text| text.contains(expected.unwrap_or("nothing"))),
                expected.map(|_| true),
                "{pattern}: {found:?}"
            );
        }
    }

    #[test]
    fn a_waiver_is_in_force_to_the_end_of_its_last_day() {
        let waiver = waiver("arn:aws:s3:::aws-acme-x");
        assert!(waiver.in_force(day("2026-02-01T23:59:59Z".parse().unwrap())));
        assert!(!waiver.in_force(day("2026-02-02T00:00:00Z".parse().unwrap())));
    }
}
