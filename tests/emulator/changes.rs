//! Changes as somebody plans them, each beside the same change as `defects/` makes it through the SDK.

use serde_json::{Value, json};

use crate::terraform::Terraform;

const BUCKET: &str = "aws-acme-log-storage-222222222222-eu-central-1";
const KEY_ID: &str = "1234abcd-12ab-34cd-56ef-1234567890ab";
const KEY: &str = "arn:aws:kms:eu-central-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const TOPIC: &str = "arn:aws:sns:eu-central-1:222222222222:log-store-alerts";

const MANAGEMENT: (&str, &str) = ("111111111111", "eu-central-1");
const ARCHIVE: (&str, &str) = ("222222222222", "eu-central-1");
const TOOLING: (&str, &str) = ("333333333333", "eu-central-1");
const WORKLOAD: (&str, &str) = ("555555555555", "eu-west-1");

/// A planned change.
pub(crate) struct Change {
    /// The same change in `defects/`.
    pub(crate) defect: &'static str,
    /// What `plan` is given: a plan or change set, or documents and settings.
    pub(crate) args: Vec<String>,
    /// The files named in the arguments.
    pub(crate) files: Vec<(&'static str, String)>,
    /// What findings read otherwise after the change, because nobody can plan it: an id, an instant.
    pub(crate) unplanned: Option<&'static str>,
}

fn planned(defect: &'static str, plan: &Terraform) -> Change {
    file(defect, plan.text())
}

fn file(defect: &'static str, text: String) -> Change {
    Change { defect, args: vec!["plan.json".to_owned()], files: vec![("plan.json", text)], unplanned: None }
}

fn given(defect: &'static str, args: &[&str], files: Vec<(&'static str, String)>) -> Change {
    Change { defect, args: args.iter().map(|arg| (*arg).to_owned()).collect(), files, unplanned: None }
}

/// A document of the sample with something changed, before and after.
fn edited(document: &Value, edit: impl FnOnce(&mut Vec<Value>)) -> (String, String) {
    let mut after = document.clone();
    edit(after["Statement"].as_array_mut().expect("statements"));
    (document.to_string(), after.to_string())
}

fn statement<'s>(statements: &'s mut [Value], sid: &str) -> &'s mut Value {
    statements.iter_mut().find(|statement| statement["Sid"] == sid).expect("the statement is there")
}

fn without(statements: &mut Vec<Value>, sid: &str) {
    let before = statements.len();
    statements.retain(|statement| statement["Sid"] != sid);
    assert_eq!(statements.len(), before - 1, "{sid}");
}

/// Every change.
pub(crate) fn all(zone: &Value) -> Vec<Change> {
    [of_the_bucket(zone), of_keys_and_trails(zone), of_the_organization(zone), of_alerts(zone), of_accounts(zone)]
        .into_iter()
        .flatten()
        .collect()
}

fn bucket_policy(zone: &Value, edit: impl FnOnce(&mut Vec<Value>)) -> (String, String) {
    edited(&zone["buckets"][BUCKET]["policy"], edit)
}

