//! The end of a bundle: its recording closed, its reports written and read back, its seal, its place.

use std::{collections::BTreeSet, fs};

use logproof_estate::{
    ExchangeId,
    assessment::{Assessment, ExchangeLabel},
};

use super::{
    BundleError,
    cells::{Numbers, Spool},
    folder::Folder,
    lengths::Lengths,
    manifest::Manifest,
    recording::Recording,
    sealing::{self, Sealing},
    tape,
    timestamp::Stamp,
};
use crate::{
    error::{Unreadable, Unwritable},
    files::{CELLS, EXCHANGES, RECORDING_INDEX},
    report::{Format, consistency},
};

/// A bundle in its place.
pub struct Closed {
    /// Its manifest.
    pub manifest: Manifest,
    /// The time stamp, when one was asked for; an authority that does not answer takes nothing from the bundle.
    pub stamped: Option<Result<Stamp, BundleError>>,
}

/// Closes a bundle: every report is tried whatever happens to one. The bundle takes its place only when it is whole:
/// until then a former run there stays, and the working folder can be resumed.
///
/// # Errors
/// Everything that failed.
pub async fn close(
    assessment: &mut Assessment,
    folder: Folder,
    (recording, cells): (&Recording, &Spool),
    sealing: &Sealing,
) -> Result<Closed, Vec<BundleError>> {
    let mut failures: Vec<BundleError> = Vec::new();
    let recorded = recording.finish().map_err(Unwritable::at(&folder.place().join(EXCHANGES)));
    let numbers = recorded.map_err(BundleError::from).and_then(|_| label(assessment, &folder));
    let numbers = numbers.unwrap_or_else(|error| {
        failures.push(error);
        Numbers::default()
    });
    if let Err(source) = cells.finish(&numbers) {
        failures.push(Unwritable { path: folder.place().join(CELLS), source }.into());
    }
    failures.extend(write_reports(assessment, &folder).into_iter().map(BundleError::from));
    if failures.is_empty() {
        failures.extend(disagreements(assessment, &folder));
    }
    if !failures.is_empty() {
        return Err(failures);
    }
    let manifest = sealing::seal(assessment, &folder, numbers.lines(), sealing).await.map_err(|error| vec![error])?;
    let stamped = match &sealing.timestamp {
        Some(authority) => Some(sealing::stamp(&folder, authority).await),
        None => None,
    };
    folder.finish().map_err(|error| vec![error.into()])?;
    Ok(Closed { manifest, stamped })
}

/// Writes every report; returns those that could not be written, the others are there.
#[must_use]
pub fn write_reports(assessment: &Assessment, folder: &Folder) -> Vec<Unwritable> {
    Format::ALL
        .iter()
        .filter_map(|(format, name)| folder.write(name, |out| format.write(assessment, out)).err())
        .collect()
}

/// Reports that, read back from the disk, do not agree with the assessment.
#[must_use]
pub fn disagreements(assessment: &Assessment, folder: &Folder) -> Vec<BundleError> {
    consistency::check(assessment, &|name| fs::read(folder.working().join(name)))
        .into_iter()
        .map(|found| BundleError::Disagrees { path: folder.place().join(found.report), problem: found.problem })
        .collect()
}

/// Notes for each exchange that a verdict is based on what it was, and at which line of the recording it is.
///
/// Of a recording of several files it writes how many lines each has as well. It is read back as a verifier will: what was
/// written is what is claimed.
fn label(assessment: &mut Assessment, folder: &Folder) -> Result<Numbers, BundleError> {
    let named: BTreeSet<ExchangeId> = assessment.rests_on().into_iter().cloned().collect();
    let labels = &mut assessment.exchanges;
    let mut lengths = Lengths::of(folder.working()).map_err(Unreadable::at(&folder.working().join(EXCHANGES)))?;
    let (mut number, mut numbers) = (0, Numbers::default());
    tape::each_line(folder.working(), |line, place| {
        number += 1;
        numbers.add(&line.id, number);
        lengths.count(place);
        let tag = line.exchange.tag;
        if named.contains(&line.id) {
            let operation = format!("{}:{}", tag.service, tag.operation);
            let label = ExchangeLabel { line: number, operation, account: tag.account, region: tag.region };
            labels.insert(line.id, label);
        }
    })?;
    if lengths.are_several() {
        folder.write(RECORDING_INDEX, |out| {
            serde_json::to_writer_pretty(&mut *out, &lengths)?;
            writeln!(out)
        })?;
    }
    Ok(numbers.sorted())
}
