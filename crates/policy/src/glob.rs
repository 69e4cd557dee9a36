//! Globs: `*` for any run of characters, `?` for exactly one. Nothing is a regular expression.
//!
//! Owns matching of one text against one pattern, in time proportional to their product at
//! worst: the only matcher of such patterns in the workspace. Must not know where a pattern comes
//! from; `prove::automaton` reads the tokens.

/// One element of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Token {
    /// This character and no other.
    Char(char),
    /// `?`: any one character.
    One,
    /// `*`: any run of characters, none included.
    Many,
}

/// A compiled pattern. The common shapes avoid the general matcher.
///
/// ```
/// use logproof_policy::Glob;
///
/// assert!(Glob::new("s3:Put*").matches("s3:PutObject"));
/// assert!(Glob::stars("what?*").matches("what? now") && !Glob::stars("what?*").matches("whats"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Glob {
    /// `*` alone.
    Everything,
    /// A text without wildcards.
    Exact(String),
    /// A text and a final `*`.
    Prefix(String),
    /// Anything else.
    General(Vec<Token>),
}

impl Glob {
    /// Reads `*` and `?` as wildcards.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self::from_tokens(text.chars().map(wildcard).collect())
    }

    /// Reads `*` as a wildcard; `?` is a character like any other.
    #[must_use]
    pub fn stars(text: &str) -> Self {
        Self::from_tokens(text.chars().map(|c| if c == '*' { Token::Many } else { Token::Char(c) }).collect())
    }

    /// Takes every character as itself.
    #[cfg(test)]
    pub(crate) fn literal(text: &str) -> Self {
        Self::Exact(text.to_owned())
    }

    /// The pattern these tokens are; a run of `*` is one `*`.
    pub(crate) fn from_tokens(mut tokens: Vec<Token>) -> Self {
        tokens.dedup_by(|next, token| (*next, *token) == (Token::Many, Token::Many));
        let plain = |t: &Token| {
            if let Token::Char(c) = t { Some(*c) } else { None }
        };
        if tokens == [Token::Many] {
            return Self::Everything;
        }
        if let Some(text) = tokens.iter().map(plain).collect::<Option<String>>() {
            return Self::Exact(text);
        }
        if let Some((Token::Many, head)) = tokens.split_last()
            && let Some(text) = head.iter().map(plain).collect::<Option<String>>()
        {
            return Self::Prefix(text);
        }
        Self::General(tokens)
    }

    /// Whether the pattern matches the whole text.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        match self {
            Self::Everything => true,
            Self::Exact(exact) => exact == text,
            Self::Prefix(prefix) => text.starts_with(prefix.as_str()),
            Self::General(tokens) => general(tokens, text),
        }
    }

    /// The pattern as tokens again, for the product automaton.
    pub(crate) fn tokens(&self) -> Vec<Token> {
        match self {
            Self::Everything => vec![Token::Many],
            Self::Exact(text) => text.chars().map(Token::Char).collect(),
            Self::Prefix(text) => text.chars().map(Token::Char).chain([Token::Many]).collect(),
            Self::General(tokens) => tokens.clone(),
        }
    }
}

/// Reads one pattern character.
pub(crate) fn wildcard(c: char) -> Token {
    match c {
        '*' => Token::Many,
        '?' => Token::One,
        other => Token::Char(other),
    }
}

/// Greedy matching that only ever goes back to the last `*`: no exponential patterns exist.
fn general(tokens: &[Token], text: &str) -> bool {
    let mut at = 0;
    let mut rest = text.chars();
    let mut retry: Option<(usize, std::str::Chars<'_>)> = None;
    loop {
        let mut next = rest.clone();
        let Some(c) = next.next() else { break };
        match tokens.get(at) {
            Some(Token::Many) => {
                at += 1;
                retry = Some((at, rest.clone()));
            }
            Some(Token::One) => {
                at += 1;
                rest = next;
            }
            Some(Token::Char(want)) if *want == c => {
                at += 1;
                rest = next;
            }
            _ => match &mut retry {
                Some((resume, from)) => {
                    from.next();
                    rest = from.clone();
                    at = *resume;
                }
                None => return false,
            },
        }
    }
    tokens.iter().skip(at).all(|t| *t == Token::Many)
}

/// An ARN pattern: six components matched one by one, so no wildcard crosses one of the first five colons.
// See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct ArnGlob {
    pub(crate) parts: [Glob; 6],
}

impl ArnGlob {
    /// `None` if there are fewer than six components.
    pub(crate) fn from_parts(parts: Vec<Vec<Token>>) -> Option<Self> {
        let parts: Vec<Glob> = parts.into_iter().map(Glob::from_tokens).collect();
        Some(Self { parts: parts.try_into().ok()? })
    }

    pub(crate) fn matches(&self, text: &str) -> bool {
        let mut found = text.splitn(6, ':');
        self.parts.iter().all(|part| found.next().is_some_and(|piece| part.matches(piece)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_are_globs_and_nothing_else() {
        for (pattern, text, want) in [
            ("*", "", true),
            ("a*", "a", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*Object", "DeleteObjectVersion", false),
            ("a*b*c", "aXbYbZc", true),
            ("a.c", "abc", false),
            ("[a]", "a", false),
            ("a**b", "ab", true),
            ("x?", "xé", true),
        ] {
            assert_eq!(Glob::new(pattern).matches(text), want, "{pattern} on {text}");
        }
        assert!(!Glob::literal("a*").matches("ab"));
        assert!(Glob::stars("a?*").matches("a?b") && !Glob::stars("a?*").matches("axb"));
    }

    #[test]
    fn a_run_of_stars_is_one_star() {
        let stars = "*".repeat(60);
        assert_eq!(Glob::new(&stars), Glob::Everything);
        assert_eq!(Glob::new(&format!("s3:{stars}")), Glob::new("s3:*"));
        assert_eq!(Glob::new(&format!("s3:{stars}z")).tokens(), Glob::new("s3:*z").tokens());
    }

    #[test]
    fn a_long_text_does_not_blow_up() {
        let text = "a".repeat(20_000);
        assert!(!Glob::new("a*a*a*a*a*a*a*b").matches(&text));
    }
}
