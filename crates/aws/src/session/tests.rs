//! Sessions and the seam below them: who is assumed when, what is retried, and what is kept of it.

use std::{
    net::TcpListener,
    sync::{Arc, Mutex},
};

use aws_credential_types::Credentials;
use aws_types::region::Region as SdkRegion;
use futures::future::join_all;
use logproof_digest::sha256_hex;
use logproof_estate::{BucketRef, ExchangeId, Reason, Region, Source, Unseen};

use super::*;
use logproof_wire::{Exchange, NoAnswer, Recorder};

use crate::{
    Aws, Options,
    raw_answers::{self, RawAnswers, account, query_error, reply, s3_error},
};

const OWN: &str = "111111111111";
const OTHER: &str = "222222222222";

fn region() -> Region {
    "eu-central-1".parse().unwrap()
}

fn bucket(number: usize) -> BucketRef {
    BucketRef { name: format!("logs-{number}"), owner: account(OTHER), region: region() }
}

async fn unseen(aws: &Aws) -> Unseen {
    aws.bucket_versioning(&bucket(0)).await.unwrap_err()
}

#[tokio::test]
async fn a_role_is_assumed_once_per_account() {
    let server = RawAnswers::new();
    let aws = server.aws();
    let (other, third) = (account(OTHER), account("333333333333"));
    let (home, west) = (region(), "eu-west-1".parse().unwrap());
    let (here, there) = (bucket(0), bucket(1));
    let answers = join_all([
        aws.trails(&other, &home),
        aws.trails(&other, &west),
        aws.trails(&third, &home),
        aws.trails(&third, &west),
    ]);
    let (answers, one, two) = futures::join!(answers, aws.bucket_acl(&here), aws.bucket_acl(&there));
    assert!(answers.iter().all(Result::is_ok) && one.is_ok() && two.is_ok());
    assert_eq!(server.count("sts:AssumeRole"), 2);
}

#[tokio::test]
async fn no_role_is_assumed_in_the_own_account() {
    let server = RawAnswers::new();
    let aws = server.aws();
    assert!(aws.organization().await.is_ok());
    assert!(aws.trails(&account(OWN), &region()).await.is_ok());
    assert_eq!(server.count("sts:AssumeRole"), 0);
}

#[tokio::test]
async fn the_role_is_asked_for_as_configured() {
    let server = RawAnswers::new();
    assert!(server.aws().bucket_acl(&bucket(0)).await.is_ok());
    let (tag, request) = server.log().into_iter().find(|(tag, _)| tag.operation == "AssumeRole").unwrap();
    assert_eq!((tag.service.as_str(), tag.account.as_str()), ("sts", OTHER));
    let role = "RoleArn=arn%3Aaws%3Aiam%3A%3A222222222222%3Arole%2FLogproofAudit";
    for part in [role, "RoleSessionName=audit-2026", "ExternalId=external-secret"] {
        assert!(request.body.contains(part), "{part} in {}", request.body);
    }
}

#[tokio::test]
async fn the_role_of_another_partition() {
    let server = RawAnswers::new();
    let mut config = raw_answers::config();
    config.organization.home_region = "cn-north-1".parse().unwrap();
    let aws = server.aws_with(&config, Options::default());
    // The sample is of another partition: what counts is the role that is asked for.
    drop(aws.account_authorization(&account(OTHER)).await);
    let (_, request) = server.log().into_iter().find(|(tag, _)| tag.operation == "AssumeRole").unwrap();
    assert!(request.body.contains("RoleArn=arn%3Aaws-cn%3Aiam"), "{}", request.body);
}

