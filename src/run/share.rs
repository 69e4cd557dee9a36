//! The share of a run that one process makes: which one, which scenarios, and which of their results are its own.

use logproof_estate::{
    Share,
    assessment::{ControlResult, Target},
};

use crate::catalogue::{Control, vocabulary::Vocabulary};

/// Index of an AWS Batch array job and of a Kubernetes Indexed Job, each with where the number of shards comes from.
///
/// See: <https://docs.aws.amazon.com/batch/latest/userguide/job_env_vars.html> and
/// <https://kubernetes.io/docs/concepts/workloads/controllers/job/#completion-mode>
const INDEXES: [(&str, &[&str]); 2] = [
    ("AWS_BATCH_JOB_ARRAY_INDEX", &["AWS_BATCH_JOB_ARRAY_SIZE", "LOGPROOF_SHARDS"]),
    ("JOB_COMPLETION_INDEX", &["LOGPROOF_SHARDS"]),
];

/// An environment that does not name one share.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// Two engines name a share.
    #[error("both `{one}` and `{other}` are set\nhint: name the share that is meant with `--shard I/N`")]
    TwoShards {
        /// One variable.
        one: &'static str,
        /// The other.
        other: &'static str,
    },
    /// The number of shares is not known.
    #[error("`{name}` is set, and the number of shards is not\nhint: set `{size}`, or give both with `--shard I/N`")]
    NoShardCount {
        /// The variable that is set.
        name: &'static str,
        /// The one that is not.
        size: &'static str,
    },
    /// The environment names a share that does not exist.
    #[error(
        "`{name}` is `{index}` and `{size_name}` is `{size}`: there is no such share\nhint: the index counts from 0 up to the number of shards less 1"
    )]
    NoSuchShard {
        /// The variable with the index.
        name: &'static str,
        /// The index.
        index: String,
        /// The variable with the number.
        size_name: &'static str,
        /// The number.
        size: String,
    },
}

/// The value of a variable of the environment; an empty one is none.
pub(crate) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|text| !text.is_empty())
}

/// Index and number of shares that the engine which started this process has given it.
///
/// # Errors
/// [`EngineError`].
pub(crate) fn of_engine(environment: impl Fn(&str) -> Option<String>) -> Result<Option<(u32, u32)>, EngineError> {
    let given: Vec<_> = INDEXES.iter().filter_map(|(name, sizes)| Some((*name, *sizes, environment(name)?))).collect();
    let (name, sizes, index) = match given.as_slice() {
        [] => return Ok(None),
        [one] => one,
        [one, other, ..] => return Err(EngineError::TwoShards { one: one.0, other: other.0 }),
    };
    let Some((size_name, size)) = sizes.iter().find_map(|name| Some((*name, environment(name)?))) else {
        return Err(EngineError::NoShardCount { name, size: sizes.last().copied().unwrap_or_default() });
    };
    match (index.parse::<u32>(), size.parse::<u32>()) {
        (Ok(index), Ok(count)) if index < count => Ok(Some((index, count))),
        _ => Err(EngineError::NoSuchShard { name, index: index.clone(), size_name, size }),
    }
}

/// The controls with those of their scenarios that a share runs. The share of the organization runs all: of those that
/// are divided it asks what is the same for every account.
pub(crate) fn to_run(share: Share, mut controls: Vec<Control>, vocabulary: &Vocabulary) -> Vec<Control> {
    if matches!(share, Share::Accounts { .. }) {
        for control in &mut controls {
            control.scenarios.retain(|scenario| vocabulary.is_divided(scenario));
        }
        controls.retain(|control| !control.scenarios.is_empty());
    }
    controls
}

/// The controls with those of their scenarios that a share examines.
pub(crate) fn to_examine(share: Share, mut controls: Vec<Control>, vocabulary: &Vocabulary) -> Vec<Control> {
    if share != Share::Organization {
        return to_run(share, controls, vocabulary);
    }
    for control in &mut controls {
        control.scenarios.retain(|scenario| !vocabulary.is_divided(scenario));
    }
    controls.retain(|control| !control.scenarios.is_empty());
    controls
}

/// Takes out the results of what was run and is examined by others.
pub(super) fn leave_to_others(
    share: Share,
    results: &mut Vec<ControlResult>,
    controls: &[Control],
    vocabulary: &Vocabulary,
) {
    if share != Share::Organization {
        return;
    }
    for (result, control) in results.iter_mut().zip(controls) {
        let mut scenarios = control.scenarios.iter();
        result.scenarios.retain(|_| scenarios.next().is_some_and(|scenario| !vocabulary.is_divided(scenario)));
    }
    results.retain(|result| !result.scenarios.is_empty());
}

/// What is examined, as the reports of a share name it.
pub(crate) fn target(share: Share, of: Target) -> Target {
    if share.is_whole() { of } else { Target::Share { of: Box::new(of), share } }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&str, &str)]) -> Result<Option<(u32, u32)>, String> {
        let find = |name: &str| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        of_engine(find).map_err(|error| error.to_string())
    }

    #[test]
    fn engines_say_which_shard_it_is() {
        assert_eq!(of(&[]), Ok(None));
        let batch = [("AWS_BATCH_JOB_ARRAY_INDEX", "3"), ("AWS_BATCH_JOB_ARRAY_SIZE", "16")];
        assert_eq!(of(&batch), Ok(Some((3, 16))));
        let kubernetes = [("JOB_COMPLETION_INDEX", "0"), ("LOGPROOF_SHARDS", "4")];
        assert_eq!(of(&kubernetes), Ok(Some((0, 4))));
    }

    #[test]
    fn an_unclear_shard_is_refused() {
        let size = of(&[("JOB_COMPLETION_INDEX", "0")]).unwrap_err();
        assert!(size.contains("LOGPROOF_SHARDS") && size.contains("hint:"), "{size}");
        let both = [("JOB_COMPLETION_INDEX", "0"), ("AWS_BATCH_JOB_ARRAY_INDEX", "0"), ("LOGPROOF_SHARDS", "4")];
        assert!(of(&both).unwrap_err().contains("--shard"));
        for (index, size) in [("4", "4"), ("-1", "4"), ("x", "4"), ("0", "0"), ("1", "many")] {
            let error = of(&[("JOB_COMPLETION_INDEX", index), ("LOGPROOF_SHARDS", size)]).unwrap_err();
            assert!(error.contains("no such share"), "{error}");
        }
    }
}
