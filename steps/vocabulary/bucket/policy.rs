//! Who can do what with the log bucket: bucket policy, SCPs, RCPs and the log archive account's own principals.
//!
//! Owns the questions about TLS, writing, encryption, strangers' services, outsiders and administration.

use std::collections::BTreeSet;

use cucumber::then;
use logproof_estate::{
    BucketRef,
    facts::OrgPolicyKind,
    record::{Observation, Subject},
    world::{Judged, LogproofWorld},
};
use logproof_policy::{Question, Source, Who};
use serde_json::{Value, json};

use crate::scene::{
    access::{Callers, Refusal},
    actions::{administer, delete, write},
    bucket::BucketAccess,
    conditions::{above, everybody_but, organization_id, outside, outsiders, when},
    policies::parse,
    proposal::{On, Place},
};

#[then(
    "no request below the minimum TLS version is allowed, for any principal, any S3 action, the bucket and its objects"
)]
async fn no_request_below_the_minimum_tls_version(w: &mut LogproofWorld) -> Judged {
    let bucket = BucketAccess::read(w).await?;
    let minimum = w.config()?.expectations.minimum_tls.clone();
    let old = json!({"s3:TlsVersion": minimum});
    let asked = json!({"Bool": {"aws:SecureTransport": "true"}, "NumericLessThan": old});
    let refusal = Refusal {
        question: when(bucket.about_all(&["s3:*"]), &asked)?,
        callers: Callers::Assumed,
        expected: format!("every request below TLS {minimum} is refused"),
        change: format!(
            "deny s3:* to every principal on the bucket and its objects when s3:TlsVersion is less than {minimum}"
        ),
        remedy: bucket.deny_in_own_policy("RefuseOldTls", bucket.all(), json!({"NumericLessThan": old})),
    };
    bucket.must_refuse(w, refusal).await
}

#[then("nobody other than the log services and the log storage role can write to the bucket")]
async fn nobody_else_can_write(w: &mut LogproofWorld) -> Judged {
    let bucket = BucketAccess::read(w).await?;
    let config = w.config()?;
    let role = config.storage_role_arn();
    let mut who = Who::anyone().except_arn(&role);
    let mut services = config.names.log_services.clone();
    if ![config.log_bucket_name(), config.config_bucket_name()].contains(&bucket.resource.name) {
        services.push("logging.s3.amazonaws.com".to_owned());
    }
    for service in &services {
        who = who.except_service(service);
    }
    let condition = json!({
        "ArnNotEquals": {"aws:PrincipalArn": role},
        "StringNotEquals": {"aws:PrincipalServiceName": services},
    });
    let on = On::These(vec![bucket.objects()]);
    let refusal = Refusal {
        question: Question::about(write()).on_all(&bucket.objects()).by(who),
        callers: Callers::Inventory,
        expected: format!("only {} and the log storage role can put objects", services.join(", ")),
        change: "deny s3:PutObject and s3:ReplicateObject on the bucket's objects to everybody who is neither a log service nor the log storage role".to_owned(),
        remedy: bucket.deny_in_own_policy("OnlyLogServicesWrite", on, condition),
    };
    bucket.must_refuse(w, refusal).await
}

#[then("no upload that asks for encryption other than KMS is accepted")]
async fn no_upload_without_kms(w: &mut LogproofWorld) -> Judged {
    let condition = json!({
        "StringNotEquals": {"s3:x-amz-server-side-encryption": ["aws:kms", "aws:kms:dsse"]},
        "Null": {"s3:x-amz-server-side-encryption": "false"},
    });
    let upload = Upload {
        asked: condition.clone(),
        denied: condition,
        sid: "RefuseOtherEncryption",
        expected: "every upload that asks for encryption other than aws:kms is refused",
        change: "deny s3:PutObject when s3:x-amz-server-side-encryption is present (Null: false) and not aws:kms",
    };
    no_upload(w, upload).await
}

