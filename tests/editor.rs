//! The library behind the Cucumber plugin of editors knows every step of the catalogue and of the examples by what
//! `logproof steps --format javascript` writes, and marks one that does not exist.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use support::run;
use tempfile::TempDir;

const PACKAGE: &str = "@cucumber/language-service";
const VERSION: &str = "1.7.0";

/// A folder with the library and the script that asks it, or a notice why there is none; where it is required, that is a
/// failure.
fn plugin() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("editor-{VERSION}"));
    fs::create_dir_all(&folder).unwrap();
    let there = folder.join("node_modules").join(PACKAGE).join("package.json").is_file();
    let installed = there || {
        let mut npm = Command::new("npm");
        npm.args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", "--prefix"]);
        npm.arg(&folder).arg(format!("{PACKAGE}@{VERSION}")).output().is_ok_and(|output| output.status.success())
    };
    if !installed {
        support::may_be_missing("LOGPROOF_REQUIRE_EDITOR", &format!("npm cannot install {PACKAGE} {VERSION}"));
        return None;
    }
    fs::copy(support::root().join("tests/editor/check.mjs"), folder.join("check.mjs")).unwrap();
    Some(folder)
}

/// What the plugin marks in features, and the last line of the script.
fn marked(plugin: &Path, glue: &Path, places: &[&Path]) -> (Vec<String>, String) {
    let output = Command::new("node").arg(plugin.join("check.mjs")).arg(glue).args(places).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let last = lines.pop().unwrap();
    (lines, last)
}

#[test]
fn the_plugin_knows_every_step_and_marks_one_that_does_not_exist() {
    let home = TempDir::new().unwrap();
    let written = run(home.path(), &["steps", "--format", "javascript"]);
    assert_eq!(written.code, 0, "{}", written.err);
    let all = logproof::command::steps::described().unwrap().len();
    assert_eq!(written.out.lines().filter(|line| line.starts_with("Given(") || line.starts_with("Then(")).count(), all);
    let Some(plugin) = plugin() else { return };
    let glue = home.path().join("steps.js");
    fs::write(&glue, &written.out).unwrap();
    let (features, examples) = (support::root().join("features"), support::root().join("examples/controls"));
    let (wrong, last) = marked(&plugin, &glue, &[&features, &examples]);
    assert_eq!(wrong, [""; 0], "the plugin marks what `lint` accepts");
    assert!(last.starts_with(&format!("{all} expressions, 3 parameter types, ")), "{last}");
    let unknown = home.path().join("unknown.feature");
    let steps =
        "Feature: f\n  Scenario: s\n    Given every bucket of every active account\n    Then its versionning is on\n";
    fs::write(&unknown, steps).unwrap();
    let (wrong, _) = marked(&plugin, &glue, &[&unknown]);
    assert_eq!(wrong, [format!("{}:4: Undefined step: its versionning is on", unknown.display())]);
}
