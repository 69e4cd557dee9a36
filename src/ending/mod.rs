//! The end of a run: its result on the terminal, its bundle closed, and uploaded when that was asked. It must not know how
//! the assessment was made.

mod args;

use std::path::{Path, PathBuf};

use logproof_estate::assessment::Assessment;

use crate::{
    bundle::{
        BundleError,
        cells::Spool,
        close::{self, Closed},
        folder::{self, Folder},
        manifest::Manifest,
        recording::Recording,
        sealing::Sealing,
        timestamp::Stamp,
        upload::Upload,
    },
    console::{self, print, say},
    report::terminal,
    run::baseline::Baseline,
};

pub use args::CustodyArgs;

/// What closes the bundle of a run.
pub(crate) struct Ending<'a> {
    pub(crate) folder: Folder,
    pub(crate) recording: &'a Recording,
    pub(crate) cells: &'a Spool,
    pub(crate) sealing: &'a Sealing,
    pub(crate) upload: Option<Upload>,
    pub(crate) baseline: Option<Baseline<'a>>,
    /// Print only what does not pass.
    pub(crate) quiet: bool,
    /// The folder of runs is told that this is the newest one.
    pub(crate) points: bool,
}

/// How a run ended.
pub(crate) struct Ended {
    /// The bundle is in its place, and everything that was asked of it is done.
    pub(crate) closed: bool,
    /// And everything that was expected was examined.
    pub(crate) complete: bool,
}

/// Prints the result and closes the bundle.
pub(crate) async fn finish(assessment: &mut Assessment, ending: Ending<'_>) -> Ended {
    let Ending { folder, recording, cells, sealing, upload, baseline, quiet, points } = ending;
    let form =
        terminal::Form { colour: console::colour(), quiet, width: console::columns().unwrap_or(terminal::WIDTH) };
    print(|out| terminal::write(assessment, form, out));
    let place = folder.place().to_owned();
    let (mut closed, mut examined) = (false, false);
    match close::close(assessment, folder, (recording, cells), sealing).await {
        Ok(Closed { manifest, stamped }) => {
            print(|out| writeln!(out, "reports: {}", place.display()));
            for cell in &manifest.population.missing {
                say(&format!("not examined: {cell}"));
            }
            examined = manifest.population.missing.is_empty();
            let pointed = !points || points_at(&place, &assessment.run.id);
            closed = is_stamped(stamped) && pointed;
            if let Some(upload) = upload {
                closed = is_uploaded(&upload, &place, &manifest).await && closed;
            }
        }
        Err(failures) => {
            for failure in &failures {
                say(&failure.to_string());
            }
            say(&format!("no bundle was put at `{}`; what was there before is as it was", place.display()));
        }
    }
    if let Some(baseline) = baseline {
        closed = baseline.update(assessment) && closed;
    }
    Ended { closed, complete: closed && examined }
}

/// Prints what came of the time stamp; an authority that does not answer takes nothing from the bundle.
fn is_stamped(stamped: Option<Result<Stamp, BundleError>>) -> bool {
    match stamped {
        None => true,
        Some(Ok(stamp)) => {
            print(|out| writeln!(out, "time-stamped at {} by {}", stamp.at, stamp.authority));
            true
        }
        Some(Err(error)) => {
            say(&error.to_string());
            false
        }
    }
}

async fn is_uploaded(upload: &Upload, bundle: &Path, manifest: &Manifest) -> bool {
    match upload.put(bundle, manifest).await {
        Ok(delivered) => {
            let retained = delivered
                .retained
                .map_or("not retained".to_owned(), |(mode, until)| format!("retained until {until} ({mode})"));
            print(|out| writeln!(out, "uploaded: {} files to {}, {retained}", delivered.files, delivered.place));
            true
        }
        Err(error) => {
            say(&format!("{error}\nthe bundle is whole at `{}`, and not whole in S3", bundle.display()));
            false
        }
    }
}

fn points_at(place: &Path, id: &str) -> bool {
    let reports = place.parent().map_or_else(|| PathBuf::from("."), Path::to_owned);
    folder::point_at(&reports, id).map_err(|error| say(&error.to_string())).is_ok()
}
