//! The parts of a time-stamp response that its check rests on.
//!
//! See: <https://www.rfc-editor.org/rfc/rfc3161#section-2.4.2>, <https://www.rfc-editor.org/rfc/rfc5652#section-5>

use der::{
    Decode, Tag,
    asn1::{GeneralizedTime, ObjectIdentifier},
};
use jiff::Timestamp;

use super::{
    StampError,
    asn1::{Element, Elements, form},
};

const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_CERTIFICATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.12");
const SIGNING_CERTIFICATE_V2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");
pub(super) const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");
const EXTENDED_KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37");
const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");

/// A token, its signature not yet checked.
#[derive(Debug)]
pub(super) struct Token<'a> {
    /// TSTInfo, which is what is signed.
    pub(super) info: &'a [u8],
    /// SHA-256 that is stamped.
    pub(super) imprint: &'a [u8],
    pub(super) time: Timestamp,
    pub(super) nonce: Option<&'a [u8]>,
    /// Certificates, in DER.
    pub(super) certificates: Vec<&'a [u8]>,
    /// Digest algorithm of the signer.
    pub(super) digest: &'static aws_lc_rs::digest::Algorithm,
    /// Attributes as they are signed: a SET.
    pub(super) attributes: Vec<u8>,
    /// `messageDigest` among them.
    pub(super) message_digest: &'a [u8],
    /// Digest of the signer's certificate among them, with its algorithm.
    certificate_digest: (&'static aws_lc_rs::digest::Algorithm, &'a [u8]),
    pub(super) signature: &'a [u8],
}

/// What the signer says of the token.
struct Signer<'a> {
    digest: &'static aws_lc_rs::digest::Algorithm,
    attributes: Vec<u8>,
    message_digest: &'a [u8],
    certificate_digest: (&'static aws_lc_rs::digest::Algorithm, &'a [u8]),
    signature: &'a [u8],
}

/// What a TSTInfo says.
struct Stamped<'a> {
    imprint: &'a [u8],
    time: Timestamp,
    nonce: Option<&'a [u8]>,
}

impl<'a> Token<'a> {
    /// Reads a response, or the token alone.
    pub(super) fn read(answer: &'a [u8]) -> Result<Self, StampError> {
        let mut outer = Element::only(answer, "the response")?.inside("the response");
        let first = outer.next()?;
        let signed = match first.tag {
            Tag::ObjectIdentifier => signed_data(first, outer)?,
            _ => {
                granted(first)?;
                let mut content = outer.expect(Tag::Sequence)?.inside("the token");
                signed_data(content.next()?, content)?
            }
        };
        Self::of(signed)
    }

    fn of(signed: Element<'a>) -> Result<Self, StampError> {
        let mut parts = signed.inside("the signed data");
        parts.expect(Tag::Integer)?;
        parts.expect(Tag::Set)?;
        let mut content = parts.expect(Tag::Sequence)?.inside("the stamped content");
        if content.next()?.oid() != Some(TST_INFO) {
            return Err(form("the kind of the stamped content"));
        }
        let wrapped = content.next()?;
        let info = Element::only(wrapped.content, "the stamped content")?;
        let (mut certificates, mut signers) = (Vec::new(), None);
        while let Some(part) = parts.optional()? {
            if part.is_context(0xa0) {
                let all = part.inside("the certificates").all()?;
                certificates = all.into_iter().filter(|c| c.tag == Tag::Sequence).map(|c| c.whole).collect();
            } else if part.tag == Tag::Set {
                signers = Some(part);
            }
        }
        let signers = signers.ok_or_else(|| form("the list of signers"))?.inside("the list of signers").all()?;
        let [signer] = &signers[..] else {
            return Err(StampError::Form(format!("it has {} signers, and must have one", signers.len())));
        };
        let Signer { digest, attributes, message_digest, certificate_digest, signature } = signer_of(signer)?;
        let Stamped { imprint, time, nonce } = stamped(info.content)?;
        Ok(Self {
            info: info.content,
            imprint,
            time,
            nonce,
            certificates,
            digest,
            attributes,
            message_digest,
            certificate_digest,
            signature,
        })
    }

    /// The certificate that the signer names by its digest.
    pub(super) fn signer(&self) -> Result<&'a [u8], StampError> {
        let (algorithm, digest) = self.certificate_digest;
        let named = |der: &&&[u8]| aws_lc_rs::digest::digest(algorithm, der).as_ref() == digest;
        self.certificates
            .iter()
            .find(named)
            .copied()
            .ok_or_else(|| StampError::Form("it lacks the certificate of its signer".to_owned()))
    }
}

