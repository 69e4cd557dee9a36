//! Commands, each with what only it needs. Nothing outside this folder may know one of them.

pub mod ask;
pub mod check;
pub mod controls;
pub mod diff;
pub mod init;
pub mod others;
pub mod period;
pub mod register;
pub mod trail;

use crate::{
    catalogue::{FeatureSet, lint, vocabulary::Vocabulary},
    cli::{Cli, Command, FeatureArgs},
    command::{controls as describe, others as commands, register as intake},
    console::print,
    error::Error,
    exit::Exit,
    run::selection,
};

/// Carries out a command.
///
/// # Errors
/// [`Error`], when it cannot be carried out at all.
pub async fn run(cli: Cli) -> Result<Exit, Error> {
    match cli.command {
        // Boxed, or the compiler follows all of it into the future of this function.
        Command::Check(args) => Box::pin(check::check(&args)).await,
        Command::Lint(args) => lint(&args),
        Command::Controls(args) => {
            let (controls, _) = lint::sound(args.features.features.as_deref())?;
            print(|out| describe::catalogue(&controls, args.format, out));
            Ok(Exit::Success)
        }
        Command::Explain(args) => {
            let (controls, vocabulary) = lint::sound(args.features.features.as_deref())?;
            let control = selection::find(&controls, &args.id)?;
            let calls = describe::calls(control, &vocabulary).await;
            print(|out| describe::control(control, &calls, out));
            Ok(Exit::Success)
        }
        Command::Init(args) => commands::init(&args).await,
        Command::Ask(args) => commands::ask(&args.question).await,
        Command::Trail(args) => Box::pin(trail::trail(&args)).await,
        Command::Verify(args) => commands::verify(&args),
        Command::Replay(args) => commands::replay(&args).await,
        Command::Report(args) => commands::report(&args),
        Command::Diff(args) => commands::diff(&args),
        Command::Period(args) => commands::period(&args),
        Command::Key(args) => commands::key(&args),
        Command::Register(args) => intake::register(&args),
        Command::Permissions => {
            print(|out| commands::permissions(out));
            Ok(Exit::Success)
        }
    }
}

fn lint(args: &FeatureArgs) -> Result<Exit, Error> {
    let set = FeatureSet::of(args.features.as_deref());
    let files = set.read()?;
    let linted = lint::examine(&files, &Vocabulary::registered());
    if files.is_empty() {
        print(|out| writeln!(out, "{set}:1: holds no feature\nhint: name the folder of your controls"));
        return Ok(Exit::Usage);
    }
    if linted.problems.is_empty() {
        let scenarios: usize = linted.controls.iter().map(|control| control.scenarios.len()).sum();
        print(|out| writeln!(out, "{} controls, {scenarios} scenarios, no problems", linted.controls.len()));
        return Ok(Exit::Success);
    }
    print(|out| lint::print(&linted.problems, out));
    Ok(Exit::Usage)
}
