//! What happens to a bundle once it is closed: a key of AWS KMS seals it, a bucket with Object Lock keeps it.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Command, Output},
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};

use crate::{
    files,
    http::{Reply, Request, serve},
    logproof, text,
};

const KEY: &str = "awskms:arn:aws:kms:eu-west-1:333333333333:key/5ea15ea1-0000-4000-8000-000000000001";
const BUCKET: &str = "acme-evidence";

/// The sample zone with a key that signs and buckets that keep, and what else is given.
fn zone(folder: &Path, more: &str) {
    let made = logproof(folder, &["key", "new", "kms.key", "--algorithm", "ecdsa-p256"]);
    assert!(made.status.success() || folder.join("kms.key").exists(), "{}", text(&made));
    let pem = fs::read_to_string(folder.join("kms.key")).unwrap();
    let private: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let bucket = |name: &str, lock: &str| {
        format!(
            "- {{op: add, path: /buckets/{name}, value: {{account: \"222222222222\", region: eu-west-1, object_lock: {lock}}}}}\n"
        )
    };
    let patch = [
        "base: sample\njson_patch:\n".to_owned(),
        format!(
            "- {{op: add, path: /keys/5ea15ea1-0000-4000-8000-000000000001, value: {{account: \"333333333333\", region: eu-west-1, \
             spec: ECC_NIST_P256, signing_key: \"{private}\", policy: {{}}}}}}\n"
        ),
        bucket(BUCKET, "{mode: COMPLIANCE, days: 400}"),
        bucket("acme-without-default", "{}"),
        bucket("acme-without-lock", "null"),
        more.to_owned(),
    ];
    fs::write(folder.join("zone.yaml"), patch.concat()).unwrap();
}

fn check(folder: &Path, arguments: &[&str]) -> Output {
    logproof(
        folder,
        &[&["check", "--mock", "zone.yaml", "--control", "LS-1.1", "--out", "bundle", "-q"], arguments].concat(),
    )
}

fn manifest(folder: &Path) -> Value {
    serde_json::from_slice(&fs::read(folder.join("bundle/manifest.json")).unwrap()).unwrap()
}

#[test]
fn a_key_of_kms_seals_and_its_public_half_verifies_offline() {
    let home = tempfile::tempdir().unwrap();
    zone(home.path(), "");
    let run = check(home.path(), &["--key", KEY]);
    assert_eq!(run.status.code(), Some(0), "{}", text(&run));
    let verified = logproof(home.path(), &["verify", "bundle", "--key", "kms.key.pub"]);
    assert_eq!(verified.status.code(), Some(0), "{}", text(&verified));
    assert!(text(&verified).contains("sealed by the given key"), "{}", text(&verified));
    let unknown = logproof(home.path(), &["verify", "bundle"]);
    assert!(text(&unknown).contains("sealed by key"), "the seal holds the public half: {}", text(&unknown));
    logproof(home.path(), &["key", "new", "other.key", "--algorithm", "ecdsa-p256"]);
    let other = logproof(home.path(), &["verify", "bundle", "--key", "other.key.pub"]);
    assert_eq!(other.status.code(), Some(3), "{}", text(&other));
    assert_eq!(manifest(home.path())["parameters"]["sealed-with"], KEY);
    // The run saw the same estate as it would have without a seal.
    let recording = fs::read_to_string(home.path().join("bundle/exchanges.jsonl")).unwrap();
    assert!(!recording.contains("\"Sign\"") && !recording.contains("GetPublicKey"));
    let replayed = logproof(home.path(), &["replay", "bundle"]);
    assert_eq!(replayed.status.code(), Some(0), "{}", text(&replayed));
}

#[test]
fn a_key_that_cannot_seal_is_told_before_the_run() {
    let home = tempfile::tempdir().unwrap();
    zone(home.path(), "");
    let symmetric = "awskms:arn:aws:kms:eu-central-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    let missing = "awskms:arn:aws:kms:eu-west-1:333333333333:key/none";
    for (key, said) in [(symmetric, "UnsupportedOperationException"), (missing, "NotFoundException")] {
        let refused = check(home.path(), &["--key", key]);
        assert_eq!(refused.status.code(), Some(3), "{}", text(&refused));
        assert!(text(&refused).contains(said) && text(&refused).contains("hint:"), "{}", text(&refused));
        assert!(!home.path().join("bundle").exists() && !home.path().join(".bundle.partial").exists());
    }
    for key in ["awskms:alias/x", "awskms:arn:aws:s3:::x", "awskms:"] {
        let usage = check(home.path(), &["--key", key]);
        assert_eq!(usage.status.code(), Some(2), "{}", text(&usage));
        assert!(text(&usage).contains("is not the ARN of a KMS key"), "{}", text(&usage));
    }
}

