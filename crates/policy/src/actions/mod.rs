//! The action ledger: every action of the services a log store depends on, and what it does to the store.
//!
//! Owns the table (one text file per service, one line per action) and its classes. A question about "everything that
//! re-configures a bucket" is made from classes here, so an action that AWS adds is in the question as soon as it is
//! classified; `tests/ledger.rs` compares the table with AWS's own list and fails on an action without a class. Must not
//! know how questions are answered.
// See: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    sync::LazyLock,
};

use crate::glob::Glob;
use crate::model::{Effect, Policy};

const FILES: [(&str, &str); 8] = [
    ("s3", include_str!("s3.txt")),
    ("s3-object-lambda", include_str!("s3-object-lambda.txt")),
    ("kms", include_str!("kms.txt")),
    ("cloudtrail", include_str!("cloudtrail.txt")),
    ("config", include_str!("config.txt")),
    ("organizations", include_str!("organizations.txt")),
    ("iam", include_str!("iam.txt")),
    ("sts", include_str!("sts.txt")),
];

macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident => $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$doc])* $variant,)+ }

        impl $name {
            /// All of them, in the order they are defined.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word the table uses.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            fn of(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}

words! {
    /// What an action does to the log store and to what guards it.
    Class {
        /// Shows what is stored, or decrypts it.
        Reads => "reads",
        /// Shows the names of what is stored.
        Lists => "lists",
        /// Shows settings, tags and states.
        Looks => "looks",
        /// Puts something into the store, or encrypts for it.
        Writes => "writes",
        /// Removes what is stored, where it is stored, or the key it is stored under.
        Deletes => "deletes",
        /// Changes a setting that can expose, delete, re-route or blind the store, or lifts a protection of it.
        Administers => "administers",
        /// Ends or thins out recording, copying, or the use of a key.
        Stops => "stops",
        /// Takes a guard above the account away, or gives that right to others.
        Undoes => "undoes",
        /// Takes on another identity, or decides what an identity may do.
        Becomes => "becomes",
        /// Changes a setting that has none of these effects.
        Adjusts => "adjusts",
        /// Touches nothing of the store, or puts a protection back.
        Harmless => "harmless",
    }
}

words! {
    /// What an action works on.
    Kind {
        /// An object of a bucket.
        Object => "object",
        /// A bucket.
        Bucket => "bucket",
        /// An access point in front of a bucket.
        AccessPoint => "access-point",
        /// S3 Access Grants.
        AccessGrants => "access-grants",
        /// A job of S3 Batch Operations.
        Job => "job",
        /// S3 Storage Lens.
        StorageLens => "storage-lens",
        /// A key.
        Key => "key",
        /// A key, if it is a multi-Region one.
        MultiRegionKey => "multi-region-key",
        /// The alias of a key.
        Alias => "alias",
        /// A custom key store, or the keys of an account as a whole.
        KeyStore => "key-store",
        /// A trail.
        Trail => "trail",
        /// CloudTrail Lake.
        Lake => "lake",
        /// A recorder of AWS Config.
        Recorder => "recorder",
        /// A delivery channel of AWS Config.
        Channel => "channel",
        /// How long AWS Config keeps what it recorded.
        Retention => "retention",
        /// Rules of AWS Config and their results.
        Rule => "rule",
        /// An aggregator of AWS Config.
        Aggregator => "aggregator",
        /// What AWS Config records.
        Resource => "resource",
        /// The organization as a whole.
        Organization => "organization",
        /// A policy of the organization or of an account.
        Policy => "policy",
        /// An account.
        Account => "account",
        /// A role.
        Role => "role",
        /// A user or a group.
        User => "user",
        /// The root user of an account.
        RootUser => "root-user",
        /// An identity provider.
        Provider => "provider",
        /// A certificate.
        Certificate => "certificate",
    }
}

/// One line of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Action {
    /// As policies write it: `s3:PutObject`.
    pub name: &'static str,
    /// What it does.
    pub class: Class,
    /// What it works on.
    pub kind: Kind,
    /// Why it is of this class; empty where that is plain.
    pub reason: &'static str,
}

impl Action {
    fn read(line: &'static str) -> Option<Self> {
        let (name, rest) = line.split_once(' ')?;
        let (class, rest) = rest.trim_start().split_once(' ')?;
        let rest = rest.trim_start();
        let (kind, reason) = rest.split_once(' ').unwrap_or((rest, ""));
        Some(Self { name, class: Class::of(class)?, kind: Kind::of(kind)?, reason: reason.trim() })
    }

