//! One landing zone during one run: the configuration, the source and the answers already given.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    num::NonZeroUsize,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use jiff::{SignedDuration, Timestamp, civil::Date};
use logproof_policy::{ParseError, Policy};
use lru::LruCache;

use crate::{
    cells::Cells,
    config::{Config, ReaderConfig},
    facts::{Account, Directory},
    memo::{Memo, Spawn},
    place::{AccountId, BucketRef, KeyRef},
    register::{Reader, Register, RetentionClass, day},
    share::Share,
    source::Source,
};

/// How many parsed policies are held.
const POLICIES: NonZeroUsize = NonZeroUsize::new(1024).unwrap();

/// Accounts by id.
type Accounts = Arc<[Account]>;

/// The time of a run: what is judged, and what was observed, is not of one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The instant that stands for "now".
    pub now: Timestamp,
    /// The last instant at which the run, or a share of it, may have looked.
    pub until: Timestamp,
}

/// How long a run and its shares may take: a share waits for its turn.
const LONGEST_RUN: SignedDuration = SignedDuration::from_hours(24);

/// One landing zone during one run. Every question of [`Source`] is also a method here and is asked at most once: an
/// answer that had to make room for others is read again from the recording.
pub struct Estate {
    config: Arc<Config>,
    source: Arc<dyn Source>,
    memo: Memo,
    as_of: Timestamp,
    began_then: bool,
    register: Arc<Register>,
    share: Share,
    /// Active accounts by id, and those of them that belong to the share, once they are known.
    active: OnceLock<(Accounts, Accounts)>,
    /// Takes the observations that are counted and not listed.
    cells: Option<Arc<dyn Cells>>,
    /// Policies by name and text, those used last.
    policies: Mutex<LruCache<(String, String), Arc<Policy>>>,
    /// What scenarios derived from answers and share, by type.
    derived: Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
}

impl Estate {
    /// An estate that asks `source`; `as_of` is the instant that stands for "now" in every control.
    #[must_use]
    pub fn new(config: Arc<Config>, source: Arc<dyn Source>, as_of: Timestamp) -> Self {
        let memo = Memo::over(source.again().is_some());
        let policies = Mutex::new(LruCache::new(POLICIES));
        let (register, share) = (Arc::default(), Share::Whole);
        let (active, cells, began_then, derived) = (OnceLock::new(), None, false, Mutex::default());
        Self { config, source, memo, as_of, began_then, register, share, active, cells, policies, derived }
    }

    /// The same with the owner's register; without it nothing is registered.
    #[must_use]
    pub fn with_register(mut self, register: Arc<Register>) -> Self {
        self.register = register;
        self
    }

    /// The same of a run that began at the instant that stands for "now": everything is observed after it.
    #[must_use]
    pub fn began_then(mut self, began_then: bool) -> Self {
        self.began_then = began_then;
        self
    }

    /// The time of the run.
    #[must_use]
    pub fn period(&self) -> Period {
        let until = if self.began_then { self.as_of.saturating_add(LONGEST_RUN).ok() } else { None };
        Period { now: self.as_of, until: until.unwrap_or(self.as_of) }
    }

    /// The same, of which others examine what does not belong to this share.
    #[must_use]
    pub fn with_share(mut self, share: Share) -> Self {
        self.share = share;
        self
    }

    /// The share of the accounts that is examined.
    #[must_use]
    pub fn share(&self) -> Share {
        self.share
    }

    /// The same, where questions are driven by `spawn` and not by who waits for their answers.
    #[must_use]
    pub fn asking_on(mut self, spawn: Spawn) -> Self {
        self.memo = self.memo.asking_on(spawn);
        self
    }

    /// The same with somebody who keeps the observations that are counted and not listed.
    #[must_use]
    pub fn with_cells(mut self, cells: Arc<dyn Cells>) -> Self {
        self.cells = Some(cells);
        self
    }

    /// Who keeps the observations that are counted and not listed.
    #[must_use]
    pub fn cells(&self) -> Option<&Arc<dyn Cells>> {
        self.cells.as_ref()
    }

    /// The active accounts of the organization by id.
    #[must_use]
    pub fn active_accounts(&self, directory: &Directory) -> Arc<[Account]> {
        Arc::clone(&self.accounts(directory).0)
    }

    /// The active accounts of the share by id.
    pub(crate) fn accounts_of_share(&self, directory: &Directory) -> Accounts {
        Arc::clone(&self.accounts(directory).1)
    }

    /// Made from the directory once for all scenarios.
    fn accounts(&self, directory: &Directory) -> &(Accounts, Accounts) {
        self.active.get_or_init(|| {
            let mut accounts: Vec<Account> = directory.active().cloned().collect();
            accounts.sort_by(|a, b| a.id.cmp(&b.id));
            let all: Accounts = accounts.into();
            let of_share =
                if self.share.is_whole() { Arc::clone(&all) } else { self.share.among(all.iter()).cloned().collect() };
            (all, of_share)
        })
    }

    /// What the owner registered.
    #[must_use]
    pub fn register(&self) -> &Arc<Register> {
        &self.register
    }

