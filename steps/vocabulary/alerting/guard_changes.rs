//! Whether anybody hears of it when the trail, AWS Config, the log key, the policy of the log bucket or the policies of
//! the organization are changed.
//!
//! An event is heard by one of two ways: a metric filter on the log group of the organization trail with an alarm, or
//! an EventBridge rule of the account and Region it happens in, over other event buses as well. Either way must end at a
//! confirmed subscription.

use std::collections::BTreeSet;

use cucumber::then;
use logproof_estate::{
    BucketRef, Fact,
    facts::Trail,
    record::Subject,
    subjects::Members,
    world::{Judged, LogproofWorld, Stop},
};

use crate::{
    judgement::{
        guard_events::Guard,
        guide::{Entry, Kind},
        named_events::global_regions,
    },
    scene::{
        alerts::heard::{Cell, Watched, raises_an_alert},
        subjects::{AskedKey, buckets, counted, keys, trails},
        trail::{home_of, owner_of, trail_subject},
    },
};

const fn judges(sentence: &'static str, about: &'static str, kinds: &'static [Kind]) -> Entry {
    Entry::then(sentence, about, sentence).of(kinds)
}

/// What is documented of the sentences of this file that fit any trail, key or bucket.
pub(crate) const GUIDE: &[Entry] = &[
    judges(
        "changing or stopping it raises an alert",
        "CreateTrail, UpdateTrail, DeleteTrail, StartLogging and StopLogging are heard, whoever calls them: by a metric filter on the log group of the organization trail with an alarm, or by an EventBridge rule of the account and Region. Either must end at a confirmed subscription.",
        &[Kind::Trail],
    ),
    judges(
        "disabling it or scheduling its deletion raises an alert",
        "DisableKey and ScheduleKeyDeletion of this key are heard in the same way.",
        &[Kind::Key],
    ),
    judges(
        "changing its policy or its lifecycle raises an alert",
        "Changes of policy, access control list, CORS, lifecycle and replication of this bucket are heard in the same way.",
        &[Kind::Bucket],
    ),
];

#[then("changing or stopping the organization trail raises an alert")]
async fn changing_the_trail_raises_an_alert(w: &mut LogproofWorld) -> Judged {
    let (config, trail) = (w.config()?, w.trail()?);
    let (account, region) = (config.organization.management_account.clone(), config.organization.home_region.clone());
    let cell = Cell {
        watched: Watched::Guard(Guard::Trail, trail.arn.clone()),
        subject: Subject::arn(&trail.arn).at(&account, Some(&region)),
        account,
        region,
    };
    raises_an_alert(w, vec![cell], |_| ()).await
}

#[then("disabling the log key or scheduling its deletion raises an alert")]
async fn disabling_the_key_raises_an_alert(w: &mut LogproofWorld) -> Judged {
    let cell = of_key(&w.key()?);
    raises_an_alert(w, vec![cell], |_| ()).await
}

#[then("changing the policy or the lifecycle of the bucket raises an alert")]
async fn changing_the_bucket_policy_raises_an_alert(w: &mut LogproofWorld) -> Judged {
    let cell = of_bucket(&w.bucket()?);
    raises_an_alert(w, vec![cell], |_| ()).await
}

#[then("changing or stopping it raises an alert")]
async fn changing_it_raises_an_alert(w: &mut LogproofWorld) -> Judged {
    let trails = trails(w)?;
    let cell = |w: &LogproofWorld, trail: &Fact<Trail>| {
        let (account, region) = (owner_of(w, trail)?, home_of(w, trail)?);
        let watched = Watched::Guard(Guard::Trail, trail.arn.clone());
        Ok(Cell { watched, subject: trail_subject(trail), account, region })
    };
    each_raises_an_alert(w, trails, cell).await
}

#[then("disabling it or scheduling its deletion raises an alert")]
async fn disabling_it_raises_an_alert(w: &mut LogproofWorld) -> Judged {
    let keys = keys(w)?;
    each_raises_an_alert(w, keys, |_, key| Ok(of_key(key))).await
}

