//! Events that an owner names: as a sentence, a row of a table or a doc string has them, and as CloudTrail records them.
//!
//! A name that AWS does not have would be heard by a filter with a wildcard and by nobody in earnest, so it is refused where
//! the table of actions tells. What of a record the owner does not give is not known, and neither is what depends on it.

mod tables;

use cucumber::gherkin;
use logproof_estate::{AccountId, Partition, Region};
use logproof_policy::actions;
use serde_json::{Map, Value, json};

use tables::{FIELDS, GLOBAL, OF_OBJECTS, OFTEN_GLOBAL, OTHERWISE_NAMED};

use super::{
    asked_actions::Misfit,
    event_pattern::unknown,
    guard_events::{Call, GuardEvent, identity},
};

/// An event by its name and its source, with what is given of its record.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NamedEvent {
    /// `eventName`.
    pub(crate) name: String,
    /// The service: `eventSource` without its end.
    pub(crate) service: String,
    /// Fields of the record.
    details: Map<String, Value>,
}

const END: &str = ".amazonaws.com";

impl NamedEvent {
    /// Reads name and source as they are written.
    pub(crate) fn read(name: &str, source: &str) -> Result<Self, Misfit> {
        let Some(service) = source.strip_suffix(END).filter(|service| is_word(service, |c| c == '-' || c == '.'))
        else {
            return Err(Misfit {
                problem: format!("`{source}` is not the source of an event"),
                hint: "write it as CloudTrail records it in `eventSource`: cloudtrail.amazonaws.com".to_owned(),
            });
        };
        if !is_word(name, |_| false) {
            return Err(Misfit {
                problem: format!("`{name}` is not the name of an event"),
                hint: "write one name as CloudTrail records it in `eventName`: DeleteTrail".to_owned(),
            });
        }
        if actions::covers(service) && !is_known(service, name) {
            return Err(Misfit {
                problem: format!("`{name}` is no event of {source} that AWS has"),
                hint: format!("did you mean `{}`?", nearest(service, name)),
            });
        }
        Ok(Self { name: name.to_owned(), service: service.to_owned(), details: Map::new() })
    }

    /// Reads a row of a table: `DeleteTrail of cloudtrail.amazonaws.com`.
    pub(crate) fn of_row(row: &str) -> Result<Self, Misfit> {
        match row.trim().split_once(" of ") {
            Some((name, source)) => Self::read(name.trim(), source.trim()),
            None => Err(Misfit {
                problem: format!("`{row}` is not an event and its source"),
                hint: "write each as `DeleteTrail of cloudtrail.amazonaws.com`".to_owned(),
            }),
        }
    }

    /// The same with fields of its record.
    pub(crate) fn with(self, details: &str) -> Result<Self, Misfit> {
        Ok(Self { details: details_of(details)?, ..self })
    }

    /// Whether the table of actions tells that there is such an event.
    pub(crate) fn is_in_the_table(&self) -> bool {
        actions::covers(&self.service)
    }

    /// Whether it is about the content of a bucket, which a trail records only when it is told to.
    pub(crate) fn is_of_objects(&self) -> bool {
        let of_table = actions::find(&format!("s3:{}", self.name)).map(|action| action.kind);
        self.service == "s3" && (of_table == Some(actions::Kind::Object) || OF_OBJECTS.contains(&self.name.as_str()))
    }

    /// In words.
    pub(crate) fn in_words(&self) -> String {
        format!("{} of {}{END}", self.name, self.service)
    }

    /// The Regions in which it is recorded, of an organization with these governed Regions.
    pub(crate) fn regions(&self, governed: &[Region], home: &Region) -> Vec<Region> {
        let global = global_regions(&self.service, home);
        if GLOBAL.contains(&self.service.as_str()) {
            return global;
        }
        let mut regions = governed.to_vec();
        if OFTEN_GLOBAL.contains(&self.service.as_str()) {
            regions.extend(global.into_iter().filter(|region| !governed.contains(region)));
        }
        regions
    }

    /// The event in one account and Region, by every caller.
    pub(crate) fn events(&self, account: &AccountId, region: &Region) -> Vec<GuardEvent> {
        let callers = self.callers(account, region);
        let possible_callers = callers.len();
        let one = |(caller, identity): (&'static str, Value)| {
            let call = Call { service: &self.service, name: &self.name, account, region, caller: identity };
            let mut event = call.event(self.record());
            if self.service == "signin"
                && let Some(fields) = event.as_object_mut()
            {
                fields.insert("detail-type".to_owned(), json!("AWS Console Sign In via CloudTrail"));
            }
            GuardEvent { name: self.name.clone(), caller, possible_callers, spelling: "", event }
        };
        callers.into_iter().map(one).collect()
    }

