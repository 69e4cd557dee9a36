//! The objects of a trail's bucket, as the verifier of digest chains reads them.
//!
//! One attempt a call: the verifier repeats and slows down itself. Every failure is told apart as the verifier must
//! tell it apart: what is not there, what is refused, and what may come when asked again.

mod direct;
mod sign;

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use aws_sdk_s3::{Client, error::SdkError, operation::get_object::GetObjectError, types::EncodingType};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use logproof_estate::{AccountId, BucketRef, Region, Unseen};
use logproof_integrity::{
    digest::Metadata,
    store::{Arrived, Entry, Object, ObjectStore, Page, StoreError},
};
use tokio::sync::OnceCell;

use direct::{Asker, Direct};

use crate::{
    Aws,
    failure::{Asked, Failure},
    receipt,
    seam::{Made, Seam, with_exchanges},
    session::{Refused, Session},
};

/// Keys a page holds at most. See: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html>
const PAGE_KEYS: i32 = 1000;

/// The objects of buckets of one account. Cloning is cheap; clones share what was learnt of Regions.
#[derive(Clone)]
pub struct TrailObjects(Arc<Inner>);

struct Inner {
    session: Session,
    owner: AccountId,
    receipts: bool,
    /// The Regions of buckets that are not where they were looked for.
    elsewhere: Mutex<HashMap<String, Region>>,
    clients: Mutex<HashMap<Region, Client>>,
    journal: Option<Mutex<Journal>>,
    /// The way past the seam, when nothing need be kept of what is asked.
    seam: Option<Seam>,
    direct: Mutex<HashMap<(String, Region), DirectCell>>,
}

/// What was asked on the way to one answer.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    pub(crate) made: Vec<Made>,
    /// What was asked and not answered in the end: how it failed, and the exchanges.
    pub(crate) failed: BTreeMap<String, (Failure, Vec<Made>)>,
}

impl fmt::Debug for TrailObjects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrailObjects").field("owner", &self.0.owner).finish_non_exhaustive()
    }
}

type DirectCell = Arc<OnceCell<Direct>>;

/// Why one call gave nothing.
enum Fault {
    /// The object must be restored first; its storage class.
    Archived(String),
    Failed(Failure),
}

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl Aws {
    /// The objects of a trail's bucket, read with the credentials of the bucket's account.
    ///
    /// # Errors
    /// [`Unseen`] when the role of the account cannot be assumed.
    pub async fn trail_objects(&self, bucket: &BucketRef) -> Result<TrailObjects, Unseen> {
        let (operation, subject) = ("s3:ListObjectsV2", bucket.name.as_str());
        let asked = Asked { operation, account: &bucket.owner, region: Some(&bucket.region), subject };
        match self.sessions.session(&bucket.owner, &bucket.region).await {
            Ok(session) => Ok(TrailObjects::of(session, bucket.owner.clone(), false, Some(self.seam.clone()))),
            Err(Refused { failure, made }) => Err(failure.unseen(&asked, &made)),
        }
    }
}

impl TrailObjects {
    /// Objects read with a session; `evidence` keeps a journal of what was asked, and receipts in place of what is stored.
    pub(crate) fn new(session: Session, owner: AccountId, evidence: bool) -> Self {
        Self::of(session, owner, evidence, None)
    }

    fn of(session: Session, owner: AccountId, evidence: bool, seam: Option<Seam>) -> Self {
        Self(Arc::new(Inner {
            seam,
            direct: Mutex::default(),
            session,
            owner,
            receipts: evidence,
            elsewhere: Mutex::default(),
            clients: Mutex::default(),
            journal: evidence.then(Mutex::default),
        }))
    }

    /// Takes what was asked so far.
    pub(crate) fn take_journal(&self) -> Journal {
        self.0.journal.as_ref().map(|journal| std::mem::take(&mut *lock(journal))).unwrap_or_default()
    }

