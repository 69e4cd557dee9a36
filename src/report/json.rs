//! `assessment.json`: the canonical result all other reports are made from.

use std::io::{self, Write};

use logproof_estate::assessment::Assessment;

/// Writes the assessment, indented, with a final line break.
///
/// # Errors
/// When `out` cannot be written.
pub fn write(assessment: &Assessment, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, assessment)?;
    writeln!(out)
}