fn of_the_bucket(zone: &Value) -> Vec<Change> {
    let bucket = |more: Value| {
        let mut attributes = json!({"id": BUCKET, "bucket": BUCKET});
        attributes.as_object_mut().expect("made above").extend(more.as_object().expect("attributes").clone());
        attributes
    };
    let (policy, plain_http) = bucket_policy(zone, |statements| without(statements, "TlsOnly"));
    let (_, any_trail) = bucket_policy(zone, |statements| {
        let condition = &mut statement(statements, "CloudTrailWrite")["Condition"]["StringEquals"];
        condition.as_object_mut().expect("conditions").remove("aws:SourceArn");
    });
    let encryption = |by_default: Value| {
        let rule = json!({"apply_server_side_encryption_by_default": [by_default], "bucket_key_enabled": true});
        bucket(json!({"rule": [rule]}))
    };
    let flags = json!({"block_public_acls": true, "ignore_public_acls": true, "block_public_policy": true,
        "restrict_public_buckets": true});
    let mut of_account = flags.clone();
    of_account["account_id"] = json!(ARCHIVE.0);
    let early = json!({"Rules": [
        {"ID": "retention", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 365},
            "NoncurrentVersionExpiration": {"NoncurrentDays": 30}},
        {"ID": "clean-up", "Status": "Enabled", "Filter": {"Prefix": ""},
            "Expiration": {"ExpiredObjectDeleteMarker": true}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}},
    ]});
    vec![
        planned(
            "plain-http-allowed",
            &Terraform::default().update(
                ARCHIVE,
                "aws_s3_bucket_policy",
                bucket(json!({"policy": policy})),
                bucket(json!({"policy": plain_http})),
            ),
        ),
        given(
            "any-trail-may-write",
            &["--bucket-policy", &format!("{BUCKET}=policy.json")],
            vec![("policy.json", any_trail)],
        ),
        planned(
            "bucket-encrypted-by-s3-key",
            &Terraform::default().update(
                ARCHIVE,
                "aws_s3_bucket_server_side_encryption_configuration",
                encryption(json!({"sse_algorithm": "aws:kms", "kms_master_key_id": KEY})),
                encryption(json!({"sse_algorithm": "AES256", "kms_master_key_id": ""})),
            ),
        ),
        planned(
            "public-access-block-absent",
            &Terraform::default().delete(ARCHIVE, "aws_s3_account_public_access_block", of_account).delete(
                ARCHIVE,
                "aws_s3_bucket_public_access_block",
                bucket(flags),
            ),
        ),
        planned(
            "ownership-controls-absent",
            &Terraform::default().delete(
                ARCHIVE,
                "aws_s3_bucket_ownership_controls",
                bucket(json!({"rule": [{"object_ownership": "BucketOwnerEnforced"}]})),
            ),
        ),
        given(
            "logs-expire-early",
            &["--lifecycle", &format!("{BUCKET}=rules.json")],
            vec![("rules.json", early.to_string())],
        ),
        given("lock-can-be-bypassed", &["--set", "bucket", BUCKET, "object-lock=GOVERNANCE:2555"], Vec::new()),
        planned(
            "access-not-logged",
            &Terraform::default().delete(
                ARCHIVE,
                "aws_s3_bucket_logging",
                bucket(json!({"target_bucket": "aws-acme-access-log-storage-222222222222-eu-central-1",
                    "target_prefix": "log-storage/"})),
            ),
        ),
        planned(
            "replication-absent",
            &Terraform::default().delete(
                ARCHIVE,
                "aws_s3_bucket_replication_configuration",
                bucket(json!({"role": "arn:aws:iam::222222222222:role/LogReplication", "rule": []})),
            ),
        ),
    ]
}

fn of_keys_and_trails(zone: &Value) -> Vec<Change> {
    let policy = &zone["keys"][KEY_ID]["policy"];
    let key = json!({"id": KEY_ID, "key_id": KEY_ID, "arn": KEY, "is_enabled": true, "enable_key_rotation": true,
        "rotation_period_in_days": 365, "deletion_window_in_days": 7, "policy": policy.to_string()});
    let rotation = |on: bool| json!({"Properties": {"EnableKeyRotation": on}}).to_string();
    let change_set = json!({
        "StackId": "arn:aws:cloudformation:eu-central-1:222222222222:stack/log-archive/11111111-2222-3333-4444-555555555555",
        "StackName": "log-archive", "ChangeSetName": "planned", "Status": "CREATE_COMPLETE",
        "Changes": [{"Type": "Resource", "ResourceChange": {
            "Action": "Modify", "LogicalResourceId": "LogKey", "PhysicalResourceId": KEY_ID,
            "ResourceType": "AWS::KMS::Key", "Replacement": "False",
            "BeforeContext": rotation(true), "AfterContext": rotation(false)}}],
    });
    let (_, no_readers) = edited(policy, |statements| without(statements, "ReadersDecrypt"));
    let alias = |target: Value| {
        json!({"id": "alias/acme-log-storage", "name": "alias/acme-log-storage",
            "arn": "arn:aws:kms:eu-central-1:222222222222:alias/acme-log-storage", "target_key_id": target})
    };
    let new_key = json!({"is_enabled": true, "enable_key_rotation": true, "policy": policy.to_string(),
        "description": "another key", "key_usage": "ENCRYPT_DECRYPT", "deletion_window_in_days": null});
    let mut repointed = planned(
        "alias-repointed",
        &Terraform::default()
            .create(ARCHIVE, "aws_kms_key", new_key)
            .after_apply(&[("arn", &[]), ("id", &[]), ("key_id", &[])])
            .configured(&["policy"])
            .update(ARCHIVE, "aws_kms_alias", alias(json!(KEY_ID)), alias(Value::Null))
            .after_apply(&[("target_key_id", &["aws_kms_key.planned.arn", "aws_kms_key.planned"])]),
    );
    repointed.unplanned = Some("the id of the new key");
    let trail = |more: Value| {
        let mut trail = json!({"name": "org-trail", "arn": "arn:aws:cloudtrail:eu-central-1:111111111111:trail/org-trail",
            "s3_bucket_name": BUCKET, "s3_key_prefix": "", "kms_key_id": KEY, "enable_logging": true,
            "is_organization_trail": true, "is_multi_region_trail": true, "include_global_service_events": true,
            "enable_log_file_validation": true, "sns_topic_name": "", "event_selector": [],
            "advanced_event_selector": [],
            "cloud_watch_logs_group_arn": "arn:aws:logs:eu-central-1:111111111111:log-group:organization-trail:*"});
        trail.as_object_mut().expect("made above").extend(more.as_object().expect("attributes").clone());
        trail
    };
    let writes = json!({"event_selector": [{"read_write_type": "WriteOnly", "include_management_events": true}]});
    let of_trail = |defect, after| {
        planned(defect, &Terraform::default().update(MANAGEMENT, "aws_cloudtrail", trail(json!({})), trail(after)))
    };
    let mut deleted = planned("key-pending-deletion", &Terraform::default().delete(ARCHIVE, "aws_kms_key", key));
    deleted.unplanned = Some("when the waiting period begins");
    let mut stopped = given("trail-stopped", &["--set", "trail", "org-trail", "logging=off"], Vec::new());
    stopped.unplanned = Some("when it is stopped");
    vec![
        deleted,
        file("key-rotation-off", change_set.to_string()),
        given("key-disabled", &["--set", "key", "alias/acme-log-storage", "state=Disabled"], Vec::new()),
        given(
            "reader-cannot-decrypt",
            &["--key-policy", "alias/acme-log-storage=key.json"],
            vec![("key.json", no_readers)],
        ),
        repointed,
        of_trail("trail-of-one-account", json!({"is_organization_trail": false})),
        of_trail("read-events-left-out", writes),
        stopped,
    ]
}

