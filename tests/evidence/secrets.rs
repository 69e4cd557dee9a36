//! A run over HTTP with known secrets: each is used, none is left in the bundle.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use serde_json::Value;

use crate::{
    files,
    http::{Reply, Request, serve},
    text,
};

pub(crate) const CONFIG: &str = r#"
[organization]
management_account = "111111111111"
log_archive_account = "222222222222"
home_region = "eu-central-1"
governed_regions = ["eu-central-1", "eu-west-1"]
[access]
external_id = "known-external-id"
max_attempts = 3
[names]
prefix = "acme"
key = "alias/acme-log-storage"
trail = "org-trail"
"#;

/// Every one of them is sent or received in the run.
const SECRETS: [&str; 11] = [
    "known-container-token",
    "KNOWNBASEKEYID",
    "known-base-secret",
    "known-base-session",
    "KNOWNROLEKEYID",
    "known-role-secret",
    "known-role-session",
    "known-external-id",
    "known-presigned-signature",
    "known-presigned-token",
    "known-event-session",
];

fn xml(status: u16, body: &str) -> Reply {
    (status, "text/xml", body.as_bytes().to_vec())
}

fn credentials(request: &Request) -> Option<Reply> {
    if request.path.starts_with("/container") {
        assert_eq!(request.header("authorization"), "known-container-token");
        let body = r#"{"AccessKeyId":"KNOWNBASEKEYID","SecretAccessKey":"known-base-secret","Token":"known-base-session","Expiration":"2999-01-01T00:00:00Z"}"#;
        return Some((200, "application/json", body.as_bytes().to_vec()));
    }
    request.text().contains("Action=AssumeRole").then(|| {
        xml(
            200,
            "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>KNOWNROLEKEYID</AccessKeyId>\
             <SecretAccessKey>known-role-secret</SecretAccessKey><SessionToken>known-role-session</SessionToken>\
             <Expiration>2999-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>",
        )
    })
}

fn answer(request: &Request, identities: &AtomicUsize) -> Reply {
    if let Some(reply) = credentials(request) {
        return reply;
    }
    if request.text().contains("Action=GetCallerIdentity") {
        if identities.fetch_add(1, Ordering::Relaxed) == 0 {
            return xml(
                503,
                "<ErrorResponse><Error><Code>Throttling</Code><Message>wait</Message></Error></ErrorResponse>",
            );
        }
        return xml(
            200,
            "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::111111111111:assumed-role/Audit/me</Arn>\
             <UserId>AROA:me</UserId><Account>111111111111</Account></GetCallerIdentityResult></GetCallerIdentityResponse>",
        );
    }
    if request.header("x-amz-target").ends_with("DescribeTrails") {
        let body = r#"{"trailList":[],"note":"https://b/k?X-Amz-Security-Token=known-presigned-token&X-Amz-Signature=known-presigned-signature","CloudTrailEvent":"{\"credentials\":{\"sessionToken\":\"known-event-session\"}}"}"#;
        return (200, "application/x-amz-json-1.1", body.as_bytes().to_vec());
    }
    if request.header("x-amz-target").is_empty() {
        return xml(403, "<Error><Code>AccessDenied</Code><Message>not here</Message></Error>");
    }
    (400, "application/x-amz-json-1.1", br#"{"__type":"AccessDeniedException","message":"not here"}"#.to_vec())
}

fn live(folder: &Path, url: &str) -> Output {
    fs::write(folder.join("logproof.toml"), CONFIG).unwrap();
    Command::new(env!("CARGO_BIN_EXE_logproof"))
        .args(["check", "--out", "bundle", "-vv"])
        .current_dir(folder)
        .env_clear()
        .env("AWS_ENDPOINT_URL", url)
        .env("AWS_CONTAINER_CREDENTIALS_FULL_URI", format!("{url}/container"))
        .env("AWS_CONTAINER_AUTHORIZATION_TOKEN", "known-container-token")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .output()
        .unwrap()
}

#[test]
fn nothing_secret_is_left_by_a_run_that_uses_every_kind_of_secret() {
    let home = tempfile::tempdir().unwrap();
    let heard = Arc::new(Mutex::new(String::new()));
    let hears = Arc::clone(&heard);
    let identities = AtomicUsize::new(0);
    let url = serve(move |request| {
        let reply = answer(request, &identities);
        hears.lock().unwrap().push_str(&format!("{request:?}{}{}", request.text(), String::from_utf8_lossy(&reply.2)));
        reply
    });
    let run = live(home.path(), &url);
    assert_eq!(run.status.code(), Some(3), "{}", text(&run));
    let heard = heard.lock().unwrap().clone();
    assert!(heard.contains("AWS4-HMAC-SHA256") && heard.contains("x-amz-security-token"));
    let bundle = home.path().join("bundle");
    let mut left = vec![("the output".to_owned(), text(&run))];
    for path in files(&bundle) {
        left.push((path.display().to_string(), String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned()));
    }
    for secret in SECRETS {
        // What only the server derives from the secret key never travels.
        assert!(heard.contains(secret) || secret.ends_with("secret"), "{secret} plays no part in this test");
    }
    // The external id is configuration, written by the owner and kept as such; nothing else may hold it.
    for (place, content) in left.iter().filter(|(place, _)| !place.ends_with("configuration.json")) {
        for secret in SECRETS.iter().chain(&["AWS4-HMAC", "x-amz-security-token", "Signature="]) {
            let shown = content.replace("Signature=REDACTED", "").replace("Security-Token=REDACTED", "");
            assert!(!shown.to_lowercase().contains(&secret.to_lowercase()), "{place} holds {secret}");
        }
    }
    every_exchange_is_told_in_full(&bundle);
}

/// Who was asked what, where, with which parameters; what came back, under which request id, when by both clocks.
fn every_exchange_is_told_in_full(bundle: &Path) {
    let recording = fs::read_to_string(bundle.join("exchanges.jsonl")).unwrap();
    let exchanges: Vec<Value> = recording.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |operation: &str| exchanges.iter().filter(|e| e["operation"] == operation).collect::<Vec<_>>();
    for exchange in &exchanges {
        for member in ["id", "account", "region", "service", "operation", "body_sha256", "started", "ended"] {
            assert!(exchange[member].as_str().is_some_and(|text| !text.is_empty()), "{member} in {exchange}");
        }
        for member in ["method", "host", "path"] {
            assert!(exchange["request"][member].is_string(), "{member} in {exchange}");
        }
        assert!(exchange["started"].as_str() <= exchange["ended"].as_str(), "{exchange}");
        let headers = exchange["headers"].to_string();
        assert!(
            headers.contains("\"date\"") && headers.contains("requestid") || headers.contains("request-id"),
            "{exchange}"
        );
        assert!(!headers.contains("authorization"), "{exchange}");
    }
    // The retry and the failure before it, each as an exchange of its own.
    let statuses: Vec<_> = of("GetCallerIdentity").iter().map(|e| e["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses[..2], [503, 200], "{statuses:?}");
    assert!(!of("AssumeRole").is_empty());
    for exchange in of("AssumeRole").into_iter().chain(exchanges.iter().filter(|e| e["service"] == "credentials")) {
        assert_eq!((&exchange["body"], &exchange["request"]["body"]), (&"".into(), &"".into()), "{exchange}");
    }
    assert!(of("DescribeOrganization").iter().any(|e| e["status"] == 400), "a denial is recorded too");
    let trails = of("DescribeTrails");
    assert!(trails[0]["body"].as_str().unwrap().contains("REDACTED"), "{}", trails[0]);
}
