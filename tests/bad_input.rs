//! What is said, and what is lost, when accounts, networks and answers are not what a run needs: a clear error with what
//! to do, never a verdict on something that was not seen, and everything else goes on.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

#[allow(dead_code)]
#[path = "evidence/http.rs"]
mod http;
mod support;

use std::{fs, io::Write as _, path::Path};

use http::{Reply, Request};
use logproof_estate::{assessment::Assessment, record::Verdict};
use support::{Ran, run};
use tempfile::TempDir;

/// Accounts that may be there; one attempt a call.
const SOMEWHERE: &str = "[organization]\nmanagement_account = '111111111111'\nlog_archive_account = '222222222222'\n\
    home_region = 'eu-central-1'\ngoverned_regions = ['eu-central-1']\n[names]\nprefix = 'acme'\nkey = 'alias/k'\n\
    trail = 't'\n[access]\nmax_attempts = 1\n";

fn home(files: &[(&str, &str)]) -> TempDir {
    let home = TempDir::new().unwrap();
    for (name, content) in files {
        fs::write(home.path().join(name), content).unwrap();
    }
    home
}

/// Runs against an endpoint with credentials that may be good.
fn live(home: &Path, args: &[&str], url: &str) -> Ran {
    let mut program = support::program(home, args);
    program.env("AWS_ENDPOINT_URL", url).env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE").env("AWS_SECRET_ACCESS_KEY", "secret");
    support::ran(&program.env("NO_PROXY", "127.0.0.1").env("AWS_EC2_METADATA_DISABLED", "true").output().unwrap())
}

#[track_caller]
fn says(ran: &Ran, words: &[&str]) {
    for word in words {
        assert!(ran.err.contains(word), "`{word}` is not in:\n{}\n{}", ran.out, ran.err);
    }
    assert!(!ran.err.contains("panicked"), "{}", ran.err);
}

fn left(home: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(home).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// An error as the query protocol has it.
fn refusal(status: u16, code: &str) -> Reply {
    let body = format!(
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>{code}</Code>\
         <Message>the message of {code}</Message></Error><RequestId>r</RequestId></ErrorResponse>"
    );
    (status, "text/xml", body.into_bytes())
}

/// Knows who the caller is; everything else is up to `other`.
fn known(request: &Request, other: impl Fn(&str) -> Reply) -> Reply {
    if request.text().contains("Action=GetCallerIdentity") {
        let body = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
            <Arn>arn:aws:iam::111111111111:user/auditor</Arn><UserId>AIDAEXAMPLE</UserId><Account>111111111111</Account>\
            </GetCallerIdentityResult></GetCallerIdentityResponse>";
        return (200, "text/xml", body.as_bytes().to_vec());
    }
    other(request.header("x-amz-target"))
}

/// A refusal as the JSON protocols have it.
fn json_refusal(code: &str) -> Reply {
    (400, "application/x-amz-json-1.1", format!("{{\"__type\":\"{code}\",\"message\":\"the message\"}}").into_bytes())
}

#[test]
fn credentials_that_are_not_good_any_more_are_said_as_such() {
    for code in ["ExpiredToken", "InvalidClientTokenId", "SignatureDoesNotMatch"] {
        let url = http::serve(move |_| refusal(403, code));
        let home = home(&[("logproof.toml", SOMEWHERE)]);
        let ran = live(home.path(), &["check"], &url);
        assert_eq!(ran.code, 3, "{}\n{}", ran.out, ran.err);
        says(&ran, &["no usable credentials", &format!("the message of {code}"), "\nhint: renew the credentials"]);
        assert_eq!(left(home.path()), ["logproof.toml"], "nothing was done, nothing is left");
    }
}

#[test]
fn a_page_in_place_of_an_answer_is_shown_in_one_line() {
    let page = "<html>\n<body><h1>502 Bad Gateway</h1>\n<p>proxy.example.org</p></body></html>";
    let url = http::serve(move |_| (502, "text/html", page.as_bytes().to_vec()));
    let home = home(&[("logproof.toml", SOMEWHERE)]);
    let ran = live(home.path(), &["check"], &url);
    assert_eq!(ran.code, 3, "{}\n{}", ran.out, ran.err);
    says(&ran, &["HTTP 502", "502 Bad Gateway</h1> <p>proxy.example.org", "\nhint: "]);
    assert_eq!(ran.err.lines().count(), 2, "the problem and the hint\n{}", ran.err);
}

/// Promises more than it sends.
fn truncating_server() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = std::io::Read::read(&mut stream, &mut [0; 16 * 1024]);
            let _ =
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/xml\r\ncontent-length: 500\r\n\r\n<GetCaller");
        }
    });
    url
}

