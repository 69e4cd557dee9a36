//! The subjects that a scenario names itself: found, filtered, and examined one after the other.

use logproof_estate::{
    BucketRef, Fact, KeyRef,
    facts::{Account, KmsKey, Trail},
    record::Population,
    subjects::{Members, NamedQueue, NamedRole, NamedTopic},
    world::{Judged, LogproofWorld, Stop},
};
use logproof_policy::Glob;

use crate::scene::{
    accounts::Searched,
    organization::OrganizationView,
    questions::{ask_each, pause},
};

/// Which members of a population are meant.
#[derive(Default)]
pub(crate) struct Filter {
    /// A tag they have, with its value.
    pub(crate) tag: Option<(String, String)>,
    /// A pattern of their names.
    pub(crate) name: Option<String>,
    /// A pattern of an alias, of keys.
    pub(crate) alias: Option<String>,
}

impl Filter {
    /// In words, as the end of "buckets".
    pub(crate) fn in_words(&self) -> String {
        let tag = self.tag.iter().map(|(key, value)| format!(" tagged `{key}` = `{value}`"));
        let name = self.name.iter().map(|name| format!(" whose name matches `{name}`"));
        let alias = self.alias.iter().map(|alias| format!(" with an alias that matches `{alias}`"));
        tag.chain(name).chain(alias).collect()
    }

    /// Whether a name is meant.
    pub(crate) fn takes_name(&self, name: &str) -> bool {
        self.name.as_ref().is_none_or(|pattern| Glob::new(pattern).matches(name))
    }

    /// Whether an alias is meant. A pattern may leave out `alias/`, which all begin with.
    pub(crate) fn takes_alias(&self, alias: &str) -> bool {
        self.alias.as_ref().is_none_or(|pattern| {
            let bare = |text: &str| text.strip_prefix("alias/").unwrap_or(text).to_owned();
            Glob::new(&bare(pattern)).matches(&bare(alias))
        })
    }

    /// Those with a tag of this value.
    pub(crate) fn tagged(key: String, value: String) -> Self {
        Self { tag: Some((key, value)), ..Self::default() }
    }

    /// Those whose name matches a pattern.
    pub(crate) fn named(name: String) -> Self {
        Self { name: Some(name), ..Self::default() }
    }
}

/// Why a filter by tag leaves nobody: the key is nowhere, which may be misspelt, or it has other values.
pub(crate) fn none_tagged<'t>(
    of: &str,
    (key, value): (&str, &str),
    there: impl Iterator<Item = (&'t str, &'t str)> + Clone,
) -> String {
    let sorted = |texts: &mut dyn Iterator<Item = &'t str>| {
        let once: std::collections::BTreeSet<&str> = texts.collect();
        if once.is_empty() { "none".to_owned() } else { once.into_iter().collect::<Vec<_>>().join(", ") }
    };
    let mut values = there.clone().filter(|(known, _)| *known == key).map(|(_, value)| value).peekable();
    if values.peek().is_some() {
        return format!("no {of} is tagged `{key}` = `{value}`; other values of that tag: {}", sorted(&mut values));
    }
    let keys = sorted(&mut there.map(|(key, _)| key));
    format!("no {of} has a tag `{key}` at all; keys of tags that {of}s have: {keys}")
}

/// The end of a scenario whose population is empty: the query, and what it left.
pub(crate) fn nobody(w: &mut LogproofWorld, source: &str, filter: &Filter, why: Option<String>) -> Stop {
    let words = filter.in_words();
    let none = if words.is_empty() { String::new() } else { format!(", none{words}") };
    let why = why.map(|why| format!(" ({why})")).unwrap_or_default();
    w.not_applicable(format!("{source}{none}{why}"))
}

