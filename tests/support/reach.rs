//! What a zone that was changed answers otherwise than the zone it was made from, and which controls that can reach.
//!
//! A control is a function of the answers it gets, of the configuration and of the register. Where all of that is as it
//! was, so is the verdict, and the control need not run again. Controls that do run get the answers of the original zone
//! for every question whose requests are answered as before, without a call: a test examines thousands of variants.

use std::{
    any::Any,
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use jiff::Timestamp;
use logproof::{
    catalogue::{Control, vocabulary::Vocabulary},
    run::target,
};
use logproof_aws::{Aws, Options};
use logproof_estate::{
    AccountId, Answer, BucketRef, KeyRef, Region, Source, assessment::Assessment, facts::*, for_each_question,
};
use logproof_wire::{CallTag, NoAnswer, Serve, WireRequest, WireResponse};
use logproof_zone::MockZone;
use serde_json::Value;

/// A zone and everything its controls asked it.
pub(crate) struct Reach {
    zone: Value,
    book: Arc<Book>,
    /// Questions of each control, by position in the catalogue.
    asked_by: Vec<BTreeSet<String>>,
}

/// Requests made of a zone, and the answers to questions that were made of them.
#[derive(Default)]
struct Book {
    requests: Vec<Asked>,
    positions: HashMap<String, usize>,
    answers: HashMap<String, Known>,
}

/// One request and its answer.
struct Asked {
    tag: CallTag,
    request: WireRequest,
    answer: Result<WireResponse, NoAnswer>,
}

/// The answer to a question, and the requests it took.
struct Known {
    answer: Arc<dyn Any + Send + Sync>,
    requests: Vec<usize>,
}

impl Reach {
    /// Runs each control on a zone and keeps what it asked.
    pub(crate) fn of(zone: &Value, controls: &[Control], vocabulary: &Vocabulary) -> Self {
        let parse = || MockZone::from_value(zone.clone(), "origin").unwrap();
        let connected = target::described(parse(), "origin", Options::default()).unwrap();
        let listening = Arc::new(Listening { zone: parse(), heard: Mutex::default() });
        let server = Arc::clone(&listening) as Arc<dyn Serve>;
        let caller = &connected.config.organization.management_account;
        let aws = Arc::new(Aws::served(server, caller, &connected.config, Options::default()));
        let recorder =
            Arc::new(Recorder { aws, listening, turn: tokio::sync::Mutex::default(), pages: Mutex::default() });
        let mut asked_by = Vec::new();
        for control in controls {
            let source = Arc::clone(&recorder) as Arc<dyn Source>;
            super::assessed(&connected, source, &BTreeMap::new, std::slice::from_ref(control), vocabulary);
            asked_by.push(std::mem::take(&mut recorder.pages.lock().unwrap().asked));
        }
        let book = std::mem::take(&mut recorder.pages.lock().unwrap().book);
        Self { zone: zone.clone(), book: Arc::new(book), asked_by }
    }

    /// What the controls that a change of the zone can reach report of it, with their positions in the catalogue.
    ///
    /// # Errors
    /// When the changed zone cannot be read.
    pub(crate) fn examine(
        &self,
        changed: &Value,
        origin: &str,
        controls: &[Control],
        vocabulary: &Vocabulary,
    ) -> Result<(BTreeSet<usize>, Assessment), String> {
        let parse = || MockZone::from_value(changed.clone(), origin).map_err(|error| error.to_string());
        let zone = parse()?;
        let connected = target::described(parse()?, origin, Options::default()).map_err(|error| error.to_string())?;
        let strikes = changed.get("faults").and_then(Value::as_array).is_some_and(|faults| !faults.is_empty());
        if strikes || !self.is_asked_alike(changed) {
            // A fault may strike so many times only, and to try what it strikes would use it up.
            let calls = || connected.calls();
            let assessment = super::assessed(&connected, connected.source(), &calls, controls, vocabulary);
            return Ok(((0..controls.len()).collect(), assessment));
        }
        let differs = |asked: &Asked| zone.serve(&asked.tag, &asked.request) != asked.answer;
        let differs: Vec<bool> = self.book.requests.iter().map(differs).collect();
        let reached = self.reached(changed, &differs);
        let run: Vec<Control> = reached.iter().map(|index| controls[*index].clone()).collect();
        let source = Shortcut { aws: connected.source(), book: Arc::clone(&self.book), differs };
        let assessment = super::assessed(&connected, Arc::new(source), &|| connected.calls(), &run, vocabulary);
        Ok((reached, assessment))
    }

    /// Positions of the controls that a change of the zone can reach.
    ///
    /// # Errors
    /// When the changed zone cannot be read.
    pub(crate) fn reaches(&self, changed: &Value, origin: &str) -> Result<BTreeSet<usize>, String> {
        let zone = MockZone::from_value(changed.clone(), origin).map_err(|error| error.to_string())?;
        if !self.is_asked_alike(changed) {
            return Ok((0..self.asked_by.len()).collect());
        }
        let differs = |asked: &Asked| zone.serve(&asked.tag, &asked.request) != asked.answer;
        let differs: Vec<bool> = self.book.requests.iter().map(differs).collect();
        Ok(self.reached(changed, &differs))
    }

    /// Every operation that is asked, as `service:Operation`, with the positions of the controls that ask it.
    pub(crate) fn operations(&self) -> BTreeMap<String, BTreeSet<usize>> {
        let mut all: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        for (control, questions) in self.asked_by.iter().enumerate() {
            for request in questions.iter().flat_map(|question| &self.book.answers[question].requests) {
                let tag = &self.book.requests[*request].tag;
                all.entry(format!("{}:{}", tag.service, tag.operation)).or_default().insert(control);
            }
        }
        all
    }

    /// Positions of the controls that may judge otherwise.
    fn reached(&self, changed: &Value, differs: &[bool]) -> BTreeSet<usize> {
        if ["config", "register", "now"].iter().any(|part| self.zone.get(part) != changed.get(part)) {
            return (0..self.asked_by.len()).collect();
        }
        let changed = |question: &String| self.book.answers[question].differs(differs);
        let asked = self.asked_by.iter().enumerate();
        asked.filter(|(_, questions)| questions.iter().any(changed)).map(|(index, _)| index).collect()
    }

    /// Whether a question is made of the same requests: it depends on who asks, and from where.
    fn is_asked_alike(&self, changed: &Value) -> bool {
        let same = |pointer: &str| self.zone.pointer(pointer) == changed.pointer(pointer);
        same("/config/access")
            && same("/config/organization/management_account")
            && same("/config/organization/home_region")
    }
}

impl Known {
    fn differs(&self, differs: &[bool]) -> bool {
        self.requests.iter().any(|request| differs[*request])
    }
}

/// The zone, asked one question after the other, so that each request belongs to the question it was made for.
struct Recorder {
    aws: Arc<Aws>,
    listening: Arc<Listening>,
    turn: tokio::sync::Mutex<()>,
    pages: Mutex<Pages>,
}

#[derive(Default)]
struct Pages {
    book: Book,
    /// What is asked since somebody last took it.
    asked: BTreeSet<String>,
}

impl Recorder {
    async fn ask<T>(&self, question: String, ask: impl Future<Output = Answer<T>> + Send) -> Answer<T>
    where
        T: Send + Sync + 'static,
    {
        let _turn = self.turn.lock().await;
        if let Some(known) = self.known(&question) {
            return known;
        }
        self.listening.heard.lock().unwrap().clear();
        let answer = ask.await;
        let heard = std::mem::take(&mut *self.listening.heard.lock().unwrap());
        let mut pages = self.pages.lock().unwrap();
        let requests = heard.into_iter().map(|asked| pages.book.enter(asked)).collect();
        let known = Known { answer: Arc::new(answer.clone()), requests };
        pages.book.answers.insert(question, known);
        answer
    }

    fn known<T: 'static>(&self, question: &str) -> Option<Answer<T>> {
        let mut pages = self.pages.lock().unwrap();
        pages.asked.insert(question.to_owned());
        pages.book.answers.get(question).map(Known::of)
    }
}

