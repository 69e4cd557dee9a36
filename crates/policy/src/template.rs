//! Policy text with wildcards and policy variables.
//!
//! Owns `${key}`, `${key, 'default'}`, `${*}`, `${?}` and `${$}`, and turning such a text into a
//! glob for one request. Substituted text is literal: it never adds a wildcard or a colon that
//! counts as an ARN separator. Must not know which element of a policy the text comes from.
// See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html

use crate::context::{Lookup, View};
use crate::glob::{ArnGlob, Glob, Token, wildcard};
use crate::tri::Doubt;

/// One element of a template.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Piece {
    Token(Token),
    Variable { key: String, default: Option<String> },
}

/// A compiled policy text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template {
    pub(crate) raw: String,
    pub(crate) shape: Shape,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Shape {
    /// No variables.
    Text(Glob),
    /// No variables, matched component by component.
    Arn(ArnGlob),
    /// Not an ARN at all: equals no ARN.
    NotArn,
    /// Needs a request.
    Variable { pieces: Vec<Piece>, arn: bool },
}

/// How the text is to be read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    /// `*` and `?` are wildcards.
    pub(crate) wildcards: bool,
    /// `${...}` is a variable (Version 2012-10-17 only).
    pub(crate) variables: bool,
    /// Match component by component.
    pub(crate) arn: bool,
}

/// What a template says about one text.
pub(crate) enum Matched<'t> {
    Yes,
    No,
    /// A variable has no value: the text matches nothing.
    Unresolved,
    Maybe(Doubt<'t>),
}

impl From<bool> for Matched<'_> {
    fn from(hit: bool) -> Self {
        if hit { Self::Yes } else { Self::No }
    }
}

impl Template {
    /// Compiles a text; the error says what is wrong with a variable or an ARN.
    pub(crate) fn parse(raw: &str, reading: Reading) -> Result<Self, String> {
        let pieces = pieces(raw, reading)?;
        let shape = if pieces.iter().any(|p| matches!(p, Piece::Variable { .. })) {
            Shape::Variable { pieces, arn: reading.arn }
        } else {
            let tokens = pieces.into_iter().filter_map(|p| if let Piece::Token(t) = p { Some(t) } else { None });
            fixed(tokens.collect(), reading.arn, raw)?
        };
        Ok(Self { raw: raw.to_owned(), shape })
    }

    /// Matches one text of a request.
    pub(crate) fn matches<'t>(&'t self, text: &str, view: &impl View) -> Matched<'t> {
        match &self.shape {
            Shape::Text(glob) => glob.matches(text).into(),
            Shape::Arn(arn) => arn.matches(text).into(),
            Shape::NotArn => Matched::No,
            Shape::Variable { .. } => match self.resolve(view) {
                Resolved::Text(glob) => glob.matches(text).into(),
                Resolved::Arn(arn) => arn.matches(text).into(),
                Resolved::Nothing => Matched::No,
                Resolved::Unresolved => Matched::Unresolved,
                Resolved::Open(key) => Matched::Maybe(Doubt::Open(key)),
            },
        }
    }

    /// The pattern this template is for one request.
    pub(crate) fn resolve<'t>(&'t self, view: &impl View) -> Resolved<'t> {
        let (pieces, arn) = match &self.shape {
            Shape::Text(glob) => return Resolved::Text(glob.clone()),
            Shape::Arn(glob) => return Resolved::Arn(glob.clone()),
            Shape::NotArn => return Resolved::Nothing,
            Shape::Variable { pieces, arn } => (pieces, *arn),
        };
        let mut parts: Vec<Vec<Token>> = vec![Vec::new()];
        for piece in pieces {
            let separator = arn && *piece == Piece::Token(Token::Char(':')) && parts.len() < 6;
            if separator {
                parts.push(Vec::new());
                continue;
            }
            let Some(part) = parts.last_mut() else {
                continue;
            };
            match piece {
                Piece::Token(token) => part.push(*token),
                Piece::Variable { key, default } => match (view.lookup(key), default) {
                    (Lookup::Open, _) => return Resolved::Open(key),
                    (Lookup::One(value), _) => part.extend(value.chars().map(Token::Char)),
                    (Lookup::Absent | Lookup::Many(_), Some(text)) => part.extend(text.chars().map(Token::Char)),
                    (Lookup::Absent | Lookup::Many(_), None) => return Resolved::Unresolved,
                },
            }
        }
        if arn {
            return ArnGlob::from_parts(parts).map_or(Resolved::Nothing, Resolved::Arn);
        }
        Resolved::Text(Glob::from_tokens(parts.into_iter().flatten().collect()))
    }
}

