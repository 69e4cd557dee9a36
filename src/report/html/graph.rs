//! Draws boxes and arrows on a grid; knows nothing of what they mean.

use logproof_estate::record::Verdict;
use maud::{Markup, html};

use super::class;

const WIDTH: u16 = 300;
const HEIGHT: u16 = 112;
const LEFT: u16 = 12;
const TOP: u16 = 12;
const ACROSS: u16 = 452;
const DOWN: u16 = 184;

/// Size of the picture: three columns and three rows.
pub(super) const SIZE: (u16, u16) = (LEFT * 2 + ACROSS * 2 + WIDTH, TOP * 2 + DOWN * 2 + HEIGHT);

/// A box.
pub(super) struct Node {
    pub(super) column: u16,
    pub(super) row: u16,
    pub(super) title: &'static str,
    pub(super) lines: Vec<String>,
    pub(super) verdict: Option<Verdict>,
    pub(super) status: String,
}

/// An arrow between boxes, by index.
pub(super) struct Arrow {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) label: &'static str,
    /// The control about it, with its verdict.
    pub(super) control: Option<(String, Verdict)>,
}

/// A sign beside the word and the colour.
pub(super) fn sign(verdict: Option<Verdict>) -> &'static str {
    match verdict {
        Some(Verdict::Pass) => "✓",
        Some(Verdict::Fail) => "✗",
        Some(Verdict::Error) => "!",
        Some(Verdict::Manual) => "?",
        Some(Verdict::Waived) => "~",
        Some(Verdict::NotApplicable) | None => "–",
    }
}

impl Node {
    fn x(&self) -> u16 {
        LEFT + self.column * ACROSS
    }

    fn y(&self) -> u16 {
        TOP + self.row * DOWN
    }

    pub(super) fn draw(&self) -> Markup {
        let (x, y) = (self.x(), self.y());
        html! {
            g class={ "node " (self.verdict.map_or("na", class)) } {
                rect x=(x) y=(y) width=(WIDTH) height=(HEIGHT) rx="8" {}
                text.name x=(x + 14) y=(y + 27) { (self.title) }
                text.status x=(x + 14) y=(y + 48) { (sign(self.verdict)) " " (self.status) }
                @for (line, below) in self.lines.iter().take(3).zip([70, 87, 104]) {
                    text.fact x=(x + 14) y=(y + below) { (shortened(line)) title { (line) } }
                }
            }
        }
    }
}

impl Arrow {
    pub(super) fn draw(&self, nodes: &[Node]) -> Markup {
        let (Some(from), Some(to)) = (nodes.get(self.from), nodes.get(self.to)) else { return html! {} };
        let middle = |node: &Node| (node.x() + WIDTH / 2, node.y() + HEIGHT / 2);
        let ((from_x, from_y), (to_x, to_y)) = (middle(from), middle(to));
        let upright = from.column == to.column;
        // Leaves and arrives at the side that faces the other box.
        let (x1, y1, x2, y2) = if upright {
            if from_y < to_y {
                (from_x, from.y() + HEIGHT, to_x, to.y())
            } else {
                (from_x, from.y(), to_x, to.y() + HEIGHT)
            }
        } else if from_x < to_x {
            (from.x() + WIDTH, from_y, to.x(), to_y)
        } else {
            (from.x(), from_y, to.x() + WIDTH, to_y)
        };
        let (label_x, label_y, anchor) = if upright {
            (x1 + 10, u16::midpoint(y1, y2) - 2, "start")
        } else {
            // Above a level arrow; beside the middle of a slanting one there is room on the paper's colour.
            (u16::midpoint(x1, x2), u16::midpoint(y1, y2) - 8, "middle")
        };
        html! {
            g.arrow {
                line x1=(x1) y1=(y1) x2=(x2) y2=(y2) marker-end="url(#arrow)" {}
                text x=(label_x) y=(label_y) text-anchor=(anchor) { (self.label) }
                @if let Some((control, verdict)) = &self.control {
                    text class={ "control " (class(*verdict)) }
                        x=(label_x) y=(label_y + if upright { 16 } else { 24 }) text-anchor=(anchor) {
                        // The longest word does not fit between two boxes.
                        (sign(Some(*verdict))) " " (control) " "
                        (if *verdict == Verdict::NotApplicable { "n/a" } else { verdict.word() })
                    }
                }
            }
        }
    }
}

/// A line that fits a box: the middle goes first, because names differ at their ends.
fn shortened(line: &str) -> String {
    const FITS: usize = 38;
    let characters: Vec<char> = line.chars().collect();
    if characters.len() <= FITS {
        return line.to_owned();
    }
    let head = characters.iter().take(FITS / 2);
    let tail = characters.iter().skip(characters.len() - (FITS / 2 - 1));
    head.chain(['…'].iter()).chain(tail).collect()
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn the_middle_of_a_long_line_goes() {
        assert_eq!(shortened("aws-acme-log-storage"), "aws-acme-log-storage");
        let short = shortened("aws-acme-log-storage-222222222222-eu-central-1");
        assert_eq!(short, "aws-acme-log-storag…22222-eu-central-1");
        assert_eq!(short.chars().count(), 38);
    }
}
