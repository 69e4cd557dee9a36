//! `logproof merge`: one bundle of the bundles that the shares of a run left.
//!
//! Verifies the parts, proves that they are all parts of one run, joins their recordings, has the whole judged from them,
//! and closes it as `check` closes its bundle. It must not know how anything is judged.

mod args;
mod error;
mod join;
mod parts;
mod whole;

use std::{collections::BTreeMap, path::Path, sync::Arc};

use logproof_aws::{Aws, Options};
use logproof_estate::{Config, Estate, Share, assessment::Assessment, cells::Cells};
use logproof_wire::Serve;

use self::{
    join::{Joined, join},
    parts::Parts,
    whole::Asked,
};
use crate::{
    bundle::{
        BundleError,
        begin::{self, Begun, Place, Request},
        cells::Spool,
        folder::{self, Folder},
        keys::PublicKey,
        ledger::selected,
        manifest::Predecessor,
        recording::Recording,
        replay,
        sealing::{self, Sealing, Signer},
        tape::{Tape, Use},
        upload::Upload,
    },
    catalogue::{Control, FeatureSet, vocabulary::Vocabulary},
    clock,
    console::print,
    ending::{self, Ending},
    error::Unwritable,
    exit::Exit,
    files::{CONFIGURATION, EXCHANGES, FEATURES},
    run::{
        assess::{self, Setting},
        baseline::{self, Baseline},
        register::Loaded,
        target::{self, Connected},
    },
};
pub use {args::MergeArgs, error::MergeError};

/// Folder of runs, below which no bundle is put that was not asked for.
const REPORTS: &str = "reports";

/// Parameters of the first job that say how the whole was asked for.
const OF_THE_RUN: [&str; 7] = ["config", "mock", "features", "with", "as-of", "tags", "controls"];

/// `logproof merge`.
///
/// # Errors
/// [`MergeError`], when the parts make no whole.
pub async fn run(args: &MergeArgs) -> Result<Exit, MergeError> {
    let parts_key = args.parts_key.as_deref().map(PublicKey::read).transpose().map_err(BundleError::from)?;
    let parts = Parts::open(&args.bundles, parts_key.as_ref())?;
    let vocabulary = Vocabulary::registered();
    let (made, now) = (parts.first.manifest.tool.clone(), assess::tool(&vocabulary));
    if made != now {
        return Err(MergeError::OtherTool { made, now });
    }
    let controls = replay::controls(&parts.first.place, &parts.first.request, &made, &vocabulary)?;
    let predecessor =
        args.custody.follows.as_deref().map(sealing::predecessor).transpose().map_err(BundleError::from)?;
    let place = Place { reports: Path::new(REPORTS), out: Some(&args.out), resume: false };
    let Begun { folder, recording, cells, .. } = begin::begin(place, clock::now())?;
    let ready = match Ready::make(args, &parts, &controls, &vocabulary, (&folder, &recording, Arc::clone(&cells))).await
    {
        Ok(ready) => ready,
        Err(error) => {
            folder.discard();
            return Err(error);
        }
    };
    let Ready { mut assessment, joined, key, upload, baseline } = ready;
    print(|out| {
        let (shares, Joined { taken, left_out }) = (parts.shares.len(), joined);
        writeln!(
            out,
            "merged: the first job and {shares} shares, {taken} exchanges; {left_out} to questions that another part answers"
        )
    });
    let sealing = sealing(args, &parts, &controls, key, predecessor);
    let ending = Ending {
        folder,
        recording: &recording,
        cells: &cells,
        sealing: &sealing,
        upload,
        baseline,
        quiet: args.quiet,
        points: false,
    };
    let ended = ending::finish(&mut assessment, ending).await;
    Ok(Exit::of(&assessment, args.strict, ended.complete))
}

fn sealing(
    args: &MergeArgs,
    parts: &Parts,
    controls: &[Control],
    key: Option<Signer>,
    predecessor: Option<Predecessor>,
) -> Sealing {
    let resumed = parts.all().map(|part| part.manifest.resumed_exchanges).sum::<u64>();
    Sealing {
        key,
        timestamp: args.custody.timestamp.clone(),
        predecessor,
        parts: parts.all().map(|part| part.part.clone()).collect(),
        parameters: parameters(args, parts),
        selected: selected(controls),
        resumed: usize::try_from(resumed).unwrap_or(usize::MAX),
        ..Sealing::default()
    }
}

