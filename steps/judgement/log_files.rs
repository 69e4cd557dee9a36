//! Where in the log bucket the log files are.

/// Key prefix below which every log service files, with a slash at the end: `AWSLogs/`, behind the agreed key prefix.
pub(crate) fn log_root(log_prefix: Option<&str>) -> String {
    match log_prefix.map(|prefix| prefix.trim_matches('/')).filter(|prefix| !prefix.is_empty()) {
        Some(prefix) => format!("{prefix}/AWSLogs/"),
        None => "AWSLogs/".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agreed_prefix_stands_in_front_whatever_slashes_it_has() {
        assert_eq!(log_root(None), "AWSLogs/");
        assert_eq!(log_root(Some("")), "AWSLogs/");
        assert_eq!(log_root(Some("/audit/")), "audit/AWSLogs/");
    }
}
