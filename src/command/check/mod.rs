//! `logproof check`: from the arguments to the bundle, and where reports go.

mod args;
mod error;
mod part;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use futures::FutureExt as _;
use jiff::Timestamp;
use logproof_aws::{OnCall, Options};
use logproof_estate::{AccountId, Estate, assessment::Target, cells::Cells, config::parse_instant};
use logproof_wire::Exchange;

use self::part::Part;
use crate::{
    bundle::{
        BundleError,
        begin::{self, Begun, Place},
        keys::PrivateKey,
        ledger::selected,
        manifest::Predecessor,
        part::PartBundle,
        sealing::{self, KeySource, Sealing, Signer},
        upload::Upload,
    },
    catalogue::{Control, FeatureSet, lint, vocabulary::Vocabulary},
    clock,
    console::{interrupt, print, say},
    ending::{self, Ending},
    exit::Exit,
    run::{
        assess::{self, Setting},
        baseline::{self, Baseline},
        progress::Progress,
        selection::Selection,
        share,
        target::{self, Connected},
    },
};

pub use args::CheckArgs;
pub use error::CheckError;
pub use part::PartError;

/// Folder of runs.
const REPORTS: &str = "reports";

/// `logproof check`: checks a landing zone and leaves the evidence.
///
/// # Errors
/// [`CheckError`], when the check cannot be made at all.
pub async fn run(args: &CheckArgs) -> Result<Exit, CheckError> {
    let started = clock::now();
    let Some(asked) = Asked::of(args)? else {
        say("nothing was assessed: no scenario is selected\nhint: `logproof controls` lists controls and tags");
        return Ok(Exit::Nothing);
    };
    let progress = Progress::new(!args.no_progress && !args.quiet && args.verbose == 0);
    let out = asked.part.out(args);
    let place = Place { reports: Path::new(REPORTS), out: out.as_deref(), resume: args.resume };
    let begun = begin::begin(place, started)?;
    let interrupt = {
        let (recording, signalled) = (Arc::clone(&begun.recording), interrupt());
        async move {
            tokio::select! {
                () = signalled => {}
                () = recording.failed() => {}
            }
        }
        .boxed()
        .shared()
    };
    let ready = match Ready::make(args, place, &asked, &begun, &progress, started, interrupt.clone()).await {
        Ok(ready) => ready,
        Err(error) => {
            // What an earlier run observed is kept for the next attempt to resume it.
            if begun.former.is_none() {
                begun.folder.discard();
            }
            return Err(error);
        }
    };
    let Begun { folder, recording, cells, earlier, former } = begun;
    let part = asked.part;
    let Ready { connected, estate, key, upload, setting, baseline } = ready;
    progress.begin(asked.controls.iter().map(|control| control.scenarios.len()).sum());
    let calls = || connected.calls();
    let one_more = || progress.finished_one();
    // What an interrupted run already has is not asked, so that what was asked shows little of what is left.
    let estimated = connected.target == Target::Live && !args.quiet && former.is_none() && part.share.is_whole();
    let assessed = assess::assess(&asked.controls, &asked.vocabulary, &estate, &calls, setting, interrupt, one_more);
    let mut assessment = match estimated {
        true => alongside(assessed, announce(&progress, &estate)).await,
        false => assessed.await,
    };
    progress.end();
    // The answers that are held, and the landing zone where it is a described one: closing the bundle needs room as well.
    drop((estate, connected));
    let sealing = Sealing {
        key,
        timestamp: args.custody.timestamp.clone(),
        predecessor: asked.predecessor,
        organization: part.first.as_ref().map(PartBundle::named),
        parameters: parameters(args, &asked.selection),
        selected: selected(&share::to_examine(part.share, asked.controls, &asked.vocabulary)),
        resumed: earlier.as_ref().map_or(0, |tape| tape.len()),
        ..Sealing::default()
    };
    if let Some(former) = &former {
        let taken = sealing.resumed;
        print(|out| {
            let (id, began) = (&former.id, former.started);
            writeln!(out, "resumed: {taken} exchanges were taken over from run {id}, interrupted after {began}")
        });
    }
    let points = args.out.is_none() && part.share.is_whole();
    let ending = Ending {
        folder,
        recording: &recording,
        cells: &cells,
        sealing: &sealing,
        upload,
        baseline,
        quiet: args.quiet,
        points,
    };
    let ended = ending::finish(&mut assessment, ending).await;
    let exit = Exit::of(&assessment, args.strict, ended.complete);
    // What could not be seen is told by the verdicts.
    let left_to_merge = args.leave_verdict_to_merge && ended.closed && assessment.run.incomplete.is_none();
    Ok(if left_to_merge { Exit::Success } else { exit })
}

