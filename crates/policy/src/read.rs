//! What a policy names: actions, principals, resources, values of conditions.
//!
//! Owns the structural questions about one statement. A mention is no decision: what follows from it for a request is
//! found by `decide` and `prove`. Must not evaluate anything.

use std::fmt;

use crate::condition::{Condition, Test, Values};
use crate::evaluate::acts;
use crate::glob::{Glob, Token};
use crate::model::{Effect, Policy, Statement};
use crate::principal::Entry;
use crate::problem::Problem;
use crate::template::{Piece, Shape, Template};

/// Whom a statement names as a principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Named<'p> {
    /// `*`, or whoever a `NotPrincipal` leaves over.
    Everyone,
    /// An account, by its number or by the ARN of its root user.
    Account(&'p str),
    /// A user, a role or a session, by ARN.
    Arn(&'p str),
    /// An AWS service.
    Service(&'p str),
    /// Every AWS service.
    AnyService,
    /// An identity provider, by ARN or by the name AWS knows it by.
    Provider(&'p str),
    /// Every identity provider.
    AnyProvider,
    /// An S3 canonical user id.
    CanonicalUser(&'p str),
    /// A text that names nobody: a wildcard inside an ARN, the id of a deleted principal.
    Nobody(&'p str),
    /// What could not be read, and may be anybody.
    Unreadable,
}

impl Named<'_> {
    /// The account it belongs to, if it names one.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        match self {
            Self::Account(id) => Some(id),
            Self::Arn(arn) => arn.split(':').nth(4).filter(|id| crate::parse::is_account(id)),
            _ => None,
        }
    }
}

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Everyone | Self::AnyService | Self::AnyProvider => "*",
            Self::Account(text)
            | Self::Arn(text)
            | Self::Service(text)
            | Self::Provider(text)
            | Self::CanonicalUser(text)
            | Self::Nobody(text) => text,
            Self::Unreadable => "a principal that cannot be read",
        })
    }
}

impl Entry {
    fn named(&self) -> Named<'_> {
        match self {
            Self::Everyone => Named::Everyone,
            Self::Account { id, .. } => Named::Account(id),
            Self::Arn(arn) => Named::Arn(arn),
            Self::Service(name) => Named::Service(name),
            Self::AnyService => Named::AnyService,
            Self::Provider(name) => Named::Provider(name),
            Self::AnyProvider => Named::AnyProvider,
            Self::Canonical(id) => Named::CanonicalUser(id),
            Self::Nobody(text) => Named::Nobody(text),
            Self::Unknown(_) => Named::Unreadable,
        }
    }

    /// The text as it is written, as far as it matters whom it names.
    fn text(&self) -> &str {
        match self {
            Self::Account { id: text, .. }
            | Self::Arn(text)
            | Self::Service(text)
            | Self::Provider(text)
            | Self::Canonical(text)
            | Self::Nobody(text) => text,
            Self::Everyone | Self::AnyService | Self::AnyProvider | Self::Unknown(_) => "",
        }
    }
}

impl Statement {
    /// Whether the statement may allow: it does, or its effect cannot be read.
    #[must_use]
    pub fn may_allow(&self) -> bool {
        self.effect() != Some(Effect::Deny)
    }

    /// Whether `Action` names an action of a service, outright or with wildcards in its name. A bare `*`
    /// ([`Self::names_every_action`]) and a `NotAction` name nothing in particular.
    #[must_use]
    pub fn names_action(&self, action: &str) -> bool {
        let lower = action.to_ascii_lowercase();
        let Some((service, _)) = lower.split_once(':') else { return false };
        let of_service = |pattern: &Glob| {
            let mut letters = pattern.tokens().into_iter().take_while(|token| *token != Token::Char(':'));
            let mut name = service.chars();
            letters.by_ref().all(|token| matches!(token, Token::Char(c) if name.next() == Some(c)))
                && name.next().is_none()
        };
        self.action
            .iter()
            .filter(|element| !element.negated)
            .flat_map(|element| &element.patterns)
            .any(|pattern| of_service(pattern) && pattern.matches(&lower))
    }

    /// Whether `Action` names every action of every service.
    #[must_use]
    pub fn names_every_action(&self) -> bool {
        let named = self.action.iter().filter(|element| !element.negated);
        named.flat_map(|element| &element.patterns).any(|pattern| *pattern == Glob::Everything)
    }

    /// Whether the statement is about an action, whichever way it says so: by `Action` or by leaving it out of a
    /// `NotAction`. An element that cannot be read may be about any.
    #[must_use]
    pub fn covers_action(&self, action: &str) -> bool {
        let lower = action.to_ascii_lowercase();
        self.action.as_ref().is_none_or(|element| acts(element, &lower))
    }

