//! Asks each distinct question once: whoever asks it again waits for the same answer.
//!
//! Where the source can answer again from its own recording, only the answers used last are held: an organization of
//! thousands of accounts has more answers than memory, and most are judged once.
//!
//! In a run questions are asked on threads of their own. A question holds a place among the calls in flight; were it
//! driven by who waits for it, one whose asker was given up would keep its place for ever, and what a scenario computes
//! could not be told from the time its questions take.

use std::{
    any::Any,
    collections::HashSet,
    future::Future,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    panic::{AssertUnwindSafe, resume_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures::{
    FutureExt as _,
    channel::oneshot,
    future::{BoxFuture, Shared},
};
use lru::LruCache;

use crate::source::Answer;

/// A question being asked, or its answer.
///
/// It is shared, and driven by whoever waits for it where it has no thread of its own: a thread that is busy with
/// something else keeps nobody from the answer to a question it asked first.
type Slot = Shared<BoxFuture<'static, Result<Kept, Arc<str>>>>;

/// An answer, of the type of its question.
type Kept = Arc<dyn Any + Send + Sync>;

/// Drives futures to their end, wherever they came from.
pub type Spawn = Arc<dyn Fn(BoxFuture<'static, ()>) + Send + Sync>;

/// How much is held, in answers of ordinary size (some kilobytes).
const ROOM: usize = 4096;
/// What the users, roles and policies of an account count for, in ordinary answers.
const AUTHORIZATION: usize = 64;

/// Answers by question.
pub(crate) struct Memo {
    /// How much may be held; `None` when nothing can be read again.
    room: Option<usize>,
    /// What asks; `None` when who waits for an answer does.
    spawn: Option<Spawn>,
    slots: Mutex<Slots>,
}

struct Slots {
    held: LruCache<String, Slot>,
    /// Of what is held, in ordinary answers.
    size: usize,
    /// Digests of every question there was.
    asked: HashSet<u64>,
}

impl Memo {
    /// Holds everything, or, where a source answers again what it was asked before, what was used last.
    pub(crate) fn over(answers_again: bool) -> Self {
        Self::with_room(answers_again.then_some(ROOM))
    }

    fn with_room(room: Option<usize>) -> Self {
        let slots = Slots { held: LruCache::unbounded(), size: 0, asked: HashSet::new() };
        Self { room, spawn: None, slots: Mutex::new(slots) }
    }

    /// The same, where questions are driven by `spawn`.
    pub(crate) fn asking_on(self, spawn: Spawn) -> Self {
        Self { spawn: Some(spawn), ..self }
    }

    fn slots(&self) -> MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The answer to `key`, obtained with `ask` when it is not held; `ask` is told whether it was asked before.
    ///
    /// INVARIANT: a key is only ever used with one answer type (it begins with the question's name).
    pub(crate) async fn ask<T, F, Fut>(&self, key: String, ask: F) -> Answer<T>
    where
        T: Send + Sync + 'static,
        F: FnOnce(bool) -> Fut,
        Fut: Future<Output = Answer<T>> + Send + 'static,
    {
        let slot = self.slots().slot(key, self.room, |before| {
            let asked = ask(before).map(|answer| Arc::new(answer) as Kept);
            match &self.spawn {
                Some(spawn) => spawned(spawn, asked),
                None => asked.map(Ok).boxed().shared(),
            }
        });
        let answer = match slot.await {
            Ok(answer) => answer,
            // A defect of the source: it is one of the step that asked.
            Err(panic) => resume_unwind(Box::new(panic.to_string())),
        };
        match answer.downcast_ref::<Answer<T>>() {
            Some(answer) => answer.clone(),
            // The type is fixed by the key's prefix.
            None => unreachable!("a memo slot holds the answer type of its question"),
        }
    }

    /// How many distinct questions have been asked.
    pub(crate) fn asked(&self) -> usize {
        self.slots().asked.len()
    }
}

/// A question that is driven by `spawn`, whoever waits for it.
fn spawned(spawn: &Spawn, asked: impl Future<Output = Kept> + Send + 'static) -> Slot {
    let (tell, told) = oneshot::channel();
    spawn(Box::pin(async move {
        let answer = AssertUnwindSafe(asked).catch_unwind().await;
        // Nobody waits any more when the run was given up.
        let _ = tell.send(answer.map_err(|panic| message(panic.as_ref())));
    }));
    told.map(|told| told.unwrap_or_else(|_| Err(Arc::from("the run has ended")))).boxed().shared()
}

fn message(panic: &(dyn Any + Send)) -> Arc<str> {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    Arc::from(format!("a question failed: {}", text.unwrap_or("a panic without a message")))
}

impl Slots {
    fn slot(&mut self, key: String, room: Option<usize>, ask: impl FnOnce(bool) -> Slot) -> Slot {
        if let Some(held) = self.held.get(&key) {
            return held.clone();
        }
        let before = !self.asked.insert(digest(&key));
        if before {
            tracing::debug!("read again from the recording: {key}");
        }
        let slot = ask(before);
        self.size += size(&key);
        self.held.put(key, slot.clone());
        if let Some(room) = room {
            self.shrink(room);
        }
        slot
    }

    /// Drops the answers that were not used for the longest time. A question without an answer yet stays: whoever asks
    /// it next must not make the same calls beside it.
    fn shrink(&mut self, room: usize) {
        let mut waiting = Vec::new();
        while self.size > room {
            let Some((key, slot)) = self.held.pop_lru() else { break };
            self.size -= size(&key);
            if slot.peek().is_none() {
                waiting.push((key, slot));
            }
        }
        for (key, slot) in waiting {
            self.size += size(&key);
            self.held.put(key, slot);
        }
    }
}

fn size(key: &str) -> usize {
    if key.starts_with("account_authorization|") { AUTHORIZATION } else { 1 }
}

fn digest(key: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::{sync::atomic::AtomicUsize, sync::atomic::Ordering, task::Poll};

    use tokio::sync::oneshot;

    use super::*;
    use crate::source::Fact;

    fn answer(value: u32) -> Answer<u32> {
        Ok(Fact::new(value, Vec::new()))
    }

    #[tokio::test]
    async fn a_question_is_asked_once() {
        let (memo, asked) = (Memo::over(false), AtomicUsize::new(0));
        let ask = |_| {
            asked.fetch_add(1, Ordering::Relaxed);
            async { answer(7) }
        };
        let both = futures::join!(memo.ask("q".to_owned(), ask), memo.ask("q".to_owned(), ask));
        assert_eq!((*both.0.unwrap(), *both.1.unwrap()), (7, 7));
        assert_eq!((asked.into_inner(), memo.asked()), (1, 1));
    }

    #[tokio::test]
    async fn what_made_room_for_others_is_asked_for_again_as_asked_before() {
        let memo = Memo::with_room(Some(2));
        let ask =
            async |key: &str| *memo.ask(key.to_owned(), |before| async move { answer(before.into()) }).await.unwrap();
        assert_eq!((ask("a").await, ask("b").await, ask("a").await), (0, 0, 0));
        // `b` was used before `a`, and makes room.
        assert_eq!((ask("c").await, ask("a").await, ask("b").await), (0, 0, 1));
        assert_eq!(memo.asked(), 3, "asked again is no new question");
        // What counts for many makes room for itself, and is held while it is asked.
        assert_eq!((ask("account_authorization|x").await, ask("a").await), (0, 1));
    }

    #[tokio::test]
    async fn a_question_without_an_answer_makes_no_room() {
        let (memo, (tell, told)) = (Memo::with_room(Some(1)), oneshot::channel());
        let mut first = Box::pin(memo.ask("q".to_owned(), |_| async move { answer(told.await.unwrap()) }));
        assert!(matches!(futures::poll!(&mut first), Poll::Pending));
        memo.ask("other".to_owned(), |_| async { answer(1) }).await.unwrap();
        let second = memo.ask("q".to_owned(), |_| async { answer(0) });
        tell.send(7).unwrap();
        assert_eq!(*second.await.unwrap(), 7);
    }

    fn on_tokio() -> Spawn {
        let runtime = tokio::runtime::Handle::current();
        Arc::new(move |future| drop(runtime.spawn(future)))
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_question_gets_on_when_nobody_waits_for_it() {
        let (done, is_done) = oneshot::channel();
        let memo = Memo::over(false).asking_on(on_tokio());
        let mut first = Box::pin(memo.ask("q".to_owned(), |_| async move {
            tokio::task::yield_now().await;
            done.send(()).unwrap();
            answer(7)
        }));
        let _ = futures::poll!(&mut first);
        is_done.await.unwrap();
        assert_eq!(*first.await.unwrap(), 7);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_panic_in_a_question_is_one_of_who_asked() {
        let memo = Memo::over(false).asking_on(on_tokio());
        let asked = memo.ask("q".to_owned(), |_| async { answer(Vec::<u32>::new()[0]) });
        let panic = AssertUnwindSafe(asked).catch_unwind().await.unwrap_err();
        assert!(panic.downcast_ref::<String>().unwrap().starts_with("a question failed: index out of bounds"));
    }

    #[tokio::test]
    async fn whoever_waits_drives_a_question_that_its_first_asker_has_left() {
        let (memo, (tell, told)) = (Memo::over(false), oneshot::channel());
        let mut first = Box::pin(memo.ask("q".to_owned(), |_| async move { answer(told.await.unwrap()) }));
        assert!(matches!(futures::poll!(&mut first), Poll::Pending));
        // The first asker is neither polled again nor dropped: its thread may never come back.
        let second = memo.ask("q".to_owned(), |_| async { answer(0) });
        tell.send(7).unwrap();
        assert_eq!(*second.await.unwrap(), 7);
    }
}
