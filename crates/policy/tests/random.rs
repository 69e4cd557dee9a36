//! Random policies against brute-force sampling: the engine never says Holds where a sampled request
//! is a counter-example, and every witness is what it claims to be.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use logproof_policy::{Answer, Policies, Question, always, decide, difference, never};

#[path = "support/dice.rs"]
mod dice;

use dice::{Dice, on_bucket, policy, question, request, scene};

fn rounds(usual: usize) -> usize {
    std::env::var("LOGPROOF_ROUNDS").ok().and_then(|r| r.parse().ok()).unwrap_or(usual)
}

#[test]
fn holds_is_never_refuted_by_a_sample_and_witnesses_are_true() {
    let rounds = rounds(3_000);
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let (mut holds, mut violated, mut undecided, mut samples) = (0, 0, 0, 0u64);
    for round in 0..rounds {
        let scene = scene(&mut dice);
        let asked = question(&mut dice);
        let wanted = dice.chance(75);
        let answer = if wanted { never(&scene, &asked.question) } else { always(&scene, &asked.question) };
        match &answer {
            Answer::Undecided(reason) => {
                undecided += 1;
                assert!(reason.contains("variable"), "round {round}: {reason}");
            }
            Answer::Violated(witness) => {
                violated += 1;
                assert_eq!(witness.decided.is_allowed(), wanted, "round {round}: {}", witness.sentence());
                assert!((asked.includes)(&witness.request), "round {round}: {}", witness.sentence());
            }
            Answer::Holds => {
                holds += 1;
                for _ in 0..300 {
                    let (request, policies) = request(&mut dice, &scene);
                    if !(asked.includes)(&request) {
                        continue;
                    }
                    samples += 1;
                    let decided = decide(&request, &policies);
                    assert_eq!(
                        decided.is_allowed(),
                        !wanted,
                        "round {round}: {decided} refutes Holds of {}: {request:#?}\n{scene:#?}",
                        if wanted { "never" } else { "always" },
                    );
                }
            }
        }
    }
    println!("{holds} hold ({samples} samples), {violated} violated, {undecided} undecided");
    assert!(holds > rounds / 50 && violated > rounds / 4);
}

#[test]
fn a_difference_is_a_difference() {
    let mut dice = Dice(42);
    let (mut same, mut gained) = (0, 0);
    for _ in 0..rounds(600) {
        let old = scene(&mut dice);
        let mut new = old.clone();
        new.resource_policy = Some(policy(&mut dice, "new", true, 6));
        let everything = on_bucket(Question::about(["s3:*"]));
        match difference(&old, &new, &everything) {
            Answer::Violated(witness) => {
                gained += 1;
                assert!(witness.decided.is_allowed());
            }
            Answer::Holds => {
                same += 1;
                for _ in 0..200 {
                    let (request, policies) = request(&mut dice, &new);
                    let before = Policies { resource: old.resource_policy.clone(), ..policies.clone() };
                    let fresh = decide(&request, &policies).is_allowed() && !decide(&request, &before).is_allowed();
                    assert!(!fresh, "{request:#?}");
                }
            }
            Answer::Undecided(_) => {}
        }
        assert!(!matches!(difference(&old, &old, &everything), Answer::Violated(_)));
    }
    assert!(same > 0 && gained > same, "{same} {gained}");
}