    fn region(&self, bucket: &str) -> Region {
        lock(&self.0.elsewhere).get(bucket).unwrap_or_else(|| self.0.session.region()).clone()
    }

    fn client(&self, region: &Region) -> Client {
        let mut clients = lock(&self.0.clients);
        let made = || self.0.session.in_region(region.clone()).s3_for_objects(self.0.receipts);
        clients.entry(region.clone()).or_insert_with(made).clone()
    }

    /// The short way to the objects of a bucket, when there is one.
    async fn direct(&self, bucket: &str, region: &Region) -> Result<Option<DirectCell>, Failure> {
        let Some(connector) = self.0.seam.as_ref().and_then(Seam::connector) else { return Ok(None) };
        let Some(provider) = self.0.session.credentials() else { return Ok(None) };
        let cell = Arc::clone(lock(&self.0.direct).entry((bucket.to_owned(), region.clone())).or_default());
        let made = || async {
            let asker = Asker {
                connector,
                provider,
                region: region.to_string(),
                owner: self.0.owner.to_string(),
                timeout: self.0.session.attempt_timeout(),
            };
            Direct::new(&self.client(region), bucket, asker).await
        };
        cell.get_or_try_init(made).await?;
        Ok(Some(cell))
    }

    /// Asks where the bucket is, following S3 once when it says that the bucket is in another Region.
    async fn ask<T, F, Fut>(&self, bucket: &str, what: &str, ask: F) -> Result<T, StoreError>
    where
        F: Fn(Region) -> Fut,
        Fut: Future<Output = Result<T, Fault>>,
    {
        let Some(journal) = &self.0.journal else {
            return Box::pin(self.ask_in_region(bucket, ask)).await.map_err(|fault| in_words(&fault));
        };
        let (answer, made) = with_exchanges(Box::pin(self.ask_in_region(bucket, ask))).await;
        let mut journal = lock(journal);
        journal.made.extend(made.iter().cloned());
        match answer {
            Ok(value) => {
                journal.failed.remove(what);
                Ok(value)
            }
            Err(fault) => {
                let words = in_words(&fault);
                if let (Fault::Failed(failure), false) = (fault, words == StoreError::NotFound) {
                    journal.failed.insert(what.to_owned(), (failure, made));
                }
                Err(words)
            }
        }
    }

    async fn ask_in_region<T, F, Fut>(&self, bucket: &str, ask: F) -> Result<T, Fault>
    where
        F: Fn(Region) -> Fut,
        Fut: Future<Output = Result<T, Fault>>,
    {
        let region = self.region(bucket);
        match ask(region.clone()).await {
            Err(Fault::Failed(Failure::Service { bucket_region: Some(there), .. })) if there != region => {
                lock(&self.0.elsewhere).insert(bucket.to_owned(), there.clone());
                ask(there).await
            }
            answer => answer,
        }
    }
}

impl ObjectStore for TrailObjects {
    async fn list(&self, bucket: &str, prefix: &str, start_after: Option<&str>) -> Result<Page, StoreError> {
        let list = |region: Region| async move {
            // Keys may hold characters that XML cannot.
            let request =
                self.client(&region).list_objects_v2().bucket(bucket).prefix(prefix).encoding_type(EncodingType::Url);
            let request = request.set_start_after(start_after.map(str::to_owned)).max_keys(PAGE_KEYS);
            let output = request.expected_bucket_owner(self.0.owner.as_str()).send().await.map_err(Failure::from)?;
            let encoded = output.encoding_type() == Some(&EncodingType::Url);
            let entries = output.contents().iter().map(|object| {
                let key = object.key().ok_or_else(|| Failure::Malformed("the answer has no object key".to_owned()))?;
                let key = if encoded { decoded(key)? } else { key.to_owned() };
                Ok(Entry { key, size: object.size().and_then(|size| size.try_into().ok()) })
            });
            let entries = entries.collect::<Result<Vec<_>, Failure>>()?;
            let more = output.is_truncated().unwrap_or(false);
            if more && entries.is_empty() {
                return Err(Failure::Malformed("a list says it is truncated and names no object".to_owned()).into());
            }
            Ok(Page { entries, more })
        };
        self.ask(bucket, &format!("{bucket}/{prefix}"), list).await
    }

