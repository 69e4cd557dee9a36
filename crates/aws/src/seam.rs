//! The one seam: every request of every SDK client passes here, and is forwarded to the network or served from a
//! description or a recording. Counts calls, gives each exchange its id and hands it to the recorder.
//!
//! Knows HTTP, not services: what an operation means is the business of the observers.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use aws_smithy_runtime_api::{
    client::{
        http::{
            HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
            SharedHttpConnector,
        },
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
        runtime_components::RuntimeComponents,
    },
    http::StatusCode,
};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};
use bytes::Bytes;
use jiff::Timestamp;
use logproof_estate::ExchangeId;

use logproof_digest::sha256_hex;
use logproof_wire::{
    CallTag, Exchange, INFLATED, KEPT_HEADERS, NoAnswer, RECEIPT, Recorder, Serve, WireRequest, WireResponse,
};

use crate::{
    Options, clock, receipt, scrub,
    traffic::{Ended, Traffic, asks_for_less},
};

tokio::task_local! {
    /// Exchanges made by the question being asked in this task.
    static MADE: RefCell<Vec<Made>>;
}

/// One exchange made by the current question.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    pub(crate) id: ExchangeId,
    pub(crate) tag: CallTag,
}

/// Runs `future` and returns with it the exchanges it made, in order.
pub(crate) async fn with_exchanges<F: Future>(future: F) -> (F::Output, Vec<Made>) {
    MADE.scope(RefCell::default(), async {
        let output = future.await;
        (output, MADE.with(RefCell::take))
    })
    .await
}

/// Runs two parts of a question at the same time, with the evidence that they would leave one after the other: the exchanges
/// of `second` come last, and not at all when `first` fails. The last exchange of a failure is the one that failed.
pub(crate) async fn side_by_side<A, B, E>(
    first: impl Future<Output = Result<A, E>>,
    second: impl Future<Output = Result<B, E>>,
) -> Result<(A, B), E> {
    let (first, (second, made)) = futures::join!(first, with_exchanges(second));
    let first = first?;
    // Outside a question nothing is collected.
    let _ = MADE.try_with(|all| all.borrow_mut().extend(made));
    Ok((first, second?))
}

/// Told of every call as it ends; for progress and `-v`.
pub type OnCall = Arc<dyn Fn(&Exchange) + Send + Sync>;

#[derive(Clone)]
enum Upstream {
    Network(SharedHttpClient, Arc<Traffic>),
    Served(Arc<dyn Serve>),
}

struct Inner {
    upstream: Upstream,
    /// Who has answers already, asked first and in this order: this run's own record, an interrupted run.
    earlier: Vec<Arc<dyn Serve>>,
    recorded: Option<Arc<dyn Serve>>,
    recorder: Option<Arc<dyn Recorder>>,
    on_call: Option<OnCall>,
    calls: Arc<Mutex<BTreeMap<String, u64>>>,
    /// The connections that clients were given.
    connector: OnceLock<SharedHttpConnector>,
}

/// The seam, shared by all clients of a run.
#[derive(Clone)]
pub(crate) struct Seam(Arc<Inner>);

impl fmt::Debug for Seam {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seam").finish_non_exhaustive()
    }
}

impl Seam {
    pub(crate) fn network(client: SharedHttpClient, traffic: Traffic, options: Options) -> Self {
        Self::new(Upstream::Network(client, Arc::new(traffic)), options)
    }

    pub(crate) fn served(server: Arc<dyn Serve>, options: Options) -> Self {
        Self::new(Upstream::Served(server), options)
    }

    /// The same way out, recording nothing and answering nothing from an earlier run.
    pub(crate) fn unrecorded(&self) -> Self {
        let options = Options { on_call: self.0.on_call.clone(), ..Options::default() };
        Self::new(self.0.upstream.clone(), options)
    }