#[test]
fn a_truncated_answer_is_no_answer() {
    let home = home(&[("logproof.toml", SOMEWHERE)]);
    let ran = live(home.path(), &["check"], &truncating_server());
    assert_eq!(ran.code, 3, "{}\n{}", ran.out, ran.err);
    says(&ran, &["sts:GetCallerIdentity", "no answer", "\nhint: "]);
}

#[test]
fn nobody_at_the_endpoint_is_said_with_what_to_check() {
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let home = home(&[("logproof.toml", SOMEWHERE)]);
    let ran = live(home.path(), &["check"], &closed);
    assert_eq!(ran.code, 3, "{}\n{}", ran.out, ran.err);
    says(
        &ran,
        &["no answer", "refused", "\nhint: check the network, proxy and endpoint settings (`AWS_ENDPOINT_URL`)"],
    );
}

#[test]
fn init_without_rights_on_the_organization_says_which_are_missing() {
    for (code, words) in [
        ("AccessDeniedException", ["access denied for `organizations:DescribeOrganization`", "hint: allow"]),
        ("AWSOrganizationsNotInUseException", ["AWSOrganizationsNotInUseException", "an account that is in the org"]),
    ] {
        let url = http::serve(move |request| known(request, |_| json_refusal(code)));
        let home = home(&[]);
        let ran = live(home.path(), &["init", "--region", "eu-central-1"], &url);
        assert_eq!(ran.code, 3, "{}\n{}", ran.out, ran.err);
        says(&ran, &words);
        assert!(left(home.path()).is_empty(), "no half file: {:?}", left(home.path()));
    }
}

#[test]
fn init_refuses_what_is_no_region_and_a_folder_that_is_not_there() {
    let url = http::serve(|request| known(request, |_| json_refusal("AccessDeniedException")));
    let home = home(&[]);
    let ran = live(home.path(), &["init", "--region", "Frankfurt"], &url);
    assert_eq!(ran.code, 2, "{}\n{}", ran.out, ran.err);
    says(&ran, &["`Frankfurt`", "hint: write for example eu-central-1"]);
    let ran = live(home.path(), &["init", "--region", "eu-central-1", "--out", "no/where.toml"], &url);
    assert_eq!(ran.code, 3, "{}\n{}", ran.out, ran.err);
    says(&ran, &["cannot write `no/where.toml`", "hint:"]);
}

/// A check of the sample zone with something wrong.
fn check(zone: &str) -> (Ran, Assessment, TempDir) {
    let home = home(&[("zone.yaml", &format!("base: sample\n{zone}\n"))]);
    let ran = run(home.path(), &["check", "--mock", "zone.yaml", "--out", "run"]);
    let text = fs::read_to_string(home.path().join("run/assessment.json"));
    let text = text.unwrap_or_else(|error| panic!("{error}\n{}\n{}", ran.out, ran.err));
    (ran, serde_json::from_str(&text).unwrap(), home)
}

fn verdicts(assessment: &Assessment, verdict: Verdict) -> usize {
    assessment.controls_with(verdict)
}

#[track_caller]
fn reason<'a>(assessment: &'a Assessment, id: &str, verdict: Verdict) -> &'a str {
    let control = assessment.controls.iter().find(|control| control.id == id).unwrap();
    assert_eq!(control.verdict, verdict, "{id}");
    &control.scenarios.iter().find(|scenario| scenario.verdict == verdict).unwrap().reason
}

