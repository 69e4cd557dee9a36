//! Objects as S3 answers over the wire: there, absent, refused, archived, throttled, elsewhere, cut off.

use std::sync::Arc;

use logproof_estate::BucketRef;
use logproof_integrity::{Entry, ObjectStore as _, StoreError, store::Arrived};

use super::TrailObjects;
use logproof_wire::{CallTag, NoAnswer, WireRequest, WireResponse};

use crate::raw_answers::{RawAnswers, account, name, reply, s3_error};

const DIGEST: &str = "AWSLogs/1/CloudTrail-Digest/eu-west-1/2026/01/15/a b.json.gz";

fn bucket() -> BucketRef {
    BucketRef { name: "logs".to_owned(), owner: account("222222222222"), region: "eu-central-1".parse().unwrap() }
}

async fn objects(server: &Arc<RawAnswers>) -> TrailObjects {
    server.aws().trail_objects(&bucket()).await.unwrap()
}

/// Objects of a bucket in which each read is answered by `answer`, told how many came before.
async fn answering(
    answer: impl Fn(&CallTag, &WireRequest, usize) -> Result<WireResponse, NoAnswer> + Send + Sync + 'static,
) -> (Arc<RawAnswers>, TrailObjects) {
    let server = RawAnswers::answering(move |tag, request, before| {
        matches!(tag.operation.as_str(), "GetObject" | "ListObjectsV2").then(|| answer(tag, request, before))
    });
    let objects = objects(&server).await;
    (server, objects)
}

async fn get_fails(answer: WireResponse) -> StoreError {
    let (server, objects) = answering(move |_, _, _| Ok(answer.clone())).await;
    let error = objects.get("logs", DIGEST).await.unwrap_err();
    assert_eq!(server.count("s3:GetObject"), 1, "the verifier repeats, not the client");
    error
}

#[tokio::test]
async fn an_object_comes_with_its_signature() {
    let (server, objects) = answering(|_, _, _| {
        let headers = vec![("x-amz-meta-signature".to_owned(), "abcd".to_owned())];
        Ok(WireResponse { headers, ..reply(200, "<not a document") })
    })
    .await;
    let object = objects.get("logs", DIGEST).await.unwrap();
    assert_eq!(object.body, "<not a document");
    assert_eq!(object.metadata.unwrap()["signature"], "abcd");
    assert_eq!(object.arrived, Arrived::AsStored);
    let (tag, request) = server.log().pop().unwrap();
    assert_eq!((name(&tag).as_str(), tag.account.as_str()), ("s3:GetObject", "222222222222"));
    assert!(request.path.contains("a%20b.json.gz"), "{}", request.path);
}

#[tokio::test]
async fn an_empty_object_is_an_object() {
    let (_, objects) = answering(|_, _, _| Ok(reply(200, ""))).await;
    assert_eq!(objects.get("logs", DIGEST).await.unwrap().body, "");
}

#[tokio::test]
async fn only_s3_itself_makes_an_object_absent() {
    assert_eq!(get_fails(s3_error(404, "NoSuchKey")).await, StoreError::NotFound);
    assert_eq!(get_fails(s3_error(404, "NoSuchBucket")).await, StoreError::NotFound);
    let proxy = get_fails(reply(404, "<html><h1>Not Found</h1></html>")).await;
    assert!(matches!(&proxy, StoreError::Transport(why) if why.contains("404")), "{proxy}");
    for body in ["", "<Error><Code>NoSuchKey</Code>", "<Error><Code>NoSuchKey</Code><Message>as S3 puts it</Message>"] {
        let cut = get_fails(reply(404, body)).await;
        assert!(matches!(&cut, StoreError::Transport(_)), "{body}: {cut}");
    }
}

#[tokio::test]
async fn a_refusal_is_final() {
    let denied = get_fails(s3_error(403, "AccessDenied")).await;
    assert!(matches!(&denied, StoreError::Denied(why) if why.contains("AccessDenied")), "{denied}");
    assert!(matches!(get_fails(s3_error(400, "KMS.DisabledException")).await, StoreError::Denied(_)));
    assert!(matches!(get_fails(s3_error(400, "ExpiredToken")).await, StoreError::Denied(_)));
}

