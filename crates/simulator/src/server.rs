//! The server: a thread for each connection, which is what a program keeps few of.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, BufReader},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Instant,
};

use logproof_wire::{NoAnswer, Serve, WireResponse};
use logproof_zone::{MockZone, ZoneError};
use serde_json::Value;

use crate::{
    Behaviour,
    http::{self, HttpRequest},
    quota::Buckets,
    request::{self, Call, access_key_of},
    tally::{Asked, Log, Outcome, Tally},
};

/// As long as the session tokens of AWS commonly are, so that what an account costs in memory is no less than there.
const TOKEN_LENGTH: usize = 800;
/// The stack of a connection; parsing JSON of some depth fits well.
const STACK: usize = 256 * 1024;

/// A landing zone in which every call is throttled: what its services say then, in the form of each.
const THROTTLED: &str = "base: sample\nfaults: [{kind: throttled}]\n";

#[derive(Debug)]
struct Shared {
    zone: MockZone,
    throttled: MockZone,
    caller: String,
    behaviour: Behaviour,
    started: Instant,
    buckets: Buckets,
    log: Log,
    /// Requests so far: what decides which of them is struck by a fault.
    requests: AtomicU64,
}

/// A simulated AWS on a port of this machine, until the process ends.
#[derive(Debug, Clone)]
pub struct Simulator {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Simulator {
    /// Begins to serve a landing zone. Credentials it has not given are those of the management account.
    ///
    /// # Errors
    /// When no port can be had, or the zone names no management account.
    pub fn start(zone: MockZone, behaviour: Behaviour) -> io::Result<Self> {
        let of_configuration = zone.config().pointer("/organization/management_account").and_then(Value::as_str);
        let caller = of_configuration.ok_or_else(|| io::Error::other("the zone has no management account"))?.to_owned();
        let throttled = MockZone::parse(THROTTLED, "throttled").map_err(io::Error::other)?;
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let log = Log::new(behaviour.keep);
        let (started, buckets, requests) = (Instant::now(), Buckets::default(), AtomicU64::default());
        let shared = Arc::new(Shared { zone, throttled, caller, behaviour, started, buckets, log, requests });
        let simulator = Self { address, shared: Arc::clone(&shared) };
        thread::Builder::new().name("simulator".to_owned()).spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                // Without a thread the connection is dropped, which is what a server out of room does.
                let _ = thread::Builder::new().stack_size(STACK).spawn(move || shared.converse(stream));
            }
        })?;
        Ok(simulator)
    }

    /// The endpoint, for `AWS_ENDPOINT_URL`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Counts so far.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.shared.log.tally()
    }

    /// Every request so far, in the order in which they were read; nothing unless [`Behaviour::keep`] is set.
    #[must_use]
    pub fn asked(&self) -> Vec<Asked> {
        self.shared.log.asked()
    }
}

/// Writes the configuration of a zone and its register into a folder, as an owner keeps them.
///
/// # Errors
/// When they cannot be written.
pub fn configuration(zone: &MockZone, folder: &Path) -> io::Result<()> {
    let config = toml::to_string(zone.config()).map_err(io::Error::other)?;
    fs::write(folder.join("logproof.toml"), config)?;
    let mut register = zone.register().clone();
    let evidence = register.as_object_mut().and_then(|entries| entries.remove("evidence")).unwrap_or_default();
    let evidence = evidence.as_object().into_iter().flatten();
    let evidence = evidence.filter_map(|(path, text)| Some((path.clone(), text.as_str()?.to_owned())));
    let texts: BTreeMap<String, String> =
        logproof_estate::register::texts(&register).map_err(|error| io::Error::other(error.to_string()))?;
    for (path, text) in texts.into_iter().chain(evidence) {
        let path = folder.join("register").join(path);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        fs::write(path, text)?;
    }
    Ok(())
}

/// A description with faults besides its own: every call of an account is refused.
///
/// # Errors
/// [`ZoneError`] when the description cannot be used.
pub fn denying(mut zone: Value, account: &str, origin: &str) -> Result<MockZone, ZoneError> {
    let fault = serde_json::json!({"account": account, "kind": "access-denied"});
    // A description that is no object is refused below.
    if let Some(members) = zone.as_object_mut() {
        let faults = members.entry("faults").or_insert_with(|| Value::Array(Vec::new()));
        faults.as_array_mut().into_iter().for_each(|faults| faults.insert(0, fault.clone()));
    }
    MockZone::from_value(zone, origin)
}