/// Every bucket of these accounts that the filter leaves: none at all ends the scenario as not applicable.
///
/// An account whose buckets, or a bucket whose tags or Region cannot be seen, is recorded as such: who is meant is then
/// not known.
pub(crate) async fn buckets_of(
    w: &mut LogproofWorld,
    searched: Searched,
    filter: Filter,
) -> Result<Members<BucketRef>, Stop> {
    let estate = w.estate()?;
    let Searched { accounts, left_out, called: searched } = searched;
    let mut exchanges = Vec::new();
    let (mut all, mut seen) = (Vec::new(), 0);
    let answers = ask_each(accounts, |account| {
        let estate = &estate;
        async move { (account.id.clone(), estate.buckets(&account.id).await) }
    })
    .await;
    let region = w.config()?.organization.home_region.clone();
    for (owner, answer) in answers {
        let Some(owned) = w.see_or_note(answer) else { continue };
        exchanges.extend_from_slice(owned.exchanges());
        seen += owned.len();
        all.extend(owned.iter().map(|one| BucketRef {
            name: one.name.clone(),
            owner: owner.clone(),
            region: region.clone(),
        }));
    }
    all.retain(|bucket| filter.takes_name(&bucket.name));
    let all = located(w, all, &mut exchanges).await?;
    let (all, why) = match &filter.tag {
        Some((key, value)) => tagged(w, all, (key, value), &mut exchanges).await?,
        None => (all, None),
    };
    w.record.rest_on(&exchanges);
    w.settle()?;
    let source = format!("s3:ListBuckets of {searched}: {seen} buckets");
    if all.is_empty() && !w.is_examined_elsewhere() {
        return Err(nobody(w, &source, &filter, why));
    }
    let called = Some(format!("buckets{} of {searched}", filter.in_words()));
    Ok(Members { all, called, source, left_out, exchanges })
}

/// The same buckets in the Regions they are really in; one that was deleted meanwhile is none.
async fn located(
    w: &mut LogproofWorld,
    buckets: Vec<BucketRef>,
    exchanges: &mut Vec<logproof_estate::ExchangeId>,
) -> Result<Vec<BucketRef>, Stop> {
    let estate = w.estate()?;
    let answers = ask_each(buckets, |bucket| {
        let estate = &estate;
        async move {
            let answer = estate.bucket_location(&bucket).await;
            (bucket, answer)
        }
    })
    .await;
    let mut found = Vec::new();
    for (bucket, answer) in answers {
        let Some(location) = w.see_or_note(answer) else { continue };
        exchanges.extend_from_slice(location.exchanges());
        match location.as_ref() {
            Some(region) => found.push(BucketRef { region: region.clone(), ..bucket }),
            None => w.note(format!("bucket {} was deleted during the run", bucket.name)),
        }
    }
    Ok(found)
}

/// Those of the buckets that have the tag; where there are buckets and none has it, why.
async fn tagged(
    w: &mut LogproofWorld,
    buckets: Vec<BucketRef>,
    (key, value): (&str, &str),
    exchanges: &mut Vec<logproof_estate::ExchangeId>,
) -> Result<(Vec<BucketRef>, Option<String>), Stop> {
    let estate = w.estate()?;
    let answers = ask_each(buckets, |bucket| {
        let estate = &estate;
        async move {
            let answer = estate.bucket_tags(&bucket).await;
            (bucket, answer)
        }
    })
    .await;
    let mut found = Vec::new();
    let mut there: Vec<(String, String)> = Vec::new();
    for (bucket, answer) in answers {
        let Some(tags) = w.see_or_note(answer) else { continue };
        exchanges.extend_from_slice(tags.exchanges());
        if tags.iter().any(|tag| tag.key == key && tag.value == value) {
            found.push(bucket);
        }
        there.extend(tags.iter().map(|tag| (tag.key.clone(), tag.value.clone())));
    }
    let pairs = there.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    let why = found.is_empty().then(|| none_tagged("bucket", (key, value), pairs));
    Ok((found, why))
}

