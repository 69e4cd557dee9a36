//! Weaknesses that are something added rather than something changed: a grant, a fault in delivery, an account or a bucket
//! that nothing is known of, rights of one more role.

use serde_json::{Value, json};

use super::zone::Mutant;

const LOG: &str = "aws-acme-log-storage-222222222222-eu-central-1";
const CONFIG: &str = "aws-acme-config-log-storage-222222222222-eu-central-1";
const ACCESS: &str = "aws-acme-access-log-storage-222222222222-eu-central-1";
const REPLICA: &str = "aws-acme-replica-log-storage-666666666666-eu-west-1";
const KEY: &str = "1234abcd-12ab-34cd-56ef-1234567890ab";
const ALL_USERS: &str = "http://acs.amazonaws.com/groups/global/AllUsers";

/// Everything that is added to the sample zone, one at a time.
pub(crate) fn everything() -> Vec<Mutant> {
    let mut found = Vec::new();
    let mut add = |name: &str, place: &[&str], value: Value| found.push(Mutant::named(name, place, value));

    for bucket in [LOG, CONFIG, ACCESS, REPLICA] {
        for permission in ["READ", "WRITE", "WRITE_ACP"] {
            let grant = json!([{"grantee": ALL_USERS, "permission": permission}]);
            add(&format!("{bucket}: everybody has {permission} by ACL"), &["buckets", bucket, "acl"], grant);
        }
        let everybody = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*",
            "Resource": [format!("arn:aws:s3:::{bucket}"), format!("arn:aws:s3:::{bucket}/*")]}]});
        add(&format!("{bucket}: the policy opens it"), &["buckets", bucket, "policy"], everybody);
        let soon = json!({"expiration_days": 30});
        add(&format!("{bucket}: a second rule expires after 30 days"), &["buckets", bucket, "lifecycle", "soon"], soon);
        let old = json!({"noncurrent_expiration_days": 1});
        add(&format!("{bucket}: old versions go after a day"), &["buckets", bucket, "lifecycle", "old"], old);
    }
    let cold = json!({"transitions": [{"days": 1, "storage_class": "DEEP_ARCHIVE"}]});
    add("a second rule archives after a day", &["buckets", LOG, "lifecycle", "cold"], cold);

    add("the key is disabled", &["keys", KEY, "state"], json!("Disabled"));
    add("the key is about to be deleted", &["keys", KEY, "state"], json!("PendingDeletion"));
    add("the key is managed by AWS", &["keys", KEY, "manager"], json!("AWS"));
    add("the key's material was imported", &["keys", KEY, "origin"], json!("EXTERNAL"));
    add("the key signs", &["keys", KEY, "spec"], json!("RSA_2048"));
    for grantee in ["arn:aws:iam::555555555555:role/Developer", "arn:aws:iam::999999999999:root"] {
        let grant = json!({"grantee": grantee, "operations": ["Decrypt"]});
        add(&format!("a grant lets {grantee} decrypt"), &["keys", KEY, "grants", "g1"], grant);
    }
    let creates = json!({"grantee": "arn:aws:iam::555555555555:role/Developer", "operations": ["CreateGrant"]});
    add("a grant lets a stranger create grants", &["keys", KEY, "grants", "g1"], creates);

    trails(&mut add);
    cells(&mut add);
    principals(&mut add);
    population(&mut add);
    for kind in
        ["chain-missing", "tail-missing", "link-broken", "log-modified", "log-missing", "log-planted", "key-unknown"]
    {
        let flaw = json!([{"account": "444444444444", "region": "eu-west-1", "kind": kind}]);
        add(&format!("delivered logs: {kind}"), &["chain_flaws"], flaw);
    }
    found
}

fn trails(add: &mut impl FnMut(&str, &[&str], Value)) {
    for account in ["222222222222", "333333333333", "444444444444", "555555555555", "666666666666"] {
        let place = ["trails", "org-trail", "not_in_accounts"];
        add(&format!("the trail does not reach {account}"), &place, json!([account]));
    }
    let place = ["trails", "org-trail", "latest_delivery_error"];
    add("the trail cannot deliver", &place, json!("AccessDenied"));
    let place = ["trails", "org-trail", "latest_digest_delivery_error"];
    add("the trail cannot deliver digests", &place, json!("AccessDenied"));
    for source in ["kms.amazonaws.com", "rdsdata.amazonaws.com"] {
        let selectors = json!([{"ReadWriteType": "All", "IncludeManagementEvents": true, "DataResources": [],
            "ExcludeManagementEventSources": [source]}]);
        add(&format!("the trail leaves out {source}"), &["trails", "org-trail", "event_selectors"], selectors);
    }
}

