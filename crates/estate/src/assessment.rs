//! All verdicts of a run with their observations: the one source of every report.
//!
//! The JSON form is a published format (`schema` names its version); fields are only ever added within a version.

mod form;

use std::{collections::BTreeMap, fmt};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    facts::CallerIdentity,
    place::{AccountId, Region},
    record::{Record, Verdict},
    register::{Attestation, BaselineState, RegisterFinding, Waiver},
    share::Share,
    source::ExchangeId,
};

/// Version of the JSON form.
pub const SCHEMA: &str = "logproof/assessment/2";

/// What every version of [`SCHEMA`] begins with. Version 1 listed every observation; it is read as well.
pub const SCHEMAS: &str = "logproof/assessment/";

/// The canonical result of a run.
// The derived form is the inner one; `form` numbers the exchanges.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Assessment {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// The tool that made it.
    pub tool: Tool,
    /// The run.
    pub run: Run,
    /// Counts per verdict, over controls.
    pub summary: BTreeMap<Verdict, usize>,
    /// Controls in catalogue order.
    pub controls: Vec<ControlResult>,
    /// What is wrong with waivers and attestations of the register.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub register: Vec<RegisterFinding>,
    /// What the run found of the baseline, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<BaselineState>,
    /// What the exchanges that verdicts rest on were, as far as the recording tells.
    #[serde(skip)]
    pub exchanges: BTreeMap<ExchangeId, ExchangeLabel>,
}

/// What an exchange was, for a reader.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExchangeLabel {
    /// Its line in the recording, from 1.
    pub line: u64,
    /// `service:Operation`.
    pub operation: String,
    /// Account that was asked.
    pub account: String,
    /// Region it was asked in.
    pub region: String,
}

/// Name and version of the tool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tool {
    /// `logproof`.
    pub name: String,
    /// Semantic version.
    pub version: String,
    /// Crates with steps of the owner that the program was built with; a program without any is logproof as it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<StepsOf>,
}

/// A crate with steps of the owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepsOf {
    /// Name of the package.
    pub name: String,
    /// Its version.
    pub version: String,
}

impl fmt::Display for StepsOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.version)
    }
}

impl fmt::Display for Tool {
    /// `logproof 0.1.0`, or `logproof 0.1.0 with acme-steps 1.2.0`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.version)?;
        for (index, steps) in self.steps.iter().enumerate() {
            let joint = if index == 0 { "with" } else { "and" };
            write!(f, " {joint} {steps}")?;
        }
        Ok(())
    }
}

/// Facts about the run itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Run id; also the name of the output folder.
    pub id: String,
    /// What was examined.
    pub target: Target,
    /// Start of the run, UTC.
    pub started: Timestamp,
    /// End of the run, UTC.
    pub ended: Timestamp,
    /// The instant that stood for "now".
    pub as_of: Timestamp,
    /// Who asked, when it could be determined.
    pub caller: Option<CallerIdentity>,
    /// Organization id, when it could be determined.
    pub organization: Option<String>,
    /// Active accounts of the organization, when they could be determined.
    pub accounts: Option<Vec<AccountId>>,
    /// Exchanges the list of accounts rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accounts_from: Vec<ExchangeId>,
    /// Governed Regions.
    pub regions: Vec<Region>,
    /// Conventions of the owner that were assumed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assumed: Vec<String>,
    /// Tag filter and other selections, as given.
    pub selection: BTreeMap<String, String>,
    /// Why the run is incomplete (interrupted, or nobody knows who asked); `None` when every selected scenario ran and
    /// the caller is known.
    pub incomplete: Option<String>,
    /// API calls by `service:Operation`, retries included.
    pub calls: BTreeMap<String, u64>,
    /// Distinct questions asked.
    pub questions: usize,
}

/// What was examined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Target {
    /// Live accounts.
    Live,
    /// A landing zone described in a file; `sample` when it is the embedded one.
    Mock {
        /// File name, or `sample`.
        zone: String,
    },
    /// A recorded run.
    Replay {
        /// The bundle.
        bundle: String,
    },
    /// A share of what is examined of a landing zone; other shares examine the rest.
    Share {
        /// The landing zone.
        of: Box<Target>,
        /// Which share.
        share: Share,
    },
    /// A landing zone with a planned change laid over it.
    Planned {
        /// What the change was laid over.
        over: Box<Target>,
        /// The files of the plan.
        files: Vec<String>,
    },
}

