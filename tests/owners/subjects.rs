//! Roles, trails and topics as subjects: nothing is green that was not looked at.

use super::{SAMPLE, judged, refused, verdict};

const BREAK_GLASS: &str = "Given the role \"BreakGlass\" of account \"security-tooling\"\n";
const ORG_TRAIL: &str = "Given the trail \"org-trail\" of account \"management\"\n";
const ALARMS: &str = "Given the topic \"log-store-alarms\" of account \"management\"\n";

fn with(patch: &str) -> String {
    format!("base: sample\njson_patch:\n  - {patch}\n")
}

fn denied(service: &str, operation: &str) -> String {
    format!("base: sample\nfaults: [{{service: {service}, operation: {operation}, kind: access-denied}}]\n")
}

#[test]
fn what_does_not_exist_is_a_finding() {
    let mfa = "Then nobody can assume it without multi-factor authentication";
    let role = |name: &str, account: &str| format!("Given the role \"{name}\" of account \"{account}\"\n{mfa}");
    verdict(SAMPLE, &role("Gone", "security-tooling"), "FAIL", "no role `Gone`");
    verdict(SAMPLE, &role("BreakGlass", "999999999999"), "FAIL", "no such account");
    let arn = "arn:aws:iam::333333333333:role/path/BreakGlass";
    verdict(SAMPLE, &role(arn, "security-tooling"), "FAIL", "no such role, only");
    verdict(SAMPLE, &role("path/BreakGlass", "security-tooling"), "FAIL", "no such role, only");
    verdict(SAMPLE, &role(arn, "log-archive"), "ERROR", "is not a role of account 222222222222");
    verdict(SAMPLE, &format!("Given these roles\n  | {arn} |\n{mfa}"), "FAIL", "no such role, only");
    let logging = "\nThen it is logging now";
    let trail = |name: &str, account: &str| format!("Given the trail \"{name}\" of account \"{account}\"{logging}");
    verdict(SAMPLE, &trail("gone", "management"), "FAIL", "no such trail, only");
    verdict(SAMPLE, &trail("org-trail", "workload-prod"), "FAIL", "belongs to another account");
    verdict(SAMPLE, &trail("log-store-data-events", "management"), "FAIL", "no such trail, only");
    let elsewhere = format!(
        "Given the trail \"log-store-data-events\" of account \"log-archive\" in Region \"eu-west-1\"{logging}"
    );
    verdict(SAMPLE, &elsewhere, "FAIL", "that records eu-west-1");
    let topic = "Given the topic \"gone\" of account \"management\"\nThen it has a confirmed subscriber";
    verdict(SAMPLE, topic, "FAIL", "no such topic");
    let queue = "Given the queue \"gone\" of account \"management\"\nThen its messages are encrypted with a KMS key";
    verdict(SAMPLE, queue, "FAIL", "no such queue");
    let swapped = "Given these queues\n  | arn:aws:sns:eu-central-1:111111111111:log-store-alarms |\nThen its messages are encrypted with a KMS key";
    verdict(SAMPLE, swapped, "ERROR", "is not the ARN of a queue");
    let key = format!("{ORG_TRAIL}Then its log files are encrypted with the key \"alias/gone\"");
    verdict(SAMPLE, &key, "FAIL", "no such key");
    let bucket =
        format!("{ORG_TRAIL}Then it records every read of objects in the bucket \"gone\" of account \"log-archive\"");
    verdict(SAMPLE, &bucket, "FAIL", "no bucket of that name");
}

