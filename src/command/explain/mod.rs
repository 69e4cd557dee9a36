//! `logproof explain`: the text of one control, its steps and the API calls it makes.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    sync::Arc,
};

use clap::Args;
use jiff::Timestamp;
use logproof_aws::Options;
use logproof_estate::Estate;

use crate::{
    catalogue::{self, CatalogueError, Control, FeatureArgs, lint, vocabulary::Vocabulary},
    console::print,
    exit::Exit,
    report::wrap::wrapped,
    run::{runner, target},
};

/// Width of running text.
const WIDTH: usize = 100;

/// Arguments of `explain`.
#[derive(Debug, Clone, Default, Args)]
pub struct ExplainArgs {
    /// Control, for example LS-3.4.
    #[arg(value_name = "ID")]
    pub id: String,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would replace the help of the flattened arguments")]
    pub features: FeatureArgs,
}

/// `logproof explain`.
///
/// # Errors
/// [`CatalogueError`].
pub async fn run(args: &ExplainArgs) -> Result<Exit, CatalogueError> {
    let (controls, vocabulary) = lint::sound(&args.features.set())?;
    let control = catalogue::find(&controls, &args.id)?;
    let calls = calls(control, &vocabulary).await;
    print(|out| describe(control, calls.as_ref(), out));
    Ok(Exit::Success)
}

/// The API calls of one control, learnt by running it on the sample landing zone; `None` when that fails.
async fn calls(control: &Control, vocabulary: &Vocabulary) -> Option<BTreeMap<String, u64>> {
    let connected = target::described(target::sample().ok()?, "sample", Options::default()).ok()?;
    let now = connected.now.unwrap_or(Timestamp::UNIX_EPOCH);
    let estate = Arc::new(Estate::new(Arc::clone(&connected.config), connected.source(), now));
    let scenarios: Vec<_> = control.scenarios.iter().collect();
    runner::run(&scenarios, vocabulary, &estate, std::future::pending(), |_, _| {}).await;
    Some(connected.calls())
}

/// Writes one control.
fn describe(control: &Control, calls: Option<&BTreeMap<String, u64>>, out: &mut dyn Write) -> io::Result<()> {
    let hardening = if control.hardening { ", hardening" } else { "" };
    writeln!(out, "{} {}", control.id, control.title)?;
    writeln!(out, "severity {}{hardening}; features/{}", control.severity, control.path)?;
    for (heading, body) in &control.text {
        writeln!(out, "\n{heading}")?;
        for line in paragraphs(body) {
            writeln!(out, "  {line}")?;
        }
    }
    writeln!(out, "\nFrameworks")?;
    for line in wrapped(&control.frameworks.join(" "), WIDTH - 2) {
        writeln!(out, "  {line}")?;
    }
    for scenario in &control.scenarios {
        writeln!(out, "\nScenario: {}{}", scenario.name, control.own_severity(scenario))?;
        for step in &scenario.steps {
            writeln!(out, "  {} {}", step.keyword.trim(), step.value)?;
        }
    }
    writeln!(out, "\nAPI calls, as made on the sample landing zone")?;
    match calls {
        None => writeln!(out, "  unknown: the sample landing zone could not be asked"),
        Some(calls) if calls.is_empty() => writeln!(out, "  none"),
        Some(calls) => calls.iter().try_for_each(|(operation, times)| writeln!(out, "  {operation} x{times}")),
    }
}

/// Paragraphs filled to the width; lines that stand alone (links, lists) stay alone.
fn paragraphs(body: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for (index, paragraph) in body.split("\n\n").enumerate() {
        if index > 0 {
            lines.push(String::new());
        }
        let alone = |line: &str| line.starts_with("http") || line.starts_with("- ") || line.starts_with("* ");
        if paragraph.lines().any(alone) {
            lines.extend(paragraph.lines().map(str::to_owned));
        } else {
            lines.extend(wrapped(paragraph, WIDTH - 2));
        }
    }
    lines
}
