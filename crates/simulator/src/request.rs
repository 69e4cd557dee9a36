//! Which call a request is: who asks for what, where.

use logproof_wire::{CallTag, WireRequest};

use crate::http::HttpRequest;

/// What access key ids of assumed roles begin with; the account follows. Together they have the 20 characters of AWS's own.
const OF_ACCOUNT: &str = "ASIASIMU";

/// The access key id that an assumed role in `account` is given.
pub(crate) fn access_key_of(account: &str) -> String {
    format!("{OF_ACCOUNT}{account}")
}

/// A request that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    /// Who is asked what, where.
    pub(crate) tag: CallTag,
    /// The same request, as a described landing zone is asked.
    pub(crate) request: WireRequest,
    /// Whose quota it counts against: the account of the credentials.
    pub(crate) charged: String,
}

/// Reads who asks for what, where; `caller` is the account of credentials that this simulator has not given.
///
/// # Errors
/// What is wrong with the request.
pub(crate) fn read(http: &HttpRequest, caller: &str) -> Result<Call, String> {
    let (key, region, signed_for) = scope(http.header("authorization"))?;
    let charged = key.strip_prefix(OF_ACCOUNT).unwrap_or(caller).to_owned();
    let body = text_of(&http.body);
    let (service, operation) = operation(http, signed_for, &body)?;
    // The described landing zone looks for the role in the account it is asked of.
    let account = match operation.as_str() {
        "AssumeRole" => role_account(&body).ok_or("AssumeRole without the ARN of a role")?,
        _ => charged.clone(),
    };
    let host = http.header("host").split(':').next().unwrap_or_default().to_owned();
    let tag = CallTag { account, region: region.to_owned(), service: service.to_owned(), operation };
    Ok(Call {
        tag,
        request: WireRequest { method: http.method.clone(), host, path: http.target.clone(), body },
        charged,
    })
}

/// Access key id, Region and service of a signature.
///
/// See: <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html>
fn scope(authorization: &str) -> Result<(&str, &str, &str), String> {
    let unsigned = || format!("no signature of version 4: `{authorization}`");
    let (_, credential) = authorization.split_once("Credential=").ok_or_else(unsigned)?;
    let mut parts = credential.split(',').next().unwrap_or_default().split('/');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(key), Some(_day), Some(region), Some(service)) => Ok((key, region, service)),
        _ => Err(unsigned()),
    }
}

/// The service as the program names it, and the operation.
fn operation<'s>(http: &HttpRequest, signed_for: &'s str, body: &str) -> Result<(&'s str, String), String> {
    let path = http.target.split('?').next().unwrap_or_default();
    let unknown = || format!("not understood: {} {} for {signed_for}", http.method, http.target);
    let named = match signed_for {
        // Both are signed as S3; only S3 Control has a version in its path.
        "s3" if path.starts_with("/v20180820/configuration/publicAccessBlock") => {
            return Ok(("s3control", "GetPublicAccessBlock".to_owned()));
        }
        "s3" => of_s3(http).map(str::to_owned),
        "access-analyzer" => match (http.method.as_str(), path) {
            ("GET", "/analyzer") => Some("ListAnalyzers".to_owned()),
            ("POST", "/findingv2") => Some("ListFindingsV2".to_owned()),
            _ => None,
        },
        "iam" | "sts" | "sns" => form_value(body, "Action"),
        // See: <https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html>
        "monitoring" => path.rsplit_once("/operation/").map(|(_, name)| name.to_owned()),
        _ => http.header("x-amz-target").rsplit_once('.').map(|(_, name)| name.to_owned()),
    };
    let service = if signed_for == "monitoring" { "cloudwatch" } else { signed_for };
    named.map(|name| (service, name)).ok_or_else(unknown)
}

/// What is asked of a bucket, by the parameter that names it.
///
/// See: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html>
const OF_BUCKET: [(&str, &str); 16] = [
    ("acl", "GetBucketAcl"),
    ("encryption", "GetBucketEncryption"),
    ("intelligent-tiering", "ListBucketIntelligentTieringConfigurations"),
    ("lifecycle", "GetBucketLifecycleConfiguration"),
    ("list-type", "ListObjectsV2"),
    ("location", "GetBucketLocation"),
    ("logging", "GetBucketLogging"),
    ("object-lock", "GetObjectLockConfiguration"),
    ("ownershipControls", "GetBucketOwnershipControls"),
    ("policy", "GetBucketPolicy"),
    ("publicAccessBlock", "GetPublicAccessBlock"),
    ("replication", "GetBucketReplication"),
    ("retention", "GetObjectRetention"),
    ("tagging", "GetBucketTagging"),
    ("versioning", "GetBucketVersioning"),
    ("versions", "ListObjectVersions"),
];

