//! AWS CloudTrail.

use aws_sdk_cloudtrail::{Client, types};
use aws_smithy_types::DateTime;
use logproof_estate::facts::{
    AdvancedSelector, BasicSelector, EventSelectors, FieldSelector, Trail, TrailEvent, TrailEventQuery, TrailPublicKey,
    TrailStatus,
};

use jiff::Timestamp;

use super::{
    optional,
    pages::{all_pages, at_most},
    present, required, timestamp,
};
use crate::failure::{Failure, absent};

/// A question that needs more recorded events than this is not answered: LookupEvents gives 50 a call, two calls a
/// second. See: <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html>
const MOST_EVENTS: usize = 1000;

/// Trails of the account, those of other Regions and of the organization included.
///
/// See: <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DescribeTrails.html>
pub(super) async fn trails(cloudtrail: &Client) -> Result<Vec<Trail>, Failure> {
    let output = cloudtrail.describe_trails().include_shadow_trails(true).send().await?;
    output.trail_list().iter().map(to_trail).collect()
}

fn to_trail(trail: &types::Trail) -> Result<Trail, Failure> {
    Ok(Trail {
        name: required(trail.name(), "trail name")?,
        arn: required(trail.trail_arn(), "trail ARN")?,
        home_region: optional(trail.home_region()),
        is_organization_trail: trail.is_organization_trail().unwrap_or(false),
        is_multi_region: trail.is_multi_region_trail().unwrap_or(false),
        include_global_service_events: trail.include_global_service_events().unwrap_or(false),
        log_file_validation: trail.log_file_validation_enabled().unwrap_or(false),
        bucket: required(trail.s3_bucket_name(), "trail bucket")?,
        prefix: optional(trail.s3_key_prefix()),
        kms_key: optional(trail.kms_key_id()),
        log_group_arn: optional(trail.cloud_watch_logs_log_group_arn()),
        sns_topic_arn: optional(trail.sns_topic_arn()),
    })
}

/// See: <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrailStatus.html>
pub(super) async fn trail_status(cloudtrail: &Client, trail_arn: &str) -> Result<Option<TrailStatus>, Failure> {
    let answer = cloudtrail.get_trail_status().name(trail_arn).send().await;
    let Some(status) = absent(answer, &["TrailNotFoundException"])? else { return Ok(None) };
    Ok(Some(TrailStatus {
        is_logging: present(status.is_logging(), "`IsLogging`")?,
        latest_delivery: status.latest_delivery_time().and_then(timestamp),
        latest_delivery_error: optional(status.latest_delivery_error()),
        latest_digest_delivery: status.latest_digest_delivery_time().and_then(timestamp),
        latest_digest_delivery_error: optional(status.latest_digest_delivery_error()),
        started_logging: status.start_logging_time().and_then(timestamp),
        stopped_logging: status.stop_logging_time().and_then(timestamp),
    }))
}

/// See: <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetEventSelectors.html>
pub(super) async fn event_selectors(cloudtrail: &Client, trail_arn: &str) -> Result<EventSelectors, Failure> {
    let output = cloudtrail.get_event_selectors().trail_name(trail_arn).send().await?;
    Ok(EventSelectors {
        basic: output.event_selectors().iter().map(to_basic).collect::<Result<_, _>>()?,
        advanced: output.advanced_event_selectors().iter().map(to_advanced).collect::<Result<_, _>>()?,
    })
}

/// Fields that are left out have the values AWS documents as their defaults: `All`, and management events on.
///
/// See: <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_EventSelector.html>
fn to_basic(selector: &types::EventSelector) -> Result<BasicSelector, Failure> {
    Ok(BasicSelector {
        read_write: selector.read_write_type().map_or("All", |kind| kind.as_str()).to_owned(),
        management_events: selector.include_management_events().unwrap_or(true),
        excluded_sources: selector.exclude_management_event_sources().to_vec(),
        data_resources: selector
            .data_resources()
            .iter()
            .map(|resource| Ok((required(resource.r#type(), "data resource type")?, resource.values().to_vec())))
            .collect::<Result<_, Failure>>()?,
    })
}

fn to_advanced(selector: &types::AdvancedEventSelector) -> Result<AdvancedSelector, Failure> {
    let fields = selector.field_selectors().iter().map(|field| {
        Ok(FieldSelector {
            field: required(field.field(), "selector field")?,
            equals: field.equals().to_vec(),
            starts_with: field.starts_with().to_vec(),
            ends_with: field.ends_with().to_vec(),
            not_equals: field.not_equals().to_vec(),
            not_starts_with: field.not_starts_with().to_vec(),
            not_ends_with: field.not_ends_with().to_vec(),
        })
    });
    Ok(AdvancedSelector { name: optional(selector.name()), fields: fields.collect::<Result<_, Failure>>()? })
}

/// Recorded management events of the Region that match `query`, newest first.
pub(super) async fn trail_events(cloudtrail: &Client, query: &TrailEventQuery) -> Result<Vec<TrailEvent>, Failure> {
    let attribute = &types::LookupAttribute::builder()
        .attribute_key(query.attribute.as_str().into())
        .attribute_value(&query.value)
        .build()
        .map_err(|error| Failure::Malformed(error.to_string()))?;
    let events = at_most(MOST_EVENTS, |token| async move {
        let output = cloudtrail
            .lookup_events()
            .lookup_attributes(attribute.clone())
            .start_time(DateTime::from_secs(query.from.as_second()))
            .end_time(DateTime::from_secs(query.until.as_second()))
            .set_next_token(token)
            .send()
            .await?;
        // "No events" is good news, so it has to be said, not left out.
        let events = present(output.events.as_ref(), "list of events")?.iter().map(to_event);
        Ok((events.collect::<Result<Vec<_>, _>>()?, output.next_token().map(str::to_owned)))
    })
    .await?;
    // The service counts in whole seconds and includes the last one.
    Ok(events.into_iter().filter(|event| event.time >= query.from && event.time < query.until).collect())
}

fn to_event(event: &types::Event) -> Result<TrailEvent, Failure> {
    Ok(TrailEvent {
        id: required(event.event_id(), "event id")?,
        name: required(event.event_name(), "event name")?,
        time: present(event.event_time().and_then(timestamp), "event time")?,
        username: optional(event.username()),
        record: required(event.cloud_trail_event(), "event record")?,
    })
}

/// Public keys that were in use at some time in the period.
///
/// See: <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListPublicKeys.html>
pub(super) async fn public_keys(
    cloudtrail: &Client,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<TrailPublicKey>, Failure> {
    all_pages(|token| async move {
        let output = cloudtrail
            .list_public_keys()
            .start_time(DateTime::from_secs(from.as_second()))
            .end_time(DateTime::from_secs(until.as_second()))
            .set_next_token(token)
            .send()
            .await?;
        let keys = present(output.public_key_list.as_ref(), "list of public keys")?.iter().map(|key| {
            Ok(TrailPublicKey {
                fingerprint: required(key.fingerprint(), "fingerprint of the public key")?,
                value: present(key.value(), "value of the public key")?.as_ref().to_vec(),
                valid_from: key.validity_start_time().and_then(timestamp),
                valid_until: key.validity_end_time().and_then(timestamp),
            })
        });
        Ok((keys.collect::<Result<_, Failure>>()?, output.next_token().map(str::to_owned)))
    })
    .await
}