    fn callers(&self, account: &AccountId, region: &Region) -> Vec<(&'static str, Value)> {
        if let Some(given) = self.details.get("userIdentity") {
            return vec![("the caller that is given", given.clone())];
        }
        if self.service == "sts" && self.name.starts_with("AssumeRoleWith") {
            // By somebody whom an identity provider vouches for.
            return vec![("a federated caller", unknown())];
        }
        let of = |words, kind| (words, identity(account, region, kind));
        let mut callers = vec![of("an administrator", "AssumedRole"), of("an IAM user", "IAMUser")];
        // A root user cannot assume anything. See:
        // https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html
        if !(self.service == "sts" && self.name.starts_with("AssumeRo")) {
            callers.push(of("the root user", "Root"));
        }
        callers
    }

    /// Fields of the record: what is given, what follows from the name, and what nothing is known of.
    fn record(&self) -> Map<String, Value> {
        let open = FIELDS.iter().filter(|(_, is_open)| *is_open);
        let mut record: Map<String, Value> = open.map(|(field, _)| ((*field).to_owned(), unknown())).collect();
        record.insert("readOnly".to_owned(), self.read_only());
        if self.service == "signin" {
            record.insert("eventType".to_owned(), json!("AwsConsoleSignIn"));
        }
        if self.is_of_objects() {
            record.insert("managementEvent".to_owned(), json!(false));
            record.insert("eventCategory".to_owned(), json!("Data"));
        }
        record.extend(self.details.clone());
        record
    }

    /// Whether it only reads. Of some calls CloudTrail records so although they are no reading of settings.
    fn read_only(&self) -> Value {
        use actions::Class;
        if self.service == "signin" {
            return json!(false);
        }
        if ["Describe", "Get", "Head", "List", "Lookup"].iter().any(|verb| self.name.starts_with(verb)) {
            return json!(true);
        }
        let class = actions::find(&format!("{}:{}", self.service, self.name)).map(|action| action.class);
        let changes = match class {
            Some(class) => ![Class::Reads, Class::Looks, Class::Becomes].contains(&class),
            None => ["Create", "Delete", "Disable", "Enable", "Put", "Remove", "Start", "Stop", "Update"]
                .iter()
                .any(|verb| self.name.starts_with(verb)),
        };
        let encrypts = self.service == "kms" && ["Encrypt", "GenerateDataKey"].iter().any(|e| self.name.starts_with(e));
        if changes && !encrypts { json!(false) } else { unknown() }
    }
}

/// The Regions in which the events of a global service are recorded.
///
/// See: <https://docs.aws.amazon.com/general/latest/gr/ao.html>
pub(crate) fn global_regions(service: &str, home: &Region) -> Vec<Region> {
    let names: &[&str] = match home.partition() {
        Partition::Commercial => &["us-east-1"],
        Partition::UsGov => &["us-gov-west-1"],
        Partition::China if service == "organizations" => &["cn-northwest-1"],
        // Which of the two it is, is not documented for each service.
        Partition::China => &["cn-north-1", "cn-northwest-1"],
        Partition::EuropeanSovereign => &["eusc-de-east-1"],
        Partition::Iso | Partition::IsoB | Partition::IsoE | Partition::IsoF => &[],
    };
    let found: Vec<Region> = names.iter().filter_map(|name| name.parse().ok()).collect();
    if found.is_empty() { vec![home.clone()] } else { found }
}

fn is_word(text: &str, more: fn(char) -> bool) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || more(c))
}

fn is_known(service: &str, name: &str) -> bool {
    let as_action = actions::find(&format!("{service}:{name}")).is_some_and(|known| known.name.ends_with(name));
    as_action || otherwise_named(service).any(|other| other == name)
}

fn otherwise_named(service: &str) -> impl Iterator<Item = &'static str> {
    let of_objects = OF_OBJECTS.into_iter().filter(move |_| service == "s3");
    OTHERWISE_NAMED
        .iter()
        .filter(move |(of, _)| *of == service)
        .flat_map(|(_, names)| *names)
        .copied()
        .chain(of_objects)
}