    /// The part before the colon.
    #[must_use]
    pub fn service(&self) -> &'static str {
        self.name.split(':').next().unwrap_or_default()
    }
}

static TABLE: LazyLock<Vec<Action>> = LazyLock::new(|| FILES.iter().flat_map(|(_, text)| rows(text)).collect());

static BY_NAME: LazyLock<HashMap<String, Action>> =
    LazyLock::new(|| TABLE.iter().map(|action| (action.name.to_ascii_lowercase(), *action)).collect());

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn rows(text: &'static str) -> impl Iterator<Item = Action> {
    lines(text).filter_map(Action::read)
}

/// Every classified action, by service, in the order of the table.
#[must_use]
pub fn all() -> &'static [Action] {
    &TABLE
}

/// Whether the actions of a service are classified.
#[must_use]
pub fn covers(service: &str) -> bool {
    FILES.iter().any(|(known, _)| known.eq_ignore_ascii_case(service))
}

/// The services whose actions are classified.
pub fn services() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(service, _)| *service)
}

/// The line of an action, however its letters are written.
///
/// ```
/// use logproof_policy::actions::{Class, Kind, find};
///
/// let action = find("s3:pausereplication").expect("an action of S3");
/// assert_eq!((action.class, action.kind), (Class::Stops, Kind::Bucket));
/// assert!(find("s3:PutBucketLifecycle").is_none(), "the action is called PutLifecycleConfiguration");
/// ```
#[must_use]
pub fn find(name: &str) -> Option<&'static Action> {
    BY_NAME.get(&name.to_ascii_lowercase())
}

/// The actions of a service that are of one of these classes and work on one of these kinds, to ask about.
///
/// ```
/// use logproof_policy::actions::{Class, Kind, of};
///
/// assert_eq!(of("s3", &[Class::Writes], &[Kind::Object]), ["s3:PutObject", "s3:ReplicateObject"]);
/// ```
#[must_use]
pub fn of(service: &str, classes: &[Class], kinds: &[Kind]) -> Vec<&'static str> {
    let wanted = |a: &&Action| a.service() == service && classes.contains(&a.class) && kinds.contains(&a.kind);
    TABLE.iter().filter(wanted).map(|action| action.name).collect()
}

/// Actions that a policy allows by name, of a service in the table, that are not in the table: misspelt, or newer than
/// it. With the place of the statement in the policy.
///
/// ```
/// use logproof_policy::{Policy, actions::unclassified};
///
/// let policy = Policy::parse("a policy", br#"{"Statement": {"Effect": "Allow", "Action":
///     ["s3:GetObject", "s3:DropEverything", "s3:Drop*", "ec2:AnyAction"], "Resource": "*"}}"#)?;
/// assert_eq!(unclassified(&policy).into_keys().collect::<Vec<_>>(), ["s3:dropeverything"]);
/// # Ok::<(), logproof_policy::ParseError>(())
/// ```
#[must_use]
pub fn unclassified(policy: &Policy) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for statement in policy.statements.iter().filter(|statement| statement.effect == Some(Effect::Allow)) {
        let Some(element) = statement.action.as_ref().filter(|element| !element.negated) else { continue };
        for pattern in &element.patterns {
            let Glob::Exact(name) = pattern else { continue };
            let service = name.split(':').next().unwrap_or_default();
            if covers(service) && find(name).is_none() {
                found.entry(name.to_string()).or_insert(statement.index);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read_and_is_in_the_file_of_its_service() {
        for (service, text) in FILES {
            for line in lines(text) {
                let action = Action::read(line).unwrap_or_else(|| panic!("`{line}` is no action, class and kind"));
                assert_eq!(action.service(), service, "{line}");
            }
        }
        assert_eq!(BY_NAME.len(), TABLE.len(), "no action has two lines");
    }

    #[test]
    fn every_word_is_used() {
        for class in Class::ALL {
            assert!(TABLE.iter().any(|action| action.class == *class), "no action {class}");
        }
        for kind in Kind::ALL {
            assert!(TABLE.iter().any(|action| action.kind == *kind), "no action works on `{kind}`");
        }
    }

    #[test]
    fn what_changes_nothing_that_matters_says_why() {
        let silent = |a: &&Action| a.class == Class::Adjusts && a.reason.is_empty();
        let of_the_store = ["s3", "cloudtrail"];
        let named: Vec<&str> =
            TABLE.iter().filter(silent).filter(|a| of_the_store.contains(&a.service())).map(|a| a.name).collect();
        assert!(named.is_empty(), "no reason why these have no effect: {named:?}");
    }
}