/// The buckets the scenario is about: those it names itself, or the one of the log store.
pub(crate) fn buckets(w: &LogproofWorld) -> Result<Vec<Members<BucketRef>>, Stop> {
    if !w.subjects.buckets.is_empty() {
        return Ok(w.subjects.buckets.clone());
    }
    Ok(vec![Members::one(w.bucket()?)])
}

/// A key as it was asked for, and as it is.
pub(crate) type AskedKey = (KeyRef, Fact<KmsKey>);

/// The keys the scenario is about: those it names itself, or the one of the log store.
pub(crate) fn keys(w: &LogproofWorld) -> Result<Vec<Members<AskedKey>>, Stop> {
    if !w.subjects.keys.is_empty() {
        return Ok(w.subjects.keys.clone());
    }
    Ok(vec![Members::one(w.key()?)])
}

/// The roles the scenario names.
pub(crate) fn roles(w: &LogproofWorld) -> Result<Vec<Members<Fact<NamedRole>>>, Stop> {
    if w.subjects.roles.is_empty() {
        return Err(Stop::because("no `Given` step named a role"));
    }
    Ok(w.subjects.roles.clone())
}

/// The trails the scenario is about: those it names itself, or the organization trail.
pub(crate) fn trails(w: &LogproofWorld) -> Result<Vec<Members<Fact<Trail>>>, Stop> {
    if !w.subjects.trails.is_empty() {
        return Ok(w.subjects.trails.clone());
    }
    Ok(vec![Members::one(w.trail()?)])
}

/// The topics the scenario names.
pub(crate) fn topics(w: &LogproofWorld) -> Result<Vec<Members<Fact<NamedTopic>>>, Stop> {
    if w.subjects.topics.is_empty() {
        return Err(Stop::because("no `Given` step named a topic"));
    }
    Ok(w.subjects.topics.clone())
}

/// The accounts the scenario names.
pub(crate) fn accounts(w: &LogproofWorld) -> Result<Vec<Members<Account>>, Stop> {
    if w.subjects.accounts.is_empty() {
        return Err(Stop::because("no `Given` step named an account"));
    }
    Ok(w.subjects.accounts.clone())
}

/// The queues the scenario names.
pub(crate) fn queues(w: &LogproofWorld) -> Result<Vec<Members<Fact<NamedQueue>>>, Stop> {
    if w.subjects.queues.is_empty() {
        return Err(Stop::because("no `Given` step named a queue"));
    }
    Ok(w.subjects.queues.clone())
}

/// Judges every member, and counts those that were examined. What could not be seen of one does not keep the others
/// from being examined.
pub(crate) async fn every<T: Clone>(
    w: &mut LogproofWorld,
    groups: Vec<Members<T>>,
    judge: impl AsyncFn(&mut LogproofWorld, T) -> Judged,
) -> Judged {
    if w.is_examined_elsewhere() && groups.iter().any(|group| group.called.is_some()) {
        // Most members are judged by the policies above their accounts: these are read once for all shares of a run.
        OrganizationView::read(w, &[], &[]).await?;
    }
    for group in groups {
        let mut examined = 0;
        for member in &group.all {
            let recorded = w.record.unseen.len() + w.record.observations.len();
            match judge(w, member.clone()).await {
                Ok(()) => examined += 1,
                Err(stop) if w.record.unseen.len() + w.record.observations.len() == recorded => return Err(stop),
                Err(_) => {}
            }
            pause().await;
        }
        counted(w, &group, examined);
    }
    w.settle()
}

/// Records how many of a population were examined, once; a subject that was named is none.
pub(crate) fn counted<T>(w: &mut LogproofWorld, group: &Members<T>, examined: usize) {
    let Some(called) = &group.called else { return };
    let population = Population {
        of: called.clone(),
        expected: group.all.len(),
        examined,
        source: group.source.clone(),
        left_out: group.left_out.clone(),
    };
    if !w.record.populations.contains(&population) {
        w.population(population);
    }
}
