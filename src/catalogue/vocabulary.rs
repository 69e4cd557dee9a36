//! The registered steps: the sentences features are written in.
//!
//! Steps register themselves when their crate is linked, and only then; see [`Vocabulary::registered`].

use cucumber::{
    codegen::{LazyRegex, StepConstructor, WorldInventory, inventory},
    gherkin::{self, StepType},
    step::{Collection, Context, Location, Step},
};
use logproof_estate::world::LogproofWorld;
// Registers the steps: a crate that is only a dependency and never named is not linked, and every control would be
// without steps.
use logproof_steps::guide::Entry;

use super::{
    Scenario,
    own::{self, StepCrate},
};

/// Every registered step.
#[derive(Debug, Clone)]
pub struct Vocabulary {
    steps: Vec<Registered>,
    /// The sentences, by keyword and text.
    pub sentences: Vec<Sentence>,
    /// The crates of owners whose steps are among them.
    crates: &'static [StepCrate],
}

/// One registered step.
#[derive(Debug, Clone)]
pub struct Registered {
    ty: StepType,
    location: Location,
    pattern: LazyRegex,
    /// The pattern as people read it.
    text: String,
    /// The pattern matches this text and no other.
    literal: bool,
    /// How everything the pattern matches begins.
    head: String,
    /// What is documented of it, for a sentence that owners write their own controls in.
    entry: Option<&'static Entry>,
    function: Step<LogproofWorld>,
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
    /// Whether owners write their own controls in it.
    pub general: bool,
    /// Whether it is one of logproof's, and not of a crate with steps of an owner.
    pub ours: bool,
}

/// What a step of a feature resolves to.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "made for one step at a time, and taken apart at once")]
pub enum Resolved {
    /// Exactly one registered step.
    One(Found),
    /// None.
    Undefined,
    /// Several: their sentences.
    Ambiguous(Vec<String>),
}

/// The registered step a sentence resolves to.
#[derive(Debug)]
pub struct Found {
    /// Its function.
    pub function: Step<LogproofWorld>,
    /// Where it was registered.
    pub location: Option<Location>,
    /// What the function is called with.
    pub context: Context,
    /// What is documented of the sentence, where owners write their own controls in it.
    pub entry: Option<&'static Entry>,
}

impl Registered {
    /// A step as its attribute registers it.
    #[must_use]
    pub fn new(ty: StepType, location: Location, pattern: LazyRegex, function: Step<LogproofWorld>) -> Self {
        let expression = pattern();
        let text = plain(expression.as_str());
        let literal = expression.as_str() == format!("^{}$", regex::escape(&text));
        Self { ty, location, pattern, text, literal, head: String::new(), entry: None, function }
    }

    /// The same with what is documented of it; its text is then the sentence as a cucumber expression.
    fn documented(mut self, crates: &'static [StepCrate]) -> Self {
        let (keyword, pattern) = (keyword(self.ty), (self.pattern)());
        // Few patterns begin as a sentence does: matching all of them with all sentences would take every start of the
        // program longer.
        let begins = |head: &str| pattern.as_str().trim_start_matches('^').starts_with(head);
        let is_its = |entry: &&'static Entry| match self.literal {
            true => self.text == entry.sentence,
            false => begins(head_of(entry.sentence)) && pattern.is_match(first_line(entry.example)),
        };
        let entry = entries(crates).filter(|entry| entry.keyword == keyword).find(is_its);
        if let (Some(entry), false) = (entry, self.literal) {
            entry.sentence.clone_into(&mut self.text);
            self.head = head_of(entry.sentence).to_owned();
        }
        self.entry = entry;
        self
    }

    fn may_match(&self, step: &gherkin::Step) -> bool {
        self.ty == step.ty
            && match self.literal {
                true => self.text == step.value,
                false => step.value.starts_with(&self.head),
            }
    }

    fn sentence(&self) -> Sentence {
        let Location { path: file, line, .. } = self.location;
        let folder = logproof_steps::SOURCE.trim_end_matches("lib.rs");
        Sentence {
            keyword: keyword(self.ty),
            text: self.text.clone(),
            file,
            line,
            general: self.entry.is_some(),
            ours: file.starts_with(folder),
        }
    }
}

impl Vocabulary {
    /// The steps this program was linked with.
    #[must_use]
    pub fn registered() -> Self {
        let mut steps = steps::<<LogproofWorld as WorldInventory>::Given>(StepType::Given);
        steps.extend(self::steps::<<LogproofWorld as WorldInventory>::When>(StepType::When));
        steps.extend(self::steps::<<LogproofWorld as WorldInventory>::Then>(StepType::Then));
        let crates = own::installed();
        let documented = steps.into_iter().map(|step| step.documented(crates)).collect();
        Self { crates, ..Self::of(documented) }
    }

