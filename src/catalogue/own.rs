//! Crates with steps of owners: what they are called, what is documented of their steps, and the features they bring.
//!
//! cucumber registers the steps of a crate when it is linked; what only their author knows of them is here. It must not
//! know what a step does.

use std::sync::OnceLock;

use logproof_steps::guide::Entry;

static INSTALLED: OnceLock<&'static [StepCrate]> = OnceLock::new();

/// A crate with steps of an owner.
///
/// ```
/// use logproof::own::{Entry, StepCrate};
///
/// const SENTENCES: &[Entry] = &[Entry::then(
///     "an owner answers for it",
///     "The bucket has an owner in the directory of our company.",
///     "an owner answers for it",
/// )];
/// const STEPS: StepCrate = StepCrate::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
///     .sentences(SENTENCES)
///     .features(&[("owners.feature", "@ACME-1 @severity:low\nFeature: ...")]);
/// assert_eq!(STEPS.name(), env!("CARGO_PKG_NAME"));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct StepCrate {
    name: &'static str,
    version: &'static str,
    sentences: &'static [Entry],
    features: &'static [(&'static str, &'static str)],
}

impl StepCrate {
    /// A crate of this name and version, as every bundle that is made with it names it.
    #[must_use]
    pub const fn new(name: &'static str, version: &'static str) -> Self {
        Self { name, version, sentences: &[], features: &[] }
    }

    /// What is documented of its steps: an entry for each. One that is missing, or that no step is registered for, is
    /// reported before anything is checked.
    #[must_use]
    pub const fn sentences(self, sentences: &'static [Entry]) -> Self {
        Self { sentences, ..self }
    }

    /// Features that belong to the program, besides those of logproof: path and text of each. A path ends in `.feature`.
    #[must_use]
    pub const fn features(self, features: &'static [(&'static str, &'static str)]) -> Self {
        Self { features, ..self }
    }

    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Its version.
    #[must_use]
    pub const fn version(&self) -> &'static str {
        self.version
    }

    /// What is documented of its steps.
    #[must_use]
    pub const fn entries(&self) -> &'static [Entry] {
        self.sentences
    }

    /// Its features: path and text.
    pub(super) const fn files(&self) -> &'static [(&'static str, &'static str)] {
        self.features
    }
}

/// Adds crates to this program, once: before the first command, and for all of them. A second call has no effect.
pub fn install(crates: &'static [StepCrate]) {
    let _ = INSTALLED.set(crates);
}

/// The crates that were added to this program.
#[must_use]
pub fn installed() -> &'static [StepCrate] {
    INSTALLED.get().copied().unwrap_or_default()
}
