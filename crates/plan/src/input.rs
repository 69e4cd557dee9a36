//! A file before it is understood: its size, its encoding, and errors that say where.

use std::borrow::Cow;

use crate::plan::ReadError;

/// The largest file that is read: many times what a plan of 20,000 resources takes.
pub(crate) const MOST_BYTES: usize = 512 * 1024 * 1024;

/// What is wrong with a file, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    problem: String,
    hint: String,
}

impl Problem {
    pub(crate) fn new(problem: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { problem: problem.into(), hint: hint.into() }
    }

    /// As an error of a file.
    pub(crate) fn of(self, file: &str) -> ReadError {
        ReadError { file: file.to_owned(), problem: self.problem, hint: self.hint }
    }
}

const SHOW: &str = "run `terraform show -json plan.bin > plan.json` (or `tofu show -json`) and give plan.json";

/// The text of a file. Windows PowerShell redirects into UTF-16, which is taken as well.
pub(crate) fn text<'b>(file: &str, bytes: &'b [u8]) -> Result<Cow<'b, str>, ReadError> {
    let wrong = |problem: &str, hint: &str| Err(Problem::new(problem, hint).of(file));
    if bytes.len() > MOST_BYTES {
        return wrong(
            &format!("it has {} bytes; at most {MOST_BYTES} are read", bytes.len()),
            "plan the modules of the log store by themselves",
        );
    }
    match bytes {
        [b'P', b'K', 3, 4, ..] => return wrong("it is a binary plan", SHOW),
        [0xFF, 0xFE, rest @ ..] => return utf16(file, rest, u16::from_le_bytes).map(Cow::Owned),
        [0xFE, 0xFF, rest @ ..] => return utf16(file, rest, u16::from_be_bytes).map(Cow::Owned),
        _ => {}
    }
    let bytes = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) if text.trim().is_empty() => wrong("it is empty", SHOW),
        Ok(text) => Ok(Cow::Borrowed(text)),
        Err(error) => wrong(&format!("byte {} is no text in UTF-8", error.valid_up_to()), SHOW),
    }
}

fn utf16(file: &str, bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, ReadError> {
    let units = bytes.chunks_exact(2).map(|pair| match pair {
        [one, two] => unit([*one, *two]),
        _ => 0,
    });
    let text: Result<String, _> = char::decode_utf16(units).collect();
    text.map_err(|_| Problem::new("it is no text in UTF-16", SHOW).of(file))
}

/// What is wrong with a file that is no JSON, or of another form, and where. It never holds what the file says: that may be
/// sensitive.
pub(crate) fn json_error(file: &str, error: &serde_json::Error, hint: &str) -> ReadError {
    let (line, column) = (error.line(), error.column());
    let what = match error.classify() {
        serde_json::error::Category::Eof => "the file ends in the middle".to_owned(),
        serde_json::error::Category::Syntax if error.to_string().contains("recursion limit") => {
            "it is nested too deep".to_owned()
        }
        serde_json::error::Category::Syntax => "it is no JSON".to_owned(),
        _ => without_values(&error.to_string()),
    };
    Problem::new(format!("line {line}, column {column}: {what}"), hint).of(file)
}

/// An error of form without the value it names in quotation marks, and without the place, which is given before.
fn without_values(error: &str) -> String {
    let error = error.split(" at line ").next().unwrap_or(error);
    match (error.find("string \""), error.rfind("\",")) {
        (Some(from), Some(to)) if from < to => {
            let (head, tail) = (error.get(..from).unwrap_or_default(), error.get(to + 2..).unwrap_or_default());
            format!("{head}a text,{tail}")
        }
        _ => error.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_binary_plan_is_named_with_the_command_that_shows_it() {
        let error = text("plan.bin", b"PK\x03\x04rest").unwrap_err();
        assert!(error.problem.contains("binary plan") && error.hint.contains("terraform show -json"));
    }

    #[test]
    fn utf_16_of_powershell_and_byte_order_marks_are_read() {
        let wide: Vec<u8> = [0xFF, 0xFE].into_iter().chain("{}é".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert_eq!(text("p", &wide).unwrap(), "{}é");
        assert_eq!(text("p", b"\xEF\xBB\xBF{}").unwrap(), "{}");
        assert!(text("p", b"\xC3(").is_err() && text("p", b" \n").is_err());
    }

    #[test]
    fn an_error_says_where_and_holds_no_value() {
        #[derive(Debug, serde::Deserialize)]
        struct Form {
            #[serde(rename = "n")]
            _n: u8,
        }
        let error = serde_json::from_str::<Form>("{\n \"n\": \"hunter2\"}").unwrap_err();
        let told = json_error("f", &error, "h").to_string();
        assert!(told.contains("line 2") && told.contains("expected u8") && !told.contains("hunter2"), "{told}");
        let cut = serde_json::from_str::<Form>("{\"n\":").unwrap_err();
        assert!(json_error("f", &cut, "h").problem.contains("ends in the middle"));
    }
}
