//! Roles, weakened.

use serde_json::{Value, json};

use super::{allow_everything_above, set};

const HALF_A_DAY: u32 = 12 * 3600;

/// Takes away from a role, or from the user who must be able to assume one, what the sentence asks for.
pub(super) fn role(zone: &mut Value, sentence: &str, arn: &str) -> Option<&'static str> {
    let everything = |effect: &str| {
        let statement = json!({"Sid": "Weakened", "Effect": effect, "Action": "*", "Resource": "*"});
        json!({"Weakened": {"Version": "2012-10-17", "Statement": [statement]}})
    };
    let now = zone.get("now").cloned();
    place(zone, arn)?;
    Some(match sentence {
        "its sessions last at most {int} hours" => {
            set(place(zone, arn), "max_session_seconds", json!(HALF_A_DAY));
            "sessions of the role last twelve hours"
        }
        "it has a permissions boundary" | "its permissions boundary is {string}" => {
            set(place(zone, arn), "boundary", Value::Null);
            "no permissions boundary"
        }
        "it has not been used in the last {int} days" => {
            set(place(zone, arn), "last_used", now?);
            "the role was used just now"
        }
        sentence if sentence.starts_with("its own policies allow no request") => {
            set(place(zone, arn), "policies", everything("Allow"));
            set(place(zone, arn), "boundary", Value::Null);
            allow_everything_above(zone);
            "policies of the role and organization allow everything"
        }
        "{principals} can assume it" => {
            set(place(zone, arn), "policies", everything("Deny"));
            "the principal's own policy denies everything"
        }
        _ => {
            set(place(zone, arn), "trust", open_trust());
            allow_everything_above(zone);
            "trust policy and organization admit everybody"
        }
    })
}

fn open_trust() -> Value {
    let actions = ["sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"];
    let statement = json!({"Sid": "Weakened", "Effect": "Allow", "Principal": "*", "Action": actions});
    json!({"Version": "2012-10-17", "Statement": [statement]})
}

/// The role or user in the description: one of its account, or one that is in every account.
fn place<'z>(zone: &'z mut Value, arn: &str) -> Option<&'z mut Value> {
    let (account, name) = (arn.split(':').nth(4)?, arn.rsplit('/').next()?);
    let list = if arn.contains(":user/") { "users" } else { "roles" };
    let own = format!("/{list}/{account}/{name}");
    let pointer = if zone.pointer(&own).is_some() { own } else { format!("/roles_everywhere/{name}") };
    zone.pointer_mut(&pointer)
}
