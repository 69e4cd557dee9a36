//! Rules and what becomes of objects under them.

use logproof_estate::facts::Transition;

use super::{
    Versions::{Kept, NotKept},
    *,
};

fn rule(id: &str) -> LifecycleRule {
    LifecycleRule { id: id.to_owned(), enabled: true, ..LifecycleRule::default() }
}

fn expiring(id: &str, days: i32) -> LifecycleRule {
    LifecycleRule { expiration_days: Some(days), ..rule(id) }
}

fn noncurrent(id: &str, days: i32) -> LifecycleRule {
    LifecycleRule { noncurrent_expiration_days: Some(days), ..rule(id) }
}

fn moving(id: &str, to: &[(i32, &str)]) -> LifecycleRule {
    let transitions = to
        .iter()
        .map(|(days, class)| Transition { days: Some(*days), date: None, storage_class: (*class).to_owned() })
        .collect();
    LifecycleRule { transitions, ..rule(id) }
}

fn tag(key: &str, value: &str) -> (String, String) {
    (key.to_owned(), value.to_owned())
}

fn object(key: &str) -> Object {
    Object { key: key.to_owned(), size_bytes: 1000, tags: Vec::new() }
}

fn log() -> Object {
    object("AWSLogs/o-x/1/CloudTrail/a.json.gz")
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Days until nothing is left.
fn days(rules: &[LifecycleRule], versions: Versions) -> Option<i64> {
    Outcome::of(&log(), rules, versions).gone_after_days
}

/// Ends of every kind under a prefix, as (days, object), the earliest first.
fn ends(prefix: &str, rules: &[LifecycleRule], versions: Versions) -> Vec<(Option<i64>, Object)> {
    let kinds = kinds_under(prefix, rules).unwrap().into_iter();
    kinds.map(|kind| (Outcome::of(&kind.object, rules, versions).gone_after_days, kind.object)).collect()
}

#[test]
fn without_versions_an_expiration_is_the_end() {
    assert_eq!(days(&[expiring("e", 400)], NotKept), Some(400));
    assert_eq!(Outcome::of(&log(), &[expiring("e", 400)], NotKept).end(), "is deleted after 400 days (rule `e`)");
    assert_eq!(days(&[], NotKept), None);
    assert_eq!(days(&[noncurrent("n", 1)], NotKept), None, "there are no noncurrent versions");
}

#[test]
fn with_versions_an_expiration_hides_and_the_noncurrent_rule_decides_the_end() {
    assert_eq!(days(&[expiring("e", 400)], Kept), None);
    assert_eq!(days(&[noncurrent("n", 30)], Kept), None, "nothing makes it noncurrent");
    let rules = [expiring("e", 400), noncurrent("n", 30)];
    assert_eq!(days(&rules, Kept), Some(430));
    assert_eq!(
        Outcome::of(&log(), &rules, Kept).end(),
        "is deleted after 430 days: a delete marker hides it after 400 days (rule `e`), its noncurrent version goes after 30 days (rule `n`)"
    );
    assert_eq!(
        Outcome::of(&log(), &[expiring("e", 400)], Kept).end(),
        "is hidden by a delete marker after 400 days (rule `e`) and never deleted"
    );
}

#[test]
fn versioning_that_is_suspended_keeps_nothing() {
    let versioning = |status: Option<&str>| Versioning { status: status.map(str::to_owned), mfa_delete: None };
    assert_eq!(Versions::of(&versioning(Some("Enabled"))), Kept);
    assert_eq!(Versions::of(&versioning(Some("Suspended"))), NotKept);
    assert_eq!(Versions::of(&versioning(None)), NotKept);
}

#[test]
fn the_shortest_rule_counts_and_a_disabled_one_does_not() {
    let off = LifecycleRule { enabled: false, ..expiring("off", 1) };
    assert_eq!(days(&[expiring("a", 2555), expiring("b", 365), off.clone()], NotKept), Some(365));
    assert_eq!(days(std::slice::from_ref(&off), NotKept), None);
    assert_eq!(days(&[expiring("e", 10), noncurrent("n", 90), noncurrent("m", 7)], Kept), Some(17));
}

#[test]
fn keeping_newer_noncurrent_versions_keeps_the_only_one_for_ever() {
    let keeping = LifecycleRule { noncurrent_newer_versions: Some(3), ..noncurrent("n", 30) };
    assert_eq!(days(&[expiring("e", 400), keeping.clone()], Kept), None);
    let none = LifecycleRule { noncurrent_newer_versions: Some(0), ..noncurrent("n", 30) };
    assert_eq!(days(&[expiring("e", 400), none], Kept), Some(430));
    assert_eq!(replaced_version_goes(&log(), &[keeping], Kept).unwrap().days, 30);
}

#[test]
fn a_date_ends_even_the_youngest_object() {
    let dated = LifecycleRule { expiration_date: Some(at("2027-01-01T00:00:00Z")), ..rule("d") };
    let outcome = Outcome::of(&log(), &[expiring("e", 400), dated], NotKept);
    assert_eq!(outcome.gone_after_days, Some(0));
    assert_eq!(outcome.end(), "is deleted on 2027-01-01, whatever its age (rule `d`)");
}

#[test]
fn a_filter_must_let_the_object_in() {
    let within = |rule: &LifecycleRule, object: &Object| object.is_within(rule);
    let prefixed = LifecycleRule { prefix: "AWSLogs/".to_owned(), ..rule("p") };
    assert!(within(&prefixed, &log()));
    assert!(!within(&prefixed, &object("AWSLog/x")));
    assert!(!within(&prefixed, &object("AWSLogs")));
    let tagged = LifecycleRule { tags: vec![tag("a", "1"), tag("b", "2")], ..rule("t") };
    assert!(!within(&tagged, &log()));
    assert!(!within(&tagged, &Object { tags: vec![tag("a", "1")], ..log() }));
    assert!(within(&tagged, &Object { tags: vec![tag("c", "3"), tag("b", "2"), tag("a", "1")], ..log() }));
    let sized = LifecycleRule { size_greater_than: Some(1000), size_less_than: Some(2000), ..rule("s") };
    let of_size = |size_bytes| Object { size_bytes, ..log() };
    assert!(!within(&sized, &of_size(1000)), "greater than, not at least");
    assert!(within(&sized, &of_size(1001)));
    assert!(within(&sized, &of_size(1999)));
    assert!(!within(&sized, &of_size(2000)), "less than, not at most");
}

#[test]
fn every_kind_under_a_prefix_is_tried() {
    let short = LifecycleRule { prefix: "AWSLogs/o-x/".to_owned(), ..expiring("short", 30) };
    let rules = [expiring("all", 2555), short];
    let found = ends("AWSLogs/", &rules, NotKept);
    assert_eq!(found.iter().map(|(days, _)| *days).min(), Some(Some(30)));
    assert_eq!(found.iter().map(|(days, _)| *days).max(), Some(Some(2555)));
    // Elsewhere the short rule does not matter.
    let elsewhere = ends("config/", &rules, NotKept);
    assert_eq!(elsewhere.iter().map(|(days, _)| *days).collect::<Vec<_>>(), [Some(2555)]);
    // Below the short rule's prefix there is no object without it.
    let below = ends("AWSLogs/o-x/1/", &rules, NotKept);
    assert_eq!(below.iter().map(|(days, _)| *days).collect::<Vec<_>>(), [Some(30)]);
}

#[test]
fn a_mistyped_prefix_leaves_log_files_without_an_end() {
    let typo = LifecycleRule { prefix: "AWSLog/".to_owned(), ..expiring("e", 2555) };
    assert_eq!(ends("AWSLogs/", &[typo], NotKept).iter().map(|(days, _)| *days).collect::<Vec<_>>(), [None]);
    let partial = LifecycleRule { prefix: "AWSLogs/o-x/".to_owned(), ..expiring("e", 2555) };
    let found = ends("AWSLogs/", &[partial], NotKept);
    assert_eq!(found.iter().find(|(days, _)| days.is_none()).map(|(_, o)| o.key.as_str()), Some("AWSLogs/z"));
}

#[test]
fn a_size_filter_leaves_a_gap_that_a_second_rule_can_close() {
    let large = LifecycleRule { size_greater_than: Some(131_072), ..expiring("large", 2555) };
    let found = ends("AWSLogs/", std::slice::from_ref(&large), NotKept);
    let endless: Vec<i64> = found.iter().filter(|(days, _)| days.is_none()).map(|(_, o)| o.size_bytes).collect();
    assert_eq!(endless, [1, 131_072]);
    let small = LifecycleRule { size_less_than: Some(131_073), ..expiring("small", 2555) };
    assert!(ends("AWSLogs/", &[large.clone(), small], NotKept).iter().all(|(days, _)| *days == Some(2555)));
    let almost = LifecycleRule { size_less_than: Some(131_072), ..expiring("small", 2555) };
    let found = ends("AWSLogs/", &[large, almost], NotKept);
    assert_eq!(
        found.iter().filter(|(days, _)| days.is_none()).map(|(_, o)| o.size_bytes).collect::<Vec<_>>(),
        [131_072]
    );
    let all_but_empty = LifecycleRule { size_greater_than: Some(0), ..expiring("e", 2555) };
    assert!(ends("AWSLogs/", &[all_but_empty], NotKept).iter().all(|(days, _)| *days == Some(2555)));
}

#[test]
fn tags_shorten_a_life_but_never_close_a_gap() {
    let tagged =
        |id: &str, days, tags: &[(String, String)]| LifecycleRule { tags: tags.to_vec(), ..expiring(id, days) };
    let rules = [expiring("all", 2555), tagged("t", 7, &[tag("keep", "no")])];
    let found = ends("AWSLogs/", &rules, NotKept);
    assert_eq!(found.first().map(|(days, o)| (*days, o.tags.len())), Some((Some(2555), 0)), "untagged first");
    assert_eq!(found.iter().map(|(days, _)| *days).min(), Some(Some(7)));
    let only = ends("AWSLogs/", &[tagged("t", 7, &[tag("keep", "no")])], NotKept);
    assert_eq!(only.first().map(|(days, _)| *days), Some(None));
    // An expiration by one tag and a noncurrent rule by another meet in one object, unless the values contradict.
    let noncurrent_by = |tags: Vec<(String, String)>| LifecycleRule { tags, ..noncurrent("n", 1) };
    let both = [tagged("t", 7, &[tag("a", "1")]), noncurrent_by(vec![tag("b", "2")])];
    assert!(ends("", &both, Kept).iter().any(|(days, _)| *days == Some(8)));
    let never = [tagged("t", 7, &[tag("a", "1")]), noncurrent_by(vec![tag("a", "2")])];
    assert!(ends("", &never, Kept).iter().all(|(days, _)| days.is_none()));
}

#[test]
fn keys_avoid_the_prefixes_of_other_rules() {
    let prefixes = ["AWSLogs/z", "AWSLogs/y", "AWSLogs/zebra/"];
    let rules: Vec<LifecycleRule> =
        prefixes.iter().map(|p| LifecycleRule { prefix: (*p).to_owned(), ..expiring(p, 1) }).collect();
    let keys: Vec<String> = kinds_under("AWSLogs/", &rules).unwrap().into_iter().map(|kind| kind.object.key).collect();
    assert_eq!(keys, ["AWSLogs/x", "AWSLogs/yz", "AWSLogs/zebra/z", "AWSLogs/zz"]);
}

#[test]
fn moves_are_read_by_storage_class() {
    for class in ["STANDARD", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR"] {
        assert_eq!(Reading::of(class), Reading::Direct, "{class}");
    }
    assert_eq!(Reading::of("GLACIER"), Reading::AfterRestore);
    assert_eq!(Reading::of("DEEP_ARCHIVE"), Reading::AfterRestore);
    assert_eq!(Reading::of("SNOW"), Reading::NotKnown);
}

#[test]
fn the_first_move_out_of_reach_is_found() {
    let rules = [moving("m", &[(365, "DEEP_ARCHIVE"), (30, "GLACIER_IR"), (90, "GLACIER")])];
    let outcome = Outcome::of(&log(), &rules, Kept);
    assert_eq!(outcome.first_move(Reading::AfterRestore).unwrap().to_string(), "GLACIER after 90 days (rule `m`)");
    assert_eq!(outcome.first_move(Reading::Direct).unwrap().moment.days, 30);
    assert_eq!(outcome.first_move(Reading::NotKnown), None);
    let two = [moving("late", &[(90, "GLACIER")]), moving("early", &[(1, "DEEP_ARCHIVE")])];
    assert_eq!(Outcome::of(&log(), &two, Kept).first_move(Reading::AfterRestore).unwrap().moment.rule, "early");
}

#[test]
fn a_move_by_date_takes_even_the_youngest_object() {
    let transition =
        Transition { days: None, date: Some(at("2026-06-01T00:00:00Z")), storage_class: "GLACIER".to_owned() };
    let dated = LifecycleRule { transitions: vec![transition], ..rule("d") };
    let outcome = Outcome::of(&log(), &[dated], Kept);
    assert_eq!(outcome.first_move(Reading::AfterRestore).unwrap().moment.days, 0);
}

#[test]
fn an_expired_object_moves_no_more() {
    let rules = |move_at, expire_at| [moving("m", &[(move_at, "GLACIER")]), expiring("e", expire_at)];
    let moved = |rules: &[LifecycleRule], versions| Outcome::of(&log(), rules, versions).moves.len();
    assert_eq!(moved(&rules(400, 365), Kept), 0);
    assert_eq!(moved(&rules(365, 365), Kept), 1, "a move goes before a delete marker");
    assert_eq!(moved(&rules(365, 365), NotKept), 0, "a deletion goes before a move");
    assert_eq!(moved(&rules(364, 365), NotKept), 1);
}

#[test]
fn a_version_replaced_by_hand_goes_by_the_noncurrent_rule() {
    assert_eq!(replaced_version_goes(&log(), &[expiring("e", 400)], Kept), None);
    assert_eq!(replaced_version_goes(&log(), &[expiring("e", 400), noncurrent("n", 30)], Kept).unwrap().days, 30);
    assert_eq!(replaced_version_goes(&log(), &[], NotKept).unwrap().days, 0);
}

#[test]
fn unfinished_uploads_go_by_a_plain_rule_only() {
    let aborting = LifecycleRule { abort_multipart_days: Some(7), ..rule("a") };
    let go = |rules: &[LifecycleRule]| unfinished_uploads_go("AWSLogs/x", rules).map(|moment| moment.days);
    assert_eq!(go(std::slice::from_ref(&aborting)), Some(7));
    assert_eq!(go(&[LifecycleRule { enabled: false, ..aborting.clone() }]), None);
    assert_eq!(go(&[LifecycleRule { prefix: "other/".to_owned(), ..aborting.clone() }]), None);
    assert_eq!(go(&[LifecycleRule { tags: vec![tag("a", "1")], ..aborting }]), None);
    assert_eq!(go(&[expiring("e", 400)]), None);
}

#[test]
fn lone_delete_markers_go_by_the_flag_or_by_an_expiration() {
    let flag = LifecycleRule { expired_object_delete_marker: true, ..rule("f") };
    assert!(lone_delete_markers_go("AWSLogs/x", std::slice::from_ref(&flag)));
    assert!(lone_delete_markers_go("AWSLogs/x", &[expiring("e", 400)]));
    assert!(!lone_delete_markers_go("AWSLogs/x", &[noncurrent("n", 30)]));
    assert!(!lone_delete_markers_go("AWSLogs/x", &[LifecycleRule { prefix: "b/".to_owned(), ..flag }]));
    assert!(!lone_delete_markers_go(
        "AWSLogs/x",
        &[LifecycleRule { size_greater_than: Some(5), ..expiring("e", 400) }]
    ));
    assert!(!lone_delete_markers_go("AWSLogs/x", &[]));
}

#[test]
fn a_kind_says_what_sets_it_apart() {
    let words = |rules: &[LifecycleRule]| -> Vec<String> {
        kinds_under("AWSLogs/", rules).unwrap().iter().map(ToString::to_string).collect()
    };
    assert_eq!(words(&[]), ["an object under `AWSLogs/`"]);
    let narrow =
        LifecycleRule { prefix: "AWSLogs/o-x/".to_owned(), tags: vec![tag("a", "1"), tag("b", "2")], ..rule("n") };
    assert_eq!(words(&[narrow]).last().unwrap(), "an object under `AWSLogs/o-x/` tagged `a=1`, `b=2`");
    let sized = LifecycleRule { size_greater_than: Some(1), ..rule("s") };
    assert_eq!(words(&[sized]), ["an object under `AWSLogs/` of 1 bytes", "an object under `AWSLogs/` of 2 bytes"]);
}

#[test]
fn more_kinds_than_can_be_tried_are_reported() {
    let tagged = |rule: LifecycleRule, value: usize, key: &str| LifecycleRule {
        tags: vec![tag(key, &value.to_string())],
        ..rule
    };
    let rules: Vec<LifecycleRule> = (0..300)
        .flat_map(|number| [tagged(expiring("e", 400), number, "a"), tagged(noncurrent("n", 30), number, "b")])
        .collect();
    assert!(kinds_under("AWSLogs/", &rules).unwrap_err().contains("more than 10000 kinds"));
    let sized: Vec<LifecycleRule> = (0..1000)
        .map(|number| LifecycleRule { size_greater_than: Some(number), ..tagged(expiring("e", 400), 0, "a") })
        .collect();
    assert!(kinds_under("AWSLogs/", &sized).is_ok());
}