#[test]
fn a_population_that_is_empty_does_not_apply_and_shows_why() {
    let mfa = "\nThen nobody can assume it without multi-factor authentication";
    let tagged = |zone: &str, words: &str| {
        let given = "Given every role of every active account that is tagged \"use\" = \"break-glass\"";
        verdict(zone, &format!("{given}{mfa}"), "NOT-APPLICABLE", words);
    };
    tagged(SAMPLE, "no role has a tag `use` at all; keys of tags that roles have: none");
    let other = with("{op: add, path: /roles/333333333333/BreakGlass/tags, value: {usage: break-glass}}");
    tagged(&other, "keys of tags that roles have: usage");
    let value = with("{op: add, path: /roles/333333333333/BreakGlass/tags, value: {use: breakglass}}");
    tagged(&value, "other values of that tag: breakglass");
    let named = format!("Given every role of account \"workload-prod\" whose name matches \"Emergency*\"{mfa}");
    verdict(SAMPLE, &named, "NOT-APPLICABLE", "none whose name matches `Emergency*`");
    verdict(SAMPLE, &format!("Given every role of account \"gone\"{mfa}"), "FAIL", "no such account");
    let unit = |unit: &str| format!("Given every role of every active account of unit \"{unit}\"{mfa}");
    verdict(SAMPLE, &unit("Wrkloads"), "FAIL", "no such unit among the 2");
    let empty = "base: sample\npatch: {units: {ou-exmp-empty0001: {name: Empty}}}\n";
    verdict(empty, &unit("Empty"), "NOT-APPLICABLE", "has no active account");
    let trails = "Given every trail of account \"workload-prod\"\nThen it is logging now";
    verdict(
        SAMPLE,
        trails,
        "NOT-APPLICABLE",
        "cloudtrail:DescribeTrails of account 444444444444 in 2 governed Regions",
    );
}

#[test]
fn what_cannot_be_seen_is_an_error() {
    let mfa = "\nThen nobody can assume it without multi-factor authentication";
    let inventory = denied("iam", "GetAccountAuthorizationDetails");
    verdict(
        &inventory,
        &format!("Given every role of every active account{mfa}"),
        "ERROR",
        "GetAccountAuthorizationDetails",
    );
    verdict(&denied("iam", "GetRole"), &format!("{BREAK_GLASS}{mfa}"), "ERROR", "iam:GetRole");
    verdict(
        &inventory,
        &format!("{BREAK_GLASS}Then its own policies allow no request to iam:CreateUser"),
        "ERROR",
        "GetAccountAuthorizationDetails",
    );
    let trails = "Given every trail of every active account\nThen it is logging now";
    verdict(&denied("cloudtrail", "DescribeTrails"), trails, "ERROR", "cloudtrail:DescribeTrails");
    verdict(&denied("cloudtrail", "GetTrailStatus"), trails, "ERROR", "cloudtrail:GetTrailStatus");
    let topic = format!("{ALARMS}Then it has a confirmed subscriber");
    verdict(&denied("sns", "GetTopicAttributes"), &topic, "ERROR", "sns:GetTopicAttributes");
    verdict(&denied("sns", "ListSubscriptionsByTopic"), &topic, "ERROR", "sns:ListSubscriptionsByTopic");
}

#[test]
fn sentences_without_a_subject_or_a_table_are_refused() {
    let table = "Then only these principals can assume it";
    refused(&format!("{BREAK_GLASS}{table}"), &["no table of principals"]);
    refused("Given these roles\nThen it has a permissions boundary", &["no table of ARNs of roles"]);
    refused(&format!("{BREAK_GLASS}Then it is logging now"), &["no `Then` of the scenario looks at the role"]);
    refused(&format!("{ORG_TRAIL}Then it has a confirmed subscriber"), &["looks at the trail", "names a topic"]);
    refused(
        &format!("{ALARMS}{table}\n  | arn:aws:iam::222222222222:role/X |"),
        &["looks at the topic", "names a role"],
    );
    refused("Then it has a permissions boundary", &["no `Given` of the scenario names a role"]);
    refused(
        &format!("{BREAK_GLASS}Then its own policies allow no request to iam:CreateUsers"),
        &["`iam:CreateUsers` is no action", "`iam:CreateUser`"],
    );
}

