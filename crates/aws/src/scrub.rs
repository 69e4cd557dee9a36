//! Takes credentials out of what is recorded, wherever they stand in a request line or a body.
//!
//! Works on bytes, whatever the format: a member, an element or a query parameter with one of a few names has its
//! value replaced. What is already replaced stays as it is, so a replayed answer has the same content address.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use bytes::Bytes;

const REPLACED: &[u8] = b"REDACTED";

/// Names whose values open something: credentials of STS and its kin, and what makes a URL a presigned one.
///
/// See: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html>
const NAMES: [&str; 6] = [
    "SecretAccessKey",
    "SessionToken",
    "X-Amz-Security-Token",
    "X-Amz-Signature",
    "X-Amz-Credential",
    "AWSAccessKeyId=",
];

static SEARCH: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::builder().ascii_case_insensitive(true).build(NAMES).ok());

/// The body without credentials, as it is recorded; the same body, uncopied, when there are none.
#[must_use]
pub fn body(body: &Bytes) -> Bytes {
    scrubbed(body).map_or_else(|| body.clone(), Bytes::from)
}

/// The text without credentials.
pub(crate) fn text(text: String) -> String {
    match scrubbed(text.as_bytes()) {
        Some(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        None => text,
    }
}

fn scrubbed(input: &[u8]) -> Option<Vec<u8>> {
    let mut output = Vec::new();
    let mut kept = 0;
    for found in SEARCH.as_ref()?.find_iter(input) {
        let Some((start, end)) = value(input, found.start(), found.end()) else { continue };
        if start < kept {
            continue;
        }
        output.extend_from_slice(input.get(kept..start).unwrap_or_default());
        output.extend_from_slice(REPLACED);
        kept = end;
    }
    if kept == 0 {
        return None;
    }
    output.extend_from_slice(input.get(kept..).unwrap_or_default());
    Some(output)
}

/// Where the value of the name at `start..end` stands, when the name is one of a member, element or parameter.
fn value(input: &[u8], start: usize, end: usize) -> Option<(usize, usize)> {
    let before = input.get(..start)?.last().copied();
    let after = input.get(end..)?;
    let parameter = |skipped: usize| {
        let from = end + skipped;
        let stops = |byte: &u8| b"&\"'<>\\ \t\r\n".contains(byte);
        let length = input.get(from..)?.iter().position(stops).unwrap_or(input.len() - from);
        Some((from, from + length))
    };
    if input.get(..end)?.last() == Some(&b'=') {
        return parameter(0);
    }
    match after.first()? {
        b'=' => parameter(1),
        b'%' if after.get(..3).is_some_and(|coded| coded.eq_ignore_ascii_case(b"%3d")) => parameter(3),
        b'>' if before == Some(b'<') => {
            let from = end + 1;
            let length = input.get(from..)?.iter().position(|byte| *byte == b'<')?;
            Some((from, from + length))
        }
        // A member of JSON, or of JSON in a string of JSON: its quotes then have backslashes before them.
        b'"' | b'\\' if before == Some(b'"') => {
            let colon = after.iter().position(|byte| !b"\\\" \t\r\n".contains(byte))?;
            let after_colon = after.get(colon..)?.strip_prefix(b":")?;
            let blanks = after_colon.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let opening = after_colon.get(blanks..)?;
            let slashes = opening.iter().take_while(|byte| **byte == b'\\').count();
            let quote = opening.get(..=slashes).filter(|quote| quote.ends_with(b"\""))?;
            let from = end + colon + 1 + blanks + quote.len();
            let rest = input.get(from..)?;
            let length = rest.windows(quote.len()).position(|part| part == quote).unwrap_or(rest.len());
            Some((from, from + length))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_taken_out_of_every_form_and_nothing_else_is() {
        for (given, kept) in [
            (
                "{\"SecretAccessKey\": \"ab/c\\/d+e=\", \"Expiration\": 1}",
                "{\"SecretAccessKey\": \"REDACTED\", \"Expiration\": 1}",
            ),
            (
                r#"{"Event":"{\"credentials\":{\"sessionToken\":\"a\\/b\",\"accountId\":\"1\"}}"}"#,
                r#"{"Event":"{\"credentials\":{\"sessionToken\":\"REDACTED\",\"accountId\":\"1\"}}"}"#,
            ),
            ("<SecretAccessKey>ab</SecretAccessKey><A/>", "<SecretAccessKey>REDACTED</SecretAccessKey><A/>"),
            (
                "https://b/k?X-Amz-Credential=AKIA%2F1&X-Amz-Date=2&x-amz-security-token=t&X-Amz-Signature=ff\" x",
                "https://b/k?X-Amz-Credential=REDACTED&X-Amz-Date=2&x-amz-security-token=REDACTED&X-Amz-Signature=REDACTED\" x",
            ),
            ("/k?AWSAccessKeyId=AKIA&Expires=1", "/k?AWSAccessKeyId=REDACTED&Expires=1"),
        ] {
            assert_eq!(text(given.to_owned()), kept);
            assert_eq!(text(kept.to_owned()), kept, "twice is once");
        }
        for untouched in [
            "{\"Key\":\"SessionToken\",\"Value\":\"x\"}",
            "{\"aws:PrincipalTag/SecretAccessKey\": \"x\"}",
            "the SessionToken is not here",
            "{\"SessionToken\": 5}",
            "",
        ] {
            assert_eq!(text(untouched.to_owned()), untouched);
        }
    }

    #[test]
    fn a_value_that_does_not_end_is_taken_out_whole() {
        assert_eq!(text("{\"SessionToken\":\"abc".to_owned()), "{\"SessionToken\":\"REDACTED");
        assert_eq!(text("X-Amz-Signature=abc".to_owned()), "X-Amz-Signature=REDACTED");
    }
}
