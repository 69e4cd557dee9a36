//! What to do first: the changes that clear what does not pass, with what to paste.

use super::{coded, escaped, put};
use crate::report::first::{Group, SHOWN};

/// The list, the first changes open and the others folded away.
pub(super) fn section(page: &mut String, groups: &[Group]) {
    if groups.is_empty() {
        return;
    }
    page.push_str("<h3>What to do first</h3>\n");
    let (now, later) = groups.split_at(groups.len().min(SHOWN));
    list(page, now, 1);
    if !later.is_empty() {
        put(page, format_args!("<details><summary>{} more</summary>\n", later.len()));
        list(page, later, SHOWN + 1);
        page.push_str("</details>\n");
    }
}

fn list(page: &mut String, groups: &[Group], start: usize) {
    put(page, format_args!("<ol class=\"changes\" start=\"{start}\">\n"));
    for group in groups {
        put(page, format_args!("<li>{}", coded(&group.what)));
        let (severity, effort) = (escaped(&group.severity), group.effort.word());
        let clears = escaped(&group.clears(usize::MAX));
        put(page, format_args!("<br/><span class=\"meta\">{severity}, {effort}; {clears}</span>"));
        if let Some(owner) = group.made_by {
            put(page, format_args!("<br/><span class=\"meta\">{}</span>", escaped(owner)));
        }
        if !group.commands.is_empty() {
            put(page, format_args!("<pre>{}</pre>", escaped(&group.commands.join("\n"))));
        }
        for block in &group.blocks {
            put(
                page,
                format_args!(
                    "<details><summary>{}; each statement is proved by itself</summary><pre>{}</pre></details>",
                    escaped(&block.what),
                    block.texts.iter().map(|text| escaped(text)).collect::<Vec<_>>().join("</pre><pre>")
                ),
            );
        }
        page.push_str("</li>\n");
    }
    page.push_str("</ol>\n");
}
