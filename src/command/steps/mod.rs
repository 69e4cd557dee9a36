//! `logproof steps`: the sentences controls are written in, for people and for machines.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use clap::{Args, ValueEnum};
use logproof_steps::guide::{Below, Entry};
use serde_json::{Value, json};

use crate::{
    catalogue::{
        CatalogueError, FeatureSet, lint,
        vocabulary::{Resolved, Vocabulary},
    },
    console::print,
    exit::Exit,
};

/// Form of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum StepsFormat {
    /// For a terminal.
    #[default]
    Text,
    /// A Markdown page.
    Markdown,
    /// A JSON array.
    Json,
}

/// Arguments of `steps`.
#[derive(Debug, Clone, Default, Args)]
pub struct StepsArgs {
    /// List only sentences in which this word stands, or whose description holds it.
    #[arg(long, value_name = "WORD")]
    pub search: Option<String>,
    /// Form of the list.
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    pub format: StepsFormat,
}

/// A sentence with what is known of it.
#[derive(Debug, Clone)]
pub struct Described {
    /// `Given` or `Then`.
    pub keyword: &'static str,
    /// The sentence, parameters in braces.
    pub sentence: String,
    /// What is documented of it, for a sentence about any bucket, key or account.
    pub entry: Option<&'static Entry>,
    /// Controls of this program that use it.
    pub used_by: Vec<String>,
}

/// `logproof steps`.
///
/// # Errors
/// [`CatalogueError`] when the controls of this program cannot be read, which would be a defect.
pub fn run(args: &StepsArgs) -> Result<Exit, CatalogueError> {
    let all = described()?;
    let wanted = args.search.as_deref().unwrap_or_default().to_lowercase();
    let all: Vec<Described> = all.into_iter().filter(|one| one.holds(&wanted)).collect();
    if all.is_empty() {
        print(|out| writeln!(out, "no sentence has the word `{wanted}`\nhint: `logproof steps` lists all of them"));
        return Ok(Exit::Nothing);
    }
    print(|out| write(&all, args.format, out));
    Ok(Exit::Success)
}

