//! The same fixtures in other partitions: what is a verdict in `aws` is the same verdict everywhere.
//!
//! A zone is moved by its names: ARNs, Regions, and services in `kms:ViaService`. Service principals are the same in all
//! four partitions for every service the log store uses (CloudTrail, AWS Config, S3, its server access logging, log
//! delivery). Other partitions have fewer Regions than a landing zone uses: what is lacking gets the name of a Region
//! that does not exist, which nothing here depends on.
//!
//! The sample is examined in all of them always; a third of the fixtures, chosen by their names, in one each, so that the
//! test costs a third of the one it repeats. `LOGPROOF_FIXTURES=LS-2.6` examines each fixture of that folder in one, and
//! `LOGPROOF_PARTITIONS=all` each fixture in all of them.
// See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html

use logproof_estate::Partition;
use serde_json::Value;

use super::*;

/// Partitions other than the commercial one, with their Regions in the order of `REGIONS`. The last of each is the one
/// that events of Organizations are recorded in.
const OTHERS: [(Partition, [&str; 4]); 3] = [
    (Partition::UsGov, ["us-gov-east-1", "us-gov-east-2", "us-gov-east-3", "us-gov-west-1"]),
    (Partition::China, ["cn-north-1", "cn-north-2", "cn-north-3", "cn-northwest-1"]),
    (Partition::EuropeanSovereign, ["eusc-de-central-1", "eusc-de-central-2", "eusc-de-central-3", "eusc-de-east-1"]),
];

/// Regions the described zones use. They sort as those they become, so that lists have the same order.
const REGIONS: [&str; 4] = ["eu-central-1", "eu-central-2", "eu-west-1", "us-east-1"];

/// The sample in another partition, and what its controls say there.
struct There {
    partition: Partition,
    regions: [&'static str; 4],
    sample: Assessment,
    reach: Reach,
}

/// A text with the names of another partition.
fn moved(text: &str, partition: Partition, regions: [&str; 4]) -> String {
    let text = text.replace("arn:aws:", &format!("arn:{partition}:"));
    REGIONS
        .into_iter()
        .zip(regions)
        .fold(text, |text, (from, to)| text.replace(from, to).replace(&from.to_uppercase(), &to.to_uppercase()))
}

/// A zone with the names of another partition, those of members too. A statement that names a service by
/// `kms:ViaService` names it as AWS documents it and as the hosts of the partition would have it: which is right outside
/// the commercial partition and GovCloud is not documented.
/// See: <https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service>
fn moved_zone(value: Value, partition: Partition, regions: [&str; 4]) -> Value {
    match value {
        Value::String(text) => Value::String(moved(&text, partition, regions)),
        Value::Array(items) => items.into_iter().map(|item| moved_zone(item, partition, regions)).collect(),
        Value::Object(members) => {
            let member = |(name, item): (String, Value)| match (name.as_str(), &item) {
                ("kms:ViaService", Value::String(text)) => {
                    let text = moved(text, partition, regions);
                    let names: Vec<&str> = text.splitn(3, '.').collect();
                    (name, Value::from(partition.via_service(names[0], names[1])))
                }
                _ => (moved(&name, partition, regions), moved_zone(item, partition, regions)),
            };
            Value::Object(members.into_iter().map(member).collect())
        }
        other => other,
    }
}

fn there(zone: &Value, controls: &[Control], vocabulary: &Vocabulary) -> Vec<There> {
    let of = |(partition, regions): (Partition, [&'static str; 4])| {
        let zone = moved_zone(zone.clone(), partition, regions);
        let sample = support::check(&zone.to_string(), "sample", controls, vocabulary).unwrap();
        There { partition, regions, sample, reach: Reach::of(&zone, controls, vocabulary) }
    };
    OTHERS.into_iter().map(of).collect()
}

/// About Regions of `aws` alone: AWS Config records no IAM resource types in some of them.
/// See: <https://docs.aws.amazon.com/config/latest/developerguide/select-resources.html>
const OF_THE_COMMERCIAL_PARTITION: [&str; 1] = ["tests/fixtures/LS-5.1/violating-home-without-iam.yaml"];

/// Where a fixture is examined besides `aws`.
fn chosen<'t>(fixture: &Fixture, there: &'t [There]) -> &'t [There] {
    if OF_THE_COMMERCIAL_PARTITION.contains(&fixture.name.as_str()) {
        return &[];
    }
    if std::env::var("LOGPROOF_PARTITIONS").is_ok_and(|which| which == "all") {
        return there;
    }
    let number = fixture.name.bytes().map(usize::from).sum::<usize>();
    let (at, in_turn) = (number % there.len(), (number / there.len()).is_multiple_of(3));
    if in_turn || std::env::var_os("LOGPROOF_FIXTURES").is_some() { &there[at..=at] } else { &[] }
}