/// The content of a ContentInfo that is signed data.
fn signed_data<'a>(kind: Element<'a>, mut rest: Elements<'a>) -> Result<Element<'a>, StampError> {
    if kind.oid() != Some(SIGNED_DATA) {
        return Err(form("the kind of the token"));
    }
    let signed = Element::only(rest.next()?.content, "the signed data")?;
    if signed.tag == Tag::Sequence { Ok(signed) } else { Err(form("the signed data")) }
}

/// PKIStatusInfo: 0 granted, 1 granted with changes.
fn granted(status: Element<'_>) -> Result<(), StampError> {
    let mut parts = status.inside("the status");
    let number = parts.expect(Tag::Integer)?.content.iter().fold(0_u64, |n, b| n << 8 | u64::from(*b));
    if number <= 1 {
        return Ok(());
    }
    let words = parts.optional()?.filter(|part| part.tag == Tag::Sequence);
    let words = words.and_then(|part| part.inside("the status").all().ok()).unwrap_or_default();
    let words: Vec<String> = words.iter().map(|word| printable(word.content)).collect();
    let said = if words.is_empty() { String::new() } else { format!(": {}", words.join("; ")) };
    Err(StampError::Refused { status: number, said })
}

fn printable(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).chars().filter(|c| !c.is_control()).take(200).collect()
}

fn digest_of(algorithm: Element<'_>) -> Result<&'static aws_lc_rs::digest::Algorithm, StampError> {
    match algorithm.inside("a digest algorithm").next()?.oid() {
        Some(SHA256) => Ok(&aws_lc_rs::digest::SHA256),
        Some(SHA384) => Ok(&aws_lc_rs::digest::SHA384),
        Some(SHA512) => Ok(&aws_lc_rs::digest::SHA512),
        other => {
            let name = other.map_or_else(|| "without a name".to_owned(), |oid| oid.to_string());
            Err(StampError::Form(format!(
                "it uses digest algorithm {name}, which is none of SHA-256, SHA-384, SHA-512"
            )))
        }
    }
}

fn signer_of<'a>(signer: &Element<'a>) -> Result<Signer<'a>, StampError> {
    let mut parts = signer.inside("the signer");
    parts.expect(Tag::Integer)?;
    // Issuer and serial number, or key identifier: the signed digest of the certificate says more.
    parts.next()?;
    let digest = digest_of(parts.expect(Tag::Sequence)?)?;
    let attributes = parts.next()?;
    if !attributes.is_context(0xa0) {
        return Err(form("the signed attributes"));
    }
    parts.expect(Tag::Sequence)?;
    let signature = parts.expect(Tag::OctetString)?.content;
    let mut signed = attributes.whole.to_vec();
    // As a SET it is signed, whatever tag it travels under. See: <https://www.rfc-editor.org/rfc/rfc5652#section-5.4>
    if let Some(tag) = signed.first_mut() {
        *tag = 0x31;
    }
    let (mut message_digest, mut certificate_digest, mut kind) = (None, None, None);
    for attribute in attributes.inside("the signed attributes").all()? {
        let mut parts = attribute.inside("a signed attribute");
        let name = parts.next()?.oid();
        let value = Element::only(parts.expect(Tag::Set)?.content, "a signed attribute")?;
        match name {
            Some(CONTENT_TYPE) => kind = value.oid(),
            Some(MESSAGE_DIGEST) => message_digest = Some(value.content),
            Some(SIGNING_CERTIFICATE) if certificate_digest.is_none() => {
                let id = first_certificate_id(value)?;
                certificate_digest = Some((&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, id.next_octets()?));
            }
            Some(SIGNING_CERTIFICATE_V2) => certificate_digest = Some(certificate_v2(value)?),
            _ => {}
        }
    }
    if kind != Some(TST_INFO) {
        return Err(form("the signed kind of the content"));
    }
    Ok(Signer {
        digest,
        attributes: signed,
        message_digest: message_digest.ok_or_else(|| form("the signed digest of the content"))?,
        certificate_digest: certificate_digest.ok_or_else(|| form("the signed digest of the certificate"))?,
        signature,
    })
}

/// The first ESSCertID or ESSCertIDv2: it is the signer's.
fn first_certificate_id<'a>(value: Element<'a>) -> Result<Elements<'a>, StampError> {
    let ids = value.inside("the signing certificate").expect(Tag::Sequence)?;
    Ok(ids.inside("the signing certificate").expect(Tag::Sequence)?.inside("the signing certificate"))
}

