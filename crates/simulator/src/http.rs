//! So much of HTTP/1.1 as the clients of the SDK use: requests with a length, connections that are kept.

use std::{
    collections::BTreeMap,
    io::{self, BufRead, BufReader, Read, Write},
    net::TcpStream,
};

use logproof_wire::WireResponse;

/// Bytes of a head or a body that are read at most.
const LIMIT: u64 = 8 * 1024 * 1024;

/// A request as it came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct HttpRequest {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    /// Names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl HttpRequest {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// Reads a request; nothing when the connection has ended.
///
/// # Errors
/// When the connection breaks, or what came is no request.
pub(crate) fn read(reader: &mut BufReader<TcpStream>) -> io::Result<Option<HttpRequest>> {
    let mut head = reader.by_ref().take(LIMIT);
    let mut line = String::new();
    if head.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace().map(str::to_owned);
    let (Some(method), Some(target)) = (words.next(), words.next()) else {
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("no request line: {line}")));
    };
    let mut request = HttpRequest { method, target, ..HttpRequest::default() };
    loop {
        let mut line = String::new();
        if head.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        request.headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length: u64 = request.header("content-length").parse().unwrap_or(0);
    if length > LIMIT {
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("a body of {length} bytes")));
    }
    reader.by_ref().take(length).read_to_end(&mut request.body)?;
    Ok(Some(request))
}

/// Writes an answer.
///
/// # Errors
/// When the connection has ended.
pub(crate) fn write(stream: &mut TcpStream, response: &WireResponse) -> io::Result<()> {
    let mut answer = format!("HTTP/1.1 {} Simulated\r\ncontent-length: {}\r\n", response.status, response.body.len());
    for (name, value) in &response.headers {
        answer.push_str(&format!("{name}: {value}\r\n"));
    }
    answer.push_str("\r\n");
    let mut bytes = answer.into_bytes();
    bytes.extend_from_slice(&response.body);
    stream.write_all(&bytes)
}