    /// The crates of owners whose steps are among the registered ones.
    #[must_use]
    pub fn crates(&self) -> &'static [StepCrate] {
        self.crates
    }

    /// What is documented of sentences with parameters: of those of logproof, then of those of owners.
    pub fn entries(&self) -> impl Iterator<Item = &'static Entry> + use<> {
        entries(self.crates)
    }

    /// The crate of an owner that documents a sentence; nothing for one of logproof's.
    #[must_use]
    pub fn crate_of(&self, entry: &Entry) -> Option<&'static StepCrate> {
        let is_it = |other: &Entry| (other.keyword, other.sentence) == (entry.keyword, entry.sentence);
        self.crates.iter().find(|one| one.entries().iter().any(is_it))
    }

    /// A vocabulary of these steps only.
    #[must_use]
    pub fn of(steps: Vec<Registered>) -> Self {
        let mut sentences: Vec<Sentence> = steps.iter().map(Registered::sentence).collect();
        sentences.sort();
        Self { steps, sentences, crates: &[] }
    }

    /// Resolves a step of a feature.
    ///
    /// cucumber is asked about the steps that can match at all. A pattern keeps what it needed for its last search, some
    /// 25 KB, so that all of them, kept and asked about every step, would be a third of what a small run has in memory.
    #[must_use]
    pub fn resolve(&self, step: &gherkin::Step) -> Resolved {
        let candidates = self.steps.iter().filter(|registered| registered.may_match(step));
        let candidates = candidates.fold(Collection::new(), |candidates, registered| {
            let (location, pattern, function) = (registered.location, (registered.pattern)(), registered.function);
            match registered.ty {
                StepType::Given => candidates.given(Some(location), pattern, function),
                StepType::When => candidates.when(Some(location), pattern, function),
                StepType::Then => candidates.then(Some(location), pattern, function),
            }
        });
        match candidates.find(step) {
            Ok(Some((function, _, location, context))) => {
                let registered = self.steps.iter().find(|registered| Some(registered.location) == location);
                let entry = registered.and_then(|registered| registered.entry);
                Resolved::One(Found { function: *function, location, context, entry })
            }
            Ok(None) => Resolved::Undefined,
            Err(several) => Resolved::Ambiguous(
                several.possible_matches.iter().map(|(pattern, _)| plain(pattern.as_str())).collect(),
            ),
        }
    }

    /// Whether a run in shares divides a scenario: it is about every active account, and each is examined in one share.
    #[must_use]
    pub fn is_divided(&self, scenario: &Scenario) -> bool {
        let divides = |step: &gherkin::Step| match self.resolve(step) {
            Resolved::One(found) => logproof_steps::names_every_account(&step.value, found.entry),
            Resolved::Undefined | Resolved::Ambiguous(_) => false,
        };
        scenario.steps.iter().filter(|step| step.ty == StepType::Given).any(divides)
    }

    /// The sentences nearest to a text that resolves to nothing, nearest first, at most three; none when none is near.
    #[must_use]
    pub fn nearest(&self, text: &str) -> Vec<&Sentence> {
        // A parameter may be many words, as in its example.
        let example = |sentence: &Sentence| {
            let mut same = self.steps.iter().filter(|step| step.text == sentence.text);
            same.find_map(|step| step.entry).map(|entry| likeness(first_line(entry.example), text))
        };
        let near = |sentence: &Sentence| likeness(&sentence.text, text).max(example(sentence).unwrap_or_default());
        let mut near: Vec<(f64, &Sentence)> =
            self.sentences.iter().map(|sentence| (near(sentence), sentence)).collect();
        near.sort_by(|a, b| b.0.total_cmp(&a.0));
        near.into_iter().filter(|(near, _)| *near > 0.6).map(|(_, sentence)| sentence).take(3).collect()
    }
}

fn entries(crates: &'static [StepCrate]) -> impl Iterator<Item = &'static Entry> {
    logproof_steps::general().chain(crates.iter().flat_map(|one| one.entries()))
}

/// An example without what stands below the sentence.
fn first_line(example: &str) -> &str {
    example.lines().next().unwrap_or_default()
}

/// What stands before the first parameter of a sentence.
fn head_of(sentence: &str) -> &str {
    sentence.split(['{', '(']).next().unwrap_or_default()
}

/// How alike a sentence and a text are, whatever values the text has: from 0 to 1.
fn likeness(sentence: &str, text: &str) -> f64 {
    strsim::normalized_damerau_levenshtein(&without_values(sentence), &without_values(text))
}

/// A text in which each value, and each parameter, is one character.
fn without_values(text: &str) -> String {
    let mut words = Vec::new();
    for (at, part) in text.split('"').enumerate() {
        if at % 2 == 1 {
            words.push("_".to_owned());
            continue;
        }
        let is_value = |word: &&str| word.contains(':') || word.starts_with('{') || word.parse::<u64>().is_ok();
        let mut in_part: Vec<&str> =
            part.split_whitespace().map(|word| if is_value(&word) { "_" } else { word }).collect();
        in_part.dedup_by(|a, b| *a == "_" && *b == "_");
        words.push(in_part.join(" "));
    }
    words.join(" ")
}

fn steps<T>(ty: StepType) -> Vec<Registered>
where
    T: inventory::Collect + StepConstructor<LogproofWorld>,
{
    inventory::iter::<T>
        .into_iter()
        .map(|step| {
            let (location, pattern, function) = step.inner();
            Registered::new(ty, location, pattern, function)
        })
        .collect()
}

/// The word before the sentences of a kind.
pub(crate) fn keyword(ty: StepType) -> &'static str {
    match ty {
        StepType::Given => "Given",
        StepType::When => "When",
        StepType::Then => "Then",
    }
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
