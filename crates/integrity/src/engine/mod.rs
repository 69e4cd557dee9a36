//! The engine: all chains of an inventory, concurrently, in bounded memory.
//!
//! Owns: how many chains are worked on, and the report. Must not know: any particular store.

mod context;
mod gate;
mod listing;
mod objects;
mod reader;
mod run;
mod search;
mod segment;
mod strays;

use crate::checkpoint::{Checkpoint, CheckpointError, RunIdentity};
use crate::config::Config;
use crate::evidence::{NoSink, Record, Sink};
use crate::inventory::{Inventory, Row, Window};
use crate::progress::{Meter, NoProgress, Progress, bump};
use crate::public_keys::PublicKeys;
use crate::report::{Outcome, Report, SUMMARY_VERSION};
use crate::shard::Shard;
use crate::store::ObjectStore;
use crate::totals::{CodeCounts, Totals};
use context::{Run, Task};
use jiff::Timestamp;
use reader::Reader;
use run::{Judged, expected_digests, judge_chain};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use thiserror::Error;
use tokio::sync::Semaphore;
use tokio::time::Instant;

/// How often progress is told.
const TICK: Duration = Duration::from_millis(200);

/// Why a run has no result.
#[derive(Debug, Error)]
pub enum RunError {
    /// Evidence or checkpoint could not be written.
    #[error("the evidence cannot be kept: {0}\nhint: make room and run again, a checkpoint continues the run")]
    Evidence(#[source] std::io::Error),
    /// The checkpoint cannot serve this run.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// A row of the inventory occurs twice.
    #[error("`{0}` is in the inventory more than once\nhint: name each account and Region once")]
    Twice(String),
    /// The window is empty.
    #[error("the window from `{}` to `{}` is empty\nhint: name an earlier beginning", .0.from, .0.to)]
    EmptyWindow(Window),
}

/// What is verified, against what, and where results go.
pub struct Job {
    /// The public keys.
    pub keys: Arc<PublicKeys>,
    /// The expected chains.
    pub inventory: Inventory,
    /// The period.
    pub window: Window,
    /// The time that counts as now: what is not due by then is not missing.
    pub now: Timestamp,
    /// The part of the inventory.
    pub shard: Shard,
    /// What earlier runs came to.
    pub checkpoint: Arc<Checkpoint>,
    /// Where evidence goes.
    pub sink: Arc<dyn Sink>,
    /// Who hears how far the run has come.
    pub progress: Arc<dyn Progress>,
}

impl Job {
    /// A job over the whole inventory that remembers and tells nothing but its report.
    #[must_use]
    pub fn new(keys: PublicKeys, inventory: Inventory, window: Window, now: Timestamp) -> Self {
        Self {
            keys: Arc::new(keys),
            inventory,
            window,
            now,
            shard: Shard::WHOLE,
            checkpoint: Arc::new(Checkpoint::none()),
            sink: Arc::new(NoSink),
            progress: Arc::new(NoProgress),
        }
    }
}

/// Verifies digest chains.
#[derive(Debug, Clone, Default)]
pub struct Verifier {
    config: Config,
}

impl Verifier {
    /// A verifier with settings.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self { config }
    }

    /// Verifies. Dropping the future ends everything that is in flight; with a checkpoint the next run continues.
    ///
    /// # Errors
    ///
    /// When the job makes no sense, or when evidence cannot be kept. What is wrong with the logs, or keeps them from
    /// being judged, is no error but part of the report.
    pub async fn run<S: ObjectStore>(&self, store: S, job: Job) -> Result<Report, RunError> {
        check(&job)?;
        job.checkpoint.serves(&job.inventory.trail)?;
        let mut report = self.empty_report(&job);
        let identity = RunIdentity {
            window: job.window,
            inventory: report.inventory,
            shard: job.shard,
            sampling: self.config.sampling,
            completeness: self.config.completeness,
        };
        job.checkpoint.begin(&job.inventory.trail, identity).map_err(RunError::Evidence)?;
        let mut rows: Vec<Row> = job.inventory.rows.iter().filter(|row| job.shard.covers(row)).cloned().collect();
        rows.sort_unstable();
        let meter = Arc::new(Meter::default());
        let run = Arc::new(Run {
            reader: Reader::new(store, &self.config, Arc::clone(&meter)),
            config: self.config.clone(),
            keys: job.keys,
            inventory: Inventory { trail: job.inventory.trail, rows: Vec::new() },
            window: job.window,
            now: job.now,
            checkpoint: job.checkpoint,
            sink: job.sink,
            failure: Mutex::new(None),
            waiting: Arc::new(Semaphore::new(
                self.config.reads_at_most.max(1).saturating_mul(2).min(Semaphore::MAX_PERMITS),
            )),
        });
        let ticker = tell(&run, &rows, job.progress);
        judge_all(&run, rows, &mut report).await;
        drop(ticker);
        let failure = run.failure.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(error) = failure {
            return Err(RunError::Evidence(error));
        }
        run.checkpoint.end().map_err(RunError::Evidence)?;
        report.conclude();
        Ok(report)
    }

