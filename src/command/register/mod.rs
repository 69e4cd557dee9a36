//! `logproof register`: writes entries into the owner's register, and prints what a registered log stream needs.
//!
//! An entry is written only when the whole register can be read with it, and is read back afterwards. What is there is
//! never changed: an entry is added at the end of its file. No account is asked.

pub mod args;
mod cloudformation;
pub mod deployment;
mod error;
pub mod fields;
mod terraform;

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use jiff::civil::Date;
use logproof_digest::sha256_hex;
use logproof_estate::{
    Config,
    register::{Attestation, Reader, Register, RegisterError, Stream, Waiver, day},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

pub use self::{args::RegisterArgs, error::EntryError};
use self::{
    args::{AttestationArgs, Entry, NewArgs, RegisterCommand, RequestArgs, RequestFormat, WaiverArgs},
    deployment::Deployment,
    fields::Field,
};
use crate::{
    catalogue::{self, lint},
    clock, console,
    console::{AtTerminal, Person, print},
    error::{Unreadable, Unwritable},
    exit::Exit,
    files::REGISTER,
    run::{
        register::{LoadError, Loaded},
        target::{DEFAULT_CONFIG, config_file},
    },
};

/// `logproof register`.
///
/// # Errors
/// [`EntryError`].
pub fn run(args: &RegisterArgs) -> Result<Exit, EntryError> {
    match &args.command {
        RegisterCommand::New(new) => {
            let mut terminal = AtTerminal;
            let there = console::can_ask();
            let person = there.then_some(&mut terminal as &mut dyn Person);
            let written = add(new, day(clock::now()), person)?;
            print(|out| writeln!(out, "wrote {}", written.display()));
        }
        RegisterCommand::Request(request) => {
            let text = requested(request)?;
            print(|out| out.write_all(text.as_bytes()));
        }
    }
    Ok(Exit::Success)
}

/// Configuration, where there is one, and folder of the register.
fn place(config: Option<&Path>, register: Option<&Path>) -> Result<(Option<Config>, PathBuf), EntryError> {
    let path = match config {
        Some(path) => Some(path),
        None => Some(Path::new(DEFAULT_CONFIG)).filter(|path| path.exists()),
    };
    let config = path.map(config_file).transpose()?;
    let home = path.and_then(Path::parent).unwrap_or(Path::new(""));
    let named = config.as_ref().and_then(|config| config.register.as_deref()).unwrap_or(REGISTER);
    let folder = register.map_or_else(|| home.join(named), Path::to_owned);
    Ok((config, folder))
}

/// Adds an entry; the file it was written to.
///
/// # Errors
/// [`EntryError`]; then nothing was written.
pub fn add(args: &NewArgs, today: Date, person: Option<&mut dyn Person>) -> Result<PathBuf, EntryError> {
    let (config, folder) = place(args.config.as_deref(), args.register.as_deref())?;
    let loaded = if folder.exists() { Loaded::of_folder(&folder)? } else { Loaded::default() };
    let register = &loaded.register;
    let (writer, today) = (Writer { folder: &folder, args }, today.to_string());
    match &args.entry {
        Entry::Stream(given) => {
            let conventional =
                given.name.as_deref().zip(config.as_ref()).and_then(|(name, c)| deployment::bucket_of(c, name));
            let classes: Vec<&str> = register.retention.iter().map(|class| class.class.as_str()).collect();
            let stream: Stream = writer.entry("streams.toml", &given.fields(conventional, &classes), person)?;
            if stream.personal_data && stream.regulations.is_empty() {
                let problem = "it holds personal data and falls under no regulation";
                return Err(writer.refuse(
                    "streams.toml",
                    &stream.name,
                    problem,
                    "name the regulation with `--regulation`",
                ));
            }
            writer.append("streams.toml", "stream", &stream, |read| read.streams.last() == Some(&stream))
        }
        Entry::Reader(given) => {
            let mut reader: Reader = writer.entry("readers.toml", &given.fields(&today), person)?;
            reader.bucket.clone_from(&given.bucket);
            let same = |other: &Reader| {
                other.principal == reader.principal && other.path == reader.path && other.bucket == reader.bucket
            };
            if register.readers.iter().any(same) {
                return Err(writer.twice("readers.toml", &reader.principal));
            }
            writer.append("readers.toml", "reader", &reader, |read| read.readers.last() == Some(&reader))
        }
        Entry::Waiver(given) => writer.waiver(given, register, &today, person),
        Entry::Attestation(given) => writer.attestation(given, register, &today, person),
    }
}

struct Writer<'a> {
    folder: &'a Path,
    args: &'a NewArgs,
}

