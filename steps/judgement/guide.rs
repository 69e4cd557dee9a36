//! What is documented of a sentence, and whether a step that uses it is written as it must be.

use cucumber::gherkin;

pub use crate::judgement::asked_actions::Misfit;
use crate::judgement::{
    asked_actions,
    named_events::{self, details_misfit},
};

/// What a sentence names or judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Buckets.
    Bucket,
    /// Keys.
    Key,
    /// Roles.
    Role,
    /// Trails.
    Trail,
    /// Topics.
    Topic,
    /// Queues.
    Queue,
    /// Accounts.
    Account,
}

impl Kind {
    /// The word for one of them.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Bucket => "bucket",
            Self::Key => "key",
            Self::Role => "role",
            Self::Trail => "trail",
            Self::Topic => "topic",
            Self::Queue => "queue",
            Self::Account => "account",
        }
    }
}

/// What stands below a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Below {
    /// Nothing.
    Nothing,
    /// A table with one column and a row for each of these.
    Table(&'static str),
    /// A doc string with a condition as IAM policies write it.
    Condition,
    /// A doc string with fields of a record of CloudTrail, as a JSON object.
    Fields,
}

/// What is documented of a sentence.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Entry {
    /// `Given` or `Then`.
    pub keyword: &'static str,
    /// The sentence as a cucumber expression.
    pub sentence: &'static str,
    /// What it means, in a sentence or two.
    pub about: &'static str,
    /// What a `Given` names, or what a `Then` judges; empty for a `Then` that needs no `Given`.
    pub kinds: &'static [Kind],
    /// What stands below it.
    pub below: Below,
    /// The sentence with values; what stands below it may follow in further lines.
    pub example: &'static str,
}

impl Entry {
    /// A `Given` that names subjects: the sentence as a cucumber expression, what it means in a sentence or two, and the
    /// sentence with values.
    #[must_use]
    pub const fn given(sentence: &'static str, about: &'static str, example: &'static str) -> Self {
        Self { keyword: "Given", sentence, about, kinds: &[], below: Below::Nothing, example }
    }

    /// A `Then` that judges; as [`Entry::given`].
    #[must_use]
    pub const fn then(sentence: &'static str, about: &'static str, example: &'static str) -> Self {
        Self { keyword: "Then", ..Self::given(sentence, about, example) }
    }

    /// What a `Given` names, or a `Then` judges. A `Then` that judges subjects is refused where no `Given` names one, and a
    /// `Given` is refused where no `Then` looks at what it names.
    #[must_use]
    pub const fn of(self, kinds: &'static [Kind]) -> Self {
        Self { kinds, ..self }
    }

    /// What stands below the sentence. Where it is missing, or something else is there, the feature is refused.
    #[must_use]
    pub const fn below(self, below: Below) -> Self {
        Self { below, ..self }
    }
}

/// What is wrong with the values of a step that uses this sentence.
#[must_use]
pub fn misfits(entry: &Entry, step: &gherkin::Step) -> Vec<Misfit> {
    let mut found = Vec::new();
    if entry.sentence.contains("{actions}") {
        found.extend(asked_actions::read(&without_principals(&step.value)).err());
    }
    found.extend(named_events::misfits(entry.sentence, step));
    let rows = step.table.as_ref().map(|table| table.rows.len()).unwrap_or_default();
    let condition = step.docstring.as_deref().filter(|text| !text.trim().is_empty());
    match entry.below {
        Below::Table(of) if rows == 0 => found.push(Misfit {
            problem: format!("there is no table of {of} below the sentence"),
            hint: format!("write {of} below it, one in each row"),
        }),
        Below::Table(of) if step.table.iter().flat_map(|table| &table.rows).any(|row| row.len() != 1) => {
            found.push(Misfit {
                problem: format!("the table of {of} has more than one column"),
                hint: "write one in each row".to_owned(),
            });
        }
        Below::Condition => found.extend(condition_misfit(condition)),
        Below::Fields => found.extend(details_misfit(condition)),
        Below::Table(_) | Below::Nothing => {}
    }
    if step.table.is_some() && !matches!(entry.below, Below::Table(_)) {
        let hint = format!("remove it, or use a sentence that takes one; this one is `{}`", entry.sentence);
        found.push(Misfit { problem: "the sentence takes no table, so nothing would look at it".to_owned(), hint });
    }
    if condition.is_some() && !matches!(entry.below, Below::Condition | Below::Fields) {
        let hint = format!("remove it, or use a sentence that takes one; this one is `{}`", entry.sentence);
        found
            .push(Misfit { problem: "the sentence takes no doc string, so nothing would look at it".to_owned(), hint });
    }
    found
}

fn condition_misfit(condition: Option<&str>) -> Option<Misfit> {
    let hint =
        "write a Condition element below the sentence as a doc string: {\"Bool\": {\"aws:SecureTransport\": \"false\"}}"
            .to_owned();
    let Some(text) = condition else {
        return Some(Misfit { problem: "there is no condition below the sentence".to_owned(), hint });
    };
    let error = logproof_policy::Question::about(["s3:*"]).when(text).err()?;
    let problem = error.to_string().lines().next().unwrap_or_default().to_owned();
    Some(Misfit { problem: format!("the condition cannot be read: {problem}"), hint })
}

/// The sentence without the ARNs in it, which have colons too.
fn without_principals(sentence: &str) -> String {
    let words = sentence.split(' ').filter(|word| !word.starts_with("arn:") && !word.starts_with('"'));
    words.collect::<Vec<_>>().join(" ")
}
