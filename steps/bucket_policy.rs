//! Who can do what with the log bucket: bucket policy, SCPs, RCPs and the log archive account's own principals.
//!
//! Owns the questions about TLS, writing, encryption, strangers' services, outsiders and administration.

use std::{collections::BTreeSet, sync::Arc};

use cucumber::then;
use logproof_estate::{
    BucketRef, ExchangeId,
    record::{Observation, Subject},
    world::{Judged, LogproofWorld, Stop},
};
use logproof_policy::{Identity, Policy, Question, Source, Who};

use crate::{
    access_points::never,
    action_classes::{administer, delete, write},
    policy_claim::Claim,
    policy_scene::{Ground, identities, parse, shared},
};

/// Everything a question about a bucket needs.
pub(crate) struct BucketGround {
    pub(crate) bucket: BucketRef,
    pub(crate) policy: Option<Arc<Policy>>,
    pub(crate) ground: Ground,
    exchanges: Vec<ExchangeId>,
}

impl BucketGround {
    /// The bucket the scenario speaks of.
    pub(crate) async fn read(w: &mut LogproofWorld) -> Result<Self, Stop> {
        let bucket = w.bucket()?;
        Self::of(w, bucket).await
    }

    pub(crate) async fn of(w: &mut LogproofWorld, bucket: BucketRef) -> Result<Self, Stop> {
        Self::naming(w, bucket, &[]).await
    }

    /// The same for questions about accounts by their ids: no other account stands for them.
    pub(crate) async fn naming(w: &mut LogproofWorld, bucket: BucketRef, ids: &[&str]) -> Result<Self, Stop> {
        let estate = w.estate()?;
        let text = w.see(estate.bucket_policy(&bucket).await)?;
        let policy = match text.as_deref() {
            Some(text) => Some(shared(
                w,
                &format!("the policy of bucket {}", bucket.name),
                text,
                "s3:GetBucketPolicy",
                &bucket.owner,
            )?),
            None => None,
        };
        let own: Vec<&Policy> = policy.iter().map(Arc::as_ref).collect();
        let ground = Ground::read(w, &own, ids).await?;
        let exchanges = [text.exchanges(), ground.exchanges()].concat();
        w.record.rest_on(&exchanges);
        Ok(Self { bucket, policy, ground, exchanges })
    }

    pub(crate) fn subject(&self) -> Subject {
        Subject::arn(self.bucket.arn()).at(&self.bucket.owner, Some(&self.bucket.region))
    }

    pub(crate) fn objects(&self) -> String {
        format!("{}/*", self.bucket.arn())
    }

    pub(crate) fn claim(&self, expected: impl Into<String>, change: impl Into<String>) -> Claim {
        Claim {
            subject: self.subject(),
            account: self.bucket.owner.clone(),
            expected: expected.into(),
            change: change.into(),
            exchanges: self.exchanges.clone(),
            stood_for_by: None,
        }
    }

    pub(crate) fn exchanges(&self) -> &[ExchangeId] {
        &self.exchanges
    }

    /// Asks about the bucket with an administrator assumed in every account.
    pub(crate) fn assume_administrators(&self, question: &Question) -> logproof_policy::Answer {
        never(&self.ground.scene(&self.bucket.owner, self.policy.clone()), question)
    }

    /// The same, with an account that may be none of the organization's.
    pub(crate) fn assume_administrators_of(&self, account: &str, question: &Question) -> logproof_policy::Answer {
        never(&self.ground.scene_with_account(&self.bucket.owner, self.policy.clone(), account), question)
    }

    /// Asks about the bucket with the real users and roles of its own account.
    pub(crate) async fn with_inventory(
        &mut self,
        w: &mut LogproofWorld,
        question: &Question,
    ) -> Result<logproof_policy::Answer, Stop> {
        let inventory = self.inventory(w).await?;
        let scene = self.ground.scene_with_inventory(&self.bucket.owner, self.policy.clone(), &inventory);
        Ok(never(&scene, question))
    }