/// Everything was examined when the seal fails: the work is kept, and no bundle stands there unsealed.
#[test]
fn a_seal_that_fails_leaves_no_unsealed_bundle_and_the_run_is_gone_on_with() {
    let home = tempfile::tempdir().unwrap();
    zone(home.path(), "faults: [{service: kms, operation: Sign, kind: access-denied}]\n");
    let run = check(home.path(), &["--key", KEY]);
    assert_eq!(run.status.code(), Some(3), "{}", text(&run));
    assert!(text(&run).contains("allow `kms:Sign` for the caller of this run"), "{}", text(&run));
    assert!(!home.path().join("bundle").exists());
    zone(home.path(), "");
    let resumed = check(home.path(), &["--key", KEY, "--resume"]);
    assert_eq!(resumed.status.code(), Some(0), "{}", text(&resumed));
    assert!(text(&resumed).contains("exchanges were taken over"), "{}", text(&resumed));
    let verified = logproof(home.path(), &["verify", "bundle", "--key", "kms.key.pub"]);
    assert_eq!(verified.status.code(), Some(0), "{}", text(&verified));
}

#[test]
fn an_upload_is_named_before_and_after_and_in_the_manifest() {
    let home = tempfile::tempdir().unwrap();
    zone(home.path(), "");
    let cases = [
        (
            BUCKET,
            &[][..],
            "retained by Object Lock, COMPLIANCE for 400 days",
            "retained until 2027-02-19T12:00:00Z (COMPLIANCE)",
        ),
        ("acme-without-default", &["--upload-retain", "30"], "retained for 30 days in compliance mode", "(COMPLIANCE)"),
        ("acme-without-default", &[], "NOT retained: its Object Lock has no default retention", ", not retained"),
        ("acme-without-lock", &[], "NOT retained: it has no Object Lock", ", not retained"),
    ];
    for (bucket, more, before, after) in cases {
        let place = format!("s3://{bucket}/audit/runs");
        let run = check(home.path(), &[&["--key", KEY, "--upload", &place], more].concat());
        let said = text(&run);
        assert_eq!(run.status.code(), Some(0), "{said}");
        assert!(
            said.contains(&format!("this run writes: its bundle goes to {place} in account 222222222222")),
            "{said}"
        );
        assert!(said.contains(before) && said.contains(after), "{said}");
        let manifest = manifest(home.path());
        assert_eq!(manifest["parameters"]["upload"], place.as_str());
        let (id, files) = (manifest["run"]["id"].as_str().unwrap(), manifest["files"].as_array().unwrap().len() + 2);
        assert!(said.contains(&format!("uploaded: {files} files to {place}/{id}")), "{said}");
    }
}

#[test]
fn an_upload_that_cannot_be_made_is_told_before_the_run() {
    let home = tempfile::tempdir().unwrap();
    zone(home.path(), "");
    for (arguments, code, said) in [
        (&["--upload", "s3://acme-evidence/a"][..], 2, "--key"),
        (&["--key", KEY, "--upload", "https://acme-evidence/a"], 2, "s3://BUCKET/PREFIX"),
        (&["--key", KEY, "--upload-retain", "9"], 2, "--upload"),
        (&["--key", KEY, "--upload", "s3://acme-none/a"], 3, "NoSuchBucket"),
        (&["--key", KEY, "--upload", "s3://acme-evidence/a", "--upload-owner", "555555555555"], 3, "AccessDenied"),
        (&["--key", KEY, "--upload", "s3://acme-without-lock/a", "--upload-retain", "9"], 2, "has no Object Lock"),
    ] {
        let refused = check(home.path(), arguments);
        assert_eq!(refused.status.code(), Some(code), "{arguments:?}: {}", text(&refused));
        assert!(text(&refused).contains(said), "{arguments:?}: {}", text(&refused));
        assert!(!home.path().join("bundle").exists() && !home.path().join(".bundle.partial").exists(), "{arguments:?}");
    }
}

