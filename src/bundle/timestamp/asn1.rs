//! DER as the `der` crate reads it, element by element, each with its bytes: signatures are over bytes.
//!
//! The typed readers (`cms`, `x509-tsp`) hold what they understood and not the bytes, refuse a time with fractions of a
//! second, which authorities may give, and switch on features that the AWS SDK would have to be compiled again for.

use der::{Decode, Reader, SliceReader, Tag, asn1::ObjectIdentifier};

use super::StampError;

/// One element.
#[derive(Debug, Clone, Copy)]
pub(super) struct Element<'a> {
    pub(super) tag: Tag,
    /// Tag, length and content.
    pub(super) whole: &'a [u8],
    pub(super) content: &'a [u8],
}

/// The elements of a SEQUENCE or SET, taken one after the other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Elements<'a> {
    rest: &'a [u8],
    /// What is read, for errors.
    what: &'static str,
}

impl<'a> Element<'a> {
    /// Reads the one element that the bytes hold.
    pub(super) fn only(bytes: &'a [u8], what: &'static str) -> Result<Self, StampError> {
        let mut elements = Elements { rest: bytes, what };
        let element = elements.next()?;
        if elements.rest.is_empty() { Ok(element) } else { Err(form(what)) }
    }

    /// The elements in it.
    pub(super) fn inside(&self, what: &'static str) -> Elements<'a> {
        Elements { rest: self.content, what }
    }

    /// Its object identifier.
    pub(super) fn oid(&self) -> Option<ObjectIdentifier> {
        ObjectIdentifier::from_der(self.whole).ok()
    }

    /// Whether it has this context-specific tag, for example `0xa0`.
    pub(super) fn is_context(&self, octet: u8) -> bool {
        self.tag.octet() == octet
    }
}

impl<'a> Elements<'a> {
    /// The next element, which must be there.
    pub(super) fn next(&mut self) -> Result<Element<'a>, StampError> {
        self.optional()?.ok_or_else(|| form(self.what))
    }

    /// The next element, when there is one.
    pub(super) fn optional(&mut self) -> Result<Option<Element<'a>>, StampError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let read = || {
            let mut reader = SliceReader::new(self.rest).ok()?;
            let header = reader.peek_header().ok()?;
            let whole = reader.tlv_bytes().ok()?;
            let length = usize::try_from(header.length).ok()?;
            let content = whole.get(whole.len().checked_sub(length)?..)?;
            Some(Element { tag: header.tag, whole, content })
        };
        let element = read().ok_or_else(|| form(self.what))?;
        self.rest = self.rest.get(element.whole.len()..).unwrap_or_default();
        Ok(Some(element))
    }

    /// The next element, which must be of a kind.
    pub(super) fn expect(&mut self, tag: Tag) -> Result<Element<'a>, StampError> {
        let element = self.next()?;
        if element.tag == tag { Ok(element) } else { Err(form(self.what)) }
    }

    /// Every element that is left.
    pub(super) fn all(mut self) -> Result<Vec<Element<'a>>, StampError> {
        let mut found = Vec::new();
        while let Some(element) = self.optional()? {
            found.push(element);
        }
        Ok(found)
    }
}

/// What is not as the standard has it.
pub(super) fn form(what: &str) -> StampError {
    StampError::Form(format!("{what} cannot be read"))
}
