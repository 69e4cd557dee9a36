//! Numbers, dates, IP networks and binary values as the condition operators compare them.
//!
//! Owns exact parsing of single values. Must not know operators or policies.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Fractional digits kept exactly.
const SCALE_DIGITS: usize = 18;
const SCALE: i128 = 1_000_000_000_000_000_000;
/// Integer digits accepted; more cannot be held without losing exactness.
const MAX_INTEGER_DIGITS: usize = 18;

/// An exact decimal number, scaled by 10^18. Dates are seconds since 1970 in the same scale.
pub(crate) type Fixed = i128;

/// Reads a decimal number, with an exponent as JSON allows. `None` if it is none or out of range.
pub(crate) fn number(text: &str) -> Option<Fixed> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((m, e)) => (m, e.parse::<i32>().ok().filter(|e| e.abs() <= 40)?),
        None => (text, 0),
    };
    let (negative, digits) = match mantissa.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, mantissa),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && fraction.is_empty() || digits.ends_with('.') {
        return None;
    }
    if !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
        return None;
    }
    let point = i32::try_from(whole.len()).ok()?.checked_add(exponent)?;
    let all: String = format!("{whole}{fraction}");
    let lead = all.len() - all.trim_start_matches('0').len();
    let significant = all.trim_start_matches('0').trim_end_matches('0');
    if significant.is_empty() {
        return Some(0);
    }
    let point = point - i32::try_from(lead).ok()?;
    let len = i32::try_from(significant.len()).ok()?;
    if point > i32::try_from(MAX_INTEGER_DIGITS).ok()? || len - point > i32::try_from(SCALE_DIGITS).ok()? {
        return None;
    }
    let shift = u32::try_from(i32::try_from(SCALE_DIGITS).ok()? + point - len).ok()?;
    let value = significant.parse::<i128>().ok()?.checked_mul(10i128.checked_pow(shift)?)?;
    Some(if negative { -value } else { value })
}

/// Writes a number back, shortest form.
pub(crate) fn show_number(value: Fixed) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let (whole, part) = (value.unsigned_abs() / SCALE.unsigned_abs(), value.unsigned_abs() % SCALE.unsigned_abs());
    if part == 0 {
        return format!("{sign}{whole}");
    }
    let digits = format!("{part:018}");
    format!("{sign}{whole}.{}", digits.trim_end_matches('0'))
}

/// One unit in the fixed scale.
pub(crate) const ONE: Fixed = SCALE;

/// Reads a date: a W3C profile of ISO 8601, or seconds since 1970.
///
/// Four digits alone are the profile `YYYY`, not an epoch.
// See: https://www.w3.org/TR/NOTE-datetime
pub(crate) fn date(text: &str) -> Option<Fixed> {
    if text.len() != 4 && text.strip_prefix('-').unwrap_or(text).bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return number(text);
    }
    let (day, time) = match text.split_once('T') {
        Some((day, time)) => (day, Some(time)),
        None => (text, None),
    };
    let mut fields = day.split('-');
    let year = digits(fields.next()?, 4)?;
    let month = fields.next().map(|m| digits(m, 2));
    let date = fields.next().map(|d| digits(d, 2));
    if fields.next().is_some() || time.is_some() && date.is_none() {
        return None;
    }
    let days = days_since_1970(year, month.unwrap_or(Some(1))?, date.unwrap_or(Some(1))?)?;
    let seconds = days.checked_mul(86_400)?;
    Some(i128::from(seconds) * SCALE + time.map_or(Some(0), clock)?)
}

/// `hh:mm[:ss[.fraction]]` followed by `Z` or `±hh:mm`, as an offset from midnight UTC.
fn clock(text: &str) -> Option<Fixed> {
    let (local, offset) = if let Some(local) = text.strip_suffix('Z') {
        (local, 0)
    } else {
        let at = text.rfind(['+', '-'])?;
        let (local, zone) = text.split_at_checked(at)?;
        let (hours, minutes) = zone.get(1..)?.split_once(':')?;
        let minutes = in_range(digits(hours, 2)?, 0, 23)? * 60 + in_range(digits(minutes, 2)?, 0, 59)?;
        (local, if zone.starts_with('-') { -minutes } else { minutes })
    };
    let mut fields = local.split(':');
    let hour = in_range(digits(fields.next()?, 2)?, 0, 23)?;
    let minute = in_range(digits(fields.next()?, 2)?, 0, 59)?;
    let second = match fields.next() {
        None => 0,
        Some(text) => {
            let (whole, part) = text.split_once('.').map_or((text, None), |(w, p)| (w, Some(p)));
            let whole = in_range(digits(whole, 2)?, 0, 59)?;
            let part = part.map_or(Some(0), |p| if p.is_empty() { None } else { number(&format!("0.{p}")) })?;
            i128::from(whole) * SCALE + part
        }
    };
    if fields.next().is_some() {
        return None;
    }
    Some(i128::from((hour * 60 + minute - offset) * 60) * SCALE + second)
}

