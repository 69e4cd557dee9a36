//! What an action would do to the log store, in words for its owner.

use logproof_policy::actions::{self, Class};

/// What is not in the action ledger.
const OTHER: &str = "not classified";

/// What the action would do.
pub(crate) fn effect_of(action: &str) -> &'static str {
    actions::find(action).map_or(OTHER, |found| words(found.class))
}

fn words(class: Class) -> &'static str {
    match class {
        Class::Undoes => "take a guard away",
        Class::Deletes => "delete",
        Class::Stops => "stop",
        Class::Administers => "change what protects",
        Class::Becomes => "become somebody else",
        Class::Writes => "write",
        Class::Reads => "read",
        Class::Lists => "list",
        Class::Looks => "look at settings",
        Class::Adjusts => "change a setting",
        Class::Harmless => "without effect on the store",
    }
}

/// Where an effect comes in a list, gravest first.
pub(crate) fn rank(effect: &str) -> usize {
    const GRAVEST_FIRST: [Class; 11] = [
        Class::Undoes,
        Class::Deletes,
        Class::Stops,
        Class::Administers,
        Class::Becomes,
        Class::Writes,
        Class::Reads,
        Class::Lists,
        Class::Looks,
        Class::Adjusts,
        Class::Harmless,
    ];
    GRAVEST_FIRST.iter().position(|class| words(*class) == effect).unwrap_or(GRAVEST_FIRST.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_has_the_effect_of_its_class() {
        let expected = [
            ("s3:DeleteObjectVersion", "delete"),
            ("s3:putobject", "write"),
            ("s3:PutBucketPolicy", "change what protects"),
            ("s3:GetObject", "read"),
            ("sts:AssumeRole", "become somebody else"),
            ("x:y", "not classified"),
        ];
        for (action, effect) in expected {
            assert_eq!(effect_of(action), effect, "{action}");
        }
    }

    #[test]
    fn every_effect_has_its_place_gravest_first() {
        let mut places: Vec<usize> = Class::ALL.iter().map(|class| rank(words(*class))).collect();
        places.sort_unstable();
        assert_eq!(places, (0..Class::ALL.len()).collect::<Vec<_>>());
        assert!(rank("delete") < rank("look at settings") && rank("look at settings") < rank(OTHER));
    }
}