#[tokio::test]
async fn a_role_that_cannot_be_assumed_is_said_once_and_for_all_questions() {
    let server = RawAnswers::answering(|tag, _, _| {
        (tag.operation == "AssumeRole").then(|| Ok(query_error(403, "AccessDenied")))
    });
    let aws = server.aws();
    for number in 0..3 {
        let unseen = aws.bucket_acl(&bucket(number)).await.unwrap_err();
        let role = "arn:aws:iam::222222222222:role/LogproofAudit".to_owned();
        assert_eq!(unseen.reason, Reason::RoleNotAssumable { role });
        assert_eq!(unseen.detail, "`AccessDenied`: as STS puts it");
        assert!(unseen.hint.contains("external_id"), "{}", unseen.hint);
        assert_eq!(unseen.subject, bucket(number).name);
    }
    assert_eq!(server.operations(), ["sts:AssumeRole"]);
}

/// Not every failure of AssumeRole is about the role.
#[tokio::test]
async fn a_failure_to_assume_is_what_it_is() {
    for (code, reason) in [
        ("ExpiredToken", Reason::NoCredentials),
        ("Throttling", Reason::Throttled),
        ("RegionDisabledException", Reason::ServiceError { code: "RegionDisabledException".to_owned() }),
    ] {
        let server =
            RawAnswers::answering(move |tag, _, _| (tag.operation == "AssumeRole").then(|| Ok(query_error(400, code))));
        let unseen = unseen(&server.aws()).await;
        assert_eq!(unseen.reason, reason);
        assert_eq!(unseen.operation, "sts:AssumeRole");
        assert!(!unseen.exchanges.is_empty());
    }
}

/// Credentials that end soon are renewed; when that fails in the middle of a run, credentials are what is missing.
#[tokio::test]
async fn credentials_that_cannot_be_renewed() {
    let server = RawAnswers::answering(|tag, _, before| match (tag.operation.as_str(), before) {
        ("AssumeRole", 0) => Some(Ok(raw_answers::credentials("2020-01-01T00:00:00Z"))),
        ("AssumeRole", _) => Some(Ok(query_error(403, "ExpiredToken"))),
        _ => None,
    });
    let unseen = unseen(&server.aws()).await;
    assert_eq!(unseen.reason, Reason::NoCredentials, "{unseen}");
    assert_eq!(unseen.detail, "`ExpiredToken`: as STS puts it");
    assert_eq!(server.count("s3:GetBucketVersioning"), 0);
}

#[tokio::test]
async fn credentials_that_end_soon_are_renewed() {
    let server = RawAnswers::answering(|tag, _, before| match (tag.operation.as_str(), before) {
        ("AssumeRole", 0) => Some(Ok(raw_answers::credentials("2020-01-01T00:00:00Z"))),
        _ => None,
    });
    let aws = server.aws();
    assert!(aws.bucket_acl(&bucket(0)).await.is_ok());
    assert!(aws.bucket_acl(&bucket(1)).await.is_ok());
    assert_eq!(server.count("sts:AssumeRole"), 2);
}

#[derive(Debug, Default)]
struct Kept(Mutex<Vec<(ExchangeId, Exchange, String)>>);

impl Recorder for Kept {
    fn record(&self, id: &ExchangeId, exchange: &Exchange, body: &bytes::Bytes) {
        let body = String::from_utf8_lossy(body).into_owned();
        self.0.lock().unwrap().push((id.clone(), exchange.clone(), body));
    }
}

async fn kept(server: &Arc<RawAnswers>) -> (Vec<ExchangeId>, Vec<(ExchangeId, Exchange, String)>) {
    let recorder = Arc::new(Kept::default());
    let options = Options { recorder: Some(Arc::clone(&recorder) as Arc<dyn Recorder>), ..Options::default() };
    let fact = server.aws_with(&raw_answers::config(), options).bucket_acl(&bucket(0)).await.unwrap();
    let kept = std::mem::take(&mut *recorder.0.lock().unwrap());
    (fact.exchanges().to_vec(), kept)
}

