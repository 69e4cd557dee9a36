//! Which controls a change of the zone can reach at all: those that asked something which is answered otherwise now.
//!
//! A control is a function of what it is answered, of the configuration and of the register. Where all of that is as it
//! was, so is the verdict, and the control need not run again.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use logproof::{catalogue::Control, target, vocabulary::Vocabulary};
use logproof_aws::{Aws, CallTag, MockZone, NoAnswer, Options, Serve, WireRequest, WireResponse};
use logproof_estate::Source;
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
            for (tag, request) in requests(zone, std::slice::from_ref(control), vocabulary) {
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

    /// Every operation that is asked, as `service:Operation`, with the positions of the controls that ask it.
    pub(crate) fn operations(&self) -> BTreeMap<String, BTreeSet<usize>> {
        let mut all: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        for Asked { tag, by, .. } in &self.asked {
            all.entry(format!("{}:{}", tag.service, tag.operation)).or_default().extend(by);
        }
        all
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

/// What a zone is asked when controls are run on it.
fn requests(zone: &Value, controls: &[Control], vocabulary: &Vocabulary) -> Vec<(CallTag, WireRequest)> {
    let text = zone.to_string();
    let parse = || MockZone::parse(&text, "origin").unwrap();
    let connected = target::described(parse(), "origin", Options::default()).unwrap();
    let listening = Arc::new(Listening { zone: parse(), heard: Mutex::default() });
    let server = Arc::clone(&listening) as Arc<dyn Serve>;
    let caller = &connected.config.organization.management_account;
    let aws = Arc::new(Aws::served(server, caller, &connected.config, Options::default()));
    super::assessed(&connected, Arc::clone(&aws) as Arc<dyn Source>, &|| aws.calls(), controls, vocabulary);
    std::mem::take(&mut *listening.heard.lock().unwrap())
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
