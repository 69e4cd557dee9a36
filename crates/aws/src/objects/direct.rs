//! One object, one signed request: the SDK asks S3 for very many small objects at many times the cost of the answer.
//!
//! Owns: the request for an object and what its answer means. Must not know: which objects are asked for. The SDK still
//! says where the bucket is asked (endpoint, host or path style), has the connections, and reads credentials.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials as _, SharedCredentialsProvider},
};
use aws_sdk_s3::{Client, presigning::PresigningConfig};
use aws_smithy_runtime_api::{
    client::{
        http::{HttpConnector as _, SharedHttpConnector},
        orchestrator::{HttpRequest, HttpResponse},
    },
    http::Request,
};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};
use logproof_integrity::store::{Arrived, Object};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Fault, sign};
use crate::{
    clock,
    failure::{Failure, element},
    seam::cause,
};

/// What a path holds as it is. See: <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');
/// The key that the SDK is asked the address of.
const PROBE: &str = "probe";
/// How long before they expire credentials are asked for again.
const RENEW_BEFORE: Duration = Duration::from_secs(300);

/// Reads objects of one bucket in one Region.
pub(super) struct Direct {
    connector: SharedHttpConnector,
    origin: String,
    /// What stands before a key in the path.
    folder: String,
    region: String,
    owner: String,
    timeout: Duration,
    provider: SharedCredentialsProvider,
    current: Mutex<Option<Credentials>>,
    renewal: tokio::sync::Mutex<()>,
}

/// Who asks, and how long one answer may take.
pub(super) struct Asker {
    pub(super) connector: SharedHttpConnector,
    pub(super) provider: SharedCredentialsProvider,
    pub(super) region: String,
    pub(super) owner: String,
    pub(super) timeout: Duration,
}

impl fmt::Debug for Direct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Direct").field("origin", &self.origin).finish_non_exhaustive()
    }
}

impl Direct {
    /// Finds out where the bucket is asked.
    pub(super) async fn new(client: &Client, bucket: &str, asker: Asker) -> Result<Self, Failure> {
        let malformed = |what: &str| Failure::Malformed(format!("the address of bucket `{bucket}` {what}"));
        let briefly =
            PresigningConfig::expires_in(Duration::from_secs(60)).map_err(|error| malformed(&error.to_string()))?;
        let probe = client.get_object().bucket(bucket).key(PROBE).presigned(briefly).await?;
        let (place, _) = probe.uri().split_once('?').unwrap_or((probe.uri(), ""));
        let unusual = || malformed(&format!("is of an unknown form: {place}"));
        let place = place.strip_suffix(PROBE).and_then(|place| place.strip_suffix('/')).ok_or_else(unusual)?;
        let (scheme, rest) = place.split_once("://").ok_or_else(unusual)?;
        let (host, folder) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let Asker { connector, provider, region, owner, timeout } = asker;
        Ok(Self {
            origin: format!("{scheme}://{host}"),
            folder: folder.to_owned(),
            current: Mutex::default(),
            renewal: tokio::sync::Mutex::default(),
            connector,
            region,
            owner,
            timeout,
            provider,
        })
    }

    /// Reads an object.
    pub(super) async fn get(&self, key: &str) -> Result<Object, Fault> {
        let asked = async {
            let request = self.request(key).await?;
            let response = self.connector.call(request).await;
            whole(response.map_err(|error| Failure::Transport(cause(&error)))?).await
        };
        let late = |_| Failure::Transport(format!("no answer within {} s", self.timeout.as_secs()));
        let response = tokio::time::timeout(self.timeout, asked).await.map_err(late)??;
        if response.status().as_u16() == 200 { Ok(object(response)) } else { Err(refusal(&response)) }
    }

    async fn request(&self, key: &str) -> Result<HttpRequest, Failure> {
        let credentials = self.credentials().await?;
        let uri = format!("{}{}/{}", self.origin, self.folder, utf8_percent_encode(key, ENCODED));
        let unusable =
            |error: &dyn fmt::Display| Failure::Malformed(format!("object `{key}` cannot be asked for: {error}"));
        let owner = [("x-amz-expected-bucket-owner", self.owner.clone())];
        let signed = sign::headers(&credentials, &self.region, &uri, &owner, clock::system_time());
        let mut request: HttpRequest = Request::new(SdkBody::empty());
        for (name, value) in owner.into_iter().chain(signed.map_err(|error| unusable(&error))?) {
            request.headers_mut().try_insert(name, value).map_err(|error| unusable(&error))?;
        }
        request.set_uri(uri).map_err(|error| unusable(&error))?;
        Ok(request)
    }

    async fn credentials(&self) -> Result<Credentials, Failure> {
        if let Some(lasting) = self.lasting() {
            return Ok(lasting);
        }
        let _alone = self.renewal.lock().await;
        if let Some(lasting) = self.lasting() {
            return Ok(lasting);
        }
        let given = self.provider.provide_credentials().await;
        let credentials = given.map_err(|error| Failure::Credentials(innermost(&error)))?;
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Some(credentials.clone());
        Ok(credentials)
    }

    fn lasting(&self) -> Option<Credentials> {
        let current = self.current.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        current.expiry().is_none_or(|expiry| expiry > clock::system_time() + RENEW_BEFORE).then_some(current)
    }
}

/// The answer with all of its body.
async fn whole(mut response: HttpResponse) -> Result<HttpResponse, Failure> {
    let body = std::mem::replace(response.body_mut(), SdkBody::empty());
    let body = ByteStream::new(body).collect().await.map_err(|error| Failure::Transport(innermost(&error)))?;
    *response.body_mut() = SdkBody::from(body.into_bytes());
    Ok(response)
}

fn object(response: HttpResponse) -> Object {
    let headers = response.headers();
    let metadata = headers.iter().filter_map(|(name, value)| {
        let name = name.strip_prefix("x-amz-meta-")?;
        Some((name.to_ascii_lowercase(), value.to_owned()))
    });
    let metadata = Some(metadata.collect());
    let declared_len = headers.get("content-length").and_then(|length| length.parse().ok());
    let body = response.body().bytes().map(bytes::Bytes::copy_from_slice).unwrap_or_default();
    Object { body, declared_len, metadata, arrived: Arrived::AsStored }
}

/// See: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html#API_GetObject_Errors>
fn refusal(response: &HttpResponse) -> Fault {
    match Failure::of_s3(response) {
        Failure::Service { code: Some(code), .. } if code == "InvalidObjectState" => {
            Fault::Archived(element(response, "StorageClass").unwrap_or_else(|| "an archive".to_owned()))
        }
        failure => Fault::Failed(failure),
    }
}

fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let last = std::iter::successors(Some(error), |&cause| cause.source()).last();
    last.map(|cause| cause.to_string().replace('\n', " ")).unwrap_or_default()
}