    async fn inventory(&mut self, w: &mut LogproofWorld) -> Result<Vec<Identity>, Stop> {
        let estate = w.estate()?;
        let authorization = w.see(estate.account_authorization(&self.bucket.owner).await)?;
        self.exchanges.extend_from_slice(authorization.exchanges());
        identities(w, &self.bucket.owner, &authorization)
    }
}

fn when(question: Question, condition: &str) -> Result<Question, Stop> {
    question.when(condition).map_err(|error| Stop::because(error.to_string()))
}

#[then("no request over plain HTTP is allowed, for any principal, any S3 action, the bucket and its objects")]
async fn no_request_over_plain_http(w: &mut LogproofWorld) -> Judged {
    let bucket = BucketGround::read(w).await?;
    let question = Question::about(["s3:*"]).on(&bucket.bucket.arn()).on_all(&bucket.objects());
    let question = when(question, r#"{"Bool": {"aws:SecureTransport": "false"}}"#)?;
    let answer = bucket.assume_administrators(&question);
    bucket
        .claim(
            "every request over plain HTTP is refused",
            "deny s3:* to every principal on the bucket and its objects when aws:SecureTransport is false, with no other condition",
        )
        .conclude(w, answer);
    w.settle()
}

#[then(
    "no request below the minimum TLS version is allowed, for any principal, any S3 action, the bucket and its objects"
)]
async fn no_request_below_the_minimum_tls_version(w: &mut LogproofWorld) -> Judged {
    let bucket = BucketGround::read(w).await?;
    let minimum = w.config()?.expectations.minimum_tls.clone();
    let question = Question::about(["s3:*"]).on(&bucket.bucket.arn()).on_all(&bucket.objects());
    let condition = format!(
        r#"{{"Bool": {{"aws:SecureTransport": "true"}}, "NumericLessThan": {{"s3:TlsVersion": "{minimum}"}}}}"#
    );
    let answer = bucket.assume_administrators(&when(question, &condition)?);
    bucket
        .claim(
            format!("every request below TLS {minimum} is refused"),
            format!(
                "deny s3:* to every principal on the bucket and its objects when s3:TlsVersion is less than {minimum}"
            ),
        )
        .conclude(w, answer);
    w.settle()
}

#[then("nobody other than the log services and the log storage role can write to the bucket")]
async fn nobody_else_can_write(w: &mut LogproofWorld) -> Judged {
    let mut bucket = BucketGround::read(w).await?;
    let config = w.config()?;
    let mut who = Who::anyone().except_arn(&config.storage_role_arn());
    let mut services = config.names.log_services.clone();
    if ![config.log_bucket_name(), config.config_bucket_name()].contains(&bucket.bucket.name) {
        services.push("logging.s3.amazonaws.com".to_owned());
    }
    for service in &services {
        who = who.except_service(service);
    }
    let question = Question::about(write()).on_all(&bucket.objects()).by(who);
    let answer = bucket.with_inventory(w, &question).await?;
    let writers = services.join(", ");
    bucket
        .claim(
            format!("only {writers} and the log storage role can put objects"),
            "deny s3:PutObject and s3:ReplicateObject on the bucket's objects to everybody who is neither a log service nor the log storage role",
        )
        .conclude(w, answer);
    w.settle()
}

#[then("no upload that asks for encryption other than KMS is accepted")]
async fn no_upload_without_kms(w: &mut LogproofWorld) -> Judged {
    let condition = r#"{"StringNotEquals": {"s3:x-amz-server-side-encryption": ["aws:kms", "aws:kms:dsse"]}, "Null": {"s3:x-amz-server-side-encryption": "false"}}"#;
    let change = "deny s3:PutObject when s3:x-amz-server-side-encryption is present (Null: false) and not aws:kms";
    no_upload(w, condition, "every upload that asks for encryption other than aws:kms is refused", change).await
}