#[test]
fn a_principal_of_the_table_that_does_not_exist_is_a_finding_and_one_that_cannot_assume_is_refused() {
    let assume = |principal: &str| format!("{BREAK_GLASS}Then only these principals can assume it\n  | {principal} |");
    verdict(SAMPLE, &assume("arn:aws:iam::222222222222:role/Gone"), "FAIL", "no role `Gone` in account 222222222222");
    verdict(SAMPLE, &assume("arn:aws:iam::222222222222:user/gone"), "FAIL", "no such user");
    verdict(SAMPLE, &assume("arn:aws:iam::222222222222:root"), "ERROR", "a root user, which cannot assume a role");
    verdict(SAMPLE, &assume("arn:aws:iam::222222222222:role/*"), "ERROR", "whole ARN");
    verdict(SAMPLE, &assume("arn:aws:iam::333333333333:saml-provider/corporate"), "PASS", "proved");
    verdict(SAMPLE, &assume("arn:aws:iam::333333333333:saml-provider/other"), "FAIL", "saml-provider/corporate");
    verdict(
        SAMPLE,
        &format!("{BREAK_GLASS}Then arn:aws:iam::222222222222:role/Gone can assume it"),
        "FAIL",
        "no role `Gone`",
    );
}

#[test]
fn how_somebody_signs_in_at_a_provider_is_not_known() {
    let mfa = "Then nobody can assume it without multi-factor authentication";
    verdict(SAMPLE, &format!("{BREAK_GLASS}{mfa}"), "ERROR", "how they sign in is decided there");
    let role = "Given the role \"LogArchive-Administrator\" of account \"log-archive\"\n";
    verdict(SAMPLE, &format!("{role}{mfa}"), "PASS", "proved");
    let replication = "Given the role \"LogReplication\" of account \"log-archive\"\n";
    verdict(SAMPLE, &format!("{replication}{mfa}"), "FAIL", "s3.amazonaws.com");
    verdict(SAMPLE, &format!("{replication}{mfa}, except s3.amazonaws.com"), "PASS", "proved");
}

#[test]
fn the_own_policies_of_a_role_decide_whoever_owns_the_resource() {
    let own = |statement: &str| {
        let policy = format!("{{Version: \"2012-10-17\", Statement: [{statement}]}}");
        with(&format!("{{op: add, path: /roles/333333333333/BreakGlass/policies/more, value: {policy}}}"))
    };
    let refuses = |actions: &str| format!("{BREAK_GLASS}Then its own policies allow no request to {actions}");
    verdict(SAMPLE, &refuses("s3:*, kms:* or iam:*"), "PASS", "proved");
    // No policy of the key need be known: that of another key may leave it to the account.
    let decrypt =
        own("{Effect: Allow, Action: \"kms:Decrypt\", Resource: \"arn:aws:kms:eu-central-1:333333333333:key/a\"}");
    verdict(&decrypt, &refuses("kms:Decrypt"), "FAIL", "kms:Decrypt");
    let stranger = own(
        "{Effect: Allow, Action: \"s3:GetObject\", Resource: \"*\", Condition: {StringLike: {\"aws:ResourceAccount\": \"8888*\"}}}",
    );
    verdict(&stranger, &refuses("s3:GetObject"), "FAIL", "s3:GetObject");
    verdict(&stranger, &format!("{} on \"arn:aws:s3:::some/*\"", refuses("s3:GetObject")), "FAIL", "s3:GetObject");
    let elsewhere = own("{Effect: Allow, Action: \"s3:GetObject\", Resource: \"arn:aws:s3:::other/*\"}");
    verdict(&elsewhere, &format!("{} on \"arn:aws:s3:::some/*\"", refuses("s3:GetObject")), "PASS", "proved");
    // A bucket action is on no object: nothing was asked.
    verdict(
        SAMPLE,
        &format!("{} on \"arn:aws:s3:::some/x\"", refuses("s3:DeleteBucket")),
        "ERROR",
        "nothing was examined",
    );
}

#[test]
fn an_administrator_of_an_account_is_not_held_back_by_keys_whose_policy_is_not_known() {
    let scp = |condition: &str| {
        format!(
            "base: sample\npatch: {{service_control_policies: {{p-keys: {{name: Keys, targets: [r-exmp], document: {{Version: \"2012-10-17\", Statement: [{{Effect: Deny, Action: \"kms:DisableKey\", {condition}}}]}}}}}}}}\n"
        )
    };
    let steps = "Then an administrator of account \"444444444444\" cannot kms:DisableKey";
    verdict(&scp("Resource: \"*\""), steps, "PASS", "proved");
    verdict(&scp("NotResource: \"arn:aws:kms:eu-central-1:444444444444:key/mine\""), steps, "FAIL", "key/mine");
}

