//! Which controls a change of the zone can reach at all: those that asked something which is answered otherwise now.
//!
//! A control is a function of what it is answered, of the configuration and of the register. Where all of that is as it
//! was, so is the verdict, and the control need not run again.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use logproof::{
    assess::{self, Setting},
    catalogue::Control,
    target,
    vocabulary::Vocabulary,
};
use logproof_aws::{Aws, CallTag, MockZone, NoAnswer, Options, Serve, WireRequest, WireResponse};
use logproof_estate::{Estate, assessment::Assessment};
use serde_json::Value;

/// What is asked, and by which controls (positions in the catalogue).
pub(crate) struct Reach {
    asked: Vec<Asked>,
    zone: Value,
    controls: usize,
}

/// One request, its answer, and the controls that made it.
struct Asked {
    tag: CallTag,
    request: WireRequest,
    answer: Result<WireResponse, NoAnswer>,
    by: BTreeSet<usize>,
}

impl Reach {
    /// Runs each control by itself on a zone and keeps what it asked.
    pub(crate) fn of(zone: &Value, controls: &[Control], vocabulary: &Vocabulary) -> Self {
        let original = MockZone::parse(&zone.to_string(), "origin").unwrap();
        let mut asked: BTreeMap<String, (CallTag, WireRequest, BTreeSet<usize>)> = BTreeMap::new();
        for (index, control) in controls.iter().enumerate() {
            let (_, requests) = examine(zone, std::slice::from_ref(control), vocabulary).unwrap();
            for (tag, request) in requests {
                let entry = asked.entry(format!("{tag:?} {request:?}"));
                entry.or_insert_with(|| (tag, request, BTreeSet::new())).2.insert(index);
            }
        }
        let answered = |(tag, request, by): (CallTag, WireRequest, _)| {
            let answer = original.serve(&tag, &request);
            Asked { tag, request, answer, by }
        };
        Self { asked: asked.into_values().map(answered).collect(), zone: zone.clone(), controls: controls.len() }
    }

    /// Positions of the controls that may judge otherwise.
    pub(crate) fn reached(&self, weakened: &Value) -> Result<BTreeSet<usize>, String> {
        let zone = MockZone::parse(&weakened.to_string(), "mutant").map_err(|error| error.to_string())?;
        if ["config", "register", "now"].iter().any(|part| self.zone.get(part) != weakened.get(part)) {
            return Ok((0..self.controls).collect());
        }
        let changed = self.asked.iter().filter(|asked| zone.serve(&asked.tag, &asked.request) != asked.answer);
        Ok(changed.flat_map(|asked| asked.by.iter().copied()).collect())
    }
}

/// Checks a zone and says what it was asked.
fn examine(
    zone: &Value,
    controls: &[Control],
    vocabulary: &Vocabulary,
) -> Result<(Assessment, Vec<(CallTag, WireRequest)>), String> {
    let text = zone.to_string();
    let parse = || MockZone::parse(&text, "mutant").map_err(|error| error.to_string());
    let connected = target::described(parse()?, "mutant", Options::default()).map_err(|error| error.to_string())?;
    let config = Arc::clone(&connected.config);
    let listening = Arc::new(Listening { zone: parse()?, heard: Mutex::default() });
    let caller = config.organization.management_account.clone();
    let aws = Arc::new(Aws::served(Arc::clone(&listening) as Arc<dyn Serve>, &caller, &config, Options::default()));
    let source = Arc::clone(&aws) as Arc<dyn logproof_estate::Source>;
    let estate = Estate::new(config, source, connected.now.unwrap());
    let estate = Arc::new(estate.with_register(Arc::clone(&connected.register.register)));
    let setting = Setting {
        id: "run".to_owned(),
        target: connected.target.clone(),
        started: connected.now.unwrap(),
        selection: BTreeMap::new(),
    };
    let calls = || aws.calls();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let run = assess::assess(controls, vocabulary, &estate, &calls, setting, std::future::pending(), || {});
    let assessment = runtime.block_on(run);
    let heard = std::mem::take(&mut *listening.heard.lock().unwrap());
    Ok((assessment, heard))
}

/// A zone that remembers what it was asked.
#[derive(Debug)]
struct Listening {
    zone: MockZone,
    heard: Mutex<Vec<(CallTag, WireRequest)>>,
}

impl Serve for Listening {
    fn serve(&self, tag: &CallTag, request: &WireRequest) -> Result<WireResponse, NoAnswer> {
        self.heard.lock().unwrap().push((tag.clone(), request.clone()));
        self.zone.serve(tag, request)
    }
}