fn of_s3(http: &HttpRequest) -> Option<&'static str> {
    let (path, query) = http.target.split_once('?').unwrap_or((&http.target, ""));
    let mut parts = path.trim_start_matches('/').splitn(2, '/');
    let bucket = parts.next().unwrap_or_default();
    let key = parts.next().unwrap_or_default();
    let names: Vec<&str> = query.split('&').map(|pair| pair.split('=').next().unwrap_or_default()).collect();
    let asked = OF_BUCKET.iter().find(|(name, _)| names.contains(name)).map(|(_, operation)| *operation);
    match http.method.as_str() {
        "GET" if bucket.is_empty() => Some("ListBuckets"),
        "GET" => asked.or((!key.is_empty()).then_some("GetObject")),
        _ => None,
    }
}

/// A body as text. CloudWatch is sent CBOR, which is read as the JSON it represents.
fn text_of(body: &[u8]) -> String {
    match std::str::from_utf8(body) {
        Ok(text) => text.to_owned(),
        Err(_) => ciborium::from_reader::<serde_json::Value, _>(body)
            .map_or_else(|_| String::from_utf8_lossy(body).into_owned(), |value| value.to_string()),
    }
}

fn form_value(form: &str, name: &str) -> Option<String> {
    let value = form.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
    percent_encoding::percent_decode_str(value).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

/// The account in the ARN of the role that is to be assumed.
fn role_account(form: &str) -> Option<String> {
    form_value(form, "RoleArn")?.split(':').nth(4).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: &str, target: &str, scope: &str, body: &str) -> HttpRequest {
        let authorization =
            format!("AWS4-HMAC-SHA256 Credential={scope}/aws4_request, SignedHeaders=host, Signature=0");
        let headers = [("authorization", authorization), ("host", "127.0.0.1:80".to_owned())];
        let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        HttpRequest { method: method.to_owned(), target: target.to_owned(), headers, body: body.as_bytes().to_vec() }
    }

    fn told(http: &HttpRequest) -> Result<String, String> {
        let Call { tag, charged, .. } = read(http, "111111111111")?;
        Ok(format!("{}:{} of {} in {} for {charged}", tag.service, tag.operation, tag.account, tag.region))
    }

    #[test]
    fn a_request_says_who_asks_for_what_and_where() {
        let assumed = access_key_of("222222222222");
        assert_eq!(assumed.len(), 20);
        let of = |service: &str| format!("{assumed}/20260115/eu-west-1/{service}");
        let role = "Action=AssumeRole&RoleArn=arn%3Aaws%3Aiam%3A%3A333333333333%3Arole%2FLogproofAudit";
        let cases = [
            (request("GET", "/?x-id=ListBuckets", &of("s3"), ""), "s3:ListBuckets"),
            (request("GET", "/logs/?versioning", &of("s3"), ""), "s3:GetBucketVersioning"),
            (request("GET", "/logs/?list-type=2&prefix=acl%2F", &of("s3"), ""), "s3:ListObjectsV2"),
            (request("GET", "/logs/a/b?x-id=GetObject", &of("s3"), ""), "s3:GetObject"),
            (request("GET", "/logs/a/b?retention", &of("s3"), ""), "s3:GetObjectRetention"),
            (
                request("GET", "/v20180820/configuration/publicAccessBlock", &of("s3"), ""),
                "s3control:GetPublicAccessBlock",
            ),
            (request("POST", "/", &of("iam"), "Action=GetRole&Version=2010-05-08"), "iam:GetRole"),
            (
                request(
                    "POST",
                    "/service/GraniteServiceVersion20100801/operation/DescribeAlarms",
                    &of("monitoring"),
                    "",
                ),
                "cloudwatch:DescribeAlarms",
            ),
            (request("GET", "/analyzer?type=ACCOUNT", &of("access-analyzer"), ""), "access-analyzer:ListAnalyzers"),
        ];
        for (http, expected) in cases {
            assert_eq!(told(&http).unwrap(), format!("{expected} of 222222222222 in eu-west-1 for 222222222222"));
        }
        let assume = request("POST", "/", "AKIAEMULATEDCALLER00/20260115/eu-west-1/sts", role);
        assert_eq!(told(&assume).unwrap(), "sts:AssumeRole of 333333333333 in eu-west-1 for 111111111111");
    }

    #[test]
    fn what_is_not_understood_is_said() {
        let scope = "KEY/20260115/eu-west-1/s3";
        for (http, expected) in [
            (request("PUT", "/logs/a", scope, ""), "not understood: PUT /logs/a for s3"),
            (request("GET", "/logs/", scope, ""), "not understood: GET /logs/ for s3"),
            (request("POST", "/", "KEY/20260115/eu-west-1/kms", "{}"), "not understood: POST / for kms"),
            (request("POST", "/", "KEY", ""), "no signature"),
            (request("POST", "/", "KEY/1/eu-west-1/sts", "Action=AssumeRole"), "without the ARN"),
        ] {
            let error = told(&http).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }
}