    /// Whom the statement names. A `NotPrincipal` names everyone, for it leaves over whoever it does not list; a policy
    /// of an identity names nobody.
    pub fn principals(&self) -> impl Iterator<Item = Named<'_>> {
        let negated = self.principal.as_ref().is_some_and(|element| element.negated);
        let entries = self.principal.iter().filter(move |_| !negated).flat_map(|element| &element.entries);
        let lost = self.blocked.is_some() && self.principal.is_none();
        let others = negated.then_some(Named::Everyone).or(lost.then_some(Named::Unreadable));
        entries.map(Entry::named).chain(others)
    }

    /// What makes the statement undecided wherever it could apply, if anything does.
    #[must_use]
    pub fn problem(&self) -> Option<&Problem> {
        self.blocked.as_ref()
    }

    /// Patterns of `Resource` or `NotResource`, as they are written.
    pub fn resources(&self) -> impl Iterator<Item = &str> {
        self.resource.iter().flat_map(|element| &element.patterns).map(|pattern| pattern.raw.as_str())
    }

    /// Texts and patterns that conditions compare a key with, as they are written.
    pub fn texts_of(&self, key: &str) -> impl Iterator<Item = &str> {
        let key = key.to_ascii_lowercase();
        let conditions = self.conditions.iter().filter(move |condition| condition.key == key);
        conditions.flat_map(Condition::texts).map(|text| text.raw.as_str())
    }

    fn templates(&self) -> impl Iterator<Item = &Template> {
        let resources = self.resource.iter().flat_map(|element| &element.patterns);
        resources.chain(self.conditions.iter().flat_map(Condition::texts))
    }
}

impl Condition {
    fn texts(&self) -> impl Iterator<Item = &Template> {
        let texts = match &self.test {
            Test::Compare { values: Values::Text(texts) | Values::TextIgnoringCase(texts), .. } => texts.as_slice(),
            Test::Compare { .. } | Test::Null(_) | Test::Unknown(_) => &[],
        };
        texts.iter().filter_map(|text| text.as_ref().ok())
    }
}

impl Policy {
    /// What is wrong with the document itself, so that nothing is certain about any request.
    #[must_use]
    pub fn problem(&self) -> Option<&Problem> {
        self.blocked.as_ref()
    }

    /// Whether an account's id stands anywhere in a principal, a resource or a text of a condition.
    #[must_use]
    pub fn names_account(&self, id: &str) -> bool {
        self.statements.iter().any(|statement| {
            let mut entries = statement.principal.iter().flat_map(|element| &element.entries);
            entries.any(|entry| entry.text().contains(id)) || statement.templates().any(|text| text.raw.contains(id))
        })
    }

    /// Whether the policy may tell accounts apart without naming one: by a pattern that matches part of an id (a
    /// wildcard beside a digit), or by comparing an id as something other than text.
    #[must_use]
    pub fn matches_parts_of_account_ids(&self) -> bool {
        self.statements.iter().any(|statement| {
            statement.templates().any(|text| beside_a_digit(text.shape.tokens()))
                || statement.conditions.iter().any(compares_an_account_as_a_number)
        })
    }
}

impl Shape {
    /// The tokens of the pattern; a variable is none.
    fn tokens(&self) -> Vec<Token> {
        match self {
            Self::Text(glob) => glob.tokens(),
            Self::Arn(arn) => {
                arn.parts.iter().flat_map(|part| [vec![Token::Char(':')], part.tokens()].concat()).collect()
            }
            Self::NotArn => Vec::new(),
            Self::Variable { pieces, .. } => {
                let token = |piece: &Piece| if let Piece::Token(token) = piece { *token } else { Token::Char('$') };
                pieces.iter().map(token).collect()
            }
        }
    }
}

fn beside_a_digit(tokens: Vec<Token>) -> bool {
    let digit = |token: Token| matches!(token, Token::Char(c) if c.is_ascii_digit());
    let wild = |token: Token| matches!(token, Token::One | Token::Many);
    tokens.windows(2).any(|pair| match pair {
        [a, b] => digit(*a) && wild(*b) || wild(*a) && digit(*b),
        _ => false,
    })
}

/// Keys whose value is the id of an account.
const ACCOUNT_KEYS: [&str; 5] =
    ["aws:principalaccount", "aws:resourceaccount", "aws:sourceaccount", "kms:calleraccount", "s3:resourceaccount"];

