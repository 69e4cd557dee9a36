//! The folder of a run: everything is written into a working folder beside it, which takes its place when it is whole.
//!
//! A crash leaves a working folder (`.<run>.partial`) and no half file at the place itself; a folder that is not a run
//! is never touched.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, BufWriter, Read as _, Write},
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use logproof_estate::assessment::SCHEMAS;

use super::BundleError;
use crate::{error::Unwritable, files::ASSESSMENT};

/// Names the newest run in the folder of runs.
const LATEST: &str = "latest";

/// A folder being written.
#[derive(Debug)]
pub struct Folder {
    partial: PathBuf,
    place: PathBuf,
    /// The folder around it, when it was made for this run.
    made_around: Option<PathBuf>,
}

impl Folder {
    /// Begins the folder that will stand at `place`.
    ///
    /// # Errors
    /// [`BundleError::Occupied`], [`BundleError::Unwritable`].
    pub fn begin(place: &Path) -> Result<Self, BundleError> {
        recover(place)?;
        if place.symlink_metadata().is_ok() && !is_replaceable(place) {
            return Err(BundleError::Occupied { path: place.to_owned() });
        }
        let partial = beside(place, ".partial");
        let around = place.parent().filter(|around| !around.as_os_str().is_empty() && !around.exists());
        let made_around = around.map(Path::to_owned);
        let unwritable = |source| Unwritable { path: partial.clone(), source };
        match fs::remove_dir_all(&partial) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => return Err(unwritable(source).into()),
            _ => fs::create_dir_all(&partial).map_err(unwritable)?,
        }
        Ok(Self { partial, place: place.to_owned(), made_around })
    }

    /// Resumes the working folder an interrupted run left for `place`.
    ///
    /// # Errors
    /// [`BundleError::NothingToResume`].
    pub fn resume(place: &Path) -> Result<Self, BundleError> {
        recover(place)?;
        let partial = beside(place, ".partial");
        if !partial.is_dir() {
            return Err(BundleError::NothingToResume { path: place.to_owned() });
        }
        Ok(Self { partial, place: place.to_owned(), made_around: None })
    }

    /// The working folder.
    #[must_use]
    pub fn working(&self) -> &Path {
        &self.partial
    }

    /// Where the folder will stand.
    #[must_use]
    pub fn place(&self) -> &Path {
        &self.place
    }

    /// Writes one file of the run.
    ///
    /// # Errors
    /// [`Unwritable`] with the place the file was meant for.
    pub fn write(&self, name: &str, body: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Unwritable> {
        let write = || {
            let path = self.partial.join(name);
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            let mut file = BufWriter::new(File::create(path)?);
            body(&mut file)?;
            file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
        };
        write().map_err(|source| Unwritable { path: self.place.join(name), source })
    }

    /// The same, where the file appears with all of its content or not at all.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub fn write_at_once(
        &self,
        name: &str,
        body: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Unwritable> {
        let begun = format!("{name}.begun");
        self.write(&begun, body)?;
        let [from, to] = [&begun, name].map(|name| self.partial.join(name));
        fs::rename(from, to).map_err(|source| Unwritable { path: self.place.join(name), source })
    }

    /// Puts the folder in its place; an earlier run there gives way only now.
    ///
    /// # Errors
    /// [`Unwritable`].
    pub fn finish(self) -> Result<PathBuf, Unwritable> {
        self.replace().map_err(|source| Unwritable { path: self.place.clone(), source })?;
        Ok(self.place)
    }

    /// Removes the working folder of a run that has nothing to show.
    pub fn discard(self) {
        // What is left behind is a hidden folder that the next run with this name removes.
        let _ = fs::remove_dir_all(&self.partial);
        // Removes the folder only when it is empty.
        let _ = self.made_around.map(fs::remove_dir);
    }

    fn replace(&self) -> io::Result<()> {
        // The entries of the folder must be on disk before its name is.
        File::open(&self.partial)?.sync_all()?;
        let former = beside(&self.place, ".former");
        let had_former = self.place.exists();
        if had_former {
            fs::rename(&self.place, &former)?;
        }
        if let Err(error) = fs::rename(&self.partial, &self.place) {
            if had_former {
                // Best effort: the error below is what the caller must see.
                let _ = fs::rename(&former, &self.place);
            }
            return Err(error);
        }
        if had_former {
            fs::remove_dir_all(&former)?;
        }
        Ok(())
    }
}

/// The place of the newest interrupted run below `reports`.
#[must_use]
pub fn interrupted(reports: &Path) -> Option<PathBuf> {
    let mut found: Vec<String> = fs::read_dir(reports)
        .ok()?
        .filter_map(Result::ok)
        .filter_map(|entry| entry.file_name().to_str().map(str::to_owned))
        .filter_map(|name| Some(name.strip_prefix('.')?.strip_suffix(".partial")?.to_owned()))
        .collect();
    found.sort();
    found.pop().map(|name| reports.join(name))
}

