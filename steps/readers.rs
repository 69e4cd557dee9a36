//! What readers, auditors and the read-only role can do with the log files, and that nobody else can.

use std::sync::Arc;

use cucumber::then;
use logproof_estate::{
    config::ReaderConfig,
    record::{Observation, Population, Subject},
    world::{Judged, LogproofWorld, Stop},
};
use logproof_policy::{Context, Decided, Decision, Identity, Policies, Policy, Question, Request, Who, decide, never};

use crate::{
    bucket_policy::{ADMINISTER, BucketGround, DELETE, READ},
    key_policy::{KeyGround, may_decrypt},
    policy_scene::{identities, principal},
};

/// Everything but reading: writing, deleting, administering.
fn other_than_reading() -> Vec<&'static str> {
    ["s3:PutObject", "s3:AbortMultipartUpload", "s3:RestoreObject"]
        .into_iter()
        .chain(DELETE)
        .chain(ADMINISTER)
        .collect()
}

async fn readers(w: &mut LogproofWorld) -> Result<Vec<ReaderConfig>, Stop> {
    let readers = w.estate()?.readers();
    if readers.is_empty() {
        return Err(w.not_applicable("neither the register nor the configuration names a reader"));
    }
    Ok(readers)
}

fn count(w: &mut LogproofWorld, of: &str, number: usize, source: &str) {
    w.population(Population {
        of: of.to_owned(),
        expected: number,
        examined: number,
        source: source.to_owned(),
        left_out: Vec::new(),
    });
}

#[then("no named reader can read log files outside its path")]
async fn no_reader_reads_outside_its_path(w: &mut LogproofWorld) -> Judged {
    let readers = readers(w).await?;
    let ground = BucketGround::read(w).await?;
    for reader in &readers {
        let paths: Vec<&str> =
            readers.iter().filter(|other| other.principal == reader.principal).map(|r| r.path.as_str()).collect();
        let subject = Subject::arn(&reader.principal);
        if paths.contains(&"") {
            let found = "its path is the whole bucket";
            w.observe(Observation::new(subject, "an exact path", found, true));
            w.note(format!("{} is registered for every log file", reader.principal));
            continue;
        }
        // A path that no reader was given stands for all others; the engine tells apart what the policies tell apart.
        let mut question =
            Question::about(READ).on_all(&ground.objects()).by(Who::exactly(principal(&reader.principal)));
        for path in &paths {
            question = question.except_on(&format!("{}/{path}*", ground.bucket.arn()));
        }
        let answer = ground.assume_administrators(&question);
        let mut claim = ground.claim(
            format!("{} reads nothing outside {}", reader.principal, paths.join(", ")),
            "narrow the Resource of the reader's statement to the bucket's ARN, its exact path and /*",
        );
        claim.subject = subject;
        claim.conclude(w, answer);
    }
    count(w, "named readers", readers.len(), "readers of the register and of the configuration");
    w.settle()
}

#[then("no named reader can do anything other than read")]
async fn no_reader_does_anything_else(w: &mut LogproofWorld) -> Judged {
    let readers = readers(w).await?;
    let ground = BucketGround::read(w).await?;
    for reader in &readers {
        let question = Question::about(other_than_reading())
            .on(&ground.bucket.arn())
            .on_all(&ground.objects())
            .by(Who::exactly(principal(&reader.principal)));
        let answer = ground.assume_administrators(&question);
        let mut claim = ground.claim(
            format!("{} only reads", reader.principal),
            "allow the reader s3:GetObject only; deny the rest in the bucket policy or an SCP",
        );
        claim.subject = Subject::arn(&reader.principal);
        claim.conclude(w, answer);
    }
    count(w, "named readers", readers.len(), "readers of the register and of the configuration");
    w.settle()
}

#[then("no principal of an auditor account can do anything other than read")]
async fn auditors_only_read(w: &mut LogproofWorld) -> Judged {
    let accounts = w.config()?.organization.auditor_accounts.clone();
    if accounts.is_empty() {
        return Err(w.not_applicable("the configuration names no auditor account (`organization.auditor_accounts`)"));
    }
    let ground = BucketGround::read(w).await?;
    for account in &accounts {
        let mut scene = ground.ground.scene(&ground.bucket.owner, ground.policy.clone());
        if !scene.organization.accounts.iter().any(|known| known.id == account.as_str()) {
            scene.organization.accounts.push(logproof_policy::Account::outside(account.as_str()));
        }
        let question = Question::about(other_than_reading())
            .on(&ground.bucket.arn())
            .on_all(&ground.objects())
            .by(Who::account(account.as_str()));
        let answer = never(&scene, &question);
        let mut claim = ground.claim(
            format!("principals of auditor account {account} only read"),
            "limit the auditor's statements to s3:GetObject and s3:ListBucket",
        );
        claim.subject = Subject::arn(format!("arn:aws:iam::{account}:root")).at(account, None);
        claim.conclude(w, answer);
    }
    count(w, "auditor accounts", accounts.len(), "organization.auditor_accounts");
    w.settle()
}