    async fn get(&self, bucket: &str, key: &str) -> Result<Object, StoreError> {
        let get = |region: Region| async move {
            if let Some(direct) = self.direct(bucket, &region).await?.as_deref().and_then(OnceCell::get) {
                return direct.get(key).await;
            }
            let request =
                self.client(&region).get_object().bucket(bucket).key(key).expected_bucket_owner(self.0.owner.as_str());
            let output = request.send().await.map_err(unreadable)?;
            let mut metadata: Metadata = output.metadata().map(lower_case).unwrap_or_default();
            let declared_len = output.content_length().and_then(|length| length.try_into().ok());
            let body = output.body.collect().await;
            let body = body.map_err(|error| Failure::Transport(error.to_string()))?.into_bytes();
            let arrived = match self.0.receipts {
                true => receipt::arrived(key, &mut metadata, &body).map_err(Failure::Malformed)?,
                false => Arrived::AsStored,
            };
            let declared_len = declared_len.filter(|_| arrived == Arrived::AsStored);
            Ok(Object { body, declared_len, metadata: Some(metadata), arrived })
        };
        self.ask(bucket, &format!("{bucket}/{key}"), get).await
    }
}

fn lower_case(pairs: &HashMap<String, String>) -> Metadata {
    pairs.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone())).collect()
}

fn lock<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A key as it is: S3 writes a space as `+`.
fn decoded(key: &str) -> Result<String, Failure> {
    let key = key.replace('+', " ");
    match percent_encoding::percent_decode_str(&key).decode_utf8() {
        Ok(key) => Ok(key.into_owned()),
        Err(_) => Err(Failure::Malformed("an object key is not percent-encoded UTF-8".to_owned())),
    }
}

/// See: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html#API_GetObject_Errors>
fn unreadable(error: SdkError<GetObjectError, HttpResponse>) -> Fault {
    match error.as_service_error() {
        Some(GetObjectError::InvalidObjectState(state)) => {
            let class = state.storage_class().map_or("an archive", |class| class.as_str());
            Fault::Archived(class.to_owned())
        }
        _ => Fault::Failed(match &error {
            SdkError::ServiceError(context) => Failure::of_s3(context.raw()),
            _ => error.into(),
        }),
    }
}

/// What a fault means to the verifier. Only S3's own word makes an object absent: a proxy's 404 does not.
///
/// See: <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>
fn in_words(fault: &Fault) -> StoreError {
    let failure = match fault {
        Fault::Archived(class) => return StoreError::Archived(class.clone()),
        Fault::Failed(failure) => failure,
    };
    if failure.is_throttled() {
        return StoreError::Throttled(failure.to_string());
    }
    match failure {
        Failure::Service { code: Some(code), .. } if matches!(code.as_str(), "NoSuchKey" | "NoSuchBucket") => {
            StoreError::NotFound
        }
        Failure::Service { code: Some(code), .. } if code == "RequestTimeout" => {
            StoreError::Transport(failure.to_string())
        }
        Failure::Service { code: None, status: 403, .. } => StoreError::Denied(failure.to_string()),
        Failure::Service { code: Some(_), status: 400..=499, .. } => StoreError::Denied(failure.to_string()),
        Failure::NotRecorded(_) | Failure::Credentials(_) | Failure::Role { .. } => {
            StoreError::Denied(failure.to_string())
        }
        Failure::Service { .. } | Failure::Transport(_) | Failure::Malformed(_) => {
            StoreError::Transport(failure.to_string())
        }
    }
}

#[cfg(test)]
mod tests;