/// How the whole was asked for: as the first job was, and what the merge was asked besides.
fn parameters(args: &MergeArgs, parts: &Parts) -> BTreeMap<String, String> {
    let first = parts.first.manifest.parameters.iter().filter(|(name, _)| OF_THE_RUN.contains(&name.as_str()));
    let mut parameters: BTreeMap<String, String> = first.map(|(name, value)| (name.clone(), value.clone())).collect();
    let own = [
        ("strict", args.strict.then(|| "yes".to_owned())),
        ("baseline", args.baseline.baseline.as_ref().map(|path| path.display().to_string())),
        ("parts-key", args.parts_key.as_ref().map(|path| path.display().to_string())),
        ("merged-shares", Some(parts.shares.len().to_string())),
    ];
    let own = own.into_iter().chain(args.custody.parameters());
    parameters.extend(own.filter_map(|(name, value)| Some((name.to_owned(), value?))));
    parameters
}

/// The whole, judged, with what closes its bundle.
struct Ready<'a> {
    assessment: Assessment,
    joined: Joined,
    key: Option<Signer>,
    upload: Option<Upload>,
    baseline: Option<Baseline<'a>>,
}

impl<'a> Ready<'a> {
    async fn make(
        args: &'a MergeArgs,
        parts: &Parts,
        controls: &[Control],
        vocabulary: &Vocabulary,
        begun: (&Folder, &Recording, Arc<Spool>),
    ) -> Result<Self, MergeError> {
        let (first, (folder, recording, cells)) = (&parts.first, begun);
        let config: Arc<Config> = Arc::new(begin::read(&first.place.join(CONFIGURATION))?);
        let as_of = first.request.as_of;
        let register = Loaded::of_bundle(&first.place).map_err(BundleError::from)?;
        let (register, baseline) = baseline::read(&args.baseline, register, as_of)?;
        let joined = join(parts, recording)?;
        let unwritable = |source| Unwritable { path: folder.working().join(EXCHANGES), source };
        recording.finish().map_err(|source| BundleError::from(unwritable(source)))?;
        let asked = Arc::new(Asked::of(Tape::open(folder.working(), Use::Replay)?));
        let caller = first.manifest.run.caller.as_ref();
        let caller = caller.map_or(&config.organization.management_account, |caller| &caller.account).clone();
        // What is asked again is read again, so that not every answer is held.
        let options = Options { recorded: Some(Arc::clone(&asked) as Arc<dyn Serve>), ..Options::default() };
        let aws = Arc::new(Aws::served(Arc::clone(&asked) as _, &caller, &config, options));
        let connected = Connected::of(Arc::clone(&config), register, parts::of(first).clone(), aws);
        let (key, upload) = custody(args, &connected).await?;
        let estate = Estate::new(config, connected.source(), as_of).began_then(first.request.began_then);
        let estate = estate
            .with_register(Arc::clone(&connected.register.register))
            .with_cells(cells as Arc<dyn Cells>)
            .asking_on(assess::on_this_runtime());
        let estate = Arc::new(estate);
        let id = folder::run_id(clock::now());
        let (started, selection) = (first.request.started, first.request.selection.clone());
        let setting = Setting { id: id.clone(), target: connected.target.clone(), started, selection };
        let selection = setting.selection.clone();
        let request = Request {
            id,
            started,
            as_of,
            began_then: first.request.began_then,
            selection,
            share: Share::Whole,
            organization: None,
        };
        let features = FeatureSet::of(Some(&first.place.join(FEATURES)));
        begin::write_request(folder, &request, None, (estate.config(), &connected.register), &features)?;
        let calls = BTreeMap::new;
        let pending = std::future::pending();
        let mut assessment = assess::assess(controls, vocabulary, &estate, &calls, setting, pending, || ()).await;
        asked.all_answered(parts)?;
        whole::covered(parts, &assessment, &selected(controls))?;
        whole::take_over_the_clock(parts, &mut assessment)?;
        Ok(Self { assessment, joined, key, upload, baseline })
    }
}

/// Who signs the bundle and where it goes. Only what is of AWS needs a connection.
async fn custody(args: &MergeArgs, played: &Connected) -> Result<(Option<Signer>, Option<Upload>), MergeError> {
    if !args.custody.is_of_aws() {
        return Ok(args.custody.prepare(played).await?);
    }
    let live = target::live_with((*played.config).clone(), played.register.clone(), Options::default()).await?;
    Ok(args.custody.prepare(&live).await?)
}