    fn new(upstream: Upstream, options: Options) -> Self {
        let Options { on_call, recorder, earlier, recorded } = options;
        Self(Arc::new(Inner {
            upstream,
            earlier: earlier.into_iter().collect(),
            recorded,
            recorder,
            on_call,
            calls: Arc::default(),
            connector: OnceLock::new(),
        }))
    }

    /// The same way out, where what this run recorded answers before anybody else; `None` when it records nothing.
    pub(crate) fn again(&self) -> Option<Self> {
        let Inner { upstream, earlier, recorded, recorder, on_call, calls, .. } = &*self.0;
        let recorded = recorded.as_ref()?;
        Some(Self(Arc::new(Inner {
            upstream: upstream.clone(),
            earlier: [recorded].into_iter().chain(earlier).map(Arc::clone).collect(),
            recorded: None,
            recorder: recorder.clone(),
            on_call: on_call.clone(),
            calls: Arc::clone(calls),
            connector: OnceLock::new(),
        })))
    }

    /// The connections themselves, past the seam: once a client has them, and only when nobody records, watches or answers
    /// what passes here.
    pub(crate) fn connector(&self) -> Option<SharedHttpConnector> {
        let Inner { earlier, recorder, on_call, connector, .. } = &*self.0;
        let unseen = earlier.is_empty() && recorder.is_none() && on_call.is_none();
        connector.get().filter(|_| unseen).cloned()
    }

    /// Calls so far by `service:Operation`, retries included.
    pub(crate) fn calls(&self) -> BTreeMap<String, u64> {
        self.0.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn finish(&self, exchange: &Exchange, body: &Bytes) {
        let id = exchange.id();
        let name = format!("{}:{}", exchange.tag.service, exchange.tag.operation);
        *self.0.calls.lock().unwrap_or_else(PoisonError::into_inner).entry(name).or_insert(0) += 1;
        made(id.clone(), &exchange.tag);
        if let Some(recorder) = &self.0.recorder {
            recorder.record(&id, exchange, body);
        }
        if let Some(on_call) = &self.0.on_call {
            on_call(exchange);
        }
    }
}

impl HttpClient for Seam {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let forward = match &self.0.upstream {
            Upstream::Network(client, traffic) => {
                let connector = client.http_connector(settings, components);
                self.0.connector.get_or_init(|| connector.clone());
                Forward::Network(connector, Arc::clone(traffic))
            }
            Upstream::Served(server) => Forward::Served(Arc::clone(server)),
        };
        SharedHttpConnector::new(SeamConnector { seam: self.clone(), forward })
    }
}

#[derive(Debug, Clone)]
enum Forward {
    Network(SharedHttpConnector, Arc<Traffic>),
    Served(Arc<dyn Serve>),
}

#[derive(Debug, Clone)]
struct SeamConnector {
    seam: Seam,
    forward: Forward,
}

impl HttpConnector for SeamConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let connector = self.clone();
        HttpConnectorFuture::new(async move { connector.exchange(request).await })
    }
}

impl SeamConnector {
    async fn exchange(self, mut request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let tag = request.extension::<CallTag>().cloned().unwrap_or_else(untagged);
        let wire = describe(&request, &tag);
        if let Some(response) = self.seam.0.earlier.iter().find_map(|earlier| earlier.serve(&tag, &wire).ok()) {
            return self.answer_earlier(tag, wire, response);
        }
        let wanted = receipt::wanted(&request);
        let (started, mut answer) = match &self.forward {
            // The credential chain has limits of its own, and its calls are few.
            Forward::Network(connector, _) if tag.service == CREDENTIALS => {
                (clock::now(), forward(connector, request).await)
            }
            Forward::Network(connector, traffic) => in_turn(connector, traffic, &tag, request).await,
            Forward::Served(server) => {
                read_whole(&mut request).await?;
                let answer = serve(server.as_ref(), &tag, &request).map(|response| (response, Vec::new()));
                (clock::now(), answer)
            }
        };
        let is_recorded = matches!(&self.forward, Forward::Served(server) if server.is_recording());
        if let (Some(wanted), false, Ok((response, other_headers))) = (wanted, is_recorded, &mut answer) {
            receipt::give(wanted, response, other_headers);
        }
        let ended = clock::now();
        let nothing = Bytes::new();
        let (status, headers, body, failure) = match &answer {
            Ok((response, _)) => (Some(response.status), response.headers.clone(), &response.body, None),
            Err(error) => (None, Vec::new(), &nothing, Some(cause(error))),
        };
        // The body of AssumeRole* holds credentials: neither it nor its digest is kept.
        let body = if is_secret(&tag) && !is_refusal(&tag, status) { nothing } else { scrub::body(body) };
        let exchange =
            Exchange { body_sha256: sha256_hex(&body), tag, request: wire, status, headers, failure, started, ended };
        self.seam.finish(&exchange, &body);
        let (response, other_headers) = answer?;
        rebuild(response, other_headers)
    }
}

