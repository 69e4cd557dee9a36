//! The commands beside `check`: init, ask, verify, replay, report, period, key, permissions.

use std::{
    collections::BTreeMap,
    fs::{self, OpenOptions},
    io::{self, Write},
    path::Path,
};

use jiff::SignedDuration;
use logproof_aws::{OPERATIONS, Options};
use logproof_estate::{
    Region,
    config::{AccessConfig, parse_instant},
};
use serde_json::json;

use crate::{
    bundle::{
        ASSESSMENT,
        keys::{PrivateKey, PublicKey, public_path},
        replay as replaying,
        timestamp::{Anchors, Stamp},
        verify as verification,
        verify::Known,
    },
    cli::{
        DiffArgs, DiffFormat, InitArgs, KeyArgs, KeyCommand, PeriodArgs, PeriodFormat, ReplayArgs, ReportArgs,
        VerifyArgs,
    },
    command::{
        ask::{self, AskQuestion},
        diff as differences, init as discovery, period as periods,
    },
    console::{print, say},
    error::Error,
    exit::Exit,
};

fn failed(error: impl std::fmt::Display) -> Error {
    Error::Command(error.to_string())
}

/// `logproof init`.
///
/// # Errors
/// [`Error`].
pub async fn init(args: &InitArgs) -> Result<Exit, Error> {
    if args.out.exists() {
        return Err(failed(format!("`{}` exists\nhint: name another file with `--out`", args.out.display())));
    }
    let unwritable = |source| Error::Unwritable { path: args.out.clone(), source };
    // Said before anything is asked.
    if args.out.parent().is_some_and(|around| !around.as_os_str().is_empty() && !around.is_dir()) {
        return Err(unwritable(io::ErrorKind::NotFound.into()));
    }
    let region = |text: &String| {
        text.parse::<Region>().map_err(|error| failed(format!("{error}\nhint: write for example eu-central-1")))
    };
    let request = discovery::Request {
        region: region(&args.region)?,
        regions: args.regions.iter().map(region).collect::<Result<_, _>>()?,
        access: AccessConfig {
            role_name: args.role_name.clone(),
            external_id: args.external_id.clone(),
            profile: args.profile.clone(),
            ..AccessConfig::default()
        },
    };
    let found = match discovery::discover(&request, Options::default()).await {
        Ok(found) => found,
        Err(discovery::InitError::Unseen(unseen)) => return Err(Error::Unreachable(Box::new(unseen))),
        Err(error) => return Err(failed(error)),
    };
    let mut file = OpenOptions::new().write(true).create_new(true).open(&args.out).map_err(unwritable)?;
    file.write_all(found.render().as_bytes()).map_err(unwritable)?;
    print(|out| {
        writeln!(
            out,
            "wrote {}\nread it, complete what is marked with ?, then run `logproof check`",
            args.out.display()
        )
    });
    Ok(Exit::Success)
}

/// `logproof ask`.
///
/// # Errors
/// [`Error`].
pub async fn ask(question: &AskQuestion) -> Result<Exit, Error> {
    let (reply, format) = ask::answer(question).await?;
    let mut text = Vec::new();
    reply.write(format, &mut text).map_err(failed)?;
    print(|out| out.write_all(&text));
    Ok(reply.outcome.exit())
}

fn public_key(path: Option<&Path>) -> Result<Option<PublicKey>, Error> {
    path.map(PublicKey::read).transpose().map_err(|error| Error::Evidence(error.to_string()))
}

