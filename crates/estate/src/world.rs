//! The cucumber World: what a scenario's steps share, and how they record what they saw.

use std::{fmt, sync::Arc};

use jiff::Timestamp;
use logproof_policy::Cancellation;

use crate::{
    cells::Listing,
    config::Config,
    estate::{Estate, Period},
    everywhere::Everywhere,
    facts::{Account, Directory, KmsKey, Trail},
    place::{BucketRef, KeyRef},
    record::{Observation, Population, Record},
    register::Register,
    share::Share,
    source::{Answer, Fact, Unseen},
    subjects::Subjects,
};

/// Why a step does not go on. The record says the rest; the text is for the runner only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop(String);

impl Stop {
    /// Stops with a message. A stop with nothing recorded becomes ERROR.
    pub fn because(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Stop {}

/// What a step returns.
pub type Judged = Result<(), Stop>;

/// State of one scenario.
#[derive(Default, cucumber::World)]
pub struct LogproofWorld {
    estate: Option<Arc<Estate>>,
    /// Ends what the scenario computes: policy questions that are not decided by then are undecided.
    pub cancellation: Cancellation,
    listing: Listing,
    /// What has been recorded so far.
    pub record: Record,
    /// The bucket the scenario refers to as "it", set by a `Given`.
    pub bucket: Option<BucketRef>,
    /// The key the scenario refers to, as asked for and as found, set by a `Given`.
    pub key: Option<(KeyRef, Fact<KmsKey>)>,
    /// The trail the scenario refers to, set by a `Given`.
    pub trail: Option<Fact<Trail>>,
    /// What the scenario means by "every", set by a `Given`.
    pub everywhere: Option<Everywhere>,
    /// The subjects the scenario names itself, set by a `Given`.
    pub subjects: Subjects,
    /// Which of the accounts it means by "every" are examined here: all, or the share of the estate, where other processes
    /// examine the others.
    pub share: Share,
}

impl fmt::Debug for LogproofWorld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogproofWorld").field("record", &self.record).finish_non_exhaustive()
    }
}

impl LogproofWorld {
    /// Gives the scenario its estate; done once, before the first step.
    pub fn attach(&mut self, estate: Arc<Estate>) {
        self.listing = Listing::into(estate.cells());
        self.estate = Some(estate);
    }

    /// The estate.
    ///
    /// # Errors
    /// When the runner did not attach one, which is a defect of the runner.
    pub fn estate(&self) -> Result<Arc<Estate>, Stop> {
        self.estate.clone().ok_or_else(|| Stop::because("no estate attached to this scenario"))
    }

    /// The owner's expectations.
    ///
    /// # Errors
    /// As [`Self::estate`].
    pub fn config(&self) -> Result<Arc<Config>, Stop> {
        Ok(self.estate()?.config_arc())
    }

    /// What the owner registered.
    ///
    /// # Errors
    /// As [`Self::estate`].
    pub fn register(&self) -> Result<Arc<Register>, Stop> {
        Ok(Arc::clone(self.estate()?.register()))
    }

    /// The instant that stands for "now".
    ///
    /// # Errors
    /// As [`Self::estate`].
    pub fn now(&self) -> Result<Timestamp, Stop> {
        Ok(self.estate()?.as_of())
    }

    /// The time of the run: of what AWS reports of itself, some is later than "now".
    ///
    /// # Errors
    /// As [`Self::estate`].
    pub fn period(&self) -> Result<Period, Stop> {
        Ok(self.estate()?.period())
    }

    /// The bucket the scenario refers to.
    ///
    /// # Errors
    /// When no `Given` named one.
    pub fn bucket(&self) -> Result<BucketRef, Stop> {
        self.bucket.clone().ok_or_else(|| Stop::because("no `Given` step named a bucket"))
    }

    /// The key the scenario refers to: as asked for, and as found.
    ///
    /// # Errors
    /// When no `Given` named one.
    pub fn key(&self) -> Result<(KeyRef, Fact<KmsKey>), Stop> {
        self.key.clone().ok_or_else(|| Stop::because("no `Given` step named a key"))
    }

    /// The trail the scenario refers to.
    ///
    /// # Errors
    /// When no `Given` named one.
    pub fn trail(&self) -> Result<Fact<Trail>, Stop> {
        self.trail.clone().ok_or_else(|| Stop::because("no `Given` step named a trail"))
    }

    /// The accounts and Regions the scenario means by "every".
    ///
    /// # Errors
    /// When no `Given` named them.
    pub fn everywhere(&self) -> Result<Everywhere, Stop> {
        self.everywhere.clone().ok_or_else(|| Stop::because("no `Given` step named the accounts"))
    }

    /// The active accounts that are examined here, by id.
    ///
    /// # Errors
    /// As [`Self::estate`].
    pub fn active_accounts(&self, directory: &Directory) -> Result<Arc<[Account]>, Stop> {
        let estate = self.estate()?;
        Ok(match self.share.is_whole() {
            true => estate.active_accounts(directory),
            false => estate.accounts_of_share(directory),
        })
    }

    /// Whether the population of the scenario is examined by other processes: that it is empty here means nothing.
    #[must_use]
    pub fn is_examined_elsewhere(&self) -> bool {
        self.share == Share::Organization
    }

    /// The fact, or records why it could not be seen and stops the scenario.
    ///
    /// # Errors
    /// When the answer is [`Unseen`], which is recorded.
    pub fn see<T>(&mut self, answer: Answer<T>) -> Result<Fact<T>, Stop> {
        answer.map_err(|unseen| {
            let stop = Stop::because(unseen.to_string());
            self.record.unseen.push(unseen);
            stop
        })
    }

    /// The fact, or records why it could not be seen and goes on: for one member of a population.
    pub fn see_or_note<T>(&mut self, answer: Answer<T>) -> Option<Fact<T>> {
        self.see(answer).ok()
    }

    /// Records why something could not be seen.
    pub fn unseen(&mut self, unseen: Unseen) {
        self.record.unseen.push(unseen);
    }

    /// The number under which observations were given to the [`Cells`](crate::cells::Cells) of the estate.
    #[must_use]
    pub fn attempt(&self) -> Option<u64> {
        self.listing.attempt()
    }

    /// Records an observation. Where the control is met there is nothing to change; of very many that meet it, the
    /// first are listed and all are counted.
    pub fn observe(&mut self, mut observation: Observation) {
        if observation.met {
            observation.hint = None;
        }
        self.listing.take(&mut self.record, observation);
    }

    /// Records how many of how many were examined.
    pub fn population(&mut self, population: Population) {
        self.record.populations.push(population);
    }

    /// Records that the control does not apply, and stops: `reason` names the query that returned nothing.
    pub fn not_applicable(&mut self, reason: impl Into<String>) -> Stop {
        let reason = reason.into();
        self.record.not_applicable = Some(reason.clone());
        Stop::because(reason)
    }

    /// Records what an attestation must say for this control to pass.
    pub fn needs_attestation(&mut self, statement: impl Into<String>) {
        self.record.manual = Some(statement.into());
    }

    /// Records a limit of the examination the reader must know.
    pub fn note(&mut self, note: impl Into<String>) {
        self.record.notes.push(note.into());
    }

    /// Ends a step: stops the scenario when anything recorded so far keeps the control from being met.
    ///
    /// # Errors
    /// When a finding or an unanswered question has been recorded.
    pub fn settle(&self) -> Judged {
        if self.record.is_clean() {
            return Ok(());
        }
        let (verdict, line) = self.record.verdict(&crate::record::Ending::AllStepsReturned);
        Err(Stop::because(format!("{}: {line}", verdict.word())))
    }
}
