//! The end of a check: its result on the terminal, its bundle closed, and uploaded when that was asked.

use std::path::{Path, PathBuf};

use logproof_estate::assessment::Assessment;

use super::{CheckArgs, baseline::Baseline};
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
    exit::Exit,
    report::terminal,
};

/// What closes the bundle of a run.
pub(super) struct Ending<'a> {
    pub(super) folder: Folder,
    pub(super) recording: &'a Recording,
    pub(super) cells: &'a Spool,
    pub(super) sealing: &'a Sealing,
    pub(super) upload: Option<Upload>,
    pub(super) baseline: Option<Baseline<'a>>,
}

/// Prints the result and closes the bundle.
pub(super) async fn finish(mut assessment: Assessment, args: &CheckArgs, ending: Ending<'_>) -> Exit {
    let Ending { folder, recording, cells, sealing, upload, baseline } = ending;
    let form = terminal::Form {
        colour: console::colour(),
        quiet: args.quiet,
        width: console::columns().unwrap_or(terminal::WIDTH),
    };
    print(|out| terminal::write(&assessment, form, out));
    let place = folder.place().to_owned();
    let mut complete = false;
    match close::close(&mut assessment, folder, (recording, cells), sealing).await {
        Ok(Closed { manifest, stamped }) => {
            print(|out| writeln!(out, "reports: {}", place.display()));
            for cell in &manifest.population.missing {
                say(&format!("not examined: {cell}"));
            }
            complete = manifest.population.missing.is_empty();
            let pointed = args.out.is_some() || points_at(&place, &assessment.run.id);
            complete = complete && pointed && is_stamped(stamped);
            if let Some(upload) = upload {
                complete = is_uploaded(&upload, &place, &manifest).await && complete;
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
        complete = baseline.update(&assessment) && complete;
    }
    Exit::of(&assessment, args.strict, complete)
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