/// `logproof verify`.
///
/// # Errors
/// [`Error`].
pub fn verify(args: &VerifyArgs) -> Result<Exit, Error> {
    let key = public_key(args.key.as_deref())?;
    let authorities = args.tsa_ca.as_deref().map(Anchors::read).transpose();
    let authorities = authorities.map_err(|error| Error::Evidence(error.to_string()))?;
    let known = Known { key: key.as_ref(), authorities: authorities.as_ref(), predecessor: args.follows.as_deref() };
    let found = verification::verify(&args.bundle, known).map_err(|error| Error::Evidence(error.to_string()))?;
    print(|out| {
        for problem in &found.problems {
            writeln!(out, "{problem}")?;
        }
        for cell in &found.missing {
            writeln!(out, "not examined: {cell}")?;
        }
        let verdict = match (found.problems.is_empty(), found.missing.is_empty()) {
            (true, true) => "verified",
            (true, false) => "NOT COMPLETE, though unchanged",
            (false, _) => "NOT VERIFIED",
        };
        writeln!(
            out,
            "{verdict}: run {}, {} files, {} exchanges, manifest {}",
            found.run, found.files, found.exchanges, found.manifest_sha256
        )?;
        match (&found.sealed_by, found.key_was_given) {
            (Some(id), true) => writeln!(out, "sealed by the given key {id}"),
            (Some(id), false) => writeln!(out, "sealed by key {id}; give `--key` to know that it is the right one"),
            (None, _) if found.has_seal => writeln!(out, "the seal does not hold"),
            (None, _) => writeln!(out, "not sealed: the manifest shows changes to files, not to itself"),
        }?;
        match (&found.follows, found.predecessor_was_given) {
            (None, _) => Ok(()),
            (Some(run), true) => writeln!(out, "says that it follows run {run}, compared with the given bundle"),
            (Some(run), false) => writeln!(out, "says that it follows run {run}; give `--follows` to compare it"),
        }?;
        match &found.stamp {
            None => Ok(()),
            Some(Stamp { at, authority, trusted: true }) => {
                writeln!(out, "time-stamped at {at} by {authority}, certified by a given certificate")
            }
            Some(Stamp { at, authority, trusted: false }) => {
                writeln!(
                    out,
                    "time-stamped at {at} by one that calls itself {authority}; give `--tsa-ca` to know who it is"
                )
            }
        }
    });
    Ok(if found.holds() { Exit::Success } else { Exit::Unassessed })
}

/// `logproof replay`: exit 1 when a verdict differs.
///
/// # Errors
/// [`Error`].
pub async fn replay(args: &ReplayArgs) -> Result<Exit, Error> {
    let outcome = replaying::replay(&args.bundle).await?;
    print(|out| {
        for line in &outcome.differences {
            writeln!(out, "{line}")?;
        }
        if let Some(cause) = &outcome.cause {
            writeln!(out, "{cause}")?;
        }
        let verdict = if outcome.differences.is_empty() { "identical" } else { "DIFFERENT" };
        writeln!(
            out,
            "{verdict}: {} controls replayed from {} exchanges, {} reports the same to the byte",
            outcome.controls, outcome.exchanges, outcome.same_reports
        )
    });
    Ok(if outcome.differences.is_empty() { Exit::Success } else { Exit::Fail })
}

/// `logproof report`.
///
/// # Errors
/// [`Error`].
pub fn report(args: &ReportArgs) -> Result<Exit, Error> {
    let found =
        verification::verify(&args.bundle, Known::default()).map_err(|error| Error::Evidence(error.to_string()))?;
    if let Some(problem) = found.problems.first() {
        return Err(Error::Evidence(format!(
            "no report is made of a bundle that was changed: {problem}\nhint: `logproof verify` lists everything"
        )));
    }
    let path = args.bundle.join(ASSESSMENT);
    let text = fs::read(&path).map_err(|source| Error::Unreadable { path: path.clone(), source })?;
    let assessment = serde_json::from_slice(&text).map_err(|error| {
        Error::Evidence(format!("`{}` is not an assessment: {error}\nhint: name the folder of a run", path.display()))
    })?;
    let mut report = Vec::new();
    let write_error = |source| Error::Unwritable { path: args.out.clone().unwrap_or_default(), source };
    args.format.write(&assessment, &mut report).map_err(write_error)?;
    match &args.out {
        Some(out) => fs::write(out, &report).map_err(write_error)?,
        None => print(|out| out.write_all(&report)),
    }
    Ok(Exit::Success)
}