#[then("no upload that asks for another key than the log key is accepted")]
async fn no_upload_under_another_key(w: &mut LogproofWorld) -> Judged {
    let estate = w.estate()?;
    let key = w.see(estate.key(&estate.log_key()).await)?;
    let Some(arn) = key.as_ref().as_ref().map(|key| key.arn.clone()) else {
        let bucket = w.bucket()?;
        let subject = Subject::bucket(&bucket);
        w.observe(
            Observation::new(subject, "the log key exists", "no such key", false)
                .hint("create the customer managed key and its alias, or correct `names.key` and `names.key_account`")
                .resting_on(key.exchanges()),
        );
        return w.settle();
    };
    let denied = json!({
        "StringNotEquals": {"s3:x-amz-server-side-encryption-aws-kms-key-id": arn},
        "Null": {"s3:x-amz-server-side-encryption-aws-kms-key-id": "false"},
    });
    let mut asked = denied.clone();
    if let Some(operators) = asked.as_object_mut() {
        let kms = json!({"s3:x-amz-server-side-encryption": ["aws:kms", "aws:kms:dsse"]});
        operators.insert("StringEquals".to_owned(), kms);
    }
    let upload = Upload {
        asked,
        denied,
        sid: "RefuseOtherKeys",
        expected: &format!("every upload that asks for another key than {arn} is refused"),
        change: &format!(
            "deny s3:PutObject when s3:x-amz-server-side-encryption-aws-kms-key-id is present (Null: false) and not {arn}"
        ),
    };
    no_upload(w, upload).await
}

/// An upload that must be refused.
struct Upload<'a> {
    /// The circumstances it is made in.
    asked: Value,
    /// The circumstances in which a statement would refuse it.
    denied: Value,
    sid: &'static str,
    expected: &'a str,
    change: &'a str,
}

async fn no_upload(w: &mut LogproofWorld, upload: Upload<'_>) -> Judged {
    let bucket = BucketAccess::read(w).await?;
    let refusal = Refusal {
        question: when(Question::about(["s3:PutObject"]).on_all(&bucket.objects()), &upload.asked)?,
        callers: Callers::Assumed,
        expected: upload.expected.to_owned(),
        change: upload.change.to_owned(),
        remedy: bucket.deny_in_own_policy(upload.sid, On::These(vec![bucket.objects()]), upload.denied),
    };
    bucket.must_refuse(w, refusal).await
}

#[then("no service can use the bucket on behalf of an account outside the organization")]
async fn no_service_for_a_stranger(w: &mut LogproofWorld) -> Judged {
    let bucket = BucketAccess::read(w).await?;
    // The ARN of a bucket names no account. Those of the log archive are nobody else's.
    let estate = w.estate()?;
    let mut own: BTreeSet<String> = [&bucket.resource, &estate.log_bucket()].map(BucketRef::arn).into();
    let owned = w.see(estate.buckets(&bucket.owner).await)?;
    own.extend(owned.iter().map(|one| estate.archive_bucket(&one.name).arn()));
    let strange = json!({"ArnNotEquals": {"aws:SourceArn": own}});
    let question = bucket.about_all(&["s3:*"]).by(Who::services()).from_source(Source::Foreign);
    // A service names the organization, or the trail or bucket of ours it acts for.
    own.insert(w.config()?.trail_arn());
    let condition = json!({
        "Bool": {"aws:PrincipalIsAWSService": "true"},
        "StringNotEquals": {"aws:SourceOrgID": organization_id(w).await?},
        "ArnNotEquals": {"aws:SourceArn": own},
    });
    let refusal = Refusal {
        question: when(question, &strange)?,
        callers: Callers::Assumed,
        expected: "services act on the bucket for accounts of this organization only".to_owned(),
        change: "add a condition on aws:SourceArn, aws:SourceAccount or aws:SourceOrgID to the statement that allows the service".to_owned(),
        remedy: bucket.deny_in_own_policy("RefuseServicesOfStrangers", bucket.all(), condition),
    };
    bucket.must_refuse(w, refusal).await
}

#[then("nobody outside the organization can do anything with the bucket, except the named auditor accounts")]
async fn nobody_outside_reaches_the_bucket(w: &mut LogproofWorld) -> Judged {
    let bucket = BucketAccess::read(w).await?;
    let refusal = Refusal {
        question: bucket.about_all(&["s3:*"]).by(outsiders(w)?),
        callers: Callers::Assumed,
        expected: "nobody outside the organization can call any S3 action on the bucket or its objects".to_owned(),
        change: "remove the outsider from the statement, or deny s3:* when aws:PrincipalOrgID is not the organization's and aws:PrincipalIsAWSService is false".to_owned(),
        remedy: bucket.deny_in_own_policy("RefuseOutsiders", bucket.all(), outside(w).await?),
    };
    bucket.must_refuse(w, refusal).await
}