/// Every registered sentence: first those about any bucket, key or account, then those about the log store.
///
/// # Errors
/// As [`run`].
pub fn described() -> Result<Vec<Described>, CatalogueError> {
    let (controls, vocabulary) = lint::sound(&FeatureSet::Embedded)?;
    let mut users: BTreeMap<(&'static str, u32), Vec<String>> = BTreeMap::new();
    for control in &controls {
        for step in control.scenarios.iter().flat_map(|scenario| &scenario.steps) {
            let Resolved::One(found) = vocabulary.resolve(step) else { continue };
            let Some(location) = found.location else { continue };
            let ids = users.entry((location.path, location.line)).or_default();
            if !ids.contains(&control.id) {
                ids.push(control.id.clone());
            }
        }
    }
    let entries = entries(&vocabulary);
    let mut all: Vec<Described> = vocabulary
        .sentences
        .iter()
        .map(|sentence| Described {
            keyword: sentence.keyword,
            sentence: sentence.text.clone(),
            entry: entries.get(&(sentence.keyword, sentence.text.as_str())).copied(),
            used_by: users.remove(&(sentence.file, sentence.line)).unwrap_or_default(),
        })
        .collect();
    // Those of owners in the order they are documented in, the others as they sort.
    let place = |one: &Described| {
        let mut listed = logproof_steps::general();
        listed.position(|entry| (entry.keyword, entry.sentence) == (one.keyword, one.sentence.as_str()))
    };
    all.sort_by_key(|one| place(one).unwrap_or(usize::MAX));
    Ok(all)
}

fn entries(vocabulary: &Vocabulary) -> BTreeMap<(&'static str, &str), &'static Entry> {
    let general = vocabulary.sentences.iter().filter(|sentence| sentence.general);
    let named = general.filter_map(|sentence| {
        let mut listed = logproof_steps::general();
        let entry = listed.find(|entry| (entry.keyword, entry.sentence) == (sentence.keyword, &*sentence.text))?;
        Some(((sentence.keyword, sentence.text.as_str()), entry))
    });
    named.collect()
}

impl Described {
    fn holds(&self, word: &str) -> bool {
        let about = self.entry.map(|entry| format!("{} {}", entry.about, self.fits())).unwrap_or_default();
        format!("{} {} {about} {}", self.keyword, self.sentence, self.used_by.join(" ")).to_lowercase().contains(word)
    }

    /// What it names or judges.
    fn fits(&self) -> String {
        let kinds = self.entry.map(|entry| entry.kinds).unwrap_or_default();
        kinds.iter().map(|kind| kind.word()).collect::<Vec<_>>().join(", ")
    }

    /// The example as it stands in a feature.
    fn example(&self) -> Option<String> {
        let entry = self.entry?;
        let below = match entry.below {
            Below::Nothing => "",
            Below::Table("ARNs of keys") => {
                "\n  | arn:aws:kms:eu-central-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab |"
            }
            Below::Table("ARNs of topics") => "\n  | arn:aws:sns:eu-central-1:222222222222:log-store-alerts |",
            Below::Table(_) => "\n  | arn:aws:iam::222222222222:role/LogArchive-Administrator |",
            Below::Condition => {
                "\n  \"\"\"\n  {\"Null\": {\"s3:x-amz-server-side-encryption-customer-algorithm\": \"false\"}}\n  \"\"\""
            }
        };
        Some(format!("{} {}{below}", entry.keyword, entry.example))
    }
}

/// Writes the list.
///
/// # Errors
/// When `out` cannot be written.
pub fn write(all: &[Described], format: StepsFormat, out: &mut dyn Write) -> io::Result<()> {
    match format {
        StepsFormat::Text => text(all, out),
        StepsFormat::Markdown => page(all, out),
        StepsFormat::Json => {
            let all: Vec<Value> = all.iter().map(object).collect();
            serde_json::to_writer_pretty(&mut *out, &all)?;
            writeln!(out)
        }
    }
}

fn text(all: &[Described], out: &mut dyn Write) -> io::Result<()> {
    for one in all {
        writeln!(out, "{} {}", one.keyword, one.sentence)?;
        if let Some(entry) = one.entry {
            writeln!(out, "  {}", entry.about)?;
            let fits = one.fits();
            if !fits.is_empty() {
                writeln!(out, "  for: {fits}")?;
            }
            for line in one.example().unwrap_or_default().lines() {
                writeln!(out, "    {line}")?;
            }
        }
        if !one.used_by.is_empty() {
            writeln!(out, "  used by {}", one.used_by.join(", "))?;
        }
    }
    Ok(())
}

fn object(one: &Described) -> Value {
    let below = one.entry.map(|entry| match entry.below {
        Below::Nothing => json!(null),
        Below::Table(of) => json!({"table": of}),
        Below::Condition => json!({"doc_string": "condition"}),
    });
    json!({
        "keyword": one.keyword,
        "sentence": one.sentence,
        "about": one.entry.map(|entry| entry.about),
        "subjects": one.entry.map(|entry| entry.kinds.iter().map(|kind| kind.word()).collect::<Vec<_>>()),
        "below": below,
        "example": one.example(),
        "used_by": one.used_by,
    })
}

fn page(all: &[Described], out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "# Sentences\n\nWritten by `logproof steps --format markdown` from the registered steps; do not edit."
    )?;
    let (general, of_the_store): (Vec<&Described>, Vec<&Described>) = all.iter().partition(|one| one.entry.is_some());
    if !general.is_empty() {
        writeln!(out, "\n## For your own controls\n")?;
        writeln!(
            out,
            "`{{string}}` is a text in quotation marks, `{{int}}` a number, `{{actions}}` IAM actions joined by commas, \"and\" or \"or\","
        )?;
        writeln!(
            out,
            "`{{principals}}` ARNs or names of services joined in the same way, `{{accounts}}` one of: account \"ID or name\", every active account,\nevery active account of unit \"ID or name\"."
        )?;
    }
    for one in general {
        let Some(entry) = one.entry else { continue };
        writeln!(out, "\n### {} {}\n\n{}", one.keyword, one.sentence, entry.about)?;
        let fits = one.fits();
        if !fits.is_empty() {
            writeln!(out, "\nFor: {fits}.")?;
        }
        writeln!(out, "\n```gherkin\n{}\n```", one.example().unwrap_or_default())?;
    }
    if !of_the_store.is_empty() {
        writeln!(
            out,
            "\n## Of the log store\n\nThese are about the buckets, keys, trails and roles that the configuration names."
        )?;
        writeln!(out, "\n| sentence | used by |\n|---|---|")?;
        for one in of_the_store {
            let sentence = one.sentence.replace('|', "\\|");
            writeln!(out, "| {} {sentence} | {} |", one.keyword, one.used_by.join(", "))?;
        }
    }
    Ok(())
}