#[test]
fn every_fixture_gets_its_verdict_in_another_partition() {
    let (controls, vocabulary) = support::catalogue();
    let zone = MockZone::resolve(MockZone::sample_text(), "sample").unwrap();
    let commercial = support::check(MockZone::sample_text(), "sample", &controls, &vocabulary).unwrap();
    let there = there(&zone, &controls, &vocabulary);
    for there in &there {
        let (found, expected) = (verdicts(&there.sample), verdicts(&commercial));
        let other: Vec<_> = found.iter().zip(&expected).filter(|(found, expected)| found != expected).collect();
        assert!(other.is_empty() && found.len() == expected.len(), "the sample in {}: {other:#?}", there.partition);
    }
    let wanted = std::env::var("LOGPROOF_FIXTURES").unwrap_or_default();
    let fixtures: Vec<Fixture> =
        fixtures().into_iter().filter(|fixture| wanted.is_empty() || fixture.control == wanted).collect();
    let (next, examined, problems) = (AtomicUsize::new(0), AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(fixture) = fixtures.get(next.fetch_add(1, Ordering::Relaxed)) {
                    for there in chosen(fixture, &there) {
                        examined.fetch_add(1, Ordering::Relaxed);
                        let found = problems_of(fixture, there, &controls, &vocabulary);
                        problems.lock().unwrap().extend(found);
                    }
                }
            });
        }
    });
    let examined = examined.into_inner();
    assert!(examined * 4 >= fixtures.len(), "only {examined} of {} fixtures were examined", fixtures.len());
    let mut problems = problems.into_inner().unwrap();
    problems.sort();
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

/// The verdict of each scenario.
fn verdicts(assessment: &Assessment) -> Vec<(String, Verdict)> {
    let scenarios = assessment.controls.iter().flat_map(|control| {
        control.scenarios.iter().map(|scenario| (format!("{}: {}", control.id, scenario.name), scenario.verdict))
    });
    scenarios.collect()
}

fn problems_of(fixture: &Fixture, there: &There, controls: &[Control], vocabulary: &Vocabulary) -> Vec<String> {
    let moved = Fixture {
        control: fixture.control.clone(),
        name: fixture.name.clone(),
        text: moved(&fixture.text, there.partition, there.regions),
        others: fixture.others.clone(),
    };
    let zone = match MockZone::resolve(&fixture.text, &fixture.name) {
        Ok(zone) => moved_zone(zone, there.partition, there.regions),
        Err(error) => return vec![error.to_string()],
    };
    let found = match examine(&zone, &moved.name, controls, vocabulary, &there.sample, &there.reach) {
        Ok(assessment) => {
            let mut problems = compare(&moved, &assessment);
            problems.extend(unexpected(&moved, &changed(&moved, &assessment, &there.sample)));
            problems
        }
        Err(error) => vec![error],
    };
    found.into_iter().map(|problem| format!("{} in {}: {problem}", fixture.name, there.partition)).collect()
}

#[test]
fn a_moved_zone_has_no_name_of_the_partition_it_came_from() {
    let zone = MockZone::resolve(MockZone::sample_text(), "sample").unwrap();
    for (partition, regions) in OTHERS {
        let text = moved_zone(zone.clone(), partition, regions).to_string();
        assert!(text.contains(&format!("arn:{partition}:iam::")), "{partition}");
        for name in REGIONS.into_iter().chain(["arn:aws:"]) {
            assert!(!text.contains(name), "{name} in the zone moved to {partition}");
        }
        for region in regions {
            assert_eq!(Partition::of_region(region), partition, "{region}");
        }
    }
}

#[test]
fn the_program_checks_a_zone_of_another_partition() {
    let zone = MockZone::resolve(MockZone::sample_text(), "sample").unwrap();
    let inventory = |text: &str| {
        let home = tempfile::TempDir::new().unwrap();
        fs::write(home.path().join("zone.yaml"), text).unwrap();
        let ran = support::run(home.path(), &["trail", "inventory", "--mock", "zone.yaml"]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
        let checked = support::run(home.path(), &["check", "--mock", "zone.yaml", "--quiet"]);
        assert_eq!((checked.code, checked.err.as_str()), (0, ""), "{}", checked.out);
        ran.out
    };
    let commercial = inventory(&zone.to_string());
    for (partition, regions) in OTHERS {
        let there = moved_zone(zone.clone(), partition, regions).to_string();
        assert_eq!(inventory(&there), moved(&commercial, partition, regions), "{partition}");
    }
}

#[test]
fn a_service_named_in_one_way_alone_is_undecided_where_its_name_is_not_documented() {
    let (controls, vocabulary) = support::catalogue();
    let decrypts: Vec<Control> = controls.into_iter().filter(|control| control.id == "LS-2.8").collect();
    let zone = MockZone::resolve(MockZone::sample_text(), "sample").unwrap();
    for (partition, regions) in OTHERS {
        let mut text = moved_zone(zone.clone(), partition, regions).to_string();
        let names = partition.via_service("s3", regions[0]);
        let both = serde_json::to_string(&names).unwrap();
        assert!(text.contains(&both), "{both} in {text}");
        text = text.replace(&both, &serde_json::to_string(&names[0]).unwrap());
        let found = support::check(&text, "one name", &decrypts, &vocabulary).unwrap();
        let control = &found.controls[0];
        let expected = if partition == Partition::UsGov { Verdict::Pass } else { Verdict::Error };
        assert_eq!(control.verdict, expected, "{partition}: {}", reasons(control));
        let undecided = statements(control, Verdict::Error);
        assert_eq!(undecided.iter().any(|(_, why)| why.contains("kms:ViaService")), expected == Verdict::Error);
    }
}
