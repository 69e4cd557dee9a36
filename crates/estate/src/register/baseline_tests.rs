//! A baseline accepts what is known, and nothing else; held over random sequences of runs.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use proptest::prelude::*;

use super::super::{
    Register, apply,
    apply::tests::{assessment, at},
};
use super::*;
use crate::record::{ActionGroup, AllowedActions, Population, Record, Subject};

fn acceptance(until: &str) -> Acceptance {
    Acceptance { owner: "ada".to_owned(), since: "2026-01-15".parse().unwrap(), until: until.parse().unwrap() }
}

/// The finding of a number, as it is worded on a day of the run.
fn finding(number: u8, day: u8) -> Observation {
    let found = format!("last used 2026-01-0{day}T08:00:00Z ({day} days ago), {day} of 31 looked at");
    Observation::new(Subject::arn(format!("arn:aws:s3:::bucket-{number}")), "not used", found, false)
}

fn record(numbers: impl IntoIterator<Item = u8>, day: u8) -> Record {
    let mut observations: Vec<Observation> = numbers.into_iter().map(|number| finding(number, day)).collect();
    observations.push(Observation::new(Subject::arn("arn:aws:s3:::good"), "not used", "not used", true));
    Record { observations, ..Record::default() }
}

fn ran(record: Record, baseline: &[Accepted], as_of: Timestamp) -> Assessment {
    let mut ran = assessment(vec![record]);
    let register = Register { baseline: baseline.to_vec(), ..Register::default() };
    apply::apply(&mut ran, &register, as_of);
    ran
}

#[test]
fn what_only_time_changes_is_no_new_finding() {
    for (before, after, same) in [
        ("last used 2026-01-12T09:00:00Z (3 days ago)", "last used 2026-02-12T09:00:00Z (34 days ago)", true),
        ("no log file of 2025/02, and of 11 of 11 months", "no log file of 2025/03, and of 12 of 12 months", true),
        ("kept for 365 days", "kept for 30 days", false),
        ("no alert for StopLogging", "no alert for StopLogging, DeleteTrail", false),
        ("read by account 444444444444", "read by account 555555555555", false),
        ("", "", true),
    ] {
        assert_eq!(lasting(before) == lasting(after), same, "{before} / {after}");
    }
}

#[test]
fn a_finding_that_allows_more_is_new_and_one_that_allows_less_is_known() {
    let allowed = |actions: &[&str], callers: &[&str]| {
        let actions = actions.iter().map(|action| (*action).to_owned()).collect();
        finding(1, 1).allowed(AllowedActions {
            groups: vec![ActionGroup { effect: "delete".to_owned(), actions }],
            callers: callers.iter().map(|caller| (*caller).to_owned()).collect(),
            undecided: Vec::new(),
        })
    };
    let known = allowed(&["s3:DeleteObject", "s3:DeleteBucket"], &["role a"]);
    let entry = Accepted::of("LS-6.5", "one", &known, &acceptance("2026-04-01"));
    assert!(entry.is("LS-6.5", "one", &known));
    assert!(entry.is("LS-6.5", "one", &allowed(&["s3:DeleteObject"], &["role a"])));
    assert!(!entry.is("LS-6.5", "one", &allowed(&["s3:DeleteObject", "s3:PutObject"], &["role a"])));
    assert!(!entry.is("LS-6.5", "one", &allowed(&["s3:DeleteObject"], &["role b"])));
    assert!(!entry.is("LS-6.4", "one", &known) && !entry.is("LS-6.5", "two", &known));
}