#[then("changing its policy or its lifecycle raises an alert")]
async fn changing_its_policy_raises_an_alert(w: &mut LogproofWorld) -> Judged {
    let buckets = buckets(w)?;
    each_raises_an_alert(w, buckets, |_, bucket| Ok(of_bucket(bucket))).await
}

fn of_key((asked, key): &AskedKey) -> Cell {
    Cell {
        watched: Watched::Guard(Guard::Key, key.arn.clone()),
        subject: Subject::arn(&key.arn).at(&asked.account, Some(&asked.region)),
        account: asked.account.clone(),
        region: asked.region.clone(),
    }
}

fn of_bucket(bucket: &BucketRef) -> Cell {
    Cell {
        watched: Watched::Guard(Guard::BucketPolicy, bucket.name.clone()),
        subject: Subject::bucket(bucket),
        account: bucket.owner.clone(),
        region: bucket.region.clone(),
    }
}

/// Judges the events of every subject at once: rules and filters are read once.
async fn each_raises_an_alert<T>(
    w: &mut LogproofWorld,
    groups: Vec<Members<T>>,
    cell: impl Fn(&LogproofWorld, &T) -> Result<Cell, Stop>,
) -> Judged {
    let of_group = |group: &Members<T>| group.all.iter().map(|one| cell(w, one)).collect::<Result<Vec<Cell>, Stop>>();
    let cells = groups.iter().map(of_group).collect::<Result<Vec<_>, Stop>>()?;
    let subjects: Vec<Vec<Subject>> =
        cells.iter().map(|cells| cells.iter().map(|cell| cell.subject.clone()).collect()).collect();
    let mut seen = BTreeSet::new();
    let judged = raises_an_alert(w, cells.into_iter().flatten(), |cell| {
        seen.insert(cell.subject.clone());
    })
    .await;
    for (group, subjects) in groups.iter().zip(&subjects) {
        counted(w, group, subjects.iter().filter(|subject| seen.contains(subject)).count());
    }
    judged
}

#[then("stopping or changing AWS Config raises an alert in each of these accounts and Regions")]
async fn changing_config_raises_an_alert(w: &mut LogproofWorld) -> Judged {
    let everywhere = w.everywhere()?;
    let cells = everywhere.cells().map(|(account, region)| {
        let arn = region.partition().arn("config", region.as_str(), account.as_str(), "configuration-recorder");
        let subject = Subject::arn(arn).at(&account, Some(&region));
        Cell { watched: Watched::Guard(Guard::Config, String::new()), subject, account, region }
    });
    let mut examined = 0;
    let judged = raises_an_alert(w, cells, |_| examined += 1).await;
    w.population(everywhere.cells_examined(examined));
    judged
}

#[then("taking a guard of the organization away raises an alert")]
async fn taking_a_guard_away_raises_an_alert(w: &mut LogproofWorld) -> Judged {
    let (estate, config) = (w.estate()?, w.config()?);
    let (organization, directory) = (w.see(estate.organization().await)?, w.see(estate.directory().await)?);
    w.record.rest_on(&[organization.exchanges(), directory.exchanges()].concat());
    let (management, home) = (organization.management_account.clone(), config.organization.home_region.clone());
    let no_region = || Stop::because("no Region is known for the events of Organizations");
    let global = global_regions("organizations", &home).into_iter().next().ok_or_else(no_region)?;
    let subject = Subject::arn(&organization.arn);
    let mut cells = vec![
        Cell {
            watched: Watched::Guard(Guard::Organization, directory.root.id.clone()),
            subject: subject.clone().at(&management, Some(&global)),
            account: management.clone(),
            region: global.clone(),
        },
        Cell {
            watched: Watched::Guard(Guard::RootSession, String::new()),
            subject: subject.at(&management, Some(&home)),
            account: management.clone(),
            region: home,
        },
    ];
    let mut members: Vec<_> = directory.active().filter(|account| account.id != management).collect();
    members.sort_by_key(|account| account.id.clone());
    cells.extend(members.into_iter().map(|account| Cell {
        watched: Watched::Guard(Guard::Membership, String::new()),
        subject: Subject::arn(&account.arn).at(&account.id, Some(&global)),
        account: account.id.clone(),
        region: global.clone(),
    }));
    raises_an_alert(w, cells, |_| ()).await
}
