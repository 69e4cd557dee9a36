//! What is counted instead of listed: of a large population, the members that were found as expected.
//!
//! An organization of 5,000 accounts and 17 Regions has 85,000 cells for each of some twenty sentences. A record lists
//! the first [`LISTED`] that meet an expectation and counts the others by what was found; findings are always listed.
//! Nothing is lost: every observation of such a group goes to [`Cells`], and the record holds the sum of their digests,
//! so that who repeats the examination can prove each of them.

use std::{collections::HashMap, fmt, sync::Arc};

use logproof_digest::Sha256;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::{
    place::AccountId,
    record::{Observation, Record},
};

/// How many observations that meet one expectation are listed before the others are counted.
pub const LISTED: usize = 100;
/// How many different findings of one expectation are counted apart.
const TOLD_APART: usize = 20;
/// What the rest is counted under.
const OTHERS: &str = "as expected, each in other words";

/// Receives the observations that are counted instead of listed, those listed of the same group included.
pub trait Cells: fmt::Debug + Send + Sync {
    /// A number for one attempt to run a scenario; a scenario that begins again gets another.
    fn begin(&self) -> u64;

    /// Takes one observation.
    fn take(&self, attempt: u64, observation: &Observation);

    /// Tells which attempt a scenario ended with: what others took is void.
    fn keep(&self, attempt: u64, control: &str, scenario: &str);
}

/// A group of observations that meet the same expectation, of which not all are listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// What the control asks for; `{account}` stands for the account that each is about.
    pub expected: Arc<str>,
    /// How many met it, those listed included.
    pub members: usize,
    /// Sum of the digests of all their observations.
    pub sha256_sum: Sum,
    /// What was found of those that are not listed.
    pub found: Vec<Found>,
}

/// Members of a group that are not listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// What is there; `{account}` and `{region}` stand for the member's own.
    pub text: String,
    /// How many.
    pub members: usize,
}

impl Counted {
    /// How many are not listed.
    #[must_use]
    pub fn unlisted(&self) -> usize {
        self.found.iter().map(|found| found.members).sum()
    }

    /// Counts an observation that is not listed.
    fn count(&mut self, observation: &Observation) {
        let mut text = observation.found.clone();
        if let Some(account) = account_of(observation) {
            text = text.replace(account.as_str(), "{account}");
        }
        if let Some(region) = &observation.subject.region {
            text = text.replace(region.as_str(), "{region}");
        }
        if self.found.len() >= TOLD_APART && self.found.iter().all(|found| found.text != text) {
            OTHERS.clone_into(&mut text);
        }
        match self.found.iter_mut().find(|found| found.text == text) {
            Some(found) => found.members += 1,
            None => self.found.push(Found { text, members: 1 }),
        }
    }
}

/// Decides which observations of one scenario are listed.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    to: Option<(Arc<dyn Cells>, u64)>,
    met: HashMap<Arc<str>, usize>,
}

impl Listing {
    /// Gives what is not listed to `cells`.
    pub(crate) fn into(cells: Option<&Arc<dyn Cells>>) -> Self {
        Self { to: cells.map(|cells| (Arc::clone(cells), cells.begin())), met: HashMap::new() }
    }

    /// The number under which observations were given away.
    pub(crate) fn attempt(&self) -> Option<u64> {
        self.to.as_ref().map(|(_, attempt)| *attempt)
    }

    /// Lists an observation or counts it.
    pub(crate) fn take(&mut self, record: &mut Record, observation: Observation) {
        if !observation.met {
            record.observations.push(observation);
            return;
        }
        let expected = expectation(&observation);
        let met = self.met.entry(Arc::clone(&expected)).or_insert(0);
        *met += 1;
        if *met <= LISTED {
            record.observations.push(observation);
            return;
        }
        let Record { observations, counted, .. } = record;
        let at = match counted.iter().position(|group| group.expected == expected) {
            Some(at) => at,
            None => {
                let mut group = Counted {
                    expected: Arc::clone(&expected),
                    members: 0,
                    sha256_sum: Sum::default(),
                    found: Vec::new(),
                };
                for listed in observations.iter().filter(|one| group_holds(&expected, one)) {
                    self.add(&mut group, listed);
                }
                counted.push(group);
                counted.len() - 1
            }
        };
        if let Some(group) = counted.get_mut(at) {
            self.add(group, &observation);
            group.count(&observation);
        }
    }

    fn add(&self, group: &mut Counted, observation: &Observation) {
        group.members += 1;
        group.sha256_sum.add(&digest(observation));
        if let Some((cells, attempt)) = &self.to {
            cells.take(*attempt, observation);
        }
    }
}

/// What is expected of an observation without the account that it is for: the same of every account.
#[must_use]
pub fn expectation(observation: &Observation) -> Arc<str> {
    match &observation.for_account {
        Some(account) => observation.expected.replace(account.as_str(), "{account}").into(),
        None => Arc::clone(&observation.expected),
    }
}

/// Whether an observation is one of those that a group counts.
#[must_use]
pub fn group_holds(expected: &Arc<str>, observation: &Observation) -> bool {
    observation.met && expectation(observation) == *expected
}

/// The account an observation is about: the one it is for, or else the subject's.
#[must_use]
pub fn account_of(observation: &Observation) -> Option<&AccountId> {
    observation.for_account.as_ref().or(observation.subject.account.as_ref())
}

