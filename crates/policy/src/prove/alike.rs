//! Known users and roles that nothing in the scenes tells apart: one of each class is asked about.
//!
//! Two users or roles of one account are alike when they hold the same policies and boundary, and when everything else that
//! could tell them apart says the same of both: what the policies say of `aws:PrincipalArn`, the tags that a condition
//! names, and the principals that a statement names one by one. Whoever is named, and everybody where a policy variable
//! takes what differs between them, is alone. Unique ids (`aws:userid`) are not known of anybody and tell nobody apart.
//!
//! Owns what tells known callers apart. Must not know the walk.

use std::collections::{HashMap, HashSet};

use crate::condition::{Condition, Test, Values};
use crate::context::{Context, ContextValue};
use crate::decide::Policies;
use crate::model::Statement;
use crate::principal::{Entry, Principal};
use crate::prove::atoms::Atoms;
use crate::prove::population::Candidate;
use crate::template::{Matched, Piece, Shape, Template};

const ARN: &str = "aws:principalarn";
const USER_NAME: &str = "aws:username";
const TAG: &str = "aws:principaltag/";

/// What is the same of callers that are alike.
#[derive(PartialEq, Eq, Hash)]
struct Class<'c> {
    account: &'c str,
    service_linked: Option<bool>,
    /// By side, where the statements of its policies and of its boundary lie: the same document is parsed once.
    documents: Vec<(Vec<*const Statement>, Option<*const Statement>)>,
    tags: Vec<(&'c str, String)>,
    matched: Vec<bool>,
}

/// The class of each candidate; none for one that is asked about by itself.
pub(crate) fn classes(candidates: &[Candidate], sides: &[Vec<Policies>], atoms: &Atoms<'_>) -> Vec<Option<usize>> {
    let Some(marks) = Marks::of(atoms) else { return vec![None; candidates.len()] };
    let mut known: HashMap<Class<'_>, usize> = HashMap::new();
    let mut number = |candidate, sides: &[Policies]| {
        let class = marks.class(candidate, sides)?;
        let next = known.len();
        Some(*known.entry(class).or_insert(next))
    };
    candidates.iter().zip(sides).map(|(candidate, sides)| number(candidate, sides)).collect()
}

/// What tells callers apart.
struct Marks<'a> {
    /// Principals that are named one by one, in lowercase.
    named: HashSet<String>,
    /// Patterns on the ARN of the caller.
    patterns: Vec<&'a Template>,
    /// Tags that a condition names, by lowercase key.
    tags: HashSet<&'a str>,
    /// Whether a condition is on the names of users.
    user_names: bool,
}

impl<'a> Marks<'a> {
    /// Nothing where a policy variable, or a test that is not on texts, may tell everybody apart.
    fn of(atoms: &'a Atoms<'_>) -> Option<Self> {
        let by_variable = |key: &str| key == ARN || key == USER_NAME || key.starts_with(TAG);
        let in_resources = atoms.resources.iter().copied().flat_map(variables);
        if atoms.variables().chain(in_resources).any(by_variable) {
            return None;
        }
        let mut named: HashSet<String> = HashSet::new();
        for entry in &atoms.entries {
            if let Entry::Arn(arn) = entry {
                named.insert(arn.to_ascii_lowercase());
            }
        }
        let (mut patterns, mut seen) = (Vec::new(), HashSet::new());
        for condition in atoms.of_key(ARN).iter().copied() {
            for template in texts(condition)? {
                if variables(template).next().is_some() {
                    return None;
                }
                if !template.raw.contains(['*', '?', '$']) {
                    named.insert(template.raw.to_ascii_lowercase());
                } else if seen.insert(&template.shape) {
                    patterns.push(template);
                }
            }
        }
        let tags = atoms.keys().map(|(key, _)| key).filter(|key| key.starts_with(TAG)).collect();
        Some(Self { named, patterns, tags, user_names: !atoms.of_key(USER_NAME).is_empty() })
    }

    fn class<'c>(&self, candidate: &'c Candidate, sides: &[Policies]) -> Option<Class<'c>> {
        if !candidate.inventoried {
            return None;
        }
        let (arn, session, account, service_linked) = match &candidate.principal {
            Principal::User { arn, account } if !self.user_names => (arn, None, account, None),
            Principal::Role { role_arn, session_arn, account, service_linked } => {
                (role_arn, Some(session_arn), account, Some(*service_linked))
            }
            _ => return None,
        };
        let named = |arn: &String| self.named.contains(&arn.to_ascii_lowercase());
        if named(arn) || session.is_some_and(named) {
            return None;
        }
        let nothing = Context::new();
        let matched = |pattern: &&Template| matches!(pattern.matches(arn, &nothing), Matched::Yes);
        let document = |side: &Policies| {
            let identity = side.identity.iter().map(|policy| policy.statements.as_ptr()).collect();
            (identity, side.boundary.as_ref().map(|policy| policy.statements.as_ptr()))
        };
        Some(Class {
            account,
            service_linked,
            documents: sides.iter().map(document).collect(),
            tags: self.tags_of(&candidate.fixed),
            matched: self.patterns.iter().map(matched).collect(),
        })
    }

    fn tags_of<'c>(&self, keys: &'c Context) -> Vec<(&'c str, String)> {
        if self.tags.is_empty() {
            return Vec::new();
        }
        let value = |value: &ContextValue| match value {
            ContextValue::One(text) => text.clone(),
            ContextValue::Many(texts) => texts.join("\u{0}"),
        };
        let told = keys.iter().filter(|(key, _)| self.tags.contains(key.to_ascii_lowercase().as_str()));
        told.map(|(key, found)| (key, value(found))).collect()
    }
}

/// The texts that a condition compares with; nothing where it compares with something else.
fn texts(condition: &Condition) -> Option<Vec<&Template>> {
    match &condition.test {
        Test::Null(_) | Test::Unknown(_) => Some(Vec::new()),
        Test::Compare { values: Values::Text(texts) | Values::TextIgnoringCase(texts), .. } => {
            Some(texts.iter().flatten().collect())
        }
        Test::Compare { .. } => None,
    }
}

/// The keys that stand as variables in a text.
fn variables(template: &Template) -> impl Iterator<Item = &str> {
    let pieces = match &template.shape {
        Shape::Variable { pieces, .. } => pieces.as_slice(),
        Shape::Text(_) | Shape::Arn(_) | Shape::NotArn => &[],
    };
    pieces.iter().filter_map(|piece| match piece {
        Piece::Variable { key, .. } => Some(key.as_str()),
        Piece::Token(_) => None,
    })
}