#[then("no reader whose access has ended can read")]
async fn ended_readers_cannot_read(w: &mut LogproofWorld) -> Judged {
    let readers: Vec<_> = readers(w).await?.into_iter().filter_map(|r| r.ends().map(|end| (r, end))).collect();
    if readers.is_empty() {
        return Err(w.not_applicable("no reader has an end date"));
    }
    let (ground, now) = (BucketGround::read(w).await?, w.now()?);
    for (reader, end) in &readers {
        let whole = Question::about(READ)
            .on_all(&ground.objects())
            .by(Who::exactly(principal(&reader.principal)))
            .at(&end.max(&now).to_string());
        // Before its end a reader may read; the condition on the statement must be there from the start, unless the
        // owner removes the statement in time: only what stands now can be judged.
        let answer = if *end <= now { Some(ground.assume_administrators(&whole)) } else { None };
        let subject = Subject::arn(&reader.principal);
        let expected = format!("no read after {end}");
        match answer {
            Some(answer) => {
                let mut claim =
                    ground.claim(expected, "remove the reader's statement, or give it DateLessThan aws:CurrentTime");
                claim.subject = subject;
                claim.conclude(w, answer);
            }
            None => {
                let found = format!("its access ends on {end}, which has not come");
                w.observe(Observation::new(subject, expected, found, true));
            }
        }
    }
    count(w, "readers with an end date", readers.len(), "readers of the register and of the configuration");
    w.settle()
}

fn reader_role_arn(w: &LogproofWorld) -> Result<Option<String>, Stop> {
    let config = w.config()?;
    let name = &config.names.reader_role;
    let readers = w.estate()?.readers();
    let named = readers.into_iter().map(|r| r.principal).find(|arn| arn.rsplit('/').next() == Some(name));
    Ok(named.or_else(|| {
        config
            .organization
            .security_tooling_account
            .as_ref()
            .map(|account| format!("arn:aws:iam::{account}:role/{name}"))
    }))
}

#[then("the read-only role exists in the security tooling account")]
async fn the_read_only_role_exists(w: &mut LogproofWorld) -> Judged {
    let (estate, config) = (w.estate()?, w.config()?);
    let Some(account) = config.organization.security_tooling_account.clone() else {
        return Err(w.not_applicable("the configuration names no security tooling account"));
    };
    let name = &config.names.reader_role;
    let role = w.see(estate.role(&account, name).await)?;
    let found = role.as_ref().as_ref().map_or_else(|| "no such role".to_owned(), |role| role.arn.clone());
    let subject = Subject::arn(format!("arn:aws:iam::{account}:role/{name}")).at(&account, None);
    w.observe(
        Observation::new(subject, format!("role {name} exists in account {account}"), found, role.is_some())
            .hint("create the role, or correct `names.reader_role`")
            .resting_on(role.exchanges()),
    );
    w.settle()
}

#[then("the read-only role can do nothing other than read")]
async fn the_read_only_role_only_reads(w: &mut LogproofWorld) -> Judged {
    let (estate, config) = (w.estate()?, w.config()?);
    let (Some(account), Some(arn)) = (config.organization.security_tooling_account.clone(), reader_role_arn(w)?) else {
        return Err(w.not_applicable("the configuration names no security tooling account"));
    };
    let ground = BucketGround::read(w).await?;
    let authorization = w.see(estate.account_authorization(&account).await)?;
    let inventory: Vec<Identity> = identities(w, &account, &authorization)?;
    let Some(role) = inventory.iter().find(|identity| identity.principal.condition_arn() == Some(arn.as_str())) else {
        let subject = Subject::arn(&arn).at(&account, None);
        w.observe(
            Observation::new(subject, format!("role {arn} exists"), "no such role", false)
                .hint("create the role, or correct `names.reader_role`")
                .resting_on(authorization.exchanges()),
        );
        return w.settle();
    };
    let mut scene = ground.ground.scene(&ground.bucket.owner, ground.policy.clone());
    for known in &mut scene.organization.accounts {
        if known.id == account.as_str() {
            *known = known.clone().with_identities(inventory.clone());
        }
    }
    let question = Question::about(other_than_reading())
        .on(&ground.bucket.arn())
        .on_all(&ground.objects())
        .by(Who::exactly(role.principal.clone()));
    let answer = never(&scene, &question);
    let mut claim =
        ground.claim(format!("{arn} only reads"), "limit the role's policy and the bucket policy to s3:GetObject");
    claim.subject = Subject::arn(&arn).at(&account, None);
    claim.exchanges.extend_from_slice(authorization.exchanges());
    claim.conclude(w, answer);
    w.settle()
}

#[then("nobody other than the named readers and the log storage role can read log files")]
async fn nobody_else_reads(w: &mut LogproofWorld) -> Judged {
    let mut ground = BucketGround::read(w).await?;
    let (who, exchanges) = may_decrypt(w, Who::anyone()).await?;
    let question = Question::about(READ).on_all(&ground.objects()).by(who);
    let answer = ground.with_inventory(w, &question).await?;
    let mut claim = ground.claim(
        "only named readers and the log storage role can read log files",
        "deny s3:GetObject on the bucket's objects to every principal that is not on the list",
    );
    claim.exchanges.extend(exchanges);
    claim.conclude(w, answer);
    w.settle()
}

