//! The registered steps: the sentences features are written in.
//!
//! Steps register themselves when their crate is linked, and only then; see [`Vocabulary::registered`].

use cucumber::{
    World as _,
    codegen::{StepConstructor, WorldInventory, inventory},
    gherkin,
    step::{Collection, Context, Location, Step},
};
use logproof_estate::world::LogproofWorld;
// Registers the steps: a crate that is only a dependency and never named is not linked, and every control would be
// without steps.
use logproof_steps as _;

/// Every registered step.
#[derive(Debug, Clone)]
pub struct Vocabulary {
    steps: Collection<LogproofWorld>,
    /// The sentences, by keyword and text.
    pub sentences: Vec<Sentence>,
}

/// One registered sentence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sentence {
    /// `Given`, `When` or `Then`.
    pub keyword: &'static str,
    /// What it matches, anchors left out.
    pub text: String,
    /// File and line of the registration.
    pub file: &'static str,
    /// Line of the registration.
    pub line: u32,
}

/// What a step of a feature resolves to.
#[derive(Debug)]
pub enum Resolved<'a> {
    /// Exactly one registered step.
    One(Found<'a>),
    /// None.
    Undefined,
    /// Several: their sentences.
    Ambiguous(Vec<String>),
}

/// The registered step a sentence resolves to.
#[derive(Debug)]
pub struct Found<'a> {
    /// Its function.
    pub function: &'a Step<LogproofWorld>,
    /// Where it was registered.
    pub location: Option<Location>,
    /// What the function is called with.
    pub context: Context,
}

impl Vocabulary {
    /// The steps this program was linked with.
    #[must_use]
    pub fn registered() -> Self {
        let mut sentences = sentences::<<LogproofWorld as WorldInventory>::Given>("Given");
        sentences.extend(self::sentences::<<LogproofWorld as WorldInventory>::When>("When"));
        sentences.extend(self::sentences::<<LogproofWorld as WorldInventory>::Then>("Then"));
        sentences.sort();
        Self { steps: LogproofWorld::collection(), sentences }
    }

    /// A vocabulary of these steps only.
    #[must_use]
    pub fn of(steps: Collection<LogproofWorld>, sentences: Vec<Sentence>) -> Self {
        Self { steps, sentences }
    }

    /// Resolves a step of a feature.
    #[must_use]
    pub fn resolve(&self, step: &gherkin::Step) -> Resolved<'_> {
        match self.steps.find(step) {
            Ok(Some((function, _, location, context))) => Resolved::One(Found { function, location, context }),
            Ok(None) => Resolved::Undefined,
            Err(several) => Resolved::Ambiguous(
                several.possible_matches.iter().map(|(pattern, _)| plain(pattern.as_str())).collect(),
            ),
        }
    }

    /// The sentence nearest to a text that resolves to nothing, when one is near.
    #[must_use]
    pub fn nearest(&self, text: &str) -> Option<&Sentence> {
        let near = |sentence: &Sentence| strsim::normalized_damerau_levenshtein(&sentence.text, text);
        let best = self.sentences.iter().max_by(|a, b| near(a).total_cmp(&near(b)))?;
        (near(best) > 0.6).then_some(best)
    }
}

fn sentences<T>(keyword: &'static str) -> Vec<Sentence>
where
    T: inventory::Collect + StepConstructor<LogproofWorld>,
{
    inventory::iter::<T>
        .into_iter()
        .map(|step| {
            let (location, pattern, _) = step.inner();
            Sentence { keyword, text: plain(pattern().as_str()), file: location.path, line: location.line }
        })
        .collect()
}

/// A pattern as people read it: no anchors, no escapes.
fn plain(pattern: &str) -> String {
    let pattern = pattern.strip_prefix('^').unwrap_or(pattern);
    let pattern = pattern.strip_suffix('$').unwrap_or(pattern);
    let mut text = String::with_capacity(pattern.len());
    let mut characters = pattern.chars().peekable();
    while let Some(character) = characters.next() {
        let escapes = character == '\\' && characters.peek().is_some_and(|next| !next.is_ascii_alphanumeric());
        if !escapes {
            text.push(character);
        }
    }
    text
}
