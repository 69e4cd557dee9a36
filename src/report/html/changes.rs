//! What to do first: the changes that clear what does not pass, with what to paste.

use maud::{Markup, html};

use super::Coded;
use crate::report::first::{Group, SHOWN};

/// The list, the first changes open and the others folded away.
pub(super) fn section(groups: &[Group]) -> Markup {
    let (now, later) = groups.split_at(groups.len().min(SHOWN));
    html! {
        @if !groups.is_empty() {
            h3 { "What to do first" }
            (list(now, 1))
            @if !later.is_empty() {
                details {
                    summary { (later.len()) " more" }
                    (list(later, SHOWN + 1))
                }
            }
        }
    }
}

fn list(groups: &[Group], start: usize) -> Markup {
    html! {
        ol.changes start=(start) {
            @for group in groups { li { (change(group)) } }
        }
    }
}

fn change(group: &Group) -> Markup {
    html! {
        (Coded(&group.what))
        br;
        span.meta { (group.severity) ", " (group.effort.word()) "; " (group.clears(usize::MAX)) }
        @if let Some(owner) = group.made_by {
            br;
            span.meta { (owner) }
        }
        @if !group.commands.is_empty() {
            pre { (group.commands.join("\n")) }
        }
        @for block in &group.blocks {
            details {
                summary { (block.what) "; each statement is proved by itself" }
                @for text in &block.texts { pre { (text) } }
            }
        }
    }
}
