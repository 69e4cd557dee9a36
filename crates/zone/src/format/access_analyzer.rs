//! IAM Access Analyzer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// An access analyzer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Analyzer {
    pub(crate) kind: String,
    #[serde(default = "super::organization::active")]
    pub(crate) status: String,
    /// Findings by id.
    #[serde(default)]
    pub(crate) findings: BTreeMap<String, AnalyzerFinding>,
}

/// A finding of an analyzer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnalyzerFinding {
    pub(crate) resource: String,
    #[serde(default = "super::organization::active")]
    pub(crate) status: String,
}