impl SeamConnector {
    /// An answer the interrupted run already has: it is neither a call nor recorded again.
    fn answer_earlier(
        &self,
        tag: CallTag,
        request: WireRequest,
        response: WireResponse,
    ) -> Result<HttpResponse, ConnectorError> {
        let exchange = Exchange {
            body_sha256: sha256_hex(&response.body),
            tag,
            request,
            status: Some(response.status),
            headers: response.headers.clone(),
            failure: None,
            started: Timestamp::UNIX_EPOCH,
            ended: Timestamp::UNIX_EPOCH,
        };
        made(exchange.id(), &exchange.tag);
        rebuild(response, Vec::new())
    }
}

/// Notes an exchange for the question being asked; outside a question (start-up, credentials) nobody asks.
fn made(id: ExchangeId, tag: &CallTag) {
    let _ = MADE.try_with(|made| made.borrow_mut().push(Made { id, tag: tag.clone() }));
}

/// A request of no observer: the credential chain asks container, instance, SSO and token services.
const CREDENTIALS: &str = "credentials";

fn untagged() -> CallTag {
    CallTag {
        account: "caller".to_owned(),
        region: "unknown".to_owned(),
        service: CREDENTIALS.to_owned(),
        operation: "Unknown".to_owned(),
    }
}

/// A request body as text. CloudWatch is sent CBOR, which is kept as the JSON it represents.
fn text_of(body: &[u8]) -> String {
    match std::str::from_utf8(body) {
        Ok(text) => text.to_owned(),
        Err(_) => ciborium::from_reader::<serde_json::Value, _>(body)
            .map_or_else(|_| String::from_utf8_lossy(body).into_owned(), |value| value.to_string()),
    }
}

/// Whether request and answer are about credentials: neither is kept.
fn is_secret(tag: &CallTag) -> bool {
    tag.service == CREDENTIALS || tag.service == "sts" && tag.operation != "GetCallerIdentity"
}

/// Whether a role could not be assumed: the answer has the reason and no credentials.
fn is_refusal(tag: &CallTag, status: Option<u16>) -> bool {
    tag.service == "sts" && tag.operation == "AssumeRole" && status.is_some_and(|status| status >= 400)
}

/// Whether the request stores its body.
fn is_store(tag: &CallTag) -> bool {
    tag.service == "s3" && tag.operation == "PutObject"
}

/// The request as it is recorded: no headers; for credential calls neither query nor body (which can carry tokens and
/// the external id).
fn describe(request: &HttpRequest, tag: &CallTag) -> WireRequest {
    let uri: http::Uri = request.uri().parse().unwrap_or_default();
    let secret = is_secret(tag);
    // What is stored is known already, and would be shown whole to whoever watches the calls.
    let left_out = secret || is_store(tag);
    let body = if left_out { &[][..] } else { request.body().bytes().unwrap_or_default() };
    let path = if secret { Some(uri.path().to_owned()) } else { uri.path_and_query().map(ToString::to_string) };
    WireRequest {
        method: request.method().to_owned(),
        host: uri.host().unwrap_or_default().to_owned(),
        path: scrub::text(path.unwrap_or_default()),
        body: scrub::text(text_of(body)),
    }
}

