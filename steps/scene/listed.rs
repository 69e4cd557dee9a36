//! All topics or queues of some accounts that a filter leaves.

use std::sync::Arc;

use logproof_estate::{
    AccountId, Answer, Estate, ExchangeId, Fact, Region,
    facts::Tags,
    subjects::{Members, NamedQueue, NamedTopic},
    world::{LogproofWorld, Stop},
};

use crate::scene::{
    accounts::Searched,
    questions::ask_each,
    subjects::{Filter, nobody, none_tagged},
};

/// What is listed in each account and governed Region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Topics,
    Queues,
}

impl Kind {
    fn operation(self) -> &'static str {
        match self {
            Self::Topics => "sns:ListTopics",
            Self::Queues => "sqs:ListQueues",
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Topics => "topic",
            Self::Queues => "queue",
        }
    }

    async fn list(self, estate: &Estate, account: &AccountId, region: &Region) -> Answer<Vec<String>> {
        match self {
            Self::Topics => estate.topics(account, region).await,
            Self::Queues => estate.queues(account, region).await,
        }
    }

    async fn tags(self, estate: &Estate, one: &Found) -> Answer<Option<Tags>> {
        match self {
            Self::Topics => estate.topic_tags(&one.account, &one.region, &one.arn).await,
            Self::Queues => estate.queue_tags(&one.account, &one.region, &one.arn).await,
        }
    }
}

/// One of them, where it was listed.
struct Found {
    arn: String,
    account: AccountId,
    region: Region,
}

/// What a search is about, and what it found on the way.
struct Search {
    kind: Kind,
    filter: Filter,
    searched: Searched,
    source: String,
    exchanges: Vec<ExchangeId>,
    /// Why the filter by tag leaves nobody.
    why: Option<String>,
}

/// Every topic of these accounts, in the governed Regions, that the filter leaves; none at all ends the scenario as not
/// applicable.
pub(crate) async fn topics_of(
    w: &mut LogproofWorld,
    searched: Searched,
    filter: Filter,
) -> Result<Members<Fact<NamedTopic>>, Stop> {
    let (mut search, found) = Search::begin(w, Kind::Topics, searched, filter).await?;
    let estate = w.estate()?;
    let answers = ask_each(found, |one| {
        let estate = Arc::clone(&estate);
        async move { (estate.topic(&one.account, &one.region, &one.arn).await, one) }
    })
    .await;
    let mut all = Vec::new();
    for (answer, Found { arn, account, region }) in answers {
        let Some(fact) = search.seen(w, answer, &arn) else { continue };
        if let Some(topic) = (*fact).clone() {
            all.push(Fact::new(NamedTopic { arn, account, region, topic }, fact.exchanges()));
        }
    }
    search.end(w, all)
}

/// The same of queues.
pub(crate) async fn queues_of(
    w: &mut LogproofWorld,
    searched: Searched,
    filter: Filter,
) -> Result<Members<Fact<NamedQueue>>, Stop> {
    let (mut search, found) = Search::begin(w, Kind::Queues, searched, filter).await?;
    let estate = w.estate()?;
    let answers = ask_each(found, |one| {
        let estate = Arc::clone(&estate);
        async move { (estate.queue(&one.account, &one.region, &one.arn).await, one) }
    })
    .await;
    let mut all = Vec::new();
    for (answer, Found { arn, account, region }) in answers {
        let Some(fact) = search.seen(w, answer, &arn) else { continue };
        if let Some(queue) = (*fact).clone() {
            all.push(Fact::new(NamedQueue { arn, account, region, queue }, fact.exchanges()));
        }
    }
    search.end(w, all)
}

impl Search {
    /// Lists them in each account and governed Region, and keeps those that the filter leaves.
    async fn begin(
        w: &mut LogproofWorld,
        kind: Kind,
        searched: Searched,
        filter: Filter,
    ) -> Result<(Self, Vec<Found>), Stop> {
        let (estate, regions) = (w.estate()?, w.config()?.organization.governed_regions.clone());
        let cells = searched.accounts.iter().flat_map(|account| regions.iter().map(|region| (&account.id, region)));
        let answers = ask_each(cells.collect(), |(account, region)| {
            let estate = Arc::clone(&estate);
            async move { (account.clone(), region.clone(), kind.list(&estate, account, region).await) }
        })
        .await;
        let (mut exchanges, mut found, mut seen) = (Vec::new(), Vec::new(), 0);
        for (account, region, answer) in answers {
            let Some(listed) = w.see_or_note(answer) else { continue };
            exchanges.extend_from_slice(listed.exchanges());
            seen += listed.len();
            let meant = listed.iter().filter(|arn| filter.takes_name(arn.rsplit(':').next().unwrap_or_default()));
            found.extend(meant.map(|arn| Found { arn: arn.clone(), account: account.clone(), region: region.clone() }));
        }
        let (operation, word, number) = (kind.operation(), kind.word(), regions.len());
        let source = format!("{operation} of {} in {number} governed Regions: {seen} {word}s", searched.called);
        let mut search = Self { kind, filter, searched, source, exchanges, why: None };
        let found = search.tagged(w, found).await?;
        Ok((search, found))
    }

    /// Those that have the tag of the filter, if there is one.
    async fn tagged(&mut self, w: &mut LogproofWorld, found: Vec<Found>) -> Result<Vec<Found>, Stop> {
        let Some((key, value)) = &self.filter.tag else { return Ok(found) };
        let (estate, kind) = (w.estate()?, self.kind);
        let answers = ask_each(found, |one| {
            let estate = Arc::clone(&estate);
            async move { (kind.tags(&estate, &one).await, one) }
        })
        .await;
        let (mut left, mut there) = (Vec::new(), Vec::new());
        for (answer, one) in answers {
            let Some(fact) = w.see_or_note(answer) else { continue };
            self.exchanges.extend_from_slice(fact.exchanges());
            let Some(tags) = fact.as_ref() else {
                w.note(format!("{} {} was deleted during the run", kind.word(), one.arn));
                continue;
            };
            if tags.get(key) == Some(value) {
                left.push(one);
            }
            there.extend(tags.clone());
        }
        if left.is_empty() {
            let pairs = there.iter().map(|(key, value)| (key.as_str(), value.as_str()));
            self.why = Some(none_tagged(kind.word(), (key, value), pairs));
        }
        Ok(left)
    }

    /// What was asked about one of them; nothing where it could not be seen, or is gone.
    fn seen<T>(&mut self, w: &mut LogproofWorld, answer: Answer<Option<T>>, arn: &str) -> Option<Fact<Option<T>>> {
        let fact = w.see_or_note(answer)?;
        self.exchanges.extend_from_slice(fact.exchanges());
        if fact.is_none() {
            w.note(format!("{} {arn} was deleted during the run", self.kind.word()));
        }
        Some(fact)
    }

    /// The population. What could not be seen of it stops the scenario: who is meant is then not known.
    fn end<T>(self, w: &mut LogproofWorld, all: Vec<T>) -> Result<Members<T>, Stop> {
        w.record.rest_on(&self.exchanges);
        w.settle()?;
        if all.is_empty() && !w.is_examined_elsewhere() {
            return Err(nobody(w, &self.source, &self.filter, self.why));
        }
        let called = Some(format!("{}s{} of {}", self.kind.word(), self.filter.in_words(), self.searched.called));
        Ok(Members { all, called, source: self.source, left_out: self.searched.left_out, exchanges: self.exchanges })
    }
}
