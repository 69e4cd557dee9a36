//! `logproof show`: what a control observed of one account and Region, with the exchanges it is based on.

mod error;
mod print;

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use clap::Args;
use logproof_estate::{
    AccountId, ExchangeId, Region, Unseen,
    assessment::{Assessment, ControlResult},
    cells::{account_of, group_holds},
    record::{Observation, Subject},
};
use serde::Serialize;

pub use error::ShowError;
use print::Answer;

use crate::{
    bundle::{
        BundleError, begin,
        cells::{self, Cell},
        folder::newest,
        manifest::{self, Manifest},
        places::{Exchanges, Wanted},
        verify,
    },
    console,
    exit::Exit,
    files::{ASSESSMENT, CELL_INDEX},
};

/// Folder of runs.
const REPORTS: &str = "reports";

/// Arguments of `show`.
#[derive(Debug, Clone, Args)]
pub struct ShowArgs {
    /// Control, for example LS-5.1.
    #[arg(value_name = "CONTROL")]
    pub control: String,
    /// Account; without it everything the control observed.
    #[arg(value_name = "ACCOUNT")]
    pub account: Option<AccountId>,
    /// Region; without it every Region of the account.
    #[arg(value_name = "REGION")]
    pub region: Option<Region>,
    /// Folder of the run [default: the newest below `reports`].
    #[arg(long, value_name = "BUNDLE")]
    pub on: Option<PathBuf>,
    /// `text` with the bodies of the answers, or `json`.
    #[arg(long, value_enum, default_value_t = ShowFormat::Text)]
    pub format: ShowFormat,
}

/// Form of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ShowFormat {
    /// For a person.
    Text,
    /// For a program.
    Json,
}

/// What one scenario observed there.
#[derive(Debug, Serialize)]
struct Shown {
    scenario: String,
    observations: Vec<Observation>,
    unseen: Vec<Unseen>,
    /// Exchanges that all of it is based on, whatever account it is about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    basis: Vec<ExchangeId>,
    /// There are more of them, which the assessment counts and does not name.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    and_more: bool,
}

/// `logproof show`.
///
/// # Errors
/// [`ShowError`].
pub fn run(args: &ShowArgs) -> Result<Exit, ShowError> {
    let bundle = match &args.on {
        Some(bundle) => bundle.clone(),
        None => newest(Path::new(REPORTS)).ok_or_else(|| ShowError::NoRun { path: PathBuf::from(REPORTS) })?,
    };
    let (manifest, _) = manifest::read(&bundle)?;
    let assessment: Assessment = unchanged(&bundle, &manifest, ASSESSMENT)?;
    let control = find(&assessment, &bundle, &args.control)?;
    let place = Asked { account: args.account.as_ref(), region: args.region.as_ref() };
    let mut shown = listed(control, &place);
    let cells = cells(&bundle, &manifest, control, &place)?;
    let exchanges = Exchanges::find(&bundle, &manifest, &wanted(&assessment, &shown, &cells, args.format))?;
    for Cell { scenario, mut observation, lines, .. } in cells {
        observation.exchanges.extend(lines.iter().filter_map(|line| exchanges.id(*line)).cloned());
        if let Some(one) = shown.iter_mut().find(|one| one.scenario == scenario) {
            one.observations.push(observation);
        }
    }
    shown.retain(|one| !one.observations.is_empty() || !one.unseen.is_empty());
    if shown.is_empty() {
        return Err(nothing(control, &place));
    }
    let mut text = Vec::new();
    let answer = Answer { assessment: &assessment, control, shown: &shown, exchanges: &exchanges };
    match args.format {
        ShowFormat::Text => answer.text(&mut text)?,
        ShowFormat::Json => answer.json(&mut text)?,
    }
    console::print(|out| out.write_all(&text));
    Ok(Exit::Success)
}

/// Account and Region, as far as they were given.
struct Asked<'a> {
    account: Option<&'a AccountId>,
    region: Option<&'a Region>,
}

impl Asked<'_> {
    fn fits(&self, account: Option<&AccountId>, region: Option<&Region>) -> bool {
        self.account.is_none_or(|asked| account == Some(asked)) && self.region.is_none_or(|asked| region == Some(asked))
    }

    fn is_of(&self, observation: &Observation) -> bool {
        let Subject { account, region, .. } = &observation.subject;
        let named = self.account.is_some_and(|asked| account_of(observation) == Some(asked));
        self.fits(account.as_ref(), region.as_ref())
            || named && self.region.is_none_or(|asked| region.as_ref() == Some(asked))
    }
}

