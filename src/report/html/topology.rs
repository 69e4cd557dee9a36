//! The log store as a picture: what delivers into it, what protects it, who reads it, each coloured by its controls.

use logproof_estate::{assessment::Assessment, record::Verdict};

use super::{escaped, put};

struct Node {
    x: u16,
    y: u16,
    title: &'static str,
    /// Beginnings of the control ids that speak of this part.
    controls: &'static [&'static str],
}

const WIDTH: u16 = 230;
const HEIGHT: u16 = 76;

const NODES: [Node; 9] = [
    Node { x: 20, y: 40, title: "Accounts and Regions", controls: &["LS-1."] },
    Node { x: 20, y: 190, title: "Organization trail", controls: &["LS-4."] },
    Node { x: 20, y: 340, title: "AWS Config", controls: &["LS-5."] },
    Node { x: 365, y: 40, title: "Preventive controls", controls: &["LS-6."] },
    Node { x: 365, y: 190, title: "Log bucket", controls: &["LS-3."] },
    Node { x: 365, y: 340, title: "Log key", controls: &["LS-2."] },
    Node { x: 710, y: 40, title: "Alerts and access logs", controls: &["LS-7."] },
    Node { x: 710, y: 190, title: "Readers", controls: &["LS-8."] },
    Node { x: 710, y: 340, title: "Retention and intake", controls: &["LS-9.", "LS-10."] },
];

/// Arrows as (from, to, label), by index into [`NODES`].
const ARROWS: [(usize, usize, &str); 8] = [
    (0, 1, "record into"),
    (1, 4, "delivers to"),
    (2, 4, "delivers to"),
    (3, 4, "protect"),
    (5, 4, "encrypts"),
    (4, 6, "watched by"),
    (4, 7, "read by"),
    (4, 8, "kept by"),
];

/// The section with the picture and, for those who cannot see it, the same in words.
pub(super) fn section(assessment: &Assessment) -> String {
    let mut page = String::from("<section aria-labelledby=\"topology\"><h2 id=\"topology\">The log store</h2>\n");
    page.push_str(
        "<svg viewBox=\"0 0 960 456\" width=\"960\" height=\"456\" role=\"img\" aria-labelledby=\"topology-title topology-words\">\n\
         <title id=\"topology-title\">Parts of the log store and the verdict of the controls on each</title>\n",
    );
    put(&mut page, format_args!("<desc id=\"topology-words\">{}</desc>\n", escaped(&words(assessment))));
    page.push_str(
        "<defs><marker id=\"arrow\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"8\" markerHeight=\"8\" orient=\"auto-start-reverse\">\
         <path d=\"M0 0 10 5 0 10z\" fill=\"#55636f\"/></marker></defs>\n",
    );
    for (from, to, label) in ARROWS {
        if let (Some(from), Some(to)) = (NODES.get(from), NODES.get(to)) {
            arrow(&mut page, from, to, label);
        }
    }
    for node in &NODES {
        self::node(&mut page, node, assessment);
    }
    page.push_str("</svg>\n</section>\n");
    page
}

fn verdict_of(node: &Node, assessment: &Assessment) -> (Option<Verdict>, usize, usize) {
    let controls: Vec<Verdict> = assessment
        .controls
        .iter()
        .filter(|control| node.controls.iter().any(|start| control.id.starts_with(start)))
        .map(|control| control.verdict)
        .collect();
    let met = controls.iter().filter(|verdict| **verdict == Verdict::Pass).count();
    (Verdict::worst(controls.iter().copied()), met, controls.len())
}

fn status(node: &Node, assessment: &Assessment) -> String {
    match verdict_of(node, assessment) {
        (None, _, _) => "no control selected".to_owned(),
        (Some(Verdict::Pass), _, all) => format!("PASS: all {all} controls"),
        (Some(verdict), met, all) => format!("{}: {met} of {all} controls pass", verdict.word()),
    }
}

fn words(assessment: &Assessment) -> String {
    NODES.iter().map(|node| format!("{}: {}. ", node.title, status(node, assessment))).collect()
}

fn colour(verdict: Option<Verdict>) -> &'static str {
    match verdict {
        Some(Verdict::Pass) => "#1b6e3c",
        Some(Verdict::Fail) => "#a8201a",
        Some(Verdict::Error) => "#7a3e00",
        Some(Verdict::Manual) => "#3d4a8a",
        Some(Verdict::Waived) => "#6b4a86",
        Some(Verdict::NotApplicable) | None => "#55636f",
    }
}

fn node(page: &mut String, node: &Node, assessment: &Assessment) {
    let (verdict, _, _) = verdict_of(node, assessment);
    let colour = colour(verdict);
    // A part that does not pass has a dashed border too: colour is never the only sign.
    let dash = if verdict == Some(Verdict::Pass) { "" } else { " stroke-dasharray=\"7 4\"" };
    put(
        page,
        format_args!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" rx=\"8\" fill=\"#f5f7f9\" stroke=\"{colour}\" stroke-width=\"3\"{dash}/>\n\
             <text x=\"{tx}\" y=\"{t1}\" font-size=\"16\" font-weight=\"700\" fill=\"#16202b\">{title}</text>\n\
             <text x=\"{tx}\" y=\"{t2}\" font-size=\"13\" fill=\"{colour}\">{status}</text>\n",
            x = node.x,
            y = node.y,
            tx = node.x + 14,
            t1 = node.y + 31,
            t2 = node.y + 55,
            title = escaped(node.title),
            status = escaped(&status(node, assessment)),
        ),
    );
}

fn arrow(page: &mut String, from: &Node, to: &Node, label: &str) {
    let middle = |node: &Node| (node.x + WIDTH / 2, node.y + HEIGHT / 2);
    let ((fx, fy), (tx, ty)) = (middle(from), middle(to));
    // Leaves and arrives at the side that faces the other node.
    let (x1, y1, x2, y2) = if from.x == to.x {
        if fy < ty { (fx, from.y + HEIGHT, tx, to.y) } else { (fx, from.y, tx, to.y + HEIGHT) }
    } else if fx < tx {
        (from.x + WIDTH, fy, to.x, ty)
    } else {
        (from.x, fy, to.x + WIDTH, ty)
    };
    let (lx, ly) = ((x1 + x2) / 2 + if x1 == x2 { 8 } else { 0 }, (y1 + y2) / 2 - if x1 == x2 { 0 } else { 8 });
    let anchor = if x1 == x2 { "start" } else { "middle" };
    put(
        page,
        format_args!(
            "<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" stroke=\"#55636f\" stroke-width=\"2\" marker-end=\"url(#arrow)\"/>\n\
             <text x=\"{lx}\" y=\"{ly}\" font-size=\"12\" fill=\"#55636f\" text-anchor=\"{anchor}\">{}</text>\n",
            escaped(label)
        ),
    );
}
