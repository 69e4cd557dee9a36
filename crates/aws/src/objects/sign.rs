//! Signature Version 4 of requests without a body.
//!
//! Owns: the canonical request and the signature. Must not know: where credentials come from.
//!
//! The key that a day's requests are signed with is derived once, not once for each of very many objects.
//! See: <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>

use std::fmt::Write as _;

use aws_lc_rs::{
    digest::{SHA256, digest},
    hmac::{HMAC_SHA256, Key, sign},
};
use jiff::{Timestamp, tz::TimeZone};

/// SHA-256 of nothing.
pub(super) const NO_BODY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Signs requests to S3 in one Region on one day.
pub(super) struct Signer {
    key: Key,
    access_key: String,
    /// `DAY/REGION/s3/aws4_request`.
    scope: String,
    day: String,
}

/// An instant as requests state it: `20260115T120000Z`.
pub(super) fn stamp(at: Timestamp) -> String {
    TimeZone::UTC.to_datetime(at).strftime("%Y%m%dT%H%M%SZ").to_string()
}

impl Signer {
    /// A signer for the day of `stamp`.
    pub(super) fn new(access_key: &str, secret: &str, region: &str, stamp: &str) -> Self {
        let day = day_of(stamp);
        let mut key = Key::new(HMAC_SHA256, format!("AWS4{secret}").as_bytes());
        for part in [day, region, "s3", "aws4_request"] {
            key = Key::new(HMAC_SHA256, sign(&key, part.as_bytes()).as_ref());
        }
        let scope = format!("{day}/{region}/s3/aws4_request");
        Self { key, access_key: access_key.to_owned(), scope, day: day.to_owned() }
    }

    /// Whether it signs requests of the day of `stamp`.
    pub(super) fn is_of(&self, stamp: &str) -> bool {
        self.day == day_of(stamp)
    }

    /// The `authorization` header of a GET for an encoded path, without a query. All headers are signed; their names are
    /// in lower case and in order.
    pub(super) fn authorization(&self, path: &str, headers: &[(&'static str, String)], stamp: &str) -> String {
        let mut request = format!("GET\n{path}\n\n");
        for (name, value) in headers {
            // A string takes all there is room for.
            let _ = writeln!(request, "{name}:{value}");
        }
        let names = headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
        let _ = write!(request, "\n{names}\n{NO_BODY}");
        let hash = hex::encode(digest(&SHA256, request.as_bytes()));
        let text = format!("AWS4-HMAC-SHA256\n{stamp}\n{}\n{hash}", self.scope);
        let signature = hex::encode(sign(&self.key, text.as_bytes()));
        let (access_key, scope) = (&self.access_key, &self.scope);
        format!("AWS4-HMAC-SHA256 Credential={access_key}/{scope}, SignedHeaders={names}, Signature={signature}")
    }
}

fn day_of(stamp: &str) -> &str {
    stamp.get(..8).unwrap_or(stamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the documentation: see
    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html#example-signature-GET-object>
    #[test]
    fn the_documented_example_has_the_documented_signature() {
        let stamp = "20130524T000000Z";
        let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        let signer = Signer::new("AKIAIOSFODNN7EXAMPLE", secret, "us-east-1", stamp);
        let headers = [
            ("host", "examplebucket.s3.amazonaws.com".to_owned()),
            ("range", "bytes=0-9".to_owned()),
            ("x-amz-content-sha256", NO_BODY.to_owned()),
            ("x-amz-date", stamp.to_owned()),
        ];
        let authorization = signer.authorization("/test.txt", &headers, stamp);
        assert_eq!(
            authorization,
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, \
             SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, \
             Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
        );
        assert!(signer.is_of("20130524T235959Z") && !signer.is_of("20130525T000000Z"));
    }

    #[test]
    fn an_instant_is_stated_in_utc() {
        assert_eq!(stamp("2026-01-15T13:00:09.5+01:00".parse().unwrap()), "20260115T120009Z");
    }
}
