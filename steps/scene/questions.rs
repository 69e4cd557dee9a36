//! Many questions at once, as a step about every account and Region asks them.

use std::future::Future;

use futures::stream::{self, Stream, StreamExt};

/// Questions a step has open at once; the source bounds the calls in flight on its own.
const QUESTIONS_AT_ONCE: usize = 64;

/// Asks `question` about every item, many at once; answers in the order of the items, each as soon as those before it
/// are there.
///
/// What is not taken up is not held: of a hundred thousand cells some [`QUESTIONS_AT_ONCE`] have an answer in memory.
pub(crate) fn answers<I, T, Q, F>(items: impl IntoIterator<Item = I>, question: Q) -> impl Stream<Item = T>
where
    Q: Fn(I) -> F,
    F: Future<Output = T>,
{
    stream::iter(items).map(question).buffered(QUESTIONS_AT_ONCE)
}

/// Asks `question` about every item, many at once; all answers, in the order of the items.
pub(crate) async fn ask_each<I, T, Q, F>(items: Vec<I>, question: Q) -> Vec<T>
where
    Q: Fn(I) -> F,
    F: Future<Output = T>,
{
    answers(items, question).collect().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_keep_the_order_of_the_items() {
        let items: Vec<u32> = (0..200).collect();
        let answers = futures::executor::block_on(ask_each(items.clone(), |n| async move { n }));
        assert_eq!(answers, items);
    }
}
