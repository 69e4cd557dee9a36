//! Answers that are taken over from other bundles: served instead of asking, and recorded as if they had been asked for,
//! so that what is based on them can be verified and replayed without the other bundle.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use logproof_estate::ExchangeId;
use logproof_wire::{CallTag, NoAnswer, Recorder as _, Serve, WireRequest, WireResponse};

use super::{line::answer, recording::Recording, tape::Tape};

/// Serves from another recording, and writes what is served to one's own.
#[derive(Debug)]
pub struct TakenOver {
    tape: Tape,
    recording: Arc<Recording>,
    taken: Mutex<BTreeSet<ExchangeId>>,
}

impl TakenOver {
    /// Takes answers over from a tape into a recording.
    #[must_use]
    pub fn from(tape: Tape, recording: Arc<Recording>) -> Self {
        Self { tape, recording, taken: Mutex::default() }
    }
}

impl Serve for TakenOver {
    fn serve(&self, tag: &CallTag, request: &WireRequest) -> Result<WireResponse, NoAnswer> {
        let line = self.tape.exchange(tag, request)?;
        let response = answer(&line)?;
        // Once: the same answer may be served to many.
        if self.taken.lock().unwrap_or_else(PoisonError::into_inner).insert(line.id.clone()) {
            let body = line.bytes().map(Bytes::from).unwrap_or_default();
            self.recording.record(&line.id, &line.exchange, &body);
        }
        Ok(response)
    }
}

/// Several that answer: the first one that can.
#[derive(Debug)]
pub struct InOrder(pub Vec<Arc<dyn Serve>>);

impl Serve for InOrder {
    fn serve(&self, tag: &CallTag, request: &WireRequest) -> Result<WireResponse, NoAnswer> {
        let mut last = NoAnswer::NotRecorded(format!("{}:{}", tag.service, tag.operation));
        for server in &self.0 {
            match server.serve(tag, request) {
                Ok(response) => return Ok(response),
                Err(no_answer) => last = no_answer,
            }
        }
        Err(last)
    }
}
