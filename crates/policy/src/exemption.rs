//! What one statement says by itself: the actions it names, and whom a `Deny` leaves out.
//!
//! Owns telling an exemption of one named role or user from one that whoever can make a role, set a tag or move an account
//! can meet. Must not know who is really allowed: that is for `prove`.

use crate::condition::{Condition, Test, Values};
use crate::context::Context;
use crate::glob::{Glob, Token};
use crate::model::{Effect, Statement};
use crate::template::Matched;

/// Keys about who calls.
// See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principal-properties
const ABOUT_THE_CALLER: [&str; 6] = [
    "aws:principalarn",
    "aws:principalaccount",
    "aws:principalorgpaths",
    "aws:userid",
    "aws:username",
    "aws:sourceidentity",
];

impl Statement {
    /// Whether the statement denies this action of a service by name: with or without wildcards, but not by a bare `*`
    /// or by leaving other actions out.
    #[must_use]
    pub fn denies_by_name(&self, action: &str) -> bool {
        self.effect == Some(Effect::Deny) && self.names_action(action)
    }

    /// The patterns of the actions an `Allow` statement names, in lower case; `*` for one that names what it leaves out.
    pub fn allowed_patterns(&self) -> impl Iterator<Item = String> {
        let element = self.action.as_ref().filter(|_| self.effect == Some(Effect::Allow));
        element.into_iter().flat_map(|element| {
            let all = element.negated.then(|| "*".to_owned());
            let patterns = if element.negated { &[][..] } else { element.patterns.as_slice() };
            patterns.iter().map(text).chain(all)
        })
    }

    /// Whether the statement can concern a resource. What a policy variable would have to be is taken as met.
    #[must_use]
    pub fn concerns(&self, resource: &str) -> bool {
        self.resource.as_ref().is_none_or(|element| {
            let met = |hit: Matched<'_>| !matches!(hit, Matched::No);
            let hit = element.patterns.iter().any(|template| met(template.matches(resource, &Context::new())));
            hit != element.negated
        })
    }

    /// Exemptions of a `Deny` statement that are more than one user or role named by its whole ARN, account included: a
    /// wildcard, a root user, a tag of the caller, an account, a place in the organization. Each in words.
    ///
    /// ```
    /// use logproof_policy::Policy;
    ///
    /// let policy = Policy::parse("SCP", br#"{"Statement": {"Effect": "Deny", "Action": "s3:Put*", "Resource": "*",
    ///     "Condition": {"ArnNotLike": {"aws:PrincipalArn": ["arn:aws:iam::*:role/Admin",
    ///         "arn:aws:iam::222222222222:role/Admin"]}}}}"#)?;
    /// let wide: Vec<String> = policy.statements()[0].wide_exemptions().collect();
    /// assert_eq!(wide, ["aws:PrincipalArn `arn:aws:iam::*:role/Admin`"]);
    /// # Ok::<(), logproof_policy::ParseError>(())
    /// ```
    pub fn wide_exemptions(&self) -> impl Iterator<Item = String> {
        let denies = self.effect == Some(Effect::Deny);
        self.conditions.iter().filter(move |_| denies).flat_map(wide)
    }
}

fn text(glob: &Glob) -> String {
    let character = |token| match token {
        Token::Char(character) => character,
        Token::One => '?',
        Token::Many => '*',
    };
    glob.tokens().into_iter().map(character).collect()
}

fn wide(condition: &Condition) -> Vec<String> {
    let key = condition.key.as_str();
    let tag = key.starts_with("aws:principaltag/");
    if !tag && !ABOUT_THE_CALLER.contains(&key) {
        return Vec::new();
    }
    let shown = &condition.shown;
    match &condition.test {
        // Who lacks the key is left out, or who has it.
        Test::Null(_) => vec![format!("whoever has or lacks {shown}")],
        Test::Compare { negated: true, values } => {
            let (Values::Text(texts) | Values::TextIgnoringCase(texts)) = values else { return Vec::new() };
            let texts = texts.iter().filter_map(|text| text.as_ref().ok()).map(|text| text.raw.as_str());
            texts.filter(|text| key != "aws:principalarn" || !is_one(text)).map(|t| format!("{shown} `{t}`")).collect()
        }
        // A statement about some callers leaves out all others: it is not one that protects from everybody.
        Test::Compare { negated: false, .. } | Test::Unknown(_) => Vec::new(),
    }
}

/// Whether the text is the whole ARN of one user or role.
fn is_one(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let [_, _, "iam" | "sts", _, account, name] = parts.as_slice() else { return false };
    let principal = ["role/", "user/", "assumed-role/"].iter().any(|kind| name.starts_with(kind));
    principal && account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit()) && !text.contains(['*', '?', '$'])
}