fn of_the_organization(zone: &Value) -> Vec<Change> {
    let attachment = |target: &str| json!({"id": format!("{target}:p-protectlogs"), "policy_id": "p-protectlogs", "target_id": target});
    let organization = |types: Value| {
        json!({"id": "o-exampleorg1", "arn": "arn:aws:organizations::111111111111:organization/o-exampleorg1",
            "feature_set": "ALL", "enabled_policy_types": types, "roots": [{"id": "r-exmp"}]})
    };
    let (guarded, loose) = edited(&zone["service_control_policies"]["p-protectlogs"]["document"], |statements| {
        let actions = statement(statements, "ProtectTrail")["Action"].as_array_mut().expect("actions");
        actions.retain(|action| action != "cloudtrail:StopLogging");
    });
    let policy = |content: String| {
        json!({"id": "p-protectlogs", "name": "ProtectLogStore", "type": "SERVICE_CONTROL_POLICY", "content": content,
            "arn": "arn:aws:organizations::111111111111:policy/o-exampleorg1/service_control_policy/p-protectlogs"})
    };
    vec![
        given("protection-not-attached", &["--detach", "ProtectLogStore@root"], Vec::new()),
        planned(
            "protection-attached-to-one-unit",
            &Terraform::default().change(
                MANAGEMENT,
                "aws_organizations_policy_attachment",
                &["delete", "create"],
                attachment("r-exmp"),
                attachment("ou-exmp-security1"),
            ),
        ),
        planned(
            "policies-not-enabled",
            &Terraform::default().update(
                MANAGEMENT,
                "aws_organizations_organization",
                organization(json!(["RESOURCE_CONTROL_POLICY", "SERVICE_CONTROL_POLICY"])),
                organization(json!(["RESOURCE_CONTROL_POLICY"])),
            ),
        ),
        planned(
            "trail-may-be-stopped",
            &Terraform::default().update(MANAGEMENT, "aws_organizations_policy", policy(guarded), policy(loose)),
        ),
    ]
}

fn of_alerts(zone: &Value) -> Vec<Change> {
    let pattern = zone["event_rules"]["222222222222/eu-central-1"]["log-store-changes"]["pattern"].to_string();
    let rule = |state: &str| {
        json!({"id": "log-store-changes", "name": "log-store-changes", "event_bus_name": "default", "state": state,
            "arn": "arn:aws:events:eu-central-1:222222222222:rule/log-store-changes", "event_pattern": pattern})
    };
    let target = json!({"id": "log-store-changes-notify", "rule": "log-store-changes", "target_id": "notify",
        "event_bus_name": "default", "arn": TOPIC, "role_arn": ""});
    let filter = json!({"id": "trail-changes", "name": "trail-changes", "log_group_name": "organization-trail",
        "pattern": "", "metric_transformation": []});
    let alarm = json!({"id": "log-store-key-changes", "alarm_name": "log-store-key-changes",
        "arn": "arn:aws:cloudwatch:eu-central-1:111111111111:alarm:log-store-key-changes"});
    let analyzer = json!({
        "StackId": "arn:aws:cloudformation:eu-central-1:333333333333:stack/tooling/11111111-2222-3333-4444-555555555555",
        "StackName": "tooling", "ChangeSetName": "planned", "Status": "CREATE_COMPLETE",
        "Changes": [{"Type": "Resource", "ResourceChange": {
            "Action": "Remove", "LogicalResourceId": "Analyzer", "ResourceType": "AWS::AccessAnalyzer::Analyzer",
            "PhysicalResourceId": format!("arn:aws:access-analyzer:{}:{}:analyzer/organization", TOOLING.1, TOOLING.0),
            "BeforeContext":
                json!({"Properties": {"AnalyzerName": "organization", "Type": "ORGANIZATION"}}).to_string()}}],
    });
    vec![
        planned(
            "alert-disabled",
            &Terraform::default().update(ARCHIVE, "aws_cloudwatch_event_rule", rule("ENABLED"), rule("DISABLED")),
        ),
        planned("alert-without-target", &Terraform::default().delete(ARCHIVE, "aws_cloudwatch_event_target", target)),
        planned(
            "trail-changes-not-counted",
            &Terraform::default().delete(MANAGEMENT, "aws_cloudwatch_log_metric_filter", filter),
        ),
        planned(
            "key-changes-raise-no-alarm",
            &Terraform::default().delete(MANAGEMENT, "aws_cloudwatch_metric_alarm", alarm),
        ),
        file("analyzer-absent", analyzer.to_string()),
    ]
}

