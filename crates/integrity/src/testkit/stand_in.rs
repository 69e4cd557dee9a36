//! A server that answers as S3, CloudTrail and STS do, over HTTP, with trouble as told.
//!
//! Owns: so much of the protocols as readers of digest chains use. Must not know: chains. Signatures of requests are not
//! checked.

use super::generate::Generated;
use super::sign::Signer;
use crate::memory::MemoryStore;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;
use std::collections::{BTreeSet, HashMap};
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What goes wrong with one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Nothing.
    None,
    /// The caller is refused.
    Denied,
    /// The server fails.
    Failing,
    /// The caller is asked to slow down.
    SlowDown,
    /// The connection is cut in the middle of the body.
    Cut,
    /// No answer comes, and the connection stays open.
    Silent,
    /// Half of the body comes and no more, and the connection stays open.
    Stalled,
}

/// Decides what goes wrong, from `bucket/key` (or `LIST bucket/prefix`, `KEYS`, `IDENTITY`) and how often it was asked for before.
pub type Plot = dyn Fn(&str, usize) -> Trouble + Send + Sync;

struct Shared {
    store: MemoryStore,
    keys: BTreeSet<(String, String)>,
    account: String,
    latency: Duration,
    plot: Box<Plot>,
    asked: Mutex<(Vec<String>, HashMap<String, usize>)>,
}

/// A server on a port of this machine, until the process ends.
#[derive(Clone)]
pub struct StandIn {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Request {
    method_and_path: String,
    target: String,
    body: String,
}

impl StandIn {
    /// Serves what was generated, as account `account`, each answer after `latency`.
    ///
    /// # Errors
    ///
    /// When no port can be had.
    pub fn start(
        generated: &Generated,
        account: &str,
        latency: Duration,
        plot: impl Fn(&str, usize) -> Trouble + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let store = generated.store.clone();
        let keys = store.objects().map(|(bucket, key, _)| (bucket.to_owned(), key.to_owned())).collect();
        let shared = Arc::new(Shared {
            store,
            keys,
            account: account.to_owned(),
            latency,
            plot: Box::new(plot),
            asked: Mutex::default(),
        });
        let server = Self { address: listener.local_addr()?, shared: Arc::clone(&shared) };
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                thread::spawn(move || shared.converse(stream));
            }
        });
        Ok(server)
    }

    /// The endpoint.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What was asked for so far, in order, as a [`Plot`] is told.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        self.shared.asked.lock().expect("nobody panics with it").0.clone()
    }
}

impl Shared {
    /// Answers one connection until it ends, however that is.
    fn converse(&self, stream: TcpStream) -> Option<()> {
        stream.set_nodelay(true).ok()?;
        let mut writer = stream.try_clone().ok()?;
        let mut reader = BufReader::new(stream);
        loop {
            let request = read_request(&mut reader)?;
            if !self.latency.is_zero() {
                thread::sleep(self.latency);
            }
            self.answer(&request, &mut writer)?;
        }
    }

    fn answer(&self, request: &Request, out: &mut TcpStream) -> Option<()> {
        if request.target.ends_with("ListPublicKeys") {
            return troubled(self.trouble("KEYS"), &[], public_keys().as_bytes(), out);
        }
        if request.body.contains("Action=GetCallerIdentity") {
            let trouble = self.trouble("IDENTITY");
            let account = &self.account;
            let body = format!(
                "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
                 <Arn>arn:aws:sts::{account}:assumed-role/Tester/1</Arn><UserId>AROA:1</UserId><Account>{account}</Account>\
                 </GetCallerIdentityResult></GetCallerIdentityResponse>"
            );
            return troubled(trouble, &[], body.as_bytes(), out);
        }
        if request.body.contains("Action=AssumeRole") {
            return send(out, 200, &[], ASSUMED.as_bytes(), None);
        }
        let (path, query) = request.method_and_path.split_once('?').unwrap_or((&request.method_and_path, ""));
        let query: HashMap<String, String> =
            query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(decoded_pair).collect();
        let path = decoded(path.trim_start_matches('/'));
        let (bucket, key) = path.split_once('/').unwrap_or((&path, ""));
        if key.is_empty() && query.contains_key("location") {
            let body = "<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>";
            return send(out, 200, &[], body.as_bytes(), None);
        }
        if key.is_empty() {
            let trouble = self.trouble(&format!("LIST {bucket}/{}", query.get("prefix").map_or("", String::as_str)));
            return self.list(bucket, &query, trouble, out);
        }
        self.get(bucket, key, out)
    }

    fn trouble(&self, what: &str) -> Trouble {
        let mut asked = self.asked.lock().expect("nobody panics with it");
        asked.0.push(what.to_owned());
        let count = asked.1.entry(what.to_owned()).or_default();
        *count += 1;
        (self.plot)(what, *count - 1)
    }

