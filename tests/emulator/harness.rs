//! Starts the emulator, once per test process, and runs the binary against it.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    time::Duration,
};

pub(crate) use crate::checked::Checked;

/// Longest wait for any answer of the emulator; the first covers importing moto and seeding the zone.
const PATIENCE: Duration = Duration::from_secs(120);

/// The zone both servers hold.
const ZONE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/crates/zone/src/sample.yaml");

/// A running emulator. Ends with this process: it lives as long as its standard input.
pub(crate) struct Emulator {
    commands: ChildStdin,
    answers: mpsc::Receiver<String>,
    _process: Child,
}

/// One entry of the table in `defects/`.
pub(crate) struct Defect {
    /// Controls that fail, with part of the ARN of a subject each must name.
    pub(crate) fails: BTreeMap<String, String>,
    /// Controls that cannot be assessed.
    pub(crate) errors: BTreeSet<String>,
    /// What the configuration says otherwise.
    pub(crate) config: serde_json::Value,
}

impl Emulator {
    /// The emulator of this test process, started at the first use.
    pub(crate) fn shared() -> MutexGuard<'static, Self> {
        static SHARED: OnceLock<Mutex<Emulator>> = OnceLock::new();
        // A test that failed while holding it has not harmed it: copies are separate processes.
        SHARED.get_or_init(|| Mutex::new(Self::start())).lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn start() -> Self {
        let mut process =
            launcher(&[]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the emulator starts");
        let (sender, answers) = mpsc::channel();
        let lines = BufReader::new(process.stdout.take().expect("its output is a pipe")).lines();
        std::thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| sender.send(line)));
        let commands = process.stdin.take().expect("its input is a pipe");
        let emulator = Self { commands, answers, _process: process };
        emulator.answer("ready");
        emulator
    }

    /// A compliant copy; answers its port.
    pub(crate) fn copy(&mut self) -> u16 {
        self.ask("copy", "ready").parse().expect("a port")
    }

    /// A copy with one defect; answers its port.
    pub(crate) fn with_defect(&mut self, name: &str) -> u16 {
        self.ask(&format!("defect {name}"), "ready").parse().expect("a port")
    }

    /// Makes the change of a defect in a copy that is running, or why it cannot be made through the SDK.
    pub(crate) fn change(&mut self, port: u16, name: &str) -> Result<(), String> {
        writeln!(self.commands, "change {port} {name}").expect("the emulator takes commands");
        let line = self.line();
        if line.starts_with("changed ") { Ok(()) } else { Err(line) }
    }

    /// Requests a copy has answered.
    pub(crate) fn requests(&mut self, port: u16) -> u64 {
        self.ask(&format!("requests {port}"), "requests").parse().expect("a number")
    }

    /// Ends a copy.
    pub(crate) fn stop(&mut self, port: u16) {
        self.ask(&format!("stop {port}"), "stopped");
    }

    /// A copy with the zone of a file, or why there is none.
    pub(crate) fn zone(&mut self, file: &Path) -> Result<u16, String> {
        writeln!(self.commands, "zone {}", file.display()).expect("the emulator takes commands");
        let line = self.line();
        match line.split_once(' ') {
            Some(("ready", port)) => Ok(port.parse().expect("a port")),
            _ => Err(line),
        }
    }

    /// The table of defects by name.
    pub(crate) fn defects(&mut self) -> BTreeMap<String, Defect> {
        let table: serde_json::Value = serde_json::from_str(&self.ask("defects", "defects")).expect("JSON");
        let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
        let entry = |entry: &serde_json::Value| Defect {
            fails: entry["fails"].as_object().expect("a table").iter().map(|(id, s)| (id.clone(), text(s))).collect(),
            errors: entry["errors"].as_array().expect("a list").iter().map(text).collect(),
            config: entry["config"].clone(),
        };
        table.as_object().expect("a table").iter().map(|(name, described)| (name.clone(), entry(described))).collect()
    }

    fn ask(&mut self, command: &str, expected: &str) -> String {
        writeln!(self.commands, "{command}").expect("the emulator takes commands");
        self.answer(expected)
    }

    fn answer(&self, expected: &str) -> String {
        let line = self.line();
        match line.split_once(' ') {
            Some((word, rest)) if word == expected => rest.to_owned(),
            _ => panic!("the emulator answered `{line}` where `{expected}` was expected"),
        }
    }

    fn line(&self) -> String {
        self.answers.recv_timeout(PATIENCE).expect("the emulator answers; see its messages above")
    }
}

