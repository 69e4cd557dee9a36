//! Carries out the commands: the only module that reads the clock, prints and decides where reports go.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use futures::FutureExt as _;
use jiff::Timestamp;
use logproof_aws::{Exchange, OnCall, Options, Recorder, Serve};
use logproof_estate::{Estate, config::parse_instant};

use crate::{
    assess::{self, Setting},
    bundle::{self, Begun},
    catalogue::{Control, FeatureSet},
    cli::{CheckArgs, Cli, Command, FeatureArgs},
    commands, deliver, describe,
    error::Error,
    evidence::keys::PrivateKey,
    exit::Exit,
    lint,
    progress::Progress,
    sealing::{self, KeySource, Sealing, Signer},
    selection::Selection,
    target::{self, Connected},
    upload::{self, Upload},
    vocabulary::Vocabulary,
};

/// Folder of runs.
const REPORTS: &str = "reports";

/// Carries out a command.
///
/// # Errors
/// [`Error`], when it cannot be carried out at all.
pub async fn run(cli: Cli) -> Result<Exit, Error> {
    match cli.command {
        Command::Check(args) => check(&args).await,
        Command::Lint(args) => lint(&args),
        Command::Controls(args) => {
            let (controls, _) = controls(&args.features)?;
            print(|out| describe::catalogue(&controls, args.format, out));
            Ok(Exit::Success)
        }
        Command::Explain(args) => {
            let (controls, vocabulary) = controls(&args.features)?;
            let control = crate::selection::find(&controls, &args.id)?;
            let calls = describe::calls(control, &vocabulary).await;
            print(|out| describe::control(control, &calls, out));
            Ok(Exit::Success)
        }
        Command::Init(args) => commands::init(&args).await,
        Command::Ask(args) => commands::ask(&args.question).await,
        Command::Trail(args) => crate::trail::trail(&args).await,
        Command::Verify(args) => commands::verify(&args),
        Command::Replay(args) => commands::replay(&args).await,
        Command::Report(args) => commands::report(&args),
        Command::Diff(args) => commands::diff(&args),
        Command::Period(args) => commands::period(&args),
        Command::Key(args) => commands::key(&args),
        Command::Register(args) => crate::intake::register(&args),
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

/// The controls, when none of them could be green without checking anything.
pub fn controls(args: &FeatureArgs) -> Result<(Vec<Control>, Vocabulary), Error> {
    let vocabulary = Vocabulary::registered();
    let linted = lint::examine(&FeatureSet::of(args.features.as_deref()).read()?, &vocabulary);
    if linted.problems.is_empty() {
        return Ok((linted.controls, vocabulary));
    }
    // Nothing can be done when standard error is closed; the exit code still says it.
    let _ = lint::print(&linted.problems, &mut io::stderr().lock());
    let number = linted.problems.len();
    Err(Error::Features { count: format!("{number} problem{}", if number == 1 { "" } else { "s" }) })
}

async fn check(args: &CheckArgs) -> Result<Exit, Error> {
    let started = Timestamp::now();
    let (controls, vocabulary) = controls(&args.features)?;
    let selection = Selection::new(args.tags.as_deref(), &args.controls)?;
    for tag in selection.unknown_tags(&controls) {
        tracing::warn!("no scenario has the tag `@{tag}` of `--tags`");
    }
    // A register may speak of every control of this program, also when an owner's own features stand in for them.
    let mut known: Vec<String> = controls.iter().map(|control| control.id.clone()).collect();
    if args.features.features.is_some() {
        known.extend(lint::examine(&FeatureSet::of(None).read()?, &vocabulary).controls.into_iter().map(|c| c.id));
    }
    let selected = selection.apply(controls)?;
    let as_of = args.as_of.as_deref().map(parse_instant).transpose().map_err(Error::AsOf)?;
    if selected.is_empty() {
        say("nothing was assessed: no scenario is selected\nhint: `logproof controls` lists controls and tags");
        return Ok(Exit::Nothing);
    }
    if let Some(KeySource::File(path)) = &args.key {
        PrivateKey::read(path).map_err(evidence)?;
    }
    let predecessor = args.follows.as_deref().map(sealing::predecessor).transpose()?;
    let progress = Progress::new(!args.no_progress && !args.quiet && args.verbose == 0);
    let begun = bundle::begin(args, REPORTS, started)?;
    let Begun { folder, recording, earlier, former } = begun;
    let options = Options {
        on_call: Some(on_call(&progress)),
        recorder: Some(Arc::clone(&recording) as Arc<dyn Recorder>),
        earlier: earlier.clone().map(|tape| tape as Arc<dyn Serve>),
    };
    let interrupt = {
        let recording = Arc::clone(&recording);
        async move {
            tokio::select! {
                () = interrupted() => {}
                () = recording.failed() => {}
            }
        }
        .boxed()
        .shared()
    };
    let connected = tokio::select! {
        biased;
        () = interrupt.clone() => Err(Error::Interrupted),
        connected = target::connect(args, options) => connected,
    };
    let connected = connected.and_then(|connected| connected.register.speaks_of(&known).map(|()| connected));
    let connected = match connected {
        Ok(connected) => connected,
        Err(error) => {
            if former.is_none() {
                folder.discard();
            }
            return Err(error);
        }
    };
    let custody = tokio::select! {
        biased;
        () = interrupt.clone() => Err(Error::Interrupted),
        custody = custody_of(args, &connected) => custody,
    };
    let (key, upload) = match custody {
        Ok(custody) => custody,
        Err(error) => {
            if former.is_none() {
                folder.discard();
            }
            return Err(error);
        }
    };
    let as_of = former.as_ref().map(|former| former.as_of).or(as_of).or(connected.now).unwrap_or(started);
    let started = former.as_ref().map_or(started, |former| former.started);
    let estate = Arc::new(
        Estate::new(Arc::clone(&connected.config), connected.source(), as_of)
            .with_register(Arc::clone(&connected.register.register)),
    );
    if let Err(error) = same_organization(&connected, &estate, interrupt.clone()).await {
        if former.is_none() {
            folder.discard();
        }
        return Err(error);
    }
    let id = former.as_ref().map_or_else(|| bundle::id_of(&folder, args, started), |former| former.id.clone());
    let request = bundle::Request { id: id.clone(), started, as_of, selection: selection.as_given() };
    if let Err(error) = bundle::write_request(&folder, &request, former.as_ref(), &connected, &args.features) {
        if former.is_none() {
            folder.discard();
        }
        return Err(error);
    }
    let setting = Setting { id, target: connected.target.clone(), started, selection: selection.as_given() };
    progress.begin(selected.iter().map(|control| control.scenarios.len()).sum());
    let calls = || connected.calls();
    let one_more = || progress.finished_one();
    let assessment = assess::assess(&selected, &vocabulary, &estate, &calls, setting, interrupt, one_more).await;
    progress.end();
    let sealing = Sealing {
        key,
        timestamp: args.timestamp.clone(),
        predecessor,
        parameters: parameters(args, &selection),
        selected: selected.iter().map(|control| (control.id.clone(), control.scenarios.len())).collect(),
        resumed: earlier.as_ref().map_or(0, |tape| tape.len()),
    };
    if let Some(former) = &former {
        let taken = sealing.resumed;
        print(|out| {
            let (id, began) = (&former.id, former.started);
            writeln!(out, "resumed: {taken} exchanges were taken over from run {id}, interrupted after {began}")
        });
    }
    Ok(deliver::deliver(assessment, folder, args, &recording, &sealing, upload).await)
}

/// Who signs the bundle and where it goes, both asked for what they are before the run.
async fn custody_of(args: &CheckArgs, connected: &Connected) -> Result<(Option<Signer>, Option<Upload>), Error> {
    let key = match &args.key {
        Some(source) => Some(Signer::of(source, connected).await?),
        None => None,
    };
    let upload = upload::prepare(args, connected).await?;
    if let Some(upload) = &upload {
        say(&upload.announcement());
    }
    Ok((key, upload))
}

fn evidence(error: impl std::fmt::Display) -> Error {
    Error::Evidence(error.to_string())
}

/// Refuses to judge an organization by the configuration of another.
async fn same_organization(
    connected: &Connected,
    estate: &Estate,
    interrupt: impl Future<Output = ()>,
) -> Result<(), Error> {
    let Some(configured) = connected.config.organization.id.clone() else { return Ok(()) };
    let found = tokio::select! {
        found = estate.organization() => found,
        () = interrupt => return Ok(()),
    };
    match found {
        Ok(found) if found.id != configured => Err(Error::OtherOrganization { configured, found: found.id.clone() }),
        // What cannot be seen is the business of the controls that need it.
        _ => Ok(()),
    }
}

/// How the run was asked for, for the manifest: what could change what the evidence means.
fn parameters(args: &CheckArgs, selection: &Selection) -> BTreeMap<String, String> {
    let path = |path: &PathBuf| path.display().to_string();
    let mut parameters = selection.as_given();
    let given = [
        ("config", args.config.as_ref().map(path)),
        ("mock", args.mock.as_ref().map(|zone| zone.as_ref().map_or_else(|| "sample".to_owned(), path))),
        ("features", args.features.features.as_ref().map(path)),
        ("as-of", args.as_of.clone()),
        ("strict", args.strict.then(|| "yes".to_owned())),
        ("follows", args.follows.as_ref().map(path)),
        ("sealed-with", args.key.as_ref().and_then(KeySource::kms)),
        ("upload", args.upload.as_ref().map(ToString::to_string)),
        ("upload-owner", args.upload_owner.as_ref().map(ToString::to_string)),
        ("upload-retain", args.upload_retain.as_ref().map(ToString::to_string)),
        ("timestamp", args.timestamp.clone()),
        ("resume", args.resume.then(|| "yes".to_owned())),
    ];
    parameters.extend(given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    parameters
}

fn on_call(progress: &Progress) -> OnCall {
    let (progress, made) = (progress.clone(), AtomicU64::new(0));
    Arc::new(move |exchange: &Exchange| {
        progress.calls(made.fetch_add(1, Ordering::Relaxed) + 1);
        let answer = match (&exchange.status, &exchange.failure) {
            (Some(status), _) => status.to_string(),
            (None, failure) => failure.clone().unwrap_or_else(|| "no answer".to_owned()),
        };
        let millis = exchange.ended.as_millisecond() - exchange.started.as_millisecond();
        let tag = &exchange.tag;
        tracing::info!("{}:{} in {} {}: {answer}, {millis} ms", tag.service, tag.operation, tag.account, tag.region);
        tracing::debug!(
            "{} {}{} {}",
            exchange.request.method,
            exchange.request.host,
            exchange.request.path,
            exchange.request.body
        );
    })
}

/// Resolves when somebody wants the run to stop: Ctrl-C, or SIGTERM as CI systems send it.
pub(crate) async fn interrupted() {
    let ctrl_c = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending::<()>().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = ctrl_c => {}
        () = terminated => {}
    }
}

/// Prints to standard output; a reader that has gone away (`| head`) is no failure.
pub fn print(body: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
    let mut out = io::BufWriter::new(io::stdout().lock());
    if let Err(error) = body(&mut out).and_then(|()| out.flush())
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        say(&format!("cannot write to standard output: {error}"));
    }
}

/// Tells people something on standard error.
pub fn say(message: &str) {
    // Nothing can be done when standard error is closed.
    let _ = writeln!(io::stderr().lock(), "{message}");
}
