//! What the event selectors of a trail record, and what they leave out.
//!
//! An event is recorded when any selector matches it. In an advanced selector every field must match; within a field,
//! one of the selecting operators must match and none of the deselecting ones may.
//! See: <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/filtering-data-events.html>

use logproof_estate::facts::{AdvancedSelector, BasicSelector, EventSelectors, FieldSelector};

const OBJECTS: &str = "AWS::S3::Object";
/// Stands for every event source no selector names: no prefix of a name begins with its first character, and no suffix of
/// one ends with its last.
const ANY_OTHER_SOURCE: &str = "\u{2022} any other service \u{2022}";

/// Whether an event reads or changes something (`readOnly` of the event).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// `readOnly` is true.
    Read,
    /// `readOnly` is false.
    Write,
}

impl Access {
    fn read_only(self) -> &'static str {
        match self {
            Self::Read => "true",
            Self::Write => "false",
        }
    }

    /// Whether a basic selector's `ReadWriteType` takes in such events.
    fn within(self, read_write: &str) -> bool {
        match self {
            Self::Read => matches!(read_write, "All" | "ReadOnly"),
            Self::Write => matches!(read_write, "All" | "WriteOnly"),
        }
    }
}

/// What is missing, in words an auditor can read; empty when every management event of this kind is recorded.
pub(crate) fn management_gaps(selectors: &EventSelectors, access: Access) -> Vec<String> {
    let narrowed: Vec<&AdvancedSelector> =
        selectors.advanced.iter().filter(|s| is_management(s, access) && !narrowing_fields(s).is_empty()).collect();
    let missing: Vec<String> =
        event_sources(selectors).into_iter().filter(|source| !records_source(selectors, access, source)).collect();
    if missing.is_empty() {
        return Vec::new();
    }
    let mut gaps = if missing.iter().any(|source| source == ANY_OTHER_SOURCE) {
        vec![match recorded_sources(selectors, access) {
            only if only.is_empty() => "no event source is recorded as a whole".to_owned(),
            only => format!("only {} recorded", only.join(", ")),
        }]
    } else {
        missing.iter().map(|source| format!("{source} left out")).collect()
    };
    for selector in narrowed {
        gaps.push(format!("{} narrowed by {}", title(selector), narrowing_fields(selector).join(", ")));
    }
    gaps
}

/// Every event source a selector names, those that can be excluded, and one that represents all others.
fn event_sources(selectors: &EventSelectors) -> Vec<String> {
    let excluded = selectors.basic.iter().flat_map(|selector| &selector.excluded_sources).cloned();
    let fields = selectors.advanced.iter().flat_map(|selector| &selector.fields).filter(|f| f.field == "eventSource");
    let named = fields
        .flat_map(|f| {
            let whole = f.equals.iter().chain(&f.not_equals);
            whole.chain(&f.starts_with).chain(&f.ends_with).chain(&f.not_starts_with).chain(&f.not_ends_with)
        })
        .cloned();
    let known = ["kms.amazonaws.com", "rdsdata.amazonaws.com", ANY_OTHER_SOURCE].map(str::to_owned);
    let mut sources: Vec<String> = excluded.chain(named).chain(known).collect();
    sources.sort();
    sources.dedup();
    sources
}

fn recorded_sources(selectors: &EventSelectors, access: Access) -> Vec<String> {
    event_sources(selectors).into_iter().filter(|source| records_source(selectors, access, source)).collect()
}

fn records_source(selectors: &EventSelectors, access: Access, source: &str) -> bool {
    let basic = |s: &BasicSelector| {
        s.management_events && access.within(&s.read_write) && !s.excluded_sources.iter().any(|x| x == source)
    };
    let advanced = |s: &AdvancedSelector| {
        is_management(s, access) && narrowing_fields(s).is_empty() && field_matches(s, "eventSource", source)
    };
    selectors.basic.iter().any(basic) || selectors.advanced.iter().any(advanced)
}

fn is_management(selector: &AdvancedSelector, access: Access) -> bool {
    selects(selector, "eventCategory", "Management") && field_matches(selector, "readOnly", access.read_only())
}

/// Fields that leave out some management events of an event source.
fn narrowing_fields(selector: &AdvancedSelector) -> Vec<String> {
    let whole = ["eventCategory", "readOnly", "eventSource"];
    let narrowing = selector.fields.iter().filter(|field| !whole.contains(&field.field.as_str()));
    narrowing.map(|field| format!("`{}`", field.field)).collect()
}

/// How the objects of a bucket are recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ObjectEvents {
    /// Every event of every object.
    All,
    /// Some: what each selector is limited to.
    Some(Vec<String>),
    /// None.
    None,
}

/// How `access` to the objects of a bucket is recorded. Two selectors that only together cover the bucket are
/// reported as two parts: none is assumed to complete the other.
pub(crate) fn object_events(selectors: &EventSelectors, bucket_arn: &str, access: Access) -> ObjectEvents {
    let mut parts = Vec::new();
    for part in
        basic_parts(selectors, bucket_arn, access).into_iter().chain(advanced_parts(selectors, bucket_arn, access))
    {
        match part {
            None => return ObjectEvents::All,
            Some(limit) => parts.push(limit),
        }
    }
    if parts.is_empty() { ObjectEvents::None } else { ObjectEvents::Some(parts) }
}

