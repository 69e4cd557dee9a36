//! `logproof new control`: lays down the files of a control of the owner's, for its author to complete.
//!
//! What it lays down is a feature that `lint` accepts, a fixture that is to meet it and one that is to violate it. It
//! overwrites nothing, and asks no account.

mod answers;
mod error;
mod files;

use std::{io, path::PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use logproof_estate::{assessment::ControlResult, record::Verdict};

pub use self::error::NewError;
use self::{
    answers::Draft,
    files::{File, Laid},
};
use crate::{
    catalogue::{self, Control, FeatureFile, FeatureSet, lint, vocabulary::Vocabulary},
    console::{self, AtTerminal, Person, print},
    exit::Exit,
    run::{description, trial},
};

/// Arguments of `new`.
#[derive(Debug, Clone, Args)]
pub struct NewArgs {
    /// What is new.
    #[command(subcommand)]
    pub what: New,
}

/// What can be new.
#[derive(Debug, Clone, Subcommand)]
pub enum New {
    /// Lay down feature and fixtures of a control; asks for what no option answers.
    Control(ControlArgs),
}

/// Arguments of `new control`.
#[derive(Debug, Clone, Default, Args)]
pub struct ControlArgs {
    /// Its id: words in capital letters, a hyphen and numbers, for example ACME-4.2.
    #[arg(value_name = "ID")]
    pub id: String,
    /// Folder of your feature files; made where there is none.
    #[arg(long = "in", value_name = "DIR", default_value = "controls")]
    pub folder: PathBuf,
    /// What is required, as a sentence without a full stop.
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// How bad it is when it is not met [default: medium].
    #[arg(long, value_enum, value_name = "SEVERITY")]
    pub severity: Option<Severity>,
    /// Framework reference, for example soc2:cc6.1; may be repeated.
    #[arg(long = "framework", value_name = "TAG")]
    pub frameworks: Vec<String>,
    /// Sentence of `logproof steps` that names what is examined, with its values; may be repeated.
    #[arg(long, value_name = "SENTENCE")]
    pub given: Vec<String>,
    /// Sentence of `logproof steps` that must be true of it; may be repeated. A table below it follows in further lines.
    #[arg(long, value_name = "SENTENCE")]
    pub then: Vec<String>,
}

/// Severities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Severity {
    /// `critical`.
    Critical,
    /// `high`.
    High,
    /// `medium`.
    #[default]
    Medium,
    /// `low`.
    Low,
}

/// `logproof new`.
///
/// # Errors
/// [`NewError`]; then nothing was written, or the error names what could not be.
pub async fn run(args: &NewArgs) -> Result<Exit, NewError> {
    let New::Control(args) = &args.what;
    let mut terminal = AtTerminal;
    let person = console::can_ask().then_some(&mut terminal as &mut dyn Person);
    let vocabulary = Vocabulary::registered();
    let laid = lay_down(args, &vocabulary, person)?;
    let shown = on_base(&laid, &vocabulary).await;
    print(|out| report(&laid, shown.as_ref(), out));
    Ok(Exit::Success)
}

/// Writes the files of a new control.
///
/// # Errors
/// [`NewError`].
pub fn lay_down(
    args: &ControlArgs,
    vocabulary: &Vocabulary,
    person: Option<&mut dyn Person>,
) -> Result<Laid, NewError> {
    if !catalogue::is_control_id(&args.id) {
        return Err(NewError::Id { id: args.id.clone() });
    }
    taken(args, vocabulary)?;
    let draft = Draft::complete(args, vocabulary, person)?;
    let files = files::of(&draft, &args.folder);
    let control = readable(&files.feature, vocabulary)?;
    files.write()?;
    Ok(Laid { files, control })
}

/// Refuses an id that a control of this program, or one in the folder, has already.
fn taken(args: &ControlArgs, vocabulary: &Vocabulary) -> Result<(), NewError> {
    let mut there = FeatureSet::Embedded.read()?;
    if args.folder.is_dir() {
        there.extend(FeatureSet::Folder(args.folder.clone()).read()?);
    }
    let known = lint::examine(&there, vocabulary).controls;
    let Some(control) = known.iter().find(|control| control.id == args.id) else { return Ok(()) };
    let shown = there.iter().find(|file| file.path == control.path).map(|file| file.shown.clone());
    Err(NewError::Taken { id: args.id.clone(), path: shown.unwrap_or_else(|| control.path.clone()) })
}

/// The control in a feature file that is not written yet; what `lint` would refuse is refused now.
fn readable(file: &File, vocabulary: &Vocabulary) -> Result<Control, NewError> {
    let name = file.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let shown = file.path.display().to_string();
    let linted = lint::examine(&[FeatureFile::new(name, shown, file.text.clone().into_bytes())], vocabulary);
    match linted.problems.into_iter().next() {
        Some(first) => Err(NewError::Refused { problem: first.problem, hint: first.hint }),
        None => linted.controls.into_iter().next().ok_or_else(|| NewError::Refused {
            problem: "it has no scenario".to_owned(),
            hint: "give `--then`".to_owned(),
        }),
    }
}

/// What the control shows on the landing zone that its fixtures begin from.
async fn on_base(laid: &Laid, vocabulary: &Vocabulary) -> Option<ControlResult> {
    let path = &laid.files.compliant.path;
    let zone = description::resolved(path).ok()?;
    trial::judged(zone, &path.display().to_string(), &laid.control, vocabulary).await.ok()
}

fn report(laid: &Laid, shown: Option<&ControlResult>, out: &mut dyn io::Write) -> io::Result<()> {
    let files = &laid.files;
    for file in files.all() {
        writeln!(out, "wrote {}", file.path.display())?;
    }
    let met = shown.is_some_and(|shown| shown.verdict == Verdict::Pass);
    if let Some(shown) = shown {
        let scenario = shown.scenarios.iter().find(|scenario| scenario.verdict == shown.verdict);
        let reason = scenario.map(|scenario| scenario.reason.as_str()).unwrap_or_default();
        writeln!(out, "on the landing zone that the fixtures begin from it is {}: {reason}", shown.verdict.word())?;
    }
    let folder = files.folder.display();
    writeln!(out, "\nnext:")?;
    writeln!(out, "- write what is required, why, and how to mend it into {}", files.feature.path.display())?;
    if !met {
        writeln!(out, "- describe a landing zone that meets it in {}", files.compliant.path.display())?;
    }
    writeln!(
        out,
        "- take away what it asks for in {}, and write which subject and reason it is to report",
        files.violating.path.display()
    )?;
    writeln!(out, "- logproof test {folder} --strict")?;
    writeln!(out, "- logproof check --with {folder}")
}
