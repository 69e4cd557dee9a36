//! `logproof plan`: what a planned change would do to the verdicts, before it is made.

mod args;
mod base;
mod compare;
mod documents;
mod error;
mod files;
mod gained;
mod keep;
mod markdown;
mod outcome;
mod smallest;
mod write;

use std::{io, sync::Arc};

use jiff::Timestamp;
use logproof_aws::Options;
use logproof_estate::assessment::{Assessment, Target};
use logproof_plan::{Edit, Symbols};
use logproof_wire::Recorder;

use self::{
    base::Base,
    gained::Sides,
    keep::Keeping,
    outcome::{FileSummary, Prediction},
    smallest::Search,
};
use crate::{
    bundle::laid::{Edits, Keeper},
    catalogue::{Control, lint, vocabulary::Vocabulary},
    clock,
    console::{columns, print},
    exit::Exit,
    report::terminal::{Form, WIDTH},
    run::{
        assess::Setting,
        planned::{Ground, make_presentable},
        selection::Selection,
    },
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
    let asked = Asked::of(args)?;
    let keeping = args.out.as_deref().map(|out| Keeping::begin(out, asked.started)).transpose()?;
    let (prediction, after) = match lay(args, &asked, keeping.as_ref()).await {
        Ok(laid) => laid,
        Err(error) => {
            keeping.into_iter().for_each(Keeping::discard);
            return Err(error);
        }
    };
    let form = Form { width: columns().unwrap_or(WIDTH), ..Form::default() };
    print(|out| body(&prediction, args.format, form, out));
    let kept = match keeping {
        Some(keeping) => keeping.finish(after, &prediction, &asked.controls).await,
        None => true,
    };
    Ok(if kept { prediction.exit(args.strict) } else { Exit::Unassessed })
}

/// What is to be examined, read from the arguments alone.
struct Asked {
    started: Timestamp,
    controls: Vec<Control>,
    vocabulary: Vocabulary,
    selection: Selection,
}

impl Asked {
    fn of(args: &PlanArgs) -> Result<Self, PlanError> {
        let (controls, vocabulary) = lint::sound(&args.features.set())?;
        let selection = args.selection.selection()?;
        let controls = selection.apply(controls)?;
        Ok(Self { started: clock::now(), controls, vocabulary, selection })
    }
}

/// Lays everything that is given over the landing zone, and assesses both sides.
async fn lay(args: &PlanArgs, asked: &Asked, keeping: Option<&Keeping>) -> Result<(Prediction, Assessment), PlanError> {
    let recording = keeping.map(Keeping::recording);
    let recorder = recording.clone().map(|recording| recording as Arc<dyn Recorder>);
    let base = Base::open(args, Options { recorder, ..Options::default() }).await?;
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
    let kept = Edits { edits, symbols };
    let files = summaries.iter().map(|summary| summary.file.clone()).collect();
    let setting = |target: Target| Setting {
        id: keeping.map_or_else(|| "plan".to_owned(), |keeping| keeping.id.clone()),
        target,
        started: asked.started,
        selection: asked.selection.as_given(),
    };
    let (controls, vocabulary) = (&asked.controls, &asked.vocabulary);
    let ground = Ground { estate: &base.estate, keep: Arc::new(Keeper::into(recording)), controls, vocabulary };
    let before = ground.assess(&base.estate, setting(base.target.clone())).await;
    let over = Box::new(base.target.clone());
    let after = setting(Target::Planned { over, files });
    let mut planned = ground.plan(&kept.edits.clone().into(), &after).await;
    let target = base.target.clone();
    let mut prediction = compare::compare(&before, &planned, summaries, kept.edits.len(), &kept.symbols, target);
    let sides = Sides { before: &base.estate, after: &planned.estates, symbols: &kept.symbols };
    sides.add(&mut prediction.controls).await;
    let search =
        Search { ground: &ground, edits: &kept.edits, symbols: &kept.symbols, setting: &after, before: &before };
    search.add(&mut prediction.controls).await;
    make_presentable(&mut planned.assessment, &planned.laid, &kept.symbols);
    if let Some(keeping) = keeping {
        keeping.write(&base, (asked.selection.as_given(), &args.features.set()), &before, &kept)?;
    }
    Ok((prediction, planned.assessment))
}

fn body(prediction: &Prediction, format: PlanFormat, form: Form, out: &mut dyn io::Write) -> io::Result<()> {
    match format {
        PlanFormat::Text => write::write(prediction, form, out),
        PlanFormat::Markdown => markdown::write(prediction, out),
        PlanFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, prediction).map_err(io::Error::from)?;
            writeln!(out)
        }
    }
}
