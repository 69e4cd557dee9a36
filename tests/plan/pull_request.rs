//! The snippets of the README that comment on a pull request: valid by schemas that are not ours, and run step by step as
//! GitHub and GitLab run them, with `terraform`, `gh`, `curl` and `unzip` replaced by stubs that record what they get.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};
use serde_yaml_ng::Value as Yaml;
use tempfile::TempDir;

use crate::{
    BUCKET, change, policies,
    support::{self, root, run},
    terraform, without_tls,
};

/// The snippets that lay a plan: GitHub's and GitLab's.
fn snippets() -> [String; 2] {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let blocks = readme.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap().to_owned());
    let found: Vec<String> = blocks.filter(|block| block.contains("logproof plan plan.json")).collect();
    found.try_into().unwrap()
}

#[test]
fn schemas_that_are_not_ours_accept_the_snippets() {
    let home = TempDir::new().unwrap();
    let python = support::python_with("tests/plan/requirements.txt", "venv-pull-requests");
    let valid = |args: &[&str], text: &str| {
        fs::write(home.path().join("snippet.yml"), text).unwrap();
        let tool = python.with_file_name("check-jsonschema");
        let checked = Command::new(tool).args(args).arg("snippet.yml").current_dir(home.path()).output().unwrap();
        (checked.status.success(), String::from_utf8_lossy(&[checked.stdout, checked.stderr].concat()).into_owned())
    };
    let [github, gitlab] = snippets();
    let of_github = ["--builtin-schema", "vendor.github-workflows"];
    let of_gitlab = ["--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci"];
    for (args, snippet, wrong) in [
        (&of_github[..], github, ("runs-on: ubuntu-latest", "runs: ubuntu-latest")),
        (&of_gitlab[..], gitlab, ("artifacts: {when: always", "artifacts: {when: sometimes")),
    ] {
        let (accepted, told) = valid(args, &snippet);
        assert!(accepted, "{told}");
        assert!(snippet.contains(wrong.0) && !valid(args, &snippet.replace(wrong.0, wrong.1)).0, "{args:?}");
    }
}

/// A folder in which a job runs: stubs on the path, the plan that Terraform will show, the bundle that is downloaded.
struct Job {
    home: TempDir,
    environment: BTreeMap<String, String>,
}

const STUB: &str = r#"#!/bin/sh
name=$(basename "$0")
printf '%s' "$name" >> "$STUBS/calls"
for word in "$@"; do printf ' %s' "$word" >> "$STUBS/calls"; done
printf '\n' >> "$STUBS/calls"
case "$name $1 $2" in
    "terraform init "*) touch "$STUBS/initialized" ;;
    "terraform plan "*) test -f "$STUBS/initialized" || exit 1 ;;
    "terraform show "*) cat "$STUBS/plan.json" ;;
    "gh run list") echo 4711 ;;
    "gh run download") cp -r "$STUBS/baseline" baseline ;;
    "unzip -q baseline.zip") cp -r "$STUBS/baseline" baseline ;;
    "gh pr comment") cp "$5" "$STUBS/comment" ;;
    "curl "*)
        for word in "$@"; do
            case "$word" in
                body@*) cp "${word#body@}" "$STUBS/comment" ;;
                baseline.zip) touch baseline.zip ;;
            esac
        done ;;
esac
"#;

impl Job {
    fn new(zone: &str, plan: &dyn Fn(&Path)) -> Self {
        let home = TempDir::new().unwrap();
        let (stubs, work) = (home.path().join("stubs"), home.path().join("work"));
        fs::create_dir_all(stubs.join("bin")).unwrap();
        fs::create_dir(&work).unwrap();
        for name in ["terraform", "gh", "curl", "unzip"] {
            let stub = stubs.join("bin").join(name);
            fs::write(&stub, STUB).unwrap();
            fs::set_permissions(&stub, fs::Permissions::from_mode(0o755)).unwrap();
        }
        symlink(env!("CARGO_BIN_EXE_logproof"), stubs.join("bin/logproof")).unwrap();
        fs::write(stubs.join("zone.yaml"), zone).unwrap();
        let args = ["check", "--mock", "zone.yaml", "--out", "baseline", "--quiet", "--no-progress"];
        assert!([0, 1].contains(&run(&stubs, &args).code));
        plan(&stubs);
        let path = format!("{}:/usr/bin:/bin", stubs.join("bin").display());
        let text = |path: PathBuf| path.display().to_string();
        let environment = [
            ("PATH", path),
            ("STUBS", text(stubs.clone())),
            ("GITHUB_STEP_SUMMARY", text(stubs.join("summary"))),
            ("TOKEN", "token".to_owned()),
            ("CI_API_V4_URL", "https://gitlab.example.org/api/v4".to_owned()),
            ("CI_PROJECT_ID", "12".to_owned()),
            ("CI_MERGE_REQUEST_IID", "7".to_owned()),
        ];
        let environment = environment.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { home, environment }
    }

