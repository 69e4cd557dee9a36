//! How services ask for fewer calls.

use logproof_wire::WireResponse;

/// Error codes by which services ask for fewer calls.
///
/// See: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>
pub(crate) const THROTTLED: [&str; 9] = [
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "TooManyRequestsException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "BandwidthLimitExceeded",
];

/// How much of an error is looked at: the code stands at its beginning.
const HEAD: usize = 1024;

/// Whether an answer asks for fewer calls. It decides when the next call is sent and nothing else, so that a message that
/// quotes such a code does no harm.
pub(crate) fn asks_for_less(response: &WireResponse) -> bool {
    match response.status {
        429 | 503 => true,
        400..=599 => {
            let head = response.body.get(..HEAD).unwrap_or(&response.body);
            let text = String::from_utf8_lossy(head);
            let of_header = response.headers.iter().filter(|(name, _)| name == "x-amzn-errortype");
            let mut texts = of_header.map(|(_, value)| value.as_str()).chain([text.as_ref()]);
            texts.any(|text| THROTTLED.iter().any(|code| text.contains(code)))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use logproof_wire::{CallTag, Serve, WireRequest};
    use logproof_zone::MockZone;

    use super::*;

    #[test]
    fn each_service_is_understood_when_it_asks_for_less() {
        let throttled = MockZone::parse("base: sample\nfaults: [{kind: throttled}]\n", "zone.yaml").unwrap();
        let denied = MockZone::parse("base: sample\nfaults: [{kind: access-denied}]\n", "zone.yaml").unwrap();
        for operation in crate::OPERATIONS {
            let (service, operation) = operation.0.split_once(':').unwrap();
            let tag = CallTag {
                account: "222222222222".to_owned(),
                region: "eu-central-1".to_owned(),
                service: service.to_owned(),
                operation: operation.to_owned(),
            };
            let request = WireRequest {
                method: "POST".to_owned(),
                host: String::new(),
                path: "/".to_owned(),
                body: String::new(),
            };
            assert!(asks_for_less(&throttled.serve(&tag, &request).unwrap()), "{service}:{operation}");
            assert!(!asks_for_less(&denied.serve(&tag, &request).unwrap()), "{service}:{operation}");
        }
        let header = vec![("x-amzn-errortype".to_owned(), "TooManyRequestsException".to_owned())];
        assert!(asks_for_less(&WireResponse { status: 400, headers: header, body: "{}".into() }));
        assert!(!asks_for_less(&WireResponse { status: 200, headers: Vec::new(), body: "SlowDown".into() }));
    }
}