/// Announces what a run of many accounts examines, as soon as it is known which there are.
async fn announce(progress: &Progress, estate: &Estate) {
    let Ok(directory) = estate.directory().await else { return };
    let (active, config) = (estate.active_accounts(&directory), estate.config());
    let organization = &config.organization;
    let mut named = vec![&organization.management_account, &organization.log_archive_account];
    named.extend([config.config_account(), config.key_account(), config.organizations_account()]);
    named.extend(&organization.security_tooling_account);
    let alike = active.iter().map(|account| &account.id).filter(|id| !named.contains(id));
    progress.examine(alike.map(AccountId::as_str), active.len(), organization.governed_regions.len());
}

/// Does some work, and something aside that must not hold it up.
async fn alongside<T>(work: impl Future<Output = T>, aside: impl Future<Output = ()>) -> T {
    let (mut work, aside) = (std::pin::pin!(work), std::pin::pin!(aside));
    tokio::select! {
        biased;
        done = &mut work => return done,
        () = aside => {}
    }
    work.await
}

/// What is to be examined, read from the arguments alone: whatever is wrong here is reported before any call.
struct Asked {
    part: Part,
    controls: Vec<Control>,
    /// Ids a register may refer to.
    known: Vec<String>,
    vocabulary: Vocabulary,
    selection: Selection,
    as_of: Option<Timestamp>,
    predecessor: Option<Predecessor>,
}

impl Asked {
    /// Nothing, when no scenario is selected.
    fn of(args: &CheckArgs) -> Result<Option<Self>, CheckError> {
        let part = Part::of(args)?;
        let (controls, vocabulary) = lint::sound(&args.features.set())?;
        let selection = args.selection.selection()?;
        for tag in selection.unknown_tags(&controls) {
            tracing::warn!("no scenario has the tag `@{tag}` of `--tags`");
        }
        // A register may refer to every control of this program, also when an owner's own features stand in for them.
        let mut known: Vec<String> = controls.iter().map(|control| control.id.clone()).collect();
        if args.features.features.is_some() {
            known.extend(lint::examine(&FeatureSet::of(None).read()?, &vocabulary).controls.into_iter().map(|c| c.id));
        }
        let controls = selection.apply(controls)?;
        let as_of = args.as_of.as_deref().map(parse_instant).transpose().map_err(CheckError::AsOf)?;
        if controls.is_empty() {
            return Ok(None);
        }
        if !part.share.is_whole()
            && !controls.iter().flat_map(|one| &one.scenarios).any(|one| vocabulary.is_divided(one))
        {
            return Err(PartError::NothingToDivide.into());
        }
        let controls = share::to_run(part.share, controls, &vocabulary);
        if let Some(KeySource::File(path)) = &args.custody.key {
            PrivateKey::read(path).map_err(BundleError::from)?;
        }
        let predecessor =
            args.custody.follows.as_deref().map(sealing::predecessor).transpose().map_err(BundleError::from)?;
        Ok(Some(Self { part, controls, known, vocabulary, selection, as_of, predecessor }))
    }
}

/// A landing zone that answers, and all that the run needs besides.
struct Ready<'a> {
    connected: Connected,
    estate: Arc<Estate>,
    key: Option<Signer>,
    upload: Option<Upload>,
    setting: Setting,
    baseline: Option<Baseline<'a>>,
}