#[test]
fn every_member_of_a_population_is_counted() {
    let steps = "Given every role of every active account\nThen nobody outside the organization can assume it";
    let assessment = judged(SAMPLE, steps);
    let record = &assessment.controls[0].scenarios[0].record;
    let [population] = record.populations.as_slice() else { panic!("{:?}", record.populations) };
    assert!(population.expected > 8 && population.expected == population.examined, "{population:?}");
    assert!(population.source.contains("iam:GetAccountAuthorizationDetails of 6 active accounts"), "{population:?}");
    assert!(population.left_out[0].contains("6 service-linked roles"), "{population:?}");
    let assessment = judged(SAMPLE, "Given every trail of every active account\nThen it is logging now");
    let record = &assessment.controls[0].scenarios[0].record;
    let [population] = record.populations.as_slice() else { panic!("{:?}", record.populations) };
    assert_eq!((population.expected, population.examined), (2, 2));
}

#[test]
fn a_quiet_trail_is_told_from_one_that_delivers_nothing() {
    let late = "base: sample\njson_patch:\n  - {op: replace, path: /trails/log-store-data-events/latest_delivery, value: \"2026-01-12T11:57:00Z\"}\n";
    let steps = "Given the trail \"log-store-data-events\" of account \"log-archive\"\nThen it delivered log files in the last 24 hours";
    verdict(late, steps, "PASS", "a digest of");
    let silent = format!(
        "{late}  - {{op: replace, path: /trails/log-store-data-events/latest_digest_delivery, value: \"2026-01-12T11:57:00Z\"}}\n"
    );
    verdict(&silent, steps, "FAIL", "3 days ago");
}

#[test]
fn a_trail_records_objects_of_its_own_account_and_region_only() {
    let bucket = "aws-acme-log-storage-222222222222-eu-central-1";
    let reads = |trail: &str, account: &str| {
        format!(
            "Given the trail \"{trail}\" of account \"{account}\"\nThen it records every read of objects in the bucket \"{bucket}\" of account \"log-archive\""
        )
    };
    verdict(SAMPLE, &reads("log-store-data-events", "log-archive"), "PASS", "all are recorded");
    verdict(SAMPLE, &reads("org-trail", "management"), "FAIL", "none is recorded");
    let moved = with("{op: replace, path: /trails/log-store-data-events/account, value: \"333333333333\"}");
    verdict(
        &moved,
        &reads("log-store-data-events", "security-tooling"),
        "FAIL",
        "sees no event of account 222222222222",
    );
}

#[test]
fn the_policy_that_sns_gives_a_new_topic_lets_no_outsider_publish() {
    let topic = "arn:aws:sns:eu-central-1:111111111111:log-store-alarms";
    let new = with(&format!("{{op: remove, path: \"/topics/{topic}/policy\"}}"));
    verdict(&new, &format!("{ALARMS}Then nobody outside the organization can publish to it"), "PASS", "proved");
    let only = format!(
        "{ALARMS}Then only these principals can publish to it\n  | arn:aws:iam::111111111111:role/OrganizationAdmin |"
    );
    verdict(&new, &only, "FAIL", "role/Billing");
    let named = format!(
        "{ALARMS}Then only these principals can publish to it\n  | arn:aws:iam::111111111111:role/OrganizationAdmin |\n  | cloudwatch.amazonaws.com |\n  | arn:aws:iam::111111111111:root |"
    );
    verdict(SAMPLE, &named, "PASS", "proved");
}

/// A role of the sample with another trust policy.
fn trusting(statement: &str) -> String {
    let policy = format!("{{Version: \"2012-10-17\", Statement: [{statement}]}}");
    with(&format!("{{op: replace, path: /roles/333333333333/BreakGlass/trust, value: {policy}}}"))
}

