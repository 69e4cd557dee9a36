//! Lifecycle rules in the form of the S3 API, as `aws s3api put-bucket-lifecycle-configuration` takes them.

use std::path::Path;

use jiff::Timestamp;
use logproof_estate::{
    config::parse_instant,
    facts::{LifecycleRule, Transition},
};
use serde::Deserialize;

use super::{PlanError, text};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Configuration {
    rules: Vec<Rule>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Rule {
    #[serde(rename = "ID", default)]
    id: String,
    status: String,
    #[serde(default)]
    prefix: Option<String>,
    #[serde(default)]
    filter: Filter,
    #[serde(default)]
    expiration: Expiration,
    #[serde(default)]
    transitions: Vec<Move>,
    #[serde(default)]
    noncurrent_version_expiration: Noncurrent,
    #[serde(default)]
    noncurrent_version_transitions: Vec<Move>,
    #[serde(default)]
    abort_incomplete_multipart_upload: Abort,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct Filter {
    prefix: Option<String>,
    tag: Option<Tag>,
    tags: Vec<Tag>,
    object_size_greater_than: Option<i64>,
    object_size_less_than: Option<i64>,
    and: Option<Box<Filter>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Tag {
    key: String,
    value: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct Expiration {
    days: Option<i32>,
    date: Option<String>,
    expired_object_delete_marker: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Move {
    #[serde(alias = "NoncurrentDays", default)]
    days: Option<i32>,
    #[serde(default)]
    date: Option<String>,
    storage_class: String,
    #[serde(default)]
    #[expect(
        dead_code,
        reason = "read so that it is accepted; which versions move does not decide how long they stay"
    )]
    newer_noncurrent_versions: Option<i32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct Noncurrent {
    noncurrent_days: Option<i32>,
    newer_noncurrent_versions: Option<i32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct Abort {
    days_after_initiation: Option<i32>,
}

/// Reads the rules of a file.
pub(super) fn read(path: &Path) -> Result<Vec<LifecycleRule>, PlanError> {
    let refuse = |problem: String| PlanError::Document { path: path.to_owned(), problem };
    let configuration: Configuration =
        serde_json::from_str(&text(path)?).map_err(|problem| refuse(problem.to_string()))?;
    configuration.rules.into_iter().map(|rule| rule.fact().map_err(refuse)).collect()
}

impl Rule {
    fn fact(self) -> Result<LifecycleRule, String> {
        let filter = match self.filter.and {
            Some(and) => *and,
            None => self.filter,
        };
        Ok(LifecycleRule {
            id: self.id,
            enabled: self.status == "Enabled",
            prefix: filter.prefix.or(self.prefix).unwrap_or_default(),
            tags: filter.tag.into_iter().chain(filter.tags).map(|tag| (tag.key, tag.value)).collect(),
            size_greater_than: filter.object_size_greater_than,
            size_less_than: filter.object_size_less_than,
            expiration_days: self.expiration.days,
            expiration_date: instant(self.expiration.date.as_deref())?,
            expired_object_delete_marker: self.expiration.expired_object_delete_marker,
            transitions: self.transitions.iter().map(Move::fact).collect::<Result<_, _>>()?,
            noncurrent_expiration_days: self.noncurrent_version_expiration.noncurrent_days,
            noncurrent_newer_versions: self.noncurrent_version_expiration.newer_noncurrent_versions,
            noncurrent_transitions: self
                .noncurrent_version_transitions
                .iter()
                .map(Move::fact)
                .collect::<Result<_, _>>()?,
            abort_multipart_days: self.abort_incomplete_multipart_upload.days_after_initiation,
        })
    }
}

impl Move {
    fn fact(&self) -> Result<Transition, String> {
        let date = instant(self.date.as_deref())?;
        Ok(Transition { days: self.days, date, storage_class: self.storage_class.clone() })
    }
}

fn instant(text: Option<&str>) -> Result<Option<Timestamp>, String> {
    text.map(parse_instant).transpose().map_err(|error| error.to_string())
}