#[cfg(test)]
mod tests {
    use crate::Policy;

    fn wide(condition: &str) -> Vec<String> {
        let text = format!(
            r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {condition}}}}}"#
        );
        let policy = Policy::parse("p", text.as_bytes()).unwrap();
        policy.statements()[0].wide_exemptions().collect()
    }

    #[test]
    fn one_role_by_its_whole_arn_is_narrow() {
        let one = r#""arn:aws:iam::222222222222:role/team/Admin""#;
        for operator in ["ArnNotEquals", "ArnNotLike", "StringNotEquals", "StringNotLike", "ArnNotLikeIfExists"] {
            assert!(wide(&format!(r#"{{"{operator}": {{"aws:PrincipalArn": {one}}}}}"#)).is_empty(), "{operator}");
        }
        assert!(
            wide(r#"{"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}"#).is_empty(),
            "denies root users alone"
        );
        assert!(wide(r#"{"StringNotEquals": {"aws:RequestedRegion": "eu-central-1"}}"#).is_empty());
    }

    #[test]
    fn anything_else_is_wide() {
        for value in [
            "arn:aws:iam::*:role/Admin",
            "arn:aws:iam::222222222222:role/*",
            "arn:aws:iam::22222222222?:role/Admin",
            "*/Admin",
            "arn:aws:iam::222222222222:root",
            "arn:aws:iam::*:root",
            "arn:aws:iam::${aws:PrincipalAccount}:role/Admin",
        ] {
            let found = wide(&format!(r#"{{"StringNotLike": {{"aws:PrincipalArn": "{value}"}}}}"#));
            assert_eq!(found.len(), 1, "{value}");
        }
        for condition in [
            r#"{"StringNotEquals": {"aws:PrincipalTag/team": "security"}}"#,
            r#"{"Null": {"aws:PrincipalTag/team": "true"}}"#,
            r#"{"StringNotEquals": {"aws:PrincipalAccount": "222222222222"}}"#,
            r#"{"StringNotEqualsIgnoreCase": {"aws:username": "admin"}}"#,
            r#"{"ForAllValues:StringNotLike": {"aws:PrincipalOrgPaths": "o-x/r-y/*"}}"#,
        ] {
            assert_eq!(wide(condition).len(), 1, "{condition}");
        }
    }

    #[test]
    fn a_statement_concerns_what_its_resources_match() {
        let concerns = |element: &str, resource: &str| {
            let text = format!(
                r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Deny", "Action": "s3:*", {element}}}}}"#
            );
            let policy = Policy::parse("p", text.as_bytes()).unwrap();
            policy.statements()[0].concerns(resource)
        };
        assert!(concerns(r#""Resource": ["arn:aws:s3:::logs/*"]"#, "arn:aws:s3:::logs/AWSLogs/x"));
        assert!(!concerns(r#""Resource": ["arn:aws:s3:::logs/*"]"#, "arn:aws:s3:::logs"));
        assert!(!concerns(r#""NotResource": "arn:aws:s3:::logs""#, "arn:aws:s3:::logs"));
        assert!(concerns(r#""Resource": "arn:aws:s3:::${aws:PrincipalTag/store}""#, "arn:aws:s3:::logs"));
    }

    #[test]
    fn the_patterns_of_an_allow_are_told() {
        let allowed = |statement: &str| {
            let policy =
                Policy::parse("p", format!(r#"{{"Statement": {{{statement}, "Resource": "*"}}}}"#).as_bytes()).unwrap();
            policy.statements()[0].allowed_patterns().collect::<Vec<_>>()
        };
        assert_eq!(
            allowed(r#""Effect": "Allow", "Action": ["s3:Get*", "ec2:?un*", "*"]"#),
            ["s3:get*", "ec2:?un*", "*"]
        );
        assert_eq!(allowed(r#""Effect": "Allow", "NotAction": "iam:*""#), ["*"]);
        assert!(allowed(r#""Effect": "Deny", "Action": "s3:Get*""#).is_empty());
    }

    #[test]
    fn an_action_is_denied_by_name_or_not() {
        let denies = |element: &str| {
            let text = format!(r#"{{"Statement": {{"Effect": "Deny", {element}, "Resource": "*"}}}}"#);
            let policy = Policy::parse("p", text.as_bytes()).unwrap();
            policy.statements()[0].denies_by_name("s3:PutBucketPolicy")
        };
        assert!(denies(r#""Action": ["s3:putbucket*"]"#));
        assert!(!denies(r#""Action": "*""#));
        assert!(!denies(r#""NotAction": "ec2:*""#));
        assert!(!denies(r#""Action": "s3:GetObject""#));
    }
}
