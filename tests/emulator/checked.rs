//! One run of the binary, and what its assessment says.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::{Path, PathBuf},
    process::Command,
};

/// One run of the binary.
pub(crate) struct Checked {
    pub(crate) code: i32,
    stdout: String,
    stderr: String,
    assessment: Option<serde_json::Value>,
}

fn find(folder: &Path, name: &str) -> Option<PathBuf> {
    let entries = std::fs::read_dir(folder).ok()?.filter_map(Result::ok).map(|entry| entry.path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let here = files.into_iter().find(|path| path.file_name().is_some_and(|found| found == name));
    here.or_else(|| folders.iter().find_map(|folder| find(folder, name)))
}

impl Checked {
    /// Runs a command of the binary; its assessment is below `out`.
    pub(crate) fn run(command: Command, folder: &Path) -> Self {
        Self::run_into(command, &folder.join("out"))
    }

    /// The same with the folder its assessment is below.
    pub(crate) fn run_into(mut command: Command, out: &Path) -> Self {
        let done = command.output().expect("the binary runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self {
            code: done.status.code().expect("it ends by itself"),
            stdout: text(&done.stdout),
            stderr: text(&done.stderr),
            assessment: find(out, "assessment.json").map(|file| {
                serde_json::from_str(&std::fs::read_to_string(file).expect("readable"))
                    .expect("assessment.json is JSON")
            }),
        }
    }

    /// Everything observed, without times of this run and without exchanges: `control / scenario / subject: ...`.
    pub(crate) fn observations(&self) -> BTreeSet<String> {
        let scenarios = self.controls().iter().flat_map(|control| {
            let of_control = control["scenarios"].as_array().expect("scenarios").iter();
            of_control.map(move |scenario| (&control["id"], scenario))
        });
        scenarios
            .flat_map(|(id, scenario)| {
                let seen = scenario["record"]["observations"].as_array().expect("observations").iter();
                let lines = seen.map(move |one| {
                    format!("{id} {}: {} {} {}", scenario["name"], one["subject"], one["expected"], one["found"])
                });
                lines.chain([format!("{id} {}: {} {}", scenario["name"], scenario["verdict"], scenario["reason"])])
            })
            .collect()
    }

    /// Verdict by control id; empty when there is no assessment.
    pub(crate) fn verdicts(&self) -> BTreeMap<String, String> {
        let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
        self.controls().iter().map(|control| (text(&control["id"]), text(&control["verdict"]))).collect()
    }

    /// Why a control has its verdict, one line per scenario.
    pub(crate) fn reasons(&self, id: &str) -> String {
        let of_control = self.controls().iter().filter(|control| control["id"] == id);
        let scenarios = of_control.flat_map(|control| control["scenarios"].as_array().expect("scenarios"));
        scenarios.map(|one| format!("{}\n", one["reason"].as_str().expect("a text"))).collect()
    }

    /// Subjects of a control's findings.
    pub(crate) fn failing_subjects(&self, id: &str) -> Vec<String> {
        let of_control = self.controls().iter().filter(|control| control["id"] == id);
        of_control
            .flat_map(|control| control["scenarios"].as_array().expect("scenarios"))
            .flat_map(|scenario| scenario["record"]["observations"].as_array().expect("observations"))
            .filter(|observation| observation["met"] == false)
            .map(|observation| observation["subject"]["arn"].as_str().expect("an ARN").to_owned())
            .collect()
    }

    /// API calls by operation.
    pub(crate) fn calls(&self) -> BTreeMap<String, u64> {
        let calls = self.assessment.as_ref().and_then(|assessment| assessment["run"]["calls"].as_object());
        calls.into_iter().flatten().map(|(name, count)| (name.clone(), count.as_u64().expect("a count"))).collect()
    }

    /// Everything it told people.
    pub(crate) fn said(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }

    fn controls(&self) -> &[serde_json::Value] {
        self.assessment.as_ref().and_then(|assessment| assessment["controls"].as_array()).map_or(&[], Vec::as_slice)
    }
}

impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "exit code {}\n-- stdout\n{}\n-- stderr\n{}", self.code, self.stdout, self.stderr)
    }
}
