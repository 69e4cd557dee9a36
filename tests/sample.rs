//! Reports made again: from a bundle in every form, and the committed sample, which may not be older than what it shows.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use std::{collections::BTreeSet, env, fs};

use clap::ValueEnum as _;
use logproof::report::Format;
use logproof_estate::assessment::Assessment;
use support::run;
use tempfile::TempDir;

#[test]
fn a_report_of_every_form_is_made_again_from_the_bundle() {
    let home = TempDir::new().unwrap();
    assert_eq!(run(home.path(), &["check", "--mock", "--control", "LS-3.4", "--out", "bundle", "-q"]).code, 0);
    for (format, name) in Format::ALL {
        let word = format.to_possible_value().unwrap();
        let was = fs::read_to_string(home.path().join("bundle").join(name)).unwrap();
        let printed = run(home.path(), &["report", "bundle", "--format", word.get_name()]);
        assert_eq!((printed.code, printed.out == was), (0, true), "{name}: {}", printed.err);
        let written = run(home.path(), &["report", "bundle", "--format", word.get_name(), "--out", "again"]);
        assert_eq!((written.code, written.out.as_str()), (0, ""), "{name}: {}", written.err);
        assert_eq!(fs::read_to_string(home.path().join("again")).unwrap(), was, "{name}");
    }
    let unknown = run(home.path(), &["report", "bundle", "--format", "pdf"]);
    assert_eq!(unknown.code, 2, "{}", unknown.out);
    let nowhere = run(home.path(), &["report", "bundle", "--format", "csv", "--out", "no/such/folder/a.csv"]);
    assert_eq!(nowhere.code, 3, "{}", nowhere.out);
    assert!(nowhere.err.contains("no/such/folder/a.csv"), "{}", nowhere.err);

    let path = home.path().join("bundle/assessment.json");
    fs::write(&path, fs::read_to_string(&path).unwrap().replace("PASS", "FAIL")).unwrap();
    let altered = run(home.path(), &["report", "bundle", "--format", "csv"]);
    assert_eq!((altered.code, altered.out.as_str()), (3, ""));
    assert!(altered.err.contains("assessment.json"), "{}", altered.err);
}

/// The reports in `reports/sample`.
const SAMPLE: [(Format, &str); 2] = [(Format::Junit, "junit.xml"), (Format::Markdown, "summary.md")];

/// What only the clock and chance know is fixed, so that the sample changes only when a control or a report does.
fn settled(mut assessment: Assessment) -> Assessment {
    let run = &mut assessment.run;
    run.id = "20260115t120000z-sample".to_owned();
    (run.started, run.ended) = (run.as_of, run.as_of);
    let started = run.as_of;
    for scenario in assessment.controls.iter_mut().flat_map(|control| &mut control.scenarios) {
        (scenario.started, scenario.duration_ms) = (started, 0);
    }
    assessment
}

#[test]
fn the_committed_sample_is_what_a_run_on_the_sample_landing_zone_says() {
    let home = TempDir::new().unwrap();
    let ran = run(home.path(), &["check", "--mock", "--out", "run", "-q"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let text = fs::read_to_string(home.path().join("run/assessment.json")).unwrap();
    let assessment = settled(serde_json::from_str(&text).unwrap());
    let folder = support::root().join("reports/sample");
    for (format, name) in SAMPLE {
        let mut made = Vec::new();
        format.write(&assessment, &mut made).unwrap();
        if env::var_os("LOGPROOF_UPDATE_SAMPLE").is_some() {
            fs::write(folder.join(name), &made).unwrap();
        }
        assert!(
            fs::read(folder.join(name)).is_ok_and(|was| was == made),
            "reports/sample/{name} is stale\nhint: LOGPROOF_UPDATE_SAMPLE=1 cargo test --workspace --test sample, and commit it"
        );
    }
    let there: BTreeSet<String> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(there, SAMPLE.map(|(_, name)| name.to_owned()).into());
}