fn compares_an_account_as_a_number(condition: &Condition) -> bool {
    ACCOUNT_KEYS.contains(&condition.key.as_str())
        && matches!(&condition.test, Test::Compare { values: Values::Number(..) | Values::Date(..), .. })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn policy(statements: &str) -> Policy {
        Policy::parse("p", format!(r#"{{"Version": "2012-10-17", "Statement": {statements}}}"#).as_bytes()).unwrap()
    }

    fn names(action: &str, element: &str) -> (bool, bool) {
        let policy = policy(&format!(r#"{{"Effect": "Deny", "Resource": "*", {element}}}"#));
        let statement = &policy.statements()[0];
        (statement.names_action(action), statement.covers_action(action))
    }

    #[test]
    fn an_action_is_named_outright_or_with_wildcards_within_its_service() {
        for (element, want) in [
            (r#""Action": "cloudtrail:stoplogging""#, (true, true)),
            (r#""Action": ["s3:*", "cloudtrail:*"]"#, (true, true)),
            (r#""Action": "CloudTrail:Stop?ogging""#, (true, true)),
            (r#""Action": "cloudtrail:StopLog""#, (false, false)),
            (r#""Action": "*""#, (false, true)),
            (r#""Action": "*:StopLogging""#, (false, true)),
            (r#""Action": "cloud*:StopLogging""#, (false, true)),
            (r#""Action": "cloudtrail*""#, (false, true)),
            (r#""NotAction": "s3:*""#, (false, true)),
            (r#""NotAction": "cloudtrail:*""#, (false, false)),
        ] {
            assert_eq!(names("cloudtrail:StopLogging", element), want, "{element}");
        }
        let every = policy(r#"{"Effect": "Deny", "Action": ["s3:*", "*"], "Resource": "*"}"#);
        assert!(every.statements()[0].names_every_action());
        assert!(
            !policy(r#"{"Effect": "Deny", "NotAction": "*", "Resource": "*"}"#).statements()[0].names_every_action()
        );
    }

    #[test]
    fn an_element_that_cannot_be_read_may_cover_anything_and_names_nothing() {
        assert_eq!(names("s3:GetObject", r#""Action": 7"#), (false, true));
        let twice = r#""Action": "s3:GetObject", "NotAction": "s3:*", "Principal": "*""#;
        assert_eq!(names("s3:GetObject", twice), (false, true));
        let policy = policy(&format!(r#"{{"Effect": "Allow", "Resource": "*", {twice}}}"#));
        assert_eq!(policy.statements()[0].principals().collect::<Vec<_>>(), [Named::Unreadable]);
        assert!(policy.statements()[0].may_allow() && policy.statements()[0].problem().is_some());
    }

    #[test]
    fn principals_are_told_apart() {
        let policy = policy(
            r#"[{"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": {
                "AWS": ["*", "111111111111", "arn:aws:iam::222222222222:root", "arn:aws:iam::333333333333:role/R", "AIDAX"],
                "Service": "config.amazonaws.com", "Federated": ["accounts.google.com", "*"], "CanonicalUser": "7", "Odd": "x"}},
            {"Effect": "Allow", "Action": "*", "Resource": "*", "NotPrincipal": {"AWS": "111111111111"}}]"#,
        );
        let found: Vec<Named<'_>> = policy.statements()[0].principals().collect();
        let arn = Named::Arn("arn:aws:iam::333333333333:role/R");
        assert_eq!(
            found,
            [
                Named::Everyone,
                Named::Account("111111111111"),
                Named::Account("222222222222"),
                arn,
                Named::Nobody("AIDAX"),
                Named::Service("config.amazonaws.com"),
                Named::Provider("accounts.google.com"),
                Named::AnyProvider,
                Named::CanonicalUser("7"),
                Named::Unreadable,
            ]
        );
        assert_eq!(arn.account(), Some("333333333333"));
        assert_eq!(policy.statements()[1].principals().collect::<Vec<_>>(), [Named::Everyone]);
    }

    #[test]
    fn an_account_is_named_wherever_its_id_stands() {
        let id = "444444444444";
        for statement in [
            r#"{"Effect": "Deny", "Principal": {"AWS": "444444444444"}, "Action": "*", "Resource": "*"}"#,
            r#"{"Effect": "Deny", "NotPrincipal": {"AWS": "arn:aws:iam::444444444444:role/R"}, "Action": "*", "Resource": "*"}"#,
            r#"{"Effect": "Deny", "Action": "*", "Resource": "arn:aws:s3:::logs-444444444444/*"}"#,
            r#"{"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::444444444444:role/*"}}}"#,
            // The same id, written as JSON may write it.
            r#"{"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"StringEquals": {"aws:PrincipalAccount": "44444444444\u0034"}}}"#,
        ] {
            assert!(policy(statement).names_account(id), "{statement}");
        }
        assert!(
            !policy(r#"{"Sid": "444444444444", "Effect": "Deny", "Action": "*", "Resource": "*"}"#).names_account(id)
        );
    }

    #[test]
    fn a_wildcard_beside_a_digit_may_match_part_of_an_account_id() {
        let matches = |condition: &str| {
            let statement =
                format!(r#"{{"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {condition}}}"#);
            policy(&statement).matches_parts_of_account_ids()
        };
        assert!(matches(r#"{"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::1111*:role/x"}}"#));
        assert!(matches(r#"{"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*42:role/x"}}"#));
        assert!(matches(r#"{"StringNotLike": {"aws:PrincipalAccount": "??????????1?"}}"#));
        assert!(matches(r#"{"NumericLessThan": {"AWS:PrincipalAccount": "500000000000"}}"#));
        assert!(!matches(r#"{"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/x"}}"#));
        assert!(!matches(r#"{"StringEquals": {"aws:PrincipalAccount": "1*"}}"#), "a literal star is no wildcard");
        assert!(!matches(r#"{"NumericLessThan": {"s3:TlsVersion": "1.2"}}"#));
        assert!(!matches(r#"{"StringLike": {"aws:PrincipalArn": "arn:aws:iam::222222222222:role/*"}}"#));
    }
}