impl<'a> Elements<'a> {
    fn next_octets(mut self) -> Result<&'a [u8], StampError> {
        Ok(self.expect(Tag::OctetString)?.content)
    }
}

/// See: <https://www.rfc-editor.org/rfc/rfc5816#section-2.2.1>: SHA-256 unless another is named.
fn certificate_v2<'a>(value: Element<'a>) -> Result<(&'static aws_lc_rs::digest::Algorithm, &'a [u8]), StampError> {
    let mut id = first_certificate_id(value)?;
    let first = id.next()?;
    match first.tag {
        Tag::OctetString => Ok((&aws_lc_rs::digest::SHA256, first.content)),
        _ => Ok((digest_of(first)?, id.next_octets()?)),
    }
}

fn stamped(info: &[u8]) -> Result<Stamped<'_>, StampError> {
    let mut parts = Element::only(info, "the stamp")?.inside("the stamp");
    parts.expect(Tag::Integer)?;
    parts.expect(Tag::ObjectIdentifier)?;
    let mut imprint = parts.expect(Tag::Sequence)?.inside("the stamped digest");
    let algorithm = imprint.next()?;
    if algorithm.inside("the stamped digest").next()?.oid() != Some(SHA256) {
        return Err(StampError::OtherDigest);
    }
    let digest = imprint.expect(Tag::OctetString)?.content;
    parts.expect(Tag::Integer)?;
    let time = parts.expect(Tag::GeneralizedTime)?;
    let time = instant(time).ok_or_else(|| form("the time of the stamp"))?;
    let nonce = parts.all()?.into_iter().find(|part| part.tag == Tag::Integer).map(|part| part.content);
    Ok(Stamped { imprint: digest, time, nonce })
}

/// A GeneralizedTime, which may have fractions of a second that the `der` crate does not read.
fn instant(time: Element<'_>) -> Option<Timestamp> {
    if let Ok(time) = GeneralizedTime::from_der(time.whole) {
        return Timestamp::from_second(i64::try_from(time.to_unix_duration().as_secs()).ok()?).ok();
    }
    let text = std::str::from_utf8(time.content).ok()?.strip_suffix('Z')?;
    let (whole, fraction) = text.split_once('.')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() != 14 || fraction.len() > 9 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let part = |from: usize, to: usize| whole.get(from..to).unwrap_or_default();
    let text = format!(
        "{}-{}-{}T{}:{}:{}.{fraction}Z",
        part(0, 4),
        part(4, 6),
        part(6, 8),
        part(8, 10),
        part(10, 12),
        part(12, 14)
    );
    text.parse().ok()
}

/// What a certificate says, from its issuer on.
fn from_issuer(certificate: &[u8]) -> Option<Elements<'_>> {
    let mut parts = Element::only(certificate, "the certificate").ok()?.inside("the certificate");
    let mut signed = parts.next().ok()?.inside("the certificate");
    // Version, where it is not the first; serial number; signature algorithm.
    if signed.next().ok()?.is_context(0xa0) {
        signed.next().ok()?;
    }
    signed.next().ok()?;
    Some(signed)
}

/// What the extended key usage of a certificate allows; `None` when it has none.
pub(super) fn purposes(certificate: &[u8]) -> Option<Vec<ObjectIdentifier>> {
    let extensions = from_issuer(certificate)?.all().ok()?.into_iter().find(|part| part.is_context(0xa3))?;
    let extensions = Element::only(extensions.content, "the extensions").ok()?.inside("the extensions").all().ok()?;
    extensions.iter().find_map(|extension| {
        let parts = extension.inside("an extension").all().ok()?;
        let is_usage = parts.first()?.oid() == Some(EXTENDED_KEY_USAGE);
        let value = Element::only(parts.last()?.content, "an extension").ok().filter(|_| is_usage)?;
        value.inside("the key usage").all().ok()?.iter().map(Element::oid).collect()
    })
}

/// The common name of a certificate's subject.
pub(super) fn common_name(certificate: &[u8]) -> Option<String> {
    let mut signed = from_issuer(certificate)?;
    // Issuer and validity; then the subject.
    for _ in 0..2 {
        signed.next().ok()?;
    }
    let subject = signed.next().ok()?.inside("the subject").all().ok()?;
    subject.iter().find_map(|names| {
        let pair = Element::only(names.content, "the subject").ok()?;
        let mut pair = pair.inside("the subject");
        let is_name = pair.next().ok()?.oid() == Some(COMMON_NAME);
        let name = printable(pair.next().ok()?.content);
        is_name.then_some(name)
    })
}