#[test]
fn each_sentence_on_who_can_assume_a_role_is_proved_both_ways() {
    let says = |sentence: &str| format!("{BREAK_GLASS}Then {sentence}");
    let allow = |principal: &str, rest: &str| {
        trusting(&format!(
            "{{Sid: It, Effect: Allow, Principal: {{AWS: \"{principal}\"}}, Action: \"sts:AssumeRole\"{rest}}}"
        ))
    };
    let ours = allow("arn:aws:iam::222222222222:role/LogArchive-Administrator", "");
    let anybody = allow("*", "");
    let vendor = allow("arn:aws:iam::888888888888:role/Vendor", "");
    // The resource control policy of the sample keeps outsiders from roles of this unit; without it the trust policy decides.
    let alone = |zone: &str| format!("{zone}  - {{op: remove, path: /resource_control_policies/p-perimeter1}}\n");
    let outside = says("nobody outside the organization can assume it");
    verdict(&alone(&ours), &outside, "PASS", "proved");
    verdict(&alone(&vendor), &outside, "FAIL", "role/Vendor");
    verdict(&vendor, &outside, "PASS", "proved");
    let named = says("nobody can assume it whom its trust policy does not name");
    verdict(&ours, &named, "PASS", "proved");
    verdict(&anybody, &named, "FAIL", "can assume the role");
    let mfa = says("nobody can assume it without multi-factor authentication");
    verdict(&ours, &mfa, "FAIL", "role/LogArchive-Administrator");
    let with_mfa = allow("*", ", Condition: {Bool: {\"aws:MultiFactorAuthPresent\": \"true\"}}");
    verdict(
        &with_mfa,
        &says("nobody can assume it without multi-factor authentication, except s3.amazonaws.com"),
        "PASS",
        "proved",
    );
    let strangers = says("no identity provider lets strangers assume it");
    let token = |subject: &str| {
        let provider = "arn:aws:iam::333333333333:oidc-provider/token.actions.githubusercontent.com";
        trusting(&format!(
            "{{Sid: Token, Effect: Allow, Principal: {{Federated: \"{provider}\"}}, Action: \"sts:AssumeRoleWithWebIdentity\", Condition: {{StringLike: {{\"token.actions.githubusercontent.com:sub\": \"{subject}\"}}}}}}"
        ))
    };
    verdict(&token("repo:acme/logs:*"), &strangers, "PASS", "proved");
    verdict(&token("repo:*"), &strangers, "FAIL", "narrow");
    verdict(&token("repo:*"), &outside, "FAIL", "narrow");
    let table =
        |sentence: &str| format!("{}\n  | arn:aws:iam::222222222222:role/LogArchive-Administrator |", says(sentence));
    let only = table("only these principals can assume it");
    verdict(&ours, &only, "PASS", "proved");
    verdict(&anybody, &only, "FAIL", "can assume the role");
    // The role of the table trusts another one.
    let through = table("only these principals can assume it, directly or through other roles");
    verdict(&ours, &through, "FAIL", "role/BreakGlass");
    let works = says("arn:aws:iam::222222222222:role/LogArchive-Administrator can assume it");
    verdict(&ours, &works, "FAIL", "no identity policy allows it");
    let permitted = format!(
        "{ours}  - {{op: add, path: /roles/222222222222/LogArchive-Administrator/policies/more, value: {{Version: \"2012-10-17\", Statement: [{{Effect: Allow, Action: \"sts:AssumeRole\", Resource: \"*\"}}]}}}}\n"
    );
    verdict(&permitted, &works, "PASS", "allowed");
}

