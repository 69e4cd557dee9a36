//! One self-contained HTML file for a person: no script, no network, prints, readable by a screen reader.
//!
//! The markup macro escapes all text; `send` replaces the characters that no page may hold.

mod changes;
mod control;
mod evidence;
mod graph;
mod page;
mod register;
mod topology;

use std::io::{self, Write};

use logproof_estate::{assessment::Assessment, record::Verdict};
use maud::{DOCTYPE, Markup, PreEscaped, Render, html};

/// How every page looks; `period` uses it too.
const STYLE: &str = include_str!("style.css");

/// Writes the report.
///
/// # Errors
/// When `out` cannot be written.
pub fn write(assessment: &Assessment, out: &mut dyn Write) -> io::Result<()> {
    send(&page::page(assessment), out)
}

/// Writes a page. Characters that HTML forbids, which the macro does not escape, show as what they are: a replacement.
///
/// # Errors
/// When `out` cannot be written.
pub(crate) fn send(page: &Markup, out: &mut dyn Write) -> io::Result<()> {
    let mut parts = page.0.split(is_forbidden);
    out.write_all(parts.next().unwrap_or_default().as_bytes())?;
    for part in parts {
        out.write_all("\u{fffd}".as_bytes())?;
        out.write_all(part.as_bytes())?;
    }
    Ok(())
}

fn is_forbidden(c: char) -> bool {
    matches!(
        c,
        '\0'..='\u{8}' | '\u{b}'..='\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}'
    )
}

/// Text in which what stands between backticks is code.
pub(crate) struct Coded<'a>(pub(crate) &'a str);

impl Render for Coded<'_> {
    fn render(&self) -> Markup {
        // A backtick without its partner means something else.
        if self.0.matches('`').count() % 2 == 1 {
            return html! { (self.0) };
        }
        html! {
            @for (index, part) in self.0.split('`').enumerate() {
                @match index % 2 {
                    1 if part.is_empty() => "``",
                    1 => code { (part) },
                    _ => (part),
                }
            }
        }
    }
}

/// Items in a row with this between them.
pub(crate) fn joined<T: Render>(items: impl IntoIterator<Item = T>, between: impl Render) -> Markup {
    html! {
        @for (index, item) in items.into_iter().enumerate() {
            @if index > 0 { (between) }
            (item)
        }
    }
}

/// Items under each other.
pub(crate) fn lines<T: Render>(items: impl IntoIterator<Item = T>) -> Markup {
    joined(items, html! { br; })
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
pub(crate) fn badge(verdict: Verdict) -> Markup {
    html! { span class={ "badge " (class(verdict)) } { (verdict.word()) } }
}

/// `1 control`, `2 controls`.
pub(crate) fn count(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

/// A whole page around what is in its `<body>`.
pub(crate) fn document(title: &str, generator: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="generator" content=(generator);
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body { (body) }
        }
    }
}

/// A section under a heading that the contents can lead to.
pub(crate) fn section(anchor: &str, heading: &str, content: &Markup) -> Markup {
    html! {
        section aria-labelledby=(anchor) {
            h2 id=(anchor) { (heading) }
            (content)
        }
    }
}

/// The sections of a page, by anchor and heading, with the contents that lead to them.
pub(crate) fn sections(all: &[(&str, &str, Markup)]) -> Markup {
    html! {
        nav aria-label="Contents" {
            ul { @for (anchor, heading, _) in all { li { a href={ "#" (anchor) } { (heading) } } } }
        }
        main { @for (anchor, heading, content) in all { (section(anchor, heading, content)) } }
    }
}

/// A number of the summary, with the word for what is counted.
pub(crate) fn tile(class: &str, number: usize, word: &str, meaning: &str) -> Markup {
    html! {
        li class=(class) { b { (number) } " " span.word { (word) } " " span.meta { (meaning) } }
    }
}

/// A table that may be wider than the screen: it scrolls by itself, with the keyboard too.
pub(crate) fn table(label: &str, columns: &[&str], rows: &Markup) -> Markup {
    html! {
        div.scroll role="region" tabindex="0" aria-label=(label) {
            table {
                thead { tr { @for column in columns { th scope="col" { (column) } } } }
                tbody { (rows) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use maud::{Render, html};

    use super::{Coded, send};

    fn coded(text: &str) -> String {
        Coded(text).render().into_string()
    }

    #[test]
    fn what_stands_between_backticks_is_code_and_never_markup() {
        assert_eq!(coded("role `a<b` can call `s3:*`"), "role <code>a&lt;b</code> can call <code>s3:*</code>");
        assert_eq!(coded("one ` alone & more"), "one ` alone &amp; more");
        assert_eq!(coded("empty `` stays"), "empty `` stays");
    }

    #[test]
    fn what_html_forbids_is_replaced_in_text_and_attributes() {
        let mut out = Vec::new();
        send(&html! { p title="a\u{1}\"" { "b\0\u{9f}\tc" } }, &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "<p title=\"a\u{fffd}&quot;\">b\u{fffd}\u{fffd}\tc</p>");
    }
}
