//! What an action would do, in words for the owner of the log store.

/// Effects with the verbs that begin the names of such actions, gravest first. The first that fits is taken.
const EFFECTS: [(&str, &[&str]); 8] = [
    ("delete", &["Delete", "Abort", "ScheduleKeyDeletion", "ReplicateDelete", "Remove", "Deregister"]),
    ("stop or disable", &["Stop", "Disable", "Pause", "Disassociate"]),
    (
        "lift a protection",
        &["Bypass", "PutObjectRetention", "PutObjectLegalHold", "PutObjectAcl", "PutObjectVersionAcl"],
    ),
    (
        "let others in",
        &["PutBucketPolicy", "PutBucketAcl", "PutKeyPolicy", "CreateGrant", "AssumeRole", "PutResourcePolicy"],
    ),
    ("write", &["PutObject", "Replicate", "Initiate", "Restore", "ObjectOwnerOverride", "Encrypt", "GenerateDataKey"]),
    ("change a setting", &["Put", "Update", "Create", "Tag", "Untag", "Cancel", "Enable", "Import", "Rotate", "Add"]),
    ("read", &["GetObject", "Decrypt", "ReEncrypt", "DeriveSharedSecret"]),
    ("look at", &["Get", "List", "Describe", "Lookup"]),
];
/// What is none of these.
const OTHER: &str = "do something else";

/// What the action would do.
pub(crate) fn effect_of(action: &str) -> &'static str {
    let name = action.split_once(':').map_or(action, |(_, name)| name);
    let begins = |verb: &&str| name.get(..verb.len()).is_some_and(|head| head.eq_ignore_ascii_case(verb));
    EFFECTS.iter().find(|(_, verbs)| verbs.iter().any(|verb| begins(&verb))).map_or(OTHER, |(effect, _)| effect)
}

/// Where an effect comes in a list, gravest first.
pub(crate) fn rank(effect: &str) -> usize {
    EFFECTS.iter().position(|(known, _)| *known == effect).unwrap_or(EFFECTS.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_has_the_gravest_effect_its_name_tells() {
        let expected = [
            ("s3:DeleteObjectVersion", "delete"),
            ("kms:ScheduleKeyDeletion", "delete"),
            ("kms:DisableKey", "stop or disable"),
            ("s3:PutObjectRetention", "lift a protection"),
            ("s3:PutBucketPolicy", "let others in"),
            ("s3:PutObject", "write"),
            ("s3:PutBucketCORS", "change a setting"),
            ("s3:GetObjectVersion", "read"),
            ("s3:GetBucketPolicy", "look at"),
            ("s3:putobject", "write"),
            ("x:y", "do something else"),
        ];
        for (action, effect) in expected {
            assert_eq!(effect_of(action), effect, "{action}");
        }
        assert!(rank("delete") < rank("look at") && rank("look at") < rank("do something else"));
    }
}