    fn empty_report(&self, job: &Job) -> Report {
        Report {
            version: SUMMARY_VERSION,
            trail: job.inventory.trail.clone(),
            inventory: job.inventory.identity(),
            inventory_rows: job.inventory.rows.len(),
            shard: job.shard,
            window: job.window,
            now: job.now,
            sampling: self.config.sampling,
            completeness: self.config.completeness,
            outcome: Outcome::Undetermined,
            totals: Totals::default(),
            codes: CodeCounts::new(),
            chains: Vec::new(),
            findings: Vec::new(),
        }
    }
}

fn check(job: &Job) -> Result<(), RunError> {
    if job.window.from >= job.window.to {
        return Err(RunError::EmptyWindow(job.window));
    }
    let mut seen = std::collections::HashSet::new();
    match job.inventory.rows.iter().find(|row| !seen.insert((&row.account, &row.region))) {
        Some(row) => Err(RunError::Twice(row.chain())),
        None => Ok(()),
    }
}

async fn judge_all<S: ObjectStore>(run: &Arc<Run<S>>, rows: Vec<Row>, report: &mut Report) {
    let most = run.config.chains_in_flight.max(1);
    let mut working: VecDeque<(Row, Task<Judged>)> = VecDeque::new();
    let (done, mut finished) = tokio::sync::mpsc::unbounded_channel::<()>();
    let mut rows = rows.into_iter();
    // Chains differ in length: a new one begins whenever any one ends, while results are taken in order.
    let mut running = 0_usize;
    loop {
        while running < most && !run.has_failed() {
            let Some(row) = rows.next() else { break };
            let (run, done, name) = (Arc::clone(run), done.clone(), row.clone());
            running += 1;
            working.push_back((
                name,
                Task::spawn(async move {
                    let _news = News(done);
                    let judged = judge_chain(Arc::clone(&run), row).await;
                    bump(&run.reader.meter.chains_done, 1);
                    judged
                }),
            ));
        }
        if running == 0 {
            break;
        }
        finished.recv().await;
        running -= 1;
    }
    for (row, task) in working {
        if let Some(judged) = task.await {
            take(run, report, judged);
        } else {
            run.broken_off(&row.chain());
        }
    }
}

/// Tells that a chain has ended, however it ended.
struct News(tokio::sync::mpsc::UnboundedSender<()>);

impl Drop for News {
    fn drop(&mut self) {
        // Without a receiver nobody waits for the news.
        let _ = self.0.send(());
    }
}

fn take<S>(run: &Run<S>, report: &mut Report, judged: Judged) {
    run.record(&Record::Chain(&judged.summary));
    let room = run.config.findings_kept.saturating_sub(report.findings.len());
    report.findings.extend(judged.findings.into_iter().take(room));
    report.chains.push(judged.summary);
}

/// Tells progress until dropped, and once more then.
struct Ticker<S> {
    _task: Task<()>,
    run: Arc<Run<S>>,
    progress: Arc<dyn Progress>,
    began: Instant,
}

fn tell<S: ObjectStore>(run: &Arc<Run<S>>, rows: &[Row], progress: Arc<dyn Progress>) -> Ticker<S> {
    let meter = &run.reader.meter;
    bump(&meter.chains, rows.len() as u64);
    bump(&meter.digests_expected, rows.iter().map(|row| expected_digests(run, row)).sum());
    let began = Instant::now();
    let (watched, listener) = (Arc::clone(run), Arc::clone(&progress));
    let task = Task::spawn(async move {
        let mut tick = tokio::time::interval(TICK);
        loop {
            tick.tick().await;
            listener.update(&watched.reader.meter.snapshot(watched.reader.gate.limit(), began.elapsed()));
        }
    });
    Ticker { _task: task, run: Arc::clone(run), progress, began }
}

impl<S> Drop for Ticker<S> {
    fn drop(&mut self) {
        let limit = self.run.reader.gate.limit();
        self.progress.update(&self.run.reader.meter.snapshot(limit, self.began.elapsed()));
    }
}
