//! AWS KMS, AWS CloudTrail and AWS Config: JSON bodies.

use logproof_estate::Partition;
use serde_json::{Value, json};

use logproof_wire::CallTag;

use super::{
    MockZone, chains, custody,
    format::{ConfigDelivered, Key, Trail, Zone},
    reply::{Reply, document, epoch, page},
    unknown,
};

const PAGE: usize = 10;

pub(super) fn answer(mock: &MockZone, tag: &CallTag, body: &Value) -> Reply {
    match tag.service.as_str() {
        "kms" => kms(&mock.zone, tag, body),
        "cloudtrail" => cloudtrail(&mock.zone, tag, body),
        _ => config(&mock.zone, tag),
    }
}

fn text<'b>(body: &'b Value, name: &str) -> &'b str {
    body.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// An object without its nulls: JSON services leave absent members out.
fn without_nulls(mut value: Value) -> Value {
    if let Some(object) = value.as_object_mut() {
        object.retain(|_, member| !member.is_null());
    }
    value
}

fn key_arn(id: &str, key: &Key) -> String {
    Partition::of_region(&key.region).arn("kms", &key.region, &key.account, &format!("key/{id}"))
}

/// Keys or aliases of the account and Region.
fn listed_keys(zone: &Zone, tag: &CallTag, body: &Value) -> Reply {
    let here = zone.keys.iter().filter(|(_, key)| key.account == tag.account && key.region == tag.region);
    let (name, all): (_, Vec<Value>) = match tag.operation.as_str() {
        "ListKeys" => ("Keys", here.map(|(id, key)| json!({"KeyId": id, "KeyArn": key_arn(id, key)})).collect()),
        _ => {
            let of = |(id, key): (&String, &Key)| {
                let named = |alias: &String| json!({"AliasName": alias, "TargetKeyId": id});
                key.aliases.iter().map(named).collect::<Vec<_>>()
            };
            ("Aliases", here.flat_map(of).collect())
        }
    };
    marked(name, &all, body)
}

/// A page of a list of KMS.
fn marked(name: &str, all: &[Value], body: &Value) -> Reply {
    let (part, next) = page(all, body.get("Marker").and_then(Value::as_str), PAGE);
    Reply::json(&without_nulls(json!({name: part, "Truncated": next.is_some(), "NextMarker": next})))
}

fn kms(zone: &Zone, tag: &CallTag, body: &Value) -> Reply {
    if ["ListKeys", "ListAliases"].contains(&tag.operation.as_str()) {
        return listed_keys(zone, tag, body);
    }
    let asked = text(body, "KeyId");
    let found = zone.keys.iter().find(|(id, key)| {
        let here = key.account == tag.account && key.region == tag.region;
        let alias = asked.rsplit_once(":alias/").map_or_else(|| asked.to_owned(), |(_, name)| format!("alias/{name}"));
        key_arn(id, key) == asked || here && (*id == asked || key.aliases.contains(&alias))
    });
    let Some((id, key)) = found else {
        return Reply::error(400, "NotFoundException", format!("Key '{asked}' does not exist"));
    };
    // Another account may look at a key whose policy names it. See:
    // https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html
    let shown = tag.operation == "DescribeKey" && document(&key.policy).contains(&tag.account);
    if key.account != tag.account && !shown {
        return Reply::denied(tag);
    }
    match tag.operation.as_str() {
        "DescribeKey" => Reply::json(&json!({"KeyMetadata": metadata(id, key)})),
        "GetKeyRotationStatus" if key.spec != "SYMMETRIC_DEFAULT" => {
            Reply::error(400, "UnsupportedOperationException", "You cannot perform this operation on an asymmetric key")
        }
        "GetKeyRotationStatus" => Reply::json(&without_nulls(json!({
            "KeyRotationEnabled": key.rotation,
            "KeyId": key_arn(id, key),
            "RotationPeriodInDays": key.rotation.then(|| key.rotation_period_days.unwrap_or(365)),
        }))),
        "GetKeyPolicy" => Reply::json(&json!({"Policy": document(&key.policy), "PolicyName": "default"})),
        "ListGrants" => grants(id, key, body),
        "ListResourceTags" => {
            let tags = key.tags.iter().map(|(key, value)| json!({"TagKey": key, "TagValue": value}));
            marked("Tags", &tags.collect::<Vec<_>>(), body)
        }
        "GetPublicKey" | "Sign" => custody::signing(&key_arn(id, key), key, tag, body),
        _ => unknown(tag),
    }
}

