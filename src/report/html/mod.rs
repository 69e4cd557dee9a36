//! One self-contained HTML file for a person: no script, no network, prints, readable by a screen reader.
//!
//! The markup is well-formed XML as well, so that what was written can be read back without an HTML parser.

mod changes;
mod control;
mod evidence;
mod graph;
mod page;
mod register;
mod topology;

use std::{
    fmt::Write as _,
    io::{self, Write},
};

use logproof_estate::{assessment::Assessment, record::Verdict};

/// How every page looks; `period` uses it too.
pub(crate) const STYLE: &str = include_str!("style.css");

/// Writes the report.
///
/// # Errors
/// When `out` cannot be written.
pub fn write(assessment: &Assessment, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(page::page(assessment).as_bytes())
}

/// Text that cannot become markup.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // Characters HTML and XML forbid show as what they are: a replacement.
            '\0'..='\u{8}' | '\u{b}'..='\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => {
                safe.push('\u{fffd}');
            }
            _ => safe.push(c),
        }
    }
    safe
}

/// Text in which what stands between backticks is code.
pub(crate) fn coded(text: &str) -> String {
    let parts: Vec<String> = text.split('`').map(escaped).collect();
    if parts.len().is_multiple_of(2) {
        // A backtick without its partner means something else.
        return parts.join("`");
    }
    let mut whole = String::new();
    for (index, part) in parts.iter().enumerate() {
        match index % 2 {
            1 if part.is_empty() => whole.push_str("``"),
            1 => put(&mut whole, format_args!("<code>{part}</code>")),
            _ => whole.push_str(part),
        }
    }
    whole
}

/// Appends formatted text; writing to a string cannot fail.
pub(crate) fn put(page: &mut String, arguments: std::fmt::Arguments<'_>) {
    let _ = page.write_fmt(arguments);
}

/// CSS class of a verdict.
pub(crate) fn class(verdict: Verdict) -> &'static str {
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
pub(crate) fn badge(verdict: Verdict) -> String {
    format!("<span class=\"badge {}\">{}</span>", class(verdict), verdict.word())
}

/// `1 control`, `2 controls`.
pub(crate) fn count(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

/// The beginning of a page up to its `<body>`.
pub(crate) fn open(page: &mut String, title: &str, generator: &str) {
    put(
        page,
        format_args!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
             <meta name=\"generator\" content=\"{}\"/>\n<title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n",
            escaped(generator),
            escaped(title),
        ),
    );
}

/// A table that may be wider than the screen: it scrolls by itself, with the keyboard too.
pub(crate) fn table(page: &mut String, label: &str, columns: &[&str]) {
    put(
        page,
        format_args!(
            "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{}\"><table><thead><tr>",
            escaped(label)
        ),
    );
    for column in columns {
        put(page, format_args!("<th scope=\"col\">{}</th>", escaped(column)));
    }
    page.push_str("</tr></thead><tbody>\n");
}

/// Ends what [`table`] began.
pub(crate) fn end_table(page: &mut String) {
    page.push_str("</tbody></table></div>\n");
}

#[cfg(test)]
mod tests {
    use super::coded;

    #[test]
    fn what_stands_between_backticks_is_code_and_never_markup() {
        assert_eq!(coded("role `a<b` can call `s3:*`"), "role <code>a&lt;b</code> can call <code>s3:*</code>");
        assert_eq!(coded("one ` alone & more"), "one ` alone &amp; more");
        assert_eq!(coded("empty `` stays"), "empty `` stays");
    }
}