impl<'a> Ready<'a> {
    async fn make(
        args: &'a CheckArgs,
        place: Place<'_>,
        asked: &Asked,
        begun: &Begun,
        progress: &Progress,
        started: Timestamp,
        interrupt: impl Future<Output = ()> + Clone,
    ) -> Result<Self, CheckError> {
        let (former, part) = (begun.former.as_ref(), &asked.part);
        let options = Options { on_call: Some(on_call(progress)), ..part.options(begun)? };
        let mut connected = unless(interrupt.clone(), target::connect(&args.target, options)).await?;
        connected.register.speaks_of(&asked.known)?;
        let (key, upload) = unless(interrupt.clone(), args.custody.prepare(&connected)).await?;
        let as_of_first = part.first.as_ref().map(|first| first.request.as_of);
        let as_of = former.map(|former| former.as_of).or(asked.as_of).or(as_of_first);
        let as_of = as_of.or(connected.now).unwrap_or(started);
        let of_first = part.first.as_ref().map(|first| first.request.began_then);
        let began_then = former.map(|former| former.began_then).or(of_first).unwrap_or(as_of == started);
        let baseline;
        (connected.register, baseline) = baseline::read(&args.baseline, connected.register, as_of)?;
        let started = former.map_or(started, |former| former.started);
        let estate = Arc::new(
            Estate::new(Arc::clone(&connected.config), connected.source(), as_of)
                .with_register(Arc::clone(&connected.register.register))
                .began_then(began_then)
                .with_share(part.share)
                .with_cells(Arc::clone(&begun.cells) as Arc<dyn Cells>)
                .asking_on(assess::on_this_runtime()),
        );
        let id = former.map_or_else(|| place.id_of(&begun.folder, started), |former| former.id.clone());
        let selection = asked.selection.as_given();
        let request = begin::Request {
            id: id.clone(),
            started,
            as_of,
            began_then,
            selection: selection.clone(),
            share: part.share,
            organization: part.first.as_ref().map(PartBundle::named),
        };
        let (judged, features) = ((&*connected.config, &connected.register), args.features.set());
        part.same_run(&request, judged, &features, &assess::tool(&asked.vocabulary))?;
        same_organization(&connected, &estate, interrupt).await?;
        part.has_accounts(&estate).await?;
        begin::write_request(&begun.folder, &request, former, judged, &features)?;
        let setting = Setting { id, target: share::target(part.share, connected.target.clone()), started, selection };
        Ok(Self { connected, estate, key, upload, setting, baseline })
    }
}

/// What comes first: the end of the work, or somebody who wants it to stop.
async fn unless<T, E: Into<CheckError>>(
    interrupt: impl Future<Output = ()>,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, CheckError> {
    tokio::select! {
        biased;
        () = interrupt => Err(CheckError::Interrupted),
        done = work => done.map_err(Into::into),
    }
}

/// Refuses to judge an organization by the configuration of another.
async fn same_organization(
    connected: &Connected,
    estate: &Estate,
    interrupt: impl Future<Output = ()>,
) -> Result<(), CheckError> {
    let Some(configured) = connected.config.organization.id.clone() else { return Ok(()) };
    let found = tokio::select! {
        found = estate.organization() => found,
        () = interrupt => return Ok(()),
    };
    match found {
        Ok(found) if found.id != configured => {
            Err(CheckError::OtherOrganization { configured, found: found.id.clone() })
        }
        // What cannot be read is covered by the controls that need it.
        _ => Ok(()),
    }
}

/// How the run was asked for, for the manifest: what could change what the evidence means.
fn parameters(args: &CheckArgs, selection: &Selection) -> BTreeMap<String, String> {
    let path = |path: &PathBuf| path.display().to_string();
    let mut parameters = selection.as_given();
    let given = [
        ("config", args.target.config.as_ref().map(path)),
        ("mock", args.target.mock.as_ref().map(|zone| zone.as_ref().map_or_else(|| "sample".to_owned(), path))),
        ("features", args.features.features.as_ref().map(path)),
        (
            "with",
            (!args.features.with.is_empty()).then(|| args.features.with.iter().map(path).collect::<Vec<_>>().join(" ")),
        ),
        ("as-of", args.as_of.clone()),
        ("strict", args.strict.then(|| "yes".to_owned())),
        ("resume", args.resume.then(|| "yes".to_owned())),
        ("baseline", args.baseline.baseline.as_ref().map(path)),
        ("shard", args.shard.as_ref().map(ToString::to_string)),
        ("organization", args.organization.as_ref().map(path)),
    ];
    let given = given.into_iter().chain(args.custody.parameters());
    parameters.extend(given.filter_map(|(name, value)| Some((name.to_owned(), value?))));
    parameters
}

fn on_call(progress: &Progress) -> OnCall {
    let progress = progress.clone();
    Arc::new(move |exchange: &Exchange| {
        progress.call(exchange);
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
