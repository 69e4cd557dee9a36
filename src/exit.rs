//! What the process tells its caller: the only table of exit codes, the same for every command and output.

use std::process::ExitCode;

use logproof_estate::{assessment::Assessment, record::Verdict};

/// Exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Nothing fails.
    Success = 0,
    /// At least one control fails, or something is wrong with a waiver or an attestation.
    Fail = 1,
    /// Usage, configuration or features that cannot be used.
    Usage = 2,
    /// Something could not be assessed, or a report could not be written.
    Unassessed = 3,
    /// Nothing was assessed.
    Nothing = 4,
}

impl Exit {
    /// The exit code of a run. ERROR outranks FAIL; a finding of the register that the baseline does not accept counts as FAIL; MANUAL fails only when `strict`.
    #[must_use]
    pub fn of(assessment: &Assessment, strict: bool, reports_written: bool) -> Self {
        let wrong_entry = assessment.register.iter().any(|finding| finding.accepted.is_none());
        let any = |verdict| assessment.controls.iter().any(|control| control.verdict == verdict);
        if any(Verdict::Error) || assessment.run.incomplete.is_some() || !reports_written {
            Self::Unassessed
        } else if assessment.controls.is_empty() {
            Self::Nothing
        } else if any(Verdict::Fail) || wrong_entry || (strict && any(Verdict::Manual)) {
            Self::Fail
        } else {
            Self::Success
        }
    }

    /// The number the process ends with.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
