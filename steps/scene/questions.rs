//! Many questions at once, as a step about every account and Region asks them.

use std::{
    collections::BTreeMap,
    future::{self, Future},
    task::Poll,
};

use futures::stream::{FuturesUnordered, StreamExt};

/// Questions a step has open at once; the source bounds the calls in flight on its own.
const QUESTIONS_AT_ONCE: usize = 64;

/// Answers that wait for one before them. An account that does not answer for minutes keeps nobody from asking the next
/// thousand; what is held for it is bounded all the same.
const ANSWERS_WAITING: usize = 1024;

/// Lets the other scenarios of the thread go on: between the members of a population, so that a step keeps them for no longer
/// than one member takes.
pub(crate) async fn pause() {
    let mut paused = false;
    future::poll_fn(|context| {
        if std::mem::replace(&mut paused, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Asks `question` about every item, many at once; each answer is judged as soon as those before it are, in the order of
/// the items, and dropped: of a hundred thousand cells those of [`QUESTIONS_AT_ONCE`] have an answer in memory, and more
/// only while one of them is slow.
///
/// Nothing else is asked in between: the questions that are open hold places among the calls in flight, and get on only
/// while this is polled.
pub(crate) async fn judge_each<I, T, Q, F>(items: impl IntoIterator<Item = I>, question: Q, mut judge: impl FnMut(T))
where
    Q: Fn(I) -> F,
    F: Future<Output = T>,
{
    let mut items = items.into_iter().enumerate();
    let (mut open, mut waiting) = (FuturesUnordered::new(), BTreeMap::new());
    let mut next = 0;
    loop {
        while open.len() < QUESTIONS_AT_ONCE
            && waiting.len() < ANSWERS_WAITING
            && let Some((index, item)) = items.next()
        {
            let asked = question(item);
            open.push(async move { (index, asked.await) });
        }
        let Some((index, answer)) = open.next().await else { break };
        waiting.insert(index, answer);
        while let Some(answer) = waiting.remove(&next) {
            judge(answer);
            next += 1;
            if next % QUESTIONS_AT_ONCE == 0 {
                pause().await;
            }
        }
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
    use std::{cell::Cell, future::pending};

    use futures::{FutureExt as _, future::Either, pin_mut};

    use super::*;

    #[test]
    fn answers_keep_the_order_of_the_items() {
        let items: Vec<u32> = (0..200).collect();
        let answers = futures::executor::block_on(ask_each(items.clone(), |n| async move { n }));
        assert_eq!(answers, items);
    }

    #[test]
    fn one_that_does_not_answer_keeps_others_from_being_asked_only_when_many_wait_for_it() {
        let asked = Cell::new(0);
        let question = |n: u32| {
            asked.set(asked.get() + 1);
            if n == 10 { Either::Left(pending()) } else { Either::Right(async move { n }) }
        };
        let mut judged = Vec::new();
        {
            let walk = judge_each(0..100_000, question, |n| judged.push(n));
            pin_mut!(walk);
            assert!(walk.now_or_never().is_none());
        }
        assert_eq!(judged, (0..10).collect::<Vec<u32>>(), "the order is kept");
        let most = 11 + ANSWERS_WAITING + QUESTIONS_AT_ONCE;
        assert!((ANSWERS_WAITING..=most).contains(&asked.get()), "{} were asked", asked.get());
    }
}
