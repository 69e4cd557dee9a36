//! Trails and AWS Config.

use logproof_estate::facts::{AdvancedSelector, BasicSelector, ConfigRecorder};
use logproof_plan::{
    Edit,
    edit::{ConfigChange, TrailChange},
};
use serde_json::{Value, json};

use super::{Fate, Writing, known};
use crate::edits::block;

impl Writing<'_> {
    /// A trail is one resource, with whether it logs and what it selects: all of it as it is after the change.
    pub(super) fn trail(&mut self, edit: &Edit, arn: &str, change: &TrailChange) -> Option<()> {
        if matches!(change, TrailChange::Deleted) {
            return self.put(edit, "aws_cloudtrail", arn, Fate::Deleted, json!({"arn": arn}));
        }
        let trails = block(self.after.trails(&edit.account, &edit.region)).ok()?;
        let trail = trails.iter().find(|trail| trail.arn == arn)?;
        let status = block(self.after.trail_status(&edit.account, &edit.region, arn)).ok()?;
        let selectors = block(self.after.event_selectors(&edit.account, &edit.region, arn)).ok()?;
        if selectors.basic.is_empty() && selectors.advanced.is_empty() {
            return None;
        }
        let attributes = json!({
            "name": trail.name, "arn": arn, "s3_bucket_name": trail.bucket, "s3_key_prefix": trail.prefix,
            "kms_key_id": trail.kms_key, "cloud_watch_logs_group_arn": trail.log_group_arn,
            "sns_topic_name": trail.sns_topic_arn, "is_organization_trail": trail.is_organization_trail,
            "is_multi_region_trail": trail.is_multi_region,
            "include_global_service_events": trail.include_global_service_events,
            "enable_log_file_validation": trail.log_file_validation,
            "enable_logging": (*status).as_ref()?.is_logging,
            "event_selector": selectors.basic.iter().map(basic).collect::<Vec<_>>(),
            "advanced_event_selector": selectors.advanced.iter().map(advanced).collect::<Vec<_>>(),
        });
        self.put(edit, "aws_cloudtrail", arn, Fate::Updated, attributes)
    }

    pub(super) fn config(&mut self, edit: &Edit, change: &ConfigChange) -> Option<()> {
        let (kind, name, fate, attributes) = match change {
            ConfigChange::Recorder(to) => {
                let to = known(to)?;
                ("aws_config_configuration_recorder", &to.name, Fate::Updated, recorder(to))
            }
            ConfigChange::RecorderDeleted { name } => {
                ("aws_config_configuration_recorder", name, Fate::Deleted, json!({"name": name}))
            }
            ConfigChange::Recording { name, on } => {
                let attributes = json!({"name": name, "is_enabled": known(on)?});
                ("aws_config_configuration_recorder_status", name, Fate::Updated, attributes)
            }
            ConfigChange::Delivery(to) => {
                let to = known(to)?;
                let snapshots = to.snapshot_frequency.as_ref().map(|often| json!([{"delivery_frequency": often}]));
                let attributes = json!({"name": to.name, "s3_bucket_name": to.bucket, "s3_key_prefix": to.prefix,
                    "s3_kms_key_arn": to.kms_key, "sns_topic_arn": to.sns_topic_arn,
                    "snapshot_delivery_properties": snapshots});
                ("aws_config_delivery_channel", &to.name, Fate::Updated, attributes)
            }
            ConfigChange::DeliveryDeleted { name } => {
                ("aws_config_delivery_channel", name, Fate::Deleted, json!({"name": name}))
            }
        };
        self.put(edit, kind, &format!("{name} in {}", edit.region), fate, attributes)
    }
}

fn basic(selector: &BasicSelector) -> Value {
    let resource = |(kind, values): &(String, Vec<String>)| json!({"type": kind, "values": values});
    json!({"read_write_type": selector.read_write, "include_management_events": selector.management_events,
        "exclude_management_event_sources": selector.excluded_sources,
        "data_resource": selector.data_resources.iter().map(resource).collect::<Vec<_>>()})
}

fn advanced(selector: &AdvancedSelector) -> Value {
    let fields = selector.fields.iter().map(|field| {
        json!({"field": field.field, "equals": field.equals, "starts_with": field.starts_with,
            "ends_with": field.ends_with, "not_equals": field.not_equals, "not_starts_with": field.not_starts_with,
            "not_ends_with": field.not_ends_with})
    });
    json!({"name": selector.name, "field_selector": fields.collect::<Vec<_>>()})
}

fn recorder(to: &ConfigRecorder) -> Value {
    let strategy = to.strategy.as_ref().map(|strategy| json!([{"use_only": strategy}]));
    let mode = to.recording_frequency.as_ref().map(|often| json!([{"recording_frequency": often}]));
    let group = json!({"all_supported": to.all_supported, "include_global_resource_types": to.include_global,
        "resource_types": to.resource_types, "recording_strategy": strategy,
        "exclusion_by_resource_types": [{"resource_types": to.excluded_types}]});
    json!({"name": to.name, "role_arn": to.role_arn, "recording_group": [group], "recording_mode": mode})
}
