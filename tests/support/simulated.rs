//! The program against a simulator: a described landing zone behind HTTP, asked as AWS is.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use logproof_estate::{assessment::Assessment, record::Verdict};
use logproof_simulator::{Behaviour, Simulator, configuration};
use logproof_zone::MockZone;

/// A simulator, and how the program is run against it.
pub(crate) struct Simulated {
    pub(crate) simulator: Simulator,
    now: String,
}

impl Simulated {
    /// Serves a description, and writes its configuration into `home`.
    pub(crate) fn start(home: &Path, zone: &str, behaviour: Behaviour) -> Self {
        let zone = MockZone::parse(zone, "zone.yaml").unwrap();
        configuration(&zone, home).unwrap();
        let now = zone.now().to_string();
        Self { simulator: Simulator::start(zone, behaviour).unwrap(), now }
    }

    /// `logproof check` against it, with further arguments.
    pub(crate) fn check(&self, home: &Path, args: &[&str]) -> Command {
        let mut command = super::program(home, &["check", "--as-of", &self.now]);
        command.args(args);
        self.address(command, home)
    }

    /// The same where no file may become larger than so many blocks of 512 bytes: what does not fit is refused, as it is on
    /// a full disk.
    pub(crate) fn check_in_blocks(&self, home: &Path, blocks: usize, args: &[&str]) -> Command {
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
        let mut command = Command::new("sh");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_logproof"), "check", "--as-of", &self.now]).args(args);
        command.current_dir(home).env_clear();
        self.address(command, home)
    }

    fn address(&self, mut command: Command, home: &Path) -> Command {
        command
            .env("AWS_ENDPOINT_URL", self.simulator.url())
            .env("AWS_ACCESS_KEY_ID", "AKIASIMULATEDCALLER0")
            .env("AWS_SECRET_ACCESS_KEY", "simulated")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("NO_PROXY", "127.0.0.1")
            .env("HOME", home);
        command
    }
}

/// The assessment in a bundle.
pub(crate) fn assessment(bundle: &Path) -> Assessment {
    serde_json::from_str(&fs::read_to_string(bundle.join("assessment.json")).unwrap()).unwrap()
}

/// What each scenario came to, with its reason.
pub(crate) fn verdicts(assessment: &Assessment) -> BTreeMap<(String, String), (Verdict, String)> {
    let of_control = |control: &logproof_estate::assessment::ControlResult| {
        let id = control.id.clone();
        let told = |one: &logproof_estate::assessment::ScenarioResult| (one.verdict, one.reason.clone());
        control.scenarios.iter().map(|one| ((id.clone(), one.name.clone()), told(one))).collect::<Vec<_>>()
    };
    assessment.controls.iter().flat_map(of_control).collect()
}