#[test]
fn each_setting_of_a_role_is_proved_both_ways() {
    let says = |sentence: &str| format!("{BREAK_GLASS}Then {sentence}");
    let arn = "arn:aws:iam::333333333333:policy/Boundary";
    let bounded = with(&format!(
        "{{op: add, path: /roles/333333333333/BreakGlass/boundary, value: [\"{arn}\", {{Version: \"2012-10-17\", Statement: [{{Effect: Allow, Action: \"s3:*\", Resource: \"*\"}}]}}]}}"
    ));
    verdict(SAMPLE, &says("it has a permissions boundary"), "FAIL", "no permissions boundary");
    verdict(&bounded, &says("it has a permissions boundary"), "PASS", arn);
    verdict(&bounded, &says(&format!("its permissions boundary is \"{arn}\"")), "PASS", arn);
    verdict(&bounded, &says("its permissions boundary is \"arn:aws:iam::333333333333:policy/Other\""), "FAIL", arn);
    // What the boundary does not allow, no policy allows.
    let assume = says("its own policies allow no request to sts:AssumeRole");
    verdict(SAMPLE, &assume, "FAIL", "statement 0 of `policy break-glass of");
    verdict(&bounded, &assume, "PASS", "proved");
    verdict(SAMPLE, &says("its sessions last at most 1 hours"), "PASS", "at most 1 hours");
    let long = with("{op: add, path: /roles/333333333333/BreakGlass/max_session_seconds, value: 5400}");
    verdict(&long, &says("its sessions last at most 1 hours"), "FAIL", "1 hours and 30 minutes");
    verdict(SAMPLE, &says("it has not been used in the last 30 days"), "PASS", "no use within the 400 days");
    let used = with("{op: add, path: /roles/333333333333/BreakGlass/last_used, value: \"2026-01-14T06:00:00Z\"}");
    verdict(&used, &says("it has not been used in the last 30 days"), "FAIL", "last used 2026-01-14");
}

#[test]
fn every_key_topic_and_queue_is_found_counted_and_not_applicable_where_there_is_none() {
    let rotated = "\nThen it is rotated automatically at least every 365 days";
    let assessment = judged(SAMPLE, &format!("Given every key of every active account{rotated}"));
    let record = &assessment.controls[0].scenarios[0].record;
    let [population] = record.populations.as_slice() else { panic!("{:?}", record.populations) };
    assert_eq!((population.expected, population.examined), (2, 2));
    assert!(population.source.contains("kms:ListKeys of 6 active accounts in 2 governed Regions"), "{population:?}");
    let managed = "base: sample\njson_patch:\n  - {op: add, path: /keys/5678efab-56ef-78ab-90cd-567890abcdef/manager, value: AWS}\n";
    let assessment = judged(managed, &format!("Given every key of every active account{rotated}"));
    let population = &assessment.controls[0].scenarios[0].record.populations[0];
    assert_eq!(population.expected, 1);
    assert!(population.left_out[0].contains("1 keys that AWS manages"), "{population:?}");
    let alias = |pattern: &str| {
        format!("Given every key of every active account with an alias that matches \"{pattern}\"{rotated}")
    };
    verdict(SAMPLE, &alias("alias/acme-log-*"), "PASS", "rotated every");
    verdict(SAMPLE, &alias("acme-log-*"), "PASS", "rotated every");
    verdict(SAMPLE, &alias("payroll*"), "NOT-APPLICABLE", "none with an alias that matches `payroll*`");
    let tagged = format!("Given every key of account \"log-archive\" that is tagged \"data\" = \"logs\"{rotated}");
    verdict(SAMPLE, &tagged, "NOT-APPLICABLE", "no key has a tag `data` at all");
    verdict(&denied("kms", "ListAliases"), &alias("acme*"), "ERROR", "kms:ListAliases");
    verdict(&denied("kms", "ListResourceTags"), &tagged, "ERROR", "kms:ListResourceTags");
    let topics = "Given every topic of every active account\nThen it has a confirmed subscriber";
    verdict(SAMPLE, topics, "PASS", "sns:ListTopics of 6 active accounts in 2 governed Regions: 2 topics");
    verdict(&denied("sns", "ListTopics"), topics, "ERROR", "sns:ListTopics");
    let queues = "Given every queue of every active account\nThen its messages are encrypted with a KMS key";
    verdict(SAMPLE, queues, "NOT-APPLICABLE", "sqs:ListQueues of 6 active accounts in 2 governed Regions: 0 queues");
    verdict(&denied("sqs", "ListQueues"), queues, "ERROR", "sqs:ListQueues");
}