/// A run id: when it began, and something no other run of that second has.
#[must_use]
pub fn run_id(started: Timestamp) -> String {
    let random = uuid::Uuid::new_v4().simple().to_string();
    format!("{}-{}", started.strftime("%Y%m%dt%H%M%Sz"), random.get(..6).unwrap_or_default())
}

/// Names a run as the newest one below `reports`.
///
/// # Errors
/// [`Unwritable`].
pub fn point_at(reports: &Path, id: &str) -> Result<(), Unwritable> {
    let (pointer, next) = (reports.join(LATEST), reports.join(format!(".{LATEST}.{id}")));
    let write = || {
        fs::write(&next, format!("{id}\n"))?;
        fs::rename(&next, &pointer)
    };
    write().map_err(|source| Unwritable { path: pointer.clone(), source })
}

/// The newest run below `reports` that is complete.
#[must_use]
pub fn newest(reports: &Path) -> Option<PathBuf> {
    let id = fs::read_to_string(reports.join(LATEST)).ok()?;
    // One name, and not a path.
    let name = Path::new(id.trim()).file_name()?.to_owned();
    Some(reports.join(name)).filter(|place| place.is_dir())
}

/// Ends what a crash in the middle of a replacement left: the former run goes back to an empty place, and is removed
/// when the new one is already there.
fn recover(place: &Path) -> Result<(), Unwritable> {
    let former = beside(place, ".former");
    if !former.is_dir() {
        return Ok(());
    }
    let ended = if place.exists() { fs::remove_dir_all(&former) } else { fs::rename(&former, place) };
    ended.map_err(|source| Unwritable { path: place.to_owned(), source })
}

/// `.<name><ending>` in the same folder.
fn beside(place: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(place.file_name().unwrap_or_default());
    name.push(ending);
    place.with_file_name(name)
}

/// An empty folder, or an earlier run.
fn is_replaceable(place: &Path) -> bool {
    let empty = fs::read_dir(place).is_ok_and(|mut entries| entries.next().is_none());
    let begins_like_a_run = || {
        // Not more than that: the rest can be many megabytes.
        let mut beginning = Vec::new();
        let read = File::open(place.join(ASSESSMENT)).and_then(|file| file.take(200).read_to_end(&mut beginning));
        read.is_ok() && String::from_utf8_lossy(&beginning).contains(SCHEMAS)
    };
    empty || begins_like_a_run()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(place: &Path, text: &str) -> Result<PathBuf, BundleError> {
        let folder = Folder::begin(place)?;
        folder.write(ASSESSMENT, |out| write!(out, "{{\"schema\": \"{SCHEMAS}1\", \"text\": \"{text}\"}}"))?;
        Ok(folder.finish()?)
    }

    #[test]
    fn a_run_replaces_a_run_and_nothing_else() {
        let home = tempfile::tempdir().unwrap();
        let place = home.path().join("deep/run");
        run(&place, "first").unwrap();
        run(&place, "second").unwrap();
        assert!(fs::read_to_string(place.join(ASSESSMENT)).unwrap().contains("second"));
        let left: Vec<_> = fs::read_dir(home.path().join("deep")).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(left, ["run"], "no working folder stays behind");

        fs::remove_file(place.join(ASSESSMENT)).unwrap();
        fs::write(place.join("thesis.txt"), "mine").unwrap();
        assert!(matches!(run(&place, "third"), Err(BundleError::Occupied { .. })));
        assert_eq!(fs::read_to_string(place.join("thesis.txt")).unwrap(), "mine");
    }

    #[test]
    fn a_file_that_fails_names_its_place_and_the_former_run_stays() {
        let home = tempfile::tempdir().unwrap();
        let place = home.path().join("run");
        run(&place, "first").unwrap();
        let folder = Folder::begin(&place).unwrap();
        let error = folder.write("junit.xml", |_| Err(io::Error::other("no space"))).unwrap_err();
        assert!(error.to_string().contains("junit.xml`: no space"), "{error}");
        folder.discard();
        assert!(fs::read_to_string(place.join(ASSESSMENT)).unwrap().contains("first"));
    }

    #[test]
    fn a_crash_in_the_middle_of_a_replacement_loses_no_run() {
        let home = tempfile::tempdir().unwrap();
        let place = home.path().join("run");
        let former = home.path().join(".run.former");
        run(&place, "first").unwrap();
        fs::rename(&place, &former).unwrap();
        drop(Folder::begin(&place).unwrap());
        assert!(fs::read_to_string(place.join(ASSESSMENT)).unwrap().contains("first"));

        fs::create_dir(&former).unwrap();
        fs::write(former.join(ASSESSMENT), "older").unwrap();
        run(&place, "second").unwrap();
        assert!(fs::read_to_string(place.join(ASSESSMENT)).unwrap().contains("second"));
        assert!(!former.exists());
    }

    #[test]
    fn run_ids_sort_by_time_and_differ() {
        let at: Timestamp = "2026-01-15T12:00:00Z".parse().unwrap();
        let (one, other) = (run_id(at), run_id(at));
        assert!(one.starts_with("20260115t120000z-") && one.len() == 23, "{one}");
        assert_ne!(one, other);
    }
}
