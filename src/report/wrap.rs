//! Text filled into lines. Words are never broken: an ARN, a link or a command stays whole, and can be copied.

use console::measure_text_width;

/// Words filled into lines no wider than `width` where they fit. Text that is laid out already (it begins with blanks or a
/// bracket, as a policy does) stays as it is.
#[must_use]
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    if text.starts_with([' ', '{', '}', '[', ']']) {
        return vec![text.to_owned()];
    }
    let mut lines: Vec<String> = Vec::new();
    let mut filled = 0;
    for word in text.split_whitespace() {
        let columns = measure_text_width(word);
        match lines.last_mut() {
            Some(line) if filled + 1 + columns <= width => {
                line.push(' ');
                line.push_str(word);
                filled += 1 + columns;
            }
            _ => {
                lines.push(word.to_owned());
                filled = columns;
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn words_stay_whole_and_lines_narrow() {
        let arn = "arn:aws:s3:::aws-acme-log-storage-222222222222-eu-central-1";
        assert_eq!(wrapped(&format!("deny it on {arn} and below"), 20), ["deny it on", arn, "and below"]);
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("one two three", 13), ["one two three"]);
        assert_eq!(wrapped("one two", 0), ["one", "two"]);
        assert_eq!(wrapped("", 10), Vec::<String>::new());
        assert_eq!(wrapped("  \"Sid\": \"A B\"", 4), ["  \"Sid\": \"A B\""]);
        assert_eq!(wrapped("日本語 日本語", 12), ["日本語", "日本語"], "two columns each");
    }
}
