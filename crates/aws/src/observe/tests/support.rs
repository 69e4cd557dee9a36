//! Wire answers in the five protocols of the services used, and the failures every observer must tell apart.

use std::{
    fmt::Debug,
    future::Future,
    sync::atomic::{AtomicBool, Ordering},
};

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{
            Intercept,
            context::{BeforeDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef},
            dyn_dispatch_hint,
        },
        orchestrator::{HttpResponse, Metadata},
        runtime_components::RuntimeComponents,
    },
    http::StatusCode,
};
use aws_smithy_types::{body::SdkBody, config_bag::ConfigBag};
use jiff::Timestamp;
use logproof_estate::{AccountId, BucketRef, Reason, Region, Unseen};
use serde_json::Value;

use crate::failure::{Asked, Failure};

/// An answer as it comes over the wire.
#[derive(Debug, Clone)]
pub(super) struct Wire {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Wire {
    pub(super) fn response(&self) -> HttpResponse {
        let mut response = HttpResponse::new(StatusCode::try_from(self.status).unwrap(), SdkBody::from(&*self.body));
        for (name, value) in &self.headers {
            response.headers_mut().insert(name.clone(), value.clone());
        }
        response
    }

    pub(super) fn status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same answer with the end of its body missing.
    fn cut_short(&self) -> Self {
        Self { body: self.body[..self.body.len() / 2].to_vec(), ..self.clone() }
    }

