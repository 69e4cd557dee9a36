//! What a run costs with many controls of owners: calls and questions follow what is asked, not how often.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use std::fs;

use logproof_estate::assessment::Assessment;
use support::run;
use tempfile::TempDir;

/// A scenario of sentences about every bucket and a key.
const SCENARIO: &str = r#"
    Given every bucket of every active account whose name matches "aws-acme-*log-storage-*"
    And the key "alias/acme-log-storage" of account "log-archive"
    Then its versioning is on
    And Block Public Access is on
    And its object ownership is "BucketOwnerEnforced"
    And no request over plain HTTP is allowed
    And it is enabled
    And it is a customer managed key
    And it is rotated automatically at least every 365 days
"#;

/// A folder of features with so many scenarios in each, all of them about the same; the assessment of a run with it.
fn assessed(features: usize, scenarios: usize) -> Assessment {
    let home = TempDir::new().unwrap();
    fs::create_dir(home.path().join("ours")).unwrap();
    for feature in 1..=features {
        let mut text = format!(
            "@OWN-{feature} @severity:low @acme:{feature}\nFeature: Control {feature}\n\n  Requirement\n    It is so.\n"
        );
        for scenario in 1..=scenarios {
            text.push_str(&format!("\n  Scenario: Number {scenario}{SCENARIO}"));
        }
        fs::write(home.path().join(format!("ours/{feature}.feature")), text).unwrap();
    }
    let ran = run(home.path(), &["check", "--mock", "--features", "ours", "--out", "o", "--no-progress"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    serde_json::from_slice(&fs::read(home.path().join("o/assessment.json")).unwrap()).unwrap()
}

#[test]
fn five_hundred_scenarios_about_the_same_make_the_calls_of_one() {
    let (one, many) = (assessed(1, 1), assessed(50, 10));
    let scenarios = |assessment: &Assessment| assessment.controls.iter().map(|c| c.scenarios.len()).sum::<usize>();
    assert_eq!((scenarios(&one), scenarios(&many)), (1, 500));
    assert_eq!(many.run.calls, one.run.calls, "calls are those of the distinct questions");
    assert_eq!(many.run.questions, one.run.questions, "a question is asked once");
    assert!(one.run.calls["s3:GetBucketVersioning"] > 1, "{:?}", one.run.calls);
    // Each scenario has looked at everything nevertheless.
    let first = &one.controls[0].scenarios[0];
    assert!(first.record.observations.len() > 10, "{first:?}");
    for scenario in many.controls.iter().flat_map(|control| &control.scenarios) {
        assert_eq!(scenario.verdict, first.verdict, "{}: {}", scenario.name, scenario.reason);
        assert_eq!(scenario.record.observations.len(), first.record.observations.len(), "{}", scenario.name);
    }
}