impl Shared {
    /// Answers one connection until it ends, however that is.
    fn converse(&self, stream: TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let mut writer = stream.try_clone()?;
        let mut reader = BufReader::new(stream);
        loop {
            let number = self.requests.fetch_add(1, Ordering::Relaxed);
            if strikes(self.behaviour.reset, number, 0) {
                // Closed with bytes that nobody has read, a connection is reset.
                reader.get_ref().peek(&mut [0])?;
                self.log.note_reset();
                return Ok(());
            }
            let Some(request) = http::read(&mut reader)? else { return Ok(()) };
            let begun = Instant::now();
            let Some(response) = self.answer(&request, number) else { return Ok(()) };
            thread::sleep(self.behaviour.latency.saturating_sub(begun.elapsed()));
            http::write(&mut writer, &response)?;
        }
    }

    /// The answer to one request; nothing where the description says that the connection breaks.
    fn answer(&self, http: &HttpRequest, number: u64) -> Option<WireResponse> {
        let call = match request::read(http, &self.caller) {
            Ok(call) => call,
            Err(wrong) => return Some(bad_request(&wrong)),
        };
        let Call { tag, request, charged } = &call;
        let now = self.started.elapsed();
        let name = (tag.service.as_str(), tag.operation.as_str());
        let take = |left| self.buckets.take(charged, &tag.region, (name, left), now);
        let within = self.behaviour.quotas.is_none_or(take);
        let throttled = !within || strikes(self.behaviour.throttled, number, 1);
        let (served, outcome) = match throttled {
            true => (self.throttled.serve(tag, request), Outcome::Throttled),
            false => (self.zone.serve(tag, request), Outcome::Answered),
        };
        self.log.note(tag, || format!("{} {} {}", request.method, request.path, request.body), outcome, now);
        match served {
            Ok(response) if tag.operation == "AssumeRole" => Some(with_credentials(response, &tag.account)),
            Ok(response) => Some(response),
            Err(NoAnswer::Broken(_) | NoAnswer::NotRecorded(_)) => None,
        }
    }
}

/// Credentials by which the account is recognized in later requests.
fn with_credentials(mut response: WireResponse, account: &str) -> WireResponse {
    let body = String::from_utf8_lossy(&response.body);
    let body = replaced(&body, "AccessKeyId", &access_key_of(account));
    let body = replaced(&body, "SessionToken", &"t".repeat(TOKEN_LENGTH));
    response.body = body.into();
    response
}

/// A document with another text in the element of that name.
fn replaced(document: &str, element: &str, text: &str) -> String {
    let (open, close) = (format!("<{element}>"), format!("</{element}>"));
    let parts = document.split_once(&open).and_then(|(before, rest)| Some((before, rest.split_once(&close)?.1)));
    parts.map_or_else(|| document.to_owned(), |(before, after)| format!("{before}{open}{text}{close}{after}"))
}

fn bad_request(wrong: &str) -> WireResponse {
    let headers = vec![("content-type".to_owned(), "text/plain".to_owned())];
    WireResponse { status: 400, headers, body: format!("the simulator: {wrong}").into() }
}

/// Whether a fault with this share strikes the request of this number: the same in every run, without a pattern.
fn strikes(share: f64, number: u64, kind: u64) -> bool {
    // See: <https://prng.di.unimi.it/splitmix64.c>
    let mut mixed = number.wrapping_mul(2).wrapping_add(kind).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    let unit = ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64;
    unit < share
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_strike_as_often_as_they_should() {
        for share in [0.0, 0.01, 0.05, 1.0] {
            let struck = (0..100_000).filter(|number| strikes(share, *number, 1)).count();
            let expected = share * 100_000.0;
            assert!((struck as f64 - expected).abs() < 300.0, "{struck} where {expected} are expected");
        }
        let both = (0..100_000).filter(|number| strikes(0.5, *number, 0) && strikes(0.5, *number, 1)).count();
        assert!((24_000..26_000).contains(&both), "two faults strike independently: {both}");
    }

    #[test]
    fn an_assumed_role_is_recognized_by_its_credentials() {
        let document = "<Credentials><AccessKeyId>ASIAMOCK</AccessKeyId><SessionToken>x</SessionToken></Credentials>";
        let response = WireResponse { status: 200, headers: Vec::new(), body: document.into() };
        let body = String::from_utf8(with_credentials(response, "222222222222").body.to_vec()).unwrap();
        assert!(
            body.starts_with("<Credentials><AccessKeyId>ASIASIMU222222222222</AccessKeyId><SessionToken>tttt"),
            "{body}"
        );
        assert!(body.ends_with("</SessionToken></Credentials>"), "{body}");
        let refused = WireResponse { status: 403, headers: Vec::new(), body: "<Error/>".into() };
        assert_eq!(with_credentials(refused.clone(), "222222222222"), refused);
    }
}
