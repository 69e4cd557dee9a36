//! The bundle of a prediction: what was observed, what was laid over it, and the reports of what would be.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use jiff::Timestamp;
use logproof_estate::{Share, assessment::Assessment};

use super::{args::PlanFormat, base::Base, body, error::PlanError, outcome::Prediction};
use crate::{
    bundle::{
        BundleError,
        begin::{self, Begun, Place, Request},
        cells::Spool,
        close,
        folder::{self, Folder},
        laid::Edits,
        ledger::selected,
        recording::Recording,
        sealing::Sealing,
    },
    catalogue::{Control, FeatureSet},
    console::say,
    error::Unwritable,
    files::{BASELINE, EDITS},
    report::{json, terminal::Form},
};

/// Folder of runs, of which the bundle of a plan is none.
const REPORTS: &str = "reports";

/// The answer in every form.
const FORMS: [(&str, PlanFormat); 3] =
    [("plan.txt", PlanFormat::Text), ("plan.md", PlanFormat::Markdown), ("plan.json", PlanFormat::Json)];

/// A bundle that is being made.
pub(super) struct Keeping {
    pub(super) id: String,
    started: Timestamp,
    folder: Folder,
    recording: Arc<Recording>,
    cells: Arc<Spool>,
}

impl Keeping {
    /// Begins the bundle at a place.
    pub(super) fn begin(out: &Path, started: Timestamp) -> Result<Self, PlanError> {
        let place = Place { reports: Path::new(REPORTS), out: Some(out), resume: false };
        let Begun { folder, recording, cells, .. } = begin::begin(place, started)?;
        Ok(Self { id: folder::run_id(started), started, folder, recording, cells })
    }

    /// What every exchange and every laid fact is written to.
    pub(super) fn recording(&self) -> Arc<Recording> {
        Arc::clone(&self.recording)
    }

    /// Removes what was begun.
    pub(super) fn discard(self) {
        self.folder.discard();
    }

    /// Writes what was asked and of what: configuration, register and features, the landing zone before, and the edits
    /// unless one of them is sensitive.
    pub(super) fn write(
        &self,
        base: &Base,
        (selection, features): (BTreeMap<String, String>, &FeatureSet),
        before: &Assessment,
        edits: &Edits,
    ) -> Result<(), PlanError> {
        let (id, started, as_of) = (self.id.clone(), self.started, base.as_of);
        let request =
            Request { id, started, as_of, began_then: false, selection, share: Share::Whole, organization: None };
        begin::write_request(&self.folder, &request, None, (&base.config, &base.register), features)?;
        self.folder.write(BASELINE, |out| json::write(before, out))?;
        if !edits.edits.iter().any(|edit| edit.sensitive) {
            let text = serde_json::to_string_pretty(edits)
                .map_err(|problem| BundleError::Json { what: "the edits", problem })?;
            self.folder.write(EDITS, |out| writeln!(out, "{text}"))?;
        }
        Ok(())
    }

    /// Closes the bundle; whether it is whole.
    pub(super) async fn finish(self, mut after: Assessment, prediction: &Prediction, controls: &[Control]) -> bool {
        let written: Result<(), Unwritable> = FORMS.iter().try_for_each(|(name, format)| {
            self.folder.write(name, |out| body(prediction, *format, Form::default(), out))
        });
        if let Err(failure) = written {
            say(&failure.to_string());
            return false;
        }
        let sealing = Sealing { selected: selected(controls), ..Sealing::default() };
        match close::close(&mut after, self.folder, (&self.recording, &self.cells), &sealing).await {
            Ok(_) => true,
            Err(failures) => {
                failures.iter().for_each(|failure| say(&failure.to_string()));
                false
            }
        }
    }
}