    /// A policy that many scenarios ask about, parsed once: it takes many times the memory of its text.
    ///
    /// # Errors
    /// As [`Policy::parse`].
    pub fn policy(&self, name: &str, text: &str) -> Result<Arc<Policy>, ParseError> {
        let mut policies = self.policies.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (name.to_owned(), text.to_owned());
        if let Some(parsed) = policies.get(&key) {
            return Ok(Arc::clone(parsed));
        }
        let parsed = Arc::new(Policy::parse(name, text.as_bytes())?);
        policies.put(key, Arc::clone(&parsed));
        Ok(parsed)
    }

    /// What a scenario has derived from answers and the configuration, as every other scenario would.
    #[must_use]
    pub fn derived<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        let derived = self.derived.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = Arc::clone(derived.get(&TypeId::of::<T>())?);
        drop(derived);
        kept.downcast().ok()
    }

    /// Keeps what a scenario has derived, for all of them: one value of each type. What was kept first stays.
    pub fn keep_derived<T: Send + Sync + 'static>(&self, value: T) -> Arc<T> {
        let mut derived = self.derived.lock().unwrap_or_else(PoisonError::into_inner);
        let mine = Arc::new(value);
        let kept = derived.entry(TypeId::of::<T>()).or_insert_with(|| Arc::<T>::clone(&mine));
        Arc::clone(kept).downcast().unwrap_or(mine)
    }

    /// What the owner expects.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    pub(crate) fn config_arc(&self) -> Arc<Config> {
        Arc::clone(&self.config)
    }

    /// The instant that stands for "now".
    #[must_use]
    pub fn as_of(&self) -> Timestamp {
        self.as_of
    }

    /// Today, in UTC.
    #[must_use]
    pub fn today(&self) -> Date {
        day(self.as_of)
    }

    /// Who may read log files: the readers of the register whose access has begun, and those of the configuration.
    #[must_use]
    pub fn readers(&self) -> Vec<ReaderConfig> {
        let begun = self.register.readers.iter().filter(|reader| reader.from <= self.today());
        begun.map(Reader::as_configured).chain(self.config.readers.iter().cloned()).collect()
    }

    /// Days a log file of a bucket must exist: what its streams are registered with, and never less than the
    /// configuration asks of every log file.
    #[must_use]
    pub fn retention_days(&self, bucket: &str) -> u32 {
        let least = |class: &RetentionClass| class.delete_after_days.max(self.config.least_days(&class.class));
        self.register.classes_of(bucket).map(least).max().unwrap_or(self.config.expectations.retention_days)
    }

    /// Days a log file of a bucket must be readable without a restore; as [`Self::retention_days`].
    #[must_use]
    pub fn hot_days(&self, bucket: &str) -> u32 {
        let least = |class: &RetentionClass| class.hot_days.max(self.config.least_hot_days(&class.class));
        self.register.classes_of(bucket).map(least).max().unwrap_or(self.config.expectations.hot_days)
    }

    /// Days of default retention Object Lock must have on a bucket: as configured, or as long as log files must exist.
    #[must_use]
    pub fn object_lock_days(&self, bucket: &str) -> u32 {
        self.config.expectations.object_lock_days.unwrap_or_else(|| self.retention_days(bucket))
    }

    /// How many distinct questions have been asked so far.
    #[must_use]
    pub fn questions_asked(&self) -> usize {
        self.memo.asked()
    }

    /// The log bucket, as the configuration names it.
    #[must_use]
    pub fn log_bucket(&self) -> BucketRef {
        BucketRef {
            name: self.config.log_bucket_name(),
            owner: self.config.organization.log_archive_account.clone(),
            region: self.config.organization.home_region.clone(),
        }
    }

    /// The bucket AWS Config delivers to, as the configuration names it.
    #[must_use]
    pub fn config_bucket(&self) -> BucketRef {
        BucketRef {
            name: self.config.config_bucket_name(),
            owner: self.config.config_account().clone(),
            ..self.log_bucket()
        }
    }

    /// A bucket of the log archive account in the home Region; the bucket of AWS Config where it is.
    #[must_use]
    pub fn store_bucket(&self, name: &str) -> BucketRef {
        if name == self.config.config_bucket_name() { self.config_bucket() } else { self.archive_bucket(name) }
    }

    /// A bucket of the log archive account in the home Region.
    #[must_use]
    pub fn archive_bucket(&self, name: &str) -> BucketRef {
        BucketRef { name: name.to_owned(), ..self.log_bucket() }
    }

    /// The log key, as the configuration names it.
    #[must_use]
    pub fn log_key(&self) -> KeyRef {
        KeyRef {
            id: self.config.names.key.clone(),
            account: self.key_account().clone(),
            region: self.config.organization.home_region.clone(),
        }
    }

    /// Account that holds the log key.
    #[must_use]
    pub fn key_account(&self) -> &AccountId {
        self.config.key_account()
    }

    pub(crate) fn source(&self) -> Arc<dyn Source> {
        Arc::clone(&self.source)
    }

    /// What answers a question that was asked before and whose answer was dropped.
    pub(crate) fn again(&self) -> Arc<dyn Source> {
        self.source.again().unwrap_or_else(|| self.source())
    }

    pub(crate) fn memo(&self) -> &Memo {
        &self.memo
    }
}
