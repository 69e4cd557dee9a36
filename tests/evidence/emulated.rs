//! The whole way of evidence against the emulator: check over HTTP, seal by KMS, put under Object Lock; then the emulator
//! is gone, and what it left verifies and replays to the same bytes without credentials.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use crate::{files, logproof, text};

/// Makes what a run needs beside the landing zone, and afterwards fetches what was put.
const OWNER: &str = r#"
import base64, pathlib, sys, boto3
what, port, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
about = dict(endpoint_url=f"http://127.0.0.1:{port}", region_name="eu-central-1",
             aws_access_key_id="AKIAEMULATEDCALLER00", aws_secret_access_key="emulated")
s3, kms = boto3.client("s3", **about), boto3.client("kms", **about)
if what == "make":
    s3.create_bucket(Bucket="evidence", ObjectLockEnabledForBucket=True,
                     CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.put_object_lock_configuration(Bucket="evidence", ObjectLockConfiguration={
        "ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 400}}})
    key = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
    der = base64.encodebytes(kms.get_public_key(KeyId=key)["PublicKey"]).decode()
    (folder / "kms.pub").write_text(f"-----BEGIN PUBLIC KEY-----\n{der}-----END PUBLIC KEY-----\n")
    print(key)
else:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket="evidence", Prefix="audit/"):
        for entry in page["Contents"]:
            place = folder / "there" / entry["Key"].split("/", 2)[2]
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(s3.get_object(Bucket="evidence", Key=entry["Key"])["Body"].read())
            print(s3.get_object_retention(Bucket="evidence", Key=entry["Key"])["Retention"]["Mode"])
"#;

struct Emulator {
    process: Child,
    python: PathBuf,
    port: String,
}

fn emulator_file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/emulator").join(name)
}

impl Emulator {
    /// Starts it with the sample landing zone.
    fn start() -> Self {
        let made = Command::new("python3")
            .arg(emulator_file("venv.py"))
            .arg(Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("emulator-venv"))
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", text(&made));
        let python = PathBuf::from(text(&made).trim());
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/zone/src/sample.yaml");
        let log = Path::new(env!("CARGO_TARGET_TMPDIR")).join("emulated.log");
        let mut process = Command::new(&python)
            .arg(emulator_file("launcher.py"))
            .arg(sample)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let mut said = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut said).unwrap();
        let port = said
            .trim()
            .strip_prefix("ready ")
            .unwrap_or_else(|| panic!("the emulator says `{said}`, see {}", log.display()))
            .to_owned();
        Self { process, python, port }
    }

    fn owner(&self, what: &str, folder: &Path) -> String {
        let script = ["-c", OWNER, what, &self.port];
        let done = Command::new(&self.python).args(script).arg(folder).env("NO_PROXY", "127.0.0.1").output().unwrap();
        assert!(done.status.success(), "{}", text(&done));
        text(&done).trim().to_owned()
    }

    fn check(&self, folder: &Path, key: &str) -> String {
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/zone/src/sample.yaml");
        let zone = Command::new(&self.python).arg(emulator_file("zone.py")).arg(sample).output().unwrap();
        assert!(zone.status.success(), "{}", text(&zone));
        fs::write(folder.join("logproof.toml"), &zone.stdout).unwrap();
        let run = Command::new(env!("CARGO_BIN_EXE_logproof"))
            .args([
                "check",
                "--out",
                "bundle",
                "-q",
                "--as-of",
                "2026-01-15T12:00:00Z",
                "--key",
                &format!("awskms:{key}"),
            ])
            .args(["--upload", "s3://evidence/audit", "--upload-owner", "111111111111"])
            .current_dir(folder)
            .env_clear()
            .env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", self.port))
            .env("AWS_ACCESS_KEY_ID", "AKIAEMULATEDCALLER00")
            .env("AWS_SECRET_ACCESS_KEY", "emulated")
            .env("NO_PROXY", "127.0.0.1")
            .output()
            .unwrap();
        // Whether every control can be assessed there is the business of other tests.
        assert!(matches!(run.status.code(), Some(0 | 1 | 3)), "{}", text(&run));
        text(&run)
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // It ends when its standard input closes.
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

#[test]
fn evidence_outlives_what_it_was_taken_from() {
    let home = tempfile::tempdir().unwrap();
    let emulator = Emulator::start();
    let key = emulator.owner("make", home.path());
    let said = emulator.check(home.path(), &key);
    assert!(said.contains("uploaded: ") && said.contains("(COMPLIANCE)"), "{said}");
    let retained = emulator.owner("fetch", home.path());
    drop(emulator);

    let made = files(&home.path().join("bundle"));
    assert_eq!(retained.lines().count(), made.len());
    assert!(retained.lines().all(|mode| mode == "COMPLIANCE"), "{retained}");
    for place in ["bundle", "there"] {
        let verified = logproof(home.path(), &["verify", place, "--key", "kms.pub"]);
        // What the emulator has no answer for is ERROR, and said again here; nothing else may be.
        let expected =
            if said.contains("not examined: ") { (3, "NOT COMPLETE, though unchanged: ") } else { (0, "verified: ") };
        assert_eq!(verified.status.code(), Some(expected.0), "{place}: {}", text(&verified));
        let found = text(&verified);
        assert!(found.contains(expected.1) && found.contains("sealed by the given key"), "{place}: {found}");
        let replayed = logproof(home.path(), &["replay", place]);
        assert_eq!(replayed.status.code(), Some(0), "{place}: {}", text(&replayed));
        let said = text(&replayed);
        assert!(said.contains("identical: ") && said.contains("9 reports the same to the byte"), "{place}: {said}");
    }
    let assessment = fs::read_to_string(home.path().join("bundle/assessment.json")).unwrap();
    assert!(
        assessment.matches("\"verdict\":\"PASS\"").count() > 50,
        "hardly anything passed there: {assessment:.2000}"
    );
}