#[test]
fn a_bundle_that_cannot_be_put_is_whole_where_it_was_made() {
    let home = tempfile::tempdir().unwrap();
    zone(home.path(), "faults: [{service: s3, operation: PutObject, subject: manifest.json, kind: access-denied}]\n");
    let run = check(home.path(), &["--key", KEY, "--upload", "s3://acme-evidence/a"]);
    assert_eq!(run.status.code(), Some(3), "{}", text(&run));
    let said = text(&run);
    assert!(said.contains("manifest.json`: `AccessDenied`") && said.contains("allow `s3:PutObject`"), "{said}");
    assert!(said.contains("the bundle is whole at `bundle`, and not whole in S3"), "{said}");
    let verified = logproof(home.path(), &["verify", "bundle", "--key", "kms.key.pub"]);
    assert_eq!(verified.status.code(), Some(0), "{}", text(&verified));
}

/// Over HTTP, as S3 receives it: the objects put are the bundle, and it verifies on the other side.
#[test]
fn what_is_put_is_the_bundle_to_the_byte() {
    let home = tempfile::tempdir().unwrap();
    let kept: Arc<Mutex<BTreeMap<String, Request>>> = Arc::default();
    let keeps = Arc::clone(&kept);
    let url = serve(move |request| store(&keeps, request));
    fs::write(home.path().join("logproof.toml"), crate::secrets::CONFIG).unwrap();
    assert!(logproof(home.path(), &["key", "new", "audit.key"]).status.success());
    let run = Command::new(env!("CARGO_BIN_EXE_logproof"))
        .args(["check", "--out", "bundle", "-q", "--key", "audit.key", "--upload", "s3://evidence/audit"])
        .current_dir(home.path())
        .env_clear()
        .env("AWS_ENDPOINT_URL", url)
        .env("AWS_ACCESS_KEY_ID", "caller")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .output()
        .unwrap();
    // Nothing else is answered there, so every control is ERROR; the bundle says so and is put all the same.
    assert_eq!(run.status.code(), Some(3), "{}", text(&run));
    assert!(text(&run).contains("uploaded: "), "{}", text(&run));
    let id = manifest(home.path())["run"]["id"].as_str().unwrap().to_owned();
    let kept = kept.lock().unwrap();
    let there = home.path().join("there");
    for (path, request) in kept.iter() {
        assert_eq!(request.header("if-none-match"), "*", "{path}");
        assert_eq!(request.header("x-amz-expected-bucket-owner"), "222222222222", "{path}");
        assert!(!request.header("x-amz-checksum-sha256").is_empty(), "{path}");
        let file = there.join(path.strip_prefix(&format!("/evidence/audit/{id}/")).unwrap());
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, &request.body).unwrap();
    }
    let bundle = home.path().join("bundle");
    let relative = |folder: &Path| -> BTreeMap<_, _> {
        let files = files(folder).into_iter();
        files
            .map(|path| {
                let digest = logproof_digest::sha256_hex(fs::read(&path).unwrap());
                (path.strip_prefix(folder).unwrap().to_owned(), digest)
            })
            .collect()
    };
    assert_eq!(relative(&there), relative(&bundle));
    let verified = logproof(home.path(), &["verify", "there", "--key", "audit.key.pub"]);
    assert_eq!(verified.status.code(), Some(0), "{}", text(&verified));
}

fn store(kept: &Mutex<BTreeMap<String, Request>>, request: &Request) -> Reply {
    let path = request.path.split('?').next().unwrap().to_owned();
    let xml = |text: &str| (200, "text/xml", text.as_bytes().to_vec());
    if request.method == "PUT" {
        kept.lock().unwrap().insert(path, request.clone());
        return xml("");
    }
    if request.text().contains("Action=GetCallerIdentity") {
        return xml(
            "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::111111111111:assumed-role/Audit/me</Arn>\
             <UserId>AROA:me</UserId><Account>111111111111</Account></GetCallerIdentityResult></GetCallerIdentityResponse>",
        );
    }
    if path.starts_with("/evidence/audit/") {
        return xml(
            "<Retention><Mode>COMPLIANCE</Mode><RetainUntilDate>2030-01-01T00:00:00Z</RetainUntilDate></Retention>",
        );
    }
    if path.starts_with("/evidence") {
        return xml("<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention>\
             <Mode>COMPLIANCE</Mode><Days>400</Days></DefaultRetention></Rule></ObjectLockConfiguration>");
    }
    (403, "application/x-amz-json-1.1", json!({"__type": "AccessDeniedException"}).to_string().into_bytes())
}
