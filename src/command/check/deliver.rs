//! The end of a run: its result on the terminal, its bundle closed and in its place, and uploaded when that was asked.

use std::{
    collections::BTreeSet,
    fs,
    io::{self, IsTerminal},
    path::{Path, PathBuf},
};

use logproof_estate::{
    ExchangeId,
    assessment::{Assessment, ExchangeLabel},
};

use crate::{
    bundle::{
        EXCHANGES,
        folder::{self, Folder},
        manifest::Manifest,
        recording::Recording,
        request as bundle,
        sealing::{self, Sealing},
        tape,
        timestamp::Stamp,
        upload::Upload,
    },
    cli::CheckArgs,
    console::{print, say},
    error::Error,
    exit::Exit,
    report::{consistency, terminal},
};

/// Prints the result and writes the bundle; every report is tried whatever happens to one. The bundle takes its place
/// only when it is whole: until then a former run there stays, and the working folder can be gone on with.
pub async fn deliver(
    mut assessment: Assessment,
    folder: Folder,
    args: &CheckArgs,
    recording: &Recording,
    sealing: &Sealing,
    upload: Option<Upload>,
) -> Exit {
    let form = terminal::Form { colour: colour(), quiet: args.quiet };
    print(|out| terminal::write(&assessment, form, out));
    let place = folder.place().to_owned();
    let whole = close(&mut assessment, folder, recording, sealing).await;
    let mut complete = false;
    match whole {
        Ok((manifest, stamped)) => {
            print(|out| writeln!(out, "reports: {}", place.display()));
            for cell in &manifest.population.missing {
                say(&format!("not examined: {cell}"));
            }
            complete = manifest.population.missing.is_empty();
            let pointed = args.out.is_some() || folder_points(&place, &assessment.run.id);
            complete = complete && pointed && told(stamped);
            if let Some(upload) = upload {
                complete = uploaded(&upload, &place, &manifest).await && complete;
            }
        }
        Err(failures) => {
            for failure in &failures {
                say(&failure.to_string());
            }
            say(&format!("no bundle was put at `{}`; what was there before is as it was", place.display()));
        }
    }
    Exit::of(&assessment, args.strict, complete)
}

/// Says what came of the time stamp; an authority that is not there takes nothing from the bundle.
fn told(stamped: Option<Result<Stamp, Error>>) -> bool {
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

async fn uploaded(upload: &Upload, bundle: &Path, manifest: &Manifest) -> bool {
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

fn folder_points(place: &Path, id: &str) -> bool {
    folder::point_at(&parent(place), id).map_err(|error| say(&error.to_string())).is_ok()
}

async fn close(
    assessment: &mut Assessment,
    folder: Folder,
    recording: &Recording,
    sealing: &Sealing,
) -> Result<(Manifest, Option<Result<Stamp, Error>>), Vec<Error>> {
    let mut failures = Vec::new();
    match recording.finish() {
        Ok(_) => failures.extend(label(assessment, &folder.working().join(EXCHANGES)).err()),
        Err(source) => failures.push(Error::Unwritable { path: folder.place().join(EXCHANGES), source }),
    }
    failures.extend(bundle::write_reports(assessment, &folder));
    if failures.is_empty() {
        failures.extend(disagreements(assessment, &folder));
    }
    if !failures.is_empty() {
        return Err(failures);
    }
    let manifest = sealing::seal(assessment, &folder, sealing).await.map_err(|error| vec![error])?;
    let stamped = match &sealing.timestamp {
        Some(authority) => Some(sealing::stamp(&folder, authority).await),
        None => None,
    };
    folder.finish().map_err(|error| vec![error])?;
    Ok((manifest, stamped))
}

/// Reports that, read back from the disk, do not say what the assessment says.
#[must_use]
pub fn disagreements(assessment: &Assessment, folder: &Folder) -> Vec<Error> {
    consistency::check(assessment, &|name| fs::read(folder.working().join(name)))
        .into_iter()
        .map(|found| Error::Disagrees { path: folder.place().join(found.report), problem: found.problem })
        .collect()
}

/// Says of each exchange that something rests on what it was, and at which line of the recording it stands.
fn label(assessment: &mut Assessment, recording: &Path) -> Result<(), Error> {
    let named: BTreeSet<ExchangeId> = assessment.rests_on().into_iter().cloned().collect();
    let labels = &mut assessment.exchanges;
    let mut number = 0;
    tape::each_line(recording, |line, _| {
        number += 1;
        let tag = line.exchange.tag;
        if named.contains(&line.id) {
            let operation = format!("{}:{}", tag.service, tag.operation);
            let label = ExchangeLabel { line: number, operation, account: tag.account, region: tag.region };
            labels.insert(line.id, label);
        }
    })
    .map_err(|error| Error::Evidence(error.to_string()))
}

fn parent(place: &Path) -> PathBuf {
    place.parent().map_or_else(|| PathBuf::from("."), Path::to_owned)
}

fn colour() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    io::stdout().is_terminal() && !set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}
