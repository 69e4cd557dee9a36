//! The actions that questions are about, made from the classes of the action ledger.
//!
//! Owns which classes make up "re-configure", "delete", "stop" and their like. No action is named here: one that AWS adds
//! is asked about as soon as it is classified.

use logproof_policy::{
    Answer,
    actions::{self, Class, Kind},
};

/// What does something that matters to what it works on.
const CONSEQUENTIAL: &[Class] = &[Class::Deletes, Class::Administers, Class::Stops];
/// What changes nothing.
const LOOKING: &[Class] = &[Class::Reads, Class::Lists, Class::Looks];

/// What changes or removes a protection of a bucket, or the bucket.
pub(crate) fn administer() -> Vec<&'static str> {
    actions::of("s3", CONSEQUENTIAL, &[Kind::Bucket])
}

/// What changes a setting of a bucket that protects nothing.
pub(crate) fn adjust_bucket() -> Vec<&'static str> {
    actions::of("s3", &[Class::Adjusts], &[Kind::Bucket])
}

/// What puts an object into a bucket: an upload, and the replication of a bucket of somebody else's.
pub(crate) fn write() -> Vec<&'static str> {
    actions::of("s3", &[Class::Writes], &[Kind::Object])
}

/// What removes or overwrites a log file, or lifts its protection.
pub(crate) fn delete() -> Vec<&'static str> {
    actions::of("s3", CONSEQUENTIAL, &[Kind::Object])
}

/// Reading log files.
pub(crate) fn read() -> Vec<&'static str> {
    actions::of("s3", &[Class::Reads], &[Kind::Object])
}

/// What shows the keys of a bucket.
pub(crate) fn list() -> Vec<&'static str> {
    actions::of("s3", &[Class::Lists], &[Kind::Bucket])
}

/// Everything with a bucket and its objects but reading, listing and looking at settings.
pub(crate) fn other_than_reading() -> Vec<&'static str> {
    actions::of("s3", &other_than(LOOKING), &[Kind::Bucket, Kind::Object])
}

/// The same of every classified service, whatever it works on, but for what touches nothing.
pub(crate) fn other_than_reading_anywhere() -> Vec<&'static str> {
    let mut classes = other_than(LOOKING);
    classes.retain(|class| *class != Class::Harmless);
    actions::services().flat_map(|service| actions::of(service, &classes, Kind::ALL)).collect()
}

/// Cryptographic use of a key.
pub(crate) fn use_key() -> Vec<&'static str> {
    actions::of("kms", &[Class::Reads, Class::Writes], &[Kind::Key])
}

/// What takes a key away, or gives it to others.
pub(crate) fn take_key_away(multi_region: bool) -> Vec<&'static str> {
    let kinds = [Kind::Key, Kind::Alias, Kind::MultiRegionKey];
    actions::of("kms", CONSEQUENTIAL, if multi_region { &kinds } else { &kinds[..2] })
}

/// Everything with a key but decrypting and looking at it.
pub(crate) fn other_than_decrypting() -> Vec<&'static str> {
    actions::of("kms", &other_than(LOOKING), &[Kind::Key, Kind::Alias, Kind::MultiRegionKey])
}

/// What stops, redirects or thins out a trail.
pub(crate) fn stop_trail() -> Vec<&'static str> {
    actions::of("cloudtrail", CONSEQUENTIAL, &[Kind::Trail])
}

/// What changes a trail that records as before.
pub(crate) fn adjust_trail() -> Vec<&'static str> {
    actions::of("cloudtrail", &[Class::Adjusts], &[Kind::Trail])
}

/// What stops, redirects or thins out AWS Config.
pub(crate) fn stop_config() -> Vec<&'static str> {
    actions::of("config", CONSEQUENTIAL, Kind::ALL)
}

/// What takes a guard away that stands above the accounts, or gives that right to others.
pub(crate) fn undo_guards() -> Vec<&'static str> {
    actions::services().flat_map(undo_guards_of).collect()
}

/// The same of one service.
pub(crate) fn undo_guards_of(service: &str) -> Vec<&'static str> {
    actions::of(service, &[Class::Undoes], Kind::ALL)
}

/// Of these actions, those that are not proved to be refused. Each is asked about by itself: they only make a note.
pub(crate) fn left_open(actions: Vec<&'static str>, ask: impl Fn(&'static str) -> Answer) -> Vec<&'static str> {
    actions.into_iter().filter(|action| !ask(action).holds()).collect()
}

fn other_than(classes: &[Class]) -> Vec<Class> {
    Class::ALL.iter().copied().filter(|class| !classes.contains(class)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_question_is_about_nothing() {
        let questions = [
            administer(),
            adjust_bucket(),
            write(),
            delete(),
            read(),
            list(),
            other_than_reading(),
            use_key(),
            take_key_away(false),
            other_than_decrypting(),
            stop_trail(),
            adjust_trail(),
            stop_config(),
            undo_guards(),
        ];
        assert!(questions.iter().all(|question| question.len() > 1), "{questions:?}");
    }

    fn feature(path: &str) -> String {
        std::fs::read_to_string(format!("{}/../features/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
    }

    #[test]
    fn remediations_name_every_action_that_is_asked_about() {
        let named = |text: &str, actions: Vec<&'static str>| {
            let missing = |action: &&str| !text.contains(action.split(':').nth(1).unwrap());
            actions.into_iter().filter(missing).collect::<Vec<_>>()
        };
        let key = feature("secure-and-resilient-log-storage/LS-2.7-key-deletion.feature");
        assert_eq!(named(&key, take_key_away(true)), [""; 0]);
        let trail = feature("central-logs/LS-4.5-undeletable-trail.feature");
        assert_eq!(named(&trail, [stop_trail(), adjust_trail()].concat()), [""; 0]);
    }

    #[test]
    fn features_name_actions_that_exist() {
        let mut seen = 0;
        let folders = std::fs::read_dir(format!("{}/../features", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let folders = folders.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
        for file in folders.flat_map(|folder| std::fs::read_dir(folder).unwrap()) {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            let words = text.split(|c: char| c.is_whitespace() || "`,;()".contains(c));
            for word in words.map(|word| word.trim_end_matches(['.', ':'])) {
                let Some((service, name)) = word.split_once(':') else { continue };
                // Condition keys are written alike.
                let key = matches!(name, "ViaService" | "TlsVersion" | "ResourceAliases");
                let action = name.starts_with(char::is_uppercase) && name.bytes().all(|b| b.is_ascii_alphabetic());
                if actions::covers(service) && action && !key {
                    assert!(actions::find(word).is_some(), "`{word}` is no action");
                    seen += 1;
                }
            }
        }
        assert!(seen > 30, "{seen} actions are named");
    }

    #[test]
    fn only_a_multi_region_key_is_replicated() {
        assert!(!take_key_away(false).contains(&"kms:ReplicateKey"));
        assert!(take_key_away(true).contains(&"kms:ReplicateKey"));
    }

    #[test]
    fn reading_is_told_from_anything_else() {
        assert!(!other_than_reading().contains(&"s3:GetObjectTagging"));
        assert!(other_than_reading().contains(&"s3:RestoreObject"));
        assert!(!other_than_decrypting().contains(&"kms:DescribeKey"));
        assert!(other_than_decrypting().contains(&"kms:Sign"));
    }
}