#[tokio::test]
async fn nothing_secret_is_kept() {
    let server = RawAnswers::answering(|tag, _, _| {
        (tag.operation == "AssumeRole").then(|| Ok(raw_answers::credentials("2999-01-01T00:00:00Z")))
    });
    let (_, kept) = kept(&server).await;
    let assumed = kept.iter().find(|(_, exchange, _)| exchange.tag.operation == "AssumeRole").unwrap();
    assert_eq!((assumed.1.request.body.as_str(), assumed.2.as_str()), ("", ""));
    assert_eq!(assumed.1.body_sha256, sha256_hex(b""));
    for (_, exchange, body) in &kept {
        let all = format!("{}{body}", serde_json::to_string(exchange).unwrap());
        for secret in ["very-secret", "token-secret", "external-secret", "ASIAX", "uthorization"] {
            assert!(!all.contains(secret), "{secret} in {all}");
        }
    }
}

/// A replay must find the reason that the run found; there are no credentials in a refusal.
#[tokio::test]
async fn why_a_role_cannot_be_assumed_is_kept() {
    let server = RawAnswers::answering(|tag, _, _| {
        (tag.operation == "AssumeRole").then(|| Ok(query_error(403, "AccessDenied")))
    });
    let recorder = Arc::new(Kept::default());
    let options = Options { recorder: Some(Arc::clone(&recorder) as Arc<dyn Recorder>), ..Options::default() };
    let unseen = server.aws_with(&raw_answers::config(), options).bucket_acl(&bucket(0)).await.unwrap_err();
    let kept = recorder.0.lock().unwrap();
    let refused = kept.iter().find(|(_, exchange, _)| exchange.tag.operation == "AssumeRole").unwrap();
    assert!(refused.2.contains("<Code>AccessDenied</Code>"), "{}", refused.2);
    assert_eq!(refused.1.request.body, "", "the external id is in the request");
    assert!(matches!(unseen.reason, Reason::RoleNotAssumable { .. }), "{:?}", unseen.reason);
}

#[tokio::test]
async fn a_fact_rests_on_its_own_exchanges_retries_included() {
    let server = RawAnswers::answering(|tag, _, before| {
        (tag.operation == "GetBucketAcl" && before == 0).then(|| Ok(s3_error(503, "SlowDown")))
    });
    let (rests_on, kept) = kept(&server).await;
    let acl: Vec<_> = kept.iter().filter(|(_, exchange, _)| exchange.tag.operation == "GetBucketAcl").collect();
    assert_eq!(acl.iter().map(|(id, ..)| id.clone()).collect::<Vec<_>>(), rests_on);
    assert_eq!(acl.iter().map(|(_, exchange, _)| exchange.status).collect::<Vec<_>>(), [Some(503), Some(200)]);
    for (id, exchange, body) in &kept {
        assert_eq!((id, &exchange.body_sha256), (&exchange.id(), &sha256_hex(body.as_bytes())));
    }
}

#[tokio::test]
async fn the_same_answers_are_the_same_exchanges() {
    let (first, _) = kept(&RawAnswers::new()).await;
    let (second, _) = kept(&RawAnswers::new()).await;
    assert_eq!(first, second);
    let other = RawAnswers::answering(|tag, _, _| {
        let acl = "<AccessControlPolicy><Owner><ID>other</ID></Owner></AccessControlPolicy>";
        (tag.operation == "GetBucketAcl").then(|| Ok(reply(200, acl)))
    });
    assert_ne!(first, kept(&other).await.0);
}

#[tokio::test]
async fn calls_are_counted_and_told() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let tell = Arc::clone(&told);
    let on_call: crate::OnCall = Arc::new(move |exchange| tell.lock().unwrap().push(exchange.tag.operation.clone()));
    let server = RawAnswers::new();
    let aws = server.aws_with(&raw_answers::config(), Options { on_call: Some(on_call), ..Options::default() });
    assert!(aws.bucket_acl(&bucket(0)).await.is_ok());
    assert!(aws.bucket_acl(&bucket(1)).await.is_ok());
    let counted: Vec<_> = aws.calls().into_iter().collect();
    assert_eq!(counted, [("s3:GetBucketAcl".to_owned(), 2), ("sts:AssumeRole".to_owned(), 1)]);
    assert_eq!(*told.lock().unwrap(), ["AssumeRole", "GetBucketAcl", "GetBucketAcl"]);
}

