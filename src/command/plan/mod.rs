//! `logproof plan`: what a planned change would do to the verdicts, before it is made.

mod args;
mod base;
mod documents;
mod error;
mod files;
mod markdown;
mod outcome;
mod predict;
mod write;

use std::{fs, io, path::Path};

use logproof_estate::assessment::Assessment;
use logproof_plan::{Edit, Symbols};

use self::{
    base::Base,
    outcome::{FileSummary, Prediction},
};
use crate::{
    catalogue::lint, console::print, error::Unwritable, exit::Exit, report::Format, run::selection::Selection,
};

pub use args::{DocumentArgs, PlanArgs, PlanFormat};
pub use error::PlanError;

/// `logproof plan`: exit 1 when the plan makes something worse, 3 when it cannot be decided.
///
/// # Errors
/// [`PlanError`].
pub async fn run(args: &PlanArgs) -> Result<Exit, PlanError> {
    if args.files.is_empty() && args.documents.is_empty() {
        return Err(PlanError::NoChange);
    }
    let (controls, vocabulary) = lint::sound(&args.features.set())?;
    let controls = Selection::new(args.tags.as_deref(), &args.controls)?.apply(controls)?;
    let base = Base::open(args).await?;
    let context = base.context().await;
    let mut plans = files::read(&args.files, &files::stack(&args.parameter)?, &context)?;
    if !args.documents.is_empty() {
        plans.push(("the command line".to_owned(), documents::read(&args.documents, &base, &context).await?));
    }
    files::placed(&plans)?;
    files::once(&plans)?;
    let (mut summaries, mut edits, mut symbols) = (Vec::new(), Vec::<Edit>::new(), Symbols::default());
    for (file, plan) in plans {
        summaries.push(FileSummary::of(&file, &plan));
        edits.extend(plan.edits);
        symbols.extend(plan.symbols);
    }
    let laid = edits.len();
    let mut both = predict::predict(&base, edits, &controls, &vocabulary).await;
    let prediction = outcome::compare(&both, summaries, laid, &symbols, base.target.clone());
    print(|out| body(&prediction, args.format, out));
    if let Some(folder) = &args.out {
        outcome::make_presentable(&mut both.after, &both.laid, &symbols);
        keep(folder, &prediction, &both.after)?;
    }
    Ok(prediction.exit(args.strict))
}

fn body(prediction: &Prediction, format: PlanFormat, out: &mut dyn io::Write) -> io::Result<()> {
    match format {
        PlanFormat::Text => write::write(prediction, out),
        PlanFormat::Markdown => markdown::write(prediction, out),
        PlanFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, prediction).map_err(io::Error::from)?;
            writeln!(out)
        }
    }
}

/// Writes the answer in every form, and of the landing zone after the change what other programs read.
fn keep(folder: &Path, prediction: &Prediction, after: &Assessment) -> Result<(), Unwritable> {
    fs::create_dir_all(folder).map_err(Unwritable::at(folder))?;
    let forms = [("plan.txt", PlanFormat::Text), ("plan.md", PlanFormat::Markdown), ("plan.json", PlanFormat::Json)];
    for (name, format) in forms {
        file(folder, name, |out| body(prediction, format, out))?;
    }
    for (format, name) in Format::ALL {
        if matches!(format, Format::Junit | Format::JunitRich | Format::Sarif | Format::Html) {
            file(folder, name, |out| format.write(after, out))?;
        }
    }
    Ok(())
}

fn file(folder: &Path, name: &str, body: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> Result<(), Unwritable> {
    let path = folder.join(name);
    let write = || {
        let mut out = io::BufWriter::new(fs::File::create(&path)?);
        body(&mut out)?;
        io::Write::flush(&mut out)
    };
    write().map_err(Unwritable::at(&path))
}
