//! One object of every kind that lifecycle rules tell apart.
//!
//! Two objects that no filter tells apart have the same outcome, so that trying one of each kind tries them all.

use std::{collections::BTreeSet, fmt};

use logproof_estate::facts::LifecycleRule;

use super::Object;

type Tags = Vec<(String, String)>;

/// Most kinds that are tried. Rules of real buckets tell a few dozen apart; each tag of one may go with each of another,
/// so that a thousand rules could tell apart more than anybody can go through.
const MOST_KINDS: usize = 10_000;

/// A kind of objects, with one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kind {
    /// The longest prefix a rule names, or was asked about, that it stands under.
    pub(crate) under: String,
    /// One of the kind.
    pub(crate) object: Object,
    /// Whether a rule tells its size from another.
    sized: bool,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object under `{}`", self.under)?;
        if self.sized {
            write!(f, " of {} bytes", self.object.size_bytes)?;
        }
        for (at, (key, value)) in self.object.tags.iter().enumerate() {
            write!(f, "{} `{key}={value}`", if at == 0 { " tagged" } else { "," })?;
        }
        Ok(())
    }
}

/// Every kind of objects under a prefix: first the untagged ones, which fewest rules refer to.
///
/// # Errors
/// When there are too many, as a fragment in lower case.
pub(crate) fn kinds_under(prefix: &str, rules: &[LifecycleRule]) -> Result<Vec<Kind>, String> {
    let too_many = || format!("the lifecycle rules tell more than {MOST_KINDS} kinds of objects apart");
    let rules: Vec<&LifecycleRule> = rules.iter().filter(|rule| rule.enabled).collect();
    let mut kinds = Vec::new();
    for (under, key) in keys_under(prefix, &rules) {
        let here: Vec<&LifecycleRule> = rules.iter().copied().filter(|rule| key.starts_with(&rule.prefix)).collect();
        let sized = here.iter().any(|rule| rule.size_greater_than.is_some() || rule.size_less_than.is_some());
        let (tags, sizes) = (tags_of(&here).ok_or_else(too_many)?, sizes_of(&here));
        if kinds.len() + tags.len() * sizes.len() > MOST_KINDS {
            return Err(too_many());
        }
        for tags in tags {
            for size_bytes in sizes.iter().copied() {
                let object = Object { key: key.clone(), size_bytes, tags: tags.clone() };
                kinds.push(Kind { under: under.clone(), object, sized });
            }
        }
    }
    kinds.sort_by(|a, b| (a.object.tags.len(), &a.object).cmp(&(b.object.tags.len(), &b.object)));
    Ok(kinds)
}

/// The prefix and each longer one that a rule names, with a key directly under it.
fn keys_under(prefix: &str, rules: &[&LifecycleRule]) -> BTreeSet<(String, String)> {
    let longer = rules.iter().map(|rule| rule.prefix.as_str()).filter(|one| one.starts_with(prefix));
    longer.chain([prefix]).map(|prefix| (prefix.to_owned(), key_directly_under(prefix, rules))).collect()
}

/// A key that begins with the prefix and with no longer prefix that a rule names.
fn key_directly_under(prefix: &str, rules: &[&LifecycleRule]) -> String {
    let taken: BTreeSet<char> =
        rules.iter().filter_map(|rule| rule.prefix.strip_prefix(prefix).and_then(|rest| rest.chars().next())).collect();
    let readable = ('a'..='z').rev().chain('0'..='9');
    // More characters than a configuration may have rules.
    let free = readable.chain('\u{4e00}'..='\u{5e00}').find(|character| !taken.contains(character));
    format!("{prefix}{}", free.unwrap_or('z'))
}

/// Sizes on either side of every bound. Nothing is said of empty objects: a log file never is one.
fn sizes_of(rules: &[&LifecycleRule]) -> BTreeSet<i64> {
    let above =
        rules.iter().filter_map(|rule| rule.size_greater_than).flat_map(|bound| [bound, bound.saturating_add(1)]);
    let below = rules.iter().filter_map(|rule| rule.size_less_than).flat_map(|bound| [bound.saturating_sub(1), bound]);
    above.chain(below).filter(|size| *size > 0).chain([1]).collect()
}

/// No tags, the tags of each rule, and those of each expiration with each removal of noncurrent versions: an end is made
/// of one of each. `None` when that are too many.
fn tags_of(rules: &[&LifecycleRule]) -> Option<BTreeSet<Tags>> {
    let of = |wanted: fn(&LifecycleRule) -> bool| -> BTreeSet<Tags> {
        rules.iter().filter(|rule| wanted(rule)).map(|rule| sorted(rule.tags.clone())).collect()
    };
    let expiring = of(|rule| rule.expiration_days.is_some() || rule.expiration_date.is_some());
    let removing = of(|rule| rule.noncurrent_expiration_days.is_some());
    if expiring.len() * removing.len() > MOST_KINDS {
        return None;
    }
    let both = expiring
        .iter()
        .flat_map(|one| removing.iter().map(move |other| sorted(one.iter().chain(other).cloned().collect())));
    let possible = |tags: &Tags| !tags.windows(2).any(|pair| matches!(pair, [(a, _), (b, _)] if a == b));
    Some(both.chain(of(|_| true)).chain([Tags::new()]).filter(possible).collect())
}

fn sorted(mut tags: Tags) -> Tags {
    tags.sort();
    tags.dedup();
    tags
}
