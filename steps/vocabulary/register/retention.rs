//! The owner's retention policy and its reviews: what the register says of how long logs are kept and who may read them.

use cucumber::then;
use jiff::{ToSpan, civil::Date};
use logproof_estate::{
    record::Observation,
    register::RetentionClass,
    world::{Judged, LogproofWorld, Stop},
};

use crate::scene::{
    population::examined,
    register::{in_register, streams},
};

/// Kinds of log every organization must have decided about, by the word the register uses.
const KINDS: [(&str, &str); 4] = [
    ("network", "traffic of networks, such as VPC flow logs"),
    ("dns", "DNS queries"),
    ("access", "access to applications and stores"),
    ("change", "changes to resources and code"),
];

/// The registered classes; that there are none is a finding.
fn classes(w: &mut LogproofWorld) -> Result<Vec<RetentionClass>, Stop> {
    let classes = w.register()?.retention.clone();
    if classes.is_empty() {
        let subject = in_register(w, "retention.toml")?;
        w.observe(
            Observation::new(subject, "the retention of each type of log is registered", "no retention class", false)
                .hint("write the approved retention policy into retention.toml of the register"),
        );
        w.settle()?;
    }
    Ok(classes)
}

#[then("the retention of every log stream of the store is registered")]
async fn every_stream_has_a_retention(w: &mut LogproofWorld) -> Judged {
    let classes = classes(w)?;
    let (streams, config) = (streams(w)?, w.config()?);
    let buckets = [("cloudtrail", config.log_bucket_name()), ("config", config.config_bucket_name())];
    for (kind, bucket) in buckets {
        let stream = streams.iter().find(|stream| stream.kind == kind && stream.bucket == bucket);
        let found = match stream {
            Some(stream) => format!("stream {}, class {}", stream.name, stream.retention_class),
            None => format!("no stream of kind `{kind}` in bucket {bucket}"),
        };
        w.observe(
            Observation::new(
                in_register(w, "streams.toml")?,
                format!("logs of kind `{kind}` in bucket {bucket} have a retention class"),
                found,
                stream.is_some(),
            )
            .place(kind)
            .hint("register the stream with its retention class"),
        );
    }
    for class in &classes {
        let basis = class.legal_basis.trim();
        let found = if basis.is_empty() { "no legal basis" } else { basis };
        w.observe(
            Observation::new(
                in_register(w, "retention.toml")?,
                "the retention has a legal basis",
                found,
                !basis.is_empty(),
            )
            .place(format!("class {}", class.class))
            .hint("state the law, the contract or the decision that the retention follows from"),
        );
    }
    w.settle()
}

#[then("no registered retention is shorter than the organization allows")]
async fn no_retention_is_too_short(w: &mut LogproofWorld) -> Judged {
    let (classes, config) = (classes(w)?, w.config()?);
    let streams = w.register()?.streams.clone();
    let used = |class: &&RetentionClass| streams.iter().any(|stream| stream.retention_class == class.class);
    let mut number = 0;
    for class in classes.iter().filter(used) {
        number += 1;
        let (least, least_hot) = (config.least_days(&class.class), config.least_hot_days(&class.class));
        let met = class.delete_after_days >= least && class.hot_days >= least_hot;
        let found = format!(
            "deleted after {} days, {} of them hot, by {}",
            class.delete_after_days, class.hot_days, class.legal_basis
        );
        let asked = format!("kept for at least {least} days, {least_hot} of them hot");
        w.observe(
            Observation::new(in_register(w, "retention.toml")?, asked, found, met)
                .place(format!("class {}", class.class))
                .hint("lengthen the retention of the class, or give the class its own least in `conventions.least_days`, with its reason"),
        );
    }
    if number == 0 {
        return Err(w.not_applicable("no log stream of the register uses a retention class"));
    }
    examined(w, "retention classes in use", number, "retention.toml of the register");
    w.settle()
}