impl Template {
    /// The template with every variable replaced by `*`: it matches whatever the template may match.
    pub(crate) fn loose(&self) -> Glob {
        let token = |piece: &Piece| if let Piece::Token(token) = piece { *token } else { Token::Many };
        match &self.shape {
            Shape::Variable { pieces, .. } => Glob::from_tokens(pieces.iter().map(token).collect()),
            Shape::Text(glob) => glob.clone(),
            Shape::Arn(_) | Shape::NotArn => Glob::Everything,
        }
    }
}

/// A template made concrete.
pub(crate) enum Resolved<'t> {
    Text(Glob),
    Arn(ArnGlob),
    /// Matches nothing.
    Nothing,
    Unresolved,
    Open(&'t str),
}

fn fixed(tokens: Vec<Token>, arn: bool, raw: &str) -> Result<Shape, String> {
    if !arn {
        return Ok(Shape::Text(Glob::from_tokens(tokens)));
    }
    let mut parts: Vec<Vec<Token>> = vec![Vec::new()];
    for token in tokens {
        if token == Token::Char(':') && parts.len() < 6 {
            parts.push(Vec::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(token);
        }
    }
    let wild = parts.iter().flatten().any(|t| !matches!(t, Token::Char(_)));
    match ArnGlob::from_parts(parts) {
        Some(arn) => Ok(Shape::Arn(arn)),
        // AWS documents the comparison of six components only; what a shorter pattern matches is not written down.
        None if wild => Err(format!(
            "the ARN pattern `{raw}` has fewer than six components; write all of them, such as `arn:aws:iam::*:role/*`"
        )),
        None => Ok(Shape::NotArn),
    }
}

fn pieces(raw: &str, reading: Reading) -> Result<Vec<Piece>, String> {
    let token = |c: char| {
        if reading.wildcards { wildcard(c) } else { Token::Char(c) }
    };
    let mut out = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(c) = rest.chars().next() {
        if reading.variables && rest.starts_with("${") {
            let body = rest.get(2..).unwrap_or_default();
            let (inside, after) = split_variable(body)
                .ok_or_else(|| format!("the variable in `{raw}` is not closed; end it with `}}`"))?;
            out.push(variable(inside, raw)?);
            rest = after;
        } else {
            out.push(Piece::Token(token(c)));
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
    }
    Ok(out)
}

/// Splits `key}rest` or `key, 'default'}rest`; a `}` inside the quotes does not close the variable.
fn split_variable(body: &str) -> Option<(&str, &str)> {
    let mut quoted = false;
    for (at, c) in body.char_indices() {
        match c {
            '\'' => quoted = !quoted,
            '}' if !quoted => return Some((body.get(..at)?, body.get(at + 1..)?)),
            _ => {}
        }
    }
    None
}

fn variable(inside: &str, raw: &str) -> Result<Piece, String> {
    if let "*" | "?" | "$" = inside {
        return Ok(Piece::Token(Token::Char(inside.chars().next().unwrap_or('$'))));
    }
    let (key, default) = match inside.split_once(',') {
        None => (inside, None),
        Some((key, rest)) => {
            let text = rest.trim().strip_prefix('\'').and_then(|t| t.strip_suffix('\''));
            let text = text.ok_or_else(|| format!("the default in `{raw}` is not quoted; write `${{key, 'text'}}`"))?;
            (key, Some(text.to_owned()))
        }
    };
    let key = key.trim();
    if key.is_empty() || key.chars().any(|c| c.is_whitespace() || "{}$".contains(c)) {
        return Err(format!("`${{{inside}}}` is not a policy variable; name a condition key inside the braces"));
    }
    Ok(Piece::Variable { key: key.to_ascii_lowercase(), default })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::context::Context;

    const POLICY_TEXT: Reading = Reading { wildcards: true, variables: true, arn: false };

    fn hit(raw: &str, text: &str, context: &Context) -> bool {
        matches!(Template::parse(raw, POLICY_TEXT).unwrap().matches(text, context), Matched::Yes)
    }

    #[test]
    fn substituted_text_is_literal() {
        let context = Context::new().with("aws:username", "*");
        assert!(hit("home/${aws:username}/*", "home/*/x", &context));
        assert!(!hit("home/${aws:username}/*", "home/eve/x", &context));
    }

    #[test]
    fn defaults_may_hold_braces_and_spaces() {
        assert!(hit("a/${k, 'x } y'}", "a/x } y", &Context::new()));
        assert!(Template::parse("${k, x}", POLICY_TEXT).is_err());
        assert!(Template::parse("${k", POLICY_TEXT).is_err());
    }
}
