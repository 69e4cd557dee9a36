//! The files of a new control: their names, their texts, and how they come into place.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use super::{answers::Draft, error::NewError};
use crate::{catalogue::Control, error::Unwritable};

/// Words of the title in the name of the file.
const WORDS: usize = 6;

/// Description of a landing zone in the folder of a set of controls, from which its fixtures begin.
const ZONE: &str = "zone.yaml";

/// What was laid down.
pub struct Laid {
    /// Its files.
    pub files: Files,
    /// The control as it is read from them.
    pub control: Control,
}

/// The files of a control.
pub struct Files {
    /// Folder of the features.
    pub folder: PathBuf,
    /// The feature.
    pub feature: File,
    /// The fixture that is to meet it.
    pub compliant: File,
    /// The fixture that is to violate it.
    pub violating: File,
}

/// A file with its text.
pub struct File {
    /// Where it is.
    pub path: PathBuf,
    /// What is in it.
    pub text: String,
}

impl Files {
    /// All of them, in the order they are read.
    pub fn all(&self) -> [&File; 3] {
        [&self.feature, &self.compliant, &self.violating]
    }

    /// Writes all of them, or none where one is there already.
    pub(super) fn write(&self) -> Result<(), NewError> {
        if let Some(file) = self.all().into_iter().find(|file| file.path.exists()) {
            return Err(NewError::Exists { path: file.path.clone() });
        }
        for File { path, text } in self.all() {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder).map_err(Unwritable::at(folder))?;
            }
            let opened = OpenOptions::new().write(true).create_new(true).open(path);
            let written = opened.and_then(|mut file| file.write_all(text.as_bytes()));
            written.map_err(|error| match error.kind() {
                // Somebody was faster.
                io::ErrorKind::AlreadyExists => NewError::Exists { path: path.clone() },
                _ => Unwritable::at(path)(error).into(),
            })?;
        }
        Ok(())
    }
}

/// The files of a control in a folder of features.
pub(super) fn of(draft: &Draft, folder: &Path) -> Files {
    let stem = stem(draft);
    let fixtures = folder.join(format!("{stem}.fixtures"));
    let base = if folder.join(ZONE).is_file() { "../zone.yaml" } else { "sample" };
    Files {
        folder: folder.to_owned(),
        feature: File { path: folder.join(format!("{stem}.feature")), text: feature(draft) },
        compliant: File { path: fixtures.join("compliant.yaml"), text: compliant(&draft.id, base) },
        violating: File { path: fixtures.join("violating.yaml"), text: violating(&draft.id) },
    }
}

/// The id, and the first words of the title.
fn stem(draft: &Draft) -> String {
    let words = draft.title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let slug: Vec<String> = words.take(WORDS).map(str::to_lowercase).collect();
    if slug.is_empty() { draft.id.clone() } else { format!("{}-{}", draft.id, slug.join("-")) }
}

fn feature(draft: &Draft) -> String {
    let Draft { id, title, severity, .. } = draft;
    let frameworks: String = draft.frameworks.iter().map(|tag| format!(" @{}", tag.trim_start_matches('@'))).collect();
    let mut text = format!(
        "@{id} @severity:{severity}{frameworks}\nFeature: {title}\n\n  Requirement\n    {title}.\n\n  Why\n    ...\n\n  \
         How it is examined\n    ...\n\n  Remediation\n    ...\n\n  Scenario: {title}\n"
    );
    for (keyword, sentences) in [("Given", &draft.given), ("Then", &draft.then)] {
        for (index, sentence) in sentences.iter().enumerate() {
            let keyword = if index == 0 { keyword } else { "And" };
            for (line, part) in sentence.lines().enumerate() {
                let part = part.trim();
                text.push_str(&if line == 0 { format!("    {keyword} {part}\n") } else { format!("      {part}\n") });
            }
        }
    }
    text
}

fn compliant(id: &str, base: &str) -> String {
    let shown = if base == "sample" { "`base: sample` is the sample landing zone" } else { "it begins from zone.yaml" };
    format!(
        "# A landing zone that meets the control: {shown}; `patch:` changes it,\n# with the keys of \
         crates/zone/src/sample.yaml.\nbase: {base}\npatch: {{}}\nexpect:\n  {id}: {{verdict: PASS}}\n"
    )
}

fn violating(id: &str) -> String {
    format!(
        "# What is wrong in this landing zone, in one line: ...\n\
         # Take away what the control asks for, for example\n\
         # - {{op: replace, path: /buckets/NAME/versioning, value: Suspended}}\n\
         base: compliant.yaml\njson_patch: []\nexpect:\n  \
         # The subject that is at fault, by its ARN, and words of the reason.\n  \
         {id}: {{verdict: FAIL, subject: \"...\", reason: \"...\"}}\n"
    )
}
