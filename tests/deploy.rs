//! The templates under `deploy/`: valid by validators that are not ours, and every command in them is one the program takes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use std::{fs, process::Command};

use clap::Parser as _;
use logproof::cli::Cli;
use serde::Deserialize as _;
use serde_yaml_ng::{Deserializer, Value};

const TEMPLATE: &str = "deploy/aws-batch/template.yaml";
const JOBS: [&str; 3] = ["inventory", "verify", "merge"];

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
    for name in ["base"].iter().chain(&JOBS) {
        checked("kubernetes-validate", &["--strict", &format!("deploy/kubernetes/{name}.yaml")]);
    }
}

#[test]
fn every_command_in_the_templates_is_one_the_program_takes() {
    let template = documents(TEMPLATE).remove(0);
    for (resource, name) in [("Inventory", "inventory"), ("Verify", "verify"), ("Merge", "merge")] {
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
            assert_eq!(command[1], name, "{command:?}");
        }
    }
}

#[test]
fn the_indexed_job_has_one_pod_per_share_and_leaves_the_verdict_to_the_merge() {
    let spec = job("verify")["spec"].clone();
    let container = &spec["template"]["spec"]["containers"][0];
    let environment = container["env"].as_sequence().unwrap();
    let shares = environment.iter().find(|one| one["name"] == "LOGPROOF_SHARDS").unwrap()["value"].as_str().unwrap();
    assert_eq!(spec["completionMode"], "Indexed");
    assert_eq!(spec["completions"].as_u64().unwrap().to_string(), shares);
    assert_eq!(spec["parallelism"], spec["completions"]);
    assert!(words(&container["args"]).contains(&"--leave-verdict-to-merge".to_owned()));
    let template = documents(TEMPLATE).remove(0);
    let command = words(&template["Resources"]["Verify"]["Properties"]["ContainerProperties"]["Command"]);
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