/// Reads a body that comes in parts, as a file does.
async fn read_whole(request: &mut HttpRequest) -> Result<(), ConnectorError> {
    if request.body().bytes().is_none() {
        let parts = std::mem::replace(request.body_mut(), SdkBody::empty());
        let whole = ByteStream::new(parts).collect().await.map_err(|error| ConnectorError::io(error.into()))?;
        *request.body_mut() = SdkBody::from(whole.into_bytes());
    }
    Ok(())
}

fn serve(server: &dyn Serve, tag: &CallTag, request: &HttpRequest) -> Result<WireResponse, ConnectorError> {
    let mut wire = describe(request, tag);
    let content = request.body().bytes().unwrap_or_default();
    let answer = if is_store(tag) {
        let headers = request.headers().iter().map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
        server.store(tag, &wire, &headers, content)
    } else {
        wire.body = text_of(content);
        server.serve(tag, &wire)
    };
    answer.map_err(|no_answer| match no_answer {
        NoAnswer::Broken(why) => ConnectorError::io(why.into()),
        NoAnswer::NotRecorded(what) => ConnectorError::user(format!("not in the recording: {what}").into()),
    })
}

/// An answer with the headers that are not kept as evidence, or why there is none.
type Answer = Result<(WireResponse, Vec<(String, String)>), ConnectorError>;

/// Sends the request when its turn has come, and returns when that was. Only then its time begins to run.
async fn in_turn(
    connector: &SharedHttpConnector,
    traffic: &Traffic,
    tag: &CallTag,
    request: HttpRequest,
) -> (Timestamp, Answer) {
    let sent = traffic.send(tag).await;
    let started = clock::now();
    let late = |_| ConnectorError::timeout(format!("no answer within {} s", traffic.attempt().as_secs()).into());
    let answer = tokio::time::timeout(traffic.attempt(), forward(connector, request)).await;
    let answer = answer.map_err(late).and_then(|answer| answer);
    sent.ended(match &answer {
        Ok((response, _)) if asks_for_less(response) => Ended::Throttled,
        Ok(_) => Ended::Answered,
        Err(_) => Ended::Lost,
    });
    (started, answer)
}

/// Sends the request and reads the whole answer. Headers that are not kept as evidence still go back to the SDK.
async fn forward(connector: &SharedHttpConnector, request: HttpRequest) -> Answer {
    let mut response = connector.call(request).await?;
    let status = response.status().as_u16();
    let (mut headers, mut others) = (Vec::new(), Vec::new());
    for (name, value) in response.headers() {
        let pair = (name.to_owned(), value.to_owned());
        if [RECEIPT, INFLATED].contains(&name) {
            // Only this program says so.
            continue;
        }
        if KEPT_HEADERS.contains(&name) { headers.push(pair) } else { others.push(pair) }
    }
    headers.sort();
    let body = std::mem::replace(response.body_mut(), SdkBody::empty());
    let body = ByteStream::new(body).collect().await.map_err(|error| ConnectorError::io(error.into()))?.into_bytes();
    Ok((WireResponse { status, headers, body }, others))
}

fn rebuild(response: WireResponse, others: Vec<(String, String)>) -> Result<HttpResponse, ConnectorError> {
    let status = StatusCode::try_from(response.status).map_err(|error| ConnectorError::other(error.into(), None))?;
    let mut rebuilt = HttpResponse::new(status, SdkBody::from(response.body));
    for (name, value) in response.headers.into_iter().chain(others) {
        // A header the SDK's own type refuses cannot have come from it; dropping it cannot change an answer.
        let _ = rebuilt.headers_mut().try_append(name, value);
    }
    Ok(rebuilt)
}

/// The innermost cause in one line.
pub(crate) fn cause(error: &ConnectorError) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string().replace('\n', " ")
}