/// The launcher with the sample zone.
fn launcher(arguments: &[&str]) -> Command {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/emulator");
    let mut command = Command::new(interpreter(&folder));
    command.arg(folder.join("launcher.py")).arg(ZONE).args(arguments);
    command
}

/// The interpreter of the emulator's virtual environment, made under the target folder where it is missing.
fn interpreter(folder: &Path) -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the target folder");
    let made = Command::new("python3")
        .arg(folder.join("venv.py"))
        .arg(target.join("emulator-venv"))
        .stderr(Stdio::inherit())
        .output()
        .expect("`python3` runs; the emulator suite needs Python 3.10 or newer with venv in PATH");
    assert!(made.status.success(), "the emulator's virtual environment cannot be made; see the message above");
    PathBuf::from(String::from_utf8(made.stdout).expect("a path").trim())
}

/// Reads the zone back from a fresh emulator; panics where it is not as written.
pub(crate) fn self_check() {
    let done = launcher(&["--self-check"]).output().expect("the emulator starts");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// Control and file of every fixture.
pub(crate) fn fixtures() -> Vec<(String, PathBuf)> {
    let folders = entries(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures"));
    let mut found: Vec<_> = folders
        .iter()
        .flat_map(|folder| {
            let control = folder.file_name().expect("a name").to_string_lossy().into_owned();
            entries(folder).into_iter().map(move |file| (control.clone(), file))
        })
        .filter(|(_, file)| file.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    found.sort();
    assert!(!found.is_empty(), "there are no fixtures");
    found
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let read = std::fs::read_dir(folder).into_iter().flatten();
    read.map(|entry| entry.expect("a folder can be read").path()).collect()
}

/// Runs a check for each item, several at once; answers what they complain of. A check waits most of its time for what AWS's
/// request quotas allow, so there are more of them than processors.
pub(crate) fn in_parallel<T: Sync>(items: &[T], check: impl Fn(&T) -> Option<String> + Sync) -> Vec<String> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mine = std::iter::from_fn(|| items.get(next.fetch_add(1, Ordering::Relaxed)));
        mine.filter_map(&check).collect::<Vec<_>>()
    };
    let workers = std::thread::available_parallelism().map_or(2, |count| (3 * count.get()).clamp(4, 12));
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        running.into_iter().flat_map(|worker| worker.join().expect("no check panics")).collect()
    })
}

/// A zone's own configuration and the instant it stands at.
pub(crate) struct Sample {
    config: serde_json::Value,
    /// The owner's register, as it stands in the zone.
    register: serde_json::Value,
    /// The instant it is described at.
    pub(crate) now: String,
}

impl Sample {
    /// Of the sample zone.
    pub(crate) fn read() -> Self {
        let zone = yaml(Path::new(ZONE));
        let now = zone["now"].as_str().expect("an instant").to_owned();
        Self { config: zone["config"].clone(), register: zone["register"].clone(), now }
    }

    /// Of a variant of the sample zone.
    pub(crate) fn of(file: &Path) -> Self {
        let variant = yaml(file);
        let mut sample = Self::read().with(&variant["patch"]["config"]).with(&variant["config"]);
        merge(&mut sample.register, &variant["patch"]["register"]);
        if let Some(now) = variant["patch"]["now"].as_str() {
            now.clone_into(&mut sample.now);
        }
        sample
    }

    /// With some keys of the configuration changed.
    pub(crate) fn with(mut self, changes: &serde_json::Value) -> Self {
        merge(&mut self.config, changes);
        self
    }

