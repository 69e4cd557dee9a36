//! Trails, weakened.

use serde_json::{Value, json};

use super::set;

/// Takes away from a trail what the sentence asks for.
pub(super) fn trail(zone: &mut Value, sentence: &str, name: &str) -> Option<&'static str> {
    let trail = zone.get_mut("trails").and_then(|all| all.get_mut(name));
    trail.as_ref()?;
    let (key, value, done) = match sentence {
        "it is an organization trail" => ("organization", json!(false), "a trail of its own account only"),
        "it records in every Region" => ("multi_region", json!(false), "a trail of one Region"),
        "it records the events of global services" => {
            ("global_service_events", json!(false), "global service events left out")
        }
        "it is logging now" => ("logging", json!(false), "logging is stopped"),
        "its log file validation is on" => ("log_file_validation", json!(false), "log file validation is off"),
        "it delivers to the bucket {string}" => ("bucket", json!("weakened"), "delivers to another bucket"),
        "it delivers to a log group of CloudWatch Logs" => ("log_group", Value::Null, "delivers to no log group"),
        "it reports no delivery error" => {
            ("latest_delivery_error", json!("AccessDenied"), "the last delivery was refused")
        }
        "it delivered log files in the last {int} hours" => {
            set(zone.get_mut("trails").and_then(|all| all.get_mut(name)), "latest_digest_delivery", Value::Null);
            set(zone.get_mut("trails").and_then(|all| all.get_mut(name)), "latest_delivery", Value::Null);
            return Some("nothing was ever delivered");
        }
        sentence if sentence.starts_with("its log files are encrypted") => {
            ("kms_key", Value::Null, "log files encrypted with SSE-S3")
        }
        sentence if sentence.starts_with("it records every ") => {
            let nothing = json!([{"ReadWriteType": "All", "IncludeManagementEvents": false, "DataResources": [],
                "ExcludeManagementEventSources": []}]);
            set(zone.get_mut("trails").and_then(|all| all.get_mut(name)), "advanced_event_selectors", json!([]));
            ("event_selectors", nothing, "event selectors record nothing")
        }
        // Whose trail it is cannot be changed.
        _ => return None,
    };
    set(zone.get_mut("trails").and_then(|all| all.get_mut(name)), key, value);
    Some(done)
}
