use super::*;

const BUCKET: &str = "arn:aws:s3:::logs";

fn basic(read_write: &str, management: bool, excluded: &[&str], objects: &[&str]) -> EventSelectors {
    let objects: Vec<String> = objects.iter().map(ToString::to_string).collect();
    EventSelectors {
        basic: vec![BasicSelector {
            read_write: read_write.to_owned(),
            management_events: management,
            excluded_sources: excluded.iter().map(ToString::to_string).collect(),
            data_resources: if objects.is_empty() { Vec::new() } else { vec![(OBJECTS.to_owned(), objects)] },
        }],
        advanced: Vec::new(),
    }
}

/// Selectors written as `field op value,value`.
fn advanced(selectors: &[&[&str]]) -> EventSelectors {
    let read = |text: &&str| {
        let mut words = text.splitn(3, ' ');
        let (field, operator, values) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
        let values: Vec<String> = values.split(',').map(str::to_owned).collect();
        let mut selector = FieldSelector { field: field.to_owned(), ..FieldSelector::default() };
        match operator {
            "=" => selector.equals = values,
            "^=" => selector.starts_with = values,
            "$=" => selector.ends_with = values,
            "!=" => selector.not_equals = values,
            "!^=" => selector.not_starts_with = values,
            "!$=" => selector.not_ends_with = values,
            other => unreachable!("operator {other}"),
        }
        selector
    };
    let selector = |fields: &&[&str]| AdvancedSelector { name: None, fields: fields.iter().map(read).collect() };
    EventSelectors { basic: Vec::new(), advanced: selectors.iter().map(selector).collect() }
}

const DATA: [&str; 2] = ["eventCategory = Data", "resources.type = AWS::S3::Object"];

fn data(more: &[&str]) -> EventSelectors {
    let fields: Vec<&str> = DATA.iter().chain(more).copied().collect();
    advanced(&[&fields])
}

#[test]
fn the_default_basic_selector_records_every_management_event() {
    let selectors = basic("All", true, &[], &[]);
    assert_eq!(management_gaps(&selectors, Access::Read), Vec::<String>::new());
    assert_eq!(management_gaps(&selectors, Access::Write), Vec::<String>::new());
}

#[test]
fn a_basic_selector_leaves_out_what_it_says() {
    let excluded = basic("All", true, &["kms.amazonaws.com"], &[]);
    assert_eq!(management_gaps(&excluded, Access::Write), ["kms.amazonaws.com left out"]);
    let write_only = basic("WriteOnly", true, &[], &[]);
    assert_eq!(management_gaps(&write_only, Access::Write), Vec::<String>::new());
    assert_eq!(management_gaps(&write_only, Access::Read), ["no event source is recorded as a whole"]);
    let none = basic("All", false, &[], &["arn:aws:s3"]);
    assert_eq!(management_gaps(&none, Access::Write), ["no event source is recorded as a whole"]);
    assert_eq!(management_gaps(&EventSelectors::default(), Access::Read).len(), 1);
}

#[test]
fn two_basic_selectors_complete_each_other() {
    let mut both = basic("All", true, &["kms.amazonaws.com"], &[]);
    both.basic.extend(basic("WriteOnly", true, &["rdsdata.amazonaws.com"], &[]).basic);
    assert_eq!(management_gaps(&both, Access::Write), Vec::<String>::new());
    assert_eq!(management_gaps(&both, Access::Read), ["kms.amazonaws.com left out"]);
}

#[test]
fn an_advanced_selector_without_conditions_records_every_management_event() {
    let selectors = advanced(&[&["eventCategory = Management"]]);
    assert_eq!(management_gaps(&selectors, Access::Read), Vec::<String>::new());
    assert_eq!(management_gaps(&selectors, Access::Write), Vec::<String>::new());
    let data_only = data(&[]);
    assert_eq!(management_gaps(&data_only, Access::Write).len(), 1);
}

#[test]
fn advanced_exclusions_of_an_event_source_are_seen() {
    let kms = advanced(&[&["eventCategory = Management", "eventSource != kms.amazonaws.com,rdsdata.amazonaws.com"]]);
    assert_eq!(management_gaps(&kms, Access::Read), ["kms.amazonaws.com left out", "rdsdata.amazonaws.com left out"]);
    let only = advanced(&[&["eventCategory = Management", "eventSource = iam.amazonaws.com"]]);
    assert_eq!(management_gaps(&only, Access::Write), ["only iam.amazonaws.com recorded"]);
    let prefix = advanced(&[&["eventCategory = Management", "eventSource !^= kms.amazonaws"]]);
    assert!(management_gaps(&prefix, Access::Write).contains(&"kms.amazonaws.com left out".to_owned()));
}

#[test]
fn advanced_selectors_for_reading_and_writing_complete_each_other() {
    let both = advanced(&[
        &["eventCategory = Management", "readOnly = true"],
        &["eventCategory = Management", "readOnly = false", "eventSource != rdsdata.amazonaws.com"],
    ]);
    assert_eq!(management_gaps(&both, Access::Read), Vec::<String>::new());
    assert_eq!(management_gaps(&both, Access::Write), ["rdsdata.amazonaws.com left out"]);
}