/// The event of the service with the most similar name.
fn nearest(service: &str, name: &str) -> String {
    let prefix = format!("{service}:");
    let of_table = actions::all().iter().filter_map(|known| known.name.strip_prefix(&prefix));
    let all = of_table.chain(otherwise_named(service));
    let near = |one: &str| strsim::normalized_damerau_levenshtein(&one.to_lowercase(), &name.to_lowercase());
    all.max_by(|a, b| near(a).total_cmp(&near(b))).unwrap_or_default().to_owned()
}

fn details_of(text: &str) -> Result<Map<String, Value>, Misfit> {
    let fields = FIELDS.map(|(field, _)| field);
    let hint = || format!("write a JSON object with fields of a CloudTrail record: {}", fields.join(", "));
    let read: Value = serde_json::from_str(text).map_err(|error| Misfit {
        problem: format!("the fields of the record cannot be read: {error}"),
        hint: hint(),
    })?;
    match read {
        Value::Object(given) if !given.is_empty() => match given.keys().find(|key| !fields.contains(&key.as_str())) {
            Some(other) => {
                Err(Misfit { problem: format!("`{other}` is no field of a record that can be given"), hint: hint() })
            }
            None => Ok(given),
        },
        _ => Err(Misfit { problem: "there are no fields of the record below the sentence".to_owned(), hint: hint() }),
    }
}

/// What is wrong with the events that a step names, where its sentence names any.
pub(crate) fn misfits(sentence: &str, step: &gherkin::Step) -> Vec<Misfit> {
    let mut found = Vec::new();
    if sentence.contains("event {string} of {string}") {
        let mut quoted = quoted(&step.value);
        let (name, source) = (quoted.next().unwrap_or_default(), quoted.next().unwrap_or_default());
        found.extend(NamedEvent::read(name, source).err());
    }
    if sentence.contains("of these events") {
        let rows = step.table.iter().flat_map(|table| &table.rows).flatten();
        found.extend(rows.filter_map(|row| NamedEvent::of_row(row).err()));
    }
    found
}

/// The texts between quotes, single or double, as `{string}` takes them.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (_, from) = rest.split_at_checked(rest.find(['"', '\''])?)?;
        let quote = from.chars().next()?;
        let (found, after) = from.get(1..)?.split_once(quote)?;
        rest = after;
        Some(found)
    })
}

