//! Topics and queues, which SNS and SQS list by account and Region: one that is named, or all of some accounts that a filter
//! leaves.

use std::{marker::PhantomData, sync::Arc};

use logproof_estate::{
    AccountId, Answer, Estate, ExchangeId, Fact, Region,
    facts::Tags,
    record::{Observation, Subject},
    subjects::{Members, NamedQueue, NamedTopic, Subjects},
    world::{Judged, LogproofWorld, Stop},
};

use crate::{
    judgement::key_name::{account_of, region_of},
    scene::{
        accounts::{Accounts, Searched, named_account},
        questions::ask_each,
        subjects::{Filter, nobody, none_tagged},
    },
};

/// A topic or a queue.
pub(crate) trait Listed: Clone {
    /// Its service, as ARNs have it.
    const SERVICE: &'static str;
    /// The call that lists them.
    const LISTING: &'static str;
    /// What one is called.
    const WORD: &'static str;

    /// Where the scenario keeps them.
    fn of(subjects: &mut Subjects) -> &mut Vec<Members<Fact<Self>>>;

    async fn list(estate: &Estate, account: &AccountId, region: &Region) -> Answer<Vec<String>>;

    async fn tags(estate: &Estate, one: &Place) -> Answer<Option<Tags>>;

    async fn read(estate: &Estate, one: &Place) -> Answer<Option<Self>>;
}

impl Listed for NamedTopic {
    const SERVICE: &'static str = "sns";
    const LISTING: &'static str = "sns:ListTopics";
    const WORD: &'static str = "topic";

    fn of(subjects: &mut Subjects) -> &mut Vec<Members<Fact<Self>>> {
        &mut subjects.topics
    }

    async fn list(estate: &Estate, account: &AccountId, region: &Region) -> Answer<Vec<String>> {
        estate.topics(account, region).await
    }

    async fn tags(estate: &Estate, Place { arn, account, region }: &Place) -> Answer<Option<Tags>> {
        estate.topic_tags(account, region, arn).await
    }

    async fn read(estate: &Estate, Place { arn, account, region }: &Place) -> Answer<Option<Self>> {
        let fact = estate.topic(account, region, arn).await?;
        let (arn, account, region) = (arn.clone(), account.clone(), region.clone());
        Ok(Fact::new((*fact).clone().map(|topic| Self { arn, account, region, topic }), fact.exchanges()))
    }
}

impl Listed for NamedQueue {
    const SERVICE: &'static str = "sqs";
    const LISTING: &'static str = "sqs:ListQueues";
    const WORD: &'static str = "queue";

    fn of(subjects: &mut Subjects) -> &mut Vec<Members<Fact<Self>>> {
        &mut subjects.queues
    }

    async fn list(estate: &Estate, account: &AccountId, region: &Region) -> Answer<Vec<String>> {
        estate.queues(account, region).await
    }

    async fn tags(estate: &Estate, Place { arn, account, region }: &Place) -> Answer<Option<Tags>> {
        estate.queue_tags(account, region, arn).await
    }

    async fn read(estate: &Estate, Place { arn, account, region }: &Place) -> Answer<Option<Self>> {
        let fact = estate.queue(account, region, arn).await?;
        let (arn, account, region) = (arn.clone(), account.clone(), region.clone());
        Ok(Fact::new((*fact).clone().map(|queue| Self { arn, account, region, queue }), fact.exchanges()))
    }
}

/// Where one of them is.
pub(crate) struct Place {
    arn: String,
    account: AccountId,
    region: Region,
}

/// Names one by its ARN, or by its name in a Region, or else in the home Region.
pub(crate) async fn name_one<T: Listed>(
    w: &mut LogproofWorld,
    name: &str,
    account: &str,
    region: Option<&str>,
) -> Judged {
    let account = named_account(w, account).await?.id;
    let region = match region {
        Some(code) => {
            let region: Region = code.parse().map_err(|_| Stop::because(format!("`{code}` is not a Region code")))?;
            if region_of(name).is_some_and(|stated| stated != region) {
                return Err(Stop::because(format!("`{name}` is not a {} in {region}", T::WORD)));
            }
            region
        }
        None => {
            if account_of(name).is_some_and(|stated| stated != account) {
                return Err(Stop::because(format!("`{name}` is not a {} of account {account}", T::WORD)));
            }
            region_of(name).unwrap_or(w.config()?.organization.home_region.clone())
        }
    };
    if let Some(found) = existing::<T>(w, name, account, region).await? {
        T::of(&mut w.subjects).push(Members::one(found));
    }
    w.settle()
}

/// Names those with these ARNs.
pub(crate) async fn name_these<T: Listed>(w: &mut LogproofWorld, arns: &[String]) -> Judged {
    let mut members = Vec::new();
    for arn in arns {
        let (Some(account), Some(region)) = (account_of(arn), region_of(arn)) else {
            return Err(Stop::because(format!("`{arn}` is not the ARN of a {}", T::WORD)));
        };
        let account = named_account(w, account.as_str()).await?.id;
        members.extend(existing::<T>(w, arn, account, region).await?);
    }
    w.settle()?;
    let called = format!("named {}s", T::WORD);
    T::of(&mut w.subjects).push(Members::listed(members, &called));
    w.settle()
}

