//! The templates under `deploy/`: valid by validators that are not ours, and every command in them is one the program takes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use std::{fs, process::Command};

use clap::Parser as _;
use logproof::cli::Cli;
use serde::Deserialize as _;
use serde_yaml_ng::{Deserializer, Value};

const TEMPLATE: &str = "deploy/aws-batch/template.yaml";

/// The job definition of AWS Batch, the manifest of Kubernetes, and how their command begins.
const JOBS: [(&str, &str, &[&str]); 6] = [
    ("Inventory", "inventory", &["trail", "inventory"]),
    ("Verify", "verify", &["trail", "verify"]),
    ("Merge", "merge", &["trail", "merge"]),
    ("CheckOrganization", "check-organization", &["check"]),
    ("CheckShare", "check-shares", &["check"]),
    ("MergeChecks", "merge-checks", &["merge"]),
];

fn documents(path: &str) -> Vec<Value> {
    let text = fs::read_to_string(support::root().join(path)).unwrap();
    Deserializer::from_str(&text).map(|document| Value::deserialize(document).unwrap()).collect()
}

fn job(name: &str) -> Value {
    documents(&format!("deploy/kubernetes/{name}.yaml")).remove(0)
}

fn words(list: &Value) -> Vec<String> {
    list.as_sequence().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
}

#[test]
fn validators_that_are_not_ours_accept_the_templates() {
    let python = support::python_with("deploy/requirements.txt", "venv-deploy");
    let checked = |tool: &str, args: &[&str]| {
        let tool = python.with_file_name(tool);
        let output = Command::new(&tool).args(args).current_dir(support::root()).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        assert!(output.status.success(), "{} {args:?}: {}", tool.display(), String::from_utf8_lossy(&said));
    };
    checked("cfn-lint", &["--regions", "eu-central-1", "--", TEMPLATE]);
    for name in ["base"].into_iter().chain(JOBS.map(|(_, name, _)| name)) {
        checked("kubernetes-validate", &["--strict", &format!("deploy/kubernetes/{name}.yaml")]);
    }
}

#[test]
fn every_command_in_the_templates_is_one_the_program_takes() {
    let template = documents(TEMPLATE).remove(0);
    for (resource, name, begins) in JOBS {
        let properties = &template["Resources"][resource]["Properties"];
        let command = words(&properties["ContainerProperties"]["Command"]);
        let parameters = properties["Parameters"].as_mapping().unwrap();
        for word in command.iter().filter_map(|word| word.strip_prefix("Ref::")) {
            assert!(parameters.contains_key(word), "{resource}: `Ref::{word}` has no parameter");
        }
        let manifest = job(name);
        let args = words(&manifest["spec"]["template"]["spec"]["containers"][0]["args"]);
        for command in [command, args] {
            let parsed = Cli::try_parse_from([&["logproof".to_owned()], &command[..]].concat());
            assert!(parsed.is_ok(), "{name}: {command:?}: {}", parsed.err().unwrap());
            assert_eq!(command[..begins.len()], *begins, "{command:?}");
        }
    }
}

#[test]
fn an_indexed_job_has_one_pod_per_share_and_leaves_the_verdict_to_the_merge() {
    for (resource, name) in [("Verify", "verify"), ("CheckShare", "check-shares")] {
        one_pod_per_share(resource, name);
    }
}

fn one_pod_per_share(resource: &str, name: &str) {
    let spec = job(name)["spec"].clone();
    let container = &spec["template"]["spec"]["containers"][0];
    let environment = container["env"].as_sequence().unwrap();
    let shares = environment.iter().find(|one| one["name"] == "LOGPROOF_SHARDS").unwrap()["value"].as_str().unwrap();
    assert_eq!(spec["completionMode"], "Indexed");
    assert_eq!(spec["completions"].as_u64().unwrap().to_string(), shares);
    assert_eq!(spec["parallelism"], spec["completions"]);
    assert!(words(&container["args"]).contains(&"--leave-verdict-to-merge".to_owned()));
    let template = documents(TEMPLATE).remove(0);
    let command = words(&template["Resources"][resource]["Properties"]["ContainerProperties"]["Command"]);
    assert!(command.contains(&"--leave-verdict-to-merge".to_owned()));
}

#[test]
fn the_configuration_in_the_manifest_is_one_the_program_takes() {
    let base = documents("deploy/kubernetes/base.yaml");
    let map = base.iter().find(|document| document["kind"] == "ConfigMap").unwrap();
    let text = map["data"]["logproof.toml"].as_str().unwrap();
    let config = logproof_estate::config::Config::parse(text);
    assert!(config.is_ok(), "{}", config.err().unwrap());
}

/// The program that a job of AWS Batch or Kubernetes runs, with its parameters and folders in this one.
fn as_run(words: &[String], folder: &std::path::Path) -> Vec<String> {
    let words = words.iter().skip_while(|word| *word != "check" && *word != "merge");
    let here = |word: &String| word.replace("/evidence", &folder.display().to_string());
    let mut command: Vec<String> = words.map(here).collect();
    if let Some(at) = command.iter().position(|word| word == "--config") {
        command.splice(at..at + 2, ["--mock".to_owned()]);
    }
    command
}

#[test]
fn the_jobs_of_a_check_in_shares_make_one_bundle() {
    for shares in [1, 3] {
        let home = tempfile::tempdir().unwrap();
        let args = |name: &str| words(&job(name)["spec"]["template"]["spec"]["containers"][0]["args"]);
        let run = |name: &str, index: Option<usize>| {
            let command = as_run(&args(name), home.path());
            let command: Vec<&str> = command.iter().map(String::as_str).collect();
            let mut program = support::program(home.path(), &command);
            if let Some(index) = index {
                program.env("JOB_COMPLETION_INDEX", index.to_string()).env("LOGPROOF_SHARDS", shares.to_string());
            }
            let ran = support::ran(&program.output().unwrap());
            assert_eq!(ran.code, 0, "{command:?}: {}{}", ran.out, ran.err);
        };
        run("check-organization", None);
        (0..shares).for_each(|index| run("check-shares", Some(index)));
        run("merge-checks", None);
        assert!(home.path().join("whole/report.html").is_file());
    }
}
