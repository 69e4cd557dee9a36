//! Trails, whether they log, and their event selectors.

use logproof_estate::facts::{AdvancedSelector, BasicSelector, EventSelectors, FieldSelector, Trail};

use super::{Changes, Scene, one};
use crate::{
    edit::{Change, TrailChange},
    tree::{Read, Tree},
};

pub(super) fn set(scene: &Scene<'_>, tree: &Tree) -> Read<Changes> {
    let arn = tree.get("arn").need()?;
    let of = |attribute: &str, change| (attribute.to_owned(), Change::Trail { arn: arn.clone(), change });
    let logging = tree.get("enable_logging").flag().map(|on| on.unwrap_or(true));
    Ok(vec![
        of("", TrailChange::Set(scene.planned("", trail(scene, tree, &arn)))),
        of("enable_logging", TrailChange::Logging(scene.planned("enable_logging", logging))),
        of("event_selector", TrailChange::Selectors(scene.planned("event_selector", selectors(tree)))),
    ])
}

pub(super) fn removed(_: &Scene<'_>, tree: &Tree) -> Read<Changes> {
    Ok(one("", Change::Trail { arn: tree.get("arn").need()?, change: TrailChange::Deleted }))
}

fn trail(scene: &Scene<'_>, tree: &Tree, arn: &str) -> Read<Trail> {
    let flag = |name: &str, default: bool| Ok(tree.get(name).flag()?.unwrap_or(default));
    let topic = match tree.get("sns_topic_name").text()? {
        Some(name) if !name.starts_with("arn:") => Some(scene.arn("sns", &name)),
        other => other,
    };
    Ok(Trail {
        name: tree.get("name").need()?,
        arn: arn.to_owned(),
        home_region: Some(scene.region.to_string()),
        is_organization_trail: flag("is_organization_trail", false)?,
        is_multi_region: flag("is_multi_region_trail", false)?,
        include_global_service_events: flag("include_global_service_events", true)?,
        log_file_validation: flag("enable_log_file_validation", false)?,
        bucket: tree.get("s3_bucket_name").need()?,
        prefix: tree.get("s3_key_prefix").text()?,
        kms_key: tree.get("kms_key_id").text()?,
        log_group_arn: tree.get("cloud_watch_logs_group_arn").text()?,
        sns_topic_arn: topic,
    })
}

/// A trail without selectors records all management events; the provider restores that when the last is removed.
// See: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-management-events-with-cloudtrail.html
fn selectors(tree: &Tree) -> Read<EventSelectors> {
    let basic: Vec<BasicSelector> = tree.get("event_selector").items()?.iter().map(basic).collect::<Read<_>>()?;
    let advanced: Vec<AdvancedSelector> =
        tree.get("advanced_event_selector").items()?.iter().map(advanced).collect::<Read<_>>()?;
    if basic.is_empty() && advanced.is_empty() {
        let everything = BasicSelector {
            read_write: "All".to_owned(),
            management_events: true,
            excluded_sources: Vec::new(),
            data_resources: Vec::new(),
        };
        return Ok(EventSelectors { basic: vec![everything], advanced });
    }
    Ok(EventSelectors { basic, advanced })
}

fn basic(selector: &Tree) -> Read<BasicSelector> {
    let resource = |resource: &Tree| Ok((resource.get("type").need()?, resource.get("values").texts()?));
    Ok(BasicSelector {
        read_write: selector.get("read_write_type").text()?.unwrap_or_else(|| "All".to_owned()),
        management_events: selector.get("include_management_events").flag()?.unwrap_or(true),
        excluded_sources: selector.get("exclude_management_event_sources").texts()?,
        data_resources: selector.get("data_resource").items()?.iter().map(resource).collect::<Read<_>>()?,
    })
}

fn advanced(selector: &Tree) -> Read<AdvancedSelector> {
    let field = |field: &Tree| {
        Ok(FieldSelector {
            field: field.get("field").need()?,
            equals: field.get("equals").texts()?,
            starts_with: field.get("starts_with").texts()?,
            ends_with: field.get("ends_with").texts()?,
            not_equals: field.get("not_equals").texts()?,
            not_starts_with: field.get("not_starts_with").texts()?,
            not_ends_with: field.get("not_ends_with").texts()?,
        })
    };
    let fields = selector.get("field_selector").items()?.iter().map(field).collect::<Read<_>>()?;
    Ok(AdvancedSelector { name: selector.get("name").text()?, fields })
}
