//! From bytes to a [`Policy`].
//!
//! Owns the grammar of policy documents. Whatever is not understood is reported and blocks the
//! statement it stands in; nothing is dropped. Must not decide anything.
// See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html

pub(crate) mod condition;
mod principal;
mod statement;

pub(crate) use principal::{is_account, is_service};

use std::collections::HashSet;
use std::sync::Arc;

use crate::json::{self, Lines, MAX_BYTES, Member, Node, Value};
use crate::model::{Policy, Version};
use crate::problem::{ParseError, Position, Problem, Severity};

impl Policy {
    /// Reads a policy document. The name is only used in explanations.
    ///
    /// ```
    /// use logproof_policy::Policy;
    ///
    /// let policy = Policy::parse("tls-only", br#"{
    ///     "Version": "2012-10-17",
    ///     "Statement": {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*",
    ///                   "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    /// }"#).expect("a policy");
    /// assert_eq!(policy.statements().len(), 1);
    /// assert!(policy.problems().is_empty());
    /// ```
    ///
    /// # Errors
    ///
    /// If the text is too large, not UTF-8, not JSON, or not an object with a `Statement`.
    pub fn parse(name: &str, text: &[u8]) -> Result<Self, ParseError> {
        if text.len() > MAX_BYTES {
            return Err(ParseError::TooLarge { policy: name.to_owned(), bytes: text.len(), limit: MAX_BYTES });
        }
        let lines = Lines::of(text);
        let source = std::str::from_utf8(text).map_err(|error| ParseError::NotUtf8 {
            policy: name.to_owned(),
            position: lines.position(error.valid_up_to()),
        })?;
        let malformed = |offset: usize, message: String| ParseError::Malformed {
            policy: name.to_owned(),
            position: lines.position(offset),
            message,
        };
        let root = json::read(source).map_err(|failure| malformed(failure.offset, failure.message))?;
        let Value::Object(members) = &root.value else {
            let message = format!("a policy is an object with a `Statement`, found {}", root.value.kind());
            return Err(malformed(root.span.start, message));
        };
        let Some(statements) = members.iter().find(|m| m.key == "Statement") else {
            return Err(malformed(root.span.start, "a policy needs a `Statement` element".to_owned()));
        };
        let mut notes = Notes { lines: &lines, problems: Vec::new() };
        let mut blocked = notes.duplicates(members);
        let version = version(members, &mut notes, &mut blocked);
        for member in members.iter().filter(|m| !matches!(m.key.as_str(), "Version" | "Id" | "Statement")) {
            let message = format!("unknown policy element `{}`; remove it or correct its name", member.key);
            let problem = notes.block(member.key_span.start, message);
            blocked.get_or_insert(problem);
        }
        let statements: Arc<[_]> = match &statements.value.value {
            Value::Array(items) => items
                .iter()
                .enumerate()
                .map(|(index, item)| statement::read(item, index, version, &mut notes))
                .collect(),
            _ => Arc::new([statement::read(&statements.value, 0, version, &mut notes)]),
        };
        let mut policy = Self { name: Arc::from(name), version, statements, problems: Vec::new(), blocked };
        repeated_sids(&policy, &mut notes);
        policy.problems = notes.problems;
        Ok(policy)
    }
}

fn version(members: &[Member], notes: &mut Notes<'_>, blocked: &mut Option<Problem>) -> Version {
    let Some(member) = members.iter().find(|m| m.key == "Version") else {
        return Version::V2008;
    };
    match &member.value.value {
        Value::String(text) if text == "2012-10-17" => Version::V2012,
        Value::String(text) if text == "2008-10-17" => Version::V2008,
        other => {
            let found = if let Value::String(text) = other { format!("`{text}`") } else { other.kind().to_owned() };
            let message = format!("unknown policy version {found}; write `2012-10-17`");
            let problem = notes.block(member.value.span.start, message);
            blocked.get_or_insert(problem);
            Version::V2012
        }
    }
}

fn repeated_sids(policy: &Policy, notes: &mut Notes<'_>) {
    let mut seen = HashSet::new();
    for statement in policy.statements.iter() {
        if let Some(sid) = statement.sid.as_deref().filter(|sid| !sid.is_empty())
            && !seen.insert(sid)
        {
            notes.lint(statement.span.start, format!("the Sid `{sid}` is used twice; give each statement its own"));
        }
    }
}

/// Collects problems with their places.
pub(crate) struct Notes<'l> {
    lines: &'l Lines,
    problems: Vec<Problem>,
}

impl<'l> Notes<'l> {
    pub(crate) fn new(lines: &'l Lines) -> Self {
        Self { lines, problems: Vec::new() }
    }

    pub(crate) fn into_problems(self) -> Vec<Problem> {
        self.problems
    }

    fn position(&self, offset: usize) -> Position {
        self.lines.position(offset)
    }

    fn add(&mut self, offset: usize, severity: Severity, message: String) -> Problem {
        let problem = Problem { position: self.position(offset), severity, message };
        self.problems.push(problem.clone());
        problem
    }

    fn block(&mut self, offset: usize, message: String) -> Problem {
        self.add(offset, Severity::Blocks, message)
    }

    fn lint(&mut self, offset: usize, message: String) {
        self.add(offset, Severity::Lint, message);
    }

    /// Reports members that occur twice: JSON readers disagree on which one counts.
    fn duplicates(&mut self, members: &[Member]) -> Option<Problem> {
        self.twice(members, str::to_owned)
    }

    /// The same for condition keys, whose names ignore case.
    fn duplicate_keys(&mut self, members: &[Member]) -> Option<Problem> {
        self.twice(members, str::to_ascii_lowercase)
    }

    fn twice(&mut self, members: &[Member], name: impl Fn(&str) -> String) -> Option<Problem> {
        let mut first = None;
        let mut seen = HashSet::new();
        for member in members {
            if !seen.insert(name(&member.key)) {
                let message = format!("the element `{}` occurs twice; keep one of them", member.key);
                let problem = self.block(member.key_span.start, message);
                first.get_or_insert(problem);
            }
        }
        first
    }
}

/// A scalar or an array of scalars, as the grammar allows everywhere.
fn items(node: &Node) -> &[Node] {
    match &node.value {
        Value::Array(items) => items,
        _ => std::slice::from_ref(node),
    }
}
