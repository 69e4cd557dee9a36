//! One self-contained HTML file for a person: no script, no network, prints, readable by a screen reader.

mod control;
mod page;
mod topology;

use std::{
    fmt::Write as _,
    io::{self, Write},
};

use logproof_estate::{assessment::Assessment, record::Verdict};

/// Writes the report.
///
/// # Errors
/// When `out` cannot be written.
pub fn write(assessment: &Assessment, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(page::page(assessment).as_bytes())
}

/// Text that cannot become markup.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // Characters HTML forbids show as what they are: a replacement.
            '\0'..='\u{8}' | '\u{b}' | '\u{e}'..='\u{1f}' | '\u{7f}' => safe.push('\u{fffd}'),
            _ => safe.push(c),
        }
    }
    safe
}

/// Appends formatted text; writing to a string cannot fail.
pub(super) fn put(page: &mut String, arguments: std::fmt::Arguments<'_>) {
    let _ = page.write_fmt(arguments);
}

/// CSS class of a verdict.
pub(super) fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "fail",
        Verdict::Error => "error",
        Verdict::Manual => "manual",
        Verdict::Waived => "waived",
        Verdict::NotApplicable => "na",
    }
}

/// A verdict as a badge: the word is always there, colour only helps.
pub(super) fn badge(verdict: Verdict) -> String {
    format!("<span class=\"badge {}\">{}</span>", class(verdict), verdict.word())
}
