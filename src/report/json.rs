//! `assessment.json`: the canonical result all other reports are made from.

use std::io::{self, Write};

use logproof_estate::assessment::Assessment;

use crate::report::outline;

/// Writes the assessment, a line for each control and for each exchange.
///
/// # Errors
/// When `out` cannot be written.
pub fn write(assessment: &Assessment, out: &mut dyn Write) -> io::Result<()> {
    outline::write(assessment, 2, out)
}
