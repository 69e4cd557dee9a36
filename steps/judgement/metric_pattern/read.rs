//! Reads a filter pattern.

use regex::RegexBuilder;

use super::{Comparison, Condition, MetricPattern, Operand, Part, Test};

/// Parentheses inside each other.
const DEEPEST: usize = 32;
/// A longer pattern is none.
///
/// See: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html>
const MOST_CHARACTERS: usize = 1024;

/// What was expected, and where.
type Read<T> = Result<T, String>;

pub(super) fn pattern(text: &str) -> Read<MetricPattern> {
    if text.chars().nth(MOST_CHARACTERS).is_some() {
        return Err(format!("it has more than {MOST_CHARACTERS} characters"));
    }
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Ok(MetricPattern::Everything);
    }
    if !trimmed.starts_with('{') {
        return Err("it is not a JSON pattern, and this program evaluates no others".to_owned());
    }
    let mut reader = Reader { text: trimmed, at: 0, depth: 0 };
    reader.take("{")?;
    let condition = reader.any()?;
    reader.take("}")?;
    reader.skip_space();
    if reader.at < trimmed.len() {
        return Err(format!("there is text after its end, at character {}", reader.at + 1));
    }
    Ok(MetricPattern::Json(condition))
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn expected(&self, what: &str) -> String {
        format!("{what} is expected at character {}", self.at + 1)
    }

    fn next_is(&mut self, token: &str) -> bool {
        self.skip_space();
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn take(&mut self, token: &str) -> Read<()> {
        if self.next_is(token) { Ok(()) } else { Err(self.expected(&format!("`{token}`"))) }
    }

    /// A word on its own, whatever its case.
    fn word(&mut self, word: &str) -> bool {
        self.skip_space();
        let rest = self.rest();
        let found = rest.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word))
            && !rest.get(word.len()..).unwrap_or_default().starts_with(|c: char| c.is_alphanumeric() || c == '_');
        if found {
            self.at += word.len();
        }
        found
    }

    /// `&&` binds closer than `||`.
    fn any(&mut self) -> Read<Condition> {
        let mut parts = vec![self.all()?];
        while self.next_is("||") {
            parts.push(self.all()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Condition::Any(parts) })
    }

    fn all(&mut self) -> Read<Condition> {
        let mut parts = vec![self.one()?];
        while self.next_is("&&") {
            parts.push(self.one()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Condition::All(parts) })
    }

    fn one(&mut self) -> Read<Condition> {
        if !self.next_is("(") {
            return self.condition();
        }
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(format!("more than {DEEPEST} parentheses inside each other"));
        }
        let inner = self.any()?;
        self.depth -= 1;
        self.take(")")?;
        Ok(inner)
    }

    fn condition(&mut self) -> Read<Condition> {
        let selector = self.selector()?;
        if self.word("NOT") {
            return if self.word("EXISTS") {
                Ok(Condition::Field { selector, test: Test::NotExists })
            } else {
                Err(self.expected("`EXISTS`"))
            };
        }
        if self.word("IS") {
            let test = [("NULL", Test::IsNull), ("TRUE", Test::Is(true)), ("FALSE", Test::Is(false))]
                .into_iter()
                .find_map(|(word, test)| self.word(word).then_some(test));
            let test = test.ok_or_else(|| self.expected("`NULL`, `TRUE` or `FALSE`"))?;
            return Ok(Condition::Field { selector, test });
        }
        let comparison = self.comparison()?;
        let operand = self.operand()?;
        Ok(Condition::Field { selector, test: Test::Compare(comparison, operand) })
    }

    fn selector(&mut self) -> Read<Vec<Part>> {
        self.take("$")?;
        let mut parts = Vec::new();
        loop {
            let rest = self.rest();
            if let Some(name) = rest.strip_prefix('.') {
                let length = name.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).unwrap_or(name.len());
                let name = name.get(..length).filter(|name| !name.is_empty());
                parts.push(Part::Name(name.ok_or_else(|| self.expected("the name of a field"))?.to_owned()));
                self.at += 1 + length;
            } else if let Some(inside) = rest.strip_prefix('[') {
                let (inside, _) = inside.split_once(']').ok_or_else(|| self.expected("`]`"))?;
                parts.push(self.bracketed(inside.trim())?);
                self.at += rest.find(']').map_or(0, |end| end + 1);
            } else {
                break;
            }
        }
        if parts.is_empty() { Err(self.expected("a field, such as `$.eventName`,")) } else { Ok(parts) }
    }

    fn bracketed(&self, inside: &str) -> Read<Part> {
        if let Ok(index) = inside.parse() {
            return Ok(Part::Index(index));
        }
        let quoted = ['"', '\''].iter().find_map(|quote| inside.strip_prefix(*quote)?.strip_suffix(*quote));
        match quoted {
            Some(name) if !name.is_empty() => Ok(Part::Name(name.to_owned())),
            _ => Err(self.expected("an index or a quoted name")),
        }
    }

    fn comparison(&mut self) -> Read<Comparison> {
        let known = [
            ("!=", Comparison::NotEqual),
            (">=", Comparison::GreaterOrEqual),
            ("<=", Comparison::LessOrEqual),
            ("=", Comparison::Equal),
            (">", Comparison::Greater),
            ("<", Comparison::Less),
        ];
        let found = known.into_iter().find_map(|(token, comparison)| self.next_is(token).then_some(comparison));
        found.ok_or_else(|| self.expected("a comparison"))
    }

    fn operand(&mut self) -> Read<Operand> {
        self.skip_space();
        let rest = self.rest();
        if rest.starts_with('"') {
            return self.quoted();
        }
        if let Some(inside) = rest.strip_prefix('%') {
            let (source, _) = inside.split_once('%').ok_or_else(|| self.expected("`%`"))?;
            let expression = RegexBuilder::new(source).size_limit(1 << 20).build();
            let expression = expression.map_err(|_| format!("the regular expression `{source}` cannot be read"))?;
            self.at += source.len() + 2;
            return Ok(Operand::Expression(expression));
        }
        let end = |c: char| c.is_whitespace() || matches!(c, ')' | '(' | '}' | '{' | '&' | '|' | '"');
        let text = rest.get(..rest.find(end).unwrap_or(rest.len())).unwrap_or_default();
        if text.is_empty() {
            return Err(self.expected("a value"));
        }
        self.at += text.len();
        let numeric = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'));
        Ok(Operand::Text { text: text.to_owned(), number: text.parse().ok().filter(|_| numeric) })
    }

    fn quoted(&mut self) -> Read<Operand> {
        let mut text = String::new();
        let mut escaped = false;
        for (offset, c) in self.rest().char_indices().skip(1) {
            match (escaped, c) {
                (false, '\\') => escaped = true,
                (false, '"') => {
                    self.at += offset + 1;
                    return Ok(Operand::Text { text, number: None });
                }
                _ => {
                    text.push(c);
                    escaped = false;
                }
            }
        }
        Err(self.expected("a closing quote for the text"))
    }
}