impl Known {
    fn of<T: 'static>(&self) -> Answer<T> {
        self.answer.downcast_ref::<Answer<T>>().expect("a question has one type of answer").clone()
    }
}

impl Book {
    fn enter(&mut self, asked: Asked) -> usize {
        let key = format!("{:?} {:?}", asked.tag, asked.request);
        let next = self.requests.len();
        let position = *self.positions.entry(key).or_insert(next);
        if position == next {
            self.requests.push(asked);
        }
        position
    }
}

/// A changed zone that is asked only what it answers otherwise.
struct Shortcut {
    aws: Arc<dyn Source>,
    book: Arc<Book>,
    differs: Vec<bool>,
}

impl Shortcut {
    async fn ask<T>(&self, question: String, ask: impl Future<Output = Answer<T>> + Send) -> Answer<T>
    where
        T: Send + Sync + 'static,
    {
        match self.book.answers.get(&question) {
            Some(known) if !known.differs(&self.differs) => known.of(),
            _ => ask.await,
        }
    }
}

macro_rules! sources {
    ($($(#[$doc:meta])* $name:ident($($arg:ident : $ty:ty),*) -> $out:ty;)*) => {
        #[async_trait]
        impl Source for Recorder {
            $(async fn $name(&self, $($arg: $ty),*) -> Answer<$out> {
                let question = [stringify!($name).to_owned(), $(format!("{:?}", $arg)),*].join("|");
                self.ask(question, self.aws.$name($($arg),*)).await
            })*
        }

        #[async_trait]
        impl Source for Shortcut {
            $(async fn $name(&self, $($arg: $ty),*) -> Answer<$out> {
                let question = [stringify!($name).to_owned(), $(format!("{:?}", $arg)),*].join("|");
                self.ask(question, self.aws.$name($($arg),*)).await
            })*
        }
    };
}

for_each_question!(sources);

/// A zone that remembers what it was asked.
#[derive(Debug)]
struct Listening {
    zone: MockZone,
    heard: Mutex<Vec<Asked>>,
}

impl std::fmt::Debug for Asked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {:?}", self.tag, self.request)
    }
}

impl Serve for Listening {
    fn serve(&self, tag: &CallTag, request: &WireRequest) -> Result<WireResponse, NoAnswer> {
        let answer = self.zone.serve(tag, request);
        let asked = Asked { tag: tag.clone(), request: request.clone(), answer: answer.clone() };
        self.heard.lock().unwrap().push(asked);
        answer
    }
}