fn digits(text: &str, width: usize) -> Option<i64> {
    (text.len() == width && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

fn in_range(value: i64, low: i64, high: i64) -> Option<i64> {
    (low..=high).contains(&value).then_some(value)
}

/// Days from 1970-01-01 in the Gregorian calendar, counting years from March so that leap days come last.
fn days_since_1970(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    in_range(day, 1, last)?;
    let shifted = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (shifted.div_euclid(400), shifted.rem_euclid(400));
    let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// Writes an instant as the second-precision W3C form, or as epoch seconds outside four-digit years.
pub(crate) fn show_date(value: Fixed) -> String {
    let seconds = value.div_euclid(SCALE);
    let Ok(seconds) = i64::try_from(seconds) else {
        return show_number(value);
    };
    if value.rem_euclid(SCALE) != 0 || !(0..253_402_300_800).contains(&seconds) {
        return show_number(value);
    }
    let (days, clock) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let z = days + 719_468;
    let (era, doe) = (z.div_euclid(146_097), z.rem_euclid(146_097));
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let (day, month) = (doy - (153 * mp + 2) / 5 + 1, if mp < 10 { mp + 3 } else { mp - 9 });
    let year = yoe + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", clock / 3600, clock / 60 % 60, clock % 60)
}

/// An address range of one family; IPv4 and IPv6 never contain each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Network {
    pub(crate) v6: bool,
    pub(crate) low: u128,
    pub(crate) high: u128,
}

impl Network {
    /// Reads `address` or `address/prefix`; a bare address is a single host.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/').map_or((text, None), |(a, p)| (a, Some(p)));
        let (v6, bits) = address_bits(address)?;
        let width = if v6 { 128 } else { 32 };
        let prefix: u32 = match prefix {
            None => width,
            Some(p) if !p.is_empty() && p.len() <= 3 && p.bytes().all(|b| b.is_ascii_digit()) => p.parse().ok()?,
            Some(_) => return None,
        };
        let host = width.checked_sub(prefix)?;
        let mask = if host == 128 { u128::MAX } else { (1u128 << host) - 1 };
        Some(Self { v6, low: bits & !mask, high: bits | mask })
    }

    pub(crate) fn contains(&self, (v6, bits): (bool, u128)) -> bool {
        self.v6 == v6 && (self.low..=self.high).contains(&bits)
    }
}

/// Reads one address as its family and bits.
pub(crate) fn address_bits(text: &str) -> Option<(bool, u128)> {
    Some(match text.parse::<IpAddr>().ok()? {
        IpAddr::V4(v4) => (false, u128::from(u32::from(v4))),
        IpAddr::V6(v6) => (true, u128::from(v6)),
    })
}

/// Writes an address back.
pub(crate) fn show_address(v6: bool, bits: u128) -> String {
    if v6 {
        return Ipv6Addr::from(bits).to_string();
    }
    Ipv4Addr::from(u32::try_from(bits).unwrap_or(u32::MAX)).to_string()
}

/// Decodes standard base64; `None` if it is not.
pub(crate) fn base64(text: &str) -> Option<Vec<u8>> {
    let body = text.trim_end_matches('=');
    if !text.len().is_multiple_of(4) || text.len() - body.len() > 2 || body.len() % 4 == 1 {
        return None;
    }
    let mut out = Vec::with_capacity(body.len());
    let (mut buffer, mut bits) = (0u32, 0u32);
    for byte in body.bytes() {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        buffer = (buffer << 6 | u32::from(six)) & 0x3fff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push(u8::try_from(buffer >> bits & 0xff).unwrap_or(0));
        }
    }
    Some(out)
}

/// Encodes standard base64.
pub(crate) fn show_base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4u32 {
            let six = bits >> (18 - 6 * at) & 63;
            let letter = ALPHABET.get(six as usize).copied().unwrap_or(b'A');
            out.push(if at as usize > chunk.len() { '=' } else { char::from(letter) });
        }
    }
    out
}
