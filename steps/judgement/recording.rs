//! Which resource types a configuration recorder records, and which it leaves out.
//!
//! See: <https://docs.aws.amazon.com/config/latest/APIReference/API_RecordingGroup.html>

use logproof_estate::{Region, facts::ConfigRecorder};

/// Resource types of IAM, which every Region would record alike.
const IAM_TYPES: [&str; 4] = ["AWS::IAM::User", "AWS::IAM::Group", "AWS::IAM::Role", "AWS::IAM::Policy"];
/// The other type that every Region records alike.
const GLOBAL_CLUSTER: &str = "AWS::RDS::GlobalCluster";

/// Regions in which AWS Config records no IAM types, whatever a recorder asks for: those opened after February 2022.
///
/// See: <https://docs.aws.amazon.com/config/latest/developerguide/select-resources.html>
const WITHOUT_IAM: [&str; 12] = [
    "ap-east-2",
    "ap-south-2",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-west-1",
    "eu-central-2",
    "eu-south-2",
    "il-central-1",
    "me-central-1",
    "mx-central-1",
];

/// Whether AWS Config can record IAM types in the Region.
pub(crate) fn records_iam(region: &Region) -> bool {
    !WITHOUT_IAM.contains(&region.as_str())
}

/// What a recorder is told to record.
enum Scope<'r> {
    /// Every type, now and to come; IAM types by their own switch.
    All { global: bool },
    /// Every type but these, now and to come.
    AllBut(&'r [String]),
    /// These types only.
    Only(&'r [String]),
}

impl<'r> Scope<'r> {
    fn of(recorder: &'r ConfigRecorder) -> Self {
        match recorder.strategy.as_deref() {
            Some("EXCLUSION_BY_RESOURCE_TYPES") => Self::AllBut(&recorder.excluded_types),
            Some("INCLUSION_BY_RESOURCE_TYPES") => Self::Only(&recorder.resource_types),
            Some("ALL_SUPPORTED_RESOURCE_TYPES") => Self::All { global: recorder.include_global },
            // Recorders older than the strategies have the flag alone.
            _ if recorder.all_supported => Self::All { global: recorder.include_global },
            _ => Self::Only(&recorder.resource_types),
        }
    }
}

/// What the recorder leaves out that a Region has of its own, in words; `None` when nothing. Global types may be left
/// out where they are recorded elsewhere: outside the home Region.
pub(crate) fn left_out(recorder: &ConfigRecorder, in_home_region: bool) -> Option<String> {
    match Scope::of(recorder) {
        Scope::All { .. } => None,
        Scope::AllBut(excluded) => {
            let missing: Vec<&str> =
                excluded.iter().map(String::as_str).filter(|kind| in_home_region || !is_global(kind)).collect();
            (!missing.is_empty()).then(|| format!("left out: {}", some_of(&missing)))
        }
        Scope::Only([]) => Some("no resource type at all".to_owned()),
        Scope::Only(types) => {
            let types: Vec<&str> = types.iter().map(String::as_str).collect();
            Some(format!("only {}", some_of(&types)))
        }
    }
}

/// The IAM types the recorder does not record.
pub(crate) fn iam_types_left_out(recorder: &ConfigRecorder) -> Vec<&'static str> {
    let recorded = |kind: &str| match Scope::of(recorder) {
        Scope::All { global } => global,
        Scope::AllBut(excluded) => !excluded.iter().any(|one| one == kind),
        Scope::Only(types) => types.iter().any(|one| one == kind),
    };
    IAM_TYPES.into_iter().filter(|kind| !recorded(kind)).collect()
}

fn is_global(kind: &str) -> bool {
    IAM_TYPES.contains(&kind) || kind == GLOBAL_CLUSTER
}

/// The first few and how many more.
fn some_of(names: &[&str]) -> String {
    const SHOWN: usize = 5;
    let shown = names.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorder(strategy: Option<&str>) -> ConfigRecorder {
        ConfigRecorder {
            name: "default".to_owned(),
            role_arn: None,
            all_supported: false,
            include_global: false,
            strategy: strategy.map(str::to_owned),
            resource_types: Vec::new(),
            excluded_types: Vec::new(),
            recording_frequency: None,
            recording: true,
            last_status: None,
            last_error: None,
            last_status_change: None,
        }
    }

    fn types(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn all_types_by_strategy_or_by_the_older_flag() {
        let all = ConfigRecorder { include_global: true, ..recorder(Some("ALL_SUPPORTED_RESOURCE_TYPES")) };
        assert_eq!(left_out(&all, true), None);
        assert!(iam_types_left_out(&all).is_empty());
        let flag = ConfigRecorder { all_supported: true, ..recorder(None) };
        assert_eq!(left_out(&flag, true), None);
        assert_eq!(iam_types_left_out(&flag).len(), 4, "global types have a switch of their own");
    }

    #[test]
    fn exclusions_are_named_but_for_global_types_away_from_home() {
        let mut some = recorder(Some("EXCLUSION_BY_RESOURCE_TYPES"));
        some.excluded_types = types(&["AWS::IAM::Role", "AWS::EC2::Instance", "AWS::RDS::GlobalCluster"]);
        assert_eq!(left_out(&some, false).unwrap(), "left out: AWS::EC2::Instance");
        assert!(left_out(&some, true).unwrap().contains("AWS::IAM::Role"));
        assert_eq!(iam_types_left_out(&some), ["AWS::IAM::Role"]);
        some.excluded_types = types(&["AWS::IAM::Role"]);
        assert_eq!(left_out(&some, false), None);
    }

    #[test]
    fn newer_regions_record_no_iam_types() {
        let records = |region: &str| records_iam(&region.parse().unwrap());
        assert!(
            records("eu-central-1") && records("us-east-1") && !records("eu-central-2") && !records("me-central-1")
        );
    }

    #[test]
    fn a_list_of_types_is_not_every_type() {
        let mut some = recorder(Some("INCLUSION_BY_RESOURCE_TYPES"));
        some.all_supported = true;
        some.resource_types = types(&["a", "b", "c", "d", "e", "f", "AWS::IAM::User"]);
        assert_eq!(left_out(&some, true).unwrap(), "only a, b, c, d, e and 2 more");
        assert_eq!(iam_types_left_out(&some), ["AWS::IAM::Group", "AWS::IAM::Role", "AWS::IAM::Policy"]);
        assert_eq!(left_out(&recorder(None), true).unwrap(), "no resource type at all");
    }
}