/// One account and Region in which AWS Config is not what it is elsewhere.
fn cells(add: &mut impl FnMut(&str, &[&str], Value)) {
    for account in ["111111111111", "222222222222", "333333333333", "444444444444", "555555555555", "666666666666"] {
        for region in ["eu-central-1", "eu-west-1"] {
            let cell = format!("{account}/{region}");
            add(&format!("no recorder in {cell}"), &["config_recorders", "at", &cell], Value::Null);
            add(&format!("no delivery channel in {cell}"), &["delivery_channels", "at", &cell], Value::Null);
        }
    }
    let stopped = json!({"all_supported": true, "include_global": true, "recording": false, "last_status": "SUCCESS"});
    add("a recorder is stopped", &["config_recorders", "at", "555555555555/eu-west-1"], stopped);
    let some = json!({"resource_types": ["AWS::EC2::Instance"], "strategy": "INCLUSION_BY_RESOURCE_TYPES", "recording": true, "last_status": "SUCCESS"});
    add("a recorder records one type", &["config_recorders", "at", "555555555555/eu-west-1"], some);
    let away = json!({"bucket": "somebody-elses-bucket", "frequency": "TwentyFour_Hours"});
    add("a channel delivers elsewhere", &["delivery_channels", "at", "555555555555/eu-west-1"], away);
}

/// Roles and users that can do what only few may.
fn principals(add: &mut impl FnMut(&str, &[&str], Value)) {
    let anybody = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::555555555555:root"}, "Action": "sts:AssumeRole"}]});
    let can = |actions: &[&str]| json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]});
    for (what, actions) in [
        ("read logs", &["s3:GetObject"][..]),
        ("delete logs", &["s3:DeleteObject", "s3:DeleteObjectVersion"]),
        ("write logs", &["s3:PutObject"]),
        ("change bucket policies", &["s3:PutBucketPolicy"]),
        ("do everything", &["*"]),
    ] {
        let role = json!({"trust": anybody, "policies": {"p": can(actions)}});
        add(&format!("a role of the log archive account can {what}"), &["roles", "222222222222", "Helper"], role);
        let user = json!({"policies": {"p": can(actions)}});
        add(&format!("a user of the log archive account can {what}"), &["users", "222222222222", "helper"], user);
    }
    let user = json!({"policies": {"p": can(&["cloudtrail:StopLogging"])}});
    add("a user of the management account can stop the trail", &["users", "111111111111", "helper"], user);
    let user = json!({"policies": {"p": can(&["sts:AssumeRole"])}});
    add("a user of another account may assume roles", &["users", "555555555555", "helper"], user);
}

/// Accounts, buckets and policies that are there besides.
fn population(add: &mut impl FnMut(&str, &[&str], Value)) {
    let bucket = json!({"account": "222222222222", "region": "eu-central-1", "versioning": "Enabled"});
    add("a bucket that nobody registered", &["buckets", "application-logs-222222222222"], bucket);
    let account = json!({"name": "new", "unit": "ou-exmp-workload1", "joined": "2025-06-01T00:00:00Z"});
    add("an account that delivers nothing", &["accounts", "121212121212"], account);
    let targets = ["service_control_policies", "p-protectlogs", "targets"];
    for (what, attached) in [
        ("to nothing", json!([])),
        ("to the workloads only", json!(["ou-exmp-workload1"])),
        ("to the security unit only", json!(["ou-exmp-security1"])),
        ("to the management account only", json!(["111111111111"])),
        ("to one account", json!(["222222222222"])),
    ] {
        add(&format!("the service control policy is attached {what}"), &targets, attached);
    }
    let targets = ["resource_control_policies", "p-perimeter1", "targets"];
    add("the resource control policy is attached elsewhere", &targets, json!(["ou-exmp-workload1"]));
    let finding = json!({"resource": format!("arn:aws:s3:::{LOG}")});
    let place = ["analyzers", "333333333333/eu-central-1", "organization", "findings", "f1"];
    add("the analyzer has an active finding", &place, finding);
    let used = json!([{"id": "e1", "name": "AssumeRole", "time": "2026-01-10T08:00:00Z",
        "resources": ["arn:aws:iam::222222222222:role/LogArchive-Administrator"],
        "record": {"eventName": "AssumeRole", "eventSource": "sts.amazonaws.com", "requestParameters":
            {"roleArn": "arn:aws:iam::222222222222:role/LogArchive-Administrator", "roleSessionName": "just-looking"}}}]);
    add("the break-glass role was used and nobody says why", &["trail_events", "222222222222/eu-central-1"], used);
}