    /// Runs one script as a runner does; whether it succeeded.
    fn script(&self, shell: &[&str], script: &str) -> bool {
        let file = self.home.path().join("script.sh");
        fs::write(&file, script).unwrap();
        let mut command = Command::new("bash");
        command.args(shell).arg(file).current_dir(self.home.path().join("work"));
        let output = command.env_clear().envs(&self.environment).output().unwrap();
        let told = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(!told.contains("not found") && !told.contains("No such file"), "{script}: {told}");
        output.status.success()
    }

    fn read(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.home.path().join("stubs").join(name)).ok()
    }

    fn answer(&self) -> String {
        fs::read_to_string(self.home.path().join("work/plan-result/plan.md")).unwrap()
    }
}

/// Runs GitHub's steps in their order; whether the job is green.
///
/// See: <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell>
fn github(job: &mut Job, fork: bool) -> bool {
    let workflow: Yaml = serde_yaml_ng::from_str(&snippets()[0]).unwrap();
    let described = &workflow["jobs"]["log-store-plan"];
    for (name, value) in described["env"].as_mapping().unwrap() {
        let value = match value.as_str().unwrap() {
            "${{ github.token }}" => "token",
            "${{ github.event.number }}" => "7",
            other => panic!("{other}"),
        };
        job.environment.insert(name.as_str().unwrap().to_owned(), value.to_owned());
    }
    let mut green = true;
    for step in described["steps"].as_sequence().unwrap() {
        let Some(script) = step.get("run").and_then(Yaml::as_str) else { continue };
        let wanted = match step.get("if").and_then(Yaml::as_str) {
            None => green,
            Some("always()") => true,
            Some("always() && !github.event.pull_request.head.repo.fork") => !fork,
            Some(other) => panic!("{other}"),
        };
        green &= !wanted || job.script(&["-e"], script);
    }
    green
}

/// Runs GitLab's script and what comes after it; whether the job is green, which only the script decides.
///
/// See: <https://docs.gitlab.com/ci/yaml/#after_script>
fn gitlab(job: &Job) -> bool {
    let described: Yaml = serde_yaml_ng::from_str(&snippets()[1]).unwrap();
    let lines = |name: &str| {
        let lines = described["log-store-plan"][name].as_sequence().unwrap();
        lines.iter().map(|line| line.as_str().unwrap()).collect::<Vec<_>>().join("\n")
    };
    let green = job.script(&["-e", "-o", "pipefail"], &lines("script"));
    assert!(job.script(&[], &lines("after_script")));
    green
}

fn plan_of(changes: Vec<Value>) -> impl Fn(&Path) {
    move |folder: &Path| terraform(folder, "plan.json", &changes, json!({"complete": true}))
}

fn loses_tls() -> Vec<Value> {
    let (before, after) = policies(without_tls);
    vec![change("aws_s3_bucket_policy", &["update"], before, after, json!({}))]
}

fn unrelated() -> Vec<Value> {
    vec![change("aws_instance", &["create"], Value::Null, json!({"ami": "ami-1"}), json!({}))]
}

const SAMPLE: &str = "base: sample\n";

#[test]
fn what_gets_worse_turns_the_job_red_and_is_the_comment() {
    for fork in [false, true] {
        let mut job = Job::new(SAMPLE, &plan_of(loses_tls()));
        assert!(!github(&mut job, fork));
        let answer = job.answer();
        assert!(answer.starts_with("## logproof plan: ") && answer.contains("| WORSE | LS-3.4 "), "{answer}");
        assert_eq!(job.read("summary").as_ref(), Some(&answer));
        // A pull request from a fork has no permission to comment.
        assert_eq!(job.read("comment"), (!fork).then(|| answer.clone()));
        let calls = job.read("calls").unwrap();
        assert!(calls.contains("gh run download 4711 --name baseline --dir baseline"), "{calls}");
        assert_eq!(calls.contains("gh pr comment 7 --body-file plan-result/plan.md"), !fork, "{calls}");
    }
    let job = Job::new(SAMPLE, &plan_of(loses_tls()));
    assert!(!gitlab(&job));
    assert_eq!(job.read("comment"), Some(job.answer()));
    let calls = job.read("calls").unwrap();
    assert!(calls.contains("/projects/12/merge_requests/7/notes") && calls.contains("PRIVATE-TOKEN: token"), "{calls}");
}

#[test]
fn what_failed_before_and_what_has_nothing_to_do_with_the_log_store_stays_green() {
    let suspended = format!("base: sample\npatch:\n  buckets:\n    {BUCKET}: {{versioning: Suspended}}\n");
    for (zone, told) in [(SAMPLE, "nothing in this plan concerns the log store"), (&suspended, "fail before and after")]
    {
        let mut job = Job::new(zone, &plan_of(unrelated()));
        assert!(github(&mut job, false));
        assert!(job.read("comment").unwrap().contains(told), "{:?}", job.read("comment"));
        let job = Job::new(zone, &plan_of(unrelated()));
        assert!(gitlab(&job) && job.read("comment") == Some(job.answer()));
    }
}