#[test]
fn an_alias_of_a_stranger_that_is_wanted_as_it_is_written_is_compared_as_such() {
    let alias = "arn:aws:kms:eu-central-1:999999999999:alias/partner";
    let bucket = "aws-acme-log-storage-222222222222-eu-central-1";
    let zone = with(&format!("{{op: replace, path: /buckets/{bucket}/encryption/key, value: \"{alias}\"}}"));
    let says = |key: &str| {
        format!(
            "Given the bucket \"{bucket}\" of account \"222222222222\"\nThen its default encryption uses the key \"{key}\""
        )
    };
    verdict(&zone, &says(alias), "PASS", "alias/partner");
    verdict(&zone, &says("alias/acme-log-storage"), "FAIL", "a key of account 999999999999");
}

#[test]
fn lists_of_many_pages_are_read_to_their_end() {
    let arn = |number: usize| format!("\"arn:aws:sqs:eu-west-1:555555555555:q-{number:03}\": {{kms_key: alias/k}}");
    let all = (0..25).map(arn).collect::<Vec<_>>().join(", ");
    let zone = format!("base: sample\npatch: {{queues: {{{all}}}}}\n");
    let steps = "Given every queue of account \"workload-dev\"\nThen its messages are encrypted with a KMS key";
    let assessment = judged(&zone, steps);
    let record = &assessment.controls[0].scenarios[0].record;
    assert_eq!((record.populations[0].expected, record.populations[0].examined), (25, 25));
}

#[test]
fn an_event_that_aws_does_not_have_is_refused_and_one_that_depends_on_more_is_undecided() {
    let given = "Given every active account\n";
    let event = |name: &str, source: &str| format!("{given}Then the event \"{name}\" of \"{source}\" raises an alert");
    refused(&event("DeleteTrails", "cloudtrail.amazonaws.com"), &["`DeleteTrails` is no event", "`DeleteTrail`"]);
    refused(&event("DeleteTrail", "cloudtrail"), &["is not the source of an event"]);
    let quoted = event("DeleteTrail", "cloudtrail.amazonaws.com").replace('"', "'");
    verdict(SAMPLE, &quoted, "PASS", "by metric filter `trail-changes`");
    let table = |row: &str| format!("{given}Then each of these events raises an alert\n  | {row} |");
    refused(&table("DisableKeys of kms.amazonaws.com"), &["`DisableKeys` is no event", "`DisableKey`"]);
    refused(&format!("{given}Then each of these events raises an alert"), &["no table of events"]);
    let details = |text: &str| {
        format!(
            "{given}Then the event \"DeleteTrail\" of \"cloudtrail.amazonaws.com\" with these details raises an alert\n  \"\"\"\n  {text}\n  \"\"\""
        )
    };
    refused(&details("{\"requestParamters\": {}}"), &["`requestParamters` is no field"]);
    refused(&details("{}"), &["no fields of the record"]);
    refused("Then the event \"DeleteTrail\" of \"cloudtrail.amazonaws.com\" raises an alert", &["names an account"]);
    verdict(SAMPLE, &event("DeleteTrail", "cloudtrail.amazonaws.com"), "PASS", "by metric filter `trail-changes`");
    verdict(SAMPLE, &event("CreateUser", "iam.amazonaws.com"), "FAIL", "no alert for CreateUser");
    verdict(SAMPLE, &event("TerminateInstances", "ec2.amazonaws.com"), "FAIL", "is not known to this program");
    let by_name = "base: sample\njson_patch:\n  - {op: replace, path: /metric_filters/111111111111~1eu-central-1/organization-trail/trail-changes/pattern, value: \"{ ($.eventName = DeleteTrail) && ($.requestParameters.name = \\\"org-trail\\\") }\"}\n";
    verdict(by_name, &event("DeleteTrail", "cloudtrail.amazonaws.com"), "ERROR", "which is not given");
    verdict(
        by_name,
        &details("{\"requestParameters\": {\"name\": \"org-trail\"}}"),
        "PASS",
        "by metric filter `trail-changes`",
    );
    verdict(by_name, &details("{\"requestParameters\": {\"name\": \"other\"}}"), "FAIL", "no alert for DeleteTrail");
}