/// What is wrong with the doc string that gives fields of a record.
pub(crate) fn details_misfit(text: Option<&str>) -> Option<Misfit> {
    details_of(text.unwrap_or("{}")).err()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judgement::{event_pattern::EventPattern, event_pattern::Matched, metric_pattern::MetricPattern};

    fn read(name: &str, source: &str) -> NamedEvent {
        NamedEvent::read(name, source).unwrap()
    }

    fn events(event: &NamedEvent) -> Vec<GuardEvent> {
        event.events(&"444444444444".parse().unwrap(), &"eu-central-1".parse().unwrap())
    }

    #[test]
    fn an_event_that_aws_does_not_have_is_refused_with_the_nearest() {
        let misfit = |name: &str, source: &str| NamedEvent::read(name, source).unwrap_err();
        let near = misfit("DeleteTrails", "cloudtrail.amazonaws.com");
        assert!(near.problem.contains("`DeleteTrails` is no event of cloudtrail.amazonaws.com"), "{near:?}");
        assert_eq!(near.hint, "did you mean `DeleteTrail`?");
        // Names of events are compared as they are written.
        assert_eq!(misfit("deletetrail", "cloudtrail.amazonaws.com").hint, "did you mean `DeleteTrail`?");
        assert!(misfit("DeleteTrail", "cloudtrail").problem.contains("not the source"));
        assert!(misfit("Delete*", "cloudtrail.amazonaws.com").problem.contains("not the name"));
        assert!(NamedEvent::of_row("DeleteTrail cloudtrail.amazonaws.com").is_err());
        assert_eq!(
            NamedEvent::of_row("DeleteTrail of cloudtrail.amazonaws.com"),
            Ok(read("DeleteTrail", "cloudtrail.amazonaws.com"))
        );
        // What S3 records is not named as the action that allows it.
        assert!(read("PutBucketLifecycle", "s3.amazonaws.com").is_in_the_table());
        assert!(!read("TerminateInstances", "ec2.amazonaws.com").is_in_the_table());
        for (name, service) in [("HeadObject", "s3"), ("ListBuckets", "s3"), ("ReEncrypt", "kms")] {
            assert!(read(name, &format!("{service}.amazonaws.com")).is_in_the_table(), "{name}");
        }
        assert!(read("ListObjects", "s3.amazonaws.com").is_of_objects());
    }

    #[test]
    fn texts_are_quoted_by_either_mark() {
        let found: Vec<&str> =
            quoted("the event 'DeleteTrail' of \"cloudtrail.amazonaws.com\" raises an alert").collect();
        assert_eq!(found, ["DeleteTrail", "cloudtrail.amazonaws.com"]);
        assert_eq!(quoted("the event 'x").count(), 0);
    }

    #[test]
    fn what_is_made_up_decides_nothing() {
        let by_address = MetricPattern::parse("{ $.eventName = DeleteTrail && $.sourceIPAddress != 10.* }").unwrap();
        for one in events(&read("DeleteTrail", "cloudtrail.amazonaws.com")) {
            assert!(matches!(by_address.matches(one.record()), Matched::Undecided(_)));
        }
        let by_kind = MetricPattern::parse("{ $.userIdentity.type = SAMLUser }").unwrap();
        for one in events(&read("AssumeRoleWithSAML", "sts.amazonaws.com")) {
            assert!(matches!(by_kind.matches(one.record()), Matched::Undecided(_)));
        }
    }

    #[test]
    fn only_fields_of_a_record_can_be_given() {
        let with = |text: &str| read("ConsoleLogin", "signin.amazonaws.com").with(text);
        assert!(with(r#"{"additionalEventData": {"MFAUsed": "No"}}"#).is_ok());
        for bad in ["{}", "[]", "x", r#"{"requestParamters": {}}"#, r#"{"eventName": "x"}"#] {
            assert!(with(bad).unwrap_err().hint.contains("requestParameters"), "{bad}");
        }
    }

    #[test]
    fn what_is_not_given_is_undecided_and_what_is_given_is_decided() {
        let event = read("DeleteTrail", "cloudtrail.amazonaws.com");
        let by_name = MetricPattern::parse("{ $.eventName = DeleteTrail }").unwrap();
        let by_trail =
            MetricPattern::parse("{ ($.eventName = DeleteTrail) && ($.requestParameters.name = a) }").unwrap();
        let rule = EventPattern::parse(r#"{"source": ["aws.cloudtrail"], "detail": {"readOnly": [false]}}"#).unwrap();
        let all = events(&event);
        assert_eq!(all.len(), 3);
        for one in &all {
            assert_eq!(by_name.matches(one.record()), Matched::Yes);
            assert!(matches!(by_trail.matches(one.record()), Matched::Undecided(_)));
            assert_eq!(rule.matches(&one.event), Matched::Yes);
        }
        for (name, expected) in [("a", Matched::Yes), ("b", Matched::No)] {
            let given = event.clone().with(&format!(r#"{{"requestParameters": {{"name": "{name}"}}}}"#)).unwrap();
            assert!(events(&given).iter().all(|one| by_trail.matches(one.record()) == expected), "{name}");
        }
    }

    #[test]
    fn events_of_global_services_are_recorded_in_one_region() {
        let (home, governed): (Region, Vec<Region>) =
            ("eu-central-1".parse().unwrap(), vec!["eu-central-1".parse().unwrap(), "eu-west-1".parse().unwrap()]);
        let of = |name: &str, source: &str| read(name, source).regions(&governed, &home).len();
        assert_eq!(of("CreateUser", "iam.amazonaws.com"), 1);
        assert_eq!(of("DeleteTrail", "cloudtrail.amazonaws.com"), 2);
        assert_eq!(of("ConsoleLogin", "signin.amazonaws.com"), 3);
    }

    #[test]
    fn calls_that_read_are_recorded_as_such() {
        let read_only = |name: &str, source: &str| read(name, source).read_only();
        assert_eq!(read_only("DeleteTrail", "cloudtrail.amazonaws.com"), json!(false));
        assert_eq!(read_only("GetBucketPolicy", "s3.amazonaws.com"), json!(true));
        assert_eq!(read_only("AssumeRole", "sts.amazonaws.com"), unknown());
        assert_eq!(read_only("GenerateDataKey", "kms.amazonaws.com"), unknown());
        assert_eq!(read_only("ConsoleLogin", "signin.amazonaws.com"), json!(false));
        assert!(read("PutObject", "s3.amazonaws.com").is_of_objects());
        assert!(!read("PutBucketPolicy", "s3.amazonaws.com").is_of_objects());
    }
}
