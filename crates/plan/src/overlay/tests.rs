#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use super::QUESTIONS;

#[test]
fn every_question_has_a_name() {
    assert!(QUESTIONS.contains(&"bucket_policy") && QUESTIONS.len() >= 41, "{QUESTIONS:?}");
}
