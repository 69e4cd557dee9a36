//! Properties: is there any request such that ...?
//!
//! Owns the questions `never`, `always`, `difference` and `who_can`. The answers are exact: every
//! statement's tests cut each dimension of a request into finitely many classes on which all tests
//! agree, one request per class is decided, and a request that shows something is decided again
//! before it is shown. Must not know how one request is decided.

mod actions;
mod alike;
mod atoms;
mod automaton;
mod catalog;
mod cells;
mod dimensions;
mod effort;
mod partial;
mod population;
mod prepare;
mod question;
mod scene;
mod search;
mod source;
mod strangers;
mod witness;

use std::collections::HashSet;

pub use question::{Question, Source, Who};
pub use scene::{Account, Identities, Identity, Levels, Organization, Scene};
pub use witness::{Allowed, Answer, Callers, Unsettled, Violations, Witness};

use prepare::Prepared;
use search::{Found, Goal, Walk};

/// Whether no request of the question is allowed.
///
/// ```
/// use std::sync::Arc;
/// use logproof_policy::{Policy, Question, Scene, never};
///
/// let policy = Policy::parse("bucket policy", br#"{"Version": "2012-10-17", "Statement": [
///     {"Effect": "Deny", "Principal": "*", "Action": "s3:*",
///      "Resource": ["arn:aws:s3:::logs", "arn:aws:s3:::logs/*"],
///      "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}"#)?;
/// let scene = Scene {
///     resource_account: "222222222222".into(),
///     resource_policy: Some(Arc::new(policy)),
///     ..Scene::default()
/// };
/// let plain_http = Question::about(["s3:*"])
///     .on("arn:aws:s3:::logs")
///     .on_all("arn:aws:s3:::logs/*")
///     .when(r#"{"Bool": {"aws:SecureTransport": "false"}}"#)?;
/// assert!(never(&scene, &plain_http).holds());
/// # Ok::<(), logproof_policy::ParseError>(())
/// ```
#[must_use]
pub fn never(scene: &Scene, question: &Question) -> Answer {
    answer(vec![scene], question, Goal::Allowed)
}

/// Whether every request of the question is allowed.
#[must_use]
pub fn always(scene: &Scene, question: &Question) -> Answer {
    answer(vec![scene], question, Goal::Refused)
}

/// Whether the new scene allows nothing that the old one did not; a witness is a request gained.
#[must_use]
pub fn difference(old: &Scene, new: &Scene, question: &Question) -> Answer {
    answer(vec![old, new], question, Goal::Gained)
}

/// Which classes of callers can do what the question asks, with one request each.
#[must_use]
pub fn who_can(scene: &Scene, question: &Question) -> Callers {
    let mut callers = Callers::default();
    let prepared = match Prepared::new(vec![scene], question) {
        Ok(prepared) => prepared,
        Err(reason) => {
            callers.undecided.push(("everybody".to_owned(), reason));
            return callers;
        }
    };
    if prepared.candidates.is_empty() {
        callers.undecided.push(("everybody".to_owned(), "no caller fits the question".to_owned()));
    }
    let mut walk = Walk::new(&prepared, Goal::Allowed);
    let mut refused = HashSet::new();
    for ((index, candidate), class) in prepared.candidates.iter().enumerate().zip(&prepared.alike) {
        if class.is_some_and(|class| refused.contains(&class)) {
            continue;
        }
        match walk.run_one(index) {
            Found::Witness(witness) => callers.can.push(*witness),
            Found::Undecided(reason) => callers.undecided.push((candidate.label.clone(), reason)),
            Found::Nothing => refused.extend(*class),
        }
    }
    callers
}

/// Everything of the question that is allowed: each action, with the classes of callers that can and a request that
/// shows it.
///
/// The bounds of one search hold for the whole list; [`Violations::cut_off`] says when they were reached.
///
/// ```
/// use std::sync::Arc;
/// use logproof_policy::{Policy, Question, Scene, Who, violations};
///
/// let policy = Policy::parse("bucket policy", br#"{"Version": "2012-10-17", "Statement": [
///     {"Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
///      "Resource": "arn:aws:s3:::logs/*"},
///     {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::logs/*"}]}"#)?;
/// let scene = Scene {
///     resource_account: "222222222222".into(),
///     resource_policy: Some(Arc::new(policy)),
///     ..Scene::default()
/// };
/// let anonymously = Question::about(["s3:*"]).on("arn:aws:s3:::logs").on_all("arn:aws:s3:::logs/*");
/// let found = violations(&scene, &anonymously.by(Who::anonymous()));
/// let actions: Vec<&str> = found.allowed.iter().map(|one| one.action.as_str()).collect();
/// assert_eq!(actions, ["s3:GetObject", "s3:DeleteObject"]);
/// assert!(found.undecided.is_empty() && !found.cut_off);
/// # Ok::<(), logproof_policy::ParseError>(())
/// ```
#[must_use]
pub fn violations(scene: &Scene, question: &Question) -> Violations {
    match Prepared::new(vec![scene], question) {
        Ok(prepared) => Walk::new(&prepared, Goal::Allowed).every(),
        Err(reason) => {
            let nobody = Unsettled { actions: Vec::new(), caller: "everybody".to_owned(), reason };
            Violations { undecided: vec![nobody], ..Violations::default() }
        }
    }
}

fn answer(scenes: Vec<&Scene>, question: &Question, goal: Goal) -> Answer {
    match Prepared::new(scenes, question) {
        Err(reason) => Answer::Undecided(reason),
        Ok(prepared) => match Walk::new(&prepared, goal).run() {
            Found::Nothing => Answer::Holds,
            Found::Witness(witness) => Answer::Violated(witness),
            Found::Undecided(reason) => Answer::Undecided(reason),
        },
    }
}
