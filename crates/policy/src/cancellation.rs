//! The word to stop, given from outside while a question is worked on.
//!
//! Owns who is told what. Reads no clock: whoever watches the time gives the word.

use std::sync::{Arc, OnceLock};

/// Ends the work on questions from another thread: whatever is not decided by then is undecided, for this reason.
/// Clones are one and the same.
///
/// ```
/// use logproof_policy::{Answer, Cancellation, Question, Scene, never};
///
/// let cancellation = Cancellation::default();
/// let scene = Scene { resource_account: "222222222222".into(), cancellation: cancellation.clone(), ..Scene::default() };
/// cancellation.cancel("not decided in 20 s");
/// let answer = never(&scene, &Question::about(["s3:*"]).on("arn:aws:s3:::logs"));
/// assert!(matches!(answer, Answer::Undecided(reason) if reason == "not decided in 20 s"));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Cancellation(Arc<OnceLock<String>>);

impl Cancellation {
    /// Gives the word; the first reason stays.
    pub fn cancel(&self, reason: impl Into<String>) {
        // A second word changes nothing.
        let _ = self.0.set(reason.into());
    }

    /// Why to stop, once the word is given.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.0.get().map(String::as_str)
    }
}
