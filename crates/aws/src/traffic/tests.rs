//! Lanes and places with real waiting, for fractions of a second.

use std::sync::atomic::{AtomicUsize, Ordering};

use futures::future::join_all;

use super::*;

fn tag(account: &str, service: &str, operation: &str) -> CallTag {
    CallTag {
        account: account.to_owned(),
        region: "eu-central-1".to_owned(),
        service: service.to_owned(),
        operation: operation.to_owned(),
    }
}

fn traffic(in_flight: usize) -> Traffic {
    Traffic::new(in_flight, Duration::from_secs(30))
}

#[tokio::test]
async fn no_more_calls_are_in_flight_than_there_are_places() {
    let (traffic, now, most) = (traffic(3), AtomicUsize::new(0), AtomicUsize::new(0));
    join_all((0..30).map(|number| {
        let (traffic, now, most) = (&traffic, &now, &most);
        async move {
            let sent = traffic.send(&tag(&number.to_string(), "s3", "GetBucketAcl")).await;
            most.fetch_max(now.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_millis(2)).await;
            now.fetch_sub(1, Ordering::Relaxed);
            sent.ended(Ended::Answered);
        }
    }))
    .await;
    assert_eq!(most.into_inner(), 3);
}

/// An account that waits for its turn holds no place: others are sent at once although there is but one place.
#[tokio::test]
async fn an_account_that_is_throttled_stalls_no_other() {
    let traffic = traffic(1);
    let (slow, quick) =
        (tag("1", "config", "DescribeConfigurationRecorders"), |n: usize| tag("2", "s3", &n.to_string()));
    for _ in 0..5 {
        traffic.send(&slow).await.ended(Ended::Throttled);
    }
    let begun = Instant::now();
    let waiting = join_all((0..3).map(|_| async {
        traffic.send(&slow).await.ended(Ended::Answered);
        begun.elapsed()
    }));
    let others = async {
        for number in 0..100 {
            traffic.send(&quick(number)).await.ended(Ended::Answered);
        }
        begun.elapsed()
    };
    let (waited, others) = futures::join!(waiting, others);
    assert!(waited.iter().all(|waited| *waited >= Duration::from_millis(190)), "five a second: {waited:?}");
    assert!(waited.windows(2).all(|pair| pair[0] < pair[1]), "in the order they came: {waited:?}");
    assert!(others < waited[0], "{others:?}");
}

#[tokio::test]
async fn roles_of_all_accounts_are_assumed_on_the_quota_of_the_caller() {
    let one = charged(&tag("1", "sts", "AssumeRole"));
    assert_eq!(one, charged(&tag("2", "sts", "AssumeRole")));
    assert_ne!(charged(&tag("1", "iam", "GetRole")), charged(&tag("2", "iam", "GetRole")));
}

#[tokio::test]
async fn a_call_that_is_given_up_gives_its_place_back() {
    let traffic = traffic(1);
    drop(traffic.send(&tag("1", "s3", "GetBucketAcl")).await);
    let again = tokio::time::timeout(Duration::from_secs(5), traffic.send(&tag("1", "s3", "GetBucketAcl"))).await;
    again.expect("the place is free").ended(Ended::Lost);
}