/// `logproof diff`: exit 1 when something changed, 3 when the effect of a policy is undecided.
///
/// # Errors
/// [`Error`].
pub fn diff(args: &DiffArgs) -> Result<Exit, Error> {
    let key = public_key(args.key.as_deref())?;
    let found = differences::diff(&args.from, &args.to, key.as_ref())?;
    print(|out| match args.format {
        DiffFormat::Text => differences::text(&found, out),
        DiffFormat::Markdown => differences::markdown(&found, out),
        DiffFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, &found).map_err(io::Error::from).and_then(|()| writeln!(out))
        }
    });
    Ok(match (found.is_decided(), found.is_empty()) {
        (false, _) => Exit::Unassessed,
        (true, false) => Exit::Fail,
        (true, true) => Exit::Success,
    })
}

/// `logproof period`: exit 1 when a control did not pass, 3 when there are gaps.
///
/// # Errors
/// [`Error`].
pub fn period(args: &PeriodArgs) -> Result<Exit, Error> {
    let instant = |text: &str| parse_instant(text).map_err(failed);
    let request = periods::Request {
        from: instant(&args.from)?,
        to: instant(&args.to)?,
        longest_gap: SignedDuration::from_hours(i64::from(args.every_hours)),
        key: public_key(args.key.as_deref())?,
    };
    if request.from >= request.to {
        let (from, to) = (request.from, request.to);
        return Err(failed(format!(
            "the period ends at {to}, not after {from}\nhint: `--to` is the day after its last"
        )));
    }
    let found = periods::period(&args.reports, &request)
        .map_err(|source| Error::Unreadable { path: args.reports.clone(), source })?;
    print(|out| match args.format {
        PeriodFormat::Csv => periods::write_csv(&found, out),
        PeriodFormat::Html => periods::write_html(&found, out),
        PeriodFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, &found).map_err(io::Error::from).and_then(|()| writeln!(out))
        }
    });
    for left_out in &found.left_out {
        say(&format!("left out: {left_out}"));
    }
    let gaps = found.runs.is_empty() || !found.left_out.is_empty() || found.controls.iter().any(|c| !c.gaps.is_empty());
    Ok(match (gaps, found.is_clean()) {
        (true, _) => Exit::Unassessed,
        (false, false) => Exit::Fail,
        (false, true) => Exit::Success,
    })
}

/// `logproof key`.
///
/// # Errors
/// [`Error`].
pub fn key(args: &KeyArgs) -> Result<Exit, Error> {
    let KeyCommand::New { file, algorithm } = &args.command;
    let public = PrivateKey::create(file, *algorithm).map_err(|error| Error::Evidence(error.to_string()))?;
    print(|out| writeln!(out, "wrote {} and {}\nkey id {}", file.display(), public_path(file).display(), public.id()));
    Ok(Exit::Success)
}

/// `logproof permissions`: the least-privilege policy of the audit role.
///
/// # Errors
/// When `out` cannot be written.
pub fn permissions(out: &mut dyn Write) -> io::Result<()> {
    let mut by_service: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (_, action) in OPERATIONS.iter().filter(|(operation, _)| !operation.starts_with("sts:")) {
        by_service.entry(action.split(':').next().unwrap_or_default()).or_default().push(action);
    }
    let actions: Vec<&str> = by_service
        .into_values()
        .flat_map(|mut actions| {
            actions.sort_unstable();
            actions.dedup();
            actions
        })
        .collect();
    let policy = json!({
        "Version": "2012-10-17",
        "Statement": [{"Sid": "LogproofReads", "Effect": "Allow", "Action": actions, "Resource": "*"}],
    });
    writeln!(out, "{policy:#}")
}