#[then("no upload that asks for another key than the log key is accepted")]
async fn no_upload_under_another_key(w: &mut LogproofWorld) -> Judged {
    let estate = w.estate()?;
    let key = w.see(estate.key(&estate.log_key()).await)?;
    let arn =
        key.as_ref().as_ref().map(|key| key.arn.clone()).ok_or_else(|| Stop::because("the log key does not exist"));
    let Ok(arn) = arn else {
        let bucket = w.bucket()?;
        let subject = Subject::arn(bucket.arn()).at(&bucket.owner, Some(&bucket.region));
        w.observe(
            Observation::new(subject, "the log key exists", "no such key", false)
                .hint("create the customer managed key and its alias, or correct `names.key` and `names.key_account`")
                .resting_on(key.exchanges()),
        );
        return w.settle();
    };
    let condition = format!(
        r#"{{"StringNotEquals": {{"s3:x-amz-server-side-encryption-aws-kms-key-id": "{arn}"}}, "Null": {{"s3:x-amz-server-side-encryption-aws-kms-key-id": "false"}}, "StringEquals": {{"s3:x-amz-server-side-encryption": ["aws:kms", "aws:kms:dsse"]}}}}"#
    );
    let change = format!(
        "deny s3:PutObject when s3:x-amz-server-side-encryption-aws-kms-key-id is present (Null: false) and not {arn}"
    );
    no_upload(w, &condition, &format!("every upload that asks for another key than {arn} is refused"), &change).await
}

async fn no_upload(w: &mut LogproofWorld, condition: &str, expected: &str, change: &str) -> Judged {
    let bucket = BucketGround::read(w).await?;
    let question = when(Question::about(["s3:PutObject"]).on_all(&bucket.objects()), condition)?;
    let answer = bucket.assume_administrators(&question);
    bucket.claim(expected, change).conclude(w, answer);
    w.settle()
}

#[then("no service can use the bucket on behalf of an account outside the organization")]
async fn no_service_for_a_stranger(w: &mut LogproofWorld) -> Judged {
    let bucket = BucketGround::read(w).await?;
    // The ARN of a bucket names no account. Those of the log archive are nobody else's.
    let estate = w.estate()?;
    let mut own: BTreeSet<String> = [&bucket.bucket, &estate.log_bucket()].map(BucketRef::arn).into();
    let owned = w.see(estate.buckets(&bucket.bucket.owner).await)?;
    own.extend(owned.iter().map(|one| estate.archive_bucket(&one.name).arn()));
    let strange = serde_json::json!({"ArnNotEquals": {"aws:SourceArn": own}});
    let question = Question::about(["s3:*"])
        .on(&bucket.bucket.arn())
        .on_all(&bucket.objects())
        .by(Who::services())
        .from_source(Source::Foreign);
    let question = when(question, &strange.to_string())?;
    let answer = bucket.assume_administrators(&question);
    bucket
        .claim(
            "services act on the bucket for accounts of this organization only",
            "add a condition on aws:SourceArn, aws:SourceAccount or aws:SourceOrgID to the statement that allows the service",
        )
        .conclude(w, answer);
    w.settle()
}

fn outsiders(w: &LogproofWorld) -> Result<Who, Stop> {
    let mut who = Who::outsiders();
    for account in &w.config()?.organization.auditor_accounts {
        who = who.except_account(account.as_str());
    }
    Ok(who)
}

#[then("nobody outside the organization can do anything with the bucket, except the named auditor accounts")]
async fn nobody_outside_reaches_the_bucket(w: &mut LogproofWorld) -> Judged {
    let bucket = BucketGround::read(w).await?;
    let question = Question::about(["s3:*"]).on(&bucket.bucket.arn()).on_all(&bucket.objects()).by(outsiders(w)?);
    let answer = bucket.assume_administrators(&question);
    bucket
        .claim(
            "nobody outside the organization can call any S3 action on the bucket or its objects",
            "remove the outsider from the statement, or deny s3:* when aws:PrincipalOrgID is not the organization's and aws:PrincipalIsAWSService is false",
        )
        .conclude(w, answer);
    w.settle()
}