#[tokio::test]
async fn a_broken_connection_is_tried_again_and_then_said() {
    let server = RawAnswers::answering(|tag, _, _| {
        (tag.service == "s3").then(|| Err(NoAnswer::Broken("connection reset by peer".to_owned())))
    });
    let unseen = unseen(&server.aws()).await;
    assert_eq!((unseen.reason, unseen.detail.as_str()), (Reason::Unreachable, "connection reset by peer"));
    assert_eq!((server.count("s3:GetBucketVersioning"), unseen.exchanges.len()), (3, 3));
}

#[tokio::test]
async fn what_is_not_recorded_is_not_asked_again() {
    let server = RawAnswers::answering(|tag, _, _| {
        (tag.service == "s3").then(|| Err(NoAnswer::NotRecorded("s3 GetBucketVersioning".to_owned())))
    });
    let unseen = unseen(&server.aws()).await;
    assert_eq!((unseen.reason, unseen.detail.as_str()), (Reason::NotRecorded, "s3 GetBucketVersioning"));
    assert_eq!(server.count("s3:GetBucketVersioning"), 1);
}

/// An answer without a body is read by the SDK as one in which nothing is set: versioning off, no rule, no tag.
#[tokio::test]
async fn an_answer_that_ends_early_is_malformed() {
    for body in ["", " ", "<VersioningConfiguration><Status>Enabled</Status>"] {
        let server = RawAnswers::answering(move |tag, _, _| (tag.service == "s3").then(|| Ok(reply(200, body))));
        assert_eq!(unseen(&server.aws()).await.reason, Reason::Malformed, "`{body}`");
    }
}

/// S3 names the Region of a bucket that is not where it was expected; the fact is right all the same.
#[tokio::test]
async fn a_bucket_in_another_region_is_asked_there() {
    let server = RawAnswers::new();
    let fact = server.aws().bucket_acl(&bucket(2)).await.unwrap();
    assert_eq!((fact.owner.as_str(), fact.exchanges().len()), (sha256_hex(OTHER).as_str(), 2));
    let regions: Vec<_> =
        server.log().into_iter().filter(|(tag, _)| tag.service == "s3").map(|(tag, _)| tag.region).collect();
    assert_eq!(regions, ["eu-central-1", "eu-west-1"]);
}

#[tokio::test]
async fn a_bucket_that_is_always_elsewhere_is_asked_twice() {
    let server = RawAnswers::answering(|tag, _, before| {
        let mut redirect = s3_error(301, "PermanentRedirect");
        let region = if before % 2 == 0 { "eu-west-1" } else { "eu-central-1" };
        redirect.headers.push(("x-amz-bucket-region".to_owned(), region.to_owned()));
        (tag.service == "s3").then_some(Ok(redirect))
    });
    let unseen = unseen(&server.aws()).await;
    assert_eq!(unseen.reason, Reason::ServiceError { code: "PermanentRedirect".to_owned() });
    assert_eq!(server.count("s3:GetBucketVersioning"), 2);
}

/// A throttled account uses up its own budget of retries, not the budget of the others.
#[tokio::test]
async fn a_throttled_account_does_not_slow_the_others() {
    let server = RawAnswers::answering(|tag, _, before| {
        let throttled = tag.service == "s3" && (tag.account == OTHER || before < 2);
        throttled.then(|| Ok(s3_error(503, "SlowDown")))
    });
    let aws = server.aws();
    // A budget of 500 covers about a hundred questions that are tried three times each; a slow machine earns some back.
    let mut used_up = false;
    for number in 0..2000 {
        let unseen = aws.bucket_acl(&bucket(number)).await.unwrap_err();
        assert_eq!(unseen.reason, Reason::Throttled, "question {number}");
        used_up = unseen.exchanges.len() < 3;
        if used_up {
            break;
        }
    }
    assert!(used_up, "the budget of the throttled account is never used up");
    let name = "aws-acme-trail-data-events-333333333333-eu-central-1".to_owned();
    let elsewhere = BucketRef { name, owner: account("333333333333"), region: region() };
    assert_eq!(aws.bucket_acl(&elsewhere).await.unwrap().exchanges().len(), 3);
}

