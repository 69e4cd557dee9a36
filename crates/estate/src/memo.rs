//! Asks each distinct question once: whoever asks it again waits for the same answer.

use std::{
    any::Any,
    collections::HashMap,
    future::Future,
    sync::{Arc, Mutex, PoisonError},
};

use futures::{
    FutureExt as _,
    future::{BoxFuture, Shared},
};

use crate::source::Answer;

/// A question being asked, or its answer.
///
/// It is shared, and driven by whoever waits for it: a thread that is busy with something else keeps nobody from the
/// answer to a question it asked first.
type Slot = Shared<BoxFuture<'static, Arc<dyn Any + Send + Sync>>>;

/// Answers by question.
#[derive(Default)]
pub(crate) struct Memo {
    slots: Mutex<HashMap<String, Slot>>,
}

impl Memo {
    /// The answer to `key`, obtained with `ask` the first time.
    ///
    /// INVARIANT: a key is only ever used with one answer type (it begins with the question's name).
    pub(crate) async fn ask<T, F, Fut>(&self, key: String, ask: F) -> Answer<T>
    where
        T: Send + Sync + 'static,
        F: FnOnce() -> Fut,
        Fut: Future<Output = Answer<T>> + Send + 'static,
    {
        let slot = {
            let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
            let asked = || ask().map(|answer| Arc::new(answer) as Arc<dyn Any + Send + Sync>).boxed().shared();
            slots.entry(key).or_insert_with(asked).clone()
        };
        let answer = slot.await;
        match answer.downcast_ref::<Answer<T>>() {
            Some(answer) => answer.clone(),
            // The type is fixed by the key's prefix.
            None => unreachable!("a memo slot holds the answer type of its question"),
        }
    }

    /// How many distinct questions have been asked.
    pub(crate) fn len(&self) -> usize {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
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
        let (memo, asked) = (Memo::default(), AtomicUsize::new(0));
        let ask = || {
            asked.fetch_add(1, Ordering::Relaxed);
            async { answer(7) }
        };
        let both = futures::join!(memo.ask("q".to_owned(), ask), memo.ask("q".to_owned(), ask));
        assert_eq!((*both.0.unwrap(), *both.1.unwrap()), (7, 7));
        assert_eq!((asked.into_inner(), memo.len()), (1, 1));
    }

    #[tokio::test]
    async fn whoever_waits_drives_a_question_that_its_first_asker_has_left() {
        let (memo, (tell, told)) = (Memo::default(), oneshot::channel());
        let mut first = Box::pin(memo.ask("q".to_owned(), || async move { answer(told.await.unwrap()) }));
        assert!(matches!(futures::poll!(&mut first), Poll::Pending));
        // The first asker is neither polled again nor dropped: its thread may never come back.
        let second = memo.ask("q".to_owned(), || async { answer(0) });
        tell.send(7).unwrap();
        assert_eq!(*second.await.unwrap(), 7);
    }
}