#[then("a resource control policy alone denies everybody outside the organization every S3 action on the log bucket")]
async fn a_resource_control_policy_keeps_outsiders_away(w: &mut LogproofWorld) -> Judged {
    let bucket = BucketAccess::read(w).await?;
    let open = r#"{"Version": "2012-10-17", "Statement": [{"Sid": "AssumedOpen", "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}"#;
    let open = parse(w, "a bucket policy that allows everything", open, "policy evaluation", &bucket.owner)?;
    let question = bucket.about_all(&["s3:*"]).by(outsiders(w)?);
    let scene = bucket.organization.scene(&bucket.owner, Some(open));
    let place = Place::Organization(OrgPolicyKind::ResourceControl);
    let remedy = bucket.deny("RefuseOutsiders", vec![place], bucket.all(), outside(w).await?);
    let claim = bucket.claim(
        "a resource control policy denies outsiders every S3 action, whatever the bucket policy says",
        "attach to the root or to the log archive's organizational unit an RCP that denies s3:* to principals outside the organization",
    );
    claim.prove(w, &scene, &question, remedy).await;
    w.settle()
}

#[then("nobody other than the log storage role can re-configure or delete the bucket")]
async fn nobody_else_can_administer(w: &mut LogproofWorld) -> Judged {
    let bucket = BucketAccess::read(w).await?;
    let role = w.config()?.storage_role_arn();
    let refusal = Refusal {
        question: Question::about(administer()).on(&bucket.arn).by(Who::anyone().except_arn(&role)),
        callers: Callers::Inventory,
        expected: format!("only {role} can re-configure or delete the bucket"),
        change: "deny the action on the bucket in an SCP for every principal but the log storage role".to_owned(),
        remedy: bucket.deny(
            "OnlyTheStorageRoleConfigures",
            vec![above(), bucket.own_policy()],
            On::These(vec![bucket.arn.clone()]),
            everybody_but(&[role]),
        ),
    };
    bucket.must_refuse(w, refusal).await
}

#[then("the root user of the log archive account cannot change or delete the bucket policy")]
async fn the_root_user_cannot_change_the_bucket_policy(w: &mut LogproofWorld) -> Judged {
    let bucket = BucketAccess::read(w).await?;
    let root = crate::scene::principals::principal(&w.config()?.root_arn(&bucket.owner));
    // The owner's root user may do this whatever the bucket policy says; an SCP still binds it. See:
    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
    let question = Question::about(["s3:PutBucketPolicy", "s3:DeleteBucketPolicy"])
        .on(&bucket.arn)
        .by(Who::exactly(root))
        .with_owner_root_exemption();
    let role = w.config()?.storage_role_arn();
    let refusal = Refusal {
        question,
        callers: Callers::Assumed,
        expected: "the root user of the log archive account cannot change or delete the bucket policy".to_owned(),
        change: "deny s3:PutBucketPolicy and s3:DeleteBucketPolicy in an SCP that binds the log archive account"
            .to_owned(),
        remedy: bucket.deny(
            "OnlyTheStorageRoleSetsPolicy",
            vec![above()],
            On::These(vec![bucket.arn.clone()]),
            everybody_but(&[role]),
        ),
    };
    bucket.must_refuse(w, refusal).await
}

#[then("nobody other than the log storage role can delete log files")]
async fn nobody_else_can_delete(w: &mut LogproofWorld) -> Judged {
    let bucket = BucketAccess::read(w).await?;
    let role = w.config()?.storage_role_arn();
    let refusal = Refusal {
        question: Question::about(delete()).on_all(&bucket.objects()).by(Who::anyone().except_arn(&role)),
        callers: Callers::Inventory,
        expected: format!("only {role} can delete log files or lift their protection"),
        change: "deny the action on the bucket's objects in an SCP or in the bucket policy for every other principal"
            .to_owned(),
        remedy: bucket.deny(
            "OnlyTheStorageRoleDeletes",
            vec![above(), bucket.own_policy()],
            On::These(vec![bucket.objects()]),
            everybody_but(&[role]),
        ),
    };
    bucket.must_refuse(w, refusal).await
}