fn find<'a>(assessment: &'a Assessment, bundle: &Path, id: &str) -> Result<&'a ControlResult, ShowError> {
    let found = assessment.controls.iter().find(|control| control.id.eq_ignore_ascii_case(id));
    found.ok_or_else(|| {
        let known: Vec<&str> = assessment.controls.iter().map(|control| control.id.as_str()).collect();
        ShowError::Control { bundle: bundle.to_owned(), control: id.to_owned(), known: known.join(", ") }
    })
}

/// What the assessment lists. Where it counts as well, what meets the control is in the cells.
fn listed(control: &ControlResult, place: &Asked<'_>) -> Vec<Shown> {
    let one = |scenario: &logproof_estate::assessment::ScenarioResult| {
        let record = &scenario.record;
        let counted = |one: &Observation| record.counted.iter().any(|group| group_holds(&group.expected, one));
        let observations = record.observations.iter().filter(|one| place.is_of(one) && !counted(one));
        let unseen = record.unseen.iter().filter(|one| place.fits(Some(&one.account), one.region.as_ref()));
        Shown {
            scenario: scenario.name.clone(),
            observations: observations.cloned().collect(),
            unseen: unseen.cloned().collect(),
            basis: record.basis.clone(),
            and_more: record.further.is_some(),
        }
    };
    control.scenarios.iter().map(one).collect()
}

/// What meets the control there, where the assessment counts it.
fn cells(
    bundle: &Path,
    manifest: &Manifest,
    control: &ControlResult,
    place: &Asked<'_>,
) -> Result<Vec<Cell>, ShowError> {
    let mut found = Vec::new();
    if control.scenarios.iter().all(|scenario| scenario.record.counted.is_empty()) {
        return Ok(found);
    }
    let refuse = |problem| BundleError::Changed { path: bundle.to_owned(), problem };
    let index: cells::Index = unchanged(bundle, manifest, CELL_INDEX)?;
    for file in index.files {
        if place.account.is_some_and(|account| !file.accounts.iter().any(|one| one == account.as_str())) {
            continue;
        }
        verify::as_listed(bundle, manifest, &file.file)?;
        let mut take = |cell: Cell| found.extend(place.is_of(&cell.observation).then_some(cell));
        cells::each_cell_of(bundle, &file.file, &control.id, place.account, &mut take).map_err(refuse)?;
    }
    Ok(found)
}

/// The exchanges that what is shown is based on: by line, as far as lines are known. What a whole scenario is based on is
/// shown whole to a program, and named to a person.
fn wanted(assessment: &Assessment, shown: &[Shown], cells: &[Cell], format: ShowFormat) -> Wanted {
    let mut wanted =
        Wanted { lines: cells.iter().flat_map(|cell| &cell.lines).copied().collect(), ids: HashSet::new() };
    let listed = shown.iter().flat_map(|one| {
        let observed = one.observations.iter().flat_map(|observation| &observation.exchanges);
        let basis = one.basis.iter().filter(|_| format == ShowFormat::Json);
        observed.chain(one.unseen.iter().flat_map(|unseen| &unseen.exchanges)).chain(basis)
    });
    for id in listed.chain(cells.iter().flat_map(|cell| &cell.observation.exchanges)) {
        match assessment.exchanges.get(id) {
            Some(label) => drop(wanted.lines.insert(label.line)),
            None => drop(wanted.ids.insert(id.clone())),
        }
    }
    wanted
}

/// A document of the bundle that has the digest the manifest gives it.
fn unchanged<T: serde::de::DeserializeOwned>(bundle: &Path, manifest: &Manifest, name: &str) -> Result<T, ShowError> {
    verify::as_listed(bundle, manifest, name)?;
    Ok(begin::read(&bundle.join(name))?)
}

fn nothing(control: &ControlResult, place: &Asked<'_>) -> ShowError {
    let account = place.account.map(|account| format!("of account {account}"));
    let region = place.region.map(|region| format!("in {region}"));
    let asked: Vec<String> = account.into_iter().chain(region).collect();
    let records = control.scenarios.iter().map(|scenario| &scenario.record);
    let mut subjects: Vec<&str> = records.flat_map(|r| &r.observations).map(|one| one.subject.arn.as_str()).collect();
    subjects.sort_unstable();
    subjects.dedup();
    let hint = match subjects.as_slice() {
        [] => format!("{}, and names nothing it looked at", control.verdict.word()),
        [first, rest @ ..] => format!("it looked at {first} and {} other subjects", rest.len()),
    };
    ShowError::Nothing { control: control.id.clone(), place: asked.join(" "), hint }
}
