//! Many questions at once, as a step about every account and Region asks them.

use std::{future::Future, pin::pin};

use futures::stream::{self, StreamExt};

/// Questions a step has open at once; the source bounds the calls in flight on its own.
const QUESTIONS_AT_ONCE: usize = 64;

/// Asks `question` about every item, many at once; each answer is judged as soon as those before it are, in the order of
/// the items, and dropped: of a hundred thousand cells some [`QUESTIONS_AT_ONCE`] have an answer in memory.
///
/// Nothing else is asked in between: the questions that are open hold places among the calls in flight, and get on only
/// while this is polled.
pub(crate) async fn judge_each<I, T, Q, F>(items: impl IntoIterator<Item = I>, question: Q, mut judge: impl FnMut(T))
where
    Q: Fn(I) -> F,
    F: Future<Output = T>,
{
    let mut answers = pin!(stream::iter(items).map(question).buffered(QUESTIONS_AT_ONCE));
    while let Some(answer) = answers.next().await {
        judge(answer);
    }
}

/// Asks `question` about every item, many at once; all answers, in the order of the items.
pub(crate) async fn ask_each<I, T, Q, F>(items: Vec<I>, question: Q) -> Vec<T>
where
    Q: Fn(I) -> F,
    F: Future<Output = T>,
{
    let mut answers = Vec::new();
    judge_each(items, question, |answer| answers.push(answer)).await;
    answers
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
