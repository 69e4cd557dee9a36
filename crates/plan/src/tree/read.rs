//! Reads a value as what its type dictates.

use super::{Read, Tree, Unusable};

impl Tree {
    /// A text, if there is one. An empty text is what providers write for an argument that is not set.
    ///
    /// # Errors
    /// When it is not known, or no text.
    pub(crate) fn text(&self) -> Read<Option<String>> {
        match self.open() {
            Self::Null => Ok(None),
            Self::Text(text) => Ok((!text.is_empty()).then(|| text.clone())),
            // CloudFormation takes a number where a text is expected: account ids are often written so.
            Self::Number(number) => Ok(Some(number.to_string())),
            other => other.refuse("a text"),
        }
    }

    /// A text that must be there.
    ///
    /// # Errors
    /// When it is not known, absent, or no text.
    pub(crate) fn need(&self) -> Read<String> {
        match self.text()? {
            Some(text) => Ok(text),
            None => Err(Unusable::Malformed { expected: "a text", found: "nothing" }),
        }
    }

    /// A flag, if there is one; as a text too, for provider arguments that take `"true"`.
    ///
    /// # Errors
    /// When it is not known, or no flag.
    pub(crate) fn flag(&self) -> Read<Option<bool>> {
        match self.open() {
            Self::Null => Ok(None),
            Self::Bool(flag) => Ok(Some(*flag)),
            Self::Text(text) => match text.to_ascii_lowercase().as_str() {
                "true" => Ok(Some(true)),
                "false" => Ok(Some(false)),
                "" => Ok(None),
                _ => self.refuse("a flag"),
            },
            other => other.refuse("a flag"),
        }
    }

    /// A whole number, if there is one; as a text too.
    ///
    /// # Errors
    /// When it is not known, or no whole number.
    pub(crate) fn number(&self) -> Read<Option<i64>> {
        match self.open() {
            Self::Null => Ok(None),
            Self::Text(text) if text.is_empty() => Ok(None),
            Self::Number(number) => match number.as_i64() {
                Some(number) => Ok(Some(number)),
                None => self.refuse("a whole number"),
            },
            Self::Text(text) => text.parse().map(Some).or_else(|_| self.refuse("a whole number")),
            other => other.refuse("a whole number"),
        }
    }

    /// A whole number of 32 bits, if there is one.
    ///
    /// # Errors
    /// As [`Tree::number`].
    pub(crate) fn small(&self) -> Read<Option<i32>> {
        match self.number()? {
            Some(number) => i32::try_from(number).map(Some).or_else(|_| self.refuse("a smaller number")),
            None => Ok(None),
        }
    }

    /// A number with or without a fraction, if there is one; as a text too.
    ///
    /// # Errors
    /// When it is not known, or no number.
    pub(crate) fn decimal(&self) -> Read<Option<f64>> {
        match self.open() {
            Self::Null => Ok(None),
            Self::Text(text) if text.is_empty() => Ok(None),
            Self::Number(number) => Ok(number.as_f64()),
            Self::Text(text) => text.parse().map(Some).or_else(|_| self.refuse("a number")),
            other => other.refuse("a number"),
        }
    }

    /// The items of a list; none where it is absent.
    ///
    /// # Errors
    /// When it is not known which there are, or it is no list.
    pub(crate) fn items(&self) -> Read<&[Self]> {
        match self.open() {
            Self::Null => Ok(&[]),
            Self::List(items) => Ok(items),
            other => other.refuse("a list"),
        }
    }

    /// The texts of a list; a single text counts as a list of one.
    ///
    /// # Errors
    /// When one is not known, or no text.
    pub(crate) fn texts(&self) -> Read<Vec<String>> {
        match self.open() {
            Self::Text(_) | Self::Number(_) => Ok(self.text()?.into_iter().collect()),
            _ => self.items()?.iter().map(Self::need).collect(),
        }
    }

    /// The entries of a map as texts.
    ///
    /// # Errors
    /// When one is not known, or no text.
    pub(crate) fn entries(&self) -> Read<Vec<(String, String)>> {
        match self.open() {
            Self::Null => Ok(Vec::new()),
            Self::Map(map) => {
                map.iter().map(|(key, value)| Ok((key.clone(), value.text()?.unwrap_or_default()))).collect()
            }
            other => other.refuse("a map"),
        }
    }
}