#[test]
fn an_error_is_never_hidden() {
    let entries = updated(&ran(record([1], 1), &[], at()), &[], Some(&acceptance("2026-04-01")));
    assert_eq!(entries.len(), 1);
    // The same finding beside a question without an answer.
    let throttled = serde_json::json!({"operation": "s3:GetBucketPolicy", "account": "222222222222", "region": null,
        "subject": "arn:aws:s3:::bucket-1", "reason": {"kind": "throttled"}, "detail": "", "hint": "wait", "exchanges": []});
    let mut unseen = record([1], 2);
    unseen.unseen.push(serde_json::from_value(throttled).unwrap());
    let error = ran(unseen, &entries, at());
    assert_eq!(error.controls[0].verdict, Verdict::Error);
    let state = error.baseline.as_ref().unwrap();
    assert!(state.mended.is_empty(), "what could not be assessed is not mended");
    assert_eq!(updated(&error, &entries, None), entries);
    // The same finding in a population of which a part was not looked at.
    let mut short = record([1], 2);
    short.populations.push(Population {
        of: "buckets".to_owned(),
        expected: 2,
        examined: 1,
        source: "the list".to_owned(),
        left_out: Vec::new(),
    });
    assert_eq!(ran(short, &entries, at()).controls[0].verdict, Verdict::Fail);
}

#[test]
fn an_entry_ends_with_its_last_day() {
    let entries = updated(&ran(record([1, 2], 1), &[], at()), &[], Some(&acceptance("2026-01-20")));
    let on_the_last_day = ran(record([1, 2], 2), &entries, "2026-01-20T23:59:59Z".parse().unwrap());
    assert_eq!(on_the_last_day.controls[0].verdict, Verdict::Waived);
    assert!(on_the_last_day.register.is_empty());
    let reason = &on_the_last_day.controls[0].scenarios[0].reason;
    assert!(reason.contains("accepted in the baseline until 2026-01-20 for ada"), "{reason}");
    let after = ran(record([1, 2], 3), &entries, "2026-01-21T00:00:00Z".parse().unwrap());
    assert_eq!(after.controls[0].verdict, Verdict::Fail);
    assert_eq!(after.register.len(), 1, "{:?}", after.register);
    assert!(after.register[0].problem.contains("2 findings") && after.register[0].problem.contains("2026-01-20"));
}

proptest! {
    /// Over any sequence of runs: a run fails exactly when there is a finding that the baseline does not have, an update
    /// takes out what is mended and takes nothing in, and what is mended and comes back is new.
    #[test]
    fn known_never_fails_and_new_always_does(first in prop::collection::btree_set(0_u8..6, 0..6),
        runs in prop::collection::vec((prop::collection::btree_set(0_u8..8, 0..8), 1_u8..9, any::<bool>()), 1..8)) {
        let begin = ran(record(first.iter().copied(), 1), &[], at());
        let mut entries = updated(&begin, &[], Some(&acceptance("2026-06-01")));
        let mut known: BTreeSet<u8> = first;
        for (present, day, update) in runs {
            let run = ran(record(present.iter().copied(), day), &entries, at());
            let new: BTreeSet<u8> = present.difference(&known).copied().collect();
            let fails = run.controls[0].verdict == Verdict::Fail;
            prop_assert_eq!(fails, !new.is_empty());
            let shown: BTreeMap<String, bool> = run.controls[0].scenarios[0].record.findings()
                .map(|finding| (finding.subject.arn.clone(), finding.accepted.is_some())).collect();
            for number in &present {
                let arn = format!("arn:aws:s3:::bucket-{number}");
                prop_assert_eq!(shown.get(&arn).copied(), Some(known.contains(number)), "{}", arn);
            }
            if !entries.is_empty() {
                let state = run.baseline.clone().unwrap_or_default();
                prop_assert_eq!(state.new, new.len());
                prop_assert_eq!(state.known, present.len() - new.len());
                prop_assert_eq!(state.mended.len(), known.difference(&present).count());
            }
            if update {
                entries = updated(&run, &entries, None);
                known = known.intersection(&present).copied().collect();
                prop_assert_eq!(entries.len(), known.len());
            }
        }
    }

    /// What a baseline takes in does not fail the next run.
    #[test]
    fn accepting_everything_leaves_nothing_that_fails(present in prop::collection::btree_set(0_u8..8, 0..8)) {
        let entries = updated(&ran(record(present.iter().copied(), 1), &[], at()), &[], Some(&acceptance("2026-06-01")));
        let again = ran(record(present.iter().copied(), 2), &entries, at());
        let expected = if present.is_empty() { Verdict::Pass } else { Verdict::Waived };
        prop_assert_eq!(again.controls[0].verdict, expected);
    }
}
