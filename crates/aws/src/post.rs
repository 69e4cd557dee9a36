//! One POST to a server that is none of AWS's, over the connection stack the AWS clients use: no second one is needed.

use std::time::Duration;

use aws_smithy_http_client::{Connector, tls};
use aws_smithy_runtime_api::{
    client::{http::HttpConnector as _, orchestrator::HttpRequest},
    http::{Headers, Request},
};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Posts a body and returns that of the answer.
///
/// # Errors
/// In one line, why there is no answer that says 200 and has at most `most` bytes.
pub async fn post(url: &str, content_type: &'static str, body: Vec<u8>, most: usize) -> Result<Vec<u8>, String> {
    let answer = tokio::time::timeout(PATIENCE, exchange(url, content_type, body, most)).await;
    answer.unwrap_or_else(|_| Err(format!("no answer within {} s", PATIENCE.as_secs())))
}

async fn exchange(url: &str, content_type: &'static str, body: Vec<u8>, most: usize) -> Result<Vec<u8>, String> {
    let connector =
        Connector::builder().tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc)).build();
    let mut headers = Headers::new();
    headers.insert("content-type", content_type);
    headers.insert("content-length", body.len().to_string());
    let mut request: HttpRequest = Request::new(SdkBody::from(body));
    request.set_method("POST").map_err(|error| error.to_string())?;
    request.set_uri(url).map_err(|error| error.to_string())?;
    *request.headers_mut() = headers;
    let mut answer = connector.call(request).await.map_err(|error| innermost(&error))?;
    if answer.status().as_u16() != 200 {
        return Err(format!("HTTP {}", answer.status().as_u16()));
    }
    let mut content = Vec::new();
    let mut parts = ByteStream::new(std::mem::replace(answer.body_mut(), SdkBody::empty()));
    while let Some(part) = parts.next().await {
        content.extend_from_slice(&part.map_err(|error| innermost(&error))?);
        if content.len() > most {
            return Err(format!("the answer has more than {most} bytes"));
        }
    }
    Ok(content)
}

fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let last = std::iter::successors(Some(error), |&cause| cause.source()).last();
    last.map(|cause| cause.to_string().replace('\n', " ")).unwrap_or_default()
}
