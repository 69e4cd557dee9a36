//! What CloudTrail recorded, joined to what the register says of it: uses of the administrator role, changes to
//! retention, the making of buckets.
//!
//! CloudTrail's event history holds management events of the last 90 days; what is older is in the log files only.
//! See: <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html>

use cucumber::then;
use jiff::{SignedDuration, Timestamp};
use logproof_estate::{
    ExchangeId, Partition, Reason, Region, Unseen,
    facts::{TrailEvent, TrailEventQuery},
    record::{Observation, Subject},
    register::{BreakGlassUse, Exception, day},
    world::{Judged, LogproofWorld, Stop},
};
use serde_json::Value;

use crate::scene::{buckets::registered_bucket, population::examined};

/// Days the event history reaches back.
const HISTORY_DAYS: i64 = 90;

/// Events that shorten how long log files are kept, or end them.
const SHORTENING: [&str; 7] = [
    "PutBucketLifecycle",
    "PutBucketLifecycleConfiguration",
    "DeleteBucketLifecycle",
    "PutBucketVersioning",
    "PutBucketObjectLockConfiguration",
    "PutObjectLockConfiguration",
    "DeleteBucket",
];

/// An event with its record read.
struct Seen {
    event: TrailEvent,
    record: Value,
}

impl Seen {
    fn text(&self, pointer: &str) -> &str {
        self.record.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    /// Whether the call was refused: then it did nothing.
    fn failed(&self) -> bool {
        !self.text("/errorCode").is_empty()
    }

    /// Who called.
    fn caller(&self) -> String {
        let arn = self.text("/userIdentity/arn");
        let invoked_by = self.text("/userIdentity/invokedBy");
        let name = [arn, invoked_by].into_iter().find(|text| !text.is_empty()).map(str::to_owned);
        name.or_else(|| self.event.username.clone()).unwrap_or_else(|| "somebody unnamed".to_owned())
    }
}

/// Events about a resource in the event history of the log archive account, in one Region.
async fn events_about(
    w: &mut LogproofWorld,
    region: &Region,
    resource: &str,
) -> Result<(Vec<Seen>, Vec<ExchangeId>), Stop> {
    let (estate, now) = (w.estate()?, w.now()?);
    let query = TrailEventQuery {
        attribute: "ResourceName".to_owned(),
        value: resource.to_owned(),
        from: now.checked_sub(SignedDuration::from_hours(HISTORY_DAYS * 24)).unwrap_or(now),
        until: now,
    };
    let account = estate.log_bucket().owner;
    let events = w.see(estate.trail_events(&account, region, &query).await)?;
    let mut seen = Vec::new();
    for event in events.iter() {
        match serde_json::from_str::<Value>(&event.record) {
            Ok(record) if record.is_object() => seen.push(Seen { event: event.clone(), record }),
            // An event that cannot be read can be neither justified nor held against anybody.
            _ => {
                let unseen = Unseen {
                    operation: "cloudtrail:LookupEvents".to_owned(),
                    account: account.clone(),
                    region: Some(region.clone()),
                    subject: resource.to_owned(),
                    reason: Reason::Malformed,
                    detail: format!("the record of event {} is not a JSON object", event.id),
                    hint: "look the event up in the console, and report this".to_owned(),
                    exchanges: events.exchanges().to_vec(),
                };
                return Err(w.see::<()>(Err(unseen)).err().unwrap_or_else(|| Stop::because("unreadable event")));
            }
        }
    }
    Ok((seen, events.exchanges().to_vec()))
}

#[then("every recorded use of the administrator role is registered with its reason")]
async fn every_use_is_justified(w: &mut LogproofWorld) -> Judged {
    let (estate, config, register) = (w.estate()?, w.config()?, w.register()?);
    let account = &config.organization.log_archive_account;
    let role = w.see(estate.role(account, &config.names.admin_role).await)?;
    let Some(role) = role.as_ref() else {
        let name = &config.names.admin_role;
        return Err(w.not_applicable(format!("iam:GetRole returned no role `{name}` in account {account}")));
    };
    let (mut uses, mut asked) = (0, Vec::new());
    for region in &config.organization.governed_regions {
        let (events, exchanges) = events_about(w, region, &role.arn).await?;
        for seen in events.iter().filter(|seen| seen.event.name.starts_with("AssumeRole") && !seen.failed()) {
            uses += 1;
            observe_use(w, &role.arn, seen, &register.break_glass, &exchanges)?;
        }
        asked.extend(exchanges);
    }
    if uses == 0 {
        let found = format!("no session within {HISTORY_DAYS} days");
        let subject = Subject::arn(&role.arn).at(account, None);
        w.observe(
            Observation::new(subject, "every session is registered with its reason", found, true)
                .hint("register each use in break-glass.toml, with its ticket, reason and approval")
                .resting_on(&asked),
        );
    }
    // Other partitions have no global endpoint of STS. See: https://docs.aws.amazon.com/general/latest/gr/sts.html
    let governs = |name: &str| config.organization.governed_regions.iter().any(|region| region.as_str() == name);
    if config.partition() == Partition::Commercial && !governs("us-east-1") {
        w.note("sessions begun through the global endpoint of STS are recorded in us-east-1, which is not governed and was not looked at");
    }
    w.settle()
}

fn observe_use(
    w: &mut LogproofWorld,
    role: &str,
    seen: &Seen,
    uses: &[BreakGlassUse],
    exchanges: &[ExchangeId],
) -> Result<(), Stop> {
    let session = seen.text("/requestParameters/roleSessionName");
    let at = seen.event.time;
    let entry = uses.iter().find(|one| covers(one, session, at));
    let who = seen.caller();
    let found = match entry {
        Some(one) => format!(
            "{at}, session `{session}` of {who}: {} ({}), approved by {}",
            one.reason, one.ticket, one.approved_by
        ),
        None => format!("{at}, session `{session}` of {who}: not registered"),
    };
    let account = w.config()?.organization.log_archive_account.clone();
    w.observe(
        Observation::new(
            Subject::arn(role).at(&account, None),
            "the session is registered with its ticket, reason and approval",
            found,
            entry.is_some(),
        )
        .place(format!("event {}", seen.event.id))
        .hint("ask who used the role and why; write it into break-glass.toml, approved by somebody else, or treat it as an incident")
        .resting_on(exchanges),
    );
    Ok(())
}

/// Whether an entry refers to a session that began then.
fn covers(one: &BreakGlassUse, session: &str, at: Timestamp) -> bool {
    !one.session.trim().is_empty() && session.contains(one.session.as_str()) && one.from <= at && at <= one.until
}

#[then("every recorded change to how long log files are kept is registered as an exception")]
async fn every_change_is_an_exception(w: &mut LogproofWorld) -> Judged {
    let (config, register) = (w.config()?, w.register()?);
    let mut buckets = register.buckets().into_iter().map(str::to_owned).collect::<Vec<_>>();
    buckets.push(config.log_bucket_name());
    buckets.sort();
    buckets.dedup();
    for name in &buckets {
        let mut bucket = w.estate()?.archive_bucket(name);
        if let Some(found) = registered_bucket(w, name).await? {
            bucket = found;
        }
        let (events, exchanges) = events_about(w, &bucket.region, name).await?;
        let subject = Subject::bucket(&bucket);
        let expected = "changes to lifecycle, versioning and Object Lock only under an approved exception";
        let changes: Vec<&Seen> =
            events.iter().filter(|seen| SHORTENING.contains(&seen.event.name.as_str()) && !seen.failed()).collect();
        if changes.is_empty() {
            let found = format!("no such event within {HISTORY_DAYS} days");
            w.observe(Observation::new(subject.clone(), expected, found, true).resting_on(&exchanges));
        }
        for seen in changes {
            let entry = register.exceptions.iter().find(|exception| allows(exception, name, seen.event.time));
            let what = format!("{} by {} on {}", seen.event.name, seen.caller(), seen.event.time);
            let found = match entry {
                Some(one) => format!("{what}: exception {} approved by {}", one.id, one.approved_by),
                None => format!("{what}: no exception"),
            };
            w.observe(
                Observation::new(subject.clone(), expected, found, entry.is_some())
                    .place(format!("event {}", seen.event.id))
                    .hint("find out whether it was approved; register the exception, or undo the change")
                    .resting_on(&exchanges),
            );
        }
    }
    examined(w, "buckets with log streams", buckets.len(), "streams.toml of the register and the log bucket");
    w.note("deletes of single objects are data events, which the event history does not hold: control LS-4.7 asks that they are recorded, LS-7.2 that they alert");
    w.settle()
}

fn allows(exception: &Exception, bucket: &str, at: Timestamp) -> bool {
    exception.bucket == bucket && exception.from <= day(at) && day(at) <= exception.until
}

#[then("somebody answers for the process by which exceptions to retention are approved")]
async fn the_process_is_attested(w: &mut LogproofWorld) -> Judged {
    w.needs_attestation(
        "exceptions to retention and deletion follow a written process, and each was approved before it was used",
    );
    Ok(())
}

#[then("no registered bucket was made by hand in the last 90 days")]
async fn no_bucket_was_made_by_hand(w: &mut LogproofWorld) -> Judged {
    let names: Vec<String> = w.register()?.buckets().into_iter().map(str::to_owned).collect();
    let mut number = 0;
    for name in &names {
        let Some(bucket) = registered_bucket(w, name).await? else { continue };
        number += 1;
        let (events, exchanges) = events_about(w, &bucket.region, name).await?;
        let made = events.iter().find(|seen| seen.event.name == "CreateBucket" && !seen.failed());
        let (found, met) = match made {
            None => (format!("made more than {HISTORY_DAYS} days ago"), true),
            Some(seen) => {
                let by_hand = is_by_hand(&seen.record);
                let how = if by_hand { "in the console" } else { "by a program" };
                (format!("made on {} by {} {how}", seen.event.time, seen.caller()), !by_hand)
            }
        };
        w.observe(
            Observation::new(Subject::bucket(&bucket), "made by automation", found, met)
                .place("CreateBucket")
                .hint(
                    "import the bucket into the stack that owns the log store, and let the pipeline make the next one",
                )
                .resting_on(&exchanges),
        );
    }
    if number == 0 {
        return Err(w.not_applicable("no registered bucket exists: see control LS-10.2"));
    }
    examined(w, "registered buckets", number, "streams.toml of the register, s3:ListBuckets");
    w.settle()
}

/// Hosts of the consoles of all partitions.
///
/// See: <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_enable-console-custom-url.html>
const CONSOLES: [&str; 4] =
    ["console.amazonaws.com", "console.amazonaws-us-gov.com", "console.amazonaws.cn", "console.amazonaws-eusc.eu"];

/// Whether a call came from a console session.
///
/// See: <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html>
fn is_by_hand(record: &Value) -> bool {
    let console = record.get("sessionCredentialFromConsole");
    let from_console = console.is_some_and(|value| value == "true" || value == true);
    let agent = record.get("userAgent").and_then(Value::as_str).unwrap_or_default().to_lowercase();
    from_console
        || CONSOLES.iter().any(|console| agent.contains(console))
        || agent.contains("s3console")
        || agent.starts_with("mozilla/")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_console_session_is_known_by_its_flag_and_its_agent() {
        for (record, expected) in [
            (json!({"sessionCredentialFromConsole": "true"}), true),
            (json!({"userAgent": "[S3Console/0.4, aws-internal/3]"}), true),
            (json!({"userAgent": "Mozilla/5.0"}), true),
            (json!({"userAgent": "cloudformation.amazonaws.com"}), false),
            (json!({}), false),
        ] {
            assert_eq!(is_by_hand(&record), expected, "{record}");
        }
    }

    #[test]
    fn an_entry_covers_its_session_in_its_time_only() {
        let one = |session: &str| BreakGlassUse {
            session: session.to_owned(),
            ticket: "t".to_owned(),
            reason: "r".to_owned(),
            used_by: "u".to_owned(),
            approved_by: "a".to_owned(),
            from: "2026-01-01T08:00:00Z".parse().unwrap(),
            until: "2026-01-01T10:00:00Z".parse().unwrap(),
        };
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert!(covers(&one("INC-7"), "ada-INC-7", at("2026-01-01T09:00:00Z")));
        assert!(!covers(&one("INC-7"), "ada-INC-8", at("2026-01-01T09:00:00Z")));
        assert!(!covers(&one("INC-7"), "ada-INC-7", at("2026-01-01T10:00:01Z")));
        assert!(!covers(&one(" "), "ada INC-7", at("2026-01-01T09:00:00Z")));
    }
}