fn metadata(id: &str, key: &Key) -> Value {
    without_nulls(json!({
        "AWSAccountId": key.account,
        "KeyId": id,
        "Arn": key_arn(id, key),
        "CreationDate": 1_700_000_000,
        "Enabled": key.state == "Enabled",
        "Description": "",
        "KeyUsage": if key.spec == "SYMMETRIC_DEFAULT" { "ENCRYPT_DECRYPT" } else { "SIGN_VERIFY" },
        "KeyState": key.state,
        "DeletionDate": key.deletion_date.map(epoch),
        "ValidTo": key.valid_to.map(epoch),
        "Origin": key.origin,
        "KeyManager": key.manager,
        "KeySpec": key.spec,
        "CustomerMasterKeySpec": key.spec,
        "MultiRegion": key.multi_region,
    }))
}

fn grants(id: &str, key: &Key, body: &Value) -> Reply {
    let all: Vec<Value> = key
        .grants
        .iter()
        .map(|(grant_id, grant)| {
            json!({
                "KeyId": key_arn(id, key),
                "GrantId": grant_id,
                "GranteePrincipal": grant.grantee,
                "Operations": grant.operations,
                "Constraints": {"EncryptionContextSubset": grant.context},
            })
        })
        .collect();
    marked("Grants", &all, body)
}

fn trail_arn(name: &str, trail: &Trail) -> String {
    Partition::of_region(&trail.region).arn("cloudtrail", &trail.region, &trail.account, &format!("trail/{name}"))
}

/// An organization trail is seen from every account, a multi-Region trail from every Region.
fn visible(zone: &Zone, trail: &Trail, tag: &CallTag) -> bool {
    let managed = trail.organization && trail.account == zone.organization.management_account;
    let here = trail.account == tag.account || managed && !trail.not_in_accounts.contains(&tag.account);
    here && (trail.region == tag.region || trail.multi_region)
}

fn cloudtrail(zone: &Zone, tag: &CallTag, body: &Value) -> Reply {
    let asked = match text(body, "Name") {
        "" => text(body, "TrailName"),
        name => name,
    };
    let named = || {
        zone.trails
            .iter()
            .find(|(name, trail)| visible(zone, trail, tag) && (*name == asked || trail_arn(name, trail) == asked))
    };
    let missing = || Reply::error(400, "TrailNotFoundException", format!("Unknown trail: {asked}"));
    match tag.operation.as_str() {
        "DescribeTrails" => {
            let trails: Vec<Value> = zone
                .trails
                .iter()
                .filter(|(_, trail)| visible(zone, trail, tag))
                .map(|(name, trail)| describe_trail(name, trail))
                .collect();
            Reply::json(&json!({"trailList": trails}))
        }
        "GetTrailStatus" => named().map_or_else(missing, |(_, trail)| Reply::json(&trail_status(trail))),
        "GetEventSelectors" => named().map_or_else(missing, |(name, trail)| {
            Reply::json(&without_nulls(json!({
                "TrailARN": trail_arn(name, trail),
                "EventSelectors": (!trail.event_selectors.is_empty()).then_some(&trail.event_selectors),
                "AdvancedEventSelectors": (!trail.advanced_event_selectors.is_empty()).then_some(&trail.advanced_event_selectors),
            })))
        }),
        "ListPublicKeys" => Reply::json(&chains::public_keys(zone, &tag.region)),
        "LookupEvents" => lookup(zone, tag, body),
        _ => unknown(tag),
    }
}

fn describe_trail(name: &str, trail: &Trail) -> Value {
    without_nulls(json!({
        "Name": name,
        "TrailARN": trail_arn(name, trail),
        "HomeRegion": trail.region,
        "S3BucketName": trail.bucket,
        "S3KeyPrefix": trail.prefix,
        "IncludeGlobalServiceEvents": trail.global_service_events,
        "IsMultiRegionTrail": trail.multi_region,
        "IsOrganizationTrail": trail.organization,
        "LogFileValidationEnabled": trail.log_file_validation,
        "KmsKeyId": trail.kms_key,
        "CloudWatchLogsLogGroupArn": trail.log_group,
        "SnsTopicARN": trail.sns_topic,
        "HasCustomEventSelectors": true,
        "HasInsightSelectors": false,
    }))
}

fn trail_status(trail: &Trail) -> Value {
    without_nulls(json!({
        "IsLogging": trail.logging,
        "LatestDeliveryTime": trail.latest_delivery.map(epoch),
        "LatestDeliveryError": trail.latest_delivery_error,
        "LatestDigestDeliveryTime": trail.latest_digest_delivery.map(epoch),
        "LatestDigestDeliveryError": trail.latest_digest_delivery_error,
        "StartLoggingTime": 1_700_000_000,
    }))
}

