//! Many questions at once, as a step about every account and Region asks them.

use std::future::Future;

use futures::stream::{self, StreamExt};

/// Questions a step has open at once; the source bounds the calls in flight on its own.
const QUESTIONS_AT_ONCE: usize = 64;

/// Asks `question` about every item, many at once; answers in the order of the items.
pub(crate) async fn ask_each<I, T, Q, F>(items: Vec<I>, question: Q) -> Vec<T>
where
    Q: Fn(I) -> F,
    F: Future<Output = T>,
{
    let asked = items.into_iter().enumerate().map(|(at, item)| {
        let answer = question(item);
        async move { (at, answer.await) }
    });
    let mut answers: Vec<(usize, T)> = stream::iter(asked).buffer_unordered(QUESTIONS_AT_ONCE).collect().await;
    answers.sort_by_key(|(at, _)| *at);
    answers.into_iter().map(|(_, answer)| answer).collect()
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