#[then("every registered retention was reviewed within a year, by two people")]
async fn every_retention_was_reviewed(w: &mut LogproofWorld) -> Judged {
    let (classes, today) = (classes(w)?, w.estate()?.today());
    for class in &classes {
        let fresh = is_fresh(class.reviewed, today);
        let (owner, approved_by) = (class.owner.trim(), class.approved_by.trim());
        let two = !owner.is_empty() && !approved_by.is_empty() && !owner.eq_ignore_ascii_case(approved_by);
        let found = format!("reviewed on {}, owner {}, approved by {}", class.reviewed, class.owner, class.approved_by);
        w.observe(
            Observation::new(
                in_register(w, "retention.toml")?,
                "a review within the last year, approved by somebody other than the owner",
                found,
                fresh && two,
            )
            .place(format!("class {}", class.class))
            .hint("review the retention with its owner, have it approved, and write the date"),
        );
    }
    examined(w, "retention classes", classes.len(), "retention.toml of the register");
    w.settle()
}

#[then("the register decides how long network, DNS, access and change logs are kept")]
async fn every_kind_has_a_decision(w: &mut LogproofWorld) -> Judged {
    let classes = classes(w)?;
    let config = w.config()?;
    for (kind, what) in KINDS {
        let name = config.conventions.class_of(kind);
        let class = classes.iter().find(|class| class.class == name);
        let found = class.map_or_else(
            || format!("no class `{name}`"),
            |class| format!("deleted after {} days, by {}", class.delete_after_days, class.legal_basis),
        );
        w.observe(
            Observation::new(
                in_register(w, "retention.toml")?,
                format!("a retention class `{name}`: {what}"),
                found,
                class.is_some(),
            )
            .place(format!("class {name}"))
            .hint("decide how long these logs are kept and on what basis, even when it is a short time"),
        );
    }
    examined(w, "kinds of log", KINDS.len(), "the four kinds this control asks for");
    w.note("that such logs are delivered to the log archive, and to no bucket of their own, is not examined");
    w.settle()
}

#[then("the access of every reader was reviewed within a year")]
async fn every_reader_was_reviewed(w: &mut LogproofWorld) -> Judged {
    let (register, config, today) = (w.register()?, w.config()?, w.estate()?.today());
    let registered = &register.readers;
    if registered.is_empty() && config.readers.is_empty() {
        return Err(w.not_applicable("neither the register nor the configuration names a reader"));
    }
    let expected = "reviewed within the last year";
    for reader in registered {
        let found = format!("last reviewed on {}", reader.last_reviewed);
        let met = is_fresh(reader.last_reviewed, today);
        w.observe(
            Observation::new(in_register(w, "readers.toml")?, expected, found, met)
                .place(format!("{} below `{}`", reader.principal, reader.path))
                .hint("ask whether the access is still needed; write the date, or remove the entry and the statement"),
        );
    }
    for reader in &config.readers {
        let subject = in_register(w, "readers.toml")?;
        w.observe(
            Observation::new(subject, expected, "named in the configuration, where no review is kept", false)
                .place(format!("{} below `{}`", reader.principal, reader.path))
                .hint("move the reader into the register: `logproof register new reader`"),
        );
    }
    examined(w, "readers", registered.len() + config.readers.len(), "readers of the register and of the configuration");
    w.settle()
}

/// Whether a review is at most one year old, and not in the future.
fn is_fresh(reviewed: Date, today: Date) -> bool {
    reviewed <= today && reviewed.checked_add(1.year()).is_ok_and(|limit| limit >= today)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_review_is_fresh_for_a_year_and_never_ahead_of_time() {
        let today: Date = "2026-01-15".parse().unwrap();
        for (reviewed, expected) in
            [("2025-01-15", true), ("2025-01-14", false), ("2026-01-15", true), ("2026-01-16", false)]
        {
            assert_eq!(is_fresh(reviewed.parse().unwrap(), today), expected, "{reviewed}");
        }
    }
}
