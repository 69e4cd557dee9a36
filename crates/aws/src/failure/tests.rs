//! What becomes of a failure in the product's words.

use logproof_estate::{AccountId, Reason, Region};

use super::*;

fn service(status: u16, code: Option<&str>, message: &str) -> Failure {
    let message = message.to_owned();
    Failure::Service { code: code.map(str::to_owned), status, message, bucket_region: None }
}

fn said(failure: Failure) -> Unseen {
    let (account, region): (AccountId, Region) = ("222222222222".parse().unwrap(), "eu-central-1".parse().unwrap());
    let asked =
        Asked { operation: "s3:GetBucketEncryption", account: &account, region: Some(&region), subject: "logs" };
    failure.unseen(&asked, &[])
}

/// See: <https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html>
#[test]
fn codes_of_the_services() {
    let denied = || Reason::Denied { action: "s3:GetEncryptionConfiguration".to_owned() };
    for (codes, reason) in [
        (
            vec![
                "AccessDenied",
                "AccessDeniedException",
                "UnauthorizedOperation",
                "AuthorizationError",
                "AuthorizationErrorException",
                "AllAccessDisabled",
            ],
            denied(),
        ),
        (
            vec![
                "ExpiredToken",
                "ExpiredTokenException",
                "InvalidClientTokenId",
                "InvalidAccessKeyId",
                "UnrecognizedClientException",
                "SignatureDoesNotMatch",
                "InvalidSignatureException",
                "InvalidToken",
                "RequestExpired",
            ],
            Reason::NoCredentials,
        ),
        (
            vec![
                "Throttling",
                "ThrottlingException",
                "ThrottledException",
                "TooManyRequestsException",
                "RequestLimitExceeded",
                "RequestThrottled",
                "RequestThrottledException",
                "SlowDown",
                "BandwidthLimitExceeded",
            ],
            Reason::Throttled,
        ),
    ] {
        for code in codes {
            assert_eq!(said(service(403, Some(code), "no")).reason, reason, "{code}");
        }
    }
    let other = said(service(403, Some("InvalidObjectState"), "no")).reason;
    assert_eq!(other, Reason::ServiceError { code: "InvalidObjectState".to_owned() });
    assert_eq!(said(service(403, None, "<html>")).reason, denied());
    assert_eq!(said(service(429, None, "")).reason, Reason::Throttled);
    assert_eq!(said(service(502, None, "")).reason, Reason::ServiceError { code: "HTTP 502".to_owned() });
}

#[test]
fn the_other_failures() {
    let text = || "why".to_owned();
    for (failure, reason) in [
        (Failure::Transport(text()), Reason::Unreachable),
        (Failure::NotRecorded(text()), Reason::NotRecorded),
        (Failure::Malformed(text()), Reason::Malformed),
        (Failure::Credentials(text()), Reason::NoCredentials),
        (
            Failure::Role { role: "arn:r".to_owned(), detail: text() },
            Reason::RoleNotAssumable { role: "arn:r".to_owned() },
        ),
    ] {
        let unseen = said(failure);
        assert_eq!((unseen.reason, unseen.detail.as_str()), (reason, "why"));
    }
}

#[test]
fn what_is_said_names_the_place_and_what_to_do() {
    let unseen = said(service(403, Some("AccessDenied"), "explicit deny in a service control policy"));
    let expected = "cannot read `logs` with s3:GetBucketEncryption in account 222222222222, eu-central-1: access denied \
                    for `s3:GetEncryptionConfiguration` (explicit deny in a service control policy)";
    assert_eq!(unseen.to_string(), expected);
    let hint = "allow `s3:GetEncryptionConfiguration` for the audit role in account 222222222222, and look for an SCP, \
                RCP or resource policy that denies it";
    assert_eq!(unseen.hint, hint);
    let gone = said(service(404, Some("NoSuchBucket"), "The specified bucket does not exist"));
    assert!(gone.hint.starts_with("create the bucket"), "{}", gone.hint);
}

/// The page of a proxy must not flood a report.
#[test]
fn a_cause_is_one_short_line() {
    let page = format!("<html>\n{}</html>\n", "<p>blocked</p>\n".repeat(100));
    let line = one_line(&page);
    assert!(line.starts_with("<html> <p>blocked</p> <p>") && line.ends_with(" ..."), "{line}");
    assert!(!line.contains('\n') && line.chars().count() <= 304, "{line}");
    assert_eq!(one_line(" short\n text "), "short text");
}

#[test]
fn a_refused_role_is_about_the_role_and_nothing_else_is() {
    let role = || "arn:r".to_owned();
    let refused = service(403, Some("AccessDenied"), "no").assuming(role());
    assert_eq!(refused, Failure::Role { role: role(), detail: "`AccessDenied`: no".to_owned() });
    for other in [service(400, Some("ExpiredToken"), "no"), service(500, None, ""), Failure::Transport(role())] {
        assert_eq!(other.clone().assuming(role()), other);
    }
    assert_eq!(service(500, None, "page").to_string(), "HTTP 500: page");
    assert_eq!(refused.to_string(), "role `arn:r` cannot be assumed: `AccessDenied`: no");
}

fn answered(status: u16, body: &'static str, region: Option<&'static str>) -> HttpResponse {
    let body = aws_smithy_types::body::SdkBody::from(body);
    let mut response = HttpResponse::new(status.try_into().unwrap(), body);
    if let Some(region) = region {
        response.headers_mut().insert("x-amz-bucket-region", region);
    }
    response
}

#[test]
fn a_refusal_of_s3_is_read_as_it_is_written() {
    let document = "<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code><Message>no &amp; no</Message></Error>";
    assert_eq!(Failure::of_s3(&answered(403, document, None)), service(403, Some("AccessDenied"), "no & no"));
    // A page of a proxy has no code, whatever it says.
    let page = "<html><Code>NoSuchKey</Code></html>";
    assert_eq!(Failure::of_s3(&answered(404, page, None)), service(404, None, page));
    assert_eq!(Failure::of_s3(&answered(503, "", None)), service(503, None, ""));
    let moved = "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-1</Region></Error>";
    for (document, header) in [(moved, None), ("<Error><Code>PermanentRedirect</Code></Error>", Some("eu-west-1"))] {
        match Failure::of_s3(&answered(301, document, header)) {
            Failure::Service { bucket_region: Some(region), .. } => assert_eq!(region.as_str(), "eu-west-1"),
            failure => panic!("{failure}"),
        }
    }
    assert!(matches!(Failure::of_s3(&answered(206, "part", None)), Failure::Malformed(_)));
    let class = "<Error><Code>InvalidObjectState</Code><StorageClass>GLACIER</StorageClass></Error>";
    assert_eq!(element(&answered(403, class, None), "StorageClass").as_deref(), Some("GLACIER"));
}
