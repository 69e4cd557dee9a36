//! `logproof steps`: the sentences controls are written in, for people and for machines.

mod calls;
mod glue;

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use clap::{Args, ValueEnum};
use cucumber::gherkin;
use logproof_steps::guide::{Below, Entry};
use serde_json::{Value, json};

use crate::{
    catalogue::{
        CatalogueError, Control, FeatureSet, StepCrate, lint,
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
    /// Step definitions in JavaScript, for the Cucumber plugin of an editor.
    Javascript,
}

/// Arguments of `steps`.
#[derive(Debug, Clone, Default, Args)]
pub struct StepsArgs {
    /// List only sentences in which this word stands, or whose description holds it.
    #[arg(long, value_name = "WORD")]
    pub search: Option<String>,
    /// Measure the calls that each sentence makes, which takes seconds for the whole list; what is searched for, and the
    /// other forms, have them anyway.
    #[arg(long)]
    pub calls: bool,
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
    /// The crate it comes from, for a sentence of an owner's.
    pub from: Option<&'static str>,
    /// The first use of it: a scenario of this program, up to the step that uses it. Empty where no control does.
    pub first_use: Vec<gherkin::Step>,
    /// Controls of this program that use it.
    pub used_by: Vec<String>,
    /// Calls it makes, as `service:Operation`, where they are known: see [`with_calls`].
    pub calls: Option<Vec<String>>,
}

/// `logproof steps`.
///
/// # Errors
/// [`CatalogueError`] when the controls of this program cannot be read, which would be a defect.
pub async fn run(args: &StepsArgs) -> Result<Exit, CatalogueError> {
    let all = described()?;
    let wanted = args.search.as_deref().unwrap_or_default().to_lowercase();
    let all: Vec<Described> = all.into_iter().filter(|one| one.holds(&wanted)).collect();
    if all.is_empty() {
        print(|out| writeln!(out, "no sentence has the word `{wanted}`\nhint: `logproof steps` lists all of them"));
        return Ok(Exit::Nothing);
    }
    let measured = match args.format {
        StepsFormat::Text => args.calls || args.search.is_some(),
        StepsFormat::Markdown | StepsFormat::Json => true,
        StepsFormat::Javascript => false,
    };
    let all = if measured { with_calls(all).await } else { all };
    print(|out| {
        write(&all, args.format, out)?;
        if measured || args.format != StepsFormat::Text {
            Ok(())
        } else {
            writeln!(out, "\nwith the calls that each sentence makes: `--calls`, or `--search WORD`")
        }
    });
    Ok(Exit::Success)
}

/// The same sentences with the calls each of them makes: measured, on a described landing zone, with its example or the
/// first scenario that uses it.
pub async fn with_calls(mut all: Vec<Described>) -> Vec<Described> {
    let vocabulary = Vocabulary::registered();
    let measure = calls::Measure::on_examples(&vocabulary);
    for one in &mut all {
        one.calls = measure.calls_of(one).await;
    }
    all
}

/// Every registered sentence: first those about any bucket, key or account, then those about the log store.
///
/// # Errors
/// As [`run`].
pub fn described() -> Result<Vec<Described>, CatalogueError> {
    let (controls, vocabulary) = lint::sound(&FeatureSet::Embedded)?;
    let mut users = uses(&controls, &vocabulary);
    let entries = by_sentence(&vocabulary);
    let mut all: Vec<Described> = vocabulary
        .sentences
        .iter()
        .map(|sentence| {
            let entry = entries.get(&(sentence.keyword, sentence.text.as_str())).copied();
            let (used_by, first_use) = users.remove(&(sentence.file, sentence.line)).unwrap_or_default();
            Described {
                keyword: sentence.keyword,
                sentence: sentence.text.clone(),
                entry,
                from: entry.and_then(|entry| vocabulary.crate_of(entry)).map(StepCrate::name),
                used_by,
                first_use,
                calls: None,
            }
        })
        .collect();
    // Those of owners in the order they are documented in, the others as they sort.
    let place = |one: &Described| {
        let mut listed = vocabulary.entries();
        listed.position(|entry| (entry.keyword, entry.sentence) == (one.keyword, one.sentence.as_str()))
    };
    all.sort_by_key(|one| place(one).unwrap_or(usize::MAX));
    Ok(all)
}

/// Where a sentence is registered: file and line.
type Place = (&'static str, u32);

/// Which controls use each sentence, and the steps up to its first use.
fn uses(controls: &[Control], vocabulary: &Vocabulary) -> BTreeMap<Place, (Vec<String>, Vec<gherkin::Step>)> {
    let mut users: BTreeMap<Place, (Vec<String>, Vec<gherkin::Step>)> = BTreeMap::new();
    for control in controls {
        for scenario in &control.scenarios {
            for (index, step) in scenario.steps.iter().enumerate() {
                let Resolved::One(found) = vocabulary.resolve(step) else { continue };
                let Some(location) = found.location else { continue };
                let (ids, first_use) = users.entry((location.path, location.line)).or_default();
                if first_use.is_empty() {
                    *first_use = scenario.steps.iter().take(index + 1).cloned().collect();
                }
                if !ids.contains(&control.id) {
                    ids.push(control.id.clone());
                }
            }
        }
    }
    users
}

fn by_sentence(vocabulary: &Vocabulary) -> BTreeMap<(&'static str, &str), &'static Entry> {
    let general = vocabulary.sentences.iter().filter(|sentence| sentence.general);
    let named = general.filter_map(|sentence| {
        let mut listed = vocabulary.entries();
        let entry = listed.find(|entry| (entry.keyword, entry.sentence) == (sentence.keyword, &*sentence.text))?;
        Some(((sentence.keyword, sentence.text.as_str()), entry))
    });
    named.collect()
}

impl Described {
    fn holds(&self, word: &str) -> bool {
        let about = self.entry.map(|entry| format!("{} {}", entry.about, self.fits())).unwrap_or_default();
        let from = self.from.unwrap_or_default();
        let all = format!("{} {} {about} {from} {}", self.keyword, self.sentence, self.used_by.join(" "));
        all.to_lowercase().contains(word)
    }

    /// What it names or judges.
    fn fits(&self) -> String {
        let kinds = self.entry.map(|entry| entry.kinds).unwrap_or_default();
        kinds.iter().map(|kind| kind.word()).collect::<Vec<_>>().join(", ")
    }

    /// The calls it makes, joined by commas.
    fn calls_in_words(&self) -> Option<String> {
        self.calls.as_ref().map(|calls| if calls.is_empty() { "none".to_owned() } else { calls.join(", ") })
    }

    /// The example as it stands in a feature.
    fn example(&self) -> Option<String> {
        let entry = self.entry?;
        let below = match entry.below {
            _ if entry.example.contains('\n') => "",
            Below::Nothing => "",
            Below::Table("ARNs of keys") => {
                "\n  | arn:aws:kms:eu-central-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab |"
            }
            Below::Table("ARNs of topics") => "\n  | arn:aws:sns:eu-central-1:222222222222:log-store-alerts |",
            Below::Table("ARNs of queues") => "\n  | arn:aws:sqs:eu-central-1:222222222222:acme-audit-events |",
            Below::Table("events") => {
                "\n  | DeleteTrail of cloudtrail.amazonaws.com |\n  | StopLogging of cloudtrail.amazonaws.com |"
            }
            Below::Table(_) => "\n  | arn:aws:iam::222222222222:role/LogArchive-Administrator |",
            Below::Fields => "\n  \"\"\"\n  {\"additionalEventData\": {\"MFAUsed\": \"No\"}}\n  \"\"\"",
            Below::Condition => {
                "\n  \"\"\"\n  {\"Null\": {\"s3:x-amz-server-side-encryption-customer-algorithm\": \"false\"}}\n  \"\"\""
            }
        };
        Some(format!("{} {}{below}", entry.keyword, entry.example.replace('\n', "\n  ")))
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
        StepsFormat::Javascript => glue::write(all, out),
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
            if let Some(from) = one.from {
                writeln!(out, "  from: {from}")?;
            }
            for line in one.example().unwrap_or_default().lines() {
                writeln!(out, "    {line}")?;
            }
        }
        if let Some(calls) = one.calls_in_words() {
            writeln!(out, "  calls: {calls}")?;
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
        Below::Fields => json!({"doc_string": "fields of a CloudTrail record"}),
    });
    json!({
        "keyword": one.keyword,
        "sentence": one.sentence,
        "about": one.entry.map(|entry| entry.about),
        "subjects": one.entry.map(|entry| entry.kinds.iter().map(|kind| kind.word()).collect::<Vec<_>>()),
        "below": below,
        "example": one.example(),
        "from": one.from.unwrap_or("logproof"),
        "calls": one.calls,
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
        writeln!(
            out,
            "\nThe calls are those of the example, asked of a described landing zone when nothing is known yet. A run makes each call once,"
        )?;
        writeln!(out, "whichever sentences ask for it.")?;
    }
    for one in general {
        let Some(entry) = one.entry else { continue };
        writeln!(out, "\n### {} {}\n\n{}", one.keyword, one.sentence, entry.about)?;
        let fits = one.fits();
        if !fits.is_empty() {
            writeln!(out, "\nFor: {fits}.")?;
        }
        if let Some(from) = one.from {
            writeln!(out, "\nFrom: {from}.")?;
        }
        writeln!(out, "\n```gherkin\n{}\n```", one.example().unwrap_or_default())?;
        if let Some(calls) = one.calls_in_words() {
            writeln!(out, "\nCalls: {calls}.")?;
        }
    }
    if !of_the_store.is_empty() {
        writeln!(
            out,
            "\n## Of the log store\n\nThese are about the buckets, keys, trails and roles that the configuration names."
        )?;
        writeln!(out, "\n| sentence | calls | used by |\n|---|---|---|")?;
        for one in of_the_store {
            let sentence = one.sentence.replace('|', "\\|");
            let calls = one.calls_in_words().unwrap_or_default();
            writeln!(out, "| {} {sentence} | {calls} | {} |", one.keyword, one.used_by.join(", "))?;
        }
    }
    Ok(())
}