impl Target {
    /// A title suffix that says so when the run did not look at live accounts.
    #[must_use]
    pub fn caution(&self) -> Option<String> {
        match self {
            Self::Live => None,
            Self::Mock { zone } if zone == "sample" => Some("SAMPLE LANDING ZONE, not your accounts".to_owned()),
            Self::Mock { zone } => Some(format!("MOCK LANDING ZONE {zone}, not live accounts")),
            Self::Replay { bundle } => Some(format!("REPLAY of {bundle}")),
            Self::Share { of, share } => {
                let of = of.caution().map(|caution| format!("; {caution}")).unwrap_or_default();
                let what = match share {
                    Share::Organization => "what is not about single accounts".to_owned(),
                    share => format!("share {share} of the accounts"),
                };
                Some(format!("PART OF A RUN, {what}: no verdict on the organization{of}"))
            }
            Self::Planned { over, files } => {
                let over = over.caution().unwrap_or_else(|| "the live landing zone".to_owned());
                Some(format!("PLANNED, not applied: {} laid over {over}", files.join(", ")))
            }
        }
    }
}

/// One control.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ControlResult {
    /// `LS-3.4`.
    pub id: String,
    /// Feature name.
    pub title: String,
    /// `critical`, `high`, `medium` or `low`.
    pub severity: String,
    /// Whether it is hardening beyond what the log store requirements ask for.
    pub hardening: bool,
    /// Framework references, for example `pci-dss-4.0:4.2.1`.
    pub frameworks: Vec<String>,
    /// Path of the feature file below `features/`.
    pub feature: String,
    /// SHA-256 of the feature file.
    pub feature_sha256: String,
    /// Description sections by heading: `Requirement`, `Why`, `How it is examined`, `Remediation`, `References` ...
    pub text: Vec<(String, String)>,
    /// Worst verdict of the scenarios.
    pub verdict: Verdict,
    /// Scenarios in file order.
    pub scenarios: Vec<ScenarioResult>,
}

/// One scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScenarioResult {
    /// Scenario name.
    pub name: String,
    /// Rule it stands under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Line in the feature file. For display: never part of an identity.
    pub line: usize,
    /// Its severity, where it is lower than that of the control.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<String>,
    /// The verdict.
    pub verdict: Verdict,
    /// Why, in one line.
    pub reason: String,
    /// Steps with how far the run got.
    pub steps: Vec<StepResult>,
    /// What was recorded.
    pub record: Record,
    /// Waivers that turned FAIL into WAIVED.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waivers: Vec<Waiver>,
    /// Attestation that turned MANUAL into PASS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attestation: Option<Attestation>,
    /// When the scenario started.
    pub started: Timestamp,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepResult {
    /// `Given`, `When`, `Then`, `And` ...
    pub keyword: String,
    /// Step text.
    pub text: String,
    /// How far it got.
    pub state: StepState,
}

/// How far a step got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepState {
    /// It ran and recorded nothing against the control.
    Passed,
    /// It stopped the scenario.
    Stopped,
    /// An earlier step stopped the scenario.
    NotReached,
}

impl ControlResult {
    /// The severity of one of its scenarios: its own, or the control's.
    #[must_use]
    pub fn severity_of<'a>(&'a self, scenario: &'a ScenarioResult) -> &'a str {
        scenario.severity.as_deref().unwrap_or(&self.severity)
    }

    /// The severity of what is wrong: the scenarios' own where all that have the control's verdict have one and it is
    /// the same, else the control's.
    #[must_use]
    pub fn severity_of_verdict(&self) -> &str {
        let mut deciding = self.scenarios.iter().filter(|scenario| scenario.verdict == self.verdict);
        let first = deciding.next().map_or(self.severity.as_str(), |scenario| self.severity_of(scenario));
        if deciding.all(|scenario| self.severity_of(scenario) == first) { first } else { &self.severity }
    }
}

impl Assessment {
    /// Counts controls per verdict.
    #[must_use]
    pub fn count(controls: &[ControlResult]) -> BTreeMap<Verdict, usize> {
        let mut summary = BTreeMap::new();
        for control in controls {
            *summary.entry(control.verdict).or_insert(0) += 1;
        }
        summary
    }

    /// How many controls have this verdict.
    #[must_use]
    pub fn controls_with(&self, verdict: Verdict) -> usize {
        self.summary.get(&verdict).copied().unwrap_or(0)
    }
}