    /// Ids of all controls of the program.
    pub(crate) fn catalogue() -> BTreeSet<String> {
        let listed = Command::new(env!("CARGO_BIN_EXE_logproof")).args(["controls", "--format", "json"]).output();
        let controls: serde_json::Value =
            serde_json::from_slice(&listed.expect("the binary runs").stdout).expect("JSON");
        let id = |control: &serde_json::Value| control["id"].as_str().expect("an id").to_owned();
        controls.as_array().expect("a list").iter().map(id).collect()
    }

    /// Checks an emulator with this configuration.
    pub(crate) fn check(&self, port: u16) -> Checked {
        self.run(port, &[])
    }

    /// Checks one control.
    pub(crate) fn check_only(&self, port: u16, control: &str) -> Checked {
        self.run(port, &["--control", control])
    }

    /// Checks with further arguments.
    pub(crate) fn check_with(&self, port: u16, arguments: &[&str]) -> Checked {
        self.run(port, arguments)
    }

    /// The register as the owner keeps it: files beside the configuration, and the evidence they name.
    fn write_register(&self, folder: &Path) {
        let mut entries = self.register.clone();
        let evidence = entries.as_object_mut().and_then(|entries| entries.remove("evidence")).unwrap_or_default();
        let texts = logproof_estate::register::texts(&entries).expect("a register");
        let evidence = evidence.as_object().into_iter().flatten();
        let evidence = evidence.map(|(path, text)| (path.clone(), text.as_str().expect("a text").to_owned()));
        for (path, text) in texts.into_iter().chain(evidence) {
            let path = folder.join(path);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("the register can be written");
            std::fs::write(path, text).expect("the register can be written");
        }
    }

    /// Writes `logproof.toml` and the register into a folder.
    pub(crate) fn write(&self, folder: &Path) {
        std::fs::write(folder.join("logproof.toml"), toml::to_string(&self.config).expect("TOML"))
            .expect("the configuration can be written");
        self.write_register(&folder.join("register"));
    }

    fn run(&self, port: u16, arguments: &[&str]) -> Checked {
        let folder = tempfile::tempdir().expect("a folder");
        self.write(folder.path());
        let mut command = live(port, folder.path());
        command.args(["check", "--out", "out", "--as-of", &self.now, "--config", "logproof.toml"]).args(arguments);
        Checked::run(command, folder.path())
    }
}

/// The sample zone as it is written.
pub(crate) fn sample_zone() -> serde_json::Value {
    yaml(Path::new(ZONE))
}

/// Checks the mock: the sample zone, or that of a file.
pub(crate) fn check_mock(zone: Option<&Path>, arguments: &[&str]) -> Checked {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = binary(folder.path());
    command.args(["check", "--out", "out"]).args(arguments).arg("--mock").args(zone);
    Checked::run(command, folder.path())
}

/// The binary, to be run as the caller of an emulated organization.
pub(crate) fn live(port: u16, folder: &Path) -> Command {
    let mut command = binary(folder);
    command
        .env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{port}"))
        .env("AWS_ACCESS_KEY_ID", "AKIAEMULATEDCALLER00")
        .env("AWS_SECRET_ACCESS_KEY", "emulated");
    command
}

/// The binary in a folder of its own and with nothing of this machine's environment.
fn binary(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_logproof"));
    command
        .current_dir(folder)
        .env_clear()
        .env("HOME", folder)
        .env("NO_COLOR", "1")
        .env("NO_PROXY", "127.0.0.1")
        .env("AWS_EC2_METADATA_DISABLED", "true");
    command
}

fn yaml(file: &Path) -> serde_json::Value {
    let text = std::fs::read_to_string(file).expect("a readable file");
    serde_yaml_ng::from_str(&text).expect("YAML")
}

/// JSON merge patch. See: <https://www.rfc-editor.org/rfc/rfc7396>
fn merge(target: &mut serde_json::Value, change: &serde_json::Value) {
    let serde_json::Value::Object(change) = change else {
        if !change.is_null() {
            *target = change.clone();
        }
        return;
    };
    if !target.is_object() {
        *target = serde_json::json!({});
    }
    let target = target.as_object_mut().expect("made one above");
    for (name, value) in change {
        if value.is_null() {
            target.remove(name);
        } else {
            merge(target.entry(name.clone()).or_insert(serde_json::Value::Null), value);
        }
    }
}