    fn get(&self, bucket: &str, key: &str, out: &mut TcpStream) -> Option<()> {
        let trouble = self.trouble(&format!("{bucket}/{key}"));
        let Some(stored) = self.store.object(bucket, key) else { return error(out, 404, "NoSuchKey") };
        let metadata = stored.metadata.clone().unwrap_or_default();
        let headers: Vec<(String, String)> =
            metadata.into_iter().map(|(name, value)| (format!("x-amz-meta-{name}"), value)).collect();
        troubled(trouble, &headers, &stored.body, out)
    }

    fn list(&self, bucket: &str, query: &HashMap<String, String>, trouble: Trouble, out: &mut TcpStream) -> Option<()> {
        let text = |name: &str| query.get(name).map_or("", String::as_str);
        let prefix = text("prefix");
        let after = ["start-after", "marker", "continuation-token"].into_iter().map(text).max().unwrap_or_default();
        let most = query.get("max-keys").and_then(|most| most.parse().ok()).unwrap_or(1000);
        let from = (bucket.to_owned(), prefix.max(after).to_owned());
        let mut keys = self
            .keys
            .range(from..)
            .take_while(|(of, key)| of == bucket && key.starts_with(prefix))
            .map(|(_, key)| key)
            .filter(|key| key.as_str() > after);
        let page: Vec<&String> = keys.by_ref().take(most).collect();
        let more = keys.next().is_some();
        let next = page.last().filter(|_| more).map_or(String::new(), |last| {
            format!("<NextContinuationToken>{last}</NextContinuationToken><NextMarker>{last}</NextMarker>")
        });
        let size = |key: &str| self.store.object(bucket, key).map_or(0, |stored| stored.body.len());
        let contents: String =
            page.iter().map(|key| format!("<Contents><Key>{key}</Key><Size>{}</Size></Contents>", size(key))).collect();
        let body = format!(
            "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>{bucket}</Name>\
             <IsTruncated>{more}</IsTruncated>{next}{contents}</ListBucketResult>"
        );
        troubled(trouble, &[], body.as_bytes(), out)
    }
}

/// Credentials that open nothing.
const ASSUMED: &str = "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials>\
    <AccessKeyId>ASIDEXAMPLE</AccessKeyId><SecretAccessKey>example</SecretAccessKey><SessionToken>example</SessionToken>\
    <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";

fn public_keys() -> String {
    let keys = [Signer::cloudtrail(), Signer::intruder()].map(|signer| {
        json!({
            "Value": STANDARD.encode(signer.public_der()), "Fingerprint": signer.fingerprint(),
            "ValidityStartTime": 1_577_836_800, "ValidityEndTime": 2_208_988_800_u32,
        })
    });
    json!({ "PublicKeyList": keys }).to_string()
}

fn troubled(trouble: Trouble, headers: &[(String, String)], body: &[u8], out: &mut TcpStream) -> Option<()> {
    match trouble {
        Trouble::None => send(out, 200, headers, body, None),
        Trouble::Denied => error(out, 403, "AccessDenied"),
        Trouble::Failing => error(out, 500, "InternalError"),
        Trouble::SlowDown => error(out, 503, "SlowDown"),
        Trouble::Cut => {
            send(out, 200, headers, body, Some(body.len() / 2))?;
            out.shutdown(std::net::Shutdown::Both).ok().and(None)
        }
        Trouble::Silent => forever(),
        Trouble::Stalled => {
            send(out, 200, headers, body, Some(body.len() / 2))?;
            forever()
        }
    }
}

/// Says nothing more on this connection, for as long as the process lives.
fn forever() -> ! {
    loop {
        thread::park();
    }
}

fn error(out: &mut TcpStream, status: u16, code: &str) -> Option<()> {
    let body = format!("<Error><Code>{code}</Code><Message>as told</Message></Error>");
    send(out, status, &[], body.as_bytes(), None)
}

/// Sends an answer, or the beginning of it; nothing is returned when the connection has ended.
fn send(out: &mut TcpStream, status: u16, headers: &[(String, String)], body: &[u8], cut: Option<usize>) -> Option<()> {
    let mut answer = format!("HTTP/1.1 {status} Said\r\ncontent-length: {}\r\n", body.len()).into_bytes();
    for (name, value) in headers {
        answer.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    answer.extend_from_slice(b"\r\n");
    answer.extend_from_slice(body.get(..cut.unwrap_or(body.len()))?);
    out.write_all(&answer).ok()
}

fn read_request(reader: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut line = String::new();
    let mut request = Request { method_and_path: String::new(), target: String::new(), body: String::new() };
    let mut length = 0;
    loop {
        line.clear();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let text = line.trim_end();
        if text.is_empty() {
            break;
        }
        if request.method_and_path.is_empty() {
            request.method_and_path = text.split(' ').nth(1)?.to_owned();
        } else if let Some((name, value)) = text.split_once(':') {
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.trim().parse().ok()?,
                "x-amz-target" => value.trim().clone_into(&mut request.target),
                _ => {}
            }
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    request.body = String::from_utf8_lossy(&body).into_owned();
    Some(request)
}

fn decoded_pair((name, value): (&str, &str)) -> (String, String) {
    (decoded(name), decoded(&value.replace('+', " ")))
}

fn decoded(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        match (first, code) {
            (b'%', Some(code)) => {
                bytes.push(code);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