#[test]
fn a_condition_on_event_names_is_a_gap_that_is_named() {
    let narrowed = advanced(&[&["eventCategory = Management", "eventName = StopLogging"]]);
    let gaps = management_gaps(&narrowed, Access::Write);
    assert_eq!(gaps, ["no event source is recorded as a whole", "a selector narrowed by `eventName`"]);
}

#[test]
fn basic_data_selectors_are_read_as_arn_prefixes() {
    for whole in ["arn:aws:s3", "arn:aws:s3:::", "arn:aws:s3:::logs/"] {
        assert_eq!(
            object_events(&basic("All", true, &[], &[whole]), BUCKET, Access::Read),
            ObjectEvents::All,
            "{whole}"
        );
    }
    for nothing in ["arn:aws:s3:::logs2/", "arn:aws:s3:::log", "arn:aws:s3:::logs"] {
        let selectors = basic("All", true, &[], &[nothing]);
        assert_eq!(object_events(&selectors, BUCKET, Access::Read), ObjectEvents::None, "{nothing}");
    }
    let part = basic("All", true, &[], &["arn:aws:s3:::logs/AWSLogs/"]);
    let limit = ObjectEvents::Some(vec!["only objects below arn:aws:s3:::logs/AWSLogs/".to_owned()]);
    assert_eq!(object_events(&part, BUCKET, Access::Read), limit);
    let write_only = basic("WriteOnly", false, &[], &["arn:aws:s3"]);
    assert_eq!(object_events(&write_only, BUCKET, Access::Read), ObjectEvents::None);
    assert_eq!(object_events(&write_only, BUCKET, Access::Write), ObjectEvents::All);
}

#[test]
fn advanced_data_selectors_reach_the_whole_bucket_a_part_or_nothing() {
    let reach = |more: &[&str]| object_events(&data(more), BUCKET, Access::Read);
    assert_eq!(reach(&[]), ObjectEvents::All);
    assert_eq!(reach(&["resources.ARN ^= arn:aws:s3:::logs/"]), ObjectEvents::All);
    assert_eq!(reach(&["resources.ARN ^= arn:aws:s3:::lo"]), ObjectEvents::All);
    assert_eq!(reach(&["resources.ARN !^= arn:aws:s3:::other/"]), ObjectEvents::All);
    assert_eq!(reach(&["readOnly = true"]), ObjectEvents::All);
    assert_eq!(reach(&["readOnly = false"]), ObjectEvents::None);
    assert_eq!(reach(&["resources.ARN ^= arn:aws:s3:::logs2/"]), ObjectEvents::None);
    assert_eq!(reach(&["resources.ARN !^= arn:aws:s3:::logs/"]), ObjectEvents::None);
    assert_eq!(reach(&["resources.ARN = arn:aws:s3:::logs"]), ObjectEvents::None);
    for part in [
        "resources.ARN ^= arn:aws:s3:::logs/AWSLogs/",
        "resources.ARN = arn:aws:s3:::logs/one",
        "resources.ARN !^= arn:aws:s3:::logs/AWSLogs/",
        "resources.ARN != arn:aws:s3:::logs/one",
        "resources.ARN $= .gz",
        "resources.ARN !$= .gz",
        "eventName = GetObject",
        "userIdentity.arn !^= arn:aws:sts::222222222222:assumed-role/scanner",
    ] {
        assert!(matches!(reach(&[part]), ObjectEvents::Some(_)), "{part}");
    }
}

#[test]
fn only_data_events_of_objects_count() {
    let management = advanced(&[&["eventCategory = Management"]]);
    assert_eq!(object_events(&management, BUCKET, Access::Write), ObjectEvents::None);
    let lambda = advanced(&[&["eventCategory = Data", "resources.type = AWS::Lambda::Function"]]);
    assert_eq!(object_events(&lambda, BUCKET, Access::Write), ObjectEvents::None);
}

#[test]
fn a_trail_records_its_own_delivery_when_any_selector_takes_it_in() {
    let object = "arn:aws:s3:::logs/AWSLogs/o-x/111111111111/CloudTrail/eu-central-1/2026/01/15/file.json.gz";
    let own = |selectors: &EventSelectors| records_own_delivery(selectors, object);
    assert!(own(&basic("All", true, &[], &["arn:aws:s3"])));
    assert!(own(&basic("WriteOnly", true, &[], &["arn:aws:s3:::logs/AWSLogs/"])));
    assert!(!own(&basic("ReadOnly", true, &[], &["arn:aws:s3"])));
    assert!(!own(&basic("All", true, &[], &["arn:aws:s3:::logs/other/"])));
    assert!(own(&data(&[])));
    assert!(own(&data(&["eventName = PutObject,DeleteObject"])));
    assert!(!own(&data(&["eventName = DeleteObject"])));
    assert!(!own(&data(&["readOnly = true"])));
    assert!(!own(&data(&["resources.ARN !^= arn:aws:s3:::logs/"])));
    assert!(!own(&data(&["userIdentity.arn ^= arn:aws:iam::222222222222:role/"])));
    assert!(!own(&advanced(&[&["eventCategory = Management"]])));
}