/// The topic or queue as found; nothing, and a finding, when there is none.
async fn existing<T: Listed>(
    w: &mut LogproofWorld,
    name: &str,
    account: AccountId,
    region: Region,
) -> Result<Option<Fact<T>>, Stop> {
    let word = T::WORD;
    let arn = match name.starts_with("arn:") {
        true => name.to_owned(),
        false => region.partition().arn(T::SERVICE, region.as_str(), account.as_str(), name),
    };
    if arn.split(':').nth(2) != Some(T::SERVICE) {
        return Err(Stop::because(format!("`{arn}` is not the ARN of a {word}")));
    }
    let place = Place { arn, account, region };
    let answer = w.see(T::read(&*w.estate()?, &place).await)?;
    if let Some(found) = answer.as_ref() {
        return Ok(Some(Fact::new(found.clone(), answer.exchanges())));
    }
    let Place { arn, account, region } = place;
    w.observe(
        Observation::new(
            Subject::arn(&arn).at(&account, Some(&region)),
            format!("the {word} `{name}` exists in account {account}, {region}"),
            format!("no such {word}"),
            false,
        )
        .hint(format!("correct the {word} in the feature, or create it"))
        .resting_on(answer.exchanges()),
    );
    Ok(None)
}

/// Names every one of these accounts, in the governed Regions, that the filter leaves; none at all ends the scenario as not
/// applicable.
pub(crate) async fn name_every<T: Listed>(w: &mut LogproofWorld, accounts: &Accounts, filter: Filter) -> Judged {
    let searched = accounts.searched(w).await?;
    let (mut search, found) = Search::<T>::begin(w, searched, filter).await?;
    let estate = w.estate()?;
    let answers = ask_each(found, |one| {
        let estate = Arc::clone(&estate);
        async move { (T::read(&estate, &one).await, one) }
    })
    .await;
    let mut all = Vec::new();
    for (answer, one) in answers {
        let Some(fact) = w.see_or_note(answer) else { continue };
        search.exchanges.extend_from_slice(fact.exchanges());
        match (*fact).clone() {
            Some(named) => all.push(Fact::new(named, fact.exchanges())),
            None => search.note_deleted(w, &one),
        }
    }
    let members = search.end(w, all)?;
    T::of(&mut w.subjects).push(members);
    w.settle()
}

/// What a search is about, and what it found on the way.
struct Search<T> {
    filter: Filter,
    searched: Searched,
    source: String,
    exchanges: Vec<ExchangeId>,
    /// Why the filter by tag leaves nobody.
    why: Option<String>,
    of: PhantomData<T>,
}

impl<T: Listed> Search<T> {
    /// Lists them in each account and governed Region, and keeps those that the filter leaves.
    async fn begin(w: &mut LogproofWorld, searched: Searched, filter: Filter) -> Result<(Self, Vec<Place>), Stop> {
        let (estate, regions) = (w.estate()?, w.config()?.organization.governed_regions.clone());
        let cells = searched.accounts.iter().flat_map(|account| regions.iter().map(|region| (&account.id, region)));
        let answers = ask_each(cells.collect(), |(account, region)| {
            let estate = Arc::clone(&estate);
            async move { (account.clone(), region.clone(), T::list(&estate, account, region).await) }
        })
        .await;
        let (mut exchanges, mut found, mut seen) = (Vec::new(), Vec::new(), 0);
        for (account, region, answer) in answers {
            let Some(listed) = w.see_or_note(answer) else { continue };
            exchanges.extend_from_slice(listed.exchanges());
            seen += listed.len();
            let meant = listed.iter().filter(|arn| filter.takes_name(arn.rsplit(':').next().unwrap_or_default()));
            found.extend(meant.map(|arn| Place { arn: arn.clone(), account: account.clone(), region: region.clone() }));
        }
        let (operation, word, number) = (T::LISTING, T::WORD, regions.len());
        let source = format!("{operation} of {} in {number} governed Regions: {seen} {word}s", searched.called);
        let mut search = Self { filter, searched, source, exchanges, why: None, of: PhantomData };
        let found = search.tagged(w, found).await?;
        Ok((search, found))
    }

    /// Those that have the tag of the filter, if there is one.
    async fn tagged(&mut self, w: &mut LogproofWorld, found: Vec<Place>) -> Result<Vec<Place>, Stop> {
        let Some((key, value)) = &self.filter.tag else { return Ok(found) };
        let estate = w.estate()?;
        let answers = ask_each(found, |one| {
            let estate = Arc::clone(&estate);
            async move { (T::tags(&estate, &one).await, one) }
        })
        .await;
        let (mut left, mut there) = (Vec::new(), Vec::new());
        for (answer, one) in answers {
            let Some(fact) = w.see_or_note(answer) else { continue };
            self.exchanges.extend_from_slice(fact.exchanges());
            let Some(tags) = fact.as_ref() else {
                self.note_deleted(w, &one);
                continue;
            };
            if tags.get(key) == Some(value) {
                left.push(one);
            }
            there.extend(tags.clone());
        }
        if left.is_empty() {
            let pairs = there.iter().map(|(key, value)| (key.as_str(), value.as_str()));
            self.why = Some(none_tagged(T::WORD, (key, value), pairs));
        }
        Ok(left)
    }

    fn note_deleted(&self, w: &mut LogproofWorld, one: &Place) {
        w.note(format!("{} {} was deleted during the run", T::WORD, one.arn));
    }

    /// The population. What could not be seen of it stops the scenario: who is meant is then not known.
    fn end(self, w: &mut LogproofWorld, all: Vec<Fact<T>>) -> Result<Members<Fact<T>>, Stop> {
        w.record.rest_on(&self.exchanges);
        w.settle()?;
        if all.is_empty() && !w.is_examined_elsewhere() {
            return Err(nobody(w, &self.source, &self.filter, self.why));
        }
        let called = Some(format!("{}s{} of {}", T::WORD, self.filter.in_words(), self.searched.called));
        Ok(Members { all, called, source: self.source, left_out: self.searched.left_out, exchanges: self.exchanges })
    }
}