#[then("a resource control policy alone denies everybody outside the organization every S3 action on the log bucket")]
async fn a_resource_control_policy_keeps_outsiders_away(w: &mut LogproofWorld) -> Judged {
    let bucket = BucketGround::read(w).await?;
    let open = r#"{"Version": "2012-10-17", "Statement": [{"Sid": "AssumedOpen", "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}"#;
    let open = parse(w, "a bucket policy that allows everything", open, "policy evaluation", &bucket.bucket.owner)?;
    let question = Question::about(["s3:*"]).on(&bucket.bucket.arn()).on_all(&bucket.objects()).by(outsiders(w)?);
    let answer = never(&bucket.ground.scene(&bucket.bucket.owner, Some(open)), &question);
    bucket
        .claim(
            "a resource control policy denies outsiders every S3 action, whatever the bucket policy says",
            "attach to the root or to the log archive's organizational unit an RCP that denies s3:* to principals outside the organization",
        )
        .conclude(w, answer);
    w.settle()
}

#[then("nobody other than the log storage role can re-configure or delete the bucket")]
async fn nobody_else_can_administer(w: &mut LogproofWorld) -> Judged {
    let mut bucket = BucketGround::read(w).await?;
    let role = w.config()?.storage_role_arn();
    let question = Question::about(administer()).on(&bucket.bucket.arn()).by(Who::anyone().except_arn(&role));
    let answer = bucket.with_inventory(w, &question).await?;
    bucket
        .claim(
            format!("only {role} can re-configure or delete the bucket"),
            "deny the action on the bucket in an SCP for every principal but the log storage role",
        )
        .conclude(w, answer);
    w.settle()
}

#[then("the root user of the log archive account cannot change or delete the bucket policy")]
async fn the_root_user_cannot_change_the_bucket_policy(w: &mut LogproofWorld) -> Judged {
    let bucket = BucketGround::read(w).await?;
    let root = crate::policy_scene::principal(&w.config()?.root_arn(&bucket.bucket.owner));
    // The owner's root user may do this whatever the bucket policy says; an SCP still binds it. See:
    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
    let question = Question::about(["s3:PutBucketPolicy", "s3:DeleteBucketPolicy"])
        .on(&bucket.bucket.arn())
        .by(Who::exactly(root))
        .with_owner_root_exemption();
    let answer = bucket.assume_administrators(&question);
    bucket
        .claim(
            "the root user of the log archive account cannot change or delete the bucket policy",
            "deny s3:PutBucketPolicy and s3:DeleteBucketPolicy in an SCP that binds the log archive account",
        )
        .conclude(w, answer);
    w.settle()
}

#[then("nobody other than the log storage role can delete log files")]
async fn nobody_else_can_delete(w: &mut LogproofWorld) -> Judged {
    let mut bucket = BucketGround::read(w).await?;
    let role = w.config()?.storage_role_arn();
    let question = Question::about(delete()).on_all(&bucket.objects()).by(Who::anyone().except_arn(&role));
    let answer = bucket.with_inventory(w, &question).await?;
    bucket
        .claim(
            format!("only {role} can delete log files or lift their protection"),
            "deny the action on the bucket's objects in an SCP or in the bucket policy for every other principal",
        )
        .conclude(w, answer);
    w.settle()
}

#[then("nobody at all can shorten the retention of log files or bypass it")]
async fn nobody_can_bypass_retention(w: &mut LogproofWorld) -> Judged {
    let mut bucket = BucketGround::read(w).await?;
    let question = Question::about(["s3:BypassGovernanceRetention"]).on_all(&bucket.objects());
    let answer = bucket.with_inventory(w, &question).await?;
    bucket
        .claim(
            "nobody can bypass the retention of log files",
            "deny s3:BypassGovernanceRetention on the bucket's objects to every principal in the bucket policy",
        )
        .conclude(w, answer);
    w.settle()
}
