//! Runs the real program, and runs described landing zones in this process.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

pub(crate) mod reach;
pub(crate) mod simulated;
pub(crate) mod specimen;

use std::{
    collections::BTreeMap,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
};

use logproof::{
    catalogue::{Control, FeatureSet, lint, vocabulary::Vocabulary},
    run::{
        assess::{self, Setting},
        target::{self, Connected},
    },
};
use logproof_aws::Options;
use logproof_estate::{Estate, Source, assessment::Assessment};
use logproof_zone::MockZone;

/// What the program did.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// The program, to be run in `folder` with nothing of the environment.
pub(crate) fn program(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_logproof"));
    command.args(args).current_dir(folder).env_clear().stdin(Stdio::null());
    // Tests look for sentences, which a narrow terminal would break.
    command.env("COLUMNS", "10000");
    command
}

/// Runs the program to its end.
pub(crate) fn run(folder: &Path, args: &[&str]) -> Ran {
    ran(&program(folder, args).output().unwrap())
}

/// What an ended program did.
pub(crate) fn ran(output: &std::process::Output) -> Ran {
    Ran {
        code: output.status.code().expect("the program ended by itself"),
        out: String::from_utf8(output.stdout.clone()).unwrap(),
        err: String::from_utf8(output.stderr.clone()).unwrap(),
    }
}

/// Says that something which a test needs is not there, and that the test looks at nothing; where it is required, as
/// everything is in CI, that is a failure.
pub(crate) fn may_be_missing(required_by: &str, what: &str) {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    assert!(!set("CI") && !set(required_by), "{what}, which is required here");
    // Not through the macros, whose output a passing test keeps to itself.
    #[expect(clippy::disallowed_methods, reason = "the notice must be seen whatever the test framework captures")]
    std::io::stderr().write_all(format!("\nNOTICE: {what}: NOT checked\n").as_bytes()).unwrap();
}

/// The controls of the program and the steps they are written in.
pub(crate) fn catalogue() -> (Vec<Control>, Vocabulary) {
    let vocabulary = Vocabulary::registered();
    let linted = lint::examine(&FeatureSet::Embedded.read().unwrap(), &vocabulary);
    assert_eq!(linted.problems, [], "the controls of this program are sound");
    (linted.controls, vocabulary)
}

/// Checks a described landing zone in this process.
pub(crate) fn check(
    zone: &str,
    origin: &str,
    controls: &[Control],
    vocabulary: &Vocabulary,
) -> Result<Assessment, String> {
    let zone = MockZone::parse(zone, origin).map_err(|error| error.to_string())?;
    let connected = target::described(zone, origin, Options::default()).map_err(|error| error.to_string())?;
    Ok(assessed(&connected, connected.source(), &|| connected.calls(), controls, vocabulary))
}

/// What controls say of a described landing zone that is asked through `source`.
pub(crate) fn assessed(
    connected: &Connected,
    source: Arc<dyn Source>,
    calls: &dyn Fn() -> BTreeMap<String, u64>,
    controls: &[Control],
    vocabulary: &Vocabulary,
) -> Assessment {
    let estate = Estate::new(Arc::clone(&connected.config), source, connected.now.unwrap());
    let estate = Arc::new(estate.with_register(Arc::clone(&connected.register.register)));
    let setting = Setting {
        id: "run".to_owned(),
        target: connected.target.clone(),
        started: "2026-01-15T12:00:00Z".parse().unwrap(),
        selection: BTreeMap::new(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(assess::assess(controls, vocabulary, &estate, calls, setting, std::future::pending(), || {}))
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A Python with everything `tests/schema/requirements.txt` names.
pub(crate) fn python() -> PathBuf {
    static MADE: std::sync::OnceLock<PathBuf> = std::sync::OnceLock::new();
    MADE.get_or_init(|| python_with("tests/schema/requirements.txt", "venv-readers")).clone()
}

/// A Python with everything a requirements file names: made once, whoever asks, and kept while that file is the same.
pub(crate) fn python_with(requirements: &str, name: &str) -> PathBuf {
    let maker = root().join("tests/emulator/venv.py");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let output = Command::new("python3").arg(maker).arg(folder).arg(root().join(requirements)).output();
    let output = output.unwrap_or_else(|error| panic!("python3: {error}; Python 3.10 or newer is needed"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    PathBuf::from(String::from_utf8(output.stdout).unwrap().trim())
}