/// For each basic selector that concerns the bucket: `None` when it takes in every object, else its limit.
fn basic_parts(selectors: &EventSelectors, bucket_arn: &str, access: Access) -> Vec<Option<String>> {
    let partition = bucket_arn.split(':').nth(1).unwrap_or("aws");
    let (service, all, objects) =
        (format!("arn:{partition}:s3"), format!("arn:{partition}:s3:::"), format!("{bucket_arn}/"));
    let values = selectors.basic.iter().filter(|s| access.within(&s.read_write)).flat_map(|s| &s.data_resources);
    let values = values.filter(|(kind, _)| kind == OBJECTS).flat_map(|(_, values)| values);
    let part = |value: &String| {
        if *value == service || *value == all || *value == objects {
            return Some(None);
        }
        value.starts_with(&objects).then(|| Some(format!("only objects below {value}")))
    };
    values.filter_map(part).collect()
}

/// For each advanced selector that concerns the bucket: `None` when it takes in every object, else its limit.
fn advanced_parts(selectors: &EventSelectors, bucket_arn: &str, access: Access) -> Vec<Option<String>> {
    let concerned = |selector: &&AdvancedSelector| {
        selects(selector, "eventCategory", "Data")
            && selects(selector, "resources.type", OBJECTS)
            && field_matches(selector, "readOnly", access.read_only())
            && field_matches(selector, "eventSource", "s3.amazonaws.com")
    };
    let mut parts = Vec::new();
    for selector in selectors.advanced.iter().filter(concerned) {
        let mut limits: Vec<String> = Vec::new();
        let mut touches = true;
        for field in &selector.fields {
            match field.field.as_str() {
                "eventCategory" | "resources.type" | "readOnly" | "eventSource" => {}
                "resources.ARN" => match arn_reach(field, &format!("{bucket_arn}/")) {
                    Reach::Whole => {}
                    Reach::Part(limit) => limits.push(limit),
                    Reach::Nothing => touches = false,
                },
                other => limits.push(format!("only some values of `{other}`")),
            }
        }
        if touches {
            parts.push((!limits.is_empty()).then(|| format!("{}: {}", title(selector), limits.join(", "))));
        }
    }
    parts
}

enum Reach {
    Whole,
    Part(String),
    Nothing,
}

/// What a condition on `resources.ARN` leaves of the objects whose ARNs begin with `objects`.
fn arn_reach(field: &FieldSelector, objects: &str) -> Reach {
    let within = |value: &String| value.starts_with(objects);
    let around = |value: &String| objects.starts_with(value.as_str());
    if field.not_starts_with.iter().any(around) {
        return Reach::Nothing;
    }
    let left_out: Vec<&String> = field.not_starts_with.iter().chain(&field.not_equals).filter(|v| within(v)).collect();
    if let Some(first) = left_out.first() {
        return Reach::Part(format!("not {first}"));
    }
    if let Some(suffix) = field.not_ends_with.first() {
        return Reach::Part(format!("not objects ending in {suffix}"));
    }
    if !has_selecting_operator(field) || field.starts_with.iter().any(around) {
        return Reach::Whole;
    }
    if let Some(prefix) = field.starts_with.iter().chain(&field.equals).find(|v| within(v)) {
        return Reach::Part(format!("only {prefix}"));
    }
    match field.ends_with.first() {
        Some(suffix) => Reach::Part(format!("only objects ending in {suffix}")),
        None => Reach::Nothing,
    }
}

/// Whether the trail would record the writing of `object_arn` by CloudTrail itself.
pub(crate) fn records_own_delivery(selectors: &EventSelectors, object_arn: &str) -> bool {
    let basic = |s: &BasicSelector| {
        let values = s.data_resources.iter().filter(|(kind, _)| kind == OBJECTS).flat_map(|(_, values)| values);
        Access::Write.within(&s.read_write) && values.into_iter().any(|value| object_arn.starts_with(value.as_str()))
    };
    let advanced = |s: &AdvancedSelector| {
        selects(s, "eventCategory", "Data")
            && selects(s, "resources.type", OBJECTS)
            && s.fields.iter().all(|field| match field.field.as_str() {
                "eventCategory" | "resources.type" => true,
                "readOnly" => matches(field, Access::Write.read_only()),
                "eventSource" => matches(field, "s3.amazonaws.com"),
                "eventName" => matches(field, "PutObject"),
                "eventType" => matches(field, "AwsApiCall"),
                "resources.ARN" => matches(field, object_arn),
                // A delivery carries no such value: only a condition that selects one can leave it out.
                _ => !has_selecting_operator(field),
            })
    };
    selectors.basic.iter().any(basic) || selectors.advanced.iter().any(advanced)
}

/// Whether the selector has this field and it takes in `value`.
fn selects(selector: &AdvancedSelector, field: &str, value: &str) -> bool {
    selector.fields.iter().any(|f| f.field == field) && field_matches(selector, field, value)
}

/// Whether every condition on this field, if there is one, takes in `value`.
fn field_matches(selector: &AdvancedSelector, field: &str, value: &str) -> bool {
    selector.fields.iter().filter(|f| f.field == field).all(|f| matches(f, value))
}

fn matches(field: &FieldSelector, value: &str) -> bool {
    let is = |other: &String| other == value;
    let starts = |start: &String| value.starts_with(start.as_str());
    let ends = |end: &String| value.ends_with(end.as_str());
    let selected = !has_selecting_operator(field)
        || field.equals.iter().any(is)
        || field.starts_with.iter().any(starts)
        || field.ends_with.iter().any(ends);
    let deselected = field.not_equals.iter().any(is)
        || field.not_starts_with.iter().any(starts)
        || field.not_ends_with.iter().any(ends);
    selected && !deselected
}

fn has_selecting_operator(field: &FieldSelector) -> bool {
    !(field.equals.is_empty() && field.starts_with.is_empty() && field.ends_with.is_empty())
}

fn title(selector: &AdvancedSelector) -> String {
    selector.name.as_ref().map_or_else(|| "a selector".to_owned(), |name| format!("selector `{name}`"))
}

#[cfg(test)]
#[path = "selectors_tests.rs"]
mod tests;