fn lookup(zone: &Zone, tag: &CallTag, body: &Value) -> Reply {
    let attribute = body.pointer("/LookupAttributes/0");
    let (name, value) =
        (attribute.map_or("", |a| text(a, "AttributeKey")), attribute.map_or("", |a| text(a, "AttributeValue")));
    let bound = |key: &str| body.get(key).and_then(Value::as_f64);
    let (from, until) = (bound("StartTime"), bound("EndTime"));
    let place = format!("{}/{}", tag.account, tag.region);
    let events: Vec<Value> = zone
        .trail_events
        .get(&place)
        .into_iter()
        .flatten()
        .filter(|event| {
            #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are far below 2^52")]
            let at = event.time.as_second() as f64;
            let fits = match name {
                "EventName" => event.name == value,
                "ResourceName" => event.resources.iter().any(|resource| resource == value),
                "Username" => event.username.as_deref() == Some(value),
                _ => true,
            };
            fits && from.is_none_or(|from| at >= from) && until.is_none_or(|until| at <= until)
        })
        .map(|event| {
            without_nulls(json!({
                "EventId": event.id,
                "EventName": event.name,
                "EventTime": epoch(event.time),
                "Username": event.username,
                "Resources": event.resources.iter().map(|r| json!({"ResourceName": r})).collect::<Vec<_>>(),
                "CloudTrailEvent": document(&event.record),
            }))
        })
        .collect();
    let (part, next) = page(&events, body.get("NextToken").and_then(Value::as_str), PAGE);
    Reply::json(&without_nulls(json!({"Events": part, "NextToken": next})))
}

fn config(zone: &Zone, tag: &CallTag) -> Reply {
    let recorder = zone.config_recorders.get(&tag.account, &tag.region);
    match tag.operation.as_str() {
        "DescribeConfigurationRecorders" => {
            let recorders: Vec<Value> = recorder
                .iter()
                .map(|recorder| {
                    let group = without_nulls(json!({
                        "allSupported": recorder.all_supported,
                        "includeGlobalResourceTypes": recorder.include_global,
                        "resourceTypes": recorder.resource_types,
                        "exclusionByResourceTypes": (!recorder.excluded_types.is_empty()).then(|| json!({"resourceTypes": recorder.excluded_types})),
                        "recordingStrategy": recorder.strategy.as_ref().map(|only| json!({"useOnly": only})),
                    }));
                    without_nulls(json!({
                        "name": recorder.name,
                        "roleARN": recorder.role,
                        "recordingGroup": group,
                        "recordingMode": recorder.frequency.as_ref().map(|f| json!({"recordingFrequency": f})),
                    }))
                })
                .collect();
            Reply::json(&json!({"ConfigurationRecorders": recorders}))
        }
        "DescribeConfigurationRecorderStatus" => {
            let statuses: Vec<Value> = recorder
                .iter()
                .map(|recorder| {
                    without_nulls(json!({
                        "name": recorder.name,
                        "recording": recorder.recording,
                        "lastStatus": recorder.last_status,
                        "lastErrorMessage": recorder.last_error,
                        "lastStatusChangeTime": epoch(zone.now),
                    }))
                })
                .collect();
            Reply::json(&json!({"ConfigurationRecordersStatus": statuses}))
        }
        "DescribeDeliveryChannels" => {
            let channels: Vec<Value> = zone
                .delivery_channels
                .get(&tag.account, &tag.region)
                .iter()
                .map(|channel| {
                    without_nulls(json!({
                        "name": channel.name,
                        "s3BucketName": channel.bucket,
                        "s3KeyPrefix": channel.prefix,
                        "s3KmsKeyArn": channel.kms_key,
                        "snsTopicARN": channel.sns_topic,
                        "configSnapshotDeliveryProperties": channel.frequency.as_ref().map(|f| json!({"deliveryFrequency": f})),
                    }))
                })
                .collect();
            Reply::json(&json!({"DeliveryChannels": channels}))
        }
        "DescribeDeliveryChannelStatus" => {
            let info = |one: &ConfigDelivered| {
                without_nulls(json!({
                    "lastStatus": one.status,
                    "lastErrorCode": one.error_code,
                    "lastErrorMessage": one.error,
                    "lastSuccessfulTime": one.successful.map(epoch),
                }))
            };
            let channel = zone.delivery_channels.get(&tag.account, &tag.region);
            let statuses = channel.iter().map(|channel| {
                without_nulls(json!({
                    "name": channel.name,
                    "configHistoryDeliveryInfo": channel.history.as_ref().map(info),
                    "configSnapshotDeliveryInfo": channel.snapshots.as_ref().map(info),
                }))
            });
            Reply::json(&json!({"DeliveryChannelsStatus": statuses.collect::<Vec<_>>()}))
        }
        _ => unknown(tag),
    }
}