    fn empty(&self) -> Self {
        Self { body: Vec::new(), ..self.clone() }
    }
}

fn wire(status: u16, body: impl Into<Vec<u8>>) -> Wire {
    Wire { status, headers: Vec::new(), body: body.into() }
}

/// A success with a text body (XML, or the policy of a bucket).
pub(super) fn text(body: &str) -> Wire {
    wire(200, body)
}

/// A success with a JSON body.
pub(super) fn json(body: Value) -> Wire {
    wire(200, body.to_string())
}

/// A success with a CBOR body.
pub(super) fn cbor(body: &Value) -> Wire {
    wire(200, encode_cbor(body)).header("smithy-protocol", "rpc-v2-cbor")
}

/// Protocol of a service, as far as errors differ.
#[derive(Debug, Clone, Copy)]
pub(super) enum Protocol {
    /// S3 and S3 Control.
    S3,
    /// IAM, SNS, STS.
    Query,
    /// CloudTrail, KMS, Organizations, Config, EventBridge, CloudWatch Logs, Access Analyzer.
    Json,
    /// CloudWatch.
    Cbor,
}

impl Protocol {
    pub(super) fn error(self, status: u16, code: &str) -> Wire {
        let message = "as the service puts it";
        match self {
            Self::S3 => wire(status, format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>")),
            Self::Query => {
                let error =
                    format!("<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>");
                wire(status, format!("<ErrorResponse>{error}<RequestId>1</RequestId></ErrorResponse>"))
            }
            Self::Json => {
                let body = serde_json::json!({"__type": code, "message": message}).to_string();
                wire(status, body).header("x-amzn-errortype", code)
            }
            Self::Cbor => {
                let body = serde_json::json!({"__type": format!("com.amazonaws#{code}"), "message": message});
                wire(status, encode_cbor(&body)).header("smithy-protocol", "rpc-v2-cbor")
            }
        }
    }
}

/// CBOR of what JSON can say. See: <https://www.rfc-editor.org/rfc/rfc8949>
fn encode_cbor(value: &Value) -> Vec<u8> {
    let head = |major: u8, length: usize| {
        let length = u16::try_from(length).unwrap().to_be_bytes();
        vec![major << 5 | 25, length[0], length[1]]
    };
    match value {
        Value::Null => vec![0xf6],
        Value::Bool(value) => vec![if *value { 0xf5 } else { 0xf4 }],
        Value::Number(number) => match number.as_u64() {
            Some(number) => head(0, usize::try_from(number).unwrap()),
            None => [vec![0xfb], number.as_f64().unwrap().to_be_bytes().to_vec()].concat(),
        },
        Value::String(text) => [head(3, text.len()), text.as_bytes().to_vec()].concat(),
        Value::Array(items) => items.iter().fold(head(4, items.len()), |all, item| [all, encode_cbor(item)].concat()),
        Value::Object(map) => map.iter().fold(head(5, map.len()), |all, (key, item)| {
            [all, encode_cbor(&Value::String(key.clone())), encode_cbor(item)].concat()
        }),
    }
}

/// A client that is answered by rules of `aws-smithy-mocks`. The SDK crates come without their `test-util` feature, so
/// `mock_client!` is not there.
macro_rules! client_of {
    ($krate:ident, $rules:expr) => {{
        let mut mocks =
            aws_smithy_mocks::MockResponseInterceptor::new().rule_mode(aws_smithy_mocks::RuleMode::MatchAny);
        for rule in $rules {
            mocks = mocks.with_rule(&rule);
        }
        let retries = aws_smithy_types::retry::RetryConfig::standard()
            .with_max_attempts(3)
            .with_initial_backoff(std::time::Duration::from_millis(1));
        let config = $krate::Config::builder()
            .behavior_version($krate::config::BehaviorVersion::latest())
            .region($krate::config::Region::new("eu-central-1"))
            .credentials_provider($krate::config::Credentials::new("id", "key", None, None, "test"))
            .retry_config(retries)
            .http_client(aws_smithy_mocks::create_mock_http_client())
            .interceptor(mocks)
            .interceptor(crate::call::WholeAnswers)
            .interceptor(crate::observe::tests::support::Scrutiny::default())
            .build();
        $krate::Client::from_conf(config)
    }};
}
pub(super) use client_of;

/// A client whose operations answer with the given wire answers, one per attempt. One attempt more panics, or is
/// answered with status 418, so that a call too many cannot go unseen.
macro_rules! client {
    ($krate:ident: $($operation:ident => $answers:expr),+ $(,)?) => {{
        let rules = [$({
            let mut sequence = aws_smithy_mocks::mock!($krate::Client::$operation).sequence();
            for answer in $answers {
                let answer: crate::observe::tests::support::Wire = answer;
                sequence = sequence.http_response(move || answer.response());
            }
            sequence.build()
        }),+];
        crate::observe::tests::support::client_of!($krate, rules)
    }};
}
pub(super) use client;

/// Refuses requests that are not as they must be: about a bucket without saying which account must own it; for another
/// page without the token of the page before, which is `page-2` in every test.
///
/// See: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html>
#[derive(Debug, Default)]
pub(super) struct Scrutiny {
    more_pages: AtomicBool,
}

const TOKEN: &[u8] = b"page-2";

fn contains_token(text: &[u8]) -> bool {
    text.windows(TOKEN.len()).any(|window| window == TOKEN)
}

#[dyn_dispatch_hint]
impl Intercept for Scrutiny {
    fn name(&self) -> &'static str {
        "Scrutiny"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let operation = config.load::<Metadata>().unwrap();
        let request = context.request();
        match (operation.service(), operation.name(), request.headers().get("x-amz-expected-bucket-owner")) {
            ("S3", "ListBuckets", None) | ("S3", _, Some("222222222222")) => {}
            ("S3", name, owner) => return Err(format!("{name} sent with owner {owner:?}").into()),
            _ => {}
        }
        let with_token = contains_token(request.uri().as_bytes()) || contains_token(request.body().bytes().unwrap());
        match (self.more_pages.load(Ordering::SeqCst), with_token) {
            (true, false) => Err(format!("{} sent without the page token", operation.name()).into()),
            (false, true) => Err(format!("{} sent with a token of no page", operation.name()).into()),
            _ => Ok(()),
        }
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.more_pages.store(contains_token(context.response().body().bytes().unwrap()), Ordering::SeqCst);
        Ok(())
    }
}

/// One test that an observer tells apart the ways its call can fail. `$good` is an answer the observer can read.
macro_rules! fails_apart {
    ($name:ident: $krate:ident::$operation:ident, $protocol:ident, $asks:literal needs $action:literal,
     $good:expr, |$client:ident| $ask:expr) => {
        #[tokio::test]
        async fn $name() {
            let ask = |answers: Vec<crate::observe::tests::support::Wire>| async move {
                let $client = &crate::observe::tests::support::client!($krate: $operation => answers);
                $ask.await
            };
            let protocol = crate::observe::tests::support::Protocol::$protocol;
            crate::observe::tests::support::tells_apart(protocol, $asks, $action, $good, ask).await;
        }
    };
}
pub(super) use fails_apart;

pub(super) async fn tells_apart<T, F, Fut>(protocol: Protocol, asks: &'static str, action: &str, good: Wire, ask: F)
where
    T: Debug,
    F: Fn(Vec<Wire>) -> Fut,
    Fut: Future<Output = Result<T, Failure>>,
{
    let reason = async |answers: Vec<Wire>| unseen(asks, ask(answers).await.unwrap_err()).reason;
    let throttled = || protocol.error(400, "ThrottlingException");
    let html = || wire(500, "<html><body><h1>Internal Server Error</h1></body></html>");

    let denied = reason(vec![protocol.error(403, "AccessDenied")]).await;
    assert_eq!(denied, Reason::Denied { action: action.to_owned() });
    let answered = ask(vec![throttled(), throttled(), good.clone()]).await;
    assert!(answered.is_ok(), "{answered:?} after throttling");
    assert_eq!(reason(vec![throttled(), throttled(), throttled()]).await, Reason::Throttled);
    assert_eq!(reason(vec![good.cut_short(); 3]).await, Reason::Malformed, "a body cut short");
    assert_eq!(reason(vec![good.empty(); 3]).await, Reason::Malformed, "an empty body");
    let broken = reason(vec![html(), html(), html()]).await;
    assert_eq!(broken, Reason::ServiceError { code: "HTTP 500".to_owned() });
    let expired = reason(vec![protocol.error(403, "ExpiredToken"); 3]).await;
    assert_eq!(expired, Reason::NoCredentials);
}

pub(super) fn unseen(asks: &'static str, failure: Failure) -> Unseen {
    let asked = Asked { operation: asks, account: &account(), region: None, subject: "x" };
    failure.unseen(&asked, &[])
}

/// The words of a [`Failure::Malformed`].
pub(super) fn malformed<T: Debug>(answer: Result<T, Failure>) -> String {
    match answer.unwrap_err() {
        Failure::Malformed(what) => what,
        other => panic!("{other:?} is not malformed"),
    }
}

/// The code of a [`Failure::Service`].
pub(super) fn refused<T: Debug>(answer: Result<T, Failure>) -> String {
    match answer.unwrap_err() {
        Failure::Service { code, .. } => code.unwrap_or_default(),
        other => panic!("{other:?} is not an error of the service"),
    }
}

pub(super) fn at(instant: &str) -> Timestamp {
    instant.parse().unwrap()
}

pub(super) fn account() -> AccountId {
    "222222222222".parse().unwrap()
}

pub(super) fn region() -> Region {
    "eu-central-1".parse().unwrap()
}

pub(super) fn bucket() -> BucketRef {
    BucketRef { name: "logs".to_owned(), owner: account(), region: region() }
}