#[then("every named reader can read under its path and decrypt it")]
async fn every_reader_can_read_and_decrypt(w: &mut LogproofWorld) -> Judged {
    let readers = readers(w).await?;
    let (bucket, key, now) = (BucketGround::read(w).await?, KeyGround::read(w).await?, w.now()?);
    let current: Vec<&ReaderConfig> = readers.iter().filter(|r| r.ends().is_none_or(|end| end > now)).collect();
    for reader in &current {
        let object = format!("{}/{}x", bucket.bucket.arn(), reader.path);
        let read = may(w, &bucket, reader, "s3:GetObject", &object, bucket.policy.clone(), None).await?;
        let via = format!("s3.{}.amazonaws.com", bucket.bucket.region);
        let decrypt =
            may(w, &bucket, reader, "kms:Decrypt", &key.arn, Some(Arc::clone(&key.policy)), Some(&via)).await?;
        for (what, decided, place) in [("read", read, &object), ("decrypt", decrypt, &key.arn)] {
            let expected = format!("the reader can {what} under `{}`", reader.path);
            let mut claim = bucket
                .claim(expected.clone(), "allow it in the bucket policy, the key policy and the reader's own policy");
            claim.subject = Subject::arn(&reader.principal);
            w.record.rest_on(&claim.exchanges);
            match &decided.decision {
                Decision::Undecided(reason) => claim.undecided(w, reason.clone()),
                Decision::Allowed => {
                    w.observe(Observation::new(claim.subject, expected, "allowed", true).place(place.clone()))
                }
                _ => w.observe(
                    Observation::new(claim.subject, expected, format!("refused: {decided}"), false)
                        .place(place.clone())
                        .hint(claim.change),
                ),
            }
        }
    }
    if current.is_empty() {
        return Err(w.not_applicable("every reader has reached its end date"));
    }
    count(w, "current readers", current.len(), "readers of the register and of the configuration");
    w.settle()
}

/// Decides one request of a reader, with its real policies where its account is one of the organization's.
async fn may(
    w: &mut LogproofWorld,
    ground: &BucketGround,
    reader: &ReaderConfig,
    action: &str,
    resource: &str,
    policy: Option<Arc<Policy>>,
    via: Option<&str>,
) -> Result<Decided, Stop> {
    let (estate, config) = (w.estate()?, w.config()?);
    let who = principal(&reader.principal);
    let account = who.account().unwrap_or_default().to_owned();
    let scene = ground.ground.scene(&ground.bucket.owner, policy.clone());
    let organization = scene.organization.id.clone().unwrap_or_default();
    let mut context = Context::new()
        .with("aws:SecureTransport", "true")
        .with("s3:TlsVersion", "1.3")
        .with("aws:PrincipalArn", reader.principal.as_str())
        .with("aws:PrincipalAccount", account.as_str())
        .with("aws:PrincipalIsAWSService", "false")
        .with("aws:ResourceAccount", ground.bucket.owner.as_str())
        .with("aws:CurrentTime", w.now()?.to_string());
    let known = ground.ground.members.iter().find(|member| member.id.as_str() == account);
    if known.is_some() || account == ground.ground.management.as_str() {
        context = context.with("aws:PrincipalOrgID", organization.as_str());
    }
    if let Some(via) = via {
        context = context
            .with("kms:ViaService", via)
            .with("kms:CallerAccount", account.as_str())
            .with("kms:EncryptionContext:aws:cloudtrail:arn", config.trail_arn());
    }
    let mut policies = Policies { resource: policy, ..Policies::default() };
    let owner = scene.organization.accounts.iter().find(|a| a.id == scene.resource_account);
    policies.rcps = owner.and_then(|a| a.rcps.clone());
    if let Some(member) = known {
        let id = ground.ground.representative(&member.id).to_string();
        policies.scps = scene.organization.accounts.iter().find(|a| a.id == id).and_then(|a| a.scps.clone());
        let authorization = w.see(estate.account_authorization(&member.id).await)?;
        let inventory = identities(w, &member.id, &authorization)?;
        if let Some(identity) = inventory.into_iter().find(|i| i.principal.condition_arn() == who.condition_arn()) {
            policies.identity = identity.policies;
            policies.boundary = identity.boundary;
        }
    } else {
        policies.identity = vec![assumed_reader(w)?];
    }
    let request = Request::new(who, action, resource).owned_by(ground.bucket.owner.as_str()).with_context(context);
    Ok(decide(&request, &policies))
}

/// An auditor's account cannot be read: its own side is assumed to allow the read.
fn assumed_reader(w: &mut LogproofWorld) -> Result<Arc<Policy>, Stop> {
    let text = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}"#;
    let account = w.config()?.organization.management_account.clone();
    crate::policy_scene::parse(w, "the reader's own policy (assumed)", text, "policy evaluation", &account)
}