/// Over a network: `endpoint` is a real address of this machine.
fn networked(endpoint: &str, config: &Config) -> Aws {
    let client = aws_smithy_http_client::Builder::new().build_http();
    let seam = Seam::network(client, crate::traffic(&config.access), Options::default());
    let base = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(SdkRegion::new("eu-central-1"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new("id", "key", None, None, "test")))
        .http_client(seam.clone())
        .endpoint_url(endpoint)
        .retry_config(RetryConfig::standard().with_max_attempts(1))
        .timeout_config(timeouts())
        .build();
    let mut aws = Aws::new(Sessions::new(base, config), seam, config);
    aws.own_account(account(OTHER));
    aws
}

#[tokio::test]
async fn a_closed_port_is_unreachable() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let unseen = unseen(&networked(&format!("http://{address}"), &raw_answers::config())).await;
    assert_eq!(unseen.reason, Reason::Unreachable, "{unseen}");
    assert!(unseen.detail.to_lowercase().contains("refused"), "{unseen}");
    assert_eq!(unseen.exchanges.len(), 1);
}

#[tokio::test]
async fn a_server_that_never_answers_is_unreachable() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut config = raw_answers::config();
    config.access.attempt_timeout_seconds = 1;
    let unseen = unseen(&networked(&format!("http://{}", silent.local_addr().unwrap()), &config)).await;
    let detail = "timed out: no answer within 1 s";
    assert_eq!((unseen.reason, unseen.detail.as_str(), unseen.exchanges.len()), (Reason::Unreachable, detail, 1));
}

#[tokio::test]
async fn an_answer_cut_off_on_the_wire_is_unreachable() {
    use std::io::{Read, Write};
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        let read = stream.read(&mut request).unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n<VersioningConfiguration/>").unwrap();
        String::from_utf8_lossy(&request[..read]).into_owned()
    });
    let unseen = unseen(&networked(&format!("http://{address}"), &raw_answers::config())).await;
    assert_eq!(unseen.reason, Reason::Unreachable, "{unseen}");
    // Path-style at a custom endpoint: an emulator has no bucket host names.
    assert!(server.join().unwrap().starts_with("GET /logs-0/?versioning"));
}

/// What an emulator or a proxy answers where AWS would answer a document.
#[tokio::test]
async fn a_page_instead_of_an_answer() {
    let page =
        "<!doctype html>\n<html lang=en><title>500 Internal Server Error</title>\n<h1>Internal Server Error</h1>";
    let whole = "<!doctype html> <html lang=en><title>500 Internal Server Error</title> <h1>Internal Server Error</h1>";
    for (status, reason, detail) in [
        (500, Reason::ServiceError { code: "HTTP 500".to_owned() }, whole),
        (200, Reason::Malformed, "not a whole XML document"),
    ] {
        let server = RawAnswers::answering(move |tag, _, _| (tag.service != "sts").then(|| Ok(reply(status, page))));
        let aws = server.aws();
        for unseen in [
            unseen(&aws).await,
            aws.trails(&account(OTHER), &region()).await.unwrap_err(),
            aws.account_authorization(&account(OTHER)).await.unwrap_err(),
            aws.alarms(&account(OTHER), &region()).await.unwrap_err(),
        ] {
            assert_eq!((&unseen.reason, unseen.detail.as_str()), (&reason, detail), "{unseen}");
        }
    }
}