#[tokio::test]
async fn an_archived_object_names_its_class() {
    let body = "<Error><Code>InvalidObjectState</Code><Message>m</Message><StorageClass>GLACIER</StorageClass></Error>";
    assert_eq!(get_fails(reply(403, body)).await, StoreError::Archived("GLACIER".to_owned()));
}

#[tokio::test]
async fn what_may_pass_is_told_apart() {
    assert!(matches!(get_fails(s3_error(503, "SlowDown")).await, StoreError::Throttled(_)));
    assert!(matches!(get_fails(s3_error(500, "InternalError")).await, StoreError::Transport(_)));
    assert!(matches!(get_fails(s3_error(400, "RequestTimeout")).await, StoreError::Transport(_)));
    let (_, objects) = answering(|_, _, _| Err(NoAnswer::Broken("connection reset by peer".to_owned()))).await;
    let broken = objects.get("logs", DIGEST).await.unwrap_err();
    assert!(matches!(&broken, StoreError::Transport(why) if why.contains("reset")), "{broken}");
}

#[tokio::test]
async fn a_body_that_is_cut_off_is_not_an_object() {
    let (_, objects) = answering(|_, _, _| {
        let headers = vec![("content-length".to_owned(), "100".to_owned())];
        Ok(WireResponse { headers, ..reply(200, "half") })
    })
    .await;
    match objects.get("logs", DIGEST).await {
        // The verifier compares the two.
        Ok(object) => assert_eq!((object.declared_len, object.body.len()), (Some(100), 4)),
        Err(error) => assert!(matches!(error, StoreError::Transport(_)), "{error}"),
    }
}

fn page(keys: &[&str], truncated: bool) -> WireResponse {
    let contents: String =
        keys.iter().map(|key| format!("<Contents><Key>{key}</Key><Size>7</Size></Contents>")).collect();
    let encoding = "<EncodingType>url</EncodingType>";
    let body =
        format!("<ListBucketResult>{encoding}<IsTruncated>{truncated}</IsTruncated>{contents}</ListBucketResult>");
    reply(200, body)
}

#[tokio::test]
async fn a_list_is_read_page_by_page_with_keys_as_they_are() {
    let (server, objects) = answering(|_, request, _| {
        let second = request.path.contains("start-after=a%2Fb%20c");
        Ok(if second { page(&["a/d%01"], false) } else { page(&["a/a", "a/b+c"], true) })
    })
    .await;
    let first = objects.list("logs", "a/", None).await.unwrap();
    let keys: Vec<&str> = first.entries.iter().map(|entry| entry.key.as_str()).collect();
    assert_eq!((keys, first.more), (vec!["a/a", "a/b c"], true));
    let second = objects.list("logs", "a/", Some("a/b c")).await.unwrap();
    assert_eq!(second.entries, [Entry { key: "a/d\u{1}".to_owned(), size: Some(7) }]);
    assert!(!second.more);
    assert_eq!(server.count("s3:ListObjectsV2"), 2);
}

#[tokio::test]
async fn a_list_that_is_no_list_is_no_answer() {
    for answer in [page(&[], true), reply(200, "<ListBucketResult><IsTruncated>true"), reply(200, "")] {
        let (_, objects) = answering(move |_, _, _| Ok(answer.clone())).await;
        let error = objects.list("logs", "a/", None).await.unwrap_err();
        assert!(matches!(error, StoreError::Transport(_)), "{error}");
    }
    let (_, objects) = answering(|_, _, _| Ok(s3_error(403, "AccessDenied"))).await;
    assert!(matches!(objects.list("logs", "a/", None).await, Err(StoreError::Denied(_))));
}

#[tokio::test]
async fn a_bucket_of_another_region_is_followed_once() {
    let (server, objects) = answering(|tag, _, _| {
        let headers = vec![("x-amz-bucket-region".to_owned(), "eu-west-1".to_owned())];
        Ok(match tag.region.as_str() {
            "eu-west-1" => reply(200, "there"),
            _ => WireResponse { headers, ..s3_error(301, "PermanentRedirect") },
        })
    })
    .await;
    assert_eq!(objects.get("logs", DIGEST).await.unwrap().body, "there");
    assert_eq!(objects.get("logs", DIGEST).await.unwrap().body, "there");
    assert_eq!(server.count("s3:GetObject"), 3, "the Region is remembered");
}