#[test]
fn a_role_that_cannot_be_assumed_is_an_error_of_its_account_only() {
    let (ran, assessment, _home) =
        check("faults: [{account: \"555555555555\", service: sts, operation: AssumeRole, kind: access-denied}]");
    assert_eq!(ran.code, 3, "{}", ran.out);
    let why = reason(&assessment, "LS-5.1", Verdict::Error);
    assert!(why.contains("role `arn:aws:iam::555555555555:role/LogproofAudit` cannot be assumed"), "{why}");
    assert!(
        ran.out.contains("create `arn:aws:iam::555555555555:role/LogproofAudit` with a trust policy"),
        "{}",
        ran.out
    );
    // What is in other accounts is judged.
    for id in ["LS-2.1", "LS-2.6", "LS-3.4", "LS-6.4"] {
        reason(&assessment, id, Verdict::Pass);
    }
    assert_eq!(verdicts(&assessment, Verdict::Fail), 0, "what cannot be seen is no failure\n{}", ran.out);
}

#[test]
fn credentials_that_expire_in_the_middle_are_an_error_of_what_was_not_seen_yet() {
    let (ran, assessment, _home) =
        check("faults: [{service: kms, operation: GetKeyRotationStatus, kind: expired-token}]");
    assert_eq!(ran.code, 3, "{}", ran.out);
    let why = reason(&assessment, "LS-2.6", Verdict::Error);
    assert!(why.contains("no usable credentials") && why.contains("expired"), "{why}");
    assert!(ran.out.contains("renew the credentials"), "{}", ran.out);
    reason(&assessment, "LS-2.1", Verdict::Pass);
}

#[test]
fn throttling_is_waited_out_and_said_when_it_stays() {
    let (ran, assessment, _home) = check("faults: [{service: kms, kind: throttled, times: 3}]");
    assert_eq!(ran.code, 0, "{}", ran.out);
    reason(&assessment, "LS-2.6", Verdict::Pass);

    let (ran, assessment, _home) = check("faults: [{service: s3, operation: GetBucketVersioning, kind: throttled}]");
    assert_eq!(ran.code, 3, "{}", ran.out);
    let throttled = assessment.controls.iter().flat_map(|control| &control.scenarios);
    let throttled: Vec<_> = throttled.filter(|scenario| scenario.verdict == Verdict::Error).collect();
    assert!(!throttled.is_empty() && throttled.iter().all(|one| one.reason.contains("still throttled")), "{}", ran.out);
    assert!(ran.out.contains("lower `access.max_calls_in_flight_per_account`"), "{}", ran.out);
}

#[test]
fn an_answer_that_cannot_be_read_is_an_error_with_its_cause() {
    for (kind, words) in [
        ("server-error", ["HTTP 500", "500 Internal Server Error"]),
        ("malformed", ["the answer cannot be read", "GetBucketPolicy"]),
        ("unreachable", ["no answer", "connection reset by peer"]),
    ] {
        let (ran, assessment, _home) =
            check(&format!("faults: [{{service: s3, operation: GetBucketPolicy, kind: {kind}}}]"));
        assert_eq!(ran.code, 3, "{kind}\n{}", ran.out);
        assert!(ran.err.lines().all(|line| line.starts_with("not examined: ")), "{kind}\n{}", ran.err);
        let why = reason(&assessment, "LS-3.4", Verdict::Error);
        assert!(words.iter().all(|word| why.contains(word)), "{kind}: {why}");
        assert!(!why.contains('\n'), "{why}");
        reason(&assessment, "LS-2.6", Verdict::Pass);
    }
}

#[test]
fn a_policy_that_is_no_json_is_an_error_that_names_the_bucket() {
    let bucket = "aws-acme-log-storage-222222222222-eu-central-1";
    let (ran, assessment, _home) =
        check(&format!("patch: {{buckets: {{{bucket}: {{policy: \"Allow everything\"}}}}}}"));
    assert_eq!(ran.code, 3, "{}", ran.out);
    let why = reason(&assessment, "LS-3.4", Verdict::Error);
    assert!(why.contains(bucket) && why.contains("JSON"), "{why}");
    reason(&assessment, "LS-2.6", Verdict::Pass);
}
