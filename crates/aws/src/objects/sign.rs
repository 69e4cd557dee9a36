//! Signature Version 4 of requests for objects, which have no body.
//!
//! Owns: how requests to S3 are signed, by the SDK's own signer. Must not know: where credentials come from.
//! See: <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{
        PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
        UriPathNormalizationMode, sign,
    },
    sign::v4,
};
use aws_smithy_runtime_api::client::identity::Identity;

/// What must not go wrong here, in words.
type Unsigned = Box<dyn std::error::Error + Send + Sync>;

/// The headers that sign a GET of `uri` with `headers`, in one Region at one instant.
pub(super) fn headers(
    credentials: &Credentials,
    region: &str,
    uri: &str,
    headers: &[(&'static str, String)],
    at: SystemTime,
) -> Result<Vec<(&'static str, String)>, Unsigned> {
    let identity = Identity::from(credentials.clone());
    let mut settings = SigningSettings::default();
    // S3 signs the path as it is sent: encoded once, no part of it taken for another.
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    let signing = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("s3")
        .time(at)
        .settings(settings)
        .build()?
        .into();
    let given = headers.iter().map(|(name, value)| (*name, value.as_str()));
    let request = SignableRequest::new("GET", uri, given, SignableBody::Bytes(b""))?;
    let (instructions, _) = sign(request, &signing)?.into_parts();
    let (signed, _) = instructions.into_parts();
    Ok(signed.into_iter().map(|header| (header.name(), header.value().to_owned())).collect())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    /// The example of the documentation: see
    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html#example-signature-GET-object>
    #[test]
    fn the_documented_example_has_the_documented_signature() {
        let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", secret, None, None, "test");
        // 2013-05-24T00:00:00Z
        let at = UNIX_EPOCH + Duration::from_secs(1_369_353_600);
        let range = [("range", "bytes=0-9".to_owned())];
        let uri = "https://examplebucket.s3.amazonaws.com/test.txt";
        let signed = headers(&credentials, "us-east-1", uri, &range, at).unwrap();
        let of = |name: &str| signed.iter().find(|header| header.0 == name).map(|header| header.1.as_str());
        assert_eq!(of("x-amz-date"), Some("20130524T000000Z"));
        assert_eq!(
            of("x-amz-content-sha256"),
            Some("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        );
        assert_eq!(
            of("authorization"),
            Some(
                "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, \
                 SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, \
                 Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
            )
        );
    }

    #[test]
    fn a_session_token_is_sent_and_signed() {
        let credentials = Credentials::new("AKIDEXAMPLE", "secret", Some("token".to_owned()), None, "test");
        let signed = headers(&credentials, "eu-central-1", "https://logs.example.org/a%20b", &[], UNIX_EPOCH).unwrap();
        assert!(signed.contains(&("x-amz-security-token", "token".to_owned())));
        let authorization = &signed.iter().find(|header| header.0 == "authorization").unwrap().1;
        assert!(authorization.contains("x-amz-security-token"), "{authorization}");
    }
}
