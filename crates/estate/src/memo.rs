//! Asks each distinct question once: concurrent askers of the same question wait for the same answer.

use std::{any::Any, collections::HashMap, future::Future, sync::Arc, sync::Mutex};

use tokio::sync::OnceCell;

use crate::source::Answer;

type Slot = Arc<OnceCell<Arc<dyn Any + Send + Sync>>>;

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
        Fut: Future<Output = Answer<T>>,
    {
        let slot = {
            let mut slots = self.slots.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            Arc::clone(slots.entry(key).or_default())
        };
        let mut ask = Some(ask);
        let answer = slot
            .get_or_init(|| {
                let ask = ask.take();
                async move {
                    let answer: Option<Answer<T>> = match ask {
                        Some(ask) => Some(ask().await),
                        None => None,
                    };
                    Arc::new(answer) as Arc<dyn Any + Send + Sync>
                }
            })
            .await;
        match answer.downcast_ref::<Option<Answer<T>>>() {
            Some(Some(answer)) => answer.clone(),
            // `get_or_init` runs its closure at most once per call and the type is fixed by the key's prefix.
            _ => unreachable!("a memo slot holds the answer type of its question"),
        }
    }

    /// How many distinct questions have been asked.
    pub(crate) fn len(&self) -> usize {
        self.slots.lock().unwrap_or_else(std::sync::PoisonError::into_inner).len()
    }
}
