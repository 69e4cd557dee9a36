//! That those who may read can: each reader and the read-only role, with their own policies.
//!
//! A reader is let in when there is some request it can make: from where it must, at this moment. Where all are refused,
//! one is decided to say by what.

use std::{collections::BTreeMap, sync::Arc};

use cucumber::then;
use logproof_estate::{
    AccountId,
    config::ReaderConfig,
    record::{Observation, Subject},
    world::{Judged, LogproofWorld, Stop},
};
use logproof_policy::{Answer, Context, Policy, Question, Who, never};
use serde_json::json;

use crate::{
    bucket_policy::BucketGround,
    key_policy::KeyGround,
    policy_claim::Claim,
    policy_scene::{Ground, identities, principal},
    readers::{count, reader_role_arn, readers},
};

#[then("every named reader can read under its path and decrypt it")]
async fn every_reader_can_read_and_decrypt(w: &mut LogproofWorld) -> Judged {
    let readers = readers(w).await?;
    let (bucket, key, now) = (BucketGround::read(w).await?, KeyGround::read(w).await?, w.now()?);
    let current: Vec<&ReaderConfig> = readers.iter().filter(|r| r.ends().is_none_or(|end| end > now)).collect();
    let via = format!("s3.{}.amazonaws.com", bucket.bucket.region);
    let trail = w.config()?.trail_arn();
    for reader in &current {
        let object = format!("{}/{}x", bucket.bucket.arn(), reader.path);
        let read = Wanted::read(&bucket, &object);
        // CloudTrail encrypts with its trail in the encryption context, and S3 decrypts for whoever reads. See:
        // https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
        let decrypt = Wanted {
            action: "kms:Decrypt",
            resource: &key.arn,
            owner: &key.asked.account,
            policy: Some(Arc::clone(&key.policy)),
            ground: &key.ground,
            keys: vec![("kms:ViaService", via.clone()), ("kms:EncryptionContext:aws:cloudtrail:arn", trail.clone())],
        };
        let change = "allow it in the bucket policy, the key policy and the reader's own policy";
        let of_bucket = bucket.claim(format!("the reader can read under `{}`", reader.path), change);
        read.must_be_possible(w, &reader.principal, of_bucket).await?;
        let of_key = key.claim(format!("the reader can decrypt under `{}`", reader.path), change);
        decrypt.must_be_possible(w, &reader.principal, of_key).await?;
    }
    if current.is_empty() {
        return Err(w.not_applicable("every reader has reached its end date"));
    }
    count(w, "current readers", current.len(), "readers of the register and of the configuration");
    w.settle()
}

#[then("the read-only role can read the log files under its path")]
async fn the_read_only_role_can_read(w: &mut LogproofWorld) -> Judged {
    let (config, estate) = (w.config()?, w.estate()?);
    let Some(arn) = reader_role_arn(w)? else {
        return Err(w.not_applicable("the configuration names no security tooling account"));
    };
    let registered = estate.readers().into_iter().find(|reader| reader.principal == arn).map(|reader| reader.path);
    let everything = match config.names.log_prefix.as_deref().map(|prefix| prefix.trim_matches('/')) {
        Some(prefix) if !prefix.is_empty() => format!("{prefix}/AWSLogs/"),
        _ => "AWSLogs/".to_owned(),
    };
    let path = registered.unwrap_or(everything);
    let bucket = BucketGround::read(w).await?;
    let object = format!("{}/{path}x", bucket.bucket.arn());
    let claim = bucket.claim(
        format!("the role can read under `{path}`"),
        "name the role's whole ARN in the bucket policy, and allow s3:GetObject there and in the role's own policy",
    );
    Wanted::read(&bucket, &object).must_be_possible(w, &arn, claim).await?;
    w.settle()
}

/// What somebody must be able to do.
struct Wanted<'a> {
    action: &'static str,
    resource: &'a str,
    owner: &'a AccountId,
    policy: Option<Arc<Policy>>,
    ground: &'a Ground,
    /// Keys the request has, whoever makes it.
    keys: Vec<(&'static str, String)>,
}

impl<'a> Wanted<'a> {
    fn read(bucket: &'a BucketGround, object: &'a str) -> Self {
        Self {
            action: "s3:GetObject",
            resource: object,
            owner: &bucket.bucket.owner,
            policy: bucket.policy.clone(),
            ground: &bucket.ground,
            keys: Vec::new(),
        }
    }

    /// Records whether the caller can, with its real policies where its account is one of the organization's.
    async fn must_be_possible(self, w: &mut LogproofWorld, caller: &str, mut claim: Claim) -> Result<(), Stop> {
        let (estate, who, now) = (w.estate()?, principal(caller), w.now()?.to_string());
        let mut scene = self.ground.scene(self.owner, self.policy);
        let account = who.account().unwrap_or_default().to_owned();
        for known in scene.organization.accounts.iter_mut().filter(|known| known.id == account) {
            let id: AccountId = account.parse().map_err(|_| Stop::because(format!("`{account}` is no account id")))?;
            let authorization = w.see(estate.account_authorization(&id).await)?;
            claim.exchanges.extend_from_slice(authorization.exchanges());
            *known = known.clone().with_identities(identities(w, &id, &authorization)?);
        }
        let equal: BTreeMap<&str, &String> = self.keys.iter().map(|(key, value)| (*key, value)).collect();
        let when = json!({"Bool": {"aws:SecureTransport": "true"}, "StringEquals": equal});
        let question = Question::about([self.action])
            .on(self.resource)
            .by(Who::exactly(who.clone()))
            .at(&now)
            .when(&when.to_string())
            .map_err(|error| Stop::because(error.to_string()))?;
        claim.subject = Subject::arn(caller);
        let found = match never(&scene, &question) {
            Answer::Undecided(reason) => {
                claim.undecided(w, reason);
                return Ok(());
            }
            Answer::Violated(_) => "allowed".to_owned(),
            Answer::Holds => {
                let context = Context::new()
                    .with("aws:SecureTransport", "true")
                    .with("s3:TlsVersion", "1.3")
                    .with("kms:CallerAccount", account.as_str())
                    .with("aws:CurrentTime", now);
                let context =
                    self.keys.into_iter().fold(context, |context, (key, value)| context.with(key, value.as_str()));
                match scene.decide(&who, self.action, self.resource, &context) {
                    Some(decided) => format!("refused: {decided}"),
                    None => "refused: its account has no such user or role".to_owned(),
                }
            }
        };
        w.record.rest_on(&claim.exchanges);
        let met = found == "allowed";
        w.observe(Observation::new(claim.subject, claim.expected, found, met).place(self.resource).hint(claim.change));
        Ok(())
    }
}