fn of_accounts(zone: &Value) -> Vec<Change> {
    let trust = &zone["roles"][ARCHIVE.0]["LogArchive-Administrator"]["trust"];
    let (mfa, without_mfa) = edited(trust, |statements| {
        statement(statements, "BreakGlass").as_object_mut().expect("a statement").remove("Condition");
    });
    let role = |name: &str, account: &str, trust: &str| {
        json!({"id": name, "name": name, "path": "/", "arn": format!("arn:aws:iam::{account}:role/{name}"),
            "assume_role_policy": trust, "permissions_boundary": "", "tags_all": {}})
    };
    let administrator = |trust: &str| role("LogArchive-Administrator", ARCHIVE.0, trust);
    let ec2 = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
        "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]});
    let uploads = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:PutObject",
        "Resource": format!("arn:aws:s3:::{BUCKET}/*")}]});
    let (policy, uploader) = bucket_policy(zone, |statements| {
        statements.push(json!({"Sid": "Uploads", "Effect": "Allow",
            "Principal": {"AWS": format!("arn:aws:iam::{}:role/Uploader", MANAGEMENT.0)}, "Action": "s3:PutObject",
            "Resource": format!("arn:aws:s3:::{BUCKET}/*")}));
    });
    let of_bucket = |policy: String| json!({"id": BUCKET, "bucket": BUCKET, "policy": policy});
    let recorder = |more: Value| {
        let mut recorder = json!({"id": "default", "name": "default"});
        recorder.as_object_mut().expect("made above").extend(more.as_object().expect("attributes").clone());
        recorder
    };
    vec![
        planned(
            "exempt-role-without-mfa",
            &Terraform::default().update(ARCHIVE, "aws_iam_role", administrator(&mfa), administrator(&without_mfa)),
        ),
        planned(
            "admin-role-absent",
            &Terraform::default()
                .delete(
                    ARCHIVE,
                    "aws_iam_role_policy",
                    json!({"id": "LogArchive-Administrator:administer-log-store", "name": "administer-log-store",
                        "role": "LogArchive-Administrator", "policy": "{}"}),
                )
                .delete(ARCHIVE, "aws_iam_role", administrator(&mfa)),
        ),
        planned(
            "management-may-write",
            &Terraform::default()
                .create(MANAGEMENT, "aws_iam_role", role("Uploader", MANAGEMENT.0, &ec2.to_string()))
                .create(
                    MANAGEMENT,
                    "aws_iam_role_policy",
                    json!({"id": "Uploader:all", "name": "all", "role": "Uploader", "policy": uploads.to_string()}),
                )
                .update(ARCHIVE, "aws_s3_bucket_policy", of_bucket(policy), of_bucket(uploader)),
        ),
        planned(
            "recorder-stopped",
            &Terraform::default().update(
                WORKLOAD,
                "aws_config_configuration_recorder_status",
                recorder(json!({"is_enabled": true})),
                recorder(json!({"is_enabled": false})),
            ),
        ),
        planned(
            "config-absent",
            &Terraform::default()
                .delete(WORKLOAD, "aws_config_configuration_recorder_status", recorder(json!({"is_enabled": true})))
                .delete(
                    WORKLOAD,
                    "aws_config_delivery_channel",
                    recorder(json!({"s3_bucket_name": "aws-acme-config-log-storage-222222222222-eu-central-1"})),
                )
                .delete(WORKLOAD, "aws_config_configuration_recorder", recorder(json!({"role_arn": ""}))),
        ),
    ]
}