/// The digest of an observation: of its JSON form, in which exchanges have their content addresses.
#[must_use]
pub fn digest(observation: &Observation) -> [u8; 32] {
    // An observation is made of texts and lists of texts: it always has a JSON form.
    let form = serde_json::to_vec(observation).unwrap_or_default();
    Sha256::of(form).bytes()
}

/// A sum of SHA-256 digests modulo 2^256: the same for the same members, in whatever order they come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sum([u8; 32]);

impl Sum {
    /// Adds a digest.
    pub fn add(&mut self, digest: &[u8; 32]) {
        let mut carry = 0_u16;
        for (mine, theirs) in self.0.iter_mut().zip(digest).rev() {
            let sum = u16::from(*mine) + u16::from(*theirs) + carry;
            let [high, low] = sum.to_be_bytes();
            (*mine, carry) = (low, u16::from(high));
        }
    }

    /// Adds all of another sum.
    pub fn join(&mut self, other: &Self) {
        self.add(&other.0);
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl Serialize for Sum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Sum {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut sum = [0; 32];
        hex::decode_to_slice(&text, &mut sum)
            .map_err(|_| D::Error::custom(format!("`{text}` is no sum of SHA-256 digests: 64 hexadecimal digits")))?;
        Ok(Self(sum))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Mutex;

    use super::*;
    use crate::record::Subject;

    fn observation(number: usize, met: bool) -> Observation {
        let account = format!("{number:012}").parse().unwrap();
        let found = format!("recorder `r` of {account} in eu-west-1");
        let region = "eu-west-1".parse().unwrap();
        Observation::new(Subject::arn("arn:aws:config").at(&account, Some(&region)), "records", found, met)
    }

    #[derive(Debug, Default)]
    struct Taken(Mutex<Vec<Observation>>);

    impl Cells for Taken {
        fn begin(&self) -> u64 {
            7
        }
        fn take(&self, attempt: u64, observation: &Observation) {
            assert_eq!(attempt, 7);
            self.0.lock().unwrap().push(observation.clone());
        }
        fn keep(&self, _: u64, _: &str, _: &str) {}
    }

    #[test]
    fn a_small_population_is_listed_whole() {
        let (mut listing, mut record) = (Listing::default(), Record::default());
        (0..LISTED).for_each(|number| listing.take(&mut record, observation(number, true)));
        assert_eq!((record.observations.len(), record.counted.len()), (LISTED, 0));
    }

    #[test]
    fn of_a_large_one_the_first_are_listed_and_all_are_given_away() {
        let taken = Arc::new(Taken::default());
        let cells: Arc<dyn Cells> = Arc::<Taken>::clone(&taken);
        let (mut listing, mut record) = (Listing::into(Some(&cells)), Record::default());
        for number in 0..LISTED + 30 {
            listing.take(&mut record, observation(number, number != 3 && number != LISTED + 20));
        }
        assert_eq!(record.observations.len(), LISTED + 2, "findings are listed beside them");
        let [group] = record.counted.as_slice() else { panic!("{:?}", record.counted) };
        assert_eq!((group.members, group.unlisted()), (LISTED + 28, 28));
        let text = "recorder `r` of {account} in {region}".to_owned();
        assert_eq!(group.found, [Found { text, members: 28 }]);
        let taken = taken.0.lock().unwrap();
        assert_eq!(taken.len(), LISTED + 28);
        let mut sum = Sum::default();
        taken.iter().rev().for_each(|one| sum.add(&digest(one)));
        assert_eq!(sum, group.sha256_sum, "in any order");
    }

    #[test]
    fn what_is_found_in_too_many_words_is_counted_together() {
        let (mut listing, mut record) = (Listing::default(), Record::default());
        for number in 0..LISTED + 50 {
            let mut one = observation(number, true);
            one.found = format!("{number} digests");
            listing.take(&mut record, one);
        }
        let found = &record.counted[0].found;
        assert_eq!((found.len(), record.counted[0].unlisted()), (TOLD_APART + 1, 50));
        assert_eq!(found.last().unwrap(), &Found { text: OTHERS.to_owned(), members: 50 - TOLD_APART });
    }

    #[test]
    fn what_is_expected_of_every_account_is_one_group() {
        let (mut listing, mut record) = (Listing::default(), Record::default());
        for number in 0..LISTED + 5 {
            let mut one = observation(number, true);
            let account: AccountId = format!("{number:012}").parse().unwrap();
            one.expected = format!("a delivery to AWSLogs/o-x/{account}/x is accepted").into();
            one = one.for_account(Some(&account));
            one.subject = Subject::arn("arn:aws:s3:::logs");
            assert_eq!(account_of(&one), Some(&account));
            listing.take(&mut record, one);
        }
        assert_eq!(&*record.counted[0].expected, "a delivery to AWSLogs/o-x/{account}/x is accepted");
        assert_eq!((record.counted.len(), record.counted[0].members), (1, LISTED + 5));
        assert!(record.observations.iter().all(|one| group_holds(&record.counted[0].expected, one)));
        assert!(!group_holds(&observation(1, true).expected, &record.observations[0]));
    }

    #[test]
    fn a_sum_carries() {
        let mut sum = Sum([0xff; 32]);
        let mut one = [0; 32];
        one[31] = 2;
        sum.add(&one);
        assert_eq!(sum.to_string(), format!("{}01", "0".repeat(62)));
        let read: Sum = serde_json::from_str(&serde_json::to_string(&sum).unwrap()).unwrap();
        assert_eq!(read, sum);
        assert!(serde_json::from_str::<Sum>("\"ab\"").unwrap_err().to_string().contains("64 hexadecimal digits"));
    }
}