impl Writer<'_> {
    fn waiver(
        &self,
        given: &WaiverArgs,
        register: &Register,
        today: &str,
        person: Option<&mut dyn Person>,
    ) -> Result<PathBuf, EntryError> {
        let file = "waivers.toml";
        let waiver: Waiver = self.entry(file, &given.fields(today), person)?;
        self.known(&waiver.control)?;
        if let Some(problem) = waiver.over_broad() {
            return Err(self.refuse(file, &waiver.control, &problem, "name the resources the failure is accepted for"));
        }
        let same = |other: &&Waiver| {
            other.control == waiver.control
                && other.subjects.iter().any(|subject| waiver.subjects.contains(subject))
                && other.from <= waiver.until
                && waiver.from <= other.until
        };
        if register.waivers.iter().find(same).is_some() {
            return Err(self.twice(file, &waiver.control));
        }
        self.append(file, "waiver", &waiver, |read| read.waivers.last() == Some(&waiver))
    }

    fn attestation(
        &self,
        given: &AttestationArgs,
        register: &Register,
        today: &str,
        person: Option<&mut dyn Person>,
    ) -> Result<PathBuf, EntryError> {
        let file = "attestations.toml";
        let mut values = fields::complete(&given.fields(today), person)?;
        let evidence = values.get("evidence").and_then(Value::as_str).unwrap_or_default();
        let path = self.folder.join(evidence);
        let bytes = fs::read(&path).map_err(|error| {
            let problem = format!("evidence `{}` cannot be read: {error}", path.display());
            self.refuse(file, "evidence", &problem, "put the file into the folder of the register first")
        })?;
        values.insert("evidence_sha256".to_owned(), Value::String(sha256_hex(&bytes)));
        let attestation: Attestation = self.typed(file, values)?;
        self.known(&attestation.control)?;
        let same = |other: &&Attestation| {
            other.control == attestation.control
                && other.on <= attestation.valid_until
                && attestation.on <= other.valid_until
        };
        if register.attestations.iter().find(same).is_some() {
            return Err(self.twice(file, &attestation.control));
        }
        self.append(file, "attestation", &attestation, |read| read.attestations.last() == Some(&attestation))
    }

    fn entry<T: DeserializeOwned>(
        &self,
        file: &str,
        fields: &[Field],
        person: Option<&mut dyn Person>,
    ) -> Result<T, EntryError> {
        self.typed(file, fields::complete(fields, person)?)
    }

    fn typed<T: DeserializeOwned>(&self, file: &str, values: Map<String, Value>) -> Result<T, EntryError> {
        serde_json::from_value(Value::Object(values))
            .map_err(|error| self.refuse(file, "new entry", &error.to_string(), "correct the value"))
    }

    fn refuse(&self, file: &str, place: &str, problem: &str, hint: &str) -> EntryError {
        let source = RegisterError::new(file, place, problem.to_owned(), hint);
        LoadError::Register { place: self.folder.display().to_string(), source }.into()
    }

    fn twice(&self, file: &str, place: &str) -> EntryError {
        self.refuse(
            file,
            place,
            "there is such an entry already",
            "change that one, or end it first; nothing was written",
        )
    }

    /// Refuses a control that does not exist.
    fn known(&self, id: &str) -> Result<(), EntryError> {
        let (controls, _) = lint::sound(&self.args.features.set())?;
        match catalogue::find(&controls, id)? {
            control if control.id == id => Ok(()),
            control => {
                let hint = format!("write it as {}", control.id);
                Err(self.refuse("control", id, "the id of a control is written in capital letters", &hint))
            }
        }
    }

    /// Adds the entry to the file, when the whole register can be read with it and `is_there`.
    fn append<T: Serialize>(
        &self,
        file: &str,
        key: &str,
        entry: &T,
        is_there: impl Fn(&Register) -> bool,
    ) -> Result<PathBuf, EntryError> {
        let path = self.folder.join(file);
        let unwritable = |source| Unwritable { path: path.clone(), source };
        let text = toml::to_string(&std::collections::BTreeMap::from([(key, [entry])]))
            .map_err(|error| self.refuse(file, key, &error.to_string(), "correct the value"))?;
        let old = match fs::read_to_string(&path) {
            Ok(old) => Some(old),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(source) => return Err(Unreadable { path, source }.into()),
        };
        let whole = match old.as_deref().map(str::trim_end).filter(|old| !old.is_empty()) {
            Some(old) => format!("{old}\n\n{text}"),
            None => text,
        };
        let lost =
            || self.refuse(file, key, "the entry is not what was read back", "report this with the command line");
        if !is_there(&Loaded::of_folder_with(self.folder, file, whole.as_bytes())?.register) {
            return Err(lost());
        }
        fs::create_dir_all(self.folder).map_err(unwritable)?;
        match old {
            None => {
                let mut new = OpenOptions::new().write(true).create_new(true).open(&path).map_err(unwritable)?;
                new.write_all(whole.as_bytes()).map_err(unwritable)?;
            }
            // Never half a register: the new file takes the place of the old one in one step.
            Some(_) => {
                let mut new = tempfile::NamedTempFile::new_in(self.folder).map_err(unwritable)?;
                new.write_all(whole.as_bytes()).map_err(unwritable)?;
                let permissions = fs::metadata(&path).map_err(unwritable)?.permissions();
                fs::set_permissions(new.path(), permissions).map_err(unwritable)?;
                new.persist(&path).map_err(|error| unwritable(error.error))?;
            }
        }
        if is_there(&Loaded::of_folder(self.folder)?.register) { Ok(path) } else { Err(lost()) }
    }
}

/// What must be deployed for a stream, as text.
///
/// # Errors
/// [`EntryError`].
pub fn requested(args: &RequestArgs) -> Result<String, EntryError> {
    let (config, folder) = place(args.config.as_deref(), args.register.as_deref())?;
    let config = config.ok_or(EntryError::NoConfig)?;
    let register = Loaded::of_folder(&folder)?.register;
    let deployment = Deployment::of(&config, &register, &args.stream)
        .map_err(|source| LoadError::Register { place: folder.display().to_string(), source })?;
    Ok(match args.format {
        RequestFormat::Json => cloudformation::render(&deployment),
        RequestFormat::Terraform => terraform::render(&deployment),
    })
}
